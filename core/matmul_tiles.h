/* The kernels of matmul_kernels.c for one type, which includes this with REAL, VECTOR, WIDTH, NAME and the vector's
 * operations defined. */

enum { NAME(COLUMNS) = 2 * WIDTH };
typedef REAL NAME(quad) __attribute__((vector_size(16)));
typedef REAL NAME(quad_memory) __attribute__((vector_size(16), aligned(sizeof(REAL)), may_alias));

typedef struct {
    const REAL *a;
    int64_t row, column;
    const REAL *b;
    int64_t b_row;
    int64_t k;
    const REAL *from;
    int64_t from_row;
} NAME(operands);

/* ---- tiles ------------------------------------------------------------------------------------------------------ */

/* Forced inline, so that `rows` and `vectors` are constants and the sums live in registers. Rows of a are reached from a
 * pointer for each three of them: a distance for each row would be more than there are registers. */
static inline __attribute__((always_inline)) void NAME(tile)(const NAME(operands) *o, int rows, int vectors, REAL *c, int64_t ldc)
{
    enum { TRIPLES = (ROWS + 2) / 3 };
    const int64_t row = o->row, column = o->column, b_row = o->b_row;
    const REAL *a[TRIPLES], *b = o->b;
    VECTOR sum[ROWS][2];

#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
        __builtin_prefetch(c + i * ldc, 1);
        for (int v = 0; v < vectors; v++)
            sum[i][v] = o->from ? LOAD(o->from + i * o->from_row + v * WIDTH) : (VECTOR){ 0 };
    }
#pragma GCC unroll 16
    for (int t = 0; t < TRIPLES; t++)
        a[t] = o->a + 3 * t * row;
    for (int64_t p = 0; p < o->k; p++, b += b_row) {
        const VECTOR left = LOAD(b), right = vectors > 1 ? LOAD(b + WIDTH) : left;

#pragma GCC unroll 16
        for (int i = 0; i < rows; i++) {
            const VECTOR x = SPLAT(a[i / 3][i % 3 * row]);

            sum[i][0] = FMA(x, left, sum[i][0]);
            if (vectors > 1)
                sum[i][1] = FMA(x, right, sum[i][1]);
        }
#pragma GCC unroll 16
        for (int t = 0; t < TRIPLES; t++)
            a[t] += column;
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < vectors; v++)
            STORE(c + i * ldc + v * WIDTH, sum[i][v]);
}

/* Rows as pack_rows leaves them: the distances are constants. */
#define TILE(rows)                                                                                  \
    static void NAME(tile_##rows)(const NAME(operands) * o, int vectors, REAL * c, int64_t ldc)     \
    {                                                                                               \
        NAME(operands) packed = *o;                                                                 \
                                                                                                    \
        packed.row = 1;                                                                             \
        packed.column = rows;                                                                       \
        if (o->column)                                                                              \
            vectors > 1 ? NAME(tile)(o, rows, 2, c, ldc) : NAME(tile)(o, rows, 1, c, ldc);          \
        else                                                                                        \
            vectors > 1 ? NAME(tile)(&packed, rows, 2, c, ldc) : NAME(tile)(&packed, rows, 1, c, ldc); \
    }
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
#undef TILE

typedef void NAME(tile_fn)(const NAME(operands) *o, int vectors, REAL *c, int64_t ldc);
static NAME(tile_fn) *const NAME(tiles)[] = {
    NULL,          NAME(tile_1), NAME(tile_2),  NAME(tile_3),  NAME(tile_4),
#if VF_WIDTH >= 8
    NAME(tile_5),  NAME(tile_6),
#endif
#if VF_WIDTH >= 16
    NAME(tile_7),  NAME(tile_8), NAME(tile_9), NAME(tile_10), NAME(tile_11), NAME(tile_12),
#endif
};

/* By vectors, or sixteen bytes, the last ones where they end: less than a panel is no work for memcpy. */
static inline void NAME(copy)(int64_t n, const REAL *in, REAL *out)
{
    enum { SIDE = 16 / sizeof(REAL) };
    int64_t j = 0;

    if (n >= WIDTH) {
        STORE(out, LOAD(in));
        STORE(out + n - WIDTH, LOAD(in + n - WIDTH));
        return;
    }
    for (; j + SIDE <= n; j += SIDE)
        *(NAME(quad_memory) *)(out + j) = *(const NAME(quad_memory) *)(in + j);
    for (; j < n; j++)
        out[j] = in[j];
}

/* Fewer columns than vectors hold go through a full tile. */
static void NAME(narrow_tile)(const NAME(operands) *o, int rows, int64_t n, REAL *c, int64_t ldc)
{
    REAL full[ROWS * NAME(COLUMNS)];
    NAME(operands) in_full = *o;

    for (int i = 0; i < rows && o->from; i++)
        NAME(copy)(n, o->from + i * o->from_row, full + i * NAME(COLUMNS));
    if (o->from) {
        in_full.from = full;
        in_full.from_row = NAME(COLUMNS);
    }
    NAME(tiles)[rows](&in_full, n > WIDTH ? 2 : 1, full, NAME(COLUMNS));
    for (int i = 0; i < rows; i++)
        NAME(copy)(n, full + i * NAME(COLUMNS), c + i * ldc);
}

static void NAME(panel)(int64_t m, int64_t n, int64_t k, const void *a, int64_t row, int64_t column, const void *b, int64_t b_row,
                        const void *from, int64_t from_row, void *c_, int64_t ldc)
{
    NAME(operands) o = { a, row, column, b, b_row, k, from, from_row };
    REAL *c = c_;

    for (int64_t left = m; left > 0;) {
        const int rows = next_tile(left);

        if (n == NAME(COLUMNS) || n == WIDTH)
            NAME(tiles)[rows](&o, n > WIDTH ? 2 : 1, c, ldc);
        else
            NAME(narrow_tile)(&o, rows, n, c, ldc);
        o.a += rows * (column ? row : k);
        o.from = from ? o.from + rows * from_row : NULL;
        c += rows * ldc;
        left -= rows;
    }
}

/* ---- few rows of b as it lies: of each of its rows as much as there are registers for ------------------------------ */

static inline __attribute__((always_inline)) void NAME(wide_tile)(const NAME(operands) *o, int rows, int vectors, REAL *c, int64_t ldc)
{
    const int64_t row = o->row, column = o->column, b_row = o->b_row;
    const REAL *a = o->a, *b = o->b;
    VECTOR sum[MOST_FEW][8];

#pragma GCC unroll 8
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++)
            sum[i][v] = o->from ? LOAD(o->from + i * o->from_row + v * WIDTH) : (VECTOR){ 0 };
    for (int64_t p = 0; p < o->k; p++, a += column, b += b_row)
#pragma GCC unroll 8
        for (int i = 0; i < rows; i++) {
            const VECTOR x = SPLAT(a[i * row]);

#pragma GCC unroll 8
            for (int v = 0; v < vectors; v++)
                sum[i][v] = FMA(x, LOAD(b + v * WIDTH), sum[i][v]);
        }
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++)
            STORE(c + i * ldc + v * WIDTH, sum[i][v]);
}

#define WIDE(rows, vectors)                                                                                     \
    static int64_t NAME(wide_##rows)(NAME(operands) o, int64_t n, REAL *c, int64_t ldc)                         \
    {                                                                                                          \
        enum { STEP = (vectors) * WIDTH };                                                                     \
        int64_t j = 0;                                                                                         \
                                                                                                               \
        for (; j + STEP <= n; j += STEP, o.b += STEP, o.from = o.from ? o.from + STEP : NULL)                  \
            NAME(wide_tile)(&o, rows, vectors, c + j, ldc);                                                    \
        return j;                                                                                              \
    }
WIDE(3, (VF_WIDTH == 16 ? 8 : 4))
WIDE(4, (VF_WIDTH == 16 ? 6 : 3))
#if VF_WIDTH == 16
WIDE(5, 4)
WIDE(6, 4)
#endif
#undef WIDE

static int64_t NAME(few)(int64_t m, int64_t n, int64_t k, const void *a, int64_t row, int64_t column, const void *b, int64_t b_row,
                         const void *from, int64_t from_row, void *c, int64_t ldc)
{
    const NAME(operands) o = { a, row, column, b, b_row, k, from, from_row };

    switch (m) {
    case 3: return NAME(wide_3)(o, n, c, ldc);
    case 4: return NAME(wide_4)(o, n, c, ldc);
#if VF_WIDTH == 16
    case 5: return NAME(wide_5)(o, n, c, ldc);
    case 6: return NAME(wide_6)(o, n, c, ldc);
#endif
    default: return 0;
    }
}

/* ---- one or two rows: b is read once, as it lies ------------------------------------------------------------------------- */

static inline __attribute__((always_inline)) void NAME(add_rows)(int rows, int deep, const NAME(operands) *o, int64_t n, REAL *c,
                                                                 int64_t ldc)
{
    VECTOR x[2][6];

#pragma GCC unroll 2
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 6
        for (int q = 0; q < deep; q++)
            x[i][q] = SPLAT(o->a[i * o->row + q * o->column]);
    for (int64_t j = 0; j < n; j += WIDTH) {
        VECTOR sum[2];

#pragma GCC unroll 2
        for (int i = 0; i < rows; i++)
            sum[i] = LOAD(c + i * ldc + j);
#pragma GCC unroll 6
        for (int q = 0; q < deep; q++) {
            const VECTOR y = LOAD(o->b + q * o->b_row + j);

#pragma GCC unroll 2
            for (int i = 0; i < rows; i++)
                sum[i] = FMA(x[i][q], y, sum[i]);
        }
#pragma GCC unroll 2
        for (int i = 0; i < rows; i++)
            STORE(c + i * ldc + j, sum[i]);
    }
}

#define ADD_ROWS(rows, deep)                                                                               \
    static void NAME(add_##rows##_rows)(const NAME(operands) * o, int64_t n, REAL * c, int64_t ldc)         \
    {                                                                                                      \
        NAME(operands) at = *o;                                                                            \
                                                                                                           \
        for (; at.k >= deep; at.k -= deep, at.a += deep * at.column, at.b += deep * at.b_row)              \
            NAME(add_rows)(rows, deep, &at, n, c, ldc);                                                    \
        for (; at.k > 0; at.k--, at.a += at.column, at.b += at.b_row)                                      \
            NAME(add_rows)(rows, 1, &at, n, c, ldc);                                                       \
    }
ADD_ROWS(1, 6)
ADD_ROWS(2, (VF_WIDTH == 16 ? 6 : 4))
#undef ADD_ROWS

static void NAME(stream)(int64_t m, int64_t n, int64_t k, const void *a, int64_t row, int64_t column, const void *b, int64_t b_row,
                         void *c, int64_t ldc)
{
    const NAME(operands) o = { a, row, column, b, b_row, k, NULL, 0 };

    (m == 1 ? NAME(add_1_rows) : NAME(add_2_rows))(&o, n, c, ldc);
}

/* ---- packing ------------------------------------------------------------------------------------------------------- */

/* Sixteen bytes of each of as many rows become columns: in's rows are `row` apart, out's `width`. */
static inline void NAME(turn)(const REAL *in, int64_t row, REAL *out, int64_t width)
{
    enum { SIDE = 16 / sizeof(REAL) };
    NAME(quad) r[SIDE];

    for (int i = 0; i < SIDE; i++)
        r[i] = (NAME(quad)) * (const NAME(quad_memory) *)(in + i * row);
    TURN(r);
    for (int i = 0; i < SIDE; i++)
        *(NAME(quad_memory) *)(out + i * width) = (NAME(quad_memory))r[i];
}

/* out[p·width + j] = in[p·row + j·column] for j < n, else 0, for p < k. In blocks: rows of `in` that are a power of two apart
 * would push each other out of the cache. */
static void NAME(transpose)(int64_t k, int64_t n, int64_t width, const REAL *in, int64_t row, int64_t column, REAL *out)
{
    enum { BLOCK = 128, SIDE = 16 / sizeof(REAL) };

    for (int64_t first = 0; first < k; first += BLOCK, in += BLOCK * row, out += BLOCK * width) {
        const int64_t deep = k - first < BLOCK ? k - first : BLOCK;
        const int64_t even_deep = row == 1 ? deep & -(int64_t)SIDE : 0, even = n & -(int64_t)SIDE;

        for (int64_t j = 0; j < even; j += SIDE)
            for (int64_t p = 0; p < even_deep; p += SIDE)
                NAME(turn)(in + p + j * column, column, out + p * width + j, width);
        for (int64_t j = 0; j < n; j++)
            for (int64_t p = j < even ? even_deep : 0; p < deep; p++)
                out[p * width + j] = in[p * row + j * column];
        for (int64_t p = 0; p < deep && n < width; p++)
            memset(out + p * width + n, 0, (size_t)(width - n) * sizeof *out);
    }
}

static void NAME(pack)(int64_t k, int64_t n, const void *b_, int64_t row, int64_t column, void *packed_)
{
    const REAL *b = b_;
    REAL *packed = packed_;

    if (column != 1) {
        NAME(transpose)(k, n, NAME(COLUMNS), b, row, column, packed);
        return;
    }
    for (int64_t p = 0; p < k; p++, b += row, packed += NAME(COLUMNS)) {
        const bool whole = n == NAME(COLUMNS);

        STORE(packed, whole ? LOAD(b) : (VECTOR){ 0 });
        STORE(packed + WIDTH, whole ? LOAD(b + WIDTH) : (VECTOR){ 0 });
        if (!whole)
            NAME(copy)(n, b, packed);
    }
}

static void NAME(pack_rows)(int64_t m, int64_t k, const void *a_, int64_t row, int64_t column, void *packed_)
{
    const REAL *a = a_;
    REAL *packed = packed_;

    for (int64_t left = m; left > 0;) {
        const int rows = next_tile(left);

        if (row == 1 && rows == ROWS)
            for (int64_t p = 0; p < k; p++)
                memcpy(packed + p * ROWS, a + p * column, ROWS * sizeof *a);
        else
            NAME(transpose)(k, rows, rows, a, column, row, packed);
        packed += rows * k;
        a += rows * row;
        left -= rows;
    }
}

static const tf1c_matmul_kernels NAME(kernels) = { NAME(COLUMNS), WIDTH, NAME(pack), NAME(pack_rows), NAME(panel), NAME(few),
                                                  NAME(stream) };
