/* In place of the summaries where the library was built without protobuf-c: each says so. */
#include "ops/control_flow/counts.h"
#include "ops/family.h"
#include "ops/summary/record.h"

static tf_tensor missing(tf_source here)
{
    return tf_mistake(tf_unimplemented, here, NULL,
                      "tf1c was built without summaries: protobuf-c was missing (Debian: libprotobuf-c-dev, protobuf-c-compiler)");
}

#define MISSING(fn) \
    tf_tensor fn(struct tf_summary_args a) { return missing(a.here); }
MISSING(tf_summary_scalar_)
MISSING(tf_summary_histogram_)
MISSING(tf_summary_text_)

tf_tensor tf_summary_image_(struct tf_summary_image_args a) { return missing(a.here); }
tf_tensor tf_summary_audio_(struct tf_summary_audio_args a) { return missing(a.here); }

tf_tensor tf_summary_merge_(tf_list inputs, struct tf_summary_merge_args a) { return (void)inputs, missing(a.here); }
tf_tensor tf_summary_merge_all_(struct tf_merge_all_args a) { return (void)a, (tf_tensor){ 0 }; }

void tf1c_record(tf_tensor summary(struct tf_summary_args), const char *name, tf_tensor values)
{
    enum { TAG_AND_SUMMARY = 2 };
    (void)summary, (void)name, (void)values;
    tf1c_count_more(TAG_AND_SUMMARY);
}
