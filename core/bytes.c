#include "core/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"

static bool make_room(tf1c_buffer *b, size_t more)
{
    if (b->failed || more <= b->capacity - b->n)
        return !b->failed;
    size_t capacity = b->capacity ? b->capacity : 256;
    while (capacity - b->n < more && capacity < SIZE_MAX / 2)
        capacity *= 2;
    char *data = capacity - b->n < more ? NULL : tf1c_realloc(b->data, capacity);
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->capacity = capacity;
    return true;
}

void tf1c_buffer_put(tf1c_buffer *b, const void *data, size_t n)
{
    if (!n || !make_room(b, n))
        return;
    memcpy(b->data + b->n, data, n);
    b->n += n;
}

void tf1c_buffer_byte(tf1c_buffer *b, unsigned char byte) { tf1c_buffer_put(b, &byte, 1); }

static void put_little_endian(tf1c_buffer *b, uint64_t x, int size)
{
    unsigned char bytes[8];
    for (int i = 0; i < size; i++)
        bytes[i] = (unsigned char)(x >> 8 * i);
    tf1c_buffer_put(b, bytes, (size_t)size);
}

void tf1c_buffer_fixed32(tf1c_buffer *b, uint32_t x) { put_little_endian(b, x, 4); }
void tf1c_buffer_fixed64(tf1c_buffer *b, uint64_t x) { put_little_endian(b, x, 8); }

void tf1c_buffer_varint(tf1c_buffer *b, uint64_t x)
{
    for (; x >= 128; x >>= 7)
        tf1c_buffer_byte(b, (unsigned char)(x | 128));
    tf1c_buffer_byte(b, (unsigned char)x);
}

void tf1c_buffer_printf(tf1c_buffer *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, format, args);
    if (n >= 0 && make_room(b, (size_t)n + 1)) {
        vsnprintf(b->data + b->n, (size_t)n + 1, format, again);
        b->n += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

void tf1c_buffer_free(tf1c_buffer *b)
{
    tf1c_free(b->data);
    *b = (tf1c_buffer){ 0 };
}

const char *tf1c_read_bytes(tf1c_reader *r, uint64_t n)
{
    const char *p = r->at;
    if (r->failed || n > (uint64_t)(r->end - r->at)) {
        r->failed = true;
        return NULL;
    }
    r->at += n;
    return p;
}

static uint64_t read_little_endian(tf1c_reader *r, int size)
{
    const unsigned char *p = (const unsigned char *)tf1c_read_bytes(r, (uint64_t)size);
    uint64_t x = 0;
    for (int i = 0; p && i < size; i++)
        x |= (uint64_t)p[i] << 8 * i;
    return x;
}

uint32_t tf1c_read_fixed32(tf1c_reader *r) { return (uint32_t)read_little_endian(r, 4); }
uint64_t tf1c_read_fixed64(tf1c_reader *r) { return read_little_endian(r, 8); }

uint64_t tf1c_read_varint(tf1c_reader *r)
{
    uint64_t x = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const char *p = tf1c_read_bytes(r, 1);
        if (!p)
            return 0;
        x |= (uint64_t)(*p & 127) << shift;
        if (!(*p & 128))
            return x;
    }
    r->failed = true;
    return 0;
}
