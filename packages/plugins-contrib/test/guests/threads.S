/*
 * Threads for the tests of ftrace (rv64): three that yield by exchanging stacks in a function, then two that a trap handler
 * exchanges. All run the same functions, called from the same places.
 *
 * A context is what a switch keeps: pc, sp, s0, s1. Stacks lie one behind the other.
 */
.equ CONTEXT, 32
.equ STACK, 128

.macro function name
.globl \name
.type \name, @function
\name:
.endm
.macro end name
.size \name, . - \name
.endm

.section .text.start, "ax"
function _start
    la sp, __stack
    la t0, trap
    csrw mtvec, t0
    la t0, handler_stack_end
    csrw mscratch, t0
    call cooperate
    call preempt
    li t0, 0x100000
    li t1, 0x5555
    sw t1, 0(t0)
1:  j 1b
end _start

/* Threads 1 and 2 begin with `work`, in two rounds each; thread 0, which is this one, takes turns with them. */
function cooperate
    addi sp, sp, -16
    sd ra, 0(sp)
    la a0, contexts + CONTEXT
    la a1, begin
    la a2, stacks + STACK
    call prepare
    la a0, contexts + 2 * CONTEXT
    la a2, stacks + 2 * STACK
    call prepare
    la s1, contexts
    li s0, 3
    call work
    ld ra, 0(sp)
    addi sp, sp, 16
    ret
end cooperate

/* A context a0 that begins at a1 on the stack that ends at a2, with two rounds to go, and a0 for its own. */
function prepare
    sd a1, 0(a0)
    sd a2, 8(a0)
    li t0, 2
    sd t0, 16(a0)
    sd a0, 24(a0)
    ret
end prepare

/* Where threads begin: without a call. */
function begin
    call work
1:  call yield
    j 1b
end begin

/* s0 rounds. */
function work
    addi sp, sp, -16
    sd ra, 0(sp)
1:  call step
    call yield
    addi s0, s0, -1
    bnez s0, 1b
    ld ra, 0(sp)
    addi sp, sp, 16
    ret
end work

function step
    ret
end step

/* On to the next of three. */
function yield
    addi sp, sp, -16
    sd ra, 0(sp)
    addi a0, s1, CONTEXT
    la t0, contexts + 3 * CONTEXT
    bne a0, t0, 1f
    la a0, contexts
1:  call exchange
    ld ra, 0(sp)
    addi sp, sp, 16
    ret
end yield

/* Leaves the context s1 and goes on with a0. */
function exchange
    sd ra, 0(s1)
    sd sp, 8(s1)
    sd s0, 16(s1)
    sd s1, 24(s1)
    ld ra, 0(a0)
    ld sp, 8(a0)
    ld s0, 16(a0)
    ld s1, 24(a0)
    ret
end exchange

/* Threads 0 and 3: each ecall changes from one to the other. */
function preempt
    addi sp, sp, -16
    sd ra, 0(sp)
    la a0, contexts + 3 * CONTEXT
    la a1, other
    la a2, stacks + 3 * STACK
    call prepare
    la s1, contexts
    li s0, 3
    call turns
    ld ra, 0(sp)
    addi sp, sp, 16
    ret
end preempt

function other
    li s0, 100
    call turns
end other

function turns
    addi sp, sp, -16
    sd ra, 0(sp)
1:  call step
    ecall
    addi s0, s0, -1
    bnez s0, 1b
    ld ra, 0(sp)
    addi sp, sp, 16
    ret
end turns

.balign 4
function trap
    csrrw sp, mscratch, sp
    call choose             /* on a stack of its own */
    csrr t0, mepc
    addi t0, t0, 4
    sd t0, 0(s1)
    csrrw sp, mscratch, sp
    sd sp, 8(s1)
    sd s0, 16(s1)
    sd s1, 24(s1)
    ld t0, 0(a0)
    csrw mepc, t0
    ld sp, 8(a0)
    ld s0, 16(a0)
    ld s1, 24(a0)
    li t0, 0x1800
    csrs mstatus, t0
    mret
end trap

/* The context after s1: 3 after 0, 0 after 3. */
function choose
    la a0, contexts
    bne s1, a0, 1f
    la a0, contexts + 3 * CONTEXT
1:  ret
end choose

.bss
.balign 16
contexts: .space 4 * CONTEXT
stacks: .space 3 * STACK
.space 256
handler_stack_end:
