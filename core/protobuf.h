/* Messages in the library's own memory, so that a test can make any of their allocations fail. */
#ifndef TF1C_CORE_PROTOBUF_H
#define TF1C_CORE_PROTOBUF_H

#include <protobuf-c/protobuf-c.h>

#include "core/alloc.h"

extern _Thread_local bool tf1c_pb_refused; /* the last allocation failed: then a message that cannot be unpacked may well be sound */

static inline void *tf1c_pb_alloc(void *none, size_t size)
{
    (void)none;
    void *p = tf1c_alloc(size);
    tf1c_pb_refused = !p;
    return p;
}
static inline void tf1c_pb_free(void *none, void *p)
{
    (void)none;
    tf1c_free(p);
}
static ProtobufCAllocator tf1c_pb __attribute__((unused)) = { tf1c_pb_alloc, tf1c_pb_free, NULL };

#endif
