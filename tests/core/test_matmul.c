/* The products of our own: each level's kernels for both types, and the blocks around them, against three loops. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/blas.h"
#include "core/matmul.h"
#include "core/matmul_kernels.h"
#include "core/vecmath.h"

static uint32_t random_state = 11;
static uint32_t random_bits(void) { return random_state = random_state * 1664525u + 1013904223u; }
static double random_small(void) { return (double)((int)(random_bits() >> 16) % 9 - 4); } /* sums of them are exact */
static double random_any(void) { return (double)random_bits() / 4294967296.0 - 0.5; }
static double behind(void) { return 77; } /* what nobody may write to */

static const tf_dtype dtypes[] = { tf_float32, tf_float64 };
enum { DTYPES = 2 };

/* ---- arrays of either type ------------------------------------------------------------------------------------------------- */

static double get(tf_dtype dtype, const void *x, int64_t i)
{
    return dtype == tf_float64 ? ((const double *)x)[i] : (double)((const float *)x)[i];
}

static void set(tf_dtype dtype, void *x, int64_t i, double value)
{
    if (dtype == tf_float64)
        ((double *)x)[i] = value;
    else
        ((float *)x)[i] = (float)value;
}

static void *numbers(tf_dtype dtype, int64_t n, double (*one)(void))
{
    void *x = malloc((size_t)(n + 1) * tf_dtype_size(dtype));
    ck_assert_ptr_nonnull(x);
    for (int64_t i = 0; i < n; i++)
        set(dtype, x, i, one());
    return x;
}

static double at(tf_dtype dtype, tf1c_matrix m, int64_t i, int64_t j) { return get(dtype, m.data, i * m.row + j * m.column); }

static void check_equal(tf_dtype dtype, int64_t m, int64_t n, int64_t k, tf1c_matrix a, tf1c_matrix b, const void *before,
                        int64_t before_row, const void *c, int64_t ldc, const char *what)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < ldc; j++) {
            double want = j >= n ? behind() : before ? get(dtype, before, i * before_row + j) : 0;
            for (int64_t p = 0; p < k && j < n; p++)
                want += at(dtype, a, i, p) * at(dtype, b, p, j);
            if (get(dtype, c, i * ldc + j) != want)
                ck_abort_msg("%s, %s: [%lld,%lld] is %g, not %g", tf_dtype_name(dtype), what, (long long)i, (long long)j,
                             get(dtype, c, i * ldc + j), want);
        }
}

/* ---- one level's kernels --------------------------------------------------------------------------------------------------- */

static const char *const level_names[] = { "baseline", "avx2", "avx512" };
enum { LEVELS = sizeof level_names / sizeof *level_names };

static const tf1c_matmul_kernels *kernels_of(const tf1c_vecmath *level, tf_dtype dtype)
{
    return dtype == tf_float64 ? level->matmul->float64 : level->matmul->float32;
}

/* What a product is added to. */
typedef enum { ZEROS, ITSELF, ONE_ROW, STARTS } start_of;
static const char *const start_names[] = { "", ", added", ", from one row" };

static void check_panel(const tf1c_matmul_kernels *kernels, tf_dtype dtype, int64_t m, int64_t n, int64_t k, bool transposed,
                        bool rows_packed, bool as_it_lies, start_of start)
{
    const int64_t ldc = n + 3;
    void *a = numbers(dtype, m * k, random_small), *b = numbers(dtype, k * n, random_small), *c = numbers(dtype, m * ldc, behind);
    void *before = numbers(dtype, m * ldc, behind), *panel = numbers(dtype, k * kernels->columns, random_small),
         *rows = numbers(dtype, m * k, random_small);
    tf1c_matrix left = { a, transposed ? 1 : k, transposed ? m : 1 }, right = { b, n, 1 };
    char what[100];

    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            set(dtype, before, i * ldc + j, random_small());
            set(dtype, c, i * ldc + j, start == ITSELF ? get(dtype, before, i * ldc + j) : 0);
        }
    kernels->pack(k, n, b, right.row, right.column, panel);
    if (rows_packed)
        kernels->pack_rows(m, k, a, left.row, left.column, rows);
    kernels->panel(m, n, k, rows_packed ? rows : a, rows_packed ? 0 : left.row, rows_packed ? 0 : left.column,
                   as_it_lies ? b : panel, as_it_lies ? n : kernels->columns,
                   start == ZEROS    ? NULL
                   : start == ITSELF ? c
                                     : before,
                   start == ITSELF ? ldc : 0, c, ldc);
    snprintf(what, sizeof what, "m %lld, n %lld, k %lld%s%s%s%s", (long long)m, (long long)n, (long long)k,
             transposed ? ", transposed" : "", rows_packed ? ", rows packed" : "", as_it_lies ? ", as it lies" : "",
             start_names[start]);
    check_equal(dtype, m, n, k, left, right, start ? before : NULL, start == ITSELF ? ldc : 0, c, ldc, what);
    free(a), free(b), free(c), free(before), free(panel), free(rows);
}

START_TEST(a_panel_of_any_shape_is_multiplied)
{
    const tf1c_vecmath *level = tf1c_vec_level(level_names[_i / DTYPES]);
    const tf_dtype dtype = dtypes[_i % DTYPES];
    const tf1c_matmul_kernels *kernels = level ? kernels_of(level, dtype) : NULL;

    if (!level)
        return; /* not this CPU's */
    for (int64_t m = 1; m <= 30; m++)
        for (int64_t n = 1; n <= kernels->columns; n += n < kernels->columns - 1 && n != kernels->width - 1 ? 5 : 1)
            for (int way = 0; way < 4 * STARTS; way++) {
                check_panel(kernels, dtype, m, n, m % 3 ? 17 : 1, way & 1, way & 2, false, way / 4);
                if (n == kernels->columns || n == kernels->width)
                    check_panel(kernels, dtype, m, n, 5, way & 1, way & 2, true, way / 4);
            }
}
END_TEST

START_TEST(one_or_two_rows_are_multiplied_row_after_row)
{
    const tf1c_vecmath *level = tf1c_vec_level(level_names[_i / DTYPES]);
    const tf_dtype dtype = dtypes[_i % DTYPES];

    for (int64_t m = 1; m <= 2 && level; m++)
        for (int64_t k = 0; k <= 20; k++) {
            const tf1c_matmul_kernels *kernels = kernels_of(level, dtype);
            const int64_t n = 3 * kernels->width, ldc = n + 1, ldb = n + 2;
            void *a = numbers(dtype, m * k, random_small), *b = numbers(dtype, k * ldb, random_small),
                 *c = numbers(dtype, m * ldc, behind), *before = numbers(dtype, m * ldc, random_small);
            const tf1c_matrix left = { a, 1, m }, right = { b, ldb, 1 };

            for (int64_t i = 0; i < m; i++)
                for (int64_t j = 0; j < n; j++)
                    set(dtype, c, i * ldc + j, get(dtype, before, i * ldc + j));
            kernels->stream(m, n, k, a, left.row, left.column, b, ldb, c, ldc);
            check_equal(dtype, m, n, k, left, right, before, ldc, c, ldc, "streamed");
            free(a), free(b), free(c), free(before);
        }
}
END_TEST

/* ---- whole products ------------------------------------------------------------------------------------------------------------- */

static const struct {
    int m, n, k;
} shapes[] = { { 1, 1, 1 },     { 1, 40, 3 },    { 3, 16, 0 },     { 7, 5, 9 },     { 121, 33, 20 },
               { 13, 520, 31 }, { 25, 70, 257 }, { 1, 100, 300 },  { 2, 67, 19 },   { 4, 96, 150 },
               { 24, 48, 129 }, { 26, 17, 5 },   { 245, 18, 600 }, { 30, 1100, 7 }, { 150, 300, 520 },
               { 0, 40, 3 },    { 3, 300, 17 },  { 4, 210, 30 },   { 5, 170, 9 },   { 6, 200, 40 } };
enum { SHAPES = sizeof shapes / sizeof *shapes };

static void check_product(tf_dtype dtype, int64_t m, int64_t n, int64_t k, bool ta, bool tb)
{
    const int64_t more = 2, ldc = n + 1, lda = (ta ? m : k) + more, ldb = (tb ? k : n) + more;
    void *a = numbers(dtype, (ta ? k : m) * lda, random_small), *b = numbers(dtype, (tb ? n : k) * ldb, random_small),
         *bias = numbers(dtype, n, random_small),
         *packed = numbers(dtype, tf1c_matmul_panels(dtype, n) * tf1c_matmul_panel_size(dtype, k), random_small);
    void *scratch = malloc(tf1c_matmul_scratch(dtype, n, k) + 1); /* not a byte more than asked for, says the sanitizer */
    const tf1c_matrix left = { a, ta ? 1 : lda, ta ? lda : 1 }, right = { b, tb ? 1 : ldb, tb ? ldb : 1 };

    ck_assert_ptr_nonnull(scratch);
    for (int way = 0; way < 4; way++) {
        const void *from = way & 1 ? bias : NULL;
        void *c = numbers(dtype, m * ldc, behind);

        if (way & 2) {
            tf1c_matmul_pack(dtype, k, n, right, 1, tf1c_matmul_panels(dtype, n), packed); /* panels in any order */
            tf1c_matmul_pack(dtype, k, n, right, 0, 1, packed);
            ck_assert_uint_le(tf1c_matmul_packed_scratch(dtype, k), tf1c_matmul_scratch(dtype, n, k));
            tf1c_matmul_packed(dtype, m, n, k, left, packed, from, c, ldc, scratch);
        } else {
            tf1c_matmul(dtype, m, n, k, left, right, from, c, ldc, scratch);
        }
        check_equal(dtype, m, n, k, left, right, from, 0, c, ldc, way & 2 ? "packed before" : "packed on the way");
        free(c);
    }
    free(a), free(b), free(bias), free(packed), free(scratch);
}

START_TEST(products_of_any_shape_and_layout)
{
    for (int way = 0; way < 4; way++)
        check_product(dtypes[_i % DTYPES], shapes[_i / DTYPES].m, shapes[_i / DTYPES].n, shapes[_i / DTYPES].k, way & 1, way & 2);
}
END_TEST

START_TEST(rows_and_columns_dealt_out_in_any_way_have_the_same_bits)
{
    enum { M = 131, N = 147, K = 300 };
    static const int cuts[] = { 0, 1, 3, 6, 17, 64, 100, M };
    const tf_dtype dtype = dtypes[_i % DTYPES];
    const int64_t size = (int64_t)tf_dtype_size(dtype);
    const bool turned = _i / DTYPES;
    void *a = numbers(dtype, M * K, random_any), *b = numbers(dtype, K * N, random_any), *whole = numbers(dtype, M * N, random_any),
         *pieces = numbers(dtype, M * N, random_any), *columns = numbers(dtype, M * N, random_any);
    void *packed = numbers(dtype, tf1c_matmul_panels(dtype, N) * tf1c_matmul_panel_size(dtype, K), random_any),
         *scratch = malloc(tf1c_matmul_scratch(dtype, N, K));
    const tf1c_matrix left = { a, K, 1 }, right = { b, turned ? 1 : N, turned ? K : 1 };

    ck_assert_ptr_nonnull(scratch);
    tf1c_matmul(dtype, M, N, K, left, right, NULL, whole, N, scratch);
    tf1c_matmul_pack(dtype, K, N, right, 0, tf1c_matmul_panels(dtype, N), packed);
    for (int way = 0; way < 2; way++) {
        for (size_t i = 0; i + 1 < sizeof cuts / sizeof *cuts; i++) {
            const int64_t from = cuts[i], m = cuts[i + 1] - from;
            void *c = (char *)pieces + from * N * size;

            if (way)
                tf1c_matmul(dtype, m, N, K, tf1c_matrix_from(dtype, left, from, 0), right, NULL, c, N, scratch);
            else
                tf1c_matmul_packed(dtype, m, N, K, tf1c_matrix_from(dtype, left, from, 0), packed, NULL, c, N, scratch);
            tf1c_matmul(dtype, M, m, K, left, tf1c_matrix_from(dtype, right, 0, from), NULL, (char *)columns + from * size, N,
                        scratch);
        }
        ck_assert_mem_eq(whole, pieces, (size_t)(M * N * size));
    }
    for (int64_t i = 0; i < M; i++)
        ck_assert_mem_eq((char *)whole + i * N * size, (char *)columns + i * N * size, (size_t)(M * size));
    free(a), free(b), free(whole), free(pieces), free(columns), free(packed), free(scratch);
}
END_TEST

/* ---- which products are our own ------------------------------------------------------------------------------------------------- */

START_TEST(the_level_and_the_type_alone_decide) /* each test is a process of its own */
{
    setenv("TF1C_ISA", level_names[_i], 1);
    setenv("OPENBLAS_CORETYPE", "Prescott", 1);
#ifdef __AVX__
    const bool wide = true; /* so are the vectors of a baseline that is compiled for this processor */
#else
    const bool wide = strcmp(tf1c_vec()->isa, "baseline") != 0 || !tf1c_blas();
#endif
    ck_assert_int_eq(tf1c_matmul_is_own(tf_float32), wide);
    ck_assert_int_eq(tf1c_matmul_is_own(tf_float64), wide);
    ck_assert(!tf1c_matmul_is_own(tf_int32) && !tf1c_matmul_is_own(tf_int64));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core_matmul");
    TCase *t = tcase_create("products");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_set_timeout(t, 30);
    tcase_add_loop_test(t, a_panel_of_any_shape_is_multiplied, 0, LEVELS * DTYPES);
    tcase_add_loop_test(t, one_or_two_rows_are_multiplied_row_after_row, 0, LEVELS * DTYPES);
    tcase_add_loop_test(t, products_of_any_shape_and_layout, 0, SHAPES * DTYPES);
    tcase_add_loop_test(t, rows_and_columns_dealt_out_in_any_way_have_the_same_bits, 0, 2 * DTYPES);
    tcase_add_loop_test(t, the_level_and_the_type_alone_decide, 0, LEVELS);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
