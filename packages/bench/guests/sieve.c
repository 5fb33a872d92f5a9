/* Primes below 2^21 with a byte per number: stores at growing strides. */
#include "bench.h"
#ifndef N
#define N 45
#endif
#define LIMIT (1 << 21)
static u8 composite[LIMIT];

int main(void)
{
    u64 sum = 0;
    for (int round = 0; round < N; round++) {
        memset(composite, 0, LIMIT);
        for (u32 i = 2; i * i < LIMIT; i++)
            if (!composite[i])
                for (u32 j = i * i; j < LIMIT; j += i)
                    composite[j] = 1;
        for (u32 i = 2; i < LIMIT; i++)
            if (!composite[i])
                sum += i ^ round;
    }
    check(sum);
    return 0;
}
