/* Graphs for exchange.py, which asks TensorFlow what they answer. Each is FOLDER/NAME.pb, and beside it FOLDER/NAME.npz: its inputs
 * in0, …, and what this library answers for the nodes out0, …, dx0, … */
#ifndef TF1C_TESTS_EXCHANGE_CASES_H
#define TF1C_TESTS_EXCHANGE_CASES_H

#include "graph/node.h"
#include "session/tf1c.h"
#include "support.h"

extern const char *exchange_folder;
extern int exchange_failures; /* of runs here, and of files */

/* ---- one case: placeholders in0, …, results as nodes out0, …, gradients of those that are floating as dx0, … ------------------- */
typedef struct {
    const char *name;
    int n_in, n_fetches;
    int made; /* operations that the gradients count for */
    bool with_shapes; /* what is known of the fetched ones goes along: shape_out0, … */
    tf_tensor in[MOST_SHAPES], fetches[2 * MOST_SHAPES];
    tf_ndarray values[MOST_SHAPES];
    char names[2 * MOST_SHAPES][16];
    tf_graph *graph;
    struct tf_with_ block;
} exchange_case;

void open_case(exchange_case *c, const char *name);
/* The value is the case's from now on; known: so is the placeholder's shape. */
tf_tensor input(exchange_case *c, tf_ndarray value, bool known);
tf_tensor random_input(exchange_case *c, tf_dims shape, bool known);
void output(exchange_case *c, const char *what, int i, tf_tensor t);
void gradients(exchange_case *c, int n, const tf_tensor *made);
void close_case(exchange_case *c);

/* Of a model: nodes "init", "step", "loss"; the answer is the losses of some steps. */
void close_training(exchange_case *c, tf_tensor loss, tf_operation *train);

#endif
