/* Lists of tensors, and the mistakes that stand for tensors that could not be made. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "graph/node.h"

tf_tensor tf_mistake(tf_status code, tf_source here, const char *op, const char *format, ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format ? format : "(null)", args);
    va_end(args);
    tf_fail(code, tf1c_source(here), op, "%s", message);
    return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) };
}

/* More of them than any list has, a count gone wrong, are as many as there are ready. */
enum { MOST_MISTAKES = 1 << 20 };

tf_list tf_mistake_list(int n, tf_tensor poison)
{
    n = n < 1 ? 1 : n;
    if (!tf_is_poisoned(poison) || !poison.op)
        poison = (tf_tensor){ .op = tf1c_poison(tf1c_current_graph()) };
    tf_graph *g = poison.op->graph ? poison.op->graph : tf1c_current_graph();
    tf_tensor *items = n > MOST_MISTAKES ? NULL : tf1c_graph_alloc(g, (size_t)n * sizeof *items);
    for (int i = 0; items && i < n; i++)
        items[i] = poison;
    return items ? (tf_list){ .n = n, .items = items } : tf1c_poison_list(n);
}

tf_list tf_list_new_(int n, const tf_tensor *items, tf_source here)
{
    if (n < 0 || (n > 0 && !items))
        return tf1c_sound_list((tf_list){ .n = n, .items = items }, here);
    tf_graph *g = n > 0 && items[0].op && items[0].op->graph ? items[0].op->graph : tf1c_current_graph();
    tf_tensor *copy = g ? tf1c_graph_alloc(g, (size_t)n * sizeof *copy + 1) : NULL;
    if (!copy)
        return tf1c_poison_list(n);
    if (n)
        memcpy(copy, items, (size_t)n * sizeof *copy);
    return (tf_list){ .n = n, .items = copy };
}

/* The dtype of the first tensor, if it is one that numbers of that kind may take; else what they are alone. */
static tf_dtype dtype_beside(int n, const tf_operand *items, const tf_operand *number)
{
    const tf_dtypes fitting = number->kind == TF_OPERAND_INTEGER ? TF_INDEX : number->kind == TF_OPERAND_REAL ? TF_FLOATING : 0;
    for (int i = 0; i < n; i++)
        if (items[i].kind == TF_OPERAND_TENSOR && items[i].as.tensor.op) {
            const tf_dtype dtype = tf_get_dtype(items[i].as.tensor);
            return fitting & TF_DTYPE_BIT(dtype) ? dtype : tf_dtype_unset;
        }
    return tf_dtype_unset;
}

tf_list tf_list_of_(int n, const tf_operand *items, tf_source here)
{
    enum { MOST = 32 };
    tf_tensor tensors[MOST];
    TF_FROM(here);
    for (int i = 0; items && i < n && i < MOST; i++) {
        const tf_operand *o = &items[i];
        tensors[i] = o->kind == TF_OPERAND_TENSOR ? o->as.tensor : tf_convert(*o, dtype_beside(n, items, o), here, NULL);
        if ((o->kind == TF_OPERAND_INTEGER || o->kind == TF_OPERAND_REAL || o->kind == TF_OPERAND_BOOL) &&
            !tf_is_poisoned(tensors[i]))
            tensors[i].op->of_list = true;
    }
    return tf_list_new_(n > MOST ? -1 : n, items ? tensors : NULL, here);
}

tf_list tf_list_of_any_(tf_operand x, tf_source here)
{
    return x.kind == TF_OPERAND_LIST ? tf1c_sound_list(x.as.list, here) : tf_list_of_(1, &x, here);
}

tf_tensor tf_at_(tf_list list, int i, tf_source here)
{
    if (list.n < 0 || (list.n && !list.items))
        list = tf1c_sound_list(list, here);
    int at = i < 0 ? i + list.n : i;
    if (at < 0 || at >= list.n)
        return tf_mistake(tf_value_error, here, NULL, "list index out of range: %d in a list of %d", i, list.n);
    return tf1c_is_operation(list.items[at]) ? list.items[at] : tf1c_sound(list.items[at], here);
}

tf_tensor tf_item_of_tensor_(tf_tensor t) { return t; }
tf_tensor tf_item_of_op_(tf_operation *op) { return (tf_tensor){ .op = tf_op_same(op) }; }

void tf_append_(tf_list *list, tf_tensor tensor, tf_source here)
{
    if (!list) {
        tf_fail(tf_value_error, tf1c_source(here), NULL, "tf_append was given no list (NULL).");
        return;
    }
    if (list->n < 0 || (list->n && !list->items) || list->capacity < 0)
        *list = tf1c_sound_list((tf_list){ .n = list->n, .items = list->items }, here);
    tf_graph *g = tensor.op && tensor.op->graph ? tensor.op->graph : tf1c_current_graph();
    if (list->n >= list->capacity) {
        int capacity = list->n < 4 ? 8 : 2 * list->n;
        tf_tensor *items = g ? tf1c_graph_alloc(g, (size_t)capacity * sizeof *items) : NULL;
        if (!items) {
            *list = tf1c_poison_list(list->n + 1);
            return;
        }
        if (list->n)
            memcpy(items, list->items, (size_t)list->n * sizeof *items);
        *list = (tf_list){ .n = list->n, .items = items, .capacity = capacity };
    }
    ((tf_tensor *)list->items)[list->n++] = tensor;
}
