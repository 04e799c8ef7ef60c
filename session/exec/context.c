/* Contexts: kept by their session from run to run, so that a run at known shapes allocates nothing. */
#include "session/exec/context.h"

#include <string.h>

/* Whether b's arena suits better: the smallest that is large enough, or the largest of those that are not. */
static bool suits_better(const tf1c_context *a, const tf1c_context *b, size_t arena)
{
    const bool a_fits = a->arena_size >= arena, b_fits = b->arena_size >= arena;
    return a_fits != b_fits ? b_fits : b_fits == (b->arena_size < a->arena_size);
}

tf1c_context *tf1c_context_borrow(tf1c_context **pool, size_t arena)
{
    tf1c_context **best = pool, *x = *pool;
    for (tf1c_context **at = pool; *at; at = &(*at)->next)
        if (suits_better(*best, *at, arena))
            best = at;
    if (x) {
        x = *best;
        *best = x->next;
        x->next = NULL;
        tf1c_string_heap_clear(&x->strings);
        return x;
    }
    x = tf1c_alloc_buffer(sizeof *x); /* whose barrier has cache lines of its own */
    if (x) {
        memset(x, 0, sizeof *x);
        tf1c_string_heap_init(&x->strings);
    }
    return x;
}

void tf1c_context_give_back(tf1c_context **pool, tf1c_context *x)
{
    for (tf1c_context *next; x; x = next) {
        next = x->next;
        x->next = *pool;
        *pool = x;
    }
}

bool tf1c_context_fit_feeds(tf1c_context *x, int n, tf_source here)
{
    if (n <= x->feeds_capacity)
        return true;
    tf_ndarray *feeds = tf1c_realloc(x->feeds, (size_t)n * sizeof *feeds);
    if (!feeds)
        return !tf_fail(tf_memory_error, here, NULL, "no memory left for a run");
    x->feeds = feeds;
    x->feeds_capacity = n;
    return true;
}

static bool fit_slots(tf1c_context *x, int n)
{
    if (n <= x->slots_capacity)
        return true;
    char **slots = tf1c_realloc(x->slots, (size_t)n * sizeof *slots);
    if (!slots)
        return false;
    x->slots = slots;
    x->slots_capacity = n;
    return true;
}

bool tf1c_context_fit(tf1c_context *x, const tf1c_binding *b, tf_source here)
{
    if (fit_slots(x, b->n_slots * b->n_shards) /* each worker has its own */
        && tf1c_grow_buffer(&x->arena, &x->arena_size, b->arena_size) &&
        tf1c_grow_buffer(&x->snapshot, &x->snapshot_size, b->snapshot_bytes))
        return true;
    tf_fail(tf_memory_error, here, NULL, "no memory left for a run (%zu bytes)", b->arena_size + b->snapshot_bytes);
    return false;
}

void tf1c_contexts_free(tf1c_context *pool)
{
    for (tf1c_context *x = pool, *next; x; x = next) {
        next = x->next;
        tf1c_free(x->arena);
        tf1c_free(x->slots);
        tf1c_free(x->staging);
        tf1c_free(x->snapshot);
        tf1c_free(x->feeds);
        tf1c_string_heap_free(&x->strings);
        tf1c_free(x);
    }
}
