/* How many operations TensorFlow makes in gradients that are made otherwise here: what seeds are counted by. TF1: math_grad.py,
 * array_grad.py. Not for users. */
#ifndef TF1C_GRADIENT_COUNTS_H
#define TF1C_GRADIENT_COUNTS_H

#include "ops/family.h"

/* Of two operands x and y that broadcast to dz. */
typedef struct {
    int args;   /* BroadcastGradientArgs and its two shapes; 0: the graph has them already */
    int dx, dy; /* Sum and Reshape, with what they are given, where something is summed */
} tf1c_broadcast_counts;
/* short_cut: TF does not even ask where all shapes are known and the same. */
tf1c_broadcast_counts tf1c_count_broadcast(tf_grad_ctx *g, tf_tensor dz, bool short_cut);
/* What is never optimized: Shape of each, BroadcastGradientArgs, a Sum and a Reshape each; or for one of the operands alone. */
enum { TF1C_BROADCAST_ALWAYS = 7, TF1C_BROADCAST_ONE = 5 };

int tf1c_count_zeros(tf_tensor t);              /* zeros_like */
enum { TF1C_ONES_LIKE = 3, TF1C_ZEROS_OF_SHAPE = 3 }; /* a shape, a number, Fill */

enum { TF1C_REDUCED_SHAPE = 10 }; /* Size, Add, FloorMod, Shape, Range of three, Fill of two, DynamicStitch */
int tf1c_count_spread(tf_grad_ctx *g); /* the gradient of Sum, with which others begin */

#endif
