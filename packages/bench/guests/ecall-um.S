/* Round trips of ecall from U to M and back by mret. */
#ifndef N
#define N 48000000
#endif
.text
.globl main
main:
    mv s5, ra
    li t0, -1
    csrw pmpaddr0, t0
    li t0, 0x1f
    csrw pmpcfg0, t0
    la t0, handler
    csrw mtvec, t0
    li s0, N
    li s1, 0
    li t0, 0x1800
    csrc mstatus, t0
    la t0, user
    csrw mepc, t0
    mret
user:
1:  ecall
    addi s0, s0, -1
    bnez s0, 1b
    .word 0                         /* the end: an illegal instruction */
.balign 4
handler:
    csrr t1, mcause
    li t2, 8
    bne t1, t2, finish
    csrr t0, mepc
    addi t0, t0, 4
    csrw mepc, t0
    add s1, s1, s0
    mret
finish:
    mv a0, s1
    call check
    li a0, 0
    mv ra, s5
    ret
