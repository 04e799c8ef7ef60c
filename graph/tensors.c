#include "graph/tensors.h"

#include <stdint.h>

#include "core/alloc.h"

enum { FEW = 16 };

static size_t hash(tf_tensor t)
{
    const uint64_t h = ((uint64_t)(uintptr_t)t.op + (uint64_t)(unsigned)t.index) * 0x9E3779B97F4A7C15u;
    return (size_t)(h ^ (h >> 32));
}

/* The slot that holds t, or the free one where it would go. */
static int *slot_of(const tf1c_tensors *s, tf_tensor t)
{
    size_t i = hash(t) & (s->capacity - 1);
    while (s->slots[i] && !tf_same_tensor(s->items[s->slots[i] - 1], t))
        i = (i + 1) & (s->capacity - 1);
    return &s->slots[i];
}

int tf1c_tensors_find(const tf1c_tensors *s, tf_tensor t)
{
    if (s->slots)
        return *slot_of(s, t) - 1;
    for (int i = 0; i < s->n; i++)
        if (tf_same_tensor(s->items[i], t))
            return i;
    return -1;
}

/* Without memory what is there is looked through. */
static void rehash(tf1c_tensors *s)
{
    tf1c_free(s->slots);
    s->capacity = s->capacity ? 2 * s->capacity : 4 * FEW;
    s->slots = tf1c_alloc_zero(s->capacity * sizeof *s->slots);
    for (int i = 0; s->slots && i < s->n; i++)
        *slot_of(s, s->items[i]) = i + 1;
}

int tf1c_tensors_add(tf1c_tensors *s, tf_tensor t)
{
    const int found = tf1c_tensors_find(s, t);
    if (found >= 0)
        return found;
    s->items[s->n++] = t;
    if (s->n > FEW && 2 * (size_t)s->n > s->capacity)
        rehash(s);
    else if (s->slots)
        *slot_of(s, t) = s->n;
    return s->n - 1;
}

void tf1c_tensors_free(tf1c_tensors *s)
{
    tf1c_free(s->slots);
    *s = (tf1c_tensors){ .items = s->items, .n = s->n };
}
