/* Product of double matrices, the plain triple loop; gcc contracts to fused multiply-adds. */
#include "bench.h"
#ifndef N
#define N 28
#endif
#define D 160
static double a[D][D], b[D][D], c[D][D];

int main(void)
{
    u64 seed = 5, sum = 0;
    for (int i = 0; i < D; i++)
        for (int j = 0; j < D; j++) {
            a[i][j] = (double)(i64)(next_random(&seed) >> 12) * 1e-12;
            b[i][j] = (double)(i64)(next_random(&seed) >> 12) * 1e-12;
        }
    for (int round = 0; round < N; round++) {
        for (int i = 0; i < D; i++)
            for (int j = 0; j < D; j++) {
                double s = 0;
                for (int k = 0; k < D; k++)
                    s += a[i][k] * b[k][j];
                c[i][j] = s;
            }
        for (int i = 0; i < D; i++) {
            sum = sum * 31 + double_bits(c[i][i]);
            a[i][round] = c[i][i] * 1e-9;
        }
    }
    check(sum);
    return 0;
}
