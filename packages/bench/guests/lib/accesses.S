/* A loop that stores 8 bytes (LOAD: loads them) at 8 places in turn, each OFFSET bytes into a page of its own. GUARDED: with
 * memory protection on, so that the engine has to ask its soft TLB at every access. */
#ifndef N
#define N 200000000
#endif
.text
.globl main
main:
    mv s5, ra
#ifdef GUARDED
    li t0, -1
    csrw pmpaddr0, t0
    li t0, 0x9f                     /* locked: it holds for M-mode, too */
    csrw pmpcfg0, t0
#endif
    li s0, N
    la s1, places
    li t0, OFFSET
    add s1, s1, t0
    li s2, 0                        /* distance of the next place */
    li s3, 0
    li s4, 4096
    li s6, 0x7fff
    j 1f
.balign 64
1:  add t0, s1, s2
#ifdef LOAD
    ld t1, 0(t0)
    add s3, s3, t1
#else
    xor s3, s3, s0
    sd s3, 0(t0)
#endif
    add s2, s2, s4
    and s2, s2, s6
    addi s0, s0, -1
    bnez s0, 1b
    ld t1, 0(s1)
    add a0, s3, t1
    call check
    li a0, 0
    mv ra, s5
    ret
.section .bss
.balign 4096
places: .space 0x9000
