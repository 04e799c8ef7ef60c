/* Placeholders, constants, identities, zeros and ones like another, AddN, NoOp. */
#include "ops/array/basic.h"

#include <stdio.h>
#include <string.h>

#include "ops/array/array.h"
#include "ops/array/fill.h"
#include "ops/array/shape.h"

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
    for (int i = 0; a.shape.known && i < a.shape.rank; i++)
        if (a.shape.dims[i] < NONE)
            return tf_mistake(tf_value_error, a.here, NULL, "Error converting shape to a TensorShape: Dimension %lld must be >= 0.",
                              (long long)a.shape.dims[i]);
    if (!tf_dtype_size(a.dtype))
        return tf_mistake(tf_type_error, a.here, NULL, "Expected DataType for argument 'dtype' not %d.", a.dtype);
    placeholder_attrs attrs = { a.dtype, a.shape };
    return (tf_tensor){ tf_op_new(&placeholder_op, (struct tf_op_args){ .here = a.here, .name = a.name, .attrs = &attrs }), 0 };
}

static void identity_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, dy); }

bool tf1c_whole_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    memcpy(k->out[output].strides, k->in[0].strides, sizeof k->in[0].strides);
    *offset = 0;
    return true;
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
    .attrs = placeholder_fields,
    .attrs_size = sizeof(placeholder_attrs),
    .traits = TF_VIEW,
    .shape = default_shape,
    .gradient = identity_gradient,
    .view = tf1c_whole_view,
};

tf_tensor tf_placeholder_with_default_(tf_operand input, struct tf_placeholder_with_default_args a)
{
    tf_tensor mistake;
    if (!tf1c_given_shape(&a.shape, a.here, &mistake))
        return mistake;
    placeholder_attrs attrs = { .shape = a.shape };
    return (tf_tensor){ tf_op_new(&placeholder_with_default_op,
                                  (struct tf_op_args){
                                      .here = a.here, .name = a.name, .attrs = &attrs, .n_inputs = 1, .inputs = &input }),
                        0 };
}

/* ---- Const ------------------------------------------------------------------------------------------------------------------ */
static const tf_attr_def const_fields[] = { TF_ATTR(tf1c_const_attrs, value, TF_ATTR_ARRAY), { 0 } };

static void const_shape(tf_shape_ctx *c)
{
    const tf1c_const_attrs *a = tf_shape_attrs(c);
    tf_set_out(c, 0, a->value.shape);
    tf_set_out_dtype(c, 0, a->value.dtype);
}

static void const_kernel(tf_kernel_ctx *k)
{
    memcpy(k->out[0].data, ((const tf1c_const_attrs *)k->attrs)->value.data,
           np_nbytes(((const tf1c_const_attrs *)k->attrs)->value));
}

static const tf_op_def const_op = {
    .name = "Const",
    .in = "",
    .out = "output:?",
    .attrs = const_fields,
    .attrs_size = sizeof(tf1c_const_attrs),
    .traits = TF_SOURCE_OP,
    .shape = const_shape,
    .kernel = const_kernel,
    .gradient = tf_no_gradient,
};

/* `value` in `shape`, its last element repeated to fill it. Owns its memory. */
static tf_ndarray filled(tf_ndarray value, tf_dims shape)
{
    tf_ndarray full = np_empty(shape, value.dtype);
    size_t size = tf_dtype_size(value.dtype);
    int64_t n = np_size(full), have = np_size(value);
    for (int64_t i = 0; full.data && i < n; i++)
        memcpy((char *)full.data + (size_t)i * size, (char *)value.data + (size_t)(i < have ? i : have - 1) * size, size);
    return full;
}

tf_tensor tf_convert_to_tensor_(tf_operand value, struct tf_convert_to_tensor_args a)
{
    if (a.name && *a.name && !tf1c_valid_name(a.name, *tf_scope_name()))
        return tf_mistake(tf_value_error, a.here, NULL, "'%s' is not a valid node name", a.name);
    return tf_convert(value, a.dtype, a.here, a.name);
}

tf_tensor tf_constant_(tf_operand value, struct tf_constant_args a)
{
    tf_tensor mistake;
    if (!tf1c_given_shape(&a.shape, a.here, &mistake))
        return mistake;
    if (a.name && *a.name && !tf1c_valid_name(a.name, *tf_scope_name()))
        return tf_mistake(tf_value_error, a.here, NULL, "'%s' is not a valid node name", a.name);
    tf_tensor t = value.kind == TF_OPERAND_TENSOR
                      ? tf_mistake(tf_type_error, a.here, NULL, "List of Tensors when single Tensor expected")
                      : tf_convert(value, a.dtype, a.here, a.name);
    if (!a.shape.known || tf_is_poisoned(t) || !t.op)
        return t;
    tf1c_const_attrs *attrs = t.op->attrs;
    int64_t want = tf_dims_count(a.shape), have = np_size(attrs->value);
    if (want < 0 || have > want || (have == 0 && want))
        return tf_mistake(tf_value_error, a.here, t.op->name, "Too many elements provided. Needed at most %lld, but received %lld",
                          (long long)want, (long long)have);
    tf_ndarray full = filled(attrs->value, a.shape);
    void *data = full.data ? tf1c_graph_alloc(t.op->graph, np_nbytes(full) + 64) : NULL;
    if (!data) {
        np_free(&full);
        return (tf_tensor){ tf1c_record_mistake(t.op->graph), 0 };
    }
    data = (char *)data + (64 - (uintptr_t)data % 64) % 64;
    memcpy(data, full.data, np_nbytes(full));
    np_free(&full);
    attrs->value = np_array(data, attrs->value.dtype, a.shape);
    t.op->outputs[0].shape = a.shape;
    return t;
}

/* ---- Identity, StopGradient ------------------------------------------------------------------------------------------------------ */
static bool identity_ints(tf_shape_ctx *c, tf_dims *ints) { return tf_in_ints(c, 0, ints); }

static const tf_op_def identity_op = {
    .name = "Identity",
    .in = "input:T",
    .out = "output:T",
    .traits = TF_VIEW | TF_IDENTITY,
    .shape = tf_unchanged_shape,
    .ints = identity_ints,
    .gradient = identity_gradient,
    .view = tf1c_whole_view,
};
UNARY_BUILDER(tf_identity_, identity_op, NULL)

static const tf_op_def stop_gradient_op = {
    .name = "StopGradient",
    .in = "input:T",
    .out = "output:T",
    .traits = TF_VIEW | TF_IDENTITY,
    .shape = tf_unchanged_shape,
    .gradient = tf_no_gradient,
    .view = tf1c_whole_view,
};
UNARY_BUILDER(tf_stop_gradient_, stop_gradient_op, NULL)

/* ---- ZerosLike, OnesLike: d/dx = 0 ---------------------------------------------------------------------------------------------- */
static void zeros_like_kernel(tf_kernel_ctx *k)
{
    memset(k->out[0].data, 0, (size_t)tf_view_count(&k->out[0]) * tf_dtype_size(k->out[0].dtype));
}

static const tf_op_def zeros_like_op = {
    .name = "ZerosLike",
    .in = "x:T",
    .out = "y:T",
    .traits = TF_SHAPE_ONLY | TF_CHEAP,
    .shape = tf_unchanged_shape,
    .kernel = zeros_like_kernel,
    .gradient = tf_no_gradient,
};

static void ones_like_kernel(tf_kernel_ctx *k)
{
    const int64_t n = tf_view_count(&k->out[0]);
#define ONES(type)                  \
    for (int64_t i = 0; i < n; i++) \
    TF_DATA(k, out, 0, type)[i] = 1
    switch (k->out[0].dtype) {
    case tf_float32: ONES(float); break;
    case tf_float64: ONES(double); break;
    case tf_int32: ONES(int32_t); break;
    case tf_int64: ONES(int64_t); break;
    default: ONES(uint8_t); break;
    }
#undef ONES
}

static const tf_op_def ones_like_op = {
    .name = "OnesLike",
    .in = "x:T",
    .out = "y:T",
    .traits = TF_SHAPE_ONLY | TF_CHEAP,
    .shape = tf_unchanged_shape,
    .kernel = ones_like_kernel,
    .gradient = tf_no_gradient,
};

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

static const tf_op_def add_n_op = {
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

tf_tensor tf_add_n_(tf_list inputs, struct tf_name_args a)
{
    if (!inputs.n)
        return tf_mistake(tf_value_error, a.here, NULL,
                          "inputs must be a list of at least one Tensor/IndexedSlices with the same dtype and shape");
    if (inputs.n == 1)
        return a.name ? tf_identity_(tf_operand_tensor(inputs.items[0]), a)
                      : tf_convert(tf_operand_tensor(inputs.items[0]), tf_dtype_unset, a.here, NULL);
    tf_operand *in = tf1c_alloc((size_t)inputs.n * sizeof *in);
    if (!in)
        return tf_mistake(tf_memory_error, a.here, NULL, "no memory left for the graph");
    for (int i = 0; i < inputs.n; i++)
        in[i] = tf_operand_tensor(inputs.items[i]);
    tf_operation *op =
        tf_op_new(&add_n_op, (struct tf_op_args){ .here = a.here, .name = a.name, .n_inputs = inputs.n, .inputs = in });
    tf1c_free(in);
    return (tf_tensor){ op, 0 };
}

/* As TF1: a known shape becomes a constant (a Fill, if large), an unknown one an op that reads it. */
tf_tensor tf_zeros_like_(tf_operand x, struct tf_like_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "zeros_like");
    tf_tensor t = tf_convert(x, tf_dtype_unset, a.here, "tensor");
    if (tf_is_poisoned(t))
        return t;
    const tf_dtype dtype = a.dtype ? a.dtype : tf_get_dtype(t);
    if (tf_dims_fully_known(tf_get_shape(t)))
        return tf_zeros(tf_get_shape(t), dtype, .name = tf_scope_name());
    if (dtype != tf_get_dtype(t))
        return tf_zeros(tf_shape(t), dtype, .name = tf_scope_name());
    return tf_op_unary(&zeros_like_op, tf_operand_tensor(t), (struct tf_name_args){ .name = tf_scope_name() }, NULL);
}

tf_tensor tf_ones_like_(tf_operand x, struct tf_like_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "ones_like");
    tf_tensor t = tf_convert(x, tf_dtype_unset, a.here, "tensor");
    if (tf_is_poisoned(t))
        return t;
    return tf_ones(tf_shape(t), a.dtype ? a.dtype : tf_get_dtype(t), .name = tf_scope_name());
}

/* ---- NoOp ---------------------------------------------------------------------------------------------------------------------------- */
static void no_op_kernel(tf_kernel_ctx *k) { (void)k; }
static const tf_op_def no_op = { .name = "NoOp", .in = "", .out = "", .kernel = no_op_kernel, .gradient = tf_no_gradient };

tf_operation *tf_no_op_(struct tf_name_args a) { return tf_op_new(&no_op, (struct tf_op_args){ .here = a.here, .name = a.name }); }

tf_operation *tf_group_(tf_ops ops, struct tf_name_args a)
{
    tf_operation *group = NULL;
    for (int i = 0; i < ops.n; i++)
        if (ops.items[i] == tf_op_same(NULL))
            return tf_mistake(tf_type_error, a.here, NULL,
                              "Expected tf.group() expected Tensor arguments not 'None' with type '<class 'NoneType'>'")
                .op;
    tf_with_control_dependencies(ops)
        group = tf_op_new(&no_op, (struct tf_op_args){ .here = a.here, .name = a.name, .default_name = "group_deps" });
    for (int i = 0; i < ops.n; i++)
        if (tf1c_is_mistake(ops.items[i]))
            return ops.items[i];
    return group;
}

tf1c_op_family tf1c_basic_ops_family = { &placeholder_op,
                                         &placeholder_with_default_op,
                                         &const_op,
                                         &identity_op,
                                         &stop_gradient_op,
                                         &zeros_like_op,
                                         &ones_like_op,
                                         &add_n_op,
                                         &no_op,
                                         NULL };
const tf1c_basic_ops tf1c_basic = {
    .constant = &const_op,
    .identity = &identity_op,
    .zeros_like = &zeros_like_op,
    .ones_like = &ones_like_op,
    .add_n = &add_n_op,
    .pack = tf1c_pack,
    .densify = tf1c_densify,
    .concat_rows = tf1c_concat_rows,
};
