/* Five bodies under gravity, symplectic Euler, double precision; the square root is the instruction. */
#include "bench.h"
#ifndef N
#define N 1000000
#endif
#define BODIES 5
static struct { double p[3], v[3], m; } body[BODIES] = {
    { { 0, 0, 0 }, { 0, 0, 0 }, 39.5 },
    { { 4.8, -1.2, -0.1 }, { 0.6, 2.8, -0.02 }, 0.037 },
    { { 8.3, 4.1, -0.4 }, { -1.0, 1.8, 0.008 }, 0.011 },
    { { 12.9, -15.1, -0.2 }, { 1.1, 0.9, -0.01 }, 0.0017 },
    { { 15.4, -25.9, 0.2 }, { 0.98, 0.6, -0.03 }, 0.002 },
};

static double root(double x)
{
    double r;
#ifdef __riscv
    asm("fsqrt.d %0, %1" : "=f"(r) : "f"(x));
#else
    asm("vsqrt.f64 %P0, %P1" : "=w"(r) : "w"(x));
#endif
    return r;
}

static double energy(void)
{
    double e = 0;
    for (int i = 0; i < BODIES; i++) {
        double *v = body[i].v;
        e += body[i].m * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) / 2;
        for (int j = i + 1; j < BODIES; j++) {
            double s = 0;
            for (int k = 0; k < 3; k++) {
                double d = body[i].p[k] - body[j].p[k];
                s += d * d;
            }
            e -= body[i].m * body[j].m / root(s);
        }
    }
    return e;
}

int main(void)
{
    for (int step = 0; step < N; step++) {
        for (int i = 0; i < BODIES; i++)
            for (int j = i + 1; j < BODIES; j++) {
                double x = body[i].p[0] - body[j].p[0];
                double y = body[i].p[1] - body[j].p[1];
                double z = body[i].p[2] - body[j].p[2];
                double s = x * x + y * y + z * z;
                double f = 0.001 / (s * root(s));
                double a = f * body[j].m, b = f * body[i].m;
                body[i].v[0] -= x * a;
                body[i].v[1] -= y * a;
                body[i].v[2] -= z * a;
                body[j].v[0] += x * b;
                body[j].v[1] += y * b;
                body[j].v[2] += z * b;
            }
        for (int i = 0; i < BODIES; i++)
            for (int k = 0; k < 3; k++)
                body[i].p[k] += 0.001 * body[i].v[k];
    }
    check(double_bits(energy()) ^ double_bits(body[3].p[1]));
    return 0;
}
