/* A queue's elements in a session, and what runs do with them. */
#ifndef TF1C_OPS_DATA_FLOW_QUEUE_STATE_H
#define TF1C_OPS_DATA_FLOW_QUEUE_STATE_H

#include "ops/data/stage.h"
#include "ops/data_flow/queue.h"

struct tf_queue {
    tf_graph *graph;
    const tf_operation *resource; /* whose state the session keeps */
    tf_operation *mistake;        /* it was not made */
    int64_t capacity, least;      /* least: elements that stay while it is open */
    tf_types dtypes;
    tf_shapes shapes;
    bool shuffles, pads;
    int64_t seed, seed2;
    tf_operation *cancel; /* closes it, and gives up what waits for room */
};

/* An enqueue: who runs it, if it has a runner. */
typedef struct {
    tf_queue *queue;
    bool many;
    int threads;
    int64_t most; /* runs of it; 0: without end */
} tf1c_enqueue_attrs;
tf1c_enqueue_attrs *tf1c_enqueue_of(const tf_operation *op); /* NULL: it is none */

/* stacked.c: the component of n elements of one rank as one array, shorter ones with zeros behind. */
bool tf1c_stack_elements(tf1c_component *to, const tf1c_element *all, int component, int64_t n); /* false after a report */

/* Waits for an element of the queue; it is the caller's then. A status after a report. */
tf_status tf1c_take_element(tf_exchange *x, const tf_queue *q, tf1c_element *e);

#endif
