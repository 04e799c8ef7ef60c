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
/* The message's *n bytes, the caller's to tf1c_free; NULL without memory. */
static inline uint8_t *tf1c_pb_packed(const ProtobufCMessage *m, size_t *n)
{
    *n = protobuf_c_message_get_packed_size(m);
    uint8_t *packed = tf1c_alloc(*n + 1);
    if (packed)
        protobuf_c_message_pack(m, packed);
    return packed;
}
static ProtobufCAllocator tf1c_pb __attribute__((unused)) = { tf1c_pb_alloc, tf1c_pb_free, NULL };

#endif
