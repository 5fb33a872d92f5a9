/* Every synchronous cause, from M, S and U, delegated to S and not. (Cause 0, misaligned fetch, does not exist with
 * compressed instructions; page faults are in paging.c, PMP in pmp.c.) */
#include "probe.h"

#define HOLE 0x00000100ul /* an address of the virt board where nothing answers */

SNIPPET(nothing, "", "nop", "")
SNIPPET(ecall_, "", "ecall", "")
SNIPPET(ebreak_, "", ".option push; .option norvc; ebreak; .option pop", "")
SNIPPET(c_ebreak, "", "c.ebreak", "")
SNIPPET(c_ebreak_odd, "c.nop", "c.ebreak", "") /* the trapping address is 2 mod 4 */
SNIPPET(zero_word, "", ".word 0", "")
SNIPPET(zero_half, "", ".half 0", "")
SNIPPET(ones_word, "", ".word 0xffffffff", "")
SNIPPET(bad_opcode, "", ".word 0x0000000b", "") /* custom-0 */
SNIPPET(load, "", "lb a0, 0(a0)", "")
SNIPPET(load_after_c, "c.nop", STR_REG_L "a0, 8(a0)", "")
SNIPPET(store, "", "sb a1, 0(a0)", "")
SNIPPET(store_offset, "", "sh a1, -4(a0)", "")
SNIPPET(load_half, "", "lh a0, 0(a0)", "")
SNIPPET(load_word, "", "lw a0, 0(a0)", "")
SNIPPET(fload, "", "fld fa0, 0(a0)", "")
SNIPPET(fstore, "", "fsd fa0, 0(a0)", "")
SNIPPET(lr, "", "lr.w a0, (a0)", "")
SNIPPET(sc, "", "sc.w a0, a1, (a0)", "")
SNIPPET(amo, "", "amoadd.w a0, a1, (a0)", "")
SNIPPET(amo_swap, "", "amoswap.w.aqrl a0, a1, (a0)", "")
#if __riscv_xlen == 64
SNIPPET(lr_d, "", "lr.d a0, (a0)", "")
SNIPPET(amo_d, "", "amomax.d a0, a1, (a0)", "")
#endif
SNIPPET(jump, "", "jr a0", "")
SNIPPET(call_, "mv a3, ra", "jalr a0", "mv ra, a3")
SNIPPET(fadd, "", "fadd.d fa0, fa0, fa0", "")
SNIPPET(fmove, "", "fmv.w.x fa0, a0", "")
SNIPPET(c_fload, "", "c.fld fa0, 0(a0)", "")
SNIPPET(frcsr, "", "csrr a0, fcsr", "")
SNIPPET(fadd_dyn, "", "fadd.s fa0, fa0, fa0, dyn", "")
SNIPPET(fadd_rm5, "", ".word 0x00a55553", "") /* fadd.s fa0, fa0, fa0 with reserved rounding mode 5 */
SNIPPET(mret_, "", "mret", "")
SNIPPET(sret_, "", "sret", "")
SNIPPET(wfi_, "", "wfi", "")
SNIPPET(sfence, "", "sfence.vma", "")
SNIPPET(read_satp, "", "csrr a0, satp", "")
SNIPPET(write_satp, "", "csrw satp, zero", "")
SNIPPET(read_mstatus, "", "csrr a0, mstatus", "")
SNIPPET(read_sstatus, "", "csrr a0, sstatus", "")
SNIPPET(read_mscratch, "", "csrr a0, mscratch", "")
SNIPPET(read_absent, "", "csrr a0, 0x5c0", "")
SNIPPET(read_absent_m, "", "csrr a0, 0xbc0", "")
SNIPPET(read_vl, "", "csrr a0, 0xc20", "") /* vector length, no vectors here */
SNIPPET(read_hstatus, "", "csrr a0, 0x600", "")
SNIPPET(write_mhartid, "", "csrw mhartid, a0", "")
SNIPPET(set_mhartid, "", "csrs mhartid, a0", "")
SNIPPET(set0_mhartid, "", "csrrs a0, mhartid, zero", "")
SNIPPET(seti_mvendorid, "", "csrsi mvendorid, 1", "")
SNIPPET(write_cycle, "", "csrw cycle, a0", "")
SNIPPET(read_cycle, "", "csrr a0, cycle", "")
SNIPPET(read_time, "", "csrr a0, time", "")
SNIPPET(read_instret, "", "csrr a0, instret", "")
#if __riscv_xlen == 32
SNIPPET(rv64_only, "", ".word 0x00053503", "")     /* ld a0, 0(a0) */
SNIPPET(read_high, "", "csrr a0, cycleh", "")
SNIPPET(shift_wide, "", ".word 0x02051513", "")    /* slli a0, a0, 32 */
#else
SNIPPET(read_high, "", "csrr a0, 0xc80", "")       /* cycleh exists on RV32 alone */
SNIPPET(amo_q, "", ".word 0x00b5452f", "")         /* amoadd with width 4 */
#endif

static u32 cell[4] __attribute__((aligned(16)));
static const int modes[] = { U, S, M };

/* The handler's side of every test: with deleg the exceptions of S and U arrive in S. */
static int deleg;
static int to(int mode)
{
    return deleg && mode != M ? S : M;
}

static ulong word_at(const char *p)
{
    return *(u16 *)p | (ulong)*(u16 *)(p + 2) << 16;
}

/* the code must trap as an illegal instruction at its marked place; mtval is the instruction */
#define ILLEGAL(mode, name) illegal(__LINE__, mode, name, name##_at)
static void illegal(int line, int mode, char *code, char *at)
{
    ulong bits = word_at(at);
    if ((bits & 3) != 3)
        bits &= 0xffff;
    probe(mode, code, 0, 0);
    expect(line, to(mode), C_ILLEGAL, at, bits);
    expect_done(line);
}

#define FINE(mode, name) fine(__LINE__, mode, name)
static void fine(int line, int mode, char *code)
{
    probe(mode, code, 0, 0);
    expect_done(line);
}

/* each of these in all modes */
static void plain_causes(int m)
{
    int h = to(m);
    static const int ecall_cause[] = { C_ECALL_U, C_ECALL_S, 0, C_ECALL_M };

    FINE(m, nothing);
    /* ecall; not delegated from S: the probe's own way back would loop */
    probe(m, ecall_, 0, 0);
    TRAP(m == U ? h : M, ecall_cause[m], ecall__at, 0);
    DONE();
    probe(m, ebreak_, 0, 0);
    TRAP(h, C_BREAKPOINT, ebreak__at, (ulong)ebreak__at);
    DONE();
    probe(m, c_ebreak, 0, 0);
    TRAP(h, C_BREAKPOINT, c_ebreak_at, (ulong)c_ebreak_at);
    DONE();
    probe(m, c_ebreak_odd, 0, 0);
    TRAP(h, C_BREAKPOINT, c_ebreak_odd_at, (ulong)c_ebreak_odd_at);
    DONE();

    ILLEGAL(m, zero_word);
    ILLEGAL(m, zero_half);
    ILLEGAL(m, ones_word);
    ILLEGAL(m, bad_opcode);

    /* access faults: a hole of the address space */
    probe(m, load, HOLE, 0);
    TRAP(h, C_LOAD_ACCESS, load_at, HOLE);
    DONE();
    EQ(result, HOLE); /* the destination is untouched */
    probe(m, load_after_c, HOLE, 0);
    TRAP(h, C_LOAD_ACCESS, load_after_c_at, HOLE + 8);
    DONE();
    probe(m, store, HOLE, 0);
    TRAP(h, C_STORE_ACCESS, store_at, HOLE);
    DONE();
    probe(m, store_offset, HOLE, 0);
    TRAP(h, C_STORE_ACCESS, store_offset_at, HOLE - 4);
    DONE();
    probe(m, fload, HOLE, 0);
    TRAP(h, C_LOAD_ACCESS, fload_at, HOLE);
    DONE();
    probe(m, fstore, HOLE, 0);
    TRAP(h, C_STORE_ACCESS, fstore_at, HOLE);
    DONE();
    probe(m, lr, HOLE, 0);
    TRAP(h, C_LOAD_ACCESS, lr_at, HOLE);
    DONE();
    probe(m, amo, HOLE, 0);
    TRAP(h, C_STORE_ACCESS, amo_at, HOLE);
    DONE();
    probe(m, jump, HOLE, 0);
    TRAP(h, C_FETCH_ACCESS, (void *)HOLE, HOLE);
    DONE();
    probe(m, call_, HOLE, 0);
    /* the link register was written before the fetch failed; the handler resumes there */
    TRAP(h, C_FETCH_ACCESS, (void *)HOLE, HOLE);
    DONE();

    /* misaligned: plain accesses are done, atomics trap */
    cell[0] = 0x44332211;
    cell[1] = 0x88776655;
    probe(m, load_half, (ulong)cell + 3, 0);
    DONE();
    EQ(result, 0x5544);
    probe(m, load_word, (ulong)cell + 1, 0);
    DONE();
    EQ(result, 0x55443322);
    probe(m, store_offset, (ulong)cell + 5, 0x1234);
    DONE();
    EQ(cell[0], 0x44123411);
    probe(m, lr, (ulong)cell + 2, 0);
    TRAP(h, C_LOAD_MISALIGNED, lr_at, (ulong)cell + 2);
    DONE();
    probe(m, sc, (ulong)cell + 2, 0);
    TRAP(h, C_STORE_MISALIGNED, sc_at, (ulong)cell + 2);
    DONE();
    probe(m, amo, (ulong)cell + 1, 0);
    TRAP(h, C_STORE_MISALIGNED, amo_at, (ulong)cell + 1);
    DONE();
    probe(m, amo_swap, (ulong)cell + 3, 0);
    TRAP(h, C_STORE_MISALIGNED, amo_swap_at, (ulong)cell + 3);
    DONE();
#if __riscv_xlen == 64
    probe(m, lr_d, (ulong)cell + 4, 0);
    TRAP(h, C_LOAD_MISALIGNED, lr_d_at, (ulong)cell + 4);
    DONE();
    probe(m, amo_d, (ulong)cell + 4, 0);
    TRAP(h, C_STORE_MISALIGNED, amo_d_at, (ulong)cell + 4);
    DONE();
#endif
    /* sc without a reservation fails (where it could not store at all, the manual lets it trap or not: not tested) */
    probe(m, sc, (ulong)cell, 0);
    DONE();
    EQ(result, 1);

    /* CSRs that are absent, read-only, or belong to a higher mode */
    ILLEGAL(m, read_absent);
    ILLEGAL(m, read_absent_m);
    ILLEGAL(m, read_vl);
    ILLEGAL(m, read_hstatus);
    ILLEGAL(m, write_mhartid);
    ILLEGAL(m, set_mhartid); /* a0 is not x0: a write even if its value is 0 */
    ILLEGAL(m, seti_mvendorid);
    ILLEGAL(m, write_cycle);
    FINE(m, read_cycle);
    FINE(m, read_time);
    FINE(m, read_instret);
    if (m == M) {
        FINE(m, set0_mhartid);
        FINE(m, read_mscratch);
    } else {
        ILLEGAL(m, set0_mhartid);
        ILLEGAL(m, read_mscratch);
        ILLEGAL(m, read_mstatus);
        ILLEGAL(m, mret_);
    }
    if (m == U) {
        ILLEGAL(m, read_sstatus);
        ILLEGAL(m, read_satp);
        ILLEGAL(m, write_satp);
        ILLEGAL(m, sret_);
        ILLEGAL(m, sfence);
    } else {
        FINE(m, read_sstatus);
        FINE(m, read_satp);
        FINE(m, sfence);
    }
#if __riscv_xlen == 32
    FINE(m, read_high);
    ILLEGAL(m, rv64_only);
    ILLEGAL(m, shift_wide);
#else
    ILLEGAL(m, read_high);
    ILLEGAL(m, amo_q);
#endif
}

static void floating_point(int m)
{
    FINE(m, fadd);
    FINE(m, frcsr);
    ILLEGAL(m, fadd_rm5);
    csr_write(frm, 5);
    ILLEGAL(m, fadd_dyn); /* the dynamic rounding mode is reserved */
    csr_write(frm, 0);
    FINE(m, fadd_dyn);
}

static void floating_point_off(int m)
{
    ILLEGAL(m, fadd);
    ILLEGAL(m, fmove);
    ILLEGAL(m, c_fload);
    ILLEGAL(m, fload); /* before the access: not the access fault */
    ILLEGAL(m, fstore);
    ILLEGAL(m, frcsr);
}

int main(void)
{
    probe_init();
    for (deleg = 0; deleg < 2; deleg++) {
        /* everything but ecall from S (the probe needs that one) and from M */
        csr_write(medeleg, deleg ? 0xb1ff : 0);
        for (int i = 0; i < 3; i++) {
            plain_causes(modes[i]);
            floating_point(modes[i]);
        }
        fs_state = 0;
        for (int i = 0; i < 3; i++)
            floating_point_off(modes[i]);
        fs_state = FS;
    }
    passed("exceptions");
    return 0;
}
