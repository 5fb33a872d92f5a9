/* Which of several pending interrupts is taken first. The manual's order is MEI, MSI, MTI, SEI, SSI, STI. QEMU without
 * the advanced interrupt architecture takes the lowest number instead, with it the manual's order; so this case alone is
 * recorded with Smaia and Ssaia, of which it uses nothing. */
#include "sources.h"

SNIPPET(nops, "", "nop", "nop")
SNIPPET(enable_m, "", "csrsi mstatus, 8", "nop")
SNIPPET(enable_s, "", "csrsi sstatus, 2", "nop")
SNIPPET(read_sip, "", "csrr a0, sip", "")

/* all six at once: the order is that of the manual, an interrupt for M always before one for S */
static void priorities(void)
{
    csr_write(mie, 0xaaa);
    for (unsigned i = 0; i < 6; i++)
        raise(all[i]);
    EQ(csr_read(mip), 0xaaa);
    probe(S, read_sip, 0, 0); /* M interrupts are taken in S whatever MIE is */
    IRQ(M, IRQ_MEI, read_sip);
    IRQ(M, IRQ_MSI, read_sip);
    IRQ(M, IRQ_MTI, read_sip);
    IRQ(M, IRQ_SEI, read_sip);
    IRQ(M, IRQ_SSI, read_sip);
    IRQ(M, IRQ_STI, read_sip);
    DONE();
    EQ(result, 0);

    for (unsigned i = 0; i < 6; i++)
        raise(all[i]);
    probe(M, enable_m, 0, 0);
    IRQ(M, IRQ_MEI, enable_m_after);
    IRQ(M, IRQ_MSI, enable_m_after);
    IRQ(M, IRQ_MTI, enable_m_after);
    IRQ(M, IRQ_SEI, enable_m_after);
    IRQ(M, IRQ_SSI, enable_m_after);
    IRQ(M, IRQ_STI, enable_m_after);
    DONE();

    /* S interrupts delegated */
    csr_write(mideleg, BIT(IRQ_SSI) | BIT(IRQ_STI) | BIT(IRQ_SEI));
    for (unsigned i = 0; i < 6; i++)
        raise(all[i]);
    probe(U, nops, 0, 0);
    IRQ(M, IRQ_MEI, nops);
    IRQ(M, IRQ_MSI, nops);
    IRQ(M, IRQ_MTI, nops);
    IRQ(S, IRQ_SEI, nops);
    IRQ(S, IRQ_SSI, nops);
    IRQ(S, IRQ_STI, nops);
    DONE();
    csr_write(mie, 0xaaa);
    csr_write(mip, 0);

    /* SEI stays with M and comes first although the delegated ones are pending too */
    csr_write(mideleg, BIT(IRQ_SSI) | BIT(IRQ_STI));
    for (unsigned i = 0; i < 3; i++)
        raise(all[2 * i]);
    probe(S, enable_s, 0, 0);
    IRQ(M, IRQ_SEI, enable_s);
    IRQ(S, IRQ_SSI, enable_s_after);
    IRQ(S, IRQ_STI, enable_s_after);
    DONE();
    csr_write(mip, 0);

    /* sip shows delegated ones alone */
    csr_write(mie, 0);
    csr_write(mip, BIT(IRQ_SSI) | BIT(IRQ_STI) | BIT(IRQ_SEI));
    probe(S, read_sip, 0, 0);
    DONE();
    EQ(result, BIT(IRQ_SSI) | BIT(IRQ_STI));
    csr_write(mip, 0);
    csr_write(mideleg, 0);
}

int main(void)
{
    probe_init();
    on_interrupt = lower;
    timer_off();
    for (int vectored = 0; vectored < 2; vectored++) {
        csr_write(mtvec, m_entry + vectored);
        csr_write(stvec, s_entry + vectored);
        priorities();
    }
    passed("priorities");
    return 0;
}
