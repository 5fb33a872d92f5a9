/* What a benchmark needs: fixed-width types, a random generator, and check(), which prints the line that is compared. */
#ifndef BENCH_H
#define BENCH_H
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int i32;
typedef long long i64;

void put(const char *s);
void check(u64 value);
void exit(int code) __attribute__((noreturn));
void *memset(void *d, int c, unsigned n);
void *memcpy(void *d, const void *s, unsigned n);

/* xorshift64: the same numbers on every machine */
static inline u64 next_random(u64 *state)
{
    u64 x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

static inline u64 double_bits(double d)
{
    union { double d; u64 u; } v = { d };
    return v.u;
}
#endif
