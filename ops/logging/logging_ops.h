/* Looking at values as they pass, and stopping a run where they are wrong. */
#ifndef TF1C_OPS_LOGGING_LOGGING_OPS_H
#define TF1C_OPS_LOGGING_LOGGING_OPS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* input itself; each time it is computed, one line is printed: the message and the values of data, each "[1 2 3...]".
 *   data        LIST(a, b): tensors of any shape and dtype; { 0 }: the message alone
 *   first_n     prints that often in a session, then no more; negative: always
 *   summarize   elements shown of each tensor; negative: all
 *   gradient    dy, to input alone
 *   source      python/ops/logging_ops.py Print, core/kernels/logging_ops.cc                       TF1: tf.Print */
struct tf_print_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_list data;
    TF_ARG_(3) const char *message;
    TF_ARG_(4) int first_n;
    TF_ARG_(5) int summarize;
    TF_ARG_(6) const char *name;
};
#define tf_print(...)                                                                                         \
    TF_KWARGS_(tf_print_((struct tf_print_args){ .input = TF_UNSET_, .first_n = -1, .summarize = 3, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_print_(struct tf_print_args args);

/* Where tf_print's lines go, for the whole process: NULL for stderr, the default. Returns the one before. Called, without
 * the newline, while the run goes on: from several threads at once where several run; it must not jump out. */
typedef void tf_print_sink(const char *line);
TF1C_API tf_print_sink *tf_on_print(tf_print_sink *sink);

/* Stops the run unless condition holds: put it in tf_with_control_dependencies of what relies on it.
 *   condition   a bool scalar
 *   data        tensors that the error shows, `summarize` elements of each; .message comes before them
 *   errors      when run: InvalidArgumentError "assertion failed: [message] [-1]";  ValueError: neither data nor message
 *   source      python/ops/control_flow_ops.py Assert, core/kernels/logging_ops.cc                 TF1: tf.Assert */
struct tf_assert_args {
    tf_source here;
    TF_ARG_(1) tf_operand condition;
    TF_ARG_(2) tf_list data;
    TF_ARG_(3) int summarize;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) const char *message;
};
#define tf_assert(...)                                                                               \
    TF_KWARGS_(tf_assert_((struct tf_assert_args){ .condition = TF_UNSET_, .summarize = 3, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_operation *tf_assert_(struct tf_assert_args args);

/* Stops the run unless x == y, x != y, x < y, …, x > 0, x >= 0, … for every element. Always checked when run, of constants too.
 *   shapes   x and y broadcast;   dtypes  one for both
 *   data     shown instead of the condition and the values
 *   errors   when run: InvalidArgumentError "assertion failed: [message] [Condition x < y did not hold element-wise:]
 *            [x (a:0) = ] [1 2] [y (b:0) = ] [1 3]"
 *   source   python/ops/check_ops.py                 TF1: tf.assert_equal, tf.assert_less, tf.assert_positive, tf.assert_near, … */
struct tf_compare_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_operand y;
    TF_ARG_(3) tf_list data;
    TF_ARG_(4) int summarize;
    TF_ARG_(5) const char *message;
    TF_ARG_(6) const char *name;
};
struct tf_check_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_list data;
    TF_ARG_(3) int summarize;
    TF_ARG_(4) const char *message;
    TF_ARG_(5) const char *name;
};
#define TF_COMPARE_(fn, ...) \
    TF_KWARGS_(fn((struct tf_compare_args){ .x = TF_UNSET_, .y = TF_UNSET_, .summarize = 3, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define TF_CHECK_(fn, ...) TF_KWARGS_(fn((struct tf_check_args){ .x = TF_UNSET_, .summarize = 3, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_assert_equal(...) TF_COMPARE_(tf_assert_equal_, __VA_ARGS__)
#define tf_assert_none_equal(...) TF_COMPARE_(tf_assert_none_equal_, __VA_ARGS__)
#define tf_assert_less(...) TF_COMPARE_(tf_assert_less_, __VA_ARGS__)
#define tf_assert_less_equal(...) TF_COMPARE_(tf_assert_less_equal_, __VA_ARGS__)
#define tf_assert_greater(...) TF_COMPARE_(tf_assert_greater_, __VA_ARGS__)
#define tf_assert_greater_equal(...) TF_COMPARE_(tf_assert_greater_equal_, __VA_ARGS__)
#define tf_assert_positive(...) TF_CHECK_(tf_assert_positive_, __VA_ARGS__)
#define tf_assert_non_negative(...) TF_CHECK_(tf_assert_non_negative_, __VA_ARGS__)
#define tf_assert_negative(...) TF_CHECK_(tf_assert_negative_, __VA_ARGS__)
#define tf_assert_non_positive(...) TF_CHECK_(tf_assert_non_positive_, __VA_ARGS__)
#define tf_debugging_assert_equal(...) tf_assert_equal(__VA_ARGS__)
#define tf_debugging_assert_none_equal(...) tf_assert_none_equal(__VA_ARGS__)
#define tf_debugging_assert_less(...) tf_assert_less(__VA_ARGS__)
#define tf_debugging_assert_less_equal(...) tf_assert_less_equal(__VA_ARGS__)
#define tf_debugging_assert_greater(...) tf_assert_greater(__VA_ARGS__)
#define tf_debugging_assert_greater_equal(...) tf_assert_greater_equal(__VA_ARGS__)
#define tf_debugging_assert_positive(...) tf_assert_positive(__VA_ARGS__)
#define tf_debugging_assert_non_negative(...) tf_assert_non_negative(__VA_ARGS__)
#define tf_debugging_assert_negative(...) tf_assert_negative(__VA_ARGS__)
#define tf_debugging_assert_non_positive(...) tf_assert_non_positive(__VA_ARGS__)
TF1C_API tf_operation *tf_assert_equal_(struct tf_compare_args args);
TF1C_API tf_operation *tf_assert_none_equal_(struct tf_compare_args args);
TF1C_API tf_operation *tf_assert_less_(struct tf_compare_args args);
TF1C_API tf_operation *tf_assert_less_equal_(struct tf_compare_args args);
TF1C_API tf_operation *tf_assert_greater_(struct tf_compare_args args);
TF1C_API tf_operation *tf_assert_greater_equal_(struct tf_compare_args args);
TF1C_API tf_operation *tf_assert_positive_(struct tf_check_args args);
TF1C_API tf_operation *tf_assert_non_negative_(struct tf_check_args args);
TF1C_API tf_operation *tf_assert_negative_(struct tf_check_args args);
TF1C_API tf_operation *tf_assert_non_positive_(struct tf_check_args args);

/* Stops the run unless |x - y| < atol + rtol·|y| for every element; each unset: ten times the dtype's epsilon. */
struct tf_assert_near_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_operand y;
    TF_ARG_(3) tf_operand rtol;
    TF_ARG_(4) tf_operand atol;
    TF_ARG_(5) tf_list data;
    TF_ARG_(6) int summarize;
    TF_ARG_(7) const char *message;
    TF_ARG_(8) const char *name;
};
#define tf_assert_near(...)                                                                                                  \
    TF_KWARGS_(tf_assert_near_((struct tf_assert_near_args){ .x = TF_UNSET_, .y = TF_UNSET_, .rtol = TF_UNSET_, .atol = TF_UNSET_, \
        .summarize = 3, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_debugging_assert_near(...) tf_assert_near(__VA_ARGS__)
TF1C_API tf_operation *tf_assert_near_(struct tf_assert_near_args args);

/* The rank, told at once if the graph knows it, else when run.       TF1: tf.assert_rank, tf.assert_rank_at_least, tf.assert_rank_in
 *   ranks   a list: tf_assert_rank_in(x, AXES(2, 4))
 *   errors  ValueError "message.  Tensor x:0 must have rank 2.  Received rank 1, shape (2,)";  when run: InvalidArgumentError
 *           "assertion failed: [message] [Tensor x:0 must have rank] [2] [Received shape: ] [2]" */
struct tf_rank_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) int64_t rank;
    TF_ARG_(3) tf_list data;
    TF_ARG_(4) int summarize;
    TF_ARG_(5) const char *message;
    TF_ARG_(6) const char *name;
};
struct tf_rank_in_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_dims ranks;
    TF_ARG_(3) tf_list data;
    TF_ARG_(4) int summarize;
    TF_ARG_(5) const char *message;
    TF_ARG_(6) const char *name;
};
#define TF_RANK_(fn, args, ...) TF_KWARGS_(fn((struct args){ .x = TF_UNSET_, .summarize = 3, TF_HERE_, __VA_ARGS__ }))
#define tf_assert_rank(...) TF_RANK_(tf_assert_rank_, tf_rank_args, .rank = INT64_MIN, TF_PLACES_(__VA_ARGS__))
#define tf_assert_rank_at_least(...) TF_RANK_(tf_assert_rank_at_least_, tf_rank_args, .rank = INT64_MIN, TF_PLACES_(__VA_ARGS__))
#define tf_assert_rank_in(...) TF_RANK_(tf_assert_rank_in_, tf_rank_in_args, TF_PLACES_(__VA_ARGS__))
#define tf_debugging_assert_rank_in(...) tf_assert_rank_in(__VA_ARGS__)
#define tf_debugging_assert_rank(...) tf_assert_rank(__VA_ARGS__)
#define tf_debugging_assert_rank_at_least(...) tf_assert_rank_at_least(__VA_ARGS__)
TF1C_API tf_operation *tf_assert_rank_(struct tf_rank_args args);
TF1C_API tf_operation *tf_assert_rank_in_(struct tf_rank_in_args args);
TF1C_API tf_operation *tf_assert_rank_at_least_(struct tf_rank_args args);

/* What the graph knows of a tensor: an integer dtype, this dtype, a scalar (which is given back).
 * TF1: tf.assert_integer, tf.assert_type, tf.assert_scalar
 *   errors  TypeError "message  Expected "x" to be integer type.  Found: x:0 of dtype <dtype: 'float32'>", "message  x:0 must be of
 *           type <dtype: 'int32'>";  ValueError "messageExpected scalar shape for x:0, saw shape: (2,)." */
struct tf_assert_integer_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) const char *message;
    TF_ARG_(3) const char *name;
};
struct tf_assert_type_args {
    tf_source here;
    TF_ARG_(1) tf_operand tensor;
    TF_ARG_(2) tf_dtype tf_type;
    TF_ARG_(3) const char *message;
    TF_ARG_(4) const char *name;
};
struct tf_assert_scalar_args {
    tf_source here;
    TF_ARG_(1) tf_operand tensor;
    TF_ARG_(2) const char *name;
    TF_ARG_(3) const char *message;
};
#define tf_assert_integer(...) TF_FIRST1_(tf_assert_integer_, struct tf_assert_integer_args, TF_DATA_, x, #__VA_ARGS__, \
    .x = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_assert_type(...) TF_FIRST1_(tf_assert_type_, struct tf_assert_type_args, TF_DATA_, tensor, #__VA_ARGS__, \
    .tensor = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_assert_scalar(...) TF_FIRST1_(tf_assert_scalar_, struct tf_assert_scalar_args, TF_DATA_, tensor, #__VA_ARGS__, \
    .tensor = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_debugging_assert_integer(...) tf_assert_integer(__VA_ARGS__)
#define tf_debugging_assert_type(...) tf_assert_type(__VA_ARGS__)
#define tf_debugging_assert_scalar(...) tf_assert_scalar(__VA_ARGS__)
TF1C_API tf_operation *tf_assert_integer_(tf_operand x, struct tf_assert_integer_args args);
TF1C_API tf_operation *tf_assert_type_(tf_operand tensor, struct tf_assert_type_args args);
TF1C_API tf_tensor tf_assert_scalar_(tf_operand tensor, struct tf_assert_scalar_args args);

/* The tensor itself, if it is all finite. Gradient: dy, checked as well.
 *   dtypes   float32, float64
 *   errors   when run: InvalidArgumentError "message : Tensor had NaN values", "… Inf values", "… Inf and NaN values"
 *   source   core/kernels/check_numerics_op.cc, python/ops/array_grad.py     TF1: tf.check_numerics */
#define tf_check_numerics(...) TF_NAMED2_(tf_check_numerics_, tf_operand, TF_DATA_, tensor, const char *, TF_SAME_, message, \
    #__VA_ARGS__, .tensor = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_debugging_check_numerics(...) tf_check_numerics(__VA_ARGS__)
TF1C_API tf_tensor tf_check_numerics_(tf_operand tensor, const char *message, struct tf_name_args args);

/* t, once it is found to be all finite.        TF1: tf.verify_tensor_all_finite(t, msg), tf.debugging.assert_all_finite(x, message) */
struct tf_all_finite_args {
    tf_source here;
    TF_ARG_(1) tf_operand t;
    TF_ARG_(2) const char *msg;
    TF_ARG_(3) const char *name;
    TF_ARG_(4) tf_operand x; /* other names of t and msg */
    TF_ARG_(5) const char *message;
};
#define tf_verify_tensor_all_finite(...)                                                                         \
    TF_KWARGS_(tf_verify_tensor_all_finite_((struct tf_all_finite_args){ .t = TF_UNSET_, .x = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
#define tf_debugging_assert_all_finite(...) tf_verify_tensor_all_finite(__VA_ARGS__)
TF1C_API tf_tensor tf_verify_tensor_all_finite_(struct tf_all_finite_args args);

#ifdef __cplusplus
}
#endif
#endif
