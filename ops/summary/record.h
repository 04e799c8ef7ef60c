/* Summaries that the library makes by itself: of queues, and of what optimize_loss is asked to watch. */
#ifndef TF1C_OPS_SUMMARY_RECORD_H
#define TF1C_OPS_SUMMARY_RECORD_H

#include "ops/summary/summary.h"

/* One operation and its tag's; where the library was built without summaries they only count, for what is drawn afterwards. */
void tf1c_record(tf_tensor summary(struct tf_summary_args), const char *name, tf_tensor values);

#endif
