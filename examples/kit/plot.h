/* A figure as plot.c keeps it and gnuplot.c draws it; not installed. */
#ifndef TF1C_KIT_PLOT_H
#define TF1C_KIT_PLOT_H

#include "kit.h"

typedef struct {
    double *x, *y; /* [n], one allocation */
    int64_t n;
    char *label;   /* NULL: none */
    char color[8]; /* "#1f77b4" */
    double linewidth;
    char linestyle[8], marker;
} tf1c_line;

typedef struct {
    int rows, columns, index; /* place in the grid, index from 0 */
    tf1c_line *lines;
    int n, room;
    char *title, *xlabel, *ylabel;
    double xlim[2], ylim[2]; /* NAN: from the data */
    bool legend, grid, log_y;
} tf1c_axes;

typedef struct {
    double width, height, dpi; /* inches */
    tf1c_axes *axes;
    int n, room, current;
} tf1c_figure;

/* Draws the figure as a PNG to `path`. */
tf_status tf1c_figure_write(const tf1c_figure *figure, const char *path, tf_source here);

#endif
