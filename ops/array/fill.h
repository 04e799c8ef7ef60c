/* Tensors made from a shape. */
#ifndef TF1C_OPS_ARRAY_FILL_H
#define TF1C_OPS_ARRAY_FILL_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All zeros, all ones; a constant where the shape is given as numbers and small.                      TF1: tf.zeros, tf.ones
 *   shape   SHAPE(…), an integer vector, or a LIST of scalars
 *   dtype   float32 if unset;   grad  none */
struct tf_zeros_args {
    tf_source here;
    TF_ARG_(1) tf_operand shape;
    TF_ARG_(2) tf_dtype dtype;
    TF_ARG_(3) const char *name;
};
#define tf_zeros(...) TF_KWARGS_(tf_zeros_((struct tf_zeros_args){ .shape = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_ones(...) TF_KWARGS_(tf_ones_((struct tf_zeros_args){ .shape = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_zeros_(struct tf_zeros_args args);
TF1C_API tf_tensor tf_ones_(struct tf_zeros_args args);

/* `value`, a scalar, everywhere in a tensor of shape `dims`.                                          TF1: tf.fill
 *   dtypes  value's;   grad  dvalue = sum of dy
 *   errors  ValueError "Fill dimensions must be >= 0" */
#define tf_fill(dims, value, ...) TF_IN_ORDER2_(tf_fill_, TF_T(dims), TF_T(value), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_fill_(tf_operand dims, tf_operand value, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
