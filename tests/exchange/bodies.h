/* Bodies of the loops and branches that are exchanged with TensorFlow, and read back. */
#ifndef TF1C_TESTS_EXCHANGE_BODIES_H
#define TF1C_TESTS_EXCHANGE_BODIES_H

#include "tf1c.h"

/* A step of a scan or fold. inner: a fold over x's row; its context and choose's: a tensor from outside. */
tf_tensor body_bent(tf_tensor s, tf_tensor x, void *unused);
tf_tensor body_inner(tf_tensor s, tf_tensor x, void *context);
tf_tensor body_choose(tf_tensor s, tf_tensor x, void *context);
tf_tensor body_square_plus(tf_tensor x, void *context); /* of a map */
/* Two branches; context: an array of two tensors. */
tf_tensor body_product_of_two(void *context);
tf_tensor body_sine_of_first(void *context);
/* A while loop over a count and what grows until its sum is 40; grow's context: a tensor from outside. */
tf_tensor body_below(tf_list v, void *unused);
tf_list body_grow(tf_list v, void *context);

#endif
