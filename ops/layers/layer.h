/* What the layers share; not for users. */
#ifndef TF1C_OPS_LAYERS_LAYER_H
#define TF1C_OPS_LAYERS_LAYER_H

#include "ops/family.h"
#include "ops/layers/convolutional.h"
#include "ops/layers/layers.h"
#include "ops/layers/normalization.h"
#include "ops/rnn/cell.h"

/* A variable of the open layer and how it begins; its penalty, if it is new, goes by the layer's own name for it, `role`. */
typedef struct {
    const char *name, *role;
    tf_initializer initializer;
    tf_regularizer regularizer;
    bool frozen; /* .trainable = false */
    tf_constraint *constraint;
} tf1c_layer_weight;
tf_tensor tf1c_layer_variable(const tf1c_layer_weight *w, tf_dims shape, tf_dtype dtype);

/* y, whose penalty, per element of the batch, is collected. */
tf_tensor tf1c_layer_output(tf_tensor y, tf_regularizer activity);

/* A number, or one for each of n axes; unset: `otherwise`. False after a ValueError "The `strides` argument must be a tuple of 2
 * integers. Received: [1, 2, 3]". */
bool tf1c_layer_sizes(tf_dims given, int n, int64_t otherwise, const char *what, tf_source here, tf_dims *sizes);
tf_dims tf1c_layer_sizes_operand(tf_operand given); /* as above's `given` */
/* "SAME" or "VALID" of a word in any case, unset: "VALID"; NULL after a report. */
const char *tf1c_layer_padding(const char *given, tf_source here);
/* Whether "channels_first"; unset: not. False after a report. */
bool tf1c_layer_format(const char *given, tf_source here, bool *channels_first);
/* False after a report: x is not of rank n. */
bool tf1c_layer_rank(tf_tensor x, const char *layer, int n, tf_source here);
/* What tf.contrib.layers does with a layer's product, in its scope: tf1c_layer_finish takes one as its context. */
typedef struct {
    tf_normalizer *normalizer;
    const tf_normalizer_params *params;
    tf_activation *activation;
} tf1c_finish;
tf_tensor tf1c_layer_finish(const void *context, tf_tensor y);

/* A layer that is an object: its scope, which is found on first use and then entered again, and the arguments of the same as a function,
 * inputs unset. */
typedef tf_tensor tf1c_layer_call(tf_layer *layer, tf_tensor x, tf_operand training, tf_source here);
struct tf_layer {
    tf1c_cell_scope scope;
    tf1c_layer_call *call;
    const char *name; /* a default one, which another layer of that name does not share; NULL: the class' */
    const void *args;
    int64_t units; /* of the result's last axis; NONE */
};
tf_layer *tf1c_layer_new(tf1c_layer_call *call, const char *name, int64_t units, const void *args, size_t size); /* args are copied */
#define TF1C_LAYER_NAME(layer, kind) ((layer)->name ? (layer)->name : (kind))
int64_t tf1c_layer_units(const tf_layer *layer);
tf_tensor tf1c_layer_apply(tf_layer *layer, tf_tensor inputs, tf_source here);

/* A convolution under other names, and what is done with it in its scope after biases; without: NULL. */
typedef struct {
    const char *scope, *kernel, *bias; /* scope: the default name */
    tf_variable_scope given;           /* instead of the layer's name; unset: by that */
    tf_tensor (*finish)(const void *context, tf_tensor y);
    const void *context;
    tf1c_cell_scope *object; /* that of a layer that is an object, by the default name `scope`; NULL */
} tf1c_conv_names;
tf_tensor tf1c_conv_layer(int n, bool transposed, tf_operand inputs, int64_t filters, tf_operand kernel_size,
                          const struct tf_layers_conv_args *a, const tf1c_conv_names *names);
/* A separable convolution likewise. */
typedef struct {
    const char *scope, *depthwise, *pointwise, *bias;
    tf_variable_scope given;
    tf_tensor (*finish)(const void *context, tf_tensor y);
    const void *context;
} tf1c_separable_names;
tf_tensor tf1c_separable_layer(tf_operand inputs, int64_t filters, tf_operand kernel_size,
                               const struct tf_layers_separable_conv_args *a, const tf1c_separable_names *names);
/* again: see tf1c_scope_within; object: a scope that is found and entered again, or NULL. */
tf_tensor tf1c_dropout_layer(tf_operand inputs, const struct tf_layers_dropout_args *a, tf_variable_scope given, const char *scope,
                             bool again, tf1c_cell_scope *object);
/* tf.contrib.layers opens a layer's scope inside itself, which takes the scope's own name in it: what would be called so, in whatever
 * case, is Dropout/dropout_1. */
void tf1c_scope_within(const tf1c_cell_scope *scope);

/* A batch normalization under another name. */
typedef struct {
    const char *scope;
    tf_variable_scope given;
    const char *updates; /* their collection; NULL: the result waits for them */
    bool by_contrib; /* vectors as images of one place, beta before gamma */
    bool of_model;   /* its variables are model variables */
    tf_activation *activation;
    tf1c_cell_scope *object; /* as of a convolution */
} tf1c_norm_style;
tf_tensor tf1c_norm_layer(tf_tensor x, struct tf_batch_normalization_args a, const tf1c_norm_style *style);

/* Whether training is known while building: 1, 0, or -1. */
int tf1c_known_training(tf_operand training);

#endif
