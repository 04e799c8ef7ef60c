/* Special functions, element by element. */
#ifndef TF1C_OPS_MATH_SPECIAL_H
#define TF1C_OPS_MATH_SPECIAL_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- one operand: y of x's shape and dtype, floating. What they give is computed in double precision: to an ulp or two of the dtype's
 * float32, to some 1e-14 in float64.
 *   errors  TypeError: another dtype
 *   source  core/ops/math_ops.cc, python/ops/math_grad.py; TF1: tf.lgamma, … */
#define tf_lgamma(x, ...) tf_lgamma_(TF_T(x), TF_NAMED_(__VA_ARGS__)) /* ln |Γ(x)|;  dx = dy·ψ(x) */
#define tf_math_lgamma(x, ...) tf_lgamma(x, __VA_ARGS__)
#define tf_digamma(x, ...) tf_digamma_(TF_T(x), TF_NAMED_(__VA_ARGS__)) /* ψ(x), its derivative;  dx = dy·ψ'(x) */
#define tf_math_digamma(x, ...) tf_digamma(x, __VA_ARGS__)
#define tf_erfc(x, ...) tf_erfc_(TF_T(x), TF_NAMED_(__VA_ARGS__)) /* 1 - erf(x) */
#define tf_math_erfc(x, ...) tf_erfc(x, __VA_ARGS__)
#define tf_asinh(x, ...) tf_asinh_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_asinh(x, ...) tf_asinh(x, __VA_ARGS__)
#define tf_acosh(x, ...) tf_acosh_(TF_T(x), TF_NAMED_(__VA_ARGS__)) /* NaN below 1 */
#define tf_math_acosh(x, ...) tf_acosh(x, __VA_ARGS__)
#define tf_atanh(x, ...) tf_atanh_(TF_T(x), TF_NAMED_(__VA_ARGS__)) /* NaN outside [-1, 1] */
#define tf_math_atanh(x, ...) tf_atanh(x, __VA_ARGS__)
TF1C_API tf_tensor tf_lgamma_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_digamma_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_erfc_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_asinh_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_acosh_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_atanh_(tf_operand x, struct tf_name_args args);

/* ---- two operands, broadcast; likewise. A gradient that is not named is None, as in TF.
 *   source  TF1: tf.polygamma, tf.zeta, tf.igamma, tf.igammac, tf.atan2, tf.math.xlogy, tf.math.xdivy, tf.math.multiply_no_nan */
#define tf_polygamma(a, x, ...) TF_IN_ORDER2_(tf_polygamma_, TF_T(a), TF_T(x), TF_NAMED_(__VA_ARGS__)) /* ψ's a-th derivative; to x */
#define tf_math_polygamma(a, x, ...) tf_polygamma(a, x, __VA_ARGS__)
#define tf_zeta(x, q, ...) TF_IN_ORDER2_(tf_zeta_, TF_T(x), TF_T(q), TF_NAMED_(__VA_ARGS__)) /* Σ (q + n)^-x; to q */
#define tf_math_zeta(x, q, ...) tf_zeta(x, q, __VA_ARGS__)
#define tf_igamma(a, x, ...) TF_IN_ORDER2_(tf_igamma_, TF_T(a), TF_T(x), TF_NAMED_(__VA_ARGS__)) /* P(a, x), lower; to both */
#define tf_math_igamma(a, x, ...) tf_igamma(a, x, __VA_ARGS__)
#define tf_igammac(a, x, ...) TF_IN_ORDER2_(tf_igammac_, TF_T(a), TF_T(x), TF_NAMED_(__VA_ARGS__)) /* 1 - P(a, x); to both */
#define tf_math_igammac(a, x, ...) tf_igammac(a, x, __VA_ARGS__)
#define tf_atan2(y, x, ...) TF_IN_ORDER2_(tf_atan2_, TF_T(y), TF_T(x), TF_NAMED_(__VA_ARGS__)) /* the angle of (x, y); to both */
#define tf_math_atan2(y, x, ...) tf_atan2(y, x, __VA_ARGS__)
#define tf_math_xlogy(x, y, ...) TF_IN_ORDER2_(tf_math_xlogy_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__)) /* x·ln y, 0 where x is; both */
#define tf_math_xdivy(x, y, ...) TF_IN_ORDER2_(tf_math_xdivy_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__)) /* x / y, 0 where x is; both */
#define tf_math_multiply_no_nan(x, y, ...) \
    TF_IN_ORDER2_(tf_math_multiply_no_nan_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__)) /* x·y, 0 where y is; both */
TF1C_API tf_tensor tf_polygamma_(tf_operand a, tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_zeta_(tf_operand x, tf_operand q, struct tf_name_args args);
TF1C_API tf_tensor tf_igamma_(tf_operand a, tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_igammac_(tf_operand a, tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_atan2_(tf_operand y, tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_math_xlogy_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_math_xdivy_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_math_multiply_no_nan_(tf_operand x, tf_operand y, struct tf_name_args args);

/* The regularized incomplete beta function I_x(a, b): all of one shape, or scalars. Gradient to x alone.     TF1: tf.betainc
 *   errors  ValueError "Dimension 0 in both shapes must be equal, but are 2 and 3. Shapes are [2] and [3]." */
struct tf_betainc_args {
    tf_source here;
    TF_ARG_(1) tf_operand a;
    TF_ARG_(2) tf_operand b;
    TF_ARG_(3) tf_operand x;
    TF_ARG_(4) const char *name;
};
#define tf_betainc(...)                                                                                              \
    TF_KWARGS_(tf_betainc_((struct tf_betainc_args){ .a = TF_UNSET_, .b = TF_UNSET_, .x = TF_UNSET_, TF_HERE_,       \
        TF_PLACES_(__VA_ARGS__) }))
#define tf_math_betainc(...) tf_betainc(__VA_ARGS__)
TF1C_API tf_tensor tf_betainc_(struct tf_betainc_args args);

/* Σ ln Γ(x) - ln Γ(Σ x) along the last axis: the logarithm of the beta function.                              TF1: tf.lbeta */
#define tf_lbeta(x, ...) tf_lbeta_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_lbeta(x, ...) tf_lbeta(x, __VA_ARGS__)
TF1C_API tf_tensor tf_lbeta_(tf_operand x, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
