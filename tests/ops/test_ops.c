/* Every op of every family: its static shapes and messages, its gradient against central differences, and its values and
 * gradients against what TensorFlow 1.15.5 answered. The cases are the rows of tests/cases/FAMILY.def:
 *
 *   SHAPES(Op, tag, expr, "inputs", "outputs", NULL)  or  (…, NULL, "message") of a mistake while building. A message is a
 *       ValueError's unless it begins with another class: "TypeError: …". Inputs are float32 unless their dtype is written,
 *       outputs' dtypes are written where they are not float32: "[2,?];int64[3]".
 *   RUN_ERROR(Op, tag, expr, "inputs while building", "inputs fed, as zeros", code, "message")
 *   GRAD(Op, tag, expr, "inputs", lo, hi, tolerance)  float64 inputs, uniform in [lo, hi)
 *   GOLDEN(Op, tag, expr, tolerance)  inputs and answers: tests/golden/ops_FAMILY.npz, made by tests/golden/make_ops.py
 *   NO_ROW(KIND, Op, "why an op has no row of that kind")
 *
 * `expr` makes a tensor or a list of them from in[0], in[1], …; the graph must then hold a node of type Op. */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/all_headers.h"
#include "graph/node.h"
#include "support.h"

static tf_list one_tensor(tf_tensor t) { return tf_list_new_(1, &t, (tf_source){ 0 }); }
static tf_list all_tensors(tf_list l) { return l; }
#define AS_LIST(x)                                                             \
    __extension__({                                                            \
        __auto_type made_ = (x);                                               \
        _Generic(made_, tf_tensor : one_tensor, tf_list : all_tensors)(made_); \
    })
typedef tf_list build_fn(const tf_tensor *in);

/* ---- the rows ---------------------------------------------------------------------------------------------------------- */
#define BUILDER(kind, op, tag, expr)                        \
    static tf_list kind##_##op##_##tag(const tf_tensor *in) \
    {                                                       \
        (void)in;                                           \
        return AS_LIST(expr);                               \
    }
#define SHAPES(op, tag, expr, inputs, outputs, message) BUILDER(shape, op, tag, expr)
#define RUN_ERROR(op, tag, expr, built, fed, code, message) BUILDER(run_error, op, tag, expr)
#define GRAD(op, tag, expr, inputs, lo, hi, tolerance) BUILDER(grad, op, tag, expr)
#define GOLDEN(op, tag, expr, tolerance) BUILDER(golden, op, tag, expr)
#define NO_ROW(kind, op, why)
#include "cases/all.def"
#undef SHAPES
#undef RUN_ERROR
#undef GRAD
#undef GOLDEN
#undef NO_ROW

typedef struct {
    const char *op, *tag;
    build_fn *build;
    const char *inputs, *outputs, *message;
} shape_row;
typedef struct {
    const char *op, *tag;
    build_fn *build;
    const char *built, *fed;
    tf_status code;
    const char *message;
} run_error_row;
typedef struct {
    const char *op, *tag;
    build_fn *build;
    const char *inputs;
    double lo, hi, tolerance;
} grad_row;
typedef struct {
    const char *family, *op, *tag;
    build_fn *build;
    double tolerance;
} golden_row;
typedef struct {
    const char *kind, *op;
} excuse;

#define ROW_(kind, op, tag) #op, #tag, kind##_##op##_##tag
#define SHAPES(op, tag, expr, inputs, outputs, message)
#define RUN_ERROR(op, tag, expr, built, fed, code, message)
#define GRAD(op, tag, expr, inputs, lo, hi, tolerance)
#define GOLDEN(op, tag, expr, tolerance)
#define NO_ROW(kind, op, why)

#undef SHAPES
#define SHAPES(op, tag, expr, inputs, outputs, message) { ROW_(shape, op, tag), inputs, outputs, message },
static const shape_row shape_rows[] = {
#include "cases/all.def"
    { 0 }
};
#undef SHAPES
#define SHAPES(op, tag, expr, inputs, outputs, message)

#undef RUN_ERROR
#define RUN_ERROR(op, tag, expr, built, fed, code, message) { ROW_(run_error, op, tag), built, fed, code, message },
static const run_error_row run_error_rows[] = {
#include "cases/all.def"
    { 0 }
};
#undef RUN_ERROR
#define RUN_ERROR(op, tag, expr, built, fed, code, message)

#undef GRAD
#define GRAD(op, tag, expr, inputs, lo, hi, tolerance) { ROW_(grad, op, tag), inputs, lo, hi, tolerance },
static const grad_row grad_rows[] = {
#include "cases/all.def"
    { 0 }
};
#undef GRAD
#define GRAD(op, tag, expr, inputs, lo, hi, tolerance)

#undef GOLDEN
#define GOLDEN(op, tag, expr, tolerance) { FAMILY, ROW_(golden, op, tag), tolerance },
static const golden_row golden_rows[] = {
#include "cases/all.def"
    { 0 }
};
#undef GOLDEN
#define GOLDEN(op, tag, expr, tolerance)

#undef NO_ROW
#define NO_ROW(kind, op, why) { #kind, #op },
static const excuse excuses[] = {
#include "cases/all.def"
    { 0 }
};
#define COUNT(rows) ((int)(sizeof(rows) / sizeof *(rows)) - 1)

/* ---- building a row ---------------------------------------------------------------------------------------------------- */
static tf_graph *graph;
static struct tf_with_ graph_block;

static void open_graph(void)
{
    catch_errors();
    graph = tf_graph_new();
    graph_block = tf_graph_open_(graph);
}

static void close_graph(void)
{
    tf_with_close_(&graph_block);
    tf_graph_free(graph);
}

static void make_placeholders(const shape_list *shapes, const char *name, tf_tensor *in)
{
    for (int i = 0; i < shapes->n; i++) {
        char text[32];
        snprintf(text, sizeof text, "%s%d", name ? name : "", i);
        in[i] = tf_placeholder(shapes->dtypes[i], shapes->dims[i], .name = name ? text : NULL);
    }
}

static void parse(const char *op, const char *tag, const char *text, tf_dtype dtype, shape_list *shapes)
{
    ck_assert_msg(parse_shapes(text, dtype, shapes), "%s %s: \"%s\" is not a list of shapes", op, tag, text);
}

static bool has_node_of(const char *type)
{
    for (int i = 0; i < tf_graph_operation_count(graph); i++)
        if (strcmp(tf_op_type(tf_graph_operation(graph, i)), type) == 0)
            return true;
    return false;
}

static bool is_registered(const tf_op_def *record)
{
    for (const tf_op_def *const *const *family = tf1c_op_families(); *family; family++)
        for (const tf_op_def *const *op = *family; *op; op++)
            if (*op == record)
                return true;
    return false;
}

static void check_no_report(const char *op, const char *tag)
{
    ck_assert_msg(caught()->count == 0, "%s %s: %s: %s", op, tag, tf_status_name(caught()->code), caught()->message);
}

static void check_built(const char *op, const char *tag)
{
    check_no_report(op, tag);
    ck_assert_msg(has_node_of(op), "%s %s: the row makes no node of type %s", op, tag, op);
    for (int i = 0; i < tf_graph_operation_count(graph); i++)
        ck_assert_msg(is_registered(tf_graph_operation(graph, i)->def), "%s %s: %s is in no family's table", op, tag,
                      tf_op_type(tf_graph_operation(graph, i)));
}

/* ---- shapes and messages ------------------------------------------------------------------------------------------------ */
static const char *report_text(char *text, size_t n)
{
    const caught_error *e = caught();
    snprintf(text, n, "%s%s%s", e->code == tf_value_error ? "" : tf_status_name(e->code), e->code == tf_value_error ? "" : ": ",
             e->message);
    return text;
}

START_TEST(static_shapes_and_messages_are_tensorflows)
{
    const shape_row *r = &shape_rows[_i];
    shape_list shapes;
    tf_tensor in[MOST_SHAPES];
    char text[2048];
    parse(r->op, r->tag, r->inputs, tf_float32, &shapes);
    open_graph();
    make_placeholders(&shapes, NULL, in);
    tf_list made = r->build(in);
    if (r->message) {
        ck_assert_msg(caught()->count > 0, "%s %s: no report, but shapes %s", r->op, r->tag,
                      shapes_text(made.n, made.items, tf_float32, text, sizeof text));
        ck_assert_msg(strcmp(report_text(text, sizeof text), r->message) == 0, "%s %s: the message is\n  %s\nand not\n  %s", r->op,
                      r->tag, text, r->message);
    } else {
        check_built(r->op, r->tag);
        shapes_text(made.n, made.items, tf_float32, text, sizeof text);
        ck_assert_msg(strcmp(text, r->outputs) == 0, "%s %s: shapes %s and not %s", r->op, r->tag, text, r->outputs);
    }
    close_graph();
}
END_TEST

static void check_run_error(const run_error_row *r, const feed_list *feeds, tf_list made,
                            tf_status (*run)(tf_graph *, const feed_list *, int, const tf_tensor *, tf_ndarray *),
                            const char *runner)
{
    tf_ndarray out[MOST_SHAPES];
    catch_errors();
    tf_status status = run(graph, feeds, made.n, made.items, out);
    if (run == reference_run && status == tf_unimplemented)
        return;
    ck_assert_msg(status != tf_ok, "%s %s: the %s makes no report", r->op, r->tag, runner);
    ck_assert_msg(strcmp(caught()->message, r->message) == 0, "%s %s: the %s's message is\n  %s\nand not\n  %s", r->op, r->tag,
                  runner, caught()->message, r->message);
    ck_assert_msg(status == r->code && caught()->code == r->code, "%s %s: %s and not %s", r->op, r->tag, tf_status_name(status),
                  tf_status_name(r->code));
    for (int i = 0; i < made.n; i++)
        np_free(&out[i]);
}

START_TEST(mistakes_seen_at_run_are_tensorflows)
{
    const run_error_row *r = &run_error_rows[_i];
    shape_list built, fed;
    feed_list feeds = { 0 };
    parse(r->op, r->tag, r->built, tf_float32, &built);
    parse(r->op, r->tag, r->fed, tf_float32, &fed);
    open_graph();
    make_placeholders(&built, "in", feeds.keys);
    feeds.n = built.n;
    tf_list made = r->build(feeds.keys);
    check_built(r->op, r->tag);
    for (int i = 0; i < feeds.n; i++)
        feeds.values[i] = np_zeros(fed.dims[i], built.dtypes[i]);
    check_run_error(r, &feeds, made, reference_run, "interpreter");
    check_run_error(r, &feeds, made, session_run, "session");
    for (int i = 0; i < feeds.n; i++)
        np_free(&feeds.values[i]);
    close_graph();
}
END_TEST

/* ---- gradients ---------------------------------------------------------------------------------------------------------- */
static uint64_t random_state;
static double uniform(double lo, double hi)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return lo + (hi - lo) * (double)(random_state >> 11) * 0x1p-53;
}

static void fill_uniform(tf_ndarray a, double lo, double hi)
{
    for (int64_t i = 0; i < np_size(a); i++) {
        const double x = uniform(lo, hi);
        switch (a.dtype) {
        case tf_float32: ((float *)a.data)[i] = (float)x; break;
        case tf_float64: ((double *)a.data)[i] = x; break;
        case tf_int32: ((int32_t *)a.data)[i] = (int32_t)floor(x); break;
        case tf_int64: ((int64_t *)a.data)[i] = (int64_t)floor(x); break;
        case tf_bool: ((bool *)a.data)[i] = x > (lo + hi) / 2; break;
        default: ((uint8_t *)a.data)[i] = (uint8_t)floor(x); break;
        }
    }
}

/* Everything a gradient row has: float64 outputs ys weighed by fixed numbers, L = Σ w·y, and dL/dx of float64 inputs xs. */
typedef struct {
    const grad_row *row;
    feed_list feeds;
    int n_ys, n_xs;
    tf_tensor ys[MOST_SHAPES], xs[MOST_SHAPES];
    int input[MOST_SHAPES]; /* of each x, its feed */
    tf_ndarray weights[MOST_SHAPES];
} grad_check;

static void run_grad(grad_check *c, int n, const tf_tensor *fetches, tf_ndarray *out)
{
    tf_status status = session_run(graph, &c->feeds, n, fetches, out);
    ck_assert_msg(status == tf_ok, "%s %s: %s: %s", c->row->op, c->row->tag, tf_status_name(status), caught()->message);
}

static double weighed(grad_check *c)
{
    tf_ndarray y[MOST_SHAPES];
    double sum = 0;
    run_grad(c, c->n_ys, c->ys, y);
    for (int i = 0; i < c->n_ys; i++) {
        for (int64_t j = 0; j < np_size(y[i]); j++)
            sum += ((double *)c->weights[i].data)[j] * ((double *)y[i].data)[j];
        np_free(&y[i]);
    }
    return sum;
}

static double central_difference(grad_check *c, double *x)
{
    const double at = *x, h = 1e-5 * fmax(1, fabs(at));
    *x = at + h;
    double up = weighed(c);
    *x = at - h;
    double down = weighed(c);
    *x = at;
    return (up - down) / (2 * h);
}

static void prepare_grad(grad_check *c, const grad_row *r)
{
    shape_list shapes;
    *c = (grad_check){ .row = r };
    random_state = 17;
    parse(r->op, r->tag, r->inputs, tf_float64, &shapes);
    make_placeholders(&shapes, "in", c->feeds.keys);
    c->feeds.n = shapes.n;
    for (int i = 0; i < shapes.n; i++) {
        fill_uniform(c->feeds.values[i] = np_zeros(shapes.dims[i], shapes.dtypes[i]), r->lo, r->hi);
        if (shapes.dtypes[i] == tf_float64) {
            c->input[c->n_xs] = i;
            c->xs[c->n_xs++] = c->feeds.keys[i];
        }
    }
    tf_list made = r->build(c->feeds.keys);
    check_built(r->op, r->tag);
    for (int i = 0; i < made.n; i++)
        if (tf_get_dtype(made.items[i]) == tf_float64)
            c->ys[c->n_ys++] = made.items[i];
    ck_assert_msg(c->n_ys && c->n_xs, "%s %s: nothing float64 to differentiate", r->op, r->tag);
}

static void check_dx(grad_check *c, int i, tf_tensor dx)
{
    const grad_row *r = c->row;
    tf_ndarray got, x = c->feeds.values[c->input[i]];
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    ck_assert_msg(!tf_is_none(dx), "%s %s: no gradient for in[%d]", r->op, r->tag, c->input[i]);
    run_grad(c, 1, &dx, &got);
    ck_assert_msg(tf_dims_equal(got.shape, x.shape), "%s %s: the gradient of in[%d] has shape %s and not %s", r->op, r->tag,
                  c->input[i], tf_dims_kernel_text(got.shape, a, sizeof a), tf_dims_kernel_text(x.shape, b, sizeof b));
    for (int64_t j = 0; j < np_size(x); j++) {
        double want = central_difference(c, (double *)x.data + j), is = ((double *)got.data)[j];
        ck_assert_msg(fabs(is - want) <= r->tolerance * fmax(1, fabs(want)), "%s %s: d/din[%d][%d] is %.9g, by differences %.9g",
                      r->op, r->tag, c->input[i], (int)j, is, want);
    }
    np_free(&got);
}

START_TEST(gradients_are_central_differences)
{
    grad_check c;
    tf_ndarray y[MOST_SHAPES];
    tf_tensor dys[MOST_SHAPES];
    open_graph();
    prepare_grad(&c, &grad_rows[_i]);
    run_grad(&c, c.n_ys, c.ys, y);
    for (int i = 0; i < c.n_ys; i++) {
        fill_uniform(c.weights[i] = np_zeros(y[i].shape, tf_float64), -1, 1);
        dys[i] = tf_constant(c.weights[i]);
        np_free(&y[i]);
    }
    tf_list dxs = tf_gradients(((tf_list){ .n = c.n_ys, .items = c.ys }), ((tf_list){ .n = c.n_xs, .items = c.xs }),
                               .grad_ys = ((tf_list){ .n = c.n_ys, .items = dys }));
    check_built(c.row->op, c.row->tag);
    for (int i = 0; i < c.n_xs; i++)
        check_dx(&c, i, dxs.items[i]);
    for (int i = 0; i < c.n_ys; i++)
        np_free(&c.weights[i]);
    for (int i = 0; i < c.feeds.n; i++)
        np_free(&c.feeds.values[i]);
    close_graph();
}
END_TEST

/* ---- goldens ------------------------------------------------------------------------------------------------------------ */
typedef struct {
    const golden_row *row;
    np_npz *npz;
    feed_list feeds;
    tf_list made;
} golden;

static const char *key_of(const golden *g, const char *what, int i)
{
    static char key[128];
    if (i < 0)
        snprintf(key, sizeof key, "%s.%s/%s", g->row->op, g->row->tag, what);
    else
        snprintf(key, sizeof key, "%s.%s/%s%d", g->row->op, g->row->tag, what, i);
    return key;
}

/* Other processors than x86 do not agree with it on which operations pass a denormal number on, and valgrind flushes none: there it
 * counts as the zero of its sign. */
static bool are_denormals_x86s(void)
{
#if defined(__x86_64__)
    return computes_as_the_machine();
#else
    return false;
#endif
}

static void without_denormals(tf_ndarray a)
{
    if (are_denormals_x86s())
        return;
    for (int64_t i = 0; i < np_size(a) && a.dtype == tf_float32; i++)
        if (fabsf(((float *)a.data)[i]) < FLT_MIN)
            ((float *)a.data)[i] = copysignf(0, ((float *)a.data)[i]);
    for (int64_t i = 0; i < np_size(a) && a.dtype == tf_float64; i++)
        if (fabs(((double *)a.data)[i]) < DBL_MIN)
            ((double *)a.data)[i] = copysign(0, ((double *)a.data)[i]);
}

static void open_golden(golden *g, const golden_row *r)
{
    char path[512], name[64];
    *g = (golden){ .row = r };
    snprintf(name, sizeof name, "golden/ops_%s.npz", r->family);
    g->npz = np_npz_open(data_path(name, path, sizeof path));
    ck_assert_msg(g->npz != NULL, "%s: %s", path, caught()->message);
    ck_assert_msg(np_npz_has(g->npz, key_of(g, "out", 0)), "%s holds no %s; run make_ops.py %s", path, key_of(g, "out", 0),
                  r->family);
    while (g->feeds.n < MOST_SHAPES && np_npz_has(g->npz, key_of(g, "in", g->feeds.n))) {
        g->feeds.values[g->feeds.n] = np_npz_get(g->npz, key_of(g, "in", g->feeds.n));
        without_denormals(g->feeds.values[g->feeds.n]);
        g->feeds.n++;
    }
}

static void close_golden(golden *g)
{
    for (int i = 0; i < g->feeds.n; i++)
        np_free(&g->feeds.values[i]);
    np_npz_close(g->npz);
}

/* The row over placeholders of the inputs' shapes, or with every dimension unknown. */
static void build_golden(golden *g, bool known)
{
    shape_list shapes = { .n = g->feeds.n };
    for (int i = 0; i < shapes.n; i++) {
        shapes.dtypes[i] = g->feeds.values[i].dtype;
        shapes.dims[i] = g->feeds.values[i].shape;
        for (int j = 0; j < shapes.dims[i].rank && !known; j++)
            shapes.dims[i].dims[j] = NONE;
    }
    make_placeholders(&shapes, "in", g->feeds.keys);
    g->made = g->row->build(g->feeds.keys);
}

/* One line a node as TF made it: "Sum Sum in0:0 Const:0". */
static void check_nodes(golden *g)
{
    if (!np_npz_has(g->npz, key_of(g, "nodes", -1)))
        return;
    tf_ndarray text = np_npz_get(g->npz, key_of(g, "nodes", -1));
    char *want = calloc((size_t)np_size(text) + 1, 1), got[2048], *line = want;
    memcpy(want, text.data, (size_t)np_size(text));
    for (int i = g->feeds.n; i < tf_graph_operation_count(graph) || *line; i++) {
        const tf_operation *op = i < tf_graph_operation_count(graph) ? tf_graph_operation(graph, i) : NULL;
        size_t used = op ? (size_t)snprintf(got, sizeof got, "%s %s", tf_op_type(op), tf_op_name(op)) : 0;
        got[used] = 0;
        for (int j = 0; op && j < tf_op_input_count(op) && used < sizeof got; j++)
            used += (size_t)snprintf(got + used, sizeof got - used, " %s:%d", tf_op_name(tf_op_input(op, j).op),
                                     tf_op_input(op, j).index);
        char *end = strchr(line, '\n');
        if (end)
            *end = 0;
        ck_assert_msg(strcmp(line, got) == 0, "%s %s: node %d is\n  %s\nand not\n  %s", g->row->op, g->row->tag, i,
                      *got ? got : "missing", *line ? line : "there");
        line = end ? end + 1 : line + strlen(line);
    }
    free(want);
    np_free(&text);
}

/* The parts of a number come in the processor's order. */
static bool is_of_little_ends(const golden *g)
{
    return __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__ && strcmp(g->row->op, "Bitcast") == 0;
}

static void compare_golden(golden *g, const char *what, int n, const tf_tensor *fetches, bool reference)
{
    tf_ndarray out[MOST_SHAPES];
    if (is_of_little_ends(g))
        return;
    tf_status status = (reference ? reference_run : session_run)(graph, &g->feeds, n, fetches, out);
    if (reference && status == tf_unimplemented)
        return;
    ck_assert_msg(status == tf_ok, "%s %s: %s by the %s: %s: %s", g->row->op, g->row->tag, what,
                  reference ? "interpreter" : "session", tf_status_name(status), caught()->message);
    for (int i = 0; i < n; i++) {
        tf_ndarray want = np_npz_get(g->npz, key_of(g, what, i));
        without_denormals(out[i]);
        without_denormals(want);
        const char *difference = array_difference(out[i], want, g->row->tolerance);
        ck_assert_msg(!difference, "%s %s: %s%d by the %s: %s", g->row->op, g->row->tag, what, i,
                      reference ? "interpreter" : "session", difference);
        np_free(&want);
        np_free(&out[i]);
    }
}

/* Gradients of all float outputs for all float inputs: those that TF has, and none where it has none. */
static void compare_gradients(golden *g)
{
    tf_tensor ys[MOST_SHAPES], xs[MOST_SHAPES], dxs[MOST_SHAPES];
    int n_ys = 0, n_xs = 0, input[MOST_SHAPES];
    for (int i = 0; i < g->made.n; i++)
        if (TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(g->made.items[i])))
            ys[n_ys++] = g->made.items[i];
    for (int i = 0; i < g->feeds.n; i++)
        if (TF_FLOATING & TF_DTYPE_BIT(g->feeds.values[i].dtype)) {
            input[n_xs] = i;
            xs[n_xs++] = g->feeds.keys[i];
        }
    if (!n_ys || !n_xs || np_npz_has(g->npz, key_of(g, "nograd", -1)))
        return;
    tf_list made = tf_gradients(((tf_list){ .n = n_ys, .items = ys }), ((tf_list){ .n = n_xs, .items = xs }));
    if (caught()->code == tf_unimplemented && !tf_dims_fully_known(tf_get_shape(xs[0]))) /* nor has TensorFlow a gradient then */
        return;
    check_no_report(g->row->op, g->row->tag);
    for (int i = 0; i < n_xs; i++) {
        char what[16];
        snprintf(what, sizeof what, "dx%d", input[i]);
        bool there = np_npz_has(g->npz, key_of(g, what, -1));
        ck_assert_msg(there == !tf_is_none(made.items[i]), "%s %s: %s gradient for in[%d]", g->row->op, g->row->tag,
                      there ? "no" : "TensorFlow has no", input[i]);
        dxs[i] = made.items[i];
    }
    for (int i = 0; i < n_xs; i++) {
        char key[128];
        tf_ndarray got;
        if (tf_is_none(dxs[i]))
            continue;
        snprintf(key, sizeof key, "%s", key_of(g, "dx", input[i]));
        for (int reference = 1; reference >= 0; reference--) {
            tf_status status = (reference ? reference_run : session_run)(graph, &g->feeds, 1, &dxs[i], &got);
            if (reference && status == tf_unimplemented)
                continue;
            ck_assert_msg(status == tf_ok, "%s: %s: %s", key, tf_status_name(status), caught()->message);
            tf_ndarray want = np_npz_get(g->npz, key);
            const char *difference = array_difference(got, want, g->row->tolerance);
            ck_assert_msg(!difference, "%s by the %s: %s", key, reference ? "interpreter" : "session", difference);
            np_free(&want);
            np_free(&got);
        }
    }
}

static void check_golden(golden *g)
{
    compare_golden(g, "out", g->made.n, g->made.items, true);
    compare_golden(g, "out", g->made.n, g->made.items, false);
    compare_gradients(g);
}

START_TEST(values_gradients_and_nodes_are_tensorflows)
{
    golden g;
    open_graph();
    open_golden(&g, &golden_rows[_i]);
    build_golden(&g, true);
    check_built(g.row->op, g.row->tag);
    check_nodes(&g);
    check_golden(&g);
    close_golden(&g);
    close_graph();
}
END_TEST

START_TEST(values_and_gradients_are_the_same_without_static_dimensions)
{
    golden g;
    open_graph();
    open_golden(&g, &golden_rows[_i]);
    build_golden(&g, false);
    if (caught()->count == 0) /* some calls need dimensions while building, and have a row that says so */
        check_golden(&g);
    close_golden(&g);
    close_graph();
}
END_TEST

/* ---- nothing left out --------------------------------------------------------------------------------------------------- */
static bool excused(const char *kind, const char *op)
{
    for (int i = 0; i < COUNT(excuses); i++)
        if (strcmp(excuses[i].kind, kind) == 0 && strcmp(excuses[i].op, op) == 0)
            return true;
    return false;
}

#define HAS_ROW(rows, name)                           \
    __extension__({                                   \
        bool has_ = false;                            \
        for (int i_ = 0; i_ < COUNT(rows); i_++)      \
            has_ |= strcmp((rows)[i_].op, name) == 0; \
        has_;                                         \
    })

static const tf_op_def *op_number(int n)
{
    for (const tf_op_def *const *const *family = tf1c_op_families(); *family; family++)
        for (const tf_op_def *const *op = *family; *op; op++)
            if (n-- == 0)
                return *op;
    return NULL;
}

START_TEST(every_op_has_its_rows)
{
    const tf_op_def *op = op_number(_i);
    ck_assert_msg(op->gradient != NULL, "%s: no gradient, not even tf_no_gradient", op->name);
    ck_assert_msg(HAS_ROW(shape_rows, op->name) || excused("SHAPES", op->name), "%s: no SHAPES row", op->name);
    ck_assert_msg(HAS_ROW(golden_rows, op->name) || excused("GOLDEN", op->name), "%s: no GOLDEN row", op->name);
    ck_assert_msg(op->gradient == tf_no_gradient || op->gradient == tf_gradient_disabled || HAS_ROW(grad_rows, op->name) ||
                      excused("GRAD", op->name),
                  "%s: no GRAD row", op->name);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ops");
    TCase *t = tcase_create("rows");
    int ops = 0;
    while (op_number(ops))
        ops++;
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, every_op_has_its_rows, 0, ops);
    tcase_add_loop_test(t, static_shapes_and_messages_are_tensorflows, 0, COUNT(shape_rows));
    tcase_add_loop_test(t, mistakes_seen_at_run_are_tensorflows, 0, COUNT(run_error_rows));
    tcase_add_loop_test(t, gradients_are_central_differences, 0, COUNT(grad_rows));
    tcase_add_loop_test(t, values_gradients_and_nodes_are_tensorflows, 0, COUNT(golden_rows));
    tcase_add_loop_test(t, values_and_gradients_are_the_same_without_static_dimensions, 0, COUNT(golden_rows));
    suite_add_tcase(s, t);
    return run_suite(s);
}
