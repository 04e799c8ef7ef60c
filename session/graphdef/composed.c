/* What the library does in one operation and TensorFlow in several: written as TensorFlow's own Python builds it. The last of the
 * nodes has the operation's name, the others are below it. */
#include <string.h>

#include "session/graphdef/exporting.h"

static const char *part(tf1c_exporting *x, const char *name) { return tf1c_export_text(x, "%s/%s", x->op->name, name); }

static const char *int_vector(tf1c_exporting *x, const char *name, int32_t value)
{
    return tf1c_constant_node(x, part(x, name), np_array(&value, tf_int32, SHAPE(1)));
}

/* Element `at` of a vector: a scalar, or still a vector. */
static const char *element(tf1c_exporting *x, const char *name, const char *vector, tf_dtype dtype, int at, bool scalar)
{
    const char *begin = int_vector(x, tf1c_export_text(x, "%s/stack", name), at),
               *end = int_vector(x, tf1c_export_text(x, "%s/stack_1", name), at + 1),
               *strides = int_vector(x, tf1c_export_text(x, "%s/stack_2", name), 1);
    name = part(x, name);
    tf1c_begin_node(x, "StridedSlice", name);
    tf1c_def_input(&x->node, "%s", vector);
    tf1c_def_input(&x->node, "%s", begin);
    tf1c_def_input(&x->node, "%s", end);
    tf1c_def_input(&x->node, "%s", strides);
    tf1c_def_type(&x->node, "T", dtype);
    tf1c_def_type(&x->node, "Index", tf_int32);
    tf1c_def_int(&x->node, "begin_mask", 0);
    tf1c_def_int(&x->node, "end_mask", 0);
    tf1c_def_int(&x->node, "ellipsis_mask", 0);
    tf1c_def_int(&x->node, "new_axis_mask", 0);
    tf1c_def_int(&x->node, "shrink_axis_mask", scalar);
    tf1c_end_node(x);
    return tf1c_part_reference(x, name, "output");
}

static const char *shape_node(tf1c_exporting *x, const char *name, const char *input, tf_dtype dtype)
{
    name = part(x, name);
    tf1c_begin_node(x, "Shape", name);
    tf1c_def_input(&x->node, "%s", input);
    tf1c_def_type(&x->node, "T", dtype);
    tf1c_def_type(&x->node, "out_type", tf_int32);
    tf1c_end_node(x);
    return tf1c_part_reference(x, name, "output");
}

/* values' rows summed into n by indices. */
static const char *segment_sum(tf1c_exporting *x, const char *name, const char *values, tf_dtype dtype, const char *indices,
                               tf_dtype index, const char *n, tf_dtype count, bool last)
{
    tf1c_begin_node(x, "UnsortedSegmentSum", name);
    tf1c_def_input(&x->node, "%s", values);
    tf1c_def_input(&x->node, "%s", indices);
    tf1c_def_input(&x->node, "%s", n);
    if (last)
        tf1c_export_controls(x, x->op);
    tf1c_def_type(&x->node, "T", dtype);
    tf1c_def_type(&x->node, "Tindices", index);
    tf1c_def_type(&x->node, "Tnumsegments", count);
    tf1c_end_node(x);
    return tf1c_part_reference(x, name, "output");
}

/* ---- IndexedSlices as one tensor. TF1: ops.py _IndexedSlicesToTensor --------------------------------------------------------- */

static void indexed_slices(tf1c_exporting *x, const tf_operation *op)
{
    const tf_dtype shape = tf_get_dtype(op->inputs[2]);
    const char *n = element(x, "strided_slice", tf1c_reference(x, op->inputs[2]), shape, 0, true);
    segment_sum(x, op->name, tf1c_reference(x, op->inputs[0]), op->T, tf1c_reference(x, op->inputs[1]), op->U, n, shape, true);
}

/* ---- CheckSeqLen. TF1: rnn.py _assert_has_shape ---------------------------------------------------------------------------------- */

static void assert_node(tf1c_exporting *x, const char *condition, int n, const char *const *data, const int *types)
{
    tf1c_begin_node(x, "Assert", part(x, "Assert"));
    tf1c_def_input(&x->node, "%s", condition);
    for (int i = 0; i < n; i++)
        tf1c_def_input(&x->node, "%s", data[i]);
    tf1c_def_types(&x->node, "T", n, types);
    tf1c_def_int(&x->node, "summarize", 3);
    tf1c_end_node(x);
}

static const char *text_node(tf1c_exporting *x, const char *name, const char *text)
{
    tf_bytes bytes = { text, strlen(text) };
    return tf1c_constant_node(x, part(x, name), np_array(&bytes, tf_string, SCALAR));
}

static const char *all_node(tf1c_exporting *x, const char *input)
{
    const char *name = part(x, "All"), *axes = int_vector(x, "Const", 0);
    tf1c_begin_node(x, "All", name);
    tf1c_def_input(&x->node, "%s", input);
    tf1c_def_input(&x->node, "%s", axes);
    tf1c_def_bool(&x->node, "keep_dims", false);
    tf1c_def_type(&x->node, "Tidx", tf_int32);
    tf1c_end_node(x);
    return tf1c_part_reference(x, name, "output");
}

static void check_lengths(tf1c_exporting *x, const tf_operation *op)
{
    const char *lengths = tf1c_reference(x, op->inputs[0]);
    const char *saw = shape_node(x, "Shape", lengths, op->U),
               *all = shape_node(x, "Shape_1", tf1c_reference(x, op->inputs[1]), tf_get_dtype(op->inputs[1])),
               *batch = element(x, "strided_slice", all, tf_int32, 1, false);
    const char *equal = tf1c_simple_node(x, "Equal", part(x, "Equal"), "z", tf_int32, 2, (const char *const[]){ saw, batch });
    const char *checked = tf1c_export_text(x, "Expected shape for Tensor %s is ", lengths);
    const char *data[] = { text_node(x, "Assert/data_0", checked), batch, text_node(x, "Assert/data_2", " but saw shape: "), saw };
    static const int types[] = { tf_string, tf_int32, tf_string, tf_int32 };
    const char *condition = all_node(x, equal);
    assert_node(x, condition, 4, data, types);
    tf1c_begin_node(x, "Identity", op->name);
    tf1c_def_input(&x->node, "%s", lengths);
    tf1c_def_input(&x->node, "^%s/Assert", op->name);
    tf1c_export_controls(x, op);
    tf1c_def_type(&x->node, "T", op->U);
    tf1c_end_node(x);
}

/* ---- sparse updates: equal rows are summed first. TF1: optimizer.py _deduplicate_indexed_slices -------------------------------- */

typedef struct {
    const char *values, *indices;
} rows;

static rows summed_rows(tf1c_exporting *x, const char *values, tf_dtype dtype, const char *indices, tf_dtype index)
{
    const char *unique = part(x, "Unique");
    tf1c_begin_node(x, "Unique", unique);
    tf1c_def_input(&x->node, "%s", indices);
    tf1c_def_type(&x->node, "T", index);
    tf1c_def_type(&x->node, "out_idx", tf_int32);
    tf1c_end_node(x);
    const char *n = element(x, "strided_slice", shape_node(x, "Shape", unique, index), tf_int32, 0, true);
    values = segment_sum(x, part(x, "UnsortedSegmentSum"), values, dtype, tf1c_export_text(x, "%s:1", unique), tf_int32, n,
                         tf_int32, false);
    return (rows){ values, unique };
}

static const char *two(tf1c_exporting *x, const char *op, const char *name, const char *a, const char *b)
{
    return tf1c_simple_node(x, op, part(x, name), "z", x->op->T, 2, (const char *const[]){ a, b });
}

static const char *one_minus(tf1c_exporting *x, const char *name, const char *a)
{
    const float f = 1;
    const double d = 1;
    const tf_ndarray one =
        x->op->T == tf_float32 ? np_array((void *)&f, tf_float32, SCALAR) : np_array((void *)&d, tf_float64, SCALAR);
    return two(x, "Sub", name, tf1c_constant_node(x, part(x, tf1c_export_text(x, "%s/x", name)), one), a);
}

/* var is written at the indices by `op`, after `after` (if any). */
static const char *scatter(tf1c_exporting *x, const char *op, const char *name, const char *var, rows r, const char *after)
{
    tf1c_begin_node(x, op, name);
    tf1c_def_input(&x->node, "%s", var);
    tf1c_def_input(&x->node, "%s", r.indices);
    tf1c_def_input(&x->node, "%s", r.values);
    if (after)
        tf1c_def_input(&x->node, "^%s", after);
    else
        tf1c_export_controls(x, x->op);
    tf1c_def_type(&x->node, "T", x->op->T);
    tf1c_def_type(&x->node, "Tindices", x->op->U);
    tf1c_def_bool(&x->node, "use_locking", false);
    tf1c_end_node(x);
    return name;
}

/* moment = moment · beta, then += values · (1 - beta) in the rows; gives the reference of the new moment. */
static const char *moment(tf1c_exporting *x, const char *name, const char *slot, const char *beta, rows r)
{
    const char *decayed = two(x, "Mul", tf1c_export_text(x, "%s/mul", name), slot, beta),
               *scaled = two(x, "Mul", tf1c_export_text(x, "%s/mul_1", name), r.values,
                             one_minus(x, tf1c_export_text(x, "%s/sub", name), beta)),
               *assign = part(x, tf1c_export_text(x, "%s/Assign", name));
    tf1c_begin_node(x, "Assign", assign);
    tf1c_def_input(&x->node, "%s", slot);
    tf1c_def_input(&x->node, "%s", decayed);
    tf1c_export_controls(x, x->op);
    tf1c_def_type(&x->node, "T", x->op->T);
    tf1c_def_bool(&x->node, "validate_shape", true);
    tf1c_def_bool(&x->node, "use_locking", false);
    tf1c_end_node(x);
    return scatter(x, "ScatterAdd", part(x, tf1c_export_text(x, "%s/ScatterAdd", name)), slot, (rows){ scaled, r.indices }, assign);
}

/* TF1: adam.py _apply_sparse_shared */
static void sparse_adam(tf1c_exporting *x, const tf_operation *op)
{
    const char *in[11];
    for (int i = 0; i < 11; i++)
        in[i] = tf1c_reference(x, op->inputs[i]);
    const rows r = summed_rows(x, in[9], op->T, in[10], op->U);
    const char *square = two(x, "Mul", "mul", r.values, r.values);
    const char *m = moment(x, "m", in[1], in[6], r), *v = moment(x, "v", in[2], in[7], (rows){ square, r.indices });
    const char *root =
        tf1c_simple_node(x, "Sqrt", part(x, "Sqrt"), "y", op->T, 1, (const char *const[]){ one_minus(x, "sub", in[4]) });
    const char *rate = two(x, "RealDiv", "truediv", two(x, "Mul", "mul_1", in[5], root), one_minus(x, "sub_1", in[3]));
    const char *v_root = tf1c_simple_node(x, "Sqrt", part(x, "Sqrt_1"), "y", op->T, 1, &v);
    const char *step = two(x, "RealDiv", "truediv_1", two(x, "Mul", "mul_2", rate, m), two(x, "Add", "add", v_root, in[8]));
    tf1c_begin_node(x, "AssignSub", op->name);
    tf1c_def_input(&x->node, "%s", in[0]);
    tf1c_def_input(&x->node, "%s", step);
    tf1c_export_controls(x, op);
    tf1c_def_type(&x->node, "T", op->T);
    tf1c_def_bool(&x->node, "use_locking", false);
    tf1c_end_node(x);
}

/* TF1: gradient_descent.py _apply_sparse_duplicate_indices */
static void sparse_descent(tf1c_exporting *x, const tf_operation *op)
{
    const char *step = two(x, "Mul", "mul", tf1c_reference(x, op->inputs[2]), tf1c_reference(x, op->inputs[1]));
    scatter(x, "ScatterSub", op->name, tf1c_reference(x, op->inputs[0]), (rows){ step, tf1c_reference(x, op->inputs[3]) }, NULL);
}

/* The others are TensorFlow's own, given summed rows. */
static void sparse_apply(tf1c_exporting *x, const tf_operation *op, int grad, int indices)
{
    const rows r = summed_rows(x, tf1c_reference(x, op->inputs[grad]), op->T, tf1c_reference(x, op->inputs[indices]), op->U);
    tf1c_begin_node(x, op->def->name, op->name);
    for (int i = 0; i < op->n_inputs; i++)
        tf1c_def_input(&x->node, "%s", i == grad ? r.values : i == indices ? r.indices : tf1c_reference(x, op->inputs[i]));
    tf1c_export_controls(x, op);
    tf1c_def_type(&x->node, "T", op->T);
    tf1c_def_type(&x->node, "Tindices", op->U);
    tf1c_def_bool(&x->node, "use_locking", false);
    if (strcmp(op->def->name, "SparseApplyMomentum") == 0)
        tf1c_def_bool(&x->node, "use_nesterov", *(const bool *)op->attrs);
    if (strcmp(op->def->name, "SparseApplyAdagrad") == 0)
        tf1c_def_bool(&x->node, "update_slots", true);
    tf1c_end_node(x);
}

static int argument_called(const char *signature, const char *name)
{
    int i = 0;
    for (const char *s = signature; *s; s += strcspn(s, ","), i++) {
        s += strspn(s, ", ");
        if (strncmp(s, name, strlen(name)) == 0 && s[strlen(name)] == ':')
            return i;
    }
    return -1;
}

bool tf1c_export_composed(tf1c_exporting *x, const tf_operation *op)
{
    static const struct {
        const char *op;
        void (*write)(tf1c_exporting *x, const tf_operation *op);
    } composed[] = { { "IndexedSlices", indexed_slices },
                     { "CheckSeqLen", check_lengths },
                     { "SparseApplyAdam", sparse_adam },
                     { "SparseApplyGradientDescent", sparse_descent } };
    for (size_t i = 0; i < sizeof composed / sizeof *composed; i++)
        if (strcmp(op->def->name, composed[i].op) == 0) {
            composed[i].write(x, op);
            return true;
        }
    if (strncmp(op->def->name, "SparseApply", strlen("SparseApply")) != 0)
        return false;
    sparse_apply(x, op, argument_called(op->def->in, "grad"), argument_called(op->def->in, "indices"));
    return true;
}
