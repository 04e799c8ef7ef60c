/* What both formats of checkpoints share; for bundle.c and bundle_v1.c alone. */
#ifndef TF1C_CORE_BUNDLE_PRIVATE_H
#define TF1C_CORE_BUNDLE_PRIVATE_H

#include "core/alloc.h"
#include "core/bundle.h"
#include "core/map.h"
#include "core/proto/bundle.pb-c.h"

typedef struct {
    int64_t start[TF_MAX_RANK], length[TF_MAX_RANK]; /* length -1: all */
} tf1c_extent;

typedef struct {
    const char *name;
    int type, shard;
    tf_dims dims;
    int64_t offset, size;
    uint32_t crc;
    int n_slices;
    tf1c_extent *slices;
} tf1c_stored;

/* A file of the older format, which is a table itself. */
typedef struct {
    char *bytes;
    tf1c_table table;
} tf1c_bundle_file;

struct tf1c_bundle {
    char *prefix, *index; /* the index' bytes */
    tf1c_table table;
    tf1c_arena memory;
    int n, shards, threads;
    tf1c_stored *entries;
    int fd, open_shard; /* of the data file read last; -1 */
    int n_files;        /* 0: the format of today */
    tf1c_bundle_file *files;
    tf1c_map numbers; /* name -> 1 + which of the entries, while files are opened */
};

/* bundle.c */
extern const char tf1c_no_memory_left[];
bool tf1c_bundle_dims(const Tf1c__TensorShapeProto *shape, tf_dims *dims);
/* One part of an array of such dims; false: it lies outside. */
bool tf1c_bundle_extent(const Tf1c__TensorSliceProto *slice, tf_dims dims, tf1c_extent *x);
tf_dims tf1c_part_dims(const tf1c_stored *whole, const tf1c_extent *x);
void tf1c_place_part(const tf1c_stored *whole, const tf1c_extent *x, tf_dims dims, const char *from, char *to, size_t size);
tf_status tf1c_bundle_no_memory(tf_source here);
char *tf1c_bundle_file_name(const char *prefix, const char *ending); /* the caller's to free */

/* bundle_data.c */
float tf1c_half_to_float(uint16_t h);
float tf1c_bfloat_to_float(uint16_t b);
tf_dtype tf1c_bundle_read_as(int type); /* the dtype that TensorFlow's DataType is read as; unset: none */
uint32_t tf1c_bundle_write_data(tf1c_bundle_writer *w, const char *data, size_t n); /* their CRC */
/* The elements of e, n of them, to where they belong, or at NULL checked alone. */
tf_status tf1c_bundle_read_plain(tf1c_bundle *b, const tf1c_stored *e, int64_t n, void *to, tf_source here);

/* bundle_v1.c */
bool tf1c_bundle_v1_exists(const char *path);                                        /* a file, or a pattern of shards */
tf_status tf1c_bundle_v1_open(tf1c_bundle *b, const char *path, tf_source here);     /* b is to be closed even so */
tf_status tf1c_bundle_v1_read(tf1c_bundle *b, int i, void *to, tf_source here);      /* as tf1c_bundle_read */
void tf1c_bundle_v1_close(tf1c_bundle *b);

#endif
