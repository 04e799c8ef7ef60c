/* What the ops on frames [time, batch, classes] with a length for each row of the batch share; not for users. */
#ifndef TF1C_OPS_NN_FRAMES_H
#define TF1C_OPS_NN_FRAMES_H

#include "ops/family.h"

bool tf1c_frames_fit(tf_shape_ctx *c, int lengths, int64_t *batch); /* frames are input 0; false after a report */
bool tf1c_frames_are_decodable(tf_kernel_ctx *k);                   /* lengths are input 1; likewise */

#endif
