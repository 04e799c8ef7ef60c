/* Norms of vectors and matrices. */
#ifndef TF1C_OPS_LINALG_NORM_H
#define TF1C_OPS_LINALG_NORM_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A norm of all elements, of the vectors along `axis`, or of the matrices in .axes = AXES(-2, -1).      TF1: tf.norm, tf.linalg.norm
 *   ord       tf_norm_EUCLIDEAN (default; of a matrix: Frobenius'), 1, 2, INFINITY, any p > 0: (Σ |x|^p)^(1/p);
 *             of matrices 1 and INFINITY: the largest sum of a column (row), 2: the largest singular value; tf_norm_FRO as the default
 *   keepdims  (keep_dims): the axes stay, of length 1
 *   shapes    x [..] -> [..] without the axes;   dtypes  floating; ord 1 and INFINITY: numbers
 *   grad      through its nodes: NaN where a Euclidean norm is 0, as in TF1
 *   errors    ValueError "'ord' must be a supported vector norm, got -1", "'axis' must be None, an integer, or a tuple of 2 unique
 *             integers", "Invalid reduction dimension …"
 *   source    python/ops/linalg_ops.py norm */
struct tf_norm_args {
    tf_source here;
    TF_ARG_(1) tf_operand tensor;
    TF_ARG_(2) double ord;
    TF_ARG_(3) tf_operand axis;
    TF_ARG_(4) bool keepdims;
    TF_ARG_(5) const char *name;
    TF_ARG_(6) bool keep_dims;
    tf_operand axes;
};
#define tf_norm_EUCLIDEAN (-0x1p+1000)
#define tf_norm_FRO (-0x1p+1001)
#define tf_norm(...)                                                                                                        \
    TF_KWARGS_(tf_norm_((struct tf_norm_args){ .tensor = TF_UNSET_, .ord = tf_norm_EUCLIDEAN, .axis = TF_UNSET_,  \
        .axes = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_linalg_norm(...) tf_norm(__VA_ARGS__)
TF1C_API tf_tensor tf_norm_(struct tf_norm_args args);

#ifdef __cplusplus
}
#endif
#endif
