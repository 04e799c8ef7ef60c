/* Functions whose variables are made once and shared by all calls. */
#ifndef TF1C_OPS_STATE_TEMPLATE_H
#define TF1C_OPS_STATE_TEMPLATE_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* func_ in a variable scope of its own, which its first call opens and every later one reuses.                   TF1: tf.make_template
 *   def generate(z):                               static tf_tensor generate(tf_tensor z, void *context)
 *     return tf.layers.dense(z, 8)                 { return tf_layers_dense(z, 8); }
 *   g = tf.make_template("g", generate)            tf_template *g = tf_make_template("g", generate);
 *   x, y = g(z), g(q)                              tf_tensor x = tf_call_template(g, z), y = tf_call_template(g, q);
 *   name_              of the scope; uniquified where it is opened: "g", "g_1"
 *   func_              of a tensor, which gives one, or of a list, which gives a list: tf_call_template(g, LIST(a, b))
 *   context            what func_ is called with besides
 *   create_scope_now_  the scope is opened here, and not where the template is called first
 *   unique_name_       of the scope, as it is
 *   returns            a template that belongs to the graph; NULL after a report
 *   errors             ValueError "name cannot be None.";  of a call: "Trainable variable created when calling a template after the
 *                      first time, perhaps you used tf.Variable when you meant tf.get_variable: […]", and what func_ meets
 *   source             python/ops/template.py */
typedef tf_tensor tf_template_fn(tf_tensor inputs, void *context);
typedef tf_list tf_template_list_fn(tf_list inputs, void *context);
typedef struct tf_template {
    const char *name, *unique_name;
    tf_template_fn *func; /* or */
    tf_template_list_fn *list_func;
    void *context;
    tf_graph *graph;         /* of whose kind its calls must be */
    tf_variable_scope scope; /* once it has been opened */
    bool called;             /* from the first call on, variables are reused */
} tf_template;
struct tf_template_args {
    tf_source here;
    bool create_scope_now_;
    const char *unique_name_;
    void *context;
};
#define tf_make_template(name_, func_, ...)                                                                        \
    TF_KWARGS_(_Generic((func_), tf_template_list_fn *: tf_make_template_list_, default: tf_make_template_)(       \
        name_, func_, (struct tf_template_args){ TF_HERE_, __VA_ARGS__ }))
#define tf_call_template(template_, inputs) \
    _Generic((inputs), tf_list: tf_call_template_list_, default: tf_call_template_)(template_, inputs, TF_SOURCE)
TF1C_API tf_template *tf_make_template_(const char *name, tf_template_fn *func, struct tf_template_args args);
TF1C_API tf_template *tf_make_template_list_(const char *name, tf_template_list_fn *func, struct tf_template_args args);
TF1C_API tf_tensor tf_call_template_(tf_template *self, tf_tensor inputs, tf_source here);
TF1C_API tf_list tf_call_template_list_(tf_template *self, tf_list inputs, tf_source here);

#ifdef __cplusplus
}
#endif
#endif
