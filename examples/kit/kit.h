/* What the kit's files share; not installed. */
#ifndef TF1C_KIT_PRIVATE_H
#define TF1C_KIT_PRIVATE_H

#include <stddef.h>
#include <stdio.h>

#include "tf1c_kit.h"

/* malloc and realloc, and free; NULL without a report. */
void *tf1c_kit_alloc(size_t size);
void *tf1c_kit_realloc(void *p, size_t size);
void tf1c_kit_free(void *p);
/* For tests: called before each allocation; false makes it fail. */
extern bool (*tf1c_kit_alloc_hook)(size_t size);

/* A zeroed object that tf_kit_release (or the exit) hands to `release` and frees; reports MemoryError and returns NULL
 * without memory. tf1c_kit_drop does so at once; NULL is fine. */
void *tf1c_kit_object(size_t size, void (*release)(void *object), tf_source here);
void tf1c_kit_drop(void *object);
tf_status tf1c_kit_no_memory(tf_source here, size_t size);

/* A file's bytes, unpacked if it is gzipped; `bytes` is the caller's, with a NUL behind. NotFoundError, OSError,
 * DataLossError (damaged gzip data), ResourceExhaustedError (more than `limit` bytes), MemoryError: each names the
 * file. */
tf_status tf1c_kit_read_file(const char *path, size_t limit, char **bytes, size_t *n, tf_source here);

/* NumPy's legacy generator. */
typedef struct {
    uint32_t words[624];
    int used; /* of this block of words; 624: draw the next block first */
} tf1c_mt19937;
void tf1c_mt_seed(tf1c_mt19937 *mt, uint32_t seed);
uint32_t tf1c_mt_next(tf1c_mt19937 *mt);
uint64_t tf1c_mt_interval(tf1c_mt19937 *mt, uint64_t max); /* in [0, max], by masking and rejection */
void tf1c_mt_shuffle(tf1c_mt19937 *mt, int64_t *x, int64_t n);

#endif
