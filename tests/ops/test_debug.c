/* What tf_print's lines look like and when there are any, and what stops a run, in TensorFlow 1.15.5's words. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "graph/node.h"
#include "support.h"
#include "tf1c.h"

static tf_graph *graph;
static tf_session *sess;
static tf_tensor x, y, condition;
static char line[512];
static int lines;

static void keep(const char *text)
{
    snprintf(line, sizeof line, "%s", text);
    lines++;
}

static void begin(void)
{
    catch_errors();
    lines = 0;
    *line = 0;
    tf_on_print(keep);
    tf_reset_default_graph();
    graph = tf_get_default_graph();
    x = tf_placeholder(tf_float32, .name = "x");
    y = tf_placeholder(tf_float32, .name = "y");
    condition = tf_placeholder(tf_bool);
    sess = tf_session();
}

static void end(void)
{
    ck_assert_ptr_eq(tf_on_print(NULL), keep);
    tf_close(sess);
    tf_reset_default_graph();
}

static tf_tensor ints(int n) { return tf_range(n); }

/* ---- lines ---------------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_tensor (*make)(void);
    const char *line;
} printed_row;
#define PRINTED(name, ...) \
    static tf_tensor name(void) { return tf_print(0, __VA_ARGS__); }
PRINTED(matrix, LIST(tf_constant(NP_FLOAT2D({ 1, 2.5 }, { 3, 4 })), ints(5)), "msg: ")
PRINTED(scalars, LIST(tf_constant(true), tf_constant(1e-10), tf_constant(1.23456789, tf_float64), tf_constant(0.1),
                      tf_constant(1e20), tf_constant(3)))
PRINTED(nothing_of_much, LIST(ints(4)), "m0 ", .summarize = 0)
PRINTED(all_of_it, LIST(tf_constant(NP_FLOAT2D({ 1, 2.5 }, { 3, 4 }))), .summarize = -1)
PRINTED(empty, LIST(tf_zeros(SHAPE(0)), tf_zeros(SHAPE(2, 0)), tf_constant(NP_FLOAT(1, 0))), "e ")
PRINTED(cube, LIST(tf_reshape(ints(12), SHAPE(2, 2, 3)), tf_reshape(ints(12), SHAPE(4, 3))), "s")
PRINTED(cube_of_five, LIST(ints(10), tf_reshape(ints(12), SHAPE(2, 2, 3))), "s", .summarize = 5)
PRINTED(whole_cube, LIST(tf_reshape(ints(12), SHAPE(2, 2, 3))), "s", .summarize = 100)
PRINTED(rows_that_end, LIST(tf_zeros(SHAPE(2, 3, 2))), .summarize = 6)
PRINTED(digits, LIST(tf_constant(NP_FLOAT(123456789.f, -0.f, 1 / 3.f))))
static double wide[] = { 123456789, -0., 1 / 3., 12345678901234567890. };
PRINTED(doubles, LIST(tf_constant(np_array(wide, tf_float64, SHAPE(4)))), .summarize = 5)
PRINTED(infinities, LIST(tf_constant(NP_FLOAT(NAN, INFINITY, -INFINITY))), "s")
PRINTED(message_alone, (tf_list){ 0 }, "nodata")
PRINTED(a_string_and_a_number, LIST(tf_constant("loss:"), tf_constant(2.5)))
PRINTED(strings, LIST(tf_constant(NP_STRING("a", "\"b\"\n\\", "c", "d"))), "s")
PRINTED(a_long_string,
        LIST(tf_constant("\001\001\001\001\001\001\001\001\001\001\001\001\001\001\001\001\001\001\001\001'\xc3\xa9")))
static const printed_row printed_rows[] = {
    { matrix, "msg: [[1 2.5][3...]...][0 1 2...]" },
    { scalars, "[1][1e-10][1.23456789][0.1][1e+20][3]" },
    { nothing_of_much, "m0 [...]" },
    { all_of_it, "[[1 2.5][3 4]]" },
    { empty, "e [][][1 0]" },
    { cube, "s[[[0 1 2]]...][[0 1 2]...]" },
    { cube_of_five, "s[0 1 2 3 4...][[[0 1 2][3 4...]]...]" },
    { whole_cube, "s[[[0 1 2][3 4 5]][[6 7 8][9 10 11]]]" },
    { rows_that_end, "[[[0 0][0 0][0 0]]...]" },
    { digits, "[123456792 -0 0.333333343]" },
    { doubles, "[123456789 -0 0.33333333333333331 1.2345678901234567e+19]" },
    { infinities, "s[nan inf -inf]" },
    { message_alone, "nodata" },
    { a_string_and_a_number, "[loss:][2.5]" },
    { strings, "s[a \\\"b\\\"\\n\\\\ c...]" },
    { a_long_string,
      "[\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\001\\'\\303\\251]" },
};
enum { PRINTED_ROWS = sizeof printed_rows / sizeof *printed_rows };

START_TEST(a_line_reads_as_tensorflow_prints_it)
{
    const printed_row *row = &printed_rows[_i];
    ck_assert_int_eq(tf_run(sess, row->make()), tf_ok);
    ck_assert_str_eq(line, row->line);
    ck_assert_int_eq(lines, 1);
}
END_TEST

START_TEST(first_n_lines_are_printed_in_each_session)
{
    tf_tensor p = tf_print(x, LIST(x), .first_n = 2);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(tf_run(sess, p, FEED(x, i)), tf_ok);
    ck_assert_int_eq(lines, 2);
    ck_assert_str_eq(line, "[1]");
    tf_session *other = tf_session();
    ck_assert_int_eq(tf_run(other, p, FEED(x, 7)), tf_ok);
    ck_assert_str_eq(line, "[7]");
    tf_close(other);
}
END_TEST

START_TEST(a_print_is_silent_unless_its_value_is_wanted)
{
    float value = 0;
    tf_tensor p = tf_print(tf_constant(2.0), LIST(tf_constant(1))), twice = tf_add(p, p);
    ck_assert_int_eq(tf_run(sess, x, FEED(x, 1)), tf_ok);
    ck_assert_int_eq(lines, 0);
    ck_assert_int_eq(tf_run(sess, FETCH(twice, &value)), tf_ok);
    ck_assert(lines == 1 && value == 4);
}
END_TEST

static tf_tensor running_sum(tf_tensor sum, tf_tensor next, void *context)
{
    (void)context;
    return tf_print(tf_add(sum, next), LIST(next));
}

START_TEST(a_loop_prints_at_each_step)
{
    tf_ndarray sums = { 0 };
    tf_tensor all = tf_scan(running_sum, tf_constant(NP_FLOAT(1, 2, 3)), .initializer = tf_constant(0.0));
    ck_assert_int_eq(tf_run(sess, FETCH(all, &sums)), tf_ok);
    ck_assert_int_eq(lines, 3);
    ck_assert_str_eq(line, "[3]");
    ck_assert(((float *)sums.data)[2] == 6);
    np_free(&sums);
}
END_TEST

/* ---- what stops a run -------------------------------------------------------------------------------------------------------- */

#define STOPPED(text, target, ...)                                                      \
    do {                                                                                \
        catch_errors();                                                                 \
        ck_assert_int_eq(tf_run(sess, target, FEED(__VA_ARGS__)), tf_invalid_argument); \
        ck_assert_str_eq(caught()->message, text);                                      \
    } while (0)

START_TEST(a_failed_assertion_shows_its_data)
{
    tf_operation *plain = tf_assert(condition, LIST(tf_constant(-1)));
    STOPPED("assertion failed: [-1]", plain, condition, false);
    tf_ndarray vector = np_zeros(SHAPE(1), tf_bool);
    STOPPED("In[0] should be a scalar: [1]", plain, condition, vector);
    np_free(&vector);
}
END_TEST

#define BAD_WEIGHTS "assertion failed: [weights can not be broadcast to values.] [weights.shape=] "
START_TEST(weights_of_unknown_shapes_that_do_not_fit_stop_the_run)
{
    tf_tensor w = tf_placeholder(tf_float32, .name = "w"),
              columns = tf_placeholder(tf_float32, SHAPE(NONE, NONE), .name = "columns");
    tf_ndarray three = NP_FLOAT(1, 2, 3), row = NP_FLOAT2D({ 1, 2, 3 }), column = NP_FLOAT2D({ 1 }, { 2 });
    tf_ndarray matrix = NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }), zeros = NP_FLOAT2D({ 0, 0, 0 });
    tf_tensor loss = tf_losses_absolute_difference(x, y, w), mean = tf_metrics_mean(columns, w).update_op;
    tf_run(sess, tf_local_variables_initializer());
    STOPPED(BAD_WEIGHTS "[w:0] [3] [values.shape=] [absolute_difference/Abs:0] [2 3] [is_scalar=] [0]", loss, x, matrix, y, matrix,
            w, three);
    STOPPED(BAD_WEIGHTS "[w:0] [2 3] [values.shape=] [absolute_difference/Abs:0] [2 1] [is_scalar=] [0]", loss, x, column, y,
            column, w, matrix);
    STOPPED(BAD_WEIGHTS "[mean/cond/Merge:0] [1 3] [values.shape=] [columns:0] [2 1] [is_scalar=] [0]", mean, columns, column, w,
            row);
    float value = 0;
    ck_assert_int_eq(tf_run(sess, FETCH(loss, &value), FEED(x, matrix, y, zeros, w, row)), tf_ok);
    ck_assert_float_eq_tol(value, (1 + 4 + 2 * 7 + 3 * 9) / 6.f, 1e-6);
    ck_assert_int_eq(tf_run(sess, FETCH(loss, &value), FEED(x, matrix, y, matrix, w, 2)), tf_ok);
    ck_assert_int_eq(tf_run(sess, FETCH(mean, &value), FEED(columns, matrix, w, column)), tf_ok);
    ck_assert_float_eq_tol(value, (6 + 2 * 15) / 9.f, 1e-6);
}
END_TEST

START_TEST(a_failed_assertion_shows_its_message_first)
{
    tf_operation *op = tf_assert(condition, LIST(tf_constant(-1), ints(10), tf_reshape(ints(12), SHAPE(4, 3))), .message = "hello");
    STOPPED("assertion failed: [hello] [-1] [0 1 2...] [[0 1 2]...]", op, condition, false);
    STOPPED("assertion failed: [hello] [0 1 2 3 4...]", tf_assert(condition, LIST(ints(10)), 5, .message = "hello"), condition,
            false);
    STOPPED("assertion failed: [x is] [1 2] [a bb c...]",
            tf_assert(condition, LIST(tf_constant("x is"), tf_constant(NP_INT(1, 2)), tf_constant(NP_STRING("a", "bb", "c", "d")))),
            condition, false);
    STOPPED("assertion failed: [alone]", tf_assert(condition, (tf_list){ 0 }, .message = "alone"), condition, false);
}
END_TEST

START_TEST(what_depends_on_an_assertion_runs_if_it_holds)
{
    float value = 0;
    tf_tensor z = x;
    tf_with_control_dependencies(OPS(tf_assert(condition, LIST(x))))
        z = tf_identity(x);
    ck_assert_int_eq(tf_run(sess, FETCH(z, &value), FEED(x, 3, condition, true)), tf_ok);
    ck_assert(value == 3);
    STOPPED("assertion failed: [3]", z, x, 3, condition, false);
}
END_TEST

START_TEST(comparisons_say_which_tensors_differ)
{
    const tf_ndarray a = NP_FLOAT(1, 2), b = NP_FLOAT(1, 3), c = NP_FLOAT(-1, 2);
    STOPPED("assertion failed: [Condition x == y did not hold element-wise:] [x (x:0) = ] [1 2] [y (y:0) = ] [1 3]",
            tf_assert_equal(x, y), x, a, y, b);
    STOPPED("assertion failed: [mm] [Condition x == y did not hold element-wise:] [x (x:0) = ] [1 2] [y (y:0) = ] [1 3]",
            tf_assert_equal(x, y, .message = "mm"), x, a, y, b);
    STOPPED("assertion failed: [Condition x < y did not hold element-wise:] [x (x:0) = ] [1 2] [y (y:0) = ] [1 3]",
            tf_assert_less(x, y), x, a, y, b);
    STOPPED("assertion failed: [] [Condition x > 0 did not hold element-wise:] [x (x:0) = ] [-1 2]", tf_assert_positive(x), x, c);
    STOPPED("assertion failed: [mm] [Condition x > 0 did not hold element-wise:] [x (x:0) = ] [-1 2]",
            tf_assert_positive(x, .message = "mm"), x, c);
    STOPPED("assertion failed: [] [Condition x >= 0 did not hold element-wise:] [x (x:0) = ] [-1 2]", tf_assert_non_negative(x), x,
            c);
    catch_errors();
    ck_assert_int_eq(tf_run(sess, tf_assert_equal(x, 1), FEED(x, 1)), tf_ok);
}
END_TEST

START_TEST(other_comparisons_do_so_too)
{
    const tf_ndarray a = NP_FLOAT(1, 3), b = NP_FLOAT(1, 2);
#define X_AND_Y "did not hold element-wise:] [x (x:0) = ] [1 3] [y (y:0) = ] [1 2]"
    STOPPED("assertion failed: [Condition x != y " X_AND_Y, tf_assert_none_equal(x, y), x, a, y, b);
    STOPPED("assertion failed: [Condition x <= y " X_AND_Y, tf_assert_less_equal(x, y), x, a, y, b);
    STOPPED("assertion failed: [Condition x > y " X_AND_Y, tf_assert_greater(x, y), x, a, y, b);
    ck_assert_int_eq(tf_run(sess, tf_assert_greater_equal(x, y), FEED(x, a, y, b)), tf_ok);
    STOPPED("assertion failed: [m] [Condition x < 0 did not hold element-wise:] [x (x:0) = ] [1 3]",
            tf_assert_negative(x, .message = "m"), x, a);
    STOPPED("assertion failed: [] [Condition x <= 0 did not hold element-wise:x (x:0) = ] [1 3]", tf_assert_non_positive(x), x, a);
    ck_assert_int_eq(tf_run(sess, tf_assert_near(x, y), FEED(x, a, y, a)), tf_ok);
    STOPPED("assertion failed: [m] [x and y not equal to tolerance rtol = Tensor(\"near/rtol:0\", shape=(), dtype=float32), "
            "atol = Tensor(\"near/atol:0\", shape=(), dtype=float32)] [x (x:0) = ] [1 3] [y (y:0) = ] [1 2]",
            tf_assert_near(x, y, .rtol = 0.1, .atol = 0.2, .message = "m", .name = "near"), x, a, y, b);
    ck_assert_int_eq(tf_run(sess, tf_assert_near(x, y, 0.5, 0.2), FEED(x, a, y, b)), tf_ok);
}
END_TEST

START_TEST(ranks_and_dtypes_are_looked_at_in_the_graph_if_it_knows_them)
{
    const tf_tensor any = tf_placeholder(tf_float32, .name = "any"), v = tf_placeholder(tf_float32, SHAPE(2), .name = "v");
#define REFUSED(status, text, made)                \
    do {                                           \
        catch_errors();                            \
        made;                                      \
        ck_assert_int_eq(caught()->code, status);  \
        ck_assert_str_eq(caught()->message, text); \
    } while (0)
    REFUSED(tf_value_error, "m.  Tensor v:0 must have rank 2.  Received rank 1, shape (2,)", tf_assert_rank(v, 2, .message = "m"));
    REFUSED(tf_value_error, ".  Tensor v:0 must have rank at least 2.  Received rank 1, shape (2,)", tf_assert_rank_at_least(v, 2));
    REFUSED(tf_value_error,
            "m.  Tensor v:0 must have rank in (array(2, dtype=int32), array(4, dtype=int32)).  Received rank 1, shape (2,)",
            tf_assert_rank_in(v, AXES(2, 4), .message = "m"));
    REFUSED(tf_value_error, ".  Tensor v:0 must have rank in (array(3, dtype=int32),).  Received rank 1, shape (2,)",
            tf_assert_rank_in(v, AXES(3)));
    REFUSED(tf_type_error, "  Expected \"x\" to be integer type.  Found: v:0 of dtype <dtype: 'float32'>", tf_assert_integer(v));
    REFUSED(tf_type_error, "m  v:0 must be of type <dtype: 'int32'>", tf_assert_type(v, tf_int32, "m"));
    REFUSED(tf_value_error, "Expected scalar shape for v:0, saw shape: (2,).", tf_assert_scalar(v));
    STOPPED("assertion failed: [] [Tensor any:0 must have rank] [2] [Received shape: ] [2]", tf_assert_rank(any, 2), any,
            NP_FLOAT(1, 2));
    STOPPED("assertion failed: [] [Tensor any:0 must have rank in] [2] [4] [Received shape: ] [2]",
            tf_assert_rank_in(any, AXES(2, 4)), any, NP_FLOAT(1, 2));
    STOPPED("assertion failed: [m] [Tensor any:0 must have rank at least] [2] [Received shape: ] [2]",
            tf_assert_rank_at_least(any, 2, .message = "m"), any, NP_FLOAT(1, 2));
    catch_errors();
    ck_assert_int_eq(tf_run(sess, tf_assert_rank(any, 1), FEED(any, NP_FLOAT(1, 2))), tf_ok);
    ck_assert_int_eq(tf_run(sess, tf_assert_rank(v, 1)), tf_ok);
    ck_assert_int_eq(tf_run(sess, tf_assert_rank_in(any, AXES(2, 1)), FEED(any, NP_FLOAT(1, 2))), tf_ok);
    ck_assert_int_eq(tf_run(sess, tf_assert_rank_in(v, AXES(0, 1))), tf_ok);
    ck_assert_int_eq(tf_run(sess, tf_assert_type(v, tf_float32)), tf_ok);
    ck_assert_int_eq(tf_run(sess, tf_assert_integer(tf_constant(3))), tf_ok);
    ck_assert(!tf_is_poisoned(tf_assert_scalar(3.0)));
}
END_TEST

/* What Python knows of both: lines as it prints them. */
START_TEST(what_is_known_not_to_hold_is_refused_at_once)
{
#define DIFFERS(condition) "Condition " condition " did not hold element-wise:"
    const tf_tensor seven = tf_constant(7, .name = "seven"), same = tf_placeholder(tf_int32, .name = "same");
    REFUSED(tf_invalid_argument, DIFFERS("x == y") "\nx (assert_equal_1/x:0) = \n[1 2]\ny (assert_equal_1/y:0) = \n[1 3]",
            tf_assert_equal(NP_INT(1, 2), NP_INT(1, 3)));
    REFUSED(tf_invalid_argument, DIFFERS("x < y") "\nx (assert_less/x:0) = \n[1. 2.]\ny (assert_less/y:0) = \n[1.  3.5]",
            tf_assert_less(NP_FLOAT(1, 2), NP_FLOAT(1, 3.5)));
    REFUSED(tf_invalid_argument, "m\n" DIFFERS("x > 0") "\nx (assert_positive/x:0) = \n[  1 -20]",
            tf_assert_positive(NP_INT(1, -20), .message = "m"));
    REFUSED(tf_invalid_argument, "\n" DIFFERS("x <= 0") "x (assert_non_positive/x:0) = \n1e-07", tf_assert_non_positive(1e-7));
    REFUSED(tf_invalid_argument, DIFFERS("x >= y") "\nx (assert_greater_equal/x:0) = \n3.5\ny (assert_greater_equal/y:0) = \n4.5",
            tf_assert_greater_equal(3.5, 4.5));
    REFUSED(tf_invalid_argument, "why\n7\n8", tf_assert_equal(seven, 8, .message = "why", .data = LIST(seven, 8)));
    REFUSED(tf_invalid_argument, DIFFERS("x == y") "\nx (stack:0) = \n[1 7]\ny (c_1/y:0) = \n[1 8]",
            tf_assert_equal(tf_stack(LIST(1, seven)), NP_INT(1, 8), .name = "c"));
#undef DIFFERS
    catch_errors();
    ck_assert_str_eq(tf_op_name(tf_assert_equal(same, same, .name = "e")), "e/NoOp");
    ck_assert_str_eq(tf_op_name(tf_assert_equal(same, 1, .name = "f")), "f_1/Assert/Assert");
    tf_operation *left_to_a_run = tf_assert_equal(tf_identity(seven), 8, .name = "g");
    ck_assert_int_eq(caught()->count, 0);
    ck_assert_int_eq(tf_run(sess, left_to_a_run), tf_invalid_argument);
}
END_TEST

START_TEST(a_confusion_matrix_refuses_classes_that_it_does_not_have)
{
    const tf_tensor z = tf_placeholder(tf_int64, SHAPE(2), .name = "z"), p = tf_placeholder(tf_int64, SHAPE(2), .name = "p");
    const tf_tensor counts = tf_confusion_matrix(z, p, 3);
    STOPPED("assertion failed: [`labels` out of bound] [Condition x < y did not hold element-wise:] "
            "[x (confusion_matrix/control_dependency:0) = ] [0 3] [y (confusion_matrix/Cast:0) = ] [3]",
            counts, z, NP_INT(0, 3), p, NP_INT(1, 1));
    STOPPED("assertion failed: [`predictions` out of bound] [Condition x < y did not hold element-wise:] "
            "[x (confusion_matrix/control_dependency_1:0) = ] [1 3] [y (confusion_matrix/Cast:0) = ] [3]",
            counts, z, NP_INT(0, 2), p, NP_INT(1, 3));
    STOPPED(
        "assertion failed: [`labels` contains negative values] [Condition x >= 0 did not hold element-wise:] [x (z:0) = ] [-1 2]",
        counts, z, NP_INT(-1, 2), p, NP_INT(0, 0));
    STOPPED("assertion failed: [`predictions` contains negative values] [Condition x >= 0 did not hold element-wise:] [x (p:0) = ] "
            "[0 -2]",
            counts, z, NP_INT(0, 2), p, NP_INT(0, -2));
}
END_TEST

START_TEST(numbers_that_are_not_finite_are_named)
{
    tf_tensor checked = tf_check_numerics(x, "my msg");
    STOPPED("my msg : Tensor had NaN values", checked, x, NAN);
    STOPPED("my msg : Tensor had Inf values", checked, x, NP_FLOAT(1, -INFINITY));
    STOPPED("my msg : Tensor had Inf and NaN values", checked, x, NP_FLOAT(-INFINITY, NAN));
    STOPPED(" : Tensor had NaN values", tf_check_numerics(tf_cast(x, tf_float64), ""), x, NAN);
}
END_TEST

START_TEST(a_gradient_is_checked_as_well)
{
    tf_list dx = tf_gradients(LIST(tf_check_numerics(x, "my msg")), LIST(x), .grad_ys = LIST(y));
    STOPPED("Not a number (NaN) or infinity (Inf) values detected in gradient. b'my msg' : Tensor had NaN values", tf_at(dx, 0), x,
            1, y, NAN);
    STOPPED("Not a number (NaN) or infinity (Inf) values detected in gradient. b'my msg' : Tensor had Inf values", tf_at(dx, 0), x,
            1, y, INFINITY);
}
END_TEST

static int count_of(tf_operation *op, const char *name, int before)
{
    ck_assert_str_eq(tf_op_name(op), name);
    return graph->universe->last_id - before;
}

/* TensorFlow guards an assertion by a cond; op seeds count its nodes. */
START_TEST(an_assertion_counts_as_many_nodes_as_in_tensorflow)
{
    const tf_tensor n = ints(2);
    const int *id = &graph->universe->last_id;
    int at = *id;
    ck_assert_int_eq(count_of(tf_assert(condition, LIST(x)), "Assert/AssertGuard/Assert", at), 11);
    at = *id;
    ck_assert_int_eq(count_of(tf_assert(condition, LIST(x), .message = "m"), "Assert_1/AssertGuard/Assert", at), 13);
    at = *id;
    ck_assert_int_eq(count_of(tf_assert(condition, LIST(n), .message = "m"), "Assert_2/Assert", at), 3);
    at = *id;
    ck_assert_int_eq(count_of(tf_assert_less(x, y), "assert_less/Assert/AssertGuard/Assert", at), 24);
    at = *id;
    ck_assert_int_eq(count_of(tf_assert_positive(x), "assert_positive/assert_less/Assert/AssertGuard/Assert", at), 24);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("debug");
    TCase *c = tcase_create("lines");
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_loop_test(c, a_line_reads_as_tensorflow_prints_it, 0, PRINTED_ROWS);
    tcase_add_test(c, first_n_lines_are_printed_in_each_session);
    tcase_add_test(c, a_print_is_silent_unless_its_value_is_wanted);
    tcase_add_test(c, a_loop_prints_at_each_step);
    suite_add_tcase(s, c);
    c = tcase_create("stops");
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, a_failed_assertion_shows_its_data);
    tcase_add_test(c, weights_of_unknown_shapes_that_do_not_fit_stop_the_run);
    tcase_add_test(c, a_failed_assertion_shows_its_message_first);
    tcase_add_test(c, what_depends_on_an_assertion_runs_if_it_holds);
    tcase_add_test(c, comparisons_say_which_tensors_differ);
    tcase_add_test(c, other_comparisons_do_so_too);
    tcase_add_test(c, ranks_and_dtypes_are_looked_at_in_the_graph_if_it_knows_them);
    tcase_add_test(c, what_is_known_not_to_hold_is_refused_at_once);
    tcase_add_test(c, a_confusion_matrix_refuses_classes_that_it_does_not_have);
    tcase_add_test(c, numbers_that_are_not_finite_are_named);
    tcase_add_test(c, a_gradient_is_checked_as_well);
    tcase_add_test(c, an_assertion_counts_as_many_nodes_as_in_tensorflow);
    suite_add_tcase(s, c);
    return run_suite(s);
}
