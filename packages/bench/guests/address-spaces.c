/* Code churn by many programs: PROCESSES address spaces (Sv39) with the same code at the same address (a library) and
 * different code at the same address (a program each), switched through satp as a kernel does: by ASID where the CPU
 * has them, else with sfence.vma. Now and then a process gets another program in other physical pages (exec), and its
 * ASID is fenced. M starts, S is the kernel, U the processes, which yield by ecall. */
#include "emit.h"
#ifndef N
#define N 20000ul
#endif
enum { PROCESSES = 200, PROGRAM = 2, LIBRARY = 4, PAGE_FUNCTIONS = 4096 / 4 / EMIT_WORDS, SPARE = 8 };
enum { V = 1, R = 2, W = 4, X = 8, U = 16, G = 32, A = 64, D = 128 };
#define USER 0x40000000ul                       /* main, then the program, the library and the data */
#define RAM 0x80000000ul

typedef u64 table[512] __attribute__((aligned(4096)));
typedef u32 page[1024] __attribute__((aligned(4096)));
static table roots[PROCESSES], middles[PROCESSES], leaves[PROCESSES];
static page mains[PROCESSES], programs[PROCESSES + SPARE][PROGRAM], library[LIBRARY], stores[PROCESSES];
static u32 owned[PROCESSES + SPARE];            /* which program a process has; the rest are spare */
static u64 values[PROCESSES];
static u64 asid_mask;

u64 enter_user(u64 value, u64 pc, u64 *store);  /* runs a process until its ecall; gives its a0 */
void user_trap(void);
asm(".text\n"
    ".balign 4\n"
    "enter_user:\n"
    "  addi sp,sp,-112\n"
    "  sd ra,0(sp); sd s0,8(sp); sd s1,16(sp); sd s2,24(sp); sd s3,32(sp); sd s4,40(sp); sd s5,48(sp)\n"
    "  sd s6,56(sp); sd s7,64(sp); sd s8,72(sp); sd s9,80(sp); sd s10,88(sp); sd s11,96(sp)\n"
    "  csrw sscratch,sp\n"
    "  csrw sepc,a1\n"
    "  li t0,0x100\n"
    "  csrc sstatus,t0\n"
    "  sret\n"
    ".balign 4\n"
    "user_trap:\n"
    "  csrr sp,sscratch\n"
    "  csrr t0,scause\n"
    "  addi t0,t0,-8\n"                         /* an ecall from U */
    "  beqz t0,1f\n"
    "  li a0,91\n"
    "  tail exit\n"
    "1: ld ra,0(sp); ld s0,8(sp); ld s1,16(sp); ld s2,24(sp); ld s3,32(sp); ld s4,40(sp); ld s5,48(sp)\n"
    "  ld s6,56(sp); ld s7,64(sp); ld s8,72(sp); ld s9,80(sp); ld s10,88(sp); ld s11,96(sp)\n"
    "  addi sp,sp,112\n"
    "  ret\n");

static u64 entry(const void *to, u64 flags) { return (u64)to >> 12 << 10 | flags | V; }

static void make_program(u32 number, u64 *seed)
{
    for (int i = 0; i < PROGRAM * PAGE_FUNCTIONS; i++)
        emit_function(programs[number][0] + i * EMIT_WORDS, seed);
}

/* calls functions of the program and of the library in turn, then yields */
static void make_main(u32 *p, u64 *seed)
{
    u32 *start = p;
    for (int i = 0; i < 24; i++) {
        u32 functions = (i & 1 ? LIBRARY : PROGRAM) * PAGE_FUNCTIONS;
        u64 target = 4096 + (i & 1 ? PROGRAM * 4096 : 0) + next_random(seed) % functions * (EMIT_WORDS * 4);
        *p++ = emit_i(0x13, 0, A1, 0, 1 + (next_random(seed) & 7));
        *p = emit_jal(RA, (i32)(target - (u64)(p - start) * 4));
        p++;
    }
    *p++ = 0x73;
}

static void map_program(u32 process)
{
    for (int i = 0; i < PROGRAM; i++)
        leaves[process][1 + i] = entry(programs[owned[process]][i], R | X | U | A | D);
}

static void make_process(u32 process, u64 *seed)
{
    u64 *leaf = leaves[process];
    roots[process][0] = R | W | V | G | A | D;                              /* devices */
    roots[process][1] = entry(middles[process], 0);
    roots[process][2] = entry((void *)RAM, R | W | X | G | A | D);          /* the kernel */
    middles[process][0] = entry(leaf, 0);
    owned[process] = process;
    make_program(process, seed);
    make_main(mains[process], seed);
    leaf[0] = entry(mains[process], R | X | U | A | D);
    map_program(process);
    for (int i = 0; i < LIBRARY; i++)
        leaf[1 + PROGRAM + i] = entry(library[i], R | X | U | A | D);
    leaf[1 + PROGRAM + LIBRARY] = entry(stores[process], R | W | U | A | D);
}

/* another program, in the pages of a spare one */
static void exec(u32 process, u64 *seed)
{
    u32 spare = PROCESSES + next_random(seed) % SPARE, old = owned[process];
    owned[process] = owned[spare];
    owned[spare] = old;
    make_program(owned[process], seed);
    asm volatile("fence.i" ::: "memory");
    map_program(process);
    if (asid_mask)
        asm volatile("sfence.vma zero, %0" :: "r"((u64)process + 1) : "memory");
}

static void switch_to(u32 process)
{
    u64 asid = (process + 1) & asid_mask;
    asm volatile("csrw satp, %0" :: "r"(8ul << 60 | asid << 44 | (u64)roots[process] >> 12) : "memory");
    if (!asid_mask)
        asm volatile("sfence.vma" ::: "memory");
}

static void kernel(void)
{
    u64 seed = 7;
    for (int i = 0; i < LIBRARY * PAGE_FUNCTIONS; i++)
        emit_function(library[0] + i * EMIT_WORDS, &seed);
    for (int i = 0; i < PROCESSES; i++)
        make_process(i, &seed);
    for (int i = 0; i < SPARE; i++)
        owned[PROCESSES + i] = PROCESSES + i;
    asm volatile("csrw stvec, %0" :: "r"(user_trap));
    u64 probe = 8ul << 60 | 0xfffful << 44 | (u64)roots[0] >> 12;
    asm volatile("fence.i; sfence.vma; csrw satp, %0; csrr %0, satp; sfence.vma" : "+r"(probe) :: "memory");
    asid_mask = (probe >> 44 & 0xffff) >= PROCESSES ? 0xffff : 0;

    u64 *store = (u64 *)(USER + (1 + PROGRAM + LIBRARY) * 4096);
    for (u64 turn = 0; turn < N; turn++) {
        u64 r = next_random(&seed);
        u32 process = r % PROCESSES;
        if (turn % 16 == 15)
            exec(process, &seed);
        switch_to(process);
        values[process] = enter_user(values[process] + turn, USER, store);
    }
    u64 sum = 0;
    for (int i = 0; i < PROCESSES; i++) {
        sum = sum * 31 + values[i];
        for (int k = 0; k < EMIT_DATA; k++)
            sum = sum * 31 + ((u64 *)stores[i])[k];
    }
    check(sum);
    exit(0);
}

int main(void)
{
    asm volatile("csrw pmpaddr0, %0; csrw pmpcfg0, %1" :: "r"(-1l), "r"(0x1f));
    asm volatile("csrw medeleg, %0" :: "r"(1 << 8));
    asm volatile("csrw mepc, %0; csrc mstatus, %1; csrs mstatus, %2; mret" :: "r"(kernel), "r"(0x1800), "r"(0x800));
    __builtin_unreachable();
}
