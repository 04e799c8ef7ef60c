/* Loops and branches with bodies as sub-graphs. A body function is called once, while the graph is built; it sees the tensors
 * and variables around it, may hold ops with state, and may contain further loops. All are differentiable, twice and more. */
#ifndef TF1C_OPS_CONTROL_FLOW_LOOPS_H
#define TF1C_OPS_CONTROL_FLOW_LOOPS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- over the elements of tensors -------------------------------------------------------------------------------------
 * The function of a loop over one sequence and one state, and over lists of them. `context` is the caller's. */
typedef tf_tensor tf_scan_fn(tf_tensor state, tf_tensor x, void *context);
typedef tf_list tf_scan_list_fn(tf_list state, tf_list xs, void *context);
typedef tf_tensor tf_map_callable(tf_tensor x, void *context);
typedef tf_list tf_map_list_callable(tf_list xs, void *context);

struct tf_scan_args {
    tf_source here;
    TF_ARG_(1) tf_operand elems;
    TF_ARG_(2) tf_operand initializer; /* a state, or a LIST of them; unset: the first element (the last, if reversed) */
    TF_ARG_(3) void *context;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) bool reverse;
    TF_ARG_(6) int parallel_iterations; /* accepted */
    TF_ARG_(7) bool swap_memory;        /* a long one's gradient computes most steps anew instead of saving what it reads */
    tf_operand initializers;            /* the same as initializer */
    bool back_prop;                     /* unset: true; false: as far as gradients go, made of nothing */
    bool infer_shape;                   /* accepted */
    const char *text;                   /* of the call after fn: whether 0 or 0.0 is written */
};

/* state ← fn(state, elems[t]), all states stacked along axis 0.                                          TF1: tf.scan
 *   elems   [n, …], or a LIST of such with one n, for an fn of lists
 *   initializer  the first state; for an fn of lists a LIST of them, as many as it returns, or a tensor alone
 *   shapes  state as the initializer  ->  [n, state…]
 *   grad    with respect to elems, initializer and all that fn captures
 *   errors  ValueError: the state's shape changes ("Inconsistent shapes: saw (2,) but expected (1,) ");  run: InvalidArgumentError
 *           "Tried to read from index 0 but array size is: 0" (empty elems without an initializer)
 *   source  python/ops/functional_ops.py scan */
#define TF_SCAN_(fn, one, many, words, ...)                                                                                    \
    TF_KWARGS_(_Generic((fn), tf_scan_list_fn *: many, default: one)(fn, (struct tf_scan_args){ .elems = TF_UNSET_,           \
        .initializer = TF_UNSET_, .initializers = TF_UNSET_, .back_prop = true, .text = words, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_scan(fn, ...) TF_SCAN_(fn, tf_scan_, tf_scan_list_, #__VA_ARGS__, __VA_ARGS__)
TF1C_API tf_tensor tf_scan_(tf_scan_fn *fn, struct tf_scan_args args);
TF1C_API tf_list tf_scan_list_(tf_scan_list_fn *fn, struct tf_scan_args args);

/* The last state alone; tf_foldr goes from the last element to the first.                 TF1: tf.foldl, tf.foldr */
#define tf_foldl(fn, ...) TF_SCAN_(fn, tf_foldl_, tf_foldl_list_, #__VA_ARGS__, __VA_ARGS__)
#define tf_foldr(fn, ...) TF_SCAN_(fn, tf_foldr_, tf_foldr_list_, #__VA_ARGS__, __VA_ARGS__)
TF1C_API tf_tensor tf_foldl_(tf_scan_fn *fn, struct tf_scan_args args);
TF1C_API tf_tensor tf_foldr_(tf_scan_fn *fn, struct tf_scan_args args);
TF1C_API tf_list tf_foldl_list_(tf_scan_list_fn *fn, struct tf_scan_args args);
TF1C_API tf_list tf_foldr_list_(tf_scan_list_fn *fn, struct tf_scan_args args);

/* fn(elems[t]) for every t, stacked along axis 0.                                                       TF1: tf.map_fn
 *   shapes  of the results: one, else InvalidArgumentError at run: "Could not write to TensorArray index 1 because …"
 *   dtype   of the results, unset: elems' own
 *   errors  InvalidArgumentError "TensorArray dtype is float but Op is trying to write dtype int32." */
struct tf_map_args {
    tf_source here;
    TF_ARG_(1) tf_operand elems;
    TF_ARG_(2) tf_dtype dtype;
    TF_ARG_(3) void *context;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) int parallel_iterations;
    TF_ARG_(6) bool swap_memory;
    bool back_prop;   /* as tf_scan's */
    bool infer_shape; /* accepted */
};
#define tf_map_fn(fn, ...)                                                                \
    TF_KWARGS_(_Generic((fn), tf_map_list_callable *: tf_map_fn_list_, default: tf_map_fn_)( \
        fn, (struct tf_map_args){ .elems = TF_UNSET_, .back_prop = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_map_fn_(tf_map_callable *fn, struct tf_map_args args);
TF1C_API tf_list tf_map_fn_list_(tf_map_list_callable *fn, struct tf_map_args args); /* any dtypes */

/* ---- while ------------------------------------------------------------------------------------------------------------- */
typedef tf_tensor tf_while_cond(tf_list vars, void *context);
typedef tf_list tf_while_body(tf_list vars, void *context);
struct tf_while_args {
    tf_source here;
    tf_while_cond *cond;
    tf_while_body *body;
    tf_list loop_vars;
    const tf_dims *shape_invariants; /* one per variable; unset: the variables' own shapes */
    int64_t maximum_iterations;      /* unset (-1): as many as cond says */
    void *context;
    const char *name;
    int parallel_iterations;
    bool back_prop; /* as tf_scan's */
    bool swap_memory;
};
/* vars ← body(vars) while cond(vars); the trip count may depend on data.                           TF1: tf.while_loop
 *   shape_invariants  with NONE where a variable's shape changes, as by concat: the loop then runs step by step, planned for each
 *           shape; its gradient too
 *   errors  ValueError: a shape changes ("Input tensor 'x:0' enters the loop with shape …"), body gives another number of
 *           tensors than it takes;  TypeError: cond is no bool scalar, dtypes change
 *   source  python/ops/control_flow_ops.py while_loop */
#define tf_while_loop(...)                                                                                                \
    TF_FIRST2_(tf_while_loop_, struct tf_while_args, TF_SAME_, cond, TF_SAME_, body, #__VA_ARGS__,                        \
               .maximum_iterations = -1, .back_prop = true, TF_HERE_, __VA_ARGS__)
TF1C_API tf_list tf_while_loop_(tf_while_cond *cond, tf_while_body *body, struct tf_while_args args);

#ifdef __cplusplus
}
#endif
#endif
