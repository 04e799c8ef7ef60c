/* What bodies wait for by control, and gradients taken inside of them. The values are TensorFlow 1.15.5's, which cannot take the
 * Jacobian through a scan. */
#include <stdio.h>
#include <string.h>

#include "fixture.h"

#define WITH(op) tf_with_control_dependencies(OPS(op))
#define NOTHING \
    (tf_feeds) { 0 }

static tf_tensor x, counter; /* a placeholder that is 5; a variable that is 0 */
static tf_tensor count(void) { return tf_assign_add(counter, 1.0); }
static tf_tensor three(void) { return tf_constant(NP_FLOAT(1, 2, 3)); }

static void expect_report(tf_status code, const char *part)
{
    ck_assert_msg(caught()->code == code && strstr(caught()->message, part), "%s: %s", tf_status_name(caught()->code),
                  caught()->message);
    catch_errors();
}

static void setup(void)
{
    open_session();
    counter = tf_variable(0.0);
    x = tf_placeholder_with_default(5.0, SCALAR);
}

/* ---- one function as every kind of body ------------------------------------------------------------------------------------ */
typedef tf_tensor of_nothing(void);
static of_nothing *inside;

static tf_tensor as_branch(void *context) { return (void)context, inside(); }
static tf_tensor zero(void *context) { return (void)context, tf_constant(0.0); }
static tf_tensor zeros(void *context) { return (void)context, tf_zeros(SHAPE(3)); }
static tf_tensor as_map(tf_tensor e, void *context) { return (void)e, (void)context, inside(); }
static tf_tensor as_scan(tf_tensor s, tf_tensor e, void *context) { return (void)s, (void)e, (void)context, inside(); }
static tf_tensor below_three(tf_list l, void *context) { return (void)context, tf_less(tf_at(l, 0), 3); }
static tf_list as_while(tf_list l, void *context) { return (void)context, LIST(tf_add(tf_at(l, 0), 1), inside()); }
static tf_tensor cond_above(tf_tensor e, void *context)
{
    (void)context;
    return tf_cond(tf_greater(e, 1.5), as_branch, zero);
}
static tf_tensor map_of_three(void *context) { return (void)context, tf_map_fn(as_map, three()); }

static tf_tensor in_cond(void) { return tf_cond(tf_greater(x, 0.0), as_branch, zero); }
static tf_tensor in_map(void) { return tf_map_fn(as_map, three()); }
static tf_tensor in_scan(void) { return tf_scan(as_scan, three(), .initializer = tf_constant(0.0)); }
static tf_tensor in_foldl(void) { return tf_foldl(as_scan, three(), .initializer = tf_constant(0.0)); }
static tf_tensor in_while(void) { return tf_at(tf_while_loop(below_three, as_while, LIST(tf_constant(0), tf_constant(0.0))), 1); }
static tf_tensor in_cond_in_map(void) { return tf_map_fn(cond_above, three()); }
static tf_tensor in_map_in_cond(void) { return tf_cond(tf_greater(x, 0.0), map_of_three, zeros); }

static const struct {
    const char *name;
    of_nothing *build;
    double times; /* how often the body runs, of three elements */
} kinds[] = { { "top level", NULL, 1 },
              { "cond", in_cond, 1 },
              { "map_fn", in_map, 3 },
              { "scan", in_scan, 3 },
              { "foldl", in_foldl, 3 },
              { "while_loop", in_while, 3 },
              { "cond in map_fn", in_cond_in_map, 2 },
              { "map_fn in cond", in_map_in_cond, 3 } };
enum { KINDS = sizeof kinds / sizeof *kinds };

static tf_tensor build(int kind, of_nothing *f)
{
    inside = f;
    return kinds[kind].build ? kinds[kind].build() : f();
}

/* ---- constants under control dependencies ------------------------------------------------------------------------------------- */
#define COUNTED(made)    \
    tf_tensor c = { 0 }; \
    WITH(count()) { c = (made); }

static tf_tensor a_constant(void)
{
    COUNTED(tf_constant(2.0));
    return c;
}
static tf_tensor what_is_computed_from_it(void)
{
    COUNTED(tf_constant(1.0));
    return tf_add(c, 1.0);
}
static tf_tensor what_is_computed_from_it_and_more(void)
{
    COUNTED(tf_constant(0.4));
    return tf_mul(c, x);
}
static tf_tensor an_identity_of_it(void)
{
    COUNTED(tf_constant(2.0));
    return tf_identity(c);
}
static tf_tensor zeros_and_ones(void)
{
    COUNTED(tf_add(tf_reduce_sum(tf_ones(SHAPE(2))), tf_reduce_sum(tf_zeros(SHAPE(2)))));
    return c;
}
static tf_tensor ones_like_a_known_shape(void)
{
    COUNTED(tf_ones_like(tf_placeholder_with_default(NP_FLOAT(7, 8), SHAPE(2))));
    return tf_reduce_sum(c);
}
static tf_tensor a_converted_number(void)
{
    COUNTED(tf_convert_to_tensor(2.0));
    return c;
}
static tf_tensor a_shape(void)
{
    COUNTED(tf_constant(NP_INT(2)));
    return tf_reduce_sum(tf_fill(TF_T(c), 1.0));
}
static tf_tensor through_operations_without_outputs(void)
{
    tf_operation *n = NULL;
    tf_tensor c = { 0 }, d = { 0 };
    WITH(count()) n = tf_no_op();
    WITH(n) c = tf_constant(7.0);
    WITH(tf_group(c, n)) d = tf_constant(2.0);
    return d;
}
static tf_tensor a_gradient(void)
{
    COUNTED(tf_constant(2.0));
    return tf_at(tf_gradients(tf_mul(x, c), x), 0);
}

static const struct {
    const char *name;
    of_nothing *make;
} made_of_constants[] = {
    { "a constant", a_constant },
    { "computed from it", what_is_computed_from_it },
    { "computed from it and a fed value", what_is_computed_from_it_and_more },
    { "an identity", an_identity_of_it },
    { "zeros and ones", zeros_and_ones },
    { "ones_like", ones_like_a_known_shape },
    { "convert_to_tensor", a_converted_number },
    { "a shape", a_shape },
    { "no_op and group", through_operations_without_outputs },
    { "a gradient", a_gradient },
};
enum { MADE_OF_CONSTANTS = sizeof made_of_constants / sizeof *made_of_constants };

/* Its value is 2, wherever it is, and what it waits for has run as often as the body. */
START_TEST(what_a_constant_waits_for_runs_in_every_body)
{
    const int kind = _i % KINDS, made = _i / KINDS;
    const double times = kinds[kind].times;
    tf_tensor y = build(kind, made_of_constants[made].make);
    tf_ndarray got = { 0 };
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, FETCH(y, &got)));
    ck_assert_msg(np_get(got, (int)np_size(got) - 1) == 2, "%s in %s gives %g", made_of_constants[made].name, kinds[kind].name,
                  np_get(got, (int)np_size(got) - 1));
    np_free(&got);
    float counted = 0;
    must(tf_run(sess, FETCH(counter, &counted)));
    ck_assert_msg(counted == times, "%s in %s: %g times, not %g", made_of_constants[made].name, kinds[kind].name, counted, times);
}
END_TEST

static tf_tensor read_after_a_constant(void)
{
    tf_tensor c = a_constant(), r = { 0 };
    WITH(c) r = tf_identity(counter);
    return r;
}
static tf_tensor read_after_what_is_computed_from_a_constant(void)
{
    tf_tensor c = what_is_computed_from_it(), r = { 0 };
    WITH(c) r = tf_identity(counter);
    return r;
}

START_TEST(a_constant_hands_on_what_it_waits_for)
{
    const int kind = _i % KINDS;
    tf_tensor y = build(kind, _i < KINDS ? read_after_a_constant : read_after_what_is_computed_from_a_constant);
    tf_ndarray got = { 0 };
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, FETCH(y, &got)));
    ck_assert_msg(np_get(got, (int)np_size(got) - 1) == kinds[kind].times, "in %s the last read is %g", kinds[kind].name,
                  np_get(got, (int)np_size(got) - 1));
    np_free(&got);
}
END_TEST

static tf_tensor guarded(void)
{
    tf_tensor c = { 0 };
    WITH(tf_assert(tf_less(x, 0.0), LIST(x))) c = tf_constant(1.0);
    return c;
}

START_TEST(an_assertion_that_a_constant_waits_for_stops_the_run)
{
    tf_tensor y = build(_i, guarded);
    ck_assert(tf_run(sess, FETCH(y, NULL)) == tf_invalid_argument);
    expect_report(tf_invalid_argument, "assertion failed: [5]");
}
END_TEST

/* ---- what lies outside ----------------------------------------------------------------------------------------------------------- */
static tf_tensor counted_outside;
static tf_tensor after_an_outer_operation(void)
{
    tf_tensor c = { 0 };
    WITH(counted_outside) c = tf_constant(3.0);
    return c;
}

START_TEST(an_operation_outside_that_a_body_waits_for_runs_once)
{
    counted_outside = count();
    tf_tensor y = build(_i, after_an_outer_operation);
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, FETCH(y, NULL)));
    check_run(counter, NOTHING, NUMBERS(1));
}
END_TEST

static tf_tensor beside_an_outer_operation(void)
{
    WITH(counted_outside) tf_constant(3.0);
    return tf_constant(1.0);
}

START_TEST(what_no_result_waits_for_does_not_run)
{
    counted_outside = count();
    tf_tensor y = build(_i, beside_an_outer_operation);
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, FETCH(y, NULL)));
    check_run(counter, NOTHING, NUMBERS(0));
}
END_TEST

static tf_tensor counting_condition(tf_list l, void *context)
{
    (void)context;
    tf_tensor go_on = { 0 };
    WITH(count()) go_on = tf_less(tf_at(l, 0), 3);
    return go_on;
}
static tf_list next(tf_list l, void *context) { return (void)context, LIST(tf_add(tf_at(l, 0), 1)); }

START_TEST(what_a_condition_waits_for_runs_with_each_test)
{
    tf_list last = tf_while_loop(counting_condition, next, LIST(tf_constant(0)));
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, last.items[0]));
    check_run(counter, NOTHING, NUMBERS(4));
}
END_TEST

static tf_tensor counted(void) { return count(); }

START_TEST(what_waits_for_a_loop_or_branch_has_it_run)
{
    tf_tensor y = build(_i, counted), c = { 0 };
    WITH(y) c = tf_constant(1.0);
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, OPS(c)));
    check_run(counter, NOTHING, 1, &kinds[_i].times);
    must(tf_run(sess, OPS(y)));
    check_run(counter, NOTHING, NUMBERS(2 * kinds[_i].times));
}
END_TEST

/* ---- mistakes inside bodies --------------------------------------------------------------------------------------------------------- */
static tf_tensor after_a_mistake(void)
{
    tf_tensor no_path = tf_placeholder_with_default(1.0, SCALAR), c = { 0 };
    WITH(tf_minimize(tf_train_gradient_descent_optimizer(0.1), no_path)) c = tf_constant(1.0);
    return c;
}

START_TEST(a_run_that_waits_for_a_mistake_in_a_body_fails)
{
    tf_tensor y = build(_i, after_a_mistake), other = tf_mul(x, 2.0);
    expect_report(tf_value_error, "No gradients provided for any variable");
    ck_assert(tf_run(sess, FETCH(y, NULL)) == tf_value_error);
    expect_report(tf_value_error, "No gradients provided for any variable");
    check_run(other, NOTHING, NUMBERS(10));
}
END_TEST

/* ---- gradients inside bodies ---------------------------------------------------------------------------------------------------------- */
static tf_tensor v, w, ys; /* [3, 4] and 2, variables; made outside */
static tf_tensor gradient(tf_tensor y, tf_tensor with_respect_to) { return tf_at(tf_gradients(y, with_respect_to), 0); }
static tf_tensor sum_of_squares(tf_tensor t) { return tf_reduce_sum(tf_square(t)); }

static tf_tensor gradient_of_element(tf_tensor e, void *context)
{
    return gradient(tf_mul(tf_square(w), e), *(tf_tensor *)context);
}
static tf_tensor jacobian_row(tf_tensor i, void *context) { return gradient(tf_getitem_tensor(ys, i), *(tf_tensor *)context); }
static tf_tensor add_gradient(tf_tensor s, tf_tensor e, void *context) { return tf_add(s, gradient_of_element(e, context)); }
static tf_tensor branch_gradient(void *context) { return gradient_of_element(tf_constant(2.0), context); }
static tf_tensor rows_of_table(tf_tensor i, void *context)
{
    (void)context;
    return gradient(tf_square(tf_gather(v, tf_stack(LIST(i, i)))), v);
}
static tf_tensor clipped_norm(tf_tensor e, void *context)
{
    (void)context;
    tf_clipped c = tf_clip_by_global_norm(tf_gradients(tf_mul(tf_mul(sum_of_squares(v), w), e), LIST(v, w)), 1.0);
    return tf_stack(LIST(c.norm, tf_getitem(tf_at(c.list, 0), "0"), tf_at(c.list, 1)));
}
static tf_tensor step_down(tf_tensor s, tf_tensor e, void *context)
{
    (void)context;
    return tf_sub(s, tf_mul(0.1, gradient(tf_square(tf_mul(tf_mul(s, e), w)), s)));
}
static tf_tensor recurrence(tf_tensor s, tf_tensor e, void *context) { return (void)context, tf_add(tf_mul(s, e), 1.0); }
static tf_tensor all_of(tf_tensor e, void *context) { return (void)context, tf_mul(e, gradient(ys, v)); }
static tf_tensor stopped_and_weighted(tf_tensor e, void *context)
{
    (void)context;
    return tf_reduce_sum(
        tf_at(tf_gradients(tf_mul(tf_mul(e, ys), v), v, .stop_gradients = LIST(ys), .grad_ys = LIST(tf_identity(v))), 0));
}
static tf_list hessian_times(tf_list l, void *context)
{
    (void)context;
    tf_tensor g = gradient(tf_reduce_sum(tf_mul(tf_square(v), v)), v);
    return LIST(tf_add(tf_at(l, 0), 1), tf_at(tf_gradients(g, v, .grad_ys = LIST(tf_at(l, 1))), 0));
}
static tf_tensor in_a_branch(tf_tensor e, void *context)
{
    (void)e;
    return tf_cond(tf_greater(x, 0.0), branch_gradient, zero, .context = context);
}
static tf_tensor two(void) { return tf_constant(NP_FLOAT(1, 2)); }
static tf_tensor positions(void) { return tf_range(2); }

static tf_tensor by_map_fn(void) { return tf_map_fn(gradient_of_element, two(), .context = &w); }
static tf_tensor by_scan(void) { return tf_scan(add_gradient, two(), .initializer = tf_constant(0.0), .context = &w); }
static tf_tensor by_cond(void) { return tf_cond(tf_greater(x, 0.0), branch_gradient, zero, .context = &w); }
static tf_tensor by_cond_in_map_fn(void) { return tf_map_fn(in_a_branch, two(), .context = &w); }
static tf_tensor jacobian(void)
{
    ys = tf_square(v);
    return tf_map_fn(jacobian_row, positions(), .dtype = tf_float32, .context = &v);
}
static tf_tensor hessian(void)
{
    ys = gradient(tf_mul(tf_getitem(v, "0"), sum_of_squares(v)), v);
    return tf_map_fn(jacobian_row, positions(), .dtype = tf_float32, .context = &v);
}
static tf_tensor jacobian_of_a_scan(void)
{
    ys = tf_scan(recurrence, tf_square(v), .initializer = tf_constant(1.0));
    return tf_map_fn(jacobian_row, positions(), .dtype = tf_float32, .context = &v);
}
static tf_tensor of_a_gather(void) { return tf_map_fn(rows_of_table, positions(), .dtype = tf_float32); }
static tf_tensor clipped(void) { return tf_map_fn(clipped_norm, two()); }
static tf_tensor of_a_loop_of_gradients(void) { return gradient(by_map_fn(), w); }
static tf_tensor through_steps_of_descent(void) { return gradient(tf_scan(step_down, two(), .initializer = tf_mul(w, 1.0)), w); }
static tf_tensor of_what_is_outside(void)
{
    ys = tf_square(v);
    return tf_map_fn(all_of, two(), .dtype = tf_float32);
}
static tf_tensor with_stop_and_grad_ys(void)
{
    ys = tf_square(v);
    return tf_map_fn(stopped_and_weighted, two());
}
static tf_tensor hessian_products(void)
{
    return tf_at(tf_while_loop(below_three, hessian_times, LIST(tf_constant(0), tf_ones(SHAPE(2)))), 1);
}

static const struct {
    const char *name;
    of_nothing *make;
    int n;
    double want[6];
} gradients[] = {
    { "map_fn", by_map_fn, 2, { 4, 8 } },
    { "scan", by_scan, 2, { 4, 12 } },
    { "cond", by_cond, 1, { 8 } },
    { "cond in map_fn", by_cond_in_map_fn, 2, { 8, 8 } },
    { "the rows of a Jacobian", jacobian, 4, { 6, 0, 0, 8 } },
    { "the rows of a Hessian", hessian, 4, { 18, 8, 8, 6 } },
    { "a Jacobian through a scan", jacobian_of_a_scan, 4, { 6, 0, 96, 80 } },
    { "of rows gathered", of_a_gather, 4, { 12, 0, 0, 16 } },
    { "clipped", clipped, 6, { 32.0156212, 0.374817014, 0.780868828, 64.0312424, 0.374817014, 0.780868828 } },
    { "of a loop of gradients", of_a_loop_of_gradients, 1, { 6 } },
    { "through steps of gradient descent", through_steps_of_descent, 1, { 0.4 } },
    { "of what is made outside", of_what_is_outside, 4, { 6, 8, 12, 16 } },
    { "with stop_gradients and grad_ys", with_stop_and_grad_ys, 2, { 91, 182 } },
    { "products with a Hessian", hessian_products, 2, { 5832, 13824 } },
};

START_TEST(gradients_inside_bodies_reach_what_lies_outside)
{
    v = tf_variable(NP_FLOAT(3, 4));
    w = tf_variable(2.0);
    tf_tensor y = gradients[_i].make();
    must(tf_run(sess, tf_global_variables_initializer()));
    check_run(y, NOTHING, gradients[_i].n, gradients[_i].want);
}
END_TEST

/* ---- training inside bodies ------------------------------------------------------------------------------------------------------------- */
static tf_optimizer *optimizer(int which)
{
    return which == 0   ? tf_train_gradient_descent_optimizer(0.1)
           : which == 1 ? tf_train_momentum_optimizer(0.1, 0.9)
                        : tf_train_adam_optimizer(0.1);
}
static int optimizer_used;
static tf_tensor train(void)
{
    tf_tensor c = { 0 };
    WITH(tf_minimize(optimizer(optimizer_used), sum_of_squares(v))) c = tf_constant(1.0);
    return c;
}

static const struct {
    int optimizer, kind;
    double after[2];
} trained[] = {
    { 0, 1, { 0.8, 1.6 } },
    { 0, 5, { 0.512, 1.024 } },
    { 1, 1, { 0.8, 1.6 } },
    { 1, 5, { 0.0620000064, 0.124000013 } },
    { 2, 1, { 0.900000036, 1.89999998 } },
    { 2, 5, { 0.701587319, 1.70062447 } },
};

START_TEST(a_model_may_be_trained_inside_a_body)
{
    v = tf_variable(NP_FLOAT(1, 2));
    optimizer_used = trained[_i].optimizer;
    tf_tensor y = build(trained[_i].kind, train);
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, FETCH(y, NULL)));
    check_run(v, NOTHING, 2, trained[_i].after);
}
END_TEST

/* ---- what TensorFlow refuses ------------------------------------------------------------------------------------------------------------- */
static tf_tensor from_start(tf_tensor s, tf_tensor e, void *context)
{
    return (void)e, gradient(tf_square(s), *(tf_tensor *)context);
}
static tf_tensor from_sequence(tf_tensor e, void *context) { return gradient(tf_square(e), *(tf_tensor *)context); }

START_TEST(a_gradient_through_a_loops_start_or_sequence_is_a_mistake)
{
    v = tf_variable(NP_FLOAT(3, 4), .name = "v");
    w = tf_variable(2.0, .name = "w");
    if (_i)
        tf_map_fn(from_sequence, tf_mul(v, 2.0), .context = &v);
    else
        tf_scan(from_start, two(), .initializer = tf_mul(w, 2.0), .context = &w);
    expect_report(tf_value_error, _i ? "Cannot compute gradient inside while loop with respect to op 'v'. We do not support taking "
                                       "the gradient wrt or through the sequence that the loop goes over."
                                     : "Cannot compute gradient inside while loop with respect to op 'w'. We do not support taking "
                                       "the gradient wrt or through the initial value of a loop variable.");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bodies");
    TCase *c = tcase_create("control");
    tcase_add_checked_fixture(c, setup, close_session);
    tcase_add_loop_test(c, what_a_constant_waits_for_runs_in_every_body, 0, KINDS * MADE_OF_CONSTANTS);
    tcase_add_loop_test(c, a_constant_hands_on_what_it_waits_for, 0, 2 * KINDS);
    tcase_add_loop_test(c, an_assertion_that_a_constant_waits_for_stops_the_run, 0, KINDS);
    tcase_add_loop_test(c, an_operation_outside_that_a_body_waits_for_runs_once, 0, KINDS);
    tcase_add_loop_test(c, what_no_result_waits_for_does_not_run, 0, KINDS);
    tcase_add_test(c, what_a_condition_waits_for_runs_with_each_test);
    tcase_add_loop_test(c, what_waits_for_a_loop_or_branch_has_it_run, 0, KINDS);
    tcase_add_loop_test(c, a_run_that_waits_for_a_mistake_in_a_body_fails, 0, KINDS);
    suite_add_tcase(s, c);
    c = tcase_create("gradients");
    tcase_add_checked_fixture(c, setup, close_session);
    tcase_add_loop_test(c, gradients_inside_bodies_reach_what_lies_outside, 0, (int)(sizeof gradients / sizeof *gradients));
    tcase_add_loop_test(c, a_model_may_be_trained_inside_a_body, 0, (int)(sizeof trained / sizeof *trained));
    tcase_add_loop_test(c, a_gradient_through_a_loops_start_or_sequence_is_a_mistake, 0, 2);
    suite_add_tcase(s, c);
    return run_suite(s);
}
