/* Probes: short pieces of code run in a chosen privilege mode with chosen mstatus bits. Every trap they take is
 * recorded by the M and S handlers; the test then names the traps it expects, in order, with all their values.
 *
 *     SNIPPET(load, "li a1, 5", "lw a1, 0(a0)", "nop")      before, the instruction meant to trap, after
 *     probe(U, load, addr, 0);
 *     TRAP(M, C_LOAD_ACCESS, load_at, addr);
 *     DONE();
 *
 * After an exception the probe is left (the handler resumes at its return address); after an interrupt it goes on. */
#ifndef PROBE_H
#define PROBE_H
#include "io.h"

enum { U = 0, S = 1, M = 3 };

struct frame { ulong x[32]; };
struct trap { ulong handler, cause, epc, tval, status, a0; };
extern struct trap traps[];
extern u32 n_traps;

/* bits added to mstatus for the next probes */
extern ulong status_bits;
/* mstatus.FS during probes: dirty unless a test wants floating point off */
extern ulong fs_state;
/* a0 as it was when the probe ended */
extern ulong result;
/* if set, exceptions (but not ecall_back) resume this many bytes further instead of leaving the probe */
extern int resume_after;
/* where U sees the program's own code, relative to where M sees it (with paging, U needs its own pages) */
extern ulong code_offset;
/* called for interrupts: must silence the source */
extern void (*on_interrupt)(int handler, int cause);

extern char m_entry[], s_entry[], ecall_back[], s_forward[];

void probe_init(void);
void probe(int mode, void *code, ulong a0, ulong a1);
void expect(int line, int handler, ulong cause, const void *epc, ulong tval);
void expect_irq(int line, int handler, int number, const void *epc);
void expect_done(int line);
void check(int line, ulong got, ulong want);
void passed(const char *name);

#define TRAP(handler, cause, epc, tval) expect(__LINE__, handler, cause, epc, tval)
#define IRQ(handler, number, epc) expect_irq(__LINE__, handler, number, epc)
#define DONE() expect_done(__LINE__)
#define EQ(got, want) check(__LINE__, (ulong)(got), (ulong)(want))

/* One asm statement per snippet: gcc may reorder several, never split one. */
#define SNIPPET(name, before, trapping, after)                                                     \
    extern char name[], name##_at[], name##_after[];                                               \
    asm(".pushsection .text\n.balign 4\n.globl " #name ", " #name "_at, " #name "_after\n" #name   \
        ":\n" before "\n" #name "_at:\n" trapping "\n" #name "_after:\n" after                     \
        "\nret\n.popsection");
#endif
