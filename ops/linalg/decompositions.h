/* Matrices as products of simpler ones. */
#ifndef TF1C_OPS_LINALG_DECOMPOSITIONS_H
#define TF1C_OPS_LINALG_DECOMPOSITIONS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All of these: matrices [.., m, n] one by one, computed in double precision;   dtypes  float32, float64;   p = min(m, n)
 *   source   core/ops/linalg_ops.cc, python/ops/linalg_grad.py */

/* q [.., m, p] of orthonormal columns and an upper triangle r [.., p, n] with q·r = a; full_matrices: q [.., m, m], r [.., m, n]. By
 * Householder's reflections, with TF's signs.                          TF1: tf.qr, tf.linalg.qr
 *   grad     and theirs;  UnimplementedError "QrGrad not implemented with dynamic shapes.", "QrGrad not implemented when ncols > nrows or
 *            full_matrices is true and ncols != nrows." */
typedef struct tf_qr_result {
    tf_tensor q, r;
} tf_qr_result;
struct tf_qr_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) bool full_matrices;
    TF_ARG_(3) const char *name;
};
#define tf_qr(...) TF_FIRST1_(tf_qr_, struct tf_qr_args, TF_DATA_, input, #__VA_ARGS__, .input = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
#define tf_linalg_qr(...) tf_qr(__VA_ARGS__)
TF1C_API tf_qr_result tf_qr_(tf_operand input, struct tf_qr_args args);

/* The singular values s [.., p], descending, and the vectors u [.., m, p] and v [.., n, p] with u·diag(s)·vᵀ = a, of which each pair may be
 * negative; full_matrices: u [.., m, m], v [.., n, n]; compute_uv = false: u and v are none.       TF1: tf.svd, tf.linalg.svd
 *   grad     where no two singular values are equal; and theirs;  UnimplementedError "SVD gradient has not been implemented for input with
 *            unknown inner matrix shape.", "svd gradient is not implemented for abs(m - n) > 1 when full_matrices is True" */
typedef struct tf_svd_result {
    tf_tensor s, u, v;
} tf_svd_result;
struct tf_svd_args {
    tf_source here;
    TF_ARG_(1) tf_operand tensor;
    TF_ARG_(2) bool full_matrices;
    TF_ARG_(3) bool compute_uv;
    TF_ARG_(4) const char *name;
};
#define tf_svd(...) TF_FIRST1_(tf_svd_, struct tf_svd_args, TF_DATA_, tensor, #__VA_ARGS__, .tensor = TF_UNSET_, .compute_uv = \
    true, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_linalg_svd(...) tf_svd(__VA_ARGS__)
TF1C_API tf_svd_result tf_svd_(tf_operand tensor, struct tf_svd_args args);

/* The sign of a square matrix' determinant, and the logarithm of its size, [..]; 0 and -INFINITY of a singular one.
 * TF1: tf.linalg.slogdet
 *   grad     dy·a⁻ᵀ, and theirs */
typedef struct tf_slogdet {
    tf_tensor sign, log_abs_determinant;
} tf_slogdet;
#define tf_linalg_slogdet(...) TF_NAMED1_(tf_linalg_slogdet_, tf_operand, TF_DATA_, input, #__VA_ARGS__, .input = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_slogdet tf_linalg_slogdet_(tf_operand input, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
