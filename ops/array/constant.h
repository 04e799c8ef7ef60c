/* Values that are known while the graph is built. */
#ifndef TF1C_OPS_ARRAY_CONSTANT_H
#define TF1C_OPS_ARRAY_CONSTANT_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A constant: tf_constant(3.0), tf_constant(NP_FLOAT(1, 2, 3)), tf_constant(.1, .shape = SHAPE(128)).    TF1: tf.constant
 *   value   a number or an array, copied; alone, 3 is int32 and 3.0 float32
 *   shape   the value is reshaped to it, its last element repeated to fill it, as TF does
 *   errors  TypeError: a value that does not fit dtype;  ValueError: more elements than the shape holds */
struct tf_constant_args {
    tf_source here;
    TF_ARG_(1) tf_dtype dtype;
    TF_ARG_(2) tf_dims shape;
    TF_ARG_(3) const char *name;
};
#define tf_constant(value, ...) \
    TF_KWARGS_(TF_IN_ORDER1_(tf_constant_, TF_T(value), (struct tf_constant_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_constant_(tf_operand value, struct tf_constant_args args);

/* A number, an array or a list of scalars as a tensor of its own; a tensor as it is, a variable as its value.
 * TF1: tf.convert_to_tensor
 *   errors  TypeError: a value that does not fit dtype;  ValueError "Tensor conversion requested dtype int32 for Tensor with
 *           dtype float32: …" */
struct tf_convert_to_tensor_args {
    tf_source here;
    tf_dtype dtype;
    const char *name;
};
#define tf_convert_to_tensor(value, ...) \
    tf_convert_to_tensor_(TF_T(value), (struct tf_convert_to_tensor_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_tensor tf_convert_to_tensor_(tf_operand value, struct tf_convert_to_tensor_args args);

#ifdef __cplusplus
}
#endif
#endif
