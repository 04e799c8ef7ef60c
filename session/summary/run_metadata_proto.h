/* Run metadata as TensorFlow's message; for session/ alone. */
#ifndef TF1C_SESSION_SUMMARY_RUN_METADATA_PROTO_H
#define TF1C_SESSION_SUMMARY_RUN_METADATA_PROTO_H

#include "core/bytes.h"
#include "session/run_metadata.h"

bool tf1c_pack_run_metadata(const tf_run_metadata *m, tf1c_buffer *to); /* false: no memory was left */

#endif
