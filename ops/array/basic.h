/* Values that come from outside or are made of nothing: placeholders, constants; and what passes them on. */
#ifndef TF1C_OPS_ARRAY_BASIC_H
#define TF1C_OPS_ARRAY_BASIC_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A tensor whose value each run is fed.                                             TF1: tf.placeholder
 *   shape   NONE dimensions take any length; unset, or NONE alone: of unknown rank; 3: SHAPE(3)
 *   errors  when run: InvalidArgumentError "You must feed a value for placeholder tensor …"; a fed array of another
 *           shape: ValueError "Cannot feed value of shape …"
 *   source  python/ops/array_ops.py placeholder, core/kernels/constant_op.cc PlaceholderOp */
struct tf_placeholder_args {
    tf_source here;
    tf_dtype dtype;
    tf_dims shape;
    const char *name;
};
#define tf_placeholder(...) TF_KWARGS_(tf_placeholder_((struct tf_placeholder_args){ TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_placeholder_(struct tf_placeholder_args args);

/* A placeholder that passes `input` on where nothing is fed.                        TF1: tf.placeholder_with_default */
struct tf_placeholder_with_default_args {
    tf_source here;
    tf_dims shape;
    const char *name;
};
#define tf_placeholder_with_default(input, ...) \
    TF_KWARGS_(tf_placeholder_with_default_(TF_T(input), (struct tf_placeholder_with_default_args){ TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_placeholder_with_default_(tf_operand input, struct tf_placeholder_with_default_args args);

/* A constant: tf_constant(3.0), tf_constant(NP_FLOAT(1, 2, 3)), tf_constant(.1, .shape = SHAPE(128)).    TF1: tf.constant
 *   value   a number or an array, copied; alone, 3 is int32 and 3.0 float32
 *   shape   the value is reshaped to it, its last element repeated to fill it, as TF does
 *   errors  TypeError: a value that does not fit dtype;  ValueError: more elements than the shape holds */
struct tf_constant_args {
    tf_source here;
    tf_dtype dtype;
    tf_dims shape;
    const char *name;
};
#define tf_constant(value, ...) \
    TF_KWARGS_(TF_IN_ORDER1_(tf_constant_, TF_T(value), (struct tf_constant_args){ TF_HERE_, __VA_ARGS__ }))
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

/* x itself, as a node of its own. Gradient: passes through.                         TF1: tf.identity */
#define tf_identity(x, ...) tf_identity_(TF_T(x), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_identity_(tf_operand x, struct tf_name_args args);

/* x, through which no gradient flows.                                               TF1: tf.stop_gradient */
#define tf_stop_gradient(x, ...) tf_stop_gradient_(TF_T(x), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_stop_gradient_(tf_operand x, struct tf_name_args args);

/* Zeros and ones of x's shape; dtype unset: x's.                                    TF1: tf.zeros_like, tf.ones_like */
struct tf_like_args {
    tf_source here;
    tf_dtype dtype;
    const char *name;
};
#define tf_zeros_like(x, ...) tf_zeros_like_(TF_T(x), (struct tf_like_args){ TF_HERE_, __VA_ARGS__ })
#define tf_ones_like(x, ...) tf_ones_like_(TF_T(x), (struct tf_like_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_tensor tf_zeros_like_(tf_operand x, struct tf_like_args args);
TF1C_API tf_tensor tf_ones_like_(tf_operand x, struct tf_like_args args);

/* Sum of tensors of one shape and dtype. Gradient: dy to each.                      TF1: tf.add_n
 *   errors  ValueError: an empty list;  shapes that differ */
#define tf_add_n(inputs, ...) tf_add_n_(inputs, TF_NAMED_(__VA_ARGS__))
#define tf_math_add_n(inputs, ...) tf_add_n(inputs, __VA_ARGS__)
TF1C_API tf_tensor tf_add_n_(tf_list inputs, struct tf_name_args args);

/* An operation that does nothing, and one that has run when all of `ops` have: tf_group(a, b), tf_group_(OPS(a, b), …).
 * TF1: tf.no_op, tf.group */
#define tf_no_op(...) tf_no_op_(TF_NAMED_(__VA_ARGS__))
#define tf_group(...) tf_group_(OPS(__VA_ARGS__), (struct tf_name_args){ TF_HERE_ })
TF1C_API tf_operation *tf_no_op_(struct tf_name_args args);
TF1C_API tf_operation *tf_group_(tf_ops ops, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
