/* Naive Fibonacci: calls and returns. */
#include "bench.h"
#ifndef N
#define N 35
#endif

/* the optimiser would unroll the recursion into a loop otherwise */
__attribute__((noinline, optimize("no-optimize-sibling-calls", "no-inline", "no-ipa-cp"))) static u64 fib(u64 n)
{
    if (n < 2)
        return n;
    return fib(n - 1) + fib(n - 2);
}

int main(void)
{
    check(fib(N));
    return 0;
}
