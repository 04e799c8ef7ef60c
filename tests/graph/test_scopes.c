/* Sharing variables by scopes, as TF 1.15.5 answers: which reuse a scope has, and what get_variable then finds. */
#include <string.h>

#include "support.h"
#include "tf1c.h"

static void begin(void)
{
    catch_errors();
    tf_reset_default_graph();
}
static void end(void) { tf_reset_default_graph(); }

/* ---- the scope inside another ------------------------------------------------------------------------------------------------ */
static const struct {
    tf_reuse outer, inner, want;
} reuse_rows[] = {
    { false, false, tf_reuse_false },
    { true, false, tf_reuse_true },
    { true, true, tf_reuse_true },
    { false, true, tf_reuse_true },
    { tf_AUTO_REUSE, false, tf_AUTO_REUSE },
    { tf_AUTO_REUSE, tf_reuse_true, tf_reuse_true },
    { tf_reuse_true, tf_AUTO_REUSE, tf_AUTO_REUSE },
};

START_TEST(a_scope_reuses_as_it_says_or_as_the_one_outside)
{
    tf_with_variable_scope("outer", .reuse = reuse_rows[_i].outer) {
        tf_with_variable_scope("inner", .reuse = reuse_rows[_i].inner) {
            ck_assert_int_eq(tf_get_variable_scope().reuse, reuse_rows[_i].want);
            ck_assert_str_eq(tf_get_variable_scope().name, "outer/inner");
        }
        ck_assert_int_eq(tf_get_variable_scope().reuse, reuse_rows[_i].outer);
    }
    ck_assert_int_eq(tf_get_variable_scope().reuse, tf_reuse_false);
    ck_assert_str_eq(tf_get_variable_scope().name, "");
    ck_assert_int_eq(caught()->count, 0);
}
END_TEST

START_TEST(reuse_true_finds_the_variable_again)
{
    tf_tensor made = { 0 }, found = { 0 };
    tf_with_variable_scope("layer")
        made = tf_get_variable("w", SHAPE(2));
    tf_with_variable_scope("layer", .reuse = true)
        found = tf_get_variable("w", SHAPE(2));
    ck_assert(tf_same_tensor(made, found));
    ck_assert_int_eq(caught()->count, 0);
}
END_TEST

START_TEST(reuse_false_makes_no_second_variable)
{
    tf_with_variable_scope("layer", .reuse = false)
        tf_get_variable("w", SHAPE(2));
    tf_with_variable_scope("layer", .reuse = false)
        ck_assert(tf_is_poisoned(tf_get_variable("w", SHAPE(2))));
    ck_assert_msg(strstr(caught()->message, "Variable layer/w already exists, disallowed."), "%s", caught()->message);
}
END_TEST

/* ---- tf.get_variable_scope().reuse_variables() ------------------------------------------------------------------------------ */
START_TEST(a_scope_may_begin_to_reuse_in_its_middle)
{
    tf_with_variable_scope("layer") {
        tf_tensor made = tf_get_variable("w", SHAPE(2));
        ck_assert_int_eq(tf_reuse_variables(tf_get_variable_scope()), tf_ok);
        ck_assert(tf_same_tensor(made, tf_get_variable("w")));
        tf_with_variable_scope("below")
            ck_assert_int_eq(tf_get_variable_scope().reuse, tf_reuse_true);
    }
    ck_assert_int_eq(tf_get_variable_scope().reuse, tf_reuse_false);
    tf_tensor top = tf_get_variable("top", SHAPE(1));
    tf_reuse_variables(tf_get_variable_scope());
    ck_assert(tf_same_tensor(top, tf_get_variable("top")));
    ck_assert_int_eq(caught()->count, 0);
}
END_TEST

START_TEST(a_scope_that_is_not_open_cannot_begin_to_reuse)
{
    tf_variable_scope left = { 0 };
    tf_with_variable_scope("layer")
        left = tf_get_variable_scope();
    ck_assert_int_eq(tf_reuse_variables(left), tf_value_error);
    ck_assert_str_eq(caught()->message, "Variable scope 'layer' is not open; the open one is ''.");
    ck_assert_int_eq(tf_reuse_variables((tf_variable_scope){ 0 }), tf_value_error);
}
END_TEST

static const char *opened(const char *default_name)
{
    const char *name = NULL;
    tf_with_variable_scope(NULL, .default_name = default_name)
        name = tf_get_variable_scope().name;
    return name;
}

START_TEST(default_names_are_the_first_that_are_free)
{
    for (int pass = 0; pass < 2; pass++)
        tf_with_variable_scope("o") {
            ck_assert_str_eq(opened("a"), "o/a");
            ck_assert_str_eq(opened("a"), "o/a_1");
            tf_with_variable_scope("a_2")
                ck_assert_str_eq(opened("a"), "o/a_2/a");
            ck_assert_str_eq(opened("a"), "o/a_3");
            ck_assert_str_eq(opened("a"), "o/a_4");
            ck_assert_str_eq(opened("a_4"), "o/a_4_1");
        }
    ck_assert_str_eq(opened("a"), "a");
}
END_TEST

START_TEST(a_default_name_cannot_reuse)
{
    tf_with_variable_scope(NULL, .default_name = "a", .reuse = _i ? tf_AUTO_REUSE : tf_reuse_true)
        tf_no_op();
    ck_assert_int_eq(caught()->code, tf_value_error);
    ck_assert_str_eq(caught()->message, "reuse=True cannot be used without a name_or_scope");
}
END_TEST

/* ---- scopes that are entered again ------------------------------------------------------------------------------------------- */

START_TEST(a_scope_is_entered_again_wherever_it_is_opened)
{
    tf_variable_scope outer = { 0 };
    tf_with_variable_scope("outer", .initializer = tf_ones_initializer())
        outer = tf_get_variable_scope();
    tf_with_variable_scope("other", .initializer = tf_zeros_initializer()) {
        tf_with_variable_scope(outer) {
            const tf_variable_scope again = tf_get_variable_scope();
            ck_assert_str_eq(again.name, "outer");
            ck_assert_str_eq(again.original_name_scope, "outer/");
            ck_assert_str_eq(tf_scope_name(), "other/outer/");
            ck_assert_ptr_eq(again.initializer.fn, tf_ones_initializer().fn);
            ck_assert_int_eq(again.initializer.params[0] == tf_ones_initializer().params[0], 1);
        }
        ck_assert_str_eq(tf_get_variable_scope().name, "other");
    }
    ck_assert_int_eq(tf_set_initializer(outer, tf_ones_initializer()), tf_value_error);
    ck_assert_str_eq(caught()->message, "Variable scope 'outer' is not open; the open one is ''.");
    ck_assert_int_eq(tf_set_regularizer(outer, (tf_regularizer){ 0 }), tf_value_error);
}
END_TEST

START_TEST(a_scope_that_is_entered_again_leaves_default_names_as_it_found_them)
{
    tf_with_variable_scope("outer") {
        tf_with_variable_scope("x") {
        }
        tf_with_variable_scope(tf_get_variable_scope()) {
            tf_with_variable_scope("x") {
            }
        }
        tf_with_variable_scope(.default_name = "x")
            ck_assert_str_eq(tf_get_variable_scope().name, "outer/x_1");
    }
}
END_TEST

/* ---- custom getters --------------------------------------------------------------------------------------------------------- */
static tf_tensor halved(const tf_getter *getter, struct tf_get_variable_args args, void *context)
{
    strcpy(context, args.name);
    return tf_mul(tf_call_getter(getter, args), 0.5, .name = "half");
}
static tf_tensor raised(const tf_getter *getter, struct tf_get_variable_args args, void *context)
{
    return (void)context, tf_add(tf_call_getter(getter, args), 1, .name = "plus");
}

START_TEST(a_getter_stands_between_a_call_and_the_variable)
{
    char name[32] = "";
    tf_tensor x = { 0 }, y = { 0 }, below = { 0 }, again = { 0 };
    tf_variable_scope a = { 0 };
    tf_with_variable_scope("a", .custom_getter = halved, .context = name) {
        a = tf_get_variable_scope();
        x = tf_get_variable("w", SHAPE(2));
        ck_assert_str_eq(name, "a/w");
        tf_with_variable_scope("b", .custom_getter = raised)
            y = tf_get_variable("v", SHAPE(2));
        tf_with_variable_scope("c")
            below = tf_get_variable("u", SHAPE(2));
    }
    tf_with_variable_scope(a, .reuse = true)
        again = tf_get_variable("w", SHAPE(2));
    ck_assert_str_eq(tf_op_name(x.op), "half");
    ck_assert_str_eq(tf_op_name(tf_op_input(x.op, 0).op), "a/w/read");
    ck_assert_str_eq(tf_op_name(y.op), "plus"); /* the inner one is given what the outer one gives */
    ck_assert_str_eq(tf_op_name(tf_op_input(y.op, 0).op), "half_1");
    ck_assert_str_eq(tf_op_name(tf_op_input(tf_op_input(y.op, 0).op, 0).op), "a/b/v/read");
    ck_assert_str_eq(tf_op_name(below.op), "half_2");
    ck_assert_str_eq(tf_op_name(again.op), "half_3");
    ck_assert_str_eq(tf_op_name(tf_op_input(again.op, 0).op), "a/w/read");
    ck_assert_str_eq(tf_op_type(tf_get_variable("free", SHAPE(2)).op), "VariableV2");
    ck_assert_int_eq(tf_trainable_variables().n, 4);
    ck_assert_int_eq(caught()->count, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scopes");
    TCase *tc = tcase_create("variable scopes");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_loop_test(tc, a_scope_reuses_as_it_says_or_as_the_one_outside, 0, (int)(sizeof reuse_rows / sizeof reuse_rows[0]));
    tcase_add_test(tc, default_names_are_the_first_that_are_free);
    tcase_add_loop_test(tc, a_default_name_cannot_reuse, 0, 2);
    tcase_add_test(tc, reuse_true_finds_the_variable_again);
    tcase_add_test(tc, reuse_false_makes_no_second_variable);
    tcase_add_test(tc, a_scope_may_begin_to_reuse_in_its_middle);
    tcase_add_test(tc, a_scope_that_is_not_open_cannot_begin_to_reuse);
    tcase_add_test(tc, a_scope_is_entered_again_wherever_it_is_opened);
    tcase_add_test(tc, a_scope_that_is_entered_again_leaves_default_names_as_it_found_them);
    tcase_add_test(tc, a_getter_stands_between_a_call_and_the_variable);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
