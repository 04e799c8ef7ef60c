#include "core/conv.h"

#include <stdbool.h>
#include <string.h>

#include "core/conv_kernels.h"
#include "core/vecmath.h"

/* A chunk of an image, as floats, stays in L2 while panels of filters pass by; of a panel, DEPTH rows in L1. A block of dy, PIXELS
 * long, likewise. */
enum { D, H, W, AXES = TF1C_CONV_AXES, CHUNK = 1 << 16, DEPTH = 512, PIXELS = 256, LEAST_WIDTH = 16 };

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
static const tf1c_conv_kernels *kernels(void) { return tf1c_vec()->conv; }

/* What the panels of [k, n] hold. */
static int64_t packed_size(const tf1c_conv_way *way, int64_t k, int64_t n)
{
    return (n + way->columns - 1) / way->columns * way->columns * k;
}

/* ---- how images are read, chunk by chunk ------------------------------------------------------------------------------------ */

/* Point p of an axis reads from low + p·step on, as far as reach. */
typedef struct {
    int64_t in[AXES], channels;
    int64_t low[AXES], step[AXES], reach[AXES], points[AXES];
    bool bordered;       /* some point reads beyond the image: chunks are copied, with zeros around */
    int64_t chunk[AXES]; /* at most so many points at once */
    int64_t row, slice;  /* from a row, and a slice of rows, to the next of a chunk */
} reading;

static int64_t extent(const reading *r, int axis, int64_t points) { return (points - 1) * r->step[axis] + r->reach[axis]; }

/* Chunks of at most so many points, and floats; of one slice each. */
static void divide(reading *r, int64_t points)
{
    const int64_t deep = r->reach[D] * most(r->channels, 1), fit = CHUNK / (deep * r->reach[H]);

    r->chunk[D] = 1;
    r->chunk[W] = most(LEAST_WIDTH, (fit - r->reach[W]) / r->step[W] + 1);
    r->chunk[W] = most(1, least(r->points[W], least(points, r->chunk[W])));
    r->row = (r->bordered ? extent(r, W, r->chunk[W]) : r->in[W]) * r->channels;
    r->chunk[H] = (CHUNK / (deep * extent(r, W, r->chunk[W])) - r->reach[H]) / r->step[H] + 1;
    r->chunk[H] = most(1, least(r->points[H], least(points / r->chunk[W], r->chunk[H])));
    r->slice = (r->bordered ? extent(r, H, r->chunk[H]) : r->in[H]) * r->row;
}

static size_t room_for(const reading *r) { return r->bordered ? (size_t)(r->slice * r->reach[D]) : 0; }

/* How y's windows read x. */
static reading of_windows(const tf1c_conv *c)
{
    reading r = { .channels = c->channels };

    for (int i = 0; i < AXES; i++) {
        r.in[i] = c->in[i];
        r.low[i] = -c->before[i];
        r.step[i] = c->stride[i];
        r.reach[i] = most(1, (c->window[i] - 1) * c->dilation[i] + 1);
        r.points[i] = c->out[i];
        r.bordered |= r.low[i] < 0 || r.low[i] + extent(&r, i, r.points[i]) > r.in[i];
    }
    return r;
}

/* A row of a chunk, from column `low` of the image on; NULL: of zeros. */
static void copy_row(const reading *r, const float *image_row, int64_t low, int64_t width, float *to)
{
    const int64_t begin = least(most(-low, 0), width), end = most(begin, least(r->in[W] - low, width));

    if (!image_row) {
        memset(to, 0, (size_t)(width * r->channels) * sizeof *to);
        return;
    }
    memset(to, 0, (size_t)(begin * r->channels) * sizeof *to);
    if (end > begin)
        memcpy(to + begin * r->channels, image_row + (low + begin) * r->channels,
               (size_t)((end - begin) * r->channels) * sizeof *to);
    memset(to + end * r->channels, 0, (size_t)((width - end) * r->channels) * sizeof *to);
}

/* Where the windows of `count` points from `first` on are read: the image itself, or a copy of its part in `room`. */
static const float *chunk_of(const reading *r, const float *image, const int64_t *first, const int64_t *count, float *room)
{
    int64_t low[AXES];

    for (int i = 0; i < AXES; i++)
        low[i] = r->low[i] + first[i] * r->step[i];
    if (!r->bordered)
        return image + ((low[D] * r->in[H] + low[H]) * r->in[W] + low[W]) * r->channels;
    for (int64_t d = 0; d < extent(r, D, count[D]); d++)
        for (int64_t h = 0; h < extent(r, H, count[H]); h++) {
            const int64_t at_d = low[D] + d, at_h = low[H] + h;
            const bool inside = at_d >= 0 && at_d < r->in[D] && at_h >= 0 && at_h < r->in[H];

            copy_row(r, inside ? image + (at_d * r->in[H] + at_h) * r->in[W] * r->channels : NULL, low[W], extent(r, W, count[W]),
                     room + d * r->slice + h * r->row);
        }
    return room;
}

/* ---- y, and dx, which is another such y: windows over dy ------------------------------------------------------------------------- */

/* Points of the result that are `spacing` apart and read by the same taps: all of y; those of dx that lie alike to the strides. */
typedef struct {
    int64_t first[AXES], points[AXES];
    int64_t k;
    int64_t *offsets; /* [k], in a chunk */
    float *packed;    /* the panels of [k, columns] weights */
} part;

typedef struct {
    reading r;
    int64_t columns, to[AXES], spacing[AXES]; /* of the result */
    int64_t n_parts, k;                       /* k: of all parts */
    part *parts;
    float *room;
    const float *bias;
    const tf1c_conv_way *way;
} correlation;

static int64_t volume(const int64_t *v) { return v[D] * v[H] * v[W]; }

static const tf1c_conv_way *way_of(const correlation *q)
{
    const tf1c_conv_kernels *k = kernels();

    return q->columns <= k->along.columns && q->r.channels > 0 && q->r.channels % k->width == 0 ? &k->along : &k->chains;
}

/* What lies where in the scratch; its size. */
static size_t lay_out(correlation *q, char *scratch)
{
    const size_t offsets_at = (size_t)q->n_parts * sizeof *q->parts, panels_at = offsets_at + (size_t)q->k * sizeof(int64_t);
    const size_t room_at = panels_at + (size_t)packed_size(q->way, q->k, q->columns) * sizeof(float);

    if (scratch) {
        q->parts = (part *)scratch;
        q->parts[0].offsets = (int64_t *)(scratch + offsets_at);
        q->parts[0].packed = (float *)(scratch + panels_at);
        q->room = (float *)(scratch + room_at);
    }
    return room_at + room_for(&q->r) * sizeof(float);
}

/* A tap of a part: what is read at `at` of a chunk, all channels, weighs b [channels, columns]. */
static void add_tap(const correlation *q, part *p, int64_t filled, int64_t at, const float *b, int64_t row, int64_t column)
{
    const int64_t wide = q->way->columns;

    for (int64_t i = 0; i < q->r.channels; i++)
        p->offsets[filled + i] = at + i;
    for (int64_t j = 0; j < q->columns; j += wide)
        q->way->pack(q->r.channels, least(wide, q->columns - j), b + j * column, row, column, p->packed + j * p->k + filled * wide);
}

/* Nothing to add up: the bias, or zeros. */
static void begin_row(const correlation *q, int64_t m, float *y, int64_t step)
{
    for (; m > 0; m--, y += step)
        if (q->bias)
            memcpy(y, q->bias, (size_t)q->columns * sizeof *y);
        else
            memset(y, 0, (size_t)q->columns * sizeof *y);
}

/* One panel, a stretch of its depth, over the rows of a chunk. */
static void run_panel(const correlation *q, const part *p, const float *chunk, const int64_t *count, int64_t k, int64_t j, float *y)
{
    const int64_t wide = q->way->columns, deep = least(DEPTH, p->k - k), step = q->spacing[W] * q->columns;

    for (int64_t h = 0; h < count[H]; h++, chunk += q->r.step[H] * q->r.row, y += q->spacing[H] * q->to[W] * q->columns) {
        const float *from = k ? y + j : q->bias ? q->bias + j : NULL;

        q->way->panel(count[W], least(wide, q->columns - j), deep, chunk, q->r.step[W] * q->r.channels, p->offsets + k,
                      p->packed + j * p->k + k * wide, from, k ? step : 0, y + j, step);
    }
}

static void run_part(const correlation *q, const part *p, const float *chunk, const int64_t *first, const int64_t *chunk_count,
                     float *y)
{
    int64_t at[AXES], count[AXES];

    for (int i = 0; i < AXES; i++) {
        at[i] = p->first[i] + first[i] * q->spacing[i];
        count[i] = least(chunk_count[i], p->points[i] - first[i]);
        if (count[i] <= 0)
            return;
    }
    y += ((at[D] * q->to[H] + at[H]) * q->to[W] + at[W]) * q->columns;
    for (int64_t h = 0; h < count[H] && p->k == 0; h++)
        begin_row(q, count[W], y + h * q->spacing[H] * q->to[W] * q->columns, q->spacing[W] * q->columns);
    for (int64_t k = 0; k < p->k; k += DEPTH)
        for (int64_t j = 0; j < q->columns; j += q->way->columns)
            run_panel(q, p, chunk, count, k, j, y);
}

static void correlate(const correlation *q, const float *image, float *y)
{
    const reading *r = &q->r;

    for (int64_t d = 0; d < r->points[D]; d++)
        for (int64_t h = 0; h < r->points[H]; h += r->chunk[H])
            for (int64_t w = 0; w < r->points[W]; w += r->chunk[W]) {
                const int64_t first[AXES] = { d, h, w };
                const int64_t count[AXES] = { 1, least(r->chunk[H], r->points[H] - h), least(r->chunk[W], r->points[W] - w) };
                const float *chunk = chunk_of(r, image, first, count, q->room);

                for (int64_t p = 0; p < q->n_parts; p++)
                    run_part(q, &q->parts[p], chunk, first, count, y);
            }
}

/* ---- forward --------------------------------------------------------------------------------------------------------------------- */

static correlation forward(const tf1c_conv *c)
{
    correlation q = { .r = of_windows(c), .columns = c->filters, .n_parts = 1, .k = volume(c->window) * c->channels };

    divide(&q.r, INT64_MAX);
    q.way = way_of(&q);
    for (int i = 0; i < AXES; i++) {
        q.to[i] = c->out[i];
        q.spacing[i] = 1;
    }
    return q;
}

size_t tf1c_conv_scratch(const tf1c_conv *c)
{
    correlation q = forward(c);

    return lay_out(&q, NULL);
}

void tf1c_conv_forward(const tf1c_conv *c, const float *x, const float *w, const float *bias, float *y, int64_t begin, int64_t end,
                       void *scratch)
{
    correlation q = forward(c);
    int64_t filled = 0;

    lay_out(&q, scratch);
    q.bias = bias;
    q.parts->k = q.k;
    memset(q.parts->first, 0, sizeof q.parts->first);
    memcpy(q.parts->points, c->out, sizeof q.parts->points);
    for (int64_t d = 0; d < c->window[D]; d++)
        for (int64_t h = 0; h < c->window[H]; h++)
            for (int64_t v = 0; v < c->window[W]; v++, filled += c->channels)
                add_tap(&q, q.parts, filled,
                        d * c->dilation[D] * q.r.slice + h * c->dilation[H] * q.r.row + v * c->dilation[W] * c->channels,
                        w + filled * c->filters, c->filters, 1);
    for (int64_t i = begin; i < end; i++)
        correlate(&q, x + i * volume(c->in) * c->channels, y + i * volume(c->out) * c->filters);
}

/* ---- dx ---------------------------------------------------------------------------------------------------------------------------- */

/* Whether x at `point` of an axis is read through element k of a window, and then of which: output *o. */
static bool is_read(const tf1c_conv *c, int axis, int64_t point, int64_t k, int64_t *o)
{
    const int64_t from = point + c->before[axis] - k * c->dilation[axis];

    *o = from / c->stride[axis];
    return from % c->stride[axis] == 0;
}

/* Point p of a part reads from dy the outputs that reach x at first + p·stride: p + o, o of the part's first point. */
static correlation backward(const tf1c_conv *c)
{
    correlation q = {
        .r.channels = c->filters, .columns = c->channels, .n_parts = volume(c->stride), .k = volume(c->window) * c->filters
    };

    for (int i = 0; i < AXES; i++) {
        int64_t low = INT64_MAX, high = INT64_MIN, o;

        for (int64_t point = 0; point < c->stride[i]; point++)
            for (int64_t k = 0; k < c->window[i]; k++)
                if (is_read(c, i, point, k, &o)) {
                    low = least(low, o);
                    high = most(high, o);
                }
        q.to[i] = c->in[i];
        q.spacing[i] = c->stride[i];
        q.r.in[i] = c->out[i];
        q.r.low[i] = low == INT64_MAX ? 0 : low;
        q.r.reach[i] = low == INT64_MAX ? 1 : high - low + 1;
        q.r.step[i] = 1;
        q.r.points[i] = (c->in[i] + c->stride[i] - 1) / c->stride[i];
        q.r.bordered |= q.r.low[i] < 0 || q.r.low[i] + extent(&q.r, i, q.r.points[i]) > q.r.in[i];
    }
    divide(&q.r, INT64_MAX);
    q.way = way_of(&q);
    return q;
}

size_t tf1c_conv_input_scratch(const tf1c_conv *c)
{
    correlation q = backward(c);

    return lay_out(&q, NULL);
}

/* Where the points of part `number` lie, and how many elements of a window reach them. */
static void begin_part(const tf1c_conv *c, part *p, int64_t number)
{
    int64_t o;

    p->k = c->filters;
    for (int i = AXES; i-- > 0; number /= c->stride[i]) {
        int64_t taps = 0;

        p->first[i] = number % c->stride[i];
        p->points[i] = (c->in[i] - p->first[i] + c->stride[i] - 1) / c->stride[i];
        for (int64_t k = 0; k < c->window[i]; k++)
            taps += is_read(c, i, p->first[i], k, &o);
        p->k *= taps;
    }
}

static void fill_part(const tf1c_conv *c, const correlation *q, part *p, const float *w)
{
    int64_t filled = 0, o[AXES];

    for (int64_t d = 0; d < c->window[D]; d++)
        for (int64_t h = 0; h < c->window[H]; h++)
            for (int64_t v = 0; v < c->window[W]; v++, w += c->channels * c->filters)
                if (is_read(c, D, p->first[D], d, &o[D]) && is_read(c, H, p->first[H], h, &o[H]) &&
                    is_read(c, W, p->first[W], v, &o[W])) {
                    add_tap(q, p, filled,
                            (o[D] - q->r.low[D]) * q->r.slice + (o[H] - q->r.low[H]) * q->r.row + (o[W] - q->r.low[W]) * c->filters,
                            w, 1, c->filters);
                    filled += c->filters;
                }
}

void tf1c_conv_input(const tf1c_conv *c, const float *dy, const float *w, float *dx, int64_t begin, int64_t end, void *scratch)
{
    correlation q = backward(c);

    lay_out(&q, scratch);
    for (int64_t i = 0; i < q.n_parts; i++) {
        part *p = &q.parts[i];

        begin_part(c, p, i);
        if (i > 0) {
            p->offsets = p[-1].offsets + p[-1].k;
            p->packed = p[-1].packed + packed_size(q.way, p[-1].k, c->channels);
        }
        fill_part(c, &q, p, w);
    }
    for (int64_t i = begin; i < end; i++)
        correlate(&q, dy + i * volume(c->out) * c->filters, dx + i * volume(c->in) * c->channels);
}

/* ---- dw: x as [window…·channels, outputs], times dy ----------------------------------------------------------------------------------- */

/* Outputs of one slice's rows, or of several whole images, whose part of the sums is added in one go. */
typedef struct {
    reading r;
    int64_t images, pitch; /* at most so many at once; from one to the next in what is read */
    int64_t *offsets;
    float *panels, *room;
} gathering;

static gathering gather(const tf1c_conv *c)
{
    gathering g = { .r = of_windows(c), .images = 1 };

    divide(&g.r, PIXELS);
    if (g.r.points[D] == 1 && g.r.chunk[H] == g.r.points[H] && g.r.chunk[W] == g.r.points[W])
        g.images = most(1, least(c->batch, PIXELS / most(1, g.r.points[H] * g.r.points[W])));
    g.pitch = g.r.bordered ? (int64_t)room_for(&g.r) : volume(c->in) * c->channels;
    return g;
}

static size_t lay_out_gathering(gathering *g, const tf1c_conv *c, char *scratch)
{
    const int64_t outputs = g->images * g->r.chunk[H] * g->r.chunk[W];
    const size_t panels_at = (size_t)outputs * sizeof(int64_t);
    const size_t room_at = panels_at + (size_t)packed_size(&kernels()->chains, outputs, c->filters) * sizeof(float);

    if (scratch) {
        g->offsets = (int64_t *)scratch;
        g->panels = (float *)(scratch + panels_at);
        g->room = (float *)(scratch + room_at);
    }
    return room_at + room_for(&g->r) * (size_t)g->images * sizeof(float);
}

size_t tf1c_conv_filter_scratch(const tf1c_conv *c)
{
    gathering g = gather(c);

    return lay_out_gathering(&g, c, NULL);
}

/* Rows of dw that read a run of numbers side by side: a row of the window, or one element's channels where it is dilated. */
static int64_t run_length(const tf1c_conv *c) { return c->channels * (c->dilation[W] == 1 ? c->window[W] : 1); }

static int64_t run_offset(const tf1c_conv *c, const reading *r, int64_t run)
{
    const int64_t per_row = c->dilation[W] == 1 ? 1 : c->window[W], v = run % per_row, h = run / per_row % c->window[H],
                  d = run / per_row / c->window[H];

    return d * c->dilation[D] * r->slice + h * c->dilation[H] * r->row + v * c->dilation[W] * c->channels;
}

/* Adds `outputs` of dy, packed, to rows [begin, end) of dw. */
static void add_outputs(const gathering *g, const tf1c_conv *c, const float *chunk, int64_t outputs, bool is_first, int64_t begin,
                        int64_t end, float *dw)
{
    const int64_t wide = kernels()->chains.columns, length = run_length(c);

    for (int64_t j = 0; j < c->filters; j += wide)
        for (int64_t row = begin; row < end;) {
            const int64_t run = row / length, rows = least(end, (run + 1) * length) - row;
            float *to = dw + row * c->filters + j;

            kernels()->chains.panel(rows, least(wide, c->filters - j), outputs, chunk + run_offset(c, &g->r, run) + row % length, 1,
                                    g->offsets, g->panels + j * outputs, is_first ? NULL : to, c->filters, to, c->filters);
            row += rows;
        }
}

/* Where the outputs of a block read, and their dy. */
static int64_t take_outputs(gathering *g, const tf1c_conv *c, int64_t images, const int64_t *count, const float *dy)
{
    const int64_t wide = kernels()->chains.columns, outputs = images * count[H] * count[W];
    int64_t n = 0;

    for (int64_t i = 0; i < images; i++)
        for (int64_t h = 0; h < count[H]; h++)
            for (int64_t v = 0; v < count[W]; v++)
                g->offsets[n++] = i * g->pitch + h * c->stride[H] * g->r.row + v * c->stride[W] * c->channels;
    for (int64_t j = 0; j < c->filters; j += wide)
        for (int64_t row = 0; row < images * count[H]; row++) /* rows of a stretch of columns are out[W] apart */
            kernels()->chains.pack(count[W], least(wide, c->filters - j), dy + row * c->out[W] * c->filters + j, c->filters, 1,
                                   g->panels + j * outputs + row * count[W] * wide);
    return outputs;
}

void tf1c_conv_filter(const tf1c_conv *c, const float *x, const float *dy, float *dw, int64_t begin, int64_t end, void *scratch)
{
    gathering g = gather(c);
    const reading *r = &g.r;
    bool is_first = true;

    lay_out_gathering(&g, c, scratch);
    for (int64_t i = 0; i < c->batch; i += g.images)
        for (int64_t d = 0; d < r->points[D]; d++)
            for (int64_t h = 0; h < r->points[H]; h += r->chunk[H])
                for (int64_t v = 0; v < r->points[W]; v += r->chunk[W], is_first = false) {
                    const int64_t images = least(g.images, c->batch - i), first[AXES] = { d, h, v };
                    const int64_t count[AXES] = { 1, least(r->chunk[H], r->points[H] - h), least(r->chunk[W], r->points[W] - v) };
                    const float *chunk = NULL;

                    for (int64_t image = images; image-- > 0;)
                        chunk = chunk_of(r, x + (i + image) * volume(c->in) * c->channels, first, count, g.room + image * g.pitch);
                    const int64_t outputs = take_outputs(&g, c, images, count,
                                                         dy + (((i * c->out[D] + d) * c->out[H] + h) * c->out[W] + v) * c->filters);

                    add_outputs(&g, c, chunk, outputs, is_first, begin, end, dw);
                }
    if (is_first)
        memset(dw + begin * c->filters, 0, (size_t)((end - begin) * c->filters) * sizeof *dw);
}
