@ Uses files by semihosting, as its command line says: rNAME prints the file, wNAME writes "written\n" to it, aNAME appends
@ that, dNAME removes it, i prints the input. Ends with status 0, or with the error number.
@
@   arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb -nostdlib -Wl,-N,--no-warn-rwx-segments,-Ttext=0 -o files.elf files.S
        .syntax unified
        .thumb
        .word   0x20001000, _start + 1
        .space  56
        .globl  _start
        .thumb_func
        .type   _start, %function
_start: movs    r0, #0x15               @ SYS_GET_CMDLINE
        ldr     r1, =cmdline
        bkpt    0xab
        ldr     r4, =text
        ldrb    r5, [r4]
        adds    r4, #1                  @ the name
        mov     r0, r4
1:      ldrb    r1, [r0]
        adds    r0, #1
        cmp     r1, #0
        bne     1b
        subs    r0, r4
        subs    r6, r0, #1              @ its length
        cmp     r5, #'i'
        beq     input
        cmp     r5, #'d'
        beq     remove
        movs    r1, #0
        cmp     r5, #'r'
        beq     open
        movs    r1, #4
        cmp     r5, #'w'
        beq     open
        movs    r1, #8
open:   ldr     r0, =block
        str     r4, [r0]
        str     r1, [r0, #4]
        str     r6, [r0, #8]
        movs    r0, #1                  @ SYS_OPEN
        bl      call
        ldr     r1, =block
        str     r0, [r1]
        cmp     r5, #'r'
        beq     show
        ldr     r0, =written
        str     r0, [r1, #4]
        movs    r0, #8
        str     r0, [r1, #8]
        movs    r0, #5                  @ SYS_WRITE
        bl      call
        movs    r0, #2                  @ SYS_CLOSE
        bl      call
        b       done
show:   ldr     r0, =buffer
        str     r0, [r1, #4]
        movs    r0, #64
        str     r0, [r1, #8]
        movs    r0, #6                  @ SYS_READ
        bl      call
        ldr     r1, =buffer             @ zeros follow what was read
        movs    r0, #4                  @ SYS_WRITE0
        bl      call
        b       done
remove: ldr     r1, =block
        str     r4, [r1]
        str     r6, [r1, #4]
        movs    r0, #0x0e               @ SYS_REMOVE
        bl      call
        b       done
input:  movs    r0, #7                  @ SYS_READC
        bkpt    0xab
        cmp     r0, #0
        blt     done
        ldr     r1, =buffer
        strb    r0, [r1]
        movs    r0, #3                  @ SYS_WRITEC
        bkpt    0xab
        b       input
call:   ldr     r1, =block
        cmp     r0, #4
        bne     1f
        ldr     r1, =buffer
1:      bkpt    0xab
        adds    r1, r0, #1              @ -1: failed
        beq     failed
        bx      lr
failed: movs    r0, #0x13               @ SYS_ERRNO
        bkpt    0xab
        b       exit
done:   movs    r0, #0
exit:   ldr     r1, =status
        str     r0, [r1, #4]
        movs    r0, #0x20               @ SYS_EXIT_EXTENDED
        bkpt    0xab
        .pool
        .balign 4
status: .word   0x20026, 0
cmdline: .word  text, 64
block:  .space  12
text:   .space  64
buffer: .space  72
written: .ascii "written\n"
