#include "core/map.h"

#include <stdint.h>
#include <string.h>

#include "core/alloc.h"

static size_t hash(const char *key)
{
    uint64_t h = 1469598103934665603u; /* FNV-1a */
    for (; *key; key++)
        h = (h ^ (unsigned char)*key) * 1099511628211u;
    return (size_t)(h ^ (h >> 32));
}

/* The slot that holds key, or the empty one where it would go. */
static struct tf1c_map_slot *find(const tf1c_map *m, const char *key)
{
    size_t i = hash(key) & (m->capacity - 1);
    while (m->slots[i].key && strcmp(m->slots[i].key, key) != 0)
        i = (i + 1) & (m->capacity - 1);
    return &m->slots[i];
}

void *tf1c_map_get(const tf1c_map *m, const char *key) { return m->capacity ? find(m, key)->value : NULL; }

static bool grow(tf1c_map *m)
{
    tf1c_map bigger = { .capacity = m->capacity ? 2 * m->capacity : 64, .count = m->count };
    bigger.slots = tf1c_alloc_zero(bigger.capacity * sizeof *bigger.slots);
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < m->capacity; i++)
        if (m->slots[i].key)
            *find(&bigger, m->slots[i].key) = m->slots[i];
    tf1c_free(m->slots);
    *m = bigger;
    return true;
}

bool tf1c_map_set(tf1c_map *m, const char *key, void *value)
{
    if (2 * (m->count + 1) > m->capacity && !grow(m))
        return false;
    struct tf1c_map_slot *slot = find(m, key);
    if (!slot->key) {
        slot->key = key;
        m->count++;
    }
    slot->value = value;
    return true;
}

void tf1c_map_free(tf1c_map *m)
{
    tf1c_free(m->slots);
    *m = (tf1c_map){ 0 };
}
