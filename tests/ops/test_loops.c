/* Loops and branches: values as TensorFlow 1.15.5 gives them, first and second derivatives against central differences in
 * float64, lengths zero and one, what bodies capture and what they assign. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

/* ---- bodies ------------------------------------------------------------------------------------------------------------------------ */
#define UNUSED(x) (void)(x)
#define SCAN_FN(name) static tf_tensor name(tf_tensor s, tf_tensor x, void *context)
#define MAP_FN(name) static tf_tensor name(tf_tensor x, void *context)
#define LIST_FN(name) static tf_list name(tf_list s, tf_list x, void *context)

SCAN_FN(plus) { return UNUSED(context), tf_add(s, x); }
SCAN_FN(times) { return UNUSED(context), tf_mul(s, x); }
SCAN_FN(tenfold) { return UNUSED(context), tf_add(tf_mul(s, 10), x); }
SCAN_FN(bent) { return UNUSED(context), tf_sin(tf_add(tf_mul(s, x), x)); }
SCAN_FN(cell)
{
    const tf_tensor *w = context;
    return tf_tanh(tf_add(tf_matmul(tf_concat(LIST(tf_expand_dims(x, 0), tf_expand_dims(s, 0)), 1), w[0]), w[1]));
}
SCAN_FN(row_cell) { return tf_reshape(cell(s, x, context), SHAPE(3)); }
SCAN_FN(only_state) { return UNUSED(x), UNUSED(context), tf_sin(s); }
SCAN_FN(only_element) { return UNUSED(s), UNUSED(context), tf_sin(x); }
SCAN_FN(inner_sum) { return tf_mul(tf_sin(s), tf_foldl(bent, x, tf_reduce_sum(*(tf_tensor *)context))); }
SCAN_FN(inner_scan) { return UNUSED(context), tf_add(tf_mul(s, 0.5), tf_reduce_sum(tf_square(tf_scan(bent, x, s)))); }
static tf_tensor product_of_two(void *context) { return tf_mul(((tf_tensor *)context)[0], ((tf_tensor *)context)[1]); }
static tf_tensor sine_of_first(void *context) { return tf_sin(((tf_tensor *)context)[0]); }
SCAN_FN(choose)
{
    tf_tensor both[] = { s, tf_add(x, *(tf_tensor *)context) };
    return tf_cond(tf_greater(tf_reduce_sum(x), 0.0), product_of_two, sine_of_first, .context = both);
}
SCAN_FN(stopped) { return UNUSED(context), tf_add(tf_mul(tf_stop_gradient(s), x), s); }
SCAN_FN(look_up)
{
    tf_tensor row = tf_cast(tf_add(tf_mul(x, 0.0), 1.0), tf_int32);
    return tf_add(tf_mul(s, 0.5), tf_sin(tf_gather(*(tf_tensor *)context, row)));
}
SCAN_FN(same) { return UNUSED(x), UNUSED(context), tf_identity(s); }

MAP_FN(square_plus) { return tf_add(tf_square(x), tf_mul(x, *(tf_tensor *)context)); }
MAP_FN(scanned) { return tf_scan(bent, x, tf_reduce_sum(*(tf_tensor *)context)); }
MAP_FN(mapped_twice) { return tf_map_fn(square_plus, x, .context = context); }
MAP_FN(twice_as_integer) { return UNUSED(context), tf_cast(tf_mul(x, 2), tf_int64); }
MAP_FN(is_positive) { return UNUSED(context), tf_greater(x, 0); }
MAP_FN(doubled) { return UNUSED(context), tf_mul(x, 2); }
static tf_tensor folded_left(tf_tensor x, void *context) { return tf_foldl(bent, x, tf_reduce_sum(*(tf_tensor *)context)); }

static tf_list map_two(tf_list x, void *context)
{
    UNUSED(context);
    return LIST(tf_mul(tf_at(x, 0), tf_at(x, 1)), tf_reduce_sum(tf_at(x, 1)));
}
LIST_FN(two_states)
{
    UNUSED(context);
    return LIST(tf_add(tf_at(s, 0), tf_mul(tf_at(x, 0), tf_reduce_sum(tf_at(s, 1)))),
                tf_add(tf_mul(tf_at(s, 1), tf_at(x, 0)), tf_at(x, 1)));
}
LIST_FN(fibonacci) { return UNUSED(x), UNUSED(context), LIST(tf_at(s, 1), tf_add(tf_at(s, 0), tf_at(s, 1))); }
LIST_FN(crossed) { return UNUSED(context), LIST(tf_sin(tf_mul(tf_at(s, 1), tf_at(x, 0))), tf_add(tf_at(s, 0), tf_at(x, 1))); }

/* ---- values of TensorFlow 1.15.5 ------------------------------------------------------------------------------------------------------ */

typedef tf_tensor loop_of_three(tf_tensor x);
static tf_tensor a_scan(tf_tensor x) { return tf_scan(times, x); }
static tf_tensor a_scan_reversed(tf_tensor x) { return tf_scan(plus, x, .reverse = true); }
static tf_tensor a_scan_from_five(tf_tensor x) { return tf_scan(tenfold, x, tf_constant(5.0)); }
static tf_tensor a_scan_reversed_from_five(tf_tensor x) { return tf_scan(tenfold, x, tf_constant(5.0), .reverse = true); }
static tf_tensor a_foldl(tf_tensor x) { return tf_foldl(tenfold, x); }
static tf_tensor a_foldr(tf_tensor x) { return tf_foldr(tenfold, x); }
static tf_tensor a_foldl_from_seven(tf_tensor x) { return tf_foldl(tenfold, x, tf_constant(7.0)); }
static tf_tensor a_foldr_from_seven(tf_tensor x) { return tf_foldr(tenfold, x, tf_constant(7.0)); }

static const struct {
    const char *name;
    loop_of_three *loop; /* over [1, 2, 3] */
    int n;
    double value[3], gradient[3];
} value_rows[] = {
    { "scan", a_scan, 3, { 1, 2, 6 }, { 9, 4, 2 } },
    { "scan reversed", a_scan_reversed, 3, { 6, 5, 3 }, { 1, 2, 3 } },
    { "scan from 5", a_scan_from_five, 3, { 51, 512, 5123 }, { 111, 11, 1 } },
    { "scan reversed from 5", a_scan_reversed_from_five, 3, { 5321, 532, 53 }, { 1, 11, 111 } },
    { "foldl", a_foldl, 1, { 123 }, { 100, 10, 1 } },
    { "foldr", a_foldr, 1, { 321 }, { 1, 10, 100 } },
    { "foldl from 7", a_foldl_from_seven, 1, { 7123 }, { 100, 10, 1 } },
    { "foldr from 7", a_foldr_from_seven, 1, { 7321 }, { 1, 10, 100 } },
};

START_TEST(loops_give_tensorflows_values_and_gradients)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), y = value_rows[_i].loop(x),
              dx = tf_at(tf_gradients(LIST(y), LIST(x)), 0);
    check_run(y, FEED(x, NP_FLOAT(1, 2, 3)), value_rows[_i].n, value_rows[_i].value);
    check_run(dx, FEED(x, NP_FLOAT(1, 2, 3)), 3, value_rows[_i].gradient);
}
END_TEST

START_TEST(a_mapped_function_may_change_the_dtype)
{
    tf_tensor x = tf_constant(NP_FLOAT(-1.5f, 0, 2.5f)), y = tf_map_fn(twice_as_integer, x, .dtype = tf_int64),
              b = tf_map_fn(is_positive, x, .dtype = tf_bool);
    ck_assert(tf_get_dtype(y) == tf_int64 && tf_get_dtype(b) == tf_bool);
    check_run(y, (tf_feeds){ 0 }, NUMBERS(-3, 0, 5));
    check_run(b, (tf_feeds){ 0 }, NUMBERS(0, 0, 1));
}
END_TEST

START_TEST(several_sequences_and_states_go_together)
{
    tf_tensor x = tf_constant(NP_FLOAT(1, 2, 3)), z = tf_constant(NP_FLOAT2D({ 1, 2 }, { 3, 4 }, { 5, 6 }));
    tf_list y = tf_map_fn(map_two, LIST(x, z)), first = LIST(tf_constant(1.0), tf_constant(NP_FLOAT(1, -1)));
    tf_list s = tf_scan(two_states, LIST(x, z), .initializers = first);
    check_run(tf_at(y, 0), (tf_feeds){ 0 }, NUMBERS(1, 2, 6, 8, 15, 18));
    check_run(tf_at(y, 1), (tf_feeds){ 0 }, NUMBERS(3, 7, 11));
    check_run(tf_at(s, 0), (tf_feeds){ 0 }, NUMBERS(1, 7, 46));
    check_run(tf_at(s, 1), (tf_feeds){ 0 }, NUMBERS(2, 1, 7, 6, 26, 24));
    tf_tensor loss = tf_add(tf_reduce_sum(tf_at(s, 0)), tf_reduce_sum(tf_mul(tf_at(s, 1), tf_constant(NP_FLOAT(1, 2)))));
    tf_list d = tf_gradients(LIST(loss), LIST(x, z));
    check_run(tf_at(d, 0), (tf_feeds){ 0 }, NUMBERS(-9, 31, 32));
    check_run(tf_at(d, 1), (tf_feeds){ 0 }, NUMBERS(19, 28, 7, 11, 1, 2));
}
END_TEST

static tf_tensor first_below_2(tf_list v, void *context)
{
    (void)context;
    return tf_less(tf_at(v, 0), 2);
}
static tf_list each_on_its_own(tf_list v, void *context)
{
    (void)context;
    return LIST(tf_add(tf_at(v, 0), 1), tf_add(tf_at(v, 1), 1.0), tf_mul(tf_at(v, 2), 3.0));
}

/* Zeros that flowed on from the other state would meet the infinite slope of the root. */
START_TEST(no_gradient_flows_from_a_state_that_does_not_count)
{
    tf_tensor x = tf_constant(0.0), zero = tf_constant(0), root = tf_sqrt(x);
    tf_list last = tf_while_loop(first_below_2, each_on_its_own, LIST(zero, root, tf_mul(x, 2.0)));
    tf_list d = tf_gradients(LIST(tf_at(last, 2)), LIST(x, root));
    check_run(tf_at(d, 0), (tf_feeds){ 0 }, NUMBERS(18));
    ck_assert(tf_is_none(tf_at(d, 1)));
}
END_TEST

START_TEST(states_may_outnumber_sequences)
{
    tf_tensor eight = tf_zeros(SHAPE(8));
    tf_list first = LIST(tf_constant(0.0), tf_constant(1.0)), f = tf_scan(fibonacci, LIST(eight), .initializers = first);
    check_run(tf_at(f, 0), (tf_feeds){ 0 }, NUMBERS(1, 1, 2, 3, 5, 8, 13, 21));
    check_run(tf_at(f, 1), (tf_feeds){ 0 }, NUMBERS(1, 2, 3, 5, 8, 13, 21, 34));
}
END_TEST

START_TEST(a_recurrent_layer_gives_tensorflows_values_and_gradients)
{
    float in[12];
    for (int i = 0; i < 12; i++)
        in[i] = (float)i / 10;
    tf_tensor x = tf_constant(np_array(in, tf_float32, SHAPE(3, 2, 2))), w = tf_constant(NP_FLOAT2D({ 0.5f, -1 }, { 1, 0.25f }));
    extern tf_scan_fn tanh_layer;
    tf_tensor y = tf_scan(tanh_layer, x, .context = &w);
    tf_list d = tf_gradients(LIST(y), LIST(x, w));
    check_run(
        y, (tf_feeds){ 0 },
        NUMBERS(0, 0.1, 0.2, 0.3, 0.6043678, -0.17323516, 0.8336547, -0.124353, 0.95660985, -0.63409495, 0.98472935, -0.6907314));
    check_run(tf_at(d, 0), (tf_feeds){ 0 },
              NUMBERS(1.6886275, 2.5499692, 1.3142644, 2.4993405, -1.2056555, 1.0761197, -1.3422084, 0.6890996, -0.55547476,
                      0.23437847, -0.507736, 0.16103065));
    check_run(tf_at(d, 1), (tf_feeds){ 0 }, NUMBERS(0.56223583, 2.520821, 0.67404556, 2.9378333));
}
END_TEST
tf_tensor tanh_layer(tf_tensor s, tf_tensor x, void *context);
tf_tensor tanh_layer(tf_tensor s, tf_tensor x, void *context) { return tf_tanh(tf_add(tf_matmul(x, *(tf_tensor *)context), s)); }

/* ---- while and cond ------------------------------------------------------------------------------------------------------------------- */

static tf_tensor under_limit(tf_list v, void *context) { return tf_less(tf_at(v, 0), *(int *)context); }
static tf_list sum_up(tf_list v, void *context)
{
    UNUSED(context);
    return LIST(tf_add(tf_at(v, 0), 1), tf_add(tf_at(v, 1), tf_cast(tf_at(v, 0), tf_float32)));
}
static tf_list count(tf_list v, void *context) { return UNUSED(context), LIST(tf_add(tf_at(v, 0), 1)); }
static tf_tensor above_one(tf_list v, void *context) { return UNUSED(context), tf_greater(tf_at(v, 1), 1); }
static tf_tensor half(void *context) { return tf_floordiv(*(tf_tensor *)context, 2); }
static tf_tensor thrice_plus_one(void *context) { return tf_add(tf_mul(*(tf_tensor *)context, 3), 1); }
static tf_list collatz(tf_list v, void *context)
{
    UNUSED(context);
    tf_tensor n = tf_at(v, 1);
    return LIST(tf_add(tf_at(v, 0), 1), tf_cond(tf_equal(tf_mod(n, 2), 0), half, thrice_plus_one, .context = &n));
}

START_TEST(a_while_runs_as_long_as_its_condition_holds)
{
    int ten = 10, zero = 0;
    tf_list r = tf_while_loop(under_limit, sum_up, LIST(tf_constant(0), tf_constant(0.0)), .context = &ten);
    check_run(tf_at(r, 0), (tf_feeds){ 0 }, NUMBERS(10));
    check_run(tf_at(r, 1), (tf_feeds){ 0 }, NUMBERS(45));
    check_run(tf_at(tf_while_loop(under_limit, count, LIST(tf_constant(0)), .maximum_iterations = 4, .context = &ten), 0),
              (tf_feeds){ 0 }, NUMBERS(4));
    check_run(tf_at(tf_while_loop(under_limit, count, LIST(tf_constant(5)), .context = &zero), 0), (tf_feeds){ 0 }, NUMBERS(5));
}
END_TEST

static tf_tensor below_twenty(tf_list v, void *context) { return UNUSED(context), tf_less(tf_reduce_sum(tf_at(v, 1)), 20.0); }
static tf_list square_it(tf_list v, void *context)
{
    return UNUSED(context), LIST(tf_add(tf_at(v, 0), 1), tf_mul(tf_at(v, 1), tf_at(v, 1)));
}
START_TEST(a_whiles_gradient_takes_as_many_steps_back)
{
    tf_tensor x = tf_constant(NP_FLOAT(1.5f)), y = tf_at(tf_while_loop(below_twenty, square_it, LIST(tf_constant(0), x)), 1);
    check_run(y, (tf_feeds){ 0 }, NUMBERS(25.628906));
    check_run(tf_at(tf_gradients(LIST(y), LIST(x)), 0), (tf_feeds){ 0 }, NUMBERS(136.6875));
}
END_TEST

START_TEST(a_whiles_length_may_depend_on_data_and_branches)
{
    tf_tensor n = tf_placeholder(tf_int32, SCALAR);
    tf_tensor steps = tf_at(tf_while_loop(above_one, collatz, LIST(tf_constant(0), n)), 0);
    check_run(steps, FEED(n, 1), NUMBERS(0));
    check_run(steps, FEED(n, 6), NUMBERS(8));
    check_run(steps, FEED(n, 27), NUMBERS(111));
}
END_TEST

static tf_tensor squared(void *context) { return tf_square(*(tf_tensor *)context); }
static tf_tensor negated(void *context) { return tf_neg(*(tf_tensor *)context); }

START_TEST(a_cond_takes_one_branch_and_its_gradient)
{
    tf_tensor p = tf_placeholder(tf_bool, SCALAR), x = tf_constant(3.0), y = tf_cond(p, squared, negated, .context = &x),
              dx = tf_at(tf_gradients(LIST(y), LIST(x)), 0), ddx = tf_at(tf_gradients(LIST(dx), LIST(x)), 0);
    check_run(y, FEED(p, true), NUMBERS(9));
    check_run(y, FEED(p, false), NUMBERS(-3));
    check_run(dx, FEED(p, true), NUMBERS(6));
    check_run(dx, FEED(p, false), NUMBERS(-1));
    check_run(ddx, FEED(p, true), NUMBERS(2));
    check_run(ddx, FEED(p, false), NUMBERS(0));
}
END_TEST

static tf_tensor without_rows(void *context) { return tf_square(tf_squeeze(*(tf_tensor *)context, AXES(0))); }
static tf_tensor sum_of_rows(void *context) { return tf_neg(tf_reduce_sum(*(tf_tensor *)context, 0)); }

/* Nor its gradient, nor that one's. */
START_TEST(a_branch_that_the_shapes_rule_out_need_not_fit)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 2)), one = tf_equal(tf_getitem(tf_shape(x), "0"), 1);
    tf_tensor y = tf_cond(one, without_rows, sum_of_rows, .context = &x);
    tf_tensor dx = tf_at(tf_gradients(LIST(y), LIST(x)), 0), ddx = tf_at(tf_gradients(LIST(dx), LIST(x)), 0);
    check_run(y, FEED(x, NP_FLOAT2D({ 2, 3 })), NUMBERS(4, 9));
    check_run(y, FEED(x, NP_FLOAT2D({ 2, 3 }, { 4, 5 })), NUMBERS(-6, -8));
    check_run(dx, FEED(x, NP_FLOAT2D({ 2, 3 })), NUMBERS(4, 6));
    check_run(dx, FEED(x, NP_FLOAT2D({ 2, 3 }, { 4, 5 })), NUMBERS(-1, -1, -1, -1));
    check_run(ddx, FEED(x, NP_FLOAT2D({ 2, 3 })), NUMBERS(2, 2));
    check_run(ddx, FEED(x, NP_FLOAT2D({ 2, 3 }, { 4, 5 })), NUMBERS(0, 0, 0, 0));
}
END_TEST

static tf_tensor square_of_tanh(void *context) { return tf_square(tf_tanh(*(tf_tensor *)context)); }
static tf_tensor negative_sigmoid(void *context) { return tf_neg(tf_sigmoid(*(tf_tensor *)context)); }

/* What the branch saved is read behind the cut, by the gradients of both. */
START_TEST(a_branch_that_the_shapes_rule_out_has_a_gradient_in_another_part)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 2)), one = tf_equal(tf_getitem(tf_shape(x), "0"), 1);
    tf_tensor y = tf_cond(one, square_of_tanh, negative_sigmoid, .context = &x);
    tf_tensor some = tf_boolean_mask(y, tf_greater(y, -0.6)), loss = tf_reduce_sum(tf_square(some));
    tf_tensor dx = tf_at(tf_gradients(LIST(loss), LIST(x)), 0);
    check_run(dx, FEED(x, NP_FLOAT2D({ 2, 3 })), NUMBERS(0.2531894, 0.03888188));
    check_run(dx, FEED(x, NP_FLOAT2D({ .2f, 3 }, { .4f, -1 })), NUMBERS(0.27218604, 0, 0.2876823, 0.1057542));
}
END_TEST

static struct {
    tf_tensor x, y, w, taken;
} unlike;
static void make_unlike(tf_dtype taken)
{
    unlike.x = tf_placeholder(tf_float32);
    unlike.y = tf_placeholder(tf_float32, SHAPE(NONE));
    unlike.w = tf_placeholder(tf_float32, SCALAR);
    unlike.taken = tf_placeholder(taken, SCALAR);
}
#define UNLIKE(y_, taken_) FEED(unlike.x, NP_FLOAT(1, 2), unlike.y, y_, unlike.w, 2.0, unlike.taken, taken_)
static tf_tensor weighed_sum(void *context) { return UNUSED(context), tf_reduce_sum(tf_mul(tf_add(unlike.x, unlike.y), unlike.w)); }
static tf_tensor weight_alone(void *context) { return UNUSED(context), tf_mul(unlike.w, 5); }
static tf_list in_each_step(tf_list v, void *context)
{
    return UNUSED(context), LIST(tf_add(tf_at(v, 0), 1), tf_add(tf_at(v, 1), tf_cond(unlike.taken, weighed_sum, weight_alone)));
}
static tf_tensor below_three(tf_list v, void *context) { return UNUSED(context), tf_less(tf_at(v, 0), 3); }

/* Nor its gradient, nor in a loop; and the session goes on, either way. */
START_TEST(a_branch_that_is_not_taken_need_not_fit)
{
    make_unlike(tf_bool);
    tf_tensor once = tf_cond(unlike.taken, weighed_sum, weight_alone);
    tf_tensor often = tf_at(tf_while_loop(below_three, in_each_step, LIST(0, 0.0)), 1);
    tf_tensor results[] = { once, tf_at(tf_gradients(LIST(once), LIST(unlike.w)), 0), often,
                            tf_at(tf_gradients(LIST(often), LIST(unlike.w)), 0) };
    const double fives[] = { 10, 5, 30, 15 }, sums[] = { 12, 6, 36, 18 };
    for (int i = 0; i < 4; i++) {
        check_run(results[i], UNLIKE(NP_FLOAT(1, 2, 3), false), 1, &fives[i]);
        ck_assert_int_eq(caught()->count, 0);
        ck_assert_int_eq(tf_run(sess, FETCH(results[i], NULL), UNLIKE(NP_FLOAT(1, 2, 3), true)), tf_invalid_argument);
        must_have_reported(tf_invalid_argument, "Incompatible shapes: [2] vs. [3]");
        check_run(results[i], UNLIKE(NP_FLOAT(1, 2), true), 1, &sums[i]);
        check_run(results[i], UNLIKE(NP_FLOAT(1, 2, 3), false), 1, &fives[i]);
    }
}
END_TEST

static tf_list add_sum(tf_list v, void *context)
{
    return UNUSED(context), LIST(tf_add(tf_at(v, 0), 1), tf_add(tf_at(v, 1), weighed_sum(NULL)));
}
static tf_tensor below_taken(tf_list v, void *context) { return UNUSED(context), tf_less(tf_at(v, 0), unlike.taken); }

START_TEST(a_loop_of_no_steps_need_not_fit)
{
    make_unlike(tf_int32);
    tf_tensor sum = tf_at(tf_while_loop(below_taken, add_sum, LIST(0, 1.0)), 1);
    check_run(sum, UNLIKE(NP_FLOAT(1, 2, 3), 0), NUMBERS(1));
    ck_assert_int_eq(caught()->count, 0);
    ck_assert_int_eq(tf_run(sess, FETCH(sum, NULL), UNLIKE(NP_FLOAT(1, 2, 3), 1)), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "Incompatible shapes: [2] vs. [3]");
    check_run(sum, UNLIKE(NP_FLOAT(1, 2), 2), NUMBERS(25));
}
END_TEST

static tf_tensor ten(void *context) { return UNUSED(context), tf_constant(10.0); }
static tf_tensor twenty(void *context) { return UNUSED(context), tf_constant(20.0); }
static tf_tensor thirty(void *context) { return UNUSED(context), tf_constant(30.0); }

START_TEST(a_case_takes_the_first_that_is_true)
{
    tf_tensor k = tf_placeholder(tf_int32, SCALAR), preds[] = { tf_equal(k, 0), tf_less(k, 3) };
    tf_tensor y = tf_case(2, preds, ((tf_branch_fn *[]){ ten, twenty }), thirty);
    check_run(y, FEED(k, 0), NUMBERS(10));
    check_run(y, FEED(k, 2), NUMBERS(20));
    check_run(y, FEED(k, 5), NUMBERS(30));
}
END_TEST

/* ---- derivatives ------------------------------------------------------------------------------------------------------------------------- */

enum { MOST_IN = 3 };
typedef struct {
    const char *name;
    tf_list (*make)(const tf_tensor *in);
    const char *shapes; /* of the inputs */
    bool once;          /* no second derivatives: not smooth, or constant */
} gradient_row;
#define MAKE(name) static tf_list name(const tf_tensor *in)
#define CTX(i) ((void *)&in[i])

MAKE(scan_with_initializer) { return LIST(tf_scan(bent, in[0], in[1])); }
MAKE(scan_from_the_first) { return LIST(tf_scan(bent, in[0])); }
MAKE(scan_reversed) { return LIST(tf_scan(bent, in[0], in[1], .reverse = true)); }
MAKE(scan_reversed_from_the_last) { return LIST(tf_scan(bent, in[0], .reverse = true)); }
MAKE(scan_with_captured_weights) { return LIST(tf_scan(row_cell, in[0], tf_zeros(SHAPE(3), tf_float64), CTX(1))); }
MAKE(last_state_with_captured_weights) { return LIST(tf_foldl(row_cell, in[0], tf_zeros(SHAPE(3), tf_float64), CTX(1))); }
MAKE(one_state_of_many) { return LIST(tf_getitem(tf_scan(bent, in[0], in[1]), "1")); }
MAKE(scan_that_forgets_its_elements) { return LIST(tf_scan(only_state, in[0], in[1])); }
MAKE(scan_that_forgets_its_state) { return LIST(tf_scan(only_element, in[0], in[1])); }
MAKE(scan_that_passes_its_state) { return LIST(tf_scan(same, in[0], tf_sin(in[1]))); }
MAKE(scan_of_two)
{
    tf_list first = LIST(in[2], tf_sin(in[2]));
    return tf_scan(crossed, LIST(in[0], in[1]), .initializers = first);
}
MAKE(one_of_two_states)
{
    tf_list first = LIST(in[2], tf_sin(in[2]));
    return LIST(tf_at(tf_scan(crossed, LIST(in[0], in[1]), .initializers = first, .reverse = true), 1));
}
MAKE(foldl_from_the_first) { return LIST(tf_foldl(bent, in[0])); }
MAKE(foldr_from_the_last) { return LIST(tf_foldr(bent, in[0])); }
MAKE(foldr_with_initializer) { return LIST(tf_foldr(bent, in[0], in[1])); }
MAKE(foldl_of_two)
{
    tf_list first = LIST(in[2], tf_sin(in[2]));
    return tf_foldl(crossed, LIST(in[0], in[1]), .initializers = first);
}
MAKE(map_with_captured) { return LIST(tf_map_fn(square_plus, in[0], .context = CTX(1))); }
MAKE(map_of_two) { return tf_map_fn(map_two, LIST(in[0], in[1])); }
MAKE(map_in_a_map) { return LIST(tf_map_fn(mapped_twice, in[0], .context = CTX(1))); }
MAKE(scan_in_a_map) { return LIST(tf_map_fn(scanned, in[0], .context = CTX(1))); }
MAKE(fold_in_a_map) { return LIST(tf_map_fn(folded_left, in[0], .context = CTX(1))); }
MAKE(fold_in_a_scan) { return LIST(tf_scan(inner_sum, in[0], tf_constant(0.3, tf_float64), CTX(1))); }
MAKE(scan_in_a_fold) { return LIST(tf_foldl(inner_scan, in[0], in[1])); }
MAKE(cond_in_a_scan) { return LIST(tf_scan(choose, in[0], in[1], CTX(1))); }
MAKE(stopped_in_a_scan) { return LIST(tf_scan(stopped, in[0], in[1])); }
MAKE(rows_looked_up_in_a_scan) { return LIST(tf_scan(look_up, tf_constant(NP_FLOAT(1, 2, 3)), in[1], CTX(0))); }
MAKE(scan_of_a_scan) { return LIST(tf_scan(bent, tf_scan(bent, in[0], in[1]), in[1])); }
MAKE(two_loops_over_the_same)
{
    return LIST(tf_scan(bent, in[0], in[1]), tf_foldr(bent, in[0], in[1]), tf_map_fn(square_plus, in[0], .context = CTX(1)));
}

/* while: i, v → i + 1, sin(v·c) + c, with c captured */
static tf_tensor four_times(tf_list v, void *context) { return UNUSED(context), tf_less(tf_at(v, 0), 4); }
static tf_tensor till_small(tf_list v, void *context)
{
    return UNUSED(context), tf_greater(tf_reduce_sum(tf_square(tf_at(v, 1))), 0.1);
}
static tf_tensor for_ever(tf_list v, void *context) { return UNUSED(context), tf_greater_equal(tf_at(v, 0), 0); }
static tf_list bend(tf_list v, void *context)
{
    tf_tensor c = *(tf_tensor *)context;
    return LIST(tf_add(tf_at(v, 0), 1), tf_add(tf_sin(tf_mul(tf_at(v, 1), c)), c));
}
static tf_list shrink(tf_list v, void *context)
{
    return LIST(tf_add(tf_at(v, 0), 1), tf_mul(tf_at(v, 1), tf_mul(tf_sin(*(tf_tensor *)context), 0.5)));
}
static tf_list bend_by_scan(tf_list v, void *context)
{
    return LIST(tf_add(tf_at(v, 0), 1), tf_reduce_sum(tf_scan(bent, *(tf_tensor *)context, tf_at(v, 1))));
}
static tf_tensor while_of(tf_while_cond *cond, tf_while_body *body, tf_tensor v, void *context)
{
    return tf_at(tf_while_loop(cond, body, LIST(tf_constant(0), v), .context = context), 1);
}
static tf_tensor shrunk(tf_tensor x, void *context) { return while_of(till_small, shrink, x, context); }
MAKE(while_of_four_steps) { return LIST(while_of(four_times, bend, in[0], CTX(1))); }
MAKE(while_as_long_as_data_says) { return LIST(while_of(till_small, shrink, in[0], CTX(1))); }
MAKE(while_with_a_limit)
{
    return LIST(tf_at(tf_while_loop(for_ever, bend, LIST(tf_constant(0), in[0]), .maximum_iterations = 3, .context = CTX(1)), 1));
}
MAKE(while_that_never_runs)
{
    return LIST(tf_at(tf_while_loop(four_times, bend, LIST(tf_constant(9), in[0]), .context = CTX(1)), 1));
}
MAKE(scan_in_a_while) { return LIST(while_of(four_times, bend_by_scan, in[1], CTX(0))); }
MAKE(whiles_of_different_lengths_in_a_map) { return LIST(tf_map_fn(shrunk, in[0], .context = CTX(1))); }

static const gradient_row gradient_rows[] = {
/* clang-format off */
#define ROW(fn, shapes, ...) { #fn, fn, shapes, __VA_ARGS__ }
    /* clang-format on */
    ROW(scan_with_initializer, "[4];[]", false),
    ROW(scan_with_initializer, "[3,2];[2]", false),
    ROW(scan_with_initializer, "[1,2];[2]", false),
    ROW(scan_from_the_first, "[4,2]", false),
    ROW(scan_from_the_first, "[1]", true),
    ROW(scan_from_the_first, "[2]", false),
    ROW(scan_reversed, "[4,2];[2]", false),
    ROW(scan_reversed_from_the_last, "[4]", false),
    ROW(scan_with_captured_weights, "[4,2];[5,3];[3]", false),
    ROW(last_state_with_captured_weights, "[4,2];[5,3];[3]", false),
    ROW(one_state_of_many, "[4,2];[2]", false),
    ROW(scan_that_forgets_its_elements, "[3];[2]", false),
    ROW(scan_that_forgets_its_state, "[3];[]", false),
    ROW(scan_that_passes_its_state, "[3];[2]", false),
    ROW(scan_of_two, "[3];[3];[]", false),
    ROW(one_of_two_states, "[3];[3];[]", false),
    ROW(foldl_from_the_first, "[4,2]", false),
    ROW(foldr_from_the_last, "[4,2]", false),
    ROW(foldr_with_initializer, "[4];[]", false),
    ROW(foldl_of_two, "[3];[3];[]", false),
    ROW(map_with_captured, "[3,2];[2]", false),
    ROW(map_of_two, "[3];[3,2]", false),
    ROW(map_in_a_map, "[2,3];[]", false),
    ROW(scan_in_a_map, "[2,3];[2]", false),
    ROW(fold_in_a_map, "[2,3];[2]", false),
    ROW(fold_in_a_scan, "[3,2];[2]", false),
    ROW(scan_in_a_fold, "[2,3];[]", false),
    ROW(cond_in_a_scan, "[4];[]", false),
    ROW(stopped_in_a_scan, "[3];[]", true), /* what differences see is what stop_gradient hides */
    ROW(rows_looked_up_in_a_scan, "[3,2];[2]", false),
    ROW(scan_of_a_scan, "[3];[]", false),
    ROW(two_loops_over_the_same, "[3,2];[2]", false),
    ROW(while_of_four_steps, "[2];[2]", false),
    ROW(while_as_long_as_data_says, "[2];[2]", false),
    ROW(while_with_a_limit, "[2];[]", false),
    ROW(while_that_never_runs, "[2];[2]", false),
    ROW(scan_in_a_while, "[3];[]", false),
    ROW(whiles_of_different_lengths_in_a_map, "[3];[]", false),
#undef ROW
};
enum { GRADIENT_ROWS = sizeof gradient_rows / sizeof *gradient_rows };

typedef struct {
    int n;
    tf_tensor in[MOST_IN], loss, dloss[MOST_IN];
    tf_ndarray values[MOST_IN];
} checking;

/* Σ over outputs of Σ elements times unlike weights, so that no error hides behind another. */
static tf_tensor weighed(tf_list outs)
{
    tf_tensor loss = tf_constant(0.0, tf_float64);
    for (int i = 0; i < outs.n; i++) {
        tf_tensor flat = tf_reshape(tf_at(outs, i), SHAPE(-1)), n = tf_cast(tf_range(tf_size(flat)), tf_float64);
        loss = tf_add(loss, tf_reduce_sum(tf_mul(flat, tf_add(tf_cos(tf_add(n, (double)i)), 0.3))));
    }
    return loss;
}

static double loss_at(const checking *c, int input, int64_t element, double offset)
{
    double l = NAN, *x = &((double *)c->values[input].data)[element], was = *x;
    tf_feeds feeds = { 0 };
    *x += offset;
    for (int i = 0; i < c->n; i++)
        tf_feed_set(&feeds, c->in[i], c->values[i]);
    must(tf_run(sess, FETCH(c->loss, &l), feeds));
    tf_feeds_free(&feeds);
    *x = was;
    return l;
}

static void compare(const checking *c, const char *name, const char *what)
{
    tf_feeds feeds = { 0 };
    for (int i = 0; i < c->n; i++)
        tf_feed_set(&feeds, c->in[i], c->values[i]);
    for (int i = 0; i < c->n; i++) {
        tf_ndarray dx = { 0 };
        if (tf_is_none(c->dloss[i]))
            dx = np_zeros(c->values[i].shape, tf_float64);
        else
            must(tf_run(sess, FETCH(c->dloss[i], &dx), feeds));
        ck_assert_msg(tf_dims_equal(dx.shape, c->values[i].shape), "%s, %s: the gradient of input %d has another shape", name, what,
                      i);
        for (int64_t j = 0; j < np_size(dx); j++) {
            const double h = 1e-5;
            double want = (loss_at(c, i, j, h) - loss_at(c, i, j, -h)) / (2 * h), got = np_get(dx, j);
            ck_assert_msg(fabs(got - want) <= 2e-8 * fmax(1, fabs(want)), "%s, %s: d/d in%d[%lld] is %.10g instead of %.10g", name,
                          what, i, (long long)j, got, want);
        }
        np_free(&dx);
    }
    tf_feeds_free(&feeds);
}

static void check_row(const gradient_row *r, bool shapes_known)
{
    shape_list shapes;
    checking c = { 0 };
    ck_assert(parse_shapes(r->shapes, tf_float64, &shapes));
    c.n = shapes.n;
    for (int i = 0; i < c.n; i++) {
        tf_dims unknown = shapes.dims[i];
        if (unknown.rank)
            unknown.dims[0] = NONE;
        c.in[i] = tf_placeholder(tf_float64, shapes_known ? shapes.dims[i] : unknown);
        c.values[i] = np_zeros(shapes.dims[i], tf_float64);
        for (int64_t j = 0; j < np_size(c.values[i]); j++)
            ((double *)c.values[i].data)[j] = sin(1.7 * (double)j + i + 0.4) * 0.9;
    }
    c.loss = weighed(r->make(c.in));
    tf_list first = tf_gradients(LIST(c.loss), tf_list_new_(c.n, c.in, TF_SOURCE));
    memcpy(c.dloss, first.items, (size_t)c.n * sizeof *c.dloss);
    bool stops = r->make == stopped_in_a_scan;
    if (!stops)
        compare(&c, r->name, shapes_known ? "first" : "first, unknown shapes");
    if (!r->once) { /* the gradients, weighed, as a loss */
        tf_list there = { 0 };
        for (int i = 0; i < c.n; i++)
            if (!tf_is_none(first.items[i]))
                tf_append(&there, first.items[i]);
        c.loss = weighed(there);
        tf_list second = tf_gradients(LIST(c.loss), tf_list_new_(c.n, c.in, TF_SOURCE));
        memcpy(c.dloss, second.items, (size_t)c.n * sizeof *c.dloss);
        compare(&c, r->name, shapes_known ? "second" : "second, unknown shapes");
    }
    for (int i = 0; i < c.n; i++)
        np_free(&c.values[i]);
}

START_TEST(first_and_second_derivatives_are_right)
{
    check_row(&gradient_rows[_i], true);
}
END_TEST

START_TEST(derivatives_are_right_where_shapes_are_known_only_when_fed)
{
    check_row(&gradient_rows[_i], false);
}
END_TEST

START_TEST(stop_gradient_holds_inside_a_body)
{
    tf_tensor x = tf_constant(NP_FLOAT(2, 3)), s = tf_constant(5.0), y = tf_foldl(stopped, x, s); /* s1 = 5·2 + 5, s2 = 15·3 + 15 */
    tf_list d = tf_gradients(LIST(y), LIST(x, s));
    check_run(y, (tf_feeds){ 0 }, NUMBERS(60));
    check_run(tf_at(d, 0), (tf_feeds){ 0 }, NUMBERS(5, 15));
    check_run(tf_at(d, 1), (tf_feeds){ 0 }, NUMBERS(1));
}
END_TEST

static tf_tensor weighed_step(tf_tensor s, tf_tensor x, void *w) { return tf_add(tf_mul(s, *(tf_tensor *)w), x); }
static tf_tensor weighed_element(tf_tensor x, void *w) { return tf_mul(x, *(tf_tensor *)w); }
static tf_list weighed_vars(tf_list v, void *w) { return LIST(tf_mul(tf_at(v, 0), *(tf_tensor *)w)); }
static tf_tensor below_100(tf_list v, void *w) { return UNUSED(w), tf_less(tf_at(v, 0), 100.0); }

START_TEST(no_gradient_flows_through_a_loop_without_back_prop)
{
    tf_tensor x = tf_constant(NP_FLOAT(1, 2, 3)), w = tf_constant(2.0), y = tf_mul(w, w);
    const tf_list loops = LIST(tf_scan(weighed_step, x, .context = &w, .back_prop = false),
                               tf_foldr(weighed_step, x, .context = &w, .back_prop = false),
                               tf_map_fn(weighed_element, x, .context = &w, .back_prop = false),
                               tf_at(tf_while_loop(below_100, weighed_vars, LIST(w), .context = &w, .back_prop = false), 0));
    for (int i = 0; i < loops.n; i++) {
        const tf_list alone = tf_gradients(tf_at(loops, i), LIST(x, w));
        ck_assert(tf_is_none(tf_at(alone, 0)) && tf_is_none(tf_at(alone, 1)));
        check_run(tf_at(tf_gradients(tf_add(tf_reduce_sum(tf_at(loops, i)), y), w), 0), (tf_feeds){ 0 }, NUMBERS(4));
    }
}
END_TEST

/* ---- lengths, memory, state ------------------------------------------------------------------------------------------------------------------ */

START_TEST(a_sequence_may_be_empty)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), i = tf_variable(7.0), w = tf_variable(2.0),
              s = tf_scan(plus, x, tf_mul(i, 1)), f = tf_foldl(plus, x, tf_mul(i, 1)), m = tf_map_fn(square_plus, x, .context = &w);
    tf_tensor loss = tf_add(tf_add(tf_reduce_sum(s), f), tf_reduce_sum(m));
    tf_list d = tf_gradients(LIST(loss), LIST(i, w, x));
    tf_ndarray none = np_zeros(SHAPE(0), tf_float32);
    must(tf_run(sess, tf_global_variables_initializer()));
    check_run(s, FEED(x, none), 0, NULL);
    check_run(f, FEED(x, none), NUMBERS(7));
    check_run(m, FEED(x, none), 0, NULL);
    check_run(tf_at(d, 0), FEED(x, none), NUMBERS(1));
    check_run(tf_at(d, 1), FEED(x, none), NUMBERS(0));
    check_run(tf_at(d, 2), FEED(x, none), 0, NULL);
    check_run(tf_at(d, 0), FEED(x, NP_FLOAT(1, 1)), NUMBERS(3));
    check_run(tf_at(d, 1), FEED(x, NP_FLOAT(1, 4)), NUMBERS(5));
    np_free(&none);
}
END_TEST

START_TEST(a_sequence_may_have_one_element)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), s = tf_scan(times, x), f = tf_foldl(times, x),
              dx = tf_at(tf_gradients(LIST(tf_reduce_sum(s), f), LIST(x)), 0);
    check_run(s, FEED(x, NP_FLOAT(4)), NUMBERS(4));
    check_run(f, FEED(x, NP_FLOAT(4)), NUMBERS(4));
    check_run(dx, FEED(x, NP_FLOAT(4)), NUMBERS(2));
}
END_TEST

START_TEST(one_plan_serves_all_lengths)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), y = tf_foldl(plus, x, tf_constant(0.0)),
              d = tf_at(tf_gradients(LIST(tf_square(y)), LIST(x)), 0);
    for (int round = 0; round < 2; round++)
        for (int n = 0; n < 40; n++) {
            tf_ndarray in = np_arange(n, tf_float32), dx = { 0 };
            float sum = -1;
            must(tf_run(sess, FETCH(y, &sum, d, &dx), FEED(x, in)));
            ck_assert(sum == (float)(n * (n - 1) / 2) && np_size(dx) == n);
            for (int i = 0; i < n; i++)
                ck_assert_float_eq((float)np_get(dx, i), (float)(n * (n - 1)));
            np_free(&in);
            np_free(&dx);
        }
}
END_TEST

/* The gradient uses the numbers that the forward pass drew: y = Σ x·r, dy/dx = r. */
SCAN_FN(plus_random) { return UNUSED(context), tf_add(s, tf_mul(x, tf_random_uniform(SHAPE(), .seed = 3))); }

START_TEST(random_numbers_in_a_body_are_the_same_forward_and_back)
{
    tf_tensor x = tf_constant(NP_FLOAT(1, 2, 3, 4)), y = tf_foldl(plus_random, x, tf_constant(0.0)),
              dx = tf_at(tf_gradients(LIST(y), LIST(x)), 0), again = tf_reduce_sum(tf_mul(x, dx));
    float forward = 0, back = 0, before = -1;
    tf_ndarray r = { 0 };
    for (int i = 0; i < 3; i++) {
        must(tf_run(sess, FETCH(y, &forward, again, &back, dx, &r)));
        ck_assert_msg(fabsf(forward - back) < 1e-6f, "%g forward, %g back", (double)forward, (double)back);
        ck_assert(forward != before && np_get(r, 0) != np_get(r, 1));
        before = forward;
    }
    np_free(&r);
}
END_TEST

/* Assignments inside bodies happen step by step. */
SCAN_FN(counted)
{
    tf_tensor c = tf_assign_add(*(tf_tensor *)context, 1), sum;
    tf_with_control_dependencies(OPS(c)) {
        sum = tf_add(tf_add(s, x), *(tf_tensor *)context);
    }
    return sum;
}

START_TEST(a_body_may_assign_to_a_variable)
{
    tf_tensor v = tf_variable(0.0), y = tf_scan(counted, tf_constant(NP_FLOAT(10, 20, 30)), tf_constant(0.0), .context = &v);
    must(tf_run(sess, tf_global_variables_initializer()));
    check_run(y, (tf_feeds){ 0 }, NUMBERS(11, 33, 66));
    check_run(v, (tf_feeds){ 0 }, NUMBERS(3));
}
END_TEST

/* The gradient needs none of the states, and yet the steps are taken: so in TensorFlow, which counts them. */
SCAN_FN(counted_multiple)
{
    const tf_tensor *given = context, c = tf_assign_add(given[0], 1);
    tf_tensor sum;
    tf_with_control_dependencies(OPS(c)) {
        sum = tf_add(s, tf_mul(x, given[1]));
    }
    return sum;
}

START_TEST(a_body_assigns_where_its_gradient_alone_is_fetched)
{
    tf_tensor given[] = { tf_variable(0.0), tf_placeholder(tf_float32, SHAPE()) };
    const tf_tensor y =
        tf_scan(counted_multiple, tf_constant(NP_FLOAT(1, 2, 3)), .initializer = tf_constant(1.0), .context = given);
    const tf_tensor slope = tf_at(tf_gradients(tf_reduce_sum(y), given[1]), 0);
    must(tf_run(sess, tf_global_variables_initializer()));
    check_run(slope, FEED(given[1], 2), NUMBERS(10));
    check_run(given[0], (tf_feeds){ 0 }, NUMBERS(3));
    check_run(y, FEED(given[1], 2), NUMBERS(3, 7, 13));
    check_run(given[0], (tf_feeds){ 0 }, NUMBERS(6));
}
END_TEST

START_TEST(a_variable_in_a_body_is_trained)
{
    tf_tensor w = tf_variable(0.1, .name = "w"), x = tf_constant(NP_FLOAT(1, 2, 3)), y = tf_map_fn(square_plus, x, .context = &w),
              loss = tf_reduce_sum(tf_square(tf_sub(y, tf_constant(NP_FLOAT(3, 8, 15))))); /* w = 2 */
    tf_operation *step = tf_minimize(tf_train_gradient_descent_optimizer(0.02), loss);
    float value = 0;
    must(tf_run(sess, tf_global_variables_initializer()));
    for (int i = 0; i < 60; i++)
        must(tf_run(sess, step));
    must(tf_run(sess, FETCH(w, &value)));
    ck_assert_float_eq_tol(value, 2, 1e-4);
}
END_TEST

START_TEST(a_long_loop_of_loops_runs)
{
    tf_tensor x = tf_zeros(SHAPE(50, 40)), c = tf_constant(1.0), y = tf_map_fn(scanned, tf_add(x, 0.1), .context = &c),
              s = tf_reduce_sum(y), dc = tf_at(tf_gradients(LIST(s), LIST(c)), 0);
    float sum = 0, d = 0, again = 0;
    must(tf_run(sess, FETCH(s, &sum, dc, &d)));
    ck_assert(isfinite(sum) && isfinite(d));
    must(tf_run(sess, FETCH(s, &again)));
    ck_assert_float_eq(again, sum);
}
END_TEST

/* More steps than a loop of unknown length has room for at first: the run that finds out must leave all as one run does. */
static tf_tensor under_fed(tf_list v, void *context) { return tf_less(tf_at(v, 0), ((tf_tensor *)context)[0]); }
static tf_list draw_and_count(tf_list v, void *context)
{
    const tf_tensor *given = context; /* limit, x, a counter */
    tf_tensor drawn = tf_mul(tf_random_uniform(SHAPE(), .seed = 5), given[1]), counted = tf_assign_add(given[2], 1), next;
    tf_with_control_dependencies(OPS(counted)) {
        next = tf_add(tf_at(v, 0), 1);
    }
    return LIST(next, tf_add(tf_at(v, 1), tf_sin(drawn)));
}

START_TEST(a_loop_that_outgrows_its_room_is_as_if_run_once)
{
    tf_tensor limit = tf_placeholder(tf_int32, SCALAR), x = tf_constant(0.5), counter = tf_variable(0.0), runs = tf_variable(0.0),
              start;
    tf_tensor first = tf_assign_add(runs, 1);
    tf_with_control_dependencies(OPS(first)) {
        start = tf_random_uniform(SHAPE(), .seed = 6);
    }
    tf_tensor given[] = { limit, x, counter },
              y = tf_at(tf_while_loop(under_fed, draw_and_count, LIST(tf_constant(0), start), .context = given), 1),
              dx = tf_at(tf_gradients(LIST(y), LIST(x)), 0);
    tf_session *plain = tf_session();
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(plain, tf_global_variables_initializer()));
    for (int i = 0; i < 2; i++) {
        float outgrown = 0, once = 0, d = 0;
        must(tf_run(sess, FETCH(y, &outgrown, dx, &d), FEED(limit, 1100 * (i + 1))));
        must(tf_run(plain, FETCH(y, &once), FEED(limit, 1100 * (i + 1)))); /* without a gradient nothing is stacked */
        ck_assert_msg(fabsf(outgrown - once) <= 1e-5f * fabsf(once), "run %d: %.9g, in one go %.9g", i, (double)outgrown,
                      (double)once);
        ck_assert(d > 0);
    }
    float counts[2], ran[2];
    must(tf_run(sess, FETCH(counter, &counts[0], runs, &ran[0])));
    must(tf_run(plain, FETCH(counter, &counts[1], runs, &ran[1])));
    ck_assert_float_eq(counts[0], 3300);
    ck_assert_float_eq(counts[1], 3300);
    ck_assert_float_eq(ran[0], 2);
    ck_assert_float_eq(ran[1], 2);
    tf_close(plain);
}
END_TEST

static tf_list doubled_list(tf_list x, void *context) { return LIST(doubled(tf_at(x, 0), context)); }

START_TEST(names_are_tensorflows)
{
    tf_tensor x = tf_zeros(SHAPE(3)), y = tf_map_fn(doubled, x), z = tf_map_fn(doubled, x, .name = "twice");
    tf_list l = tf_map_fn(doubled_list, LIST(x));
    ck_assert(strncmp(tf_op_name(y.op), "map/", 4) == 0 && strncmp(tf_op_name(z.op), "twice/", 6) == 0 &&
              strncmp(tf_op_name(tf_at(l, 0).op), "map_1/", 6) == 0);
    int two = 2;
    tf_tensor w = tf_at(tf_while_loop(under_limit, count, LIST(tf_constant(0)), .context = &two), 0);
    ck_assert(strncmp(tf_op_name(w.op), "while/", 6) == 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("loops");
    TCase *c = tcase_create("values");
    tcase_add_checked_fixture(c, open_session, close_session);
    tcase_add_loop_test(c, loops_give_tensorflows_values_and_gradients, 0, (int)(sizeof value_rows / sizeof *value_rows));
    tcase_add_test(c, a_mapped_function_may_change_the_dtype);
    tcase_add_test(c, several_sequences_and_states_go_together);
    tcase_add_test(c, no_gradient_flows_from_a_state_that_does_not_count);
    tcase_add_test(c, states_may_outnumber_sequences);
    tcase_add_test(c, a_recurrent_layer_gives_tensorflows_values_and_gradients);
    tcase_add_test(c, a_while_runs_as_long_as_its_condition_holds);
    tcase_add_test(c, a_whiles_gradient_takes_as_many_steps_back);
    tcase_add_test(c, a_whiles_length_may_depend_on_data_and_branches);
    tcase_add_test(c, a_cond_takes_one_branch_and_its_gradient);
    tcase_add_test(c, a_branch_that_the_shapes_rule_out_need_not_fit);
    tcase_add_test(c, a_branch_that_the_shapes_rule_out_has_a_gradient_in_another_part);
    tcase_add_test(c, a_branch_that_is_not_taken_need_not_fit);
    tcase_add_test(c, a_loop_of_no_steps_need_not_fit);
    tcase_add_test(c, a_case_takes_the_first_that_is_true);
    suite_add_tcase(s, c);
    c = tcase_create("derivatives");
    tcase_add_checked_fixture(c, open_session, close_session);
    tcase_set_timeout(c, 30);
    tcase_add_loop_test(c, first_and_second_derivatives_are_right, 0, GRADIENT_ROWS);
    tcase_add_loop_test(c, derivatives_are_right_where_shapes_are_known_only_when_fed, 0, GRADIENT_ROWS);
    tcase_add_test(c, stop_gradient_holds_inside_a_body);
    tcase_add_test(c, no_gradient_flows_through_a_loop_without_back_prop);
    suite_add_tcase(s, c);
    c = tcase_create("lengths and state");
    tcase_add_checked_fixture(c, open_session, close_session);
    tcase_add_test(c, a_sequence_may_be_empty);
    tcase_add_test(c, a_sequence_may_have_one_element);
    tcase_add_test(c, one_plan_serves_all_lengths);
    tcase_add_test(c, random_numbers_in_a_body_are_the_same_forward_and_back);
    tcase_add_test(c, a_body_may_assign_to_a_variable);
    tcase_add_test(c, a_body_assigns_where_its_gradient_alone_is_fetched);
    tcase_add_test(c, a_variable_in_a_body_is_trained);
    tcase_add_test(c, a_long_loop_of_loops_runs);
    tcase_add_test(c, a_loop_that_outgrows_its_room_is_as_if_run_once);
    tcase_add_test(c, names_are_tensorflows);
    suite_add_tcase(s, c);
    return run_suite(s);
}
