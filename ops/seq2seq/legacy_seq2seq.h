/* Sequence to sequence as the older translators say it: lists of tensors, a step each. TF1: tf.contrib.legacy_seq2seq */
#ifndef TF1C_OPS_SEQ2SEQ_LEGACY_SEQ2SEQ_H
#define TF1C_OPS_SEQ2SEQ_LEGACY_SEQ2SEQ_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../rnn/contrib_cells.h"
#include "decoder.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a decoder reads at step i, i > 0, instead of its inputs: made of what it gave at the step before. */
typedef tf_tensor tf_loop_function(tf_tensor prev, int i, void *context);
/* Weights [out, words] and biases [words] that make words of a decoder's outputs. */
typedef struct tf_output_projection {
    tf_tensor weights, biases;
} tf_output_projection;

/* Of all of them:
 *   encoder_inputs, decoder_inputs  a tensor a step: [batch, depth], of the embedding ones int32 or int64 [batch]
 *   scope                           of the variables; unset: the function's own name
 *   -> outputs, a tensor a step, and the last state
 *   errors                          TypeError: no cell;  ValueError: no inputs
 *   source                          contrib/legacy_seq2seq/python/ops/seq2seq.py */

/* A cell along decoder_inputs; with a loop function it reads the first of them alone.  TF1: tf.contrib.legacy_seq2seq.rnn_decoder */
struct tf_rnn_decoder_args {
    tf_source here;
    TF_ARG_(1) tf_list decoder_inputs;
    TF_ARG_(2) tf_state *initial_state;
    TF_ARG_(3) tf_cell *cell;
    TF_ARG_(4) tf_loop_function *loop_function;
    TF_ARG_(5) tf_variable_scope scope;
    void *context; /* the loop function's */
};
#define tf_contrib_legacy_seq2seq_rnn_decoder(...) \
    TF_KWARGS_(tf_contrib_legacy_seq2seq_rnn_decoder_((struct tf_rnn_decoder_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_rnn_list tf_contrib_legacy_seq2seq_rnn_decoder_(struct tf_rnn_decoder_args args);

/* A copy of the cell reads the encoder's inputs, the cell the decoder's from that state on; tied, the cell itself reads both.
 * TF1: tf.contrib.legacy_seq2seq.basic_rnn_seq2seq, tied_rnn_seq2seq
 *   dtype      of the first state; unset: float32
 *   variables  basic_rnn_seq2seq/rnn/…, basic_rnn_seq2seq/rnn_decoder/…;  combined_tied_rnn_seq2seq/tied_rnn_seq2seq/… */
struct tf_basic_seq2seq_args {
    tf_source here;
    TF_ARG_(1) tf_list encoder_inputs;
    TF_ARG_(2) tf_list decoder_inputs;
    TF_ARG_(3) tf_cell *cell;
    TF_ARG_(4) tf_dtype dtype;
    TF_ARG_(5) tf_variable_scope scope;
};
struct tf_tied_seq2seq_args {
    tf_source here;
    TF_ARG_(1) tf_list encoder_inputs;
    TF_ARG_(2) tf_list decoder_inputs;
    TF_ARG_(3) tf_cell *cell;
    TF_ARG_(4) tf_loop_function *loop_function;
    TF_ARG_(5) tf_dtype dtype;
    TF_ARG_(6) tf_variable_scope scope;
    void *context;
};
#define tf_contrib_legacy_seq2seq_basic_rnn_seq2seq(...) \
    TF_KWARGS_(tf_contrib_legacy_seq2seq_basic_rnn_seq2seq_((struct tf_basic_seq2seq_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_contrib_legacy_seq2seq_tied_rnn_seq2seq(...) \
    TF_KWARGS_(tf_contrib_legacy_seq2seq_tied_rnn_seq2seq_((struct tf_tied_seq2seq_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_rnn_list tf_contrib_legacy_seq2seq_basic_rnn_seq2seq_(struct tf_basic_seq2seq_args args);
TF1C_API tf_rnn_list tf_contrib_legacy_seq2seq_tied_rnn_seq2seq_(struct tf_tied_seq2seq_args args);

/* Words in, through a table of the decoder's own.      TF1: tf.contrib.legacy_seq2seq.embedding_rnn_decoder, embedding_rnn_seq2seq
 *   output_projection              unset: of the decoder the outputs are the cell's; of the whole model a projection is made
 *   feed_previous                  the decoder reads the likeliest word it gave last; a bool tensor lets a run say so
 *   update_embedding_for_previous  false: no gradient through those words;  unset: true
 *   dtype                          of states and variables; unset: float32
 *   variables                      embedding_rnn_seq2seq/rnn/embedding_wrapper/embedding, …/embedding_rnn_decoder/embedding, … */
struct tf_embedding_decoder_args {
    tf_source here;
    TF_ARG_(1) tf_list decoder_inputs;
    TF_ARG_(2) tf_state *initial_state;
    TF_ARG_(3) tf_cell *cell;
    TF_ARG_(4) int64_t num_symbols;
    TF_ARG_(5) int64_t embedding_size;
    TF_ARG_(6) tf_output_projection output_projection;
    TF_ARG_(7) bool feed_previous;
    TF_ARG_(8) bool update_embedding_for_previous;
    TF_ARG_(9) tf_variable_scope scope;
};
struct tf_embedding_seq2seq_args {
    tf_source here;
    TF_ARG_(1) tf_list encoder_inputs;
    TF_ARG_(2) tf_list decoder_inputs;
    TF_ARG_(3) tf_cell *cell;
    TF_ARG_(4) int64_t num_encoder_symbols;
    TF_ARG_(5) int64_t num_decoder_symbols;
    TF_ARG_(6) int64_t embedding_size;
    TF_ARG_(7) tf_output_projection output_projection;
    TF_ARG_(8) tf_operand feed_previous;
    TF_ARG_(9) tf_dtype dtype;
    TF_ARG_(10) tf_variable_scope scope;
};
#define tf_contrib_legacy_seq2seq_embedding_rnn_decoder(...)                                                                \
    TF_KWARGS_(tf_contrib_legacy_seq2seq_embedding_rnn_decoder_((struct tf_embedding_decoder_args){                         \
        .update_embedding_for_previous = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_contrib_legacy_seq2seq_embedding_rnn_seq2seq(...)                                                                \
    TF_KWARGS_(tf_contrib_legacy_seq2seq_embedding_rnn_seq2seq_((struct tf_embedding_seq2seq_args){                         \
        .feed_previous = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_rnn_list tf_contrib_legacy_seq2seq_embedding_rnn_decoder_(struct tf_embedding_decoder_args args);
TF1C_API tf_rnn_list tf_contrib_legacy_seq2seq_embedding_rnn_seq2seq_(struct tf_embedding_seq2seq_args args);

/* One table and one cell for what is read and what is written.         TF1: tf.contrib.legacy_seq2seq.embedding_tied_rnn_seq2seq
 *   num_decoder_symbols  of which the first of num_symbols are written; unset: all
 *   variables            embedding_tied_rnn_seq2seq/embedding, …/combined_tied_rnn_seq2seq/tied_rnn_seq2seq/… */
struct tf_embedding_tied_seq2seq_args {
    tf_source here;
    TF_ARG_(1) tf_list encoder_inputs;
    TF_ARG_(2) tf_list decoder_inputs;
    TF_ARG_(3) tf_cell *cell;
    TF_ARG_(4) int64_t num_symbols;
    TF_ARG_(5) int64_t embedding_size;
    TF_ARG_(6) int64_t num_decoder_symbols;
    TF_ARG_(7) tf_output_projection output_projection;
    TF_ARG_(8) tf_operand feed_previous;
    TF_ARG_(9) tf_dtype dtype;
    TF_ARG_(10) tf_variable_scope scope;
};
#define tf_contrib_legacy_seq2seq_embedding_tied_rnn_seq2seq(...)                                                           \
    TF_KWARGS_(tf_contrib_legacy_seq2seq_embedding_tied_rnn_seq2seq_((struct tf_embedding_tied_seq2seq_args){               \
        .feed_previous = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_rnn_list tf_contrib_legacy_seq2seq_embedding_tied_rnn_seq2seq_(struct tf_embedding_tied_seq2seq_args args);

/* One encoder, from whose state several decoders write, each with words and a cell of its own; what Python has in three dictionaries
 * stands beside each other: TF_DECODERS({ "french", french_inputs, french_cell, 400 }, { "german", … }). The answer is theirs, in that
 * order; after a mistake of the encoder's it is none.                       TF1: tf.contrib.legacy_seq2seq.one2many_rnn_seq2seq
 *   variables  one2many_rnn_seq2seq/rnn/embedding_wrapper/…, one2many_rnn_seq2seq/one2many_decoder_french/embedding_rnn_decoder/…
 *   errors     ValueError "Decoder 1 has no name." */
typedef struct tf_many_decoder {
    const char *name;
    tf_list decoder_inputs;
    tf_cell *cell;
    int64_t num_decoder_symbols;
} tf_many_decoder;
typedef struct tf_many_decoders {
    int n;
    const tf_many_decoder *items;
} tf_many_decoders;
#define TF_DECODERS(...)                                                                             \
    ((tf_many_decoders){ (int)(sizeof((tf_many_decoder[]){ __VA_ARGS__ }) / sizeof(tf_many_decoder)), \
                         (tf_many_decoder[]){ __VA_ARGS__ } })
typedef struct tf_rnn_lists {
    int n;
    const tf_rnn_list *items;
} tf_rnn_lists;
struct tf_one2many_seq2seq_args {
    tf_source here;
    TF_ARG_(1) tf_list encoder_inputs;
    TF_ARG_(2) tf_many_decoders decoders;
    TF_ARG_(3) tf_cell *enc_cell;
    TF_ARG_(4) int64_t num_encoder_symbols;
    TF_ARG_(5) int64_t embedding_size;
    TF_ARG_(6) tf_operand feed_previous;
    TF_ARG_(7) tf_dtype dtype;
    TF_ARG_(8) tf_variable_scope scope;
};
#define tf_contrib_legacy_seq2seq_one2many_rnn_seq2seq(...)                                                                 \
    TF_KWARGS_(tf_contrib_legacy_seq2seq_one2many_rnn_seq2seq_((struct tf_one2many_seq2seq_args){                           \
        .feed_previous = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_rnn_lists tf_contrib_legacy_seq2seq_one2many_rnn_seq2seq_(struct tf_one2many_seq2seq_args args);

/* At each step the decoder looks at attention_states [batch, length, size], once for each of num_heads (1): what it sees goes with its
 * input, and with its output.
 * TF1: tf.contrib.legacy_seq2seq.attention_decoder, embedding_attention_decoder, embedding_attention_seq2seq
 *   output_size              unset: the cell's
 *   initial_state_attention  it looks before the first step too; unset: it sees zeros then
 *   variables                attention_decoder/AttnW_0 [1, 1, size, size], AttnV_0 [size], kernel, bias, Attention_0/…,
 *                            AttnOutputProjection/…
 *   errors                   ValueError "Must provide at least 1 input to attention decoder.", "With less than 1 heads, use a non-attention
 *                            decoder.", "Shape[2] of attention_states must be known: (?, ?, ?)" */
struct tf_attention_decoder_args {
    tf_source here;
    TF_ARG_(1) tf_list decoder_inputs;
    TF_ARG_(2) tf_state *initial_state;
    TF_ARG_(3) tf_operand attention_states;
    TF_ARG_(4) tf_cell *cell;
    TF_ARG_(5) int64_t output_size;
    TF_ARG_(6) int num_heads;
    TF_ARG_(7) tf_loop_function *loop_function;
    TF_ARG_(8) tf_dtype dtype;
    TF_ARG_(9) tf_variable_scope scope;
    TF_ARG_(10) bool initial_state_attention;
    void *context;
};
struct tf_embedding_attention_decoder_args {
    tf_source here;
    TF_ARG_(1) tf_list decoder_inputs;
    TF_ARG_(2) tf_state *initial_state;
    TF_ARG_(3) tf_operand attention_states;
    TF_ARG_(4) tf_cell *cell;
    TF_ARG_(5) int64_t num_symbols;
    TF_ARG_(6) int64_t embedding_size;
    TF_ARG_(7) int num_heads;
    TF_ARG_(8) int64_t output_size;
    TF_ARG_(9) tf_output_projection output_projection;
    TF_ARG_(10) bool feed_previous;
    TF_ARG_(11) bool update_embedding_for_previous;
    TF_ARG_(12) tf_dtype dtype;
    TF_ARG_(13) tf_variable_scope scope;
    TF_ARG_(14) bool initial_state_attention;
};
struct tf_embedding_attention_seq2seq_args {
    tf_source here;
    TF_ARG_(1) tf_list encoder_inputs;
    TF_ARG_(2) tf_list decoder_inputs;
    TF_ARG_(3) tf_cell *cell;
    TF_ARG_(4) int64_t num_encoder_symbols;
    TF_ARG_(5) int64_t num_decoder_symbols;
    TF_ARG_(6) int64_t embedding_size;
    TF_ARG_(7) int num_heads;
    TF_ARG_(8) tf_output_projection output_projection;
    TF_ARG_(9) tf_operand feed_previous;
    TF_ARG_(10) tf_dtype dtype;
    TF_ARG_(11) tf_variable_scope scope;
    TF_ARG_(12) bool initial_state_attention;
};
#define tf_contrib_legacy_seq2seq_attention_decoder(...)                                                                    \
    TF_KWARGS_(tf_contrib_legacy_seq2seq_attention_decoder_((struct tf_attention_decoder_args){                             \
        .attention_states = TF_UNSET_, .num_heads = 1, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_contrib_legacy_seq2seq_embedding_attention_decoder(...)                                                          \
    TF_KWARGS_(tf_contrib_legacy_seq2seq_embedding_attention_decoder_((struct tf_embedding_attention_decoder_args){         \
        .attention_states = TF_UNSET_, .num_heads = 1, .update_embedding_for_previous = true, TF_HERE_,                     \
        TF_PLACES_(__VA_ARGS__) }))
#define tf_contrib_legacy_seq2seq_embedding_attention_seq2seq(...)                                                          \
    TF_KWARGS_(tf_contrib_legacy_seq2seq_embedding_attention_seq2seq_((struct tf_embedding_attention_seq2seq_args){         \
        .num_heads = 1, .feed_previous = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_rnn_list tf_contrib_legacy_seq2seq_attention_decoder_(struct tf_attention_decoder_args args);
TF1C_API tf_rnn_list tf_contrib_legacy_seq2seq_embedding_attention_decoder_(struct tf_embedding_attention_decoder_args args);
TF1C_API tf_rnn_list tf_contrib_legacy_seq2seq_embedding_attention_seq2seq_(struct tf_embedding_attention_seq2seq_args args);

/* Cross entropy of logits [batch, words], targets [batch] and weights [batch], a tensor a step, summed over the steps: of each row
 * [batch], and of all.                       TF1: tf.contrib.legacy_seq2seq.sequence_loss_by_example, sequence_loss
 *   average_across_timesteps  over the weights' sum; unset: true
 *   average_across_batch      over the rows' number; unset: true
 *   softmax_loss_function     instead of the sparse softmax cross entropy
 *   errors                    ValueError "Lengths of logits, weights, and targets must be the same 2, 2, 1." */
struct tf_legacy_loss_args {
    tf_source here;
    TF_ARG_(1) tf_list logits;
    TF_ARG_(2) tf_list targets;
    TF_ARG_(3) tf_list weights;
    TF_ARG_(4) bool average_across_timesteps;
    TF_ARG_(5) bool average_across_batch;
    TF_ARG_(6) tf_softmax_loss_fn *softmax_loss_function;
    TF_ARG_(7) const char *name;
};
struct tf_legacy_loss_by_example_args {
    tf_source here;
    TF_ARG_(1) tf_list logits;
    TF_ARG_(2) tf_list targets;
    TF_ARG_(3) tf_list weights;
    TF_ARG_(4) bool average_across_timesteps;
    TF_ARG_(5) tf_softmax_loss_fn *softmax_loss_function;
    TF_ARG_(6) const char *name;
};
#define tf_contrib_legacy_seq2seq_sequence_loss(...)                                                  \
    TF_KWARGS_(tf_contrib_legacy_seq2seq_sequence_loss_((struct tf_legacy_loss_args){                 \
        .average_across_timesteps = true, .average_across_batch = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_contrib_legacy_seq2seq_sequence_loss_by_example(...)                                       \
    TF_KWARGS_(tf_contrib_legacy_seq2seq_sequence_loss_by_example_((struct tf_legacy_loss_by_example_args){ \
        .average_across_timesteps = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_contrib_legacy_seq2seq_sequence_loss_(struct tf_legacy_loss_args args);
TF1C_API tf_tensor tf_contrib_legacy_seq2seq_sequence_loss_by_example_(struct tf_legacy_loss_by_example_args args);

/* A model for sentences of each pair of lengths, all with the same variables: BUCKETS({ 5, 10 }, { 10, 15 }), the longest last.
 * TF1: outputs, losses = tf.contrib.legacy_seq2seq.model_with_buckets(…)
 *   seq2seq           called for each bucket with the first inputs of either list
 *   per_example_loss  losses [batch]; unset: one number a bucket
 *   errors            ValueError "Length of encoder_inputs (3) must be at least that of last bucket (5)." and of targets, weights */
typedef struct tf_bucket {
    int source, target;
} tf_bucket;
typedef struct tf_buckets {
    int n;
    const tf_bucket *items;
} tf_buckets;
#define BUCKETS(...) ((tf_buckets){ (int)(sizeof((tf_bucket[]){ __VA_ARGS__ }) / sizeof(tf_bucket)), (tf_bucket[]){ __VA_ARGS__ } })
typedef tf_rnn_list tf_seq2seq_fn(tf_list encoder_inputs, tf_list decoder_inputs, void *context);
typedef struct tf_bucket_models {
    tf_list losses; /* a tensor a bucket */
    int n;
    const tf_list *outputs; /* [n]: a bucket's, step by step; NULL after a mistake, and n is 0 */
} tf_bucket_models;
struct tf_model_with_buckets_args {
    tf_source here;
    TF_ARG_(1) tf_list encoder_inputs;
    TF_ARG_(2) tf_list decoder_inputs;
    TF_ARG_(3) tf_list targets;
    TF_ARG_(4) tf_list weights;
    TF_ARG_(5) tf_buckets buckets;
    TF_ARG_(6) tf_seq2seq_fn *seq2seq;
    TF_ARG_(7) tf_softmax_loss_fn *softmax_loss_function;
    TF_ARG_(8) bool per_example_loss;
    TF_ARG_(9) const char *name;
    void *context; /* of seq2seq */
};
#define tf_contrib_legacy_seq2seq_model_with_buckets(...)                                             \
    TF_KWARGS_(tf_contrib_legacy_seq2seq_model_with_buckets_((struct tf_model_with_buckets_args){     \
        TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_bucket_models tf_contrib_legacy_seq2seq_model_with_buckets_(struct tf_model_with_buckets_args args);

#ifdef __cplusplus
}
#endif
#endif
