/* Copies of many sizes and alignments, and fills. */
#include "bench.h"
#ifndef N
#define N 25000
#endif
static u8 from[1 << 16], to[(1 << 16) + 64];

int main(void)
{
    u64 seed = 7, sum = 0;
    for (u32 i = 0; i < sizeof from; i++)
        from[i] = next_random(&seed) >> 56;
    for (int round = 0; round < N; round++) {
        memcpy(to, from, 1 << 16);
        memcpy(to + 8, from + 16, 60000);
        for (int i = 0; i < 16; i++) {
            u64 r = next_random(&seed);
            u32 n = r >> 20 & 1023;
            memcpy(to + (r & 0x3fff), from + (r >> 32 & 0x3fff), n); /* mostly unaligned, byte by byte */
        }
        memset(to + (seed & 63), round, 5000);
        for (u32 i = 0; i < sizeof from; i += 4099)
            sum = sum * 31 + to[i];
    }
    check(sum);
    return 0;
}
