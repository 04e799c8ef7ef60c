/* Feeds and fetches as values: what FEED and FETCH are made of, and feed dictionaries. */
#include <limits.h>
#include <string.h>

#include "session/plan/plan.h"
#include "session/run.h"

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

tf_operand tf_fed_array_(tf_ndarray a) { return (tf_operand){ .kind = TF_OPERAND_ARRAY, .as.array = a }; }

/* ---- the last FEEDs of a thread ---------------------------------------------------------------------------------------- */

enum { KEPT = 32, PAIRS = 16 };
typedef struct {
    int serial; /* which FEED of the thread */
    tf_feed items[PAIRS];
    char *literals; /* their arrays' elements */
    size_t room;
} kept_feeds;
typedef struct {
    int serial;
    kept_feeds kept[KEPT];
} feed_ring;

static pthread_key_t ring_key;
static pthread_once_t ring_once = PTHREAD_ONCE_INIT;

static void free_ring(void *of_thread)
{
    feed_ring *ring = of_thread;
    for (int i = 0; ring && i < KEPT; i++)
        tf1c_free(ring->kept[i].literals);
    tf1c_free(ring);
}
static void make_ring_key(void) { pthread_key_create(&ring_key, free_ring); }
__attribute__((destructor)) static void free_ring_of_main(void)
{
    pthread_once(&ring_once, make_ring_key);
    free_ring(pthread_getspecific(ring_key));
    pthread_setspecific(ring_key, NULL);
}

static feed_ring *ring_of_thread(void)
{
    pthread_once(&ring_once, make_ring_key);
    feed_ring *ring = pthread_getspecific(ring_key);
    if (!ring && (ring = tf1c_alloc_zero(sizeof *ring)))
        pthread_setspecific(ring_key, ring);
    return ring;
}

static bool is_literal(const tf_feed *f) { return f->value.kind == TF_OPERAND_ARRAY && f->value.as.array.literal; }
static size_t literal_size(const tf_feed *f) { return is_literal(f) ? (np_nbytes(f->value.as.array) + 15) / 16 * 16 : 0; }

static bool keep_literals(kept_feeds *k, int n)
{
    size_t size = 0, at = 0;
    for (int i = 0; i < n; i++)
        size += literal_size(&k->items[i]);
    if (!tf1c_grow_buffer(&k->literals, &k->room, size))
        return false;
    for (int i = 0; i < n; i++) {
        tf_ndarray *a = &k->items[i].value.as.array;
        if (!is_literal(&k->items[i]) || !a->data)
            continue;
        a->data = memcpy(k->literals + at, a->data, np_nbytes(*a));
        at += literal_size(&k->items[i]);
    }
    return true;
}

tf_feeds tf_feeds_keep_(int n, const tf_feed *items)
{
    const tf_feeds as_given = { .n = n, .items = items };
    feed_ring *ring = n > 0 && n <= PAIRS && items ? ring_of_thread() : NULL;
    if (!ring)
        return as_given;
    ring->serial = ring->serial == INT_MAX ? 1 : ring->serial + 1;
    kept_feeds *k = &ring->kept[ring->serial % KEPT];
    k->serial = 0;
    memcpy(k->items, items, (size_t)n * sizeof *items);
    if (!keep_literals(k, n))
        return as_given;
    k->serial = ring->serial;
    return (tf_feeds){ n, items, -ring->serial };
}

tf_feeds tf1c_kept_feeds(tf_feeds feeds)
{
    if (feeds.capacity >= 0)
        return feeds;
    pthread_once(&ring_once, make_ring_key);
    const feed_ring *ring = pthread_getspecific(ring_key);
    const int serial = feeds.capacity == INT_MIN ? 0 : -feeds.capacity;
    const kept_feeds *k = ring ? &ring->kept[serial % KEPT] : NULL;
    return k && k->serial == serial && serial && feeds.n <= PAIRS ? (tf_feeds){ .n = feeds.n, .items = k->items }
                                                                  : (tf_feeds){ .n = feeds.n, .items = feeds.items };
}

/* ---- dictionaries ------------------------------------------------------------------------------------------------------ */

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
    if (feeds)
        *feeds = tf1c_kept_feeds(*feeds);
    if (!feeds || feeds->n < 0 || (feeds->n && !feeds->items))
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
        for (int i = 0; i < feeds->n && !feeds->capacity; i++)
            if (!own_literal(&items[i].value))
                items[i].value.as.array = (tf_ndarray){ .literal = true }; /* reported; fed, it says that it holds no data */
        if (feeds->capacity)
            tf1c_free((void *)feeds->items);
        *feeds = (tf_feeds){ feeds->n, items, capacity };
    }
    ((tf_feed *)feeds->items)[feeds->n++] = (tf_feed){ .tensor = tensor, .value = value };
    return tf_ok;
}

tf_status tf_feed_set_at_(tf_feeds *feeds, tf_tensor tensor, tf_operand value, tf_source here)
{
    TF_FROM(here);
    return tf_feed_set_(feeds, tensor, value);
}

void tf_feeds_free(tf_feeds *feeds)
{
    if (!feeds)
        return;
    for (int i = 0; i < feeds->n && feeds->capacity > 0 && feeds->items; i++)
        release_literal(&feeds->items[i]);
    if (feeds->capacity > 0)
        tf1c_free((void *)feeds->items);
    *feeds = (tf_feeds){ 0 };
}
