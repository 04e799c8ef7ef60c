#include "ops/nn/conv_loops.h"

#include <stdbool.h>
#include <string.h>

enum { D, H, W, AXES = TF1C_CONV_AXES };

static int64_t volume(const int64_t *v) { return v[D] * v[H] * v[W]; }

/* Index i of a box as three. */
static void split(int64_t i, const int64_t *box, int64_t *at)
{
    for (int axis = AXES; axis-- > 0; i /= box[axis])
        at[axis] = i % box[axis];
}

/* Where output o's window has element k: the place in the image, -1 beside it. */
static int64_t place(const tf1c_conv *c, const int64_t *o, const int64_t *k)
{
    int64_t at = 0;

    for (int i = 0; i < AXES; i++) {
        const int64_t p = o[i] * c->stride[i] + k[i] * c->dilation[i] - c->before[i];

        if (p < 0 || p >= c->in[i])
            return -1;
        at = at * c->in[i] + p;
    }
    return at;
}

/* Whatever is done for each window element of each output: their places. */
typedef void visit(const tf1c_conv *c, int64_t x_at, int64_t w_at, int64_t y_at, void *context);

static void walk(const tf1c_conv *c, int64_t begin, int64_t end, visit *what, void *context)
{
    for (int64_t n = begin; n < end; n++)
        for (int64_t o = 0; o < volume(c->out); o++)
            for (int64_t k = 0; k < volume(c->window); k++) {
                int64_t output[AXES], element[AXES];

                split(o, c->out, output);
                split(k, c->window, element);
                const int64_t at = place(c, output, element);

                if (at >= 0)
                    what(c, (n * volume(c->in) + at) * c->channels, k * c->channels * c->filters,
                         (n * volume(c->out) + o) * c->filters, context);
            }
}

typedef struct {
    const double *a, *b;
    double *to;
    int64_t begin, end; /* of dw's rows */
} operands;

static void add_forward(const tf1c_conv *c, int64_t x_at, int64_t w_at, int64_t y_at, void *context)
{
    const operands *p = context;

    for (int64_t i = 0; i < c->channels; i++)
        for (int64_t f = 0; f < c->filters; f++)
            p->to[y_at + f] += p->a[x_at + i] * p->b[w_at + i * c->filters + f];
}

static void add_input(const tf1c_conv *c, int64_t x_at, int64_t w_at, int64_t y_at, void *context)
{
    const operands *p = context;

    for (int64_t i = 0; i < c->channels; i++)
        for (int64_t f = 0; f < c->filters; f++)
            p->to[x_at + i] += p->a[y_at + f] * p->b[w_at + i * c->filters + f];
}

static void add_filter(const tf1c_conv *c, int64_t x_at, int64_t w_at, int64_t y_at, void *context)
{
    const operands *p = context;

    for (int64_t i = 0; i < c->channels; i++)
        for (int64_t f = 0, row = w_at / (c->filters ? c->filters : 1) + i; f < c->filters && row >= p->begin && row < p->end; f++)
            p->to[row * c->filters + f] += p->a[x_at + i] * p->b[y_at + f];
}

static void clear(double *to, int64_t begin, int64_t end, int64_t each)
{
    if (end > begin && each)
        memset(to + begin * each, 0, (size_t)((end - begin) * each) * sizeof *to);
}

void tf1c_conv_loops_forward(const tf1c_conv *c, const double *x, const double *w, double *y, int64_t begin, int64_t end)
{
    clear(y, begin, end, volume(c->out) * c->filters);
    walk(c, begin, end, add_forward, &(operands){ x, w, y, 0, 0 });
}

void tf1c_conv_loops_input(const tf1c_conv *c, const double *dy, const double *w, double *dx, int64_t begin, int64_t end)
{
    clear(dx, begin, end, volume(c->in) * c->channels);
    walk(c, begin, end, add_input, &(operands){ dy, w, dx, 0, 0 });
}

void tf1c_conv_loops_filter(const tf1c_conv *c, const double *x, const double *dy, double *dw, int64_t begin, int64_t end)
{
    clear(dw, begin, end, c->filters);
    walk(c, 0, c->batch, add_filter, &(operands){ x, dy, dw, begin, end });
}
