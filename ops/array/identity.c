/* What passes a value on, and zeros and ones like another. TF1: core/ops/array_ops.cc. */
#include "ops/array/identity.h"

#include <string.h>

#include "ops/array/array.h"
#include "ops/array/fill.h"
#include "ops/array/shape.h"

/* ---- Identity, StopGradient ------------------------------------------------------------------------------------------------------ */
void tf1c_identity_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, dy); }

bool tf1c_whole_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    memcpy(k->out[output].strides, k->in[0].strides, sizeof k->in[0].strides);
    *offset = 0;
    return true;
}

static bool identity_ints(tf_shape_ctx *c, tf_dims *ints) { return tf_in_ints(c, 0, ints); }

const tf_op_def tf1c_identity_op = {
    .name = "Identity",
    .in = "input:T",
    .out = "output:T",
    .T = TF_EVERY_DTYPE,
    .traits = TF_VIEW | TF_IDENTITY,
    .shape = tf_unchanged_shape,
    .ints = identity_ints,
    .gradient = tf1c_identity_gradient,
    .view = tf1c_whole_view,
};
UNARY_BUILDER(tf_identity_, tf1c_identity_op, NULL)

static const tf_op_def stop_gradient_op = {
    .name = "StopGradient",
    .in = "input:T",
    .out = "output:T",
    .T = TF_EVERY_DTYPE,
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

const tf_op_def tf1c_zeros_like_op = {
    .name = "ZerosLike",
    .in = "x:T",
    .out = "y:T",
    .traits = TF_SHAPE_ONLY,
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

const tf_op_def tf1c_ones_like_op = {
    .name = "OnesLike",
    .in = "x:T",
    .out = "y:T",
    .traits = TF_SHAPE_ONLY,
    .shape = tf_unchanged_shape,
    .kernel = ones_like_kernel,
    .gradient = tf_no_gradient,
};

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
    return tf_op_unary(&tf1c_zeros_like_op, tf_operand_tensor(t), (struct tf_name_args){ .name = tf_scope_name() }, NULL);
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

/* clang-format off */
tf1c_op_family tf1c_family_identity = {
    &tf1c_identity_op,
    &stop_gradient_op,
    &tf1c_zeros_like_op,
    &tf1c_ones_like_op,
    NULL,
};
