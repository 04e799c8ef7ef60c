/* TF1: contrib/framework/python/ops/variables.py. */
#include "ops/state/framework.h"

#include <string.h>

#include "graph/node.h"
#include "graph/tensors.h"

/* In the collection's own words: a pattern for the front of a name, with the suffix somewhere behind it. */
tf_list tf_get_variables_(struct tf_get_variables_args a)
{
    TF_FROM(a.here);
    tf_graph *g = tf1c_current_graph();
    const char *scope = a.scope;
    if (a.suffix && g)
        scope = tf1c_graph_printf(g, "%s.*%s%s", a.scope ? a.scope : "", a.suffix, strchr(a.suffix, ':') ? "" : ":");
    if (a.suffix && !scope)
        return (tf_list){ 0 };
    return tf_get_collection_(a.collection ? a.collection : TF_GLOBAL_VARIABLES, (struct tf_scope_args){ a.here, scope });
}

tf_list tf_get_variables_by_suffix_(struct tf_get_variables_by_args a)
{
    if (!a.name) {
        tf_fail(tf_type_error, a.here, NULL, "get_variables_by_suffix() missing 1 required positional argument: 'suffix'");
        return (tf_list){ 0 };
    }
    return tf_get_variables_((struct tf_get_variables_args){ .here = a.here, .scope = a.scope, .suffix = a.name });
}

tf_list tf_get_variables_by_name_(struct tf_get_variables_by_args a)
{
    TF_FROM(a.here);
    tf_graph *g = tf1c_current_graph();
    if (!a.name) {
        tf_fail(tf_type_error, a.here, NULL, "get_variables_by_name() missing 1 required positional argument: 'given_name'");
        return (tf_list){ 0 };
    }
    const char *suffix = g ? tf1c_graph_printf(g, "/%s:|^%s:", a.name, a.name) : NULL;
    return suffix ? tf_get_variables_((struct tf_get_variables_args){ .here = a.here, .scope = a.scope, .suffix = suffix })
                  : (tf_list){ 0 };
}

tf_tensor tf_get_unique_variable_(struct tf_unique_variable_args a)
{
    TF_FROM(a.here);
    const char *name = a.var_op_name;
    if (!name)
        return tf_mistake(tf_type_error, a.here, NULL,
                          "get_unique_variable() missing 1 required positional argument: 'var_op_name'");
    const tf_list found = tf_get_variables_((struct tf_get_variables_args){ .here = a.here, .scope = name });
    for (int i = 0; i < found.n; i++)
        if (strcmp(tf_op_name(found.items[i].op), name) == 0)
            return found.items[i];
    return tf_mistake(tf_value_error, a.here, NULL,
                      found.n ? "Variable %s does not uniquely identify a variable" : "Couldn't find variable %s", name);
}

static void add_scopes(tf_list *to, const char *const *scopes, tf_source here)
{
    for (; scopes && *scopes; scopes++) {
        const tf_list more = tf_get_variables_((struct tf_get_variables_args){ .here = here, .scope = *scopes });
        for (int i = 0; i < more.n; i++)
            tf_append(to, more.items[i]);
    }
}

tf_list tf_get_variables_to_restore_(struct tf_to_restore_args a)
{
    TF_FROM(a.here);
    tf_list included = { 0 }, excluded = { 0 }, left = { 0 };
    if (a.include)
        add_scopes(&included, a.include, a.here);
    else
        included = tf_get_variables_((struct tf_get_variables_args){ .here = a.here });
    add_scopes(&excluded, a.exclude, a.here);
    for (int i = 0; i < included.n; i++) {
        bool out = false;
        for (int j = 0; j < excluded.n && !out; j++)
            out = tf_same_tensor(included.items[i], excluded.items[j]);
        if (!out)
            tf_append(&left, included.items[i]);
    }
    return left;
}
