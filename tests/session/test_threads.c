/* Runs side by side: one session from several threads, graphs of each thread's own, handlers per thread. To be run under
 * ThreadSanitizer too. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/team.h"
#include "support.h"
#include "tf1c.h"

enum { THREADS = 4 };

static int rounds(int n) { return n / slowness() + 1; }

static void at_once(void *(*fn)(void *), void *const args[THREADS])
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, fn, args[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        void *complaint;
        pthread_join(threads[i], &complaint);
        ck_assert_msg(!complaint, "thread %d: %s", i, (const char *)complaint);
    }
}
#define EXPECT(condition)              \
    do {                               \
        if (!(condition))              \
            return (void *)#condition; \
    } while (0)

/* A macro's whole text would be in Check's own message. */
static void must(tf_status status)
{
    ck_assert_msg(status == tf_ok, "%s: %s (%s)", tf_status_name(status), caught()->message, caught()->op);
}

static void begin(void)
{
    catch_errors();
    tf_reset_default_graph();
}

static void end(void)
{
    tf_reset_default_graph();
    ck_assert_msg(caught()->count == 0, "a report nobody asked for: %s", caught()->message);
}

/* ---- one session ----------------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_session *sess;
    tf_tensor x, y, v, more, states;
    tf_operation *step;
    int number;
} shared;

static tf_tensor step_of(tf_tensor state, tf_tensor x, void *context)
{
    return tf_tanh(tf_add(tf_matmul(x, *(tf_tensor *)context), state));
}

/* Different shapes, so that bindings are made and found at the same time. */
static void *infer(void *arg)
{
    const shared *s = arg;
    tf_on_error(tf_silent);
    for (int i = 0; i < rounds(200); i++) {
        int n = 1 + (i * 7 + s->number * 3) % 40;
        tf_ndarray in = np_zeros(SHAPE(n, 8), tf_float32), out = { 0 };
        for (int j = 0; j < n * 8; j++)
            ((float *)in.data)[j] = (float)(s->number + 1);
        EXPECT(tf_run(s->sess, FETCH(s->y, &out), FEED(s->x, in)) == tf_ok);
        EXPECT(np_size(out) == n * 2);
        for (int j = 0; j < n * 2; j++)
            EXPECT(((float *)out.data)[j] == (float)(8 * (s->number + 1)));
        np_free(&in);
        np_free(&out);
    }
    return NULL;
}

START_TEST(inference_of_many_shapes_shares_a_session)
{
    shared s[THREADS];
    void *args[THREADS];
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 8)), w = tf_variable(tf_ones(SHAPE(8, 2))), y = tf_matmul(x, w);
    tf_session *sess = tf_session();
    must(tf_run(sess, tf_global_variables_initializer()));
    for (int i = 0; i < THREADS; i++) {
        s[i] = (shared){ .sess = sess, .x = x, .y = y, .number = i };
        args[i] = &s[i];
    }
    at_once(infer, args);
    tf_close(sess);
}
END_TEST

static void *count(void *arg)
{
    const shared *s = arg;
    float before = -1, value = 0;
    for (int i = 0; i < rounds(500); i++) {
        EXPECT(tf_run(s->sess, FETCH(s->more, &value)) == tf_ok);
        EXPECT(value > before); /* others add too, nobody takes away */
        before = value;
        EXPECT(tf_run(s->sess, FETCH(s->v, &value)) == tf_ok);
        EXPECT(value >= before);
    }
    return NULL;
}

START_TEST(assignments_from_several_threads_are_all_there)
{
    shared s = { .v = tf_variable(0.0) };
    void *args[THREADS] = { &s, &s, &s, &s };
    float total = 0;
    s.more = tf_assign_add(s.v, 1);
    s.sess = tf_session();
    must(tf_run(s.sess, tf_global_variables_initializer()));
    at_once(count, args);
    must(tf_run(s.sess, FETCH(s.v, &total)));
    ck_assert_float_eq(total, (float)(THREADS * rounds(500)));
    tf_close(s.sess);
}
END_TEST

/* Two train, two read; a reader sees every element of the variable from one and the same step. */
static void *train_or_read(void *arg)
{
    const shared *s = arg;
    static _Atomic int roles;
    bool trains = roles++ % 2 == 0;
    tf_ndarray in = np_zeros(SHAPE(6, 4, 8), tf_float32), out = { 0 };
    for (int i = 0; i < rounds(60); i++) {
        if (trains) {
            EXPECT(tf_run(s->sess, s->step, FEED(s->x, in)) == tf_ok);
            continue;
        }
        EXPECT(tf_run(s->sess, FETCH(s->v, &out, s->states, NULL), FEED(s->x, in)) == tf_ok);
        for (int j = 1; j < np_size(out); j++)
            EXPECT(np_get(out, j) == np_get(out, 0));
    }
    np_free(&in);
    np_free(&out);
    return NULL;
}

START_TEST(training_and_reading_go_side_by_side)
{
    shared s = { .v = tf_variable(tf_zeros(SHAPE(300))) };
    void *args[THREADS] = { &s, &s, &s, &s };
    s.x = tf_placeholder(tf_float32, SHAPE(NONE, 4, 8));
    tf_tensor w = tf_variable(tf_random_normal(SHAPE(8, 8))), start = tf_zeros(SHAPE(4, 8));
    s.states = tf_scan(step_of, s.x, start, .context = &w);
    s.step = tf_group(tf_minimize(tf_train_adam_optimizer(0.01), tf_reduce_sum(tf_square(s.states))),
                      tf_assign_add(s.v, tf_ones(SHAPE(300))));
    s.sess = tf_session();
    must(tf_run(s.sess, tf_global_variables_initializer()));
    at_once(train_or_read, args);
    tf_close(s.sess);
}
END_TEST

/* Wide enough to be dealt out to the team, which one run at a time holds; the others do all by themselves, with the same bits. */
static void *wide(void *arg)
{
    const shared *s = arg;
    tf_ndarray in = np_zeros(SHAPE(256, 256), tf_float32), first = { 0 }, out = { 0 };
    for (int i = 0; i < 256 * 256; i++)
        ((float *)in.data)[i] = (float)(i % 97) / 97 - 0.5f;
    EXPECT(tf_run(s->sess, FETCH(s->y, &first), FEED(s->x, in)) == tf_ok);
    for (int i = 0; i < rounds(40); i++) {
        EXPECT(tf_run(s->sess, FETCH(s->y, &out), FEED(s->x, in)) == tf_ok);
        EXPECT(memcmp(out.data, first.data, np_nbytes(out)) == 0);
    }
    np_free(&in);
    np_free(&first);
    np_free(&out);
    return NULL;
}

START_TEST(runs_that_find_the_team_busy_give_the_same_bits)
{
    shared s = { .sess = NULL };
    void *args[THREADS] = { &s, &s, &s, &s };
    s.x = tf_placeholder(tf_float32, SHAPE(NONE, 256));
    s.y = tf_tanh(tf_matmul(tf_tanh(tf_matmul(s.x, tf_transpose(s.x))), s.x));
    s.sess = tf_session(.config = { .intra_op_parallelism_threads = 4 });
    at_once(wide, args);
    tf_close(s.sess);
}
END_TEST

typedef struct {
    tf_session *sess;
    tf_tensor x, y;
    tf_ndarray in, out;
    tf_status status;
} product;

static void multiply(void *arg, int worker, int workers)
{
    product *p = arg;
    (void)workers;
    if (worker == 0)
        p->status = tf_run(p->sess, FETCH(p->y, &p->out), FEED(p->x, p->in));
}

/* Of two shards, each half of the rows: their bits are those that the halves have for themselves. */
START_TEST(a_run_without_its_team_gives_the_same_bits)
{
    enum { ROWS = 303, INNER = 161, HALF = ROWS / 2 }; /* halves that no BLAS goes through in whole tiles */
    tf_ndarray in = np_zeros(SHAPE(ROWS, INNER), tf_float32);
    for (int i = 0; i < ROWS * INNER; i++)
        ((float *)in.data)[i] = sinf((float)i);
    const tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, INNER)),
                    w = tf_variable(tf_random_normal(SHAPE(INNER, 163), .seed = 2));
    const tf_tensor y = tf_matmul(x, w);
    product p = { tf_session(.config = tf_config_proto(.intra_op_parallelism_threads = 2)), x, y, in, { 0 }, tf_unknown };
    tf_session *single = tf_session(.config = tf_config_proto(.intra_op_parallelism_threads = 1));
    must(tf_run(p.sess, tf_global_variables_initializer()));
    must(tf_run(single, tf_global_variables_initializer()));
    tf1c_team_run(2, multiply, &p); /* which holds the team, so that the run has none */
    must(p.status);
    for (int half = 0; half < 2; half++) {
        const int begin = half ? HALF : 0, end = half ? ROWS : HALF;
        tf_ndarray of_half = { 0 }, rows = np_slice(p.out, begin, end);
        must(tf_run(single, FETCH(y, &of_half), FEED(x, np_slice(in, begin, end))));
        ck_assert_int_eq(memcmp(of_half.data, rows.data, np_nbytes(rows)), 0);
        np_free(&of_half);
    }
    np_free(&in);
    np_free(&p.out);
    tf_close(p.sess);
    tf_close(single);
}
END_TEST

/* Random numbers without a seed and with one: each draw is given out once. */
static void *draw(void *arg)
{
    const shared *s = arg;
    float a = 0, b = 0;
    for (int i = 0; i < rounds(200); i++) {
        EXPECT(tf_run(s->sess, FETCH(s->x, &a, s->y, &b)) == tf_ok);
        EXPECT(a >= 0 && a < 1 && b >= 0 && b < 1);
    }
    return NULL;
}

START_TEST(random_numbers_are_drawn_by_several_threads)
{
    shared s = { .x = tf_random_uniform(SHAPE(1)), .y = tf_random_uniform(SHAPE(1), .seed = 5) };
    void *args[THREADS] = { &s, &s, &s, &s };
    float after = 0, alone = 0;
    s.sess = tf_session();
    at_once(draw, args);
    must(tf_run(s.sess, FETCH(s.y, &after)));
    tf_session *other = tf_session(); /* as many draws by one thread end at the same number */
    for (int i = 0; i <= THREADS * rounds(200); i++)
        must(tf_run(other, FETCH(s.y, &alone)));
    ck_assert_float_eq(alone, after);
    tf_close(other);
    tf_close(s.sess);
}
END_TEST

/* ---- what belongs to a thread -------------------------------------------------------------------------------------------------------- */

static void *own_graph(void *arg)
{
    float first = 0, last = 0;
    (void)arg;
    for (int i = 0; i < rounds(10); i++) {
        tf_reset_default_graph();
        tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 3), .name = "x"), w = tf_get_variable("w", SHAPE(3, 3)),
                  start = tf_zeros(SHAPE(1, 3)),
                  loss = tf_reduce_sum(tf_square(tf_scan(step_of, tf_reshape(x, SHAPE(-1, 1, 3)), start, .context = &w)));
        tf_operation *step = tf_minimize(tf_train_gradient_descent_optimizer(0.001), loss);
        EXPECT(strcmp(tf_op_name(step), "GradientDescent") == 0);
        EXPECT(!tf_get_default_session());
        tf_session *sess = tf_interactive_session();
        EXPECT(tf_get_default_session() == sess);
        EXPECT(tf_run(sess, tf_global_variables_initializer()) == tf_ok);
        for (int j = 0; j < 5; j++)
            EXPECT(tf_run(sess, FETCH(loss, j ? &last : &first, step, NULL), FEED(x, NP_FLOAT2D({ 1, 2, 3 }, { 3, 2, 1 }))) ==
                   tf_ok);
        EXPECT(last <= first);
        tf_close(sess);
    }
    return NULL; /* the default graph goes with the thread */
}

START_TEST(every_thread_has_a_graph_and_a_session_of_its_own)
{
    void *args[THREADS] = { NULL };
    at_once(own_graph, args);
}
END_TEST

static _Thread_local int told;
static _Thread_local tf_status told_code;
static void remember(const tf_error *e)
{
    told++;
    told_code = e->code;
}

static void *make_mistakes(void *arg)
{
    const shared *s = arg;
    bool silent = s->number % 2;
    float f = 0;
    tf_on_error(silent ? tf_silent : remember);
    for (int i = 0; i < rounds(100); i++) {
        told = 0;
        if (s->number < 2) {
            EXPECT(tf_run(s->sess, FETCH(s->y, &f), FEED(s->x, NP_FLOAT(1, 2))) == tf_value_error);
            EXPECT(isnan(f));
        } else {
            EXPECT(tf_run(s->sess, FETCH(s->y, &f)) == tf_invalid_argument); /* unfed */
        }
        tf_status want = s->number < 2 ? tf_value_error : tf_invalid_argument;
        EXPECT(told == !silent && (silent || told_code == want));
        EXPECT(tf_last_error()->code == want);
        EXPECT(tf_run(s->sess, FETCH(s->y, &f), FEED(s->x, 1)) == tf_ok && f == 2);
    }
    return NULL;
}

START_TEST(reports_go_to_the_thread_that_made_the_mistake)
{
    shared s[THREADS];
    void *args[THREADS];
    tf_tensor x = tf_placeholder(tf_float32, SCALAR), y = tf_mul(x, 2);
    tf_session *sess = tf_session();
    for (int i = 0; i < THREADS; i++) {
        s[i] = (shared){ .sess = sess, .x = x, .y = y, .number = i };
        args[i] = &s[i];
    }
    at_once(make_mistakes, args);
    tf_close(sess);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("threads");
    TCase *c = tcase_create("one session");
    tcase_add_checked_fixture(c, begin, end);
    tcase_set_timeout(c, 120);
    tcase_add_test(c, inference_of_many_shapes_shares_a_session);
    tcase_add_test(c, assignments_from_several_threads_are_all_there);
    tcase_add_test(c, training_and_reading_go_side_by_side);
    tcase_add_test(c, runs_that_find_the_team_busy_give_the_same_bits);
    tcase_add_test(c, a_run_without_its_team_gives_the_same_bits);
    tcase_add_test(c, random_numbers_are_drawn_by_several_threads);
    suite_add_tcase(s, c);
    c = tcase_create("each thread");
    tcase_add_checked_fixture(c, begin, end);
    tcase_set_timeout(c, 120);
    tcase_add_test(c, every_thread_has_a_graph_and_a_session_of_its_own);
    tcase_add_test(c, reports_go_to_the_thread_that_made_the_mistake);
    suite_add_tcase(s, c);
    return run_suite(s);
}
