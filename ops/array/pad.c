/* Larger tensors of the same elements, and reversed ones. TF1: core/ops/array_ops.cc, python/ops/array_ops.py, array_grad.py. */
#include <ctype.h>
#include <stdio.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/gather.h"
#include "ops/array/pad.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"
#include "ops/math/segment.h"

/* ---- BroadcastTo: dx = sum of dy over the repeated axes -------------------------------------------------------------------------------- */
static void broadcast_to_shape(tf_shape_ctx *c)
{
    const tf_dims in = *tf_in_dims(c, 0);
    tf_dims out, all;
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    if (!tf_with_rank(c, 1, 1) || !tf_in_shape(c, 1, &out))
        return;
    bool at_run = tf_shape_at_run(c);
    for (int i = 0; i < out.rank; i++)
        if (out.dims[i] < (at_run ? 0 : NONE)) {
            tf_shape_error(c, "Dimension %lld must be >= 0", (long long)out.dims[i]);
            return;
        }
    if (in.known && in.rank > out.rank) {
        if (at_run)
            tf_shape_error(c, "Rank of input (%d) must be no greater than rank of output shape (%d).", in.rank, out.rank);
        else
            tf_shape_error(c, "Shape must be at most rank %d but is rank %d", out.rank, in.rank);
        return;
    }
    for (int i = 1; in.known && i <= in.rank; i++) {
        int64_t a = in.dims[in.rank - i], b = out.dims[out.rank - i];
        if (a == 1 || a == NONE || b == NONE || a == b)
            continue;
        if (at_run)
            tf_shape_error(c, "Incompatible shapes: %s vs. %s", tf_dims_kernel_text(in, x, sizeof x),
                           tf_dims_kernel_text(out, y, sizeof y));
        else
            tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)a, (long long)b);
        return;
    }
    tf_set_out(c, 0, at_run || !tf_broadcast_dims(in, out, &all) || !all.known ? out : all);
}

static void broadcast_to_kernel(tf_kernel_ctx *k)
{
    tf_view from = k->in[0];
    tf1c_broadcast_view(&from, &k->out[0]);
    tf_view_copy(&k->out[0], &from, k->begin, k->end);
}

static int64_t axis_0_units(const tf_kernel_ctx *k) { return k->out[0].rank ? k->out[0].dims[0] : 1; }
static const tf_shard_rule axis_0_of_whole = { .out = 0, .in = { TF_WHOLE, TF_WHOLE, TF_WHOLE, TF_WHOLE } };

static void broadcast_to_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 4);
    tf_add_grad(g, 0, tf_sum_to(dy, g->in[0]));
}

static const tf_op_def broadcast_to_op = {
    .name = "BroadcastTo",
    .in = "input:T, shape:U",
    .out = "output:T",
    .U = TF_INDEX,
    .traits = TF_STRIDED_IN | TF_BROADCASTS,
    .shape = broadcast_to_shape,
    .kernel = broadcast_to_kernel,
    .units = axis_0_units,
    .shard = &axis_0_of_whole,
    .gradient = broadcast_to_gradient,
};

tf_tensor tf_broadcast_to_(struct tf_broadcast_args a)
{
    return tf_op_binary(&broadcast_to_op, tf1c_given_data(a.input, a.text, ".input", a.here), tf1c_given(a.shape),
                        (struct tf_name_args){ a.here, a.name }, NULL);
}

/* ---- rows: the last axis at given indices of the others ------------------------------------------------------------------------------------ */
static int64_t row_units(const tf_kernel_ctx *k) { return k->out[0].rank ? product(k->out[0].dims, 0, k->out[0].rank - 1) : 1; }

static void row_index(const tf_view *out, int64_t row, int64_t *index)
{
    for (int i = out->rank - 1; i-- > 0; row /= out->dims[i])
        index[i] = row % out->dims[i];
}

/* ---- Tile: dx = Σ over the copies of dy -------------------------------------------------------------------------------------------------------- */
static void tile_shape(tf_shape_ctx *c)
{
    const tf_dims in = *tf_in_dims(c, 0), m = *tf_in_dims(c, 1);
    tf_dims multiples, out;
    char text[TF_DIMS_TEXT];
    if (tf_shape_at_run(c) && m.rank != 1) {
        tf_shape_error(c, "Expected multiples to be 1-D, but got shape %s", tf_dims_kernel_text(m, text, sizeof text));
        return;
    }
    if (!tf_with_rank(c, 1, 1))
        return;
    if (in.known && m.known && m.dims[0] != NONE && m.dims[0] != in.rank) {
        if (tf_shape_at_run(c))
            tf_shape_error(c, "Expected multiples argument to be a vector of length %d but got length %lld", in.rank,
                           (long long)m.dims[0]);
        else
            tf_shape_error(c, "Shape must be rank %d but is rank %lld", in.rank, (long long)m.dims[0]);
        return;
    }
    if (!tf_in_shape(c, 1, &multiples)) {
        if (in.known)
            tf_set_out(c, 0, unknown_of_rank(in.rank));
        return;
    }
    out = unknown_of_rank(multiples.rank);
    for (int i = 0; i < out.rank; i++) {
        if (multiples.dims[i] < 0 && tf_shape_at_run(c)) {
            tf_shape_error(c, "Expected multiples[%d] >= 0, but got %lld", i, (long long)multiples.dims[i]);
            return;
        }
        if (multiples.dims[i] == 0)
            out.dims[i] = 0;
        else if (multiples.dims[i] > 0 && in.known && in.dims[i] != NONE)
            out.dims[i] = tf1c_times(in.dims[i], multiples.dims[i]);
    }
    tf_set_out(c, 0, out);
}

static void tile_kernel(tf_kernel_ctx *k)
{
    const tf_view *in = &k->in[0], *out = &k->out[0];
    const size_t size = tf_dtype_size(in->dtype);
    int64_t index[TF_MAX_RANK], columns = in->rank ? in->dims[in->rank - 1] : 1, width = out->rank ? out->dims[out->rank - 1] : 1;
    if (tf_view_count(out) == 0)
        return;
    for (int64_t row = k->begin; row < k->end; row++) {
        row_index(out, row, index);
        int64_t from = 0;
        for (int i = 0; i + 1 < in->rank; i++)
            from = from * in->dims[i] + index[i] % in->dims[i];
        for (int64_t j = 0; j < width; j += columns)
            copy_bytes((char *)out->data + (size_t)(row * width + j) * size, (char *)in->data + (size_t)(from * columns) * size,
                       (size_t)columns * size);
    }
}

/* At any rank: each element of dy goes to the number that stands where it does when the numbers of x's are tiled. */
static tf_tensor tile_sums(tf_grad_ctx *g, tf_tensor dy)
{
    tf_tensor shape = tf_shape(g->in[0]), n = tf_size(g->in[0]);
    tf_tensor ids = tf_tile(tf_reshape(tf_range(n), shape), g->in[1]);
    tf_tensor sums = tf_unsorted_segment_sum(tf_reshape(dy, SHAPE(-1)), tf_reshape(ids, SHAPE(-1)), n);
    return tf_reshape(sums, shape);
}

/* dy as [multiples[0], shape[0], multiples[1], shape[1], …], summed over the multiples. */
static void tile_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 12);
    tf1c_gradient_reads_shape(g, g->in[0]);
    tf1c_gradient_reads(g, g->in[1]);
    tf_dims in = tf_get_shape(g->in[0]), counts = { .known = true };
    if (!in.known || 2 * in.rank > TF_MAX_RANK) {
        tf_add_grad(g, 0, tile_sums(g, dy));
        return;
    }
    tf_tensor shape = tf_shape(g->in[0], .out_type = tf_get_dtype(g->in[1]));
    tf_tensor split = tf_reshape(tf_transpose(tf_stack(LIST(g->in[1], shape))), SHAPE(-1));
    for (int i = 0; i < in.rank; i++)
        counts.dims[counts.rank++] = 2 * i;
    tf_tensor apart = tf_reshape(dy, split);
    tf_tensor dx = in.rank ? tf_reduce_sum(apart, .axes = counts) : apart;
    tf_set_shape(dx, in);
    tf_add_grad(g, 0, dx);
}

static const tf_op_def tile_op = {
    .name = "Tile",
    .in = "input:T, multiples:U",
    .out = "output:T",
    .U = TF_INDEX,
    .shape = tile_shape,
    .kernel = tile_kernel,
    .units = row_units,
    .gradient = tile_gradient,
};

tf_tensor tf_tile_(struct tf_tile_args a)
{
    return tf_op_binary(&tile_op, tf1c_given(a.input), tf1c_given(a.multiples), (struct tf_name_args){ a.here, a.name }, NULL);
}

/* ---- Pad, PadV2: dx = slice(dy, paddings[:, 0], shape(x)) ------------------------------------------------------------------------------------------ */
static bool pad_operands(tf_shape_ctx *c, tf_dims in, tf_dims p, bool mirrors)
{
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    bool at_run = tf_shape_at_run(c);
    if (at_run && (p.rank != 2 || p.dims[1] != 2)) {
        tf_shape_error(c, "paddings must be a matrix with 2 columns: %s", tf_dims_kernel_text(p, x, sizeof x));
        return false;
    }
    if (!tf_with_rank(c, 1, 2))
        return false;
    if (p.known && p.dims[1] != NONE && p.dims[1] != 2) {
        tf_shape_error(c, "Dimension must be 2 but is %lld", (long long)p.dims[1]);
        return false;
    }
    if (in.known && p.known && p.dims[0] != NONE && p.dims[0] != in.rank) {
        if (at_run)
            tf_shape_error(c, "The first dimension of paddings must be the rank of inputs%s%s %s",
                           tf_dims_kernel_text(p, x, sizeof x), mirrors ? "," : "", tf_dims_kernel_text(in, y, sizeof y));
        else
            tf_shape_error(c, "Shape must be rank %lld but is rank %d", (long long)p.dims[0], in.rank);
        return false;
    }
    return true;
}

static void padded_shape(tf_shape_ctx *c, bool mirrors)
{
    const tf_dims in = *tf_in_dims(c, 0), p = *tf_in_dims(c, 1);
    tf_ndarray paddings;
    if (!pad_operands(c, in, p, mirrors))
        return;
    int rank = in.known ? in.rank : p.known && p.dims[0] != NONE ? (int)p.dims[0] : -1;
    if (rank < 0 || rank > TF_MAX_RANK)
        return;
    tf_dims out = unknown_of_rank(rank);
    bool known = tf_in_value(c, 1, &paddings);
    for (int i = 0; known && i < rank; i++) {
        int64_t before = int_of(&paddings, 2 * i), after = int_of(&paddings, 2 * i + 1);
        if (before < 0 || after < 0) {
            if (tf_shape_at_run(c))
                tf_shape_error(c, "Paddings must be non-negative: %lld %lld", (long long)before, (long long)after);
            else
                tf_shape_error(c, "Paddings must be non-negative");
            return;
        }
        if (in.known && in.dims[i] != NONE)
            out.dims[i] = tf1c_plus(tf1c_plus(before, in.dims[i]), after);
    }
    tf_set_out(c, 0, out);
}

static void pad_shape(tf_shape_ctx *c) { padded_shape(c, false); }

static void fill_elements(void *at, const void *value, int64_t n, size_t size)
{
    static const char zero[8];
    if (!value || memcmp(value, zero, size) == 0)
        clear_bytes(at, (size_t)n * size);
    else
        for (int64_t i = 0; i < n; i++)
            memcpy((char *)at + (size_t)i * size, value, size);
}

static void pad_kernel(tf_kernel_ctx *k)
{
    const tf_view *in = &k->in[0], *out = &k->out[0], *p = &k->in[1];
    const size_t size = tf_dtype_size(in->dtype);
    const void *value = k->n_in > 2 ? k->in[2].data : NULL;
    int last = out->rank ? out->rank - 1 : 0;
    int64_t index[TF_MAX_RANK], width = out->rank ? out->dims[last] : 1, columns = in->rank ? in->dims[last] : 1;
    int64_t before = out->rank ? int_at(p, 2 * last) : 0;
    for (int64_t row = k->begin; row < k->end; row++) {
        char *to = (char *)out->data + (size_t)(row * width) * size;
        int64_t from = 0;
        row_index(out, row, index);
        for (int i = 0; from >= 0 && i < last; i++) {
            int64_t at = index[i] - int_at(p, 2 * i);
            from = at < 0 || at >= in->dims[i] ? -1 : from * in->dims[i] + at;
        }
        if (from < 0) {
            fill_elements(to, value, width, size);
            continue;
        }
        fill_elements(to, value, before, size);
        copy_bytes(to + (size_t)before * size, (char *)in->data + (size_t)(from * columns) * size, (size_t)columns * size);
        fill_elements(to + (size_t)(before + columns) * size, value, width - before - columns, size);
    }
}

static void pad_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 9);
    tf1c_gradient_reads_shape(g, g->in[0]);
    tf1c_gradient_reads(g, g->in[1]);
    tf_tensor x = g->in[0], befores = tf_slice(g->in[1], SHAPE(0, 0), SHAPE(-1, 1));
    tf_tensor begin = tf_reshape(befores, SHAPE(-1));
    tf_add_grad(g, 0, tf_slice(dy, begin, tf_shape(x, .out_type = tf_get_dtype(begin))));
}

static const tf_op_def pad_op = {
    .name = "Pad",
    .in = "input:T, paddings:U",
    .out = "output:T",
    .U = TF_INDEX,
    .shape = pad_shape,
    .kernel = pad_kernel,
    .units = row_units,
    .gradient = pad_gradient,
};
static const tf_op_def pad_v2_op = {
    .name = "PadV2",
    .in = "input:T, paddings:U, constant_values:T",
    .out = "output:T",
    .U = TF_INDEX,
    .shape = pad_shape,
    .kernel = pad_kernel,
    .units = row_units,
    .gradient = pad_gradient,
};

/* ---- MirrorPad: y[i] = x[i mirrored at x's ends], with the last element twice (SYMMETRIC) or once (REFLECT); dx = MirrorPadGrad(dy), which
 * adds up what was copied from each element, and of which the gradient is MirrorPad again --------------------------------------------- */
typedef struct {
    const char *mode;
} mirror_attrs;
static const tf_attr_def mirror_fields[] = { TF_ATTR(mirror_attrs, mode, TF_ATTR_STRING), { 0 } };
static bool reflects(const void *attrs) { return strcmp(((const mirror_attrs *)attrs)->mode, "REFLECT") == 0; }

/* At run: no padding is longer than what it mirrors, an axis of x; padded: `in` is as long as x with its paddings. */
static bool mirrors_suffice(tf_shape_ctx *c, tf_dims in, tf_ndarray paddings, bool padded)
{
    const bool less = reflects(tf_shape_attrs(c));
    for (int i = 0; i < in.rank; i++) {
        const int64_t before = int_of(&paddings, 2 * i), after = int_of(&paddings, 2 * i + 1);
        if (before < 0 || after < 0) {
            tf_shape_error(c, padded ? "Paddings must be non-negative: %lld, %lld" : "paddings must be non-negative: %lld %lld",
                           (long long)before, (long long)after);
            return false;
        }
        const int64_t n = in.dims[i] - (padded ? tf1c_plus(before, after) : 0);
        if (before > n - less || after > n - less) {
            tf_shape_error(c, "paddings must be %s than the %sdimension size: %lld, %lld %s than %lld",
                           less ? "less" : "no greater", padded ? "output " : "", (long long)before, (long long)after,
                           less ? "not less" : "greater", (long long)n);
            return false;
        }
    }
    return true;
}

/* x's axes without their paddings; false after a report. */
static bool without(tf_shape_ctx *c, tf_dims *x, tf_ndarray paddings)
{
    for (int i = 0; i < x->rank; i++) {
        const int64_t before = int_of(&paddings, 2 * i), after = int_of(&paddings, 2 * i + 1), n = x->dims[i];
        if (before < 0 || after < 0) {
            tf_shape_error(c, "Paddings must be non-negative");
            return false;
        }
        if (n != NONE && tf1c_plus(before, after) > n) {
            tf_shape_error(c, "Negative dimension size caused by subtracting %lld from %lld", (long long)tf1c_plus(before, after),
                           (long long)n);
            return false;
        }
        x->dims[i] = n == NONE ? NONE : n - before - after;
    }
    return true;
}

static bool whole_paddings(tf_shape_ctx *c, tf_ndarray *paddings)
{
    const tf_dims in = *tf_in_dims(c, 0), p = *tf_in_dims(c, 1);
    return in.known && p.known && p.rank == 2 && p.dims[0] == in.rank && p.dims[1] == 2 && tf_in_value(c, 1, paddings);
}

static void mirror_pad_shape(tf_shape_ctx *c)
{
    tf_ndarray paddings;
    if (!tf_shape_at_run(c) || !whole_paddings(c, &paddings) || mirrors_suffice(c, *tf_in_dims(c, 0), paddings, false))
        padded_shape(c, true);
}

static void mirror_pad_grad_shape(tf_shape_ctx *c)
{
    tf_dims in = *tf_in_dims(c, 0), p = *tf_in_dims(c, 1);
    tf_ndarray paddings;
    if (!pad_operands(c, in, p, false))
        return;
    if (!whole_paddings(c, &paddings)) {
        if (p.known && p.dims[0] != NONE && p.dims[0] <= TF_MAX_RANK)
            tf_set_out(c, 0, unknown_of_rank((int)p.dims[0]));
        return;
    }
    if ((!tf_shape_at_run(c) || mirrors_suffice(c, in, paddings, true)) && without(c, &in, paddings))
        tf_set_out(c, 0, in);
}

/* The element of n that stands at i, behind so many before the first. */
static int64_t mirrored(int64_t i, int64_t before, int64_t n, bool reflect)
{
    const int64_t at = i - before;
    return at < 0 ? -at - !reflect : at < n ? at : 2 * n - 1 - reflect - at;
}

/* The row of x that stands at a row of the padded tensor. */
static int64_t mirrored_row(const tf_view *padded, int64_t row, const tf_view *x, const tf_view *paddings, bool reflect)
{
    int64_t index[TF_MAX_RANK], from = 0;
    row_index(padded, row, index);
    for (int i = 0; i + 1 < padded->rank; i++)
        from = from * x->dims[i] + mirrored(index[i], int_at(paddings, 2 * i), x->dims[i], reflect);
    return from;
}

static int64_t row_length(const tf_view *v) { return v->rank ? v->dims[v->rank - 1] : 1; }

static void mirror_pad_kernel(tf_kernel_ctx *k)
{
    const tf_view *x = &k->in[0], *p = &k->in[1], *y = &k->out[0];
    const size_t size = tf_dtype_size(x->dtype);
    const bool reflect = reflects(k->attrs);
    const int64_t n = row_length(x), width = row_length(y), before = y->rank ? int_at(p, 2 * y->rank - 2) : 0;
    for (int64_t row = k->begin; row < k->end; row++) {
        const char *from = (const char *)x->data + (size_t)(mirrored_row(y, row, x, p, reflect) * n) * size;
        char *to = (char *)y->data + (size_t)(row * width) * size;
        for (int64_t j = 0; j < width; j++)
            if (j < before || j >= before + n)
                memcpy(to + (size_t)j * size, from + (size_t)mirrored(j, before, n, reflect) * size, size);
        copy_bytes(to + (size_t)before * size, from, (size_t)n * size);
    }
}

static void mirror_pad_grad_kernel(tf_kernel_ctx *k)
{
    const tf_view *dy = &k->in[0], *p = &k->in[1], *dx = &k->out[0];
    const bool reflect = reflects(k->attrs);
    const int64_t n = row_length(dx), width = row_length(dy), before = dy->rank ? int_at(p, 2 * dy->rank - 2) : 0;
    const int64_t rows = dy->rank ? product(dy->dims, 0, dy->rank - 1) : 1;
    clear_bytes(dx->data, (size_t)tf_view_count(dx) * tf_dtype_size(dx->dtype));
    FOR_DTYPE(k->T, {
        for (int64_t row = 0; row < rows && width; row++) {
            const T *from = (const T *)dy->data + row * width;
            T *to = (T *)dx->data + mirrored_row(dy, row, dx, p, reflect) * n;
            for (int64_t j = 0; j < width; j++)
                to[mirrored(j, before, n, reflect)] += from[j];
        }
    })
}

static tf_tensor mirror_pad(const tf_op_def *def, tf_operand x, tf_operand paddings, const char *mode, struct tf_name_args named)
{
    return array_op(def, named, NULL, &(mirror_attrs){ mode }, 2, (tf_operand[]){ x, paddings });
}

static const tf_op_def mirror_pad_op, mirror_pad_grad_op;
static void mirror_pad_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const tf_op_def *other = g->op->def == &mirror_pad_op ? &mirror_pad_grad_op : &mirror_pad_op;
    const char *mode = ((const mirror_attrs *)g->attrs)->mode;
    tf_add_grad(g, 0, mirror_pad(other, operand_of(dy), operand_of(g->in[1]), mode, (struct tf_name_args){ .here = g->op->here }));
}

static const tf_op_def mirror_pad_op = {
    .name = "MirrorPad",
    .in = "input:T, paddings:U",
    .out = "output:T",
    .U = TF_INDEX,
    .attrs = mirror_fields,
    .attrs_size = sizeof(mirror_attrs),
    .shape = mirror_pad_shape,
    .kernel = mirror_pad_kernel,
    .units = row_units,
    .gradient = mirror_pad_gradient,
};
static const tf_op_def mirror_pad_grad_op = {
    .name = "MirrorPadGrad",
    .in = "input:T, paddings:U",
    .out = "output:T",
    .T = TF_NUMERIC,
    .U = TF_INDEX,
    .attrs = mirror_fields,
    .attrs_size = sizeof(mirror_attrs),
    .shape = mirror_pad_grad_shape,
    .kernel = mirror_pad_grad_kernel,
    .gradient = mirror_pad_gradient,
};

static tf_tensor pad_of(tf_operand tensor, tf_operand paddings, struct tf_pad_args a)
{
    const tf_operand given = tf1c_keyword(a.constant_values, false), *value = &given;
    struct tf_name_args named = { a.here, a.name };
    char mode[32];
    size_t n = 0;
    for (a.mode = a.mode ? a.mode : "CONSTANT"; a.mode[n] && n + 1 < sizeof mode; n++)
        mode[n] = (char)toupper((unsigned char)a.mode[n]);
    mode[n] = '\0';
    if (strcmp(mode, "REFLECT") == 0 || strcmp(mode, "SYMMETRIC") == 0)
        return mirror_pad(&mirror_pad_op, tensor, paddings, mode, named);
    if (strcmp(mode, "CONSTANT") != 0)
        return tf_mistake(tf_value_error, a.here, NULL, "Unknown padding mode: %s", mode);
    bool zero = value->kind == TF_OPERAND_NONE || (value->kind == TF_OPERAND_INTEGER && value->as.integer == 0) ||
                (value->kind == TF_OPERAND_REAL && value->as.real == 0);
    return zero ? array_op(&pad_op, named, NULL, NULL, 2, (tf_operand[]){ tensor, paddings })
                : array_op(&pad_v2_op, named, NULL, NULL, 3, (tf_operand[]){ tensor, paddings, *value });
}

tf_tensor tf_pad_(struct tf_pad_args a) { return pad_of(tf1c_given(a.tensor), tf1c_given(a.paddings), a); }

/* ---- ReverseV2: dx = reverse(dy) ------------------------------------------------------------------------------------------------------------------------ */
static void reverse_shape(tf_shape_ctx *c)
{
    const tf_dims in = *tf_in_dims(c, 0), axis = *tf_in_dims(c, 1);
    tf_ndarray axes;
    bool seen[TF_MAX_RANK] = { false };
    tf_set_out(c, 0, in);
    if (tf_shape_at_run(c) && axis.rank != 1) {
        tf_shape_error(c, "'dims' must be 1-dimension, not %d", axis.rank);
        return;
    }
    if (!tf_with_rank(c, 1, 1) || !in.known || tf_shape_at_run(c) || !tf_in_value(c, 1, &axes))
        return; /* at run the view rule looks at the axes: no shape depends on them */
    for (int i = 0; i < np_size(axes); i++) {
        int64_t at = int_of(&axes, i);
        int canonical = tf_norm_axis(at, in.rank);
        if (canonical < 0) {
            tf_shape_error(c, "'axis'[%d] = %lld is out of valid range [0, %d", i, (long long)at, in.rank - 1);
            return;
        }
        if (seen[canonical]) {
            tf_shape_error(c, "axis %d specified more than once.", canonical);
            return;
        }
        seen[canonical] = true;
    }
}

static bool reverse_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    const tf_view *in = &k->in[0];
    bool seen[TF_MAX_RANK] = { false };
    if (!k->in[1].data)
        return false;
    memcpy(k->out[output].strides, in->strides, sizeof in->strides);
    *offset = 0;
    for (int64_t i = 0; i < k->in[1].dims[0]; i++) {
        int64_t at = int_at(&k->in[1], i);
        int axis = tf_norm_axis(at, in->rank);
        if (axis < 0 || seen[axis]) {
            if (axis < 0)
                tf_kernel_error(k, tf_invalid_argument, "'axis'[%lld] = %lld is out of valid range [0, %d", (long long)i,
                                (long long)at, in->rank - 1);
            else
                tf_kernel_error(k, tf_invalid_argument, "axis %d specified more than once.", axis);
            return false;
        }
        seen[axis] = true;
        if (tf_view_count(in))
            *offset += (in->dims[axis] - 1) * in->strides[axis];
        k->out[output].strides[axis] = -in->strides[axis];
    }
    return true;
}

static void reverse_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_reverse(dy, g->in[1])); }

static const tf_op_def reverse_op = {
    .name = "ReverseV2",
    .in = "tensor:T, axis:U",
    .out = "output:T",
    .U = TF_INDEX,
    .traits = TF_VIEW,
    .shape = reverse_shape,
    .gradient = reverse_gradient,
    .view = reverse_view,
};

tf_tensor tf_reverse_(struct tf_reverse_args a)
{
    return tf_op_binary(&reverse_op, tf1c_given(a.tensor), tf1c_given(a.axis), (struct tf_name_args){ a.here, a.name }, NULL);
}

/* clang-format off */
tf1c_op_family tf1c_family_pad = {
    &broadcast_to_op,
    &tile_op,
    &pad_op,
    &pad_v2_op,
    &mirror_pad_op,
    &mirror_pad_grad_op,
    &reverse_op,
    NULL,
};
