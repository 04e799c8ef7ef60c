/* tf_run from the outside in: what is asked is checked, a plan is bound and run, and what was fetched is copied out. */
#include "session/run.h"
#include "core/report.h"
#include "session/explain/explain.h"

/* ---- the steps of a run -------------------------------------------------------------------------------------------- */

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
    r->x = tf1c_context_borrow(&r->s->contexts, 0);
    tf_status status = r->x ? tf1c_stage_feeds(r) : tf_fail(tf_memory_error, r->here, NULL, "no memory left for a run");
    r->plan = status ? NULL
                     : tf1c_plan_for(&r->s->planner, r->fetches.n, r->fetches.items, r->n_targets, r->targets, r->feeds.n,
                                     r->feeds.items, r->here);
    if (!status && !r->plan)
        status = tf_memory_error;
    if (!status && r->plan->mistake)
        status = tf1c_mistake_again(r, r->plan->mistake);
    return status;
}

static tf_status carry_out(tf1c_run *r) { return r->binding ? compute(r) : tf1c_run_in_parts(r); }

/* s->lock held, but not meanwhile: it counts as under way, so that the plan stays. */
static tf_status pull_unlocked(tf1c_run *r)
{
    r->s->planner.under_way++;
    pthread_mutex_unlock(&r->s->lock);
    const tf_status status = tf1c_pull(r);
    pthread_mutex_lock(&r->s->lock);
    r->s->planner.under_way--;
    return status;
}

/* From when it is bound until it is over, a run counts as under way: its plan and binding stay. */
static tf_status run(tf1c_run *r)
{
    tf_session *s = r->s;
    pthread_mutex_lock(&s->lock);
    tf_status status = find_plan(r);
    if (!status && r->plan->exchanges)
        status = pull_unlocked(r);
    if (!status)
        status = tf1c_bind(r, r->x->feeds);
    s->planner.under_way++;
    pthread_mutex_unlock(&s->lock);
    if (!status)
        status = carry_out(r);
    if (r->exchanges) {
        if (!status)
            status = tf1c_push(r);
        tf1c_end_exchange(r);
    }
    pthread_mutex_lock(&s->lock);
    s->planner.under_way--;
    tf1c_context_give_back(&s->contexts, r->x);
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
    const tf_operation *op = r->s->graph->parent ? NULL : tf1c_take_unseen(r->s->graph); /* a function's own session is no user's */
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
        const bool just_runs = f->into == TF_INTO_NOTHING && tf1c_is_operation(f->tensor);
        if (f->tensor.op && !tf1c_has_output(f->tensor) && !just_runs)
            return tf_fail(tf_value_error, here, f->tensor.op->name, "Fetch %d asks for output %d of '%s', which has %d.", i,
                           f->tensor.index, f->tensor.op->name, f->tensor.op->n_outputs);
        if (f->into != TF_INTO_NOTHING && (!f->out || f->into < TF_INTO_NOTHING || f->into > TF_INTO_STATE))
            return tf_fail(tf_value_error, here, NULL, "Fetch %d goes into nothing that a fetch can go into.", i);
        if (f->op && f->op->graph && f->into != TF_INTO_NOTHING && !f->tensor.op && !f->state && !f->is_list)
            return tf_fail(tf_type_error, here, f->op->name,
                           "The operation '%s' has no value to fetch: FETCH(op, NULL), or OPS(op).", f->op->name);
        if (!f->op && !f->state && !f->is_list)
            return tf_fail(tf_type_error, here, NULL, "Fetch argument None has invalid type <class 'NoneType'>");
    }
    for (int i = 0; i < feeds->n; i++)
        if (feeds->items[i].tensor.op && !tf1c_has_output(feeds->items[i].tensor))
            return tf_fail(tf_type_error, here, feeds->items[i].tensor.op->name,
                           "Cannot interpret feed_dict key as Tensor: '%s' has no output %d.", feeds->items[i].tensor.op->name,
                           feeds->items[i].tensor.index);
    return tf_ok;
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
    tf1c_visit visit;
    tf1c_visit_begin(&visit, r->s);
    tf_status status = refuse_empty(r->s, r->here);
    if (!status)
        status = tf1c_take_fetches(r);
    if (!status)
        status = run(r);
    tf1c_release_outgrown(r);
    tf1c_request_free(r);
    say_unseen(r, status);
    tf1c_visit_end(&visit);
    tf1c_leave(r->s);
    return status;
}

_Thread_local int tf1c_within_monitor;

tf_status tf_run_fetches(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here)
{
    if (s && s->monitor && s->monitor->run && !tf1c_within_monitor)
        return s->monitor->run(s, what, feeds, here);
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
        if (!status && !(*(char **)text = tf1c_explain(&s->planner, r.plan, r.x->feeds)))
            status = tf_last_error()->code;
        tf1c_context_give_back(&s->contexts, r.x);
        pthread_mutex_unlock(&s->lock);
    }
    tf1c_request_free(&r);
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
    return tf_run_fetches(s, (tf_fetches){ .n = 1, .items = &f }, feeds, here);
}

tf_status tf_run_tensor(tf_session *s, tf_tensor t, tf_feeds feeds, tf_source here)
{
    tf_fetch f = tf_fetch_tensor(t);
    return tf_run_fetches(s, (tf_fetches){ .n = 1, .items = &f }, feeds, here);
}

tf_status tf_run_list(tf_session *s, tf_list tensors, tf_feeds feeds, tf_source here)
{
    tf_fetch f = tf_fetch_list(tensors);
    return tf_run_fetches(s, (tf_fetches){ .n = 1, .items = &f }, feeds, here);
}

tf_status tf_run_ops(tf_session *s, tf_ops ops, tf_feeds feeds, tf_source here)
{
    TF1C_HOLD_REPORTS;
    tf_fetch few[FEW_FETCHES], *f = few;
    if (ops.n < 0 || (ops.n && !ops.items))
        return tf_fail(tf_value_error, here, NULL, "A list of %d operations without items was given.", ops.n);
    if (ops.n > FEW_FETCHES && !(f = tf1c_alloc((size_t)ops.n * sizeof *f)))
        return tf_fail(tf_memory_error, here, NULL, "no memory left for a run");
    for (int i = 0; i < ops.n; i++)
        f[i] = tf_fetch_op(ops.items[i]);
    tf_status status = tf_run_fetches(s, (tf_fetches){ .n = ops.n, .items = f }, feeds, here);
    if (f != few)
        tf1c_free(f);
    return status;
}
