/* Runs in parts: shapes that depend on data, in and outside of loops and branches; what has effects happens once, in its order. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static tf_tensor positive(tf_tensor x) { return tf_boolean_mask(x, tf_greater(x, 0.0)); }
static tf_tensor gradient(tf_tensor y, tf_tensor x) { return tf_at(tf_gradients(LIST(y), LIST(x)), 0); }

/* ---- parts ------------------------------------------------------------------------------------------------------------------- */

START_TEST(each_run_gives_as_many_as_there_are)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), m = positive(x), sum = tf_reduce_sum(tf_square(m)),
              again = tf_boolean_mask(m, tf_less(m, 3.0));
    for (int i = 0; i < 3; i++) {
        check_run(m, FEED(x, NP_FLOAT(1, -2, 3)), NUMBERS(1, 3));
        check_run(sum, FEED(x, NP_FLOAT(-1, -2, 3, 4)), NUMBERS(25));
        check_run(again, FEED(x, NP_FLOAT(1, 2, 3, 0, -1, 2)), NUMBERS(1, 2, 2));
        check_run(sum, FEED(x, NP_FLOAT(-1)), NUMBERS(0));
        check_run(gradient(sum, x), FEED(x, NP_FLOAT(-1, 2, 3)), NUMBERS(0, 4, 6));
    }
    check_run(tf_square(m), FEED(m, NP_FLOAT(5, 6)), NUMBERS(25, 36)); /* fed, nothing is left to cut */
}
END_TEST

START_TEST(many_shapes_one_after_the_other)
{
    float data[60];
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), sum = tf_reduce_sum(positive(x)),
              limited = tf_reduce_sum(positive(tf_sub(x, 1.0)));
    for (int run = 0; run < 120; run++) {
        float want = 0, want_limited = 0, got = 0, got_limited = 0;
        int n = 1 + run * 7 % 60;
        for (int i = 0; i < n; i++) {
            data[i] = (float)((run * 31 + i * 17) % 11 - 5);
            want += data[i] > 0 ? data[i] : 0;
            want_limited += data[i] > 1 ? data[i] - 1 : 0;
        }
        must(tf_run(sess, FETCH(sum, &got, limited, &got_limited), FEED(x, np_array(data, tf_float32, SHAPE(n)))));
        ck_assert_float_eq(got, want);
        ck_assert_float_eq(got_limited, want_limited);
    }
}
END_TEST

START_TEST(what_has_effects_happens_once)
{
    tf_tensor counter = tf_variable(0.0), counted = tf_assign_add(counter, 1), r, m, after;
    tf_with_control_dependencies(OPS(counted)) {
        r = tf_random_uniform(SHAPE(20), .seed = 4);
    }
    m = tf_boolean_mask(r, tf_greater(r, 0.5));
    tf_with_control_dependencies(OPS(m)) {
        after = tf_assign_add(counter, 100);
    }
    tf_tensor small = tf_boolean_mask(r, tf_less(r, 0.1)), noise = tf_random_normal(SHAPE(1), .seed = 9), noisy = tf_add(m, noise);
    must(tf_run(sess, tf_global_variables_initializer()));
    for (int run = 0; run < 3; run++) {
        tf_ndarray all = { 0 }, some = { 0 }, few = { 0 }, with = { 0 }, added = { 0 };
        must(tf_run(sess, FETCH(m, &some, r, &all, after, NULL, small, &few, noisy, &with, noise, &added)));
        int n = 0, n_few = 0;
        for (int i = 0; i < 20; i++) {
            if (np_get(all, i) > 0.5) {
                ck_assert(n < np_size(some) && np_get(some, n) == np_get(all, i));
                ck_assert_float_eq_tol((float)np_get(with, n), (float)(np_get(all, i) + np_get(added, 0)), 1e-6f);
                n++;
            }
            n_few += np_get(all, i) < 0.1f;
        }
        ck_assert(n == np_size(some) && n_few == np_size(few));
        check_run(counter, (tf_feeds){ 0 }, NUMBERS(101 * (run + 1)));
        np_free(&all);
        np_free(&some);
        np_free(&few);
        np_free(&with);
        np_free(&added);
    }
}
END_TEST

START_TEST(reads_see_what_they_see_in_one_go)
{
    tf_tensor v = tf_variable(2.0), x = tf_constant(NP_FLOAT(1, -1, 3)), set = tf_assign(v, 10.0), m, later;
    tf_with_control_dependencies(OPS(set)) {
        m = tf_reduce_sum(positive(tf_identity(x)));
    }
    tf_with_control_dependencies(OPS(m)) {
        later = tf_assign_add(v, 1.0);
    }
    tf_tensor before = tf_mul(m, v); /* not ordered after the assignment */
    must(tf_run(sess, tf_global_variables_initializer()));
    float a = 0, b = 0;
    must(tf_run(sess, FETCH(before, &a, later, &b)));
    ck_assert_float_eq(a, 8);
    ck_assert_float_eq(b, 11);
}
END_TEST

START_TEST(a_model_with_masks_is_trained)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 2)), y = tf_placeholder(tf_float32, SHAPE(NONE)),
              w = tf_variable(NP_FLOAT2D({ 0 }, { 0 }), .name = "w"), known = tf_greater_equal(y, 0.0),
              rows = tf_boolean_mask(x, known), targets = tf_boolean_mask(y, known),
              loss = tf_reduce_mean(tf_square(tf_sub(tf_squeeze(tf_matmul(rows, w), .axes = AXES(1)), targets)));
    tf_operation *step = tf_minimize(tf_train_adam_optimizer(0.1), loss);
    must(tf_run(sess, tf_global_variables_initializer()));
    float last = 0;
    for (int i = 0; i < 300; i++) /* y = x0 + 2·x1 where it is known */
        must(tf_run(sess, FETCH(step, NULL, loss, &last),
                    i % 2 ? FEED(x, NP_FLOAT2D({ 1, 0 }, { 0, 1 }, { 1, 1 }, { 5, 5 }), y, NP_FLOAT(1, 2, 3, -1))
                          : FEED(x, NP_FLOAT2D({ 2, 0 }, { 1, 2 }, { 5, 5 }), y, NP_FLOAT(2, 5, -1))));
    ck_assert_msg(last < 1e-3f, "the loss is still %g", (double)last);
    check_run(w, (tf_feeds){ 0 }, NUMBERS(1, 2));
}
END_TEST

START_TEST(a_gradient_is_sparse_through_a_mask)
{
    tf_tensor v = tf_variable(NP_FLOAT2D({ 1, 2 }, { 3, 4 }, { 5, 6 })), mask = tf_placeholder(tf_bool, SHAPE(NONE)),
              loss = tf_reduce_sum(tf_square(tf_boolean_mask(v, mask)));
    tf_operation *step = tf_minimize(tf_train_gradient_descent_optimizer(0.25), loss);
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, step, FEED(mask, NP_INT(1, 0, 1))));
    check_run(v, (tf_feeds){ 0 }, NUMBERS(0.5, 1, 3, 4, 2.5, 3));
}
END_TEST

START_TEST(a_shape_may_come_from_what_was_computed)
{
    tf_tensor n = tf_variable(3), x = tf_placeholder(tf_float32, SHAPE(NONE)),
              count = tf_reduce_sum(tf_cast(tf_greater(x, 0.0), tf_int32)), range = tf_range(count),
              filled = tf_fill(tf_expand_dims(n, 0), 2.0), both = tf_add(tf_cast(range, tf_float32), tf_reduce_sum(filled));
    must(tf_run(sess, tf_global_variables_initializer()));
    check_run(range, FEED(x, NP_FLOAT(1, -1, 1, 1)), NUMBERS(0, 1, 2));
    check_run(filled, (tf_feeds){ 0 }, NUMBERS(2, 2, 2));
    check_run(both, FEED(x, NP_FLOAT(1, -1, 1)), NUMBERS(6, 7));
    must(tf_run(sess, FETCH(tf_assign(n, 5), NULL)));
    check_run(both, FEED(x, NP_FLOAT(1, 2, 1)), NUMBERS(10, 11, 12));
}
END_TEST

START_TEST(mistakes_behind_a_cut_are_reported)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), v = tf_variable(NP_FLOAT(1, 2)), sum = tf_add(positive(x), v);
    float none = 0;
    tf_status status = tf_run(sess, FETCH(sum, NULL, tf_reduce_sum(sum), &none), FEED(x, NP_FLOAT(1, -2, 3)));
    ck_assert(status == tf_failed_precondition && isnan(none));
    catch_errors();
    must(tf_run(sess, tf_global_variables_initializer()));
    status = tf_run(sess, sum, FEED(x, NP_FLOAT(1, 2, 3)));
    ck_assert(status == tf_invalid_argument);
    ck_assert_str_eq(caught()->message, "Incompatible shapes: [3] vs. [2]");
    catch_errors();
    check_run(sum, FEED(x, NP_FLOAT(1, -2, 3)), NUMBERS(2, 5));
}
END_TEST

START_TEST(a_cut_is_explained)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE), .name = "x"), m = positive(x);
    for (int i = 0; i < 2; i++) {
        char *text = tf_session_explain(sess, FETCH(m, NULL), FEED(x, NP_FLOAT(1, -2)));
        ck_assert(text && strstr(text, "== parts: the run is cut in parts at 'boolean_mask/Where' (Where)") &&
                  strstr(text, "== instructions") && strstr(text, "Greater"));
        ck_assert(!strstr(text, "as it was run last") == !i); /* of the part behind the cut, when there was a run */
        free(text);
        check_run(m, FEED(x, NP_FLOAT(1, -2)), NUMBERS(1));
    }
}
END_TEST

static tf_tensor longer_than(tf_list vars, void *limit) { return tf_less(tf_reduce_sum(tf_at(vars, 1)), *(tf_tensor *)limit); }
static tf_list doubled_and_kept(tf_list vars, void *unused)
{
    (void)unused;
    tf_tensor i = tf_at(vars, 0), x = tf_at(vars, 1), kept = tf_tensor_array_write(tf_at(vars, 2), i, tf_square(x));
    return LIST(tf_add(i, 1), tf_mul(x, 2), kept);
}

/* How many steps there will be is known to the loop's end alone. */
START_TEST(what_a_loop_stacked_is_as_long_as_it_ran)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(2), .name = "x"), limit = tf_placeholder(tf_float32, SCALAR, .name = "limit"),
              kept = tf_tensor_array(tf_float32, 0, .dynamic_size = true, .element_shape = SHAPE(2));
    tf_list vars = tf_while_loop(longer_than, doubled_and_kept, LIST(0, x, kept), .context = &limit);
    tf_tensor all = tf_tensor_array_stack(tf_at(vars, 2)), more = tf_concat(LIST(all, tf_zeros_like(all)), 0),
              loss = tf_add(tf_reduce_sum(tf_tanh(more)), tf_reduce_sum(all)), dx = gradient(loss, x);
    for (int steps = 0; steps < 5; steps++) {
        const float last = 0.75f * powf(2, (float)steps), from[] = { 0.25f, 0.5f };
        float want[2] = { 0 }, sum = 0;
        for (int t = 0; t < steps; t++)
            for (int j = 0; j < 2; j++) {
                const float square = powf(from[j] * powf(2, (float)t), 2), y = tanhf(square);
                sum += y + square;
                want[j] += (1 - y * y + 1) * 2 * from[j] * powf(4, (float)t);
            }
        const tf_feeds feeds = FEED(x, NP_FLOAT(0.25f, 0.5f), limit, last);
        check_run(loss, feeds, NUMBERS((double)sum));
        check_run(dx, feeds, NUMBERS((double)want[0], (double)want[1]));
        tf_ndarray rows = { 0 };
        must(tf_run(sess, FETCH(all, &rows, dx, NULL), feeds));
        ck_assert_int_eq(rows.shape.dims[0], steps);
        np_free(&rows);
    }
    const tf_feeds feeds = FEED(x, NP_FLOAT(0.25f, 0.5f), limit, 5.0);
    must(tf_run(sess, FETCH(dx, NULL), feeds));
    char *text = tf_session_explain(sess, FETCH(dx, NULL), feeds);
    const char *behind = text ? strstr(text, "as it was run last") : NULL;
    ck_assert_ptr_nonnull(behind);
    ck_assert_msg(strstr(behind, "float32[3,2]") && !strstr(behind, "float32[1024,2]"), "%s", behind);
    free(text);
}
END_TEST

/* ---- branches ---------------------------------------------------------------------------------------------------------------- */

static tf_tensor first_two(void *context) { return tf_square(tf_getitem(*(tf_tensor *)context, ":2")); }
static tf_tensor all_tripled(void *context) { return tf_mul(*(tf_tensor *)context, 3.0); }
static tf_tensor only_positive(void *context) { return positive(tf_sin(*(tf_tensor *)context)); }

START_TEST(branches_may_differ_in_shape)
{
    tf_tensor p = tf_placeholder(tf_bool, SCALAR), x = tf_placeholder(tf_float32, SHAPE(NONE)),
              y = tf_cond(p, first_two, all_tripled, .context = &x), s = tf_reduce_sum(y), dx = gradient(s, x);
    for (int i = 0; i < 2; i++) {
        check_run(y, FEED(p, true, x, NP_FLOAT(1, 2, 3)), NUMBERS(1, 4));
        check_run(y, FEED(p, false, x, NP_FLOAT(1, 2, 3)), NUMBERS(3, 6, 9));
        check_run(dx, FEED(p, true, x, NP_FLOAT(1, 2, 3)), NUMBERS(2, 4, 0));
        check_run(dx, FEED(p, false, x, NP_FLOAT(1, 2, 3, 4)), NUMBERS(3, 3, 3, 3));
        check_run(dx, FEED(p, true, x, NP_FLOAT(1, 2)), NUMBERS(2, 4)); /* the same shapes for once */
    }
    check_run(gradient(tf_reduce_sum(tf_square(dx)), x), FEED(p, true, x, NP_FLOAT(1, 2, 3)), NUMBERS(8, 16, 0));
}
END_TEST

START_TEST(a_branch_may_hold_a_mask)
{
    tf_tensor p = tf_placeholder(tf_bool, SCALAR), x = tf_variable(NP_FLOAT(1, -1, 2)),
              y = tf_reduce_sum(tf_cond(p, only_positive, all_tripled, .context = &x));
    tf_operation *step = tf_minimize(tf_train_gradient_descent_optimizer(1), y);
    must(tf_run(sess, tf_global_variables_initializer()));
    check_run(y, FEED(p, true), NUMBERS(sin(1) + sin(2)));
    must(tf_run(sess, step, FEED(p, true)));
    check_run(x, (tf_feeds){ 0 }, NUMBERS(1 - cos(1), -1, 2 - cos(2)));
    must(tf_run(sess, step, FEED(p, false)));
    check_run(x, (tf_feeds){ 0 }, NUMBERS(-2 - cos(1), -4, -1 - cos(2)));
}
END_TEST

static tf_tensor add_to_it(void *context)
{
    tf_tensor *v = context, sum;
    tf_with_control_dependencies(OPS(tf_assign_add(v[0], 1))) {
        sum = tf_identity(v[1]);
    }
    return sum;
}
static tf_tensor one_of_it(void *context) { return tf_expand_dims(tf_identity(*(tf_tensor *)context), 0); }

START_TEST(a_branch_taken_alone_assigns)
{
    tf_tensor p = tf_placeholder(tf_bool, SCALAR), v[] = { tf_variable(0.0), tf_constant(NP_FLOAT(1, 2)) },
              y = tf_cond(p, add_to_it, one_of_it, .context = v);
    must(tf_run(sess, tf_global_variables_initializer()));
    check_run(y, FEED(p, true), NUMBERS(1, 2));
    check_run(y, FEED(p, true), NUMBERS(1, 2));
    check_run(y, FEED(p, false), NUMBERS(2));
    check_run(v[0], (tf_feeds){ 0 }, NUMBERS(2));
    check_run(tf_add(tf_reduce_sum(y), v[0]), FEED(p, true), NUMBERS(3 + 2)); /* read before the branch assigns */
    check_run(v[0], (tf_feeds){ 0 }, NUMBERS(3));
}
END_TEST

/* ---- loops -------------------------------------------------------------------------------------------------------------------- */

static tf_tensor below(tf_list v, void *context) { return tf_less(tf_at(v, 0), *(tf_tensor *)context); }
static tf_list grow(tf_list v, void *context)
{
    (void)context;
    tf_tensor s = tf_at(v, 1);
    return LIST(tf_add(tf_at(v, 0), 1), tf_concat(LIST(s, tf_expand_dims(tf_reduce_sum(s), 0)), 0));
}
static tf_list grow_by_sine(tf_list v, void *context)
{
    (void)context;
    tf_tensor s = tf_at(v, 1);
    return LIST(tf_add(tf_at(v, 0), 1), tf_concat(LIST(tf_sin(s), tf_expand_dims(tf_reduce_sum(s), 0)), 0));
}

START_TEST(a_state_may_grow)
{
    tf_tensor n = tf_placeholder(tf_int32, SCALAR), x = tf_placeholder(tf_float32, SHAPE(NONE)),
              r = tf_at(tf_while_loop(below, grow, LIST(tf_constant(0), x), .context = &n,
                                      .shape_invariants = (tf_dims[]){ SCALAR, SHAPE(NONE) }),
                        1);
    for (int i = 0; i < 2; i++) {
        check_run(r, FEED(n, 3, x, NP_FLOAT(1, 2)), NUMBERS(1, 2, 3, 6, 12));
        check_run(r, FEED(n, 0, x, NP_FLOAT(1, 2)), NUMBERS(1, 2));
        check_run(r, FEED(n, 2, x, NP_FLOAT(3)), NUMBERS(3, 3, 6));
    }
    check_run(tf_size(r), FEED(n, 40, x, NP_FLOAT(0, 0)), NUMBERS(42));
}
END_TEST

START_TEST(a_growing_states_gradient_goes_back_through_all_shapes)
{
    tf_tensor n = tf_placeholder(tf_int32, SCALAR), x = tf_placeholder(tf_float64, SHAPE(NONE)),
              y = tf_at(tf_while_loop(below, grow_by_sine, LIST(tf_constant(0), x), .context = &n,
                                      .shape_invariants = (tf_dims[]){ SCALAR, SHAPE(NONE) }),
                        1),
              s = tf_reduce_sum(tf_square(y)), dx = gradient(s, x);
    double at[2] = { 0.3, 0.7 }, values[2];
    tf_ndarray in = np_array(at, tf_float64, SHAPE(2)), d = { 0 };
    for (int steps = 0; steps < 5; steps++) {
        must(tf_run(sess, FETCH(dx, &d), FEED(n, steps, x, in)));
        for (int i = 0; i < 2; i++) {
            const double center = at[i], h = 1e-6;
            for (int side = 0; side < 2; side++) {
                at[i] = center + (side ? h : -h);
                must(tf_run(sess, FETCH(s, &values[side]), FEED(n, steps, x, in)));
            }
            at[i] = center;
            ck_assert_double_eq_tol(np_get(d, i), (values[1] - values[0]) / (2 * h), 1e-6);
        }
    }
    np_free(&d);
}
END_TEST

static tf_list count_and_draw(tf_list v, void *context)
{
    const tf_tensor *given = context;
    tf_tensor drawn, s = tf_at(v, 1);
    tf_with_control_dependencies(OPS(tf_assign_add(given[1], 1))) {
        drawn = tf_random_uniform(SHAPE(1), .seed = 3);
    }
    return LIST(tf_add(tf_at(v, 0), 1), tf_concat(LIST(s, drawn), 0));
}

START_TEST(a_body_run_by_steps_assigns_and_draws_at_each)
{
    tf_tensor given[] = { tf_placeholder(tf_int32, SCALAR), tf_variable(0.0) };
    tf_tensor r = tf_at(tf_while_loop(below, count_and_draw, LIST(tf_constant(0), tf_constant(NP_FLOAT(7))), .context = given,
                                      .shape_invariants = (tf_dims[]){ SCALAR, SHAPE(NONE) }),
                        1);
    tf_ndarray got = { 0 };
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, FETCH(r, &got), FEED(given[0], 5)));
    for (int i = 1; i < 6; i++)
        for (int j = 0; j < i; j++)
            ck_assert(np_get(got, i) != np_get(got, j));
    check_run(given[1], (tf_feeds){ 0 }, NUMBERS(5));
    np_free(&got);
}
END_TEST

static tf_tensor positive_sum(tf_tensor x, void *context)
{
    (void)context;
    return tf_reduce_sum(tf_square(positive(x)));
}
static tf_tensor positive_scan(tf_tensor s, tf_tensor x, void *context)
{
    return tf_add(tf_mul(s, *(tf_tensor *)context), tf_reduce_sum(positive(x)));
}
static tf_tensor as_many(tf_tensor x, void *context)
{
    (void)context;
    return tf_ones(tf_expand_dims(tf_cast(x, tf_int32), 0));
}

START_TEST(a_loop_may_hold_masks)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 3)), w = tf_variable(2.0), y = tf_map_fn(positive_sum, x),
              z = tf_scan(positive_scan, x, tf_constant(1.0), .context = &w), s = tf_reduce_sum(z),
              last = tf_foldr(positive_scan, x, tf_constant(1.0), .context = &w);
    must(tf_run(sess, tf_global_variables_initializer()));
    static float data[] = { 1, -2, 3, -1, -1, -1, 2, 2, -5 };
    tf_ndarray in = np_array(data, tf_float32, SHAPE(3, 3));
    check_run(y, FEED(x, in), NUMBERS(10, 0, 8));
    check_run(y, FEED(x, np_array(data, tf_float32, SHAPE(1, 3))), NUMBERS(10));
    check_run(y, FEED(x, np_array(NULL, tf_float32, SHAPE(0, 3))), 0, NULL);
    check_run(gradient(tf_reduce_sum(y), x), FEED(x, in), NUMBERS(2, 0, 6, 0, 0, 0, 4, 4, 0));
    check_run(z, FEED(x, in), NUMBERS(6, 12, 28));
    check_run(gradient(s, w), FEED(x, in), NUMBERS(1 + 8 + 28)); /* each z before, and twice the last */
    check_run(gradient(s, x), FEED(x, in), NUMBERS(7, 0, 7, 0, 0, 0, 1, 1, 0));
    check_run(last, FEED(x, in), NUMBERS(28));
}
END_TEST

START_TEST(elements_of_unequal_shapes_are_refused)
{
    tf_tensor y = tf_map_fn(as_many, tf_constant(NP_FLOAT(1, 2)));
    tf_ndarray got = { 0 };
    tf_status status = tf_run(sess, FETCH(y, &got));
    ck_assert_int_eq(status, tf_invalid_argument);
    ck_assert_msg(strstr(caught()->message, "shape"), "%s", caught()->message);
    catch_errors();
    check_run(tf_map_fn(as_many, tf_constant(NP_FLOAT(2, 2))), (tf_feeds){ 0 }, NUMBERS(1, 1, 1, 1));
}
END_TEST

START_TEST(what_has_no_room_is_refused)
{
    tf_tensor ids = tf_placeholder(tf_int64, SHAPE(NONE)), y = tf_segment_sum(tf_ones(SHAPE(2, 3)), ids);
    const tf_status wants[] = { tf_invalid_argument, tf_resource_exhausted, tf_invalid_argument };
    const int64_t last[] = { INT64_C(1) << 62, INT64_C(1) << 50, INT64_MAX };
    for (int i = 0; i < 3; i++) {
        int64_t values[2] = { 0, last[i] };
        ck_assert_int_eq(tf_run(sess, y, FEED(ids, np_array(values, tf_int64, SHAPE(2)))), wants[i]);
    }
    catch_errors();
    check_run(y, FEED(ids, np_array((int64_t[]){ 0, 0 }, tf_int64, SHAPE(2))), NUMBERS(2, 2, 2));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("parts");
    TCase *c = tcase_create("parts");
    tcase_add_checked_fixture(c, open_session, close_session);
    tcase_add_test(c, each_run_gives_as_many_as_there_are);
    tcase_add_test(c, many_shapes_one_after_the_other);
    tcase_add_test(c, what_has_effects_happens_once);
    tcase_add_test(c, reads_see_what_they_see_in_one_go);
    tcase_add_test(c, a_model_with_masks_is_trained);
    tcase_add_test(c, a_gradient_is_sparse_through_a_mask);
    tcase_add_test(c, a_shape_may_come_from_what_was_computed);
    tcase_add_test(c, mistakes_behind_a_cut_are_reported);
    tcase_add_test(c, a_cut_is_explained);
    tcase_add_test(c, what_a_loop_stacked_is_as_long_as_it_ran);
    tcase_add_test(c, branches_may_differ_in_shape);
    tcase_add_test(c, a_branch_may_hold_a_mask);
    tcase_add_test(c, a_branch_taken_alone_assigns);
    tcase_add_test(c, a_state_may_grow);
    tcase_add_test(c, a_growing_states_gradient_goes_back_through_all_shapes);
    tcase_add_test(c, a_body_run_by_steps_assigns_and_draws_at_each);
    tcase_add_test(c, a_loop_may_hold_masks);
    tcase_add_test(c, elements_of_unequal_shapes_are_refused);
    tcase_add_test(c, what_has_no_room_is_refused);
    suite_add_tcase(s, c);
    return run_suite(s);
}
