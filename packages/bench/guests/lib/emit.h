/* Writes functions of RISC-V instructions, as a just-in-time compiler would: u64 f(u64 value, u64 rounds, u64 *data).
 * What a function does depends on the seed alone. */
#ifndef EMIT_H
#define EMIT_H
#include "bench.h"

enum { A0 = 10, A1 = 11, A2 = 12 };         /* value, rounds left, data */
enum { RA = 1, EMIT_WORDS = 64, EMIT_DATA = 32 };

static inline u32 emit_r(u32 funct7, u32 funct3, u32 rd, u32 rs1, u32 rs2)
{
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x33;
}
static inline u32 emit_i(u32 opcode, u32 funct3, u32 rd, u32 rs1, u32 imm)
{
    return imm << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
static inline u32 emit_b(u32 funct3, u32 rs1, u32 rs2, i32 offset)
{
    u32 o = offset;
    return (o >> 12 & 1) << 31 | (o >> 5 & 63) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (o >> 1 & 15) << 8 |
           (o >> 11 & 1) << 7 | 0x63;
}
static inline u32 emit_jal(u32 rd, i32 offset)
{
    u32 o = offset;
    return (o >> 20 & 1) << 31 | (o >> 1 & 0x3ff) << 21 | (o >> 11 & 1) << 20 | (o >> 12 & 0xff) << 12 | rd << 7 | 0x6f;
}

/* Writes at most EMIT_WORDS instructions; gives the address behind them. */
static u32 *emit_function(u32 *p, u64 *seed)
{
    static const u8 temps[4] = { 5, 6, 7, 28 };
    static const u8 operations[8] = { 0, 0, 4, 6, 7, 1, 2, 3 };  /* add, sub, xor, or, and, sll, slt, sltu */
    u32 *start = p;
    for (int i = 0; i < 4; i++)
        *p++ = emit_i(0x13, 4, temps[i], A0, next_random(seed) & 0x7ff);    /* xori temp,a0,… */
    u32 *loop = p;
    u32 *end = loop + 8 + (next_random(seed) & 31);
    while (p < end) {
        u64 r = next_random(seed);
        u32 rd = temps[r & 3], rs1 = temps[r >> 2 & 3], rs2 = temps[r >> 4 & 3], imm = r >> 32 & 0x7ff;
        u32 offset = (r >> 48 & (EMIT_DATA - 1)) * 8;
        switch (r >> 8 & 7) {
        case 0: case 1: case 2: {
            u32 k = r >> 12 & 7;
            *p++ = emit_r(k == 1 ? 0x20 : 0, operations[k], rd, rs1, rs2);
            break;
        }
        case 3: *p++ = emit_i(0x13, 0, rd, rs1, imm); break;                /* addi */
        case 4: *p++ = emit_i(0x13, 5, rd, rs1, imm & 63); break;           /* srli */
        case 5: *p++ = emit_i(0x03, 3, rd, A2, offset); break;              /* ld */
        case 6:                                                             /* sd */
            *p++ = (offset >> 5) << 25 | rs1 << 20 | A2 << 15 | 3 << 12 | (offset & 31) << 7 | 0x23;
            break;
        case 7: *p++ = emit_b(r >> 12 & 1, rs1, rs2, 8); break;             /* beq or bne over the next */
        }
    }
    *p++ = emit_r(0, 0, A0, A0, temps[0]);      /* a skipping branch may stand before it: that is fine */
    *p++ = emit_r(0, 4, A0, A0, temps[1]);
    *p++ = emit_i(0x13, 0, A1, A1, 0xfff);      /* addi a1,a1,-1 */
    *p = emit_b(1, A1, 0, (i32)((loop - p) * 4));
    p++;
    *p++ = emit_i(0x67, 0, 0, RA, 0);           /* ret */
    if (p - start > EMIT_WORDS)
        exit(90);
    return p;
}
#endif
