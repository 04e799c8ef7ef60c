/* Running what is bound: whole runs, and the parts of one. */
#include "session/run.h"

tf_status tf1c_bind(tf1c_run *r, const tf_ndarray *feeds)
{
    return tf1c_binding_for(&r->s->planner, r->plan, feeds, &r->binding) == TF1C_FAILED ? tf_last_error()->code : tf_ok;
}

static tf_status check_initialized(const tf1c_run *r)
{
    const tf1c_binding *b = r->binding;
    for (int i = 0; i < b->n_read; i++)
        if (!b->read[i]->initialized)
            return tf_fail(tf_failed_precondition, b->read[i]->op->here, b->read[i]->op->name,
                           "Attempting to use uninitialized value %s", b->read[i]->op->name);
    return tf_ok;
}

static tf_status execute(tf1c_run *r)
{
    tf1c_context *x = r->x;
    if (r->binding->snapshot)
        tf1c_snapshot_take(r->binding, x->snapshot);
    tf_status status = tf1c_execute(r->binding, x, x->feeds, &r->s->life, r->s->traced, r->s->graph);
    if (x->overflow)
        tf1c_snapshot_restore(r->binding, x->snapshot);
    else if (status)
        tf_fail(status, x->culprit ? x->culprit->here : (tf_source){ 0 }, x->culprit ? x->culprit->name : NULL, "%s", x->message);
    return status;
}

static tf_status run_once(tf1c_run *r)
{
    const tf1c_binding *b = r->binding;
    if (!tf1c_context_fit(r->x, b, r->here))
        return tf_memory_error;
    tf_status status = tf1c_is_closed(&r->s->life) ? tf1c_cancelled(r->here) : check_initialized(r);
    if (!status)
        status = execute(r);
    for (int i = 0; !status && i < b->n_written; i++)
        b->written[i]->initialized = true;
    return status;
}

/* A loop of unknown length took more steps than it had room for: the same run with more. */
static tf_status bind_with_more_room(tf1c_run *r)
{
    tf_session *s = r->s;
    pthread_mutex_lock(&s->lock);
    tf1c_more_loop_room(r->plan, r->binding);
    tf_status status = tf1c_bind(r, r->x->feeds);
    pthread_mutex_unlock(&s->lock);
    return status;
}

tf_status tf1c_run_bound(tf1c_run *r)
{
    tf_status status;
    do {
        r->x->overflow = false;
        status = run_once(r);
    } while (status && r->x->overflow && !(status = bind_with_more_room(r)));
    return status;
}
