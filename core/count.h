/* Sums and products of dimensions and counts, none negative: what exceeds int64 stays at its end, where a run refuses it. */
#ifndef TF1C_CORE_COUNT_H
#define TF1C_CORE_COUNT_H

#include <stdint.h>

static inline int64_t tf1c_times(int64_t a, int64_t b) { return a && b > INT64_MAX / a ? INT64_MAX : a * b; }
static inline int64_t tf1c_plus(int64_t a, int64_t b) { return b > INT64_MAX - a ? INT64_MAX : a + b; }

#endif
