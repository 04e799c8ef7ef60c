/* Matrix products against three loops in double. */
#include <check.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/blas.h"
#include "core/gemm.h"

enum { ROOM = 4096 };
static const tf_dtype dtypes[] = { tf_float32, tf_float64, tf_int32, tf_int64 };
enum { DTYPES = 4 };

static uint32_t random_state = 7;
static int random_small(void) /* -4 .. 4: products are exact in every dtype */
{
    random_state = random_state * 1664525u + 1013904223u;
    return (int)(random_state >> 16) % 9 - 4;
}

static double get(tf_dtype d, const void *p, int64_t i)
{
    return d == tf_float32   ? (double)((const float *)p)[i]
           : d == tf_float64 ? ((const double *)p)[i]
           : d == tf_int32   ? ((const int32_t *)p)[i]
                             : (double)((const int64_t *)p)[i];
}

static void set(tf_dtype d, void *p, int64_t i, double x)
{
    if (d == tf_float32)
        ((float *)p)[i] = (float)x;
    else if (d == tf_float64)
        ((double *)p)[i] = x;
    else if (d == tf_int32)
        ((int32_t *)p)[i] = (int32_t)x;
    else
        ((int64_t *)p)[i] = (int64_t)x;
}

typedef struct {
    int m, n, k, more; /* more: added to every distance between rows */
    double beta;
} product_case;

static const product_case cases[] = {
    { 1, 1, 1, 0, 0 },    { 3, 4, 5, 0, 0 }, { 3, 4, 5, 2, 1 },  { 7, 1, 9, 0, 0 }, { 1, 7, 9, 3, 2 },
    { 17, 23, 31, 1, 1 }, { 4, 3, 0, 0, 0 }, { 4, 3, 0, 1, 1 },  { 4, 3, 0, 0, 2 }, { 0, 3, 4, 0, 0 },
    { 3, 0, 4, 0, 1 },    { 5, 6, 1, 0, 0 }, { 1, 1, 40, 0, 0 },
};
enum { CASES = sizeof cases / sizeof *cases };

static void check_product(const product_case *p, tf_dtype d, bool ta, bool tb)
{
    static double a[ROOM], b[ROOM], c[ROOM], want[ROOM]; /* as bytes, of any dtype */
    const int lda = (ta ? p->m : p->k) + p->more, ldb = (tb ? p->k : p->n) + p->more, ldc = p->n + p->more;

    for (int i = 0; i < ROOM; i++) {
        set(d, a, i, random_small());
        set(d, b, i, random_small());
        set(d, c, i, random_small());
    }
    memcpy(want, c, sizeof c);
    for (int i = 0; i < p->m; i++)
        for (int j = 0; j < p->n; j++) {
            double sum = p->beta * get(d, c, i * ldc + j);

            for (int l = 0; l < p->k; l++)
                sum += get(d, a, ta ? l * lda + i : i * lda + l) * get(d, b, tb ? j * ldb + l : l * ldb + j);
            set(d, want, i * ldc + j, sum);
            if (p->beta == 0 && (d == tf_float32 || d == tf_float64))
                set(d, c, i * ldc + j, (double)NAN); /* must not be read */
        }
    tf1c_gemm(d, ta, tb, p->m, p->n, p->k, a, lda, b, ldb, p->beta, c, ldc);
    for (int i = 0; i < ROOM; i++) /* what lies between the rows must be as before */
        if (get(d, c, i) != get(d, want, i))
            ck_abort_msg("%s m %d n %d k %d, transposed %d %d, beta %g: [%d] is %g, not %g", tf_dtype_name(d), p->m, p->n, p->k, ta,
                         tb, p->beta, i, get(d, c, i), get(d, want, i));
}

static void check_all(int i)
{
    for (int d = 0; d < DTYPES; d++)
        for (int t = 0; t < 4; t++)
            check_product(&cases[i], dtypes[d], t & 1, t & 2);
}

START_TEST(products_of_every_dtype_and_transposition)
{
    check_all(_i);
}
END_TEST

START_TEST(sizes_beyond_blas_are_split)
{
    tf1c_gemm_limit = 3;
    check_all(_i);
}
END_TEST

START_TEST(integers_wrap_around)
{
    const int32_t a[] = { INT32_MAX, 2 }, b[] = { 2, INT32_MAX };
    int32_t c;

    tf1c_gemm(tf_int32, false, false, 1, 1, 2, a, 2, b, 1, 0, &c, 1);
    ck_assert_int_eq(c, -4);
}
END_TEST

START_TEST(a_single_row_may_have_any_distance)
{
    const float a[] = { 1, 2, 3 }, b[] = { 1, 10, 100 };
    float c = NAN;

    tf1c_gemm(tf_float32, false, true, 1, 1, 3, a, 0, b, 0, 0, &c, 0);
    ck_assert(c == 321);
}
END_TEST

START_TEST(a_distance_beyond_int_needs_no_blas)
{
    const int64_t far = (int64_t)INT_MAX + 2;
    const uint64_t bytes = (uint64_t)(far + 2) * sizeof(float);
    float *const a = bytes > SIZE_MAX
                         ? MAP_FAILED
                         : mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    const float b[] = { 3, 4, 5, 6 };
    float c[] = { NAN, NAN, NAN, NAN };

    if (a == MAP_FAILED)
        return; /* no address space for it here */
    a[0] = 1;
    a[1] = 2;
    a[far] = 10;
    a[far + 1] = 20;
    tf1c_gemm(tf_float32, false, false, 2, 2, 2, a, far, b, 2, 0, c, 2);
    ck_assert(c[0] == 13 && c[1] == 16 && c[2] == 130 && c[3] == 160);
    munmap(a, (size_t)bytes);
}
END_TEST

/* ---- threads ------------------------------------------------------------------------------------------------------
 */

enum { SIDE = 96 };
static float square_a[SIDE * SIDE], square_b[SIDE * SIDE], square_c[SIDE * SIDE];

static void *multiply_often(void *wrong)
{
    float *c = malloc(sizeof square_c);

    for (int round = 0; c && round < 100; round++) {
        tf1c_gemm_begin();
        tf1c_gemm(tf_float32, round % 2, false, SIDE, SIDE, SIDE, square_a, SIDE, square_b, SIDE, 0, c, SIDE);
        tf1c_gemm_end();
        if (round % 2 == 0 && memcmp(c, square_c, sizeof square_c) != 0)
            *(int *)wrong = 1;
    }
    free(c);
    return NULL;
}

START_TEST(threads_may_multiply_side_by_side)
{
    pthread_t threads[3];
    int wrong[3] = { 0 };

    for (int i = 0; i < SIDE * SIDE; i++) {
        square_a[i] = (float)random_small();
        square_b[i] = (float)random_small();
    }
    tf1c_gemm(tf_float32, false, false, SIDE, SIDE, SIDE, square_a, SIDE, square_b, SIDE, 0, square_c, SIDE);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, multiply_often, &wrong[i]), 0);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(wrong[i], 0);
    }
}
END_TEST

START_TEST(a_threaded_openblas_gets_its_threads_back)
{
    const tf1c_blas_functions *f = tf1c_blas();
    if (!f || !f->parallel || f->parallel() == 0)
        return; /* the serial build, or another library */
    f->set_threads(2);
    tf1c_gemm_begin();
    tf1c_gemm_begin();
    ck_assert_int_eq(f->threads(), 1);
    tf1c_gemm_end();
    ck_assert_int_eq(f->threads(), 1);
    tf1c_gemm_end();
    ck_assert_int_eq(f->threads(), 2);
}
END_TEST

START_TEST(the_core_has_a_name)
{
    ck_assert_int_gt((int)strlen(tf1c_gemm_core()), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core_gemm");
    TCase *t = tcase_create("gemm");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, products_of_every_dtype_and_transposition, 0, CASES);
    tcase_add_loop_test(t, sizes_beyond_blas_are_split, 0, CASES);
    tcase_add_test(t, integers_wrap_around);
    tcase_add_test(t, a_single_row_may_have_any_distance);
    tcase_add_test(t, a_distance_beyond_int_needs_no_blas);
    tcase_add_test(t, threads_may_multiply_side_by_side);
    tcase_add_test(t, a_threaded_openblas_gets_its_threads_back);
    tcase_add_test(t, the_core_has_a_name);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
