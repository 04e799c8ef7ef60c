/* The headers of the op families. */
#include "graph/op.h"
#if __has_include("ops/basic.h")
#include "ops/basic.h"
#endif
#if __has_include("ops/math.h")
#include "ops/math.h"
#endif
#if __has_include("ops/compare.h")
#include "ops/compare.h"
#endif
#if __has_include("ops/reduce.h")
#include "ops/reduce.h"
#endif
#if __has_include("ops/linear.h")
#include "ops/linear.h"
#endif
#if __has_include("ops/shape.h")
#include "ops/shape.h"
#endif
#if __has_include("ops/join.h")
#include "ops/join.h"
#endif
#if __has_include("ops/index.h")
#include "ops/index.h"
#endif
#if __has_include("ops/fill.h")
#include "ops/fill.h"
#endif
#if __has_include("ops/gather.h")
#include "ops/gather.h"
#endif
#if __has_include("ops/nn.h")
#include "ops/nn.h"
#endif
#if __has_include("ops/random.h")
#include "ops/random.h"
#endif
#if __has_include("ops/state.h")
#include "ops/state.h"
#endif
#if __has_include("ops/training.h")
#include "ops/training.h"
#endif
#if __has_include("ops/control.h")
#include "ops/control.h"
#endif
#if __has_include("ops/losses.h")
#include "ops/losses.h"
#endif
#if __has_include("ops/rnn.h")
#include "ops/rnn.h"
#endif
#if __has_include("ops/debug.h")
#include "ops/debug.h"
#endif
