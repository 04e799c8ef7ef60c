/* Arithmetic, element by element; casts; clipping. */
#ifndef TF1C_OPS_MATH_UNARY_H
#define TF1C_OPS_MATH_UNARY_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- two operands --------------------------------------------------------------------------------------------------
 * shapes  x, y broadcast against each other by NumPy's rule -> z
 * dtypes  one for both and the result; numbers take the tensor's
 * grad    summed over the axes along which an operand was broadcast
 * errors  ValueError: shapes that do not broadcast;  TypeError: dtypes that differ
 * source  core/ops/math_ops.cc, python/ops/math_grad.py */

/* x + y: tf_add is tf.add (node "Add"), tf_raw_ops_add_v2 what Python's + makes (AddV2). TF1: tf.add, tf.raw_ops.AddV2
 *   grad    dx = dy, dy' = dy */
#define tf_add(x, y, ...) TF_IN_ORDER2_(tf_add_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_add(x, y, ...) tf_add(x, y, __VA_ARGS__)
#define tf_raw_ops_add_v2(x, y, ...) TF_IN_ORDER2_(tf_raw_ops_add_v2_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
/* x - y: tf_subtract is tf.subtract (node "Sub"), tf_sub Python's - (node "sub"). */
#define tf_sub(x, y, ...) TF_IN_ORDER2_(tf_sub_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_subtract(x, y, ...) TF_IN_ORDER2_(tf_subtract_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_subtract(x, y, ...) tf_subtract(x, y, __VA_ARGS__)
/* x · y: tf_multiply is tf.multiply (node "Mul"), tf_mul Python's * (node "mul"). */
#define tf_mul(x, y, ...) TF_IN_ORDER2_(tf_mul_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_multiply(x, y, ...) TF_IN_ORDER2_(tf_multiply_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_multiply(x, y, ...) tf_multiply(x, y, __VA_ARGS__)
/* scalar · x.                                                                      TF1: tf.scalar_mul
 *   errors  ValueError: scalar is no scalar */
#define tf_scalar_mul(scalar, x, ...) TF_IN_ORDER2_(tf_scalar_mul_, TF_T(scalar), TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_scalar_mul(scalar, x, ...) tf_scalar_mul(scalar, x, __VA_ARGS__)
/* x / y as Python 3 divides: integers become float64 (uint8: float32) first.       TF1: /, tf.truediv, tf.divide
 *   errors  TypeError: x and y of different dtypes, bools */
#define tf_div(x, y, ...) TF_IN_ORDER2_(tf_truediv_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_truediv(x, y, ...) TF_IN_ORDER2_(tf_truediv_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_divide(x, y, ...) TF_IN_ORDER2_(tf_truediv_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_truediv(x, y, ...) tf_truediv(x, y, __VA_ARGS__)
#define tf_math_divide(x, y, ...) tf_truediv(x, y, __VA_ARGS__)
/* x / y of floating numbers.                                                       TF1: tf.realdiv */
#define tf_realdiv(x, y, ...) TF_IN_ORDER2_(tf_realdiv_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
/* x / y, and 0 where y is 0.                                                       TF1: tf.div_no_nan */
#define tf_div_no_nan(x, y, ...) TF_IN_ORDER2_(tf_div_no_nan_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_divide_no_nan(x, y, ...) tf_div_no_nan(x, y, __VA_ARGS__)
/* ⌊x / y⌋ and the rest, which has y's sign; no gradient through the former.        TF1: tf.floordiv, //; tf.mod, %
 *   errors  when run: InvalidArgumentError "Integer division by zero" */
#define tf_floordiv(x, y, ...) TF_IN_ORDER2_(tf_floordiv_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_floordiv(x, y, ...) tf_floordiv(x, y, __VA_ARGS__)
#define tf_floor_div(x, y, ...) TF_IN_ORDER2_(tf_floor_div_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_mod(x, y, ...) TF_IN_ORDER2_(tf_mod_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_floormod(x, y, ...) TF_IN_ORDER2_(tf_floormod_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_mod(x, y, ...) tf_floormod(x, y, __VA_ARGS__)
#define tf_math_floormod(x, y, ...) tf_floormod(x, y, __VA_ARGS__)
/* x / y cut towards zero (of floating numbers x / y itself) and the rest of that, which has x's sign; no gradient.
 *   dtypes  numbers; tf_truncatemod: not uint8                                     TF1: tf.truncatediv, tf.truncatemod
 *   errors  LookupError: a gradient asked through tf_truncatemod; when run: InvalidArgumentError "Integer division by zero" */
#define tf_truncatediv(x, y, ...) TF_IN_ORDER2_(tf_truncatediv_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_truncatemod(x, y, ...) TF_IN_ORDER2_(tf_truncatemod_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
/* x^y. Gradient to y: dz·z·ln x where x > 0, else 0.                               TF1: tf.pow
 *   errors  when run: InvalidArgumentError "Integers to negative integer powers are not allowed" */
#define tf_pow(x, y, ...) TF_IN_ORDER2_(tf_pow_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_pow(x, y, ...) tf_pow(x, y, __VA_ARGS__)
/* The larger and the smaller; the gradient goes to x where they are equal. x's NaN stays, y's does not. */
#define tf_maximum(x, y, ...) TF_IN_ORDER2_(tf_maximum_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_minimum(x, y, ...) TF_IN_ORDER2_(tf_minimum_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_maximum(x, y, ...) tf_maximum(x, y, __VA_ARGS__)
#define tf_math_minimum(x, y, ...) tf_minimum(x, y, __VA_ARGS__)
/* (x - y)².                                                                        TF1: tf.squared_difference */
#define tf_squared_difference(x, y, ...) TF_IN_ORDER2_(tf_squared_difference_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_squared_difference(x, y, ...) tf_squared_difference(x, y, __VA_ARGS__)
TF1C_API tf_tensor tf_add_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_raw_ops_add_v2_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_sub_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_subtract_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_mul_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_multiply_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_scalar_mul_(tf_operand scalar, tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_truediv_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_realdiv_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_div_no_nan_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_floordiv_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_floor_div_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_mod_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_truncatediv_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_truncatemod_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_floormod_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_pow_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_maximum_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_minimum_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_squared_difference_(tf_operand x, tf_operand y, struct tf_name_args args);

/* ---- one operand ---------------------------------------------------------------------------------------------------
 * Each gives y of x's shape and dtype; floating, and int32 and int64 too for neg, abs, sign, square, round. NaN gives NaN
 * (sign: 0). floor, ceil, round and rint let no gradient through; sign's is zeros; abs has sign(x).
 *   errors  TypeError: a dtype outside those
 *   source  core/ops/math_ops.cc, python/ops/math_grad.py */
#define tf_neg(x, ...) tf_neg_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_negative(x, ...) tf_neg(x, __VA_ARGS__)
#define tf_math_negative(x, ...) tf_neg(x, __VA_ARGS__)
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

/* x as dtype; x itself if it has it already.                                       TF1: tf.cast, tf.to_float, …
 *   values  reals are cut towards zero; NaN and what does not fit become the smallest int32 or int64; integers keep their
 *           low bits; bool is x != 0
 *   grad    between floating dtypes: dy cast back; else none
 *   source  core/kernels/cast_op.cc, python/ops/math_grad.py _CastGrad */
struct tf_cast_args {
    tf_source here;
    tf_dtype dtype;
    const char *name;
};
#define tf_cast(x, ...) tf_cast_(TF_T(x), (struct tf_cast_args){ TF_HERE_, __VA_ARGS__ })
#define tf_dtypes_cast(x, ...) tf_cast(x, __VA_ARGS__)
#define tf_to_float(x, ...) tf_to_(TF_T(x), tf_float32, TF_NAMED_(__VA_ARGS__))
#define tf_to_double(x, ...) tf_to_(TF_T(x), tf_float64, TF_NAMED_(__VA_ARGS__))
#define tf_to_int32(x, ...) tf_to_(TF_T(x), tf_int32, TF_NAMED_(__VA_ARGS__))
#define tf_to_int64(x, ...) tf_to_(TF_T(x), tf_int64, TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_cast_(tf_operand x, struct tf_cast_args args);
TF1C_API tf_tensor tf_to_(tf_operand x, tf_dtype dtype, struct tf_name_args args);

/* ---- clipping ------------------------------------------------------------------------------------------------------ */

/* t, no smaller than clip_value_min and no larger than clip_value_max; at a bound the gradient is 1. TF1: tf.clip_by_value
 *   errors  ValueError: a bound whose shape would widen t's */
#define tf_clip_by_value(t, clip_value_min, clip_value_max, ...) \
    TF_IN_ORDER3_(tf_clip_by_value_, TF_T(t), TF_T(clip_value_min), TF_T(clip_value_max), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_clip_by_value_(tf_operand t, tf_operand clip_value_min, tf_operand clip_value_max, struct tf_name_args args);

/* t · clip_norm / max(‖t‖, clip_norm), the norm taken over all of t, or over .axes (or .axis).       TF1: tf.clip_by_norm
 *   grad    0 contribution of the norm where t is all zeros
 *   source  python/ops/clip_ops.py */
struct tf_clip_by_norm_args {
    tf_source here;
    tf_dims axes;
    const char *name;
    int axis;
};
#define tf_clip_by_norm(t, clip_norm, ...) \
    TF_KWARGS_(TF_IN_ORDER2_(tf_clip_by_norm_, TF_T(t), TF_T(clip_norm), \
        (struct tf_clip_by_norm_args){ .axis = TF_NO_AXIS, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_clip_by_norm_(tf_operand t, tf_operand clip_norm, struct tf_clip_by_norm_args args);

/* √(Σ of the squares of all elements of all tensors); none handles are skipped.    TF1: tf.global_norm, tf.linalg.global_norm */
#define tf_global_norm(t_list, ...) tf_global_norm_(t_list, TF_NAMED_(__VA_ARGS__))
#define tf_linalg_global_norm(t_list, ...) tf_global_norm(t_list, __VA_ARGS__)
TF1C_API tf_tensor tf_global_norm_(tf_list t_list, struct tf_name_args args);

/* Each tensor · clip_norm / max(global norm, clip_norm), and that norm (use_norm if given). TF1: tf.clip_by_global_norm
 *   returns list, as long as t_list, none handles where it has them; norm
 *   values  NaN everywhere if the norm is not finite */
typedef struct tf_clipped {
    tf_list list;
    tf_tensor norm;
} tf_clipped;
struct tf_clip_by_global_norm_args {
    tf_source here;
    tf_tensor use_norm;
    const char *name;
};
#define tf_clip_by_global_norm(t_list, clip_norm, ...) \
    TF_IN_ORDER2_(tf_clip_by_global_norm_, t_list, TF_T(clip_norm), (struct tf_clip_by_global_norm_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_clipped tf_clip_by_global_norm_(tf_list t_list, tf_operand clip_norm, struct tf_clip_by_global_norm_args args);

#ifdef __cplusplus
}
#endif
#endif
