/* CRC-32 by table over 64 KB, again and again: a chain of dependent loads. */
#include "bench.h"
#ifndef N
#define N 3000
#endif
static u32 table[256];
static u8 data[65536];

int main(void)
{
    u64 seed = 1;
    for (u32 i = 0; i < 256; i++) {
        u32 c = i;
        for (int k = 0; k < 8; k++)
            c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
        table[i] = c;
    }
    for (u32 i = 0; i < sizeof data; i++)
        data[i] = next_random(&seed) >> 56;
    u32 crc = ~0u;
    for (int round = 0; round < N; round++)
        for (u32 i = 0; i < sizeof data; i++)
            crc = crc >> 8 ^ table[(crc ^ data[i]) & 255];
    check(~crc);
    return 0;
}
