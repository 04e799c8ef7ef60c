/* What the files of the seq2seq library share; not for users. */
#ifndef TF1C_OPS_SEQ2SEQ_DECODING_H
#define TF1C_OPS_SEQ2SEQ_DECODING_H

#include "ops/layers/layer.h"
#include "ops/rnn/rnn_step.h"
#include "ops/seq2seq/decoder.h"

enum { TF1C_MOST_OUTPUTS = 4 };

/* What the first step starts from, or a step gives. */
typedef struct {
    tf_tensor outputs[TF1C_MOST_OUTPUTS];
    tf_tensor finished, inputs;
    tf_state *state;
} tf1c_decoder_step;

/* TF1: contrib/seq2seq/python/ops/decoder.py Decoder */
struct tf_decoder {
    tf1c_decoder_step (*initialize)(tf_decoder *self, tf_source here); /* without outputs */
    tf1c_decoder_step (*step)(tf_decoder *self, tf_tensor time, tf_tensor inputs, tf_state *state, tf_source here);
    void (*finalize)(tf_decoder *self, tf_decoded *decoded, tf_tensor *outputs); /* time first still, one more if it likes; optional */
    tf_decoded (*results)(tf_decoder *self, const tf_tensor *outputs);           /* the outputs by their names */
    tf_tensor (*batch_size)(tf_decoder *self);                                   /* asked after initialize */
    bool tracks_own_finished;
    int n_outputs;
    tf_dims output_sizes[TF1C_MOST_OUTPUTS]; /* without the batch */
    tf_dtype output_dtypes[TF1C_MOST_OUTPUTS];
    void *context;
    tf_tensor mistake; /* of a decoder that could not be made */
};
tf_decoder *tf1c_decoder_new(tf_decoder d);            /* never NULL */
tf_decoder *tf1c_decoder_mistake(tf_tensor mistake);   /* likewise */
tf_tensor tf1c_check_cell_state(const tf_cell *cell, const tf_state *state, tf_source here); /* none: it is as initial_state */
tf_tensor tf1c_size_of_given(tf_operand given, tf_tensor t); /* an array, converted to t, TF converts once more */
tf_tensor tf1c_check_tokens(tf_tensor start, tf_tensor end, tf_source here); /* none: a vector and a scalar */
bool tf1c_is_helper(const tf_helper *helper, tf_source here); /* false after a report */

#endif
