/* Which port of a body stands for a tensor. Not for users. */
#ifndef TF1C_GRAPH_PORT_MAP_H
#define TF1C_GRAPH_PORT_MAP_H

#include "graph/graph.h"

typedef struct {
    struct tf1c_port_slot *slots; /* in the graph's memory */
    int room, n;
} tf1c_port_map; /* zero-initialized is empty */

/* The port that was noted for t and kind, an input's or an output's; -1: there is none. */
int tf1c_port_of(const tf1c_port_map *m, int kind, tf_tensor t);
/* Of several the first counts. False: no memory. */
bool tf1c_note_port(tf_graph *g, tf1c_port_map *m, int kind, tf_tensor t, int port);

#endif
