/* Names of parts of variables as keys of a checkpoint's index: bytes that sort as what they stand for.
 * Source: core/lib/strings/ordered_code.cc, core/util/saved_tensor_slice_util.cc EncodeTensorNameSlice */
#ifndef TF1C_CORE_ORDERED_CODE_H
#define TF1C_CORE_ORDERED_CODE_H

#include "core/bytes.h"

/* The key of the part of `name` that begins at start[i] and is length[i] long along each axis; -1: all of it. */
void tf1c_slice_key(tf1c_buffer *b, const char *name, int rank, const int64_t *start, const int64_t *length);

#endif
