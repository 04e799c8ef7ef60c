/* Elements of tf_string arrays: who owns their bytes, and where kernels put those they make. */
#ifndef TF1C_CORE_STRINGS_H
#define TF1C_CORE_STRINGS_H

#include <pthread.h>

#include "core/alloc.h"
#include "core/ndarray.h"

bool tf1c_bytes_equal(tf_bytes a, tf_bytes b);
int tf1c_bytes_order(tf_bytes a, tf_bytes b); /* as strcmp, of bytes */

/* A copy that owns itself: n elements and all their bytes, each ended by a 0, in one piece of memory. The room it takes is
 * SIZE_MAX where it would be more than there can be. */
size_t tf1c_strings_room(int64_t n, const tf_bytes *from);
void tf1c_strings_copy(int64_t n, const tf_bytes *from, void *room);

/* Strings that kernels make live until the run they are made in has been read out. */
typedef struct {
    pthread_mutex_t lock;
    tf1c_arena arena;
} tf1c_string_heap;
void tf1c_string_heap_init(tf1c_string_heap *h);
char *tf1c_string_heap_alloc(tf1c_string_heap *h, size_t size); /* by any thread of the run; NULL without a report */
void tf1c_string_heap_clear(tf1c_string_heap *h);               /* of all strings; it goes on */
void tf1c_string_heap_free(tf1c_string_heap *h);

#endif
