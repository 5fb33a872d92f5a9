/* Timer interrupts as often as the machine can: the handler sets the next one a tick (100 ns) ahead, until N were
 * taken. How much of the loop runs between two of them is chance; the check counts interrupts alone. */
#ifndef N
#define N 2000000
#endif
#define MTIMECMP 0x02004000
#define MTIME 0x0200bff8
.text
.globl main
main:
    mv s5, ra
    la t0, handler
    csrw mtvec, t0
    li s0, 0                        /* interrupts taken */
    li s1, N
    li s2, MTIMECMP
    li s3, MTIME
    sd zero, 0(s2)
    li t0, 0x80
    csrw mie, t0
    csrsi mstatus, 8
1:  addi s4, s4, 1
    xor s6, s6, s4
    slli s7, s6, 3
    bltu s0, s1, 1b
    mv a0, s0
    call check
    li a0, 0
    mv ra, s5
    ret
.balign 4
handler:                            /* t0 is the handler's own: the loop does not use it */
    addi s0, s0, 1
    bgeu s0, s1, 1f
    ld t0, 0(s3)
    addi t0, t0, 1
    sd t0, 0(s2)
    mret
1:  li t0, -1
    sd t0, 0(s2)
    mret
