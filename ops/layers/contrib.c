/* TF1: contrib/layers/python/layers/layers.py, encoders.py. */
#include "ops/layers/contrib.h"

#include <stdio.h>
#include <string.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/array/where.h"
#include "ops/layers/convolutional.h"
#include "ops/layers/layer.h"
#include "ops/math/arithmetic.h"
#include "ops/math/reduce.h"
#include "ops/nn/batch_norm.h"
#include "ops/nn/nn.h"
#include "ops/nn/pool.h"
#include "ops/nn/window.h"
#include "ops/rnn/cell.h"
#include "ops/state/variables.h"

static tf_tensor recorded(void) { return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }; }

static tf_tensor collected(const char *collection, tf_tensor y)
{
    if (!tf_is_poisoned(y))
        tf1c_join_collections(collection, NULL, y);
    return y;
}

/* ---- after the product: a normalizer, an activation ------------------------------------------------------------------------------ */

tf_tensor tf1c_layer_finish(const void *context, tf_tensor y)
{
    const tf1c_finish *f = context;
    if (f->normalizer && !tf_is_poisoned(y))
        y = f->normalizer(y, f->params);
    if (f->activation && !tf_is_poisoned(y))
        y = f->activation(y);
    return y;
}

/* "NHWC" and "NCHW" as layers call them; NULL after a report. */
static const char *format_of(const char *given, tf_source here)
{
    if (!given || strcmp(given, "NHWC") == 0)
        return "channels_last";
    if (strcmp(given, "NCHW") == 0)
        return "channels_first";
    tf_mistake(tf_value_error, here, NULL, "data_format has to be either NCHW or NHWC.");
    return NULL;
}

static tf_tensor convolution(bool transposed, tf_operand inputs, int64_t filters, tf_operand kernel_size,
                             const struct tf_contrib_conv_args *a)
{
    TF_FROM(a->here);
    const char *format = format_of(a->data_format, a->here);
    if (!format)
        return recorded();
    const tf1c_finish finish = { a->normalizer_fn, a->normalizer_params, a->activation_fn };
    const tf1c_conv_names names = {
        transposed ? "Conv2d_transpose" : "Conv", "weights", "biases", a->scope, tf1c_layer_finish, &finish, NULL
    };
    const struct tf_layers_conv_args args = { .here = a->here,
                                              .strides = a->stride,
                                              .padding = a->padding,
                                              .data_format = format,
                                              .dilation_rate = a->rate,
                                              .use_bias = !a->normalizer_fn && tf1c_given_initializer(&a->biases_initializer),
                                              .kernel_initializer = tf1c_given_initializer(&a->weights_initializer)
                                                                        ? a->weights_initializer
                                                                        : tf_contrib_layers_xavier_initializer(),
                                              .bias_initializer = a->biases_initializer,
                                              .kernel_regularizer = a->weights_regularizer,
                                              .bias_regularizer = a->biases_regularizer,
                                              .trainable = a->trainable,
                                              .name = a->scope.name,
                                              .reuse = a->reuse };
    return collected(a->outputs_collections, tf1c_conv_layer(2, transposed, inputs, filters, kernel_size, &args, &names));
}
tf_tensor tf_contrib_layers_conv2d_(tf_operand inputs, int64_t filters, tf_operand kernel_size, struct tf_contrib_conv_args a)
{
    return convolution(false, inputs, filters, kernel_size, &a);
}
tf_tensor tf_contrib_layers_conv2d_transpose_(tf_operand inputs, int64_t filters, tf_operand kernel_size,
                                              struct tf_contrib_conv_args a)
{
    return convolution(true, inputs, filters, kernel_size, &a);
}

tf_tensor tf_contrib_layers_separable_conv2d_(tf_operand inputs, int64_t filters, tf_operand kernel_size,
                                              struct tf_contrib_separable_args a)
{
    TF_FROM(a.here);
    const char *format = format_of(a.data_format, a.here);
    if (!format)
        return recorded();
    const tf1c_finish finish = { a.normalizer_fn, a.normalizer_params, a.activation_fn };
    const tf1c_separable_names names = {
        "SeparableConv2d", "depthwise_weights", "pointwise_weights", "biases", a.scope, tf1c_layer_finish, &finish
    };
    const tf_initializer first =
        tf1c_given_initializer(&a.weights_initializer) ? a.weights_initializer : tf_contrib_layers_xavier_initializer();
    const struct tf_layers_separable_conv_args args = {
        .here = a.here,
        .strides = a.stride,
        .padding = a.padding,
        .data_format = format,
        .dilation_rate = a.rate,
        .depth_multiplier = a.depth_multiplier,
        .use_bias = !a.normalizer_fn && tf1c_given_initializer(&a.biases_initializer),
        .depthwise_initializer = first,
        .pointwise_initializer = tf1c_given_initializer(&a.pointwise_initializer) ? a.pointwise_initializer : first,
        .bias_initializer = a.biases_initializer,
        .depthwise_regularizer = a.weights_regularizer,
        .pointwise_regularizer = a.weights_regularizer,
        .bias_regularizer = a.biases_regularizer,
        .trainable = a.trainable,
        .name = a.scope.name,
        .reuse = a.reuse
    };
    return collected(a.outputs_collections, tf1c_separable_layer(inputs, filters, kernel_size, &args, &names));
}

/* ---- pools -------------------------------------------------------------------------------------------------------------------------- */

static tf_tensor pool(bool max, tf_operand inputs, tf_operand kernel_size, const struct tf_contrib_pool_args *a)
{
    TF_FROM(a->here);
    tf_dims size, stride;
    const char *padding = tf1c_layer_padding(a->padding, a->here), *format = a->data_format ? a->data_format : "NHWC";
    if (!padding || !format_of(format, a->here) ||
        !tf1c_layer_sizes(tf1c_layer_sizes_operand(kernel_size), 2, 0, "pool_size", a->here, &size) ||
        !tf1c_layer_sizes(a->stride, 2, 2, "strides", a->here, &stride))
        return recorded();
    TF_SCOPE(a->scope, max ? "MaxPool2D" : "AvgPool2D");
    const tf_tensor x = tf_convert(inputs, tf_dtype_unset, a->here, "inputs");
    if (tf_is_poisoned(x))
        return x;
    if (!tf1c_layer_rank(x, max ? "max_pooling2d" : "average_pooling2d", 4, a->here))
        return recorded();
    return collected(a->outputs_collections,
                     max ? tf_nn_max_pool(x, size, stride, padding, format) : tf_nn_avg_pool(x, size, stride, padding, format));
}
tf_tensor tf_contrib_layers_max_pool2d_(tf_operand inputs, tf_operand kernel_size, struct tf_contrib_pool_args a)
{
    return pool(true, inputs, kernel_size, &a);
}
tf_tensor tf_contrib_layers_avg_pool2d_(tf_operand inputs, tf_operand kernel_size, struct tf_contrib_pool_args a)
{
    return pool(false, inputs, kernel_size, &a);
}

/* ---- stack ------------------------------------------------------------------------------------------------------------------------------- */

tf_tensor(tf_contrib_layers_fully_connected)(tf_tensor x, int64_t n, const char *scope, void *context)
{
    (void)context;
    return tf_contrib_layers_fully_connected(x, n, .scope = scope);
}
tf_tensor(tf_contrib_layers_relu)(tf_tensor x, int64_t n, const char *scope, void *context)
{
    (void)context;
    return tf_contrib_layers_relu(x, n, .scope = scope);
}
tf_tensor(tf_contrib_layers_linear)(tf_tensor x, int64_t n, const char *scope, void *context)
{
    (void)context;
    return tf_contrib_layers_linear(x, n, .scope = scope);
}

/* Python's __name__ of it: contrib's relu and linear are fully_connected with an activation. */
static const char *python_name(const char *layer)
{
    static const char *const rooms[] = { "tf_contrib_layers_", "tf_layers_" };
    for (int i = 0; layer && i < 2; i++)
        if (strncmp(layer, rooms[i], strlen(rooms[i])) == 0)
            layer += strlen(rooms[i]);
    if (!layer || !tf1c_valid_name(layer, false))
        return "stack";
    return strcmp(layer, "relu") == 0 || strcmp(layer, "linear") == 0 ? "fully_connected" : layer;
}

tf_tensor tf_contrib_layers_stack_(tf_operand inputs, tf_stacked_layer *layer, tf_dims stack_args, struct tf_contrib_stack_args a)
{
    tf_tensor x = { 0 };
    char scope[256];
    TF_FROM(a.here);
    if (!layer)
        return tf_mistake(tf_type_error, a.here, NULL, "tf_contrib_layers_stack: layer is NULL.");
    if (!tf1c_given_shape(&stack_args, a.here, &x))
        return x;
    if (!stack_args.known || stack_args.rank < 1 || stack_args.rank > TF_MAX_RANK)
        return tf_mistake(tf_value_error, a.here, NULL, "stack_args need to be a list or tuple");
    tf_with_variable_scope(a.scope, "Stack") {
        x = tf_convert(inputs, tf_dtype_unset, a.here, NULL);
        for (int i = 0; i < stack_args.rank; i++) {
            snprintf(scope, sizeof scope, "%s_%d", a.scope ? a.scope : python_name(a.layer_name), i + 1);
            x = layer(x, stack_args.dims[i], scope, a.context);
        }
    }
    return x;
}

/* ---- dropout --------------------------------------------------------------------------------------------------------------------------- */

tf_tensor tf_contrib_layers_dropout_(tf_operand inputs, struct tf_contrib_dropout_args a)
{
    TF_FROM(a.here);
    const tf_operand keep = tf1c_keyword(a.keep_prob, true), training = tf1c_keyword(a.is_training, false);
    const struct tf_layers_dropout_args args = { .here = a.here,
                                                 .rate = keep.kind == TF_OPERAND_TENSOR
                                                             ? tf_operand_tensor(tf_subtract(1, keep.as.tensor))
                                                             : tf_operand_real(keep.kind ? 1 - keep.as.real : 0.5),
                                                 .noise_shape = a.noise_shape,
                                                 .seed = a.seed,
                                                 .training = training.kind ? training : tf_operand_bool(true) };
    return collected(a.outputs_collections, tf1c_dropout_layer(inputs, &args, a.scope, "Dropout", true, NULL));
}

/* ---- batch_norm: vectors as images of one place --------------------------------------------------------------------------------------------- */

static tf_tensor normalized(tf_tensor x, const struct tf_contrib_batch_norm_args *a)
{
    const tf_operand training = tf1c_keyword(a->is_training, false);
    const struct tf_batch_normalization_args args = { .here = a->here,
                                                      .axis = -1,
                                                      .momentum = a->decay,
                                                      .epsilon = a->epsilon,
                                                      .center = a->center,
                                                      .scale = a->scale,
                                                      .training = training.kind ? training : tf_operand_bool(true),
                                                      .trainable = a->trainable,
                                                      .name = a->scope.name,
                                                      .reuse = a->reuse,
                                                      .fused = a->fused };
    const bool by_contrib =
        (a->fused && tf_get_shape(x).rank == 2) || !a->updates_collections || strcmp(a->updates_collections, TF_UPDATE_OPS) != 0;
    const tf1c_norm_style style = { "BatchNorm", a->scope, a->updates_collections, by_contrib, true, a->activation_fn, NULL };
    return tf1c_norm_layer(x, args, &style);
}

tf_tensor tf_contrib_layers_batch_norm_(tf_operand inputs, struct tf_contrib_batch_norm_args a)
{
    TF_FROM(a.here);
    const tf_tensor x = tf_convert(inputs, tf_dtype_unset, a.here, "inputs");
    if (tf_is_poisoned(x))
        return x;
    if (a.zero_debias_moving_mean)
        return tf_mistake(tf_unimplemented, a.here, NULL, "zero_debias_moving_mean is not supported");
    if (!tf_get_shape(x).known)
        return tf_mistake(tf_value_error, a.here, NULL, "Inputs %s:%d has undefined rank", tf_op_name(x.op), x.index);
    return collected(a.outputs_collections, normalized(x, &a));
}

struct tf_normalizer_params {
    bool of_layers; /* layer_norm's, not batch_norm's */
    union {
        struct tf_contrib_batch_norm_args batch;
        struct tf_contrib_layer_norm_args layer;
    } as;
};

static const tf_normalizer_params *kept(const tf_normalizer_params *params)
{
    tf_graph *g = tf1c_current_graph();
    tf_normalizer_params *copy = g ? tf1c_graph_alloc(g, sizeof *copy) : NULL;
    return copy ? memcpy(copy, params, sizeof *copy) : NULL;
}
const tf_normalizer_params *tf_contrib_batch_norm_params_(struct tf_contrib_batch_norm_args args)
{
    return kept(&(tf_normalizer_params){ false, { .batch = args } });
}
const tf_normalizer_params *tf_contrib_layer_norm_params_(struct tf_contrib_layer_norm_args args)
{
    return kept(&(tf_normalizer_params){ true, { .layer = args } });
}

static tf_tensor wrong_params(const char *call)
{
    return tf_mistake(tf_type_error, (tf_source){ 0 }, NULL, "%s() got parameters of another normalizer", call);
}

tf_tensor(tf_contrib_layers_batch_norm)(tf_tensor inputs, const tf_normalizer_params *params)
{
    if (params && params->of_layers)
        return wrong_params("batch_norm");
    return tf_contrib_layers_batch_norm_(tf_operand_tensor(inputs),
                                         params ? params->as.batch : (struct tf_contrib_batch_norm_args){ TF_CONTRIB_BATCH_NORM_ });
}

/* ---- layer_norm --------------------------------------------------------------------------------------------------------------------------------- */

static bool layer_norm_fits(tf_tensor x, struct tf_contrib_layer_norm_args *a, tf_dims *params)
{
    const tf_dims d = tf_get_shape(x);
    char text[TF_DIMS_TEXT];
    if (!d.known) {
        tf_mistake(tf_value_error, a->here, NULL, "Inputs %s:%d has undefined rank.", tf_op_name(x.op), x.index);
        return false;
    }
    if (a->begin_norm_axis < 0)
        a->begin_norm_axis += d.rank;
    if (a->begin_params_axis >= d.rank || a->begin_norm_axis >= d.rank || a->begin_norm_axis < 0) {
        tf_mistake(tf_value_error, a->here, NULL, "begin_params_axis (%d) and begin_norm_axis (%d) must be < rank(inputs) (%d)",
                   a->begin_params_axis, a->begin_norm_axis, d.rank);
        return false;
    }
    int first = a->begin_params_axis < 0 ? a->begin_params_axis + d.rank : a->begin_params_axis;
    *params = (tf_dims){ .known = true };
    for (int i = first < 0 ? 0 : first; i < d.rank; i++)
        params->dims[params->rank++] = d.dims[i];
    if (tf_dims_fully_known(*params))
        return true;
    tf_mistake(tf_value_error, a->here, NULL, "Inputs %s:%d: shape(inputs)[%d:] is not fully defined: %s", tf_op_name(x.op),
               x.index, a->begin_params_axis, tf_dims_text(d, text, sizeof text));
    return false;
}

static tf_tensor parameter(const char *name, tf_dims shape, tf_dtype dtype, tf_initializer initializer, bool trainable)
{
    return tf_get_variable(name, shape, .dtype = dtype, .initializer = initializer, .trainable = trainable);
}

static tf_tensor layer_normalized(tf_tensor x, const struct tf_contrib_layer_norm_args *a, tf_dims params)
{
    const tf_dims d = tf_get_shape(x);
    const tf_dtype dtype = tf_get_dtype(x);
    tf_tensor beta = { 0 }, gamma = { 0 };
    tf_dims axes = { .known = true };
    for (int i = a->begin_norm_axis; i < d.rank; i++)
        axes.dims[axes.rank++] = i;
    if (a->center)
        beta = parameter("beta", params, dtype, tf_zeros_initializer(), a->trainable);
    if (a->scale)
        gamma = parameter("gamma", params, dtype, tf_ones_initializer(), a->trainable);
    const tf_moments m = tf_nn_moments(x, axes, .keep_dims = true);
    const tf_tensor y = tf_nn_batch_normalization(x, m.mean, m.variance, beta, gamma, 1e-12);
    if (!tf_is_poisoned(y))
        tf_set_shape(y, d);
    return a->activation_fn && !tf_is_poisoned(y) ? a->activation_fn(y) : y;
}

tf_tensor tf_contrib_layers_layer_norm_(tf_operand inputs, struct tf_contrib_layer_norm_args a)
{
    TF_FROM(a.here);
    tf1c_cell_scope scope = { 0 };
    tf_dims params;
    const tf_tensor x = tf_convert(inputs, tf_dtype_unset, a.here, "inputs");
    if (tf_is_poisoned(x))
        return x;
    if (!layer_norm_fits(x, &a, &params) || !tf1c_layer_scope(&scope, a.scope, "LayerNorm", a.here))
        return recorded();
    tf1c_entered e = tf1c_contrib_enter(&scope, a.reuse);
    const tf_tensor y = layer_normalized(x, &a, params);
    tf1c_layer_leave(&e);
    return collected(a.outputs_collections, y);
}

/* [c], or [1, c, 1, …] to go along with channels that come second. */
static tf_tensor of_channels(const char *name, int64_t channels, int rank, tf_dtype dtype, tf_initializer initializer,
                             bool trainable)
{
    const tf_tensor v = parameter(name, SHAPE(channels), dtype, initializer, trainable);
    tf_dims d = { .known = true, .rank = rank };
    for (int i = 0; i < rank; i++)
        d.dims[i] = i == 1 ? channels : 1;
    return rank ? tf_reshape(v, d) : v;
}

static tf_tensor instance_normalized(tf_tensor x, const struct tf_contrib_instance_norm_args *a, int axis)
{
    const tf_dims d = tf_get_shape(x);
    const tf_dtype dtype = tf_get_dtype(x);
    const int second = a->data_format && strcmp(a->data_format, "NCHW") == 0 ? d.rank : 0;
    tf_tensor beta = { 0 }, gamma = { 0 };
    tf_dims axes = { .known = true };
    for (int i = 1; i < d.rank; i++)
        if (i != axis)
            axes.dims[axes.rank++] = i;
    if (a->center)
        beta = of_channels("beta", d.dims[axis], second, dtype, tf_zeros_initializer(), a->trainable);
    if (a->scale)
        gamma = of_channels("gamma", d.dims[axis], second, dtype, tf_ones_initializer(), a->trainable);
    const tf_moments m = tf_nn_moments(x, axes, .keep_dims = true);
    const tf_tensor y = tf_nn_batch_normalization(x, m.mean, m.variance, beta, gamma, a->epsilon, .name = "instancenorm");
    return a->activation_fn && !tf_is_poisoned(y) ? a->activation_fn(y) : y;
}

tf_tensor tf_contrib_layers_instance_norm_(tf_operand inputs, struct tf_contrib_instance_norm_args a)
{
    TF_FROM(a.here);
    tf1c_cell_scope scope = { 0 };
    const tf_tensor x = tf_convert(inputs, tf_dtype_unset, a.here, "inputs");
    const tf_dims d = tf_get_shape(x);
    char text[TF_DIMS_TEXT];
    if (tf_is_poisoned(x))
        return x;
    if (!d.known)
        return tf_mistake(tf_value_error, a.here, NULL, "Inputs %s:%d has undefined rank.", tf_op_name(x.op), x.index);
    if (!format_of(a.data_format, a.here))
        return recorded();
    const int axis = a.data_format && strcmp(a.data_format, "NCHW") == 0 ? 1 : d.rank - 1;
    if (d.rank < 2)
        return tf_mistake(tf_value_error, a.here, NULL, "Inputs %s:%d of rank %d have no channels besides the batch.",
                          tf_op_name(x.op), x.index, d.rank);
    if (d.dims[axis] == NONE)
        return tf_mistake(tf_value_error, a.here, NULL, "Inputs %s:%d has undefined channels dimension %s.", tf_op_name(x.op),
                          x.index, tf_dims_text(SHAPE(NONE), text, sizeof text));
    if (!tf1c_layer_scope(&scope, a.scope, "InstanceNorm", a.here))
        return recorded();
    tf1c_entered e = tf1c_contrib_enter(&scope, a.reuse);
    const tf_tensor y = instance_normalized(x, &a, axis);
    tf1c_layer_leave(&e);
    return collected(a.outputs_collections, y);
}

tf_tensor(tf_contrib_layers_layer_norm)(tf_tensor inputs, const tf_normalizer_params *params)
{
    if (params && !params->of_layers)
        return wrong_params("layer_norm");
    return tf_contrib_layers_layer_norm_(tf_operand_tensor(inputs),
                                         params ? params->as.layer : (struct tf_contrib_layer_norm_args){ TF_CONTRIB_LAYER_NORM_ });
}

/* ---- embedding_lookup_unique ------------------------------------------------------------------------------------------------------------------------ */

tf_tensor tf_contrib_layers_embedding_lookup_unique_(struct tf_embedding_lookup_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "EmbeddingLookupUnique");
    const tf_tensor ids = tf_convert(tf1c_given(a.ids), tf_dtype_unset, a.here, NULL);
    const tf_tensor shape = tf_shape(ids), count = tf_reduce_prod(shape, .keepdims = true);
    const tf_unique once = tf_unique(tf_reshape(ids, count));
    const tf_tensor rows = tf_nn_embedding_lookup(a.params, once.y, a.partition_strategy, .max_norm = a.max_norm),
                    flat = tf_gather(rows, once.idx);
    const tf_tensor rest = tf_getitem(tf_shape(rows), "1:"), y = tf_reshape(flat, tf_concat(LIST(shape, rest), 0));
    const tf_dims row = tf_get_shape(rows);
    tf_dims whole = tf_get_shape(ids);
    for (int i = 1; whole.known && row.known && i < row.rank && whole.rank < TF_MAX_RANK; i++)
        whole.dims[whole.rank++] = row.dims[i];
    if (!tf_is_poisoned(y) && row.known)
        tf_set_shape(y, whole);
    return y;
}

/* ---- embed_sequence ---------------------------------------------------------------------------------------------------------------------------------- */

static const char *count_text(int64_t n, char *text, size_t size)
{
    if (!n)
        return "None";
    snprintf(text, size, "%lld", (long long)n);
    return text;
}

tf_tensor tf_contrib_layers_embed_sequence_(tf_operand ids, struct tf_embed_sequence_args a)
{
    char vocab[24], dim[24];
    tf1c_cell_scope scope = { 0 };
    TF_FROM(a.here);
    if (!a.reuse && (a.vocab_size < 1 || a.embed_dim < 1))
        return tf_mistake(tf_value_error, a.here, NULL,
                          "Must specify vocab size and embedding dimension when not reusing. Got vocab_size=%s and embed_dim=%s",
                          count_text(a.vocab_size, vocab, sizeof vocab), count_text(a.embed_dim, dim, sizeof dim));
    if (!tf1c_layer_scope(&scope, a.scope, "EmbedSequence", a.here))
        return recorded();
    tf1c_entered e = tf1c_contrib_enter(&scope, a.reuse);
    const struct tf_get_variable_args table = { .here = a.here,
                                                .name = "embeddings",
                                                .shape =
                                                    a.vocab_size && a.embed_dim ? SHAPE(a.vocab_size, a.embed_dim) : (tf_dims){ 0 },
                                                .initializer = a.initializer,
                                                .regularizer = a.regularizer,
                                                .trainable = a.trainable };
    const tf_tensor embeddings = tf_get_variable_(table);
    const tf_tensor y =
        a.unique ? tf_contrib_layers_embedding_lookup_unique(embeddings, ids) : tf_nn_embedding_lookup(embeddings, ids);
    tf1c_layer_leave(&e);
    return y;
}
