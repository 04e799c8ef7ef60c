/* Which assignments wait for which readers of their variables. */
#ifndef TF1C_SESSION_GRAPHDEF_ORDER_H
#define TF1C_SESSION_GRAPHDEF_ORDER_H

#include "graph/node.h"

typedef struct {
    int writer; /* its index */
    const tf_operation *reader;
} tf1c_wait;
typedef struct tf1c_order {
    int *first;       /* of each operation: where its waits begin, if it has some */
    tf1c_wait *waits; /* those of one writer beside each other */
    int n, capacity;
} tf1c_order;
tf_status tf1c_find_order(const tf_graph *g, tf1c_order *order, tf_source here); /* to be released either way */
void tf1c_order_free(tf1c_order *order);

#endif
