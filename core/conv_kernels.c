/* One level of float32 products with an implicit left operand: tiles of ROWS × two vectors, held in registers while they walk
 * down a panel, as in a matrix product; but what they multiply by is found through a table of offsets. */
#include "core/conv_kernels.h"

#include <string.h>

#include "core/vector.h"

enum { COLUMNS = 2 * VF_WIDTH, ROWS = VF_WIDTH == 16 ? 12 : VF_WIDTH == 8 ? 6 : 4 };

typedef struct {
    const float *a;
    int64_t row;
    const int64_t *offsets;
    const float *packed;
    int64_t k;
    const float *from;
    int64_t from_row;
} operands;

/* Forced inline, so that `rows` and `vectors` are constants and the sums live in registers. */
static inline __attribute__((always_inline)) void tile(const operands *o, int rows, int vectors, float *c, int64_t ldc)
{
    const float *b = o->packed;
    const int64_t row = o->row;
    vf sum[ROWS][2];

#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < vectors; v++)
            sum[i][v] = o->from ? load(o->from + i * o->from_row + v * VF_WIDTH) : (vf){ 0 };
    for (int64_t p = 0; p < o->k; p++, b += COLUMNS) {
        const float *a = o->a + o->offsets[p];
        const vf left = load(b), right = vectors > 1 ? load(b + VF_WIDTH) : left;

#pragma GCC unroll 16
        for (int i = 0; i < rows; i++) {
            const vf x = splat(a[i * row]);

            sum[i][0] = fma_(x, left, sum[i][0]);
            if (vectors > 1)
                sum[i][1] = fma_(x, right, sum[i][1]);
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < vectors; v++)
            store(c + i * ldc + v * VF_WIDTH, sum[i][v]);
}

#define TILE(rows)                                                                                  \
    static void half_##rows(const operands *o, float *c, int64_t ldc) { tile(o, rows, 1, c, ldc); } \
    static void full_##rows(const operands *o, float *c, int64_t ldc) { tile(o, rows, 2, c, ldc); }
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
#define TILES(kind) kind##_1, kind##_2, kind##_3, kind##_4
#define TILES_8(kind) kind##_5, kind##_6
#define TILES_16(kind) kind##_7, kind##_8, kind##_9, kind##_10, kind##_11, kind##_12
#if VF_WIDTH >= 16
static tile_fn *const halves[] = { NULL, TILES(half), TILES_8(half), TILES_16(half) };
static tile_fn *const tiles[] = { NULL, TILES(full), TILES_8(full), TILES_16(full) };
#elif VF_WIDTH >= 8
static tile_fn *const halves[] = { NULL, TILES(half), TILES_8(half) };
static tile_fn *const tiles[] = { NULL, TILES(full), TILES_8(full) };
#else
static tile_fn *const halves[] = { NULL, TILES(half) };
static tile_fn *const tiles[] = { NULL, TILES(full) };
#endif

/* A panel of fewer columns goes through a full one, or through its left half. */
static void narrow_tile(const operands *o, int rows, int64_t n, float *c, int64_t ldc)
{
    float full[ROWS * COLUMNS] = { 0 };
    operands in_full = *o;

    for (int i = 0; i < rows && o->from; i++)
        memcpy(full + i * COLUMNS, o->from + i * o->from_row, (size_t)n * sizeof *c);
    if (o->from) {
        in_full.from = full;
        in_full.from_row = COLUMNS;
    }
    (n <= VF_WIDTH ? halves : tiles)[rows](&in_full, full, COLUMNS);
    for (int i = 0; i < rows; i++)
        memcpy(c + i * ldc, full + i * COLUMNS, (size_t)n * sizeof *c);
}

/* The last rows in two even tiles: a tile of one or two rows would wait for its own sums. */
static int next_tile(int64_t left) { return (int)(left <= ROWS ? left : left < 2 * ROWS ? (left + 1) / 2 : ROWS); }

static void advance(operands *o, int64_t rows, float **c, int64_t ldc)
{
    o->a += rows * o->row;
    o->from = o->from ? o->from + rows * o->from_row : NULL;
    *c += rows * ldc;
}

/* ---- few columns, rows side by side: vectors go down the rows ------------------------------------------------------------- */

enum { FEW = 4, DOWN = VF_WIDTH == 16 ? 4 : 2 };

static inline __attribute__((always_inline)) void down(const operands *o, int vectors, int n, float *c, int64_t ldc)
{
    const float *b = o->packed;
    vf sum[DOWN][FEW];

    for (int i = 0; i < vectors * VF_WIDTH; i++)
        for (int j = 0; j < n; j++)
            ((float *)&sum[i / VF_WIDTH][j])[i % VF_WIDTH] = o->from ? o->from[i * o->from_row + j] : 0;
    for (int64_t p = 0; p < o->k; p++, b += COLUMNS) {
        const float *a = o->a + o->offsets[p];

#pragma GCC unroll 16
        for (int v = 0; v < vectors; v++)
            for (int j = 0; j < n; j++)
                sum[v][j] = fma_(load(a + v * VF_WIDTH), splat(b[j]), sum[v][j]);
    }
    for (int i = 0; i < vectors * VF_WIDTH; i++)
        for (int j = 0; j < n; j++)
            c[i * ldc + j] = ((const float *)&sum[i / VF_WIDTH][j])[i % VF_WIDTH];
}

/* ---- few columns, side by side what is summed over: vectors go along it ------------------------------------------------------ */

enum { ALONG = VF_WIDTH == 16 ? 5 : 3 };

static inline float sum_of(vf v)
{
    float x[VF_WIDTH];

    memcpy(x, &v, sizeof x);
    for (int half = VF_WIDTH / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            x[i] += x[i + half];
    return x[0];
}

static inline __attribute__((always_inline)) void along(const operands *o, int rows, int n, float *c, int64_t ldc)
{
    const float *b = o->packed;
    vf sum[ALONG][FEW];

    for (int i = 0; i < rows; i++)
        for (int j = 0; j < n; j++)
            sum[i][j] = (vf){ 0 };
    for (int64_t p = 0; p < o->k; p += VF_WIDTH, b += VF_WIDTH * FEW) {
        const float *a = o->a + o->offsets[p];

#pragma GCC unroll 16
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < n; j++)
                sum[i][j] = fma_(load(a + i * o->row), load(b + j * VF_WIDTH), sum[i][j]);
    }
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < n; j++)
            c[i * ldc + j] = (o->from ? o->from[i * o->from_row + j] : 0) + sum_of(sum[i][j]);
}

#define FEW_COLUMNS(n)                                                                               \
    static void downs_##n(const operands *o, float *c, int64_t ldc) { down(o, DOWN, n, c, ldc); }    \
    static void down_##n(const operands *o, float *c, int64_t ldc) { down(o, 1, n, c, ldc); }        \
    static void alongs_##n(const operands *o, float *c, int64_t ldc) { along(o, ALONG, n, c, ldc); } \
    static void along_##n(const operands *o, float *c, int64_t ldc) { along(o, 1, n, c, ldc); }
FEW_COLUMNS(1)
FEW_COLUMNS(2)
FEW_COLUMNS(3)
FEW_COLUMNS(4)
/* [columns][0]: as many rows at once as there are registers for; [1]: the fewest */
static tile_fn *const down_tiles[][2] = {
    { 0 }, { downs_1, down_1 }, { downs_2, down_2 }, { downs_3, down_3 }, { downs_4, down_4 },
};
static tile_fn *const along_tiles[][2] = {
    { 0 }, { alongs_1, along_1 }, { alongs_2, along_2 }, { alongs_3, along_3 }, { alongs_4, along_4 },
};

/* Whole tiles of the rows; how many rows are left. */
static int64_t few_columns(tile_fn *const tiles[2], const int rows[2], operands *o, int64_t m, float **c, int64_t ldc)
{
    for (int i = 0; i < 2; i++)
        for (; m >= rows[i]; m -= rows[i]) {
            tiles[i](o, *c, ldc);
            advance(o, rows[i], c, ldc);
        }
    return m;
}

static void panel_along(int64_t m, int64_t n, int64_t k, const float *a, int64_t row, const int64_t *offsets, const float *packed,
                        const float *from, int64_t from_row, float *c, int64_t ldc)
{
    operands o = { a, row, offsets, packed, k, from, from_row };

    few_columns(along_tiles[n], (const int[]){ ALONG, 1 }, &o, m, &c, ldc);
}

static void pack_along(int64_t k, int64_t n, const float *b, int64_t row, int64_t column, float *packed)
{
    for (int64_t p = 0; p < k; p++)
        for (int64_t j = 0; j < n; j++)
            packed[p / VF_WIDTH * VF_WIDTH * FEW + j * VF_WIDTH + p % VF_WIDTH] = b[p * row + j * column];
}

/* ---- panels ------------------------------------------------------------------------------------------------------------------ */

static void panel(int64_t m, int64_t n, int64_t k, const float *a, int64_t row, const int64_t *offsets, const float *packed,
                  const float *from, int64_t from_row, float *c, int64_t ldc)
{
    operands o = { a, row, offsets, packed, k, from, from_row };

    if (n <= FEW && row == 1)
        m = few_columns(down_tiles[n], (const int[]){ DOWN * VF_WIDTH, VF_WIDTH }, &o, m, &c, ldc);
    for (int64_t left = m; left > 0;) {
        const int rows = next_tile(left);

        if (n == COLUMNS)
            tiles[rows](&o, c, ldc);
        else if (n == VF_WIDTH)
            halves[rows](&o, c, ldc);
        else
            narrow_tile(&o, rows, n, c, ldc);
        advance(&o, rows, &c, ldc);
        left -= rows;
    }
}

/* packed[p·columns + j] is b's (p, j); the rest is zero. */
static void pack(int64_t k, int64_t n, const float *b, int64_t row, int64_t column, float *packed)
{
    for (int64_t p = 0; p < k; p++, b += row, packed += COLUMNS) {
        if (n == COLUMNS && column == 1) {
            store(packed, load(b));
            store(packed + VF_WIDTH, load(b + VF_WIDTH));
            continue;
        }
        for (int64_t j = 0; j < n; j++)
            packed[j] = b[j * column];
        memset(packed + n, 0, (size_t)(COLUMNS - n) * sizeof *packed);
    }
}

#define LEVEL_(prefix, level) prefix##level
#define LEVEL(prefix, level) LEVEL_(prefix, level)
const tf1c_conv_kernels LEVEL(tf1c_conv_,
                              TF1C_VEC_LEVEL) = { { COLUMNS, pack, panel }, { FEW, pack_along, panel_along }, VF_WIDTH };
