/* The Mandelbrot set in single precision. */
#include "bench.h"
#ifndef N
#define N 22
#endif
#define SIZE 160

int main(void)
{
    u64 sum = 0;
    for (int round = 0; round < N; round++)
        for (int y = 0; y < SIZE; y++)
            for (int x = 0; x < SIZE; x++) {
                float cr = (float)x * (3.0f / SIZE) - 2.2f + (float)round * 0.01f;
                float ci = (float)y * (2.4f / SIZE) - 1.2f;
                float r = 0, i = 0;
                u32 n = 0;
                while (n < 200 && r * r + i * i < 4.0f) {
                    float t = r * r - i * i + cr;
                    i = 2.0f * r * i + ci;
                    r = t;
                    n++;
                }
                sum = sum * 31 + n;
            }
    check(sum);
    return 0;
}
