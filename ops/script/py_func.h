/* A function of the program's as an op. */
#ifndef TF1C_OPS_SCRIPT_PY_FUNC_H
#define TF1C_OPS_SCRIPT_PY_FUNC_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"
#include "../data/dataset.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What func is: from in[0..n), the values of inp, for as long as the call, to out[0..m). What it sets there may own its memory
 * (np_copy, np_zeros), which is freed once it has been read, or borrow it, an input's too. tf_ok, or a status after tf_fail, whose handler
 * is not called: the run reports it. */
typedef tf_status tf_py_callable(const tf_ndarray *in, tf_ndarray *out, void *context);

/* func of inp, called at every run that wants it, by the run's thread: by several at once where several run.         TF1: tf.py_func
 *   inp       a list, LIST(x, y), or a tensor; (tf_list){ 0 } for none
 *   Tout      a dtype, for a tensor, or TF_TYPES(tf_float32, tf_int64), for a list
 *   stateful  unset: true; the type is PyFunc, else PyFuncStateless
 *   context   the caller's, for func, kept alive as long as the graph
 *   shapes    unknown, until tf_set_shape says more: whatever func gives
 *   grad      none: None
 *   loops     func is called at each step, which makes the loop run step by step
 *   files     cannot be written
 *   errors    run, in the class that TF makes of an exception: of tf_value_error and tf_type_error InvalidArgumentError
 *             "ValueError: …", of tf_out_of_range OutOfRangeError "StopIteration: …", of tf_memory_error ResourceExhaustedError, of
 *             tf_unimplemented UnimplementedError "NotImplementedError: …", of others UnknownError;
 *             InvalidArgumentError "0-th value returned by PyFunc is double, but expects float"
 *   source    python/ops/script_ops.py, python/lib/core/py_func.cc */
struct tf_py_func_args {
    tf_source here;
    TF_ARG_(1) bool stateful;
    TF_ARG_(2) const char *name;
    TF_ARG_(3) void *context;
};
#define tf_py_func(func, inp, Tout, ...)                                                               \
    TF_KWARGS_(_Generic((Tout), tf_types: tf_py_func_list_, default: tf_py_func_)(                     \
        func, TF_LIST_(inp), Tout, (struct tf_py_func_args){ .stateful = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_numpy_function(func, inp, Tout, ...)                                                        \
    TF_KWARGS_(_Generic((Tout), tf_types: tf_py_func_list_, default: tf_py_func_)(                     \
        func, TF_LIST_(inp), Tout, (struct tf_py_func_args){ .stateful = true, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_py_func_(tf_py_callable *func, tf_list inp, tf_dtype Tout, struct tf_py_func_args args);
TF1C_API tf_list tf_py_func_list_(tf_py_callable *func, tf_list inp, tf_types Tout, struct tf_py_func_args args);

#ifdef __cplusplus
}
#endif
#endif
