/* Graphs as TensorFlow's GraphDef. */
#ifndef TF1C_SESSION_GRAPHDEF_EXPORT_H
#define TF1C_SESSION_GRAPHDEF_EXPORT_H

#include "core/bytes.h"
#include "graph/graph.h"

/* The graph's nodes, serialized, with the shapes of what they give; false without memory. */
bool tf1c_graph_def(const tf_graph *g, tf1c_buffer *to);

#endif
