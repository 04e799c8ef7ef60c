/* Graphs as TensorFlow's GraphDef. */
#ifndef TF1C_SESSION_GRAPHDEF_EXPORT_H
#define TF1C_SESSION_GRAPHDEF_EXPORT_H

#include "core/bytes.h"
#include "graph/graph.h"

typedef enum {
    TF1C_NODES,
    TF1C_WITH_SHAPES, /* of what nodes give */
    TF1C_DRAWING      /* likewise, to be looked at: what TensorFlow could not run stands in it as it is */
} tf1c_export_mode;

/* The graph's nodes, serialized. MemoryError; but for a drawing UnimplementedError: a loop that assigns to a variable, which
 * TensorFlow's functional While cannot, an op that TensorFlow has not. */
tf_status tf1c_graph_def(const tf_graph *g, tf1c_export_mode mode, tf1c_buffer *to, tf_source here);

#endif
