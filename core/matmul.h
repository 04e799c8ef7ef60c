/* float32 and float64 products by kernels of our own, tuned per ISA level. The right operand is packed into panels: once for
 * all products of a run that share it, where BLAS would pack it in each, or block by block on the way; for few rows it is
 * read as it lies. An element of the result is one chain of fused multiply-adds, whichever way it goes, so rows and columns
 * may be dealt out in any way without changing a bit. */
#ifndef TF1C_CORE_MATMUL_H
#define TF1C_CORE_MATMUL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ndarray.h"

/* The rule by which a product is computed: by these kernels where the level in use (vecmath.h) has fused multiply-adds on
 * vectors of eight floats or more, whatever its shape, and where there is no BLAS; elsewhere, measured on BLAS's own core for
 * the processor, BLAS is faster. Integers never come here. */
bool tf1c_matmul_is_own(tf_dtype dtype);

/* b' [k,n] in panels, one after the other: how many, and how many numbers in each. */
int64_t tf1c_matmul_panels(tf_dtype dtype, int64_t n);
int64_t tf1c_matmul_panel_size(tf_dtype dtype, int64_t k);

/* A matrix as it is read: element (i, j) at data[i·row + j·column]. */
typedef struct {
    const void *data;
    int64_t row, column;
} tf1c_matrix;
/* The same from element (i, j) on. */
tf1c_matrix tf1c_matrix_from(tf_dtype dtype, tf1c_matrix m, int64_t i, int64_t j);

/* Panels [begin, end) of b'; `packed` is where the first of all panels begins. */
void tf1c_matmul_pack(tf_dtype dtype, int64_t k, int64_t n, tf1c_matrix b, int64_t begin, int64_t end, void *packed);
/* c [m,n] = a'·b' + bias, rows of c ldc apart; bias [n] or NULL; `scratch` is of the size that is asked for, in bytes. */
size_t tf1c_matmul_packed_scratch(tf_dtype dtype, int64_t k);
void tf1c_matmul_packed(tf_dtype dtype, int64_t m, int64_t n, int64_t k, tf1c_matrix a, const void *packed, const void *bias,
                        void *c, int64_t ldc, void *scratch);
/* The same on b' as it lies. */
size_t tf1c_matmul_scratch(tf_dtype dtype, int64_t n, int64_t k);
void tf1c_matmul(tf_dtype dtype, int64_t m, int64_t n, int64_t k, tf1c_matrix a, tf1c_matrix b, const void *bias, void *c,
                 int64_t ldc, void *scratch);

#endif
