/* TF1: functional_ops.py scan, foldl, foldr; map_fn.py; tensor_array_ops.py; control_flow_ops.py while_loop. Each sum names what TF
 * makes in its order. */
#include "ops/control_flow/counts.h"

int tf1c_count_now(void)
{
    const tf_graph *g = tf1c_current_graph();
    return g ? g->universe->last_id : 0;
}

void tf1c_count_as(int n)
{
    const tf_graph *g = tf1c_current_graph();
    if (g)
        g->universe->last_id = n;
}

void tf1c_count_more(int n) { tf1c_count_as(tf1c_count_now() + n); }

tf1c_counted tf1c_counted_over(tf_list elems, int states)
{
    const tf_dims d = elems.n ? tf_get_shape(elems.items[0]) : (tf_dims){ 0 };
    return (tf1c_counted){ .elems = elems.n, .states = states, .known = d.known && d.rank && d.dims[0] > 0 };
}

enum {
    LENGTH = 5,     /* Shape, three numbers, StridedSlice */
    UNSTACKED = 10, /* TensorArray, its length, its range of three, TensorArrayScatter */
    STACKED = 5,    /* TensorArraySize, a range of three, TensorArrayGather */
    READ = 3,       /* TensorArrayRead, its handle and flow entering the loop */
    WRITTEN = 2,    /* TensorArrayWrite, its handle */
    STEP = 2        /* a number, Add or Sub */
};

/* The length: numbers of each array's size and of the most steps, or read once. */
static int length(tf1c_counted c, int arrays) { return c.known ? arrays + 1 : LENGTH; }

/* Of each variable Enter, Merge, Switch and Identity; the condition: two comparisons, LogicalAnd, LoopCond and the length or limit
 * entering; the count of steps. */
static int entered(int variables, bool number_in_condition) { return 4 * variables + 5 + number_in_condition + STEP; }

/* NextIteration, Exit */
static int left(int variables) { return 2 * variables; }

tf1c_counts tf1c_count_scan(tf1c_counted c)
{
    const int variables = 2 + 2 * c.states, at_end = c.reverse && !c.known; /* the last index is computed, each time */
    const int index = at_end ? STEP : 1;
    const int first = c.from_first ? (index + 1) * (c.elems + c.states) : 0;
    return (tf1c_counts){ .begin = tf1c_count_now(),
                          .before = length(c, c.elems + c.states) + UNSTACKED * c.elems + first + c.states +
                                    (at_end ? 2 * STEP : 1) + 1 + entered(variables, c.known || c.reverse) + READ * c.elems,
                          .after = WRITTEN * c.states + STEP + left(variables) + STACKED * c.states };
}

tf1c_counts tf1c_count_map(tf1c_counted c)
{
    const int variables = 2 + c.states;
    return (tf1c_counts){ .begin = tf1c_count_now(),
                          .before = length(c, c.elems + c.states) + UNSTACKED * c.elems + c.states + 1 + 1 +
                                    entered(variables, c.known) + READ * c.elems,
                          .after = WRITTEN * c.states + STEP + left(variables) + STACKED * c.states };
}

tf1c_counts tf1c_count_fold(tf1c_counted c)
{
    const int variables = 2 + c.states;
    const bool computed = c.reverse && !c.known; /* where it begins: from the length */
    const int start = computed ? (c.from_first ? STEP : 0) : 1;
    const int first = c.from_first ? (computed ? 1 : 2) * c.elems : 0;
    return (tf1c_counts){ .begin = tf1c_count_now(),
                          .before = length(c, c.elems) + UNSTACKED * c.elems + start + first + 1 +
                                    entered(variables, c.known || c.reverse) + READ * c.elems + (c.reverse ? STEP : 0),
                          .after = (c.reverse ? 0 : STEP) + left(variables) };
}

/* ---- the way back: control_flow_state.py, control_flow_grad.py, tensor_array_grad.py --------------------------------------- */

enum {
    FORWARD_COUNTER = 8,   /* a number, Enter, Merge, Switch, Add of a number, NextIteration, Exit */
    BACKWARD_COUNTER = 10, /* two numbers' Enter, Merge, GreaterEqual, LoopCond, Switch, Sub, NextIteration, Exit */
    STATE = 5,             /* Enter, Merge, Switch, NextIteration, Exit */
    SUM = 6,               /* Enter, Merge, Switch, Add, NextIteration, Exit */
    ROWS = 3 * 5 + 5,      /* of indices, values and shape; two Concat and their axes, Maximum */
    KEPT = 4,              /* StackV2 of a size, StackPush; StackPop. It enters each loop and each way back */
    GUARDED = 2,           /* in a branch: a Switch of the stack, there and back */
    IN_ORDER = 1,          /* what all pops wait for, and what all pushes in branches do */
    ARRAY = 3,             /* TensorArrayGrad, Identity, and what writes or reads there */
    DENSE = 5,             /* the shape's first of three, UnsortedSegmentSum */
    GATED = 3              /* what two gradients wait for, an Identity of each */
};

/* Zeros by which a state is patched, of sums and of rows, of unknown shape (constants where it is known): Shape, a number, Fill; that
 * enters; StridedSlice of three and Concat with a number along an axis between, and constants for indices and the shape. */
static const int patch[2] = { 3 + 1, 1 }, sum_zeros[2] = { 3, 1 }, row_zeros[2] = { 3 + 7 + 2, 1 + 2 };

static int of_each(const int n[2], const int operations[2], int more)
{
    return n[0] * (operations[0] + more) + n[1] * (operations[1] + more);
}

/* Around the loop and in it; there the handle enters, of one that was read the flow too, whose gradient is a sum. */
static int count_arrays(tf1c_back b, int gated)
{
    const int first = b.from_first ? ARRAY : 0, first_written = b.from_first ? ARRAY + gated + 1 : 0; /* AddN with the state's */
    const int read = 2 * ARRAY + 2 + sum_zeros[1] + SUM + gated, written = 2 * ARRAY + 1 + STATE + 2 * gated;
    return b.read * (read + first) + b.written * (written + first_written);
}

int tf1c_count_loop_back(tf1c_back b)
{
    const int gated = b.gated ? GATED : 0, index = b.read || b.written; /* of an array's element */
    const int kept = b.reads->values + b.reads->made + index, guarded = b.in_branch ? GUARDED : 0;
    const int zeros = b.zeros + b.zeros_of_shape * (b.loops > 1 ? sum_zeros[0] : 1 /* ZerosLike */);
    return FORWARD_COUNTER + BACKWARD_COUNTER + zeros + b.unused + b.states * (STATE + gated) + of_each(b.patched, patch, 0) +
           of_each(b.sums, sum_zeros, SUM) + of_each(b.rows, row_zeros, ROWS) + b.dense * DENSE + count_arrays(b, gated) +
           b.arrays_ended * ARRAY + kept * (KEPT + 2 * b.loops + guarded) +
           (kept ? IN_ORDER + b.in_branch /* the predicate enters */ : 0) + b.reads->in_branches * IN_ORDER + b.reads->captured +
           b.reads->constants;
}

/* Of each captured tensor the other branch's zeros, and Merge. In a loop the zeros are made and switched, or of the shape that the other
 * branch would have had: Switch, Shape, the shape kept, Fill of a number. */
int tf1c_count_branch_back(tf1c_branch_back b)
{
    enum { SWITCHED = 1, ZEROS = 5 /* Switch, Identity, Shape, Fill of a number */, MERGED = 1 };
    const int stack = KEPT + 2 * b.loops, switched = b.results * (SWITCHED + (b.gated ? GATED : 0));
    if (!b.loops)
        return switched + (b.captured[0] + b.captured[1]) * (ZEROS + MERGED);
    return switched + b.captured[1] * (2 + MERGED) + b.captured[0] * (4 + stack + 1 + MERGED) + b.kept * (stack + GUARDED) +
           b.constants;
}
