/* float32 products by kernels of our own, tuned per ISA level. The right operand is packed into panels first: once for all
 * products of a run that share it, where BLAS would pack it in each, or block by block on the way. An element of the
 * result is one chain of fused multiply-adds, so rows and panels may be dealt out in any way without changing a bit. */
#ifndef TF1C_CORE_SGEMM_H
#define TF1C_CORE_SGEMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether this level has kernels: without, BLAS is the better choice. */
bool tf1c_sgemm_available(void);
/* Whether that holds for a product of m rows and sums of length k that packs on the way: on long sums BLAS is better. */
bool tf1c_sgemm_wins(int64_t m, int64_t k);

/* b' [k,n] in panels, one after the other: how many, and how many floats in each. */
int64_t tf1c_sgemm_panels(int64_t n);
int64_t tf1c_sgemm_panel_size(int64_t k);

/* A matrix as it is read: element (i, j) at data[i·row + j·column]. */
typedef struct {
    const float *data;
    int64_t row, column;
} tf1c_matrix;

/* Panels [begin, end) of b'; `packed` is where the first of all panels begins. */
void tf1c_sgemm_pack(int64_t k, int64_t n, tf1c_matrix b, int64_t begin, int64_t end, float *packed);
/* c [m,n] = a'·b' + bias, rows of c ldc apart; bias [n] or NULL; `scratch` is of the size that is asked for. */
size_t tf1c_sgemm_packed_scratch(int64_t k);
void tf1c_sgemm_packed(int64_t m, int64_t n, int64_t k, tf1c_matrix a, const float *packed, const float *bias, float *c,
                       int64_t ldc, float *scratch);
/* The same on b' as it lies. */
size_t tf1c_sgemm_scratch(int64_t n, int64_t k);
void tf1c_sgemm(int64_t m, int64_t n, int64_t k, tf1c_matrix a, tf1c_matrix b, const float *bias, float *c, int64_t ldc,
                float *scratch);

#endif
