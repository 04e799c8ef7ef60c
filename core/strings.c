/* Arrays of strings: their elements, and copies that own the bytes too. */
#include "core/strings.h"

#include <string.h>

#include "core/alloc.h"

tf_ndarray np_strings_(tf_bytes *into, const char *const *from, int64_t n)
{
    if (!into || !from)
        n = 0;
    for (int64_t i = 0; i < n; i++)
        into[i] = (tf_bytes){ from[i] ? from[i] : "", from[i] ? strlen(from[i]) : 0 };
    return np_literal_(into, tf_string, SHAPE(n < 0 ? 0 : n));
}

tf_bytes np_string(tf_ndarray a, int64_t flat)
{
    const tf_bytes none = { "", 0 };
    if (a.dtype != tf_string || !a.data || flat < 0 || flat >= np_size(a))
        return none;
    const tf_bytes s = ((const tf_bytes *)a.data)[flat];
    return s.data ? s : none;
}

bool tf1c_bytes_equal(tf_bytes a, tf_bytes b) { return a.size == b.size && (!a.size || memcmp(a.data, b.data, a.size) == 0); }

int tf1c_bytes_order(tf_bytes a, tf_bytes b)
{
    const size_t n = a.size < b.size ? a.size : b.size;
    const int order = n ? memcmp(a.data, b.data, n) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

size_t tf1c_strings_room(int64_t n, const tf_bytes *from)
{
    size_t room = (size_t)n * sizeof *from;
    for (int64_t i = 0; i < n; i++) {
        if (from[i].size > SIZE_MAX / 2 - room)
            return SIZE_MAX;
        room += from[i].size + 1;
    }
    return room;
}

void tf1c_strings_copy(int64_t n, const tf_bytes *from, void *room)
{
    tf_bytes *to = room;
    char *text = (char *)(to + n);
    for (int64_t i = 0; i < n; i++) {
        if (from[i].size)
            memcpy(text, from[i].data, from[i].size);
        text[from[i].size] = '\0';
        to[i] = (tf_bytes){ text, from[i].size };
        text += from[i].size + 1;
    }
}

/* ---- what kernels make ----------------------------------------------------------------------------------------------------- */

void tf1c_string_heap_init(tf1c_string_heap *h) { pthread_mutex_init(&h->lock, NULL); }

char *tf1c_string_heap_alloc(tf1c_string_heap *h, size_t size)
{
    pthread_mutex_lock(&h->lock);
    char *p = tf1c_arena_alloc(&h->arena, size);
    pthread_mutex_unlock(&h->lock);
    return p;
}

void tf1c_string_heap_clear(tf1c_string_heap *h) { tf1c_arena_free(&h->arena); }

void tf1c_string_heap_free(tf1c_string_heap *h)
{
    tf1c_arena_free(&h->arena);
    pthread_mutex_destroy(&h->lock);
}
