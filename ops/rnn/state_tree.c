/* States as trees of tensors: making them, looking into them, taking them apart and putting them together. */
#include <stdio.h>
#include <string.h>

#include "ops/rnn/cell.h"

/* How many parts a state has: 0 for one tensor, and for a tuple made by hand without its items. */
static int parts(const tf_state *s) { return s && s->n > 0 && s->items ? s->n : 0; }

/* ---- making ---------------------------------------------------------------------------------------------------------- */

static tf_state *no_state(void)
{
    static _Thread_local tf_state nothing;
    nothing = (tf_state){ .tensor = { .op = tf1c_poison(NULL) } };
    return &nothing;
}

tf_state *tf1c_state_leaf(tf_tensor t)
{
    tf_graph *g = tf1c_current_graph();
    tf_state *s = g ? tf1c_graph_alloc(g, sizeof *s) : NULL;
    if (!s)
        return no_state();
    *s = (tf_state){ .tensor = t };
    return s;
}

tf_state *tf1c_state_of(int n, tf_state *const *items, bool lstm)
{
    tf_graph *g = tf1c_current_graph();
    tf_state *s = g ? tf1c_graph_alloc(g, sizeof *s) : NULL;
    tf_state **copy = s ? tf1c_graph_alloc(g, (size_t)(n + 1) * sizeof *copy) : NULL;
    if (!copy)
        return no_state();
    for (int i = 0; i < n; i++)
        copy[i] = items && items[i] ? items[i] : no_state();
    *s = (tf_state){ .n = n, .lstm = lstm, .items = copy };
    return s;
}

tf_state *tf_state_new_(tf_operand tensor, tf_source here)
{
    return tf1c_state_leaf(tf_convert(tensor, tf_dtype_unset, here, "state"));
}

tf_state *tf_nn_rnn_cell_lstm_state_tuple_(tf_operand c, tf_operand h, tf_source here)
{
    tf_state *parts[2] = { tf_state_new_(c, here), tf_state_new_(h, here) };
    return tf1c_state_of(2, parts, true);
}

tf_state *tf_state_tuple_(int n, tf_state *const *items, tf_source here)
{
    if (n < 0 || (n && !items))
        return tf1c_state_leaf(tf_mistake(tf_value_error, here, NULL, "A tuple of %d states was given without items.", n));
    for (int i = 0; i < n; i++)
        if (!items[i])
            return tf1c_state_leaf(tf_mistake(tf_type_error, here, NULL, "State %d of a tuple of %d is NULL.", i, n));
    return tf1c_state_of(n, items, false);
}

/* ---- looking ------------------------------------------------------------------------------------------------------------ */

static bool is_poisoned(const tf_state *s) { return s && !parts(s) && s->tensor.op && tf_is_poisoned(s->tensor); }

static tf_tensor no_attribute(const tf_state *s, const char *name, tf_source here)
{
    if (is_poisoned(s))
        return s->tensor;
    return tf_mistake(tf_type_error, here, NULL, "'%s' object has no attribute '%s'",
                      !s     ? "NoneType"
                      : s->n ? "tuple"
                             : "Tensor",
                      name);
}

static tf_tensor part(const tf_state *s, int i, const char *name, tf_source here)
{
    if (s && s->lstm && i < parts(s) && s->items[i] && !parts(s->items[i]))
        return s->items[i]->tensor;
    return no_attribute(s, name, here);
}

tf_tensor tf_state_c_(const tf_state *s, tf_source here) { return part(s, 0, "c", here); }
tf_tensor tf_state_h_(const tf_state *s, tf_source here) { return s && !parts(s) ? s->tensor : part(s, 1, "h", here); }

tf_state *tf_state_at_(const tf_state *s, int i, tf_source here)
{
    int at = s && i < 0 ? i + parts(s) : i;
    if (s && at >= 0 && at < parts(s) && s->items[at])
        return s->items[at];
    if (is_poisoned(s))
        return (tf_state *)s;
    if (!parts(s))
        return tf1c_state_leaf(tf_mistake(tf_type_error, here, NULL, "The state is %s, not a tuple: it has no part %d.",
                                          s ? "one tensor" : "NULL", i));
    return tf1c_state_leaf(tf_mistake(tf_value_error, here, NULL, "tuple index out of range: %d in a state of %d", i, s->n));
}

tf_tensor tf_state_tensor_(const tf_state *s, tf_source here)
{
    if (s && !parts(s))
        return tf1c_sound(s->tensor, here);
    if (!s)
        return tf_mistake(tf_type_error, here, NULL, "The state is NULL.");
    return tf_mistake(tf_type_error, here, NULL,
                      "The state is a tuple of %d, not one tensor: tf_state_c, tf_state_h and tf_state_at look into it.", s->n);
}

/* ---- taking apart and putting together ------------------------------------------------------------------------------------ */

int tf1c_state_leaves(const tf_state *s)
{
    if (!parts(s))
        return s ? 1 : 0;
    int leaves = 0;
    for (int i = 0; i < parts(s); i++)
        leaves += tf1c_state_leaves(s->items[i]);
    return leaves;
}

static void append_leaves(const tf_state *s, tf_list *list)
{
    if (s && !parts(s))
        tf_append(list, s->tensor);
    for (int i = 0; i < parts(s); i++)
        append_leaves(s->items[i], list);
}

tf_list tf_state_flatten(const tf_state *s)
{
    tf_list list = { 0 };
    append_leaves(s, &list);
    return list;
}

static tf_state *pack(const tf_state *like, const tf_tensor **leaves)
{
    if (!like)
        return no_state();
    if (!parts(like))
        return tf1c_state_leaf(*(*leaves)++);
    tf_state *s = tf1c_state_of(like->n, like->items, like->lstm);
    for (int i = 0; i < s->n; i++)
        ((tf_state **)s->items)[i] = pack(like->items[i], leaves);
    return s;
}
tf_state *tf1c_state_pack(const tf_state *like, const tf_tensor *leaves) { return pack(like, &leaves); }

tf_state *tf1c_state_for(const tf_state_size *size, tf_tensor every)
{
    if (!size->n)
        return tf1c_state_leaf(every);
    tf_state *s = tf1c_state_of(size->n, NULL, size->lstm);
    for (int i = 0; i < s->n; i++)
        ((tf_state **)s->items)[i] = tf1c_state_for(&size->items[i], every);
    return s;
}

bool tf1c_state_fits(const tf_state *s, const tf_state_size *size)
{
    if (!s || parts(s) != size->n)
        return false;
    for (int i = 0; i < s->n; i++)
        if (!tf1c_state_fits(s->items[i], &size->items[i]))
            return false;
    return true;
}

/* ---- sizes ------------------------------------------------------------------------------------------------------------------ */

tf_state_size tf1c_lstm_size(int64_t c, int64_t h)
{
    tf_graph *g = tf1c_current_graph();
    tf_state_size *parts = g ? tf1c_graph_alloc(g, 2 * sizeof *parts) : NULL;
    if (!parts)
        return (tf_state_size){ .lstm = true }; /* which tf_cell_new refuses */
    parts[0] = (tf_state_size){ .shape = SHAPE(c) };
    parts[1] = (tf_state_size){ .shape = SHAPE(h) };
    return (tf_state_size){ .n = 2, .lstm = true, .items = parts };
}

const char *tf1c_state_size_text(const tf_state_size *size, char *text, size_t n)
{
    char a[96], b[96];
    if (!size->n && size->shape.rank == 1)
        snprintf(text, n, "%lld", (long long)size->shape.dims[0]);
    else if (!size->n)
        tf_dims_text(size->shape, text, n);
    else if (size->lstm)
        snprintf(text, n, "LSTMStateTuple(c=%s, h=%s)", tf1c_state_size_text(&size->items[0], a, sizeof a),
                 tf1c_state_size_text(&size->items[1], b, sizeof b));
    else
        snprintf(text, n, "(%s, … %d)", tf1c_state_size_text(&size->items[0], a, sizeof a), size->n);
    return text;
}
