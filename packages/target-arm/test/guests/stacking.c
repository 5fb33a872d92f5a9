/* Exception entry and return where they go wrong or are unusual: alignment of the frame, faults while pushing and popping
 * it, bad EXC_RETURN values, inconsistent stacked xPSR, vectors that cannot be read or have no Thumb bit, a vector table in
 * RAM. Armv7-M. */
#include "probe.h"

SNIPPET(svc, "nop", "svc 7", "nop") /* the return address is a multiple of 4: QEMU faults UNALIGNED on others without T */
SNIPPET(udf, "", "udf #1", "nop")
SNIPPET(let_in, "nop", "cpsie i", "nop")
SNIPPET(misalign_and_call, "mov r3, sp\nsub sp, #4", "svc 7", "add sp, #4\nmov r0, sp\nsubs r0, r0, r3")
SNIPPET(aligned_call, "mov r3, sp", "svc 7", "mov r0, sp\nsubs r0, r0, r3")

static int m;
static u32 table[64] __attribute__((aligned(256)));
static u32 spare_stack[16] __attribute__((aligned(8)));
static u8 far_stack[256] __attribute__((aligned(256)));

/* ---- the frame is 8-byte aligned; bit 9 of the stacked xPSR says whether a word was inserted */
static void alignment(void)
{
    for (int k = 0; k < 2; k++) {
        m = k ? PRIV : MAIN;
        probe(m, aligned_call, 0, 0);
        TAKEN(E_SVC, aligned_call_after);
        DONE();
        EQ(result, 0);
        EQ(matched()->sp & 7, 0);
        u32 aligned = matched()->sp;
        EQ(matched()->f.xpsr >> 9 & 1, 0);
        probe(m, misalign_and_call, 0, 0);
        TAKEN(E_SVC, misalign_and_call_after);
        DONE();
        EQ(result, 0);
        EQ(matched()->sp, aligned - 8);
        EQ(matched()->f.xpsr >> 9 & 1, 1);
    }
}

/* ---- pushing fails: the derived fault is taken, what was to be taken is chained to it */
static int fresh_frame(struct trap *t, struct frame *f)
{
    (void)f;
    if (!(t->cfsr & NO_FRAME))
        return 0;
    REG32(MPU_CTRL) = 0;
    barrier();
    struct frame *new = (struct frame *)spare_stack;
    *new = (struct frame){ 0, 0, 0, 0, 0, 0, (u32)probe_back, XPSR_T };
    msr(psp, new);
    return 1;
}

static void push_fails(u32 cfsr, u32 number)
{
    for (int enable = 0; enable < 2; enable++) {
        faults(enable);
        u32 entered = enable ? number : E_HARDFAULT;
        u32 hfsr = enable ? 0 : FORCED;
        hooks[entered] = fresh_frame;
        if (number == E_MEMMANAGE) {
            REG32(MPU_CTRL) = 5;
            barrier();
        }
        probe(PRIV, svc, 0, 0);
        TRAP(entered, 0, cfsr, hfsr, 0);
        EQ(matched()->exc_return, 0xfffffffd);
        TAKEN(E_SVC, probe_back);
        DONE();
        if (number == E_MEMMANAGE) {
            REG32(MPU_CTRL) = 5;
            barrier();
        }
        asm volatile("cpsid i" ::: "memory");
        irq_pend(3);
        probe(PRIV, let_in, 0, 0);
        TRAP(entered, 0, cfsr, hfsr, 0);
        TAKEN(E_IRQ(3), probe_back);
        DONE();
        if (enable) {
            /* UsageFault stays pending; without enable it would be escalated, too */
            if (number == E_MEMMANAGE) {
                REG32(MPU_CTRL) = 5;
                barrier();
            }
            probe(PRIV, udf, 0, 0);
            TRAP(entered, 0, cfsr | UNDEFINSTR, 0, 0);
            TAKEN(E_USAGEFAULT, probe_back);
            DONE();
        }
        hooks[entered] = 0;
    }
}

static u32 pop_target;
static int to_pop_target(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    msr(psp, pop_target);
    if (pop_target == (u32)far_stack) {
        REG32(MPU_CTRL) = 5;
        barrier();
    }
    return 0;
}

static void pop_fails(u32 bad, u32 cfsr, u32 number)
{
    for (int enable = 0; enable < 2; enable++) {
        faults(enable);
        u32 entered = enable ? number : E_HARDFAULT;
        hooks[entered] = fresh_frame;
        hooks[E_SVC] = to_pop_target;
        pop_target = bad;
        probe(PRIV, svc, 0, 0);
        TAKEN(E_SVC, svc_after);
        TRAP(entered, 0, cfsr, enable ? 0 : FORCED, 0);
        EQ(matched()->exc_return, 0xfffffffd);
        DONE();
        hooks[entered] = hooks[E_SVC] = 0;
    }
}

/* ---- bad returns */
static u32 good_return;
static int leave_badly(struct trap *t, struct frame *f)
{
    (void)f;
    good_return = t->exc_return;
    leave_with = pop_target;
    return 0;
}

static int mend_return(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    leave_with = good_return;
    return 1;
}

static void bad_values(void)
{
    static const u32 values[] = { 0xfffffff5, 0xfffffff0, 0xfffffff7, 0xffffffff };
    for (int enable = 0; enable < 2; enable++) {
        faults(enable);
        u32 entered = enable ? E_USAGEFAULT : E_HARDFAULT;
        hooks[entered] = mend_return;
        hooks[E_SVC] = leave_badly;
        for (int i = 0; i < 4; i++)
            for (int k = 0; k < 2; k++) {
                m = k ? PRIV : MAIN;
                pop_target = values[i];
                probe(m, svc, 0, 0);
                TAKEN(E_SVC, svc_after);
                TRAP(entered, 0, INVPC, enable ? 0 : FORCED, 0);
                EQ(matched()->exc_return, values[i]);
                DONE();
            }
        /* to Thread mode while another exception is active */
        m = HANDLER;
        pop_target = 0xfffffff9;
        probe(m, svc, 0, 0);
        TAKEN(E_SVC, svc_after);
        TRAP(entered, 0, INVPC, enable ? 0 : FORCED, 0);
        EQ(matched()->exc_return, 0xfffffff9);
        DONE();
        /* to Handler mode while none is */
        m = MAIN;
        pop_target = 0xfffffff1;
        probe(m, svc, 0, 0);
        TAKEN(E_SVC, svc_after);
        TRAP(entered, 0, INVPC, enable ? 0 : FORCED, 0);
        DONE();
        hooks[E_SVC] = hooks[entered] = 0;
    }
}

static int spoil_xpsr(struct trap *t, struct frame *f)
{
    (void)t;
    f->xpsr = (f->xpsr & ~0x1ff) | pop_target;
    return 0;
}

static int mend_xpsr(struct trap *t, struct frame *f)
{
    /* pushed again by the failing return, with what was popped */
    EQ(t->f.xpsr & 0x1ff, pop_target);
    f->xpsr = (f->xpsr & ~0x1ff) | (m == HANDLER ? E_IRQ(IRQ_PROBE) : 0);
    return 1;
}

static int lose_thumb(struct trap *t, struct frame *f)
{
    (void)t;
    f->xpsr &= ~XPSR_T;
    return 0;
}

static int give_thumb(struct trap *t, struct frame *f)
{
    EQ(t->f.xpsr & XPSR_T, 0);
    f->xpsr |= XPSR_T;
    return 1;
}

static void bad_frames(void)
{
    faults(1);
    hooks[E_SVC] = spoil_xpsr;
    hooks[E_USAGEFAULT] = mend_xpsr;
    static const int modes[] = { MAIN, PRIV, HANDLER };
    for (int k = 0; k < 3; k += 2) { /* not PRIV: QEMU then pushes the new frame on the main stack */
        m = modes[k];
        pop_target = m == HANDLER ? 0 : E_IRQ(5);
        probe(m, svc, 0, 0);
        TAKEN(E_SVC, svc_after);
        TRAP(E_USAGEFAULT, svc_after, INVPC, 0, 0);
        DONE();
    }
    for (int k = 0; k < 3; k++) {
        m = modes[k];
        hooks[E_SVC] = lose_thumb;
        hooks[E_USAGEFAULT] = give_thumb;
        probe(m, svc, 0, 0);
        TAKEN(E_SVC, svc_after);
        TRAP(E_USAGEFAULT, svc_after, INVSTATE, 0, 0);
        DONE();
    }
    hooks[E_SVC] = hooks[E_USAGEFAULT] = 0;
}

/* ---- a handler may return to the other stack */
static int switch_stack(struct trap *t, struct frame *f)
{
    struct frame *new = (struct frame *)(far_stack + 128);
    *new = *f;
    msr(psp, new);
    leave_with = 0xfffffffd;
    (void)t;
    return 0;
}

static void other_stack(void)
{
    hooks[E_SVC] = switch_stack;
    probe(MAIN, svc, 0, 0);
    TAKEN(E_SVC, svc_after);
    DONE();
    hooks[E_SVC] = 0;
}

/* ---- vectors */
static int even_vector(struct trap *t, struct frame *f)
{
    /* the handler that could not start is active; go on in its code, now in Thumb state */
    EQ(t->f.xpsr & 0x1ff, E_IRQ(3));
    f->xpsr |= XPSR_T;
    return 1;
}

static void vector_table(void)
{
    for (int i = 0; i < 64; i++)
        table[i] = ((u32 *)0)[i];
    REG32(VTOR) = (u32)table;
    barrier();
    faults(1);
    probe(MAIN, svc, 0, 0);
    TAKEN(E_SVC, svc_after);
    DONE();
    /* no Thumb bit: UsageFault with the handler as the place */
    u32 good = table[E_IRQ(3)];
    irq_priority(3, 0x80);
    irq_enable(3);
    for (int enable = 0; enable < 2; enable++) {
        faults(enable);
        u32 entered = enable ? E_USAGEFAULT : E_HARDFAULT;
        table[E_IRQ(3)] = good & ~1;
        hooks[entered] = even_vector;
        asm volatile("cpsid i" ::: "memory");
        irq_pend(3);
        probe(MAIN, let_in, 0, 0);
        TRAP(entered, (void *)good, INVSTATE, enable ? 0 : FORCED, 0);
        EQ(matched()->exc_return, 0xfffffff1);
        TAKEN(E_IRQ(3), let_in_after);
        DONE();
        table[E_IRQ(3)] = good;
        hooks[entered] = 0;
    }
    REG32(VTOR) = 0;
    barrier();
}

int main(void)
{
    probe_init();
    irq_priority(3, 0x80);
    irq_enable(3);
    system_priority(E_SVC, 0x80);
    /* a region without any access over far_stack, used with MPU_CTRL = 5 (background for privileged code) */
    REG32(MPU_RNR) = 0;
    REG32(MPU_RBAR) = (u32)far_stack;
    REG32(MPU_RASR) = 7 << 1 | 1;
    alignment();
    u32 good = probe_psp;
    probe_psp = HOLE + 0x100;
    push_fails(STKERR, E_BUSFAULT);
    probe_psp = (u32)far_stack + 0x80;
    push_fails(MSTKERR, E_MEMMANAGE);
    probe_psp = good;
    pop_fails(HOLE + 0x100, UNSTKERR, E_BUSFAULT);
    pop_fails((u32)far_stack, MUNSTKERR, E_MEMMANAGE);
    bad_values();
    bad_frames();
    other_stack();
    vector_table();
    passed("stacking");
    return 0;
}
