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

/* Stops the run unless x == y, x < y, x > 0, x >= 0 for every element. Always checked when run, of constants too.
 *   shapes   x and y broadcast;   dtypes  one for both
 *   data     shown instead of the condition and the values
 *   errors   when run: InvalidArgumentError "assertion failed: [message] [Condition x < y did not hold element-wise:]
 *            [x (a:0) = ] [1 2] [y (b:0) = ] [1 3]"
 *   source   python/ops/check_ops.py                 TF1: tf.assert_equal, tf.assert_less, tf.assert_positive, tf.assert_non_negative */
struct tf_check_args {
    tf_source here;
    TF_ARG_(1) tf_list data;
    TF_ARG_(2) int summarize;
    TF_ARG_(3) const char *message;
    TF_ARG_(4) const char *name;
};
#define TF_CHECK_ARGS_(...) ((struct tf_check_args){ .summarize = 3, TF_HERE_, TF_PLACES_(__VA_ARGS__) })
#define tf_assert_equal(x, y, ...) TF_KWARGS_(TF_IN_ORDER2_(tf_assert_equal_, TF_T(x), TF_T(y), TF_CHECK_ARGS_(__VA_ARGS__)))
#define tf_assert_less(x, y, ...) TF_KWARGS_(TF_IN_ORDER2_(tf_assert_less_, TF_T(x), TF_T(y), TF_CHECK_ARGS_(__VA_ARGS__)))
#define tf_assert_positive(x, ...) TF_KWARGS_(tf_assert_positive_(TF_T(x), TF_CHECK_ARGS_(__VA_ARGS__)))
#define tf_assert_non_negative(x, ...) TF_KWARGS_(tf_assert_non_negative_(TF_T(x), TF_CHECK_ARGS_(__VA_ARGS__)))
#define tf_debugging_assert_equal(x, y, ...) tf_assert_equal(x, y, __VA_ARGS__)
#define tf_debugging_assert_less(x, y, ...) tf_assert_less(x, y, __VA_ARGS__)
#define tf_debugging_assert_positive(x, ...) tf_assert_positive(x, __VA_ARGS__)
#define tf_debugging_assert_non_negative(x, ...) tf_assert_non_negative(x, __VA_ARGS__)
TF1C_API tf_operation *tf_assert_equal_(tf_operand x, tf_operand y, struct tf_check_args args);
TF1C_API tf_operation *tf_assert_less_(tf_operand x, tf_operand y, struct tf_check_args args);
TF1C_API tf_operation *tf_assert_positive_(tf_operand x, struct tf_check_args args);
TF1C_API tf_operation *tf_assert_non_negative_(tf_operand x, struct tf_check_args args);

/* The tensor itself, if it is all finite. Gradient: dy, checked as well.
 *   dtypes   float32, float64
 *   errors   when run: InvalidArgumentError "message : Tensor had NaN values", "… Inf values", "… Inf and NaN values"
 *   source   core/kernels/check_numerics_op.cc, python/ops/array_grad.py     TF1: tf.check_numerics */
#define tf_check_numerics(tensor, message, ...) tf_check_numerics_(TF_T(tensor), message, TF_NAMED_(__VA_ARGS__))
#define tf_debugging_check_numerics(tensor, message, ...) tf_check_numerics(tensor, message, __VA_ARGS__)
TF1C_API tf_tensor tf_check_numerics_(tf_operand tensor, const char *message, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
