/* Convolutions over two and three axes, their gradients and transposes. TF1: core/ops/nn_ops.cc, core/kernels/conv_ops.cc,
 * conv_grad_ops.cc, python/ops/nn_ops.py, nn_grad.py. */
#include "ops/nn/conv.h"

#include <stdio.h>
#include <string.h>

#include "ops/array/array.h"
#include "ops/array/shape.h"
#include "ops/nn/conv_loops.h"
#include "ops/nn/window.h"

typedef struct {
    tf_dims strides;
    bool use_cudnn_on_gpu;
    const char *padding; /* "SAME", "VALID", "EXPLICIT" */
    tf_dims explicit_paddings;
    const char *data_format;
    tf_dims dilations;
} conv_attrs;
static const tf_attr_def conv_fields[] = { TF_ATTR(conv_attrs, strides, TF_ATTR_DIMS),
                                           TF_ATTR(conv_attrs, use_cudnn_on_gpu, TF_ATTR_BOOL),
                                           TF_ATTR(conv_attrs, padding, TF_ATTR_STRING),
                                           TF_ATTR(conv_attrs, explicit_paddings, TF_ATTR_DIMS),
                                           TF_ATTR(conv_attrs, data_format, TF_ATTR_STRING),
                                           TF_ATTR(conv_attrs, dilations, TF_ATTR_DIMS),
                                           { 0 } };

/* ---- geometry ------------------------------------------------------------------------------------------------------------------- */

/* Spatial axis i of x [n, …, c] or [n, c, …] under windows of w [window…, c, f]. */
static tf1c_window window_of(const conv_attrs *a, int64_t in, int64_t window, int i)
{
    const int axis = tf1c_spatial_axis(a->data_format, i);
    tf1c_window w = { in, window, a->strides.dims[axis], a->dilations.dims[axis], 0, 0 };
    if (a->explicit_paddings.rank > 0) {
        w.before = a->explicit_paddings.dims[2 * axis];
        w.after = a->explicit_paddings.dims[2 * axis + 1];
    }
    return w;
}

/* Of channels last, once all is known to fit. */
static tf1c_conv geometry(const conv_attrs *a, const tf_view *x, const tf_view *w, const tf_view *y)
{
    const int n = x->rank - 2, missing = TF1C_CONV_AXES - n;
    tf1c_conv c = { .batch = x->dims[0], .channels = x->dims[n + 1], .filters = w->dims[n + 1] };
    for (int i = 0; i < TF1C_CONV_AXES; i++) {
        c.in[i] = c.window[i] = c.out[i] = c.stride[i] = c.dilation[i] = 1;
        if (i < missing)
            continue;
        const tf1c_window v = window_of(a, x->dims[1 + i - missing], w->dims[i - missing], i - missing);
        c.in[i] = v.in;
        c.window[i] = v.window;
        c.out[i] = y->dims[1 + i - missing];
        c.stride[i] = v.stride;
        c.dilation[i] = v.dilation;
        c.before[i] = tf1c_window_before(a->padding, &v, c.out[i]);
    }
    return c;
}

/* ---- Conv2D, Conv3D: shapes ----------------------------------------------------------------------------------------------------------- */

static bool paddings_are_valid(tf_shape_ctx *c, const conv_attrs *a, int n)
{
    const int channels = tf1c_channel_axis(a->data_format, n + 2);
    for (int i = 0; i < a->explicit_paddings.rank; i++)
        if (a->explicit_paddings.dims[i] < 0) {
            tf_shape_error(c, "All elements of explicit_paddings must be nonnegative");
            return false;
        }
    for (int i = 0; i < a->explicit_paddings.rank; i++)
        if (a->explicit_paddings.dims[i] && (i / 2 == 0 || i / 2 == channels)) {
            tf_shape_error(c, "Nonzero explicit padding in the batch or depth dimensions is not supported");
            return false;
        }
    return true;
}

/* What TF's kernel says before it looks at its inputs. */
static bool runs_here(tf_shape_ctx *c, const conv_attrs *a, int n)
{
    const int channels = tf1c_channel_axis(a->data_format, n + 2);
    if (a->strides.dims[0] != 1 || a->strides.dims[channels] != 1)
        tf_shape_error(c, "Current implementation does not yet support strides in the batch and depth dimensions.");
    else if (a->dilations.dims[0] != 1 || a->dilations.dims[channels] != 1)
        tf_shape_error(c, "Current implementation does not yet support dilations in the batch and depth dimensions.");
    else
        return true;
    return false;
}

/* At run: x and w of rank n + 2 and of depths that go together. */
static bool inputs_fit(tf_shape_ctx *c, int n)
{
    const tf_dims x = *tf_in_dims(c, 0), w = *tf_in_dims(c, 1);
    const conv_attrs *a = tf_shape_attrs(c);
    char text[TF_DIMS_TEXT];
    if (x.rank != n + 2) {
        tf_shape_error(c, "input must be %d-dimensional%s", n + 2, n == 2 ? tf_dims_kernel_text(x, text, sizeof text) : "");
        return false;
    }
    if (w.rank != n + 2) {
        tf_shape_error(c, "filter must be %d-dimensional%s%s", n + 2, n == 2 ? ": " : "",
                       n == 2 ? tf_dims_kernel_text(w, text, sizeof text) : "");
        return false;
    }
    const int64_t depth = x.dims[tf1c_channel_axis(a->data_format, n + 2)], of_filter = w.dims[n];
    if (of_filter == depth)
        return true;
    if (of_filter == 0 || depth % of_filter)
        tf_shape_error(c, "%cnput depth must be evenly divisible by filter depth: %lld vs %lld", n == 2 ? 'i' : 'I',
                       (long long)depth, (long long)of_filter);
    else
        tf_shape_mistake(c, tf_unimplemented,
                         "The Conv%dD op currently does not support grouped convolutions on the CPU. A grouped convolution was "
                         "attempted to be run because the input depth of %lld does not match the filter input depth of %lld",
                         n, (long long)depth, (long long)of_filter);
    return false;
}

static bool depths_fit(tf_shape_ctx *c, int64_t depth, int64_t of_filter, int64_t filters)
{
    if (depth == NONE || of_filter == NONE || depth == of_filter)
        return true;
    if (of_filter == 0 || depth % of_filter)
        tf_shape_error(c, "Depth of input (%lld) is not a multiple of input depth of filter (%lld)", (long long)depth,
                       (long long)of_filter);
    else if (filters != NONE && filters % (depth / of_filter))
        tf_shape_error(c, "Depth of output (%lld) is not a multiple of the number of groups (%lld)", (long long)filters,
                       (long long)(depth / of_filter));
    else
        return true;
    return false;
}

static void only_channels_last(tf_shape_ctx *c, const conv_attrs *a, int n)
{
    if (!tf1c_channels_second(a->data_format))
        return;
    if (n == 2)
        tf_shape_mistake(c, tf_unimplemented,
                         "The Conv2D op currently only supports the NHWC tensor format on the CPU. The op was given the format: %s",
                         a->data_format);
    else
        tf_shape_error(c, "CPU implementation of Conv3D currently only supports the NHWC tensor format.");
}

static void conv_shape(tf_shape_ctx *c, int n)
{
    const conv_attrs *a = tf_shape_attrs(c);
    const bool at_run = tf_shape_at_run(c);
    if (at_run ? !runs_here(c, a, n) || !inputs_fit(c, n)
               : !tf_with_rank(c, 0, n + 2) || !tf_with_rank(c, 1, n + 2) || !paddings_are_valid(c, a, n))
        return;
    const tf_dims x = tf_in_dims(c, 0)->known ? *tf_in_dims(c, 0) : unknown_of_rank(n + 2);
    const tf_dims w = tf_in_dims(c, 1)->known ? *tf_in_dims(c, 1) : unknown_of_rank(n + 2);
    const int channels = tf1c_channel_axis(a->data_format, n + 2);
    tf_dims y = unknown_of_rank(n + 2);
    if (!depths_fit(c, x.dims[channels], w.dims[n], w.dims[n + 1]))
        return;
    y.dims[0] = x.dims[0];
    y.dims[channels] = w.dims[n + 1];
    for (int i = 0; i < n; i++) {
        const int axis = tf1c_spatial_axis(a->data_format, i);
        const tf1c_window v = window_of(a, x.dims[axis], w.dims[i], i);
        if (!tf1c_window_outputs(c, a->padding, &v, &y.dims[axis]))
            return;
    }
    tf_set_out(c, 0, y);
    if (at_run)
        only_channels_last(c, a, n);
}
static void conv2d_shape(tf_shape_ctx *c) { conv_shape(c, 2); }
static void conv3d_shape(tf_shape_ctx *c) { conv_shape(c, 3); }

/* ---- their gradients' shapes ------------------------------------------------------------------------------------------------------------ */

/* At run, in the words of TF's ConvBackpropComputeDimensionsV2. */
static bool backprop_fits(tf_shape_ctx *c, const char *label, tf_dims x, tf_dims w, tf_dims dy)
{
    const conv_attrs *a = tf_shape_attrs(c);
    const int rank = x.rank;
    const char *what = x.rank != rank ? "input" : w.rank != rank ? "filter" : dy.rank != rank ? "out_backprop" : NULL;
    if (what)
        tf_shape_error(c, "%s: %s must be %d-dimensional", label, what, rank);
    else if (x.dims[0] != dy.dims[0])
        tf_shape_error(
            c, "%s: input and out_backprop must have the same batch sizeinput batch: %lldoutbackprop batch: %lld batch_dim: 0",
            label, (long long)x.dims[0], (long long)dy.dims[0]);
    else if (w.dims[rank - 2] != x.dims[rank - 1])
        tf_shape_error(c, "%s: input depth must be evenly divisible by filter depth", label);
    else if (w.dims[rank - 1] != dy.dims[rank - 1])
        tf_shape_error(c, "%s: filter and out_backprop must have the same out_depth", label);
    else
        what = label;
    for (int i = 0; what == label && i < rank - 2; i++) {
        const tf1c_window v = window_of(a, x.dims[1 + i], w.dims[i], i);
        int64_t outputs;
        if (!tf1c_window_outputs(c, a->padding, &v, &outputs))
            return false;
        if (outputs == dy.dims[1 + i])
            continue;
        tf_shape_error(
            c,
            "%s: Size of out_backprop doesn't match computed: actual = %lld, computed = %lld spatial_dim: %d input: %lld "
            "filter: %lld output: %lld stride: %lld dilation: %lld",
            label, (long long)dy.dims[1 + i], (long long)outputs, 1 + i, (long long)v.in, (long long)v.window,
            (long long)dy.dims[1 + i], (long long)v.stride, (long long)v.dilation);
        return false;
    }
    return what == label;
}

/* The shape that input `sizes` holds. `label`: the kernel's own name, "Op" after it where it refuses a format. */
static void backprop_shape(tf_shape_ctx *c, int sizes, int n, const char *label)
{
    const conv_attrs *a = tf_shape_attrs(c);
    tf_dims out = *tf_in_dims(c, sizes), shape;
    if (!tf_with_rank(c, sizes, 1))
        return;
    if (out.known && out.dims[0] != NONE && out.dims[0] != n + 2) {
        tf_shape_error(c, "Shape must be rank %d but is rank %lld", n + 2, (long long)out.dims[0]);
        return;
    }
    if (!tf_in_ints(c, sizes, &shape) || shape.rank != n + 2)
        shape = unknown_of_rank(n + 2);
    if (tf_shape_at_run(c)) {
        if (tf1c_channels_second(a->data_format))
            tf_shape_error(c, "%s%s only supports N%sHWC.", label, n == 2 ? "Op" : "", n == 2 ? "" : "D");
        else if (runs_here(c, a, n) && !backprop_fits(c, label, sizes == 0 ? shape : *tf_in_dims(c, 0),
                                                      sizes == 0 ? *tf_in_dims(c, 1) : shape, *tf_in_dims(c, 2)))
            return;
    }
    tf_set_out(c, 0, shape);
}
static void input2d_shape(tf_shape_ctx *c) { backprop_shape(c, 0, 2, "Conv2DCustomBackpropInput"); }
static void filter2d_shape(tf_shape_ctx *c) { backprop_shape(c, 1, 2, "Conv2DCustomBackpropFilter"); }
static void input3d_shape(tf_shape_ctx *c) { backprop_shape(c, 0, 3, "Conv3DBackpropInputOp"); }
static void filter3d_shape(tf_shape_ctx *c) { backprop_shape(c, 1, 3, "Conv3DBackpropFilterOp"); }

/* ---- kernels ----------------------------------------------------------------------------------------------------------------------------- */

static tf1c_conv forward_of(const tf_kernel_ctx *k) { return geometry(k->attrs, &k->in[0], &k->in[1], &k->out[0]); }
static tf1c_conv input_of(const tf_kernel_ctx *k) { return geometry(k->attrs, &k->out[0], &k->in[1], &k->in[2]); }
static tf1c_conv filter_of(const tf_kernel_ctx *k) { return geometry(k->attrs, &k->in[0], &k->out[0], &k->in[2]); }

static int64_t images(const tf_kernel_ctx *k) { return k->out[0].dims[0]; }
static int64_t filter_rows(const tf_kernel_ctx *k) { return product(k->out[0].dims, 0, k->out[0].rank - 1); }

static size_t conv_scratch(const tf_kernel_ctx *k)
{
    const tf1c_conv c = forward_of(k);
    return k->T == tf_float32 ? tf1c_conv_scratch(&c) : 0;
}
static size_t input_scratch(const tf_kernel_ctx *k)
{
    const tf1c_conv c = input_of(k);
    return k->T == tf_float32 ? tf1c_conv_input_scratch(&c) : 0;
}
static size_t filter_scratch(const tf_kernel_ctx *k)
{
    const tf1c_conv c = filter_of(k);
    return k->T == tf_float32 ? tf1c_conv_filter_scratch(&c) : 0;
}

static void conv_kernel(tf_kernel_ctx *k)
{
    const tf1c_conv c = forward_of(k);
    if (k->T == tf_float32)
        tf1c_conv_forward(&c, k->in[0].data, k->in[1].data, NULL, k->out[0].data, k->begin, k->end, k->scratch);
    else
        tf1c_conv_loops_forward(&c, k->in[0].data, k->in[1].data, k->out[0].data, k->begin, k->end);
}
static void input_kernel(tf_kernel_ctx *k)
{
    const tf1c_conv c = input_of(k);
    if (k->T == tf_float32)
        tf1c_conv_input(&c, k->in[2].data, k->in[1].data, k->out[0].data, k->begin, k->end, k->scratch);
    else
        tf1c_conv_loops_input(&c, k->in[2].data, k->in[1].data, k->out[0].data, k->begin, k->end);
}
static void filter_kernel(tf_kernel_ctx *k)
{
    const tf1c_conv c = filter_of(k);
    if (k->T == tf_float32)
        tf1c_conv_filter(&c, k->in[0].data, k->in[2].data, k->out[0].data, k->begin, k->end, k->scratch);
    else
        tf1c_conv_loops_filter(&c, k->in[0].data, k->in[2].data, k->out[0].data, k->begin, k->end);
}

/* ---- Conv2D, Conv3D and their gradients, each of which is linear in two and differentiates into the other two ----------------------------- */

typedef enum { FORWARD, INPUT, FILTER } role;
static const tf_op_def conv2d_op, conv2d_input_op, conv2d_filter_op, conv3d_op, conv3d_input_op, conv3d_filter_op;
static const tf_op_def *const conv_ops[2][3] = { { &conv2d_op, &conv2d_input_op, &conv2d_filter_op },
                                                 { &conv3d_op, &conv3d_input_op, &conv3d_filter_op } };

static tf_tensor conv_node(const tf_grad_ctx *g, role r, tf_tensor a, tf_tensor b, tf_tensor c)
{
    const conv_attrs *attrs = g->attrs;
    return (tf_tensor){ .op = tf_op_new(
                            conv_ops[attrs->strides.rank == 5][r],
                            (struct tf_op_args){ .attrs = attrs,
                                                 .n_inputs = r == FORWARD ? 2 : 3,
                                                 .inputs = (tf_operand[]){ operand_of(a), operand_of(b), operand_of(c) } }) };
}
static tf_tensor input_gradient(const tf_grad_ctx *g, tf_tensor x, tf_tensor w, tf_tensor dy)
{
    return conv_node(g, INPUT, tf_shape(x), w, dy);
}
static tf_tensor filter_gradient(const tf_grad_ctx *g, tf_tensor x, tf_tensor w, tf_tensor dy)
{
    return conv_node(g, FILTER, x, tf_shape(w), dy);
}

/* TF leads a dilated one's gradient through batches in space, and back if anyone asks for the images'. */
static int count_dilated_gradient(const tf_grad_ctx *g)
{
    const tf_dims d = ((const conv_attrs *)g->op->attrs)->dilations;
    for (int i = 0; i < d.rank; i++)
        if (d.dims[i] > 1)
            return 1 + tf1c_grad_wanted(g, 0);
    return 0;
}

static void conv_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const int shapes = g->op->def == &conv3d_op ? 2 : 1; /* a Shape of each, or ShapeN of both */
    tf1c_gradient_makes(g, shapes + 2 + count_dilated_gradient(g));
    if (tf1c_grad_wanted(g, 0))
        tf_add_grad(g, 0, input_gradient(g, g->in[0], g->in[1], dy));
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(g, 1, filter_gradient(g, g->in[0], g->in[1], dy));
}
static void conv_input_gradient(tf_grad_ctx *g, tf_tensor d)
{
    tf1c_gradient_makes(g, 3);
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(g, 1, filter_gradient(g, d, g->in[1], g->in[2]));
    if (tf1c_grad_wanted(g, 2))
        tf_add_grad(g, 2, conv_node(g, FORWARD, d, g->in[1], (tf_tensor){ 0 }));
}
static void conv_filter_gradient(tf_grad_ctx *g, tf_tensor d)
{
    tf1c_gradient_makes(g, 3);
    if (tf1c_grad_wanted(g, 0))
        tf_add_grad(g, 0, input_gradient(g, g->in[0], d, g->in[2]));
    if (tf1c_grad_wanted(g, 2))
        tf_add_grad(g, 2, conv_node(g, FORWARD, g->in[0], d, (tf_tensor){ 0 }));
}

static const tf_shard_rule by_image = { .out = 0, .in = { 0, TF_WHOLE, TF_WHOLE, TF_WHOLE } };
static const tf_shard_rule by_image_of_dy = { .out = 0, .in = { TF_WHOLE, TF_WHOLE, 0, TF_WHOLE } };

#define CONV_OP(id, op, shape_fn)         \
    static const tf_op_def id = {         \
        .name = op,                       \
        .in = "input:T, filter:T",        \
        .out = "output:T",                \
        .T = TF_FLOATING,                 \
        .attrs = conv_fields,             \
        .attrs_size = sizeof(conv_attrs), \
        .shape = shape_fn,                \
        .kernel = conv_kernel,            \
        .units = images,                  \
        .shard = &by_image,               \
        .scratch = conv_scratch,          \
        .gradient = conv_gradient,        \
    };
#define CONV_INPUT_OP(id, op, sizes, shape_fn)                   \
    static const tf_op_def id = {                                \
        .name = op,                                              \
        .in = "input_sizes:" sizes ", filter:T, out_backprop:T", \
        .out = "output:T",                                       \
        .T = TF_FLOATING,                                        \
        .U = TF_INDEX,                                           \
        .attrs = conv_fields,                                    \
        .attrs_size = sizeof(conv_attrs),                        \
        .shape = shape_fn,                                       \
        .kernel = input_kernel,                                  \
        .units = images,                                         \
        .shard = &by_image_of_dy,                                \
        .scratch = input_scratch,                                \
        .gradient = conv_input_gradient,                         \
    };
#define CONV_FILTER_OP(id, op, sizes, shape_fn)                  \
    static const tf_op_def id = {                                \
        .name = op,                                              \
        .in = "input:T, filter_sizes:" sizes ", out_backprop:T", \
        .out = "output:T",                                       \
        .T = TF_FLOATING,                                        \
        .U = TF_INDEX,                                           \
        .attrs = conv_fields,                                    \
        .attrs_size = sizeof(conv_attrs),                        \
        .shape = shape_fn,                                       \
        .kernel = filter_kernel,                                 \
        .units = filter_rows,                                    \
        .scratch = filter_scratch,                               \
        .gradient = conv_filter_gradient,                        \
    };
CONV_OP(conv2d_op, "Conv2D", conv2d_shape)
CONV_INPUT_OP(conv2d_input_op, "Conv2DBackpropInput", "int32", input2d_shape)
CONV_FILTER_OP(conv2d_filter_op, "Conv2DBackpropFilter", "int32", filter2d_shape)
CONV_OP(conv3d_op, "Conv3D", conv3d_shape)
CONV_INPUT_OP(conv3d_input_op, "Conv3DBackpropInputV2", "U", input3d_shape)
CONV_FILTER_OP(conv3d_filter_op, "Conv3DBackpropFilterV2", "int32", filter3d_shape)

/* ---- builders ------------------------------------------------------------------------------------------------------------------------------ */

static tf_tensor recorded(void) { return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }; }

/* Python's padding, a word or a list of pairs. */
static bool settle_padding(conv_attrs *attrs, const char *op, const struct tf_conv2d_args *a, tf_dims explicit_paddings)
{
    static const char *const paddings[] = { "SAME", "VALID", "EXPLICIT", NULL };
    attrs->padding = a->padding;
    attrs->explicit_paddings = explicit_paddings.known ? explicit_paddings : SCALAR;
    if (a->padding && strcmp(a->padding, "EXPLICIT") == 0)
        tf_mistake(
            tf_value_error, a->here, NULL,
            "\"EXPLICIT\" is not a valid value for the padding parameter. To use explicit padding, the padding parameter must "
            "be a list.");
    else if (a->padding && explicit_paddings.known)
        tf_mistake(tf_value_error, a->here, NULL, "Only one of padding and explicit_paddings can be given.");
    else if (explicit_paddings.known && explicit_paddings.rank != 8)
        tf_mistake(tf_value_error, a->here, NULL, "When padding is a list, it must be of size 4. Got padding of size: %d",
                   explicit_paddings.rank / 2);
    else if (explicit_paddings.known)
        return attrs->padding = "EXPLICIT", true;
    else
        return tf1c_check_attr(op, "padding", a->padding, paddings, a->here);
    return false;
}

static bool conv2d_attrs(conv_attrs *attrs, const char *op, const struct tf_conv2d_args *a)
{
    tf_dims explicit_paddings = a->explicit_paddings;
    *attrs = (conv_attrs){ .use_cudnn_on_gpu = a->use_cudnn_on_gpu, .data_format = a->data_format ? a->data_format : "NHWC" };
    return tf1c_given_sizes(&explicit_paddings, "explicit_paddings", a->here) && settle_padding(attrs, op, a, explicit_paddings) &&
           tf1c_window_sequence(a->strides, 2, attrs->data_format, "strides", a->here, &attrs->strides) &&
           tf1c_window_sequence(a->dilations, 2, attrs->data_format, "dilations", a->here, &attrs->dilations) &&
           tf1c_check_format(op, attrs->data_format, 2, a->here);
}

static tf_tensor conv_of(const tf_op_def *def, const struct tf_conv2d_args *a, int n, const tf_operand *in)
{
    conv_attrs attrs;
    return conv2d_attrs(&attrs, def->name, a) ? array_op(def, (struct tf_name_args){ a->here, a->name }, NULL, &attrs, n, in)
                                              : recorded();
}

tf_tensor tf_nn_conv2d_(struct tf_conv2d_args a)
{
    const tf_operand input = tf1c_given(a.input), given = tf1c_given(a.filter), filter = given.kind ? given : tf1c_given(a.filters);
    TF_FROM(a.here);
    return conv_of(&conv2d_op, &a, 2, (tf_operand[]){ input, filter });
}
tf_tensor tf_nn_conv2d_backprop_input_(tf_operand input_sizes, tf_operand filter, tf_operand out_backprop, struct tf_conv2d_args a)
{
    TF_FROM(a.here);
    return conv_of(&conv2d_input_op, &a, 3, (tf_operand[]){ input_sizes, filter, out_backprop });
}
tf_tensor tf_nn_conv2d_backprop_filter_(tf_operand input, tf_operand filter_sizes, tf_operand out_backprop, struct tf_conv2d_args a)
{
    TF_FROM(a.here);
    return conv_of(&conv2d_filter_op, &a, 3, (tf_operand[]){ input, filter_sizes, out_backprop });
}

static tf_tensor nn_conv2d_transpose_of(tf_operand value, tf_operand filter, tf_operand output_shape,
                                        struct tf_conv2d_transpose_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "conv2d_transpose");
    const struct tf_conv2d_args args = { .here = a.here,
                                         .strides = a.strides,
                                         .padding = a.padding ? a.padding : "SAME",
                                         .use_cudnn_on_gpu = true,
                                         .data_format = a.data_format,
                                         .dilations = a.dilations,
                                         .name = tf_scope_name() };
    return conv_of(&conv2d_input_op, &args, 3, (tf_operand[]){ output_shape, filter, value });
}

tf_tensor tf_nn_conv2d_transpose_(struct tf_conv2d_transpose_args a)
{
    return nn_conv2d_transpose_of(tf1c_given(a.value), tf1c_given(a.filter), tf1c_given(a.output_shape), a);
}

/* "NWC", "NHWC" or unset is the latter, "NCW" and "NCHW" likewise; NULL after a report. */
static const char *format_of_rows(const char *format, tf_source here)
{
    if (!format || strcmp(format, "NHWC") == 0 || strcmp(format, "NWC") == 0)
        return "NHWC";
    if (strcmp(format, "NCHW") == 0 || strcmp(format, "NCW") == 0)
        return "NCHW";
    tf_mistake(tf_value_error, here, NULL, "data_format must be \"NWC\" or \"NCW\".");
    return NULL;
}

/* A number for the columns as one for each axis of an image of one row. */
static bool of_one_row(tf_dims given, const char *format, const char *what, tf_source here, tf_dims *out)
{
    if (!tf1c_window_sequence(given, 1, format, what, here, &given))
        return false;
    *out = SHAPE(1, given.dims[0], given.dims[1], given.dims[2]);
    return true;
}

static tf_tensor nn_conv1d_of(tf_operand value, tf_operand filters, struct tf_conv1d_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "conv1d");
    const char *scope = tf_scope_name(), *format = format_of_rows(a.data_format, a.here);
    struct tf_conv2d_args args = { .padding = a.padding, .use_cudnn_on_gpu = true, .data_format = format, .name = scope };
    if (!format || !of_one_row(a.stride, format, "stride", a.here, &args.strides) ||
        !of_one_row(a.dilations, format, "dilations", a.here, &args.dilations))
        return recorded();
    const int row = tf1c_spatial_axis(format, 0);
    const tf_tensor x = tf_expand_dims(value, row), w = tf_expand_dims(filters, 0);
    return tf_squeeze(conv_of(&conv2d_op, &args, 2, (tf_operand[]){ operand_of(x), operand_of(w) }), .axes = AXES(row));
}

tf_tensor tf_nn_conv1d_(struct tf_conv1d_args a) { return nn_conv1d_of(tf1c_given(a.value), tf1c_given(a.filters), a); }

static tf_tensor nn_conv3d_of(tf_operand input, tf_operand filter, struct tf_conv3d_args a)
{
    TF_FROM(a.here);
    conv_attrs attrs = { .strides = a.strides,
                         .use_cudnn_on_gpu = true,
                         .padding = a.padding,
                         .explicit_paddings = SCALAR,
                         .data_format = a.data_format ? a.data_format : "NDHWC",
                         .dilations = a.dilations.known ? a.dilations : SHAPE(1, 1, 1, 1, 1) };
    if (attrs.strides.rank < 5)
        return tf_mistake(tf_value_error, a.here, NULL,
                          "Attr 'strides' of 'Conv3D' Op passed list of length %d less than minimum 5.", attrs.strides.rank);
    if (attrs.strides.rank > 5 || attrs.dilations.rank != 5)
        return tf_mistake(tf_value_error, a.here, NULL, "Conv3D requires the %s attribute to contain 5 values, but got: %d",
                          attrs.strides.rank > 5 ? "stride" : "dilation",
                          attrs.strides.rank > 5 ? attrs.strides.rank : attrs.dilations.rank);
    if (!tf1c_check_padding("Conv3D", a.padding, a.here) || !tf1c_check_format("Conv3D", attrs.data_format, 3, a.here))
        return recorded();
    return array_op(&conv3d_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 2, (tf_operand[]){ input, filter });
}

tf_tensor tf_nn_conv3d_(struct tf_conv3d_args a) { return nn_conv3d_of(tf1c_given(a.input), tf1c_given(a.filter), a); }

static tf_tensor nn_conv3d_transpose_of(tf_operand value, tf_operand filter, tf_operand output_shape,
                                        struct tf_conv2d_transpose_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "conv3d_transpose");
    conv_attrs attrs = { .use_cudnn_on_gpu = true,
                         .padding = a.padding ? a.padding : "SAME",
                         .explicit_paddings = SCALAR,
                         .data_format = a.data_format ? a.data_format : "NDHWC" };
    if (!tf1c_window_sequence(a.strides, 3, attrs.data_format, "strides", a.here, &attrs.strides) ||
        !tf1c_window_sequence(a.dilations, 3, attrs.data_format, "dilations", a.here, &attrs.dilations) ||
        !tf1c_check_padding(conv3d_input_op.name, attrs.padding, a.here) ||
        !tf1c_check_format(conv3d_input_op.name, attrs.data_format, 3, a.here))
        return recorded();
    return array_op(&conv3d_input_op, (struct tf_name_args){ a.here, tf_scope_name() }, NULL, &attrs, 3,
                    (tf_operand[]){ output_shape, filter, value });
}

tf_tensor tf_nn_conv3d_transpose_(struct tf_conv2d_transpose_args a)
{
    return nn_conv3d_transpose_of(tf1c_given(a.value), tf1c_given(a.filter), tf1c_given(a.output_shape), a);
}

/* clang-format off */
tf1c_op_family tf1c_family_conv = {
    &conv2d_op,
    &conv2d_input_op,
    &conv2d_filter_op,
    &conv3d_op,
    &conv3d_input_op,
    &conv3d_filter_op,
    NULL,
};
