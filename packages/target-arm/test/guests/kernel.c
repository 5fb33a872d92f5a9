/* A small preemptive kernel: four tasks without privileges, each on its own process stack, switched by PendSV, which
 * SysTick pends every PERIOD cycles; SVC 0 gives up the rest of a slice, SVC 1 ends a task. After TICKS ticks the timer is
 * stopped and the tasks come to their ends. When a switch happens is chance; what the tasks compute is not. */
#include "io.h"

#define TASKS 4
enum { YIELD, END };

struct task { u32 *sp; int done; u32 result; };
static struct task tasks[TASKS + 1]; /* the last is the idle task */
static u32 stacks[TASKS + 1][96] __attribute__((aligned(8)));
u32 current = TASKS; /* used by the assembly below */
static volatile u32 ticks, switches, running = TASKS;

/* r0 = the stack pointer of the task that stops; the one of the task that goes on */
u32 *next_task(u32 *sp);
u32 *next_task(u32 *sp)
{
    tasks[current].sp = sp;
    u32 n = current;
    do
        n = n >= TASKS - 1 ? 0 : n + 1;
    while (tasks[n].done && n != current && running);
    if (!running)
        n = TASKS;
    current = n;
    switches++;
    if (ticks < TICKS) {
        REG32(SYST_CVR) = 0;
        REG32(SYST_CSR) = 7;
    }
    return tasks[current].sp;
}

/* r4 to r11 of the stopped task go to its stack, below what the CPU has pushed there. Armv6-M instructions. */
asm(".pushsection .text\n.syntax unified\n.thumb_func\n.globl vec_14\nvec_14:\n"
    "push {r4, lr}\nmrs r0, psp\nsubs r0, #32\nstmia r0!, {r4-r7}\nmov r4, r8\nmov r5, r9\nmov r6, r10\nmov r7, r11\n"
    "stmia r0!, {r4-r7}\nsubs r0, #32\n"
    "cpsid i\nbl next_task\ncpsie i\n"
    "adds r0, #16\nldmia r0!, {r4-r7}\nmov r8, r4\nmov r9, r5\nmov r10, r6\nmov r11, r7\n"
    "msr psp, r0\nsubs r0, #32\npop {r3}\nldmia r0!, {r4-r7}\npop {r3}\nbx r3\n.popsection");

void vec_15(void);
void vec_15(void)
{
    /* armed again by the switch: no tick is chained to another handler, so QEMU reports each */
    REG32(SYST_CSR) = 0;
    ticks++;
    REG32(ICSR) = PENDSTCLR;
    REG32(ICSR) = PENDSVSET;
}

void call(u32 *frame);
void call(u32 *frame)
{
    u32 number = *(u8 *)(frame[6] - 2);
    if (number == END) {
        tasks[current].done = 1;
        tasks[current].result = frame[0];
        running--;
    }
    REG32(ICSR) = PENDSVSET;
}

asm(".pushsection .text\n.thumb_func\n.globl vec_11\nvec_11:\nmrs r0, psp\nldr r1, =call\nbx r1\n.ltorg\n.popsection");

#define SYSCALL(number, value)                                                                                     \
    do {                                                                                                           \
        register u32 r0_ asm("r0") = value;                                                                        \
        asm volatile("svc %1" : "+r"(r0_) : "i"(number) : "r1", "r2", "r3", "r12", "memory");                      \
    } while (0)

/* ---- the tasks: rounds of work, each with the same result, until the ticks are over */
static u32 primes(u32 limit)
{
    u32 n = 0;
    for (u32 i = 2; i < limit; i++) {
        u32 k = 2;
        while (k * k <= i && i % k)
            k++;
        n += k * k > i;
    }
    return n;
}

static u32 crc(u32 limit)
{
    u32 c = ~0u;
    for (u32 i = 0; i < limit; i++) {
        c ^= i & 255;
        for (int k = 0; k < 8; k++)
            c = c >> 1 ^ (c & 1 ? 0xedb88320 : 0);
    }
    return c;
}

static u32 sort(u32 limit)
{
    static u16 numbers[64]; /* of this task alone */
    u32 x = limit, sum = 0;
    for (int i = 0; i < 64; i++)
        numbers[i] = x = (x * 1103515245 + 12345) & 0x7fff;
    for (int i = 1; i < 64; i++)
        for (int k = i; k && numbers[k - 1] > numbers[k]; k--) {
            u16 t = numbers[k];
            numbers[k] = numbers[k - 1];
            numbers[k - 1] = t;
        }
    for (int i = 0; i < 64; i++)
        sum = sum * 31 + numbers[i];
    return sum;
}

static u32 __attribute__((noinline, optimize("no-optimize-sibling-calls"))) fib(u32 n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static u32 (*const work[TASKS])(u32) = { primes, crc, sort, fib };
static const u32 inputs[TASKS] = { 300, 64, 4711, 9 };

static void task(u32 k)
{
    u32 first = work[k](inputs[k]), same = 1;
    while (ticks < TICKS)
        same &= work[k](inputs[k]) == first;
    /* some slices given up: these are counted */
    for (u32 i = 0; i < 10 + k; i++)
        SYSCALL(YIELD, 0);
    SYSCALL(END, same ? first : 0xbad);
    for (;;) {
    }
}

static void start(u32 n, void (*code)(u32))
{
    u32 *sp = stacks[n] + 96 - 16;
    for (int i = 0; i < 16; i++)
        sp[i] = 0x1111 * i;
    sp[8] = n;
    sp[14] = (u32)code & ~1;
    sp[15] = XPSR_T;
    tasks[n].sp = sp;
}

int main(void)
{
    for (u32 n = 0; n < TASKS; n++)
        start(n, task);
    REG32(SHPR2) = 0x80000000;               /* SVC: in the middle */
    REG32(SHPR3) = 0x40000000 | 0x00c00000;  /* SysTick above it, PendSV lowest */
    msr(psp, stacks[TASKS] + 96);
    msr(control, 2);
    REG32(SYST_RVR) = PERIOD - 1;
    REG32(SYST_CVR) = 0;
    REG32(SYST_CSR) = 7;
    while (running) {
        /* idle, with privileges: runs only before the first tick and after the last task */
    }
    msr(control, 0);
    for (int n = 0; n < TASKS; n++) {
        put("task ");
        put_dec(n);
        put(": ");
        put_hex(tasks[n].result);
        put("\n");
    }
    put("kernel: ");
    put_dec(ticks);
    put(" ticks\n");
    return switches < TICKS;
}
