/* Products of matrices, one or many. */
#include "ops/math/matmul.h"

#include <string.h>

#include "core/gemm.h"
#include "graph/product.h"
#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/counts.h"
#include "ops/math/arithmetic.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"

#define PRODUCT_DTYPES (TF_FLOATING | TF_INDEX)

typedef struct {
    bool transpose_a, transpose_b;
} matmul_attrs;

static tf_tensor product_node(const tf_op_def *def, tf_operand a, tf_operand b, bool transpose_a, bool transpose_b,
                              struct tf_name_args args)
{
    return (tf_tensor){ .op = tf_op_new(def, (struct tf_op_args){ .here = args.here,
                                                                  .name = args.name,
                                                                  .default_name = "MatMul",
                                                                  .attrs = &(matmul_attrs){ transpose_a, transpose_b },
                                                                  .n_inputs = 2,
                                                                  .inputs = (tf_operand[]){ a, b } }) };
}

/* ---- MatMul: y = a'·b' ------------------------------------------------------------------------------------------------------
 * a' [m,k], b' [k,n] -> y [m,n];                 da = dy·bᵀ, db = aᵀ·dy, transposed where a or b is
 * TF1: core/ops/math_ops.cc "MatMul", python/ops/math_grad.py _MatMulGrad */
static const tf_attr_def matmul_fields[] = { TF_ATTR(matmul_attrs, transpose_a, TF_ATTR_BOOL),
                                             TF_ATTR(matmul_attrs, transpose_b, TF_ATTR_BOOL),
                                             { 0 } };

static void not_multipliable(tf_shape_ctx *c, int64_t p, int64_t q)
{
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    if (tf_shape_at_run(c))
        tf_shape_error(c, "Matrix size-incompatible: In[0]: %s, In[1]: %s", tf_dims_kernel_text(*tf_in_dims(c, 0), x, sizeof x),
                       tf_dims_kernel_text(*tf_in_dims(c, 1), y, sizeof y));
    else
        tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)p, (long long)q);
}

static void matmul_shape(tf_shape_ctx *c)
{
    const matmul_attrs *t = tf_shape_attrs(c);
    tf_dims a = *tf_in_dims(c, 0), b = *tf_in_dims(c, 1);
    int64_t inner;
    if (!tf_with_rank(c, 0, 2) || !tf_with_rank(c, 1, 2))
        return;
    a = a.known ? a : unknown_of_rank(2);
    b = b.known ? b : unknown_of_rank(2);
    const int64_t p = a.dims[!t->transpose_a], q = b.dims[t->transpose_b];
    if (!tf_merge_dim(p, q, &inner))
        not_multipliable(c, p, q);
    tf_set_out(c, 0, SHAPE(a.dims[t->transpose_a], b.dims[!t->transpose_b]));
}

static tf_product matmul_product(const void *attrs)
{
    const matmul_attrs *t = attrs;
    return (tf_product){ t->transpose_a, t->transpose_b };
}

static int64_t matmul_units(const tf_kernel_ctx *k) { return tf1c_product_units(k, matmul_product(k->attrs)); }
static size_t matmul_scratch(const tf_kernel_ctx *k) { return tf1c_product_scratch(k, matmul_product(k->attrs)); }
static void matmul_kernel(tf_kernel_ctx *k) { tf1c_product_shard(k, matmul_product(k->attrs), NULL); }

static tf_tensor times(tf_tensor a, bool transpose_a, tf_tensor b, bool transpose_b);

/* The four cases of _MatMulGrad: y = ab, aᵀb, abᵀ, aᵀbᵀ. */
static void matmul_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 2);
    const matmul_attrs *t = g->attrs;
    const tf_tensor a = g->in[0], b = g->in[1];
    tf1c_gradient_reads(g, a);
    tf1c_gradient_reads(g, b);
    if (tf1c_grad_wanted(g, 0))
        tf_add_grad(g, 0, t->transpose_a ? times(b, t->transpose_b, dy, true) : times(dy, false, b, !t->transpose_b));
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(g, 1, t->transpose_b ? times(dy, true, a, t->transpose_a) : times(a, !t->transpose_a, dy, false));
}

/* aᵀ·b adds up over the rows of both. */
static int matmul_sums_along(const tf_kernel_ctx *k)
{
    const matmul_attrs *t = k->attrs;
    return t->transpose_a && !t->transpose_b ? 0 : -1;
}

static const tf_op_def matmul_op = {
    .name = "MatMul",
    .in = "a:T, b:T",
    .out = "product:T",
    .T = PRODUCT_DTYPES,
    .attrs = matmul_fields,
    .attrs_size = sizeof(matmul_attrs),
    .traits = TF_PRODUCT | TF_ROWS_IN | TF_ROWS_OUT,
    .shape = matmul_shape,
    .kernel = matmul_kernel,
    .units = matmul_units,
    .scratch = matmul_scratch,
    .product = matmul_product,
    .sums_along = matmul_sums_along,
    .gradient = matmul_gradient,
};

static tf_tensor times(tf_tensor a, bool transpose_a, tf_tensor b, bool transpose_b)
{
    return product_node(&matmul_op, tf_operand_tensor(a), tf_operand_tensor(b), transpose_a, transpose_b,
                        (struct tf_name_args){ 0 });
}

/* ---- BatchMatMulV2: y = x'·y' for each place of the broadcast leading dimensions ------------------------------------------------
 * TF1: core/ops/math_ops.cc "BatchMatMulV2", core/kernels/batch_matmul_op_impl.h, python/ops/math_grad.py _BatchMatMulV2 */
static const tf_attr_def batch_fields[] = { { "adj_x", TF_ATTR_BOOL, offsetof(matmul_attrs, transpose_a) },
                                            { "adj_y", TF_ATTR_BOOL, offsetof(matmul_attrs, transpose_b) },
                                            { 0 } };

static tf_dims leading(tf_dims d)
{
    d.rank = d.known ? d.rank - 2 : 0;
    return d;
}

static void batch_error_at_run(tf_shape_ctx *c, bool inner, int64_t p, int64_t q)
{
    const matmul_attrs *t = tf_shape_attrs(c);
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    tf_dims_kernel_text(*tf_in_dims(c, 0), x, sizeof x);
    tf_dims_kernel_text(*tf_in_dims(c, 1), y, sizeof y);
    if (inner)
        tf_shape_error(c, "In[0] mismatch In[1] shape: %lld vs. %lld: %s %s %d %d", (long long)p, (long long)q, x, y,
                       t->transpose_a, t->transpose_b);
    else
        tf_shape_error(c, "In[0] and In[1] must have compatible batch dimensions: %s vs. %s", x, y);
}

/* The first pair of leading dimensions that do not broadcast, from the right. */
static void say_batch_mismatch(tf_shape_ctx *c, tf_dims a, tf_dims b)
{
    if (tf_shape_at_run(c)) {
        batch_error_at_run(c, false, 0, 0);
        return;
    }
    for (int i = 1; i <= a.rank && i <= b.rank; i++) {
        const int64_t p = a.dims[a.rank - i], q = b.dims[b.rank - i];
        if (p != q && p != 1 && q != 1 && p != NONE && q != NONE) {
            tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)p, (long long)q);
            return;
        }
    }
}

static void batch_shape(tf_shape_ctx *c)
{
    const matmul_attrs *t = tf_shape_attrs(c);
    const tf_dims a = *tf_in_dims(c, 0), b = *tf_in_dims(c, 1);
    tf_dims out;
    if (!tf_with_rank_at_least(c, 0, 2) || !tf_with_rank_at_least(c, 1, 2) || !a.known || !b.known)
        return;
    const int64_t p = a.dims[a.rank - 1 - t->transpose_a], q = b.dims[b.rank - 2 + t->transpose_b];
    int64_t inner;
    if (!tf_broadcast_dims(leading(a), leading(b), &out)) {
        say_batch_mismatch(c, leading(a), leading(b));
        return;
    }
    if (!tf_merge_dim(p, q, &inner)) {
        if (tf_shape_at_run(c))
            batch_error_at_run(c, true, p, q);
        else
            not_multipliable(c, p, q);
        return;
    }
    out.dims[out.rank++] = a.dims[a.rank - 2 + t->transpose_a];
    out.dims[out.rank++] = b.dims[b.rank - 1 - t->transpose_b];
    tf_set_out(c, 0, out);
}

/* Units: whole products. */
static int64_t batch_units(const tf_kernel_ctx *k) { return product(k->out[0].dims, 0, k->out[0].rank - 2); }

/* Where matrix `at` of the broadcast leading dimensions lies in v, in elements. */
static int64_t matrix_offset(const tf_view *v, const tf_view *y, int64_t at)
{
    int64_t offset = 0;
    for (int i = y->rank - 3; i >= 0; at /= y->dims[i], i--) {
        const int own = i - (y->rank - v->rank);
        if (own >= 0 && v->dims[own] != 1)
            offset += at % y->dims[i] * v->strides[own];
    }
    return offset;
}

static int64_t batch_inner(const tf_kernel_ctx *k)
{
    const matmul_attrs *t = k->attrs;
    return k->in[0].dims[k->in[0].rank - 1 - t->transpose_a];
}

static size_t batch_scratch(const tf_kernel_ctx *k)
{
    const tf_view *y = &k->out[0];
    return tf1c_matmul_is_own(k->T) ? tf1c_matmul_scratch(k->T, y->dims[y->rank - 1], batch_inner(k)) : 0;
}

static tf1c_matrix batch_matrix(const char *data, int64_t ld, bool transpose)
{
    return (tf1c_matrix){ data, transpose ? 1 : ld, transpose ? ld : 1 };
}

static void batch_kernel(tf_kernel_ctx *k)
{
    const matmul_attrs *t = k->attrs;
    const tf_view *a = &k->in[0], *b = &k->in[1], *y = &k->out[0];
    const int64_t m = y->dims[y->rank - 2], n = y->dims[y->rank - 1], inner = batch_inner(k);
    const int64_t size = (int64_t)tf_dtype_size(k->T), lda = a->dims[a->rank - 1], ldb = b->dims[b->rank - 1];
    for (int64_t at = k->begin; at < k->end; at++) {
        const char *x = (const char *)a->data + matrix_offset(a, y, at) * size,
                   *z = (const char *)b->data + matrix_offset(b, y, at) * size;
        char *c = (char *)y->data + at * m * n * size;
        if (tf1c_matmul_is_own(k->T))
            tf1c_matmul(k->T, m, n, inner, batch_matrix(x, lda, t->transpose_a), batch_matrix(z, ldb, t->transpose_b), NULL, c, n,
                        k->scratch);
        else
            tf1c_gemm(k->T, t->transpose_a, t->transpose_b, m, n, inner, x, lda, z, ldb, 0, c, n);
    }
}

static const tf_op_def batch_matmul_op;
static tf_tensor batch_times(tf_tensor a, bool transpose_a, tf_tensor b, bool transpose_b)
{
    return product_node(&batch_matmul_op, tf_operand_tensor(a), tf_operand_tensor(b), transpose_a, transpose_b,
                        (struct tf_name_args){ 0 });
}

static bool same_shape(tf_tensor a, tf_tensor b)
{
    const tf_dims x = tf_get_shape(a), y = tf_get_shape(b);
    return tf_dims_fully_known(x) && tf_dims_equal(x, y);
}

static void batch_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, same_shape(g->in[0], g->in[1]) ? 2 : 2 + 2 * (1 + 4) + 5);
    const matmul_attrs *t = g->attrs;
    const tf_tensor a = g->in[0], b = g->in[1];
    for (int i = 0; i < 2; i++) {
        tf1c_gradient_reads(g, g->in[i]);
        tf1c_gradient_reads_shape(g, g->in[i]);
    }
    if (tf1c_grad_wanted(g, 0))
        tf_add_grad(
            g, 0,
            tf_sum_to(t->transpose_a ? batch_times(b, t->transpose_b, dy, true) : batch_times(dy, false, b, !t->transpose_b), a));
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(
            g, 1,
            tf_sum_to(t->transpose_b ? batch_times(dy, true, a, t->transpose_a) : batch_times(a, !t->transpose_a, dy, false), b));
}

/* xᵀ·y of each place adds up over the rows of its matrices, where no leading dimension is broadcast. */
static int batch_sums_along(const tf_kernel_ctx *k)
{
    const matmul_attrs *t = k->attrs;
    const tf_view *x = &k->in[0], *y = &k->in[1];
    bool alike = t->transpose_a && !t->transpose_b && x->rank == y->rank;
    for (int i = 0; alike && i + 2 < x->rank; i++)
        alike = x->dims[i] == y->dims[i];
    return alike ? x->rank - 2 : -1;
}

static const tf_op_def batch_matmul_op = {
    .name = "BatchMatMulV2",
    .in = "x:T, y:T",
    .out = "output:T",
    .T = PRODUCT_DTYPES,
    .attrs = batch_fields,
    .attrs_size = sizeof(matmul_attrs),
    .traits = TF_PRODUCT,
    .shape = batch_shape,
    .kernel = batch_kernel,
    .units = batch_units,
    .scratch = batch_scratch,
    .sums_along = batch_sums_along,
    .gradient = batch_gradient,
};

/* ---- builders ---------------------------------------------------------------------------------------------------------------------- */
static tf_tensor matmul_of(tf_operand a, tf_operand b, struct tf_matmul_args args)
{
    TF_FROM(args.here);
    if (args.transpose_a && args.adjoint_a)
        return tf_mistake(tf_value_error, args.here, NULL, "Only one of transpose_a and adjoint_a can be True.");
    if (args.transpose_b && args.adjoint_b)
        return tf_mistake(tf_value_error, args.here, NULL, "Only one of transpose_b and adjoint_b can be True.");
    const bool plain = operand_rank(&a) >= 0 && operand_rank(&a) <= 2 && operand_rank(&b) >= 0 && operand_rank(&b) <= 2;
    const struct tf_name_args name = { args.here, args.name };
    return product_node(plain ? &matmul_op : &batch_matmul_op, a, b, args.transpose_a || args.adjoint_a,
                        args.transpose_b || args.adjoint_b, name);
}

tf_tensor tf_matmul_(struct tf_matmul_args a) { return matmul_of(tf1c_given(a.a), tf1c_given(a.b), a); }

static tf_tensor linalg_matvec_of(tf_operand a, tf_operand b, struct tf_matvec_args args)
{
    TF_FROM(args.here);
    TF_SCOPE(args.name, "MatVec");
    tf_tensor y = tf_matmul(a, tf_expand_dims(b, -1), args.transpose_a, .adjoint_a = args.adjoint_a);
    return tf_squeeze(y, .axis = -1);
}

tf_tensor tf_linalg_matvec_(struct tf_matvec_args a) { return linalg_matvec_of(tf1c_given(a.a), tf1c_given(a.b), a); }

/* The axes as numbers. */
typedef struct {
    tf_source here;
    const char *name;
    int axes;
    tf_dims axes_a, axes_b;
} dot_args;

/* Axes as given, or a's last n and b's first n. */
static bool dot_axes(const dot_args *args, tf_dims a, tf_dims b, tf_dims *axes_a, tf_dims *axes_b)
{
    *axes_a = args->axes_a;
    *axes_b = args->axes_b;
    if (!args->axes_a.known) {
        *axes_a = *axes_b = (tf_dims){ .known = true, .rank = args->axes };
        if (args->axes < 0 || args->axes > a.rank || args->axes > b.rank)
            return false;
        for (int i = 0; i < args->axes; i++) {
            axes_a->dims[i] = a.rank - args->axes + i;
            axes_b->dims[i] = i;
        }
    }
    for (int i = 0; i < axes_a->rank && axes_a->rank == axes_b->rank; i++) {
        const int p = tf_norm_axis(axes_a->dims[i], a.rank), q = tf_norm_axis(axes_b->dims[i], b.rank);
        if (p < 0 || q < 0)
            return false;
        axes_a->dims[i] = p;
        axes_b->dims[i] = q;
    }
    return axes_a->rank == axes_b->rank;
}

/* The axes of a vector, in front, as rows of a matrix, the others as its columns; their dimensions. */
static tf_tensor axes_as_rows(tf_tensor t, tf_tensor axes, tf_tensor *columns)
{
    tf_tensor turned = tf_transpose(t, .perm_tensor = operand_of(tf1c_axes_first(t, axes))), shape = tf_shape(turned);
    tf_tensor n = tf_size(axes);
    *columns = tf_getitem_tensors(shape, LIST(n), "{}:");
    tf_tensor rows = tf_reduce_prod(tf_getitem_tensors(shape, LIST(n), ":{}"));
    return tf_reshape(turned, tf_stack(LIST(rows, tf_reduce_prod(*columns))));
}

/* By the shapes that a run sees. */
static tf_tensor dot_at_run(tf_tensor a, tf_tensor b, const dot_args *args)
{
    tf_tensor axes_a, axes_b, free_a, free_b;
    if (args->axes_a.known) {
        axes_a = tf_convert(tf_operand_dims(args->axes_a), tf_int32, args->here, "axes_a");
        axes_b = tf_convert(tf_operand_dims(args->axes_b), tf_int32, args->here, "axes_b");
    } else {
        axes_b = tf_range(args->axes);
        axes_a = tf_sub(axes_b, args->axes); /* from the end */
    }
    tf_tensor left = axes_as_rows(a, axes_a, &free_a), right = axes_as_rows(b, axes_b, &free_b);
    return tf_reshape(tf_matmul(left, right, .transpose_a = true), tf_concat(LIST(free_a, free_b), 0), .name = tf_scope_name());
}

/* t as a matrix: the summed axes last (or first) as one, the free ones before (after) as another; the free dimensions. */
static tf_tensor as_matrix(tf_tensor t, tf_dims axes, bool summed_last, tf_dims *free)
{
    const tf_dims d = tf_get_shape(t);
    tf_dims perm = SCALAR;
    int64_t summed = 1, rest = 1;
    *free = SCALAR;
    for (int i = 0; i < axes.rank; i++)
        summed *= d.dims[axes.dims[i]];
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < (pass == (int)summed_last ? axes.rank : d.rank); i++) {
            bool is_summed = pass == (int)summed_last;
            int axis = is_summed ? (int)axes.dims[i] : i;
            for (int j = 0; j < axes.rank && !is_summed; j++)
                if (axes.dims[j] == i)
                    axis = -1;
            if (axis < 0)
                continue;
            perm.dims[perm.rank++] = axis;
            if (!is_summed)
                free->dims[free->rank++] = d.dims[axis];
        }
    for (int i = 0; i < free->rank; i++)
        rest = rest == NONE || free->dims[i] == NONE ? NONE : rest * free->dims[i];
    tf_tensor turned = tf_transpose(t, perm);
    return summed_last ? tf_reshape(turned, SHAPE(rest, summed)) : tf_reshape(turned, SHAPE(summed, rest));
}

static int count_unknown(tf_dims d)
{
    int n = 0;
    for (int i = 0; i < d.rank; i++)
        n += d.dims[i] == NONE;
    return n;
}

static tf_dims free_dims(tf_dims d, tf_dims axes)
{
    tf_dims free = SCALAR;
    for (int i = 0; i < d.rank; i++) {
        bool summed = false;
        for (int j = 0; j < axes.rank; j++)
            summed |= axes.dims[j] == i;
        if (!summed)
            free.dims[free.rank++] = d.dims[i];
    }
    return free;
}

/* What TF makes of an operand's axes: of known lengths two numbers and what they tell; else the lengths it sums over and those it
 * leaves, their products, an order; where it does not know how many there are, which ones are meant besides. */
static int count_as_matrix(tf_dims d, bool listed)
{
    enum { TURNED = 4, AT_RUN = 13, LISTED = 3, FOUND = 10 };
    return tf_dims_fully_known(d) && listed ? TURNED : AT_RUN + (d.known && listed ? LISTED : FOUND + listed);
}
static int count_tensordot(const dot_args *args, tf_dims a, tf_dims b)
{
    enum {
        PRODUCT = 1,
        RESHAPED = 2,
        JOINED = 3,
        LAST_OF_ALL = 5,
        FIRST = 4
    }; /* the last axes of an unknown rank, the first ones */
    const bool listed = args->axes_a.known || a.known;
    const bool a_known = listed && tf_dims_fully_known(a), b_known = listed && tf_dims_fully_known(b);
    return (listed ? 0 : LAST_OF_ALL + FIRST) + count_as_matrix(a, listed) + count_as_matrix(b, listed) + PRODUCT +
           (a_known && b_known ? RESHAPED : a_known + b_known + JOINED);
}

static tf_tensor product_over(tf_tensor p, tf_tensor q, const dot_args *args)
{
    const tf_dims da = tf_get_shape(p), db = tf_get_shape(q);
    tf_dims axes_a, axes_b, free_a, free_b;
    if (args->axes < 0 || args->axes_a.known != args->axes_b.known || args->axes_a.rank != args->axes_b.rank ||
        (da.known && db.known && !dot_axes(args, da, db, &axes_a, &axes_b)))
        return tf_mistake(tf_value_error, args->here, NULL,
                          "'axes' must be a pair of axes of a and of b, or a number no larger than their ranks");
    if (!da.known || !db.known)
        return dot_at_run(p, q, args);
    if (count_unknown(da) > (da.dims[0] == NONE) || count_unknown(db)) {
        tf_tensor y = dot_at_run(p, q, args);
        tf_dims shape = free_dims(da, axes_a), more = free_dims(db, axes_b);
        for (int i = 0; i < more.rank && shape.rank < TF_MAX_RANK; i++)
            shape.dims[shape.rank++] = more.dims[i];
        tf_set_shape_(y, shape, args->here);
        return y;
    }
    tf_tensor left = as_matrix(p, axes_a, true, &free_a), right = as_matrix(q, axes_b, false, &free_b);
    tf_tensor y = tf_matmul(left, right);
    for (int i = 0; i < free_b.rank && free_a.rank < TF_MAX_RANK; i++)
        free_a.dims[free_a.rank++] = free_b.dims[i];
    return tf_reshape(y, free_a, .name = tf_scope_name());
}

static tf_tensor tensordot_of(tf_operand a, tf_operand b, struct tf_tensordot_args given)
{
    dot_args args = { .here = given.here, .name = given.name, .axes = given.axes };
    tf_tensor mistake;
    TF_FROM(args.here);
    if (!tf1c_given_axes(given.axes_a, &args.axes_a, args.here, &mistake) ||
        !tf1c_given_axes(given.axes_b, &args.axes_b, args.here, &mistake))
        return mistake;
    TF_SCOPE(args.name, "Tensordot");
    tf_tensor p = tf_convert(a, tf_dtype_unset, args.here, "a");
    tf_tensor q = tf_is_poisoned(p) ? p : tf_convert(b, tf_dtype_unset, args.here, "b");
    if (tf_is_poisoned(q))
        return q;
    const int made = tf1c_count_now() + count_tensordot(&args, tf_get_shape(p), tf_get_shape(q));
    const tf_tensor y = product_over(p, q, &args);
    tf1c_count_as(made);
    return y;
}

tf_tensor tf_tensordot_(struct tf_tensordot_args a) { return tensordot_of(tf1c_given(a.a), tf1c_given(a.b), a); }

/* clang-format off */
tf1c_op_family tf1c_family_matmul = {
    &matmul_op,
    &batch_matmul_op,
    NULL,
};
