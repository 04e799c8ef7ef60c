/* What a decoder reads at each step: the targets while it trains, its own words while it answers. */
#ifndef TF1C_OPS_SEQ2SEQ_HELPER_H
#define TF1C_OPS_SEQ2SEQ_HELPER_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../rnn/rnn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tf_helper tf_helper;
/* Which rows are done (bool [batch]), what the next step reads of each, the state it starts from. */
typedef struct tf_helper_next {
    tf_tensor finished, inputs;
    tf_state *state;
} tf_helper_next;
typedef tf_helper_next tf_helper_initialize(tf_helper *self); /* without a state */
typedef tf_tensor tf_helper_sample(tf_helper *self, tf_tensor time, tf_tensor outputs, tf_state *state);
typedef tf_helper_next tf_helper_next_inputs(tf_helper *self, tf_tensor time, tf_tensor outputs, tf_state *state,
                                             tf_tensor sample_ids);
/* As a Python class derived from Helper. time is an int32 scalar, outputs are the cell's, through the output layer; sample_ids
 * [batch, …] is what `sample` gave of them. */
struct tf_helper {
    const char *class_name;
    tf_helper_initialize *initialize;
    tf_helper_sample *sample;
    tf_helper_next_inputs *next_inputs;
    tf_tensor batch_size;        /* a scalar; none: as many as there are flags in initialize's `finished` */
    tf_dims sample_ids_shape;    /* of each row; SCALAR if unset */
    tf_dtype sample_ids_dtype;   /* int32 if unset */
    void *context;               /* what the functions above want to know */
};

/* Reads inputs[:, t]; sample_ids are the argmax of the outputs. A row is done after sequence_length steps.
 * TF1: tf.contrib.seq2seq.TrainingHelper
 *   shapes  inputs [batch, time, depth], time_major: [time, batch, depth]; sequence_length [batch], int32
 *   errors  ValueError "Expected sequence_length to be a vector, but received shape: ()"
 *   source  contrib/seq2seq/python/ops/helper.py, for all of these */
struct tf_training_helper_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) tf_operand sequence_length;
    TF_ARG_(3) bool time_major;
    TF_ARG_(4) const char *name;
};
#define tf_contrib_seq2seq_training_helper(...)                                               \
    TF_KWARGS_(tf_contrib_seq2seq_training_helper_((struct tf_training_helper_args){          \
        .inputs = TF_UNSET_, .sequence_length = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_helper *tf_contrib_seq2seq_training_helper_(struct tf_training_helper_args args);

/* Reads the embedding of the word it gave last: the likeliest, or one drawn by the outputs as logits.
 * TF1: tf.contrib.seq2seq.GreedyEmbeddingHelper, SampleEmbeddingHelper
 *   embedding            a table [words, depth];  .embedding_fn instead: a function of ids [batch]
 *   start_tokens         int32 [batch];  end_token  an int32 scalar: a row that gives it is done
 *   softmax_temperature  the logits are divided by it; unset: not
 *   errors               ValueError "start_tokens must be a vector", "end_token must be a scalar" */
typedef tf_tensor tf_embedding_fn(tf_tensor ids);
struct tf_greedy_helper_args {
    tf_source here;
    TF_ARG_(1) tf_operand embedding;
    TF_ARG_(2) tf_operand start_tokens;
    TF_ARG_(3) tf_operand end_token;
    TF_ARG_(4) tf_operand softmax_temperature; /* of the sampling one, as seed */
    TF_ARG_(5) int64_t seed;
    tf_embedding_fn *embedding_fn;
};
#define TF_EMBEDDING_HELPER_(fn, ...)                                                                                     \
    TF_KWARGS_(fn((struct tf_greedy_helper_args){ .embedding = TF_UNSET_, .start_tokens = TF_UNSET_, .end_token = TF_UNSET_, \
        .softmax_temperature = TF_UNSET_, .seed = TF_NO_SEED, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_contrib_seq2seq_greedy_embedding_helper(...) \
    TF_EMBEDDING_HELPER_(tf_contrib_seq2seq_greedy_embedding_helper_, __VA_ARGS__)
#define tf_contrib_seq2seq_sample_embedding_helper(...) \
    TF_EMBEDDING_HELPER_(tf_contrib_seq2seq_sample_embedding_helper_, __VA_ARGS__)
TF1C_API tf_helper *tf_contrib_seq2seq_greedy_embedding_helper_(struct tf_greedy_helper_args args);
TF1C_API tf_helper *tf_contrib_seq2seq_sample_embedding_helper_(struct tf_greedy_helper_args args);

/* One's own functions; they find `context` in the helper.                              TF1: tf.contrib.seq2seq.CustomHelper
 *   errors  TypeError: a function is missing */
struct tf_custom_helper_args {
    tf_source here;
    TF_ARG_(1) tf_helper_initialize *initialize_fn;
    TF_ARG_(2) tf_helper_sample *sample_fn;
    TF_ARG_(3) tf_helper_next_inputs *next_inputs_fn;
    TF_ARG_(4) tf_dims sample_ids_shape;
    TF_ARG_(5) tf_dtype sample_ids_dtype;
    void *context;
};
#define tf_contrib_seq2seq_custom_helper(...) \
    tf_contrib_seq2seq_custom_helper_((struct tf_custom_helper_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) })
TF1C_API tf_helper *tf_contrib_seq2seq_custom_helper_(struct tf_custom_helper_args args);

#ifdef __cplusplus
}
#endif
#endif
