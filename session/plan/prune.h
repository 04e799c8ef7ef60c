/* What has to run. */
#ifndef TF1C_SESSION_PLAN_PRUNE_H
#define TF1C_SESSION_PLAN_PRUNE_H

#include "session/plan/plan.h"

/* The operations of `graph` that the roots need, inputs first, into *ops (in `memory`), with what of loops is read in *wanted.
 * `reach` is called for every operation found, and may add further roots through tf1c_want. */
typedef struct tf1c_pruning tf1c_pruning;
typedef void tf1c_reach_fn(tf1c_pruning *w, const tf_operation *op, void *arg);
struct tf1c_pruning {
    const tf_graph *graph;
    const tf1c_plan *fed; /* whose feeds end the search, as what earlier parts have done does; NULL: none */
    tf1c_reach_fn *reach;
    void *arg;
    const tf_operation *mistake;
    char *seen, **outputs;
    const tf_operation **stack;
    int n, n_found;
    tf1c_arena *memory;
    bool failed;
};
bool tf1c_prune_begin(tf1c_pruning *w);
void tf1c_want(tf1c_pruning *w, tf_tensor t);
void tf1c_want_op(tf1c_pruning *w, const tf_operation *op); /* all that a loop or branch was made to give */
bool tf1c_prune_end(tf1c_pruning *w, tf_operation ***ops, char ***wanted, int *n_ops);

#endif
