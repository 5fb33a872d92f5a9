/* Code that changes: patched instructions, data beside code, code that is copied and run, a function that is rewritten
 * again and again inside a hot loop, code that rewrites what it is about to run. */
#include "probe.h"

typedef ulong (*function)(ulong);

#define PAGE __attribute__((aligned(4096)))
static u32 code[2048] PAGE; /* two pages */

#define LI_A0(n) (0x00000513u | (u32)(n) << 20)              /* addi a0, zero, n */
#define ADDI_A0(n) (0x00050513u | ((u32)(n) & 0xfff) << 20)  /* addi a0, a0, n */
#define RET 0x00008067u

static void fence_i(void)
{
    asm volatile("fence.i" ::: "memory");
}

static void patched_function(void)
{
    /* the same two instructions with another constant, 1000 times; each version runs 1 to 4 times */
    ulong sum = 0;
    code[1] = RET;
    for (int i = 0; i < 1000; i++) {
        code[0] = ADDI_A0(i);
        fence_i();
        for (int k = 0; k <= (i & 3); k++)
            sum = ((function)code)(sum);
    }
    ulong want = 0;
    for (int i = 0; i < 1000; i++)
        want += (ulong)((i & 3) + 1) * i;
    EQ(sum, want);
}

static void hot_then_patched(void)
{
    /* long enough for any translator to consider it hot, then changed, then hot again */
    for (int version = 1; version <= 5; version++) {
        code[64] = ADDI_A0(version);
        code[65] = RET;
        fence_i();
        ulong v = 0;
        for (int i = 0; i < 20000; i++)
            v = ((function)(code + 64))(v);
        EQ(v, 20000ul * version);
    }
}

/* patches the instruction right after its own fence.i, in a page that is executing; a0 = instruction */
asm(".pushsection .data\n.balign 4\n.option push\n.option norvc\n.globl next_instruction\n"
    "next_instruction:\n la t0, 1f\n sw a0, 0(t0)\n fence.i\n1: nop\n ret\n"
    /* the same at the end of a chain: the patched instruction is a few instructions after the store */
    ".globl later_instruction\nlater_instruction:\n la t0, 1f\n sw a0, 0(t0)\n fence.i\n li a0, 100\n addi a0, a0, 1\n1: nop\n addi a0, a0, 2\n ret\n"
    /* a loop whose body rewrites itself in every round: a1 rounds, counts up in a0 by 1, 2, 3 … */
    ".globl changing_loop\nchanging_loop:\n mv a1, a0\n li a0, 0\n li a2, 0\n la t0, 2f\n lw t1, 0(t0)\n li t2, 1 << 20\n"
    "1: add t1, t1, t2\n sw t1, 0(t0)\n fence.i\n2: addi a0, a0, 0\n addi a2, a2, 1\n bne a2, a1, 1b\n"
    " ret\n.option pop\n.popsection");
extern char next_instruction[], later_instruction[], changing_loop[];

static void patched_next(void)
{
    for (int i = 0; i < 50; i++) {
        EQ(((function)next_instruction)(LI_A0(i)), i);
        EQ(((function)later_instruction)(ADDI_A0(i * 8)), 103 + 8 * i);
    }
    EQ(((function)changing_loop)(40), 40 * 41 / 2);
}

static void data_on_code_page(void)
{
    /* a counter in the page of the code that is running: stores without any fence.i, which change no instruction.
     * code: lui t2, 16; 1: lw a1, 256(a0); addi a1, a1, 1; sw a1, 256(a0); addi t2, t2, -1; bnez t2, 1b; mv a0, a1;
     * ret */
    static const u32 body[] = { 0x000103b7, 0x10052583, 0x00158593, 0x10b52023, 0xfff38393, 0xfe0398e3, 0x00058513, RET };
    for (unsigned i = 0; i < sizeof body / sizeof *body; i++)
        code[128 + i] = body[i];
    code[128 + 64] = 0;
    fence_i();
    EQ(((function)(code + 128))((ulong)(code + 128)), 0x10000);
    EQ(code[128 + 64], 0x10000);
}

static void copied(void)
{
    /* the same code at many addresses, also across the border of the two pages, also at odd half-words */
    static const u16 body[] = { 0x0513, 0x0015, 0x8082 }; /* addi a0, a0, 1; c.jr ra */
    for (int at = 1800; at < 2200; at++) {
        u16 *p = (u16 *)code + at;
        for (int i = 0; i < 3; i++)
            p[i] = body[i];
        fence_i();
        ulong v = at;
        for (int i = 0; i < 5; i++)
            v = ((function)p)(v);
        EQ(v, at + 5);
    }
    /* one instruction in two pages; its halves are patched one after the other */
    u16 *p = (u16 *)code + 2047;
    p[0] = 0x0513;
    p[2] = 0x8082;
    for (int i = 0; i < 20; i++) {
        p[1] = i << 4 | 5; /* imm[11:0] in the upper 12 bits of the second half */
        fence_i();
        EQ(((function)p)(0), i);
        p[0] = i & 1 ? 0x0513 : 0x4513; /* addi or xori */
        fence_i();
        EQ(((function)p)(1), i & 1 ? i + 1 : i ^ 1);
        p[0] = 0x0513;
    }
}

/* an instruction that becomes illegal and legal again: the trap is that of what is there now */
static void illegal_and_back(void)
{
    for (int i = 0; i < 4; i++) {
        code[32] = i & 1 ? 0 : LI_A0(i);
        code[33] = RET;
        fence_i();
        probe(S, code + 32, 0, 0);
        if (i & 1)
            TRAP(M, C_ILLEGAL, code + 32, 0);
        DONE();
    }
}

int main(void)
{
    probe_init();
    patched_function();
    hot_then_patched();
    patched_next();
    data_on_code_page();
    copied();
    illegal_and_back();
    passed("selfmod");
    return 0;
}
