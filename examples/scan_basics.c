/* A page that teaches loops in a graph: scan, foldl, while, cond and their gradients, each number beside its closed form. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tf1c.h>
#include <tf1c_kit.h>

static int wrong;

/* One line: what, the graph's answer, the closed form. */
static void check(const char *what, double got, double closed_form)
{
    bool equal = fabs(got - closed_form) <= 1e-9 * fmax(1, fabs(closed_form));
    printf("  %-44s %22.15g = %.15g%s\n", what, got, closed_form, equal ? "" : "   WRONG");
    wrong += !equal;
}

/* ---- bodies: called once, while the graph is built; what they build becomes the loop's body --------------------------- */

/* lambda s, x: s + x */
static tf_tensor sum(tf_tensor s, tf_tensor x, void *context)
{
    (void)context;
    return tf_add(s, x);
}

/* lambda s, x: s + x * x */
static tf_tensor sum_of_squares(tf_tensor s, tf_tensor x, void *context)
{
    (void)context;
    return tf_add(s, tf_mul(x, x));
}

/* lambda s, _: [s[1], s[0] + s[1]] */
static tf_list fibonacci(tf_list s, tf_list xs, void *context)
{
    (void)xs, (void)context;
    return LIST(tf_at(s, 1), tf_add(tf_at(s, 0), tf_at(s, 1)));
}

/* lambda v, _: A v / |A v|; A is captured from outside the body */
static tf_tensor power_iteration(tf_tensor v, tf_tensor x, void *A)
{
    (void)x;
    tf_tensor w = tf_matmul(*(tf_tensor *)A, v);
    return tf_truediv(w, tf_sqrt(tf_reduce_sum(tf_square(w))));
}

/* lambda p, _: p * z */
static tf_tensor times(tf_tensor p, tf_tensor x, void *z)
{
    (void)x;
    return tf_mul(p, *(tf_tensor *)z);
}

/* while y < 1000: n, y = n + 1, 2 * y */
static tf_tensor below_1000(tf_list ny, void *context)
{
    (void)context;
    return tf_less(tf_at(ny, 1), 1000.0);
}
static tf_list double_it(tf_list ny, void *context)
{
    (void)context;
    return LIST(tf_add(tf_at(ny, 0), 1), tf_mul(tf_at(ny, 1), 2.0));
}

/* the branches of |z| */
static tf_tensor itself(void *z) { return tf_identity(*(tf_tensor *)z); }
static tf_tensor negated(void *z) { return tf_neg(*(tf_tensor *)z); }

/* ---- the page ------------------------------------------------------------------------------------------------------------ */
static void sums(tf_session *sess, tf_tensor xs, int n)
{
    /* tf.scan(lambda s, x: s + x, xs): all partial sums */
    tf_tensor partial = tf_scan(sum, xs);
    tf_tensor slopes = tf_at(tf_gradients(LIST(partial), LIST(xs)), 0);
    /* tf.foldl(lambda s, x: s + x * x, xs, initializer=0.): the last state alone */
    tf_tensor squares = tf_foldl(sum_of_squares, xs, .initializer = tf_constant(0.0, tf_float64));
    tf_ndarray partials = { 0 }, slope = { 0 };
    double total;
    tf_run(sess, FETCH(partial, &partials, slopes, &slope, squares, &total));
    printf("\nscan and foldl over 1 … %d\n", n);
    check("the last partial sum, n(n+1)/2", np_get(partials, n - 1), n * (n + 1) / 2.0);
    check("the one before it, n(n-1)/2", np_get(partials, n - 2), n * (n - 1) / 2.0);
    check("d(all partial sums)/dx[0]: x[0] is in all n", np_get(slope, 0), n);
    check("d(all partial sums)/dx[n-1]: in one", np_get(slope, n - 1), 1);
    check("foldl: sum of squares, n(n+1)(2n+1)/6", total, n * (n + 1.0) * (2 * n + 1.0) / 6);
    np_free(&partials);
    np_free(&slope);
}

static void fibonacci_numbers(tf_session *sess, tf_tensor xs, int n)
{
    /* Two states, of which scan stacks each */
    tf_list states = tf_scan(fibonacci, LIST(xs), .initializers = LIST(tf_constant(0.0, tf_float64), tf_constant(1.0, tf_float64)));
    tf_ndarray f = { 0 };
    const double root5 = sqrt(5), golden = (1 + root5) / 2;
    tf_run(sess, FETCH(tf_at(states, 0), &f));
    printf("\nFibonacci's numbers by scan with two states; Binet: (phi^k - (-phi)^-k) / sqrt(5)\n");
    for (int k = n < 5 ? 1 : n - 4; k <= n; k++) {
        char what[32];
        snprintf(what, sizeof what, "F(%d)", k);
        check(what, np_get(f, k - 1), (pow(golden, k) - pow(-golden, -k)) / root5);
    }
    np_free(&f);
}

/* A has the eigenvalues 3 and 1: after k steps from a v1 + b v2, v is along 3^k a v1 + b v2. */
static void eigenvalues(tf_session *sess, tf_tensor xs, int n, const char *save)
{
    const double a = np_random_random() + 0.5, b = np_random_random() + 0.5;
    double start[] = { a + b, a - b }, matrix[] = { 2, 1, 1, 2 }, step[60], closed;
    tf_tensor A = tf_constant(np_array(matrix, tf_float64, SHAPE(2, 2)));
    tf_tensor v = tf_scan(power_iteration, xs, .initializer = tf_constant(np_array(start, tf_float64, SHAPE(2, 1))), .context = &A);
    /* Rayleigh's quotients v' A v, for all steps in one product */
    tf_tensor Av = tf_reshape(tf_matmul(tf_reshape(v, SHAPE(-1, 2)), A), SHAPE(-1, 2, 1));
    tf_tensor quotients = tf_reduce_sum(tf_mul(v, Av), .axes = AXES(1, 2));
    tf_ndarray lambda = { 0 };
    tf_run(sess, FETCH(quotients, &lambda));
    printf("\nPower iteration on [[2, 1], [1, 2]], eigenvalues 3 and 1; (3 9^k a^2 + b^2) / (9^k a^2 + b^2)\n");
    for (int k = 1; k <= n; k++) {
        char what[32];
        snprintf(what, sizeof what, "step %d", k);
        step[k - 1] = k;
        closed = (3 * pow(9, k) * a * a + b * b) / (pow(9, k) * a * a + b * b);
        if (k <= 3 || k == n)
            check(what, np_get(lambda, k - 1), closed);
    }
    plt_plot((double *)lambda.data, n, .x = step, .label = "Rayleigh's quotient", .marker = "o");
    plt_xlabel("step");
    plt_legend();
    if (plt_savefig(save) == tf_ok)
        printf("  its way to 3: %s\n", save);
    np_free(&lambda);
}

static void while_and_cond(tf_session *sess, tf_tensor z)
{
    /* tf.while_loop(lambda n, y: y < 1000, lambda n, y: (n + 1, 2 * y), [0, z]) */
    tf_list ny = tf_while_loop(below_1000, double_it, LIST(tf_constant(0), z));
    /* tf.cond(z < 0, lambda: -z, lambda: z) */
    tf_tensor magnitude = tf_cond(tf_less(z, 0.0), negated, itself, .context = &z);
    tf_tensor dy = tf_at(tf_gradients(LIST(tf_at(ny, 1)), LIST(z)), 0), dm = tf_at(tf_gradients(LIST(magnitude), LIST(z)), 0);
    const double values[] = { 3.0, -0.75 };
    double y, slope, m, sign;
    int32_t steps;
    printf("\nwhile: doubling 3 until it is 1,000: as often as log2(1000/3) rounded up; cond: |z|\n");
    tf_run(sess, FETCH(tf_at(ny, 0), &steps, tf_at(ny, 1), &y, dy, &slope), FEED(z, values[0]));
    check("steps", steps, ceil(log2(1000 / values[0])));
    check("y = 3 2^steps", y, values[0] * exp2(ceil(log2(1000 / values[0]))));
    check("dy/dz = 2^steps", slope, exp2(ceil(log2(1000 / values[0]))));
    for (int i = 0; i < 2; i++) {
        tf_run(sess, FETCH(magnitude, &m, dm, &sign), FEED(z, values[i]));
        check(i ? "|-0.75|" : "|3|", m, fabs(values[i]));
        check("its slope", sign, values[i] < 0 ? -1 : 1);
    }
}

/* z^5 by scan in a graph of its own, small enough to read; its gradients are graph too. */
static void power_graph(const char *dot)
{
    tf_graph *graph = tf_graph_new();
    tf_with_graph(graph) {
        tf_tensor z = tf_placeholder(tf_float64, SCALAR, .name = "z");
        tf_tensor powers =
            tf_scan(times, tf_zeros(SHAPE(5)), .initializer = tf_constant(1.0, tf_float64), .context = &z, .name = "powers");
        tf_tensor y = tf_getitem(powers, "-1");
        char *forward = tf_graph_text(graph);
        tf_tensor dy = tf_at(tf_gradients(LIST(y), LIST(z)), 0);
        char *both = tf_graph_text(graph);
        tf_tensor d2y = tf_at(tf_gradients(LIST(dy), LIST(z)), 0);
        printf("\nThe graph of z^5 by scan, one line a node\n%s", forward ? forward : "");
        const char *added = both ? strstr(both, "\ngradients/") : NULL;
        printf("\nWhat tf_gradients(y, z) added\n%s", added ? added + 1 : "");
        free(forward);
        free(both);

        double value, slope, bend;
        tf_session *sess = tf_session();
        tf_run(sess, FETCH(y, &value, dy, &slope, d2y, &bend), FEED(z, 1.5));
        tf_close(sess);
        printf("\nz^5 at 1.5 and its derivatives, the second by the gradient of the gradient graph\n");
        check("z^5", value, pow(1.5, 5));
        check("5 z^4", slope, 5 * pow(1.5, 4));
        check("20 z^3", bend, 20 * pow(1.5, 3));
        if (tf_graph_write_dot(graph, dot) == tf_ok)
            printf("  drawn in Graphviz's language: %s (dot -Tsvg %s > graph.svg)\n", dot, dot);
    }
    tf_graph_free(graph);
}

int main(int argc, char **argv)
{
    const char *save = "scan_basics.png", *dot = "scan_basics.dot";
    int n = 10, seed = 1;
    tf_options(argc, argv, "Loops in a graph, and their gradients, beside their closed forms.",
               OPTION("steps", &n, "of each loop", BETWEEN(2, 60)),
               OPTION("seed", &seed, "of the vector that the power iteration starts from", AT_LEAST(0)),
               OPTION("save", &save, "PNG for the power iteration", TO_WRITE),
               OPTION("dot", &dot, "file for the graph in Graphviz's language", TO_WRITE));
    tf_on_error(tf_exit); /* as an uncaught Python exception would: report and exit(1) */
    np_random_seed((uint32_t)seed);
    printf("Each number as the graph answers it = its closed form, computed in C\n");
    tf_tensor xs = tf_cast(tf_range(1, n + 1), tf_float64), z = tf_placeholder(tf_float64, SCALAR);
    tf_session *sess = tf_session();
    sums(sess, xs, n);
    fibonacci_numbers(sess, xs, n);
    eigenvalues(sess, xs, n, save);
    while_and_cond(sess, z);
    tf_close(sess);
    power_graph(dot);
    printf("\n%s\n", wrong ? "Some numbers differ from their closed form." : "All numbers agree.");
    return wrong != 0;
}
