/* A tour for people: this guest takes a few traps of each kind and tells what it does, so that a plugin that watches
 * discontinuities has something to show. The hart stays in machine mode. */
#include "io.h"

#if __riscv_xlen == 64
typedef u64 pte_t;
#define SATP_MODE (8ul << 60)
#define SHIFT 30 /* a gigabyte per entry of the root table */
#else
typedef u32 pte_t;
#define SATP_MODE (1ul << 31)
#define SHIFT 22
#endif
#define FAR 0x40000000ul /* an address that nobody has mapped yet */

static volatile u32 ecalls, illegals, page_faults, ticks;
static pte_t root[4096 / sizeof(pte_t)] __attribute__((aligned(4096)));
static u32 treasure __attribute__((aligned(64))) = 4711;

static void set_timer(u32 from_now)
{
    /* the low half suffices: the demo is over long before it wraps */
    u32 now = REG32(CLINT_MTIME);
    REG32(CLINT_MTIMECMP + 4) = 0;
    REG32(CLINT_MTIMECMP) = now + from_now;
}

__attribute__((interrupt("machine"), aligned(4))) static void trap(void)
{
    ulong cause = csr_read(mcause), pc = csr_read(mepc);
    if ((long)cause < 0) {
        ticks++;
        set_timer(10000);
        return;
    }
    switch (cause) {
    case C_ECALL_M:
        ecalls++;
        csr_write(mepc, pc + 4);
        break;
    case C_ILLEGAL:
        illegals++;
        csr_write(mepc, pc + 4); /* the demo's illegal instruction is four bytes long */
        break;
    case C_LOAD_PAGE:
        /* map the missing page and return to the same load, as an operating system does */
        page_faults++;
        root[FAR >> SHIFT] = (pte_t)(RAM >> 12 << 10) | 0xd7; /* V R W U A D */
        asm volatile("sfence.vma");
        break;
    default:
        put("an unexpected trap, cause ");
        put_hex(cause);
        put("\n");
        exit(1);
    }
}

static void count(const char *what, u32 n)
{
    put("  ");
    put_dec(n);
    put(what);
}

static u32 primes_below(u32 limit)
{
    u32 n = 0;
    for (u32 i = 2; i < limit; i++) {
        u32 d = 2;
        while (d * d <= i && i % d)
            d++;
        n += d * d > i;
    }
    return n;
}

int main(void)
{
    csr_write(mtvec, trap);
    csr_write(pmpaddr0, -1ul);
    csr_write(pmpcfg0, 0x1f);
    put("Guestscope demo: a RISC-V hart and its traps\n");

    put("- five environment calls\n");
    for (int i = 0; i < 5; i++)
        asm volatile("ecall");

    put("- an instruction that does not exist\n");
    asm volatile(".word 0xffffffff");

    put("- a load from a page that is not there yet: ");
    csr_write(satp, SATP_MODE | (ulong)root >> 12);
    asm volatile("sfence.vma");
    /* MPRV: loads and stores as if in the mode that mstatus.MPP names, here user mode, and so translated. (The handler's
     * mret leaves user mode there, too.) */
    ulong value;
    asm volatile("csrc mstatus, %3\ncsrs mstatus, %1\nlw %0, 0(%2)\ncsrc mstatus, %1"
                 : "=&r"(value)
                 : "r"((ulong)MPRV), "r"((ulong)&treasure - RAM + FAR), "r"((ulong)MPP)
                 : "memory");
    csr_write(satp, 0);
    put_dec(value);
    put("\n- ten timer interrupts, a millisecond apart:");
    csr_write(mie, BIT(IRQ_MTI));
    set_timer(10000);
    for (u32 i = 1; i <= 10; i++) {
        /* asleep with interrupts off, awake when one is pending, then let it in: it always hits the same place */
        asm volatile("wfi\ncsrsi mstatus, 8\ncsrci mstatus, 8" ::: "memory");
        put(" ");
        put_dec(ticks);
        if (ticks != i)
            exit(2);
    }
    csr_write(mie, 0);
    put("\n- some arithmetic: ");
    put_dec(primes_below(18000));
    put(" primes below 18000\n");

    put("Summary\n");
    count(" environment calls\n", ecalls);
    count(" illegal instruction\n", illegals);
    count(" page fault\n", page_faults);
    count(" timer interrupts\n", ticks);
    return ecalls == 5 && illegals == 1 && page_faults == 1 && ticks == 10 && value == 4711 ? 0 : 3;
}
