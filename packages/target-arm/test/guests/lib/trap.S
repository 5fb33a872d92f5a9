/* Exception entries and ways in and out of the probe library (probe.c); Armv6-M instructions only. */
#include "board.h"
.syntax unified
.text

/* A stub of 4 bytes per exception, so that the event log shows which one was taken. */
.altmacro
.macro stub n
    .globl vec_\n
    .balign 4
    .thumb_func
vec_\n:
    b common
.endm
    .set i, 2
    .rept 62
    stub %i
    .set i, i + 1
    .endr

/* r0 = exception number, r1 = EXC_RETURN, r2 = stacked frame; C returns the EXC_RETURN to use */
common:
    mrs r0, ipsr
    mov r1, lr
    movs r2, #4
    tst r1, r2
    beq 1f
    mrs r2, psp
    b 2f
1:  mrs r2, msp
2:  push {r3-r7, lr}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {r4-r7}
    mov r3, sp
    bl trap
    pop {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r3-r7}
    pop {r1}
.globl trap_return
trap_return:
    bx r0

/* void run_in(u32 control, void *code, u32 a0, u32 a1): Thread mode with this CONTROL; the code's way back is the SVC at
 * probe_back, whose handler goes on at run_return. r2 and r3 hold a1 too. */
.thumb_func
.globl run_in
run_in:
    push {r4-r7, lr}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {r3-r7}
    ldr r4, =run_sp
    mov r5, sp
    str r5, [r4]
    ldr r4, =probe_psp
    ldr r4, [r4]
    msr psp, r4
    mov r12, r1
    mov r4, r0
    mov r0, r2
    mov r1, r3
    mov r2, r3
    ldr r5, =probe_back + 1
    mov lr, r5
    msr control, r4
    isb
    bx r12
.globl probe_back
probe_back:
    svc #255
.thumb_func
.globl run_return
run_return:
    movs r0, #0
    msr control, r0
    isb
    ldr r0, =run_sp
    ldr r0, [r0]
    mov sp, r0
    pop {r3-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r4-r7, pc}

/* u32 run_here(void *code, u32 a0, u32 a1): the same as an ordinary call, for handlers */
.thumb_func
.globl run_here
run_here:
    push {r4-r7, lr}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {r3-r7}
    ldr r4, =here_sp
    mov r5, sp
    str r5, [r4]
    mov r12, r0
    mov r0, r1
    mov r1, r2
    blx r12
.globl here_back
here_back:
    ldr r1, =here_sp
    ldr r1, [r1]
    mov sp, r1
    pop {r3-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r4-r7, pc}
.pool

.bss
.balign 4
run_sp: .zero 4
here_sp: .zero 4
