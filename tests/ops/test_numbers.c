/* Numbers at the ends of what their types hold: exact, or refused; kernels at zero and infinity. */
#include <float.h>
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
    ck_assert_int_eq(tf_run(sess, tf_range(a, tf_constant(INT64_MAX)), FEED(a, INT64_MIN)), tf_invalid_argument);
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

/* ---- bools are 0 and 1, whatever bytes stand for them --------------------------------------------------------------------------- */
static const unsigned char odd_bytes[] = { 0, 1, 2, 255 };
static const tf_feeds nothing = { 0 };

static void check_bools(tf_tensor t, tf_feeds feeds)
{
    bool all[] = { true, true, true, true };
    const tf_tensor yes = tf_constant(np_array(all, tf_bool, SHAPE(4)));
    check_run(tf_cast(t, tf_float32), feeds, NUMBERS(0, 1, 1, 1));
    check_run(tf_cast(tf_logical_not(t), tf_int32), feeds, NUMBERS(1, 0, 0, 0));
    check_run(tf_cast(tf_equal(t, yes), tf_int32), feeds, NUMBERS(0, 1, 1, 1));
    check_run(tf_cast(tf_logical_xor(t, yes), tf_int32), feeds, NUMBERS(1, 0, 0, 0));
    check_run(tf_reduce_sum(tf_cast(t, tf_int64)), feeds, NUMBERS(3));
    tf_ndarray same = { 0 };
    must(tf_run(sess, FETCH(tf_reshape(t, SHAPE(2, 2)), &same), feeds));
    ck_assert_int_eq(memcmp(same.data, (unsigned char[]){ 0, 1, 1, 1 }, 4), 0);
    np_free(&same);
}

START_TEST(a_bool_of_another_byte_is_true)
{
    unsigned char own[sizeof odd_bytes];
    bool none[4] = { 0 };
    const tf_ndarray odd = np_array(memcpy(own, odd_bytes, sizeof own), tf_bool, SHAPE(4));
    const tf_tensor fed = tf_placeholder(tf_bool, SHAPE(4)), kept = tf_variable(np_array(none, tf_bool, SHAPE(4)));
    check_bools(fed, FEED(fed, odd));
    ck_assert_int_eq(memcmp(own, odd_bytes, sizeof own), 0); /* what is borrowed is only read */
    check_bools(tf_constant(odd), nothing);
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_load(kept, odd, sess));
    check_bools(kept, nothing);
    ck_assert(np_get(odd, 3) == 1);
    ck_assert_int_eq(np_get_int(odd, 2), 1);
}
END_TEST

START_TEST(an_int64_is_read_exactly)
{
    int64_t large[] = { (INT64_C(1) << 53) + 1, INT64_MAX, INT64_MIN };
    const tf_ndarray a = np_array(large, tf_int64, SHAPE(3));
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(np_get_int(a, i), large[i]);
    ck_assert_int_eq(np_get_int(a, 3), 0);
    ck_assert_int_eq(np_get_int(NP_FLOAT(-2.75), 0), -2);
}
END_TEST

/* TF: tf.set_random_seed(3); tf.random_uniform([3], low, high, dtype, seed=1) */
static void check_integers(tf_operand low, tf_operand high, tf_dtype dtype, const int64_t *want)
{
    tf_ndarray got = { 0 };
    tf_set_random_seed(3);
    must(tf_run(sess, FETCH(tf_random_uniform(SHAPE(3), low, high, dtype, .seed = 1), &got)));
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(np_get_int(got, i), want[i]);
    np_free(&got);
}
#define INTEGERS(...) ((const int64_t[]){ __VA_ARGS__ })

START_TEST(random_integers_are_within_exact_bounds)
{
    const int64_t beyond = INT64_C(1) << 53;
    check_integers(TF_T(INT64_MIN), TF_T(INT64_MAX), tf_int64,
                   INTEGERS(7944540281194649541, -2948892685948157645, 3012648614285271292));
    check_integers(TF_T(beyond + 1), TF_T(beyond + 3), tf_int64, INTEGERS(beyond + 2, beyond + 2, beyond + 1));
    check_integers(TF_T(INT32_MIN), TF_T(INT32_MAX), tf_int32, INTEGERS(-1268541499, 1849732427, 1565524275));
    check_integers(TF_T(tf_constant(2)), TF_T(tf_constant(9)), tf_int32, INTEGERS(3, 8, 4));
}
END_TEST

START_TEST(random_bounds_are_tensors_too)
{
    tf_set_random_seed(3);
    const tf_tensor high = tf_constant(NP_FLOAT(3, 4, 5)),
                    drawn = tf_random_uniform(SHAPE(2, 3), tf_constant(2.0), high, .seed = 1);
    check_run(drawn, nothing,
              NUMBERS(2.778069019317627, 3.0105769634246826, 3.8751096725463867, 2.1517858505249023, 2.1856069564819336,
                      3.853388786315918));
    ck_assert(tf_is_poisoned(tf_random_uniform(SHAPE(3), 0.5, 3, tf_int32)));
    must_have_reported(tf_type_error, "Expected int32, got 0.5 of type 'float' instead.");
    ck_assert(tf_is_poisoned(tf_random_uniform(SHAPE(3), tf_constant(2), 9, tf_int64)));
    must_have_reported(tf_value_error, "Tensor conversion requested dtype int64 for Tensor with dtype int32");
    ck_assert(tf_is_poisoned(tf_random_uniform(SHAPE(3), NP_INT(1, 2), 5, tf_int32)));
    must_have_reported(tf_value_error, "Shape must be rank 0 but is rank 1");
}
END_TEST

START_TEST(even_steps_reach_the_ends_of_their_dtypes)
{
    const int64_t most = INT64_MAX;
    tf_ndarray got = { 0 };
#if LDBL_MANT_DIG < 64 /* as 32-bit ARM's: a number on its way to an operand has no more digits */
    ck_assert(tf_is_poisoned(tf_range(most - 2, most)));
    must_have_reported(tf_value_error, "Whole numbers from 2**53 on are written tf_constant(...)");
    must(tf_run(sess, FETCH(tf_range(tf_constant(most - 2), tf_constant(most)), &got)));
#else
    const tf_tensor last =
        computes_as_the_machine() ? tf_range(most - 2, most) : tf_range(tf_constant(most - 2), tf_constant(most));
    must(tf_run(sess, FETCH(last, &got)));
#endif
    ck_assert_int_eq(np_size(got), 2);
    ck_assert_int_eq(np_get_int(got, 1), most - 1);
    np_free(&got);
    must(tf_run(sess, FETCH(tf_range(tf_constant(INT64_C(9007199254740993)), tf_constant(INT64_C(9007199254740996))), &got)));
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(np_get_int(got, i), INT64_C(9007199254740993) + i);
    np_free(&got);
    check_run(tf_range(INT32_MIN, INT32_MIN + 5, 3), nothing, NUMBERS(INT32_MIN, INT32_MIN + 3));
    check_run(tf_linspace(0.0, 1.0, 1), nothing, NUMBERS(0));
    check_run(tf_linspace(1.0, 1.0, 4), nothing, NUMBERS(1, 1, 1, 1));
}
END_TEST

START_TEST(whole_numbers_are_round)
{
    const tf_dtype whole[] = { tf_int32, tf_int64, tf_uint8 };
    for (int i = 0; i < 3; i++) {
        const tf_tensor x = tf_constant(200, .dtype = whole[i]), y = tf_round(x);
        ck_assert(y.op == x.op);
    }
    ck_assert_int_eq(caught()->count, 0);
}
END_TEST

START_TEST(casts_to_fewer_bits_are_tensorflows)
{
    int64_t wide[] = { INT64_C(1) << 31, -(INT64_C(1) << 31) - 1, INT64_MAX };
    check_run(tf_cast(tf_constant(np_array(wide, tf_int64, SHAPE(3))), tf_int32), nothing, NUMBERS(INT32_MIN, INT32_MAX, -1));
    check_run(tf_cast(tf_constant(NP_FLOAT(3e9, -3e9, 1e20, NAN, INFINITY)), tf_int32), nothing,
              NUMBERS(INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN));
    check_run(tf_cast(tf_constant(NP_INT(300, -1, 256)), tf_uint8), nothing, NUMBERS(44, 255, 0));
    check_run(tf_cast(tf_constant(NP_FLOAT(300.7, -1.5, 256)), tf_uint8), nothing, NUMBERS(44, 255, 0));
    check_run(tf_cast(tf_cast(tf_constant(NP_INT(2, 0, 256, -1)), tf_bool), tf_int32), nothing, NUMBERS(1, 0, 1, 1));
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
    tcase_add_test(all, a_bool_of_another_byte_is_true);
    tcase_add_test(all, an_int64_is_read_exactly);
    tcase_add_test(all, random_integers_are_within_exact_bounds);
    tcase_add_test(all, random_bounds_are_tensors_too);
    tcase_add_test(all, even_steps_reach_the_ends_of_their_dtypes);
    tcase_add_test(all, whole_numbers_are_round);
    tcase_add_test(all, casts_to_fewer_bits_are_tensorflows);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
