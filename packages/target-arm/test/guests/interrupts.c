/* Interrupts that software pends: each way to let one in, order of simultaneous ones, nesting, tail-chaining, priority
 * grouping, PRIMASK, BASEPRI, FAULTMASK, escalation in handlers, the NVIC's registers, WFI and WFE. */
#include "probe.h"

#define V7 (BOARD != MICROBIT)

SNIPPET(let_in, "nop", "cpsie i", "nop")
SNIPPET(store_enable, "", "str r1, [r0]", "dsb\nisb\nnop")
SNIPPET(write_primask, "movs r2, #0", "msr primask, r2", "nop")
SNIPPET(sleep, "", "wfi", "nop")
SNIPPET(sleep_then_let_in, "wfi", "cpsie i", "nop")
SNIPPET(wait_event, "sev\nwfe\nsev", "wfe", "nop")
SNIPPET(tail, "", "svc 1", "nop")
#if BOARD != MICROBIT
SNIPPET(let_in_f, "nop", "cpsie f", "nop")
SNIPPET(write_basepri, "", "msr basepri, r0", "movs r0, #0\nmsr basepri, r0")
SNIPPET(write_faultmask, "movs r2, #0", "msr faultmask, r2", "nop")
SNIPPET(enter_basepri_max, "msr basepri, r0\nmsr basepri_max, r1\nmrs r0, basepri", "nop", "movs r1, #0\nmsr basepri, r1")
#endif

static int m;
static const int modes[] = { MAIN, PRIV, HANDLER };

#define MASKED() asm volatile("cpsid i" ::: "memory")
#define UNMASKED() asm volatile("cpsie i" ::: "memory")

/* the numbers of all recorded exceptions, in order; and whether each interrupted a handler (bit i of nested) */
static void order(int line, u32 nested, int count, const u8 *numbers)
{
    check(line, n_traps, count);
    for (int i = 0; i < count; i++) {
        check(line, traps[i].number, numbers[i]);
        check(line, traps[i].exc_return == 0xfffffff1, nested >> i & 1);
    }
}
#define ORDER(nested, ...)                                                                                         \
    do {                                                                                                           \
        static const u8 numbers_[] = { __VA_ARGS__ };                                                              \
        order(__LINE__, nested, sizeof numbers_, numbers_);                                                        \
    } while (0)
#define ALL_NESTED (m == HANDLER ? -1u : 0)

static void each(void)
{
    for (int n = 0; n < IRQ_LINES; n += n == 0 ? 1 : 5) {
        irq_priority(n, 0x40);
        irq_enable(n);
        MASKED();
        irq_pend(n);
        EQ(REG32(NVIC_ISPR + n / 32 * 4) >> n % 32, 1);
        EQ(REG32(ICSR) >> 12 & 0x1ff, E_IRQ(n)); /* VECTPENDING */
        EQ(REG32(ICSR) >> 22 & 1, 1);            /* ISRPENDING */
        REG32(NVIC_ICPR + n / 32 * 4) = 1u << n % 32;
        EQ(REG32(ICSR) >> 12 & 0x1ff, 0);
        if (m == HANDLER) {
            UNMASKED();
            hooks[E_IRQ(n)] = 0;
            /* the probe itself is run by an interrupt, so PRIMASK is set inside: see nested() */
        } else {
            irq_pend(n);
            probe(m, let_in, 0, 0);
            TAKEN(E_IRQ(n), let_in_after);
            DONE();
            MASKED();
            irq_pend(n);
            probe(m, write_primask, 0, 0);
            TAKEN(E_IRQ(n), write_primask_after);
            DONE();
#if V7
            asm volatile("cpsid f" ::: "memory");
            irq_pend(n);
            probe(m, let_in_f, 0, 0);
            TAKEN(E_IRQ(n), let_in_f_after);
            DONE();
            asm volatile("cpsid f" ::: "memory");
            irq_pend(n);
            probe(m, write_faultmask, 0, 0);
            TAKEN(E_IRQ(n), write_faultmask_after);
            DONE();
            msr(basepri, 0x40);
            irq_pend(n);
            probe(m, write_basepri, 0x60, 0);
            TAKEN(E_IRQ(n), write_basepri_after);
            DONE();
#endif
        }
        irq_disable(n);
        irq_pend(n);
        probe(m, store_enable, NVIC_ISER + n / 32 * 4, 1u << n % 32);
        TAKEN(E_IRQ(n), store_enable_after);
        DONE();
        irq_disable(n);
    }
    irq_enable(IRQ_PROBE);
    irq_priority(IRQ_PROBE, 0xc0);
}

/* ---- several at once */
static void simultaneous(void)
{
    static const u8 lines[] = { 20, 3, 9, 28, 1, 15 };
    for (int i = 0; i < 6; i++) {
        irq_priority(lines[i], 0x80);
        irq_enable(lines[i]);
    }
    MASKED();
    for (int i = 0; i < 6; i++)
        irq_pend(lines[i]);
    REG32(ICSR) = PENDSVSET | PENDSTSET;
    barrier();
    /* one priority: by number; the first is taken behind cpsie, the others are tail-chained to it */
    system_priority(E_PENDSV, 0x80);
    system_priority(E_SYSTICK, 0x80);
    n_traps = 0;
    UNMASKED();
    ORDER(0, E_PENDSV, E_SYSTICK, E_IRQ(1), E_IRQ(3), E_IRQ(9), E_IRQ(15), E_IRQ(20), E_IRQ(28));
    for (u32 i = 1; i < n_traps; i++)
        EQ(traps[i].f.pc, traps[0].f.pc);
    /* by priority */
    MASKED();
    for (int i = 0; i < 6; i++) {
        irq_priority(lines[i], i % 3 * 0x40);
        irq_pend(lines[i]);
    }
    REG32(ICSR) = PENDSVSET | PENDSTSET;
    system_priority(E_PENDSV, 0x40);
    system_priority(E_SYSTICK, 0xc0);
    n_traps = 0;
    UNMASKED();
    ORDER(0, E_IRQ(20), E_IRQ(28), E_PENDSV, E_IRQ(1), E_IRQ(3), E_IRQ(9), E_IRQ(15), E_SYSTICK);
    /* with NMI: pended first, taken at once; then the rest */
    MASKED();
    irq_pend(3);
    n_traps = 0;
    REG32(ICSR) = NMIPENDSET;
    barrier();
    UNMASKED();
    ORDER(0, E_NMI, E_IRQ(3));
    for (int i = 0; i < 6; i++)
        irq_disable(lines[i]);
}

/* ---- nesting: what the handlers of interrupts 1 to 4 do */
static u32 seen[8];
static int pend_from_handler(struct trap *t, struct frame *f)
{
    (void)f;
    /* the handler of interrupt 2, priority 0x80, pends 1 (0x40), 3 (0x80) and 4 (0xc0): 1 preempts it here */
    EQ(REG32(ICSR) & 0x1ff, t->number);
#if V7
    EQ(REG32(NVIC_IABR) & ~(1 << IRQ_PROBE), 1 << 2);
    EQ(REG32(ICSR) >> 11 & 1, m != HANDLER); /* RETTOBASE */
#endif
    MASKED();
    irq_pend(4);
    irq_pend(3);
    irq_pend(1);
    seen[0] = n_traps;
    UNMASKED();
    seen[1] = n_traps;
    return 0;
}

static int deeper(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
#if V7
    EQ(REG32(NVIC_IABR) & ~(1 << IRQ_PROBE), 6);
    EQ(REG32(ICSR) >> 11 & 1, 0);
#endif
    EQ(mrs(ipsr), E_IRQ(1));
    /* lower than this one: wait */
    irq_pend(2);
    REG32(ICSR) = NMIPENDSET;
    barrier();
    return 0;
}

static int only_once(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    hooks[E_IRQ(2)] = 0;
    return pend_from_handler(t, f);
}

static void nesting(void)
{
    for (int n = 1; n <= 4; n++) {
        irq_priority(n, n == 1 ? 0x40 : n == 4 ? 0xc0 : 0x80);
        irq_enable(n);
    }
    irq_priority(IRQ_PROBE, 0xc0);
    hooks[E_IRQ(1)] = deeper;
    hooks[E_IRQ(2)] = only_once;
    if (m == HANDLER) {
        /* interrupt 4 has the probe's own priority: taken after it, in Thread mode */
        irq_disable(2);
        irq_pend(2);
        probe(m, store_enable, NVIC_ISER, 4);
        ORDER(0x1f, E_IRQ(2), E_IRQ(1), E_NMI, E_IRQ(2), E_IRQ(3), E_IRQ(4));
        /* 2 again and 3 are chained to the first 2, so all three return to the probe */
        EQ(traps[0].f.pc, (u32)store_enable_after);
        EQ(traps[3].f.pc, (u32)store_enable_after);
        EQ(traps[4].f.pc, (u32)store_enable_after);
    } else {
        MASKED();
        irq_pend(2);
        probe(m, let_in, 0, 0);
        ORDER(6, E_IRQ(2), E_IRQ(1), E_NMI, E_IRQ(2), E_IRQ(3), E_IRQ(4));
        for (int i = 0; i < 6; i++)
            if (i != 1 && i != 2)
                EQ(traps[i].f.pc, (u32)let_in_after);
    }
    EQ(seen[0], 1);
    EQ(seen[1], 3);
    hooks[E_IRQ(1)] = hooks[E_IRQ(2)] = 0;
    for (int n = 1; n <= 4; n++)
        irq_disable(n);
}

/* ---- SVC pends PendSV and an interrupt of the same priority: both are chained to it; SVC from a handler */
static int call_pends(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    REG32(ICSR) = PENDSVSET;
    irq_pend(5);
    return 0;
}

static int tick_pends(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    REG32(ICSR) = PENDSVSET;
    barrier();
    return 0;
}

static void chains(void)
{
    system_priority(E_SVC, 0x40);
    system_priority(E_PENDSV, 0xc0);
    system_priority(E_SYSTICK, 0x80);
    irq_priority(5, 0x40);
    irq_priority(IRQ_PROBE, 0xc0);
    irq_enable(5);
    hooks[E_SVC] = call_pends;
    probe(m, tail, 0, 0);
    /* PendSV has the priority of the probe's handler, so it waits there for its end */
    if (m == HANDLER)
        ORDER(3, E_SVC, E_IRQ(5), E_PENDSV);
    else
        ORDER(0, E_SVC, E_IRQ(5), E_PENDSV);
    EQ(traps[0].f.pc, (u32)tail_after);
    EQ(traps[1].f.pc, (u32)tail_after);
    hooks[E_SVC] = 0;
    irq_disable(5);
    if (m == HANDLER)
        return;
    /* as a kernel does it: SysTick pends PendSV */
    hooks[E_SYSTICK] = tick_pends;
    MASKED();
    REG32(ICSR) = PENDSTSET;
    barrier();
    probe(m, let_in, 0, 0);
    TAKEN(E_SYSTICK, let_in_after);
    TAKEN(E_PENDSV, let_in_after);
    DONE();
    hooks[E_SYSTICK] = 0;
}

/* ---- SVC where its priority does not suffice is a HardFault */
static int call_inside(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    asm volatile("svc 3" ::: "memory");
    return 0;
}

static int go_on(struct trap *t, struct frame *f)
{
    /* HardFault of an SVC: go on behind it, wherever the frame points */
    (void)t;
    if (*(u16 *)f->pc >> 8 == 0xdf)
        f->pc += 2;
    return 1;
}

static void escalation(void)
{
    irq_priority(6, 0x40);
    irq_enable(6);
    hooks[E_IRQ(6)] = call_inside;
    hooks[E_HARDFAULT] = go_on;
    system_priority(E_SVC, 0x40);
    irq_pend(6);
    n_traps = 0;
    MASKED();
    irq_pend(6);
    UNMASKED();
    ORDER(2, E_IRQ(6), E_HARDFAULT);
    system_priority(E_SVC, 0x80);
    MASKED();
    irq_pend(6);
    n_traps = 0;
    UNMASKED();
    ORDER(2, E_IRQ(6), E_HARDFAULT);
    system_priority(E_SVC, 0);
    MASKED();
    irq_pend(6);
    n_traps = 0;
    UNMASKED();
    ORDER(2, E_IRQ(6), E_SVC);
    hooks[E_HARDFAULT] = 0;
    irq_disable(6);
}

#if V7
/* ---- priority grouping: with PRIGROUP = 6, bit 7 preempts, bits 6 to 0 only order */
static int pend_8(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    MASKED();
    irq_pend(8);
    UNMASKED();
    return 0;
}

static void grouping(void)
{
    static const u8 grouped[] = { 0xc0, 0x80, 0x40, 0x00 };
    irq_enable(7);
    irq_enable(8);
    hooks[E_IRQ(7)] = pend_8;
    for (int prigroup = 4; prigroup < 8; prigroup++) {
        REG32(AIRCR) = 0x05fa0000 | prigroup << 8;
        barrier();
        EQ(REG32(AIRCR) >> 8 & 7, prigroup);
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++) {
                irq_priority(7, grouped[i]);
                irq_priority(8, grouped[j]);
                MASKED();
                irq_pend(7);
                n_traps = 0;
                UNMASKED();
                /* 8 preempts 7 if its group priority is higher, else it is chained */
                int preempts = prigroup < 7 && grouped[j] >> (prigroup + 1) < grouped[i] >> (prigroup + 1);
                EQ(n_traps, 2);
                EQ(traps[1].number, E_IRQ(8));
                EQ(traps[1].exc_return == 0xfffffff1, preempts);
                /* both pending: the subpriority counts too */
                hooks[E_IRQ(7)] = 0;
                MASKED();
                irq_pend(7);
                irq_pend(8);
                n_traps = 0;
                UNMASKED();
                EQ(n_traps, 2);
                EQ(traps[0].number, grouped[j] < grouped[i] ? E_IRQ(8) : E_IRQ(7));
                hooks[E_IRQ(7)] = pend_8;
            }
    }
    REG32(AIRCR) = 0x05fa0000;
    barrier();
    hooks[E_IRQ(7)] = 0;
    irq_disable(7);
    irq_disable(8);
}

static void masks(void)
{
    /* BASEPRI holds back its own level and what is lower */
    irq_priority(10, 0x40);
    irq_priority(11, 0x80);
    irq_priority(12, 0xc0);
    for (int n = 10; n < 13; n++)
        irq_enable(n);
    msr(basepri, 0x20);
    for (int n = 10; n < 13; n++)
        irq_pend(n);
    n_traps = 0;
    msr(basepri, 0x40);
    EQ(n_traps, 0);
    msr(basepri, 0x60);
    EQ(n_traps, 1);
    EQ(traps[0].number, E_IRQ(10));
    msr(basepri, 0x80);
    EQ(n_traps, 1);
    msr(basepri, 0xc0);
    EQ(n_traps, 2);
    msr(basepri, 0);
    ORDER(0, E_IRQ(10), E_IRQ(11), E_IRQ(12));
    /* BASEPRI_MAX only raises the mask, and never to 0 */
    probe(m, enter_basepri_max, 0x80, 0x40);
    EQ(result, 0x40);
    probe(m, enter_basepri_max, 0x40, 0x80);
    EQ(result, 0x40);
    probe(m, enter_basepri_max, 0x40, 0);
    EQ(result, 0x40);
    probe(m, enter_basepri_max, 0, 0x80);
    EQ(result, 0x80);
    /* NMI is not held back by any of them */
    n_traps = 0;
    msr(basepri, 0x10);
    MASKED();
    REG32(ICSR) = NMIPENDSET;
    barrier();
    EQ(n_traps, 1);
    asm volatile("cpsid f" ::: "memory");
    REG32(ICSR) = NMIPENDSET;
    barrier();
    EQ(mrs(faultmask), 1);
    EQ(n_traps, 2);
    asm volatile("cpsie f" ::: "memory");
    UNMASKED();
    msr(basepri, 0);
    /* FAULTMASK is cleared by the return from a handler, but for NMI's */
    for (int n = 10; n < 13; n++)
        irq_disable(n);
}

static int set_faultmask(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    asm volatile("cpsid f" ::: "memory");
    return 0;
}

static void faultmask_cleared(void)
{
    hooks[E_SVC] = set_faultmask;
    system_priority(E_SVC, 0x40);
    asm volatile("svc 9" ::: "memory");
    EQ(mrs(faultmask), 0);
    hooks[E_SVC] = 0;
}
#endif

static void sleeping(void)
{
    irq_priority(14, 0x40);
    irq_enable(14);
    /* pending and masked: wakes at once */
    MASKED();
    irq_pend(14);
    probe(m, sleep, 0, 0);
    /* the end of the probe clears PRIMASK: the interrupt is chained to that */
    TAKEN(E_IRQ(14), run_return);
    DONE();
    MASKED();
    irq_pend(14);
    probe(m, sleep_then_let_in, 0, 0);
    TAKEN(E_IRQ(14), sleep_then_let_in_after);
    DONE();
    probe(m, wait_event, 0, 0);
    DONE();
    irq_disable(14);
    /* SEVONPEND: a pended interrupt, even disabled, is an event */
    REG32(SCR) = 0x10;
    REG32(NVIC_ICPR) = 1 << 14;
    barrier();
    irq_pend(14);
    probe(m, wait_event, 0, 0);
    DONE();
    REG32(SCR) = 0;
    REG32(NVIC_ICPR) = 1 << 14;
}

int main(void)
{
    probe_init();
    for (int k = 0; k < 3; k++) {
        m = modes[k];
        each();
        nesting();
        chains();
    }
    m = MAIN;
    simultaneous();
    escalation();
#if V7
    grouping();
    masks();
    faultmask_cleared();
#endif
    for (int k = 0; k < 2; k++) {
        m = modes[k];
        sleeping();
    }
    passed("interrupts");
    return 0;
}
