/* Dtypes, shapes, arrays and NumPy's files. What NumPy answers is NumPy 1.18.5's answer. */
#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/ndarray.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

static char folder[64]; /* of this test's files */

static const char *in_folder(const char *name)
{
    static char path[4][128];
    static int turn;

    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static void setup(void)
{
    tf_on_error(tf_silent);
    tf_clear_error();
    snprintf(folder, sizeof folder, "/tmp/tf1c-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    static const char *const names[] = { "a.npy", "a.npz", "b.npz", "a.npy.part", "a.npz.part" };

    tf1c_alloc_hook = NULL;
    for (int i = 0; i < COUNT(names); i++)
        remove(in_folder(names[i]));
    rmdir(folder);
}

static void check_error(tf_status code, const char *part)
{
    ck_assert_msg(tf_last_error()->code == code, "got %s: %s", tf_last_error()->class_name, tf_last_error()->message);
    ck_assert_msg(strstr(tf_last_error()->message, part) != NULL, "'%s' lacks '%s'", tf_last_error()->message, part);
    tf_clear_error();
}

static void check_no_error(void)
{
    ck_assert_msg(tf_last_error()->code == tf_ok, "%s: %s", tf_last_error()->class_name, tf_last_error()->message);
}

static void check_text(tf_ndarray a, const char *text)
{
    static char got[1 << 16];

    ck_assert_str_eq(np_text(a, got, sizeof got), text);
}

static bool same(tf_ndarray a, tf_ndarray b)
{
    return a.data && b.data && a.dtype == b.dtype && tf_dims_equal(a.shape, b.shape) &&
           memcmp(a.data, b.data, np_nbytes(a)) == 0;
}

/* ---- dtypes and shapes ------------------------------------------------------------------------------------------ */
static const struct {
    tf_dtype dtype;
    size_t size;
    const char *name, *kernel_name;
} dtype_cases[] = {
    { tf_float32, 4, "float32", "float" },       { tf_float64, 8, "float64", "double" },
    { tf_int32, 4, "int32", "int32" },           { tf_uint8, 1, "uint8", "uint8" },
    { tf_int64, 8, "int64", "int64" },           { tf_bool, 1, "bool", "bool" },
    { tf_dtype_unset, 0, "<unset>", "<unset>" }, { (tf_dtype)7, 0, "<unset>", "<unset>" },
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
    { { 0 }, "<unknown>", "<unknown>", -1 },
    { { true, 9, { 0 } }, "<unknown>", "<unknown>", -1 }, /* no SHAPE makes this */
    { SHAPE(2, 3, 4), "(2, 3, 4)", "[2,3,4]", 24 },
    { SHAPE(0, 3), "(0, 3)", "[0,3]", 0 },
    { SHAPE(1, 2, 3, 4, 5, 6, 7, 8), "(1, 2, 3, 4, 5, 6, 7, 8)", "[1,2,3,4,5,6,7,8]", 40320 },
    { SHAPE(HUGE_DIM, 4), "(9223372036854775807, 4)", "[9223372036854775807,4]", INT64_MAX },
    { SHAPE(HUGE_DIM, HUGE_DIM, 0), "(9223372036854775807, 9223372036854775807, 0)",
      "[9223372036854775807,9223372036854775807,0]", 0 },
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
    { tf_float32, SHAPE(2, 2, 2), (float[]){ 0, 1, 2, 3, 4, 5, 6, 7 },
      "[[[0. 1.]\n  [2. 3.]]\n\n [[4. 5.]\n  [6. 7.]]]" },
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
    check_text(NP_FLOAT2D({ 1, 2, 3 }), "[[1. 2. 3.]]");
    check_text(NP_FLOAT2D({ 1 }, { 2 }), "[[1.]\n [2.]]");
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

START_TEST(a_conversion_answers_what_numpy_does)
{
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
    { SHAPE(6), { 0 }, "of unknown rank" },
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

/* ---- files ----------------------------------------------------------------------------------------------------------
 */

static const char *const goldens[] = {
    "char_rnn_adam",           "char_rnn_dropout_serial_adam", "digits_scan_lstm_adam",
    "mnist_dynamic_lstm_adam", "mnist_dynamic_rnn_adam", "mnist_lengths_lstm_adam",
    "mnist_rows_lstm_adam",    "mnist_rows_lstm_sgd",    "random",
};

START_TEST(every_array_of_the_goldens_loads_and_survives_a_round_trip)
{
    enum { MOST = 256 };
    char path[512];
    const char *keys[MOST];
    tf_ndarray arrays[MOST];
    np_npz *z, *again;
    int n;

    snprintf(path, sizeof path, TEST_DIR "/golden/%s.npz", goldens[_i]);
    z = np_npz_open(path);
    n = np_npz_count(z);
    ck_assert(n >= 14 && n <= MOST);
    for (int i = 0; i < n; i++) {
        keys[i] = np_npz_key(z, i);
        arrays[i] = np_npz_get(z, keys[i]);
        ck_assert_msg(arrays[i].data != NULL, "%s", tf_last_error()->message);
    }
    ck_assert_int_eq(np_savez(in_folder("a.npz"), n, keys, arrays), tf_ok);
    again = np_npz_open(in_folder("a.npz"));
    ck_assert_int_eq(np_npz_count(again), n);
    for (int i = 0; i < n; i++) {
        tf_ndarray b = np_npz_get(again, keys[i]);

        ck_assert(np_npz_has(again, keys[i]) && same(arrays[i], b));
        np_free(&b);
        np_free(&arrays[i]);
    }
    ck_assert_ptr_null(np_npz_key(z, n));
    np_npz_close(z);
    np_npz_close(again);
    check_no_error();
}
END_TEST

START_TEST(a_golden_holds_the_values_numpy_reads)
{
    tf_ndarray loss = np_load(TEST_DIR "/golden/char_rnn_adam.npz:loss");

    check_text(np_slice(loss, 0, 3), "[4.056842  3.9972658 3.8795435]");
    np_free(&loss);
    check_no_error();
}
END_TEST

static const struct {
    tf_dtype dtype;
    tf_dims shape;
} save_cases[] = {
    { tf_float32, SHAPE(2, 3) },
    { tf_float64, SHAPE(5) },
    { tf_int32, SCALAR },
    { tf_int64, SHAPE(1, 2, 3, 1) },
    { tf_uint8, SHAPE(0, 4) },
    { tf_bool, SHAPE(2, 2, 2, 2) },
    { tf_float32, SHAPE(1, 2, 1, 2, 1, 2, 1, 2) },
};

START_TEST(an_array_survives_a_npy_round_trip)
{
    tf_ndarray a = np_zeros(save_cases[_i].shape, save_cases[_i].dtype), b;

    for (int64_t i = 0; i < np_size(a); i++)
        ((uint8_t *)a.data)[i] = i % 2 == 0;
    ck_assert_int_eq(np_save(in_folder("a"), a), tf_ok); /* ".npy" is added, as NumPy does */
    b = np_load(in_folder("a.npy"));
    ck_assert(same(a, b));
    ck_assert_int_ne(access(in_folder("a.npy.part"), F_OK), 0);
    np_free(&a);
    np_free(&b);
}
END_TEST

START_TEST(scaled_bytes_are_saved_as_the_float32_they_act_as)
{
    uint8_t bytes[] = { 0, 51, 255 };
    tf_ndarray a = np_array(bytes, tf_uint8, SHAPE(3)), b;

    a.scale = 1.0f / 255;
    ck_assert_int_eq(np_save(in_folder("a.npy"), a), tf_ok);
    b = np_load(in_folder("a.npy"));
    check_text(b, "[0.         0.20000002 1.        ]");
    np_free(&b);
}
END_TEST

START_TEST(files_that_are_not_there_are_named)
{
    tf_ndarray one = NP_INT(1);

    ck_assert_ptr_null(np_load(in_folder("none.npy")).data);
    check_error(tf_not_found, "none.npy: No such file");
    ck_assert_ptr_null(np_load(in_folder("none.npz:w:0")).data);
    check_error(tf_not_found, "none.npz: No such file");
    ck_assert_ptr_null(np_npz_open(folder));
    ck_assert_ptr_nonnull(strstr(tf_last_error()->message, folder));
    ck_assert_ptr_null(np_load(NULL).data);
    check_error(tf_not_found, "No such file");
    ck_assert_int_eq(np_save(in_folder("no/such/a.npy"), one), tf_not_found);
    check_error(tf_not_found, "no/such/a.npy: ");
    ck_assert_int_eq(np_save(in_folder("a.npy"), (tf_ndarray){ 0 }), tf_value_error);
    check_error(tf_value_error, "a.npy: the array to save has no data");
    ck_assert_int_eq(np_npz_count(NULL), 0);
    ck_assert(!np_npz_has(NULL, "x"));
    ck_assert_ptr_null(np_npz_get(NULL, "x").data);
    np_npz_close(NULL);
    check_no_error();
}
END_TEST

START_TEST(an_archive_is_asked_by_key)
{
    const char *keys[] = { "rnn/kernel:0", "\xc3\xa9", "" };
    const char *twice[] = { "x", "x" };
    tf_ndarray arrays[] = { NP_INT(1, 2), NP_FLOAT(3), NP_INT(4) }, a;

    ck_assert_int_eq(np_savez(in_folder("a.npz"), 3, keys, arrays), tf_ok);
    a = np_load(in_folder("a.npz:rnn/kernel:0"));
    check_text(a, "[1 2]");
    np_free(&a);
    a = np_load(in_folder("a.npz:\xc3\xa9"));
    check_text(a, "[3.]");
    np_free(&a);
    a = np_load(in_folder("a.npz:"));
    check_text(a, "[4]");
    np_free(&a);
    check_no_error();
    ck_assert_ptr_null(np_load(in_folder("a.npz:w")).data);
    check_error(tf_key_error, "a.npz: 'w' is not a file in the archive");
    ck_assert_ptr_null(np_load(in_folder("a.npz")).data);
    check_error(tf_data_loss, "file.npz:key");
    ck_assert_int_eq(np_savez(in_folder("b.npz"), 2, twice, arrays), tf_value_error);
    check_error(tf_value_error, "key 'x' is given twice");
    ck_assert_int_ne(access(in_folder("b.npz"), F_OK), 0);
    ck_assert_int_eq(np_savez(in_folder("b.npz"), 0, NULL, NULL), tf_ok);
    np_npz_close(np_npz_open(in_folder("b.npz")));
    check_no_error();
}
END_TEST

START_TEST(an_archive_of_very_many_entries_is_zip64)
{
    enum { MANY = 65536 };
    static const char *keys[MANY];
    static char names[MANY][12];
    static tf_ndarray arrays[MANY];
    static int32_t values[MANY];
    np_npz *z;
    tf_ndarray a;

    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "%d", i);
        keys[i] = names[i];
        values[i] = i;
        arrays[i] = np_array(&values[i], tf_int32, SCALAR);
    }
    ck_assert_int_eq(np_savez(in_folder("a.npz"), MANY, keys, arrays), tf_ok);
    z = np_npz_open(in_folder("a.npz"));
    ck_assert_int_eq(np_npz_count(z), MANY);
    a = np_npz_get(z, "65535");
    check_text(a, "65535");
    np_free(&a);
    np_npz_close(z);
}
END_TEST

/* ---- files that are not what they should be -----------------------------------------------------------------------
 */

static void write_bytes(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");

    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
    ck_assert_int_eq(fclose(f), 0);
}

static size_t read_all(const char *path, uint8_t *bytes, size_t room)
{
    FILE *f = fopen(path, "rb");
    size_t n;

    ck_assert_ptr_nonnull(f);
    n = fread(bytes, 1, room, f);
    fclose(f);
    return n;
}

static const struct {
    const char *header;
    size_t data;
    tf_status code;
    const char *part; /* of the message; NULL: it loads */
} header_cases[] = {
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }", 8, tf_ok, NULL },
    { "{\"shape\":(2L,1L),\"descr\":\"<i4\",\"fortran_order\":False}\n", 8, tf_ok, NULL },
    { "{'descr': '<i4', 'fortran_order': True, 'shape': (2,), }", 8, tf_ok, NULL },
    { "{'descr': '<i4', 'fortran_order': True, 'shape': (1, 2), }", 8, tf_unimplemented, "Fortran order" },
    { "{'descr': '>i4', 'fortran_order': False, 'shape': (2,), }", 8, tf_unimplemented, "dtype '>i4'" },
    { "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 8, tf_unimplemented, "dtype '<c8'" },
    { "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2,), }", 8, tf_unimplemented, "records" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,2), }", 8, tf_unimplemented, "rank 9" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }", 8, tf_data_loss, "does not fit its 8 bytes" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }", 8, tf_data_loss, "does not fit its 8 bytes" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }", 7, tf_data_loss, "does not fit its 7 bytes" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (4611686018427387905, 4), }", 16, tf_data_loss,
      "does not fit" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (9223372036854775799,), }", 8, tf_data_loss, "does not fit" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (92233720368547758070,), }", 8, tf_data_loss, "damaged" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (-2,), }", 8, tf_data_loss, "damaged" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), 'x': 1}", 8, tf_data_loss, "damaged" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (2,)", 8, tf_data_loss, "damaged" },
    { "{'descr': '<i4', 'fortran_order': Maybe, 'shape': (2,), }", 8, tf_data_loss, "damaged" },
    { "{'descr': '<i4', 'shape': (2,), }", 8, tf_data_loss, "lacks" },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), } x", 8, tf_data_loss, "lacks" },
    { "[1, 2]", 8, tf_data_loss, "not a dictionary" },
    { "", 8, tf_data_loss, "not a dictionary" },
};

START_TEST(a_header_is_read_or_refused_with_the_reason)
{
    uint8_t bytes[256] = "\x93NUMPY\x01";
    size_t n = strlen(header_cases[_i].header);
    tf_ndarray a;

    bytes[8] = (uint8_t)n;
    memcpy(bytes + 10, header_cases[_i].header, n);
    write_bytes(in_folder("a.npy"), bytes, 10 + n + header_cases[_i].data);
    a = np_load(in_folder("a.npy"));
    if (header_cases[_i].part) {
        ck_assert_ptr_null(a.data);
        ck_assert_ptr_nonnull(strstr(tf_last_error()->message, in_folder("a.npy: ")));
        check_error(header_cases[_i].code, header_cases[_i].part);
    } else {
        check_no_error();
        ck_assert_int_eq(np_size(a), 2);
        np_free(&a);
    }
}
END_TEST

/* The deflated archive below was written by numpy.savez_compressed: x = arange(6, float32) as [2, 3], y = True. */
static const uint8_t deflated_npz[] = {
    0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x21, 0x00, 0x4f, 0xe9, 0x00, 0x2a, 0x55,
    0x00, 0x00, 0x00, 0x98, 0x00, 0x00, 0x00, 0x05, 0x00, 0x14, 0x00, 0x78, 0x2e, 0x6e, 0x70, 0x79, 0x01, 0x00, 0x10,
    0x00, 0x98, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x55, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x9b, 0xec,
    0x17, 0xea, 0x1b, 0x10, 0xc9, 0xc8, 0x50, 0xc6, 0x50, 0xad, 0x9e, 0x92, 0x5a, 0x9c, 0x5c, 0xa4, 0x6e, 0xa5, 0xa0,
    0x6e, 0x93, 0x66, 0xa2, 0xae, 0xa3, 0xa0, 0x9e, 0x96, 0x5f, 0x54, 0x52, 0x94, 0x98, 0x17, 0x9f, 0x5f, 0x94, 0x92,
    0x0a, 0x12, 0x77, 0x4b, 0xcc, 0x29, 0x4e, 0x05, 0x8a, 0x17, 0x67, 0x24, 0x16, 0xa4, 0x02, 0xf9, 0x1a, 0x46, 0x3a,
    0x0a, 0xc6, 0x9a, 0x3a, 0x0a, 0xb5, 0x0a, 0x64, 0x03, 0x2e, 0x06, 0x30, 0x68, 0xb0, 0x07, 0x12, 0x0e, 0x40, 0x04,
    0xc4, 0x0d, 0x40, 0xbc, 0xc0, 0x01, 0x00, 0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00,
    0x21, 0x00, 0x82, 0x2d, 0xf8, 0xd3, 0x43, 0x00, 0x00, 0x00, 0x81, 0x00, 0x00, 0x00, 0x05, 0x00, 0x14, 0x00, 0x79,
    0x2e, 0x6e, 0x70, 0x79, 0x01, 0x00, 0x10, 0x00, 0x81, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x43, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x9b, 0xec, 0x17, 0xea, 0x1b, 0x10, 0xc9, 0xc8, 0x50, 0xc6, 0x50, 0xad, 0x9e, 0x92,
    0x5a, 0x9c, 0x5c, 0xa4, 0x6e, 0xa5, 0xa0, 0x5e, 0x93, 0x64, 0xa8, 0xae, 0xa3, 0xa0, 0x9e, 0x96, 0x5f, 0x54, 0x52,
    0x94, 0x98, 0x17, 0x9f, 0x5f, 0x94, 0x92, 0x0a, 0x12, 0x77, 0x4b, 0xcc, 0x29, 0x4e, 0x05, 0x8a, 0x17, 0x67, 0x24,
    0x16, 0xa4, 0x02, 0xf9, 0x1a, 0x9a, 0x3a, 0x0a, 0xb5, 0x0a, 0x14, 0x01, 0x2e, 0x46, 0x00, 0x50, 0x4b, 0x01, 0x02,
    0x14, 0x03, 0x14, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x21, 0x00, 0x4f, 0xe9, 0x00, 0x2a, 0x55, 0x00, 0x00,
    0x00, 0x98, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x01,
    0x00, 0x00, 0x00, 0x00, 0x78, 0x2e, 0x6e, 0x70, 0x79, 0x50, 0x4b, 0x01, 0x02, 0x14, 0x03, 0x14, 0x00, 0x00, 0x00,
    0x08, 0x00, 0x00, 0x00, 0x21, 0x00, 0x82, 0x2d, 0xf8, 0xd3, 0x43, 0x00, 0x00, 0x00, 0x81, 0x00, 0x00, 0x00, 0x05,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x01, 0x8c, 0x00, 0x00, 0x00, 0x79, 0x2e,
    0x6e, 0x70, 0x79, 0x50, 0x4b, 0x05, 0x06, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x02, 0x00, 0x66, 0x00, 0x00, 0x00,
    0x06, 0x01, 0x00, 0x00, 0x00, 0x00,
};

START_TEST(a_deflated_archive_of_numpy_loads)
{
    tf_ndarray x, y;

    write_bytes(in_folder("a.npz"), deflated_npz, sizeof deflated_npz);
    x = np_load(in_folder("a.npz:x"));
    y = np_load(in_folder("a.npz:y"));
    check_text(x, "[[0. 1. 2.]\n [3. 4. 5.]]");
    check_text(y, "True");
    np_free(&x);
    np_free(&y);
}
END_TEST

/* The same, with every size and offset in zip64 records. */
static const uint8_t zip64_npz[] = {
    0x50, 0x4b, 0x03, 0x04, 0x2d, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x21, 0x00, 0xeb, 0xc0, 0x2b, 0x04, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x05, 0x00, 0x14, 0x00, 0x78, 0x2e, 0x6e, 0x70, 0x79, 0x01, 0x00, 0x10,
    0x00, 0x8c, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x8c, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x93, 0x4e,
    0x55, 0x4d, 0x50, 0x59, 0x01, 0x00, 0x76, 0x00, 0x7b, 0x27, 0x64, 0x65, 0x73, 0x63, 0x72, 0x27, 0x3a, 0x20, 0x27,
    0x3c, 0x69, 0x34, 0x27, 0x2c, 0x20, 0x27, 0x66, 0x6f, 0x72, 0x74, 0x72, 0x61, 0x6e, 0x5f, 0x6f, 0x72, 0x64, 0x65,
    0x72, 0x27, 0x3a, 0x20, 0x46, 0x61, 0x6c, 0x73, 0x65, 0x2c, 0x20, 0x27, 0x73, 0x68, 0x61, 0x70, 0x65, 0x27, 0x3a,
    0x20, 0x28, 0x33, 0x2c, 0x29, 0x2c, 0x20, 0x7d, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
    0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
    0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
    0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x0a, 0x01, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00,
    0x00, 0x03, 0x00, 0x00, 0x00, 0x50, 0x4b, 0x01, 0x02, 0x2d, 0x00, 0x2d, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x21, 0x00, 0xeb, 0xc0, 0x2b, 0x04, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x05, 0x00, 0x24, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0x78, 0x2e, 0x6e, 0x70, 0x79, 0xfe,
    0xca, 0x04, 0x00, 0x07, 0x00, 0x00, 0x00, 0x01, 0x00, 0x18, 0x00, 0x8c, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x8c, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x50, 0x4b, 0x06,
    0x06, 0x2c, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x2d, 0x00, 0x2d, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x57,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xc3, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x50, 0x4b, 0x06, 0x07,
    0x00, 0x00, 0x00, 0x00, 0x1a, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x50, 0x4b, 0x05,
    0x06, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00,
};

START_TEST(an_archive_with_zip64_records_loads)
{
    tf_ndarray x;

    write_bytes(in_folder("a.npz"), zip64_npz, sizeof zip64_npz);
    x = np_load(in_folder("a.npz:x"));
    check_text(x, "[1 2 3]");
    np_free(&x);
    check_no_error();
}
END_TEST

/* A file, damaged or not, gives the first array (same bytes) or a report that names the file. */
static void check_load(const char *path, tf_ndarray good, const char *how, size_t at, bool must_fail)
{
    tf_ndarray a = np_load(path);
    size_t file = strcspn(path, ":");

    if (a.data && good.data)
        ck_assert_msg(same(a, good), "%s at %zu: other contents, no error", how, at);
    ck_assert_msg(!a.data || !must_fail, "%s at %zu is not noticed", how, at);
    if (!a.data) {
        const tf_error *e = tf_last_error();

        ck_assert_msg(e->code == tf_data_loss || e->code == tf_unimplemented || e->code == tf_key_error,
                      "%s at %zu: %s", how, at, e->message);
        ck_assert_msg(strncmp(e->message, path, file) == 0 && strlen(e->message) > file + 5, "%s at %zu: %s", how, at,
                      e->message);
    }
    tf_clear_error();
    np_free(&a);
}

static void damage_everywhere(const char *file, const char *load, const uint8_t *bytes, size_t n, bool checksummed)
{
    static const uint8_t masks[] = { 0x01, 0x20, 0x80, 0xFF };
    uint8_t *copy = malloc(n);
    tf_ndarray good;

    write_bytes(file, bytes, n);
    good = np_load(load);
    ck_assert_ptr_nonnull(good.data);
    for (size_t at = 0; at < n; at++) {
        write_bytes(file, bytes, at);
        check_load(load, good, "truncation", at, true);
        for (int i = 0; i < COUNT(masks); i++) {
            memcpy(copy, bytes, n);
            copy[at] ^= masks[i];
            write_bytes(file, copy, n);
            check_load(load, checksummed ? good : (tf_ndarray){ 0 }, "damage", at, false);
        }
    }
    np_free(&good);
    free(copy);
}

START_TEST(a_damaged_file_is_noticed_wherever_the_damage_is)
{
    uint8_t bytes[1024];
    const char *key = "x";
    tf_ndarray a = NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 });

    switch (_i) {
    case 0:
        ck_assert_int_eq(np_save(in_folder("a.npy"), a), tf_ok);
        damage_everywhere(in_folder("a.npy"), in_folder("a.npy"), bytes,
                          read_all(in_folder("a.npy"), bytes, sizeof bytes), false);
        break;
    case 1:
        ck_assert_int_eq(np_savez(in_folder("a.npz"), 1, &key, &a), tf_ok);
        damage_everywhere(in_folder("a.npz"), in_folder("a.npz:x"), bytes,
                          read_all(in_folder("a.npz"), bytes, sizeof bytes), true);
        break;
    case 2:
        damage_everywhere(in_folder("a.npz"), in_folder("a.npz:x"), deflated_npz, sizeof deflated_npz, true);
        break;
    default:
        damage_everywhere(in_folder("a.npz"), in_folder("a.npz:x"), zip64_npz, sizeof zip64_npz, true);
    }
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

static bool load_deflated(void)
{
    tf_ndarray a = np_load(in_folder("a.npz:x"));
    bool good = a.data != NULL;

    np_free(&a);
    return good;
}

static bool save_both(void)
{
    const char *keys[] = { "x", "y" };
    uint8_t bytes[] = { 1, 2 };
    tf_ndarray arrays[] = { NP_INT(1), np_array(bytes, tf_uint8, SHAPE(2)) };

    arrays[1].scale = 0.5f;
    return np_savez(in_folder("b.npz"), 2, keys, arrays) == tf_ok && np_save(in_folder("a.npy"), arrays[1]) == tf_ok;
}

static bool (*const memory_cases[])(void) = { make_arrays, load_deflated, save_both };

START_TEST(memory_running_out_anywhere_is_reported_and_nothing_leaks)
{
    int n = 0;
    bool good = false;

    write_bytes(in_folder("a.npz"), deflated_npz, sizeof deflated_npz);
    for (; !good && n < 100; n++) {
        tf_clear_error();
        allocations_left = n;
        tf1c_alloc_hook = run_out;
        good = memory_cases[_i]();
        tf1c_alloc_hook = NULL;
        ck_assert_int_eq(tf_last_error()->code, good ? tf_ok : tf_memory_error);
    }
    ck_assert(good);
    ck_assert_int_gt(n, 4);
    ck_assert_int_ne(access(in_folder("b.npz.part"), F_OK), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core_ndarray");
    TCase *tests = tcase_create("ndarray");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_dtype_has_a_size_and_two_names, 0, COUNT(dtype_cases));
    tcase_add_loop_test(tests, a_shape_prints_as_python_and_as_kernels_do, 0, COUNT(dims_cases));
    tcase_add_test(tests, the_longest_shape_fits_its_text_and_a_short_buffer_is_kept_to);
    tcase_add_loop_test(tests, an_array_prints_as_numpy_prints_it, 0, COUNT(text_cases));
    tcase_add_test(tests, a_long_array_prints_its_ends);
    tcase_add_test(tests, a_line_ends_before_column_75);
    tcase_add_test(tests, text_keeps_to_its_buffer);
    tcase_add_test(tests, literals_have_shapes);
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
    tcase_add_loop_test(tests, every_array_of_the_goldens_loads_and_survives_a_round_trip, 0, COUNT(goldens));
    tcase_add_test(tests, a_golden_holds_the_values_numpy_reads);
    tcase_add_loop_test(tests, an_array_survives_a_npy_round_trip, 0, COUNT(save_cases));
    tcase_add_test(tests, scaled_bytes_are_saved_as_the_float32_they_act_as);
    tcase_add_test(tests, files_that_are_not_there_are_named);
    tcase_add_test(tests, an_archive_is_asked_by_key);
    tcase_add_test(tests, an_archive_of_very_many_entries_is_zip64);
    tcase_add_loop_test(tests, a_header_is_read_or_refused_with_the_reason, 0, COUNT(header_cases));
    tcase_add_test(tests, a_deflated_archive_of_numpy_loads);
    tcase_add_test(tests, an_archive_with_zip64_records_loads);
    tcase_add_loop_test(tests, a_damaged_file_is_noticed_wherever_the_damage_is, 0, 4);
    tcase_add_loop_test(tests, memory_running_out_anywhere_is_reported_and_nothing_leaks, 0, COUNT(memory_cases));
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
