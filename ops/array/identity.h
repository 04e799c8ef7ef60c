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
#define tf_identity(...) TF_NAMED1_(tf_identity_, tf_operand, TF_DATA_, input, #__VA_ARGS__, .input = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_identity_(tf_operand x, struct tf_name_args args);

/* Each of them, as outputs of one node. Gradient: passes through.                    TF1: tf.identity_n */
#define tf_identity_n(...) TF_NAMED1_(tf_identity_n_, tf_list, TF_LISTED_, input, #__VA_ARGS__, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_list tf_identity_n_(tf_list input, struct tf_name_args args); /* script/custom_gradient.c */

/* x, through which no gradient flows.                                               TF1: tf.stop_gradient */
#define tf_stop_gradient(...) TF_NAMED1_(tf_stop_gradient_, tf_operand, TF_DATA_, input, #__VA_ARGS__, .input = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_stop_gradient_(tf_operand x, struct tf_name_args args);

/* Zeros and ones of x's shape; dtype unset: x's.                                    TF1: tf.zeros_like, tf.ones_like */
struct tf_like_args {
    tf_source here;
    TF_ARG_(1) tf_operand tensor;
    TF_ARG_(2) tf_dtype dtype;
    TF_ARG_(3) const char *name;
};
#define tf_zeros_like(...) TF_FIRST1_(tf_zeros_like_, struct tf_like_args, TF_DATA_, tensor, #__VA_ARGS__, .tensor = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_ones_like(...) TF_FIRST1_(tf_ones_like_, struct tf_like_args, TF_DATA_, tensor, #__VA_ARGS__, .tensor = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_zeros_like_(tf_operand x, struct tf_like_args args);
TF1C_API tf_tensor tf_ones_like_(tf_operand x, struct tf_like_args args);

#ifdef __cplusplus
}
#endif
#endif
