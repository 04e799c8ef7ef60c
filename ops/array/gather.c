/* Picking by index. TF1: core/kernels/gather_op.cc, gather_nd_op.cc, scatter_nd_op.cc;
 * python/ops/array_grad.py. */
#include "ops/array/gather.h"

#include <stdio.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/fill.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"
#include "ops/math/segment.h"
#include "ops/math/unary.h"
#include "ops/state/variables.h"

/* "[1,2]": where in `v` element i stands; "" in a scalar. */
const char *tf1c_place_text(const tf_view *v, int64_t i, char *text, size_t n)
{
    int64_t index[TF_MAX_RANK];
    size_t used = 0;
    *text = 0;
    for (int axis = v->rank; axis-- > 0; i /= v->dims[axis])
        index[axis] = i % v->dims[axis];
    for (int axis = 0; axis < v->rank; axis++)
        used += (size_t)snprintf(text + used, n - used, "%s%lld%s", axis ? "," : "[", (long long)index[axis],
                                 axis == v->rank - 1 ? "]" : "");
    return text;
}

bool tf1c_append_dims(tf_shape_ctx *c, tf_dims *a, tf_dims b, int from)
{
    if (a->rank + b.rank - from > TF_MAX_RANK) {
        tf_shape_error(c, "Shape must be at most rank %d but is rank %d", TF_MAX_RANK, a->rank + b.rank - from);
        return false;
    }
    for (int i = from; i < b.rank; i++)
        a->dims[a->rank++] = b.dims[i];
    return true;
}

bool tf1c_begins_with(tf_dims whole, tf_dims prefix, int *at)
{
    int64_t d;
    int axis = whole.known && prefix.known && prefix.rank > whole.rank ? -1 : 0;
    while (axis >= 0 && whole.known && prefix.known && axis < prefix.rank && tf_merge_dim(whole.dims[axis], prefix.dims[axis], &d))
        axis++;
    if (at)
        *at = axis;
    return !whole.known || !prefix.known || axis == prefix.rank;
}

bool tf1c_has_prefix(tf_shape_ctx *c, tf_dims whole, tf_dims prefix)
{
    int at;
    if (tf1c_begins_with(whole, prefix, &at))
        return true;
    if (at < 0)
        tf_shape_error(c, "Shape must be at least rank %d but is rank %d", prefix.rank, whole.rank);
    else
        tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)whole.dims[at], (long long)prefix.dims[at]);
    return false;
}

/* ---- GatherV2: dparams = rows of dy at indices (axis 0, sparse), or their sums ------------------------------------------------- */
typedef struct {
    int64_t batch_dims; /* leading axes that params and indices share */
} gather_attrs;
static const tf_attr_def gather_fields[] = { TF_ATTR(gather_attrs, batch_dims, TF_ATTR_INT), { 0 } };

/* From 0 on, of indices of that rank. */
static int batch_of(const gather_attrs *a, int rank) { return (int)(a->batch_dims < 0 ? a->batch_dims + rank : a->batch_dims); }

/* Whether the batches' axes come before the axis and are alike. */
static bool batches_fit(tf_shape_ctx *c, tf_dims params, tf_dims indices, int axis)
{
    const gather_attrs *a = tf_shape_attrs(c);
    const int batch = batch_of(a, indices.rank);
    if (batch < 0 || (a->batch_dims && batch >= indices.rank + !tf_shape_at_run(c))) {
        tf_shape_error(c, "Expected batch_dims in the range [%d, %d), but got %lld", -indices.rank, indices.rank,
                       (long long)a->batch_dims);
        return false;
    }
    if (batch > axis) {
        tf_shape_error(c, "batch_dims (%d) must be less than or equal to axis (%d).", batch, axis);
        return false;
    }
    for (int i = 0; i < batch; i++)
        if (!tf_merge_dim(params.dims[i], indices.dims[i], &(int64_t){ 0 })) {
            tf_shape_error(c, "params.shape[%d]: %lld should be equal to indices.shape[%d]: %lld", i, (long long)params.dims[i], i,
                           (long long)indices.dims[i]);
            return false;
        }
    return true;
}

static void gather_shape(tf_shape_ctx *c)
{
    const tf_dims params = *tf_in_dims(c, 0), indices = *tf_in_dims(c, 1);
    tf_dims out = { .known = true };
    int64_t axis;
    bool at_run = tf_shape_at_run(c);
    if (at_run && params.rank == 0) {
        tf_shape_error(c, "params must be at least 1 dimensional");
        return;
    }
    if (!tf_with_rank_at_least(c, 0, 1) || !tf_with_rank(c, 2, 0))
        return;
    if (!tf_in_int(c, 2, &axis)) {
        const int more = indices.rank - 1 - batch_of(tf_shape_attrs(c), indices.rank);
        if (params.known && indices.known && params.rank + more <= TF_MAX_RANK)
            tf_set_out(c, 0, unknown_of_rank(params.rank + more));
        return;
    }
    if (params.known && params.rank <= before_axis(axis)) {
        if (at_run)
            tf_shape_error(c, "Expected axis in the range [%d, %d), but got %lld", -params.rank, params.rank, (long long)axis);
        else
            tf_shape_error(c, "Shape must be at least rank %llu but is rank %d", 1ull + (unsigned long long)before_axis(axis),
                           params.rank);
        return;
    }
    if (!params.known || !indices.known)
        return;
    int at = tf_norm_axis(axis, params.rank);
    if (!batches_fit(c, params, indices, at))
        return;
    memcpy(out.dims, params.dims, sizeof out.dims);
    out.rank = at;
    if (tf1c_append_dims(c, &out, indices, batch_of(tf_shape_attrs(c), indices.rank)) && tf1c_append_dims(c, &out, params, at + 1))
        tf_set_out(c, 0, out);
}

static bool gather_ints(tf_shape_ctx *c, tf_dims *ints) /* of a shape's vector */
{
    tf_dims params, indices;
    if (!tf_in_ints(c, 0, &params) || !tf_in_ints(c, 1, &indices) || tf_in_dims(c, 0)->rank != 1)
        return false;
    *ints = indices;
    for (int i = 0; i < indices.rank; i++)
        ints->dims[i] = indices.dims[i] >= 0 && indices.dims[i] < params.rank ? params.dims[indices.dims[i]] : NONE;
    return true;
}

static int64_t gather_units(const tf_kernel_ctx *k)
{
    const int at = tf_norm_axis(int_at(&k->in[2], 0), k->in[0].rank), batch = batch_of(k->attrs, k->in[1].rank);
    return at < 0 ? 1 : product(k->in[0].dims, 0, at) * product(k->in[1].dims, batch, k->in[1].rank);
}

/* Unit u: the slice of index u % n of its batch for the axes before `axis` at u / n. */
static void gather_kernel(tf_kernel_ctx *k)
{
    const tf_view *params = &k->in[0], *indices = &k->in[1];
    int at = tf_norm_axis(int_at(&k->in[2], 0), params->rank);
    if (at < 0) {
        tf_kernel_error(k, tf_invalid_argument, "Expected axis in the range [%d, %d), but got %lld", -params->rank, params->rank,
                        (long long)int_at(&k->in[2], 0));
        return;
    }
    const int batch = batch_of(k->attrs, indices->rank);
    const int64_t n = product(indices->dims, batch, indices->rank), rows = params->dims[at];
    const int64_t of_batch = n * product(params->dims, batch, at);
    const size_t size = (size_t)product(params->dims, at + 1, params->rank) * tf_dtype_size(params->dtype);
    char place[128];
    for (int64_t u = k->begin; u < k->end; u++) {
        const int64_t from = batch ? u / of_batch * n + u % n : u % n, row = int_at(indices, from);
        char *to = (char *)k->out[0].data + (size_t)u * size;
        if (row >= 0 && row < rows) {
            copy_bytes(to, (const char *)params->data + (size_t)(u / n * rows + row) * size, size);
            continue;
        }
        clear_bytes(to, size);
        tf_kernel_error(k, tf_invalid_argument, "indices%s = %lld is not in [0, %lld)",
                        tf1c_place_text(indices, from, place, sizeof place), (long long)row, (long long)rows);
    }
}

/* What is before an axis, from 0 on, of a shape, or after it: a number where the graph knows the axis. */
static tf_tensor sizes_beside(tf_tensor shape, const tf_dims *axis, tf_tensor axis_tensor, bool after)
{
    if (axis)
        return after ? tf_getitem(shape, "%lld:", (long long)axis->dims[0] + 1)
                     : tf_getitem(shape, ":%lld", (long long)axis->dims[0]);
    return after ? tf_getitem_tensors(shape, LIST(tf_add(axis_tensor, 1)), "{}:")
                 : tf_getitem_tensors(shape, LIST(axis_tensor), ":{}");
}

/* params as [before, n, after] and dy as [before, indices, after], whatever their ranks: the sums by index along the middle. */
static void gather_sums(tf_grad_ctx *g, tf_tensor dy, tf_tensor shape, const tf_dims *axis)
{
    tf_tensor at = axis ? (tf_tensor){ 0 } : tf1c_cast(g->in[2], tf_int32, g->op->here);
    if (!axis)
        at = tf_floormod(at, tf_rank(g->in[0]));
    tf_tensor before = tf_reduce_prod(sizes_beside(shape, axis, at, false)),
              after = tf_reduce_prod(sizes_beside(shape, axis, at, true));
    tf_tensor n = axis ? tf_getitem(shape, "%lld", (long long)axis->dims[0]) : tf_getitem_tensor(shape, at);
    tf_tensor pieces = tf_stack(LIST(before, tf_size(g->in[1]), after));
    tf_tensor rows = tf_transpose(tf_reshape(dy, pieces), .perm = PERM(1, 0, 2));
    tf_tensor sums = tf_unsorted_segment_sum(rows, tf_reshape(g->in[1], SHAPE(-1)), n);
    tf_add_grad(g, 0, tf_reshape(tf_transpose(sums, .perm = PERM(1, 0, 2)), shape));
}

/* params as [batch, before, n, after] and dy as [batch, before, indices, after]: the sums by batch and index. TF1: _BatchGatherGrad */
static void gather_sums_of_batches(tf_grad_ctx *g, tf_tensor dy, tf_tensor shape, int batch, int axis)
{
    const tf_tensor batches = tf_reduce_prod(tf_getitem(shape, ":%d", batch));
    const tf_tensor before = tf_reduce_prod(tf_getitem(shape, "%d:%d", batch, axis));
    const tf_tensor n = tf_getitem(shape, "%d", axis), after = tf_reduce_prod(tf_getitem(shape, "%d:", axis + 1));
    const tf_tensor pieces = tf_reshape(dy, tf_stack(LIST(batches, before, -1, after)));
    const tf_tensor turned = tf_transpose(pieces, .perm = PERM(0, 2, 1, 3));
    const tf_tensor rows = tf_reshape(turned, tf_stack(LIST(-1, before, after)));
    const tf_tensor first = tf_cast(tf_mul(tf_range(batches), n), tf_get_dtype(g->in[1]));
    const tf_tensor each = tf_reshape(g->in[1], tf_stack(LIST(batches, -1)));
    const tf_tensor places = tf_reshape(tf_add(each, tf_expand_dims(first, 1)), SHAPE(-1));
    const tf_tensor sums = tf_unsorted_segment_sum(rows, places, tf_mul(batches, n));
    const tf_tensor apart = tf_reshape(sums, tf_stack(LIST(batches, n, before, after)));
    tf_add_grad(g, 0, tf_reshape(tf_transpose(apart, .perm = PERM(0, 2, 1, 3)), shape));
}

static void gather_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_reads(g, g->in[1]);
    tf1c_gradient_reads_shape(g, g->in[0]);
    tf1c_gradient_reads_shape(g, g->in[1]);
    tf_dims axis, params = tf_get_shape(g->in[0]);
    tf_tensor shape = tf_shape(g->in[0]);
    bool known = tf1c_partial_ints(g->in[2], &axis);
    if (known && params.known)
        axis.dims[0] = tf_norm_axis(axis.dims[0], params.rank);
    const bool rows_of = known && axis.dims[0] == 0;
    const int batch = batch_of(g->attrs, tf_get_shape(g->in[1]).rank);
    tf1c_gradient_makes(g, rows_of ? 13 : batch ? 77 + 19 * batch : 55);
    if (batch && (batch < 0 || !known || axis.dims[0] < 0)) {
        tf_add_grad(g, 0,
                    tf_mistake(tf_unimplemented, g->op->here, g->op->name,
                               "The gradient of tf_gather with batch_dims takes an axis and a rank that the graph knows"));
        return;
    }
    if (batch) {
        gather_sums_of_batches(g, dy, shape, batch, (int)axis.dims[0]);
        return;
    }
    if (!rows_of) {
        gather_sums(g, dy, shape, known && axis.dims[0] > 0 ? &axis : NULL);
        return;
    }
    tf_tensor count = tf_expand_dims(tf_size(g->in[1]), 0);
    tf_tensor rows = params.known && params.rank == 1 ? count : tf_concat(LIST(count, tf_getitem(shape, "1:")), 0);
    tf_add_sparse_grad(g, 0, (tf_indexed_slices){ tf_reshape(dy, rows), tf_reshape(g->in[1], count), shape });
}

static const tf_op_def gather_op = {
    .name = "GatherV2",
    .in = "params:T, indices:U, axis:?",
    .out = "output:T",
    .T = TF_EVERY_DTYPE,
    .U = TF_INDEX,
    .attrs = gather_fields,
    .attrs_size = sizeof(gather_attrs),
    .shape = gather_shape,
    .ints = gather_ints,
    .kernel = gather_kernel,
    .units = gather_units,
    .gradient = gather_gradient,
};

static tf_tensor gather_of(tf_operand params, tf_operand indices, struct tf_gather_args a)
{
    const tf_operand axis = tf1c_given_axis(a.axis);
    const tf_operand validate = tf1c_as_written(a.validate_indices, a.text, 3, ".validate_indices");
    if (validate.kind != TF_OPERAND_NONE && validate.kind != TF_OPERAND_BOOL)
        return tf_mistake(tf_type_error, a.here, NULL,
                          "The third argument of tf_gather is validate_indices, as in Python, and no axis: write .axis = …");
    const tf_operand along = axis.kind ? axis : tf_operand_integer(a.batch_dims);
    const gather_attrs attrs = { along.kind == TF_OPERAND_INTEGER && !along.as.integer ? 0 : a.batch_dims };
    return array_op(&gather_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 3, (tf_operand[]){ params, indices, along });
}

tf_tensor tf_gather_(struct tf_gather_args a) { return gather_of(tf1c_given(a.params), tf1c_given(a.indices), a); }

/* ---- GatherNd: dparams = scatter_nd(dy) ------------------------------------------------------------------------------------------- */
static void gather_nd_shape(tf_shape_ctx *c)
{
    const tf_dims params = *tf_in_dims(c, 0), indices = *tf_in_dims(c, 1);
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    if (!tf_with_rank_at_least(c, 1, 1) || !params.known || !indices.known || indices.dims[indices.rank - 1] == NONE)
        return;
    int64_t depth = indices.dims[indices.rank - 1];
    if (depth > params.rank) {
        if (tf_shape_at_run(c))
            tf_shape_error(c, "index innermost dimension length must be <= params rank; saw: %lld vs. %d", (long long)depth,
                           params.rank);
        else
            tf_shape_error(c, "indices.shape[-1] must be <= params.rank, but saw indices shape: %s and params shape: %s",
                           tf_dims_kernel_text(indices, x, sizeof x), tf_dims_kernel_text(params, y, sizeof y));
        return;
    }
    tf_dims out = indices;
    out.rank--;
    if (tf_shape_at_run(c) && tf_dims_count(params) == 0 && tf_dims_count(out) > 0)
        tf_shape_error(c, "Requested more than 0 entries, but params is empty.  Params shape: %s",
                       tf_dims_kernel_text(params, x, sizeof x));
    else if (tf1c_append_dims(c, &out, params, (int)depth))
        tf_set_out(c, 0, out);
}

/* The offset, in slices, that the vector at `row` of `indices` names in a tensor of dims `d`; -1 if it is outside. */
static int64_t nd_offset(const tf_view *indices, int64_t row, const int64_t *d)
{
    const int64_t depth = indices->dims[indices->rank - 1];
    int64_t offset = 0;
    for (int64_t i = 0; i < depth; i++) {
        int64_t at = int_at(indices, row * depth + i);
        if (at < 0 || at >= d[i])
            return -1;
        offset = offset * d[i] + at;
    }
    return offset;
}

static void nd_mistake(tf_kernel_ctx *k, const tf_view *indices, int64_t row, tf_dims shape, const char *what)
{
    const int64_t depth = indices->dims[indices->rank - 1];
    char list[160] = "", text[TF_DIMS_TEXT];
    for (int64_t i = 0, used = 0; i < depth; i++)
        used +=
            snprintf(list + used, sizeof list - (size_t)used, "%s%lld", i ? ", " : "", (long long)int_at(indices, row * depth + i));
    tf_kernel_error(k, tf_invalid_argument, "indices[%lld] = [%s] does not index into %s %s", (long long)row, list, what,
                    tf_dims_kernel_text(shape, text, sizeof text));
}

static int64_t nd_rows(const tf_view *indices) { return product(indices->dims, 0, indices->rank - 1); }
static int64_t gather_nd_units(const tf_kernel_ctx *k) { return nd_rows(&k->in[1]); }

static void gather_nd_kernel(tf_kernel_ctx *k)
{
    const tf_view *params = &k->in[0], *indices = &k->in[1];
    const size_t size =
        (size_t)product(params->dims, (int)indices->dims[indices->rank - 1], params->rank) * tf_dtype_size(params->dtype);
    for (int64_t row = k->begin; row < k->end; row++) {
        int64_t from = nd_offset(indices, row, params->dims);
        char *to = (char *)k->out[0].data + (size_t)row * size;
        if (from >= 0) {
            copy_bytes(to, (const char *)params->data + (size_t)from * size, size);
            continue;
        }
        clear_bytes(to, size);
        nd_mistake(k, indices, row, dims_of_view(params), "param shape");
    }
}

static void gather_nd_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 2);
    tf_dims indices = tf_get_shape(g->in[1]);
    tf_tensor shape = tf_shape(g->in[0], .out_type = tf_get_dtype(g->in[1]));
    if (indices.known && indices.rank == 2 && indices.dims[1] == 1)
        tf_add_sparse_grad(g, 0, (tf_indexed_slices){ dy, tf_squeeze(g->in[1], -1), shape });
    else
        tf_add_grad(g, 0, tf_scatter_nd(g->in[1], dy, shape));
}

static const tf_op_def gather_nd_op = {
    .name = "GatherNd",
    .in = "params:T, indices:U",
    .out = "output:T",
    .T = TF_EVERY_DTYPE,
    .U = TF_INDEX,
    .shape = gather_nd_shape,
    .kernel = gather_nd_kernel,
    .units = gather_nd_units,
    .gradient = gather_nd_gradient,
};

tf_tensor tf_gather_nd_(struct tf_gather_nd_args a)
{
    return tf_op_binary(&gather_nd_op, tf1c_given(a.params), tf1c_given(a.indices), (struct tf_name_args){ a.here, a.name }, NULL);
}

/* ---- ScatterNd: dupdates = gather_nd(dy) ------------------------------------------------------------------------------------------- */

/* Axes [from, from + n) of a against those of b from `at`; false after a report in TF's long words. */
static bool match_dims(tf_shape_ctx *c, const char *where, tf_dims a, const char *a_name, int from, tf_dims b, int at, int n)
{
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT], p[TF_DIMS_TEXT], q[TF_DIMS_TEXT];
    int64_t d;
    for (int i = 0; i < n; i++) {
        if (tf_merge_dim(a.dims[from + i], b.dims[at + i], &d))
            continue;
        tf_dims u = { .known = true, .rank = n }, v = u;
        memcpy(u.dims, &a.dims[from], (size_t)n * sizeof d);
        memcpy(v.dims, &b.dims[at], (size_t)n * sizeof d);
        tf_shape_error(c,
                       "The %s %d dimensions of %s.shape=%s must match the %s %d dimensions of updates.shape=%s: "
                       "Dimension %d in both shapes must be "
                       "equal, but are %lld and %lld. Shapes are %s and %s.",
                       where, n, a_name, tf_dims_kernel_text(a, x, sizeof x), where, n, tf_dims_kernel_text(b, y, sizeof y), i,
                       (long long)u.dims[i], (long long)v.dims[i], tf_dims_kernel_text(u, p, sizeof p),
                       tf_dims_kernel_text(v, q, sizeof q));
        return false;
    }
    return true;
}

/* tensor: in the words of TensorScatterUpdate, which differ for sizes where the ranks fit. */
static bool scatter_nd_at_run(tf_shape_ctx *c, tf_dims indices, tf_dims updates, tf_dims out, bool tensor)
{
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    int outer = indices.rank - 1;
    int64_t depth = indices.rank ? indices.dims[outer] : 1;
    bool same = updates.rank >= outer;
    for (int i = 0; same && i < outer; i++)
        same = updates.dims[i] == indices.dims[i];
    if (!same) {
        tf_shape_error(c, "Outer dimensions of indices and update must match. Indices shape: %s, updates shape:%s",
                       tf_dims_kernel_text(indices, x, sizeof x), tf_dims_kernel_text(updates, y, sizeof y));
        return false;
    }
    const int inner = updates.rank - outer;
    const bool same_rank = inner == out.rank - depth;
    same = same_rank;
    for (int i = 0; same && i < inner; i++)
        same = updates.dims[outer + i] == out.dims[depth + i];
    if (!same && same_rank && tensor)
        tf_shape_error(c, "The inner %d dimensions of output.shape=%s must match the inner %d dimensions of updates.shape=%s",
                       inner, tf_dims_kernel_text(out, x, sizeof x), inner, tf_dims_kernel_text(updates, y, sizeof y));
    else if (!same)
        tf_shape_error(c, "Inner dimensions of output shape must match inner dimensions of updates shape. Output: %s updates: %s",
                       tf_dims_kernel_text(out, x, sizeof x), tf_dims_kernel_text(updates, y, sizeof y));
    return same;
}

static void scatter_nd_shape(tf_shape_ctx *c)
{
    const tf_dims indices = *tf_in_dims(c, 0), updates = *tf_in_dims(c, 1);
    tf_dims out;
    if (!tf_with_rank(c, 2, 1) || !tf_with_rank_at_least(c, 0, 1) || !tf_in_ints(c, 2, &out))
        return;
    tf_set_out(c, 0, out);
    if (tf_shape_at_run(c)) {
        scatter_nd_at_run(c, indices, updates, out, false);
        return;
    }
    if (!indices.known || !updates.known || updates.rank < indices.rank - 1)
        return;
    int outer = indices.rank - 1;
    int64_t depth = indices.dims[outer];
    if (match_dims(c, "outer", indices, "indices", 0, updates, 0, outer) && depth != NONE &&
        out.rank - depth == updates.rank - outer)
        match_dims(c, "inner", out, "output", (int)depth, updates, outer, updates.rank - outer);
}

/* Rows of updates go where indices say. sign: 0 puts one in place, 1 adds it, -1 takes it away. */
static void scatter_rows(tf_kernel_ctx *k, const tf_view *out, const tf_view *indices, const tf_view *updates, int sign)
{
    const int64_t n = product(out->dims, (int)indices->dims[indices->rank - 1], out->rank);
    const size_t bytes = (size_t)n * tf_dtype_size(out->dtype);
    for (int64_t row = 0; row < nd_rows(indices); row++) {
        const int64_t to = nd_offset(indices, row, out->dims);
        if (to < 0) {
            nd_mistake(k, indices, row, dims_of_view(out), "shape");
            return;
        }
        if (!sign)
            copy_bytes((char *)out->data + (size_t)to * bytes, (const char *)updates->data + (size_t)row * bytes, bytes);
        else
            FOR_DTYPE(out->dtype, {
                for (int64_t i = 0; i < n; i++)
                    ((T *)out->data)[to * n + i] += (T)(((const T *)updates->data)[row * n + i] * (T)sign);
            })
    }
}

static void scatter_nd_kernel(tf_kernel_ctx *k)
{
    clear_bytes(k->out[0].data, (size_t)tf_view_count(&k->out[0]) * tf_dtype_size(k->out[0].dtype));
    scatter_rows(k, &k->out[0], &k->in[0], &k->in[1], 1);
}

static void scatter_nd_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 1, tf_gather_nd(dy, g->in[0])); }

static const tf_op_def scatter_nd_op = {
    .name = "ScatterNd",
    .in = "indices:U, updates:T, shape:U",
    .out = "output:T",
    .T = TF_NUMERIC,
    .U = TF_INDEX,
    .shape = scatter_nd_shape,
    .kernel = scatter_nd_kernel,
    .gradient = scatter_nd_gradient,
};

static tf_tensor scatter_nd_of(tf_operand indices, tf_operand updates, tf_operand shape, struct tf_name_args a)
{
    return array_op(&scatter_nd_op, a, NULL, NULL, 3, (tf_operand[]){ indices, updates, shape });
}

tf_tensor tf_scatter_nd_(struct tf_scatter_nd_args a)
{
    return scatter_nd_of(tf1c_given(a.indices), tf1c_given(a.updates), tf1c_given(a.shape),
                         (struct tf_name_args){ a.here, a.name });
}

/* ---- TensorScatterUpdate, TensorScatterAdd, TensorScatterSub: the tensor as it was, but at the indices ---------------------------------------- */
static void tensor_scatter_at_run(tf_shape_ctx *c, tf_dims out, tf_dims indices, tf_dims updates)
{
    if (!indices.rank || !updates.rank) {
        tf_shape_error(c, "%s shape must have rank at least one. Found:[]", indices.rank ? "Updates" : "Indices");
        return;
    }
    if (scatter_nd_at_run(c, indices, updates, out, true) && !tf_dims_count(out) && tf_dims_count(indices) &&
        tf_dims_count(updates))
        tf_shape_error(c, "Indices and updates specified for empty output shape");
}

/* What is known while building; `name`: what input 0 is called. */
static void scatter_known(tf_shape_ctx *c, const char *name)
{
    const tf_dims out = *tf_in_dims(c, 0), indices = *tf_in_dims(c, 1), updates = *tf_in_dims(c, 2);
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    if (!tf_with_rank_at_least(c, 1, 1) || !tf_with_rank_at_least(c, 2, 1))
        return;
    tf_set_out(c, 0, out);
    if (!out.known || !indices.known || !updates.known)
        return;
    const int outer = indices.rank - 1, depth = (int)indices.dims[outer], inner = updates.rank - outer;
    if (outer > updates.rank || !match_dims(c, "outer", indices, "indices", 0, updates, 0, outer) || depth == NONE ||
        depth > out.rank)
        return;
    if (inner == out.rank - depth)
        match_dims(c, "inner", out, name, depth, updates, outer, inner);
    else
        tf_shape_error(c,
                       "The inner %d dimensions of %s.shape=%s must match the inner %d dimensions of updates.shape=%s: Shapes must "
                       "be equal rank, but are %d and %d",
                       out.rank - depth, name, tf_dims_kernel_text(out, x, sizeof x), inner,
                       tf_dims_kernel_text(updates, y, sizeof y), out.rank - depth, inner);
}

static void tensor_scatter_shape(tf_shape_ctx *c)
{
    const tf_dims out = *tf_in_dims(c, 0);
    if (tf_shape_at_run(c)) {
        tf_set_out(c, 0, out);
        tensor_scatter_at_run(c, out, *tf_in_dims(c, 1), *tf_in_dims(c, 2));
    } else if (tf_with_rank_at_least(c, 0, 1)) {
        scatter_known(c, "output");
    }
}

static void tensor_scatter(tf_kernel_ctx *k, int sign)
{
    copy_bytes(k->out[0].data, k->in[0].data, (size_t)tf_view_count(&k->out[0]) * tf_dtype_size(k->out[0].dtype));
    scatter_rows(k, &k->out[0], &k->in[1], &k->in[2], sign);
}
static void tensor_update_kernel(tf_kernel_ctx *k) { tensor_scatter(k, 0); }
static void tensor_add_kernel(tf_kernel_ctx *k) { tensor_scatter(k, 1); }
static void tensor_sub_kernel(tf_kernel_ctx *k) { tensor_scatter(k, -1); }

static void tensor_update_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 2, tf_gather_nd(dy, g->in[1]));
    tf_add_grad(g, 0, tf_tensor_scatter_update(tf_identity(dy), g->in[1], tf_zeros_like(g->in[2])));
}
static void tensor_add_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 2, tf_gather_nd(dy, g->in[1]));
    tf_add_grad(g, 0, tf_identity(dy));
}
static void tensor_sub_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 2, tf_neg(tf_gather_nd(dy, g->in[1])));
    tf_add_grad(g, 0, tf_identity(dy));
}

#define TENSOR_SCATTER_OP(id, type, dtypes)                                                             \
    static const tf_op_def tensor_##id##_op = {                                                         \
        .name = type,                                                                                   \
        .in = "tensor:T, indices:U, updates:T",                                                         \
        .out = "output:T",                                                                              \
        .T = dtypes,                                                                                    \
        .U = TF_INDEX,                                                                                  \
        .shape = tensor_scatter_shape,                                                                  \
        .kernel = tensor_##id##_kernel,                                                                 \
        .gradient = tensor_##id##_gradient,                                                             \
    };                                                                                                  \
    tf_tensor tf_tensor_scatter_##id##_(struct tf_tensor_scatter_args a)                                \
    {                                                                                                   \
        const tf_operand in[] = { tf1c_given(a.tensor), tf1c_given(a.indices), tf1c_given(a.updates) }; \
        return array_op(&tensor_##id##_op, (struct tf_name_args){ a.here, a.name }, NULL, NULL, 3, in); \
    }
TENSOR_SCATTER_OP(update, "TensorScatterUpdate", TF_EVERY_DTYPE)
TENSOR_SCATTER_OP(add, "TensorScatterAdd", TF_NUMERIC)
TENSOR_SCATTER_OP(sub, "TensorScatterSub", TF_NUMERIC)

/* ---- ScatterNdUpdate, ScatterNdAdd, ScatterNdSub: the same, of a variable ----------------------------------------------------------------- */

/* updates [i0, …, d[k:]…] for indices [i0, …, k]; indices [n] are [n, 1] here. */
static bool updates_fit(tf_dims ref, tf_dims indices, tf_dims updates)
{
    const int batch = indices.rank > 1 ? indices.rank - 1 : 1;
    const int64_t depth = indices.rank > 1 ? indices.dims[batch] : 1;
    if (!indices.rank || depth > ref.rank || updates.rank != batch + ref.rank - depth)
        return false;
    for (int i = 0; i < updates.rank; i++)
        if (updates.dims[i] != (i < batch ? indices.dims[i] : ref.dims[i - batch + depth]))
            return false;
    return true;
}

static void scatter_nd_ref_shape(tf_shape_ctx *c)
{
    const tf_dims ref = *tf_in_dims(c, 0), indices = *tf_in_dims(c, 1), updates = *tf_in_dims(c, 2);
    char p[TF_DIMS_TEXT], x[TF_DIMS_TEXT], u[TF_DIMS_TEXT];
    if (!tf_shape_at_run(c)) {
        scatter_known(c, "input");
        return;
    }
    tf_set_out(c, 0, ref);
    tf_dims_kernel_text(ref, p, sizeof p);
    tf_dims_kernel_text(indices, x, sizeof x);
    tf_dims_kernel_text(updates, u, sizeof u);
    if (!ref.rank)
        tf_shape_error(c, "Output must be at least 1-D, got shape: %s", p);
    else if (indices.rank && updates.rank && indices.dims[0] != updates.dims[0])
        tf_shape_error(c, "The outermost dimension of updates and indices must match. Got indices.shape %s, updates.shape %s", x,
                       u);
    else if (!updates_fit(ref, indices, updates))
        tf_shape_error(c,
                       "Must have updates.shape = indices.shape[:batch_dim] + params_shape[slice_dim:], got updates.shape: %s, "
                       "indices.shape: %s, params_shape: %s, slice_dim: %lld, and batch_dim: %d",
                       u, x, p, indices.rank > 1 ? (long long)indices.dims[indices.rank - 1] : 1,
                       indices.rank > 1 ? indices.rank - 1 : 1);
}

static void scatter_ref(tf_kernel_ctx *k, int sign)
{
    tf_view indices = k->in[1];
    if (indices.rank == 1) {
        indices.dims[indices.rank] = indices.strides[indices.rank] = 1;
        indices.rank++;
    }
    scatter_rows(k, &k->in[0], &indices, &k->in[2], sign);
}
static void ref_update_kernel(tf_kernel_ctx *k) { scatter_ref(k, 0); }
static void ref_add_kernel(tf_kernel_ctx *k) { scatter_ref(k, 1); }
static void ref_sub_kernel(tf_kernel_ctx *k) { scatter_ref(k, -1); }

#define SCATTER_ND_REF(id, type, dtypes)                                                                             \
    static const tf_op_def ref_##id##_op = {                                                                         \
        .name = type,                                                                                                \
        .in = "ref:T&, indices:U, updates:T",                                                                        \
        .out = "output_ref:T",                                                                                       \
        .T = dtypes,                                                                                                 \
        .U = TF_INDEX,                                                                                               \
        .traits = TF_WRITES_REF | TF_SIDE_EFFECT,                                                                    \
        .shape = scatter_nd_ref_shape,                                                                               \
        .kernel = ref_##id##_kernel,                                                                                 \
        .gradient = tf_no_gradient,                                                                                  \
    };                                                                                                               \
    tf_tensor tf_scatter_nd_##id##_(tf_tensor ref, tf_operand indices, tf_operand updates, struct tf_scatter_args a) \
    {                                                                                                                \
        return array_op(&ref_##id##_op, (struct tf_name_args){ a.here, a.name }, NULL, NULL, 3,                      \
                        (tf_operand[]){ tf_operand_tensor(ref), indices, updates });                                 \
    }
SCATTER_ND_REF(update, "ScatterNdUpdate", 0)
SCATTER_ND_REF(add, "ScatterNdAdd", TF_NUMERIC)
SCATTER_ND_REF(sub, "ScatterNdSub", TF_NUMERIC)

/* clang-format off */
tf1c_op_family tf1c_family_gather = {
    &gather_op,
    &gather_nd_op,
    &scatter_nd_op,
    &tensor_update_op,
    &tensor_add_op,
    &tensor_sub_op,
    &ref_update_op,
    &ref_add_op,
    &ref_sub_op,
    NULL,
};
