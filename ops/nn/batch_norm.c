/* TF1: core/ops/nn_ops.cc "FusedBatchNormV3", core/kernels/fused_batch_norm_op.cc, python/ops/nn_impl.py, nn_grad.py. */
#include "ops/nn/batch_norm.h"

#include <math.h>
#include <string.h>

#include "ops/array/array.h"
#include "ops/array/constant.h"
#include "ops/math/arithmetic.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"
#include "ops/nn/window.h"

typedef struct {
    double epsilon;
    const char *data_format;
    bool is_training;
} norm_attrs;
static const tf_attr_def norm_fields[] = { TF_ATTR(norm_attrs, epsilon, TF_ATTR_FLOAT),
                                           TF_ATTR(norm_attrs, data_format, TF_ATTR_STRING),
                                           TF_ATTR(norm_attrs, is_training, TF_ATTR_BOOL),
                                           { 0 } };

/* ---- shapes: x of rank 4, vectors as long as its channels -------------------------------------------------------------------------- */

static bool merge_channels(tf_shape_ctx *c, int input, int64_t *channels)
{
    const tf_dims v = *tf_in_dims(c, input);
    if (!tf_with_rank(c, input, 1) || !v.known)
        return !v.known;
    if (tf_merge_dim(*channels, v.dims[0], channels))
        return true;
    tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)*channels, (long long)v.dims[0]);
    return false;
}

/* At run, in the kernel's words. */
static bool runs_here(tf_shape_ctx *c, const char *what)
{
    const norm_attrs *a = tf_shape_attrs(c);
    char text[TF_DIMS_TEXT];
    if (tf_in_dims(c, 0)->rank != 4)
        tf_shape_error(c, "%s must be 4-dimensional%s", what, tf_dims_kernel_text(*tf_in_dims(c, 0), text, sizeof text));
    else if (tf1c_channels_second(a->data_format))
        tf_shape_error(c, "The CPU implementation of FusedBatchNorm only supports NHWC tensor format for now.");
    else
        return true;
    return false;
}

static void norm_shape(tf_shape_ctx *c)
{
    const norm_attrs *a = tf_shape_attrs(c);
    const tf_dims x = tf_in_dims(c, 0)->known ? *tf_in_dims(c, 0) : unknown_of_rank(4);
    const int axis = tf1c_channel_axis(a->data_format, 4);
    if (tf_shape_at_run(c) ? !runs_here(c, "input") : !tf_with_rank(c, 0, 4))
        return;
    int64_t channels = x.dims[axis];
    for (int i = 1; i < (a->is_training ? 3 : 5); i++)
        if (!merge_channels(c, i, &channels))
            return;
    tf_dims y = x;
    y.dims[axis] = channels;
    tf_set_out(c, 0, y);
    for (int i = 1; i < 5; i++)
        tf_set_out(c, i, SHAPE(channels));
    tf_set_out(c, 5, SHAPE(0));
}

static void norm_grad_shape(tf_shape_ctx *c)
{
    const norm_attrs *a = tf_shape_attrs(c);
    const tf_dims x = tf_in_dims(c, 1)->known ? *tf_in_dims(c, 1) : unknown_of_rank(4);
    if (tf_shape_at_run(c) ? !runs_here(c, "y backprop") : !tf_with_rank(c, 0, 4) || !tf_with_rank(c, 1, 4))
        return;
    const int64_t channels = x.dims[tf1c_channel_axis(a->data_format, 4)];
    tf_set_out(c, 0, x);
    tf_set_out(c, 1, SHAPE(channels));
    tf_set_out(c, 2, SHAPE(channels));
    tf_set_out(c, 3, SHAPE(0));
    tf_set_out(c, 4, SHAPE(0));
}

/* ---- kernels: x as rows of channels; the shard's channels alone --------------------------------------------------------------------- */

enum { BLOCK = 64 };

static int64_t channels_of(const tf_kernel_ctx *k) { return k->out[1].dims[0]; }
static size_t norm_scratch(const tf_kernel_ctx *k) { return (size_t)channels_of(k) * 3 * sizeof(double) + sizeof(double); }

/* sum[i] = Σ over rows of (a - mean)·b per channel, b being a - mean if NULL and 1 if `plain`; blocks of floats, then doubles. */
static void sum_rows(int64_t rows, int64_t channels, int64_t n, const float *a, const float *mean, const float *b, float *block,
                     double *sum)
{
    for (int64_t i = 0; i < n; i++)
        sum[i] = 0;
    for (int64_t from = 0; from < rows; from += BLOCK) {
        const int64_t to = from + BLOCK < rows ? from + BLOCK : rows;
        memset(block, 0, (size_t)n * sizeof *block);
        for (int64_t r = from; r < to; r++) {
            const float *x = a + r * channels, *y = b ? b + r * channels : NULL;
            if (!mean)
                for (int64_t i = 0; i < n; i++)
                    block[i] += x[i];
            else if (!y)
                for (int64_t i = 0; i < n; i++)
                    block[i] += (x[i] - mean[i]) * (x[i] - mean[i]);
            else
                for (int64_t i = 0; i < n; i++)
                    block[i] += (x[i] - mean[i]) * y[i];
        }
        for (int64_t i = 0; i < n; i++)
            sum[i] += (double)block[i];
    }
}

static void norm_kernel(tf_kernel_ctx *k)
{
    const norm_attrs *a = k->attrs;
    const int64_t channels = channels_of(k), rows = channels ? tf_view_count(&k->in[0]) / channels : 0, from = k->begin,
                  n = k->end - from;
    double *sum = k->scratch;
    float *factor = (float *)(sum + n), *block = factor + n, *mean = TF_DATA(k, out, 3, float) + from,
          *variance = TF_DATA(k, out, 4, float) + from;
    const float *x = TF_DATA(k, in, 0, const float) + from;
    if (a->is_training) {
        sum_rows(rows, channels, n, x, NULL, NULL, block, sum);
        for (int64_t i = 0; i < n; i++)
            mean[i] = (float)(sum[i] / (double)rows);
        sum_rows(rows, channels, n, x, mean, NULL, block, sum);
        for (int64_t i = 0; i < n; i++)
            variance[i] = (float)(sum[i] / (double)rows);
    } else {
        copy_bytes(mean, TF_DATA(k, in, 3, const float) + from, (size_t)n * sizeof *mean);
        copy_bytes(variance, TF_DATA(k, in, 4, const float) + from, (size_t)n * sizeof *variance);
    }
    const float correction = a->is_training ? (float)rows / (float)(rows > 1 ? rows - 1 : 1) : 1;
    for (int64_t i = 0; i < n; i++) {
        TF_DATA(k, out, 1, float)[from + i] = mean[i];
        TF_DATA(k, out, 2, float)[from + i] = variance[i] * correction;
        factor[i] = TF_DATA(k, in, 1, const float)[from + i] / sqrtf(variance[i] + (float)a->epsilon);
    }
    const float *offset = TF_DATA(k, in, 2, const float) + from;
    for (int64_t r = 0; r < rows; r++) {
        float *y = TF_DATA(k, out, 0, float) + from + r * channels;
        for (int64_t i = 0; i < n; i++)
            y[i] = (x[r * channels + i] - mean[i]) * factor[i] + offset[i];
    }
}

/* in: dy, x, scale, mean, variance. dscale = Σ dy·(x - mean)/√(v + ε), doffset = Σ dy, dx = scale/√(v + ε)·(dy - what of it changes
 * the batch's mean and variance). */
static void norm_grad_kernel(tf_kernel_ctx *k)
{
    const norm_attrs *a = k->attrs;
    const int64_t channels = channels_of(k), rows = channels ? tf_view_count(&k->in[1]) / channels : 0, from = k->begin,
                  n = k->end - from;
    const float *dy = TF_DATA(k, in, 0, const float) + from, *x = TF_DATA(k, in, 1, const float) + from,
                *mean = TF_DATA(k, in, 3, const float) + from, *variance = TF_DATA(k, in, 4, const float) + from;
    float *dscale = TF_DATA(k, out, 1, float) + from, *doffset = TF_DATA(k, out, 2, float) + from;
    double *sum = k->scratch;
    float *factor = (float *)(sum + n), *along = factor + n, *shift = along + n;
    sum_rows(rows, channels, n, dy, NULL, NULL, along, sum);
    for (int64_t i = 0; i < n; i++)
        doffset[i] = (float)sum[i];
    sum_rows(rows, channels, n, x, mean, dy, along, sum);
    for (int64_t i = 0; i < n; i++) {
        const float inverse = 1 / sqrtf(variance[i] + (float)a->epsilon);
        dscale[i] = (float)sum[i] * inverse;
        factor[i] = TF_DATA(k, in, 2, const float)[from + i] * inverse;
        along[i] = a->is_training ? (float)(sum[i] / (double)rows) * inverse * inverse : 0;
        shift[i] = a->is_training ? doffset[i] / (float)rows : 0;
    }
    for (int64_t r = 0; r < rows; r++) {
        float *dx = TF_DATA(k, out, 0, float) + from + r * channels;
        for (int64_t i = 0; i < n; i++)
            dx[i] = factor[i] * (dy[r * channels + i] - shift[i] - (x[r * channels + i] - mean[i]) * along[i]);
    }
}

/* ---- gradients ----------------------------------------------------------------------------------------------------------------------- */

static const tf_op_def norm_grad_op;
static void norm_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const norm_attrs *a = g->attrs;
    const bool training = a->is_training;
    tf1c_gradient_makes(g, !training && a->data_format[1] == 'C' ? 1 + 3 * 2 : 1); /* three transposes */
    if (!training)
        tf1c_gradient_gives(g, 3);
    if (tf_is_none(dy))
        return;
    const tf_operand in[] = { operand_of(dy),
                              operand_of(g->in[0]),
                              operand_of(g->in[1]),
                              operand_of(training ? g->out[3] : g->in[3]),
                              operand_of(training ? g->out[4] : g->in[4]),
                              operand_of(g->out[5]) };
    const tf_tensor dx = array_op(&norm_grad_op, (struct tf_name_args){ 0 }, NULL, g->attrs, 6, in);
    for (int i = 0; i < 3; i++)
        tf_add_grad(g, i, (tf_tensor){ .op = dx.op, .index = i });
}

/* Its own: of what the kernel computes, written as a graph, as TF does. */
static void norm_grad_gradient(tf_grad_ctx *g, tf_tensor ddx)
{
    const norm_attrs *a = g->attrs;
    const tf_tensor dy = g->in[0], x = g->in[1], scale = g->in[2];
    const tf_dims rows = a->data_format[1] == 'C' ? AXES(0, 2, 3) : AXES(0, 1, 2);
    (void)ddx;
    const tf_tensor mean = a->is_training ? tf_reduce_mean(x, .axes = rows) : g->in[3], centred = tf_sub(x, mean);
    const tf_tensor variance = a->is_training ? tf_reduce_mean(tf_square(centred), .axes = rows) : g->in[4];
    const tf_tensor inverse = tf_rsqrt(tf_add(variance, a->epsilon)), factor = tf_mul(scale, inverse);
    tf_tensor inner = dy;
    if (a->is_training)
        inner = tf_sub(tf_sub(dy, tf_reduce_mean(dy, .axes = rows)),
                       tf_mul(centred, tf_mul(tf_square(inverse), tf_reduce_mean(tf_mul(dy, centred), .axes = rows))));
    const tf_list made = LIST(tf_mul(factor, inner), tf_mul(inverse, tf_reduce_sum(tf_mul(dy, centred), .axes = rows)),
                              tf_reduce_sum(dy, .axes = rows));
    const tf_list flowing = LIST(tf_grad_out(g, 0), tf_grad_out(g, 1), tf_grad_out(g, 2));
    const tf_list d = tf_gradients(made, LIST(dy, x, scale), .grad_ys = flowing);
    for (int i = 0; i < d.n; i++)
        if (!tf_is_none(d.items[i]))
            tf_add_grad(g, i, d.items[i]);
}

#define FLOAT32 TF_DTYPE_BIT(tf_float32)
static const tf_op_def norm_op = {
    .name = "FusedBatchNormV3",
    .in = "x:T, scale:U, offset:U, mean:U, variance:U",
    .out = "y:T, batch_mean:U, batch_variance:U, reserve_space_1:U, reserve_space_2:U, reserve_space_3:U",
    .T = FLOAT32,
    .U = FLOAT32,
    .attrs = norm_fields,
    .attrs_size = sizeof(norm_attrs),
    .shape = norm_shape,
    .kernel = norm_kernel,
    .units = channels_of,
    .scratch = norm_scratch,
    .gradient = norm_gradient,
};
static const tf_op_def norm_grad_op = {
    .name = "FusedBatchNormGradV3",
    .in = "y_backprop:T, x:T, scale:float32, reserve_space_1:U, reserve_space_2:U, reserve_space_3:U",
    .out = "x_backprop:T, scale_backprop:U, offset_backprop:U, reserve_space_4:U, reserve_space_5:U",
    .T = FLOAT32,
    .U = FLOAT32,
    .attrs = norm_fields,
    .attrs_size = sizeof(norm_attrs),
    .shape = norm_grad_shape,
    .kernel = norm_grad_kernel,
    .units = channels_of,
    .scratch = norm_scratch,
    .gradient = norm_grad_gradient,
};

/* ---- builders -------------------------------------------------------------------------------------------------------------------------- */

static tf_batch_norm no_norm(void)
{
    const tf_tensor t = { .op = tf1c_record_mistake(tf1c_current_graph()) };
    return (tf_batch_norm){ t, t, t };
}

static bool is_given(tf_operand o) { return o.kind && !(o.kind == TF_OPERAND_TENSOR && !o.as.tensor.op); } /* else None */

/* An operand or, if none is given, an empty vector. */
static tf_operand or_empty(tf_operand given)
{
    if (is_given(given))
        return given;
    return operand_of(tf_constant(np_array(NULL, tf_float32, SHAPE(0))));
}

static tf_batch_norm nn_fused_batch_norm_of(tf_operand x, tf_operand scale, tf_operand offset, struct tf_fused_batch_norm_args a)
{
    const double least = 1.001e-5;
    const norm_attrs attrs = { a.epsilon > least ? a.epsilon : least, a.data_format ? a.data_format : "NHWC", a.is_training };
    TF_FROM(a.here);
    if (a.is_training && (a.mean.kind || a.variance.kind)) {
        tf_mistake(tf_value_error, a.here, NULL, "Both 'mean' and 'variance' must be None if is_training is True.");
        return no_norm();
    }
    if (!tf1c_check_format(norm_op.name, attrs.data_format, 2, a.here))
        return no_norm();
    const tf_operand mean = or_empty(a.mean), variance = or_empty(a.variance); /* made in this order */
    const tf_operand in[] = { x, scale, offset, mean, variance };
    const tf_tensor y = array_op(&norm_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 5, in);
    return (tf_batch_norm){ y, { .op = y.op, .index = 1 }, { .op = y.op, .index = 2 } };
}

tf_batch_norm tf_nn_fused_batch_norm_(struct tf_fused_batch_norm_args a)
{
    return nn_fused_batch_norm_of(tf1c_given(a.x), tf1c_given(a.scale), tf1c_given(a.offset), a);
}

/* A number, or an array of floats, as Python makes it of one while it is no tensor yet: -o, or o + more. False: it is one. */
static bool made_by_python(tf_operand *o, bool negative, double more)
{
    const tf_ndarray *a = &o->as.array;
    const double number = o->kind == TF_OPERAND_INTEGER ? (double)o->as.integer : o->as.real;
    if (o->kind == TF_OPERAND_INTEGER || o->kind == TF_OPERAND_REAL) {
        *o = tf_operand_real(negative ? -number : number + more);
        return true;
    }
    if (o->kind != TF_OPERAND_ARRAY || !(TF_FLOATING & TF_DTYPE_BIT(a->dtype)) || a->scale != 0 || !a->data)
        return false;
    tf_ndarray made = *a;
    const int64_t n = np_size(*a);
    if (!(made.data = tf1c_graph_alloc(tf1c_current_graph(), np_nbytes(*a) + 1)))
        return false;
    for (int64_t i = 0; i < n; i++)
        if (a->dtype == tf_float32)
            ((float *)made.data)[i] = negative ? -((const float *)a->data)[i] : ((const float *)a->data)[i] + (float)more;
        else
            ((double *)made.data)[i] = negative ? -((const double *)a->data)[i] : ((const double *)a->data)[i] + more;
    made.memory = NULL;
    *o = (tf_operand){ .kind = TF_OPERAND_ARRAY, .as.array = made };
    return true;
}

static tf_tensor as_dtype(tf_tensor t, tf_dtype dtype)
{
    return dtype && !tf_is_poisoned(t) ? tf1c_cast(t, dtype, (tf_source){ 0 }) : t;
}

static tf_tensor sum_with(tf_operand variance, double epsilon) { return tf_raw_ops_add_v2(variance, epsilon, .name = "add"); }

tf_tensor tf_nn_batch_normalization_(tf_operand x, tf_operand mean, tf_operand variance, tf_operand offset, tf_operand scale,
                                     double variance_epsilon, struct tf_name_args args)
{
    TF_FROM(args.here);
    TF_SCOPE(args.name, "batchnorm");
    x = tf1c_sound_operand(x, args.here);
    mean = tf1c_sound_operand(mean, args.here);
    variance = tf1c_sound_operand(variance, args.here);
    const tf_dtype dtype = tf1c_operand_dtype(&x);
    tf_tensor inverse =
        made_by_python(&variance, false, variance_epsilon) ? tf_rsqrt(variance) : tf_rsqrt(sum_with(variance, variance_epsilon));
    if (is_given(scale))
        inverse = tf_mul(inverse, scale);
    const tf_tensor scaled = tf_mul(x, as_dtype(inverse, dtype));
    tf_tensor shift = { 0 };
    if (is_given(offset))
        shift = tf_sub(offset, tf_mul(mean, inverse));
    else
        shift = made_by_python(&mean, true, 0) ? tf_mul(mean, inverse) : tf_mul(tf_neg(mean), inverse);
    return tf_raw_ops_add_v2(scaled, as_dtype(shift, dtype), .name = "add");
}

/* An argument by one of its two names. */
static bool by_either(tf_operand *old, tf_operand other, const char *old_name, const char *name, tf_source here)
{
    *old = tf1c_given(*old);
    other = tf1c_given(other);
    if (is_given(*old) && is_given(other)) {
        tf_mistake(tf_value_error, here, NULL, "Cannot specify both '%s' and '%s'", name, old_name);
        return false;
    }
    if (!is_given(*old))
        *old = other;
    return true;
}

tf_tensor tf_nn_batch_norm_with_global_normalization_(struct tf_global_normalization_args a)
{
    if (!by_either(&a.t, a.input, "t", "input", a.here) || !by_either(&a.m, a.mean, "m", "mean", a.here) ||
        !by_either(&a.v, a.variance, "v", "variance", a.here))
        return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) };
    const tf_operand gamma = a.scale_after_normalization ? tf1c_given(a.gamma) : (tf_operand){ 0 };
    return tf_nn_batch_normalization_(a.t, a.m, a.v, tf1c_given(a.beta), gamma, a.variance_epsilon,
                                      (struct tf_name_args){ a.here, a.name });
}

/* clang-format off */
tf1c_op_family tf1c_family_batch_norm = {
    &norm_op,
    &norm_grad_op,
    NULL,
};
