/* Entry of every guest: a stack per hart, the first 4 KB below __stacks + 4 KB * (hart + 1), zeroed .bss, main.
 * Hart 0 runs main and ends the machine with its result. Other harts run hart_main(id) if the guest has one,
 * otherwise they sleep with every interrupt disabled. */
#include "csr.h"
.section .text.start, "ax"
.globl _start
_start:
    csrr s0, mhartid
    la sp, __stacks
    addi t0, s0, 1
    slli t0, t0, 12
    add sp, sp, t0
    la t0, unexpected_entry         /* guests that expect traps install their own handler */
    csrw mtvec, t0
    bnez s0, 2f
    la t0, __bss_start
    la t1, __bss_end
1:  bgeu t0, t1, 3f
    REG_S zero, 0(t0)
    addi t0, t0, REG_BYTES
    j 1b
3:  li t0, FS_INITIAL
    csrs mstatus, t0
    mv a0, s0
    call main
    tail exit
2:  la t0, hart_main
    beqz t0, 4f
    mv a0, s0
    jr t0
4:  wfi
    j 4b
.weak hart_main

/* void exit(int code): 0 passes, anything else fails with that code */
.globl exit
exit:
    li t0, FINISHER
    li t1, 0x5555
    beqz a0, 1f
    slli a0, a0, 16
    li t1, 0x3333
    or t1, t1, a0
1:  sw t1, 0(t0)
2:  wfi
    j 2b

.balign 4
unexpected_entry:
    li a0, 99
    j exit
