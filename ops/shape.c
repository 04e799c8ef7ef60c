/* Shapes as values, and tensors in other shapes. TF1: core/ops/array_ops.cc, python/ops/array_ops.py, array_grad.py. */
#include "ops/shape.h"

#include <stdio.h>

#include "ops/array.h"
#include "ops/basic.h"
#include "ops/gather.h"
#include "ops/index.h"
#include "ops/join.h"
#include "ops/math.h"
#include "ops/reduce.h"

enum { SHARDS_BY_AXIS_0 = 0 };

static tf_operand of(tf_tensor t) { return tf_operand_tensor(t); }

/* ---- Shape, Size, Rank: the only ops that need no value of their input ------------------------------------------------- */
static void store_int(const tf_view *v, int64_t i, int64_t value)
{
    if (v->dtype == tf_int64)
        ((int64_t *)v->data)[i] = value;
    else
        ((int32_t *)v->data)[i] = (int32_t)value;
}

typedef struct {
    tf_dtype out_type;
} shape_attrs;
static const tf_attr_def shape_fields[] = { TF_ATTR(shape_attrs, out_type, TF_ATTR_DTYPE), { 0 } };

static void shape_shape(tf_shape_ctx *c)
{
    const tf_dims *in = tf_in_dims(c, 0);
    tf_set_out(c, 0, SHAPE(in->known ? in->rank : NONE));
    tf_set_out_dtype(c, 0, ((const shape_attrs *)tf_shape_attrs(c))->out_type);
}

static bool shape_ints(tf_shape_ctx *c, tf_dims *ints)
{
    *ints = *tf_in_dims(c, 0);
    return ints->known;
}

static void shape_kernel(tf_kernel_ctx *k)
{
    for (int i = 0; i < k->in[0].rank; i++)
        store_int(&k->out[0], i, k->in[0].dims[i]);
}

static const tf_op_def shape_op = {
    .name = "Shape", .in = "input:T", .out = "output:?", .attrs = shape_fields, .attrs_size = sizeof(shape_attrs),
    .traits = TF_SHAPE_ONLY | TF_CHEAP, .shape = shape_shape, .ints = shape_ints, .kernel = shape_kernel, .gradient = tf_no_gradient,
};

static void size_shape(tf_shape_ctx *c)
{
    tf_set_out(c, 0, SCALAR);
    tf_set_out_dtype(c, 0, ((const shape_attrs *)tf_shape_attrs(c))->out_type);
}

static bool size_ints(tf_shape_ctx *c, tf_dims *ints)
{
    int64_t n = tf_dims_count(*tf_in_dims(c, 0));
    *ints = SHAPE(n < 0 ? NONE : n);
    return true;
}

static void size_kernel(tf_kernel_ctx *k) { store_int(&k->out[0], 0, tf_view_count(&k->in[0])); }

static const tf_op_def size_op = {
    .name = "Size", .in = "input:T", .out = "output:?", .attrs = shape_fields, .attrs_size = sizeof(shape_attrs),
    .traits = TF_SHAPE_ONLY | TF_CHEAP, .shape = size_shape, .ints = size_ints, .kernel = size_kernel, .gradient = tf_no_gradient,
};

static void rank_kernel(tf_kernel_ctx *k) { store_int(&k->out[0], 0, k->in[0].rank); }

static bool rank_ints(tf_shape_ctx *c, tf_dims *ints)
{
    *ints = SHAPE(tf_in_dims(c, 0)->known ? tf_in_dims(c, 0)->rank : NONE);
    return true;
}

static const tf_op_def rank_op = {
    .name = "Rank", .in = "input:T", .out = "output:int32", .traits = TF_SHAPE_ONLY | TF_CHEAP, .shape = tf_scalar_shape,
    .ints = rank_ints, .kernel = rank_kernel, .gradient = tf_no_gradient,
};

/* A static shape gives a constant instead of the op. */
static tf_tensor shape_constant(tf_ndarray value, tf_dtype dtype, struct tf_name_args a, const char *default_name)
{
    return tf_constant_(tf_operand_array(value), (struct tf_constant_args){ .here = a.here, .dtype = dtype, .name = a.name ? a.name : default_name });
}

static bool wants_index(tf_dtype *type, tf_source here)
{
    *type = *type ? *type : tf_int32;
    if (TF_INDEX & TF_DTYPE_BIT(*type))
        return true;
    tf_fail(tf_type_error, tf1c_source(here), NULL, "Value passed to parameter 'out_type' has DataType %s not in list of allowed values: int32, int64",
            tf_dtype_name(*type));
    return false;
}

static tf_tensor poisoned(void) { return (tf_tensor){ tf1c_record_mistake(tf1c_current_graph()), 0 }; }

tf_tensor tf_shape_(tf_operand input, struct tf_shape_args a)
{
    struct tf_name_args named = { a.here, a.name };
    if (!wants_index(&a.out_type, a.here))
        return poisoned();
    tf_tensor x = tf_convert(input, tf_dtype_unset, a.here, "Shape/input");
    tf_dims d = tf_get_shape(x);
    if (!tf_is_poisoned(x) && tf_dims_fully_known(d))
        return shape_constant(np_array(d.dims, tf_int64, SHAPE(d.rank)), a.out_type, named, "Shape");
    return array_op(&shape_op, named, NULL, &(shape_attrs){ a.out_type }, 1, &(tf_operand){ TF_OPERAND_TENSOR, { .tensor = x } });
}

tf_tensor tf_size_(tf_operand input, struct tf_shape_args a)
{
    struct tf_name_args named = { a.here, a.name };
    if (!wants_index(&a.out_type, a.here))
        return poisoned();
    tf_tensor x = tf_convert(input, tf_dtype_unset, a.here, "Size/input");
    int64_t n = tf_dims_count(tf_get_shape(x));
    if (!tf_is_poisoned(x) && n >= 0)
        return shape_constant(np_array(&n, tf_int64, SCALAR), a.out_type, named, "Size");
    return array_op(&size_op, named, NULL, &(shape_attrs){ a.out_type }, 1, &(tf_operand){ TF_OPERAND_TENSOR, { .tensor = x } });
}

tf_tensor tf_rank_(tf_operand input, struct tf_name_args a)
{
    tf_tensor x = tf_convert(input, tf_dtype_unset, a.here, "Rank/input");
    int64_t rank = tf_get_shape(x).rank;
    if (!tf_is_poisoned(x) && tf_get_shape(x).known)
        return shape_constant(np_array(&rank, tf_int64, SCALAR), tf_int32, a, "Rank");
    return array_op(&rank_op, a, NULL, NULL, 1, &(tf_operand){ TF_OPERAND_TENSOR, { .tensor = x } });
}

/* ---- Reshape: dx = reshape(dy, shape(x)) ----------------------------------------------------------------------------------- */
bool tf1c_same_ints(tf_shape_ctx *c, tf_dims *ints) { return tf_in_ints(c, 0, ints); }

bool tf1c_reshape_view(const tf_view *in, tf_view *out)
{
    int64_t dims[TF_MAX_RANK], strides[TF_MAX_RANK], step = 1;
    int n = 0, o = 0, next_in = 1, next_out = 1;
    for (int i = 0; i < in->rank; i++) /* axes of length 1 have no say */
        if (in->dims[i] != 1) {
            dims[n] = in->dims[i];
            strides[n++] = in->strides[i];
        }
    for (int i = out->rank; i-- > 0; step *= out->dims[i])
        out->strides[i] = step;
    if (step == 0)
        return true;
    /* Runs of in's axes and of out's axes with the same number of elements; within one, in must be contiguous. */
    for (int i = 0; i < n && o < out->rank; i = next_in++, o = next_out++) {
        int64_t have = dims[i], want = out->dims[o];
        while (have != want) {
            if (want < have)
                want *= out->dims[next_out++];
            else
                have *= dims[next_in++];
        }
        for (int j = i; j < next_in - 1; j++)
            if (strides[j] != dims[j + 1] * strides[j + 1])
                return false;
        out->strides[next_out - 1] = strides[next_in - 1];
        for (int j = next_out - 1; j > o; j--)
            out->strides[j - 1] = out->strides[j] * out->dims[j];
    }
    return true;
}

static bool reshape_rule(tf_kernel_ctx *k, int output, int64_t *offset)
{
    *offset = 0;
    return tf1c_reshape_view(&k->in[0], &k->out[output]);
}

/* What the sizes at run ask for, with TF's kernel's messages. */
static bool reshape_at_run(tf_shape_ctx *c, tf_dims in, tf_dims *out)
{
    int unknown = -1;
    int64_t rest = 1, have = 1, all = tf_dims_count(in);
    bool zero = false;
    for (int i = 0; i < out->rank; i++) {
        if (out->dims[i] == -1 && unknown >= 0) {
            tf_shape_error(c, "Only one input size may be -1, not both %d and %d", unknown, i);
            return false;
        }
        if (out->dims[i] < -1) {
            tf_shape_error(c, "Size %d must be non-negative, not %lld", i, (long long)out->dims[i]);
            return false;
        }
        zero |= out->dims[i] == 0;
        unknown = out->dims[i] == -1 ? i : unknown;
        rest *= out->dims[i] > 0 ? out->dims[i] : 1;
    }
    for (int i = 0; i < in.rank; i++)
        have *= in.dims[i] > 0 || !zero ? in.dims[i] : 1;
    if (unknown >= 0) {
        out->dims[unknown] = have / rest;
        if (have % rest) {
            tf_shape_error(c, "Input to reshape is a tensor with %lld values, but the requested shape requires a multiple of %lld", (long long)have,
                           (long long)rest);
            return false;
        }
    }
    if (tf_dims_count(*out) != all) {
        tf_shape_error(c, "Input to reshape is a tensor with %lld values, but the requested shape has %lld", (long long)all, (long long)tf_dims_count(*out));
        return false;
    }
    return true;
}

/* The product of the known dimensions; *unknown: which one is not known, -1 if all are, -2 if several are not. */
static int64_t known_product(tf_dims d, int *unknown)
{
    int64_t n = 1;
    *unknown = -1;
    for (int i = 0; i < d.rank; i++)
        if (d.dims[i] == NONE)
            *unknown = *unknown == -1 ? i : -2;
        else
            n *= d.dims[i];
    if (n == 0)
        *unknown = *unknown == -2 ? -2 : -1; /* no elements, whatever the unknown one is */
    return n;
}

static bool reshape_built(tf_shape_ctx *c, tf_dims in, tf_dims *out)
{
    int in_unknown, out_unknown;
    char text[TF_DIMS_TEXT];
    int64_t have = known_product(in, &in_unknown), want = known_product(*out, &out_unknown);
    if (!in.known || in_unknown == -2 || out_unknown == -2)
        return true;
    if (in_unknown < 0 && out_unknown < 0 && have != want) {
        tf_shape_error(c, "Cannot reshape a tensor with %lld elements to shape %s (%lld elements)", (long long)have,
                       tf_dims_kernel_text(*out, text, sizeof text), (long long)want);
        return false;
    }
    bool infers = in_unknown < 0 && out_unknown >= 0, checks = in_unknown >= 0 && out_unknown < 0 && have;
    int64_t whole = infers ? have : want, part = infers ? want : have;
    if ((infers || checks) && whole % part) {
        tf_shape_error(c, "Dimension size must be evenly divisible by %lld but is %lld", (long long)part, (long long)whole);
        return false;
    }
    if (infers)
        out->dims[out_unknown] = whole / part;
    return true;
}

static void reshape_shape(tf_shape_ctx *c)
{
    tf_dims out, sizes = *tf_in_dims(c, 1);
    if (tf_shape_at_run(c)) {
        char text[TF_DIMS_TEXT];
        if (sizes.rank != 1)
            tf_shape_error(c, "sizes input must be 1-D, not %s", tf_dims_kernel_text(sizes, text, sizeof text));
        else if (tf_in_shape(c, 1, &out) && reshape_at_run(c, *tf_in_dims(c, 0), &out))
            tf_set_out(c, 0, out);
        return;
    }
    if (!tf_with_rank(c, 1, 1) || !tf_in_shape(c, 1, &out))
        return;
    for (int i = 0; i < out.rank; i++)
        if (out.dims[i] < -1) {
            tf_shape_mistake(c, tf_value_error, "Invalid value in tensor used for shape: %lld", (long long)out.dims[i]);
            return;
        }
    if (reshape_built(c, *tf_in_dims(c, 0), &out))
        tf_set_out(c, 0, out);
}

static void reshape_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_reshape(dy, tf_shape(g->in[0]))); }

static const tf_op_def reshape_op = {
    .name = "Reshape", .in = "tensor:T, shape:U", .out = "output:T", .U = TF_INDEX, .traits = TF_VIEW, .shape = reshape_shape,
    .ints = tf1c_same_ints, .gradient = reshape_gradient, .view = reshape_rule,
};

tf_tensor tf_reshape_(tf_operand tensor, tf_operand shape, struct tf_name_args a) { return tf_op_binary(&reshape_op, tensor, shape, a, NULL); }

/* ---- Transpose: dx = transpose(dy, perm⁻¹) ------------------------------------------------------------------------------------ */
static bool transpose_at_run(tf_shape_ctx *c, const tf_ndarray *perm, int rank)
{
    bool seen[TF_MAX_RANK] = { false };
    if (np_size(*perm) != rank) {
        tf_shape_error(c, "transpose expects a vector of size %d. But input(1) is a vector of size %lld", rank, (long long)np_size(*perm));
        return false;
    }
    for (int i = 0; i < rank; i++) {
        int64_t from = int_of(perm, i);
        if (from < 0 || from >= rank) {
            tf_shape_error(c, "%lld is out of range [0 .. %d)", (long long)from, rank);
            return false;
        }
        seen[from] = true;
    }
    for (int i = 0; i < rank; i++)
        if (!seen[i]) {
            char list[128] = "";
            for (int j = 0, used = 0; j < rank; j++)
                used += snprintf(list + used, sizeof list - (size_t)used, "%s%lld", j ? "," : "", (long long)int_of(perm, j));
            tf_shape_error(c, "%d is missing from {%s}.", i, list);
            return false;
        }
    return true;
}

static void transpose_shape(tf_shape_ctx *c)
{
    const tf_dims in = *tf_in_dims(c, 0), p = *tf_in_dims(c, 1);
    tf_ndarray perm;
    bool counted = p.known && p.rank == 1 && p.dims[0] != NONE;
    bool known = counted && in.known && in.rank != p.dims[0] && !tf_shape_at_run(c) ? false : tf_in_value(c, 1, &perm);
    if (!in.known && !counted && !known)
        return;
    int rank = in.known ? in.rank : (int)(counted ? p.dims[0] : np_size(perm));
    if (rank > TF_MAX_RANK) {
        tf_shape_error(c, "Shape must be at most rank %d but is rank %d", TF_MAX_RANK, rank);
        return;
    }
    if (!in.known && rank < 2)
        return;
    if (tf_shape_at_run(c)) {
        if (known && !transpose_at_run(c, &perm, rank))
            return;
    } else if (!tf_with_rank(c, 1, 1)) {
        return;
    } else if (counted && p.dims[0] != rank) {
        tf_shape_error(c, "Dimension must be %d but is %lld", rank, (long long)p.dims[0]);
        return;
    }
    tf_dims out = unknown_of_rank(rank);
    for (int i = 0; known && i < rank; i++) {
        int64_t from = int_of(&perm, i);
        if (from >= rank || from < -rank) {
            tf_shape_error(c, "perm dim %lld is out of range of input rank %d", (long long)from, rank);
            return;
        }
        out.dims[i] = in.known ? in.dims[from < 0 ? from + rank : from] : NONE;
    }
    tf_set_out(c, 0, out);
}

static bool transpose_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    if (!k->in[1].data)
        return false;
    for (int i = 0; i < k->in[0].rank; i++) {
        int64_t from = int_at(&k->in[1], i);
        if (from < 0 || from >= k->in[0].rank) {
            tf_kernel_error(k, tf_invalid_argument, "%lld is out of range [0 .. %d)", (long long)from, k->in[0].rank);
            return false;
        }
        k->out[output].strides[i] = k->in[0].strides[from];
    }
    *offset = 0;
    return true;
}

static void transpose_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, tf_transpose(dy, .perm_tensor = of(tf_invert_permutation(g->in[1]))));
}

static const tf_op_def transpose_op = {
    .name = "Transpose", .in = "x:T, perm:U", .out = "y:T", .U = TF_INDEX, .traits = TF_VIEW, .shape = transpose_shape,
    .gradient = transpose_gradient, .view = transpose_view,
};

/* Of a tensor whose rank is not known: (rank - 1) - range(rank). */
static tf_tensor transpose_unknown(tf_tensor x, struct tf_transpose_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "transpose");
    const char *scope = tf_scope_name();
    tf_tensor rank = array_op(&rank_op, (struct tf_name_args){ .name = NULL }, NULL, NULL, 1, &(tf_operand){ TF_OPERAND_TENSOR, { .tensor = x } });
    tf_tensor last = tf_sub(rank, 1);
    tf_tensor range = tf1c_range(tf_operand_integer(0), of(rank), tf_operand_integer(1), (struct tf_name_args){ .name = NULL }, "Range");
    tf_tensor perm = tf_sub(last, range);
    return array_op(&transpose_op, (struct tf_name_args){ .name = scope }, NULL, NULL, 2, (tf_operand[]){ of(x), of(perm) });
}

tf_tensor tf_transpose_(tf_operand x, struct tf_transpose_args a)
{
    tf_operand perm = a.perm.known ? tf_operand_dims(a.perm) : a.perm_tensor;
    if (perm.kind == TF_OPERAND_NONE) {
        tf_tensor t = tf_convert(x, tf_dtype_unset, a.here, "transpose/a");
        int rank = tf_get_shape(t).known ? tf_get_shape(t).rank : 0;
        if (tf_is_poisoned(t))
            return t;
        if (rank == 0)
            return transpose_unknown(t, a);
        x = of(t);
        perm = (tf_operand){ TF_OPERAND_DIMS, { .dims = { .known = true, .rank = rank } } };
        for (int i = 0; i < rank; i++)
            perm.as.dims.dims[i] = rank - 1 - i;
    }
    return tf_op_binary(&transpose_op, x, perm, (struct tf_name_args){ a.here, a.name }, "transpose");
}

/* ---- ExpandDims, Squeeze: dx = reshape(dy, shape(x)) ------------------------------------------------------------------------------ */
static void expand_dims_shape(tf_shape_ctx *c)
{
    const tf_dims in = *tf_in_dims(c, 0);
    tf_ndarray dim;
    if (!in.known || !tf_in_value(c, 1, &dim))
        return;
    if (np_size(dim) != 1) {
        tf_shape_error(c, "'dim' input must be a tensor with a single value");
        return;
    }
    int64_t axis = int_of(&dim, 0);
    if (axis < -in.rank - 1 || axis > in.rank) {
        if (tf_shape_at_run(c))
            tf_shape_error(c, "Tried to expand dim index %lld for tensor with %d dimensions.", (long long)axis, in.rank);
        else
            tf_shape_error(c, "dim %lld not in the interval [%d, %d].", (long long)axis, -in.rank - 1, in.rank);
        return;
    }
    if (in.rank == TF_MAX_RANK) {
        tf_shape_error(c, "Shape must be at most rank %d but is rank %d", TF_MAX_RANK, TF_MAX_RANK + 1);
        return;
    }
    tf_dims out = in;
    int at = (int)(axis < 0 ? axis + in.rank + 1 : axis);
    memmove(&out.dims[at + 1], &out.dims[at], (size_t)(in.rank - at) * sizeof out.dims[0]);
    out.dims[at] = 1;
    out.rank++;
    tf_set_out(c, 0, out);
}

static const tf_op_def expand_dims_op = {
    .name = "ExpandDims", .in = "input:T, dim:U", .out = "output:T", .U = TF_INDEX, .traits = TF_VIEW, .shape = expand_dims_shape,
    .ints = tf1c_same_ints, .gradient = reshape_gradient, .view = reshape_rule,
};

tf_tensor tf_expand_dims_(tf_operand input, tf_operand axis, struct tf_name_args a) { return tf_op_binary(&expand_dims_op, input, axis, a, NULL); }

typedef struct {
    tf_dims squeeze_dims; /* not known: every axis of length 1 */
} squeeze_attrs;
static const tf_attr_def squeeze_fields[] = { TF_ATTR(squeeze_attrs, squeeze_dims, TF_ATTR_DIMS), { 0 } };

/* Which axes to drop; false after a report. */
static bool squeezed_axes(tf_shape_ctx *c, tf_dims asked, tf_dims in, bool *drop)
{
    for (int i = 0; i < asked.rank; i++) {
        int axis = tf_norm_axis(asked.dims[i], in.rank);
        if (axis >= 0)
            drop[axis] = true;
        else if (tf_shape_at_run(c))
            tf_shape_error(c, "Tried to squeeze dim index %lld for tensor with %d dimensions.", (long long)asked.dims[i], in.rank);
        else
            tf_shape_error(c, "squeeze_dims[%d] not in [%d,%d).", i, -in.rank, in.rank);
        if (axis < 0)
            return false;
    }
    for (int i = 0; i < in.rank; i++)
        if (drop[i] && in.dims[i] != 1 && in.dims[i] != NONE) {
            tf_shape_error(c, "Can not squeeze dim[%d], expected a dimension of 1, got %lld", i, (long long)in.dims[i]);
            return false;
        }
    return true;
}

static void squeeze_shape(tf_shape_ctx *c)
{
    const tf_dims in = *tf_in_dims(c, 0), asked = ((const squeeze_attrs *)tf_shape_attrs(c))->squeeze_dims;
    tf_dims out = { .known = true };
    bool drop[TF_MAX_RANK] = { false };
    if (!in.known || !squeezed_axes(c, asked.known ? asked : SCALAR, in, drop))
        return;
    for (int i = 0; i < in.rank; i++) {
        if (!asked.rank && in.dims[i] == NONE)
            return; /* it may turn out to be 1 */
        if (asked.rank ? !drop[i] : in.dims[i] != 1)
            out.dims[out.rank++] = in.dims[i];
    }
    tf_set_out(c, 0, out);
}

static const tf_op_def squeeze_op = {
    .name = "Squeeze", .in = "input:T", .out = "output:T", .attrs = squeeze_fields, .attrs_size = sizeof(squeeze_attrs), .traits = TF_VIEW,
    .shape = squeeze_shape, .ints = tf1c_same_ints, .gradient = reshape_gradient, .view = reshape_rule,
};

tf_tensor tf_squeeze_(tf_operand input, struct tf_squeeze_args a)
{
    tf_dims axes = a.axes.known ? a.axes : a.squeeze_dims;
    if (axes.known && a.axis != TF_NO_AXIS)
        return tf_mistake(tf_value_error, a.here, NULL, "Cannot specify both 'squeeze_dims' and 'axis'");
    squeeze_attrs attrs = { a.axis == TF_NO_AXIS ? axes : AXES(a.axis) };
    return array_op(&squeeze_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 1, &input);
}

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
            tf_shape_error(c, "Incompatible shapes: %s vs. %s", tf_dims_kernel_text(in, x, sizeof x), tf_dims_kernel_text(out, y, sizeof y));
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
static const tf_shard_rule axis_0_of_whole = { .out = SHARDS_BY_AXIS_0, .in = { TF_WHOLE, TF_WHOLE, TF_WHOLE, TF_WHOLE } };

static void broadcast_to_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_sum_to(dy, g->in[0])); }

static const tf_op_def broadcast_to_op = {
    .name = "BroadcastTo", .in = "input:T, shape:U", .out = "output:T", .U = TF_INDEX, .traits = TF_STRIDED_IN, .shape = broadcast_to_shape,
    .kernel = broadcast_to_kernel, .units = axis_0_units, .shard = &axis_0_of_whole, .gradient = broadcast_to_gradient,
};

tf_tensor tf_broadcast_to_(tf_operand input, tf_operand shape, struct tf_name_args a) { return tf_op_binary(&broadcast_to_op, input, shape, a, NULL); }

/* ---- rows: the last axis at given indices of the others ------------------------------------------------------------------------------------ */
static int64_t row_units(const tf_kernel_ctx *k)
{
    return k->out[0].rank ? product(k->out[0].dims, 0, k->out[0].rank - 1) : 1;
}

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
            tf_shape_error(c, "Expected multiples argument to be a vector of length %d but got length %lld", in.rank, (long long)m.dims[0]);
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
        if (multiples.dims[i] >= 0 && in.known && in.dims[i] != NONE)
            out.dims[i] = in.dims[i] * multiples.dims[i];
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
            memcpy((char *)out->data + (size_t)(row * width + j) * size, (char *)in->data + (size_t)(from * columns) * size, (size_t)columns * size);
    }
}

/* dy as [multiples[0], shape[0], multiples[1], shape[1], …], summed over the multiples. */
static void tile_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_dims in = tf_get_shape(g->in[0]), counts = { .known = true };
    if (!in.known || 2 * in.rank > TF_MAX_RANK) {
        tf_add_grad(g, 0, tf_mistake(tf_unimplemented, (tf_source){ 0 }, g->op->name, "the gradient of Tile needs an input of known rank, at most %d", TF_MAX_RANK / 2));
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
    .name = "Tile", .in = "input:T, multiples:U", .out = "output:T", .U = TF_INDEX, .shape = tile_shape, .kernel = tile_kernel,
    .units = row_units, .gradient = tile_gradient,
};

tf_tensor tf_tile_(tf_operand input, tf_operand multiples, struct tf_name_args a) { return tf_op_binary(&tile_op, input, multiples, a, NULL); }

/* ---- Pad, PadV2: dx = slice(dy, paddings[:, 0], shape(x)) ------------------------------------------------------------------------------------------ */
static bool pad_operands(tf_shape_ctx *c, tf_dims in, tf_dims p)
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
            tf_shape_error(c, "The first dimension of paddings must be the rank of inputs%s %s", tf_dims_kernel_text(p, x, sizeof x),
                           tf_dims_kernel_text(in, y, sizeof y));
        else
            tf_shape_error(c, "Shape must be rank %lld but is rank %d", (long long)p.dims[0], in.rank);
        return false;
    }
    return true;
}

static void pad_shape(tf_shape_ctx *c)
{
    const tf_dims in = *tf_in_dims(c, 0), p = *tf_in_dims(c, 1);
    tf_ndarray paddings;
    if (!pad_operands(c, in, p))
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
            out.dims[i] = before + in.dims[i] + after;
    }
    tf_set_out(c, 0, out);
}

static void fill_elements(void *at, const void *value, int64_t n, size_t size)
{
    static const char zero[8];
    if (!value || memcmp(value, zero, size) == 0)
        memset(at, 0, (size_t)n * size);
    else
        for (int64_t i = 0; i < n; i++)
            memcpy((char *)at + (size_t)i * size, value, size);
}

static void pad_kernel(tf_kernel_ctx *k)
{
    const tf_view *in = &k->in[0], *out = &k->out[0], *p = &k->in[1];
    const size_t size = tf_dtype_size(in->dtype);
    const void *value = k->n_in > 2 ? k->in[2].data : NULL;
    int last = out->rank - 1;
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
        memcpy(to + (size_t)before * size, (char *)in->data + (size_t)(from * columns) * size, (size_t)columns * size);
        fill_elements(to + (size_t)(before + columns) * size, value, width - before - columns, size);
    }
}

static void pad_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_tensor x = g->in[0], befores = tf_slice(g->in[1], SHAPE(0, 0), SHAPE(-1, 1));
    tf_tensor begin = tf_reshape(befores, SHAPE(-1));
    tf_add_grad(g, 0, tf_slice(dy, begin, tf_shape(x, .out_type = tf_get_dtype(begin))));
}

static const tf_op_def pad_op = {
    .name = "Pad", .in = "input:T, paddings:U", .out = "output:T", .U = TF_INDEX, .shape = pad_shape, .kernel = pad_kernel,
    .units = row_units, .gradient = pad_gradient,
};
static const tf_op_def pad_v2_op = {
    .name = "PadV2", .in = "input:T, paddings:U, constant_values:T", .out = "output:T", .U = TF_INDEX, .shape = pad_shape,
    .kernel = pad_kernel, .units = row_units, .gradient = pad_gradient,
};

tf_tensor tf_pad_(tf_operand tensor, tf_operand paddings, struct tf_pad_args a)
{
    const tf_operand *value = &a.constant_values;
    struct tf_name_args named = { a.here, a.name };
    if (a.mode && strcmp(a.mode, "CONSTANT") != 0 && strcmp(a.mode, "constant") != 0)
        return tf_mistake(tf_value_error, a.here, NULL, "Unknown padding mode: %s", a.mode);
    bool zero = value->kind == TF_OPERAND_NONE || (value->kind == TF_OPERAND_INTEGER && value->as.integer == 0) ||
                (value->kind == TF_OPERAND_REAL && value->as.real == 0);
    return zero ? array_op(&pad_op, named, NULL, NULL, 2, (tf_operand[]){ tensor, paddings })
                : array_op(&pad_v2_op, named, NULL, NULL, 3, (tf_operand[]){ tensor, paddings, *value });
}

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
                tf_kernel_error(k, tf_invalid_argument, "'axis'[%lld] = %lld is out of valid range [0, %d", (long long)i, (long long)at, in->rank - 1);
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
    .name = "ReverseV2", .in = "tensor:T, axis:U", .out = "output:T", .U = TF_INDEX, .traits = TF_VIEW, .shape = reverse_shape,
    .gradient = reverse_gradient, .view = reverse_view,
};

tf_tensor tf_reverse_(tf_operand tensor, tf_operand axis, struct tf_name_args a) { return tf_op_binary(&reverse_op, tensor, axis, a, NULL); }

tf1c_op_family tf1c_shape_ops = {
    &shape_op, &size_op, &rank_op, &reshape_op, &transpose_op, &expand_dims_op, &squeeze_op, &broadcast_to_op, &tile_op, &pad_op, &pad_v2_op,
    &reverse_op, NULL
};
