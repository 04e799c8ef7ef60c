/* ExtractImagePatches. TF1: core/ops/array_ops.cc, core/kernels/extract_image_patches_op.cc, python/ops/array_grad.py. */
#include "ops/array/array.h"
#include "ops/array/gather.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/array/space.h"
#include "ops/math/arithmetic.h"
#include "ops/math/range.h"
#include "ops/math/segment.h"
#include "ops/nn/window.h"

typedef struct {
    tf_dims ksizes, strides, rates;
    const char *padding;
} patches_attrs;
static const tf_attr_def patches_fields[] = { TF_ATTR(patches_attrs, ksizes, TF_ATTR_DIMS),
                                              TF_ATTR(patches_attrs, strides, TF_ATTR_DIMS),
                                              TF_ATTR(patches_attrs, rates, TF_ATTR_DIMS),
                                              TF_ATTR(patches_attrs, padding, TF_ATTR_STRING),
                                              { 0 } };

static tf1c_window window_of(const patches_attrs *a, int64_t in, int axis)
{
    return (tf1c_window){ in, a->ksizes.dims[axis], a->strides.dims[axis], a->rates.dims[axis], 0, 0 };
}

/* One axis; TF has the kernel's words while building too. */
static bool outputs_of(tf_shape_ctx *c, const patches_attrs *a, int64_t in, int axis, int64_t *outputs)
{
    const tf1c_window w = window_of(a, in, axis);
    const int64_t reach = (w.window - 1) * w.dilation + 1, fit = (in - reach + w.stride) / (w.stride ? w.stride : 1);
    if (in == NONE || w.stride < 1 || w.dilation < 1 || *a->padding == 'S' || fit >= 0)
        return tf1c_window_outputs(c, a->padding, &w, outputs);
    tf_shape_error(c, "Computed output size would be negative: %lld [input_size: %lld, effective_filter_size: %lld, stride: %lld]",
                   (long long)fit, (long long)in, (long long)reach, (long long)w.stride);
    return false;
}

static bool across_space(tf_shape_ctx *c, tf_dims d, const char *what)
{
    if (d.dims[0] == 1 && d.dims[3] == 1)
        return true;
    tf_shape_mistake(c, tf_unimplemented, "Only support %s across space.", what);
    return false;
}

static void patches_shape(tf_shape_ctx *c)
{
    const patches_attrs *a = tf_shape_attrs(c);
    char text[TF_DIMS_TEXT];
    if (tf_shape_at_run(c)) {
        if (tf_in_dims(c, 0)->rank != 4) {
            tf_shape_error(c, "input must be 4-dimensional%s", tf_dims_kernel_text(*tf_in_dims(c, 0), text, sizeof text));
            return;
        }
        if (!across_space(c, a->ksizes, "ksizes") || !across_space(c, a->strides, "strides") || !across_space(c, a->rates, "rates"))
            return;
    } else if (!tf_with_rank(c, 0, 4)) {
        return;
    }
    const tf_dims x = tf_in_dims(c, 0)->known ? *tf_in_dims(c, 0) : unknown_of_rank(4);
    tf_dims y = x;
    y.dims[3] = x.dims[3] == NONE ? NONE : tf1c_times(x.dims[3], tf1c_times(a->ksizes.dims[1], a->ksizes.dims[2]));
    if (outputs_of(c, a, x.dims[1], 1, &y.dims[1]) && outputs_of(c, a, x.dims[2], 2, &y.dims[2]))
        tf_set_out(c, 0, y);
}

/* The windows of one row of one image. */
static void patches_of_row(const tf_kernel_ctx *k, int64_t image, int64_t i, char *to)
{
    const patches_attrs *a = k->attrs;
    const tf_view *x = &k->in[0], *y = &k->out[0];
    const tf1c_window rows = window_of(a, x->dims[1], 1), columns = window_of(a, x->dims[2], 2);
    const int64_t above = tf1c_window_before(a->padding, &rows, y->dims[1]);
    const int64_t left = tf1c_window_before(a->padding, &columns, y->dims[2]);
    const size_t depth = (size_t)x->dims[3] * tf_dtype_size(k->T);
    for (int64_t j = 0; j < y->dims[2]; j++)
        for (int64_t p = 0; p < rows.window; p++)
            for (int64_t q = 0; q < columns.window; q++, to += depth) {
                const int64_t row = i * rows.stride + p * rows.dilation - above;
                const int64_t column = j * columns.stride + q * columns.dilation - left;
                if (row < 0 || row >= rows.in || column < 0 || column >= columns.in)
                    clear_bytes(to, depth);
                else
                    copy_bytes(to, (const char *)x->data + (size_t)((image * rows.in + row) * columns.in + column) * depth, depth);
            }
}

static void patches_kernel(tf_kernel_ctx *k)
{
    const tf_view *y = &k->out[0];
    const size_t row = (size_t)(y->dims[2] * y->dims[3]) * tf_dtype_size(k->T);
    for (int64_t n = k->begin; n < k->end; n++)
        for (int64_t i = 0; i < y->dims[1]; i++)
            patches_of_row(k, n, i, (char *)y->data + (size_t)(n * y->dims[1] + i) * row);
}

static int64_t images(const tf_kernel_ctx *k) { return k->out[0].dims[0]; }
static const tf_shard_rule by_image = { .out = 0, .in = { 0, TF_WHOLE, TF_WHOLE, TF_WHOLE } };

static tf_tensor patches_of(tf_tensor x, const patches_attrs *a)
{
    return tf_extract_image_patches(x, a->ksizes, a->strides, a->rates, a->padding);
}

/* The places' numbers, from 1 on, as patches say where each element of a patch came from; 0: from outside. What is added up by
 * them, [places, n, c], is turned back into images. */
static void patches_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 97);
    const patches_attrs *a = g->attrs;
    const tf_tensor shape = tf_shape(g->in[0]);
    const tf_tensor n = tf_getitem(shape, "0"), rows = tf_getitem(shape, "1"), columns = tf_getitem(shape, "2"),
                    c = tf_getitem(shape, "3");
    const tf_tensor places = tf_raw_ops_add_v2(tf_multiply(rows, columns), 1);
    const tf_tensor numbers = tf_reshape(tf_range(1, places), LIST(1, rows, columns, 1));
    const tf_tensor ids = tf_reshape(patches_of(numbers, a), SHAPE(-1));
    const tf_tensor elements = tf_transpose(tf_reshape(dy, LIST(n, -1, c)), .perm = PERM(1, 0, 2));
    const tf_tensor sums = tf_getitem(tf_unsorted_segment_sum(elements, ids, places), "1:");
    tf_add_grad(g, 0, tf_reshape(tf_transpose(sums, .perm = PERM(1, 0, 2)), shape));
}

static const tf_op_def patches_op = {
    .name = "ExtractImagePatches",
    .in = "images:T",
    .out = "patches:T",
    .T = TF_NUMERIC,
    .attrs = patches_fields,
    .attrs_size = sizeof(patches_attrs),
    .shape = patches_shape,
    .kernel = patches_kernel,
    .units = images,
    .shard = &by_image,
    .gradient = patches_gradient,
};

tf_tensor tf_extract_image_patches_(tf_operand images_, struct tf_patches_args a)
{
    TF_FROM(a.here);
    const patches_attrs attrs = { a.ksizes.known ? a.ksizes : a.sizes, a.strides, a.rates, a.padding };
    const tf_dims given[] = { attrs.ksizes, attrs.strides, attrs.rates };
    static const char *const names[] = { "ksizes", "strides", "rates" };
    for (int i = 0; i < 3; i++)
        if (given[i].rank != 4)
            return tf_mistake(tf_value_error, a.here, NULL, "Attr '%s' of 'ExtractImagePatches' Op passed list of length %d %s.",
                              names[i], given[i].rank, given[i].rank < 4 ? "less than minimum 4" : "and not 4");
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 4; j++)
            if (given[i].dims[j] < 1 || given[i].dims[j] > 1 << 20)
                return tf_mistake(tf_value_error, a.here, NULL, "%s must be positive, got %lld", names[i],
                                  (long long)given[i].dims[j]);
    if (!tf1c_check_padding(patches_op.name, a.padding, a.here))
        return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) };
    return array_op(&patches_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 1, &images_);
}

/* clang-format off */
tf1c_op_family tf1c_family_patches = {
    &patches_op,
    NULL,
};
