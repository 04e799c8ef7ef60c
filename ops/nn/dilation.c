/* Dilations and erosions. TF1: core/ops/nn_ops.cc, core/kernels/dilation_ops.cc, python/ops/nn_ops.py, nn_grad.py. */
#include "ops/nn/dilation.h"

#include <float.h>
#include <string.h>

#include "ops/array/array.h"
#include "ops/array/pad.h"
#include "ops/math/arithmetic.h"
#include "ops/math/unary.h"
#include "ops/nn/window.h"

typedef struct {
    tf_dims strides, rates;
    const char *padding;
} dilation_attrs;
static const tf_attr_def dilation_fields[] = { TF_ATTR(dilation_attrs, strides, TF_ATTR_DIMS),
                                               TF_ATTR(dilation_attrs, rates, TF_ATTR_DIMS),
                                               TF_ATTR(dilation_attrs, padding, TF_ATTR_STRING),
                                               { 0 } };

/* ---- shapes -------------------------------------------------------------------------------------------------------------------- */

static bool four_values(tf_shape_ctx *c, const dilation_attrs *a)
{
    if (a->strides.rank != 4)
        tf_shape_error(c, "Dilation2D requires the stride attribute to contain 4 values, but got: %d", a->strides.rank);
    else if (a->rates.rank != 4)
        tf_shape_error(c, "Dilation2D requires the rates attribute to contain 4 values, but got: %d", a->rates.rank);
    else if (tf_shape_at_run(c) && (a->strides.dims[0] != 1 || a->strides.dims[3] != 1))
        tf_shape_mistake(c, tf_unimplemented, "Stride is only supported across spatial dimensions.");
    else if (tf_shape_at_run(c) && (a->rates.dims[0] != 1 || a->rates.dims[3] != 1))
        tf_shape_mistake(c, tf_unimplemented, "Rate is only supported across spatial dimensions.");
    else
        return true;
    return false;
}

/* How far `window` numbers reach, `rate` apart. */
static int64_t reach_of(int64_t window, int64_t rate) { return window == NONE ? NONE : window + (window - 1) * (rate - 1); }

/* As TF's GetWindowedOutputSize, which speaks otherwise than a convolution's. */
static bool outputs_along(tf_shape_ctx *c, const dilation_attrs *a, int axis, int64_t in, int64_t window, int64_t *outputs)
{
    const int64_t stride = a->strides.dims[axis], reach = reach_of(window, a->rates.dims[axis]);
    if (stride <= 0) {
        tf_shape_error(c, "Stride must be > 0, but got %lld", (long long)stride);
        return false;
    }
    *outputs = strcmp(a->padding, "SAME") == 0 ? (in + stride - 1) / stride : (in - reach + stride) / stride;
    if (*outputs >= 0)
        return true;
    tf_shape_error(c, "Computed output size would be negative: %lld [input_size: %lld, effective_filter_size: %lld, stride: %lld]",
                   (long long)*outputs, (long long)in, (long long)reach, (long long)stride);
    return false;
}

static bool dilation_dims(tf_shape_ctx *c, tf_dims *y)
{
    const dilation_attrs *a = tf_shape_attrs(c);
    if (!tf_with_rank(c, 0, 4) || !tf_with_rank(c, 1, 3) || !four_values(c, a))
        return false;
    const tf_dims x = tf_in_dims(c, 0)->known ? *tf_in_dims(c, 0) : SHAPE(NONE, NONE, NONE, NONE);
    const tf_dims f = tf_in_dims(c, 1)->known ? *tf_in_dims(c, 1) : SHAPE(NONE, NONE, NONE);
    *y = SHAPE(x.dims[0], NONE, NONE, f.dims[2]);
    if (x.dims[1] == NONE || x.dims[2] == NONE || f.dims[0] == NONE || f.dims[1] == NONE)
        return true;
    if (!tf_merge_dim(x.dims[3], f.dims[2], &(int64_t){ 0 })) {
        if (tf_shape_at_run(c))
            tf_shape_error(c, "input and filter must have the same depth: %lld vs %lld", (long long)x.dims[3],
                           (long long)f.dims[2]);
        else
            tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)x.dims[3], (long long)f.dims[2]);
        return false;
    }
    return outputs_along(c, a, 1, x.dims[1], f.dims[0], &y->dims[1]) && outputs_along(c, a, 2, x.dims[2], f.dims[1], &y->dims[2]);
}

static void dilation_shape(tf_shape_ctx *c)
{
    tf_dims y;
    if (dilation_dims(c, &y))
        tf_set_out(c, 0, y);
}

/* A gradient is as what it is of; dy, input 2, as what the window gives. */
static void back_shape(tf_shape_ctx *c, int like)
{
    tf_dims y;
    if (tf_shape_at_run(c) && !dilation_dims(c, &y))
        return;
    if (tf_shape_at_run(c) && !tf_dims_equal(*tf_in_dims(c, 2), y))
        tf_shape_error(c, "out_backprop has incompatible size.");
    else
        tf_set_out(c, 0, *tf_in_dims(c, like));
}
static void back_input_shape(tf_shape_ctx *c) { back_shape(c, 0); }
static void back_filter_shape(tf_shape_ctx *c) { back_shape(c, 1); }

/* ---- kernels ------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    const int64_t *x, *filter, *y; /* their lengths */
    int64_t stride[2], rate[2], before[2];
} windows;

static windows windows_of(const tf_kernel_ctx *k, const tf_view *y)
{
    const dilation_attrs *a = k->attrs;
    windows w = { .x = k->in[0].dims, .filter = k->in[1].dims, .y = y->dims };
    for (int i = 0; i < 2; i++) {
        w.stride[i] = a->strides.dims[1 + i];
        w.rate[i] = a->rates.dims[1 + i];
        const int64_t padded = (w.y[1 + i] - 1) * w.stride[i] + reach_of(w.filter[i], w.rate[i]) - w.x[1 + i];
        w.before[i] = strcmp(a->padding, "SAME") == 0 && padded > 0 ? padded / 2 : 0;
    }
    return w;
}

/* The first of the largest sums of a window: where it is in the image and in the filter. Where nothing is larger than the lowest
 * number, as where all are NaN, the window's first place, as in TF; inside is false where that is not of the image. */
typedef struct {
    int64_t x, filter;
    bool inside;
} place;

#define LARGEST(id, type, lowest)                                                                                             \
    static type largest_##id(const windows *w, const type *x, const type *filter, const int64_t *at, int64_t d, place *p)     \
    {                                                                                                                         \
        const int64_t depth = w->x[3], top = at[0] * w->stride[0] - w->before[0], left = at[1] * w->stride[1] - w->before[1]; \
        const int64_t first_row = top < 0 ? 0 : top, first_column = left < 0 ? 0 : left;                                      \
        type most = lowest;                                                                                                   \
        *p = (place){ (first_row * w->x[2] + first_column) * depth + d, d, first_row < w->x[1] && first_column < w->x[2] };   \
        for (int64_t i = 0; i < w->filter[0]; i++)                                                                            \
            for (int64_t j = 0; j < w->filter[1]; j++) {                                                                      \
                const int64_t row = top + i * w->rate[0], column = left + j * w->rate[1];                                     \
                if (row < 0 || row >= w->x[1] || column < 0 || column >= w->x[2])                                             \
                    continue;                                                                                                 \
                const int64_t from = (row * w->x[2] + column) * depth + d, by = (i * w->filter[1] + j) * depth + d;           \
                const type sum = (type)(x[from] + filter[by]);                                                                \
                if (sum > most) {                                                                                             \
                    most = sum;                                                                                               \
                    *p = (place){ from, by, true };                                                                           \
                }                                                                                                             \
            }                                                                                                                 \
        return most;                                                                                                          \
    }                                                                                                                         \
    static void dilate_##id(const tf_kernel_ctx *k)                                                                           \
    {                                                                                                                         \
        const windows w = windows_of(k, &k->out[0]);                                                                          \
        const int64_t image = w.x[1] * w.x[2] * w.x[3];                                                                       \
        const type *x = TF_DATA(k, in, 0, const type), *filter = TF_DATA(k, in, 1, const type);                               \
        type *y = TF_DATA(k, out, 0, type) + k->begin * w.y[1] * w.y[2] * w.y[3];                                             \
        place p;                                                                                                              \
        for (int64_t n = k->begin; n < k->end; n++)                                                                           \
            for (int64_t at[2] = { 0 }; at[0] < w.y[1]; at[0]++)                                                              \
                for (at[1] = 0; at[1] < w.y[2]; at[1]++)                                                                      \
                    for (int64_t d = 0; d < w.y[3]; d++)                                                                      \
                        *y++ = largest_##id(&w, x + n * image, filter, at, d, &p);                                            \
    }                                                                                                                         \
    static void give_##id(const tf_kernel_ctx *k, bool to_filter)                                                             \
    {                                                                                                                         \
        const windows w = windows_of(k, &k->in[2]);                                                                           \
        const int64_t image = w.x[1] * w.x[2] * w.x[3];                                                                       \
        const type *x = TF_DATA(k, in, 0, const type), *filter = TF_DATA(k, in, 1, const type);                               \
        const type *dy = TF_DATA(k, in, 2, const type) + k->begin * w.y[1] * w.y[2] * w.y[3];                                 \
        type *to = TF_DATA(k, out, 0, type);                                                                                  \
        place p;                                                                                                              \
        for (int64_t n = k->begin; n < k->end; n++)                                                                           \
            for (int64_t at[2] = { 0 }; at[0] < w.y[1]; at[0]++)                                                              \
                for (at[1] = 0; at[1] < w.y[2]; at[1]++)                                                                      \
                    for (int64_t d = 0; d < w.y[3]; d++, dy++) {                                                              \
                        largest_##id(&w, x + n * image, filter, at, d, &p);                                                   \
                        if (to_filter)                                                                                        \
                            to[p.filter] = (type)(to[p.filter] + *dy);                                                        \
                        else if (p.inside)                                                                                    \
                            to[n * image + p.x] = (type)(to[n * image + p.x] + *dy);                                          \
                    }                                                                                                         \
    }
LARGEST(f32, float, -FLT_MAX)
LARGEST(f64, double, -DBL_MAX)
LARGEST(i32, int32_t, INT32_MIN)
LARGEST(i64, int64_t, INT64_MIN)
LARGEST(u8, uint8_t, 0)

static void dilation_kernel(tf_kernel_ctx *k)
{
    switch (k->T) {
    case tf_float32: dilate_f32(k); break;
    case tf_float64: dilate_f64(k); break;
    case tf_int32: dilate_i32(k); break;
    case tf_int64: dilate_i64(k); break;
    default: dilate_u8(k); break;
    }
}

static void give(const tf_kernel_ctx *k, bool to_filter)
{
    switch (k->T) {
    case tf_float32: give_f32(k, to_filter); break;
    case tf_float64: give_f64(k, to_filter); break;
    case tf_int32: give_i32(k, to_filter); break;
    case tf_int64: give_i64(k, to_filter); break;
    default: give_u8(k, to_filter); break;
    }
}
static void back_input_kernel(tf_kernel_ctx *k)
{
    const size_t image = (size_t)(k->in[0].dims[1] * k->in[0].dims[2] * k->in[0].dims[3]) * tf_dtype_size(k->T);
    memset((char *)k->out[0].data + (size_t)k->begin * image, 0, (size_t)(k->end - k->begin) * image);
    give(k, false);
}
/* Whole: every image adds to the same numbers. */
static void back_filter_kernel(tf_kernel_ctx *k)
{
    tf_kernel_ctx all = *k;
    all.begin = 0;
    all.end = k->in[0].dims[0];
    memset(k->out[0].data, 0, (size_t)tf_view_count(&k->out[0]) * tf_dtype_size(k->T));
    give(&all, true);
}
static int64_t images(const tf_kernel_ctx *k) { return k->in[0].dims[0]; }

/* ---- records -------------------------------------------------------------------------------------------------------------------- */

static void dilation_gradient(tf_grad_ctx *g, tf_tensor dy);

#define DILATION_OP(op, inputs, output, shape_, kernel_, gradient_)                                                               \
    {                                                                                                                             \
        .name = op, .in = inputs, .out = output, .T = TF_NUMERIC, .attrs = dilation_fields, .attrs_size = sizeof(dilation_attrs), \
        .shape = shape_, .kernel = kernel_, .gradient = gradient_, .units = images                                                \
    }
static const tf_op_def dilation_op =
    DILATION_OP("Dilation2D", "input:T, filter:T", "output:T", dilation_shape, dilation_kernel, dilation_gradient);
static const tf_op_def back_input_op = DILATION_OP("Dilation2DBackpropInput", "input:T, filter:T, out_backprop:T", "in_backprop:T",
                                                   back_input_shape, back_input_kernel, tf1c_undefined_gradient);
static const tf_op_def back_filter_op = {
    .name = "Dilation2DBackpropFilter",
    .in = "input:T, filter:T, out_backprop:T",
    .out = "filter_backprop:T",
    .T = TF_NUMERIC,
    .attrs = dilation_fields,
    .attrs_size = sizeof(dilation_attrs),
    .shape = back_filter_shape,
    .kernel = back_filter_kernel,
    .gradient = tf1c_undefined_gradient,
};

static void dilation_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const tf_operand in[] = { operand_of(g->in[0]), operand_of(g->in[1]), operand_of(dy) };
    const struct tf_op_args args = { .attrs = g->attrs, .n_inputs = 3, .inputs = in };
    tf_add_grad(g, 0, (tf_tensor){ .op = tf_op_new(&back_input_op, args) });
    tf_add_grad(g, 1, (tf_tensor){ .op = tf_op_new(&back_filter_op, args) });
}

/* ---- calls ----------------------------------------------------------------------------------------------------------------------- */

static tf_tensor dilated(tf_operand x, tf_operand filter, tf_dims strides, tf_dims rates, const char *padding, const char *name,
                         tf_source here)
{
    if (!tf1c_given_sizes(&strides, "strides", here) || !tf1c_given_sizes(&rates, "rates", here) ||
        !tf1c_check_padding("Dilation2D", padding, here))
        return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) };
    const dilation_attrs attrs = { strides, rates, padding };
    return (tf_tensor){
        .op = tf_op_new(&dilation_op,
                        (struct tf_op_args){
                            .here = here, .name = name, .attrs = &attrs, .n_inputs = 2, .inputs = (tf_operand[]){ x, filter } })
    };
}

tf_tensor tf_nn_dilation2d_(struct tf_dilation2d_args a)
{
    const tf_operand x = tf1c_keyword(a.input, true), filter = tf1c_keyword(a.filter, true),
                     filters = tf1c_keyword(a.filters, true);
    TF_FROM(a.here);
    return dilated(x, filter.kind ? filter : filters, a.strides, a.rates.known ? a.rates : a.dilations, a.padding, a.name, a.here);
}

tf_tensor tf_nn_erosion2d_(struct tf_erosion2d_args a)
{
    const tf_operand value = tf1c_keyword(a.value, true), kernel = tf1c_keyword(a.kernel, true);
    TF_FROM(a.here);
    TF_SCOPE(a.name, "erosion2d");
    const char *scope = tf_scope_name();
    const tf_tensor less = tf_neg(value), turned = tf_reverse_v2(kernel, AXES(0, 1));
    return tf_neg(dilated(operand_of(less), operand_of(turned), a.strides, a.rates, a.padding, scope, a.here));
}

/* clang-format off */
tf1c_op_family tf1c_family_dilation = {
    &dilation_op,
    &back_input_op,
    &back_filter_op,
    NULL,
};
