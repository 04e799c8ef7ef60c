/* The fixed sampler of a graph that is read. */
#ifndef TF1C_OPS_NN_FIXED_SAMPLER_H
#define TF1C_OPS_NN_FIXED_SAMPLER_H

#include "ops/nn/candidate_sampling.h"

/* a.seed and seed2 are the op's own, whatever the graph's seed. */
tf_sampled tf1c_fixed_sampler(tf_operand classes, struct tf_fixed_sampler_args a, int64_t seed2);

#endif
