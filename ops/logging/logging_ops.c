/* Print, Assert, CheckNumerics. TF1: core/kernels/logging_ops.cc, check_numerics_op.cc, python/ops/check_ops.py. */
#include "ops/logging/logging_ops.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "ops/array/shape.h"
#include "ops/control_flow/group.h"
#include "ops/control_flow/with_dependencies.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/compare.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"

/* ---- values as text: TF1's Tensor::SummarizeValue --------------------------------------------------------------------------- */

typedef struct {
    char *at;
    size_t size, n; /* what does not fit is left out */
} text;

static void say(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(t->at + t->n, t->size - t->n, format, args);
    va_end(args);
    if (n > 0)
        t->n = t->n + (size_t)n < t->size ? t->n + (size_t)n : t->size - 1;
}

/* Few digits where they read back as the same number. */
static void say_real(text *t, double x, bool narrow)
{
    char number[32];
    snprintf(number, sizeof number, "%.*g", narrow ? FLT_DIG : DBL_DIG, x);
    if ((narrow ? (double)strtof(number, NULL) : strtod(number, NULL)) != x)
        snprintf(number, sizeof number, "%.*g", narrow ? FLT_DIG + 3 : DBL_DIG + 2, x);
    say(t, "%s", number);
}

static void say_bytes(text *t, tf_bytes bytes)
{
    char said[TF1C_ESCAPED];
    for (size_t i = 0; i < bytes.size; i++)
        say(t, "%s", tf1c_escape((unsigned char)bytes.data[i], said));
}

static void say_element(text *t, const tf_view *v, int64_t i)
{
    switch (v->dtype) {
    case tf_float32: say_real(t, ((const float *)v->data)[i], true); break;
    case tf_float64: say_real(t, ((const double *)v->data)[i], false); break;
    case tf_int32: say(t, "%d", ((const int32_t *)v->data)[i]); break;
    case tf_int64: say(t, "%lld", (long long)((const int64_t *)v->data)[i]); break;
    case tf_string: say_bytes(t, ((const tf_bytes *)v->data)[i]); break;
    default: say(t, "%d", ((const uint8_t *)v->data)[i]); break;
    }
}

/* The elements [*at, limit) as far as they lie in this part of axis `axis`. */
static void say_axis(text *t, const tf_view *v, int axis, int64_t limit, int64_t *at)
{
    const bool last = axis == v->rank - 1;
    for (int64_t i = 0; i < v->dims[axis]; i++) {
        if (*at >= limit) {
            say(t, "%s", last && axis ? "..." : "");
            return;
        }
        if (last) {
            say(t, "%s", i ? " " : "");
            say_element(t, v, (*at)++);
        } else {
            say(t, "[");
            say_axis(t, v, axis + 1, limit, at);
            say(t, "]");
        }
    }
}

static int64_t shown(const tf_view *v, int64_t summarize)
{
    const int64_t n = tf_view_count(v);
    return summarize < 0 || summarize > n ? n : summarize;
}

static void say_value(text *t, const tf_view *v, int64_t summarize)
{
    const int64_t limit = shown(v, summarize);
    int64_t at = 0;
    say(t, "[");
    if (v->rank)
        say_axis(t, v, 0, limit, &at);
    else if (limit)
        say_element(t, v, 0);
    say(t, "%s]", tf_view_count(v) > limit ? "..." : "");
}

/* Bytes that say_value needs at most, but for those of strings. */
static size_t room_for(const tf_view *v, int64_t summarize)
{
    enum { ELEMENT = 32, BRACKETS = 2 * TF_MAX_RANK, ENDS = 64 };
    return (size_t)shown(v, summarize) * (ELEMENT + BRACKETS) + ENDS;
}

/* What the strings among the data take, each byte in up to four. */
static size_t room_for_strings(const tf_kernel_ctx *k, int64_t summarize)
{
    enum { ESCAPED = 4 };
    size_t size = 0;
    for (int i = 1; i < k->n_in; i++)
        for (int64_t j = 0, n = k->in[i].dtype == tf_string ? shown(&k->in[i], summarize) : 0; j < n; j++)
            size += ESCAPED * ((const tf_bytes *)k->in[i].data)[j].size;
    return size;
}

/* `first`, then a list's tensors as operands; the caller frees it. NULL after a report. */
static tf_operand *operands_with(tf_operand first, tf_list data, tf_source here)
{
    tf_operand *in = tf1c_alloc((size_t)(data.n + 1) * sizeof *in);
    if (!in) {
        tf_fail(tf_memory_error, tf1c_source(here), NULL, "no memory left for the graph");
        return NULL;
    }
    in[0] = first;
    for (int i = 0; i < data.n; i++)
        in[i + 1] = tf_operand_tensor(data.items[i]);
    return in;
}

/* ---- Print: output = input, dinput = dy --------------------------------------------------------------------------------------- */

static void to_stderr(const char *line) { fprintf(stderr, "%s\n", line); }
static _Atomic(tf_print_sink *) print_sink = to_stderr;

tf_print_sink *tf_on_print(tf_print_sink *sink)
{
    tf_print_sink *before = atomic_exchange(&print_sink, sink ? sink : to_stderr);
    return before;
}

typedef struct {
    const char *message;
    int64_t first_n, summarize;
} print_attrs;
static const tf_attr_def print_fields[] = { TF_ATTR(print_attrs, message, TF_ATTR_STRING),
                                            TF_ATTR(print_attrs, first_n, TF_ATTR_INT),
                                            TF_ATTR(print_attrs, summarize, TF_ATTR_INT),
                                            { 0 } };
typedef struct {
    _Atomic int64_t printed;
} print_state;

static void pass_on(tf_kernel_ctx *k)
{
    const size_t size = (size_t)tf_view_count(&k->out[0]) * tf_dtype_size(k->out[0].dtype);
    if (size && k->out[0].data != k->in[0].data) /* an empty array may have no address */
        memcpy(k->out[0].data, k->in[0].data, size);
}

static size_t print_scratch(const tf_kernel_ctx *k)
{
    const print_attrs *a = k->attrs;
    size_t size = strlen(a->message) + 1;
    for (int i = 1; i < k->n_in; i++)
        size += room_for(&k->in[i], a->summarize);
    return size;
}

static void print_kernel(tf_kernel_ctx *k)
{
    const print_attrs *a = k->attrs;
    print_state *state = k->resource;
    if (a->first_n < 0 || atomic_fetch_add(&state->printed, 1) < a->first_n) {
        const size_t strings = room_for_strings(k, a->summarize), size = print_scratch(k);
        char *more = strings ? tf1c_alloc(size + strings) : NULL;
        text t = { more ? more : k->scratch, more ? size + strings : size, 0 };
        say(&t, "%s", a->message);
        for (int i = 1; i < k->n_in; i++)
            say_value(&t, &k->in[i], a->summarize);
        atomic_load (&print_sink)(t.at);
        tf1c_free(more);
    }
    pass_on(k);
}

static void print_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, dy); }

static const tf_op_def print_op = {
    .name = "Print",
    .in = "input:T, data:?*",
    .out = "output:T",
    .attrs = print_fields,
    .attrs_size = sizeof(print_attrs),
    .traits = TF_SIDE_EFFECT | TF_INPLACE,
    .shape = tf_unchanged_shape,
    .kernel = print_kernel,
    .scratch = print_scratch,
    .resource_size = sizeof(print_state),
    .gradient = print_gradient,
};

static tf_tensor print_of(tf_operand input, tf_list data, struct tf_print_args a)
{
    TF1C_HOLD_REPORTS;
    print_attrs attrs = { a.message ? a.message : "", a.first_n, a.summarize };
    data = tf1c_sound_list(data, a.here);
    tf_operand *in = operands_with(input, data, a.here);
    if (!in)
        return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) };
    tf_operation *op = tf_op_new(
        &print_op, (struct tf_op_args){ .here = a.here, .name = a.name, .attrs = &attrs, .n_inputs = data.n + 1, .inputs = in });
    tf1c_free(in);
    return (tf_tensor){ .op = op };
}

tf_tensor tf_print_(struct tf_print_args a) { return print_of(tf1c_given(a.input), tf1c_given_list(a.data, a.here), a); }

/* ---- Assert ---------------------------------------------------------------------------------------------------------------------- */

/* Without a dtype for strings, TF's strings among the data are attributes: what is said before data 0 and before data 1. */
typedef struct {
    int64_t summarize;
    const char *first, *second;
} assert_attrs;
static const tf_attr_def assert_fields[] = { TF_ATTR(assert_attrs, summarize, TF_ATTR_INT),
                                             TF_ATTR(assert_attrs, first, TF_ATTR_STRING),
                                             TF_ATTR(assert_attrs, second, TF_ATTR_STRING),
                                             { 0 } };

static void assert_shape(tf_shape_ctx *c)
{
    const tf_dims d = *tf_in_dims(c, 0);
    char shape[TF_DIMS_TEXT];
    if (!tf_shape_at_run(c))
        tf_with_rank(c, 0, 0);
    else if (d.rank)
        tf_shape_error(c, "In[0] should be a scalar: %s", tf_dims_kernel_text(d, shape, sizeof shape));
}

static void assert_kernel(tf_kernel_ctx *k)
{
    enum { SIZE = 512 }; /* of a kernel's report */
    const assert_attrs *a = k->attrs;
    char message[SIZE];
    text t = { message, sizeof message, 0 };
    if (*TF_DATA(k, in, 0, const bool))
        return;
    say(&t, "assertion failed:%s", a->first);
    for (int i = 1; i < k->n_in; i++) {
        say(&t, "%s ", i == 2 ? a->second : "");
        say_value(&t, &k->in[i], a->summarize);
    }
    tf_kernel_error(k, tf_invalid_argument, "%s", message);
}

static const tf_op_def assert_op = {
    .name = "Assert",
    .in = "condition:bool, data:?*",
    .out = "",
    .attrs = assert_fields,
    .attrs_size = sizeof(assert_attrs),
    .traits = TF_SIDE_EFFECT,
    .shape = assert_shape,
    .kernel = assert_kernel,
    .gradient = tf_no_gradient,
};

/* TF guards an Assert by a cond, unless its data are all int32 or strings; the nodes that it makes for that and for
 * `strings` are counted, as seeds derive from the number of nodes. */
static tf_operation *make_assert(tf_tensor condition, tf_list data, assert_attrs attrs, int strings, tf_source here)
{
    TF1C_HOLD_REPORTS;
    enum { GUARD = 9 };
    bool guarded = false;
    data = tf1c_sound_list(data, here);
    for (int i = 0; i < data.n; i++)
        guarded |= tf_get_dtype(data.items[i]) != tf_int32;
    tf_operand *in = operands_with(tf_operand_tensor(condition), data, here);
    if (!in)
        return tf1c_record_mistake(tf1c_current_graph());
    const struct tf_op_args args = { .here = here, .attrs = &attrs, .n_inputs = data.n + 1, .inputs = in };
    tf_operation *op = NULL;
    if (guarded) {
        TF_SCOPE(NULL, "AssertGuard");
        op = tf_op_new(&assert_op, args);
    } else {
        op = tf_op_new(&assert_op, args);
    }
    tf1c_free(in);
    if (!tf1c_is_mistake(op))
        op->graph->universe->last_id += 2 * strings + (guarded ? GUARD + data.n : 0);
    return op;
}

static tf_operation *no_memory(void) { return tf1c_record_mistake(tf1c_current_graph()); }

static tf_operation *assert_of(tf_operand condition, tf_list data, struct tf_assert_args a)
{
    TF_FROM(a.here);
    if (!data.n && !a.message)
        return tf_mistake(tf_value_error, a.here, a.name, "Attr 'T' of 'Assert' Op passed list of length 0 less than minimum 1.")
            .op;
    TF_SCOPE(a.name, "Assert");
    tf_tensor holds = tf_convert(condition, tf_bool, a.here, "condition");
    if (tf_is_poisoned(holds))
        return tf_tensor_op(holds);
    const char *first = a.message ? tf1c_graph_printf(holds.op->graph, " [%s]", a.message) : "";
    if (!first)
        return no_memory();
    return make_assert(holds, data, (assert_attrs){ a.summarize, first, "" }, a.message ? 1 : 0, a.here);
}

tf_operation *tf_assert_(struct tf_assert_args a) { return assert_of(tf1c_given(a.condition), tf1c_given_list(a.data, a.here), a); }

/* ---- assert_equal and its like --------------------------------------------------------------------------------------------------------- */

/* Whether Python's tensor_util.constant_value knows t: what it is made of, and nothing else, is computed there. */
static bool is_known_to_python(tf_tensor t)
{
    static const char *const types[] = { "Cast", "ConcatV2", "Equal", "Fill", "NotEqual", "Pack", "Range" };
    tf_ndarray value;
    if (t.op->def == tf1c_basic.constant || t.op->def->traits & TF_SHAPE_ONLY)
        return tf_constant_value(t, &value);
    bool known = false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        known |= strcmp(types[i], t.op->def->name) == 0;
    for (int i = 0; known && i < t.op->n_inputs; i++)
        known = is_known_to_python(t.op->inputs[i]);
    return known && tf_constant_value(t, &value);
}

static bool is_all_true(tf_tensor holds)
{
    tf_ndarray value;
    const bool *at = tf_constant_value(holds, &value) ? value.data : NULL;
    for (int64_t i = 0; at && i < np_size(value); i++)
        if (!at[i])
            return false;
    return true;
}

/* A tensor's value, as Python's print shows it. */
static void say_known(text *t, tf_tensor x)
{
    char shown[256];
    tf_ndarray value;
    say(t, "%s", tf_constant_value(x, &value) ? np_text(value, shown, sizeof shown) : tf_tensor_text(x, shown, sizeof shown));
}

/* What is known not to hold is a mistake at once: Python's lines, of which `said` is the first up to its "]", unless TF forgot a comma. */
static tf_operation *known_mistake(const char *said, tf_tensor x, tf_tensor y, const struct tf_check_args *a)
{
    char message[1024];
    text t = { message, sizeof message, 0 };
    const size_t n = strcspn(said, "]");
    say(&t, "%s%s", a->message ? a->message : "", a->message ? "\n" : "");
    for (int i = 0; i < a->data.n; i++) {
        say_known(&t, a->data.items[i]);
        say(&t, "%s", i + 1 < a->data.n ? "\n" : "");
    }
    if (!a->data.n) {
        say(&t, "%.*s%sx (%s:%d) = \n", (int)n, said, said[n] ? "\n" : "", x.op->name, x.index);
        say_known(&t, x);
    }
    if (!a->data.n && !tf_is_none(y)) {
        say(&t, "\ny (%s:%d) = \n", y.op->name, y.index);
        say_known(&t, y);
    }
    return tf_mistake(tf_invalid_argument, a->here, NULL, "%s", message).op;
}

/* Asserts that all of `holds` is true, and else shows the message, what `said` says, and the values of x and, if there, y. `said` ends
 * with "] [", but where TF forgot a comma: x's name follows it at once. */
static tf_operation *check_said(tf_tensor holds, const char *said, tf_tensor x, tf_tensor y, struct tf_check_args a)
{
    tf_tensor all = tf_reduce_all(holds), own[] = { x, y };
    if (tf_is_poisoned(all))
        return tf_tensor_op(all);
    tf_graph *g = all.op->graph;
    const int n = tf_is_none(y) ? 1 : 2;
    a.data = tf1c_given_list(a.data, a.here);
    if (is_known_to_python(x) && (n == 1 || is_known_to_python(y)) && !is_all_true(holds))
        return known_mistake(said, x, y, &a);
    const char *first = a.message ? tf1c_graph_printf(g, " [%s]", a.message) : "", *second = "";
    int strings = a.message ? 1 : 0;
    if (first && !a.data.n) {
        first = tf1c_graph_printf(g, "%s [%sx (%s:%d) = ]", first, said, x.op->name, x.index);
        second = n == 2 ? tf1c_graph_printf(g, " [y (%s:%d) = ]", y.op->name, y.index) : "";
        strings += n + (said[strlen(said) - 1] == '[');
        a.data = (tf_list){ .n = n, .items = own };
    }
    if (!first || !second)
        return no_memory();
    TF_SCOPE(NULL, "Assert");
    return make_assert(all, a.data, (assert_attrs){ a.summarize, first, second }, strings, a.here);
}
#define DID_NOT_HOLD(condition) "Condition " condition " did not hold element-wise:"

/* Numbers take the other's dtype, x's too where it alone is one. */
static tf_tensor convert_like(tf_operand y, tf_tensor x, tf_source here)
{
    return tf_convert(y, y.kind == TF_OPERAND_TENSOR || tf_is_poisoned(x) ? tf_dtype_unset : tf_get_dtype(x), here, "y");
}
static tf_tensor convert_first(tf_operand x, tf_operand y, tf_source here)
{
    const bool number = x.kind == TF_OPERAND_INTEGER || x.kind == TF_OPERAND_REAL;
    const bool beside = number && y.kind == TF_OPERAND_TENSOR && y.as.tensor.op;
    return tf_convert(x, beside && !tf_is_poisoned(y.as.tensor) ? tf_get_dtype(y.as.tensor) : tf_dtype_unset, here, "x");
}
#define CHECK_ARGS(a) \
    ((struct tf_check_args){ .here = (a).here, .data = (a).data, .summarize = (a).summarize, .message = (a).message })

#define ASSERT_BOTH(fn, id, compare, sign)                                                               \
    tf_operation *fn(struct tf_compare_args a)                                                           \
    {                                                                                                    \
        TF_FROM(a.here);                                                                                 \
        TF_SCOPE(a.name, "assert_" #id);                                                                 \
        const tf_operand y_ = tf1c_given(a.y);                                                           \
        const tf_tensor x = convert_first(tf1c_given(a.x), y_, a.here), y = convert_like(y_, x, a.here); \
        return check_said(compare(x, y), DID_NOT_HOLD("x " sign " y") "] [", x, y, CHECK_ARGS(a));       \
    }
static ASSERT_BOTH(assert_equal, equal, tf_equal, "==") ASSERT_BOTH(tf_assert_none_equal_, none_equal, tf_not_equal, "!=")
    ASSERT_BOTH(tf_assert_less_, less, tf_less, "<") ASSERT_BOTH(tf_assert_less_equal_, less_equal, tf_less_equal, "<=")
        ASSERT_BOTH(tf_assert_greater_, greater, tf_greater, ">")
            ASSERT_BOTH(tf_assert_greater_equal_, greater_equal, tf_greater_equal, ">=")

    /* TF opens a scope to see whether it is given one tensor twice, and then another of that name. */
    tf_operation *tf_assert_equal_(struct tf_compare_args a)
{
    const tf_operand x = tf1c_given(a.x), y = tf1c_given(a.y);
    TF_FROM(a.here);
    tf_with_name_scope(a.name ? a.name : "assert_equal")
        if (x.kind == TF_OPERAND_TENSOR && y.kind == TF_OPERAND_TENSOR && x.as.tensor.op &&
            tf_same_tensor(x.as.tensor, y.as.tensor) && !tf_is_poisoned(x.as.tensor))
            return tf_no_op();
    return assert_equal(a);
}

/* Beside zero; TF shows an empty message here. */
#define ASSERT_ONE(id, inner, holds, said)                                                       \
    tf_operation *tf_assert_##id##_(struct tf_check_args a)                                      \
    {                                                                                            \
        TF_FROM(a.here);                                                                         \
        TF_SCOPE(a.name, "assert_" #id);                                                         \
        const tf_tensor x = tf_convert(tf1c_given(a.x), tf_dtype_unset, a.here, "x");            \
        if (tf_is_poisoned(x))                                                                   \
            return tf_tensor_op(x);                                                              \
        const tf_tensor zero = tf_convert(tf_operand_integer(0), tf_get_dtype(x), a.here, NULL); \
        a.message = a.message ? a.message : "";                                                  \
        {                                                                                        \
            TF_SCOPE(NULL, inner);                                                               \
            return check_said(holds, said, x, (tf_tensor){ 0 }, a);                              \
        }                                                                                        \
    }
ASSERT_ONE(positive, "assert_less", tf_less(zero, x), DID_NOT_HOLD("x > 0") "] [")
ASSERT_ONE(non_negative, "assert_less_equal", tf_less_equal(zero, x), DID_NOT_HOLD("x >= 0") "] [")
ASSERT_ONE(negative, "assert_less", tf_less(x, zero), DID_NOT_HOLD("x < 0") "] [")
ASSERT_ONE(non_positive, "assert_less_equal", tf_less_equal(x, zero), DID_NOT_HOLD("x <= 0"))

tf_operation *tf_assert_near_(struct tf_assert_near_args a)
{
    const tf_operand given[] = { tf1c_keyword(a.rtol, true), tf1c_keyword(a.atol, true) };
    char texts[2][128], said[320];
    TF_FROM(a.here);
    TF_SCOPE(a.name, "assert_near");
    const tf_tensor x = tf_convert(tf1c_keyword(a.x, true), tf_dtype_unset, a.here, "x"),
                    y = convert_like(tf1c_keyword(a.y, true), x, a.here);
    if (tf_is_poisoned(x) || tf_is_poisoned(y))
        return tf_tensor_op(tf_is_poisoned(x) ? x : y);
    const tf_dtype dtype = tf_get_dtype(x);
    const tf_operand unset = tf_operand_real(10 * (dtype == tf_float64 ? DBL_EPSILON : (double)FLT_EPSILON));
    const tf_tensor rtol = tf_convert(given[0].kind ? given[0] : unset, dtype, a.here, "rtol"),
                    atol = tf_convert(given[1].kind ? given[1] : unset, dtype, a.here, "atol");
    const tf_tensor most = tf_raw_ops_add_v2(atol, tf_mul(rtol, tf_abs(y)), .name = "add"), apart = tf_abs(tf_sub(x, y));
    snprintf(said, sizeof said, "x and y not equal to tolerance rtol = %s, atol = %s] [",
             tf_tensor_text(rtol, texts[0], sizeof *texts), tf_tensor_text(atol, texts[1], sizeof *texts));
    const struct tf_check_args check = {
        .here = a.here, .data = a.data, .summarize = a.summarize, .message = a.message ? a.message : ""
    };
    return check_said(tf_less(apart, most), said, x, y, check);
}

/* ---- what the graph knows already ----------------------------------------------------------------------------------------------------- */

static tf_operation *known_to_hold(const char *name) { return tf_no_op(.name = name); }

static tf_operation *check_rank(const char *more, struct tf_rank_args a)
{
    char shape[TF_DIMS_TEXT], place[160];
    if (a.rank == INT64_MIN)
        return tf_tensor_op(tf_mistake(tf_type_error, a.here, NULL, "assert_rank wants a rank: tf_assert_rank(x, 2)."));
    const int64_t rank = a.rank;
    const tf_tensor x = tf_convert(tf1c_given(a.x), tf_dtype_unset, a.here, "x"),
                    wanted = tf_convert(tf_operand_integer(rank), tf_int32, a.here, "rank");
    a.data = tf1c_given_list(a.data, a.here);
    if (tf_is_poisoned(x))
        return tf_tensor_op(x);
    const tf_dims d = tf_get_shape(x);
    const tf_tensor received = tf_shape(x);
    const char *message = a.message ? a.message : "";
    snprintf(place, sizeof place, "%s:%d", x.op->name, x.index);
    if (d.known && (*more ? d.rank < rank : d.rank != rank))
        return tf_tensor_op(tf_mistake(tf_value_error, a.here, NULL,
                                       "%s.  Tensor %s must have rank%s %lld.  Received rank %d, shape %s", message, place, more,
                                       (long long)rank, d.rank, tf_dims_text(d, shape, sizeof shape)));
    if (d.known)
        return known_to_hold("static_checks_determined_all_ok");
    const tf_tensor found = tf_rank(x), holds = *more ? tf_greater_equal(found, wanted) : tf_equal(found, wanted);
    const char *first = tf1c_graph_printf(x.op->graph, " [%s] [Tensor %s must have rank%s]", message, place, more);
    if (!first)
        return no_memory();
    tf_tensor own[] = { wanted, received };
    TF_SCOPE(NULL, "Assert");
    return make_assert(holds, a.data.n ? a.data : (tf_list){ .n = 2, .items = own },
                       (assert_attrs){ a.summarize, first, " [Received shape: ]" }, 3, a.here);
}
tf_operation *tf_assert_rank_(struct tf_rank_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "assert_rank");
    return check_rank("", a);
}
tf_operation *tf_assert_rank_at_least_(struct tf_rank_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "assert_rank_at_least");
    return check_rank(" at least", a);
}

static bool is_among(int rank, tf_dims ranks)
{
    for (int i = 0; i < ranks.rank; i++)
        if (ranks.dims[i] == rank)
            return true;
    return false;
}

/* As TF's words show them: (array(2, dtype=int32), array(4, dtype=int32)). */
static const char *ranks_text(tf_dims ranks, char *text, size_t n)
{
    size_t length = (size_t)snprintf(text, n, "(");
    for (int i = 0; i < ranks.rank && length < n; i++)
        length +=
            (size_t)snprintf(text + length, n - length, "%sarray(%lld, dtype=int32)", i ? ", " : "", (long long)ranks.dims[i]);
    if (length < n)
        snprintf(text + length, n - length, ranks.rank == 1 ? ",)" : ")");
    return text;
}

static tf_tensor is_one_of(tf_tensor rank, const tf_tensor *ranks, int n)
{
    tf_tensor equal[TF_MAX_RANK] = { { 0 } }, one;
    for (int i = 0; i < n; i++)
        equal[i] = tf_equal(rank, ranks[i]);
    one = equal[0];
    for (int i = 1; i < n; i++)
        one = tf_logical_or(one, equal[i]);
    return one;
}

static tf_operation *check_rank_in(struct tf_rank_in_args a)
{
    char shape[TF_DIMS_TEXT], text[40 * TF_MAX_RANK], place[160];
    tf_tensor own[TF_MAX_RANK + 1];
    tf_dims ranks = a.ranks;
    tf_tensor mistake;
    const tf_tensor x = tf_convert(tf1c_given(a.x), tf_dtype_unset, a.here, "x");
    a.data = tf1c_given_list(a.data, a.here);
    if (tf_is_poisoned(x))
        return tf_tensor_op(x);
    if (!tf1c_given_shape(&ranks, a.here, &mistake))
        return tf_tensor_op(mistake);
    if (!ranks.known || ranks.rank < 1 || ranks.rank > TF_MAX_RANK)
        return tf_tensor_op(tf_mistake(tf_value_error, a.here, NULL, "assert_rank_in wants from 1 to %d ranks, got %d.",
                                       TF_MAX_RANK, ranks.known ? ranks.rank : 0));
    for (int i = 0; i < ranks.rank; i++)
        own[i] = tf_convert(tf_operand_integer(ranks.dims[i]), tf_int32, a.here, "rank");
    own[ranks.rank] = tf_shape(x);
    for (int i = 0; i < ranks.rank; i++)
        tf_assert_type(own[i], tf_int32);
    const tf_dims d = tf_get_shape(x);
    const char *message = a.message ? a.message : "";
    snprintf(place, sizeof place, "%s:%d", x.op->name, x.index);
    if (d.known && !is_among(d.rank, ranks))
        return tf_tensor_op(tf_mistake(tf_value_error, a.here, NULL,
                                       "%s.  Tensor %s must have rank in %s.  Received rank %d, shape %s", message, place,
                                       ranks_text(ranks, text, sizeof text), d.rank, tf_dims_text(d, shape, sizeof shape)));
    if (d.known)
        return known_to_hold("static_checks_determined_all_ok");
    const tf_tensor holds = is_one_of(tf_rank(x), own, ranks.rank);
    size_t length = 0;
    for (int i = 0; i < ranks.rank; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, " [%lld]", (long long)ranks.dims[i]);
    const char *first =
        tf1c_graph_printf(x.op->graph, " [%s] [Tensor %s must have rank in]%s [Received shape: ]", message, place, text);
    if (!first)
        return no_memory();
    TF_SCOPE(NULL, "Assert");
    return make_assert(holds, a.data.n ? a.data : (tf_list){ .n = 1, .items = &own[ranks.rank] },
                       (assert_attrs){ a.summarize, first, "" }, 3, a.here);
}

tf_operation *tf_assert_rank_in_(struct tf_rank_in_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "assert_rank_in");
    return check_rank_in(a);
}

tf_operation *tf_assert_integer_(tf_operand x_, struct tf_assert_integer_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "assert_integer");
    const tf_tensor x = tf_convert(x_, tf_dtype_unset, a.here, "x");
    if (tf_is_poisoned(x) || TF_INTEGERS & TF_DTYPE_BIT(tf_get_dtype(x)))
        return tf_is_poisoned(x) ? tf_tensor_op(x) : known_to_hold("statically_determined_was_integer");
    return tf_tensor_op(tf_mistake(tf_type_error, a.here, NULL,
                                   "%s  Expected \"x\" to be integer type.  Found: %s:%d of dtype <dtype: '%s'>",
                                   a.message ? a.message : "", x.op->name, x.index, tf_dtype_name(tf_get_dtype(x))));
}

tf_operation *tf_assert_type_(tf_operand x_, struct tf_assert_type_args a)
{
    const tf_dtype dtype = a.tf_type;
    TF_FROM(a.here);
    TF_SCOPE(a.name, "assert_type");
    const tf_tensor x = tf_convert(x_, tf_dtype_unset, a.here, "tensor");
    if (tf_is_poisoned(x) || tf_get_dtype(x) == dtype)
        return tf_is_poisoned(x) ? tf_tensor_op(x) : known_to_hold("statically_determined_correct_type");
    return tf_tensor_op(tf_mistake(tf_type_error, a.here, NULL, "%s  %s:%d must be of type <dtype: '%s'>",
                                   a.message ? a.message : "", x.op->name, x.index, tf_dtype_name(dtype)));
}

tf_tensor tf_assert_scalar_(tf_operand x_, struct tf_assert_scalar_args a)
{
    TF_FROM(a.here);
    char text[TF_DIMS_TEXT];
    const tf_tensor x = tf_convert(x_, tf_dtype_unset, a.here, a.name ? a.name : "assert_scalar");
    const tf_dims d = tf_get_shape(x);
    if (tf_is_poisoned(x) || (d.known && !d.rank))
        return x;
    return tf_mistake(tf_value_error, a.here, NULL, "%sExpected scalar shape for %s:%d, saw shape: %s.", a.message ? a.message : "",
                      x.op->name, x.index, tf_dims_text(d, text, sizeof text));
}

/* ---- CheckNumerics: output = tensor, dtensor = dy, checked --------------------------------------------------------------------------- */

typedef struct {
    const char *message;
} numerics_attrs;
static const tf_attr_def numerics_fields[] = { TF_ATTR(numerics_attrs, message, TF_ATTR_STRING), { 0 } };

static void numerics_kernel(tf_kernel_ctx *k)
{
    const int64_t n = tf_view_count(&k->in[0]);
    bool nan = false, inf = false;
    if (k->T == tf_float32)
        for (int64_t i = 0; i < n; i++) {
            const float x = TF_DATA(k, in, 0, const float)[i];
            nan |= isnan(x);
            inf |= isinf(x);
        }
    else
        for (int64_t i = 0; i < n; i++) {
            const double x = TF_DATA(k, in, 0, const double)[i];
            nan |= isnan(x);
            inf |= isinf(x);
        }
    pass_on(k);
    if (nan || inf)
        tf_kernel_error(k, tf_invalid_argument, "%s : Tensor had %s values", ((const numerics_attrs *)k->attrs)->message,
                        nan && inf ? "Inf and NaN"
                        : nan      ? "NaN"
                                   : "Inf");
}

/* The message as Python shows it in TF's text. */
static void numerics_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const char *message = ((const numerics_attrs *)g->attrs)->message;
    const char quote = strchr(message, '\'') && !strchr(message, '"') ? '"' : '\'';
    const char *said = tf1c_graph_printf(g->op->graph, "Not a number (NaN) or infinity (Inf) values detected in gradient. b%c%s%c",
                                         quote, message, quote);
    tf_add_grad(g, 0, said ? tf_check_numerics(dy, said) : (tf_tensor){ .op = tf1c_record_mistake(g->op->graph) });
}

static const tf_op_def check_numerics_op = {
    .name = "CheckNumerics",
    .in = "tensor:T",
    .out = "output:T",
    .T = TF_FLOATING,
    .attrs = numerics_fields,
    .attrs_size = sizeof(numerics_attrs),
    .traits = TF_SIDE_EFFECT | TF_INPLACE,
    .shape = tf_unchanged_shape,
    .kernel = numerics_kernel,
    .gradient = numerics_gradient,
};

tf_tensor tf_check_numerics_(tf_operand tensor, const char *message, struct tf_name_args a)
{
    numerics_attrs attrs = { message ? message : "" };
    return (tf_tensor){ .op = tf_op_new(&check_numerics_op,
                                        (struct tf_op_args){
                                            .here = a.here, .name = a.name, .attrs = &attrs, .n_inputs = 1, .inputs = &tensor }) };
}

tf_tensor tf_verify_tensor_all_finite_(struct tf_all_finite_args a)
{
    const tf_operand given = tf1c_keyword(a.t, true), also = tf1c_keyword(a.x, true);
    TF_FROM(a.here);
    if (given.kind && also.kind)
        return tf_mistake(tf_value_error, a.here, NULL, "Cannot specify both 'x' and 't'");
    if (a.msg && a.message)
        return tf_mistake(tf_value_error, a.here, NULL, "Cannot specify both 'message' and 'msg'");
    TF_SCOPE(a.name, "VerifyFinite");
    const tf_tensor x = tf_convert(given.kind ? given : also, tf_dtype_unset, a.here, "x");
    const tf_tensor check = tf_check_numerics(x, a.msg ? a.msg : a.message);
    return tf1c_with_dependencies(tf_tensor_op(check), x);
}

/* clang-format off */
tf1c_op_family tf1c_family_logging_ops = {
    &print_op,
    &assert_op,
    &check_numerics_op,
    NULL,
};
