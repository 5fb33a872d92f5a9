/* Vector table and entry of an M-profile board: main, then semihosting's exit with success. */
.syntax unified
.thumb
.section .text.start, "ax"
    .word __stack
    .word _start
.globl _start
.thumb_func
_start:
    movs r0, #1
    bl main
    movs r0, #0x18          /* SYS_EXIT */
    ldr r1, =0x20026        /* ADP_Stopped_ApplicationExit */
    bkpt 0xab
1:  b 1b
