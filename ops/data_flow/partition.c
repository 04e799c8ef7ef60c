/* Dealing out rows. TF1: core/ops/data_flow_ops.cc, core/kernels/dynamic_partition_op.cc, dynamic_stitch_op.cc. */
#include "ops/data_flow/partition.h"

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/gather.h"
#include "ops/array/shape.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"

/* ---- DynamicPartition ------------------------------------------------------------------------------------------------------------ */
static void partition_shape(tf_shape_ctx *c)
{
    const tf_dims data = *tf_in_dims(c, 0), partitions = *tf_in_dims(c, 1);
    tf_dims out = SHAPE(NONE);
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    if (tf_shape_at_run(c) && !tf1c_begins_with(data, partitions, NULL)) {
        tf_shape_error(c, "data.shape must start with partitions.shape, got data.shape = %s, partitions.shape = %s",
                       tf_dims_kernel_text(data, x, sizeof x), tf_dims_kernel_text(partitions, y, sizeof y));
        return;
    }
    if (!tf1c_has_prefix(c, data, partitions) || !data.known || !partitions.known)
        return;
    for (int i = 0; tf1c_append_dims(c, &out, data, partitions.rank) && i < tf_shape_outputs(c); i++, out = SHAPE(NONE))
        tf_set_out(c, i, out);
}

/* Partition of element i; -1 after a report. */
static int64_t partition_of(tf_kernel_ctx *k, int64_t i)
{
    const int64_t p = int_at(&k->in[1], i);
    char place[128];
    if (p >= 0 && p < k->n_out)
        return p;
    tf_kernel_error(k, tf_invalid_argument, "partitions%s = %lld is not in [0, %d)",
                    tf1c_place_text(&k->in[1], i, place, sizeof place), (long long)p, k->n_out);
    return -1;
}

static void partition_data_shape(tf_kernel_ctx *k, tf_dims *out)
{
    const tf_view *data = &k->in[0], *partitions = &k->in[1];
    for (int i = 0; i < k->n_out; i++) {
        out[i] = SHAPE(0);
        for (int axis = partitions->rank; axis < data->rank; axis++)
            out[i].dims[out[i].rank++] = data->dims[axis];
    }
    for (int64_t i = 0, n = tf_view_count(partitions), p; i < n && (p = partition_of(k, i)) >= 0; i++)
        out[p].dims[0]++;
}

static size_t partition_scratch(const tf_kernel_ctx *k) { return (size_t)k->n_out * sizeof(int64_t); }

static void partition_kernel(tf_kernel_ctx *k)
{
    const size_t size = row_bytes(&k->in[0], k->in[1].rank);
    int64_t *filled = k->scratch;
    clear_bytes(filled, partition_scratch(k));
    for (int64_t i = 0, n = tf_view_count(&k->in[1]), p; i < n && (p = partition_of(k, i)) >= 0; i++)
        copy_bytes((char *)k->out[p].data + (size_t)filled[p]++ * size, (const char *)k->in[0].data + (size_t)i * size, size);
}

static tf_list partitioned(tf_operand data, tf_operand partitions, int64_t n, struct tf_name_args a);

/* Where each element of each part came from says where its gradient goes. */
static void partition_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const tf_tensor shape = tf_shape(g->in[1]), places = tf_reshape(tf_range(tf_reduce_prod(shape)), shape);
    const tf_list from = partitioned(operand_of(places), operand_of(g->in[1]), g->n_out, (struct tf_name_args){ 0 });
    const tf_list parts = tf1c_all_dys(g);
    (void)dy;
    tf_add_grad(g, 0, tf_reshape(tf_dynamic_stitch(from, parts), tf_shape(g->in[0])));
}

static const tf_op_def partition_op = {
    .name = "DynamicPartition",
    .in = "data:T, partitions:int32",
    .out = "outputs:T*",
    .T = TF_EVERY_DTYPE,
    .shape = partition_shape,
    .data_shape = partition_data_shape,
    .scratch = partition_scratch,
    .kernel = partition_kernel,
    .gradient = partition_gradient,
};

static tf_list partitioned(tf_operand data, tf_operand partitions, int64_t n, struct tf_name_args a)
{
    if (n < 1 || n > INT32_MAX)
        return tf_mistake_list(1, tf_mistake(tf_value_error, a.here, NULL,
                                             "Attr 'num_partitions' of 'DynamicPartition' Op passed %lld %s", (long long)n,
                                             n < 1 ? "less than minimum 1." : "more than there can be."));
    tf_operation *op = tf_op_new(
        &partition_op,
        (struct tf_op_args){
            .here = a.here, .name = a.name, .n_inputs = 2, .inputs = (tf_operand[]){ data, partitions }, .n_outputs = (int)n });
    return tf1c_outputs(op, (int)n);
}

tf_list tf_dynamic_partition_(struct tf_dynamic_partition_args a)
{
    return partitioned(tf1c_given(a.data), tf1c_given(a.partitions), a.num_partitions, (struct tf_name_args){ a.here, a.name });
}

/* ---- DynamicStitch: inputs are all indices, then all data ------------------------------------------------------------------------- */

/* The rows of input i's data, without the axes of its indices. */
static tf_dims rows_at(tf_dims data, tf_dims indices)
{
    tf_dims d = { .known = data.known && indices.known && indices.rank <= data.rank };
    for (int i = indices.rank; d.known && i < data.rank; i++)
        d.dims[d.rank++] = data.dims[i];
    return d;
}

static bool stitch_at_run(tf_shape_ctx *c, int n, int i)
{
    const tf_dims first = *tf_in_dims(c, 0), indices = *tf_in_dims(c, i), data0 = *tf_in_dims(c, n), data = *tf_in_dims(c, n + i);
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT], z[TF_DIMS_TEXT], w[TF_DIMS_TEXT];
    if (!tf1c_begins_with(data, indices, NULL)) {
        tf_shape_error(c, "data[%d].shape = %s does not start with indices[%d].shape = %s", i,
                       tf_dims_kernel_text(data, x, sizeof x), i, tf_dims_kernel_text(indices, y, sizeof y));
        return false;
    }
    if (tf_dims_equal(rows_at(data0, first), rows_at(data, indices)))
        return true;
    tf_shape_error(c,
                   "Need data[0].shape[%d:] = data[%d].shape[%d:], got data[0].shape = %s, data[%d].shape = %s, "
                   "indices[0].shape = %s, indices[%d].shape = %s",
                   first.rank, i, indices.rank, tf_dims_kernel_text(data0, x, sizeof x), i, tf_dims_kernel_text(data, y, sizeof y),
                   tf_dims_kernel_text(first, z, sizeof z), i, tf_dims_kernel_text(indices, w, sizeof w));
    return false;
}

/* One more than the largest index, as far as all are known; NONE. */
static int64_t rows_known(tf_shape_ctx *c, int n)
{
    int64_t rows = 0;
    for (int i = 0; i < n; i++) {
        tf_ndarray indices;
        if (!tf_in_value(c, i, &indices))
            return NONE;
        for (int64_t j = 0; j < np_size(indices); j++)
            rows = int_of(&indices, j) >= rows ? int_of(&indices, j) + 1 : rows;
    }
    return rows;
}

static void stitch_shape(tf_shape_ctx *c)
{
    const int n = tf_shape_inputs(c) / 2;
    tf_dims rows = { 0 }, out = SHAPE(NONE);
    if (n * 2 != tf_shape_inputs(c)) {
        tf_shape_error(c, "There are %d inputs: as many data are wanted as indices", tf_shape_inputs(c));
        return;
    }
    for (int i = 0; i < n; i++) {
        const tf_dims indices = *tf_in_dims(c, i), data = *tf_in_dims(c, n + i);
        if (tf_shape_at_run(c) ? !stitch_at_run(c, n, i) : !tf1c_has_prefix(c, data, indices))
            return;
        if (!tf1c_merge_in(c, rows, rows_at(data, indices), &rows, ""))
            return;
    }
    out.dims[0] = rows_known(c, n);
    if (rows.known && tf1c_append_dims(c, &out, rows, 0))
        tf_set_out(c, 0, out);
}

static void stitch_data_shape(tf_kernel_ctx *k, tf_dims *out)
{
    const int n = k->n_in / 2;
    int64_t rows = 0;
    for (int i = 0; i < n; i++)
        for (int64_t j = 0, count = tf_view_count(&k->in[i]); j < count; j++)
            rows = int_at(&k->in[i], j) >= rows ? int_at(&k->in[i], j) + 1 : rows;
    out[0] = SHAPE(rows);
    for (int axis = k->in[0].rank; axis < k->in[n].rank; axis++)
        out[0].dims[out[0].rank++] = k->in[n].dims[axis];
}

static void stitch_kernel(tf_kernel_ctx *k)
{
    const int n = k->n_in / 2;
    const size_t size = row_bytes(&k->out[0], 1);
    clear_bytes(k->out[0].data, (size_t)tf_view_count(&k->out[0]) * tf_dtype_size(k->T));
    for (int i = 0; i < n; i++)
        for (int64_t j = 0, count = tf_view_count(&k->in[i]); j < count; j++) {
            const int64_t to = int_at(&k->in[i], j);
            if (to < 0 || to >= k->out[0].dims[0]) {
                tf_kernel_error(k, tf_invalid_argument, "indices[%lld] is out of range", (long long)j);
                return;
            }
            copy_bytes((char *)k->out[0].data + (size_t)to * size, (const char *)k->in[n + i].data + (size_t)j * size, size);
        }
}

static void stitch_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    for (int i = 0, n = g->n_in / 2; i < n; i++)
        tf_add_grad(g, n + i, tf_gather(dy, g->in[i]));
}

static const tf_op_def stitch_op = {
    .name = "DynamicStitch",
    .in = "indices:int32*, data:T*",
    .out = "merged:T",
    .T = TF_EVERY_DTYPE,
    .shape = stitch_shape,
    .data_shape = stitch_data_shape,
    .kernel = stitch_kernel,
    .gradient = stitch_gradient,
};

/* The same, several at once; which is the later of equals is then open. */
static const tf_op_def parallel_stitch_op = {
    .name = "ParallelDynamicStitch",
    .in = "indices:int32*, data:T*",
    .out = "merged:T",
    .T = TF_EVERY_DTYPE,
    .shape = stitch_shape,
    .data_shape = stitch_data_shape,
    .kernel = stitch_kernel,
    .gradient = stitch_gradient,
};

static tf_tensor stitched(const tf_op_def *def, tf_list indices, tf_list data, struct tf_op_args args)
{
    tf_list inputs = { 0 };
    for (int i = 0; i < indices.n; i++)
        tf_append(&inputs, indices.items[i]);
    for (int i = 0; i < data.n; i++)
        tf_append(&inputs, data.items[i]);
    return tf1c_op_of_list(def, args, inputs);
}

tf_tensor tf1c_parallel_stitch(tf_list indices, tf_list data, const char *name)
{
    return stitched(&parallel_stitch_op, indices, data, (struct tf_op_args){ .name = name });
}

tf_tensor tf_dynamic_stitch_(struct tf_dynamic_stitch_args a)
{
    const tf_list indices = tf1c_given_list(a.indices, a.here), data = tf1c_given_list(a.data, a.here);
    if (indices.n < 1)
        return tf_mistake(tf_value_error, a.here, NULL,
                          "List argument 'indices' to 'DynamicStitch' Op with length 0 shorter than minimum length 1.");
    if (indices.n != data.n)
        return tf_mistake(tf_value_error, a.here, NULL,
                          "List argument 'data' to 'dynamic_stitch' Op with length %d must match length %d of argument 'indices'.",
                          data.n, indices.n);
    return stitched(&stitch_op, indices, data, (struct tf_op_args){ .here = a.here, .name = a.name });
}

/* clang-format off */
tf1c_op_family tf1c_family_partition = {
    &partition_op,
    &stitch_op,
    &parallel_stitch_op,
    NULL,
};
