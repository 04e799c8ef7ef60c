/* The largest entries of a row. TF1: core/kernels/topk_op.cc, in_topk_op.cc; python/ops/nn_grad.py. */
#include "ops/nn/top_k.h"

#include <math.h>
#include <string.h>

#include "core/vector.h"
#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/gather.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/math/arithmetic.h"
#include "ops/math/range.h"

/* ---- TopKV2: dinput = dvalues at their places ------------------------------------------------------------------------------------------- */
static void top_k_shape(tf_shape_ctx *c)
{
    tf_dims out = *tf_in_dims(c, 0);
    int64_t k = NONE;
    char text[TF_DIMS_TEXT];
    bool at_run = tf_shape_at_run(c);
    if (at_run && out.rank == 0) {
        tf_shape_error(c, "input must be >= 1-D, got shape %s", tf_dims_kernel_text(out, text, sizeof text));
        return;
    }
    if (!tf_with_rank_at_least(c, 0, 1))
        return;
    if (tf_in_int(c, 1, &k) && k < 0) {
        tf_shape_error(
            c, at_run ? "Need k >= 0, got %lld" : "Dimension size, given by scalar input 1, must be non-negative but is %lld",
            (long long)k);
        return;
    }
    if (!out.known)
        return;
    int64_t *last = &out.dims[out.rank - 1];
    if (k != NONE && *last != NONE && *last < k) {
        if (at_run)
            tf_shape_error(c, "input must have at least k columns. Had %lld, needed %lld", (long long)*last, (long long)k);
        else
            tf_shape_error(c, "input must have last dimension >= k = %lld but is %lld", (long long)k, (long long)*last);
        return;
    }
    *last = k;
    tf_set_out(c, 0, out);
    tf_set_out(c, 1, out);
}

static int64_t top_k_units(const tf_kernel_ctx *k) { return product(k->in[0].dims, 0, k->in[0].rank - 1); }

/* A heap of the k best so far, the worst of them at its root: better is larger, or as large and earlier. */
#define BETTER(i, j) (x[i] > x[j] || (x[i] == x[j] && (i) < (j)))
#define TOP_K_ROW                                                                          \
    const T *x = (const T *)c->in[0].data + row * n;                                       \
    T *values = (T *)c->out[0].data + row * k;                                             \
    for (int64_t i = 0; i < n; i++) {                                                      \
        int64_t hole;                                                                      \
        if (i < k) { /* up from a new leaf */                                              \
            for (hole = i; hole && BETTER(best[(hole - 1) / 2], i); hole = (hole - 1) / 2) \
                best[hole] = best[(hole - 1) / 2];                                         \
        } else if (k && BETTER(i, best[0])) {                                              \
            SIFT(i, k)                                                                     \
        } else                                                                             \
            continue;                                                                      \
        best[hole] = (int32_t)i;                                                           \
    }                                                                                      \
    for (int64_t m = k - 1; m > 0; m--) { /* the worst goes to the end */                  \
        const int32_t worst = best[0], i = best[m];                                        \
        int64_t hole;                                                                      \
        SIFT(i, m)                                                                         \
        best[hole] = i;                                                                    \
        best[m] = worst;                                                                   \
    }                                                                                      \
    for (int64_t i = 0; i < k; i++)                                                        \
        values[i] = x[best[i]];
#define COPY_CHOSEN                 \
    for (int64_t i = 0; i < k; i++) \
        ((T *)c->out[0].data)[row * k + i] = ((const T *)c->in[0].data)[row * n + best[i]];
/* Down from the root of a heap of m, to where element i belongs. */
#define SIFT(i, m)                                                        \
    for (hole = 0; 2 * hole + 1 < (m);) {                                 \
        int64_t child = 2 * hole + 1;                                     \
        child += child + 1 < (m) && BETTER(best[child], best[child + 1]); \
        if (!BETTER(i, best[child]))                                      \
            break;                                                        \
        best[hole] = best[child];                                         \
        hole = child;                                                     \
    }

/* ---- rows with NaN: what TF's way of choosing makes of an order that is none. Source: topk_op.cc, lib/gtl/top_n.h ---- */
typedef struct {
    const void *x;
    bool is_double;
} nan_row;

static double entry(const nan_row *r, int64_t i)
{
    return r->is_double ? ((const double *)r->x)[i] : (double)((const float *)r->x)[i];
}
static bool comes_first(const nan_row *r, int32_t i, int32_t j)
{
    const double x = entry(r, i), y = entry(r, j);
    return y < x || (!(y > x) && i < j);
}

/* From the hole down among the m entries to a leaf, and i up again from there, as std::make_heap and std::pop_heap do it. */
static void adjust_heap(const nan_row *r, int32_t *heap, int64_t hole, int64_t m, int32_t i)
{
    const int64_t top = hole;
    int64_t child = hole;
    while (child < (m - 1) / 2) {
        child = 2 * child + 2;
        child -= comes_first(r, heap[child], heap[child - 1]);
        heap[hole] = heap[child];
        hole = child;
    }
    if (m % 2 == 0 && child == (m - 2) / 2) {
        heap[hole] = heap[2 * child + 1];
        hole = 2 * child + 1;
    }
    for (; hole > top && comes_first(r, heap[(hole - 1) / 2], i); hole = (hole - 1) / 2)
        heap[hole] = heap[(hole - 1) / 2];
    heap[hole] = i;
}

/* The root goes to the end of the m entries. */
static void pop_heap(const nan_row *r, int32_t *heap, int64_t m)
{
    const int32_t last = heap[m - 1];
    heap[m - 1] = heap[0];
    adjust_heap(r, heap, 0, m - 1, last);
}

static void best_of_nan_row(const nan_row *r, int64_t n, int64_t k, int32_t *heap)
{
    const int64_t m = k < n ? k + 1 : k; /* one more than wanted, and that one goes */
    for (int64_t i = 0; i < m; i++)
        heap[i] = (int32_t)i;
    for (int64_t parent = m / 2; m > 1 && parent-- > 0;)
        adjust_heap(r, heap, parent, m, heap[parent]);
    if (k < n)
        pop_heap(r, heap, m);
    for (int64_t i = m; i < n; i++)
        if (comes_first(r, (int32_t)i, heap[0])) {
            heap[k] = (int32_t)i;
            pop_heap(r, heap, m);
        }
    for (int64_t left = k; left > 1; left--)
        pop_heap(r, heap, left);
}

/* All of a short row: std::sort inserts one after the other. */
static void sort_nan_row(const nan_row *r, int64_t n, int32_t *order)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t at = i;
        const bool first = i && entry(r, order[0]) < entry(r, i);
        for (; at && (first || entry(r, order[at - 1]) < entry(r, i)); at--)
            order[at] = order[at - 1];
        order[at] = (int32_t)i;
    }
}

/* The largest of those that are numbers, or NaN where there is none. */
static int32_t largest_of_nan_row(const nan_row *r, int64_t n)
{
    int32_t best = 0;
    for (int64_t i = 1; i < n; i++)
        if (entry(r, i) > entry(r, best) || (isnan(entry(r, best)) && !isnan(entry(r, i))))
            best = (int32_t)i;
    return best;
}

static bool choose_in_nan_row(const tf_kernel_ctx *c, int64_t row, int64_t n, int64_t k, int32_t *best)
{
    enum { SHORT = 16 };
    const nan_row r = { (const char *)c->in[0].data + row * n * (int64_t)tf_dtype_size(c->T), c->T == tf_float64 };
    bool has_nan = false;
    for (int64_t i = 0; i < n && (TF_FLOATING & TF_DTYPE_BIT(c->T)); i++)
        has_nan |= isnan(entry(&r, i));
    if (!has_nan || !k)
        return false;
    int32_t *heap = c->scratch;
    if (k == 1)
        heap[0] = largest_of_nan_row(&r, n);
    else if (k == n && n <= SHORT)
        sort_nan_row(&r, n, heap);
    else
        best_of_nan_row(&r, n, k, heap);
    memcpy(best, heap, (size_t)k * sizeof *best);
    return true;
}

static size_t top_k_scratch(const tf_kernel_ctx *c) { return ((size_t)c->out[0].dims[c->out[0].rank - 1] + 1) * sizeof(int32_t); }

static void top_k_kernel(tf_kernel_ctx *c)
{
    const int64_t n = c->in[0].dims[c->in[0].rank - 1], k = c->out[0].dims[c->out[0].rank - 1];
    for (int64_t row = c->begin; row < c->end; row++) {
        int32_t *best = (int32_t *)c->out[1].data + row * k;
        if (choose_in_nan_row(c, row, n, k, best))
            FOR_DTYPE(c->T, { COPY_CHOSEN })
        else
            FOR_DTYPE(c->T, { TOP_K_ROW })
    }
}

static void top_k_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 43);
    if (tf_is_none(dy))
        return;
    tf_tensor shape = tf_shape(g->in[0]), columns = tf_getitem(shape, "-1"), k = tf_getitem(tf_shape(g->out[1]), "-1");
    tf_tensor minus_one = tf_convert(tf_operand_integer(-1), tf_int32, (tf_source){ 0 }, NULL);
    tf_tensor indices = tf_reshape(g->out[1], tf_stack(LIST(minus_one, k)));
    tf_tensor rows = tf_getitem(tf_shape(indices), "0");
    tf_tensor begins = tf_expand_dims(tf_range(0, tf_mul(rows, columns), columns), -1);
    tf_tensor places = tf_reshape(tf_raw_ops_add_v2(indices, begins), SHAPE(-1, 1));
    tf_tensor flat = tf_scatter_nd(places, tf_reshape(dy, SHAPE(-1)), tf_expand_dims(tf_size(g->in[0]), 0));
    tf_add_grad(g, 0, tf_reshape(flat, shape));
}

static const tf_op_def top_k_op = {
    .name = "TopKV2",
    .in = "input:T, k:int32",
    .out = "values:T, indices:int32",
    .T = TF_NUMERIC,
    .shape = top_k_shape,
    .kernel = top_k_kernel,
    .units = top_k_units,
    .scratch = top_k_scratch,
    .gradient = top_k_gradient,
};

static tf_top_k nn_top_k_of(tf_operand input, tf_operand k, struct tf_top_k_args a)
{
    tf_operation *op = array_op(&top_k_op, (struct tf_name_args){ a.here, a.name }, NULL, NULL, 2, (tf_operand[]){ input, k }).op;
    return (tf_top_k){ tf_op_output(op, 0), tf_op_output(op, 1) };
}

tf_top_k tf_nn_top_k_(struct tf_top_k_args a)
{
    const tf_operand k = tf1c_given(a.k);
    return nn_top_k_of(tf1c_given(a.input), k.kind == TF_OPERAND_NONE ? tf_operand_integer(1) : k, a);
}

/* ---- InTopKV2 ------------------------------------------------------------------------------------------------------------------------------- */
static void in_top_k_shape(tf_shape_ctx *c)
{
    const tf_dims x = *tf_in_dims(c, 0), targets = *tf_in_dims(c, 1);
    int64_t rows = NONE;
    if (!tf_with_rank(c, 0, 2) || !tf_with_rank(c, 1, 1))
        return;
    if (x.known && targets.known && !tf_merge_dim(x.dims[0], targets.dims[0], &rows)) {
        tf_shape_error(c,
                       tf_shape_at_run(c) ? "First dimension of predictions %lld must match length of targets %lld"
                                          : "Dimensions must be equal, but are %lld and %lld",
                       (long long)x.dims[0], (long long)targets.dims[0]);
        return;
    }
    tf_set_out(c, 0, SHAPE(rows != NONE ? rows : targets.known ? targets.dims[0] : x.known ? x.dims[0] : NONE));
}

static void in_top_k_kernel(tf_kernel_ctx *k)
{
    const int64_t n = k->in[0].dims[1], most = int_at(&k->in[2], 0);
    for (int64_t row = k->begin; row < k->end; row++) {
        const float *x = (const float *)k->in[0].data + row * n;
        const int64_t target = int_at(&k->in[1], row);
        bool sure = target >= 0 && target < n && isfinite(x[target]);
        int64_t larger = 0;
        for (int64_t i = 0; sure && i < n && larger <= most; i++) {
            sure = isfinite(x[i]);
            larger += x[i] > x[target];
        }
        ((bool *)k->out[0].data)[row] = sure && larger < most;
    }
}

static int64_t in_top_k_units(const tf_kernel_ctx *k) { return k->in[0].dims[0]; }

static const tf_op_def in_top_k_op = {
    .name = "InTopKV2",
    .in = "predictions:float32, targets:T, k:T",
    .out = "precision:bool",
    .T = TF_INDEX,
    .shape = in_top_k_shape,
    .kernel = in_top_k_kernel,
    .units = in_top_k_units,
    .gradient = tf_no_gradient,
};

static tf_tensor nn_in_top_k_of(tf_operand predictions, tf_operand targets, tf_operand k, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "in_top_k");
    return array_op(&in_top_k_op, (struct tf_name_args){ .name = a.name }, NULL, NULL, 3,
                    (tf_operand[]){ predictions, targets, k });
}

tf_tensor tf_nn_in_top_k_(struct tf_in_top_k_args a)
{
    return nn_in_top_k_of(tf1c_given(a.predictions), tf1c_given(a.targets), tf1c_given(a.k),
                          (struct tf_name_args){ a.here, a.name });
}

/* clang-format off */
tf1c_op_family tf1c_family_top_k = {
    &top_k_op,
    &in_top_k_op,
    NULL,
};
