/* What conv_kernels.c is compiled into, one object per ISA level, with vecmath_kernels.c's flags. */
#ifndef TF1C_CORE_CONV_KERNELS_H
#define TF1C_CORE_CONV_KERNELS_H

#include <stdint.h>

/* Rows of one panel of b, b[p·row + j·column] for p < k, j < n <= columns, to packed[0 … k·columns). */
typedef void tf1c_conv_pack(int64_t k, int64_t n, const float *b, int64_t row, int64_t column, float *packed);
/* c[m, n] = from + a·panel, n <= columns, of an a that lies nowhere as a matrix: its element (i, p) is at a[i·row + offsets[p]]. Row
 * i of what is started from is at from + i·from_row: c itself, one row for all (0), or NULL for zeros. */
typedef void tf1c_conv_panel(int64_t m, int64_t n, int64_t k, const float *a, int64_t row, const int64_t *offsets,
                             const float *packed, const float *from, int64_t from_row, float *c, int64_t ldc);

/* One way to lay out and to multiply by panels. */
typedef struct {
    int columns; /* of a panel */
    tf1c_conv_pack *pack;
    tf1c_conv_panel *panel;
} tf1c_conv_way;

typedef struct tf1c_conv_kernels {
    tf1c_conv_way chains; /* an element of c is one chain of fused multiply-adds over p, whatever tile it is in */
    /* For so few columns that most of such a panel would be empty, where a's elements lie side by side for every `width` of p, of
     * which k is a multiple: an element of c is the sum of a vector of chains. */
    tf1c_conv_way along;
    int width;
} tf1c_conv_kernels;

extern const tf1c_conv_kernels tf1c_conv_baseline, tf1c_conv_avx2, tf1c_conv_avx512;

#endif
