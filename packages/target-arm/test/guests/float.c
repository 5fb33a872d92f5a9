/* Floating point: every instruction of FPv4-SP (Cortex-M4) or FPv5 with doubles (Cortex-M7) over a table of awkward inputs,
 * in all rounding modes, with flush-to-zero and default NaN on and off; one line per instruction with a checksum of the
 * results and of FPSCR (flags of exceptions and comparisons). The lines are the expectation. */
#include "io.h"

__attribute__((unused)) static const u64 doubles[] = {
    0x0000000000000000, 0x8000000000000000, /* zeros */
    0x3ff0000000000000, 0xbff0000000000000, /* ones */
    0x3ff0000000000001, 0x3fefffffffffffff, /* their neighbours */
    0x4000000000000000, 0xc008000000000000, 0x3fe0000000000000, 0x3ff8000000000000,
    0x7fefffffffffffff, 0xffefffffffffffff, /* largest */
    0x0010000000000000, 0x8010000000000000, /* smallest normal */
    0x000fffffffffffff, 0x0000000000000001, 0x8000000000000001, /* subnormal */
    0x7ff0000000000000, 0xfff0000000000000, /* infinities */
    0x7ff8000000000000, 0xfff8000000000123, /* quiet NaNs */
    0x7ff0000000000001, 0xfff7ffffffffffff, /* signalling NaNs */
    0x3fb999999999999a, 0x400921fb54442d18, 0xc1e0000000000000, 0x41dfffffffe00000, 0x41f0000000000000, /* around 2^31, 2^32 */
    0x43e0000000000000, 0xc3e0000000000001, 0x43f0000000000000, 0x4340000000000001, /* around 2^63, 2^64, 2^53 */
    0x3690000000000000, 0x36a8000000000000, 0x47efffffe0000000, 0x47effffff0000000, 0x380fffffc0000000, /* limits of single */
    0x3cb0000000000000, 0x1ff0000000000000, 0x5fe123456789abcd,
};
static const u32 singles[] = {
    0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x3f800001, 0x3f7fffff, 0x40000000, 0xc0400000, 0x3f000000, 0x3fc00000,
    0x7f7fffff, 0xff7fffff, 0x00800000, 0x80800000, 0x007fffff, 0x00000001, 0x80000001, 0x7f800000, 0xff800000, 0x7fc00000,
    0xffc00123, 0x7f800001, 0xffbfffff, 0x3dcccccd, 0x40490fdb, 0xcf000000, 0x4effffff, 0x4f800000, 0x5f000000, 0xdf000001,
    0x5f800000, 0x4b000001, 0x33800000, 0x1f812345, 0x5fabcdef,
};
static const u32 integers[] = {
    0, 1, -1u, 2, 0x7fffffff, 0x80000000, 0x80000001, 0xffffff80, 0x1000001, 0x7fffff80, 0x7fffffc0, 0xaaaaaaaa, 123456789, 0xffff, 0x8000, 0x7fff,
};
static const u32 halves[] = {
    0x0000, 0x8000, 0x3c00, 0xbc00, 0x3c01, 0x7bff, 0xfbff, 0x0400, 0x8400, 0x03ff, 0x0001, 0x8001, 0x7c00, 0xfc00, 0x7e00, 0xfe12, 0x7c01, 0xfdff,
};
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* RMode in bits 23:22, FZ 24, DN 25, AHP 26 */
static const u32 modes[] = { 0, 0x400000, 0x800000, 0xc00000, 0x1000000, 0x2000000, 0x3800000, 0x4000000 };

static u64 hash;

static void mix(u32 v)
{
    hash = (hash ^ v) * 0x9e3779b97f4a7c15ull;
    hash ^= hash >> 29;
}

static void end(const char *name)
{
    put(name);
    put(" ");
    put_hex64(hash);
    put("\n");
    hash = 0xcbf29ce484222325ull;
}

#define ALL_MODES(n) for (unsigned k = 0; k < n; k++)
/* Operands a and b (and c, for accumulation) in s2, s4, s6 or d1, d2, d3, the result in s0 or d0. */
#define GO(load_a, load_b, text, pa, pb, pc)                                                                         \
    {                                                                                                              \
        u32 r[2] __attribute__((aligned(8))), f;                                                                                               \
        asm volatile("vmsr fpscr, %[m]\n" load_a load_b text "\nvstr d0, [%[r]]\nvmrs %[f], fpscr"                  \
                     : [f] "=&r"(f)                                                                                \
                     : [r] "r"(r), [m] "r"(modes[k]), [a] "r"(pa), [b] "r"(pb), [c] "r"(pc)                           \
                     : "r3", "d0", "d1", "d2", "d3", "memory", "cc");                                                 \
        mix(r[0]), mix(r[1]), mix(f);                                                                              \
    }
#define S_A "vldr s1, [%[a]]\nvldr s2, [%[a]]\n"
#define S_B "vldr s4, [%[b]]\nvldr s0, [%[c]]\n"
#define D_A "vldr d1, [%[a]]\n"
#define D_B "vldr d2, [%[b]]\nvldr d0, [%[c]]\n"
#define TABLE(modes, load, text, name, table)                                                                      \
    ALL_MODES(modes) for (unsigned i = 0; i < COUNT(table); i++)                                                   \
        GO(load##_A, load##_B, text, &table[i], &table[i], &table[i])                                              \
    end(name);
#define PAIRS(load, text, name, table)                                                                             \
    ALL_MODES(7) for (unsigned i = 0; i < COUNT(table); i++) for (unsigned j = 0; j < COUNT(table); j++)           \
        GO(load##_A, load##_B, text, &table[i], &table[j], &table[(i + j) % COUNT(table)])                         \
    end(name);
#define SINGLE_1(op) TABLE(7, S, op " s0, s2", op, singles)
#define SINGLE_2(op) PAIRS(S, op " s0, s2, s4", op, singles)
#define SINGLE_COMPARE(op) PAIRS(S, op " s2, s4", op, singles) TABLE(7, S, op " s2, #0.0", op " #0", singles)
#define DOUBLE_1(op) TABLE(7, D, op " d0, d1", op, doubles)
#define DOUBLE_2(op) PAIRS(D, op " d0, d1, d2", op, doubles)
#define DOUBLE_COMPARE(op) PAIRS(D, op " d1, d2", op, doubles) TABLE(7, D, op " d1, #0.0", op " #0", doubles)
#define DOUBLE_TO(op) TABLE(7, D, op " s0, d1", op, doubles)
#define FROM_INTEGER(op, d) TABLE(7, S, op " " d ", s2", op, integers)
/* fixed point works in place: s0 or d0 is loaded from the third operand */
#define SINGLE_FIXED(type, bits)                                                                                   \
    TABLE(7, S, "vcvt." type ".f32 s0, s0, #" #bits, "vcvt." type ".f32 #" #bits, singles)                         \
    TABLE(7, S, "vcvt.f32." type " s0, s0, #" #bits, "vcvt.f32." type " #" #bits, integers)
#define DOUBLE_FIXED(type, bits)                                                                                   \
    TABLE(7, D, "vcvt." type ".f64 d0, d0, #" #bits, "vcvt." type ".f64 #" #bits, doubles)                         \
    TABLE(7, D, "vcvt.f64." type " d0, d0, #" #bits, "vcvt.f64." type " #" #bits, doubles)


static void single(void)
{
    SINGLE_2("vadd.f32") SINGLE_2("vsub.f32") SINGLE_2("vmul.f32") SINGLE_2("vnmul.f32") SINGLE_2("vdiv.f32")
    SINGLE_2("vmla.f32") SINGLE_2("vmls.f32") SINGLE_2("vnmla.f32") SINGLE_2("vnmls.f32") SINGLE_2("vfma.f32")
    SINGLE_2("vfms.f32") SINGLE_2("vfnma.f32") SINGLE_2("vfnms.f32") SINGLE_1("vsqrt.f32") SINGLE_1("vabs.f32")
    SINGLE_1("vneg.f32") SINGLE_1("vmov.f32") SINGLE_COMPARE("vcmp.f32") SINGLE_COMPARE("vcmpe.f32") SINGLE_1("vcvt.s32.f32")
    SINGLE_1("vcvt.u32.f32") SINGLE_1("vcvtr.s32.f32") SINGLE_1("vcvtr.u32.f32") FROM_INTEGER("vcvt.f32.s32", "s0")
    FROM_INTEGER("vcvt.f32.u32", "s0") SINGLE_FIXED("s16", 1) SINGLE_FIXED("s16", 15) SINGLE_FIXED("s16", 16)
    SINGLE_FIXED("u16", 1) SINGLE_FIXED("u16", 15) SINGLE_FIXED("u16", 16) SINGLE_FIXED("s32", 1) SINGLE_FIXED("s32", 16)
    SINGLE_FIXED("s32", 32) SINGLE_FIXED("u32", 1) SINGLE_FIXED("u32", 16) SINGLE_FIXED("u32", 32)
    TABLE(8, S, "vcvtb.f32.f16 s0, s2", "vcvtb.f32.f16", halves)
    TABLE(8, S, "vmov r3, s2\nlsl r3, #16\nvmov s2, r3\nvcvtt.f32.f16 s0, s2", "vcvtt.f32.f16", halves)
    TABLE(8, S, "vcvtb.f16.f32 s0, s2", "vcvtb.f16.f32", singles) TABLE(8, S, "vcvtt.f16.f32 s0, s2", "vcvtt.f16.f32", singles)
}

#if BOARD == AN500
static void version5(void)
{
    SINGLE_2("vmaxnm.f32") SINGLE_2("vminnm.f32")
    PAIRS(S, "vcmp.f32 s2, s4\nvmrs apsr_nzcv, fpscr\nvselgt.f32 s0, s2, s4", "vselgt.f32", singles)
    PAIRS(S, "vcmp.f32 s2, s4\nvmrs apsr_nzcv, fpscr\nvseleq.f32 s0, s2, s4", "vseleq.f32", singles) SINGLE_1("vrinta.f32")
    SINGLE_1("vrintn.f32") SINGLE_1("vrintp.f32") SINGLE_1("vrintm.f32") SINGLE_1("vrintx.f32") SINGLE_1("vrintz.f32")
    SINGLE_1("vrintr.f32") SINGLE_1("vcvta.s32.f32") SINGLE_1("vcvta.u32.f32") SINGLE_1("vcvtn.s32.f32")
    SINGLE_1("vcvtn.u32.f32") SINGLE_1("vcvtp.s32.f32") SINGLE_1("vcvtp.u32.f32") SINGLE_1("vcvtm.s32.f32")
    SINGLE_1("vcvtm.u32.f32")
}

static void double_(void)
{
    DOUBLE_2("vadd.f64") DOUBLE_2("vsub.f64") DOUBLE_2("vmul.f64") DOUBLE_2("vnmul.f64") DOUBLE_2("vdiv.f64")
    DOUBLE_2("vmla.f64") DOUBLE_2("vmls.f64") DOUBLE_2("vnmla.f64") DOUBLE_2("vnmls.f64") DOUBLE_2("vfma.f64")
    DOUBLE_2("vfms.f64") DOUBLE_2("vfnma.f64") DOUBLE_2("vfnms.f64") DOUBLE_2("vmaxnm.f64") DOUBLE_2("vminnm.f64")
    PAIRS(D, "vcmp.f64 d1, d2\nvmrs apsr_nzcv, fpscr\nvselge.f64 d0, d1, d2", "vselge.f64", doubles)
    PAIRS(D, "vcmp.f64 d1, d2\nvmrs apsr_nzcv, fpscr\nvselvs.f64 d0, d1, d2", "vselvs.f64", doubles) DOUBLE_1("vsqrt.f64")
    DOUBLE_1("vabs.f64") DOUBLE_1("vneg.f64") DOUBLE_1("vmov.f64") DOUBLE_1("vrinta.f64") DOUBLE_1("vrintn.f64")
    DOUBLE_1("vrintp.f64") DOUBLE_1("vrintm.f64") DOUBLE_1("vrintx.f64") DOUBLE_1("vrintz.f64") DOUBLE_1("vrintr.f64")
    DOUBLE_COMPARE("vcmp.f64") DOUBLE_COMPARE("vcmpe.f64") DOUBLE_TO("vcvt.s32.f64") DOUBLE_TO("vcvt.u32.f64")
    DOUBLE_TO("vcvtr.s32.f64") DOUBLE_TO("vcvtr.u32.f64") DOUBLE_TO("vcvta.s32.f64") DOUBLE_TO("vcvta.u32.f64")
    DOUBLE_TO("vcvtn.s32.f64") DOUBLE_TO("vcvtn.u32.f64") DOUBLE_TO("vcvtp.s32.f64") DOUBLE_TO("vcvtp.u32.f64")
    DOUBLE_TO("vcvtm.s32.f64") DOUBLE_TO("vcvtm.u32.f64") FROM_INTEGER("vcvt.f64.s32", "d0") FROM_INTEGER("vcvt.f64.u32", "d0")
    DOUBLE_TO("vcvt.f32.f64") TABLE(7, S, "vcvt.f64.f32 d0, s2", "vcvt.f64.f32", singles) DOUBLE_FIXED("s16", 3)
    DOUBLE_FIXED("s16", 16) DOUBLE_FIXED("u16", 3) DOUBLE_FIXED("u16", 16) DOUBLE_FIXED("s32", 1) DOUBLE_FIXED("s32", 32)
    DOUBLE_FIXED("u32", 1) DOUBLE_FIXED("u32", 32) TABLE(8, S, "vcvtb.f64.f16 d0, s2", "vcvtb.f64.f16", halves)
    TABLE(8, D, "vcvtb.f16.f64 s0, d1", "vcvtb.f16.f64", doubles) TABLE(8, D, "vcvtt.f16.f64 s0, d1", "vcvtt.f16.f64", doubles)
}
#endif

/* ---- transfers: core registers, several registers, constants, FPSCR */
#if BOARD == AN500
#define SCALARS "vmov.32 r3, d4[1]\nvmov.32 d4[0], r3\n"
#define DOUBLE_MOVE "vmov.f64 d3, d4\n"
#else
#define SCALARS "vmov r3, s9\nvmov s8, r3\n" /* this assembler has scalars for doubles alone */
#define DOUBLE_MOVE "vmov s6, s8\nvmov s7, s9\n"
#endif

static void transfers(void)
{
    u32 r[12] __attribute__((aligned(8)));
    for (unsigned i = 0; i < COUNT(singles); i++) {
        u32 *p = r;
        asm volatile("vmov s0, %1\nvmov s1, s0\nvmov s2, s3, %1, %2\nvmov r2, r3, s2, s3\nvmov s4, r2\nvmov r2, r3, d1\n"
                     "vmov d4, %2, %1\n" SCALARS "vmov.f32 s10, #-0.125\nvmov.f32 s11, #31.0\n"
                     "vmov s5, r2\n" DOUBLE_MOVE "vstmia %0!, {s0-s11}\nvldmdb %0!, {s4-s7}\nvpush {d2, d3}\nvpop {d0, d1}\n"
                     "vstr s3, [%0]"
                     : "+r"(p) : "r"(singles[i]), "r"(singles[(i + 3) % COUNT(singles)])
                     : "r2", "r3", "d0", "d1", "d2", "d3", "d4", "d5", "memory");
        for (unsigned k = 0; k < 12; k++)
            mix(r[k]);
    }
    end("transfers");
    u32 f;
    asm volatile("vmsr fpscr, %1\nvmrs %0, fpscr" : "=r"(f) : "r"(-1));
    mix(f);
    asm volatile("vmsr fpscr, %1\nvmrs apsr_nzcv, fpscr\nmrs %0, apsr" : "=r"(f) : "r"(0x90000000) : "cc");
    mix(f & 0xf0000000);
    asm volatile("vmsr fpscr, %0" ::"r"(0));
    end("fpscr");
}

int main(void)
{
    end("start");
    single();
#if BOARD == AN500
    version5();
    double_();
#endif
    transfers();
    put("float: done\n");
    return 0;
}
