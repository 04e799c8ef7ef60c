#include "core/record.h"

#include <string.h>

#include "core/crc32c.h"

static void put_fixed(char *to, uint64_t x, int size)
{
    for (int i = 0; i < size; i++)
        to[i] = (char)(x >> 8 * i);
}

static uint32_t masked_crc(const void *data, size_t n) { return tf1c_crc32c_mask(tf1c_crc32c(0, data, n)); }

void tf1c_record_header(char *header, uint64_t n)
{
    put_fixed(header, n, 8);
    put_fixed(header + 8, masked_crc(header, 8), 4);
}

bool tf1c_record_length(const char *header, uint64_t *n)
{
    char crc[4];
    *n = 0;
    for (int i = 8; i-- > 0;)
        *n = *n << 8 | (unsigned char)header[i];
    put_fixed(crc, masked_crc(header, 8), 4);
    return memcmp(crc, header + 8, sizeof crc) == 0;
}

void tf1c_record_footer(char *footer, const void *data, size_t n) { put_fixed(footer, masked_crc(data, n), 4); }

bool tf1c_record_write(FILE *f, const void *data, size_t n)
{
    char header[TF1C_RECORD_HEADER], footer[TF1C_RECORD_FOOTER];
    tf1c_record_header(header, n);
    tf1c_record_footer(footer, data, n);
    return fwrite(header, 1, sizeof header, f) == sizeof header && (!n || fwrite(data, 1, n, f) == n) &&
           fwrite(footer, 1, sizeof footer, f) == sizeof footer;
}

int tf1c_record_next(tf1c_reader *r, const char *begin, tf_bytes *record, char *fault, size_t room)
{
    const char *header = r->at;
    if (r->at == r->end)
        return 0;
    const uint64_t n = tf1c_read_fixed64(r);
    const uint32_t header_crc = tf1c_read_fixed32(r);
    const bool sound = !r->failed && header_crc == masked_crc(header, 8);
    const char *data = sound ? tf1c_read_bytes(r, n) : NULL;
    const uint32_t crc = tf1c_read_fixed32(r);
    if (sound && !r->failed && crc == masked_crc(data, n)) {
        *record = (tf_bytes){ data, n };
        return 1;
    }
    snprintf(fault, room, "%s record at %lld",
             r->failed && (sound || r->end - header < TF1C_RECORD_HEADER) ? "truncated" : "corrupted", (long long)(header - begin));
    return -1;
}
