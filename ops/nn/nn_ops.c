/* Softmax, the cross entropies, L2Loss, BiasAdd: records and their one-node calls. What is composed of several is in
 * nn_impl.c. TF1: core/ops/nn_ops.cc, core/kernels/softmax_op.cc, xent_op.cc, sparse_xent_op.cc, bias_op.cc. */
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/math/arithmetic.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"
#include "ops/nn/nn.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/vecmath.h"
#include "ops/array/array.h"
#include "ops/nn/nn_ops.h"

static tf_tensor row_sums(tf_tensor x) { return tf_reduce_sum(x, -1, .keepdims = true); }
static tf_tensor times_column(tf_tensor column, tf_tensor x) { return tf_mul(tf_expand_dims(column, -1), x); } /* [n]·[n,c] */

/* Rows of the last axis. */
static int64_t row_length(const tf_view *v) { return v->rank ? v->dims[v->rank - 1] : 1; }
static int64_t row_count(const tf_view *v)
{
    int64_t n = 1;
    for (int i = 0; i + 1 < v->rank; i++)
        n = tf1c_times(n, v->dims[i]);
    return n;
}
static int64_t out_rows(const tf_kernel_ctx *k) { return row_count(&k->out[0]); }
static const tf_shard_rule by_rows = { .out = 0, .in = { 0, 0, 0, 0 } };

/* ---- Softmax: y = e^(x-m) / Σ e^(x-m), m = max x, by rows; dx = (dy - Σ dy·y)·y ----------------------------------------------
 * LogSoftmax: y = x - m - log Σ e^(x-m); dx = dy - Σ dy · e^y */
static void softmax_shape(tf_shape_ctx *c)
{
    char shape[TF_DIMS_TEXT];
    const tf_dims *x = tf_in_dims(c, 0);
    if (tf_shape_at_run(c) && x->known && x->rank < 1)
        tf_shape_error(c, "logits must have >= 1 dimension, got %s", tf_dims_kernel_text(*x, shape, sizeof shape));
    else if (tf_with_rank_at_least(c, 0, 1))
        tf_set_out(c, 0, *x);
}

/* e = e^(x - m), m = max x; returns Σ e. */
static float exponentials_f32(int64_t n, float *e, const float *x, float *m)
{
    const tf1c_vecmath *vec = tf1c_vec();
    *m = vec->max(n, x);
    vec->exp_sub(n, e, x, *m);
    return vec->sum(n, e);
}
static double exponentials_f64(int64_t n, double *e, const double *x, double *m)
{
    double sum = 0;
    *m = -INFINITY;
    for (int64_t i = 0; i < n; i++)
        *m = *m < x[i] || isnan(x[i]) ? x[i] : *m;
    for (int64_t i = 0; i < n; i++)
        e[i] = x[i] - *m;
    tf1c_vec()->functions->exp(n, e, e);
    for (int64_t i = 0; i < n; i++)
        sum += e[i];
    return sum;
}

#define SOFTMAX(id, type, log_)                                     \
    static void softmax_##id(int64_t n, type *y, const type *x)     \
    {                                                               \
        type m;                                                     \
        const type scale = 1 / exponentials_##id(n, y, x, &m);      \
        for (int64_t i = 0; i < n; i++)                             \
            y[i] *= scale;                                          \
    }                                                               \
    static void log_softmax_##id(int64_t n, type *y, const type *x) \
    {                                                               \
        type m;                                                     \
        const type log_sum = log_(exponentials_##id(n, y, x, &m));  \
        for (int64_t i = 0; i < n; i++)                             \
            y[i] = x[i] - m - log_sum;                              \
    }
SOFTMAX(f32, float, logf)
SOFTMAX(f64, double, log)

#define BY_ROW(id)                                                                                        \
    static void id##_kernel(tf_kernel_ctx *k)                                                             \
    {                                                                                                     \
        const int64_t n = row_length(&k->out[0]);                                                         \
        for (int64_t r = k->begin; r < k->end; r++)                                                       \
            if (k->T == tf_float32)                                                                       \
                id##_f32(n, TF_DATA(k, out, 0, float) + r * n, TF_DATA(k, in, 0, const float) + r * n);   \
            else                                                                                          \
                id##_f64(n, TF_DATA(k, out, 0, double) + r * n, TF_DATA(k, in, 0, const double) + r * n); \
    }
BY_ROW(softmax)
BY_ROW(log_softmax)

static void softmax_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const tf_tensor y = g->out[0];
    tf_add_grad(g, 0, tf_mul(tf_sub(dy, row_sums(tf_mul(dy, y))), y));
}
static void log_softmax_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, tf_sub(dy, tf_mul(row_sums(dy), tf_exp(g->out[0]))));
}

static const tf_op_def softmax_op = {
    .name = "Softmax",
    .rows = 1,
    .in = "logits:T",
    .out = "softmax:T",
    .T = TF_FLOATING,
    .traits = TF_INPLACE,
    .shape = softmax_shape,
    .kernel = softmax_kernel,
    .units = out_rows,
    .shard = &by_rows,
    .gradient = softmax_gradient,
};
static const tf_op_def log_softmax_op = {
    .name = "LogSoftmax",
    .rows = 1,
    .in = "logits:T",
    .out = "logsoftmax:T",
    .T = TF_FLOATING,
    .shape = softmax_shape,
    .kernel = log_softmax_kernel,
    .units = out_rows,
    .shard = &by_rows,
    .gradient = log_softmax_gradient,
};
tf_tensor tf1c_softmax(tf_tensor x, const char *name)
{
    return tf_op_unary(&softmax_op, tf_operand_tensor(x), (struct tf_name_args){ .name = name }, NULL);
}
tf_tensor tf1c_log_softmax(tf_tensor x, const char *name)
{
    return tf_op_unary(&log_softmax_op, tf_operand_tensor(x), (struct tf_name_args){ .name = name }, NULL);
}

/* ---- SoftmaxCrossEntropyWithLogits ----------------------------------------------------------------------------------------------
 * logits x, labels z [n,c], broadcast to each other -> loss [n] = Σ z·(log Σ e^(x-m) - (x-m)), backprop [n,c] = softmax(x) - z
 * dx = dloss·backprop + (dbackprop - Σ dbackprop·s)·s, s = softmax(x);   dz = -dloss·log s */
static void xent_shape(tf_shape_ctx *c)
{
    const tf_dims x = *tf_in_dims(c, 0), z = *tf_in_dims(c, 1);
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    tf_dims both;
    if (!(x.known && x.rank == 2 && tf_merge_dims(x, z, &both)) && !tf_broadcast_dims(x, z, &both)) {
        if (tf_shape_at_run(c))
            tf_shape_error(c, "logits and labels must be broadcastable: logits_size=%s labels_size=%s",
                           tf_dims_kernel_text(x, a, sizeof a), tf_dims_kernel_text(z, b, sizeof b));
        else if (x.dims[0] != NONE && z.dims[0] != NONE)
            tf_broadcast_shape(c); /* says which dimensions differ */
        else                       /* TF loses sight of the classes while it does not know the rows, and complains when run */
            tf_set_out(c, 1, SHAPE(NONE, NONE)), tf_set_out(c, 0, SHAPE(NONE));
        return;
    }
    if (both.known && both.rank != 2) {
        if (tf_shape_at_run(c))
            tf_shape_error(c, "logits and labels must be either 2-dimensional, or broadcasted to be 2-dimensional");
        else
            tf_shape_error(c, "Shape must be broadcasted with rank 2, but is rank %d", both.rank);
        return;
    }
    if (!both.known)
        both = SHAPE(NONE, NONE);
    tf_set_out(c, 0, SHAPE(both.dims[0]));
    tf_set_out(c, 1, both);
}

#define XENT_ROW(id, type, log_)                                                                                    \
    static type xent_row_##id(int64_t n, type *b, const type *x, const type *z, int64_t step_x, int64_t step_z)     \
    {                                                                                                               \
        type m, loss = 0;                                                                                           \
        if (step_x == 1) /* else b holds the repeated logit already */                                              \
            memcpy(b, x, (size_t)n * sizeof *b);                                                                    \
        const type sum = exponentials_##id(n, b, b, &m), log_sum = log_(sum), scale = 1 / sum;                      \
        for (int64_t i = 0; i < n; i++)                                                                             \
            loss += z[i * step_z] * (log_sum - (x[i * step_x] - m));                                                \
        for (int64_t i = 0; i < n; i++)                                                                             \
            b[i] = b[i] * scale - z[i * step_z];                                                                    \
        return loss;                                                                                                \
    }                                                                                                               \
    static void xent_##id(tf_kernel_ctx *k)                                                                         \
    {                                                                                                               \
        tf_view x = k->in[0], z = k->in[1];                                                                         \
        const int64_t n = k->out[1].dims[1];                                                                        \
        tf1c_broadcast_view(&x, &k->out[1]);                                                                        \
        tf1c_broadcast_view(&z, &k->out[1]);                                                                        \
        for (int64_t r = k->begin; r < k->end; r++) {                                                               \
            type *b = TF_DATA(k, out, 1, type) + r * n;                                                             \
            const type *logits = (const type *)x.data + r * x.strides[0];                                           \
            for (int64_t i = 0; x.strides[1] == 0 && i < n; i++)                                                    \
                b[i] = *logits;                                                                                     \
            TF_DATA(k, out, 0, type)                                                                                \
            [r] = xent_row_##id(n, b, logits, (const type *)z.data + r * z.strides[0], x.strides[1], z.strides[1]); \
        }                                                                                                           \
    }
XENT_ROW(f32, float, logf)
XENT_ROW(f64, double, log)

static void xent_kernel(tf_kernel_ctx *k)
{
    if (k->T == tf_float32)
        xent_f32(k);
    else
        xent_f64(k);
}
static int64_t xent_units(const tf_kernel_ctx *k) { return k->out[0].dims[0]; }

static void xent_gradient(tf_grad_ctx *g, tf_tensor dloss)
{
    tf1c_gradient_makes(g, 3 + 5);
    const tf_tensor x = g->in[0];
    tf1c_gradient_reads(g, g->out[1]);
    tf1c_gradient_reads(g, x);
    tf_tensor dx = { 0 };
    if (!tf_is_none(dloss))
        dx = times_column(dloss, g->out[1]);
    if (!tf_is_none(g->dys[1])) {
        const tf_tensor s = tf_nn_softmax(x), d = g->dys[1], more = tf_mul(tf_sub(d, row_sums(tf_mul(d, s))), s);
        dx = tf_is_none(dx) ? more : tf_add(dx, more);
    }
    tf_add_grad(g, 0, dx);
    if (!tf1c_grad_wanted(g, 1))
        return;
    if (!tf_is_none(dloss))
        tf_add_grad(g, 1, times_column(dloss, tf_neg(tf_nn_log_softmax(x))));
    if (!tf_is_none(g->dys[1]))
        tf_add_grad(g, 1, tf_neg(g->dys[1]));
}

static const tf_op_def xent_op = {
    .name = "SoftmaxCrossEntropyWithLogits",
    .rows = 3,
    .in = "features:T, labels:T",
    .out = "loss:T, backprop:T",
    .T = TF_FLOATING,
    .shape = xent_shape,
    .kernel = xent_kernel,
    .units = xent_units,
    .shard = &by_rows,
    .gradient = xent_gradient,
};
tf_tensor tf1c_xent(tf_tensor logits, tf_tensor labels, const char *name)
{
    return tf_op_binary(&xent_op, tf_operand_tensor(logits), tf_operand_tensor(labels), (struct tf_name_args){ .name = name },
                        NULL);
}

/* ---- SparseSoftmaxCrossEntropyWithLogits: the same with z = one_hot(labels [n]) ------------------------------------------------- */
static void sparse_xent_shape(tf_shape_ctx *c)
{
    const tf_dims x = *tf_in_dims(c, 0), z = *tf_in_dims(c, 1);
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    tf_dims_kernel_text(x, a, sizeof a);
    tf_dims_kernel_text(z, b, sizeof b);
    int64_t n = NONE;
    if (tf_shape_at_run(c) && x.rank != 2)
        tf_shape_error(c, "logits must be 2-D, but got shape %s", a);
    else if (tf_shape_at_run(c) && z.rank != 1)
        tf_shape_error(c, "labels must be 1-D, but got shape %s", b);
    else if (!tf_with_rank(c, 0, 2) || !tf_with_rank(c, 1, 1))
        return;
    else if (x.known && z.known && !tf_merge_dim(x.dims[0], z.dims[0], &n)) {
        if (tf_shape_at_run(c))
            tf_shape_error(c, "logits and labels must have the same first dimension, got logits shape %s and labels shape %s", a,
                           b);
        else
            tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)x.dims[0], (long long)z.dims[0]);
    } else if (tf_shape_at_run(c) && x.dims[1] == 0)
        tf_shape_error(c, "Must have at least one class, but got logits shape %s", a);
    if (!x.known || !z.known)
        n = x.known ? x.dims[0] : z.known ? z.dims[0] : NONE;
    tf_set_out(c, 0, SHAPE(n));
    tf_set_out(c, 1, SHAPE(n, x.known ? x.dims[1] : NONE));
}

static int64_t label(const tf_kernel_ctx *k, int64_t i)
{
    return k->U == tf_int32 ? TF_DATA(k, in, 1, const int32_t)[i] : TF_DATA(k, in, 1, const int64_t)[i];
}

/* TF looks at all labels first, and names the first bad one and all of them. */
static bool labels_in_range(tf_kernel_ctx *k)
{
    const int64_t classes = k->in[0].dims[1], n = k->in[1].dims[0];
    int64_t bad = 0;
    while (bad < n && label(k, bad) >= 0 && label(k, bad) < classes)
        bad++;
    if (bad == n)
        return true;
    char all[320];
    size_t used = 0;
    for (int64_t i = 0; i < n && used < sizeof all - 24; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%lld", i ? " " : "", (long long)label(k, i));
    tf_kernel_error(k, tf_invalid_argument,
                    "Received a label value of %lld which is outside the valid range of [0, %lld).  Label values: %s",
                    (long long)label(k, bad), (long long)classes, all);
    return false;
}

#define SPARSE_XENT(id, type, log_)                                                         \
    static void sparse_xent_##id(tf_kernel_ctx *k, bool valid)                              \
    {                                                                                       \
        const int64_t n = k->out[1].dims[1];                                                \
        for (int64_t r = k->begin; r < k->end; r++) {                                       \
            const type *x = TF_DATA(k, in, 0, const type) + r * n;                          \
            type *b = TF_DATA(k, out, 1, type) + r * n, m;                                  \
            const type sum = exponentials_##id(n, b, x, &m), scale = valid ? 1 / sum : NAN; \
            for (int64_t i = 0; i < n; i++)                                                 \
                b[i] *= scale;                                                              \
            TF_DATA(k, out, 0, type)[r] = valid ? log_(sum) - (x[label(k, r)] - m) : NAN;   \
            if (valid)                                                                      \
                b[label(k, r)] -= 1;                                                        \
        }                                                                                   \
    }
SPARSE_XENT(f32, float, logf)
SPARSE_XENT(f64, double, log)

static void sparse_xent_kernel(tf_kernel_ctx *k)
{
    const bool valid = labels_in_range(k);
    if (k->T == tf_float32)
        sparse_xent_f32(k, valid);
    else
        sparse_xent_f64(k, valid);
}

/* PreventGradient: x, with a message for whoever differentiates it. */
typedef struct {
    const char *message;
} prevent_attrs;
static const tf_attr_def prevent_fields[] = { TF_ATTR(prevent_attrs, message, TF_ATTR_STRING), { 0 } };
static void prevented(tf_grad_ctx *g, tf_tensor dy)
{
    (void)dy;
    tf1c_disable_gradient(g, ((const prevent_attrs *)g->attrs)->message);
}

static const tf_op_def prevent_gradient_op = {
    .name = "PreventGradient",
    .in = "input:T",
    .out = "output:T",
    .attrs = prevent_fields,
    .attrs_size = sizeof(prevent_attrs),
    .traits = TF_VIEW | TF_IDENTITY,
    .shape = tf_unchanged_shape,
    .view = tf1c_whole_view,
    .gradient = prevented,
};

tf_tensor tf1c_prevent_gradient(tf_tensor x, const char *message)
{
    const prevent_attrs attrs = { message };
    const tf_operand in = tf_operand_tensor(x);
    return (tf_tensor){ .op =
                            tf_op_new(&prevent_gradient_op, (struct tf_op_args){ .attrs = &attrs, .n_inputs = 1, .inputs = &in }) };
}

static void sparse_xent_gradient(tf_grad_ctx *g, tf_tensor dloss)
{
    tf1c_gradient_makes(g, 1 + 3);
    static const char reason[] = "Currently there is no way to take the second derivative of "
                                 "sparse_softmax_cross_entropy_with_logits due to the fused implementation's interaction with "
                                 "tf.gradients()";
    if (!tf_is_none(dloss))
        tf_add_grad(g, 0, times_column(dloss, tf1c_prevent_gradient(g->out[1], reason)));
}

static const tf_op_def sparse_xent_op = {
    .name = "SparseSoftmaxCrossEntropyWithLogits",
    .rows = 3,
    .in = "features:T, labels:U",
    .out = "loss:T, backprop:T",
    .T = TF_FLOATING,
    .U = TF_INDEX,
    .shape = sparse_xent_shape,
    .kernel = sparse_xent_kernel,
    .units = xent_units,
    .shard = &by_rows,
    .gradient = sparse_xent_gradient,
};
tf_tensor tf1c_sparse_xent(tf_tensor logits, tf_tensor labels, const char *name)
{
    return tf_op_binary(&sparse_xent_op, tf_operand_tensor(logits), tf_operand_tensor(labels),
                        (struct tf_name_args){ .name = name }, NULL);
}

/* ---- L2Loss: y = Σ x² / 2; dx = x·dy ------------------------------------------------------------------------------------------------- */
static void l2_loss_kernel(tf_kernel_ctx *k)
{
    const int64_t n = tf_view_count(&k->in[0]);
    if (k->T == tf_float32) {
        *TF_DATA(k, out, 0, float) = tf1c_vec()->sum_squares(n, k->in[0].data) / 2;
        return;
    }
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += TF_DATA(k, in, 0, const double)[i] * TF_DATA(k, in, 0, const double)[i];
    *TF_DATA(k, out, 0, double) = sum / 2;
}
static void l2_loss_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_mul(g->in[0], dy)); }
static const tf_op_def l2_loss_op = {
    .name = "L2Loss",
    .in = "t:T",
    .out = "output:T",
    .T = TF_FLOATING,
    .shape = tf_scalar_shape,
    .kernel = l2_loss_kernel,
    .gradient = l2_loss_gradient,
};
UNARY_BUILDER(tf_nn_l2_loss_, l2_loss_op, NULL)

/* ---- BiasAdd: y = x + bias [c] along the channels; dbias = Σ dy over the others --------------------------------------------------
 * With channels last it is an addition that broadcasts, and one to the planner; with channels second a kernel of its own. */
typedef struct {
    const char *data_format;
} bias_attrs;
static const tf_attr_def bias_fields[] = { TF_ATTR(bias_attrs, data_format, TF_ATTR_STRING), { 0 } };
static bool channels_second(const void *attrs)
{
    const char *format = ((const bias_attrs *)attrs)->data_format;
    return format && strncmp(format, "NC", 2) == 0;
}

static void bias_add_shape(tf_shape_ctx *c)
{
    const tf_dims x = *tf_in_dims(c, 0), bias = *tf_in_dims(c, 1);
    const bool second = channels_second(tf_shape_attrs(c));
    const int axis = second ? 1 : x.rank - 1;
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    tf_dims out = x;
    tf_dims_kernel_text(x, a, sizeof a);
    tf_dims_kernel_text(bias, b, sizeof b);
    if (tf_shape_at_run(c)) {
        if (x.rank < 2)
            tf_shape_error(c, "Input tensor must be at least 2D: %s", a);
        else if (bias.rank != 1)
            tf_shape_error(c, "Biases must be 1D: %s", b);
        else if (x.dims[axis] != bias.dims[0])
            tf_shape_error(c, "Must provide as many biases as the last dimension of the input tensor: %s vs. %s", b, a);
        else if (second && x.rank < 3)
            tf_shape_error(c, "Only ranks up to 5 supported: %s", a);
    } else if (!tf_with_rank_at_least(c, 0, second ? 3 : 2) || !tf_with_rank(c, 1, 1)) {
        return;
    } else if (x.known && bias.known && !tf_merge_dim(x.dims[axis], bias.dims[0], &out.dims[axis])) {
        tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)x.dims[axis], (long long)bias.dims[0]);
        return;
    }
    tf_set_out(c, 0, out);
}

static void bias_add_f32(int64_t n, void *out, const void *const *in, const void *attrs)
{
    (void)attrs;
    tf1c_vec()->add(n, out, in[0], in[1]);
}
STRIP2(bias_add_f64, double, double, x + y)
STRIP2(bias_add_i32, int32_t, int32_t, (uint32_t)x + (uint32_t)y)
STRIP2(bias_add_i64, int64_t, int64_t, (uint64_t)x + (uint64_t)y)
STRIP2(bias_add_u8, uint8_t, uint8_t, x + y)
static tf_strip *const bias_add_strips[TF_DTYPES] = { [tf_float32] = bias_add_f32,
                                                      [tf_float64] = bias_add_f64,
                                                      [tf_int32] = bias_add_i32,
                                                      [tf_int64] = bias_add_i64,
                                                      [tf_uint8] = bias_add_u8 };

/* outer × channels × inner elements around the channels' axis. */
static void around_channels(const tf_view *v, const void *attrs, int64_t *outer, int64_t *channels, int64_t *inner)
{
    const int axis = channels_second(attrs) ? 1 : v->rank - 1;
    *outer = *inner = 1;
    *channels = v->dims[axis];
    for (int i = 0; i < v->rank; i++)
        *(i < axis ? outer : i > axis ? inner : &(int64_t){ 1 }) *= v->dims[i];
}

#define ADD_BIASES(type)                                                                \
    for (int64_t o = k->begin; o < k->end; o++)                                         \
        for (int64_t c = 0; c < channels; c++)                                          \
            for (int64_t i = (o * channels + c) * inner, end = i + inner; i < end; i++) \
                TF_DATA(k, out, 0, type)[i] = (type)(TF_DATA(k, in, 0, const type)[i] + TF_DATA(k, in, 1, const type)[c]);
#define SUM_BIASES(type)                                                                \
    for (int64_t c = k->begin; c < k->end; c++)                                         \
        TF_DATA(k, out, 0, type)[c] = 0;                                                \
    for (int64_t o = 0; o < outer; o++)                                                 \
        for (int64_t c = k->begin; c < k->end; c++)                                     \
            for (int64_t i = (o * channels + c) * inner, end = i + inner; i < end; i++) \
                TF_DATA(k, out, 0, type)[c] += TF_DATA(k, in, 0, const type)[i];
#define BY_TYPE(BODY)                    \
    switch (k->T) {                      \
    case tf_float32: BODY(float) break;  \
    case tf_float64: BODY(double) break; \
    case tf_int32: BODY(int32_t) break;  \
    case tf_int64: BODY(int64_t) break;  \
    default: BODY(uint8_t) break;        \
    }

static void bias_add_kernel(tf_kernel_ctx *k)
{
    int64_t outer, channels, inner;
    around_channels(&k->out[0], k->attrs, &outer, &channels, &inner);
    BY_TYPE(ADD_BIASES)
}
static int64_t bias_add_units(const tf_kernel_ctx *k) { return k->out[0].dims[0]; }

static void bias_grad_kernel(tf_kernel_ctx *k)
{
    int64_t outer, channels, inner;
    around_channels(&k->in[0], k->attrs, &outer, &channels, &inner);
    if (inner == 1 && k->T == tf_float32) { /* whole rows at a time */
        float *sum = TF_DATA(k, out, 0, float) + k->begin;
        memset(sum, 0, (size_t)(k->end - k->begin) * sizeof *sum);
        for (int64_t o = 0; o < outer; o++)
            tf1c_vec()->add(k->end - k->begin, sum, sum, TF_DATA(k, in, 0, const float) + o * channels + k->begin);
        return;
    }
    BY_TYPE(SUM_BIASES)
}
static int64_t bias_grad_units(const tf_kernel_ctx *k) { return k->out[0].dims[0]; }

static void bias_grad_shape(tf_shape_ctx *c)
{
    const tf_dims x = *tf_in_dims(c, 0);
    const bool second = channels_second(tf_shape_attrs(c));
    char a[TF_DIMS_TEXT];
    if (tf_shape_at_run(c) && x.rank < 2) {
        tf_shape_error(c, "Input tensor must be at least 2D: %s", tf_dims_kernel_text(x, a, sizeof a));
        return;
    }
    if (tf_with_rank_at_least(c, 0, second ? 3 : 2))
        tf_set_out(c, 0, SHAPE(!x.known ? NONE : x.dims[second ? 1 : x.rank - 1]));
}

/* Of dbias [c]: the same for every row. */
static void bias_grad_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const bias_attrs *a = g->attrs;
    tf_add_grad(g, 0, tf_nn_bias_add(tf_zeros_like(g->in[0]), dy, .data_format = a->data_format));
}
static int bias_grad_sums_along(const tf_kernel_ctx *k) { return k->in[0].rank > 0 ? 0 : -1; }

static const tf_op_def bias_grad_op = {
    .name = "BiasAddGrad",
    .in = "out_backprop:T",
    .out = "output:T",
    .T = TF_NUMERIC,
    .attrs = bias_fields,
    .attrs_size = sizeof(bias_attrs),
    .shape = bias_grad_shape,
    .kernel = bias_grad_kernel,
    .units = bias_grad_units,
    .sums_along = bias_grad_sums_along,
    .gradient = bias_grad_gradient,
};
static void bias_add_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 1);
    tf1c_gradient_reads_shapes(g, 0);
    const tf_operand in = tf_operand_tensor(dy);
    tf_add_grad(g, 0, dy);
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(
            g, 1,
            (tf_tensor){ .op = tf_op_new(&bias_grad_op, (struct tf_op_args){ .attrs = g->attrs, .n_inputs = 1, .inputs = &in }) });
}
static const tf_op_def bias_add_op = {
    .name = "BiasAdd",
    .in = "value:T, bias:T",
    .out = "output:T",
    .T = TF_NUMERIC,
    .attrs = bias_fields,
    .attrs_size = sizeof(bias_attrs),
    .traits = TF_ELEMENTWISE_TRAITS | TF_PLUS,
    .shape = bias_add_shape,
    .strips = bias_add_strips,
    .gradient = bias_add_gradient,
};
static const tf_op_def bias_add_second_op = {
    .name = "BiasAdd",
    .in = "value:T, bias:T",
    .out = "output:T",
    .T = TF_NUMERIC,
    .attrs = bias_fields,
    .attrs_size = sizeof(bias_attrs),
    .traits = TF_INPLACE,
    .shape = bias_add_shape,
    .kernel = bias_add_kernel,
    .units = bias_add_units,
    .gradient = bias_add_gradient,
};

static tf_tensor nn_bias_add_of(tf_operand value, tf_operand bias, struct tf_bias_add_args a)
{
    const bias_attrs attrs = { a.data_format ? a.data_format : "NHWC" };
    TF_FROM(a.here);
    if (strncmp(attrs.data_format, "NC", 2) != 0 &&
        !(attrs.data_format[0] == 'N' && attrs.data_format[strlen(attrs.data_format) - 1] == 'C'))
        return tf_mistake(tf_value_error, a.here, NULL, "data_format must be of the form `N...C` or `NC...`");
    TF_SCOPE(a.name, "BiasAdd");
    const char *scope = tf_scope_name();
    tf_tensor x = tf_convert(value, tf_dtype_unset, a.here, "input");
    tf_tensor b = tf_is_poisoned(x) ? x : tf_convert(bias, tf_get_dtype(x), a.here, "bias");
    return (tf_tensor){ .op = tf_op_new(
                            channels_second(&attrs) ? &bias_add_second_op : &bias_add_op,
                            (struct tf_op_args){ .here = a.here,
                                                 .name = scope,
                                                 .attrs = &attrs,
                                                 .n_inputs = 2,
                                                 .inputs = (tf_operand[]){ tf_operand_tensor(x), tf_operand_tensor(b) } }) };
}

tf_tensor tf_nn_bias_add_(struct tf_bias_add_args a) { return nn_bias_add_of(tf1c_given(a.value), tf1c_given(a.bias), a); }

/* clang-format off */
tf1c_op_family tf1c_family_nn_ops = {
    &softmax_op,
    &log_softmax_op,
    &xent_op,
    &sparse_xent_op,
    &prevent_gradient_op,
    &l2_loss_op,
    &bias_add_op,
    &bias_grad_op,
    &bias_add_second_op,
    NULL,
};
