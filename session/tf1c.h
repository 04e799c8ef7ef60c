/* tf1c: TensorFlow 1's programming model in C. This header brings all of it, in the order a newcomer needs it. */
#ifndef TF1C_H
#define TF1C_H

#include "../core/status.h"
#include "../core/ndarray.h"
#include "../graph/graph.h"
#include "../ops/basic.h"
#include "../ops/state.h"
#include "session.h"

#endif
