#include "mistakes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/alloc.h"

tf_graph *graph;
tf_tensor x, y, z;
float number;
tf_ndarray array;
const tf_tensor none = { 0 };
const char *file;
int line;
bool ran;
static const row *rows;

tf_tensor of_another_graph(void)
{
    static tf_graph *other;
    tf_tensor t = none;
    tf_graph_free(other);
    other = tf_graph_new();
    tf_with_graph(other) {
        t = tf_placeholder(tf_float32, SHAPE(NONE, 2), .name = "far");
    }
    return t;
}

void begin(void)
{
    open_session();
    graph = tf_get_default_graph();
    x = tf_placeholder(tf_float32, .name = "x");
    y = tf_placeholder(tf_float32, SHAPE(NONE, 3), .name = "y");
    z = tf_placeholder(tf_int32, .name = "z");
    np_free(&array);
    array = np_copy(NP_FLOAT(1, 2));
    number = 1;
    line = -1;
    ran = false;
}

void end(void)
{
    np_free(&array);
    tf_close(sess);
    tf_reset_default_graph();
    of_another_graph(); /* whose graph stays small */
}

void assert_all_else_runs(void)
{
    float sum = 0;
    tf_ndarray a = { 0 };
    catch_errors();
    tf_tensor fine = tf_add(tf_matmul(y, tf_constant(NP_FLOAT2D({ 1 }, { 2 }, { 3 }))), 1), v = tf_variable(2.0),
              more = tf_assign_add(v, 3);
    ck_assert_int_eq(tf_run(sess, tf_initializer_of(v)), tf_ok);
    ck_assert_int_eq(tf_run(sess, FETCH(fine, &a, more, &sum), FEED(y, NP_FLOAT2D({ 1, 1, 1 }, { 2, 2, 2 }))), tf_ok);
    ck_assert(np_get(a, 0) == 7 && np_get(a, 1) == 13 && sum == 5);
    ck_assert_msg(caught()->count == 0, "afterwards: %s", caught()->message);
    np_free(&a);
}

static void assert_refused(void)
{
    for (int64_t i = 0; i < np_size(array); i++)
        ck_assert_msg(array.dtype == tf_float32 ? isnan(np_get(array, i)) : np_get(array, i) == 0, "a refused array holds %g",
                      np_get(array, i));
}

static bool same_message(const char *got, const char *want)
{
    size_t n = strlen(want), dots = strlen("…");
    if (n >= dots && strcmp(want + n - dots, "…") == 0)
        return strncmp(got, want, n - dots) == 0;
    return strcmp(got, want) == 0;
}

/* A mistake made while building is quiet where it is built on, and refuses what depends on it with the first report. */
static void assert_poisoned(tf_tensor bad, const row *r)
{
    catch_errors();
    ck_assert_msg(tf_is_poisoned(bad), "%s: not poisoned", r->name);
    tf_tensor on = tf_tanh(tf_reduce_sum(tf_concat(LIST(tf_add(bad, 1), x), 0)));
    tf_list grads = tf_gradients(LIST(on), LIST(y));
    tf_operation *group = tf_group(tf_tensor_op(on), tf_no_op());
    (void)group;
    ck_assert(tf_is_poisoned(on) && grads.n == 1 && tf_is_poisoned(tf_at(grads, 0)));
    ck_assert_msg(caught()->count == 0, "built on, it says: %s", caught()->message);
    int here = __LINE__, status = tf_run(sess, FETCH(on, &array, tf_at(grads, 0), &number, bad, NULL), FEED(x, 1));
    (void)here;
    ck_assert_int_eq(status, r->code);
    ck_assert_int_eq(caught()->count, 1);
    ck_assert_msg(same_message(caught()->message, r->message), "the run says: %s", caught()->message);
    ck_assert_int_eq(caught()->where.line, line);
    assert_refused();
    ck_assert(isnan(number));
}

static void check_report(const row *r, int count, tf_status code, const char *message, tf_source where)
{
    ck_assert_msg(count == 1, "%s: %d reports, the first: %s", r->name, count, message);
    ck_assert_msg(same_message(message, r->message), "%s:\n  got    %s\n  wanted %s", r->name, message, r->message);
    ck_assert_msg(code == r->code, "%s: %s instead of %s", r->name, tf_status_name(code), tf_status_name(r->code));
    if (line)
        ck_assert_msg(where.file && strcmp(where.file, file) == 0 && where.line == line, "%s: blames %s:%d instead of line %d",
                      r->name, where.file ? where.file : "nobody", where.line, line);
}

START_TEST(a_mistake_says_what_is_wrong_and_where)
{
    const row *r = &rows[_i];
    catch_errors();
    tf_tensor bad = r->make();
    check_report(r, caught()->count, caught()->code, caught()->message, caught()->where);
    if (ran)
        assert_refused();
    if (bad.op)
        assert_poisoned(bad, r);
    assert_all_else_runs();
}
END_TEST

START_TEST(a_silent_mistake_stays_as_the_last_error)
{
    const row *r = &rows[_i];
    tf_on_error(tf_silent);
    tf_clear_error();
    r->make();
    const tf_error *e = tf_last_error();
    check_report(r, 1, e->code, e->message, e->where);
    tf_close(sess); /* the graph's mistake is said once by the next run: not here */
    tf_reset_default_graph();
    begin();
    assert_all_else_runs();
}
END_TEST

START_TEST(the_default_handler_writes_the_report_to_stderr)
{
    const row *r = &rows[_i];
    char text[8192] = "", place[512];
    FILE *written = tmpfile();
    int saved = dup(STDERR_FILENO);
    tf_on_error(NULL);
    fflush(stderr);
    dup2(fileno(written), STDERR_FILENO);
    r->make();
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(written);
    text[fread(text, 1, sizeof text - 1, written)] = 0;
    fclose(written);
    const char *colon = strchr(text, ':');
    ck_assert_msg(colon && strncmp(text, tf_status_name(r->code), (size_t)(colon - text)) == 0 &&
                      same_message(colon + 2, r->message) == (strstr(r->message, "…") != NULL),
                  "%s wrote: %s", r->name, text);
    snprintf(place, sizeof place, "(%s:%d)", file, line);
    const char *after = strstr(text, place) ? strstr(text, place) + strlen(place) : "nowhere";
    snprintf(place, sizeof place, ", in the run at %s:", file);
    if (line)
        ck_assert_msg(strcmp(after, "\n") == 0 || strncmp(after, place, strlen(place)) == 0, "%s wrote: %s", r->name, text);
    assert_all_else_runs();
}
END_TEST

int run_mistakes(const char *name, const row *all, int n, TCase *more)
{
    Suite *s = suite_create(name);
    TCase *c = tcase_create("rows");
    rows = all;
    tcase_add_checked_fixture(c, begin, end);
    tcase_set_timeout(c, 30);
    tcase_add_loop_test(c, a_mistake_says_what_is_wrong_and_where, 0, n);
    tcase_add_loop_test(c, a_silent_mistake_stays_as_the_last_error, 0, n);
    tcase_add_loop_test(c, the_default_handler_writes_the_report_to_stderr, 0, n);
    suite_add_tcase(s, c);
    if (more)
        suite_add_tcase(s, more);
    return run_suite(s);
}
