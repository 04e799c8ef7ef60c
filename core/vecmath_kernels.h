/* The tables that vecmath_kernels.c and vecmath_functions.c are compiled into, one object per level (all with -O3 -ffp-contract=off -fno-math-errno
 * -fno-trapping-math):
 *
 *   level     -D flags                      compiler flags
 *   baseline  -DTF1C_VEC_LEVEL=baseline     none: plain C with vector types, any architecture
 *   avx2      -DTF1C_VEC_LEVEL=avx2         -mavx2 -mfma
 *   avx512    -DTF1C_VEC_LEVEL=avx512       -mavx512f -mavx512dq -mavx512bw -mavx512vl -mavx2 -mfma
 *   the same  … -DTF1C_EMULATE_AVX512       -mavx2 -mfma: vectors of sixteen in halves, for tests on machines without AVX-512
 *
 * Fused multiply-adds are written out, so contraction stays off: every compiler gives the same bits. On x86-64 all
 * three are linked, elsewhere baseline alone. */
#ifndef TF1C_CORE_VECMATH_KERNELS_H
#define TF1C_CORE_VECMATH_KERNELS_H

#include "vecmath.h"

#if defined(__x86_64__) && !defined(TF1C_VEC_BASELINE_ONLY)
#define TF1C_VEC_X86 1
#endif

extern const tf1c_functions tf1c_functions_baseline, tf1c_functions_avx2, tf1c_functions_avx512;
void tf1c_pow_baseline(int64_t n, float *out, const float *x, const float *y);
void tf1c_pow_avx2(int64_t n, float *out, const float *x, const float *y);
void tf1c_pow_avx512(int64_t n, float *out, const float *x, const float *y);
extern const tf1c_vecmath tf1c_vecmath_baseline, tf1c_vecmath_avx2, tf1c_vecmath_avx512;

#endif
