/* Extensions whose instructions and registers depend on mode and page tables: Zicbom, Zicboz, Svinval, Svnapot, Sstc.
 * The instructions are words, since the compiler does not know them. */
#include "probe.h"

enum { V = 1, R = 2, W = 4, X = 8, A = 64, D = 128 };
enum { CBIE = 0x30, CBCFE = 0x40, CBZE = 0x80 };
#define menvcfg 0x30a
#define menvcfgh 0x31a
#define senvcfg 0x10a
#define stimecmp 0x14d
#define stimecmph 0x15d

/* of the block that a0 points into */
SNIPPET(inval, "", ".4byte 0x0005200f", "")
SNIPPET(clean, "", ".4byte 0x0015200f", "")
SNIPPET(flush, "", ".4byte 0x0025200f", "")
SNIPPET(zero, "", ".4byte 0x0045200f", "")
/* sinval.vma a0, a1 */
SNIPPET(sinval, "", ".4byte 0x16b50073", "")
SNIPPET(w_inval, "", ".4byte 0x18000073", "")
SNIPPET(inval_ir, "", ".4byte 0x18100073", "")
SNIPPET(read_compare, "", "csrr a0, 0x14d", "")
SNIPPET(write_compare, "", "csrw 0x14d, a0", "")
SNIPPET(load, "", "lw a0, 0(a0)", "")
SNIPPET(store, "", "sw a1, 0(a0)", "")
/* interrupts of S are let in by one instruction */
SNIPPET(enable, "", "csrsi sstatus, 2", "nop")

#define PAGE __attribute__((aligned(4096)))
static u8 block[4096] PAGE;

#define ILLEGAL(mode, name) illegal(__LINE__, mode, name, name##_at)
static void illegal(int line, int mode, char *code, char *at)
{
    probe(mode, code, (ulong)block, 0);
    expect(line, M, C_ILLEGAL, at, *(u16 *)at | (ulong)*(u16 *)(at + 2) << 16);
    expect_done(line);
}

#define FINE(mode, name) fine(__LINE__, mode, name, (ulong)block)
static void fine(int line, int mode, char *code, ulong a0)
{
    probe(mode, code, a0, 0);
    expect_done(line);
}

static void when(int allowed, int line, int mode, char *code, char *at)
{
    if (allowed)
        fine(line, mode, code, (ulong)block);
    else
        illegal(line, mode, code, at);
}
#define WHEN(allowed, mode, name) when(allowed, __LINE__, mode, name, name##_at)

static void cache_blocks(void)
{
    static const int invals[] = { 0, 0x10, 0x30 };
    for (int m = 0; m < 3; m++)
        for (int s = 0; s < 3; s++) {
            csr_write(menvcfg, invals[m]);
            csr_write(senvcfg, invals[s]);
            FINE(M, inval);
            WHEN(m, S, inval);
            WHEN(m && s, U, inval);
        }
    for (int m = 0; m < 4; m++)
        for (int s = 0; s < 4; s++) {
            csr_write(menvcfg, m << 6);
            csr_write(senvcfg, s << 6);
            FINE(M, clean);
            FINE(M, flush);
            FINE(M, zero);
            WHEN(m & 1, S, clean);
            WHEN(m & 1, S, flush);
            WHEN(m & 2, S, zero);
            WHEN(m & s & 1, U, clean);
            WHEN(m & s & 1, U, flush);
            WHEN(m & s & 2, U, zero);
        }
    csr_write(menvcfg, CBIE | CBCFE | CBZE);
    csr_write(senvcfg, CBIE | CBCFE | CBZE);
    memset(block, 0xff, 256);
    fine(__LINE__, U, zero, (ulong)block + 100);
    for (int i = 0; i < 256; i++)
        EQ(block[i], i >= 64 && i < 128 ? 0 : 0xff);
    fine(__LINE__, U, flush, (ulong)block + 100);
    EQ(block[128], 0xff);
}

static void fences(void)
{
    ILLEGAL(U, sinval);
    ILLEGAL(U, w_inval);
    ILLEGAL(U, inval_ir);
    for (int m = S; m <= M; m += 2) {
        FINE(m, sinval);
        FINE(m, w_inval);
        FINE(m, inval_ir);
    }
    status_bits = TVM;
    ILLEGAL(S, sinval);
    FINE(S, w_inval);
    FINE(S, inval_ir);
    FINE(M, sinval);
    status_bits = 0;
}

/* Page tables: RAM for S at its own address in one large page, and pages at VA. */
#if __riscv_xlen == 64
typedef u64 pte_t;
#define VA 0x40000000ul
#define NAPOT (1ull << 63)
static u8 big[16][4096] __attribute__((aligned(65536)));
static pte_t root[512] PAGE, middle[512] PAGE, leaves[512] PAGE;
#else
typedef u32 pte_t;
#define VA 0x40000000ul
static pte_t root[1024] PAGE, leaves[1024] PAGE;
#endif

static pte_t entry(const void *physical, int flags)
{
    return (pte_t)(ulong)physical >> 12 << 10 | flags;
}

static void fence(void)
{
    asm volatile("sfence.vma");
}

static void page_tables(void)
{
    int all = V | R | W | X | A | D;
#if __riscv_xlen == 64
    root[RAM >> 30] = entry((void *)RAM, all);
    root[VA >> 30] = entry(middle, V);
    middle[0] = entry(leaves, V);
    csr_write(satp, 8ul << 60 | (ulong)root >> 12);
#else
    root[RAM >> 22] = entry((void *)RAM, all);
    root[(RAM >> 22) + 1] = entry((void *)(RAM + 0x400000), all);
    root[VA >> 22] = entry(leaves, V);
    csr_write(satp, 1ul << 31 | (ulong)root >> 12);
#endif
    fence();
}

/* a block may be managed where a load or a store is allowed, and zeroed where a store is */
static void block_faults(void)
{
    ulong va = VA + 5;
    for (int flags = 0; flags < 16; flags += 2) {
        leaves[0] = entry(block, flags | (flags ? V | A | D : 0));
        fence();
        int valid = flags && (flags & (R | W)) != W;
        probe(S, clean, va, 0);
        if (!valid || !(flags & R))
            TRAP(M, C_STORE_PAGE, clean_at, VA);
        DONE();
        probe(S, inval, va, 0);
        if (!valid || !(flags & R))
            TRAP(M, C_STORE_PAGE, inval_at, VA);
        DONE();
        probe(S, zero, va, 0);
        if (!valid || !(flags & W))
            TRAP(M, C_STORE_PAGE, zero_at, VA);
        DONE();
    }
    /* a load and so the management of a block sets A, zeroing D */
    leaves[0] = entry(block, V | R | W);
    fence();
    probe(S, flush, va, 0);
    DONE();
    EQ(leaves[0], entry(block, V | R | W | A));
    probe(S, zero, va, 0);
    DONE();
    EQ(leaves[0], entry(block, V | R | W | A | D));
    /* where there is no memory, and where PMP lets nobody */
    csr_write(pmpaddr0, ((ulong)block >> 2) | 0x1ff);
    csr_write(pmpaddr1, -1ul);
    csr_write(pmpcfg0, 0x1f18);
    fence();
    probe(S, clean, va, 0);
    TRAP(M, C_STORE_ACCESS, clean_at, VA);
    DONE();
    probe(S, zero, va, 0);
    TRAP(M, C_STORE_ACCESS, zero_at, VA);
    DONE();
    csr_write(pmpcfg0, 0x1f19); /* to be read only */
    fence();
    probe(S, clean, va, 0);
    DONE();
    probe(S, zero, va, 0);
    TRAP(M, C_STORE_ACCESS, zero_at, VA);
    DONE();
    csr_write(pmpaddr0, -1ul);
    csr_write(pmpcfg0, 0x1f);
    fence();
}

static void large_pages(void)
{
#if __riscv_xlen == 64
    int all = V | R | W | A | D;
    ulong va = VA + 0x20000;
    pte_t *e = &leaves[0x20];
    /* any of the 16 entries gives the same page, whose number it has but for the last digit */
    for (int i = 0; i < 16; i++) {
        e[i] = entry(big[8], all) | NAPOT;
        *(u32 *)(big[i] + 16) = i * 0x01010101;
    }
    fence();
    for (int i = 15; i >= 0; i--) {
        probe(S, load, va + i * 4096 + 16, 0);
        DONE();
        EQ(result, i * 0x01010101);
        probe(S, store, va + i * 4096 + 32, i);
        DONE();
        EQ(*(u32 *)(big[i] + 32), i);
    }
    /* A and D are set in the entry of the access, and N stays */
    e[3] = entry(big[8], V | R | W) | NAPOT;
    fence();
    probe(S, store, va + 0x3000, 0);
    DONE();
    EQ(e[3], entry(big[8], all) | NAPOT);
    /* a fence for an address, or its like, forgets the page */
    for (int i = 0; i < 16; i++)
        e[i] = 0;
    probe(S, sinval, va + 0x5000, 0);
    DONE();
    probe(S, load, va + 0x5010, 0);
    TRAP(M, C_LOAD_PAGE, load_at, va + 0x5010);
    DONE();
    /* other last digits are reserved */
    for (int i = 0; i < 16; i++) {
        e[0] = entry(big[i], all) | NAPOT;
        fence();
        probe(S, load, va, 0);
        if (i != 8)
            TRAP(M, C_LOAD_PAGE, load_at, va);
        DONE();
    }
    /* so is N in larger pages, and in pointers */
    middle[1] = entry((void *)(RAM + 0x8000), all) | NAPOT;
    fence();
    probe(S, load, VA + 0x200000, 0);
    TRAP(M, C_LOAD_PAGE, load_at, VA + 0x200000);
    DONE();
    middle[1] = entry(leaves, V) | NAPOT;
    fence();
    probe(S, load, VA + 0x200000, 0);
    TRAP(M, C_LOAD_PAGE, load_at, VA + 0x200000);
    DONE();
    /* bits beside N */
    e[0] = entry(big[8], all) | NAPOT | 1ull << 60;
    fence();
    probe(S, load, va, 0);
    TRAP(M, C_LOAD_PAGE, load_at, va);
    DONE();
#endif
}

static void turn(int on)
{
#if __riscv_xlen == 64
    csr_write(menvcfg, on ? 1ul << 63 : 0);
#else
    csr_write(menvcfgh, on ? 1ul << 31 : 0);
#endif
}

static void compare(u64 at)
{
#if __riscv_xlen == 64
    csr_write(stimecmp, at);
#else
    csr_write(stimecmph, -1);
    csr_write(stimecmp, at);
    csr_write(stimecmph, at >> 32);
#endif
}

#define STIP (csr_read(mip) & BIT(IRQ_STI))

static void later(int handler, int cause)
{
    (void)handler, (void)cause;
    compare(-1ull);
}

static void timer(void)
{
    for (int on = 0; on < 2; on++)
        for (int tm = 0; tm < 2; tm++) {
            turn(on);
            csr_write(mcounteren, tm ? 7 : 5);
            FINE(M, read_compare);
            FINE(M, write_compare);
            WHEN(on && tm, S, read_compare);
            WHEN(on && tm, S, write_compare);
            ILLEGAL(U, read_compare);
        }
    csr_write(mcounteren, 7);
    /* without the comparator the bit is software's */
    turn(0);
    compare(0);
    EQ(STIP, 0);
    csr_set(mip, BIT(IRQ_STI));
    EQ(STIP, BIT(IRQ_STI));
    compare(-1ull);
    EQ(STIP, BIT(IRQ_STI));
    /* with it the comparator's alone */
    turn(1);
    EQ(STIP, 0);
    csr_set(mip, BIT(IRQ_STI));
    EQ(STIP, 0);
    compare(0);
    EQ(STIP, BIT(IRQ_STI));
    csr_clear(mip, BIT(IRQ_STI));
    EQ(STIP, BIT(IRQ_STI));
    turn(0);
    EQ(STIP, 0);
    turn(1);
    EQ(STIP, BIT(IRQ_STI));
    compare(-1ull);
    EQ(STIP, 0);
    /* the time comes */
    u64 now = REG32(CLINT_MTIME) | (u64)REG32(CLINT_MTIME + 4) << 32;
    compare(now + 200);
    while (!STIP)
        ;
    EQ(REG32(CLINT_MTIME) - (u32)now >= 200, 1);
    /* interrupts of S */
    csr_write(mideleg, BIT(IRQ_STI));
    csr_write(mie, BIT(IRQ_STI));
    on_interrupt = later;
    probe(S, enable, 0, 0);
    IRQ(S, IRQ_STI, enable_after);
    DONE();
    EQ(STIP, 0);
    /* and of M, if not delegated */
    csr_write(mideleg, 0);
    compare(0);
    probe(S, enable, 0, 0);
    IRQ(M, IRQ_STI, enable);
    DONE();
    csr_write(mie, 0);
    turn(0);
}

int main(void)
{
    probe_init();
    cache_blocks();
    fences();
    page_tables();
    block_faults();
    large_pages();
    csr_write(satp, 0);
    timer();
    passed("extensions");
    return 0;
}
