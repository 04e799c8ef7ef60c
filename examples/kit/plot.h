/* A figure as plot.c keeps it and gnuplot.c draws it; not installed. */
#ifndef TF1C_KIT_PLOT_H
#define TF1C_KIT_PLOT_H

#include "kit.h"

/* A line, points, or bars. */
typedef struct {
    double *x, *y; /* [n], one allocation; of bars the middles and the heights */
    int64_t n;
    char *label;   /* NULL: none */
    char color[8]; /* "#1f77b4" */
    double linewidth;
    char linestyle[8], marker;
    double size;  /* of points, against plt_plot's */
    double width; /* of bars; 0: no bars */
} tf1c_line;

/* Pixels, the first row on top. */
typedef struct {
    double *values; /* [rows, columns] or [rows, columns, 3]; NULL: there is no image */
    int64_t rows, columns;
    bool rgb; /* values from 0 to 255 */
    double low, high; /* what the ends of the colour map stand for */
    const char *palette; /* gnuplot's words for the colour map */
} tf1c_image;

typedef struct {
    double x, y;
    char *text;
} tf1c_note;

/* Names in place of numbers along an axis, at 0, 1, 2, … */
typedef struct {
    char **names;
    int n; /* 0: numbers */
} tf1c_ticks;

typedef struct {
    int rows, columns, index; /* place in the grid, index from 0 */
    tf1c_line *lines;
    int n, room;
    tf1c_image image;
    tf1c_note *notes;
    int n_notes, notes_room;
    tf1c_ticks xticks, yticks;
    char *title, *xlabel, *ylabel;
    double xlim[2], ylim[2]; /* NAN: from the data */
    bool legend, grid, log_y, hidden; /* hidden: no frame, no ticks */
} tf1c_axes;

typedef struct {
    double width, height, dpi; /* inches */
    tf1c_axes *axes;
    int n, room, current;
} tf1c_figure;

/* Draws the figure as a PNG to `path`. */
tf_status tf1c_figure_write(const tf1c_figure *figure, const char *path, tf_source here);

#endif
