/* Floating-point state and exceptions: the extended frame, pushed at once or when the handler first uses floating point (or
 * never), CONTROL.FPCA, FPCCR, FPCAR, FPDSCR, nesting, faults of the late push, CPACR. Cortex-M4 and M7. */
#include "probe.h"

#define FP ".fpu fpv4-sp-d16\n"
/* s0 to s15 = r1, r1 + 1 …, FPSCR = flags; then SVC; r0 = 0 if all are still there */
#define FILL FP "vmov s0, r1\nvmov s15, r1\nvmov s31, r1\nadds r1, #1\nvmov s1, r1\nmovs r2, #5\nlsls r2, r2, #29\nvmsr fpscr, r2\nmov r0, sp"
#define LOOK                                                                                                       \
    "vmov r3, s1\nsubs r0, r3, r1\nsubs r1, #1\nvmov r3, s0\nsubs r3, r3, r1\norrs r0, r3\nvmov r3, s15\nsubs r3, r3, r1\norrs r0, r3\n" \
    "vmov r3, s31\nsubs r3, r3, r1\norrs r0, r3\nvmrs r3, fpscr\nsubs r3, r3, r2\norrs r0, r3"
SNIPPET(call_, FILL, "svc 1", LOOK)
SNIPPET(call_plain, FP "mov r0, sp", "svc 1", "movs r0, #0")
SNIPPET(use, FP, "vmov s0, r1", "mrs r0, control")
SNIPPET(no_use, FP, "nop", "mrs r0, control")
SNIPPET(read_fpscr, FP, "vmrs r0, fpscr", "")

#define LSPACT 1
static u32 ccr; /* FPCCR to use */
static int in_use, m;
static u32 lspact, fpca, fpcar, before[18], after[18], fpscr_inside;

static u32 fp_read_s1(void)
{
    u32 v;
    asm volatile(FP "vmov %0, s1" : "=r"(v)::"memory");
    return v;
}

static void fp_spoil(void)
{
    asm volatile(FP "vmov s0, %0\nvmov s1, %0\nvmov s15, %0\nvmsr fpscr, %0" : : "r"(0x3e000000) : "memory");
}

static void copy(u32 *to, const u32 *from)
{
    for (int i = 0; i < 18; i++)
        to[i] = from[i];
}

static int handler(struct trap *t, struct frame *f)
{
    lspact = REG32(FPCCR) & LSPACT;
    fpca = mrs(control) >> 2 & 1;
    fpcar = REG32(FPCAR);
    copy(before, (u32 *)(f + 1));
    if (in_use) {
        asm volatile(FP "vmrs %0, fpscr" : "=r"(fpscr_inside)::"memory");
        fp_spoil();
        EQ(REG32(FPCCR) & LSPACT, 0);
        EQ(mrs(control) >> 2 & 1, REG32(FPCCR) >> 31);
    }
    copy(after, (u32 *)(f + 1));
    (void)t;
    return 0;
}

static void clear_below(void)
{
    for (u32 *p = (u32 *)(probe_psp - 0x100); p < (u32 *)probe_psp; p++)
        *p = 0xeeeeeeee;
}

/* one exception from code that used floating point */
static void one(void *code, const void *back, u32 number, int aspen, int lspen)
{
    REG32(FPCCR) = ccr = (u32)aspen << 31 | (u32)lspen << 30;
    barrier();
    msr(control, 0); /* FPCA too */
    for (in_use = 0; in_use < 2; in_use++) {
        clear_below();
        hooks[number] = handler;
        probe(m, code, 0, 0x1000);
        TAKEN(number, back);
        hooks[number] = 0;
        const struct trap *t = matched();
        u32 thread = m & 2 ? 0xfffffffd : 0xfffffff9;
        EQ(t->exc_return, aspen ? thread & ~0x10 : thread);
        EQ(t->sp, t->f.r0 ? (t->f.r0 - (aspen ? 0x68 : 0x20)) & ~7 : t->sp);
        EQ(fpca, 0);
        EQ(lspact, aspen && lspen);
        if (aspen) {
            if (lspen)
                EQ(fpcar, t->sp + 0x20);
            /* s0, s1, s15, FPSCR: in the frame now, or after the handler's first use */
            u32 pushed = lspen ? in_use : 1;
            if (m & 2)
                EQ(before[0], lspen ? 0xeeeeeeee : 0x1000);
            if (pushed) {
                EQ(after[0], 0x1000);
                EQ(after[1], 0x1001);
                EQ(after[15], 0x1000);
                EQ(after[16], 0xa0000000);
            }
            if (in_use)
                EQ(fpscr_inside, REG32(FPDSCR));
            EQ(result, 0);
        } else if (in_use) {
            EQ(result != 0, 1); /* nobody saved them */
        } else {
            EQ(result, 0);
        }
        DONE();
        EQ(REG32(FPCCR) & LSPACT, 0);
    }
}

static void frames(void)
{
    static const int modes[] = { PRIV, MAIN, UNPRIV };
    for (int k = 0; k < 3; k++) {
        m = modes[k];
        for (int mode = 0; mode < 3; mode++)
            one(call_, call__after, E_SVC, mode < 2, mode < 1);
    }
    for (u32 d = 0; d < 2; d++) {
        REG32(FPDSCR) = d ? 0x07c00000 : 0;
        m = PRIV;
        one(call_, call__after, E_SVC, 1, 1);
        one(call_, call__after, E_SVC, 1, 0);
    }
    REG32(FPDSCR) = 0;
    REG32(FPCCR) = 0xc0000000;
    msr(control, 0);
    /* without use: the basic frame */
    hooks[E_SVC] = handler;
    in_use = 0;
    probe(PRIV, call_plain, 0, 0);
    TAKEN(E_SVC, call_plain_after);
    EQ(matched()->exc_return, 0xfffffffd);
    DONE();
    in_use = 1;
    probe(PRIV, call_plain, 0, 0);
    TAKEN(E_SVC, call_plain_after);
    EQ(matched()->exc_return, 0xfffffffd);
    DONE();
    hooks[E_SVC] = 0;
    probe(PRIV, no_use, 0, 0);
    EQ(result, 2);
    probe(PRIV, use, 0, 0);
    EQ(result, 6);
    REG32(FPCCR) = 0;
    barrier();
    probe(PRIV, use, 0, 0);
    EQ(result, 2);
    REG32(FPCCR) = 0xc0000000;
    barrier();
}

/* ---- a handler that used floating point is interrupted by one that does */
static u32 outer_before, outer_after, nested_return;
static int outer(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    fp_spoil();
    outer_before = fp_read_s1();
    in_use = 1;
    REG32(ICSR) = NMIPENDSET;
    barrier();
    outer_after = fp_read_s1();
    return 0;
}

static int inner(struct trap *t, struct frame *f)
{
    nested_return = t->exc_return;
    return handler(t, f);
}

/* the outer one did not: the state of the thread stays unsaved while the inner handler runs */
static int outer_plain(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    in_use = 1;
    REG32(ICSR) = NMIPENDSET;
    barrier();
    return 0;
}

static void nested(void)
{
    m = PRIV;
    hooks[E_NMI] = inner;
    hooks[E_SVC] = outer;
    probe(m, call_, 0, 0x1000);
    EQ(result, 0);
    EQ(nested_return, 0xffffffe1);
    EQ(outer_after, outer_before);
    hooks[E_SVC] = outer_plain;
    clear_below();
    probe(m, call_, 0, 0x1000);
    EQ(result, 0);
    EQ(nested_return, 0xfffffff1);
    EQ(((u32 *)(traps[0].sp + 0x20))[1], 0x1001); /* pushed to the thread's frame by NMI */
    hooks[E_NMI] = hooks[E_SVC] = 0;
}

/* ---- the late push fails: MemManage or BusFault at the instruction of the handler that needed it */
static int handler_faults(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    REG32(MPU_RNR) = 0;
    REG32(MPU_RBAR) = traps[0].sp & ~0xff;
    REG32(MPU_RASR) = 8 << 1 | 1; /* 512 bytes, no access */
    REG32(MPU_CTRL) = 5;
    barrier();
    fp_spoil();
    return 0;
}

static int mend(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    REG32(MPU_CTRL) = 0;
    barrier();
    return 1;
}

static void late_faults(void)
{
    for (int enable = 0; enable < 2; enable++) {
        faults(enable);
        u32 entered = enable ? E_MEMMANAGE : E_HARDFAULT;
        system_priority(E_SVC, 0x80);
        hooks[E_SVC] = handler_faults;
        hooks[entered] = mend;
        probe(PRIV, call_, 0, 0x1000);
        TAKEN(E_SVC, call__after);
        TRAP(entered, 0, MLSPERR, enable ? 0 : FORCED, 0);
        EQ(matched()->exc_return, 0xfffffff1);
        DONE();
        hooks[E_SVC] = hooks[entered] = 0;
    }
}

/* ---- CPACR: off, privileged alone, full */
static void access(void)
{
    faults(1);
    for (u32 cp = 0; cp < 4; cp++) {
        if (cp == 2)
            continue; /* reserved */
        REG32(CPACR) = cp * 0x500000;
        barrier();
        static const int modes[] = { MAIN, PRIV, UNPRIV, HANDLER };
        for (int k = 0; k < 4; k++) {
            m = modes[k];
            int fine = cp == 3 || (cp == 1 && !(m & 1));
            probe(m, use, 0, 0);
            if (!fine)
                FAULT(E_USAGEFAULT, use_at, NOCP, 0);
            DONE();
            probe(m, read_fpscr, 0, 0);
            if (!fine)
                FAULT(E_USAGEFAULT, read_fpscr_at, NOCP, 0);
            DONE();
        }
    }
    REG32(CPACR) = 0xf00000;
    barrier();
}

int main(void)
{
    REG32(CPACR) = 0xf00000;
    barrier();
    EQ(REG32(FPCCR) & 0xc0000000, 0xc0000000);
    EQ(REG32(FPDSCR), 0);
    probe_init();
    frames();
    nested();
    late_faults();
    access();

    passed("lazyfp");
    return 0;
}
