/* Virtual memory: Sv39 and Sv48 (RV32: Sv32). Every combination of permission bits, A and D, superpages, addresses
 * that are not canonical, accesses and instructions across pages, remapping, address spaces. */
#include "probe.h"

enum { V = 1, R = 2, W = 4, X = 8, PU = 16, G = 32, A = 64, D = 128 };

#if __riscv_xlen == 64
typedef u64 pte_t;
#define INDEX_BITS 9
#define TEST 0x3fc0000000ul /* virtual address of the test pages: last gigabyte of Sv39's lower half */
#else
typedef u32 pte_t;
#define INDEX_BITS 10
#define TEST 0x40000000ul
#endif
#define ENTRIES (1 << INDEX_BITS)
#define USER_CODE 0x40000000ul /* U sees the program this much higher than M */

#define PAGE __attribute__((aligned(4096)))
static pte_t root[ENTRIES] PAGE, root_b[ENTRIES] PAGE, pool[8][ENTRIES] PAGE;
static u8 data[4][4096] PAGE; /* not used in the order of their addresses */
static int levels, pool_used;
static ulong mode_bits;

SNIPPET(load_byte, "", "lbu a0, 0(a0)", "")
SNIPPET(load_word, "", "lw a0, 0(a0)", "")
SNIPPET(load_reg, "", STR_REG_L "a0, 0(a0)", "")
SNIPPET(store_byte, "", "sb a1, 0(a0)", "")
SNIPPET(store_word, "", "sw a1, 0(a0)", "")
SNIPPET(store_reg, "", STR_REG_S "a1, 0(a0)", "")
SNIPPET(load_fp, "", "fld fa0, 0(a0)", "")
SNIPPET(store_fp, "", "fsd fa0, 0(a0)", "")
SNIPPET(amo, "", "amoadd.w a0, a1, (a0)", "")
SNIPPET(lr, "", "lr.w a0, (a0)", "")
SNIPPET(jump, "", "jr a0", "")
SNIPPET(load_as_s, "li t0, 0x1800\ncsrc mstatus, t0\nli t0, 0x20800\ncsrs mstatus, t0", "lw a0, 0(a0)", "li t0, 0x20000\ncsrc mstatus, t0")
SNIPPET(load_then_store, "lw t0, 0(a0)", "sw t0, 4(a0)", "")
/* S changes a mapping itself. a0 points to the virtual address and the address of its entry, a1 is the new entry */
SNIPPET(remap, STR_REG_L "t1, 0(a0)\n" STR_REG_L "t2, " STR(REG_BYTES) "(a0)\nlbu a2, 0(t1)\n" STR_REG_S "a1, 0(t2)\nsfence.vma t1", "lbu a0, 0(t1)", "slli a2, a2, 8\nor a0, a0, a2")

static pte_t entry(const void *physical, int flags)
{
    return (pte_t)(ulong)physical >> 12 << 10 | flags;
}

/* the entry for a virtual address at the given level (0 = 4 KB), with the tables above it */
static pte_t *walk(pte_t *table, ulong va, int level)
{
    for (int l = levels - 1;; l--) {
        pte_t *e = &table[va >> (12 + INDEX_BITS * l) & (ENTRIES - 1)];
        if (l == level)
            return e;
        if (!(*e & V)) {
            pte_t *t = pool[pool_used++];
            memset(t, 0, 4096);
            *e = entry(t, V);
        }
        table = (pte_t *)((ulong)(*e >> 10) << 12);
    }
}

static void map(ulong va, const void *physical, int flags)
{
    *walk(root, va, 0) = entry(physical, flags);
    asm volatile("sfence.vma");
}

static void use(pte_t *table, ulong asid)
{
#if __riscv_xlen == 64
    csr_write(satp, mode_bits | asid << 44 | (ulong)table >> 12);
#else
    csr_write(satp, mode_bits | asid << 22 | (ulong)table >> 12);
#endif
}

static void build(pte_t *table)
{
    /* RAM for S at its own address, for U higher up, both as the largest pages that both kinds of hart have */
    memset(table, 0, 4096);
    for (ulong off = 0; off < 0x800000; off += 0x400000) {
        int level = __riscv_xlen == 64 ? 2 : 1;
        *walk(table, RAM + off, level) = entry((void *)(RAM + (level == 2 ? 0 : off)), V | R | W | X | A | D);
        *walk(table, RAM + USER_CODE + off, level) = entry((void *)(RAM + (level == 2 ? 0 : off)), V | R | W | X | PU | A | D);
    }
}

/* All combinations of V R W X U against mode, SUM, MXR and kind of access. The expectation is computed from the
 * manual's rules. */
static void permissions(int handler)
{
    static const int statuses[] = { 0, SUM, MXR };
    ulong va = TEST + 0x5000;
    for (int flags = 0; flags < 32; flags++) {
        for (int m = U; m <= S; m++)
            for (int k = 0; k < 3; k++) {
                int r = flags & V && (flags & (R | W | X)), user = flags & PU;
                if ((flags & (R | W)) == W)
                    r = 0; /* reserved: writable but not readable */
                int data_ok = r && (m == U ? user : !user || statuses[k] == SUM);
                int load = data_ok && (flags & R || (flags & X && statuses[k] == MXR));
                int store = data_ok && flags & W;
                int fetch = r && flags & X && (m == U ? user : !user);
                status_bits = statuses[k];
                map(va, data[0], flags);
                probe(m, load_byte, va, 0);
                if (!load)
                    TRAP(handler, C_LOAD_PAGE, load_byte_at, va);
                DONE();
                if (k == 2 && !(flags & X))
                    continue; /* MXR changes nothing else: keep the log short */
                probe(m, store_byte, va + 9, 1);
                if (!store)
                    TRAP(handler, C_STORE_PAGE, store_byte_at, va + 9);
                DONE();
                if (k == 2)
                    continue;
                map(va, data[1], flags); /* holds code */
                probe(m, jump, va + 16, 0);
                if (!fetch)
                    TRAP(handler, C_FETCH_PAGE, (void *)(va + 16), va + 16);
                DONE();
            }
    }
    status_bits = 0;
}

/* In every mode each kind of access with its cause. */
static void kinds(int handler)
{
    ulong va = TEST + 0x6000;
    map(va, data[0], 0);
#define BAD(name, cause) probe(S, name, va, 1); TRAP(handler, cause, name##_at, va); DONE()
    BAD(load_byte, C_LOAD_PAGE);
    BAD(load_word, C_LOAD_PAGE);
    BAD(load_reg, C_LOAD_PAGE);
    BAD(load_fp, C_LOAD_PAGE);
    BAD(store_word, C_STORE_PAGE);
    BAD(store_reg, C_STORE_PAGE);
    BAD(store_fp, C_STORE_PAGE);
    BAD(amo, C_STORE_PAGE);
    BAD(lr, C_LOAD_PAGE);
    /* an atomic read-modify-write on a page without W is a store fault, although it reads first */
    map(va, data[0], V | R | A | D);
    BAD(amo, C_STORE_PAGE);
    probe(S, lr, va, 0);
    DONE();
    /* M with MPRV */
    map(va, data[0], V | W | A | D);
    probe(M, load_as_s, va, 0);
    TRAP(M, C_LOAD_PAGE, load_as_s_at, va);
    DONE();
    map(va, data[0], V | R | A | D);
    probe(M, load_as_s, va, 0);
    DONE();
    /* a valid mapping of an address where nothing is: the access fault names the virtual address */
    map(va, (void *)0, V | R | W | X | A | D);
    BAD(load_word, C_LOAD_ACCESS);
    BAD(store_word, C_STORE_ACCESS);
    probe(S, jump, va, 0);
    TRAP(handler, C_FETCH_ACCESS, (void *)va, va);
    DONE();
}

static void accessed_and_dirty(void)
{
    ulong va = TEST + 0x7000;
    pte_t *e = walk(root, va, 0);
    map(va, data[0], V | R | W | X);
    probe(S, load_byte, va, 0);
    DONE();
    EQ(*e & 0x3ff, V | R | W | X | A);
    probe(S, store_byte, va, 0);
    DONE();
    EQ(*e & 0x3ff, V | R | W | X | A | D);
    map(va, data[0], V | R | W);
    probe(S, store_byte, va, 0);
    DONE();
    EQ(*e & 0x3ff, V | R | W | A | D);
    map(va, data[1], V | R | W | X);
    probe(S, jump, va, 0);
    DONE();
    EQ(*e & 0x3ff, V | R | W | X | A);
    map(va, data[0], V | R | W);
    probe(S, amo, va, 0);
    DONE();
    EQ(*e & 0x3ff, V | R | W | A | D);
    /* a refused access leaves no mark */
    map(va, data[0], V | R);
    probe(S, store_byte, va, 0);
    TRAP(M, C_STORE_PAGE, store_byte_at, va);
    DONE();
    EQ(*e & 0x3ff, V | R);
    map(va, data[0], V | R | W | PU);
    probe(S, load_byte, va, 0);
    TRAP(M, C_LOAD_PAGE, load_byte_at, va);
    DONE();
    EQ(*e & 0x3ff, V | R | W | PU);
    /* first read, later write, without any sfence between: D must still be set */
    map(va, data[0], V | R | W);
    probe(S, load_then_store, va, 0);
    DONE();
    EQ(*e & 0x3ff, V | R | W | A | D);
}

static void superpages(void)
{
    /* one level up: 2 MB (Sv32: 4 MB); the physical address is that of the RAM's begin, aligned */
    ulong size = 1ul << (12 + INDEX_BITS), va = TEST + 8 * size;
    pte_t *e = walk(root, va, 1);
    *e = entry((void *)RAM, V | R | W | X | A | D);
    asm volatile("sfence.vma");
    data[2][123] = 0x5a;
    probe(S, load_byte, va + (ulong)&data[2][123] - RAM, 0);
    DONE();
    EQ(result, 0x5a);
    /* not aligned: page fault for every access */
    *e = entry((void *)(RAM + 4096), V | R | W | X | A | D);
    asm volatile("sfence.vma");
    probe(S, load_byte, va, 0);
    TRAP(M, C_LOAD_PAGE, load_byte_at, va);
    DONE();
    probe(S, store_byte, va + 77, 0);
    TRAP(M, C_STORE_PAGE, store_byte_at, va + 77);
    DONE();
    probe(S, jump, va, 0);
    TRAP(M, C_FETCH_PAGE, (void *)va, va);
    DONE();
    *e = 0;
    asm volatile("sfence.vma");
    /* a pointer where only a leaf may be */
    va = TEST + 0x8000;
    map(va, data[0], V);
    probe(S, load_byte, va, 0);
    TRAP(M, C_LOAD_PAGE, load_byte_at, va);
    DONE();
#if __riscv_xlen == 64
    /* bits that belong to extensions which this hart does not have */
    for (int bit = 54; bit < 64; bit++) {
        *walk(root, va, 0) = entry(data[0], V | R | W | A | D) | 1ul << bit;
        asm volatile("sfence.vma");
        probe(S, load_byte, va, 0);
        TRAP(M, C_LOAD_PAGE, load_byte_at, va);
        DONE();
    }
#endif
}

static void not_canonical(void)
{
#if __riscv_xlen == 64
    int top = levels == 3 ? 38 : 47;
    ulong bad[] = { 1ul << top, 1ul << (top + 1), 1ul << 63, -1ul << (top + 1), TEST | 1ul << 60, 0xffffffff80000000ul };
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        ulong va = bad[i]; /* the last is canonical, but not mapped */
        probe(S, load_byte, va, 0);
        TRAP(M, C_LOAD_PAGE, load_byte_at, va);
        DONE();
        probe(S, store_byte, va, 0);
        TRAP(M, C_STORE_PAGE, store_byte_at, va);
        DONE();
        probe(S, jump, va, 0);
        TRAP(M, C_FETCH_PAGE, (void *)va, va);
        DONE();
    }
#endif
}

static void across_pages(void)
{
    ulong va = TEST + 0xa000;
    u32 *last = (u32 *)(data[3] + 4092);
    *last = 0x44332211;
    data[0][0] = 0x55;
    data[0][1] = 0x66;
    /* two pages whose frames are not neighbours in that order */
    map(va, data[3], V | R | W | A | D);
    map(va + 4096, data[0], V | R | W | A | D);
    probe(S, load_word, va + 4094, 0);
    DONE();
    EQ((u32)result, 0x66554433);
    probe(S, store_word, va + 4093, 0x0a0b0c0d);
    DONE();
    EQ(*last, 0x0b0c0d11);
    EQ(data[0][0], 0x0a);
    /* the second page fails: the trap names its first byte, and nothing of a store is done */
    map(va + 4096, data[0], V | R | A | D);
    probe(S, load_word, va + 4094, 0);
    DONE();
    probe(S, store_word, va + 4094, 0);
    TRAP(M, C_STORE_PAGE, store_word_at, va + 4096);
    DONE();
    EQ(*last, 0x0b0c0d11);
    map(va + 4096, data[0], 0);
    probe(S, load_word, va + 4095, 0);
    TRAP(M, C_LOAD_PAGE, load_word_at, va + 4096);
    DONE();
    probe(S, store_reg, va + 4097 - sizeof(ulong), 0);
    TRAP(M, C_STORE_PAGE, store_reg_at, va + 4096);
    DONE();
    EQ(*last, 0x0b0c0d11);
    probe(S, load_fp, va + 4092, 0);
    TRAP(M, C_LOAD_PAGE, load_fp_at, va + 4096);
    DONE();
    /* the first fails, or both do: the trap names the access itself */
    probe(S, load_word, va + 8190, 0);
    TRAP(M, C_LOAD_PAGE, load_word_at, va + 8190);
    DONE();
    map(va, data[3], 0);
    map(va + 4096, data[0], V | R | W | A | D);
    probe(S, load_word, va + 4094, 0);
    TRAP(M, C_LOAD_PAGE, load_word_at, va + 4094);
    DONE();
    probe(S, store_word, va + 4094, -1);
    TRAP(M, C_STORE_PAGE, store_word_at, va + 4094);
    DONE();
    EQ(data[0][0], 0x0a);
}

static void execute_across_pages(int handler)
{
    ulong va = TEST + 0xc000;
    u16 *end = (u16 *)(data[3] + 4092), *begin = (u16 *)data[1];
    /* ..., c.li a0, 1; the first half of addi a0, a0, 1000 | its second half; c.jr ra */
    end[0] = 0x4505;
    end[1] = 0x0513;
    begin[0] = 0x3e85;
    begin[1] = 0x8082;
    asm volatile("fence.i");
    map(va, data[3], V | R | X | A);
    map(va + 4096, data[1], V | R | X | A);
    probe(S, jump, va + 4092, 0);
    DONE();
    EQ(result, 1001);
    /* the second page is missing: the trap belongs to the instruction, its value names the missing half */
    map(va + 4096, data[1], 0);
    probe(S, jump, va + 4092, 0);
    TRAP(handler, C_FETCH_PAGE, (void *)(va + 4094), va + 4096);
    DONE();
    EQ(result, 1);
    map(va + 4096, data[1], V | R | A);
    probe(S, jump, va + 4094, 0);
    TRAP(handler, C_FETCH_PAGE, (void *)(va + 4094), va + 4096);
    DONE();
    /* walking over the border with whole instructions */
    end[1] = 0x0505; /* c.addi a0, 1 */
    asm volatile("fence.i");
    probe(S, jump, va + 4092, 0);
    TRAP(handler, C_FETCH_PAGE, (void *)(va + 4096), va + 4096);
    DONE();
    EQ(result, 2);
    begin[0] = 0x0505;
    asm volatile("fence.i");
    map(va + 4096, data[1], V | R | X | A);
    probe(S, jump, va + 4092, 0);
    DONE();
    EQ(result, 3);
    /* the same physical page at two addresses, and other code at the first address later */
    map(va + 8192, data[1], V | R | X | A);
    probe(S, jump, va + 8194, 0);
    DONE();
    map(va, data[1], V | R | X | A);
    begin[8] = 0x4519; /* c.li a0, 6 */
    begin[9] = 0x8082;
    asm volatile("fence.i");
    probe(S, jump, va + 16, 0);
    EQ(result, 6);
    *(u16 *)(data[2] + 16) = 0x451d; /* c.li a0, 7 */
    *(u16 *)(data[2] + 18) = 0x8082;
    asm volatile("fence.i");
    map(va, data[2], V | R | X | A);
    probe(S, jump, va + 16, 0);
    EQ(result, 7);
    DONE();
}

static void remapping(void)
{
    ulong va = TEST + 0xf000;
    data[0][0] = 3;
    data[1][0] = 4;
    /* S itself replaces the entry, fences the one address and loads again; the tables are in identity-mapped RAM */
    map(va, data[0], V | R | W | A | D);
    ulong argument[2];
    argument[0] = va;
    argument[1] = (ulong)walk(root, va, 0);
    probe(S, remap, (ulong)argument, (ulong)entry(data[1], V | R | W | A | D));
    DONE();
    EQ(result, 0x304);
    /* to nothing: the second load fails */
    map(va, data[0], V | R | W | A | D);
    probe(S, remap, (ulong)argument, 0);
    TRAP(M, C_LOAD_PAGE, remap_at, va);
    DONE();

    /* two address spaces without a fence between; a global page is in both */
    ulong shared = TEST + 0x10000;
    map(va, data[0], V | R | A | D);
    map(shared, data[1], V | R | G | A | D);
    build(root_b);
    *walk(root_b, va, 0) = entry(data[1], V | R | A | D);
    *walk(root_b, shared, 0) = entry(data[1], V | R | G | A | D);
    for (int i = 0; i < 4; i++) {
        use(i & 1 ? root_b : root, 1 + (i & 1));
        probe(S, load_byte, va, 0);
        DONE();
        EQ(result, i & 1 ? 4 : 3);
        probe(S, load_byte, shared, 0);
        DONE();
        EQ(result, 4);
    }
    use(root, 0);
    asm volatile("sfence.vma");
}

static void satp_warl(void)
{
#if __riscv_xlen == 64
    /* a mode that the hart does not have leaves satp as it is */
    use(root, 0);
    ulong before = csr_read(satp);
    csr_write(satp, 10ul << 60 | 0x12345);
    EQ(csr_read(satp), before);
    csr_write(satp, 5ul << 60 | 0x12345);
    EQ(csr_read(satp), before);
    csr_write(satp, 0);
    EQ(csr_read(satp), 0);
#endif
}

static void all(ulong bits, int n)
{
    mode_bits = bits;
    levels = n;
    pool_used = 0;
    build(root);
    for (int i = 0; i < 2048; i++)
        ((u16 *)data[1])[i] = 0x8082; /* c.jr ra */
    asm volatile("fence.i");
    satp_warl();
    use(root, 0);
    asm volatile("sfence.vma");
    code_offset = USER_CODE;
    for (int deleg = 0; deleg < 2; deleg++) {
        int handler = deleg ? S : M;
        csr_write(medeleg, deleg ? 0xb1ff : 0);
        /* the full table once, not delegated in one mode and delegated in the other */
        if (__riscv_xlen == 32 ? deleg : deleg == (n == 3))
            permissions(handler);
        kinds(handler);
        execute_across_pages(handler);
    }
    csr_write(medeleg, 0);
    accessed_and_dirty();
    superpages();
    not_canonical();
    across_pages();
    remapping();
    csr_write(satp, 0);
}

int main(void)
{
    probe_init();
#if __riscv_xlen == 64
    all(8ul << 60, 3);
    all(9ul << 60, 4);
#else
    all(1ul << 31, 2);
#endif
    passed("paging");
    return 0;
}
