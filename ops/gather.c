/* Picking by index. TF1: core/kernels/gather_op.cc, gather_nd_op.cc, scatter_nd_op.cc, segment_reduction_ops.cc, one_hot_op.cc,
 * topk_op.cc; python/ops/array_grad.py, math_grad.py, nn_grad.py. */
#include "ops/gather.h"

#include <math.h>
#include <stdio.h>

#include "ops/array.h"
#include "ops/basic.h"
#include "ops/compare.h"
#include "ops/fill.h"
#include "ops/index.h"
#include "ops/join.h"
#include "ops/math.h"
#include "ops/reduce.h"
#include "ops/shape.h"

static tf_operand of(tf_tensor t) { return tf_operand_tensor(t); }

static tf_tensor identity_of(tf_tensor t, const char *name) { return tf_identity(t, .name = name); }

/* "[1,2]": where in `v` element i stands; "" in a scalar. */
static const char *place_text(const tf_view *v, int64_t i, char *text, size_t n)
{
    int64_t index[TF_MAX_RANK];
    size_t used = 0;
    *text = 0;
    for (int axis = v->rank; axis-- > 0; i /= v->dims[axis])
        index[axis] = i % v->dims[axis];
    for (int axis = 0; axis < v->rank; axis++)
        used += (size_t)snprintf(text + used, n - used, "%s%lld%s", axis ? "," : "[", (long long)index[axis], axis == v->rank - 1 ? "]" : "");
    return text;
}

/* dims with those of b after them; false if there are more than a shape holds. */
static bool append_dims(tf_shape_ctx *c, tf_dims *a, tf_dims b, int from)
{
    if (a->rank + b.rank - from > TF_MAX_RANK) {
        tf_shape_error(c, "Shape must be at most rank %d but is rank %d", TF_MAX_RANK, a->rank + b.rank - from);
        return false;
    }
    for (int i = from; i < b.rank; i++)
        a->dims[a->rank++] = b.dims[i];
    return true;
}

/* ---- GatherV2: dparams = rows of dy at indices (axis 0, sparse), or their sums ------------------------------------------------- */
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
        if (params.known && indices.known && params.rank + indices.rank - 1 <= TF_MAX_RANK)
            tf_set_out(c, 0, unknown_of_rank(params.rank + indices.rank - 1));
        return;
    }
    int least = (int)(axis < 0 ? -axis : axis + 1);
    if (params.known && params.rank < least) {
        if (at_run)
            tf_shape_error(c, "Expected axis in the range [%d, %d), but got %lld", -params.rank, params.rank, (long long)axis);
        else
            tf_shape_error(c, "Shape must be at least rank %d but is rank %d", least, params.rank);
        return;
    }
    if (!params.known || !indices.known)
        return;
    int at = tf_norm_axis(axis, params.rank);
    memcpy(out.dims, params.dims, sizeof out.dims);
    out.rank = at;
    if (append_dims(c, &out, indices, 0) && append_dims(c, &out, params, at + 1))
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
    int at = tf_norm_axis(int_at(&k->in[2], 0), k->in[0].rank);
    return at < 0 ? 1 : product(k->in[0].dims, 0, at) * tf_view_count(&k->in[1]);
}

/* Unit u: the slice of index u % n for the axes before `axis` at u / n. */
static void gather_kernel(tf_kernel_ctx *k)
{
    const tf_view *params = &k->in[0], *indices = &k->in[1];
    int at = tf_norm_axis(int_at(&k->in[2], 0), params->rank);
    if (at < 0) {
        tf_kernel_error(k, tf_invalid_argument, "Expected axis in the range [%d, %d), but got %lld", -params->rank, params->rank,
                        (long long)int_at(&k->in[2], 0));
        return;
    }
    const int64_t n = tf_view_count(indices), rows = params->dims[at];
    const size_t size = (size_t)product(params->dims, at + 1, params->rank) * tf_dtype_size(params->dtype);
    char place[128];
    for (int64_t u = k->begin; u < k->end; u++) {
        const int64_t row = int_at(indices, u % n);
        char *to = (char *)k->out[0].data + (size_t)u * size;
        if (row >= 0 && row < rows) {
            memcpy(to, (const char *)params->data + (size_t)(u / n * rows + row) * size, size);
            continue;
        }
        memset(to, 0, size);
        tf_kernel_error(k, tf_invalid_argument, "indices%s = %lld is not in [0, %lld)", place_text(indices, u % n, place, sizeof place), (long long)row,
                        (long long)rows);
    }
}

/* dy with the gathered axes as one, in front: [n, ..]; its sums by index; back into its place. */
static void gather_sums(tf_grad_ctx *g, tf_tensor dy, tf_tensor shape, int at, int rank)
{
    tf_dims to_front = { .known = true, .rank = rank }, back = to_front;
    for (int i = 0; i < rank; i++) {
        to_front.dims[i] = i == 0 ? at : i <= at ? i - 1 : i;
        back.dims[to_front.dims[i]] = i;
    }
    tf_tensor before = tf_getitem(shape, ":%d", at), one = tf_convert(tf_operand_dims(SHAPE(-1)), tf_int32, (tf_source){ 0 }, NULL);
    tf_tensor pieces = at + 1 < rank ? tf_concat(LIST(before, one, tf_getitem(shape, "%d:", at + 1)), 0) : tf_concat(LIST(before, one), 0);
    tf_tensor rows = tf_transpose(tf_reshape(dy, pieces), .perm = to_front);
    tf_tensor sums = tf_unsorted_segment_sum(rows, tf_reshape(g->in[1], SHAPE(-1)), tf_getitem(shape, "%d", at));
    tf_add_grad(g, 0, tf_transpose(sums, .perm = back));
}

static void gather_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_dims axis, params = tf_get_shape(g->in[0]);
    tf_tensor shape = tf_shape(g->in[0]);
    bool known = tf1c_partial_ints(g->in[2], &axis);
    int at = params.known && known ? tf_norm_axis(axis.dims[0], params.rank) : known && axis.dims[0] == 0 ? 0 : -1;
    if (at < 0) {
        tf_add_grad(g, 0, tf_mistake(tf_value_error, (tf_source){ 0 }, g->op->name, "the gradient of GatherV2 needs params of known rank and a constant axis"));
        return;
    }
    if (at > 0) {
        gather_sums(g, dy, shape, at, params.rank);
        return;
    }
    tf_tensor count = tf_expand_dims(tf_size(g->in[1]), 0);
    tf_tensor rows = params.known && params.rank == 1 ? count : tf_concat(LIST(count, tf_getitem(shape, "1:")), 0);
    tf_add_sparse_grad(g, 0, (tf_indexed_slices){ tf_reshape(dy, rows), tf_reshape(g->in[1], count), shape });
}

static const tf_op_def gather_op = {
    .name = "GatherV2", .in = "params:T, indices:U, axis:?", .out = "output:T", .U = TF_INDEX, .shape = gather_shape, .ints = gather_ints,
    .kernel = gather_kernel, .units = gather_units, .gradient = gather_gradient,
};

tf_tensor tf_gather_(tf_operand params, tf_operand indices, struct tf_gather_args a)
{
    return array_op(&gather_op, (struct tf_name_args){ a.here, a.name }, NULL, NULL, 3, (tf_operand[]){ params, indices, tf_operand_integer(a.axis) });
}

tf_tensor tf_nn_embedding_lookup_(tf_operand params, tf_operand ids, struct tf_name_args a)
{
    if (params.kind == TF_OPERAND_LIST && params.as.list.n != 1)
        return params.as.list.n ? tf_mistake(tf_unimplemented, a.here, NULL, "tf_nn_embedding_lookup takes one table, got %d", params.as.list.n)
                                : tf_mistake(tf_value_error, a.here, NULL, "Need at least one param");
    if (params.kind == TF_OPERAND_LIST)
        params = of(params.as.list.items[0]);
    TF_FROM(a.here);
    TF_SCOPE(a.name, "embedding_lookup");
    tf_tensor rows = tf_gather_(params, ids, (struct tf_gather_args){ .name = tf_scope_name() });
    return identity_of(rows, NULL);
}

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
            tf_shape_error(c, "index innermost dimension length must be <= params rank; saw: %lld vs. %d", (long long)depth, params.rank);
        else
            tf_shape_error(c, "indices.shape[-1] must be <= params.rank, but saw indices shape: %s and params shape: %s",
                           tf_dims_kernel_text(indices, x, sizeof x), tf_dims_kernel_text(params, y, sizeof y));
        return;
    }
    tf_dims out = indices;
    out.rank--;
    if (append_dims(c, &out, params, (int)depth))
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
        used += snprintf(list + used, sizeof list - (size_t)used, "%s%lld", i ? ", " : "", (long long)int_at(indices, row * depth + i));
    tf_kernel_error(k, tf_invalid_argument, "indices[%lld] = [%s] does not index into %s %s", (long long)row, list, what,
                    tf_dims_kernel_text(shape, text, sizeof text));
}

static int64_t nd_rows(const tf_view *indices) { return product(indices->dims, 0, indices->rank - 1); }
static int64_t gather_nd_units(const tf_kernel_ctx *k) { return nd_rows(&k->in[1]); }

static void gather_nd_kernel(tf_kernel_ctx *k)
{
    const tf_view *params = &k->in[0], *indices = &k->in[1];
    const size_t size = (size_t)product(params->dims, (int)indices->dims[indices->rank - 1], params->rank) * tf_dtype_size(params->dtype);
    for (int64_t row = k->begin; row < k->end; row++) {
        int64_t from = nd_offset(indices, row, params->dims);
        char *to = (char *)k->out[0].data + (size_t)row * size;
        if (from >= 0) {
            memcpy(to, (const char *)params->data + (size_t)from * size, size);
            continue;
        }
        memset(to, 0, size);
        nd_mistake(k, indices, row, dims_of_view(params), "param shape");
    }
}

static void gather_nd_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_dims indices = tf_get_shape(g->in[1]);
    tf_tensor shape = tf_shape(g->in[0], .out_type = tf_get_dtype(g->in[1]));
    if (indices.known && indices.rank == 2 && indices.dims[1] == 1)
        tf_add_sparse_grad(g, 0, (tf_indexed_slices){ dy, tf_squeeze(g->in[1], -1), shape });
    else
        tf_add_grad(g, 0, tf_scatter_nd(g->in[1], dy, shape));
}

static const tf_op_def gather_nd_op = {
    .name = "GatherNd", .in = "params:T, indices:U", .out = "output:T", .U = TF_INDEX, .shape = gather_nd_shape, .kernel = gather_nd_kernel,
    .units = gather_nd_units, .gradient = gather_nd_gradient,
};
BINARY_BUILDER(tf_gather_nd_, gather_nd_op, NULL)

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
        tf_shape_error(c, "The %s %d dimensions of %s.shape=%s must match the %s %d dimensions of updates.shape=%s: Dimension %d in both shapes must be "
                          "equal, but are %lld and %lld. Shapes are %s and %s.", where, n, a_name, tf_dims_kernel_text(a, x, sizeof x), where, n,
                       tf_dims_kernel_text(b, y, sizeof y), i, (long long)u.dims[i], (long long)v.dims[i], tf_dims_kernel_text(u, p, sizeof p),
                       tf_dims_kernel_text(v, q, sizeof q));
        return false;
    }
    return true;
}

static bool scatter_nd_at_run(tf_shape_ctx *c, tf_dims indices, tf_dims updates, tf_dims out)
{
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    int outer = indices.rank - 1;
    int64_t depth = indices.rank ? indices.dims[outer] : 1;
    bool same = updates.rank >= outer;
    for (int i = 0; same && i < outer; i++)
        same = updates.dims[i] == indices.dims[i];
    if (!same) {
        tf_shape_error(c, "Outer dimensions of indices and update must match. Indices shape: %s, updates shape:%s", tf_dims_kernel_text(indices, x, sizeof x),
                       tf_dims_kernel_text(updates, y, sizeof y));
        return false;
    }
    same = updates.rank - outer == out.rank - depth;
    for (int i = 0; same && i < updates.rank - outer; i++)
        same = updates.dims[outer + i] == out.dims[depth + i];
    if (!same)
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
        scatter_nd_at_run(c, indices, updates, out);
        return;
    }
    if (!indices.known || !updates.known || updates.rank < indices.rank - 1)
        return;
    int outer = indices.rank - 1;
    int64_t depth = indices.dims[outer];
    if (match_dims(c, "outer", indices, "indices", 0, updates, 0, outer) && depth != NONE && out.rank - depth == updates.rank - outer)
        match_dims(c, "inner", out, "output", (int)depth, updates, outer, updates.rank - outer);
}

static void scatter_nd_kernel(tf_kernel_ctx *k)
{
    const tf_view *indices = &k->in[0], *out = &k->out[0];
    const int64_t n = product(out->dims, (int)indices->dims[indices->rank - 1], out->rank);
    memset(out->data, 0, (size_t)tf_view_count(out) * tf_dtype_size(out->dtype));
    for (int64_t row = 0; row < nd_rows(indices); row++) {
        int64_t to = nd_offset(indices, row, out->dims);
        if (to < 0) {
            nd_mistake(k, indices, row, dims_of_view(out), "shape");
            continue;
        }
        FOR_DTYPE(out->dtype, {
            for (int64_t i = 0; i < n; i++)
                ((T *)out->data)[to * n + i] += ((const T *)k->in[1].data)[row * n + i];
        })
    }
}

static void scatter_nd_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 1, tf_gather_nd(dy, g->in[0])); }

static const tf_op_def scatter_nd_op = {
    .name = "ScatterNd", .in = "indices:U, updates:T, shape:U", .out = "output:T", .T = TF_NUMERIC, .U = TF_INDEX, .shape = scatter_nd_shape,
    .kernel = scatter_nd_kernel, .gradient = scatter_nd_gradient,
};

tf_tensor tf_scatter_nd_(tf_operand indices, tf_operand updates, tf_operand shape, struct tf_name_args a)
{
    return array_op(&scatter_nd_op, a, NULL, NULL, 3, (tf_operand[]){ indices, updates, shape });
}

/* ---- UnsortedSegmentSum: ddata[i] = dy[ids[i]], 0 where ids[i] < 0 --------------------------------------------------------------------- */
static void segment_sum_shape(tf_shape_ctx *c)
{
    const tf_dims data = *tf_in_dims(c, 0), ids = *tf_in_dims(c, 1);
    tf_dims out = { .known = true, .rank = 1 };
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    bool at_run = tf_shape_at_run(c), prefix = !data.known || !ids.known || ids.rank <= data.rank;
    int64_t count = NONE, d, at = 0;
    for (; prefix && data.known && ids.known && at < ids.rank; at++)
        if (!tf_merge_dim(data.dims[at], ids.dims[at], &d))
            break;
    if (!prefix || (data.known && ids.known && at < ids.rank)) {
        if (at_run)
            tf_shape_error(c, "data.shape = %s does not start with segment_ids.shape = %s", tf_dims_kernel_text(data, x, sizeof x),
                           tf_dims_kernel_text(ids, y, sizeof y));
        else if (!prefix)
            tf_shape_error(c, "Shape must be at least rank %d but is rank %d", ids.rank, data.rank);
        else
            tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)data.dims[at], (long long)ids.dims[at]);
        return;
    }
    if (tf_in_int(c, 2, &count) && count < 0) {
        tf_shape_error(c, at_run ? "Input num_segments == %lld must not be negative." : "Dimension size, given by scalar input 2, must be non-negative but is %lld",
                       (long long)count);
        return;
    }
    out.dims[0] = count;
    if (data.known && ids.known && append_dims(c, &out, data, ids.rank))
        tf_set_out(c, 0, out);
}

static int64_t segment_units(const tf_kernel_ctx *k) { return k->out[0].dims[0]; }

/* Segments [begin, end): each looks for its own data, in their order. */
static void segment_sum_kernel(tf_kernel_ctx *k)
{
    const tf_view *ids = &k->in[1], *out = &k->out[0];
    const int64_t n = product(out->dims, 1, out->rank), count = tf_view_count(ids);
    const size_t size = tf_dtype_size(out->dtype);
    char place[128];
    memset((char *)out->data + (size_t)(k->begin * n) * size, 0, (size_t)((k->end - k->begin) * n) * size);
    for (int64_t i = 0; i < count; i++) {
        const int64_t id = int_at(ids, i);
        if (id >= out->dims[0]) {
            tf_kernel_error(k, tf_invalid_argument, "segment_ids%s = %lld is out of range [0, %lld)", place_text(ids, i, place, sizeof place), (long long)id,
                            (long long)out->dims[0]);
            return;
        }
        if (id < k->begin || id >= k->end)
            continue;
        FOR_DTYPE(out->dtype, {
            T *sum = (T *)out->data + id * n;
            const T *x = (const T *)k->in[0].data + i * n;
            for (int64_t j = 0; j < n; j++)
                sum[j] += x[j];
        })
    }
}

static const tf_shard_rule by_segment = { .out = 0, .in = { TF_WHOLE, TF_WHOLE, TF_WHOLE, TF_WHOLE } };

static void segment_sum_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_tensor ids = g->in[1];
    tf_dims shape = tf_get_shape(ids), data = tf_get_shape(g->in[0]);
    tf_tensor rows = tf_gather(dy, tf_maximum(ids, tf_zeros_like(ids)));
    tf_tensor good = tf_greater_equal(ids, 0);
    for (int i = shape.rank; shape.known && data.known && i < data.rank; i++)
        good = tf_expand_dims(good, -1);
    good = tf_logical_and(good, tf_ones_like(rows, .dtype = tf_bool));
    tf_add_grad(g, 0, tf_where(good, rows, tf_zeros_like(rows)));
}

static const tf_op_def segment_sum_op = {
    .name = "UnsortedSegmentSum", .in = "data:T, segment_ids:U, num_segments:?", .out = "output:T", .T = TF_NUMERIC, .U = TF_INDEX,
    .shape = segment_sum_shape, .kernel = segment_sum_kernel, .units = segment_units, .shard = &by_segment, .gradient = segment_sum_gradient,
};

tf_tensor tf_unsorted_segment_sum_(tf_operand data, tf_operand ids, tf_operand count, struct tf_name_args a)
{
    return array_op(&segment_sum_op, a, NULL, NULL, 3, (tf_operand[]){ data, ids, count });
}

tf_tensor tf1c_densify(tf_indexed_slices x)
{
    return tf_unsorted_segment_sum(x.values, x.indices, tf_getitem(x.dense_shape, "0"));
}

/* ---- OneHot ------------------------------------------------------------------------------------------------------------------------- */
typedef struct {
    int64_t axis;
} one_hot_attrs;
static const tf_attr_def one_hot_fields[] = { TF_ATTR(one_hot_attrs, axis, TF_ATTR_INT), { 0 } };

static void one_hot_shape(tf_shape_ctx *c)
{
    int64_t axis = ((const one_hot_attrs *)tf_shape_attrs(c))->axis, depth = NONE;
    tf_dims out = *tf_in_dims(c, 0);
    bool at_run = tf_shape_at_run(c);
    if (axis < -1) {
        tf_shape_error(c, "axis must be >= -1");
        return;
    }
    for (int i = 1; i < 4; i++)
        if (!tf_with_rank(c, i, 0))
            return;
    if (tf_in_int(c, 1, &depth) && depth < 0) {
        tf_shape_error(c, at_run ? "depth must be non-negative, got: %lld" : "Dimension size, given by scalar input 1, must be non-negative but is %lld",
                       (long long)depth);
        return;
    }
    if (!out.known)
        return;
    if (axis > out.rank || out.rank == TF_MAX_RANK) {
        tf_shape_error(c, "Expected axis to be -1 or between [0, %d).  But received: %lld", out.rank + 1, (long long)axis);
        return;
    }
    int at = axis < 0 ? out.rank : (int)axis;
    memmove(&out.dims[at + 1], &out.dims[at], (size_t)(out.rank - at) * sizeof out.dims[0]);
    out.dims[at] = depth;
    out.rank++;
    tf_set_out(c, 0, out);
}

static int one_hot_axis(const tf_kernel_ctx *k)
{
    int64_t axis = ((const one_hot_attrs *)k->attrs)->axis;
    return axis < 0 ? k->in[0].rank : (int)axis;
}

static int64_t one_hot_units(const tf_kernel_ctx *k) { return product(k->in[0].dims, 0, one_hot_axis(k)); }

/* Unit u: out [depth, after] of indices [after]. */
static void one_hot_kernel(tf_kernel_ctx *k)
{
    const tf_view *indices = &k->in[0];
    const int at = one_hot_axis(k);
    const int64_t after = product(indices->dims, at, indices->rank), depth = k->out[0].dims[at];
    FOR_DTYPE(k->T, {
        const T on = *(const T *)k->in[2].data;
        const T off = *(const T *)k->in[3].data;
        for (int64_t u = k->begin; u < k->end; u++) {
            T *out = (T *)k->out[0].data + u * depth * after;
            for (int64_t i = 0; i < depth * after; i++)
                out[i] = off;
            for (int64_t i = 0; i < after; i++) {
                const int64_t index = int_at(indices, u * after + i);
                if (index >= 0 && index < depth)
                    out[index * after + i] = on;
            }
        }
    })
}

static const tf_op_def one_hot_op = {
    .name = "OneHot", .in = "indices:U, depth:int32, on_value:T, off_value:T", .out = "output:T", .U = TF_INDEX | TF_DTYPE_BIT(tf_uint8),
    .attrs = one_hot_fields, .attrs_size = sizeof(one_hot_attrs), .shape = one_hot_shape, .kernel = one_hot_kernel, .units = one_hot_units,
    .gradient = tf_no_gradient,
};

/* The dtype of a given value, with the constant that TF makes to learn it; unset: not given. */
static tf_dtype given_dtype(const tf_operand *value, tf_source here)
{
    return value->kind ? tf_get_dtype(tf_convert(*value, tf_dtype_unset, here, NULL)) : tf_dtype_unset;
}

static tf_operand default_value(tf_operand value, int64_t otherwise, tf_dtype dtype, tf_source here, const char *name)
{
    if (value.kind)
        return value;
    return of(tf_convert(dtype == tf_bool ? tf_operand_bool(otherwise) : tf_operand_integer(otherwise), dtype, here, name));
}

tf_tensor tf_one_hot_(tf_operand indices, tf_operand depth, struct tf_one_hot_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "one_hot");
    struct tf_name_args whole = { a.here, tf_scope_name() };
    tf_dtype on = given_dtype(&a.on_value, a.here), off = given_dtype(&a.off_value, a.here);
    tf_dtype dtype = a.dtype ? a.dtype : on ? on : off ? off : tf_float32;
    if (a.dtype && ((on && on != dtype) || (off && off != dtype))) {
        bool first = on && on != dtype;
        return tf_mistake(tf_type_error, a.here, NULL, "dtype <dtype: '%s'> of %s does not match dtype parameter <dtype: '%s'>",
                          tf_dtype_name(first ? on : off), first ? "on_value" : "off_value", tf_dtype_name(dtype));
    }
    if ((on ? on : dtype) != (off ? off : dtype))
        return tf_mistake(tf_type_error, a.here, NULL, "dtype <dtype: '%s'> of on_value does not match dtype <dtype: '%s'> of off_value",
                          tf_dtype_name(on ? on : dtype), tf_dtype_name(off ? off : dtype));
    a.on_value = default_value(a.on_value, 1, dtype, a.here, "on_value");
    a.off_value = default_value(a.off_value, 0, dtype, a.here, "off_value");
    return array_op(&one_hot_op, whole, NULL, &(one_hot_attrs){ a.axis }, 4, (tf_operand[]){ indices, depth, a.on_value, a.off_value });
}

/* ---- TopKV2: dinput = dvalues at their places ------------------------------------------------------------------------------------------- */
static void top_k_shape(tf_shape_ctx *c)
{
    tf_dims out = *tf_in_dims(c, 0);
    int64_t k = NONE;
    char text[TF_DIMS_TEXT];
    bool at_run = tf_shape_at_run(c);
    if (at_run && out.rank == 0) {
        tf_shape_error(c, "input must be >= 1-D, got shape %s", tf_dims_kernel_text(out, text, sizeof text));
        return;
    }
    if (!tf_with_rank_at_least(c, 0, 1))
        return;
    if (tf_in_int(c, 1, &k) && k < 0) {
        tf_shape_error(c, at_run ? "Need k >= 0, got %lld" : "Dimension size, given by scalar input 1, must be non-negative but is %lld", (long long)k);
        return;
    }
    if (!out.known)
        return;
    int64_t *last = &out.dims[out.rank - 1];
    if (k != NONE && *last != NONE && *last < k) {
        if (at_run)
            tf_shape_error(c, "input must have at least k columns. Had %lld, needed %lld", (long long)*last, (long long)k);
        else
            tf_shape_error(c, "input must have last dimension >= k = %lld but is %lld", (long long)k, (long long)*last);
        return;
    }
    *last = k;
    tf_set_out(c, 0, out);
    tf_set_out(c, 1, out);
}

static int64_t top_k_units(const tf_kernel_ctx *k) { return product(k->in[0].dims, 0, k->in[0].rank - 1); }

/* A heap of the k best so far, the worst of them at its root: better is larger, or as large and earlier. */
#define BETTER(i, j) (x[i] > x[j] || (x[i] == x[j] && (i) < (j)))
#define TOP_K_ROW                                                                 \
    const T *x = (const T *)c->in[0].data + row * n;                              \
    T *values = (T *)c->out[0].data + row * k;                                    \
    for (int64_t i = 0; i < n; i++) {                                             \
        int64_t hole;                                                             \
        if (i < k) { /* up from a new leaf */                                     \
            for (hole = i; hole && BETTER(best[(hole - 1) / 2], i); hole = (hole - 1) / 2) \
                best[hole] = best[(hole - 1) / 2];                                \
        } else if (k && BETTER(i, best[0])) {                                     \
            SIFT(i, k)                                                            \
        } else                                                                    \
            continue;                                                             \
        best[hole] = (int32_t)i;                                                  \
    }                                                                             \
    for (int64_t m = k - 1; m > 0; m--) { /* the worst goes to the end */         \
        const int32_t worst = best[0], i = best[m];                               \
        int64_t hole;                                                             \
        SIFT(i, m)                                                                \
        best[hole] = i;                                                           \
        best[m] = worst;                                                          \
    }                                                                             \
    for (int64_t i = 0; i < k; i++)                                               \
        values[i] = x[best[i]];
/* Down from the root of a heap of m, to where element i belongs. */
#define SIFT(i, m)                                                                \
    for (hole = 0; 2 * hole + 1 < (m);) {                                         \
        int64_t child = 2 * hole + 1;                                             \
        child += child + 1 < (m) && BETTER(best[child], best[child + 1]);         \
        if (!BETTER(i, best[child]))                                              \
            break;                                                                \
        best[hole] = best[child];                                                 \
        hole = child;                                                             \
    }

static void top_k_kernel(tf_kernel_ctx *c)
{
    const int64_t n = c->in[0].dims[c->in[0].rank - 1], k = c->out[0].dims[c->out[0].rank - 1];
    for (int64_t row = c->begin; row < c->end; row++) {
        int32_t *best = (int32_t *)c->out[1].data + row * k;
        FOR_DTYPE(c->T, { TOP_K_ROW })
    }
}

static void top_k_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    if (tf_is_none(dy))
        return;
    tf_tensor shape = tf_shape(g->in[0]), columns = tf_getitem(shape, "-1"), k = tf_getitem(tf_shape(g->out[1]), "-1");
    tf_tensor minus_one = tf_convert(tf_operand_integer(-1), tf_int32, (tf_source){ 0 }, NULL);
    tf_tensor indices = tf_reshape(g->out[1], tf_stack(LIST(minus_one, k)));
    tf_tensor rows = tf_getitem(tf_shape(indices), "0");
    tf_tensor begins = tf_expand_dims(tf_range(0, tf_mul(rows, columns), columns), -1);
    tf_tensor places = tf_reshape(tf_raw_ops_add_v2(indices, begins), SHAPE(-1, 1));
    tf_tensor flat = tf_scatter_nd(places, tf_reshape(dy, SHAPE(-1)), tf_expand_dims(tf_size(g->in[0]), 0));
    tf_add_grad(g, 0, tf_reshape(flat, shape));
}

static const tf_op_def top_k_op = {
    .name = "TopKV2", .in = "input:T, k:int32", .out = "values:T, indices:int32", .T = TF_NUMERIC, .shape = top_k_shape, .kernel = top_k_kernel,
    .units = top_k_units, .gradient = top_k_gradient,
};

tf_top_k tf_nn_top_k_(tf_operand input, tf_operand k, struct tf_top_k_args a)
{
    tf_operation *op = array_op(&top_k_op, (struct tf_name_args){ a.here, a.name }, NULL, NULL, 2, (tf_operand[]){ input, k }).op;
    return (tf_top_k){ { op, 0 }, { op, tf1c_is_mistake(op) ? 0 : 1 } };
}

/* ---- InTopKV2 ------------------------------------------------------------------------------------------------------------------------------- */
static void in_top_k_shape(tf_shape_ctx *c)
{
    const tf_dims x = *tf_in_dims(c, 0), targets = *tf_in_dims(c, 1);
    int64_t rows = NONE;
    if (!tf_with_rank(c, 0, 2) || !tf_with_rank(c, 1, 1))
        return;
    if (x.known && targets.known && !tf_merge_dim(x.dims[0], targets.dims[0], &rows)) {
        tf_shape_error(c, tf_shape_at_run(c) ? "First dimension of predictions %lld must match length of targets %lld"
                                             : "Dimensions must be equal, but are %lld and %lld", (long long)x.dims[0], (long long)targets.dims[0]);
        return;
    }
    tf_set_out(c, 0, SHAPE(rows != NONE ? rows : targets.known ? targets.dims[0] : x.known ? x.dims[0] : NONE));
}

static void in_top_k_kernel(tf_kernel_ctx *k)
{
    const int64_t n = k->in[0].dims[1], most = int_at(&k->in[2], 0);
    for (int64_t row = k->begin; row < k->end; row++) {
        const float *x = (const float *)k->in[0].data + row * n;
        const int64_t target = int_at(&k->in[1], row);
        bool sure = target >= 0 && target < n && isfinite(x[target]);
        int64_t larger = 0;
        for (int64_t i = 0; sure && i < n && larger <= most; i++) {
            sure = isfinite(x[i]);
            larger += x[i] > x[target];
        }
        ((bool *)k->out[0].data)[row] = sure && larger < most;
    }
}

static int64_t in_top_k_units(const tf_kernel_ctx *k) { return k->in[0].dims[0]; }

static const tf_op_def in_top_k_op = {
    .name = "InTopKV2", .in = "predictions:float32, targets:T, k:T", .out = "precision:bool", .T = TF_INDEX, .shape = in_top_k_shape,
    .kernel = in_top_k_kernel, .units = in_top_k_units, .gradient = tf_no_gradient,
};

tf_tensor tf_nn_in_top_k_(tf_operand predictions, tf_operand targets, tf_operand k, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "in_top_k");
    return array_op(&in_top_k_op, (struct tf_name_args){ .name = a.name }, NULL, NULL, 3, (tf_operand[]){ predictions, targets, k });
}

/* ---- ReverseSequence: dinput = the same of dy ------------------------------------------------------------------------------------------------- */
typedef struct {
    int64_t seq_dim, batch_dim;
} reverse_sequence_attrs;
static const tf_attr_def reverse_sequence_fields[] = {
    TF_ATTR(reverse_sequence_attrs, seq_dim, TF_ATTR_INT), TF_ATTR(reverse_sequence_attrs, batch_dim, TF_ATTR_INT), { 0 }
};

static void reverse_sequence_shape(tf_shape_ctx *c)
{
    const reverse_sequence_attrs *a = tf_shape_attrs(c);
    const tf_dims in = *tf_in_dims(c, 0), lengths = *tf_in_dims(c, 1);
    int64_t d;
    if (!tf_with_rank(c, 1, 1))
        return;
    tf_set_out(c, 0, in);
    if (!in.known)
        return;
    if (a->batch_dim >= in.rank || a->batch_dim < 0 || a->seq_dim >= in.rank || a->seq_dim < 0) {
        bool batch = a->batch_dim >= in.rank || a->batch_dim < 0;
        tf_shape_error(c, "%s must be < input rank: %lld vs. %d", batch ? "batch_dim" : "seq_dim", (long long)(batch ? a->batch_dim : a->seq_dim), in.rank);
        return;
    }
    if (lengths.known && !tf_merge_dim(in.dims[a->batch_dim], lengths.dims[0], &d)) {
        if (tf_shape_at_run(c))
            tf_shape_error(c, "len(seq_lens) != input.dims(%lld), (%lld vs. %lld)", (long long)a->batch_dim, (long long)lengths.dims[0],
                           (long long)in.dims[a->batch_dim]);
        else
            tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)in.dims[a->batch_dim], (long long)lengths.dims[0]);
    }
}

static bool lengths_fit(tf_kernel_ctx *k, int64_t longest, int64_t seq_dim)
{
    for (int64_t i = 0; i < k->in[1].dims[0]; i++) {
        int64_t length = int_at(&k->in[1], i);
        if (length < 0)
            tf_kernel_error(k, tf_invalid_argument, "seq_lens(%lld) < 0", (long long)i);
        else if (length > longest)
            tf_kernel_error(k, tf_invalid_argument, "seq_lens(%lld) > input.dims(%lld)", (long long)i, (long long)seq_dim);
        else
            continue;
        memset(k->out[0].data, 0, (size_t)tf_view_count(&k->out[0]) * tf_dtype_size(k->T));
        return false;
    }
    return true;
}

/* Row by row of what follows both axes. */
static void reverse_sequence_kernel(tf_kernel_ctx *k)
{
    const reverse_sequence_attrs *a = k->attrs;
    const tf_view *in = &k->in[0];
    const int inner = (int)(a->seq_dim > a->batch_dim ? a->seq_dim : a->batch_dim) + 1;
    const int64_t rows = product(in->dims, 0, inner), longest = in->dims[a->seq_dim], batch = in->dims[a->batch_dim];
    const int64_t seq_step = product(in->dims, (int)a->seq_dim + 1, inner), batch_step = product(in->dims, (int)a->batch_dim + 1, inner);
    const size_t size = (size_t)product(in->dims, inner, in->rank) * tf_dtype_size(k->T);
    if (!lengths_fit(k, longest, a->seq_dim))
        return;
    for (int64_t row = 0; row < rows; row++) {
        const int64_t t = row / seq_step % longest, length = int_at(&k->in[1], row / batch_step % batch);
        const int64_t from = t < length ? row + (length - 1 - 2 * t) * seq_step : row;
        memcpy((char *)k->out[0].data + (size_t)row * size, (const char *)in->data + (size_t)from * size, size);
    }
}

static void reverse_sequence_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const reverse_sequence_attrs *a = g->attrs;
    tf_add_grad(g, 0, tf_reverse_sequence(dy, g->in[1], (int)a->seq_dim, (int)a->batch_dim));
}

static const tf_op_def reverse_sequence_op = {
    .name = "ReverseSequence", .in = "input:T, seq_lengths:U", .out = "output:T", .U = TF_INDEX, .attrs = reverse_sequence_fields,
    .attrs_size = sizeof(reverse_sequence_attrs), .shape = reverse_sequence_shape, .kernel = reverse_sequence_kernel,
    .gradient = reverse_sequence_gradient,
};

tf_tensor tf_reverse_sequence_(tf_operand input, tf_operand seq_lengths, struct tf_reverse_sequence_args a)
{
    int seq = a.seq_axis != TF_NO_AXIS ? a.seq_axis : a.seq_dim;
    if (seq == TF_NO_AXIS)
        return tf_mistake(tf_value_error, a.here, NULL, "seq_dim argument has to be given");
    reverse_sequence_attrs attrs = { seq, a.batch_dim != TF_NO_AXIS ? a.batch_dim : a.batch_axis };
    return array_op(&reverse_sequence_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 2, (tf_operand[]){ input, seq_lengths });
}

/* ---- InvertPermutation -------------------------------------------------------------------------------------------------------------------------- */
static void invert_permutation_shape(tf_shape_ctx *c)
{
    if (tf_shape_at_run(c) && tf_in_dims(c, 0)->rank != 1)
        tf_shape_error(c, "invert_permutation expects a 1D vector.");
    else if (tf_with_rank(c, 0, 1))
        tf_set_out(c, 0, tf_in_dims(c, 0)->known ? *tf_in_dims(c, 0) : SHAPE(NONE));
}

static void invert_permutation_kernel(tf_kernel_ctx *k)
{
    const int64_t n = k->in[0].dims[0];
    FOR_DTYPE(k->T, {
        T *out = k->out[0].data;
        for (int64_t i = 0; i < n; i++)
            out[i] = (T)-1;
        for (int64_t i = 0; i < n; i++) {
            const int64_t at = int_at(&k->in[0], i);
            if (at < 0 || at >= n) {
                tf_kernel_error(k, tf_invalid_argument, "%lld is not between 0 and %lld", (long long)at, (long long)n);
                return;
            }
            if (out[at] != (T)-1) {
                tf_kernel_error(k, tf_invalid_argument, "%lld is duplicated in the input.", (long long)at);
                return;
            }
            out[at] = (T)i;
        }
    })
}

static const tf_op_def invert_permutation_op = {
    .name = "InvertPermutation", .in = "x:T", .out = "y:T", .T = TF_INDEX, .shape = invert_permutation_shape,
    .kernel = invert_permutation_kernel, .gradient = tf_no_gradient,
};
UNARY_BUILDER(tf_invert_permutation_, invert_permutation_op, NULL)

/* ---- sequence_mask: range(maxlen) < lengths[.., None] --------------------------------------------------------------------------------------------- */
tf_tensor tf_sequence_mask_(tf_operand lengths, struct tf_sequence_mask_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "SequenceMask");
    tf_tensor x = tf_convert(lengths, tf_dtype_unset, a.here, "lengths");
    if (tf_is_poisoned(x))
        return x;
    tf_tensor width = a.maxlen.kind ? tf_convert(a.maxlen, tf_dtype_unset, a.here, NULL) : tf_reduce_max(x);
    if (tf_is_poisoned(width))
        return width;
    tf_dtype dtype = tf_get_dtype(width);
    if (tf_get_shape(width).known && tf_get_shape(width).rank)
        return tf_mistake(tf_value_error, a.here, NULL, "maxlen must be scalar for sequence_mask");
    if (!a.maxlen.kind)
        width = tf_maximum(tf_convert(tf_operand_integer(0), dtype, a.here, NULL), width);
    tf_tensor zero = tf_convert(tf_operand_integer(0), dtype, a.here, NULL), one = tf_convert(tf_operand_integer(1), dtype, a.here, NULL);
    tf_tensor places = tf1c_range(of(zero), of(width), of(one), (struct tf_name_args){ .name = NULL }, NULL);
    tf_tensor column = tf1c_cast_node(tf_expand_dims(x, -1), dtype, NULL);
    tf_tensor mask = tf_less(places, column);
    return a.dtype && a.dtype != tf_bool ? tf1c_cast(mask, a.dtype, a.here) : mask;
}

tf1c_op_family tf1c_gather_ops = {
    &gather_op, &gather_nd_op, &scatter_nd_op, &segment_sum_op, &one_hot_op, &top_k_op, &in_top_k_op, &reverse_sequence_op, &invert_permutation_op,
    NULL
};
