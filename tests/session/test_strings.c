/* Strings through a graph: constants, feeds, ops that move them, kernels that make them, fetches that own them. */
#include <math.h>
#include <string.h>

#include "ops/family.h"
#include "tests/fixture.h"
#include "tf1c.h"

static void check_text(tf_tensor t, tf_feeds feeds, const char *want)
{
    char text[512];
    tf_ndarray a = { 0 };
    must(tf_run(sess, FETCH(t, &a), feeds));
    ck_assert_str_eq(np_text(a, text, sizeof text), want);
    np_free(&a);
}

/* Upper case: a kernel that makes strings. */
static void upper_kernel(tf_kernel_ctx *k)
{
    const tf_bytes *from = k->in[0].data;
    tf_bytes *to = k->out[0].data;
    for (int64_t i = k->begin; i < k->end; i++) {
        char *s = tf_kernel_string(k, from[i].size);
        to[i] = (tf_bytes){ s, s ? from[i].size : 0 };
        for (size_t j = 0; j < to[i].size; j++)
            s[j] = (char)(from[i].data[j] & ~0x20);
    }
}
static int64_t upper_units(const tf_kernel_ctx *k) { return tf_view_count(&k->out[0]); }
static const tf_op_def upper_op = {
    .name = "Upper",
    .in = "x:string",
    .out = "y:string",
    .shape = tf_unchanged_shape,
    .kernel = upper_kernel,
    .units = upper_units,
    .gradient = tf_no_gradient,
};
static tf_tensor upper(tf_tensor x) { return tf_op_unary(&upper_op, tf_operand_tensor(x), (struct tf_name_args){ 0 }, NULL); }

START_TEST(a_copy_owns_its_bytes)
{
    char changing[] = "abc";
    tf_ndarray copy = np_copy(NP_STRING(changing, "d"));
    memset(changing, 'x', 3);
    ck_assert_str_eq(np_string(copy, 0).data, "abc");
    ck_assert_uint_eq(np_string(copy, 1).size, 1);
    ck_assert_uint_eq(np_string(copy, 2).size, 0);
    ck_assert(isnan(np_get(copy, 0)));
    np_free(&copy);
}
END_TEST

START_TEST(text_shows_bytes_as_python_does)
{
    char text[512];
    ck_assert_str_eq(np_text(NP_STRING("a", "it's", "\n\x01", "'\"\\"), text, sizeof text),
                     "[b'a' b\"it's\" b'\\n\\x01' b'\\'\"\\\\']");
}
END_TEST

START_TEST(what_moves_elements_moves_strings)
{
    tf_tensor c = tf_constant(NP_STRING("one", "two", "three")), p = tf_placeholder(tf_string, SHAPE(NONE));
    tf_tensor all = tf_concat(LIST(c, p), 0), k = tf_constant("k");
    tf_feeds feeds = FEED(p, NP_STRING("x", "y"));
    check_text(tf_gather(all, NP_INT(4, 0, 1)), feeds, "[b'y' b'one' b'two']");
    check_text(tf_getitem(all, "::-2"), feeds, "[b'y' b'three' b'one']");
    check_text(tf_transpose(tf_reshape(tf_concat(LIST(all, tf_expand_dims(k, 0)), 0), SHAPE(2, 3))), feeds,
               "[[b'one' b'x']\n [b'two' b'y']\n [b'three' b'k']]");
    check_text(tf_stack(LIST(k, k)), feeds, "[b'k' b'k']");
    check_text(tf_at(tf_split(c, 3), 1), feeds, "[b'two']");
    check_text(tf_shape(all), feeds, "[5]");
    check_text(tf_identity(p), FEED(p, NP_STRING("again")), "[b'again']");
}
END_TEST

static tf_tensor upper_of(tf_tensor x, void *context)
{
    (void)context;
    return upper(x);
}

START_TEST(kernels_make_strings_in_every_run_and_step)
{
    tf_tensor p = tf_placeholder(tf_string, SHAPE(NONE)), up = upper(p);
    tf_tensor constant = upper(tf_constant(NP_STRING("folded", "never")));
    for (int run = 0; run < 3; run++) {
        check_text(tf_concat(LIST(up, constant), 0), FEED(p, NP_STRING("ab", "c")), "[b'AB' b'C' b'FOLDED' b'NEVER']");
        check_text(tf_map_fn(upper_of, p), FEED(p, NP_STRING("ab", "c", "d")), "[b'AB' b'C' b'D']");
    }
}
END_TEST

START_TEST(a_fetched_array_is_replaced_and_its_bytes_stay_until_then)
{
    tf_tensor p = tf_placeholder(tf_string, SHAPE(NONE)), up = upper(p);
    tf_ndarray a = { 0 };
    must(tf_run(sess, FETCH(up, &a), FEED(p, NP_STRING("abc"))));
    must(tf_run(sess, FETCH(up, &a), FEED(p, a))); /* fed from the memory that the fetch replaces */
    ck_assert_str_eq(np_string(a, 0).data, "ABC");
    np_free(&a);
}
END_TEST

START_TEST(strings_and_numbers_are_not_each_other)
{
    tf_tensor p = tf_placeholder(tf_string, SHAPE(NONE)), x = tf_placeholder(tf_float32), s = tf_constant("s");
    float number = 0;
    ck_assert_int_eq(tf_run(sess, FETCH(s, &number)), tf_type_error);
    must_have_reported(tf_type_error, "of dtype string was fetched into a number");
    ck_assert_int_eq(tf_run(sess, FETCH(p, NULL), FEED(p, NP_FLOAT(1))), tf_type_error);
    must_have_reported(tf_type_error, "is of dtype float32, which is not compatible with string");
    ck_assert_int_eq(tf_run(sess, FETCH(x, NULL), FEED(x, "1.5")), tf_type_error);
    must_have_reported(tf_type_error, "is of dtype string, which is not compatible with float32");
    tf_constant("a", .dtype = tf_float32);
    must_have_reported(tf_type_error, "Expected float32, got 'a' of type 'str' instead.");
    tf_constant(3, .dtype = tf_string);
    must_have_reported(tf_type_error, "Expected string, got 3 of type 'int' instead.");
    tf_add(s, s);
    must_have_reported(tf_type_error, "DataType string not in list of allowed values");
    np_astype(NP_STRING("1"), tf_float32);
    must_have_reported(tf_type_error, "cannot convert an array of string to float32");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("strings");
    TCase *tc = tcase_create("strings");
    tcase_add_checked_fixture(tc, open_session, close_session);
    tcase_add_test(tc, a_copy_owns_its_bytes);
    tcase_add_test(tc, text_shows_bytes_as_python_does);
    tcase_add_test(tc, what_moves_elements_moves_strings);
    tcase_add_test(tc, kernels_make_strings_in_every_run_and_step);
    tcase_add_test(tc, a_fetched_array_is_replaced_and_its_bytes_stay_until_then);
    tcase_add_test(tc, strings_and_numbers_are_not_each_other);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
