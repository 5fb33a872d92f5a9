/* Traps inside trap handlers, and chains of traps without any instruction between them. Registers of this test:
 * s1 = expected cause of the next trap, s2 = how many traps the handlers saw, s3 = depth. */
#include "csr.h"

#define HOLE 0x100      /* an address of the virt board where nothing answers */

.macro fail_unless_eq a, b, code
    beq \a, \b, 9f
    li a0, \code
    tail exit
9:
.endm

.text
.globl main
main:
    addi sp, sp, -16
    REG_S ra, 0(sp)
    li s2, 0
    csrw medeleg, zero
    csrw mideleg, zero
    csrw mie, zero
    li t0, -1
    csrw pmpaddr0, t0
    li t0, 0x1f
    csrw pmpcfg0, t0

/* 1. an ecall inside the handler of an ecall, eight deep */
    la t0, recursive
    csrw mtvec, t0
    li s3, 0
one:
    ecall
    li t0, 8
    fail_unless_eq s3, t0, 1
    fail_unless_eq s2, t0, 2

/* 2. different causes nested: illegal instruction -> load fault in its handler -> breakpoint in that one's */
    la t0, illegal_handler
    csrw mtvec, t0
    li s2, 0
two:
    .word 0
    li t0, 3
    fail_unless_eq s2, t0, 3

/* 3. chain U -> S -> M: ecall from U is delegated to S, whose stvec cannot be fetched, which is not delegated. Both
 *    traps come without an instruction between: event 2 starts where event 1 ended. */
    li t0, BIT(C_ECALL_U)
    csrw medeleg, t0
    li t0, HOLE
    csrw stvec, t0
    la t0, chain_handler
    csrw mtvec, t0
    la s4, three
    li s5, HOLE
    li s1, C_FETCH_ACCESS
    li t0, MPP
    csrc mstatus, t0
    csrw mepc, s4
    mret
.balign 4
three:
    ecall                           /* in U */
three_back:
    li t0, 1
    fail_unless_eq s2, t0, 10

/* 4. the same, but stvec points at an illegal instruction in RAM */
    la s5, illegal_word
    csrw stvec, s5
    la s4, four
    li s1, C_ILLEGAL
    la t0, four_back
    la t1, chain_resume
    REG_S t0, 0(t1)
    li t0, MPP
    csrc mstatus, t0
    csrw mepc, s4
    mret
.balign 4
four:
    ecall
four_back:
    li t0, 1
    fail_unless_eq s2, t0, 11

/* 5. chain of an interrupt and an exception: vectored mtvec whose slot of the software interrupt is an illegal
 *    instruction, whose exception goes to slot 0. The interrupt is taken by the instruction that enables it. */
    la t0, vectors + 1
    csrw mtvec, t0
    li t0, BIT(IRQ_MSI)
    csrw mie, t0
    li t0, CLINT
    li t1, 1
    sw t1, 0(t0)
    fence
    li s2, 0
    csrsi mstatus, MIE
five:
    li t0, 1
    fail_unless_eq s2, t0, 12

/* 6. chain mret -> interrupt in S (delegated, vectored) -> exception in M, U never runs an instruction */
    la t0, vectors + 1
    csrw stvec, t0
    la t0, chain_handler
    csrw mtvec, t0
    li t0, BIT(IRQ_SSI)
    csrw mideleg, t0
    csrw mie, t0
    csrw mip, t0
    la s4, six
    la s5, vectors + 4 * IRQ_SSI
    li s1, C_ILLEGAL
    la t0, six_back
    la t1, chain_resume
    REG_S t0, 0(t1)
    li t0, MPP
    csrc mstatus, t0
    csrw mepc, s4
    mret
.balign 4
six:
    .word 0                         /* must not be reached */
six_back:
    li t0, 1
    fail_unless_eq s2, t0, 13
    csrr t0, scause
    li t1, IRQ_SSI
    slli t0, t0, 1                  /* drop the interrupt bit */
    srli t0, t0, 1
    fail_unless_eq t0, t1, 14

/* 7. a handler that returns to an instruction that traps again, 100 times: trap after mret without an instruction */
    la t0, counting
    csrw mtvec, t0
    li s2, 0
    li s1, 100
seven:
    .word 0
seven_back:
    fail_unless_eq s2, s1, 15

    la a0, text
    call put
    li a0, 0
    REG_L ra, 0(sp)
    addi sp, sp, 16
    ret

.balign 4
recursive:
    addi sp, sp, -16
    csrr t0, mepc
    REG_S t0, 0(sp)
    csrr t0, mstatus                /* the inner trap overwrites MPIE and MPP */
    REG_S t0, REG_BYTES(sp)
    addi s2, s2, 1
    addi s3, s3, 1
    li t0, C_ECALL_M
    csrr t1, mcause
    fail_unless_eq t0, t1, 20
    li t0, 8
    bge s3, t0, 1f
recursive_ecall:
    ecall
    csrr t1, mstatus                /* after the inner mret: interrupts still off, as in any handler */
    andi t1, t1, MIE
    fail_unless_eq t1, zero, 21
1:  REG_L t0, REG_BYTES(sp)
    csrw mstatus, t0
    REG_L t0, 0(sp)
    addi sp, sp, 16
    addi t0, t0, 4
    csrw mepc, t0
    mret

.balign 4
illegal_handler:
    addi s2, s2, 1
    csrr t0, mcause
    li t1, C_ILLEGAL
    fail_unless_eq t0, t1, 22
    csrr s6, mepc
    la t1, two
    fail_unless_eq s6, t1, 23
    csrr t0, mtval
    fail_unless_eq t0, zero, 24
    la t0, load_handler
    csrw mtvec, t0
load_fault:
    lw t0, 0(zero)                  /* nothing at address 0 */
    addi s6, s6, 4
    csrw mepc, s6
    li t0, MPP                      /* the inner mret left U there */
    csrs mstatus, t0
    mret
.balign 4
load_handler:
    addi s2, s2, 1
    csrr t0, mcause
    li t1, C_LOAD_ACCESS
    fail_unless_eq t0, t1, 25
    csrr s7, mepc
    la t1, load_fault
    fail_unless_eq s7, t1, 26
    la t0, break_handler
    csrw mtvec, t0
    c.ebreak
    addi s7, s7, 4
    csrw mepc, s7
    li t0, MPP                      /* the inner mret left U there */
    csrs mstatus, t0
    mret
.balign 4
break_handler:
    addi s2, s2, 1
    csrr t0, mcause
    li t1, C_BREAKPOINT
    fail_unless_eq t0, t1, 27
    csrr t0, mepc
    addi t0, t0, 2
    csrw mepc, t0
    mret

.balign 4
chain_handler:
    li s2, 1
    csrr t0, mcause
    fail_unless_eq t0, s1, 28
    csrr t0, mepc
    fail_unless_eq t0, s5, 29
    csrr t0, sepc
    fail_unless_eq t0, s4, 30
    csrr t0, mstatus                /* came from S, which came from U */
    li t1, MPP | SPP
    and t0, t0, t1
    li t1, MPP_S
    fail_unless_eq t0, t1, 31
    li t0, MPP
    csrs mstatus, t0
    la t0, chain_resume
    REG_L t0, 0(t0)
    csrw mepc, t0
    csrw mip, zero
    csrw mie, zero
    mret

.balign 4
counting:
    addi s2, s2, 1
    bltu s2, s1, 1f
    la t0, seven_back
    csrw mepc, t0
1:  mret

.balign 4
illegal_word:
    .word 0

.option push
.option norvc
.balign 256
vectors:
    j vector_exception
    .rept 15
    .word 0
    .endr
.option pop
vector_exception:                   /* only from the slot of the machine software interrupt */
    li s2, 1
    csrr t0, mcause
    li t1, C_ILLEGAL
    fail_unless_eq t0, t1, 32
    csrr t0, mepc
    la t1, vectors + 4 * IRQ_MSI
    fail_unless_eq t0, t1, 33
    csrr t0, mstatus                /* the interrupt had cleared MIE, the exception copied that to MPIE */
    andi t0, t0, MIE | MPIE
    fail_unless_eq t0, zero, 34
    li t0, CLINT
    sw zero, 0(t0)
    fence
    la t0, five
    csrw mepc, t0
    mret

.data
.balign 8
chain_resume: WORD three_back
.section .rodata
text: .asciz "nested: passed\n"
