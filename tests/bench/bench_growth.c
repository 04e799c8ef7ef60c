/* Time that grows with the work and no faster: what is made of n parts, and of 4 n, built, compiled and run once. A ratio near 4 is
 * right; 16 would be the square. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "session/tf1c.h"

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run_op(tf_operation *op)
{
    tf_session *s = tf_session();
    tf_run(s, tf_global_variables_initializer());
    tf_run(s, op);
    tf_close(s);
}
static void run(tf_tensor t) { run_op(tf_tensor_op(t)); }

static void split(int n) { run(tf_add_n(tf_split(tf_random_uniform(SHAPE(n, 3)), n, 0))); }

static tf_list products(int n, tf_tensor x)
{
    tf_list list = { 0 };
    for (int i = 0; i < n; i++)
        tf_append(&list, tf_mul(x, (double)i));
    return list;
}
static void concat(int n) { run(tf_concat(products(n, tf_random_uniform(SHAPE(1, 3))), 0)); }
static void gradient_of_concat(int n)
{
    tf_tensor x = tf_random_uniform(SHAPE(1, 3));
    run(tf_at(tf_gradients(tf_square(tf_concat(products(n, x), 0)), x), 0));
}

static void failing_builds(int n)
{
    tf_tensor a = tf_zeros(SHAPE(2)), b = tf_zeros(SHAPE(3));
    tf_variable(a);
    tf_optimizer *optimizer = tf_train_gradient_descent_optimizer(.1);
    tf_on_error(tf_silent);
    for (int i = 0; i < n; i++) {
        tf_add(a, b);
        tf_minimize(optimizer, tf_ones(SCALAR)); /* there is no gradient */
    }
    tf_on_error(NULL);
}

static void read_often(int n)
{
    tf_tensor x = tf_random_uniform(SHAPE(4)), y = x;
    for (int i = 0; i < n; i++)
        y = tf_add(tf_tanh(y), x);
    run(tf_at(tf_gradients(y, x), 0));
}

static void gradients(int n)
{
    tf_tensor x = tf_random_uniform(SHAPE(4)), y = tf_square(x);
    for (int i = 0; i < n; i++)
        tf_gradients(y, x);
}

static void adam(int n)
{
    tf_list squares = { 0 };
    for (int i = 0; i < n; i++)
        tf_append(&squares, tf_square(tf_variable(1.0)));
    run_op(tf_minimize(tf_train_adam_optimizer(.1), tf_add_n(squares)));
}

static void feeds(int n)
{
    tf_list list = { 0 };
    tf_feeds feeds = { 0 };
    tf_session *s = tf_session();
    for (int i = 0; i < n; i++) {
        tf_append(&list, tf_placeholder(tf_float32, SCALAR));
        tf_feed_set(&feeds, tf_at(list, i), (double)i);
    }
    tf_run(s, tf_add_n(list), feeds);
    tf_close(s);
    tf_feeds_free(&feeds);
}

static void collections(int n)
{
    char key[32];
    const tf_tensor x = tf_zeros(SCALAR);
    for (int i = 0; i < 2 * n; i++) {
        snprintf(key, sizeof key, "key_%d", i % n);
        if (i < n)
            tf_add_to_collection(key, x);
        else
            tf_get_collection(key);
    }
}

static void static_rnn(int n)
{
    tf_list x = tf_unstack(tf_random_uniform(SHAPE(2, n, 3)), n, 1);
    tf_rnn_list rnn = tf_nn_static_rnn(tf_nn_rnn_cell_basic_lstm_cell(4), x, .dtype = tf_float32);
    run_op(tf_minimize(tf_train_adam_optimizer(.1), tf_reduce_sum(tf_at(rnn.outputs, -1))));
}

static void assignments(int n)
{
    tf_tensor v = tf_variable(0.0), last = v;
    for (int i = 0; i < n; i++)
        tf_with_control_dependencies(OPS(last))
            last = tf_assign(v, tf_add(last, 1.0));
    run(last);
}

static void waiting(int n)
{
    tf_operation **ops = malloc((size_t)n * sizeof *ops);
    for (int i = 0; i < n; i++)
        ops[i] = tf_no_op();
    const tf_ops all = { n, ops };
    for (int i = 0; i < 5; i++)
        tf_with_control_dependencies(all)
            run_op(tf_no_op());
    free(ops);
}

static void array_writes(int n)
{
    tf_tensor x = tf_random_uniform(SHAPE(3)), ta = tf_tensor_array(tf_float32, n);
    for (int i = 0; i < n; i++)
        ta = tf_tensor_array_write(ta, i, x);
    run(tf_tensor_array_stack(ta));
}

static tf_tensor add(tf_tensor state, tf_tensor x, void *context) { return (void)context, tf_add(state, x); }
static void scans(int n)
{
    tf_tensor x = tf_random_uniform(SHAPE(3, 2)), y = x;
    for (int i = 0; i < n; i++)
        y = tf_scan(add, y);
    run(tf_at(tf_gradients(y, x), 0));
}

static tf_tensor long_step(tf_tensor state, tf_tensor x, void *length)
{
    for (int i = 0; i < *(int *)length; i++)
        state = tf_tanh(tf_add(state, x));
    return state;
}
static void body(int n)
{
    tf_tensor x = tf_random_uniform(SHAPE(3, 2));
    run(tf_at(tf_gradients(tf_scan(long_step, x, .context = &n), x), 0));
}

static tf_tensor w;
static tf_tensor reading_step(tf_tensor state, tf_tensor x, void *length)
{
    state = long_step(state, x, length);
    for (int i = 0; i < *(int *)length; i++)
        state = tf_add(state, w);
    return state;
}
static void reads(int n)
{
    w = tf_variable(1.0);
    tf_session *s = tf_session();
    tf_tensor y = tf_scan(reading_step, tf_random_uniform(SHAPE(3, 2)), .context = &n);
    tf_run(s, tf_global_variables_initializer());
    tf_run(s, y);
    tf_close(s);
}

static const struct {
    const char *what;
    int n;
    void (*make)(int n);
} rows[] = {
    { "split in n, its parts summed", 4000, split },
    { "concat of n", 4000, concat },
    { "its gradient", 2000, gradient_of_concat },
    { "n builds that fail, n minimizes without a gradient", 2000, failing_builds },
    { "gradient of what is read n times", 4000, read_often },
    { "n gradients in one graph", 2000, gradients },
    { "Adam over n variables", 1000, adam },
    { "n placeholders fed", 4000, feeds },
    { "n collections, looked up", 4000, collections },
    { "static_rnn of n steps, trained", 500, static_rnn },
    { "n assignments in a chain", 5000, assignments },
    { "5 nodes that wait for n", 4000, waiting },
    { "n writes to a TensorArray, stacked", 1000, array_writes },
    { "n scans in a chain, and back", 500, scans },
    { "scan over a body of n operations, and back", 1000, body },
    { "scan over a body that reads a variable n times", 2000, reads },
};

static double time_of(void (*make)(int n), int n)
{
    double best = 1e9;
    for (int i = 0; i < 3; i++) {
        tf_graph *graph = tf_graph_new();
        double begin = seconds();
        tf_with_graph(graph)
            make(n);
        best = seconds() - begin < best ? seconds() - begin : best;
        tf_graph_free(graph);
    }
    return best;
}

int main(void)
{
    printf("%-52s %6s %9s %9s %6s\n", "built, compiled, run once", "n", "ms", "ms of 4 n", "ratio");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double once = time_of(rows[i].make, rows[i].n), four = time_of(rows[i].make, 4 * rows[i].n);
        printf("%-52s %6d %9.1f %9.1f %6.1f\n", rows[i].what, rows[i].n, once * 1e3, four * 1e3, four / once);
    }
}
