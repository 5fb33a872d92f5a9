/* Lines that run never, once, and often; a function inlined from a header in another folder. See README.md. */
#include "sub/shape.h"

volatile int sink;

__attribute__((noinline)) static int classify(int n)
{
    if (n < 3)
        return 1;
    if (n > 100)
        return 2; /* never */
    return area(n, n);
}

__attribute__((noinline)) static int recurse(int n)
{
    if (n == 0)
        return 0;
    return recurse(n - 1) + 1;
}

__attribute__((noinline)) int never(int n)
{
    sink = n;
    return sink * 2;
}

int main(int argc, char **argv)
{
    (void)argv;
    for (int i = 0; i < 10; i++)
        sink += classify(i);
    sink += recurse(5);
    if (argc > 1000)
        sink = never(argc);
    return 0;
}
