/* How many operations TF makes of a loop or branch, and of its gradient: an op's seed is their number before it, inside bodies and after
 * them. Of gradients these counts are TF's but where they run through a TensorArray of the user's, a loop or branch within a branch of a
 * loop's step, or an op in a body whose gradient function does not say what TF's reads (tf1c_gradient_reads) and reads something else. */
#ifndef TF1C_OPS_CONTROL_FLOW_COUNTS_H
#define TF1C_OPS_CONTROL_FLOW_COUNTS_H

#include "graph/loop.h"

/* Around the functions of the user's, whose operations, and what they capture, count as they are made. */
typedef struct {
    int begin;  /* what was made before the loop */
    int before; /* what TF makes up to the function */
    int after;  /* and after it */
} tf1c_counts;

typedef struct {
    int elems, states;
    bool known;      /* how many elements there are, while the graph is built */
    bool from_first; /* no initializer: the first element is the state */
    bool reverse;
} tf1c_counted;

/* Of the graph as it is now. */
tf1c_counts tf1c_count_scan(tf1c_counted c);
tf1c_counts tf1c_count_fold(tf1c_counted c);
tf1c_counts tf1c_count_map(tf1c_counted c); /* states: results */
tf1c_counted tf1c_counted_over(tf_list elems, int states);

/* Of a loop's gradient: beside what its body's operations make, which count as they are made. Numbers of two, of unknown shape and of
 * known. */
typedef struct {
    bool gated, from_first, in_branch;
    int states, unused; /* variables that a gradient flows back through; those, and arrays, in which it ends at once */
    int zeros, zeros_of_shape; /* that flow in where nothing else does: operations; those of unknown shape */
    int patched[2];     /* states whose next value is made of something else */
    int sums[2], rows[2]; /* over steps, for what was captured: dense, IndexedSlices */
    int read, written;    /* TensorArrays */
    int arrays_ended;     /* TensorArrays whose gradients end at the loop */
    int dense;            /* gradients of states and elements that were rows */
    int loops; /* that are gone back through, one in the other, this the innermost */
    const tf1c_reads *reads;
} tf1c_back;
int tf1c_count_loop_back(tf1c_back b);

/* Of a branch's: results that something flows back into, captured tensors to which it does; in loops, what is kept within it. */
typedef struct {
    bool gated;
    int results, captured[2], loops, kept, constants;
} tf1c_branch_back;
int tf1c_count_branch_back(tf1c_branch_back b);
void tf1c_branch_makes(tf_tensor result, int more); /* its gradient will: TF has several branches where we make this one */

int tf1c_count_now(void);
void tf1c_count_as(int n);   /* so many have been made */
void tf1c_count_more(int n); /* that TF makes and we do not */

#endif
