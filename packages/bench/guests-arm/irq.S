/* An external interrupt, pended by software and taken at once: an asynchronous exception without a timer, of which QEMU can
 * make only some thousand a second. */
#ifndef N
#define N 350000
#endif
.syntax unified
.text
.thumb_func
.globl main
main:
    push {r4-r7, lr}
    ldr r4, =N
    movs r5, #0
    ldr r6, =0xe000e100             /* NVIC_ISER; ISPR at 0x100 from it */
    movs r7, #8
    str r7, [r6]
1:  str r7, [r6, #0x100]
    dsb
    isb
    subs r4, #1
    bne 1b
    mov r0, r5
    movs r1, #0
    bl check
    movs r0, #0
    pop {r4-r7, pc}
.thumb_func
.globl vec_19
vec_19:
    adds r5, #1
    bx lr
.pool
