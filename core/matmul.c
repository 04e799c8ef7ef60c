#include "core/matmul.h"

#include <string.h>

#include "core/blas.h"
#include "core/matmul_kernels.h"
#include "core/vecmath.h"

/* A block of a' [ROWS, DEPTH] stays in L2 while panels pass by, and so does a block of b' packed on the way, [DEPTH, WIDE
 * bytes]; a panel of it in L1. */
enum { ROWS = 144, DEPTH = 256, WIDE = 2048 };
/* Up to FEW rows b' is read as it lies; up to STREAMED of them row after row, and panels a piece of CHUNK at a time. */
enum { FEW = 24, STREAMED = 2, CHUNK = 128 };

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t parts_of(int64_t n, int64_t most) { return (n + most - 1) / most; }
/* Of as few even parts as there can be, each at most `most`, a multiple of `step` that most is one of. */
static int64_t even(int64_t n, int64_t most, int64_t step)
{
    const int64_t parts = n > 0 ? parts_of(n, most) : 1;

    return least(most, parts_of(parts_of(n, parts), step) * step);
}

static const tf1c_matmul_kernels *kernels(tf_dtype dtype)
{
    const tf1c_matmul_level *level = tf1c_vec()->matmul;

    return dtype == tf_float64 ? level->float64 : level->float32;
}

bool tf1c_matmul_is_own(tf_dtype dtype)
{
    return (dtype == tf_float32 || dtype == tf_float64) && (tf1c_vec()->matmul->float32->width >= 8 || !tf1c_blas());
}

int64_t tf1c_matmul_panels(tf_dtype dtype, int64_t n) { return parts_of(n, kernels(dtype)->columns); }
int64_t tf1c_matmul_panel_size(tf_dtype dtype, int64_t k) { return k * kernels(dtype)->columns; }

tf1c_matrix tf1c_matrix_from(tf_dtype dtype, tf1c_matrix m, int64_t i, int64_t j)
{
    m.data = (const char *)m.data + (i * m.row + j * m.column) * (int64_t)tf_dtype_size(dtype);
    return m;
}

/* ---- blocks ------------------------------------------------------------------------------------------------------- */

/* A product, or a block of one: c [m,n] = from + a [m,k]·b; numbers are of `size` bytes. */
typedef struct {
    const tf1c_matmul_kernels *kernels;
    tf_dtype dtype;
    int64_t size;
    int64_t m, n, k;
    tf1c_matrix a, b;
    const void *from; /* what is added to, its rows from_row apart; NULL: nothing */
    int64_t from_row;
    void *c;
    int64_t ldc;
    char *scratch;
} block;

static void *at(const block *p, const void *data, int64_t elements) { return (char *)data + elements * p->size; }
static const void *from_at(const block *p, int64_t elements) { return p->from ? at(p, p->from, elements) : NULL; }

static block block_of(tf_dtype dtype, int64_t m, int64_t n, int64_t k, tf1c_matrix a, tf1c_matrix b, const void *bias, void *c,
                      int64_t ldc, void *scratch)
{
    return (block){ kernels(dtype), dtype, (int64_t)tf_dtype_size(dtype), m, n, k, a, b, bias, 0, c, ldc, scratch };
}

/* [p, p + k) of its sums: the first start from the bias, the others from what those before have left. */
static block depths(const block *whole, int64_t p, int64_t k)
{
    block part = *whole;

    part.k = k;
    part.a = tf1c_matrix_from(part.dtype, part.a, 0, p);
    part.b = tf1c_matrix_from(part.dtype, part.b, p, 0);
    if (p) {
        part.from = part.c;
        part.from_row = part.ldc;
    }
    return part;
}

static block columns(const block *whole, int64_t j, int64_t n)
{
    block part = *whole;

    part.n = n;
    part.b = tf1c_matrix_from(part.dtype, part.b, 0, j);
    part.from = from_at(whole, j);
    part.c = at(whole, whole->c, j);
    return part;
}

/* Nothing is multiplied yet: the bias, or zeros. */
static void begin_with(const block *p)
{
    for (int64_t i = 0; i < p->m; i++)
        if (p->from)
            memcpy(at(p, p->c, i * p->ldc), p->from, (size_t)(p->n * p->size));
        else
            memset(at(p, p->c, i * p->ldc), 0, (size_t)(p->n * p->size));
}

/* By panels that lie one after the other, panel_size apart. Rows that are not contiguous, or far apart, are packed, as they are
 * read again and again: of transposed ones only a few numbers would come with each line of the cache, and lines that are a power
 * of two apart push each other out of it. */
static void multiply(const block *p, const void *panels, int64_t panel_size)
{
    enum { FAR = 1024, WORTH = 4 };
    const int64_t width = p->kernels->columns, step = even(p->m, ROWS, 12);
    const bool packs = p->n > width && (p->a.column != 1 || (p->a.row * p->size >= FAR && p->n >= WORTH * width));

    for (int64_t i = 0; i < p->m; i += step) {
        const int64_t m = least(step, p->m - i);
        tf1c_matrix a = tf1c_matrix_from(p->dtype, p->a, i, 0);

        if (packs) {
            p->kernels->pack_rows(m, p->k, a.data, a.row, a.column, p->scratch);
            a = (tf1c_matrix){ p->scratch, 0, 0 };
        }
        for (int64_t j = 0; j < p->n; j += width)
            p->kernels->panel(m, least(width, p->n - j), p->k, a.data, a.row, a.column, at(p, panels, j / width * panel_size),
                              width, from_at(p, i * p->from_row + j), p->from_row, at(p, p->c, i * p->ldc + j), p->ldc);
    }
}

/* ---- on panels ----------------------------------------------------------------------------------------------------- */

void tf1c_matmul_pack(tf_dtype dtype, int64_t k, int64_t n, tf1c_matrix b, int64_t begin, int64_t end, void *packed)
{
    const tf1c_matmul_kernels *own = kernels(dtype);
    const int64_t width = own->columns, size = (int64_t)tf_dtype_size(dtype);

    for (int64_t j = begin; j < end; j++)
        own->pack(k, least(width, n - j * width), tf1c_matrix_from(dtype, b, 0, j * width).data, b.row, b.column,
                  (char *)packed + j * k * width * size);
}

static int64_t rows_scratch(int64_t k) { return ROWS * least(k, DEPTH); }

size_t tf1c_matmul_packed_scratch(tf_dtype dtype, int64_t k) { return (size_t)rows_scratch(k) * tf_dtype_size(dtype); }

void tf1c_matmul_packed(tf_dtype dtype, int64_t m, int64_t n, int64_t k, tf1c_matrix a, const void *packed, const void *bias,
                        void *c, int64_t ldc, void *scratch)
{
    const block whole = block_of(dtype, m, n, k, a, (tf1c_matrix){ packed, 0, 0 }, bias, c, ldc, scratch);
    const int64_t step = even(k, DEPTH, 1), width = whole.kernels->columns;

    if (k == 0)
        begin_with(&whole);
    for (int64_t p = 0; p < k; p += step) {
        const block part = depths(&whole, p, least(step, k - p));

        multiply(&part, at(&whole, packed, p * width), k * width);
    }
}

/* ---- as it lies ------------------------------------------------------------------------------------------------------ */

static int64_t wide(const tf1c_matmul_kernels *own, int64_t size, int64_t n) { return even(n, WIDE / size, own->columns); }

size_t tf1c_matmul_scratch(tf_dtype dtype, int64_t n, int64_t k)
{
    const int64_t size = (int64_t)tf_dtype_size(dtype);
    const int64_t panels = tf1c_matmul_panels(dtype, least(n, WIDE / size));

    return (size_t)((rows_scratch(k) + panels * tf1c_matmul_panel_size(dtype, least(k, DEPTH))) * size);
}

static void pack_and_multiply(const block *p, int64_t deepest)
{
    const int64_t step = even(p->k, deepest, 1);
    char *panels = at(p, p->scratch, rows_scratch(p->k));

    for (int64_t first = 0; first < p->k; first += step) {
        const block part = depths(p, first, least(step, p->k - first));

        tf1c_matmul_pack(p->dtype, part.k, part.n, part.b, 0, tf1c_matmul_panels(p->dtype, part.n), panels);
        multiply(&part, panels, tf1c_matmul_panel_size(p->dtype, part.k));
    }
}

/* Whole vectors of b' where its rows are contiguous; returns how many columns that were. */
static int64_t multiply_unpacked(const block *p)
{
    const int64_t width = p->kernels->columns, whole = p->n / p->kernels->width * p->kernels->width;
    block part = *p;

    part.n = whole;
    if (p->m <= STREAMED) {
        begin_with(&part);
        p->kernels->stream(p->m, whole, p->k, p->a.data, p->a.row, p->a.column, p->b.data, p->b.row, p->c, p->ldc);
        return whole;
    }
    const int64_t done =
        p->kernels->few(p->m, whole, p->k, p->a.data, p->a.row, p->a.column, p->b.data, p->b.row, p->from, 0, p->c, p->ldc);
    for (int64_t j = done; j < whole; j += width) {
        part = columns(p, j, least(width, whole - j));
        p->kernels->panel(part.m, part.n, part.k, part.a.data, part.a.row, part.a.column, part.b.data, part.b.row, part.from, 0,
                          part.c, part.ldc);
    }
    return whole;
}

static void multiply_few(const block *p)
{
    const int64_t width = p->kernels->columns;

    for (int64_t j = p->b.column == 1 ? multiply_unpacked(p) : 0; j < p->n; j += width) {
        const block panel = columns(p, j, least(width, p->n - j));

        pack_and_multiply(&panel, CHUNK);
    }
}

void tf1c_matmul(tf_dtype dtype, int64_t m, int64_t n, int64_t k, tf1c_matrix a, tf1c_matrix b, const void *bias, void *c,
                 int64_t ldc, void *scratch)
{
    const block whole = block_of(dtype, m, n, k, a, b, bias, c, ldc, scratch);
    const int64_t step = wide(whole.kernels, whole.size, n);

    if (m == 0)
        return;
    if (k == 0) {
        begin_with(&whole);
    } else if (m <= FEW) {
        multiply_few(&whole);
    } else {
        for (int64_t j = 0; j < n; j += step) {
            const block part = columns(&whole, j, least(step, n - j));

            pack_and_multiply(&part, DEPTH);
        }
    }
}
