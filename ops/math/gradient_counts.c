/* TF1: math_grad.py SmartBroadcastGradientArgs, _SumGrad; math_ops.py reduced_shape; array_ops.py zeros_like. Each sum names what TF
 * makes in its order. */
#include "ops/math/gradient_counts.h"

#include <stdio.h>

/* TF keeps what it has computed of shapes once; false: this is the first time. */
static bool seen(const char *what, tf_dims a, tf_dims b)
{
    char key[2 * TF_DIMS_TEXT + 16], a_text[TF_DIMS_TEXT], b_text[TF_DIMS_TEXT];
    tf1c_universe *u = tf1c_current_graph()->universe;
    snprintf(key, sizeof key, "%s %s %s", what, tf_dims_text(a, a_text, sizeof a_text), tf_dims_text(b, b_text, sizeof b_text));
    if (tf1c_map_get(&u->shapes_seen, key))
        return true;
    const char *kept = tf1c_graph_strdup(u->root, key);
    if (kept)
        tf1c_map_set(&u->shapes_seen, kept, (void *)1);
    return false;
}

tf1c_broadcast_counts tf1c_count_broadcast(tf_grad_ctx *g, tf_tensor dz, bool short_cut)
{
    const tf_dims x = tf_get_shape(g->in[0]), y = tf_get_shape(g->in[1]), z = tf_get_shape(dz);
    const bool unknown = !tf_dims_fully_known(x) || !tf_dims_fully_known(y);
    tf1c_gradient_reads_shapes(g, unknown ? 2 : 0);
    if (unknown)
        return (tf1c_broadcast_counts){ .args = 3, .dx = 2, .dy = 2 };
    const bool x_is_z = tf_dims_equal(x, z), y_is_z = tf_dims_equal(y, z);
    const int args = (short_cut && x_is_z && y_is_z) || seen("BroadcastGradientArgs", x, y) ? 0 : 3;
    return (tf1c_broadcast_counts){ .args = args, .dx = x_is_z ? 0 : 4, .dy = y_is_z ? 0 : 4 };
}

int tf1c_count_zeros(tf_tensor t)
{
    enum { FILLED = 1000 }; /* from so many elements on, zeros are no Const */
    const tf_dims d = tf_get_shape(t);
    return tf_dims_fully_known(d) && tf_dims_count(d) >= FILLED ? 3 : 1;
}

static bool axes_of(const tf_grad_ctx *g, tf_dims *axes)
{
    tf_ndarray value;
    return tf_constant_value(g->in[1], &value) && tf1c_ints_of_array(value, axes);
}

/* 0, 1, … rank-1 */
static bool is_every_axis(tf_tensor axes, tf_dims d, int rank)
{
    bool every = tf_get_shape(axes).rank == 1 && d.rank == rank;
    for (int i = 0; i < d.rank && every; i++)
        every = d.dims[i] == i;
    return every;
}

int tf1c_count_spread(tf_grad_ctx *g)
{
    enum { RESHAPE = 1, TILE = 1, CONST = 1, QUOTIENT = 3 }; /* of shapes: a number, Maximum, FloorDiv */
    const tf_dims x = tf_get_shape(g->in[0]);
    tf_dims axes;
    tf1c_gradient_reads_shapes(g, 0);
    if (x.known && axes_of(g, &axes)) {
        if (is_every_axis(g->in[1], axes, x.rank)) {
            tf1c_gradient_reads_shape(g, g->in[0]);
            return CONST + RESHAPE + CONST + TILE;
        }
        if (tf_dims_fully_known(x)) /* the shapes as constants, four more the first time; no axes are cast to integers */
            return CONST + RESHAPE + CONST + TILE +
                   (seen("reduced_shape", x, axes) ? 0 : 4 + !axes.rank + TF1C_REDUCED_SHAPE + QUOTIENT);
    }
    tf1c_gradient_reads_shape(g, g->in[0]);
    tf1c_gradient_reads_shapes(g, !x.known); /* the shape's Size */
    tf1c_gradient_reads(g, g->in[1]);
    return 1 + TF1C_REDUCED_SHAPE + QUOTIENT + RESHAPE + TILE;
}
