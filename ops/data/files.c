/* Elements read from files, one file after the other: lines, records, pieces. TF1: core/kernels/data/reader_dataset_ops.cc. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "core/record.h"
#include "core/safe_file.h"
#include "core/strings.h"
#include "ops/data/files.h"

/* ---- a file, inflated if asked ------------------------------------------------------------------------------------------------------------- */

enum { CHUNK = 1 << 16 };
typedef struct {
    FILE *f;
    bool inflated, over; /* over: the compressed data has ended */
    int failed;          /* what inflate said */
    z_stream z;
    unsigned char *compressed; /* CHUNK bytes */
} source;

typedef struct {
    source from;
    char *read; /* CHUNK bytes, of which [at, have) are to come */
    size_t at, have;
    int64_t file;    /* which of the names is next */
    uint64_t offset; /* of what comes next in its file */
    char *room;      /* the element that is put together */
    size_t capacity;
    int64_t left; /* pieces: before the footer; -1: not known yet */
} reading;

static size_t inflate_some(source *f, char *to)
{
    f->z.next_out = (unsigned char *)to;
    f->z.avail_out = CHUNK;
    while (f->z.avail_out == CHUNK && !f->over) {
        if (!f->z.avail_in) {
            f->z.next_in = f->compressed;
            f->z.avail_in = (unsigned)fread(f->compressed, 1, CHUNK, f->f);
        }
        const int status = f->z.avail_in ? inflate(&f->z, Z_NO_FLUSH) : Z_BUF_ERROR;
        if (status == Z_STREAM_END) /* another may follow */
            f->over = inflateReset(&f->z) != Z_OK || (!f->z.avail_in && feof(f->f));
        else
            f->over = status != Z_OK;
        f->failed = status == Z_OK || status == Z_STREAM_END || (status == Z_BUF_ERROR && f->z.total_in == 0) ? 0 : status;
    }
    return CHUNK - f->z.avail_out;
}

/* False at the end of the file. */
static bool more(reading *r)
{
    if (r->at < r->have)
        return true;
    r->at = 0;
    r->have = r->from.inflated ? inflate_some(&r->from, r->read) : fread(r->read, 1, CHUNK, r->from.f);
    return r->have > 0;
}

static void close_file(reading *r)
{
    if (r->from.f)
        fclose(r->from.f);
    if (r->from.inflated)
        inflateEnd(&r->from.z);
    tf1c_free(r->from.compressed);
    r->from = (source){ 0 };
    r->at = r->have = 0;
    r->offset = 0;
    r->left = -1;
}

uint64_t tf1c_files_offset(const tf1c_stage *s) { return ((const reading *)s->mine)->offset; }

static bool is_compressed(const tf1c_stage *s) { return s->of->text && *s->of->text; }

static bool begin_inflating(source *f)
{
    f->compressed = tf1c_alloc(CHUNK);
    f->inflated = f->compressed && inflateInit2(&f->z, 15 + 32) == Z_OK; /* zlib's or gzip's header */
    return f->inflated;
}

static char *path_of(const tf1c_stage *s, int64_t i)
{
    const tf_bytes name = ((const tf_bytes *)s->values[0].data)[i];
    char *path = tf1c_alloc(name.size + 1);
    if (path) {
        if (name.size)
            memcpy(path, name.data, name.size);
        path[name.size] = '\0';
    }
    return path;
}

static tf1c_next open_path(tf1c_stage *s, const char *path)
{
    reading *r = s->mine;
    if (!r->read && !(r->read = tf1c_alloc(CHUNK)))
        return tf1c_stage_out_of_memory(s);
    r->from.f = tf1c_open_regular(path);
    if (!r->from.f) {
        const int error = errno;
        return tf1c_stage_fault(s, error == ENOENT ? tf_not_found : tf_os_error, "%s; %s", path, strerror(error));
    }
    if (is_compressed(s) && !begin_inflating(&r->from)) {
        close_file(r);
        return tf1c_stage_out_of_memory(s);
    }
    return TF1C_ELEMENT;
}

static tf1c_next bad_data(tf1c_stage *s)
{
    reading *r = s->mine;
    tf1c_stage_fault(s, tf_data_loss, "inflate() failed with error %d: %s", r->from.failed,
                     r->from.z.msg ? r->from.z.msg : "the data ends too early");
    close_file(r);
    return TF1C_FAULT;
}

/* The next of the files; TF1C_END after the last. */
static tf1c_next open_next(tf1c_stage *s)
{
    reading *r = s->mine;
    if (r->from.failed)
        return bad_data(s);
    close_file(r);
    if (r->file >= np_size(s->values[0]))
        return TF1C_END;
    char *path = path_of(s, r->file++);
    if (!path)
        return tf1c_stage_out_of_memory(s);
    const tf1c_next next = open_path(s, path);
    tf1c_free(path);
    return next;
}

static void files_restart(tf1c_stage *s)
{
    reading *r = s->mine;
    close_file(r);
    r->file = 0;
}

static void files_close(tf1c_stage *s)
{
    reading *r = s->mine;
    close_file(r);
    tf1c_free(r->read);
    tf1c_free(r->room);
}

static bool files_open(tf1c_stage *s)
{
    ((reading *)s->mine)->left = -1;
    return true;
}

/* ---- putting elements together ------------------------------------------------------------------------------------------------------------------ */

static bool make_room(reading *r, size_t n)
{
    if (n <= r->capacity)
        return true;
    const size_t bigger = 2 * r->capacity > n ? 2 * r->capacity : n;
    char *room = tf1c_realloc(r->room, bigger);
    if (!room)
        return false;
    r->room = room;
    r->capacity = bigger;
    return true;
}

/* Up to n bytes behind the first `have` of r->room: how many; memory grows as they come, whatever n claims. SIZE_MAX: no memory. */
static size_t read_into_room(reading *r, size_t have, uint64_t n)
{
    uint64_t got = 0;
    while (got < n && more(r)) {
        const size_t part = r->have - r->at < n - got ? r->have - r->at : (size_t)(n - got);
        if (!make_room(r, have + (size_t)got + part))
            return SIZE_MAX;
        memcpy(r->room + have + got, r->read + r->at, part);
        r->at += part;
        r->offset += part;
        got += part;
    }
    return (size_t)got;
}

static tf1c_next give(tf1c_stage *s, tf1c_element *e, const char *data, size_t n)
{
    return tf1c_component_string(&e->at[0], (tf_bytes){ data, n }) ? TF1C_ELEMENT : tf1c_stage_out_of_memory(s);
}

/* ---- lines ------------------------------------------------------------------------------------------------------------------------------------------ */

/* The next line into r->room, without its end, "\n" or "\r\n"; `keeps`: carriage returns within; false at the end of the file. */
static bool read_line(reading *r, bool keeps, size_t *n, bool *no_memory)
{
    bool any = false;
    *n = 0;
    while (more(r)) {
        const char *from = r->read + r->at, *end = memchr(from, '\n', r->have - r->at);
        const size_t part = end ? (size_t)(end - from) : r->have - r->at;
        any = true;
        if (!make_room(r, *n + part + 1)) {
            *no_memory = true;
            return false;
        }
        memcpy(r->room + *n, from, part);
        *n += part;
        r->at += part + (end != NULL);
        if (end)
            break;
    }
    for (size_t i = *n; i-- > 0 && (!keeps || i + 1 == *n);) /* TF's dataset leaves all of them out */
        if (r->room[i] == '\r') {
            memmove(r->room + i, r->room + i + 1, *n - i - 1);
            --*n;
        }
    return any;
}

static tf1c_next lines_next(tf1c_stage *s, tf1c_element *e)
{
    reading *r = s->mine;
    bool no_memory = false;
    for (size_t n;;) {
        if (r->from.f && read_line(r, s->of->flag, &n, &no_memory))
            return give(s, e, r->room, n);
        if (no_memory)
            return tf1c_stage_out_of_memory(s);
        const tf1c_next next = open_next(s);
        if (next != TF1C_ELEMENT)
            return next;
    }
}
const tf1c_stage_kind tf1c_text_line_stage = { .name = "TextLineDataset",
                                               .size = sizeof(reading),
                                               .open = files_open,
                                               .next = lines_next,
                                               .restart = files_restart,
                                               .close = files_close };

/* ---- records ------------------------------------------------------------------------------------------------------------------------------------------ */

static tf1c_next bad_record(tf1c_stage *s, uint64_t at, bool truncated)
{
    close_file(s->mine);
    return tf1c_stage_fault(s, tf_data_loss, "%s record at %llu", truncated ? "truncated" : "corrupted", (unsigned long long)at);
}

/* TF1C_END: of the file. */
static tf1c_next read_record(tf1c_stage *s, tf1c_element *e)
{
    reading *r = s->mine;
    const uint64_t begin = r->offset;
    const size_t header = read_into_room(r, 0, TF1C_RECORD_HEADER);
    uint64_t n;
    if (header < TF1C_RECORD_HEADER) /* less than a header is no record, as in TF */
        return header == SIZE_MAX ? tf1c_stage_out_of_memory(s) : TF1C_END;
    if (!tf1c_record_length(r->room, &n) || n > SIZE_MAX / 4)
        return bad_record(s, begin, false);
    const size_t got = read_into_room(r, TF1C_RECORD_HEADER, n + TF1C_RECORD_FOOTER);
    if (got == SIZE_MAX)
        return tf1c_stage_out_of_memory(s);
    if (got < n + TF1C_RECORD_FOOTER)
        return bad_record(s, begin, true);
    const char *data = r->room + TF1C_RECORD_HEADER;
    char footer[TF1C_RECORD_FOOTER];
    tf1c_record_footer(footer, data, (size_t)n);
    return memcmp(footer, data + n, sizeof footer) == 0 ? give(s, e, data, (size_t)n)
                                                        : bad_record(s, begin + TF1C_RECORD_HEADER, false);
}

static tf1c_next records_next(tf1c_stage *s, tf1c_element *e)
{
    reading *r = s->mine;
    for (;;) {
        tf1c_next next = r->from.f ? read_record(s, e) : TF1C_END;
        if (next == TF1C_END)
            next = open_next(s);
        else
            return next;
        if (next != TF1C_ELEMENT)
            return next;
    }
}
const tf1c_stage_kind tf1c_record_stage = { .name = "TFRecordDataset",
                                            .size = sizeof(reading),
                                            .open = files_open,
                                            .next = records_next,
                                            .restart = files_restart,
                                            .close = files_close };

/* ---- pieces of one length ----------------------------------------------------------------------------------------------------------------------------- */

enum { RECORD, HEADER, FOOTER }; /* among the dataset's numbers */

static tf1c_next bad_length(tf1c_stage *s, tf_status code, int64_t body)
{
    reading *r = s->mine;
    const int64_t *n = s->of->numbers;
    char *path = path_of(s, r->file - 1);
    tf1c_stage_fault(
        s, code,
        "Excluding the header (%lld bytes) and footer (%lld bytes), input file \"%s\" has body length %llu bytes, which is not an exact multiple of the record length (%lld bytes).",
        (long long)n[HEADER], (long long)n[FOOTER], path ? path : "", (unsigned long long)body, (long long)n[RECORD]);
    tf1c_free(path);
    close_file(r);
    return TF1C_FAULT;
}

/* At the beginning of a file, past its header. How long it is tells its size; of a compressed one, its end. */
static tf1c_next begin_pieces(tf1c_stage *s)
{
    reading *r = s->mine;
    const int64_t *n = s->of->numbers;
    if (!r->from.inflated) {
        const long end = fseek(r->from.f, 0, SEEK_END) ? -1 : ftell(r->from.f);
        r->left = end - n[HEADER] - n[FOOTER];
        if (end < 0 || r->left < 0 || r->left % n[RECORD] || fseek(r->from.f, 0, SEEK_SET))
            return bad_length(s, tf_invalid_argument, r->left);
    }
    return read_into_room(r, 0, (uint64_t)n[HEADER]) == SIZE_MAX ? tf1c_stage_out_of_memory(s) : TF1C_ELEMENT;
}

/* Of a compressed file: a piece and a footer are kept in r->room, for only what is before the footer is a piece. */
static tf1c_next inflated_piece(tf1c_stage *s, tf1c_element *e)
{
    reading *r = s->mine;
    const size_t piece = (size_t)s->of->numbers[RECORD], footer = (size_t)s->of->numbers[FOOTER];
    const size_t kept = r->left > 0 ? footer : 0; /* left: whether there was a piece before */
    const size_t got = read_into_room(r, kept, piece + footer - kept);
    if (got == SIZE_MAX)
        return tf1c_stage_out_of_memory(s);
    if (kept + got < piece + footer) {
        const int64_t body = (int64_t)r->offset - s->of->numbers[HEADER] - s->of->numbers[FOOTER];
        return body == 0 || (kept + got == footer && body > 0) ? TF1C_END : bad_length(s, tf_data_loss, body);
    }
    const tf1c_next next = give(s, e, r->room, piece);
    memmove(r->room, r->room + piece, footer);
    r->left = 1;
    return next;
}

static tf1c_next piece(tf1c_stage *s, tf1c_element *e)
{
    reading *r = s->mine;
    const size_t size = (size_t)s->of->numbers[RECORD];
    if (!r->from.f)
        return TF1C_END;
    if (r->from.inflated)
        return inflated_piece(s, e);
    if (r->left < (int64_t)size)
        return TF1C_END;
    r->left -= (int64_t)size;
    const size_t got = read_into_room(r, 0, size);
    return got == SIZE_MAX ? tf1c_stage_out_of_memory(s) : got < size ? bad_record(s, r->offset, true) : give(s, e, r->room, size);
}

static tf1c_next pieces_next(tf1c_stage *s, tf1c_element *e)
{
    for (;;) {
        tf1c_next next = piece(s, e);
        if (next != TF1C_END)
            return next;
        next = open_next(s);
        if (next == TF1C_ELEMENT)
            next = begin_pieces(s);
        if (next != TF1C_ELEMENT)
            return next;
    }
}
const tf1c_stage_kind tf1c_fixed_length_stage = { .name = "FixedLengthRecordDataset",
                                                  .size = sizeof(reading),
                                                  .open = files_open,
                                                  .next = pieces_next,
                                                  .restart = files_restart,
                                                  .close = files_close };
