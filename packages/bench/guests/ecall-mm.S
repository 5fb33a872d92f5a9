/* Round trips of ecall from M to M: trap, a handler of five instructions, mret. */
#ifndef N
#define N 48000000
#endif
.text
.globl main
main:
    mv s5, ra
    la t0, handler
    csrw mtvec, t0
    li s0, N
    li s1, 0
1:  ecall
    addi s0, s0, -1
    bnez s0, 1b
    mv a0, s1
    call check
    li a0, 0
    mv ra, s5
    ret
.balign 4
handler:
    csrr t0, mepc
    addi t0, t0, 4
    csrw mepc, t0
    add s1, s1, s0
    mret
