/* Sessions: what may be fed and fetched, the order of reads and assignments, memory over many runs. */
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/alloc.h"
#include "support.h"
#include "tf1c.h"

static tf_session *sess;

/* A macro's whole text would be in Check's own message. */
static void must(tf_status status)
{
    ck_assert_msg(status == tf_ok, "%s: %s (%s)", tf_status_name(status), caught()->message, caught()->op);
}

static void begin(void)
{
    catch_errors();
    tf_reset_default_graph();
    sess = tf_session(.config = { .intra_op_parallelism_threads = 1 }); /* memory is counted, and machines are busy */
}

static void end(void)
{
    tf_close(sess);
    sess = NULL;
    tf_reset_default_graph();
    ck_assert_msg(caught()->count == 0, "a report nobody asked for: %s", caught()->message);
}

static void initialize(void) { must(tf_run(sess, tf_global_variables_initializer())); }

static float value_of(tf_tensor t)
{
    float x = NAN;
    must(tf_run(sess, FETCH(t, &x)));
    return x;
}

static void assert_floats(tf_ndarray a, int n, const float *want)
{
    ck_assert_int_eq(np_size(a), n);
    for (int i = 0; i < n; i++)
        ck_assert_msg(np_get(a, i) == (double)want[i], "[%d] is %g instead of %g", i, np_get(a, i), (double)want[i]);
}
#define ASSERT_FLOATS(a, ...) assert_floats(a, (int)(sizeof((float[]){ __VA_ARGS__ }) / sizeof(float)), (float[]){ __VA_ARGS__ })

/* ---- fetching ------------------------------------------------------------------------------------------------------------ */

START_TEST(several_fetches_of_several_types_come_from_one_run)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), mean = tf_reduce_mean(x), best = tf_argmax(x, 0),
              some = tf_greater(mean, 1.0), count = tf_size(x), wide = tf_cast(mean, tf_float64);
    float f = 0;
    double d = 0;
    int32_t i = 0;
    int64_t l = 0;
    bool b = false;
    tf_ndarray a = { 0 };
    must(tf_run(sess, FETCH(mean, &f, wide, &d, count, &i, best, &l, some, &b, tf_square(x), &a), FEED(x, NP_FLOAT(1, 5, 3))));
    ck_assert(f == 3 && d == 3 && i == 3 && l == 1 && b);
    ASSERT_FLOATS(a, 1, 25, 9);
    np_free(&a);
}
END_TEST

START_TEST(a_number_takes_any_dtype_of_one_element)
{
    tf_tensor big = tf_constant((int64_t)1 << 53), half = tf_constant(NP_FLOAT2D({ 2.5f })), yes = tf_constant(true);
    float f = 0;
    double d = 0;
    int32_t i = 0;
    int64_t l = 0, one = 0;
    must(tf_run(sess, FETCH(half, &f, half, &d, tf_mul(half, 2.0), &i, big, &l, yes, &one)));
    ck_assert(f == 2.5f && d == 2.5 && i == 5 && l == (int64_t)1 << 53 && one == 1);
}
END_TEST

START_TEST(an_array_is_reused_if_its_shape_fits_and_replaced_if_not)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), y = tf_add(x, 1);
    tf_ndarray a = { 0 };
    must(tf_run(sess, FETCH(y, &a), FEED(x, NP_FLOAT(1, 2))));
    void *first = a.data;
    must(tf_run(sess, FETCH(y, &a), FEED(x, NP_FLOAT(3, 4))));
    ck_assert_ptr_eq(a.data, first);
    ASSERT_FLOATS(a, 4, 5);
    must(tf_run(sess, FETCH(y, &a), FEED(x, NP_FLOAT(5, 6, 7))));
    ASSERT_FLOATS(a, 6, 7, 8);
    np_free(&a);
    float mine[2];
    tf_ndarray borrowed = np_array(mine, tf_float32, SHAPE(2));
    must(tf_run(sess, FETCH(y, &borrowed), FEED(x, NP_FLOAT(8, 9))));
    ck_assert(mine[0] == 9 && mine[1] == 10);
}
END_TEST

START_TEST(what_is_fed_may_be_fetched_into_the_array_it_was_fed_from)
{
    tf_tensor x = tf_placeholder(tf_float32), turned = tf_transpose(x, PERM(1, 0)), flat = tf_reshape(x, SHAPE(-1));
    tf_ndarray a = np_copy(NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 })), b = { 0 };
    must(tf_run(sess, FETCH(turned, &a, flat, &b, x, NULL), FEED(x, a)));
    ASSERT_FLOATS(a, 1, 4, 2, 5, 3, 6);
    ASSERT_FLOATS(b, 1, 2, 3, 4, 5, 6);
    must(tf_run(sess, FETCH(flat, &a, turned, &b), FEED(x, a)));
    ASSERT_FLOATS(a, 1, 4, 2, 5, 3, 6);
    ASSERT_FLOATS(b, 1, 2, 3, 4, 5, 6);
    np_free(&a);
    np_free(&b);
}
END_TEST

START_TEST(duplicates_are_computed_once_and_written_everywhere)
{
    tf_tensor v = tf_variable(0.0), more = tf_assign_add(v, 1);
    float a = 0, b = 0;
    initialize();
    must(tf_run(sess, FETCH(more, &a, more, &b, more, NULL)));
    ck_assert(a == 1 && b == 1);
    must(tf_run(sess, OPS(more, more)));
    ck_assert_float_eq(value_of(v), 2);
}
END_TEST

START_TEST(targets_run_beside_fetches_and_alone)
{
    tf_tensor v = tf_variable(1.0, .name = "v"), w = tf_variable(10.0), twice = tf_assign(v, tf_mul(v, 2)),
              less = tf_assign_sub(w, 1);
    tf_operation *both = tf_group(twice, less);
    float x = 0;
    initialize();
    must(tf_run(sess, both));
    must(tf_run(sess, twice));
    must(tf_run(sess, OPS(both, tf_no_op())));
    must(tf_run(sess, FETCH(tf_constant(3.5), &x, both, NULL, less, NULL)));
    ck_assert_float_eq(x, 3.5f);
    ck_assert_float_eq(value_of(v), 16);
    ck_assert_float_eq(value_of(w), 7);
}
END_TEST

START_TEST(fetching_nothing_runs_nothing)
{
    tf_constant(1);
    must(tf_run(sess, ((tf_fetches){ 0 })));
    must(tf_run(sess, ((tf_ops){ 0 })));
}
END_TEST

START_TEST(many_fetches_and_feeds_fit_in_one_run)
{
    enum { N = 100 };
    tf_feeds feeds = { 0 };
    tf_fetch fetches[2 * N];
    float got[2 * N] = { 0 };
    for (int i = 0; i < N; i++) {
        tf_tensor x = tf_placeholder(tf_float32, SCALAR), y = tf_mul(x, 2);
        must(tf_feed_set(&feeds, x, i));
        fetches[2 * i] = tf_into_float(tf_fetch_tensor(y), &got[2 * i]);
        fetches[2 * i + 1] = tf_into_float(tf_fetch_tensor(x), &got[2 * i + 1]);
    }
    must(tf_run(sess, ((tf_fetches){ .n = 2 * N, .items = fetches }), feeds));
    for (int i = 0; i < N; i++)
        ck_assert(got[2 * i] == (float)(2 * i) && got[2 * i + 1] == (float)i);
    tf_feeds_free(&feeds);
}
END_TEST

/* ---- feeding ---------------------------------------------------------------------------------------------------------------- */

START_TEST(any_tensor_may_be_fed)
{
    tf_tensor x = tf_placeholder(tf_float32, SCALAR), c = tf_constant(2.0), v = tf_variable(3.0), between = tf_mul(x, c),
              y = tf_add(between, v);
    float f = 0, fed = 0;
    initialize();
    must(tf_run(sess, FETCH(y, &f), FEED(x, 5)));
    ck_assert_float_eq(f, 13);
    must(tf_run(sess, FETCH(y, &f), FEED(x, 5, c, 10.0)));
    ck_assert_float_eq(f, 53);
    must(tf_run(sess, FETCH(y, &f), FEED(between, 100))); /* x is not needed then */
    ck_assert_float_eq(f, 103);
    must(tf_run(sess, FETCH(y, &f, v, &fed), FEED(x, 1, v, 40)));
    ck_assert(f == 42 && fed == 40);
    must(tf_run(sess, FETCH(y, &f), FEED(y, 7)));
    ck_assert_float_eq(f, 7);
    ck_assert_float_eq(value_of(v), 3);
}
END_TEST

START_TEST(feeds_are_cast_to_their_tensors_dtype)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), i = tf_placeholder(tf_int32, SCALAR),
              b = tf_placeholder(tf_bool, SCALAR);
    double wide[] = { 0.5, 1.5 };
    uint8_t pixels[] = { 0, 255 };
    tf_ndarray images = np_array(pixels, tf_uint8, SHAPE(2)), a = { 0 };
    int32_t n = 0;
    bool yes = false;
    images.scale = 1.0f / 255;
    must(tf_run(sess, FETCH(tf_add(x, 0.0), &a, i, &n, b, &yes), FEED(x, np_array(wide, tf_float64, SHAPE(2)), i, 1.7, b, true)));
    ASSERT_FLOATS(a, 0.5f, 1.5f);
    ck_assert(n == 1 && yes); /* as TF: 1.7 becomes 1 */
    must(tf_run(sess, FETCH(tf_identity(x), &a), FEED(x, images)));
    ASSERT_FLOATS(a, 0, 1);
    must(tf_run(sess, FETCH(tf_identity(x), &a), FEED(x, SHAPE(3, 4))));
    ASSERT_FLOATS(a, 3, 4);
    np_free(&a);
}
END_TEST

START_TEST(a_dictionary_is_built_at_run_time_and_the_last_value_of_a_key_counts)
{
    tf_tensor x = tf_placeholder(tf_float32, SCALAR), y = tf_placeholder(tf_float32, SCALAR), sum = tf_add(x, y);
    tf_feeds feeds = { 0 };
    float f = 0;
    tf_feed_set(&feeds, x, 1);
    tf_feed_set(&feeds, y, 2);
    must(tf_run(sess, FETCH(sum, &f), feeds));
    ck_assert_float_eq(f, 3);
    tf_feed_set(&feeds, x, 10);
    must(tf_run(sess, FETCH(sum, &f), feeds));
    ck_assert_float_eq(f, 12);
    tf_feeds_free(&feeds);
    must(tf_run(sess, FETCH(sum, &f), FEED(x, 1, y, 5, x, 2.5)));
    ck_assert_float_eq(f, 7.5f);
}
END_TEST

START_TEST(literals_live_as_long_as_they_are_wanted)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(2)), y = tf_placeholder(tf_float32, SHAPE(2)), both = tf_concat(LIST(x, y), 0),
              c = tf_constant(NP_FLOAT2D({ 1, 2 }, { 3, 4 }));
    tf_feeds feeds = { 0 };
    tf_ndarray a = { 0 }, b = { 0 };
    tf_feed_set(&feeds, x, NP_FLOAT(1, 2));
    tf_feed_set(&feeds, y, NP_FLOAT(3, 4));
    for (int i = 0; i < 2000; i++) /* more literals than are kept for calls */
        tf_operand_array(NP_FLOAT(9, 9));
    must(tf_run(sess, FETCH(both, &a, c, &b), feeds));
    ASSERT_FLOATS(a, 1, 2, 3, 4);
    ASSERT_FLOATS(b, 1, 2, 3, 4);
    must(tf_run(sess, FETCH(both, &a), FEED(x, NP_FLOAT(5, 6), y, NP_FLOAT(7, 8))));
    ASSERT_FLOATS(a, 5, 6, 7, 8);
    tf_feeds_free(&feeds);
    np_free(&a);
    np_free(&b);
}
END_TEST

START_TEST(what_waits_for_a_placeholder_that_is_fed_runs)
{
    tf_tensor x = tf_placeholder(tf_float32, SCALAR), y = { 0 };
    float f = 0;
    tf_with_control_dependencies(OPS(x)) {
        y = tf_add(tf_constant(1.0), 2);
    }
    must(tf_run(sess, FETCH(y, &f), FEED(x, 5)));
    ck_assert_float_eq(f, 3);
}
END_TEST

START_TEST(true_is_a_number_as_in_python)
{
    bool yes = true;
    ck_assert_float_eq(value_of(tf_add(tf_constant(1.5), yes)), 2.5f);
    ck_assert_float_eq(value_of(tf_cast(tf_mul(tf_constant(3), yes), tf_float32)), 3);
    ck_assert_int_eq(tf_get_dtype(tf_constant(yes)), tf_bool);
}
END_TEST

START_TEST(a_placeholder_with_default_runs_unfed)
{
    tf_tensor p = tf_placeholder_with_default(0.25, SCALAR), y = tf_mul(p, 4);
    float f = 0;
    ck_assert_float_eq(value_of(y), 1);
    must(tf_run(sess, FETCH(y, &f), FEED(p, 2)));
    ck_assert_float_eq(f, 8);
}
END_TEST

START_TEST(fed_integers_decide_shapes)
{
    tf_tensor n = tf_placeholder(tf_int32, SCALAR), r = tf_range(n),
              z = tf_zeros(tf_stack(LIST(n, tf_constant(2))), .dtype = tf_float32);
    tf_ndarray a = { 0 }, b = { 0 };
    for (int i = 5; i >= 0; i--) {
        must(tf_run(sess, FETCH(r, &a, z, &b), FEED(n, i)));
        ck_assert(np_size(a) == i && np_size(b) == 2 * i);
        for (int j = 0; j < i; j++)
            ck_assert(np_get(a, j) == j && np_get(b, j) == 0);
    }
    np_free(&a);
    np_free(&b);
}
END_TEST

START_TEST(what_is_fed_stays_as_it_was)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), y = tf_tanh(tf_add(tf_square(x), 1));
    float mine[] = { 1, 2, 3 };
    tf_ndarray a = { 0 };
    must(tf_run(sess, FETCH(y, &a), FEED(x, np_array(mine, tf_float32, SHAPE(3)))));
    ck_assert(mine[0] == 1 && mine[1] == 2 && mine[2] == 3);
    np_free(&a);
}
END_TEST

/* ---- sessions ------------------------------------------------------------------------------------------------------------------ */

START_TEST(sessions_on_one_graph_have_variables_of_their_own)
{
    tf_tensor v = tf_variable(1.0), more = tf_assign_add(v, 1);
    tf_session *other = tf_session();
    float x = 0;
    initialize();
    must(tf_run(other, tf_global_variables_initializer()));
    must(tf_run(other, more));
    must(tf_run(other, more));
    must(tf_run(other, FETCH(v, &x)));
    ck_assert_float_eq(x, 3);
    ck_assert_float_eq(value_of(v), 1);
    tf_close(other);
    ck_assert_float_eq(value_of(v), 1);
}
END_TEST

START_TEST(the_default_session_evaluates)
{
    tf_tensor x = tf_placeholder(tf_float32, SCALAR), y = tf_add(x, 1);
    tf_ndarray a = { 0 };
    ck_assert_ptr_null(tf_get_default_session());
    tf_session *interactive = tf_interactive_session();
    ck_assert_ptr_eq(tf_get_default_session(), interactive);
    ck_assert_float_eq(tf_eval_float(y, FEED(x, 2)), 3);
    ck_assert_float_eq((float)tf_eval_double(tf_constant(2.5)), 2.5f);
    ck_assert_int_eq(tf_eval_int(tf_constant(7)), 7);
    ck_assert(tf_eval_bool(tf_constant(true)));
    tf_with_session(sess) {
        ck_assert_ptr_eq(tf_get_default_session(), sess);
        must(tf_eval(y, &a, FEED(x, 4)));
    }
    ck_assert_ptr_eq(tf_get_default_session(), interactive);
    ck_assert_float_eq((float)np_get(a, 0), 5);
    np_free(&a);
    tf_close(interactive);
    ck_assert_ptr_null(tf_get_default_session());
}
END_TEST

START_TEST(interactive_sessions_may_be_closed_in_any_order)
{
    tf_tensor one = tf_constant(1.0);
    tf_session *a = tf_interactive_session(), *b = tf_interactive_session(), *c = tf_interactive_session();
    tf_close(b);
    ck_assert_ptr_eq(tf_get_default_session(), c);
    tf_close(c);
    ck_assert_ptr_eq(tf_get_default_session(), a);
    ck_assert_float_eq(tf_eval_float(one), 1);
    tf_close(a);
    ck_assert_ptr_null(tf_get_default_session());
}
END_TEST

START_TEST(the_graph_may_grow_between_runs)
{
    tf_tensor x = tf_constant(0.0);
    for (int i = 0; i < 100; i++) {
        x = tf_add(x, 1);
        ck_assert_float_eq(value_of(x), (float)(i + 1));
    }
}
END_TEST

START_TEST(a_graph_outlives_its_reset_while_a_session_runs_it)
{
    tf_tensor v = tf_variable(2.0), y = tf_mul(v, 3);
    initialize();
    tf_reset_default_graph();
    ck_assert_float_eq(value_of(y), 6);
    ck_assert_int_eq(tf_graph_operation_count(tf_get_default_graph()), 0);
}
END_TEST

/* ---- the order of reads and assignments ------------------------------------------------------------------------------------------ */

START_TEST(a_reader_without_a_path_from_the_assignment_sees_the_old_value)
{
    tf_tensor v = tf_variable(1.0), after, set = tf_assign(v, 5), before = tf_add(v, 0.5);
    float b = 0, a = 0, var = 0, s = 0;
    tf_with_control_dependencies(OPS(set)) {
        after = tf_add(v, 0.25);
    }
    initialize();
    must(tf_run(sess, FETCH(set, &s, before, &b, v, &var)));
    ck_assert(b == 1.5f && s == 5 &&
              var == 5); /* a variable fetched with its update: as the run leaves it, as in TF, 60 of 60 times */
    ck_assert_float_eq(value_of(v), 5);
    initialize();
    tf_tensor fresh;
    tf_with_control_dependencies(OPS(set)) {
        fresh = tf_add(tf_identity(v), 0.25);
    }
    (void)after;
    must(tf_run(sess, FETCH(fresh, &a, before, &b)));
    ck_assert(a == 5.25f && b == 1.5f);
}
END_TEST

START_TEST(two_variables_swap_by_assigns)
{
    tf_tensor v = tf_variable(NP_FLOAT(1, 2)), w = tf_variable(NP_FLOAT(3, 4)), x = tf_assign(v, w), y = tf_assign(w, v);
    tf_ndarray a = { 0 }, b = { 0 };
    initialize();
    for (int i = 0; i < 3; i++)
        must(tf_run(sess, OPS(x, y)));
    must(tf_run(sess, FETCH(v, &a, w, &b)));
    ASSERT_FLOATS(a, 3, 4);
    ASSERT_FLOATS(b, 1, 2);
    must(tf_run(sess, FETCH(x, &a, y, &b)));
    ASSERT_FLOATS(a, 1, 2);
    ASSERT_FLOATS(b, 3, 4);
    np_free(&a);
    np_free(&b);
}
END_TEST

START_TEST(three_variables_rotate_by_assigns)
{
    tf_tensor a = tf_variable(1.0), b = tf_variable(2.0), c = tf_variable(3.0);
    tf_operation *turn = tf_group(tf_assign(a, b), tf_assign(b, c), tf_assign(c, a));
    initialize();
    must(tf_run(sess, turn));
    ck_assert(value_of(a) == 2 && value_of(b) == 3 && value_of(c) == 1);
}
END_TEST

START_TEST(unordered_assignments_happen_in_creation_order)
{
    tf_tensor v = tf_variable(1.0), first = tf_assign(v, tf_add(v, 1)), second = tf_assign(v, tf_mul(v, 10)),
              third = tf_assign_add(v, 0.5);
    initialize();
    must(tf_run(sess, OPS(third, second, first)));
    ck_assert_float_eq(value_of(v), 10.5f); /* both read the old 1: v = 2, then 10, then += 0.5 */
}
END_TEST

/* tf.gradients(a, [b, v]) and tf.gradients(a, [b]) of a, b = tf.split(tf.square(v), 2) */
START_TEST(an_output_beside_the_one_that_counts_has_zeros_for_a_gradient)
{
    tf_tensor v = tf_variable(NP_FLOAT(1, 2));
    tf_list parts = tf_split(tf_square(v), 2);
    tf_list both = tf_gradients(LIST(tf_at(parts, 0)), LIST(tf_at(parts, 1), v));
    tf_ndarray db = { 0 }, dv = { 0 };
    ck_assert(tf_is_none(tf_at(tf_gradients(LIST(tf_at(parts, 0)), LIST(tf_at(parts, 1))), 0)));
    ck_assert_str_eq(tf_op_name(tf_at(both, 0).op), "gradients/zeros_like");
    initialize();
    must(tf_run(sess, FETCH(tf_at(both, 0), &db, tf_at(both, 1), &dv)));
    ASSERT_FLOATS(db, 0);
    ASSERT_FLOATS(dv, 2, 0);
    np_free(&db);
    np_free(&dv);
}
END_TEST

START_TEST(a_gradient_has_the_static_shape_of_what_it_is_of)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(4, 3, NONE)), y = tf_slice(x, SHAPE(0, 3, 0), SHAPE(0, 4, 2));
    tf_dims dx = tf_get_shape(tf_at(tf_gradients(LIST(y), LIST(x)), 0));
    ck_assert(tf_dims_equal(dx, SHAPE(4, 3, NONE)));
}
END_TEST

/* What a reduction over a variable, or its cast to its own dtype, takes of names. */
START_TEST(variables_take_the_names_that_they_take_in_tensorflow)
{
    tf_tensor v = tf_variable(NP_FLOAT(1, 2)), sum = tf_reduce_sum(v), mean = tf_reduce_mean(v, 0);
    ck_assert_str_eq(tf_op_name(tf_op_input(sum.op, 1).op), "range");
    ck_assert_str_eq(tf_op_name(tf_range(3).op), "range_1");
    ck_assert_str_eq(tf_op_name(tf_rank(v).op), "Rank_1");
    ck_assert_str_eq(tf_op_name(tf_cast(v, tf_float32).op), "Variable/read");
    ck_assert_str_eq(tf_op_name(tf_cast(sum, tf_int32).op), "Cast_1");
    ck_assert_str_eq(tf_op_name(tf_add_n(LIST(v)).op), "Variable/read");
    initialize();
    ck_assert_float_eq(value_of(sum), 3);
    ck_assert_float_eq(value_of(mean), 1.5f);
}
END_TEST

START_TEST(a_gradient_step_reads_every_variable_before_any_changes)
{
    tf_tensor a = tf_variable(2.0), b = tf_variable(3.0), loss = tf_mul(a, b);
    tf_operation *step = tf_minimize(tf_train_gradient_descent_optimizer(0.5), loss);
    float l = 0;
    initialize();
    must(tf_run(sess, FETCH(step, NULL, loss, &l)));
    ck_assert_float_eq(l, 6);
    ck_assert(value_of(a) == 0.5f && value_of(b) == 2);
}
END_TEST

static tf_tensor under_three(tf_list vars, void *context)
{
    (void)context;
    return tf_less(tf_at(vars, 0), 3);
}
static tf_list add_after_counting(tf_list vars, void *context)
{
    tf_tensor v = *(tf_tensor *)context, counted = tf_assign_add(v, 1), sum;
    tf_with_control_dependencies(OPS(counted)) {
        sum = tf_add(tf_at(vars, 1), v);
    }
    return LIST(tf_add(tf_at(vars, 0), 1), sum);
}

START_TEST(in_a_loop_a_read_under_control_of_an_assignment_sees_the_new_value)
{
    tf_tensor v = tf_variable(0.0);
    tf_list out = tf_while_loop(under_three, add_after_counting, LIST(tf_constant(0), tf_constant(0.0)), .context = &v);
    initialize();
    ck_assert_float_eq(value_of(tf_at(out, 1)), 6);
    ck_assert_float_eq(value_of(v), 3);
}
END_TEST

static tf_tensor count_up(void *context) { return tf_assign_add(*(tf_tensor *)context, 1); }
static tf_tensor leave_it(void *context) { return tf_identity(*(tf_tensor *)context); }

static tf_tensor tanh_of(void *context) { return tf_tanh(*(tf_tensor *)context); }
static tf_tensor sin_of(void *context) { return tf_sin(*(tf_tensor *)context); }

/* A predicate that comes after a failed operation is not computed: its memory holds what some run has left there. */
START_TEST(no_branch_is_taken_after_an_operation_failed)
{
    enum { N = 64 };
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(N)), d = tf_placeholder(tf_int32, SHAPE(N)), p = { 0 };
    tf_tensor y = tf_reduce_sum(tf_reverse(tf_exp(x), AXES(0))), q = tf_reduce_sum(tf_floordiv(7, d));
    tf_with_control_dependencies(OPS(y, q))
        p = tf_less(tf_reduce_sum(tf_square(x)), 1.0);
    tf_tensor z = tf_cond(p, tanh_of, sin_of, .context = &x);
    float xs[N];
    int32_t ds[N];
    for (int i = 0; i < N; i++)
        ds[i] = 1 + i;
    for (int run = 0; run < 300; run++) {
        for (int i = 0; i < N; i++)
            xs[i] = 0.37f * (float)(i * run % 91);
        ds[5] = run == 0; /* the first run is sound */
        const tf_status status = tf_run(sess, FETCH(z, NULL, q, NULL, y, NULL),
                                        FEED(x, np_array(xs, tf_float32, SHAPE(N)), d, np_array(ds, tf_int32, SHAPE(N))));
        ck_assert_int_eq(status, run ? tf_invalid_argument : tf_ok);
    }
    ck_assert_ptr_nonnull(strstr(caught()->message, "Integer division by zero"));
    catch_errors();
}
END_TEST

START_TEST(only_the_branch_taken_assigns)
{
    tf_tensor v = tf_variable(0.0), p = tf_placeholder(tf_bool, SCALAR), y = tf_cond(p, count_up, leave_it, .context = &v);
    float f = 0;
    initialize();
    for (int i = 0; i < 4; i++) {
        must(tf_run(sess, FETCH(y, &f), FEED(p, i % 2 == 0)));
        ck_assert_float_eq(f, (float)(i / 2 + 1));
    }
}
END_TEST

START_TEST(load_sets_a_variable_without_an_op)
{
    tf_tensor v = tf_variable(NP_FLOAT(1, 2));
    tf_ndarray a = { 0 };
    int before = tf_graph_operation_count(tf_get_default_graph());
    must(tf_load(v, NP_FLOAT(8, 9), sess));
    ck_assert_int_eq(tf_graph_operation_count(tf_get_default_graph()), before);
    must(tf_run(sess, FETCH(v, &a)));
    ASSERT_FLOATS(a, 8, 9);
    np_free(&a);
}
END_TEST

/* ---- memory ------------------------------------------------------------------------------------------------------------------------ */

static int allocations;
static bool count_allocation(size_t size)
{
    (void)size;
    allocations++;
    return true;
}

static tf_tensor cell_step(tf_tensor state, tf_tensor x, void *context)
{
    return tf_tanh(tf_add(tf_matmul(x, *(tf_tensor *)context), state));
}

START_TEST(a_run_of_known_shapes_allocates_nothing)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 4, 8)), w = tf_get_variable("w", SHAPE(8, 8)),
              states = tf_scan(cell_step, x, tf_zeros(SHAPE(4, 8)), .context = &w), loss = tf_reduce_mean(tf_square(states)),
              noise = tf_random_normal(SHAPE(3), .seed = 1);
    tf_operation *step = tf_minimize(tf_train_adam_optimizer(0.01), loss);
    tf_ndarray batch = np_zeros(SHAPE(5, 4, 8), tf_float32), wide = np_zeros(SHAPE(5, 4, 8), tf_float64), out = { 0 };
    float l = 0;
    initialize();
    for (int run = 0; run < 4; run++) {
        allocations = 0;
        if (run)
            tf1c_alloc_hook = count_allocation;
        must(tf_run(sess, FETCH(step, NULL, loss, &l, states, &out, noise, NULL), FEED(x, run % 2 ? batch : batch)));
        tf1c_alloc_hook = NULL;
        ck_assert_msg(allocations == 0, "run %d asked for memory %d times", run, allocations);
    }
    must(tf_run(sess, FETCH(loss, &l), FEED(x, wide))); /* cast on the way */
    tf1c_alloc_hook = count_allocation;
    must(tf_run(sess, FETCH(loss, &l), FEED(x, wide)));
    tf1c_alloc_hook = NULL;
    ck_assert_int_eq(allocations, 0);
    np_free(&batch);
    np_free(&wide);
    np_free(&out);
}
END_TEST

static size_t bytes_in_use(void)
{
    struct mallinfo2 m = mallinfo2();
    return m.uordblks + m.hblkhd;
}

static bool under_sanitizer(void) { return slowness() > 1; /* whose allocators count otherwise */ }

START_TEST(a_thousand_lengths_need_little_more_memory_than_the_longest)
{
    enum { LONGEST = 1000, UNITS = 16, BATCH = 8 };
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, BATCH, UNITS)), w = tf_get_variable("w", SHAPE(UNITS, UNITS)),
              loss = tf_reduce_mean(tf_square(tf_scan(cell_step, x, tf_zeros(SHAPE(BATCH, UNITS)), .context = &w)));
    tf_operation *step = tf_minimize(tf_train_gradient_descent_optimizer(0.01), loss);
    tf_ndarray data = np_zeros(SHAPE(LONGEST, BATCH, UNITS), tf_float32);
    size_t start = bytes_in_use();
    initialize();
    must(tf_run(sess, step, FEED(x, data)));
    size_t longest = bytes_in_use() - start;
    for (int64_t n = 1; n <= LONGEST; n += slowness())
        must(tf_run(sess, step, FEED(x, np_slice(data, 0, n))));
    size_t all = bytes_in_use() - start;
    if (!under_sanitizer())
        ck_assert_msg(all <= longest + longest / 10, "%zu bytes after all lengths, %zu after the longest alone", all, longest);
    np_free(&data);
}
END_TEST

/* Without those of files: the kernel maps more of the program's own as it likes. */
static long resident_pages(void)
{
    long pages = 0, resident = 0, of_files = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%ld %ld %ld", &pages, &resident, &of_files) != 3)
        resident = of_files = 0;
    if (f)
        fclose(f);
    return resident - of_files;
}

START_TEST(memory_does_not_grow_over_ten_thousand_steps)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 8)), y = tf_placeholder(tf_float32, SHAPE(NONE, 3)),
              w = tf_get_variable("w", SHAPE(8, 3)), logits = tf_matmul(x, w),
              loss = tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits_v2(.labels = y, .logits = logits));
    tf_operation *step = tf_minimize(tf_train_adam_optimizer(0.01), loss);
    tf_ndarray in = np_zeros(SHAPE(4, 8), tf_float32), labels = np_zeros(SHAPE(4, 3), tf_float32);
    float l = 0;
    long early = 0;
    size_t used = 0;
    initialize();
    for (int i = 1; i <= 10000 / slowness(); i++) {
        must(tf_run(sess, FETCH(step, NULL, loss, &l), FEED(x, in, y, labels)));
        if (i == 100 || i == 1000) /* by then stacks are as deep as they get, those of BLAS's threads too */
            early = resident_pages();
        if (i == 100) /* and behind the first look, which takes memory itself */
            used = bytes_in_use();
    }
    if (!under_sanitizer()) {
        ck_assert_uint_eq(bytes_in_use(), used);
        ck_assert_msg((double)resident_pages() <= 1.01 * (double)early, "%ld pages at step 1,000, %ld at step 10,000", early,
                      resident_pages());
    }
    np_free(&in);
    np_free(&labels);
}
END_TEST

START_TEST(many_different_fetches_do_not_pile_up)
{
    tf_tensor x = tf_placeholder(tf_float32, SCALAR), y[600];
    float f = 0;
    for (int i = 0; i < 600; i++)
        y[i] = tf_mul(x, (double)i);
    for (int i = 0; i < 600; i++)
        must(tf_run(sess, FETCH(y[i], &f), FEED(x, 1)));
    size_t used = bytes_in_use();
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 600; i++) {
            must(tf_run(sess, FETCH(y[i], &f), FEED(x, 1)));
            ck_assert_float_eq(f, (float)i);
        }
    if (!under_sanitizer())
        ck_assert_msg(bytes_in_use() <= used + used / 20, "%zu bytes, %zu before", bytes_in_use(), used);
}
END_TEST

/* ---- explaining ------------------------------------------------------------------------------------------------------------------------ */

START_TEST(an_explanation_shows_every_stage_in_turn)
{
    static const char *const parts[] = { "== prune: ",
                                         "w/read = Identity(w)",
                                         "\n== build: ",
                                         "= feed  # x\n",
                                         "= MatMul(",
                                         "  # product\n",
                                         "\nresults: ",
                                         "\n== sums: nothing to change\n",
                                         "\n== narrow: off\n",
                                         "\n== layout: ",
                                         "no code for ",
                                         "\n== schedule: ",
                                         "\n== fuse: ",
                                         "(fused)(",
                                         "\n== instructions: ",
                                         ", products by ",
                                         "\n== memory: the arena has ",
                                         "most at instruction " };
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 3), .name = "x"), w = tf_get_variable("w", SHAPE(3, 4)),
              y = tf_nn_relu(tf_sub(tf_tanh(tf_matmul(x, w, .name = "product")), 1.0));
    tf_session *s = tf_session(.config = tf_config_proto(.passes_off = "narrow"));
    char *text = tf_session_explain(s, FETCH(y, NULL), FEED(x, NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }))), *at = text;
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char *found = strstr(at, parts[i]);
        ck_assert_msg(found, "no \"%s\" in or after\n%s", parts[i], at);
        at = found;
    }
    free(text);
    tf_close(s);
}
END_TEST

START_TEST(explaining_runs_nothing_and_leaves_runs_as_they_were)
{
    tf_tensor v = tf_variable(1.0), more = tf_assign_add(v, 1);
    float f = 0;
    initialize();
    must(tf_run(sess, FETCH(more, &f)));
    char *before = tf_session_explain(sess, FETCH(more, &f), (tf_feeds){ 0 }),
         *again = tf_session_explain(sess, FETCH(more, &f), (tf_feeds){ 0 });
    ck_assert_ptr_nonnull(before);
    ck_assert_str_eq(before, again);
    ck_assert_float_eq(f, 2);
    must(tf_run(sess, FETCH(more, &f)));
    ck_assert_float_eq(f, 3);
    free(before);
    free(again);
}
END_TEST

START_TEST(what_cannot_run_is_reported_instead_of_explained)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 3)), y = tf_square(x);
    catch_errors();
    ck_assert_ptr_null(tf_session_explain(sess, FETCH(y, NULL), (tf_feeds){ 0 }));
    ck_assert_int_eq(caught()->count, 1);
    ck_assert_int_eq(caught()->code, tf_invalid_argument);
    catch_errors();
    ck_assert_ptr_null(tf_session_explain(sess, FETCH(y, NULL), FEED(x, NP_FLOAT(1, 2))));
    ck_assert_int_eq(caught()->count, 1);
    ck_assert_int_eq(caught()->code, tf_value_error);
    catch_errors();
    ck_assert_ptr_null(tf_session_explain((tf_session *)NULL, FETCH(y, NULL), (tf_feeds){ 0 }));
    ck_assert_int_eq(caught()->code, tf_runtime_error);
    catch_errors();
}
END_TEST

START_TEST(states_are_explained_as_their_tensors)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(2, 3, 4), .name = "x");
    tf_rnn rnn = tf_nn_dynamic_rnn(tf_nn_rnn_cell_basic_lstm_cell(5), x, .dtype = tf_float32);
    tf_ndarray in = np_zeros(SHAPE(2, 3, 4), tf_float32);
    char *text = tf_session_explain(sess, FETCH(rnn.state, NULL), FEED(x, in));
    ck_assert_ptr_nonnull(text);
    ck_assert_msg(strstr(text, "fetches: 2,") && strstr(text, " 3 steps"), "%s", text);
    free(text);
    np_free(&in);
}
END_TEST

/* ---- awkward sizes --------------------------------------------------------------------------------------------------------------------- */

START_TEST(empty_tensors_run_everywhere)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 3)), w = tf_variable(NP_FLOAT2D({ 1, 2 }, { 3, 4 }, { 5, 6 })),
              y = tf_matmul(x, w), both = tf_concat(LIST(y, y), 0), sum = tf_reduce_sum(both), mean = tf_reduce_mean(both),
              dw = tf_at(tf_gradients(LIST(sum), LIST(w)), 0);
    tf_ndarray none = np_zeros(SHAPE(0, 3), tf_float32), a = { 0 }, g = { 0 };
    float s = 1, m = 1;
    initialize();
    must(tf_run(sess, FETCH(both, &a, sum, &s, mean, &m, dw, &g), FEED(x, none)));
    ck_assert(a.shape.rank == 2 && a.shape.dims[0] == 0 && a.shape.dims[1] == 2 && s == 0 && isnan(m));
    ASSERT_FLOATS(g, 0, 0, 0, 0, 0, 0);
    np_free(&a);
    np_free(&g);
    np_free(&none);
}
END_TEST

START_TEST(a_deep_graph_runs_and_differentiates)
{
    tf_tensor x = tf_placeholder(tf_float32, SCALAR), y = x;
    float f = 0, g = 0;
    for (int i = 0; i < 5000; i++)
        y = tf_add(y, x);
    tf_tensor dx = tf_at(tf_gradients(LIST(y), LIST(x)), 0);
    must(tf_run(sess, FETCH(y, &f, dx, &g), FEED(x, 2)));
    ck_assert(f == 10002 && g == 5001);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("session");
    const struct {
        const char *name;
        const TTest *tests[24];
    } cases[] = {
        { "fetching",
          { several_fetches_of_several_types_come_from_one_run, a_number_takes_any_dtype_of_one_element,
            an_array_is_reused_if_its_shape_fits_and_replaced_if_not, what_is_fed_may_be_fetched_into_the_array_it_was_fed_from,
            duplicates_are_computed_once_and_written_everywhere, targets_run_beside_fetches_and_alone,
            fetching_nothing_runs_nothing, many_fetches_and_feeds_fit_in_one_run } },
        { "feeding",
          { any_tensor_may_be_fed, feeds_are_cast_to_their_tensors_dtype,
            a_dictionary_is_built_at_run_time_and_the_last_value_of_a_key_counts, literals_live_as_long_as_they_are_wanted,
            what_waits_for_a_placeholder_that_is_fed_runs, true_is_a_number_as_in_python, a_placeholder_with_default_runs_unfed,
            fed_integers_decide_shapes, what_is_fed_stays_as_it_was } },
        { "sessions",
          { sessions_on_one_graph_have_variables_of_their_own, the_default_session_evaluates,
            interactive_sessions_may_be_closed_in_any_order, the_graph_may_grow_between_runs,
            a_graph_outlives_its_reset_while_a_session_runs_it } },
        { "order",
          { a_reader_without_a_path_from_the_assignment_sees_the_old_value, two_variables_swap_by_assigns,
            three_variables_rotate_by_assigns, unordered_assignments_happen_in_creation_order,
            an_output_beside_the_one_that_counts_has_zeros_for_a_gradient, a_gradient_has_the_static_shape_of_what_it_is_of,
            variables_take_the_names_that_they_take_in_tensorflow, a_gradient_step_reads_every_variable_before_any_changes,
            in_a_loop_a_read_under_control_of_an_assignment_sees_the_new_value, only_the_branch_taken_assigns,
            no_branch_is_taken_after_an_operation_failed, load_sets_a_variable_without_an_op } },
        { "memory",
          { a_run_of_known_shapes_allocates_nothing, a_thousand_lengths_need_little_more_memory_than_the_longest,
            memory_does_not_grow_over_ten_thousand_steps, many_different_fetches_do_not_pile_up } },
        { "explaining",
          { an_explanation_shows_every_stage_in_turn, explaining_runs_nothing_and_leaves_runs_as_they_were,
            what_cannot_run_is_reported_instead_of_explained, states_are_explained_as_their_tensors } },
        { "sizes", { empty_tensors_run_everywhere, a_deep_graph_runs_and_differentiates } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        TCase *c = tcase_create(cases[i].name);
        tcase_add_checked_fixture(c, begin, end);
        tcase_set_timeout(c, 60);
        for (const TTest *const *t = cases[i].tests; *t; t++)
            tcase_add_test(c, *t);
        suite_add_tcase(s, c);
    }
    return run_suite(s);
}
