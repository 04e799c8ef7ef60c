/* tf1c: TensorFlow 1's programming model in C. This header brings all of it; read the parts in this order. */
#ifndef TF1C_H
#define TF1C_H

/* The graph: tensors, lists, names and scopes, collections, tf_gradients. */
#include "../graph/graph.h"

/* What goes in: placeholders, constants, variables, zeros and ranges, random numbers. */
#include "../ops/basic.h"
#include "../ops/state.h"
#include "../ops/fill.h"
#include "../ops/random.h"

/* Mathematics: element by element, comparisons, products, sums. */
#include "../ops/math.h"
#include "../ops/compare.h"
#include "../ops/linear.h"
#include "../ops/reduce.h"

/* Arrays: shapes, concat and split, x[:, 0], gather and where. */
#include "../ops/shape.h"
#include "../ops/join.h"
#include "../ops/index.h"
#include "../ops/gather.h"
#include "../ops/where.h"

/* Networks: activations and losses, functions as activations, cells along a sequence. */
#include "../ops/nn.h"
#include "../ops/losses.h"
#include "../ops/callable.h"
#include "../ops/layers.h"
#include "../ops/rnn.h"

/* Loops and branches: scan, map_fn, folds, while, cond. */
#include "../ops/control.h"

/* Training: optimizers, learning rates. */
#include "../ops/optimizers.h"

/* Looking inside: printing and checking values as they pass. */
#include "../ops/debug.h"

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
