/* The workloads: each a model with its training step, and the matrix products that the step cannot do without. */
#ifndef TF1C_BENCH_MODELS_H
#define TF1C_BENCH_MODELS_H

#include <tf1c.h>

/* Sizes: batch, time steps, inputs a step, units, classes. */
typedef struct {
    int B, T, I, H, C;
} sizes;

typedef struct model model;
struct model {
    tf_graph *graph;
    tf_operation *step;   /* what a run runs; NULL: it fetches `value` */
    tf_operation *second; /* then this, by `run` */
    tf_tensor value;
    tf_status (*run)(tf_session *session, model *m); /* instead, where more is fetched */
    tf_tensor fetched;
    tf_state *state;
    tf_feeds feeds;
    tf_ndarray x, y, result; /* the fed batch, what was fetched; owned */
    tf_state_value last;     /* fetched and fed, likewise */
    char file[32];           /* what it reads, deleted with it */
    double gradients;        /* seconds that the training step took to make */
};

/* One kind of product, done `times` times in a row on other memory each time, a' [m,k] times b' [k,n]; `adds`: to what is there.
 * `shared_b`: b is the same each time (a weight). */
typedef struct {
    const char *what;
    bool ta, tb;
    int m, n, k, times;
    bool adds, shared_b;
} product;
enum { MOST_PRODUCTS = 16 };

/* Of an LSTM's loop: all inputs at once, each step's recurrent product and its transpose going back, both weights' gradients. Of a
 * layer [rows, in] -> [rows, out]. How many. */
int lstm_loop(product *p, const sizes *s);
int dense_products(product *p, int rows, int in, int out, bool backward);
int conv_products(product *p, int outputs, int window, int filters, int channels);

typedef struct workload {
    const char *name, *what;
    sizes s;
    void (*build)(model *m, const sizes *s);
    int (*products)(product *p, const sizes *s); /* how many; NULL: none */
} workload;

extern const workload workloads[];
extern const int n_workloads;
const workload *find_workload(const char *name);

/* ---- batches: the same numbers every time ---- */
tf_ndarray reals(tf_dims shape);
tf_ndarray labels(int n, int classes);
tf_ndarray codes(int rows, int columns, int n, uint32_t state);
/* Feeds an array, which is the model's from then on. */
void feed_x(model *m, tf_tensor to, tf_ndarray x);
void feed_y(model *m, tf_tensor to, tf_ndarray y);
void train(model *m, tf_optimizer *optimizer); /* m->value down; the time it takes is noted */
double seconds_now(void);                      /* on a monotonic clock */

/* ---- builders beyond models.c: sequences.c, layers.c, programs.c ---- */
typedef void builder(model *m, const sizes *s);
typedef int products_of(product *p, const sizes *s);
builder lstm_step, sentence, gru_lengths, bidirectional, embedding, while_rnn;
products_of lstm_step_products, sentence_products, gru_products, bidirectional_products, embedding_products, while_products;
builder softmax_classes, autoencoder, residual_block;
products_of softmax_products, autoencoder_products, residual_products;
builder translator, alignments, adversaries, pipeline;
products_of translator_products, adversaries_products;

model make_model(const workload *w, const sizes *s);
void free_model(model *m);

#endif
