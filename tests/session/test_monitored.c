/* Monitored sessions, their hooks, supervisors: what they log, write and answer is TensorFlow's. */
#include <dirent.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/proto/event.pb-c.h"
#include "core/protobuf.h"
#include "core/record.h"
#include "core/safe_file.h"
#include "tests/fixture.h"
#include "tf1c.h"

/* ---- what is logged ------------------------------------------------------------------------------------------------------------- */

static char said[1 << 14];
static pthread_mutex_t saying = PTHREAD_MUTEX_INITIALIZER;

/* Times and the folder masked, as make_monitored.py does. */
static void keep(tf_logging_level level, const char *message)
{
    char line[1024];
    snprintf(line, sizeof line, "%s:%s",
             level == tf_logging_INFO    ? "INFO"
             : level == tf_logging_ERROR ? "ERROR"
                                         : "WARNING",
             message);
    char *at = strstr(line, folder), rest[1024];
    if (at) {
        snprintf(rest, sizeof rest, "FOLDER%s", at + strlen(folder));
        strcpy(at, rest);
    }
    if ((at = strstr(line, "global_step/sec: ")))
        strcpy(at + 17, "*");
    if ((at = strrchr(line, '(')) && strstr(at, " sec)"))
        strcpy(at, "(* sec)");
    pthread_mutex_lock(&saying);
    snprintf(said + strlen(said), sizeof said - strlen(said), "%s\n", line);
    pthread_mutex_unlock(&saying);
}

/* While threads may be saying more. */
static bool has_said(const char *text)
{
    pthread_mutex_lock(&saying);
    const bool has = strstr(said, text);
    pthread_mutex_unlock(&saying);
    return has;
}

static void setup(void)
{
    open_session_and_folder();
    tf_close(sess);
    sess = NULL;
    said[0] = '\0';
    tf_logging_set_verbosity(tf_logging_INFO);
    tf_on_logging(keep);
}

static void teardown(void)
{
    tf_on_logging(NULL);
    tf_logging_set_verbosity(tf_logging_WARN);
    close_session_and_folder();
}

/* ---- a model: w² from w = 8, which each step halves ------------------------------------------------------------------------------- */

static tf_tensor w, step, loss, half;
static tf_operation *train;

static void model(void)
{
    tf_reset_default_graph();
    w = tf_get_variable("w", SCALAR, .initializer = tf_constant_initializer(8.0));
    step = tf_train_get_or_create_global_step();
    loss = tf_square(w, .name = "loss");
    half = tf_multiply(loss, 0.5, .name = "half");
    tf_summary_scalar("loss", loss);
    train = tf_minimize(tf_train_gradient_descent_optimizer(0.25), loss, .global_step = step);
}

static void train_to(int64_t last)
{
    model();
    sess = tf_train_monitored_training_session(.checkpoint_dir = folder, .save_checkpoint_steps = 3, .save_summaries_steps = 2,
                                               .log_step_count_steps = 2,
                                               .hooks = HOOKS(tf_train_stop_at_step_hook(.last_step = last),
                                                              tf_train_logging_tensor_hook(LIST(loss, half),
                                                                                           .tags = (const char *[]){ "loss", "a" },
                                                                                           .every_n_iter = 2, .at_end = true)));
    while (!tf_should_stop(sess))
        must(tf_run(sess, train));
    tf_close(sess);
    sess = NULL;
    tf_reset_default_graph(); /* closes the event file */
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* The folder's files in order; the caller frees each. */
static int list_files(char **names, int most)
{
    int n = 0;
    DIR *d = opendir(folder);
    ck_assert_ptr_nonnull(d);
    for (struct dirent *e; (e = readdir(d));)
        if (*e->d_name != '.' && n < most)
            names[n++] = strdup(e->d_name);
    closedir(d);
    qsort(names, (size_t)n, sizeof *names, by_name);
    return n;
}

static void say_event(const Tf1c__Event *e)
{
    char *to = said + strlen(said);
    const size_t room = sizeof said - strlen(said);
    if (e->what_case == TF1C__EVENT__WHAT_SESSION_LOG)
        snprintf(to, room, "session_log %d step %d\n", (int)e->session_log->status, (int)e->step);
    for (size_t i = 0; e->what_case == TF1C__EVENT__WHAT_SUMMARY && i < e->summary->n_value; i++) {
        const Tf1c__Summary__Value *v = e->summary->value[i];
        char number[32] = "*";
        if (!strstr(v->tag, "/sec"))
            snprintf(number, sizeof number, "%g", (double)v->simple_value);
        snprintf(said + strlen(said), sizeof said - strlen(said), "summary %s step %d %s\n", v->tag, (int)e->step, number);
    }
}

static void say_events(const char *path)
{
    size_t n = 0;
    char fault[64], *data = tf1c_read_file(path, 1 << 20, &n, TF_SOURCE);
    tf1c_reader r = { data, data + n, false };
    for (tf_bytes record; tf1c_record_next(&r, data, &record, fault, sizeof fault) == 1;) {
        Tf1c__Event *e = tf1c__event__unpack(&tf1c_pb, record.size, (const uint8_t *)record.data);
        say_event(e);
        tf1c__event__free_unpacked(e, &tf1c_pb);
    }
    tf1c_free(data);
}

static void say_files(void)
{
    char *names[64], files[2048] = "files";
    const int n = list_files(names, 64);
    for (int i = 0; i < n; i++) {
        if (strncmp(names[i], "events", 6) == 0)
            say_events(in_folder(names[i]));
        else if (!strstr(names[i], ".data-"))
            snprintf(files + strlen(files), sizeof files - strlen(files), " %s", names[i]);
        free(names[i]);
    }
    snprintf(said + strlen(said), sizeof said - strlen(said), "%s\n", files);
}

/* Line by line, so that the first difference is named. */
static void assert_said(const char *path)
{
    char line[1024];
    const char *at = said;
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f)) {
        const size_t n = strlen(line);
        ck_assert_msg(strncmp(at, line, n) == 0, "wanted: %sgot: %.*s", line, (int)strcspn(at, "\n"), at);
        at += n;
    }
    fclose(f);
    ck_assert_msg(!*at, "more than wanted: %s", at);
}

START_TEST(a_training_logs_and_writes_what_tensorflow_does_and_is_resumed)
{
    char path[512];
    train_to(5);
    train_to(7);
    say_files();
    assert_said(data_path("golden/monitored.txt", path, sizeof path));
}
END_TEST

/* ---- hooks of the user's own ---------------------------------------------------------------------------------------------------------- */

struct noting {
    tf_session_run_hook hook;
    char calls[512];
    float loss;
    int64_t before, runs;
    const char *fails_in; /* the call that does */
    int stop_after;
    tf_tensor feeds; /* what it feeds with 3 */
};

static tf_status note(struct noting *me, const char *call)
{
    snprintf(me->calls + strlen(me->calls), sizeof me->calls - strlen(me->calls), "%s ", call);
    return me->fails_in && strcmp(me->fails_in, call) == 0
               ? tf_fail(tf_runtime_error, TF_SOURCE, NULL, "the hook failed in %s", call)
               : tf_ok;
}
static tf_status note_begin(tf_session_run_hook *hook)
{
    ck_assert(!tf_graph_is_finalized(tf_get_default_graph()));
    return note((struct noting *)hook, "begin");
}
static tf_status note_created(tf_session_run_hook *hook, tf_session *session, tf_coordinator *coord)
{
    struct noting *me = (struct noting *)hook;
    ck_assert(tf_graph_is_finalized(tf_get_default_graph()) && coord);
    must(tf_run(session, FETCH(step, &me->before)));
    return note(me, "created");
}
static tf_status note_before(tf_session_run_hook *hook, tf_session_run_context *context)
{
    struct noting *me = (struct noting *)hook;
    must(tf_fetch_add(&context->fetches, loss, &me->loss));
    if (!tf_is_none(me->feeds))
        must(tf_feed_set(&context->feeds, me->feeds, 3));
    return note(me, "before");
}
static tf_status note_after(tf_session_run_hook *hook, tf_session_run_context *context)
{
    struct noting *me = (struct noting *)hook;
    if (++me->runs == me->stop_after)
        tf_request_stop(context);
    return note(me, "after");
}
static tf_status note_end(tf_session_run_hook *hook, tf_session *session)
{
    float now;
    must(tf_run(session, FETCH(loss, &now)));
    return note((struct noting *)hook, "end");
}
static const struct noting fresh = { .hook = { note_begin, note_created, note_before, note_after, note_end } };

START_TEST(a_hook_is_called_around_everything)
{
    float squared = 0;
    struct noting mine = fresh;
    model();
    mine.stop_after = 2;
    sess = tf_train_monitored_training_session(.hooks = HOOKS(&mine.hook));
    ck_assert(!tf_should_stop(sess));
    must(tf_run(sess, FETCH(train, NULL, loss, &squared)));
    ck_assert(squared == 64 && mine.loss == 64);
    ck_assert(!tf_should_stop(sess));
    must(tf_run(sess, train));
    ck_assert(mine.loss == 16 && tf_should_stop(sess));
    ck_assert_int_eq(tf_run(sess, train), tf_runtime_error);
    must_have_reported(tf_runtime_error, "Run called even after should_stop requested.");
    tf_close(sess);
    ck_assert(tf_should_stop(sess));
    sess = NULL;
    ck_assert_str_eq(mine.calls, "begin created before after before after end ");
    ck_assert(!tf_graph_is_finalized(tf_get_default_graph()));
}
END_TEST

START_TEST(what_a_hook_feeds_is_fed)
{
    float y = 0;
    struct noting mine = fresh, other = fresh;
    model();
    tf_tensor x = tf_placeholder(tf_float32, SCALAR, .name = "x"), z = tf_placeholder(tf_float32, SCALAR, .name = "z");
    tf_tensor sum = tf_add(x, z);
    mine.feeds = x;
    sess = tf_train_singular_monitored_session(.hooks = HOOKS(&mine.hook));
    must(tf_run(sess, FETCH(sum, &y), FEED(z, 4)));
    ck_assert(y == 7);
    ck_assert_int_eq(tf_run(sess, FETCH(sum, &y), FEED(x, 1, z, 4)), tf_runtime_error);
    must_have_reported(tf_runtime_error,
                       "Same tensor is fed by a SessionRunHook and user. Conflict(s): [<Tensor(\"x:0\", shape=()");
    tf_close(sess);
    other.feeds = x;
    sess = tf_train_singular_monitored_session(.hooks = HOOKS(&mine.hook, &other.hook));
    ck_assert_int_eq(tf_run(sess, FETCH(sum, &y), FEED(z, 4)), tf_runtime_error);
    must_have_reported(tf_runtime_error, "Same tensor is fed by two hooks. Conflict(s): ");
    tf_close(sess);
    sess = NULL;
}
END_TEST

static const struct {
    const char *call, *calls;
} failing[] = {
    { "begin", "begin " },
    { "created", "begin created " },
    { "before", "begin created before " },
    { "after", "begin created before after " },
    { "end", "begin created before after before after end " },
};

START_TEST(a_hook_that_fails_ends_the_training_without_ends)
{
    struct noting mine = fresh;
    model();
    mine.fails_in = failing[_i].call;
    mine.stop_after = 2;
    sess = tf_train_monitored_training_session(.hooks = HOOKS(&mine.hook));
    while (!tf_should_stop(sess))
        tf_run(sess, train);
    tf_close(sess);
    sess = NULL;
    char want[64];
    snprintf(want, sizeof want, "the hook failed in %s", failing[_i].call);
    ck_assert_int_eq(caught()->count, 1);
    must_have_reported(tf_runtime_error, want);
    ck_assert_str_eq(mine.calls, failing[_i].calls);
}
END_TEST

START_TEST(the_end_of_the_data_is_the_end_of_the_training)
{
    int64_t x = 0, sum = 0;
    struct noting mine = fresh;
    model();
    tf_tensor next = tf_at(tf_get_next(tf_make_one_shot_iterator(tf_data_dataset_range(3))), 0);
    sess = tf_train_monitored_training_session(.hooks = HOOKS(&mine.hook));
    while (!tf_should_stop(sess))
        if (!tf_run(sess, FETCH(next, &x, train, NULL)))
            sum += x;
    tf_close(sess);
    sess = NULL;
    ck_assert_int_eq(sum, 3);
    ck_assert_str_eq(mine.calls, "begin created before after before after before after before end ");
}
END_TEST

START_TEST(an_error_of_a_run_stops_and_is_told_once)
{
    struct noting mine = fresh;
    model();
    tf_tensor x = tf_placeholder(tf_float32, SCALAR, .name = "x");
    sess = tf_train_monitored_training_session(.hooks = HOOKS(&mine.hook));
    ck_assert_int_eq(tf_run(sess, x), tf_invalid_argument);
    ck_assert_int_eq(caught()->count, 1);
    ck_assert(caught()->where.line > 0);
    must_have_reported(tf_invalid_argument, "You must feed a value for placeholder tensor 'x'");
    ck_assert(tf_should_stop(sess));
    tf_close(sess);
    sess = NULL;
    ck_assert_str_eq(mine.calls, "begin created before ");
}
END_TEST

/* ---- the library's hooks --------------------------------------------------------------------------------------------------------------- */

START_TEST(a_loss_that_is_nan_stops)
{
    for (int fail = 0; fail < 2; fail++) {
        model();
        tf_tensor x = tf_placeholder(tf_float32, SCALAR), y = tf_log(x);
        sess = tf_train_monitored_training_session(.hooks = HOOKS(tf_train_nan_tensor_hook(y, .fail_on_nan_loss = fail == 1)));
        must(tf_run(sess, train, FEED(x, 1)));
        ck_assert_int_eq(tf_run(sess, train, FEED(x, -1)), fail ? tf_runtime_error : tf_ok);
        ck_assert(tf_should_stop(sess));
        if (fail)
            must_have_reported(tf_runtime_error, "NaN loss during training.");
        ck_assert_ptr_nonnull(
            strstr(said, fail ? "ERROR:Model diverged with loss = NaN." : "WARNING:Model diverged with loss = NaN."));
        tf_close(sess);
    }
    sess = NULL;
}
END_TEST

START_TEST(so_many_steps_are_counted_from_where_they_start)
{
    int64_t steps;
    model();
    sess =
        tf_train_monitored_training_session(.checkpoint_dir = folder, .hooks = HOOKS(tf_train_stop_at_step_hook(.num_steps = 2)));
    for (steps = 0; !tf_should_stop(sess); steps++)
        must(tf_run(sess, train));
    tf_close(sess);
    ck_assert_int_eq(steps, 2);
    model();
    sess =
        tf_train_monitored_training_session(.checkpoint_dir = folder, .hooks = HOOKS(tf_train_stop_at_step_hook(.num_steps = 3)));
    for (steps = 0; !tf_should_stop(sess); steps++)
        must(tf_run(sess, train));
    tf_close(sess);
    sess = NULL;
    ck_assert_int_eq(steps, 3);
    ck_assert_ptr_nonnull(strstr(said, "Saving checkpoints for 5 into FOLDER/model.ckpt."));
}
END_TEST

START_TEST(a_step_that_stands_still_is_warned_of_five_times)
{
    model();
    sess = tf_train_monitored_training_session(.hooks = HOOKS(tf_train_step_counter_hook(.every_n_steps = 10)));
    for (int i = 0; i < 9; i++)
        must(tf_run(sess, loss));
    tf_close(sess);
    sess = NULL;
    int warnings = 0;
    for (const char *at = said;
         (at = strstr(at, "WARNING:It seems that global step (tf.train.get_global_step) has not been increased.")); at++)
        warnings++;
    ck_assert_int_eq(warnings, 5);
}
END_TEST

static tf_session_run_hook *none_of_both(void) { return tf_train_stop_at_step_hook(); }
static tf_session_run_hook *both(void) { return tf_train_stop_at_step_hook(.num_steps = 1, .last_step = 2); }
static tf_session_run_hook *never(void) { return tf_train_logging_tensor_hook(LIST(loss)); }
static tf_session_run_hook *by_both(void) { return tf_train_logging_tensor_hook(LIST(loss), .every_n_iter = 1, .every_n_secs = 1); }
static tf_session_run_hook *backwards(void) { return tf_train_logging_tensor_hook(LIST(loss), .every_n_iter = -1); }
static tf_session_run_hook *no_time(void) { return tf_train_checkpoint_saver_hook(folder); }
static tf_session_run_hook *two_times(void) { return tf_train_checkpoint_saver_hook(folder, .save_secs = 1, .save_steps = 1); }
static tf_session_run_hook *no_folder(void) { return tf_train_checkpoint_saver_hook(NULL, .save_steps = 1); }
static tf_session_run_hook *two_savers(void)
{
    return tf_train_checkpoint_saver_hook(folder, .save_steps = 1, .saver = tf_train_saver(), .scaffold = tf_train_scaffold());
}
static tf_session_run_hook *no_summary(void) { return tf_train_summary_saver_hook(.save_steps = 1); }
static tf_session_run_hook *counts_twice(void) { return tf_train_step_counter_hook(.every_n_steps = 1, .every_n_secs = 1); }

static const struct {
    tf_session_run_hook *(*make)(void);
    const char *message;
} mistakes[] = {
    { none_of_both, "One of num_steps or last_step must be specified." },
    { both, "Only one of num_steps or last_step can be specified." },
    { never, "either at_end and/or exactly one of every_n_iter and every_n_secs must be provided." },
    { by_both, "either at_end and/or exactly one of every_n_iter and every_n_secs must be provided." },
    { backwards, "invalid every_n_iter=-1." },
    { no_time, "Either every_secs or every_steps should be provided." },
    { two_times, "Can not provide both every_secs and every_steps." },
    { no_folder, "wants a folder, got NULL" },
    { two_savers, "You cannot provide both saver and scaffold." },
    { no_summary, "Exactly one of scaffold or summary_op must be provided." },
    { counts_twice, "exactly one of every_n_steps and every_n_secs should be provided." },
};

START_TEST(a_mistaken_hook_is_told_in_tensorflows_words)
{
    model();
    ck_assert_ptr_null(mistakes[_i].make());
    must_have_reported(tf_value_error, mistakes[_i].message);
    ck_assert_ptr_null(tf_train_monitored_training_session(.hooks = HOOKS(NULL)));
    must_have_reported(tf_value_error, "Hook 0 is NULL: it could not be made.");
}
END_TEST

START_TEST(hooks_that_count_want_a_global_step)
{
    tf_tensor v = tf_variable(1.0);
    ck_assert_ptr_null(tf_train_monitored_training_session(.hooks = HOOKS(tf_train_stop_at_step_hook(.last_step = 1))));
    must_have_reported(tf_runtime_error, "Global step should be created to use StopAtStepHook.");
    ck_assert_ptr_null(tf_train_monitored_training_session(.checkpoint_dir = folder));
    must_have_reported(tf_runtime_error, "Global step should be created to use StepCounterHook.");
    float x;
    sess = tf_train_monitored_training_session();
    must(tf_run(sess, FETCH(v, &x)));
    ck_assert(x == 1);
    tf_close(sess);
    sess = NULL;
}
END_TEST

static tf_status load_five(const tf_scaffold *f, tf_session *s)
{
    (void)f;
    return tf_load(w, 5, s);
}

START_TEST(a_scaffold_says_how_to_begin)
{
    float x;
    model();
    tf_scaffold *f = tf_train_scaffold(.init_fn = load_five);
    sess = tf_train_monitored_training_session(.scaffold = f);
    must(tf_run(sess, FETCH(w, &x)));
    ck_assert(x == 5 && f->saver && f->init_op);
    tf_close(sess);
    sess = NULL;
}
END_TEST

START_TEST(queues_are_filled_beside_the_hooks)
{
    int32_t x;
    struct noting mine = fresh;
    model();
    tf_queue *q = tf_train_range_input_producer(1000, .shuffle = false);
    tf_tensor next = tf_at(tf_dequeue(q), 0);
    sess = tf_train_monitored_training_session(.hooks = HOOKS(&mine.hook));
    for (int i = 0; i < 5; i++) {
        must(tf_run(sess, FETCH(next, &x)));
        ck_assert_int_eq(x, i);
    }
    tf_close(sess);
    sess = NULL;
    ck_assert_int_eq(mine.runs, 5);
}
END_TEST

/* ---- supervisors ------------------------------------------------------------------------------------------------------------------------ */

static void count_up(void *arg) { ++*(_Atomic int *)arg; }

START_TEST(a_supervisor_saves_and_resumes)
{
    float x;
    int64_t at = 0;
    _Atomic int rounds = 0;
    for (int training = 0; training < 2; training++) {
        model();
        tf_supervisor *sv = tf_train_supervisor(.logdir = folder, .save_summaries_secs = 0);
        ck_assert_ptr_nonnull(sv);
        sess = tf_managed_session(sv);
        must(tf_loop(sv, 0, count_up, (void *)&rounds));
        ck_assert_ptr_null(tf_managed_session(sv));
        must_have_reported(tf_runtime_error, "A managed session of the supervisor is open.");
        must(tf_run(sess, FETCH(sv->global_step, &at, w, &x)));
        ck_assert(at == 3 * training && x == (training ? 1 : 8));
        for (int i = 0; i < 3 && !tf_should_stop(sv); i++) {
            tf_ndarray summary = { 0 };
            must(tf_run(sess, FETCH(train, NULL, sv->summary_op, &summary)));
            must(tf_summary_computed(sv, sess, summary));
            np_free(&summary);
        }
        while (rounds < 3)
            usleep(1000);
        tf_request_stop(sv);
        ck_assert(tf_should_stop(sv));
        tf_close(sess);
    }
    sess = NULL;
    ck_assert(tf_train_checkpoint_exists(in_folder("model.ckpt-3")) && tf_train_checkpoint_exists(in_folder("model.ckpt-6")));
    tf_reset_default_graph();
    said[0] = '\0';
    say_files();
    ck_assert_ptr_nonnull(strstr(said, "summary loss_1 step 1 64\nsummary loss_1 step 2 16\nsummary loss_1 step 3 4\n"));
}
END_TEST

START_TEST(a_supervisors_threads_summarize)
{
    model();
    tf_supervisor *sv = tf_train_supervisor(.logdir = folder, .save_summaries_secs = 0.02, .save_model_secs = 0.02);
    sess = tf_managed_session(sv);
    for (int i = 0; i < 200 && !(has_said("INFO:global_step/sec: *") && has_said("INFO:Recording summary at step ")); i++) {
        must(tf_run(sess, train));
        usleep(10000);
    }
    tf_close(sess);
    sess = NULL;
    ck_assert_msg(strstr(said, "INFO:global_step/sec: *") && strstr(said, "INFO:Recording summary at step ") &&
                      strstr(said, "INFO:Saving checkpoint to path FOLDER/model.ckpt"),
                  "%s", said);
}
END_TEST

START_TEST(a_supervisor_that_is_none_is_stopped)
{
    tf_supervisor *none = NULL;
    ck_assert(tf_should_stop(none) && !tf_managed_session(none));
    ck_assert_int_eq(tf_summary_computed(none, NULL, np_array(NULL, tf_string, SCALAR)), tf_value_error);
    model();
    tf_supervisor *sv = tf_train_supervisor();
    ck_assert(tf_should_stop(sv) && !sv->save_path);
    ck_assert_int_eq(tf_loop(sv, 1, count_up, NULL), tf_runtime_error);
    must_have_reported(tf_runtime_error, "tf_loop wants a managed session that is open");
    ck_assert_int_eq(tf_summary_computed(sv, NULL, np_array(NULL, tf_string, SCALAR)), tf_runtime_error);
    must_have_reported(tf_runtime_error, "Writing a summary requires a summary writer.");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("monitored");
    TCase *tc = tcase_create("monitored");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_training_logs_and_writes_what_tensorflow_does_and_is_resumed);
    tcase_add_test(tc, a_hook_is_called_around_everything);
    tcase_add_test(tc, what_a_hook_feeds_is_fed);
    tcase_add_loop_test(tc, a_hook_that_fails_ends_the_training_without_ends, 0, sizeof failing / sizeof *failing);
    tcase_add_test(tc, the_end_of_the_data_is_the_end_of_the_training);
    tcase_add_test(tc, an_error_of_a_run_stops_and_is_told_once);
    tcase_add_test(tc, a_loss_that_is_nan_stops);
    tcase_add_test(tc, so_many_steps_are_counted_from_where_they_start);
    tcase_add_test(tc, a_step_that_stands_still_is_warned_of_five_times);
    tcase_add_loop_test(tc, a_mistaken_hook_is_told_in_tensorflows_words, 0, sizeof mistakes / sizeof *mistakes);
    tcase_add_test(tc, hooks_that_count_want_a_global_step);
    tcase_add_test(tc, a_scaffold_says_how_to_begin);
    tcase_add_test(tc, queues_are_filled_beside_the_hooks);
    tcase_add_test(tc, a_supervisor_saves_and_resumes);
    tcase_add_test(tc, a_supervisors_threads_summarize);
    tcase_add_test(tc, a_supervisor_that_is_none_is_stopped);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
