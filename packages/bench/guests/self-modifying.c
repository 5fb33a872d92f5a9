/* Code churn by one program: a store of functions, of which one after the other is written anew in place and run, as a
 * just-in-time compiler with a small code buffer does. Sixteen functions share a page, so that each new version falls
 * beside code that stays; some versions run long enough to become hot. */
#include "emit.h"
#ifndef N
#define N 12000ul
#endif
enum { FUNCTIONS = 512 };
typedef u64 function(u64 value, u64 rounds, u64 *data);
static u32 code[FUNCTIONS][EMIT_WORDS] __attribute__((aligned(4096)));
static u64 data[EMIT_DATA];

static u64 call(u64 choice, u64 value, u64 rounds)
{
    return ((function *)code[choice % FUNCTIONS])(value, rounds, data);
}

int main(void)
{
    u64 seed = 1, value = 0;
    for (int i = 0; i < FUNCTIONS; i++)
        emit_function(code[i], &seed);
    for (u64 version = 0; version < N; version++) {
        u64 changed = next_random(&seed);
        emit_function(code[changed % FUNCTIONS], &seed);
        asm volatile("fence.i" ::: "memory");
        value = call(changed, value, 4);
        for (int i = 0; i < 8; i++)
            value = call(next_random(&seed), value, 1 + i);
        if (version % 64 == 0)
            value = call(next_random(&seed), value, 10000);
    }
    for (int i = 0; i < EMIT_DATA; i++)
        value = value * 31 + data[i];
    check(value);
    return 0;
}
