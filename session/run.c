/* tf_run from the outside in: what is asked is checked, a plan is bound and run, and what was fetched is copied out. */
#include "session/run.h"
#include "core/report.h"
#include "session/explain/explain.h"

/* ---- memory -------------------------------------------------------------------------------------------------------- */

bool tf1c_grow_buffer(void *memory, size_t *have, size_t want)
{
    void **p = memory;
    if (want <= *have)
        return true;
    tf1c_free(*p);
    *p = tf1c_alloc_buffer(want);
    *have = *p ? want : 0;
    return *p;
}

tf1c_context *tf1c_borrow_context(tf_session *s)
{
    tf1c_context *x = s->contexts;
    if (x) {
        s->contexts = x->next;
        tf1c_string_heap_clear(&x->strings);
        return x;
    }
    if ((x = tf1c_alloc_zero(sizeof *x)))
        tf1c_string_heap_init(&x->strings);
    return x;
}

tf_status tf1c_fit_context(tf1c_run *r)
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
    if (!tf1c_grow_buffer(&x->arena, &x->arena_size, b->arena_size))
        return tf_fail(tf_memory_error, r->here, NULL, "no memory left for a run (%zu bytes)", b->arena_size);
    if (!tf1c_grow_buffer(&x->snapshot, &x->snapshot_size, b->snapshot_bytes))
        return tf_fail(tf_memory_error, r->here, NULL, "no memory left for a run (%zu bytes)", b->snapshot_bytes);
    return tf_ok;
}

/* ---- the steps of a run -------------------------------------------------------------------------------------------- */

static tf_status check_initialized(const tf1c_run *r)
{
    const tf1c_binding *b = r->binding;
    for (int i = 0; i < b->n_read; i++)
        if (!b->read[i]->initialized)
            return tf_fail(tf_failed_precondition, b->read[i]->op->here, b->read[i]->op->name,
                           "Attempting to use uninitialized value %s", b->read[i]->op->name);
    return tf_ok;
}

/* s->order held. */
static tf_status execute(tf1c_run *r)
{
    tf1c_context *x = r->x;
    if (r->binding->snapshot)
        tf1c_snapshot_take(r->binding, x->snapshot);
    tf_status status = tf1c_execute(r->s, r->binding, x, x->feeds);
    if (x->overflow)
        tf1c_snapshot_restore(r->binding, x->snapshot);
    else if (status)
        tf_fail(status, x->culprit ? x->culprit->here : (tf_source){ 0 }, x->culprit ? x->culprit->name : NULL, "%s", x->message);
    return status;
}

tf_status tf1c_run_bound(tf1c_run *r)
{
    const tf1c_binding *b = r->binding;
    tf_status status = tf1c_is_closed(r->s) ? tf1c_cancelled(r->here) : check_initialized(r);
    if (!status)
        status = execute(r);
    for (int i = 0; !status && i < b->n_written; i++)
        b->written[i]->initialized = true;
    return status;
}

static tf_status compute(tf1c_run *r)
{
    tf_session *s = r->s;
    if (r->binding->assigns)
        pthread_rwlock_wrlock(&s->order);
    else
        pthread_rwlock_rdlock(&s->order);
    tf_status status = tf1c_run_bound(r);
    if (!status)
        status = tf1c_copy_out(r);
    pthread_rwlock_unlock(&s->order);
    return status;
}

/* s->lock held: a context, the fed arrays as the tensors want them, the plan. */
static tf_status find_plan(tf1c_run *r)
{
    r->x = tf1c_borrow_context(r->s);
    tf_status status = r->x ? tf1c_stage_feeds(r) : tf_fail(tf_memory_error, r->here, NULL, "no memory left for a run");
    r->plan =
        status ? NULL : tf1c_plan_for(r->s, r->n_fetches, r->fetches, r->n_targets, r->targets, r->n_feeds, r->feeds, r->here);
    if (!status && !r->plan)
        status = tf_memory_error;
    if (!status && r->plan->mistake)
        status = tf1c_mistake_again(r, r->plan->mistake);
    return status;
}

/* s->lock held. */
static void give_back_context(tf1c_run *r)
{
    if (r->x) {
        r->x->next = r->s->contexts;
        r->s->contexts = r->x;
    }
    r->x = NULL;
}

/* s->lock held; r->binding stays NULL if the plan runs in parts. */
static tf_status bind(tf1c_run *r)
{
    return tf1c_binding_for(r->s, r->plan, r->x->feeds, &r->binding) == TF1C_FAILED ? tf_last_error()->code : tf_ok;
}

/* A loop of unknown length took more steps than it had room for: the same run with more room. */
tf_status tf1c_bind_with_more_room(tf1c_run *r)
{
    tf_session *s = r->s;
    pthread_mutex_lock(&s->lock);
    tf1c_more_loop_room(r->plan, r->binding);
    tf_status status = bind(r);
    pthread_mutex_unlock(&s->lock);
    return status ? status : tf1c_fit_context(r);
}

static tf_status carry_out(tf1c_run *r)
{
    if (!r->binding)
        return tf1c_run_in_parts(r);
    tf_status status = tf1c_fit_context(r);
    if (!status)
        status = compute(r);
    while (status && r->x->overflow) {
        r->x->overflow = false;
        status = tf1c_bind_with_more_room(r);
        if (!status)
            status = compute(r);
    }
    return status;
}

/* From when it is bound until it is over, a run counts as under way: its plan and binding stay. */
static tf_status run(tf1c_run *r)
{
    tf_session *s = r->s;
    pthread_mutex_lock(&s->lock);
    tf_status status = find_plan(r);
    if (!status)
        status = bind(r);
    s->under_way++;
    pthread_mutex_unlock(&s->lock);
    if (!status)
        status = carry_out(r);
    pthread_mutex_lock(&s->lock);
    s->under_way--;
    give_back_context(r);
    pthread_mutex_unlock(&s->lock);
    return status;
}

static tf_status refuse_empty(const tf_session *s, tf_source here)
{
    if (s->graph->n_ops)
        return tf_ok;
    return tf_fail(tf_runtime_error, here, NULL, "The Session graph is empty.  Add operations to the graph before calling run().");
}

/* The first run after a mistake that nobody was told of says so once, whether it depends on it or not. */
static void say_unseen(const tf1c_run *r, tf_status status)
{
    const tf_operation *op = tf1c_take_unseen(r->s->graph);
    if (op && !status)
        tf1c_mistake_again(r, op);
}

/* Lists made by hand: what is asked must be there, an output that its operation has. */
static tf_status check_request(const tf_fetches *what, const tf_feeds *feeds, tf_source here)
{
    if (what->n < 0 || (what->n && !what->items))
        return tf_fail(tf_value_error, here, NULL, "A list of %d fetches without items was given.", what->n);
    if (feeds->n < 0 || (feeds->n && !feeds->items))
        return tf_fail(tf_value_error, here, NULL, "A list of %d feeds without items was given.", feeds->n);
    for (int i = 0; i < what->n; i++) {
        const tf_fetch *f = &what->items[i];
        if (f->tensor.op && !tf1c_has_output(f->tensor))
            return tf_fail(tf_value_error, here, f->tensor.op->name, "Fetch %d asks for output %d of '%s', which has %d.", i,
                           f->tensor.index, f->tensor.op->name, f->tensor.op->n_outputs);
        if (f->into != TF_INTO_NOTHING && (!f->out || f->into < TF_INTO_NOTHING || f->into > TF_INTO_STATE))
            return tf_fail(tf_value_error, here, NULL, "Fetch %d goes into nothing that a fetch can go into.", i);
        if (!f->op && !f->state)
            return tf_fail(tf_type_error, here, NULL, "Fetch argument None has invalid type <class 'NoneType'>");
    }
    for (int i = 0; i < feeds->n; i++)
        if (feeds->items[i].tensor.op && !tf1c_has_output(feeds->items[i].tensor))
            return tf_fail(tf_type_error, here, feeds->items[i].tensor.op->name,
                           "Cannot interpret feed_dict key as Tensor: '%s' has no output %d.", feeds->items[i].tensor.op->name,
                           feeds->items[i].tensor.index);
    return tf_ok;
}

/* ---- runs inside runs, from kernels ----------------------------------------------------------------------------------- */

static _Thread_local tf1c_run *innermost;

int tf1c_runs_here(const tf_session *s)
{
    int n = 0;
    for (const tf1c_run *r = innermost; r; r = r->outer)
        n += r->s == s;
    return n;
}

/* ---- tf_run -------------------------------------------------------------------------------------------------------- */

static tf_status run_expanded(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here, void *none)
{
    (void)none;
    return tf_run_fetches(s, what, feeds, here);
}

/* Between entering the session and leaving it. */
static tf_status run_inside(tf1c_run *r)
{
    r->outer = innermost;
    innermost = r;
    tf_status status = refuse_empty(r->s, r->here);
    if (!status)
        status = tf1c_take_fetches(r);
    if (!status)
        status = run(r);
    tf1c_release_outgrown(r);
    tf1c_free(r->many);
    say_unseen(r, status);
    innermost = r->outer;
    tf1c_leave(r->s);
    return status;
}

tf_status tf_run_fetches(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here)
{
    feeds = tf1c_kept_feeds(feeds);
    tf_status refused = check_request(&what, &feeds, here);
    if (refused) {
        if (what.items)
            tf1c_blank(&what);
        return refused;
    }
    if (tf1c_has_states(what, feeds))
        return tf1c_with_states(s, what, feeds, here, run_expanded, NULL);
    tf1c_run r = { .s = s, .what = what, .given = feeds, .here = here };
    tf1c_hold_reports();
    tf_status status = tf1c_enter(s, here);
    if (!status)
        status = run_inside(&r);
    if (status)
        tf1c_blank(&what);
    tf1c_release_reports(here);
    return status;
}

/* *text: the caller's to free. */
static tf_status explain(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here, void *text)
{
    tf1c_run r = { .s = s, .what = what, .given = feeds, .here = here };
    tf_status status = refuse_empty(s, here);
    if (!status)
        status = tf1c_take_fetches(&r);
    if (!status) {
        pthread_mutex_lock(&s->lock);
        status = find_plan(&r);
        if (!status && !(*(char **)text = tf1c_explain(s, r.plan, r.x->feeds)))
            status = tf_last_error()->code;
        give_back_context(&r);
        pthread_mutex_unlock(&s->lock);
    }
    tf1c_free(r.many);
    return status;
}

char *tf_session_explain_(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here)
{
    char *text = NULL;
    feeds = tf1c_kept_feeds(feeds);
    tf1c_hold_reports();
    if (!check_request(&what, &feeds, here) && !tf1c_enter(s, here)) {
        if (tf1c_has_states(what, feeds))
            tf1c_with_states(s, what, feeds, here, explain, &text);
        else
            explain(s, what, feeds, here, &text);
        tf1c_leave(s);
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
    tf_fetch few[FEW_FETCHES], *f = few;
    if (ops.n < 0 || (ops.n && !ops.items))
        return tf_fail(tf_value_error, here, NULL, "A list of %d operations without items was given.", ops.n);
    if (ops.n > FEW_FETCHES && !(f = tf1c_alloc((size_t)ops.n * sizeof *f)))
        return tf_fail(tf_memory_error, here, NULL, "no memory left for a run");
    for (int i = 0; i < ops.n; i++)
        f[i] = tf_fetch_op(ops.items[i]);
    tf_status status = tf_run_fetches(s, (tf_fetches){ ops.n, f }, feeds, here);
    if (f != few)
        tf1c_free(f);
    return status;
}
