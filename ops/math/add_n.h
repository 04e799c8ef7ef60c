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
#define tf_add_n(inputs, ...) tf_add_n_(inputs, TF_NAMED_(__VA_ARGS__))
#define tf_math_add_n(inputs, ...) tf_add_n(inputs, __VA_ARGS__)
TF1C_API tf_tensor tf_add_n_(tf_list inputs, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
