/* Floating point: every F and D instruction over a table of awkward inputs, in all five rounding modes, as dynamic mode
 * (frm); one line per instruction with a checksum of all results and all flags. Static rounding modes, boxed and badly boxed
 * singles, and the CSRs follow. The lines are the expectation: they are the same on RV64 and RV32 but for the 64-bit
 * conversions. */
#include "io.h"

static const u64 doubles[] = {
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
static const u64 integers[] = {
    0, 1, -1ull, 2, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffff80000000,
    0x1000001, 0x20000000000001, 0x7fffffbfffffffff, 0xfffffe8000000001, 0xaaaaaaaaaaaaaaaa, 123456789,
};
#define COUNT(a) (sizeof(a) / sizeof *(a))

static u64 hash;

static void mix(u64 v)
{
    hash = (hash ^ v) * 0x9e3779b97f4a7c15ull;
    hash ^= hash >> 29;
}

static void begin(void)
{
    hash = 0xcbf29ce484222325ull;
}

static void end(const char *name)
{
    put(name);
    put(" ");
    put_hex64(hash);
    put("\n");
    csr_write(fcsr, 0);
}

static void flags(void)
{
    mix(csr_read(fflags));
    csr_write(fflags, 0);
}

/* Values go through memory, so that RV32 does the same as RV64. Whole registers are stored after operations on
 * singles too: the upper half must be ones. */
#define BINARY(name, load, table, n)                                                                                \
    static void test_##n(void)                                                                                     \
    {                                                                                                              \
        begin();                                                                                                   \
        for (unsigned rm = 0; rm < 5; rm++) {                                                                      \
            csr_write(frm, rm);                                                                                    \
            for (unsigned i = 0; i < COUNT(table); i++)                                                            \
                for (unsigned j = 0; j < COUNT(table); j++) {                                                      \
                    u64 r;                                                                                         \
                    asm volatile(load " ft0, 0(%0)\n" load " ft1, 0(%1)\n" name " ft2, ft0, ft1\nfsd ft2, 0(%2)"    \
                                 ::"r"(&table[i]), "r"(&table[j]), "r"(&r) : "ft0", "ft1", "ft2", "memory");        \
                    mix(r);                                                                                        \
                    flags();                                                                                       \
                }                                                                                                  \
        }                                                                                                          \
        end(name);                                                                                                 \
    }
#define UNARY(name, load, table, n)                                                                                 \
    static void test_##n(void)                                                                                     \
    {                                                                                                              \
        begin();                                                                                                   \
        for (unsigned rm = 0; rm < 5; rm++) {                                                                      \
            csr_write(frm, rm);                                                                                    \
            for (unsigned i = 0; i < COUNT(table); i++) {                                                          \
                u64 r;                                                                                             \
                asm volatile(load " ft0, 0(%0)\n" name " ft2, ft0\nfsd ft2, 0(%1)"                                  \
                             ::"r"(&table[i]), "r"(&r) : "ft0", "ft2", "memory");                                   \
                mix(r);                                                                                            \
                flags();                                                                                           \
            }                                                                                                      \
        }                                                                                                          \
        end(name);                                                                                                 \
    }
/* the third operand takes a few values only: the first is a product's exact negative or near it for many pairs */
#define TERNARY(name, load, table, n)                                                                               \
    static void test_##n(void)                                                                                     \
    {                                                                                                              \
        begin();                                                                                                   \
        for (unsigned rm = 0; rm < 5; rm++) {                                                                      \
            csr_write(frm, rm);                                                                                    \
            for (unsigned i = 0; i < COUNT(table); i += 1)                                                         \
                for (unsigned j = i & 1; j < COUNT(table); j += 2)                                                 \
                    for (unsigned k = (i + j) % 3; k < COUNT(table); k += 5) {                                     \
                        u64 r;                                                                                     \
                        asm volatile(load " ft0, 0(%0)\n" load " ft1, 0(%1)\n" load " ft3, 0(%2)\n" name           \
                                     " ft2, ft0, ft1, ft3\nfsd ft2, 0(%3)"                                          \
                                     ::"r"(&table[i]), "r"(&table[j]), "r"(&table[k]), "r"(&r)                      \
                                     : "ft0", "ft1", "ft2", "ft3", "memory");                                       \
                        mix(r);                                                                                    \
                        flags();                                                                                   \
                    }                                                                                              \
        }                                                                                                          \
        end(name);                                                                                                 \
    }
/* result in an integer register; sign-extended to 64 bits for the checksum, as RV64 has it */
#define COMPARE(name, load, table, n)                                                                               \
    static void test_##n(void)                                                                                     \
    {                                                                                                              \
        begin();                                                                                                   \
        for (unsigned i = 0; i < COUNT(table); i++)                                                                \
            for (unsigned j = 0; j < COUNT(table); j++) {                                                          \
                long r;                                                                                            \
                asm volatile(load " ft0, 0(%1)\n" load " ft1, 0(%2)\n" name " %0, ft0, ft1"                         \
                             : "=r"(r) : "r"(&table[i]), "r"(&table[j]) : "ft0", "ft1", "memory");                  \
                mix(r);                                                                                            \
                flags();                                                                                           \
            }                                                                                                      \
        end(name);                                                                                                 \
    }
#define TO_INTEGER(name, load, table, n)                                                                            \
    static void test_##n(void)                                                                                     \
    {                                                                                                              \
        begin();                                                                                                   \
        for (unsigned rm = 0; rm < 5; rm++) {                                                                      \
            csr_write(frm, rm);                                                                                    \
            for (unsigned i = 0; i < COUNT(table); i++) {                                                          \
                long r;                                                                                            \
                asm volatile(load " ft0, 0(%1)\n" name " %0, ft0" : "=r"(r) : "r"(&table[i]) : "ft0", "memory");    \
                mix((u64)(long long)r);                                                                            \
                flags();                                                                                           \
            }                                                                                                      \
        }                                                                                                          \
        end(name);                                                                                                 \
    }
#define FROM_INTEGER(name, n)                                                                                       \
    static void test_##n(void)                                                                                     \
    {                                                                                                              \
        begin();                                                                                                   \
        for (unsigned rm = 0; rm < 5; rm++) {                                                                      \
            csr_write(frm, rm);                                                                                    \
            for (unsigned i = 0; i < COUNT(integers); i++) {                                                       \
                u64 r;                                                                                             \
                asm volatile(name " ft2, %0\nfsd ft2, 0(%1)" ::"r"((ulong)integers[i]), "r"(&r) : "ft2", "memory"); \
                mix(r);                                                                                            \
                flags();                                                                                           \
            }                                                                                                      \
        }                                                                                                          \
        end(name);                                                                                                 \
    }

#define ALL(DO)                                                                                                     \
    DO(BINARY, "fadd.s", "flw", singles, add_s)                                                                     \
    DO(BINARY, "fsub.s", "flw", singles, sub_s)                                                                     \
    DO(BINARY, "fmul.s", "flw", singles, mul_s)                                                                     \
    DO(BINARY, "fdiv.s", "flw", singles, div_s)                                                                     \
    DO(UNARY, "fsqrt.s", "flw", singles, sqrt_s)                                                                    \
    DO(BINARY, "fmin.s", "flw", singles, min_s)                                                                     \
    DO(BINARY, "fmax.s", "flw", singles, max_s)                                                                     \
    DO(BINARY, "fsgnj.s", "flw", singles, sgnj_s)                                                                   \
    DO(BINARY, "fsgnjn.s", "flw", singles, sgnjn_s)                                                                 \
    DO(BINARY, "fsgnjx.s", "flw", singles, sgnjx_s)                                                                 \
    DO(TERNARY, "fmadd.s", "flw", singles, madd_s)                                                                  \
    DO(TERNARY, "fmsub.s", "flw", singles, msub_s)                                                                  \
    DO(TERNARY, "fnmadd.s", "flw", singles, nmadd_s)                                                                \
    DO(TERNARY, "fnmsub.s", "flw", singles, nmsub_s)                                                                \
    DO(COMPARE, "feq.s", "flw", singles, eq_s)                                                                      \
    DO(COMPARE, "flt.s", "flw", singles, lt_s)                                                                      \
    DO(COMPARE, "fle.s", "flw", singles, le_s)                                                                      \
    DO(TO_INTEGER, "fclass.s", "flw", singles, class_s)                                                             \
    DO(TO_INTEGER, "fmv.x.w", "flw", singles, mv_x_w)                                                               \
    DO(TO_INTEGER, "fcvt.w.s", "flw", singles, w_s)                                                                 \
    DO(TO_INTEGER, "fcvt.wu.s", "flw", singles, wu_s)                                                               \
    DO(BINARY, "fadd.d", "fld", doubles, add_d)                                                                     \
    DO(BINARY, "fsub.d", "fld", doubles, sub_d)                                                                     \
    DO(BINARY, "fmul.d", "fld", doubles, mul_d)                                                                     \
    DO(BINARY, "fdiv.d", "fld", doubles, div_d)                                                                     \
    DO(UNARY, "fsqrt.d", "fld", doubles, sqrt_d)                                                                    \
    DO(BINARY, "fmin.d", "fld", doubles, min_d)                                                                     \
    DO(BINARY, "fmax.d", "fld", doubles, max_d)                                                                     \
    DO(BINARY, "fsgnj.d", "fld", doubles, sgnj_d)                                                                   \
    DO(BINARY, "fsgnjn.d", "fld", doubles, sgnjn_d)                                                                 \
    DO(BINARY, "fsgnjx.d", "fld", doubles, sgnjx_d)                                                                 \
    DO(TERNARY, "fmadd.d", "fld", doubles, madd_d)                                                                  \
    DO(TERNARY, "fmsub.d", "fld", doubles, msub_d)                                                                  \
    DO(TERNARY, "fnmadd.d", "fld", doubles, nmadd_d)                                                                \
    DO(TERNARY, "fnmsub.d", "fld", doubles, nmsub_d)                                                                \
    DO(COMPARE, "feq.d", "fld", doubles, eq_d)                                                                      \
    DO(COMPARE, "flt.d", "fld", doubles, lt_d)                                                                      \
    DO(COMPARE, "fle.d", "fld", doubles, le_d)                                                                      \
    DO(TO_INTEGER, "fclass.d", "fld", doubles, class_d)                                                             \
    DO(TO_INTEGER, "fcvt.w.d", "fld", doubles, w_d)                                                                 \
    DO(TO_INTEGER, "fcvt.wu.d", "fld", doubles, wu_d)                                                               \
    DO(UNARY, "fcvt.s.d", "fld", doubles, s_d)                                                                      \
    DO(UNARY, "fcvt.d.s", "flw", singles, d_s)                                                                      \
    /* singles from registers that hold doubles: nearly all are badly boxed and count as NaN */                     \
    DO(BINARY, "fadd.s", "fld", doubles, unboxed_add)                                                               \
    DO(BINARY, "fsgnj.s", "fld", doubles, unboxed_sgnj)                                                             \
    DO(COMPARE, "feq.s", "fld", doubles, unboxed_eq)                                                                \
    DO(TO_INTEGER, "fclass.s", "fld", doubles, unboxed_class)                                                       \
    DO(TO_INTEGER, "fmv.x.w", "fld", doubles, unboxed_mv)                                                           \
    DO(UNARY, "fcvt.d.s", "fld", doubles, unboxed_d_s)
#define ALL_64(DO)                                                                                                  \
    DO(TO_INTEGER, "fmv.x.d", "fld", doubles, mv_x_d)                                                               \
    DO(TO_INTEGER, "fcvt.l.s", "flw", singles, l_s)                                                                 \
    DO(TO_INTEGER, "fcvt.lu.s", "flw", singles, lu_s)                                                               \
    DO(TO_INTEGER, "fcvt.l.d", "fld", doubles, l_d)                                                                 \
    DO(TO_INTEGER, "fcvt.lu.d", "fld", doubles, lu_d)

#define DEFINE(kind, name, load, table, n) kind(name, load, table, n)
#define RUN(kind, name, load, table, n) test_##n();
ALL(DEFINE)
FROM_INTEGER("fcvt.s.w", s_w)
FROM_INTEGER("fcvt.s.wu", s_wu)
FROM_INTEGER("fcvt.d.w", d_w)
FROM_INTEGER("fcvt.d.wu", d_wu)
FROM_INTEGER("fmv.w.x", mv_w_x)
#if __riscv_xlen == 64
ALL_64(DEFINE)
FROM_INTEGER("fcvt.s.l", s_l)
FROM_INTEGER("fcvt.s.lu", s_lu)
FROM_INTEGER("fcvt.d.l", d_l)
FROM_INTEGER("fcvt.d.lu", d_lu)
FROM_INTEGER("fmv.d.x", mv_d_x)
#endif

/* rounding modes in the instruction, with a different one in frm */
#define STATIC_MODE(rm)                                                                                             \
    for (unsigned i = 0; i < COUNT(doubles); i++) {                                                                 \
        u64 r;                                                                                                      \
        long n;                                                                                                     \
        asm volatile("fld ft0, 0(%1)\nfld ft1, 8(%2)\nfdiv.d ft2, ft0, ft1, " rm "\nfcvt.s.d ft3, ft2, " rm           \
                     "\nfcvt.w.d %0, ft0, " rm "\nfadd.s ft3, ft3, ft3, " rm "\nfsd ft2, 0(%3)"                       \
                     : "=&r"(n) : "r"(&doubles[i]), "r"(&doubles[22]), "r"(&r) : "ft0", "ft1", "ft2", "ft3", "memory"); \
        mix(r);                                                                                                     \
        mix((u64)(long long)n);                                                                                     \
        asm volatile("fsd ft3, 0(%0)" ::"r"(&r) : "memory");                                                         \
        mix(r);                                                                                                     \
        flags();                                                                                                    \
    }

static void static_modes(void)
{
    begin();
    csr_write(frm, 1);
    STATIC_MODE("rne")
    csr_write(frm, 0);
    STATIC_MODE("rtz")
    STATIC_MODE("rdn")
    STATIC_MODE("rup")
    STATIC_MODE("rmm")
    end("static modes");
}

/* flags stay until they are cleared; the CSRs are windows of one register */
static void registers(void)
{
    begin();
    csr_write(fcsr, -1ul);
    mix(csr_read(fcsr));
    csr_write(fcsr, 0);
    volatile double one = 1, three = 3, zero = 0, huge = 1e308, r;
    r = one / three;
    mix(csr_read(fflags));
    r = one / zero;
    mix(csr_read(fflags));
    r = huge * huge;
    mix(csr_read(fflags));
    r = zero / zero;
    mix(csr_read(fcsr));
    (void)r;
    ulong old;
    asm volatile("csrrwi %0, frm, 3" : "=r"(old));
    mix(old);
    asm volatile("csrrci %0, fflags, 1" : "=r"(old));
    mix(old);
    mix(csr_read(fcsr));
    asm volatile("csrrw %0, fflags, %1" : "=r"(old) : "r"(0x1ff));
    mix(csr_read(fcsr));
    end("fcsr");
}

int main(void)
{
    csr_set(mstatus, FS);
    ALL(RUN)
    test_s_w();
    test_s_wu();
    test_d_w();
    test_d_wu();
    test_mv_w_x();
#if __riscv_xlen == 64
    ALL_64(RUN)
    test_s_l();
    test_s_lu();
    test_d_l();
    test_d_lu();
    test_mv_d_x();
#endif
    static_modes();
    registers();
    put("float: done\n");
    return 0;
}
