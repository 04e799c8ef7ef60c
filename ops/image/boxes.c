/* What lies in boxes, and boxes that others cover. TF1: core/ops/image_ops.cc, core/kernels/crop_and_resize_op.cc,
 * non_max_suppression_op.cc, python/ops/image_grad.py. */
#include <math.h>
#include <string.h>

#include "ops/array/array.h"
#include "ops/array/shape.h"
#include "ops/image/image.h"

/* ---- CropAndResize: image [n,h,w,c], boxes [m,4] of y1, x1, y2, x2 in shares of h-1 and w-1 -> [m,crop h,crop w,c] ------------------------ */
typedef struct {
    const char *method;
    double extrapolation_value;
} crop_attrs;
static const tf_attr_def crop_fields[] = { TF_ATTR(crop_attrs, method, TF_ATTR_STRING),
                                           TF_ATTR(crop_attrs, extrapolation_value, TF_ATTR_FLOAT),
                                           { 0 } };
static const tf_attr_def back_fields[] = { TF_ATTR(crop_attrs, method, TF_ATTR_STRING), { 0 } };

static bool takes_nearest(const void *attrs)
{
    const char *method = ((const crop_attrs *)attrs)->method;
    return method && strcmp(method, "nearest") == 0;
}

/* What kernels say of an image, of boxes and of their images' numbers, inputs i, j and k; below 0: there is none. */
static bool boxes_fit(tf_shape_ctx *c, int image, int boxes, int index)
{
    const tf_dims *b = tf_in_dims(c, boxes), *n = tf_in_dims(c, index), *d = image < 0 ? NULL : tf_in_dims(c, image);
    char text[TF_DIMS_TEXT];
    if (d && d->rank != 4)
        tf_shape_error(c, "input image must be 4-D%s", tf_dims_kernel_text(*d, text, sizeof text));
    else if (d && (d->dims[1] <= 0 || d->dims[2] <= 0))
        tf_shape_error(c, "image dimensions must be positive");
    else if (b->rank != 2)
        tf_shape_error(c, "boxes must be 2-D%s", tf_dims_kernel_text(*b, text, sizeof text));
    else if (b->dims[1] != 4)
        tf_shape_error(c, "boxes must have 4 columns");
    else if (n->rank != 1)
        tf_shape_error(c, "box_index must be 1-D%s", tf_dims_kernel_text(*n, text, sizeof text));
    else if (n->dims[0] != b->dims[0])
        tf_shape_error(c, "box_index has incompatible shape");
    else
        return true;
    return false;
}

/* While building: how many boxes there are; false after a report. */
static bool boxes_shape(tf_shape_ctx *c, int image, int boxes, int index, int64_t *n)
{
    const tf_dims *b = tf_in_dims(c, boxes), *i = tf_in_dims(c, index);
    int64_t columns;
    if (tf_shape_at_run(c) && !boxes_fit(c, image, boxes, index))
        return false;
    if ((image >= 0 && !tf_with_rank(c, image, 4)) || !tf_with_rank(c, boxes, 2) || !tf_with_rank(c, index, 1))
        return false;
    if (!tf_merge_dim(b->known ? b->dims[0] : NONE, i->known ? i->dims[0] : NONE, n)) {
        tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)b->dims[0], (long long)i->dims[0]);
        return false;
    }
    if (b->known && !tf_merge_dim(b->dims[1], 4, &columns)) {
        tf_shape_error(c, "Dimension must be 4 but is %lld", (long long)b->dims[1]);
        return false;
    }
    return true;
}

static void crop_shape(tf_shape_ctx *c)
{
    const tf_dims *image = tf_in_dims(c, 0), *given = tf_in_dims(c, 3);
    tf_dims size;
    char text[TF_DIMS_TEXT];
    int64_t n, two;
    if (!boxes_shape(c, 0, 1, 2, &n))
        return;
    if (tf_shape_at_run(c) && given->rank != 1)
        tf_shape_error(c, "crop_size must be 1-D%s", tf_dims_kernel_text(*given, text, sizeof text));
    else if (tf_shape_at_run(c) && given->dims[0] != 2)
        tf_shape_error(c, "crop_size must have two elements%s", tf_dims_kernel_text(*given, text, sizeof text));
    else if (!tf_with_rank(c, 3, 1))
        return;
    else if (given->known && !tf_merge_dim(given->dims[0], 2, &two))
        tf_shape_error(c, "Dimension must be 2 but is %lld", (long long)given->dims[0]);
    else if (!tf_in_ints(c, 3, &size) || size.rank != 2)
        tf_set_out(c, 0, SHAPE(n, NONE, NONE, image->known ? image->dims[3] : NONE));
    else if (tf_shape_at_run(c) && (size.dims[0] <= 0 || size.dims[1] <= 0))
        tf_shape_error(c, "crop dimensions must be positive");
    else
        tf_set_out(c, 0, SHAPE(n, size.dims[0], size.dims[1], image->known ? image->dims[3] : NONE));
}

/* Whether all boxes are of images that there are; else a report. */
static bool indices_fit(tf_kernel_ctx *k, const tf_view *index, int64_t images)
{
    for (int64_t i = 0; i < index->dims[0]; i++)
        if (int_at(index, i) < 0 || int_at(index, i) >= images) {
            tf_kernel_error(k, tf_out_of_range, "box_index has values outside [0, batch_size)");
            return false;
        }
    return true;
}

/* A crop's places along one axis of the image: place i is first + i·step, in float as TF's. */
typedef struct {
    float first, step, middle;
    int64_t crop, size;
} places;

static places places_of(float from, float to, int64_t crop, int64_t size)
{
    return (places){ .first = from * (float)(size - 1),
                     .step = crop > 1 ? (to - from) * (float)(size - 1) / (float)(crop - 1) : 0,
                     .middle = (float)(0.5 * (double)(from + to) * (double)(size - 1)),
                     .crop = crop,
                     .size = size };
}

/* Between which pixels place i is, and how far from the lower one; false: it is outside, as NaN is. */
typedef struct {
    int64_t lower, upper, nearest;
    float lerp;
} pixels;

static int64_t pixel_at(float place, const places *p)
{
    const int64_t i = (int64_t)place;
    return i < p->size ? i : p->size - 1; /* the last one may be beyond what a float holds exactly */
}

static bool pixels_at(const places *p, int64_t i, pixels *at)
{
    const float place = p->crop > 1 ? p->first + (float)i * p->step : p->middle;
    if (!(place >= 0 && place <= (float)(p->size - 1)))
        return false;
    *at = (pixels){ pixel_at(floorf(place), p), pixel_at(ceilf(place), p), pixel_at(roundf(place), p), place - floorf(place) };
    return true;
}

static const float *box_at(const tf_view *boxes, int64_t i) { return (const float *)boxes->data + 4 * i; }

#define CROP(id, type)                                                                                                          \
    static void crop_##id(tf_kernel_ctx *k)                                                                                     \
    {                                                                                                                           \
        const tf_view *image = &k->in[0], *out = &k->out[0];                                                                    \
        const int64_t h = image->dims[1], w = image->dims[2], c = image->dims[3];                                               \
        const float outside = (float)((const crop_attrs *)k->attrs)->extrapolation_value;                                       \
        const bool nearest = takes_nearest(k->attrs);                                                                           \
        float *to = (float *)out->data + k->begin * out->dims[1] * out->dims[2] * c;                                            \
        for (int64_t b = k->begin; b < k->end; b++) {                                                                           \
            const float *box = box_at(&k->in[1], b);                                                                            \
            const places down = places_of(box[0], box[2], out->dims[1], h), right = places_of(box[1], box[3], out->dims[2], w); \
            const type *pixel = (const type *)image->data + int_at(&k->in[2], b) * h * w * c;                                   \
            for (int64_t y = 0; y < out->dims[1]; y++)                                                                          \
                for (int64_t x = 0; x < out->dims[2]; x++, to += c) {                                                           \
                    pixels row, column;                                                                                         \
                    const bool inside = pixels_at(&down, y, &row) && pixels_at(&right, x, &column);                             \
                    for (int64_t i = 0; i < c; i++)                                                                             \
                        if (!inside) {                                                                                          \
                            to[i] = outside;                                                                                    \
                        } else if (nearest) {                                                                                   \
                            to[i] = (float)pixel[(row.nearest * w + column.nearest) * c + i];                                   \
                        } else {                                                                                                \
                            const float tl = (float)pixel[(row.lower * w + column.lower) * c + i];                              \
                            const float tr = (float)pixel[(row.lower * w + column.upper) * c + i];                              \
                            const float bl = (float)pixel[(row.upper * w + column.lower) * c + i];                              \
                            const float br = (float)pixel[(row.upper * w + column.upper) * c + i];                              \
                            const float t = tl + (tr - tl) * column.lerp, s = bl + (br - bl) * column.lerp;                     \
                            to[i] = t + (s - t) * row.lerp;                                                                     \
                        }                                                                                                       \
                }                                                                                                               \
        }                                                                                                                       \
    }
CROP(f32, float)
CROP(f64, double)
CROP(i32, int32_t)
CROP(i64, int64_t)
CROP(u8, uint8_t)

static void crop_kernel(tf_kernel_ctx *k)
{
    if (!indices_fit(k, &k->in[2], k->in[0].dims[0]))
        return;
    switch (k->T) {
    case tf_float32: crop_f32(k); break;
    case tf_float64: crop_f64(k); break;
    case tf_int32: crop_i32(k); break;
    case tf_int64: crop_i64(k); break;
    default: crop_u8(k); break;
    }
}
static int64_t boxes_of(const tf_kernel_ctx *k) { return k->out[0].dims[0]; }
static const tf_shard_rule by_box = { .out = 0, .in = { TF_WHOLE, 0, TF_WHOLE, TF_WHOLE } };

static void crop_gradient(tf_grad_ctx *g, tf_tensor dy);
static const tf_op_def crop_op = {
    .name = "CropAndResize",
    .in = "image:T, boxes:float32, box_ind:int32, crop_size:int32",
    .out = "crops:float32",
    .T = TF_NUMERIC,
    .attrs = crop_fields,
    .attrs_size = sizeof(crop_attrs),
    .shape = crop_shape,
    .kernel = crop_kernel,
    .units = boxes_of,
    .shard = &by_box,
    .gradient = crop_gradient,
};

/* ---- CropAndResizeGradImage: dy [m,crop h,crop w,c], boxes, their images, an image's shape -> dx of it ------------------------------------- */
static void image_back_shape(tf_shape_ctx *c)
{
    tf_dims out = unknown_of_rank(4);
    const bool at_run = tf_shape_at_run(c);
    int64_t n;
    if (!boxes_shape(c, -1, 1, 2, &n) || !tf_with_rank(c, 0, 4) || !tf_with_rank(c, 3, 1))
        return;
    if (tf_in_shape(c, 3, &out) && at_run && out.rank != 4)
        tf_shape_error(c, "image_size must have four elements");
    else if (at_run && out.known && (out.dims[0] < 0 || out.dims[1] <= 0 || out.dims[2] <= 0 || out.dims[3] <= 0))
        tf_shape_error(c, "image dimensions must be positive");
    else if (at_run && (tf_in_dims(c, 0)->dims[0] != n || tf_in_dims(c, 0)->dims[3] != out.dims[3]))
        tf_shape_error(c, "boxes and grads have incompatible shape");
    else if (out.rank == 4)
        tf_set_out(c, 0, out);
}

#define IMAGE_BACK(id, type)                                                                                                  \
    static void image_back_##id(tf_kernel_ctx *k)                                                                             \
    {                                                                                                                         \
        const tf_view *dy = &k->in[0], *out = &k->out[0];                                                                     \
        const int64_t h = out->dims[1], w = out->dims[2], c = out->dims[3];                                                   \
        const float *d = dy->data;                                                                                            \
        for (int64_t b = 0; b < dy->dims[0]; b++) {                                                                           \
            const float *box = box_at(&k->in[1], b);                                                                          \
            const places down = places_of(box[0], box[2], dy->dims[1], h), right = places_of(box[1], box[3], dy->dims[2], w); \
            type *pixel = (type *)out->data + int_at(&k->in[2], b) * h * w * c;                                               \
            for (int64_t y = 0; y < dy->dims[1]; y++)                                                                         \
                for (int64_t x = 0; x < dy->dims[2]; x++, d += c) {                                                           \
                    pixels row, column;                                                                                       \
                    if (!pixels_at(&down, y, &row) || !pixels_at(&right, x, &column))                                         \
                        continue;                                                                                             \
                    for (int64_t i = 0; i < c; i++)                                                                           \
                        if (takes_nearest(k->attrs)) {                                                                        \
                            pixel[(row.nearest * w + column.nearest) * c + i] += (type)d[i];                                  \
                        } else {                                                                                              \
                            const float top = (1 - row.lerp) * d[i], bottom = row.lerp * d[i];                                \
                            pixel[(row.lower * w + column.lower) * c + i] += (type)((1 - column.lerp) * top);                 \
                            pixel[(row.lower * w + column.upper) * c + i] += (type)(column.lerp * top);                       \
                            pixel[(row.upper * w + column.lower) * c + i] += (type)((1 - column.lerp) * bottom);              \
                            pixel[(row.upper * w + column.upper) * c + i] += (type)(column.lerp * bottom);                    \
                        }                                                                                                     \
                }                                                                                                             \
        }                                                                                                                     \
    }
IMAGE_BACK(f32, float)
IMAGE_BACK(f64, double)

static void image_back_kernel(tf_kernel_ctx *k)
{
    clear_bytes(k->out[0].data, row_bytes(&k->out[0], 0));
    if (!indices_fit(k, &k->in[2], k->out[0].dims[0]))
        return;
    (k->T == tf_float32 ? image_back_f32 : image_back_f64)(k);
}

static const tf_op_def image_back_op = {
    .name = "CropAndResizeGradImage",
    .in = "grads:float32, boxes:float32, box_ind:int32, image_size:int32",
    .out = "output:T",
    .T = TF_FLOATING,
    .attrs = back_fields,
    .attrs_size = sizeof(crop_attrs),
    .shape = image_back_shape,
    .kernel = image_back_kernel,
    .gradient = tf1c_undefined_gradient,
};

/* ---- CropAndResizeGradBoxes: dy, the image, boxes, their images -> dboxes [m,4], of the bilinear crop -------------------------------------- */
static void boxes_back_shape(tf_shape_ctx *c)
{
    const tf_dims *dy = tf_in_dims(c, 0), *image = tf_in_dims(c, 1);
    int64_t n;
    if (!boxes_shape(c, 1, 2, 3, &n) || !tf_with_rank(c, 0, 4))
        return;
    if (tf_shape_at_run(c) && (dy->dims[0] != n || dy->dims[3] != image->dims[3]))
        tf_shape_error(c, "boxes and grads have incompatible shape");
    tf_set_out(c, 0, tf_in_dims(c, 2)->known ? *tf_in_dims(c, 2) : SHAPE(n, NONE));
}

/* What a place's slope, times dy, adds to where the box begins and ends. */
static void add_slope(const places *p, int64_t i, float slope, float *begin, float *end)
{
    const float last = (float)(p->size - 1), ratio = p->crop > 1 ? last / (float)(p->crop - 1) : 0;
    if (p->crop > 1) {
        *begin += slope * (last - (float)i * ratio);
        *end += slope * ((float)i * ratio);
    } else {
        *begin += (float)((double)slope * 0.5 * (double)last);
        *end += (float)((double)slope * 0.5 * (double)last);
    }
}

#define BOXES_BACK(id, type)                                                                                                  \
    static void boxes_back_##id(tf_kernel_ctx *k)                                                                             \
    {                                                                                                                         \
        const tf_view *dy = &k->in[0], *image = &k->in[1];                                                                    \
        const int64_t h = image->dims[1], w = image->dims[2], c = image->dims[3];                                             \
        const float *d = (const float *)dy->data + k->begin * dy->dims[1] * dy->dims[2] * c;                                  \
        for (int64_t b = k->begin; b < k->end; b++) {                                                                         \
            const float *box = box_at(&k->in[2], b);                                                                          \
            const places down = places_of(box[0], box[2], dy->dims[1], h), right = places_of(box[1], box[3], dy->dims[2], w); \
            const type *pixel = (const type *)image->data + int_at(&k->in[3], b) * h * w * c;                                 \
            float *to = (float *)k->out[0].data + 4 * b;                                                                      \
            memset(to, 0, 4 * sizeof *to);                                                                                    \
            for (int64_t y = 0; y < dy->dims[1]; y++)                                                                         \
                for (int64_t x = 0; x < dy->dims[2]; x++, d += c) {                                                           \
                    pixels row, column;                                                                                       \
                    if (!pixels_at(&down, y, &row) || !pixels_at(&right, x, &column))                                         \
                        continue;                                                                                             \
                    for (int64_t i = 0; i < c; i++) {                                                                         \
                        const float tl = (float)pixel[(row.lower * w + column.lower) * c + i];                                \
                        const float tr = (float)pixel[(row.lower * w + column.upper) * c + i];                                \
                        const float bl = (float)pixel[(row.upper * w + column.lower) * c + i];                                \
                        const float br = (float)pixel[(row.upper * w + column.upper) * c + i];                                \
                        const float below = (1 - column.lerp) * (bl - tl) + column.lerp * (br - tr);                          \
                        const float beside = (1 - row.lerp) * (tr - tl) + row.lerp * (br - bl);                               \
                        add_slope(&down, y, below *d[i], &to[0], &to[2]);                                                     \
                        add_slope(&right, x, beside *d[i], &to[1], &to[3]);                                                   \
                    }                                                                                                         \
                }                                                                                                             \
        }                                                                                                                     \
    }
BOXES_BACK(f32, float)
BOXES_BACK(f64, double)
BOXES_BACK(i32, int32_t)
BOXES_BACK(i64, int64_t)
BOXES_BACK(u8, uint8_t)

static void boxes_back_kernel(tf_kernel_ctx *k)
{
    if (!indices_fit(k, &k->in[3], k->in[1].dims[0]))
        return;
    switch (k->T) {
    case tf_float32: boxes_back_f32(k); break;
    case tf_float64: boxes_back_f64(k); break;
    case tf_int32: boxes_back_i32(k); break;
    case tf_int64: boxes_back_i64(k); break;
    default: boxes_back_u8(k); break;
    }
}
static const tf_shard_rule by_own_box = { .out = 0, .in = { 0, TF_WHOLE, 0, TF_WHOLE } };

static const tf_op_def boxes_back_op = {
    .name = "CropAndResizeGradBoxes",
    .in = "grads:float32, image:T, boxes:float32, box_ind:int32",
    .out = "output:float32",
    .T = TF_NUMERIC,
    .attrs = back_fields,
    .attrs_size = sizeof(crop_attrs),
    .shape = boxes_back_shape,
    .kernel = boxes_back_kernel,
    .units = boxes_of,
    .shard = &by_own_box,
    .gradient = tf1c_undefined_gradient,
};

static void crop_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const crop_attrs *given = g->attrs, bilinear = { .method = "bilinear" };
    const tf_tensor image = g->in[0], boxes = g->in[1], index = g->in[2];
    const bool floating = TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(image));
    tf1c_gradient_makes(g, floating ? 3 : 1);
    if (floating && tf1c_grad_wanted(g, 0)) {
        const tf_dims known = tf_get_shape(image);
        const tf_operand size = tf_dims_fully_known(known) ? tf_operand_dims(known) : operand_of(tf_shape(image));
        const tf_operand in[] = { operand_of(dy), operand_of(boxes), operand_of(index), size };
        tf_operation *op =
            tf_op_new(&image_back_op, (struct tf_op_args){ .attrs = given, .n_inputs = 4, .inputs = in, .T = tf_get_dtype(image) });
        tf_add_grad(g, 0, tf_op_output(op, 0));
    }
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(g, 1,
                    array_op(&boxes_back_op, (struct tf_name_args){ 0 }, NULL, &bilinear, 4,
                             (tf_operand[]){ operand_of(dy), operand_of(image), operand_of(boxes), operand_of(index) }));
}

tf_tensor tf_image_crop_and_resize_(struct tf_crop_and_resize_args a)
{
    TF_FROM(a.here);
    const tf_operand image = tf1c_given(a.image), boxes = tf1c_given(a.boxes), size = tf1c_given(a.crop_size);
    tf_operand index = tf1c_given(a.box_ind);
    const crop_attrs attrs = { a.method ? a.method : "bilinear", a.extrapolation_value };
    if (strcmp(attrs.method, "bilinear") != 0 && strcmp(attrs.method, "nearest") != 0)
        return tf_mistake(tf_value_error, a.here, NULL,
                          "Attr 'method' of 'CropAndResize' Op passed string '%s' not in: \"bilinear\", \"nearest\".",
                          attrs.method);
    index = index.kind ? index : tf1c_given(a.box_indices);
    return array_op(&crop_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 4,
                    (tf_operand[]){ image, boxes, index, size });
}

/* ---- NonMaxSuppressionV3: no gradient ---------------------------------------------------------------------------------------------------- */
static void suppression_shape(tf_shape_ctx *c)
{
    static const char *const scalars[] = { "max_output_size", "iou_threshold", "score_threshold" };
    const tf_dims *boxes = tf_in_dims(c, 0), *scores = tf_in_dims(c, 1);
    const bool at_run = tf_shape_at_run(c);
    char text[TF_DIMS_TEXT];
    int64_t n;
    for (int i = 2; at_run && i < 5; i++)
        if (tf_in_dims(c, i)->rank) {
            tf_shape_error(c, "%s must be 0-D, got shape %s", scalars[i - 2],
                           tf_dims_kernel_text(*tf_in_dims(c, i), text, sizeof text));
            return;
        }
    if (at_run && boxes->rank != 2)
        tf_shape_error(c, "boxes must be 2-D%s", tf_dims_kernel_text(*boxes, text, sizeof text));
    else if (at_run && boxes->dims[1] != 4)
        tf_shape_error(c, "boxes must have 4 columns");
    else if (at_run && scores->rank != 1)
        tf_shape_error(c, "scores must be 1-D%s", tf_dims_kernel_text(*scores, text, sizeof text));
    else if (!tf_with_rank(c, 0, 2) || !tf_with_rank(c, 1, 1) || !tf_with_rank(c, 2, 0) || !tf_with_rank(c, 3, 0) ||
             !tf_with_rank(c, 4, 0))
        return;
    else if (!tf_merge_dim(boxes->known ? boxes->dims[0] : NONE, scores->known ? scores->dims[0] : NONE, &n) && at_run)
        tf_shape_error(c, "scores has incompatible shape");
    else if (boxes->known && scores->known && !tf_merge_dim(boxes->dims[0], scores->dims[0], &n))
        tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)boxes->dims[0], (long long)scores->dims[0]);
    else if (boxes->known && !tf_merge_dim(boxes->dims[1], 4, &n))
        tf_shape_error(c, "Dimension must be 4 but is %lld", (long long)boxes->dims[1]);
    else
        tf_set_out(c, 0, SHAPE(NONE));
}

/* The intersection of two boxes as a share of their union, in float as TF's; corners may be any two that face each other. */
static float overlap(const float *a, const float *b)
{
    const float a_top = fminf(a[0], a[2]), a_left = fminf(a[1], a[3]), a_bottom = fmaxf(a[0], a[2]), a_right = fmaxf(a[1], a[3]);
    const float b_top = fminf(b[0], b[2]), b_left = fminf(b[1], b[3]), b_bottom = fmaxf(b[0], b[2]), b_right = fmaxf(b[1], b[3]);
    const float area_a = (a_bottom - a_top) * (a_right - a_left), area_b = (b_bottom - b_top) * (b_right - b_left);
    if (area_a <= 0 || area_b <= 0)
        return 0;
    const float height = fmaxf(fminf(a_bottom, b_bottom) - fmaxf(a_top, b_top), 0);
    const float width = fmaxf(fminf(a_right, b_right) - fmaxf(a_left, b_left), 0);
    return height * width / (area_a + area_b - height * width);
}

typedef struct {
    float score;
    int32_t box;
    int64_t compared; /* with how many of the selected boxes */
} candidate;

/* Candidates as a heap, of which the first has the greatest score. TF's is C++'s std::priority_queue; of equal scores the first is here,
 * as there, which of them the moves of a binary heap leave at the top. */
static void move_up(candidate *heap, int64_t hole, candidate c)
{
    for (; hole > 0 && heap[(hole - 1) / 2].score < c.score; hole = (hole - 1) / 2)
        heap[hole] = heap[(hole - 1) / 2];
    heap[hole] = c;
}

static candidate take_first(candidate *heap, int64_t *n)
{
    const candidate first = heap[0], last = heap[--*n];
    int64_t hole = 0, child = 0;
    while (child < (*n - 1) / 2) {
        child = 2 * (child + 1);
        child -= heap[child].score < heap[child - 1].score;
        heap[hole] = heap[child];
        hole = child;
    }
    if (*n > 1 && *n % 2 == 0 && child == (*n - 2) / 2) {
        heap[hole] = heap[2 * child + 1];
        hole = 2 * child + 1;
    }
    move_up(heap, hole, last);
    return first;
}

/* The boxes that are kept, of a heap of n candidates: how many. TF puts those it keeps back, to be met by themselves; a box without area,
 * which shares nothing with itself, it gives again and again, where here it is kept once. */
static int64_t select_boxes(const tf_kernel_ctx *k, candidate *heap, int64_t n, int32_t *kept)
{
    const int64_t most = int_at(&k->in[2], 0);
    const float threshold = *(const float *)k->in[3].data;
    int64_t found = 0;
    while (n && (most < 0 || found < most)) {
        candidate next = take_first(heap, &n);
        const float *box = box_at(&k->in[0], next.box);
        int64_t i = found;
        while (i > next.compared && !(overlap(box, box_at(&k->in[0], kept[i - 1])) >= threshold))
            i--;
        if (i > next.compared)
            continue;
        next.compared = found;
        kept[found++] = next.box;
        if (overlap(box, box) >= threshold)
            move_up(heap, n++, next);
    }
    return found;
}

/* How many boxes are kept; they, if there is an `out`. */
static int64_t suppress(tf_kernel_ctx *k, const tf_view *out)
{
    const float threshold = *(const float *)k->in[3].data, least = *(const float *)k->in[4].data, *scores = k->in[1].data;
    const int64_t n = k->in[1].dims[0];
    if (!(threshold >= 0 && threshold <= 1)) {
        tf_kernel_error(k, tf_invalid_argument, "iou_threshold must be in [0, 1]");
        return 0;
    }
    candidate *heap = tf1c_alloc(((size_t)n + 1) * sizeof *heap);
    int32_t *kept = tf1c_alloc(((size_t)n + 1) * sizeof *kept);
    int64_t found = 0;
    if (!heap || !kept) {
        tf_kernel_error(k, tf_memory_error, "no memory left to select boxes");
    } else {
        for (int64_t i = 0; i < n; i++)
            if (scores[i] > least) {
                move_up(heap, found, (candidate){ scores[i], (int32_t)i, 0 });
                found++;
            }
        found = select_boxes(k, heap, found, kept);
        for (int64_t i = 0; out && i < found && i < out->dims[0]; i++)
            set_int(out, i, kept[i]);
    }
    tf1c_free(heap);
    tf1c_free(kept);
    return found;
}
static void suppression_data_shape(tf_kernel_ctx *k, tf_dims *out) { out[0] = SHAPE(suppress(k, NULL)); }
static void suppression_kernel(tf_kernel_ctx *k) { suppress(k, &k->out[0]); }

static const tf_op_def suppression_op = {
    .name = "NonMaxSuppressionV3",
    .in = "boxes:T, scores:T, max_output_size:int32, iou_threshold:U, score_threshold:U",
    .out = "selected_indices:int32",
    .T = TF_DTYPE_BIT(tf_float32),
    .U = TF_DTYPE_BIT(tf_float32),
    .shape = suppression_shape,
    .data_shape = suppression_data_shape,
    .kernel = suppression_kernel,
    .gradient = tf_no_gradient,
};

tf_tensor tf_image_non_max_suppression_(struct tf_non_max_suppression_args a)
{
    TF_FROM(a.here);
    const tf_operand boxes = tf1c_given(a.boxes), scores = tf1c_given(a.scores), most = tf1c_given(a.max_output_size);
    const tf_operand iou = tf1c_keyword(a.iou_threshold, true), score = tf1c_keyword(a.score_threshold, true);
    TF_SCOPE(a.name, "non_max_suppression");
    const tf_tensor overlapping = tf_convert(iou.kind ? iou : tf_operand_real(0.5),
                                             iou.kind == TF_OPERAND_TENSOR ? tf_dtype_unset : tf_float32, a.here, "iou_threshold");
    const tf_tensor least = tf_convert(score.kind ? score : tf_operand_real(-INFINITY),
                                       score.kind == TF_OPERAND_TENSOR ? tf_dtype_unset : tf_float32, a.here, "score_threshold");
    return array_op(&suppression_op, (struct tf_name_args){ 0 }, NULL, NULL, 5,
                    (tf_operand[]){ boxes, scores, most, operand_of(overlapping), operand_of(least) });
}

/* clang-format off */
tf1c_op_family tf1c_family_boxes = {
    &crop_op,
    &image_back_op,
    &boxes_back_op,
    &suppression_op,
    NULL,
};
