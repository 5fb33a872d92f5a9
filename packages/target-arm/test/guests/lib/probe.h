/* Probes: short pieces of code run in a chosen mode. Every exception they take is recorded by one handler; the test then
 * names the exceptions it expects, in order, with all their values.
 *
 *     SNIPPET(load, "movs r1, #5", "ldr r0, [r0]", "nop")      before, the instruction meant to trap, after
 *     probe(UNPRIV, load, addr, 0);
 *     FAULT(E_BUSFAULT, load_at, PRECISERR | BFARVALID, addr);
 *     DONE();
 *
 * After a fault the probe is left; after SVC, PendSV, SysTick, NMI or an interrupt it goes on. */
#ifndef PROBE_H
#define PROBE_H
#include "io.h"

/* the first four are values of CONTROL; HANDLER is the handler of interrupt IRQ_PROBE */
enum { MAIN = 0, MAIN_UNPRIV = 1, PRIV = 2, UNPRIV = 3, HANDLER = 4 };
#define IRQ_PROBE 13

struct frame { u32 r0, r1, r2, r3, r12, lr, pc, xpsr; };
struct trap { u32 number, exc_return, cfsr, hfsr, address, sp, control; struct frame f; };
extern struct trap traps[];
extern u32 n_traps;

/* with these in CFSR, the stacked frame is not there */
#define NO_FRAME (STKERR | MSTKERR | UNSTKERR | MUNSTKERR)

/* r0 as it was when the probe ended */
extern u32 result;
/* process stack pointer at the start of the next probes */
extern u32 probe_psp;
extern char __psp_end[], __stack_end[];
/* called by the handler of that exception after recording it. For faults: nonzero = the frame is mended, return as it is */
extern int (*hooks[64])(struct trap *t, struct frame *f);
/* if set, the EXC_RETURN to leave the current handler with */
extern u32 leave_with;
/* whether MemManage, BusFault and UsageFault are enabled */
extern int enabled;

extern char probe_back[], run_return[], here_back[];

void probe_init(void);
void faults(int enable);
void probe(int mode, void *code, u32 a0, u32 a1);
u32 run_here(void *code, u32 a0, u32 a1);
void expect(int line, u32 number, const void *pc, u32 cfsr, u32 hfsr, u32 address);
void fault(int line, u32 number, const void *pc, u32 cfsr, u32 address);
void expect_done(int line);
void check(int line, u32 got, u32 want);
void passed(const char *name);
/* the record last matched by expect */
const struct trap *matched(void);

/* interrupts: on, off, pending; the state is changed while PRIMASK is set by the caller or the source is disabled */
void irq_enable(int n);
void irq_disable(int n);
void irq_pend(int n);
void irq_priority(int n, u32 priority);
/* of system handlers 4 to 15 */
void system_priority(int number, u32 priority);

#define TRAP(number, pc, cfsr, hfsr, address) expect(__LINE__, number, pc, cfsr, hfsr, address)
/* escalated to HardFault unless the faults are enabled */
#define FAULT(number, pc, cfsr, address) fault(__LINE__, number, pc, cfsr, address)
/* SVC, interrupts: pc is where it returns to */
#define TAKEN(number, pc) expect(__LINE__, number, pc, 0, 0, 0)
#define DONE() expect_done(__LINE__)
#define EQ(got, want) check(__LINE__, (u32)(got), (u32)(want))

/* One asm statement per snippet: gcc may reorder several, never split one. */
#define SNIPPET(name, before, trapping, after)                                                                     \
    extern char name[], name##_at[], name##_after[];                                                               \
    asm(".pushsection .text\n.syntax unified\n.balign 4\n.globl " #name ", " #name "_at, " #name                   \
        "_after\n.thumb_func\n" #name ":\n" before "\n" #name "_at:\n" trapping "\n" #name "_after:\n" after       \
        "\nbx lr\n.ltorg\n.popsection");
#endif
