@ Copies its variable from flash to where the program runs, and ends by semihosting: status 0 if it has come through.
@
@   arm-none-eabi-gcc -mcpu=cortex-m0 -nostdlib -Wl,--build-id=none,-T,two-addresses.ld -o two-addresses.elf two-addresses.S
        .syntax unified
        .cpu    cortex-m0
        .thumb
        .text
        .word   0x20004000, _start + 1
        .globl  _start
        .thumb_func
_start: ldr     r0, =0x3fffc
        ldr     r1, =variable
        ldr     r2, [r0]
        str     r2, [r1]
        ldr     r1, =0x20026            @ ADP_Stopped_ApplicationExit
        ldr     r0, =1234567
        cmp     r0, r2
        beq     1f
        movs    r1, #1
1:      movs    r0, #0x18               @ SYS_EXIT
        bkpt    0xab
        b       1b
        .data
variable:
        .word   1234567
        .bss
        .space  0x3000
