/* Checkpoints as files: named arrays in PREFIX.data-0000N-of-0000M, found through PREFIX.index. TensorFlow's "V2" format.
 * Source: core/util/tensor_bundle/tensor_bundle.cc, core/protobuf/tensor_bundle.proto */
#ifndef TF1C_CORE_BUNDLE_H
#define TF1C_CORE_BUNDLE_H

#include "core/ndarray.h"
#include "core/safe_file.h"
#include "core/table.h"

/* ---- writing: nothing is to be seen at PREFIX until all of it is ---- */
typedef struct {
    char *prefix;
    tf1c_safe_file data;
    tf1c_table_writer index;
    int shards, threads;
    tf_status status; /* the first failure; what follows is skipped */
    tf_source here;
} tf1c_bundle_writer;
/* To be finished even if it fails. Here as below, `threads` are how many may read, write and sum up a large array. */
tf_status tf1c_bundle_create(tf1c_bundle_writer *w, const char *prefix, int threads, tf_source here);
/* Contiguous elements of a numeric array; names ascending, as strcmp orders them. */
tf_status tf1c_bundle_add(tf1c_bundle_writer *w, const char *name, const tf_ndarray *array);
tf_status tf1c_bundle_finish(tf1c_bundle_writer *w, tf_status before); /* before: what has failed elsewhere; releases w */

/* ---- reading ---- */
/* One array of a checkpoint. Parts of a partitioned one stand for the whole. */
typedef struct {
    const char *name;
    int type; /* TensorFlow's DataType: more than tf_dtype has */
    tf_dims dims;
} tf1c_bundle_entry;
typedef struct tf1c_bundle tf1c_bundle;

tf1c_bundle *tf1c_bundle_open(const char *prefix, int threads, tf_source here); /* NULL after a report */
void tf1c_bundle_close(tf1c_bundle *b);
int tf1c_bundle_count(const tf1c_bundle *b);
tf1c_bundle_entry tf1c_bundle_at(const tf1c_bundle *b, int i); /* ascending by name */
int tf1c_bundle_find(const tf1c_bundle *b, const char *name);  /* -1 */
/* Entry i's elements into memory of its shape; of its dtype, or float32 for half and bfloat16, int32 for smaller integers. */
tf_dtype tf1c_bundle_dtype(const tf1c_bundle *b, int i); /* unset: a dtype that is not read */
const char *tf1c_bundle_dtype_name(const tf1c_bundle *b, int i); /* "float32", "bfloat16" */
tf_status tf1c_bundle_read(tf1c_bundle *b, int i, void *to, tf_source here); /* to NULL: is it all there and sound? */
bool tf1c_bundle_exists(const char *prefix);

#endif
