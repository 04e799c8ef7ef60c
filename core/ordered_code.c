#include "core/ordered_code.h"

enum { MOST_BYTES = 10 };

/* How many bytes, then they, the highest first. */
static void put_number(tf1c_buffer *b, uint64_t x)
{
    int n = 0;
    while (n < 8 && x >> 8 * n)
        n++;
    tf1c_buffer_byte(b, (unsigned char)n);
    while (n-- > 0)
        tf1c_buffer_byte(b, (unsigned char)(x >> 8 * n));
}

/* n bytes hold 7n - 1 bits and the sign; n - 1 leading ones (of a negative number zeros) tell n. */
static void put_signed(tf1c_buffer *b, int64_t x)
{
    static const unsigned char header[MOST_BYTES + 1][2] = { { 0, 0 },    { 0x80, 0 },    { 0xc0, 0 },   { 0xe0, 0 },
                                                             { 0xf0, 0 }, { 0xf8, 0 },    { 0xfc, 0 },   { 0xfe, 0 },
                                                             { 0xff, 0 }, { 0xff, 0x80 }, { 0xff, 0xc0 } };
    const uint64_t size = x < 0 ? ~(uint64_t)x : (uint64_t)x;
    unsigned char bytes[MOST_BYTES];
    int n = 1;
    while (n < MOST_BYTES && size >> (7 * n - 1) && 7 * n - 1 < 63)
        n++;
    for (int i = 0; i < MOST_BYTES; i++)
        bytes[MOST_BYTES - 1 - i] = i < 8 ? (unsigned char)((uint64_t)x >> 8 * i) : x < 0 ? 0xff : 0;
    unsigned char *first = bytes + MOST_BYTES - n;
    first[0] ^= header[n][0];
    if (n > 1)
        first[1] ^= header[n][1];
    tf1c_buffer_put(b, first, (size_t)n);
}

/* 0 and 255 are escaped, the end is marked. */
static void put_string(tf1c_buffer *b, const char *s)
{
    for (; *s; s++) {
        tf1c_buffer_byte(b, (unsigned char)*s);
        if ((unsigned char)*s == 255)
            tf1c_buffer_byte(b, 0);
    }
    tf1c_buffer_put(b, "\0\1", 2);
}

void tf1c_slice_key(tf1c_buffer *b, const char *name, int rank, const int64_t *start, const int64_t *length)
{
    put_number(b, 0);
    put_string(b, name);
    put_number(b, (uint64_t)rank);
    for (int i = 0; i < rank; i++) {
        put_signed(b, start[i]);
        put_signed(b, length[i]);
    }
}
