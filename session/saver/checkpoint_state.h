/* The note of which checkpoints there are: DIRECTORY/checkpoint, a CheckpointState as text. */
#ifndef TF1C_SESSION_SAVER_CHECKPOINT_STATE_H
#define TF1C_SESSION_SAVER_CHECKPOINT_STATE_H

#include "session/saver/saver.h"

/* Paths as they were saved, oldest first, the last the latest. Those of a relative directory are noted relative to it. */
tf_status tf1c_write_checkpoint_state(const char *directory, const char *file, int n, char *const *paths, tf_source here);
/* What stands before the last slash of a path, "" if there is none; the caller's to free, NULL after a report. */
char *tf1c_directory_of(const char *path, tf_source here);

#endif
