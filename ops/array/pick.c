/* One-hot vectors, the largest of a row, sequences of different lengths. TF1: core/kernels/one_hot_op.cc, topk_op.cc,
 * in_topk_op.cc, reverse_sequence_op.cc; python/ops/array_ops.py, nn_grad.py. */
#include <math.h>

#include "ops/array/array.h"
#include "ops/array/basic.h"
#include "ops/math/compare.h"
#include "ops/array/fill.h"
#include "ops/array/gather.h"
#include "ops/array/slice.h"
#include "ops/array/concat.h"
#include "ops/math/unary.h"
#include "ops/math/reduce.h"
#include "ops/array/shape.h"

static tf_operand of(tf_tensor t) { return tf_operand_tensor(t); }

/* ---- OneHot ------------------------------------------------------------------------------------------------------------------------- */
typedef struct {
    int64_t axis;
} one_hot_attrs;
static const tf_attr_def one_hot_fields[] = { TF_ATTR(one_hot_attrs, axis, TF_ATTR_INT), { 0 } };

static void one_hot_shape(tf_shape_ctx *c)
{
    int64_t axis = ((const one_hot_attrs *)tf_shape_attrs(c))->axis, depth = NONE;
    tf_dims out = *tf_in_dims(c, 0);
    bool at_run = tf_shape_at_run(c);
    if (axis < -1) {
        tf_shape_error(c, "axis must be >= -1");
        return;
    }
    for (int i = 1; i < 4; i++)
        if (!tf_with_rank(c, i, 0))
            return;
    if (tf_in_int(c, 1, &depth) && depth < 0) {
        tf_shape_error(c,
                       at_run ? "depth must be non-negative, got: %lld"
                              : "Dimension size, given by scalar input 1, must be non-negative but is %lld",
                       (long long)depth);
        return;
    }
    if (!out.known)
        return;
    if (axis > out.rank || out.rank == TF_MAX_RANK) {
        tf_shape_error(c, "Expected axis to be -1 or between [0, %d).  But received: %lld", out.rank + 1, (long long)axis);
        return;
    }
    int at = axis < 0 ? out.rank : (int)axis;
    memmove(&out.dims[at + 1], &out.dims[at], (size_t)(out.rank - at) * sizeof out.dims[0]);
    out.dims[at] = depth;
    out.rank++;
    tf_set_out(c, 0, out);
}

static int one_hot_axis(const tf_kernel_ctx *k)
{
    int64_t axis = ((const one_hot_attrs *)k->attrs)->axis;
    return axis < 0 ? k->in[0].rank : (int)axis;
}

static int64_t one_hot_units(const tf_kernel_ctx *k) { return product(k->in[0].dims, 0, one_hot_axis(k)); }

/* Unit u: out [depth, after] of indices [after]. */
static void one_hot_kernel(tf_kernel_ctx *k)
{
    const tf_view *indices = &k->in[0];
    const int at = one_hot_axis(k);
    const int64_t after = product(indices->dims, at, indices->rank), depth = k->out[0].dims[at];
    FOR_DTYPE(k->T, {
        const T on = *(const T *)k->in[2].data;
        const T off = *(const T *)k->in[3].data;
        for (int64_t u = k->begin; u < k->end; u++) {
            T *out = (T *)k->out[0].data + u * depth * after;
            for (int64_t i = 0; i < depth * after; i++)
                out[i] = off;
            for (int64_t i = 0; i < after; i++) {
                const int64_t index = int_at(indices, u * after + i);
                if (index >= 0 && index < depth)
                    out[index * after + i] = on;
            }
        }
    })
}

static const tf_op_def one_hot_op = {
    .name = "OneHot",
    .in = "indices:U, depth:int32, on_value:T, off_value:T",
    .out = "output:T",
    .U = TF_INDEX | TF_DTYPE_BIT(tf_uint8),
    .attrs = one_hot_fields,
    .attrs_size = sizeof(one_hot_attrs),
    .shape = one_hot_shape,
    .kernel = one_hot_kernel,
    .units = one_hot_units,
    .gradient = tf_no_gradient,
};

/* The dtype of a given value, with the constant that TF makes to learn it; unset: not given. */
static tf_dtype given_dtype(const tf_operand *value, tf_source here)
{
    return value->kind ? tf_get_dtype(tf_convert(*value, tf_dtype_unset, here, NULL)) : tf_dtype_unset;
}

/* A plain number under a keyword becomes one of dtype, or of the other value's, or a float32. */
static tf_operand plain_value(tf_operand given, tf_operand other, tf_dtype dtype, tf_source here)
{
    if (tf1c_keyword(given, true).kind == given.kind)
        return given;
    dtype = dtype ? dtype : other.kind ? given_dtype(&other, here) : tf_float32;
    const tf_operand value = tf1c_keyword(given, TF_FLOATING & TF_DTYPE_BIT(dtype));
    return of(tf_convert(dtype == tf_bool ? tf_operand_bool(given.number != 0) : value, dtype, here, NULL));
}

static tf_operand default_value(tf_operand value, int64_t otherwise, tf_dtype dtype, tf_source here, const char *name)
{
    if (value.kind)
        return value;
    return of(tf_convert(tf_operand_integer(otherwise), dtype, here, name));
}

tf_tensor tf_one_hot_(tf_operand indices, tf_operand depth, struct tf_one_hot_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "one_hot");
    struct tf_name_args whole = { a.here, tf_scope_name() };
    a.on_value = plain_value(a.on_value, a.off_value, a.dtype, a.here);
    a.off_value = plain_value(a.off_value, a.on_value, a.dtype, a.here);
    tf_dtype on = given_dtype(&a.on_value, a.here), off = given_dtype(&a.off_value, a.here);
    tf_dtype dtype = a.dtype ? a.dtype : on ? on : off ? off : tf_float32;
    if (a.dtype && ((on && on != dtype) || (off && off != dtype))) {
        bool first = on && on != dtype;
        return tf_mistake(tf_type_error, a.here, NULL, "dtype <dtype: '%s'> of %s does not match dtype parameter <dtype: '%s'>",
                          tf_dtype_name(first ? on : off), first ? "on_value" : "off_value", tf_dtype_name(dtype));
    }
    if ((on ? on : dtype) != (off ? off : dtype))
        return tf_mistake(tf_type_error, a.here, NULL,
                          "dtype <dtype: '%s'> of on_value does not match dtype <dtype: '%s'> of off_value",
                          tf_dtype_name(on ? on : dtype), tf_dtype_name(off ? off : dtype));
    a.on_value = default_value(a.on_value, 1, dtype, a.here, "on_value");
    if (a.on_value.kind == TF_OPERAND_TENSOR && tf_is_poisoned(a.on_value.as.tensor))
        return a.on_value.as.tensor;
    a.off_value = default_value(a.off_value, 0, dtype, a.here, "off_value");
    return array_op(&one_hot_op, whole, NULL, &(one_hot_attrs){ a.axis }, 4,
                    (tf_operand[]){ indices, depth, a.on_value, a.off_value });
}

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

static void top_k_kernel(tf_kernel_ctx *c)
{
    const int64_t n = c->in[0].dims[c->in[0].rank - 1], k = c->out[0].dims[c->out[0].rank - 1];
    for (int64_t row = c->begin; row < c->end; row++) {
        int32_t *best = (int32_t *)c->out[1].data + row * k;
        FOR_DTYPE(c->T, { TOP_K_ROW })
    }
}

static void top_k_gradient(tf_grad_ctx *g, tf_tensor dy)
{
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
    .gradient = top_k_gradient,
};

tf_top_k tf_nn_top_k_(tf_operand input, tf_operand k, struct tf_top_k_args a)
{
    tf_operation *op = array_op(&top_k_op, (struct tf_name_args){ a.here, a.name }, NULL, NULL, 2, (tf_operand[]){ input, k }).op;
    return (tf_top_k){ { op, 0 }, { op, tf1c_is_mistake(op) ? 0 : 1 } };
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

tf_tensor tf_nn_in_top_k_(tf_operand predictions, tf_operand targets, tf_operand k, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "in_top_k");
    return array_op(&in_top_k_op, (struct tf_name_args){ .name = a.name }, NULL, NULL, 3,
                    (tf_operand[]){ predictions, targets, k });
}

/* ---- ReverseSequence: dinput = the same of dy ------------------------------------------------------------------------------------------------- */
typedef struct {
    int64_t seq_dim, batch_dim;
} reverse_sequence_attrs;
static const tf_attr_def reverse_sequence_fields[] = { TF_ATTR(reverse_sequence_attrs, seq_dim, TF_ATTR_INT),
                                                       TF_ATTR(reverse_sequence_attrs, batch_dim, TF_ATTR_INT),
                                                       { 0 } };

static void reverse_sequence_shape(tf_shape_ctx *c)
{
    const reverse_sequence_attrs *a = tf_shape_attrs(c);
    const tf_dims in = *tf_in_dims(c, 0), lengths = *tf_in_dims(c, 1);
    int64_t d;
    if (!tf_with_rank(c, 1, 1))
        return;
    tf_set_out(c, 0, in);
    if (!in.known)
        return;
    if (a->batch_dim >= in.rank || a->batch_dim < 0 || a->seq_dim >= in.rank || a->seq_dim < 0) {
        bool batch = a->batch_dim >= in.rank || a->batch_dim < 0;
        tf_shape_error(c, "%s must be < input rank: %lld vs. %d", batch ? "batch_dim" : "seq_dim",
                       (long long)(batch ? a->batch_dim : a->seq_dim), in.rank);
        return;
    }
    if (!lengths.known)
        return;
    if (tf_merge_dim(in.dims[a->batch_dim], lengths.dims[0], &d)) {
        tf_dims out = in;
        out.dims[a->batch_dim] = d;
        tf_set_out(c, 0, out);
    } else {
        if (tf_shape_at_run(c))
            tf_shape_error(c, "len(seq_lens) != input.dims(%lld), (%lld vs. %lld)", (long long)a->batch_dim,
                           (long long)lengths.dims[0], (long long)in.dims[a->batch_dim]);
        else
            tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)in.dims[a->batch_dim],
                           (long long)lengths.dims[0]);
    }
}

static bool lengths_fit(tf_kernel_ctx *k, int64_t longest, int64_t seq_dim)
{
    for (int64_t i = 0; i < k->in[1].dims[0]; i++) {
        int64_t length = int_at(&k->in[1], i);
        if (length < 0)
            tf_kernel_error(k, tf_invalid_argument, "seq_lens(%lld) < 0", (long long)i);
        else if (length > longest)
            tf_kernel_error(k, tf_invalid_argument, "seq_lens(%lld) > input.dims(%lld)", (long long)i, (long long)seq_dim);
        else
            continue;
        clear_bytes(k->out[0].data, (size_t)tf_view_count(&k->out[0]) * tf_dtype_size(k->T));
        return false;
    }
    return true;
}

/* Row by row of what follows both axes. */
static void reverse_sequence_kernel(tf_kernel_ctx *k)
{
    const reverse_sequence_attrs *a = k->attrs;
    const tf_view *in = &k->in[0];
    const int inner = (int)(a->seq_dim > a->batch_dim ? a->seq_dim : a->batch_dim) + 1;
    const int64_t rows = product(in->dims, 0, inner), longest = in->dims[a->seq_dim], batch = in->dims[a->batch_dim];
    const int64_t seq_step = product(in->dims, (int)a->seq_dim + 1, inner),
                  batch_step = product(in->dims, (int)a->batch_dim + 1, inner);
    const size_t size = (size_t)product(in->dims, inner, in->rank) * tf_dtype_size(k->T);
    if (!lengths_fit(k, longest, a->seq_dim))
        return;
    for (int64_t row = 0; row < rows; row++) {
        const int64_t t = row / seq_step % longest, length = int_at(&k->in[1], row / batch_step % batch);
        const int64_t from = t < length ? row + (length - 1 - 2 * t) * seq_step : row;
        copy_bytes((char *)k->out[0].data + (size_t)row * size, (const char *)in->data + (size_t)from * size, size);
    }
}

static void reverse_sequence_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const reverse_sequence_attrs *a = g->attrs;
    tf_add_grad(g, 0, tf_reverse_sequence(dy, g->in[1], (int)a->seq_dim, (int)a->batch_dim));
}

static const tf_op_def reverse_sequence_op = {
    .name = "ReverseSequence",
    .in = "input:T, seq_lengths:U",
    .out = "output:T",
    .U = TF_INDEX,
    .attrs = reverse_sequence_fields,
    .attrs_size = sizeof(reverse_sequence_attrs),
    .shape = reverse_sequence_shape,
    .kernel = reverse_sequence_kernel,
    .gradient = reverse_sequence_gradient,
};

tf_tensor tf_reverse_sequence_(tf_operand input, tf_operand seq_lengths, struct tf_reverse_sequence_args a)
{
    int seq = a.seq_axis != TF_NO_AXIS ? a.seq_axis : a.seq_dim;
    if (seq == TF_NO_AXIS)
        return tf_mistake(tf_value_error, a.here, NULL, "seq_dim argument has to be given");
    reverse_sequence_attrs attrs = { seq, a.batch_dim != TF_NO_AXIS ? a.batch_dim : a.batch_axis };
    return array_op(&reverse_sequence_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 2,
                    (tf_operand[]){ input, seq_lengths });
}

/* ---- InvertPermutation -------------------------------------------------------------------------------------------------------------------------- */
static void invert_permutation_shape(tf_shape_ctx *c)
{
    if (tf_shape_at_run(c) && tf_in_dims(c, 0)->rank != 1)
        tf_shape_error(c, "invert_permutation expects a 1D vector.");
    else if (tf_with_rank(c, 0, 1))
        tf_set_out(c, 0, tf_in_dims(c, 0)->known ? *tf_in_dims(c, 0) : SHAPE(NONE));
}

static void invert_permutation_kernel(tf_kernel_ctx *k)
{
    const int64_t n = k->in[0].dims[0];
    FOR_DTYPE(k->T, {
        T *out = k->out[0].data;
        for (int64_t i = 0; i < n; i++)
            out[i] = (T)-1;
        for (int64_t i = 0; i < n; i++) {
            const int64_t at = int_at(&k->in[0], i);
            if (at < 0 || at >= n) {
                tf_kernel_error(k, tf_invalid_argument, "%lld is not between 0 and %lld", (long long)at, (long long)n);
                return;
            }
            if (out[at] != (T)-1) {
                tf_kernel_error(k, tf_invalid_argument, "%lld is duplicated in the input.", (long long)at);
                return;
            }
            out[at] = (T)i;
        }
    })
}

static const tf_op_def invert_permutation_op = {
    .name = "InvertPermutation",
    .in = "x:T",
    .out = "y:T",
    .T = TF_INDEX,
    .shape = invert_permutation_shape,
    .kernel = invert_permutation_kernel,
    .gradient = tf_no_gradient,
};
UNARY_BUILDER(tf_invert_permutation_, invert_permutation_op, NULL)

/* ---- sequence_mask: range(maxlen) < lengths[.., None] --------------------------------------------------------------------------------------------- */
tf_tensor tf_sequence_mask_(tf_operand lengths, struct tf_sequence_mask_args a)
{
    TF_FROM(a.here);
    a.maxlen = tf1c_keyword(a.maxlen, false);
    TF_SCOPE(a.name, "SequenceMask");
    tf_tensor x = tf_convert(lengths, tf_dtype_unset, a.here, "lengths");
    if (tf_is_poisoned(x))
        return x;
    tf_tensor width = a.maxlen.kind ? tf_convert(a.maxlen, tf_dtype_unset, a.here, NULL) : tf_reduce_max(x);
    if (tf_is_poisoned(width))
        return width;
    tf_dtype dtype = tf_get_dtype(width);
    if (tf_get_shape(width).known && tf_get_shape(width).rank)
        return tf_mistake(tf_value_error, a.here, NULL, "maxlen must be scalar for sequence_mask");
    if (!a.maxlen.kind)
        width = tf_maximum(tf_convert(tf_operand_integer(0), dtype, a.here, NULL), width);
    tf_tensor zero = tf_convert(tf_operand_integer(0), dtype, a.here, NULL),
              one = tf_convert(tf_operand_integer(1), dtype, a.here, NULL);
    tf_tensor places = tf1c_range(of(zero), of(width), of(one), (struct tf_name_args){ .name = NULL }, NULL);
    tf_tensor column = tf1c_cast_node(tf_expand_dims(x, -1), dtype, NULL);
    tf_tensor mask = tf_less(places, column);
    return a.dtype && a.dtype != tf_bool ? tf1c_cast(mask, a.dtype, a.here) : mask;
}

tf1c_op_family tf1c_pick_ops = { &one_hot_op, &top_k_op, &in_top_k_op, &reverse_sequence_op, &invert_permutation_op, NULL };
