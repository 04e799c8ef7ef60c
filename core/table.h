/* Sorted tables of keys and values, the format of a checkpoint's index: blocks of entries that share prefixes, each with a CRC; a
 * block that says where the others are; a footer. Written here since it is a page of code: LevelDB's own library is C++, reads
 * files alone and writes other options than TensorFlow's. Source: core/lib/io/table_builder.cc, format.cc, block_builder.cc */
#ifndef TF1C_CORE_TABLE_H
#define TF1C_CORE_TABLE_H

#include "core/bytes.h"
#include "core/ndarray.h"

/* ---- writing: byte for byte as TensorFlow does ---- */
typedef struct {
    tf1c_buffer out, block, index, last_key, handle;
    int n_block, since_restart;
    tf1c_buffer restarts; /* of the block; offsets as fixed32 */
    bool pending;         /* a block has ended: its entry in the index waits for the next key */
} tf1c_table_writer;
void tf1c_table_add(tf1c_table_writer *w, tf_bytes key, tf_bytes value); /* keys ascending */
bool tf1c_table_finish(tf1c_table_writer *w);                            /* w->out is the table; false: no memory was left */
void tf1c_table_writer_free(tf1c_table_writer *w);

/* ---- reading: all entries of a table in memory ---- */
typedef struct {
    tf_bytes key, value; /* the value lies in the table's bytes or in memory of its own */
} tf1c_table_entry;
typedef struct {
    int n;
    tf1c_table_entry *entries; /* ascending */
    void *memory;              /* of keys and of blocks that were packed */
} tf1c_table;
/* NULL, or what is wrong with the bytes: "… checksum mismatch"; "no memory left" where that is it. */
const char *tf1c_table_read(tf1c_table *t, const void *data, size_t n);
const tf1c_table_entry *tf1c_table_find(const tf1c_table *t, tf_bytes key);
void tf1c_table_free(tf1c_table *t);

#endif
