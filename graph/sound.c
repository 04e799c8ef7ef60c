/* Handles and operands that programs made by hand: what no builder may follow becomes a mistake at the caller's line. */
#include "graph/node.h"

bool tf1c_has_output(tf_tensor t) { return t.op && (tf1c_is_mistake(t.op) || (t.index >= 0 && t.index < t.op->n_outputs)); }

tf_tensor tf1c_sound(tf_tensor t, tf_source here)
{
    if (!t.op || tf1c_has_output(t))
        return t;
    if (tf1c_is_operation(t))
        return tf_mistake(tf_type_error, here, NULL,
                          "Can't convert Operation '%s' to Tensor (target dtype=None, name=None, as_ref=False)", t.op->name);
    return tf_mistake(tf_value_error, here, NULL, "'%s:%d' does not exist: the operation '%s' has %d outputs.", t.op->name, t.index,
                      t.op->name, t.op->n_outputs);
}

static tf_tensor refuse_list(int n, tf_source here)
{
    return tf_mistake(tf_value_error, here, NULL,
                      n < 0 ? "a list of %d tensors was given" : "a list of %d tensors has no items (NULL)", n);
}

tf_list tf1c_sound_list(tf_list list, tf_source here)
{
    if (list.n == 0)
        list = tf1c_given_list((tf_list){ .alone = list.alone }, here);
    if (list.n == 0)
        return (tf_list){ 0 };
    if (list.n < 0 || !list.items)
        return tf_mistake_list(1, refuse_list(list.n, here));
    for (int i = 0; i < list.n; i++)
        if (list.items[i].op && !tf1c_has_output(list.items[i]))
            return tf_mistake_list(list.n, tf1c_sound(list.items[i], here));
    return list;
}

tf_list tf1c_list_or(tf_list given, tf_list (*all)(void), tf_source here)
{
    given = tf1c_given_list(given, here);
    return given.n || given.items ? tf1c_sound_list(given, here) : all();
}

static bool known_rank(tf_dims d) { return !d.known || (d.rank >= 0 && d.rank <= TF_MAX_RANK); }

static tf_operation *refuse(tf_source here, const char *message) { return tf_mistake(tf_type_error, here, NULL, "%s", message).op; }

tf_operation *tf1c_unsound(const tf_operand *o, tf_source here)
{
    const tf_ndarray *a = &o->as.array;
    switch (o->kind) {
    case TF_OPERAND_NONE:
    case TF_OPERAND_INTEGER:
    case TF_OPERAND_REAL:
    case TF_OPERAND_BOOL: return NULL;
    case TF_OPERAND_TENSOR: return tf1c_has_output(o->as.tensor) || !o->as.tensor.op ? NULL : tf1c_sound(o->as.tensor, here).op;
    case TF_OPERAND_LIST: {
        tf_list sound = tf1c_sound_list(o->as.list, here);
        return sound.items == o->as.list.items || !sound.n ? NULL : sound.items[0].op;
    }
    case TF_OPERAND_DIMS: return known_rank(o->as.dims) ? NULL : refuse(here, "a shape of a rank that no shape has was given");
    case TF_OPERAND_ARRAY:
        if (a->shape.known && (!tf_dims_fully_known(a->shape) || !tf_dtype_size(a->dtype)))
            return refuse(here, "an array of a dtype or shape that no array has was given");
        return NULL;
    case TF_OPERAND_STATE: return refuse(here, "the arrays of a state are fed; they are no tensor");
    }
    return refuse(here, "an operand of no known kind was given");
}

tf_operand tf1c_sound_operand(tf_operand o, tf_source here)
{
    tf_operation *mistake = tf1c_unsound(&o, here);
    return mistake ? tf_operand_tensor((tf_tensor){ .op = mistake }) : o;
}
