/* Queues: elements that runs give and take. TF1: core/kernels/fifo_queue.cc, random_shuffle_queue_op.cc, queue_ops.cc. */
#include "ops/data_flow/queue.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "core/philox.h"
#include "ops/data_flow/queue_state.h"
#include "ops/family.h"

/* ---- elements in a session ------------------------------------------------------------------------------------------------------------ */

typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    tf1c_element *elements; /* a ring; of a queue that shuffles, from 0 on */
    int64_t first, n, room;
    bool closed, cancelled;
    tf1c_philox_stream words;
} contents;
typedef struct {
    contents *of;
} queue_resource;

static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER; /* held for moments */

static contents *contents_of(tf_session *s, const tf_queue *q)
{
    queue_resource *r = tf1c_lent.memory(s, q->resource);
    if (!r)
        return NULL;
    pthread_mutex_lock(&making);
    if (!r->of && (r->of = tf1c_alloc_zero(sizeof *r->of))) {
        const tf1c_philox p = tf1c_philox_init(q->seed, q->seed2);
        pthread_mutex_init(&r->of->lock, NULL);
        pthread_cond_init(&r->of->changed, NULL);
        r->of->words = tf1c_philox_stream_of(&p);
    }
    pthread_mutex_unlock(&making);
    if (!r->of)
        tf_fail(tf_memory_error, q->resource->here, q->resource->name, "no memory left for a queue");
    return r->of;
}

static void release_queue(void *resource)
{
    contents *c = ((queue_resource *)resource)->of;
    if (!c)
        return;
    for (int64_t i = 0; i < c->n; i++)
        tf1c_element_close(&c->elements[(c->first + i) % c->room]);
    tf1c_free(c->elements);
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->changed);
    tf1c_free(c);
}

/* Until something changes, or a moment has passed: whether the session was closed is looked at again. */
static void wait_a_moment(contents *c)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 50000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&c->changed, &c->lock, &until);
}

static const char *kind_of(const tf_queue *q)
{
    return q->shuffles ? "RandomShuffleQueue" : q->pads ? "PaddingFIFOQueue" : "FIFOQueue";
}

static tf_status cancelled(const tf_exchange *x)
{
    return tf_fail(tf_cancelled, x->op->here, x->op->name, "Run call was cancelled");
}

/* c->lock held. */
static bool make_room(contents *c)
{
    if (c->n < c->room)
        return true;
    const int64_t bigger = c->room ? 2 * c->room : 8;
    tf1c_element *more = tf1c_alloc((size_t)bigger * sizeof *more);
    if (!more)
        return false;
    for (int64_t i = 0; i < c->n; i++)
        more[i] = c->elements[(c->first + i) % c->room];
    tf1c_free(c->elements);
    c->elements = more;
    c->first = 0;
    c->room = bigger;
    return true;
}

/* ---- enqueue ---------------------------------------------------------------------------------------------------------------------------- */

static const tf_attr_def enqueue_fields[] = { TF_ATTR(tf1c_enqueue_attrs, queue, TF_ATTR_POINTER),
                                              TF_ATTR(tf1c_enqueue_attrs, many, TF_ATTR_BOOL),
                                              { 0 } };
static void nothing(tf_kernel_ctx *k) { (void)k; }

/* Row `row` of the components, or all of them: -1. */
static bool copy_element(const tf_exchange *x, int64_t row, tf1c_element *e)
{
    if (!tf1c_element_open(e, x->op->n_inputs))
        return false;
    for (int i = 0; i < e->n; i++) {
        tf_ndarray a = x->in[i];
        if (row >= 0)
            a = np_at_(a, (int)row, (tf_source){ 0 });
        if (tf1c_component_copy(&e->at[i], &a))
            continue;
        tf1c_element_close(e);
        return false;
    }
    return true;
}

/* Takes the element, whatever comes of it. */
static tf_status put(const tf_exchange *x, const tf_queue *q, contents *c, tf1c_element *e)
{
    tf_status status = tf_ok;
    pthread_mutex_lock(&c->lock);
    while (!c->closed && c->n >= q->capacity && !tf1c_lent.is_closed(x->session))
        wait_a_moment(c);
    const bool goes = !c->closed && c->n < q->capacity && make_room(c);
    if (goes) {
        c->elements[(c->first + c->n++) % c->room] = *e;
        pthread_cond_broadcast(&c->changed);
    }
    const bool closed = c->closed;
    pthread_mutex_unlock(&c->lock);
    if (goes)
        return tf_ok;
    tf1c_element_close(e);
    if (closed)
        status = tf_fail(tf_cancelled, x->op->here, x->op->name, "%s '%s' is closed.", kind_of(q), q->resource->name);
    else
        status = tf1c_lent.is_closed(x->session) ? cancelled(x)
                                                 : tf_fail(tf_memory_error, x->op->here, x->op->name, "no memory left for a queue");
    return status;
}

/* What component i of an element is enqueued as, n of them if they are many. */
static tf_dims enqueued(const tf_queue *q, int i, bool many, int64_t n)
{
    const tf_dims one = q->shapes.items[i];
    return many && one.known ? tf1c_rows_of(n, one) : one;
}

/* Whether the components are what the queue holds. */
static tf_status check_shapes(const tf_exchange *x, const tf1c_enqueue_attrs *a, int64_t n)
{
    char expected[TF_DIMS_TEXT], got[TF_DIMS_TEXT];
    tf_dims merged;
    for (int i = 0; i < x->op->n_inputs; i++) {
        const tf_dims want = enqueued(a->queue, i, a->many, n);
        if (tf_merge_dims(x->in[i].shape, want, &merged))
            continue;
        return tf_fail(tf_invalid_argument, x->op->here, x->op->name, "Shape mismatch in tuple component %d. Expected %s, got %s",
                       i, tf_dims_kernel_text(want, expected, sizeof expected),
                       tf_dims_kernel_text(x->in[i].shape, got, sizeof got));
    }
    return tf_ok;
}

static tf_status enqueue_push(tf_exchange *x)
{
    const tf1c_enqueue_attrs *a = x->op->attrs;
    contents *c = contents_of(x->session, a->queue);
    tf_status status = c ? tf_ok : tf_memory_error;
    const int64_t n = a->many && x->in[0].shape.rank ? x->in[0].shape.dims[0] : 1;
    for (int i = 0; a->many && !status && i < x->op->n_inputs; i++)
        if (!x->in[i].shape.rank || x->in[i].shape.dims[0] != n)
            status = tf_fail(tf_invalid_argument, x->op->here, x->op->name,
                             "All input tensors must have the same size in the 0th dimension.");
    if (!status)
        status = check_shapes(x, a, n);
    for (int64_t i = 0; i < n && !status; i++) {
        tf1c_element e;
        status = copy_element(x, a->many ? i : -1, &e)
                     ? put(x, a->queue, c, &e)
                     : tf_fail(tf_memory_error, x->op->here, x->op->name, "no memory left for a queue");
    }
    return status;
}

static const tf_op_def enqueue_op = {
    .name = "QueueEnqueueV2",
    .in = "components:?*",
    .out = "",
    .attrs = enqueue_fields,
    .attrs_size = sizeof(tf1c_enqueue_attrs),
    .traits = TF_SIDE_EFFECT,
    .kernel = nothing,
    .push = enqueue_push,
    .gradient = tf_no_gradient,
};

tf1c_enqueue_attrs *tf1c_enqueue_of(const tf_operation *op) { return op && op->def == &enqueue_op ? op->attrs : NULL; }

/* ---- dequeue ------------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    tf_queue *queue;
    int64_t n; /* elements stacked; -1: one, as it is */
    bool up_to;
} dequeue_attrs;
static const tf_attr_def dequeue_fields[] = { TF_ATTR(dequeue_attrs, queue, TF_ATTR_POINTER),
                                              TF_ATTR(dequeue_attrs, n, TF_ATTR_INT),
                                              TF_ATTR(dequeue_attrs, up_to, TF_ATTR_BOOL),
                                              { 0 } };

static void dequeue_shape(tf_shape_ctx *c)
{
    const dequeue_attrs *a = tf_shape_attrs(c);
    for (int i = 0; i < tf_shape_outputs(c); i++) {
        const tf_dims d = a->queue->shapes.items[i];
        tf_set_out(c, i, a->n >= 0 && d.known ? tf1c_rows_of(a->up_to ? NONE : a->n, d) : d);
        tf_set_out_dtype(c, i, a->queue->dtypes.items[i]);
    }
}

/* c->lock held; one of c->n. */
static tf1c_element pick(const tf_queue *q, contents *c)
{
    if (!q->shuffles) {
        const tf1c_element e = c->elements[c->first];
        c->first = (c->first + 1) % c->room;
        c->n--;
        return e;
    }
    const int64_t at = (int64_t)(tf1c_philox_next(&c->words) % (uint64_t)c->n);
    const tf1c_element e = c->elements[at];
    c->elements[at] = c->elements[--c->n];
    return e;
}

/* c->lock held: what was taken goes back to where it was. */
static void put_back(const tf_queue *q, contents *c, tf1c_element *e)
{
    if (!make_room(c)) {
        tf1c_element_close(e);
        return;
    }
    if (!q->shuffles)
        c->first = (c->first + c->room - 1) % c->room;
    c->elements[q->shuffles ? c->n : c->first] = *e;
    c->n++;
}

static int64_t to_spare(const tf_queue *q, const contents *c) { return c->closed ? c->n : c->n - q->least; }

/* Waits for `want` at once; *got may be fewer of a closed queue if so allowed. */
static tf_status take(tf_exchange *x, const tf_queue *q, int64_t want, bool up_to, tf1c_element *e, int64_t *got)
{
    contents *c = contents_of(x->session, q);
    if (!c)
        return tf_memory_error;
    pthread_mutex_lock(&c->lock);
    for (*got = 0; *got < want;) { /* taken as they come, so that a batch may be larger than the queue */
        while (to_spare(q, c) < 1 && !c->closed && !tf1c_lent.is_closed(x->session))
            wait_a_moment(c);
        if (to_spare(q, c) < 1)
            break;
        e[(*got)++] = pick(q, c);
        pthread_cond_broadcast(&c->changed);
    }
    const bool closed = c->closed, enough = *got == want || (up_to && *got && closed);
    const int64_t had = *got;
    for (; !enough && *got; --*got)
        put_back(q, c, &e[*got - 1]);
    pthread_mutex_unlock(&c->lock);
    if (enough)
        return tf_ok;
    if (!closed)
        return cancelled(x);
    return tf_fail(tf_out_of_range, x->op->here, x->op->name,
                   "%s '%s' is closed and has insufficient elements (requested %lld, current size %lld)", kind_of(q),
                   q->resource->name, (long long)want, (long long)had);
}

tf_status tf1c_take_element(tf_exchange *x, const tf_queue *q, tf1c_element *e)
{
    int64_t got;
    return take(x, q, 1, false, e, &got);
}

/* What a run was lent. */
static void close_lent(void *lent)
{
    tf1c_element *e = lent;
    tf1c_element_close(e);
    tf1c_free(e);
}

static void close_all(tf1c_element *all, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        tf1c_element_close(&all[i]);
    tf1c_free(all);
}

static tf_status dequeue_pull(tf_exchange *x)
{
    const dequeue_attrs *a = x->op->attrs;
    const int64_t want = a->n < 0 ? 1 : a->n;
    tf1c_element *all = tf1c_alloc_zero(((size_t)want + 1) * sizeof *all), *lent = tf1c_alloc_zero(sizeof *lent);
    int64_t got = 0;
    bool good = all && lent;
    tf_status status = good ? take(x, a->queue, want, a->up_to, all, &got) : tf_ok;
    if (good && !status && a->n < 0) {
        *lent = all[0];
        all[0] = (tf1c_element){ 0 };
    } else if (good && !status) {
        good = tf1c_element_open(lent, x->op->n_outputs);
        for (int i = 0; good && got && i < x->op->n_outputs; i++)
            good = tf1c_stack_elements(&lent->at[i], all, i, got);
        for (int i = 0; good && !got && i < x->op->n_outputs; i++) { /* none were asked for */
            tf_dims d = a->queue->shapes.items[i];
            for (int j = 0; j < d.rank; j++)
                if (d.dims[j] < 0)
                    d.dims[j] = 0;
            good = tf1c_component_fit(&lent->at[i], a->queue->dtypes.items[i], tf1c_rows_of(0, d));
        }
    }
    close_all(all, all ? got : 0);
    if (!good || status) {
        if (lent)
            close_lent(lent);
        return status ? status : tf_fail(tf_memory_error, x->op->here, x->op->name, "no memory left for a queue's elements");
    }
    for (int i = 0; i < x->op->n_outputs; i++)
        x->out[i] = lent->at[i].value;
    x->release = close_lent;
    x->lease = lent;
    return tf_ok;
}

static const tf_op_def dequeue_op = {
    .name = "QueueDequeueV2",
    .in = "",
    .out = "components:?*",
    .attrs = dequeue_fields,
    .attrs_size = sizeof(dequeue_attrs),
    .traits = TF_STATEFUL,
    .shape = dequeue_shape,
    .kernel = nothing,
    .pull = dequeue_pull,
    .gradient = tf_no_gradient,
};

/* ---- size, close, the queue itself -------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_queue *queue;
    bool cancel;
} queue_attrs;
static const tf_attr_def queue_fields[] = { TF_ATTR(queue_attrs, queue, TF_ATTR_POINTER),
                                            TF_ATTR(queue_attrs, cancel, TF_ATTR_BOOL),
                                            { 0 } };

static void free_number(void *number) { tf1c_free(number); }

static tf_status size_pull(tf_exchange *x)
{
    contents *c = contents_of(x->session, ((const queue_attrs *)x->op->attrs)->queue);
    int32_t *n = c ? tf1c_alloc(sizeof *n) : NULL;
    if (!n)
        return c ? tf_fail(tf_memory_error, x->op->here, x->op->name, "no memory left for a number") : tf_memory_error;
    pthread_mutex_lock(&c->lock);
    *n = (int32_t)c->n;
    pthread_mutex_unlock(&c->lock);
    x->out[0] = np_array(n, tf_int32, SCALAR);
    x->release = free_number;
    x->lease = n;
    return tf_ok;
}

static tf_status close_push(tf_exchange *x)
{
    contents *c = contents_of(x->session, ((const queue_attrs *)x->op->attrs)->queue);
    if (!c)
        return tf_memory_error;
    pthread_mutex_lock(&c->lock);
    c->closed = true;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    return tf_ok;
}

static const tf_op_def size_op = {
    .name = "QueueSizeV2",
    .in = "",
    .out = "size:int32",
    .attrs = queue_fields,
    .attrs_size = sizeof(queue_attrs),
    .traits = TF_STATEFUL,
    .shape = tf_scalar_shape,
    .kernel = nothing,
    .pull = size_pull,
    .gradient = tf_no_gradient,
};
static const tf_op_def close_op = {
    .name = "QueueCloseV2",
    .in = "",
    .out = "",
    .attrs = queue_fields,
    .attrs_size = sizeof(queue_attrs),
    .traits = TF_SIDE_EFFECT,
    .kernel = nothing,
    .push = close_push,
    .gradient = tf_no_gradient,
};
#define QUEUE_OP(op)                                                                                                           \
    {                                                                                                                          \
        .name = op, .in = "", .out = "", .kernel = nothing, .resource_size = sizeof(queue_resource), .release = release_queue, \
        .gradient = tf_no_gradient,                                                                                            \
    }
static const tf_op_def fifo_op = QUEUE_OP("FIFOQueueV2"), shuffle_op = QUEUE_OP("RandomShuffleQueueV2");
static const tf_op_def padding_op = QUEUE_OP("PaddingFIFOQueueV2");

/* ---- builders -------------------------------------------------------------------------------------------------------------------------------- */

static tf_queue *refused(tf_operation *mistake)
{
    static tf_queue without_memory;
    tf_graph *g = tf1c_current_graph();
    tf_queue *q = g ? tf1c_graph_alloc(g, sizeof *q) : NULL;
    if (!q) {
        without_memory.mistake = tf1c_poison(g);
        return &without_memory;
    }
    *q = (tf_queue){ .graph = g, .mistake = mistake };
    return q;
}

static bool keep_structure(tf_queue *q, tf_types dtypes, tf_shapes shapes)
{
    tf_dtype *own_dtypes = tf1c_graph_alloc(q->graph, (size_t)dtypes.n * sizeof *own_dtypes);
    tf_dims *own_shapes = own_dtypes ? tf1c_graph_alloc(q->graph, (size_t)dtypes.n * sizeof *own_shapes) : NULL;
    for (int i = 0; own_shapes && i < dtypes.n; i++) {
        own_dtypes[i] = dtypes.items[i];
        own_shapes[i] = shapes.items ? shapes.items[i] : (tf_dims){ 0 };
    }
    q->dtypes = (tf_types){ dtypes.n, own_dtypes };
    q->shapes = (tf_shapes){ dtypes.n, own_shapes };
    return own_shapes;
}

static tf_queue *queue_new(const tf_op_def *def, int64_t capacity, int64_t least, tf_types dtypes, struct tf_queue_args a)
{
    const bool shuffles = def == &shuffle_op;
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf_graph *g = tf1c_current_graph();
    int64_t seeds[2] = { 0 };
    if (g && g->parent)
        return refused(tf_mistake(tf_unimplemented, here, NULL, "A queue inside the body of a loop, branch or dataset.").op);
    if (!tf1c_sound_structure(dtypes, a.shapes))
        return refused(tf_mistake(tf_type_error, here, NULL, "A queue was given %d dtypes and %d shapes, or one that is none.",
                                  dtypes.n, a.shapes.n)
                           .op);
    if (least < 0 || (capacity >= 0 && least >= capacity && shuffles))
        return refused(tf_mistake(tf_invalid_argument, here, NULL, "min_after_dequeue %lld must be < capacity %lld",
                                  (long long)least, (long long)capacity)
                           .op);
    tf_queue *q = g ? tf1c_graph_alloc(g, sizeof *q) : NULL;
    if (!q)
        return refused(tf1c_poison(g));
    if (shuffles)
        tf1c_graph_seeds(g, a.seed != INT64_MIN, a.seed, seeds);
    *q = (tf_queue){ .graph = g,
                     .capacity = capacity < 1 ? INT64_MAX : capacity,
                     .least = least,
                     .shuffles = shuffles,
                     .pads = def == &padding_op,
                     .seed = seeds[0],
                     .seed2 = seeds[1] };
    if (!keep_structure(q, dtypes, a.shapes))
        return refused(tf1c_record_mistake(g));
    tf_operation *op = tf_op_new(def, (struct tf_op_args){ .here = here,
                                                           .name = a.name,
                                                           .default_name = shuffles  ? "random_shuffle_queue"
                                                                           : q->pads ? "padding_fifo_queue"
                                                                                     : "fifo_queue" });
    if (tf1c_is_mistake(op))
        return refused(op);
    q->resource = op;
    return q;
}

tf_queue *tf_fifo_queue_(int64_t capacity, tf_types dtypes, struct tf_queue_args a)
{
    return queue_new(&fifo_op, capacity, 0, dtypes, a);
}
tf_queue *tf_random_shuffle_queue_(int64_t capacity, int64_t min_after_dequeue, tf_types dtypes, struct tf_queue_args a)
{
    return queue_new(&shuffle_op, capacity, min_after_dequeue, dtypes, a);
}
tf_queue *tf_padding_fifo_queue_(int64_t capacity, tf_types dtypes, tf_shapes shapes, struct tf_queue_args a)
{
    bool ranked = shapes.items;
    for (int i = 0; ranked && i < shapes.n; i++)
        ranked = shapes.items[i].known;
    a.shapes = shapes;
    if (ranked)
        return queue_new(&padding_op, capacity, 0, dtypes, a);
    TF_FROM(a.here);
    return refused(tf_mistake(tf_value_error, a.here, NULL,
                              shapes.items ? "All shapes must have a defined rank."
                                           : "When providing partial shapes, a list of shapes must be provided.")
                       .op);
}

/* NULL: sound; else the mistake. */
static tf_operation *unsound(const tf_queue *q, tf_source here)
{
    const tf_graph *g = tf1c_current_graph();
    if (!q)
        return tf_mistake(tf_type_error, here, NULL, "The queue is NULL.").op;
    if (q->mistake)
        return q->mistake;
    return g && g->parent ? tf_mistake(tf_unimplemented, here, NULL, "A queue inside the body of a loop, branch or dataset.").op
                          : NULL;
}

/* As TF calls what is done with a queue: "fifo_queue_enqueue". */
static const char *named(const tf_queue *q, const char *what)
{
    const char *name = tf1c_graph_printf(q->graph, "%s_%s", tf1c_last_part(q->resource->name), what);
    return name ? name : what;
}

static tf_operand component_of(const tf_queue *q, tf_list components, int i, bool many, tf_source here)
{
    const tf_tensor t = tf_convert(tf_operand_tensor(components.items[i]), q->dtypes.items[i], here, NULL);
    if (many && q->shapes.items[i].rank >= TF_MAX_RANK)
        return tf_operand_tensor(
            tf_mistake(tf_unimplemented, here, NULL, "Elements of %d dimensions are enqueued one by one here.", TF_MAX_RANK));
    const tf_dims have = tf_get_shape(t), want = enqueued(q, i, many, NONE);
    tf_dims merged;
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    if (tf_is_poisoned(t) || tf_merge_dims(have, want, &merged))
        return tf_operand_tensor(t);
    return tf_operand_tensor(tf_mistake(tf_value_error, here, NULL, "Shapes %s and %s are incompatible",
                                        tf_dims_text(have, a, sizeof a), tf_dims_text(want, b, sizeof b)));
}

tf_operation *tf_enqueue_(tf_queue *q, tf_list components, bool many, struct tf_name_args a)
{
    TF1C_HOLD_REPORTS;
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf_operation *mistake = unsound(q, here);
    components = tf1c_sound_list(components, here);
    if (!mistake && components.n != q->dtypes.n)
        mistake = tf_mistake(tf_value_error, here, NULL, "Expected %d components, got %d", q->dtypes.n, components.n).op;
    if (mistake)
        return mistake;
    tf_operand *in = tf1c_alloc((size_t)components.n * sizeof *in);
    if (!in)
        return tf_mistake(tf_memory_error, here, NULL, "no memory left for the graph").op;
    for (int i = 0; i < components.n; i++)
        in[i] = component_of(q, components, i, many, here);
    const tf1c_enqueue_attrs attrs = { .queue = q, .many = many };
    tf_operation *op = tf_op_new(&enqueue_op, (struct tf_op_args){ .here = here,
                                                                   .name = a.name,
                                                                   .default_name = named(q, many ? "EnqueueMany" : "enqueue"),
                                                                   .attrs = &attrs,
                                                                   .n_inputs = components.n,
                                                                   .inputs = in });
    tf1c_free(in);
    return op;
}

tf_list tf_dequeue_(tf_queue *q, int64_t n, bool up_to, struct tf_name_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf_operation *mistake = unsound(q, here);
    for (int i = 0; !mistake && n >= 0 && i < q->shapes.n; i++)
        if (!(q->pads || tf_dims_fully_known(q->shapes.items[i])) || q->shapes.items[i].rank >= TF_MAX_RANK)
            mistake = tf_mistake(tf_value_error, here, NULL,
                                 "Queue '%s' must have fully specified shapes for several elements at once.", q->resource->name)
                          .op;
    if (!mistake && (n < -1 || n > INT32_MAX))
        mistake = tf_mistake(tf_value_error, here, NULL, "Cannot take %lld elements.", (long long)n).op;
    if (mistake)
        return tf_mistake_list(q && !q->mistake ? q->dtypes.n : 1, (tf_tensor){ .op = mistake });
    const dequeue_attrs attrs = { q, n, up_to };
    const int outputs = q->dtypes.n;
    return tf1c_outputs(tf_op_new(&dequeue_op, (struct tf_op_args){ .here = here,
                                                                    .name = a.name,
                                                                    .default_name = named(q, n < 0   ? "Dequeue"
                                                                                             : up_to ? "DequeueUpTo"
                                                                                                     : "DequeueMany"),
                                                                    .attrs = &attrs,
                                                                    .n_outputs = outputs }),
                        outputs);
}

tf_tensor tf_queue_size_(tf_queue *q, struct tf_name_args a)
{
    tf_operation *mistake = unsound(q, a.here);
    const queue_attrs attrs = { .queue = q };
    return (tf_tensor){ .op = mistake ? mistake
                                      : tf_op_new(&size_op, (struct tf_op_args){ .here = a.here,
                                                                                 .name = a.name,
                                                                                 .default_name = named(q, "Size"),
                                                                                 .attrs = &attrs }) };
}

tf_operation *tf_queue_close_(tf_queue *q, struct tf_queue_close_args a)
{
    tf_operation *mistake = unsound(q, a.here);
    const queue_attrs attrs = { q, a.cancel_pending_enqueues };
    return mistake ? mistake
                   : tf_op_new(&close_op, (struct tf_op_args){
                                              .here = a.here, .name = a.name, .default_name = named(q, "Close"), .attrs = &attrs });
}

tf_queue_runner tf_queue_runner_(tf_queue *q, tf_operation *enqueue, int threads, tf_source here)
{
    tf_operation *mistake = unsound(q, here);
    if (!mistake && (!tf1c_enqueue_of(enqueue) || threads < 1 || threads > 1024))
        mistake = tf_mistake(tf_value_error, here, NULL, "A queue runner wants an enqueue operation and 1 to 1024 threads, got %d.",
                             threads)
                      .op;
    if (!mistake && !q->cancel)
        q->cancel = tf_queue_close_(q, (struct tf_queue_close_args){ .here = here, .cancel_pending_enqueues = true });
    return (tf_queue_runner){ mistake ? NULL : enqueue, threads };
}

void tf_train_add_queue_runner(tf_queue_runner runner)
{
    tf1c_enqueue_attrs *a = tf1c_enqueue_of(runner.enqueue);
    if (a && runner.threads > 0)
        a->threads = runner.threads;
}

/* clang-format off */
tf1c_op_family tf1c_family_queue = {
    &fifo_op,
    &shuffle_op,
    &padding_op,
    &enqueue_op,
    &dequeue_op,
    &size_op,
    &close_op,
    NULL,
};
