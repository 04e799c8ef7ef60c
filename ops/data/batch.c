/* Elements stacked along a new axis, as they are or padded. TF1: core/kernels/data/batch_dataset_op.cc, padded_batch_dataset_op.cc. */
#include <string.h>

#include "core/strings.h"
#include "ops/data/stage.h"

/* Elements of a batch, drawn before it is made: only then is it known how many there are, and how long. */
typedef struct {
    tf1c_element *drawn;
    int64_t opened;
} batching;

static bool batch_open(tf1c_stage *s)
{
    if (tf1c_stage_number(s, 0) <= 0)
        tf1c_stage_fault(s, tf_invalid_argument, "Batch size must be greater than zero.");
    return !s->fault.code;
}

static bool make_room(batching *b, int64_t i, int n)
{
    if (i < b->opened)
        return true;
    if ((b->opened & (b->opened - 1)) == 0) { /* at each power of two */
        const int64_t bigger = b->opened ? 2 * b->opened : 1;
        tf1c_element *more = tf1c_realloc(b->drawn, (size_t)bigger * sizeof *more);
        if (!more)
            return false;
        b->drawn = more;
    }
    if (!tf1c_element_open(&b->drawn[i], n))
        return false;
    b->opened++;
    return true;
}

/* *n of them. */
static tf1c_next draw(tf1c_stage *s, int components, int64_t *n)
{
    batching *b = s->mine;
    const int64_t size = tf1c_stage_number(s, 0);
    for (*n = 0; *n < size; ++*n) {
        if (!make_room(b, *n, components))
            return tf1c_stage_out_of_memory(s);
        const tf1c_next next = tf1c_stage_from(s, 0, &b->drawn[*n]);
        if (next == TF1C_FAULT)
            return next;
        if (next == TF1C_END)
            break;
    }
    return *n && (*n == size || !s->of->flag) ? TF1C_ELEMENT : TF1C_END;
}

tf_dims tf1c_rows_of(int64_t n, tf_dims d)
{
    memmove(d.dims + 1, d.dims, (size_t)d.rank * sizeof *d.dims);
    d.dims[0] = n;
    d.rank++;
    return d;
}

/* ---- batch ------------------------------------------------------------------------------------------------------------------------------- */

/* TF's optimizer makes one of a map and the batch of what it gives, which has words of its own. */
static tf1c_next other_shape(tf1c_stage *s, int component, int64_t i, tf_dims first, tf_dims other)
{
    char got[TF_DIMS_TEXT], want[TF_DIMS_TEXT];
    tf_dims_kernel_text(other, got, sizeof got);
    tf_dims_kernel_text(first, want, sizeof want);
    if (s->of->inputs[0]->kind == &tf1c_map_stage)
        return tf1c_stage_fault(
            s, tf_invalid_argument,
            "Cannot add tensor to the batch: number of elements does not match. Shapes are: [tensor]: %s, [batch]: %s", got, want);
    return tf1c_stage_fault(
        s, tf_invalid_argument,
        "Cannot batch tensors with different shapes in component %d. First element had shape %s and element %lld had shape %s.",
        component, want, (long long)i, got);
}

static tf1c_next stack(tf1c_stage *s, tf1c_component *to, int component, int64_t n)
{
    const batching *b = s->mine;
    const tf_ndarray *first = &b->drawn[0].at[component].value;
    const size_t size = np_nbytes(*first);
    const bool strings = first->dtype == tf_string;
    tf1c_component elements = { 0 }; /* of strings, whose bytes are copied at the end */
    char *at = first->shape.rank < TF_MAX_RANK
                   ? tf1c_component_fit(strings ? &elements : to, first->dtype, tf1c_rows_of(n, first->shape))
                   : NULL;
    if (!at)
        return tf1c_stage_out_of_memory(s);
    for (int64_t i = 0; i < n; i++, at += size) {
        const tf_ndarray *x = &b->drawn[i].at[component].value;
        if (!tf_dims_equal(x->shape, first->shape)) {
            np_free(&elements.own);
            return other_shape(s, component, i, first->shape, x->shape);
        }
        if (size)
            memcpy(at, x->data, size);
    }
    const bool good = !strings || tf1c_component_copy(to, &elements.value);
    np_free(&elements.own);
    return good ? TF1C_ELEMENT : tf1c_stage_out_of_memory(s);
}

static tf1c_next batch_next(tf1c_stage *s, tf1c_element *e)
{
    int64_t n;
    tf1c_next next = draw(s, e->n, &n);
    for (int i = 0; i < e->n && next == TF1C_ELEMENT; i++)
        next = stack(s, &e->at[i], i, n);
    return next;
}

static void batch_close(tf1c_stage *s)
{
    batching *b = s->mine;
    for (int64_t i = 0; i < b->opened; i++)
        tf1c_element_close(&b->drawn[i]);
    tf1c_free(b->drawn);
}
const tf1c_stage_kind tf1c_batch_stage = {
    .name = "BatchDatasetV2", .size = sizeof(batching), .open = batch_open, .next = batch_next, .close = batch_close
};

/* ---- padded batch ----------------------------------------------------------------------------------------------------------------------------- */

/* The shape that component i of n elements is padded to. */
static tf1c_next padded_dims(tf1c_stage *s, int component, int64_t n, tf_dims *d)
{
    const batching *b = s->mine;
    const tf_dims want = s->of->padded[component];
    *d = want;
    for (int64_t i = 0; i < n; i++) {
        const tf_dims have = b->drawn[i].at[component].value.shape;
        if (have.rank != want.rank)
            return tf1c_stage_fault(
                s, tf_invalid_argument,
                "All elements in a batch must have the same rank as the padded shape for component%d: expected rank %d but got element with rank %d",
                component, want.rank, have.rank);
        for (int j = 0; j < have.rank; j++) {
            if (want.dims[j] != NONE && have.dims[j] > want.dims[j])
                return tf1c_stage_fault(s, tf_data_loss, "Attempted to pad to a smaller size than the input element.");
            if (want.dims[j] == NONE && have.dims[j] > d->dims[j])
                d->dims[j] = have.dims[j];
        }
    }
    for (int j = 0; j < d->rank; j++)
        if (d->dims[j] == NONE)
            d->dims[j] = 0;
    return TF1C_ELEMENT;
}

static void fill_with(char *to, int64_t n, const tf_ndarray *value)
{
    const size_t size = tf_dtype_size(value->dtype);
    for (int64_t i = 0; i < n; i++)
        memcpy(to + (size_t)i * size, value->data, size);
}

void tf1c_put_in_corner(char *to, tf_dims d, const tf_ndarray *x)
{
    const size_t size = tf_dtype_size(x->dtype);
    tf_view from, into;
    tf_view_set(&from, x->data, x->dtype, x->shape);
    tf_view_set(&into, to, x->dtype, d);
    memcpy(into.dims, from.dims, sizeof into.dims);
    if (!d.rank)
        memcpy(to, x->data, size);
    else if (np_size(*x))
        tf_view_copy(&into, &from, 0, from.dims[0]);
}

static tf1c_next pad(tf1c_stage *s, tf1c_component *to, int component, int64_t n)
{
    const batching *b = s->mine;
    const tf_ndarray *padding = &s->values[1 + component];
    tf_dims d;
    const tf1c_next fits = padded_dims(s, component, n, &d);
    if (fits != TF1C_ELEMENT)
        return fits;
    const bool strings = padding->dtype == tf_string;
    tf1c_component elements = { 0 };
    char *at = tf1c_component_fit(strings ? &elements : to, padding->dtype, tf1c_rows_of(n, d));
    if (!at)
        return tf1c_stage_out_of_memory(s);
    const int64_t each = tf_dims_count(d);
    fill_with(at, n * each, padding);
    for (int64_t i = 0; i < n; i++)
        tf1c_put_in_corner(at + (size_t)(i * each) * tf_dtype_size(padding->dtype), d, &b->drawn[i].at[component].value);
    const bool good = !strings || tf1c_component_copy(to, &elements.value);
    np_free(&elements.own);
    return good ? TF1C_ELEMENT : tf1c_stage_out_of_memory(s);
}

static tf1c_next padded_batch_next(tf1c_stage *s, tf1c_element *e)
{
    int64_t n;
    tf1c_next next = draw(s, e->n, &n);
    for (int i = 0; i < e->n && next == TF1C_ELEMENT; i++)
        next = pad(s, &e->at[i], i, n);
    return next;
}
const tf1c_stage_kind tf1c_padded_batch_stage = {
    .name = "PaddedBatchDatasetV2", .size = sizeof(batching), .open = batch_open, .next = padded_batch_next, .close = batch_close
};
