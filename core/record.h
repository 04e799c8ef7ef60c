/* Records one after the other, each with its length and CRCs: TFRecord files, event files among them.
 * Source: core/lib/io/record_writer.cc, record_reader.cc */
#ifndef TF1C_CORE_RECORD_H
#define TF1C_CORE_RECORD_H

#include <stdio.h>

#include "core/bytes.h"
#include "core/ndarray.h"

enum { TF1C_RECORD_HEADER = 12, TF1C_RECORD_FOOTER = 4 };

/* A record's bytes around its `n` bytes of data. */
void tf1c_record_header(char *header, uint64_t n);
bool tf1c_record_length(const char *header, uint64_t *n); /* false: its CRC is another */
void tf1c_record_footer(char *footer, const void *data, size_t n);
bool tf1c_record_write(FILE *f, const void *data, size_t n); /* false: errno says why */

/* The next record of what is read: 1, with *record in the reader's bytes; 0 at the end; -1, with *fault: "truncated record at 40",
 * "corrupted record at 40". `begin` is where the first record is, `room` that of *fault. */
int tf1c_record_next(tf1c_reader *r, const char *begin, tf_bytes *record, char *fault, size_t room);

#endif
