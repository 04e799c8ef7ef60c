/* The float32 convolutions: each level's kernels, and everything around them against plain loops, on numbers small enough for
 * sums to be exact. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conv.h"
#include "core/conv_kernels.h"
#include "core/vecmath.h"

enum { D, H, W, AXES = TF1C_CONV_AXES };

static uint32_t random_state = 11;
static uint32_t random_bits(void) { return (random_state = random_state * 1664525u + 1013904223u) >> 8; }
static int64_t up_to(int64_t most) { return 1 + random_bits() % most; }
static float random_small(void) { return (float)((int)(random_bits() % 9) - 4); }
static float random_any(void) { return (float)random_bits() / 16777216.0f - 0.5f; }

static void *room(size_t n)
{
    void *p = malloc(n + 1);
    ck_assert_ptr_nonnull(p);
    return p;
}

static float *numbers(int64_t n, float (*one)(void))
{
    float *x = room((size_t)n * sizeof *x);
    for (int64_t i = 0; i < n; i++)
        x[i] = one();
    return x;
}

/* ---- one level's kernels --------------------------------------------------------------------------------------------------- */

static const char *const level_names[] = { "baseline", "avx2", "avx512" };
enum { LEVELS = sizeof level_names / sizeof *level_names, LDC = 40, K = 9, MOST_K = 48 };

/* What K offsets into `a` are: anywhere, or each `width` of them side by side. */
static void set_offsets(int64_t *offsets, int k, int width)
{
    for (int p = 0; p < k; p++)
        offsets[p] = p % width ? offsets[p - 1] + 1 : random_bits() % 100;
}

/* m rows, `row` apart, of n columns; k of them in runs of `width`. from: 0 zeros, 1 a row for all, 2 c itself */
static void check_panel(const tf1c_conv_way *way, int64_t m, int64_t n, int64_t row, int k, int width, int from)
{
    int64_t offsets[MOST_K];
    float *a = numbers(200 + 7 * m, random_small), *b = numbers(k * n, random_small), *c = numbers(m * LDC, random_small),
          *before = numbers(m * LDC, random_small), *panel = numbers(k * way->columns, random_small);

    set_offsets(offsets, k, width);
    memcpy(c, before, (size_t)(m * LDC) * sizeof *c);
    way->pack(k, n, b, n, 1, panel);
    way->panel(m, n, k, a, row, offsets, panel, from == 0 ? NULL : from == 1 ? before : c, from == 2 ? LDC : 0, c, LDC);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < LDC; j++) {
            float want = j >= n || from == 2 ? before[i * LDC + j] : from ? before[j] : 0;
            for (int p = 0; p < k && j < n; p++)
                want += a[i * row + offsets[p]] * b[p * n + j];
            ck_assert_msg(c[i * LDC + j] == want, "m %d, n %d, row %d, from %d: [%d,%d] is %g, not %g", (int)m, (int)n, (int)row,
                          from, (int)i, (int)j, (double)c[i * LDC + j], (double)want);
        }
    free(a), free(b), free(c), free(before), free(panel);
}

START_TEST(a_panel_of_any_shape_is_multiplied)
{
    const tf1c_vecmath *level = tf1c_vec_level(level_names[_i]);

    if (!level)
        return; /* not this CPU's */
    for (int64_t m = 1; m <= 30; m++)
        for (int64_t n = 1; n <= level->conv->chains.columns; n++)
            check_panel(&level->conv->chains, m, n, 7, K, 1, (int)((m + n) % 3));
}
END_TEST

START_TEST(few_columns_are_multiplied_down_rows_side_by_side)
{
    const tf1c_vecmath *level = tf1c_vec_level(level_names[_i]);

    for (int64_t m = 1; level && m <= 150; m++)
        for (int64_t n = 1; n <= 5; n++)
            check_panel(&level->conv->chains, m, n, 1, K, 1, (int)((m + n) % 3));
}
END_TEST

START_TEST(few_columns_are_multiplied_along_what_they_sum)
{
    const tf1c_vecmath *level = tf1c_vec_level(level_names[_i]);

    for (int64_t m = 1; level && m <= 20; m++)
        for (int64_t n = 1; n <= level->conv->along.columns; n++)
            for (int runs = 1; runs <= 3; runs++)
                check_panel(&level->conv->along, m, n, 7, runs * level->conv->width, level->conv->width, (int)((m + n) % 3));
}
END_TEST

/* ---- whole convolutions --------------------------------------------------------------------------------------------------------- */

static int64_t volume(const int64_t *v) { return v[D] * v[H] * v[W]; }

typedef struct {
    tf1c_conv c;
    int64_t nx, nw, ny;
    float *x, *w, *dy, *bias, *y, *dx, *dw; /* what the library makes of them: the last three */
    void *scratch;
} run;

static void begin(run *r, const tf1c_conv *c, float (*one)(void))
{
    size_t most = tf1c_conv_scratch(c);

    *r = (run){ .c = *c,
                .nx = c->batch * volume(c->in) * c->channels,
                .nw = volume(c->window) * c->channels * c->filters,
                .ny = c->batch * volume(c->out) * c->filters };
    r->x = numbers(r->nx, one);
    r->w = numbers(r->nw, one);
    r->dy = numbers(r->ny, one);
    r->bias = numbers(c->filters, one);
    r->y = numbers(r->ny, one);
    r->dx = numbers(r->nx, one);
    r->dw = numbers(r->nw, one);
    most = most > tf1c_conv_input_scratch(c) ? most : tf1c_conv_input_scratch(c);
    most = most > tf1c_conv_filter_scratch(c) ? most : tf1c_conv_filter_scratch(c);
    r->scratch = room(most);
}

static void end(run *r)
{
    free(r->x), free(r->w), free(r->dy), free(r->bias), free(r->y), free(r->dx), free(r->dw), free(r->scratch);
}

/* In `pieces` of images and rows. */
static void convolve(run *r, int64_t pieces, bool biased)
{
    const int64_t rows = volume(r->c.window) * r->c.channels;

    for (int64_t i = 0; i < pieces; i++) {
        const int64_t from = r->c.batch * i / pieces, to = r->c.batch * (i + 1) / pieces;
        tf1c_conv_forward(&r->c, r->x, r->w, biased ? r->bias : NULL, r->y, from, to, r->scratch);
        tf1c_conv_input(&r->c, r->dy, r->w, r->dx, from, to, r->scratch);
        tf1c_conv_filter(&r->c, r->x, r->dy, r->dw, rows * i / pieces, rows * (i + 1) / pieces, r->scratch);
    }
}

/* Where window element k of output o lies in an image; -1: beside it. */
static int64_t place(const tf1c_conv *c, int64_t o, int64_t k)
{
    int64_t at = 0, scale = 1;

    for (int i = AXES; i-- > 0; o /= c->out[i], k /= c->window[i]) {
        const int64_t p = o % c->out[i] * c->stride[i] + k % c->window[i] * c->dilation[i] - c->before[i];
        if (p < 0 || p >= c->in[i])
            return -1;
        at += p * scale;
        scale *= c->in[i];
    }
    return at;
}

static void by_loops(const run *r, float *y, float *dx, float *dw)
{
    const tf1c_conv *c = &r->c;

    for (int64_t at = 0; at < c->batch * volume(c->out); at++)
        for (int64_t k = 0; k < volume(c->window); k++) {
            const int64_t from = place(c, at % volume(c->out), k), n = at / volume(c->out);
            for (int64_t i = 0; from >= 0 && i < c->channels; i++)
                for (int64_t f = 0; f < c->filters; f++) {
                    const int64_t xi = (n * volume(c->in) + from) * c->channels + i, wi = (k * c->channels + i) * c->filters + f,
                                  yi = at * c->filters + f;
                    y[yi] += r->x[xi] * r->w[wi];
                    dx[xi] += r->dy[yi] * r->w[wi];
                    dw[wi] += r->x[xi] * r->dy[yi];
                }
        }
}

static void check_same(const float *got, const float *want, int64_t n, const char *what, const tf1c_conv *c)
{
    for (int64_t i = 0; i < n; i++)
        ck_assert_msg(got[i] == want[i],
                      "%s[%d] is %g, not %g: %d channels, %d filters, in %d %d %d, window %d %d %d, out %d %d %d, stride %d %d %d, "
                      "dilation %d %d %d, before %d %d %d",
                      what, (int)i, (double)got[i], (double)want[i], (int)c->channels, (int)c->filters, (int)c->in[D],
                      (int)c->in[H], (int)c->in[W], (int)c->window[D], (int)c->window[H], (int)c->window[W], (int)c->out[D],
                      (int)c->out[H], (int)c->out[W], (int)c->stride[D], (int)c->stride[H], (int)c->stride[W], (int)c->dilation[D],
                      (int)c->dilation[H], (int)c->dilation[W], (int)c->before[D], (int)c->before[H], (int)c->before[W]);
}

/* Of any geometry: windows beyond the image, gaps between windows, rows longer than a chunk. */
static tf1c_conv random_conv(int number)
{
    tf1c_conv c = { .batch = up_to(3), .channels = up_to(number % 7 ? 5 : 40), .filters = up_to(number % 5 ? 6 : 70) };

    if (number % 4 == 3) /* whole vectors into few, or back */
        *(number % 8 == 3 ? &c.channels : &c.filters) = 16 * up_to(2);

    for (int i = 0; i < AXES; i++) {
        const bool flat = i == D && number % 3;
        c.in[i] = flat ? 1 : i == D ? up_to(3) : i == W && number % 11 == 0 ? up_to(600) : up_to(9);
        c.window[i] = flat ? 1 : up_to(4);
        c.stride[i] = flat ? 1 : up_to(3);
        c.dilation[i] = flat ? 1 : up_to(3);
        c.before[i] = flat ? 0 : random_bits() % 4;
        const int64_t spare = c.in[i] + c.before[i] + (flat ? 0 : random_bits() % 4) - (c.window[i] - 1) * c.dilation[i] - 1;
        c.out[i] = spare < 0 ? 0 : spare / c.stride[i] + 1;
    }
    return c;
}

enum { SOME = 60 };

START_TEST(convolutions_of_any_geometry_are_what_loops_compute)
{
    for (int i = 0; i < SOME; i++) {
        const tf1c_conv c = random_conv(_i * SOME + i);
        run r;
        begin(&r, &c, random_small);
        float *y = room((size_t)r.ny * sizeof *y), *dx = calloc((size_t)r.nx + 1, sizeof *dx),
              *dw = calloc((size_t)r.nw + 1, sizeof *dw);
        ck_assert(dx && dw);
        for (int64_t j = 0; j < r.ny; j++)
            y[j] = i % 2 ? r.bias[j % c.filters] : 0;
        by_loops(&r, y, dx, dw);
        convolve(&r, 1, i % 2);
        check_same(r.y, y, r.ny, "y", &c);
        check_same(r.dx, dx, r.nx, "dx", &c);
        check_same(r.dw, dw, r.nw, "dw", &c);
        free(y), free(dx), free(dw);
        end(&r);
    }
}
END_TEST

static const tf1c_conv dealt_out[] = {
    { 7, 5, 37, { 1, 17, 13 }, { 1, 3, 3 }, { 1, 9, 7 }, { 1, 2, 2 }, { 1, 1, 1 }, { 0, 1, 1 } },
    { 7, 16, 3, { 1, 17, 13 }, { 1, 3, 3 }, { 1, 9, 7 }, { 1, 2, 2 }, { 1, 1, 1 }, { 0, 1, 1 } },
    { 7, 2, 32, { 1, 17, 13 }, { 1, 3, 3 }, { 1, 9, 7 }, { 1, 2, 2 }, { 1, 1, 1 }, { 0, 1, 1 } },
};
enum { DEALT_OUT = sizeof dealt_out / sizeof *dealt_out };

START_TEST(what_is_dealt_out_in_any_way_has_the_same_bits)
{
    const tf1c_conv c = dealt_out[_i];
    run r;
    begin(&r, &c, random_any);
    float *y = room((size_t)r.ny * sizeof *y), *dx = room((size_t)r.nx * sizeof *dx), *dw = room((size_t)r.nw * sizeof *dw);
    convolve(&r, 1, true);
    memcpy(y, r.y, (size_t)r.ny * sizeof *y);
    memcpy(dx, r.dx, (size_t)r.nx * sizeof *dx);
    memcpy(dw, r.dw, (size_t)r.nw * sizeof *dw);
    for (int64_t pieces = 2; pieces <= 7; pieces++) {
        convolve(&r, pieces, true);
        ck_assert_mem_eq(y, r.y, (size_t)r.ny * sizeof *y);
        ck_assert_mem_eq(dx, r.dx, (size_t)r.nx * sizeof *dx);
        ck_assert_mem_eq(dw, r.dw, (size_t)r.nw * sizeof *dw);
    }
    free(y), free(dx), free(dw);
    end(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core_conv");
    TCase *t = tcase_create("convolutions");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_loop_test(t, a_panel_of_any_shape_is_multiplied, 0, LEVELS);
    tcase_add_loop_test(t, few_columns_are_multiplied_down_rows_side_by_side, 0, LEVELS);
    tcase_add_loop_test(t, few_columns_are_multiplied_along_what_they_sum, 0, LEVELS);
    tcase_add_loop_test(t, convolutions_of_any_geometry_are_what_loops_compute, 0, 4);
    tcase_add_loop_test(t, what_is_dealt_out_in_any_way_has_the_same_bits, 0, DEALT_OUT);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
