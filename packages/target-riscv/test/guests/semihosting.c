/* Semihosting: calls of all harmless kinds from M and S, and sequences that look like one but are not. With -DOFF the same
 * program expects every call to be a plain breakpoint (the emulator's semihosting is off). With -DEXIT it only leaves by
 * SYS_EXIT with "application exit", without it by SYS_EXIT_EXTENDED with code 42. */
#include "probe.h"

enum {
    SYS_OPEN = 1, SYS_CLOSE = 2, SYS_WRITEC = 3, SYS_WRITE0 = 4, SYS_WRITE = 5, SYS_ISERROR = 8, SYS_ISTTY = 9,
    SYS_CLOCK = 0x10, SYS_TIME = 0x11, SYS_ERRNO = 0x13, SYS_HEAPINFO = 0x16, SYS_EXIT = 0x18,
    SYS_EXIT_EXTENDED = 0x20, SYS_ELAPSED = 0x30, SYS_TICKFREQ = 0x31,
};

#define CALL ".option push\n.option norvc\n"
#define IN "slli x0, x0, 0x1f\n"
#define OUT "srai x0, x0, 7\n.option pop\n"
/* the pages of code matter: the three instructions must lie in one */
SNIPPET(call_, CALL ".balign 16\n" IN, "ebreak", OUT)
SNIPPET(plain, CALL, "ebreak", ".option pop")
SNIPPET(no_begin, CALL "nop\n", "ebreak", OUT)
SNIPPET(no_end, CALL IN, "ebreak", "nop\n.option pop")
SNIPPET(wrong_begin, CALL "slli x0, x0, 0x1e\n", "ebreak", OUT)
SNIPPET(wrong_end, CALL IN, "ebreak", "srai x0, x0, 6\n.option pop")
SNIPPET(wrong_register, CALL "slli x0, x1, 0x1f\n", "ebreak", OUT)
SNIPPET(compressed, CALL IN ".option pop", "c.ebreak", CALL OUT)
SNIPPET(far_begin, CALL IN "nop\n", "ebreak", OUT)
SNIPPET(two_pages, CALL ".balign 4096\n.rept 1023\nnop\n.endr\n" IN, "ebreak", OUT)

static const int modes[] = { U, S, M };

static long call(ulong op, const void *argument)
{
    probe(M, call_, op, (ulong)argument);
#ifdef OFF
    TRAP(M, C_BREAKPOINT, call__at, (ulong)call__at);
#endif
    DONE();
    return result;
}

__attribute__((unused)) static void calls(void)
{
    call(SYS_WRITE0, "written by WRITE0\n");
    for (const char *s = "written by WRITEC\n"; *s; s++)
        call(SYS_WRITEC, s);
#ifndef OFF
    ulong open[] = { (ulong)":tt", 4, 3 };
    long out = call(SYS_OPEN, open);
    EQ(out >= 0, 1);
    ulong write[] = { out, (ulong)"written by WRITE\n", 17 };
    EQ(call(SYS_WRITE, write), 0);
    ulong one[] = { out };
    call(SYS_ISTTY, one); /* depends on where the output goes */
    EQ(call(SYS_CLOSE, one), 0);
    ulong bad[] = { 77, (ulong)"x", 1 };
    EQ(call(SYS_WRITE, bad), 1); /* nothing written of one byte */
    ulong missing[] = { (ulong)"/nonexistent/file", 0, 17 };
    EQ(call(SYS_OPEN, missing), -1);
    EQ(call(SYS_ERRNO, 0), 2); /* ENOENT */
    ulong status[] = { -1ul };
    EQ(call(SYS_ISERROR, status) != 0, 1);
    status[0] = 0;
    EQ(call(SYS_ISERROR, status), 0);
    EQ(call(SYS_CLOCK, 0) >= 0, 1);
    EQ(call(SYS_TIME, 0) != -1, 1);
    EQ(call(SYS_TICKFREQ, 0) > 0, 1);
    u64 elapsed = 0;
    EQ(call(SYS_ELAPSED, &elapsed), 0);
    EQ(elapsed != 0, 1);
#endif
}

__attribute__((unused)) static void sequences(void)
{
    for (int deleg = 0; deleg < 2; deleg++) {
        csr_write(medeleg, deleg ? BIT(C_BREAKPOINT) : 0);
        for (int k = 0; k < 3; k++) {
            int m = modes[k], h = deleg && m != M ? S : M;
            /* the right sequence: in S and M a host call, whatever is delegated; not in U */
            probe(m, call_, SYS_WRITE0, (ulong)(m == S ? "from S\n" : "from M\n"));
#ifndef OFF
            if (m == U)
#endif
                TRAP(h, C_BREAKPOINT, call__at, (ulong)call__at);
            DONE();
#define NOT_A_CALL(name) probe(m, name, SYS_WRITE0, (ulong)"wrong\n"); TRAP(h, C_BREAKPOINT, name##_at, (ulong)name##_at); DONE()
            NOT_A_CALL(plain);
            NOT_A_CALL(no_begin);
            NOT_A_CALL(no_end);
            NOT_A_CALL(wrong_begin);
            NOT_A_CALL(wrong_end);
            NOT_A_CALL(wrong_register);
            NOT_A_CALL(compressed);
            NOT_A_CALL(far_begin);
            NOT_A_CALL(two_pages);
        }
    }
    csr_write(medeleg, 0);
}

int main(void)
{
    probe_init();
#ifdef EXIT
    /* RV64: a block of reason and code; RV32: the reason alone, which means code 0 */
    ulong block[] = { 0x20026, 7 };
    put("leaving by SYS_EXIT\n");
    call(SYS_EXIT, __riscv_xlen == 64 ? block : (void *)0x20026);
    return 1; /* not reached */
#else
    sequences();
    calls();
    passed("semihosting");
#ifdef OFF
    return 0;
#else
    ulong block[] = { 0x20026, 42 };
    call(SYS_EXIT_EXTENDED, block);
    return 1;
#endif
#endif
}
