/* Whose turn it is to build: a graph is built by one thread at a time, as in TensorFlow. */
#ifndef TF1C_GRAPH_TURN_H
#define TF1C_GRAPH_TURN_H

#include "graph/node.h"

/* g is taken until the end of the function, by whoever makes a node in it; it is not given, after a report, while another thread
 * does. Calls within calls of one thread go by the outermost's. */
typedef struct {
    tf_graph *g;
    bool given;
} tf1c_turn;
tf1c_turn tf1c_turn_begin(tf_graph *g, tf_source here);
void tf1c_turn_end(tf1c_turn *turn);
#define TF1C_TURN(g, here) tf1c_turn turn __attribute__((cleanup(tf1c_turn_end))) = tf1c_turn_begin(g, here)

tf_operation *tf1c_out_of_turn(void); /* what comes of a call that was not given: a mistake that no graph holds */

#endif
