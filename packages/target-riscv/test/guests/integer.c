/* Integer instructions of I, M, A, Zba, Zbb and Zbs over a table of awkward inputs; one line per instruction with a
 * checksum of the results. The lines are the expectation. */
#include "io.h"

static const u64 table[] = {
    0, 1, 2, 3, 31, 32, 33, 63, 64, 0x7f, 0x80, 0xff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff,
    0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0x8000000000000001, -2ull, -1ull, 0x0123456789abcdef, 0xfedcba9876543210,
    0x00ff00ff00ff00ff, 0xa5a5a5a55a5a5a5a, 0x00000000a5a5a5a5, 0xffffffff80000000, 0x8000000080000000, 7, -7ull, 1000003,
};
#define COUNT (sizeof table / sizeof *table)

static u64 hash;
static u64 cell; /* for the atomics; two words on RV32 */

static void mix(ulong v)
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

#define ARCH ".option push\n.option arch, +zba, +zbb, +zbs\n"
#define BINARY(name)                                                                                                \
    for (unsigned i = 0; i < COUNT; i++)                                                                            \
        for (unsigned j = 0; j < COUNT; j++) {                                                                      \
            ulong r;                                                                                                \
            asm volatile(ARCH name " %0, %1, %2\n.option pop" : "=r"(r) : "r"((ulong)table[i]), "r"((ulong)table[j])); \
            mix(r);                                                                                                 \
        }                                                                                                           \
    end(name);
#define UNARY(name)                                                                                                 \
    for (unsigned i = 0; i < COUNT; i++) {                                                                          \
        ulong r;                                                                                                    \
        asm volatile(ARCH name " %0, %1\n.option pop" : "=r"(r) : "r"((ulong)table[i]));                             \
        mix(r);                                                                                                     \
    }                                                                                                               \
    end(name);
#define IMMEDIATE(name, ...)                                                                                        \
    for (unsigned i = 0; i < COUNT; i++) {                                                                          \
        ulong r;                                                                                                    \
        EACH(name, __VA_ARGS__)                                                                                     \
    }                                                                                                               \
    end(name);
#define ONE(name, imm) asm volatile(ARCH name " %0, %1, " #imm "\n.option pop" : "=r"(r) : "r"((ulong)table[i])); mix(r);
#define EACH(name, a, b, c, d) ONE(name, a) ONE(name, b) ONE(name, c) ONE(name, d)
/* the old value and what is in memory afterwards */
#define ATOMIC(name)                                                                                                \
    for (unsigned i = 0; i < COUNT; i++)                                                                            \
        for (unsigned j = 0; j < COUNT; j++) {                                                                      \
            ulong r;                                                                                                \
            cell = table[i];                                                                                        \
            asm volatile(name " %0, %1, (%2)" : "=r"(r) : "r"((ulong)table[j]), "r"(&cell) : "memory");              \
            mix(r);                                                                                                 \
            mix((ulong)cell);                                                                                       \
        }                                                                                                           \
    end(name);
/* yields 1 where the branch is taken */
#define BRANCH(name)                                                                                                \
    for (unsigned i = 0; i < COUNT; i++)                                                                            \
        for (unsigned j = 0; j < COUNT; j++) {                                                                      \
            ulong r;                                                                                                \
            asm volatile("li %0, 1\n" name " %1, %2, 1f\nli %0, 0\n1:" : "=&r"(r) : "r"((ulong)table[i]), "r"((ulong)table[j])); \
            mix(r);                                                                                                 \
        }                                                                                                           \
    end(name);
#define LOAD(name)                                                                                                  \
    for (unsigned i = 0; i < sizeof table - 8; i++) {                                                               \
        ulong r;                                                                                                    \
        asm volatile(name " %0, 0(%1)" : "=r"(r) : "r"((const u8 *)table + i) : "memory");                           \
        mix(r);                                                                                                     \
    }                                                                                                               \
    end(name);

int main(void)
{
    end("start");
    BINARY("add") BINARY("sub") BINARY("and") BINARY("or") BINARY("xor") BINARY("sll") BINARY("srl") BINARY("sra")
    BINARY("slt") BINARY("sltu")
    IMMEDIATE("addi", 0, -1, 2047, -2048) IMMEDIATE("andi", 0, -1, 2047, -2048) IMMEDIATE("ori", 0, -1, 2047, -2048)
    IMMEDIATE("xori", 0, -1, 2047, -2048) IMMEDIATE("slti", 0, -1, 2047, -2048) IMMEDIATE("sltiu", 0, -1, 2047, -2048)
    IMMEDIATE("slli", 0, 1, 15, 31) IMMEDIATE("srli", 0, 1, 15, 31) IMMEDIATE("srai", 0, 1, 15, 31)
    BRANCH("beq") BRANCH("bne") BRANCH("blt") BRANCH("bge") BRANCH("bltu") BRANCH("bgeu")
    LOAD("lb") LOAD("lbu") LOAD("lh") LOAD("lhu") LOAD("lw")
    BINARY("mul") BINARY("mulh") BINARY("mulhu") BINARY("mulhsu") BINARY("div") BINARY("divu") BINARY("rem") BINARY("remu")
    ATOMIC("amoswap.w") ATOMIC("amoadd.w") ATOMIC("amoxor.w") ATOMIC("amoand.w") ATOMIC("amoor.w") ATOMIC("amomin.w")
    ATOMIC("amomax.w") ATOMIC("amominu.w") ATOMIC("amomaxu.w")
    BINARY("sh1add") BINARY("sh2add") BINARY("sh3add")
    BINARY("andn") BINARY("orn") BINARY("xnor") BINARY("min") BINARY("minu") BINARY("max") BINARY("maxu") BINARY("rol") BINARY("ror")
    UNARY("clz") UNARY("ctz") UNARY("cpop") UNARY("sext.b") UNARY("sext.h") UNARY("zext.h") UNARY("orc.b") UNARY("rev8")
    IMMEDIATE("rori", 0, 1, 15, 31)
    BINARY("bclr") BINARY("bext") BINARY("binv") BINARY("bset")
    IMMEDIATE("bclri", 0, 1, 15, 31) IMMEDIATE("bexti", 0, 1, 15, 31) IMMEDIATE("binvi", 0, 1, 15, 31) IMMEDIATE("bseti", 0, 1, 15, 31)
#if __riscv_xlen == 64
    BINARY("addw") BINARY("subw") BINARY("sllw") BINARY("srlw") BINARY("sraw") LOAD("lwu") LOAD("ld")
    IMMEDIATE("addiw", 0, -1, 2047, -2048) IMMEDIATE("slliw", 0, 1, 15, 31) IMMEDIATE("srliw", 0, 1, 15, 31) IMMEDIATE("sraiw", 0, 1, 15, 31)
    IMMEDIATE("slli", 32, 33, 47, 63) IMMEDIATE("srli", 32, 33, 47, 63) IMMEDIATE("srai", 32, 33, 47, 63)
    BINARY("mulw") BINARY("divw") BINARY("divuw") BINARY("remw") BINARY("remuw")
    ATOMIC("amoswap.d") ATOMIC("amoadd.d") ATOMIC("amoxor.d") ATOMIC("amoand.d") ATOMIC("amoor.d") ATOMIC("amomin.d")
    ATOMIC("amomax.d") ATOMIC("amominu.d") ATOMIC("amomaxu.d")
    BINARY("add.uw") BINARY("sh1add.uw") BINARY("sh2add.uw") BINARY("sh3add.uw") IMMEDIATE("slli.uw", 0, 1, 31, 63)
    BINARY("rolw") BINARY("rorw") UNARY("clzw") UNARY("ctzw") UNARY("cpopw") IMMEDIATE("rori", 32, 33, 47, 63)
    IMMEDIATE("roriw", 0, 1, 15, 31)
    IMMEDIATE("bclri", 32, 33, 47, 63) IMMEDIATE("bexti", 32, 33, 47, 63) IMMEDIATE("binvi", 32, 33, 47, 63) IMMEDIATE("bseti", 32, 33, 47, 63)
#endif
    put("integer: done\n");
    return 0;
}
