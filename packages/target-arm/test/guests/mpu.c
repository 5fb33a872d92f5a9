/* The MPU: each access permission for loads, stores and fetches, privileged and not; execute-never, overlapping regions,
 * subregions, the background region, HFNMIENA, LDRT and STRT, loads and stores of several words into a region.
 * Armv7-M. */
#include "probe.h"

SNIPPET(load, "", "ldr r0, [r0]", "nop")
SNIPPET(load_byte, "", "ldrb r0, [r0]", "nop")
SNIPPET(store, "", "str r1, [r0]", "nop")
SNIPPET(load_unprivileged, "", "ldrt r0, [r0]", "nop")
SNIPPET(store_unprivileged, "", "strt r1, [r0]", "nop")
SNIPPET(jump, "mov r3, lr", "blx r0", "bx r3")
SNIPPET(nothing, "", "nop", "")
/* the base must not change when a later word faults; r0 = how far it did */
SNIPPET(load_multiple, "mov r5, r0", "ldmia r5!, {r1-r4}", "nop")
SNIPPET(store_multiple, "mov r5, r0", "stmia r5!, {r0-r4}", "nop")
SNIPPET(load_double, "mov r5, r0", "ldrd r2, r3, [r5], #8", "nop")
SNIPPET(store_pre, "mov r5, r0", "str r1, [r5, #4]!", "nop")

#define AREA 0x2000
static u32 area[AREA / 4] __attribute__((aligned(AREA)));
static const int modes[] = { MAIN, PRIV, MAIN_UNPRIV, UNPRIV, HANDLER };
static int m;

/* size: log2 of the bytes */
static void region(int n, u32 base, int size, u32 ap, u32 attributes)
{
    REG32(MPU_RNR) = n;
    REG32(MPU_RBAR) = base;
    REG32(MPU_RASR) = attributes | ap << 24 | (size - 1) << 1 | 1;
    barrier();
}

static void no_region(int n)
{
    REG32(MPU_RNR) = n;
    REG32(MPU_RASR) = 0;
    barrier();
}

static void on(u32 control)
{
    REG32(MPU_CTRL) = control;
    barrier();
}

#define XN (1u << 28)
/* may this AP read (write) here? */
static int readable(u32 ap)
{
    return m & 1 ? ap == 2 || ap == 3 || ap == 6 || ap == 7 : ap != 0 && ap != 4;
}

static int writable(u32 ap)
{
    return m & 1 ? ap == 3 : ap >= 1 && ap <= 3;
}

#define CHECK_ACCESS(name, address, allowed, line)                                                                 \
    do {                                                                                                           \
        probe(m, name, address, 0x12345678);                                                                       \
        if (!(allowed))                                                                                            \
            fault(line, E_MEMMANAGE, name##_at, DACCVIOL | MMARVALID, address);                                    \
        expect_done(line);                                                                                         \
    } while (0)

static void fetch(int line, u32 address, int allowed)
{
    probe(m, jump, address | 1, 0);
    if (!allowed)
        fault(line, E_MEMMANAGE, (void *)address, IACCVIOL, 0);
    expect_done(line);
}

static void permissions(void)
{
    u32 a = (u32)area;
    area[64] = 0x4770bf00; /* nop; bx lr */
    for (u32 ap = 0; ap < 8; ap++) {
        if (ap == 4)
            continue; /* reserved */
        for (int xn = 0; xn < 2; xn++) {
            region(3, a + 256, 8, ap, xn ? XN : 0);
            on(5);
            CHECK_ACCESS(load, a + 256, readable(ap), __LINE__);
            CHECK_ACCESS(load_byte, a + 511, readable(ap), __LINE__);
            CHECK_ACCESS(load, a + 512, 1, __LINE__);
            CHECK_ACCESS(load, a + 252, 1, __LINE__);
            CHECK_ACCESS(store, a + 508, writable(ap), __LINE__);
            CHECK_ACCESS(store, a + 512, 1, __LINE__);
            fetch(__LINE__, a + 256, readable(ap) && !xn);
            if (!(m & 1)) {
                /* as if not privileged, except in handlers, too */
                int was = m, r, w;
                m = UNPRIV;
                r = readable(ap), w = writable(ap);
                m = was;
                CHECK_ACCESS(load_unprivileged, a + 300, r, __LINE__);
                CHECK_ACCESS(store_unprivileged, a + 300, w, __LINE__);
            }
            on(0);
        }
    }
    no_region(3);
}

static void overlaps(void)
{
    u32 a = (u32)area;
    /* the region with the highest number counts */
    region(3, a, 9, 0, 0);
    region(4, a + 128, 7, 3, 0);
    region(5, a + 160, 5, 6, 0);
    on(5);
    CHECK_ACCESS(load, a, 0, __LINE__);
    CHECK_ACCESS(load, a + 128, 1, __LINE__);
    CHECK_ACCESS(store, a + 156, 1, __LINE__);
    CHECK_ACCESS(store, a + 160, 0, __LINE__);
    CHECK_ACCESS(load, a + 188, 1, __LINE__);
    CHECK_ACCESS(store, a + 192, 1, __LINE__);
    CHECK_ACCESS(load, a + 256, 0, __LINE__);
    CHECK_ACCESS(store, a + 512, 1, __LINE__);
    on(0);
    no_region(5);
    no_region(4);
    /* subregions that are disabled: as if the region were not there. 1 KB each: smaller ones confuse QEMU's TLB */
    region(3, a, 13, 0, 0xa5 << 8); /* 0, 2, 5, 7 */
    on(5);
    for (int i = 0; i < 8; i++) {
        int off = 0xa5 >> i & 1;
        CHECK_ACCESS(load, a + i * 1024, off, __LINE__);
        CHECK_ACCESS(store, a + i * 1024 + 1020, off, __LINE__);
    }
    on(0);
    /* several words into a region: the base register keeps its value, MMFAR is the first word that may not */
    region(3, a + 256, 8, 0, 0);
    on(5);
    for (u32 back = 4; back < 16; back += 4) {
        probe(m, load_multiple, a + 256 - back, 0);
        FAULT(E_MEMMANAGE, load_multiple_at, DACCVIOL | MMARVALID, a + 256);
        DONE();
        probe(m, store_multiple, a + 256 - back, 0);
        FAULT(E_MEMMANAGE, store_multiple_at, DACCVIOL | MMARVALID, a + 256);
        DONE();
    }
    /* (from 252 on QEMU would look at the first byte alone) */
    probe(m, load_double, a + 256, 0);
    FAULT(E_MEMMANAGE, load_double_at, DACCVIOL | MMARVALID, a + 256);
    DONE();
    probe(m, store_pre, a + 252, 0);
    FAULT(E_MEMMANAGE, store_pre_at, DACCVIOL | MMARVALID, a + 256);
    DONE();
    on(0);
    no_region(3);
}

/* ---- handlers see and mend: the access is made again after the region was opened */
static u32 kept[4];
static int open_region(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    asm volatile("str r5, [%0]" ::"r"(kept) : "memory");
    REG32(MPU_CTRL) = 0;
    barrier();
    return 1;
}

SNIPPET(load_again, "mov r5, r0\nmovs r1, #0", "ldmia r5!, {r1-r4}", "subs r0, r5, r0\nadds r0, r0, r4")

static void restarts(void)
{
    u32 a = (u32)area;
    hooks[enabled ? E_MEMMANAGE : E_HARDFAULT] = open_region;
    for (int i = 0; i < 4; i++)
        area[63 + i] = 0x100 * i;
    region(3, a + 256, 8, 0, 0);
    on(7);
    probe(m, load_again, a + 252, 0);
    FAULT(E_MEMMANAGE, load_again_at, DACCVIOL | MMARVALID, a + 256);
    DONE();
    EQ(result, 0x310);
    hooks[enabled ? E_MEMMANAGE : E_HARDFAULT] = 0;
    no_region(3);
    area[64] = 0x4770bf00;
}

static void background(void)
{
    u32 a = (u32)area;
    /* without PRIVDEFENA everything needs a region: code, data, peripherals (the system space needs none) */
    region(0, 0, 18, 6, 0);                      /* code: read-only */
    region(1, RAM, 16, 3, XN);                   /* RAM */
    region(2, 0x40000000, 29, 3, XN | 1 << 18 | 1 << 16); /* peripherals */
    on(1);
    CHECK_ACCESS(load, a, 1, __LINE__);
    CHECK_ACCESS(load, RAM + 0x10000, 0, __LINE__);
    CHECK_ACCESS(store, 0x100, 0, __LINE__);
    CHECK_ACCESS(load, 0x100, 1, __LINE__);
    CHECK_ACCESS(load, HOLE, 0, __LINE__);
    fetch(__LINE__, a + 256, 0);
    fetch(__LINE__, (u32)nothing & ~1, 1);
    fetch(__LINE__, 0x200000, 0);
    fetch(__LINE__, HOLE, 0);
    on(0);
    /* with it, privileged code sees the default map, others still need regions */
    on(5);
    CHECK_ACCESS(load, RAM + 0x10000, !(m & 1), __LINE__);
    on(0);
    for (int i = 0; i < 3; i++)
        no_region(i);
}

/* ---- HFNMIENA: whether HardFault's handler is under the MPU */
static u32 touched;
static int touch(struct trap *t, struct frame *f)
{
    (void)t, (void)f;
    touched = REG32((u32)area + 256);
    return 0;
}

static void in_hardfault(void)
{
    area[64] = 0x4770bf00;
    region(3, (u32)area + 256, 8, 0, 0);
    on(5); /* ENABLE, PRIVDEFENA */
    faults(0);
    hooks[E_HARDFAULT] = touch;
    touched = 0;
    m = MAIN;
    probe(m, load, (u32)area + 256, 0);
    FAULT(E_MEMMANAGE, load_at, DACCVIOL | MMARVALID, (u32)area + 256);
    DONE();
    EQ(touched, 0x4770bf00);
    hooks[E_HARDFAULT] = 0;
    hooks[E_NMI] = touch;
    touched = 0;
    REG32(ICSR) = NMIPENDSET;
    barrier();
    EQ(touched, 0x4770bf00);
    hooks[E_NMI] = 0;
    on(0);
    no_region(3);
}

int main(void)
{
    probe_init();
    EQ(REG32(MPU_TYPE), (BOARD == AN500 ? 16 : 8) << 8);
    /* what code without privileges needs: everything, from region 0, 1, 2; regions of the tests lie above */
    for (int enable = 0; enable < 2; enable++) {
        faults(enable);
        for (int k = 0; k < 5; k++) {
            m = modes[k];
            if (m & 1) {
                region(0, 0, 18, 6, 0);
                region(1, RAM, 16, 3, 0);
                region(2, 0x40000000, 29, 3, XN | 1 << 18 | 1 << 16);
            }
            permissions();
            overlaps();
            restarts();
            background();
        }
    }
    in_hardfault();
    passed("mpu");
    return 0;
}
