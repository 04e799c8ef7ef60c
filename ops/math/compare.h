/* Comparisons, logic, and choosing by them. */
#ifndef TF1C_OPS_MATH_COMPARE_H
#define TF1C_OPS_MATH_COMPARE_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* x ? y, element by element, broadcasting; NaN is equal to nothing. No gradient.   TF1: tf.equal, tf.not_equal, <, <=, >, >=
 *   shapes  x, y broadcast against each other -> z
 *   dtypes  one for both: any for equal and not_equal, numbers for the rest; z bool
 *   errors  ValueError: shapes that do not broadcast;  TypeError: dtypes that differ
 *   source  core/ops/math_ops.cc */
#define tf_equal(x, y, ...) TF_IN_ORDER2_(tf_equal_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_equal(x, y, ...) tf_equal(x, y, __VA_ARGS__)
#define tf_not_equal(x, y, ...) TF_IN_ORDER2_(tf_not_equal_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_not_equal(x, y, ...) tf_not_equal(x, y, __VA_ARGS__)
#define tf_less(x, y, ...) TF_IN_ORDER2_(tf_less_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_less(x, y, ...) tf_less(x, y, __VA_ARGS__)
#define tf_less_equal(x, y, ...) TF_IN_ORDER2_(tf_less_equal_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_less_equal(x, y, ...) tf_less_equal(x, y, __VA_ARGS__)
#define tf_greater(x, y, ...) TF_IN_ORDER2_(tf_greater_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_greater(x, y, ...) tf_greater(x, y, __VA_ARGS__)
#define tf_greater_equal(x, y, ...) TF_IN_ORDER2_(tf_greater_equal_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_greater_equal(x, y, ...) tf_greater_equal(x, y, __VA_ARGS__)
TF1C_API tf_tensor tf_equal_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_not_equal_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_less_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_less_equal_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_greater_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_greater_equal_(tf_operand x, tf_operand y, struct tf_name_args args);

/* Of bools, broadcasting. No gradient.                 TF1: tf.logical_and, tf.logical_or, tf.logical_not, tf.logical_xor */
#define tf_logical_and(x, y, ...) TF_IN_ORDER2_(tf_logical_and_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_logical_and(x, y, ...) tf_logical_and(x, y, __VA_ARGS__)
#define tf_logical_or(x, y, ...) TF_IN_ORDER2_(tf_logical_or_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_logical_or(x, y, ...) tf_logical_or(x, y, __VA_ARGS__)
#define tf_logical_xor(x, y, ...) TF_IN_ORDER2_(tf_logical_xor_, TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_math_logical_xor(x, y, ...) tf_logical_xor(x, y, __VA_ARGS__)
#define tf_logical_not(x, ...) tf_logical_not_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_logical_not(x, ...) tf_logical_not(x, __VA_ARGS__)
TF1C_API tf_tensor tf_logical_and_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_logical_or_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_logical_xor_(tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_logical_not_(tf_operand x, struct tf_name_args args);

/* tf_where(condition, x, y, …): x where condition holds, else y. tf_where(condition, …) alone gives the indices of what is
 * true, see ops/where.h.                                                           TF1: tf.where(condition, x, y)
 *   shapes  x and y [d0, …] alike; condition likewise, or [d0] to choose whole rows, or a scalar
 *   dtypes  any, one for both; condition bool
 *   grad    dx = dz where condition holds, else 0; dy the other way round: NaN of the branch not taken stays there
 *   errors  ValueError: shapes that differ;  TypeError: condition not bool
 *   source  core/ops/math_ops.cc "Select", python/ops/math_grad.py _SelectGrad */
#define TF_WHERE_PICK_(_1, _2, _3, _4, N, ...) N
#define TF_WHERE1_(condition, ...) tf_where_indices_(TF_T(condition), TF_NAMED_(__VA_ARGS__))
#define TF_WHERE3_(condition, x, ...) TF_WHERE_REST_(condition, x, __VA_ARGS__, )
#define TF_WHERE_REST_(condition, x, y, ...) TF_IN_ORDER3_(tf_where_, TF_T(condition), TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_where(...) TF_WHERE_PICK_(__VA_ARGS__, TF_WHERE3_, TF_WHERE3_, TF_WHERE1_, TF_WHERE1_, )(__VA_ARGS__)
/* tf_where_v2(condition, x, y, …): the same, where condition, x and y broadcast.           TF1: tf.where_v2, tf.compat.v2.where
 *   shapes  condition, x, y broadcast against each other -> z
 *   grad    summed over the axes along which x or y was broadcast
 *   errors  ValueError: shapes that do not broadcast; at run InvalidArgumentError "condition [2], then [3], and else [3] must be
 *           broadcastable"
 *   source  core/ops/math_ops.cc "SelectV2", python/ops/math_grad.py _SelectGradV2 */
#define TF_WHERE_V2_(condition, x, ...) TF_WHERE_V2_REST_(condition, x, __VA_ARGS__, )
#define TF_WHERE_V2_REST_(condition, x, y, ...) \
    TF_IN_ORDER3_(tf_where_v2_, TF_T(condition), TF_T(x), TF_T(y), TF_NAMED_(__VA_ARGS__))
#define tf_where_v2(...) TF_WHERE_PICK_(__VA_ARGS__, TF_WHERE_V2_, TF_WHERE_V2_, TF_WHERE1_, TF_WHERE1_, )(__VA_ARGS__)
TF1C_API tf_tensor tf_where_v2_(tf_operand condition, tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_where_(tf_operand condition, tf_operand x, tf_operand y, struct tf_name_args args);
TF1C_API tf_tensor tf_where_indices_(tf_operand condition, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
