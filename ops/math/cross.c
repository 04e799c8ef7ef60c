/* Cross products. TF1: core/ops/math_ops.cc, core/kernels/cross_op.cc, python/ops/math_grad.py. */
#include "ops/math/cross.h"

#include "ops/family.h"

/* ---- Cross: y = a × b; da = b × dy, db = dy × a ------------------------------------------------------------------------------------ */
static void cross_shape(tf_shape_ctx *c)
{
    const tf_dims a = *tf_in_dims(c, 0), b = *tf_in_dims(c, 1);
    tf_dims both;
    if (!tf_with_rank_at_least(c, 0, 1) || !tf_with_rank_at_least(c, 1, 1))
        return;
    if (!tf1c_merge_in(c, a, b, &both, ""))
        return;
    if (both.known && both.dims[both.rank - 1] == NONE)
        both.dims[both.rank - 1] = 3;
    else if (both.known && both.dims[both.rank - 1] != 3) {
        if (tf_shape_at_run(c))
            tf_shape_error(c, "Cross-products are only defined for 3-element vectors.");
        else
            tf_shape_error(c, "Dimension must be 3 but is %lld", (long long)both.dims[both.rank - 1]);
        return;
    }
    tf_set_out(c, 0, both);
}

#define CROSS(type)                                                                                \
    for (int64_t i = 3 * k->begin; i < 3 * k->end; i += 3) {                                       \
        const type *a = TF_DATA(k, in, 0, const type) + i, *b = TF_DATA(k, in, 1, const type) + i; \
        type *y = TF_DATA(k, out, 0, type) + i;                                                    \
        y[0] = (type)(a[1] * b[2] - a[2] * b[1]);                                                  \
        y[1] = (type)(a[2] * b[0] - a[0] * b[2]);                                                  \
        y[2] = (type)(a[0] * b[1] - a[1] * b[0]);                                                  \
    }
static void cross_kernel(tf_kernel_ctx *k)
{
    switch (k->T) {
    case tf_float32: CROSS(float) break;
    case tf_float64: CROSS(double) break;
    case tf_int32: CROSS(uint32_t) break; /* they wrap around */
    case tf_int64: CROSS(uint64_t) break;
    default: CROSS(uint8_t) break;
    }
}
static int64_t vectors(const tf_kernel_ctx *k) { return tf_view_count(&k->out[0]) / 3; }

static void cross_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, tf_cross(g->in[1], dy));
    tf_add_grad(g, 1, tf_cross(dy, g->in[0]));
}

static const tf_op_def cross_op = {
    .name = "Cross",
    .in = "a:T, b:T",
    .out = "product:T",
    .T = TF_NUMERIC,
    .shape = cross_shape,
    .kernel = cross_kernel,
    .units = vectors,
    .gradient = cross_gradient,
};

tf_tensor tf_cross_(tf_operand a, tf_operand b, struct tf_name_args args) { return tf_op_binary(&cross_op, a, b, args, "Cross"); }

/* clang-format off */
tf1c_op_family tf1c_family_cross = {
    &cross_op,
    NULL,
};
