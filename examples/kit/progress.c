/* A training's progress on stdout. */
#include <math.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "kit.h"

enum { BAR = 24, LINES = 10 };
static const double redraw = 0.1, quiet_for = 10; /* seconds */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

tf_progress tf_progress_start(int64_t total)
{
    double t = now();
    return (tf_progress){
        .total = total, .started = t, .shown_at = t, .loss = NAN, .accuracy = NAN, .terminal = isatty(STDOUT_FILENO) == 1
    };
}

bool tf_progress_due(const tf_progress *p, int64_t step)
{
    if (!p || step == p->shown)
        return false;
    if (step >= p->total || p->shown == 0)
        return true;
    double waited = now() - p->shown_at;
    if (p->terminal)
        return waited >= redraw;
    return step * LINES / p->total > p->shown * LINES / p->total || waited >= quiet_for;
}

/* "1:02:03", "2:03" or "0.4s" */
static const char *duration(double seconds, char *text, size_t n)
{
    long s = lround(seconds);
    if (s >= 3600)
        snprintf(text, n, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else if (s >= 10)
        snprintf(text, n, "%ld:%02ld", s / 60, s % 60);
    else
        snprintf(text, n, "%.1fs", seconds);
    return text;
}

static int append(char *line, int at, int room, const char *format, double value)
{
    if (isnan(value))
        return at;
    int n = snprintf(line + at, (size_t)(room - at), format, value);
    return n < 0 || n >= room - at ? room - 1 : at + n;
}

/* "step 350/700  212 steps/s  ETA 1.7s  loss 0.1234  accuracy 0.961" */
static int describe(const tf_progress *p, int64_t step, char *line, int room)
{
    char left[32];
    double elapsed = now() - p->started, rate = elapsed > 0 ? (double)(step - p->from) / elapsed : 0;
    int at = snprintf(line, (size_t)room, "step %lld/%lld", (long long)step, (long long)p->total);
    if (rate > 0) {
        at = append(line, at, room, rate < 10 ? "  %.1f steps/s" : "  %.0f steps/s", rate);
        bool over = step >= p->total;
        at += snprintf(line + at, (size_t)(room - at), "  %s %s", over ? "in" : "ETA",
                       duration(over ? elapsed : (double)(p->total - step) / rate, left, sizeof left));
    }
    at = append(line, at, room, "  loss %.4f", p->loss);
    return append(line, at, room, "  accuracy %.3f", p->accuracy);
}

/* Columns of the terminal; 80 where it does not say. */
static int terminal_columns(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* "[======>.....] ", as wide as there is room for; returns its width. */
static int draw_bar(int64_t step, int64_t total, int room)
{
    int cells = room - 3 < BAR ? room - 3 : BAR;
    if (cells < 4)
        return 0;
    int full = step < total ? (int)(step * cells / total) : cells;
    putchar('[');
    for (int i = 0; i < cells; i++)
        putchar(i < full ? '=' : i == full ? '>' : '.');
    fputs("] ", stdout);
    return cells + 3;
}

static void draw(tf_progress *p, int64_t step, const char *line, int width)
{
    int columns = terminal_columns() - 1; /* a full last column would break the line */
    putchar('\r');
    int shown = draw_bar(step, p->total, columns - width);
    width = width < columns ? width : columns;
    shown += printf("%.*s", width, line);
    printf("%*s", p->width > shown ? p->width - shown : 0, ""); /* over what stood there */
    p->width = shown;
}

void tf_progress_show_(tf_progress *p, int64_t step, struct tf_progress_args args)
{
    char line[256];
    if (!p)
        return;
    if (!isnan(args.loss))
        p->loss = args.loss;
    if (!isnan(args.accuracy))
        p->accuracy = args.accuracy;
    int width = describe(p, step, line, sizeof line);
    if (p->terminal)
        draw(p, step, line, width);
    else
        printf("%s\n", line);
    fflush(stdout);
    p->shown = step;
    p->shown_at = now();
}

void tf_progress_print(tf_progress *p, const char *format, ...)
{
    va_list args;
    if (!p || !format)
        return;
    va_start(args, format);
    if (p->terminal && p->width)
        printf("\r%*s\r", p->width, "");
    vprintf(format, args);
    putchar('\n');
    fflush(stdout);
    va_end(args);
    p->width = 0;
}

void tf_progress_end(tf_progress *p)
{
    if (p && p->terminal && p->width)
        putchar('\n');
    fflush(stdout);
}
