/* Trap entries of the probe library (probe.c): save everything, let C record the trap, resume. */
#include "csr.h"

.macro save_all scratch
    csrrw sp, \scratch, sp          /* sp := frame of this privilege level */
    REG_S x1, 1*REG_BYTES(sp)
    .irp n,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    REG_S x\n, \n*REG_BYTES(sp)
    .endr
    csrr t0, \scratch
    REG_S t0, 2*REG_BYTES(sp)
    mv s0, sp
    csrw \scratch, sp
    mv a0, sp
.endm

.macro restore_all
    mv sp, s0
    .irp n,1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    REG_L x\n, \n*REG_BYTES(sp)
    .endr
    REG_L x2, 2*REG_BYTES(sp)
.endm

.text
/* A vector table: entry k serves interrupt k in vectored mode, entry 0 serves everything in direct mode. The jumps
 * are not compressed, so that the entries are 4 bytes apart. */
.option push
.option norvc
.balign 256
.globl m_entry
m_entry:
    .rept 16
    j m_common
    .endr
.balign 256
.globl s_entry
s_entry:
    .rept 16
    j s_common
    .endr
.option pop

m_common:
    save_all mscratch
    la sp, __trap_stack_end
    call m_trap
    restore_all
    mret

s_common:
    save_all sscratch
    la sp, __trap_stack_end - 0x1000
    call s_trap
    restore_all
    sret

/* void run_in(ulong status, void *code, ulong a0, ulong a1)
 * mret to code with mstatus = status, and come back when the code returns: its return address is the ecall at
 * ecall_back, which the M handler (if delegated: the S handler, by the ecall at s_forward) turns into run_return. */
.globl run_in, run_return, ecall_back, s_forward
run_in:
    addi sp, sp, -16*REG_BYTES
    REG_S ra, 0(sp)
    REG_S gp, 1*REG_BYTES(sp)
    REG_S tp, 2*REG_BYTES(sp)
    REG_S s0, 3*REG_BYTES(sp)
    .irp n,18,19,20,21,22,23,24,25,26,27
    REG_S x\n, (\n-14)*REG_BYTES(sp)
    .endr
    REG_S s1, 14*REG_BYTES(sp)
    la t0, run_sp
    REG_S sp, 0(t0)
    csrw mstatus, a0
    csrw mepc, a1
    la ra, ecall_back
    la t0, offset_now
    REG_L t0, 0(t0)
    add ra, ra, t0
    mv a0, a2
    mv a1, a3
    mret

run_return:
    la t0, run_sp
    REG_L sp, 0(t0)
    REG_L ra, 0(sp)
    REG_L gp, 1*REG_BYTES(sp)
    REG_L tp, 2*REG_BYTES(sp)
    REG_L s0, 3*REG_BYTES(sp)
    .irp n,18,19,20,21,22,23,24,25,26,27
    REG_L x\n, (\n-14)*REG_BYTES(sp)
    .endr
    REG_L s1, 14*REG_BYTES(sp)
    addi sp, sp, 16*REG_BYTES
    ret

.balign 4
ecall_back:
    ecall
s_forward:
    ecall

.bss
.balign 16
run_sp: .zero REG_BYTES
