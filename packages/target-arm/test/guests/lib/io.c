/* Output by polling the board's UART; no interrupt is involved. */
#include "io.h"

#ifdef MPS2
void io_init(void)
{
    REG32(UART + 0x10) = 16; /* BAUDDIV: the smallest */
    REG32(UART + 0x8) = 1;   /* CTRL: transmitter on */
}

void putch(char c)
{
    while (REG32(UART + 4) & 1) {
    }
    REG32(UART) = c;
}
#elif BOARD == LM3S
void io_init(void)
{
    REG32(UART + 0x2c) = 0x60;  /* LCRH: 8 bits */
    REG32(UART + 0x30) = 0x301; /* CR: on, transmitter, receiver */
}

void putch(char c)
{
    while (REG32(UART + 0x18) & 0x20) {
    }
    REG32(UART) = c;
}
#else
void io_init(void)
{
    REG32(UART + 0x500) = 4; /* ENABLE */
    REG32(UART + 8) = 1;     /* STARTTX */
}

void putch(char c)
{
    REG32(UART + 0x11c) = 0; /* TXDRDY */
    REG32(UART + 0x51c) = c;
    while (!REG32(UART + 0x11c)) {
    }
}
#endif

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

void put_hex(u32 v)
{
    digits(v, 8);
}

void put_hex64(u64 v)
{
    digits(v, 16);
}

void put_dec(u32 v)
{
    if (v >= 10)
        put_dec(v / 10);
    putch('0' + v % 10);
}

/* gcc may call these even in freestanding code */
void *memset(void *d, int c, unsigned n)
{
    for (u8 *p = d; n--;)
        *p++ = c;
    return d;
}

void *memcpy(void *d, const void *s, unsigned n)
{
    const u8 *q = s;
    for (u8 *p = d; n--;)
        *p++ = *q++;
    return d;
}
