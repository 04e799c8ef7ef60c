/* What a run is asked for: fetches as distinct tensors and operations, fed values as arrays of their tensors' dtypes. */
#include <string.h>

#include "core/cast.h"
#include "session/run.h"

/* ---- fetches ------------------------------------------------------------------------------------------------------- */

static tf_status make_room(tf1c_run *r)
{
    int n = r->what.n > r->given.n ? r->what.n : r->given.n;
    r->fetches.items = r->few_tensors;
    r->feeds.items = r->few_tensors + FEW_FETCHES;
    r->targets = r->few_targets;
    r->fetch_of = r->few_fetch_of;
    if (n <= FEW_FETCHES)
        return tf_ok;
    size_t each = 2 * sizeof(tf_tensor) + sizeof(tf_operation *) + sizeof(int);
    char *p = r->many = tf1c_alloc((size_t)n * each);
    if (!p)
        return tf_fail(tf_memory_error, r->here, NULL, "no memory left for a run");
    r->fetches.items = (tf_tensor *)p;
    r->feeds.items = r->fetches.items + n;
    r->targets = (tf_operation **)(r->feeds.items + n);
    r->fetch_of = (int *)(r->targets + n);
    return tf_ok;
}

void tf1c_request_free(tf1c_run *r)
{
    tf1c_tensors_free(&r->fetches);
    tf1c_tensors_free(&r->feeds);
    tf1c_free(r->many);
}

static tf_status not_in_graph(const tf1c_run *r, const tf_operation *op, int index, bool fed)
{
    char text[512], shape[TF_DIMS_TEXT];
    if (op->graph->universe == r->s->graph->universe) /* of a body */
        return tf_fail(
            tf_value_error, r->here, NULL,
            "Operation '%s' has been marked as not %s. Typically this happens when it is defined in another function or code block. Use return values,explicit Python locals or TensorFlow collections to access it.",
            op->name, fed ? "feedable" : "fetchable");
    if (index < 0)
        return tf_fail(
            tf_value_error, r->here, NULL,
            "Fetch argument <tf.Operation '%s' type=%s> cannot be interpreted as a Tensor. (Operation name: \"%s\"\nop: \"%s\"\n is not an element of this graph.)",
            op->name, op->def->name, op->name, op->def->name);
    const tf1c_output *out = &op->outputs[index];
    tf_tensor_text((tf_tensor){ .op = (tf_operation *)op, .index = index }, text, sizeof text);
    if (fed)
        return tf_fail(tf_type_error, r->here, NULL,
                       "Cannot interpret feed_dict key as Tensor: Tensor %s is not an element of this graph.", text);
    return tf_fail(
        tf_value_error, r->here, NULL,
        "Fetch argument <tf.Tensor '%s:%d' shape=%s dtype=%s> cannot be interpreted as a Tensor. (Tensor %s is not an element of this graph.)",
        op->name, index, tf_dims_text(out->shape, shape, sizeof shape), tf_dtype_name(out->dtype), text);
}

/* A mistake made while building is reported again, at its own line. */
tf_status tf1c_mistake_again(const tf1c_run *r, const tf_operation *op)
{
    const tf1c_mistake *m = op->attrs;
    if (!m)
        return tf_fail(tf_type_error, r->here, NULL, "Fetch argument None has invalid type <class 'NoneType'>");
    return tf_fail(m->code, m->where, m->op, "%s", m->message);
}

tf_status tf1c_take_fetches(tf1c_run *r)
{
    tf_status status = make_room(r);
    for (int i = 0; !status && i < r->what.n; i++) {
        const tf_fetch *f = &r->what.items[i];
        const tf_operation *op = f->op;
        if (tf1c_is_mistake(op))
            return tf1c_mistake_again(r, op);
        if (op->graph != r->s->graph)
            return not_in_graph(r, op, f->tensor.op ? f->tensor.index : -1, false);
        r->fetch_of[i] = -1;
        if (!f->tensor.op || (f->into == TF_INTO_NOTHING && op->n_outputs == 0)) {
            r->targets[r->n_targets++] = f->op;
            continue;
        }
        r->fetch_of[i] = tf1c_tensors_add(&r->fetches, f->tensor);
    }
    return status;
}

/* ---- feeds --------------------------------------------------------------------------------------------------------- */

static tf_status feed_type_error(const tf1c_run *r, tf_tensor t, const tf_operand *value)
{
    char key[256], given[256];
    tf_tensor_text(t, key, sizeof key);
    if (value->kind == TF_OPERAND_TENSOR)
        return tf_fail(
            tf_type_error, r->here, NULL,
            "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include numbers and arrays. For reference, the tensor object was %s which was passed to the feed with key %s.",
            tf_tensor_text(value->as.tensor, given, sizeof given), key);
    return tf_fail(tf_type_error, r->here, NULL, "The value fed for %s is neither a number nor an array.", key);
}

tf_status tf1c_feed_array(const tf1c_run *r, tf_tensor t, const tf_operand *value, tf_ndarray *array, double *number)
{
    static const tf_dims scalar = { .known = true };
    switch (value->kind) {
    case TF_OPERAND_ARRAY:
        *array = value->as.array;
        if (!array->shape.known || (!array->data && np_size(*array)))
            return tf_fail(tf_value_error, r->here, NULL,
                           "The array fed for Tensor '%s:%d' holds no data (was it fetched or loaded?)", t.op->name, t.index);
        return tf_ok;
    case TF_OPERAND_INTEGER: *array = np_array((void *)&value->as.integer, tf_int64, scalar); return tf_ok;
    case TF_OPERAND_BOOL: *array = np_array((void *)&value->as.boolean, tf_bool, scalar); return tf_ok;
    case TF_OPERAND_REAL:
        *number = value->as.real;
        *array = np_array(number, tf_float64, scalar);
        return tf_ok;
    case TF_OPERAND_DIMS: *array = np_array((void *)value->as.dims.dims, tf_int64, SHAPE(value->as.dims.rank)); return tf_ok;
    default: return feed_type_error(r, t, value);
    }
}

/* A whole number must be one of the tensor's dtype; arrays and reals are cast whatever they hold, as in TF. */
static bool fits_dtype(int64_t i, tf_dtype dtype)
{
    switch (dtype) {
    case tf_float32: return (double)(float)i == (double)i && i > -(INT64_C(1) << 62) && i < INT64_C(1) << 62;
    case tf_int32: return i == (int32_t)i;
    case tf_uint8: return i == (uint8_t)i;
    case tf_bool: return i == 0 || i == 1;
    default: return true;
    }
}

static tf_status check_feed(const tf1c_run *r, tf_tensor t, const tf_operand *value, const tf_ndarray *array)
{
    if (value->kind == TF_OPERAND_INTEGER && !fits_dtype(value->as.integer, tf_get_dtype(t)))
        return tf_fail(
            tf_type_error, r->here, NULL,
            "Type of feed value %lld with type int is not compatible with Tensor type %s. Try explicitly setting the type of the feed tensor to a larger type (e.g. int64).",
            (long long)value->as.integer, tf_dtype_name(tf_get_dtype(t)));
    if ((array->dtype == tf_string) != (tf_get_dtype(t) == tf_string))
        return tf_fail(tf_type_error, r->here, NULL,
                       "The value fed for Tensor '%s:%d' is of dtype %s, which is not compatible with %s", t.op->name, t.index,
                       tf_dtype_name(array->dtype), tf_dtype_name(tf_get_dtype(t)));
    tf_dims merged, want = tf_get_shape(t);
    char got[TF_DIMS_TEXT], wanted[TF_DIMS_TEXT];
    if (want.known ? want.rank == array->shape.rank && tf_merge_dims(want, array->shape, &merged) : true)
        return tf_ok;
    return tf_fail(tf_value_error, r->here, NULL, "Cannot feed value of shape %s for Tensor '%s:%d', which has shape '%s'",
                   tf_dims_text(array->shape, got, sizeof got), t.op->name, t.index, tf_dims_text(want, wanted, sizeof wanted));
}

/* Arrays of their tensor's dtype are read where they are, if their bools are 0 and 1; others are cast into the context's staging memory. */
tf_status tf1c_stage_feeds(tf1c_run *r)
{
    tf1c_context *x = r->x;
    size_t staged = 0, at = 0;
    if (!tf1c_context_fit_feeds(x, r->given.n, r->here))
        return tf_memory_error;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < r->given.n; i++) {
            tf_tensor t = r->given.items[i].tensor;
            tf_ndarray array;
            double number;
            if (tf_is_poisoned(t))
                return t.op ? tf1c_mistake_again(r, t.op)
                            : tf_fail(tf_type_error, r->here, NULL,
                                      "Cannot interpret feed_dict key as Tensor: Can not convert a NoneType into a Tensor.");
            if (t.op->graph != r->s->graph)
                return not_in_graph(r, t.op, t.index, true);
            tf_status status = tf1c_feed_array(r, t, &r->given.items[i].value, &array, &number);
            if (status || (status = check_feed(r, t, &r->given.items[i].value, &array)))
                return status;
            tf_dtype dtype = tf_get_dtype(t);
            bool cast = array.dtype != dtype || array.scale != 0 || array.data == &number || tf1c_has_other_bools(array);
            size_t size = cast ? ((size_t)np_size(array) * tf_dtype_size(dtype) + 63) / 64 * 64 : 0;
            if (pass == 0) {
                staged += size;
                continue;
            }
            if (cast) {
                tf_ndarray to = np_array(x->staging + at, dtype, array.shape);
                tf1c_cast_into(&to, &array);
                array = to;
                at += size;
            }
            x->feeds[tf1c_tensors_add(&r->feeds, t)] = array; /* fed twice, the last value counts */
        }
        if (pass == 0 && !tf1c_grow_buffer(&x->staging, &x->staging_size, staged))
            return tf_fail(tf_memory_error, r->here, NULL, "no memory left for the fed values (%zu bytes)", staged);
    }
    return tf_ok;
}
