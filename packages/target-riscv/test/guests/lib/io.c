/* Output by polling the 16550 at its reset settings; no interrupt is involved. */
#include "io.h"

void putch(char c)
{
    while (!(REG8(UART + 5) & 0x20)) {
    }
    REG8(UART) = c;
}

void put(const char *s)
{
    while (*s)
        putch(*s++);
}

static void digits(u64 v, int n)
{
    while (n--)
        putch("0123456789abcdef"[v >> 4 * n & 15]);
}

void put_hex(ulong v)
{
    digits(v, 2 * sizeof v);
}

void put_hex64(u64 v)
{
    digits(v, 16);
}

void put_dec(ulong v)
{
    if (v >= 10)
        put_dec(v / 10);
    putch('0' + v % 10);
}

/* gcc may call these even in freestanding code */
void *memset(void *d, int c, ulong n)
{
    for (u8 *p = d; n--;)
        *p++ = c;
    return d;
}

void *memcpy(void *d, const void *s, ulong n)
{
    const u8 *q = s;
    for (u8 *p = d; n--;)
        *p++ = *q++;
    return d;
}
