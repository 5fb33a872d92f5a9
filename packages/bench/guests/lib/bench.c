#include "bench.h"

static void putch(char c)
{
    while (!(*(volatile u8 *)0x10000005 & 0x20)) {
    }
    *(volatile u8 *)0x10000000 = c;
}

void put(const char *s)
{
    while (*s)
        putch(*s++);
}

void check(u64 v)
{
    put("CHECK ");
    for (int i = 60; i >= 0; i -= 4)
        putch("0123456789abcdef"[v >> i & 15]);
    put("\n");
}

/* words where both sides allow; as a C library would */
void *memset(void *d, int c, u64 n)
{
    u8 *p = d;
    for (; n && (u64)p & 7; n--)
        *p++ = c;
    u64 w = (u8)c * 0x0101010101010101ul;
    for (; n >= 8; n -= 8, p += 8)
        *(u64 *)p = w;
    while (n--)
        *p++ = c;
    return d;
}

void *memcpy(void *d, const void *s, u64 n)
{
    u8 *p = d;
    const u8 *q = s;
    if ((((u64)p ^ (u64)q) & 7) == 0) {
        for (; n && (u64)p & 7; n--)
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
