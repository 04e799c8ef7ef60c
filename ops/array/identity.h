/* What passes a value on, or makes one like it. */
#ifndef TF1C_OPS_ARRAY_IDENTITY_H
#define TF1C_OPS_ARRAY_IDENTITY_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* x itself, as a node of its own. Gradient: passes through.                         TF1: tf.identity */
#define tf_identity(x, ...) tf_identity_(TF_T(x), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_identity_(tf_operand x, struct tf_name_args args);

/* Each of them, as outputs of one node. Gradient: passes through.                    TF1: tf.identity_n */
#define tf_identity_n(input, ...) tf_identity_n_(TF_LIST_(input), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_list tf_identity_n_(tf_list input, struct tf_name_args args); /* script/custom_gradient.c */

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

#ifdef __cplusplus
}
#endif
#endif
