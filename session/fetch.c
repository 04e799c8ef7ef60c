/* What a run computed is copied to where it was asked; a run that is refused leaves NaN or 0 there. */
#include <math.h>
#include <string.h>

#include "core/cast.h"
#include "session/run.h"

static void write_number(const tf_fetch *f, double x, int64_t i)
{
    switch (f->into) {
    case TF_INTO_FLOAT: *(float *)f->out = (float)x; break;
    case TF_INTO_DOUBLE: *(double *)f->out = x; break;
    case TF_INTO_INT32: *(int32_t *)f->out = (int32_t)i; break;
    case TF_INTO_INT64: *(int64_t *)f->out = i; break;
    case TF_INTO_BOOL: *(bool *)f->out = i != 0; break;
    default: break;
    }
}

static tf_status fetch_number(const tf1c_run *r, const tf_fetch *f, const tf_view *v)
{
    char shape[TF_DIMS_TEXT];
    tf_dims dims = { .known = true, .rank = v->rank };
    memcpy(dims.dims, v->dims, sizeof dims.dims);
    if (tf_view_count(v) != 1)
        return tf_fail(tf_value_error, r->here, f->op->name,
                       "'%s:%d' of shape %s was fetched into a single number; a tf_ndarray takes any shape", f->op->name,
                       f->tensor.index, tf_dims_text(dims, shape, sizeof shape));
    if (v->dtype == tf_string)
        return tf_fail(tf_type_error, r->here, f->op->name,
                       "'%s:%d' of dtype string was fetched into a number; a tf_ndarray takes it", f->op->name, f->tensor.index);
    tf_ndarray one = np_array(v->data, v->dtype, (tf_dims){ .known = true });
    const double x = np_get(one, 0);
    const int64_t i = tf1c_whole(&one, 0);
    static const char *const whole[] = { [TF_INTO_INT32] = "int32_t", [TF_INTO_INT64] = "int64_t", [TF_INTO_BOOL] = "bool" };
    const bool integer = f->into == TF_INTO_INT32 || f->into == TF_INTO_INT64;
    if ((integer && (!(x >= -0x1p63 && x <= 0x1p63) || (f->into == TF_INTO_INT32 && i != (int32_t)i))) ||
        ((integer || f->into == TF_INTO_BOOL) && x != trunc(x)))
        return tf_fail(tf_value_error, r->here, f->op->name, "'%s:%d' of dtype %s holds %.17g, which %s %s cannot", f->op->name,
                       f->tensor.index, tf_dtype_name(v->dtype), x, integer ? "an" : "a", whole[f->into]);
    write_number(f, x, f->into == TF_INTO_BOOL ? x != 0 : i);
    return tf_ok;
}

/* What `out` had may be fed in this run: it is released when all is copied. */
struct outgrown {
    outgrown *next;
    tf_ndarray array;
};

static bool keep_until_copied(tf1c_run *r, const tf_ndarray *out)
{
    outgrown *old = out->memory ? tf1c_alloc(sizeof *old) : NULL;
    if (out->memory && !old) {
        tf_fail(tf_memory_error, r->here, NULL, "no memory left for a fetched array");
        return false;
    }
    if (old) {
        *old = (outgrown){ r->outgrown, *out };
        r->outgrown = old;
    }
    return true;
}

static bool refit(tf1c_run *r, tf_ndarray *out, tf_dtype dtype, tf_dims dims)
{
    tf_ndarray bigger = np_empty(dims, dtype);
    if (!bigger.data || !keep_until_copied(r, out)) {
        np_free(&bigger);
        return false;
    }
    *out = bigger;
    return true;
}

void tf1c_release_outgrown(tf1c_run *r)
{
    for (outgrown *old = r->outgrown, *next; old; old = next) {
        next = old->next;
        np_free(&old->array);
        tf1c_free(old);
    }
    r->outgrown = NULL;
}

/* Strings own their bytes: a new array each time, and `out` may not be borrowed. */
static tf_status fetch_strings(tf1c_run *r, const tf_fetch *f, const tf_view *v, tf_dims dims)
{
    tf_ndarray *out = f->out, elements = np_empty(dims, tf_string), copy;
    if (!elements.data)
        return tf_memory_error;
    tf_view to;
    tf_view_set(&to, elements.data, tf_string, dims);
    if (tf_view_count(v))
        tf_view_copy(&to, v, 0, v->rank ? v->dims[0] : 1);
    copy = np_copy(elements);
    np_free(&elements);
    if (!copy.data)
        return tf_memory_error;
    if (!keep_until_copied(r, out)) {
        np_free(&copy);
        return tf_memory_error;
    }
    *out = copy;
    return tf_ok;
}

static tf_status fetch_array(tf1c_run *r, const tf_fetch *f, const tf_view *v)
{
    tf_ndarray *out = f->out;
    tf_dims dims = { .known = true, .rank = v->rank };
    memcpy(dims.dims, v->dims, sizeof dims.dims);
    if (v->dtype == tf_string && (!out->data || out->memory))
        return fetch_strings(r, f, v, dims);
    bool fits = out->data && out->dtype == v->dtype && out->scale == 0 && tf_dims_equal(out->shape, dims);
    if (!fits && out->data && !out->memory) {
        char have[TF_DIMS_TEXT], want[TF_DIMS_TEXT];
        return tf_fail(tf_value_error, r->here, f->op->name,
                       "'%s:%d' (%s %s) was fetched into borrowed memory of %s %s; start from { 0 } to have it allocated",
                       f->op->name, f->tensor.index, tf_dtype_name(v->dtype), tf_dims_text(dims, want, sizeof want),
                       tf_dtype_name(out->dtype), tf_dims_text(out->shape, have, sizeof have));
    }
    if (!fits && !refit(r, out, v->dtype, dims))
        return tf_memory_error;
    tf_view to;
    tf_view_set(&to, out->data, v->dtype, dims);
    if (tf_view_count(v))
        tf_view_copy(&to, v, 0, v->rank ? v->dims[0] : 1);
    return tf_ok;
}

static tf_view value_of(const tf1c_run *r, int fetch)
{
    tf_view v;
    if (r->values) {
        tf_view_set(&v, r->values[fetch].data, r->values[fetch].dtype, r->values[fetch].shape);
        return v;
    }
    const ir_operand *o = &r->binding->fetched[fetch];
    v = o->view;
    v.data = tf1c_at_offset(r->x->slots[o->slot], o->at);
    return v;
}

tf_status tf1c_copy_out(tf1c_run *r)
{
    for (int i = 0; i < r->what.n; i++) {
        const tf_fetch *f = &r->what.items[i];
        if (r->fetch_of[i] < 0 || f->into == TF_INTO_NOTHING)
            continue;
        tf_view v = value_of(r, r->fetch_of[i]);
        tf_status status = f->into == TF_INTO_ARRAY ? fetch_array(r, f, &v) : fetch_number(r, f, &v);
        if (status)
            return status;
    }
    return tf1c_copy_pushed(r);
}

tf_status tf1c_copy_fetched(tf1c_run *r, int fetch, tf_ndarray *to)
{
    const tf_view v = value_of(r, fetch);
    const tf_fetch f = tf_into_array(tf_fetch_tensor(r->plan->fetches[fetch]), to);
    return fetch_array(r, &f, &v);
}

/* What could not be computed reads as NaN or 0, never as what was there before. */
void tf1c_blank(const tf_fetches *what)
{
    for (int i = 0; i < what->n; i++) {
        const tf_fetch *f = &what->items[i];
        if (!f->out)
            continue;
        write_number(f, (double)NAN, 0);
        tf_ndarray *a = f->into == TF_INTO_ARRAY ? f->out : NULL;
        if (!a || !a->data)
            continue;
        for (int64_t j = 0; j < np_size(*a); j++)
            if (a->dtype == tf_float32)
                ((float *)a->data)[j] = NAN;
            else if (a->dtype == tf_float64)
                ((double *)a->data)[j] = (double)NAN;
        if (!(TF_FLOATING & TF_DTYPE_BIT(a->dtype)))
            memset(a->data, 0, np_nbytes(*a));
    }
}
