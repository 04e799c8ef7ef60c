/* Iterators: operations whose state in a session is a tree of stages under way. TF1: core/kernels/data/iterator_ops.cc,
 * python/data/ops/iterator_ops.py. */
#include "ops/data/iterator.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "core/strings.h"
#include "ops/control_flow/counts.h"
#include "ops/data/stage.h"
#include "ops/family.h"

typedef struct tf1c_iterator_ iterator;
struct tf1c_iterator_ {
    tf_data_iterator public_;
    tf_graph *graph;
    const tf_operation *resource; /* whose state the session keeps; NULL: a handle tells */
    const tf1c_dataset *dataset;  /* of a one-shot iterator: opened at the first element, with the values of: */
    tf_tensor *tensors;
    int n_tensors;
    tf_tensor handle;
    tf_operation *mistake; /* it was not made */
};

/* ---- a pass under way, shared by the runs that read it ----------------------------------------------------------------------------------- */

/* An element on loan to a run. */
typedef struct lease lease;
typedef struct {
    pthread_mutex_t lock;
    int users; /* the session, and leases */
    tf1c_stage *stages;
    tf_ndarray *values; /* what it was opened with */
    int n_values;
    lease *spare;
} pass;
struct lease {
    lease *next;
    pass *of;
    tf1c_element element;
};
typedef struct {
    pass *now;
} iterator_state;

static pthread_mutex_t states = PTHREAD_MUTEX_INITIALIZER; /* which pass is a state's, and how many use it; held for moments */

static void free_values(tf_ndarray *values, int n)
{
    for (int i = 0; values && i < n; i++)
        np_free(&values[i]);
    tf1c_free(values);
}

static void pass_free(pass *p)
{
    tf1c_stage_close(p->stages);
    free_values(p->values, p->n_values);
    for (lease *l = p->spare, *next; l; l = next) {
        next = l->next;
        tf1c_element_close(&l->element);
        tf1c_free(l);
    }
    pthread_mutex_destroy(&p->lock);
    tf1c_free(p);
}

static void let_go(pass *p)
{
    pthread_mutex_lock(&states);
    const bool last = p && --p->users == 0;
    pthread_mutex_unlock(&states);
    if (last)
        pass_free(p);
}

static pass *hold(iterator_state *s)
{
    pthread_mutex_lock(&states);
    pass *p = s->now;
    if (p)
        p->users++;
    pthread_mutex_unlock(&states);
    return p;
}

static void replace(iterator_state *s, pass *p)
{
    pthread_mutex_lock(&states);
    pass *before = s->now;
    s->now = p;
    pthread_mutex_unlock(&states);
    let_go(before);
}

static void release_resource(void *state) { replace(state, NULL); }

/* Takes the values, whatever comes of it. NULL after a report. */
static pass *pass_new(const tf_operation *op, const tf1c_dataset *d, tf_ndarray *values, int n, bool fused)
{
    tf1c_fault fault;
    pass *p = tf1c_alloc_zero(sizeof *p);
    if (!p) {
        free_values(values, n);
        tf_fail(tf_memory_error, op->here, op->name, "no memory left for an iterator");
        return NULL;
    }
    *p = (pass){ .users = 1, .values = values, .n_values = n };
    pthread_mutex_init(&p->lock, NULL);
    p->stages = tf1c_stage_open(d, values, fused, &fault);
    if (p->stages)
        return p;
    tf1c_fault_report(&fault, op);
    pass_free(p);
    return NULL;
}

/* ---- elements for runs ------------------------------------------------------------------------------------------------------------------------ */

static lease *take_lease(pass *p, int n)
{
    lease *l = p->spare;
    if (l) {
        p->spare = l->next;
    } else if ((l = tf1c_alloc_zero(sizeof *l)) && !tf1c_element_open(&l->element, n)) {
        tf1c_free(l);
        l = NULL;
    }
    if (l)
        l->of = p;
    return l;
}

static void give_back(void *of)
{
    lease *l = of;
    pass *p = l->of;
    pthread_mutex_lock(&p->lock);
    l->next = p->spare;
    p->spare = l;
    pthread_mutex_unlock(&p->lock);
    let_go(p);
}

/* From a pass that is held: by the lease afterwards, or let go. */
static tf_status pull_from(tf_exchange *x, pass *p)
{
    const tf_operation *op = x->op;
    pthread_mutex_lock(&p->lock);
    lease *l = take_lease(p, op->n_outputs);
    const tf1c_next next = l ? tf1c_stage_next(p->stages, &l->element) : TF1C_FAULT;
    const tf1c_fault fault = p->stages->fault;
    pthread_mutex_unlock(&p->lock);
    if (!l) {
        let_go(p);
        return tf_fail(tf_memory_error, op->here, op->name, "no memory left for an element");
    }
    x->release = give_back;
    x->lease = l;
    for (int i = 0; i < op->n_outputs; i++)
        x->out[i] = l->element.at[i].value;
    return next == TF1C_ELEMENT ? tf_ok
           : next == TF1C_END   ? tf_fail(tf_out_of_range, op->here, op->name, "End of sequence")
                                : tf1c_fault_report(&fault, op);
}

/* ---- OneShotIterator, IteratorV2: what the session keeps ------------------------------------------------------------------------------------ */

typedef struct {
    const iterator *of;
} iterator_attrs;
static const tf_attr_def iterator_fields[] = { TF_ATTR(iterator_attrs, of, TF_ATTR_POINTER), { 0 } };

static void nothing(tf_kernel_ctx *k) { (void)k; }

static const tf_op_def one_shot_op = {
    .name = "OneShotIterator",
    .in = "",
    .out = "",
    .attrs = iterator_fields,
    .attrs_size = sizeof(iterator_attrs),
    .kernel = nothing,
    .resource_size = sizeof(iterator_state),
    .release = release_resource,
    .gradient = tf_no_gradient,
};
static const tf_op_def iterator_op = {
    .name = "IteratorV2",
    .in = "",
    .out = "",
    .kernel = nothing,
    .resource_size = sizeof(iterator_state),
    .release = release_resource,
    .gradient = tf_no_gradient,
};

/* ---- MakeIterator: starts a pass with the values of the run that it is in ----------------------------------------------------------------------- */

typedef struct {
    const iterator *of;
    const tf1c_dataset *dataset;
    const tf_operation **tables; /* in place of the values that the inputs leave out */
    bool fused;                  /* by TF's optimizer, which looks at what is initialized by its own initializer alone */
} make_attrs;
static const tf_attr_def make_fields[] = { TF_ATTR(make_attrs, of, TF_ATTR_POINTER),
                                           TF_ATTR(make_attrs, dataset, TF_ATTR_POINTER),
                                           TF_ATTR(make_attrs, tables, TF_ATTR_POINTER),
                                           TF_ATTR(make_attrs, fused, TF_ATTR_BOOL),
                                           { 0 } };

/* Constants stay where they are; others are taken over. */
static tf_ndarray taken(tf_ndarray *in)
{
    const tf_ndarray value = *in;
    if (in->memory)
        *in = (tf_ndarray){ 0 };
    return value;
}

static tf_status make_push(tf_exchange *x)
{
    const make_attrs *a = x->op->attrs;
    const int n = tf1c_dataset_values(a->dataset);
    iterator_state *state = tf1c_lent.memory(x->session, a->of->resource);
    tf_ndarray *values = state ? tf1c_alloc_zero(((size_t)n + 1) * sizeof *values) : NULL;
    if (!values)
        return state ? tf_fail(tf_memory_error, x->op->here, x->op->name, "no memory left for an iterator") : tf_memory_error;
    for (int i = 0, at = 0; i < n; i++)
        if (a->tables[i])
            values[i] = np_array(tf1c_lent.memory(x->session, a->tables[i]), tf_bool, SCALAR);
        else
            values[i] = taken(&x->in[at++]);
    pass *p = pass_new(x->op, a->dataset, values, n, a->fused);
    if (!p)
        return tf_last_error()->code;
    replace(state, p);
    return tf_ok;
}

static const tf_op_def make_iterator_op = {
    .name = "MakeIterator",
    .in = "values:?*",
    .out = "",
    .attrs = make_fields,
    .attrs_size = sizeof(make_attrs),
    .traits = TF_SIDE_EFFECT,
    .kernel = nothing,
    .push = make_push,
    .gradient = tf_no_gradient,
};

/* ---- IteratorGetNext ----------------------------------------------------------------------------------------------------------------------------- */

static void next_shape(tf_shape_ctx *c)
{
    const iterator *it = ((const iterator_attrs *)tf_shape_attrs(c))->of;
    for (int i = 0; i < tf_shape_outputs(c); i++) {
        tf_set_out(c, i, it->public_.output_shapes.items[i]);
        tf_set_out_dtype(c, i, it->public_.output_types.items[i]);
    }
}

/* A one-shot iterator's first element: its dataset needs no run of the user's. Of two runs at once the first pass counts. */
static tf_status begin_one_shot(const tf_exchange *x, const iterator *it, iterator_state *state)
{
    const int n = it->n_tensors;
    tf_ndarray *values = tf1c_alloc_zero(((size_t)n + 1) * sizeof *values);
    if (!values)
        return tf_fail(tf_memory_error, x->op->here, x->op->name, "no memory left for an iterator");
    const tf_status status = tf1c_lent.values(x->session, n, it->tensors, values);
    if (status) {
        free_values(values, n);
        return status;
    }
    pass *p = pass_new(it->resource, it->dataset, values, n, true);
    if (!p)
        return tf_last_error()->code;
    pthread_mutex_lock(&states);
    const bool first = !state->now;
    if (first)
        state->now = p;
    pthread_mutex_unlock(&states);
    if (!first)
        let_go(p);
    return tf_ok;
}

/* The iterator that a handle names. */
static const tf_operation *named(const tf_exchange *x)
{
    const tf_ndarray *in = x->in;
    char name[256];
    const tf_bytes s = in->dtype == tf_string && in->shape.rank == 0 ? *(const tf_bytes *)in->data : (tf_bytes){ 0 };
    snprintf(name, sizeof name, "%.*s", (int)(s.size < 200 ? s.size : 200), s.data ? s.data : "");
    const tf_operation *op = tf1c_map_get(&x->op->graph->universe->by_name, name);
    if (op && (op->def == &one_shot_op || op->def == &iterator_op))
        return op;
    tf_fail(tf_invalid_argument, x->op->here, x->op->name, "The handle '%s' is that of no iterator of this graph.", name);
    return NULL;
}

static tf_status next_pull(tf_exchange *x)
{
    const iterator *it = ((const iterator_attrs *)x->op->attrs)->of;
    const tf_operation *resource = it->resource ? it->resource : named(x);
    if (!resource)
        return tf_invalid_argument;
    iterator_state *state = tf1c_lent.memory(x->session, resource);
    if (!state)
        return tf_memory_error;
    pass *p = hold(state);
    if (!p && resource->def == &one_shot_op) {
        const tf_status status = begin_one_shot(x, ((const iterator_attrs *)resource->attrs)->of, state);
        if (status)
            return status;
        p = hold(state);
    }
    if (!p)
        return tf_fail(
            tf_failed_precondition, x->op->here, x->op->name,
            "GetNext() failed because the iterator has not been initialized. Ensure that you have run the initializer operation for this iterator before getting the next element.");
    return pull_from(x, p);
}

static const tf_op_def get_next_op = {
    .name = "IteratorGetNext",
    .in = "handle:?*",
    .out = "components:?*",
    .attrs = iterator_fields,
    .attrs_size = sizeof(iterator_attrs),
    .traits = TF_STATEFUL,
    .shape = next_shape,
    .kernel = nothing,
    .pull = next_pull,
    .gradient = tf_no_gradient,
};

/* ---- IteratorToStringHandle: the operation's name ---------------------------------------------------------------------------------------------------- */

static void handle_kernel(tf_kernel_ctx *k)
{
    const iterator *it = ((const iterator_attrs *)k->attrs)->of;
    *TF_DATA(k, out, 0, tf_bytes) = (tf_bytes){ it->resource->name, strlen(it->resource->name) };
}
static const tf_op_def string_handle_op = {
    .name = "IteratorToStringHandle",
    .in = "",
    .out = "string_handle:string",
    .attrs = iterator_fields,
    .attrs_size = sizeof(iterator_attrs),
    .traits = TF_STATEFUL,
    .shape = tf_scalar_shape,
    .kernel = handle_kernel,
    .gradient = tf_no_gradient,
};

/* ---- builders ---------------------------------------------------------------------------------------------------------------------------------------- */

static iterator *iterator_new(tf_types types, tf_shapes shapes, tf_operation *mistake)
{
    static iterator without_memory = { .public_ = { .private_ = &without_memory } };
    tf_graph *g = tf1c_current_graph();
    iterator *it = g ? tf1c_graph_alloc(g, sizeof *it) : NULL;
    tf_dtype *own_types = it ? tf1c_graph_alloc(g, ((size_t)types.n + 1) * sizeof *own_types) : NULL;
    tf_dims *own_shapes = own_types ? tf1c_graph_alloc(g, ((size_t)types.n + 1) * sizeof *own_shapes) : NULL;
    if (!own_shapes) {
        without_memory.mistake = tf1c_poison(g);
        return &without_memory;
    }
    for (int i = 0; i < types.n; i++) {
        own_types[i] = types.items[i];
        own_shapes[i] = shapes.items ? shapes.items[i] : (tf_dims){ 0 };
    }
    *it = (iterator){ .public_ = { { types.n, own_types }, { types.n, own_shapes }, mistake, it }, .graph = g, .mistake = mistake };
    return it;
}

static tf_data_iterator *iterator_of(tf_operation *mistake)
{
    return &iterator_new((tf_types){ 0 }, (tf_shapes){ 0 }, mistake)->public_;
}

/* The dataset behind a handle. NULL after a report, with *mistake. */
static const tf1c_dataset *sound(const tf_data_dataset *d, tf_operation **mistake, tf_source here)
{
    if (!d || !d->private_)
        *mistake = tf_mistake(tf_type_error, here, NULL, "`dataset` must be a Dataset, not None").op;
    else if (d->private_->poisoned)
        *mistake = d->private_->mistake;
    else
        return d->private_;
    return NULL;
}

/* Iterators and what reads them are of the graph itself; a body's step reads one from outside. NULL, or a mistake. */
static tf_operation *in_body(const char *what, tf_source here)
{
    const tf_graph *g = tf1c_current_graph();
    return g && g->parent ? tf_mistake(tf_unimplemented, here, NULL,
                                       "%s inside the body of a loop, branch or dataset: read the element outside of it.", what)
                                .op
                          : NULL;
}

static tf_operation *resource_node(const tf_op_def *def, const iterator *it, const char *name, tf_source here)
{
    const iterator_attrs attrs = { it };
    return tf_op_new(def, (struct tf_op_args){ .here = here, .name = name, .attrs = def->attrs ? &attrs : NULL });
}

/* What a one-shot iterator's dataset is made of is there without a run: no placeholders, no variables. NULL, or a mistake. */
static tf_operation *needs_a_run(tf_tensor t, int depth, tf_source here)
{
    enum { DEEPEST = 64 };
    const tf_operation *op = t.op;
    if (tf1c_is_mistake(op))
        return (tf_operation *)op;
    if (op->def->traits & TF_SOURCE_OP && !op->n_inputs && op->def != tf1c_basic.constant && !(op->def->traits & TF_VARIABLE))
        return tf_mistake(tf_value_error, here, NULL, "Cannot capture a placeholder (name:%s, type:%s) by value.", op->name,
                          op->def->name)
            .op;
    if (op->def->traits & TF_VARIABLE || op->def->resource_size || op->def->pull)
        return tf_mistake(
                   tf_value_error, here, NULL,
                   "Failed to create a one-shot iterator for a dataset. `Dataset.make_one_shot_iterator()` does not support datasets that capture stateful objects, such as a `Variable` or `LookupTable`. In these cases, use `Dataset.make_initializable_iterator()`. (Original error: Cannot capture a stateful node (name:%s, type:%s) by value.)",
                   op->name, op->def->name)
            .op;
    tf_operation *mistake = NULL;
    for (int i = 0; i < op->n_inputs && !mistake && depth < DEEPEST; i++)
        mistake = needs_a_run(op->inputs[i], depth + 1, here);
    return mistake;
}

static bool keep_tensors(iterator *it, const tf1c_dataset *d)
{
    it->n_tensors = tf1c_dataset_values(d);
    it->tensors = tf1c_graph_alloc(it->graph, ((size_t)it->n_tensors + 1) * sizeof *it->tensors);
    if (it->tensors)
        tf1c_dataset_tensors(d, it->tensors);
    return it->tensors;
}

tf_data_iterator *tf_make_one_shot_iterator_(tf_data_dataset *dataset, tf_source here)
{
    here = tf1c_source(here);
    TF_FROM(here);
    tf_operation *mistake = in_body("tf_make_one_shot_iterator", here);
    const tf1c_dataset *d = mistake ? NULL : sound(dataset, &mistake, here);
    if (!d)
        return iterator_of(mistake);
    iterator *it = iterator_new(d->public_.output_types, d->public_.output_shapes, NULL);
    if (it->mistake || !keep_tensors(it, d))
        return iterator_of(tf1c_record_mistake(tf1c_current_graph()));
    for (int i = 0; i < it->n_tensors; i++)
        if ((mistake = needs_a_run(it->tensors[i], 0, here)))
            return iterator_of(mistake);
    it->dataset = d;
    tf_operation *resource = resource_node(&one_shot_op, it, NULL, here);
    if (tf1c_is_mistake(resource))
        return iterator_of(resource);
    it->resource = resource;
    tf1c_count_more(1); /* its handle */
    return &it->public_;
}

/* Tables are filled when they are asked, whether before the iterator starts or after: they are no values of its initializer's run. */
static int without_tables(int n, tf_tensor *tensors, const tf_operation **tables)
{
    int left = 0;
    for (int i = 0; i < n; i++) {
        const tf_op_def *def = tensors[i].op->def;
        tables[i] = def && def->traits & TF_VARIABLE && def->resource_size ? tensors[i].op : NULL;
        if (!tables[i])
            tensors[left++] = tensors[i];
    }
    return left;
}

/* The operation that starts `it` on d. */
static tf_operation *make_node(const iterator *it, const tf1c_dataset *d, bool fused, const char *name, const char *default_name,
                               tf_source here)
{
    const int n = tf1c_dataset_values(d);
    const tf_operation **tables = tf1c_graph_alloc(it->graph, ((size_t)n + 1) * sizeof *tables);
    const make_attrs attrs = { it, d, tables, fused };
    tf_tensor *tensors = tf1c_alloc(((size_t)n + 1) * sizeof *tensors);
    if (!tensors || !tables) {
        tf1c_free(tensors);
        return tf_mistake(tf_memory_error, here, NULL, "no memory left for the graph").op;
    }
    tf1c_dataset_tensors(d, tensors);
    const tf_tensor t = tf1c_op_of_list(
        &make_iterator_op, (struct tf_op_args){ .here = here, .name = name, .default_name = default_name, .attrs = &attrs },
        (tf_list){ .n = without_tables(n, tensors, tables), .items = tensors });
    tf1c_free(tensors);
    return t.op;
}

tf_data_iterator *tf_make_initializable_iterator_(tf_data_dataset *dataset, struct tf_data_iterator_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf_operation *mistake = in_body("tf_make_initializable_iterator", here);
    const tf1c_dataset *d = mistake ? NULL : sound(dataset, &mistake, here);
    if (!d)
        return iterator_of(mistake);
    iterator *it = iterator_new(d->public_.output_types, d->public_.output_shapes, NULL);
    if (it->mistake)
        return &it->public_;
    tf1c_count_more(3); /* the optimizer's datasets */
    tf_operation *resource = resource_node(&iterator_op, it, NULL, here);
    if (tf1c_is_mistake(resource))
        return iterator_of(resource);
    it->resource = resource;
    it->public_.initializer = make_node(it, d, true, NULL, NULL, here);
    tf1c_count_more(1);
    return &it->public_;
}

static tf_operation *check_structure(const char *what, tf_types types, tf_shapes shapes, tf_source here)
{
    tf_operation *mistake = in_body(what, here);
    if (mistake || tf1c_sound_structure(types, shapes))
        return mistake;
    return tf_mistake(tf_type_error, here, NULL, "%s was given %d types and %d shapes, or one that is none.", what, types.n,
                      shapes.n)
        .op;
}

tf_data_iterator *tf_iterator_from_structure_(tf_types types, struct tf_structure_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf_operation *mistake = check_structure("tf_data_iterator_from_structure", types, a.output_shapes, here);
    if (mistake)
        return iterator_of(mistake);
    iterator *it = iterator_new(types, a.output_shapes, NULL);
    if (it->mistake)
        return &it->public_;
    tf_operation *resource = resource_node(&iterator_op, it, a.name, here);
    if (tf1c_is_mistake(resource))
        return iterator_of(resource);
    it->resource = resource;
    tf1c_count_more(1);
    return &it->public_;
}

static void types_text(tf_types types, char *text, size_t n)
{
    size_t at = (size_t)snprintf(text, n, "%s", types.n > 1 ? "(" : "");
    for (int i = 0; i < types.n && at < n; i++)
        at += (size_t)snprintf(text + at, n - at, "%stf.%s", i ? ", " : "", tf_dtype_name(types.items[i]));
    if (types.n > 1 && at < n)
        snprintf(text + at, n - at, ")");
}

static void shapes_text(tf_shapes shapes, char *text, size_t n)
{
    char one[TF_DIMS_TEXT];
    size_t at = (size_t)snprintf(text, n, "%s", shapes.n > 1 ? "(" : "");
    for (int i = 0; i < shapes.n && at < n; i++)
        at += (size_t)snprintf(text + at, n - at, "%s%s", i ? ", " : "", tf_dims_text(shapes.items[i], one, sizeof one));
    if (shapes.n > 1 && at < n)
        snprintf(text + at, n - at, ")");
}

/* Whether every shape of the dataset is one of the iterator's. */
static bool fits(const iterator *it, const tf1c_dataset *d)
{
    for (int i = 0; i < it->public_.output_types.n; i++) {
        const tf_dims want = it->public_.output_shapes.items[i], have = d->public_.output_shapes.items[i];
        if (want.known && (!have.known || have.rank != want.rank))
            return false;
        for (int j = 0; want.known && j < want.rank; j++)
            if (want.dims[j] != NONE && want.dims[j] != have.dims[j])
                return false;
    }
    return true;
}

static tf_operation *check_fit(const iterator *it, const tf1c_dataset *d, tf_source here)
{
    char want[512], got[512];
    bool same = it->public_.output_types.n == d->public_.output_types.n;
    for (int i = 0; same && i < d->public_.output_types.n; i++)
        same = it->public_.output_types.items[i] == d->public_.output_types.items[i];
    if (!same) {
        types_text(it->public_.output_types, want, sizeof want);
        types_text(d->public_.output_types, got, sizeof got);
        return tf_mistake(tf_type_error, here, NULL, "Expected output types %s but got dataset with output types %s.", want, got)
            .op;
    }
    if (fits(it, d))
        return NULL;
    shapes_text(it->public_.output_shapes, want, sizeof want);
    shapes_text(d->public_.output_shapes, got, sizeof got);
    return tf_mistake(tf_type_error, here, NULL, "Expected output shapes compatible with %s but got dataset with output shapes %s.",
                      want, got)
        .op;
}

static const iterator *sound_iterator(const tf_data_iterator *it, tf_operation **mistake, tf_source here)
{
    if (!it || !it->private_)
        *mistake = tf_mistake(tf_type_error, here, NULL, "`iterator` must be an Iterator, not None").op;
    else if (it->private_->mistake)
        *mistake = it->private_->mistake;
    else
        return it->private_;
    return NULL;
}

tf_operation *tf_make_initializer_(tf_data_iterator *iterator_, tf_data_dataset *dataset, struct tf_name_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf_operation *mistake = in_body("tf_make_initializer", here);
    const iterator *it = mistake ? NULL : sound_iterator(iterator_, &mistake, here);
    const tf1c_dataset *d = it ? sound(dataset, &mistake, here) : NULL;
    if (d && !it->resource)
        mistake = tf_mistake(tf_value_error, here, NULL, "An iterator of a handle has no initializer of its own.").op;
    else if (d)
        mistake = check_fit(it, d, here);
    return mistake ? mistake : make_node(it, d, false, a.name, "make_initializer", here);
}

tf_data_iterator *tf_iterator_from_string_handle_(tf_tensor handle, tf_types types, struct tf_structure_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    handle = tf1c_sound(handle, here);
    tf_operation *mistake = check_structure("tf_data_iterator_from_string_handle", types, a.output_shapes, here);
    if (!mistake && tf_is_poisoned(handle))
        mistake = tf_tensor_op(handle);
    if (!mistake && tf_get_dtype(handle) != tf_string)
        mistake =
            tf_mistake(
                tf_type_error, here, NULL,
                "Input 'string_handle' of 'IteratorFromStringHandleV2' Op has type %s that does not match expected type of string.",
                tf_dtype_name(tf_get_dtype(handle)))
                .op;
    if (mistake)
        return iterator_of(mistake);
    iterator *it = iterator_new(types, a.output_shapes, NULL);
    it->handle = handle;
    tf1c_count_more(2);
    return &it->public_;
}

tf_tensor tf_string_handle_(tf_data_iterator *iterator_, struct tf_name_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf_operation *mistake = NULL;
    const iterator *it = sound_iterator(iterator_, &mistake, here);
    if (!it)
        return (tf_tensor){ .op = mistake };
    if (!it->resource)
        return it->handle;
    const iterator_attrs attrs = { it };
    const int count = tf1c_count_now(); /* TF made it with the iterator */
    const tf_tensor t = { .op =
                              tf_op_new(&string_handle_op, (struct tf_op_args){ .here = here, .name = a.name, .attrs = &attrs }) };
    if (!a.name)
        tf1c_count_as(count);
    return t;
}

tf_list tf_get_next_(tf_data_iterator *iterator_, struct tf_name_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf_operation *mistake = in_body("tf_get_next", here);
    const iterator *it = mistake ? NULL : sound_iterator(iterator_, &mistake, here);
    const int n = it ? it->public_.output_types.n : 1;
    if (mistake)
        return tf_mistake_list(n, (tf_tensor){ .op = mistake });
    const iterator_attrs attrs = { it };
    const tf_operand handle = tf_operand_tensor(it->handle);
    tf_operation *op = tf_op_new(
        &get_next_op,
        (struct tf_op_args){
            .here = here, .name = a.name, .attrs = &attrs, .n_inputs = it->resource ? 0 : 1, .inputs = &handle, .n_outputs = n });
    return tf1c_outputs(op, n);
}

/* clang-format off */
tf1c_op_family tf1c_family_iterator = {
    &one_shot_op,
    &iterator_op,
    &make_iterator_op,
    &get_next_op,
    &string_handle_op,
    NULL,
};
