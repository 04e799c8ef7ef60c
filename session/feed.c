/* Feeds and fetches as values: what FEED and FETCH are made of, and feed dictionaries. */
#include <string.h>

#include "session/plan/plan.h"

tf_fetch tf_fetch_tensor(tf_tensor t) { return (tf_fetch){ .tensor = t, .op = tf_tensor_op(t) }; }
tf_fetch tf_fetch_op(tf_operation *op) { return (tf_fetch){ .op = tf_op_same(op) }; }
static tf_fetch into(tf_fetch f, tf_into kind, void *out)
{
    f.into = out ? kind : TF_INTO_NOTHING;
    f.out = out;
    return f;
}
tf_fetch tf_into_float(tf_fetch f, float *out) { return into(f, TF_INTO_FLOAT, out); }
tf_fetch tf_into_double(tf_fetch f, double *out) { return into(f, TF_INTO_DOUBLE, out); }
tf_fetch tf_into_int32(tf_fetch f, int32_t *out) { return into(f, TF_INTO_INT32, out); }
tf_fetch tf_into_int64(tf_fetch f, int64_t *out) { return into(f, TF_INTO_INT64, out); }
tf_fetch tf_into_bool(tf_fetch f, bool *out) { return into(f, TF_INTO_BOOL, out); }
tf_fetch tf_into_array(tf_fetch f, tf_ndarray *out) { return into(f, TF_INTO_ARRAY, out); }
tf_fetch tf_into_nothing(tf_fetch f, void *out) { return into(f, TF_INTO_NOTHING, out); }

/* A literal is gone at the end of its block: the dictionary keeps a copy, which it owns. */
static bool own_literal(tf_operand *value)
{
    tf_ndarray *a = &value->as.array;
    if (value->kind != TF_OPERAND_ARRAY || !a->literal)
        return true;
    *a = np_copy(*a);
    a->literal = true;
    return a->memory;
}

static void release_literal(const tf_feed *f)
{
    tf_ndarray a = f->value.as.array;
    if (f->value.kind == TF_OPERAND_ARRAY && a.literal)
        np_free(&a);
}

tf_status tf_feed_set_(tf_feeds *feeds, tf_tensor tensor, tf_operand value)
{
    if (!feeds || feeds->n < 0 || feeds->capacity < 0 || (feeds->n && !feeds->items))
        return tf_fail(tf_value_error, (tf_source){ 0 }, NULL, "The feeds are NULL, or have no items.");
    if (!own_literal(&value))
        return tf_memory_error;
    if (feeds->n >= feeds->capacity) {
        int capacity = feeds->n < 8 ? 16 : 2 * feeds->n;
        tf_feed *items = tf1c_alloc((size_t)capacity * sizeof *items);
        if (!items) {
            release_literal(&(tf_feed){ .value = value });
            return tf_fail(tf_memory_error, (tf_source){ 0 }, NULL, "no memory left for the feeds");
        }
        if (feeds->n)
            memcpy(items, feeds->items, (size_t)feeds->n * sizeof *items);
        if (feeds->capacity)
            tf1c_free((void *)feeds->items);
        *feeds = (tf_feeds){ feeds->n, items, capacity };
    }
    ((tf_feed *)feeds->items)[feeds->n++] = (tf_feed){ .tensor = tensor, .value = value };
    return tf_ok;
}

void tf_feeds_free(tf_feeds *feeds)
{
    if (!feeds)
        return;
    for (int i = 0; i < feeds->n && feeds->capacity && feeds->items; i++)
        release_literal(&feeds->items[i]);
    if (feeds->capacity > 0)
        tf1c_free((void *)feeds->items);
    *feeds = (tf_feeds){ 0 };
}
