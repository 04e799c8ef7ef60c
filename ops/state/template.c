/* TF1: python/ops/template.py. */
#include "ops/state/template.h"

#include <stdio.h>
#include <string.h>

#include "ops/family.h"
#include "ops/state/variables.h"

/* The template's scope: its own again, or a new one. */
static struct tf_with_ open_scope(tf_template *t, bool nodes_too, tf_source here)
{
    struct tf_variable_scope_args a = { .here = here, .auxiliary_name_scope = nodes_too };
    if (t->scope.graph) {
        a.name_or_scope = t->scope;
        a.reuse = t->called ? tf_reuse_true : tf_reuse_false;
    } else {
        a.name_or_scope.name = t->unique_name;
        a.default_name = t->name;
    }
    return tf_variable_scope_open_(a);
}

static tf_template *new_template(const char *name, tf_template made, struct tf_template_args a)
{
    TF_FROM(a.here);
    tf_graph *g = tf1c_current_graph();
    if (!name || (!made.func && !made.list_func)) {
        tf_mistake(name ? tf_type_error : tf_value_error, a.here, NULL,
                   name ? "A template's func_ is NULL." : "name cannot be None.");
        return NULL;
    }
    tf_template *t = g ? tf1c_graph_alloc(g, sizeof *t) : NULL;
    if (!t)
        return NULL;
    *t = made;
    t->graph = g;
    t->context = a.context;
    t->name = tf1c_graph_strdup(g, name);
    t->unique_name = a.unique_name_ ? tf1c_graph_strdup(g, a.unique_name_) : NULL;
    if (!t->name || (a.unique_name_ && !t->unique_name))
        return NULL;
    if (a.create_scope_now_)
        TF_WITH_(open_scope(t, false, a.here)) t->scope = tf_get_variable_scope();
    return t;
}

tf_template *tf_make_template_(const char *name, tf_template_fn *func, struct tf_template_args a)
{
    return new_template(name, (tf_template){ .func = func }, a);
}

tf_template *tf_make_template_list_(const char *name, tf_template_list_fn *func, struct tf_template_args a)
{
    return new_template(name, (tf_template){ .list_func = func }, a);
}

/* ---- calls --------------------------------------------------------------------------------------------------------------- */

/* Whether it can be called so, with inputs of its kind, in this graph; else a mistake. */
static bool may_call(const tf_template *t, bool with_list, tf_source here, tf_tensor *mistake)
{
    const tf_graph *g = tf1c_current_graph();
    if (!t || !t->name || !t->graph)
        *mistake = tf_mistake(tf_type_error, here, NULL, "A template was expected.");
    else if (with_list ? !t->list_func : !t->func)
        *mistake = tf_mistake(tf_type_error, here, NULL, "The function of template '%s' takes %s.", t->name,
                              with_list ? "a tensor, not a list" : "a list, not a tensor");
    else if (!g || g->universe != t->graph->universe)
        *mistake = tf_mistake(tf_value_error, here, NULL, "Template '%s' is of another graph.", t->name);
    else
        return true;
    return false;
}

/* "[<tf.Variable 'g/w:0' shape=(2, 3) dtype=float32_ref>, …]" of the list's items from `first` on. */
static void variables_text(tf_list all, int first, char *text, size_t n)
{
    char dims[TF_DIMS_TEXT];
    size_t used = (size_t)snprintf(text, n, "[");
    for (int i = first; i < all.n && used < n; i++)
        used += (size_t)snprintf(text + used, n - used, "%s<tf.Variable '%s:0' shape=%s dtype=%s_ref>", i > first ? ", " : "",
                                 tf_op_name(all.items[i].op), tf_dims_text(tf_get_shape(all.items[i]), dims, sizeof dims),
                                 tf_dtype_name(tf_get_dtype(all.items[i])));
    if (used < n)
        snprintf(text + used, n - used, "]");
}

/* Whether a call that was to reuse its variables made some that are trained; then a mistake. */
static bool made_variables(int before, tf_source here, tf_tensor *mistake)
{
    const tf_list now = tf_trainable_variables();
    char text[512];
    if (now.n == before)
        return false;
    variables_text(now, before, text, sizeof text);
    *mistake =
        tf_mistake(tf_value_error, here, NULL,
                   "Trainable variable created when calling a template after the first time, perhaps you used tf.Variable when "
                   "you meant tf.get_variable: %s",
                   text);
    return true;
}

/* What func gives in the template's scope: one tensor, or a list. */
static tf_tensor called(tf_template *t, tf_tensor x, tf_list list, tf_list *outputs, tf_source here)
{
    const bool again = t->called;
    const int before = again ? tf_trainable_variables().n : 0;
    tf_tensor y = { 0 }, mistake;
    TF_WITH_(open_scope(t, true, here))
    {
        if (!t->scope.graph)
            t->scope = tf_get_variable_scope();
        TF1C_BY_USER;
        if (outputs)
            *outputs = t->list_func(list, t->context);
        else
            y = t->func(x, t->context);
    }
    bool failed = !outputs && tf_is_poisoned(y);
    for (int i = 0; outputs && i < outputs->n && outputs->items; i++)
        failed |= tf_is_poisoned(outputs->items[i]);
    t->called |= !failed;
    if (failed || !again || !made_variables(before, here, &mistake))
        return y;
    if (outputs)
        *outputs = tf_mistake_list(outputs->n, mistake);
    return mistake;
}

tf_tensor tf_call_template_(tf_template *t, tf_tensor x, tf_source here)
{
    tf_tensor mistake;
    TF_FROM(here);
    return may_call(t, false, here, &mistake) ? called(t, x, (tf_list){ 0 }, NULL, here) : mistake;
}

tf_list tf_call_template_list_(tf_template *t, tf_list inputs, tf_source here)
{
    tf_tensor mistake;
    tf_list outputs = { 0 };
    TF_FROM(here);
    if (!may_call(t, true, here, &mistake))
        return tf_mistake_list(1, mistake);
    called(t, (tf_tensor){ 0 }, inputs, &outputs, here);
    return outputs;
}
