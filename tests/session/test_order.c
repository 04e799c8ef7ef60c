/* Writers of a variable that nothing orders: those that overwrite it come before those that change it, each in creation order;
 * whoever reads it sees what it was before the run. */
#include <stdio.h>

#include "fixture.h"

static tf_tensor w, v; /* variables, 1 and 10 */
static tf_operation *ops[4];
static int n_ops;

static void add(tf_operation *op) { ops[n_ops++] = op; }
static void add_made(tf_tensor t) { add(tf_tensor_op(t)); }
static tf_operation *train(void) { return tf_minimize(tf_train_gradient_descent_optimizer(0.1), tf_mul(w, w)); }
static tf_tensor clip(void) { return tf_assign(w, tf_clip_by_value(w, -10.0, 10.0)); }

static void train_and_clip(void) { add(train()), add_made(clip()); }
static void clip_and_train(void) { add_made(clip()), add(train()); }
static void clip_after_training(void)
{
    add(train());
    tf_with_control_dependencies(((tf_ops){ 1, ops }))
        add_made(tf_assign(w, tf_maximum(tf_identity(w), 0.9)));
}
static void train_twice(void) { add(train()), add(train()); }
static void train_and_copy_to_target(void) { add(train()), add_made(tf_assign(v, w)); }
static void train_and_average(void) { add(train()), add_made(tf_assign_sub(v, tf_mul(tf_sub(v, w), 0.1))); }
static void count_and_reset(void) { add_made(tf_assign_add(w, 1.0)), add_made(tf_assign(w, 0.0)); }
static void reset_twice_and_count(void)
{
    add_made(tf_assign(w, 5.0)), add_made(tf_assign_add(w, 1.0)), add_made(tf_assign(w, 7.0)), add_made(tf_assign_sub(w, 0.25));
}
static void step_by_hand_beside_an_optimizer(void)
{
    add(train()), add_made(tf_assign(w, tf_sub(w, tf_mul(0.1, tf_at(tf_gradients(tf_mul(w, w), w), 0)))));
}
static void two_steps_by_hand(void)
{
    tf_tensor g = tf_at(tf_gradients(tf_mul(w, w), w), 0);
    add_made(tf_assign_sub(w, tf_mul(0.1, g))), add_made(tf_assign_sub(w, tf_mul(0.2, g)));
}
static tf_tensor count_up(tf_tensor e, void *context) { return (void)context, tf_assign_add(w, e); }
static tf_tensor set_to(tf_tensor e, void *context) { return (void)context, tf_assign(w, e); }
static void count_in_a_loop_and_reset(void)
{
    add_made(tf_map_fn(count_up, tf_constant(NP_FLOAT(1, 2)))), add_made(tf_assign(w, 0.5));
}
static void train_and_set_in_a_loop(void) { add(train()), add_made(tf_map_fn(set_to, tf_constant(NP_FLOAT(1, 2)))); }
static tf_tensor taken(void *context) { return (void)context, tf_assign(w, 3.0); }
static tf_tensor not_taken(void *context) { return (void)context, tf_assign_add(w, 4.0); }
static void count_and_reset_in_a_branch(void)
{
    tf_tensor yes = tf_placeholder_with_default((bool)true, SCALAR);
    add_made(tf_assign_add(w, 1.0)), add_made(tf_cond(TF_T(yes), taken, taken));
}
static void reset_and_count_in_a_branch(void)
{
    tf_tensor no = tf_placeholder_with_default((bool)false, SCALAR);
    add_made(tf_cond(TF_T(no), taken, not_taken)), add_made(tf_assign(w, 6.0));
}
/* Each overwrites one variable after the other has been changed: no order has both overwritten first. */
static void overwrite_crosswise(void)
{
    tf_tensor change_w = tf_assign_add(w, 1.0), change_v = tf_assign_add(v, 1.0), set_w, set_v;
    tf_with_control_dependencies(OPS(change_v))
        set_w = tf_assign(w, 3.0);
    tf_with_control_dependencies(OPS(change_w))
        set_v = tf_assign(v, 4.0);
    add_made(set_w), add_made(set_v);
}
/* Fifty writes in one branch, one of another variable in the other: each counts. */
static tf_tensor count_often(void *context)
{
    tf_tensor last = w;
    for (int i = 0; i < 50; i++)
        tf_with_control_dependencies(OPS(last))
            last = tf_assign_add(w, 1.0);
    return (void)context, last;
}
static tf_tensor count_other(void *context) { return (void)context, tf_assign_add(v, 1.0); }
static void count_often_in_a_branch(void)
{
    tf_tensor yes = tf_placeholder_with_default((bool)true, SCALAR);
    add_made(tf_cond(TF_T(yes), count_often, count_other)), add_made(tf_assign(w, 2.0));
}
static void count_in_the_other_branch(void)
{
    tf_tensor no = tf_placeholder_with_default((bool)false, SCALAR);
    add_made(tf_cond(TF_T(no), count_often, count_other)), add_made(tf_assign(v, 2.0));
}
/* Each body overwrites what the other reads. */
static tf_tensor w_from_v(void *context) { return (void)context, tf_assign(w, tf_mul(v, 2.0)); }
static tf_tensor v_from_w(void *context) { return (void)context, tf_assign(v, tf_mul(w, 3.0)); }
static void swap_in_branches(void)
{
    tf_tensor yes = tf_placeholder_with_default((bool)true, SCALAR);
    add_made(tf_cond(TF_T(yes), w_from_v, w_from_v)), add_made(tf_cond(TF_T(yes), v_from_w, v_from_w));
}
static tf_tensor w_by_v(tf_tensor e, void *context) { return (void)context, tf_assign_add(w, tf_mul(v, e)); }
static tf_tensor v_by_w(tf_tensor e, void *context) { return (void)context, tf_assign_add(v, tf_mul(w, e)); }
static void add_each_other_in_loops(void)
{
    add_made(tf_map_fn(w_by_v, tf_constant(NP_FLOAT(1, 2)))), add_made(tf_map_fn(v_by_w, tf_constant(NP_FLOAT(1, 2))));
}
/* An optimizer's slots are variables like others: here v is set to the accumulator as it was, which is set before it counts. */
static void train_and_set_a_slot(void)
{
    tf_optimizer *optimizer = tf_train_momentum_optimizer(0.1, 0.5);
    add(tf_minimize(optimizer, tf_mul(w, w)));
    tf_tensor slot = tf_get_slot(optimizer, w, "momentum");
    add_made(tf_assign(v, slot)), add_made(tf_assign(slot, 4.0));
}
static void scatter_and_reset(void)
{
    v = tf_variable(NP_FLOAT(1, 2), .name = "pair");
    add_made(tf_scatter_add(v, NP_INT(1), NP_FLOAT(5))), add_made(tf_assign(v, NP_FLOAT(7, 8)));
}

#define ROW(make, ...)           \
    {                            \
#make, make, __VA_ARGS__ \
    }
static const struct {
    const char *name;
    void (*make)(void);
    int runs;
    double w, v; /* afterwards; v's sum */
} rows[] = {
    ROW(train_and_clip, 5, 0.32768, 10),
    ROW(clip_and_train, 5, 0.32768, 10),
    ROW(clip_after_training, 1, 0.9, 10),
    ROW(train_twice, 1, 0.6, 10),
    ROW(train_and_copy_to_target, 2, 0.64, 0.8),
    ROW(train_and_average, 2, 0.64, 8.27),
    ROW(count_and_reset, 3, 1, 10),
    ROW(reset_twice_and_count, 2, 7.75, 10),
    ROW(step_by_hand_beside_an_optimizer, 1, 0.6, 10),
    ROW(two_steps_by_hand, 1, 0.4, 10),
    ROW(count_in_a_loop_and_reset, 2, 3.5, 10),
    ROW(train_and_set_in_a_loop, 1, 1.8, 10),
    ROW(count_and_reset_in_a_branch, 2, 4, 10),
    ROW(reset_and_count_in_a_branch, 2, 10, 10),
    ROW(overwrite_crosswise, 1, 3, 5),
    ROW(count_often_in_a_branch, 2, 52, 10),
    ROW(count_in_the_other_branch, 2, 1, 3),
    ROW(train_and_set_a_slot, 1, 0.6, 0),
    ROW(train_and_set_a_slot, 2, 0.28, 4),
    ROW(swap_in_branches, 1, 20, 3),
    ROW(add_each_other_in_loops, 1, 31, 13),
    ROW(scatter_and_reset, 2, 1, 20),
};

START_TEST(no_update_is_lost)
{
    n_ops = 0;
    w = tf_variable(1.0, .name = "w");
    v = tf_variable(10.0, .name = "v");
    rows[_i].make();
    ck_assert_msg(caught()->count == 0, "%s", caught()->message);
    must(tf_run(sess, tf_global_variables_initializer()));
    for (int i = 0; i < rows[_i].runs; i++)
        must(tf_run(sess, ((tf_ops){ n_ops, ops })));
    check_run(w, (tf_feeds){ 0 }, 1, &rows[_i].w);
    check_run(tf_reduce_sum(v), (tf_feeds){ 0 }, 1, &rows[_i].v);
}
END_TEST

/* What is written is made of the variable itself, and lies in it: it is read as it was before. */
static tf_tensor own, rest; /* 1 2 3 4, and all of it but the first */
static tf_operation *reversed(void) { return tf_tensor_op(tf_assign(own, tf_reverse(own, AXES(0)))); }
static tf_operation *transposed(void)
{
    tf_tensor square = tf_get_variable("square", .initializer = NP_FLOAT2D({ 1, 2 }, { 3, 4 }));
    tf_tensor turned = tf_assign(square, tf_transpose(square));
    return tf_tensor_op(tf_assign(own, tf_reshape(turned, SHAPE(4))));
}
static tf_operation *added_in_reverse(void) { return tf_tensor_op(tf_assign_add(own, tf_reverse(own, AXES(0)))); }
static tf_operation *added_to_one(void) { return tf_tensor_op(tf_scatter_add(own, NP_INT(3, 3, 3), rest)); }
static tf_operation *taken_from_each_other(void) { return tf_tensor_op(tf_scatter_sub(own, NP_INT(1, 0), tf_getitem(own, ":2"))); }
static tf_operation *moved_up(void)
{
    return tf_tensor_op(tf_scatter_nd_update(own, NP_INT2D({ 1 }, { 2 }, { 3 }), tf_getitem(own, ":3")));
}
static tf_operation *descended(tf_tensor rate, tf_tensor gradient)
{
    return tf_apply_gradients(tf_train_gradient_descent_optimizer(rate), tf_zip(LIST(gradient), LIST(own)));
}
static tf_operation *descended_in_reverse(void) { return descended(tf_constant(1.0), tf_reverse(own, AXES(0))); }
static tf_operation *descended_at_its_own_rate(void) { return descended(tf_getitem(own, "1"), tf_ones(SHAPE(4))); }
static tf_operation *descended_by_rows(void)
{
    return descended(tf_constant(1.0), tf_indexed_slices(tf_getitem(own, ":2"), tf_constant(NP_INT(1, 0)), SHAPE(4)));
}
static tf_tensor reverse_in_body(tf_tensor e, void *context)
{
    return (void)e, (void)context, tf_assign(own, tf_reverse(own, AXES(0)));
}
static tf_operation *reversed_in_a_body(void) { return tf_tensor_op(tf_map_fn(reverse_in_body, tf_ones(SHAPE(3)))); }

/* What was read outside is the same at every step. */
static tf_tensor set_in_body(tf_tensor e, void *context) { return (void)e, tf_assign(own, *(tf_tensor *)context); }
static tf_operation *set_twice_in_a_body(void)
{
    tf_tensor turned = tf_reverse(own, AXES(0));
    return tf_tensor_op(tf_map_fn(set_in_body, tf_ones(SHAPE(2)), .context = &turned));
}

static const struct {
    tf_operation *(*make)(void);
    double want[4]; /* as TF 1.15.5 answers */
} own_rows[] = {
    { reversed, { 4, 3, 2, 1 } },
    { transposed, { 1, 3, 2, 4 } },
    { added_in_reverse, { 5, 5, 5, 5 } },
    { added_to_one, { 1, 2, 3, 13 } },
    { taken_from_each_other, { -1, 1, 3, 4 } },
    { moved_up, { 1, 1, 2, 3 } },
    { descended_in_reverse, { -3, -1, 1, 3 } },
    { descended_at_its_own_rate, { -1, 0, 1, 2 } },
    { descended_by_rows, { -1, 1, 3, 4 } },
    { reversed_in_a_body, { 4, 3, 2, 1 } },
    { set_twice_in_a_body, { 4, 3, 2, 1 } },
};

START_TEST(what_is_written_may_lie_in_the_variable)
{
    own = tf_variable(NP_FLOAT(1, 2, 3, 4), .name = "own");
    rest = tf_getitem(own, "1:");
    tf_operation *write = own_rows[_i].make();
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, write));
    check_run(own, (tf_feeds){ 0 }, 4, own_rows[_i].want);
}
END_TEST

/* A reader sees the value after the last writer that a path leads from, whatever runs before that. */
START_TEST(a_reader_sees_what_it_waits_for)
{
    w = tf_variable(1.0, .name = "w");
    tf_tensor changed = tf_assign_add(w, 1.0), set = tf_assign(w, 5.0), after_set, after_change;
    tf_with_control_dependencies(OPS(set))
        after_set = tf_identity(w);
    tf_with_control_dependencies(OPS(changed))
        after_change = tf_identity(w);
    float s = 0, c = 0, before = 0, last = 0;
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, FETCH(after_change, &c, after_set, &s, tf_identity(w), &before, w, &last)));
    ck_assert_msg(before == 1 && s == 5 && c == 6, "%g %g %g", before, s, c);
    ck_assert_float_eq(last, 6); /* fetched itself, it is what the run leaves */
}
END_TEST

/* Each use moves the averages from where the one before left them; what is made of v alone is made of what v was. TF 1.15.5 does
 * so where it computes the moments one after the other. */
START_TEST(moving_averages_come_one_after_the_other)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(2, 1)), half = tf_variable(1.0, .name = "half");
    for (int i = 0; i < 3; i++)
        tf_layers_batch_normalization(tf_mul(x, 1.0 + i), .momentum = 0.9, .training = true, .name = "bn", .reuse = tf_AUTO_REUSE);
    tf_tensor a = tf_assign_sub(half, tf_mul(half, 0.5)), b = tf_assign_sub(half, tf_mul(half, 0.25)),
              mean = tf_at(tf_global_variables("bn/moving_mean"), 0);
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, tf_get_collection(TF_UPDATE_OPS), FEED(x, NP_FLOAT2D({ 0 }, { 2 }))));
    check_run(mean, (tf_feeds){ 0 }, NUMBERS(0.1 * (0.81 * 1 + 0.9 * 2 + 3)));
    must(tf_run(sess, OPS(a, b)));
    check_run(half, (tf_feeds){ 0 }, NUMBERS(0.25));
}
END_TEST

START_TEST(operations_in_a_collection_run_and_are_waited_for)
{
    w = tf_variable(0.0, .name = "w");
    tf_operation *step = tf_group(tf_assign_add(w, 1.0), "step");
    tf_add_to_collection("steps", step);
    tf_add_to_collection("steps", tf_assign_add(w, 10.0, .name = "ten"));
    const tf_list steps = tf_get_collection("steps");
    const tf_tensor first = tf_at(steps, 0);
    ck_assert(!tf_is_poisoned(first) && first.op == step && tf_at(steps, -2).op == step);
    ck_assert_int_eq(tf_get_collection("steps", "st.p").n, 1);
    tf_tensor after = { 0 };
    tf_with_control_dependencies(OPS(first))
        after = tf_identity(w);
    float value = 0;
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, first));
    must(tf_run(sess, OPS(first, tf_at(steps, 1))));
    must(tf_run(sess, tf_group(first)));
    must(tf_run(sess, steps));
    must(tf_run(sess, FETCH(after, &value)));
    ck_assert_float_eq(value, 25);
    must(tf_run(sess, FETCH(first, NULL, tf_at(steps, 1), &value)));
    ck_assert_float_eq(value, 36);
}
END_TEST

/* Two thousand writers, each waiting for the one before it, and a reader between any two. */
START_TEST(a_long_chain_of_assignments_is_read_in_between)
{
    enum { LONG = 2000 };
    w = tf_variable(0.0, .name = "w");
    tf_tensor sum = tf_constant(0.0), last = w;
    for (int i = 0; i < LONG; i++) {
        tf_tensor read = { 0 };
        tf_with_control_dependencies(OPS(last))
            read = tf_identity(w);
        tf_with_control_dependencies(OPS(last))
            last = i % 2 ? tf_assign(w, tf_add(read, 1.0)) : tf_assign_add(w, 1.0);
        sum = tf_add(sum, read);
    }
    float total = 0, end = 0;
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, FETCH(sum, &total, last, &end)));
    ck_assert_msg(total == LONG * (LONG - 1) / 2 && end == LONG, "%g %g", total, end);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("order");
    TCase *c = tcase_create("order");
    tcase_add_checked_fixture(c, open_session, close_session);
    tcase_add_loop_test(c, no_update_is_lost, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_loop_test(c, what_is_written_may_lie_in_the_variable, 0, (int)(sizeof own_rows / sizeof *own_rows));
    tcase_add_test(c, a_reader_sees_what_it_waits_for);
    tcase_add_test(c, moving_averages_come_one_after_the_other);
    tcase_add_test(c, operations_in_a_collection_run_and_are_waited_for);
    tcase_add_test(c, a_long_chain_of_assignments_is_read_in_between);
    suite_add_tcase(s, c);
    return run_suite(s);
}
