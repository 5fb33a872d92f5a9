/* Stack, zeroed .bss, floating point on, main; its result ends the machine. Any trap that a guest did not prepare for
 * ends it with code 99. */
.section .text.start, "ax"
.globl _start
_start:
    la sp, __stack_end
    la t0, unexpected
    csrw mtvec, t0
    la t0, __bss_start
    la t1, __bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  li t0, 0x6000
    csrs mstatus, t0
    call main
.globl exit
exit:
    li t0, 0x00100000
    li t1, 0x5555
    beqz a0, 1f
    slli a0, a0, 16
    li t1, 0x3333
    or t1, t1, a0
1:  sw t1, 0(t0)
2:  wfi
    j 2b
.balign 4
unexpected:
    li a0, 99
    j exit
