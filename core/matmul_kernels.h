/* What matmul_kernels.c is compiled into, one object per ISA level, with vecmath_kernels.c's flags. */
#ifndef TF1C_CORE_MATMUL_KERNELS_H
#define TF1C_CORE_MATMUL_KERNELS_H

#include <stdint.h>

/* Of one type; pointers are to its numbers, distances count them. */
typedef struct {
    int columns; /* of a panel */
    int width;   /* of a vector: a panel of at most so many columns costs half */
    /* One panel: packed[p·columns + j] = b'[p, j] for p < k, j < n <= columns; the rest zero. */
    void (*pack)(int64_t k, int64_t n, const void *b, int64_t row, int64_t column, void *packed);
    /* m rows of a as `panel` reads them best: m·k numbers. */
    void (*pack_rows)(int64_t m, int64_t k, const void *a, int64_t row, int64_t column, void *packed);
    /* c[m, n] = from + a·b, n <= columns: a[i, p] at a[i·row + p·column]; column 0: a as packed. b's rows are b_row apart and
     * readable to a vector's end: a packed panel's, or where n is columns or width b as it lies. Row i of what is started from
     * is at from + i·from_row: c itself, one row for all (0), or NULL for zeros. An element of c is one chain of fused
     * multiply-adds over p, whatever tile it is in. */
    void (*panel)(int64_t m, int64_t n, int64_t k, const void *a, int64_t row, int64_t column, const void *b, int64_t b_row,
                  const void *from, int64_t from_row, void *c, int64_t ldc);
    /* The same of b as it lies, by tiles that are wide where m is small: returns how many columns that were, 0 if m is not among those
     * they are made for. */
    int64_t (*few)(int64_t m, int64_t n, int64_t k, const void *a, int64_t row, int64_t column, const void *b, int64_t b_row,
                   const void *from, int64_t from_row, void *c, int64_t ldc);
    /* c[m, n] += a·b, m 1 or 2, n a multiple of width, b's rows as they lie: it is read once, row after row. */
    void (*stream)(int64_t m, int64_t n, int64_t k, const void *a, int64_t row, int64_t column, const void *b, int64_t b_row,
                   void *c, int64_t ldc);
} tf1c_matmul_kernels;

typedef struct tf1c_matmul_level {
    const tf1c_matmul_kernels *float32, *float64;
} tf1c_matmul_level;

extern const tf1c_matmul_level tf1c_matmul_baseline, tf1c_matmul_avx2, tf1c_matmul_avx512;

#endif
