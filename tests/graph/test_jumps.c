/* Handlers that jump out of failing calls, and graphs that are reset or freed while scopes are open on them. */
#include <setjmp.h>
#include <string.h>

#include "support.h"
#include "tf1c.h"

static jmp_buf out;
static int jumps;
static void jump(const tf_error *e)
{
    (void)e;
    jumps++;
    longjmp(out, 1);
}

static tf_tensor bad(void) { return tf_add(NP_FLOAT(1, 2, 3), NP_FLOAT(1, 2)); }
static tf_tensor bad_step(tf_tensor state, tf_tensor x, void *none)
{
    (void)none;
    tf_with_name_scope("inside")
        return tf_mul(tf_add(state, x), bad());
    return state;
}
static tf_tensor bad_map(tf_tensor x, void *none)
{
    (void)none;
    tf_with_control_dependencies(OPS(tf_neg(x)))
        return bad();
    return x;
}
static tf_tensor bad_branch(void *none)
{
    (void)none;
    return bad();
}
static tf_tensor below(tf_list vars, void *none)
{
    (void)none;
    return tf_less(tf_at(vars, 0), 3.0);
}
static tf_list bad_body(tf_list vars, void *none)
{
    (void)vars;
    (void)none;
    tf_with_variable_scope("v")
        return LIST(bad());
    return vars;
}
static tf_cell_output bad_call(tf_cell *self, tf_tensor inputs, tf_state *state, tf_source here)
{
    (void)self;
    (void)here;
    return (tf_cell_output){ tf_mul(inputs, bad()), state };
}

static void scans(tf_tensor x) { tf_scan(bad_step, x); }
static void folds(tf_tensor x) { tf_foldl(bad_step, x); }
static void maps(tf_tensor x) { tf_map_fn(bad_map, x); }
static void branches(tf_tensor x) { tf_cond(tf_less(tf_reduce_sum(x), 1.0), bad_branch, bad_branch); }
static void loops(tf_tensor x) { tf_while_loop(below, bad_body, LIST(tf_reduce_sum(x))); }
static void cells(tf_tensor x)
{
    tf_cell *cell = tf_cell_new(.call = bad_call, .output_size = SHAPE(3), .state_size = { .shape = SHAPE(3) });
    tf_nn_dynamic_rnn(cell, tf_expand_dims(x, 0), .dtype = tf_float32);
}
static void nested(tf_tensor x)
{
    tf_with_name_scope("deep")
        scans(x);
}
static void fails(tf_tensor x)
{
    (void)x;
    bad();
}
static void (*const ways[])(tf_tensor) = { scans, folds, maps, branches, loops, cells, nested, fails };

static void check_usable(const char *name)
{
    float f = 0;
    tf_tensor y = tf_add(1.0, 2.0, .name = "after");
    ck_assert_str_eq(tf_op_name(tf_tensor_op(y)), name);
    tf_session *s = tf_session();
    ck_assert_int_eq(tf_run(s, FETCH(y, &f)), tf_ok);
    ck_assert_float_eq(f, 3);
    tf_close(s);
}

START_TEST(the_builder_is_usable_after_a_handler_jumped_out)
{
    tf_tensor x = tf_constant(NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }));
    tf_on_error(jump);
    if (!setjmp(out))
        ways[_i](x);
    tf_on_error(NULL);
    ck_assert_int_eq(jumps, 1);
    check_usable("after");
    ck_assert_str_eq(tf_get_variable_scope().name, "");
    tf_clear_error();
    tf_reset_default_graph();
    ck_assert_int_eq(tf_last_error()->code, tf_ok);
}
END_TEST

static bool attempt(void (*way)(tf_tensor), tf_tensor x)
{
    if (setjmp(out)) {
        tf_on_error(NULL);
        return false;
    }
    tf_on_error(jump);
    way(x);
    return true;
}

/* What the caller of the function that was jumped into has opened stays open. */
START_TEST(blocks_further_out_than_the_jump_stay_open)
{
    tf_tensor x = tf_constant(NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }));
    tf_with_name_scope("outer") {
        ck_assert(!attempt(ways[_i], x));
        check_usable("outer/after");
    }
    tf_reset_default_graph();
}
END_TEST

START_TEST(blocks_between_setjmp_and_the_mistake_are_closed)
{
    tf_tensor x = tf_constant(NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }));
    tf_on_error(jump);
    if (!setjmp(out))
        tf_with_name_scope("a")
            tf_with_variable_scope("b")
                tf_with_control_dependencies(OPS(x))
                    ways[_i](x);
    tf_on_error(NULL);
    check_usable("after");
    ck_assert_int_eq(tf_op_control_input_count(tf_get_operation_by_name(tf_get_default_graph(), "after")), 0);
    tf_reset_default_graph();
}
END_TEST

static tf_error_handler *inner;
static void builds(const tf_error *e)
{
    (void)e;
    inner = tf_on_error(tf_silent);
    tf_constant(1.0, .name = "by_the_handler");
    tf_on_error(builds);
}

START_TEST(a_handler_that_builds_and_returns_closes_nothing)
{
    tf_on_error(builds);
    tf_with_name_scope("open") {
        bad();
        ck_assert_str_eq(tf_op_name(tf_tensor_op(tf_constant(1.0, .name = "still"))), "open/still");
    }
    tf_on_error(tf_silent);
    ck_assert_ptr_nonnull(tf_get_operation_by_name(tf_get_default_graph(), "open/by_the_handler"));
    tf_reset_default_graph();
}
END_TEST

/* TF: of the four only a variable scope refuses. */
START_TEST(a_graph_may_be_reset_while_scopes_are_open)
{
    tf_on_error(tf_silent);
    tf_with_name_scope("a") {
        tf_constant(1.0);
        tf_reset_default_graph();
        ck_assert_str_eq(tf_op_name(tf_tensor_op(tf_constant(2.0, .name = "c"))), "c");
    }
    ck_assert_str_eq(tf_op_name(tf_tensor_op(tf_constant(2.0, .name = "d"))), "d");
    tf_with_control_dependencies(OPS(tf_constant(1.0))) {
        tf_reset_default_graph();
        ck_assert_int_eq(tf_op_control_input_count(tf_tensor_op(tf_constant(2.0))), 0);
    }
    tf_with_device("/cpu:0") {
        tf_reset_default_graph();
        ck_assert_str_eq(tf_op_device(tf_tensor_op(tf_constant(2.0))), "");
    }
    ck_assert_int_eq(tf_last_error()->code, tf_ok);
    tf_with_variable_scope("v") {
        tf_reset_default_graph();
        ck_assert_int_eq(tf_last_error()->code, tf_runtime_error);
    }
    tf_graph *g = tf_graph_new();
    tf_with_graph(g) {
        tf_with_name_scope("in") {
            tf_graph_free(g);
            tf_constant(1.0);
        }
    }
    tf_reset_default_graph();
}
END_TEST

int main(void)
{
    const int n = sizeof ways / sizeof *ways;
    Suite *s = suite_create("jumps");
    TCase *t = tcase_create("handlers that jump");
    tcase_add_loop_test(t, the_builder_is_usable_after_a_handler_jumped_out, 0, n);
    tcase_add_loop_test(t, blocks_further_out_than_the_jump_stay_open, 0, n);
    tcase_add_loop_test(t, blocks_between_setjmp_and_the_mistake_are_closed, 0, n);
    tcase_add_test(t, a_handler_that_builds_and_returns_closes_nothing);
    suite_add_tcase(s, t);
    t = tcase_create("graphs with open scopes");
    tcase_add_test(t, a_graph_may_be_reset_while_scopes_are_open);
    suite_add_tcase(s, t);
    return run_suite(s);
}
