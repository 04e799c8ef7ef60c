/* TF1: core/kernels/lrn_op.cc. */
#include "ops/nn/lrn.h"

#include <math.h>

#include "ops/array/array.h"

typedef struct {
    int64_t depth_radius;
    double bias, alpha, beta;
} lrn_attrs;
static const tf_attr_def lrn_fields[] = { TF_ATTR(lrn_attrs, depth_radius, TF_ATTR_INT),
                                          TF_ATTR(lrn_attrs, bias, TF_ATTR_FLOAT),
                                          TF_ATTR(lrn_attrs, alpha, TF_ATTR_FLOAT),
                                          TF_ATTR(lrn_attrs, beta, TF_ATTR_FLOAT),
                                          { 0 } };

static void lrn_shape(tf_shape_ctx *c)
{
    if (tf_shape_at_run(c) && tf_in_dims(c, 0)->rank != 4)
        tf_shape_error(c, "in must be 4-dimensional");
    else if (tf_with_rank(c, 0, 4))
        tf_set_out(c, 0, tf_in_dims(c, 0)->known ? *tf_in_dims(c, 0) : unknown_of_rank(4));
}

static void lrn_grad_shape(tf_shape_ctx *c)
{
    static const char *const names[] = { "input_grads", "input_image", "out_image" };
    tf_dims out = unknown_of_rank(4);
    for (int i = 0; i < 3; i++) {
        if (!tf_with_rank(c, i, 4))
            return;
        if (tf_shape_at_run(c) && !tf_dims_equal(*tf_in_dims(c, i), *tf_in_dims(c, 0))) {
            tf_shape_error(c, "input_grads and %s should have the same shape", names[i]);
            return;
        }
        if (tf_in_dims(c, i)->known && !tf1c_merge_in(c, out, *tf_in_dims(c, i), &out, ""))
            return;
    }
    tf_set_out(c, 0, out);
}

/* The channels near channel i: [first, last). */
static int64_t first_of(const lrn_attrs *a, int64_t i) { return i > a->depth_radius ? i - a->depth_radius : 0; }
static int64_t last_of(const lrn_attrs *a, int64_t i, int64_t n) { return n - i > a->depth_radius ? i + a->depth_radius + 1 : n; }

/* One place: x [n] -> norm [n] = bias + alpha·Σ x². */
#define NORMS(type, id)                                                            \
    static void id(const lrn_attrs *a, int64_t n, const type *x, type *norm)       \
    {                                                                              \
        for (int64_t i = 0; i < n; i++) {                                          \
            type sum = 0;                                                          \
            for (int64_t j = first_of(a, i), end = last_of(a, i, n); j < end; j++) \
                sum += x[j] * x[j];                                                \
            norm[i] = (type)a->bias + (type)a->alpha * sum;                        \
        }                                                                          \
    }
NORMS(float, norms_f32)
NORMS(double, norms_f64)

#define LRN(type, suffix, power)                                            \
    static void lrn_##suffix(const tf_kernel_ctx *k, int64_t at, int64_t n) \
    {                                                                       \
        const lrn_attrs *a = k->attrs;                                      \
        const type *x = TF_DATA(k, in, 0, type) + at;                       \
        type *y = TF_DATA(k, out, 0, type) + at, *norm = k->scratch;        \
        norms_##suffix(a, n, x, norm);                                      \
        for (int64_t i = 0; i < n; i++)                                     \
            y[i] = x[i] * power(norm[i], -(type)a->beta);                   \
    }
LRN(float, f32, powf)
LRN(double, f64, pow)

/* dx[i] = dy[i]·norm[i]^-beta - 2·alpha·beta·x[i]·Σ dy[j]·y[j]/norm[j]; ratio: room for the terms of that sum. */
#define LRN_GRAD(type, suffix, power)                                                                                        \
    static void lrn_grad_##suffix(const tf_kernel_ctx *k, int64_t at, int64_t n)                                             \
    {                                                                                                                        \
        const lrn_attrs *a = k->attrs;                                                                                       \
        const type *dy = TF_DATA(k, in, 0, type) + at, *x = TF_DATA(k, in, 1, type) + at, *y = TF_DATA(k, in, 2, type) + at; \
        type *dx = TF_DATA(k, out, 0, type) + at, *norm = k->scratch, *ratio = norm + n;                                     \
        norms_##suffix(a, n, x, norm);                                                                                       \
        for (int64_t i = 0; i < n; i++)                                                                                      \
            ratio[i] = dy[i] * y[i] / norm[i];                                                                               \
        for (int64_t i = 0; i < n; i++) {                                                                                    \
            type sum = 0;                                                                                                    \
            for (int64_t j = first_of(a, i), end = last_of(a, i, n); j < end; j++)                                           \
                sum += ratio[j];                                                                                             \
            dx[i] = dy[i] * power(norm[i], -(type)a->beta) - (type)(2 * a->alpha * a->beta) * x[i] * sum;                    \
        }                                                                                                                    \
    }
LRN_GRAD(float, f32, powf)
LRN_GRAD(double, f64, pow)

static int64_t images(const tf_kernel_ctx *k) { return k->out[0].dims[0]; }
static const tf_shard_rule by_image = { .out = 0, .in = { 0, 0, 0, 0 } };
static size_t lrn_scratch(const tf_kernel_ctx *k) { return 2 * (size_t)k->out[0].dims[3] * tf_dtype_size(k->T); }

/* The places of images [begin, end). */
static int64_t place_at(const tf_kernel_ctx *k, int64_t image) { return image * k->out[0].dims[1] * k->out[0].dims[2]; }

/* at: the place's first channel. */
typedef void at_place(const tf_kernel_ctx *k, int64_t at, int64_t n);
static void over_places(const tf_kernel_ctx *k, at_place *one)
{
    const int64_t n = k->out[0].dims[3], end = place_at(k, k->end);
    for (int64_t at = place_at(k, k->begin); at < end; at++)
        one(k, at * n, n);
}

static void lrn_kernel(tf_kernel_ctx *k) { over_places(k, k->T == tf_float32 ? lrn_f32 : lrn_f64); }
static void lrn_grad_kernel(tf_kernel_ctx *k) { over_places(k, k->T == tf_float32 ? lrn_grad_f32 : lrn_grad_f64); }

static const tf_op_def lrn_grad_op = {
    .name = "LRNGrad",
    .in = "input_grads:T, input_image:T, output_image:T",
    .out = "output:T",
    .T = TF_FLOATING,
    .attrs = lrn_fields,
    .attrs_size = sizeof(lrn_attrs),
    .shape = lrn_grad_shape,
    .kernel = lrn_grad_kernel,
    .units = images,
    .shard = &by_image,
    .scratch = lrn_scratch,
    .gradient = tf1c_undefined_gradient,
};

static void lrn_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0,
                array_op(&lrn_grad_op, (struct tf_name_args){ 0 }, NULL, g->attrs, 3,
                         (tf_operand[]){ operand_of(dy), operand_of(g->in[0]), operand_of(g->out[0]) }));
}

static const tf_op_def lrn_op = {
    .name = "LRN",
    .in = "input:T",
    .out = "output:T",
    .T = TF_FLOATING,
    .attrs = lrn_fields,
    .attrs_size = sizeof(lrn_attrs),
    .shape = lrn_shape,
    .kernel = lrn_kernel,
    .units = images,
    .shard = &by_image,
    .scratch = lrn_scratch,
    .gradient = lrn_gradient,
};

tf_tensor tf_nn_lrn_(tf_operand input, struct tf_lrn_args a)
{
    const lrn_attrs attrs = { a.depth_radius, a.bias, a.alpha, a.beta };
    if (a.depth_radius < 0)
        return tf_mistake(tf_value_error, a.here, NULL, "depth_radius must not be negative, got %lld", (long long)a.depth_radius);
    return array_op(&lrn_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 1, &input);
}

/* clang-format off */
tf1c_op_family tf1c_family_lrn = {
    &lrn_op,
    &lrn_grad_op,
    NULL,
};
