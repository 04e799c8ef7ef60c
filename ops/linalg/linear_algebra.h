/* Determinants, inverses, factors of square matrices, the last two axes of a tensor. */
#ifndef TF1C_OPS_LINALG_LINEAR_ALGEBRA_H
#define TF1C_OPS_LINALG_LINEAR_ALGEBRA_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All of these: matrices [.., n, n] one by one, computed in double precision;   dtypes  float32, float64
 *   errors   ValueError "Dimensions must be equal, but are 2 and 3", "Shape must be at least rank 2 but is rank 1"
 *   source   core/ops/linalg_ops.cc, python/ops/linalg_grad.py */

/* [..]: |a|; of an empty matrix 1.                                    TF1: tf.matrix_determinant, tf.linalg.det
 *   grad     dy·|a|·a⁻ᵀ, and theirs */
#define tf_matrix_determinant(...) TF_NAMED1_(tf_matrix_determinant_, tf_operand, TF_DATA_, input, #__VA_ARGS__, .input = \
    TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_linalg_det(...) tf_matrix_determinant(__VA_ARGS__)
TF1C_API tf_tensor tf_matrix_determinant_(tf_operand input, struct tf_name_args args);

/* a⁻¹, or with .adjoint = true of its transpose.                      TF1: tf.matrix_inverse, tf.linalg.inv
 *   grad     -a⁻ᵀ·dy·a⁻ᵀ, and theirs;   errors  at run InvalidArgumentError "Input is not invertible." */
struct tf_adjoint_args {
    tf_source here;
    bool adjoint;
    const char *name;
};
#define tf_matrix_inverse(input, ...) tf_matrix_inverse_(TF_T(input), (struct tf_adjoint_args){ TF_HERE_, __VA_ARGS__ })
#define tf_linalg_inv(input, ...) tf_matrix_inverse(input, __VA_ARGS__)
TF1C_API tf_tensor tf_matrix_inverse_(tf_operand input, struct tf_adjoint_args args);

/* x with matrix·x = rhs, [.., n, k] as rhs is.                        TF1: tf.matrix_solve, tf.linalg.solve
 *   grad     to both, and theirs;   errors  at run InvalidArgumentError "Input matrix is not invertible." */
#define tf_matrix_solve(matrix, rhs, ...) \
    TF_IN_ORDER2_(tf_matrix_solve_, TF_T(matrix), TF_T(rhs), (struct tf_adjoint_args){ TF_HERE_, __VA_ARGS__ })
#define tf_linalg_solve(matrix, rhs, ...) tf_matrix_solve(matrix, rhs, __VA_ARGS__)
TF1C_API tf_tensor tf_matrix_solve_(tf_operand matrix, tf_operand rhs, struct tf_adjoint_args args);

/* The same of a triangle, the rest of the matrix being read by none.  TF1: tf.matrix_triangular_solve, tf.linalg.triangular_solve
 *   lower    unset: true */
struct tf_triangular_args {
    tf_source here;
    TF_ARG_(1) tf_operand matrix;
    TF_ARG_(2) tf_operand rhs;
    TF_ARG_(3) bool lower;
    TF_ARG_(4) bool adjoint;
    TF_ARG_(5) const char *name;
};
#define tf_matrix_triangular_solve(...) TF_FIRST2_(tf_matrix_triangular_solve_, struct tf_triangular_args, TF_DATA_, matrix, \
    TF_DATA_, rhs, #__VA_ARGS__, .matrix = TF_UNSET_, .rhs = TF_UNSET_, .lower = true, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_linalg_triangular_solve(...) tf_matrix_triangular_solve(__VA_ARGS__)
TF1C_API tf_tensor tf_matrix_triangular_solve_(tf_operand matrix, tf_operand rhs, struct tf_triangular_args args);

/* x with a·x = rhs, of a's Cholesky factor.                            TF1: tf.cholesky_solve, tf.linalg.cholesky_solve */
#define tf_cholesky_solve(...) TF_NAMED2_(tf_cholesky_solve_, tf_operand, TF_DATA_, chol, tf_operand, TF_DATA_, rhs, \
    #__VA_ARGS__, .chol = TF_UNSET_, .rhs = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_linalg_cholesky_solve(...) tf_cholesky_solve(__VA_ARGS__)
TF1C_API tf_tensor tf_cholesky_solve_(tf_operand chol, tf_operand rhs, struct tf_name_args args);

/* x [.., n, k] that makes |a·x - b|² + λ·|x|² least, of a [.., m, n], b [.., m, k]; for m < n the shortest.
 * TF1: tf.matrix_solve_ls, tf.linalg.lstsq
 *   errors   UnimplementedError: .fast = false, m or n not known;  at run as tf_cholesky's: a's rank is too low */
struct tf_solve_ls_args {
    tf_source here;
    TF_ARG_(1) tf_operand matrix;
    TF_ARG_(2) tf_operand rhs;
    TF_ARG_(3) double l2_regularizer;
    TF_ARG_(4) bool fast;
    TF_ARG_(5) const char *name;
};
#define tf_matrix_solve_ls(...) TF_FIRST2_(tf_matrix_solve_ls_, struct tf_solve_ls_args, TF_DATA_, matrix, TF_DATA_, rhs, \
    #__VA_ARGS__, .matrix = TF_UNSET_, .rhs = TF_UNSET_, .fast = true, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_linalg_lstsq(...) tf_matrix_solve_ls(__VA_ARGS__)
TF1C_API tf_tensor tf_matrix_solve_ls_(tf_operand matrix, tf_operand rhs, struct tf_solve_ls_args args);

/* log |a|, of a positive definite matrix, [..].                        TF1: tf.linalg.logdet */
#define tf_linalg_logdet(...) TF_NAMED1_(tf_linalg_logdet_, tf_operand, TF_DATA_, matrix, #__VA_ARGS__, .matrix = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_linalg_logdet_(tf_operand matrix, struct tf_name_args args);

/* The lower triangle l with l·lᵀ = a, of a's lower triangle.          TF1: tf.cholesky, tf.linalg.cholesky
 *   grad     and theirs;   errors  at run InvalidArgumentError "Cholesky decomposition was not successful. The input might not be valid." */
#define tf_cholesky(...) TF_NAMED1_(tf_cholesky_, tf_operand, TF_DATA_, input, #__VA_ARGS__, .input = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
#define tf_linalg_cholesky(...) tf_cholesky(__VA_ARGS__)
TF1C_API tf_tensor tf_cholesky_(tf_operand input, struct tf_name_args args);

/* Of a symmetric matrix, whose lower triangle is read: e [.., n], ascending, and v [.., n, n], an eigenvector a column, of which each
 * may be negative.                                                    TF1: tf.self_adjoint_eig, tf.linalg.eigh, tf.self_adjoint_eigvals
 *   grad     to a, where no two eigenvalues are equal;  and theirs */
typedef struct tf_eigen {
    tf_tensor e, v;
} tf_eigen;
#define tf_self_adjoint_eig(...) TF_NAMED1_(tf_self_adjoint_eig_, tf_operand, TF_DATA_, tensor, #__VA_ARGS__, .tensor = \
    TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_self_adjoint_eigvals(...) TF_NAMED1_(tf_self_adjoint_eigvals_, tf_operand, TF_DATA_, tensor, #__VA_ARGS__, .tensor = \
    TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_linalg_eigh(...) tf_self_adjoint_eig(__VA_ARGS__)
#define tf_linalg_eigvalsh(...) tf_self_adjoint_eigvals(__VA_ARGS__)
TF1C_API tf_eigen tf_self_adjoint_eig_(tf_operand tensor, struct tf_name_args args);
TF1C_API tf_tensor tf_self_adjoint_eigvals_(tf_operand tensor, struct tf_name_args args);

/* The diagonals lower below and upper above the main one; -1: all there are. TF1: tf.matrix_band_part, tf.linalg.band_part
 *   dtypes   any;   grad  the same band of dy
 *   errors   at run InvalidArgumentError "num_lower must be negative or less or equal to number of rows (2) got: 5" */
#define tf_matrix_band_part(...) TF_NAMED3_(tf_matrix_band_part_, tf_operand, TF_DATA_, input, tf_operand, TF_GIVEN_, num_lower, \
    tf_operand, TF_GIVEN_, num_upper, #__VA_ARGS__, .input = TF_UNSET_, .num_lower = TF_UNSET_, .num_upper = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_linalg_band_part(...) tf_matrix_band_part(__VA_ARGS__)
TF1C_API tf_tensor tf_matrix_band_part_(tf_operand input, tf_operand num_lower, tf_operand num_upper, struct tf_name_args args);

/* The last two axes exchanged; the sum of the diagonal.               TF1: tf.matrix_transpose, tf.linalg.transpose; tf.trace */
#define tf_matrix_transpose(...) TF_NAMED1_(tf_matrix_transpose_, tf_operand, TF_DATA_, a, #__VA_ARGS__, .a = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_linalg_transpose(...) tf_matrix_transpose(__VA_ARGS__)
#define tf_trace(...) TF_NAMED1_(tf_trace_, tf_operand, TF_DATA_, x, #__VA_ARGS__, .x = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
#define tf_linalg_trace(...) tf_trace(__VA_ARGS__)
TF1C_API tf_tensor tf_matrix_transpose_(tf_operand a, struct tf_name_args args);
TF1C_API tf_tensor tf_trace_(tf_operand x, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
