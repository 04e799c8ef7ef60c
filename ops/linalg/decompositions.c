/* Matrices as products. TF1: core/ops/linalg_ops.cc, core/kernels/qr_op_impl.h, svd_op_impl.h, determinant_op.cc;
 * python/ops/linalg_grad.py. */
#include "ops/linalg/decompositions.h"

#include <float.h>
#include <math.h>

#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/diag.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/linalg/linear_algebra.h"
#include "ops/linalg/matrices.h"
#include "ops/math/arithmetic.h"
#include "ops/math/matmul.h"
#include "ops/math/unary.h"

/* The outer axes of input 0, and two more. */
static tf_dims matrix_dims(tf_dims outer, int64_t rows, int64_t columns)
{
    outer.dims[outer.rank++] = rows;
    outer.dims[outer.rank++] = columns;
    return outer;
}
static int64_t fewer(int64_t m, int64_t n) { return m == NONE || n == NONE ? NONE : m < n ? m : n; }

/* Input 0 is [.., m, n]; false where it is not known, or after a report. */
static bool sides(tf_shape_ctx *c, tf_dims *outer, int64_t *m, int64_t *n)
{
    const tf_dims *a = tf_in_dims(c, 0);
    if (!tf_with_rank_at_least(c, 0, 2) || !a->known)
        return false;
    *outer = outer_dims(*a, 2);
    *m = a->dims[a->rank - 2];
    *n = a->dims[a->rank - 1];
    return true;
}

static tf_operation *node(const tf_op_def *def, tf_operand x, const void *attrs, struct tf_name_args a)
{
    return tf_op_new(def, (struct tf_op_args){ .here = a.here, .name = a.name, .attrs = attrs, .n_inputs = 1, .inputs = &x });
}

static void add_unimplemented(tf_grad_ctx *g, const char *why)
{
    tf_add_grad(g, 0, tf_mistake(tf_unimplemented, g->op->here, g->op->name, "%s", why));
}

/* ---- Qr: by reflections I - τ·v·vᵀ, v[0] = 1 --------------------------------------------------------------------------------------------- */

typedef struct {
    bool full_matrices;
} qr_attrs;
static const tf_attr_def qr_fields[] = { TF_ATTR(qr_attrs, full_matrices, TF_ATTR_BOOL), { 0 } };

static void qr_shape(tf_shape_ctx *c)
{
    tf_dims outer;
    int64_t m, n;
    if (!sides(c, &outer, &m, &n))
        return;
    const int64_t p = ((const qr_attrs *)tf_shape_attrs(c))->full_matrices ? m : fewer(m, n);
    tf_set_out(c, 0, matrix_dims(outer, m, p));
    tf_set_out(c, 1, matrix_dims(outer, p, n));
}

/* Reflects column k of a [m, n] from its diagonal on to its first element alone, below which v is kept; τ. */
static double reflect_column(double *a, int64_t m, int64_t n, int64_t k)
{
    double below = 0;
    const double first = a[k * n + k];
    for (int64_t i = k + 1; i < m; i++)
        below += a[i * n + k] * a[i * n + k];
    if (below <= DBL_MIN)
        return 0;
    const double size = sqrt(first * first + below), beta = first >= 0 ? -size : size;
    for (int64_t i = k + 1; i < m; i++)
        a[i * n + k] /= first - beta;
    a[k * n + k] = beta;
    return (beta - first) / beta;
}

/* The same reflection of columns [from, columns) of b, whose rows are a's. */
static void reflect(const double *a, int64_t m, int64_t n, int64_t k, double tau, double *b, int64_t columns, int64_t from)
{
    for (int64_t j = from; j < columns; j++) {
        double sum = b[k * columns + j];
        for (int64_t i = k + 1; i < m; i++)
            sum += a[i * n + k] * b[i * columns + j];
        b[k * columns + j] -= tau * sum;
        for (int64_t i = k + 1; i < m; i++)
            b[i * columns + j] -= tau * sum * a[i * n + k];
    }
}

static size_t qr_scratch(const tf_kernel_ctx *k)
{
    const size_t m = (size_t)k->in[0].dims[k->in[0].rank - 2], n = (size_t)side_of(&k->in[0]);
    return (m * n + m * m + m + 1) * sizeof(double);
}

static void qr_kernel(tf_kernel_ctx *k)
{
    const tf_view *x = &k->in[0];
    const int64_t m = x->dims[x->rank - 2], n = side_of(x), p = fewer(m, n), columns = side_of(&k->out[0]);
    double *a = k->scratch, *q = a + m * n, *tau = q + m * m;
    for (int64_t each = k->begin; each < k->end; each++) {
        load(x, each, m * n, a);
        for (int64_t i = 0; i < p; i++) {
            tau[i] = reflect_column(a, m, n, i);
            reflect(a, m, n, i, tau[i], a, n, i + 1);
        }
        for (int64_t i = 0; i < m * columns; i++)
            q[i] = i / columns == i % columns;
        for (int64_t i = p; i-- > 0;)
            reflect(a, m, n, i, tau[i], q, columns, 0);
        for (int64_t i = 1; i < m; i++)
            for (int64_t j = 0; j < i && j < n; j++)
                a[i * n + j] = 0;
        store(&k->out[0], each, m * columns, q);
        store(&k->out[1], each, columns * n, a);
    }
}

/* x·r⁻ᵀ. */
static tf_tensor by_inverse(tf_tensor x, tf_tensor r)
{
    return adjoint_of(tf_matrix_triangular_solve(r, adjoint_of(x), .lower = false));
}

static void qr_gradient(tf_grad_ctx *g, tf_tensor unused)
{
    const tf_tensor q = g->out[0], r = g->out[1], dq = tf_grad_out(g, 0), dr = tf_grad_out(g, 1);
    const tf_dims d = tf_get_shape(r);
    (void)unused;
    if (!d.known || d.dims[d.rank - 2] == NONE || d.dims[d.rank - 1] == NONE)
        add_unimplemented(g, "QrGrad not implemented with dynamic shapes.");
    else if (d.dims[d.rank - 2] != d.dims[d.rank - 1])
        add_unimplemented(g, "QrGrad not implemented when ncols > nrows or full_matrices is true and ncols != nrows.");
    else {
        const tf_tensor qdq = tf_matmul(q, dq, .adjoint_a = true), rdr = tf_matmul(r, dr, .adjoint_b = true);
        const tf_tensor skew = tf_raw_ops_add_v2(tf_subtract(qdq, adjoint_of(qdq)), tf_subtract(rdr, adjoint_of(rdr)));
        const tf_tensor lower = tf_matrix_band_part(skew, -1, 0);
        const tf_tensor da = tf_matmul(q, tf_raw_ops_add_v2(dr, by_inverse(lower, r)));
        tf_add_grad(g, 0, tf_raw_ops_add_v2(da, by_inverse(tf_subtract(dq, tf_matmul(q, qdq)), r)));
    }
}

static const tf_op_def qr_op = {
    .name = "Qr",
    .in = "input:T",
    .out = "q:T, r:T",
    .T = TF_FLOATING,
    .attrs = qr_fields,
    .attrs_size = sizeof(qr_attrs),
    .shape = qr_shape,
    .kernel = qr_kernel,
    .units = matrix_units,
    .scratch = qr_scratch,
    .gradient = qr_gradient,
};
tf_qr_result tf_qr_(tf_operand input, struct tf_qr_args a)
{
    const qr_attrs attrs = { a.full_matrices };
    tf_operation *op = node(&qr_op, input, &attrs, (struct tf_name_args){ a.here, a.name });
    return (tf_qr_result){ tf_op_output(op, 0), tf_op_output(op, 1) };
}

/* ---- Svd: columns turned until all are orthogonal (Jacobi's rotations from one side); their lengths are the singular values ---------------- */

typedef struct {
    bool compute_uv, full_matrices;
} svd_attrs;
static const tf_attr_def svd_fields[] = { TF_ATTR(svd_attrs, compute_uv, TF_ATTR_BOOL),
                                          TF_ATTR(svd_attrs, full_matrices, TF_ATTR_BOOL),
                                          { 0 } };

static void svd_shape(tf_shape_ctx *c)
{
    const svd_attrs *attrs = tf_shape_attrs(c);
    tf_dims outer, s;
    int64_t m, n;
    if (!attrs->compute_uv) {
        tf_set_out(c, 1, SHAPE(0));
        tf_set_out(c, 2, SHAPE(0));
    }
    if (!sides(c, &outer, &m, &n))
        return;
    const int64_t p = fewer(m, n);
    s = outer;
    s.dims[s.rank++] = p;
    tf_set_out(c, 0, s);
    if (!attrs->compute_uv)
        return;
    tf_set_out(c, 1, matrix_dims(outer, m, attrs->full_matrices ? m : p));
    tf_set_out(c, 2, matrix_dims(outer, n, attrs->full_matrices ? n : p));
}

/* a [m, n], m >= n, in memory for one matrix and more. */
typedef struct {
    int64_t m, n;
    double *a, *v, *u, *s; /* [m, n], [n, n], [m, m], [n] */
} svd;

static double dot(const double *x, int64_t i, const double *y, int64_t j, int64_t rows, int64_t x_columns, int64_t y_columns)
{
    double sum = 0;
    for (int64_t r = 0; r < rows; r++)
        sum += x[r * x_columns + i] * y[r * y_columns + j];
    return sum;
}

static void turn_columns(double *a, int64_t rows, int64_t n, int64_t i, int64_t j, double c, double s)
{
    for (int64_t r = 0; r < rows; r++) {
        const double x = a[r * n + i], y = a[r * n + j];
        a[r * n + i] = c * x - s * y;
        a[r * n + j] = s * x + c * y;
    }
}

/* Whether columns i and j were not orthogonal. */
static bool make_orthogonal(svd *d, int64_t i, int64_t j)
{
    const double xx = dot(d->a, i, d->a, i, d->m, d->n, d->n), yy = dot(d->a, j, d->a, j, d->m, d->n, d->n);
    const double xy = dot(d->a, i, d->a, j, d->m, d->n, d->n);
    if (!(fabs(xy) > 1e-15 * sqrt(xx * yy)))
        return false;
    const double zeta = (yy - xx) / (2 * xy), t = (zeta >= 0 ? 1 : -1) / (fabs(zeta) + sqrt(1 + zeta * zeta)),
                 c = 1 / sqrt(1 + t * t);
    turn_columns(d->a, d->m, d->n, i, j, c, c * t);
    turn_columns(d->v, d->n, d->n, i, j, c, c * t);
    return true;
}

static void swap_columns(double *a, int64_t rows, int64_t n, int64_t i, int64_t j)
{
    for (int64_t r = 0; r < rows; r++) {
        const double x = a[r * n + i];
        a[r * n + i] = a[r * n + j];
        a[r * n + j] = x;
    }
}

static void sort_columns(svd *d)
{
    for (int64_t j = 0; j < d->n; j++)
        d->s[j] = sqrt(dot(d->a, j, d->a, j, d->m, d->n, d->n));
    for (int64_t j = 0; j < d->n; j++) {
        int64_t most = j;
        for (int64_t i = j + 1; i < d->n; i++)
            most = d->s[i] > d->s[most] ? i : most;
        swap_columns(d->s, 1, d->n, j, most);
        swap_columns(d->a, d->m, d->n, j, most);
        swap_columns(d->v, d->n, d->n, j, most);
    }
}

/* Makes column j of u, which holds anything, orthogonal to those before it; its length before it is made 1. */
static double orthonormal(svd *d, int64_t j)
{
    double *u = d->u;
    const int64_t m = d->m;
    for (int twice = 0; twice < 2; twice++)
        for (int64_t i = 0; i < j; i++) {
            const double by = dot(u, i, u, j, m, m, m);
            for (int64_t r = 0; r < m; r++)
                u[r * m + j] -= by * u[r * m + i];
        }
    const double length = sqrt(dot(u, j, u, j, m, m, m));
    for (int64_t r = 0; r < m && length > 0; r++)
        u[r * m + j] /= length;
    return length;
}

/* Column j of u: any that is orthogonal to those before it. Of m unit vectors one has at least 1/m of its square left. */
static void complete(svd *d, int64_t j)
{
    double length = 0;
    for (int64_t unit = 0; unit < d->m && length * length * (double)d->m < 0.5; unit++) {
        for (int64_t r = 0; r < d->m; r++)
            d->u[r * d->m + j] = r == unit;
        length = orthonormal(d, j);
    }
}

static void left_vectors(svd *d, int64_t columns)
{
    for (int64_t j = 0; j < columns; j++) {
        const bool any = j >= d->n || !(d->s[j] > 1e-14 * d->s[0]);
        for (int64_t r = 0; r < d->m && !any; r++)
            d->u[r * d->m + j] = d->a[r * d->n + j] / d->s[j];
        if (any)
            complete(d, j);
    }
}

static void decompose(svd *d)
{
    enum { MOST_SWEEPS = 64 };
    bool turned = true;
    for (int64_t i = 0; i < d->n * d->n; i++)
        d->v[i] = i % (d->n + 1) == 0;
    for (int sweep = 0; sweep < MOST_SWEEPS && turned; sweep++) {
        turned = false;
        for (int64_t i = 0; i < d->n; i++)
            for (int64_t j = i + 1; j < d->n; j++)
                turned |= make_orthogonal(d, i, j);
    }
    sort_columns(d);
}

static size_t svd_scratch(const tf_kernel_ctx *k)
{
    const size_t rows = (size_t)k->in[0].dims[k->in[0].rank - 2], columns = (size_t)side_of(&k->in[0]);
    const size_t m = rows > columns ? rows : columns, n = rows > columns ? columns : rows;
    return (m * n + n * n + m * m + n + 1) * sizeof(double);
}

/* The first columns of [rows, width]. */
static void store_columns(const tf_view *v, int64_t each, const double *from, int64_t rows, int64_t width)
{
    const int64_t columns = side_of(v);
    for (int64_t i = 0; i < rows * columns; i++)
        set_real(v, each * rows * columns + i, from[i / columns * width + i % columns]);
}

static void svd_kernel(tf_kernel_ctx *k)
{
    const svd_attrs *attrs = k->attrs;
    const tf_view *x = &k->in[0];
    const int64_t rows = x->dims[x->rank - 2], columns = side_of(x), size = rows * columns;
    const bool wide = rows < columns;
    svd d = { .m = wide ? columns : rows, .n = wide ? rows : columns, .a = k->scratch };
    d.v = d.a + size;
    d.u = d.v + d.n * d.n;
    d.s = d.u + d.m * d.m;
    for (int64_t each = 0; each < matrices(x); each++) {
        for (int64_t i = 0; i < size; i++)
            d.a[wide ? i % columns * rows + i / columns : i] = real_at(x, each * size + i);
        decompose(&d);
        store(&k->out[0], each, d.n, d.s);
        if (!attrs->compute_uv)
            continue;
        left_vectors(&d, attrs->full_matrices ? d.m : d.n);
        store_columns(&k->out[wide ? 2 : 1], each, d.u, d.m, d.m);
        store_columns(&k->out[wide ? 1 : 2], each, d.v, d.n, d.n);
    }
}

/* What its gradient is made of, of a matrix that is not tall. */
typedef struct {
    int64_t m, n;
    bool full;
    tf_tensor s, u, v, ds, du, dv;
} svd_parts;

static tf_tensor first_columns(tf_tensor x, int64_t n) { return tf_getitem(x, "..., :, :%lld", (long long)n); }

/* f[i, j] = 1/(s[j]² - s[i]²), 0 on the diagonal. */
static tf_tensor apart(tf_tensor s)
{
    const tf_tensor s2 = tf_square(s), one = tf_matrix_diag(tf_ones_like(s));
    const tf_tensor differences = tf_subtract(tf_expand_dims(s2, -2), tf_expand_dims(s2, -1));
    return tf_matrix_set_diag(tf_reciprocal(tf_raw_ops_add_v2(differences, one)), tf_zeros_like(s));
}

/* What turns v1 out of the space that it spans: u·s⁻¹·(dv1ᵀ - dv1ᵀ·v1·v1ᵀ [- v1ᵀ·dv2·v2ᵀ]). */
static tf_tensor outwards(const svd_parts *p, tf_tensor v1, tf_tensor dv1)
{
    const tf_tensor dv1t = tf_matrix_transpose(dv1), inside = tf_matmul(dv1t, v1);
    tf_tensor rest = tf_subtract(dv1t, tf_matmul(inside, v1, .adjoint_b = true));
    if (p->full) {
        const tf_tensor v2 = tf_getitem(p->v, "..., :, %lld:%lld", (long long)p->m, (long long)p->n);
        const tf_tensor dv2 = tf_getitem(p->dv, "..., :, %lld:%lld", (long long)p->m, (long long)p->n);
        rest = tf_subtract(rest, tf_matmul(tf_matmul(v1, dv2, .adjoint_a = true), v2, .adjoint_b = true));
    }
    return tf_matmul(tf_matmul(p->u, tf_matrix_diag(tf_reciprocal(p->s))), rest);
}

static tf_tensor svd_da(const svd_parts *p)
{
    const tf_tensor s = tf_matrix_diag(p->s), f = apart(p->s);
    const tf_tensor v1 = first_columns(p->v, p->m), dv1 = first_columns(p->dv, p->m);
    const tf_tensor fu = tf_multiply(f, tf_matmul(p->u, p->du, .adjoint_a = true));
    const tf_tensor fv = tf_multiply(f, tf_matmul(v1, dv1, .adjoint_a = true));
    tf_tensor middle = tf_raw_ops_add_v2(tf_matrix_diag(p->ds), tf_matmul(tf_raw_ops_add_v2(fu, adjoint_of(fu)), s));
    middle = tf_raw_ops_add_v2(middle, tf_matmul(s, tf_raw_ops_add_v2(fv, adjoint_of(fv))));
    const tf_tensor inside = tf_matmul(p->u, tf_matmul(middle, v1, .adjoint_b = true));
    return p->m == p->n ? inside : tf_raw_ops_add_v2(inside, outwards(p, v1, dv1));
}

static void values_gradient(tf_grad_ctx *g, tf_tensor ds)
{
    const tf_tensor middle = tf_matrix_diag(ds);
    const tf_svd_result all = tf_svd(g->in[0]);
    tf1c_gradient_makes(g, 4);
    tf_add_grad(g, 0, tf_matmul(all.u, tf_matmul(middle, all.v, .adjoint_b = true)));
}

/* Of TF's _SvdGrad: of a square, of what lies beyond it, of the rest of full vectors, and turned back. */
static int count_svd(const svd_parts *p, bool tall)
{
    enum { SQUARE = 54, BEYOND = 8, REST = 11, TURN = 2 };
    return SQUARE + (p->m == p->n ? 0 : BEYOND + (p->full ? REST : 0)) + (tall ? TURN : 0);
}

static void svd_gradient(tf_grad_ctx *g, tf_tensor unused)
{
    const svd_attrs *attrs = g->attrs;
    const tf_dims d = tf_get_shape(g->in[0]);
    (void)unused;
    if (!attrs->compute_uv) {
        values_gradient(g, tf_grad_out(g, 0));
        return;
    }
    svd_parts p = { .full = attrs->full_matrices, .s = g->out[0], .u = g->out[1], .v = g->out[2] };
    p.ds = tf_grad_out(g, 0);
    p.du = tf_grad_out(g, 1);
    p.dv = tf_grad_out(g, 2);
    p.m = d.known ? d.dims[d.rank - 2] : NONE;
    p.n = d.known ? d.dims[d.rank - 1] : NONE;
    if (p.m == NONE || p.n == NONE) {
        add_unimplemented(g, "SVD gradient has not been implemented for input with unknown inner matrix shape.");
        return;
    }
    if (p.full && (p.m - p.n > 1 || p.n - p.m > 1)) {
        add_unimplemented(g, "svd gradient is not implemented for abs(m - n) > 1 when full_matrices is True");
        return;
    }
    tf1c_gradient_makes(g, count_svd(&p, p.m > p.n));
    if (p.m <= p.n)
        tf_add_grad(g, 0, svd_da(&p));
    else {
        const svd_parts turned = { p.n, p.m, p.full, p.s, p.v, p.u, p.ds, p.dv, p.du };
        tf_add_grad(g, 0, tf_matrix_transpose(svd_da(&turned)));
    }
}

static const tf_op_def svd_op = {
    .name = "Svd",
    .in = "input:T",
    .out = "s:T, u:T, v:T",
    .T = TF_FLOATING,
    .attrs = svd_fields,
    .attrs_size = sizeof(svd_attrs),
    .shape = svd_shape,
    .kernel = svd_kernel,
    .scratch = svd_scratch,
    .gradient = svd_gradient,
};
tf_svd_result tf_svd_(tf_operand tensor, struct tf_svd_args a)
{
    const svd_attrs attrs = { a.compute_uv, a.full_matrices };
    tf_operation *op = node(&svd_op, tensor, &attrs, (struct tf_name_args){ a.here, a.name });
    if (!a.compute_uv && !tf1c_is_mistake(op))
        return (tf_svd_result){ .s = tf_op_output(op, 0) };
    return (tf_svd_result){ tf_op_output(op, 0), tf_op_output(op, 1), tf_op_output(op, 2) };
}

/* ---- LogMatrixDeterminant: da = dy·a⁻ᵀ ----------------------------------------------------------------------------------------------------- */

static void slogdet_shape(tf_shape_ctx *c)
{
    int64_t side;
    if (!tf1c_square_in(c, &side))
        return;
    tf_set_out(c, 0, outer_dims(*tf_in_dims(c, 0), 2));
    tf_set_out(c, 1, outer_dims(*tf_in_dims(c, 0), 2));
}

static size_t slogdet_scratch(const tf_kernel_ctx *k)
{
    const size_t n = (size_t)side_of(&k->in[0]);
    return (n * n + 1) * sizeof(double);
}

static void slogdet_kernel(tf_kernel_ctx *k)
{
    const int64_t n = side_of(&k->in[0]);
    double *a = k->scratch;
    for (int64_t i = k->begin; i < k->end; i++) {
        load(&k->in[0], i, n * n, a);
        double sign = tf1c_eliminate(a, n, NULL, 0), log_size = 0;
        for (int64_t j = 0; j < n; j++) {
            log_size += log(fabs(a[j * (n + 1)]));
            sign = a[j * (n + 1)] < 0 ? -sign : sign;
        }
        if (!isfinite(log_size)) {
            sign = 0;
            log_size = log_size > 0 ? INFINITY : -INFINITY;
        }
        set_real(&k->out[0], i, sign);
        set_real(&k->out[1], i, log_size);
    }
}

static void slogdet_gradient(tf_grad_ctx *g, tf_tensor unused)
{
    (void)unused;
    const tf_tensor dy = tf_grad_out(g, 1), inverse = tf_matrix_inverse(g->in[0], .adjoint = true);
    const tf_tensor shape = tf_concat(LIST(tf_shape(g->out[1]), tf_constant(NP_INT(1, 1))), 0);
    tf1c_gradient_makes(g, 7);
    tf_add_grad(g, 0, tf_multiply(tf_reshape(dy, shape), inverse));
}

static const tf_op_def slogdet_op = {
    .name = "LogMatrixDeterminant",
    .in = "input:T",
    .out = "sign:T, log_abs_determinant:T",
    .T = TF_FLOATING,
    .shape = slogdet_shape,
    .kernel = slogdet_kernel,
    .units = matrix_units,
    .scratch = slogdet_scratch,
    .gradient = slogdet_gradient,
};
tf_slogdet tf_linalg_slogdet_(tf_operand input, struct tf_name_args a)
{
    tf_operation *op = node(&slogdet_op, input, NULL, a);
    return (tf_slogdet){ tf_op_output(op, 0), tf_op_output(op, 1) };
}

/* clang-format off */
tf1c_op_family tf1c_family_decompositions = {
    &qr_op,
    &svd_op,
    &slogdet_op,
    NULL,
};
