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

static void panel(int64_t m, int64_t n, int64_t k, const float *a, int64_t row, const int64_t *offsets, const float *packed,
                  const float *from, int64_t from_row, float *c, int64_t ldc)
{
    operands o = { a, row, offsets, packed, k, from, from_row };

    for (int64_t left = m; left > 0;) {
        const int rows = next_tile(left);

        if (n == COLUMNS)
            tiles[rows](&o, c, ldc);
        else if (n == VF_WIDTH)
            halves[rows](&o, c, ldc);
        else
            narrow_tile(&o, rows, n, c, ldc);
        o.a += rows * row;
        o.from = from ? o.from + rows * from_row : NULL;
        c += rows * ldc;
        left -= rows;
    }
}

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
const tf1c_conv_kernels LEVEL(tf1c_conv_, TF1C_VEC_LEVEL) = { COLUMNS, pack, panel };
