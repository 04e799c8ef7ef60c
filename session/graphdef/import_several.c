/* TensorFlow's ops that are several of the library's, as its gradients and later versions have them. */
#include "session/graphdef/several.h"

#include <string.h>

#include "ops/array/diag.h"
#include "ops/array/identity.h"
#include "ops/array/one_hot.h"
#include "ops/array/shape.h"
#include "ops/image/image.h"
#include "ops/math/arithmetic.h"
#include "ops/math/einsum.h"
#include "session/graphdef/looping.h"

bool tf1c_several_give(tf1c_importing *m, tf1c_in_node *n, int i, tf_tensor t)
{
    if (tf_is_none(t) || tf_is_poisoned(t)) {
        m->status = m->status ? m->status : tf_last_error()->code ? tf_last_error()->code : tf_memory_error;
        return false;
    }
    n->out[i] = t;
    return true;
}

/* The shape of each input. TF1: core/ops/array_ops.cc "ShapeN" */
static bool shapes(tf1c_importing *m, tf1c_in_node *n)
{
    const Tf1c__AttrValue *v = tf1c_attr_of(n->def, "out_type");
    const bool wide = v && v->value_case == TF1C__ATTR_VALUE__VALUE_TYPE && v->type == TF1C__DATA_TYPE__DT_INT64;
    bool good = true;
    for (int i = 0; i < n->n_in && good; i++) {
        const tf_tensor t = tf1c_edge_tensor(m, n->in[i]);
        good = !tf_is_none(t) && tf1c_several_give(m, n, i, tf_shape(t, .out_type = wide ? tf_int64 : tf_int32));
    }
    return good;
}

/* Of each part of a concat along the axis, which is the first input, where it begins. TF1: core/kernels/concat_lib_cpu.cc */
static bool offsets(tf1c_importing *m, tf1c_in_node *n)
{
    const tf_tensor axis = tf1c_edge_tensor(m, n->in[0]), first = tf_is_none(axis) ? axis : tf1c_edge_tensor(m, n->in[1]);
    if (tf_is_none(first))
        return false;
    const tf_tensor rank = tf_size(first), along = tf_one_hot(tf_floormod(axis, rank), rank, .dtype = tf_int32);
    tf_tensor offset = tf_zeros_like(first), shape = first;
    for (int i = 0; i < n->n_in - 1; i++) {
        if (i) {
            offset = tf_add(offset, tf_mul(along, shape));
            shape = tf1c_edge_tensor(m, n->in[1 + i]);
        }
        if (tf_is_none(shape) || !tf1c_several_give(m, n, i, offset))
            return false;
    }
    return true;
}

/* ---- of TensorFlow 2 ------------------------------------------------------------------------------------------------------------ */

/* The products that tf.einsum makes in TensorFlow 1. TF2: core/ops/linalg_ops.cc "Einsum" */
static bool einsum(tf1c_importing *m, tf1c_in_node *n)
{
    const Tf1c__AttrValue *v = tf1c_attr_of(n->def, "equation");
    if (!v || v->value_case != TF1C__ATTR_VALUE__VALUE_S || n->n_in > 2)
        return tf1c_import_fail(m, tf_unimplemented, n->def->name, "an Einsum of %d operands, or without equation", n->n_in);
    const char *equation = tf1c_graph_printf(tf1c_current_graph(), "%.*s", (int)v->s.len, (const char *)v->s.data);
    const tf_tensor a = tf1c_edge_tensor(m, n->in[0]), b = n->n_in > 1 && a.op ? tf1c_edge_tensor(m, n->in[1]) : a;
    if (!equation || tf_is_none(a) || tf_is_none(b))
        return false;
    return tf1c_several_give(m, n, 0, n->n_in > 1 ? tf_einsum(equation, a, b) : tf_einsum(equation, a));
}

/* An input that tells which diagonal, and of what matrix: it has to be the main one of a square one. `other`: as good. */
static bool has_number(tf1c_importing *m, tf1c_in_node *n, int i, int64_t want, int64_t other)
{
    tf_ndarray value;
    int64_t number = 0;
    const tf_tensor t = tf1c_edge_tensor(m, n->in[i]);
    if (tf_is_none(t))
        return false;
    const bool known = tf_constant_value(t, &value) && tf1c_int_of(value, &number);
    return (known && (number == want || number == other)) ||
           tf1c_import_fail(m, tf_unimplemented, n->def->name, "op '%s' whose input %d is not %d", n->def->op, i, (int)want);
}

/* The length of its rows, if it is known; else -1. */
static int64_t length_of(tf_tensor diagonal)
{
    const tf_dims d = tf_get_shape(diagonal);
    return d.known && d.rank ? d.dims[d.rank - 1] : NONE;
}

/* TF2: core/ops/array_ops.cc "MatrixDiagV3": diagonal, k, num_rows, num_cols, padding_value */
static bool matrix_diag(tf1c_importing *m, tf1c_in_node *n)
{
    const tf_tensor diagonal = tf1c_edge_tensor(m, n->in[0]);
    return !tf_is_none(diagonal) && has_number(m, n, 1, 0, 0) && has_number(m, n, 2, -1, length_of(diagonal)) &&
           has_number(m, n, 3, -1, length_of(diagonal)) && tf1c_several_give(m, n, 0, tf_matrix_diag(diagonal));
}

/* input, k, padding_value */
static bool matrix_diag_part(tf1c_importing *m, tf1c_in_node *n)
{
    const tf_tensor input = tf1c_edge_tensor(m, n->in[0]);
    return !tf_is_none(input) && has_number(m, n, 1, 0, 0) && tf1c_several_give(m, n, 0, tf_matrix_diag_part(input));
}

/* input, diagonal, k */
static bool matrix_set_diag(tf1c_importing *m, tf1c_in_node *n)
{
    const tf_tensor input = tf1c_edge_tensor(m, n->in[0]), diagonal = tf_is_none(input) ? input : tf1c_edge_tensor(m, n->in[1]);
    return !tf_is_none(diagonal) && has_number(m, n, 2, 0, 0) && tf1c_several_give(m, n, 0, tf_matrix_set_diag(input, diagonal));
}

/* What gradients and other nodes alone ask about is no tensor here. */
static bool nothing(tf1c_importing *m, tf1c_in_node *n) { return m && n; }

/* Random numbers by key and counter: those of the seed that StatelessRandomGetKeyCounter made both of.
 * TF2: core/ops/stateless_random_ops_v2.cc */

static bool of_key(tf1c_importing *m, tf1c_in_node *n, const char *op)
{
    const tf1c_in_node *key = tf1c_source_of(m, tf1c_origin(m, n->in[1]));
    const Tf1c__AttrValue *v = tf1c_attr_of(n->def, "dtype");
    const tf_dtype dtype = v && v->value_case == TF1C__ATTR_VALUE__VALUE_TYPE ? (tf_dtype)v->type : tf_float32;
    if (!key || strcmp(key->def->op, "StatelessRandomGetKeyCounter") != 0)
        return tf1c_import_fail(m, tf_unimplemented, n->def->name, "op '%s' whose key comes of no seed", n->def->op);
    if (dtype != tf_float32 && dtype != tf_float64)
        return tf1c_import_fail(m, tf_unimplemented, n->def->name, "op '%s' of DataType %d", n->def->op, (int)dtype);
    const tf_tensor shape = tf1c_edge_tensor(m, n->in[0]), seed = tf_is_none(shape) ? shape : tf1c_edge_tensor(m, key->in[0]);
    if (tf_is_none(seed))
        return false;
    const tf_operand in[] = { tf_operand_tensor(shape), tf_operand_tensor(seed) };
    return tf1c_several_give(
        m, n, 0,
        (tf_tensor){
            .op = tf_op_new(tf1c_find_op(op), (struct tf_op_args){ .here = m->here, .n_inputs = 2, .inputs = in, .T = dtype }) });
}

static bool uniform(tf1c_importing *m, tf1c_in_node *n) { return of_key(m, n, "StatelessRandomUniform"); }
static bool normal(tf1c_importing *m, tf1c_in_node *n) { return of_key(m, n, "StatelessRandomNormal"); }
static bool truncated_normal(tf1c_importing *m, tf1c_in_node *n) { return of_key(m, n, "StatelessTruncatedNormal"); }

/* images, contrast_factor. TF1: core/ops/image_ops.cc "AdjustContrastv2" */
static bool adjust_contrast(tf1c_importing *m, tf1c_in_node *n)
{
    const tf_tensor images = tf1c_edge_tensor(m, n->in[0]), factor = tf_is_none(images) ? images : tf1c_edge_tensor(m, n->in[1]);
    return !tf_is_none(factor) && tf1c_several_give(m, n, 0, tf_image_adjust_contrast(images, factor));
}

/* ---- all of them ------------------------------------------------------------------------------------------------------------------ */

enum { AS_INPUTS = -1, BUT_ONE = -2 }; /* so many outputs */

static const tf1c_several all[] = {
    { "ShapeN", 1, AS_INPUTS, shapes },
    { "ConcatOffset", 2, BUT_ONE, offsets },
    { "AdjustContrastv2", 2, 1, adjust_contrast },
    { "Einsum", 1, 1, einsum },
    { "MatrixDiagV2", 5, 1, matrix_diag },
    { "MatrixDiagV3", 5, 1, matrix_diag },
    { "MatrixDiagPartV2", 3, 1, matrix_diag_part },
    { "MatrixDiagPartV3", 3, 1, matrix_diag_part },
    { "MatrixSetDiagV2", 3, 1, matrix_set_diag },
    { "MatrixSetDiagV3", 3, 1, matrix_set_diag },
    { "OptionalFromValue", 1, 0, nothing },
    { "OptionalNone", 0, 0, nothing },
    { "StatelessRandomGetKeyCounter", 1, 0, nothing },
    { "StatelessRandomNormalV2", 4, 1, normal },
    { "StatelessRandomUniformV2", 4, 1, uniform },
    { "StatelessTruncatedNormalV2", 4, 1, truncated_normal },
    { "TensorListElementShape", 1, 0, nothing },
};

const tf1c_several *tf1c_several_of(const char *op, int n_in)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(op, all[i].op) == 0)
            return n_in >= all[i].inputs ? &all[i] : NULL;
    return tf1c_update_of(op, n_in);
}

bool tf1c_make_several(tf1c_importing *m, tf1c_in_node *n)
{
    const tf1c_several *s = tf1c_several_of(n->def->op, n->n_in);
    const char *name = tf1c_import_name(m, n->def->name),
               *scope = name ? tf1c_graph_printf(tf1c_current_graph(), "%s/", name) : NULL;
    n->n_out = s->outputs == AS_INPUTS ? n->n_in : s->outputs == BUT_ONE ? n->n_in - 1 : s->outputs;
    n->out = scope ? tf1c_import_alloc(m, ((size_t)n->n_out + 1) * sizeof *n->out) : NULL;
    for (int i = 0; i < n->n_in; i++)
        if (!n->out || !tf1c_read_if_variable(m, n->in[i]))
            return false;
    if (!n->out)
        return false;
    struct tf_with_ in = tf_name_scope_open_(scope, (tf_source){ 0 });
    bool good = s->make(m, n);
    tf_with_close_(&in);
    if (good && s->outputs == 1) /* what is one operation there has its name here: the last of several */
        good = tf1c_several_give(m, n, 0, tf_identity(n->out[0], .name = scope));
    return good;
}
