/* Round trips of ecall from U to S (delegated, Sv39 with one gigabyte page for each mode) and back by sret, as a system
 * call of an operating system. */
#ifndef N
#define N 48000000
#endif
#define USER 0x40000000     /* the same RAM, seen by U */
.text
.globl main
main:
    mv s5, ra
    li t0, -1
    csrw pmpaddr0, t0
    li t0, 0x1f
    csrw pmpcfg0, t0
    la t0, finish
    csrw mtvec, t0
    la t0, handler
    csrw stvec, t0
    li t0, 1 << 8
    csrw medeleg, t0
    /* root table: entry 1 = U page, entry 2 = S page, both of the gigabyte at 0x80000000; A and D set */
    la t0, root
    li t1, (0x80000000 >> 2) | 0xdf
    sd t1, 8(t0)
    li t1, (0x80000000 >> 2) | 0xcf
    sd t1, 16(t0)
    srli t0, t0, 12
    li t1, 8
    slli t1, t1, 60
    or t0, t0, t1
    csrw satp, t0
    sfence.vma
    li s0, N
    li s1, 0
    li t0, 0x1800
    csrc mstatus, t0
    la t0, user
    li t1, USER
    sub t0, t0, t1                  /* 0x80000000 - 0x40000000 */
    csrw mepc, t0
    mret
user:
1:  ecall
    addi s0, s0, -1
    bnez s0, 1b
    .word 0                         /* the end: an illegal instruction, which M handles */
.balign 4
handler:
    csrr t0, sepc
    addi t0, t0, 4
    csrw sepc, t0
    add s1, s1, s0
    sret
.balign 4
finish:
    csrr t0, mcause
    addi t0, t0, -2
    beqz t0, 1f
    li a0, 98
    tail exit
1:  mv a0, s1
    call check
    li a0, 0
    mv ra, s5
    ret
.bss
.balign 4096
root: .zero 4096
