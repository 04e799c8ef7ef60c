/* What an op's record keeps between runs, and gives up when its session closes. */
#include <stdlib.h>

#include "fixture.h"

/* ---- an op that counts its runs in memory of its own ------------------------------------------------------------------------ */
typedef struct {
    int *runs; /* allocated by the first run */
} tally_resource;

static int released, runs_released; /* how many, and what they had counted */

static void tally_kernel(tf_kernel_ctx *k)
{
    tally_resource *t = k->resource;
    if (!t->runs)
        t->runs = calloc(1, sizeof *t->runs);
    if (!t->runs) {
        tf_kernel_error(k, tf_memory_error, "no memory left to count in");
        return;
    }
    *TF_DATA(k, out, 0, float) = (float)++*t->runs;
}

static void tally_release(void *resource)
{
    int *runs = ((tally_resource *)resource)->runs;
    released++;
    runs_released += runs ? *runs : 0;
    free(runs);
}

static const tf_op_def tally_op = {
    .name = "Tally",
    .in = "x:?",
    .out = "count:float32",
    .traits = TF_STATEFUL,
    .shape = tf_scalar_shape,
    .kernel = tally_kernel,
    .resource_size = sizeof(tally_resource),
    .release = tally_release,
    .gradient = tf_no_gradient,
};

/* The same in the resource's own bytes. */
static void plain_kernel(tf_kernel_ctx *k) { *TF_DATA(k, out, 0, float) = (float)++*(int *)k->resource; }
static const tf_op_def plain_op = {
    .name = "PlainTally",
    .in = "x:?",
    .out = "count:float32",
    .traits = TF_STATEFUL,
    .shape = tf_scalar_shape,
    .kernel = plain_kernel,
    .resource_size = sizeof(int),
    .gradient = tf_no_gradient,
};

static tf_tensor tally(tf_tensor x) { return tf_op_unary(&tally_op, TF_T(x), TF_NAMED_(), NULL); }

static void setup(void)
{
    released = runs_released = 0;
    open_session();
}

static float count_of(tf_session *s, tf_tensor t, tf_feeds feeds)
{
    float count = 0;
    must(tf_run(s, FETCH(t, &count), feeds));
    return count;
}

/* ---- tests -------------------------------------------------------------------------------------------------------------------- */
START_TEST(a_resource_is_kept_from_run_to_run_and_released_once_when_its_session_closes)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), count = tally(x);
    ck_assert(count_of(sess, count, FEED(x, NP_FLOAT(1))) == 1);
    ck_assert(count_of(sess, count, FEED(x, NP_FLOAT(1, 2))) == 2); /* another shape is another plan, and the same resource */
    ck_assert(count_of(sess, tf_add(count, 10.0), FEED(x, NP_FLOAT(1))) == 13);
    ck_assert_int_eq(released, 0);
    tf_close(sess);
    ck_assert_int_eq(released, 1);
    ck_assert_int_eq(runs_released, 3);
    tf_close(sess);
    ck_assert_int_eq(released, 1);
}
END_TEST

START_TEST(every_node_has_a_resource_of_its_own_in_every_session)
{
    tf_tensor x = tf_constant(1.0), a = tally(x), b = tally(x);
    tf_session *other = tf_session();
    ck_assert(count_of(sess, tf_add(a, b), (tf_feeds){ 0 }) == 2);
    ck_assert(count_of(sess, a, (tf_feeds){ 0 }) == 2);
    ck_assert(count_of(other, a, (tf_feeds){ 0 }) == 1);
    tf_close(other);
    ck_assert_int_eq(released, 1);
    ck_assert_int_eq(runs_released, 1);
    tf_close(sess);
    ck_assert_int_eq(released, 3);
    ck_assert_int_eq(runs_released, 4);
}
END_TEST

START_TEST(a_resource_that_no_run_touched_is_released_as_it_was_made)
{
    tf_tensor count = tally(tf_constant(1.0));
    free(tf_session_explain(sess, FETCH(count, NULL), (tf_feeds){ 0 }));
    tf_close(sess);
    ck_assert_int_eq(released, 1);
    ck_assert_int_eq(runs_released, 0);
}
END_TEST

START_TEST(a_resource_whose_op_never_got_into_a_plan_is_not_there_to_release)
{
    tally(tf_constant(1.0));
    tf_tensor y = tf_constant(2.0);
    ck_assert(count_of(sess, tf_add(y, 1.0), (tf_feeds){ 0 }) == 3);
    tf_close(sess);
    ck_assert_int_eq(released, 0);
}
END_TEST

static tf_tensor counted(tf_tensor sum, tf_tensor x, void *unused) { return (void)unused, tf_add(sum, tally(x)); }

START_TEST(a_resource_in_a_loops_body_is_one_for_all_steps)
{
    tf_tensor xs = tf_placeholder(tf_float32, SHAPE(NONE)), sum = tf_foldl(counted, xs, .initializer = tf_constant(0.0));
    ck_assert(count_of(sess, sum, FEED(xs, NP_FLOAT(5, 6, 7))) == 1 + 2 + 3);
    ck_assert(count_of(sess, sum, FEED(xs, NP_FLOAT(5, 6))) == 4 + 5);
    tf_close(sess);
    ck_assert_int_eq(released, 1);
    ck_assert_int_eq(runs_released, 5);
}
END_TEST

START_TEST(a_resource_in_a_run_that_is_cut_in_parts_is_one)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), some = tf_boolean_mask(x, tf_greater(x, 0.0)),
              sum = tf_add(tf_reduce_sum(some), tally(some));
    ck_assert(count_of(sess, sum, FEED(x, NP_FLOAT(-1, 10, 20))) == 31);
    ck_assert(count_of(sess, sum, FEED(x, NP_FLOAT(-1, 10, -20))) == 12);
    tf_close(sess);
    ck_assert_int_eq(released, 1);
    ck_assert_int_eq(runs_released, 2);
}
END_TEST

static tf_tensor below(tf_list v, void *limit) { return tf_less(tf_at(v, 0), *(tf_tensor *)limit); }
static tf_list step(tf_list v, void *unused) { return (void)unused, LIST(tf_add(tf_at(v, 0), 1.0), tf_sin(tf_at(v, 1))); }

/* The loop has no room for so many steps at first, so that the run starts anew: bytes are put back, what is owned is not. */
START_TEST(a_resource_with_a_release_is_never_put_back)
{
    tf_tensor limit = tf_placeholder(tf_float32, SCALAR), x = tf_constant(0.5), owning = tally(x),
              plain = tf_op_unary(&plain_op, TF_T(x), TF_NAMED_(), NULL), start = tf_add(x, tf_mul(0.0, tf_add(owning, plain)));
    tf_tensor y = tf_at(tf_while_loop(below, step, LIST(tf_constant(0.0), start), .context = &limit), 1),
              dx = tf_at(tf_gradients(LIST(y), LIST(x)), 0);
    float owned = 0, counted_plainly = 0;
    must(tf_run(sess, FETCH(dx, NULL, owning, &owned, plain, &counted_plainly), FEED(limit, 3000)));
    ck_assert_msg(owned > 1, "the run did not start anew");
    ck_assert(counted_plainly == 1);
    tf_close(sess);
    ck_assert_int_eq(released, 1);
    ck_assert_int_eq(runs_released, (int)owned);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("resources");
    TCase *cases = tcase_create("resources");
    tcase_add_checked_fixture(cases, setup, close_session);
    tcase_add_test(cases, a_resource_is_kept_from_run_to_run_and_released_once_when_its_session_closes);
    tcase_add_test(cases, every_node_has_a_resource_of_its_own_in_every_session);
    tcase_add_test(cases, a_resource_that_no_run_touched_is_released_as_it_was_made);
    tcase_add_test(cases, a_resource_whose_op_never_got_into_a_plan_is_not_there_to_release);
    tcase_add_test(cases, a_resource_in_a_loops_body_is_one_for_all_steps);
    tcase_add_test(cases, a_resource_in_a_run_that_is_cut_in_parts_is_one);
    tcase_add_test(cases, a_resource_with_a_release_is_never_put_back);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
