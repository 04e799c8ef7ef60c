/* Looking into a checkpoint without a graph. TF1: python/training/checkpoint_utils.py, core/util/tensor_slice_reader.h. */
#include <string.h>

#include "core/alloc.h"
#include "core/bundle.h"
#include "core/report.h"
#include "core/team.h"
#include "session/saver/saver.h"

struct tf_checkpoint_reader {
    tf1c_bundle *bundle;
};

tf_checkpoint_reader *tf_train_new_checkpoint_reader_(const char *path, tf_source here)
{
    TF1C_HOLD_REPORTS;
    const char *latest = path && !tf1c_bundle_exists(path) ? tf_train_latest_checkpoint(path) : NULL;
    if (!path) {
        tf_fail(tf_value_error, here, NULL, "a checkpoint's path is NULL");
        return NULL;
    }
    tf_checkpoint_reader *reader = tf1c_alloc_zero(sizeof *reader);
    if (!reader)
        tf_fail(tf_memory_error, here, NULL, "no memory left for a checkpoint");
    if (reader && !(reader->bundle = tf1c_bundle_open(latest ? latest : path, tf1c_team_cores(), here))) {
        tf1c_free(reader);
        return NULL;
    }
    return reader;
}

void tf_checkpoint_reader_free(tf_checkpoint_reader *reader)
{
    if (reader)
        tf1c_bundle_close(reader->bundle);
    tf1c_free(reader);
}

int tf_checkpoint_count(const tf_checkpoint_reader *reader) { return reader ? tf1c_bundle_count(reader->bundle) : 0; }

tf_checkpoint_variable tf_checkpoint_variable_at(const tf_checkpoint_reader *reader, int i)
{
    if (i < 0 || i >= tf_checkpoint_count(reader))
        return (tf_checkpoint_variable){ 0 };
    const tf1c_bundle_entry e = tf1c_bundle_at(reader->bundle, i);
    return (tf_checkpoint_variable){ e.name, tf1c_bundle_dtype_name(reader->bundle, i), e.dims };
}

bool tf_has_tensor(const tf_checkpoint_reader *reader, const char *name)
{
    return reader && name && tf1c_bundle_find(reader->bundle, name) >= 0;
}

tf_ndarray tf_checkpoint_get_tensor_(tf_checkpoint_reader *reader, const char *name, tf_source here)
{
    TF1C_HOLD_REPORTS;
    if (!reader)
        return (tf_ndarray){ 0 };
    const int i = name ? tf1c_bundle_find(reader->bundle, name) : -1;
    if (i < 0) {
        tf_fail(tf_not_found, here, NULL, "Key %s not found in checkpoint", name ? name : "None");
        return (tf_ndarray){ 0 };
    }
    tf_ndarray a = { 0 };
    if (tf1c_bundle_dtype(reader->bundle, i))
        a = np_empty(tf1c_bundle_at(reader->bundle, i).dims, tf1c_bundle_dtype(reader->bundle, i));
    if ((a.data || !tf1c_bundle_dtype(reader->bundle, i)) && tf1c_bundle_read(reader->bundle, i, a.data, here))
        np_free(&a);
    return a;
}

tf_ndarray tf_train_load_variable_(const char *path, const char *name, tf_source here)
{
    TF1C_HOLD_REPORTS;
    tf_checkpoint_reader *reader = tf_train_new_checkpoint_reader_(path, here);
    const tf_ndarray a = tf_checkpoint_get_tensor_(reader, name, here);
    tf_checkpoint_reader_free(reader);
    return a;
}
