/* Shapes as values, and tensors in other shapes. TF1: core/ops/array_ops.cc, python/ops/array_ops.py, array_grad.py. */
#include "ops/array/shape.h"

#include <stdio.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/sequence.h"
#include "ops/array/slice.h"
#include "ops/math/arithmetic.h"
#include "ops/math/reduce.h"
#include "ops/math/segment.h"

/* ---- Shape, Size, Rank: the only ops that need no value of their input ------------------------------------------------- */
typedef struct {
    tf_dtype out_type;
} shape_attrs;
static const tf_attr_def shape_fields[] = { TF_ATTR(shape_attrs, out_type, TF_ATTR_DTYPE), { 0 } };

static void shape_shape(tf_shape_ctx *c)
{
    const tf_dims *in = tf_in_dims(c, 0);
    const tf_dtype type = ((const shape_attrs *)tf_shape_attrs(c))->out_type;
    tf_set_out(c, 0, SHAPE(in->known ? in->rank : NONE));
    tf_set_out_dtype(c, 0, type);
    for (int i = 0; tf_shape_at_run(c) && type == tf_int32 && i < in->rank; i++)
        if (in->dims[i] > INT32_MAX)
            tf_shape_error(c, "Shape output type is 32-bit  but dim %d is %lld", i, (long long)in->dims[i]);
}

static bool shape_ints(tf_shape_ctx *c, tf_dims *ints)
{
    *ints = *tf_in_dims(c, 0);
    return ints->known;
}

static void shape_kernel(tf_kernel_ctx *k)
{
    for (int i = 0; i < k->in[0].rank; i++)
        set_int(&k->out[0], i, k->in[0].dims[i]);
}

static const tf_op_def shape_op = {
    .name = "Shape",
    .in = "input:T",
    .out = "output:?",
    .T = TF_EVERY_DTYPE,
    .attrs = shape_fields,
    .attrs_size = sizeof(shape_attrs),
    .traits = TF_SHAPE_ONLY,
    .shape = shape_shape,
    .ints = shape_ints,
    .kernel = shape_kernel,
    .gradient = tf_no_gradient,
};

static void size_shape(tf_shape_ctx *c)
{
    const tf_dtype type = ((const shape_attrs *)tf_shape_attrs(c))->out_type;
    tf_set_out(c, 0, SCALAR);
    tf_set_out_dtype(c, 0, type);
    if (tf_shape_at_run(c) && type == tf_int32 && tf_dims_count(*tf_in_dims(c, 0)) > INT32_MAX)
        tf_shape_error(c, "Number of elements was larger than representable by 32-bit output type");
}

static bool size_ints(tf_shape_ctx *c, tf_dims *ints)
{
    int64_t n = tf_dims_count(*tf_in_dims(c, 0));
    *ints = SHAPE(n < 0 ? NONE : n);
    return true;
}

static void size_kernel(tf_kernel_ctx *k) { set_int(&k->out[0], 0, tf_view_count(&k->in[0])); }

static const tf_op_def size_op = {
    .name = "Size",
    .in = "input:T",
    .out = "output:?",
    .T = TF_EVERY_DTYPE,
    .attrs = shape_fields,
    .attrs_size = sizeof(shape_attrs),
    .traits = TF_SHAPE_ONLY,
    .shape = size_shape,
    .ints = size_ints,
    .kernel = size_kernel,
    .gradient = tf_no_gradient,
};

static void rank_kernel(tf_kernel_ctx *k) { set_int(&k->out[0], 0, k->in[0].rank); }

static bool rank_ints(tf_shape_ctx *c, tf_dims *ints)
{
    *ints = SHAPE(tf_in_dims(c, 0)->known ? tf_in_dims(c, 0)->rank : NONE);
    return true;
}

static const tf_op_def rank_op = {
    .name = "Rank",
    .in = "input:T",
    .out = "output:int32",
    .T = TF_EVERY_DTYPE,
    .traits = TF_SHAPE_ONLY,
    .shape = tf_scalar_shape,
    .ints = rank_ints,
    .kernel = rank_kernel,
    .gradient = tf_no_gradient,
};

/* ---- BroadcastArgs: no gradient ----------------------------------------------------------------------------------------- */

static void broadcast_args_shape(tf_shape_ctx *c)
{
    const tf_dims *a = tf_in_dims(c, 0), *b = tf_in_dims(c, 1);
    if (!tf_with_rank(c, 0, 1) || !tf_with_rank(c, 1, 1))
        return;
    const int64_t n = a->known ? a->dims[0] : NONE, m = b->known ? b->dims[0] : NONE;
    tf_set_out(c, 0, SHAPE(n < 0 || m < 0 ? NONE : n > m ? n : m));
}

static bool dims_in(const tf_view *v, tf_dims *d)
{
    *d = (tf_dims){ .known = true, .rank = (int)v->dims[0] };
    for (int i = 0; v->dims[0] <= TF_MAX_RANK && i < d->rank; i++)
        d->dims[i] = int_at(v, i);
    return v->dims[0] <= TF_MAX_RANK;
}

static void broadcast_args_kernel(tf_kernel_ctx *k)
{
    tf_dims a, b, both;
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    if (!dims_in(&k->in[0], &a) || !dims_in(&k->in[1], &b)) {
        tf_kernel_error(k, tf_unimplemented, "A shape of more than %d dimensions", TF_MAX_RANK);
        return;
    }
    if (!tf_broadcast_dims(a, b, &both)) {
        tf_kernel_error(k, tf_invalid_argument, "Incompatible shapes: %s vs. %s", tf_dims_kernel_text(a, x, sizeof x),
                        tf_dims_kernel_text(b, y, sizeof y));
        return;
    }
    for (int i = 0; i < both.rank; i++)
        set_int(&k->out[0], i, both.dims[i]);
}

static const tf_op_def broadcast_args_op = {
    .name = "BroadcastArgs",
    .in = "s0:T, s1:T",
    .out = "r0:T",
    .T = TF_INDEX,
    .shape = broadcast_args_shape,
    .kernel = broadcast_args_kernel,
    .gradient = tf_no_gradient,
};

tf_tensor tf_broadcast_dynamic_shape_(tf_operand shape_x, tf_operand shape_y, struct tf_name_args a)
{
    const tf_operand in[2] = { shape_x, shape_y };
    return array_op(&broadcast_args_op, a, NULL, NULL, 2, in);
}

/* A static shape gives a constant instead of the op. */
static tf_tensor shape_constant(tf_ndarray value, tf_dtype dtype, struct tf_name_args a, const char *default_name)
{
    return tf_constant_(tf_operand_array(value),
                        (struct tf_constant_args){ .here = a.here, .dtype = dtype, .name = a.name ? a.name : default_name });
}

static bool wants_index(tf_dtype *type, tf_source here)
{
    *type = *type ? *type : tf_int32;
    if (TF_INDEX & TF_DTYPE_BIT(*type))
        return true;
    tf_fail(tf_type_error, tf1c_source(here), NULL,
            "Value passed to parameter 'out_type' has DataType %s not in list of allowed values: int32, int64",
            tf_dtype_name(*type));
    return false;
}

/* Whether `type` holds all of them: what it does not is left to the op, which refuses it in the run. */
static bool all_fit(tf_dims d, tf_dtype type)
{
    for (int i = 0; i < d.rank; i++)
        if (type == tf_int32 && d.dims[i] > INT32_MAX)
            return false;
    return true;
}

static tf_tensor poisoned(void) { return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }; }

static tf_tensor shape_of(tf_operand input, struct tf_shape_args a)
{
    struct tf_name_args named = { a.here, a.name };
    if (!wants_index(&a.out_type, a.here))
        return poisoned();
    tf_tensor x = tf_convert(input, tf_dtype_unset, a.here, "Shape/input");
    tf_dims d = tf_get_shape(x);
    if (!tf_is_poisoned(x) && tf_dims_fully_known(d) && all_fit(d, a.out_type))
        return shape_constant(np_array(d.dims, tf_int64, SHAPE(d.rank)), a.out_type, named, "Shape");
    return array_op(&shape_op, named, NULL, &(shape_attrs){ a.out_type }, 1,
                    &(tf_operand){ .kind = TF_OPERAND_TENSOR, .as.tensor = x });
}

tf_tensor tf_shape_(struct tf_shape_args a) { return shape_of(tf1c_given(a.input), a); }

static tf_tensor size_of(tf_operand input, struct tf_shape_args a)
{
    struct tf_name_args named = { a.here, a.name };
    if (!wants_index(&a.out_type, a.here))
        return poisoned();
    tf_tensor x = tf_convert(input, tf_dtype_unset, a.here, "Size/input");
    int64_t n = tf_dims_count(tf_get_shape(x));
    if (!tf_is_poisoned(x) && n >= 0 && all_fit(SHAPE(n), a.out_type))
        return shape_constant(np_array(&n, tf_int64, SCALAR), a.out_type, named, "Size");
    return array_op(&size_op, named, NULL, &(shape_attrs){ a.out_type }, 1,
                    &(tf_operand){ .kind = TF_OPERAND_TENSOR, .as.tensor = x });
}

tf_tensor tf_size_(struct tf_shape_args a) { return size_of(tf1c_given(a.input), a); }

tf_tensor tf_rank_(tf_operand input, struct tf_name_args a)
{
    tf_tensor x = tf_convert(input, tf_dtype_unset, a.here, "Rank/input");
    int64_t rank = tf_get_shape(x).rank;
    if (!tf_is_poisoned(x) && tf_get_shape(x).known)
        return shape_constant(np_array(&rank, tf_int64, SCALAR), tf_int32, a, "Rank");
    return array_op(&rank_op, a, NULL, NULL, 1, &(tf_operand){ .kind = TF_OPERAND_TENSOR, .as.tensor = x });
}

/* ---- Reshape: dx = reshape(dy, shape(x)) ----------------------------------------------------------------------------------- */
/* The integers of input 0, in the same order. */
static bool same_ints(tf_shape_ctx *c, tf_dims *ints) { return tf_in_ints(c, 0, ints); }

/* A view in another shape of as many elements, row-major order kept; false where strides do not allow it. */
static bool reshape_view(const tf_view *in, tf_view *out)
{
    int64_t dims[TF_MAX_RANK], strides[TF_MAX_RANK], step = 1;
    int n = 0, o = 0, next_in = 1, next_out = 1;
    for (int i = 0; i < in->rank; i++) /* axes of length 1 have no say */
        if (in->dims[i] != 1) {
            dims[n] = in->dims[i];
            strides[n++] = in->strides[i];
        }
    for (int i = out->rank; i-- > 0; step = tf1c_times(step, out->dims[i]))
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
    return reshape_view(&k->in[0], &k->out[output]);
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
        rest = tf1c_times(rest, out->dims[i] > 0 ? out->dims[i] : 1);
    }
    for (int i = 0; i < in.rank; i++)
        have = tf1c_times(have, in.dims[i] > 0 || !zero ? in.dims[i] : 1);
    if (unknown >= 0) {
        out->dims[unknown] = have / rest;
        if (have % rest) {
            tf_shape_error(c, "Input to reshape is a tensor with %lld values, but the requested shape requires a multiple of %lld",
                           (long long)have, (long long)rest);
            return false;
        }
    }
    if (tf_dims_count(*out) != all) {
        tf_shape_error(c, "Input to reshape is a tensor with %lld values, but the requested shape has %lld", (long long)all,
                       (long long)tf_dims_count(*out));
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
            n = tf1c_times(n, d.dims[i]);
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

static void reshape_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_reads_shape(g, g->in[0]);
    tf_add_grad(g, 0, tf_reshape(dy, tf_shape(g->in[0])));
}

static const tf_op_def reshape_op = {
    .name = "Reshape",
    .in = "tensor:T, shape:U",
    .out = "output:T",
    .T = TF_EVERY_DTYPE,
    .U = TF_INDEX,
    .traits = TF_VIEW,
    .shape = reshape_shape,
    .ints = same_ints,
    .gradient = reshape_gradient,
    .view = reshape_rule,
};

tf_tensor tf_reshape_(struct tf_reshape_args a)
{
    return tf_op_binary(&reshape_op, tf1c_given_data(a.tensor, a.text, ".tensor", a.here), tf1c_given(a.shape),
                        (struct tf_name_args){ a.here, a.name }, NULL);
}

/* ---- Transpose: dx = transpose(dy, perm⁻¹) ------------------------------------------------------------------------------------ */
static bool transpose_at_run(tf_shape_ctx *c, const tf_ndarray *perm, int rank)
{
    bool seen[TF_MAX_RANK] = { false };
    if (np_size(*perm) != rank) {
        tf_shape_error(c, "transpose expects a vector of size %d. But input(1) is a vector of size %lld", rank,
                       (long long)np_size(*perm));
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
    tf_add_grad(g, 0, tf_transpose(dy, .perm_tensor = operand_of(tf_invert_permutation(g->in[1]))));
}

static const tf_op_def transpose_op = {
    .name = "Transpose",
    .in = "x:T, perm:U",
    .out = "y:T",
    .T = TF_EVERY_DTYPE,
    .U = TF_INDEX,
    .traits = TF_VIEW,
    .shape = transpose_shape,
    .gradient = transpose_gradient,
    .view = transpose_view,
};

/* Of a tensor whose rank is not known: (rank - 1) - range(rank). */
static tf_tensor transpose_unknown(tf_tensor x, struct tf_transpose_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "transpose");
    const char *scope = tf_scope_name();
    tf_tensor rank = array_op(&rank_op, (struct tf_name_args){ .name = NULL }, NULL, NULL, 1,
                              &(tf_operand){ .kind = TF_OPERAND_TENSOR, .as.tensor = x });
    tf_tensor last = tf_sub(rank, 1);
    tf_tensor range =
        tf1c_range(tf_operand_integer(0), operand_of(rank), tf_operand_integer(1), (struct tf_name_args){ .name = NULL }, "Range");
    tf_tensor perm = tf_sub(last, range);
    return array_op(&transpose_op, (struct tf_name_args){ .name = scope }, NULL, NULL, 2,
                    (tf_operand[]){ operand_of(x), operand_of(perm) });
}

static tf_tensor transpose_of(tf_operand x, struct tf_transpose_args a)
{
    const tf_operand given = tf1c_given_axis(a.perm);
    tf_operand perm = given.kind ? given : tf1c_given_axis(a.perm_tensor);
    if (perm.kind == TF_OPERAND_NONE) {
        tf_tensor t = tf_convert(x, tf_dtype_unset, a.here, "transpose/a");
        int rank = tf_get_shape(t).known ? tf_get_shape(t).rank : 0;
        if (tf_is_poisoned(t))
            return t;
        if (rank == 0)
            return transpose_unknown(t, a);
        x = operand_of(t);
        perm = (tf_operand){ .kind = TF_OPERAND_DIMS, .as.dims = { .known = true, .rank = rank } };
        for (int i = 0; i < rank; i++)
            perm.as.dims.dims[i] = rank - 1 - i;
    }
    return tf_op_binary(&transpose_op, x, perm, (struct tf_name_args){ a.here, a.name }, "transpose");
}

tf_tensor tf_transpose_(struct tf_transpose_args a) { return transpose_of(tf1c_given(a.a), a); }

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
    .name = "ExpandDims",
    .in = "input:T, dim:U",
    .out = "output:T",
    .T = TF_EVERY_DTYPE,
    .U = TF_INDEX,
    .traits = TF_VIEW,
    .shape = expand_dims_shape,
    .ints = same_ints,
    .gradient = reshape_gradient,
    .view = reshape_rule,
};

tf_tensor tf_expand_dims_(struct tf_expand_dims_args a)
{
    const tf_operand axis = tf1c_given(a.axis);
    return tf_op_binary(&expand_dims_op, tf1c_given_data(a.input, a.text, ".input", a.here), axis.kind ? axis : tf1c_given(a.dim),
                        (struct tf_name_args){ a.here, a.name }, NULL);
}

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
    .name = "Squeeze",
    .in = "input:T",
    .out = "output:T",
    .T = TF_EVERY_DTYPE,
    .attrs = squeeze_fields,
    .attrs_size = sizeof(squeeze_attrs),
    .traits = TF_VIEW,
    .shape = squeeze_shape,
    .ints = same_ints,
    .gradient = reshape_gradient,
    .view = reshape_rule,
};

static tf_tensor squeeze_of(tf_operand input, struct tf_squeeze_args a)
{
    const tf_operand axis = tf1c_given_axis(a.axis), axes = tf1c_given_axis(a.axes), old = tf1c_given_axis(a.squeeze_dims);
    squeeze_attrs attrs;
    tf_tensor mistake;
    if ((axes.kind || old.kind) && axis.kind)
        return tf_mistake(tf_value_error, a.here, NULL, "Cannot specify both 'squeeze_dims' and 'axis'");
    if (!tf1c_given_axes(axis.kind ? axis : axes.kind ? axes : old, &attrs.squeeze_dims, a.here, &mistake))
        return mistake;
    return array_op(&squeeze_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 1, &input);
}

tf_tensor tf_squeeze_(struct tf_squeeze_args a) { return squeeze_of(tf1c_given(a.input), a); }

/* Where each axis goes: the listed to the front, the others behind them; the other way round that is who stands where. */
tf_tensor tf1c_axes_first(tf_tensor x, tf_tensor axes)
{
    tf_tensor rank = tf_rank(x), from_0 = tf_floormod(axes, rank);
    tf_tensor listed = tf_unsorted_segment_sum(tf_ones_like(from_0), from_0, rank), other = tf_sub(1, listed), n = tf_size(axes);
    tf_tensor behind = tf_add(tf_sub(n, 1), tf_cumsum(other));
    tf_tensor place = tf_add(tf_mul(listed, tf_sub(tf_cumsum(listed), 1)), tf_mul(other, behind));
    return tf_concat(LIST(from_0, tf_getitem_tensors(tf_invert_permutation(place), LIST(n), "{}:")), 0);
}

/* clang-format off */
tf1c_op_family tf1c_family_shape = {
    &shape_op,
    &size_op,
    &rank_op,
    &broadcast_args_op,
    &reshape_op,
    &transpose_op,
    &expand_dims_op,
    &squeeze_op,
    NULL,
};
