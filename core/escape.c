#include "core/escape.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Those that are written by a letter, and then those that are read. */
static const char bytes[] = "\n\r\t\"'\\\a\b\f\v", letters[] = "nrt\"'\\abfv";
enum { WRITTEN = 6, READ = sizeof letters - 1 };

const char *tf1c_escape(unsigned char byte, char to[TF1C_ESCAPED])
{
    const char *at = memchr(bytes, byte, WRITTEN);
    const bool plain = byte >= ' ' && byte <= '~';
    snprintf(to, TF1C_ESCAPED, at ? "\\%c" : plain ? "%c" : "\\%03o", at ? (unsigned char)letters[at - bytes] : byte);
    return to;
}

void tf1c_buffer_escaped(tf1c_buffer *b, const void *data, size_t n)
{
    char said[TF1C_ESCAPED];
    for (size_t i = 0; i < n; i++) {
        tf1c_escape(((const unsigned char *)data)[i], said);
        tf1c_buffer_put(b, said, strlen(said));
    }
}

/* Up to `most` digits of a base from *at on. */
static unsigned char number(const char **at, const char *end, int base, int most)
{
    unsigned value = 0;
    for (int i = 0; i < most && *at < end; i++, ++*at) {
        const int c = (unsigned char)**at, digit = isdigit(c) ? c - '0' : isxdigit(c) ? (c | 32) - 'a' + 10 : base;
        if (digit >= base)
            break;
        value = value * (unsigned)base + (unsigned)digit;
    }
    return (unsigned char)value;
}

unsigned char tf1c_unescape(const char **at, const char *end)
{
    const char c = **at, *letter = memchr(letters, c, READ);
    if (c >= '0' && c <= '7')
        return number(at, end, 8, 3);
    ++*at;
    return c == 'x' ? number(at, end, 16, 2) : (unsigned char)(letter ? bytes[letter - letters] : c);
}
