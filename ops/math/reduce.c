/* Reductions over any set of axes, and running sums along one. */
#include "ops/math/reduce.h"

#include <math.h>
#include <string.h>

#include "core/vecmath.h"
#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/identity.h"
#include "ops/array/pad.h"
#include "ops/array/sequence.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/gradient_counts.h"
#include "ops/math/range.h"
#include "ops/math/unary.h"

typedef struct {
    bool keep_dims;
} reduce_attrs;
static const tf_attr_def reduce_fields[] = { TF_ATTR(reduce_attrs, keep_dims, TF_ATTR_BOOL), { 0 } };

/* ---- shapes --------------------------------------------------------------------------------------------------------------- */

/* Sets gone[i] for each axis named; false after a report. TF1: core/framework/common_shape_fns.cc ReductionShape */
static bool named_axes(tf_shape_ctx *c, tf_ndarray axes, int rank, bool *gone)
{
    memset(gone, 0, TF_MAX_RANK * sizeof *gone);
    for (int64_t i = 0; i < np_size(axes); i++) {
        const int64_t given = int_of(&axes, i);
        const int axis = tf_norm_axis(given, rank);
        if (axis < 0 && tf_shape_at_run(c))
            tf_shape_error(c, "Invalid reduction dimension (%lld for input with %d dimension(s)", (long long)given, rank);
        else if (axis < 0)
            tf_shape_error(c, "Invalid reduction dimension %lld for input with %d dimensions.", (long long)given, rank);
        if (axis < 0)
            return false;
        gone[axis] = true;
    }
    return true;
}

static void reduce_shape(tf_shape_ctx *c)
{
    const tf_dims in = *tf_in_dims(c, 0), *indices = tf_in_dims(c, 1);
    const bool keep = ((const reduce_attrs *)tf_shape_attrs(c))->keep_dims;
    tf_ndarray axes;
    bool gone[TF_MAX_RANK];
    if (indices->known && indices->rank > 1) {
        tf_shape_error(c, "Shape must be at most rank 1 but is rank %d", indices->rank);
        return;
    }
    if (!in.known)
        return;
    if (!tf_in_value(c, 1, &axes)) {
        if (keep)
            tf_set_out(c, 0, unknown_of_rank(in.rank));
        return;
    }
    if (!named_axes(c, axes, in.rank, gone))
        return;
    tf_dims out = { .known = true };
    for (int i = 0; i < in.rank; i++)
        if (keep || !gone[i])
            out.dims[out.rank++] = gone[i] ? 1 : in.dims[i];
    tf_set_out(c, 0, out);
}

/* ---- the walk over what is reduced ------------------------------------------------------------------------------------------
 * Axes are merged into alternating groups, kept and reduced; the last group is the inner one. If it is reduced, an output is a
 * combination of inner runs; if it is kept, a row of outputs is a combination of rows. */
typedef struct {
    int n; /* groups but for the inner one, outermost first */
    int64_t length[TF_MAX_RANK], stride[TF_MAX_RANK];
} group_list;
typedef struct {
    group_list kept, gone; /* the outer groups */
    bool inner_gone;
    int64_t inner;     /* the inner group's length; its stride is 1 */
    int64_t gone_rows; /* Π of gone's lengths */
} layout;

static void push(group_list *g, int64_t length, int64_t stride)
{
    g->length[g->n] = length;
    g->stride[g->n++] = stride;
}

static layout layout_of(const tf_kernel_ctx *k)
{
    const tf_view *x = &k->in[0], *axes = &k->in[1];
    bool gone[TF_MAX_RANK] = { 0 };
    int64_t length[TF_MAX_RANK], step = 1;
    bool is_gone[TF_MAX_RANK];
    int n = 0;
    for (int64_t i = 0; i < tf_view_count(axes); i++) {
        const int64_t axis = int_at(axes, i);
        gone[axis < 0 ? axis + x->rank : axis] = true;
    }
    for (int i = 0; i < x->rank; i++) {
        if (x->dims[i] == 1)
            continue;
        if (n && is_gone[n - 1] == gone[i]) {
            length[n - 1] = tf1c_times(length[n - 1], x->dims[i]);
            continue;
        }
        is_gone[n] = gone[i];
        length[n++] = x->dims[i];
    }
    layout l = { .inner_gone = n && is_gone[n - 1], .inner = n ? length[n - 1] : 1, .gone_rows = 1 };
    int64_t strides[TF_MAX_RANK];
    for (int i = n; i-- > 0; step *= length[i])
        strides[i] = step;
    for (int i = 0; i < n - 1; i++) {
        push(is_gone[i] ? &l.gone : &l.kept, length[i], strides[i]);
        l.gone_rows *= is_gone[i] ? length[i] : 1;
    }
    return l;
}

/* Where row `index` of a list of groups begins, in elements. */
static int64_t offset_of(const group_list *g, int64_t index)
{
    int64_t offset = 0;
    for (int i = g->n; i-- > 1; index /= g->length[i])
        offset += index % g->length[i] * g->stride[i];
    return g->n ? offset + index * g->stride[0] : 0;
}

static int64_t reduce_units(const tf_kernel_ctx *k) { return tf_view_count(&k->out[0]); }

/* Rows of outputs are made in strips that stay in L1, and in blocks of rows, so that a sum of many stays accurate. */
enum { STRIP = 256, BLOCK = 64 };

/* id: RUN(n, x) combines a contiguous run, ROW(n, acc, x) a row into another; acc = COMBINE(acc, x); FINISH(acc, count). */
#define REDUCTION(id, type, acc_type, start, RUN, ROW, COMBINE, FINISH)                                                           \
    static void id##_runs(tf_kernel_ctx *k, const layout *l, int64_t count)                                                       \
    {                                                                                                                             \
        const type *x = k->in[0].data;                                                                                            \
        type *out = k->out[0].data;                                                                                               \
        (void)count;                                                                                                              \
        for (int64_t u = k->begin; u < k->end; u++) {                                                                             \
            const int64_t base = offset_of(&l->kept, u);                                                                          \
            acc_type acc = start;                                                                                                 \
            for (int64_t r = 0; r < l->gone_rows; r++) {                                                                          \
                const acc_type part = RUN(l->inner, x + base + offset_of(&l->gone, r));                                           \
                acc = COMBINE(acc, part);                                                                                         \
            }                                                                                                                     \
            out[u] = (type)FINISH(acc, count);                                                                                    \
        }                                                                                                                         \
    }                                                                                                                             \
    static void id##_strip(const layout *l, int64_t n, const type *x, type *out, int64_t count)                                   \
    {                                                                                                                             \
        acc_type acc[STRIP], part[STRIP];                                                                                         \
        (void)count;                                                                                                              \
        for (int64_t i = 0; i < n; i++)                                                                                           \
            acc[i] = start;                                                                                                       \
        for (int64_t from = 0; from < l->gone_rows; from += BLOCK) {                                                              \
            const int64_t to = from + BLOCK < l->gone_rows ? from + BLOCK : l->gone_rows;                                         \
            for (int64_t i = 0; i < n; i++)                                                                                       \
                part[i] = start;                                                                                                  \
            for (int64_t r = from; r < to; r++)                                                                                   \
                ROW(n, part, x + offset_of(&l->gone, r));                                                                         \
            for (int64_t i = 0; i < n; i++)                                                                                       \
                acc[i] = COMBINE(acc[i], part[i]);                                                                                \
        }                                                                                                                         \
        for (int64_t i = 0; i < n; i++)                                                                                           \
            out[i] = (type)FINISH(acc[i], count);                                                                                 \
    }                                                                                                                             \
    static void id##_rows(tf_kernel_ctx *k, const layout *l, int64_t count)                                                       \
    {                                                                                                                             \
        for (int64_t u = k->begin; u < k->end;) {                                                                                 \
            const int64_t row = u / l->inner, column = u % l->inner;                                                              \
            int64_t n = l->inner - column < k->end - u ? l->inner - column : k->end - u;                                          \
            n = n < STRIP ? n : STRIP;                                                                                            \
            id##_strip(l, n, (const type *)k->in[0].data + offset_of(&l->kept, row) + column, (type *)k->out[0].data + u, count); \
            u += n;                                                                                                               \
        }                                                                                                                         \
    }                                                                                                                             \
    static void id(tf_kernel_ctx *k)                                                                                              \
    {                                                                                                                             \
        const layout l = layout_of(k);                                                                                            \
        const int64_t out = reduce_units(k), count = out ? tf_view_count(&k->in[0]) / out : 0;                                    \
        if (l.inner_gone)                                                                                                         \
            id##_runs(k, &l, count);                                                                                              \
        else                                                                                                                      \
            id##_rows(k, &l, count);                                                                                              \
    }

/* A run combined in eight interleaved lanes, which vectorizes; and row by row. */
#define LANE_RUN(id, type, acc_type, start, COMBINE)              \
    static void id##_row(int64_t n, acc_type *acc, const type *x) \
    {                                                             \
        for (int64_t i = 0; i < n; i++)                           \
            acc[i] = COMBINE(acc[i], x[i]);                       \
    }                                                             \
    static acc_type id(int64_t n, const type *x)                  \
    {                                                             \
        enum { LANES = 8 };                                       \
        acc_type lane[LANES];                                     \
        int64_t i = 0;                                            \
        for (int j = 0; j < LANES; j++)                           \
            lane[j] = start;                                      \
        for (; i + LANES <= n; i += LANES)                        \
            for (int j = 0; j < LANES; j++)                       \
                lane[j] = COMBINE(lane[j], x[i + j]);             \
        for (int j = 0; i < n; i++, j++)                          \
            lane[j] = COMBINE(lane[j], x[i]);                     \
        for (int j = 1; j < LANES; j++)                           \
            lane[0] = COMBINE(lane[0], lane[j]);                  \
        return lane[0];                                           \
    }

#define ADD(a, b) ((a) + (b))
#define MULTIPLY(a, b) ((a) * (b))
#define MAXIMUM(a, b) ((b) > (a) ? (b) : (a)) /* a NaN is never larger */
#define MINIMUM(a, b) ((b) < (a) ? (b) : (a))
#define AND(a, b) ((a) && (b))
#define OR(a, b) ((a) || (b))
#define AS_IT_IS(a, count) (a)
#define SHARE(a, count) ((a) / (count))
#define INT_SHARE(a, count) ((count) ? (a) / (count) : 0)

LANE_RUN(short_sum_f32, float, float, 0, ADD)
static float sum_run_f32(int64_t n, const float *x) { return n < 32 ? short_sum_f32(n, x) : tf1c_vec()->sum(n, x); }
static void sum_row_f32(int64_t n, float *acc, const float *x)
{
    if (n < 32)
        short_sum_f32_row(n, acc, x);
    else
        tf1c_vec()->add(n, acc, acc, x);
}
#define REDUCTIONS(id, type, acc_type, start, COMBINE) \
    LANE_RUN(id##_run, type, acc_type, start, COMBINE) \
    REDUCTION(id, type, acc_type, start, id##_run, id##_run_row, COMBINE, AS_IT_IS)

/* Integers wrap around: they are summed and multiplied as unsigned. */
REDUCTION(sum_f32, float, float, 0, sum_run_f32, sum_row_f32, ADD, AS_IT_IS)
REDUCTIONS(sum_f64, double, double, 0, ADD)
REDUCTIONS(sum_i32, int32_t, uint32_t, 0, ADD)
REDUCTIONS(sum_i64, int64_t, uint64_t, 0, ADD)
REDUCTIONS(sum_u8, uint8_t, uint8_t, 0, ADD)
REDUCTION(mean_f32, float, float, 0, sum_run_f32, sum_row_f32, ADD, SHARE)
REDUCTION(mean_f64, double, double, 0, sum_f64_run, sum_f64_run_row, ADD, SHARE)
#define INT32_MEAN(a, count) INT_SHARE((int32_t)(a), count)
#define INT64_MEAN(a, count) INT_SHARE((int64_t)(a), count)
REDUCTION(mean_i32, int32_t, uint32_t, 0, sum_i32_run, sum_i32_run_row, ADD, INT32_MEAN)
REDUCTION(mean_i64, int64_t, uint64_t, 0, sum_i64_run, sum_i64_run_row, ADD, INT64_MEAN)
REDUCTION(mean_u8, uint8_t, uint8_t, 0, sum_u8_run, sum_u8_run_row, ADD, INT_SHARE)
REDUCTIONS(prod_f32, float, float, 1, MULTIPLY)
REDUCTIONS(prod_f64, double, double, 1, MULTIPLY)
REDUCTIONS(prod_i32, int32_t, uint32_t, 1, MULTIPLY)
REDUCTIONS(prod_i64, int64_t, uint64_t, 1, MULTIPLY)
REDUCTIONS(prod_u8, uint8_t, uint8_t, 1, MULTIPLY)
REDUCTIONS(max_f32, float, float, -INFINITY, MAXIMUM)
REDUCTIONS(max_f64, double, double, -INFINITY, MAXIMUM)
REDUCTIONS(max_i32, int32_t, int32_t, INT32_MIN, MAXIMUM)
REDUCTIONS(max_i64, int64_t, int64_t, INT64_MIN, MAXIMUM)
REDUCTIONS(max_u8, uint8_t, uint8_t, 0, MAXIMUM)
REDUCTIONS(min_f32, float, float, INFINITY, MINIMUM)
REDUCTIONS(min_f64, double, double, INFINITY, MINIMUM)
REDUCTIONS(min_i32, int32_t, int32_t, INT32_MAX, MINIMUM)
REDUCTIONS(min_i64, int64_t, int64_t, INT64_MAX, MINIMUM)
REDUCTIONS(min_u8, uint8_t, uint8_t, UINT8_MAX, MINIMUM)
REDUCTIONS(all_bool, bool, bool, true, AND)
REDUCTIONS(any_bool, bool, bool, false, OR)

#define BY_DTYPE(id)                          \
    static void id##_kernel(tf_kernel_ctx *k) \
    {                                         \
        switch (k->T) {                       \
        case tf_float32: id##_f32(k); break;  \
        case tf_float64: id##_f64(k); break;  \
        case tf_int32: id##_i32(k); break;    \
        case tf_int64: id##_i64(k); break;    \
        default: id##_u8(k); break;           \
        }                                     \
    }
BY_DTYPE(sum)
BY_DTYPE(mean)
BY_DTYPE(prod)
BY_DTYPE(max)
BY_DTYPE(min)

/* Over no axis longer than 1 the output is the input in another shape, and nothing needs computing: what comes back
 * from a broadcast that widened nothing, above all. */
static bool reduce_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    const tf_view *x = &k->in[0], *axes = &k->in[1];
    bool gone[TF_MAX_RANK] = { 0 };
    int at = 0;
    if (!axes->data)
        return false;
    for (int64_t i = 0; i < tf_view_count(axes); i++) {
        const int64_t axis = int_at(axes, i) + (int_at(axes, i) < 0 ? x->rank : 0);
        if (x->dims[axis] != 1)
            return false;
        gone[axis] = true;
    }
    for (int i = 0; i < x->rank; i++)
        if (((const reduce_attrs *)k->attrs)->keep_dims || !gone[i])
            k->out[output].strides[at++] = x->strides[i];
    *offset = 0;
    return true;
}

/* ---- the way back: what is reduced is spread again ---------------------------------------------------------------------------- */

/* The axes of a reduction as far as the graph tells; false: only a run does, or the rank is unknown. */
static bool static_axes(const tf_grad_ctx *g, bool *gone, int *rank)
{
    const tf_dims in = tf_get_shape(g->in[0]);
    tf_ndarray axes;
    if (!in.known || !tf_constant_value(g->in[1], &axes))
        return false;
    memset(gone, 0, TF_MAX_RANK * sizeof *gone);
    for (int64_t i = 0; i < np_size(axes); i++)
        gone[tf_norm_axis(int_of(&axes, i), in.rank)] = true;
    *rank = in.rank;
    return true;
}

/* t, of the reduction's output's shape, with the axes kept. */
static tf_tensor with_axes(tf_grad_ctx *g, tf_tensor t)
{
    bool gone[TF_MAX_RANK];
    int rank;
    if (((const reduce_attrs *)g->attrs)->keep_dims)
        return t;
    if (!static_axes(g, gone, &rank)) { /* a node made for its shape: never computed */
        tf_operation *kept =
            tf_op_new(g->op->def,
                      (struct tf_op_args){ .attrs = &(reduce_attrs){ true },
                                           .n_inputs = 2,
                                           .inputs = (tf_operand[]){ tf_operand_tensor(g->in[0]), tf_operand_tensor(g->in[1]) } });
        return tf_reshape(t, tf_shape(((tf_tensor){ .op = kept })));
    }
    bool all = true;
    for (int i = 0; i < rank; i++)
        all = all && gone[i];
    for (int i = 0; i < rank && !all; i++) /* a scalar broadcasts as it is */
        if (gone[i])
            t = tf_expand_dims(t, i);
    return t;
}

static tf_operand shape_of(tf_tensor t)
{
    const tf_dims d = tf_get_shape(t);
    return tf_dims_fully_known(d) ? tf_operand_dims(d) : tf_operand_tensor(tf_shape(t));
}

static tf_tensor spread(tf_grad_ctx *g, tf_tensor dy) { return tf_broadcast_to(with_axes(g, dy), shape_of(g->in[0])); }

static void sum_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, tf1c_count_spread(g));
    tf_add_grad(g, 0, spread(g, dy));
}

/* dy / n, n the number of elements that each mean is of. */
static void mean_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const tf_dims in = tf_get_shape(g->in[0]), out = tf_get_shape(g->out[0]);
    const bool by_number = tf_dims_fully_known(in) && tf_dims_fully_known(out);
    bool gone[TF_MAX_RANK];
    int rank;
    tf1c_gradient_makes(g, tf1c_count_spread(g) + (by_number ? 2 : 11));
    tf1c_gradient_reads_shape(g, g->in[0]);
    tf1c_gradient_reads_shape(g, g->out[0]);
    int64_t n = static_axes(g, gone, &rank) ? 1 : NONE;
    for (int i = 0; n != NONE && i < rank; i++)
        if (gone[i])
            n = in.dims[i] == NONE ? NONE : n * in.dims[i];
    if (n == NONE && tf_dims_fully_known(in) && tf_dims_fully_known(out))
        n = tf_dims_count(in) / (tf_dims_count(out) ? tf_dims_count(out) : 1);
    if (n != NONE) {
        tf_add_grad(g, 0, spread(g, tf_truediv(dy, n ? n : 1)));
        return;
    }
    tf_tensor count = tf_floordiv(tf_size(g->in[0]), tf_maximum(tf_size(g->out[0]), 1));
    tf_add_grad(g, 0, spread(g, tf_truediv(dy, tf_cast(count, tf_get_dtype(dy)))));
}

/* Shared evenly among the elements that are equal to the extreme. */
static void extreme_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 1 + TF1C_REDUCED_SHAPE + 8);
    const tf_tensor x = g->in[0];
    tf_tensor chosen = tf_cast(tf_equal(with_axes(g, g->out[0]), x), tf_get_dtype(dy));
    tf_tensor number = tf_reduce_sum(chosen, .axis_tensor = g->in[1], .keepdims = true);
    tf_add_grad(g, 0, tf_mul(tf_truediv(chosen, number), with_axes(g, dy)));
}

/* Π of the others, without dividing: running products from both ends. One axis, or all taken as one. */
static tf_tensor product_of_others(tf_tensor x, int axis)
{
    return tf_mul(tf_cumprod(x, axis, .exclusive = true), tf_cumprod(x, axis, .exclusive = true, .reverse = true));
}

static tf_dims first_axes(int n)
{
    tf_dims d = { .known = true, .rank = n };
    for (int i = 0; i < n; i++)
        d.dims[i] = i;
    return d;
}

static tf_tensor others_over(tf_tensor x, const bool *gone, int rank)
{
    tf_dims perm = SCALAR, back = SCALAR;
    int n = 0, first = 0;
    for (int i = 0; i < rank; i++)
        n += gone[i];
    while (first < rank && !gone[first])
        first++;
    if (n == 0)
        return tf_ones_like(x);
    if (n == 1)
        return product_of_others(x, first);
    if (n == rank)
        return tf_reshape(product_of_others(tf_reshape(x, SHAPE(-1)), 0), shape_of(x));
    for (int pass = 1; pass >= 0; pass--)
        for (int i = 0; i < rank; i++)
            if (gone[i] == pass)
                perm.dims[perm.rank++] = i;
    back.rank = rank;
    for (int i = 0; i < rank; i++)
        back.dims[perm.dims[i]] = i;
    tf_tensor front = tf_transpose(x, perm), shape = tf_shape(front);
    tf_tensor rest = tf_shape(tf_reduce_sum(front, .axes = first_axes(n))); /* for its shape: never computed */
    tf_tensor flat = tf_reshape(front, tf_concat(LIST(tf_constant(NP_INT(-1)), rest), 0));
    return tf_transpose(tf_reshape(product_of_others(flat, 0), shape), back);
}

/* Likewise where only the run knows rank and axes. */
static tf_tensor others_over_any(tf_tensor x, tf_tensor axes)
{
    tf_tensor vector = tf_reshape(tf1c_cast(axes, tf_int32, (tf_source){ 0 }), SHAPE(-1)), perm = tf1c_axes_first(x, vector);
    tf_tensor front = tf_transpose(x, .perm_tensor = operand_of(perm)), shape = tf_shape(front), n = tf_size(vector);
    tf_tensor gone = tf_reduce_prod(tf_getitem_tensors(shape, LIST(n), ":{}")),
              kept = tf_reduce_prod(tf_getitem_tensors(shape, LIST(n), "{}:"));
    tf_tensor flat = tf_reshape(front, tf_stack(LIST(gone, kept)));
    return tf_transpose(tf_reshape(product_of_others(flat, 0), shape), .perm_tensor = operand_of(tf_invert_permutation(perm)));
}

static void prod_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 49);
    bool gone[TF_MAX_RANK];
    int rank;
    const bool known = static_axes(g, gone, &rank);
    tf_add_grad(g, 0, tf_mul(with_axes(g, dy), known ? others_over(g->in[0], gone, rank) : others_over_any(g->in[0], g->in[1])));
}

/* Over axis 0, and whatever others. */
static int sum_sums_along(const tf_kernel_ctx *k)
{
    const tf_view *axes = &k->in[1];
    for (int64_t i = 0; axes->data && i < tf_view_count(axes); i++)
        if (int_at(axes, i) == 0 || int_at(axes, i) == -k->in[0].rank)
            return 0;
    return -1;
}

/* ---- records ------------------------------------------------------------------------------------------------------------------------ */
#define REDUCTION_OP(id, type, signature_in, signature_out, dtypes, more_traits, gradient_fn, rows_rule) \
    static const tf_op_def id##_op = {                                                                   \
        .name = type,                                                                                    \
        .in = signature_in,                                                                              \
        .out = signature_out,                                                                            \
        .T = dtypes,                                                                                     \
        .U = TF_INDEX,                                                                                   \
        .attrs = reduce_fields,                                                                          \
        .attrs_size = sizeof(reduce_attrs),                                                              \
        .traits = TF_VIEW | (more_traits),                                                               \
        .shape = reduce_shape,                                                                           \
        .kernel = id##_kernel,                                                                           \
        .units = reduce_units,                                                                           \
        .view = reduce_view,                                                                             \
        .sums_along = rows_rule,                                                                         \
        .gradient = gradient_fn,                                                                         \
    };
#define NUMBERS(id, type, more_traits, gradient_fn, rows_rule) \
    REDUCTION_OP(id, type, "input:T, reduction_indices:U", "output:T", TF_NUMERIC, more_traits, gradient_fn, rows_rule)
#define BOOLS(id, type) REDUCTION_OP(id, type, "input:bool, reduction_indices:U", "output:bool", 0, 0, tf_no_gradient, NULL)
NUMBERS(sum, "Sum", TF_TOTAL, sum_gradient, sum_sums_along)
NUMBERS(mean, "Mean", 0, mean_gradient, NULL)
NUMBERS(prod, "Prod", 0, prod_gradient, NULL)
NUMBERS(max, "Max", 0, extreme_gradient, NULL)
NUMBERS(min, "Min", 0, extreme_gradient, NULL)
#define all_kernel all_bool
#define any_kernel any_bool
BOOLS(all, "All")
BOOLS(any, "Any")

/* ---- builders --------------------------------------------------------------------------------------------------------------------------- */
/* All axes: 0 … rank - 1 as a constant, or computed where the rank is unknown; for a variable TF writes it as if it were, and
 * names and seeds count the nodes. */
static tf_operand all_axes(tf_tensor x, bool variable, tf_source here)
{
    const tf_dims d = tf_get_shape(x);
    if (!d.known || variable)
        return tf_operand_tensor(tf_range(0, tf_rank(x), 1));
    int32_t axes[TF_MAX_RANK];
    for (int i = 0; i < d.rank; i++)
        axes[i] = i;
    return tf_operand_tensor(tf_convert(tf_operand_array(np_array(axes, tf_int32, SHAPE(d.rank))), tf_int32, here, "Const"));
}

/* What is reduced over, by whichever of the names it has; of kind none: all. */
static tf_operand axis_operand(const struct tf_reduce_args *a)
{
    const tf_operand names[] = { a->axis_tensor, a->axes, a->axis, a->reduction_indices };
    tf_operand axis = tf1c_given_axis(names[0]);
    for (int i = 1; i < 4 && !axis.kind; i++)
        axis = tf1c_given_axis(names[i]);
    return axis;
}

static tf_tensor reduce(const tf_op_def *def, struct tf_reduce_args *a)
{
    TF_FROM(a->here);
    const tf_operand x = tf1c_given_data(a->input_tensor, NULL, NULL, a->here), axis = axis_operand(a);
    tf_operand in[2] = { x, axis };
    if (tf1c_given_axis(a->axis).kind && tf1c_given_axis(a->reduction_indices).kind)
        return tf_mistake(tf_value_error, a->here, NULL, "Cannot specify both 'reduction_indices' and 'axis'");
    if (x.kind == TF_OPERAND_TENSOR && x.as.tensor.op && tf_is_poisoned(x.as.tensor))
        return x.as.tensor;
    if (!axis.kind) {
        in[0] = tf_operand_tensor(tf_convert(x, tf_dtype_unset, a->here, "input"));
        in[1] = all_axes(in[0].as.tensor, x.kind == TF_OPERAND_TENSOR && x.as.tensor.op && x.as.tensor.op->read, a->here);
    }
    reduce_attrs attrs = { a->keepdims || a->keep_dims };
    tf_tensor y = { .op = tf_op_new(def, (struct tf_op_args){
                                             .here = a->here, .name = a->name, .attrs = &attrs, .n_inputs = 2, .inputs = in }) };
    if (!axis.kind && !attrs.keep_dims)
        tf_set_shape_(y, SCALAR, a->here);
    return y;
}

tf_tensor tf_reduce_sum_(struct tf_reduce_args a) { return reduce(&sum_op, &a); }
tf_tensor tf_reduce_mean_(struct tf_reduce_args a) { return reduce(&mean_op, &a); }
tf_tensor tf_reduce_prod_(struct tf_reduce_args a) { return reduce(&prod_op, &a); }
tf_tensor tf_reduce_max_(struct tf_reduce_args a) { return reduce(&max_op, &a); }
tf_tensor tf_reduce_min_(struct tf_reduce_args a) { return reduce(&min_op, &a); }
tf_tensor tf_reduce_all_(struct tf_reduce_args a) { return reduce(&all_op, &a); }
tf_tensor tf_reduce_any_(struct tf_reduce_args a) { return reduce(&any_op, &a); }

/* ln Σ e^x = m + ln Σ e^(x - m), m the largest x, or 0 where that is not finite. */
tf_tensor tf_reduce_logsumexp_(struct tf_reduce_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "ReduceLogSumExp");
    struct tf_reduce_args over = a, kept = a;
    const bool keep = a.keepdims || a.keep_dims;
    kept.keepdims = true;
    over.name = kept.name = NULL;
    tf_tensor x = tf_convert(tf1c_keyword(a.input_tensor, true), tf_dtype_unset, a.here, "input");
    kept.input_tensor = tf_operand_tensor(x);
    tf_tensor largest = tf_reduce_max_(kept);
    tf_tensor m = tf_stop_gradient(tf_where(tf_is_finite(largest), largest, tf_zeros_like(largest)));
    over.input_tensor = tf_operand_tensor(tf_exp(tf_subtract(x, m)));
    tf_tensor sum = tf_log(tf_reduce_sum_(over));
    if (!keep)
        m = tf_reshape(m, tf_shape(sum));
    return tf_add(sum, m);
}

static tf_tensor count_nonzero_of(tf_operand x, struct tf_count_nonzero_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "count_nonzero");
    tf_tensor t = tf_convert(x, tf_dtype_unset, a.here, "input");
    if (tf_is_poisoned(t))
        return t;
    tf_ndarray zero = np_array((double[1]){ 0 }, tf_get_dtype(t), SCALAR);
    tf_tensor zeros = tf_convert(tf_operand_array(zero), tf_get_dtype(t), a.here, "zeros");
    tf_tensor ones = tf_cast(tf_not_equal(t, zeros), tf_int64);
    tf_tensor n =
        tf_reduce_sum(ones, a.axis, a.keepdims, .reduction_indices = a.reduction_indices, .keep_dims = a.keep_dims, .axes = a.axes);
    return tf_cast(n, a.dtype);
}

tf_tensor tf_count_nonzero_(struct tf_count_nonzero_args a) { return count_nonzero_of(tf1c_given(a.input_tensor), a); }

/* ---- ArgMax, ArgMin ------------------------------------------------------------------------------------------------------------------------ */
typedef struct {
    tf_dtype output_type;
} arg_attrs;
static const tf_attr_def arg_fields[] = { TF_ATTR(arg_attrs, output_type, TF_ATTR_DTYPE), { 0 } };

static void arg_shape(tf_shape_ctx *c)
{
    const tf_dims in = *tf_in_dims(c, 0);
    char text[TF_DIMS_TEXT];
    int64_t given;
    tf_set_out_dtype(c, 0, ((const arg_attrs *)tf_shape_attrs(c))->output_type);
    if (!tf_with_rank(c, 1, 0) || !in.known)
        return;
    if (in.rank <= 1 && !tf_shape_at_run(c)) {
        tf_set_out(c, 0, SCALAR);
        return;
    }
    if (!tf_in_int(c, 1, &given)) {
        tf_set_out(c, 0, unknown_of_rank(in.rank - 1));
        return;
    }
    const int axis = tf_norm_axis(given, in.rank);
    tf_dims out = { .known = true };
    if (axis < 0 && tf_shape_at_run(c))
        tf_shape_error(c, "Expected dimension in the range [%d, %d), but got %lld", -in.rank, in.rank, (long long)given);
    else if (axis < 0)
        tf_shape_error(c, "Dimension (%lld) must be in the range [%d, %d), where %d is the number of dimensions in the input.",
                       (long long)given, -in.rank, in.rank, in.rank);
    else if (in.dims[axis] == 0 && tf_shape_at_run(c))
        tf_shape_error(c, "Reduction axis %lld is empty in shape %s", (long long)given, tf_dims_kernel_text(in, text, sizeof text));
    for (int i = 0; i < in.rank; i++)
        if (i != axis)
            out.dims[out.rank++] = in.dims[i];
    if (axis >= 0)
        tf_set_out(c, 0, out);
}

/* Units are outputs. `beats` compares as the op does; a NaN beats nothing, not even the start. */
#define ARG_LOOP(type, lowest, beats)                                                    \
    for (int64_t u = k->begin; u < k->end; u++) {                                        \
        const type *x = (const type *)k->in[0].data + u / inner * n * inner + u % inner; \
        type best = lowest;                                                              \
        int64_t at = 0;                                                                  \
        for (int64_t i = 0; i < n; i++)                                                  \
            if (x[i * inner] beats best) {                                               \
                best = x[i * inner];                                                     \
                at = i;                                                                  \
            }                                                                            \
        if (k->out[0].dtype == tf_int32)                                                 \
            TF_DATA(k, out, 0, int32_t)[u] = (int32_t)at;                                \
        else                                                                             \
            TF_DATA(k, out, 0, int64_t)[u] = at;                                         \
    }                                                                                    \
    break
#define ARG_KERNEL(id, beats, f, d, i32, i64, u8)                                                                 \
    static void id(tf_kernel_ctx *k)                                                                              \
    {                                                                                                             \
        const tf_view *x = &k->in[0];                                                                             \
        const int axis = x->rank ? tf_norm_axis(int_at(&k->in[1], 0), x->rank) : 0;                               \
        const int64_t n = x->rank ? x->dims[axis] : 1, inner = x->rank ? product(x->dims, axis + 1, x->rank) : 1; \
        switch (k->T) {                                                                                           \
        case tf_float32: ARG_LOOP(float, f, beats);                                                               \
        case tf_float64: ARG_LOOP(double, d, beats);                                                              \
        case tf_int32: ARG_LOOP(int32_t, i32, beats);                                                             \
        case tf_int64: ARG_LOOP(int64_t, i64, beats);                                                             \
        default: ARG_LOOP(uint8_t, u8, beats);                                                                    \
        }                                                                                                         \
    }
ARG_KERNEL(arg_max_kernel, >, -INFINITY, -INFINITY, INT32_MIN, INT64_MIN, 0)
ARG_KERNEL(arg_min_kernel, <, INFINITY, INFINITY, INT32_MAX, INT64_MAX, UINT8_MAX)

#define ARG_OP(id, type)                 \
    static const tf_op_def id##_op = {   \
        .name = type,                    \
        .in = "input:T, dimension:U",    \
        .out = "output:?",               \
        .T = TF_NUMERIC,                 \
        .U = TF_INDEX,                   \
        .attrs = arg_fields,             \
        .attrs_size = sizeof(arg_attrs), \
        .shape = arg_shape,              \
        .kernel = id##_kernel,           \
        .units = reduce_units,           \
        .gradient = tf_no_gradient,      \
    };
ARG_OP(arg_max, "ArgMax")
ARG_OP(arg_min, "ArgMin")

static tf_tensor arg(const tf_op_def *def, const struct tf_argmax_args *a)
{
    const tf_operand x = tf1c_given(a->input), given = tf1c_given_axis(a->axis), old = tf1c_given_axis(a->dimension);
    if (given.kind && old.kind)
        return tf_mistake(tf_value_error, a->here, NULL, "Cannot specify both 'axis' and 'dimension'");
    const tf_operand axis = given.kind ? given : old.kind ? old : tf_operand_integer(0);
    arg_attrs attrs = { a->output_type ? a->output_type : tf_int64 };
    if (!(TF_INDEX & TF_DTYPE_BIT(attrs.output_type)))
        return tf_mistake(tf_type_error, a->here, NULL,
                          "Value passed to parameter 'output_type' has DataType %s not in list of allowed values: int32, int64",
                          tf_dtype_name(attrs.output_type));
    return (tf_tensor){
        .op = tf_op_new(def,
                        (struct tf_op_args){
                            .here = a->here, .name = a->name, .attrs = &attrs, .n_inputs = 2, .inputs = (tf_operand[]){ x, axis } })
    };
}
tf_tensor tf_argmax_(struct tf_argmax_args a) { return arg(&arg_max_op, &a); }
tf_tensor tf_argmin_(struct tf_argmax_args a) { return arg(&arg_min_op, &a); }

/* ---- Cumsum, Cumprod ------------------------------------------------------------------------------------------------------------------------- */
typedef struct {
    bool exclusive, reverse;
} scan_attrs;
static const tf_attr_def scan_fields[] = { TF_ATTR(scan_attrs, exclusive, TF_ATTR_BOOL),
                                           TF_ATTR(scan_attrs, reverse, TF_ATTR_BOOL),
                                           { 0 } };

static void scan_shape(tf_shape_ctx *c)
{
    const tf_dims in = *tf_in_dims(c, 0);
    int64_t axis;
    tf_set_out(c, 0, in);
    if (!tf_shape_at_run(c))
        return;
    if (tf_in_dims(c, 1)->rank)
        tf_shape_error(c, "ScanOp: axis must be a scalar, not %s",
                       tf_dims_kernel_text(*tf_in_dims(c, 1), (char[TF_DIMS_TEXT]){ 0 }, TF_DIMS_TEXT));
    else if (tf_in_int(c, 1, &axis) && tf_norm_axis(axis, in.rank) < 0)
        tf_shape_error(c, "ScanOp: Expected scan axis in the range [%d, %d), but got %lld", -in.rank, in.rank,
                       (long long)(axis < 0 ? axis + in.rank : axis));
}

/* Units are runs: all that lies along the axis at one place of the others. */
static int64_t scan_units(const tf_kernel_ctx *k)
{
    const tf_view *x = &k->in[0];
    const int axis = tf_norm_axis(int_at(&k->in[1], 0), x->rank);
    return axis < 0 ? 0 : product(x->dims, 0, axis) * product(x->dims, axis + 1, x->rank);
}

#define SCAN_LOOP(type, acc_type, start, COMBINE)                                            \
    for (int64_t u = k->begin; u < k->end; u++) {                                            \
        const int64_t base = u / inner * n * inner + u % inner;                              \
        acc_type acc = start;                                                                \
        for (int64_t i = 0; i < n; i++) {                                                    \
            const int64_t at = base + (a->reverse ? n - 1 - i : i) * inner;                  \
            const acc_type next = COMBINE(acc, (acc_type)TF_DATA(k, in, 0, const type)[at]); \
            TF_DATA(k, out, 0, type)[at] = (type)(a->exclusive ? acc : next);                \
            acc = next;                                                                      \
        }                                                                                    \
    }                                                                                        \
    break
#define SCAN_KERNEL(id, start, COMBINE)                                                                             \
    static void id(tf_kernel_ctx *k)                                                                                \
    {                                                                                                               \
        const scan_attrs *a = k->attrs;                                                                             \
        const tf_view *x = &k->in[0];                                                                               \
        const int axis = tf_norm_axis(int_at(&k->in[1], 0), x->rank);                                               \
        const int64_t n = axis < 0 ? 0 : x->dims[axis], inner = axis < 0 ? 1 : product(x->dims, axis + 1, x->rank); \
        switch (k->T) {                                                                                             \
        case tf_float32: SCAN_LOOP(float, float, start, COMBINE);                                                   \
        case tf_float64: SCAN_LOOP(double, double, start, COMBINE);                                                 \
        case tf_int32: SCAN_LOOP(int32_t, uint32_t, start, COMBINE);                                                \
        case tf_int64: SCAN_LOOP(int64_t, uint64_t, start, COMBINE);                                                \
        default: SCAN_LOOP(uint8_t, uint8_t, start, COMBINE);                                                       \
        }                                                                                                           \
    }
SCAN_KERNEL(cumsum_kernel, 0, ADD)
SCAN_KERNEL(cumprod_kernel, 1, MULTIPLY)

static tf_tensor scan(const tf_op_def *def, tf_tensor x, tf_tensor axis, bool exclusive, bool reverse)
{
    return (tf_tensor){ .op = tf_op_new(def, (struct tf_op_args){
                                                 .attrs = &(scan_attrs){ exclusive, reverse },
                                                 .n_inputs = 2,
                                                 .inputs = (tf_operand[]){ tf_operand_tensor(x), tf_operand_tensor(axis) } }) };
}

static const tf_op_def cumsum_op;
static void cumsum_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const scan_attrs *a = g->attrs;
    tf_add_grad(g, 0, scan(&cumsum_op, dy, g->in[1], a->exclusive, !a->reverse));
}
/* As TF1: NaN where an x is 0. */
static void cumprod_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 4);
    const scan_attrs *a = g->attrs;
    tf_tensor sums = scan(&cumsum_op, tf_mul(g->out[0], dy), g->in[1], a->exclusive, !a->reverse);
    tf_add_grad(g, 0, tf_truediv(sums, g->in[0]));
}
#define SCAN_OP(id, type)                 \
    static const tf_op_def id##_op = {    \
        .name = type,                     \
        .in = "x:T, axis:U",              \
        .out = "out:T",                   \
        .T = TF_NUMERIC,                  \
        .U = TF_INDEX,                    \
        .attrs = scan_fields,             \
        .attrs_size = sizeof(scan_attrs), \
        .shape = scan_shape,              \
        .kernel = id##_kernel,            \
        .units = scan_units,              \
        .gradient = id##_gradient,        \
    };
SCAN_OP(cumsum, "Cumsum")
SCAN_OP(cumprod, "Cumprod")

static tf_tensor cumulate(const tf_op_def *def, tf_operand x, const struct tf_cumsum_args *a)
{
    const tf_operand given = tf1c_given_axis(a->axis), axis = given.kind ? given : tf_operand_integer(0);
    return (tf_tensor){ .op = tf_op_new(def, (struct tf_op_args){ .here = a->here,
                                                                  .name = a->name,
                                                                  .attrs = &(scan_attrs){ a->exclusive, a->reverse },
                                                                  .n_inputs = 2,
                                                                  .inputs = (tf_operand[]){ x, axis } }) };
}
tf_tensor tf_cumsum_(struct tf_cumsum_args a) { return cumulate(&cumsum_op, tf1c_given(a.x), &a); }
tf_tensor tf_cumprod_(struct tf_cumsum_args a) { return cumulate(&cumprod_op, tf1c_given(a.x), &a); }

/* clang-format off */
tf1c_op_family tf1c_family_reduce = {
    &sum_op,
    &mean_op,
    &prod_op,
    &max_op,
    &min_op,
    &all_op,
    &any_op,
    &arg_max_op,
    &arg_min_op,
    &cumsum_op,
    &cumprod_op,
    NULL,
};
