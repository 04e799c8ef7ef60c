/* IdentityN, which passes values on, and by which tf.custom_gradient has its way. TF1: core/kernels/identity_n_op.cc,
 * python/ops/custom_gradient.py. */
#include "ops/script/custom_gradient.h"

#include <string.h>

#include "ops/array/array.h"
#include "ops/array/identity.h"
#include "ops/control_flow/counts.h"
#include "ops/family.h"
#include "ops/script/with_gradient.h"

/* What differentiates a function's results: the first inputs; the xs follow. */
typedef struct {
    tf_custom_grad *grad;
    tf_list saved;
    void *context;
    int n_results;
    tf_gradient_fn *whole; /* instead of these: of the library's own */
} custom;
typedef struct {
    void *custom; /* NULL: each input has its output's gradient */
} identity_attrs;
static const tf_attr_def identity_fields[] = { TF_ATTR(identity_attrs, custom, TF_ATTR_POINTER), { 0 } };

static void identity_shape(tf_shape_ctx *c)
{
    for (int i = 0; i < tf_shape_outputs(c) && i < tf_shape_inputs(c); i++) {
        tf_set_out(c, i, *tf_in_dims(c, i));
        tf_set_out_dtype(c, i, tf_in_dtype(c, i));
    }
}

static void identity_kernel(tf_kernel_ctx *k)
{
    for (int i = 0; i < k->n_out; i++)
        tf_view_copy(&k->out[i], &k->in[i], 0, k->in[i].rank ? k->in[i].dims[0] : 1);
}

static tf_list custom_gradients(const custom *c, tf_list dys)
{
    TF1C_BY_USER;
    return c->grad(dys, c->saved, c->context);
}

static void differentiate_custom(tf_grad_ctx *g, const custom *c)
{
    tf_list dys = { 0 };
    for (int i = 0; i < c->n_results; i++)
        tf_append(&dys, tf_grad_out(g, i));
    const int begin = tf1c_count_now(), n = g->n_in - c->n_results;
    const tf_list dxs = tf1c_sound_list(tf1c_given_list(custom_gradients(c, dys), g->op->here), g->op->here);
    tf1c_gradient_makes(g, tf1c_count_now() - begin);
    for (int i = 0; i < n; i++)
        tf_add_grad(g, c->n_results + i,
                    dxs.n == n ? dxs.items[i]
                               : tf_mistake(tf_value_error, g->op->here, g->op->name,
                                            "Num gradients %d generated for op %s do not match num inputs %d", c->n_results + dxs.n,
                                            g->op->name, g->n_in));
}

static void identity_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const custom *c = ((const identity_attrs *)g->attrs)->custom;
    if (c && c->whole)
        c->whole(g, dy);
    else if (c)
        differentiate_custom(g, c);
    else
        for (int i = 0; i < g->n_in; i++)
            tf_add_grad(g, i, g->dys[i]);
}

static const tf_op_def identity_n_op = {
    .name = "IdentityN",
    .in = "input:?*",
    .out = "output:?*",
    .attrs = identity_fields,
    .attrs_size = sizeof(identity_attrs),
    .traits = TF_STRIDED_IN,
    .shape = identity_shape,
    .kernel = identity_kernel,
    .gradient = identity_gradient,
};

/* Of one result: where it lies already. TF has as many outputs as inputs, of which nobody reads the others. */
static const tf_op_def identity_one_op = {
    .name = "IdentityN",
    .in = "input:?*",
    .out = "output:?*",
    .attrs = identity_fields,
    .attrs_size = sizeof(identity_attrs),
    .traits = TF_VIEW | TF_IDENTITY,
    .shape = identity_shape,
    .view = tf1c_whole_view,
    .gradient = identity_gradient,
};

/* ---- builders --------------------------------------------------------------------------------------------------------------------------- */

/* The first n of them. */
static tf_list identity_n(tf_list tensors, int n, struct tf_name_args a, const custom *c)
{
    const identity_attrs attrs = { (void *)c };
    const bool one = c && n == 1;
    const tf_tensor first = tf1c_op_of_list(
        one ? &identity_one_op : &identity_n_op,
        (struct tf_op_args){ .here = a.here, .name = a.name, .attrs = &attrs, .n_outputs = one ? 1 : tensors.n }, tensors);
    return tf1c_outputs(first.op, n);
}

tf_list tf_identity_n_(tf_list input, struct tf_name_args a)
{
    input = tf1c_sound_list(input, a.here);
    if (!input.n)
        return tf_mistake_list(1,
                               tf_mistake(tf_value_error, a.here, NULL,
                                          "List argument 'input' to 'identity_n' Op with length 0 shorter than minimum length 1."));
    return identity_n(input, input.n, a, NULL);
}

/* The xs as tensors. */
static tf_list converted(tf_list xs, tf_source here)
{
    tf_list values = { 0 };
    for (int i = 0; i < xs.n; i++)
        tf_append(&values, tf_convert(operand_of(xs.items[i]), tf_dtype_unset, here, NULL));
    return values;
}

static tf_tensor first_poisoned(tf_list list)
{
    for (int i = 0; i < list.n; i++)
        if (tf_is_poisoned(list.items[i]))
            return list.items[i];
    return (tf_tensor){ 0 };
}

static tf_custom call_custom(tf_custom_fn *f, tf_list xs, void *context)
{
    TF1C_BY_USER;
    return f(xs, context);
}

static tf_list finish(const tf_custom *of, tf_list xs, void *context, tf_source here)
{
    custom *c = tf1c_graph_alloc(tf1c_current_graph(), sizeof *c);
    const tf_list y = tf1c_sound_list(tf1c_given_list(of->y, here), here), saved = tf1c_sound_list(of->saved, here);
    tf_list all = { 0 };
    if (!c)
        return tf1c_poison_list(1);
    if (y.n < 1 || !of->grad)
        return tf_mistake_list(1, tf_mistake(tf_value_error, here, NULL, "A function with a gradient of its own returned %s.",
                                             of->grad ? "no results" : "no gradient function"));
    for (int i = 0; i < y.n; i++)
        tf_append(&all, tf_convert(operand_of(y.items[i]), tf_dtype_unset, here, NULL));
    for (int i = 0; i < y.n; i++)
        tf_identity(all.items[i]); /* TF makes them, and leaves them there */
    for (int i = 0; i < xs.n; i++)
        tf_append(&all, xs.items[i]);
    if (first_poisoned(all).op)
        return tf_mistake_list(y.n, first_poisoned(all));
    *c = (custom){ of->grad, saved, context, y.n, NULL };
    return identity_n(all, y.n, (struct tf_name_args){ here, NULL }, c);
}

tf_tensor tf1c_with_gradient(tf_tensor y, tf_tensor x, tf_gradient_fn *gradient)
{
    custom *c = tf1c_graph_alloc(tf1c_current_graph(), sizeof *c);
    if (!c || tf_is_poisoned(y) || tf_is_poisoned(x))
        return tf_is_poisoned(y) ? y : tf_is_poisoned(x) ? x : (tf_tensor){ .op = tf1c_poison(tf1c_current_graph()) };
    *c = (custom){ .n_results = 1, .whole = gradient };
    tf_identity(y); /* as above */
    return tf_at_(identity_n(LIST(y, x), 1, (struct tf_name_args){ 0 }, c), 0, (tf_source){ 0 });
}

tf_list tf_custom_gradient_(tf_custom_fn *f, tf_list given, struct tf_custom_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    if (!f)
        return tf_mistake_list(1, tf_mistake(tf_type_error, here, NULL, "f must be callable."));
    const tf_list xs = converted(tf1c_sound_list(given, here), here);
    if (first_poisoned(xs).op)
        return tf_mistake_list(1, first_poisoned(xs));
    const tf_custom of = call_custom(f, xs, a.context);
    return finish(&of, xs, a.context, here);
}

/* clang-format off */
tf1c_op_family tf1c_family_custom_gradient = {
    &identity_n_op,
    &identity_one_op,
    NULL,
};
