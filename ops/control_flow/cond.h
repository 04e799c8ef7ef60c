/* Branches: bodies of which a run takes one. */
#ifndef TF1C_OPS_CONTROL_FLOW_COND_H
#define TF1C_OPS_CONTROL_FLOW_COND_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef tf_tensor tf_branch_fn(void *context);
typedef tf_list tf_branch_list_fn(void *context);
struct tf_cond_args {
    tf_source here;
    TF_ARG_(1) tf_operand pred;
    TF_ARG_(2) tf_branch_fn *true_fn;
    TF_ARG_(3) tf_branch_fn *false_fn;
    TF_ARG_(4) void *context;
    TF_ARG_(5) const char *name;
    tf_branch_fn *fn1, *fn2; /* their old names */
};
struct tf_cond_list_args {
    tf_source here;
    TF_ARG_(1) tf_operand pred;
    TF_ARG_(2) tf_branch_list_fn *true_fn;
    TF_ARG_(3) tf_branch_list_fn *false_fn;
    TF_ARG_(4) void *context;
    TF_ARG_(5) const char *name;
    tf_branch_list_fn *fn1, *fn2; /* their old names */
};
struct tf_case_args {
    tf_source here;
    void *context;
    const char *name;
};
/* true_fn() if pred, else false_fn(); only the branch taken runs, except for what was made outside of it.   TF1: tf.cond
 *   shapes  of the branches may differ; the run then goes in parts
 *   errors  TypeError: pred is no bool scalar, the branches' dtypes differ;  ValueError: different numbers of results */
#define tf_cond(...) TF_KWARGS_(tf_cond_((struct tf_cond_args){ .pred = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_cond_list(...) \
    TF_KWARGS_(tf_cond_list_((struct tf_cond_list_args){ .pred = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_cond_(struct tf_cond_args args);
TF1C_API tf_list tf_cond_list_(struct tf_cond_list_args args);

/* The first branch whose predicate is true, else `default_fn`.                                              TF1: tf.case
 *   tf_case(2, ((tf_tensor[]){ p, q }), ((tf_branch_fn *[]){ f, g }), h) */
#define tf_case(n, preds, fns, default_fn, ...) tf_case_(n, preds, fns, default_fn, (struct tf_case_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_tensor tf_case_(int n, const tf_tensor *preds, tf_branch_fn *const *fns, tf_branch_fn *default_fn, struct tf_case_args args);

#ifdef __cplusplus
}
#endif
#endif
