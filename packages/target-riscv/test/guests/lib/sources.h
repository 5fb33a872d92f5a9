/* The six interrupts of a hart: how a guest raises and lowers each. Included by one C file per guest. */
#ifndef SOURCES_H
#define SOURCES_H
#include "probe.h"

#define PLIC_PRIORITY(n) (PLIC + 4 * (n))
#define PLIC_ENABLE(context) (PLIC + 0x2000 + 0x80 * (context))
#define PLIC_THRESHOLD(context) (PLIC + 0x200000 + 0x1000 * (context))
#define PLIC_CLAIM(context) (PLIC_THRESHOLD(context) + 4)
#define UART_IRQ 10

static const int all[] = { IRQ_SSI, IRQ_MSI, IRQ_STI, IRQ_MTI, IRQ_SEI, IRQ_MEI };

static void timer_off(void)
{
#if __riscv_xlen == 64
    REG64(CLINT_MTIMECMP) = -1ull;
#else
    REG32(CLINT_MTIMECMP) = -1u;
    REG32(CLINT_MTIMECMP + 4) = -1u;
#endif
}

/* the timer that went off long ago */
static void timer_on(void)
{
#if __riscv_xlen == 64
    REG64(CLINT_MTIMECMP) = 0;
#else
    REG32(CLINT_MTIMECMP + 4) = 0;
    REG32(CLINT_MTIMECMP) = 0;
#endif
}

/* The UART's "transmitter empty" interrupt through the PLIC; context 0 is M of hart 0, context 1 is S. */
static void uart_on(int context)
{
    REG32(PLIC_PRIORITY(UART_IRQ)) = 1;
    REG32(PLIC_THRESHOLD(context)) = 0;
    REG32(PLIC_ENABLE(context)) = 1 << UART_IRQ;
    REG8(UART + 1) = 2; /* IER: THRE */
}

static void uart_off(int context)
{
    u32 claimed = REG32(PLIC_CLAIM(context));
    EQ(claimed, UART_IRQ);
    EQ(REG8(UART + 2) & 0xf, 2); /* IIR: THRE; reading it acknowledges */
    REG8(UART + 1) = 0;
    REG32(PLIC_CLAIM(context)) = claimed;
    REG32(PLIC_ENABLE(context)) = 0;
}

/* whether IRQ_SEI comes from the PLIC (context 1) or from software's bit in mip */
static int sei_by_plic;

static void raise(int n)
{
    if (n == IRQ_MSI)
        REG32(CLINT) = 1;
    else if (n == IRQ_MTI)
        timer_on();
    else if (n == IRQ_MEI)
        uart_on(0);
    else if (n == IRQ_SEI && sei_by_plic)
        uart_on(1);
    else
        csr_set(mip, BIT(n));
}

/* silences a source; as on_interrupt also called in S mode */
static void lower(int handler, int n)
{
    if (n == IRQ_MSI)
        REG32(CLINT) = 0;
    else if (n == IRQ_MTI)
        timer_off();
    else if (n == IRQ_MEI)
        uart_off(0);
    else if (n == IRQ_SEI && sei_by_plic)
        uart_off(1);
    else if (handler == M)
        csr_clear(mip, BIT(n));
    else if (n == IRQ_SSI)
        csr_clear(sip, BIT(n));
    else
        csr_clear(sie, BIT(n)); /* S cannot clear STIP and SEIP, but mask them */
}
#endif
