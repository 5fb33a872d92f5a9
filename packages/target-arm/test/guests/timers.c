/* SysTick, the board's timers and the transmit interrupt of its UART: registers, and the interrupts they raise, each let in
 * by one instruction long after it became pending, or taken in the sleep of WFI. */
#include "probe.h"

SNIPPET(let_in, "nop", "cpsie i", "nop")
SNIPPET(sleep, "", "wfi", "nop")
SNIPPET(sleep_then_let_in, "wfi", "cpsie i", "nop")

static u32 irq;   /* of the source under test */
static u32 delay; /* cycles until it comes */
static void (*silence)(void);

static int silenced(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    silence();
    if (t->number >= 16)
        REG32(NVIC_ICPR) = 1u << irq; /* the line may have been high after it was taken */
    return 0;
}

static void wait_pending(int line, u32 number)
{
    for (u32 i = 0; i < 100000000; i++)
        if ((REG32(ICSR) >> 12 & 0x1ff) == number)
            return;
    check(line, 0, number);
}

static void device(int line, u32 number, void (*start)(void), void (*stop)(void))
{
    delay = 2000;
    silence = stop;
    irq = number - 16;
    hooks[number] = silenced;
    if (number >= 16)
        irq_enable(number - 16);
    static const int modes[] = { MAIN, PRIV };
    for (int k = 0; k < 2; k++) {
        asm volatile("cpsid i" ::: "memory");
        start();
        wait_pending(line, number);
        probe(modes[k], let_in, 0, 0);
        expect(line, number, let_in_after, 0, 0, 0);
        expect_done(line);
        /* wakes from sleep, and is let in by the next instruction */
        asm volatile("cpsid i" ::: "memory");
        start();
        probe(modes[k], sleep_then_let_in, 0, 0);
        expect(line, number, sleep_then_let_in_after, 0, 0, 0);
        expect_done(line);
    }
    hooks[number] = 0;
    if (number >= 16)
        irq_disable(number - 16);
}

/* asleep with interrupts on when it comes: the delay is long enough for that */
static void asleep(int line, u32 number, void (*start)(void), void (*stop)(void))
{
    delay = 500000;
    silence = stop;
    irq = number - 16;
    hooks[number] = silenced;
    if (number >= 16)
        irq_enable(number - 16);
    start();
    probe(PRIV, sleep, 0, 0);
    expect(line, number, sleep_after, 0, 0, 0);
    expect_done(line);
    hooks[number] = 0;
    if (number >= 16)
        irq_disable(number - 16);
}

/* ---- SysTick */
static void tick_start(void)
{
    REG32(SYST_RVR) = delay;
    REG32(SYST_CVR) = 0;
    REG32(SYST_CSR) = 7;
}

static void tick_stop(void)
{
    REG32(SYST_CSR) = 0;
    REG32(ICSR) = PENDSTCLR;
}

static void systick(void)
{
    REG32(SYST_RVR) = 0xff123456;
    EQ(REG32(SYST_RVR), 0x123456);
    REG32(SYST_CVR) = 77; /* any write clears */
    EQ(REG32(SYST_CVR), 0);
    EQ(REG32(SYST_CSR) & 7, BOARD == MICROBIT ? 4 : REG32(SYST_CSR) & 4);
    REG32(SYST_RVR) = 1000;
    REG32(SYST_CVR) = 0;
    REG32(SYST_CSR) = 5; /* no interrupt */
    while (!(REG32(SYST_CSR) & 0x10000)) {
    }
    EQ(REG32(SYST_CVR) <= 1000, 1);
    EQ(REG32(ICSR) >> 26 & 1, 0);
    tick_stop();
    u32 stopped = REG32(SYST_CVR);
    EQ(REG32(SYST_CVR), stopped);
    device(__LINE__, E_SYSTICK, tick_start, tick_stop);
    asleep(__LINE__, E_SYSTICK, tick_start, tick_stop);
}

#ifdef MPS2
#define TIMER 0x40000000 /* CMSDK: CTRL, VALUE, RELOAD, INTSTATUS and INTCLEAR */
static void timer_start(void)
{
    REG32(TIMER + 8) = 0;
    REG32(TIMER + 4) = delay;
    REG32(TIMER) = 9;
}

static void timer_stop(void)
{
    REG32(TIMER) = 0;
    REG32(TIMER + 0xc) = 1;
}

#define DUAL 0x40002000 /* as SP804: LOAD, VALUE, CONTROL, INTCLR, RIS, MIS */
static void dual_start(void)
{
    REG32(DUAL) = delay;
    REG32(DUAL + 8) = 0xa3; /* on, interrupt, 32 bits, one-shot */
}

static void dual_stop(void)
{
    REG32(DUAL + 8) = 0x20;
    REG32(DUAL + 0xc) = 1;
}

static void uart_start(void)
{
    REG32(UART + 8) = 5; /* transmitter and its interrupt */
    putch('u');
}

static void uart_stop(void)
{
    REG32(UART + 8) = 1;
    REG32(UART + 0xc) = 1;
}

static void board(void)
{
    REG32(TIMER) = 0;
    REG32(TIMER + 8) = 5000;
    REG32(TIMER + 4) = 5000;
    EQ(REG32(TIMER + 4), 5000);
    EQ(REG32(TIMER + 8), 5000);
    EQ(REG32(TIMER + 0xc), 0);
    device(__LINE__, E_IRQ(8), timer_start, timer_stop);
    asleep(__LINE__, E_IRQ(8), timer_start, timer_stop);
    REG32(DUAL) = 12345;
    EQ(REG32(DUAL + 4), 12345);
    EQ(REG32(DUAL + 0x10), 0);
    device(__LINE__, E_IRQ(10), dual_start, dual_stop);
    asleep(__LINE__, E_IRQ(10), dual_start, dual_stop);
    device(__LINE__, E_IRQ(1), uart_start, uart_stop);
}
#elif BOARD == LM3S
#define TIMER 0x40030000 /* general-purpose timer 0 */
static void timer_start(void)
{
    REG32(TIMER) = 0;          /* GPTMCFG: 32 bits */
    REG32(TIMER + 4) = 1;      /* GPTMTAMR: one-shot */
    REG32(TIMER + 0x28) = delay;
    REG32(TIMER + 0x18) = 1;   /* GPTMIMR: time-out */
    REG32(TIMER + 0xc) = 1;    /* GPTMCTL: on */
}

static void timer_stop(void)
{
    REG32(TIMER + 0xc) = 0;
    REG32(TIMER + 0x24) = 1;
}

static void uart_start(void)
{
    REG32(UART + 0x38) = 0x20; /* IMSC: transmit */
    putch('u');
}

static void uart_stop(void)
{
    REG32(UART + 0x38) = 0;
    REG32(UART + 0x44) = 0x20;
}

static void board(void)
{
    REG32(0x400fe104) |= 1 << 16; /* RCGC1: clock of timer 0 */
    device(__LINE__, E_IRQ(19), timer_start, timer_stop);
    asleep(__LINE__, E_IRQ(19), timer_start, timer_stop);
    device(__LINE__, E_IRQ(5), uart_start, uart_stop);
}
#else
#define TIMER 0x40008000 /* nRF51 timer 0 */
static void timer_start(void)
{
    REG32(TIMER + 0x504) = 0;      /* MODE: timer */
    REG32(TIMER + 0x508) = 3;      /* BITMODE: 32 */
    REG32(TIMER + 0x510) = 0;      /* PRESCALER: 16 MHz */
    REG32(TIMER + 0x540) = delay; /* CC0 */
    REG32(TIMER + 0x304) = 1 << 16; /* INTENSET: COMPARE0 */
    REG32(TIMER + 0xc) = 1;        /* CLEAR */
    REG32(TIMER) = 1;              /* START */
}

static void timer_stop(void)
{
    REG32(TIMER + 4) = 1;
    REG32(TIMER + 0x140) = 0;
    REG32(TIMER + 0x308) = 1 << 16;
}

static void uart_start(void)
{
    REG32(UART + 0x304) = 1 << 7; /* INTENSET: TXDRDY */
    REG32(UART + 0x51c) = 'u';
}

static void uart_stop(void)
{
    REG32(UART + 0x308) = 1 << 7;
    REG32(UART + 0x11c) = 0;
}

static void board(void)
{
    device(__LINE__, E_IRQ(8), timer_start, timer_stop);
    asleep(__LINE__, E_IRQ(8), timer_start, timer_stop);
    /* CAPTURE: the counter stops and keeps its value */
    REG32(TIMER + 0x44) = 1;
    u32 v = REG32(TIMER + 0x544);
    REG32(TIMER + 0x44) = 1;
    EQ(REG32(TIMER + 0x544), v);
    EQ(v >= delay, 1);
    device(__LINE__, E_IRQ(2), uart_start, uart_stop);
}
#endif

int main(void)
{
    probe_init();
    systick();
    board();
    passed(" timers");
    return 0;
}
