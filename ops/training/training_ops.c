/* What optimizers do to a variable and its slots: one op per rule, dense and by rows. TF1: core/ops/training_ops.cc,
 * core/kernels/training_ops.cc.
 *
 * Every rule is a function of a run of elements of the variable, its slots and the gradient, and of its scalars; the dense
 * op calls it for a shard of all elements, the sparse one for each row that has a gradient. */
#include "ops/training/training_ops.h"

#include <math.h>
#include <string.h>

#include "core/vecmath.h"
#include "ops/family.h"

enum { MOST_REFS = 4, MOST_SCALARS = 6 };

typedef struct {
    bool use_nesterov;
} apply_attrs;
static const tf_attr_def apply_fields[] = { TF_ATTR(apply_attrs, use_nesterov, TF_ATTR_BOOL), { 0 } };

typedef void update(int64_t n, void *const *ref, const void *grad, const double *scalar, bool nesterov);

/* An op's inputs by their roles, one letter each: r the variable and its slots, s scalars, g the gradient, i indices. */
typedef struct {
    void *ref[MOST_REFS];
    int n_refs;
    double scalar[MOST_SCALARS];
    const tf_view *grad, *indices;
} operands;

static double scalar_at(const tf_view *v)
{
    return v->dtype == tf_float32   ? *(const float *)v->data
           : v->dtype == tf_float64 ? *(const double *)v->data
                                    : (double)*(const int64_t *)v->data;
}

static operands by_role(const tf_kernel_ctx *k, const char *roles)
{
    operands o = { .n_refs = 0 };
    int scalars = 0;
    for (int i = 0; i < k->n_in; i++)
        switch (roles[i]) {
        case 'r': o.ref[o.n_refs++] = k->in[i].data; break;
        case 's': o.scalar[scalars++] = scalar_at(&k->in[i]); break;
        case 'g': o.grad = &k->in[i]; break;
        default: o.indices = &k->in[i]; break;
        }
    return o;
}

/* Slots and a dense gradient are of the variable's shape, a sparse one [n, …] of its rows' with indices [n]; the rest scalars. */
static void check_same(tf_shape_ctx *c, int i, tf_dims want, const char *at_run)
{
    const tf_dims have = *tf_in_dims(c, i);
    tf_dims merged;
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    tf_dims_kernel_text(want, a, sizeof a);
    tf_dims_kernel_text(have, b, sizeof b);
    if (tf_merge_dims(want, have, &merged))
        return;
    if (tf_shape_at_run(c)) {
        tf_shape_error(c, "%s do not have the same shape%s %s", at_run, a, b);
        return;
    }
    if (want.rank != have.rank)
        tf_shape_error(c, "Shapes must be equal rank, but are %d and %d", want.rank, have.rank);
    for (int d = 0; d < want.rank && want.rank == have.rank; d++)
        if (!tf_merge_dim(want.dims[d], have.dims[d], &(int64_t){ 0 }))
            tf_shape_error(c, "Dimension %d in both shapes must be equal, but are %lld and %lld. Shapes are %s and %s.", d,
                           (long long)want.dims[d], (long long)have.dims[d], a, b);
}

static void apply_shape(tf_shape_ctx *c, const char *roles)
{
    const tf_dims var = *tf_in_dims(c, 0);
    const char *indices = strchr(roles, 'i');
    for (int i = 1; roles[i]; i++) {
        tf_dims rows = var;
        if (roles[i] == 'r')
            check_same(c, i, var, "var and slot");
        else if (roles[i] == 's')
            tf_with_rank(c, i, 0);
        else if (roles[i] == 'i')
            tf_with_rank(c, i, 1);
        else if (!indices)
            check_same(c, i, var, "var and grad");
        else if (var.known && var.rank) {
            const tf_dims *n = tf_in_dims(c, (int)(indices - roles));
            rows.dims[0] = n->known && n->rank == 1 ? n->dims[0] : NONE;
            check_same(c, i, rows, "rows and grad");
        }
    }
    tf_set_out(c, 0, var);
}

static void apply_dense(tf_kernel_ctx *k, const char *roles, update *f32, update *f64)
{
    const apply_attrs *a = k->attrs;
    operands o = by_role(k, roles);
    const int64_t offset = k->begin * (int64_t)tf_dtype_size(k->T);
    for (int i = 0; i < o.n_refs; i++)
        o.ref[i] = (char *)o.ref[i] + offset;
    (k->T == tf_float32 ? f32 : f64)(k->end - k->begin, o.ref, (char *)o.grad->data + offset, o.scalar, a && a->use_nesterov);
}
static int64_t elements(const tf_kernel_ctx *k) { return tf_view_count(&k->in[0]); }

/* ---- rows with a gradient: several for one row are added up first, as TF's Unique and UnsortedSegmentSum do ------------------ */
typedef struct {
    int64_t n, width; /* rows that occur, elements a row */
    int64_t *row;
    void *sum; /* [n, width] */
} summed_rows;

static int64_t sparse_width(const tf_kernel_ctx *k) { return k->in[0].dims[0] ? tf_view_count(&k->in[0]) / k->in[0].dims[0] : 0; }

static size_t sparse_bytes(const tf_kernel_ctx *k, const char *roles)
{
    const int64_t given = k->in[strchr(roles, 'i') - roles].dims[0];
    return (size_t)given * 8 + (size_t)given * (size_t)sparse_width(k) * tf_dtype_size(k->T) + (size_t)k->in[0].dims[0] * 4;
}

#define ADD_ROW(type)                   \
    for (int64_t j = 0; j < width; j++) \
        ((type *)to)[j] += ((const type *)from)[j];

static bool sum_rows(tf_kernel_ctx *k, const operands *o, summed_rows *s)
{
    const int64_t given = o->indices->dims[0], rows = k->in[0].dims[0], width = sparse_width(k);
    const size_t size = (size_t)width * tf_dtype_size(k->T);
    char *scratch = k->scratch;
    *s = (summed_rows){ 0, width, (int64_t *)scratch, scratch + given * 8 };
    int32_t *place = (int32_t *)((char *)s->sum + (size_t)given * size); /* of each row among those that occur, plus 1 */
    memset(place, 0, (size_t)rows * sizeof *place);
    for (int64_t i = 0; i < given; i++) {
        const int64_t r =
            o->indices->dtype == tf_int32 ? ((const int32_t *)o->indices->data)[i] : ((const int64_t *)o->indices->data)[i];
        if (r < 0 || r >= rows) {
            tf_kernel_error(k, tf_invalid_argument, "Index %lld at offset %lld in indices is out of range", (long long)r,
                            (long long)i);
            return false;
        }
        const char *from = (const char *)o->grad->data + (size_t)i * size;
        if (!place[r]) {
            s->row[s->n] = r;
            place[r] = (int32_t)++s->n;
            memcpy((char *)s->sum + (size_t)(s->n - 1) * size, from, size);
            continue;
        }
        char *to = (char *)s->sum + (size_t)(place[r] - 1) * size;
        if (k->T == tf_float32) {
            ADD_ROW(float)
        } else {
            ADD_ROW(double)
        }
    }
    return true;
}

static void apply_sparse(tf_kernel_ctx *k, const char *roles, update *f32, update *f64)
{
    const apply_attrs *a = k->attrs;
    const operands o = by_role(k, roles);
    summed_rows s;
    if (!sum_rows(k, &o, &s))
        return;
    const size_t size = (size_t)s.width * tf_dtype_size(k->T);
    for (int64_t i = 0; i < s.n; i++) {
        void *ref[MOST_REFS];
        for (int j = 0; j < o.n_refs; j++)
            ref[j] = (char *)o.ref[j] + (size_t)s.row[i] * size;
        (k->T == tf_float32 ? f32 : f64)(s.width, ref, (char *)s.sum + (size_t)i * size, o.scalar, a && a->use_nesterov);
    }
}

/* ---- the two ops of a rule: shape function, kernel and record of each --------------------------------------------------------- */
#define APPLY_TRAITS (TF_WRITES_REF | TF_SIDE_EFFECT)
#define DENSE(id, type, signature, roles)                                                    \
    static void id##_shape(tf_shape_ctx *c) { apply_shape(c, roles); }                       \
    static void id##_kernel(tf_kernel_ctx *k) { apply_dense(k, roles, id##_f32, id##_f64); } \
    const tf_op_def tf1c_apply_##id##_op = {                                                 \
        .name = "Apply" type,                                                                \
        .in = signature,                                                                     \
        .out = "out:T",                                                                      \
        .T = TF_FLOATING,                                                                    \
        .attrs = apply_fields,                                                               \
        .attrs_size = sizeof(apply_attrs),                                                   \
        .traits = APPLY_TRAITS,                                                              \
        .shape = id##_shape,                                                                 \
        .kernel = id##_kernel,                                                               \
        .units = elements,                                                                   \
        .gradient = tf_no_gradient,                                                          \
    };
#define SPARSE(id, type, signature, roles)                                                             \
    static void sparse_##id##_shape(tf_shape_ctx *c) { apply_shape(c, roles); }                        \
    static void sparse_##id##_kernel(tf_kernel_ctx *k) { apply_sparse(k, roles, id##_f32, id##_f64); } \
    SPARSE_RECORD(id, type, signature, roles)
#define SPARSE_RECORD(id, type, signature, roles)                                                  \
    static size_t sparse_##id##_scratch(const tf_kernel_ctx *k) { return sparse_bytes(k, roles); } \
    const tf_op_def tf1c_sparse_apply_##id##_op = {                                                \
        .name = "SparseApply" type,                                                                \
        .in = signature,                                                                           \
        .out = "out:T",                                                                            \
        .T = TF_FLOATING,                                                                          \
        .U = TF_INDEX,                                                                             \
        .attrs = apply_fields,                                                                     \
        .attrs_size = sizeof(apply_attrs),                                                         \
        .traits = APPLY_TRAITS,                                                                    \
        .shape = sparse_##id##_shape,                                                              \
        .kernel = sparse_##id##_kernel,                                                            \
        .scratch = sparse_##id##_scratch,                                                          \
        .gradient = tf_no_gradient,                                                                \
    };
#define VEC(id, call)                                                                                        \
    static void id##_f32(int64_t n, void *const *ref, const void *grad, const double *scalar, bool nesterov) \
    {                                                                                                        \
        (void)nesterov;                                                                                      \
        const tf1c_vecmath *vec = tf1c_vec();                                                                \
        call;                                                                                                \
    }
#define S(i) (float)scalar[i]
#define EACH(id, suffix, type, body)                                                                              \
    static void id##_##suffix(int64_t n, void *const *ref, const void *grad, const double *scalar, bool nesterov) \
    {                                                                                                             \
        type *var = ref[0];                                                                                       \
        const type *g = grad;                                                                                     \
        (void)nesterov;                                                                                           \
        body                                                                                                      \
    }
#define LOOP(statement)               \
    for (int64_t i = 0; i < n; i++) { \
        statement                     \
    }

/* ---- GradientDescent: var -= lr·g ------------------------------------------------------------------------------------------- */
VEC(gradient_descent, vec->sgd(n, ref[0], grad, S(0)))
EACH(gradient_descent, f64, double, LOOP(var[i] -= scalar[0] * g[i];))
DENSE(gradient_descent, "GradientDescent", "var:T&, alpha:T, delta:T", "rsg")
SPARSE(gradient_descent, "GradientDescent", "var:T&, alpha:T, delta:T, indices:U", "rsgi")

/* ---- Momentum: a = μa + g; var -= lr·a; Nesterov: var -= lr·(g + μa) ------------------------------------------------------------ */
static void momentum_f32(int64_t n, void *const *ref, const void *grad, const double *scalar, bool nesterov)
{
    tf1c_vec()->momentum(n, ref[0], ref[1], grad, S(0), S(1), nesterov);
}
EACH(momentum, f64, double, {
    double *a = ref[1];
    LOOP({
        a[i] = a[i] * scalar[1] + g[i];
        var[i] -= scalar[0] * (nesterov ? g[i] + a[i] * scalar[1] : a[i]);
    })
})
DENSE(momentum, "Momentum", "var:T&, accum:T&, lr:T, grad:T, momentum:T", "rrsgs")
SPARSE(momentum, "Momentum", "var:T&, accum:T&, lr:T, grad:T, indices:U, momentum:T", "rrsgis")

/* ---- Adam: m += (g - m)(1 - β1), v += (g² - v)(1 - β2), var -= lr_t·m / (√v + ε), lr_t = lr·√(1 - β2^t) / (1 - β1^t) ---------
 * Scalars β1^t, β2^t, lr, β1, β2, ε. Sparse: m and v decay in all rows, and all rows move. */
static float adam_rate_f32(const double *s) { return (float)s[2] * sqrtf(1 - (float)s[1]) / (1 - (float)s[0]); }
static double adam_rate_f64(const double *s) { return s[2] * sqrt(1 - s[1]) / (1 - s[0]); }
/* Nesterov: β1·m + (1 - β1)·g in m's place. */
static void nadam_f32(int64_t n, void *const *ref, const float *g, const double *scalar)
{
    float *var = ref[0], *m = ref[1], *v = ref[2];
    const float rate = adam_rate_f32(scalar), beta1 = S(3), beta2 = S(4), epsilon = S(5);
    LOOP({
        m[i] += (g[i] - m[i]) * (1 - beta1);
        v[i] += (g[i] * g[i] - v[i]) * (1 - beta2);
        var[i] -= (g[i] * (1 - beta1) + beta1 * m[i]) * rate / (sqrtf(v[i]) + epsilon);
    })
}
static void adam_f32(int64_t n, void *const *ref, const void *grad, const double *scalar, bool nesterov)
{
    if (nesterov)
        nadam_f32(n, ref, grad, scalar);
    else
        tf1c_vec()->adam(n, ref[0], ref[1], ref[2], grad, adam_rate_f32(scalar), S(3), S(4), S(5));
}
EACH(adam, f64, double, {
    double *m = ref[1];
    double *v = ref[2];
    const double rate = adam_rate_f64(scalar);
    LOOP({
        m[i] += (g[i] - m[i]) * (1 - scalar[3]);
        v[i] += (g[i] * g[i] - v[i]) * (1 - scalar[4]);
        var[i] -= rate * (nesterov ? g[i] * (1 - scalar[3]) + scalar[3] * m[i] : m[i]) / (sqrt(v[i]) + scalar[5]);
    })
})
DENSE(adam, "Adam", "var:T&, m:T&, v:T&, beta1_power:T, beta2_power:T, lr:T, beta1:T, beta2:T, epsilon:T, grad:T", "rrrssssssg")

#define SPARSE_ADAM(type, rate_, sqrt_)                                                                                           \
    static void sparse_adam_##type(tf_kernel_ctx *k, const operands *o, const summed_rows *s)                                     \
    {                                                                                                                             \
        const int64_t n = tf_view_count(&k->in[0]);                                                                               \
        type *var = o->ref[0], *m = o->ref[1], *v = o->ref[2];                                                                    \
        const type rate = rate_(o->scalar), beta1 = (type)o->scalar[3], beta2 = (type)o->scalar[4], epsilon = (type)o->scalar[5]; \
        for (int64_t i = 0; i < n; i++) {                                                                                         \
            m[i] *= beta1;                                                                                                        \
            v[i] *= beta2;                                                                                                        \
        }                                                                                                                         \
        for (int64_t r = 0; r < s->n; r++)                                                                                        \
            for (int64_t j = 0, i = s->row[r] * s->width; j < s->width; j++, i++) {                                               \
                const type g = ((const type *)s->sum)[r * s->width + j];                                                          \
                m[i] += g * (1 - beta1);                                                                                          \
                v[i] += g * g * (1 - beta2);                                                                                      \
            }                                                                                                                     \
        for (int64_t i = 0; i < n; i++)                                                                                           \
            var[i] -= rate * m[i] / (sqrt_(v[i]) + epsilon);                                                                      \
    }
SPARSE_ADAM(float, adam_rate_f32, sqrtf)
SPARSE_ADAM(double, adam_rate_f64, sqrt)

#define ADAM_ROLES "rrrssssssgi"
static void sparse_adam_shape(tf_shape_ctx *c) { apply_shape(c, ADAM_ROLES); }
static void sparse_adam_kernel(tf_kernel_ctx *k)
{
    const operands o = by_role(k, ADAM_ROLES);
    summed_rows s;
    if (!sum_rows(k, &o, &s))
        return;
    if (k->T == tf_float32)
        sparse_adam_float(k, &o, &s);
    else
        sparse_adam_double(k, &o, &s);
}
SPARSE_RECORD(adam, "Adam",
              "var:T&, m:T&, v:T&, beta1_power:T, beta2_power:T, lr:T, beta1:T, beta2:T, epsilon:T, grad:T, indices:U", ADAM_ROLES)

/* ---- RMSProp: ms += (g² - ms)(1 - ρ); mom = μ·mom + lr·g / √(ms + ε); var -= mom ---------------------------------------------------
 * Centered: mg += (g - mg)(1 - ρ), and √(ms - mg² + ε). Scalars lr, ρ, μ, ε. */
VEC(rms_prop, vec->rmsprop(n, ref[0], ref[1], ref[2], grad, S(0), S(1), S(2), S(3)))
EACH(rms_prop, f64, double, {
    double *ms = ref[1];
    double *mom = ref[2];
    LOOP({
        ms[i] += (g[i] * g[i] - ms[i]) * (1 - scalar[1]);
        mom[i] = mom[i] * scalar[2] + scalar[0] * g[i] / sqrt(ms[i] + scalar[3]);
        var[i] -= mom[i];
    })
})
DENSE(rms_prop, "RMSProp", "var:T&, ms:T&, mom:T&, lr:T, rho:T, momentum:T, epsilon:T, grad:T", "rrrssssg")
SPARSE(rms_prop, "RMSProp", "var:T&, ms:T&, mom:T&, lr:T, rho:T, momentum:T, epsilon:T, grad:T, indices:U", "rrrssssgi")

VEC(centered_rms_prop, vec->rmsprop_centered(n, ref[0], ref[1], ref[2], ref[3], grad, S(0), S(1), S(2), S(3)))
EACH(centered_rms_prop, f64, double, {
    double *mg = ref[1];
    double *ms = ref[2];
    double *mom = ref[3];
    LOOP({
        ms[i] += (g[i] * g[i] - ms[i]) * (1 - scalar[1]);
        mg[i] += (g[i] - mg[i]) * (1 - scalar[1]);
        mom[i] = mom[i] * scalar[2] + scalar[0] * g[i] / sqrt(ms[i] - mg[i] * mg[i] + scalar[3]);
        var[i] -= mom[i];
    })
})
DENSE(centered_rms_prop, "CenteredRMSProp", "var:T&, mg:T&, ms:T&, mom:T&, lr:T, rho:T, momentum:T, epsilon:T, grad:T", "rrrrssssg")
SPARSE(centered_rms_prop, "CenteredRMSProp", "var:T&, mg:T&, ms:T&, mom:T&, lr:T, rho:T, momentum:T, epsilon:T, grad:T, indices:U",
       "rrrrssssgi")

/* ---- Adagrad: a += g²; var -= lr·g / √a ------------------------------------------------------------------------------------------ */
VEC(adagrad, vec->adagrad(n, ref[0], ref[1], grad, S(0)))
EACH(adagrad, f64, double, {
    double *a = ref[1];
    LOOP({
        a[i] += g[i] * g[i];
        var[i] -= scalar[0] * g[i] / sqrt(a[i]);
    })
})
DENSE(adagrad, "Adagrad", "var:T&, accum:T&, lr:T, grad:T", "rrsg")
SPARSE(adagrad, "Adagrad", "var:T&, accum:T&, lr:T, grad:T, indices:U", "rrsgi")

/* ---- Adadelta: a = ρa + (1 - ρ)g²; u = g·√(d + ε) / √(a + ε); d = ρd + (1 - ρ)u²; var -= lr·u ------------------------------------- */
VEC(adadelta, vec->adadelta(n, ref[0], ref[1], ref[2], grad, S(0), S(1), S(2)))
EACH(adadelta, f64, double, {
    double *a = ref[1];
    double *d = ref[2];
    LOOP({
        a[i] = a[i] * scalar[1] + g[i] * g[i] * (1 - scalar[1]);
        const double u = g[i] * sqrt(d[i] + scalar[2]) / sqrt(a[i] + scalar[2]);
        d[i] = d[i] * scalar[1] + u * u * (1 - scalar[1]);
        var[i] -= scalar[0] * u;
    })
})
DENSE(adadelta, "Adadelta", "var:T&, accum:T&, accum_update:T&, lr:T, rho:T, epsilon:T, grad:T", "rrrsssg")
SPARSE(adadelta, "Adadelta", "var:T&, accum:T&, accum_update:T&, lr:T, rho:T, epsilon:T, grad:T, indices:U", "rrrsssgi")

/* ---- Ftrl: a' = a + g²; l += g - (a'^-p - a^-p)/lr·var; var = |l| > l1 ? (sign(l)·l1 - l) / (a'^-p/lr + 2·l2) : 0 ------------------
 * Scalars lr, l1, l2, p; as in TF the usual p, -1/2, takes roots. */
#define POWER(x, sqrt_, pow_) (p == -0.5 ? sqrt_(x) : pow_(x, -p))
#define FTRL(suffix, type, pow_, sqrt_, fabs_)                                                      \
    EACH(ftrl, suffix, type, {                                                                      \
        type *a = ref[1];                                                                           \
        type *l = ref[2];                                                                           \
        const type lr = (type)scalar[0];                                                            \
        const type l1 = (type)scalar[1];                                                            \
        const type l2 = (type)scalar[2];                                                            \
        const type p = (type)scalar[3];                                                             \
        LOOP({                                                                                      \
            const type after = a[i] + g[i] * g[i];                                                  \
            const type power = POWER(after, sqrt_, pow_);                                           \
            l[i] += g[i] - (power - POWER(a[i], sqrt_, pow_)) / lr * var[i];                        \
            var[i] = fabs_(l[i]) > l1 ? ((l[i] > 0 ? l1 : -l1) - l[i]) / (power / lr + 2 * l2) : 0; \
            a[i] = after;                                                                           \
        })                                                                                          \
    })
FTRL(f32, float, powf, sqrtf, fabsf)
FTRL(f64, double, pow, sqrt, fabs)
DENSE(ftrl, "Ftrl", "var:T&, accum:T&, linear:T&, grad:T, lr:T, l1:T, l2:T, lr_power:T", "rrrgssss")
SPARSE(ftrl, "Ftrl", "var:T&, accum:T&, linear:T&, grad:T, indices:U, lr:T, l1:T, l2:T, lr_power:T", "rrrgissss")

/* ---- ProximalGradientDescent: v = var - lr·g; var = sign(v)·max(|v| - lr·l1, 0) / (1 + lr·l2). Scalars lr, l1, l2 -------------------
 * ProximalAdagrad: a += g², and lr/√a in lr's place. */
#define PROXIMAL(type, rate, fabs_)                                                 \
    {                                                                               \
        const type r = rate;                                                        \
        const type moved = var[i] - g[i] * r;                                       \
        const type most = fabs_(moved) - r * l1;                                    \
        const type shrunk = moved == 0 || most <= 0 ? 0 : moved > 0 ? most : -most; \
        var[i] = (l1 > 0 ? shrunk : moved) / (1 + l2 * r);                          \
    }
#define PROXIMAL_RULES(suffix, type, sqrt_, fabs_)  \
    EACH(proximal_gradient_descent, suffix, type, { \
        const type lr = (type)scalar[0];            \
        const type l1 = (type)scalar[1];            \
        const type l2 = (type)scalar[2];            \
        LOOP(PROXIMAL(type, lr, fabs_))             \
    })                                              \
    EACH(proximal_adagrad, suffix, type, {          \
        type *a = ref[1];                           \
        const type lr = (type)scalar[0];            \
        const type l1 = (type)scalar[1];            \
        const type l2 = (type)scalar[2];            \
        LOOP({                                      \
            a[i] += g[i] * g[i];                    \
            PROXIMAL(type, lr / sqrt_(a[i]), fabs_) \
        })                                          \
    })
PROXIMAL_RULES(f32, float, sqrtf, fabsf)
PROXIMAL_RULES(f64, double, sqrt, fabs)
DENSE(proximal_gradient_descent, "ProximalGradientDescent", "var:T&, alpha:T, l1:T, l2:T, delta:T", "rsssg")
SPARSE(proximal_gradient_descent, "ProximalGradientDescent", "var:T&, alpha:T, l1:T, l2:T, grad:T, indices:U", "rsssgi")
DENSE(proximal_adagrad, "ProximalAdagrad", "var:T&, accum:T&, lr:T, l1:T, l2:T, grad:T", "rrsssg")
SPARSE(proximal_adagrad, "ProximalAdagrad", "var:T&, accum:T&, lr:T, l1:T, l2:T, grad:T, indices:U", "rrsssgi")

/* ---- AdagradDA: s += g, q += g²; var = -lr·sign(s)·max(|s| - l1·t, 0) / (l2·lr·t + √q). Scalars lr, l1, l2, t, the step -------------- */
#define ADAGRAD_DA(suffix, type, sqrt_, fabs_)                                          \
    EACH(adagrad_da, suffix, type, {                                                    \
        type *s = ref[1];                                                               \
        type *q = ref[2];                                                               \
        const type lr = (type)scalar[0];                                                \
        const type l1 = (type)scalar[1];                                                \
        const type l2 = (type)scalar[2];                                                \
        const type step = (type)(float)scalar[3];                                       \
        LOOP({                                                                          \
            s[i] += g[i];                                                               \
            q[i] += g[i] * g[i];                                                        \
            const type most = fabs_(s[i]) - step * l1;                                  \
            const type shrunk = s[i] == 0 || most <= 0 ? 0 : s[i] > 0 ? most : -most;   \
            var[i] = -lr * (l1 > 0 ? shrunk : s[i]) / (l2 * (step * lr) + sqrt_(q[i])); \
        })                                                                              \
    })
ADAGRAD_DA(f32, float, sqrtf, fabsf)
ADAGRAD_DA(f64, double, sqrt, fabs)
#define DA_INPUTS "var:T&, gradient_accumulator:T&, gradient_squared_accumulator:T&, grad:T, "
DENSE(adagrad_da, "AdagradDA", DA_INPUTS "lr:T, l1:T, l2:T, global_step:int64", "rrrgssss")
SPARSE(adagrad_da, "AdagradDA", DA_INPUTS "indices:U, lr:T, l1:T, l2:T, global_step:int64", "rrrgissss")

/* clang-format off */
tf1c_op_family tf1c_family_training_ops = {
    &tf1c_apply_gradient_descent_op,
    &tf1c_sparse_apply_gradient_descent_op,
    &tf1c_apply_momentum_op,
    &tf1c_sparse_apply_momentum_op,
    &tf1c_apply_adam_op,
    &tf1c_sparse_apply_adam_op,
    &tf1c_apply_rms_prop_op,
    &tf1c_sparse_apply_rms_prop_op,
    &tf1c_apply_centered_rms_prop_op,
    &tf1c_sparse_apply_centered_rms_prop_op,
    &tf1c_apply_adagrad_op,
    &tf1c_sparse_apply_adagrad_op,
    &tf1c_apply_adadelta_op,
    &tf1c_sparse_apply_adadelta_op,
    &tf1c_apply_ftrl_op,
    &tf1c_sparse_apply_ftrl_op,
    &tf1c_apply_proximal_gradient_descent_op,
    &tf1c_sparse_apply_proximal_gradient_descent_op,
    &tf1c_apply_proximal_adagrad_op,
    &tf1c_sparse_apply_proximal_adagrad_op,
    &tf1c_apply_adagrad_da_op,
    &tf1c_sparse_apply_adagrad_da_op,
    NULL,
};
