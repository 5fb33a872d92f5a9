/* Every synchronous exception, from Thread mode (privileged or not, on either stack) and from a handler, with
 * MemManage, BusFault and UsageFault enabled and escalated to HardFault; SVC, BKPT, and the exceptions that software pends:
 * NMI, PendSV, SysTick, faults. (Regions of the MPU are in mpu.c, stacking in stacking.c, IT blocks in itblocks.c.)
 * On Armv6-M every fault is a HardFault without status. */
#include "probe.h"

#define V7 (BOARD != MICROBIT)

SNIPPET(nothing, "", "nop", "")
SNIPPET(udf, "", "udf #0", "")
SNIPPET(udf_odd, "nop", "udf #255", "")
SNIPPET(undefined_wide, "", ".inst.w 0xf7f0a000", "")   /* udf.w #0 */
SNIPPET(undefined_wide_odd, "nop", ".inst.w 0xf7ffafff", "")
SNIPPET(undefined_16, "", ".inst.n 0xb700", "")        /* miscellaneous, not allocated */
SNIPPET(undefined_32, "", ".inst.w 0xe8000000", "")    /* load/store multiple with op 00 */
SNIPPET(bkpt, "", "bkpt 0", "")
SNIPPET(bkpt_odd, "nop", "bkpt 255", "")
SNIPPET(svc, "", "svc 7", "")
SNIPPET(svc_odd, "nop", "svc 200", "nop")
SNIPPET(bx, "mov r3, lr", "bx r0", "bx r3")
SNIPPET(blx, "mov r3, lr", "blx r0", "bx r3")
SNIPPET(pop_pc, "push {r0}", "pop {pc}", "")
SNIPPET(mov_pc, "mov r3, lr", "mov pc, r0", "bx r3")
SNIPPET(load, "", "ldr r0, [r0]", "")
SNIPPET(load_half, "", "ldrh r0, [r0]", "")
SNIPPET(load_byte, "nop", "ldrb r0, [r0, #3]", "")
SNIPPET(store, "", "str r1, [r0]", "")
SNIPPET(store_half, "", "strh r1, [r0, #4]", "")
SNIPPET(store_byte, "nop", "strb r1, [r0]", "")
SNIPPET(load_multiple, "mov r5, r0", "ldm r5!, {r0-r3}", "")
SNIPPET(store_multiple, "mov r5, r0", "stm r5!, {r0-r3}", "")
SNIPPET(cpsid, "", "cpsid i", "mrs r0, primask\ncpsie i")
SNIPPET(svc_masked, "cpsid i", "svc 7", "cpsie i")
#if BOARD != MICROBIT
SNIPPET(no_coprocessor, "", "mrc p7, 0, r0, c0, c0", "")
SNIPPET(no_coprocessor_cdp, "nop", "cdp p1, 0, c0, c0, c0", "")
SNIPPET(no_coprocessor_ldc, "", "ldc p15, c0, [r0]", "")
SNIPPET(no_fp, "", ".inst.w 0xee300a20", "")           /* vadd.f32 s0, s0, s1 */
SNIPPET(no_fp_load, "", ".inst.w 0xed900a00", "")      /* vldr s0, [r0] */
SNIPPET(load_double, "", "ldrd r0, r1, [r0]", "")
SNIPPET(store_double, "", "strd r1, r2, [r0, #8]", "")
SNIPPET(load_exclusive, "", "ldrex r0, [r0]", "")
SNIPPET(load_exclusive_half, "", "ldrexh r0, [r0]", "")
SNIPPET(load_multiple_wide, "", "ldmia.w r0, {r1, r2, r8}", "")
SNIPPET(load_wide, "", "ldr.w r0, [r0, #-2]", "adds r0, #1")
SNIPPET(load_signed, "", "ldrsh.w r0, [r0]", "")
SNIPPET(store_wide, "", "str.w r1, [r0]", "")
SNIPPET(signed_division, "", "sdiv r0, r1, r0", "")
SNIPPET(unsigned_division, "nop", "udiv r0, r1, r0", "")
SNIPPET(load_pc, "push {r0}\nmov r3, sp\nadd sp, #4", "ldr pc, [r3]", "")
SNIPPET(branch_table, "movs r1, #0\nmov r3, lr", "tbb [r0, r1]", "")
#endif

static u32 cells[8] __attribute__((aligned(16))) = { 0x11111111, 0x22222222, 0x33333333, 0x44444444, 0x55555555 };
static int m;

#define LEAVES(name, number, status, address) (FAULT(number, name##_at, status, address), DONE())
#define UNDEFINED(name) (probe(m, name, 0, 0), LEAVES(name, E_USAGEFAULT, UNDEFINSTR, 0))
#define NO_COPROCESSOR(name) (probe(m, name, (u32)cells, 0), LEAVES(name, E_USAGEFAULT, NOCP, 0))
/* nothing answers at the address */
#define NO_DATA(name, address, offset) (probe(m, name, address, 0), LEAVES(name, E_BUSFAULT, PRECISERR | BFARVALID, (address) + (offset)))
#define MISALIGNED(name, address) (probe(m, name, address, 0), LEAVES(name, E_USAGEFAULT, UNALIGNED, 0))
#define FINE(name, a0, a1, value) (probe(m, name, a0, a1), DONE(), EQ(result, value))
/* the fault is that of the fetch at the target */
#define NO_FETCH(name, target, number, status) (probe(m, name, target, 0), FAULT(number, (void *)((target) & ~1), status, 0), DONE())

static void undefined(void)
{
    FINE(nothing, 5, 0, 5);
    UNDEFINED(udf);
    UNDEFINED(udf_odd);
    UNDEFINED(undefined_wide);
    UNDEFINED(undefined_wide_odd);
    UNDEFINED(undefined_16);
#if V7
    UNDEFINED(undefined_32);
    NO_COPROCESSOR(no_coprocessor);
    NO_COPROCESSOR(no_coprocessor_cdp);
    NO_COPROCESSOR(no_coprocessor_ldc);
    NO_COPROCESSOR(no_fp);
    NO_COPROCESSOR(no_fp_load);
#endif
}

static void state(void)
{
    u32 even = (u32)nothing & ~1;
    NO_FETCH(bx, even, E_USAGEFAULT, INVSTATE);
    EQ(matched()->f.xpsr & XPSR_T, 0);
    NO_FETCH(blx, even, E_USAGEFAULT, INVSTATE);
    EQ(matched()->f.lr, (u32)blx_after | 1);
    NO_FETCH(pop_pc, even, E_USAGEFAULT, INVSTATE);
#if V7
    NO_FETCH(load_pc, even, E_USAGEFAULT, INVSTATE);
#endif
    /* mov pc ignores bit 0: both are fine */
    probe(m, mov_pc, (u32)mov_pc_after, 0);
    DONE();
    probe(m, mov_pc, (u32)mov_pc_after | 1, 0);
    DONE();
}

static void fetches(void)
{
    NO_FETCH(bx, HOLE | 1, E_BUSFAULT, IBUSERR);
    NO_FETCH(blx, HOLE + 0x103, E_BUSFAULT, IBUSERR);
    NO_FETCH(mov_pc, HOLE + 2, E_BUSFAULT, IBUSERR);
    /* never executable */
    NO_FETCH(pop_pc, DEVICE_HOLE | 1, E_MEMMANAGE, IACCVIOL);
#if V7
    NO_FETCH(bx, 0x40000001, E_MEMMANAGE, IACCVIOL);
    NO_FETCH(blx, 0xe000ed01, E_MEMMANAGE, IACCVIOL);
#endif
}

static void data(void)
{
    NO_DATA(load, HOLE, 0);
    NO_DATA(load_half, HOLE + 2, 0);
    NO_DATA(load_byte, HOLE, 3);
    NO_DATA(store, HOLE + 0x100, 0);
    NO_DATA(store_half, HOLE, 4);
    NO_DATA(store_byte, HOLE + 1, 0);
    NO_DATA(load_multiple, HOLE, 0);
    NO_DATA(store_multiple, HOLE + 16, 0);
#if V7
    NO_DATA(load_double, HOLE, 0);
    NO_DATA(store_double, HOLE, 8);
    NO_DATA(load_exclusive, HOLE, 0);
    NO_DATA(load_exclusive_half, HOLE + 2, 0);
    NO_DATA(load_wide, HOLE + 6, -2);
    NO_DATA(branch_table, HOLE, 0);
#endif
}

static void alignment(void)
{
    u32 a = (u32)cells;
    MISALIGNED(load_multiple, a + 2);
    MISALIGNED(store_multiple, a + 1);
#if V7
    MISALIGNED(load_double, a + 2);
    MISALIGNED(store_double, a + 1);
    MISALIGNED(load_exclusive, a + 2);
    MISALIGNED(load_exclusive_half, a + 1);
    MISALIGNED(load_multiple_wide, a + 3);
    for (int trap = 0; trap < 2; trap++) {
        if (trap) {
            REG32(CCR) |= UNALIGN_TRP;
            barrier();
            MISALIGNED(load, a + 1);
            MISALIGNED(load, a + 2);
            MISALIGNED(load_half, a + 3);
            MISALIGNED(load_wide, a + 4);
            MISALIGNED(load_signed, a + 1);
            MISALIGNED(store, a + 18);
            MISALIGNED(store_half, a + 17);
            MISALIGNED(store_wide, a + 17);
        } else {
            FINE(load, a + 1, 0, 0x22111111);
            FINE(load, a + 2, 0, 0x22221111);
            FINE(load_half, a + 3, 0, 0x2211);
            FINE(load_wide, a + 4, 0, 0x22221112);
            FINE(load_signed, a + 1, 0, 0x1111);
            FINE(store, a + 18, 0, a + 18);
            FINE(store_half, a + 17, 0, a + 17);
            FINE(store_wide, a + 17, 0, a + 17);
        }
        FINE(load, a + 4, 0, 0x22222222);
        FINE(load_half, a + 2, 0, 0x1111);
        FINE(load_byte, a + 2, 0, 0x22);
    }
    REG32(CCR) &= ~UNALIGN_TRP;
    barrier();
#else
    MISALIGNED(load, a + 2);
    MISALIGNED(load_half, a + 1);
    MISALIGNED(store, a + 17);
    MISALIGNED(store_half, a + 17);
#endif
}

#if V7
static void division(void)
{
    FINE(signed_division, 0, 100, 0);
    FINE(unsigned_division, 0, 100, 0);
    FINE(signed_division, -1u, 0x80000000, 0x80000000);
    REG32(CCR) |= DIV_0_TRP;
    barrier();
    probe(m, signed_division, 0, 100);
    LEAVES(signed_division, E_USAGEFAULT, DIVBYZERO, 0);
    probe(m, unsigned_division, 0, 100);
    LEAVES(unsigned_division, E_USAGEFAULT, DIVBYZERO, 0);
    FINE(unsigned_division, 7, 100, 14);
    REG32(CCR) &= ~DIV_0_TRP;
    barrier();
}

/* the system control space is for privileged code alone */
static void system_space(void)
{
    static const u32 registers[] = { SYST_CSR, NVIC_ISER, ICSR, CCR, CFSR, MPU_CTRL, STIR };
    for (unsigned i = 0; i < sizeof registers / sizeof *registers; i++) {
        if (m & 1)
            NO_DATA(load, registers[i], 0);
        else if (registers[i] != STIR)
            probe(m, load, registers[i], 0), DONE();
    }
    if (m & 1) {
        NO_DATA(store, CCR, 0);
        NO_DATA(store, STIR, 0);
    }
}
#endif

static void breakpoint(char *code, char *at)
{
    probe(m, code, 0, 0);
    /* HFSR: DEBUGEVT by the manual, FORCED on QEMU */
    TRAP(E_HARDFAULT, at, 0, traps[0].hfsr, 0);
    EQ(V7 && traps[0].hfsr != FORCED && traps[0].hfsr != DEBUGEVT, 0);
    DONE();
}

static void calls(void)
{
    probe(m, svc, 0, 0);
    TAKEN(E_SVC, svc_after);
    DONE();
    probe(m, svc_odd, 0, 0);
    TAKEN(E_SVC, svc_odd_after);
    DONE();
    /* no debugger, no debug monitor: HardFault */
    breakpoint(bkpt, bkpt_at);
    breakpoint(bkpt_odd, bkpt_odd_at);
    if (m & 1) {
        /* not privileged: no effect */
        probe(m, cpsid, 0, 0);
        DONE();
        EQ(result, 0);
        return;
    }
    FINE(cpsid, 0, 0, 1);
    /* SVC while it cannot be taken is a HardFault; whether it returns behind the SVC or to it is left open */
    probe(m, svc_masked, 0, 0);
    TRAP(E_HARDFAULT, 0, 0, FORCED, 0);
    EQ(matched()->f.pc - (u32)svc_masked_at <= 2, 1);
    DONE();
    msr(primask, 0);
}

/* ---- pended by software: with PRIMASK set, then let in, but for NMI, which comes at once */
SNIPPET(let_in, "cpsid i\nstr r1, [r0]\ndsb\nisb", "cpsie i", "nop")
SNIPPET(at_once, "", "str r1, [r0]", "dsb\nisb\nnop")
SNIPPET(pend_and_clear, "cpsid i\nstr r1, [r0]\ndsb\nlsrs r1, r1, #1\nstr r1, [r0]\ndsb\nisb", "cpsie i", "nop")

static void pended(void)
{
    probe(m, let_in, ICSR, PENDSVSET);
    TAKEN(E_PENDSV, let_in_after);
    DONE();
    probe(m, let_in, ICSR, PENDSTSET);
    TAKEN(E_SYSTICK, let_in_after);
    DONE();
    probe(m, pend_and_clear, ICSR, PENDSVSET);
    DONE();
    probe(m, pend_and_clear, ICSR, PENDSTSET);
    DONE();
    /* the manual guarantees it only for what follows barriers; QEMU takes it right after the store, and so do we */
    probe(m, at_once, ICSR, NMIPENDSET);
    TAKEN(E_NMI, at_once_after);
    DONE();
#if V7
    REG32(CCR) |= USERSETMPEND;
    for (int n = 2; n < IRQ_LINES; n += 6) {
        irq_enable(n);
        probe(m, let_in, STIR, n);
        TAKEN(E_IRQ(n), let_in_after);
        DONE();
        irq_disable(n);
    }
    REG32(CCR) &= ~USERSETMPEND;
    /* faults as interrupts: SHCSR's pending bits for UsageFault, MemManage, BusFault, SVCall */
    static const u32 bits[] = { 1 << 12, 1 << 13, 1 << 14, 1 << 15 };
    static const u32 numbers[] = { E_USAGEFAULT, E_MEMMANAGE, E_BUSFAULT, E_SVC };
    for (int i = 0; enabled && i < 4; i++) {
        u32 value = REG32(SHCSR) | bits[i];
        probe(m, let_in, SHCSR, value);
        TAKEN(numbers[i], let_in_after);
        DONE();
    }
#endif
}

int main(void)
{
    static const int modes[] = {
        MAIN, PRIV, HANDLER,
#if V7
        MAIN_UNPRIV, UNPRIV,
#endif
    };
    probe_init();
    system_priority(E_SVC, 0x40);
    system_priority(E_PENDSV, 0x80);
    system_priority(E_SYSTICK, 0x80);
    for (int enable = 0; enable < (V7 ? 2 : 1); enable++)
        for (unsigned k = 0; k < sizeof modes / sizeof *modes; k++) {
            m = modes[k];
            faults(enable);
            undefined();
            state();
            fetches();
            data();
            alignment();
#if V7
            division();
            system_space();
#endif
            calls();
            if (!(m & 1))
                pended();
        }
    passed("exceptions");
    return 0;
}
