/* Sums of many tensors. */
#ifndef TF1C_OPS_MATH_ADD_N_H
#define TF1C_OPS_MATH_ADD_N_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sum of tensors of one shape and dtype. Gradient: dy to each.                      TF1: tf.add_n
 *   errors  ValueError: an empty list;  shapes that differ */
struct tf_add_n_args {
    tf_source here;
    TF_ARG_(1) tf_list inputs;
    TF_ARG_(2) const char *name;
};
#define tf_add_n(...) TF_KWARGS_(tf_add_n_((struct tf_add_n_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_math_add_n(...) tf_add_n(__VA_ARGS__)
TF1C_API tf_tensor tf_add_n_(struct tf_add_n_args args);

/* The same sum; what it is of may be said.                                          TF1: tf.accumulate_n
 *   shape, tensor_dtype  what the tensors have to have, where they do not say
 *   errors  ValueError "inputs must be a list of at least one Tensor with the same dtype and shape", "Shapes (2,) and (3,) are not
 *           compatible";  TypeError "tensor_dtype is <dtype: 'int32'>, but input is of type <dtype: 'float32'>"
 *   source  python/ops/math_ops.py accumulate_n */
struct tf_accumulate_n_args {
    tf_source here;
    TF_ARG_(1) tf_list inputs;
    TF_ARG_(2) tf_dims shape;
    TF_ARG_(3) tf_dtype tensor_dtype;
    TF_ARG_(4) const char *name;
};
#define tf_accumulate_n(...) TF_KWARGS_(tf_accumulate_n_((struct tf_accumulate_n_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_math_accumulate_n(...) tf_accumulate_n(__VA_ARGS__)
TF1C_API tf_tensor tf_accumulate_n_(struct tf_accumulate_n_args args);

#ifdef __cplusplus
}
#endif
#endif
