/* Depthwise and pointwise convolutions as one layer. TF1: python/keras/layers/convolutional.py SeparableConv2D. */
#include "ops/array/array.h"
#include "ops/layers/convolutional.h"
#include "ops/layers/layer.h"
#include "ops/nn/depthwise.h"
#include "ops/state/initializers.h"
#include "ops/state/variables.h"

static tf_tensor recorded(void) { return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }; }

/* What the layer is asked for, settled. */
typedef struct {
    int64_t filters, multiplier;
    tf_dims kernel_size, strides, dilations;
    const char *padding;
    bool channels_first;
} separable;

static bool settle(separable *l, tf_operand kernel_size, const struct tf_layers_separable_conv_args *a)
{
    l->padding = tf1c_layer_padding(a->padding, a->here);
    if (!l->padding || !tf1c_layer_format(a->data_format, a->here, &l->channels_first) ||
        !tf1c_layer_sizes(tf1c_layer_sizes_operand(kernel_size), 2, 0, "kernel_size", a->here, &l->kernel_size) ||
        !tf1c_layer_sizes(a->strides, 2, 1, "strides", a->here, &l->strides) ||
        !tf1c_layer_sizes(a->dilation_rate, 2, 1, "dilation_rate", a->here, &l->dilations))
        return false;
    if (l->filters < 1 || l->multiplier < 1)
        tf_mistake(tf_value_error, a->here, NULL, "The number of filters and depth_multiplier must be positive, got %lld and %lld.",
                   (long long)l->filters, (long long)l->multiplier);
    else if (product(l->strides.dims, 0, 2) > 1 && product(l->dilations.dims, 0, 2) > 1)
        tf_mistake(tf_value_error, a->here, NULL, "strides > 1 not supported in conjunction with dilation_rate > 1");
    else
        return true;
    return false;
}

static tf_tensor apply(const separable *l, tf_tensor x, const struct tf_layers_separable_conv_args *a,
                       const tf1c_separable_names *names)
{
    const tf_dtype dtype = tf_get_dtype(x);
    const int64_t channels = tf_get_shape(x).dims[l->channels_first ? 1 : 3];
    const tf1c_layer_weight first = {
        names->depthwise, "depthwise_kernel/Regularizer", a->depthwise_initializer, a->depthwise_regularizer,
        !a->trainable,    a->depthwise_constraint
    };
    const tf1c_layer_weight second = {
        names->pointwise, "pointwise_kernel/Regularizer", a->pointwise_initializer, a->pointwise_regularizer,
        !a->trainable,    a->pointwise_constraint
    };
    const tf1c_layer_weight third = { names->bias,
                                      "bias/Regularizer",
                                      tf1c_given_initializer(&a->bias_initializer) ? a->bias_initializer : tf_zeros_initializer(),
                                      a->bias_regularizer,
                                      !a->trainable,
                                      a->bias_constraint };
    const tf_tensor depthwise =
        tf1c_layer_variable(&first, SHAPE(l->kernel_size.dims[0], l->kernel_size.dims[1], channels, l->multiplier), dtype);
    const tf_tensor pointwise = tf1c_layer_variable(&second, SHAPE(1, 1, tf1c_times(channels, l->multiplier), l->filters), dtype);
    const tf_tensor bias = a->use_bias ? tf1c_layer_variable(&third, SHAPE(l->filters), dtype) : pointwise;
    if (tf_is_poisoned(depthwise) || tf_is_poisoned(pointwise) || tf_is_poisoned(bias))
        return tf_is_poisoned(depthwise) ? depthwise : tf_is_poisoned(pointwise) ? pointwise : bias;
    const tf_dims strides = l->channels_first ? SHAPE(1, 1, l->strides.dims[0], l->strides.dims[1])
                                              : SHAPE(1, l->strides.dims[0], l->strides.dims[1], 1);
    const char *format = l->channels_first ? "NCHW" : "NHWC";
    tf_tensor y = tf_nn_separable_conv2d(x, depthwise, pointwise, strides, l->padding, l->dilations, .data_format = format);
    if (a->use_bias)
        y = tf_nn_bias_add(y, bias, .data_format = format);
    if (a->activation && !tf_is_poisoned(y))
        y = a->activation(y);
    y = tf1c_layer_output(y, a->activity_regularizer);
    return names->finish ? names->finish(names->context, y) : y;
}

tf_tensor tf1c_separable_layer(tf_operand inputs, int64_t filters, tf_operand kernel_size,
                               const struct tf_layers_separable_conv_args *a, const tf1c_separable_names *names)
{
    TF_FROM(a->here);
    tf1c_cell_scope scope = { 0 };
    separable l = { .filters = filters, .multiplier = a->depth_multiplier };
    const tf_tensor x = tf_convert(inputs, tf_dtype_unset, a->here, "inputs");
    if (tf_is_poisoned(x))
        return x;
    if (!settle(&l, kernel_size, a) || !tf1c_layer_rank(x, a->name ? a->name : names->scope, 4, a->here))
        return recorded();
    if (tf_get_shape(x).dims[l.channels_first ? 1 : 3] == NONE)
        return tf_mistake(tf_value_error, a->here, NULL,
                          "The channel dimension of the inputs to `SeparableConv2D` should be defined. Found `None`.");
    if (!tf1c_layer_scope(&scope, tf1c_scope_or(names->given, a->name), names->scope, a->here))
        return recorded();
    tf1c_entered e = names->finish ? tf1c_contrib_enter(&scope, a->reuse) : tf1c_layer_enter(&scope, a->reuse);
    if (names->finish)
        tf1c_scope_within(&scope);
    const tf_tensor y = apply(&l, x, a, names);
    tf1c_layer_leave(&e);
    return y;
}

tf_tensor tf_layers_separable_conv2d_(tf_operand inputs, int64_t filters, tf_operand kernel_size,
                                      struct tf_layers_separable_conv_args a)
{
    return tf1c_separable_layer(
        inputs, filters, kernel_size, &a,
        &(tf1c_separable_names){
            .scope = "separable_conv2d", .depthwise = "depthwise_kernel", .pointwise = "pointwise_kernel", .bias = "bias" });
}
