/* Laws that random numbers follow: drawn from, and how probable a value is. TF1: tf.distributions, python/ops/distributions. */
#ifndef TF1C_OPS_DISTRIBUTIONS_DISTRIBUTIONS_H
#define TF1C_OPS_DISTRIBUTIONS_DISTRIBUTIONS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"
#include "../random/random.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One law for each element of its parameters, which are broadcast to each other. Never NULL. */
typedef struct tf_distribution {
    const char *name; /* the scope of all that is made of it, "Normal/" */
    tf_dtype dtype;   /* of what is drawn */
    tf_dims batch_shape;
    tf_tensor loc, scale;    /* Normal, Laplace */
    tf_tensor low, high;     /* Uniform */
    tf_tensor logits, probs; /* Bernoulli, Categorical */
    tf_tensor rate;          /* Exponential */
    tf_tensor batch_rank_, event_size_, batch_shape_tensor_; /* Categorical */
    const struct tf_law_ *law_;
    tf_graph *graph_;
    tf_operation *mistake_; /* it could not be made */
} tf_distribution;

/* The normal law about loc with standard deviation scale; Laplace's.              TF1: tf.distributions.Normal, Laplace
 *   dtypes           floating, both alike
 *   validate_args    a run in which scale is not positive fails
 *   allow_nan_stats  accepted
 *   errors           ValueError "Expected floating point type, got <dtype: 'int32'>."
 *   source           python/ops/distributions/normal.py, laplace.py */
struct tf_loc_scale_args {
    tf_source here;
    TF_ARG_(1) tf_operand loc;
    TF_ARG_(2) tf_operand scale;
    TF_ARG_(3) bool validate_args;
    TF_ARG_(4) bool allow_nan_stats;
    TF_ARG_(5) const char *name;
};
#define TF_LOC_SCALE_(fn, text, ...)                                                                                    \
    TF_FIRST2_(fn, struct tf_loc_scale_args, TF_DATA_, loc, TF_DATA_, scale, text, .loc = TF_UNSET_, .scale = TF_UNSET_, \
        .allow_nan_stats = true, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_distributions_normal(...) TF_LOC_SCALE_(tf_distributions_normal_, #__VA_ARGS__, __VA_ARGS__)
#define tf_distributions_laplace(...) TF_LOC_SCALE_(tf_distributions_laplace_, #__VA_ARGS__, __VA_ARGS__)
TF1C_API tf_distribution *tf_distributions_normal_(tf_operand loc, tf_operand scale, struct tf_loc_scale_args args);
TF1C_API tf_distribution *tf_distributions_laplace_(tf_operand loc, tf_operand scale, struct tf_loc_scale_args args);

/* Every number from low to high alike.                                             TF1: tf.distributions.Uniform
 *   low, high  unset: 0 and 1
 *   source     python/ops/distributions/uniform.py */
struct tf_uniform_args {
    tf_source here;
    TF_ARG_(1) tf_operand low;
    TF_ARG_(2) tf_operand high;
    TF_ARG_(3) bool validate_args;
    TF_ARG_(4) bool allow_nan_stats;
    TF_ARG_(5) const char *name;
};
#define tf_distributions_uniform(...)                                                                             \
    TF_FIRST2_(tf_distributions_uniform_, struct tf_uniform_args, TF_DATA_, low, TF_DATA_, high, #__VA_ARGS__,     \
        .low = TF_UNSET_, .high = TF_UNSET_, .allow_nan_stats = true, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_distribution *tf_distributions_uniform_(tf_operand low, tf_operand high, struct tf_uniform_args args);

/* Times between what happens `rate` times in a unit of time.                       TF1: tf.distributions.Exponential
 *   source  python/ops/distributions/exponential.py, gamma.py */
struct tf_exponential_args {
    tf_source here;
    TF_ARG_(1) tf_operand rate;
    TF_ARG_(2) bool validate_args;
    TF_ARG_(3) bool allow_nan_stats;
    TF_ARG_(4) const char *name;
};
#define tf_distributions_exponential(...)                                                                    \
    TF_FIRST1_(tf_distributions_exponential_, struct tf_exponential_args, TF_DATA_, rate, #__VA_ARGS__,       \
        .rate = TF_UNSET_, .allow_nan_stats = true, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_distribution *tf_distributions_exponential_(tf_operand rate, struct tf_exponential_args args);

/* 1 with probability probs, else 0; a class of those along the last axis.          TF1: tf.distributions.Bernoulli, Categorical
 *   logits, probs  one of the two: log-odds, or probabilities
 *   dtype          of what is drawn, int32 unset
 *   errors         ValueError "Must pass probs or logits, but not both.";  TypeError "logits must having floating type."
 *   source         python/ops/distributions/bernoulli.py, categorical.py */
struct tf_logits_probs_args {
    tf_source here;
    TF_ARG_(1) tf_operand logits;
    TF_ARG_(2) tf_operand probs;
    TF_ARG_(3) tf_dtype dtype;
    TF_ARG_(4) bool validate_args;
    TF_ARG_(5) bool allow_nan_stats;
    TF_ARG_(6) const char *name;
};
#define TF_LOGITS_PROBS_(fn, text, ...)                                                                          \
    TF_FIRST2_(fn, struct tf_logits_probs_args, TF_DATA_, logits, TF_DATA_, probs, text, .logits = TF_UNSET_,     \
        .probs = TF_UNSET_, .dtype = tf_int32, .allow_nan_stats = true, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_distributions_bernoulli(...) TF_LOGITS_PROBS_(tf_distributions_bernoulli_, #__VA_ARGS__, __VA_ARGS__)
#define tf_distributions_categorical(...) TF_LOGITS_PROBS_(tf_distributions_categorical_, #__VA_ARGS__, __VA_ARGS__)
TF1C_API tf_distribution *tf_distributions_bernoulli_(tf_operand logits, tf_operand probs, struct tf_logits_probs_args args);
TF1C_API tf_distribution *tf_distributions_categorical_(tf_operand logits, tf_operand probs, struct tf_logits_probs_args args);

/* Draws, through which gradients flow to loc, scale, low, high and rate.           TF1: Distribution.sample
 *   sample_shape  unset: one of each;  a number, SHAPE or an int32 vector
 *   shapes        [sample_shape…, batch_shape…] */
struct tf_sample_args {
    tf_source here;
    TF_ARG_(1) tf_operand sample_shape;
    TF_ARG_(2) int64_t seed;
    TF_ARG_(3) const char *name;
};
#define tf_sample(distribution, ...) \
    TF_KWARGS_(tf_sample_(distribution, (struct tf_sample_args){ .sample_shape = TF_UNSET_, .seed = TF_NO_SEED, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_sample_(tf_distribution *distribution, struct tf_sample_args args);

/* The density, or the probability, of value; its logarithm; that what is drawn is no more than value.
 *                                                                                  TF1: Distribution.prob, log_prob, cdf
 *   shapes  value is broadcast with the parameters
 *   errors  NotImplementedError "cdf is not implemented: Bernoulli" */
#define tf_prob(distribution, value, ...) tf_prob_(distribution, TF_T(value), TF_NAMED_(__VA_ARGS__))
#define tf_log_prob(distribution, value, ...) tf_log_prob_(distribution, TF_T(value), TF_NAMED_(__VA_ARGS__))
#define tf_cdf(distribution, value, ...) tf_cdf_(distribution, TF_T(value), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_prob_(tf_distribution *distribution, tf_operand value, struct tf_name_args args);
TF1C_API tf_tensor tf_log_prob_(tf_distribution *distribution, tf_operand value, struct tf_name_args args);
TF1C_API tf_tensor tf_cdf_(tf_distribution *distribution, tf_operand value, struct tf_name_args args);

/* What a law amounts to, one number for each of the batch.      TF1: Distribution.entropy, mean, mode, stddev, variance
 *   errors  NotImplementedError "mean is not implemented: Categorical" */
#define tf_entropy(distribution, ...) tf_entropy_(distribution, TF_NAMED_(__VA_ARGS__))
#define tf_mean(distribution, ...) tf_mean_(distribution, TF_NAMED_(__VA_ARGS__))
#define tf_mode(distribution, ...) tf_mode_(distribution, TF_NAMED_(__VA_ARGS__))
#define tf_stddev(distribution, ...) tf_stddev_(distribution, TF_NAMED_(__VA_ARGS__))
#define tf_variance(distribution, ...) tf_variance_(distribution, TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_entropy_(tf_distribution *distribution, struct tf_name_args args);
TF1C_API tf_tensor tf_mean_(tf_distribution *distribution, struct tf_name_args args);
TF1C_API tf_tensor tf_mode_(tf_distribution *distribution, struct tf_name_args args);
TF1C_API tf_tensor tf_stddev_(tf_distribution *distribution, struct tf_name_args args);
TF1C_API tf_tensor tf_variance_(tf_distribution *distribution, struct tf_name_args args);

/* How far `distribution` is from `other`, in nats: both normal, Bernoulli or categorical.
 *                                   TF1: tf.distributions.kl_divergence, Distribution.kl_divergence, Distribution.cross_entropy
 *   errors  NotImplementedError "No KL(distribution_a || distribution_b) registered for distribution_a type Normal and distribution_b
 *           type Laplace" */
struct tf_kl_divergence_args {
    tf_source here;
    TF_ARG_(1) tf_distribution *distribution_a;
    TF_ARG_(2) tf_distribution *distribution_b;
    TF_ARG_(3) bool allow_nan_stats;
    TF_ARG_(4) const char *name;
};
#define tf_distributions_kl_divergence(...) \
    TF_KWARGS_(tf_distributions_kl_divergence_((struct tf_kl_divergence_args){ .allow_nan_stats = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_kl_divergence(distribution, other, ...) tf_kl_divergence_(distribution, other, TF_NAMED_(__VA_ARGS__))
#define tf_cross_entropy(distribution, other, ...) tf_cross_entropy_(distribution, other, TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_distributions_kl_divergence_(struct tf_kl_divergence_args args);
TF1C_API tf_tensor tf_kl_divergence_(tf_distribution *distribution, tf_distribution *other, struct tf_name_args args);
TF1C_API tf_tensor tf_cross_entropy_(tf_distribution *distribution, tf_distribution *other, struct tf_name_args args);

/* Their other name. */
#define tf_contrib_distributions_normal(...) tf_distributions_normal(__VA_ARGS__)
#define tf_contrib_distributions_laplace(...) tf_distributions_laplace(__VA_ARGS__)
#define tf_contrib_distributions_uniform(...) tf_distributions_uniform(__VA_ARGS__)
#define tf_contrib_distributions_exponential(...) tf_distributions_exponential(__VA_ARGS__)
#define tf_contrib_distributions_bernoulli(...) tf_distributions_bernoulli(__VA_ARGS__)
#define tf_contrib_distributions_categorical(...) tf_distributions_categorical(__VA_ARGS__)
#define tf_contrib_distributions_kl_divergence(...) tf_distributions_kl_divergence(__VA_ARGS__)

#ifdef __cplusplus
}
#endif
#endif
