/* As many multiply-adds, in sums that never leave their registers, and as many loads as a thread can do at one ISA level. */
#include "tests/bench/peak_kernels.h"
#include "core/vector.h"

enum { SUMS = VF_WIDTH == 16 ? 16 : 12 };

static double multiply_adds(int64_t steps)
{
    const vf a = splat(0.999f), b = splat(1e-3f);
    vf sum[SUMS];
    volatile float kept;

    for (int i = 0; i < SUMS; i++)
        sum[i] = splat((float)i);
    for (int64_t step = 0; step < steps; step++)
#pragma GCC unroll 16
        for (int i = 0; i < SUMS; i++)
            sum[i] = fma_(sum[i], a, b);
    for (int i = 1; i < SUMS; i++)
        sum[0] += sum[i];
    kept = sum[0][0];
    (void)kept;
    return 2.0 * VF_WIDTH * SUMS * (double)steps;
}

static float read(int64_t n, const float *x)
{
    enum { STREAMS = 128 / VF_WIDTH < 8 ? 128 / VF_WIDTH : 8 };
    vf sum[STREAMS] = { 0 };

    for (int64_t i = 0; i < n; i += STREAMS * VF_WIDTH)
#pragma GCC unroll 8
        for (int j = 0; j < STREAMS; j++)
            sum[j] += load(x + i + j * VF_WIDTH);
    for (int j = 1; j < STREAMS; j++)
        sum[0] += sum[j];
    return sum[0][0];
}

#define LEVEL_(prefix, level) prefix##level
#define LEVEL(prefix, level) LEVEL_(prefix, level)
const peak_kernels LEVEL(peak_, TF1C_VEC_LEVEL) = { multiply_adds, read };
