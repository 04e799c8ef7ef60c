/* Variables by name: what tf.contrib.framework asks the collections. */
#ifndef TF1C_OPS_STATE_FRAMEWORK_H
#define TF1C_OPS_STATE_FRAMEWORK_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Those of a collection whose names begin with what `scope` matches, as in tf_get_collection, and go on to `suffix`, which is one of
 * "/kernel" and of "/kernel:0"; unset: all.
 * TF1: tf.contrib.framework.get_variables, get_trainable_variables, get_local_variables, get_variables_by_suffix
 *   collection  unset: TF_GLOBAL_VARIABLES
 *   errors      ValueError: scope or suffix cannot be read
 *   source      contrib/framework/python/ops/variables.py */
struct tf_get_variables_args {
    tf_source here;
    TF_ARG_(1) const char *scope;
    TF_ARG_(2) const char *suffix;
    TF_ARG_(3) const char *collection;
};
#define TF_GET_VARIABLES_(which, ...) \
    TF_KWARGS_(tf_get_variables_((struct tf_get_variables_args){ .collection = which, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_contrib_framework_get_variables(...) TF_GET_VARIABLES_(TF_GLOBAL_VARIABLES, __VA_ARGS__)
#define tf_contrib_framework_get_trainable_variables(...) TF_GET_VARIABLES_(TF_TRAINABLE_VARIABLES, __VA_ARGS__)
#define tf_contrib_framework_get_local_variables(...) TF_GET_VARIABLES_(TF_LOCAL_VARIABLES, __VA_ARGS__)
TF1C_API tf_list tf_get_variables_(struct tf_get_variables_args args);

/* Those whose names are `name`, or end with "/NAME"; those that end with the suffix. Of a scope alone, where one is given.
 * TF1: tf.contrib.framework.get_variables_by_name, get_variables_by_suffix */
struct tf_get_variables_by_args {
    tf_source here;
    TF_ARG_(1) const char *name;
    TF_ARG_(2) const char *scope;
};
#define TF_GET_VARIABLES_BY_(function, ...) \
    TF_KWARGS_(function((struct tf_get_variables_by_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_contrib_framework_get_variables_by_name(...) TF_GET_VARIABLES_BY_(tf_get_variables_by_name_, __VA_ARGS__)
#define tf_contrib_framework_get_variables_by_suffix(...) TF_GET_VARIABLES_BY_(tf_get_variables_by_suffix_, __VA_ARGS__)
TF1C_API tf_list tf_get_variables_by_name_(struct tf_get_variables_by_args args);
TF1C_API tf_list tf_get_variables_by_suffix_(struct tf_get_variables_by_args args);

/* The one variable of that name.                                              TF1: tf.contrib.framework.get_unique_variable
 *   errors  ValueError "Couldn't find variable w", "Variable w does not uniquely identify a variable" */
struct tf_unique_variable_args {
    tf_source here;
    TF_ARG_(1) const char *var_op_name;
};
#define tf_contrib_framework_get_unique_variable(...) \
    TF_KWARGS_(tf_get_unique_variable_((struct tf_unique_variable_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_get_unique_variable_(struct tf_unique_variable_args args);

/* For a saver: those of the scopes in `include`, of all if it is unset, without those of the scopes in `exclude`. Lists of scopes end with
 * NULL and have names of their own: const char *out[] = { "logits", NULL }.   TF1: tf.contrib.framework.get_variables_to_restore */
struct tf_to_restore_args {
    tf_source here;
    TF_ARG_(1) const char *const *include;
    TF_ARG_(2) const char *const *exclude;
};
#define tf_contrib_framework_get_variables_to_restore(...) \
    TF_KWARGS_(tf_get_variables_to_restore_((struct tf_to_restore_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_list tf_get_variables_to_restore_(struct tf_to_restore_args args);

#ifdef __cplusplus
}
#endif
#endif
