#include "bench.h"

#define UART 0x40004000 /* CMSDK APB UART 0: DATA, STATE, CTRL, BAUDDIV at 0x10 */
#define REG(a) (*(volatile u32 *)(a))

static void putch(char c)
{
    REG(UART + 0x10) = 16;
    REG(UART + 8) = 1;
    while (REG(UART + 4) & 1) {
    }
    REG(UART) = c;
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
void *memset(void *d, int c, unsigned n)
{
    u8 *p = d;
    for (; n && (u32)p & 3; n--)
        *p++ = c;
    u32 w = (u8)c * 0x01010101u;
    for (; n >= 16; n -= 16, p += 16)
        ((u32 *)p)[0] = ((u32 *)p)[1] = ((u32 *)p)[2] = ((u32 *)p)[3] = w;
    while (n--)
        *p++ = c;
    return d;
}

void *memcpy(void *d, const void *s, unsigned n)
{
    u8 *p = d;
    const u8 *q = s;
    if ((((u32)p ^ (u32)q) & 3) == 0) {
        for (; n && (u32)p & 3; n--)
            *p++ = *q++;
        for (; n >= 16; n -= 16, p += 16, q += 16) {
            u32 a = ((u32 *)q)[0], b = ((u32 *)q)[1], e = ((u32 *)q)[2], f = ((u32 *)q)[3];
            ((u32 *)p)[0] = a;
            ((u32 *)p)[1] = b;
            ((u32 *)p)[2] = e;
            ((u32 *)p)[3] = f;
        }
        for (; n >= 4; n -= 4, p += 4, q += 4)
            *(u32 *)p = *(u32 *)q;
    }
    while (n--)
        *p++ = *q++;
    return d;
}
