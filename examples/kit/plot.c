/* pyplot's state: the current figure, its axes, and what is to be drawn on them. */
#include "plot.h"

#include <math.h>
#include <string.h>
#include <strings.h>

static tf1c_figure *figure; /* the kit's object; NULL before the first call */

static void free_axes(tf1c_axes *a)
{
    for (int i = 0; i < a->n; i++) {
        tf1c_kit_free(a->lines[i].x);
        tf1c_kit_free(a->lines[i].label);
    }
    tf1c_kit_free(a->lines);
    tf1c_kit_free(a->title);
    tf1c_kit_free(a->xlabel);
    tf1c_kit_free(a->ylabel);
}

static void clear(tf1c_figure *f)
{
    for (int i = 0; i < f->n; i++)
        free_axes(&f->axes[i]);
    f->n = f->current = 0;
}

static void free_figure(void *object)
{
    clear(object);
    tf1c_kit_free(((tf1c_figure *)object)->axes);
    figure = NULL;
}

static tf1c_figure *current_figure(tf_source here)
{
    if (!figure) {
        figure = tf1c_kit_object(sizeof *figure, free_figure, here);
        if (figure)
            *figure = (tf1c_figure){ .width = 6.4, .height = 4.8, .dpi = 200 };
    }
    return figure;
}

/* Makes room for one more item of `size` bytes. */
static void *grow(void *items, int n, int *room, size_t size, tf_source here)
{
    if (n < *room)
        return items;
    int wanted = *room ? *room * 2 : 4;
    void *grown = tf1c_kit_realloc(items, (size_t)wanted * size);
    if (grown)
        *room = wanted;
    else
        tf1c_kit_no_memory(here, (size_t)wanted * size);
    return grown;
}

static tf1c_axes *add_axes(tf1c_figure *f, int rows, int columns, int index, tf_source here)
{
    tf1c_axes *grown = grow(f->axes, f->n, &f->room, sizeof *grown, here);
    if (!grown)
        return NULL;
    f->axes = grown;
    f->axes[f->n] = (tf1c_axes){ .rows = rows, .columns = columns, .index = index, .xlim = { NAN, NAN }, .ylim = { NAN, NAN } };
    f->current = f->n;
    return &f->axes[f->n++];
}

static tf1c_axes *current_axes(tf_source here)
{
    tf1c_figure *f = current_figure(here);
    if (!f)
        return NULL;
    return f->n ? &f->axes[f->current] : add_axes(f, 1, 1, 0, here);
}

/* ---- colours ---------------------------------------------------------------------------------------------------- */
static const char *const cycle[10] = { "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd",
                                       "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf" };

static const struct {
    const char *name, *value;
} colors[] = {
    { "b", "#0000ff" },        { "g", "#008000" },          { "r", "#ff0000" },          { "c", "#00bfbf" },
    { "m", "#bf00bf" },        { "y", "#bfbf00" },          { "k", "#000000" },          { "w", "#ffffff" },
    { "blue", "#0000ff" },     { "green", "#008000" },      { "red", "#ff0000" },        { "cyan", "#00ffff" },
    { "magenta", "#ff00ff" },  { "yellow", "#ffff00" },     { "black", "#000000" },      { "white", "#ffffff" },
    { "orange", "#ffa500" },   { "purple", "#800080" },     { "brown", "#a52a2a" },      { "pink", "#ffc0cb" },
    { "gray", "#808080" },     { "grey", "#808080" },       { "navy", "#000080" },       { "teal", "#008080" },
    { "gold", "#ffd700" },     { "tab:blue", "#1f77b4" },   { "tab:orange", "#ff7f0e" }, { "tab:green", "#2ca02c" },
    { "tab:red", "#d62728" },  { "tab:purple", "#9467bd" }, { "tab:brown", "#8c564b" },  { "tab:pink", "#e377c2" },
    { "tab:gray", "#7f7f7f" }, { "tab:olive", "#bcbd22" },  { "tab:cyan", "#17becf" },
};

static const char *named_color(const char *name)
{
    if (name[0] == 'C' && name[1] >= '0' && name[1] <= '9' && !name[2])
        return cycle[name[1] - '0'];
    if (name[0] == '#' && strlen(name) == 7 && strspn(name + 1, "0123456789abcdefABCDEF") == 6)
        return name;
    for (size_t i = 0; i < sizeof colors / sizeof *colors; i++)
        if (strcasecmp(name, colors[i].name) == 0)
            return colors[i].value;
    return NULL;
}

/* ---- lines ------------------------------------------------------------------------------------------------------ */
static bool known_style(const char *style)
{
    static const char *const styles[] = { "-", "--", ":", "-.", "", "none" };
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
        if (strcmp(style, styles[i]) == 0)
            return true;
    return false;
}

/* Everything but the numbers. */
static tf_status set_look(tf1c_line *line, const tf1c_axes *a, const struct plt_plot_args *args)
{
    const char *color = args->color ? named_color(args->color) : cycle[a->n % 10];
    const char *style = args->linestyle ? args->linestyle : "-";
    if (!color)
        return tf_fail(tf_value_error, args->here, NULL, "'%s' is not a valid value for color", args->color);
    if (!known_style(style))
        return tf_fail(tf_value_error, args->here, NULL,
                       "'%s' is not a valid value for ls; supported values are '-', '--', '-.', ':', 'none', ''", style);
    if (args->marker && (strlen(args->marker) != 1 || !strchr("osx+.^", *args->marker)))
        return tf_fail(tf_value_error, args->here, NULL, "Unrecognized marker style '%s': one of o s x + . ^", args->marker);
    memcpy(line->color, color, sizeof line->color);
    snprintf(line->linestyle, sizeof line->linestyle, "%s", style);
    line->marker = args->marker ? *args->marker : 0;
    line->linewidth = args->linewidth;
    return tf_ok;
}

static double number(const void *values, bool is_double, int64_t i)
{
    return is_double ? ((const double *)values)[i] : (double)((const float *)values)[i];
}

static tf_status plot(const void *y, int64_t n, bool is_double, const struct plt_plot_args *args)
{
    tf1c_line line = { .n = n };
    tf1c_axes *a = current_axes(args->here);
    if (!a)
        return tf_memory_error;
    if (n < 0 || (n > 0 && !y))
        return tf_fail(tf_value_error, args->here, NULL, "plt_plot needs n >= 0 numbers, but n is %lld", (long long)n);
    tf_status status = set_look(&line, a, args);
    if (status != tf_ok)
        return status;
    tf1c_line *grown = grow(a->lines, a->n, &a->room, sizeof *grown, args->here);
    if (!grown)
        return tf_memory_error;
    a->lines = grown;
    line.x = tf1c_kit_alloc(2 * (size_t)n * sizeof *line.x);
    line.label = args->label && line.x ? tf1c_kit_alloc(strlen(args->label) + 1) : NULL;
    if (!line.x || (args->label && !line.label)) {
        tf1c_kit_free(line.x);
        return tf1c_kit_no_memory(args->here, 2 * (size_t)n * sizeof *line.x);
    }
    line.y = line.x + n;
    for (int64_t i = 0; i < n; i++) {
        line.x[i] = args->x ? number(args->x, is_double, i) : (double)i;
        line.y[i] = number(y, is_double, i);
    }
    if (args->label)
        strcpy(line.label, args->label);
    a->lines[a->n++] = line;
    return tf_ok;
}

tf_status plt_plot_float_(const float *y, int64_t n, struct plt_plot_args args) { return plot(y, n, false, &args); }
tf_status plt_plot_double_(const double *y, int64_t n, struct plt_plot_args args) { return plot(y, n, true, &args); }

/* ---- the axes' properties --------------------------------------------------------------------------------------- */
void plt_legend_(tf_source here)
{
    tf1c_axes *a = current_axes(here);
    if (a)
        a->legend = true;
}

void plt_grid_(bool on, tf_source here)
{
    tf1c_axes *a = current_axes(here);
    if (a)
        a->grid = on;
}

tf_status plt_yscale_(const char *scale, tf_source here)
{
    tf1c_axes *a = current_axes(here);
    if (!a)
        return tf_memory_error;
    if (!scale)
        scale = "None";
    if (strcmp(scale, "linear") != 0 && strcmp(scale, "log") != 0)
        return tf_fail(tf_value_error, here, NULL, "'%s' is not a valid value for scale; supported values are 'linear', 'log'",
                       scale);
    a->log_y = scale[1] == 'o';
    return tf_ok;
}

tf_status plt_text_(char which, const char *text, tf_source here)
{
    tf1c_axes *a = current_axes(here);
    if (!a)
        return tf_memory_error;
    char **to = which == 'x' ? &a->xlabel : which == 'y' ? &a->ylabel : &a->title;
    if (!text)
        return tf_fail(tf_type_error, here, NULL, "the text is NULL");
    char *copy = tf1c_kit_alloc(strlen(text) + 1);
    if (!copy)
        return tf1c_kit_no_memory(here, strlen(text) + 1);
    tf1c_kit_free(*to);
    *to = strcpy(copy, text);
    return tf_ok;
}

tf_status plt_limits_(char which, double low, double high, tf_source here)
{
    tf1c_axes *a = current_axes(here);
    if (!a)
        return tf_memory_error;
    if (!isfinite(low) || !isfinite(high))
        return tf_fail(tf_value_error, here, NULL, "Axis limits cannot be NaN or Inf, but are %g and %g", low, high);
    if (low == high)
        return tf_fail(tf_value_error, here, NULL, "Axis limits must differ, but both are %g", low);
    double *to = which == 'x' ? a->xlim : a->ylim;
    to[0] = low;
    to[1] = high;
    return tf_ok;
}

/* ---- figures and grids of axes ---------------------------------------------------------------------------------- */
/* Do two places of two grids share any area? Compared in whole numbers of a common grid. */
static bool overlap(const tf1c_axes *a, int rows, int columns, int index)
{
    int64_t ra = a->index / a->columns, ca = a->index % a->columns, rb = index / columns, cb = index % columns;
    return ra * rows < (rb + 1) * a->rows && rb * a->rows < (ra + 1) * rows && ca * columns < (cb + 1) * a->columns &&
           cb * a->columns < (ca + 1) * columns;
}

tf_status plt_subplot_(int rows, int columns, int i, tf_source here)
{
    if (rows < 1 || columns < 1 || rows > 64 || columns > 64)
        return tf_fail(tf_value_error, here, NULL, "Number of rows and columns must be in [1, 64], not %d and %d", rows, columns);
    if (i < 1 || i > rows * columns)
        return tf_fail(tf_value_error, here, NULL, "num must be 1 <= num <= %d, not %d", rows * columns, i);
    tf1c_figure *f = current_figure(here);
    if (!f)
        return tf_memory_error;
    for (int k = 0; k < f->n; k++) {
        tf1c_axes *a = &f->axes[k];
        if (a->rows == rows && a->columns == columns && a->index == i - 1) {
            f->current = k;
            return tf_ok;
        }
    }
    int kept = 0; /* axes that lie under the new ones go, as in matplotlib */
    for (int k = 0; k < f->n; k++) {
        if (overlap(&f->axes[k], rows, columns, i - 1))
            free_axes(&f->axes[k]);
        else
            f->axes[kept++] = f->axes[k];
    }
    f->n = kept;
    f->current = 0;
    return add_axes(f, rows, columns, i - 1, here) ? tf_ok : tf_memory_error;
}

tf_status plt_figure_(struct plt_figure_args args)
{
    if (!(args.width * args.dpi >= 100 && args.height * args.dpi >= 100 && args.width * args.dpi <= 20000 &&
          args.height * args.dpi <= 20000 && args.dpi > 0))
        return tf_fail(tf_value_error, args.here, NULL,
                       "a figure of %g x %g inches at %g dpi is not between 100 and 20000 pixels a side", args.width, args.height,
                       args.dpi);
    tf1c_figure *f = current_figure(args.here);
    if (!f)
        return tf_memory_error;
    clear(f);
    f->width = args.width;
    f->height = args.height;
    f->dpi = args.dpi;
    return tf_ok;
}

void plt_clf(void)
{
    if (figure)
        clear(figure);
}

tf_status plt_savefig_(const char *path, tf_source here)
{
    return current_axes(here) ? tf1c_figure_write(figure, path, here) : tf_memory_error;
}
