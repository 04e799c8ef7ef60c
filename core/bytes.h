/* Bytes that are put together piece by piece, and read with their end in sight. */
#ifndef TF1C_CORE_BYTES_H
#define TF1C_CORE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Growing bytes, all zero at first; once memory is out, `failed` stays set and nothing more is put. */
typedef struct {
    char *data;
    size_t n, capacity;
    bool failed;
} tf1c_buffer;
void tf1c_buffer_put(tf1c_buffer *b, const void *data, size_t n);
void tf1c_buffer_byte(tf1c_buffer *b, unsigned char byte);
void tf1c_buffer_fixed32(tf1c_buffer *b, uint32_t x); /* little-endian, as all that follows */
void tf1c_buffer_fixed64(tf1c_buffer *b, uint64_t x);
void tf1c_buffer_varint(tf1c_buffer *b, uint64_t x); /* seven bits a byte, the lowest first */
void tf1c_buffer_printf(tf1c_buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tf1c_buffer_free(tf1c_buffer *b);

/* What is left to read; what is not there leaves `failed` set and reads as 0. */
typedef struct {
    const char *at, *end;
    bool failed;
} tf1c_reader;
uint32_t tf1c_read_fixed32(tf1c_reader *r);
uint64_t tf1c_read_fixed64(tf1c_reader *r);
uint64_t tf1c_read_varint(tf1c_reader *r);
const char *tf1c_read_bytes(tf1c_reader *r, uint64_t n); /* NULL where there are fewer */

#endif
