/* Sessions that are closed while they run: by another thread, by a kernel of their own, inside a loop without end; handles that
 * are used afterwards; and processes that fork meanwhile. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sanitizers.h"
#include "support.h"
#include "tf1c.h"

enum { THREADS = 3 };

static tf_session *sess;
static tf_tensor x, y;
static atomic_int runs, cancelled, refused;
static atomic_bool wrong;

static void begin(void)
{
    catch_errors();
    tf_reset_default_graph();
    atomic_store(&runs, 0);
    atomic_store(&cancelled, 0);
    atomic_store(&refused, 0);
    atomic_store(&wrong, false);
}

static void make_model(void)
{
    x = tf_placeholder(tf_float32, SHAPE(NONE, 32));
    y = tf_nn_relu(tf_matmul(x, tf_get_variable("w", SHAPE(32, 32))));
    sess = tf_session();
    ck_assert_int_eq(tf_run(sess, tf_global_variables_initializer()), tf_ok);
}

static bool is_closed_message(const tf_error *e)
{
    return e->code == tf_runtime_error && strcmp(e->message, "Attempted to use a closed Session.") == 0;
}

static void *run_until_refused(void *session)
{
    tf_ndarray out = { 0 };
    tf_on_error(tf_silent);
    for (int i = 0; !atomic_load(&refused); i++) {
        tf_ndarray in = np_zeros(SHAPE(1 + i % 40, 32), tf_float32);
        const tf_status status = tf_run(session, FETCH(y, &out), FEED(x, in));
        atomic_fetch_add(&runs, 1);
        atomic_fetch_add(&cancelled, status == tf_cancelled);
        atomic_fetch_add(&refused, status == tf_runtime_error);
        if (status && status != tf_cancelled && !is_closed_message(tf_last_error()))
            atomic_store(&wrong, true);
        np_free(&in);
    }
    np_free(&out);
    return NULL;
}

static void start(pthread_t *threads, void *(*fn)(void *))
{
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, fn, sess), 0);
    while (atomic_load(&runs) < THREADS)
        usleep(100);
}

static void join(const pthread_t *threads)
{
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

START_TEST(threads_that_run_a_closed_session_are_refused)
{
    pthread_t threads[THREADS];
    begin();
    make_model();
    start(threads, run_until_refused);
    tf_close(sess);
    join(threads);
    ck_assert_int_gt(atomic_load(&refused), 0);
    ck_assert_msg(!atomic_load(&wrong), "another report than those of a closed session");
    tf_reset_default_graph();
}
END_TEST

static tf_tensor always(tf_list vars, void *none)
{
    (void)none;
    return tf_greater(tf_at(vars, 0), -1.0);
}
static tf_list step(tf_list vars, void *none)
{
    (void)none;
    return LIST(tf_abs(tf_at(vars, 0)));
}
static void count_line(const char *line)
{
    (void)line;
    atomic_fetch_add(&runs, THREADS);
}
static tf_list printing_step(tf_list vars, void *none) { return step(LIST(tf_print(tf_at(vars, 0), LIST(tf_at(vars, 0)))), none); }

static void *run_forever(void *session)
{
    tf_on_error(tf_silent);
    float out = 0;
    const tf_status status = tf_run(session, FETCH(y, &out));
    atomic_fetch_add(&cancelled, status == tf_cancelled && tf_last_error()->where.line > 0 && out != out);
    return NULL;
}

/* Worker threads wait for each other inside the loop: they must all see the end at the same place. */
START_TEST(a_loop_without_end_ends_when_its_session_is_closed)
{
    pthread_t threads[THREADS];
    begin();
    tf_on_print(count_line);
    x = tf_zeros(SHAPE(64, 1024));
    tf_list out = tf_while_loop(always, printing_step, LIST(tf_constant(1.0)));
    y = tf_add(tf_at(out, 0), tf_reduce_sum(x));
    sess = tf_session();
    start(threads, run_forever);
    tf_close(sess);
    join(threads);
    tf_on_print(NULL);
    ck_assert_int_gt(atomic_load(&cancelled), 0); /* who came too late was refused */
    tf_reset_default_graph();
}
END_TEST

static void closing_kernel(tf_kernel_ctx *k)
{
    TF_DATA(k, out, 0, float)[0] = 1;
    tf_close(sess);
}
static const tf_op_def closing_op = { .name = "Close",
                                      .in = "x:T",
                                      .out = "y:T",
                                      .T = TF_DTYPE_BIT(tf_float32),
                                      .shape = tf_unchanged_shape,
                                      .kernel = closing_kernel,
                                      .gradient = tf_no_gradient };

START_TEST(a_kernel_may_close_its_own_session)
{
    float out = 0;
    begin();
    tf_on_error(tf_silent);
    x = tf_random_uniform(SCALAR);
    y = tf_exp(tf_op_unary(&closing_op, TF_T(x), TF_NAMED_(), NULL));
    sess = tf_session();
    ck_assert_int_eq(tf_run(sess, FETCH(y, &out)), tf_cancelled);
    ck_assert(out != out);
    ck_assert_int_eq(tf_run(sess, FETCH(y, &out)), tf_runtime_error);
    ck_assert(is_closed_message(tf_last_error()));
    tf_reset_default_graph();
}
END_TEST

START_TEST(a_closed_handle_stays_answerable)
{
    float out;
    begin();
    tf_on_error(tf_silent);
    x = tf_constant(1.0);
    sess = tf_session();
    tf_close(sess);
    for (int i = 0; i < 100; i++) {
        tf_session *other = tf_session();
        ck_assert_ptr_ne(other, sess);
        ck_assert_int_eq(tf_run(other, FETCH(x, &out)), tf_ok);
        tf_close(other);
        ck_assert_int_eq(tf_run(sess, FETCH(x, &out)), tf_runtime_error);
        ck_assert(is_closed_message(tf_last_error()));
        ck_assert_ptr_null(tf_session_explain(sess, FETCH(x, NULL), (tf_feeds){ 0 }));
        ck_assert_ptr_null(tf_session_graph(sess));
        tf_close(sess);
    }
    tf_reset_default_graph();
}
END_TEST

/* ---- feeds that a function returns ------------------------------------------------------------------------------------ */

static __attribute__((noinline)) tf_feeds feed_dict(float v) { return FEED(x, NP_FLOAT(v, v + 1), y, 2.0); }

static __attribute__((noinline)) int other_work(int n)
{
    volatile char stack[8192];
    for (int i = 0; i < 8192; i++)
        stack[i] = (char)n;
    return stack[n];
}

/* x · y, both to be fed. */
static tf_tensor begin_product(void)
{
    begin();
    x = tf_placeholder(tf_float32, SHAPE(NONE));
    y = tf_placeholder(tf_float32, SCALAR);
    sess = tf_session();
    return tf_mul(x, y);
}

START_TEST(a_function_may_return_feeds)
{
    const tf_tensor product = begin_product();
    tf_ndarray out = { 0 };
    tf_feeds first = feed_dict(3);
    for (int i = 0; i < 20; i++) {
        tf_feeds feeds = feed_dict((float)i);
        ck_assert_int_eq(other_work(5), 5);
        ck_assert_int_eq(tf_run(sess, FETCH(product, &out), feeds), tf_ok);
        ck_assert_double_eq(np_get(out, 1), 2 * (i + 1));
    }
    ck_assert_int_eq(tf_run(sess, FETCH(product, &out), first), tf_ok);
    ck_assert_double_eq(np_get(out, 0), 6);
    ck_assert_int_eq(tf_feed_set(&first, y, 5.0), tf_ok);
    for (int i = 0; i < 100; i++)
        feed_dict(7);
    ck_assert_int_eq(tf_run(sess, FETCH(product, &out), first), tf_ok);
    ck_assert_double_eq(np_get(out, 0), 15);
    tf_feeds_free(&first);
    np_free(&out);
    tf_close(sess);
    tf_reset_default_graph();
}
END_TEST

/* A C array in braces is gone with the block around it, and a macro may be one: what is read after it is left to chance. */
__attribute__((noinline)) static double sum_of_arrays_in_braces(tf_session *s, tf_tensor t)
{
    tf_ndarray out = { 0 };
    tf_feeds feeds = { 0 };
    const tf_tensor sum =
        tf_add(np_array((float[]){ 1, 2 }, tf_float32, SHAPE(2)), np_array((float[]){ 10, 20 }, tf_float32, SHAPE(2)));
    tf_run(s, FETCH(tf_add(sum, t), &out), FEED(t, np_array((float[]){ 100, 200 }, tf_float32, SHAPE(2))));
    const double fed = np_get(out, 1);
    tf_feed_set(&feeds, t, np_array((float[]){ 1000, 2000 }, tf_float32, SHAPE(2)));
    tf_run(s, FETCH(tf_add(sum, t), &out), feeds);
    const double set = np_get(out, 1);
    tf_feeds_free(&feeds);
    np_free(&out);
    return fed + set;
}

START_TEST(arrays_in_braces_last_as_long_as_the_call)
{
    begin();
    sess = tf_session();
    ck_assert_double_eq(sum_of_arrays_in_braces(sess, tf_placeholder(tf_float32, SHAPE(2))), 222 + 2022);
    tf_close(sess);
    tf_reset_default_graph();
}
END_TEST

START_TEST(feeds_last_as_long_as_their_block)
{
    const tf_tensor product = begin_product();
    tf_ndarray out = { 0 };
    const tf_feeds first = FEED(x, NP_FLOAT(1, 2), y, 3.0);
    for (int i = 0; i < 2000; i++)
        ck_assert_int_eq(tf_run(sess, FETCH(product, &out), FEED(x, NP_FLOAT(7, 8), y, 1.0)), tf_ok);
    ck_assert_int_eq(tf_run(sess, FETCH(product, &out), first), tf_ok);
    ck_assert_double_eq(np_get(out, 0), 3);
    ck_assert_double_eq(np_get(out, 1), 6);
    np_free(&out);
    tf_close(sess);
    tf_reset_default_graph();
}
END_TEST

/* ---- forks -------------------------------------------------------------------------------------------------------------------- */

/* A child that hangs ends by itself. Check's own handler would end the whole test instead, without a word of which child. */
static void end_when_hung(void)
{
    signal(SIGALRM, SIG_DFL);
    alarm(20 * (unsigned)slowness());
}

/* A child has lost what other threads of its parent's held: valgrind would search for it, but not in what becomes another program. */
static _Noreturn void leave(int status)
{
    if (status == 0)
        execlp("true", "true", NULL);
    _exit(status ? status : 127);
}

/* In the child: a model of its own, and the parent's session, which may have been amidst a run. */
static int child(tf_session *of_parent)
{
    end_when_hung();
    tf_on_error(tf_silent);
    tf_ndarray in = np_zeros(SHAPE(4, 32), tf_float32), out = { 0 };
    tf_status status = tf_run(of_parent, FETCH(y, &out), FEED(x, in));
    if (status != tf_ok && status != tf_runtime_error)
        return 1;
    tf_with_graph(tf_graph_new()) {
        tf_tensor v = tf_get_variable("v", SHAPE(64, 64)), a = tf_matmul(v, v);
        tf_session *own = tf_session();
        status = tf_run(own, tf_global_variables_initializer());
        if (!status)
            status = tf_run(own, FETCH(a, &out));
        tf_close(own);
    }
    return status ? 2 : 0;
}

START_TEST(a_process_may_fork_while_other_threads_run)
{
    pthread_t threads[THREADS];
    if (UNDER_ASAN) {
        skipped("AddressSanitizer's allocator keeps what other threads held when the process forked: a child waits for ever");
        return;
    }
    begin();
    make_model();
    start(threads, run_until_refused);
    for (int i = 0; i < 20 / slowness() + 1; i++) {
        pid_t pid = fork();
        if (pid == 0)
            leave(child(sess));
        int status;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_msg(status == 0, "the child of fork %d ended with %d", i, status);
    }
    tf_close(sess);
    join(threads);
    ck_assert(!atomic_load(&wrong));
    tf_reset_default_graph();
}
END_TEST

static void forking_kernel(tf_kernel_ctx *k)
{
    int status = 1;
    pid_t pid = fork();
    if (pid > 0)
        waitpid(pid, &status, 0);
    TF_DATA(k, out, 0, float)[0] = (float)status;
    if (pid == 0) {
        end_when_hung();
        TF_DATA(k, out, 0, float)[0] = 7;
        atomic_store(&runs, -1);
    }
}
static const tf_op_def forking_op = { .name = "Fork",
                                      .in = "x:T",
                                      .out = "y:T",
                                      .T = TF_DTYPE_BIT(tf_float32),
                                      .shape = tf_unchanged_shape,
                                      .kernel = forking_kernel,
                                      .gradient = tf_no_gradient };

/* Both go on: the child ends the run that it is in, and says so by its exit status. */
START_TEST(a_kernel_may_fork)
{
    float out = 0;
    begin();
    x = tf_random_uniform(SCALAR);
    y = tf_add(tf_op_unary(&forking_op, TF_T(x), TF_NAMED_(), NULL), 0.0);
    sess = tf_session();
    const tf_status status = tf_run(sess, FETCH(y, &out));
    if (atomic_load(&runs) == -1)
        leave(status == tf_ok && out == 7 ? 0 : 1);
    ck_assert_int_eq(status, tf_ok);
    ck_assert_float_eq(out, 0);
    tf_close(sess);
    tf_reset_default_graph();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("closing");
    TCase *t = tcase_create("sessions that are closed while they run");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, threads_that_run_a_closed_session_are_refused);
    tcase_add_test(t, a_loop_without_end_ends_when_its_session_is_closed);
    tcase_add_test(t, a_kernel_may_close_its_own_session);
    tcase_add_test(t, a_closed_handle_stays_answerable);
    tcase_add_test(t, a_function_may_return_feeds);
    tcase_add_test(t, arrays_in_braces_last_as_long_as_the_call);
    tcase_add_test(t, feeds_last_as_long_as_their_block);
    suite_add_tcase(s, t);
    t = tcase_create("forks");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_process_may_fork_while_other_threads_run);
    tcase_add_test(t, a_kernel_may_fork);
    suite_add_tcase(s, t);
    return run_suite(s);
}
