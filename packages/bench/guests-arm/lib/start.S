/* Vector table, data copied from the code's memory, zeroed .bss, floating point on, main; its result ends the machine by
 * semihosting. An exception that a guest has no handler for (vec_N) ends it with code 99. */
.syntax unified
.section .text.start, "ax"
.balign 256
    .word __stack_end, reset
    .altmacro
.macro vector n
    .weak vec_\n
    .thumb_set vec_\n, unexpected
    .word vec_\n
.endm
    .set i, 2
    .rept 46
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
    ldr r3, [r2], #4
    str r3, [r0], #4
    b 1b
2:  ldr r0, =__bss_start
    ldr r1, =__bss_end
    movs r2, #0
3:  cmp r0, r1
    bhs 4f
    str r2, [r0], #4
    b 3b
4:  ldr r0, =0xe000ed88             /* CPACR */
    ldr r1, =0xf00000
    str r1, [r0]
    dsb
    isb
    bl main
.thumb_func
.globl exit
exit:
    ldr r1, =0x20026                /* application exit */
    cbnz r0, 1f
    movs r0, #0x18
    bkpt 0xab
1:  push {r0}
    push {r1}
    mov r1, sp
    movs r0, #0x20
    bkpt 0xab
.thumb_func
unexpected:
    movs r0, #99
    b exit
.pool
