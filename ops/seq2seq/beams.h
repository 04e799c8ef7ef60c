/* What the files of the beam search share; not for users. */
#ifndef TF1C_OPS_SEQ2SEQ_BEAMS_H
#define TF1C_OPS_SEQ2SEQ_BEAMS_H

#include "ops/seq2seq/beam_search_decoder.h"
#include "ops/seq2seq/decoding.h"

/* Of sound tensors: see tf_contrib_seq2seq_gather_tree. */
tf_tensor tf1c_gather_tree(tf_tensor words, tf_tensor parents, tf_tensor lengths, tf_tensor end);

#endif
