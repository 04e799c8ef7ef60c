/* Bytes as C's string literals have them, in protobuf's texts, checkpoints' notes and what is printed. TF1: absl::CEscape */
#ifndef TF1C_CORE_ESCAPE_H
#define TF1C_CORE_ESCAPE_H

#include "core/bytes.h"

enum { TF1C_ESCAPED = 5 }; /* \303 and its end */

const char *tf1c_escape(unsigned char byte, char to[TF1C_ESCAPED]); /* `to`, filled */
void tf1c_buffer_escaped(tf1c_buffer *b, const void *data, size_t n);

/* What stands at *at, before end, behind a backslash: a letter, up to three octal digits, x and up to two more, or itself. *at moves on. */
unsigned char tf1c_unescape(const char **at, const char *end);

#endif
