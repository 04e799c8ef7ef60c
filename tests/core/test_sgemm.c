/* The float32 products of our own: each level's kernels, and the blocks around them, against three loops. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sgemm.h"
#include "core/sgemm_kernels.h"
#include "core/vecmath.h"

static uint32_t random_state = 11;
static uint32_t random_bits(void) { return random_state = random_state * 1664525u + 1013904223u; }
static float random_small(void) { return (float)((int)(random_bits() >> 16) % 9 - 4); } /* sums of them are exact */
static float random_any(void) { return (float)random_bits() / 4294967296.0f - 0.5f; }

static float *numbers(int64_t n, float (*one)(void))
{
    float *x = malloc((size_t)(n + 1) * sizeof *x);
    ck_assert_ptr_nonnull(x);
    for (int64_t i = 0; i < n; i++)
        x[i] = one();
    return x;
}

static float at(tf1c_matrix m, int64_t i, int64_t j) { return m.data[i * m.row + j * m.column]; }

static void check_equal(int64_t m, int64_t n, int64_t k, tf1c_matrix a, tf1c_matrix b, const float *before, int64_t before_row,
                        const float *c, int64_t ldc, const char *what)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < ldc; j++) {
            double want = before ? (double)before[i * before_row + j] : 0;
            if (j >= n) {
                ck_assert_msg(c[i * ldc + j] == 77, "%s: [%lld,%lld] behind the row was written", what, (long long)i, (long long)j);
                continue;
            }
            for (int64_t p = 0; p < k; p++)
                want += (double)at(a, i, p) * (double)at(b, p, j);
            ck_assert_msg((double)c[i * ldc + j] == want, "%s: [%lld,%lld] is %g, not %g", what, (long long)i, (long long)j,
                          (double)c[i * ldc + j], want);
        }
}

/* ---- one level's kernels --------------------------------------------------------------------------------------------------- */

static const char *const level_names[] = { "baseline", "avx2", "avx512" };
enum { LEVELS = sizeof level_names / sizeof *level_names };

/* What a product is added to. */
typedef enum { ZEROS, ITSELF, ONE_ROW, STARTS } start_of;
static const char *const start_names[] = { "", ", added", ", from one row" };

static void check_panel(const tf1c_sgemm_kernels *kernels, int64_t m, int64_t n, int64_t k, bool transposed, bool rows_packed,
                        start_of start)
{
    const int64_t ldc = n + 3;
    float *a = numbers(m * k, random_small), *b = numbers(k * n, random_small), *c = numbers(m * ldc, random_small);
    float *before = numbers(m * ldc, random_small), *panel = numbers(k * kernels->columns, random_small),
          *rows = numbers(m * k, random_small);
    tf1c_matrix left = { a, transposed ? 1 : k, transposed ? m : 1 }, right = { b, n, 1 };
    char what[80];

    for (int64_t i = 0; i < m; i++)
        for (int64_t j = n; j < ldc; j++)
            c[i * ldc + j] = before[i * ldc + j] = 77;
    if (start == ITSELF)
        memcpy(c, before, (size_t)(m * ldc) * sizeof *c);
    kernels->pack(k, n, b, right.row, right.column, panel);
    if (rows_packed)
        kernels->pack_rows(m, k, a, left.row, left.column, rows);
    kernels->panel(m, n, k, rows_packed ? rows : a, rows_packed ? 0 : left.row, rows_packed ? 0 : left.column, panel,
                   start == ZEROS    ? NULL
                   : start == ITSELF ? c
                                     : before,
                   start == ITSELF ? ldc : 0, c, ldc);
    snprintf(what, sizeof what, "m %lld, n %lld, k %lld%s%s%s", (long long)m, (long long)n, (long long)k,
             transposed ? ", transposed" : "", rows_packed ? ", rows packed" : "", start_names[start]);
    check_equal(m, n, k, left, right, start ? before : NULL, start == ITSELF ? ldc : 0, c, ldc, what);
    free(a), free(b), free(c), free(before), free(panel), free(rows);
}

START_TEST(a_panel_of_any_shape_is_multiplied)
{
    const tf1c_vecmath *level = tf1c_vec_level(level_names[_i]);

    if (!level)
        return; /* not this CPU's */
    for (int64_t m = 1; m <= 30; m++)
        for (int64_t n = 1; n <= level->sgemm->columns; n += n < level->sgemm->columns - 1 ? 5 : 1)
            for (int way = 0; way < 4 * STARTS; way++)
                check_panel(level->sgemm, m, n, m % 3 ? 17 : 1, way & 1, way & 2, way / 4);
}
END_TEST

/* ---- whole products ------------------------------------------------------------------------------------------------------------- */

static const struct {
    int m, n, k;
} shapes[] = { { 1, 1, 1 },     { 1, 40, 3 },    { 3, 16, 0 },    { 7, 5, 9 },
               { 121, 33, 20 }, { 13, 520, 31 }, { 25, 70, 257 }, { 245, 18, 600 } };
enum { SHAPES = sizeof shapes / sizeof *shapes };

START_TEST(products_of_any_shape_and_layout)
{
    const int64_t m = shapes[_i].m, n = shapes[_i].n, k = shapes[_i].k, more = 2, ldc = n + 1;

    for (int way = 0; way < 4; way++) {
        const bool ta = way & 1, tb = way & 2;
        const int64_t lda = (ta ? m : k) + more, ldb = (tb ? k : n) + more;
        float *a = numbers((ta ? k : m) * lda, random_small), *b = numbers((tb ? n : k) * ldb, random_small),
              *c = numbers(m * ldc, random_small);
        float *bias = numbers(n, random_small), *packed = numbers(tf1c_sgemm_panels(n) * tf1c_sgemm_panel_size(k), random_small);
        float *scratch = malloc(tf1c_sgemm_scratch(n, k) + 1);
        tf1c_matrix left = { a, ta ? 1 : lda, ta ? lda : 1 }, right = { b, tb ? 1 : ldb, tb ? ldb : 1 };

        ck_assert_ptr_nonnull(scratch);
        for (int packs = 0; packs < 2; packs++) {
            for (int64_t i = 0; i < m * ldc; i++)
                c[i] = 77;
            if (packs) {
                tf1c_sgemm_pack(k, n, right, 1, tf1c_sgemm_panels(n), packed); /* panels in any order */
                tf1c_sgemm_pack(k, n, right, 0, 1, packed);
                ck_assert_uint_le(tf1c_sgemm_packed_scratch(k), tf1c_sgemm_scratch(n, k));
                tf1c_sgemm_packed(m, n, k, left, packed, bias, c, ldc, scratch);
            } else {
                tf1c_sgemm(m, n, k, left, right, bias, c, ldc, scratch);
            }
            check_equal(m, n, k, left, right, bias, 0, c, ldc, packs ? "packed before" : "packed on the way");
        }
        free(a), free(b), free(c), free(bias), free(packed), free(scratch);
    }
}
END_TEST

START_TEST(rows_dealt_out_in_any_way_have_the_same_bits)
{
    enum { M = 131, N = 45, K = 300 };
    static const int cuts[] = { 0, 1, 6, 17, 64, 100, M };
    float *a = numbers(M * K, random_any), *b = numbers(K * N, random_any), *whole = numbers(M * N, random_any),
          *pieces = numbers(M * N, random_any);
    float *packed = numbers(tf1c_sgemm_panels(N) * tf1c_sgemm_panel_size(K), random_any),
          *scratch = malloc(tf1c_sgemm_scratch(N, K));
    tf1c_matrix right = { b, N, 1 };

    ck_assert_ptr_nonnull(scratch);
    tf1c_sgemm_pack(K, N, right, 0, tf1c_sgemm_panels(N), packed);
    tf1c_sgemm(M, N, K, (tf1c_matrix){ a, K, 1 }, right, NULL, whole, N, scratch);
    for (size_t i = 0; i + 1 < sizeof cuts / sizeof *cuts; i++)
        tf1c_sgemm_packed(cuts[i + 1] - cuts[i], N, K, (tf1c_matrix){ a + cuts[i] * K, K, 1 }, packed, NULL, pieces + cuts[i] * N,
                          N, scratch);
    ck_assert_mem_eq(whole, pieces, M * N * sizeof *whole);
    free(a), free(b), free(whole), free(pieces), free(packed), free(scratch);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core_sgemm");
    TCase *t = tcase_create("products");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_loop_test(t, a_panel_of_any_shape_is_multiplied, 0, LEVELS);
    tcase_add_loop_test(t, products_of_any_shape_and_layout, 0, SHAPES);
    tcase_add_test(t, rows_dealt_out_in_any_way_have_the_same_bits);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
