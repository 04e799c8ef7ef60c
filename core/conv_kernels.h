/* What conv_kernels.c is compiled into, one object per ISA level, with vecmath_kernels.c's flags. */
#ifndef TF1C_CORE_CONV_KERNELS_H
#define TF1C_CORE_CONV_KERNELS_H

#include <stdint.h>

typedef struct tf1c_conv_kernels {
    int columns; /* of a panel */
    /* Rows of one panel: packed[p·columns + j] = b[p·row + j·column] for p < k, j < n <= columns; the rest zero. */
    void (*pack)(int64_t k, int64_t n, const float *b, int64_t row, int64_t column, float *packed);
    /* c[m, n] = from + a·panel, n <= columns, of an a that lies nowhere as a matrix: its element (i, p) is at
     * a[i·row + offsets[p]]. Row i of what is started from is at from + i·from_row: c itself, one row for all (0), or NULL for
     * zeros. An element of c is one chain of fused multiply-adds over p, whatever tile it is in. */
    void (*panel)(int64_t m, int64_t n, int64_t k, const float *a, int64_t row, const int64_t *offsets, const float *packed,
                  const float *from, int64_t from_row, float *c, int64_t ldc);
} tf1c_conv_kernels;

extern const tf1c_conv_kernels tf1c_conv_baseline, tf1c_conv_avx2, tf1c_conv_avx512;

#endif
