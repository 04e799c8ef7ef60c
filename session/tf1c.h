/* tf1c: TensorFlow 1's programming model in C. This header brings all of it; read the parts in this order. */
#ifndef TF1C_H
#define TF1C_H

/* The graph: tensors, lists, names and scopes, collections, tf_gradients. */
#include "../graph/graph.h"

/* What goes in: placeholders, constants, variables, zeros and ranges, random numbers. */
#include "../ops/array/basic.h"
#include "../ops/state/variables.h"
#include "../ops/array/fill.h"
#include "../ops/random/random.h"

/* Mathematics: element by element, comparisons, products, sums. */
#include "../ops/math/unary.h"
#include "../ops/math/compare.h"
#include "../ops/math/matmul.h"
#include "../ops/math/reduce.h"

/* Arrays: shapes, concat and split, x[:, 0], gather and where. */
#include "../ops/array/shape.h"
#include "../ops/array/concat.h"
#include "../ops/array/slice.h"
#include "../ops/array/gather.h"
#include "../ops/array/where.h"

/* Networks: activations and losses, functions as activations, cells along a sequence. */
#include "../ops/nn/nn.h"
#include "../ops/losses/losses.h"
#include "../ops/nn/callable.h"
#include "../ops/layers/layers.h"
#include "../ops/rnn/rnn.h"

/* Loops and branches: scan, map_fn, folds, while, cond. */
#include "../ops/control_flow/loops.h"

/* Training: optimizers, learning rates. */
#include "../ops/training/optimizers.h"

/* Looking inside: printing and checking values as they pass. */
#include "../ops/logging/logging_ops.h"

/* Sessions: running, feeding, fetching. */
#include "session.h"

/* Beneath: arrays with np_…, errors; and op records, for ops of one's own (graph/op.h). */
#include "../core/ndarray.h"
#include "../core/status.h"
#include "../graph/op.h"

/* A call without keywords leaves a macro's `...` empty, as C23 allows; clang's -Wpedantic would say so at every such line. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wgnu-zero-variadic-macro-arguments"
#endif

#endif
