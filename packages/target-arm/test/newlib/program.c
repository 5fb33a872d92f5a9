/* A program on a C library that is not ours: stdio with doubles, the maths library, qsort, 64-bit numbers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void)
{
    printf("Hello from newlib\n");
    double v[20];
    for (int i = 0; i < 20; i++)
        v[i] = sin(i * 1.7) * exp(i / 7.0) / 3.0;
    qsort(v, 20, sizeof v[0], ascending);
    for (int i = 0; i < 20; i++)
        printf("%2d %.12g %10.3f\n", i, v[i], v[i]);
    printf("%s %d %lld %5.2e\n", "done", -42, 123456789012345LL, 6.02214076e23);
    return 3;
}
