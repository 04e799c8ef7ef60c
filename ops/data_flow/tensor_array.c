/* TensorArrays. A handle is a constant, as TF's flow is; what it stands for is kept beside the graph: where it begins, and what each
 * write adds. Only where it is read or stacked is that put together, out of other ops. TF1: python/ops/tensor_array_ops.py */
#include "ops/data_flow/tensor_array.h"

#include "core/alloc.h"
#include "core/cast.h"
#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/fill.h"
#include "ops/array/gather.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/counts.h"
#include "ops/data_flow/tensor_array_loop.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"
#include "ops/math/segment.h"

typedef struct array {
    tf_dtype dtype;
    tf_dims element; /* as far as it is known */
    tf_tensor size;  /* of an empty one */
    bool dynamic;
    const struct array *before; /* of a write */
    const struct array *root;   /* where it all began */
    int64_t in_order;           /* so many elements, 0, 1, …, are all that was written since, in this order; -1: it is not so */
    tf_tensor indices, values;  /* written: [n] and [n, …], or `one` index and its value */
    bool one;
    tf_tensor contents; /* all of it, once known */
    tf1c_body *body;    /* of a loop's variable, */
    tf_tensor outer;    /* which stands for this one outside, */
    int carried;        /* and is carried by this port, if it is read; -1 */
    tf_graph *graph;    /* where its contents are made */
} array;

static array *array_of(tf_tensor t)
{
    return t.op && !tf1c_is_mistake(t.op) ? tf1c_map_get(&t.op->graph->universe->tensor_arrays, t.op->name) : NULL;
}
bool tf1c_is_tensor_array(tf_tensor t) { return array_of(t); }

static tf_tensor no_memory(void) { return (tf_tensor){ .op = tf1c_poison(NULL) }; }

/* A new handle. */
static tf_tensor handle(array given)
{
    tf_graph *g = tf1c_current_graph();
    array *a = g ? tf1c_graph_alloc(g, sizeof *a) : NULL;
    const int made = tf1c_count_now();
    const tf_tensor flow = a ? tf_constant(0.0, .name = "TensorArray") : no_memory();
    tf1c_count_as(made);
    if (!a || tf_is_poisoned(flow))
        return flow;
    *a = given;
    a->graph = g;
    a->carried = -1;
    a->root = a->before ? a->before->root : a;
    return tf1c_map_set(&g->universe->tensor_arrays, flow.op->name, a) ? flow : no_memory();
}

static array *sound_array(tf_tensor t, tf_source here, tf_tensor *mistake)
{
    char text[256];
    t = tf1c_sound(t, here);
    array *a = array_of(t);
    if (a)
        return a;
    *mistake = tf_is_none(t)       ? tf_mistake(tf_type_error, here, NULL, "A TensorArray was expected, got None.")
               : tf_is_poisoned(t) ? t
                                   : tf_mistake(tf_type_error, here, NULL, "A TensorArray was expected, got %s.",
                                                tf_tensor_text(t, text, sizeof text));
    return NULL;
}

/* ---- what it holds --------------------------------------------------------------------------------------------------------- */

static const array *beginning_of(const array *a)
{
    while (a->before && !a->contents.op)
        a = a->before;
    return a;
}

/* The element that a write of one wrote; -1: it is not known. */
static int64_t index_of(const array *a)
{
    tf_ndarray value;
    return a->one && tf_constant_value(a->indices, &value) ? tf1c_whole(&value, 0) : -1;
}

/* Which write of a wrote element i; NULL: none that is known to have. */
static const array *writer_of(const array *a, int64_t i)
{
    if (a->in_order >= 0 && i >= a->in_order)
        return NULL;
    while (a->before && index_of(a) != i)
        a = a->before;
    return a->before ? a : NULL;
}

/* Of an array that was empty and whose elements 0, 1, … were written one by one: these. */
static bool one_by_one(const array *a, tf_list *elements)
{
    tf_ndarray size;
    const array *begin = beginning_of(a);
    int64_t n = 0;
    *elements = (tf_list){ 0 };
    if (begin->contents.op || begin->body)
        return false;
    for (const array *w = a; w != begin; w = w->before, n++)
        if (!w->one)
            return false;
    if (!n || (!begin->dynamic && (!tf_constant_value(begin->size, &size) || tf1c_whole(&size, 0) != n)))
        return false;
    const array **writers = tf1c_alloc_zero((size_t)n * sizeof *writers);
    bool each = writers;
    for (const array *w = a; w != begin && each; w = w->before) {
        const int64_t i = index_of(w);
        if ((each = i >= 0 && i < n && !writers[i]))
            writers[i] = w;
    }
    for (int64_t i = 0; i < n && each; i++)
        tf_append(elements, writers[i]->values);
    tf1c_free(writers);
    return each;
}

static tf_tensor with_front_axis(tf_tensor t) { return tf_expand_dims(t, 0); }
static tf_tensor rows_of(tf_tensor t) { return tf_getitem(tf_shape(t), "0"); }

/* All that was written after `begin`, below each other. */
static void collect(const array *a, const array *begin, tf_list *indices, tf_list *values)
{
    if (a == begin)
        return;
    collect(a->before, begin, indices, values);
    tf_append(indices, a->one ? tf_reshape(a->indices, SHAPE(1)) : a->indices);
    tf_append(values, a->one ? with_front_axis(a->values) : a->values);
}

/* Zeros but for what was written, over what was there before. */
static tf_tensor scattered(const array *a, const array *begin)
{
    tf_list indices = { 0 }, values = { 0 };
    collect(a, begin, &indices, &values);
    const tf_tensor at = indices.n == 1 ? indices.items[0] : tf_concat(indices, 0);
    const tf_tensor all = values.n == 1 ? values.items[0] : tf_concat(values, 0);
    tf_tensor rows = begin->contents.op ? rows_of(begin->contents) : begin->size;
    if (begin->dynamic)
        rows = tf_maximum(rows, tf_add(tf_reduce_max(at), 1));
    tf_tensor sum = tf_unsorted_segment_sum(all, at, rows);
    if (!begin->contents.op)
        return sum;
    tf_tensor old = begin->contents;
    if (begin->dynamic) {
        const tf_tensor more = tf_sub(rows, rows_of(old)), shape = tf_getitem(tf_shape(old), "1:");
        old = tf_concat(LIST(old, tf_zeros(tf_concat(LIST(with_front_axis(more), shape), 0), .dtype = a->dtype)), 0);
    }
    return tf_add(old, sum);
}

static tf_tensor carried_in(array *a, tf_source here);

static tf_tensor put_together(array *a, tf_source here)
{
    tf_list elements;
    const array *begin = beginning_of(a);
    if (begin->body && !begin->contents.op) {
        const tf_tensor carried = carried_in((array *)begin, here);
        if (tf_is_poisoned(carried))
            return carried;
    }
    if (begin == a && !a->contents.op && !a->element.known)
        return tf_mistake(
            tf_invalid_argument, here, NULL,
            "TensorArray has size zero, but element shape <unknown> is not fully defined. Currently only static shapes are "
            "supported when packing zero-size TensorArrays.");
    if (begin == a && !a->contents.op)
        return tf_zeros(
            tf_concat(LIST(with_front_axis(a->size), tf_convert(tf_operand_dims(a->element), tf_int32, here, "shape")), 0),
            .dtype = a->dtype);
    if (one_by_one(a, &elements))
        return tf_stack(elements);
    return begin == a ? a->contents : scattered(a, begin);
}

/* All of it [size, …], made where it was written, once. */
static tf_tensor contents_of(array *a, tf_source here)
{
    if (a->contents.op)
        return a->contents;
    struct tf_with_ in = tf_graph_open_(a->graph);
    const int made = tf1c_count_now();
    a->contents = put_together(a, here);
    tf1c_count_as(made);
    tf_with_close_(&in);
    return a->contents;
}

/* A loop's variable that its body reads is carried, whole. */
static tf_tensor carried_in(array *a, tf_source here)
{
    array *outer = array_of(a->outer);
    const tf_tensor whole = outer ? contents_of(outer, here) : no_memory();
    if (tf_is_poisoned(whole))
        return a->contents = whole;
    const tf_tensor imported = tf1c_import(a->body->parent, whole, here);
    if (tf_is_poisoned(imported))
        return a->contents = imported;
    a->contents = tf1c_body_arg(a->body, TF1C_CARRIED, imported, tf_get_shape(imported));
    a->carried = a->body->n_in - 1;
    return a->contents;
}

/* ---- making and writing ------------------------------------------------------------------------------------------------------ */

tf_tensor tf_tensor_array_(struct tf_tensor_array_args args)
{
    TF_FROM(args.here);
    tf_tensor mistake;
    if (!args.dtype)
        return tf_mistake(tf_type_error, args.here, NULL, "__init__() missing 1 required positional argument: 'dtype'");
    if (!tf1c_given_shape(&args.element_shape, args.here, &mistake))
        return mistake;
    tf_operand size = tf1c_given(args.size);
    if (!size.kind && !args.dynamic_size)
        return tf_mistake(tf_value_error, args.here, NULL, "Size must be provided if flow is not provided");
    tf_tensor n = tf_convert(size.kind ? size : tf_operand_integer(0), tf_int32, args.here, "size");
    const tf_dims d = tf_get_shape(n);
    if (tf_is_poisoned(n))
        return n;
    if (d.known && d.rank)
        return tf_mistake(tf_invalid_argument, args.here, NULL, "TensorArray size must be scalar, but had shape: %s",
                          tf_dims_kernel_text(d, (char[TF_DIMS_TEXT]){ 0 }, TF_DIMS_TEXT));
    tf1c_count_more(1);
    return handle((array){ .dtype = args.dtype, .element = args.element_shape, .size = n, .dynamic = args.dynamic_size });
}

/* None if `value`, without its first axis if it is several, fits the array. */
static tf_tensor check_value(const array *a, tf_tensor value, bool several, tf_dims *element, tf_source here)
{
    char saw[TF_DIMS_TEXT], expected[TF_DIMS_TEXT];
    tf_dims d = several ? tf1c_element_dims(tf_get_shape(value)) : tf_get_shape(value);
    if (tf_is_poisoned(value))
        return value;
    if (tf_get_dtype(value) != a->dtype)
        return tf_mistake(tf_invalid_argument, here, NULL, "TensorArray dtype is %s but Op is trying to write dtype %s.",
                          tf_dtype_kernel_name(a->dtype), tf_dtype_kernel_name(tf_get_dtype(value)));
    if (!d.known || !a->element.known) {
        *element = a->element.known ? a->element : d;
        return (tf_tensor){ 0 };
    }
    if (!tf_merge_dims(a->element, d, element))
        return tf_mistake(tf_value_error, here, NULL, "Inconsistent shapes: saw %s but expected %s (and infer_shape=True)",
                          tf_dims_text(d, saw, sizeof saw), tf_dims_text(a->element, expected, sizeof expected));
    return (tf_tensor){ 0 };
}

/* None if the index is fit to be written at. */
static tf_tensor check_index(const array *a, tf_tensor index, tf_source here)
{
    tf_ndarray value, size;
    if (tf_is_poisoned(index))
        return index;
    if (!tf_constant_value(index, &value) || np_size(value) != 1)
        return (tf_tensor){ 0 };
    const int64_t i = tf1c_whole(&value, 0);
    const array *begin = a->root;
    if (i < 0)
        return tf_mistake(tf_invalid_argument, here, NULL,
                          "Tried to write to index %lld but array is not resizeable and size is: 0", (long long)i);
    if (writer_of(a, i))
        return tf_mistake(tf_invalid_argument, here, NULL,
                          "Could not write to TensorArray index %lld because it has already been written to.", (long long)i);
    if (begin->size.op && !begin->dynamic && tf_constant_value(begin->size, &size) && i >= tf1c_whole(&size, 0))
        return tf_mistake(tf_invalid_argument, here, NULL,
                          "Tried to write to index %lld but array is not resizeable and size is: %lld", (long long)i,
                          (long long)tf1c_whole(&size, 0));
    return (tf_tensor){ 0 };
}

static tf_tensor written(tf_tensor ta, tf_operand index, tf_operand given, bool several, tf_source here)
{
    tf_tensor mistake;
    array *a = sound_array(ta, here, &mistake);
    if (!a)
        return mistake;
    const tf_tensor at = tf_convert(index, tf_int32, here, several ? "indices" : "index");
    const tf_tensor value = tf_convert(given, given.kind == TF_OPERAND_TENSOR ? tf_dtype_unset : a->dtype, here, "value");
    tf_dims element = { 0 }, d = tf_get_shape(at);
    mistake = check_value(a, value, several, &element, here);
    if (!mistake.op && !several)
        mistake = check_index(a, at, here);
    if (!mistake.op && d.known && d.rank != (several ? 1 : 0))
        mistake = tf_mistake(tf_value_error, here, NULL, "Shape must be rank %d but is rank %d", several ? 1 : 0, d.rank);
    tf1c_count_more((tf1c_current_graph()->parent ? 2 : 1)); /* in a loop its handle enters */
    if (mistake.op)
        return mistake;
    array w = {
        .dtype = a->dtype, .element = element, .before = a, .indices = at, .values = value, .one = !several, .dynamic = a->dynamic
    };
    w.in_order = a->in_order >= 0 && index_of(&w) == a->in_order ? a->in_order + 1 : -1;
    return handle(w);
}

tf_tensor tf_tensor_array_write_(tf_tensor ta, tf_operand index, tf_operand value, tf_source here)
{
    TF_FROM(here);
    return written(ta, index, value, false, here);
}

tf_tensor tf_tensor_array_scatter_(tf_tensor ta, tf_operand indices, tf_operand value, tf_source here)
{
    TF_FROM(here);
    return written(ta, indices, value, true, here);
}

tf_tensor tf_tensor_array_unstack_(tf_tensor ta, tf_operand given, tf_source here)
{
    TF_FROM(here);
    tf_tensor mistake;
    array *a = sound_array(ta, here, &mistake);
    if (!a)
        return mistake;
    const tf_tensor value = tf_convert(given, given.kind == TF_OPERAND_TENSOR ? tf_dtype_unset : a->dtype, here, "value");
    const tf_dims d = tf_get_shape(value);
    tf_dims element;
    mistake = check_value(a, value, true, &element, here);
    if (!mistake.op && d.known && !d.rank)
        mistake = tf_mistake(tf_value_error, here, NULL, "Shape must be at least rank 1 but is rank 0");
    tf1c_count_more(9);
    return mistake.op ? mistake
                      : handle((array){ .dtype = a->dtype, .element = element, .contents = value, .dynamic = a->dynamic });
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------- */

/* The contents where they are asked for, in the current graph. */
static tf_tensor whole(tf_tensor ta, tf_source here, array **a)
{
    tf_tensor mistake;
    *a = sound_array(ta, here, &mistake);
    return *a ? contents_of(*a, here) : mistake;
}

tf_tensor tf_tensor_array_read_(tf_tensor ta, tf_operand index, tf_source here)
{
    TF_FROM(here);
    array *a = array_of(tf1c_sound(ta, here));
    tf_ndarray value;
    const tf_tensor at = tf_convert(index, tf_int32, here, "index");
    if (tf_is_poisoned(at))
        return at;
    const array *writer = a && tf_constant_value(at, &value) && np_size(value) == 1 ? writer_of(a, tf1c_whole(&value, 0)) : NULL;
    if (writer)
        return tf1c_import(tf1c_current_graph(), writer->values, here);
    const tf_graph *g = tf1c_current_graph();
    const int before = tf1c_count_now(), made = g->parent ? 3 + (at.op->graph != g) : 1; /* what enters a body among them */
    const tf_tensor all = whole(ta, here, &a), element = tf_is_poisoned(all) ? all : tf_gather(all, at);
    tf1c_count_as(before + made);
    return element;
}

tf_tensor tf_tensor_array_gather_(tf_tensor ta, tf_operand indices, tf_source here)
{
    TF_FROM(here);
    array *a;
    const tf_tensor at = tf_convert(indices, tf_int32, here, "indices"), all = whole(ta, here, &a);
    return tf_is_poisoned(at) ? at : tf_is_poisoned(all) ? all : tf_gather(all, at);
}

tf_tensor tf_tensor_array_stack_(tf_tensor ta, tf_source here)
{
    TF_FROM(here);
    array *a;
    const tf_tensor all = whole(ta, here, &a);
    tf1c_count_more(5);
    return tf_is_poisoned(all) ? all : tf1c_import(tf1c_current_graph(), all, here);
}

/* Its elements below each other, each with its own rows, if they were written one by one; none else. */
static tf_tensor end_to_end(array *a)
{
    tf_list elements;
    if (!one_by_one(a, &elements))
        return (tf_tensor){ 0 };
    for (int i = 0; i < elements.n; i++) {
        const tf_dims d = tf_get_shape(elements.items[i]);
        if (d.known && !d.rank)
            return (tf_tensor){ 0 };
    }
    struct tf_with_ in = tf_graph_open_(a->graph);
    const tf_tensor all = tf_concat(elements, 0);
    tf_with_close_(&in);
    return all;
}

tf_tensor tf_tensor_array_concat_(tf_tensor ta, tf_source here)
{
    TF_FROM(here);
    tf_tensor mistake;
    array *a = sound_array(ta, here, &mistake);
    if (!a)
        return mistake;
    const tf_tensor below = end_to_end(a);
    if (below.op)
        return tf1c_import(tf1c_current_graph(), below, here);
    const tf_tensor all = contents_of(a, here);
    const tf_dims d = tf_get_shape(all);
    if (tf_is_poisoned(all))
        return all;
    if (d.known && d.rank < 2)
        return tf_mistake(tf_invalid_argument, here, NULL, "Concat saw a scalar shape at index 0 but requires at least vectors.");
    const tf_tensor rest = tf_getitem(tf_shape(all), "2:");
    return tf_reshape(all, tf_concat(LIST(tf_convert(tf_operand_dims(SHAPE(-1)), tf_int32, here, "rows"), rest), 0));
}

tf_tensor tf_tensor_array_size_(tf_tensor ta, tf_source here)
{
    TF_FROM(here);
    tf_tensor mistake;
    array *a = sound_array(ta, here, &mistake);
    if (!a)
        return mistake;
    const array *begin = beginning_of(a);
    if (!begin->contents.op && begin->body && !begin->dynamic)
        return tf_tensor_array_size_(begin->outer, here);
    if (!begin->contents.op && !begin->body && (!begin->dynamic || begin == a))
        return tf1c_import(tf1c_current_graph(), begin->size, here);
    const tf_tensor all = contents_of(a, here);
    return tf_is_poisoned(all) ? all : rows_of(all);
}

/* ---- in loops -------------------------------------------------------------------------------------------------------------------- */

tf_tensor tf1c_tensor_array_arg(tf1c_body *b, tf_tensor outer)
{
    const array *o = array_of(outer);
    return handle((array){ .dtype = o->dtype, .element = o->element, .dynamic = o->dynamic, .body = b, .outer = outer });
}

bool tf1c_is_counter(tf_tensor begin, tf_tensor before, tf_tensor after)
{
    tf_ndarray first, step;
    const tf_operation *next = after.op;
    return tf_constant_value(begin, &first) && np_get(first, 0) == 0 && (next->def->traits & TF_PLUS) && next->n_inputs == 2 &&
           tf_same_tensor(next->inputs[0], before) && tf_constant_value(next->inputs[1], &step) && np_size(step) == 1 &&
           np_get(step, 0) == 1;
}

static bool add_write(tf1c_body *b, const array *w, tf1c_tensor_array_written *to, tf_source here)
{
    tf_tensor value = w->one ? w->values : (tf_tensor){ 0 };
    if (!value.op)
        return !tf_fail(tf_unimplemented, tf1c_source(here), NULL, "TensorArray.scatter in a loop: write its elements one by one.");
    value = tf1c_import(b->graph, value, here);
    const tf_tensor index = tf1c_import(b->graph, w->indices, here);
    if (tf_is_poisoned(value) || tf_is_poisoned(index) || !tf1c_fits_stacked(tf_get_shape(value), NULL))
        return false;
    to->n++;
    return tf1c_body_result(b, TF1C_STACKED, -1, value) && (to->by_step || tf1c_body_result(b, TF1C_STACKED, -1, index));
}

static bool add_writes(tf1c_body *b, const array *a, const array *begin, tf1c_tensor_array_written *to, tf_source here)
{
    return a == begin || (add_writes(b, a->before, begin, to, here) && add_write(b, a, to, here));
}

bool tf1c_tensor_array_results(tf1c_body *b, tf_tensor arg, tf_tensor result, bool (*counts)(tf_tensor index, void *context),
                               void *context, tf1c_tensor_array_written *w, tf_source here)
{
    array *begin = array_of(arg), *a = array_of(result);
    const array *from = a;
    while (from && from != begin)
        from = from->before;
    if (!from)
        return !tf_fail(tf_value_error, tf1c_source(here), NULL,
                        "A TensorArray of the loop's is another one after a step: what is written to it must be returned.");
    w->outer = begin->outer;
    w->first = b->n_out;
    w->carried = -1;
    if (begin->carried >= 0) {
        const tf_tensor all = a == begin ? begin->contents : contents_of(a, here);
        w->carried = b->n_out;
        return !tf_is_poisoned(all) && tf1c_body_result(b, TF1C_FINAL, begin->carried, all);
    }
    w->by_step = a != begin && a->before == begin && counts(a->indices, context);
    return add_writes(b, a, begin, w, here);
}

static tf_tensor taken(tf_operation *loop, int output, tf_tensor steps)
{
    const tf_tensor t = { .op = loop, .index = output };
    return steps.op ? tf_getitem_tensors(t, LIST(steps), ":{}") : t;
}

tf_tensor tf1c_tensor_array_after(const tf1c_tensor_array_written *w, tf_operation *loop, tf_tensor steps, tf_source here)
{
    array *o = array_of(w->outer);
    const bool was_empty = !o->before && !o->contents.op && !o->body;
    (void)here;
    if (w->carried >= 0)
        return handle((array){
            .dtype = o->dtype, .element = o->element, .dynamic = o->dynamic, .contents = { .op = loop, .index = w->carried } });
    if (w->n && w->by_step && was_empty) {
        const tf_tensor all = taken(loop, w->first, steps);
        return handle(
            (array){ .dtype = o->dtype, .element = tf1c_element_dims(tf_get_shape(all)), .dynamic = o->dynamic, .contents = all });
    }
    tf_tensor ta = w->outer;
    for (int i = 0, output = w->first; i < w->n; i++, output += w->by_step ? 1 : 2) {
        const tf_tensor all = taken(loop, output, steps);
        const tf_tensor at = w->by_step ? tf_range(rows_of(all)) : taken(loop, output + 1, steps);
        ta = handle((array){ .dtype = o->dtype,
                             .element = tf1c_element_dims(tf_get_shape(all)),
                             .before = array_of(ta),
                             .in_order = -1,
                             .indices = at,
                             .values = all,
                             .dynamic = o->dynamic });
    }
    return ta;
}
