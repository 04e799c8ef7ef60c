/* Random small graphs (loops in loops, branches, views, products, assignments): whatever passes run, and on however many threads,
 * all results and gradients are those of the plan that no pass has touched. TF1C_TEST_SEED names another first graph,
 * TF1C_TEST_GRAPHS how many. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/passes/pass.h"
#include "session/plan/pipeline.h"
#include "session/tf1c.h"
#include "tests/support.h"

/* ---- a graph in the making ------------------------------------------------------------------------------------------------ */

enum { MOST = 96, INPUTS = 5, DEEPEST = 2, FETCHES = 24 };

/* What a block may read: its own values and those of the blocks around it. */
typedef struct {
    tf_tensor values[MOST];
    int n, depth;
} pool;

static struct {
    unsigned random;
    tf_dtype dtype;
    const int64_t *sizes; /* of axes */
    int64_t most;         /* elements in a value */
    tf_tensor inputs[INPUTS], variables[2], limit;
    tf_feeds feeds;
    tf_ndarray fed[INPUTS + 1];
    tf_fetch fetches[FETCHES];
    tf_ndarray out[FETCHES];
    int n_fetches;
    bool assigns;
} made;

static unsigned draw(unsigned n)
{
    made.random = made.random * 1664525u + 1013904223u;
    return (made.random >> 10) % n;
}

static int rank_of(tf_tensor t) { return tf_get_shape(t).rank; }
static int64_t dim(tf_tensor t, int i) { return tf_get_shape(t).dims[i]; }
static int64_t count(tf_tensor t)
{
    int64_t n = 1;
    for (int i = 0; i < rank_of(t); i++)
        n *= dim(t, i);
    return n;
}
static bool same_shape(tf_tensor a, tf_tensor b)
{
    tf_dims x = tf_get_shape(a), y = tf_get_shape(b);
    return x.rank == y.rank && memcmp(x.dims, y.dims, (size_t)x.rank * sizeof *x.dims) == 0;
}

static void keep(pool *p, tf_tensor t)
{
    if (p->n < MOST && rank_of(t) <= 4 && count(t) <= made.most)
        p->values[p->n++] = t;
}

/* The newer the likelier. */
static tf_tensor any(const pool *p)
{
    int i = (int)draw((unsigned)p->n), j = (int)draw((unsigned)p->n);
    return p->values[i > j ? i : j];
}

/* One of at least this rank and no empty axes; else an input. */
static tf_tensor any_of_rank(const pool *p, int least)
{
    for (int tries = 0; tries < 20; tries++) {
        tf_tensor t = any(p);
        if (rank_of(t) >= least)
            return t;
    }
    return made.inputs[0];
}

/* Keeps numbers, and so rounding, small. */
static tf_tensor tame(tf_tensor t) { return draw(2) ? tf_tanh(t) : tf_sin(t); }

/* Some function of t with this shape. */
static tf_tensor shaped_like(tf_tensor t, tf_tensor like)
{
    if (same_shape(t, like))
        return t;
    if (count(t) == count(like))
        return tf_reshape(t, tf_get_shape(like));
    return tf_add(tf_mul(like, 0.5), tame(tf_reduce_sum(t)));
}

static void grow(pool *p, int steps);

/* ---- plain ops -------------------------------------------------------------------------------------------------------------- */

static tf_tensor unary(const pool *p)
{
    tf_tensor x = any(p);
    switch (draw(7)) {
    case 0: return tf_sigmoid(x);
    case 1: return tf_neg(x);
    case 2: return tf_square(tf_tanh(x));
    case 3: return rank_of(x) && dim(x, rank_of(x) - 1) ? tf_nn_softmax(x) : tf_sin(x);
    case 4: return tf_identity(x);
    case 5: return tf_mul(x, 0.75);
    default: return tf_tanh(x);
    }
}

/* The other operand broadcasts: it has the same shape, or is a row of it, or a sum. */
static tf_tensor binary(const pool *p)
{
    tf_tensor x = any(p), y = any(p);
    int more = rank_of(x) - rank_of(y);
    bool suffix = more >= 0;
    for (int i = 0; suffix && i < rank_of(y); i++)
        suffix = dim(x, i + more) == dim(y, i);
    if (!suffix)
        y = tame(tf_reduce_sum(y));
    switch (draw(6)) {
    case 0: return tf_sub(x, y);
    case 1: return tame(tf_mul(x, y));
    case 2: return tf_maximum(x, y);
    case 3: return suffix && !more ? tf_where(tf_greater(x, y), tf_neg(y), x) : tf_sub(y, x);
    case 4: return suffix && !more ? tf_add_n(LIST(x, y, x)) : tf_mul(tame(y), tame(x));
    default: return tf_add(x, y);
    }
}

static tf_tensor reduction(const pool *p)
{
    tf_tensor x = any_of_rank(p, 1);
    int axis = (int)draw((unsigned)rank_of(x));
    bool keep_dims = draw(2);
    if (!count(x) || draw(2))
        return tf_reduce_sum(x, .axis = axis, .keepdims = keep_dims);
    return draw(2) ? tf_reduce_mean(x, .axis = axis, .keepdims = keep_dims) : tf_reduce_max(x, .axis = axis, .keepdims = keep_dims);
}

static tf_tensor weight_of(int64_t rows, int64_t columns)
{
    tf_ndarray w = np_zeros(SHAPE(rows, columns), made.dtype);
    for (int64_t i = 0; i < rows * columns; i++) {
        double x = ((double)draw(41) - 20) / 40;
        if (made.dtype == tf_float32)
            ((float *)w.data)[i] = (float)x;
        else
            ((double *)w.data)[i] = x;
    }
    tf_tensor t = tf_constant(w);
    np_free(&w);
    return t;
}

static tf_tensor weight_row(int64_t n) { return tf_reshape(weight_of(1, n), SHAPE(n)); }

static tf_tensor product(const pool *p)
{
    for (int tries = 0; tries < 30; tries++) {
        tf_tensor a = any(p), b = any(p);
        bool ta = draw(2), tb = draw(2);
        if (rank_of(a) == 2 && rank_of(b) == 2 && dim(a, !ta) == dim(b, tb))
            return tf_mul(tf_matmul(a, b, .transpose_a = ta, .transpose_b = tb), 0.25);
    }
    tf_tensor a = any_of_rank(p, 2);
    if (rank_of(a) > 2)
        a = tf_reshape(a, SHAPE(count(a) / (dim(a, rank_of(a) - 1) ? dim(a, rank_of(a) - 1) : 1), dim(a, rank_of(a) - 1)));
    return tf_matmul(a, weight_of(dim(a, 1), made.sizes[draw(3)]));
}

/* Ops that know rows. */
static tf_tensor row_wise(const pool *p)
{
    tf_tensor x = any_of_rank(p, 2), y = any(p);
    int64_t n = dim(x, rank_of(x) - 1);
    if (!n)
        return tf_neg(x);
    x = tf_reshape(x, SHAPE(count(x) / n, n));
    switch (draw(4)) {
    case 0: return tf_nn_softmax_cross_entropy_with_logits(.labels = tf_nn_softmax(same_shape(x, y) ? y : tf_neg(x)), .logits = x);
    case 1: return tf_nn_sparse_softmax_cross_entropy_with_logits(.labels = tf_argmax(x, 1), .logits = tf_sin(x));
    case 2: return tf_nn_log_softmax(x);
    default: return tf_nn_bias_add(x, weight_row(n));
    }
}

static tf_tensor turned(tf_tensor x)
{
    int rank = rank_of(x);
    if (rank == 2)
        return tf_transpose(x);
    return rank == 3 ? tf_transpose(x, draw(2) ? SHAPE(1, 0, 2) : SHAPE(2, 0, 1)) : tf_reverse(x, NP_INT(0));
}

static tf_tensor cut(tf_tensor x)
{
    static const char *const keys[] = { "1:", ":1", "::-1", "::2", ":" };
    return tf_getitem(x, "%s", keys[draw(5)]);
}

static void view(pool *p)
{
    tf_tensor x = any_of_rank(p, 1), y;
    int last = rank_of(x) - 1;
    switch (draw(9)) {
    case 0: keep(p, tf_reshape(x, SHAPE(count(x)))); break;
    case 1: keep(p, tf_reshape(x, tf_get_shape(x))); break;
    case 2: keep(p, turned(x)); break;
    case 3: keep(p, cut(x)); break;
    case 4:
        y = any(p);
        keep(p, tf_concat(LIST(x, same_shape(x, y) ? y : tf_neg(x)), draw(2) ? 0 : last));
        break;
    case 5:
        y = any(p);
        keep(p, tf_stack(LIST(x, same_shape(x, y) ? y : x), .axis = (int)draw((unsigned)last + 2)));
        break;
    case 6:
        if (dim(x, last) && dim(x, last) % 2 == 0) {
            tf_list halves = tf_split(x, 2, last);
            keep(p, tf_at(halves, 0));
            keep(p, tf_at(halves, 1));
        }
        break;
    case 7:
        if (dim(x, 0) > 0) {
            tf_list items = tf_unstack(x);
            keep(p, tf_at(items, 0));
            keep(p, tf_at(items, -1));
        }
        break;
    default: keep(p, tf_expand_dims(x, (int)draw((unsigned)last + 2)));
    }
}

/* ---- loops and branches -------------------------------------------------------------------------------------------------------- */

/* The pool inside: what is around it, and the body's arguments. */
static tf_tensor body(const pool *outer, int n, const tf_tensor *args, tf_tensor like)
{
    pool p = *outer;
    p.depth++;
    for (int i = 0; i < n; i++)
        keep(&p, args[i]);
    grow(&p, 2 + (int)draw(5));
    tf_tensor y = any(&p), z = any(&p);
    return like.op ? shaped_like(draw(2) ? y : tame(tf_add(shaped_like(y, like), shaped_like(z, like))), like) : y;
}

static tf_tensor scan_body(tf_tensor s, tf_tensor x, void *outer) { return body(outer, 2, (tf_tensor[]){ s, x }, s); }
static tf_tensor map_body(tf_tensor x, void *outer) { return body(outer, 1, &x, (tf_tensor){ 0 }); }
static tf_tensor branch_body(void *outer)
{
    const pool *p = outer;
    return body(p, 0, NULL, p->values[0]);
}
static tf_tensor goes_on(tf_list vars, void *outer) { return (void)outer, tf_less(tf_at(vars, 0), made.limit); }
static tf_list while_body(tf_list vars, void *outer)
{
    tf_tensor s = tf_at(vars, 1), next = body(outer, 1, &s, s);
    return LIST(tf_add(tf_at(vars, 0), 1.0), next);
}
/* Two states that change places. */
static tf_list swapping_body(tf_list vars, void *outer)
{
    tf_tensor s[] = { tf_at(vars, 1), tf_at(vars, 2) }, next = body(outer, 2, s, s[0]);
    return LIST(tf_add(tf_at(vars, 0), 1.0), tf_identity(s[1]), next);
}
static tf_list list_body(tf_list state, tf_list xs, void *outer)
{
    tf_tensor args[] = { tf_at(state, 0), tf_at(state, 1), tf_at(xs, 0), tf_at(xs, 1) };
    return LIST(body(outer, 4, args, args[0]), draw(2) ? args[0] : shaped_like(args[2], args[1]));
}

static void loop(pool *p)
{
    pool copy = *p;
    tf_tensor x = any_of_rank(p, 1), s = any(p);
    if (dim(x, 0) > 9)
        x = tf_getitem(x, ":3"); /* what loops in loops save for their gradients would not fit */
    switch (draw(8)) {
    case 0: keep(p, tf_scan(scan_body, x, s, .context = &copy, .reverse = draw(2))); break;
    case 1: keep(p, tf_map_fn(map_body, x, .context = &copy)); break;
    case 2: keep(p, draw(2) ? tf_foldl(scan_body, x, s, .context = &copy) : tf_foldr(scan_body, x, s, .context = &copy)); break;
    case 3: keep(p, tf_at(tf_while_loop(goes_on, while_body, LIST(tf_constant(0.0), s), .context = &copy), 1)); break;
    case 4: keep(p, tf_cond(tf_less(tf_reduce_sum(any(p)), 0.1), branch_body, branch_body, .context = &copy)); break;
    case 5: keep(p, tf_at(tf_while_loop(goes_on, swapping_body, LIST(tf_constant(0.0), s, tf_neg(s)), .context = &copy), 2)); break;
    case 6:
        keep(p, tf_at(tf_scan(list_body, LIST(x, tf_sin(x)), .initializers = LIST(s, tf_tanh(s)), .context = &copy), (int)draw(2)));
        break;
    default: keep(p, tf_map_fn(map_body, x, .context = &copy));
    }
}

/* An assignment, and what comes after it; or a random draw. */
static void effect(pool *p)
{
    tf_tensor v = made.variables[draw(2)], x = any(p);
    if (!made.assigns || draw(3) == 0) {
        keep(p, tf_add(x, tf_random_uniform(tf_get_shape(x), .dtype = made.dtype, .seed = (int64_t)draw(9))));
        return;
    }
    tf_tensor new_value = tame(shaped_like(x, v)), done = draw(2) ? tf_assign(v, new_value) : tf_assign_add(v, new_value), after;
    tf_with_control_dependencies(OPS(done)) {
        pool inside = *p;
        inside.depth++;
        grow(&inside, 2);
        after = any(&inside);
    }
    keep(p, after);
}

static void grow(pool *p, int steps)
{
    for (int i = 0; i < steps; i++)
        switch (draw(13)) {
        case 0:
        case 1: keep(p, unary(p)); break;
        case 2:
        case 3:
        case 4: keep(p, binary(p)); break;
        case 5: keep(p, reduction(p)); break;
        case 6:
        case 7: keep(p, product(p)); break;
        case 8:
        case 9: view(p); break;
        case 10: keep(p, row_wise(p)); break;
        case 11:
            if (p->depth <= DEEPEST)
                loop(p);
            break;
        default:
            if (p->depth == 0 && draw(2))
                loop(p);
            else if (draw(3) == 0)
                effect(p);
        }
}

/* ---- all of it ------------------------------------------------------------------------------------------------------------------ */

static void fill(tf_ndarray a)
{
    for (int64_t i = 0; i < np_size(a); i++) {
        double x = ((double)draw(41) - 20) / 20;
        if (a.dtype == tf_float32)
            ((float *)a.data)[i] = (float)x;
        else
            ((double *)a.data)[i] = x;
    }
}

static tf_tensor feed(int i, tf_dims dims, tf_dtype dtype)
{
    tf_tensor x = tf_placeholder(dtype, dims);
    made.fed[i] = np_zeros(dims, dtype);
    fill(made.fed[i]);
    tf_feed_set(&made.feeds, x, made.fed[i]);
    return x;
}

static void fetch(tf_tensor t)
{
    if (t.op && made.n_fetches < FETCHES) {
        made.fetches[made.n_fetches] = tf_into_array(tf_fetch_tensor(t), &made.out[made.n_fetches]);
        made.n_fetches++;
    }
}

static void make(unsigned seed)
{
    static const int64_t sizes[][3] = { { 2, 3, 4 }, { 4, 8, 9 }, { 1, 2, 3 }, { 32, 64, 96 } }, lengths[] = { 3, 6, 1, 0, 4 };
    memset(&made, 0, sizeof made);
    made.random = seed * 2654435761u + 12345;
    tf_reset_default_graph();
    made.dtype = draw(2) ? tf_float32 : tf_float64;
    ir_long = draw(3) ? (ir_lengths){ 1, 4000, 2 } : (ir_lengths){ 24 << 20, 2 << 20, 4 };
    const int size = draw(20) ? (int)draw(3) : 3; /* the last: enough work for two shards */
    made.sizes = sizes[size];
    made.most = size == 3 ? 50000 : 2000;
    made.assigns = draw(3) == 0;
    int64_t a = made.sizes[draw(3)], b = made.sizes[draw(3)], n = lengths[draw(10) % 5 * (draw(3) > 0)];
    made.inputs[0] = feed(0, SHAPE(n, a, b), made.dtype);
    made.inputs[1] = feed(1, SHAPE(a, b), made.dtype);
    made.inputs[2] = feed(2, SHAPE(b, made.sizes[draw(3)]), made.dtype);
    made.inputs[3] = feed(3, SHAPE(b), made.dtype);
    made.inputs[4] = feed(4, SHAPE(2, n, b), made.dtype);
    made.limit = feed(INPUTS, SCALAR, tf_float32);
    ((float *)made.fed[INPUTS].data)[0] = (float)draw(4);
    pool p = { 0 };
    for (int i = 0; i < INPUTS; i++)
        keep(&p, made.inputs[i]);
    for (int i = 0; i < 2; i++) {
        made.variables[i] = tf_variable(weight_of(b, made.sizes[draw(3)]));
        keep(&p, made.variables[i]);
    }
    loop(&p);
    grow(&p, 6);
    loop(&p);
    tf_tensor loss = tf_reduce_sum(tame(p.values[p.n - 1]));
    for (int i = 0; i < 3; i++) {
        tf_tensor t = i ? any(&p) : p.values[p.n - 1];
        fetch(t);
        loss = tf_add(loss, tf_reduce_sum(tame(t)));
    }
    tf_list xs =
        LIST(made.inputs[0], made.inputs[1], made.inputs[2], made.inputs[3], made.inputs[4], made.variables[0], made.variables[1]);
    tf_list gradients = tf_gradients(LIST(loss), xs);
    fetch(loss);
    for (int i = 0; i < 7; i++)
        fetch(tf_at(gradients, i));
}

static void unmake(void)
{
    tf_feeds_free(&made.feeds);
    for (int i = 0; i <= INPUTS; i++)
        np_free(&made.fed[i]);
    for (int i = 0; i < made.n_fetches; i++)
        np_free(&made.out[i]);
    tf_reset_default_graph();
}

enum { RUNS = 2 };

/* Two runs: what variables are left with shows in the second. */
static void values_without(const char *off, int threads, unsigned seed, tf_ndarray (*values)[FETCHES])
{
    tf_session *s = tf_session(.config = tf_config_proto(.intra_op_parallelism_threads = threads, .passes_off = off));
    ck_assert_msg(tf_run(s, tf_global_variables_initializer()) == tf_ok, "graph %u: %s", seed, caught()->message);
    for (int r = 0; r < RUNS; r++) {
        tf_status status = tf_run(s, ((tf_fetches){ .n = made.n_fetches, .items = made.fetches }), made.feeds);
        ck_assert_msg(status == tf_ok, "graph %u, passes_off=%s, %d threads: %s", seed, off, threads, caught()->message);
        for (int i = 0; i < made.n_fetches; i++)
            values[r][i] = np_copy(made.out[i]);
    }
    tf_close(s);
}

/* Products that sum in another order differ in the last bits, which grow on their way as the gradients tell. */
static double tolerance(tf_ndarray (*want)[FETCHES])
{
    double most = 1000;
    if (made.dtype != tf_float32)
        return 1e-9;
    for (int i = 0; i < made.n_fetches; i++)
        for (int64_t j = 0; j < np_size(want[0][i]); j++)
            most = fmax(most, fabs((double)((float *)want[0][i].data)[j])); /* not NaN */
    return 1e-6 * most;
}

static void compare(const char *off, int threads, unsigned seed, tf_ndarray (*want)[FETCHES])
{
    tf_ndarray got[RUNS][FETCHES];
    values_without(off, threads, seed, got);
    for (int r = 0; r < RUNS; r++)
        for (int i = 0; i < made.n_fetches; i++) {
            const char *difference = array_difference(got[r][i], want[r][i], tolerance(want));
            ck_assert_msg(!difference, "graph %u, passes_off=%s, %d threads, run %d, result %d: %s", seed, off, threads, r, i,
                          difference);
            np_free(&got[r][i]);
        }
}

static void names_of(unsigned subset, char *off, size_t room)
{
    size_t n = 0;
    *off = 0;
    for (int i = 0; ir_pass_name(i); i++)
        if (subset >> i & 1)
            n += (size_t)snprintf(off + n, room - n, "%s%s", n ? "," : "", ir_pass_name(i));
}

static unsigned number_in(const char *variable, unsigned otherwise)
{
    const char *given = getenv(variable);
    return given ? (unsigned)strtoul(given, NULL, 10) : otherwise;
}

START_TEST(no_pass_changes_a_random_graphs_values)
{
    unsigned seed = number_in("TF1C_TEST_SEED", 1) * 1000 + (unsigned)_i;
    char off[256];
    tf_ndarray want[RUNS][FETCHES];
    catch_errors();
    make(seed);
    ck_assert_msg(caught()->count == 0, "graph %u: %s", seed, caught()->message);
    values_without("all", 1, seed, want);
    compare("none", 1, seed, want);
    compare("none", 2, seed, want);
    for (int i = 0; ir_pass_name(i); i++) {
        names_of(~(1u << i), off, sizeof off);
        compare(off, 1 + (_i + i) % 2, seed, want);
    }
    names_of(seed * 2654435761u >> 20, off, sizeof off);
    compare(off, 1 + _i % 2, seed, want);
    for (int r = 0; r < RUNS; r++)
        for (int i = 0; i < made.n_fetches; i++)
            np_free(&want[r][i]);
    unmake();
    ck_assert_msg(caught()->count == 0, "graph %u: %s", seed, caught()->message);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("passes_random");
    TCase *graphs = tcase_create("graphs");
    printf("passes_random: seed %u (TF1C_TEST_SEED)\n", number_in("TF1C_TEST_SEED", 1));
    tcase_set_timeout(graphs, 60);
    tcase_add_loop_test(graphs, no_pass_changes_a_random_graphs_values, 0,
                        (int)number_in("TF1C_TEST_GRAPHS", 150 / (unsigned)slowness()));
    suite_add_tcase(suite, graphs);
    return run_suite(suite);
}
