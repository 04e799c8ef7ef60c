/* Sparse tensors put in order, joined, cut, added and summed. TF1: core/ops/sparse_ops.cc, core/kernels/sparse_*_op.cc,
 * python/ops/sparse_ops.py, sparse_grad.py. */
#include <stdio.h>

#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/sequence.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/array/where.h"
#include "ops/control_flow/with_dependencies.h"
#include "ops/logging/logging_ops.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"
#include "ops/sparse/indices.h"

/* ---- SparseReorder: dvalues = dy, each back where it was ---------------------------------------------------------------------------- */
static void reorder_shape(tf_shape_ctx *c)
{
    int64_t n, rank;
    if (!tf1c_parts_shape(c, 0, &n, &rank))
        return;
    tf_set_out(c, 0, tf_in_dims(c, 0)->known ? *tf_in_dims(c, 0) : SHAPE(NONE, NONE));
    tf_set_out(c, 1, tf_in_dims(c, 1)->known ? *tf_in_dims(c, 1) : SHAPE(NONE));
}

static void reorder_kernel(tf_kernel_ctx *k)
{
    const int64_t n = k->in[0].dims[0];
    int64_t *order = tf1c_rows_in_order(k, k->in[0].data, n, k->in[0].dims[1]);
    for (int64_t i = 0; order && i < n; i++) {
        set_row(&k->out[0], i, entry_row(&k->in[0], order[i]));
        set_value(&k->out[1], i, &k->in[1], order[i]);
    }
    tf1c_free(order);
}

static void reorder_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    (void)dy;
    tf1c_gradient_makes(g, 13);
    if (tf_is_none(g->dys[1]))
        return;
    const tf_tensor places = tf_range(tf_getitem(tf_shape(g->in[0]), "0"));
    const tf_sparse_tensor numbered = { g->in[0], places, g->in[2] }, moved = tf_sparse_reorder(numbered);
    tf_add_grad(g, 1, tf_gather(g->dys[1], tf_invert_permutation(moved.values)));
}

static const tf_op_def reorder_op = {
    .name = "SparseReorder",
    .in = "input_indices:int64, input_values:T, input_shape:int64",
    .out = "output_indices:int64, output_values:T",
    .T = TF_EVERY_DTYPE,
    .shape = reorder_shape,
    .kernel = reorder_kernel,
    .gradient = reorder_gradient,
};

tf_sparse_tensor tf_sparse_reorder_(tf_sparse_tensor sp, struct tf_name_args a)
{
    TF_FROM(a.here);
    const tf_tensor mistake = tf1c_mistaken_part(sp, a.here);
    if (mistake.op)
        return tf1c_no_sparse(mistake);
    tf_operation *op =
        tf_op_new(&reorder_op, (struct tf_op_args){ .name = a.name,
                                                    .n_inputs = 3,
                                                    .inputs = (tf_operand[]){ operand_of(sp.indices), operand_of(sp.values),
                                                                              operand_of(sp.dense_shape) } });
    const tf_dims known = tf1c_sparse_shape(sp);
    const tf_tensor indices = tf_op_output(op, 0), values = tf_op_output(op, 1);
    if (!tf_dims_fully_known(known))
        return tf_sparse_tensor(indices, values, tf_identity(sp.dense_shape));
    TF_SCOPE(NULL, "SparseTensor");
    return (tf_sparse_tensor){ indices, values, tf_convert(tf_operand_dims(known), tf_int64, a.here, "dense_shape") };
}

/* ---- SparseConcat: no gradient ------------------------------------------------------------------------------------------------------- */
typedef struct {
    int64_t concat_dim;
} concat_attrs;
static const tf_attr_def concat_fields[] = { TF_ATTR(concat_attrs, concat_dim, TF_ATTR_INT), { 0 } };

static void concat_shape(tf_shape_ctx *c)
{
    const int count = tf_shape_inputs(c) / 3;
    int64_t n = 0, rank = NONE;
    for (int i = 0; i < count; i++) {
        const tf_dims *indices = tf_in_dims(c, i);
        const int wrong = !tf_with_rank(c, i, 2) || !tf_with_rank(c, count + i, 1) || !tf_with_rank(c, 2 * count + i, 1);
        const int64_t own = indices->known ? indices->dims[1] : NONE, before = rank;
        if (wrong)
            return;
        if (!tf_merge_dim(before, own, &rank)) {
            if (tf_shape_at_run(c))
                tf_shape_error(c, "Ranks of all input tensors must match: expected %lld but got %lld at position %d",
                               (long long)before, (long long)own, i);
            else
                tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)before, (long long)own);
            return;
        }
        n = n == NONE || !indices->known || indices->dims[0] == NONE ? NONE : n + indices->dims[0];
    }
    tf_set_out(c, 0, SHAPE(n, rank));
    tf_set_out(c, 1, SHAPE(n));
    tf_set_out(c, 2, SHAPE(rank));
}

/* Where each tensor's part begins along the axis goes into begins[0..count], the whole's size into the last; false after a report. */
static bool concat_begins(tf_kernel_ctx *k, int count, int64_t axis, int64_t *begins)
{
    const int64_t rank = k->out[2].dims[0];
    begins[0] = 0;
    for (int i = 0; i < count; i++) {
        const tf_view *indices = &k->in[i], *values = &k->in[count + i], *shape = &k->in[2 * count + i];
        if (shape->dims[0] != rank || indices->dims[0] != values->dims[0]) {
            tf_kernel_error(k, tf_invalid_argument,
                            "Ranks of all input tensors must match: expected %lld but got %lld at position %d", (long long)rank,
                            (long long)shape->dims[0], i);
            return false;
        }
        for (int64_t j = 0; j < rank; j++)
            if (j != axis && int_at(shape, j) != int_at(&k->in[2 * count], j)) {
                tf_kernel_error(k, tf_invalid_argument,
                                "Input shapes must match: expected %lld for dimension %lld but got %lld at position %d",
                                (long long)int_at(&k->in[2 * count], j), (long long)j, (long long)int_at(shape, j), i);
                return false;
            }
        begins[i + 1] = (int64_t)((uint64_t)begins[i] + (uint64_t)int_at(shape, axis)); /* wrong sizes may overflow */
    }
    return true;
}

/* All rows one after the other into `rows`, moved along the axis; their values into out[1] in the rows' order. */
static void join_rows(tf_kernel_ctx *k, int count, int64_t axis, const int64_t *begins, int64_t *rows)
{
    const int64_t rank = k->out[0].dims[1], all = k->out[0].dims[0];
    int64_t at = 0;
    for (int i = 0; i < count; i++)
        for (int64_t j = 0; j < k->in[i].dims[0]; j++, at++) {
            copy_bytes(rows + at * rank, entry_row(&k->in[i], j), (size_t)rank * sizeof *rows);
            rows[at * rank + axis] =
                (int64_t)((uint64_t)rows[at * rank + axis] + (uint64_t)begins[i]); /* wrong indices may overflow */
        }
    int64_t *order = tf1c_rows_in_order(k, rows, all, rank);
    for (int64_t to = 0; order && to < all; to++) {
        int64_t from = order[to];
        int i = 0;
        set_row(&k->out[0], to, rows + from * rank);
        while (from >= k->in[i].dims[0])
            from -= k->in[i++].dims[0];
        set_value(&k->out[1], to, &k->in[count + i], from);
    }
    tf1c_free(order);
}

static void concat_kernel(tf_kernel_ctx *k)
{
    const int count = k->n_in / 3;
    const int64_t given = ((const concat_attrs *)k->attrs)->concat_dim, rank = k->out[2].dims[0],
                  axis = given < 0 ? given + rank : given;
    if (axis < 0 || axis >= rank) {
        tf_kernel_error(k, tf_invalid_argument, "Concat dimension must be in range [%lld, %lld), got %lld", (long long)-rank,
                        (long long)rank, (long long)given);
        return;
    }
    int64_t *begins = tf1c_alloc(((size_t)count + 1) * sizeof *begins);
    int64_t *rows = tf1c_alloc(((size_t)tf_view_count(&k->out[0]) + 1) * sizeof *rows);
    if (!begins || !rows)
        tf_kernel_error(k, tf_memory_error, "no memory left to join sparse tensors");
    else if (concat_begins(k, count, axis, begins)) {
        for (int64_t j = 0; j < rank; j++)
            set_int(&k->out[2], j, j == axis ? begins[count] : int_at(&k->in[2 * count], j));
        join_rows(k, count, axis, begins, rows);
    }
    tf1c_free(begins);
    tf1c_free(rows);
}

static const tf_op_def concat_op = {
    .name = "SparseConcat",
    .in = "indices:int64*, values:T*, shapes:int64*",
    .out = "output_indices:int64, output_values:T, output_shape:int64",
    .T = TF_EVERY_DTYPE,
    .attrs = concat_fields,
    .attrs_size = sizeof(concat_attrs),
    .shape = concat_shape,
    .kernel = concat_kernel,
    .gradient = tf_no_gradient,
};

/* The shapes with their greatest size along every axis but `axis`. */
static tf_list expanded(tf_list shapes, int axis)
{
    tf_list rows = { 0 }, all = { 0 };
    for (int i = 0; i < shapes.n; i++)
        tf_append(&rows, tf_reshape(tf_at(shapes, i), SHAPE(1, -1)));
    const tf_tensor most = tf_reduce_max(tf_concat(rows, 0), 0);
    for (int i = 0; i < shapes.n; i++) {
        const tf_tensor before = tf_getitem(most, ":%d", axis);
        const tf_tensor own =
            axis == -1 ? tf_getitem(tf_at(shapes, i), "-1:") : tf_getitem(tf_at(shapes, i), "%d:%lld", axis, (long long)axis + 1);
        tf_list parts = LIST(before, own);
        if (axis != -1)
            tf_append(&parts, tf_getitem(most, "%lld:", (long long)axis + 1));
        tf_append(&all, tf_concat(parts, 0));
    }
    return all;
}

/* The joined shape where every shape is known; else none. */
static tf_tensor known_concat(tf_list shapes, int axis)
{
    tf_dims whole = { 0 };
    for (int i = 0; i < shapes.n; i++) {
        const tf_dims d = tf1c_sparse_shape((tf_sparse_tensor){ .dense_shape = tf_at(shapes, i) });
        const int at = d.known ? tf_norm_axis(axis, d.rank) : -1;
        if (at < 0 || (i && d.rank != whole.rank))
            return (tf_tensor){ 0 };
        const int64_t before = i ? whole.dims[at] : 0;
        whole = i ? whole : d;
        whole.dims[at] = tf1c_plus(before, d.dims[at]);
    }
    return whole.known ? tf_convert(tf_operand_dims(whole), tf_int64, (tf_source){ 0 }, "Const") : (tf_tensor){ 0 };
}

static tf_sparse_tensor joined(tf_list indices, tf_list values, tf_list shapes, const struct tf_sparse_concat_args *a)
{
    const concat_attrs attrs = { a->axis };
    tf_list all = { 0 };
    const tf_list parts[] = { indices, values, shapes };
    for (int p = 0; p < 3; p++)
        for (int i = 0; i < parts[p].n; i++)
            tf_append(&all, tf_at(parts[p], i));
    tf_operation *op = tf1c_op_of_list(&concat_op, (struct tf_op_args){ .name = a->name, .attrs = &attrs, .n_outputs = 3 }, all).op;
    const tf_tensor known = tf_is_poisoned((tf_tensor){ .op = op }) ? (tf_tensor){ 0 } : known_concat(shapes, a->axis);
    return tf_sparse_tensor(tf_op_output(op, 0), tf_op_output(op, 1), known.op ? known : tf_op_output(op, 2));
}

tf_sparse_tensor tf_sparse_concat_(struct tf_sparse_concat_args a)
{
    TF_FROM(a.here);
    const int n = a.sp_inputs.indices.n;
    if (n < 1 || a.sp_inputs.values.n != n || a.sp_inputs.dense_shapes.n != n)
        return tf1c_no_sparse(tf_mistake(tf_value_error, a.here, NULL, "Inputs must be a list"));
    for (int i = 0; i < n; i++) {
        const tf_tensor mistake = tf1c_mistaken_part(tf_sparse_at(a.sp_inputs, i), a.here);
        if (mistake.op)
            return tf1c_no_sparse(mistake);
    }
    if (n == 1)
        return tf_sparse_at(a.sp_inputs, 0);
    const tf_list shapes = a.sp_inputs.dense_shapes;
    return joined(a.sp_inputs.indices, a.sp_inputs.values, a.expand_nonconcat_dim ? expanded(shapes, a.axis) : shapes, &a);
}

tf_sparse_list tf_sparse_list_of_(int n, const tf_sparse_tensor *items)
{
    tf_sparse_list all = { 0 };
    for (int i = 0; i < n && items; i++) {
        tf_append(&all.indices, items[i].indices);
        tf_append(&all.values, items[i].values);
        tf_append(&all.dense_shapes, items[i].dense_shape);
    }
    return all;
}

/* ---- SparseSlice: dvalues = dy where an entry is kept, else 0 --------------------------------------------------------------------- */
static void slice_shape(tf_shape_ctx *c)
{
    int64_t n, rank;
    if (!tf1c_parts_shape(c, 0, &n, &rank))
        return;
    for (int i = 3; tf_shape_at_run(c) && i < 5; i++)
        if (tf_in_dims(c, i)->rank != 1 || tf_in_dims(c, i)->dims[0] != rank) {
            tf_shape_error(c, "Expected %s to be a vector of length %lld but got length %lld", i == 3 ? "start" : "size",
                           (long long)rank, (long long)(tf_in_dims(c, i)->rank == 1 ? tf_in_dims(c, i)->dims[0] : 0));
            return;
        }
    tf_set_out(c, 0, SHAPE(NONE, rank));
    tf_set_out(c, 1, SHAPE(NONE));
    tf_set_out(c, 2, tf_in_dims(c, 2)->known ? *tf_in_dims(c, 2) : SHAPE(NONE));
}

static bool in_slice(const tf_kernel_ctx *k, int64_t i)
{
    const int64_t *row = entry_row(&k->in[0], i);
    for (int64_t axis = 0; axis < k->in[0].dims[1]; axis++) {
        const int64_t start = int_at(&k->in[3], axis), size = int_at(&k->in[4], axis);
        if (row[axis] < start || (uint64_t)row[axis] - (uint64_t)start >= (uint64_t)size)
            return false;
    }
    return true;
}

static void slice_data_shape(tf_kernel_ctx *k, tf_dims *out)
{
    int64_t n = 0, rank = k->in[0].dims[1];
    for (int64_t axis = 0; axis < rank; axis++)
        if (int_at(&k->in[4], axis) < 0) {
            tf_kernel_error(k, tf_invalid_argument, "Expected size[%lld] not to be negative but got %lld", (long long)axis,
                            (long long)int_at(&k->in[4], axis));
            return;
        }
    for (int64_t i = 0; i < k->in[0].dims[0]; i++)
        n += in_slice(k, i);
    out[0] = SHAPE(n, rank);
    out[1] = SHAPE(n);
    out[2] = SHAPE(rank);
}

static void slice_kernel(tf_kernel_ctx *k)
{
    const int64_t rank = k->in[0].dims[1];
    int64_t at = 0;
    for (int64_t i = 0; i < k->in[0].dims[0]; i++) {
        if (!in_slice(k, i))
            continue;
        for (int64_t axis = 0; axis < rank; axis++)
            set_int(&k->out[0], at * rank + axis, entry_row(&k->in[0], i)[axis] - int_at(&k->in[3], axis));
        set_value(&k->out[1], at++, &k->in[1], i);
    }
    for (int64_t axis = 0; axis < rank; axis++) {
        const int64_t whole = int_at(&k->in[2], axis), start = int_at(&k->in[3], axis), size = int_at(&k->in[4], axis);
        set_int(&k->out[2], axis, start > whole ? 0 : start < 0 || size < whole - start ? size : whole - start);
    }
}

static tf_tensor slice_back(tf_tensor dy, tf_tensor indices, tf_tensor start, tf_tensor kept);
static void slice_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    (void)dy;
    if (!tf_is_none(g->dys[1]))
        tf_add_grad(g, 1, slice_back(g->dys[1], g->in[0], g->in[3], g->out[0]));
}

static const tf_op_def slice_op = {
    .name = "SparseSlice",
    .in = "indices:int64, values:T, shape:int64, start:int64, size:int64",
    .out = "output_indices:int64, output_values:T, output_shape:int64",
    .T = TF_EVERY_DTYPE,
    .shape = slice_shape,
    .data_shape = slice_data_shape,
    .kernel = slice_kernel,
    .gradient = slice_gradient,
};

/* dy of the kept entries, all entries' indices [n, rank], where the slice starts, the kept ones' indices in it -> [n] */
static void slice_back_shape(tf_shape_ctx *c)
{
    const tf_dims *dy = tf_in_dims(c, 0), *indices = tf_in_dims(c, 1), *start = tf_in_dims(c, 2), *kept = tf_in_dims(c, 3);
    if (!tf_with_rank(c, 0, 1) || !tf_with_rank(c, 1, 2) || !tf_with_rank(c, 2, 1) || !tf_with_rank(c, 3, 2))
        return;
    if (tf_shape_at_run(c) &&
        (dy->dims[0] != kept->dims[0] || indices->dims[1] != kept->dims[1] || start->dims[0] != kept->dims[1]))
        tf_shape_error(c, "The input_indices should have the same number of columns as output_indices, and backprop_val_grad an "
                          "element for each of its rows");
    tf_set_out(c, 0, SHAPE(indices->known ? indices->dims[0] : NONE));
}

static void slice_back_kernel(tf_kernel_ctx *k)
{
    const tf_view *indices = &k->in[1], *kept = &k->in[3];
    const int64_t rank = indices->dims[1];
    int64_t at = 0;
    clear_bytes(k->out[0].data, row_bytes(&k->out[0], 0));
    for (int64_t i = 0; i < indices->dims[0] && at < kept->dims[0]; i++) {
        int64_t axis = 0;
        while (axis < rank &&
               (uint64_t)entry_row(indices, i)[axis] - (uint64_t)int_at(&k->in[2], axis) == (uint64_t)entry_row(kept, at)[axis])
            axis++;
        if (axis == rank)
            set_value(&k->out[0], i, &k->in[0], at++);
    }
}

static const tf_op_def slice_back_op = {
    .name = "SparseSliceGrad",
    .in = "backprop_val_grad:T, input_indices:int64, input_start:int64, output_indices:int64",
    .out = "val_grad:T",
    .T = TF_NUMERIC,
    .shape = slice_back_shape,
    .kernel = slice_back_kernel,
    .gradient = tf1c_undefined_gradient,
};

static tf_tensor slice_back(tf_tensor dy, tf_tensor indices, tf_tensor start, tf_tensor kept)
{
    return array_op(&slice_back_op, (struct tf_name_args){ 0 }, NULL, NULL, 4,
                    (tf_operand[]){ operand_of(dy), operand_of(indices), operand_of(start), operand_of(kept) });
}

tf_sparse_tensor tf_sparse_slice_(struct tf_sparse_slice_args a)
{
    TF_FROM(a.here);
    const tf_tensor mistake = tf1c_mistaken_part(a.sp_input, a.here);
    if (mistake.op)
        return tf1c_no_sparse(mistake);
    const tf_operand given_start = tf1c_given(a.start), given_size = tf1c_given(a.size);
    const tf_tensor start = tf_convert(given_start, tf_int64, a.here, NULL), size = tf_convert(given_size, tf_int64, a.here, NULL);
    TF_SCOPE(a.name, "SparseSlice");
    const tf_operand in[] = { operand_of(a.sp_input.indices), operand_of(a.sp_input.values), operand_of(a.sp_input.dense_shape),
                              operand_of(start), operand_of(size) };
    tf_operation *op =
        tf_op_new(&slice_op, (struct tf_op_args){ .name = tf_scope_name(), .n_inputs = 5, .inputs = in, .n_outputs = 3 });
    return tf_sparse_tensor(tf_op_output(op, 0), tf_op_output(op, 1), tf_op_output(op, 2));
}

/* ---- made of others: some entries, another shape, axes in another order ------------------------------------------------------------ */

tf_sparse_tensor tf_sparse_retain_(struct tf_sparse_retain_args a)
{
    TF_FROM(a.here);
    const tf_sparse_tensor sp = a.sp_input;
    const tf_operand to_retain = tf1c_given(a.to_retain);
    char text[TF_DIMS_TEXT];
    tf_tensor mistake = tf1c_mistaken_part(sp, a.here);
    const tf_tensor kept = mistake.op ? mistake : tf_convert(to_retain, tf_dtype_unset, a.here, NULL);
    if (tf_is_poisoned(kept))
        return tf1c_no_sparse(kept);
    const tf_dims entries = tf_get_shape(sp.values), flags = tf_get_shape(kept);
    int64_t n;
    if (!flags.known || flags.rank != 1)
        return tf1c_no_sparse(
            tf_mistake(tf_value_error, a.here, NULL, "Shape %s must have rank 1", tf_dims_text(flags, text, sizeof text)));
    if (entries.known && !tf_merge_dim(entries.dims[0], flags.dims[0], &n))
        return tf1c_no_sparse(tf_mistake(tf_value_error, a.here, NULL, "Dimensions %lld and %lld are not compatible",
                                         (long long)entries.dims[0], (long long)flags.dims[0]));
    const tf_tensor places = tf_reshape(tf_where(kept), SHAPE(-1));
    const tf_tensor indices = tf_gather(sp.indices, places), values = tf_gather(sp.values, places);
    return tf_sparse_tensor(indices, values, tf_identity(sp.dense_shape));
}

/* As NumPy shows it: "[2 3]". */
static const char *sizes_text(tf_dims d, char *text, size_t n)
{
    size_t used = (size_t)snprintf(text, n, "[");
    for (int i = 0; i < d.rank; i++)
        used += (size_t)snprintf(text + used, n - used, "%s%lld", i ? " " : "", (long long)d.dims[i]);
    snprintf(text + used, n - used, "]");
    return text;
}

/* A shape that holds the old one, whose axes are as many. */
static tf_tensor checked_shape(tf_tensor old, tf_tensor shape, tf_sparse_tensor sp, tf_source here)
{
    const tf_dims known = tf1c_sparse_shape(sp), wanted = tf1c_sparse_shape((tf_sparse_tensor){ .dense_shape = shape });
    const tf_dims axes = tf_get_shape(old), given = tf_get_shape(shape);
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    int64_t n;
    if (!given.known || given.rank != 1)
        return tf_mistake(tf_value_error, here, NULL, "Shape %s must have rank 1", tf_dims_text(given, a, sizeof a));
    if (axes.known && !tf_merge_dim(given.dims[0], axes.dims[0], &n))
        return tf_mistake(tf_value_error, here, NULL, "Dimensions %lld and %lld are not compatible", (long long)given.dims[0],
                          (long long)axes.dims[0]);
    if (known.known && wanted.known) {
        for (int i = 0; i < known.rank; i++)
            if (known.dims[i] > wanted.dims[i])
                return tf_mistake(tf_value_error, here, NULL,
                                  "Requested new_shape should have dimension sizes >= sp_input.shape.  Found new_shape (%s), "
                                  "sp_input.shape (%s).",
                                  sizes_text(known, a, sizeof a), sizes_text(wanted, b, sizeof b));
        return shape;
    }
    const tf_tensor old_rank = tf_shape(old), rank = tf_shape(shape);
    const tf_tensor checked = tf1c_with_dependencies(tf_assert_equal(old_rank, rank), shape);
    return tf1c_with_dependencies(tf_assert_less_equal(old, checked), checked);
}

tf_sparse_tensor tf_sparse_reset_shape_(struct tf_sparse_reset_shape_args a)
{
    TF_FROM(a.here);
    const tf_sparse_tensor sp = a.sp_input;
    const tf_tensor mistake = tf1c_mistaken_part(sp, a.here);
    const tf_operand given = tf1c_given(a.new_shape);
    if (mistake.op)
        return tf1c_no_sparse(mistake);
    const tf_tensor indices = tf_identity(sp.indices), values = tf_identity(sp.values), old = tf_identity(sp.dense_shape);
    if (given.kind) {
        const tf_tensor wanted = tf_convert(given, tf_dtype_unset, a.here, NULL);
        const tf_tensor shape = tf_is_poisoned(wanted) ? wanted : checked_shape(old, tf_cast(wanted, tf_int64), sp, a.here);
        return tf_is_poisoned(shape) ? tf1c_no_sparse(shape) : tf_sparse_tensor(indices, values, shape);
    }
    const tf_tensor last = tf_reduce_max(indices, 0), zero = tf_constant(0, tf_int64), ones = tf_ones_like(old);
    return tf_sparse_tensor(indices, values, tf_maximum(zero, tf_add(last, ones)));
}

tf_sparse_tensor tf_sparse_transpose_(struct tf_sparse_transpose_args a)
{
    TF_FROM(a.here);
    const tf_sparse_tensor sp = a.sp_input;
    const tf_tensor mistake = tf1c_mistaken_part(sp, a.here);
    const tf_operand given = tf1c_given(a.perm);
    if (mistake.op)
        return tf1c_no_sparse(mistake);
    TF_SCOPE(a.name, "SparseTranspose");
    tf_operand perm = given;
    if (!given.kind) {
        const tf_tensor rank = tf_size(sp.dense_shape, .name = "Rank"), last = tf_sub(rank, 1);
        perm = operand_of(tf_sub(last, tf_range(0, rank, 1)));
    }
    const tf_tensor columns = tf_gather(tf_transpose(sp.indices), perm), indices = tf_transpose(columns);
    if (perm.kind != TF_OPERAND_TENSOR)
        tf_convert(perm, tf_dtype_unset, a.here, "Const"); /* Python looks whether it is known */
    const tf_tensor shape = tf_gather(sp.dense_shape, perm);
    return tf_sparse_reorder(tf_sparse_tensor(indices, sp.values, shape));
}

/* clang-format off */
tf1c_op_family tf1c_family_sparse_ops = {
    &reorder_op,
    &concat_op,
    &slice_op,
    &slice_back_op,
    NULL,
};
