/* Blocks of space in the batch or in depth. TF1: core/ops/array_ops.cc, core/kernels/spacetobatch_op.cc, batchtospace_op.cc,
 * spacetodepth_op.cc, depthtospace_op.cc, python/ops/array_grad.py. */
#include "ops/array/space.h"

#include "ops/array/array.h"
#include "ops/nn/window.h"

static tf_tensor recorded(void) { return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }; }

/* ---- SpaceToBatchND, BatchToSpaceND: each the other's gradient ---------------------------------------------------------------- */

/* What is known of the block and of what goes around the axes: m axes, NONE where not. */
typedef struct {
    int m;
    tf_dims block, before, after; /* of m entries each */
} blocks;

static const char *border_name(bool to_batch) { return to_batch ? "paddings" : "crops"; }

static bool block_is_positive(tf_shape_ctx *c, const blocks *b)
{
    for (int i = 0; i < b->m; i++)
        if (b->block.dims[i] != NONE && b->block.dims[i] < 1) {
            if (tf_shape_at_run(c))
                tf_shape_error(c, "All values in block_shape must be positive, got value, %lld at index %d.",
                               (long long)b->block.dims[i], i);
            else
                tf_shape_error(c, "block_shape must be positive");
            return false;
        }
    return true;
}

static bool read_borders(tf_shape_ctx *c, bool to_batch, blocks *b)
{
    tf_ndarray value;
    b->before = b->after = unknown_of_rank(b->m);
    if (!tf_in_value(c, 2, &value))
        return true;
    for (int i = 0; i < b->m; i++) {
        b->before.dims[i] = int_of(&value, 2 * i);
        b->after.dims[i] = int_of(&value, 2 * i + 1);
        if (b->before.dims[i] < 0 || b->after.dims[i] < 0) {
            tf_shape_error(c, "%s cannot be negative", border_name(to_batch));
            return false;
        }
    }
    return true;
}

/* False after a report, or with b->m < 0 where nothing is known. */
static bool read_blocks(tf_shape_ctx *c, bool to_batch, blocks *b)
{
    const tf_dims *block = tf_in_dims(c, 1), *borders = tf_in_dims(c, 2);
    tf_dims merged;
    b->m = -1;
    if (block->known && block->rank != 1) {
        tf_shape_error(c, "block_shape must have rank 1.");
        return false;
    }
    if (!block->known || block->dims[0] == NONE)
        return true;
    if (!tf1c_merge_in(c, *borders, SHAPE(block->dims[0], 2), &merged, ""))
        return false;
    b->m = block->dims[0] > TF_MAX_RANK ? TF_MAX_RANK : (int)block->dims[0];
    if (tf_shape_at_run(c) && tf_in_dims(c, 0)->rank < b->m + 1) {
        tf_shape_error(c, "input rank should be >= %d instead of %d", b->m + 1, tf_in_dims(c, 0)->rank);
        return false;
    }
    if (!tf_with_rank_at_least(c, 0, b->m + 1))
        return false;
    tf_ndarray value; /* read as a value where it is one, so that messages show it */
    if (!(tf_in_value(c, 1, &value) && tf1c_ints_of_array(value, &b->block)) && !tf_in_ints(c, 1, &b->block))
        b->block = unknown_of_rank(b->m);
    if (b->block.rank != b->m)
        b->block = unknown_of_rank(b->m);
    return read_borders(c, to_batch, b) && block_is_positive(c, b);
}

/* Axis i of the result: (size + borders) / block, or size·block - borders; false after a report. */
static bool resized(tf_shape_ctx *c, bool to_batch, const blocks *b, int i, int64_t size, int64_t *out)
{
    const int64_t block = b->block.dims[i], before = b->before.dims[i], after = b->after.dims[i];
    *out = NONE;
    if (size == NONE || block == NONE || before == NONE || after == NONE)
        return true;
    const int64_t whole = to_batch ? size + before + after : tf1c_times(size, block);
    if (to_batch && whole % block) {
        if (tf_shape_at_run(c))
            tf_shape_error(c, "padded_shape[%d]=%lld is not divisible by block_shape[%d]=%lld", i, (long long)whole, i,
                           (long long)block);
        else
            tf_shape_error(c, "Dimension size must be evenly divisible by %lld but is %lld", (long long)block, (long long)whole);
        return false;
    }
    *out = to_batch ? whole / block : whole - before - after;
    if (*out >= 0)
        return true;
    if (tf_shape_at_run(c))
        tf_shape_error(c, "cropped_shape[%d]=%lld must be non-negative", i, (long long)*out);
    else
        tf_shape_error(c, "Negative dimension size caused by subtracting %lld from %lld", (long long)after,
                       (long long)(whole - before));
    return false;
}

/* The batch times all blocks, or divided by them, while building one after the other. */
static bool resized_batch(tf_shape_ctx *c, bool to_batch, const blocks *b, int64_t batch, int64_t *out)
{
    int64_t n = 1;
    *out = batch;
    for (int i = 0; i < b->m; i++) {
        const int64_t block = b->block.dims[i];
        n = n == NONE || block == NONE ? NONE : tf1c_times(n, block);
        if (!to_batch && !tf_shape_at_run(c) && *out != NONE && block != NONE && *out % block) {
            tf_shape_error(c, "Dimension size must be evenly divisible by %lld but is %lld", (long long)block, (long long)*out);
            return false;
        }
        *out = *out == NONE || block == NONE ? NONE : to_batch ? tf1c_times(*out, block) : *out / block;
    }
    if (to_batch || !tf_shape_at_run(c) || batch % n == 0)
        return true;
    tf_shape_error(c, "Input batch dimension (%lld) is not divisible by product of block sizes (%lld)", (long long)batch,
                   (long long)n);
    return false;
}

static void batch_shape(tf_shape_ctx *c, bool to_batch)
{
    blocks b;
    if (!read_blocks(c, to_batch, &b) || b.m < 0 || !tf_in_dims(c, 0)->known)
        return;
    const tf_dims in = *tf_in_dims(c, 0);
    tf_dims out = in;
    if (!resized_batch(c, to_batch, &b, in.dims[0], &out.dims[0]))
        return;
    for (int i = 0; i < b.m; i++)
        if (!resized(c, to_batch, &b, i, in.dims[1 + i], &out.dims[1 + i]))
            return;
    tf_set_out(c, 0, out);
}
static void to_batch_shape(tf_shape_ctx *c) { batch_shape(c, true); }
static void to_space_shape(tf_shape_ctx *c) { batch_shape(c, false); }

/* The place in space, [batch, s…], of place `at` of image n of blocks: n / batch says which of its block it is. False: it lies in the
 * border. */
static bool place_in_space(const tf_kernel_ctx *k, const tf_view *space, const tf_view *spread, int64_t n, int64_t at,
                           int64_t *place)
{
    const int m = (int)k->in[1].dims[0];
    int64_t index[TF_MAX_RANK], offset[TF_MAX_RANK], of_block = n / space->dims[0];
    for (int i = m; i-- > 0; at /= spread->dims[1 + i])
        index[i] = at % spread->dims[1 + i];
    for (int i = m; i-- > 0; of_block /= int_at(&k->in[1], i))
        offset[i] = of_block % int_at(&k->in[1], i);
    *place = n % space->dims[0];
    for (int i = 0; i < m; i++) {
        const int64_t p = index[i] * int_at(&k->in[1], i) + offset[i] - int_at(&k->in[2], 2 * (int64_t)i);
        if (p < 0 || p >= space->dims[1 + i])
            return false;
        *place = *place * space->dims[1 + i] + p;
    }
    return true;
}

/* What follows the blocks' axes is copied as it is. */
static void batch_kernel(tf_kernel_ctx *k, bool to_batch)
{
    const tf_view *space = to_batch ? &k->in[0] : &k->out[0], *spread = to_batch ? &k->out[0] : &k->in[0];
    const int m = (int)k->in[1].dims[0];
    const int64_t places = product(spread->dims, 1, 1 + m);
    const size_t size = (size_t)product(spread->dims, 1 + m, spread->rank) * tf_dtype_size(k->T);
    for (int64_t n = 0; n < spread->dims[0]; n++)
        for (int64_t at = 0; at < places; at++) {
            char *there = (char *)spread->data + (size_t)(n * places + at) * size;
            int64_t here;
            const bool inside = place_in_space(k, space, spread, n, at, &here);
            if (!to_batch && inside)
                copy_bytes((char *)space->data + (size_t)here * size, there, size);
            else if (to_batch && inside)
                copy_bytes(there, (const char *)space->data + (size_t)here * size, size);
            else if (to_batch)
                clear_bytes(there, size);
        }
}
static void to_batch_kernel(tf_kernel_ctx *k) { batch_kernel(k, true); }
static void to_space_kernel(tf_kernel_ctx *k) { batch_kernel(k, false); }

static void to_batch_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_batch_to_space_nd(dy, g->in[1], g->in[2])); }
static void to_space_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_space_to_batch_nd(dy, g->in[1], g->in[2])); }

static const tf_op_def to_batch_op = {
    .name = "SpaceToBatchND",
    .in = "input:T, block_shape:U, paddings:?",
    .out = "output:T",
    .U = TF_INDEX,
    .shape = to_batch_shape,
    .kernel = to_batch_kernel,
    .gradient = to_batch_gradient,
};
static const tf_op_def to_space_op = {
    .name = "BatchToSpaceND",
    .in = "input:T, block_shape:U, crops:?",
    .out = "output:T",
    .U = TF_INDEX,
    .shape = to_space_shape,
    .kernel = to_space_kernel,
    .gradient = to_space_gradient,
};

static tf_tensor blocks_op(const tf_op_def *def, const char *borders, tf_operand x, tf_operand block, tf_operand border,
                           struct tf_name_args a)
{
    if (border.kind == TF_OPERAND_TENSOR && border.as.tensor.op && !tf_is_poisoned(border.as.tensor) &&
        !(TF_INDEX & TF_DTYPE_BIT(tf_get_dtype(border.as.tensor))))
        return tf_mistake(tf_type_error, a.here, NULL,
                          "Value passed to parameter '%s' has DataType %s not in list of allowed values: int32, int64", borders,
                          tf_dtype_name(tf_get_dtype(border.as.tensor)));
    return array_op(def, a, NULL, NULL, 3, (tf_operand[]){ x, block, border });
}
tf_tensor tf_space_to_batch_nd_(tf_operand input, tf_operand block_shape, tf_operand paddings, struct tf_name_args a)
{
    return blocks_op(&to_batch_op, "paddings", input, block_shape, paddings, a);
}
tf_tensor tf_batch_to_space_nd_(tf_operand input, tf_operand block_shape, tf_operand crops, struct tf_name_args a)
{
    return blocks_op(&to_space_op, "crops", input, block_shape, crops, a);
}

/* ---- SpaceToDepth, DepthToSpace: each the other's gradient ------------------------------------------------------------------------ */
typedef struct {
    int64_t block_size;
    const char *data_format;
} depth_attrs;
static const tf_attr_def depth_fields[] = { TF_ATTR(depth_attrs, block_size, TF_ATTR_INT),
                                            TF_ATTR(depth_attrs, data_format, TF_ATTR_STRING),
                                            { 0 } };

static bool divides(tf_shape_ctx *c, int64_t by, int64_t size)
{
    if (size == NONE || size % by == 0)
        return true;
    tf_shape_error(c, "Dimension size must be evenly divisible by %lld but is %lld", (long long)by, (long long)size);
    return false;
}

/* What TF's kernels say of x. */
static bool depth_fits(tf_shape_ctx *c, bool to_depth, tf_dims x)
{
    const depth_attrs *a = tf_shape_attrs(c);
    const int64_t b = a->block_size;
    if (x.rank != 4)
        tf_shape_error(c, to_depth ? "Input rank should be %d instead of %d" : "Input rank should be: %d instead of: %d", 4,
                       x.rank);
    else if (tf1c_channels_second(a->data_format))
        tf_shape_error(c, "Only NHWC data_format supported on CPU. Got %s", a->data_format);
    else if (to_depth && (x.dims[1] % b || x.dims[2] % b))
        tf_shape_error(c, "Image width %lld and height %lld should be divisible by block_size: %lld", (long long)x.dims[2],
                       (long long)x.dims[1], (long long)b);
    else if (!to_depth && x.dims[3] % (b * b))
        tf_shape_error(c, "Input depth dimension %lld should be divisible by: %lld", (long long)x.dims[3], (long long)(b * b));
    else
        return true;
    return false;
}

static void depth_shape(tf_shape_ctx *c, bool to_depth)
{
    const depth_attrs *a = tf_shape_attrs(c);
    const int64_t b = a->block_size;
    const int channels = tf1c_channel_axis(a->data_format, 4);
    if (tf_shape_at_run(c) ? !depth_fits(c, to_depth, *tf_in_dims(c, 0)) : !tf_with_rank(c, 0, 4))
        return;
    const tf_dims x = tf_in_dims(c, 0)->known ? *tf_in_dims(c, 0) : unknown_of_rank(4);
    tf_dims y = x;
    if (!to_depth && !divides(c, b * b, x.dims[channels]))
        return;
    for (int i = 0; i < 2; i++) {
        const int axis = tf1c_spatial_axis(a->data_format, i);
        if (to_depth && !divides(c, b, x.dims[axis]))
            return;
        y.dims[axis] = x.dims[axis] == NONE ? NONE : to_depth ? x.dims[axis] / b : tf1c_times(x.dims[axis], b);
    }
    y.dims[channels] = x.dims[channels] == NONE ? NONE
                       : to_depth               ? tf1c_times(x.dims[channels], b * b)
                                                : x.dims[channels] / (b * b);
    tf_set_out(c, 0, y);
}
static void to_depth_shape(tf_shape_ctx *c) { depth_shape(c, true); }
static void from_depth_shape(tf_shape_ctx *c) { depth_shape(c, false); }

/* wide [n, rows·b, columns·b, c] and deep [n, rows, columns, b, b, c]: a row of a block is one piece in both. */
static void depth_kernel(tf_kernel_ctx *k, bool to_depth)
{
    const int64_t b = ((const depth_attrs *)k->attrs)->block_size;
    const tf_view *wide = to_depth ? &k->in[0] : &k->out[0], *deep = to_depth ? &k->out[0] : &k->in[0];
    const int64_t images = deep->dims[0], rows = deep->dims[1], columns = deep->dims[2];
    const size_t piece = (size_t)(wide->dims[3] * b) * tf_dtype_size(k->T);
    char *in_deep = deep->data;
    for (int64_t i = 0; i < images * rows; i++)
        for (int64_t j = 0; j < columns; j++)
            for (int64_t row = 0; row < b; row++, in_deep += piece) {
                char *in_wide = (char *)wide->data + (size_t)((i * b + row) * columns + j) * piece;
                copy_bytes(to_depth ? in_deep : in_wide, to_depth ? in_wide : in_deep, piece);
            }
}
static void to_depth_kernel(tf_kernel_ctx *k) { depth_kernel(k, true); }
static void from_depth_kernel(tf_kernel_ctx *k) { depth_kernel(k, false); }

static void to_depth_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const depth_attrs *a = g->attrs;
    tf_add_grad(g, 0, tf_depth_to_space(dy, a->block_size, .data_format = a->data_format));
}
static void from_depth_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const depth_attrs *a = g->attrs;
    tf_add_grad(g, 0, tf_space_to_depth(dy, a->block_size, .data_format = a->data_format));
}

static const tf_op_def to_depth_op = {
    .name = "SpaceToDepth",
    .in = "input:T",
    .out = "output:T",
    .attrs = depth_fields,
    .attrs_size = sizeof(depth_attrs),
    .shape = to_depth_shape,
    .kernel = to_depth_kernel,
    .gradient = to_depth_gradient,
};
static const tf_op_def from_depth_op = {
    .name = "DepthToSpace",
    .in = "input:T",
    .out = "output:T",
    .attrs = depth_fields,
    .attrs_size = sizeof(depth_attrs),
    .shape = from_depth_shape,
    .kernel = from_depth_kernel,
    .gradient = from_depth_gradient,
};

static tf_tensor depth_op(const tf_op_def *def, tf_operand input, const struct tf_space_to_depth_args *a)
{
    const depth_attrs attrs = { a->block_size, a->data_format ? a->data_format : "NHWC" };
    TF_FROM(a->here);
    if (a->block_size < 2 || a->block_size > 1 << 15)
        return tf_mistake(tf_value_error, a->here, NULL,
                          a->block_size < 2 ? "Attr 'block_size' of '%s' Op passed %lld less than minimum 2."
                                            : "block_size of %s is too large: %lld",
                          def->name, (long long)a->block_size);
    if (!tf1c_check_format(def->name, attrs.data_format, 2, a->here))
        return recorded();
    return array_op(def, (struct tf_name_args){ a->here, a->name }, NULL, &attrs, 1, &input);
}
tf_tensor tf_space_to_depth_(tf_operand input, struct tf_space_to_depth_args a) { return depth_op(&to_depth_op, input, &a); }
tf_tensor tf_depth_to_space_(tf_operand input, struct tf_space_to_depth_args a) { return depth_op(&from_depth_op, input, &a); }

/* clang-format off */
tf1c_op_family tf1c_family_space = {
    &to_batch_op,
    &to_space_op,
    &to_depth_op,
    &from_depth_op,
    NULL,
};
