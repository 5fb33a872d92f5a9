/* Ordinary C, without a C library: sorting, printing doubles exactly, series, strings, calls through tables, recursion,
 * 64-bit arithmetic (by calls of libgcc on 32-bit CPUs), floating point (by libgcc or by instructions, as the CPU has). The
 * printed lines are the result. The targets build it with their own io.h, and with SYSTEM_CALL, the name of their call. */
#include "io.h"

typedef unsigned long ulong;

static u32 state = 12345;
static u32 next(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static void line(const char *name, ulong v)
{
    put(name);
    put(" ");
    put_dec(v);
    put("\n");
}

/* ---- sorting by a function pointer, as qsort does: a heap sort of elements of any size */
static void swap(u8 *a, u8 *b, ulong size)
{
    while (size--) {
        u8 t = *a;
        *a++ = *b;
        *b++ = t;
    }
}

static void sift(u8 *v, ulong i, ulong n, ulong size, int (*compare)(const void *, const void *))
{
    for (;;) {
        ulong child = 2 * i + 1;
        if (child >= n)
            return;
        if (child + 1 < n && compare(v + child * size, v + (child + 1) * size) < 0)
            child++;
        if (compare(v + i * size, v + child * size) >= 0)
            return;
        swap(v + i * size, v + child * size, size);
        i = child;
    }
}

static void sort(void *base, ulong n, ulong size, int (*compare)(const void *, const void *))
{
    u8 *v = base;
    for (ulong i = n / 2; i-- > 0;)
        sift(v, i, n, size, compare);
    while (n-- > 1) {
        swap(v, v + n * size, size);
        sift(v, 0, n, size, compare);
    }
}

static int by_value(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static int compare_text(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (u8)*a - (u8)*b;
}

static int by_text(const void *a, const void *b)
{
    return compare_text(*(char *const *)a, *(char *const *)b);
}

static void sorting(void)
{
    static int v[2000];
    u32 sum = 0;
    for (int i = 0; i < 2000; i++)
        v[i] = (int)next();
    sort(v, 2000, sizeof *v, by_value);
    for (int i = 0; i < 2000; i++) {
        sum = sum * 31 + (u32)v[i];
        if (i && v[i - 1] > v[i])
            put("not sorted\n");
    }
    line("sort", sum);
    const char *words[] = { "timer", SYSTEM_CALL, "page fault", "breakpoint", "external", "illegal", "access" };
    sort(words, 7, sizeof *words, by_text);
    for (int i = 0; i < 7; i++) {
        put(words[i]);
        put(i < 6 ? ", " : "\n");
    }
}

/* ---- doubles, exactly: the value is an integer times a power of two; as a big decimal number all its digits are
 * found by repeated multiplication, then rounded to 17 significant ones */
#define LIMBS 130 /* base 10^9: 5e-324 has 1074 digits after the point */

static void put_double(double d)
{
    union { double d; u64 u; } bits = { d };
    int e = bits.u >> 52 & 0x7ff;
    u64 m = bits.u & 0xfffffffffffffull;
    if (bits.u >> 63)
        put("-");
    if (e == 0x7ff) {
        put(m ? "nan" : "inf");
        return;
    }
    if (e)
        m |= 1ull << 52;
    else
        e = 1;
    if (!m) {
        put("0");
        return;
    }
    e -= 1075;
    /* m * 2^e = (m * 5^-e) * 10^e for negative e, else (m * 2^e); little-endian limbs */
    static u32 limb[LIMBS];
    int n = 0, exponent = e < 0 ? e : 0;
    for (u64 x = m; x; x /= 1000000000)
        limb[n++] = x % 1000000000;
    for (int k = e < 0 ? -e : e; k > 0; k--) {
        u32 carry = 0;
        for (int i = 0; i < n; i++) {
            u64 x = (u64)limb[i] * (e < 0 ? 5 : 2) + carry;
            limb[i] = x % 1000000000;
            carry = x / 1000000000;
        }
        if (carry)
            limb[n++] = carry;
    }
    static char digits[LIMBS * 9];
    int count = 0;
    for (int i = n - 1; i >= 0; i--)
        for (u32 p = 100000000; p; p /= 10) {
            u32 digit = limb[i] / p % 10;
            if (count || digit)
                digits[count++] = digit;
        }
    exponent += count - 1;
    /* round half to even at 17 digits */
    int keep = count < 17 ? count : 17;
    if (count > 17) {
        int rest = 0;
        for (int i = 18; i < count; i++)
            rest |= digits[i];
        if (digits[17] > 5 || (digits[17] == 5 && (rest || digits[16] & 1))) {
            int i = 16;
            while (i >= 0 && digits[i] == 9)
                digits[i--] = 0;
            if (i >= 0) {
                digits[i]++;
            } else {
                digits[0] = 1;
                exponent++;
            }
        }
    }
    while (keep > 1 && !digits[keep - 1])
        keep--;
    putch('0' + digits[0]);
    if (keep > 1)
        putch('.');
    for (int i = 1; i < keep; i++)
        putch('0' + digits[i]);
    if (exponent) {
        put(exponent < 0 ? "e-" : "e");
        put_dec(exponent < 0 ? -exponent : exponent);
    }
}

static void doubles(void)
{
    static volatile double d[] = { 0.0, -0.0, 1.0, 0.1, 1.0 / 3, 1e300, 5e-324, 123456789.125, 2.5, -1.7976931348623157e308, 1e22, 1e23 };
    for (unsigned i = 0; i < sizeof d / sizeof *d; i++) {
        put_double(d[i]);
        put(i + 1 < sizeof d / sizeof *d ? " " : "\n");
    }
    put_double(d[2] / d[0]);
    put(" ");
    put_double(d[2] / d[1]);
    put(" ");
    put_double(d[3] + 0.2);
    put("\n");
}

/* ---- mathematics by series: long chains of double operations */
static double exponential(double x)
{
    double term = 1, sum = 1;
    for (int i = 1; i < 40; i++) {
        term *= x / i;
        sum += term;
    }
    return sum;
}

static double sine(double x)
{
    double term = x, sum = x;
    for (int i = 1; i < 20; i++) {
        term *= -x * x / ((2 * i) * (2 * i + 1));
        sum += term;
    }
    return sum;
}

static double root(double x)
{
    double r = x;
    for (int i = 0; i < 40; i++)
        r = (r + x / r) / 2;
    return r;
}

static void mathematics(void)
{
    volatile double half = 0.5;
    double s = 0;
    float f = 0;
    for (int i = 1; i < 100; i++) {
        s += exponential(-i * 0.1) * sine(i * half * 0.1) + root(i + half);
        f += (float)i / 3 - (float)(int)(f / 7);
    }
    put_double(s);
    put(" ");
    put_double(f);
    put("\n");
    volatile u64 a = 0xfedcba9876543211ull, b = 0x123456789ull;
    volatile long long c = -0x7edcba9876543210ll, e = 0x12345;
    u64 results[] = { a / b, a % b, c / e, c % e, a * b, a >> 13 ^ b << 19, (u64)(double)b, (u64)(long long)(float)c };
    for (int i = 0; i < 8; i++) {
        put_hex64(results[i]);
        put(i < 7 ? " " : "\n");
    }
}

/* ---- objects with virtual methods, as a C++ compiler lays them out */
struct shape;
struct methods { ulong (*area)(const struct shape *); const char *name; };
struct shape { const struct methods *m; ulong a, b; };
static ulong rectangle(const struct shape *s) { return s->a * s->b; }
static ulong ellipse(const struct shape *s) { return s->a * s->b * 355 / 452; }
static ulong triangle(const struct shape *s) { return s->a * s->b / 2; }
static const struct methods kinds[] = { { rectangle, "rectangle" }, { ellipse, "ellipse" }, { triangle, "triangle" } };

static void objects(void)
{
    static struct shape shapes[64];
    ulong total[3] = { 0 };
    for (int i = 0; i < 64; i++)
        shapes[i] = (struct shape){ &kinds[next() % 3], next() % 100, next() % 100 };
    for (int round = 0; round < 50; round++)
        for (int i = 0; i < 64; i++)
            total[shapes[i].m - kinds] += shapes[i].m->area(&shapes[i]);
    for (int i = 0; i < 3; i++)
        line(kinds[i].name, total[i]);
}

static u32 ackermann(u32 m, u32 n)
{
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

/* ---- a sparse switch and a dense one, driven by random numbers */
static void switches(void)
{
    u32 sum = 0;
    for (int i = 0; i < 5000; i++) {
        u32 r = next();
        switch (r & 15) {
        case 0: sum += 1; break;
        case 1: sum ^= r; break;
        case 2: sum -= r >> 3; break;
        case 3: sum = sum << 3 | sum >> 29; break;
        case 4: sum *= 5; break;
        case 5: sum += r % 7; break;
        case 6: sum = ~sum; break;
        case 7: sum /= (r >> 20) + 1; break;
        case 12: sum += 12; break;
        default: sum++; break;
        }
        switch (r >> 16 & 0x3ff) {
        case 3: sum += 3; break;
        case 500: sum ^= 500; break;
        case 1000: sum -= 1000; break;
        }
    }
    line("switches", sum);
}

int main(void)
{
    sorting();
    doubles();
    mathematics();
    objects();
    line("ackermann", ackermann(2, 60));
    switches();
    put("programs: done\n");
    return 0;
}
