/* TF1C_TRACE: the file is read back as JSON, and its events are looked at. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"
#include "tf1c.h"

/* ---- reading JSON ---------------------------------------------------------------------------------------------------------- */

enum { MOST_EVENTS = 40000, MOST_STEPS = 4 };

typedef struct {
    char name[64], node[128], ops[128], cat[8], ph[4];
    int pid, tid, run, session, n_steps, steps[MOST_STEPS];
    double ts, dur;
} event;

typedef struct {
    const char *at;
    bool bad;
    event *events;
    int n;
} json;

/* Byte by byte: the sanitizer's strspn and strtod would measure the whole text each time. */
static char next(json *j)
{
    while (*j->at == ' ' || *j->at == '\n' || *j->at == '\t' || *j->at == '\r')
        j->at++;
    return *j->at;
}

static double read_number(json *j)
{
    char text[64], *end;
    size_t n = 0;
    while (n + 1 < sizeof text &&
           ((*j->at >= '0' && *j->at <= '9') || *j->at == '-' || *j->at == '+' || *j->at == '.' || *j->at == 'e' || *j->at == 'E'))
        text[n++] = *j->at++;
    text[n] = 0;
    double x = strtod(text, &end);
    j->bad |= !n || *end;
    return x;
}

static bool eat(json *j, char c)
{
    bool there = next(j) == c;
    j->at += there;
    return there;
}

static void read_string(json *j, char *out, size_t room)
{
    size_t n = 0;
    j->bad |= !eat(j, '"');
    for (; *j->at && *j->at != '"' && !j->bad; j->at++) {
        j->bad = (unsigned char)*j->at < ' ' || (unsigned char)*j->at > 126;
        if (*j->at == '\\')
            j->at++;
        if (n + 1 < room)
            out[n++] = *j->at;
    }
    out[n] = 0;
    j->bad |= !eat(j, '"');
}

static void cut(char *to, size_t room, const char *text)
{
    size_t n = strnlen(text, room - 1);
    memcpy(to, text, n);
    to[n] = 0;
}

static void keep_string(event *e, const char *key, const char *text)
{
    const struct {
        const char *key;
        char *to;
        size_t room;
    } fields[] = { { "node", e->node, sizeof e->node },
                   { "ops", e->ops, sizeof e->ops },
                   { "cat", e->cat, sizeof e->cat },
                   { "ph", e->ph, sizeof e->ph } };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(key, fields[i].key) == 0)
            cut(fields[i].to, fields[i].room, text);
    if (strcmp(key, "name") == 0) /* of the thread, of a thread_name */
        cut(e->name[0] ? e->node : e->name, sizeof e->name, text);
}

static void keep_number(event *e, const char *key, double x)
{
    if (strcmp(key, "ts") == 0)
        e->ts = x;
    else if (strcmp(key, "dur") == 0)
        e->dur = x;
    else if (strcmp(key, "step") == 0 && e->n_steps < MOST_STEPS)
        e->steps[e->n_steps++] = (int)x;
    int *to = strcmp(key, "tid") == 0       ? &e->tid
              : strcmp(key, "pid") == 0     ? &e->pid
              : strcmp(key, "run") == 0     ? &e->run
              : strcmp(key, "session") == 0 ? &e->session
                                            : NULL;
    if (to)
        *to = (int)x;
}

/* A value under `key`, of the event `e` if within one. */
static void read_value(json *j, const char *key, event *e)
{
    char text[256], inner[64];
    bool list = next(j) == '[';
    if (list || next(j) == '{') {
        j->at++;
        for (int n = 0; !j->bad && !eat(j, list ? ']' : '}'); n++) {
            j->bad = (n && !eat(j, ',')) || j->n >= MOST_EVENTS;
            if (list) {
                read_value(j, key, strcmp(key, "traceEvents") == 0 ? &j->events[j->n++] : e);
                continue;
            }
            read_string(j, inner, sizeof inner);
            j->bad |= !eat(j, ':');
            read_value(j, inner, e);
        }
    } else if (next(j) == '"') {
        read_string(j, text, sizeof text);
        if (e)
            keep_string(e, key, text);
    } else {
        double x = read_number(j);
        if (e)
            keep_number(e, key, x);
    }
}

static char path[] = "/tmp/tf1c_trace_XXXXXX";
static event *events;

/* The events of the file as it is now; it must be whole. */
static int read_trace(void)
{
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fseek(f, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(f);
    char *text = calloc(size + 1, 1);
    rewind(f);
    ck_assert_uint_eq(fread(text, 1, size, f), size);
    fclose(f);
    memset(events, 0, MOST_EVENTS * sizeof *events);
    json j = { .at = text, .events = events };
    read_value(&j, "", NULL);
    ck_assert_msg(!j.bad && !next(&j), "not JSON at byte %d of %zu: %.80s", (int)(j.at - text), size, j.at);
    free(text);
    return j.n;
}

/* ---- what events must be ------------------------------------------------------------------------------------------------------- */

static int by_lane(const void *a, const void *b)
{
    const event *x = a, *y = b;
    if (x->tid != y->tid)
        return x->tid < y->tid ? -1 : 1;
    if (x->ts != y->ts)
        return x->ts < y->ts ? -1 : 1;
    return x->dur != y->dur ? (x->dur > y->dur ? -1 : 1) : 0;
}

/* Within a lane spans follow each other or lie inside of one another. */
static void check_nesting(int n)
{
    const double clock = 0.0015; /* times are written with three digits */
    qsort(events, (size_t)n, sizeof *events, by_lane);
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n && events[j].tid == events[i].tid && events[j].ts < events[i].ts + events[i].dur - clock; j++)
            ck_assert_msg(events[j].ts + events[j].dur <= events[i].ts + events[i].dur + clock,
                          "%s [%f +%f] runs over the end of %s [%f +%f]", events[j].name, events[j].ts, events[j].dur,
                          events[i].name, events[i].ts, events[i].dur);
}

static int count(int n, const char *name, const char *node, int tid)
{
    int found = 0;
    for (int i = 0; i < n; i++)
        found +=
            strcmp(events[i].name, name) == 0 && (!node || strcmp(events[i].node, node) == 0) && (tid < 0 || events[i].tid == tid);
    return found;
}

static void check_spans(int n)
{
    for (int i = 0; i < n; i++) {
        const event *e = &events[i];
        ck_assert_int_eq(e->pid, (int)getpid());
        if (strcmp(e->ph, "M") == 0)
            continue;
        ck_assert_str_eq(e->ph, "X");
        ck_assert_msg(e->ts >= 0 && e->dur >= 0 && e->name[0], "%s at %f takes %f", e->name, e->ts, e->dur);
    }
}

/* ---- runs ------------------------------------------------------------------------------------------------------------------------------ */

static tf_tensor add_product(tf_tensor state, tf_tensor x, void *context)
{
    return tf_tanh(tf_add(tf_matmul(x, state, .name = "product"), *(tf_tensor *)context));
}

static tf_ndarray input;
/* The products stay where they are, in the loop and in every step. */
static tf_session *two_threads(void)
{
    return tf_session(.config = { .intra_op_parallelism_threads = 2, .passes_off = "hoist,pack" });
}

/* 5 steps of 128 × 128 products: worth two threads. */
static tf_tensor looped(tf_tensor *x)
{
    static tf_tensor w;
    *x = tf_placeholder(tf_float32, SHAPE(NONE, 128, 128), .name = "x");
    w = tf_constant(np_reshape(np_slice(input, 0, 1), SHAPE(128, 128)), .name = "w");
    return tf_scan(add_product, *x, tf_zeros(SHAPE(128, 128)), .context = &w, .name = "steps");
}

static void begin(void)
{
    catch_errors();
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    events = calloc(MOST_EVENTS, sizeof *events);
    input = np_zeros(SHAPE(5, 128, 128), tf_float32);
    setenv("TF1C_TRACE", path, 1);
    tf_reset_default_graph();
}

static void end(void)
{
    ck_assert_msg(caught()->count == 0, "a report nobody asked for: %s", caught()->message);
    tf_reset_default_graph();
    np_free(&input);
    free(events);
    unlink(path);
    unsetenv("TF1C_TRACE");
    strcpy(path + strlen(path) - 6, "XXXXXX");
}

START_TEST(each_worker_has_a_lane_with_its_part_of_every_instruction)
{
    tf_tensor x, y = looped(&x);
    tf_session *s = two_threads();
    ck_assert_int_eq(tf_run(s, FETCH(y, NULL), FEED(x, input)), tf_ok);
    int n = read_trace();
    check_spans(n);
    for (int tid = 0; tid < 2; tid++) {
        ck_assert_int_eq(count(n, "thread_name", tid ? "worker 1" : "caller 1", tid), 1);
        ck_assert_int_eq(count(n, "Loop", "steps/while/Loop", tid), 1);
        ck_assert_int_eq(count(n, "MatMul", "steps/while/product", tid), 5);
        ck_assert_int_ge(count(n, "wait", NULL, tid), 5); /* products read all of the state */
    }
    ck_assert_int_eq(count(n, "run", NULL, 0), 1);
    ck_assert_int_eq(count(n, "run", NULL, 1), 0);
    check_nesting(n);
    tf_close(s);
}
END_TEST

START_TEST(an_event_in_a_loop_says_at_which_step)
{
    tf_tensor x, y = looped(&x);
    tf_session *s = two_threads();
    ck_assert_int_eq(tf_run(s, FETCH(y, NULL), FEED(x, input)), tf_ok);
    int n = read_trace(), seen[2][5] = { { 0 } };
    for (int i = 0; i < n; i++) {
        const event *e = &events[i];
        bool inside = strcmp(e->name, "MatMul") == 0 || strcmp(e->name, "(fused)") == 0;
        if (inside)
            ck_assert_msg(e->n_steps == 1 && e->steps[0] >= 0 && e->steps[0] < 5 && e->tid < 2, "%s: %d steps, the first %d",
                          e->name, e->n_steps, e->steps[0]);
        else if (strcmp(e->name, "wait") != 0)
            ck_assert_int_eq(e->n_steps, 0);
        if (strcmp(e->name, "MatMul") == 0)
            seen[e->tid][e->steps[0]]++;
        if (strcmp(e->name, "(fused)") == 0)
            ck_assert_str_eq(e->ops, "Add Tanh");
    }
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(seen[i / 5][i % 5], 1);
    tf_close(s);
}
END_TEST

static tf_tensor add_up(tf_tensor sum, tf_tensor x, void *context)
{
    (void)context;
    return tf_add(sum, tf_sqrt(x));
}
static tf_tensor row_sum(tf_tensor row, void *context)
{
    (void)context;
    return tf_foldl(add_up, row, tf_constant(0.0));
}

START_TEST(loops_within_loops_count_both_steps)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, NONE)), y = tf_map_fn(row_sum, x);
    tf_session *s = tf_session(.config = tf_config_proto(.intra_op_parallelism_threads = 1, .passes_off = "all"));
    ck_assert_int_eq(tf_run(s, FETCH(y, NULL), FEED(x, NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }))), tf_ok);
    int n = read_trace(), seen[2][3] = { { 0 } };
    for (int i = 0; i < n; i++)
        if (strcmp(events[i].name, "Sqrt") == 0) {
            ck_assert_int_eq(events[i].n_steps, 2);
            seen[events[i].steps[0]][events[i].steps[1]]++;
        }
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(seen[i / 3][i % 3], 1);
    ck_assert_int_eq(count(n, "wait", NULL, -1), 0); /* nobody to wait for */
    tf_close(s);
}
END_TEST

/* ---- several of everything ------------------------------------------------------------------------------------------------------------- */

enum { THREADS = 3, RUNS = 20 };
typedef struct {
    tf_session *session;
    tf_tensor x, y;
    tf_status status;
} caller;

static void *run_often(void *arg)
{
    caller *c = arg;
    for (int i = 0; i < RUNS && !c->status; i++)
        c->status = tf_run(c->session, FETCH(c->y, NULL), FEED(c->x, input));
    return NULL;
}

START_TEST(several_threads_and_sessions_write_one_whole_file)
{
    tf_tensor x, y = looped(&x);
    tf_session *sessions[2] = { two_threads(), two_threads() };
    pthread_t threads[THREADS];
    caller callers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        callers[i] = (caller){ sessions[i % 2], x, y, tf_ok };
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_often, &callers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(callers[i].status, tf_ok);
    }
    tf_close(sessions[0]);
    tf_close(sessions[1]);
    int n = read_trace(), of_session[3] = { 0 };
    check_spans(n);
    check_nesting(n);
    ck_assert_int_eq(count(n, "run", NULL, -1), THREADS * RUNS);
    for (int i = 0; i < n; i++)
        if (strcmp(events[i].name, "run") == 0)
            of_session[events[i].session > 2 ? 0 : events[i].session]++;
    ck_assert_int_eq(of_session[0], 0);
    ck_assert_int_eq(of_session[1] + of_session[2], THREADS * RUNS);
    ck_assert_int_ge(count(n, "thread_name", NULL, -1), THREADS);
    ck_assert_int_ge(count(n, "MatMul", NULL, -1), 5 * THREADS * RUNS);
}
END_TEST

START_TEST(the_file_goes_on_with_the_next_session_and_is_whole_after_every_run)
{
    int before = 0;
    for (int i = 0; i < 3; i++) {
        tf_reset_default_graph();
        tf_tensor x, y = looped(&x);
        tf_session *s = two_threads();
        for (int run = 0; run < 30; run++) { /* more than an event buffer holds */
            ck_assert_int_eq(tf_run(s, FETCH(y, NULL), FEED(x, input)), tf_ok);
            int n = run % 10 ? before + 1 : read_trace();
            ck_assert_int_gt(n, before);
            before = run % 10 ? before : n;
        }
        tf_close(s);
    }
    int n = read_trace();
    ck_assert_int_eq(count(n, "run", NULL, -1), 90);
    ck_assert_int_eq(count(n, "MatMul", NULL, 0), 450);
    ck_assert_int_eq(count(n, "process_name", NULL, -1), 1);
}
END_TEST

static tf_session *left_open[2]; /* by a child that ends: to who looks for leaks there, they are none */

START_TEST(a_process_that_ends_without_closing_leaves_a_whole_file)
{
    tf_tensor x, y = looped(&x);
    pid_t child = fork();
    if (child == 0) {
        left_open[0] = two_threads();
        _exit(tf_run(left_open[0], FETCH(y, NULL), FEED(x, input)) == tf_ok ? 0 : 1);
    }
    int status = 1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    int n = read_trace();
    ck_assert_int_eq(count(n, "run", NULL, -1), 1);
    ck_assert_int_eq(events[n - 1].pid, (int)child);
}
END_TEST

START_TEST(a_forked_child_leaves_its_parents_file_alone)
{
    tf_tensor x, y = looped(&x);
    tf_session *s = tf_session(.config = { .intra_op_parallelism_threads = 1 });
    ck_assert_int_eq(tf_run(s, FETCH(y, NULL), FEED(x, input)), tf_ok);
    int before = read_trace(), status = 1;
    pid_t child = fork();
    if (child == 0) {
        left_open[0] = s;
        left_open[1] = tf_session(.config = { .intra_op_parallelism_threads = 1 });
        bool good =
            tf_run(s, FETCH(y, NULL), FEED(x, input)) == tf_ok && tf_run(left_open[1], FETCH(y, NULL), FEED(x, input)) == tf_ok;
        _exit(good ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(read_trace(), before);
    ck_assert_int_eq(tf_run(s, FETCH(y, NULL), FEED(x, input)), tf_ok);
    int n = read_trace();
    ck_assert_int_eq(count(n, "run", NULL, -1), 2);
    tf_close(s);
}
END_TEST

/* ---- what goes wrong --------------------------------------------------------------------------------------------------------------------- */

START_TEST(a_file_that_cannot_be_opened_is_reported_once_and_runs_go_on)
{
    tf_tensor y = tf_add(tf_constant(1.0), 2);
    float f = 0;
    setenv("TF1C_TRACE", "/nonexistent/trace.json", 1);
    for (int i = 0; i < 2; i++) {
        tf_session *s = tf_session();
        ck_assert_ptr_nonnull(s);
        ck_assert_int_eq(caught()->count, 1);
        ck_assert_int_eq(caught()->code, tf_os_error);
        ck_assert_str_eq(caught()->message, "TF1C_TRACE cannot be written (No such file or directory): /nonexistent/trace.json");
        ck_assert_ptr_nonnull(strstr(caught()->where.file, "test_trace.c"));
        ck_assert_int_eq(tf_run(s, FETCH(y, &f)), tf_ok);
        ck_assert_float_eq(f, 3);
        tf_close(s);
        ck_assert_int_eq(caught()->count, 1);
    }
    catch_errors();
}
END_TEST

START_TEST(a_full_disk_is_reported_once_and_runs_go_on)
{
    tf_tensor y = tf_add(tf_constant(1.0), 2);
    float f = 0;
    if (access("/dev/full", W_OK) != 0)
        return;
    setenv("TF1C_TRACE", "/dev/full", 1);
    for (int i = 0; i < 2; i++) {
        tf_session *s = tf_session();
        ck_assert_int_eq(tf_run(s, FETCH(y, &f)), tf_ok);
        ck_assert_float_eq(f, 3);
        tf_close(s);
    }
    ck_assert_int_eq(caught()->count, 1);
    ck_assert_int_eq(caught()->code, tf_os_error);
    catch_errors();
}
END_TEST

START_TEST(without_the_variable_nothing_is_written)
{
    tf_tensor x, y = looped(&x);
    unsetenv("TF1C_TRACE");
    tf_session *s = two_threads();
    ck_assert_int_eq(tf_run(s, FETCH(y, NULL), FEED(x, input)), tf_ok);
    tf_close(s);
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fgetc(f), EOF);
    fclose(f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace");
    TCase *c = tcase_create("files");
    const TTest *const tests[] = {
        each_worker_has_a_lane_with_its_part_of_every_instruction,
        an_event_in_a_loop_says_at_which_step,
        loops_within_loops_count_both_steps,
        several_threads_and_sessions_write_one_whole_file,
        the_file_goes_on_with_the_next_session_and_is_whole_after_every_run,
        a_process_that_ends_without_closing_leaves_a_whole_file,
        a_forked_child_leaves_its_parents_file_alone,
        a_file_that_cannot_be_opened_is_reported_once_and_runs_go_on,
        a_full_disk_is_reported_once_and_runs_go_on,
        without_the_variable_nothing_is_written,
    };
    tcase_add_checked_fixture(c, begin, end);
    tcase_set_timeout(c, 60);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tcase_add_test(c, tests[i]);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
