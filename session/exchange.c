/* Runs that pull from what outlives them, before they are bound, and push to it once they are over; functions in sessions of their
 * own. */
#include "graph/exchange.h"

#include <string.h>

#include "session/run.h"

/* ---- what inputs hold ---------------------------------------------------------------------------------------------------- */

static bool fed_value(const tf1c_run *r, tf_tensor t, tf_ndarray *value)
{
    const int i = tf1c_tensors_find(&r->feeds, t);
    if (i >= 0)
        *value = r->x->feeds[i];
    return i >= 0;
}

/* Of a run before this one, with the same feeds. */
static tf_status run_for(tf1c_run *r, tf_tensor t, tf_ndarray *value)
{
    const tf_fetch f = tf_into_array(tf_fetch_tensor(t), value);
    return tf_run_fetches(r->s, (tf_fetches){ .n = 1, .items = &f }, r->given, r->here);
}

/* r->pushed is not there yet: the arrays that a pull's inputs need are its own. */
static tf_status pull_inputs(tf1c_run *r, const tf_operation *op, tf_ndarray *in)
{
    tf_status status = tf_ok;
    for (int i = 0; i < op->n_inputs && !status; i++)
        if (!fed_value(r, op->inputs[i], &in[i]) && !tf1c_is_constant(op->inputs[i], &in[i]))
            status = run_for(r, op->inputs[i], &in[i]);
    return status;
}

/* ---- before the run -------------------------------------------------------------------------------------------------------- */

static tf_status no_memory(const tf1c_run *r) { return tf_fail(tf_memory_error, r->here, NULL, "no memory left for a run"); }

enum { FEW = 16 };

/* One operation's outputs become feeds; arrays has room for its inputs and outputs. */
static tf_status pull_into(tf1c_run *r, const tf_operation *op, const int *feed_of, tf_ndarray *arrays)
{
    tf_ndarray *in = arrays, *out = arrays + op->n_inputs;
    memset(arrays, 0, (size_t)(op->n_inputs + op->n_outputs) * sizeof *arrays);
    tf_exchange x = { .op = op, .in = in, .out = out, .session = r->s };
    tf_status status = pull_inputs(r, op, in);
    if (!status)
        status = op->def->pull(&x);
    for (int i = 0; i < op->n_inputs; i++)
        if (in[i].memory && !fed_value(r, op->inputs[i], &(tf_ndarray){ 0 }))
            np_free(&in[i]);
    if (x.release)
        r->leases[r->n_leases++] = (tf1c_lease){ x.release, x.lease };
    for (int o = 0; o < op->n_outputs && !status; o++)
        if (feed_of[o] >= 0)
            r->x->feeds[feed_of[o]] = out[o];
    return status;
}

static tf_status pull_one(tf1c_run *r, const tf_operation *op, const int *feed_of)
{
    tf_ndarray few[FEW], *arrays = few;
    const int n = op->n_inputs + op->n_outputs;
    if (n > FEW && !(arrays = tf1c_alloc((size_t)n * sizeof *arrays)))
        return no_memory(r);
    const tf_status status = pull_into(r, op, feed_of, arrays);
    if (arrays != few)
        tf1c_free(arrays);
    return status;
}

tf_status tf1c_pull(tf1c_run *r)
{
    const tf1c_exchanges *e = r->plan->exchanges;
    r->exchanges = e;
    r->leases = e->n_pulls > FEW_LEASES ? tf1c_alloc((size_t)e->n_pulls * sizeof *r->leases) : r->few_leases;
    r->pushed = e->n_inputs ? tf1c_alloc_zero((size_t)e->n_inputs * sizeof *r->pushed) : NULL;
    if (!r->leases || (e->n_inputs && !r->pushed))
        return no_memory(r);
    tf_status status = tf1c_context_fit_feeds(r->x, e->between->n_feeds, r->here) ? tf_ok : tf_memory_error;
    for (int i = 0, o = 0; i < e->n_pulls && !status; o += e->pulls[i++]->n_outputs)
        status = pull_one(r, e->pulls[i], e->feed_of + o);
    r->plan = e->between;
    return status;
}

/* ---- after it ----------------------------------------------------------------------------------------------------------------- */

tf_status tf1c_copy_pushed(tf1c_run *r)
{
    tf_status status = tf_ok;
    for (int i = 0; r->pushed && i < r->exchanges->n_inputs && !status; i++)
        if (r->exchanges->fetch_of[i] >= 0) {
            np_free(&r->pushed[i]);
            status = tf1c_copy_fetched(r, r->exchanges->fetch_of[i], &r->pushed[i]);
        }
    return status;
}

tf_status tf1c_push(tf1c_run *r)
{
    const tf1c_exchanges *e = r->exchanges;
    tf_status status = tf_ok;
    for (int p = 0, at = 0; p < e->n_pushes && !status; at += e->pushes[p++]->n_inputs) {
        const tf_operation *op = e->pushes[p];
        for (int i = 0; i < op->n_inputs; i++)
            if (e->fetch_of[at + i] < 0)
                tf1c_is_constant(op->inputs[i], &r->pushed[at + i]);
        status = op->def->push(&(tf_exchange){ .op = op, .in = r->pushed ? r->pushed + at : NULL, .session = r->s });
    }
    return status;
}

void tf1c_end_exchange(tf1c_run *r)
{
    for (int i = 0; i < r->n_leases; i++)
        r->leases[i].release(r->leases[i].of);
    if (r->leases != r->few_leases)
        tf1c_free(r->leases);
    for (int i = 0; r->pushed && i < r->exchanges->n_inputs; i++)
        if (r->exchanges->fetch_of[i] >= 0)
            np_free(&r->pushed[i]);
    tf1c_free(r->pushed);
    r->pushed = NULL;
}

/* ---- functions ------------------------------------------------------------------------------------------------------------------ */

struct tf1c_function {
    tf_session *session;
    int n_args, n_results;
    tf_feed *feeds; /* args without values */
    tf_fetch *fetches;
};

static void close_function(tf1c_function *f)
{
    if (!f)
        return;
    if (f->session)
        tf1c_session_close(f->session);
    tf1c_free(f->feeds);
    tf1c_free(f->fetches);
    tf1c_free(f);
}

static tf1c_function *open_function(const tf1c_function_def *def)
{
    tf1c_function *f = tf1c_alloc_zero(sizeof *f);
    if (f) {
        f->n_args = def->n_args;
        f->n_results = def->n_results;
        f->feeds = tf1c_alloc_zero(((size_t)def->n_args + 1) * sizeof *f->feeds);
        f->fetches = tf1c_alloc_zero(((size_t)def->n_results + 1) * sizeof *f->fetches);
    }
    /* One thread a call: calls go side by side. */
    if (!f || !f->feeds || !f->fetches || !(f->session = tf1c_session_on((tf_graph *)def->graph, 1))) {
        tf_fail(tf_memory_error, (tf_source){ 0 }, NULL, "no memory left for a function");
        close_function(f);
        return NULL;
    }
    for (int i = 0; i < def->n_args; i++)
        f->feeds[i].tensor = def->args[i];
    for (int i = 0; i < def->n_results; i++)
        f->fetches[i] = tf_fetch_tensor(def->results[i]);
    return f;
}

static tf_status call_with(const tf1c_function *f, const tf_ndarray *in, tf_ndarray *out, tf_feed *feeds, tf_fetch *fetches)
{
    for (int i = 0; i < f->n_args; i++) {
        feeds[i] = f->feeds[i];
        feeds[i].value = tf_fed_array_(in[i]);
    }
    for (int i = 0; i < f->n_results; i++)
        fetches[i] = tf_into_array(f->fetches[i], &out[i]);
    return tf_run_fetches(f->session, (tf_fetches){ .n = f->n_results, .items = fetches }, (tf_feeds){ f->n_args, feeds, 0 },
                          (tf_source){ 0 });
}

static tf_status call(tf1c_function *f, const tf_ndarray *in, tf_ndarray *out, tf1c_fault *fault)
{
    tf_feed few_feeds[FEW], *feeds = few_feeds;
    tf_fetch few_fetches[FEW], *fetches = few_fetches;
    if (f->n_args > FEW)
        feeds = tf1c_alloc((size_t)f->n_args * sizeof *feeds);
    if (f->n_results > FEW)
        fetches = tf1c_alloc((size_t)f->n_results * sizeof *fetches);
    const tf1c_aside before = tf1c_reports_aside();
    const tf_status status = feeds && fetches ? call_with(f, in, out, feeds, fetches)
                                              : tf_fail(tf_memory_error, (tf_source){ 0 }, NULL, "no memory left for a function");
    if (status)
        tf1c_fault_take(fault);
    tf1c_reports_again(before);
    if (feeds != few_feeds)
        tf1c_free(feeds);
    if (fetches != few_fetches)
        tf1c_free(fetches);
    return status;
}

/* ---- what is lent ------------------------------------------------------------------------------------------------------------------ */

static void *memory(tf_session *s, const tf_operation *op)
{
    pthread_mutex_lock(&s->lock);
    void *data = tf1c_resource_memory(&s->resources, op, op->def->resource_size, NULL);
    pthread_mutex_unlock(&s->lock);
    return data;
}

static tf_status values(tf_session *s, int n, const tf_tensor *tensors, tf_ndarray *out)
{
    tf_fetch *fetches = tf1c_alloc(((size_t)n + 1) * sizeof *fetches);
    int asked = 0;
    if (!fetches)
        return tf_fail(tf_memory_error, (tf_source){ 0 }, NULL, "no memory left for a run");
    for (int i = 0; i < n; i++)
        if (!tf1c_is_constant(tensors[i], &out[i]))
            fetches[asked++] = tf_into_array(tf_fetch_tensor(tensors[i]), &out[i]);
    const tf_status status =
        asked ? tf_run_fetches(s, (tf_fetches){ .n = asked, .items = fetches }, (tf_feeds){ 0 }, tf1c_source((tf_source){ 0 }))
              : tf_ok;
    tf1c_free(fetches);
    return status;
}

static bool is_closed(const tf_session *s) { return tf1c_is_closed(&s->life); }

const tf1c_lender tf1c_lent = { memory, values, is_closed, open_function, call, close_function };
