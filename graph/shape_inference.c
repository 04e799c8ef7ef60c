/* Shape inference: what a record's shape function asks and answers. TF1: core/framework/shape_inference.cc,
 * common_shape_fns.cc. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/cast.h"
#include "graph/node.h"

static bool has_in(const tf_shape_ctx *c, int i) { return c && i >= 0 && i < c->n_in; }
static bool has_out(const tf_shape_ctx *c, int i) { return c && i >= 0 && i < c->n_out; }

int tf_shape_inputs(const tf_shape_ctx *c) { return c ? c->n_in : 0; }
int tf_shape_outputs(const tf_shape_ctx *c) { return c ? c->n_out : 0; }
const tf_dims *tf_in_dims(const tf_shape_ctx *c, int i)
{
    static const tf_dims unknown;
    return has_in(c, i) ? &c->in[i] : &unknown;
}
tf_dtype tf_in_dtype(const tf_shape_ctx *c, int i) { return has_in(c, i) ? c->in_dtype[i] : tf_dtype_unset; }
const void *tf_shape_attrs(const tf_shape_ctx *c) { return c ? c->attrs : NULL; }
bool tf_shape_at_run(const tf_shape_ctx *c) { return c && c->at_run; }
bool tf_in_ints(tf_shape_ctx *c, int i, tf_dims *ints) { return has_in(c, i) && ints && c->ints(c->arg, i, ints); }

static void mark_read(unsigned *inputs, int i) { *inputs |= i < 32 ? 1u << i : 0; }
static bool was_read(unsigned inputs, int i) { return i < 32 && inputs & 1u << i; }

bool tf_in_value(tf_shape_ctx *c, int i, tf_ndarray *value)
{
    if (!has_in(c, i) || !value || !c->value(c->arg, i, value))
        return false;
    mark_read(&c->values_read, i);
    return true;
}

bool tf_in_shape(tf_shape_ctx *c, int i, tf_dims *dims)
{
    if (!tf_in_ints(c, i, dims))
        return false;
    mark_read(&c->shapes_read, i);
    return true;
}
void tf_set_out_dtype(tf_shape_ctx *c, int i, tf_dtype dtype)
{
    if (has_out(c, i))
        c->out_dtype[i] = dtype;
}

bool tf_in_int(tf_shape_ctx *c, int i, int64_t *value)
{
    tf_ndarray a;
    if (!value || !tf_in_value(c, i, &a) || np_size(a) != 1)
        return false;
    *value = tf1c_whole(&a, 0);
    return true;
}

/* TF merges what shape function and graph know; a second answer only refines the first. */
void tf_set_out(tf_shape_ctx *c, int i, tf_dims dims)
{
    tf_dims merged;
    if (has_out(c, i))
        c->out[i] = tf_merge_dims(c->out[i], dims, &merged) ? merged : dims;
}

bool tf1c_ints_of_array(tf_ndarray a, tf_dims *ints)
{
    int64_t n = np_size(a);
    if (n > TF_MAX_RANK || !(TF_INDEX & TF_DTYPE_BIT(a.dtype)) || a.shape.rank > 1)
        return false;
    *ints = (tf_dims){ .known = true, .rank = (int)n };
    for (int i = 0; i < n; i++)
        ints->dims[i] = a.dtype == tf_int32 ? ((int32_t *)a.data)[i] : ((int64_t *)a.data)[i];
    return true;
}

/* ---- mistakes ----------------------------------------------------------------------------------------------------------- */

static void input_shapes_text(const tf_shape_ctx *c, char *text, size_t n)
{
    size_t used = 0;
    *text = 0;
    for (int i = 0; i < c->n_in && used + TF_DIMS_TEXT < n; i++) {
        char dims[TF_DIMS_TEXT];
        used += (size_t)snprintf(text + used, n - used, "%s%s", i ? ", " : "", tf_dims_kernel_text(c->in[i], dims, sizeof dims));
    }
}

enum { MOST_SHOWN = 256 };
/* As kernels print a small tensor: 3, "0 2", "[1 1][0 2]". */
static size_t value_text(tf_ndarray a, char *text, size_t n)
{
    size_t used = 0;
    bool integers = !(TF_FLOATING & TF_DTYPE_BIT(a.dtype));
    int64_t count = np_size(a), columns = a.shape.rank > 1 ? a.shape.dims[a.shape.rank - 1] : 0;
    for (int64_t i = 0; i < count && i < MOST_SHOWN && used + 32 < n; i++) {
        bool first = columns ? i % columns == 0 : i == 0, last = columns && i % columns == columns - 1;
        char number[32];
        if (integers)
            snprintf(number, sizeof number, "%lld", (long long)tf1c_whole(&a, i));
        else
            snprintf(number, sizeof number, "%.6g", np_get(a, i));
        used += (size_t)snprintf(text + used, n - used, "%s%s%s", first ? (columns ? "[" : "") : " ", number, last ? "]" : "");
    }
    return used + (count > MOST_SHOWN ? (size_t)snprintf(text + used, n - used, "...") : 0);
}

/* The inputs whose values the shape function has read, as TF appends them to a message. */
static void read_inputs_text(const tf_shape_ctx *c, char *text, size_t n)
{
    size_t used = 0;
    const char *before = " and with computed input tensors: ";
    tf_ndarray value;
    tf_dims dims;
    *text = 0;
    for (int i = 0; i < c->n_in && used + 128 < n; i++)
        if (was_read(c->values_read, i) && c->value(c->arg, i, &value)) {
            used += (size_t)snprintf(text + used, n - used, "%sinput[%d] = <", before, i);
            used += value_text(value, text + used, n - used);
            used += (size_t)snprintf(text + used, n - used, ">");
            before = ", ";
        }
    before = " and with input tensors computed as partial shapes: ";
    for (int i = 0; i < c->n_in && used + 128 + TF_DIMS_TEXT < n; i++)
        if (was_read(c->shapes_read, i) && c->ints(c->arg, i, &dims)) {
            char shape[TF_DIMS_TEXT];
            used += (size_t)snprintf(text + used, n - used, "%sinput[%d] = %s", before, i,
                                     tf_dims_kernel_text(dims, shape, sizeof shape));
            before = ",";
        }
}

void tf_shape_error(tf_shape_ctx *c, const char *format, ...)
{
    char message[512], shapes[1024], values[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format ? format : "(null)", args);
    va_end(args);
    if (!c || c->failed)
        return;
    c->failed = true;
    if (c->quiet)
        return;
    if (c->at_run) {
        tf_fail(tf_invalid_argument, c->here, c->name, "%s", message);
        return;
    }
    input_shapes_text(c, shapes, sizeof shapes);
    read_inputs_text(c, values, sizeof values);
    tf_fail(tf_value_error, c->here, c->name, "%s for '%s' (op: '%s') with input shapes: %s%s.", message, c->name, c->def->name,
            shapes, values);
}

void tf_shape_mistake(tf_shape_ctx *c, tf_status code, const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format ? format : "(null)", args);
    va_end(args);
    if (!c || c->failed)
        return;
    c->failed = true;
    if (!c->quiet)
        tf_fail(code, c->here, c->name, "%s", message);
}

void tf1c_infer(tf_shape_ctx *c)
{
    if (c->def->shape)
        c->def->shape(c);
    for (int i = 0; c->at_run && !c->failed && i < c->n_out; i++) {
        char text[TF_DIMS_TEXT];
        if (tf_dims_count(c->out[i]) == INT64_MAX)
            tf_shape_error(c, "Shape %s would have more than 2**63 - 1 elements",
                           tf_dims_kernel_text(c->out[i], text, sizeof text));
    }
}

/* ---- arithmetic of dimensions ---------------------------------------------------------------------------------------------- */

bool tf_merge_dim(int64_t a, int64_t b, int64_t *merged)
{
    if (merged)
        *merged = a == NONE ? b : a;
    return a == NONE || b == NONE || a == b;
}

bool tf_merge_dims(tf_dims a, tf_dims b, tf_dims *merged)
{
    tf_dims both = a.known ? a : b;
    bool fit = !a.known || !b.known || a.rank == b.rank;
    for (int i = 0; fit && a.known && b.known && i < a.rank && i < TF_MAX_RANK; i++)
        fit = tf_merge_dim(a.dims[i], b.dims[i], &both.dims[i]);
    if (merged)
        *merged = both;
    return fit;
}

/* Of one aligned pair: 1 gives way; an unknown one may be 1, so it gives way to anything above 1, and with 0 stays unknown, as
 * in TF. */
static bool broadcast_dim(int64_t a, int64_t b, int64_t *out)
{
    if (a == 1 || b == 1)
        *out = a == 1 ? b : a;
    else if (a == NONE || b == NONE)
        *out = a > 1 ? a : b > 1 ? b : NONE;
    else
        *out = a;
    return a == 1 || b == 1 || a == NONE || b == NONE || a == b;
}

bool tf_broadcast_dims(tf_dims a, tf_dims b, tf_dims *out)
{
    const int rank = a.rank > b.rank ? a.rank : b.rank;
    tf_dims both = { .known = a.known && b.known && a.rank >= 0 && b.rank >= 0 && rank <= TF_MAX_RANK };
    bool fit = true;
    both.rank = both.known ? rank : 0;
    for (int i = 1; i <= both.rank && fit; i++) {
        const int64_t x = i <= a.rank ? a.dims[a.rank - i] : 1, y = i <= b.rank ? b.dims[b.rank - i] : 1;
        fit = broadcast_dim(x, y, &both.dims[rank - i]);
    }
    if (out)
        *out = both;
    return fit;
}

int tf_norm_axis(int64_t axis, int rank)
{
    if (axis < -(int64_t)rank || axis >= rank)
        return -1;
    return (int)(axis < 0 ? axis + rank : axis);
}

bool tf_with_rank(tf_shape_ctx *c, int input, int rank)
{
    const tf_dims *d = tf_in_dims(c, input);
    if (!d->known || d->rank == rank)
        return true;
    tf_shape_error(c, "Shape must be rank %d but is rank %d", rank, d->rank);
    return false;
}

bool tf_with_rank_at_least(tf_shape_ctx *c, int input, int rank)
{
    const tf_dims *d = tf_in_dims(c, input);
    if (!d->known || d->rank >= rank)
        return true;
    tf_shape_error(c, "Shape must be at least rank %d but is rank %d", rank, d->rank);
    return false;
}

bool tf1c_merge_in(tf_shape_ctx *c, tf_dims a, tf_dims b, tf_dims *merged, const char *more)
{
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    int64_t d;
    if (tf_merge_dims(a, b, merged))
        return true;
    if (a.rank != b.rank) {
        tf_shape_error(c, "Shapes must be equal rank, but are %d and %d%s", a.rank, b.rank, more);
        return false;
    }
    int i = 0;
    while (tf_merge_dim(a.dims[i], b.dims[i], &d))
        i++;
    tf_shape_error(c, "Dimension %d in both shapes must be equal, but are %lld and %lld. Shapes are %s and %s.%s", i,
                   (long long)a.dims[i], (long long)b.dims[i], tf_dims_kernel_text(a, x, sizeof x),
                   tf_dims_kernel_text(b, y, sizeof y), more);
    return false;
}

/* ---- ready shape functions ------------------------------------------------------------------------------------------------------ */

void tf_unchanged_shape(tf_shape_ctx *c)
{
    for (int i = 0; i < tf_shape_outputs(c); i++)
        tf_set_out(c, i, *tf_in_dims(c, 0));
}

void tf_scalar_shape(tf_shape_ctx *c) { tf_set_out(c, 0, SCALAR); }

void tf1c_not_broadcastable(tf_shape_ctx *c, tf_dims a, tf_dims b)
{
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    if (c->at_run) {
        tf_shape_error(c, "Incompatible shapes: %s vs. %s", tf_dims_kernel_text(a, x, sizeof x),
                       tf_dims_kernel_text(b, y, sizeof y));
        return;
    }
    for (int i = a.rank < b.rank ? a.rank : b.rank; i >= 1; i--) { /* the first that differ, from the left */
        int64_t p = a.dims[a.rank - i], q = b.dims[b.rank - i], out;
        if (!broadcast_dim(p, q, &out)) {
            tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)p, (long long)q);
            return;
        }
    }
}

void tf_broadcast_shape(tf_shape_ctx *c)
{
    tf_dims all = *tf_in_dims(c, 0), next;
    for (int i = 1; i < tf_shape_inputs(c); i++) {
        if (!tf_broadcast_dims(all, c->in[i], &next)) {
            tf1c_not_broadcastable(c, all, c->in[i]);
            return;
        }
        all = next;
    }
    tf_set_out(c, 0, all);
}
