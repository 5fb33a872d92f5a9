/* Physical memory protection: every way to match an address, permissions, priority, locked entries. Entry 15 gives S
 * and U everything; the entries before it take something away or give it back. */
#include "probe.h"

enum { R = 1, W = 2, X = 4, OFF = 0, TOR = 8, NA4 = 0x10, NAPOT = 0x18, L = 0x80 };

SNIPPET(nothing, "", "nop", "")
SNIPPET(load_byte, "", "lbu a0, 0(a0)", "")
SNIPPET(load_word, "", "lw a0, 0(a0)", "")
SNIPPET(load_double, "", "fld fa0, 0(a0)", "")
SNIPPET(store_byte, "", "sb a1, 0(a0)", "")
SNIPPET(amo, "", "amoadd.w a0, a1, (a0)", "")
SNIPPET(lr, "", "lr.w a0, (a0)", "")
SNIPPET(jump, "", "jr a0", "")

/* two pages: data, and at the end of the first code that runs into the second */
static u32 page[2048] __attribute__((aligned(4096)));
#define AT(offset) ((ulong)page + (offset))

static void set(int i, int cfg, ulong addr)
{
    ulong shift = 8 * i;
    switch (i) {
    case 0: csr_write(pmpaddr0, addr); break;
    case 1: csr_write(pmpaddr1, addr); break;
    case 2: csr_write(pmpaddr2, addr); break;
    case 3: csr_write(pmpaddr3, addr); break;
    }
    csr_write(pmpcfg0, (csr_read(pmpcfg0) & ~(0xfful << shift)) | (ulong)cfg << shift);
    asm volatile("sfence.vma");
}

static void allow_all(int on)
{
    csr_write(pmpaddr15, -1ul);
#if __riscv_xlen == 64
    csr_write(pmpcfg2, on ? 0x1ful << 56 : 0);
#else
    csr_write(pmpcfg3, on ? 0x1ful << 24 : 0);
#endif
    asm volatile("sfence.vma");
}

static void clear(void)
{
    for (int i = 0; i < 4; i++)
        set(i, OFF, 0);
}

static ulong napot(ulong start, ulong size)
{
    return (start | (size / 2 - 1)) >> 2;
}

/* one access in mode m at the given offset; cause 0: no trap */
#define LOAD(m, offset, cause) access_(__LINE__, m, load_byte, load_byte_at, AT(offset), cause)
#define STORE(m, offset, cause) access_(__LINE__, m, store_byte, store_byte_at, AT(offset), cause)
#define FETCH(m, offset, cause) access_(__LINE__, m, jump, (char *)AT(offset), AT(offset), cause)
static void access_(int line, int m, char *code, char *epc, ulong address, int cause)
{
    probe(m, code, address, 0);
    if (cause)
        expect(line, M, cause, epc, address);
    expect_done(line);
}

static void permissions(void)
{
    for (int i = 0; i < 2048; i++)
        page[i] = 0x80828082; /* c.jr ra, twice */
    asm volatile("fence.i");
    for (int bits = 0; bits < 8; bits++) {
        if ((bits & 3) == W)
            continue; /* reserved */
        set(0, NAPOT | bits, napot(AT(0), 4096));
        for (int m = U; m <= M; m++) {
            if (m == 2)
                continue;
            LOAD(m, 0, m == M || bits & R ? 0 : C_LOAD_ACCESS);
            STORE(m, 4094, m == M || bits & W ? 0 : C_STORE_ACCESS);
            FETCH(m, 64, m == M || bits & X ? 0 : C_FETCH_ACCESS);
            LOAD(m, 4096, 0);
            LOAD(m, -1, 0);
        }
    }
    clear();
}

static void matching(void)
{
    /* four bytes */
    set(0, NA4, AT(100) >> 2);
    LOAD(S, 99, 0);
    LOAD(S, 100, C_LOAD_ACCESS);
    LOAD(S, 103, C_LOAD_ACCESS);
    STORE(U, 102, C_STORE_ACCESS);
    STORE(U, 104, 0);
    LOAD(M, 100, 0);
    FETCH(U, 100, C_FETCH_ACCESS);
    FETCH(U, 108, 0);
    probe(S, amo, AT(100), 0);
    TRAP(M, C_STORE_ACCESS, amo_at, AT(100));
    DONE();
    probe(S, lr, AT(100), 0);
    TRAP(M, C_LOAD_ACCESS, lr_at, AT(100));
    DONE();
    /* an access must lie in the entry as a whole, whatever the entry permits */
    set(0, NA4 | R | W | X, AT(100) >> 2);
    LOAD(S, 100, 0);
    probe(S, load_double, AT(96), 0);
    TRAP(M, C_LOAD_ACCESS, load_double_at, AT(96));
    DONE();
    /* eight bytes */
    set(0, NAPOT, napot(AT(200), 8));
    LOAD(U, 199, 0);
    LOAD(U, 200, C_LOAD_ACCESS);
    LOAD(U, 207, C_LOAD_ACCESS);
    LOAD(U, 208, 0);
    /* top of range: the entry before gives the bottom, whether it is on or off */
    set(0, OFF, AT(300) >> 2);
    set(1, TOR | R, AT(400) >> 2);
    LOAD(S, 299, 0);
    STORE(S, 299, 0);
    LOAD(S, 300, 0);
    STORE(S, 300, C_STORE_ACCESS);
    STORE(S, 399, C_STORE_ACCESS);
    STORE(S, 400, 0);
    /* an empty range matches nothing */
    set(0, OFF, AT(400) >> 2);
    STORE(S, 399, 0);
    /* the first entry that matches decides */
    set(0, NA4 | R | W, AT(500) >> 2);
    set(1, NAPOT, napot(AT(0), 4096));
    LOAD(U, 500, 0);
    STORE(U, 503, 0);
    FETCH(U, 500, C_FETCH_ACCESS);
    LOAD(U, 504, C_LOAD_ACCESS);
    set(0, NAPOT, napot(AT(0), 4096));
    set(1, NA4 | R | W, AT(500) >> 2);
    LOAD(U, 500, C_LOAD_ACCESS);
    clear();
}

static void fetching(void)
{
    /* an instruction of four bytes whose second half is forbidden: the trap names the half */
    u16 *code = (u16 *)page;
    code[2047] = 0x0013; /* addi x0, x0, 3, first half */
    code[2048] = 0x0030; /* second half; alone it is c.addi4spn a2, sp, ... */
    code[2049] = 0x8082;
    asm volatile("fence.i");
    FETCH(S, 4094, 0);
    set(0, NAPOT | R | W, napot(AT(4096), 4096));
    probe(S, jump, AT(4094), 0);
    TRAP(M, C_FETCH_ACCESS, (char *)AT(4094), AT(4096));
    DONE();
    probe(S, jump, AT(4096), 0);
    TRAP(M, C_FETCH_ACCESS, (char *)AT(4096), AT(4096));
    DONE();
    /* running into it */
    code[2047] = 0x0001; /* c.nop */
    asm volatile("fence.i");
    probe(S, jump, AT(4094), 0);
    TRAP(M, C_FETCH_ACCESS, (char *)AT(4096), AT(4096));
    DONE();
    FETCH(M, 4094, 0);
    clear();
}

static void no_entry(void)
{
    /* no entry matches: only M may. The way back of the probe is forbidden too: entry 0 opens it for the execution of
     * four bytes */
    set(0, NA4 | X, (ulong)ecall_back >> 2);
    allow_all(0);
    probe(M, nothing, 0, 0);
    DONE();
    for (int m = U; m <= S; m++) {
        probe(m, nothing, 0, 0);
        TRAP(M, C_FETCH_ACCESS, nothing, (ulong)nothing);
        DONE();
    }
    allow_all(1);
    clear();
}

static void locked(void)
{
    /* locked entries bind M as well, and cannot be changed any more */
    set(0, L | NA4 | R, AT(600) >> 2);
    LOAD(M, 600, 0);
    STORE(M, 600, C_STORE_ACCESS);
    FETCH(M, 600, C_FETCH_ACCESS);
    LOAD(U, 600, 0);
    STORE(S, 600, C_STORE_ACCESS);
    STORE(M, 604, 0);
    set(0, NA4 | R | W | X, AT(700) >> 2);
    EQ(csr_read(pmpcfg0) & 0xff, L | NA4 | R);
    EQ(csr_read(pmpaddr0), AT(600) >> 2);
    STORE(M, 600, C_STORE_ACCESS);
    LOAD(M, 700, 0);
    /* a locked TOR entry locks the address before it too */
    set(1, OFF, AT(800) >> 2);
    set(2, L | TOR, AT(900) >> 2);
    set(1, OFF, AT(900) >> 2);
    EQ(csr_read(pmpaddr1), AT(800) >> 2);
    LOAD(M, 799, 0);
    LOAD(M, 800, C_LOAD_ACCESS);
    LOAD(S, 899, C_LOAD_ACCESS);
    LOAD(M, 900, 0);
    FETCH(M, 800, C_FETCH_ACCESS);
}

int main(void)
{
    probe_init();
    /* move the entry that allows everything from 0 to 15 */
    allow_all(1);
    clear();
    permissions();
    matching();
    fetching();
    no_entry();
    locked();
    passed("pmp");
    return 0;
}
