/* Code in RAM that changes: patched instructions, data beside code, code that is copied and run, a function that is
 * rewritten again and again inside a hot loop, code that rewrites what it is about to run. Each change is followed by DSB
 * and ISB. */
#include "probe.h"

typedef u32 (*function)(u32);

static u16 code[4096] __attribute__((aligned(4096)));

#define MOVS_R0(n) (0x2000 | (n))
#define ADDS_R0(n) (0x3000 | (n))
#define BX_LR 0x4770
#define CALL(p, v) ((function)((u32)(p) | 1))(v)

static void patched_function(void)
{
    /* the same two instructions with another constant, 1000 times; each version runs 1 to 4 times */
    u32 sum = 0, want = 0;
    code[1] = BX_LR;
    for (int i = 0; i < 1000; i++) {
        code[0] = ADDS_R0(i & 255);
        barrier();
        for (int k = 0; k <= (i & 3); k++) {
            sum = CALL(code, sum);
            want += i & 255;
        }
    }
    EQ(sum, want);
}

static void hot_then_patched(void)
{
    /* long enough for any translator to consider it hot, then changed, then hot again */
    for (int version = 1; version <= 5; version++) {
        code[128] = ADDS_R0(version);
        code[129] = BX_LR;
        barrier();
        u32 v = 0;
        for (int i = 0; i < 20000; i++)
            v = CALL(code + 128, v);
        EQ(v, 20000 * version);
    }
}

/* patches the instruction behind its own barriers; r0 = instruction */
asm(".pushsection .data\n.syntax unified\n.balign 4\n.thumb_func\n.globl next_instruction\n"
    "next_instruction:\n adr r1, 1f\n strh r0, [r1]\n dsb\n isb\n nop\n.balign 4\n1: nop\n bx lr\n"
    /* the same, but the patched instruction is a few instructions after the store */
    ".balign 4\n.thumb_func\n.globl later_instruction\nlater_instruction:\n adr r1, 1f\n strh r0, [r1]\n dsb\n isb\n movs r0, #100\n"
    " adds r0, #1\n.balign 4\n1: nop\n adds r0, #2\n bx lr\n"
    /* a loop whose body rewrites itself in every round: r0 rounds, adds 1, 2, 3 … */
    ".balign 4\n.thumb_func\n.globl changing_loop\nchanging_loop:\n push {r4, lr}\n mov r1, r0\n movs r0, #0\n movs r2, #0\n adr r3, 2f\n"
    " ldrh r4, [r3]\n1: adds r4, #1\n strh r4, [r3]\n dsb\n isb\n nop\n.balign 4\n2: adds r0, #0\n adds r2, #1\n cmp r2, r1\n bne 1b\n"
    " pop {r4, pc}\n.popsection");
extern char next_instruction[], later_instruction[], changing_loop[];

static void patched_next(void)
{
    for (int i = 0; i < 30; i++) {
        EQ(CALL(next_instruction, MOVS_R0(i)), i);
        EQ(CALL(later_instruction, ADDS_R0(i * 8)), 103 + 8 * i);
    }
    EQ(CALL(changing_loop, 40), 40 * 41 / 2);
}

static void data_on_code_page(void)
{
    /* a counter in the page of the code that is running: stores without any barrier, which change no instruction.
     * movs r2, #1; lsls r2, r2, #16; 1: ldr r1, [r0, #64]; adds r1, #1; str r1, [r0, #64]; subs r2, #1; bne 1b; mov r0, r1;
     * bx lr */
    static const u16 body[] = { 0x2201, 0x0412, 0x6c01, 0x3101, 0x6401, 0x3a01, 0xd1fa, 0x4608, BX_LR };
    for (unsigned i = 0; i < sizeof body / sizeof *body; i++)
        code[256 + i] = body[i];
    *(u32 *)(code + 256 + 32) = 0;
    barrier();
    EQ(CALL(code + 256, (u32)(code + 256)), 0x10000);
    EQ(*(u32 *)(code + 256 + 32), 0x10000);
}

static void copied(void)
{
    /* the same code at many addresses, also across the border of two pages of 1 KB and of 4 KB */
    static const u16 body[] = { 0x4602, 0x3001, 0x1a80, 0x1880, BX_LR }; /* mov r2, r0; adds r0, #1; subs r0, r0, r2; adds r0, r0, r2; bx lr */
    for (int at = 2000; at < 2100; at++) {
        for (int i = 0; i < 5; i++)
            code[at + i] = body[i];
        barrier();
        u32 v = at;
        for (int i = 0; i < 5; i++)
            v = CALL(code + at, v);
        EQ(v, at + 5);
    }
    /* one 32-bit instruction in two pages (BL over the next instruction); its halves are patched one after the other */
    u16 *p = code + 2045;
    static const u16 calls[] = {
        0xb500,         /* push {lr} */
        0x2000,         /* movs r0, #0 */
        0xf000, 0xf801, /* bl to 2 bytes further */
        0xbd00,         /* pop {pc} */
        0x3001, BX_LR, 0x3002, BX_LR, 0x3004, BX_LR, 0x3008, BX_LR, /* adds r0, #1; bx lr; … */
    };
    for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++)
        p[i] = calls[i];
    for (int i = 0; i < 16; i++) {
        p[3] = 0xf801 + 2 * (i & 3);
        barrier();
        EQ(CALL(p, 0), 1 << (i & 3));
        p[1] = MOVS_R0(i);
        barrier();
        EQ(CALL(p, 0), i + (1 << (i & 3)));
        p[1] = MOVS_R0(0);
    }
}

/* an instruction that becomes undefined and defined again: the fault is that of what is there now */
static void undefined_and_back(void)
{
    faults(1);
    for (int i = 0; i < 4; i++) {
        code[64] = i & 1 ? 0xde00 : MOVS_R0(i);
        code[65] = BX_LR;
        barrier();
        probe(PRIV, (u8 *)code + 129, 0, 0);
        if (i & 1)
            TRAP(BOARD == MICROBIT ? E_HARDFAULT : E_USAGEFAULT, code + 64, UNDEFINSTR, 0, 0);
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
    undefined_and_back();
    passed("selfmod");
    return 0;
}
