/* Sums of sparse tensors. TF1: core/kernels/sparse_add_op.cc, sparse_add_grad_op.cc, sparse_tensor_dense_add_op.cc, sparse_reduce_op.cc;
 * python/ops/sparse_grad.py. */
#include "ops/array/fill.h"
#include "ops/array/gather.h"
#include "ops/array/shape.h"
#include "ops/data_flow/partition.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"
#include "ops/sparse/indices.h"

/* ---- SparseAdd: the entries of a and of b, but sums of both whose magnitude is below thresh ----------------------------------------------- */
static void add_shape(tf_shape_ctx *c)
{
    int64_t n, rank, other;
    if (!tf1c_parts_shape(c, 0, &n, &rank) || !tf1c_parts_shape(c, 3, &n, &other))
        return;
    if (rank == NONE)
        rank = other;
    tf_set_out(c, 0, SHAPE(NONE, rank));
    tf_set_out(c, 1, SHAPE(NONE));
    tf_set_out(c, 2, SHAPE(rank));
}

static bool same_dense_shapes(tf_kernel_ctx *k)
{
    const tf_view *a = &k->in[2], *b = &k->in[5];
    if (a->dims[0] != b->dims[0]) {
        tf_kernel_error(k, tf_invalid_argument, "Operands do not have the same ranks; got %lld and %lld dimensions",
                        (long long)a->dims[0], (long long)b->dims[0]);
        return false;
    }
    for (int64_t axis = 0; axis < a->dims[0]; axis++)
        if (int_at(a, axis) != int_at(b, axis)) {
            tf_kernel_error(k, tf_invalid_argument, "Operands' shapes do not match: got %lld and %lld for dimension %lld",
                            (long long)int_at(a, axis), (long long)int_at(b, axis), (long long)axis);
            return false;
        }
    return true;
}

/* a's value i and b's j, either of which may be below 0: none, into *sum. Whether it is kept. */
static bool sum_of(const tf_kernel_ctx *k, int64_t i, int64_t j, void *sum)
{
    const tf_view *a = &k->in[1], *b = &k->in[4], *least = &k->in[6];
    FOR_DTYPE(k->T, {
        const T s = (T)((i < 0 ? 0 : ((const T *)a->data)[i]) + (j < 0 ? 0 : ((const T *)b->data)[j]));
        const T minus = (T)-s;
        *(T *)sum = s;
        return i < 0 || j < 0 || *(const T *)least->data <= (s > minus ? s : minus);
    })
    return false;
}

/* How many entries the sum has; where there is an `out`, they. Both are in order. */
static int64_t add_entries(tf_kernel_ctx *k, const tf_view *out)
{
    const tf_view *a = &k->in[0], *b = &k->in[3];
    const size_t size = tf_dtype_size(k->T);
    int64_t at = 0, sum[1];
    for (int64_t i = 0, j = 0; i < a->dims[0] || j < b->dims[0];) {
        const int order = i == a->dims[0] ? 1 : j == b->dims[0] ? -1 : compare_rows(entry_row(a, i), entry_row(b, j), a->dims[1]);
        const int64_t of_a = order <= 0 ? i++ : -1, of_b = order >= 0 ? j++ : -1;
        if (!sum_of(k, of_a, of_b, sum))
            continue;
        if (out) {
            set_row(&out[0], at, of_a < 0 ? entry_row(b, of_b) : entry_row(a, of_a));
            memcpy((char *)out[1].data + (size_t)at * size, sum, size);
        }
        at++;
    }
    return at;
}

static void add_data_shape(tf_kernel_ctx *k, tf_dims *out)
{
    if (!same_dense_shapes(k))
        return;
    const int64_t n = add_entries(k, NULL);
    out[0] = SHAPE(n, k->in[0].dims[1]);
    out[1] = SHAPE(n);
    out[2] = SHAPE(k->in[2].dims[0]);
}

static void add_kernel(tf_kernel_ctx *k)
{
    add_entries(k, k->out);
    copy_bytes(k->out[2].data, k->in[2].data, row_bytes(&k->in[2], 0));
}

static void add_gradient(tf_grad_ctx *g, tf_tensor dy);
static const tf_op_def add_op = {
    .name = "SparseAdd",
    .in = "a_indices:int64, a_values:T, a_shape:int64, b_indices:int64, b_values:T, b_shape:int64, thresh:U",
    .out = "sum_indices:int64, sum_values:T, sum_shape:int64",
    .T = TF_FLOATING | TF_INDEX,
    .U = TF_FLOATING | TF_INDEX,
    .shape = add_shape,
    .data_shape = add_data_shape,
    .kernel = add_kernel,
    .gradient = add_gradient,
};

/* ---- SparseAddGrad: no gradient. dy of the sum's entries -> those of a's and of b's; 0 where an entry was left out --------------------- */
static void add_back_shape(tf_shape_ctx *c)
{
    const tf_dims *dy = tf_in_dims(c, 0), *sum = tf_in_dims(c, 3);
    if (!tf_with_rank(c, 0, 1))
        return;
    for (int i = 1; i < 4; i++)
        if (!tf_with_rank(c, i, 2))
            return;
    if (tf_shape_at_run(c) && dy->dims[0] != sum->dims[0]) {
        tf_shape_error(c, "# elements in backprop_val_grad and # rows in sum_indices should match (#nnz of sum): got %lld and %lld",
                       (long long)dy->dims[0], (long long)sum->dims[0]);
        return;
    }
    for (int i = 1; i < 3; i++) {
        const tf_dims *own = tf_in_dims(c, i);
        if (tf_shape_at_run(c) && own->dims[1] != sum->dims[1]) {
            tf_shape_error(c, "The densified operands should have the same ndims; for a, b, sum got: %lld, %lld, %lld",
                           (long long)tf_in_dims(c, 1)->dims[1], (long long)tf_in_dims(c, 2)->dims[1], (long long)sum->dims[1]);
            return;
        }
        tf_set_out(c, i - 1, SHAPE(own->known ? own->dims[0] : NONE));
    }
}

static void add_back_kernel(tf_kernel_ctx *k)
{
    const tf_view *sum = &k->in[3];
    for (int which = 0; which < 2; which++) {
        const tf_view *own = &k->in[which + 1], *out = &k->out[which];
        clear_bytes(out->data, row_bytes(out, 0));
        for (int64_t i = 0, at = 0; i < own->dims[0] && at < sum->dims[0];) {
            const int order = compare_rows(entry_row(own, i), entry_row(sum, at), sum->dims[1]);
            if (order == 0)
                set_value(out, i, &k->in[0], at);
            i += order <= 0;
            at += order >= 0;
        }
    }
}

static const tf_op_def add_back_op = {
    .name = "SparseAddGrad",
    .in = "backprop_val_grad:T, a_indices:int64, b_indices:int64, sum_indices:int64",
    .out = "a_val_grad:T, b_val_grad:T",
    .T = TF_NUMERIC,
    .shape = add_back_shape,
    .kernel = add_back_kernel,
    .gradient = tf_no_gradient,
};

static void add_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    (void)dy;
    if (tf_is_none(g->dys[1]))
        return;
    const tf_operand in[] = { operand_of(g->dys[1]), operand_of(g->in[0]), operand_of(g->in[3]), operand_of(g->out[0]) };
    tf_operation *op = tf_op_new(&add_back_op, (struct tf_op_args){ .n_inputs = 4, .inputs = in, .n_outputs = 2 });
    tf_add_grad(g, 1, tf_op_output(op, 0));
    tf_add_grad(g, 4, tf_op_output(op, 1));
}

/* What both static shapes say together; false after a report. */
static bool merged_shapes(tf_sparse_tensor a, tf_sparse_tensor b, tf_source here, tf_dims *merged, tf_tensor *mistake)
{
    const tf_dims left = tf1c_sparse_shape(a), right = tf1c_sparse_shape(b);
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    if (tf_merge_dims(left, right, merged))
        return true;
    *mistake = tf_mistake(tf_value_error, here, NULL, "Shapes %s and %s are incompatible", tf_dims_text(left, x, sizeof x),
                          tf_dims_text(right, y, sizeof y));
    return false;
}

tf_sparse_tensor tf_sparse_add_sparse_(tf_sparse_tensor a, tf_sparse_tensor b, struct tf_sparse_add_args args)
{
    TF_FROM(args.here);
    tf_tensor mistake = tf1c_mistaken_part(a, args.here);
    tf_dims merged;
    if (!mistake.op)
        mistake = tf1c_mistaken_part(b, args.here);
    if (mistake.op)
        return tf1c_no_sparse(mistake);
    tf_operand thresh = tf1c_keyword(args.threshold, false);
    thresh = thresh.kind ? thresh : tf1c_keyword(args.thresh, false);
    thresh = thresh.kind ? thresh : tf_operand_integer(0);
    const tf_tensor least = tf_convert(thresh, tf_get_dtype(a.values), args.here, "threshold");
    const tf_operand in[] = { operand_of(a.indices), operand_of(a.values),      operand_of(a.dense_shape), operand_of(b.indices),
                              operand_of(b.values),  operand_of(b.dense_shape), operand_of(least) };
    tf_operation *op = tf_op_new(&add_op, (struct tf_op_args){ .n_inputs = 7, .inputs = in, .n_outputs = 3 });
    if (!merged_shapes(a, b, args.here, &merged, &mistake))
        return tf1c_no_sparse(mistake);
    const tf_tensor indices = tf_op_output(op, 0), values = tf_op_output(op, 1);
    if (!tf_dims_fully_known(merged))
        return tf_sparse_tensor(indices, values, tf_op_output(op, 2));
    TF_SCOPE(NULL, "SparseTensor");
    return (tf_sparse_tensor){ indices, values, tf_convert(tf_operand_dims(merged), tf_int64, args.here, "dense_shape") };
}

/* ---- SparseTensorDenseAdd: dvalues = dy at the indices, db = dy ----------------------------------------------------------------------- */
static void dense_add_shape(tf_shape_ctx *c)
{
    const tf_dims *shape = tf_in_dims(c, 2), *b = tf_in_dims(c, 3);
    int64_t n, rank;
    if (!tf1c_parts_shape(c, 0, &n, &rank))
        return;
    if (tf_shape_at_run(c) && shape->dims[0] != b->rank)
        tf_shape_error(c, "Two operands have different ranks; received: %lld and %d", (long long)shape->dims[0], b->rank);
    else
        tf_set_out(c, 0, *b);
}

static bool dense_add_fits(tf_kernel_ctx *k)
{
    const tf_view *indices = &k->in[0], *shape = &k->in[2], *b = &k->in[3];
    for (int axis = 0; axis < b->rank; axis++)
        if (int_at(shape, axis) != b->dims[axis]) {
            tf_kernel_error(k, tf_invalid_argument,
                            "Dimension %d does not equal (no broadcasting is supported): sparse side %lld vs dense side %lld", axis,
                            (long long)int_at(shape, axis), (long long)b->dims[axis]);
            return false;
        }
    for (int64_t i = 0; i < indices->dims[0] * b->rank; i++) {
        const int axis = (int)(i % b->rank);
        if (int_at(indices, i) >= 0 && int_at(indices, i) < b->dims[axis])
            continue;
        tf_kernel_error(k, tf_invalid_argument, "Sparse tensor has some invalid index on dimension %d; dense tensor shape: %s",
                        axis, tf_dims_kernel_text(dims_of_view(b), (char[TF_DIMS_TEXT]){ 0 }, TF_DIMS_TEXT));
        return false;
    }
    return true;
}

static void dense_add_kernel(tf_kernel_ctx *k)
{
    const tf_view *indices = &k->in[0], *b = &k->in[3];
    copy_bytes(k->out[0].data, b->data, row_bytes(b, 0));
    if (!dense_add_fits(k))
        return;
    for (int64_t i = 0; i < indices->dims[0]; i++) {
        const int64_t at = tf1c_row_place(indices, b, i);
        FOR_DTYPE(k->T, { ((T *)k->out[0].data)[at] = (T)(((T *)k->out[0].data)[at] + ((const T *)k->in[1].data)[i]); })
    }
}

static void dense_add_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 1, tf_gather_nd(dy, g->in[0]));
    tf_add_grad(g, 3, dy);
}

static const tf_op_def dense_add_op = {
    .name = "SparseTensorDenseAdd",
    .in = "a_indices:U, a_values:T, a_shape:U, b:T",
    .out = "output:T",
    .T = TF_NUMERIC,
    .U = TF_INDEX,
    .shape = dense_add_shape,
    .kernel = dense_add_kernel,
    .gradient = dense_add_gradient,
};

static tf_tensor dense_add(tf_sparse_tensor a, tf_operand b, tf_source here)
{
    TF_FROM(here);
    const tf_tensor mistake = tf1c_mistaken_part(a, here);
    if (mistake.op)
        return mistake;
    return array_op(&dense_add_op, (struct tf_name_args){ here, NULL }, NULL, NULL, 4,
                    (tf_operand[]){ operand_of(a.indices), operand_of(a.values), operand_of(a.dense_shape), b });
}
tf_tensor tf_sparse_add_dense_(tf_sparse_tensor a, tf_tensor b, struct tf_sparse_add_args args)
{
    return dense_add(a, operand_of(b), args.here);
}
tf_tensor tf_sparse_dense_add_(tf_tensor a, tf_sparse_tensor b, struct tf_sparse_add_args args)
{
    return dense_add(b, operand_of(a), args.here);
}
tf_tensor tf_sparse_no_add_(tf_tensor a, tf_tensor b, struct tf_sparse_add_args args)
{
    (void)a;
    (void)b;
    return tf_mistake(tf_type_error, args.here, NULL, "At least one input should be SparseTensor; do you mean to use tf.add()?");
}

/* ---- SparseReduceSum: dvalues = dy where an entry went --------------------------------------------------------------------------------- */
typedef struct {
    bool keep_dims;
} reduce_attrs;
static const tf_attr_def reduce_fields[] = { TF_ATTR(reduce_attrs, keep_dims, TF_ATTR_BOOL), { 0 } };

static void reduce_shape(tf_shape_ctx *c)
{
    const bool keep = ((const reduce_attrs *)tf_shape_attrs(c))->keep_dims;
    tf_dims whole, axes, out = { .known = true };
    int64_t n, rank;
    tf_ndarray value;
    bool summed[TF_MAX_RANK] = { false };
    if (tf_shape_at_run(c) ? !tf1c_parts_shape(c, 0, &n, &rank) : !tf_in_value(c, 3, &value))
        return;
    if (!tf_in_shape(c, 2, &whole) || !whole.known || !tf_in_ints(c, 3, &axes))
        return;
    for (int i = 0; i < axes.rank; i++) {
        const int axis = tf_norm_axis(axes.dims[i], whole.rank);
        if (axis < 0 && tf_shape_at_run(c))
            tf_shape_error(c, "Invalid reduction dimension %lld, for input with %d dimensions.", (long long)axes.dims[i],
                           whole.rank);
        if (axis < 0)
            return;
        summed[axis] = true;
    }
    for (int i = 0; i < whole.rank; i++) {
        if (tf_shape_at_run(c) && whole.dims[i] < 0) {
            tf_shape_error(c, "Dimension %lld must be >= 0", (long long)whole.dims[i]);
            return;
        }
        if (!summed[i] || keep)
            out.dims[out.rank++] = summed[i] ? 1 : whole.dims[i];
    }
    tf_set_out(c, 0, out);
}

/* An entry's value is added where its indices along the axes that are kept say. */
static void reduce_kernel(tf_kernel_ctx *k)
{
    const tf_view *indices = &k->in[0], *shape = &k->in[2], *axes = &k->in[3];
    const int rank = (int)shape->dims[0];
    int64_t steps[TF_MAX_RANK], step = 1;
    clear_bytes(k->out[0].data, row_bytes(&k->out[0], 0));
    if (!tf1c_rows_inside(k, indices, shape))
        return;
    for (int axis = rank; axis-- > 0;) {
        bool summed = false;
        for (int64_t i = 0; i < tf_view_count(axes); i++)
            summed |= tf_norm_axis(int_at(axes, i), rank) == axis;
        steps[axis] = summed ? 0 : step;
        step *= summed ? 1 : int_at(shape, axis);
    }
    for (int64_t i = 0; i < indices->dims[0]; i++) {
        int64_t at = 0;
        for (int axis = 0; axis < rank; axis++)
            at += steps[axis] * int_at(indices, i * rank + axis);
        FOR_DTYPE(k->T, { ((T *)k->out[0].data)[at] = (T)(((T *)k->out[0].data)[at] + ((const T *)k->in[1].data)[i]); })
    }
}

/* The input's shape, int32, with 1 for every axis that is summed over. */
static tf_tensor kept_shape(tf_tensor dense_shape, tf_tensor axes)
{
    const tf_tensor shape = tf_cast(dense_shape, tf_int32), rank = tf_size(shape);
    const tf_tensor summed = tf_floormod(tf_add(axes, rank), rank), all = tf_range(0, rank);
    return tf_dynamic_stitch(LIST(all, summed), LIST(shape, tf_fill(tf_shape(summed), 1)));
}

static void reduce_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 16);
    const tf_tensor kept = kept_shape(g->in[2], g->in[3]), whole = tf_reshape(dy, kept);
    const tf_tensor scale = tf_floordiv(g->in[2], tf_cast(kept, tf_int64));
    tf_add_grad(g, 1, tf_gather_nd(whole, tf_floordiv(g->in[0], scale)));
}

static const tf_op_def reduce_op = {
    .name = "SparseReduceSum",
    .in = "input_indices:int64, input_values:T, input_shape:int64, reduction_axes:int32",
    .out = "output:T",
    .T = TF_NUMERIC,
    .attrs = reduce_fields,
    .attrs_size = sizeof(reduce_attrs),
    .shape = reduce_shape,
    .kernel = reduce_kernel,
    .gradient = reduce_gradient,
};

tf_tensor tf_sparse_reduce_sum_(struct tf_sparse_reduce_args a)
{
    TF_FROM(a.here);
    const tf_tensor mistake = tf1c_mistaken_part(a.sp_input, a.here), shape = a.sp_input.dense_shape;
    tf_operand axes = tf1c_given_axis(a.axis);
    const reduce_attrs attrs = { a.keepdims || a.keep_dims };
    if (mistake.op)
        return mistake;
    axes = axes.kind ? axes : tf1c_given_axis(a.reduction_axes);
    if (!axes.kind) {
        tf_dims all = { .known = true, .rank = tf_get_shape(shape).known ? (int)tf_get_shape(shape).dims[0] : NONE };
        for (int i = 0; i < all.rank && i < TF_MAX_RANK; i++)
            all.dims[i] = i;
        const bool known = all.rank >= 0 && all.rank <= TF_MAX_RANK;
        axes = operand_of(known ? tf_convert(tf_operand_dims(all), tf_int32, a.here, "Const")
                                : tf_range(0, tf_size(shape, .name = "Rank")));
    }
    return array_op(&reduce_op, (struct tf_name_args){ a.here, NULL }, NULL, &attrs, 4,
                    (tf_operand[]){ operand_of(a.sp_input.indices), operand_of(a.sp_input.values), operand_of(shape), axes });
}

/* clang-format off */
tf1c_op_family tf1c_family_sparse_math = {
    &add_op,
    &add_back_op,
    &dense_add_op,
    &reduce_op,
    NULL,
};
