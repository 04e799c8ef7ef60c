/* What a saver is made of, and MetaGraphDefs: a graph with its collections and what saves it. */
#ifndef TF1C_SESSION_SAVER_META_GRAPH_H
#define TF1C_SESSION_SAVER_META_GRAPH_H

#include <time.h>

#include "core/proto/meta.pb-c.h"
#include "graph/node.h"
#include "session/graphdef/export.h"
#include "session/saver/saver.h"

/* A variable and its name in the file. */
typedef struct {
    const char *name;
    const tf_operation *variable;
} tf1c_saved;

typedef struct {
    char *path;
    time_t when;
} tf1c_kept_checkpoint;

struct tf_saver {
    tf_graph *graph;
    int n;
    tf1c_saved *variables; /* ascending by name */
    int max_to_keep;
    double keep_every_seconds, next_to_keep;
    int n_checkpoints, capacity;
    tf1c_kept_checkpoint *checkpoints; /* oldest first */
    char *last;                   /* what tf_save returned */
};

/* The graph as a MetaGraphDef, in a file that is there whole or not at all; with the saver, if there is one, as TensorFlow would have made
 * its nodes. */
tf_status tf1c_meta_graph_def(const tf_saver *saver, const tf_graph *g, tf1c_export_mode mode, tf1c_buffer *to, tf_source here);
/* The graph of an unpacked one with what belongs to it, added to g, a root; *saver is its saver, NULL where there is nothing to save. */
tf_status tf1c_add_meta_graph(tf_graph *g, Tf1c__MetaGraphDef *def, const struct tf_import_meta_graph_args *a, tf_saver **saver);
/* The tensor of "name:1" in g; none: it has it not. */
tf_tensor tf1c_tensor_named(const tf_graph *g, const char *prefix, const char *text);
tf_status tf1c_write_meta_graph(const tf_saver *saver, const tf_graph *g, const char *path, tf1c_export_mode mode, bool as_text,
                                tf_source here);

#endif
