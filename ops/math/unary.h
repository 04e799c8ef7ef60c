/* Functions of one operand, element by element. */
#ifndef TF1C_OPS_MATH_UNARY_H
#define TF1C_OPS_MATH_UNARY_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- one operand ---------------------------------------------------------------------------------------------------
 * Each gives y of x's shape and dtype; floating, and int32 and int64 too for neg, abs, sign, square, round. NaN gives NaN
 * (sign: 0). floor, ceil, round and rint let no gradient through; sign's is zeros; abs has sign(x).
 *   errors  TypeError: a dtype outside those
 *   source  core/ops/math_ops.cc, python/ops/math_grad.py */
#define tf_neg(x, ...) tf_neg_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_negative(x, ...) tf_negative_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_negative(x, ...) tf_negative(x, __VA_ARGS__)
#define tf_abs(x, ...) tf_abs_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_abs(x, ...) tf_abs(x, __VA_ARGS__)
#define tf_sign(x, ...) tf_sign_(TF_T(x), TF_NAMED_(__VA_ARGS__)) /* -1, 0 or 1 */
#define tf_math_sign(x, ...) tf_sign(x, __VA_ARGS__)
#define tf_square(x, ...) tf_square_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_square(x, ...) tf_square(x, __VA_ARGS__)
#define tf_sqrt(x, ...) tf_sqrt_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_sqrt(x, ...) tf_sqrt(x, __VA_ARGS__)
#define tf_rsqrt(x, ...) tf_rsqrt_(TF_T(x), TF_NAMED_(__VA_ARGS__)) /* 1 / √x */
#define tf_math_rsqrt(x, ...) tf_rsqrt(x, __VA_ARGS__)
#define tf_reciprocal(x, ...) tf_reciprocal_(TF_T(x), TF_NAMED_(__VA_ARGS__)) /* 1 / x */
#define tf_math_reciprocal(x, ...) tf_reciprocal(x, __VA_ARGS__)
#define tf_exp(x, ...) tf_exp_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_exp(x, ...) tf_exp(x, __VA_ARGS__)
#define tf_expm1(x, ...) tf_expm1_(TF_T(x), TF_NAMED_(__VA_ARGS__)) /* e^x - 1 */
#define tf_math_expm1(x, ...) tf_expm1(x, __VA_ARGS__)
#define tf_log(x, ...) tf_log_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_log(x, ...) tf_log(x, __VA_ARGS__)
#define tf_log1p(x, ...) tf_log1p_(TF_T(x), TF_NAMED_(__VA_ARGS__)) /* ln(1 + x) */
#define tf_math_log1p(x, ...) tf_log1p(x, __VA_ARGS__)
#define tf_sigmoid(x, ...) tf_sigmoid_(TF_T(x), TF_NAMED_(__VA_ARGS__)) /* 1 / (1 + e^-x) */
#define tf_nn_sigmoid(x, ...) tf_sigmoid(x, __VA_ARGS__)
#define tf_math_sigmoid(x, ...) tf_sigmoid(x, __VA_ARGS__)
#define tf_log_sigmoid(x, ...) tf_log_sigmoid_(TF_T(x), TF_NAMED_(__VA_ARGS__)) /* -softplus(-x) */
#define tf_math_log_sigmoid(x, ...) tf_log_sigmoid(x, __VA_ARGS__)
#define tf_tanh(x, ...) tf_tanh_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_nn_tanh(x, ...) tf_tanh(x, __VA_ARGS__)
#define tf_math_tanh(x, ...) tf_tanh(x, __VA_ARGS__)
#define tf_sin(x, ...) tf_sin_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_sin(x, ...) tf_sin(x, __VA_ARGS__)
#define tf_cos(x, ...) tf_cos_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_cos(x, ...) tf_cos(x, __VA_ARGS__)
#define tf_tan(x, ...) tf_tan_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_tan(x, ...) tf_tan(x, __VA_ARGS__)
#define tf_asin(x, ...) tf_asin_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_asin(x, ...) tf_asin(x, __VA_ARGS__)
#define tf_acos(x, ...) tf_acos_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_acos(x, ...) tf_acos(x, __VA_ARGS__)
#define tf_atan(x, ...) tf_atan_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_atan(x, ...) tf_atan(x, __VA_ARGS__)
#define tf_sinh(x, ...) tf_sinh_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_sinh(x, ...) tf_sinh(x, __VA_ARGS__)
#define tf_cosh(x, ...) tf_cosh_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_cosh(x, ...) tf_cosh(x, __VA_ARGS__)
#define tf_erf(x, ...) tf_erf_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_erf(x, ...) tf_erf(x, __VA_ARGS__)
#define tf_floor(x, ...) tf_floor_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_floor(x, ...) tf_floor(x, __VA_ARGS__)
#define tf_ceil(x, ...) tf_ceil_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_ceil(x, ...) tf_ceil(x, __VA_ARGS__)
#define tf_round(x, ...) tf_round_(TF_T(x), TF_NAMED_(__VA_ARGS__)) /* halves to even */
#define tf_math_round(x, ...) tf_round(x, __VA_ARGS__)
#define tf_rint(x, ...) tf_rint_(TF_T(x), TF_NAMED_(__VA_ARGS__)) /* likewise, floating only */
#define tf_math_rint(x, ...) tf_rint(x, __VA_ARGS__)
TF1C_API tf_tensor tf_neg_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_negative_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_abs_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_sign_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_square_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_sqrt_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_rsqrt_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_reciprocal_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_exp_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_expm1_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_log_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_log1p_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_sigmoid_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_log_sigmoid_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_tanh_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_sin_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_cos_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_tan_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_asin_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_acos_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_atan_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_sinh_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_cosh_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_erf_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_floor_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_ceil_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_round_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_rint_(tf_operand x, struct tf_name_args args);

/* What kind of number: bool of x's shape; x floating. No gradient.                 TF1: tf.is_nan, is_inf, is_finite */
#define tf_is_nan(x, ...) tf_is_nan_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_is_nan(x, ...) tf_is_nan(x, __VA_ARGS__)
#define tf_debugging_is_nan(x, ...) tf_is_nan(x, __VA_ARGS__)
#define tf_is_inf(x, ...) tf_is_inf_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_is_inf(x, ...) tf_is_inf(x, __VA_ARGS__)
#define tf_debugging_is_inf(x, ...) tf_is_inf(x, __VA_ARGS__)
#define tf_is_finite(x, ...) tf_is_finite_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_is_finite(x, ...) tf_is_finite(x, __VA_ARGS__)
#define tf_debugging_is_finite(x, ...) tf_is_finite(x, __VA_ARGS__)
TF1C_API tf_tensor tf_is_nan_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_is_inf_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_is_finite_(tf_operand x, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
