/* Square matrices. TF1: core/ops/linalg_ops.cc, core/kernels/determinant_op.cc, matrix_inverse_op.cc, matrix_solve_op.cc,
 * cholesky_op.cc, self_adjoint_eig_v2_op.cc, matrix_band_part_op.cc; python/ops/linalg_grad.py. */
#include "ops/linalg/linear_algebra.h"

#include <math.h>

#include "ops/array/concat.h"
#include "ops/array/diag.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/linalg/matrices.h"
#include "ops/math/arithmetic.h"
#include "ops/math/matmul.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"

/* ---- what all have -------------------------------------------------------------------------------------------------------------- */

typedef struct {
    bool lower, adjoint;
} solve_attrs;
static const tf_attr_def adjoint_fields[] = { TF_ATTR(solve_attrs, adjoint, TF_ATTR_BOOL), { 0 } };
static const tf_attr_def triangular_fields[] = { TF_ATTR(solve_attrs, lower, TF_ATTR_BOOL),
                                                 TF_ATTR(solve_attrs, adjoint, TF_ATTR_BOOL),
                                                 { 0 } };

static const tf_op_def determinant_op;

bool tf1c_square_in(tf_shape_ctx *c, int64_t *side)
{
    const tf_dims *a = tf_in_dims(c, 0);
    *side = NONE;
    if (!tf_with_rank_at_least(c, 0, 2))
        return false;
    if (!a->known || tf_merge_dim(a->dims[a->rank - 2], a->dims[a->rank - 1], side))
        return true;
    const int first = c->def == &determinant_op ? 1 : 2; /* TF merges a determinant's the other way round */
    tf_shape_error(c, tf_shape_at_run(c) ? "Input matrix must be square." : "Dimensions must be equal, but are %lld and %lld",
                   (long long)a->dims[a->rank - first], (long long)a->dims[a->rank - 3 + first]);
    return false;
}

static void same_shape(tf_shape_ctx *c)
{
    int64_t side;
    if (!tf1c_square_in(c, &side) || !tf_in_dims(c, 0)->known)
        return;
    tf_dims out = *tf_in_dims(c, 0);
    out.dims[out.rank - 2] = out.dims[out.rank - 1] = side;
    tf_set_out(c, 0, out);
}

static size_t three_matrices(const tf_kernel_ctx *k)
{
    const size_t n = (size_t)side_of(&k->in[0]);
    return (3 * n * n + 2 * n + 1) * sizeof(double);
}

static void transpose_in_place(double *a, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++) {
            const double t = a[i * n + j];
            a[i * n + j] = a[j * n + i];
            a[j * n + i] = t;
        }
}

static void swap_rows(double *a, int64_t columns, int64_t i, int64_t j)
{
    for (int64_t c = 0; i != j && c < columns; c++) {
        const double t = a[i * columns + c];
        a[i * columns + c] = a[j * columns + c];
        a[j * columns + c] = t;
    }
}

double tf1c_eliminate(double *a, int64_t n, double *b, int64_t k)
{
    double sign = 1;
    for (int64_t c = 0; c < n; c++) {
        int64_t pivot = c;
        for (int64_t i = c + 1; i < n; i++)
            if (fabs(a[i * n + c]) > fabs(a[pivot * n + c]))
                pivot = i;
        swap_rows(a, n, c, pivot);
        swap_rows(b, k, c, pivot);
        sign *= pivot == c ? 1 : -1;
        for (int64_t i = c + 1; i < n && a[c * n + c] != 0; i++) {
            const double by = a[i * n + c] / a[c * n + c];
            for (int64_t j = c; j < n; j++)
                a[i * n + j] -= by * a[c * n + j];
            for (int64_t j = 0; j < k; j++)
                b[i * k + j] -= by * b[c * k + j];
        }
    }
    return sign;
}

static bool has_zero_on_diagonal(const double *a, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (a[i * (n + 1)] == 0)
            return true;
    return false;
}

/* b becomes x with a·x = b, a a triangle. */
static void substitute(const double *a, int64_t n, bool lower, double *b, int64_t k)
{
    for (int64_t s = 0; s < n; s++) {
        const int64_t i = lower ? s : n - 1 - s;
        for (int64_t t = 0; t < s; t++) {
            const int64_t j = lower ? t : n - 1 - t;
            for (int64_t c = 0; c < k; c++)
                b[i * k + c] -= a[i * n + j] * b[j * k + c];
        }
        for (int64_t c = 0; c < k; c++)
            b[i * k + c] /= a[i * n + i];
    }
}

/* b becomes x with a·x = b, or aᵀ·x = b; false: there is no x. Both are overwritten. */
typedef bool solver(double *a, int64_t n, const solve_attrs *attrs, double *b, int64_t k);

static bool solve_square(double *a, int64_t n, const solve_attrs *attrs, double *b, int64_t k)
{
    if (attrs->adjoint)
        transpose_in_place(a, n);
    tf1c_eliminate(a, n, b, k);
    if (has_zero_on_diagonal(a, n))
        return false;
    substitute(a, n, false, b, k);
    return true;
}

static bool solve_triangle(double *a, int64_t n, const solve_attrs *attrs, double *b, int64_t k)
{
    if (has_zero_on_diagonal(a, n))
        return false;
    if (attrs->adjoint)
        transpose_in_place(a, n);
    substitute(a, n, attrs->lower != attrs->adjoint, b, k);
    return true;
}

/* Each matrix with its right side: input 1, or where there is none the identity. */
static void solve_each(tf_kernel_ctx *k, solver *solve, const char *singular)
{
    const int64_t n = side_of(&k->in[0]), columns = side_of(&k->out[0]);
    double *a = k->scratch, *b = a + n * n;
    for (int64_t i = k->begin; i < k->end; i++) {
        load(&k->in[0], i, n * n, a);
        if (k->n_in > 1)
            load(&k->in[1], i, n * columns, b);
        for (int64_t j = 0; k->n_in == 1 && j < n * n; j++)
            b[j] = j % (n + 1) == 0;
        if (!solve(a, n, k->attrs, b, columns))
            tf_kernel_error(k, tf_invalid_argument, "%s", singular);
        store(&k->out[0], i, n * columns, b);
    }
}

/* ---- MatrixDeterminant: da = dy·|a|·a⁻ᵀ --------------------------------------------------------------------------------------------- */
static void determinant_shape(tf_shape_ctx *c)
{
    int64_t side;
    if (tf1c_square_in(c, &side))
        tf_set_out(c, 0, outer_dims(*tf_in_dims(c, 0), 2));
}

static void determinant_kernel(tf_kernel_ctx *k)
{
    const int64_t n = side_of(&k->in[0]);
    double *a = k->scratch;
    for (int64_t i = k->begin; i < k->end; i++) {
        load(&k->in[0], i, n * n, a);
        double det = tf1c_eliminate(a, n, NULL, 0);
        for (int64_t j = 0; j < n; j++)
            det *= a[j * (n + 1)];
        store(&k->out[0], i, 1, &det);
    }
}

static void determinant_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 8);
    const tf_tensor inverse = tf_matrix_inverse(g->in[0], .adjoint = true);
    const tf_tensor by = tf_expand_dims(tf_expand_dims(tf_multiply(dy, g->out[0]), -1), -1);
    tf_add_grad(g, 0, tf_multiply(by, inverse));
}

static const tf_op_def determinant_op = {
    .name = "MatrixDeterminant",
    .in = "input:T",
    .out = "output:T",
    .T = TF_FLOATING,
    .shape = determinant_shape,
    .kernel = determinant_kernel,
    .units = matrix_units,
    .scratch = three_matrices,
    .gradient = determinant_gradient,
};
UNARY_BUILDER(tf_matrix_determinant_, determinant_op, NULL)

/* ---- MatrixInverse: da = -a⁻ᵀ·dy·a⁻ᵀ ------------------------------------------------------------------------------------------------- */
static void inverse_kernel(tf_kernel_ctx *k) { solve_each(k, solve_square, "Input is not invertible."); }

static void inverse_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const bool adjoint = ((const solve_attrs *)g->attrs)->adjoint;
    const tf_tensor inverse = g->out[0], right = tf_matmul(dy, inverse, .adjoint_b = true);
    const tf_tensor da = tf_negative(tf_matmul(inverse, right, .adjoint_a = true));
    tf_add_grad(g, 0, adjoint ? adjoint_of(da) : da);
}

static const tf_op_def inverse_op = {
    .name = "MatrixInverse",
    .in = "input:T",
    .out = "output:T",
    .T = TF_FLOATING,
    .attrs = adjoint_fields,
    .attrs_size = sizeof(solve_attrs),
    .shape = same_shape,
    .kernel = inverse_kernel,
    .units = matrix_units,
    .scratch = three_matrices,
    .gradient = inverse_gradient,
};
tf_tensor tf_matrix_inverse_(tf_operand input, struct tf_adjoint_args a)
{
    const solve_attrs attrs = { .adjoint = a.adjoint };
    return array_op(&inverse_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 1, &input);
}

/* ---- MatrixSolve, MatrixTriangularSolve: x = a⁻¹·b;  db = a⁻ᵀ·dx, da = -db·xᵀ ------------------------------------------------------------- */
static void solve_shape(tf_shape_ctx *c)
{
    int64_t side, rows;
    tf_dims outer;
    if (!tf1c_square_in(c, &side) || !tf_with_rank_at_least(c, 1, 2))
        return;
    const tf_dims a = *tf_in_dims(c, 0), b = *tf_in_dims(c, 1);
    if (!a.known || !b.known)
        return;
    if (!tf1c_merge_in(c, outer_dims(a, 2), outer_dims(b, 2), &outer, ""))
        return;
    if (!tf_merge_dim(side, b.dims[b.rank - 2], &rows)) {
        tf_shape_error(
            c, tf_shape_at_run(c) ? "Input matrix and rhs are incompatible." : "Dimensions must be equal, but are %lld and %lld",
            (long long)side, (long long)b.dims[b.rank - 2]);
        return;
    }
    outer.dims[outer.rank++] = rows;
    outer.dims[outer.rank++] = b.dims[b.rank - 1];
    tf_set_out(c, 0, outer);
}

static size_t solve_scratch(const tf_kernel_ctx *k)
{
    const size_t n = (size_t)side_of(&k->in[0]), columns = (size_t)side_of(&k->in[1]);
    return (n * n + n * columns + 1) * sizeof(double);
}

static void solve_kernel(tf_kernel_ctx *k) { solve_each(k, solve_square, "Input matrix is not invertible."); }
static void triangular_kernel(tf_kernel_ctx *k) { solve_each(k, solve_triangle, "Input matrix is not invertible."); }

static const tf_op_def solve_op, triangular_op;

static tf_tensor solved(const tf_op_def *def, tf_tensor a, tf_tensor b, solve_attrs attrs)
{
    return array_op(def, (struct tf_name_args){ 0 }, NULL, &attrs, 2, (tf_operand[]){ operand_of(a), operand_of(b) });
}

static void solve_gradients(tf_grad_ctx *g, const tf_op_def *def, tf_tensor dx)
{
    const solve_attrs *attrs = g->attrs;
    const tf_tensor db = solved(def, g->in[0], dx, (solve_attrs){ attrs->lower, !attrs->adjoint });
    tf_tensor da = attrs->adjoint ? tf_matmul(g->out[0], db, .adjoint_b = true) : tf_matmul(db, g->out[0], .adjoint_b = true);
    da = tf_negative(da);
    if (def == &triangular_op)
        da = attrs->lower ? tf_matrix_band_part(da, -1, 0) : tf_matrix_band_part(da, 0, -1);
    tf_add_grad(g, 0, da);
    tf_add_grad(g, 1, db);
}
static void solve_gradient(tf_grad_ctx *g, tf_tensor dx) { solve_gradients(g, &solve_op, dx); }
static void triangular_gradient(tf_grad_ctx *g, tf_tensor dx) { solve_gradients(g, &triangular_op, dx); }

static const tf_op_def solve_op = {
    .name = "MatrixSolve",
    .in = "matrix:T, rhs:T",
    .out = "output:T",
    .T = TF_FLOATING,
    .attrs = adjoint_fields,
    .attrs_size = sizeof(solve_attrs),
    .shape = solve_shape,
    .kernel = solve_kernel,
    .units = matrix_units,
    .scratch = solve_scratch,
    .gradient = solve_gradient,
};
static const tf_op_def triangular_op = {
    .name = "MatrixTriangularSolve",
    .in = "matrix:T, rhs:T",
    .out = "output:T",
    .T = TF_FLOATING,
    .attrs = triangular_fields,
    .attrs_size = sizeof(solve_attrs),
    .shape = solve_shape,
    .kernel = triangular_kernel,
    .units = matrix_units,
    .scratch = solve_scratch,
    .gradient = triangular_gradient,
};
tf_tensor tf_matrix_solve_(tf_operand matrix, tf_operand rhs, struct tf_adjoint_args a)
{
    const solve_attrs attrs = { .adjoint = a.adjoint };
    return array_op(&solve_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 2, (tf_operand[]){ matrix, rhs });
}
tf_tensor tf_matrix_triangular_solve_(tf_operand matrix, tf_operand rhs, struct tf_triangular_args a)
{
    const solve_attrs attrs = { a.lower, a.adjoint };
    return array_op(&triangular_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 2, (tf_operand[]){ matrix, rhs });
}

/* ---- Cholesky: da = l⁻ᵀ·Φ(lᵀ·dl)·l⁻¹, made symmetric; Φ takes the lower triangle and half of the diagonal ------------------------------------ */
static void cholesky_kernel(tf_kernel_ctx *k)
{
    const int64_t n = side_of(&k->in[0]);
    double *l = k->scratch;
    for (int64_t m = k->begin; m < k->end; m++) {
        load(&k->in[0], m, n * n, l);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < n; j++) {
                double sum = j > i ? 0 : l[i * n + j];
                for (int64_t t = 0; t < j && j <= i; t++)
                    sum -= l[i * n + t] * l[j * n + t];
                if (i == j && !(sum > 0))
                    tf_kernel_error(k, tf_invalid_argument,
                                    "Cholesky decomposition was not successful. The input might not be valid.");
                l[i * n + j] = j > i ? 0 : i == j ? sqrt(sum) : sum / l[j * n + j];
            }
        store(&k->out[0], m, n * n, l);
    }
}

static void cholesky_gradient(tf_grad_ctx *g, tf_tensor dl)
{
    tf1c_gradient_makes(g, 31 + count_adjoint(g->in[0]));
    const tf_tensor l = g->out[0];
    const tf_tensor one = tf_matrix_diag(tf_ones_like(tf_matrix_diag_part(l)));
    const tf_tensor inverse = tf_matrix_triangular_solve(l, one);
    tf_tensor middle = tf_matmul(l, dl, .adjoint_a = true);
    middle = tf_matrix_set_diag(middle, tf_multiply(0.5, tf_matrix_diag_part(middle)));
    middle = tf_matrix_band_part(middle, -1, 0);
    const tf_tensor da = tf_matmul(tf_matmul(inverse, middle, .adjoint_a = true), inverse);
    tf_add_grad(g, 0, tf_multiply(0.5, tf_raw_ops_add_v2(da, adjoint_of(da))));
}

static const tf_op_def cholesky_op = {
    .name = "Cholesky",
    .in = "input:T",
    .out = "output:T",
    .T = TF_FLOATING,
    .shape = same_shape,
    .kernel = cholesky_kernel,
    .units = matrix_units,
    .scratch = three_matrices,
    .gradient = cholesky_gradient,
};
UNARY_BUILDER(tf_cholesky_, cholesky_op, NULL)

/* ---- SelfAdjointEigV2: by Jacobi's rotations ------------------------------------------------------------------------------------------------- */
typedef struct {
    bool compute_v;
} eigen_attrs;
static const tf_attr_def eigen_fields[] = { TF_ATTR(eigen_attrs, compute_v, TF_ATTR_BOOL), { 0 } };

static void eigen_shape(tf_shape_ctx *c)
{
    const eigen_attrs *a = tf_shape_attrs(c);
    int64_t side;
    if (!tf1c_square_in(c, &side) || !tf_in_dims(c, 0)->known)
        return;
    tf_dims e = outer_dims(*tf_in_dims(c, 0), 1), v = *tf_in_dims(c, 0);
    e.dims[e.rank - 1] = v.dims[v.rank - 1] = v.dims[v.rank - 2] = side;
    tf_set_out(c, 0, e);
    tf_set_out(c, 1, a->compute_v ? v : SHAPE(0));
}

/* Turns axes p and q so that a[p, q] is 0; the columns of v go along. */
static void rotate(double *a, double *v, int64_t n, int64_t p, int64_t q)
{
    const double apq = a[p * n + q], theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
    const double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1)), c = 1 / sqrt(t * t + 1), s = t * c;
    for (int64_t i = 0; i < n; i++) {
        const double x = a[i * n + p], y = a[i * n + q];
        a[i * n + p] = c * x - s * y;
        a[i * n + q] = s * x + c * y;
    }
    for (int64_t i = 0; i < n; i++) {
        const double x = a[p * n + i], y = a[q * n + i], u = v[i * n + p], w = v[i * n + q];
        a[p * n + i] = c * x - s * y;
        a[q * n + i] = s * x + c * y;
        v[i * n + p] = c * u - s * w;
        v[i * n + q] = s * u + c * w;
    }
}

static void diagonalize(double *a, double *v, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            a[i * n + j] = a[i > j ? i * n + j : j * n + i];
            v[i * n + j] = i == j;
        }
    for (int sweep = 0; sweep < 64; sweep++) {
        double off = 0, all = 0;
        for (int64_t i = 0; i < n * n; i++) {
            all += a[i] * a[i];
            off += i % (n + 1) ? a[i] * a[i] : 0;
        }
        if (!(off > 1e-30 * all))
            return;
        for (int64_t p = 0; p < n; p++)
            for (int64_t q = p + 1; q < n; q++)
                if (a[p * n + q] != 0)
                    rotate(a, v, n, p, q);
    }
}

/* The eigenvalues ascending in e, and their columns of v in `sorted`. */
static void sort_eigen(const double *a, const double *v, int64_t n, double *e, double *sorted)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t place = 0;
        for (int64_t j = 0; j < n; j++)
            place += a[j * (n + 1)] < a[i * (n + 1)] || (a[j * (n + 1)] == a[i * (n + 1)] && j < i);
        e[place] = a[i * (n + 1)];
        for (int64_t r = 0; r < n; r++)
            sorted[r * n + place] = v[r * n + i];
    }
}

static void eigen_kernel(tf_kernel_ctx *k)
{
    const eigen_attrs *attrs = k->attrs;
    const int64_t n = side_of(&k->in[0]);
    double *a = k->scratch, *v = a + n * n, *sorted = v + n * n, *e = sorted + n * n;
    for (int64_t i = 0; i < matrices(&k->in[0]); i++) {
        load(&k->in[0], i, n * n, a);
        for (int64_t j = 0; j < n * n; j++)
            if (!isfinite(a[j])) {
                tf_kernel_error(k, tf_invalid_argument,
                                "Self-adjoint eigen decomposition was not successful. The input might not be valid.");
                return;
            }
        diagonalize(a, v, n);
        sort_eigen(a, v, n, e, sorted);
        store(&k->out[0], i, n, e);
        if (attrs->compute_v)
            store(&k->out[1], i, n * n, sorted);
    }
}

/* With vectors: da = v·(diag(de) + f∘(vᵀ·dv))·vᵀ, f[i, j] = 1/(e[j] - e[i]); alone v·diag(de)·vᵀ. Of the lower triangle, as a is read. */
static void eigen_gradient(tf_grad_ctx *g, tf_tensor unused)
{
    const bool has_v = ((const eigen_attrs *)g->attrs)->compute_v;
    (void)unused;
    tf1c_gradient_makes(g, (has_v ? 22 : 12) + count_adjoint(g->in[0]));
    tf_tensor e = g->out[0], v = g->out[1], inner;
    if (!has_v) {
        const tf_eigen both = tf_self_adjoint_eig(g->in[0]);
        e = both.e;
        v = both.v;
    }
    inner = tf_matrix_diag(tf_grad_out(g, 0));
    if (has_v && !tf_is_none(g->dys[1])) {
        const tf_tensor apart = tf_subtract(tf_expand_dims(e, -2), tf_expand_dims(e, -1));
        const tf_tensor f = tf_matrix_set_diag(tf_reciprocal(tf_matrix_set_diag(apart, tf_ones_like(e))), tf_zeros_like(e));
        inner = tf_raw_ops_add_v2(inner, tf_multiply(f, tf_matmul(v, g->dys[1], .adjoint_a = true)));
    }
    tf_tensor da = tf_matmul(v, tf_matmul(inner, v, .adjoint_b = true));
    da = tf_matrix_band_part(tf_raw_ops_add_v2(da, adjoint_of(da)), -1, 0);
    tf_add_grad(g, 0, tf_matrix_set_diag(da, tf_multiply(0.5, tf_matrix_diag_part(da))));
}

static const tf_op_def eigen_op = {
    .name = "SelfAdjointEigV2",
    .in = "input:T",
    .out = "e:T, v:T",
    .T = TF_FLOATING,
    .attrs = eigen_fields,
    .attrs_size = sizeof(eigen_attrs),
    .shape = eigen_shape,
    .kernel = eigen_kernel,
    .scratch = three_matrices,
    .gradient = eigen_gradient,
};

static tf_operation *eigen_node(tf_operand x, bool compute_v, struct tf_name_args a)
{
    const eigen_attrs attrs = { compute_v };
    return tf_op_new(&eigen_op,
                     (struct tf_op_args){ .here = a.here, .name = a.name, .attrs = &attrs, .n_inputs = 1, .inputs = &x });
}
tf_eigen tf_self_adjoint_eig_(tf_operand x, struct tf_name_args a)
{
    tf_operation *op = eigen_node(x, true, a);
    return (tf_eigen){ tf_op_output(op, 0), tf_op_output(op, 1) };
}
tf_tensor tf_self_adjoint_eigvals_(tf_operand x, struct tf_name_args a) { return (tf_tensor){ .op = eigen_node(x, false, a) }; }

/* ---- MatrixBandPart ------------------------------------------------------------------------------------------------------------------------------ */
static void band_shape(tf_shape_ctx *c)
{
    static const char *const names[] = { "num_lower", "num_upper" };
    if (!tf_with_rank(c, 1, 0) || !tf_with_rank(c, 2, 0) || !tf_with_rank_at_least(c, 0, 2))
        return;
    const tf_dims x = *tf_in_dims(c, 0);
    for (int i = 0; tf_shape_at_run(c) && i < 2; i++) {
        int64_t n;
        const int64_t most = x.dims[x.rank - 2 + i];
        if (tf_in_int(c, 1 + i, &n) && n > most)
            tf_shape_error(c, "%s must be negative or less or equal to number of %s (%lld) got: %lld", names[i],
                           i ? "columns" : "rows", (long long)most, (long long)n);
    }
    tf_set_out(c, 0, x);
}

static void band_kernel(tf_kernel_ctx *k)
{
    const tf_view *x = &k->in[0];
    const int64_t rows = x->dims[x->rank - 2], columns = side_of(x), below = int_at(&k->in[1], 0), above = int_at(&k->in[2], 0);
    const size_t size = tf_dtype_size(x->dtype);
    for (int64_t m = k->begin; m < k->end; m++)
        for (int64_t i = 0; i < rows; i++) {
            const size_t at = (size_t)((m * rows + i) * columns) * size;
            const int64_t begin = below < 0 || below > i ? 0 : i - below < columns ? i - below : columns;
            const int64_t end = above < 0 || above > columns - 1 - i ? columns : i + above + 1 > begin ? i + above + 1 : begin;
            clear_bytes((char *)k->out[0].data + at, (size_t)columns * size);
            copy_bytes((char *)k->out[0].data + at + (size_t)begin * size, (const char *)x->data + at + (size_t)begin * size,
                       (size_t)(end - begin) * size);
        }
}

static void band_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_matrix_band_part(dy, g->in[1], g->in[2])); }

static const tf_op_def band_op = {
    .name = "MatrixBandPart",
    .in = "input:T, num_lower:U, num_upper:U",
    .out = "band:T",
    .U = TF_INDEX,
    .shape = band_shape,
    .kernel = band_kernel,
    .units = matrix_units,
    .gradient = band_gradient,
};
tf_tensor tf_matrix_band_part_(tf_operand x, tf_operand below, tf_operand above, struct tf_name_args a)
{
    return array_op(&band_op, a, NULL, NULL, 3, (tf_operand[]){ x, below, above });
}

/* ---- of these -------------------------------------------------------------------------------------------------------------------------------------- */

/* 0 … rank - 3, rank - 1, rank - 2, of a rank that a run tells */
static tf_tensor last_two_turned(tf_tensor x)
{
    const tf_tensor rank = tf_rank(x), others = tf_range(0, tf_subtract(rank, 2));
    const tf_tensor last = tf_subtract(rank, 1);
    return tf_concat(LIST(others, tf_stack(LIST(last, tf_subtract(rank, 2)))), 0);
}

tf_tensor tf_matrix_transpose_(tf_operand operand, struct tf_name_args a)
{
    TF_FROM(a.here);
    char text[TF_DIMS_TEXT];
    const tf_tensor x = tf_convert(operand, tf_dtype_unset, a.here, "a");
    if (tf_is_poisoned(x))
        return x;
    tf_dims d = tf_get_shape(x), perm = { .known = true, .rank = d.rank };
    if (d.known && d.rank < 2)
        return tf_mistake(tf_value_error, a.here, NULL, "Argument 'a' should be a (batch) matrix, with rank >= 2.  Found: %s",
                          tf_dims_text(d, text, sizeof text));
    TF_SCOPE(a.name, "matrix_transpose");
    if (!d.known)
        return tf_transpose(x, .perm_tensor = TF_T(last_two_turned(x)));
    for (int i = 0; i < d.rank; i++)
        perm.dims[i] = i < d.rank - 2 ? i : 2 * d.rank - 3 - i;
    return tf_transpose(x, .perm = perm);
}

tf_tensor tf_trace_(tf_operand x, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "Trace");
    const char *scope = tf_scope_name();
    const tf_tensor diagonal = tf_matrix_diag_part(tf_convert(x, tf_dtype_unset, a.here, "x"));
    return tf_reduce_sum(diagonal, -1, .name = scope);
}

tf_tensor tf_cholesky_solve_(tf_operand chol, tf_operand rhs, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "cholesky_solve");
    const tf_operand l = operand_of(tf_convert(chol, tf_dtype_unset, a.here, "chol"));
    const tf_tensor y = tf_matrix_triangular_solve(l, rhs);
    return tf_matrix_triangular_solve(l, y, .adjoint = true);
}

tf_tensor tf_linalg_logdet_(tf_operand matrix, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "logdet");
    const tf_tensor diagonal = tf_matrix_diag_part(tf_cholesky(matrix));
    return tf_multiply(2.0, tf_reduce_sum(tf_log(diagonal), .axes = AXES(-1)));
}

/* The Cholesky factor of aᵀ·a, or of a·aᵀ, plus λ on the diagonal. */
static tf_tensor gramian_factor(tf_tensor a, double l2_regularizer, bool first_kind)
{
    tf_tensor gramian = tf_matmul(a, a, .adjoint_a = first_kind, .adjoint_b = !first_kind);
    if (l2_regularizer != 0) {
        const tf_tensor side = tf_getitem(tf_shape(a), first_kind ? "-1" : "-2");
        gramian = tf_raw_ops_add_v2(gramian, tf_multiply(l2_regularizer, tf_eye(side, .dtype = tf_get_dtype(a))));
    }
    return tf_cholesky(gramian);
}

tf_tensor tf_matrix_solve_ls_(tf_operand matrix, tf_operand rhs, struct tf_solve_ls_args args)
{
    TF_FROM(args.here);
    const tf_tensor a = tf_convert(matrix, tf_dtype_unset, args.here, "matrix"),
                    b = tf_convert(rhs, tf_get_dtype(a), args.here, "rhs");
    const tf_dims d = tf_get_shape(a);
    if (tf_is_poisoned(a) || tf_is_poisoned(b))
        return tf_is_poisoned(a) ? a : b;
    if (!args.fast)
        return tf_mistake(tf_unimplemented, args.here, NULL, "matrix_solve_ls with fast=False is not here");
    if (!d.known || d.rank < 2 || d.dims[d.rank - 2] == NONE || d.dims[d.rank - 1] == NONE)
        return tf_mistake(tf_unimplemented, args.here, NULL, "matrix_solve_ls of a matrix whose rows and columns are not known");
    TF_SCOPE(args.name, "matrix_solve_ls");
    const bool tall = d.dims[d.rank - 2] >= d.dims[d.rank - 1];
    const tf_tensor l = gramian_factor(a, args.l2_regularizer, tall);
    return tall ? tf_cholesky_solve(l, tf_matmul(a, b, .adjoint_a = true))
                : tf_matmul(a, tf_cholesky_solve(l, b), .adjoint_a = true);
}

/* clang-format off */
tf1c_op_family tf1c_family_linear_algebra = {
    &determinant_op,
    &inverse_op,
    &solve_op,
    &triangular_op,
    &cholesky_op,
    &eigen_op,
    &band_op,
    NULL,
};
