/* Draws a figure by way of gnuplot, as matplotlib would draw it: a script with the data in it on gnuplot's standard
 * input, a PNG on its standard output. Files, not pipes: nothing can block, and no signal is raised where gnuplot stops
 * early. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plot.h"

extern char **environ;

/* matplotlib's measures, in points and inches. */
static const double font = 10, margin = 0.05, frame = 0.8;
static const double left = 0.72, right = 0.16, bottom = 0.56, top = 0.36;

/* ---- ranges and ticks ------------------------------------------------------------------------------------------- */
typedef struct {
    double low, high;
} range;

static bool shown(const tf1c_axes *a, double x, double y) { return isfinite(x) && isfinite(y) && (!a->log_y || y > 0); }

/* An image's pixels lie around whole numbers, the first row on top. */
static range image_range(const tf1c_axes *a, char which)
{
    return which == 'x' ? (range){ -0.5, (double)a->image.columns - 0.5 } : (range){ (double)a->image.rows - 0.5, -0.5 };
}

/* Of all points, 5 % wider on each side; but bars stand on 0. */
static range data_range(const tf1c_axes *a, char which)
{
    bool logarithmic = which == 'y' && a->log_y, bars = false;
    range r = { INFINITY, -INFINITY };
    for (int i = 0; i < a->n; i++) {
        const tf1c_line *l = &a->lines[i];
        const double beside = which == 'x' ? l->width / 2 : 0;
        bars |= l->width > 0;
        for (int64_t k = 0; k < l->n; k++) {
            if (!shown(a, l->x[k], l->y[k]))
                continue;
            double v = which == 'x' ? l->x[k] : logarithmic ? log10(l->y[k]) : l->y[k];
            r.low = fmin(r.low, v - beside);
            r.high = fmax(r.high, v + beside);
        }
    }
    if (bars && which == 'y' && !logarithmic && r.low <= r.high) {
        r.low = fmin(r.low, 0);
        r.high = fmax(r.high, 0);
    }
    if (r.low > r.high)
        return logarithmic ? (range){ 1, 10 } : (range){ 0, 1 };
    double wider = margin * (r.high - r.low);
    if (wider <= 1e-12 * fmax(fabs(r.low), fabs(r.high))) /* one value: room around it */
        wider = r.low == 0 ? margin : margin * fabs(r.low);
    const bool stands = bars && which == 'y' && !logarithmic;
    r = (range){ stands && r.low == 0 ? 0 : r.low - wider, stands && r.high == 0 ? 0 : r.high + wider };
    return logarithmic ? (range){ pow(10, r.low), pow(10, r.high) } : r;
}

static range limits(const tf1c_axes *a, char which)
{
    const double *set = which == 'x' ? a->xlim : a->ylim;
    return !isnan(set[0]) ? (range){ set[0], set[1] } : a->image.values ? image_range(a, which) : data_range(a, which);
}

/* 1, 2, 2.5 or 5 times a power of ten, for at most `most` intervals. */
static double tick_step(range r, int most)
{
    static const double steps[] = { 1, 2, 2.5, 5, 10 };
    double least = fabs(r.high - r.low) / most, power = pow(10, floor(log10(least)));
    for (int i = 0; i < 5; i++)
        if (steps[i] * power >= least * (1 - 1e-9))
            return steps[i] * power;
    return 10 * power;
}

/* As many digits as the steps need, the same for all ticks. */
static void tick_format(range r, double step, char *format, size_t n)
{
    double largest = fmax(fabs(r.low), fabs(r.high));
    int digits = 0;
    while (digits < 6 && fabs(step * pow(10, digits) - round(step * pow(10, digits))) > 1e-6)
        digits++;
    if (largest >= 1e7 || largest < 1e-4)
        snprintf(format, n, "%%g");
    else
        snprintf(format, n, "%%.%df", digits);
}

static int clamp(int v, int low, int high) { return v < low ? low : v > high ? high : v; }

/* ---- the legend's corner ---------------------------------------------------------------------------------------- */
/* Of matplotlib's four corners, in its order, the first that holds the fewest points. The legend's size is estimated
 * from its longest label; width and height are the axes', in inches. */
static const char *free_corner(const tf1c_axes *a, range x, range y, double width, double height)
{
    static const struct {
        const char *name;
        bool is_right, is_top;
    } corners[4] = {
        { "top right", true, true }, { "top left", false, true }, { "bottom left", false, false }, { "bottom right", true, false }
    };
    size_t longest = 0, labels = 0;
    for (int i = 0; i < a->n; i++) {
        size_t n = a->lines[i].label ? strlen(a->lines[i].label) : 0;
        longest = n > longest ? n : longest;
        labels += n > 0;
    }
    double w = (0.08 * (double)longest + 0.6) / width, h = (0.2 * (double)labels + 0.15) / height;
    int64_t held[4] = { 0 };
    for (int i = 0; i < a->n; i++) {
        for (int64_t k = 0; k < a->lines[i].n; k++) {
            double v = a->lines[i].y[k], u = (a->lines[i].x[k] - x.low) / (x.high - x.low);
            v = a->log_y ? log(v / y.low) / log(y.high / y.low) : (v - y.low) / (y.high - y.low);
            for (int c = 0; c < 4; c++)
                held[c] += (corners[c].is_right ? u > 1 - w : u < w) && (corners[c].is_top ? v > 1 - h : v < h);
        }
    }
    int best = 0;
    for (int c = 1; c < 4; c++)
        if (held[c] < held[best])
            best = c;
    return corners[best].name;
}

/* ---- the script ------------------------------------------------------------------------------------------------- */
/* A string of gnuplot's: in single quotes nothing is expanded; a line break stands in double ones. */
static void quote(FILE *f, const char *text)
{
    putc('\'', f);
    for (; text && *text; text++) {
        if (*text == '\n')
            fputs("'.\"\\n\".'", f);
        else if (*text == '\'')
            fputs("''", f);
        else
            putc(*text, f);
    }
    putc('\'', f);
}

/* gnuplot wants images of at least two rows and columns: smaller ones have each pixel four times. */
static void write_image(FILE *f, const tf1c_image *image, int number)
{
    const int fine = image->rows < 2 || image->columns < 2 ? 2 : 1, channels = image->rgb ? 3 : 1;
    fprintf(f, "$i%d << END\n", number);
    for (int64_t i = 0; i < image->rows * fine; i++)
        for (int64_t j = 0; j < image->columns * fine; j++) {
            const double *pixel = image->values + (i / fine * image->columns + j / fine) * channels;
            fprintf(f, "%.9g %.9g", ((double)j + 0.5) / fine - 0.5, ((double)i + 0.5) / fine - 0.5);
            for (int c = 0; c < channels; c++)
                fprintf(f, " %.9g", pixel[c]);
            putc('\n', f);
        }
    fputs("END\n", f);
}

static void write_data(FILE *f, const tf1c_axes *a, int number)
{
    if (a->image.values)
        write_image(f, &a->image, number);
    for (int i = 0; i < a->n; i++) {
        const tf1c_line *l = &a->lines[i];
        fprintf(f, "$d%d_%d << END\n", number, i);
        for (int64_t k = 0; k < l->n; k++) {
            if (shown(a, l->x[k], l->y[k]))
                fprintf(f, "%.9g %.9g\n", l->x[k], l->y[k]);
            else
                fputs("\n", f); /* a gap */
        }
        /* Datablocks that hold no point at all are an error to gnuplot. */
        fputs("NaN NaN\nEND\n", f);
    }
}

static void write_axis(FILE *f, char which, range r, double inches, bool logarithmic)
{
    char format[16] = "%g";
    fprintf(f, "set %crange [%.12g:%.12g]\n", which, r.low, r.high);
    if (logarithmic) {
        fprintf(f, "set logscale %c\nset %ctics autofreq\nset format %c '10^{%%T}'\n", which, which, which);
        return;
    }
    double step = tick_step(r, clamp((int)(inches * 72 / (font * (which == 'x' ? 3 : 2))), 1, 9));
    tick_format(r, step, format, sizeof format);
    fprintf(f, "unset logscale %c\nset %ctics %.12g\nset format %c '%s'\n", which, which, step, which, format);
}

/* Long names along x stand upright. */
static void write_names(FILE *f, char which, const tf1c_ticks *ticks)
{
    size_t longest = 0;
    for (int i = 0; i < ticks->n; i++)
        longest = strlen(ticks->names[i]) > longest ? strlen(ticks->names[i]) : longest;
    fprintf(f, "set %ctics %s(", which, longest > 3 && which == 'x' ? "rotate by 90 right " : "");
    for (int i = 0; i < ticks->n; i++) {
        fputs(i ? ", " : "", f);
        quote(f, ticks->names[i]);
        fprintf(f, " %d", i);
    }
    fputs(") noenhanced\n", f);
}

static void write_ticks(FILE *f, const tf1c_axes *a)
{
    fputs("set xtics norotate autojustify out nomirror scale 0.5\nset ytics out nomirror scale 0.5\n", f); /* an unset loses it */
    if (a->xticks.n)
        write_names(f, 'x', &a->xticks);
    if (a->yticks.n)
        write_names(f, 'y', &a->yticks);
    fprintf(f, a->hidden ? "unset border\nunset xtics\nunset ytics\n" : "set border 15 front lw %g lc rgb '#000000'\n", frame);
}

static void write_notes(FILE *f, const tf1c_axes *a)
{
    fputs("unset label\n", f);
    for (int i = 0; i < a->n_notes; i++) {
        fputs("set label ", f);
        quote(f, a->notes[i].text);
        fprintf(f, " at first %.12g, first %.12g left noenhanced front font ',8' offset 0.4,0.3\n", a->notes[i].x, a->notes[i].y);
    }
}

static void plot_image(FILE *f, const tf1c_image *image, int number)
{
    if (image->rgb) {
        fprintf(f, "plot $i%d using 1:2:3:4:5 with rgbimage notitle", number);
        return;
    }
    fprintf(f, "set palette defined (%s)\nset cbrange [%.12g:%.12g]\nunset colorbox\n", image->palette, image->low, image->high);
    fprintf(f, "plot $i%d using 1:2:3 with image notitle", number);
}

static void write_bars(FILE *f, const tf1c_line *l, int number, int i)
{
    fprintf(f, "$d%d_%d using 1:2:(%.12g) with boxes fs solid noborder lc rgb '%s'", number, i, l->width, l->color);
}

static void write_points(FILE *f, const tf1c_line *l)
{
    static const struct {
        char marker;
        int point;
        double size;
    } points[] = { { 'o', 7, 1.4 }, { 's', 5, 1.4 }, { 'x', 2, 1.4 }, { '+', 1, 1.4 }, { '.', 7, 0.7 }, { '^', 9, 1.6 } };
    for (size_t k = 0; l->marker && k < sizeof points / sizeof *points; k++)
        if (points[k].marker == l->marker)
            fprintf(f, " pt %d ps %.3g", points[k].point, points[k].size * l->size);
}

static void write_line(FILE *f, const tf1c_line *l, int number, int i)
{
    bool line = *l->linestyle && strcmp(l->linestyle, "none") != 0;
    const char *dash = strcmp(l->linestyle, "--") == 0   ? "(12,10)"
                       : strcmp(l->linestyle, ":") == 0  ? "(1,8)"
                       : strcmp(l->linestyle, "-.") == 0 ? "(16,9,1,9)"
                                                         : "solid";
    fprintf(f, "$d%d_%d using 1:2 with %s lc rgb '%s'", number, i,
            !line       ? "points"
            : l->marker ? "linespoints"
                        : "lines",
            l->color);
    if (line)
        fprintf(f, " lw %.3g dt %s", l->linewidth, dash);
    write_points(f, l);
}

static void write_title(FILE *f, const tf1c_line *l, bool legend)
{
    fputs(legend && l->label ? " title " : " notitle", f);
    if (legend && l->label)
        quote(f, l->label);
}

/* All that the axes show, in one plot command. */
static void write_plot(FILE *f, const tf1c_axes *a, int number)
{
    if (a->image.values)
        plot_image(f, &a->image, number);
    else if (a->n == 0)
        fputs("plot NaN notitle", f);
    for (int i = 0; i < a->n; i++) {
        fputs(i || a->image.values ? ", " : "plot ", f);
        (a->lines[i].width > 0 ? write_bars : write_line)(f, &a->lines[i], number, i);
        write_title(f, &a->lines[i], a->legend);
    }
    putc('\n', f);
}

/* Where axes lie, in inches of the figure. */
typedef struct {
    double x, y, width, height;
} box;

/* An image's pixels are square: what is too long on one side stays empty on both its ends. */
static box square_pixels(box b, const tf1c_image *image)
{
    const double pixel = fmin(b.width / (double)image->columns, b.height / (double)image->rows);
    const double width = pixel * (double)image->columns, height = pixel * (double)image->rows;
    return (box){ b.x + (b.width - width) / 2, b.y + (b.height - height) / 2, width, height };
}

static box place_of(const tf1c_figure *figure, const tf1c_axes *a)
{
    const double cell_width = figure->width / a->columns, cell_height = figure->height / a->rows;
    const double x0 = a->index % a->columns * cell_width, y0 = figure->height - (a->index / a->columns + 1) * cell_height;
    const double aside = a->hidden ? 0.04 : left, below = a->hidden ? 0.04 : bottom;
    double above = a->hidden && !a->title ? 0.04 : top; /* a title of several lines needs more */
    for (const char *c = a->title; c && (c = strchr(c, '\n')); c++)
        above += 0.2;
    const box b = { x0 + aside, y0 + below, fmax(cell_width - aside - (a->hidden ? 0.04 : right), 0.1),
                    fmax(cell_height - below - above, 0.1) };
    return a->image.values ? square_pixels(b, &a->image) : b;
}

static void write_axes(FILE *f, const tf1c_figure *figure, const tf1c_axes *a, int number)
{
    const box b = place_of(figure, a);
    range x = limits(a, 'x'), y = limits(a, 'y');
    if (a->log_y && y.low <= 0) /* a limit that was set for a linear axis */
        y.low = fmin(data_range(a, 'y').low, y.high / 10);
    fprintf(f,
            "set lmargin at screen %.6f\nset rmargin at screen %.6f\nset bmargin at screen %.6f\nset tmargin at screen "
            "%.6f\n",
            b.x / figure->width, (b.x + b.width) / figure->width, b.y / figure->height, (b.y + b.height) / figure->height);
    write_axis(f, 'x', x, b.width, false);
    write_axis(f, 'y', y, b.height, a->log_y);
    write_ticks(f, a);
    write_notes(f, a);
    const struct {
        const char *what, *text, *place;
    } texts[] = { { "title", a->title, "offset 0,-0.4 font ',12'" },
                  { "xlabel", a->xlabel, "offset 0,0.2" },
                  { "ylabel", a->ylabel, "" } };
    for (int i = 0; i < 3; i++) {
        fprintf(f, "set %s ", texts[i].what);
        quote(f, texts[i].text);
        fprintf(f, " noenhanced %s\n", texts[i].place);
    }
    fputs(a->grid ? "set grid xtics ytics back lt 1 lc rgb '#b0b0b0' lw 0.8\n" : "unset grid\n", f);
    bool labels = false;
    for (int i = 0; i < a->n; i++)
        labels = labels || a->lines[i].label;
    if (a->legend && labels)
        fprintf(f,
                "set key %s Left reverse noenhanced opaque box lc rgb '#cccccc' lw 0.8 samplen 2.2 spacing 1.15 width "
                "0.5 height 0.4\n",
                free_corner(a, x, y, b.width, b.height));
    else
        fputs("unset key\n", f);
    write_plot(f, a, number);
}

/* A gnuplot point is 1/96 inch wide, a matplotlib point 1/72. */
static void write_script(FILE *f, const tf1c_figure *figure)
{
    fprintf(f,
            "set encoding utf8\nset terminal pngcairo rounded size %d,%d font 'DejaVu Sans,%g' fontscale %.4f "
            "linewidth %.4f background '#ffffff'\n",
            (int)lround(figure->width * figure->dpi), (int)lround(figure->height * figure->dpi), font, figure->dpi / 96,
            figure->dpi / 72);
    for (int i = 0; i < figure->n; i++)
        write_data(f, &figure->axes[i], i);
    fputs("set multiplot\n", f);
    for (int i = 0; i < figure->n; i++)
        write_axes(f, figure, &figure->axes[i], i);
    fputs("unset multiplot\nunset output\n", f);
}

/* Numbers are written with a point, whatever the program's locale. */
static tf_status make_script(FILE *f, const tf1c_figure *figure, tf_source here)
{
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    locale_t before = plain ? uselocale(plain) : (locale_t)0;
    write_script(f, figure);
    if (plain) {
        uselocale(before);
        freelocale(plain);
    }
    if (fflush(f) != 0 || ferror(f) || fseek(f, 0, SEEK_SET) != 0)
        return tf_fail(tf_os_error, here, NULL, "a temporary file cannot be written: %s", strerror(errno));
    return tf_ok;
}

/* ---- gnuplot ---------------------------------------------------------------------------------------------------- */
enum { SCRIPT, PICTURE, WORDS, STREAMS };

/* gnuplot's first words, on one line. */
static const char *first_words(FILE *f, char *text, size_t n)
{
    rewind(f);
    while (fgets(text, (int)n, f)) {
        text[strcspn(text, "\n")] = '\0';
        if (text[strspn(text, " \t^")])
            return text + strspn(text, " \t");
    }
    return "no reason given";
}

static int spawn(const int fds[STREAMS], pid_t *child)
{
    static char *const command[] = { "gnuplot", "-d", "-", NULL };
    posix_spawn_file_actions_t actions;
    int fault = posix_spawn_file_actions_init(&actions);
    if (fault)
        return fault;
    for (int i = 0; i < STREAMS && !fault; i++)
        fault = posix_spawn_file_actions_adddup2(&actions, fds[i], i);
    if (!fault)
        fault = posix_spawnp(child, command[0], &actions, NULL, command, environ);
    posix_spawn_file_actions_destroy(&actions);
    return fault;
}

static tf_status run_gnuplot(FILE *streams[STREAMS], tf_source here)
{
    int fds[STREAMS], fault = 0, exit_status = 0;
    pid_t child = -1;
    char text[256];
    /* Above 2, so that no stream is in another's way where the program has closed its own. */
    for (int i = 0; i < STREAMS; i++)
        fds[i] = fcntl(fileno(streams[i]), F_DUPFD_CLOEXEC, 3);
    for (int i = 0; i < STREAMS && !fault; i++)
        fault = fds[i] < 0 ? EMFILE : 0;
    if (!fault)
        fault = spawn(fds, &child);
    for (int i = 0; i < STREAMS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    while (!fault && waitpid(child, &exit_status, 0) < 0 && errno == EINTR)
        continue;
    /* Where posix_spawn cannot say so, a program that is not there exits with 127. */
    if (fault == ENOENT || (WIFEXITED(exit_status) && WEXITSTATUS(exit_status) == 127))
        return tf_fail(tf_os_error, here, NULL, "gnuplot, which draws the pictures, is not in PATH (Debian: gnuplot-nox)");
    if (fault)
        return tf_fail(tf_os_error, here, NULL, "gnuplot cannot be started: %s", strerror(fault));
    if (exit_status != 0)
        return tf_fail(tf_os_error, here, NULL, "gnuplot failed: %s", first_words(streams[WORDS], text, sizeof text));
    return tf_ok;
}

static tf_status check_picture(FILE *streams[STREAMS], tf_source here)
{
    char start[8] = { 0 }, text[256];
    rewind(streams[PICTURE]);
    if (fread(start, 1, sizeof start, streams[PICTURE]) != sizeof start || memcmp(start, "\x89PNG\r\n\x1a\n", sizeof start) != 0)
        return tf_fail(tf_os_error, here, NULL, "gnuplot drew no picture: %s", first_words(streams[WORDS], text, sizeof text));
    rewind(streams[PICTURE]);
    return tf_ok;
}

static tf_status copy_to(FILE *from, const char *path, tf_source here)
{
    char block[16384];
    size_t n;
    FILE *to = path ? fopen(path, "wb") : NULL;
    if (!path)
        return tf_fail(tf_type_error, here, NULL, "The path is NULL.");
    if (!to)
        return tf_fail(errno == ENOENT ? tf_not_found : tf_os_error, here, NULL, "%s; %s", path, strerror(errno));
    bool written = true;
    while (written && (n = fread(block, 1, sizeof block, from)) > 0)
        written = fwrite(block, 1, n, to) == n;
    written = fclose(to) == 0 && written && !ferror(from);
    return written ? tf_ok : tf_fail(tf_os_error, here, NULL, "%s: cannot be written: %s", path, strerror(errno));
}

tf_status tf1c_figure_write(const tf1c_figure *figure, const char *path, tf_source here)
{
    FILE *streams[STREAMS] = { NULL };
    tf_status status = tf_ok;
    for (int i = 0; i < STREAMS && status == tf_ok; i++) {
        streams[i] = tmpfile();
        if (!streams[i])
            status = tf_fail(tf_os_error, here, NULL, "a temporary file cannot be made: %s", strerror(errno));
    }
    if (status == tf_ok)
        status = make_script(streams[SCRIPT], figure, here);
    if (status == tf_ok)
        status = run_gnuplot(streams, here);
    if (status == tf_ok)
        status = check_picture(streams, here);
    if (status == tf_ok)
        status = copy_to(streams[PICTURE], path, here);
    for (int i = 0; i < STREAMS; i++)
        if (streams[i])
            fclose(streams[i]);
    return status;
}
