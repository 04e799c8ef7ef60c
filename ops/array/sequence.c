/* Sequences of different lengths, and permutations. TF1: core/kernels/reverse_sequence_op.cc, python/ops/array_ops.py. */
#include "ops/array/sequence.h"

#include "ops/array/array.h"
#include "ops/array/shape.h"
#include "ops/math/arithmetic.h"
#include "ops/math/compare.h"
#include "ops/math/reduce.h"

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

static tf_tensor reverse_sequence_of(tf_operand input, tf_operand seq_lengths, struct tf_reverse_sequence_args a)
{
    int seq = a.seq_axis != TF_NO_AXIS ? a.seq_axis : a.seq_dim;
    if (seq == TF_NO_AXIS)
        return tf_mistake(tf_value_error, a.here, NULL, "seq_dim argument has to be given");
    reverse_sequence_attrs attrs = { seq, a.batch_dim != TF_NO_AXIS ? a.batch_dim : a.batch_axis };
    return array_op(&reverse_sequence_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 2,
                    (tf_operand[]){ input, seq_lengths });
}

tf_tensor tf_reverse_sequence_(struct tf_reverse_sequence_args a)
{
    return reverse_sequence_of(tf1c_given(a.input), tf1c_given(a.seq_lengths), a);
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
static tf_tensor sequence_mask_of(tf_operand lengths, struct tf_sequence_mask_args a)
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
    tf_tensor places =
        tf1c_range(operand_of(zero), operand_of(width), operand_of(one), (struct tf_name_args){ .name = NULL }, NULL);
    tf_tensor column = tf1c_cast_node(tf_expand_dims(x, -1), dtype, NULL);
    tf_tensor mask = tf_less(places, column);
    return a.dtype && a.dtype != tf_bool ? tf1c_cast(mask, a.dtype, a.here) : mask;
}

tf_tensor tf_sequence_mask_(struct tf_sequence_mask_args a) { return sequence_mask_of(tf1c_given(a.lengths), a); }

/* clang-format off */
tf1c_op_family tf1c_family_sequence = {
    &reverse_sequence_op,
    &invert_permutation_op,
    NULL,
};
