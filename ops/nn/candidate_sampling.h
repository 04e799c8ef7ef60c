/* Classes drawn to stand for all of them, and the losses that are computed on them alone. */
#ifndef TF1C_OPS_NN_CANDIDATE_SAMPLING_H
#define TF1C_OPS_NN_CANDIDATE_SAMPLING_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../random/random.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Python's triple of the samplers. */
typedef struct tf_sampled {
    tf_tensor sampled_candidates;      /* int64 [num_sampled] */
    tf_tensor true_expected_count;     /* float32 [batch, num_true]: how often each is expected among the sampled */
    tf_tensor sampled_expected_count;  /* float32 [num_sampled] */
} tf_sampled;

/* num_sampled of the classes 0 … range_max - 1, the same for the whole batch: all alike; P(k) = log((k + 2) / (k + 1)) /
 * log(range_max + 1), for classes in order of falling frequency; as often as they were among the true classes so far, and once.
 * TF1: tf.nn.uniform_candidate_sampler, log_uniform_candidate_sampler, learned_unigram_candidate_sampler (tf.random's too)
 *   true_classes  int64 [batch, num_true]
 *   unique        no class twice
 *   errors        ValueError "Attr 'num_sampled' of 'LogUniformCandidateSampler' Op passed 0 less than minimum 1.", rank not 2; at run
 *                 InvalidArgumentError "Sampler's range is too small.", "true_classes must have num_true columns, expected: 1 was: 2"
 *   grad          none;   source  core/kernels/candidate_sampler_ops.cc, range_sampler.cc */
struct tf_sampler_args {
    tf_source here;
    int64_t num_true, num_sampled;
    bool unique;
    int64_t range_max, seed;
    const char *name;
};
#define TF_SAMPLER_(...) ((struct tf_sampler_args){ .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ })
#define tf_nn_uniform_candidate_sampler(true_classes, ...) \
    TF_KWARGS_(TF_IN_ORDER1_(tf_nn_uniform_candidate_sampler_, TF_T(true_classes), TF_SAMPLER_(__VA_ARGS__)))
#define tf_nn_log_uniform_candidate_sampler(true_classes, ...) \
    TF_KWARGS_(TF_IN_ORDER1_(tf_nn_log_uniform_candidate_sampler_, TF_T(true_classes), TF_SAMPLER_(__VA_ARGS__)))
#define tf_nn_learned_unigram_candidate_sampler(true_classes, ...) \
    TF_KWARGS_(TF_IN_ORDER1_(tf_nn_learned_unigram_candidate_sampler_, TF_T(true_classes), TF_SAMPLER_(__VA_ARGS__)))
#define tf_random_uniform_candidate_sampler(true_classes, ...) tf_nn_uniform_candidate_sampler(true_classes, __VA_ARGS__)
#define tf_random_log_uniform_candidate_sampler(true_classes, ...) tf_nn_log_uniform_candidate_sampler(true_classes, __VA_ARGS__)
#define tf_random_learned_unigram_candidate_sampler(true_classes, ...) \
    tf_nn_learned_unigram_candidate_sampler(true_classes, __VA_ARGS__)
TF1C_API tf_sampled tf_nn_uniform_candidate_sampler_(tf_operand true_classes, struct tf_sampler_args args);
TF1C_API tf_sampled tf_nn_log_uniform_candidate_sampler_(tf_operand true_classes, struct tf_sampler_args args);
TF1C_API tf_sampled tf_nn_learned_unigram_candidate_sampler_(tf_operand true_classes, struct tf_sampler_args args);

/* By weights: P(k) = weightᵏ to the power of distortion, over their sum.             TF1: tf.nn.fixed_unigram_candidate_sampler
 *   vocab_file  a file with a line a class, its weight after the last comma; or
 *   unigrams    a vector of numbers, .unigrams = NP_FLOAT(3, 2, 1)
 *   num_reserved_ids  classes before these, of weight 0;   num_shards, shard  weights of every num_shards-th class alone
 *   errors      InvalidArgumentError "Must provide either vocab_file or unigrams.", "Must only provide one of …", "range is 10 must be
 *               equal to weights size  2", "Wrong vocabulary format at line: …";  NotFoundError: no such file */
struct tf_fixed_sampler_args {
    tf_source here;
    int64_t num_true, num_sampled;
    bool unique;
    int64_t range_max;
    const char *vocab_file;
    double distortion;
    int64_t num_reserved_ids, num_shards, shard;
    tf_ndarray unigrams;
    int64_t seed;
    const char *name;
};
#define tf_nn_fixed_unigram_candidate_sampler(true_classes, ...)                               \
    TF_KWARGS_(TF_IN_ORDER1_(tf_nn_fixed_unigram_candidate_sampler_, TF_T(true_classes), (struct tf_fixed_sampler_args){ \
        .distortion = 1, .num_shards = 1, .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
#define tf_random_fixed_unigram_candidate_sampler(true_classes, ...) tf_nn_fixed_unigram_candidate_sampler(true_classes, __VA_ARGS__)
TF1C_API tf_sampled tf_nn_fixed_unigram_candidate_sampler_(tf_operand true_classes, struct tf_fixed_sampler_args args);

/* All num_sampled classes, each expected once.                                       TF1: tf.nn.all_candidate_sampler */
struct tf_all_sampler_args {
    tf_source here;
    int64_t num_true, num_sampled;
    bool unique;
    int64_t seed;
    const char *name;
};
#define tf_nn_all_candidate_sampler(true_classes, ...)                                                                  \
    TF_KWARGS_(TF_IN_ORDER1_(tf_nn_all_candidate_sampler_, TF_T(true_classes), (struct tf_all_sampler_args){ \
        .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
#define tf_random_all_candidate_sampler(true_classes, ...) tf_nn_all_candidate_sampler(true_classes, __VA_ARGS__)
TF1C_API tf_sampled tf_nn_all_candidate_sampler_(tf_operand true_classes, struct tf_all_sampler_args args);

/* Where a sampled class is a true one: the row, the sampled one's place, and the most negative float to add there.
 * TF1: tf.nn.compute_accidental_hits
 *   shapes  true_classes int64 [batch, num_true], sampled_candidates int64 [n] -> three times [hits]
 *   errors  InvalidArgumentError "true_candidates must be a batch_size * num_true matrix";   grad  none */
typedef struct tf_accidental_hits {
    tf_tensor indices; /* int32 */
    tf_tensor ids;     /* int64 */
    tf_tensor weights; /* float32 */
} tf_accidental_hits;
struct tf_accidental_hits_args {
    tf_source here;
    int64_t num_true, seed;
    const char *name;
};
#define tf_nn_compute_accidental_hits(true_classes, sampled_candidates, ...)                                            \
    TF_KWARGS_(TF_IN_ORDER2_(tf_nn_compute_accidental_hits_, TF_T(true_classes), TF_T(sampled_candidates),              \
        (struct tf_accidental_hits_args){ .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_accidental_hits tf_nn_compute_accidental_hits_(tf_operand true_classes, tf_operand sampled_candidates,
                                                           struct tf_accidental_hits_args args);

/* For each row of inputs the loss of its true classes against num_sampled others: noise-contrastive estimation (a sigmoid each), or
 * a softmax over both.                                                               TF1: tf.nn.nce_loss, tf.nn.sampled_softmax_loss
 *   weights, biases  [num_classes, dim], [num_classes]
 *   labels           int64 (or int32) [batch, num_true];   inputs  [batch, dim] -> [batch]
 *   sampled_values   of a sampler; unset: tf_nn_log_uniform_candidate_sampler(labels, .unique = true)
 *   remove_accidental_hits  takes what was sampled and is true out; unset: false for nce_loss, true for sampled_softmax_loss
 *   partition_strategy      of several tables, which are not there: ignored
 *   grad    weights and biases sparse, inputs
 *   errors  those of the samplers and of tf_gather;   source  python/ops/nn_impl.py _compute_sampled_logits */
struct tf_sampled_loss_args {
    tf_source here;
    tf_tensor weights, biases, labels, inputs;
    int64_t num_sampled, num_classes, num_true;
    tf_sampled sampled_values;
    bool remove_accidental_hits;
    const char *partition_strategy, *name;
    int64_t seed;
};
#define tf_nn_nce_loss(...) \
    TF_KWARGS_(tf_nn_nce_loss_((struct tf_sampled_loss_args){ .num_true = 1, .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
#define tf_nn_sampled_softmax_loss(...)                                                                                 \
    TF_KWARGS_(tf_nn_sampled_softmax_loss_((struct tf_sampled_loss_args){                                               \
        .num_true = 1, .remove_accidental_hits = true, .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_nn_nce_loss_(struct tf_sampled_loss_args args);
TF1C_API tf_tensor tf_nn_sampled_softmax_loss_(struct tf_sampled_loss_args args);

#ifdef __cplusplus
}
#endif
#endif
