/* A random cycle through 16 MB, one hop per cache line: every load misses the caches and most miss a small TLB. */
#include "bench.h"
#ifndef N
#define N 4500000
#endif
#define COUNT (1 << 18)
struct node { struct node *next; u64 value, pad[6]; };
static struct node nodes[COUNT];
static u32 order[COUNT];

int main(void)
{
    u64 seed = 6, sum = 0;
    for (u32 i = 0; i < COUNT; i++)
        order[i] = i;
    for (u32 i = COUNT - 1; i > 0; i--) {
        u32 j = next_random(&seed) % (i + 1), t = order[i];
        order[i] = order[j];
        order[j] = t;
    }
    for (u32 i = 0; i < COUNT; i++) {
        nodes[order[i]].next = &nodes[order[(i + 1) % COUNT]];
        nodes[i].value = i;
    }
    struct node *p = nodes;
    for (u32 i = 0; i < N; i++) {
        sum += p->value ^ i;
        p = p->next;
    }
    check(sum);
    return 0;
}
