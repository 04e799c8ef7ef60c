/* Depthwise convolutions: each channel by filters of its own. TF1: core/ops/nn_ops.cc, core/kernels/depthwise_conv_op.cc,
 * depthwise_conv_grad_op.cc, python/ops/nn_impl.py, nn_ops.py with_space_to_batch. */
#include "ops/nn/depthwise.h"

#include <string.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/array/space.h"
#include "ops/control_flow/counts.h"
#include "ops/math/arithmetic.h"
#include "ops/nn/conv.h"
#include "ops/nn/pool.h"
#include "ops/nn/window.h"

static tf_tensor recorded(void) { return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }; }

typedef struct {
    tf_dims strides;
    const char *padding, *data_format;
    tf_dims dilations;
} depthwise_attrs;
static const tf_attr_def depthwise_fields[] = { TF_ATTR(depthwise_attrs, strides, TF_ATTR_DIMS),
                                                TF_ATTR(depthwise_attrs, padding, TF_ATTR_STRING),
                                                TF_ATTR(depthwise_attrs, data_format, TF_ATTR_STRING),
                                                TF_ATTR(depthwise_attrs, dilations, TF_ATTR_DIMS),
                                                { 0 } };

/* ---- shapes -------------------------------------------------------------------------------------------------------------------- */

static tf1c_window window_of(const depthwise_attrs *a, int64_t in, int64_t window, int i)
{
    const int axis = tf1c_spatial_axis(a->data_format, i);
    return (tf1c_window){ in, window, a->strides.dims[axis], a->dilations.dims[axis], 0, 0 };
}

/* What TF's kernel says of its attributes. */
static bool runs_here(tf_shape_ctx *c, const depthwise_attrs *a)
{
    const int channels = tf1c_channel_axis(a->data_format, 4);
    const bool second = tf1c_channels_second(a->data_format);
    if (a->strides.dims[0] != 1 || a->strides.dims[channels] != 1)
        tf_shape_error(c, "Current implementation does not yet support strides in the batch and depth dimensions.");
    else if (a->strides.dims[1 + second] != a->strides.dims[2 + second])
        tf_shape_error(c, "Current implementation only supports equal length strides in the row and column dimensions.");
    else if (second)
        tf_shape_mistake(c, tf_unimplemented, "Depthwise convolution on CPU is only supported for NHWC format");
    else
        return true;
    return false;
}

static void depthwise_shape(tf_shape_ctx *c)
{
    const depthwise_attrs *a = tf_shape_attrs(c);
    const int channels = tf1c_channel_axis(a->data_format, 4);
    if (!tf_with_rank(c, 0, 4) || !tf_with_rank(c, 1, 4) || (tf_shape_at_run(c) && !runs_here(c, a)))
        return;
    const tf_dims x = tf_in_dims(c, 0)->known ? *tf_in_dims(c, 0) : unknown_of_rank(4);
    const tf_dims w = tf_in_dims(c, 1)->known ? *tf_in_dims(c, 1) : unknown_of_rank(4);
    tf_dims y = unknown_of_rank(4);
    int64_t depth;
    if (!tf_merge_dim(x.dims[channels], w.dims[2], &depth)) {
        tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)x.dims[channels], (long long)w.dims[2]);
        return;
    }
    y.dims[0] = x.dims[0];
    y.dims[channels] = depth == NONE || w.dims[3] == NONE ? NONE : tf1c_times(depth, w.dims[3]);
    for (int i = 0; i < 2; i++) {
        const int axis = tf1c_spatial_axis(a->data_format, i);
        const tf1c_window v = window_of(a, x.dims[axis], w.dims[i], i);
        if (!tf1c_window_outputs(c, a->padding, &v, &y.dims[axis]))
            return;
    }
    tf_set_out(c, 0, y);
}

/* At run: dy is what x and w would have made. */
static bool backprop_fits(tf_shape_ctx *c, tf_dims x, tf_dims w, tf_dims dy)
{
    const depthwise_attrs *a = tf_shape_attrs(c);
    int64_t out[2] = { 0 };
    if (x.rank != 4 || w.rank != 4 || dy.rank != 4) {
        tf_shape_error(c, "%s must be 4-dimensional", x.rank != 4 ? "input" : w.rank != 4 ? "filter" : "out_backprop");
        return false;
    }
    for (int i = 0; i < 2; i++) {
        const tf1c_window v = window_of(a, x.dims[1 + i], w.dims[i], i);
        if (!tf1c_window_outputs(c, a->padding, &v, &out[i]))
            return false;
    }
    if (x.dims[0] != dy.dims[0])
        tf_shape_error(c, "%s: input and out_backprop must have the same batch size", c->def->name);
    else if (w.dims[2] != x.dims[3])
        tf_shape_error(c, "%s: input and filter must have the same in_depth", c->def->name);
    else if (tf1c_times(w.dims[2], w.dims[3]) != dy.dims[3])
        tf_shape_error(c, "%s: depth_multiplier * in_depth not equal to out_depth", c->def->name);
    else if (out[0] != dy.dims[1] || out[1] != dy.dims[2])
        tf_shape_error(c, "%s: Size of out_backprop doesn't match computed: actual = [%lld,%lld], computed = [%lld,%lld]",
                       c->def->name, (long long)dy.dims[1], (long long)dy.dims[2], (long long)out[0], (long long)out[1]);
    else
        return true;
    return false;
}

/* The shape that input `sizes` holds. */
static void backprop_shape(tf_shape_ctx *c, int sizes)
{
    tf_dims shape;
    if (!tf_with_rank(c, sizes, 1))
        return;
    if (!tf_in_ints(c, sizes, &shape) || shape.rank != 4)
        shape = unknown_of_rank(4);
    if (tf_shape_at_run(c) &&
        (!runs_here(c, tf_shape_attrs(c)) ||
         !backprop_fits(c, sizes == 0 ? shape : *tf_in_dims(c, 0), sizes == 0 ? *tf_in_dims(c, 1) : shape, *tf_in_dims(c, 2))))
        return;
    tf_set_out(c, 0, shape);
}
static void input_shape(tf_shape_ctx *c) { backprop_shape(c, 0); }
static void filter_shape(tf_shape_ctx *c) { backprop_shape(c, 1); }

/* ---- kernels ---------------------------------------------------------------------------------------------------------------------- */

/* x [batch, in…, c], w [window…, c, m], y [batch, out…, c·m]. */
typedef struct {
    int64_t in[2], window[2], out[2], stride[2], dilation[2], before[2], channels, multiplier;
} geometry;

static geometry geometry_of(const depthwise_attrs *a, const tf_view *x, const tf_view *w, const tf_view *y)
{
    geometry g = { .channels = w->dims[2], .multiplier = w->dims[3] };
    for (int i = 0; i < 2; i++) {
        const tf1c_window v = window_of(a, x->dims[1 + i], w->dims[i], i);
        g.in[i] = v.in;
        g.window[i] = v.window;
        g.out[i] = y->dims[1 + i];
        g.stride[i] = v.stride;
        g.dilation[i] = v.dilation;
        g.before[i] = tf1c_window_before(a->padding, &v, g.out[i]);
    }
    return g;
}

/* Which elements of a window lie in the image for output o of axis i: [*begin, *end). */
static void inside(const geometry *g, int i, int64_t o, int64_t *begin, int64_t *end)
{
    const int64_t first = o * g->stride[i] - g->before[i], step = g->dilation[i];
    const int64_t last = (g->in[i] - first + step - 1) / step;
    *begin = first < 0 ? (-first + step - 1) / step : 0;
    *end = g->in[i] <= first ? 0 : last < g->window[i] ? last : g->window[i];
}

/* One place of a window: its numbers of each channel. x [c], w [c, m], y [c, m]. */
#define AT_PLACE(type, id, many, one)                                                       \
    static void id(const geometry *g, type *restrict x, type *restrict w, type *restrict y) \
    {                                                                                       \
        const int64_t m = g->multiplier;                                                    \
        for (int64_t c = 0; m == 1 && c < g->channels; c++)                                 \
            one;                                                                            \
        for (int64_t c = 0; m != 1 && c < g->channels; c++)                                 \
            for (int64_t q = 0; q < m; q++)                                                 \
                many;                                                                       \
    }
#define PLACES(type, suffix)                                                                       \
    AT_PLACE(type, add_forward_##suffix, y[c * m + q] += x[c] * w[c * m + q], y[c] += x[c] * w[c]) \
    AT_PLACE(type, add_input_##suffix, x[c] += y[c * m + q] * w[c * m + q], x[c] += y[c] * w[c])   \
    AT_PLACE(type, add_filter_##suffix, w[c * m + q] += x[c] * y[c * m + q], w[c] += x[c] * y[c])
PLACES(float, f32)
PLACES(double, f64)

/* Every place of every window of the outputs of one image. */
#define OVER_IMAGE(type, id)                                                                                           \
    static void id(const geometry *g, type *x, type *w, type *y, void (*at)(const geometry *, type *, type *, type *)) \
    {                                                                                                                  \
        const int64_t out = g->channels * g->multiplier;                                                               \
        for (int64_t i = 0; i < g->out[0]; i++)                                                                        \
            for (int64_t j = 0; j < g->out[1]; j++, y += out) {                                                        \
                int64_t a, a_end, b_begin, b_end;                                                                      \
                inside(g, 0, i, &a, &a_end);                                                                           \
                inside(g, 1, j, &b_begin, &b_end);                                                                     \
                for (; a < a_end; a++)                                                                                 \
                    for (int64_t b = b_begin; b < b_end; b++) {                                                        \
                        const int64_t row = i * g->stride[0] - g->before[0] + a * g->dilation[0];                      \
                        const int64_t column = j * g->stride[1] - g->before[1] + b * g->dilation[1];                   \
                        at(g, x + (row * g->in[1] + column) * g->channels, w + (a * g->window[1] + b) * out, y);       \
                    }                                                                                                  \
            }                                                                                                          \
    }
OVER_IMAGE(float, over_image_f32)
OVER_IMAGE(double, over_image_f64)

typedef enum { FORWARD, INPUT, FILTER } role;

static void over_images(tf_kernel_ctx *k, const tf_view *x, const tf_view *w, const tf_view *y, role r, int64_t begin, int64_t end)
{
    const geometry g = geometry_of(k->attrs, x, w, y);
    void (*const f32[])(const geometry *, float *, float *, float *) = { add_forward_f32, add_input_f32, add_filter_f32 };
    void (*const f64[])(const geometry *, double *, double *, double *) = { add_forward_f64, add_input_f64, add_filter_f64 };
    const int64_t image = product(x->dims, 1, 4), result = product(y->dims, 1, 4);
    for (int64_t n = begin; n < end; n++)
        if (k->T == tf_float32)
            over_image_f32(&g, (float *)x->data + n * image, w->data, (float *)y->data + n * result, f32[r]);
        else
            over_image_f64(&g, (double *)x->data + n * image, w->data, (double *)y->data + n * result, f64[r]);
}

static void clear_images(tf_kernel_ctx *k)
{
    const tf_view *out = &k->out[0];
    const size_t each = (size_t)product(out->dims, 1, 4) * tf_dtype_size(out->dtype);
    clear_bytes((char *)out->data + (size_t)k->begin * each, (size_t)(k->end - k->begin) * each);
}

static int64_t images(const tf_kernel_ctx *k) { return k->out[0].dims[0]; }

static void depthwise_kernel(tf_kernel_ctx *k)
{
    clear_images(k);
    over_images(k, &k->in[0], &k->in[1], &k->out[0], FORWARD, k->begin, k->end);
}
static void input_kernel(tf_kernel_ctx *k)
{
    clear_images(k);
    over_images(k, &k->out[0], &k->in[1], &k->in[2], INPUT, k->begin, k->end);
}
static void filter_kernel(tf_kernel_ctx *k)
{
    clear_bytes(k->out[0].data, (size_t)tf_view_count(&k->out[0]) * tf_dtype_size(k->T));
    over_images(k, &k->in[0], &k->out[0], &k->in[2], FILTER, 0, k->in[0].dims[0]);
}

/* ---- the records: each is linear in two of image, filter and result, and differentiates into the other two --------------------------- */
static const tf_op_def depthwise_op, depthwise_input_op, depthwise_filter_op;

static tf_tensor node_of(const tf_grad_ctx *g, const tf_op_def *def, tf_tensor a, tf_tensor b, tf_tensor c)
{
    return array_op(def, (struct tf_name_args){ 0 }, NULL, g->attrs, tf_is_none(c) ? 2 : 3,
                    (tf_operand[]){ operand_of(a), operand_of(b), operand_of(c) });
}
static tf_tensor forward_of(const tf_grad_ctx *g, tf_tensor x, tf_tensor w)
{
    return node_of(g, &depthwise_op, x, w, (tf_tensor){ 0 });
}
static tf_tensor input_of(const tf_grad_ctx *g, tf_tensor x, tf_tensor w, tf_tensor dy)
{
    return node_of(g, &depthwise_input_op, tf_shape(x), w, dy);
}
static tf_tensor filter_of(const tf_grad_ctx *g, tf_tensor x, tf_tensor w, tf_tensor dy)
{
    return node_of(g, &depthwise_filter_op, x, tf_shape(w), dy);
}

static void depthwise_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 4);
    if (tf1c_grad_wanted(g, 0))
        tf_add_grad(g, 0, input_of(g, g->in[0], g->in[1], dy));
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(g, 1, filter_of(g, g->in[0], g->in[1], dy));
}
static void input_gradient(tf_grad_ctx *g, tf_tensor d) /* in: sizes, w, dy; d [as x] */
{
    tf1c_gradient_makes(g, 3);
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(g, 1, filter_of(g, d, g->in[1], g->in[2]));
    if (tf1c_grad_wanted(g, 2))
        tf_add_grad(g, 2, forward_of(g, d, g->in[1]));
}
static void filter_gradient(tf_grad_ctx *g, tf_tensor d) /* in: x, sizes, dy; d [as w] */
{
    tf1c_gradient_makes(g, 3);
    if (tf1c_grad_wanted(g, 0))
        tf_add_grad(g, 0, input_of(g, g->in[0], d, g->in[2]));
    if (tf1c_grad_wanted(g, 2))
        tf_add_grad(g, 2, forward_of(g, g->in[0], d));
}

static const tf_shard_rule by_image = { .out = 0, .in = { 0, TF_WHOLE, TF_WHOLE, TF_WHOLE } };
static const tf_shard_rule by_gradient_image = { .out = 0, .in = { TF_WHOLE, TF_WHOLE, 0, TF_WHOLE } };

static const tf_op_def depthwise_op = {
    .name = "DepthwiseConv2dNative",
    .in = "input:T, filter:T",
    .out = "output:T",
    .T = TF_FLOATING,
    .attrs = depthwise_fields,
    .attrs_size = sizeof(depthwise_attrs),
    .shape = depthwise_shape,
    .kernel = depthwise_kernel,
    .units = images,
    .shard = &by_image,
    .gradient = depthwise_gradient,
};
static const tf_op_def depthwise_input_op = {
    .name = "DepthwiseConv2dNativeBackpropInput",
    .in = "input_sizes:int32, filter:T, out_backprop:T",
    .out = "output:T",
    .T = TF_FLOATING,
    .attrs = depthwise_fields,
    .attrs_size = sizeof(depthwise_attrs),
    .shape = input_shape,
    .kernel = input_kernel,
    .units = images,
    .shard = &by_gradient_image,
    .gradient = input_gradient,
};
static const tf_op_def depthwise_filter_op = {
    .name = "DepthwiseConv2dNativeBackpropFilter",
    .in = "input:T, filter_sizes:int32, out_backprop:T",
    .out = "output:T",
    .T = TF_FLOATING,
    .attrs = depthwise_fields,
    .attrs_size = sizeof(depthwise_attrs),
    .shape = filter_shape,
    .kernel = filter_kernel,
    .gradient = filter_gradient,
};

/* ---- calls -------------------------------------------------------------------------------------------------------------------------------- */

tf_tensor tf_nn_depthwise_conv2d_native_(tf_operand input, tf_operand filter, struct tf_depthwise_native_args a)
{
    TF_FROM(a.here);
    if (!tf1c_given_sizes(&a.strides, "strides", a.here) || !tf1c_given_sizes(&a.dilations, "dilations", a.here))
        return recorded();
    const depthwise_attrs attrs = { a.strides, a.padding, a.data_format ? a.data_format : "NHWC",
                                    a.dilations.known         ? a.dilations
                                    : tf1c_plain(a.dilations) ? SHAPE(tf1c_plain(a.dilations))
                                                              : SHAPE(1, 1, 1, 1) };
    if (attrs.strides.rank != 4 || attrs.dilations.rank != 4)
        return tf_mistake(
            tf_value_error, a.here, NULL, "DepthwiseConv2D requires the %s attribute to contain 4 values, but got: %d",
            attrs.strides.rank != 4 ? "stride" : "dilation", attrs.strides.rank != 4 ? attrs.strides.rank : attrs.dilations.rank);
    if (!tf1c_check_padding(depthwise_op.name, a.padding, a.here) ||
        !tf1c_check_format(depthwise_op.name, attrs.data_format, 2, a.here))
        return recorded();
    return array_op(&depthwise_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 2, (tf_operand[]){ input, filter });
}

/* The rate of both axes; false after a report. */
static bool rate_of(const struct tf_depthwise_args *a, tf_dims *rate)
{
    tf_dims both[] = { a->dilations, a->rate };
    if (!tf1c_given_sizes(&both[0], "dilations", a->here) || !tf1c_given_sizes(&both[1], "rate", a->here))
        return false;
    const tf_dims given = both[0].known || tf1c_plain(both[0]) ? both[0] : both[1];
    if (!given.known && !tf1c_plain(given))
        return *rate = SHAPE(1, 1), true;
    *rate = !given.known      ? SHAPE(tf1c_plain(given), tf1c_plain(given))
            : given.rank == 1 ? SHAPE(given.dims[0], given.dims[0])
                              : given;
    if (rate->rank == 2 && rate->dims[0] > 0 && rate->dims[1] > 0)
        return true;
    tf_mistake(tf_value_error, a->here, NULL,
               rate->rank == 2 ? "dilation_rate must be positive" : "rate must be of 2 numbers, got %d", rate->rank);
    return false;
}

/* What goes around axis i so that a block divides it: zeros before and after, and what is cut off in the end. */
typedef struct {
    tf_tensor before, after, cut;
} borders;

static borders borders_of(tf_tensor x, int axis, int64_t window, int64_t rate, bool same)
{
    const int64_t extra = same ? (window - 1) * rate : 0, in = tf_get_shape(x).dims[axis];
    const tf_tensor before = tf_constant(extra / 2, tf_int32);
    if (in != NONE) {
        const int64_t cut = (rate - (in + extra) % rate) % rate;
        return (borders){ before, tf_constant(extra - extra / 2 + cut, tf_int32), tf_constant(cut, tf_int32) };
    }
    const tf_tensor whole = tf_add(tf_getitem(tf_shape(x), "%d", axis), extra);
    const tf_tensor cut = tf_floormod(tf_subtract(rate, tf_floormod(whole, rate)), rate);
    return (borders){ before, tf_add(cut, extra - extra / 2), cut };
}

typedef struct {
    tf_tensor filter;
    tf_dims strides;
    const char *padding, *data_format, *name;
} convolving;

static tf_tensor native(const convolving *c, tf_tensor x, const char *padding)
{
    return tf_nn_depthwise_conv2d_native(x, c->filter, c->strides, padding, c->data_format, .name = c->name);
}

/* As TF does it: places that lie a rate apart become neighbours in images of their own. */
static tf_tensor with_space_to_batch(const convolving *c, tf_tensor x, tf_dims rate)
{
    const tf_dims w = tf_get_shape(c->filter), d = tf_get_shape(x);
    if (!w.known || w.rank != 4 || w.dims[0] == NONE || w.dims[1] == NONE || !d.known || d.rank != 4 ||
        (c->data_format && tf1c_channels_second(c->data_format)) || !c->padding)
        return tf_mistake(tf_value_error, (tf_source){ 0 }, NULL,
                          "a rate needs a filter of known size and an input of rank 4, channels last");
    const bool same = strcmp(c->padding, "SAME") == 0;
    const int made = tf1c_count_now() + tf1c_count_dilated(d, 2, "NHWC", false) + 1; /* and itself */
    const borders rows = borders_of(x, 1, w.dims[0], rate.dims[0], same), columns = borders_of(x, 2, w.dims[1], rate.dims[1], same);
    const tf_tensor zero = tf_constant(0);
    const tf_tensor paddings =
        tf_stack(LIST(tf_stack(LIST(rows.before, rows.after)), tf_stack(LIST(columns.before, columns.after))));
    const tf_tensor crops = tf_stack(LIST(tf_stack(LIST(zero, rows.cut)), tf_stack(LIST(zero, columns.cut))));
    const tf_tensor y = native(c, tf_space_to_batch_nd(x, rate, paddings), "VALID");
    const tf_tensor back = tf_batch_to_space_nd(y, rate, crops);
    tf1c_count_as(made);
    return back;
}

/* In a scope. */
static tf_tensor depthwise(const convolving *c, tf_tensor x, const struct tf_depthwise_args *a)
{
    tf_dims rate;
    if (!rate_of(a, &rate))
        return recorded();
    if (tf_is_poisoned(x) || tf_is_poisoned(c->filter))
        return tf_is_poisoned(x) ? x : c->filter;
    tf_shape(c->filter);
    tf_convert(tf_operand_dims(rate), tf_int32, a->here, "dilation_rate");
    if (rate.dims[0] == 1 && rate.dims[1] == 1)
        return native(c, x, c->padding);
    if (!tf1c_check_padding(depthwise_op.name, c->padding, a->here))
        return recorded();
    return with_space_to_batch(c, x, rate);
}

tf_tensor tf_nn_depthwise_conv2d_(tf_operand input, tf_operand filter, struct tf_depthwise_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "depthwise");
    const char *scope = tf_scope_name();
    const tf_tensor x = tf_convert(input, tf_dtype_unset, a.here, "tensor_in");
    const convolving c = { tf_convert(filter, tf_dtype_unset, a.here, "filter_in"), a.strides, a.padding, a.data_format, scope };
    return depthwise(&c, x, &a);
}

tf_tensor tf_nn_separable_conv2d_(tf_operand input, tf_operand depthwise_filter, tf_operand pointwise_filter,
                                  struct tf_depthwise_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "separable_conv2d");
    const char *scope = tf_scope_name();
    const tf_tensor x = tf_convert(input, tf_dtype_unset, a.here, "tensor_in");
    const tf_tensor first = tf_convert(depthwise_filter, tf_dtype_unset, a.here, "depthwise_filter");
    const tf_tensor second = tf_convert(pointwise_filter, tf_dtype_unset, a.here, "pointwise_filter");
    const tf_dims d = tf_is_poisoned(second) ? (tf_dims){ 0 } : tf_get_shape(second);
    for (int i = 0; d.known && i < 2; i++)
        if (d.rank == 4 && d.dims[i] != 1 && d.dims[i] != NONE)
            return tf_mistake(tf_value_error, a.here, NULL, "Dimensions %lld and 1 are not compatible", (long long)d.dims[i]);
    if (d.known && d.rank != 4) {
        char text[TF_DIMS_TEXT];
        return tf_mistake(tf_value_error, a.here, NULL, "Shape %s must have rank 4", tf_dims_text(d, text, sizeof text));
    }
    const convolving c = { first, a.strides, a.padding, a.data_format, "depthwise" };
    const tf_tensor y = depthwise(&c, x, &a);
    return tf_nn_conv2d(y, second, SHAPE(1, 1, 1, 1), "VALID", .data_format = a.data_format, .name = scope);
}

/* ---- with gaps ------------------------------------------------------------------------------------------------------------------------------ */

static bool all_of_at_least(tf_dims d, int64_t least)
{
    for (int i = 0; i < d.rank; i++)
        if (d.dims[i] < least)
            return false;
    return true;
}

/* One number for each of n axes, unset 1; false after a report. */
static bool numbers_of(tf_dims given, int n, const char *what, tf_source here, tf_dims *numbers)
{
    if (!tf1c_given_sizes(&given, what, here))
        return false;
    *numbers = (tf_dims){ .known = true, .rank = n };
    for (int i = 0; i < n; i++)
        numbers->dims[i] = given.known ? given.dims[given.rank == 1 ? 0 : i] : tf1c_plain(given) ? tf1c_plain(given) : 1;
    if (given.known && given.rank != n && given.rank != 1)
        tf_mistake(tf_value_error, here, NULL, "%s must have %d values, got %d", what, n, given.rank);
    else if (!all_of_at_least(*numbers, 1))
        tf_mistake(tf_value_error, here, NULL, "all values of %s must be positive", what);
    else
        return true;
    return false;
}

/* As one number for every axis. */
static tf_dims of_all_axes(tf_dims d, const char *format)
{
    tf_dims all = { .known = true, .rank = d.rank + 2 };
    for (int i = 0; i < all.rank; i++)
        all.dims[i] = 1;
    for (int i = 0; i < d.rank; i++)
        all.dims[tf1c_spatial_axis(format, i)] = d.dims[i];
    return all;
}

tf_tensor tf_nn_convolution_(tf_operand input, tf_operand filter, struct tf_convolution_args a)
{
    static const char *const formats[] = { "NWC", "NHWC", "NDHWC" };
    TF_FROM(a.here);
    tf_dims strides, rate;
    TF_SCOPE(a.name, "convolution");
    const char *scope = tf_scope_name();
    const tf_tensor x = tf_convert(input, tf_dtype_unset, a.here, "input");
    if (tf_is_poisoned(x))
        return x;
    const int n = tf_get_shape(x).known ? tf_get_shape(x).rank - 2 : 0;
    if (n < 1 || n > 3)
        return tf_mistake(tf_value_error, a.here, NULL,
                          "Cannot compute convolution with unknown number of spatial dimensions"
                          " or other than 1, 2 or 3 of them");
    const char *format = a.data_format ? a.data_format : formats[n - 1];
    if (!numbers_of(a.strides, n, "strides", a.here, &strides) || !numbers_of(a.dilation_rate, n, "dilation_rate", a.here, &rate))
        return recorded();
    if (product(strides.dims, 0, n) > 1 && product(rate.dims, 0, n) > 1)
        return tf_mistake(tf_value_error, a.here, NULL, "strides > 1 not supported in conjunction with dilation_rate > 1");
    if (product(rate.dims, 0, n) > 1)
        tf1c_count_more(1 + tf1c_count_dilated(tf_get_shape(x), n, format, a.padding && strcmp(a.padding, "SAME") == 0));
    if (n == 1)
        return tf_nn_conv1d(x, filter, strides, a.padding, .data_format = format, .dilations = rate, .name = scope);
    strides = of_all_axes(strides, format);
    rate = of_all_axes(rate, format);
    if (n == 2)
        return tf_nn_conv2d(x, filter, strides, a.padding, .data_format = format, .dilations = rate, .name = scope);
    return tf_nn_conv3d(x, filter, strides, a.padding, format, rate, scope);
}

/* ---- pools ------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    int n;
    bool max;
    tf_dims window, strides, rate;
    const char *padding, *format, *scope;
} pool_call;

static bool fits(const pool_call *p, const char *type, tf_source here)
{
    const bool dilated = product(p->rate.dims, 0, p->n) > 1;
    bool leaps = false;
    for (int i = 0; i < p->n; i++)
        leaps |= p->strides.dims[i] > p->window.dims[i];
    if (product(p->strides.dims, 0, p->n) > 1 && dilated)
        tf_mistake(tf_value_error, here, NULL, "strides > 1 not supported in conjunction with dilation_rate > 1");
    else if (dilated && p->padding && strcmp(p->padding, "SAME") == 0)
        tf_mistake(tf_value_error, here, NULL, "pooling with SAME padding is not implemented for dilation_rate > 1");
    else if (leaps)
        tf_mistake(tf_value_error, here, NULL,
                   "strides > window_shape not supported due to inconsistency between CPU and GPU implementations");
    else if (!p->max && (!type || strcmp(type, "AVG") != 0))
        tf_mistake(tf_value_error, here, NULL, "%d-D %s pooling is not supported.", p->n, type ? type : "None");
    else if (p->n == 1 && strcmp(p->format, "NWC") != 0 && strcmp(p->format, "NCW") != 0)
        tf_mistake(tf_value_error, here, NULL, "data_format must be either \"NWC\" or \"NCW\".");
    else
        return true;
    return false;
}

/* Of one axis: of images of one row. */
static tf_tensor pooled(const pool_call *p, tf_tensor x)
{
    tf_dims window = of_all_axes(p->window, p->format), strides = of_all_axes(p->strides, p->format);
    const char *name = p->scope;
    const int row = tf1c_spatial_axis(p->format, 0);
    if (p->n == 3)
        return p->max ? tf_nn_max_pool3d(x, window, strides, p->padding, p->format, name)
                      : tf_nn_avg_pool3d(x, window, strides, p->padding, p->format, name);
    if (p->n == 2)
        return p->max ? tf_nn_max_pool(x, window, strides, p->padding, p->format, name)
                      : tf_nn_avg_pool(x, window, strides, p->padding, p->format, name);
    const char *format = tf1c_channels_second(p->format) ? "NCHW" : "NHWC";
    window = of_all_axes(SHAPE(1, p->window.dims[0]), format);
    strides = of_all_axes(SHAPE(1, p->strides.dims[0]), format);
    const tf_tensor image = tf_expand_dims(x, row);
    const tf_tensor y = p->max ? tf_nn_max_pool(image, window, strides, p->padding, format, name)
                               : tf_nn_avg_pool(image, window, strides, p->padding, format, name);
    return tf_squeeze(y, AXES(row));
}

/* What space_to_batch puts behind each axis so that rate divides it: [n, 2]. */
static tf_tensor paddings_of(const pool_call *p, tf_tensor x)
{
    const tf_dims d = tf_get_shape(x);
    int64_t known[2 * 3] = { 0 };
    tf_tensor values[2 * 3] = { { 0 } };
    for (int i = 0; i < p->n; i++) {
        const int64_t rate = p->rate.dims[i], length = d.known ? d.dims[1 + i] : NONE;
        if (length != NONE)
            known[2 * i + 1] = (rate - length % rate) % rate;
        else
            values[2 * i + 1] = tf_mod(tf_sub(rate, tf_mod(tf_getitem(tf_shape(x), "%d", 1 + i), rate)), rate);
    }
    return tf_reshape(tf1c_stack_sizes(2 * p->n, values, known, tf_int32), SHAPE(p->n, 2));
}

tf_tensor tf_nn_pool_(tf_operand input, struct tf_nn_pool_args a)
{
    static const char *const formats[] = { "NWC", "NHWC", "NDHWC" };
    TF_FROM(a.here);
    if (!tf1c_given_sizes(&a.window_shape, "window_shape", a.here))
        return recorded();
    const int n = a.window_shape.known ? a.window_shape.rank : 0;
    pool_call p = {
        .n = n, .max = a.pooling_type && strcmp(a.pooling_type, "MAX") == 0, .window = a.window_shape, .padding = a.padding
    };
    TF_SCOPE(a.name, p.max ? "max_pool" : "avg_pool");
    p.scope = tf_scope_name();
    const tf_tensor x = tf_convert(input, tf_dtype_unset, a.here, "input");
    if (tf_is_poisoned(x))
        return x;
    if (n < 1 || n > 3)
        return tf_mistake(tf_value_error, a.here, NULL, "It is required that 1 <= num_spatial_dims <= 3.");
    if (tf_get_shape(x).known && tf_get_shape(x).rank != n + 2)
        return tf_mistake(tf_value_error, a.here, NULL, "Shape must have rank %d but has rank %d", n + 2, tf_get_shape(x).rank);
    p.format = a.data_format ? a.data_format : formats[n - 1];
    if (!numbers_of(a.strides, n, "strides", a.here, &p.strides) ||
        !numbers_of(a.dilation_rate.known ? a.dilation_rate : a.dilations, n, "dilation_rate", a.here, &p.rate) ||
        !fits(&p, a.pooling_type, a.here))
        return recorded();
    const tf_tensor rate = tf_convert(tf_operand_dims(p.rate), tf_int32, (tf_source){ 0 }, "dilation_rate");
    if (product(p.rate.dims, 0, n) == 1)
        return pooled(&p, x);
    if (tf1c_channels_second(p.format))
        return tf_mistake(tf_unimplemented, a.here, NULL, "tf_nn_pool with dilation_rate and data_format %s", p.format);
    const tf_tensor paddings = paddings_of(&p, x);
    return tf_batch_to_space_nd(pooled(&p, tf_space_to_batch_nd(x, rate, paddings)), rate, paddings);
}

tf_tensor tf_nn_atrous_conv2d_(tf_operand value, tf_operand filters, struct tf_atrous_args a)
{
    TF_FROM(a.here);
    if (a.rate < 1)
        return tf_mistake(tf_value_error, a.here, NULL, "all values of dilation_rate must be positive");
    return tf_nn_convolution_(
        value, filters,
        (struct tf_convolution_args){ .padding = a.padding, .dilation_rate = SHAPE(a.rate, a.rate), .name = a.name });
}

tf_tensor tf_nn_atrous_conv2d_transpose_(tf_operand value, tf_operand filters, tf_operand output_shape, struct tf_atrous_args a)
{
    TF_FROM(a.here);
    if (a.rate < 1)
        return tf_mistake(tf_value_error, a.here, NULL, "rate %lld cannot be less than one", (long long)a.rate);
    return tf_nn_conv2d_transpose_((struct tf_conv2d_transpose_args){ .value = value,
                                                                      .filter = filters,
                                                                      .output_shape = output_shape,
                                                                      .strides = SHAPE(1, 1, 1, 1),
                                                                      .padding = a.padding,
                                                                      .name = a.name ? a.name : "atrous_conv2d_transpose",
                                                                      .dilations = SHAPE(1, a.rate, a.rate, 1) });
}

/* clang-format off */
tf1c_op_family tf1c_family_depthwise = {
    &depthwise_op,
    &depthwise_input_op,
    &depthwise_filter_op,
    NULL,
};
