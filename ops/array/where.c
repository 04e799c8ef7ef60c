/* Picking by what the values are. TF1: core/kernels/where_op.cc, unique_op.cc; python/ops/array_ops.py boolean_mask. */
#include "ops/array/where.h"

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/gather.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/counts.h"
#include "ops/math/reduce.h"

/* ---- Where: no gradient ------------------------------------------------------------------------------------------------ */
static void where_shape(tf_shape_ctx *c)
{
    const tf_dims *input = tf_in_dims(c, 0);
    if (tf_shape_at_run(c) && !input->rank)
        tf_shape_error(c, "WhereOp : Unhandled input dimensions: 0");
    tf_set_out(c, 0, SHAPE(NONE, input->known ? input->rank : NONE));
}

#define HOLDS(type) ((const type *)v->data)[i] != 0
static bool holds(const tf_view *v, int64_t i)
{
    switch (v->dtype) {
    case tf_float32: return HOLDS(float);
    case tf_float64: return HOLDS(double);
    case tf_int32: return HOLDS(int32_t);
    case tf_int64: return HOLDS(int64_t);
    default: return HOLDS(uint8_t);
    }
}

static void where_data_shape(tf_kernel_ctx *k, tf_dims *out)
{
    int64_t n = 0;
    for (int64_t i = 0, all = tf_view_count(&k->in[0]); i < all; i++)
        n += holds(&k->in[0], i);
    out[0] = SHAPE(n, k->in[0].rank);
}

static void where_kernel(tf_kernel_ctx *k)
{
    const tf_view *v = &k->in[0];
    int64_t *out = k->out[0].data;
    for (int64_t i = 0, n = tf_view_count(v); i < n; i++) {
        if (!holds(v, i))
            continue;
        int64_t rest = i;
        for (int axis = v->rank; axis-- > 0; rest /= v->dims[axis])
            out[axis] = rest % v->dims[axis];
        out += v->rank;
    }
}

static const tf_op_def where_op = {
    .name = "Where",
    .in = "input:T",
    .out = "index:int64",
    .shape = where_shape,
    .data_shape = where_data_shape,
    .kernel = where_kernel,
    .gradient = tf_no_gradient,
};

tf_tensor tf_where_indices_(tf_operand condition, struct tf_name_args a) { return tf_op_unary(&where_op, condition, a, NULL); }

/* ---- Unique: TF1 defines no gradient -------------------------------------------------------------------------------------- */
static void unique_shape(tf_shape_ctx *c)
{
    const bool counts = tf_shape_outputs(c) > 2; /* whose input TF looks at in a run alone */
    if (tf_shape_at_run(c) && tf_in_dims(c, 0)->rank != 1) {
        tf_shape_error(c, "unique expects a 1D vector.");
        return;
    }
    if (!counts && !tf_with_rank(c, 0, 1))
        return;
    tf_set_out(c, 0, SHAPE(NONE));
    tf_set_out(c, 1, *tf_in_dims(c, 0));
    if (counts)
        tf_set_out(c, 2, SHAPE(NONE));
}

/* Element i of v and j of w, equal as numbers: 0 and -0 are, NaN is equal to nothing. */
static bool equal(const tf_view *v, int64_t i, const tf_view *w, int64_t j)
{
    const size_t size = tf_dtype_size(v->dtype);
    if (v->dtype == tf_float32)
        return ((const float *)v->data)[i] == ((const float *)w->data)[j];
    if (v->dtype == tf_float64)
        return ((const double *)v->data)[i] == ((const double *)w->data)[j];
    return memcmp((const char *)v->data + (size_t)i * size, (const char *)w->data + (size_t)j * size, size) == 0;
}

static uint64_t hash(const tf_view *v, int64_t i)
{
    const size_t size = tf_dtype_size(v->dtype);
    uint64_t h = 0;
    if (holds(v, i)) /* both zeros alike */
        memcpy(&h, (const char *)v->data + (size_t)i * size, size);
    h *= UINT64_C(0x9E3779B97F4A7C15);
    return h ^ h >> 32;
}

/* Elements of v by what they are: their places + 1, 0 where there is room. */
typedef struct {
    const tf_view *v;
    int64_t *places;
    uint64_t mask;
} table;

/* With room for v's elements, none in it; without places after a report. */
static table table_for(tf_kernel_ctx *k, const tf_view *v)
{
    uint64_t room = 16;
    while (room < 2 * (uint64_t)v->dims[0])
        room *= 2;
    int64_t *places = tf1c_alloc_zero((size_t)room * sizeof *places);
    if (!places)
        tf_kernel_error(k, tf_memory_error, "no memory left to find what is unique");
    return (table){ v, places, room - 1 };
}

/* Where the first element that equals w's i-th is kept, or would be. */
static int64_t *slot(const table *t, const tf_view *w, int64_t i)
{
    uint64_t at = hash(w, i) & t->mask;
    while (t->places[at] && !equal(t->v, t->places[at] - 1, w, i))
        at = (at + 1) & t->mask;
    return &t->places[at];
}

/* How many there are. first: of each value, where it stands first; place: of each element, which value it is. */
static int64_t find_unique(tf_kernel_ctx *k, int64_t *first, int64_t *place)
{
    const table t = table_for(k, &k->in[0]);
    int64_t found = 0;
    for (int64_t i = 0; t.places && i < t.v->dims[0]; i++) {
        int64_t *at = slot(&t, t.v, i);
        place[i] = *at ? place[*at - 1] : found;
        if (*at)
            continue;
        *at = i + 1;
        first[found++] = i;
    }
    tf1c_free(t.places);
    return found;
}

static int64_t *unique_memory(tf_kernel_ctx *k)
{
    int64_t *memory = tf1c_alloc((2 * (size_t)k->in[0].dims[0] + 1) * sizeof *memory);
    if (!memory)
        tf_kernel_error(k, tf_memory_error, "no memory left to find what is unique");
    return memory;
}

static void unique_data_shape(tf_kernel_ctx *k, tf_dims *out)
{
    int64_t *first = unique_memory(k), n = k->in[0].dims[0];
    if (!first)
        return;
    out[0] = SHAPE(find_unique(k, first, first + n));
    out[1] = SHAPE(n);
    if (k->n_out > 2)
        out[2] = out[0];
    tf1c_free(first);
}

/* How often each value occurs. */
static void count_unique(const tf_view *counts, const int64_t *place, int64_t n)
{
    clear_bytes(counts->data, (size_t)counts->dims[0] * tf_dtype_size(counts->dtype));
    for (int64_t i = 0; i < n; i++)
        set_int(counts, place[i], int_at(counts, place[i]) + 1);
}

static void unique_kernel(tf_kernel_ctx *k)
{
    const int64_t n = k->in[0].dims[0];
    const size_t size = tf_dtype_size(k->in[0].dtype);
    int64_t *first = unique_memory(k), *place = first + n;
    if (!first)
        return;
    find_unique(k, first, place);
    for (int64_t i = 0; !k->status && i < k->out[0].dims[0]; i++)
        memcpy((char *)k->out[0].data + (size_t)i * size, (const char *)k->in[0].data + (size_t)first[i] * size, size);
    for (int64_t i = 0; !k->status && i < n; i++)
        set_int(&k->out[1], i, place[i]);
    if (!k->status && k->n_out > 2)
        count_unique(&k->out[2], place, n);
    tf1c_free(first);
}

static const tf_op_def unique_op = {
    .name = "Unique",
    .in = "x:T",
    .out = "y:T, idx:U",
    .U = TF_INDEX,
    .shape = unique_shape,
    .data_shape = unique_data_shape,
    .kernel = unique_kernel,
    .gradient = tf1c_undefined_gradient,
};

static const tf_op_def unique_with_counts_op = {
    .name = "UniqueWithCounts",
    .in = "x:T",
    .out = "y:T, idx:U, count:U",
    .U = TF_INDEX,
    .shape = unique_shape,
    .data_shape = unique_data_shape,
    .kernel = unique_kernel,
    .gradient = tf1c_undefined_gradient,
};

/* A node with n inputs whose places are of dtype out_idx (unset: int32); NULL after a report, which *mistake tells. */
static tf_operation *indexed_op(const tf_op_def *def, int n, const tf_operand *in, tf_dtype out_idx, struct tf_name_args a,
                                tf_tensor *mistake)
{
    out_idx = out_idx ? out_idx : tf_int32;
    if (out_idx == tf_int32 || out_idx == tf_int64)
        return tf_op_new(def, (struct tf_op_args){ .here = a.here, .name = a.name, .n_inputs = n, .inputs = in, .U = out_idx });
    *mistake = tf_mistake(tf_type_error, a.here, NULL,
                          "Value passed to parameter 'out_idx' has DataType %s not in list of allowed values: int32, int64",
                          tf_dtype_name(out_idx));
    return NULL;
}

tf_unique tf_unique_(tf_operand x, struct tf_unique_args a)
{
    tf_tensor mistake;
    tf_operation *op = indexed_op(&unique_op, 1, &x, a.out_idx, (struct tf_name_args){ a.here, a.name }, &mistake);
    return op ? (tf_unique){ tf_op_output(op, 0), tf_op_output(op, 1) } : (tf_unique){ mistake, mistake };
}

tf_unique_with_counts tf_unique_with_counts_(tf_operand x, struct tf_unique_args a)
{
    tf_tensor mistake;
    tf_operation *op = indexed_op(&unique_with_counts_op, 1, &x, a.out_idx, (struct tf_name_args){ a.here, a.name }, &mistake);
    return op ? (tf_unique_with_counts){ tf_op_output(op, 0), tf_op_output(op, 1), tf_op_output(op, 2) }
              : (tf_unique_with_counts){ mistake, mistake, mistake };
}

/* ---- ListDiff: what of x is not in y ------------------------------------------------------------------------------------------ */
static void list_diff_shape(tf_shape_ctx *c)
{
    for (int i = 0; i < 2; i++) {
        if (tf_shape_at_run(c) && tf_in_dims(c, i)->rank != 1) {
            tf_shape_error(c, "%s should be a 1D vector.", i ? "y" : "x");
            return;
        }
        if (!tf_with_rank(c, i, 1))
            return;
        tf_set_out(c, i, SHAPE(NONE));
    }
}

/* How many elements of x are not in y; where there is an `out`, they and their places. */
static int64_t find_missing(tf_kernel_ctx *k, const tf_view *out)
{
    const tf_view *x = &k->in[0], *y = &k->in[1];
    const size_t size = tf_dtype_size(x->dtype);
    const table t = table_for(k, y);
    int64_t found = 0;
    for (int64_t i = 0; t.places && i < y->dims[0]; i++)
        *slot(&t, y, i) = i + 1;
    for (int64_t i = 0; t.places && i < x->dims[0]; i++) {
        if (*slot(&t, x, i))
            continue;
        if (out) {
            memcpy((char *)out[0].data + (size_t)found * size, (const char *)x->data + (size_t)i * size, size);
            set_int(&out[1], found, i);
        }
        found++;
    }
    tf1c_free(t.places);
    return found;
}
static void list_diff_data_shape(tf_kernel_ctx *k, tf_dims *out) { out[0] = out[1] = SHAPE(find_missing(k, NULL)); }
static void list_diff_kernel(tf_kernel_ctx *k) { find_missing(k, k->out); }

static const tf_op_def list_diff_op = {
    .name = "ListDiff",
    .in = "x:T, y:T",
    .out = "out:T, idx:U",
    .U = TF_INDEX,
    .shape = list_diff_shape,
    .data_shape = list_diff_data_shape,
    .kernel = list_diff_kernel,
    .gradient = tf1c_undefined_gradient,
};

tf_list_diff tf_setdiff1d_(struct tf_setdiff1d_args a)
{
    const tf_operand in[] = { tf1c_given(a.x), tf1c_given(a.y) };
    tf_tensor mistake;
    tf_operation *op = indexed_op(&list_diff_op, 2, in, a.index_dtype, (struct tf_name_args){ a.here, a.name }, &mistake);
    return op ? (tf_list_diff){ tf_op_output(op, 0), tf_op_output(op, 1) } : (tf_list_diff){ mistake, mistake };
}

/* ---- boolean_mask --------------------------------------------------------------------------------------------------------- */

/* The dimensions [axis, axis + n) as in Python: none where axis is negative or beyond. */
static tf_dims masked_dims(tf_dims d, int axis, int n)
{
    tf_dims part = { .known = true };
    for (int i = axis; i < d.rank && i < axis + n && axis >= 0; i++)
        part.dims[part.rank++] = d.dims[i];
    return part;
}

static tf_tensor check_mask(tf_tensor x, tf_tensor mask, int axis, tf_source here)
{
    tf_dims m = tf_get_shape(mask), d = tf_get_shape(x), merged;
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    if (tf_is_poisoned(x) || tf_is_poisoned(mask))
        return tf_is_poisoned(x) ? x : mask;
    if (m.known && !m.rank)
        return tf_mistake(tf_value_error, here, NULL, "mask cannot be scalar.");
    if (!m.known)
        return tf_mistake(
            tf_value_error, here, NULL,
            "Number of mask dimensions must be specified, even if some dimensions are None.  E.g. shape=[None] is ok, but shape=None is not.");
    tf_dims part = d.known ? masked_dims(d, axis, m.rank) : m;
    if (part.rank != m.rank || !tf_merge_dims(part, m, &merged))
        return tf_mistake(tf_value_error, here, NULL, "Shapes %s and %s are incompatible", tf_dims_text(part, a, sizeof a),
                          tf_dims_text(m, b, sizeof b));
    return (tf_tensor){ 0 };
}

static tf_tensor boolean_mask_of(tf_operand tensor, tf_operand mask_given, struct tf_boolean_mask_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "boolean_mask");
    tf_tensor x = tf_convert(tensor, tf_dtype_unset, a.here, "tensor"),
              mask = tf_convert(mask_given, tf_dtype_unset, a.here, "mask");
    tf_tensor mistake = check_mask(x, mask, a.axis, a.here);
    if (!tf_is_none(mistake))
        return mistake;
    enum {
        MASKED = 27
    }; /* the axes' product written as a sum over a slice of the shape, the mask flat, Where, Squeeze, a gather */
    const int end = a.axis + tf_get_shape(mask).rank, made = tf1c_count_now() + MASKED;
    tf_tensor masked = tf_reduce_prod(tf_getitem(tf_shape(x), "%d:%d", a.axis, end), .axes = AXES(0));
    tf_tensor before = tf_getitem(tf_shape(x), ":%d", a.axis), behind = tf_getitem(tf_shape(x), "%d:", end);
    tf_tensor rows = tf_reshape(x, tf_concat(LIST(before, tf_expand_dims(masked, 0), behind), 0));
    tf_tensor indices = tf_squeeze(tf_where(tf_reshape(mask, SHAPE(-1))), .axes = AXES(1));
    const tf_tensor kept = tf_gather(rows, indices, .axis = a.axis);
    tf1c_count_as(made);
    return kept;
}

tf_tensor tf_boolean_mask_(struct tf_boolean_mask_args a) { return boolean_mask_of(tf1c_given(a.tensor), tf1c_given(a.mask), a); }

/* clang-format off */
tf1c_op_family tf1c_family_where = {
    &where_op,
    &unique_op,
    &unique_with_counts_op,
    &list_diff_op,
    NULL,
};
