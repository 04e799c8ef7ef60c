/* NumPy's .npz: a zip archive (PKWARE's APPNOTE) of .npy files, stored or deflated. Nothing an archive says is
 * believed before it is checked against the file's size. */
#include "core/npy.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "core/alloc.h"
#include "core/report.h"

/* Sizes of the records' fixed parts. */
enum { LOCAL = 30, CENTRAL = 46, END = 22, END64 = 56, LOCATOR64 = 20, COMMENT_MAX = UINT16_MAX };
enum { STORED = 0, DEFLATED = 8, ENCRYPTED = 1, UTF8_NAME = 1 << 11, VERSION = 20, VERSION64 = 45, JANUARY_1980 = 33 };

static unsigned get16(const uint8_t *p) { return p[0] | (unsigned)p[1] << 8; }
static uint32_t get32(const uint8_t *p) { return get16(p) | (uint32_t)get16(p + 2) << 16; }
static uint64_t get64(const uint8_t *p) { return get32(p) | (uint64_t)get32(p + 4) << 32; }

static tf_status read_at(const tf1c_npy_place *p, FILE *f, uint64_t at, void *to, size_t n)
{
    if (fseeko(f, (off_t)at, SEEK_SET) != 0)
        return tf1c_npy_fault(p, tf_os_error, "%s", strerror(errno));
    return tf1c_npy_read(p, f, to, n);
}

/* Deflate packs at most 1032 bytes in one; a size beyond that is not worth asking memory for. */
static bool sizes_are_possible(uint64_t packed, uint64_t size, bool deflated)
{
    return deflated ? size / 1032 <= packed + 1 : size == packed;
}

/* ---- .npz: the archive's directory -------------------------------------------------------------------------------- */

typedef struct {
    const char *name, *key; /* "w.npy", "w" */
    uint64_t offset, packed, size;
    uint32_t crc;
    unsigned method, flags;
} entry;

struct np_npz {
    FILE *file;
    tf1c_arena arena; /* path, names */
    const char *path;
    entry *entries;
    int count;
    uint64_t directory; /* where the entries' data end */
};

typedef struct {
    uint64_t at, bytes, count;
} directory;

/* The directory's place from zip64's own record, for archives or counts too large for the plain one. */
static tf_status find_directory64(const tf1c_npy_place *p, FILE *f, const uint8_t *locator, uint64_t limit, directory *d)
{
    uint8_t end[END64];
    uint64_t at = get64(locator + 8);
    tf_status code;

    if (memcmp(locator, "PK\6\7", 4) != 0 || limit < END64 || at > limit - END64)
        return tf1c_npy_fault(p, tf_data_loss, "the zip64 directory is not where it should be");
    code = read_at(p, f, at, end, sizeof end);
    if (code)
        return code;
    if (memcmp(end, "PK\6\6", 4) != 0)
        return tf1c_npy_fault(p, tf_data_loss, "the zip64 directory is not where it should be");
    *d = (directory){ .count = get64(end + 32), .bytes = get64(end + 40), .at = get64(end + 48) };
    return tf_ok;
}

/* The end record stands last, behind it only a comment. */
static tf_status find_directory(const tf1c_npy_place *p, FILE *f, uint64_t size, directory *d)
{
    uint64_t tail = END + COMMENT_MAX + LOCATOR64 < size ? END + COMMENT_MAX + LOCATOR64 : size, i;
    uint8_t *bytes = tf1c_alloc(tail);
    tf_status code = bytes ? read_at(p, f, size - tail, bytes, tail) : tf1c_npy_no_memory(p, tail);

    for (i = tail < END ? 0 : tail - END + 1; !code && i-- > 0;)
        if (memcmp(bytes + i, "PK\5\6", 4) == 0 && get16(bytes + i + 20) == tail - i - END)
            break;
    if (!code && (tail < END || i == UINT64_MAX))
        code = tf1c_npy_fault(p, tf_data_loss, "not a .npz file, or truncated: a zip archive's directory is missing at its end");
    if (!code) {
        const uint8_t *end = bytes + i;

        *d = (directory){ .count = get16(end + 10), .bytes = get32(end + 12), .at = get32(end + 16) };
        if ((d->count == UINT16_MAX || d->bytes == UINT32_MAX || d->at == UINT32_MAX) && i >= LOCATOR64)
            code = find_directory64(p, f, end - LOCATOR64, size - tail + i - LOCATOR64, d);
        if (!code && (d->at > size - tail + i || d->bytes > size - tail + i - d->at || d->count > d->bytes / CENTRAL))
            code = tf1c_npy_fault(p, tf_data_loss, "the archive's directory does not fit the file");
    }
    tf1c_free(bytes);
    return code;
}

/* Takes the next 64-bit value of a zip64 extra field where the plain one says 0xFFFFFFFF. */
static bool take64(const uint8_t **extra, const uint8_t *end, uint64_t *value)
{
    if (*value != UINT32_MAX)
        return true;
    if (end - *extra < 8)
        return false;
    *value = get64(*extra);
    *extra += 8;
    return true;
}

static bool read_extra(const uint8_t *extra, const uint8_t *end, entry *e)
{
    while (end - extra >= 4) {
        const unsigned id = get16(extra);
        const ptrdiff_t n = get16(extra + 2);

        extra += 4;
        if (n > end - extra)
            return false;
        if (id == 1) {
            const uint8_t *stop = extra + n;

            return take64(&extra, stop, &e->size) && take64(&extra, stop, &e->packed) && take64(&extra, stop, &e->offset);
        }
        extra += n;
    }
    return true;
}

/* Reads one directory record; false if it does not fit or holds nonsense. */
static bool read_entry(np_npz *z, const uint8_t **at, const uint8_t *end, entry *e, tf_status *code)
{
    const uint8_t *p = *at, *name = p + CENTRAL;
    size_t name_size, extra_size, n;
    char *copy;

    if (end - p < CENTRAL || memcmp(p, "PK\1\2", 4) != 0)
        return false;
    name_size = get16(p + 28);
    extra_size = get16(p + 30);
    n = name_size + extra_size + get16(p + 32);
    if ((size_t)(end - name) < n)
        return false;
    *e = (entry){ .flags = get16(p + 8),
                  .method = get16(p + 10),
                  .crc = get32(p + 16),
                  .packed = get32(p + 20),
                  .size = get32(p + 24),
                  .offset = get32(p + 42) };
    if (memchr(name, 0, name_size) || !read_extra(name + name_size, name + name_size + extra_size, e))
        return false;
    *at = name + n;
    e->name = copy = tf1c_arena_alloc(&z->arena, name_size + 1);
    e->key = copy ? tf1c_arena_copy(&z->arena, memcpy(copy, name, name_size), name_size + 1) : NULL;
    if (!e->key)
        *code = tf_memory_error;
    else if (name_size >= 4 && strcmp(e->key + name_size - 4, ".npy") == 0)
        ((char *)e->key)[name_size - 4] = '\0';
    else
        e->key = NULL; /* not an array */
    return true;
}

static tf_status read_directory(const tf1c_npy_place *p, np_npz *z, const directory *d)
{
    uint8_t *bytes = tf1c_alloc((size_t)d->bytes);
    const uint8_t *at = bytes;
    tf_status code = bytes ? read_at(p, z->file, d->at, bytes, (size_t)d->bytes) : tf1c_npy_no_memory(p, d->bytes);

    for (uint64_t i = 0; !code && i < d->count; i++) {
        entry *e = &z->entries[z->count];

        if (!read_entry(z, &at, bytes + d->bytes, e, &code))
            code = tf1c_npy_fault(p, tf_data_loss, "entry %" PRIu64 " of the archive's directory is damaged", i);
        else if (code)
            tf1c_npy_no_memory(p, d->bytes);
        else
            z->count += e->key != NULL;
    }
    if (!code && at != bytes + d->bytes)
        code = tf1c_npy_fault(p, tf_data_loss, "the archive's directory holds more than its %" PRIu64 " entries", d->count);
    tf1c_free(bytes);
    return code;
}

static tf_status open_archive(const tf1c_npy_place *p, np_npz *z)
{
    directory d = { 0 };
    uint64_t size;
    tf_status code;

    z->path = tf1c_arena_strdup(&z->arena, p->path);
    if (!z->path)
        return tf1c_npy_no_memory(p, strlen(p->path) + 1);
    z->file = tf1c_npy_open(p, &size);
    if (!z->file)
        return tf_os_error;
    code = find_directory(p, z->file, size, &d);
    if (code)
        return code;
    if (d.count > INT_MAX)
        return tf1c_npy_fault(p, tf_unimplemented, "%" PRIu64 " entries are too many", d.count);
    z->directory = d.at;
    z->entries = tf1c_alloc((size_t)d.count * sizeof *z->entries);
    return z->entries ? read_directory(p, z, &d) : tf1c_npy_no_memory(p, d.count * sizeof *z->entries);
}

np_npz *np_npz_open_(const char *path, tf_source here)
{
    TF1C_HOLD_REPORTS;
    tf1c_npy_place p = { .path = path ? path : "", .here = here };
    np_npz *z = tf1c_alloc_zero(sizeof *z);

    if (!z)
        tf1c_npy_no_memory(&p, sizeof *z);
    else if (open_archive(&p, z)) {
        np_npz_close(z);
        z = NULL;
    }
    return z;
}

void np_npz_close(np_npz *z)
{
    if (!z)
        return;
    if (z->file)
        fclose(z->file);
    tf1c_free(z->entries);
    tf1c_arena_free(&z->arena);
    tf1c_free(z);
}

int np_npz_count(const np_npz *z) { return z ? z->count : 0; }

const char *np_npz_key(const np_npz *z, int i) { return i >= 0 && i < np_npz_count(z) ? z->entries[i].key : NULL; }

/* The last of that name, as Python's zipfile has it. */
static const entry *find_entry(const np_npz *z, const char *key)
{
    for (int i = np_npz_count(z); i-- > 0;)
        if (key && strcmp(z->entries[i].key, key) == 0)
            return &z->entries[i];
    return NULL;
}

bool np_npz_has(const np_npz *z, const char *key) { return find_entry(z, key) != NULL; }

/* ---- .npz: one entry ---------------------------------------------------------------------------------------------- */

/* The name behind the local header, where the file stands, must be the directory's. */
static tf_status check_name(const tf1c_npy_place *p, FILE *f, const char *name, size_t n)
{
    char piece[256];

    for (size_t m; n; name += m, n -= m) {
        tf_status code;

        m = n < sizeof piece ? n : sizeof piece;
        code = tf1c_npy_read(p, f, piece, m);
        if (code)
            return code;
        if (memcmp(piece, name, m) != 0)
            return tf1c_npy_fault(p, tf_data_loss, "the entry's header names another file");
    }
    return tf_ok;
}

/* Checks the entry against its local header and moves the file to its data. */
static tf_status seek_entry(const np_npz *z, const entry *e, const tf1c_npy_place *p)
{
    uint8_t local[LOCAL];
    uint64_t begin = e->offset + LOCAL;
    size_t name_size = strlen(e->name);
    tf_status code;

    if (e->flags & ENCRYPTED)
        return tf1c_npy_fault(p, tf_unimplemented, "the entry is encrypted");
    if (e->method != STORED && e->method != DEFLATED)
        return tf1c_npy_fault(p, tf_unimplemented, "compression method %u is not stored or deflated", e->method);
    if (z->directory < LOCAL || e->offset > z->directory - LOCAL)
        return tf1c_npy_fault(p, tf_data_loss, "the entry lies outside of the archive");
    code = read_at(p, z->file, e->offset, local, sizeof local);
    if (code)
        return code;
    if (memcmp(local, "PK\3\4", 4) != 0 || get16(local + 26) != name_size || get16(local + 8) != e->method)
        return tf1c_npy_fault(p, tf_data_loss, "the entry's header is damaged");
    begin += name_size + get16(local + 28);
    if (begin > z->directory || e->packed > z->directory - begin)
        return tf1c_npy_fault(p, tf_data_loss, "the entry lies outside of the archive");
    if (!sizes_are_possible(e->packed, e->size, e->method == DEFLATED))
        return tf1c_npy_fault(p, tf_data_loss, "%" PRIu64 " packed bytes cannot hold %" PRIu64, e->packed, e->size);
    code = check_name(p, z->file, e->name, name_size);
    if (!code && fseeko(z->file, (off_t)begin, SEEK_SET) != 0)
        code = tf1c_npy_fault(p, tf_os_error, "%s", strerror(errno));
    return code;
}

static voidpf zlib_alloc(voidpf none, uInt items, uInt size)
{
    (void)none;
    return tf1c_alloc((size_t)items * size);
}

static void zlib_free(voidpf none, voidpf p)
{
    (void)none;
    tf1c_free(p);
}

static tf_ndarray read_entry_array(np_npz *z, const entry *e, const tf1c_npy_place *p)
{
    tf1c_npy_reader r = { .place = *p, .file = z->file, .left = e->size, .deflated = e->method == DEFLATED };
    tf_ndarray a = { 0 };

    if (seek_entry(z, e, p))
        return a;
    if (r.deflated) {
        r.packed = e->packed;
        r.z.zalloc = zlib_alloc;
        r.z.zfree = zlib_free;
        if (inflateInit2(&r.z, -MAX_WBITS) != Z_OK) { /* raw deflate; nothing but memory can be short */
            tf1c_npy_no_memory(p, 1 << MAX_WBITS);
            return a;
        }
    }
    a = tf1c_npy_read_array(&r);
    if (r.deflated)
        inflateEnd(&r.z);
    if (a.data && r.crc != e->crc) {
        tf1c_npy_fault(p, tf_data_loss, "the data are damaged (checksum %08" PRIx32 ", the archive says %08" PRIx32 ")", r.crc,
                       e->crc);
        np_free(&a);
    }
    return a;
}

tf_ndarray np_npz_get_(np_npz *z, const char *key, tf_source here)
{
    TF1C_HOLD_REPORTS;
    const entry *e = find_entry(z, key);
    tf1c_npy_place p = { .path = z ? z->path : NULL, .key = key, .here = here };

    if (z && !e)
        tf_fail(tf_key_error, here, NULL, "%s: '%s' is not a file in the archive", z->path, key ? key : "(null)");
    return e ? read_entry_array(z, e, &p) : (tf_ndarray){ 0 };
}

/* ---- writing: entries are stored, as numpy.savez does ------------------------------------------------------------- */

/* A record being put together, little-endian. */
typedef struct {
    uint8_t bytes[128];
    size_t n;
} record;

static void add(record *r, int bytes, uint64_t value)
{
    for (int i = 0; i < bytes; i++)
        r->bytes[r->n++] = (uint8_t)(value >> 8 * i);
}

static uint64_t at_most(uint64_t value, uint64_t limit) { return value < limit ? value : limit; }

typedef struct {
    const char *key;
    uint64_t offset, size;
    uint32_t crc;
} written;

/* What local and central records have in common, from the version on. */
static void add_common(record *r, const written *e, int extra)
{
    bool ascii = true;

    for (const char *c = e->key; *c; c++)
        ascii = ascii && (unsigned char)*c < 0x80;
    add(r, 2, extra ? VERSION64 : VERSION);
    add(r, 2, ascii ? 0 : UTF8_NAME);
    add(r, 2, STORED);
    add(r, 2, 0); /* time: midnight, on the first day there is */
    add(r, 2, JANUARY_1980);
    add(r, 4, e->crc);
    add(r, 4, at_most(e->size, UINT32_MAX));
    add(r, 4, at_most(e->size, UINT32_MAX));
    add(r, 2, strlen(e->key) + 4);
    add(r, 2, (uint64_t)extra);
}

static void put_name(tf1c_npy_writer *w, const char *key)
{
    tf1c_npy_put(w, key, strlen(key));
    tf1c_npy_put(w, ".npy", 4);
}

/* The zip64 extra field: both sizes if they are too large, then the offset if it is. */
static void put_extra(tf1c_npy_writer *w, uint64_t size, uint64_t offset)
{
    record r = { .n = 4 };
    size_t end;

    if (size >= UINT32_MAX) {
        add(&r, 8, size);
        add(&r, 8, size);
    }
    if (offset >= UINT32_MAX)
        add(&r, 8, offset);
    end = r.n;
    r.n = 0;
    add(&r, 2, 1);
    add(&r, 2, end - 4);
    tf1c_npy_put(w, r.bytes, end > 4 ? end : 0);
}

static void put_local(tf1c_npy_writer *w, const written *e)
{
    record r = { .n = 0 };

    add(&r, 4, 0x04034b50);
    add_common(&r, e, e->size >= UINT32_MAX ? 20 : 0);
    tf1c_npy_put(w, r.bytes, r.n);
    put_name(w, e->key);
    put_extra(w, e->size, 0);
}

static void put_central(tf1c_npy_writer *w, const written *e)
{
    int values = (e->size >= UINT32_MAX ? 16 : 0) + (e->offset >= UINT32_MAX ? 8 : 0);
    int extra = values ? 4 + values : 0;
    record r = { .n = 0 };

    add(&r, 4, 0x02014b50);
    add(&r, 2, extra ? VERSION64 : VERSION);
    add_common(&r, e, extra);
    add(&r, 2, 0); /* comment, disk, attributes */
    add(&r, 2, 0);
    add(&r, 2, 0);
    add(&r, 4, 0);
    add(&r, 4, at_most(e->offset, UINT32_MAX));
    tf1c_npy_put(w, r.bytes, r.n);
    put_name(w, e->key);
    put_extra(w, e->size, e->offset);
}

static void put_end(tf1c_npy_writer *w, uint64_t count, uint64_t at)
{
    uint64_t bytes = w->file.at - at, here = w->file.at;
    record r = { .n = 0 };

    if (count >= UINT16_MAX || bytes >= UINT32_MAX || at >= UINT32_MAX) {
        add(&r, 4, 0x06064b50);
        add(&r, 8, END64 - 12);
        add(&r, 2, VERSION64);
        add(&r, 2, VERSION64);
        add(&r, 8, 0); /* disks */
        add(&r, 8, count);
        add(&r, 8, count);
        add(&r, 8, bytes);
        add(&r, 8, at);
        add(&r, 4, 0x07064b50);
        add(&r, 4, 0);
        add(&r, 8, here);
        add(&r, 4, 1);
    }
    add(&r, 4, 0x06054b50);
    add(&r, 4, 0);
    add(&r, 2, at_most(count, UINT16_MAX));
    add(&r, 2, at_most(count, UINT16_MAX));
    add(&r, 4, at_most(bytes, UINT32_MAX));
    add(&r, 4, at_most(at, UINT32_MAX));
    add(&r, 2, 0);
    tf1c_npy_put(w, r.bytes, r.n);
}

static tf_status put_array(tf1c_npy_writer *w, written *e, const char *key, tf_ndarray a)
{
    tf1c_npy_place p = w->place;
    tf1c_npy_image m;
    tf_status code;
    uLong crc;

    p.key = key;
    code = tf1c_npy_image_make(&m, &p, a);
    if (code)
        return code;
    crc = crc32_z(0, (const Bytef *)m.header, m.header_size);
    if (np_nbytes(m.array))
        crc = crc32_z(crc, m.array.data, np_nbytes(m.array));
    *e = (written){ key, w->file.at, m.header_size + np_nbytes(m.array), (uint32_t)crc };
    put_local(w, e);
    tf1c_npy_put(w, m.header, m.header_size);
    tf1c_npy_put(w, m.array.data, np_nbytes(m.array));
    tf1c_npy_image_free(&m);
    return tf_ok;
}

static int compare_keys(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* Keys are names that fit a zip record, and no two are the same; `sorted` is room for n. */
static tf_status check_keys(const tf1c_npy_place *p, int n, const char *const *keys, const char **sorted)
{
    for (int i = 0; i < n; i++) {
        if (!keys[i] || strlen(keys[i]) > UINT16_MAX - 4)
            return tf1c_npy_fault(p, tf_value_error, "key %d is %s", i, keys[i] ? "too long" : "NULL");
        sorted[i] = keys[i];
    }
    qsort(sorted, (size_t)n, sizeof *sorted, compare_keys);
    for (int i = 1; i < n; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            return tf1c_npy_fault(p, tf_value_error, "key '%s' is given twice", sorted[i]);
    return tf_ok;
}

static tf_status write_archive(tf1c_npy_writer *w, int n, const char *const *keys, const tf_ndarray *arrays, written *entries)
{
    tf_status code = tf_ok;
    uint64_t at;

    for (int i = 0; !code && i < n; i++)
        code = put_array(w, &entries[i], keys[i], arrays[i]);
    at = w->file.at;
    for (int i = 0; !code && i < n; i++)
        put_central(w, &entries[i]);
    put_end(w, (uint64_t)n, at);
    return code;
}

tf_status np_savez_(const char *path, int n, const char *const *keys, const tf_ndarray *arrays, tf_source here)
{
    TF1C_HOLD_REPORTS;
    tf1c_npy_place p = { .path = path ? path : "", .here = here };
    size_t size = n > 0 ? (size_t)n : 0;
    if (!path)
        return tf1c_npy_no_path(here);
    if (n < 0 || (n && (!keys || !arrays)))
        return tf_fail(tf_value_error, here, NULL, "%d arrays were given without keys or values", n);
    const char **sorted = tf1c_alloc(size * sizeof *sorted);
    written *entries = tf1c_alloc(size * sizeof *entries);
    tf1c_npy_writer w;
    tf_status code = sorted && entries ? check_keys(&p, (int)size, keys, sorted)
                                       : tf1c_npy_no_memory(&p, size * (sizeof *sorted + sizeof *entries));

    if (!code)
        code = tf1c_npy_create(&w, p.path, ".npz", here);
    if (!code)
        code = tf1c_npy_finish(&w, write_archive(&w, (int)size, keys, arrays, entries));
    tf1c_free(sorted);
    tf1c_free(entries);
    return code;
}
