/* Calls through tables of functions, as virtual methods: the callee changes from call to call. */
#include "bench.h"
#ifndef N
#define N 400
#endif
#define COUNT 20000

struct shape;
struct methods { u64 (*area)(const struct shape *); u64 (*edge)(const struct shape *); void (*grow)(struct shape *, u64); };
struct shape { const struct methods *m; u64 a, b; };

static u64 square_area(const struct shape *s) { return s->a * s->a; }
static u64 square_edge(const struct shape *s) { return 4 * s->a; }
static void square_grow(struct shape *s, u64 n) { s->a += n; }
static u64 box_area(const struct shape *s) { return s->a * s->b; }
static u64 box_edge(const struct shape *s) { return 2 * (s->a + s->b); }
static void box_grow(struct shape *s, u64 n) { s->a += n; s->b ^= n; }
static u64 tri_area(const struct shape *s) { return s->a * s->b / 2; }
static u64 tri_edge(const struct shape *s) { return s->a + 2 * s->b; }
static void tri_grow(struct shape *s, u64 n) { s->b += s->a & n; }
static u64 dot_area(const struct shape *s) { return s->b & 1; }
static u64 dot_edge(const struct shape *s) { return s->a & 3; }
static void dot_grow(struct shape *s, u64 n) { s->a = s->b + n; }

static const struct methods kinds[4] = {
    { square_area, square_edge, square_grow },
    { box_area, box_edge, box_grow },
    { tri_area, tri_edge, tri_grow },
    { dot_area, dot_edge, dot_grow },
};
static struct shape shapes[COUNT];

int main(void)
{
    u64 seed = 8, sum = 0;
    for (int i = 0; i < COUNT; i++) {
        u64 r = next_random(&seed);
        shapes[i] = (struct shape){ &kinds[r >> 5 & 3], r >> 20 & 255, r >> 30 & 255 };
    }
    for (int round = 0; round < N; round++)
        for (int i = 0; i < COUNT; i++) {
            struct shape *s = &shapes[i];
            sum += s->m->area(s) ^ s->m->edge(s);
            s->m->grow(s, round & 7);
        }
    check(sum);
    return 0;
}
