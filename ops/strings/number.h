/* Text as a number. */
#ifndef TF1C_OPS_STRINGS_NUMBER_H
#define TF1C_OPS_STRINGS_NUMBER_H

#include "core/ndarray.h"

/* All of the text, white space around it aside, as float32, float64, int32 or int64; false: it is none, or too large. */
bool tf1c_text_to_number(const char *text, tf_dtype dtype, void *to);

#endif
