/* SVC whose handler pends PendSV, which is chained to it: two handlers, one frame. As a kernel's yield does it. */
#ifndef N
#define N 2000000
#endif
.syntax unified
.text
.thumb_func
.globl main
main:
    push {r4-r7, lr}
    ldr r4, =N
    movs r5, #0
    ldr r6, =0xe000ed04             /* ICSR */
    mov r7, #0x10000000             /* PENDSVSET */
    ldr r0, =0xe000ed20             /* SHPR3: PendSV lowest */
    mov r1, #0x00ff0000
    str r1, [r0]
1:  svc 0
    subs r4, #1
    bne 1b
    mov r0, r5
    movs r1, #0
    bl check
    movs r0, #0
    pop {r4-r7, pc}
.thumb_func
.globl vec_11
vec_11:
    str r7, [r6]
    bx lr
.thumb_func
.globl vec_14
vec_14:
    adds r5, #1
    bx lr
.pool
