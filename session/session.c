/* tf_run from the outside in: what is asked is checked, fed arrays are brought to their tensors' dtypes, a plan is bound and
 * run, and what was fetched is copied out. */
#include "session/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/cast.h"
#include "core/report.h"
#include "session/run.h"
#include "session/plan.h"
#include "session/trace.h"

/* ---- sessions ---------------------------------------------------------------------------------------------------------- */

static _Thread_local tf_session *default_session;
static _Thread_local tf_session *closed_ones; /* empty shells, so that their use is a report and not a crash */
static pthread_key_t at_thread_exit;
static pthread_once_t at_thread_exit_once = PTHREAD_ONCE_INIT;

static void release_shells(void *first)
{
    for (tf_session *s = first, *next; s; s = next) {
        next = s->outer_default;
        if (s == default_session)
            default_session = NULL;
        pthread_mutex_destroy(&s->lock);
        pthread_rwlock_destroy(&s->order);
        tf1c_free(s);
    }
}
static void make_key(void) { pthread_key_create(&at_thread_exit, release_shells); }
static void set_shells(tf_session *first)
{
    closed_ones = first;
    pthread_once(&at_thread_exit_once, make_key);
    pthread_setspecific(at_thread_exit, first);
}
__attribute__((destructor)) static void forget_closed(void)
{
    release_shells(closed_ones);
    set_shells(NULL);
}

static int thread_count(const tf_config *config)
{
    const char *env = getenv("TF1C_THREADS");
    int n = config->intra_op_parallelism_threads > 0 ? config->intra_op_parallelism_threads : env ? atoi(env) : 0;
    if (n <= 0)
        n = tf1c_team_cores();
    return n > IR_MAX_SHARDS ? IR_MAX_SHARDS : n;
}

tf_session *tf_session_new(struct tf_session_args a)
{
    if (a.target && *a.target) {
        tf_fail(tf_not_found, a.here, NULL, "No session factory registered for target %s: tf1c runs in this process alone", a.target);
        return NULL;
    }
    tf_graph *graph = a.graph ? a.graph : tf_get_default_graph();
    tf_session *s = graph ? tf1c_alloc_zero(sizeof *s) : NULL;
    if (!s) {
        tf_fail(tf_memory_error, a.here, NULL, "no memory left for a session");
        return NULL;
    }
    forget_closed();
    tf1c_graph_hold(graph);
    s->graph = graph;
    s->threads = thread_count(&a.config);
    const char *off = a.config.passes_off ? a.config.passes_off : getenv("TF1C_PASSES_OFF");
    if (off && !(s->passes_off = tf1c_strdup(off))) {
        tf_fail(tf_memory_error, a.here, NULL, "no memory left for a session");
        tf1c_free(s);
        return NULL;
    }
    pthread_mutex_init(&s->lock, NULL);
    pthread_rwlock_init(&s->order, NULL);
    s->traced = tf1c_trace_open(a.here);
    return s;
}

tf_session *tf_interactive_session_new(struct tf_session_args a)
{
    tf_session *s = tf_session_new(a);
    if (s) {
        s->outer_default = default_session;
        default_session = s;
    }
    return s;
}

static void context_free(tf1c_context *x)
{
    tf1c_free(x->arena);
    tf1c_free(x->slots);
    tf1c_free(x->staging);
    tf1c_free(x->kept);
    tf1c_free(x->feeds);
    tf1c_free(x);
}

void tf_close(tf_session *s)
{
    if (!s || s->closed)
        return;
    for (tf_session **d = &default_session; *d; d = &(*d)->outer_default)
        if (*d == s) {
            *d = s->outer_default;
            break;
        }
    for (tf1c_plan *p = s->plans, *next; p; p = next) {
        next = p->next;
        tf1c_plan_free(p);
    }
    for (tf1c_context *x = s->contexts, *next; x; x = next) {
        next = x->next;
        context_free(x);
    }
    for (tf1c_resource *r = s->resources, *next; r; r = next) {
        next = r->next;
        tf1c_free(r->data);
        tf1c_free(r);
    }
    tf1c_map_free(&s->resource_of);
    tf1c_free(s->passes_off);
    s->passes_off = NULL;
    s->plans = NULL;
    s->contexts = NULL;
    s->resources = NULL;
    s->closed = true;
    tf1c_graph_let_go(s->graph);
    s->graph = NULL;
    s->outer_default = closed_ones;
    set_shells(s);
    if (s->traced)
        tf1c_trace_close();
}

tf_session *tf_get_default_session(void) { return default_session; }
tf_graph *tf_session_graph(const tf_session *s) { return s ? s->graph : NULL; }

static void session_leave(struct tf_with_ *w) { default_session = (tf_session *)w->saved[0]; }
struct tf_with_ tf_session_open_(tf_session *session)
{
    struct tf_with_ w = { .open = 1, .close = session_leave, .saved = { default_session } };
    default_session = session;
    return w;
}

/* ---- one run ------------------------------------------------------------------------------------------------------------------ */

static tf_status set_up(running *r)
{
    int n = r->what.n > r->given.n ? r->what.n : r->given.n;
    r->fetches = r->few_tensors;
    r->feeds = r->few_tensors + FEW;
    r->targets = r->few_targets;
    r->fetch_of = r->few_fetch_of;
    if (n <= FEW)
        return tf_ok;
    size_t each = 2 * sizeof(tf_tensor) + sizeof(tf_operation *) + sizeof(int);
    char *p = r->many = tf1c_alloc((size_t)n * each);
    if (!p)
        return tf_fail(tf_memory_error, r->here, NULL, "no memory left for a run");
    r->fetches = (tf_tensor *)p;
    r->feeds = r->fetches + n;
    r->targets = (tf_operation **)(r->feeds + n);
    r->fetch_of = (int *)(r->targets + n);
    return tf_ok;
}

static tf_status not_in_graph(const running *r, const tf_operation *op, int index, bool fed)
{
    char text[512], shape[TF_DIMS_TEXT];
    if (op->graph->universe == r->s->graph->universe) /* of a body */
        return tf_fail(tf_value_error, r->here, NULL,
                       "Operation '%s' has been marked as not %s. Typically this happens when it is defined in another function or code block. Use return values,explicit Python locals or TensorFlow collections to access it.",
                       op->name, fed ? "feedable" : "fetchable");
    if (index < 0)
        return tf_fail(tf_value_error, r->here, NULL,
                       "Fetch argument <tf.Operation '%s' type=%s> cannot be interpreted as a Tensor. (Operation name: \"%s\"\nop: \"%s\"\n is not an element of this graph.)",
                       op->name, op->def->name, op->name, op->def->name);
    const tf1c_output *out = &op->outputs[index];
    tf_tensor_text((tf_tensor){ (tf_operation *)op, index }, text, sizeof text);
    if (fed)
        return tf_fail(tf_type_error, r->here, NULL, "Cannot interpret feed_dict key as Tensor: Tensor %s is not an element of this graph.", text);
    return tf_fail(tf_value_error, r->here, NULL,
                   "Fetch argument <tf.Tensor '%s:%d' shape=%s dtype=%s> cannot be interpreted as a Tensor. (Tensor %s is not an element of this graph.)",
                   op->name, index, tf_dims_text(out->shape, shape, sizeof shape), tf_dtype_name(out->dtype), text);
}

/* A mistake made while building is reported again, at its own line. */
static tf_status mistake_again(const running *r, const tf_operation *op)
{
    const tf1c_mistake *m = op->attrs;
    if (!m)
        return tf_fail(tf_type_error, r->here, NULL, "Fetch argument None has invalid type <class 'NoneType'>");
    return tf_fail(m->code, m->where, m->op, "%s", m->message);
}

static tf_status collect_fetches(running *r)
{
    for (int i = 0; i < r->what.n; i++) {
        const tf_fetch *f = &r->what.items[i];
        const tf_operation *op = f->op;
        if (tf1c_is_mistake(op))
            return mistake_again(r, op);
        if (op->graph != r->s->graph)
            return not_in_graph(r, op, f->tensor.op ? f->tensor.index : -1, false);
        r->fetch_of[i] = -1;
        if (!f->tensor.op || (f->into == TF_INTO_NOTHING && op->n_outputs == 0)) {
            r->targets[r->n_targets++] = f->op;
            continue;
        }
        int at = 0;
        while (at < r->n_fetches && !tf_same_tensor(r->fetches[at], f->tensor))
            at++;
        if (at == r->n_fetches)
            r->fetches[r->n_fetches++] = f->tensor;
        r->fetch_of[i] = at;
    }
    return tf_ok;
}

/* ---- feeding ------------------------------------------------------------------------------------------------------------------- */

static tf_status feed_type_error(const running *r, tf_tensor t, const tf_operand *value)
{
    char key[256], given[256];
    tf_tensor_text(t, key, sizeof key);
    if (value->kind == TF_OPERAND_TENSOR)
        return tf_fail(tf_type_error, r->here, NULL,
                       "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include numbers and arrays. For reference, the tensor object was %s which was passed to the feed with key %s.",
                       tf_tensor_text(value->as.tensor, given, sizeof given), key);
    return tf_fail(tf_type_error, r->here, NULL, "The value fed for %s is neither a number nor an array.", key);
}

static tf_status as_array(const running *r, tf_tensor t, const tf_operand *value, tf_ndarray *array, double *number)
{
    static const tf_dims scalar = { .known = true };
    switch (value->kind) {
    case TF_OPERAND_ARRAY:
        *array = value->as.array;
        if (!array->shape.known || (!array->data && np_size(*array)))
            return tf_fail(tf_value_error, r->here, NULL, "The array fed for Tensor '%s:%d' holds no data (was it fetched or loaded?)", t.op->name, t.index);
        return tf_ok;
    case TF_OPERAND_INTEGER:
        *array = np_array((void *)&value->as.integer, tf_int64, scalar);
        return tf_ok;
    case TF_OPERAND_BOOL:
        *array = np_array((void *)&value->as.boolean, tf_bool, scalar);
        return tf_ok;
    case TF_OPERAND_REAL:
        *number = value->as.real;
        *array = np_array(number, tf_float64, scalar);
        return tf_ok;
    case TF_OPERAND_DIMS:
        *array = np_array((void *)value->as.dims.dims, tf_int64, SHAPE(value->as.dims.rank));
        return tf_ok;
    default:
        return feed_type_error(r, t, value);
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

static tf_status check_feed(const running *r, tf_tensor t, const tf_operand *value, const tf_ndarray *array)
{
    if (value->kind == TF_OPERAND_INTEGER && !fits_dtype(value->as.integer, tf_get_dtype(t)))
        return tf_fail(tf_type_error, r->here, NULL,
                       "Type of feed value %lld with type int is not compatible with Tensor type %s. Try explicitly setting the type of the feed tensor to a larger type (e.g. int64).",
                       (long long)value->as.integer, tf_dtype_name(tf_get_dtype(t)));
    tf_dims merged, want = tf_get_shape(t);
    char got[TF_DIMS_TEXT], wanted[TF_DIMS_TEXT];
    if (want.known ? want.rank == array->shape.rank && tf_merge_dims(want, array->shape, &merged) : true)
        return tf_ok;
    return tf_fail(tf_value_error, r->here, NULL, "Cannot feed value of shape %s for Tensor '%s:%d', which has shape '%s'",
                   tf_dims_text(array->shape, got, sizeof got), t.op->name, t.index, tf_dims_text(want, wanted, sizeof wanted));
}

static bool grow(void *memory, size_t *have, size_t want)
{
    void **p = memory;
    if (want <= *have)
        return true;
    tf1c_free(*p);
    *p = tf1c_alloc_buffer(want);
    *have = *p ? want : 0;
    return *p;
}

/* Arrays of their tensor's dtype are read where they are; others are cast into the context's staging memory. */
static tf_status stage_feeds(running *r)
{
    tf1c_context *x = r->x;
    size_t staged = 0, at = 0;
    if (r->given.n > x->feeds_capacity) {
        tf_ndarray *feeds = tf1c_realloc(x->feeds, (size_t)r->given.n * sizeof *feeds);
        if (!feeds)
            return tf_fail(tf_memory_error, r->here, NULL, "no memory left for a run");
        x->feeds = feeds;
        x->feeds_capacity = r->given.n;
    }
    for (int pass = 0; pass < 2; pass++) {
        r->n_feeds = 0;
        for (int i = 0; i < r->given.n; i++) {
            tf_tensor t = r->given.items[i].tensor;
            tf_ndarray array;
            double number;
            if (tf_is_poisoned(t))
                return t.op ? mistake_again(r, t.op) : tf_fail(tf_type_error, r->here, NULL, "Cannot interpret feed_dict key as Tensor: Can not convert a NoneType into a Tensor.");
            if (t.op->graph != r->s->graph)
                return not_in_graph(r, t.op, t.index, true);
            tf_status status = as_array(r, t, &r->given.items[i].value, &array, &number);
            if (status || (status = check_feed(r, t, &r->given.items[i].value, &array)))
                return status;
            tf_dtype dtype = tf_get_dtype(t);
            bool cast = array.dtype != dtype || array.scale != 0 || array.data == &number;
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
            int key = 0; /* fed twice, the last value counts */
            while (key < r->n_feeds && !tf_same_tensor(r->feeds[key], t))
                key++;
            r->feeds[key] = t;
            x->feeds[key] = array;
            r->n_feeds += key == r->n_feeds;
        }
        if (pass == 0 && !grow(&x->staging, &x->staging_size, staged))
            return tf_fail(tf_memory_error, r->here, NULL, "no memory left for the fed values (%zu bytes)", staged);
    }
    return tf_ok;
}

/* ---- running ------------------------------------------------------------------------------------------------------------------------ */

static tf1c_context *borrow_context(tf_session *s)
{
    tf1c_context *x = s->contexts;
    if (x) {
        s->contexts = x->next;
        return x;
    }
    return tf1c_alloc_zero(sizeof *x);
}

static tf_status fit_context(running *r)
{
    tf1c_context *x = r->x;
    const tf1c_binding *b = r->binding;
    int n_slots = b->n_slots * b->n_shards; /* each worker has its own */
    if (n_slots > x->slots_capacity) {
        char **slots = tf1c_realloc(x->slots, (size_t)n_slots * sizeof *slots);
        if (!slots)
            return tf_fail(tf_memory_error, r->here, NULL, "no memory left for a run");
        x->slots = slots;
        x->slots_capacity = n_slots;
    }
    if (!grow(&x->arena, &x->arena_size, b->arena_size))
        return tf_fail(tf_memory_error, r->here, NULL, "no memory left for a run (%zu bytes)", b->arena_size);
    if (!grow(&x->kept, &x->kept_size, b->kept_bytes))
        return tf_fail(tf_memory_error, r->here, NULL, "no memory left for a run (%zu bytes)", b->kept_bytes);
    return tf_ok;
}

static tf_status check_initialized(const running *r)
{
    const tf1c_binding *b = r->binding;
    for (int i = 0; i < b->n_read; i++)
        if (!b->read[i]->initialized)
            return tf_fail(tf_failed_precondition, b->read[i]->op->here, b->read[i]->op->name, "Attempting to use uninitialized value %s", b->read[i]->op->name);
    return tf_ok;
}

/* s->order held. */
static tf_status execute(running *r)
{
    tf1c_context *x = r->x;
    if (r->binding->kept)
        tf1c_keep(r->binding, x->kept);
    tf_status status = tf1c_execute(r->s, r->binding, x, x->feeds);
    if (x->overflow)
        tf1c_put_back(r->binding, x->kept);
    else if (status)
        tf_fail(status, x->culprit->here, x->culprit->name, "%s", x->message);
    return status;
}

static tf_status compute(running *r)
{
    tf_session *s = r->s;
    const tf1c_binding *b = r->binding;
    if (b->assigns)
        pthread_rwlock_wrlock(&s->order);
    else
        pthread_rwlock_rdlock(&s->order);
    tf_status status = check_initialized(r);
    if (!status)
        status = execute(r);
    for (int i = 0; !status && i < b->n_written; i++)
        b->written[i]->initialized = true;
    if (!status)
        status = tf1c_copy_out(r);
    pthread_rwlock_unlock(&s->order);
    return status;
}

/* s->lock held: a context, the fed arrays as the tensors want them, the plan. */
static tf_status find_plan(running *r)
{
    tf_session *s = r->s;
    s->running++;
    r->x = borrow_context(s);
    tf_status status = r->x ? stage_feeds(r) : tf_fail(tf_memory_error, r->here, NULL, "no memory left for a run");
    s->running--; /* while this run binds, plans that no other uses may go */
    r->plan = status ? NULL : tf1c_plan_for(s, r->n_fetches, r->fetches, r->n_targets, r->targets, r->n_feeds, r->feeds, r->here);
    if (!status && !r->plan)
        status = tf_memory_error;
    if (!status && r->plan->mistake)
        status = mistake_again(r, r->plan->mistake);
    return status;
}

static tf_status bind(running *r)
{
    tf_session *s = r->s;
    pthread_mutex_lock(&s->lock);
    tf_status status = find_plan(r);
    if (!status && !(r->binding = tf1c_binding_for(s, r->plan, r->x->feeds)))
        status = tf_last_error()->code;
    s->running++;
    pthread_mutex_unlock(&s->lock);
    return status ? status : fit_context(r);
}

/* A loop of unknown length took more steps than it had room for: the same run with more room. */
static tf_status bind_with_more_room(running *r)
{
    tf_session *s = r->s;
    tf_status status = tf_ok;
    pthread_mutex_lock(&s->lock);
    tf1c_more_loop_room(r->plan, r->binding);
    if (!(r->binding = tf1c_binding_for(s, r->plan, r->x->feeds)))
        status = tf_last_error()->code;
    pthread_mutex_unlock(&s->lock);
    return status ? status : fit_context(r);
}

static void finish(running *r)
{
    tf_session *s = r->s;
    pthread_mutex_lock(&s->lock);
    s->running--;
    if (r->x) {
        r->x->next = s->contexts;
        s->contexts = r->x;
    }
    pthread_mutex_unlock(&s->lock);
}

static tf_status refuse(const tf_session *s, tf_source here)
{
    if (!s)
        return tf_fail(tf_runtime_error, here, NULL, "The session is NULL: it could not be made, or was never made.");
    if (s->closed)
        return tf_fail(tf_runtime_error, here, NULL, "Attempted to use a closed Session.");
    if (!s->graph->n_ops)
        return tf_fail(tf_runtime_error, here, NULL, "The Session graph is empty.  Add operations to the graph before calling run().");
    return tf_ok;
}

/* The first run after a mistake that nobody was told of says so once, whether it depends on it or not. */
static void say_unseen(const running *r, tf_status status)
{
    const tf_operation *op = r->s && !r->s->closed ? tf1c_take_unseen(r->s->graph) : NULL;
    if (op && !status)
        mistake_again(r, op);
}

static tf_status run_expanded(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here, void *none)
{
    (void)none;
    return tf_run_fetches(s, what, feeds, here);
}

tf_status tf_run_fetches(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here)
{
    if (tf1c_has_states(what, feeds))
        return tf1c_with_states(s, what, feeds, here, run_expanded, NULL);
    running r = { .s = s, .what = what, .given = feeds, .here = here };
    tf1c_hold_reports();
    tf_status status = refuse(s, here);
    if (!status)
        status = set_up(&r);
    if (!status)
        status = collect_fetches(&r);
    if (!status) {
        status = bind(&r);
        if (!status)
            status = compute(&r);
        while (status && r.x && r.x->overflow) {
            r.x->overflow = false;
            status = bind_with_more_room(&r);
            if (!status)
                status = compute(&r);
        }
        finish(&r);
    }
    if (status)
        tf1c_blank(&what);
    tf1c_release_outgrown(&r);
    tf1c_free(r.many);
    say_unseen(&r, status);
    tf1c_release_reports(here);
    return status;
}

/* *text: the caller's to free. */
static tf_status explain(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here, void *text)
{
    running r = { .s = s, .what = what, .given = feeds, .here = here };
    tf_status status = set_up(&r);
    if (!status && !(status = collect_fetches(&r))) {
        pthread_mutex_lock(&s->lock);
        status = find_plan(&r);
        if (!status && !(*(char **)text = tf1c_explain(s, r.plan, r.x->feeds)))
            status = tf_last_error()->code;
        s->running++;
        pthread_mutex_unlock(&s->lock);
        finish(&r);
    }
    tf1c_free(r.many);
    return status;
}

char *tf_session_explain_(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here)
{
    char *text = NULL;
    tf1c_hold_reports();
    if (!refuse(s, here)) {
        if (tf1c_has_states(what, feeds))
            tf1c_with_states(s, what, feeds, here, explain, &text);
        else
            explain(s, what, feeds, here, &text);
    }
    tf1c_release_reports(here);
    return text;
}

tf_status tf_run_op(tf_session *s, tf_operation *op, tf_feeds feeds, tf_source here)
{
    tf_fetch f = tf_fetch_op(op);
    return tf_run_fetches(s, (tf_fetches){ 1, &f }, feeds, here);
}

tf_status tf_run_tensor(tf_session *s, tf_tensor t, tf_feeds feeds, tf_source here)
{
    tf_fetch f = tf_fetch_tensor(t);
    return tf_run_fetches(s, (tf_fetches){ 1, &f }, feeds, here);
}

tf_status tf_run_ops(tf_session *s, tf_ops ops, tf_feeds feeds, tf_source here)
{
    tf_fetch few[FEW], *f = few;
    if (ops.n > FEW && !(f = tf1c_alloc((size_t)ops.n * sizeof *f)))
        return tf_fail(tf_memory_error, here, NULL, "no memory left for a run");
    for (int i = 0; i < ops.n; i++)
        f[i] = tf_fetch_op(ops.items[i]);
    tf_status status = tf_run_fetches(s, (tf_fetches){ ops.n, f }, feeds, here);
    if (f != few)
        tf1c_free(f);
    return status;
}

/* ---- eval and load --------------------------------------------------------------------------------------------------------------------- */

static tf_status eval(tf_tensor t, tf_fetch f, tf_feeds feeds, tf_source here)
{
    (void)t;
    if (!default_session) {
        tf_fetches what = { 1, &f };
        tf1c_blank(&what);
        return tf_fail(tf_value_error, here, NULL,
                       "Cannot evaluate tensor using `eval()`: No default session is registered. Use `tf_with_session(sess)` or make it with `tf_interactive_session()`.");
    }
    return tf_run_fetches(default_session, (tf_fetches){ 1, &f }, feeds, here);
}

float tf_eval_float_(tf_tensor t, tf_feeds feeds, tf_source here)
{
    float x = NAN;
    eval(t, tf_into_float(tf_fetch_tensor(t), &x), feeds, here);
    return x;
}
double tf_eval_double_(tf_tensor t, tf_feeds feeds, tf_source here)
{
    double x = (double)NAN;
    eval(t, tf_into_double(tf_fetch_tensor(t), &x), feeds, here);
    return x;
}
int64_t tf_eval_int_(tf_tensor t, tf_feeds feeds, tf_source here)
{
    int64_t x = 0;
    eval(t, tf_into_int64(tf_fetch_tensor(t), &x), feeds, here);
    return x;
}
bool tf_eval_bool_(tf_tensor t, tf_feeds feeds, tf_source here)
{
    bool x = false;
    eval(t, tf_into_bool(tf_fetch_tensor(t), &x), feeds, here);
    return x;
}
tf_status tf_eval_(tf_tensor t, tf_ndarray *array, tf_feeds feeds, tf_source here)
{
    return eval(t, tf_into_array(tf_fetch_tensor(t), array), feeds, here);
}

static tf_status load_array(tf_session *s, const tf_operation *op, const tf_ndarray *value, tf_source here)
{
    char got[TF_DIMS_TEXT], want[TF_DIMS_TEXT];
    const tf1c_output *out = &op->outputs[0];
    if (!tf_dims_equal(value->shape, out->shape))
        return tf_fail(tf_value_error, here, op->name, "Cannot feed value of shape %s for Tensor '%s:0', which has shape '%s'",
                       tf_dims_text(value->shape, got, sizeof got), op->initializer ? op->initializer->inputs[1].op->name : op->name,
                       tf_dims_text(out->shape, want, sizeof want));
    tf1c_resource *r;
    pthread_mutex_lock(&s->lock);
    void *data = tf1c_session_memory(s, op, (size_t)tf_dims_count(out->shape) * tf_dtype_size(out->dtype), &r);
    pthread_mutex_unlock(&s->lock);
    if (!data)
        return tf_memory_error;
    tf_ndarray to = np_array(data, out->dtype, out->shape);
    pthread_rwlock_wrlock(&s->order);
    tf1c_cast_into(&to, value);
    r->initialized = true;
    pthread_rwlock_unlock(&s->order);
    return tf_ok;
}

static tf_status load(tf_tensor variable, tf_operand value, tf_session *s, tf_source here)
{
    running r = { .s = s, .here = here };
    tf_status status = refuse(s, here);
    if (status)
        return status;
    if (tf_is_poisoned(variable))
        return mistake_again(&r, tf_tensor_op(variable));
    if (!variable.op->read || variable.op->graph != s->graph)
        return tf_fail(tf_type_error, here, variable.op->name, "tf_load wants a variable of the session's graph, got '%s:%d'", variable.op->name, variable.index);
    tf_ndarray array;
    double number;
    status = as_array(&r, variable, &value, &array, &number);
    return status ? status : load_array(s, variable.op, &array, here);
}

tf_status tf_load_(tf_tensor variable, tf_operand value, tf_session *s, tf_source here)
{
    tf1c_hold_reports();
    tf_status status = load(variable, value, s, here);
    tf1c_release_reports(here);
    return status;
}
