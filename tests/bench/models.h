/* The workloads: each a model with its training step, and the matrix products that the step cannot do without. */
#ifndef TF1C_BENCH_MODELS_H
#define TF1C_BENCH_MODELS_H

#include <tf1c.h>

/* Sizes: batch, time steps, inputs a step, units, classes. */
typedef struct {
    int B, T, I, H, C;
} sizes;

typedef struct {
    tf_graph *graph;
    tf_operation *step; /* what a run runs; NULL: it fetches `value` */
    tf_tensor value;
    tf_feeds feeds;
    tf_ndarray x, y; /* the fed batch; owned */
    tf_tensor keep_prob;
} model;

/* One kind of product, done `times` times in a row on other memory each time, a' [m,k] times b' [k,n]; `adds`: to what is there.
 * `shared_b`: b is the same each time (a weight). */
typedef struct {
    const char *what;
    bool ta, tb;
    int m, n, k, times;
    bool adds, shared_b;
} product;
enum { MOST_PRODUCTS = 12 };

typedef struct workload {
    const char *name, *what;
    sizes s;
    void (*build)(model *m, const sizes *s);
    int (*products)(product *p, const sizes *s); /* how many; NULL: none */
} workload;

extern const workload workloads[];
extern const int n_workloads;
const workload *find_workload(const char *name);

model make_model(const workload *w, const sizes *s);
void free_model(model *m);

#endif
