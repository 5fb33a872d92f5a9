/* Several harts that wake each other by the CLINT's software interrupts. A token goes round: each hart waits until its
 * own msip is set, takes the interrupt, and passes the token to the next one. So each hart's own events are always the
 * same; how those of different harts interleave is not part of it. ROUNDS rounds. */
#include "csr.h"
#define ROUNDS 20
#ifndef HARTS
#error HARTS: how many there are
#endif

.macro fail_if_ne a, b, code
    beq \a, \b, 9f
    li a0, \code
    tail exit
9:
.endm

.text
.globl main, hart_main
/* every hart comes here: a0 = its number */
main:
    mv s11, ra
    j 1f
hart_main:
    li s11, 0
1:  mv s0, a0
    li s1, 0                        /* interrupts this hart took */
    la s2, present
    li s3, CLINT
    slli t0, s0, 2
    add s4, s3, t0                  /* own msip */
    la t0, handler
    csrw mtvec, t0
    li t0, BIT(IRQ_MSI)
    csrw mie, t0
    /* hart 0 has zeroed .bss before it got here; the others say that they are ready only after it says so */
    la s6, started
    bnez s0, 2f
    li t0, 1
    fence rw, w
    sw t0, 0(s6)
    j 3f
2:  lw t0, 0(s6)
    beqz t0, 2b
    fence r, rw
3:  li t0, 1
    amoadd.w zero, t0, (s2)
    lw s7, how_many
4:  lw t0, 0(s2)                    /* all there? */
    bne t0, s7, 4b
    fence
    /* the next hart's msip */
    addi t0, s0, 1
    bne t0, s7, 5f
    li t0, 0
5:  slli t0, t0, 2
    add s8, s3, t0
    li s9, ROUNDS
    bnez s0, wait
    li t0, 1                        /* hart 0 throws the token in */
    sw t0, 0(s8)
    fence
wait:
    /* asleep with interrupts off, so that the interrupt is always taken at the same place: after the csrsi. Every
     * second round the hart does not sleep but spins */
    andi t0, s1, 1
    bnez t0, 7f
6:  wfi
7:  csrr t0, mip
    andi t0, t0, BIT(IRQ_MSI)
    beqz t0, 8f
    mv s10, s1
    csrsi mstatus, MIE
    csrci mstatus, MIE
    addi t0, s10, 1
    fail_if_ne t0, s1, 1
    /* the token has come: pass it on; hart 0 drops it after the last round */
    bnez s0, 10f
    beq s1, s9, 11f
10: li t0, 1
    sw t0, 0(s8)
    fence
    beq s1, s9, 11f
    j wait
8:  andi t0, s1, 1
    beqz t0, 6b
    j 7b
11: /* an ecall by everybody, then the others sleep for good and hart 0 checks and ends the machine */
    ecall
    li t0, 1
    la t1, finished
    amoadd.w zero, t0, (t1)
    bnez s0, 13f
12: lw t0, 0(t1)
    bne t0, s7, 12b
    fence
    la a0, text
    call put
    lw a0, total
    call put_dec
    li a0, 10
    call putch
    lw a0, total
    li t0, ROUNDS
    mul t0, t0, s7
    bne a0, t0, bad
    li a0, 0
    jr s11
13: csrw mie, zero
14: wfi
    j 14b
bad:
    li a0, 2
    tail exit

.balign 4
handler:
    csrr t0, mcause
    bgez t0, exception
    slli t0, t0, 1
    li t1, 2 * IRQ_MSI
    fail_if_ne t0, t1, 3
    sw zero, 0(s4)
    fence
    lw t0, 0(s4)                    /* the interrupt is withdrawn before mret */
    fail_if_ne t0, zero, 4
    addi s1, s1, 1
    li t0, 1
    la t1, total
    amoadd.w zero, t0, (t1)
    mret
exception:
    li t1, C_ECALL_M
    fail_if_ne t0, t1, 5
    csrr t0, mepc
    addi t0, t0, 4
    csrw mepc, t0
    li t0, MPP
    csrs mstatus, t0
    mret

.data
/* outside .bss: other harts may look here before hart 0 has zeroed that */
.balign 8
started: .word 0
present: .word 0
finished: .word 0
total: .word 0
how_many: .word HARTS
.section .rodata
text: .asciz "harts: interrupts taken "
