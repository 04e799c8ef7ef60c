/* How many operations TF makes of a loop or branch: an op's seed is their number before it, inside bodies and after them. */
#ifndef TF1C_OPS_CONTROL_FLOW_COUNTS_H
#define TF1C_OPS_CONTROL_FLOW_COUNTS_H

#include "graph/node.h"

/* Around the functions of the user's, whose operations, and what they capture, count as they are made. */
typedef struct {
    int begin;  /* what was made before the loop */
    int before; /* what TF makes up to the function */
    int after;  /* and after it */
} tf1c_counts;

typedef struct {
    int elems, states;
    bool known;      /* how many elements there are, while the graph is built */
    bool from_first; /* no initializer: the first element is the state */
    bool reverse;
} tf1c_counted;

/* Of the graph as it is now. */
tf1c_counts tf1c_count_scan(tf1c_counted c);
tf1c_counts tf1c_count_fold(tf1c_counted c);
tf1c_counts tf1c_count_map(tf1c_counted c); /* states: results */
tf1c_counted tf1c_counted_over(tf_list elems, int states);

int tf1c_count_now(void);
void tf1c_count_as(int n);   /* so many have been made */
void tf1c_count_more(int n); /* that TF makes and we do not */

#endif
