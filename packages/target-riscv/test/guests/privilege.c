/* What mstatus and the counter-enable registers forbid; MPRV; what mret and sret do to mstatus; WARL registers. */
#include "probe.h"

SNIPPET(nothing, "", "nop", "")
SNIPPET(sret_, "la t0, sret__after\ncsrw sepc, t0", "sret", "")
SNIPPET(wfi_, "", "wfi", "")
SNIPPET(sfence, "", "sfence.vma a0, a1", "")
SNIPPET(read_satp, "", "csrr a0, satp", "")
SNIPPET(write_satp, "", "csrw satp, zero", "")
SNIPPET(read_cycle, "", "csrr a0, cycle", "")
SNIPPET(read_time, "", "csrr a0, time", "")
SNIPPET(read_instret, "", "csrr a0, instret", "")
SNIPPET(read_mcycle, "", "csrr a0, mcycle", "")
SNIPPET(read_hpm3, "", "csrr a0, mhpmcounter3", "")
SNIPPET(fadd, "", "fadd.d fa0, fa0, fa0", "csrr a0, mstatus")
SNIPPET(fload, "", "flw fa0, 0(a0)", "csrr a0, mstatus")
SNIPPET(write_frm, "", "fsrmi 0", "csrr a0, mstatus")
SNIPPET(fcmp, "", "feq.s a0, fa0, fa0", "")
/* the load is done with the privilege in a1 (as MPP) although the code runs in M */
SNIPPET(load_as, "li t0, 0x21800\ncsrc mstatus, t0\ncsrs mstatus, a1", "lw a0, 0(a0)", "li t0, 0x20000\ncsrc mstatus, t0")
SNIPPET(store_as, "li t0, 0x21800\ncsrc mstatus, t0\ncsrs mstatus, a1", "sw a0, 0(a0)", "li t0, 0x20000\ncsrc mstatus, t0")
SNIPPET(fetch_as, "li t0, 0x21800\ncsrc mstatus, t0\ncsrs mstatus, a1", "nop", "li t0, 0x20000\ncsrc mstatus, t0")
SNIPPET(read_mstatus, "", "csrr a0, mstatus", "")
/* mret with mstatus = a0 to the next instruction, in M, which reads mstatus */
SNIPPET(after_mret, "la t0, after_mret_after\ncsrw mepc, t0\ncsrw mstatus, a0", "mret", "csrr a0, mstatus")
SNIPPET(after_sret, "la t0, after_sret_after\ncsrw sepc, t0\ncsrw mstatus, a0", "sret", "")

static u32 cell[1024] __attribute__((aligned(4096)));

#define ILLEGAL(mode, name) illegal(__LINE__, mode, name, name##_at)
static void illegal(int line, int mode, char *code, char *at)
{
    probe(mode, code, 0, 0);
    expect(line, M, C_ILLEGAL, at, *(u16 *)at | (ulong)*(u16 *)(at + 2) << 16);
    expect_done(line);
}

#define FINE(mode, name) fine(__LINE__, mode, name)
static void fine(int line, int mode, char *code)
{
    probe(mode, code, 0, 0);
    expect_done(line);
}

static void trap_bits(void)
{
    /* TSR: sret in S */
    FINE(M, sret_);
    status_bits = SPP;
    FINE(S, sret_);
    status_bits = TSR | SPP;
    ILLEGAL(S, sret_);
    status_bits = 0;
    /* TVM: satp and sfence.vma in S, not in M */
    FINE(S, sfence);
    FINE(S, read_satp);
    FINE(S, write_satp);
    status_bits = TVM;
    ILLEGAL(S, sfence);
    ILLEGAL(S, read_satp);
    ILLEGAL(S, write_satp);
    FINE(M, sfence);
    FINE(M, read_satp);
    status_bits = 0;
    /* TW: wfi in S; in M it is allowed. An interrupt is pending, so that wfi, where allowed, goes on */
    REG32(CLINT) = 1;
    csr_write(mie, 0);
    csr_write(mideleg, BIT(IRQ_SSI));
    csr_write(mip, BIT(IRQ_SSI));
    csr_write(mie, BIT(IRQ_SSI));
    FINE(S, wfi_);
    status_bits = TW;
    ILLEGAL(S, wfi_);
    FINE(M, wfi_);
    status_bits = 0;
    csr_write(mie, 0);
    csr_write(mip, 0);
    csr_write(mideleg, 0);
    REG32(CLINT) = 0;
}

static void counters(void)
{
    FINE(M, read_mcycle);
    FINE(M, read_hpm3);
    for (int bits = 0; bits < 8; bits++) {
        for (int s = 0; s < 2; s++) {
            csr_write(mcounteren, s ? 7 : bits);
            csr_write(scounteren, s ? bits : 7);
            /* S looks at mcounteren, U at both */
            for (int m = U; m <= S; m++) {
                int allowed = s && m == S ? 7 : bits;
                if (allowed & 1)
                    FINE(m, read_cycle);
                else
                    ILLEGAL(m, read_cycle);
                if (allowed & 2)
                    FINE(m, read_time);
                else
                    ILLEGAL(m, read_time);
                if (allowed & 4)
                    FINE(m, read_instret);
                else
                    ILLEGAL(m, read_instret);
            }
            if (!bits)
                FINE(M, read_cycle);
        }
    }
    csr_write(mcounteren, 7);
    csr_write(scounteren, 7);
}

static void modify_privilege(void)
{
    /* PMP: entry 0 takes the page away from S and U, entry 1 gives them everything */
    csr_write(pmpaddr0, (ulong)cell >> 2 | 0x1ff);
    csr_write(pmpaddr1, -1ul);
    csr_write(pmpcfg0, 0x1f18);
    asm volatile("sfence.vma");
    cell[0] = 7;
    probe(M, load_as, (ulong)cell, MPP_M);
    DONE();
    probe(M, load_as, (ulong)cell, MPRV | MPP_M);
    DONE();
    EQ(result, 7);
    probe(M, load_as, (ulong)cell, MPP_S);
    DONE();
    EQ(result, 7);
    probe(M, load_as, (ulong)cell, MPRV | MPP_S);
    TRAP(M, C_LOAD_ACCESS, load_as_at, (ulong)cell);
    DONE();
    probe(M, load_as, (ulong)cell, MPRV);
    TRAP(M, C_LOAD_ACCESS, load_as_at, (ulong)cell);
    DONE();
    probe(M, store_as, (ulong)cell + 8, MPRV | MPP_S);
    TRAP(M, C_STORE_ACCESS, store_as_at, (ulong)cell + 8);
    DONE();
    EQ(cell[2], 0);
    probe(M, load_as, (ulong)&traps[0], MPRV); /* another page: allowed */
    DONE();
    probe(M, fetch_as, 0, MPRV); /* fetches are not affected */
    DONE();
    csr_write(pmpcfg0, 0);
    csr_write(pmpaddr0, -1ul);
    csr_write(pmpcfg0, 0x1f);
    asm volatile("sfence.vma");
}

static void returns(void)
{
    const ulong mask = MPP | MPIE | MIE | SPP | SPIE | SIE | MPRV;
    /* mret: MIE = MPIE, MPIE = 1, MPP = U, MPRV stays when going to M */
    probe(M, after_mret, MPP_M, 0);
    DONE();
    EQ(result & mask, MPIE);
    probe(M, after_mret, MPP_M | MPIE | MPRV | SPP | SIE, 0);
    DONE();
    EQ(result & mask, MPIE | MIE | MPRV | SPP | SIE);
    /* sret: SIE = SPIE, SPIE = 1, SPP = U, MPRV cleared; the rest is seen by M after the probe's last ecall */
    probe(M, after_sret, MPP_M | SPP | SPIE | MPRV, 0);
    DONE();
    EQ(csr_read(mstatus) & (SPP | SPIE | SIE | MPRV | MPP), SPIE | SIE | MPP_S);
    probe(M, after_sret, MPP_M | MPRV, 0);
    DONE();
    EQ(csr_read(mstatus) & (SPP | SPIE | SIE | MPRV | MPP), SPIE);
    /* mret to U clears MPRV: run_in has done that */
    status_bits = MPRV;
    probe(U, nothing, 0, 0);
    DONE();
    EQ(csr_read(mstatus) & (MPRV | MPP), 0);
    status_bits = 0;
}

static void floating_point_state(void)
{
    /* initial or clean becomes dirty with the first change, and SD says so */
    for (ulong fs = FS_INITIAL; fs < FS; fs += FS_INITIAL) {
        fs_state = fs;
        probe(M, read_mstatus, 0, 0);
        EQ(result & FS, fs);
        EQ((long)result < 0, 0);
        probe(M, fadd, 0, 0);
        EQ(result & FS, FS);
        EQ((long)result < 0, 1);
        probe(M, fload, (ulong)cell, 0);
        EQ(result & FS, FS);
        probe(M, write_frm, 0, 0);
        EQ(result & FS, FS);
    }
    fs_state = FS;
    FINE(M, fcmp);
}

static void registers(void)
{
    /* the low bit of mepc and sepc cannot be set */
    csr_write(mepc, 0x80000003ul);
    EQ(csr_read(mepc), 0x80000002ul);
    csr_write(sepc, 0x80000005ul);
    EQ(csr_read(sepc), 0x80000004ul);
    /* a cause register holds any value that a trap can put there */
    csr_write(mcause, 1ul << (__riscv_xlen - 1) | 11);
    EQ(csr_read(mcause), 1ul << (__riscv_xlen - 1) | 11);
    csr_write(mtval, -1ul);
    EQ(csr_read(mtval), -1ul);
    /* misa: MXL, and the letters of this hart */
    EQ(csr_read(misa) >> (__riscv_xlen - 2), __riscv_xlen / 32);
    EQ(csr_read(misa) & 0x3ffffff, 0x14112d);
    EQ(csr_read(mhartid), 0);
    /* sstatus is a window of mstatus */
    csr_write(mstatus, 0);
    csr_write(sstatus, -1ul);
    EQ(csr_read(mstatus) & (MPP | MIE | MPIE | MPRV | TVM | TW | TSR), 0);
    EQ(csr_read(mstatus) & (SIE | SPIE | SPP | SUM | MXR | FS), SIE | SPIE | SPP | SUM | MXR | FS);
    csr_write(mstatus, FS);
    /* sie and sip show what is delegated */
    csr_write(mie, 0);
    csr_write(mideleg, BIT(IRQ_SSI) | BIT(IRQ_SEI));
    csr_write(sie, -1ul);
    EQ(csr_read(mie), BIT(IRQ_SSI) | BIT(IRQ_SEI));
    csr_write(mie, 0xaaa);
    EQ(csr_read(mie), 0xaaa);
    EQ(csr_read(sie), BIT(IRQ_SSI) | BIT(IRQ_SEI));
    csr_write(mie, 0);
    csr_write(mideleg, 0);
    /* frm and fflags are parts of fcsr */
    csr_write(fcsr, 0x75);
    EQ(csr_read(frm), 3);
    EQ(csr_read(fflags), 0x15);
    csr_write(fcsr, 0);
    /* set and clear give the old value; with x0 as source they do not write */
    ulong old;
    csr_write(mscratch, 0x55);
    asm volatile("csrrs %0, mscratch, %1" : "=r"(old) : "r"(0x0aul));
    EQ(old, 0x55);
    asm volatile("csrrc %0, mscratch, %1" : "=r"(old) : "r"(0x05ul));
    EQ(old, 0x5f);
    asm volatile("csrrci %0, mscratch, 0x1a" : "=r"(old));
    EQ(old, 0x5a);
    asm volatile("csrrwi %0, mscratch, 0x1f" : "=r"(old));
    EQ(old, 0x40);
    EQ(csr_read(mscratch), 0x1f);
}

int main(void)
{
    registers();
    probe_init();
    trap_bits();
    counters();
    modify_privilege();
    returns();
    floating_point_state();
    passed("privilege");
    return 0;
}
