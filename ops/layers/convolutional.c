/* Convolutions and pools as layers. TF1: python/keras/layers/convolutional.py, pooling.py, python/layers/convolutional.py,
 * pooling.py. */
#include "ops/layers/convolutional.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/counts.h"
#include "ops/layers/layer.h"
#include "ops/math/arithmetic.h"
#include "ops/nn/conv.h"
#include "ops/nn/nn.h"
#include "ops/nn/pool.h"
#include "ops/nn/window.h"
#include "ops/rnn/cell.h"
#include "ops/state/initializers.h"
#include "ops/state/variables.h"

static tf_tensor recorded(void) { return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }; }

/* ---- arguments ---------------------------------------------------------------------------------------------------------------- */

tf_dims tf1c_layer_sizes_operand(tf_operand given)
{
    return given.kind == TF_OPERAND_DIMS      ? given.as.dims
           : given.kind == TF_OPERAND_INTEGER ? SHAPE(given.as.integer)
           : given.kind == TF_OPERAND_LIST    ? (tf_dims){ .given = given.as.list }
                                              : SHAPE(0, 0, 0, 0);
}

bool tf1c_layer_sizes(tf_dims given, int n, int64_t otherwise, const char *what, tf_source here, tf_dims *sizes)
{
    char text[TF_DIMS_TEXT];
    if (!tf1c_given_sizes(&given, what, here))
        return false;
    if (!given.known)
        given = SHAPE(tf1c_plain(given) ? tf1c_plain(given) : otherwise);
    *sizes = (tf_dims){ .known = true, .rank = n };
    for (int i = 0; i < n; i++)
        sizes->dims[i] = given.dims[given.rank == n ? i : 0];
    if (given.rank == n || given.rank == 1)
        return true;
    tf_mistake(tf_value_error, here, NULL, "The `%s` argument must be a tuple of %d integers. Received: %s", what, n,
               tf1c_dims_list(given, "[]", text, sizeof text));
    return false;
}

const char *tf1c_layer_padding(const char *given, tf_source here)
{
    if (!given || strcasecmp(given, "valid") == 0)
        return "VALID";
    if (strcasecmp(given, "same") == 0)
        return "SAME";
    if (strcasecmp(given, "causal") == 0)
        tf_mistake(tf_value_error, here, NULL, "Causal padding is only supported for `Conv1D`and ``SeparableConv1D`.");
    else
        tf_mistake(tf_value_error, here, NULL,
                   "The `padding` argument must be a list/tuple or one of \"valid\", \"same\" (or \"causal\", only for `Conv1D). "
                   "Received: %s",
                   given);
    return NULL;
}

bool tf1c_layer_format(const char *given, tf_source here, bool *channels_first)
{
    *channels_first = given && strcasecmp(given, "channels_first") == 0;
    if (!given || *channels_first || strcasecmp(given, "channels_last") == 0)
        return true;
    tf_mistake(tf_value_error, here, NULL,
               "The `data_format` argument must be one of \"channels_first\", \"channels_last\". Received: %s", given);
    return false;
}

/* ---- convolutions --------------------------------------------------------------------------------------------------------------- */

/* What a layer of n axes is asked for, settled. */
typedef struct {
    int n;
    int64_t filters;
    tf_dims kernel_size, strides, dilations;
    const char *padding, *format;
    bool channels_first, transposed;
    bool again; /* an object's: TF keeps what it has made of the rates */
    tf1c_layer_weight kernel, bias;
    bool use_bias;
    tf_activation *activation;
    tf_regularizer activity;
    const tf1c_conv_names *names;
} conv_layer;

static const char *const formats[2][3] = { { "NWC", "NHWC", "NDHWC" }, { "NCW", "NCHW", "NCDHW" } };

static bool is_more_than_1(tf_dims d)
{
    for (int i = 0; i < d.rank; i++)
        if (d.dims[i] > 1)
            return true;
    return false;
}

static bool settle(conv_layer *l, tf_operand kernel_size, const struct tf_layers_conv_args *a)
{
    l->padding = tf1c_layer_padding(a->padding, a->here);
    if (!l->padding || !tf1c_layer_format(a->data_format, a->here, &l->channels_first) ||
        !tf1c_layer_sizes(tf1c_layer_sizes_operand(kernel_size), l->n, 0, "kernel_size", a->here, &l->kernel_size) ||
        !tf1c_layer_sizes(a->strides, l->n, 1, "strides", a->here, &l->strides) ||
        !tf1c_layer_sizes(a->dilation_rate, l->n, 1, "dilation_rate", a->here, &l->dilations))
        return false;
    l->format = formats[l->channels_first][l->n - 1];
    if (l->filters < 1)
        tf_mistake(tf_value_error, a->here, NULL, "The number of filters must be positive, got %lld.", (long long)l->filters);
    else if (is_more_than_1(l->strides) && is_more_than_1(l->dilations))
        tf_mistake(tf_value_error, a->here, NULL, "strides > 1 not supported in conjunction with dilation_rate > 1");
    else
        return true;
    return false;
}

/* [kernel…, channels, filters], or the last two in turn. */
static tf_dims kernel_shape(const conv_layer *l, int64_t channels)
{
    tf_dims d = l->kernel_size;
    d.dims[d.rank++] = l->transposed ? l->filters : channels;
    d.dims[d.rank++] = l->transposed ? channels : l->filters;
    return d;
}

/* One number for each axis of the input: 1, the given ones, 1. */
static tf_dims of_all_axes(const conv_layer *l, tf_dims given)
{
    tf_dims d = { .known = true, .rank = l->n + 2 };
    for (int i = 0; i < d.rank; i++)
        d.dims[i] = 1;
    for (int i = 0; i < l->n; i++)
        d.dims[1 + l->channels_first + i] = given.dims[i];
    return d;
}

static tf_tensor convolved(const conv_layer *l, tf_tensor x, tf_tensor kernel)
{
    const tf_dims strides = of_all_axes(l, l->strides), dilations = of_all_axes(l, l->dilations);
    if (!l->again)
        tf_convert(tf_operand_dims(l->dilations), tf_int32, (tf_source){ 0 }, "dilation_rate");
    if (is_more_than_1(l->dilations))
        tf1c_count_more(tf1c_count_dilated(tf_get_shape(x), l->n, l->format, strcmp(l->padding, "SAME") == 0));
    if (l->n == 1)
        return tf_nn_conv1d(x, kernel, l->strides, l->padding, .data_format = l->format, .dilations = l->dilations);
    if (l->n == 2)
        return tf_nn_conv2d(x, kernel, strides, l->padding, .data_format = l->format, .dilations = dilations);
    return tf_nn_conv3d(x, kernel, strides, l->padding, .data_format = l->format, .dilations = dilations);
}

/* An axis of the transpose's image: strides times as long; without padding, as much more as a kernel reaches further. */
static int64_t longer(const conv_layer *l, int i)
{
    const int64_t more = l->kernel_size.dims[i] - l->strides.dims[i];
    return *l->padding == 'V' && more > 0 ? more : 0;
}

static tf_tensor transposed(const conv_layer *l, tf_tensor x, tf_tensor kernel)
{
    const tf_tensor shape = tf_shape(x);
    const tf_dims d = tf_get_shape(x);
    tf_tensor sizes[6] = { tf_getitem(shape, "0") };
    tf_dims known = { .known = true, .rank = l->n + 2 };
    for (int i = 0; i < l->n; i++)
        sizes[1 + l->channels_first + i] = tf_getitem(shape, "%d", 1 + l->channels_first + i);
    for (int i = 0; i < l->n; i++) {
        const int axis = 1 + l->channels_first + i;
        sizes[axis] = tf_mul(sizes[axis], l->strides.dims[i]);
        if (longer(l, i))
            sizes[axis] = tf_raw_ops_add_v2(sizes[axis], longer(l, i), .name = "add");
        known.dims[axis] = d.dims[axis] == NONE ? NONE : d.dims[axis] * l->strides.dims[i] + longer(l, i);
    }
    const int channels = l->channels_first ? 1 : l->n + 1;
    known.dims[0] = d.dims[0];
    known.dims[channels] = l->filters;
    const tf_tensor size = tf1c_stack_sizes(l->n + 2, sizes, known.dims, tf_int32);
    tf_getitem(size, "0"); /* made by TF too, and used by nothing */
    tf_tensor y = tf_nn_conv2d_transpose(x, kernel, size, of_all_axes(l, l->strides), l->padding, l->format);
    if (!tf_is_poisoned(y))
        tf_set_shape_(y, known, (tf_source){ 0 });
    return y;
}

static tf_tensor apply(const conv_layer *l, tf_tensor x)
{
    const tf_dtype dtype = tf_get_dtype(x);
    const int64_t channels = tf_get_shape(x).dims[l->channels_first ? 1 : l->n + 1];
    const tf_tensor kernel = tf1c_layer_variable(&l->kernel, kernel_shape(l, channels), dtype);
    const tf_tensor bias = l->use_bias ? tf1c_layer_variable(&l->bias, SHAPE(l->filters), dtype) : kernel;
    if (tf_is_poisoned(kernel) || tf_is_poisoned(bias))
        return tf_is_poisoned(kernel) ? kernel : bias;
    tf_tensor y = l->transposed ? transposed(l, x, kernel) : convolved(l, x, kernel);
    if (l->use_bias)
        y = tf_nn_bias_add(y, bias, .data_format = l->channels_first ? "NCHW" : "NHWC");
    if (l->activation && !tf_is_poisoned(y))
        y = l->activation(y);
    y = tf1c_layer_output(y, l->activity);
    return l->names->finish ? l->names->finish(l->names->context, y) : y;
}

static tf_tensor make(const conv_layer *l, tf_operand inputs, const char *name, const char *kind, tf_reuse reuse, tf_source here)
{
    tf1c_cell_scope own = { 0 }, *scope = l->names->object ? l->names->object : &own;
    const tf_tensor x = tf_convert(inputs, tf_dtype_unset, here, "inputs");
    if (tf_is_poisoned(x))
        return x;
    if (!tf1c_layer_rank(x, name ? name : kind, l->n + 2, here))
        return recorded();
    if (tf_get_shape(x).dims[l->channels_first ? 1 : l->n + 1] == NONE)
        return tf_mistake(tf_value_error, here, NULL, "The channel dimension of the inputs should be defined. Found `None`.");
    if (!tf1c_layer_scope(scope, tf1c_scope_or(l->names->given, name), kind, here))
        return recorded();
    reuse = scope->built ? tf_reuse_true : reuse;
    tf1c_entered e = l->names->finish ? tf1c_contrib_enter(scope, reuse) : tf1c_layer_enter(scope, reuse);
    if (l->names->finish)
        tf1c_scope_within(scope);
    const tf_tensor y = apply(l, x);
    scope->built = true;
    tf1c_layer_leave(&e);
    return y;
}

tf_tensor tf1c_conv_layer(int n, bool is_transpose, tf_operand inputs, int64_t filters, tf_operand kernel_size,
                          const struct tf_layers_conv_args *a, const tf1c_conv_names *names)
{
    const bool frozen = !a->trainable;
    const tf_initializer zeros = tf1c_given_initializer(&a->bias_initializer) ? a->bias_initializer : tf_zeros_initializer();
    conv_layer l = { .n = n,
                     .filters = filters,
                     .transposed = is_transpose,
                     .again = names->object && names->object->built,
                     .kernel = { names->kernel, "kernel/Regularizer", a->kernel_initializer, a->kernel_regularizer, frozen,
                                 a->kernel_constraint },
                     .bias = { names->bias, "bias/Regularizer", zeros, a->bias_regularizer, frozen, a->bias_constraint },
                     .use_bias = a->use_bias,
                     .activation = a->activation,
                     .activity = a->activity_regularizer,
                     .names = names };
    TF_FROM(a->here);
    return settle(&l, kernel_size, a) ? make(&l, inputs, a->name, names->scope, a->reuse, a->here) : recorded();
}

static tf_tensor conv_of(int n, bool is_transpose, tf_operand inputs, int64_t filters, tf_operand kernel_size,
                         const struct tf_layers_conv_args *a, const char *kind)
{
    return tf1c_conv_layer(n, is_transpose, inputs, filters, kernel_size, a,
                           &(tf1c_conv_names){ .scope = kind, .kernel = "kernel", .bias = "bias" });
}

tf_tensor tf_layers_conv1d_(struct tf_layers_conv_args a)
{
    return conv_of(1, false, tf1c_keyword(a.inputs, true), a.filters, tf1c_given(a.kernel_size), &a, "conv1d");
}
tf_tensor tf_layers_conv2d_(struct tf_layers_conv_args a)
{
    return conv_of(2, false, tf1c_keyword(a.inputs, true), a.filters, tf1c_given(a.kernel_size), &a, "conv2d");
}
tf_tensor tf_layers_conv3d_(struct tf_layers_conv_args a)
{
    return conv_of(3, false, tf1c_keyword(a.inputs, true), a.filters, tf1c_given(a.kernel_size), &a, "conv3d");
}

/* The arguments that a transpose has too. */
#define OF_TRANSPOSE(a)                                                                                                           \
    {                                                                                                                             \
        .here = (a).here, .filters = (a).filters, .strides = (a).strides, .padding = (a).padding, .data_format = (a).data_format, \
        .activation = (a).activation, .use_bias = (a).use_bias, .kernel_initializer = (a).kernel_initializer,                     \
        .bias_initializer = (a).bias_initializer, .kernel_regularizer = (a).kernel_regularizer,                                   \
        .bias_regularizer = (a).bias_regularizer, .activity_regularizer = (a).activity_regularizer,                               \
        .kernel_constraint = (a).kernel_constraint, .bias_constraint = (a).bias_constraint, .trainable = (a).trainable            \
    }

tf_tensor tf_layers_conv2d_transpose_(struct tf_layers_conv_transpose_args a)
{
    struct tf_layers_conv_args args = OF_TRANSPOSE(a);
    args.name = a.name;
    args.reuse = a.reuse;
    return conv_of(2, true, tf1c_keyword(a.inputs, true), a.filters, tf1c_given(a.kernel_size), &args, "conv2d_transpose");
}

/* ---- convolutions that are objects ------------------------------------------------------------------------------------------------- */

static tf_tensor call_conv(tf_layer *layer, int n, bool is_transpose, const char *kind, tf_tensor x, tf_source here)
{
    struct tf_layers_conv_args a = *(const struct tf_layers_conv_args *)layer->args;
    a.here = here;
    return tf1c_conv_layer(
        n, is_transpose, tf_operand_tensor(x), a.filters, a.kernel_size, &a,
        &(tf1c_conv_names){ .scope = TF1C_LAYER_NAME(layer, kind), .kernel = "kernel", .bias = "bias", .object = &layer->scope });
}

/* Words and names as the graph's, which the caller's may not outlive. */
static tf_layer *conv_object(tf1c_layer_call *call, struct tf_layers_conv_args a, tf_operand kernel_size, const char *name)
{
    TF_FROM(a.here);
    tf_graph *g = tf1c_current_graph();
    a.kernel_size = kernel_size;
    a.padding = a.padding && g ? tf1c_graph_strdup(g, a.padding) : NULL;
    a.data_format = a.data_format && g ? tf1c_graph_strdup(g, a.data_format) : NULL;
    return tf1c_layer_new(call, name, a.filters, &a, sizeof a);
}

static tf_layer *conv_object_of(tf1c_layer_call *call, const struct tf_conv_layer_args *a)
{
    struct tf_layers_conv_args args = OF_TRANSPOSE(*a);
    args.dilation_rate = a->dilation_rate;
    return conv_object(call, args, tf1c_given(a->kernel_size), a->name);
}

#define CONVOLUTION(n, is_transpose, kind)                                                          \
    static tf_tensor call_##kind(tf_layer *layer, tf_tensor x, tf_operand training, tf_source here) \
    {                                                                                               \
        (void)training;                                                                             \
        return call_conv(layer, n, is_transpose, #kind, x, here);                                   \
    }
CONVOLUTION(1, false, conv1d)
CONVOLUTION(2, false, conv2d)
CONVOLUTION(3, false, conv3d)
CONVOLUTION(2, true, conv2d_transpose)

tf_layer *tf_layers_Conv1D_(struct tf_conv_layer_args a) { return conv_object_of(call_conv1d, &a); }
tf_layer *tf_layers_Conv2D_(struct tf_conv_layer_args a) { return conv_object_of(call_conv2d, &a); }
tf_layer *tf_layers_Conv3D_(struct tf_conv_layer_args a) { return conv_object_of(call_conv3d, &a); }
tf_layer *tf_layers_Conv2DTranspose_(struct tf_conv_transpose_layer_args a)
{
    const struct tf_layers_conv_args args = OF_TRANSPOSE(a);
    return conv_object(call_conv2d_transpose, args, tf1c_given(a.kernel_size), a.name);
}

/* ---- pools -------------------------------------------------------------------------------------------------------------------------- */

/* A pool of one axis is one over columns of one row each. */
static tf_tensor pooled(int n, bool max, tf_tensor x, tf_dims size, tf_dims strides, const char *padding, bool channels_first)
{
    const char *format = formats[channels_first][n - 1 + (n == 1)];
    const int between = channels_first ? 3 : 2;
    if (n == 3)
        return max ? tf_nn_max_pool3d(x, size, strides, padding, format) : tf_nn_avg_pool3d(x, size, strides, padding, format);
    if (n == 2)
        return max ? tf_nn_max_pool(x, size, strides, padding, format) : tf_nn_avg_pool(x, size, strides, padding, format);
    const tf_tensor image = tf_expand_dims(x, between);
    size = SHAPE(size.dims[0], 1);
    strides = SHAPE(strides.dims[0], 1);
    return tf_squeeze(max ? tf_nn_max_pool(image, size, strides, padding, format)
                          : tf_nn_avg_pool(image, size, strides, padding, format),
                      .axes = AXES(between));
}

static bool is_given(tf_dims d) { return d.known || d.given.n || d.given.alone.op || d.given.alone.number != 0; }

/* By name, or by `object`, whose default name is `kind`. */
static tf_tensor pool_of(int n, bool max, tf_operand inputs, tf_operand pool_size, const struct tf_layers_pooling_args *a,
                         const char *kind, tf1c_cell_scope *object)
{
    TF_FROM(a->here);
    tf1c_cell_scope own = { 0 }, *scope = object ? object : &own;
    tf_dims size, strides, given = tf1c_layer_sizes_operand(pool_size);
    bool channels_first;
    const char *padding = tf1c_layer_padding(a->padding, a->here);
    const tf_tensor x = tf_convert(inputs, tf_dtype_unset, a->here, "inputs");
    if (tf_is_poisoned(x))
        return x;
    if (!padding || !tf1c_layer_format(a->data_format, a->here, &channels_first) ||
        !tf1c_layer_sizes(given, n, 0, "pool_size", a->here, &size) ||
        !tf1c_layer_sizes(is_given(a->strides) ? a->strides : given, n, 0, "strides", a->here, &strides) ||
        !tf1c_layer_rank(x, a->name ? a->name : kind, n + 2, a->here) ||
        !tf1c_layer_scope(scope, TF1C_SCOPE_NAMED(a->name), kind, a->here))
        return recorded();
    tf1c_entered e = tf1c_layer_enter(scope, tf_reuse_false);
    const tf_tensor y = pooled(n, max, x, size, strides, padding, channels_first);
    tf1c_layer_leave(&e);
    return y;
}

static tf_tensor call_pool(tf_layer *layer, int n, bool max, const char *kind, tf_tensor x, tf_source here)
{
    struct tf_layers_pooling_args a = *(const struct tf_layers_pooling_args *)layer->args;
    a.here = here;
    return pool_of(n, max, tf_operand_tensor(x), a.pool_size, &a, TF1C_LAYER_NAME(layer, kind), &layer->scope);
}

static tf_layer *pool_object(tf1c_layer_call *call, const struct tf_pooling_layer_args *a)
{
    TF_FROM(a->here);
    tf_graph *g = tf1c_current_graph();
    const struct tf_layers_pooling_args args = { .pool_size = tf1c_given(a->pool_size),
                                                 .strides = a->strides,
                                                 .padding = a->padding && g ? tf1c_graph_strdup(g, a->padding) : NULL,
                                                 .data_format = a->data_format && g ? tf1c_graph_strdup(g, a->data_format) : NULL };
    return tf1c_layer_new(call, a->name, NONE, &args, sizeof args);
}

#define POOLING(name, Name, n, max)                                                                     \
    tf_tensor tf_layers_##name##_(struct tf_layers_pooling_args a)                                      \
    {                                                                                                   \
        return pool_of(n, max, tf1c_keyword(a.inputs, true), tf1c_given(a.pool_size), &a, #name, NULL); \
    }                                                                                                   \
    static tf_tensor call_##name(tf_layer *layer, tf_tensor x, tf_operand training, tf_source here)     \
    {                                                                                                   \
        (void)training;                                                                                 \
        return call_pool(layer, n, max, #name, x, here);                                                \
    }                                                                                                   \
    tf_layer *tf_layers_##Name##_(struct tf_pooling_layer_args a) { return pool_object(call_##name, &a); }
POOLING(max_pooling1d, MaxPooling1D, 1, true)
POOLING(max_pooling2d, MaxPooling2D, 2, true)
POOLING(max_pooling3d, MaxPooling3D, 3, true)
POOLING(average_pooling1d, AveragePooling1D, 1, false)
POOLING(average_pooling2d, AveragePooling2D, 2, false)
POOLING(average_pooling3d, AveragePooling3D, 3, false)
