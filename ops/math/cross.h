/* Products of vectors of three. */
#ifndef TF1C_OPS_MATH_CROSS_H
#define TF1C_OPS_MATH_CROSS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* a × b along the last axis.                                                       TF1: tf.cross, tf.linalg.cross
 *   shapes  [.., 3] both;   dtypes  numbers;   grad  da = b × dy, db = dy × a
 *   errors  ValueError "Dimension must be 3 but is 2";  at run InvalidArgumentError
 *   source  core/kernels/cross_op.cc, python/ops/math_grad.py _CrossGrad */
#define tf_cross(...) TF_NAMED2_(tf_cross_, tf_operand, TF_DATA_, a, tf_operand, TF_DATA_, b, #__VA_ARGS__, .a = TF_UNSET_, \
    .b = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_linalg_cross(...) tf_cross(__VA_ARGS__)
TF1C_API tf_tensor tf_cross_(tf_operand a, tf_operand b, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
