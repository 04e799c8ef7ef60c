/* What the layers share; not for users. */
#ifndef TF1C_OPS_LAYERS_LAYER_H
#define TF1C_OPS_LAYERS_LAYER_H

#include "ops/family.h"

/* A variable of the open layer and how it begins; its penalty, if it is new, goes by the layer's own name for it, `role`. */
typedef struct {
    const char *name, *role;
    tf_initializer initializer;
    tf_regularizer regularizer;
    bool frozen; /* .trainable = false */
} tf1c_layer_weight;
tf_tensor tf1c_layer_variable(const tf1c_layer_weight *w, tf_dims shape, tf_dtype dtype);

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
/* Whether training is known while building: 1, 0, or -1. */
int tf1c_known_training(tf_operand training);

#endif
