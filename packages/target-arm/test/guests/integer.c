/* Integer instructions over a table of awkward inputs, each with carry clear and set; one line per instruction with a
 * checksum of the results and of APSR (N, Z, C, V, Q, and GE where the core has the DSP extension). The lines are the
 * expectation. */
#include "io.h"

#define V7 (BOARD != MICROBIT)
#ifdef __ARM_FEATURE_DSP
#define APSR "apsr_nzcvqg"
#define FLAGS_0 0x00050000
#define FLAGS_1 0x200a0000
#else
#define APSR "apsr_nzcvq"
#define FLAGS_0 0
#define FLAGS_1 0x20000000
#endif

static const u32 table[] = {
    0, 1, 2, 3, 7, 31, 32, 33, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe,
    0xffffffff, 0x12345678, 0xfedcba98, 0x00ff00ff, 0xff00ff80, 0x7fff8000, 0x80007fff, 0xa5a5a5a5, 1000003,
};
#define COUNT (sizeof table / sizeof *table)
static const u32 flags_in[] = { FLAGS_0, FLAGS_1 };

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

#define EACH for (unsigned i = 0; i < COUNT; i++)
#define PAIR for (unsigned i = 0; i < COUNT; i++) for (unsigned j = 0; j < COUNT; j++)
#define WITH for (unsigned k = 0; k < 2; k++)
#define RUN(text, constraint_out, ...)                                                                             \
    asm volatile("msr " APSR ", %2\n" text "\nmrs %1, apsr" : constraint_out(r), "=&l"(f) : "l"(flags_in[k]), ##__VA_ARGS__ : "r8", "r9", "cc"); \
    mix(r), mix(f)

/* op rd, rm with rd also the first source: 16-bit encodings */
#define TWO(op) TWO_(op " %0, %3", op)
#define TWO_(text, name) PAIR WITH { u32 r = table[i], f; RUN(text, "+&l", "l"(table[j])); } end(name);
/* op rd, rn, rm */
#define THREE(op) THREE_(op " %0, %3, %4", op)
#define THREE_(text, name) PAIR WITH { u32 r, f; RUN(text, "=&l", "l"(table[i]), "l"(table[j])); } end(name);
/* op rd, rm */
#define ONE(op) ONE_(op " %0, %3", op)
#define ONE_(text, name) EACH WITH { u32 r, f; RUN(text, "=&l", "l"(table[i])); } end(name);
/* a register that must not change, and flags */
#define COMPARE(op) COMPARE_(op " %0, %3", op)
#define COMPARE_(text, name) TWO_(text, name)
/* constants: the text has %0 and %3 */
#define CONSTANT(op, c) ONE_(op " %0, %3, #" #c, op " #" #c)
/* op rd, rn, rm, ra: the accumulator comes from the table, too */
#define FOUR(op) PAIR WITH { u32 r, f; RUN(op " %0, %3, %4, %5", "=&l", "l"(table[i]), "l"(table[j]), "l"(table[(i + j) % COUNT])); } end(op);
/* op rdlo, rdhi, rn, rm */
#define LONG(op)                                                                                                   \
    PAIR WITH {                                                                                                    \
        u32 low = table[(i + 1) % COUNT], high = table[(j + 2) % COUNT], f;                                         \
        asm volatile("msr " APSR ", %3\n" op " %0, %1, %4, %5\nmrs %2, apsr"                                        \
                     : "+&l"(low), "+&l"(high), "=&l"(f) : "l"(flags_in[k]), "r"(table[i]), "r"(table[j]) : "cc"); \
        mix(low), mix(high), mix(f);                                                                                \
    }                                                                                                              \
    end(op);
#define SHIFTED(op)                                                                                                \
    THREE_(op " %0, %3, %4, lsl #1", op " lsl #1") THREE_(op " %0, %3, %4, lsl #31", op " lsl #31")                \
    THREE_(op " %0, %3, %4, lsr #1", op " lsr #1") THREE_(op " %0, %3, %4, lsr #32", op " lsr #32")                \
    THREE_(op " %0, %3, %4, asr #7", op " asr #7") THREE_(op " %0, %3, %4, asr #32", op " asr #32")                \
    THREE_(op " %0, %3, %4, ror #16", op " ror #16") THREE_(op " %0, %3, %4, rrx", op " rrx")
/* the kinds of modified immediates; the last three rotate a byte, so logical operations set C */
#define CONSTANTS(op)                                                                                              \
    CONSTANT(op, 0) CONSTANT(op, 255) CONSTANT(op, 0x00ab00ab) CONSTANT(op, 0xab00ab00) CONSTANT(op, 0xabababab)   \
    CONSTANT(op, 0x80000000) CONSTANT(op, 0x7f800000) CONSTANT(op, 0x3fc)
#define LOAD(op)                                                                                                   \
    for (unsigned i = 0; i < sizeof table - 4; i += STEP) {                                                        \
        u32 r;                                                                                                     \
        asm volatile(op " %0, [%1, %2]" : "=l"(r) : "l"(table), "l"(i) : "memory");                                \
        mix(r);                                                                                                    \
    }                                                                                                              \
    end(op);

static void basic(void)
{
    THREE("adds") THREE("subs") TWO("adcs") TWO("sbcs") TWO("ands") TWO("orrs") TWO("eors") TWO("bics") TWO("lsls") TWO("lsrs")
    TWO("asrs") TWO("rors") TWO("muls") COMPARE("cmp") COMPARE("cmn") COMPARE("tst") ONE("mvns") ONE("uxtb") ONE("uxth")
    ONE("sxtb") ONE("sxth") ONE("rev") ONE("rev16") ONE("revsh") ONE("movs") CONSTANT("rsbs", 0)
    CONSTANT("adds", 7) CONSTANT("subs", 1) CONSTANT("lsls", 0) CONSTANT("lsls", 1) CONSTANT("lsls", 31) CONSTANT("lsrs", 1)
    CONSTANT("lsrs", 31) CONSTANT("lsrs", 32) CONSTANT("asrs", 1) CONSTANT("asrs", 31) CONSTANT("asrs", 32)
    TWO_("cmp %0, #255\nadds %0, %3", "cmp #255") TWO_("adds %0, #200\nsubs %0, %0, %3", "adds #200")
    TWO_("add %0, %3", "add") TWO_("mov r8, %3\nadd %0, r8", "add high") TWO_("mov r8, %3\ncmp %0, r8", "cmp high")
    TWO_("mov r9, %3\nmov r8, r9\nmov %0, r8", "mov high")
    /* conditional branches: bit n of the result for condition n */
    for (u32 nzcv = 0; nzcv < 16; nzcv++) {
        u32 r = 0;
        asm volatile("msr " APSR ", %1\n"
#define B(cond) "b" #cond " 1f\nb 2f\n1: adds %0, #1\n2: lsls %0, %0, #1\nmsr " APSR ", %1\n"
                     B(eq) B(ne) B(cs) B(cc) B(mi) B(pl) B(vs) B(vc) B(hi) B(ls) B(ge) B(lt) B(gt) B(le)
                     : "+l"(r) : "l"(nzcv << 28) : "cc");
        mix(r);
    }
    end("b<cond>");
#define STEP 4
    LOAD("ldr")
#undef STEP
#define STEP 2
    LOAD("ldrh") LOAD("ldrsh")
#undef STEP
#define STEP 1
    LOAD("ldrb") LOAD("ldrsb")
    static u32 buffer[10];
    for (unsigned i = 0; i < COUNT; i++) {
        register u32 *b_ asm("r0") = buffer;
        register u32 v_ asm("r1") = table[i];
        asm volatile("str %1, [%0, #4]\nstrh %1, [%0, #10]\nstrb %1, [%0, #13]\nmov r3, %0\nstmia r3!, {%1}\nadds r3, #12\n"
                     "stmia r3!, {%0, %1}\nsubs r3, %0\nstr r3, [%0, #24]\npush {%0, %1}\npop {r2, r3}\nstr r3, [%0, #28]\n"
                     "subs r2, %0\nstr r2, [%0, #32]" ::"l"(b_), "l"(v_) : "r2", "r3", "memory", "cc");
        buffer[4] -= (u32)buffer;
        for (int k = 0; k < 10; k++)
            mix(buffer[k]);
    }
    end("str");
}

#if BOARD != MICROBIT
static void wide(void)
{
    THREE("adds.w") THREE("adcs.w") THREE("subs.w") THREE("sbcs.w") THREE("rsbs.w") THREE("ands.w") THREE("orrs.w") THREE("orns")
    THREE("eors.w") THREE("bics.w") THREE("lsls.w") THREE("lsrs.w") THREE("asrs.w") THREE("rors.w") THREE("add.w") THREE("mul")
    SHIFTED("adds.w") SHIFTED("adcs.w") SHIFTED("subs.w") SHIFTED("sbcs.w") SHIFTED("rsbs.w") SHIFTED("ands.w") SHIFTED("orrs.w")
    SHIFTED("orns") SHIFTED("eors.w") SHIFTED("bics.w") SHIFTED("add.w")
    TWO_("tst.w %0, %3, lsl #3", "tst lsl") TWO_("teq %0, %3, asr #9", "teq asr") TWO_("teq %0, %3", "teq")
    TWO_("cmp.w %0, %3, ror #5", "cmp ror") TWO_("cmn.w %0, %3, lsr #2", "cmn lsr") TWO_("tst.w %0, %3, rrx", "tst rrx")
    ONE_("movs.w %0, %3, rrx", "rrx") ONE_("mvns.w %0, %3, ror #13", "mvn ror") ONE_("movs.w %0, %3, ror #1", "ror #1")
    CONSTANTS("adds.w") CONSTANTS("adcs.w") CONSTANTS("subs.w") CONSTANTS("sbcs.w") CONSTANTS("rsbs.w") CONSTANTS("ands.w")
    CONSTANTS("orrs.w") CONSTANTS("orns") CONSTANTS("eors.w") CONSTANTS("bics.w")
    ONE_("mov %0, %3\ntst.w %0, #0x80000000", "tst #") ONE_("mov %0, %3\nteq %0, #0xff0000", "teq #")
    ONE_("mov %0, %3\ncmp.w %0, #0xab00ab00", "cmp #") ONE_("mov %0, %3\ncmn.w %0, #0x1fe", "cmn #")
    ONE_("movs.w %0, #0xf0000000\nadds %0, %3", "mov #") ONE_("mvns.w %0, #0xff00\nadds %0, %3", "mvn #")
    CONSTANT("addw", 4095) CONSTANT("subw", 4095)
    ONE_("movw %0, #0xabcd\nadds %0, %3", "movw") ONE_("mov %0, %3\nmovt %0, #0x1234", "movt")
    FOUR("mla") FOUR("mls") LONG("umull") LONG("smull") LONG("umlal") LONG("smlal") THREE("udiv") THREE("sdiv")
    ONE("clz") ONE("rbit") ONE("rev.w") ONE_("sxtb.w %0, %3, ror #8", "sxtb ror") ONE_("uxth.w %0, %3, ror #24", "uxth ror")
    TWO_("bfi %0, %3, #4, #12", "bfi") TWO_("bfi %0, %3, #31, #1", "bfi 31") TWO_("bfc %0, #8, #20\nadds %0, %3", "bfc")
    ONE_("ubfx %0, %3, #5, #27", "ubfx") ONE_("sbfx %0, %3, #3, #9", "sbfx") ONE_("ubfx %0, %3, #0, #32", "ubfx 32")
    ONE_("ssat %0, #1, %3", "ssat 1") ONE_("ssat %0, #16, %3, lsl #4", "ssat 16") ONE_("ssat %0, #32, %3, asr #1", "ssat 32")
    ONE_("usat %0, #0, %3", "usat 0") ONE_("usat %0, #8, %3, asr #3", "usat 8") ONE_("usat %0, #31, %3, lsl #1", "usat 31")
    for (u32 nzcv = 0; nzcv < 16; nzcv++) {
        u32 r = 0;
        asm volatile("msr " APSR ", %1\n"
#define I(cond, bit) "it " #cond "\norr" #cond ".w %0, %0, #" #bit "\n"
                     I(eq, 1) I(ne, 2) I(cs, 4) I(cc, 8) I(mi, 16) I(pl, 32) I(vs, 64) I(vc, 128) I(hi, 0x100) I(ls, 0x200)
                     I(ge, 0x400) I(lt, 0x800) I(gt, 0x1000) I(le, 0x2000)
                     "ittee hi\naddhi %0, #0x4000\nsubhi %0, #1\naddls %0, #0x8000\nsubls %0, #2\n"
                     : "+r"(r) : "r"(nzcv << 28) : "cc");
        mix(r);
    }
    end("it");
    /* addressing modes: what was loaded and where the base is afterwards */
    static u32 area[16];
    for (unsigned i = 0; i < COUNT; i++) {
        for (unsigned k = 0; k < 16; k++)
            area[k] = table[(i + k) % COUNT];
        const u32 *base = area + 8;
        u32 r, s;
#define MODE(text)                                                                                                 \
        base = area + 8;                                                                                           \
        asm volatile(text : "=&r"(r), "=&r"(s), "+r"(base) : "r"(2) : "r3", "r4", "r5", "memory");                                   \
        mix(r), mix(s), mix((u32)base - (u32)area);
        MODE("ldr %0, [%2, #-8]\nldr %1, [%2, %3, lsl #2]")
        MODE("ldr %0, [%2, #8]!\nldrb %1, [%2], #-3")
        MODE("ldrsh %0, [%2], #255\nmov %1, #0")
        MODE("ldrd %0, %1, [%2, #-16]!")
        MODE("ldrd %0, %1, [%2], #1020")
        MODE("ldrsb %0, [%2, #-7]!\nldrh %1, [%2, %3, lsl #1]")
        MODE("mov %0, %2\nldmdb %0!, {r3, r4, r5}\nadd %1, r5, r3\neor %1, r4\nsub %0, %2\n")
        MODE("mov r5, %2\nldmia r5, {r3, r4, r5}\nadd %0, r3, r4\nmov %1, r5")
        MODE("strd %3, %2, [%2, #4]\nldr %0, [%2, #4]\nstr %3, [%2, #-4]!\nldr %1, [%2]")
        MODE("strh %3, [%2, #6]!\nstrb %2, [%2, #-1]\nldr %0, [%2, #-2]\nmov %1, #0")
        MODE("ldrex %0, [%2, #4]\nadd %0, #1\nstrex %1, %0, [%2, #4]")
        MODE("ldrexb %0, [%2]\nclrex\nstrexb %1, %0, [%2]")
        MODE("mov %0, #0\nstrexh %1, %0, [%2]")
        /* a table branch */
        asm volatile("and %1, %2, #3\ntbb [pc, %1]\n1: .byte (2f-1b)/2, (3f-1b)/2, (4f-1b)/2, (5f-1b)/2\n"
                     "2: mov %0, #10\nb 6f\n3: mov %0, #11\nb 6f\n4: mov %0, #12\nb 6f\n5: mov %0, #13\n6:"
                     : "=r"(r), "=&r"(s) : "r"(table[i]));
        mix(r);
        asm volatile("mov %0, #1\ncbz %1, 1f\nadd %0, #2\ncbnz %1, 1f\nadd %0, #4\n1:" : "=&l"(r) : "l"(table[i]));
        mix(r);
        /* the low half of the base is not the same on each board */
        for (unsigned k = 0; k < 16; k++)
            mix(area[k] - (area[k] >> 16 == (u32)area >> 16 ? (u32)area : 0));
    }
    end("addressing");
}
#endif

#ifdef __ARM_FEATURE_DSP
static void dsp(void)
{
#define PARALLEL(p) THREE(p "add16") THREE(p "sub16") THREE(p "add8") THREE(p "sub8") THREE(p "asx") THREE(p "sax")
    PARALLEL("s") PARALLEL("q") PARALLEL("sh") PARALLEL("u") PARALLEL("uq") PARALLEL("uh")
    THREE("sel") THREE("usad8") FOUR("usada8") THREE("qadd") THREE("qsub") THREE("qdadd") THREE("qdsub")
    THREE("smulbb") THREE("smulbt") THREE("smultb") THREE("smultt") THREE("smulwb") THREE("smulwt")
    FOUR("smlabb") FOUR("smlabt") FOUR("smlatb") FOUR("smlatt") FOUR("smlawb") FOUR("smlawt")
    THREE("smuad") THREE("smuadx") THREE("smusd") THREE("smusdx") FOUR("smlad") FOUR("smladx") FOUR("smlsd") FOUR("smlsdx")
    LONG("smlald") LONG("smlaldx") LONG("smlsld") LONG("smlsldx") LONG("smlalbb") LONG("smlalbt") LONG("smlaltb") LONG("smlaltt")
    LONG("umaal") THREE("smmul") THREE("smmulr") FOUR("smmla") FOUR("smmlar") FOUR("smmls") FOUR("smmlsr")
    THREE_("pkhbt %0, %3, %4, lsl #5", "pkhbt") THREE_("pkhtb %0, %3, %4, asr #9", "pkhtb") THREE_("pkhtb %0, %3, %4, asr #32", "pkhtb 32")
    THREE("sxtab") THREE("sxtah") THREE("sxtab16") THREE("uxtab") THREE("uxtah") THREE("uxtab16") ONE("sxtb16") ONE("uxtb16")
    THREE_("sxtab %0, %3, %4, ror #16", "sxtab ror") THREE_("uxtab16 %0, %3, %4, ror #8", "uxtab16 ror")
    ONE_("ssat16 %0, #9, %3", "ssat16") ONE_("usat16 %0, #7, %3", "usat16")
}
#endif

int main(void)
{
    end("start");
    basic();
#if BOARD != MICROBIT
    wide();
#endif
#ifdef __ARM_FEATURE_DSP
    dsp();
#endif
    put("integer: done\n");
    return 0;
}
