#include "probe.h"

struct trap traps[64];
u32 n_traps, result, leave_with, probe_psp;
int (*hooks[64])(struct trap *t, struct frame *f);
int enabled;

static u32 next_trap, count;
static int mode_now, probing;
static void *probe_code;
static u32 probe_a0, probe_a1;

void run_in(u32 control, void *code, u32 a0, u32 a1);

static void __attribute__((noreturn)) fail(int line, const char *what, u32 got, u32 want)
{
    put("FAIL line ");
    put_dec(line);
    put(" ");
    put(what);
    put(" got ");
    put_hex(got);
    put(" want ");
    put_hex(want);
    put("\n");
    exit(1 + line % 120);
}

/* from trap.S */
u32 trap(u32 number, u32 exc_return, struct frame *f);
u32 trap(u32 number, u32 exc_return, struct frame *f)
{
    u32 cfsr = 0, hfsr = 0, address = 0;
#if BOARD != MICROBIT
    cfsr = REG32(CFSR);
    hfsr = REG32(HFSR);
#endif
    int readable = !(cfsr & NO_FRAME);
    if (probing && readable && ((number == E_SVC && f->pc == (u32)probe_back + 2) ||
                                (number == E_HARDFAULT && f->pc - (u32)probe_back <= 2))) {
        /* the probe is over; a HardFault if it left SVC masked */
        result = f->r0;
        probing = 0;
        msr(primask, 0);
#if BOARD != MICROBIT
        msr(basepri, 0);
        REG32(HFSR) = hfsr;
#endif
        msr(control, mrs(control) & ~3);
        f->pc = (u32)run_return & ~1;
        f->xpsr = (f->xpsr & ~XPSR_IT) | XPSR_T;
        return exc_return;
    }
#if BOARD != MICROBIT
    if (cfsr & MMARVALID)
        address = REG32(MMFAR);
    if (cfsr & BFARVALID)
        address = REG32(BFAR);
    REG32(CFSR) = cfsr;
    REG32(HFSR) = hfsr;
#endif
    if (n_traps == sizeof traps / sizeof *traps)
        fail(0, "too many traps", number, f->pc);
    struct trap *t = &traps[n_traps++];
    *t = (struct trap){ number, exc_return, cfsr, hfsr, address, (u32)f, mrs(control), { 0, 0, 0, 0, 0, 0, 0, 0 } };
    if (readable)
        t->f = *f;
    int mended = hooks[number] ? hooks[number](t, f) : 0;
    if (!mended && (number <= E_USAGEFAULT || number == E_DEBUG) && number != E_NMI) {
        f->pc = (u32)(mode_now == HANDLER ? here_back : probe_back);
        f->xpsr = (f->xpsr & ~XPSR_IT) | XPSR_T;
    }
    if (leave_with) {
        exc_return = leave_with;
        leave_with = 0;
    }
    return exc_return;
}

static int in_handler(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    if (mode_now != HANDLER)
        return 0;
    n_traps--; /* not part of the probe */
    result = run_here(probe_code, probe_a0, probe_a1);
    return 0;
}

void faults(int enable)
{
    enabled = enable;
#if BOARD != MICROBIT
    REG32(SHCSR) = enable ? 0x70000 : 0;
#endif
}

void probe_init(void)
{
    probe_psp = (u32)__psp_end;
    hooks[E_IRQ(IRQ_PROBE)] = in_handler;
    irq_priority(IRQ_PROBE, 0xc0);
    irq_enable(IRQ_PROBE);
}

void probe(int mode, void *code, u32 a0, u32 a1)
{
    n_traps = next_trap = 0;
    mode_now = mode;
    count++;
    if (mode == HANDLER) {
        probe_code = code, probe_a0 = a0, probe_a1 = a1;
        asm volatile("cpsid i" ::: "memory");
        irq_pend(IRQ_PROBE);
        asm volatile("cpsie i" ::: "memory");
        return;
    }
    probing = 1;
    run_in(mode, code, a0, a1);
}

void check(int line, u32 got, u32 want)
{
    count++;
    if (got != want)
        fail(line, "value", got, want);
}

void expect(int line, u32 number, const void *pc, u32 cfsr, u32 hfsr, u32 address)
{
    if (next_trap == n_traps)
        fail(line, "no trap, r0", result, number);
    struct trap *t = &traps[next_trap++];
    if (t->number != number)
        fail(line, "number", t->number, number);
    if (pc && t->f.pc != ((u32)pc & ~1))
        fail(line, "pc", t->f.pc, (u32)pc & ~1);
#if BOARD != MICROBIT
    if (t->cfsr != cfsr)
        fail(line, "CFSR", t->cfsr, cfsr);
    if (t->hfsr != hfsr)
        fail(line, "HFSR", t->hfsr, hfsr);
    if (t->address != address)
        fail(line, "address", t->address, address);
#else
    (void)cfsr, (void)hfsr, (void)address;
#endif
}

void fault(int line, u32 number, const void *pc, u32 cfsr, u32 address)
{
    expect(line, enabled ? number : E_HARDFAULT, pc, cfsr, enabled ? 0 : FORCED, address);
    const struct trap *t = matched();
    u32 want = mode_now == HANDLER ? 0xfffffff1 : mode_now & 2 ? 0xfffffffd : 0xfffffff9;
    if (t->exc_return != want)
        fail(line, "EXC_RETURN", t->exc_return, want);
    want = mode_now == HANDLER ? E_IRQ(IRQ_PROBE) : 0;
    if (!(t->cfsr & NO_FRAME) && (t->f.xpsr & 0x1ff) != want)
        fail(line, "stacked IPSR", t->f.xpsr, want);
}

const struct trap *matched(void)
{
    return &traps[next_trap - 1];
}

void expect_done(int line)
{
    if (next_trap != n_traps)
        fail(line, "one more trap", traps[next_trap].number, traps[next_trap].f.pc);
}

void passed(const char *name)
{
    put(name);
    put(": ");
    put_dec(count);
    put(" checks passed\n");
}

void irq_enable(int n)
{
    REG32(NVIC_ISER + n / 32 * 4) = 1u << n % 32;
    barrier();
}

void irq_disable(int n)
{
    REG32(NVIC_ICER + n / 32 * 4) = 1u << n % 32;
    barrier();
}

void irq_pend(int n)
{
    REG32(NVIC_ISPR + n / 32 * 4) = 1u << n % 32;
    barrier();
}

/* whole words: Armv6-M has no byte accesses there */
static void byte_of(u32 base, int n, u32 v)
{
    u32 shift = n % 4 * 8;
    base += n & ~3;
    REG32(base) = (REG32(base) & ~(0xffu << shift)) | v << shift;
    barrier();
}

void irq_priority(int n, u32 priority)
{
    byte_of(NVIC_IPR, n, priority);
}

void system_priority(int number, u32 priority)
{
    byte_of(SHPR1 - 4, number, priority);
}
