/* Numbers at the ends of what their types hold: exact, or refused; kernels at zero and infinity. */
#include <math.h>
#include <string.h>

#include "tests/fixture.h"
#include "tf1c.h"

START_TEST(an_int32_is_fetched_and_read_exactly)
{
    int32_t small = 0;
    int64_t large = 0;
    must(tf_run(sess, FETCH(tf_constant(2147483647), &small, tf_constant(16777217), &large)));
    ck_assert_int_eq(small, 2147483647);
    ck_assert_int_eq(large, 16777217);
    ck_assert(np_get(NP_INT(16777217), 0) == 16777217);
    ck_assert(np_mean(NP_INT(16777217)) == 16777217);
}
END_TEST

START_TEST(what_a_number_cannot_hold_is_not_fetched_into_it)
{
    int32_t small = 0;
    ck_assert_int_eq(tf_run(sess, FETCH(tf_constant(INT64_C(1) << 40), &small)), tf_value_error);
    must_have_reported(tf_value_error, "holds 1099511627776, which an int32_t cannot");
    ck_assert_int_eq(tf_run(sess, FETCH(tf_constant(NAN), &small)), tf_value_error);
    must_have_reported(tf_value_error, "holds nan");
}
END_TEST

START_TEST(a_dimension_above_int32_stays_what_it_is)
{
    const int64_t n = (INT64_C(1) << 32) + 3;
    const tf_tensor made[] = { tf_zeros(SHAPE(n)),
                               tf_ones(SHAPE(n), tf_uint8),
                               tf_random_normal(SHAPE(n)),
                               tf_fill(SHAPE(n), 1.0),
                               tf_broadcast_to(1.0, SHAPE(n)),
                               tf_get_variable("v", SHAPE(n)),
                               tf_tile(tf_placeholder(tf_float32, SHAPE(1)), SHAPE(n)) };
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        ck_assert_int_eq(tf_get_shape(made[i]).dims[0], n);
    const tf_tensor x = tf_placeholder(tf_uint8, SHAPE(NONE, 0));
    const tf_ndarray empty = np_array(NULL, tf_uint8, SHAPE(n, 0));
    ck_assert_int_eq(tf_run(sess, tf_shape(x), FEED(x, empty)), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "Shape output type is 32-bit  but dim 0 is 4294967299");
    int64_t rows = 0;
    must(tf_run(sess, FETCH(tf_getitem(tf_shape(x, .out_type = tf_int64), "0"), &rows), FEED(x, empty)));
    ck_assert_int_eq(rows, n);
}
END_TEST

START_TEST(sizes_beyond_int64_are_refused)
{
    const tf_tensor shape = tf_placeholder(tf_int64, SHAPE(2));
    const tf_ndarray huge = np_array((int64_t[]){ INT64_C(1) << 62, 4 }, tf_int64, SHAPE(2));
    ck_assert_int_eq(tf_run(sess, tf_fill(shape, 1.0), FEED(shape, huge)), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "would have more than 2**63 - 1 elements");
    ck_assert(tf_is_poisoned(tf_concat(LIST(tf_zeros(SHAPE(INT64_C(1) << 62)), tf_zeros(SHAPE(INT64_C(1) << 62))), 0)));
    must_have_reported(tf_value_error, "Dimension size overflow from adding");
}
END_TEST

START_TEST(a_range_that_never_ends_is_refused)
{
    const tf_tensor a = tf_placeholder(tf_int64, SCALAR), f = tf_placeholder(tf_float32, SCALAR);
    ck_assert_int_eq(tf_run(sess, tf_range(a, INT64_MAX), FEED(a, INT64_MIN)), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "Requires a number of elements below 2**63");
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(tf_run(sess, tf_range(0.0, f), FEED(f, i ? NAN : INFINITY)), tf_invalid_argument);
        must_have_reported(tf_invalid_argument, "Requires a number of elements below 2**63");
    }
    check_run(tf_range(INT32_MIN, INT32_MAX, INT32_MAX), (tf_feeds){ 0 }, NUMBERS(-2147483648.0, -1, 2147483646));
}
END_TEST

/* Gradients of f at 0 and 4, tailing a full vector, where 0 and then 1 flow in. */
static void check_gate(tf_tensor x, tf_tensor y, double at_4)
{
    enum { N = 9 };
    double values[N], flowing[N], want[N];
    for (int i = 0; i < N; i++) {
        values[i] = i % 2 ? 4 : 0;
        flowing[i] = i % 2;
        want[i] = i % 2 ? at_4 : 0;
    }
    const tf_tensor dy = tf_placeholder(tf_get_dtype(x), SHAPE(NONE));
    const tf_tensor dx = tf_at(tf_gradients(y, x, .grad_ys = LIST(dy)), 0);
    check_run(dx, FEED(x, np_array(values, tf_float64, SHAPE(N)), dy, np_array(flowing, tf_float64, SHAPE(N))), N, want);
}

START_TEST(no_gradient_comes_out_where_none_flows_in)
{
    static const tf_dtype dtypes[] = { tf_float32, tf_float64 };
    const tf_tensor x = tf_placeholder(dtypes[_i], SHAPE(NONE));
    check_gate(x, tf_sqrt(x), 0.25);
    check_gate(x, tf_rsqrt(x), -0.0625);
    check_gate(x, tf_reciprocal(x), -0.0625);
}
END_TEST

START_TEST(floormod_adds_the_divisor_once)
{
    const tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), y = tf_placeholder(tf_float32, SHAPE(NONE));
    tf_ndarray a = { 0 };
    must(tf_run(sess, FETCH(tf_floormod(x, y), &a),
                FEED(x, NP_FLOAT(-1, 1, -1e-20, 1e-20, 0), y, NP_FLOAT(INFINITY, -INFINITY, 3, -3, -INFINITY))));
    const double want[] = { INFINITY, -INFINITY, 3, -3, 0 };
    for (int i = 0; i < 5; i++)
        ck_assert(np_get(a, i) == want[i]);
    np_free(&a);
}
END_TEST

START_TEST(linspace_ends_where_it_is_told)
{
    tf_ndarray a = { 0 };
    must(tf_run(sess, FETCH(tf_linspace(-3e38, 3e38, 3), &a)));
    ck_assert(np_get(a, 0) == (double)-3e38f && np_get(a, 2) == (double)3e38f);
    np_free(&a);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("numbers");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, open_session, close_session);
    tcase_add_test(all, an_int32_is_fetched_and_read_exactly);
    tcase_add_test(all, what_a_number_cannot_hold_is_not_fetched_into_it);
    tcase_add_test(all, a_dimension_above_int32_stays_what_it_is);
    tcase_add_test(all, sizes_beyond_int64_are_refused);
    tcase_add_test(all, a_range_that_never_ends_is_refused);
    tcase_add_loop_test(all, no_gradient_comes_out_where_none_flows_in, 0, 2);
    tcase_add_test(all, floormod_adds_the_divisor_once);
    tcase_add_test(all, linspace_ends_where_it_is_told);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
