/* Constants. TF1: core/ops/array_ops.cc "Const", python/framework/constant_op.py. */
#include "ops/array/constant.h"

#include <string.h>

#include "graph/node.h"
#include "ops/family.h"

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

const tf_op_def tf1c_const_op = {
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
    return tf1c_dense(tf_convert(value, a.dtype, a.here, a.name));
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
        return (tf_tensor){ .op = tf1c_record_mistake(t.op->graph) };
    }
    data = (char *)data + (64 - (uintptr_t)data % 64) % 64;
    memcpy(data, full.data, np_nbytes(full));
    np_free(&full);
    attrs->value = np_array(data, attrs->value.dtype, a.shape);
    t.op->outputs[0].shape = a.shape;
    return t;
}

/* clang-format off */
tf1c_op_family tf1c_family_constant = {
    &tf1c_const_op,
    NULL,
};
