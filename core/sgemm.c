#include "core/sgemm.h"

#include <string.h>

#include "core/sgemm_kernels.h"
#include "core/vecmath.h"

/* A block of a' [ROWS, DEPTH] stays in L2 while panels pass by, and so does a block of b' packed on the way,
 * [DEPTH, COLUMNS]. */
enum { ROWS = 120, DEPTH = 256, COLUMNS = 512 };

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static const tf1c_sgemm_kernels *kernels(void) { return tf1c_vec()->sgemm; }

bool tf1c_sgemm_available(void) { return kernels()->columns > 8; /* four floats a vector are what BLAS does better */ }

bool tf1c_sgemm_wins(int64_t m, int64_t k)
{
    enum { LEAST_ROWS = 16, LONGEST = 1024 };

    return tf1c_sgemm_available() && m >= LEAST_ROWS && k <= LONGEST;
}

int64_t tf1c_sgemm_panels(int64_t n) { return (n + kernels()->columns - 1) / kernels()->columns; }
int64_t tf1c_sgemm_panel_size(int64_t k) { return k * kernels()->columns; }

static const float *element(tf1c_matrix m, int64_t i, int64_t j) { return m.data + i * m.row + j * m.column; }

void tf1c_sgemm_pack(int64_t k, int64_t n, tf1c_matrix b, int64_t begin, int64_t end, float *packed)
{
    const int64_t columns = kernels()->columns;

    for (int64_t j = begin; j < end; j++)
        kernels()->pack(k, least(columns, n - j * columns), element(b, 0, j * columns), b.row, b.column, packed + j * k * columns);
}

/* A product, or a block of one: c [m,n] = from + a [m,k]·panels; a panel is `size` floats from the next. */
typedef struct {
    int64_t m, n, k;
    tf1c_matrix a;
    const float *panels;
    int64_t size;
    const float *from; /* what is added to, its rows from_row apart; NULL: nothing */
    int64_t from_row;
    float *c;
    int64_t ldc;
    float *rows; /* room for a block of a */
} block;

static void multiply(const block *b)
{
    const int64_t columns = kernels()->columns;

    for (int64_t i = 0; i < b->m; i += ROWS) {
        const int64_t m = least(ROWS, b->m - i);
        tf1c_matrix a = { element(b->a, i, 0), b->a.row, b->a.column };

        if (a.column != 1 && b->n > columns) { /* a transposed one would be read in pieces of a few floats, again and again */
            kernels()->pack_rows(m, b->k, a.data, a.row, a.column, b->rows);
            a = (tf1c_matrix){ b->rows, 0, 0 };
        }
        for (int64_t j = 0; j < b->n; j += columns)
            kernels()->panel(m, least(columns, b->n - j), b->k, a.data, a.row, a.column, b->panels + j / columns * b->size,
                             b->from ? b->from + i * b->from_row + j : NULL, b->from_row, b->c + i * b->ldc + j, b->ldc);
    }
}

/* Nothing to multiply: the bias, or zeros. */
static void begin_with(int64_t m, int64_t n, const float *bias, float *c, int64_t ldc)
{
    for (int64_t i = 0; i < m; i++)
        if (bias)
            memcpy(c + i * ldc, bias, (size_t)n * sizeof *c);
        else
            memset(c + i * ldc, 0, (size_t)n * sizeof *c);
}

void tf1c_sgemm_packed(int64_t m, int64_t n, int64_t k, tf1c_matrix a, const float *packed, const float *bias, float *c,
                       int64_t ldc, float *scratch)
{
    const int64_t columns = kernels()->columns;

    if (k == 0)
        begin_with(m, n, bias, c, ldc);
    for (int64_t p = 0; p < k; p += DEPTH)
        multiply(&(block){ m,
                           n,
                           least(DEPTH, k - p),
                           { element(a, 0, p), a.row, a.column },
                           packed + p * columns,
                           k * columns,
                           p ? c : bias,
                           p ? ldc : 0,
                           c,
                           ldc,
                           scratch });
}

static int64_t rows_scratch(int64_t k) { return ROWS * least(k, DEPTH); }

size_t tf1c_sgemm_packed_scratch(int64_t k) { return (size_t)rows_scratch(k) * sizeof(float); }

size_t tf1c_sgemm_scratch(int64_t n, int64_t k)
{
    return (size_t)(rows_scratch(k) + tf1c_sgemm_panels(least(n, COLUMNS)) * tf1c_sgemm_panel_size(least(k, DEPTH))) *
           sizeof(float);
}

void tf1c_sgemm(int64_t m, int64_t n, int64_t k, tf1c_matrix a, tf1c_matrix b, const float *bias, float *c, int64_t ldc,
                float *scratch)
{
    float *panels = scratch + rows_scratch(k);

    if (k == 0)
        begin_with(m, n, bias, c, ldc);
    for (int64_t j = 0; j < n; j += COLUMNS)
        for (int64_t p = 0; p < k; p += DEPTH) {
            const int64_t wide = least(COLUMNS, n - j), deep = least(DEPTH, k - p);

            tf1c_sgemm_pack(deep, wide, (tf1c_matrix){ element(b, p, j), b.row, b.column }, 0, tf1c_sgemm_panels(wide), panels);
            multiply(&(block){ m,
                               wide,
                               deep,
                               { element(a, 0, p), a.row, a.column },
                               panels,
                               tf1c_sgemm_panel_size(deep),
                               p      ? c + j
                               : bias ? bias + j
                                      : NULL,
                               p ? ldc : 0,
                               c + j,
                               ldc,
                               scratch });
        }
}
