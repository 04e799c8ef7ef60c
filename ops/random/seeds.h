/* What every op that draws random numbers has: its seeds as attributes, a counter in the session. Not for users. */
#ifndef TF1C_OPS_RANDOM_SEEDS_H
#define TF1C_OPS_RANDOM_SEEDS_H

#include "core/philox.h"
#include "graph/op.h"

typedef struct {
    int64_t seed, seed2;
} tf1c_random_attrs;

/* What the session keeps for a node. Without seeds its own are drawn at the first run; runs may go side by side. */
typedef struct {
    uint64_t block, seed, seed2;
    int drawn; /* 0 no, 1 being drawn, 2 yes */
} tf1c_random_resource;

/* From the graph's seed and the op's, TF_NO_SEED if it has none. */
tf1c_random_attrs tf1c_op_seeds(int64_t seed);
/* The generator of this run, which reserves `blocks`. */
tf1c_philox tf1c_next_draw(tf1c_random_resource *s, const tf1c_random_attrs *a, uint64_t blocks);
/* tf_random_normal of numbers whose deviation is a tensor. */
tf_tensor tf1c_random_normal(tf_dims shape, tf_tensor stddev);

/* What ops have in common that draw by a counter and by a seed alone. */
void tf1c_random_shape(tf_shape_ctx *c); /* the output's, which input 0 tells */
/* Of integers in [minval, maxval), inputs `first` and the next: that these are scalars; and filling output 0. */
bool tf1c_random_limits(tf_shape_ctx *c, int first);
void tf1c_random_integers(tf_kernel_ctx *k, int first, tf1c_philox p);
/* The bounds that were not given, where dtype has such; false: a mistake. */
bool tf1c_random_bounds(tf_operand *minval, tf_operand *maxval, tf_dtype dtype, tf_tensor *mistake, tf_source here);
tf_tensor tf1c_random_scaled(tf_tensor x, tf_tensor scale, tf_tensor offset, const char *scope); /* x·scale + offset, named as the scope */

#endif
