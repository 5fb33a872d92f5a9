/* IT blocks left and entered again in the middle: by faults that are mended, by SVC, by an interrupt that MSR lets in, by a
 * BKPT; and what must not happen in them when the condition fails. Armv7-M. */
#include "probe.h"

/* Each block adds a bit per instruction it executes; r0 = sum. Equal: r1 == 0. */
#define BLOCK(name, trapping) SNIPPET(name, "movs r2, #0\nmovs r3, #0\ncmp r1, #0\nitete eq\naddeq r2, #1\naddne r2, #2", trapping, "addne r2, #8\nadds r2, #16\nmov r0, r2")
BLOCK(load_third, "ldreq r3, [r0]")
BLOCK(udf_third, "udfeq #3")
BLOCK(svc_third, "svceq #3")
BLOCK(msr_third, "msreq primask, r3")
BLOCK(division_third, "udiveq r2, r1, r1")
BLOCK(exclusive_third, "ldrexeq r3, [r0]")
SNIPPET(load_first, "movs r2, #0\ncmp r1, #0\nittt eq", "ldreq r3, [r0]", "addeq r2, #1\naddeq r2, #2\nadds r2, #16\nmov r0, r2")
SNIPPET(load_last, "movs r2, #0\ncmp r1, #0\nittee ne\naddne r2, #1\naddne r2, #2\naddeq r2, #4", "ldreq r3, [r0]", "adds r2, #16\nmov r0, r2")
SNIPPET(store_only, "movs r2, #0\ncmp r1, #0\nit eq", "streq r2, [r0]", "adds r2, #16\nmov r0, r2")
SNIPPET(multiple_third, "movs r2, #0\ncmp r1, #0\nitete eq\naddeq r2, #1\naddne r2, #2", "ldmiaeq r0, {r3, r4}", "addne r2, #8\nadds r2, #16\nmov r0, r2")
/* flags are not set by 16-bit instructions in the block, but a compare there decides about what follows */
SNIPPET(compare_inside, "movs r2, #0\ncmp r1, #0\nitttt eq\naddeq r2, #1\ncmpeq r2, #0\naddeq r2, #2", "svceq #1", "adds r2, #16\nmov r0, r2")
SNIPPET(branch_last, "movs r2, #0\ncmp r1, #0\nitt eq\naddeq r2, #1", "beq 1f", "adds r2, #32\n1: adds r2, #16\nmov r0, r2")
SNIPPET(return_last, "movs r2, #1\ncmp r1, #0\nitt eq\nmoveq r0, r2", "bxeq lr", "movs r0, #77")
SNIPPET(breakpoint, "movs r2, #0\ncmp r1, #0\nitete eq\naddeq r2, #1\naddne r2, #2", "bkpt 1", "addne r2, #8\nadds r2, #16\nmov r0, r2")

static u32 cell[4] __attribute__((aligned(8)));
static const int modes[] = { MAIN, PRIV, UNPRIV, HANDLER };
static int m;

static u32 it_of(const struct trap *t)
{
    return (t->f.xpsr >> 8 & 0xfc) | (t->f.xpsr >> 25 & 3);
}

static int mend_address(struct trap *t, struct frame *f)
{
    (void)t;
    f->r0 = (u32)cell;
    return 1;
}

static int mend_division(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    REG32(CCR) &= ~DIV_0_TRP;
    barrier();
    return 1;
}

/* skips the instruction and advances ITSTATE, as an emulator of missing instructions would */
static int skip(struct trap *t, struct frame *f)
{
    u32 it = it_of(t);
    it = it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0;
    f->xpsr = (f->xpsr & ~XPSR_IT) | (it & 0xfc) << 8 | (it & 3) << 25;
    f->pc += 2;
    return 1;
}

static void hook(int number, int (*h)(struct trap *t, struct frame *f))
{
    hooks[enabled ? number : E_HARDFAULT] = h;
}

#define IT(value) EQ(it_of(matched()), value)

static void blocks(void)
{
    u32 bad = HOLE, good = (u32)cell;
    /* condition fails: nothing happens */
#define PASSES(name) (probe(m, name, bad, 1), DONE(), EQ(result, 26))
    PASSES(load_third);
    PASSES(udf_third);
    PASSES(svc_third);
    PASSES(division_third);
    PASSES(exclusive_third);
    PASSES(multiple_third);
    probe(m, store_only, bad, 1), DONE(), EQ(result, 16);
    probe(m, load_first, bad, 1), DONE(), EQ(result, 16);
    probe(m, load_last, bad, 1), DONE(), EQ(result, 19);
    /* no fault */
    probe(m, load_third, good, 0), DONE(), EQ(result, 17);
    probe(m, load_last, good, 0), DONE(), EQ(result, 20);
    /* fault, mended, done again */
    hook(E_BUSFAULT, mend_address);
#define MENDED(name, it, value)                                                                                    \
    (probe(m, name, bad, 0), FAULT(E_BUSFAULT, name##_at, PRECISERR | BFARVALID, bad), IT(it), DONE(), EQ(result, value))
    MENDED(load_third, 0x0c, 17);
    MENDED(exclusive_third, 0x0c, 17);
    MENDED(multiple_third, 0x0c, 17);
    MENDED(load_first, 0x02, 19);
    MENDED(load_last, 0x08, 20);
    MENDED(store_only, 0x08, 16);
    hook(E_BUSFAULT, 0);
    hook(E_USAGEFAULT, skip);
    probe(m, udf_third, 0, 0);
    FAULT(E_USAGEFAULT, udf_third_at, UNDEFINSTR, 0);
    IT(0x0c);
    DONE();
    EQ(result, 17);
    hook(E_USAGEFAULT, mend_division);
    REG32(CCR) |= DIV_0_TRP;
    barrier();
    probe(m, division_third, 0, 0);
    FAULT(E_USAGEFAULT, division_third_at, DIVBYZERO, 0);
    IT(0x0c);
    DONE();
    EQ(result, 16);
    hook(E_USAGEFAULT, 0);
    /* SVC returns behind itself */
    probe(m, svc_third, 0, 0);
    TAKEN(E_SVC, svc_third_after);
    IT(0x18);
    DONE();
    EQ(result, 17);
    probe(m, compare_inside, 0, 0);
    DONE();
    EQ(result, 17);
    /* branches end a block */
    probe(m, branch_last, 0, 0), DONE(), EQ(result, 17);
    probe(m, branch_last, 0, 1), DONE(), EQ(result, 48);
    probe(m, return_last, 0, 0), DONE(), EQ(result, 1);
    probe(m, return_last, 0, 1), DONE(), EQ(result, 77);
    /* BKPT ignores the condition */
    hooks[E_HARDFAULT] = skip;
    for (u32 r1 = 0; r1 < 2; r1++) {
        probe(m, breakpoint, 0, r1);
        TRAP(E_HARDFAULT, breakpoint_at, 0, traps[0].hfsr, 0);
        IT(0x0c);
        DONE();
        EQ(result, r1 ? 26 : 17);
    }
    hooks[E_HARDFAULT] = 0;
    /* an interrupt in the middle */
    if (m & 1 || m == HANDLER)
        return;
    irq_enable(4);
    asm volatile("cpsid i" ::: "memory");
    irq_pend(4);
    probe(m, msr_third, 0, 0);
    TAKEN(E_IRQ(4), msr_third_after);
    IT(0x18);
    DONE();
    EQ(result, 17);
    asm volatile("cpsid i" ::: "memory");
    probe(m, msr_third, 0, 1);
    DONE();
    EQ(result, 26);
    irq_disable(4);
}

int main(void)
{
    probe_init();
    system_priority(E_SVC, 0x40);
    for (int enable = 0; enable < 2; enable++) {
        faults(enable);
        for (int k = 0; k < 4; k++) {
            m = modes[k];
            blocks();
        }
    }
    passed("itblocks");
    return 0;
}
