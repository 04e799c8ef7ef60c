/* Reductions by segments. TF1: core/kernels/segment_reduction_ops.cc, core/ops/math_ops.cc; python/ops/math_grad.py. */
#include "ops/math/segment.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/fill.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/gradient_counts.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"

/* ---- rows -------------------------------------------------------------------------------------------------------------------------- */

/* A row `from` of n elements taken into row `to`. */
typedef void combine(tf_dtype dtype, void *to, const void *from, int64_t n);
#define COMBINE(id, formula)                                              \
    static void id(tf_dtype dtype, void *to, const void *from, int64_t n) \
    {                                                                     \
        FOR_DTYPE(dtype, {                                                \
            T *y = to;                                                    \
            const T *x = from;                                            \
            for (int64_t i = 0; i < n; i++)                               \
                y[i] = (T)(formula);                                      \
        })                                                                \
    }
COMBINE(add_row, y[i] + x[i])
COMBINE(multiply_row, y[i] * x[i])
COMBINE(largest_row, y[i] > x[i] ? y[i] : x[i])
COMBINE(smallest_row, y[i] < x[i] ? y[i] : x[i])

static void divide_row(tf_dtype dtype, void *to, int64_t n, double by)
{
    FOR_DTYPE(dtype, {
        T *y = to;
        for (int64_t i = 0; i < n; i++)
            y[i] = (T)(y[i] / (T)by);
    })
}

static void fill_rows(const tf_view *v, int64_t begin, int64_t end, long double value)
{
    const int64_t n = product(v->dims, 1, v->rank);
    FOR_DTYPE(v->dtype, {
        T *y = v->data;
        for (int64_t i = begin * n; i < end * n; i++)
            y[i] = (T)value;
    })
}

static char *row_of(const tf_view *v, size_t bytes, int64_t row) { return (char *)v->data + (size_t)row * bytes; }

/* ---- SegmentSum and its like: ids ascend ---------------------------------------------------------------------------------------------- */
static void sorted_shape(tf_shape_ctx *c)
{
    const tf_dims data = *tf_in_dims(c, 0), ids = *tf_in_dims(c, 1);
    if (tf_shape_at_run(c) && ids.rank != 1)
        tf_shape_error(c, "segment_ids should be a vector.");
    else if (tf_shape_at_run(c) && (!data.rank || data.dims[0] != ids.dims[0]))
        tf_shape_error(c, "segment_ids should be the same size as dimension 0 of input.");
    else if (tf_with_rank_at_least(c, 0, 1) && tf_with_rank(c, 1, 1) && data.known) {
        tf_dims out = data;
        out.dims[0] = NONE;
        tf_set_out(c, 0, out);
    }
}

/* As many rows as the last id says; -1 after a report. */
static int64_t sorted_rows(tf_kernel_ctx *k, const tf_view *ids)
{
    const int64_t n = ids->dims[0], last = n ? int_at(ids, n - 1) : -1;
    if (n && (last < 0 || last == INT64_MAX)) {
        tf_kernel_error(k, tf_invalid_argument, last < 0 ? "segment ids must be >= 0" : "segment ids are too large");
        return -1;
    }
    return last + 1;
}

/* The ids are the last input. */
static void sorted_data_shape(tf_kernel_ctx *k, tf_dims *out)
{
    const int64_t rows = sorted_rows(k, &k->in[k->n_in - 1]);
    out[0] = dims_of_view(&k->in[0]);
    out[0].dims[0] = rows < 0 ? 0 : rows;
}

/* The ids ascend and lie within the result: checked where a segment ends, as TF does. */
static bool ids_ascend(tf_kernel_ctx *k, const tf_view *ids, int64_t rows)
{
    const int64_t n = ids->dims[0];
    for (int64_t i = 0; i < n; i++) {
        const int64_t id = int_at(ids, i), next = i + 1 < n ? int_at(ids, i + 1) : id;
        if (i + 1 < n && next == id)
            continue;
        if (next < id) {
            tf_kernel_error(k, tf_invalid_argument, "segment ids are not increasing");
            return false;
        }
        if (id < 0 || id >= rows) {
            tf_kernel_error(k, tf_invalid_argument,
                            "Segment id %lld out of range [0, %lld), possibly because 'segment_ids' input is not sorted.",
                            (long long)id, (long long)rows);
            return false;
        }
    }
    return true;
}

/* How many ids from i on are alike. */
static int64_t alike(const tf_view *ids, int64_t i)
{
    int64_t n = 1;
    while (i + n < ids->dims[0] && int_at(ids, i + n) == int_at(ids, i))
        n++;
    return n;
}

static void reduce_sorted(tf_kernel_ctx *k, combine *take, long double nothing, bool mean)
{
    const tf_view *data = &k->in[0], *ids = &k->in[1], *out = &k->out[0];
    const int64_t n = product(out->dims, 1, out->rank), rows = ids->dims[0];
    const size_t bytes = row_bytes(out, 1);
    fill_rows(out, 0, out->dims[0], nothing);
    if (sorted_rows(k, ids) < 0 || !ids_ascend(k, ids, out->dims[0]))
        return;
    for (int64_t i = 0, count; i < rows; i += count) {
        char *to = row_of(out, bytes, int_at(ids, i));
        count = alike(ids, i);
        copy_bytes(to, row_of(data, bytes, i), bytes);
        for (int64_t j = i + 1; j < i + count; j++)
            take(out->dtype, to, row_of(data, bytes, j), n);
        if (mean)
            divide_row(out->dtype, to, n, (double)count);
    }
}
static void sum_kernel(tf_kernel_ctx *k) { reduce_sorted(k, add_row, 0, false); }
static void mean_kernel(tf_kernel_ctx *k) { reduce_sorted(k, add_row, 0, true); }
static void prod_kernel(tf_kernel_ctx *k) { reduce_sorted(k, multiply_row, 1, false); }
static void max_kernel(tf_kernel_ctx *k) { reduce_sorted(k, largest_row, 0, false); }
static void min_kernel(tf_kernel_ctx *k) { reduce_sorted(k, smallest_row, 0, false); }

static void sum_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_gather(dy, g->in[1])); }

/* dy by the rows of each segment. */
static void mean_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const tf_tensor ids = g->in[1], others = tf_fill(tf_expand_dims(tf_sub(tf_rank(g->in[0]), 1), 0), 1);
    const tf_tensor ones = tf_fill(tf_concat(LIST(tf_shape(ids), others), 0),
                                   tf_convert(tf_operand_real(1), tf_get_dtype(dy), (tf_source){ 0 }, NULL));
    tf_add_grad(g, 0, tf_gather(tf_truediv(dy, tf_segment_sum(ones, ids)), ids));
}

/* dy shared by the rows that are as large (small) as the result. */
static void extreme_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const tf_tensor ids = g->in[1], zeros = tf_zeros_like(g->in[0]);
    const tf_tensor selected = tf_equal(g->in[0], tf_gather(g->out[0], ids));
    const tf_tensor count = tf_segment_sum(tf_cast(selected, tf_get_dtype(dy)), ids);
    tf_add_grad(g, 0, tf_where(selected, tf_gather(tf_truediv(dy, count), ids), zeros));
}

#define SORTED_OP(id, type, by)                                                                                               \
    static const tf_op_def id##_op = {                                                                                        \
        .name = type,                                                                                                         \
        .in = "data:T, segment_ids:U",                                                                                        \
        .out = "output:T",                                                                                                    \
        .T = TF_NUMERIC,                                                                                                      \
        .U = TF_INDEX,                                                                                                        \
        .shape = sorted_shape,                                                                                                \
        .data_shape = sorted_data_shape,                                                                                      \
        .kernel = id##_kernel,                                                                                                \
        .gradient = by,                                                                                                       \
    };                                                                                                                        \
    tf_tensor tf_segment_##id##_(struct tf_sorted_segment_args a)                                                             \
    {                                                                                                                         \
        return tf_op_binary(&id##_op, tf1c_given(a.data), tf1c_given(a.segment_ids), (struct tf_name_args){ a.here, a.name }, \
                            NULL);                                                                                            \
    }
SORTED_OP(sum, "SegmentSum", sum_gradient)
SORTED_OP(mean, "SegmentMean", mean_gradient)
SORTED_OP(prod, "SegmentProd", tf1c_undefined_gradient)
SORTED_OP(max, "SegmentMax", extreme_gradient)
SORTED_OP(min, "SegmentMin", extreme_gradient)

/* ---- UnsortedSegmentSum and its like: ddata[i] = dy[ids[i]], 0 where ids[i] < 0 --------------------------------------------------------------------- */
static void unsorted_shape(tf_shape_ctx *c)
{
    const tf_dims data = *tf_in_dims(c, 0), ids = *tf_in_dims(c, 1);
    tf_dims out = { .known = true, .rank = 1 };
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    const bool at_run = tf_shape_at_run(c);
    int64_t count = NONE;
    if (at_run && !tf1c_begins_with(data, ids, NULL)) {
        tf_shape_error(c, "data.shape = %s does not start with segment_ids.shape = %s", tf_dims_kernel_text(data, x, sizeof x),
                       tf_dims_kernel_text(ids, y, sizeof y));
        return;
    }
    if (!tf1c_has_prefix(c, data, ids))
        return;
    if (tf_in_int(c, 2, &count) && count < 0) {
        tf_shape_error(c,
                       at_run ? "Input num_segments == %lld must not be negative."
                              : "Dimension size, given by scalar input 2, must be non-negative but is %lld",
                       (long long)count);
        return;
    }
    out.dims[0] = count;
    if (data.known && ids.known && tf1c_append_dims(c, &out, data, ids.rank))
        tf_set_out(c, 0, out);
}

int64_t tf1c_segment_units(const tf_kernel_ctx *k) { return k->out[0].dims[0]; }

/* Segments [begin, end): each looks for its own data, in their order. */
static void reduce_unsorted(tf_kernel_ctx *k, combine *take, long double nothing)
{
    const tf_view *ids = &k->in[1], *out = &k->out[0];
    const int64_t n = product(out->dims, 1, out->rank), count = tf_view_count(ids);
    const size_t bytes = row_bytes(out, 1);
    char place[128];
    fill_rows(out, k->begin, k->end, nothing);
    for (int64_t i = 0; i < count; i++) {
        const int64_t id = int_at(ids, i);
        if (id >= out->dims[0]) {
            tf_kernel_error(k, tf_invalid_argument, "segment_ids%s = %lld is out of range [0, %lld)",
                            tf1c_place_text(ids, i, place, sizeof place), (long long)id, (long long)out->dims[0]);
            return;
        }
        if (id >= k->begin && id < k->end)
            take(out->dtype, row_of(out, bytes, id), row_of(&k->in[0], bytes, i), n);
    }
}

static long double limit(tf_dtype dtype, bool greatest)
{
    switch (dtype) {
    case tf_float32: return greatest ? FLT_MAX : -FLT_MAX;
    case tf_float64: return greatest ? DBL_MAX : -DBL_MAX;
    case tf_int32: return greatest ? INT32_MAX : INT32_MIN;
    case tf_int64: return greatest ? INT64_MAX : INT64_MIN;
    default: return greatest ? UINT8_MAX : 0;
    }
}
void tf1c_segment_sum_kernel(tf_kernel_ctx *k) { reduce_unsorted(k, add_row, 0); }
static void unsorted_prod_kernel(tf_kernel_ctx *k) { reduce_unsorted(k, multiply_row, 1); }
static void unsorted_max_kernel(tf_kernel_ctx *k) { reduce_unsorted(k, largest_row, limit(k->T, false)); }
static void unsorted_min_kernel(tf_kernel_ctx *k) { reduce_unsorted(k, smallest_row, limit(k->T, true)); }

const tf_shard_rule tf1c_by_segment = { .out = 0, .in = { TF_WHOLE, TF_WHOLE, TF_WHOLE, TF_WHOLE } };

/* Whether each row's id is not negative, in the rows' shape. */
static tf_tensor counted(tf_tensor rows, tf_tensor ids, tf_tensor data)
{
    const tf_dims shape = tf_get_shape(ids), whole = tf_get_shape(data);
    tf_tensor good = tf_greater_equal(ids, 0);
    for (int i = shape.rank; shape.known && whole.known && i < whole.rank; i++)
        good = tf_expand_dims(good, -1);
    if (!shape.known || !whole.known) {
        const tf_tensor more = tf_fill(tf_expand_dims(tf_sub(tf_rank(rows), tf_rank(good)), 0), 1);
        good = tf_reshape(good, tf_concat(LIST(tf_shape(good), more), 0));
    }
    return tf_logical_and(good, tf_ones_like(rows, .dtype = tf_bool));
}

static tf_tensor clipped(tf_tensor ids) { return tf_maximum(ids, tf_zeros_like(ids)); }

/* The segments' rows for the data that went there, 0 for what went nowhere. */
static tf_tensor rows_of(const tf_grad_ctx *g, tf_tensor segments)
{
    const tf_tensor rows = tf_gather(segments, clipped(g->in[1]));
    return tf_where(counted(rows, g->in[1], g->in[0]), rows, tf_zeros_like(rows));
}

static void unsorted_sum_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, rows_of(g, dy)); }

/* What _GatherDropNegatives makes: of ids clipped before; whether each counts, in the shape of `whole`; the rows, or zeros. */
static int count_clipped(tf_tensor ids) { return tf1c_count_zeros(ids) + 1; }
enum { GATHER = 2 }; /* the axis is a Const */
static int count_counted(tf_tensor ids, tf_tensor whole)
{
    const tf_dims shape = tf_get_shape(ids), d = tf_get_shape(whole);
    return 2 + (shape.known && d.known ? 2 * (d.rank - shape.rank) : 0) + TF1C_ONES_LIKE + 1;
}
static int count_dropped(tf_tensor whole) { return tf1c_count_zeros(whole) + 1; }

static void unsorted_extreme_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const tf_tensor rows = tf_gather(g->out[0], clipped(g->in[1]));
    const tf_tensor selected = tf_logical_and(tf_equal(g->in[0], rows), counted(rows, g->in[1], g->in[0]));
    const tf_tensor count = tf_unsorted_segment_sum(tf_cast(selected, tf_get_dtype(dy)), g->in[1], g->in[2]);
    const tf_tensor shares = rows_of(g, tf_truediv(dy, count));
    tf_add_grad(g, 0, tf_where(selected, shares, tf_zeros_like(shares)));
    tf1c_gradient_makes(g,
                        count_clipped(g->in[1]) + count_counted(g->in[1], g->in[0]) + 5 + 2 * GATHER + 3 * count_dropped(g->in[0]));
}

/* dy · the product of the others: by division, but where there is one 0 the product of those that are not; 0 where there are more. */
static void unsorted_prod_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const tf_tensor data = g->in[0], ids = g->in[1], n = g->in[2], zero = tf_equal(data, tf_zeros_like(data));
    const tf_tensor zeros = tf_unsorted_segment_sum(tf_cast(zero, tf_int32), ids, n);
    dy = tf_where(tf_greater(zeros, 1), tf_zeros_like(dy), dy);
    const tf_tensor others = tf_unsorted_segment_prod(tf_where(zero, tf_ones_like(data), data), ids, n);
    const tf_tensor by_division = tf_truediv(tf_gather(g->out[0], clipped(ids)), data);
    const tf_tensor partial = tf_where(zero, tf_gather(others, clipped(ids)), by_division);
    tf_add_grad(g, 0, tf_mul(rows_of(g, dy), partial));
    tf1c_gradient_makes(g, 4 + 2 + tf1c_count_zeros(dy) + 1 + TF1C_ONES_LIKE + 2 + count_clipped(ids) + 3 * GATHER + 2 +
                               count_counted(ids, data) + count_dropped(data) + 1);
}

#define UNSORTED_OP(id, type, dtypes, by, grad)                                                                \
    static const tf_op_def unsorted_##id##_op = {                                                              \
        .name = type,                                                                                          \
        .in = "data:T, segment_ids:U, num_segments:?",                                                         \
        .out = "output:T",                                                                                     \
        .T = dtypes,                                                                                           \
        .U = TF_INDEX,                                                                                         \
        .shape = unsorted_shape,                                                                               \
        .kernel = by,                                                                                          \
        .units = tf1c_segment_units,                                                                           \
        .shard = &tf1c_by_segment,                                                                             \
        .gradient = grad,                                                                                      \
    };                                                                                                         \
    tf_tensor tf_unsorted_segment_##id##_(struct tf_segment_args a)                                            \
    {                                                                                                          \
        const tf_operand in[] = { tf1c_given(a.data), tf1c_given(a.segment_ids), tf1c_given(a.num_segments) }; \
        return array_op(&unsorted_##id##_op, (struct tf_name_args){ a.here, a.name }, NULL, NULL, 3, in);      \
    }
UNSORTED_OP(sum, "UnsortedSegmentSum", TF_NUMERIC, tf1c_segment_sum_kernel, unsorted_sum_gradient)
UNSORTED_OP(prod, "UnsortedSegmentProd", TF_NUMERIC, unsorted_prod_kernel, unsorted_prod_gradient)
UNSORTED_OP(max, "UnsortedSegmentMax", TF_NUMERIC, unsorted_max_kernel, unsorted_extreme_gradient)
UNSORTED_OP(min, "UnsortedSegmentMin", TF_NUMERIC, unsorted_min_kernel, unsorted_extreme_gradient)

/* The counts as [n, 1, 1, …] with `more` ones. */
static tf_tensor reshaped(tf_tensor counts, tf_operand n, int more, tf_source here)
{
    tf_tensor all[TF_MAX_RANK + 1];
    tf_dims numbers = SHAPE(n.as.integer);
    char name[32];
    for (int i = 0; i < more; i++)
        numbers.dims[numbers.rank++] = 1;
    if (n.kind == TF_OPERAND_INTEGER)
        return tf_reshape(counts, numbers);
    all[0] = tf_convert(n, tf_dtype_unset, here, "Reshape/shape/0");
    for (int i = 1; i <= more; i++) {
        snprintf(name, sizeof name, "Reshape/shape/%d", i);
        all[i] = tf_convert(tf_operand_integer(1), tf_get_dtype(all[0]), here, name);
    }
    return tf_reshape(counts, tf_list_new_(more + 1, all, here));
}

/* How many data each segment has, at least 1, broadcast to the sums.                                TF1: math_ops.py _unsorted_segment_N */
static tf_tensor segment_counts(tf_tensor data, tf_tensor ids, tf_operand n, tf_source here)
{
    const tf_dims whole = tf_get_shape(data), few = tf_get_shape(ids);
    if (!whole.known || !few.known || few.rank > whole.rank || whole.rank - few.rank >= TF_MAX_RANK)
        return tf_mistake(tf_type_error, here, NULL,
                          "the ranks of data and segment_ids have to be known, and that of the ids not the larger");
    const tf_tensor counts = tf_unsorted_segment_sum(tf_ones(tf_shape(ids), tf_get_dtype(data)), ids, n);
    return tf_maximum(reshaped(counts, n, whole.rank - few.rank, here), 1);
}

/* The sums by how many there are, or by its root. */
static tf_tensor mean_of(const struct tf_segment_args *a, const char *default_name, bool root)
{
    const tf_operand n = tf1c_given(a->num_segments);
    TF_FROM(a->here);
    TF_SCOPE(a->name, default_name);
    const tf_tensor data = tf_convert(tf1c_given(a->data), tf_dtype_unset, a->here, NULL),
                    ids = tf_convert(tf1c_given(a->segment_ids), tf_dtype_unset, a->here, NULL);
    if (tf_is_poisoned(data) || tf_is_poisoned(ids))
        return tf_is_poisoned(data) ? data : ids;
    const tf_tensor counts = segment_counts(data, ids, n, a->here), sums = tf_unsorted_segment_sum(data, ids, n);
    return tf_truediv(sums, root ? tf_sqrt(counts) : counts);
}
tf_tensor tf_unsorted_segment_mean_(struct tf_segment_args a) { return mean_of(&a, "UnsortedSegmentMean", false); }
tf_tensor tf_unsorted_segment_sqrt_n_(struct tf_segment_args a) { return mean_of(&a, "UnsortedSegmentSqrtN", true); }

/* ---- SparseSegmentSum and its like: of rows that are picked ---------------------------------------------------------------------------- */
static bool sparse_at_run(tf_shape_ctx *c)
{
    const tf_dims indices = *tf_in_dims(c, 1), ids = *tf_in_dims(c, 2);
    const bool vectors = indices.rank == 1 && ids.rank == 1;
    if (!vectors)
        tf_shape_error(c, indices.rank != 1 ? "indices should be a vector." : "segment_ids should be a vector.");
    else if (indices.dims[0] != ids.dims[0])
        tf_shape_error(c, "segment_ids and indices should have same size.");
    return vectors && indices.dims[0] == ids.dims[0];
}

/* Rows [?, d…], or as many as input 3, if there is one, says; what it says of a negative one. */
static void sparse_rows(tf_shape_ctx *c, bool checks_ids, const char *negative)
{
    tf_dims out = *tf_in_dims(c, 0), merged;
    int64_t rows = NONE;
    if (tf_shape_at_run(c) && !sparse_at_run(c))
        return;
    if (!tf_with_rank_at_least(c, 0, 1) || !tf_with_rank(c, 1, 1) || (checks_ids && !tf_with_rank(c, 2, 1)) ||
        !tf1c_merge_in(c, *tf_in_dims(c, 1), *tf_in_dims(c, 2), &merged, ""))
        return;
    if (tf_shape_inputs(c) > 3 && !tf_with_rank(c, 3, 0))
        return;
    if (tf_shape_inputs(c) > 3 && tf_in_int(c, 3, &rows) && rows < 0) {
        tf_shape_error(c, "%s", negative);
        return;
    }
    if (out.known) {
        out.dims[0] = rows;
        tf_set_out(c, 0, out);
    }
}
static void sparse_shape(tf_shape_ctx *c) { sparse_rows(c, true, "Cannot specify a negative value for num_segments"); }
static void sparse_grad_shape(tf_shape_ctx *c) { sparse_rows(c, false, "Cannot specify a negative value"); }

typedef enum { AS_SUM, AS_MEAN, AS_SQRT_N } scaling;
static double scale_of(scaling by, int64_t count) { return by == AS_SUM ? 1 : by == AS_MEAN ? (double)count : sqrt((double)count); }

/* Row indices[i] of `rows`; -1 if it is outside. */
static int64_t picked(const tf_kernel_ctx *k, int64_t i, int64_t rows)
{
    const int64_t index = int_at(&k->in[1], i);
    return index >= 0 && index < rows ? index : -1;
}

static void reduce_sparse(tf_kernel_ctx *k, scaling by)
{
    const tf_view *data = &k->in[0], *indices = &k->in[1], *ids = &k->in[2], *out = &k->out[0];
    const int64_t n = product(out->dims, 1, out->rank), rows = ids->dims[0], last = sorted_rows(k, ids);
    const size_t bytes = row_bytes(out, 1);
    fill_rows(out, 0, out->dims[0], 0);
    if (last > out->dims[0])
        tf_kernel_error(k, tf_invalid_argument, "segment ids must be < num_segments");
    if (k->status || !ids_ascend(k, ids, out->dims[0]))
        return;
    for (int64_t i = 0, count; i < rows; i += count) {
        char *to = row_of(out, bytes, int_at(ids, i));
        count = alike(ids, i);
        for (int64_t j = i; j < i + count; j++) {
            const int64_t from = picked(k, j, data->dims[0]);
            if (from < 0) {
                tf_kernel_error(k, tf_invalid_argument, "Bad: indices[%lld] == %lld out of range [0, %lld)", (long long)j,
                                (long long)int_at(indices, j), (long long)data->dims[0]);
                return;
            }
            add_row(out->dtype, to, row_of(data, bytes, from), n);
        }
        if (by != AS_SUM)
            divide_row(out->dtype, to, n, scale_of(by, count));
    }
}
static void sparse_sum_kernel(tf_kernel_ctx *k) { reduce_sparse(k, AS_SUM); }
static void sparse_mean_kernel(tf_kernel_ctx *k) { reduce_sparse(k, AS_MEAN); }
static void sparse_sqrt_n_kernel(tf_kernel_ctx *k) { reduce_sparse(k, AS_SQRT_N); }

/* SparseSegmentMeanGrad, SparseSegmentSqrtNGrad: [output_dim0, d…] with dy of each picked row's segment, by its scale, added there. */
/* A row of n elements by `scale`, added to another. */
static void add_scaled(tf_dtype dtype, void *to, const void *from, int64_t n, double scale)
{
    FOR_DTYPE(dtype, {
        T *y = to;
        const T *x = from;
        for (int64_t i = 0; i < n; i++)
            y[i] = (T)(y[i] + x[i] * (T)scale);
    })
}

static void spread(tf_kernel_ctx *k, scaling by)
{
    const tf_view *dy = &k->in[0], *ids = &k->in[2], *out = &k->out[0];
    const int64_t n = product(out->dims, 1, out->rank);
    const size_t bytes = row_bytes(out, 1);
    fill_rows(out, 0, out->dims[0], 0);
    if (!ids_ascend(k, ids, dy->dims[0]))
        return;
    for (int64_t i = 0, count; i < ids->dims[0]; i += count) {
        count = alike(ids, i);
        for (int64_t j = i; j < i + count; j++) {
            const int64_t to = picked(k, j, out->dims[0]);
            if (to < 0) {
                tf_kernel_error(k, tf_invalid_argument, "Index %lld out of range [0, %lld).", (long long)int_at(&k->in[1], j),
                                (long long)out->dims[0]);
                return;
            }
            add_scaled(out->dtype, row_of(out, bytes, to), row_of(dy, bytes, int_at(ids, i)), n, 1 / scale_of(by, count));
        }
    }
}
static void mean_spread(tf_kernel_ctx *k) { spread(k, AS_MEAN); }
static void sqrt_n_spread(tf_kernel_ctx *k) { spread(k, AS_SQRT_N); }

static tf_tensor first_dim(tf_tensor x) { return tf_getitem(tf_shape(x), "0"); }
static void sparse_sum_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, tf_unsorted_segment_sum(tf_gather(dy, g->in[2]), g->in[1], first_dim(g->in[0])));
}

#define SPREAD_OP(id, type)                                                                                                      \
    static const tf_op_def id##_grad_op = {                                                                                      \
        .name = type,                                                                                                            \
        .in = "grad:T, indices:U, segment_ids:int32, output_dim0:int32",                                                         \
        .out = "output:T",                                                                                                       \
        .T = TF_FLOATING,                                                                                                        \
        .U = TF_INDEX,                                                                                                           \
        .shape = sparse_grad_shape,                                                                                              \
        .kernel = id##_spread,                                                                                                   \
        .gradient = tf1c_undefined_gradient,                                                                                     \
    };                                                                                                                           \
    static void sparse_##id##_gradient(tf_grad_ctx *g, tf_tensor dy)                                                             \
    {                                                                                                                            \
        const tf_operand in[] = { operand_of(dy), operand_of(g->in[1]), operand_of(g->in[2]), operand_of(first_dim(g->in[0])) }; \
        tf_add_grad(g, 0, array_op(&id##_grad_op, (struct tf_name_args){ 0 }, NULL, NULL, 4, in));                               \
    }
SPREAD_OP(mean, "SparseSegmentMeanGrad")
SPREAD_OP(sqrt_n, "SparseSegmentSqrtNGrad")

#define SPARSE_RECORD(id, record, type, more, dtypes, by_data) \
    static const tf_op_def record = {                          \
        .name = type,                                          \
        .in = "data:T, indices:U, segment_ids:int32" more,     \
        .out = "output:T",                                     \
        .T = dtypes,                                           \
        .U = TF_INDEX,                                         \
        .shape = sparse_shape,                                 \
        .data_shape = by_data,                                 \
        .kernel = sparse_##id##_kernel,                        \
        .gradient = sparse_##id##_gradient,                    \
    };
#define SPARSE_OP(id, type, dtypes)                                                                                             \
    SPARSE_RECORD(id, sparse_##id##_op, type, "", dtypes, sorted_data_shape)                                                    \
    SPARSE_RECORD(id, sparse_##id##_counted_op, type "WithNumSegments", ", num_segments:?", dtypes, NULL)                       \
    tf_tensor tf_sparse_segment_##id##_(struct tf_sparse_segment_args a)                                                        \
    {                                                                                                                           \
        const tf_operand in[] = { tf1c_given(a.data), tf1c_given(a.indices), tf1c_given(a.segment_ids),                         \
                                  tf1c_given(a.num_segments) };                                                                 \
        const bool counted = in[3].kind != TF_OPERAND_NONE;                                                                     \
        return array_op(counted ? &sparse_##id##_counted_op : &sparse_##id##_op, (struct tf_name_args){ a.here, a.name }, NULL, \
                        NULL, counted ? 4 : 3, in);                                                                             \
    }
SPARSE_OP(sum, "SparseSegmentSum", TF_NUMERIC)
SPARSE_OP(mean, "SparseSegmentMean", TF_FLOATING)
SPARSE_OP(sqrt_n, "SparseSegmentSqrtN", TF_FLOATING)

/* clang-format off */
tf1c_op_family tf1c_family_segment = {
    &sum_op,
    &mean_op,
    &prod_op,
    &max_op,
    &min_op,
    &unsorted_sum_op,
    &unsorted_prod_op,
    &unsorted_max_op,
    &unsorted_min_op,
    &sparse_sum_op,
    &sparse_sum_counted_op,
    &sparse_mean_op,
    &sparse_mean_counted_op,
    &mean_grad_op,
    &sparse_sqrt_n_op,
    &sparse_sqrt_n_counted_op,
    &sqrt_n_grad_op,
    NULL,
};
