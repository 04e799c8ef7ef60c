/* Products of tensors along named axes. */
#ifndef TF1C_OPS_MATH_EINSUM_H
#define TF1C_OPS_MATH_EINSUM_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* tf_einsum("ij,jk->ik", a, b): the sum, over the axes that the result does not name, of the products of the operands' elements. A
 * letter for each axis; without "->" the result has those that stand once, in alphabetical order; "..." stands for the axes that are
 * not named. At most eight operands.                                                              TF1: tf.einsum
 *   dtypes  numbers, one for all;   grad  of what it is made of: transposed products, sums
 *   errors  ValueError "Invalid equation: …", "Got 1 arguments for equation "ij,jk->ik", expecting 2", "Subscript not supported: an
 *           axis appears more than once: ii", "Tensor t0 of rank 3 does not match einsum reduction of length 2"
 *   source  python/ops/special_math_ops.py einsum: transposed, reshaped and multiplied by BatchMatMulV2, from left to right */
struct tf_einsum_args {
    tf_source here;
    TF_ARG_(1) const char *equation;
    TF_ARG_(2) tf_operand input_0;
    TF_ARG_(3) tf_operand input_1;
    TF_ARG_(4) tf_operand input_2;
    TF_ARG_(5) tf_operand input_3;
    TF_ARG_(6) tf_operand input_4;
    TF_ARG_(7) tf_operand input_5;
    TF_ARG_(8) tf_operand input_6;
    TF_ARG_(9) tf_operand input_7;
    const char *name;
};
#define tf_einsum(...)                                                                                                       \
    TF_KWARGS_(tf_einsum_((struct tf_einsum_args){ .input_0 = TF_UNSET_, .input_1 = TF_UNSET_, .input_2 = TF_UNSET_,         \
        .input_3 = TF_UNSET_, .input_4 = TF_UNSET_, .input_5 = TF_UNSET_, .input_6 = TF_UNSET_, .input_7 = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
#define tf_linalg_einsum(...) tf_einsum(__VA_ARGS__)
TF1C_API tf_tensor tf_einsum_(struct tf_einsum_args args);

#ifdef __cplusplus
}
#endif
#endif
