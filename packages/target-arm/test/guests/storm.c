/* Interrupts of SysTick in the middle of IT blocks, loads and stores of several registers, exclusive accesses, long
 * multiplications. Where they hit is chance; how many there are is not: the loop ends after COUNT. The timer is armed for
 * one interrupt at a time, so that none is chained to another. Nothing may be lost or done twice: the loop checks its
 * sums. Armv7-M. */
#include "io.h"

volatile u32 ticks;

/* changes flags, GE bits and registers, as any handler may */
asm(".pushsection .text\n.syntax unified\n.thumb_func\n.globl vec_15\nvec_15:\n"
    "ldr r0, =0xe000e010\nmovs r1, #0\nstr r1, [r0]\nldr r0, =0xe000ed04\nldr r1, =0x02000000\nstr r1, [r0]\n"
    "ldr r0, =ticks\nldr r1, [r0]\nadds r1, #1\nstr r1, [r0]\n"
    "cmp r2, r2\nmovs r3, #0\nmsr apsr_nzcvq, r3\nmov r12, r3\nbx lr\n.ltorg\n.popsection");

static u32 words[8], copies[8];

static void __attribute__((noreturn)) bad(int n)
{
    put("FAIL ");
    put_dec(n);
    put("\n");
    exit(n);
}

/* counts 1, 2, 4 or 8 in each of r4 to r7 by the parity and size of r0 */
static u32 conditional(u32 v)
{
    u32 r;
    asm volatile("movs r4, #0\nmovs r5, #0\n"
                 "tst %1, #1\n"
                 "itete eq\naddeq r4, #1\naddne r4, #2\nmoveq r5, #4\nmovne r5, #8\n"
                 "cmp %1, #1000\n"
                 "ittee lo\naddlo r4, #16\naddlo r5, #32\naddhs r4, #64\naddhs r5, #128\n"
                 "itttt lo\naddlo r4, #256\naddlo r5, #256\naddlo r4, #256\naddlo r5, #256\n"
                 "add %0, r4, r5, lsl #16"
                 : "=r"(r)
                 : "r"(v)
                 : "r4", "r5", "cc");
    return r;
}

static u32 expected(u32 v)
{
    u32 a = v & 1 ? 2 : 1, b = v & 1 ? 8 : 4;
    if (v < 1000)
        a += 16 + 512, b += 32 + 512;
    else
        a += 64, b += 128;
    return a + (b << 16);
}

int main(void)
{
    u32 rounds = 0, atomic = 0, armed = -1u, random = 1;
    static u32 counter;
    do {
        rounds++;
        if (armed != ticks) {
            armed = ticks;
            random = random * 1103515245 + 12345;
            REG32(SYST_RVR) = 20 + (random >> 16 & 1023);
            REG32(SYST_CVR) = 0;
            REG32(SYST_CSR) = 7;
        }
        if (conditional(rounds & 2047) != expected(rounds & 2047))
            bad(1);
        for (int i = 0; i < 8; i++)
            words[i] = rounds * (i + 1);
        asm volatile("mov r0, %0\nmov r1, %1\nldmia r0!, {r2-r9}\nstmia r1!, {r2-r9}\nsubs r0, r0, %0\nsubs r1, r1, %1\n"
                     "push {r0-r7, lr}\npop {r0-r7, lr}\n"
                     "ldmdb %2, {r2-r5}\nstrd r2, r3, [%1]\n"
                     ::"r"(words), "r"(copies), "r"(words + 8)
                     : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "cc", "memory");
        if (copies[0] != rounds * 5 || copies[1] != rounds * 6)
            bad(2);
        for (int i = 2; i < 8; i++)
            if (copies[i] != rounds * (i + 1))
                bad(3);
        u32 t, fail;
        asm volatile("1: ldrex %0, [%2]\nadds %0, %3\nstrex %1, %0, [%2]\ncmp %1, #0\nbne 1b"
                     : "=&r"(t), "=&r"(fail)
                     : "r"(&counter), "r"(rounds)
                     : "cc", "memory");
        atomic += rounds;
        if (counter != atomic)
            bad(4);
        u32 low = rounds, high = 0;
        asm volatile("umlal %0, %1, %2, %3\nadds %0, %0, %0\nadcs %1, %1, %1" : "+r"(low), "+r"(high) : "r"(rounds * 0x10001u), "r"(0x12345678) : "cc");
        if (((u64)high << 32 | low) != 2 * (rounds + (u64)(rounds * 0x10001u) * 0x12345678))
            bad(5);
    } while (ticks < COUNT);
    put("storm: ");
    put_dec(ticks);
    put(" interrupts\n");
    return 0;
}
