/* What sgemm_kernels.c is compiled into, one object per ISA level, with vecmath_kernels.c's flags. */
#ifndef TF1C_CORE_SGEMM_KERNELS_H
#define TF1C_CORE_SGEMM_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct tf1c_sgemm_kernels {
    int columns; /* of a panel */
    /* One panel: packed[p·columns + j] = b'[p, j] for p < k, j < n <= columns; the rest zero. */
    void (*pack)(int64_t k, int64_t n, const float *b, int64_t row, int64_t column, float *packed);
    /* m rows of a as `panel` reads them best: m·k floats. */
    void (*pack_rows)(int64_t m, int64_t k, const float *a, int64_t row, int64_t column, float *packed);
    /* c[m, n] = from + a·panel, n <= columns: a[i, p] at a[i·row + p·column]; column 0: a as packed. Row i of what is
     * started from is at from + i·from_row: c itself, one row for all (0), or NULL for zeros. An element of c is one
     * chain of fused multiply-adds over p, whatever tile it is in. */
    void (*panel)(int64_t m, int64_t n, int64_t k, const float *a, int64_t row, int64_t column, const float *packed,
                  const float *from, int64_t from_row, float *c, int64_t ldc);
} tf1c_sgemm_kernels;

extern const tf1c_sgemm_kernels tf1c_sgemm_baseline, tf1c_sgemm_avx2, tf1c_sgemm_avx512;

#endif
