/* Quicksort of random 64-bit numbers: unpredictable branches. */
#include "bench.h"
#ifndef N
#define N 85
#endif
#define COUNT 100000
static u64 a[COUNT];

static void sort(u64 *low, u64 *high)
{
    while (high - low > 12) {
        u64 x = *low, y = low[(high - low) / 2], z = *high;
        u64 pivot = x < y ? (y < z ? y : x < z ? z : x) : (x < z ? x : y < z ? z : y);
        u64 *i = low, *j = high;
        while (i <= j) {
            while (*i < pivot)
                i++;
            while (*j > pivot)
                j--;
            if (i <= j) {
                u64 t = *i;
                *i++ = *j;
                *j-- = t;
            }
        }
        if (j - low < high - i) {
            sort(low, j);
            low = i;
        } else {
            sort(i, high);
            high = j;
        }
    }
    for (u64 *i = low + 1; i <= high; i++) {
        u64 v = *i, *j = i;
        for (; j > low && j[-1] > v; j--)
            *j = j[-1];
        *j = v;
    }
}

int main(void)
{
    u64 seed = 3, sum = 0;
    for (int round = 0; round < N; round++) {
        for (int i = 0; i < COUNT; i++)
            a[i] = next_random(&seed);
        sort(a, a + COUNT - 1);
        for (int i = 1; i < COUNT; i++)
            if (a[i - 1] > a[i])
                return 1;
        for (int i = 0; i < COUNT; i += 97)
            sum = sum * 31 + a[i];
    }
    check(sum);
    return 0;
}
