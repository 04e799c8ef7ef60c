/* Random programs: each builds a graph of operations whose operands fit. Not a test by itself. */
#ifndef TF1C_TESTS_DIFFERENTIAL_PROGRAM_H
#define TF1C_TESTS_DIFFERENTIAL_PROGRAM_H

#include "exchange/cases.h"

enum { MOST_VALUES = 64, MOST_OFFERED = 256 };

/* What has been made so far. The same seed makes the same program again; the second time inputs may be of unknown shape, and what fits
 * is decided by the shapes of the first. */
typedef struct {
    uint64_t state;
    exchange_case *c;
    tf_tensor values[MOST_VALUES];
    tf_dims shapes[MOST_VALUES]; /* as the first time */
    int n, offered;
    bool kept[MOST_OFFERED]; /* as the first time */
    bool again;
    bool forget; /* shapes of inputs */
} program;

int rnd(program *p, int n); /* 0 … n-1 */
bool chance(program *p, int percent);
void keep(program *p, tf_tensor t);
/* The place of a value of one of those dtypes and at least that rank; -1: there is none. */
int pick(program *p, tf_dtypes dtypes, int rank);
tf_dims small_shape(program *p, int least_rank, int most_rank);
tf_tensor new_input(program *p, tf_dtype dtype, tf_dims shape, int low, int high);

void add_op(program *p);      /* one operation, or some that belong together; nothing where none fits */
void add_loop(program *p);    /* scan, map_fn, foldl, foldr, while_loop, cond */
tf_tensor small_step(program *p, tf_tensor s, tf_tensor x, tf_tensor w); /* of one shape all; between -1 and 1 */

#endif
