/* Concatenation, splitting, stacking, unstacking. TF1: core/ops/array_ops.cc, python/ops/array_ops.py, array_grad.py. */
#include "ops/array/concat.h"

#include <stdio.h>

#include "ops/array/array.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/control_flow/counts.h"
#include "ops/math/arithmetic.h"

tf_list tf1c_outputs(tf_operation *op, int n)
{
    if (tf1c_is_mistake(op))
        return tf_mistake_list(n, (tf_tensor){ .op = op });
    tf_tensor *items = tf1c_graph_alloc(op->graph, (size_t)n * sizeof *items + 1);
    for (int i = 0; items && i < n; i++)
        items[i] = (tf_tensor){ .op = op, .index = i };
    return items ? (tf_list){ .n = n, .items = items } : (tf_list){ 0 };
}

/* A node whose outputs are a list of n. */
static tf_list list_op(const tf_op_def *def, struct tf_op_args args, int n)
{
    args.n_outputs = n;
    return tf1c_outputs(tf_op_new(def, args), n);
}

/* The list's tensors, and room for one operand more; the caller frees it. NULL after a report. */
static tf_operand *operands_of(tf_list values, tf_source here)
{
    tf_operand *in = tf1c_alloc((size_t)(values.n + 1) * sizeof *in);
    if (!in)
        tf_fail(tf_memory_error, tf1c_source(here), NULL, "no memory left for the graph");
    for (int i = 0; in && i < values.n; i++)
        in[i] = operand_of(values.items[i]);
    return in;
}

static tf_tensor poisoned(void) { return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }; }

tf_tensor tf1c_op_of_list(const tf_op_def *def, struct tf_op_args args, tf_list inputs)
{
    TF1C_HOLD_REPORTS;
    tf_operand *in = operands_of(inputs, args.here);
    if (!in)
        return poisoned();
    args.n_inputs = inputs.n;
    args.inputs = in;
    tf_operation *op = tf_op_new(def, args);
    tf1c_free(in);
    return (tf_tensor){ .op = op };
}

/* ---- ConcatV2: dvalues[i] = its part of dy ------------------------------------------------------------------------------------ */

/* Of a shape's axes those in [from, to). */
static tf_dims sub_shape(tf_dims d, int from, int to)
{
    tf_dims s = { .known = d.known, .rank = d.known && to > from ? to - from : 0 };
    for (int i = 0; i < s.rank; i++)
        s.dims[i] = d.dims[from + i];
    return s;
}

/* All of one rank, none a scalar; the rank in *rank, -1 if unknown. */
static bool concat_ranks(tf_shape_ctx *c, int n, int *rank)
{
    *rank = -1;
    for (int i = 0; i < n && *rank < 0; i++)
        *rank = tf_in_dims(c, i)->known ? tf_in_dims(c, i)->rank : -1;
    if (*rank == 0) {
        tf_shape_error(c, "Can't concatenate scalars (use tf.stack instead)");
        return false;
    }
    for (int i = 0; i < n; i++)
        if (*rank >= 0 && !tf_with_rank(c, i, *rank))
            return false;
    return true;
}

static void concat_at_run(tf_shape_ctx *c, int n, int64_t axis)
{
    tf_dims out = *tf_in_dims(c, 0);
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    int at = tf_norm_axis(axis, out.rank);
    if (at < 0) {
        tf_shape_error(c, "ConcatOp : Expected concatenating dimensions in the range [%d, %d), but got %lld", -out.rank, out.rank,
                       (long long)axis);
        return;
    }
    for (int i = 1; i < n; i++) {
        const tf_dims *in = tf_in_dims(c, i);
        bool equal = in->rank == out.rank;
        for (int j = 0; equal && j < out.rank; j++)
            equal = j == at || in->dims[j] == out.dims[j];
        if (!equal) {
            tf_shape_error(c, "ConcatOp : %s should match: shape[0] = %s vs. shape[%d] = %s",
                           in->rank == out.rank ? "Dimensions of inputs" : "Ranks of all input tensors",
                           tf_dims_kernel_text(*tf_in_dims(c, 0), x, sizeof x), i, tf_dims_kernel_text(*in, y, sizeof y));
            return;
        }
        out.dims[at] += in->dims[at];
    }
    tf_set_out(c, 0, out);
}

static void concat_shape(tf_shape_ctx *c)
{
    int n = tf_shape_inputs(c) - 1, rank;
    int64_t axis, length = 0;
    if (tf_shape_at_run(c)) {
        if (tf_in_int(c, n, &axis))
            concat_at_run(c, n, axis);
        return;
    }
    if (!concat_ranks(c, n, &rank))
        return;
    if (!tf_in_int(c, n, &axis)) {
        if (rank >= 0)
            tf_set_out(c, 0, unknown_of_rank(rank));
        return;
    }
    if (rank < 0)
        return;
    const int at = tf_norm_axis(axis, rank);
    if (at < 0) {
        tf_shape_error(c, "Shape must be at least rank %llu but is rank %d", 1ull + (unsigned long long)before_axis(axis), rank);
        return;
    }
    tf_dims before = { 0 }, after = { 0 };
    for (int i = n - 1; i >= 0; i--) {
        tf_dims d = *tf_in_dims(c, i);
        if (!tf1c_merge_in(c, sub_shape(d, 0, at), before, &before, "") ||
            !tf1c_merge_in(c, sub_shape(d, at + 1, rank), after, &after, ""))
            return;
        if (length != NONE && d.known && d.dims[at] > INT64_MAX - length) {
            tf_shape_error(c, "Dimension size overflow from adding %lld and %lld", (long long)length, (long long)d.dims[at]);
            return;
        }
        length = length == NONE || !d.known || d.dims[at] == NONE ? NONE : length + d.dims[at];
    }
    tf_dims out = { .known = true, .rank = rank };
    for (int i = 0; i < rank; i++)
        out.dims[i] = i < at ? before.dims[i] : i == at ? length : after.dims[i - at - 1];
    tf_set_out(c, 0, out);
}

static bool concat_ints(tf_shape_ctx *c, tf_dims *ints)
{
    tf_dims part;
    *ints = (tf_dims){ .known = true };
    for (int i = 0; i < tf_shape_inputs(c) - 1; i++) {
        if (!tf_in_ints(c, i, &part) || ints->rank + part.rank > TF_MAX_RANK)
            return false;
        for (int j = 0; j < part.rank; j++)
            ints->dims[ints->rank++] = part.dims[j];
    }
    return true;
}

/* The lengths along axis `at` of all parts before part `which`, counted on from where the last question ended. */
static int64_t length_before(tf_kernel_ctx *k, const tf_view *parts, int which, int at)
{
    if (which < k->reached)
        k->reached = 0, k->before = 0;
    for (; k->reached < which; k->reached++)
        k->before += parts[k->reached].dims[at];
    return k->before;
}

static bool concat_part(tf_kernel_ctx *k, int input, int64_t *offset)
{
    const tf_view *axis = &k->in[k->n_in - 1], *out = &k->out[0];
    if (input == k->n_in - 1 || !axis->data)
        return false;
    int at = tf_norm_axis(int_at(axis, 0), out->rank);
    if (at < 0)
        return false;
    memcpy(k->in[input].strides, out->strides, sizeof out->strides);
    *offset = length_before(k, k->in, input, at) * out->strides[at];
    return true;
}

/* The lengths along `axis` of all that was joined: numbers where the graph knows them. */
static tf_tensor part_sizes(const tf_grad_ctx *g, int n, tf_tensor axis)
{
    tf_dims value;
    if (!tf1c_partial_ints(axis, &value))
        value = SHAPE(NONE);
    bool known = value.dims[0] != NONE; /* an axis of -1 is taken for unknown: no less right */
    int64_t *sizes = tf1c_alloc((size_t)n * sizeof *sizes);
    tf_dtype dtype = tf_int32;
    for (int i = 0; sizes && known && i < n; i++) {
        tf_dims d = tf_get_shape(g->in[i]);
        int at = d.known ? tf_norm_axis(value.dims[0], d.rank) : -1;
        known = at >= 0 && d.dims[at] != NONE;
        sizes[i] = known ? d.dims[at] : 0;
        dtype = sizes[i] > INT32_MAX ? tf_int64 : dtype;
    }
    tf_tensor t = { 0 };
    if (!sizes)
        t = tf_mistake(tf_memory_error, (tf_source){ 0 }, NULL, "no memory left for the gradients");
    else if (known)
        t = tf_convert(tf_operand_array(np_array(sizes, tf_int64, SHAPE(n))), dtype, (tf_source){ 0 }, NULL);
    tf1c_free(sizes);
    if (t.op)
        return t;
    /* shape[axis] of each; an axis that may be negative counts from the end */
    tf_operand index = value.dims[0] >= 0
                           ? tf_operand_integer(value.dims[0])
                           : operand_of(tf_floormod(axis, tf1c_cast(tf_rank(g->in[0]), tf_get_dtype(axis), g->op->here)));
    tf_list lengths = { 0 };
    for (int i = 0; i < n; i++)
        tf_append(&lengths, tf_gather(tf_shape(g->in[i]), index));
    return tf_stack(lengths);
}

/* What TF makes: where each part begins, by the shapes of all, as constants where they are known; a Slice of each. */
static int count_parts(const tf_grad_ctx *g, int n)
{
    enum { AXIS = 2, BEGINS = 1, MOST_SLICED = 16, AT_ONCE = 7 }; /* more than so many are cut by one SplitV */
    int shapes = 0;
    while (shapes < n && tf_dims_fully_known(tf_get_shape(g->in[shapes])))
        shapes++;
    if (shapes < n)
        shapes += 2; /* the first that is not known, and ShapeN of all */
    return AXIS + shapes + (n > MOST_SLICED ? AT_ONCE : BEGINS + n);
}

/* ShapeN asks all where one is not known. The first that is not has been asked alone. */
static void read_parts(tf_grad_ctx *g, int n)
{
    int known = 0;
    while (known < n && tf_dims_fully_known(tf_get_shape(g->in[known])))
        known++;
    for (int i = 0; i < n && known < n; i++)
        tf1c_gradient_reads(g, g->in[i]);
}

static void concat_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, count_parts(g, g->n_in - 1));
    int n = g->n_in - 1;
    tf_tensor axis = g->in[n];
    tf1c_gradient_reads(g, axis);
    read_parts(g, n);
    tf_list parts = tf_split(dy, part_sizes(g, n, axis), axis, n);
    for (int i = 0; i < n && i < parts.n; i++)
        tf_add_grad(g, i, parts.items[i]);
}

static const tf_op_def concat_op = {
    .name = "ConcatV2",
    .in = "values:T*, axis:U",
    .out = "output:T",
    .T = TF_EVERY_DTYPE,
    .U = TF_INDEX,
    .traits = TF_PARTS,
    .shape = concat_shape,
    .ints = concat_ints,
    .gradient = concat_gradient,
    .part = concat_part,
};

/* One tensor is itself, with a look at the axis, as in TF. */
static tf_tensor concat_one(tf_tensor value, tf_operand axis, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "concat");
    tf_tensor dim = tf_convert(axis, axis.kind == TF_OPERAND_TENSOR ? tf_dtype_unset : tf_int32, a.here, "concat_dim");
    if (tf_is_poisoned(dim))
        return dim;
    if (tf_get_shape(dim).known && tf_get_shape(dim).rank != 0)
        return tf_mistake(tf_value_error, a.here, NULL, "Shape must be rank 0 but is rank %d", tf_get_shape(dim).rank);
    return tf_identity(value, .name = a.name ? a.name : "concat");
}

tf_tensor tf1c_concat_operands(int n, const tf_operand *values, int64_t axis, const char *name)
{
    tf_operand all[8] = { 0 };
    for (int i = 0; i < n; i++)
        all[i] = values[i];
    all[n] = tf_operand_integer(axis);
    return array_op(&concat_op, (struct tf_name_args){ .name = name }, "concat", NULL, n + 1, all);
}

static tf_tensor concat_of(tf_list values, tf_operand axis, struct tf_name_args a)
{
    TF1C_HOLD_REPORTS;
    values = tf1c_sound_list(values, a.here);
    if (values.n == 1)
        return concat_one(values.items[0], axis, a);
    if (values.n < 1)
        return tf_mistake(tf_value_error, a.here, NULL,
                          "List argument 'values' to 'concat_v2' Op with length 0 shorter than minimum length 2.");
    tf_operand *in = operands_of(values, a.here);
    if (!in)
        return poisoned();
    in[values.n] = axis;
    tf_tensor t = array_op(&concat_op, a, "concat", NULL, values.n + 1, in);
    tf1c_free(in);
    return t;
}

tf_tensor tf_concat_(struct tf_concat_args a)
{
    return concat_of(tf1c_given_list(a.values, a.here), tf1c_given(a.axis), (struct tf_name_args){ a.here, a.name });
}

/* ---- Split, SplitV: dvalue = concat(dparts) ------------------------------------------------------------------------------------ */

/* The axis at input i, in [0, rank); -1 if it is unknown, -2 after a report. */
static int split_axis(tf_shape_ctx *c, int i, int rank)
{
    int64_t axis;
    if (!tf_in_int(c, i, &axis))
        return -1;
    int at = tf_norm_axis(axis, rank);
    if (at >= 0)
        return at;
    if (tf_shape_at_run(c))
        tf_shape_error(c, "-input rank(-%d) <= split_dim < input rank (%d), but got %lld", rank, rank, (long long)axis);
    else
        tf_shape_error(c, "Dimension size, given by scalar input %lld must be in range [-%d, %d)", (long long)axis, rank, rank);
    return -2;
}

static void split_shape(tf_shape_ctx *c)
{
    tf_dims out = *tf_in_dims(c, 1);
    int n = tf_shape_outputs(c);
    if (!out.known)
        return;
    int at = split_axis(c, 0, out.rank);
    if (at == -2)
        return;
    if (at >= 0 && out.dims[at] != NONE && out.dims[at] % n) {
        if (tf_shape_at_run(c))
            tf_shape_error(c,
                           "Number of ways to split should evenly divide the split dimension, but got split_dim %d "
                           "(size = %lld) and num_split %d",
                           at, (long long)out.dims[at], n);
        else
            tf_shape_error(c,
                           "Dimension size must be evenly divisible by %d but is %lld\n\tNumber of ways to split "
                           "should evenly divide the split dimension",
                           n, (long long)out.dims[at]);
        return;
    }
    if (at >= 0 && out.dims[at] != NONE)
        out.dims[at] /= n;
    for (int i = 0; i < n; i++)
        tf_set_out(c, i, at >= 0 ? out : unknown_of_rank(out.rank));
}

/* Part `output` of `value`, after those before it. */
static bool lie_after(tf_kernel_ctx *k, const tf_view *value, const tf_view *axis, int output, int64_t *offset)
{
    int at = axis->data ? tf_norm_axis(int_at(axis, 0), value->rank) : -1;
    if (at < 0)
        return false;
    const int64_t before = length_before(k, k->out, output, at);
    memcpy(k->out[output].strides, value->strides, sizeof value->strides);
    *offset = tf_view_count(&k->out[output]) ? before * value->strides[at] : 0;
    return true;
}

static bool split_view(tf_kernel_ctx *k, int output, int64_t *offset) { return lie_after(k, &k->in[1], &k->in[0], output, offset); }
static bool split_v_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    return lie_after(k, &k->in[0], &k->in[2], output, offset);
}

tf_list tf1c_all_dys(tf_grad_ctx *g)
{
    tf_list dys = { 0 };
    for (int i = 0; i < g->n_out; i++)
        tf_append(&dys, tf_grad_out(g, i));
    return dys;
}

static void split_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 1);
    tf1c_gradient_reads(g, g->in[0]);
    (void)dy;
    tf_add_grad(g, 1, tf_concat(tf1c_all_dys(g), g->in[0]));
}

static const tf_op_def split_op = {
    .name = "Split",
    .in = "split_dim:int32, value:T",
    .out = "output:T*",
    .T = TF_EVERY_DTYPE,
    .traits = TF_VIEW,
    .shape = split_shape,
    .gradient = split_gradient,
    .view = split_view,
    .viewed = 1,
};

/* The sizes of the parts, -1 resolved (NONE if it cannot be): false after a report. */
static bool resolve_sizes(tf_shape_ctx *c, const tf_ndarray *sizes, int n, int64_t length, int64_t *left)
{
    int64_t total = 0;
    int rest = -1;
    bool at_run = tf_shape_at_run(c);
    for (int i = 0; i < n; i++) {
        int64_t size = int_of(sizes, i);
        if (size == -1 && rest >= 0) {
            tf_shape_error(c, at_run ? "There can only be one -1 in the input." : "size_splits can only have one -1");
            return false;
        }
        if (size == -1)
            rest = i;
        else
            total += size;
    }
    *left = length == NONE ? NONE : length - total;
    if (length == NONE || (rest < 0 ? total == length : total <= length))
        return true;
    if (at_run) {
        tf_shape_error(c,
                       "Determined shape must either match input shape along split_dim exactly if fully specified, or "
                       "be less than the size of "
                       "the input along split_dim if not fully specified.  Got: %lld",
                       (long long)total);
        return false;
    }
    char list[256] = "";
    for (int i = 0, used = 0; i < n && used < 230; i++)
        used += snprintf(list + used, sizeof list - (size_t)used, "%s%lld", i ? "," : "", (long long)int_of(sizes, i));
    tf_shape_error(c, "can't split axis of size %lld into pieces of size [%s]", (long long)length, list);
    return false;
}

static void split_v_shape(tf_shape_ctx *c)
{
    tf_dims out = *tf_in_dims(c, 0);
    tf_ndarray sizes;
    int64_t left = NONE;
    int n = tf_shape_outputs(c);
    if (!out.known)
        return;
    if (!out.rank && !tf_shape_at_run(c)) {
        tf_shape_error(c, "Can't split scalars");
        return;
    }
    bool known = tf_in_value(c, 1, &sizes);
    int at = split_axis(c, 2, out.rank);
    if (at == -2)
        return;
    if (known && np_size(sizes) != n) {
        tf_shape_error(c, "Length of size_splits should be equal to num_outputs");
        return;
    }
    if (known && at >= 0 && !resolve_sizes(c, &sizes, n, out.dims[at], &left))
        return;
    for (int i = 0; i < n; i++) {
        if (at >= 0)
            out.dims[at] = !known ? NONE : int_of(&sizes, i) == -1 ? left : int_of(&sizes, i);
        tf_set_out(c, i, at >= 0 ? out : unknown_of_rank(out.rank));
    }
}

static void split_v_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 1);
    (void)dy;
    tf_add_grad(g, 0, tf_concat(tf1c_all_dys(g), g->in[2]));
}

static const tf_op_def split_v_op = {
    .name = "SplitV",
    .in = "value:T, size_splits:U, split_dim:int32",
    .out = "output:T*",
    .T = TF_EVERY_DTYPE,
    .U = TF_INDEX,
    .traits = TF_VIEW,
    .shape = split_v_shape,
    .gradient = split_v_gradient,
    .view = split_v_view,
};

static tf_list split_by_sizes(tf_operand value, tf_tensor sizes, tf_operand axis, struct tf_split_args a)
{
    tf_dims shape = tf_get_shape(sizes);
    char text[TF_DIMS_TEXT * 2];
    int n = a.num ? a.num : shape.known && shape.rank == 1 && shape.dims[0] != NONE ? (int)shape.dims[0] : -1;
    if (shape.known && shape.rank == 0)
        return tf_mistake_list(
            n, tf_mistake(tf_value_error, a.here, NULL,
                          "Rank-0 tensors are not supported as the num_or_size_splits argument to split. Argument provided: %s",
                          tf_tensor_text(sizes, text, sizeof text)));
    if (n < 1)
        return tf_mistake_list(1, tf_mistake(tf_value_error, a.here, NULL, "Cannot infer num from shape %s",
                                             tf_tensor_text(sizes, text, sizeof text)));
    return list_op(&split_v_op,
                   (struct tf_op_args){ .here = a.here,
                                        .name = a.name,
                                        .default_name = "split",
                                        .n_inputs = 3,
                                        .inputs = (tf_operand[]){ value, operand_of(sizes), axis } },
                   n);
}

static tf_list split_of(tf_operand value, tf_operand parts, struct tf_split_args a)
{
    tf_operand axis = tf1c_given_axis(tf1c_given_axis(a.axis).kind ? a.axis : a.axis_tensor);
    if (!axis.kind)
        axis = tf_operand_integer(0);
    tf_tensor sizes = tf_convert(parts, tf_dtype_unset, a.here, NULL); /* TF makes this constant of a number too */
    if (tf_is_poisoned(sizes))
        return tf_mistake_list(a.num, sizes);
    if (parts.kind != TF_OPERAND_INTEGER)
        return split_by_sizes(value, sizes, axis, a);
    int n = parts.as.integer < INT32_MAX ? (int)parts.as.integer : INT32_MAX;
    if (n < 1)
        return tf_mistake_list(1, tf_mistake(tf_value_error, a.here, NULL,
                                             "Attr 'num_split' of 'Split' Op passed %lld less than minimum 1.",
                                             (long long)parts.as.integer));
    return list_op(
        &split_op,
        (struct tf_op_args){
            .here = a.here, .name = a.name, .default_name = "split", .n_inputs = 2, .inputs = (tf_operand[]){ axis, value } },
        n);
}

tf_list tf_split_(struct tf_split_args a) { return split_of(tf1c_given(a.value), tf1c_given(a.num_or_size_splits), a); }

/* ---- Pack: dvalues = unstack(dy) -------------------------------------------------------------------------------------------------- */
typedef struct {
    int64_t axis;
} pack_attrs;
static const tf_attr_def pack_fields[] = { TF_ATTR(pack_attrs, axis, TF_ATTR_INT), { 0 } };

static bool pack_inputs(tf_shape_ctx *c, tf_dims *all)
{
    char more[64], x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    int n = tf_shape_inputs(c);
    if (tf_shape_at_run(c)) {
        *all = *tf_in_dims(c, 0);
        for (int i = 1; i < n; i++)
            if (!tf_dims_equal(*all, *tf_in_dims(c, i))) {
                tf_shape_error(c, "Shapes of all inputs must match: values[0].shape = %s != values[%d].shape = %s",
                               tf_dims_kernel_text(*all, x, sizeof x), i, tf_dims_kernel_text(*tf_in_dims(c, i), y, sizeof y));
                return false;
            }
        return true;
    }
    *all = *tf_in_dims(c, n - 1);
    for (int i = n - 2; i >= 0; i--) {
        snprintf(more, sizeof more, "\n\tFrom merging shape %d with other shapes.", i);
        if (!tf1c_merge_in(c, *tf_in_dims(c, i), *all, all, more))
            return false;
    }
    return true;
}

static void pack_shape(tf_shape_ctx *c)
{
    int64_t axis = ((const pack_attrs *)tf_shape_attrs(c))->axis;
    tf_dims all;
    if (!pack_inputs(c, &all) || !all.known)
        return;
    int at = tf_norm_axis(axis, all.rank + 1);
    if (at < 0)
        tf_shape_error(c, "axis = %lld not in [%d, %d)", (long long)axis, -all.rank - 1, all.rank + 1);
    else if (all.rank == TF_MAX_RANK)
        tf_shape_error(c, "Shape must be at most rank %d but is rank %d", TF_MAX_RANK - 1, all.rank);
    else {
        memmove(&all.dims[at + 1], &all.dims[at], (size_t)(all.rank - at) * sizeof all.dims[0]);
        all.dims[at] = tf_shape_inputs(c);
        all.rank++;
        tf_set_out(c, 0, all);
    }
}

static bool pack_ints(tf_shape_ctx *c, tf_dims *ints)
{
    tf_dims one;
    *ints = (tf_dims){ .known = true, .rank = tf_shape_inputs(c) };
    if (ints->rank > TF_MAX_RANK)
        return false;
    for (int i = 0; i < ints->rank; i++) {
        if (!tf_in_dims(c, i)->known || tf_in_dims(c, i)->rank)
            return false;
        ints->dims[i] = tf_in_ints(c, i, &one) ? one.dims[0] : NONE;
    }
    return true;
}

static bool pack_part(tf_kernel_ctx *k, int input, int64_t *offset)
{
    const tf_view *out = &k->out[0];
    int at = tf_norm_axis(((const pack_attrs *)k->attrs)->axis, out->rank);
    for (int i = 0; i < out->rank - 1; i++)
        k->in[input].strides[i] = out->strides[i < at ? i : i + 1];
    *offset = tf_view_count(out) ? input * out->strides[at] : 0;
    return true;
}

static void pack_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_list parts = tf_unstack(dy, g->n_in, (int)((const pack_attrs *)g->attrs)->axis);
    for (int i = 0; i < g->n_in && i < parts.n; i++)
        tf_add_grad(g, i, parts.items[i]);
}

static const tf_op_def pack_op = {
    .name = "Pack",
    .in = "values:T*",
    .out = "output:T",
    .T = TF_EVERY_DTYPE,
    .attrs = pack_fields,
    .attrs_size = sizeof(pack_attrs),
    .traits = TF_PARTS,
    .shape = pack_shape,
    .ints = pack_ints,
    .gradient = pack_gradient,
    .part = pack_part,
};

static tf_tensor pack(tf_list values, int64_t axis, struct tf_name_args a, const char *default_name)
{
    pack_attrs attrs = { axis };
    if (values.n < 1)
        return tf_mistake(tf_value_error, a.here, NULL,
                          "List argument 'values' to 'pack' Op with length 0 shorter than minimum length 1.");
    return tf1c_op_of_list(
        &pack_op, (struct tf_op_args){ .here = a.here, .name = a.name, .default_name = default_name, .attrs = &attrs }, values);
}

/* Of numbers alone TF makes one constant, and none of each; along another axis than 0 one of the first more. */
static void count_numbers(tf_list values, int axis)
{
    for (int i = 0; i < values.n; i++)
        if (tf_is_poisoned(values.items[i]) || !values.items[i].op->of_list)
            return;
    tf1c_count_more(axis ? 1 : -values.n);
}

static tf_tensor stack_of(tf_list values, struct tf_stack_args a)
{
    values = tf1c_sound_list(values, a.here);
    tf_dims first = values.n ? tf_get_shape(values.items[0]) : (tf_dims){ 0 };
    if (first.known && !tf_is_poisoned(values.items[0]) && tf_norm_axis(a.axis, first.rank + 1) < 0)
        return tf_mistake(tf_value_error, a.here, NULL, "axis = %d not in [%d, %d)", a.axis, -first.rank - 1, first.rank + 1);
    const tf_tensor y = pack(values, a.axis, (struct tf_name_args){ a.here, a.name }, "stack");
    if (!tf_is_poisoned(y))
        count_numbers(values, a.axis);
    return y;
}

tf_tensor tf_stack_(struct tf_stack_args a) { return stack_of(tf1c_given_list(a.values, a.here), a); }

tf_tensor tf1c_pack(tf_list values, tf_source here, const char *name)
{
    values = tf1c_sound_list(values, here);
    return pack(values, 0, (struct tf_name_args){ here, name }, "packed");
}

tf_tensor tf1c_stack_sizes(int n, const tf_tensor *values, const int64_t *known, tf_dtype dtype)
{
    tf_dims all = { .known = true, .rank = n };
    tf_list list = { 0 };
    char name[16];
    bool constant = true;
    for (int i = 0; i < n; i++) {
        constant &= tf_is_none(values[i]);
        all.dims[i] = known[i];
    }
    if (constant)
        return tf_convert(tf_operand_dims(all), dtype, (tf_source){ 0 }, "stack");
    TF_SCOPE(NULL, "stack");
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "%d", i);
        tf_append(&list,
                  tf_is_none(values[i]) ? tf_convert(tf_operand_integer(known[i]), dtype, (tf_source){ 0 }, name) : values[i]);
    }
    return tf1c_pack(list, (tf_source){ 0 }, tf_scope_name());
}

/* ---- Unpack: dvalue = stack(ditems) ------------------------------------------------------------------------------------------------ */
static void unpack_shape(tf_shape_ctx *c)
{
    int64_t axis = ((const pack_attrs *)tf_shape_attrs(c))->axis;
    const tf_dims in = *tf_in_dims(c, 0);
    char text[TF_DIMS_TEXT];
    int n = tf_shape_outputs(c);
    if (!in.known)
        return;
    int at = tf_norm_axis(axis, in.rank);
    if (at < 0) {
        tf_shape_error(c, "axis = %lld not in [%d, %d)", (long long)axis, -in.rank, in.rank);
        return;
    }
    if (in.dims[at] != NONE && in.dims[at] != n) {
        if (tf_shape_at_run(c))
            tf_shape_error(c, "Input shape axis %d must equal %d, got shape %s", at, n, tf_dims_kernel_text(in, text, sizeof text));
        else
            tf_shape_error(c, "Dimension must be %d but is %lld", n, (long long)in.dims[at]);
        return;
    }
    tf_dims out = in;
    out.rank--;
    memmove(&out.dims[at], &out.dims[at + 1], (size_t)(out.rank - at) * sizeof out.dims[0]);
    for (int i = 0; i < n; i++)
        tf_set_out(c, i, out);
}

static bool unpack_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    const tf_view *in = &k->in[0];
    int at = tf_norm_axis(((const pack_attrs *)k->attrs)->axis, in->rank);
    for (int i = 0; i < in->rank - 1; i++)
        k->out[output].strides[i] = in->strides[i < at ? i : i + 1];
    *offset = tf_view_count(in) ? output * in->strides[at] : 0;
    return true;
}

static void unpack_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 1);
    tf1c_gradient_reads_shapes(g, 0);
    (void)dy;
    tf_add_grad(g, 0, tf_stack(tf1c_all_dys(g), (int)((const pack_attrs *)g->attrs)->axis));
}

static const tf_op_def unpack_op = {
    .name = "Unpack",
    .in = "value:T",
    .out = "output:T*",
    .T = TF_EVERY_DTYPE,
    .attrs = pack_fields,
    .attrs_size = sizeof(pack_attrs),
    .traits = TF_VIEW,
    .shape = unpack_shape,
    .gradient = unpack_gradient,
    .view = unpack_view,
};

static tf_list unstack_of(tf_operand value, struct tf_unstack_args a)
{
    tf_tensor x = tf_convert(value, tf_dtype_unset, a.here, "unstack/value");
    tf_dims in = tf_get_shape(x);
    char text[TF_DIMS_TEXT];
    int64_t n = a.num;
    if (tf_is_poisoned(x))
        return tf_mistake_list(a.num, x);
    if (n == NONE) {
        int at = in.known ? tf_norm_axis(a.axis, in.rank) : -1;
        if (in.known && at < 0)
            return tf_mistake_list(
                1, tf_mistake(tf_value_error, a.here, NULL, "axis = %d not in [%d, %d)", a.axis, -in.rank, in.rank));
        n = at >= 0 ? in.dims[at] : NONE;
    }
    if (n < 0 || n > INT32_MAX)
        return tf_mistake_list(
            1, tf_mistake(tf_value_error, a.here, NULL, "Cannot infer num from shape %s", tf_dims_text(in, text, sizeof text)));
    return list_op(&unpack_op,
                   (struct tf_op_args){ .here = a.here,
                                        .name = a.name,
                                        .default_name = "unstack",
                                        .attrs = &(pack_attrs){ a.axis },
                                        .n_inputs = 1,
                                        .inputs = (tf_operand[]){ operand_of(x) } },
                   (int)n);
}

tf_list tf_unstack_(struct tf_unstack_args a) { return unstack_of(tf1c_given(a.value), a); }

/* clang-format off */
tf1c_op_family tf1c_family_concat = {
    &concat_op,
    &split_op,
    &split_v_op,
    &pack_op,
    &unpack_op,
    NULL,
};
