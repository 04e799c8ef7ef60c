/* A sparse matrix by a dense one. TF1: core/ops/sparse_ops.cc, core/kernels/sparse_tensor_dense_matmul_op.cc, python/ops/sparse_grad.py. */
#include "ops/array/gather.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/math/arithmetic.h"
#include "ops/math/reduce.h"
#include "ops/sparse/indices.h"

/* ---- SparseTensorDenseMatMul: y [m,n] = a' [m,k] · b' [k,n] -----------------------------------------------------------------------
 * of a's value at [i,j] the derivative is Σ dy[i,:]·b'[j,:];   db = a'ᵀ·dy, or its transpose */
typedef struct {
    bool adjoint_a, adjoint_b;
} product_attrs;
static const tf_attr_def product_fields[] = { TF_ATTR(product_attrs, adjoint_a, TF_ATTR_BOOL),
                                              TF_ATTR(product_attrs, adjoint_b, TF_ATTR_BOOL),
                                              { 0 } };

/* What the kernel says of the operands' shapes. */
static bool product_fits(tf_shape_ctx *c)
{
    const tf_dims *indices = tf_in_dims(c, 0), *values = tf_in_dims(c, 1), *shape = tf_in_dims(c, 2), *b = tf_in_dims(c, 3);
    const char *wrong = b->rank != 2          ? "Tensor 'b' is not a matrix"
                        : shape->rank != 1    ? "Tensor 'a_shape' is not a vector"
                        : shape->dims[0] != 2 ? "Tensor 'a_shape' must have 2 elements"
                        : values->rank != 1   ? "Tensor 'a_values' is not a vector"
                        : indices->rank != 2  ? "Tensor 'a_indices' is not a matrix"
                        : indices->dims[0] != values->dims[0]
                            ? "Number of rows of a_indices does not match number of entries in a_values"
                        : indices->dims[1] != 2 ? "Number of columns of a_indices does not match number of entries in a_shape"
                                                : NULL;
    if (wrong)
        tf_shape_error(c, "%s", wrong);
    return !wrong;
}

static void product_shape(tf_shape_ctx *c)
{
    const product_attrs *attrs = tf_shape_attrs(c);
    tf_dims a = SHAPE(NONE, NONE), b = *tf_in_dims(c, 3);
    char text[TF_DIMS_TEXT];
    int64_t inner;
    if (tf_shape_at_run(c) && !product_fits(c))
        return;
    if (!tf_in_shape(c, 2, &a) && tf_shape_at_run(c))
        return;
    if (a.known && a.rank != 2) {
        tf_shape_error(c, "Shape must be rank 2 but is rank %d", a.rank);
        return;
    }
    if (!tf_with_rank(c, 3, 2))
        return;
    a = a.known ? a : SHAPE(NONE, NONE);
    b = b.known ? b : SHAPE(NONE, NONE);
    const int64_t left = a.dims[!attrs->adjoint_a], right = b.dims[attrs->adjoint_b];
    if (tf_merge_dim(left, right, &inner))
        tf_set_out(c, 0, SHAPE(a.dims[attrs->adjoint_a], b.dims[!attrs->adjoint_b]));
    else if (tf_shape_at_run(c))
        tf_shape_error(
            c,
            "Cannot multiply A and B because inner dimension does not match: %lld vs. %lld.  Did you forget a transpose?  "
            "Dimensions of A: [%lld, %lld).  Dimensions of B: %s",
            (long long)left, (long long)right, (long long)a.dims[0], (long long)a.dims[1],
            tf_dims_kernel_text(b, text, sizeof text));
    else
        tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)left, (long long)right);
}

/* Entry i's row of y and of b', where both are inside; else false after a report. */
static bool entry_at(tf_kernel_ctx *k, int64_t i, int64_t *row, int64_t *inner)
{
    const product_attrs *attrs = k->attrs;
    const int left = attrs->adjoint_a, right = !left;
    const int64_t rows = k->out[0].dims[0], depth = k->in[3].dims[attrs->adjoint_b];
    *row = int_at(&k->in[0], i * 2 + left);
    *inner = int_at(&k->in[0], i * 2 + right);
    if (*inner < 0 || *inner >= depth)
        tf_kernel_error(k, tf_invalid_argument, "k (%lld) from index[%lld,%d] out of bounds (>=%lld)", (long long)*inner,
                        (long long)i, right, (long long)depth);
    else if (*row < 0 || *row >= rows)
        tf_kernel_error(k, tf_invalid_argument, "m (%lld) from index[%lld,%d] out of bounds (>=%lld)", (long long)*row,
                        (long long)i, left, (long long)rows);
    else
        return true;
    return false;
}

/* y's row += value · b's row, or column, at `inner`. */
#define ADD_ROW(id, type)                                                                 \
    static void add_row_##id(tf_kernel_ctx *k, int64_t i, int64_t row, int64_t inner)     \
    {                                                                                     \
        const tf_view *b = &k->in[3];                                                     \
        const bool across = ((const product_attrs *)k->attrs)->adjoint_b;                 \
        const int64_t n = k->out[0].dims[1], step = across ? b->dims[1] : 1;              \
        const type value = TF_DATA(k, in, 1, const type)[i];                              \
        const type *from = (const type *)b->data + (across ? inner : inner * b->dims[1]); \
        type *to = TF_DATA(k, out, 0, type) + row * n;                                    \
        for (int64_t j = 0; j < n; j++)                                                   \
            to[j] += value * from[j * step];                                              \
    }
ADD_ROW(f32, float)
ADD_ROW(f64, double)
ADD_ROW(i32, uint32_t) /* overflow wraps */

/* Rows [begin, end) of y; every shard looks at all entries. */
static void product_kernel(tf_kernel_ctx *k)
{
    const size_t row_size = row_bytes(&k->out[0], 1);
    int64_t row, inner;
    clear_bytes((char *)k->out[0].data + (size_t)k->begin * row_size, (size_t)(k->end - k->begin) * row_size);
    for (int64_t i = 0; i < k->in[1].dims[0] && entry_at(k, i, &row, &inner); i++)
        if (row >= k->begin && row < k->end)
            (k->T == tf_float32 ? add_row_f32 : k->T == tf_float64 ? add_row_f64 : add_row_i32)(k, i, row, inner);
}
static int64_t product_units(const tf_kernel_ctx *k) { return k->out[0].dims[0]; }
static const tf_shard_rule by_row = { .out = 0, .in = { TF_WHOLE, TF_WHOLE, TF_WHOLE, TF_WHOLE } };

static tf_tensor product_of(tf_tensor indices, tf_tensor values, tf_tensor shape, tf_tensor b, product_attrs attrs,
                            const char *name);

static void product_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const product_attrs *a = g->attrs;
    const tf_tensor indices = g->in[0], b = g->in[3];
    tf1c_gradient_makes(g, 16 + (!a->adjoint_b ? 0 : tf_get_shape(b).known ? 4 : 10));
    if (tf1c_grad_wanted(g, 3)) {
        const tf_tensor db = product_of(indices, g->in[1], g->in[2], dy, (product_attrs){ .adjoint_a = !a->adjoint_a }, NULL);
        tf_add_grad(g, 3, a->adjoint_b ? tf_transpose(db) : db);
    }
    if (!tf1c_grad_wanted(g, 1))
        return;
    const tf_tensor first = tf_getitem(indices, ":, 0"), second = tf_getitem(indices, ":, 1");
    const tf_tensor of_y = tf_gather(dy, a->adjoint_a ? second : first);
    const tf_tensor of_b = tf_gather(a->adjoint_b ? tf_transpose(b) : b, a->adjoint_a ? first : second);
    tf_add_grad(g, 1, tf_reduce_sum(tf_mul(of_y, of_b), 1));
}

static const tf_op_def product_op = {
    .name = "SparseTensorDenseMatMul",
    .in = "a_indices:U, a_values:T, a_shape:int64, b:T",
    .out = "product:T",
    .T = TF_FLOATING | TF_DTYPE_BIT(tf_int32),
    .U = TF_INDEX,
    .attrs = product_fields,
    .attrs_size = sizeof(product_attrs),
    .shape = product_shape,
    .kernel = product_kernel,
    .units = product_units,
    .shard = &by_row,
    .gradient = product_gradient,
};

static tf_tensor product_of(tf_tensor indices, tf_tensor values, tf_tensor shape, tf_tensor b, product_attrs attrs,
                            const char *name)
{
    return array_op(&product_op, (struct tf_name_args){ .name = name }, NULL, &attrs, 4,
                    (tf_operand[]){ operand_of(indices), operand_of(values), operand_of(shape), operand_of(b) });
}

tf_tensor tf_sparse_tensor_dense_matmul_(struct tf_sparse_matmul_args a)
{
    TF_FROM(a.here);
    const tf_operand given = tf1c_given(a.b);
    const tf_tensor mistake = tf1c_mistaken_part(a.sp_a, a.here);
    if (mistake.op)
        return mistake;
    TF_SCOPE(a.name, "SparseTensorDenseMatMul");
    const tf_tensor b = tf_convert(given, tf_dtype_unset, a.here, "b");
    return product_of(a.sp_a.indices, a.sp_a.values, a.sp_a.dense_shape, b, (product_attrs){ a.adjoint_a, a.adjoint_b }, NULL);
}

/* clang-format off */
tf1c_op_family tf1c_family_sparse_matmul = {
    &product_op,
    NULL,
};
