/* Variables and assignments. */
#ifndef TF1C_OPS_STATE_VARIABLES_H
#define TF1C_OPS_STATE_VARIABLES_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A variable, whose value a session keeps from run to run. Used as an operand it is its value.        TF1: tf.Variable
 *   initial_value  a tensor, number or array; assigned by the initializer
 *   validate_shape  false lets TF make variables without a shape; here each has one all the same
 *   errors         ValueError: initial_value's shape is not known
 *   source         python/ops/variables.py RefVariable */
struct tf_variable_args {
    tf_source here;
    bool trainable;
    const char *collections; /* those it joins, TF_NAMES("a", "b"); unset: TF_GLOBAL_VARIABLES */
    bool validate_shape;
    const char *caching_device; /* accepted */
    const char *name;
    tf_dtype dtype;
    tf_constraint *constraint;
    bool use_resource; /* accepted */
};
#define tf_variable(initial_value, ...) \
    TF_KWARGS_(tf_variable_(TF_T(initial_value), \
        (struct tf_variable_args){ .trainable = true, .validate_shape = true, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_variable_(tf_operand initial_value, struct tf_variable_args args);

/* The variable `name` of the open variable scope: made on first use, found again where the scope reuses.
 * TF1: tf.get_variable
 *   shape        of a new one, fully known, 3: SHAPE(3); not needed if the initializer is a tensor or an array
 *   initializer  tf_zeros_initializer and its like, or a tensor, an array or a number; unset: the scope's, else glorot_uniform
 *                (floating) or zeros;  .initial: the same, for a tensor, an array or a number
 *   regularizer  unset: the scope's, if it has one; what it gives for a new variable joins TF_REGULARIZATION_LOSSES
 *   constraint   unset: the scope's, if it has one
 *   errors       ValueError: "Variable v already exists, disallowed. …", "Variable v does not exist, or was not created with
 *                tf.get_variable(). …", "Trying to share variable v, but specified shape … and found shape …"
 *   source       python/ops/variable_scope.py */
struct tf_get_variable_args {
    tf_source here;
    TF_ARG_(1) const char *name;
    TF_ARG_(2) tf_dims shape;
    TF_ARG_(3) tf_dtype dtype;
    TF_ARG_(4) tf_initializer initializer;
    TF_ARG_(5) tf_regularizer regularizer;
    TF_ARG_(6) bool trainable;
    TF_ARG_(7) const char *collections;    /* those it joins, TF_NAMES("a", "b"); unset: TF_GLOBAL_VARIABLES */
    TF_ARG_(8) const char *caching_device; /* accepted */
    tf_operand initial;
    tf_constraint *constraint;
    bool use_resource; /* accepted */
};
#define tf_get_variable(...) \
    TF_KWARGS_(tf_get_variable_((struct tf_get_variable_args){ .initializer = { .value = TF_UNSET_ }, .initial = TF_UNSET_, .trainable = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_get_variable_(struct tf_get_variable_args args);
TF1C_API tf_tensor tf_call_getter(const tf_getter *getter, struct tf_get_variable_args args); /* args.name: the whole name */

/* ref = value, ref += value, ref -= value; the result is the new value. TF1: tf.assign, tf.assign_add, tf.assign_sub
 *   order   within a run, where TF leaves it to chance: what reads ref sees its value from before the run, unless it waits, by data
 *           or control, for an assignment; a moving average, ref -= (ref - x)·c, sees what those before it left. A variable that is
 *           fetched itself is as the run leaves it: FETCH(train, NULL, step, &n) counts the step that was trained. Of assignments that do not wait for each other those that overwrite ref (tf_assign)
 *           come before those that change it (tf_assign_add, tf_assign_sub, tf_scatter_…, optimizers), each in creation order:
 *           tf_run(sess, OPS(train, clip)) clips, then trains
 *   validate_shape  false lets TF give a variable another shape; here it keeps its own, and a value of another is the same mistake
 *   use_locking     accepted: runs that assign are alone with their session
 *   shapes  value as ref;   dtypes  value as ref;   grad  none
 *   errors  TypeError: ref is no variable;  ValueError: shapes differ */
struct tf_assign_args {
    tf_source here;
    TF_ARG_(1) tf_tensor ref;
    TF_ARG_(2) tf_operand value;
    TF_ARG_(3) bool validate_shape;
    TF_ARG_(4) bool use_locking;
    TF_ARG_(5) const char *name;
};
struct tf_assign_add_args {
    tf_source here;
    TF_ARG_(1) tf_tensor ref;
    TF_ARG_(2) tf_operand value;
    TF_ARG_(3) bool use_locking;
    TF_ARG_(4) const char *name;
};
#define tf_assign(...) TF_FIRST2_(tf_assign_, struct tf_assign_args, TF_SAME_, ref, TF_GIVEN_, value, #__VA_ARGS__, .value = TF_UNSET_, \
    .validate_shape = true, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define TF_ASSIGN_ADD_(fn, text, ...) TF_FIRST2_(fn, struct tf_assign_add_args, TF_SAME_, ref, TF_GIVEN_, value, text, .value = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_assign_add(...) TF_ASSIGN_ADD_(tf_assign_add_, #__VA_ARGS__, __VA_ARGS__)
#define tf_assign_sub(...) TF_ASSIGN_ADD_(tf_assign_sub_, #__VA_ARGS__, __VA_ARGS__)
TF1C_API tf_tensor tf_assign_(tf_tensor ref, tf_operand value, struct tf_assign_args args);
TF1C_API tf_tensor tf_assign_add_(tf_tensor ref, tf_operand value, struct tf_assign_add_args args);
TF1C_API tf_tensor tf_assign_sub_(tf_tensor ref, tf_operand value, struct tf_assign_add_args args);

/* ref += 1 up to `limit`; the result is the value from before.                          TF1: tf.count_up_to, Variable.count_up_to
 *   shapes  ref [] -> [];   dtypes  int32, int64;   grad  none
 *   errors  TypeError: ref is no variable;  ValueError: ref is no scalar;  at run: OutOfRangeError "Reached limit of 3", and ref is as
 *           it was
 *   source  core/ops/state_ops.cc "CountUpTo", core/kernels/count_up_to_op.cc */
struct tf_count_up_to_args {
    tf_source here;
    TF_ARG_(1) tf_tensor ref;
    TF_ARG_(2) int64_t limit;
    TF_ARG_(3) const char *name;
};
#define tf_count_up_to(...) TF_KWARGS_(tf_count_up_to_((struct tf_count_up_to_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_count_up_to_(struct tf_count_up_to_args args);

/* ref[indices[i, …], …] = updates[i, …, …], or += or -= them; the result is ref's new value. Of equal indices the last is what
 * tf_scatter_update leaves; the others count each.                    TF1: tf.scatter_update, tf.scatter_add, tf.scatter_sub
 *   shapes  ref [n, …], indices [..], updates [.., …] or [] (one number for all);  dtypes  indices int32 or int64, updates as ref
 *   grad    none
 *   errors  TypeError: ref is no variable;  ValueError: shapes that do not fit;  at run: InvalidArgumentError
 *           "indices[1] = 3 is not in [0, 3)", and ref is as it was; "params must be at least 1-D, got shape []"
 *   source  core/ops/state_ops.cc "ScatterUpdate", …, core/kernels/scatter_op.cc */
struct tf_scatter_args {
    tf_source here;
    bool use_locking; /* runs that assign are alone with their session: nothing to lock */
    const char *name;
};
#define TF_SCATTER_(fn, ref, indices, updates, ...) \
    TF_IN_ORDER3_(fn, ref, TF_T(indices), TF_T(updates), (struct tf_scatter_args){ TF_HERE_, __VA_ARGS__ })
#define tf_scatter_update(ref, indices, updates, ...) TF_SCATTER_(tf_scatter_update_, ref, indices, updates, __VA_ARGS__)
#define tf_scatter_add(ref, indices, updates, ...) TF_SCATTER_(tf_scatter_add_, ref, indices, updates, __VA_ARGS__)
#define tf_scatter_sub(ref, indices, updates, ...) TF_SCATTER_(tf_scatter_sub_, ref, indices, updates, __VA_ARGS__)
TF1C_API tf_tensor tf_scatter_update_(tf_tensor ref, tf_operand indices, tf_operand updates, struct tf_scatter_args args);
TF1C_API tf_tensor tf_scatter_add_(tf_tensor ref, tf_operand indices, tf_operand updates, struct tf_scatter_args args);
TF1C_API tf_tensor tf_scatter_sub_(tf_tensor ref, tf_operand indices, tf_operand updates, struct tf_scatter_args args);

/* The same at ref[indices[i, …, :]], for every vector along indices' last axis.
 * TF1: tf.scatter_nd_update, tf.scatter_nd_add, tf.scatter_nd_sub
 *   shapes  ref [d…], indices [i0, …, k], updates [i0, …, d[k:]…]
 *   errors  ValueError "The outer 1 dimensions of indices.shape=[2,1] must match …";  at run: InvalidArgumentError "indices[0] = [3] does
 *           not index into shape [3,2]", after what comes before it is done;  "Must have updates.shape = indices.shape[:batch_dim] + …"
 *   source  core/ops/state_ops.cc "ScatterNdUpdate", …, core/kernels/scatter_nd_op.cc */
#define tf_scatter_nd_update(ref, indices, updates, ...) TF_SCATTER_(tf_scatter_nd_update_, ref, indices, updates, __VA_ARGS__)
#define tf_scatter_nd_add(ref, indices, updates, ...) TF_SCATTER_(tf_scatter_nd_add_, ref, indices, updates, __VA_ARGS__)
#define tf_scatter_nd_sub(ref, indices, updates, ...) TF_SCATTER_(tf_scatter_nd_sub_, ref, indices, updates, __VA_ARGS__)
TF1C_API tf_tensor tf_scatter_nd_update_(tf_tensor ref, tf_operand indices, tf_operand updates, struct tf_scatter_args args); /* gather.c */
TF1C_API tf_tensor tf_scatter_nd_add_(tf_tensor ref, tf_operand indices, tf_operand updates, struct tf_scatter_args args);
TF1C_API tf_tensor tf_scatter_nd_sub_(tf_tensor ref, tf_operand indices, tf_operand updates, struct tf_scatter_args args);

/* All variables of the graph, those to be trained, those that are not saved; in creation order. */
TF1C_API tf_list tf_global_variables(void);
TF1C_API tf_list tf_trainable_variables(void);
TF1C_API tf_list tf_local_variables(void);
/* Those of a scope alone: tf_trainable_variables("actor"), or .scope = "actor". */
#ifndef __cplusplus
#define tf_global_variables(...) tf_get_collection(TF_GLOBAL_VARIABLES, __VA_ARGS__)
#define tf_trainable_variables(...) tf_get_collection(TF_TRAINABLE_VARIABLES, __VA_ARGS__)
#define tf_local_variables(...) tf_get_collection(TF_LOCAL_VARIABLES, __VA_ARGS__)
#endif
#define tf_all_variables(...) tf_global_variables(__VA_ARGS__) /* its old name */

/* Whether the variable has a value; the names of those that have none, a string vector. TF1: tf.is_variable_initialized,
 * tf.report_uninitialized_variables
 *   var_list  unset: all global and local variables
 *   errors    TypeError: no variable;   grad  none */
#define tf_is_variable_initialized(...) TF_NAMED1_(tf_is_variable_initialized_, tf_tensor, TF_SAME_, variable, #__VA_ARGS__, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
struct tf_report_uninitialized_args {
    tf_source here;
    TF_ARG_(1) tf_list var_list;
    TF_ARG_(2) const char *name;
};
#define tf_report_uninitialized_variables(...) \
    TF_KWARGS_(tf_report_uninitialized_variables_((struct tf_report_uninitialized_args){ TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_is_variable_initialized_(tf_tensor variable, struct tf_name_args args);
TF1C_API tf_tensor tf_report_uninitialized_variables_(struct tf_report_uninitialized_args args);

/* An operation that gives every variable (of the list) its initial value; named `init`. tf_initialize_all_variables is the
 * old name. TF1: tf.global_variables_initializer, tf.variables_initializer */
#define tf_global_variables_initializer() tf_variables_initializer_(tf_global_variables(), TF_NAMED_())
#define tf_initialize_all_variables() tf_global_variables_initializer()
#define tf_local_variables_initializer() tf_variables_initializer_(tf_local_variables(), TF_NAMED_())
#define tf_initialize_variables(...) tf_variables_initializer(__VA_ARGS__)
#define tf_variables_initializer(...) TF_NAMED1_(tf_variables_initializer_, tf_list, TF_LISTED_, var_list, #__VA_ARGS__, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_operation *tf_variables_initializer_(tf_list variables, struct tf_name_args args);
/* The assignment that gives `variable` its initial value. TF1: Variable.initializer */
TF1C_API tf_operation *tf_initializer_of(tf_tensor variable);

#ifdef __cplusplus
}
#endif
#endif
