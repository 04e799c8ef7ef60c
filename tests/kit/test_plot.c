/* Line plots: what is drawn is looked for in the pixels of the PNG. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <tf1c_kit.h>

#include "examples/kit/kit.h"
#include "tests/support.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

static char path[256];

static void make_path(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/tf1c-plot.XXXXXX", base ? base : "/tmp");
    int f = mkstemp(path);
    ck_assert_int_ge(f, 0);
    close(f);
    plt_clf();
}

static void remove_path(void) { remove(path); }

/* ---- just enough of PNG: 8-bit RGB, not interlaced -------------------------------------------------------------- */
typedef struct {
    int width, height;
    uint8_t *rgb; /* [height, width, 3] */
} picture;

static uint32_t get32(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

static uint8_t predicted(int filter, int left, int above, int corner)
{
    int p = left + above - corner, pl = abs(p - left), pa = abs(p - above), pc = abs(p - corner);
    switch (filter) {
    case 1: return (uint8_t)left;
    case 2: return (uint8_t)above;
    case 3: return (uint8_t)((left + above) / 2);
    case 4: return (uint8_t)(pl <= pa && pl <= pc ? left : pa <= pc ? above : corner);
    default: return 0;
    }
}

static picture read_png(void)
{
    static uint8_t file[1 << 21], packed[1 << 21];
    FILE *f = fopen(path, "rb");
    size_t n = fread(file, 1, sizeof file, f), packed_bytes = 0;
    fclose(f);
    ck_assert(n > 60 && memcmp(file, "\x89PNG\r\n\x1a\n", 8) == 0);
    picture p = { .width = (int)get32(file + 16), .height = (int)get32(file + 20) };
    ck_assert_msg(file[24] == 8 && (file[25] == 2 || file[25] == 6) && file[28] == 0, "another kind of PNG");
    int channels = file[25] == 2 ? 3 : 4;
    for (size_t at = 8; at + 12 <= n; at += 12 + get32(file + at)) {
        if (memcmp(file + at + 4, "IDAT", 4) == 0) {
            memcpy(packed + packed_bytes, file + at + 8, get32(file + at));
            packed_bytes += get32(file + at);
        }
    }
    size_t stride = (size_t)p.width * (size_t)channels + 1;
    uLongf size = stride * (size_t)p.height;
    uint8_t *rows = malloc(size);
    ck_assert_int_eq(uncompress(rows, &size, packed, packed_bytes), Z_OK);
    p.rgb = malloc((size_t)p.width * (size_t)p.height * 3);
    for (int y = 0; y < p.height; y++) {
        uint8_t *row = rows + (size_t)y * stride + 1, *above = y ? row - stride : NULL;
        for (int i = 0; i < p.width * channels; i++) {
            int left = i >= channels ? row[i - channels] : 0, up = above ? above[i] : 0;
            row[i] = (uint8_t)(row[i] + predicted(row[-1], left, up, above && i >= channels ? above[i - channels] : 0));
            if (i % channels < 3)
                p.rgb[(y * p.width + i / channels) * 3 + i % channels] = row[i];
        }
    }
    free(rows);
    return p;
}

/* How many pixels of a box (in fractions of the picture) are of this colour. */
static int count(const picture *p, uint32_t color, double x0, double y0, double x1, double y1)
{
    int n = 0;
    for (int y = (int)(y0 * p->height); y < (int)(y1 * p->height); y++) {
        for (int x = (int)(x0 * p->width); x < (int)(x1 * p->width); x++) {
            const uint8_t *c = p->rgb + (y * p->width + x) * 3;
            n +=
                abs(c[0] - (int)(color >> 16)) < 8 && abs(c[1] - (int)(color >> 8 & 255)) < 8 && abs(c[2] - (int)(color & 255)) < 8;
        }
    }
    return n;
}

static picture saved(void)
{
    catch_errors();
    ck_assert_msg(plt_savefig(path) == tf_ok, "%s", caught()->message);
    return read_png();
}

START_TEST(a_line_is_drawn_where_its_numbers_are)
{
    const float rising[2] = { 0, 1 };
    const double level[3] = { .9, .9, .9 };
    plt_plot(rising, 2, .label = "rising");
    plt_plot(level, 3, .x = (double[]){ 0, .5, 1 });
    picture p = saved();
    ck_assert(p.width == 1280 && p.height == 960);
    /* Blue runs from bottom left to top right, orange along the top; nothing else is coloured. */
    ck_assert_int_gt(count(&p, 0x1f77b4, .1, .5, .55, .95), 500);
    ck_assert_int_gt(count(&p, 0x1f77b4, .55, 0, 1, .5), 500);
    ck_assert_int_eq(count(&p, 0x1f77b4, .1, 0, .4, .4), 0);
    ck_assert_int_gt(count(&p, 0xff7f0e, .2, .05, .9, .3), 1000);
    ck_assert_int_eq(count(&p, 0xff7f0e, 0, .4, 1, 1), 0);
    free(p.rgb);
}
END_TEST

START_TEST(limits_labels_and_legend_appear)
{
    const float y[3] = { 1, 2, 3 };
    plt_plot(y, 3, .label = "it's 'quoted' `date` @x \\ %s", .color = "red", .linestyle = "--", .marker = "o");
    picture bare = saved();
    plt_title("Title\nin two lines");
    plt_xlabel("x_1^2 {braces}");
    plt_ylabel("\xc3\xa4");
    plt_ylim(0, 100);
    plt_legend();
    picture p = saved();
    ck_assert_int_eq(count(&p, 0xff0000, .15, .5, .95, .7), 0); /* pressed down to the bottom */
    ck_assert_int_gt(count(&bare, 0xff0000, .15, .35, .95, .7), 100);
    ck_assert_int_gt(count(&p, 0xcccccc, 0, 0, 1, 1), 500); /* the legend's frame */
    ck_assert_int_eq(count(&bare, 0xcccccc, 0, 0, 1, 1) > 500, 0);
    ck_assert_int_gt(count(&p, 0, .3, 0, .7, .08), count(&bare, 0, .3, 0, .7, .08) + 200); /* the title */
    free(p.rgb);
    free(bare.rgb);
}
END_TEST

START_TEST(subplots_share_the_figure)
{
    const float y[2] = { 1, 2 };
    plt_figure(.width = 8, .height = 3, .dpi = 100);
    plt_subplot(1, 2, 1);
    plt_plot(y, 2, .color = "C0");
    plt_axes(1, 2, 2);
    plt_plot(y, 2, .color = "C1");
    plt_subplot(1, 2, 1); /* again: the same axes */
    plt_plot(y, 2, .x = (float[]){ 1, 0 }, .color = "#2ca02c");
    picture p = saved();
    ck_assert(p.width == 800 && p.height == 300);
    ck_assert(count(&p, 0x1f77b4, 0, 0, .5, 1) > 100 && count(&p, 0x1f77b4, .5, 0, 1, 1) == 0);
    ck_assert(count(&p, 0xff7f0e, .5, 0, 1, 1) > 100 && count(&p, 0xff7f0e, 0, 0, .5, 1) == 0);
    ck_assert(count(&p, 0x2ca02c, 0, 0, .5, 1) > 100);
    plt_subplot(2, 1, 1); /* lies over both: they go */
    free(p.rgb);
    p = saved();
    ck_assert_int_eq(count(&p, 0x1f77b4, 0, 0, 1, 1), 0);
    free(p.rgb);
}
END_TEST

static const struct {
    int n;
    double y[3];
    bool log;
} odd_cases[] = {
    { 0, { 0 }, false },
    { 1, { 5 }, false },
    { 3, { 0, 0, 0 }, false },
    { 3, { NAN, NAN, NAN }, false },
    { 3, { 1, INFINITY, 2 }, false },
    { 3, { 1e300, -1e300, 0 }, false },
    { 3, { 1e-300, 2e-300, 0 }, false },
    { 3, { -1, 0, -5 }, true },
    { 3, { 1, 1000, 1e9 }, true },
    { 2, { 1e6, 1e6 + 1 }, false },
};

START_TEST(odd_numbers_give_a_picture_too)
{
    plt_plot(odd_cases[_i].y, odd_cases[_i].n, .label = "odd");
    plt_yscale(odd_cases[_i].log ? "log" : "linear");
    plt_legend();
    plt_grid(true);
    free(saved().rgb);
}
END_TEST

START_TEST(an_empty_figure_is_saved_as_empty_axes)
{
    picture p = saved();
    ck_assert_int_gt(count(&p, 0, .05, .02, .99, .98), 1000);
    free(p.rgb);
}
END_TEST

START_TEST(points_lie_where_their_numbers_are)
{
    plt_scatter(((float[]){ 0, 1 }), ((float[]){ 0, 1 }), 2, .color = "red", .s = 400, .label = "two");
    plt_annotate("a note in the middle", 0.3, 0.5);
    picture p = saved();
    ck_assert_int_gt(count(&p, 0xff0000, .1, .6, .4, .95), 200);
    ck_assert_int_gt(count(&p, 0xff0000, .7, 0, 1, .4), 200);
    ck_assert_int_eq(count(&p, 0xff0000, .4, .1, .7, .8), 0);
    ck_assert_int_gt(count(&p, 0, .35, .4, .75, .55), 100); /* the note */
    free(p.rgb);
}
END_TEST

START_TEST(bars_stand_on_zero)
{
    plt_bar(((double[]){ 1, -1 }), 2, .color = "red");
    plt_xticks(2, ((const char *const[]){ "up", "down and long" }));
    picture p = saved();
    ck_assert_int_gt(count(&p, 0xff0000, .15, .1, .5, .4), 20000);
    ck_assert_int_gt(count(&p, 0xff0000, .55, .5, .95, .8), 20000);
    ck_assert_int_eq(count(&p, 0xff0000, .15, .5, .5, 1), 0);
    free(p.rgb);
}
END_TEST

START_TEST(a_histogram_counts_into_bins)
{
    /* 0 to 4 in four bins: 1, 0, 0 and 3, for the last is closed; what is outside or not a number counts nowhere. */
    plt_hist(((float[]){ 0.5f, 3, 3.5f, 4, 5, NAN }), 6, .bins = 4, .low = 0, .high = 4, .color = "red");
    plt_xlim(0, 4);
    plt_ylim(0, 3);
    picture p = saved();
    const double left = .72 / 6.4, right = 1 - .16 / 6.4, bottom = 1 - .56 / 4.8, top = .36 / 4.8, quarter = (right - left) / 4;
    const int whole = (int)(quarter * p.width * (bottom - top) * p.height);
    ck_assert_int_gt(count(&p, 0xff0000, left, 0, left + quarter, 1), whole * 28 / 100);
    ck_assert_int_lt(count(&p, 0xff0000, left, 0, left + quarter, 1), whole * 36 / 100);
    ck_assert_int_lt(count(&p, 0xff0000, left + 1.1 * quarter, 0, left + 2.9 * quarter, 1), whole / 100);
    ck_assert_int_gt(count(&p, 0xff0000, right - quarter, 0, 1, 1), whole * 94 / 100);
    free(p.rgb);
}
END_TEST

START_TEST(an_image_shows_its_first_row_on_top)
{
    plt_figure(.width = 4, .height = 4);
    plt_imshow(NP_FLOAT2D({ 0, 0 }, { 0, 1 }), .cmap = "gray");
    plt_axis("off");
    picture p = saved();
    ck_assert_int_gt(count(&p, 0, .1, .1, .4, .9), p.width * p.height / 5);
    ck_assert_int_eq(count(&p, 0, .6, .6, .9, .9), 0);
    free(p.rgb);
    plt_imshow(np_array(((uint8_t[]){ 255, 0, 0, 0, 255, 0 }), tf_uint8, SHAPE(1, 2, 3)), .cmap = "gray"); /* red and green */
    p = saved();
    ck_assert_int_gt(count(&p, 0xff0000, 0, 0, .5, 1), p.width * p.height / 10);
    ck_assert_int_gt(count(&p, 0x00ff00, .5, 0, 1, 1), p.width * p.height / 10);
    ck_assert_int_eq(count(&p, 0x00ff00, 0, 0, .5, 1), 0);
    free(p.rgb);
}
END_TEST

/* ---- mistakes --------------------------------------------------------------------------------------------------- */
static const float two[2] = { 1, 2 };
static void bad_color(void) { plt_plot(two, 2, .color = "#12345"); }
static void bad_style(void) { plt_plot(two, 2, .linestyle = "wavy"); }
static void bad_marker(void) { plt_plot(two, 2, .marker = "heart"); }
static void bad_count(void) { plt_plot(two, -1); }
static void bad_place(void) { plt_subplot(2, 2, 5); }
static void bad_grid(void) { plt_subplot(0, 2, 1); }
static void bad_limits(void) { plt_xlim(0, NAN); }
static void equal_limits(void) { plt_ylim(1, 1); }
static void bad_scale(void) { plt_yscale("logit"); }
static void bad_size(void) { plt_figure(.width = 0.1); }
static void nan_size(void) { plt_figure(.width = NAN); }
static void bad_path(void) { plt_savefig("/no/such/folder/a.png"); }
static void folder_path(void) { plt_savefig("/"); }
static void full_device(void) { plt_savefig("/dev/full"); }
static void no_area(void) { plt_scatter(two, two, 2, .s = 0); }
static void no_points(void) { plt_scatter((const float *)NULL, two, 2); }
static void no_width(void) { plt_bar(two, 2, .width = 0); }
static void no_bins(void) { plt_hist(two, 2, .bins = 0); }
static void no_range(void) { plt_hist(two, 0); }
static void no_image(void) { plt_imshow(NP_FLOAT(1, 2)); }
static void no_map(void) { plt_imshow(NP_FLOAT2D({ 1, 2 }), .cmap = "rainbows"); }
static void nowhere(void) { plt_annotate("a", NAN, 0); }
static void no_axis(void) { plt_axis("maybe"); }
static void fewer_than_no_names(void) { plt_xticks(-1, NULL); }
static void no_gnuplot(void)
{
    setenv("PATH", "/no/such/folder", 1);
    plt_savefig(path);
}

static const struct {
    void (*make)(void);
    tf_status code;
    const char *message;
} mistakes[] = {
    { bad_color, tf_value_error, "'#12345' is not a valid value for color" },
    { bad_style, tf_value_error, "'wavy' is not a valid value for ls; supported values are '-', '--', '-.', ':', 'none', ''" },
    { bad_marker, tf_value_error, "Unrecognized marker style 'heart': one of o s x + . ^" },
    { bad_count, tf_value_error, "plt_plot needs n >= 0 numbers, but n is -1" },
    { bad_place, tf_value_error, "num must be 1 <= num <= 4, not 5" },
    { bad_grid, tf_value_error, "Number of rows and columns must be in [1, 64], not 0 and 2" },
    { bad_limits, tf_value_error, "Axis limits cannot be NaN or Inf, but are 0 and nan" },
    { equal_limits, tf_value_error, "Axis limits must differ, but both are 1" },
    { bad_scale, tf_value_error, "'logit' is not a valid value for scale; supported values are 'linear', 'log'" },
    { bad_size, tf_value_error, "a figure of 0.1 x 4.8 inches at 200 dpi is not between 100 and 20000 pixels a side" },
    { nan_size, tf_value_error, "a figure of nan x 4.8 inches at 200 dpi is not between 100 and 20000 pixels a side" },
    { bad_path, tf_not_found, "/no/such/folder/a.png; No such file or directory" },
    { folder_path, tf_os_error, "/; Is a directory" },
    { full_device, tf_os_error, "/dev/full: cannot be written: No space left on device" },
    { no_area, tf_value_error, "s, the area of a marker, must be positive, but is 0" },
    { no_points, tf_value_error, "plt_scatter needs n >= 0 numbers, but n is 2" },
    { no_width, tf_value_error, "the width of bars must be positive, but is 0" },
    { no_bins, tf_value_error, "`bins` must be from 1 to 100000, but is 0" },
    { no_range, tf_value_error, "the range of the numbers, [inf, -inf], is not finite" },
    { no_image, tf_type_error, "Invalid shape (2,) for image data" },
    { no_map, tf_value_error,
      "Colormap rainbows is not recognized. Possible values are: viridis, gray, gray_r, binary, Greys, Blues, Reds, hot, coolwarm" },
    { nowhere, tf_value_error, "posx and posy should be finite values, but are nan and 0" },
    { no_axis, tf_value_error, "Unrecognized string maybe to axis; try on or off" },
    { fewer_than_no_names, tf_value_error, "plt_xticks needs from 0 to 10000 names, but n is -1" },
    { no_gnuplot, tf_os_error, "gnuplot, which draws the pictures, is not in PATH (Debian: gnuplot-nox)" },
};

START_TEST(a_mistake_is_reported_at_the_users_line)
{
    catch_errors();
    mistakes[_i].make();
    ck_assert_int_eq(caught()->count, 1);
    ck_assert_int_eq(caught()->code, mistakes[_i].code);
    ck_assert_str_eq(caught()->message, mistakes[_i].message);
    ck_assert_str_eq(tf_last_error()->where.file, __FILE__);
}
END_TEST

/* A stand-in for gnuplot, first in PATH. */
static const struct {
    const char *script, *message;
} gnuplot_cases[] = {
    { "echo; echo '   ^'; echo 'line 3: out of colours' >&2; exit 1", "gnuplot failed: line 3: out of colours" },
    { "exit 3", "gnuplot failed: no reason given" },
    { "kill -9 $$", "gnuplot failed: no reason given" },
    { "echo no picture; echo warning: none >&2", "gnuplot drew no picture: warning: none" },
};

START_TEST(a_gnuplot_that_fails_is_an_error_with_its_words_and_leaves_the_old_picture)
{
    char folder[] = "/tmp/tf1c-bin.XXXXXX", program[64], places[256], old[16] = { 0 };
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(program, sizeof program, "%s/gnuplot", folder);
    FILE *f = fopen(program, "w");
    fprintf(f, "#!/bin/sh\n%s\n", gnuplot_cases[_i].script);
    fchmod(fileno(f), 0755);
    fclose(f);
    snprintf(places, sizeof places, "%s:/usr/bin:/bin", folder);
    setenv("PATH", places, 1);
    f = fopen(path, "w");
    fputs("old picture", f);
    fclose(f);
    catch_errors();
    ck_assert_int_eq(plt_savefig(path), tf_os_error);
    ck_assert_str_eq(caught()->message, gnuplot_cases[_i].message);
    f = fopen(path, "r");
    ck_assert_ptr_nonnull(fgets(old, sizeof old, f));
    fclose(f);
    ck_assert_str_eq(old, "old picture");
    remove(program);
    rmdir(folder);
}
END_TEST

START_TEST(a_picture_is_drawn_where_the_standard_streams_are_closed)
{
    pid_t child = fork();
    int status;
    if (child == 0) {
        close(0);
        close(1);
        close(2);
        plt_plot(two, 2);
        _exit(plt_savefig(path) == tf_ok ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    picture p = read_png();
    ck_assert_int_gt(count(&p, 0x1f77b4, 0, 0, 1, 1), 500);
    free(p.rgb);
}
END_TEST

static int countdown;
static bool fail_in_turn(size_t size)
{
    (void)size;
    return countdown-- != 0;
}

START_TEST(each_allocation_that_fails_gives_a_memory_error_and_no_more)
{
    int i = 0;
    for (bool done = false; !done; i++) {
        tf_kit_release();
        catch_errors();
        countdown = i;
        tf1c_kit_alloc_hook = fail_in_turn;
        for (int k = 1; k <= 5; k++) {
            plt_subplot(5, 1, k);
            plt_plot(two, 2, .label = "a");
            plt_title("title");
            plt_title("another");
            plt_hist(two, 2, .label = "b");
            plt_imshow(NP_FLOAT2D({ 1, 2 }));
            plt_annotate("c", 0, 0);
            plt_xticks(2, ((const char *const[]){ "d", "e" }));
        }
        for (int k = 0; k < 5; k++)
            plt_plot(two, 2);
        tf1c_kit_alloc_hook = NULL;
        done = countdown >= 0;
        ck_assert_int_eq(caught()->count > 0, !done);
        ck_assert_int_eq(caught()->code, done ? tf_ok : tf_memory_error);
    }
    ck_assert_int_gt(i, 30);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kit_plot");
    TCase *plot = tcase_create("plot");
    tcase_set_timeout(plot, 30);
    tcase_add_checked_fixture(plot, make_path, remove_path);
    tcase_add_test(plot, a_line_is_drawn_where_its_numbers_are);
    tcase_add_test(plot, limits_labels_and_legend_appear);
    tcase_add_test(plot, points_lie_where_their_numbers_are);
    tcase_add_test(plot, bars_stand_on_zero);
    tcase_add_test(plot, a_histogram_counts_into_bins);
    tcase_add_test(plot, an_image_shows_its_first_row_on_top);
    tcase_add_test(plot, subplots_share_the_figure);
    tcase_add_loop_test(plot, odd_numbers_give_a_picture_too, 0, COUNT(odd_cases));
    tcase_add_test(plot, an_empty_figure_is_saved_as_empty_axes);
    tcase_add_loop_test(plot, a_mistake_is_reported_at_the_users_line, 0, COUNT(mistakes));
    tcase_add_loop_test(plot, a_gnuplot_that_fails_is_an_error_with_its_words_and_leaves_the_old_picture, 0, COUNT(gnuplot_cases));
    tcase_add_test(plot, a_picture_is_drawn_where_the_standard_streams_are_closed);
    tcase_add_test(plot, each_allocation_that_fails_gives_a_memory_error_and_no_more);
    suite_add_tcase(suite, plot);
    return run_suite(suite);
}
