/* SHA-256 of a 64 KB buffer, chained: rotations, additions, no multiplications. */
#include "bench.h"
#ifndef N
#define N 430
#endif

static u32 k[64], h[8];
static u8 data[65536];

/* the constants are fractions of the square and cube roots of the first primes: found by integer search, not copied */
#ifdef __SIZEOF_INT128__
static u32 root_fraction(u32 prime, int cube)
{
    /* largest r with r^degree <= prime * 2^(32 * degree), by bits; the products need 128 bits */
    u64 r = 0;
    for (int bit = 35; bit >= 0; bit--) {
        u64 t = r | 1ul << bit;
        unsigned __int128 p = (unsigned __int128)t * t;
        if (cube) {
            /* t < 2^36, p < 2^72: compare p * t with prime << 96 in two halves */
            unsigned __int128 low = (p & ~0ul) * t;
            unsigned __int128 high = (p >> 64) * t + (low >> 64);
            if (high < (unsigned __int128)prime << 32)
                r = t;
        } else if (p < (unsigned __int128)prime << 64) {
            r = t;
        }
    }
    return r;
}
#else
static u32 root_fraction(u32 prime, int cube)
{
    /* the same with numbers of four limbs */
    u64 r = 0;
    for (int bit = 35; bit >= 0; bit--) {
        u64 t = r | (u64)1 << bit;
        u32 p[4] = { t, t >> 32, 0, 0 }, factor[2] = { t, t >> 32 };
        for (int n = 0; n <= cube; n++) {
            u32 q[4] = { 0 };
            for (int i = 0; i < 2; i++) {
                u64 carry = 0;
                for (int j = 0; i + j < 4; j++) {
                    carry += (u64)p[j] * factor[i] + q[i + j];
                    q[i + j] = carry;
                    carry >>= 32;
                }
            }
            for (int i = 0; i < 4; i++)
                p[i] = q[i];
        }
        if (cube ? p[3] < prime : !p[3] && p[2] < prime)
            r = t;
    }
    return r;
}
#endif

static inline u32 rotate(u32 x, int n)
{
    return x >> n | x << (32 - n);
}

static void block(const u8 *p)
{
    u32 w[64];
    for (int i = 0; i < 16; i++)
        w[i] = (u32)p[4 * i] << 24 | p[4 * i + 1] << 16 | p[4 * i + 2] << 8 | p[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        u32 a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
    u32 s[8];
    for (int i = 0; i < 8; i++)
        s[i] = h[i];
    for (int i = 0; i < 64; i++) {
        u32 t1 = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i];
        u32 t2 = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        for (int j = 7; j > 0; j--)
            s[j] = s[j - 1];
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        h[i] += s[i];
}

int main(void)
{
    int n = 0;
    for (u32 c = 2; n < 64; c++) {
        int prime = 1;
        for (u32 d = 2; d * d <= c; d++)
            prime &= c % d != 0;
        if (!prime)
            continue;
        if (n < 8)
            h[n] = root_fraction(c, 0);
        k[n++] = root_fraction(c, 1);
    }
    u64 seed = 2;
    for (u32 i = 0; i < sizeof data; i++)
        data[i] = next_random(&seed) >> 56;
    for (int round = 0; round < N; round++)
        for (u32 i = 0; i < sizeof data; i += 64)
            block(data + i);
    check((u64)h[0] << 32 | h[1]);
    return 0;
}
