#include "core/table.h"

#include <string.h>

#include "core/alloc.h"
#include "core/crc32c.h"
#include "core/strings.h"

enum { BLOCK_SIZE = 262144, RESTART_INTERVAL = 16, TRAILER = 5, FOOTER = 48, HANDLES = 40, MOST_KEYS = 1 << 20 };
static const uint64_t magic = UINT64_C(0xdb4775248b80fb57);
static const char no_memory[] = "no memory left";

/* ---- writing ----------------------------------------------------------------------------------------------------------------- */

static void put_entry(tf1c_buffer *block, tf_bytes key, size_t shared, tf_bytes value)
{
    tf1c_buffer_varint(block, shared);
    tf1c_buffer_varint(block, key.size - shared);
    tf1c_buffer_varint(block, value.size);
    tf1c_buffer_put(block, key.data + shared, key.size - shared);
    tf1c_buffer_put(block, value.data, value.size);
}

/* The block with its restarts, type and CRC to the file; its place to `handle`. */
static void write_block(tf1c_buffer *out, tf1c_buffer *block, const tf1c_buffer *restarts, tf1c_buffer *handle)
{
    tf1c_buffer_put(block, restarts->data, restarts->n);
    tf1c_buffer_fixed32(block, (uint32_t)(restarts->n / 4));
    const size_t n = block->n;
    tf1c_buffer_byte(block, 0); /* not packed */
    handle->n = 0;
    tf1c_buffer_varint(handle, out->n);
    tf1c_buffer_varint(handle, n);
    out->failed |= block->failed | restarts->failed | handle->failed;
    tf1c_buffer_put(out, block->data, block->n);
    tf1c_buffer_fixed32(out, tf1c_crc32c_mask(tf1c_crc32c(0, block->data, block->n)));
    block->n = 0;
}

static size_t shared_prefix(tf_bytes a, tf_bytes b)
{
    size_t n = 0;
    while (n < a.size && n < b.size && a.data[n] == b.data[n])
        n++;
    return n;
}

/* Shortens `key` to something not below it, and below `next` if there is one. */
static void shorten(tf1c_buffer *key, const tf_bytes *next)
{
    size_t at = next ? shared_prefix((tf_bytes){ key->data, key->n }, *next) : 0;
    if (next && (at >= key->n || at >= next->size))
        return; /* one is the other's beginning */
    while (!next && at < key->n && (unsigned char)key->data[at] == 255)
        at++;
    if (at == key->n)
        return;
    const unsigned char byte = (unsigned char)key->data[at];
    if (byte < 255 && (!next || byte + 1 < (unsigned char)next->data[at])) {
        key->data[at] = (char)(byte + 1);
        key->n = at + 1;
    }
}

/* Each entry of the index is a restart. */
static void note_block(tf1c_table_writer *w, const tf_bytes *next)
{
    if (!w->pending || w->out.failed || w->last_key.failed)
        return;
    shorten(&w->last_key, next);
    put_entry(&w->index, (tf_bytes){ w->last_key.data, w->last_key.n }, 0, (tf_bytes){ w->handle.data, w->handle.n });
    w->pending = false;
}

static void end_block(tf1c_table_writer *w)
{
    if (!w->n_block)
        return;
    write_block(&w->out, &w->block, &w->restarts, &w->handle);
    w->restarts.n = 0;
    w->n_block = w->since_restart = 0;
    w->pending = true;
}

void tf1c_table_add(tf1c_table_writer *w, tf_bytes key, tf_bytes value)
{
    note_block(w, &key);
    if (!w->n_block || w->since_restart == RESTART_INTERVAL) {
        tf1c_buffer_fixed32(&w->restarts, (uint32_t)w->block.n);
        w->since_restart = 0;
    }
    const tf_bytes last = { w->last_key.data, w->last_key.n };
    put_entry(&w->block, key, w->since_restart ? shared_prefix(last, key) : 0, value);
    w->last_key.n = 0;
    tf1c_buffer_put(&w->last_key, key.data, key.size);
    w->since_restart++;
    w->n_block++;
    if (w->block.n + w->restarts.n + 4 >= BLOCK_SIZE)
        end_block(w);
}

/* The index' restarts: where each of its entries begins. */
static void index_restarts(const tf1c_buffer *index, tf1c_buffer *restarts)
{
    if (!index->n)
        return;
    tf1c_reader r = { index->data, index->data + index->n, false };
    while (r.at < r.end && !r.failed) {
        tf1c_buffer_fixed32(restarts, (uint32_t)(r.at - index->data));
        tf1c_read_varint(&r);
        const uint64_t key = tf1c_read_varint(&r), value = tf1c_read_varint(&r);
        tf1c_read_bytes(&r, key + value);
    }
    if (!restarts->n)
        tf1c_buffer_fixed32(restarts, 0);
}

bool tf1c_table_finish(tf1c_table_writer *w)
{
    tf1c_buffer none = { 0 }, restarts = { 0 }, metaindex = { 0 };
    end_block(w);
    note_block(w, NULL);
    tf1c_buffer_fixed32(&none, 0);
    write_block(&w->out, &w->block, &none, &metaindex);
    index_restarts(&w->index, &restarts);
    w->out.failed |= w->index.failed | w->last_key.failed; /* without a key the block before would be left out */
    write_block(&w->out, &w->index, &restarts, &w->handle);
    const size_t footer = w->out.n;
    tf1c_buffer_put(&w->out, metaindex.data, metaindex.n);
    tf1c_buffer_put(&w->out, w->handle.data, w->handle.n);
    while (!w->out.failed && w->out.n < footer + HANDLES)
        tf1c_buffer_byte(&w->out, 0);
    tf1c_buffer_fixed64(&w->out, magic);
    w->out.failed |= metaindex.failed | none.failed | restarts.failed;
    tf1c_buffer_free(&none);
    tf1c_buffer_free(&restarts);
    tf1c_buffer_free(&metaindex);
    return !w->out.failed;
}

void tf1c_table_writer_free(tf1c_table_writer *w)
{
    tf1c_buffer *const all[] = { &w->out, &w->block, &w->index, &w->last_key, &w->handle, &w->restarts };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        tf1c_buffer_free(all[i]);
    *w = (tf1c_table_writer){ 0 };
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    tf_bytes file;
    tf1c_table *t;
    tf1c_arena *memory;
    int capacity;
    size_t keys; /* bytes of all keys */
} reading;

/* The contents of the block at an encoded handle, its CRC checked. */
static const char *block_at(reading *r, tf1c_reader *handle, tf_bytes *block)
{
    const uint64_t offset = tf1c_read_varint(handle), size = tf1c_read_varint(handle);
    if (handle->failed || offset > r->file.size || size > r->file.size - offset || r->file.size - offset - size < TRAILER)
        return "bad block handle";
    const char *data = r->file.data + offset;
    tf1c_reader trailer = { data + size + 1, data + size + TRAILER, false };
    if (tf1c_read_fixed32(&trailer) != tf1c_crc32c_mask(tf1c_crc32c(0, data, size + 1)))
        return "block checksum mismatch";
    if (data[size])
        return "the index is packed by Snappy, which is not read";
    *block = (tf_bytes){ data, size };
    return NULL;
}

typedef const char *entry_fn(reading *r, tf_bytes key, tf_bytes value);

/* Calls fn for each entry; a key is valid as long as the table. */
static const char *each_entry(reading *r, tf_bytes block, entry_fn *fn)
{
    if (block.size < 4)
        return "bad block contents";
    tf1c_reader tail = { block.data + block.size - 4, block.data + block.size, false };
    const uint64_t restarts = tf1c_read_fixed32(&tail);
    if (restarts > (block.size - 4) / 4)
        return "bad block contents";
    tf1c_reader entries = { block.data, block.data + block.size - 4 - 4 * restarts, false };
    tf_bytes key = { "", 0 };
    const size_t most = MOST_KEYS + 16 * r->file.size; /* a few bytes may repeat a long prefix again and again */
    while (entries.at < entries.end) {
        const uint64_t shared = tf1c_read_varint(&entries), more = tf1c_read_varint(&entries), size = tf1c_read_varint(&entries);
        const char *suffix = tf1c_read_bytes(&entries, more), *value = tf1c_read_bytes(&entries, size);
        if (entries.failed || shared > key.size)
            return "bad entry in block";
        if ((r->keys += shared + more + 1) > most)
            return "keys longer than a table of this size may have";
        char *whole = tf1c_arena_alloc(r->memory, shared + more + 1);
        if (!whole)
            return no_memory;
        memcpy(whole, key.data, shared);
        if (more)
            memcpy(whole + shared, suffix, more);
        key = (tf_bytes){ whole, shared + more };
        const char *fault = fn(r, key, (tf_bytes){ value, size });
        if (fault)
            return fault;
    }
    return NULL;
}

static const char *keep_entry(reading *r, tf_bytes key, tf_bytes value)
{
    tf1c_table *t = r->t;
    if (t->n && tf1c_bytes_order(t->entries[t->n - 1].key, key) >= 0)
        return "keys out of order";
    if (t->n == r->capacity) {
        const int capacity = r->capacity ? 2 * r->capacity : 64;
        tf1c_table_entry *entries = capacity > r->capacity ? tf1c_realloc(t->entries, (size_t)capacity * sizeof *entries) : NULL;
        if (!entries)
            return no_memory;
        t->entries = entries;
        r->capacity = capacity;
    }
    t->entries[t->n++] = (tf1c_table_entry){ key, value };
    return NULL;
}

static const char *read_data_block(reading *r, tf_bytes key, tf_bytes value)
{
    (void)key;
    tf_bytes block;
    tf1c_reader handle = { value.data, value.data + value.size, false };
    const char *fault = block_at(r, &handle, &block);
    return fault ? fault : each_entry(r, block, keep_entry);
}

static const char *read_all(reading *r)
{
    if (r->file.size < FOOTER)
        return "file is too short to be an sstable";
    tf1c_reader footer = { r->file.data + r->file.size - FOOTER, r->file.data + r->file.size, false };
    tf1c_reader tail = { footer.end - 8, footer.end, false };
    if (tf1c_read_fixed64(&tail) != magic)
        return "not an sstable (bad magic number)";
    tf_bytes metaindex, index;
    const char *fault = block_at(r, &footer, &metaindex);
    if (!fault)
        fault = block_at(r, &footer, &index);
    return fault ? fault : each_entry(r, index, read_data_block);
}

const char *tf1c_table_read(tf1c_table *t, const void *data, size_t n)
{
    *t = (tf1c_table){ 0 };
    tf1c_arena *memory = tf1c_alloc_zero(sizeof *memory);
    if (!memory)
        return no_memory;
    t->memory = memory;
    reading r = { .file = { data, n }, .t = t, .memory = memory };
    const char *fault = read_all(&r);
    if (fault)
        tf1c_table_free(t);
    return fault;
}

const tf1c_table_entry *tf1c_table_find(const tf1c_table *t, tf_bytes key)
{
    int low = 0, high = t->n;
    while (low < high) {
        const int middle = low + (high - low) / 2, order = tf1c_bytes_order(t->entries[middle].key, key);
        if (order == 0)
            return &t->entries[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

void tf1c_table_free(tf1c_table *t)
{
    if (t->memory)
        tf1c_arena_free(t->memory);
    tf1c_free(t->memory);
    tf1c_free(t->entries);
    *t = (tf1c_table){ 0 };
}
