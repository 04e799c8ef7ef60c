/* Graphs of any ops with any arguments, bodies and gradients among them, as the bytes say: whatever is built and run ends in values or
 * in a report. Bits are the same on 1, 2 and 4 threads; with and without the passes a run fails alike, and doubles are the same to
 * rounding where no op of the graph makes much of little. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { MOST = 64, INPUTS = 5, FETCHES = 8, DEEPEST = 2, MOST_ELEMENTS = 40000 };

typedef struct {
    tf_tensor items[MOST];
    int n, depth;
} pool;

static struct {
    const uint8_t *at, *end;
    bool sharp; /* some op turns a rounding into something else */
    tf_tensor variable;
} g;

static unsigned byte(void) { return g.at < g.end ? *g.at++ : 0; }
static unsigned below(unsigned n) { return byte() % n; }
static int small(void) { return (int)below(9) - 3; }

static bool is_small(tf_tensor t)
{
    tf_dims d = tf_get_shape(t);
    int64_t n = 1;
    for (int i = 0; d.known && i < d.rank; i++)
        if (d.dims[i] > 0 && (n *= d.dims[i]) > MOST_ELEMENTS)
            return false;
    return true;
}

static void keep(pool *p, tf_tensor t)
{
    if (!tf_is_none(t) && !tf_is_poisoned(t) && is_small(t) && p->n < MOST)
        p->items[p->n++] = t;
}
static void keep_list(pool *p, tf_list list)
{
    for (int i = 0; i < list.n && i < 4; i++)
        keep(p, list.items[i]);
}

/* The last ones come first. */
static tf_tensor any(const pool *p) { return p->items[p->n - 1 - (int)below((unsigned)p->n)]; }

static tf_dims shape(void)
{
    static const int64_t sizes[] = { 2, 3, 1, 4, 0, 6, -1, 12, 5 };
    tf_dims d = { .known = true, .rank = (int)below(5) };
    for (int i = 0; i < d.rank; i++)
        d.dims[i] = sizes[below(9)];
    return d;
}

/* Sharp ones: they round, compare, choose, or grow without bounds. */
static void sharp_op(pool *p)
{
    tf_tensor x = any(p), y = any(p);
    g.sharp = true;
    switch (below(36)) {
    case 0: keep(p, tf_floor(x)); break;
    case 1: keep(p, tf_round(x)); break;
    case 2: keep(p, tf_sign(x)); break;
    case 3: keep(p, tf_argmax(x, small())); break;
    case 4: keep(p, tf_argmin(x, small())); break;
    case 5: keep(p, tf_greater(x, y)); break;
    case 6: keep(p, tf_equal(x, y)); break;
    case 7: keep(p, tf_less_equal(x, y)); break;
    case 8: keep(p, tf_logical_and(x, y)); break;
    case 9: keep(p, tf_logical_not(x)); break;
    case 10: keep(p, tf_floormod(x, y)); break;
    case 11: keep(p, tf_floordiv(x, y)); break;
    case 12: keep(p, tf_cast(x, ((tf_dtype[]){ tf_int32, tf_float64, tf_int64, tf_bool, tf_uint8 }[below(5)]))); break;
    case 13: keep(p, tf_where(x, y, any(p))); break;
    case 14: keep(p, tf_nn_top_k(x, small()).values); break;
    case 15: keep(p, tf_nn_top_k(x, small()).indices); break;
    case 16: keep(p, tf_div(x, y)); break;
    case 17: keep(p, tf_reciprocal(x)); break;
    case 18: keep(p, tf_rsqrt(x)); break;
    case 19: keep(p, tf_log(x)); break;
    case 20: keep(p, tf_pow(x, y)); break;
    case 21: keep(p, tf_exp(x)); break;
    case 22: keep(p, tf_reduce_any(x, small())); break;
    case 23: keep(p, tf_reduce_prod(x, small())); break;
    case 24: keep(p, tf_cumsum(x, small())); break;
    case 25: keep(p, tf_sqrt(x)); break;
    case 26: keep(p, tf_atan(x)); break;
    case 27: keep(p, tf_realdiv(x, y)); break;
    case 28: keep(p, tf_random_uniform(tf_shape(x), .seed = 1)); break;
    case 29: keep(p, tf_is_finite(x)); break;
    case 30: keep(p, tf_nn_l2_normalize(x, small())); break;
    case 31: keep(p, tf_nn_in_top_k(x, y, small())); break;
    case 32: keep(p, tf_reduce_min(x, small())); break;
    case 33: keep(p, tf_nn_dropout(x, .keep_prob = 0.5, .seed = 1)); break;
    case 34: keep(p, tf_squared_difference(x, y)); break;
    default: keep(p, tf_maximum(x, y));
    }
}

static void smooth_op(pool *p)
{
    tf_tensor x = any(p), y = any(p);
    switch (below(28)) {
    case 0: keep(p, tf_tanh(tf_add(x, y))); break;
    case 1: keep(p, tf_sin(tf_mul(x, y))); break;
    case 2: keep(p, tf_sub(x, y)); break;
    case 3: keep(p, tf_neg(x)); break;
    case 4: keep(p, tf_tanh(tf_square(x))); break;
    case 5: keep(p, tf_sigmoid(x)); break;
    case 6: keep(p, tf_nn_softmax(x)); break;
    case 7: keep(p, tf_nn_softplus(tf_sin(x))); break;
    case 8: keep(p, tf_tanh(tf_matmul(x, y, .transpose_a = below(2), .transpose_b = below(2)))); break;
    case 9: keep(p, tf_reduce_sum(tf_sin(x), small(), .keepdims = below(2))); break;
    case 10: keep(p, tf_reduce_mean(x, .axes = AXES(small(), small()))); break;
    case 11: keep(p, tf_reduce_logsumexp(tf_sin(x), small())); break;
    case 12: keep(p, tf_add_n(LIST(x, y, x))); break;
    case 13: keep(p, tf_tanh(tf_tensordot(x, y, small()))); break;
    case 14: keep(p, tf_nn_elu(tf_sin(x))); break;
    case 15: keep(p, tf_identity(x)); break;
    case 16: keep(p, tf_mul(x, 0.5)); break;
    case 17: keep(p, tf_nn_bias_add(x, y)); break;
    case 18: keep(p, tf_nn_softmax_cross_entropy_with_logits(.labels = tf_nn_softmax(x), .logits = tf_sin(y))); break;
    case 19: keep(p, tf_nn_log_softmax(tf_sin(x))); break;
    case 20: keep(p, tf_zeros_like(x)); break;
    case 21: keep(p, tf_ones_like(x)); break;
    case 22: keep(p, tf_assign(g.variable, tf_sin(tf_reshape(x, SHAPE(2, 3))))); break;
    case 23: keep(p, tf_tanh(tf_assign_add(g.variable, x))); break;
    case 24: keep(p, tf_stop_gradient(x)); break;
    case 25: keep(p, tf_nn_sigmoid_cross_entropy_with_logits(.labels = tf_sigmoid(x), .logits = tf_sin(y))); break;
    case 26: keep(p, tf_clip_by_norm(tf_sin(x), 1e9)); break;
    default: keep(p, tf_raw_ops_add_v2(x, y));
    }
}

static const char *key(void)
{
    static const char *const keys[] = { "1:",   ":1",   "::-1",  "::2", ":",         "0",         "-1",     "...,0", ":, 1",
                                        "1:-1", "5",    "-9:9",  "0:0", "..., None", "None, 1:2", "::0",    "1, 2",  "2:0:-1",
                                        "x",    "1:2:", "3:1,:", "",    ":,:,:",     "0,0,0",     "-1::-2", "1::3" };
    return keys[below(26)];
}

static void moving_op(pool *p)
{
    tf_tensor x = any(p), y = any(p);
    switch (below(30)) {
    case 0: keep(p, tf_reshape(x, shape())); break;
    case 1: keep(p, tf_transpose(x)); break;
    case 2: keep(p, tf_transpose(x, .perm = PERM(small(), small(), small()))); break;
    case 3: keep(p, tf_getitem(x, "%s", key())); break;
    case 4: keep(p, tf_concat(LIST(x, y), small())); break;
    case 5: keep(p, tf_stack(LIST(x, y, x), .axis = small())); break;
    case 6: keep_list(p, tf_split(x, small(), small())); break;
    case 7: keep_list(p, tf_unstack(x, .axis = small())); break;
    case 8: keep(p, tf_expand_dims(x, small())); break;
    case 9: keep(p, tf_squeeze(x)); break;
    case 10: keep(p, tf_tile(x, shape())); break;
    case 11: keep(p, tf_reverse(x, AXES(small()))); break;
    case 12: keep(p, tf_gather(x, y, .axis = small())); break;
    case 13: keep(p, tf_gather_nd(x, y)); break;
    case 14: keep(p, tf_pad(x, y)); break;
    case 15: keep(p, tf_slice(x, shape(), shape())); break;
    case 16: keep(p, tf_one_hot(x, small())); break;
    case 17: keep(p, tf_broadcast_to(x, shape())); break;
    case 18: keep(p, tf_shape(x)); break;
    case 19: keep(p, tf_size(x)); break;
    case 20: keep(p, tf_range(small(), small(), small())); break;
    case 21: keep(p, tf_fill(shape(), x)); break;
    case 22: keep(p, tf_boolean_mask(x, y)); break;
    case 23: keep(p, tf_getitem_tensor(x, y)); break;
    case 24: keep(p, tf_diag(x)); break;
    case 25: keep(p, tf_sequence_mask(x, small())); break;
    case 26: keep(p, tf_reverse_sequence(x, y, small(), small())); break;
    case 27: keep(p, tf_constant((double)small(), .shape = shape())); break;
    case 28: keep(p, tf_reshape(x, y)); break;
    default: keep(p, tf_cast(x, tf_float64));
    }
}

static void grow(pool *p, int steps);

static tf_tensor inside(const pool *outer, int n, const tf_tensor *args)
{
    pool p = *outer;
    p.depth++;
    for (int i = 0; i < n; i++)
        keep(&p, args[i]);
    grow(&p, 1 + (int)below(5));
    return any(&p);
}
static tf_tensor scan_body(tf_tensor s, tf_tensor x, void *outer) { return inside(outer, 2, (tf_tensor[]){ s, x }); }
static tf_tensor map_body(tf_tensor x, void *outer) { return inside(outer, 1, &x); }
static tf_tensor branch(void *outer) { return inside(outer, 0, NULL); }
static tf_tensor below_3(tf_list l, void *c) { return (void)c, tf_less(tf_at(l, 0), 3); }
static tf_list while_body(tf_list l, void *outer)
{
    tf_tensor s = tf_at(l, 1);
    return LIST(tf_add(tf_at(l, 0), 1), inside(outer, 1, &s));
}

static void body_op(pool *p)
{
    pool copy = *p;
    tf_tensor x = any(p), y = any(p);
    switch (below(7)) {
    case 0: keep(p, tf_scan(scan_body, x, y, .context = &copy, .reverse = below(2))); break;
    case 1: keep(p, tf_scan(scan_body, x, .context = &copy)); break;
    case 2: keep(p, tf_map_fn(map_body, x, .context = &copy)); break;
    case 3: keep(p, tf_foldl(scan_body, x, y, .context = &copy)); break;
    case 4: keep(p, tf_foldr(scan_body, x, .context = &copy)); break;
    case 5: keep(p, tf_at(tf_while_loop(below_3, while_body, LIST(tf_constant(0), x), .context = &copy), 1)); break;
    default: keep(p, tf_cond(TF_T(x), branch, branch, .context = &copy)); g.sharp = true;
    }
}

static void grow(pool *p, int steps)
{
    for (int i = 0; i < steps && g.at < g.end; i++)
        switch (below(8)) {
        case 0: sharp_op(p); break;
        case 1:
        case 2: moving_op(p); break;
        case 3:
            if (p->depth < DEEPEST)
                body_op(p);
            break;
        case 4: keep_list(p, tf_gradients(LIST(any(p)), LIST(any(p), any(p)))); break;
        default: smooth_op(p);
        }
}

/* ---- running ------------------------------------------------------------------------------------------------------------------- */

static tf_feeds feeds;
static tf_ndarray fed[INPUTS];

static tf_tensor input(int i, tf_dims built, tf_dims dims, tf_dtype dtype)
{
    tf_tensor t = tf_placeholder(dtype, built);
    fed[i] = np_zeros(dims, dtype);
    for (int64_t j = 0; j < np_size(fed[i]); j++)
        if (dtype == tf_float64)
            ((double *)fed[i].data)[j] = (double)(j * 7 % 5 - 2) / 2;
        else if (dtype == tf_float32)
            ((float *)fed[i].data)[j] = (float)(j * 7 % 5 - 2) / 2;
        else
            ((int32_t *)fed[i].data)[j] = (int32_t)(j % 3);
    tf_feed_set(&feeds, t, fed[i]);
    return t;
}

typedef struct {
    tf_status status;
    tf_ndarray out[FETCHES];
} answers;

static void run(answers *a, int n, const tf_tensor *tensors, const char *off, int threads)
{
    tf_fetch fetches[FETCHES];
    tf_session *s = tf_session(.config = tf_config_proto(.intra_op_parallelism_threads = threads, .passes_off = off));
    memset(a, 0, sizeof *a);
    for (int i = 0; i < n; i++)
        fetches[i] = tf_into_array(tf_fetch_tensor(tensors[i]), &a->out[i]);
    tf_run(s, tf_variables_initializer(LIST(g.variable)));
    a->status = tf_run(s, ((tf_fetches){ .n = n, .items = fetches }), feeds);
    tf_close(s);
}

static bool near(double x, double y) { return x == y || isnan(x) || isnan(y) || fabs(x - y) <= 1e-5 * fmax(1, fabs(x)); }

static void compare(const answers *a, const answers *b, int n, bool bits, const char *how)
{
    if (!a->status != !b->status)
        fuzz_fail("%s: %s and %s", how, tf_status_name(a->status), tf_status_name(b->status));
    for (int i = 0; i < n && !a->status; i++) {
        const tf_ndarray x = a->out[i], y = b->out[i];
        if (x.dtype != y.dtype || !tf_dims_equal(x.shape, y.shape))
            fuzz_fail("%s: result %d has another dtype or shape", how, i);
        if (bits && np_nbytes(x) && memcmp(x.data, y.data, np_nbytes(x)) != 0)
            fuzz_fail("%s: result %d has other bits", how, i);
        for (int64_t j = 0; !bits && !g.sharp && x.dtype == tf_float64 && j < np_size(x); j++)
            if (!near(((double *)x.data)[j], ((double *)y.data)[j]))
                fuzz_fail("%s: result %d [%lld] is %.17g and %.17g", how, i, (long long)j, ((double *)x.data)[j],
                          ((double *)y.data)[j]);
    }
}

static void forget(answers *a)
{
    for (int i = 0; i < FETCHES; i++)
        np_free(&a->out[i]);
}

static void run_all(int n, const tf_tensor *tensors)
{
    answers plain, one, more;
    run(&plain, n, tensors, "all", 1);
    run(&one, n, tensors, "none", 1);
    compare(&plain, &one, n, false, "without and with passes");
    for (int threads = 2; threads <= 4; threads *= 2) {
        run(&more, n, tensors, "none", threads);
        compare(&one, &more, n, true, threads == 2 ? "on 1 and 2 threads" : "on 1 and 4 threads");
        forget(&more);
    }
    forget(&plain);
    forget(&one);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 400)
        return 0;
    tf_on_error(tf_silent);
    tf_reset_default_graph();
    g.at = data, g.end = data + size, g.sharp = false;
    const tf_dtype dtype = below(2) ? tf_float32 : tf_float64;
    const bool large = below(16) == 15;
    const int64_t rows = large ? 200 : 2, columns = large ? 96 : 3;
    pool p = { 0 };
    keep(&p, input(0, SHAPE(rows, columns), SHAPE(rows, columns), dtype));
    keep(&p, input(1, SHAPE(NONE, columns), SHAPE(rows, columns), dtype));
    keep(&p, input(2, (tf_dims){ 0 }, SHAPE(columns), dtype));
    keep(&p, input(3, SHAPE(NONE), SHAPE(2), tf_int32));
    keep(&p, input(4, SHAPE(2, NONE, 3), SHAPE(2, 2, 3), dtype));
    g.variable = tf_variable(tf_zeros(SHAPE(2, 3), dtype));
    keep(&p, g.variable);
    grow(&p, 40);
    tf_tensor tensors[FETCHES];
    int n = 0;
    for (int i = p.n; i-- > 0 && n < FETCHES;)
        tensors[n++] = p.items[i];
    run_all(n, tensors);
    tf_feeds_free(&feeds);
    for (int i = 0; i < INPUTS; i++)
        np_free(&fed[i]);
    return 0;
}
