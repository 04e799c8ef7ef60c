/* Colours, for the functions on images; not for users. */
#ifndef TF1C_OPS_IMAGE_COLOR_H
#define TF1C_OPS_IMAGE_COLOR_H

#include "graph/op.h"

/* A float32 image [.., 3] with its hue turned, or its saturation multiplied, by a scalar. */
tf_tensor tf1c_adjust_colour(tf_tensor image, tf_operand by, bool hue);

#endif
