/* Sums of many tensors. TF1: core/ops/math_ops.cc "AddN". */
#include "ops/math/add_n.h"

#include <stdio.h>

#include "core/alloc.h"
#include "graph/node.h"
#include "ops/array/identity.h"
#include "ops/family.h"

/* ---- AddN: y = Σ inputs, dinputs[i] = dy -------------------------------------------------------------------------------------------- */
static void unequal_at_run(tf_shape_ctx *c, int i)
{
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    tf_shape_error(c, "Inputs to operation %s of type AddN must have the same size and shape.  Input 0: %s != input %d: %s",
                   c->name, tf_dims_kernel_text(*tf_in_dims(c, 0), a, sizeof a), i,
                   tf_dims_kernel_text(*tf_in_dims(c, i), b, sizeof b));
}

/* TF1 merges from the last to the first. */
static void add_n_shape(tf_shape_ctx *c)
{
    char more[64];
    tf_dims all = *tf_in_dims(c, tf_shape_inputs(c) - 1);
    for (int i = tf_shape_inputs(c) - 1; i-- > 0;) {
        snprintf(more, sizeof more, "\n\tFrom merging shape %d with other shapes.", i);
        if (tf_shape_at_run(c) ? tf_merge_dims(all, *tf_in_dims(c, i), &all) : tf1c_merge_in(c, *tf_in_dims(c, i), all, &all, more))
            continue;
        if (tf_shape_at_run(c))
            unequal_at_run(c, i ? i : tf_shape_inputs(c) - 1);
        return;
    }
    tf_set_out(c, 0, all);
}

#define ADD_N(type)                                  \
    for (int64_t i = k->begin; i < k->end; i++) {    \
        type sum = TF_DATA(k, in, 0, const type)[i]; \
        for (int j = 1; j < k->n_in; j++)            \
            sum += TF_DATA(k, in, j, const type)[i]; \
        TF_DATA(k, out, 0, type)[i] = sum;           \
    }

static void add_n_kernel(tf_kernel_ctx *k)
{
    switch (k->T) {
    case tf_float32: ADD_N(float) break;
    case tf_float64: ADD_N(double) break;
    case tf_int32: ADD_N(int32_t) break;
    case tf_int64: ADD_N(int64_t) break;
    default: ADD_N(uint8_t) break;
    }
}

static int64_t add_n_units(const tf_kernel_ctx *k) { return tf_view_count(&k->out[0]); }

static void add_n_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    for (int i = 0; i < g->n_in; i++)
        tf_add_grad(g, i, dy);
}

const tf_op_def tf1c_add_n_op = {
    .name = "AddN",
    .in = "inputs:T*",
    .out = "sum:T",
    .T = TF_NUMERIC,
    .traits = TF_SUM | TF_INPLACE,
    .shape = add_n_shape,
    .kernel = add_n_kernel,
    .units = add_n_units,
    .gradient = add_n_gradient,
};

static tf_tensor add_n_of(tf_list inputs, struct tf_name_args a)
{
    inputs = tf1c_sound_list(inputs, a.here);
    if (!inputs.n)
        return tf_mistake(tf_value_error, a.here, NULL,
                          "inputs must be a list of at least one Tensor/IndexedSlices with the same dtype and shape");
    if (inputs.n == 1)
        return a.name ? tf_identity_(tf_operand_tensor(inputs.items[0]), a)
                      : tf1c_dense(tf_convert(tf_operand_tensor(inputs.items[0]), tf_dtype_unset, a.here, NULL));
    return tf1c_op_of_list(&tf1c_add_n_op, (struct tf_op_args){ .here = a.here, .name = a.name }, inputs);
}

tf_tensor tf_add_n_(struct tf_add_n_args a)
{
    return add_n_of(tf1c_given_list(a.inputs, a.here), (struct tf_name_args){ a.here, a.name });
}

/* ---- AccumulateNV2: the same sum, of a shape that is said ------------------------------------------------------------------------- */
typedef struct {
    tf_dims shape;
} accumulate_attrs;
static const tf_attr_def accumulate_fields[] = { TF_ATTR(accumulate_attrs, shape, TF_ATTR_DIMS), { 0 } };

static void accumulate_shape(tf_shape_ctx *c)
{
    if (tf_shape_at_run(c))
        add_n_shape(c);
    else
        tf_set_out(c, 0, ((const accumulate_attrs *)tf_shape_attrs(c))->shape);
}

static const tf_op_def accumulate_op = {
    .name = "AccumulateNV2",
    .in = "inputs:T*",
    .out = "sum:T",
    .T = TF_NUMERIC,
    .attrs = accumulate_fields,
    .attrs_size = sizeof(accumulate_attrs),
    .traits = TF_SUM | TF_INPLACE,
    .shape = accumulate_shape,
    .kernel = add_n_kernel,
    .units = add_n_units,
    .gradient = add_n_gradient,
};

static tf_tensor not_alike(tf_source here)
{
    return tf_mistake(tf_value_error, here, NULL, "inputs must be a list of at least one Tensor with the same dtype and shape");
}

/* The shape that all have, merged into *shape; else the mistake. */
static bool alike(tf_list inputs, const struct tf_accumulate_n_args *a, tf_dims *shape, tf_tensor *mistake)
{
    const tf_dtype dtype = tf_get_dtype(inputs.items[0]);
    char one[TF_DIMS_TEXT], other[TF_DIMS_TEXT];
    for (int i = 0; i < inputs.n; i++)
        if (tf_is_poisoned(inputs.items[i]) || tf_get_dtype(inputs.items[i]) != dtype) {
            *mistake = tf_is_poisoned(inputs.items[i]) ? inputs.items[i] : not_alike(a->here);
            return false;
        }
    for (int i = 0; i < inputs.n; i++) {
        const tf_dims so_far = *shape;
        if (tf_merge_dims(so_far, tf_get_shape(inputs.items[i]), shape))
            continue;
        *mistake =
            tf_mistake(tf_value_error, a->here, NULL, "Shapes %s and %s are not compatible", tf_dims_text(so_far, one, sizeof one),
                       tf_dims_text(tf_get_shape(inputs.items[i]), other, sizeof other));
        return false;
    }
    if (!a->tensor_dtype || a->tensor_dtype == dtype)
        return true;
    *mistake = tf_mistake(tf_type_error, a->here, NULL, "tensor_dtype is <dtype: '%s'>, but input is of type <dtype: '%s'>",
                          tf_dtype_name(a->tensor_dtype), tf_dtype_name(dtype));
    return false;
}

tf_tensor tf_accumulate_n_(struct tf_accumulate_n_args a)
{
    tf_tensor mistake;
    const tf_list inputs = tf1c_sound_list(tf1c_given_list(a.inputs, a.here), a.here);
    if (!inputs.n)
        return not_alike(a.here);
    if (!tf1c_given_shape(&a.shape, a.here, &mistake))
        return mistake;
    accumulate_attrs attrs = { a.shape };
    if (!alike(inputs, &a, &attrs.shape, &mistake))
        return mistake;
    if (inputs.n == 1)
        return add_n_of(inputs, (struct tf_name_args){ a.here, a.name });
    return tf1c_op_of_list(&accumulate_op, (struct tf_op_args){ .here = a.here, .name = a.name, .attrs = &attrs }, inputs);
}

/* clang-format off */
tf1c_op_family tf1c_family_add_n = {
    &tf1c_add_n_op,
    &accumulate_op,
    NULL,
};
