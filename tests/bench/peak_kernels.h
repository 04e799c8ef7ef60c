/* What peak_kernels.c is compiled into, one object per ISA level. */
#ifndef TF1C_BENCH_PEAK_KERNELS_H
#define TF1C_BENCH_PEAK_KERNELS_H

#include <stdint.h>

typedef struct {
    double (*multiply_adds)(int64_t steps);        /* returns the floating-point operations done */
    float (*read)(int64_t n, const float *x);      /* all of n numbers, a multiple of 128 */
} peak_kernels;
extern const peak_kernels peak_baseline, peak_avx2, peak_avx512;

#endif
