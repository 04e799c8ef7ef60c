/* Sessions: made, current and closed; what is evaluated in the current one, and variables set from outside. */
#include "session/session.h"

#include <math.h>
#include <stdlib.h>

#include "core/cast.h"
#include "core/report.h"
#include "session/exec/trace.h"
#include "session/run.h"

static _Thread_local tf_session *default_session;

static int thread_count(const tf_config *config)
{
    const char *env = getenv("TF1C_THREADS");
    int n = config->intra_op_parallelism_threads > 0 ? config->intra_op_parallelism_threads : env ? atoi(env) : 0;
    if (n <= 0)
        n = tf1c_team_cores();
    return n > IR_MAX_SHARDS ? IR_MAX_SHARDS : n;
}

tf_session *tf1c_session_on(tf_graph *graph, int threads)
{
    tf_session *s = tf1c_session_handle();
    if (!s)
        return NULL;
    tf1c_graph_hold(graph);
    s->graph = graph;
    s->planner = (tf1c_planner){ .graph = graph, .threads = threads, .resources = &s->resources };
    return s;
}

tf_session *tf_session_new(struct tf_session_args a)
{
    if (a.target && *a.target) {
        tf_fail(tf_not_found, a.here, NULL, "No session factory registered for target %s: tf1c runs in this process alone",
                a.target);
        return NULL;
    }
    tf_graph *graph = a.graph ? a.graph : tf_get_default_graph();
    tf_session *s = graph ? tf1c_session_on(graph, thread_count(&a.config)) : NULL;
    if (!s) {
        tf_fail(tf_memory_error, a.here, NULL, "no memory left for a session");
        return NULL;
    }
    s->planner.checkpoint_steps = a.config.checkpoint_steps;
    const char *off = a.config.passes_off ? a.config.passes_off : getenv("TF1C_PASSES_OFF");
    if (off && !(s->planner.passes_off = tf1c_strdup(off))) {
        tf_fail(tf_memory_error, a.here, NULL, "no memory left for a session");
        tf1c_session_close(s);
        return NULL;
    }
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

void tf_close(tf_session *s)
{
    if (!s)
        return;
    if (s->monitor)
        s->monitor->close(s, (tf_source){ 0 });
    for (tf_session **d = &default_session; *d; d = &(*d)->outer_default)
        if (*d == s) {
            *d = s->outer_default;
            break;
        }
    tf1c_session_close(s);
}

tf_session *tf_get_default_session(void) { return default_session; }
tf_graph *tf_session_graph(const tf_session *s) { return s && !tf1c_is_closed(&s->life) ? s->graph : NULL; }

static void session_leave(struct tf_with_ *w) { default_session = (tf_session *)w->saved[0]; }
struct tf_with_ tf_session_open_(tf_session *session)
{
    struct tf_with_ w = { .open = 1, .close = session_leave, .saved = { default_session } };
    default_session = session;
    return tf1c_opened(w);
}

/* ---- eval ---------------------------------------------------------------------------------------------------------- */

static tf_status eval(tf_tensor t, tf_fetch f, tf_feeds feeds, tf_source here)
{
    (void)t;
    if (!default_session) {
        tf_fetches what = { .n = 1, .items = &f };
        tf1c_blank(&what);
        return tf_fail(
            tf_value_error, here, NULL,
            "Cannot evaluate tensor using `eval()`: No default session is registered. Use `tf_with_session(sess)` or make it with `tf_interactive_session()`.");
    }
    return tf_run_fetches(default_session, (tf_fetches){ .n = 1, .items = &f }, feeds, here);
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

tf_status tf1c_run_integer(tf_session *s, tf_tensor t, int64_t *value, tf_source here)
{
    const tf_fetch f = tf_into_int64(tf_fetch_tensor(t), value);
    return tf_run_fetches(s, (tf_fetches){ .n = 1, .items = &f }, (tf_feeds){ 0 }, here);
}

int64_t tf_train_global_step_(tf_session *s, tf_tensor global_step_tensor, tf_source here)
{
    int64_t step = 0;
    tf1c_run_integer(s, global_step_tensor, &step, here);
    return step;
}

/* ---- load ---------------------------------------------------------------------------------------------------------- */

static tf_status load_array(tf_session *s, const tf_operation *op, const tf_ndarray *value, tf_source here)
{
    char got[TF_DIMS_TEXT], want[TF_DIMS_TEXT];
    const tf1c_output *out = &op->outputs[0];
    if (!tf_dims_equal(value->shape, out->shape))
        return tf_fail(tf_value_error, here, op->name, "Cannot feed value of shape %s for Tensor '%s:0', which has shape '%s'",
                       tf_dims_text(value->shape, got, sizeof got),
                       op->initializer ? op->initializer->inputs[1].op->name : op->name,
                       tf_dims_text(out->shape, want, sizeof want));
    tf1c_resource *r;
    pthread_mutex_lock(&s->lock);
    void *data = tf1c_variable_memory(&s->resources, op, &r);
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
    tf1c_run r = { .s = s, .here = here };
    tf_status status;
    if (tf_is_poisoned(variable))
        return tf1c_mistake_again(&r, tf_tensor_op(variable));
    if (!variable.op->read || variable.op->graph != s->graph)
        return tf_fail(tf_type_error, here, variable.op->name, "tf_load wants a variable of the session's graph, got '%s:%d'",
                       variable.op->name, variable.index);
    tf_ndarray array;
    double number;
    status = tf1c_feed_array(&r, variable, &value, &array, &number);
    return status ? status : load_array(s, variable.op, &array, here);
}

tf_status tf_load_(tf_tensor variable, tf_operand value, tf_session *s, tf_source here)
{
    tf1c_hold_reports();
    tf_status status = tf1c_enter(s, here);
    if (!status) {
        status = load(variable, value, s, here);
        tf1c_leave(s);
    }
    tf1c_release_reports(here);
    return status;
}
