/* Attention: what a decoder looks at of the encoder's outputs, and a cell that does. */
#ifndef TF1C_OPS_SEQ2SEQ_ATTENTION_WRAPPER_H
#define TF1C_OPS_SEQ2SEQ_ATTENTION_WRAPPER_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "decoder.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tf_attention_mechanism tf_attention_mechanism;

/* score = query·keys, of keys = memory·kernel; of a query as deep as num_units.        TF1: tf.contrib.seq2seq.LuongAttention
 *   memory                  [batch, time, depth]: an encoder's outputs
 *   memory_sequence_length  [batch], each above 0: past it memory counts as zeros and is never looked at
 *   scale                   the score times a variable, which begins as 1
 *   probability_fn          of the scores; unset: softmax;  score_mask_value  of what is past its length; unset: -inf
 *   variables               memory_layer/kernel [depth, num_units]; luong_attention/attention_g []
 *   errors                  ValueError "Expected memory x:0 to have fully defined inner dims, but saw shape: (?, ?, ?)", "Incompatible or
 *                           unknown inner dimensions between query and keys. …"
 *   source                  contrib/seq2seq/python/ops/attention_wrapper.py, for all of these */
struct tf_attention_args {
    tf_source here;
    TF_ARG_(1) int64_t num_units;
    TF_ARG_(2) tf_operand memory;
    TF_ARG_(3) tf_operand memory_sequence_length;
    TF_ARG_(4) bool scale;
    TF_ARG_(5) tf_activation *probability_fn;
    TF_ARG_(6) double score_mask_value; /* NAN: unset */
    TF_ARG_(7) tf_dtype dtype;          /* accepted: memory's */
    TF_ARG_(8) const char *name;
};
#define tf_contrib_seq2seq_luong_attention(...)                                                                          \
    TF_KWARGS_(tf_contrib_seq2seq_luong_attention_((struct tf_attention_args){ .memory = TF_UNSET_,                      \
        .memory_sequence_length = TF_UNSET_, .score_mask_value = NAN, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_attention_mechanism *tf_contrib_seq2seq_luong_attention_(struct tf_attention_args args);

/* score = Σ v·tanh(keys + query·kernel), with normalize Σ g·v/|v|·tanh(keys + query·kernel + b).
 * TF1: tf.contrib.seq2seq.BahdanauAttention
 *   variables  memory_layer/kernel [depth, num_units]; bahdanau_attention/query_layer/kernel, attention_v [num_units], attention_g [],
 *              attention_b [num_units];   the rest as above */
struct tf_bahdanau_args {
    tf_source here;
    TF_ARG_(1) int64_t num_units;
    TF_ARG_(2) tf_operand memory;
    TF_ARG_(3) tf_operand memory_sequence_length;
    TF_ARG_(4) bool normalize;
    TF_ARG_(5) tf_activation *probability_fn;
    TF_ARG_(6) double score_mask_value;
    TF_ARG_(7) tf_dtype dtype;
    TF_ARG_(8) const char *name;
};
#define tf_contrib_seq2seq_bahdanau_attention(...)                                                                       \
    TF_KWARGS_(tf_contrib_seq2seq_bahdanau_attention_((struct tf_bahdanau_args){ .memory = TF_UNSET_,                    \
        .memory_sequence_length = TF_UNSET_, .score_mask_value = NAN, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_attention_mechanism *tf_contrib_seq2seq_bahdanau_attention_(struct tf_bahdanau_args args);

/* 1 where a row's largest is, else 0: a probability_fn.                                         TF1: tf.contrib.seq2seq.hardmax */
TF1C_API tf_tensor tf_contrib_seq2seq_hardmax(tf_tensor logits);

/* A cell that reads its input beside what it attended to last, and attends anew.         TF1: tf.contrib.seq2seq.AttentionWrapper
 *   attention = the memory, weighted by the alignments;  with attention_layer_size (or attention_layer) [output, attention]·kernel
 *   attention_layer_size  unset: none
 *   alignment_history     true: the state has a TensorArray of the alignments of all steps; TF1's state.alignment_history.stack() is
 *                         tf_tensor_array_stack(tf_state_alignment_history(state)) [steps, batch, time]
 *   cell_input_fn         of inputs and attention; unset: side by side
 *   output_attention      the output is the attention; false: the cell's own
 *   initial_cell_state    zero_state gives it in place of zeros
 *   state                 tf_state_cell_state, …_attention, …_time, …_alignments, …_alignment_history, …_attention_state look into it
 *   variables             attention_wrapper/CELL/…, attention_wrapper/attention_layer/kernel
 *   errors                ValueError "Only one of attention_layer_size and attention_layer should be set"; TypeError
 *                         "attention_mechanism must be an AttentionMechanism or list of multiple AttentionMechanism instances, …" */
typedef tf_tensor tf_cell_input_fn(tf_tensor inputs, tf_tensor attention);
struct tf_attention_wrapper_args {
    tf_source here;
    TF_ARG_(1) tf_cell *cell;
    TF_ARG_(2) tf_attention_mechanism *attention_mechanism;
    TF_ARG_(3) int64_t attention_layer_size;
    TF_ARG_(4) bool alignment_history;
    TF_ARG_(5) tf_cell_input_fn *cell_input_fn;
    TF_ARG_(6) bool output_attention;
    TF_ARG_(7) tf_state *initial_cell_state;
    TF_ARG_(8) const char *name;
    TF_ARG_(9) tf_layer *attention_layer;
};
#define tf_contrib_seq2seq_attention_wrapper(...)                                            \
    TF_KWARGS_(tf_contrib_seq2seq_attention_wrapper_((struct tf_attention_wrapper_args){     \
        .output_attention = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_cell *tf_contrib_seq2seq_attention_wrapper_(struct tf_attention_wrapper_args args);

/* What an AttentionWrapper's state holds; TypeError and a poisoned tensor of another. */
#define tf_state_cell_state(state) tf_state_cell_state_(state, TF_SOURCE)
#define tf_state_attention(state) tf_state_attention_(state, TF_SOURCE)
#define tf_state_time(state) tf_state_time_(state, TF_SOURCE)
#define tf_state_alignments(state) tf_state_alignments_(state, TF_SOURCE)
#define tf_state_alignment_history(state) tf_state_alignment_history_(state, TF_SOURCE)
#define tf_state_attention_state(state) tf_state_attention_state_(state, TF_SOURCE)
TF1C_API tf_state *tf_state_cell_state_(const tf_state *state, tf_source here);
TF1C_API tf_tensor tf_state_attention_(const tf_state *state, tf_source here);
TF1C_API tf_tensor tf_state_time_(const tf_state *state, tf_source here);
TF1C_API tf_tensor tf_state_alignments_(const tf_state *state, tf_source here);
TF1C_API tf_tensor tf_state_alignment_history_(const tf_state *state, tf_source here);
TF1C_API tf_tensor tf_state_attention_state_(const tf_state *state, tf_source here);

/* The same state with other parts: state.clone(cell_state=encoder_state) is tf_clone(state, .cell_state = encoder_state).
 *   errors  ValueError "Invalid shape for tensor x:0, expected (2, 4), got (2, 3)." */
struct tf_clone_args {
    tf_source here;
    tf_state *cell_state;
    tf_tensor attention, time, alignments, attention_state;
};
#define tf_clone(state, ...) tf_clone_(state, (struct tf_clone_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_state *tf_clone_(tf_state *state, struct tf_clone_args args);

#ifdef __cplusplus
}
#endif
#endif
