/* Entry on the virt board: a stack, main, the test finisher with success. */
.section .text.start, "ax"
.globl _start
_start:
    la sp, __stack
    la t0, trap
    csrw mtvec, t0
    li a0, 1
    call main
    ecall                   /* an exception and a return, for the tracers */
    li t0, 0x100000
    li t1, 0x5555
    sw t1, 0(t0)
1:  j 1b

.balign 4
trap:
    csrr t0, mepc
    addi t0, t0, 4
    csrw mepc, t0
    mret
