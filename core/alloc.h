/* The one place memory comes from, so that a test can make any allocation fail; and the arena that owns a graph. */
#ifndef TF1C_CORE_ALLOC_H
#define TF1C_CORE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* malloc, calloc, realloc and free; NULL when there is none, without a report. tf1c_alloc_buffer is 64-byte aligned
 * (tensor data), released by tf1c_free as well. */
void *tf1c_alloc(size_t size);
void *tf1c_alloc_zero(size_t size);
void *tf1c_alloc_buffer(size_t size);
void *tf1c_realloc(void *p, size_t size);
char *tf1c_strdup(const char *s);
void tf1c_free(void *p);

/* memory: the address of a pointer to a buffer of *have bytes. What it held is lost where it grows; false without memory. */
bool tf1c_grow_buffer(void *memory, size_t *have, size_t want);

/* For tests: called before each allocation, those from an arena among them; returning false makes it fail. NULL: none. Not synchronized. */
extern bool (*tf1c_alloc_hook)(size_t size);

/* Bump allocator: objects of one owner, released together. Zero-initialized is empty and valid. Returned memory is
 * zeroed and 16-byte aligned; NULL when memory is out. */
typedef struct tf1c_arena_block tf1c_arena_block;
typedef struct {
    tf1c_arena_block *blocks;
} tf1c_arena;
void *tf1c_arena_alloc(tf1c_arena *a, size_t size);
char *tf1c_arena_strdup(tf1c_arena *a, const char *s);
void *tf1c_arena_copy(tf1c_arena *a, const void *data, size_t size);
size_t tf1c_arena_bytes(const tf1c_arena *a); /* of its blocks, full or not */
void tf1c_arena_free(tf1c_arena *a); /* releases everything; the arena is empty again */

#endif
