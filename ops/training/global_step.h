/* The step counter. */
#ifndef TF1C_OPS_TRAINING_GLOBAL_STEP_H
#define TF1C_OPS_TRAINING_GLOBAL_STEP_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The step counter: an int64 scalar variable `global_step`, not trained; tf_train_get_global_step gives a none handle if there
 * is none.   TF1: tf.train.get_or_create_global_step, create_global_step, get_global_step
 *   errors  ValueError "\"global_step\" already exists." */
#define tf_train_get_or_create_global_step() tf_get_or_create_global_step_(TF_SOURCE)
#define tf_train_create_global_step() tf_create_global_step_(TF_SOURCE)
TF1C_API tf_tensor tf_train_get_global_step(void);
TF1C_API tf_tensor tf_get_or_create_global_step_(tf_source here);
TF1C_API tf_tensor tf_create_global_step_(tf_source here);

#ifdef __cplusplus
}
#endif
#endif
