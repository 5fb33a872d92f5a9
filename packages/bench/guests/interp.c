/* A byte-code interpreter (register machine, switch dispatch) that runs the 3x+1 sequence: indirect jumps that
 * depend on data. */
#include "bench.h"
#ifndef N
#define N 45000
#endif

enum { LOADI, MOVE, ADD, ADDI, MULI, SHR, ANDI, JNZ, JZ, JLT, JUMP, CALL, RET, HALT };
struct op { u8 code, a, b; short imm; };

/* r0 = start number, r1 = x, r2 = steps, r3 = best, r4 = scratch, r5 = limit, r6 = sum */
static const struct op program[] = {
    { LOADI, 0, 0, 1 },
    /* 1 loop: */ { CALL, 0, 0, 8 },
    { ADD, 6, 2, 0 },
    { JLT, 2, 3, 2 },  /* not a new best: skip */
    { MOVE, 3, 2, 0 },
    { ADDI, 0, 0, 1 },
    { JLT, 0, 5, -5 },
    { HALT, 0, 0, 0 },
    { HALT, 0, 0, 0 },
    /* 9 steps: */ { MOVE, 1, 0, 0 },
    { LOADI, 2, 0, 0 },
    /* 11: */ { ADDI, 4, 1, -1 },
    { JZ, 4, 0, 9 },
    { ADDI, 2, 2, 1 },
    { MOVE, 4, 1, 0 },
    { ANDI, 4, 4, 1 },
    { JNZ, 4, 0, 2 },
    { SHR, 1, 1, 1 },
    { JUMP, 0, 0, -8 },
    { MULI, 1, 1, 3 },
    { ADDI, 1, 1, 1 },
    { JUMP, 0, 0, -11 },
    { RET, 0, 0, 0 },
};

static u64 run(u64 limit)
{
    u64 r[8] = { 0 };
    const struct op *stack[8], **sp = stack, *pc = program;
    r[5] = limit;
    for (;; pc++) {
        u8 a = pc->a & 7, b = pc->b & 7;
        switch (pc->code) {
        case LOADI: r[a] = pc->imm; break;
        case MOVE: r[a] = r[b]; break;
        case ADD: r[a] += r[b]; break;
        case ADDI: r[a] = r[b] + pc->imm; break;
        case MULI: r[a] = r[b] * pc->imm; break;
        case SHR: r[a] = r[b] >> pc->imm; break;
        case ANDI: r[a] = r[b] & pc->imm; break;
        case JNZ: if (r[a]) pc += pc->imm; break;
        case JZ: if (!r[a]) pc += pc->imm; break;
        case JLT: if (r[a] < r[b]) pc += pc->imm - 1; break;
        case JUMP: pc += pc->imm; break;
        case CALL: *sp++ = pc; pc = program + pc->imm; break;
        case RET: pc = *--sp; break;
        default: return r[6] << 16 | r[3];
        }
    }
}

int main(void)
{
    check(run(N));
    return 0;
}
