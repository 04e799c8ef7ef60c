/* tf1c: TensorFlow 1's programming model in C. This header brings all of it; read the parts in this order. */
#ifndef TF1C_H
#define TF1C_H

/* The graph: tensors, lists, names and scopes, collections, tf_gradients. */
#include "../graph/graph.h"

/* What goes in: placeholders, constants, variables, zeros and ranges, random numbers. */
#include "../ops/array/constant.h"
#include "../ops/array/fill.h"
#include "../ops/array/identity.h"
#include "../ops/array/indexed_slices.h"
#include "../ops/array/placeholder.h"
#include "../ops/math/range.h"
#include "../ops/random/random.h"
#include "../ops/random/stateless.h"
#include "../ops/state/initializers.h"
#include "../ops/state/framework.h"
#include "../ops/state/template.h"
#include "../ops/state/variables.h"

/* Mathematics: element by element, comparisons, products, sums. */
#include "../ops/linalg/decompositions.h"
#include "../ops/linalg/linear_algebra.h"
#include "../ops/linalg/norm.h"
#include "../ops/math/add_n.h"
#include "../ops/math/arithmetic.h"
#include "../ops/math/cast.h"
#include "../ops/math/clip.h"
#include "../ops/math/compare.h"
#include "../ops/math/confusion_matrix.h"
#include "../ops/math/cross.h"
#include "../ops/math/einsum.h"
#include "../ops/math/histogram.h"
#include "../ops/math/matmul.h"
#include "../ops/math/reduce.h"
#include "../ops/math/segment.h"
#include "../ops/math/special.h"
#include "../ops/math/unary.h"
#include "../ops/math/variance.h"

/* Arrays: shapes, concat and split, x[:, 0], gather and where. */
#include "../ops/array/concat.h"
#include "../ops/array/diag.h"
#include "../ops/array/gather.h"
#include "../ops/array/one_hot.h"
#include "../ops/array/pad.h"
#include "../ops/array/sequence.h"
#include "../ops/array/shape.h"
#include "../ops/array/slice.h"
#include "../ops/array/sort.h"
#include "../ops/array/space.h"
#include "../ops/array/where.h"
#include "../ops/data_flow/partition.h"
#include "../ops/nn/ctc.h"
#include "../ops/sparse/sparse.h"

/* Networks: activations and losses, functions as activations, cells along a sequence. */
#include "../ops/distributions/distributions.h"
#include "../ops/layers/contrib.h"
#include "../ops/layers/convolutional.h"
#include "../ops/layers/layers.h"
#include "../ops/layers/normalization.h"
#include "../ops/layers/regularizers.h"
#include "../ops/losses/losses.h"
#include "../ops/metrics/metrics.h"
#include "../ops/nn/activation.h"
#include "../ops/nn/batch_norm.h"
#include "../ops/nn/callable.h"
#include "../ops/nn/candidate_sampling.h"
#include "../ops/nn/conv.h"
#include "../ops/nn/depthwise.h"
#include "../ops/nn/dilation.h"
#include "../ops/nn/lrn.h"
#include "../ops/nn/nn.h"
#include "../ops/nn/pool.h"
#include "../ops/nn/top_k.h"
#include "../ops/rnn/contrib_cells.h"
#include "../ops/rnn/raw_rnn.h"
#include "../ops/rnn/rnn.h"
#include "../ops/seq2seq/attention_wrapper.h"
#include "../ops/seq2seq/beam_search_decoder.h"
#include "../ops/seq2seq/crf.h"
#include "../ops/seq2seq/decoder.h"
#include "../ops/seq2seq/helper.h"
#include "../ops/seq2seq/legacy_seq2seq.h"

/* Loops and branches: scan, map_fn, folds, while, cond. */
#include "../ops/control_flow/cond.h"
#include "../ops/control_flow/group.h"
#include "../ops/control_flow/hessians.h"
#include "../ops/control_flow/loops.h"
#include "../ops/data_flow/tensor_array.h"

/* Functions of the program's: as ops, and as gradients. */
#include "../ops/script/custom_gradient.h"
#include "../ops/script/py_func.h"

/* Input pipelines; files, strings, Examples. */
#include "../core/gfile.h"
#include "../ops/data/iterator.h"
#include "../ops/data_flow/queue.h"
#include "../ops/image/image.h"
#include "../ops/io/io_ops.h"
#include "../ops/lookup/lookup_ops.h"
#include "../ops/parsing/parsing_ops.h"
#include "../ops/strings/string_ops.h"

/* Training: optimizers, learning rates. */
#include "../ops/training/global_step.h"
#include "../ops/training/learning_rate_decay.h"
#include "../ops/training/moving_averages.h"
#include "../ops/training/optimizers.h"
#include "../ops/layers/optimize_loss.h"

/* Messages of the program's own. */
#include "../core/logging.h"

/* Looking inside: printing, checking and summarizing values as they pass. */
#include "../ops/logging/logging_ops.h"
#include "../ops/summary/summary.h"

/* Sessions: running, feeding, fetching. */
#include "session.h"
#include "run_metadata.h"

/* Threads that fill queues. */
#include "input/coordinator.h"

/* Checkpoints, graphs as files, and what TensorBoard reads. */
#include "graphdef/graph_def.h"
#include "saver/saver.h"
#include "summary/file_writer.h"
#include "summary/summary_iterator.h"

/* Trainings that are resumed, saved, watched and stopped. */
#include "training/hooks.h"
#include "training/monitored_session.h"
#include "training/supervisor.h"

/* Beneath: arrays with np_…, errors; and op records, for ops of one's own (graph/op.h). */
#include "../core/ndarray.h"
#include "../core/status.h"
#include "../graph/op.h"

/* A call without keywords leaves a macro's `...` empty, as C23 allows; clang's -Wpedantic would say so at every such line. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wgnu-zero-variadic-macro-arguments"
#endif

#endif
