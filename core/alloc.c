/* Memory: malloc behind a hook, and the bump allocator. */
#include "core/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { BUFFER_ALIGN = 64, HUGE_PAGE = 2 << 20, ARENA_ALIGN = 16, ARENA_FIRST = 8 << 10, ARENA_LARGEST = 1 << 20 };

bool (*tf1c_alloc_hook)(size_t size);

/* Half of PTRDIFF_MAX leaves room for rounding up; no machine has that much. */
static bool allowed(size_t size) { return size <= PTRDIFF_MAX / 2 && (!tf1c_alloc_hook || tf1c_alloc_hook(size)); }

static size_t round_up(size_t size, size_t align) { return (size + align - 1) / align * align; }

void *tf1c_alloc(size_t size) { return allowed(size) ? malloc(size ? size : 1) : NULL; }

void *tf1c_alloc_zero(size_t size) { return allowed(size) ? calloc(1, size ? size : 1) : NULL; }

/* A run walks through all of a large buffer: in huge pages, where the system has them, it misses the TLB a hundred times
 * less, and the first run has as many fewer pages to fault in. */
static void *large_buffer(size_t size)
{
    void *p = aligned_alloc(HUGE_PAGE, round_up(size, HUGE_PAGE));

#ifdef MADV_HUGEPAGE
    if (p)
        madvise(p, size / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE); /* not the rest: it would be resident in full */
#endif
    return p;
}

void *tf1c_alloc_buffer(size_t size)
{
    if (!allowed(size))
        return NULL;
    return size >= 2 * HUGE_PAGE ? large_buffer(size) : aligned_alloc(BUFFER_ALIGN, round_up(size ? size : 1, BUFFER_ALIGN));
}

void *tf1c_realloc(void *p, size_t size) { return allowed(size) ? realloc(p, size ? size : 1) : NULL; }

char *tf1c_strdup(const char *s)
{
    size_t size = strlen(s) + 1;
    char *copy = tf1c_alloc(size);

    return copy ? memcpy(copy, s, size) : NULL;
}

void tf1c_free(void *p) { free(p); }

bool tf1c_grow_buffer(void *memory, size_t *have, size_t want)
{
    void **p = memory;

    if (want <= *have)
        return true;
    tf1c_free(*p);
    *p = tf1c_alloc_buffer(want);
    *have = *p ? want : 0;
    return *p;
}

/* ---- arena: a list of blocks, the one being filled in front --------------------------------------------------- */
struct tf1c_arena_block {
    tf1c_arena_block *next;
    size_t used, size; /* bytes of data */
    _Alignas(ARENA_ALIGN) unsigned char data[];
};

static tf1c_arena_block *new_block(size_t size)
{
    tf1c_arena_block *b = tf1c_alloc_zero(sizeof *b + size);

    if (b)
        b->size = size;
    return b;
}

/* Blocks grow by a quarter, so that little of the last one is left over. A request larger than a block gets one of its own,
 * behind the block being filled. */
static tf1c_arena_block *block_with_room(tf1c_arena *a, size_t size)
{
    tf1c_arena_block *front = a->blocks, *b;
    size_t next = !front ? ARENA_FIRST : front->size < ARENA_LARGEST / 2 ? front->size + front->size / 4 : ARENA_LARGEST;

    if (front && front->size - front->used >= size)
        return front;
    b = new_block(size > next ? size : next);
    if (!b)
        return NULL;
    if (front && size > next) {
        b->next = front->next;
        front->next = b;
    } else {
        b->next = front;
        a->blocks = b;
    }
    return b;
}

void *tf1c_arena_alloc(tf1c_arena *a, size_t size)
{
    tf1c_arena_block *b;
    void *p;

    if (!allowed(size))
        return NULL;
    size = round_up(size ? size : 1, ARENA_ALIGN);
    b = block_with_room(a, size);
    if (!b)
        return NULL;
    p = b->data + b->used;
    b->used += size;
    return p;
}

char *tf1c_arena_strdup(tf1c_arena *a, const char *s) { return tf1c_arena_copy(a, s, strlen(s) + 1); }

void *tf1c_arena_copy(tf1c_arena *a, const void *data, size_t size)
{
    void *copy = tf1c_arena_alloc(a, size);

    if (copy && size)
        memcpy(copy, data, size);
    return copy;
}

size_t tf1c_arena_bytes(const tf1c_arena *a)
{
    size_t bytes = 0;

    for (const tf1c_arena_block *b = a->blocks; b; b = b->next)
        bytes += sizeof *b + b->size;
    return bytes;
}

void tf1c_arena_free(tf1c_arena *a)
{
    for (tf1c_arena_block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        tf1c_free(b);
    }
    a->blocks = NULL;
}
