/* A loop that adds to 32 counters in turn, which lie in another page than the loop: the measure for data-beside and
 * data-touching, which are the same with the counters elsewhere. */
#ifndef N
#define N 200000000
#endif
#ifndef PLACE
#define PLACE .section .bss; .balign 4096; .space 64
#endif
.text
.globl main
main:
    mv s5, ra
    li s0, N
    la s1, counters
    li s2, 0                        /* offset of the next counter */
    li s3, 0
    j 1f
.balign 64
1:  add t0, s1, s2
    ld t1, 0(t0)
    add t1, t1, s0
    xor s3, s3, t1
    sd t1, 0(t0)
    addi s2, s2, 8
    andi s2, s2, 255
    addi s0, s0, -1
    bnez s0, 1b
    mv a0, s3
    call check
    li a0, 0
    mv ra, s5
    ret
PLACE
.balign 8
counters: .space 256
