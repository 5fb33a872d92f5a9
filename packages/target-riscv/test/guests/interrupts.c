/* All six interrupts, from M, S and U, delegated and not, direct and vectored; the instruction that
 * enables an interrupt is the last before it. Everything is raised while it is disabled, so that the place where it is
 * taken is the same on any machine. */
#include "sources.h"

static const int modes[] = { U, S, M };

SNIPPET(nops, "", "nop", "nop")
SNIPPET(enable_m, "", "csrsi mstatus, 8", "nop")
SNIPPET(enable_m_reg, "", "csrs mstatus, a0", "nop")
SNIPPET(enable_s, "", "csrsi sstatus, 2", "nop")
SNIPPET(enable_mie, "", "csrw mie, a0", "nop")
SNIPPET(enable_sie, "", "csrw sie, a0", "nop")
SNIPPET(set_mip, "", "csrs mip, a0", "nop")
SNIPPET(set_sip, "", "csrs sip, a0", "nop")
/* mret and sret to their own next instruction; mstatus comes in a0 */
SNIPPET(by_mret, "la t0, by_mret_after\ncsrw mepc, t0\ncsrw mstatus, a0", "mret", "nop")
SNIPPET(by_sret, "la t0, by_sret_after\ncsrw sepc, t0\ncsrw sstatus, a0", "sret", "nop")
SNIPPET(sleep, "", "wfi", "nop")
SNIPPET(sleep_then_enable_m, "wfi", "csrsi mstatus, 8", "nop")
SNIPPET(sleep_then_enable_s, "wfi", "csrsi sstatus, 2", "nop")
/* csrsi in the last two bytes of what comes before: the interrupt is taken at an odd half-word */
SNIPPET(enable_odd, "c.nop", "csrsi mstatus, 8", "c.nop")
/* the interrupt is taken, then the exception of the very instruction before which it came */
SNIPPET(enable_illegal, "", "csrsi mstatus, 8", ".word 0")

/* raise, run, and whatever was not taken is lowered again */
static void run(int mode, void *code, ulong a0, int n)
{
    raise(n);
    csr_write(mie, BIT(n));
    probe(mode, code, a0, 0);
    if (!n_traps)
        lower(M, n);
    csr_write(mie, 0);
    csr_write(mip, 0);
}

/* one interrupt, pending before the probe and enabled by the mret into it */
static void each_at_mret(void)
{
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        int n = all[i];
        for (int k = 0; k < 3; k++) {
            int m = modes[k];
            /* not delegated: M takes it in U and S always, in M if MIE */
            status_bits = MPIE;
            run(m, nops, 0, n);
            IRQ(M, n, nops);
            DONE();
            status_bits = 0;
            run(m, nops, 0, n);
            if (m != M)
                IRQ(M, n, nops);
            DONE();
            if (n != IRQ_SSI && n != IRQ_STI && n != IRQ_SEI)
                continue;
            /* delegated: S takes it in U always, in S if SIE, never in M */
            csr_write(mideleg, BIT(n));
            status_bits = MPIE | SIE;
            run(m, nops, 0, n);
            if (m != M)
                IRQ(S, n, nops);
            DONE();
            status_bits = MPIE;
            run(m, nops, 0, n);
            if (m == U)
                IRQ(S, n, nops);
            DONE();
            csr_write(mideleg, 0);
        }
    }
    status_bits = 0;
}

/* enabled by an instruction: taken before the next one */
static void each_by_csr(void)
{
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        int n = all[i];
        run(M, enable_m, 0, n);
        IRQ(M, n, enable_m_after);
        DONE();
        run(M, enable_m_reg, MIE, n);
        IRQ(M, n, enable_m_reg_after);
        DONE();
        run(M, enable_odd, 0, n);
        IRQ(M, n, enable_odd_after);
        DONE();
        run(M, enable_illegal, 0, n);
        IRQ(M, n, enable_illegal_after);
        TRAP(M, C_ILLEGAL, enable_illegal_after, 0);
        DONE();
        run(M, by_mret, MPP_M | MPIE | FS, n);
        IRQ(M, n, by_mret_after);
        DONE();
        /* mstatus.MIE is on, mie comes last */
        raise(n);
        status_bits = MPIE;
        probe(M, enable_mie, BIT(n), 0);
        status_bits = 0;
        IRQ(M, n, enable_mie_after);
        DONE();
        csr_write(mie, 0);
        csr_write(mip, 0);
        if (n != IRQ_SSI && n != IRQ_STI && n != IRQ_SEI)
            continue;
        csr_write(mideleg, BIT(n));
        run(S, enable_s, 0, n);
        IRQ(S, n, enable_s_after);
        DONE();
        run(S, by_sret, SPP | SPIE | FS, n);
        IRQ(S, n, by_sret_after);
        DONE();
        raise(n);
        status_bits = SIE;
        probe(S, enable_sie, BIT(n), 0);
        status_bits = 0;
        IRQ(S, n, enable_sie_after);
        DONE();
        csr_write(mie, 0);
        csr_write(mip, 0);
        csr_write(mideleg, 0);
    }
    /* the pending bit comes last */
    for (int n = IRQ_SSI; n <= IRQ_SEI; n += 4) {
        csr_write(mie, BIT(n));
        status_bits = MPIE;
        probe(M, set_mip, BIT(n), 0);
        IRQ(M, n, set_mip_after);
        DONE();
    }
    csr_write(mideleg, BIT(IRQ_SSI));
    csr_write(mie, BIT(IRQ_SSI));
    status_bits = SIE;
    probe(S, set_sip, BIT(IRQ_SSI), 0);
    IRQ(S, IRQ_SSI, set_sip_after);
    DONE();
    /* the other two pending bits cannot be written by S */
    csr_write(mideleg, BIT(IRQ_STI) | BIT(IRQ_SEI));
    csr_write(mie, BIT(IRQ_STI) | BIT(IRQ_SEI));
    probe(S, set_sip, BIT(IRQ_STI) | BIT(IRQ_SEI), 0);
    DONE();
    csr_write(mideleg, 0);
    csr_write(mie, 0);
    status_bits = 0;
}

static void timer_after(u32 ticks)
{
#if __riscv_xlen == 64
    REG64(CLINT_MTIMECMP) = REG64(CLINT_MTIME) + ticks;
#else
    u32 low = REG32(CLINT_MTIME); /* the high half is still 0 in this short program */
    REG32(CLINT_MTIMECMP + 4) = 0;
    REG32(CLINT_MTIMECMP) = low + ticks;
#endif
}

static void sleeping(void)
{
    /* wakes at once and goes on: the interrupt is pending in mie, but not enabled */
    run(M, sleep, 0, IRQ_MSI);
    DONE();
    run(M, sleep_then_enable_m, 0, IRQ_MSI);
    IRQ(M, IRQ_MSI, sleep_then_enable_m_after);
    DONE();
    /* wakes when the timer goes off, then the interrupt is let in */
    csr_write(mie, BIT(IRQ_MTI));
    timer_after(2000);
    probe(M, sleep_then_enable_m, 0, 0);
    IRQ(M, IRQ_MTI, sleep_then_enable_m_after);
    DONE();
    /* woken by the interrupt itself: it comes after the wfi. The delay is long enough to be asleep by then */
    status_bits = MPIE;
    timer_after(100000);
    probe(M, sleep, 0, 0);
    IRQ(M, IRQ_MTI, sleep_after);
    DONE();
    timer_after(100000);
    probe(S, sleep, 0, 0);
    IRQ(M, IRQ_MTI, sleep_after);
    DONE();
    status_bits = 0;
    /* delegated and not enabled in S: wfi in S goes on */
    csr_write(mideleg, BIT(IRQ_STI));
    run(S, sleep, 0, IRQ_STI);
    DONE();
    run(S, sleep_then_enable_s, 0, IRQ_STI);
    IRQ(S, IRQ_STI, sleep_then_enable_s_after);
    DONE();
    csr_write(mideleg, 0);
    csr_write(mie, 0);
}

int main(void)
{
    probe_init();
    on_interrupt = lower;
    timer_off();
    for (int vectored = 0; vectored < 2; vectored++) {
        /* that vectored interrupts arrive in their slots can be seen in the event log */
        csr_write(mtvec, m_entry + vectored);
        csr_write(stvec, s_entry + vectored);
        sei_by_plic = 0;
        each_at_mret();
        each_by_csr();
        sleeping();
        sei_by_plic = 1;
        csr_write(mie, BIT(IRQ_SEI));
        csr_write(mideleg, BIT(IRQ_SEI));
        for (int k = 0; k < 2; k++) {
            status_bits = SIE;
            run(modes[k], nops, 0, IRQ_SEI);
            IRQ(S, IRQ_SEI, nops);
            DONE();
        }
        status_bits = 0;
        run(S, enable_s, 0, IRQ_SEI);
        IRQ(S, IRQ_SEI, enable_s_after);
        DONE();
        csr_write(mideleg, 0);
    }
    passed("interrupts");
    return 0;
}
