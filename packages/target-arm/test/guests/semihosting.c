/* Semihosting: calls of all harmless kinds, by BKPT 0xAB from each mode; other immediates are breakpoints. With -DOFF the
 * same program expects every call to be a plain breakpoint (the emulator's semihosting is off) and ends by a reset
 * request (run with -no-reboot). With -DEXIT it leaves by SYS_EXIT with a reason that is not "application exit", otherwise by
 * SYS_EXIT_EXTENDED with code 42. */
#include "probe.h"

enum {
    SYS_OPEN = 1, SYS_CLOSE = 2, SYS_WRITEC = 3, SYS_WRITE0 = 4, SYS_WRITE = 5, SYS_READ = 6, SYS_ISERROR = 8, SYS_ISTTY = 9,
    SYS_SEEK = 10, SYS_FLEN = 12, SYS_CLOCK = 0x10, SYS_TIME = 0x11, SYS_ERRNO = 0x13, SYS_HEAPINFO = 0x16,
    SYS_ELAPSED = 0x30, SYS_TICKFREQ = 0x31,
};

SNIPPET(call_, "", "bkpt 0xab", "")
SNIPPET(call_odd, "nop", "bkpt 0xab", "nop")
SNIPPET(other, "", "bkpt 0xac", "")
SNIPPET(zero, "nop", "bkpt 0", "")
#if BOARD != MICROBIT
/* BKPT is not conditional */
SNIPPET(in_it, "cmp r0, #0\nite eq\nmoveq r3, r3", "bkpt 0xab", "")
#endif

static int m;

static void breakpoint(int line, const char *at)
{
    expect(line, E_HARDFAULT, at, 0, traps[0].hfsr, 0);
    expect_done(line);
}

__attribute__((unused)) static u32 call(u32 op, const void *argument)
{
    probe(m, call_, op, (u32)argument);
#ifdef OFF
    breakpoint(__LINE__, call__at);
#else
    DONE();
#endif
    return result;
}

__attribute__((unused)) static void modes(void)
{
    static const int all[] = {
        MAIN, PRIV, HANDLER,
#if BOARD != MICROBIT
        UNPRIV, MAIN_UNPRIV,
#endif
    };
    for (unsigned k = 0; k < sizeof all / sizeof *all; k++) {
        m = all[k];
        probe(m, call_odd, SYS_WRITE0, (u32)"written by WRITE0\n");
#ifndef OFF
        if (m & 1) /* QEMU: not without privileges, unless asked to */
#endif
            breakpoint(__LINE__, call_odd_at);
        DONE();
        probe(m, other, SYS_WRITE0, (u32)"wrong\n");
        breakpoint(__LINE__, other_at);
        probe(m, zero, SYS_WRITE0, (u32)"wrong\n");
        breakpoint(__LINE__, zero_at);
#if BOARD != MICROBIT
        if (m & 1)
            continue;
        probe(m, in_it, SYS_WRITE0, (u32)"written in an IT block\n");
#ifdef OFF
        breakpoint(__LINE__, in_it_at);
#endif
        DONE();
#endif
    }
    m = PRIV;
}

#ifndef OFF
__attribute__((unused)) static void calls(void)
{
    for (const char *s = "written by WRITEC\n"; *s; s++)
        call(SYS_WRITEC, s);
    u32 open[] = { (u32)":tt", 4, 3 };
    int out = call(SYS_OPEN, open);
    EQ(out >= 0, 1);
    u32 write[] = { out, (u32)"written by WRITE\n", 17 };
    EQ(call(SYS_WRITE, write), 0);
    u32 one[] = { out };
    call(SYS_ISTTY, one); /* depends on where the output goes */
    EQ(call(SYS_CLOSE, one), 0);
    u32 bad[] = { 77, (u32)"x", 1 };
    EQ(call(SYS_WRITE, bad), 1); /* nothing written of one byte */
    EQ(call(SYS_READ, bad), 1);
    EQ(call(SYS_FLEN, bad), -1);
    EQ(call(SYS_CLOSE, bad), -1);
    u32 missing[] = { (u32)"/nonexistent/file", 0, 17 };
    EQ(call(SYS_OPEN, missing), -1);
    EQ(call(SYS_ERRNO, 0), 2); /* ENOENT */
    u32 status[] = { -1u };
    EQ(call(SYS_ISERROR, status) != 0, 1);
    status[0] = 0;
    EQ(call(SYS_ISERROR, status), 0);
    EQ((int)call(SYS_CLOCK, 0) >= 0, 1);
    EQ(call(SYS_TIME, 0) != -1u, 1);
    EQ((int)call(SYS_TICKFREQ, 0) > 0, 1);
    u64 elapsed = 0;
    EQ(call(SYS_ELAPSED, &elapsed), 0);
    EQ(elapsed != 0, 1);
    u32 block[4], *pointer = block;
    call(SYS_HEAPINFO, &pointer);
    EQ(block[1] > block[0] || block[0] == 0, 1);
}
#endif

int main(void)
{
    probe_init();
    m = PRIV;
#ifdef EXIT
    put("leaving by SYS_EXIT\n");
    call(SYS_EXIT, (void *)0x20023); /* run-time error */
    return 99; /* not reached */
#else
    modes();
#ifdef OFF
    passed("semihosting");
    REG32(AIRCR) = 0x05fa0004; /* SYSRESETREQ */
    for (;;) {
    }
#else
    calls();
    passed("semihosting");
    u32 block[] = { APPLICATION_EXIT, 42 };
    call(SYS_EXIT_EXTENDED, block);
    return 99;
#endif
#endif
}
