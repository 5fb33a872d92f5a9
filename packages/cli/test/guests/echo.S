# Prints "ready", then sends back what it gets on the serial port, asleep in between. q ends the run with status 7,
# s spins for ever, t traps for ever, w sleeps for ever.
#
#   riscv64-unknown-elf-gcc -march=rv64i_zicsr -mabi=lp64 -nostdlib -Wl,-N,--no-warn-rwx-segments,-Ttext=0x80000000 -o echo.elf echo.S
        .equ    uart, 0x10000000
        .equ    plic, 0x0c000000
        .equ    finisher, 0x100000
        .globl  _start
        .type   _start, @function
_start: li      s0, uart
        la      a1, text
1:      lbu     a0, (a1)
        beqz    a0, 2f
        sb      a0, (s0)
        addi    a1, a1, 1
        j       1b
2:      li      t0, 1
        sb      t0, 1(s0)               # receiver interrupt, by way of PLIC source 10
        li      t1, plic
        sw      t0, 40(t1)
        li      s1, plic + 0x2000
        li      t0, 1 << 10
        sw      t0, (s1)
        li      s1, plic + 0x200000
        li      t0, 1 << 11             # wakes the hart, but is never taken
        csrw    mie, t0
        .size   _start, . - _start
        .type   echo, @function
echo:   wfi
        lw      t0, 4(s1)               # claim and complete: it may come again
        sw      t0, 4(s1)
1:      lbu     a0, 5(s0)
        andi    a0, a0, 1
        beqz    a0, echo
        lbu     a0, (s0)
        sb      a0, (s0)
        li      t0, 'q'
        beq     a0, t0, quit
        li      t0, 's'
        beq     a0, t0, spin
        li      t0, 't'
        beq     a0, t0, traps
        li      t0, 'w'
        bne     a0, t0, 1b
        csrw    mie, zero
        wfi
quit:   li      t0, finisher
        li      t1, 7 << 16 | 0x3333
        sw      t1, (t0)
spin:   j       spin
traps:  la      t0, 1f
        csrw    mtvec, t0
        .align  2
1:      ecall
        .size   echo, . - echo
text:   .asciz  "ready\n"
