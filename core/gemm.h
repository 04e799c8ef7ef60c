/* Matrix products: the one place that calls BLAS. Always computed on the calling thread alone. */
#ifndef TF1C_CORE_GEMM_H
#define TF1C_CORE_GEMM_H

#include <stdbool.h>
#include <stdint.h>

#include "ndarray.h"

/* c[m,n] = a'·b' + beta·c, row-major; a' is a or aᵀ, a' [m,k], b' [k,n]; ld* are the distances between rows as
 * stored, in elements. float32, float64 by BLAS; int32 and int64, and all where there is no BLAS, by plain loops, which wrap around. k == 0 gives
 * beta·c, m or n == 0 nothing; beta == 0 never reads c. c overlaps neither a nor b. */
void tf1c_gemm(tf_dtype dtype, bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const void *a,
               int64_t lda, const void *b, int64_t ldb, double beta, void *c, int64_t ldc);

/* The core whose kernels OpenBLAS uses ("Zen", "Haswell", …): the processor's, or what OPENBLAS_CORETYPE names; "cblas" for
 * another library, "none" for none. */
const char *tf1c_gemm_core(void);

/* Around a run: with a threaded OpenBLAS, the first caller sets it to one thread and the last restores what was set
 * (0.3.21 has no setting per thread). With the serial build both do nothing. */
void tf1c_gemm_begin(void);
void tf1c_gemm_end(void);

/* For tests: the largest m, n, k passed to BLAS, whose integers are `int`; larger ones are split. Not synchronized.
 * (A distance beyond `int` goes through plain loops.) */
extern int64_t tf1c_gemm_limit;

#endif
