/* How the session of a training comes about; for session/training/ alone. */
#ifndef TF1C_SESSION_TRAINING_PREPARE_H
#define TF1C_SESSION_TRAINING_PREPARE_H

#include "session/session_private.h"
#include "session/training/hooks.h"

/* What is unset, of the current graph. */
tf_status tf1c_complete_scaffold(tf_scaffold *f);
/* Variables from the latest checkpoint of the folder, which may be NULL or hold none, or from their initializers. */
tf_status tf1c_prepare_session(tf_session *s, const tf_scaffold *f, const char *checkpoint_dir, tf_source here);
/* A session on the current graph, prepared, then with its monitor, its queue runners started with *coord, which is the caller's. NULL
 * after a report. */
tf_session *tf1c_open_training(const tf_scaffold *f, const char *checkpoint_dir, struct tf_session_args a, tf1c_monitor *monitor,
                               tf_coordinator **coord, tf_threads *threads);

#endif
