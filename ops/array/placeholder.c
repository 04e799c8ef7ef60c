/* Placeholders, and shapes that are vouched for. TF1: core/ops/array_ops.cc, python/ops/array_ops.py. */
#include "ops/array/placeholder.h"

#include <stdio.h>

#include "ops/array/array.h"

/* ---- Placeholder, PlaceholderWithDefault -------------------------------------------------------------------------------
 * TF1: core/ops/array_ops.cc "Placeholder" */
typedef struct {
    tf_dtype dtype;
    tf_dims shape;
} placeholder_attrs;
static const tf_attr_def placeholder_fields[] = { TF_ATTR(placeholder_attrs, dtype, TF_ATTR_DTYPE),
                                                  TF_ATTR(placeholder_attrs, shape, TF_ATTR_DIMS),
                                                  { 0 } };

static void placeholder_shape(tf_shape_ctx *c)
{
    const placeholder_attrs *a = tf_shape_attrs(c);
    tf_set_out(c, 0, a->shape);
    tf_set_out_dtype(c, 0, a->dtype);
}

static void placeholder_kernel(tf_kernel_ctx *k) /* reached only where nothing was fed */
{
    const placeholder_attrs *a = k->attrs;
    char shape[TF_DIMS_TEXT];
    if (a->shape.known && a->shape.rank)
        tf_kernel_error(k, tf_invalid_argument, "You must feed a value for placeholder tensor '%s' with dtype %s and shape %s",
                        k->name, tf_dtype_kernel_name(a->dtype), tf_dims_kernel_text(a->shape, shape, sizeof shape));
    else
        tf_kernel_error(k, tf_invalid_argument, "You must feed a value for placeholder tensor '%s' with dtype %s", k->name,
                        tf_dtype_kernel_name(a->dtype));
}

static const tf_op_def placeholder_op = {
    .name = "Placeholder",
    .in = "",
    .out = "output:?",
    .attrs = placeholder_fields,
    .attrs_size = sizeof(placeholder_attrs),
    .traits = TF_SOURCE_OP,
    .shape = placeholder_shape,
    .kernel = placeholder_kernel,
    .gradient = tf_no_gradient,
};

tf_tensor tf_placeholder_(struct tf_placeholder_args a)
{
    tf_tensor mistake;
    if (!tf1c_given_shape(&a.shape, a.here, &mistake))
        return mistake;
    for (int i = 0; a.shape.known && i < a.shape.rank && i < TF_MAX_RANK; i++)
        if (a.shape.dims[i] < NONE)
            return tf_mistake(tf_value_error, a.here, NULL, "Error converting shape to a TensorShape: Dimension %lld must be >= 0.",
                              (long long)a.shape.dims[i]);
    if (!tf_dtype_size(a.dtype))
        return tf_mistake(tf_type_error, a.here, NULL, "Expected DataType for argument 'dtype' not %d.", a.dtype);
    placeholder_attrs attrs = { a.dtype, a.shape };
    return (tf_tensor){ .op = tf_op_new(&placeholder_op, (struct tf_op_args){ .here = a.here, .name = a.name, .attrs = &attrs }) };
}

static void default_shape(tf_shape_ctx *c)
{
    const placeholder_attrs *a = tf_shape_attrs(c);
    tf_dims merged;
    if (tf1c_merge_in(c, *tf_in_dims(c, 0), a->shape, &merged, ""))
        tf_set_out(c, 0, tf_shape_at_run(c) ? *tf_in_dims(c, 0) : a->shape);
}

static const tf_op_def placeholder_with_default_op = {
    .name = "PlaceholderWithDefault",
    .in = "input:T",
    .out = "output:T",
    .T = TF_EVERY_DTYPE,
    .attrs = placeholder_fields,
    .attrs_size = sizeof(placeholder_attrs),
    .traits = TF_VIEW | TF_STATEFUL, /* a run may feed another value: not folded */
    .shape = default_shape,
    .gradient = tf1c_identity_gradient,
    .view = tf1c_whole_view,
};

tf_tensor tf_placeholder_with_default_(tf_operand input, struct tf_placeholder_with_default_args a)
{
    tf_tensor mistake;
    if (!tf1c_given_shape(&a.shape, a.here, &mistake))
        return mistake;
    placeholder_attrs attrs = { .shape = a.shape };
    return (tf_tensor){ .op = tf_op_new(&placeholder_with_default_op,
                                        (struct tf_op_args){
                                            .here = a.here, .name = a.name, .attrs = &attrs, .n_inputs = 1, .inputs = &input }) };
}

/* ---- EnsureShape: output = input, dinput = doutput -------------------------------------------------------------------------
 * TF1: core/ops/array_ops.cc "EnsureShape", core/kernels/shape_ops.h EnsureShapeOp, python/ops/check_ops.py _ensure_shape_grad */
typedef struct {
    tf_dims shape;
} ensure_attrs;
static const tf_attr_def ensure_fields[] = { TF_ATTR(ensure_attrs, shape, TF_ATTR_DIMS), { 0 } };

static void not_as_ensured(tf_shape_ctx *c, tf_dims got, tf_dims want)
{
    char output[16] = "", x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    const tf_tensor input = c->op ? c->op->inputs[0] : (tf_tensor){ .op = NULL };
    if (input.index)
        snprintf(output, sizeof output, ":%d", input.index);
    tf_shape_error(c, "Shape of tensor %s%s %s is not compatible with expected shape %s.", input.op ? input.op->name : "", output,
                   tf_dims_kernel_text(got, x, sizeof x), tf_dims_kernel_text(want, y, sizeof y));
}

static void ensure_shape(tf_shape_ctx *c)
{
    const tf_dims want = ((const ensure_attrs *)tf_shape_attrs(c))->shape, got = *tf_in_dims(c, 0);
    tf_dims merged = got;
    if (tf_shape_at_run(c) && !tf_merge_dims(got, want, &merged))
        not_as_ensured(c, got, want);
    else if (want.known && !tf_with_rank(c, 0, want.rank))
        return;
    else if (tf_shape_at_run(c) || tf1c_merge_in(c, want, got, &merged, ""))
        tf_set_out(c, 0, merged);
}

static const tf_op_def ensure_shape_op = {
    .name = "EnsureShape",
    .in = "input:T",
    .out = "output:T",
    .T = TF_EVERY_DTYPE,
    .attrs = ensure_fields,
    .attrs_size = sizeof(ensure_attrs),
    .traits = TF_VIEW,
    .shape = ensure_shape,
    .gradient = tf1c_identity_gradient,
    .view = tf1c_whole_view,
};

tf_tensor tf_ensure_shape_(struct tf_ensure_shape_args a)
{
    tf_tensor mistake;
    if (!tf1c_given_shape(&a.shape, a.here, &mistake))
        return mistake;
    const ensure_attrs attrs = { .shape = a.shape };
    const tf_operand x = tf1c_given_data(a.x, a.text, ".x", a.here);
    return (tf_tensor){ .op = tf_op_new(
                            &ensure_shape_op,
                            (struct tf_op_args){ .here = a.here, .name = a.name, .attrs = &attrs, .n_inputs = 1, .inputs = &x }) };
}

/* clang-format off */
tf1c_op_family tf1c_family_placeholder = {
    &placeholder_op,
    &placeholder_with_default_op,
    &ensure_shape_op,
    NULL,
};
