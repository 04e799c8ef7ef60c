/* One level of float32 matrix products: tiles of ROWS × two vectors, held in registers while they walk down a panel. */
#include "core/sgemm_kernels.h"

#include <string.h>

#include "core/vector.h"

enum { COLUMNS = 2 * VF_WIDTH, ROWS = VF_WIDTH == 16 ? 12 : VF_WIDTH == 8 ? 6 : 4 };

typedef struct {
    const float *a;
    int64_t row, column;
    const float *packed;
    int64_t k;
    const float *from;
    int64_t from_row;
} operands;

/* Forced inline, so that `rows` is a constant and the sums live in registers. */
static inline __attribute__((always_inline)) void tile(const operands *o, int rows, float *c, int64_t ldc)
{
    const float *a = o->a, *b = o->packed;
    vf sum[ROWS][2];

#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < 2; v++)
            sum[i][v] = o->from ? load(o->from + i * o->from_row + v * VF_WIDTH) : (vf){ 0 };
    for (int64_t p = 0; p < o->k; p++, a += o->column, b += COLUMNS) {
        const vf left = load(b), right = load(b + VF_WIDTH);

#pragma GCC unroll 16
        for (int i = 0; i < rows; i++) {
            const vf x = splat(a[i * o->row]);

            sum[i][0] = fma_(x, left, sum[i][0]);
            sum[i][1] = fma_(x, right, sum[i][1]);
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < 2; v++)
            store(c + i * ldc + v * VF_WIDTH, sum[i][v]);
}

#define TILE(rows) \
    static void tile_##rows(const operands *o, float *c, int64_t ldc) { tile(o, rows, c, ldc); }
TILE(1)
TILE(2)
TILE(3)
TILE(4)
#if VF_WIDTH >= 8
TILE(5)
TILE(6)
#endif
#if VF_WIDTH >= 16
TILE(7)
TILE(8)
TILE(9)
TILE(10)
TILE(11)
TILE(12)
#endif

typedef void tile_fn(const operands *o, float *c, int64_t ldc);
static tile_fn *const tiles[] = {
    NULL,   tile_1, tile_2, tile_3,  tile_4,
#if VF_WIDTH >= 8
    tile_5, tile_6,
#endif
#if VF_WIDTH >= 16
    tile_7, tile_8, tile_9, tile_10, tile_11, tile_12,
#endif
};

/* A panel of fewer columns goes through a full one. */
static void narrow_tile(const operands *o, int rows, int64_t n, float *c, int64_t ldc)
{
    float full[ROWS * COLUMNS];
    operands in_full = *o;

    for (int i = 0; i < rows && o->from; i++)
        memcpy(full + i * COLUMNS, o->from + i * o->from_row, (size_t)n * sizeof *c);
    if (o->from) {
        in_full.from = full;
        in_full.from_row = COLUMNS;
    }
    tiles[rows](&in_full, full, COLUMNS);
    for (int i = 0; i < rows; i++)
        memcpy(c + i * ldc, full + i * COLUMNS, (size_t)n * sizeof *c);
}

/* The last rows in two even tiles: a tile of one or two rows would wait for its own sums. */
static int next_tile(int64_t left) { return (int)(left <= ROWS ? left : left < 2 * ROWS ? (left + 1) / 2 : ROWS); }

static void panel(int64_t m, int64_t n, int64_t k, const float *a, int64_t row, int64_t column, const float *packed,
                  const float *from, int64_t from_row, float *c, int64_t ldc)
{
    operands o = { a, column ? row : 1, column, packed, k, from, from_row };

    for (int64_t left = m; left > 0;) {
        const int rows = next_tile(left);

        if (!column)
            o.column = rows;
        if (n == COLUMNS)
            tiles[rows](&o, c, ldc);
        else
            narrow_tile(&o, rows, n, c, ldc);
        o.a += rows * (column ? row : k);
        o.from = from ? o.from + rows * from_row : NULL;
        c += rows * ldc;
        left -= rows;
    }
}

/* out[p·width + j] = in[p·row + j·column] for j < n, else 0, for p < k. In blocks: rows of `in` that are a power of two apart
 * would push each other out of the cache. */
static void transpose(int64_t k, int64_t n, int64_t width, const float *in, int64_t row, int64_t column, float *out)
{
    enum { BLOCK = 16 };

    for (int64_t from = 0; from < k; from += BLOCK, in += BLOCK * row, out += BLOCK * width) {
        const int64_t deep = k - from < BLOCK ? k - from : BLOCK;

        for (int64_t j = 0; j < n; j++)
            for (int64_t p = 0; p < deep; p++)
                out[p * width + j] = in[p * row + j * column];
        for (int64_t p = 0; p < deep && n < width; p++)
            memset(out + p * width + n, 0, (size_t)(width - n) * sizeof *out);
    }
}

static void pack(int64_t k, int64_t n, const float *b, int64_t row, int64_t column, float *packed)
{
    if (n < COLUMNS || column != 1) {
        transpose(k, n, COLUMNS, b, row, column, packed);
        return;
    }
    for (int64_t p = 0; p < k; p++, b += row, packed += COLUMNS) {
        store(packed, load(b));
        store(packed + VF_WIDTH, load(b + VF_WIDTH));
    }
}

static void pack_rows(int64_t m, int64_t k, const float *a, int64_t row, int64_t column, float *packed)
{
    for (int64_t left = m; left > 0;) {
        const int rows = next_tile(left);

        if (row == 1 && rows == ROWS)
            for (int64_t p = 0; p < k; p++)
                memcpy(packed + p * ROWS, a + p * column, ROWS * sizeof *a);
        else
            transpose(k, rows, rows, a, column, row, packed);
        packed += rows * k;
        a += rows * row;
        left -= rows;
    }
}

#define LEVEL_(prefix, level) prefix##level
#define LEVEL(prefix, level) LEVEL_(prefix, level)
const tf1c_sgemm_kernels LEVEL(tf1c_sgemm_, TF1C_VEC_LEVEL) = { COLUMNS, pack, pack_rows, panel };
