/* A training that can be left and gone on with. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kit.h"

enum { SAVE_SECONDS = 60, MOST_NOTES = 100000 };

/* ---- Ctrl-C: the first asks, the second ends the program as always ------------------------------------------------------------- */

static volatile sig_atomic_t asked;
static void ask(int signal_number) { asked = signal_number; }

static void listen_to(int signal_number, struct sigaction *before)
{
    struct sigaction now, act = { .sa_handler = ask, .sa_flags = (int)SA_RESETHAND | SA_RESTART };
    sigemptyset(&act.sa_mask);
    if (sigaction(signal_number, NULL, &now) == 0 && now.sa_handler != SIG_IGN)
        sigaction(signal_number, &act, before);
    else
        *before = now;
}

typedef struct {
    struct sigaction interrupt, terminate; /* as they were */
} handlers;

static void own_nothing(void *object) { (void)object; }

/* ---- starting --------------------------------------------------------------------------------------------------------------------- */

/* The step in a name, "DIR/model-123"; 0 without one. */
static int64_t step_of(const char *path)
{
    const char *dash = strrchr(path, '-');
    return dash ? atoll(dash + 1) : 0;
}

static tf_status go_on_from(tf_training *t, tf_session *sess, tf_source here)
{
    const char *latest = tf_train_latest_checkpoint(t->checkpoint);
    if (!latest)
        return tf_ok;
    t->done = step_of(latest);
    printf("Going on after step %lld, from %s\n", (long long)t->done, latest);
    return tf_restore_(t->saver, sess, latest, here);
}

static bool make_curves(tf_training *t, int64_t steps, tf_source here)
{
    const size_t room = steps <= 0 ? 1 : steps < MOST_NOTES ? (size_t)steps + 1 : MOST_NOTES;
    float *curves = tf1c_kit_object(3 * room * sizeof *curves, own_nothing, here);
    t->step = curves;
    t->loss = curves ? curves + room : NULL;
    t->accuracy = curves ? curves + 2 * room : NULL;
    t->room = curves ? (int64_t)room : 0;
    return curves;
}

/* Beside the checkpoints, as TensorFlow's hooks do; one that TensorFlow has no words for is left out. */
static void write_graph(const tf_training *t, tf_source here)
{
    tf_error_handler *before = tf_on_error(tf_silent);
    tf_train_write_graph_(
        tf_session_graph(t->session),
        (struct tf_write_graph_args){ .here = here, .logdir = t->checkpoint, .name = "graph.pbtxt", .as_text = true });
    tf_on_error(before);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

tf_status tf_training_start_(tf_training *t, tf_session *sess, int64_t steps, tf_source here)
{
    if (!t)
        return tf_fail(tf_value_error, here, NULL, "tf_training_start wants a training, got NULL");
    tf_status status = tf_ok;
    *t = (tf_training){ .checkpoint = t->checkpoint, .logdir = t->logdir, .session = sess, .steps = steps, .here = here };
    if (!make_curves(t, steps, here))
        return tf_memory_error;
    if (t->checkpoint && !(t->saver = tf_train_saver_((struct tf_saver_args){ TF_SAVER_DEFAULTS_, .here = here })))
        return tf_last_error()->code;
    if (t->checkpoint && !(status = go_on_from(t, sess, here)))
        write_graph(t, here);
    if (!status && t->logdir)
        t->writer = tf_summary_file_writer_(
            t->logdir, (struct tf_file_writer_args){ .here = here, .flush_secs = 5, .graph = tf_session_graph(sess) });
    handlers *h = tf1c_kit_object(sizeof *h, own_nothing, here);
    if (h) {
        asked = 0;
        listen_to(SIGINT, &h->interrupt);
        listen_to(SIGTERM, &h->terminate);
    }
    t->handlers = h;
    t->reached = t->saved = t->done;
    t->saved_at = seconds();
    t->bar = tf_progress_start(steps);
    t->bar.from = t->done;
    return status;
}

/* ---- on the way -------------------------------------------------------------------------------------------------------------------- */

static void save(tf_training *t)
{
    char path[4096];
    t->saved_at = seconds();
    if (!t->saver || t->saved == t->reached || snprintf(path, sizeof path, "%s/model", t->checkpoint) >= (int)sizeof path)
        return;
    if (tf_save_(t->saver, t->session, path,
                 (struct tf_save_args){ .here = t->here, .global_step = tf_operand_integer(t->reached), .write_state = true }))
        t->saved = t->reached;
}

bool tf_training_goes_on(tf_training *t, int64_t step)
{
    if (!t)
        return false;
    t->reached = step > t->done ? step - 1 : t->done;
    if (t->saver && seconds() >= t->saved_at + SAVE_SECONDS)
        save(t);
    return step <= t->steps && !asked;
}

void tf_training_note_(tf_training *t, int64_t step, struct tf_progress_args a)
{
    if (!t || step <= t->done || t->noted >= t->room)
        return;
    t->step[t->noted] = (float)step;
    t->loss[t->noted] = (float)a.loss;
    t->accuracy[t->noted++] = (float)a.accuracy;
    if (t->bar.terminal && tf_progress_due(&t->bar, step))
        tf_progress_show_(&t->bar, step, a);
    if (!isnan(a.loss))
        tf_add_scalar_(t->writer, "loss", a.loss, step, t->here);
    if (!isnan(a.accuracy))
        tf_add_scalar_(t->writer, "accuracy", a.accuracy, step, t->here);
}

void tf_training_end(tf_training *t)
{
    if (!t || !t->handlers)
        return;
    const handlers *h = t->handlers;
    tf_progress_end(&t->bar);
    save(t);
    tf_summary_writer_close_(t->writer);
    t->writer = NULL;
    t->handlers = NULL;
    sigaction(SIGINT, &h->interrupt, NULL);
    sigaction(SIGTERM, &h->terminate, NULL);
    if (!asked)
        return;
    printf("Stopped after step %lld of %lld", (long long)t->reached, (long long)t->steps);
    printf(t->saver ? "; the same command goes on from there\n" : "; --checkpoint FOLDER would keep what was learnt\n");
}
