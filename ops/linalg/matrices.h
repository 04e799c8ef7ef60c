/* Matrices in kernels, one by one in double precision; shared by the files of this room. */
#ifndef TF1C_OPS_LINALG_MATRICES_H
#define TF1C_OPS_LINALG_MATRICES_H

#include "ops/array/array.h"

/* Without the last axes. */
static inline tf_dims outer_dims(tf_dims d, int fewer)
{
    if (d.known)
        d.rank -= fewer;
    return d;
}

static inline int64_t matrices(const tf_view *a) { return product(a->dims, 0, a->rank - 2); }
static inline int64_t side_of(const tf_view *a) { return a->dims[a->rank - 1]; }
static inline int64_t matrix_units(const tf_kernel_ctx *k) { return matrices(&k->in[0]); }

/* Matrix i of rows·columns elements, to and from double precision. */
static inline void load(const tf_view *v, int64_t i, int64_t size, double *to)
{
    for (int64_t j = 0; j < size; j++)
        to[j] = real_at(v, i * size + j);
}
static inline void store(const tf_view *v, int64_t i, int64_t size, const double *from)
{
    for (int64_t j = 0; j < size; j++)
        set_real(v, i * size + j, from[j]);
}

/* linear_algebra.c: a [n, n] becomes an upper triangle by eliminating below the largest element of each column, and b [n, k] goes along;
 * -1 if its rows were exchanged an odd number of times, else 1. */
double tf1c_eliminate(double *a, int64_t n, double *b, int64_t k);
/* Input 0 is square: its side, NONE if it is not known; false after a report. */
bool tf1c_square_in(tf_shape_ctx *c, int64_t *side);

static inline tf_tensor adjoint_of(tf_tensor x) { return tf_matrix_transpose(x); }
static inline int count_adjoint(tf_tensor x) { return tf_get_shape(x).known ? 2 : 14; } /* of an unknown rank the order is computed */

#endif
