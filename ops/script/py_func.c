/* PyFunc: a function of the program's, called by runs. TF1: core/ops/script_ops.cc, python/lib/core/py_func.cc. */
#include "ops/script/py_func.h"

#include <stdio.h>
#include <string.h>

#include "core/report.h"
#include "ops/family.h"

typedef struct {
    void *func, *context, *types; /* the last: of the outputs */
} py_attrs;
static const tf_attr_def py_fields[] = { TF_ATTR(py_attrs, func, TF_ATTR_POINTER),
                                         TF_ATTR(py_attrs, context, TF_ATTR_POINTER),
                                         TF_ATTR(py_attrs, types, TF_ATTR_POINTER),
                                         { 0 } };

static void py_shape(tf_shape_ctx *c)
{
    const py_attrs *a = tf_shape_attrs(c);
    for (int i = 0; i < tf_shape_outputs(c); i++)
        tf_set_out_dtype(c, i, ((const tf_dtype *)a->types)[i]);
}

/* ---- errors: TF's class for the exception that a status stands for, and its Python name ------------------------------------------------- */

static tf_status class_of(tf_status raised)
{
    switch (raised) {
    case tf_value_error:
    case tf_type_error: return tf_invalid_argument;
    case tf_out_of_range: return tf_out_of_range;
    case tf_memory_error: return tf_resource_exhausted;
    case tf_unimplemented: return tf_unimplemented;
    default: return tf_unknown;
    }
}
static const char *exception(tf_status raised)
{
    return raised == tf_out_of_range    ? "StopIteration"
           : raised == tf_unimplemented ? "NotImplementedError"
                                        : tf_status_name(raised);
}

/* No handler is told, so that none jumps out of the run: the run tells it. */
static bool called(tf_kernel_ctx *k, const tf_ndarray *in, tf_ndarray *out)
{
    const py_attrs *a = k->attrs;
    tf_py_callable *func;
    memcpy(&func, &a->func, sizeof func);
    const tf1c_aside before = tf1c_reports_aside();
    tf_clear_error();
    const tf_status raised = func(in, out, a->context);
    if (raised)
        tf_kernel_error(k, class_of(raised), "%s: %s", exception(raised), tf_last_error()->message);
    tf1c_reports_again(before);
    return !raised;
}

/* ---- results ---------------------------------------------------------------------------------------------------------------------------- */

/* Strings that live as long as the run's values. */
static void copy_strings(tf_kernel_ctx *k, const tf_bytes *from, int64_t n, tf_bytes *to)
{
    for (int64_t i = 0; i < n; i++) {
        char *s = tf_kernel_string(k, from[i].size);
        to[i] = (tf_bytes){ s, s ? from[i].size : 0 };
        if (s && from[i].size)
            memcpy(s, from[i].data, from[i].size);
    }
}

static void take(tf_kernel_ctx *k, int i, const tf_ndarray *y)
{
    const tf_dtype wanted = ((const tf_dtype *)((const py_attrs *)k->attrs)->types)[i];
    if (y->dtype == tf_dtype_unset)
        tf_kernel_error(k, tf_invalid_argument, "%s returns %d values, but expects to see %d values.", k->name, i, k->n_out);
    else if (y->dtype != wanted || y->scale != 0)
        tf_kernel_error(k, tf_invalid_argument, "%d-th value returned by %s is %s, but expects %s", i, k->name,
                        y->scale != 0 ? "a scaled array" : tf_dtype_kernel_name(y->dtype), tf_dtype_kernel_name(wanted));
    else if (!tf_dims_fully_known(y->shape) || (np_size(*y) && !y->data))
        tf_kernel_error(k, tf_invalid_argument, "%d-th value returned by %s is no array", i, k->name);
    else if (!tf_kernel_room(k, i, y->shape) || !np_size(*y))
        return;
    else if (wanted == tf_string)
        copy_strings(k, y->data, np_size(*y), k->out[i].data);
    else
        memcpy(k->out[i].data, y->data, np_nbytes(*y));
}

static tf_ndarray array_of(const tf_view *v)
{
    tf_dims d = { .known = true, .rank = v->rank };
    memcpy(d.dims, v->dims, sizeof d.dims);
    return np_array(v->data, v->dtype, d);
}

static void py_call(tf_kernel_ctx *k)
{
    tf_ndarray *in = tf1c_alloc_zero(((size_t)k->n_in + (size_t)k->n_out) * sizeof *in + 1);
    if (!in) {
        tf_kernel_error(k, tf_resource_exhausted, "no memory left for a call of %s", k->name);
        return;
    }
    tf_ndarray *out = in + k->n_in;
    for (int i = 0; i < k->n_in; i++)
        in[i] = array_of(&k->in[i]);
    const bool good = called(k, in, out);
    for (int i = 0; i < k->n_out; i++) {
        if (good && !k->status)
            take(k, i, &out[i]);
        np_free(&out[i]);
    }
    tf1c_free(in);
}

#define PY_RECORD(id, op_name)          \
    static const tf_op_def id = {       \
        .name = op_name,                \
        .in = "input:?*",               \
        .out = "output:?*",             \
        .attrs = py_fields,             \
        .attrs_size = sizeof(py_attrs), \
        .traits = TF_STATEFUL,          \
        .shape = py_shape,              \
        .call = py_call,                \
        .gradient = tf_no_gradient,     \
    };
PY_RECORD(py_func_op, "PyFunc")
PY_RECORD(py_func_stateless_op, "PyFuncStateless")

/* ---- builders --------------------------------------------------------------------------------------------------------------------------- */

static bool sound_types(tf_types t, tf_source here, tf_tensor *mistake)
{
    const bool good = t.n > 0 && t.items;
    for (int i = 0; good && i < t.n; i++)
        if (!tf_dtype_size(t.items[i])) {
            *mistake =
                tf_mistake(tf_type_error, here, NULL, "Expected DataType for argument 'Tout' not %s.", tf_dtype_name(t.items[i]));
            return false;
        }
    if (!good)
        *mistake = tf_mistake(tf_value_error, here, NULL, "Tout has %d dtypes; a function gives one value or more.", t.n);
    return good;
}

static tf_list py_func(tf_py_callable *func, tf_list inp, tf_types types, const struct tf_py_func_args *a, tf_source here)
{
    tf_graph *g = tf1c_current_graph();
    tf_dtype *kept = g ? tf1c_graph_alloc(g, (size_t)types.n * sizeof *kept) : NULL;
    py_attrs attrs = { .context = a->context, .types = kept };
    if (!kept)
        return tf_mistake_list(types.n, (tf_tensor){ .op = tf1c_poison(g) });
    memcpy(kept, types.items, (size_t)types.n * sizeof *kept);
    memcpy(&attrs.func, &func, sizeof func);
    const tf_tensor first =
        tf1c_op_of_list(a->stateful ? &py_func_op : &py_func_stateless_op,
                        (struct tf_op_args){ .here = here, .name = a->name, .attrs = &attrs, .n_outputs = types.n }, inp);
    return tf1c_outputs(first.op, types.n);
}

tf_list tf_py_func_list_(tf_py_callable *func, tf_list inp, tf_types types, struct tf_py_func_args a)
{
    tf_tensor mistake;
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    if (!sound_types(types, here, &mistake))
        return tf_mistake_list(types.n, mistake);
    if (!func)
        return tf_mistake_list(types.n,
                               tf_mistake(tf_value_error, here, NULL, "Expected func to be callable, got func of type NULL"));
    return py_func(func, tf1c_sound_list(inp, here), types, &a, here);
}

tf_tensor tf_py_func_(tf_py_callable *func, tf_list inp, tf_dtype type, struct tf_py_func_args a)
{
    const tf_list all = tf_py_func_list_(func, inp, (tf_types){ 1, &type }, a);
    return tf_at_(all, 0, a.here);
}

/* clang-format off */
tf1c_op_family tf1c_family_py_func = {
    &py_func_op,
    &py_func_stateless_op,
    NULL,
};
