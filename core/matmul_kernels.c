/* One level of matrix products: tiles of ROWS × two vectors, held in registers while they walk down a panel.
 *
 * What was found, as a share of the multiply-add peak of one thread (Zen 5, 512-bit units; k 128 to 784, m 128):
 * - 12 × 32 for AVX-512 and 6 × 16 for AVX2 reach 0.98 on packed panels: a step loads 2 vectors and ROWS broadcasts for 2 · ROWS
 *   multiply-adds. A broadcast is loaded once for both vectors; as an operand of each it would double the loads.
 * - Rows of a as they lie cost nothing more while they are less than FAR (matmul.c) apart and reached from a few pointers; with a
 *   distance for each row in a register some went through vector registers and the stack, each step. Rows a power of two apart
 *   push each other, and the panel, out of L1: 1024³ 0.85 as they lie, 0.88 packed.
 * - Transposing b into panels by fours, in registers, goes at three times the rate of a scalar transposition. Up to FEW rows
 *   reading b as it lies is faster than packing it, and for one or two rows walking along its rows: 2048 × 1024 floats at 110
 *   gigabytes a second against 25 through packing. Six rows at a time: rows that are a power of two apart share one set of an
 *   L1 of eight ways with the results, and eight of them go at 64 gigabytes a second where six go at 77 (Zen 4).
 * - Three to six rows of b as it lies: two vectors of each row of b are two lines of another page, at 50 gigabytes a second of 120;
 *   as many vectors as there are registers for (8, 6, 4, 4) are read at 77 to 90.
 * - Less than eight sums at a time (one to three rows) wait for each other: the last rows go in two even tiles, the last columns
 *   in a tile of one vector if they fit. */
#include "core/matmul_kernels.h"

#include <stdbool.h>
#include <string.h>

#include "core/vector.h"

enum { ROWS = VF_WIDTH == 16 ? 12 : VF_WIDTH == 8 ? 6 : 4, MOST_FEW = 6 };

/* The last rows in two even tiles: a tile of one or two rows would wait for its own sums. */
static int next_tile(int64_t left) { return (int)(left <= ROWS ? left : left < 2 * ROWS ? (left + 1) / 2 : ROWS); }

#ifdef __clang__
#define SHUFFLE4(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#define SHUFFLE2(a, b, i, j) __builtin_shufflevector(a, b, i, j)
#else
typedef int32_t four __attribute__((vector_size(16)));
typedef int64_t two __attribute__((vector_size(16)));
#define SHUFFLE4(a, b, i, j, k, l) __builtin_shuffle(a, b, (four){ i, j, k, l })
#define SHUFFLE2(a, b, i, j) __builtin_shuffle(a, b, (two){ i, j })
#endif

#define REAL float
#define VECTOR vf
#define WIDTH VF_WIDTH
#define NAME(id) id##_f32
#define LOAD load
#define STORE store
#define SPLAT splat
#define FMA fma_
#define TURN(r)                                                                                            \
    do {                                                                                                   \
        const quad_f32 low0 = SHUFFLE4(r[0], r[1], 0, 4, 1, 5), low1 = SHUFFLE4(r[2], r[3], 0, 4, 1, 5);   \
        const quad_f32 high0 = SHUFFLE4(r[0], r[1], 2, 6, 3, 7), high1 = SHUFFLE4(r[2], r[3], 2, 6, 3, 7); \
                                                                                                           \
        r[0] = SHUFFLE4(low0, low1, 0, 1, 4, 5);                                                           \
        r[1] = SHUFFLE4(low0, low1, 2, 3, 6, 7);                                                           \
        r[2] = SHUFFLE4(high0, high1, 0, 1, 4, 5);                                                         \
        r[3] = SHUFFLE4(high0, high1, 2, 3, 6, 7);                                                         \
    } while (0)
#include "core/matmul_tiles.h"
#undef REAL
#undef VECTOR
#undef WIDTH
#undef NAME
#undef LOAD
#undef STORE
#undef SPLAT
#undef FMA
#undef TURN

#define REAL double
#define VECTOR vd
#define WIDTH VD_WIDTH
#define NAME(id) id##_f64
#define LOAD load_d
#define STORE store_d
#define SPLAT splat_d
#define FMA fma_d
#define TURN(r)                                          \
    do {                                                 \
        const quad_f64 low = SHUFFLE2(r[0], r[1], 0, 2); \
                                                         \
        r[1] = SHUFFLE2(r[0], r[1], 1, 3);               \
        r[0] = low;                                      \
    } while (0)
#include "core/matmul_tiles.h"

#define LEVEL_(prefix, level) prefix##level
#define LEVEL(prefix, level) LEVEL_(prefix, level)
const tf1c_matmul_level LEVEL(tf1c_matmul_, TF1C_VEC_LEVEL) = { &kernels_f32, &kernels_f64 };
