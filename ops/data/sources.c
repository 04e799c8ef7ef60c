/* Where elements come from: tensors, their rows, ranges, C functions. TF1: core/kernels/data/tensor_dataset_op.cc,
 * tensor_slice_dataset_op.cc, range_dataset_op.cc; python/data/ops/dataset_ops.py from_generator. */
#include <string.h>

#include "core/cast.h"
#include "ops/data/stage.h"

typedef struct {
    int64_t at;
} counting;

static void restart_counting(tf1c_stage *s) { ((counting *)s->mine)->at = 0; }

/* ---- tensors: borrowed, as the values outlive the stage ----------------------------------------------------------------------------- */

static tf1c_next tensor_next(tf1c_stage *s, tf1c_element *e)
{
    counting *c = s->mine;
    if (c->at++)
        return TF1C_END;
    for (int i = 0; i < e->n; i++)
        e->at[i].value = s->values[i];
    return TF1C_ELEMENT;
}
const tf1c_stage_kind tf1c_tensor_stage = {
    .name = "TensorDataset", .size = sizeof(counting), .next = tensor_next, .restart = restart_counting
};

/* ---- their rows ---------------------------------------------------------------------------------------------------------------------- */

static tf_ndarray row_of(const tf_ndarray *a, int64_t row)
{
    tf_dims d = a->shape;
    d.rank--;
    memmove(d.dims, d.dims + 1, (size_t)d.rank * sizeof *d.dims);
    tf_ndarray r = np_array((char *)a->data + (size_t)(row * tf_dims_count(d)) * tf_dtype_size(a->dtype), a->dtype, d);
    r.scale = a->scale;
    return r;
}

static bool slices_open(tf1c_stage *s)
{
    const int n = s->of->n_values;
    for (int i = 0; i < n; i++)
        if (!s->values[i].shape.rank) {
            tf1c_stage_fault(s, tf_invalid_argument, "All components must be at least 1-dimensional");
            return false;
        }
    for (int i = 1; i < n; i++)
        if (s->values[i].shape.dims[0] != s->values[0].shape.dims[0]) {
            tf1c_stage_fault(
                s, tf_invalid_argument,
                "All components must have the same size in the 0th dimension. Component 0 has %lld, component %d has %lld",
                (long long)s->values[0].shape.dims[0], i, (long long)s->values[i].shape.dims[0]);
            return false;
        }
    return true;
}

static tf1c_next slices_next(tf1c_stage *s, tf1c_element *e)
{
    counting *c = s->mine;
    if (c->at >= s->values[0].shape.dims[0])
        return TF1C_END;
    for (int i = 0; i < e->n; i++)
        e->at[i].value = row_of(&s->values[i], c->at);
    c->at++;
    return TF1C_ELEMENT;
}
const tf1c_stage_kind tf1c_tensor_slice_stage = {
    .name = "TensorSliceDataset", .size = sizeof(counting), .open = slices_open, .next = slices_next, .restart = restart_counting
};

/* ---- ranges --------------------------------------------------------------------------------------------------------------------------- */

static bool range_open(tf1c_stage *s)
{
    if (tf1c_stage_number(s, 2) == 0)
        tf1c_stage_fault(s, tf_invalid_argument, "step must be a non-zero integer.");
    return tf1c_stage_number(s, 2) != 0;
}

static tf1c_next range_next(tf1c_stage *s, tf1c_element *e)
{
    counting *c = s->mine;
    const int64_t stop = tf1c_stage_number(s, 1), step = tf1c_stage_number(s, 2);
    int64_t offset, x;
    if (__builtin_mul_overflow(c->at, step, &offset) || __builtin_add_overflow(tf1c_stage_number(s, 0), offset, &x) ||
        (step > 0 ? x >= stop : x <= stop))
        return TF1C_END;
    int64_t *out = tf1c_component_fit(&e->at[0], tf_int64, SCALAR);
    if (!out)
        return tf1c_stage_out_of_memory(s);
    *out = x;
    c->at++;
    return TF1C_ELEMENT;
}
const tf1c_stage_kind tf1c_range_stage = {
    .name = "RangeDataset", .size = sizeof(counting), .open = range_open, .next = range_next, .restart = restart_counting
};

/* ---- C functions ------------------------------------------------------------------------------------------------------------------------ */

static bool yields_string(tf_dtype dtype, bool string) { return (dtype == tf_string) == string; }

static tf1c_next take_yielded(tf1c_stage *s, tf1c_component *to, const tf_ndarray *a, int i)
{
    const tf_dtype dtype = s->of->public_.output_types.items[i];
    const tf_dims want = s->of->public_.output_shapes.items[i];
    char got[TF_DIMS_TEXT], wanted[TF_DIMS_TEXT];
    tf_dims merged;
    if (!a->shape.known || (!a->data && np_size(*a)) || !yields_string(dtype, a->dtype == tf_string))
        return tf1c_stage_fault(
            s, tf_invalid_argument,
            "TypeError: `generator` yielded an element that could not be converted to the expected type. The expected type was %s, but the yielded element was of %s.",
            tf_dtype_name(dtype), tf_dtype_name(a->dtype));
    if (want.known && (want.rank != a->shape.rank || !tf_merge_dims(want, a->shape, &merged)))
        return tf1c_stage_fault(s, tf_invalid_argument,
                                "ValueError: `generator` yielded an element of shape %s where an element of shape %s was expected.",
                                tf_dims_text(a->shape, got, sizeof got), tf_dims_text(want, wanted, sizeof wanted));
    if (a->dtype == dtype && a->scale == 0)
        return tf1c_component_copy(to, a) ? TF1C_ELEMENT : tf1c_stage_out_of_memory(s);
    tf_ndarray into = np_array(tf1c_component_fit(to, dtype, a->shape), dtype, a->shape);
    if (!into.data)
        return tf1c_stage_out_of_memory(s);
    tf1c_cast_into(&into, a);
    return TF1C_ELEMENT;
}

typedef struct {
    int64_t at;
    bool ended;
    tf_ndarray *yielded;
} generating;

static bool generator_open(tf1c_stage *s)
{
    generating *g = s->mine;
    g->yielded = tf1c_alloc_zero((size_t)s->of->public_.output_types.n * sizeof *g->yielded);
    if (!g->yielded)
        tf1c_stage_out_of_memory(s);
    return g->yielded;
}

static void generator_restart(tf1c_stage *s)
{
    generating *g = s->mine;
    g->at = 0;
    g->ended = false;
}

static tf1c_next generator_next(tf1c_stage *s, tf1c_element *e)
{
    generating *g = s->mine;
    if (g->ended)
        return TF1C_END;
    memset(g->yielded, 0, (size_t)e->n * sizeof *g->yielded);
    if (!s->of->generator(g->at++, g->yielded, s->of->context)) {
        g->ended = true;
        return TF1C_END;
    }
    tf1c_next next = TF1C_ELEMENT;
    for (int i = 0; i < e->n && next == TF1C_ELEMENT; i++)
        next = take_yielded(s, &e->at[i], &g->yielded[i], i);
    return next;
}

static void generator_close(tf1c_stage *s) { tf1c_free(((generating *)s->mine)->yielded); }

const tf1c_stage_kind tf1c_generator_stage = {
    .name = "FlatMapDataset",
    .size = sizeof(generating),
    .open = generator_open,
    .next = generator_next,
    .restart = generator_restart,
    .close = generator_close,
};
