/* pyplot's state: the current figure, its axes, and what is to be drawn on them. */
#include "plot.h"

#include <math.h>
#include <string.h>
#include <strings.h>

static tf1c_figure *figure; /* the kit's object; NULL before the first call */

static void free_ticks(tf1c_ticks *t)
{
    for (int i = 0; i < t->n; i++)
        tf1c_kit_free(t->names[i]);
    tf1c_kit_free(t->names);
    *t = (tf1c_ticks){ 0 };
}

static void free_axes(tf1c_axes *a)
{
    for (int i = 0; i < a->n; i++) {
        tf1c_kit_free(a->lines[i].x);
        tf1c_kit_free(a->lines[i].label);
    }
    for (int i = 0; i < a->n_notes; i++)
        tf1c_kit_free(a->notes[i].text);
    free_ticks(&a->xticks);
    free_ticks(&a->yticks);
    tf1c_kit_free(a->image.values);
    tf1c_kit_free(a->notes);
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

static char *copied(const char *text, tf_source here)
{
    char *copy = tf1c_kit_alloc(strlen(text) + 1);
    if (!copy)
        tf1c_kit_no_memory(here, strlen(text) + 1);
    return copy ? strcpy(copy, text) : NULL;
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

/* Another line, of n points still to be filled in; NULL after a report. */
static tf1c_line *add_line(const char *function, int64_t n, bool given, const struct plt_plot_args *args)
{
    tf1c_line line = { .n = n, .size = 1 };
    tf1c_axes *a = current_axes(args->here);
    if (!a)
        return NULL;
    if (n < 0 || (n > 0 && !given)) {
        tf_fail(tf_value_error, args->here, NULL, "%s needs n >= 0 numbers, but n is %lld", function, (long long)n);
        return NULL;
    }
    tf1c_line *grown = set_look(&line, a, args) ? NULL : grow(a->lines, a->n, &a->room, sizeof *grown, args->here);
    if (!grown)
        return NULL;
    a->lines = grown;
    line.x = tf1c_kit_alloc(2 * (size_t)n * sizeof *line.x);
    if (!line.x) {
        tf1c_kit_no_memory(args->here, 2 * (size_t)n * sizeof *line.x);
        return NULL;
    }
    if (args->label && !(line.label = copied(args->label, args->here))) {
        tf1c_kit_free(line.x);
        return NULL;
    }
    line.y = line.x + n;
    a->lines[a->n] = line;
    return &a->lines[a->n++];
}

static tf1c_line *plot(const char *function, const void *x, const void *y, int64_t n, bool is_double, double size,
                       const struct plt_plot_args *args)
{
    tf1c_line *line = add_line(function, n, y, args);
    if (line)
        line->size = size;
    for (int64_t i = 0; line && i < n; i++) {
        line->x[i] = x ? number(x, is_double, i) : (double)i;
        line->y[i] = number(y, is_double, i);
    }
    return line;
}

static tf_status outcome(const tf1c_line *line) { return line ? tf_ok : tf_last_error()->code; }

tf_status plt_plot_float_(const float *y, int64_t n, struct plt_plot_args args)
{
    return outcome(plot("plt_plot", args.x, y, n, false, 1, &args));
}
tf_status plt_plot_double_(const double *y, int64_t n, struct plt_plot_args args)
{
    return outcome(plot("plt_plot", args.x, y, n, true, 1, &args));
}

static tf_status scatter(const void *x, const void *y, int64_t n, bool is_double, const struct plt_scatter_args *args)
{
    const struct plt_plot_args look = {
        .here = args->here, .label = args->label, .color = args->color, .linestyle = "", .marker = args->marker ? args->marker : "o"
    };
    if (!(args->s > 0))
        return tf_fail(tf_value_error, args->here, NULL, "s, the area of a marker, must be positive, but is %g", args->s);
    return outcome(plot("plt_scatter", x, x ? y : NULL, n, is_double, sqrt(args->s / 36), &look));
}

tf_status plt_scatter_float_(const float *x, const float *y, int64_t n, struct plt_scatter_args args)
{
    return scatter(x, y, n, false, &args);
}
tf_status plt_scatter_double_(const double *x, const double *y, int64_t n, struct plt_scatter_args args)
{
    return scatter(x, y, n, true, &args);
}

/* ---- bars ------------------------------------------------------------------------------------------------------- */
static tf_status bar(const void *height, int64_t n, bool is_double, const struct plt_bar_args *args)
{
    const struct plt_plot_args look = { .here = args->here, .label = args->label, .color = args->color };
    if (!(args->width > 0 && isfinite(args->width)))
        return tf_fail(tf_value_error, args->here, NULL, "the width of bars must be positive, but is %g", args->width);
    tf1c_line *line = plot("plt_bar", args->x, height, n, is_double, 1, &look);
    if (line)
        line->width = args->width;
    return outcome(line);
}

tf_status plt_bar_float_(const float *height, int64_t n, struct plt_bar_args args) { return bar(height, n, false, &args); }
tf_status plt_bar_double_(const double *height, int64_t n, struct plt_bar_args args) { return bar(height, n, true, &args); }

/* Of the numbers where the caller gives no range; half a unit to each side of a single one, as NumPy does. */
static bool bin_range(const void *values, int64_t n, bool is_double, double *low, double *high)
{
    if (*low < *high)
        return true;
    *low = INFINITY;
    *high = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        double v = number(values, is_double, i);
        *low = fmin(*low, v);
        *high = fmax(*high, v);
    }
    if (*low == *high) {
        *low -= 0.5;
        *high += 0.5;
    }
    return *low < *high && isfinite(*high - *low);
}

static tf_status hist(const void *values, int64_t n, bool is_double, const struct plt_hist_args *args)
{
    const struct plt_plot_args look = { .here = args->here, .label = args->label, .color = args->color };
    double low = args->low, high = args->high, counted = 0;
    if (args->bins < 1 || args->bins > 100000)
        return tf_fail(tf_value_error, args->here, NULL, "`bins` must be from 1 to 100000, but is %d", args->bins);
    if (n < 0 || (n && !values))
        return tf_fail(tf_value_error, args->here, NULL, "plt_hist needs n >= 0 numbers, but n is %lld", (long long)n);
    if (!bin_range(values, n, is_double, &low, &high))
        return tf_fail(tf_value_error, args->here, NULL, "the range of the numbers, [%g, %g], is not finite", low, high);
    tf1c_line *line = add_line("plt_hist", args->bins, true, &look);
    if (!line)
        return tf_last_error()->code;
    line->width = (high - low) / args->bins;
    for (int i = 0; i < args->bins; i++) {
        line->x[i] = low + (i + 0.5) * line->width;
        line->y[i] = 0;
    }
    for (int64_t i = 0; i < n; i++) {
        double v = number(values, is_double, i);
        if (!(v >= low && v <= high))
            continue;
        int at = (int)((v - low) / (high - low) * args->bins);
        line->y[at < args->bins ? at : args->bins - 1]++;
        counted++;
    }
    for (int i = 0; args->density && counted && i < args->bins; i++)
        line->y[i] /= counted * line->width;
    return tf_ok;
}

tf_status plt_hist_float_(const float *values, int64_t n, struct plt_hist_args args) { return hist(values, n, false, &args); }
tf_status plt_hist_double_(const double *values, int64_t n, struct plt_hist_args args) { return hist(values, n, true, &args); }

/* ---- images ----------------------------------------------------------------------------------------------------- */
static const struct {
    const char *name, *palette;
} maps[] = {
    { "viridis",
      "0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e', 4 '#26828e', 5 '#1f9e89', 6 '#35b779', 7 '#6ece58', 8 '#b5de2b', 9 '#fde725'" },
    { "gray", "0 '#000000', 1 '#ffffff'" },
    { "gray_r", "0 '#ffffff', 1 '#000000'" },
    { "binary", "0 '#ffffff', 1 '#000000'" },
    { "Greys", "0 '#ffffff', 1 '#000000'" },
    { "Blues",
      "0 '#f7fbff', 1 '#deebf7', 2 '#c6dbef', 3 '#9ecae1', 4 '#6baed6', 5 '#4292c6', 6 '#2171b5', 7 '#08519c', 8 '#08306b'" },
    { "Reds",
      "0 '#fff5f0', 1 '#fee0d2', 2 '#fcbba1', 3 '#fc9272', 4 '#fb6a4a', 5 '#ef3b2c', 6 '#cb181d', 7 '#a50f15', 8 '#67000d'" },
    { "hot", "0 '#0b0000', 0.365 '#ff0000', 0.746 '#ffff00', 1 '#ffffff'" },
    { "coolwarm", "0 '#3b4cc0', 1 '#7b9ff9', 2 '#c0d4f5', 3 '#dddcdc', 4 '#f2cbb7', 5 '#ee8468', 6 '#b40426'" },
};

static const char *palette_of(const char *name)
{
    for (size_t i = 0; name && i < sizeof maps / sizeof *maps; i++)
        if (strcmp(name, maps[i].name) == 0)
            return maps[i].palette;
    return NULL;
}

static bool is_image(tf_ndarray a)
{
    const int rank = a.shape.known ? a.shape.rank : 0;
    return (rank == 2 || (rank == 3 && (a.shape.dims[2] == 1 || a.shape.dims[2] == 3))) && a.data && a.dtype != tf_string &&
           np_size(a) > 0;
}

/* The least and the greatest of the finite values, where the caller does not say. */
static void find_ends(tf1c_image *image, const struct plt_imshow_args *args)
{
    image->low = args->vmin;
    image->high = args->vmax;
    if (args->vmin < args->vmax)
        return;
    image->low = INFINITY;
    image->high = -INFINITY;
    for (int64_t i = 0; i < image->rows * image->columns; i++)
        if (isfinite(image->values[i])) {
            image->low = fmin(image->low, image->values[i]);
            image->high = fmax(image->high, image->values[i]);
        }
    if (!(image->low < image->high)) { /* all alike */
        image->low = isfinite(image->low) ? image->low : 0;
        image->high = image->low + 1;
    }
}

tf_status plt_imshow_(tf_ndarray array, struct plt_imshow_args args)
{
    char shape[TF_DIMS_TEXT];
    const char *palette = palette_of(args.cmap);
    tf1c_axes *a = current_axes(args.here);
    if (!a)
        return tf_memory_error;
    if (!is_image(array))
        return tf_fail(tf_type_error, args.here, NULL, "Invalid shape %s for image data",
                       tf_dims_text(array.shape, shape, sizeof shape));
    if (!palette)
        return tf_fail(
            tf_value_error, args.here, NULL,
            "Colormap %s is not recognized. Possible values are: viridis, gray, gray_r, binary, Greys, Blues, Reds, hot, coolwarm",
            args.cmap ? args.cmap : "None");
    tf1c_image image = { .rows = array.shape.dims[0],
                         .columns = array.shape.dims[1],
                         .rgb = array.shape.rank == 3 && array.shape.dims[2] == 3,
                         .palette = palette };
    const double scale = array.dtype == tf_uint8 && array.scale == 0 ? 1 : 255;
    image.values = tf1c_kit_alloc((size_t)np_size(array) * sizeof *image.values);
    if (!image.values)
        return tf1c_kit_no_memory(args.here, (size_t)np_size(array) * sizeof *image.values);
    for (int64_t i = 0; i < np_size(array); i++)
        image.values[i] = image.rgb ? fmin(fmax(np_get(array, i) * scale, 0), 255) : np_get(array, i);
    if (!image.rgb)
        find_ends(&image, &args);
    tf1c_kit_free(a->image.values);
    a->image = image;
    return tf_ok;
}

/* ---- names at places -------------------------------------------------------------------------------------------- */
tf_status plt_annotate_(const char *text, double x, double y, tf_source here)
{
    tf1c_axes *a = current_axes(here);
    if (!a)
        return tf_memory_error;
    if (!text)
        return tf_fail(tf_type_error, here, NULL, "the text is NULL");
    if (!isfinite(x) || !isfinite(y))
        return tf_fail(tf_value_error, here, NULL, "posx and posy should be finite values, but are %g and %g", x, y);
    tf1c_note *grown = grow(a->notes, a->n_notes, &a->notes_room, sizeof *grown, here);
    if (!grown)
        return tf_memory_error;
    a->notes = grown;
    char *copy = copied(text, here);
    if (!copy)
        return tf_memory_error;
    a->notes[a->n_notes++] = (tf1c_note){ x, y, copy };
    return tf_ok;
}

tf_status plt_ticks_(char which, int n, const char *const *names, tf_source here)
{
    tf1c_axes *a = current_axes(here);
    tf1c_ticks ticks = { 0 };
    if (!a)
        return tf_memory_error;
    if (n < 0 || n > 10000 || (n && !names))
        return tf_fail(tf_value_error, here, NULL, "plt_%cticks needs from 0 to 10000 names, but n is %d", which, n);
    if (n && !(ticks.names = tf1c_kit_alloc((size_t)n * sizeof *ticks.names)))
        return tf1c_kit_no_memory(here, (size_t)n * sizeof *ticks.names);
    for (; ticks.n < n; ticks.n++)
        if (!(ticks.names[ticks.n] = copied(names[ticks.n] ? names[ticks.n] : "", here))) {
            free_ticks(&ticks);
            return tf_memory_error;
        }
    tf1c_ticks *to = which == 'x' ? &a->xticks : &a->yticks;
    free_ticks(to);
    *to = ticks;
    return tf_ok;
}

tf_status plt_axis_(const char *option, tf_source here)
{
    tf1c_axes *a = current_axes(here);
    if (!a)
        return tf_memory_error;
    if (!option || (strcmp(option, "on") != 0 && strcmp(option, "off") != 0))
        return tf_fail(tf_value_error, here, NULL, "Unrecognized string %s to axis; try on or off", option ? option : "None");
    a->hidden = strcmp(option, "off") == 0;
    return tf_ok;
}

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
    char *copy = copied(text, here);
    if (!copy)
        return tf_memory_error;
    tf1c_kit_free(*to);
    *to = copy;
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
