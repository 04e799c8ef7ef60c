/* Products of matrices. */
#ifndef TF1C_OPS_MATH_MATMUL_H
#define TF1C_OPS_MATH_MATMUL_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* a·b, a or b transposed first where asked.                                        TF1: tf.matmul
 *   shapes  a [m,k], b [k,n] -> [m,n]  (node of type MatMul);  […,m,k], [… ,k,n] -> […,m,n], the leading dimensions
 *           broadcasting against each other, if one may have more than two (BatchMatMulV2)
 *   dtypes  float32, float64, int32, int64
 *   grad    da = dy·bᵀ, db = aᵀ·dy, summed over what was broadcast
 *   errors  ValueError "Dimensions must be equal, but are 3 and 4", "Shape must be rank 2 but is rank 1";  at run:
 *           InvalidArgumentError "Matrix size-incompatible: In[0]: [2,3], In[1]: [4,5]"
 *   source  python/ops/math_ops.py matmul, core/ops/math_ops.cc "MatMul", "BatchMatMulV2" */
struct tf_matmul_args {
    tf_source here;
    TF_ARG_(1) tf_operand a;
    TF_ARG_(2) tf_operand b;
    TF_ARG_(3) bool transpose_a;
    TF_ARG_(4) bool transpose_b;
    TF_ARG_(5) bool adjoint_a;
    TF_ARG_(6) bool adjoint_b;
    TF_ARG_(7) bool a_is_sparse;
    TF_ARG_(8) bool b_is_sparse;
    TF_ARG_(9) const char *name;
};
#define tf_matmul(...) \
    TF_KWARGS_(tf_matmul_((struct tf_matmul_args){ .a = TF_UNSET_, .b = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_linalg_matmul(...) tf_matmul(__VA_ARGS__)
TF1C_API tf_tensor tf_matmul_(struct tf_matmul_args args);

/* a·b for a vector b.                                                              TF1: tf.linalg.matvec
 *   shapes  a […,m,k], b […,k] -> […,m] */
struct tf_matvec_args {
    tf_source here;
    TF_ARG_(1) tf_operand a;
    TF_ARG_(2) tf_operand b;
    TF_ARG_(3) bool transpose_a;
    TF_ARG_(4) bool adjoint_a;
    TF_ARG_(5) bool a_is_sparse;
    TF_ARG_(6) bool b_is_sparse;
    TF_ARG_(7) const char *name;
};
#define tf_linalg_matvec(...)                                                                       \
    TF_KWARGS_(tf_linalg_matvec_((struct tf_matvec_args){ .a = TF_UNSET_, .b = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_linalg_matvec_(struct tf_matvec_args args);

/* Sums of products over several axes: a's last `axes` with b's first, or a's .axes_a with b's .axes_b.       TF1: tf.tensordot
 *   errors  ValueError: axes that do not match; at run InvalidArgumentError of the product: dimensions that do not */
struct tf_tensordot_args {
    tf_source here;
    TF_ARG_(1) tf_operand a;
    TF_ARG_(2) tf_operand b;
    TF_ARG_(3) int axes;
    TF_ARG_(4) const char *name;
    tf_operand axes_a, axes_b;
};
#define tf_tensordot(...) \
    TF_KWARGS_(tf_tensordot_((struct tf_tensordot_args){ .a = TF_UNSET_, .b = TF_UNSET_, .axes_a = TF_UNSET_, \
        .axes_b = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_linalg_tensordot(...) tf_tensordot(__VA_ARGS__)
TF1C_API tf_tensor tf_tensordot_(struct tf_tensordot_args args);

#ifdef __cplusplus
}
#endif
#endif
