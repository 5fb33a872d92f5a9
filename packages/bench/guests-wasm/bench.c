/* What the benchmark guests need, for programs compiled straight to WebAssembly: the host prints the check. */
#include "bench.h"

/* words where both sides allow; as in guests/lib/bench.c */
void *memset(void *d, int c, unsigned n)
{
    u8 *p = d;
    for (; n && (u32)p & 7; n--)
        *p++ = c;
    u64 w = (u8)c * (u64)0x0101010101010101;
    for (; n >= 8; n -= 8, p += 8)
        *(u64 *)p = w;
    while (n--)
        *p++ = c;
    return d;
}

void *memcpy(void *d, const void *s, unsigned n)
{
    u8 *p = d;
    const u8 *q = s;
    if ((((u32)p ^ (u32)q) & 7) == 0) {
        for (; n && (u32)p & 7; n--)
            *p++ = *q++;
        for (; n >= 32; n -= 32, p += 32, q += 32) {
            u64 a = ((u64 *)q)[0], b = ((u64 *)q)[1], e = ((u64 *)q)[2], f = ((u64 *)q)[3];
            ((u64 *)p)[0] = a;
            ((u64 *)p)[1] = b;
            ((u64 *)p)[2] = e;
            ((u64 *)p)[3] = f;
        }
        for (; n >= 8; n -= 8, p += 8, q += 8)
            *(u64 *)p = *(u64 *)q;
    }
    while (n--)
        *p++ = *q++;
    return d;
}
