/* Decoding: a cell that goes on until every row is done, its outputs stacked; the loss of what it says. */
#ifndef TF1C_OPS_SEQ2SEQ_DECODER_H
#define TF1C_OPS_SEQ2SEQ_DECODER_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../layers/layers.h"
#include "helper.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tf_decoder tf_decoder;

/* A cell with what it reads, from `initial_state` on; output_layer, tf_layers_Dense(words), makes logits of its outputs.
 * TF1: tf.contrib.seq2seq.BasicDecoder
 *   errors  TypeError: no cell, no helper;   source  contrib/seq2seq/python/ops/basic_decoder.py */
struct tf_basic_decoder_args {
    tf_source here;
    TF_ARG_(1) tf_cell *cell;
    TF_ARG_(2) tf_helper *helper;
    TF_ARG_(3) tf_state *initial_state;
    TF_ARG_(4) tf_layer *output_layer;
};
#define tf_contrib_seq2seq_basic_decoder(...) \
    tf_contrib_seq2seq_basic_decoder_((struct tf_basic_decoder_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) })
TF1C_API tf_decoder *tf_contrib_seq2seq_basic_decoder_(struct tf_basic_decoder_args args);

/* What decoding gives, [batch, steps, …] or time first: of a basic decoder the first two, as TF's BasicDecoderOutput, of a beam search the
 * others, as its FinalBeamSearchDecoderOutput; none handles for the rest. */
typedef struct tf_beam_output {
    tf_tensor scores, predicted_ids, parent_ids;
} tf_beam_output;
typedef struct tf_decoder_output {
    tf_tensor rnn_output, sample_id;
    tf_tensor predicted_ids;
    tf_beam_output beam_search_decoder_output;
} tf_decoder_output;
typedef struct tf_decoded {
    tf_decoder_output outputs;
    tf_state *state;
    tf_tensor sequence_lengths; /* int32 [batch]: steps until each was done */
} tf_decoded;

/* Steps until every row is done, or maximum_iterations of them: outputs as long as the longest row, which only the run tells.
 * TF1: outputs, state, lengths = tf.contrib.seq2seq.dynamic_decode(decoder)
 *   output_time_major   outputs [steps, batch, …]
 *   impute_finished     rows that are done give zeros and keep their state: so the gradient takes no notice of them
 *   maximum_iterations  a number or an int32 scalar; unset: none
 *   scope               of the variables, "decoder" if unset
 *   grad                to all that the steps read
 *   errors              TypeError "Expected decoder to be type Decoder, …"; ValueError "maximum_iterations must be a scalar"
 *   source              contrib/seq2seq/python/ops/decoder.py */
struct tf_dynamic_decode_args {
    tf_source here;
    TF_ARG_(1) tf_decoder *decoder;
    TF_ARG_(2) bool output_time_major;
    TF_ARG_(3) bool impute_finished;
    TF_ARG_(4) tf_operand maximum_iterations;
    TF_ARG_(5) int parallel_iterations; /* accepted, as swap_memory */
    TF_ARG_(6) bool swap_memory;
    TF_ARG_(7) tf_variable_scope scope;
};
#define tf_contrib_seq2seq_dynamic_decode(...)                                           \
    TF_KWARGS_(tf_contrib_seq2seq_dynamic_decode_((struct tf_dynamic_decode_args){       \
        .maximum_iterations = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_decoded tf_contrib_seq2seq_dynamic_decode_(struct tf_dynamic_decode_args args);

/* The cross-entropy of a sequence of logits, each word's weighted.                       TF1: tf.contrib.seq2seq.sequence_loss
 *   shapes   logits [batch, time, words], targets int [batch, time], weights [batch, time] -> a scalar, [batch] or [time] where one
 *            axis alone is averaged (summed), [batch, time] where none is
 *   average_across_…  default true: divided by the weights' sum;  sum_over_…  divided by how many weights are not 0
 *   softmax_loss_function  (labels, logits) -> losses, instead of the sparse softmax cross-entropy
 *   errors   ValueError "Logits must be a [batch_size x sequence_length x logits] tensor", "Targets must be a …",
 *            "average_across_timesteps and sum_over_timesteps cannot be set to True at same time."
 *   source   contrib/seq2seq/python/ops/loss.py */
typedef tf_tensor tf_softmax_loss_fn(tf_tensor labels, tf_tensor logits);
struct tf_sequence_loss_args {
    tf_source here;
    TF_ARG_(1) tf_tensor logits;
    TF_ARG_(2) tf_tensor targets;
    TF_ARG_(3) tf_tensor weights;
    TF_ARG_(4) bool average_across_timesteps;
    TF_ARG_(5) bool average_across_batch;
    TF_ARG_(6) bool sum_over_timesteps;
    TF_ARG_(7) bool sum_over_batch;
    TF_ARG_(8) tf_softmax_loss_fn *softmax_loss_function;
    TF_ARG_(9) const char *name;
};
#define tf_contrib_seq2seq_sequence_loss(...)                                            \
    TF_KWARGS_(tf_contrib_seq2seq_sequence_loss_((struct tf_sequence_loss_args){         \
        .average_across_timesteps = true, .average_across_batch = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_contrib_seq2seq_sequence_loss_(struct tf_sequence_loss_args args);

/* Each row so many times, one below the other: of a tensor [batch, …], or of every tensor of a state.
 * TF1: tf.contrib.seq2seq.tile_batch
 *   errors  ValueError "t must have statically known rank" */
struct tf_tile_batch_args {
    tf_source here;
    TF_ARG_(1) int64_t multiplier;
    TF_ARG_(2) const char *name;
};
#define tf_contrib_seq2seq_tile_batch(t, ...)                                                             \
    TF_KWARGS_(_Generic((t), tf_state *: tf_tile_batch_of_state_, default: tf_contrib_seq2seq_tile_batch_)( \
        t, (struct tf_tile_batch_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_contrib_seq2seq_tile_batch_(tf_tensor t, struct tf_tile_batch_args args);
TF1C_API tf_state *tf_tile_batch_of_state_(tf_state *t, struct tf_tile_batch_args args);

#ifdef __cplusplus
}
#endif
#endif
