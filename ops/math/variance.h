/* Variances. */
#ifndef TF1C_OPS_MATH_VARIANCE_H
#define TF1C_OPS_MATH_VARIANCE_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "reduce.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The mean of (x - mean)², and its root; arguments as above.                       TF1: tf.math.reduce_variance, reduce_std
 *   dtypes  numbers, of the root floating;   source  python/ops/math_ops.py reduce_variance */
#define tf_math_reduce_variance(...) TF_REDUCE_(tf_math_reduce_variance_, __VA_ARGS__)
#define tf_math_reduce_std(...) TF_REDUCE_(tf_math_reduce_std_, __VA_ARGS__)

TF1C_API tf_tensor tf_math_reduce_variance_(struct tf_reduce_args args);
TF1C_API tf_tensor tf_math_reduce_std_(struct tf_reduce_args args);

#ifdef __cplusplus
}
#endif
#endif
