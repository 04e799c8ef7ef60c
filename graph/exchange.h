/* What an op whose record has `pull` or `push` gets from the session, and functions that are called with arrays. */
#ifndef TF1C_GRAPH_EXCHANGE_H
#define TF1C_GRAPH_EXCHANGE_H

#include "graph/loop.h"

/* What went wrong, kept until somebody reports it, in whichever thread. */
typedef struct {
    tf_status code;
    tf_source where;
    char op[128];
    char message[512];
} tf1c_fault;
void tf1c_fault_set(tf1c_fault *f, tf_status code, const char *format, ...) __attribute__((format(printf, 3, 4)));
void tf1c_fault_take(tf1c_fault *f);                                  /* the thread's last error */
tf_status tf1c_fault_report(const tf1c_fault *f, const tf_operation *op); /* at its own place, or op's */

typedef struct tf_session tf_session;
struct tf_exchange {
    const tf_operation *op;
    tf_ndarray *in;       /* the inputs' values, for as long as the call; what a push sets to { 0 } of those with memory is its own */
    tf_ndarray *out;      /* pull: to be set, good until `release` */
    void (*release)(void *lease); /* pull: called once the run has read them; NULL: nothing to do */
    void *lease;
    tf_session *session;
};

/* A body's results for given arguments, in a session of its own; from several threads at once. */
typedef struct tf1c_function tf1c_function;
typedef struct {
    const tf_graph *graph;
    int n_args, n_results;
    const tf_tensor *args, *results;
} tf1c_function_def;

/* What the session lends to ops; `session` defines the table. */
typedef struct {
    /* What it keeps for op, as long as itself: op->def->resource_size bytes, zeroed at first; NULL after a report. */
    void *(*memory)(tf_session *s, const tf_operation *op);
    /* The values of tensors that a run before the run would fetch: constants where they are, others owned by `values`. */
    tf_status (*values)(tf_session *s, int n, const tf_tensor *tensors, tf_ndarray *values);
    bool (*is_closed)(const tf_session *s);
    tf1c_function *(*open)(const tf1c_function_def *def); /* NULL after a report; def is copied */
    /* `out`: as fetched into, from { 0 } on. No report: the fault says what was wrong. */
    tf_status (*call)(tf1c_function *f, const tf_ndarray *in, tf_ndarray *out, tf1c_fault *fault);
    void (*close)(tf1c_function *f); /* NULL is fine */
} tf1c_lender;
extern const tf1c_lender tf1c_lent;

/* The value of a tensor that is a constant of the graph, which outlives every session on it. */
bool tf1c_is_constant(tf_tensor t, tf_ndarray *value);

#endif
