/* One node's message being put together, then written where the nodes of its graph or function are. */
#ifndef TF1C_SESSION_GRAPHDEF_NODE_DEF_H
#define TF1C_SESSION_GRAPHDEF_NODE_DEF_H

#include "core/bytes.h"
#include "core/proto/graph.pb-c.h"
#include "core/ndarray.h"
#include "core/alloc.h"

typedef struct {
    tf1c_arena memory;
    Tf1c__NodeDef node;
    size_t cap_input, cap_attr;
    bool failed; /* no memory */
} tf1c_node_def;

void tf1c_def_start(tf1c_node_def *d, const char *op, const char *name, const char *device);
void tf1c_def_input(tf1c_node_def *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tf1c_def_type(tf1c_node_def *d, const char *key, tf_dtype dtype);
void tf1c_def_types(tf1c_node_def *d, const char *key, int n, const int *types); /* of protobuf's numbers: DT_VARIANT too */
void tf1c_def_bool(tf1c_node_def *d, const char *key, bool b);
void tf1c_def_int(tf1c_node_def *d, const char *key, int64_t i);
void tf1c_def_ints(tf1c_node_def *d, const char *key, int n, const int64_t *ints);
void tf1c_def_floats(tf1c_node_def *d, const char *key, const tf_ndarray *a); /* float32, or no data */
void tf1c_def_float(tf1c_node_def *d, const char *key, double f);
void tf1c_def_string(tf1c_node_def *d, const char *key, const char *s);
void tf1c_def_strings(tf1c_node_def *d, const char *key, int n, const char *const *s);
void tf1c_def_shape(tf1c_node_def *d, const char *key, tf_dims shape);
void tf1c_def_shapes(tf1c_node_def *d, const char *key, int n, const tf_dims *shapes);
void tf1c_def_tensor(tf1c_node_def *d, const char *key, const tf_ndarray *a); /* borrows the elements */
void tf1c_def_func(tf1c_node_def *d, const char *key, const char *function);
/* Written as field `number` of the message that `to` holds; released. */
void tf1c_def_finish(tf1c_node_def *d, tf1c_buffer *to, int number);

/* A message's packed bytes as field `number`. */
void tf1c_put_message(tf1c_buffer *to, int number, const ProtobufCMessage *message);
void tf1c_put_bytes(tf1c_buffer *to, int number, const void *data, size_t n);

#endif
