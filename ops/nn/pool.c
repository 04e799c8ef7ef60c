/* Pools over one to three axes and their gradients. TF1: core/ops/nn_ops.cc, core/kernels/maxpooling_op.cc, avgpooling_op.cc,
 * pooling_ops_3d.cc, python/ops/nn_ops.py, nn_grad.py. */
#include "ops/nn/pool.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ops/array/array.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/nn/window.h"

enum { D, H, W, AXES = TF1C_CONV_AXES };

typedef struct {
    tf_dims ksize, strides;
    const char *padding, *data_format;
    bool include_batch_in_index; /* MaxPoolWithArgmax */
} pool_attrs;
static const tf_attr_def pool_fields[] = { TF_ATTR(pool_attrs, ksize, TF_ATTR_DIMS),
                                           TF_ATTR(pool_attrs, strides, TF_ATTR_DIMS),
                                           TF_ATTR(pool_attrs, padding, TF_ATTR_STRING),
                                           TF_ATTR(pool_attrs, data_format, TF_ATTR_STRING),
                                           TF_ATTR(pool_attrs, include_batch_in_index, TF_ATTR_BOOL),
                                           { 0 } };

static tf1c_window window_of(const pool_attrs *a, int axis, int64_t in)
{
    return (tf1c_window){ in, a->ksize.dims[axis], a->strides.dims[axis], 1, 0, 0 };
}

/* ---- shapes ------------------------------------------------------------------------------------------------------------------------- */

/* What TF's kernels say before they look at their inputs. */
static bool runs_here(tf_shape_ctx *c, const pool_attrs *a, int n, bool max)
{
    const int channels = tf1c_channel_axis(a->data_format, n + 2);
    if (tf1c_channels_second(a->data_format))
        tf_shape_error(c, "Default %s only supports N%sHWC on device type CPU",
                       n == 3 ? "Pooling3DOp"
                       : max  ? "MaxPoolingOp"
                              : "AvgPoolingOp",
                       n == 3 ? "D" : "");
    else if (a->ksize.dims[0] != 1 || a->strides.dims[0] != 1)
        tf_shape_mistake(c, tf_unimplemented, "Pooling is not yet supported on the batch dimension.");
    else if ((n == 3 || !max) && (a->ksize.dims[channels] != 1 || a->strides.dims[channels] != 1))
        tf_shape_mistake(c, tf_unimplemented,
                         n == 3 ? "Pooling is not yet supported on the depth dimension."
                                : "Non-spatial pooling is not yet supported. Volunteers? :)");
    else
        return true;
    return false;
}

/* Of windows over channels, at run: nothing else, and side by side. */
static bool depth_fits(tf_shape_ctx *c, const pool_attrs *a, int64_t depth)
{
    const int64_t window = a->ksize.dims[3];
    const char *why = window == 1                                      ? NULL
                      : a->ksize.dims[1] != 1 || a->ksize.dims[2] != 1 ? "MaxPooling supports exactly one of pooling across depth "
                                                                         "or pooling across width/height."
                      : depth % window ? "Depthwise max pooling requires the depth window to evenly divide the input depth"
                      : a->strides.dims[3] != window ? "Depthwise max pooling requires the depth window to equal the depth stride."
                                                     : NULL;
    if (why)
        tf_shape_mistake(c, tf_unimplemented, "%s", why);
    return !why;
}

static bool pool_dims(tf_shape_ctx *c, tf_dims x, int n, bool max, tf_dims *y)
{
    const pool_attrs *a = tf_shape_attrs(c);
    const int channels = tf1c_channel_axis(a->data_format, n + 2);
    *y = unknown_of_rank(n + 2);
    y->dims[0] = x.dims[0];
    y->dims[channels] = x.dims[channels];
    for (int i = 0; i < n + 2; i++) {
        const tf1c_window w = window_of(a, i, x.dims[i]);
        if (i > 0 && (i != channels || (max && n == 2)) && !tf1c_window_outputs(c, a->padding, &w, &y->dims[i]))
            return false;
    }
    return true;
}

static void pool_shape(tf_shape_ctx *c, int n, bool max)
{
    const pool_attrs *a = tf_shape_attrs(c);
    tf_dims x = *tf_in_dims(c, 0), y;
    if (tf_shape_at_run(c)) {
        if (!runs_here(c, a, n, max))
            return;
        if (x.rank != n + 2) {
            if (n == 3)
                tf_shape_error(c, "tensor_in must be 5-dimensional");
            else
                tf_shape_error(c, "tensor_in_shape must have 2 spatial dimensions. %d 0", x.rank);
            return;
        }
        if (max && n == 2 && !depth_fits(c, a, x.dims[3]))
            return;
    } else if (!tf_with_rank(c, 0, n + 2)) {
        return;
    }
    x = x.known ? x : unknown_of_rank(n + 2);
    if (pool_dims(c, x, n, max, &y))
        for (int i = 0; i < tf_shape_outputs(c); i++)
            tf_set_out(c, i, y);
}
static void max2_shape(tf_shape_ctx *c) { pool_shape(c, 2, true); }
static void max3_shape(tf_shape_ctx *c) { pool_shape(c, 3, true); }
static void avg2_shape(tf_shape_ctx *c) { pool_shape(c, 2, false); }
static void avg3_shape(tf_shape_ctx *c) { pool_shape(c, 3, false); }

/* The gradients': as the input they are of; of a mean, the shape that input 0 holds. */
static void like_shape(tf_shape_ctx *c, int input)
{
    const pool_attrs *a = tf_shape_attrs(c);
    const tf_dims x = *tf_in_dims(c, input);
    if (!tf_with_rank(c, input, a->ksize.rank))
        return;
    if (tf_shape_at_run(c) && a->ksize.dims[a->ksize.rank - 1] != 1 && !tf1c_channels_second(a->data_format))
        tf_shape_mistake(c, tf_unimplemented, "MaxPoolingGrad is not yet supported on the depth dimension.");
    else
        tf_set_out(c, 0, x);
}
static void grad_shape(tf_shape_ctx *c) { like_shape(c, 0); }
static void grad_grad_shape(tf_shape_ctx *c) { like_shape(c, 1); }
static void avg_grad_shape(tf_shape_ctx *c)
{
    const pool_attrs *a = tf_shape_attrs(c);
    tf_dims shape;
    if (!tf_with_rank(c, 0, 1))
        return;
    if (!tf_in_ints(c, 0, &shape) || shape.rank != a->ksize.rank)
        shape = unknown_of_rank(a->ksize.rank);
    tf_set_out(c, 0, shape);
}

/* ---- loops over windows ---------------------------------------------------------------------------------------------------------------- */

/* Of x [batch, in…, channels] and y [batch, out…, channels]; axes in front that are missing have one element. */
typedef struct {
    int64_t in[AXES], out[AXES], stride[AXES], window[AXES], before[AXES], channels;
} pooling;

static pooling pooling_of(const pool_attrs *a, const tf_view *x, const tf_view *y)
{
    const int missing = AXES + 2 - x->rank;
    pooling p = { .channels = x->dims[x->rank - 1] };
    for (int i = 0; i < AXES; i++) {
        p.in[i] = p.out[i] = p.stride[i] = p.window[i] = 1;
        if (i < missing)
            continue;
        const int axis = 1 + i - missing;
        const tf1c_window w = window_of(a, axis, x->dims[axis]);
        p.in[i] = w.in;
        p.out[i] = y->dims[axis];
        p.stride[i] = w.stride;
        p.window[i] = w.window;
        p.before[i] = tf1c_window_before(a->padding, &w, p.out[i]);
    }
    return p;
}

static int64_t volume(const int64_t *v) { return v[D] * v[H] * v[W]; }

/* What is done for a window: element `tap` of them lies at x_at, in elements of all of x. Called in TF's order, or back to front. */
typedef struct {
    const tf_kernel_ctx *k;
    int64_t channels, image; /* image: elements of one */
} pass;
typedef void window_begin(const pass *p, int64_t y_at, int64_t taps);
typedef void window_tap(const pass *p, int64_t y_at, int64_t x_at, int64_t tap);

typedef struct {
    int64_t low[AXES], high[AXES];
} range;

static range range_of(const pooling *p, const int64_t *o)
{
    range r;
    for (int i = 0; i < AXES; i++) {
        const int64_t first = o[i] * p->stride[i] - p->before[i], last = first + p->window[i];
        r.low[i] = first > 0 ? first : 0;
        r.high[i] = last < p->in[i] ? last : p->in[i];
    }
    return r;
}

static void each_tap(const pass *q, const pooling *p, const range *r, int64_t x_at, int64_t y_at, window_tap *tap)
{
    int64_t number = 0;
    for (int64_t d = r->low[D]; d < r->high[D]; d++)
        for (int64_t h = r->low[H]; h < r->high[H]; h++)
            for (int64_t w = r->low[W]; w < r->high[W]; w++)
                tap(q, y_at, x_at + ((d * p->in[H] + h) * p->in[W] + w) * p->channels, number++);
}

/* Over the shard's images: `begin`, if any, then `tap` for each element of each window. */
static inline __attribute__((always_inline)) void each_window(const tf_kernel_ctx *k, const tf_view *x, const tf_view *y,
                                                              window_begin *begin, window_tap *tap)
{
    const pooling p = pooling_of(k->attrs, x, y);
    const pass q = { k, p.channels, volume(p.in) * p.channels };
    for (int64_t n = k->begin; n < k->end; n++) {
        int64_t o[AXES], y_at = n * volume(p.out) * p.channels;
        for (o[D] = 0; o[D] < p.out[D]; o[D]++)
            for (o[H] = 0; o[H] < p.out[H]; o[H]++)
                for (o[W] = 0; o[W] < p.out[W]; o[W]++, y_at += p.channels) {
                    const range r = range_of(&p, o);
                    if (begin)
                        begin(&q, y_at, (r.high[D] - r.low[D]) * (r.high[H] - r.low[H]) * (r.high[W] - r.low[W]));
                    each_tap(&q, &p, &r, n * q.image, y_at, tap);
                }
    }
}

static void clear_images(const tf_kernel_ctx *k, const tf_view *v)
{
    const size_t image = (size_t)(v->dims[0] ? tf_view_count(v) / v->dims[0] : 0) * tf_dtype_size(v->dtype);
    clear_bytes((char *)v->data + (size_t)k->begin * image, (size_t)(k->end - k->begin) * image);
}

static int64_t images(const tf_kernel_ctx *k) { return k->out[0].dims[0]; }
static const tf_shard_rule by_image = { .out = 0, .in = { 0, 0, 0, 0 } };
static const tf_shard_rule by_image_of_dy = { .out = 0, .in = { TF_WHOLE, 0, TF_WHOLE, TF_WHOLE } };

/* A function per dtype, with the least finite number and what is least of all; and the kernel that picks one. */
#define EACH_DTYPE(ROW)                     \
    ROW(f32, float, -FLT_MAX, -INFINITY)    \
    ROW(f64, double, -DBL_MAX, -INFINITY)   \
    ROW(i32, int32_t, INT32_MIN, INT32_MIN) \
    ROW(i64, int64_t, INT64_MIN, INT64_MIN) \
    ROW(u8, uint8_t, 0, 0)
#define BY_DTYPE(k, name)                \
    ((k)->T == tf_float32   ? name##_f32 \
     : (k)->T == tf_float64 ? name##_f64 \
     : (k)->T == tf_int32   ? name##_i32 \
     : (k)->T == tf_int64   ? name##_i64 \
                            : name##_u8)

/* ---- MaxPool, MaxPool3D: y = max x, from TensorFlow's least number up, so that NaN is never it -------------------------------------------------- */

#define MAX_TAP(id, type, finite, least)                                             \
    static void max_tap_##id(const pass *p, int64_t y_at, int64_t x_at, int64_t tap) \
    {                                                                                \
        type *y = TF_DATA(p->k, out, 0, type) + y_at;                                \
        const type *x = TF_DATA(p->k, in, 0, const type) + x_at;                     \
        const type from = p->k->in[0].rank == 4 ? (finite) : (least);                \
        if (tap == 0)                                                                \
            for (int64_t i = 0; i < p->channels; i++)                                \
                y[i] = from < x[i] ? x[i] : from;                                    \
        else                                                                         \
            for (int64_t i = 0; i < p->channels; i++)                                \
                y[i] = y[i] < x[i] ? x[i] : y[i];                                    \
    }
EACH_DTYPE(MAX_TAP)

#define MAX_DEPTH(id, type, finite, least)                                                         \
    static void max_depth_##id(const tf_kernel_ctx *k, int64_t begin, int64_t end, int64_t window) \
    {                                                                                              \
        const type *x = TF_DATA(k, in, 0, const type);                                             \
        for (int64_t i = begin; i < end; i++) {                                                    \
            type most = x[i * window];                                                             \
            for (int64_t j = 1; j < window; j++)                                                   \
                most = most < x[i * window + j] ? x[i * window + j] : most;                        \
            TF_DATA(k, out, 0, type)[i] = most;                                                    \
        }                                                                                          \
    }
EACH_DTYPE(MAX_DEPTH)

static void max_kernel(tf_kernel_ctx *k)
{
    const tf_view *y = &k->out[0];
    const int64_t window = ((const pool_attrs *)k->attrs)->ksize.dims[y->rank - 1], image = product(y->dims, 1, y->rank);
    if (window > 1)
        BY_DTYPE(k, max_depth)(k, k->begin * image, k->end * image, window);
    else
        each_window(k, &k->in[0], y, NULL, BY_DTYPE(k, max_tap));
}

/* ---- their gradients: to the first of equal largest; over three axes, as TF's, to all of them ---------------------------------------------------------------------------------------- */

/* in: x, y, and what flows: dy, of which `rest` is what has found no place yet. TensorFlow's largest over two axes begins with a window's
 * first element, which stays where it is NaN or nothing is larger; over three it is what differs from the largest by 0, as infinity does
 * not. `odd` tells whether any is such: few are, and the rest goes in vectors. */
enum { MOST_CHANNELS = 256 };
#define STAYS(x, y, finite) (!((x) <= (y)) | ((y) == (finite)))
#define IS_ODD(first, x, y, finite) ((first) ? STAYS(x, y, finite) : !((y) - (y) == 0))
#define MAX_GRAD(id, type, finite, least)                                                                                      \
    static inline __attribute__((always_inline)) void max_give_##id(bool first, bool head, bool odd, int64_t n, const type *x, \
                                                                    const type *y, type *rest, type *dx)                       \
    {                                                                                                                          \
        for (int64_t i = 0; i < n; i++) {                                                                                      \
            const bool here =                                                                                                  \
                odd ? (head && STAYS(x[i], y[i], finite)) || (x[i] == y[i] && (first || y[i] - y[i] == 0)) : x[i] == y[i];     \
            dx[i] = (type)(dx[i] + (here ? rest[i] : 0));                                                                      \
            rest[i] = (here & first) ? 0 : rest[i];                                                                            \
        }                                                                                                                      \
    }                                                                                                                          \
    static void max_grad_##id(const pooling *p, bool first, const type *x, const type *y, const type *dy, const range *r,      \
                              type *dx)                                                                                        \
    {                                                                                                                          \
        type rest[MOST_CHANNELS];                                                                                              \
        for (int64_t c = 0; c < p->channels; c += MOST_CHANNELS) {                                                             \
            const int64_t n = p->channels - c < MOST_CHANNELS ? p->channels - c : MOST_CHANNELS;                               \
            const int64_t begin = ((r->low[D] * p->in[H] + r->low[H]) * p->in[W] + r->low[W]) * p->channels + c;               \
            int32_t odd = 0;                                                                                                   \
            for (int64_t i = 0; i < n; i++)                                                                                    \
                odd |= IS_ODD(first, x[begin + i], y[c + i], finite);                                                          \
            memcpy(rest, dy + c, (size_t)n * sizeof *rest);                                                                    \
            for (int64_t d = r->low[D]; d < r->high[D]; d++)                                                                   \
                for (int64_t h = r->low[H]; h < r->high[H]; h++)                                                               \
                    for (int64_t w = r->low[W]; w < r->high[W]; w++) {                                                         \
                        const int64_t at = ((d * p->in[H] + h) * p->in[W] + w) * p->channels + c;                              \
                        if (odd)                                                                                               \
                            max_give_##id(first, at == begin && first, true, n, x + at, y + c, rest, dx + at);                 \
                        else                                                                                                   \
                            max_give_##id(first, false, false, n, x + at, y + c, rest, dx + at);                               \
                    }                                                                                                          \
        }                                                                                                                      \
    }                                                                                                                          \
    static void max_grads_##id(const tf_kernel_ctx *k)                                                                         \
    {                                                                                                                          \
        const pooling p = pooling_of(k->attrs, &k->in[0], &k->in[1]);                                                          \
        for (int64_t n = k->begin; n < k->end; n++) {                                                                          \
            const int64_t x_at = n * volume(p.in) * p.channels;                                                                \
            int64_t o[AXES], y_at = n * volume(p.out) * p.channels;                                                            \
            for (o[D] = 0; o[D] < p.out[D]; o[D]++)                                                                            \
                for (o[H] = 0; o[H] < p.out[H]; o[H]++)                                                                        \
                    for (o[W] = 0; o[W] < p.out[W]; o[W]++, y_at += p.channels) {                                              \
                        const range r = range_of(&p, o);                                                                       \
                        max_grad_##id(&p, k->in[0].rank == 4, TF_DATA(k, in, 0, const type) + x_at,                            \
                                      TF_DATA(k, in, 1, const type) + y_at, TF_DATA(k, in, 2, const type) + y_at, &r,          \
                                      TF_DATA(k, out, 0, type) + x_at);                                                        \
                    }                                                                                                          \
        }                                                                                                                      \
    }
EACH_DTYPE(MAX_GRAD)

static void max_grad_kernel(tf_kernel_ctx *k)
{
    clear_images(k, &k->out[0]);
    BY_DTYPE(k, max_grads)(k);
}

/* And theirs: what flows at the first of equal largest, for each window; written back to front by walking all and keeping it. */
#define MAX_PICK(id, type, finite, least)                                                                      \
    static void max_pick_##id(const pass *p, int64_t y_at, int64_t x_at, int64_t tap)                          \
    {                                                                                                          \
        const type *x = TF_DATA(p->k, in, 0, const type) + x_at, *y = TF_DATA(p->k, in, 1, const type) + y_at, \
                   *d = TF_DATA(p->k, in, 2, const type) + x_at;                                               \
        type *to = TF_DATA(p->k, out, 0, type) + y_at;                                                         \
        bool *found = (bool *)p->k->scratch;                                                                   \
        if (tap == 0) {                                                                                        \
            memset(found, 0, (size_t)p->channels);                                                             \
            memset(to, 0, (size_t)p->channels * sizeof *to);                                                   \
        }                                                                                                      \
        for (int64_t i = 0; i < p->channels; i++)                                                              \
            if (!found[i] && x[i] == y[i]) {                                                                   \
                to[i] = d[i];                                                                                  \
                found[i] = true;                                                                               \
            }                                                                                                  \
    }
EACH_DTYPE(MAX_PICK)
static size_t a_flag_each(const tf_kernel_ctx *k) { return (size_t)k->in[0].dims[k->in[0].rank - 1] + 1; }
static void max_grad_grad_kernel(tf_kernel_ctx *k) { each_window(k, &k->in[0], &k->in[1], NULL, BY_DTYPE(k, max_pick)); }

/* ---- AvgPool, AvgPool3D: y = mean x, of what lies inside; dx = Σ dy / count -------------------------------------------------------------------- */

#define AVG(id, type)                                                                                                       \
    static void avg_tap_##id(const pass *p, int64_t y_at, int64_t x_at, int64_t tap)                                        \
    {                                                                                                                       \
        type *y = TF_DATA(p->k, out, 0, type) + y_at;                                                                       \
        const type *x = TF_DATA(p->k, in, 0, const type) + x_at;                                                            \
        if (tap == 0)                                                                                                       \
            memcpy(y, x, (size_t)p->channels * sizeof *y);                                                                  \
        else                                                                                                                \
            for (int64_t i = 0; i < p->channels; i++)                                                                       \
                y[i] += x[i];                                                                                               \
    }                                                                                                                       \
    static void avg_share_##id(const pass *p, int64_t y_at, int64_t taps)                                                   \
    {                                                                                                                       \
        type *share = (type *)p->k->scratch;                                                                                \
        for (int64_t i = 0; i < p->channels; i++)                                                                           \
            share[i] = TF_DATA(p->k, in, 1, const type)[y_at + i] / (type)taps;                                             \
    }                                                                                                                       \
    static void avg_give_##id(const pass *p, int64_t y_at, int64_t x_at, int64_t tap)                                       \
    {                                                                                                                       \
        type *dx = TF_DATA(p->k, out, 0, type) + x_at;                                                                      \
        const type *share = (const type *)p->k->scratch;                                                                    \
        (void)y_at, (void)tap;                                                                                              \
        for (int64_t i = 0; i < p->channels; i++)                                                                           \
            dx[i] += share[i];                                                                                              \
    }                                                                                                                       \
    static void avg_divide_##id(const tf_kernel_ctx *k)                                                                     \
    {                                                                                                                       \
        const pooling p = pooling_of(k->attrs, &k->in[0], &k->out[0]);                                                      \
        for (int64_t n = k->begin; n < k->end; n++) {                                                                       \
            int64_t o[AXES];                                                                                                \
            type *y = TF_DATA(k, out, 0, type) + n * volume(p.out) * p.channels;                                            \
            for (o[D] = 0; o[D] < p.out[D]; o[D]++)                                                                         \
                for (o[H] = 0; o[H] < p.out[H]; o[H]++)                                                                     \
                    for (o[W] = 0; o[W] < p.out[W]; o[W]++, y += p.channels) {                                              \
                        const range r = range_of(&p, o);                                                                    \
                        const type taps = (type)((r.high[D] - r.low[D]) * (r.high[H] - r.low[H]) * (r.high[W] - r.low[W])); \
                        for (int64_t i = 0; i < p.channels; i++)                                                            \
                            y[i] /= taps;                                                                                   \
                    }                                                                                                       \
        }                                                                                                                   \
    }
AVG(f32, float)
AVG(f64, double)

static void avg_kernel(tf_kernel_ctx *k)
{
    const bool narrow = k->T == tf_float32;
    each_window(k, &k->in[0], &k->out[0], NULL, narrow ? avg_tap_f32 : avg_tap_f64);
    (narrow ? avg_divide_f32 : avg_divide_f64)(k);
}
static size_t a_number_each(const tf_kernel_ctx *k)
{
    return (size_t)(k->out[0].dims[k->out[0].rank - 1] + 1) * tf_dtype_size(k->T);
}
static void avg_grad_kernel(tf_kernel_ctx *k)
{
    const bool narrow = k->T == tf_float32;
    clear_images(k, &k->out[0]);
    each_window(k, &k->out[0], &k->in[1], narrow ? avg_share_f32 : avg_share_f64, narrow ? avg_give_f32 : avg_give_f64);
}

/* ---- MaxPoolWithArgmax: the place counts from the image's beginning, or from that of all ---------------------------------------------------------- */

#define ARGMAX_TAP(id, type, finite, least)                                             \
    static void argmax_tap_##id(const pass *p, int64_t y_at, int64_t x_at, int64_t tap) \
    {                                                                                   \
        type *y = TF_DATA(p->k, out, 0, type) + y_at;                                   \
        const type *x = TF_DATA(p->k, in, 0, const type) + x_at;                        \
        int64_t *place = TF_DATA(p->k, out, 1, int64_t) + y_at;                         \
        const pool_attrs *a = p->k->attrs;                                              \
        for (int64_t i = 0; i < p->channels; i++)                                       \
            if (tap == 0 || y[i] < x[i]) {                                              \
                y[i] = x[i];                                                            \
                place[i] = (a->include_batch_in_index ? x_at : x_at % p->image) + i;    \
            }                                                                           \
    }
EACH_DTYPE(ARGMAX_TAP)
static void argmax_kernel(tf_kernel_ctx *k) { each_window(k, &k->in[0], &k->out[0], NULL, BY_DTYPE(k, argmax_tap)); }

/* in: x, dy, argmax */
static void argmax_grad_kernel(tf_kernel_ctx *k)
{
    const int64_t n = k->in[0].dims[0], image = n ? tf_view_count(&k->out[0]) / n : 0,
                  outputs = n ? tf_view_count(&k->in[1]) / n : 0;
    const bool all = ((const pool_attrs *)k->attrs)->include_batch_in_index;
    clear_images(k, &k->out[0]);
    for (int64_t i = k->begin * outputs; i < k->end * outputs; i++) {
        const int64_t first = i / outputs * image, at = TF_DATA(k, in, 2, const int64_t)[i] + (all ? 0 : first);
        if (at < first || at >= first + image) {
            tf_kernel_error(k, tf_invalid_argument, "Invalid input index:%lld", (long long)at);
            return;
        }
        FOR_DTYPE(k->T, TF_DATA(k, out, 0, T)[at] = (T)(TF_DATA(k, out, 0, T)[at] + TF_DATA(k, in, 1, const T)[i]);)
    }
}

/* ---- gradients ------------------------------------------------------------------------------------------------------------------------------------ */

static const tf_op_def max2_op, max2_grad_op, max2_grad_grad_op, max3_op, max3_grad_op, max3_grad_grad_op, avg2_op, avg2_grad_op,
    avg3_op, avg3_grad_op, argmax_grad_op;

static tf_tensor pool_node(const tf_grad_ctx *g, const tf_op_def *two, const tf_op_def *three, int n, tf_tensor a, tf_tensor b,
                           tf_tensor c)
{
    const pool_attrs *attrs = g->attrs;
    const tf_operand in[] = { operand_of(a), operand_of(b), operand_of(c) };
    return array_op(attrs->ksize.rank == 5 ? three : two, (struct tf_name_args){ 0 }, NULL, attrs, n, in);
}
static void max_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, pool_node(g, &max2_grad_op, &max3_grad_op, 3, g->in[0], g->out[0], dy));
}
static void max_grad_gradient(tf_grad_ctx *g, tf_tensor d)
{
    tf_add_grad(g, 0, tf_zeros_like(g->in[0]));
    tf_add_grad(g, 1, tf_zeros_like(g->in[1]));
    tf_add_grad(g, 2, pool_node(g, &max2_grad_grad_op, &max3_grad_grad_op, 3, g->in[0], g->in[1], d));
}
static void max_grad_grad_gradient(tf_grad_ctx *g, tf_tensor d)
{
    tf_add_grad(g, 0, tf_zeros_like(g->in[0]));
    tf_add_grad(g, 1, tf_zeros_like(g->in[1]));
    tf_add_grad(g, 2, pool_node(g, &max2_grad_op, &max3_grad_op, 3, g->in[0], g->in[1], d));
}
static void avg_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, pool_node(g, &avg2_grad_op, &avg3_grad_op, 2, tf_shape(g->in[0]), dy, dy));
}
static void avg_grad_gradient(tf_grad_ctx *g, tf_tensor d) { tf_add_grad(g, 1, pool_node(g, &avg2_op, &avg3_op, 1, d, d, d)); }
static void argmax_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    if (!tf_is_none(dy))
        tf_add_grad(g, 0, pool_node(g, &argmax_grad_op, &argmax_grad_op, 3, g->in[0], dy, g->out[1]));
}

/* ---- records ---------------------------------------------------------------------------------------------------------------------------------------- */

#define POOL(...) .attrs = pool_fields, .attrs_size = sizeof(pool_attrs), .units = images, __VA_ARGS__
#define MAX_POOLS(n, suffix)                                                                                                       \
    static const tf_op_def max##n##_op = { POOL(.name = "MaxPool" suffix, .in = "input:T", .out = "output:T",                      \
                                                .T = n == 2 ? TF_NUMERIC : TF_FLOATING, .shape = max##n##_shape,                   \
                                                .kernel = max_kernel, .shard = &by_image, .gradient = max_gradient) };             \
    static const tf_op_def max##n##_grad_op = {                                                                                    \
        POOL(.name = "MaxPool" suffix "Grad", .in = "orig_input:T, orig_output:T, grad:T", .out = "output:T", .T = TF_NUMERIC,     \
             .shape = grad_shape, .kernel = max_grad_kernel, .shard = &by_image, .gradient = max_grad_gradient)                    \
    };                                                                                                                             \
    static const tf_op_def max##n##_grad_grad_op = {                                                                               \
        POOL(.name = "MaxPool" suffix "GradGrad", .in = "orig_input:T, orig_output:T, grad:T", .out = "output:T", .T = TF_NUMERIC, \
             .shape = grad_grad_shape, .kernel = max_grad_grad_kernel, .scratch = a_flag_each, .shard = &by_image,                 \
             .gradient = max_grad_grad_gradient)                                                                                   \
    };
MAX_POOLS(2, "")
MAX_POOLS(3, "3D")
#define AVG_POOLS(n, suffix)                                                                                                    \
    static const tf_op_def avg##n##_op = { POOL(.name = "AvgPool" suffix, .in = "value:T", .out = "output:T", .T = TF_FLOATING, \
                                                .shape = avg##n##_shape, .kernel = avg_kernel, .shard = &by_image,              \
                                                .gradient = avg_gradient) };                                                    \
    static const tf_op_def avg##n##_grad_op = { POOL(.name = "AvgPool" suffix "Grad", .in = "orig_input_shape:int32, grad:T",   \
                                                     .out = "output:T", .T = TF_FLOATING, .shape = avg_grad_shape,              \
                                                     .kernel = avg_grad_kernel, .scratch = a_number_each,                       \
                                                     .shard = &by_image_of_dy, .gradient = avg_grad_gradient) };
AVG_POOLS(2, "")
AVG_POOLS(3, "3D")
static const tf_op_def argmax_op = { POOL(.name = "MaxPoolWithArgmax", .in = "input:T", .out = "output:T, argmax:int64",
                                          .T = TF_NUMERIC, .shape = max2_shape, .kernel = argmax_kernel, .shard = &by_image,
                                          .gradient = argmax_gradient) };
static const tf_op_def argmax_grad_op = {
    POOL(.name = "MaxPoolGradWithArgmax", .in = "input:T, grad:T, argmax:int64", .out = "output:T", .T = TF_NUMERIC,
         .shape = grad_shape, .kernel = argmax_grad_kernel, .shard = &by_image, .gradient = tf1c_undefined_gradient)
};

/* ---- builders ----------------------------------------------------------------------------------------------------------------------------------------- */

static tf_tensor recorded(void) { return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }; }

static bool settle(pool_attrs *attrs, const tf_op_def *def, int n, const struct tf_pool_args *a)
{
    static const char *const formats[] = { "NHWC", "NCHW", "NCHW_VECT_C", NULL };
    const char *format = a->data_format ? a->data_format : n == 3 ? "NDHWC" : "NHWC";
    *attrs = (pool_attrs){ .padding = a->padding, .data_format = format };
    if (!tf1c_window_sequence(a->ksize, n, format, "ksize", a->here, &attrs->ksize) ||
        !tf1c_window_sequence(a->strides, n, format, "strides", a->here, &attrs->strides))
        return false;
    for (int i = 0; i < attrs->ksize.rank; i++)
        if (attrs->ksize.dims[i] <= 0) {
            tf_mistake(tf_value_error, a->here, NULL, attrs->ksize.dims[i] ? "ksize must be positive" : "ksize cannot be zero.");
            return false;
        }
    return tf1c_check_padding(def->name, a->padding, a->here) &&
           (def == &max2_op ? tf1c_check_attr(def->name, "data_format", format, formats, a->here)
                            : tf1c_check_format(def->name, format, n, a->here));
}

static tf_tensor pool_of(const tf_op_def *def, tf_operand x, int n, struct tf_pool_args *a, const char *scope)
{
    pool_attrs attrs;
    TF_FROM(a->here);
    TF_SCOPE(a->name, scope);
    return settle(&attrs, def, n, a) ? array_op(def, (struct tf_name_args){ a->here, tf_scope_name() }, NULL, &attrs, 1, &x)
                                     : recorded();
}
tf_tensor tf_nn_max_pool_(struct tf_pool_args a) { return pool_of(&max2_op, tf1c_given(a.value), 2, &a, "MaxPool"); }
tf_tensor tf_nn_avg_pool_(struct tf_pool_args a) { return pool_of(&avg2_op, tf1c_given(a.value), 2, &a, "AvgPool"); }
tf_tensor tf_nn_max_pool2d_(struct tf_pool_args a) { return pool_of(&max2_op, tf1c_given(a.value), 2, &a, "MaxPool2d"); }
tf_tensor tf_nn_avg_pool2d_(struct tf_pool_args a) { return pool_of(&avg2_op, tf1c_given(a.value), 2, &a, "AvgPool"); }
tf_tensor tf_nn_max_pool3d_(struct tf_pool_args a) { return pool_of(&max3_op, tf1c_given(a.value), 3, &a, "MaxPool3D"); }
tf_tensor tf_nn_avg_pool3d_(struct tf_pool_args a) { return pool_of(&avg3_op, tf1c_given(a.value), 3, &a, "AvgPool3D"); }

/* As an image of one row; any format but "NWC" is one of channels second. */
static tf_tensor pool_rows(const tf_op_def *def, tf_operand x, struct tf_pool_args *a, const char *scope)
{
    const bool last = !a->data_format || strcmp(a->data_format, "NWC") == 0;
    const char *format = last ? "NHWC" : "NCHW";
    const int row = last ? 1 : 2;
    pool_attrs attrs;
    tf_dims *sizes[] = { &a->ksize, &a->strides };
    TF_FROM(a->here);
    TF_SCOPE(a->name, scope);
    const char *name = tf_scope_name();
    for (int i = 0; i < 2; i++) {
        tf_dims d;
        if (!tf1c_window_sequence(*sizes[i], 1, format, i ? "strides" : "ksize", a->here, &d))
            return recorded();
        *sizes[i] = SHAPE(1, d.dims[0], d.dims[1], d.dims[2]);
    }
    a->data_format = format;
    if (!settle(&attrs, def, 2, a))
        return recorded();
    const tf_operand image = operand_of(tf_expand_dims(x, row));
    return tf_squeeze(array_op(def, (struct tf_name_args){ a->here, name }, NULL, &attrs, 1, &image), .axes = AXES(row));
}
tf_tensor tf_nn_max_pool1d_(struct tf_pool_args a) { return pool_rows(&max2_op, tf1c_given(a.value), &a, "MaxPool1d"); }
tf_tensor tf_nn_avg_pool1d_(struct tf_pool_args a) { return pool_rows(&avg2_op, tf1c_given(a.value), &a, "AvgPool1D"); }

static tf_pooled no_pooled(void) { return (tf_pooled){ recorded(), recorded() }; }

static tf_pooled nn_max_pool_with_argmax_of(tf_operand input, struct tf_pool_argmax_args a)
{
    const struct tf_pool_args plain = {
        .here = a.here, .ksize = a.ksize, .strides = a.strides, .padding = a.padding, .data_format = "NHWC", .name = a.name
    };
    const tf_dtype places = a.output_dtype ? a.output_dtype : a.Targmax;
    pool_attrs attrs;
    TF_FROM(a.here);
    if (a.data_format && strcmp(a.data_format, "NHWC") != 0) {
        tf_mistake(tf_value_error, a.here, NULL, "Data formats other than 'NHWC' are not yet supported");
        return no_pooled();
    }
    if (places && places != tf_int64) {
        tf_mistake(tf_unimplemented, a.here, NULL, "MaxPoolWithArgmax has places of dtype int64 alone, not %s",
                   tf_dtype_name(places));
        return no_pooled();
    }
    if (!settle(&attrs, &argmax_op, 2, &plain))
        return no_pooled();
    attrs.include_batch_in_index = a.include_batch_in_index;
    const tf_tensor y = array_op(&argmax_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 1, &input);
    return (tf_pooled){ y, { .op = y.op, .index = 1 } };
}

tf_pooled tf_nn_max_pool_with_argmax_(struct tf_pool_argmax_args a) { return nn_max_pool_with_argmax_of(tf1c_given(a.input), a); }

/* clang-format off */
tf1c_op_family tf1c_family_pool = {
    &max2_op,
    &max2_grad_op,
    &max2_grad_grad_op,
    &avg2_op,
    &avg2_grad_op,
    &max3_op,
    &max3_grad_op,
    &max3_grad_grad_op,
    &avg3_op,
    &avg3_grad_op,
    &argmax_op,
    &argmax_grad_op,
    NULL,
};
