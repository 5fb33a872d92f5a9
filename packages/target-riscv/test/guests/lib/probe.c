#include "probe.h"

struct trap traps[64];
u32 n_traps;
ulong status_bits, result;
ulong fs_state = FS;
int resume_after;
ulong code_offset, offset_now; /* the latter is that of the current mode */
void (*on_interrupt)(int, int);

extern char _start[], __bss_start[];

static struct frame m_frame, s_frame;
static u32 next_trap, count;
static int current_mode;

void run_in(ulong status, void *code, ulong a0, ulong a1);
void run_return(void) __attribute__((noreturn));

static void fail(int line, const char *what, ulong got, ulong want)
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

static void record(int handler, struct frame *f, ulong cause, ulong epc, ulong tval, ulong status)
{
    if (n_traps == sizeof traps / sizeof *traps)
        fail(0, "too many traps", cause, epc);
    traps[n_traps++] = (struct trap){ handler, cause, epc, tval, status, f->x[10] };
}

void m_trap(struct frame *f)
{
    ulong cause = csr_read(mcause), epc = csr_read(mepc);
    int interrupt = (long)cause < 0;
    if (!interrupt && (epc == (ulong)ecall_back + offset_now || epc == (ulong)s_forward)) {
        /* the probe is over; at s_forward the probe's a0 is in the frame of the S handler */
        result = epc == (ulong)s_forward ? s_frame.x[10] : f->x[10];
        run_return();
    }
    record(M, f, cause, epc, csr_read(mtval), csr_read(mstatus));
    if (interrupt) {
        if (on_interrupt)
            on_interrupt(M, cause & 63);
    } else if (resume_after) {
        csr_write(mepc, epc + resume_after);
    } else {
        csr_write(mepc, f->x[1]);
    }
}

void s_trap(struct frame *f)
{
    ulong cause = csr_read(scause), epc = csr_read(sepc);
    int interrupt = (long)cause < 0;
    if (!interrupt && epc == (ulong)ecall_back + offset_now)
        ((void (*)(void))s_forward)();
    record(S, f, cause, epc, csr_read(stval), csr_read(sstatus));
    if (interrupt) {
        if (on_interrupt)
            on_interrupt(S, cause & 63);
    } else if (resume_after) {
        csr_write(sepc, epc + resume_after);
    } else {
        csr_write(sepc, f->x[1]);
    }
}

void probe_init(void)
{
    csr_write(mtvec, m_entry);
    csr_write(stvec, s_entry);
    csr_write(mscratch, &m_frame);
    csr_write(sscratch, &s_frame);
    csr_write(medeleg, 0);
    csr_write(mideleg, 0);
    csr_write(mie, 0);
    csr_write(satp, 0);
    csr_write(mcounteren, 7);
    csr_write(scounteren, 7);
    /* S and U may reach everything until a test says otherwise */
    csr_write(pmpaddr0, -1ul);
    csr_write(pmpcfg0, 0x1f);
}

static int in_program(const void *p)
{
    return p >= (void *)_start && p < (void *)__bss_start;
}

void probe(int mode, void *code, ulong a0, ulong a1)
{
    n_traps = next_trap = 0;
    current_mode = mode;
    count++;
    offset_now = mode == U ? code_offset : 0;
    run_in((ulong)mode << 11 | fs_state | status_bits, (char *)code + (in_program(code) ? offset_now : 0), a0, a1);
    csr_set(mstatus, FS); /* this C code writes frm */
}

void check(int line, ulong got, ulong want)
{
    count++;
    if (got != want)
        fail(line, "value", got, want);
}

void expect(int line, int handler, ulong cause, const void *epc, ulong tval)
{
    if (next_trap == n_traps)
        fail(line, "no trap, a0", result, cause);
    struct trap *t = &traps[next_trap++];
    if (t->cause != cause)
        fail(line, "cause", t->cause, cause);
    if (t->handler != (ulong)handler)
        fail(line, "handler", t->handler, handler);
    if (in_program(epc))
        epc = (char *)epc + offset_now;
    if (t->epc != (ulong)epc)
        fail(line, "epc", t->epc, (ulong)epc);
    if (t->tval != tval)
        fail(line, "tval", t->tval, tval);
    /* the handler runs with interrupts off and remembers where it came from */
    ulong mask = handler == M ? MPP | MIE : SPP | SIE;
    ulong from = handler == M ? (ulong)current_mode << 11 : current_mode ? SPP : 0;
    if ((t->status & mask) != from)
        fail(line, "status", t->status & mask, from);
}

void expect_irq(int line, int handler, int number, const void *epc)
{
    expect(line, handler, 1ul << (__riscv_xlen - 1) | number, epc, 0);
    struct trap *t = &traps[next_trap - 1];
    /* an interrupt for the own mode was possible only because it was enabled */
    if (handler == current_mode && !(t->status & (handler == M ? MPIE : SPIE)))
        fail(line, "previous enable", t->status, MPIE);
}

void expect_done(int line)
{
    if (next_trap != n_traps)
        fail(line, "one more trap", traps[next_trap].cause, traps[next_trap].epc);
}

void passed(const char *name)
{
    put(name);
    put(": ");
    put_dec(count);
    put(" checks passed\n");
}
