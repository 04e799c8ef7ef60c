/* Random graphs and training runs for exchange.py: write_graphs FOLDER COUNT SEED. Number i of a seed is always the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/all_headers.h"
#include "differential/program.h"

static void begin(program *p, exchange_case *c, const char *name, uint64_t seed, bool again)
{
    open_case(c, name);
    p->state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    p->c = c;
    p->n = 0, p->offered = 0;
    p->again = again;
    p->forget = false;
}

static void drop(exchange_case *c)
{
    for (int i = 0; i < c->n_in; i++)
        np_free(&c->values[i]);
    tf_with_close_(&c->block);
    tf_graph_free(c->graph);
}

static void make(program *p)
{
    static const tf_dtype dtypes[] = { tf_float32, tf_float32, tf_float32, tf_float64, tf_int32, tf_int64 };
    p->forget = chance(p, 40) && p->again;
    const int steps = 3 + rnd(p, 10), loops = chance(p, 25);
    for (int n = 2 + rnd(p, 3); n > 0; n--)
        keep(p, new_input(p, n == 1 ? tf_float32 : dtypes[rnd(p, 6)], small_shape(p, 0, 4), -2, 3));
    if (loops)
        add_loop(p);
    for (int n = 0; n < steps; n++)
        add_op(p);
}

/* The last values, and what flows back from those that are floating. */
static void fetch(program *p)
{
    enum { MOST_FETCHED = 5 };
    tf_tensor last[MOST_FETCHED];
    int n = 0;
    for (int i = p->n - 1; i >= 0 && n < MOST_FETCHED; i--)
        last[n++] = p->values[i];
    for (int i = 0; i < n; i++)
        output(p->c, "out", i, last[i]);
    gradients(p->c, n, last);
}

static void write_graph(uint64_t seed, const char *name)
{
    program p = { 0 };
    exchange_case c;
    begin(&p, &c, name, seed, false);
    make(&p);
    drop(&c);
    begin(&p, &c, name, seed, true);
    make(&p);
    fetch(&p);
    c.with_shapes = true;
    close_case(&c);
}

/* ---- training ------------------------------------------------------------------------------------------------------------------------- */

static tf_tensor some_variable(program *p, const char *name, tf_dims shape)
{
    tf_ndarray start = np_empty(shape, tf_float32);
    for (int64_t i = 0; i < np_size(start); i++)
        ((float *)start.data)[i] = (float)(rnd(p, 17) - 8) / 16;
    const tf_tensor v = tf_variable(tf_constant(start), .name = name);
    np_free(&start);
    return v;
}

static tf_optimizer *some_optimizer(program *p)
{
    switch (rnd(p, 8)) {
    case 0: return tf_train_gradient_descent_optimizer(.1);
    case 1: return tf_train_momentum_optimizer(.05, .9, .use_nesterov = chance(p, 50));
    case 2: return tf_train_adam_optimizer(.02);
    case 3: return tf_train_rmsprop_optimizer(.01, .centered = chance(p, 50));
    case 4: return tf_train_adagrad_optimizer(.1);
    case 5: return tf_train_adadelta_optimizer(.5);
    case 6: return tf_train_ftrl_optimizer(.1);
    default: return tf_train_adam_optimizer(.01, .beta1 = .5);
    }
}

static tf_tensor layer(program *p, tf_tensor x, int64_t in, int64_t out, const char *name)
{
    char w[40], b[40];
    snprintf(w, sizeof w, "%s_w", name), snprintf(b, sizeof b, "%s_b", name);
    const tf_tensor weights = some_variable(p, w, SHAPE(in, out)), bias = some_variable(p, b, SHAPE(out));
    const tf_tensor y = tf_add(tf_matmul(x, weights), bias);
    switch (rnd(p, 4)) {
    case 0: return tf_tanh(y);
    case 1: return tf_nn_relu(y);
    case 2: return tf_sigmoid(y);
    default: return y;
    }
}

static tf_tensor clipped_step(program *p, tf_optimizer *o, tf_tensor loss, tf_operation **train)
{
    const tf_grads_and_variables both = tf_unzip(tf_compute_gradients(o, loss));
    *train = chance(p, 50) ? tf_apply_gradients(o, tf_zip(tf_clip_by_global_norm(both.grads, 1.0).list, both.variables))
                           : tf_minimize(o, loss);
    return loss;
}

static void write_training(uint64_t seed, const char *name)
{
    program p = { 0 };
    exchange_case c;
    begin(&p, &c, name, seed, false);
    const int64_t batch = 3 + rnd(&p, 4), wide = 2 + rnd(&p, 4), hidden = 2 + rnd(&p, 4), classes = 2 + rnd(&p, 3);
    p.forget = chance(&p, 50);
    tf_tensor h;
    if (chance(&p, 30)) {
        const tf_tensor table = some_variable(&p, "table", SHAPE(5, wide));
        p.forget = false;
        h = tf_nn_embedding_lookup(table, new_input(&p, tf_int32, SHAPE(batch), 0, 5));
    } else {
        h = new_input(&p, tf_float32, SHAPE(batch, wide), -1, 1);
        tf_set_shape(h, SHAPE(NONE, wide));
    }
    h = layer(&p, h, wide, hidden, "first");
    if (chance(&p, 50))
        h = layer(&p, h, hidden, hidden, "second");
    h = layer(&p, h, hidden, classes, "last");
    const tf_tensor loss =
        chance(&p, 50)
            ? tf_reduce_mean(
                  tf_nn_sparse_softmax_cross_entropy_with_logits(.labels = new_input(&p, tf_int32, SHAPE(batch), 0, (int)classes),
                                                                 .logits = h))
            : tf_reduce_mean(tf_square(tf_sub(h, new_input(&p, tf_float32, SHAPE(batch, classes), -1, 1))));
    tf_operation *train;
    clipped_step(&p, some_optimizer(&p), loss, &train);
    close_training(&c, loss, train);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    exchange_folder = argv[1];
    const int n = atoi(argv[2]);
    const uint64_t seed = strtoull(argv[3], NULL, 10);
    for (int i = 0; i < n; i++) {
        char name[64];
        const uint64_t own = seed + (uint64_t)i;
        const bool trains = own % 10 == 9;
        snprintf(name, sizeof name, "%s_%llu", trains ? "training" : "random", (unsigned long long)own);
        const int before = exchange_failures;
        (trains ? write_training : write_graph)(own, name);
        if (exchange_failures != before)
            printf("%s fails here\n", name);
    }
    printf("%d failures\n", exchange_failures);
    return 0;
}
