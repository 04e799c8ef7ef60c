/* Random numbers against TensorFlow 1.15.5 (golden/random.npz, made by golden/make_random.py). */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ndarray.h"
#include "core/philox.h"

#ifndef TEST_DIR
#define TEST_DIR "tests"
#endif

static np_npz *golden;

static void open_golden(void) { golden = np_npz_open(TEST_DIR "/golden/random.npz"); }
static void close_golden(void) { np_npz_close(golden); }

/* ---- the laws: each turns one run's draws into what make_random.py fetched --------------------------------------- */

static void normal(tf1c_philox *p, void *out, int64_t n)
{
    tf1c_philox_normal(p, tf_float32, out, n);
    for (int64_t i = 0; i < n; i++)
        ((float *)out)[i] = ((float *)out)[i] * 2.0f + 1.0f;
    p->block += tf1c_philox_reserve(n);
}

static void plain_normal(tf1c_philox *p, void *out, int64_t n)
{
    tf1c_philox_normal(p, tf_float32, out, n);
    p->block += tf1c_philox_reserve(n);
}

static void normal_f64(tf1c_philox *p, void *out, int64_t n)
{
    tf1c_philox_normal(p, tf_float64, out, n);
    p->block += tf1c_philox_reserve(n);
}

static void plain_truncated(tf1c_philox *p, void *out, int64_t n)
{
    tf1c_philox_truncated_normal(p, tf_float32, out, n);
    p->block += tf1c_philox_reserve(n);
}

static void truncated(tf1c_philox *p, void *out, int64_t n)
{
    plain_truncated(p, out, n);
    for (int64_t i = 0; i < n; i++)
        ((float *)out)[i] *= 0.5f;
}

static void unit(tf1c_philox *p, void *out, int64_t n)
{
    tf1c_philox_uniform(p, tf_float32, out, n);
    p->block += tf1c_philox_reserve(n);
}

static void uniform(tf1c_philox *p, void *out, int64_t n)
{
    unit(p, out, n);
    for (int64_t i = 0; i < n; i++)
        ((float *)out)[i] = ((float *)out)[i] * 4.0f - 1.0f;
}

static void integers_32(tf1c_philox *p, void *out, int64_t n)
{
    tf1c_philox_integers(p, tf_int32, 0, 1000, out, n);
    p->block += tf1c_philox_reserve(n);
}

static void integers_64(tf1c_philox *p, void *out, int64_t n)
{
    tf1c_philox_integers(p, tf_int64, -5, 1000000007, out, n);
    p->block += tf1c_philox_reserve(n);
}

static void shuffle(tf1c_philox *p, void *out, int64_t n)
{
    int64_t order[64];

    tf1c_philox_shuffle(p, order, n);
    for (int64_t i = 0; i < n; i++)
        ((int32_t *)out)[i] = (int32_t)order[i];
    p->block += tf1c_philox_shuffle_reserve(n);
}

static void multinomial(tf1c_philox *p, void *out, int64_t n)
{
    const float logits[] = { logf(.1f), logf(.2f), logf(.7f), logf(.5f), logf(.4f), logf(.1f) };
    double cdf[3];

    tf1c_philox_multinomial(p, tf_float32, logits, 2, 3, n / 2, cdf, out);
    p->block += tf1c_philox_multinomial_reserve(2, n / 2);
}

static void dropout(tf1c_philox *p, void *out, int64_t n)
{
    unit(p, out, n);
    for (int64_t i = 0; i < n; i++)
        ((float *)out)[i] = ((float *)out)[i] >= 0.3f ? 1.0f / 0.7f : 0.0f;
}

static void glorot(tf1c_philox *p, void *out, int64_t n) /* [6, 8] */
{
    const float limit = (float)sqrt(3.0 / 7.0);

    unit(p, out, n);
    for (int64_t i = 0; i < n; i++)
        ((float *)out)[i] = ((float *)out)[i] * (limit + limit) - limit;
}

typedef struct {
    const char *kind;
    void (*draw)(tf1c_philox *p, void *out, int64_t n);
    double tolerance; /* 0: bit for bit */
} law_case;

static const law_case laws[] = {
    { "random_normal", normal, 1e-6 },
    { "random_normal_f64", normal_f64, 1e-12 },
    { "truncated_normal", truncated, 1e-6 },
    { "random_uniform", uniform, 0 },
    { "random_uniform_i32", integers_32, 0 },
    { "random_uniform_i64", integers_64, 0 },
    { "random_shuffle", shuffle, 0 },
    { "multinomial", multinomial, 0 },
    { "dropout", dropout, 1e-6 },
    { "glorot_uniform", glorot, 1e-7 },
    { "large_random_normal", plain_normal, 1e-6 },
};
enum { LAWS = sizeof laws / sizeof *laws };

static void same_as_golden(const law_case *law, const char *key, tf1c_philox *p)
{
    tf_ndarray want = np_npz_get(golden, key);
    const int64_t n = np_size(want);
    void *got = malloc((size_t)n * 8);

    ck_assert_msg(n > 0, "%s is missing", key);
    law->draw(p, got, n);
    if (law->tolerance == 0)
        ck_assert_msg(memcmp(got, want.data, np_nbytes(want)) == 0, "%s differs", key);
    for (int64_t i = 0; i < n && law->tolerance > 0; i++) {
        const double g = want.dtype == tf_float64 ? ((double *)got)[i] : (double)((float *)got)[i];

        if (!(fabs(g - np_get(want, i)) <= law->tolerance * (1 + fabs(g))))
            ck_abort_msg("%s[%d]: %.9g, not %.9g", key, (int)i, g, np_get(want, i));
    }
    free(got);
    np_free(&want);
}

START_TEST(every_law_draws_what_tensorflow_draws_in_two_runs)
{
    const law_case *law = &laws[_i];
    const int64_t graph_seeds[] = { 1, 1234, 87654321 }, op_seeds[] = { 0, 42 };

    for (int g = 0; g < 3; g++)
        for (int o = 0; o < 2; o++) {
            int64_t seed, seed2;
            tf1c_philox p;

            tf1c_philox_seeds(&graph_seeds[g], &op_seeds[o], 99, &seed, &seed2);
            p = tf1c_philox_init(seed, seed2);
            for (int run = 1; run <= 2; run++) {
                char key[96];

                snprintf(key, sizeof key, "%s/%d/%d/run%d", law->kind, (int)graph_seeds[g], (int)op_seeds[o], run);
                same_as_golden(law, key, &p);
            }
        }
}
END_TEST

/* tf.random_normal makes three ops (shape, mean, stddev) before it asks for its seed, and three with and after it. */
START_TEST(an_op_without_a_seed_takes_the_number_of_ops_before_it)
{
    static const struct {
        law_case law;
        int64_t last_id[2];
    } rows[] = {
        { { "random_normal", plain_normal, 1e-6 }, { 3, 9 } },
        { { "random_uniform", unit, 0 }, { 3, 10 } },
        { { "truncated_normal", plain_truncated, 1e-6 }, { 3, 9 } },
    };
    const int64_t graph_seed = 7;

    for (int k = 0; k < 2; k++) {
        int64_t seed, seed2;
        char key[96];
        tf1c_philox p;

        tf1c_philox_seeds(&graph_seed, NULL, rows[_i].last_id[k], &seed, &seed2);
        p = tf1c_philox_init(seed, seed2);
        snprintf(key, sizeof key, "%s/7/%s", rows[_i].law.kind, k == 0 ? "first_op" : "second_op");
        same_as_golden(&rows[_i].law, key, &p);
    }
}
END_TEST

START_TEST(seed_pairs_follow_get_seed)
{
    enum { none = -999 };
    static const struct {
        int64_t graph, op, last_id, seed, seed2;
    } rows[] = {
        { 5, 6, 9, 5, 6 },         { 5, none, 9, 5, 9 },         { none, 6, 9, 87654321, 6 }, { none, none, 9, 0, 0 },
        { 0, 0, 9, 0, INT32_MAX }, { 0, none, 0, 0, INT32_MAX }, { -1, 2, 9, 2147483646, 2 }, { 1LL << 40, 2147483647, 9, 512, 0 },
    };
    int64_t seed, seed2;

    tf1c_philox_seeds(rows[_i].graph == none ? NULL : &rows[_i].graph, rows[_i].op == none ? NULL : &rows[_i].op, rows[_i].last_id,
                      &seed, &seed2);
    ck_assert_int_eq(seed, rows[_i].seed);
    ck_assert_int_eq(seed2, rows[_i].seed2);
}
END_TEST

START_TEST(two_zero_seeds_are_unpredictable)
{
    const tf1c_philox a = tf1c_philox_init(0, 0), b = tf1c_philox_init(0, 0);

    ck_assert(a.seed != b.seed || a.seed2 != b.seed2);
    ck_assert_uint_eq(tf1c_philox_init(0, 3).seed2, 3);
}
END_TEST

/* Known answers of Philox4x32-10, from Random123's kat_vectors. */
START_TEST(blocks_are_the_published_ones)
{
    static const struct {
        tf1c_philox p;
        uint32_t want[4];
    } rows[] = {
        { { 0, 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { UINT64_MAX, UINT64_MAX, UINT64_MAX }, { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    };
    uint32_t got[4];

    tf1c_philox_block(&rows[_i].p, got);
    ck_assert_mem_eq(got, rows[_i].want, sizeof got);
}
END_TEST

START_TEST(a_fill_in_parts_has_the_same_bits)
{
    enum { N = 1003 };
    static const struct {
        void (*fill)(const tf1c_philox *p, tf_dtype dtype, void *out, int64_t n);
        tf_dtype dtype;
        bool truncated;
    } rows[] = {
        { tf1c_philox_uniform, tf_float32, false },         { tf1c_philox_uniform, tf_float64, false },
        { tf1c_philox_normal, tf_float32, false },          { tf1c_philox_normal, tf_float64, false },
        { tf1c_philox_truncated_normal, tf_float32, true }, { tf1c_philox_truncated_normal, tf_float64, true },
    };
    const tf1c_philox p = { 12, 34, UINT32_MAX - 20 }; /* the low counter word overflows on the way */
    const size_t size = tf_dtype_size(rows[_i].dtype);
    double whole[N], parts[N];

    rows[_i].fill(&p, rows[_i].dtype, whole, N);
    for (int begin = 0; begin < N; begin += 172) {
        const tf1c_philox q = tf1c_philox_at(&p, rows[_i].dtype, rows[_i].truncated, begin);

        rows[_i].fill(&q, rows[_i].dtype, (char *)parts + (size_t)begin * size, N - begin < 172 ? N - begin : 172);
    }
    ck_assert_mem_eq(whole, parts, N * size);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core_philox");
    TCase *t = tcase_create("philox");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_unchecked_fixture(t, open_golden, close_golden);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, every_law_draws_what_tensorflow_draws_in_two_runs, 0, LAWS);
    tcase_add_loop_test(t, an_op_without_a_seed_takes_the_number_of_ops_before_it, 0, 3);
    tcase_add_loop_test(t, seed_pairs_follow_get_seed, 0, 8);
    tcase_add_test(t, two_zero_seeds_are_unpredictable);
    tcase_add_loop_test(t, blocks_are_the_published_ones, 0, 2);
    tcase_add_loop_test(t, a_fill_in_parts_has_the_same_bits, 0, 6);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
