/* The elements of a checkpoint's arrays: in the file, and of the dtypes that they are read as. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/bundle_private.h"
#include "core/cast.h"
#include "core/crc32c.h"
#include "core/team.h"

enum {
    CHUNK = 1 << 18,          /* bytes that are summed up while they are in the cache */
    WORTH_A_THREAD = 1 << 20, /* bytes */
    MOST_THREADS = 8
};

/* ---- dtypes ------------------------------------------------------------------------------------------------------------------ */

/* How TensorFlow's dtypes are read: as which of ours, from how many bytes. */
static const struct {
    int type;
    tf_dtype as;
    int size;
    const char *name;
} types[] = {
    { TF1C__DATA_TYPE__DT_FLOAT, tf_float32, 4, "float32" },
    { TF1C__DATA_TYPE__DT_DOUBLE, tf_float64, 8, "float64" },
    { TF1C__DATA_TYPE__DT_INT32, tf_int32, 4, "int32" },
    { TF1C__DATA_TYPE__DT_UINT8, tf_uint8, 1, "uint8" },
    { TF1C__DATA_TYPE__DT_INT16, tf_int32, 2, "int16" },
    { TF1C__DATA_TYPE__DT_INT8, tf_int32, 1, "int8" },
    { TF1C__DATA_TYPE__DT_STRING, tf_dtype_unset, 0, "string" },
    { TF1C__DATA_TYPE__DT_INT64, tf_int64, 8, "int64" },
    { TF1C__DATA_TYPE__DT_BOOL, tf_bool, 1, "bool" },
    { TF1C__DATA_TYPE__DT_BFLOAT16, tf_float32, 2, "bfloat16" },
    { TF1C__DATA_TYPE__DT_UINT16, tf_int32, 2, "uint16" },
    { TF1C__DATA_TYPE__DT_HALF, tf_float32, 2, "float16" },
    { TF1C__DATA_TYPE__DT_UINT32, tf_int64, 4, "uint32" },
};
enum { TYPES = sizeof types / sizeof *types };

static int row_of(int type)
{
    int i = 0;
    while (i < TYPES && types[i].type != type)
        i++;
    return i;
}

float tf1c_half_to_float(uint16_t h)
{
    const uint32_t sign = (uint32_t)(h >> 15) << 31, exponent = h >> 10 & 31, fraction = h & 1023;
    union {
        uint32_t bits;
        float x;
    } u;
    if (exponent == 31)
        u.bits = sign | 0x7f800000u | fraction << 13;
    else if (exponent)
        u.bits = sign | (exponent + 112) << 23 | fraction << 13;
    else {
        u.x = (float)fraction * 0x1p-24f;
        u.bits |= sign;
    }
    return u.x;
}

float tf1c_bfloat_to_float(uint16_t b)
{
    union {
        uint32_t bits;
        float x;
    } u = { (uint32_t)b << 16 };
    return u.x;
}

#define WIDEN(from, to_type, value)                        \
    for (int64_t i = 0; i < n; i++) {                      \
        from x;                                            \
        memcpy(&x, raw + i * (int64_t)sizeof x, sizeof x); \
        ((to_type *)to)[i] = (to_type)(value);             \
    }                                                      \
    break

static void convert(int type, const char *raw, int64_t n, void *to)
{
    switch (type) {
    case TF1C__DATA_TYPE__DT_INT16: WIDEN(int16_t, int32_t, x);
    case TF1C__DATA_TYPE__DT_INT8: WIDEN(int8_t, int32_t, x);
    case TF1C__DATA_TYPE__DT_UINT16: WIDEN(uint16_t, int32_t, x);
    case TF1C__DATA_TYPE__DT_UINT32: WIDEN(uint32_t, int64_t, x);
    case TF1C__DATA_TYPE__DT_HALF: WIDEN(uint16_t, float, tf1c_half_to_float(x));
    case TF1C__DATA_TYPE__DT_BFLOAT16: WIDEN(uint16_t, float, tf1c_bfloat_to_float(x));
    case TF1C__DATA_TYPE__DT_BOOL: WIDEN(uint8_t, bool, x != 0);
    default: break;
    }
}

tf_dtype tf1c_bundle_read_as(int type)
{
    const int row = row_of(type);
    return row < TYPES ? types[row].as : tf_dtype_unset;
}

tf_dtype tf1c_bundle_dtype(const tf1c_bundle *b, int i) { return tf1c_bundle_read_as(b->entries[i].type); }

const char *tf1c_bundle_dtype_name(const tf1c_bundle *b, int i)
{
    const int row = row_of(b->entries[i].type);
    return row < TYPES ? types[row].name : "unknown";
}

static int threads_for(int64_t bytes, int threads)
{
    const int64_t worth = bytes / WORTH_A_THREAD;
    threads = threads < MOST_THREADS ? threads : MOST_THREADS;
    return tf1c_team_now(worth < threads ? worth < 1 ? 1 : (int)worth : threads);
}

/* ---- writing ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    tf1c_safe_file *file;
    const char *data;
    size_t n;
    uint32_t crc;
} written;

/* A file is written by one thread; another, if there is one, sums up meanwhile. */
static void write_share(void *arg, int worker, int workers)
{
    written *w = arg;
    for (size_t at = 0, m; at < w->n; at += m) {
        m = w->n - at < CHUNK ? w->n - at : CHUNK;
        if (worker == workers - 1)
            w->crc = tf1c_crc32c(w->crc, w->data + at, m);
        if (worker == 0)
            tf1c_safe_write(w->file, w->data + at, m);
    }
}

uint32_t tf1c_bundle_write_data(tf1c_bundle_writer *w, const char *data, size_t n)
{
    written all = { .file = &w->data, .data = data, .n = n };
    const int threads = threads_for((int64_t)n, w->threads);
    tf1c_team_run(threads < 2 ? threads : 2, write_share, &all);
    return all.crc;
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------ */

static tf_status open_shard(tf1c_bundle *b, int shard, tf_source here)
{
    char ending[48];
    if (b->open_shard == shard)
        return tf_ok;
    if (b->fd >= 0)
        close(b->fd);
    b->open_shard = b->fd = -1;
    snprintf(ending, sizeof ending, ".data-%05d-of-%05d", shard, b->shards);
    char *path = tf1c_bundle_file_name(b->prefix, ending);
    if (!path)
        return tf1c_bundle_no_memory(here);
    b->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const tf_status status = b->fd < 0 ? tf1c_file_error(errno, path, here) : tf_ok;
    b->open_shard = status ? -1 : shard;
    tf1c_free(path);
    return status;
}

/* Fewer bytes than asked for: false. */
static bool read_at(int fd, char *to, size_t n, int64_t at)
{
    while (n) {
        const ssize_t got = pread(fd, to, n, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        to += got;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

/* Each thread's share are elements that follow each other: read straight to where they belong, or through `room`, CHUNK bytes a
 * thread, to be converted to there or, at NULL, to be checked alone. */
typedef struct {
    int fd;
    const tf1c_stored *e;
    int64_t n;
    char *to, *room;
    struct {
        int64_t bytes;
        uint32_t crc;
        bool fell_short;
    } shares[MOST_THREADS];
} reading;

static void read_share(void *arg, int worker, int workers)
{
    reading *r = arg;
    const int row = row_of(r->e->type), size = types[row].size, wide = (int)tf_dtype_size(types[row].as);
    const int64_t first = r->n / workers * worker, last = worker == workers - 1 ? r->n : first + r->n / workers;
    uint32_t crc = 0;
    bool good = true;
    for (int64_t at = first, m; at < last && good; at += m) {
        m = last - at < CHUNK / 8 ? last - at : CHUNK / 8;
        char *raw = r->room ? r->room + (int64_t)worker * CHUNK : r->to + at * size;
        good = read_at(r->fd, raw, (size_t)(m * size), r->e->offset + at * size);
        if (good)
            crc = tf1c_crc32c(crc, raw, (size_t)(m * size));
        if (good && r->room && r->to)
            convert(r->e->type, raw, m, r->to + at * wide);
    }
    r->shares[worker].bytes = (last - first) * size;
    r->shares[worker].crc = crc;
    r->shares[worker].fell_short = !good;
}

static tf_status read_elements(tf1c_bundle *b, reading *r, int threads, tf_source here)
{
    uint32_t crc = 0;
    tf1c_team_run(threads, read_share, r);
    for (int i = 0; i < threads; i++) {
        if (r->shares[i].fell_short)
            return tf_fail(tf_out_of_range, here, NULL, "Read less bytes than requested (%s in %s)", r->e->name, b->prefix);
        crc = tf1c_crc32c_join(crc, r->shares[i].crc, (uint64_t)r->shares[i].bytes);
    }
    crc = tf1c_crc32c_mask(crc);
    if (crc != r->e->crc)
        return tf_fail(tf_data_loss, here, NULL,
                       "Checksum does not match: stored %u vs. calculated on the restored bytes %u (%s in %s)", r->e->crc, crc,
                       r->e->name, b->prefix);
    return tf_ok;
}

static bool needs_converting(int type, int size, tf_dtype as)
{
    return type == TF1C__DATA_TYPE__DT_BOOL || (size_t)size != tf_dtype_size(as);
}

tf_status tf1c_bundle_read_plain(tf1c_bundle *b, const tf1c_stored *e, int64_t n, void *to, tf_source here)
{
    const int row = row_of(e->type), size = types[row].size, threads = threads_for(e->size, b->threads);
    if (e->size != n * size)
        return tf_fail(tf_data_loss, here, NULL, "Invalid size in bundle entry: key %s; stored size %lld; expected size %lld",
                       e->name, (long long)e->size, (long long)(n * size));
    tf_status status = open_shard(b, e->shard, here);
    if (status)
        return status;
    reading r = { .fd = b->fd, .e = e, .n = n, .to = to };
    if ((!to || needs_converting(e->type, size, types[row].as)) && !(r.room = tf1c_alloc((size_t)threads * CHUNK)))
        return tf1c_bundle_no_memory(here);
    status = read_elements(b, &r, threads, here);
    if (to)
        tf1c_make_bools(&(tf_ndarray){ .data = to, .dtype = types[row].as, .shape = SHAPE(n) });
    tf1c_free(r.room);
    return status;
}
