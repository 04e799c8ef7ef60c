/* Arithmetic of two operands that broadcast. */
#ifndef TF1C_OPS_MATH_ARITHMETIC_H
#define TF1C_OPS_MATH_ARITHMETIC_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Python's operators: the nodes that x + y, x - y, … make, named "add", "sub", …; the functions below are tf.add & co.
 * The names are those of Python's module `operator`. tf_sub, tf_mul, tf_truediv and tf_floordiv are the same as theirs. */
#define tf_operator_add(x, y) TF_IN_ORDER2_(tf_operator_add_, TF_T(x), TF_T(y), TF_NAMED_())           /* x + y */
#define tf_operator_sub(x, y) tf_sub(x, y)                                                             /* x - y */
#define tf_operator_mul(x, y) tf_mul(x, y)                                                             /* x * y */
#define tf_operator_truediv(x, y) tf_truediv(x, y)                                                     /* x / y */
#define tf_operator_floordiv(x, y) tf_floordiv(x, y)                                                   /* x // y */
#define tf_operator_mod(x, y) TF_IN_ORDER2_(tf_operator_mod_, TF_T(x), TF_T(y), TF_NAMED_())           /* x % y */
#define tf_operator_pow(x, y) TF_IN_ORDER2_(tf_operator_pow_, TF_T(x), TF_T(y), TF_NAMED_())           /* x ** y */

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
/* x / y as Python 2 divides, of integers rounded down: its old name.               TF1: tf.div */
#define tf_div(x, y, ...) TF_IN_ORDER2_(tf_div_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_truediv(x, y, ...) TF_IN_ORDER2_(tf_truediv_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_divide(x, y, ...) TF_IN_ORDER2_(tf_truediv_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_truediv(x, y, ...) tf_truediv(x, y, __VA_ARGS__)
#define tf_math_divide(x, y, ...) tf_truediv(x, y, __VA_ARGS__)
/* x / y of floating numbers.                                                       TF1: tf.realdiv */
#define tf_realdiv(x, y, ...) TF_IN_ORDER2_(tf_realdiv_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
/* x / y, and 0 where y is 0.                                                       TF1: tf.div_no_nan */
#define tf_div_no_nan(x, y, ...) TF_IN_ORDER2_(tf_div_no_nan_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_divide_no_nan(x, y, ...) tf_div_no_nan(x, y, __VA_ARGS__)
/* ⌊x / y⌋ and the rest, which has y's sign; no gradient through the former.        TF1: tf.floordiv, //; tf.floormod, tf.mod
 *   errors  when run: InvalidArgumentError "Integer division by zero" */
#define tf_floordiv(x, y, ...) TF_IN_ORDER2_(tf_floordiv_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_floordiv(x, y, ...) tf_floordiv(x, y, __VA_ARGS__)
#define tf_floor_div(x, y, ...) TF_IN_ORDER2_(tf_floor_div_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_floormod(x, y, ...) TF_IN_ORDER2_(tf_floormod_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_mod(x, y, ...) tf_floormod(x, y, __VA_ARGS__)
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
TF1C_API tf_tensor tf_operator_add_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_operator_mod_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_operator_pow_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_div_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_truediv_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_realdiv_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_div_no_nan_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_floordiv_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_floor_div_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_truncatediv_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_truncatemod_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_floormod_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_pow_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_maximum_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_minimum_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_squared_difference_(tf_operand x, tf_operand y, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
