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
