/* Vector table and entry of every guest: data copied from flash, zeroed .bss, main on the main stack; its result ends the
 * machine by semihosting. An exception that the guest has no handler for (vec_N, N its number) ends it with code 99. */
#include "board.h"
.syntax unified
.section .text.start, "ax"
.globl vectors
.balign 256
vectors:
    .word __stack_end, reset
    .altmacro
.macro vector n
    .weak vec_\n
    .thumb_set vec_\n, unexpected
    .word vec_\n
.endm
    .set i, 2
    .rept 62
    vector %i
    .set i, i + 1
    .endr

.thumb_func
.globl reset
reset:
    ldr r0, =__data_start
    ldr r1, =__data_end
    ldr r2, =__data_load
1:  cmp r0, r1
    bhs 2f
    ldr r3, [r2]
    str r3, [r0]
    adds r0, #4
    adds r2, #4
    b 1b
2:  ldr r0, =__bss_start
    ldr r1, =__bss_end
    movs r2, #0
3:  cmp r0, r1
    bhs 4f
    str r2, [r0]
    adds r0, #4
    b 3b
4:
#ifdef __ARM_FP
    ldr r0, =CPACR
    ldr r1, [r0]
    movs r2, #0xf
    lsls r2, r2, #20
    orrs r1, r2
    str r1, [r0]
    dsb
    isb
#endif
    bl io_init
    bl main

/* void exit(int code) */
.thumb_func
.globl exit
exit:
    ldr r1, =APPLICATION_EXIT
    cmp r0, #0
    bne 1f
    movs r0, #SYS_EXIT
    bkpt 0xab
    b .
1:  push {r0}
    push {r1}
    mov r1, sp
    movs r0, #SYS_EXIT_EXTENDED
    bkpt 0xab
    b .

.thumb_func
unexpected:
    movs r0, #99
    b exit
.pool
