/* Cells of tf.contrib.rnn. */
#ifndef TF1C_OPS_RNN_CONTRIB_CELLS_H
#define TF1C_OPS_RNN_CONTRIB_CELLS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "rnn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A cell like `cell`, and like all that it wraps, with variables of its own unless it has made them already. A cell of one's own shares
 * its context with its copy.                                                                        TF1: copy.deepcopy(cell) */
#define tf_cell_copy(cell) tf_cell_copy_(cell, TF_SOURCE)
TF1C_API tf_cell *tf_cell_copy_(tf_cell *cell, tf_source here);

/* The cell that a search found: eight products of x and of h, joined two by two by sums, products and activations.
 * TF1: tf.contrib.rnn.NASCell
 *   num_proj   h is projected to so many; unset: it is not
 *   variables  nas_cell/recurrent_kernel [h, 8·units], kernel [in, 8·units], bias [8·units] with use_bias, projection_weights
 *   state      (c, h), an LSTM's;   source  contrib/rnn/python/ops/rnn_cell.py, for all of these */
struct tf_nas_cell_args {
    tf_source here;
    int64_t num_units, num_proj;
    bool use_bias;
    tf_reuse reuse;
    const char *name;
    tf_dtype dtype;
};
#define tf_contrib_rnn_nas_cell(...) tf_contrib_rnn_nas_cell_((struct tf_nas_cell_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_cell *tf_contrib_rnn_nas_cell_(struct tf_nas_cell_args args);

/* [g, c] = [x, h]·kernel + bias;  h' = σ(g + forget_bias)·h + (1 - σ(g + forget_bias))·act(c).      TF1: tf.contrib.rnn.UGRNNCell
 *   variables  ugrnn_cell/kernel [in + units, 2·units], bias;   activation  unset: tf_tanh */
struct tf_ugrnn_cell_args {
    tf_source here;
    int64_t num_units;
    tf_initializer initializer;
    double forget_bias;
    tf_activation *activation;
    tf_reuse reuse;
};
#define tf_contrib_rnn_ugrnn_cell(...) \
    TF_KWARGS_(tf_contrib_rnn_ugrnn_cell_((struct tf_ugrnn_cell_args){ .forget_bias = 1.0, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_cell *tf_contrib_rnn_ugrnn_cell_(struct tf_ugrnn_cell_args args);

/* An LSTM whose gates and c are normalized, and whose candidate is dropped out.       TF1: tf.contrib.rnn.LayerNormBasicLSTMCell
 *   layer_norm         false: a bias instead;   norm_gain, norm_shift  what gamma and beta begin with
 *   dropout_keep_prob  a number or a scalar tensor; unset: 1
 *   variables  layer_norm_basic_lstm_cell/kernel [in + units, 4·units], input/gamma, input/beta, transform/…, forget/…, output/…,
 *              state/… [units] */
struct tf_layer_norm_lstm_args {
    tf_source here;
    int64_t num_units;
    double forget_bias;
    tf_activation *activation;
    bool layer_norm;
    double norm_gain, norm_shift;
    tf_operand dropout_keep_prob;
    int64_t dropout_prob_seed;
    tf_reuse reuse;
};
#define tf_contrib_rnn_layer_norm_basic_lstm_cell(...)                                                                   \
    TF_KWARGS_(tf_contrib_rnn_layer_norm_basic_lstm_cell_((struct tf_layer_norm_lstm_args){ .forget_bias = 1.0,          \
        .layer_norm = true, .norm_gain = 1.0, .dropout_keep_prob = TF_UNSET_, .dropout_prob_seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_cell *tf_contrib_rnn_layer_norm_basic_lstm_cell_(struct tf_layer_norm_lstm_args args);

/* LSTMCell's numbers under its other name, no kernel of its own being needed here; the gradient takes no notice of cell_clip, as TF's.
 * TF1: tf.contrib.rnn.LSTMBlockCell
 *   variables  lstm_cell/kernel, bias and, with use_peephole, w_f_diag, w_i_diag, w_o_diag */
struct tf_lstm_block_cell_args {
    tf_source here;
    int64_t num_units;
    double forget_bias, cell_clip; /* NAN: none */
    bool use_peephole;
    tf_dtype dtype;
    tf_reuse reuse;
    const char *name;
};
#define tf_contrib_rnn_lstm_block_cell(...)                                      \
    TF_KWARGS_(tf_contrib_rnn_lstm_block_cell_((struct tf_lstm_block_cell_args){ \
        .forget_bias = 1.0, .cell_clip = NAN, .name = "lstm_cell", TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_cell *tf_contrib_rnn_lstm_block_cell_(struct tf_lstm_block_cell_args args);

/* The same over a whole sequence, by tf_call_fused.                                  TF1: tf.contrib.rnn.LSTMBlockFusedCell
 *   variables  lstm_fused_cell/kernel, bias and, with use_peephole, w_i_diag, w_f_diag, w_o_diag */
#define tf_contrib_rnn_lstm_block_fused_cell(...)                                      \
    TF_KWARGS_(tf_contrib_rnn_lstm_block_fused_cell_((struct tf_lstm_block_cell_args){ \
        .forget_bias = 1.0, .cell_clip = NAN, .name = "lstm_fused_cell", TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_cell *tf_contrib_rnn_lstm_block_fused_cell_(struct tf_lstm_block_cell_args args);

/* A cell whose inputs, or whose outputs, go through a product and a bias.
 * TF1: tf.contrib.rnn.InputProjectionWrapper, OutputProjectionWrapper
 *   variables  input_projection_wrapper/kernel [in, num_proj], bias;  output_projection_wrapper/kernel [out, output_size], bias
 *   errors     ValueError "Parameter output_size must be > 0: 0." */
struct tf_projection_wrapper_args {
    tf_source here;
    int64_t num_proj;
    tf_activation *activation;
    int64_t input_size; /* TF takes no notice of it either */
    tf_reuse reuse;
};
struct tf_output_projection_args {
    tf_source here;
    int64_t output_size;
    tf_activation *activation;
    tf_reuse reuse;
};
#define tf_contrib_rnn_input_projection_wrapper(cell, ...) \
    tf_contrib_rnn_input_projection_wrapper_(cell, (struct tf_projection_wrapper_args){ TF_HERE_, __VA_ARGS__ })
#define tf_contrib_rnn_output_projection_wrapper(cell, ...) \
    tf_contrib_rnn_output_projection_wrapper_(cell, (struct tf_output_projection_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_cell *tf_contrib_rnn_input_projection_wrapper_(tf_cell *cell, struct tf_projection_wrapper_args args);
TF1C_API tf_cell *tf_contrib_rnn_output_projection_wrapper_(tf_cell *cell, struct tf_output_projection_args args);

/* A cell whose inputs, int32 or int64 [batch] or [batch, 1], are rows of a table.       TF1: tf.contrib.rnn.EmbeddingWrapper
 *   initializer  unset: the open variable scope's, or uniform between -√3 and √3
 *   variables    embedding_wrapper/embedding [embedding_classes, embedding_size], embedding_wrapper/…
 *   errors       ValueError "Both embedding_classes and embedding_size must be > 0: 0, 3." */
struct tf_embedding_wrapper_args {
    tf_source here;
    int64_t embedding_classes, embedding_size;
    tf_initializer initializer;
    tf_reuse reuse;
};
#define tf_contrib_rnn_embedding_wrapper(cell, ...) \
    tf_contrib_rnn_embedding_wrapper_(cell, (struct tf_embedding_wrapper_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_cell *tf_contrib_rnn_embedding_wrapper_(tf_cell *cell, struct tf_embedding_wrapper_args args);

#ifdef __cplusplus
}
#endif
#endif
