/* Timer interrupts during every kind of memory access: loads, stores, atomics, accesses across a page border, device
 * registers. Where they hit is chance; how many there are is not: the handler switches the timer off after the COUNT-th,
 * and the loop ends when it sees that. Interrupts must not lose or repeat an access: the loop checks its sums. */
#include "csr.h"
#ifndef COUNT
#error COUNT: how many interrupts to take
#endif
#if __riscv_xlen == 64
#define ADD_WORD addw
#else
#define ADD_WORD add
#endif
.text
.globl main
main:
    addi sp, sp, -16
    REG_S ra, 0(sp)
    la t0, handler
    csrw mtvec, t0
    la t0, save
    csrw mscratch, t0
    li s0, 0                        /* interrupts taken; written by the handler alone */
    li s1, COUNT
    la s2, cells
    la s3, counter
    li s4, 0                        /* rounds of the loop */
    la s5, pages + 4094             /* a word here lies in two pages */
    li s6, 0                        /* what the atomic should have added up to, 32 bits */
    li s7, UART
    li t0, CLINT_MTIMECMP
    sw zero, 4(t0)
    sw zero, 0(t0)                  /* due at once */
    li t0, BIT(IRQ_MTI)
    csrw mie, t0
    csrsi mstatus, MIE
1:  addi s4, s4, 1
    /* plain accesses of all widths */
    REG_S s4, 0(s2)
    REG_L a0, 0(s2)
    bne a0, s4, bad
    sh s4, 8(s2)
    lhu a1, 8(s2)
    sb a1, 11(s2)
    lbu a2, 11(s2)
    andi a3, s4, 255
    bne a2, a3, bad
    /* an atomic addition must happen once */
    amoadd.w a4, s4, (s3)
    bne a4, s6, bad
    ADD_WORD s6, s6, s4
    /* a pair may fail (the interrupt takes the reservation away) and is tried again */
2:  lr.w a4, (s2)
    addi a4, a4, 1
    sc.w a5, a4, (s2)
    bnez a5, 2b
    lw a5, 0(s2)
    bne a4, a5, bad
    /* across the page border, and misaligned inside a page */
    sw s4, 0(s5)
    lw a6, 0(s5)
    ADD_WORD a7, s4, zero
    bne a6, a7, bad
    sw s4, -9(s5)
    lw a6, -9(s5)
    bne a6, a7, bad
    /* device registers */
    lbu a6, 5(s7)
    sb a6, 7(s7)                    /* the scratch register of the 16550 */
    lbu a7, 7(s7)
    bne a6, a7, bad
    bltu s0, s1, 1b
    bne s0, s1, bad
    csrr a0, mip
    andi a0, a0, BIT(IRQ_MTI)
    bnez a0, bad
    la a0, text
    call put
    mv a0, s0
    call put_hex
    li a0, 10
    call putch
    li a0, 0
    REG_L ra, 0(sp)
    addi sp, sp, 16
    ret
bad:
    li a0, 1
    tail exit

.balign 4
handler:
    csrrw sp, mscratch, sp
    REG_S t0, 0(sp)
    REG_S t1, REG_BYTES(sp)
    REG_S t2, 2*REG_BYTES(sp)
    csrr t0, mcause
    slli t0, t0, 1                  /* without the top bit, which is checked by the sign */
    li t1, 2 * IRQ_MTI
    bne t0, t1, bad
    csrr t0, mcause
    bgez t0, bad
    addi s0, s0, 1
    li t0, CLINT_MTIMECMP
    li t1, -1
    bgeu s0, s1, 1f
    /* 2 ticks from now, but not always on the same place of the loop */
    li t2, CLINT_MTIME
    lw t1, 0(t2)
    andi t2, s0, 3
    add t1, t1, t2
    addi t1, t1, 2
    sw zero, 4(t0)                  /* mtime stays below 2^32 for seven minutes */
    sw t1, 0(t0)
    j 2f
1:  sw t1, 4(t0)
2:  fence
    REG_L t2, 2*REG_BYTES(sp)
    REG_L t1, REG_BYTES(sp)
    REG_L t0, 0(sp)
    csrrw sp, mscratch, sp
    mret

.bss
.balign 4096
pages: .zero 8192
.balign 16
cells: .zero 16
counter: .zero 16
save: .zero 4 * REG_BYTES
.section .rodata
text: .asciz "storm: interrupts taken "
