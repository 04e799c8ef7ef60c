#include "support.h"

#include <float.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/alloc.h"
#include "graph/kernel.h"
#include "graph/node.h"
#include "session/session.h"

#ifndef TEST_DIR
#define TEST_DIR "tests"
#endif

int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

void skipped(const char *why)
{
    dprintf(STDOUT_FILENO, "skipped: %s\n", why); /* past the buffer, which holds what the parent has not written */
}

bool computes_as_the_machine(void)
{
    volatile long double most = INT64_MAX;
    return LDBL_MANT_DIG < 64 || (int64_t)most == INT64_MAX;
}

int slowness(void)
{
    const char *told = getenv("TF1C_TEST_SLOWNESS");
    int n = told ? atoi(told) : 1;
    return n > 1 ? n : 1;
}

void make_folder(char *path, size_t n)
{
    const char *base = getenv("TMPDIR");
    snprintf(path, n, "%s/tf1c-test.XXXXXX", base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(path));
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *at)
{
    (void)s, (void)type, (void)at;
    return remove(path);
}

void remove_folder(const char *path) { ck_assert_int_eq(nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0); }

/* ---- reports ------------------------------------------------------------------------------------------------------------ */
static _Thread_local caught_error first;
static _Thread_local char first_file[256];

static void keep_first(const tf_error *e)
{
    if (first.count++)
        return;
    first.code = e->code;
    first.where = e->where;
    snprintf(first_file, sizeof first_file, "%s", e->where.file ? e->where.file : "");
    first.where.file = e->where.file ? first_file : NULL;
    snprintf(first.message, sizeof first.message, "%s", e->message);
    snprintf(first.op, sizeof first.op, "%s", e->op ? e->op : "");
}

void catch_errors(void)
{
    first = (caught_error){ 0 };
    tf_clear_error();
    tf_on_error(keep_first);
}

const caught_error *caught(void) { return &first; }

/* ---- shapes ---------------------------------------------------------------------------------------------------------------- */
static const char *parse_dims(const char *s, tf_dims *d)
{
    *d = (tf_dims){ 0 };
    if (*s == '?')
        return s + 1;
    if (*s++ != '[')
        return NULL;
    d->known = true;
    while (*s != ']') {
        char *end = (char *)s + 1;
        if (d->rank == TF_MAX_RANK)
            return NULL;
        d->dims[d->rank++] = *s == '?' ? NONE : strtoll(s, &end, 10);
        if (end == s || (*end != ',' && *end != ']'))
            return NULL;
        s = *end == ',' ? end + 1 : end;
    }
    return s + 1;
}

bool parse_shapes(const char *text, tf_dtype default_dtype, shape_list *shapes)
{
    *shapes = (shape_list){ 0 };
    for (const char *s = text; *s;) {
        if (shapes->n == MOST_SHAPES)
            return false;
        shapes->dtypes[shapes->n] = default_dtype;
        for (int d = 1; d < TF_DTYPES; d++) {
            const char *name = tf_dtype_size(d) ? tf_dtype_name(d) : "";
            size_t n = strlen(name);
            if (n && strncmp(s, name, n) == 0 && (s[n] == '[' || s[n] == ' ' || s[n] == '?')) {
                shapes->dtypes[shapes->n] = d;
                s += n;
                break;
            }
        }
        s = parse_dims(s + strspn(s, " "), &shapes->dims[shapes->n++]);
        if (!s || (*s && *s != ';'))
            return false;
        s += *s == ';';
    }
    return true;
}

const char *shapes_text(int n, const tf_tensor *tensors, tf_dtype usual, char *text, size_t size)
{
    size_t used = 0;
    *text = 0;
    for (int i = 0; i < n && used < size; i++) {
        char dims[TF_DIMS_TEXT];
        tf_dims shape = tf_get_shape(tensors[i]);
        tf_dtype dtype = tf_get_dtype(tensors[i]);
        used +=
            (size_t)snprintf(text + used, size - used, "%s%s%s", i ? ";" : "", usual && dtype != usual ? tf_dtype_name(dtype) : "",
                             shape.known ? tf_dims_kernel_text(shape, dims, sizeof dims) : "?");
    }
    return text;
}

const char *data_path(const char *relative, char *path, size_t n)
{
    const char *place = getenv("TF1C_TEST_DATA");
    snprintf(path, n, "%s/%s", place ? place : TEST_DIR, relative);
    return path;
}

/* ---- the interpreter ----------------------------------------------------------------------------------------------------------- */
enum { MOST_OPERANDS = 64 };

typedef struct {
    tf_graph *g;
    tf_ndarray **values; /* per node, per output */
    bool *needed;
} interpreter;

static tf_ndarray *value_at(interpreter *r, tf_tensor t) { return &r->values[t.op->index][t.index]; }

typedef struct {
    interpreter *r;
    const tf_operation *op;
} input_values;

static bool input_value(void *arg, int i, tf_ndarray *value)
{
    const input_values *v = arg;
    *value = *value_at(v->r, v->op->inputs[i]);
    return value->data != NULL;
}

static bool input_ints(void *arg, int i, tf_dims *ints)
{
    tf_ndarray value;
    return input_value(arg, i, &value) && tf1c_ints_of_array(value, ints);
}

static void shape_of_data(interpreter *r, tf_operation *op, tf_dims *shapes)
{
    tf_view in[MOST_OPERANDS];
    for (int i = 0; i < op->n_inputs; i++) {
        const tf_ndarray *a = value_at(r, op->inputs[i]);
        tf_view_set(&in[i], a->data, a->dtype, a->shape);
    }
    tf_kernel_ctx k = { .def = op->def,
                        .attrs = op->attrs,
                        .T = op->T,
                        .U = op->U,
                        .n_in = op->n_inputs,
                        .n_out = op->n_outputs,
                        .in = in,
                        .name = op->name };
    op->def->data_shape(&k, shapes);
}

static tf_status output_shapes(interpreter *r, tf_operation *op, tf_dims *shapes, tf_dtype *dtypes)
{
    tf_dims in[MOST_OPERANDS];
    tf_dtype in_dtypes[MOST_OPERANDS];
    input_values arg = { r, op };
    for (int i = 0; i < op->n_inputs; i++) {
        in[i] = value_at(r, op->inputs[i])->shape;
        in_dtypes[i] = tf_get_dtype(op->inputs[i]);
    }
    for (int i = 0; i < op->n_outputs; i++) {
        shapes[i] = (tf_dims){ 0 };
        dtypes[i] = op->outputs[i].dtype;
    }
    tf_shape_ctx c = { .def = op->def,
                       .attrs = op->attrs,
                       .name = op->name,
                       .here = op->here,
                       .n_in = op->n_inputs,
                       .n_out = op->n_outputs,
                       .in = in,
                       .in_dtype = in_dtypes,
                       .out = shapes,
                       .out_dtype = dtypes,
                       .op = op,
                       .at_run = true,
                       .value = input_value,
                       .ints = input_ints,
                       .arg = &arg };
    tf1c_infer(&c);
    if (c.failed)
        return tf_last_error()->code;
    if (op->def->data_shape)
        shape_of_data(r, op, shapes);
    for (int i = 0; i < op->n_outputs; i++)
        if (!tf_dims_fully_known(shapes[i]))
            return tf_unimplemented;
    return tf_ok;
}

static tf_status run_units(tf_kernel_ctx k, int64_t begin, int64_t end, tf1c_kernel_report *report)
{
    k.begin = begin;
    k.end = end;
    k.private_ = report;
    tf_view in[MOST_OPERANDS], out[MOST_OPERANDS]; /* rules may change them */
    memcpy(in, k.in, (size_t)k.n_in * sizeof *in);
    memcpy(out, k.out, (size_t)k.n_out * sizeof *out);
    k.in = in;
    k.out = out;
    return tf1c_run_kernel_alone(&k);
}

/* Bit for bit, but for which NaN it is: of two that meet, compilers choose. */
static bool same_bits(tf_ndarray a, tf_ndarray b)
{
    const size_t size = tf_dtype_size(a.dtype);
    for (int64_t i = 0; i < np_size(a); i++)
        if (memcmp((char *)a.data + (size_t)i * size, (char *)b.data + (size_t)i * size, size) != 0 &&
            !(isnan(np_get(a, i)) && isnan(np_get(b, i))))
            return false;
    return true;
}

/* The same in three pieces, last piece first, into memory of its own. */
static void check_split(tf_kernel_ctx k, int64_t units, tf_ndarray *values)
{
    tf_view out[MOST_OPERANDS];
    tf_ndarray copies[MOST_OPERANDS];
    tf1c_kernel_report report;
    for (int i = 0; i < k.n_out; i++) {
        copies[i] = np_zeros(values[i].shape, values[i].dtype);
        tf_view_set(&out[i], copies[i].data, copies[i].dtype, copies[i].shape);
    }
    k.out = out;
    for (int part = 3; part-- > 0;)
        run_units(k, units * part / 3, units * (part + 1) / 3, &report);
    for (int i = 0; i < k.n_out; i++) {
        bool same = k.def->traits & TF_PRODUCT ? !array_difference(copies[i], values[i], 1e-5) /* BLAS: to rounding */
                                               : same_bits(copies[i], values[i]);
        ck_assert_msg(same, "%s '%s': other bits when computed in three pieces", k.def->name, k.name);
        np_free(&copies[i]);
    }
}

static tf_status run_node(interpreter *r, tf_operation *op)
{
    tf_dims shapes[MOST_OPERANDS];
    tf_dtype dtypes[MOST_OPERANDS];
    tf_view in[MOST_OPERANDS], out[MOST_OPERANDS];
    const tf_op_def *def = op->def;
    if (op->n_inputs > MOST_OPERANDS || op->n_outputs > MOST_OPERANDS || (!def->kernel && !def->strips && !def->view && !def->part))
        return tf_unimplemented;
    tf_status status = output_shapes(r, op, shapes, dtypes);
    if (status)
        return status;
    tf_ndarray *values = r->values[op->index];
    for (int i = 0; i < op->n_inputs; i++) {
        const tf_ndarray *a = value_at(r, op->inputs[i]);
        tf_view_set(&in[i], a->data, a->dtype, a->shape);
    }
    for (int i = 0; i < op->n_outputs; i++) {
        values[i] = np_zeros(shapes[i], dtypes[i]);
        tf_view_set(&out[i], values[i].data, dtypes[i], shapes[i]);
    }
    tf_kernel_ctx k = { .def = def,
                        .attrs = op->attrs,
                        .T = op->T,
                        .U = op->U,
                        .n_in = op->n_inputs,
                        .n_out = op->n_outputs,
                        .in = in,
                        .out = out,
                        .name = op->name };
    void *resource = k.resource = def->resource_size ? tf1c_alloc_zero(def->resource_size) : NULL;
    tf1c_kernel_report report = { .strings = NULL };
    int64_t units = tf1c_kernel_units(&k);
    status = run_units(k, 0, units, &report);
    if (status)
        tf_fail(status, op->here, op->name, "%s", report.message);
    else if (units > 1 && !(def->traits & TF_STATEFUL))
        check_split(k, units, values);
    if (resource && def->release)
        def->release(resource);
    tf1c_free(resource);
    return status;
}

static void mark(interpreter *r, const tf_operation *op)
{
    if (r->needed[op->index] || r->values[op->index][0].data)
        return;
    r->needed[op->index] = true;
    for (int i = 0; i < op->n_inputs; i++)
        mark(r, op->inputs[i].op);
}

static tf_status interpret(interpreter *r, int n, const tf_tensor *fetches)
{
    tf_status status = tf_ok;
    for (int i = 0; i < n; i++)
        mark(r, fetches[i].op);
    for (int i = 0; i < r->g->n_ops && !status; i++)
        if (r->needed[i])
            status = run_node(r, r->g->ops[i]);
    return status;
}

tf_status reference_run(tf_graph *g, const feed_list *feeds, int n, const tf_tensor *fetches, tf_ndarray *out)
{
    interpreter r = { .g = g };
    r.needed = calloc((size_t)g->n_ops + 1, sizeof *r.needed);
    r.values = calloc((size_t)g->n_ops + 1, sizeof *r.values);
    for (int i = 0; i < g->n_ops; i++)
        r.values[i] = calloc((size_t)g->ops[i]->n_outputs + 1, sizeof **r.values);
    for (int i = 0; i < feeds->n; i++)
        *value_at(&r, feeds->keys[i]) = np_copy(feeds->values[i]);
    tf_status status = interpret(&r, n, fetches);
    for (int i = 0; i < n; i++)
        out[i] = status ? (tf_ndarray){ 0 } : np_copy(*value_at(&r, fetches[i]));
    for (int i = 0; i < g->n_ops; i++) {
        for (int j = 0; j < g->ops[i]->n_outputs; j++)
            np_free(&r.values[i][j]);
        free(r.values[i]);
    }
    free(r.values);
    free(r.needed);
    return status;
}

tf_status session_run(tf_graph *g, const feed_list *feeds, int n, const tf_tensor *fetches, tf_ndarray *out)
{
    tf_session *session = tf_session(.graph = g);
    tf_feeds dict = { 0 };
    tf_fetch *what = calloc((size_t)n + 1, sizeof *what);
    for (int i = 0; i < feeds->n; i++)
        tf_feed_set(&dict, feeds->keys[i], feeds->values[i]);
    for (int i = 0; i < n; i++) {
        out[i] = (tf_ndarray){ 0 };
        what[i] = (tf_fetch){ .tensor = fetches[i], .op = fetches[i].op, .into = TF_INTO_ARRAY, .out = &out[i] };
    }
    tf_status status = tf_run_fetches(session, (tf_fetches){ .n = n, .items = what }, dict, TF_SOURCE);
    tf_feeds_free(&dict);
    free(what);
    tf_close(session);
    return status;
}

/* ---- comparing -------------------------------------------------------------------------------------------------------------------- */
static bool near(double got, double want, double tolerance)
{
    if (isnan(want) || isnan(got))
        return isnan(want) && isnan(got);
    if (isinf(want) || isinf(got))
        return want == got;
    return fabs(got - want) <= tolerance * fmax(fabs(want), 0.3);
}

const char *array_difference(tf_ndarray got, tf_ndarray want, double tolerance)
{
    static char text[512];
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    if (got.dtype != want.dtype || !tf_dims_equal(got.shape, want.shape)) {
        snprintf(text, sizeof text, "%s%s instead of %s%s", got.dtype ? tf_dtype_name(got.dtype) : "nothing",
                 tf_dims_kernel_text(got.shape, a, sizeof a), tf_dtype_name(want.dtype),
                 tf_dims_kernel_text(want.shape, b, sizeof b));
        return text;
    }
    const bool exact = !(TF_FLOATING & TF_DTYPE_BIT(want.dtype));
    const size_t size = tf_dtype_size(want.dtype);
    for (int64_t i = 0; i < np_size(want); i++) {
        const char *p = (const char *)got.data + (size_t)i * size, *q = (const char *)want.data + (size_t)i * size;
        if (exact ? memcmp(p, q, size) == 0 : near(np_get(got, i), np_get(want, i), tolerance))
            continue;
        snprintf(text, sizeof text, "[%lld] is %.9g instead of %.9g", (long long)i, np_get(got, i), np_get(want, i));
        return text;
    }
    return NULL;
}
