/* Dtypes, shapes and arrays. What NumPy answers is NumPy 1.18.5's answer. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrays.h"
#include "core/alloc.h"

static void setup(void)
{
    tf_on_error(tf_silent);
    tf_clear_error();
}

static void teardown(void) { tf1c_alloc_hook = NULL; }

/* ---- dtypes and shapes ------------------------------------------------------------------------------------------ */
static const struct {
    tf_dtype dtype;
    size_t size;
    const char *name, *kernel_name;
} dtype_cases[] = {
    { tf_float32, 4, "float32", "float" },
    { tf_float64, 8, "float64", "double" },
    { tf_int32, 4, "int32", "int32" },
    { tf_uint8, 1, "uint8", "uint8" },
    { tf_int64, 8, "int64", "int64" },
    { tf_bool, 1, "bool", "bool" },
    { tf_string, sizeof(tf_bytes), "string", "string" },
    { tf_dtype_unset, 0, "<unset>", "<unset>" },
    { (tf_dtype)8, 0, "<unset>", "<unset>" },
    { (tf_dtype)99, 0, "<unset>", "<unset>" },
};

START_TEST(a_dtype_has_a_size_and_two_names)
{
    ck_assert_uint_eq(tf_dtype_size(dtype_cases[_i].dtype), dtype_cases[_i].size);
    ck_assert_str_eq(tf_dtype_name(dtype_cases[_i].dtype), dtype_cases[_i].name);
    ck_assert_str_eq(tf_dtype_kernel_name(dtype_cases[_i].dtype), dtype_cases[_i].kernel_name);
}
END_TEST

#define HUGE_DIM INT64_MAX
static const struct {
    tf_dims dims;
    const char *text, *kernel_text;
    int64_t count;
} dims_cases[] = {
    { SHAPE(NONE, 784), "(?, 784)", "[?,784]", -1 },
    { SCALAR, "()", "[]", 1 },
    { SHAPE(3), "(3,)", "[3]", 3 },
    { SHAPE(NONE), "(?,)", "[?]", -1 },
    { { .known = false }, "<unknown>", "<unknown>", -1 },
    { { .known = true, .rank = 9 }, "<unknown>", "<unknown>", -1 }, /* no SHAPE makes this */
    { SHAPE(2, 3, 4), "(2, 3, 4)", "[2,3,4]", 24 },
    { SHAPE(0, 3), "(0, 3)", "[0,3]", 0 },
    { SHAPE(1, 2, 3, 4, 5, 6, 7, 8), "(1, 2, 3, 4, 5, 6, 7, 8)", "[1,2,3,4,5,6,7,8]", 40320 },
    { SHAPE(HUGE_DIM, 4), "(9223372036854775807, 4)", "[9223372036854775807,4]", INT64_MAX },
    { SHAPE(HUGE_DIM, HUGE_DIM, 0), "(9223372036854775807, 9223372036854775807, 0)", "[9223372036854775807,9223372036854775807,0]",
      0 },
};

START_TEST(a_shape_prints_as_python_and_as_kernels_do)
{
    char text[TF_DIMS_TEXT];

    ck_assert_str_eq(tf_dims_text(dims_cases[_i].dims, text, sizeof text), dims_cases[_i].text);
    ck_assert_str_eq(tf_dims_kernel_text(dims_cases[_i].dims, text, sizeof text), dims_cases[_i].kernel_text);
    ck_assert_int_eq(tf_dims_count(dims_cases[_i].dims), dims_cases[_i].count);
    ck_assert_int_eq(tf_dims_fully_known(dims_cases[_i].dims), dims_cases[_i].count >= 0);
    for (int j = 0; j < COUNT(dims_cases); j++)
        ck_assert_int_eq(tf_dims_equal(dims_cases[_i].dims, dims_cases[j].dims),
                         strcmp(dims_cases[_i].text, dims_cases[j].text) == 0);
}
END_TEST

START_TEST(the_longest_shape_fits_its_text_and_a_short_buffer_is_kept_to)
{
    tf_dims d = SHAPE(HUGE_DIM, HUGE_DIM, HUGE_DIM, HUGE_DIM, HUGE_DIM, HUGE_DIM, HUGE_DIM, HUGE_DIM);
    char text[TF_DIMS_TEXT], small[6] = "-----";

    ck_assert_uint_eq(strlen(tf_dims_text(d, text, sizeof text)), 8 * 19 + 7 * 2 + 2);
    ck_assert_str_eq(tf_dims_text(SHAPE(NONE, 784), small, 5), "(?, ");
    tf_dims_text(SHAPE(NONE, 784), small, 0);
    ck_assert_str_eq(small, "(?, ");
}
END_TEST

/* ---- text ---------------------------------------------------------------------------------------------------------
 */
static const struct {
    tf_dtype dtype;
    tf_dims shape;
    void *data;
    const char *text;
} text_cases[] = {
    { tf_float32, SHAPE(3), (float[]){ 1.5, 2, 3 }, "[1.5 2.  3. ]" },
    { tf_float32, SHAPE(3), (float[]){ 0.1f, 0.2f, 1.0f / 3 }, "[0.1        0.2        0.33333334]" },
    { tf_float32, SHAPE(2), (float[]){ 1e-5f, 1 }, "[1.e-05 1.e+00]" },
    { tf_float64, SHAPE(2), (double[]){ 1e-300, 1 }, "[1.e-300 1.e+000]" },
    { tf_float64, SHAPE(3), (double[]){ 1e10, NAN, -INFINITY }, "[1.e+10    nan   -inf]" },
    { tf_float64, SHAPE(3), (double[]){ NAN, NAN, INFINITY }, "[nan nan inf]" },
    { tf_float64, SHAPE(2), (double[]){ 1, NAN }, "[ 1. nan]" },
    { tf_float64, SHAPE(2), (double[]){ 1, -INFINITY }, "[  1. -inf]" },
    { tf_float64, SHAPE(3), (double[]){ 1e300, NAN, -1 }, "[ 1.e+300      nan -1.e+000]" },
    { tf_float64, SHAPE(2), (double[]){ 0.123456789123, -12.5 }, "[  0.12345679 -12.5       ]" },
    { tf_float64, SCALAR, (double[]){ 1.0 / 3 }, "0.3333333333333333" },
    { tf_float32, SCALAR, (float[]){ 1.0f / 3 }, "0.33333334" },
    { tf_float64, SCALAR, (double[]){ 1e16 }, "1e+16" },
    { tf_float64, SCALAR, (double[]){ 1.5e-5 }, "1.5e-05" },
    { tf_float64, SCALAR, (double[]){ 100000 }, "100000.0" },
    { tf_float64, SCALAR, (double[]){ -0.0 }, "-0.0" },
    { tf_float64, SCALAR, (double[]){ INFINITY }, "inf" },
    { tf_float32, SHAPE(2, 3), (float[]){ 1, 2, 3, 4, 5, 6 }, "[[1. 2. 3.]\n [4. 5. 6.]]" },
    { tf_float32, SHAPE(2, 2, 2), (float[]){ 0, 1, 2, 3, 4, 5, 6, 7 }, "[[[0. 1.]\n  [2. 3.]]\n\n [[4. 5.]\n  [6. 7.]]]" },
    { tf_float32, SHAPE(2), (float[]){ 16777216, 99999992 }, "[16777216. 99999990.]" },
    { tf_float32, SHAPE(2), (float[]){ 0, 0 }, "[0. 0.]" },
    { tf_float64, SHAPE(2), (double[]){ 0.999999999999, 1 }, "[1. 1.]" },
    { tf_float64, SHAPE(2), (double[]){ 123456789.125, 1 }, "[1.23456789e+08 1.00000000e+00]" },
    { tf_float64, SHAPE(2), (double[]){ 1234.5, 1 }, "[1.2345e+03 1.0000e+00]" },
    { tf_int32, SHAPE(2, 2), (int32_t[]){ 1, -2, 3, 40 }, "[[ 1 -2]\n [ 3 40]]" },
    { tf_int64, SHAPE(2), (int64_t[]){ 9007199254740993, -1 }, "[9007199254740993               -1]" },
    { tf_uint8, SHAPE(2), (uint8_t[]){ 7, 255 }, "[  7 255]" },
    { tf_bool, SHAPE(2), (bool[]){ true, false }, "[ True False]" },
    { tf_bool, SCALAR, (bool[]){ true }, "True" },
    { tf_int32, SCALAR, (int32_t[]){ 7 }, "7" },
    { tf_float32, { .known = true, .rank = 2, .dims = { 2, 0 } }, NULL, "[]" },
    { tf_float32, { .known = true, .rank = 1, .dims = { 2 } }, NULL, "<no data>" },
};

START_TEST(an_array_prints_as_numpy_prints_it)
{
    check_text(np_array(text_cases[_i].data, text_cases[_i].dtype, text_cases[_i].shape), text_cases[_i].text);
}
END_TEST

START_TEST(a_long_array_prints_its_ends)
{
    tf_ndarray a = np_arange(1001, tf_int32), b = np_arange(1200, tf_float64);

    check_text(a, "[   0    1    2 ...  998  999 1000]");
    check_text(np_reshape(b, SHAPE(8, 150)), "[[0.000e+00 1.000e+00 2.000e+00 ... 1.470e+02 1.480e+02 1.490e+02]\n"
                                             " [1.500e+02 1.510e+02 1.520e+02 ... 2.970e+02 2.980e+02 2.990e+02]\n"
                                             " [3.000e+02 3.010e+02 3.020e+02 ... 4.470e+02 4.480e+02 4.490e+02]\n"
                                             " ...\n"
                                             " [7.500e+02 7.510e+02 7.520e+02 ... 8.970e+02 8.980e+02 8.990e+02]\n"
                                             " [9.000e+02 9.010e+02 9.020e+02 ... 1.047e+03 1.048e+03 1.049e+03]\n"
                                             " [1.050e+03 1.051e+03 1.052e+03 ... 1.197e+03 1.198e+03 1.199e+03]]");
    np_free(&a);
    np_free(&b);
}
END_TEST

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wconversion"
#pragma GCC diagnostic error "-Wfloat-conversion"
START_TEST(literals_of_doubles_are_rounded_to_float32_without_a_warning)
{
    const double third = 1 / 3.;
    tf_ndarray a = NP_FLOAT(0.1, third, 3, 1e300, 0.5f), b = NP_FLOAT2D({ 0.1, third, 3 }, { -0.1, 1e-50, 7 });
    const float want_a[] = { 0.1f, 1 / 3.f, 3, INFINITY, 0.5f }, want_b[] = { 0.1f, 1 / 3.f, 3, -0.1f, 0, 7 };
    ck_assert(a.dtype == tf_float32 && tf_dims_equal(a.shape, SHAPE(5)));
    ck_assert_mem_eq(a.data, want_a, sizeof want_a);
    ck_assert(b.dtype == tf_float32 && tf_dims_equal(b.shape, SHAPE(2, 3)));
    ck_assert_mem_eq(b.data, want_b, sizeof want_b);
}
END_TEST
#pragma GCC diagnostic pop

START_TEST(a_line_ends_before_column_75)
{
    tf_ndarray a = np_arange(30, tf_int32);

    tf_ndarray b = NP_FLOAT(0.25, 0.5, 0.25, 0.5, 0.25, 0.5, 0.25, 0.5, 0.25, 0.5, 0.25, 0.5, 0.5, 0.25);

    check_text(b, "[0.25 0.5  0.25 0.5  0.25 0.5  0.25 0.5  0.25 0.5  0.25 0.5  0.5  0.25]");
    b = NP_FLOAT(0.25, 0.5, 0.25, 0.5, 0.25, 0.5, 0.25, 0.5, 0.25, 0.5, 0.25, 0.5, 0.25, 0.5, 0.25);
    check_text(b, "[0.25 0.5  0.25 0.5  0.25 0.5  0.25 0.5  0.25 0.5  0.25 0.5  0.25 0.5\n 0.25]");
    check_text(a, "[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n 24 25 26 27 28 29]");
    np_free(&a);
}
END_TEST

START_TEST(text_keeps_to_its_buffer)
{
    tf_ndarray a = NP_INT(1, 2, 3);
    float values[16] = { 0.25f };
    char text[8] = "-------", some[128], all[128];
    size_t whole = strlen(np_text(np_array(values, tf_float32, SHAPE(16)), all, sizeof all));

    ck_assert_str_eq(np_text(a, text, 5), "[1 2");
    ck_assert_int_eq(text[5], '-');
    np_text(a, text, 0);
    ck_assert_str_eq(text, "[1 2");
    for (size_t n = 1; n <= whole; n++) { /* any room gives the beginning of the whole */
        np_text(np_array(values, tf_float32, SHAPE(16)), some, n);
        ck_assert(strlen(some) == n - 1 && strncmp(some, all, n - 1) == 0);
    }
}
END_TEST

/* ---- arrays ---------------------------------------------------------------------------------------------------------
 */

START_TEST(literals_have_shapes)
{
    check_text(NP_FLOAT(1, 2.5), "[1.  2.5]");
    check_text(NP_INT2D({ 1, 2 }, { 3, 4 }, { 5, 6 }), "[[1 2]\n [3 4]\n [5 6]]");
    check_text(NP_INT(-2147483647 - 1, 2147483647, 3.0), "[-2147483648  2147483647           3]");
    check_text(NP_FLOAT2D({ 1, 2, 3 }), "[[1. 2. 3.]]");
    check_text(NP_FLOAT2D({ 1 }, { 2 }), "[[1.]\n [2.]]");
}
END_TEST

START_TEST(integers_that_int32_does_not_hold_are_int64)
{
    const int64_t most = INT64_MAX;
    ck_assert_int_eq(NP_INT(1, 2147483647).dtype, tf_int32);
    ck_assert_int_eq(NP_INT(1, 2147483648).dtype, tf_int64);
    ck_assert_int_eq(NP_INT(-2147483649).dtype, tf_int64);
    check_text(NP_INT(3000000000, -1), "[3000000000         -1]");
    check_text(NP_INT2D({ 1, 1LL << 40 }), "[[            1 1099511627776]]");
    if (LDBL_MANT_DIG >= 64 && computes_as_the_machine()) /* 32-bit ARM's is a double */
        ck_assert_int_eq(np_get_int(NP_INT(most), 0), most);
}
END_TEST

static const struct {
    double number;
    const char *told;
} no_integers[] = {
    { 1.5, "Expected int64, got 1.5 of type 'float' instead; NP_FLOAT holds fractions" },
    { NAN, "Expected int64, got nan of type 'float' instead; NP_FLOAT holds fractions" },
    { 1e19, "Expected int64, got 1e+19 of type 'float' instead; NP_FLOAT holds fractions" },
};

START_TEST(what_is_no_integer_is_refused_among_integers)
{
    const tf_ndarray a = NP_INT(1, no_integers[_i].number), b = NP_INT2D({ 1, 2 }, { 3, no_integers[_i].number });
    ck_assert_ptr_null(a.data);
    ck_assert_ptr_null(b.data);
    ck_assert_int_eq(tf_last_error()->code, tf_type_error);
    ck_assert_str_eq(tf_last_error()->message, no_integers[_i].told);
    ck_assert_str_eq(tf_last_error()->where.file, __FILE__);
}
END_TEST

START_TEST(new_arrays_hold_what_numpy_puts_in)
{
    tf_ndarray eye = np_eye(3, tf_int32), zeros = np_zeros(SHAPE(2, 2), tf_bool), range = np_arange(4, tf_float32);
    tf_ndarray none = np_arange(-2, tf_int32), rows = np_eye_rows(NP_INT(2, 0, -1), 3), copy = np_copy(rows);

    check_text(eye, "[[1 0 0]\n [0 1 0]\n [0 0 1]]");
    check_text(zeros, "[[False False]\n [False False]]");
    check_text(range, "[0. 1. 2. 3.]");
    check_text(none, "[]");
    check_text(rows, "[[0. 0. 1.]\n [1. 0. 0.]\n [0. 0. 1.]]");
    ck_assert(same(copy, rows) && copy.data != rows.data && copy.memory);
    ck_assert_uint_eq((uintptr_t)eye.data % 64, 0);
    np_free(&eye);
    np_free(&zeros);
    np_free(&range);
    np_free(&none);
    np_free(&rows);
    np_free(&copy);
    ck_assert_ptr_null(copy.data);
    np_free(&copy);
    np_free(NULL);
    check_no_error();
}
END_TEST

START_TEST(an_array_that_cannot_be_is_reported_and_without_data)
{
    const int64_t huge = INT64_MAX;

    ck_assert_ptr_null(np_empty(SHAPE(huge / 2, 3), tf_float64).data);
    check_error(tf_memory_error, "for an array with shape (4611686018427387903, 3) and data type float64");
    ck_assert_ptr_null(np_zeros(SHAPE(NONE, 3), tf_float64).data);
    check_error(tf_value_error, "(?, 3)");
    ck_assert_ptr_null(np_zeros((tf_dims){ 0 }, tf_float64).data);
    check_error(tf_value_error, "<unknown>");
    ck_assert_ptr_null(np_zeros(SHAPE(3), tf_dtype_unset).data);
    check_error(tf_type_error, "data type 0");
    ck_assert_ptr_null(np_eye(-1, tf_float32).data);
    check_error(tf_value_error, "negative dimensions are not allowed");
    ck_assert_ptr_null(np_eye_rows(NP_INT(0, 4), 4).data);
    check_error(tf_lookup_error, "index 4 is out of bounds for axis 0 with size 4");
    ck_assert_ptr_null(np_eye_rows(NP_FLOAT(0, 4), 4).data);
    check_error(tf_type_error, "float32");
}
END_TEST

START_TEST(what_is_made_of_an_array_without_data_stays_quiet)
{
    tf_ndarray a = { 0 };

    ck_assert_ptr_null(np_copy(a).data);
    ck_assert_ptr_null(np_astype(a, tf_int32).data);
    ck_assert_ptr_null(np_argmax(a, 0).data);
    ck_assert_ptr_null(np_eye_rows(a, 3).data);
    ck_assert_ptr_null(np_reshape(a, SHAPE(1)).data);
    ck_assert_ptr_null(np_slice(a, 0, 1).data);
    ck_assert_ptr_null(np_at(a, 0).data);
    ck_assert_int_eq(np_size(a), 0);
    ck_assert_uint_eq(np_nbytes(a), 0);
    ck_assert_int_eq(np_argmax_last(a), 0);
    ck_assert(isnan(np_mean(a)) && isnan(np_get(a, 0)));
    check_no_error();
}
END_TEST

#define ODD_VALUES 300, -1, 3e9, NAN, 1e30, -INFINITY
static const struct {
    tf_dtype from, to;
    void *data;
    tf_dims shape;
    const char *text;
} astype_cases[] = {
    { tf_float64, tf_uint8, (double[]){ ODD_VALUES }, SHAPE(6), "[ 44 255   0   0   0   0]" },
    { tf_float64, tf_int32, (double[]){ ODD_VALUES }, SHAPE(6),
      "[        300          -1 -2147483648 -2147483648 -2147483648 -2147483648]" },
    { tf_float64, tf_int64, (double[]){ 300, 3e9, NAN }, SHAPE(3),
      "[                 300           3000000000 -9223372036854775808]" },
    { tf_float64, tf_bool, (double[]){ 0, NAN, -0.0, 0.5 }, SHAPE(4), "[False  True False  True]" },
    { tf_float32, tf_float64, (float[]){ 0.5f, 2 }, SHAPE(2), "[0.5 2. ]" },
    { tf_int64, tf_int32, (int64_t[]){ 1, (1LL << 40) + 5, -1 }, SHAPE(3), "[ 1  5 -1]" },
    { tf_int64, tf_float32, (int64_t[]){ (1LL << 60) + (1LL << 36) + 1 }, SCALAR, "1.1529216e+18" },
    { tf_int64, tf_int64, (int64_t[]){ 9007199254740993 }, SCALAR, "9007199254740993" },
    { tf_bool, tf_float32, (bool[]){ true, false }, SHAPE(2), "[1. 0.]" },
    { tf_uint8, tf_bool, (uint8_t[]){ 0, 7 }, SHAPE(2), "[False  True]" },
    { tf_int32, tf_uint8, (int32_t[]){ 256, -1 }, SHAPE(2), "[  0 255]" },
};

/* Of the machine; valgrind's converts int64 to float32 by way of float64. */
static bool rounds_once(void)
{
    volatile int64_t halfway_and_one = (1LL << 60) + (1LL << 36) + 1;
    return (float)halfway_and_one > 0x1p60f;
}

START_TEST(a_conversion_answers_what_numpy_does)
{
    if (astype_cases[_i].from == tf_int64 && astype_cases[_i].to == tf_float32 && !rounds_once())
        return;
    tf_ndarray a = np_array(astype_cases[_i].data, astype_cases[_i].from, astype_cases[_i].shape);
    tf_ndarray b = np_astype(a, astype_cases[_i].to);

    ck_assert_int_eq(b.dtype, astype_cases[_i].to);
    check_text(b, astype_cases[_i].text);
    np_free(&b);
}
END_TEST

START_TEST(scaled_bytes_act_as_float32)
{
    uint8_t bytes[] = { 0, 51, 255 };
    tf_ndarray a = np_array(bytes, tf_uint8, SHAPE(3)), b, c;

    a.scale = 1.0f / 255;
    check_text(a, "[0.         0.20000002 1.        ]");
    ck_assert(np_get(a, 1) == (double)(51 * (1.0f / 255)));
    ck_assert(isnan(np_get(a, 3)) && isnan(np_get(a, -1)));
    ck_assert_double_eq_tol(np_mean(a), 0.4, 1e-7);
    ck_assert_int_eq(np_argmax_last(a), 2);
    b = np_astype(a, tf_float32);
    ck_assert(b.scale == 0 && ((float *)b.data)[2] == 1);
    c = np_copy(a);
    check_text(c, "[0.         0.20000002 1.        ]");
    check_text(np_slice(a, 1, 3), "[0.20000002 1.        ]");
    np_free(&b);
    np_free(&c);
    b = np_astype(a, tf_uint8);
    check_text(b, "[0 0 1]");
    np_free(&b);
}
END_TEST

START_TEST(conversions_longer_than_a_block_are_whole)
{
    tf_ndarray a = np_arange(1000, tf_int32), b = np_astype(a, tf_float32), c = np_astype(b, tf_int64);

    for (int i = 0; i < 1000; i++)
        ck_assert(((int64_t *)c.data)[i] == i && np_get(b, i) == i);
    ck_assert_double_eq(np_mean(b), 499.5);
    np_free(&a);
    np_free(&b);
    np_free(&c);
}
END_TEST

static const struct {
    tf_dims shape, target;
    const char *text; /* the new shape, or the message */
} reshape_cases[] = {
    { SHAPE(6), SHAPE(2, 3), "(2, 3)" },
    { SHAPE(6), SHAPE(NONE, 3), "(2, 3)" },
    { SHAPE(6), SHAPE(3, NONE, 1), "(3, 2, 1)" },
    { SHAPE(1), SCALAR, "()" },
    { SCALAR, SHAPE(1, 1), "(1, 1)" },
    { SHAPE(0), SHAPE(NONE, 5), "(0, 5)" },
    { SHAPE(0), SHAPE(0, NONE), "cannot reshape array of size 0 into shape (0,newaxis)" },
    { SHAPE(6), SHAPE(4), "cannot reshape array of size 6 into shape (4,)" },
    { SHAPE(6), SHAPE(4, NONE), "cannot reshape array of size 6 into shape (4,newaxis)" },
    { SHAPE(6), SHAPE(4, 2), "cannot reshape array of size 6 into shape (4,2)" },
    { SHAPE(6), SCALAR, "cannot reshape array of size 6 into shape ()" },
    { SHAPE(6), SHAPE(NONE, NONE), "can only specify one unknown dimension" },
    { SHAPE(6), { .known = false }, "of unknown rank" },
    { SHAPE(6), SHAPE(HUGE_DIM, HUGE_DIM), "cannot reshape array of size 6 into shape" },
};

START_TEST(reshape_fills_in_one_dimension)
{
    tf_ndarray a = np_zeros(reshape_cases[_i].shape, tf_float32), b = np_reshape(a, reshape_cases[_i].target);
    char text[TF_DIMS_TEXT];

    if (reshape_cases[_i].text[0] == '(') {
        ck_assert_str_eq(tf_dims_text(b.shape, text, sizeof text), reshape_cases[_i].text);
        ck_assert(b.data == a.data && !b.memory);
    } else {
        ck_assert_ptr_null(b.data);
        ck_assert_str_eq(tf_last_error()->where.file, __FILE__);
        check_error(tf_value_error, reshape_cases[_i].text);
    }
    np_free(&a);
}
END_TEST

static const struct {
    int64_t begin, end;
    const char *text;
} slice_cases[] = {
    { 0, 3, "[0 1 2]" }, { 1, -1, "[1 2 3]" }, { -2, INT64_MAX, "[3 4]" }, { -99, 2, "[0 1]" },
    { 3, 1, "[]" },      { 5, 9, "[]" },       { 99, 100, "[]" },          { INT64_MIN, INT64_MAX, "[0 1 2 3 4]" },
    { 4, 5, "[4]" },     { 0, -5, "[]" },
};

START_TEST(a_slice_has_pythons_bounds)
{
    tf_ndarray a = np_arange(5, tf_int32), m = np_arange(6, tf_int64);

    check_text(np_slice(a, slice_cases[_i].begin, slice_cases[_i].end), slice_cases[_i].text);
    check_text(np_slice(np_reshape(m, SHAPE(3, 2)), 1, 3), "[[2 3]\n [4 5]]");
    check_text(np_at(np_reshape(m, SHAPE(3, 2)), -1), "[4 5]");
    check_text(np_at(np_at(np_reshape(m, SHAPE(3, 2)), 1), 1), "3");
    check_no_error();
    ck_assert_ptr_null(np_at(a, 5).data);
    check_error(tf_lookup_error, "index 5 is out of bounds for axis 0 with size 5");
    ck_assert_ptr_null(np_at(a, -6).data);
    check_error(tf_lookup_error, "index -6 is out of bounds for axis 0 with size 5");
    ck_assert_ptr_null(np_at(np_at(a, 0), 0).data);
    check_error(tf_lookup_error, "too many indices for array");
    ck_assert_ptr_null(np_slice(np_at(a, 0), 0, 1).data);
    check_error(tf_lookup_error, "too many indices for array");
    np_free(&a);
    np_free(&m);
}
END_TEST

static const struct {
    tf_dtype dtype;
    tf_dims shape;
    void *data;
    int axis;
    const char *text;
} argmax_cases[] = {
    { tf_float32, SHAPE(2, 3), (float[]){ 1, 5, 5, 2, 0, 1 }, 1, "[1 0]" },
    { tf_float32, SHAPE(2, 3), (float[]){ 1, 5, 5, 2, 0, 1 }, -1, "[1 0]" },
    { tf_float32, SHAPE(2, 3), (float[]){ 1, 5, 5, 2, 0, 1 }, 0, "[1 0 0]" },
    { tf_float64, SHAPE(4), (double[]){ 1, NAN, 5, NAN }, 0, "1" },
    { tf_int64, SHAPE(2), (int64_t[]){ 9007199254740992, 9007199254740993 }, 0, "1" },
    { tf_bool, SHAPE(3), (bool[]){ false, true, true }, 0, "1" },
    { tf_int32, SCALAR, (int32_t[]){ 3 }, -1, "0" },
    { tf_float32, SHAPE(0, 2), (float[]){ 0 }, 1, "[]" },
    { tf_int32, SHAPE(2, 2, 2), (int32_t[]){ 1, 2, 4, 3, 8, 7, 5, 6 }, 1, "[[1 1]\n [0 0]]" },
};

START_TEST(argmax_is_the_first_of_equals)
{
    tf_ndarray a = np_array(argmax_cases[_i].data, argmax_cases[_i].dtype, argmax_cases[_i].shape);
    tf_ndarray index = np_argmax(a, argmax_cases[_i].axis);

    ck_assert_int_eq(index.dtype, tf_int64);
    check_text(index, argmax_cases[_i].text);
    np_free(&index);
}
END_TEST

START_TEST(argmax_refuses_bad_axes_and_empty_ones)
{
    float values[4] = { 3, 1, 1, 2 };
    const int64_t huge = (int64_t)1 << 62;

    ck_assert_ptr_null(np_argmax(np_array(values, tf_float32, SHAPE(2, 2)), 2).data);
    check_error(tf_value_error, "axis 2 is out of bounds for array of dimension 2");
    ck_assert_ptr_null(np_argmax(np_array(values, tf_float32, SHAPE(huge, huge, 0)), 2).data);
    check_error(tf_value_error, "attempt to get argmax of an empty sequence");
    ck_assert_int_eq(np_argmax_last(np_array(values, tf_float32, SHAPE(0))), 0);
    check_error(tf_value_error, "attempt to get argmax of an empty sequence");
    ck_assert_int_eq(np_argmax_last(np_array(values, tf_float32, SHAPE(2, 2))), 1);
}
END_TEST

/* ---- memory running out ------------------------------------------------------------------------------------------ */
static int allocations_left;

static bool run_out(size_t size)
{
    (void)size;
    return allocations_left-- > 0;
}

static bool make_arrays(void)
{
    tf_ndarray a = np_zeros(SHAPE(2, 2), tf_float32), b = np_astype(a, tf_int32), c = np_argmax(b, 0);
    tf_ndarray d = np_eye_rows(c, 3), e = np_copy(d);
    bool good = e.data != NULL;

    np_free(&a);
    np_free(&b);
    np_free(&c);
    np_free(&d);
    np_free(&e);
    return good;
}

START_TEST(memory_running_out_anywhere_is_reported_and_nothing_leaks)
{
    int n = 0;
    bool good = false;

    for (; !good && n < 100; n++) {
        tf_clear_error();
        allocations_left = n;
        tf1c_alloc_hook = run_out;
        good = make_arrays();
        tf1c_alloc_hook = NULL;
        ck_assert_int_eq(tf_last_error()->code, good ? tf_ok : tf_memory_error);
    }
    ck_assert(good);
    ck_assert_int_gt(n, 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core_ndarray");
    TCase *tests = tcase_create("rows");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_dtype_has_a_size_and_two_names, 0, COUNT(dtype_cases));
    tcase_add_loop_test(tests, a_shape_prints_as_python_and_as_kernels_do, 0, COUNT(dims_cases));
    tcase_add_test(tests, the_longest_shape_fits_its_text_and_a_short_buffer_is_kept_to);
    tcase_add_loop_test(tests, an_array_prints_as_numpy_prints_it, 0, COUNT(text_cases));
    tcase_add_test(tests, a_long_array_prints_its_ends);
    tcase_add_test(tests, literals_of_doubles_are_rounded_to_float32_without_a_warning);
    tcase_add_test(tests, a_line_ends_before_column_75);
    tcase_add_test(tests, text_keeps_to_its_buffer);
    tcase_add_test(tests, literals_have_shapes);
    tcase_add_test(tests, integers_that_int32_does_not_hold_are_int64);
    tcase_add_loop_test(tests, what_is_no_integer_is_refused_among_integers, 0, sizeof no_integers / sizeof no_integers[0]);
    tcase_add_test(tests, new_arrays_hold_what_numpy_puts_in);
    tcase_add_test(tests, an_array_that_cannot_be_is_reported_and_without_data);
    tcase_add_test(tests, what_is_made_of_an_array_without_data_stays_quiet);
    tcase_add_loop_test(tests, a_conversion_answers_what_numpy_does, 0, COUNT(astype_cases));
    tcase_add_test(tests, scaled_bytes_act_as_float32);
    tcase_add_test(tests, conversions_longer_than_a_block_are_whole);
    tcase_add_loop_test(tests, reshape_fills_in_one_dimension, 0, COUNT(reshape_cases));
    tcase_add_loop_test(tests, a_slice_has_pythons_bounds, 0, COUNT(slice_cases));
    tcase_add_loop_test(tests, argmax_is_the_first_of_equals, 0, COUNT(argmax_cases));
    tcase_add_test(tests, argmax_refuses_bad_axes_and_empty_ones);
    tcase_add_test(tests, memory_running_out_anywhere_is_reported_and_nothing_leaks);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
