/* Slices. TF1: core/util/strided_slice_op.cc, core/ops/array_ops.cc, python/ops/array_ops.py _slice_helper. */
#include "ops/array/slice.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/identity.h"
#include "ops/array/pad.h"
#include "ops/array/shape.h"
#include "ops/math/arithmetic.h"

enum { MOST_ENTRIES = 24 }; /* of a slice: eight axes, new ones between them, an ellipsis */

/* ---- what a slice says, resolved against a shape ----------------------------------------------------------------------------- */
typedef struct {
    int64_t begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask;
} slice_attrs;
static const tf_attr_def slice_fields[] = {
    TF_ATTR(slice_attrs, begin_mask, TF_ATTR_INT),       TF_ATTR(slice_attrs, end_mask, TF_ATTR_INT),
    TF_ATTR(slice_attrs, ellipsis_mask, TF_ATTR_INT),    TF_ATTR(slice_attrs, new_axis_mask, TF_ATTR_INT),
    TF_ATTR(slice_attrs, shrink_axis_mask, TF_ATTR_INT), { 0 }
};

/* The operands: n entries; begin and end are not read unless known. */
typedef struct {
    int n;
    bool known;
    int64_t begin[MOST_ENTRIES], end[MOST_ENTRIES], step[MOST_ENTRIES];
} slice_spec;

/* One axis of the sliced tensor. */
typedef struct {
    int64_t begin, end, step, length;
    bool from_first, to_last, single;
} slice_axis;

typedef struct {
    slice_axis axes[TF_MAX_RANK];
    int rank;              /* of the result */
    int from[TF_MAX_RANK]; /* its axes: which of the sliced tensor's, or -1: new */
    char mistake[128];
} slicing;

static bool bit(int64_t mask, int i) { return mask >> i & 1; }

static bool mistaken(slicing *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool mistaken(slicing *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(s->mistake, sizeof s->mistake, format, args);
    va_end(args);
    return false;
}

static bool add_axis(slicing *s, int from)
{
    if (s->rank == TF_MAX_RANK)
        return mistaken(s, "Shape must be at most rank %d but is rank %d", TF_MAX_RANK, TF_MAX_RANK + 1);
    s->from[s->rank++] = from;
    return true;
}

/* Deals the entries out to the axes: an ellipsis (at the end if there is none) takes those that no entry names. */
static bool deal_out(const slice_attrs *a, const slice_spec *spec, int rank, slicing *s)
{
    int ellipsis = -1, news_after = 0, n = spec->n, axis = 0;
    for (int i = 0; i < spec->n; i++) {
        if (bit(a->ellipsis_mask, i) && ellipsis >= 0)
            return mistaken(s, "Multiple ellipses in slice spec not allowed");
        ellipsis = bit(a->ellipsis_mask, i) ? i : ellipsis;
        news_after += ellipsis >= 0 && i > ellipsis && bit(a->new_axis_mask, i);
    }
    if (ellipsis < 0)
        ellipsis = n++;
    for (int i = 0; i < n; i++) {
        if (i == ellipsis) {
            int next = rank - (n - i) + 1 + news_after;
            for (; axis < next && axis < rank; axis++) {
                s->axes[axis] = (slice_axis){ .step = 1, .from_first = true, .to_last = true };
                if (!add_axis(s, axis))
                    return false;
            }
        } else if (bit(a->new_axis_mask, i)) {
            if (!add_axis(s, -1))
                return false;
        } else {
            if (axis == rank)
                return mistaken(s, "Index out of range using input dim %d; input has only %d dims", axis, rank);
            s->axes[axis] = (slice_axis){ .begin = spec->begin[i],
                                          .end = spec->end[i],
                                          .step = spec->step[i],
                                          .from_first = bit(a->begin_mask, i),
                                          .to_last = bit(a->end_mask, i),
                                          .single = bit(a->shrink_axis_mask, i) };
            if (!s->axes[axis].single && !add_axis(s, axis))
                return false;
            axis++;
        }
    }
    return true;
}

/* A bound as an index: Python's negative ones count from the end, those outside are moved to it. */
static int64_t bound(int64_t at, int64_t dim, int64_t step)
{
    int64_t lo = step > 0 ? 0 : -1, hi = step > 0 ? dim : dim - 1;
    at = at < 0 ? at + dim : at;
    return at < lo ? lo : at > hi ? hi : at;
}

static bool resolve_axis(slicing *s, int i, int64_t dim, bool known)
{
    slice_axis *x = &s->axes[i];
    bool whole = x->from_first && x->to_last;
    if (x->step == 0)
        return mistaken(s, "strides[%d] must be non-zero", i);
    x->length = x->single ? 1 : NONE;
    if (dim == NONE)
        return true;
    if (x->single && x->step <= 0)
        return mistaken(s, "only stride 1 allowed on non-range indexing.");
    if (!known && !whole)
        return true;
    if (x->single) {
        if (!known)
            return true;
        x->begin += x->begin < 0 ? dim : 0;
        if (x->begin < 0 || x->begin >= dim)
            return mistaken(s, "slice index %lld of dimension %d out of bounds.", (long long)x->begin, i);
        x->end = x->begin + 1;
    } else {
        x->begin = x->from_first ? (x->step > 0 ? 0 : dim - 1) : bound(x->begin, dim, x->step);
        x->end = x->to_last ? (x->step > 0 ? dim : -1) : bound(x->end, dim, x->step);
    }
    int64_t span = x->end - x->begin;
    x->length = span == 0 || (span < 0) != (x->step < 0) ? 0 : span / x->step + (span % x->step != 0);
    return true;
}

static bool resolve(const slice_attrs *a, const slice_spec *spec, int rank, const int64_t *dims, slicing *s)
{
    memset(s, 0, sizeof *s);
    if (!deal_out(a, spec, rank, s))
        return false;
    for (int i = 0; i < rank; i++)
        if (!resolve_axis(s, i, dims[i], spec->known))
            return false;
    return true;
}

static tf_dims sliced_dims(const slicing *s)
{
    tf_dims out = { .known = true, .rank = s->rank };
    for (int i = 0; i < s->rank; i++)
        out.dims[i] = s->from[i] < 0 ? 1 : s->axes[s->from[i]].length;
    return out;
}

/* a + b·c, wrapping around: only where nothing is read by it, along axes of one element or none, does it leave the memory. */
static int64_t wrapped(int64_t a, int64_t b, int64_t c) { return (int64_t)((uint64_t)a + (uint64_t)b * (uint64_t)c); }

/* Lays `v`, of the result's shape, into a tensor laid out as `whole`; gives the offset. */
static int64_t lay_in(const slicing *s, const tf_view *whole, tf_view *v)
{
    int64_t offset = 0, step = 1;
    for (int i = 0; i < whole->rank; i++)
        offset = wrapped(offset, s->axes[i].begin, whole->strides[i]);
    for (int i = s->rank; i-- > 0;) {
        v->strides[i] = s->from[i] < 0 ? step : wrapped(0, s->axes[s->from[i]].step, whole->strides[s->from[i]]);
        step = wrapped(0, v->strides[i], v->dims[i]);
    }
    return tf_view_count(v) ? offset : 0;
}

/* Inputs first .. first + 2 of a running node; false if a value is not at hand. */
static bool spec_of_kernel(const tf_kernel_ctx *k, int first, slice_spec *spec)
{
    *spec = (slice_spec){ .known = true, .n = k->in[first].rank ? (int)k->in[first].dims[0] : 1 };
    for (int j = 0; j < 3; j++) {
        int64_t *to = j == 0 ? spec->begin : j == 1 ? spec->end : spec->step;
        if (!k->in[first + j].data)
            return false;
        for (int i = 0; i < spec->n && i < MOST_ENTRIES; i++)
            to[i] = int_at(&k->in[first + j], i);
    }
    return spec->n <= MOST_ENTRIES;
}

/* ---- StridedSlice: dx = zeros but for dy at the slice --------------------------------------------------------------------------- */

/* The shape depends on begin and end. */
static bool reads_bounds(const slice_attrs *a, int n)
{
    for (int i = 0; i < n; i++)
        if (!bit(a->ellipsis_mask | a->new_axis_mask | a->shrink_axis_mask | (a->begin_mask & a->end_mask), i))
            return true;
    return false;
}

/* Steps, then begin and end as far as they are known: TF's order, which its messages show. False if the steps are not. */
static bool read_spec(tf_shape_ctx *c, const slice_attrs *a, slice_spec *spec, int rank, const int64_t *dims, slicing *s)
{
    tf_ndarray begin, end, step;
    *spec = (slice_spec){ 0 };
    if (!tf_in_value(c, 3, &step) || np_size(step) > MOST_ENTRIES)
        return false;
    spec->n = (int)np_size(step);
    for (int i = 0; i < spec->n; i++)
        spec->step[i] = int_of(&step, i);
    if (!resolve(a, spec, rank, dims, s)) {
        tf_shape_error(c, "%s", s->mistake);
        return false;
    }
    if (tf_shape_at_run(c) && !reads_bounds(a, spec->n))
        return true; /* a bad index is found by the view rule */
    spec->known = tf_in_value(c, 1, &begin) && tf_in_value(c, 2, &end) && np_size(begin) == spec->n && np_size(end) == spec->n;
    for (int i = 0; spec->known && i < spec->n; i++) {
        spec->begin[i] = int_of(&begin, i);
        spec->end[i] = int_of(&end, i);
    }
    return true;
}

static void strided_slice_shape(tf_shape_ctx *c)
{
    const slice_attrs *a = tf_shape_attrs(c);
    const tf_dims in = *tf_in_dims(c, 0);
    slice_spec spec;
    slicing s;
    if (!tf_with_rank(c, 1, 1) || !tf_with_rank(c, 2, 1) || !tf_with_rank(c, 3, 1))
        return;
    if (!in.known || !read_spec(c, a, &spec, in.rank, in.dims, &s))
        return;
    if (resolve(a, &spec, in.rank, in.dims, &s))
        tf_set_out(c, 0, sliced_dims(&s));
    else
        tf_shape_error(c, "%s", s.mistake);
}

static bool strided_slice_ints(tf_shape_ctx *c, tf_dims *ints)
{
    tf_dims in;
    slice_spec spec;
    slicing s;
    if (!tf_in_ints(c, 0, &in) || !read_spec(c, tf_shape_attrs(c), &spec, 1, (int64_t[]){ in.rank }, &s) || !spec.known ||
        !resolve(tf_shape_attrs(c), &spec, 1, (int64_t[]){ in.rank }, &s))
        return false;
    *ints = (tf_dims){ .known = true, .rank = (int)s.axes[0].length };
    for (int i = 0; i < ints->rank; i++)
        ints->dims[i] = in.dims[s.axes[0].begin + i * s.axes[0].step];
    return true;
}

static bool strided_slice_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    slice_spec spec;
    slicing s;
    if (!spec_of_kernel(k, 1, &spec))
        return false;
    if (!resolve(k->attrs, &spec, k->in[0].rank, k->in[0].dims, &s)) {
        tf_kernel_error(k, tf_invalid_argument, "%s", s.mistake);
        return false;
    }
    *offset = lay_in(&s, &k->in[0], &k->out[output]);
    return true;
}

static tf_tensor slice_like(const tf_op_def *def, const slice_attrs *a, int n, const tf_operand *in)
{
    return array_op(def, (struct tf_name_args){ .name = NULL }, NULL, a, n, in);
}

static const tf_op_def strided_slice_grad_op;
static void strided_slice_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_reads_shape(g, g->in[0]);
    for (int i = 1; i < g->n_in; i++)
        tf1c_gradient_reads(g, g->in[i]);
    tf_tensor shape = tf_shape(g->in[0], .out_type = tf_get_dtype(g->in[1]));
    tf_add_grad(g, 0,
                slice_like(&strided_slice_grad_op, g->attrs, 5,
                           (tf_operand[]){ operand_of(shape), operand_of(g->in[1]), operand_of(g->in[2]), operand_of(g->in[3]),
                                           operand_of(dy) }));
}

static const tf_op_def strided_slice_op = {
    .name = "StridedSlice",
    .in = "input:T, begin:U, end:U, strides:U",
    .out = "output:T",
    .T = TF_EVERY_DTYPE,
    .U = TF_INDEX,
    .attrs = slice_fields,
    .attrs_size = sizeof(slice_attrs),
    .traits = TF_VIEW,
    .shape = strided_slice_shape,
    .ints = strided_slice_ints,
    .gradient = strided_slice_gradient,
    .view = strided_slice_view,
};

/* ---- StridedSliceGrad: dx from dy; ddy = the same slice ------------------------------------------------------------------------------ */
static void strided_slice_grad_shape(tf_shape_ctx *c)
{
    tf_dims out;
    if (tf_with_rank(c, 0, 1) && tf_in_shape(c, 0, &out))
        tf_set_out(c, 0, out);
}

static void strided_slice_grad_kernel(tf_kernel_ctx *k)
{
    slice_spec spec;
    slicing s;
    tf_view part = k->in[4];
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    clear_bytes(k->out[0].data, (size_t)tf_view_count(&k->out[0]) * tf_dtype_size(k->out[0].dtype));
    if (!spec_of_kernel(k, 1, &spec) || !resolve(k->attrs, &spec, k->out[0].rank, k->out[0].dims, &s)) {
        tf_kernel_error(k, tf_invalid_argument, "%s", s.mistake);
        return;
    }
    if (!tf_dims_equal(sliced_dims(&s), dims_of_view(&part))) {
        tf_kernel_error(k, tf_invalid_argument, "shape of dy was %s instead of %s",
                        tf_dims_kernel_text(dims_of_view(&part), x, sizeof x), tf_dims_kernel_text(sliced_dims(&s), y, sizeof y));
        return;
    }
    int64_t offset = lay_in(&s, &k->out[0], &part);
    part.data = (char *)k->out[0].data + offset * (int64_t)tf_dtype_size(part.dtype);
    tf_view_copy(&part, &k->in[4], 0, part.rank ? part.dims[0] : 1);
}

static void strided_slice_grad_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 4,
                slice_like(&strided_slice_op, g->attrs, 4,
                           (tf_operand[]){ operand_of(dy), operand_of(g->in[1]), operand_of(g->in[2]), operand_of(g->in[3]) }));
}

static const tf_op_def strided_slice_grad_op = {
    .name = "StridedSliceGrad",
    .in = "shape:U, begin:U, end:U, strides:U, dy:T",
    .out = "output:T",
    .U = TF_INDEX,
    .attrs = slice_fields,
    .attrs_size = sizeof(slice_attrs),
    .traits = TF_STRIDED_IN,
    .shape = strided_slice_grad_shape,
    .kernel = strided_slice_grad_kernel,
    .gradient = strided_slice_grad_gradient,
};

static tf_tensor strided_slice_of(tf_operand input, tf_operand begin, tf_operand end, struct tf_strided_slice_args a)
{
    slice_attrs attrs = { a.begin_mask, a.end_mask, a.ellipsis_mask, a.new_axis_mask, a.shrink_axis_mask };
    TF_FROM(a.here);
    a.strides = tf1c_given(a.strides);
    if (!a.strides.kind) {
        if (begin.kind == TF_OPERAND_TENSOR)
            begin = operand_of(tf_convert(begin, tf_dtype_unset, a.here, "begin"));
        a.strides = operand_of(tf_ones_like(begin));
    }
    return array_op(&strided_slice_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 4,
                    (tf_operand[]){ input, begin, end, a.strides });
}

tf_tensor tf_strided_slice_(struct tf_strided_slice_args a)
{
    return strided_slice_of(tf1c_given(a.input), tf1c_given(a.begin), tf1c_given(a.end), a);
}

/* ---- x[…]: Python's slice text ------------------------------------------------------------------------------------------------------- */
typedef struct {
    int n;
    tf_operand begin[MOST_ENTRIES], end[MOST_ENTRIES], step[MOST_ENTRIES]; /* integers or tensors */
    slice_attrs attrs;
    tf_list tensors;
    int next_tensor;
    tf_source here;
    tf_tensor poison;
} indexing;

static bool refuse(indexing *x, tf_status code, const char *format, const char *what)
{
    char message[512];
    snprintf(message, sizeof message, format, what);
    x->poison = tf_mistake(code, x->here, NULL, "%s", message);
    return false;
}

#define NOT_AN_INDEX                                                                                               \
    "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 tensors are " \
    "valid indices, got %s"

static bool tensor_bound(indexing *x, tf_operand *to)
{
    char text[256];
    if (x->next_tensor >= x->tensors.n)
        return refuse(x, tf_value_error, "fewer tensors than {} in the slice%s", "");
    tf_tensor t = x->tensors.items[x->next_tensor++];
    if (tf_is_poisoned(t)) {
        x->poison = t;
        return false;
    }
    tf_dims shape = tf_get_shape(t);
    if (!(TF_INDEX & TF_DTYPE_BIT(tf_get_dtype(t))) || (shape.known && shape.rank))
        return refuse(x, tf_type_error, NOT_AN_INDEX, tf_tensor_text(t, text, sizeof text));
    *to = operand_of(t);
    return true;
}

/* One number or {} of an entry; *given false for none. */
static bool one_bound(indexing *x, const char *text, tf_operand *to, bool *given)
{
    char *end;
    *given = *text != 0;
    if (!*given)
        return true;
    if (strcmp(text, "{}") == 0)
        return tensor_bound(x, to);
    errno = 0;
    long long i = strtoll(text, &end, 10);
    if (errno || end == text || *end)
        return refuse(x, tf_type_error, NOT_AN_INDEX, text);
    *to = tf_operand_integer(i);
    return true;
}

static char *trimmed(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    for (char *end = s + strlen(s); end > s && isspace((unsigned char)end[-1]);)
        *--end = 0;
    return s;
}

static bool is_new_axis(const char *s)
{
    return strcmp(s, "None") == 0 || strcmp(s, "newaxis") == 0 || strcmp(s, "tf.newaxis") == 0 || strcmp(s, "np.newaxis") == 0 ||
           strcmp(s, "tf_newaxis") == 0;
}

static bool range_entry(indexing *x, char *text)
{
    tf_operand *const to[] = { &x->begin[x->n], &x->end[x->n], &x->step[x->n] };
    bool given[3] = { false, false, false };
    int part = 0;
    for (char *at = text; at; part++) {
        char *colon = strchr(at, ':');
        if (colon)
            *colon = 0;
        if (part > 2)
            return refuse(x, tf_value_error, "more than two colons in a slice%s", "");
        if (!one_bound(x, trimmed(at), to[part], &given[part]))
            return false;
        at = colon ? colon + 1 : NULL;
    }
    x->attrs.begin_mask |= given[0] ? 0 : INT64_C(1) << x->n;
    x->attrs.end_mask |= given[1] ? 0 : INT64_C(1) << x->n;
    return true;
}

static bool index_entry(indexing *x, const char *text)
{
    bool given;
    if (!*text)
        return refuse(x, tf_value_error, "an empty entry in a slice%s", "");
    if (!one_bound(x, text, &x->begin[x->n], &given))
        return false;
    const tf_operand *begin = &x->begin[x->n];
    x->end[x->n] = begin->kind == TF_OPERAND_INTEGER ? tf_operand_integer(begin->as.integer + (begin->as.integer < INT64_MAX))
                                                     : operand_of(tf_raw_ops_add_v2(begin->as.tensor, 1, .name = "add"));
    x->attrs.shrink_axis_mask |= INT64_C(1) << x->n;
    return true;
}

static bool entry(indexing *x, char *text)
{
    if (x->n == MOST_ENTRIES)
        return refuse(x, tf_value_error, "too many entries in a slice%s", "");
    x->begin[x->n] = x->end[x->n] = tf_operand_integer(0);
    x->step[x->n] = tf_operand_integer(1);
    bool good = true;
    if (strcmp(text, "...") == 0 || strcmp(text, "Ellipsis") == 0)
        x->attrs.ellipsis_mask |= INT64_C(1) << x->n;
    else if (is_new_axis(text))
        x->attrs.new_axis_mask |= INT64_C(1) << x->n;
    else
        good = strchr(text, ':') ? range_entry(x, text) : index_entry(x, text);
    x->n++;
    return good;
}

static bool parse(indexing *x, const char *format, va_list args)
{
    char text[512];
    if (!format)
        return refuse(x, tf_type_error, "a slice that is NULL%s", "");
    int length = vsnprintf(text, sizeof text, format, args);
    if (length < 0 || (size_t)length >= sizeof text)
        return refuse(x, tf_value_error, "a slice of more than 511 characters%s", "");
    if (!*trimmed(text))
        return refuse(x, tf_value_error, "an empty slice%s", "");
    for (char *at = text; at;) {
        char *comma = strchr(at, ',');
        if (comma)
            *comma = 0;
        if (!entry(x, trimmed(at)))
            return false;
        at = comma && *trimmed(comma + 1) ? comma + 1 : NULL; /* Python lets a comma end it */
    }
    return true;
}

/* tf.stack of numbers and scalars: a constant, or a Pack whose numbers are constants NAME/i. */
static tf_tensor stacked(const indexing *x, const tf_operand *entries, const char *name)
{
    int64_t values[MOST_ENTRIES];
    char part[32];
    tf_dtype dtype = tf_dtype_unset, literal = tf_int32;
    for (int i = 0; i < x->n; i++)
        if (entries[i].kind == TF_OPERAND_TENSOR)
            dtype = dtype ? dtype : tf_get_dtype(entries[i].as.tensor);
        else {
            values[i] = entries[i].as.integer;
            literal = values[i] > INT32_MAX || values[i] < INT32_MIN ? tf_int64 : literal;
        }
    if (!dtype)
        return tf_convert(tf_operand_array(np_array(values, tf_int64, SHAPE(x->n))), literal, x->here, name);
    tf_tensor items[MOST_ENTRIES];
    for (int i = 0; i < x->n; i++) {
        snprintf(part, sizeof part, "%s/%d", name, i);
        items[i] = entries[i].kind == TF_OPERAND_TENSOR ? entries[i].as.tensor : tf_convert(entries[i], dtype, x->here, part);
    }
    return tf_stack(tf_list_new_(x->n, items, x->here), .name = name);
}

static tf_tensor as_int64(tf_tensor t, bool wanted)
{
    return wanted && !tf_is_poisoned(t) && tf_get_dtype(t) != tf_int64 ? tf1c_cast(t, tf_int64, (tf_source){ 0 }) : t;
}

static tf_tensor sliced(indexing *x, tf_operand input)
{
    TF_SCOPE(NULL, "strided_slice");
    struct tf_name_args whole = { .name = tf_scope_name() };
    tf_tensor begin = stacked(x, x->begin, "stack"), end = stacked(x, x->end, "stack_1"), step = stacked(x, x->step, "stack_2");
    bool wide = !tf_is_poisoned(begin) && !tf_is_poisoned(end) && !tf_is_poisoned(step) &&
                (tf_get_dtype(begin) == tf_int64 || tf_get_dtype(end) == tf_int64 || tf_get_dtype(step) == tf_int64);
    begin = as_int64(begin, wide);
    end = as_int64(end, wide);
    step = as_int64(step, wide);
    return array_op(&strided_slice_op, whole, NULL, &x->attrs, 4,
                    (tf_operand[]){ input, operand_of(begin), operand_of(end), operand_of(step) });
}

static tf_tensor getitem(tf_operand input, tf_list tensors, tf_source here, const char *format, va_list args)
{
    indexing x = { .tensors = tensors, .here = here };
    TF_FROM(here);
    if (input.kind == TF_OPERAND_TENSOR && tf_is_poisoned(input.as.tensor))
        return input.as.tensor;
    if (!parse(&x, format, args))
        return x.poison;
    return sliced(&x, input);
}

tf_tensor tf_getitem_(tf_operand input, tf_source here, const char *slices, ...)
{
    va_list args;
    va_start(args, slices);
    tf_tensor t = getitem(input, (tf_list){ 0 }, here, slices, args);
    va_end(args);
    return t;
}
tf_tensor tf_getitem_at_(tf_operand x, tf_source here, int64_t i) { return tf_getitem_(x, here, "%" PRId64, i); }
tf_tensor tf_getitem_from_0_(tf_operand x, tf_source here, uint64_t i) { return tf_getitem_(x, here, "%" PRIu64, i); }
tf_tensor tf_getitem_scalar_(tf_operand x, tf_source here, tf_tensor i) { return tf_getitem_tensors_(x, LIST(i), here, "{}"); }

tf_tensor tf_getitem_tensors_(tf_operand input, tf_list tensors, tf_source here, const char *slices, ...)
{
    va_list args;
    va_start(args, slices);
    tf_tensor t = getitem(input, tensors, here, slices, args);
    va_end(args);
    return t;
}

/* ---- Slice: dx = dy padded with zeros ------------------------------------------------------------------------------------------------------ */
static void slice_at_run(tf_shape_ctx *c, tf_dims in)
{
    const tf_dims b = *tf_in_dims(c, 1), z = *tf_in_dims(c, 2);
    tf_dims begin, out;
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    bool rest = false;
    if (b.rank != 1 || z.rank != 1 || b.dims[0] != in.rank || z.dims[0] != in.rank) {
        tf_shape_error(c, "Expected begin and size arguments to be 1-D tensors of size %d, but got shapes %s and %s instead.",
                       in.rank, tf_dims_kernel_text(b, x, sizeof x), tf_dims_kernel_text(z, y, sizeof y));
        return;
    }
    if (!tf_in_shape(c, 2, &out))
        return;
    for (int i = 0; i < out.rank; i++)
        rest |= out.dims[i] < 0 || out.dims[i] > in.dims[i];
    if (rest && !tf_in_shape(c, 1, &begin)) /* no shape depends on it otherwise: the view rule looks at it */
        return;
    for (int i = 0; rest && i < out.rank; i++) {
        int64_t from = begin.dims[i], most = from < 0 ? in.dims[i] : in.dims[i] - from,
                size = out.dims[i] == -1 ? most : out.dims[i];
        if (in.dims[i] == 0 && (from || size)) {
            tf_shape_error(c, "Expected begin[%d] == 0 (got %lld) and size[%d] == 0 (got %lld) when input.dim_size(%d) == 0", i,
                           (long long)from, i, (long long)size, i);
            return;
        }
        if (from < 0 || most < 0) {
            tf_shape_error(c, "Expected begin[%d] in [0, %lld], but got %lld", i, (long long)in.dims[i], (long long)from);
            return;
        }
        out.dims[i] = size;
        if (out.dims[i] < 0 || out.dims[i] > most) {
            tf_shape_error(c, "Expected size[%d] in [0, %lld], but got %lld", i, (long long)most, (long long)out.dims[i]);
            return;
        }
    }
    tf_set_out(c, 0, out);
}

static bool slice_operands(tf_shape_ctx *c, tf_dims in)
{
    tf_dims both;
    if (!tf_with_rank(c, 1, 1) || !tf_with_rank(c, 2, 1) || !tf1c_merge_in(c, *tf_in_dims(c, 1), *tf_in_dims(c, 2), &both, ""))
        return false;
    if (both.known && both.dims[0] != NONE && in.known && in.rank != both.dims[0]) {
        tf_shape_error(c, "Shape must be rank %lld but is rank %d", (long long)both.dims[0], in.rank);
        return false;
    }
    return true;
}

static void slice_shape(tf_shape_ctx *c)
{
    const tf_dims in = *tf_in_dims(c, 0);
    tf_dims begin, out;
    tf_ndarray sizes;
    if (tf_shape_at_run(c)) {
        slice_at_run(c, in);
        return;
    }
    if (!slice_operands(c, in))
        return;
    bool from = tf_in_shape(c, 1, &begin), known = c->value(c->arg, 2, &sizes); /* a size of -1 is no unknown one */
    if (!tf_in_shape(c, 2, &out)) {
        if (in.known)
            tf_set_out(c, 0, unknown_of_rank(in.rank));
        return;
    }
    for (int i = 0; i < out.rank; i++) {
        if (out.dims[i] < NONE) {
            tf_shape_mistake(c, tf_value_error, "Invalid value in tensor used for shape: %lld", (long long)out.dims[i]);
            return;
        }
        if (!known || out.dims[i] != NONE || !in.known || in.dims[i] == NONE || !from || begin.dims[i] < 0)
            continue;
        out.dims[i] = in.dims[i] - begin.dims[i];
        if (out.dims[i] < 0) {
            tf_shape_error(c, "Negative dimension size caused by subtracting %lld from %lld", (long long)begin.dims[i],
                           (long long)in.dims[i]);
            return;
        }
    }
    tf_set_out(c, 0, out);
}

static bool slice_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    const tf_view *in = &k->in[0];
    if (!k->in[1].data)
        return false;
    *offset = 0;
    for (int i = 0; i < in->rank; i++) {
        int64_t from = int_at(&k->in[1], i), most = from < 0 ? -1 : in->dims[i] - from, size = k->out[output].dims[i];
        if (from < 0 || most < 0 || size > most) {
            if (from < 0 || most < 0)
                tf_kernel_error(k, tf_invalid_argument, "Expected begin[%d] in [0, %lld], but got %lld", i, (long long)in->dims[i],
                                (long long)from);
            else
                tf_kernel_error(k, tf_invalid_argument, "Expected size[%d] in [0, %lld], but got %lld", i, (long long)most,
                                (long long)size);
            return false;
        }
        *offset = wrapped(*offset, from, in->strides[i]);
        k->out[output].strides[i] = in->strides[i];
    }
    *offset = tf_view_count(&k->out[output]) ? *offset : 0;
    return true;
}

static bool slice_ints(tf_shape_ctx *c, tf_dims *ints)
{
    tf_dims in;
    int64_t begin, size;
    if (!tf_in_ints(c, 0, &in) || !tf_in_int(c, 1, &begin) || !tf_in_int(c, 2, &size))
        return false;
    if (begin < 0 || begin > in.rank)
        return false;
    size = size == -1 ? in.rank - begin : size;
    if (size < 0 || size > in.rank - begin)
        return false;
    *ints = (tf_dims){ .known = true, .rank = (int)size };
    memcpy(ints->dims, &in.dims[begin], (size_t)size * sizeof in.dims[0]);
    return true;
}

static void slice_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 12);
    tf1c_gradient_reads_shape(g, g->in[0]);
    tf1c_gradient_reads_shape(g, g->out[0]);
    tf1c_gradient_reads(g, g->in[1]);
    tf_dtype index = tf_get_dtype(g->in[1]);
    tf_tensor sizes = tf_sub(tf_shape(g->in[0], .out_type = index), tf_shape(g->out[0], .out_type = index));
    tf_tensor before = tf_reshape(g->in[1], SHAPE(-1, 1)), after = tf_reshape(tf_sub(sizes, g->in[1]), SHAPE(-1, 1));
    tf_add_grad(g, 0, tf_pad(dy, tf_concat(LIST(before, after), 1)));
}

static const tf_op_def slice_op = {
    .name = "Slice",
    .in = "input:T, begin:U, size:U",
    .out = "output:T",
    .T = TF_EVERY_DTYPE,
    .U = TF_INDEX,
    .traits = TF_VIEW,
    .shape = slice_shape,
    .ints = slice_ints,
    .gradient = slice_gradient,
    .view = slice_view,
};

static tf_tensor slice_of(tf_operand input, tf_operand begin, tf_operand size, struct tf_name_args a)
{
    return array_op(&slice_op, a, NULL, NULL, 3, (tf_operand[]){ input, begin, size });
}

tf_tensor tf_slice_(struct tf_slice_args a)
{
    return slice_of(tf1c_given(a.input), tf1c_given(a.begin), tf1c_given(a.size), (struct tf_name_args){ a.here, a.name });
}

/* clang-format off */
tf1c_op_family tf1c_family_slice = {
    &strided_slice_op,
    &strided_slice_grad_op,
    &slice_op,
    NULL,
};
