/* IndexedSlices, in TF1 a pair of tensors that some functions know, here a node that others read as the dense tensor it stands
 * for. TF1: framework/indexed_slices.py IndexedSlices, _indexed_slices_to_tensor, ops/math_ops.py _as_indexed_slices_list. */
#include "ops/array/indexed_slices.h"

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/gather.h"
#include "ops/array/slice.h"
#include "ops/math/cast.h"
#include "ops/math/segment.h"

static void indexed_slices_shape(tf_shape_ctx *c)
{
    tf_dims rows = *tf_in_dims(c, 0), dense = { 0 };
    if (!tf_with_rank_at_least(c, 0, 1) || !tf_with_rank(c, 1, 1) || !tf_with_rank(c, 2, 1))
        return;
    if (rows.known)
        rows.dims[0] = NONE;
    if (!tf_in_ints(c, 2, &dense) || dense.rank != tf_in_dims(c, 2)->dims[0])
        dense = (tf_dims){ 0 };
    if (tf1c_merge_in(c, rows, dense, &dense, ""))
        tf_set_out(c, 0, dense);
}

static void indexed_slices_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_gather(dy, g->in[1])); }

const tf_op_def tf1c_indexed_slices_op = {
    .name = "IndexedSlices",
    .in = "values:T, indices:U, dense_shape:?",
    .out = "dense:T",
    .T = TF_NUMERIC,
    .U = TF_INDEX,
    .shape = indexed_slices_shape,
    .kernel = tf1c_segment_sum_kernel,
    .units = tf1c_segment_units,
    .shard = &tf1c_by_segment,
    .gradient = indexed_slices_gradient,
};

static tf_tensor indexed_slices_of(tf_operand values, tf_operand indices, tf_operand dense_shape, struct tf_name_args a)
{
    return array_op(&tf1c_indexed_slices_op, a, NULL, NULL, 3, (tf_operand[]){ values, indices, dense_shape });
}

tf_tensor tf_indexed_slices_(struct tf_indexed_slices_args a)
{
    return indexed_slices_of(tf1c_given(a.values), tf1c_given(a.indices), tf1c_given(a.dense_shape),
                             (struct tf_name_args){ a.here, a.name });
}

/* ---- what gradients make of them ------------------------------------------------------------------------------------------ */

tf_tensor tf1c_of_slices(tf_indexed_slices s, tf_dims shape)
{
    tf_dims merged;
    if (!s.indices.op)
        return s.values;
    tf_tensor t = tf_indexed_slices(s.values, s.indices, s.dense_shape);
    tf1c_current_graph()->universe->last_id--; /* no operation in TF */
    if (!tf_is_poisoned(t) && tf_merge_dims(tf_get_shape(t), shape, &merged))
        t.op->outputs[0].shape = merged;
    return t;
}

tf_tensor tf1c_with_values(tf_tensor like, tf_tensor values)
{
    const tf_indexed_slices s = tf_slices(like);
    if (tf_is_poisoned(values))
        return values;
    return tf1c_of_slices((tf_indexed_slices){ values, s.indices, s.dense_shape }, tf_get_shape(like));
}

/* Rows and indices one after the other; indices of both dtypes as int64. */
tf_tensor tf1c_concat_slices(tf_list all)
{
    tf_list values = { 0 }, indices = { 0 };
    bool wide = false;
    for (int i = 0; i < all.n; i++)
        wide |= tf_get_dtype(tf_slices(all.items[i]).indices) == tf_int64;
    for (int i = 0; i < all.n; i++) {
        const tf_indexed_slices s = tf_slices(all.items[i]);
        tf_append(&values, s.values);
        tf_append(&indices, wide ? tf1c_cast(s.indices, tf_int64, (tf_source){ 0 }) : s.indices);
    }
    const tf_indexed_slices sum = { tf_concat(values, 0), tf_concat(indices, 0), tf_slices(all.items[0]).dense_shape };
    return tf1c_of_slices(sum, tf_get_shape(all.items[0]));
}

tf_tensor tf1c_dense(tf_tensor t)
{
    const tf_indexed_slices s = tf_slices(t);
    if (!s.indices.op)
        return t;
    return tf_unsorted_segment_sum(s.values, s.indices, tf_getitem(s.dense_shape, "0"));
}

/* clang-format off */
tf1c_op_family tf1c_family_indexed_slices = {
    &tf1c_indexed_slices_op,
    NULL,
};
