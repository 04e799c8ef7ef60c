/* A training's session: restored, or initialized. TF1: python/training/session_manager.py, monitored_session.py */
#include "session/training/prepare.h"

#include "core/logging.h"
#include "graph/node.h"
#include "ops/control_flow/group.h"
#include "ops/lookup/lookup_ops.h"
#include "ops/state/variables.h"
#include "ops/summary/summary.h"

tf_scaffold *tf_train_scaffold_(struct tf_scaffold fields)
{
    tf_graph *g = tf1c_current_graph();
    tf_scaffold *f = g ? tf1c_graph_alloc(g, sizeof *f) : NULL;
    if (f)
        *f = fields;
    return f;
}

tf_status tf1c_complete_scaffold(tf_scaffold *f)
{
    TF_FROM(f->here);
    if (!f->init_op && tf_global_variables().n)
        f->init_op = tf_global_variables_initializer();
    if (!f->local_init_op && tf_get_collection(TF_TABLE_INITIALIZERS).n) {
        tf_operation *locals = tf_local_variables_initializer();
        f->local_init_op = tf_group(OPS(locals, tf_tables_initializer()));
    } else if (!f->local_init_op && tf_local_variables().n) {
        f->local_init_op = tf_local_variables_initializer();
    }
    if (tf_is_none(f->summary_op))
        f->summary_op = tf_summary_merge_all();
    if (!f->saver && tf_global_variables().n &&
        !(f->saver = tf_train_saver_((struct tf_saver_args){ TF_SAVER_DEFAULTS_, .here = f->here })))
        return tf_last_error()->code;
    return tf_ok;
}

static tf_status initialize(tf_session *s, const tf_scaffold *f, tf_source here)
{
    const tf_status status = f->init_op ? tf_run_op(s, f->init_op, (tf_feeds){ 0 }, here) : tf_ok;
    return status || !f->init_fn ? status : f->init_fn(f, s);
}

static tf_status initialize_locals(tf_session *s, const tf_scaffold *f, tf_source here)
{
    tf_logging_info("Running local_init_op.");
    const tf_status status = f->local_init_op ? tf_run_op(s, f->local_init_op, (tf_feeds){ 0 }, here) : tf_ok;
    if (!status)
        tf_logging_info("Done running local_init_op.");
    return status;
}

tf_status tf1c_prepare_session(tf_session *s, const tf_scaffold *f, const char *dir, tf_source here)
{
    const char *latest = dir && f->saver ? tf_train_latest_checkpoint(dir) : NULL;
    tf_status status;
    if (latest) {
        tf_logging_info("Restoring parameters from %s", latest);
        status = tf_restore_(f->saver, s, latest, here);
    } else {
        status = initialize(s, f, here);
    }
    return status ? status : initialize_locals(s, f, here);
}

tf_session *tf1c_open_training(const tf_scaffold *f, const char *dir, struct tf_session_args a, tf1c_monitor *monitor,
                               tf_coordinator **coord, tf_threads *threads)
{
    tf_session *s = tf_session_new(a);
    *coord = s ? tf_train_coordinator() : NULL;
    if (*coord && !tf1c_prepare_session(s, f, dir, a.here)) {
        s->monitor = monitor; /* the threads look for it */
        *threads = tf_start_queue_runners_((struct tf_start_args){ .here = a.here, .sess = s, .coord = *coord });
        return s;
    }
    tf_join_(*coord, (tf_threads){ 0 }, a.here);
    *coord = NULL;
    tf_close(s);
    return NULL;
}
