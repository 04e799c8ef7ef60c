/* Images of other sizes. TF1: core/kernels/resize_bilinear_op.cc, resize_nearest_neighbor_op.cc, resize_bicubic_op.cc, resize_area_op.cc,
 * image_resizer_state.h. */
#include <math.h>
#include <string.h>

#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/counts.h"
#include "ops/family.h"
#include "ops/image/image.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"

typedef struct {
    bool align_corners;
} resize_attrs;
static const tf_attr_def resize_fields[] = { TF_ATTR(resize_attrs, align_corners, TF_ATTR_BOOL), { 0 } };

static const tf_shard_rule by_image = { .out = 0, .in = { 0, TF_WHOLE } };
static int64_t images(const tf_kernel_ctx *k) { return k->out[0].dims[0]; }

#define RESIZE_OP(type, in_, out_, dtypes, shape_, kernel_, gradient_)                                                 \
    {                                                                                                                  \
        .name = type, .in = in_, .out = out_, .T = dtypes, .attrs = resize_fields, .attrs_size = sizeof(resize_attrs), \
        .shape = shape_, .kernel = kernel_, .units = images, .shard = &by_image, .gradient = gradient_,                \
    }

/* images [n, h, w, c] and a size [2] -> [n, size[0], size[1], c] */
static void resize_shape(tf_shape_ctx *c)
{
    tf_dims d = *tf_in_dims(c, 0), size = { 0 };
    if (!tf_with_rank(c, 0, 4) || !tf_with_rank(c, 1, 1))
        return;
    if (!tf_in_ints(c, 1, &size))
        size = SHAPE(NONE, NONE);
    if (size.rank != 2) {
        tf_shape_error(c, "Dimension must be 2 but is %d", size.rank);
        return;
    }
    if (tf_shape_at_run(c) && (size.dims[0] < 1 || size.dims[1] < 1)) {
        tf_shape_error(c, "output dimensions must be positive");
        return;
    }
    if (tf_shape_at_run(c) && (d.dims[1] < 1 || d.dims[2] < 1)) {
        tf_shape_error(c, "input image must be of non-zero size");
        return;
    }
    tf_set_out(c, 0, SHAPE(d.known ? d.dims[0] : NONE, size.dims[0], size.dims[1], d.known ? d.dims[3] : NONE));
}

static float scale_of(int64_t in, int64_t out, const tf_kernel_ctx *k)
{
    const bool align = ((const resize_attrs *)k->attrs)->align_corners && out > 1;
    return align ? (float)(in - 1) / (float)(out - 1) : (float)in / (float)out;
}

/* ---- ResizeBilinear: between the four around a place ------------------------------------------------------------------------------------ */

typedef struct {
    int64_t lower, upper;
    float lerp;
} between;

static between place(int64_t i, float scale, int64_t n)
{
    const float at = (float)i * scale;
    const int64_t lower = (int64_t)at;
    return (between){ lower, lower + 1 < n ? lower + 1 : n - 1, at - (float)lower };
}

static float number_at(const tf_view *v, int64_t i)
{
    switch (v->dtype) {
    case tf_float32: return ((const float *)v->data)[i];
    case tf_float64: return (float)((const double *)v->data)[i];
    case tf_int32: return (float)((const int32_t *)v->data)[i];
    case tf_int64: return (float)((const int64_t *)v->data)[i];
    default: return (float)((const uint8_t *)v->data)[i];
    }
}

static void bilinear_kernel(tf_kernel_ctx *k)
{
    const tf_view *in = &k->in[0], *out = &k->out[0];
    const int64_t h = in->dims[1], w = in->dims[2], c = in->dims[3];
    const float down = scale_of(h, out->dims[1], k), right = scale_of(w, out->dims[2], k);
    float *to = (float *)out->data + k->begin * out->dims[1] * out->dims[2] * c;
    for (int64_t n = k->begin; n < k->end; n++)
        for (int64_t y = 0; y < out->dims[1]; y++) {
            const between row = place(y, down, h);
            const int64_t top = (n * h + row.lower) * w, bottom = (n * h + row.upper) * w;
            for (int64_t x = 0; x < out->dims[2]; x++) {
                const between column = place(x, right, w);
                for (int64_t i = 0; i < c; i++) {
                    const float tl = number_at(in, (top + column.lower) * c + i), tr = number_at(in, (top + column.upper) * c + i);
                    const float bl = number_at(in, (bottom + column.lower) * c + i),
                                br = number_at(in, (bottom + column.upper) * c + i);
                    const float t = tl + (tr - tl) * column.lerp, b = bl + (br - bl) * column.lerp;
                    *to++ = t + (b - t) * row.lerp;
                }
            }
        }
}

/* What a gradient's kernel goes by: the image that dy is sent back to, of which its part is cleared. */
typedef struct {
    const tf_view *dy, *dx;
    int64_t h, w, c;
    float down, right;
} way_back;

static way_back begin_back(const tf_kernel_ctx *k)
{
    const tf_view *dy = &k->in[0], *dx = &k->out[0];
    const int64_t h = dx->dims[1], w = dx->dims[2], c = dx->dims[3];
    const size_t size = tf_dtype_size(dx->dtype) * (size_t)(h * w * c);
    memset((char *)dx->data + (size_t)k->begin * size, 0, (size_t)(k->end - k->begin) * size);
    return (way_back){ dy, dx, h, w, c, scale_of(h, dy->dims[1], k), scale_of(w, dy->dims[2], k) };
}

/* dy [n, H, W, c] float, an image [n, h, w, c] whose shape counts -> dx of it */
static void back_shape(tf_shape_ctx *c)
{
    if (tf_with_rank(c, 0, 4) && tf_with_rank(c, 1, 4))
        tf_set_out(c, 0, *tf_in_dims(c, 1));
}

#define BILINEAR_BACK(type)                                                                                                       \
    for (int64_t n = k->begin; n < k->end; n++)                                                                                   \
        for (int64_t y = 0; y < dy->dims[1]; y++) {                                                                               \
            const between row = place(y, b.down, h);                                                                              \
            type *top = (type *)dx->data + (n * h + row.lower) * w * c, *bottom = (type *)dx->data + (n * h + row.upper) * w * c; \
            for (int64_t x = 0; x < dy->dims[2]; x++) {                                                                           \
                const between column = place(x, b.right, w);                                                                      \
                for (int64_t i = 0; i < c; i++) {                                                                                 \
                    const type d = (type)((const float *)dy->data)[((n * dy->dims[1] + y) * dy->dims[2] + x) * c + i];            \
                    const type below = (type)row.lerp, beside = (type)column.lerp;                                                \
                    top[column.lower * c + i] += d * (1 - below) * (1 - beside);                                                  \
                    top[column.upper * c + i] += d * (1 - below) * beside;                                                        \
                    bottom[column.lower * c + i] += d * below * (1 - beside);                                                     \
                    bottom[column.upper * c + i] += d * below * beside;                                                           \
                }                                                                                                                 \
            }                                                                                                                     \
        }

static void bilinear_back_kernel(tf_kernel_ctx *k)
{
    const way_back b = begin_back(k);
    const tf_view *dy = b.dy, *dx = b.dx;
    const int64_t h = b.h, w = b.w, c = b.c;
    if (dx->dtype == tf_float32)
        BILINEAR_BACK(float)
    else
        BILINEAR_BACK(double)
}

static void bilinear_gradient(tf_grad_ctx *g, tf_tensor dy);
static void bilinear_back_gradient(tf_grad_ctx *g, tf_tensor dy);

static const tf_op_def bilinear_op = RESIZE_OP("ResizeBilinear", "images:T, size:int32", "resized_images:float32", TF_NUMERIC,
                                               resize_shape, bilinear_kernel, bilinear_gradient);
static const tf_op_def bilinear_back_op = RESIZE_OP("ResizeBilinearGrad", "grads:float32, original_image:T", "output:T",
                                                    TF_FLOATING, back_shape, bilinear_back_kernel, bilinear_back_gradient);

static void add_back(tf_grad_ctx *g, const tf_op_def *back, tf_tensor dy)
{
    const tf_operand in[2] = { operand_of(dy), operand_of(g->in[0]) };
    if (TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(g->in[0])))
        tf_add_grad(g, 0,
                    (tf_tensor){ .op = tf_op_new(back, (struct tf_op_args){ .attrs = g->attrs, .n_inputs = 2, .inputs = in }) });
}
static void bilinear_gradient(tf_grad_ctx *g, tf_tensor dy) { add_back(g, &bilinear_back_op, dy); }

static tf_tensor with_size_of(const tf_op_def *def, const void *attrs, tf_tensor x, tf_tensor like)
{
    const tf_operand in[2] = { operand_of(x), operand_of(tf_getitem(tf_shape(like), "1:3")) };
    return (tf_tensor){ .op = tf_op_new(def, (struct tf_op_args){ .attrs = attrs, .n_inputs = 2, .inputs = in }) };
}

/* It is linear in its first input: the derivative is the resizing itself. */
static void bilinear_back_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, with_size_of(&bilinear_op, g->attrs, dy, g->in[0]));
}

/* ---- ResizeNearestNeighbor --------------------------------------------------------------------------------------------------------------- */

static int64_t nearest(int64_t i, float scale, int64_t n, const tf_kernel_ctx *k)
{
    const float at = (float)i * scale;
    const int64_t j = (int64_t)(((const resize_attrs *)k->attrs)->align_corners ? roundf(at) : floorf(at));
    return j < n ? j : n - 1;
}

static void nearest_kernel(tf_kernel_ctx *k)
{
    const tf_view *in = &k->in[0], *out = &k->out[0];
    const int64_t h = in->dims[1], w = in->dims[2];
    const size_t pixel = tf_dtype_size(in->dtype) * (size_t)in->dims[3];
    const float down = scale_of(h, out->dims[1], k), right = scale_of(w, out->dims[2], k);
    char *to = (char *)out->data + (size_t)(k->begin * out->dims[1] * out->dims[2]) * pixel;
    for (int64_t n = k->begin; n < k->end; n++)
        for (int64_t y = 0; y < out->dims[1]; y++)
            for (int64_t x = 0; x < out->dims[2]; x++, to += pixel)
                if (pixel)
                    memcpy(to, (char *)in->data + (size_t)((n * h + nearest(y, down, h, k)) * w + nearest(x, right, w, k)) * pixel,
                           pixel);
}

/* dy [n, H, W, c] and a size [2] -> [n, h, w, c]: each goes where it came from. */
static void nearest_back_kernel(tf_kernel_ctx *k)
{
    const way_back b = begin_back(k);
    const tf_view *dy = b.dy, *dx = b.dx;
    const int64_t h = b.h, w = b.w, c = b.c;
    for (int64_t n = k->begin; n < k->end; n++)
        for (int64_t y = 0; y < dy->dims[1]; y++)
            for (int64_t x = 0; x < dy->dims[2]; x++)
                for (int64_t i = 0; i < c; i++) {
                    const int64_t to = ((n * h + nearest(y, b.down, h, k)) * w + nearest(x, b.right, w, k)) * c + i;
                    const int64_t from = ((n * dy->dims[1] + y) * dy->dims[2] + x) * c + i;
                    if (dx->dtype == tf_float32)
                        ((float *)dx->data)[to] += ((const float *)dy->data)[from];
                    else
                        ((double *)dx->data)[to] += ((const double *)dy->data)[from];
                }
}

static void nearest_gradient(tf_grad_ctx *g, tf_tensor dy);
static void nearest_back_gradient(tf_grad_ctx *g, tf_tensor dy);

static const tf_op_def nearest_op = RESIZE_OP("ResizeNearestNeighbor", "images:T, size:int32", "resized_images:T", TF_NUMERIC,
                                              resize_shape, nearest_kernel, nearest_gradient);
static const tf_op_def nearest_back_op = RESIZE_OP("ResizeNearestNeighborGrad", "grads:T, size:int32", "output:T", TF_FLOATING,
                                                   resize_shape, nearest_back_kernel, nearest_back_gradient);

static void nearest_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    if (TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(g->in[0])))
        tf_add_grad(g, 0, with_size_of(&nearest_back_op, g->attrs, dy, g->in[0]));
}
static void nearest_back_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, with_size_of(&nearest_op, g->attrs, dy, g->in[0]));
}

/* ---- ResizeBicubic: between sixteen ------------------------------------------------------------------------------------------------------- */

typedef struct {
    int64_t at[4];
    float weight[4];
} cubic;

/* Keys' two pieces with a = -3/4, at a distance below 1 and one from 1 to 2. */
static float near_weight(float x) { return (float)((1.25 * x - 2.25) * x * x + 1); }
static float far_weight(float x)
{
    x += 1;
    return (float)(((-0.75 * x + 3.75) * x - 6) * x + 3);
}

static cubic place_of_four(int64_t i, float scale, int64_t n)
{
    enum { STEPS = 1024 }; /* TF looks the weights up in a table of so many */
    const float at = (float)i * scale;
    const int64_t lower = (int64_t)at;
    const float between = (float)lrintf((at - (float)lower) * STEPS) / STEPS;
    cubic c = { .weight = { far_weight(between), near_weight(between), near_weight(1 - between), far_weight(1 - between) } };
    for (int j = 0; j < 4; j++) {
        const int64_t k = lower - 1 + j;
        c.at[j] = k < 0 ? 0 : k < n ? k : n - 1;
    }
    return c;
}

static void bicubic_kernel(tf_kernel_ctx *k)
{
    const tf_view *in = &k->in[0], *out = &k->out[0];
    const int64_t h = in->dims[1], w = in->dims[2], c = in->dims[3];
    const float down = scale_of(h, out->dims[1], k), right = scale_of(w, out->dims[2], k);
    float *to = (float *)out->data + k->begin * out->dims[1] * out->dims[2] * c;
    for (int64_t n = k->begin; n < k->end; n++)
        for (int64_t y = 0; y < out->dims[1]; y++) {
            const cubic rows = place_of_four(y, down, h);
            for (int64_t x = 0; x < out->dims[2]; x++) {
                const cubic columns = place_of_four(x, right, w);
                for (int64_t i = 0; i < c; i++, to++) {
                    float sum = 0;
                    for (int r = 0; r < 4; r++) {
                        float row = 0;
                        for (int q = 0; q < 4; q++)
                            row += number_at(in, ((n * h + rows.at[r]) * w + columns.at[q]) * c + i) * columns.weight[q];
                        sum += row * rows.weight[r];
                    }
                    *to = sum;
                }
            }
        }
}

#define BICUBIC_BACK(type)                                                                                \
    for (int64_t n = k->begin; n < k->end; n++)                                                           \
        for (int64_t y = 0; y < dy->dims[1]; y++) {                                                       \
            const cubic rows = place_of_four(y, b.down, h);                                               \
            for (int64_t x = 0; x < dy->dims[2]; x++) {                                                   \
                const cubic columns = place_of_four(x, b.right, w);                                       \
                const float *d = (const float *)dy->data + ((n * dy->dims[1] + y) * dy->dims[2] + x) * c; \
                for (int r = 0; r < 4; r++)                                                               \
                    for (int q = 0; q < 4; q++)                                                           \
                        for (int64_t i = 0; i < c; i++)                                                   \
                            ((type *)dx->data)[((n * h + rows.at[r]) * w + columns.at[q]) * c + i] +=     \
                                (type)(d[i] * rows.weight[r] * columns.weight[q]);                        \
            }                                                                                             \
        }

static void bicubic_back_kernel(tf_kernel_ctx *k)
{
    const way_back b = begin_back(k);
    const tf_view *dy = b.dy, *dx = b.dx;
    const int64_t h = b.h, w = b.w, c = b.c;
    if (dx->dtype == tf_float32)
        BICUBIC_BACK(float)
    else
        BICUBIC_BACK(double)
}

static void bicubic_gradient(tf_grad_ctx *g, tf_tensor dy);

static const tf_op_def bicubic_op = RESIZE_OP("ResizeBicubic", "images:T, size:int32", "resized_images:float32", TF_NUMERIC,
                                              resize_shape, bicubic_kernel, bicubic_gradient);
static const tf_op_def bicubic_back_op = RESIZE_OP("ResizeBicubicGrad", "grads:float32, original_image:T", "output:T", TF_FLOATING,
                                                   back_shape, bicubic_back_kernel, tf1c_undefined_gradient);

static void bicubic_gradient(tf_grad_ctx *g, tf_tensor dy) { add_back(g, &bicubic_back_op, dy); }

/* ---- ResizeArea: the mean of what a pixel covers -------------------------------------------------------------------------------------------- */

/* How much of [i, i + 1] lies in [from, to]. */
static float covered(int64_t i, float from, float to)
{
    const float at = (float)i;
    return at < from ? (at + 1 > to ? to - from : at + 1 - from) : at + 1 > to ? to - at : 1;
}

static int64_t within(int64_t i, int64_t n) { return i < n ? i : n - 1; }

static void area_kernel(tf_kernel_ctx *k)
{
    const tf_view *in = &k->in[0], *out = &k->out[0];
    const int64_t h = in->dims[1], w = in->dims[2], c = in->dims[3];
    const float down = scale_of(h, out->dims[1], k), right = scale_of(w, out->dims[2], k), share = 1 / (down * right);
    float *to = (float *)out->data + k->begin * out->dims[1] * out->dims[2] * c;
    memset(to, 0, (size_t)((k->end - k->begin) * out->dims[1] * out->dims[2] * c) * sizeof *to);
    for (int64_t n = k->begin; n < k->end; n++)
        for (int64_t y = 0; y < out->dims[1]; y++) {
            const float top = (float)y * down, bottom = (float)(y + 1) * down;
            for (int64_t x = 0; x < out->dims[2]; x++, to += c) {
                const float first = (float)x * right, last = (float)(x + 1) * right;
                for (int64_t i = (int64_t)top; (float)i < bottom; i++)
                    for (int64_t j = (int64_t)first; (float)j < last; j++) {
                        const float part = covered(i, top, bottom) * covered(j, first, last) * share;
                        for (int64_t q = 0; q < c; q++)
                            to[q] += number_at(in, ((n * h + within(i, h)) * w + within(j, w)) * c + q) * part;
                    }
            }
        }
}

static const tf_op_def area_op = RESIZE_OP("ResizeArea", "images:T, size:int32", "resized_images:float32", TF_NUMERIC, resize_shape,
                                           area_kernel, tf1c_undefined_gradient);

/* ---- builders -------------------------------------------------------------------------------------------------------------------------------- */

static tf_tensor resize(const tf_op_def *def, tf_operand images_, tf_operand size, struct tf_resize_args a,
                        const char *default_name)
{
    const resize_attrs attrs = { a.align_corners };
    const tf_operand in[2] = { images_, size };
    return (tf_tensor){
        .op = tf_op_new(
            def,
            (struct tf_op_args){
                .here = a.here, .name = a.name, .default_name = default_name, .attrs = &attrs, .n_inputs = 2, .inputs = in })
    };
}

tf_tensor tf_image_resize_bilinear_(tf_operand images_, tf_operand size, struct tf_resize_args a)
{
    return resize(&bilinear_op, images_, size, a, NULL);
}
tf_tensor tf_image_resize_nearest_(tf_operand images_, tf_operand size, struct tf_resize_args a)
{
    return resize(&nearest_op, images_, size, a, NULL);
}

tf_tensor tf_image_resize_bicubic_(tf_operand images_, tf_operand size, struct tf_resize_args a)
{
    return resize(&bicubic_op, images_, size, a, NULL);
}
tf_tensor tf_image_resize_area_(tf_operand images_, tf_operand size, struct tf_resize_args a)
{
    return resize(&area_op, images_, size, a, NULL);
}

/* Then TF leaves images as they are, of their own dtype. */
static bool is_of_size(tf_tensor batch, tf_tensor size)
{
    const tf_dims d = tf_get_shape(batch);
    tf_dims to;
    return !tf_is_poisoned(size) && tf1c_partial_ints(size, &to) && to.rank == 2 && d.dims[1] != NONE && d.dims[2] != NONE &&
           to.dims[0] == d.dims[1] && to.dims[1] == d.dims[2];
}

/* The largest size of the images' own ratio that fits into `to`, [height, width]. */
static tf_tensor size_of_ratio(tf_tensor x, tf_tensor to)
{
    enum { KNOWN = 23, LESS = 2 }; /* operations as TF makes them, and less for each side that is not known */
    const tf_dims d = tf_get_shape(x);
    const int unknown = (d.dims[1] == NONE) + (d.dims[2] == NONE), made = tf1c_count_now();
    const tf_tensor sides = tf_cast(tf_getitem(tf_shape(x), "1:3"), tf_float32);
    const tf_tensor factor = tf_reduce_min(tf_truediv(tf_cast(to, tf_float32), sides));
    const tf_tensor size = tf_cast(tf_round(tf_mul(factor, sides)), tf_int32);
    tf1c_count_as(made + KNOWN - LESS * unknown);
    return size;
}

tf_tensor tf_image_resize_images_(tf_operand images_, tf_operand size, struct tf_resize_images_args a)
{
    TF_FROM(a.here);
    tf_tensor x = tf_convert(tf1c_sound_operand(images_, a.here), tf_dtype_unset, a.here, NULL);
    if (tf_is_poisoned(x))
        return x;
    const tf_dims d = tf_get_shape(x);
    if (!d.known)
        return tf_mistake(tf_value_error, a.here, NULL, "'images' contains no shape.");
    if (d.rank != 3 && d.rank != 4)
        return tf_mistake(tf_value_error, a.here, NULL, "'images' must have either 3 or 4 dimensions.");
    static const tf_op_def *const methods[] = { &bilinear_op, &nearest_op, &bicubic_op, &area_op };
    if (a.method < 0 || a.method >= (int)(sizeof methods / sizeof *methods))
        return tf_mistake(tf_value_error, a.here, NULL, "Resize method is not implemented.");
    TF_SCOPE(a.name, "resize");
    const struct tf_resize_args unnamed = { .here = a.here, .align_corners = a.align_corners };
    if (d.rank == 3)
        x = tf_expand_dims(x, 0);
    tf_tensor to = tf_convert(size, tf_int32, a.here, "size");
    if (a.preserve_aspect_ratio && !tf_is_poisoned(to))
        to = size_of_ratio(x, to);
    if (!is_of_size(x, to))
        x = resize(methods[a.method], operand_of(x), operand_of(to), unnamed, NULL);
    return d.rank == 3 && !tf_is_poisoned(x) ? tf_squeeze(x, AXES(0)) : x;
}

/* clang-format off */
tf1c_op_family tf1c_family_resize = {
    &bilinear_op,
    &bilinear_back_op,
    &nearest_op,
    &nearest_back_op,
    &bicubic_op,
    &bicubic_back_op,
    &area_op,
    NULL,
};
