/* Round trips of SVC from Thread mode on the main stack: entry with a frame, a handler of three instructions, return. */
#ifndef N
#define N 3000000
#endif
.syntax unified
.text
.thumb_func
.globl main
main:
    push {r4-r7, lr}
    ldr r4, =N
    movs r5, #0
    movs r6, #0
1:  svc 0
    subs r4, #1
    bne 1b
    mov r0, r5
    mov r1, r6
    bl check
    movs r0, #0
    pop {r4-r7, pc}
.thumb_func
.globl vec_11
vec_11:
    adds r5, r5, r4
    adcs r6, r6, #0
    bx lr
.pool
