/* Product of 32-bit integer matrices, the plain triple loop. */
#include "bench.h"
#ifndef N
#define N 35
#endif
#define D 200
static u32 a[D][D], b[D][D], c[D][D];

int main(void)
{
    u64 seed = 4, sum = 0;
    for (int i = 0; i < D; i++)
        for (int j = 0; j < D; j++) {
            a[i][j] = next_random(&seed);
            b[i][j] = next_random(&seed);
        }
    for (int round = 0; round < N; round++) {
        for (int i = 0; i < D; i++)
            for (int j = 0; j < D; j++) {
                u32 s = 0;
                for (int k = 0; k < D; k++)
                    s += a[i][k] * b[k][j];
                c[i][j] = s;
            }
        for (int i = 0; i < D; i++) {
            sum = sum * 31 + c[i][i];
            a[i][round % D] = c[i][i];
        }
    }
    check(sum);
    return 0;
}
