/* NumPy's .npy: a text header, then the bytes. Nothing a file says is believed before it is checked against the
 * file's own size. */
#include "core/npy.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/types.h>

#include "core/alloc.h"

enum { PREFIX_MAX = 12, HEADER_MAX = UINT16_MAX, HEADER_ALIGN = 64 };

static const char magic[] = "\x93NUMPY";

tf_status tf1c_npy_fault(const tf1c_npy_place *p, tf_status code, const char *format, ...)
{
    char what[512];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return tf_fail(code, p->here, NULL, "%s%s%s: %s", p->path, p->key ? ":" : "", p->key ? p->key : "", what);
}

tf_status tf1c_npy_no_memory(const tf1c_npy_place *p, uint64_t bytes)
{
    return tf1c_npy_fault(p, tf_memory_error, "no memory for %" PRIu64 " bytes", bytes);
}

/* ---- reading files ------------------------------------------------------------------------------------------- */

FILE *tf1c_npy_open(const tf1c_npy_place *p, uint64_t *size)
{
    FILE *f = fopen(p->path, "rb");
    off_t end = -1;

    if (!f) {
        tf1c_npy_fault(p, errno == ENOENT || errno == ENOTDIR ? tf_not_found : tf_os_error, "%s", strerror(errno));
        return NULL;
    }
    if (fseeko(f, 0, SEEK_END) == 0)
        end = ftello(f);
    if (end < 0 || end == LLONG_MAX || fseeko(f, 0, SEEK_SET) != 0) { /* a directory's end is LLONG_MAX on Linux */
        tf1c_npy_fault(p, tf_os_error, "not a file that can be read");
        fclose(f);
        return NULL;
    }
    *size = (uint64_t)end;
    return f;
}

tf_status tf1c_npy_read(const tf1c_npy_place *p, FILE *f, void *to, size_t n)
{
    if (fread(to, 1, n, f) == n)
        return tf_ok;
    if (ferror(f))
        return tf1c_npy_fault(p, tf_os_error, "%s", strerror(errno));
    return tf1c_npy_fault(p, tf_data_loss, "the file is truncated: %zu bytes expected where it ends", n);
}

static tf_status refill(tf1c_npy_reader *r)
{
    size_t n = r->packed < sizeof r->in ? (size_t)r->packed : sizeof r->in;
    tf_status code;

    if (!n)
        return tf1c_npy_fault(&r->place, tf_data_loss, "the compressed data end too early");
    code = tf1c_npy_read(&r->place, r->file, r->in, n);
    r->packed -= n;
    r->z.next_in = r->in;
    r->z.avail_in = (uInt)n;
    return code;
}

static tf_status inflate_bytes(tf1c_npy_reader *r, uint8_t *to, size_t n)
{
    while (n) {
        uInt want = n < INT_MAX ? (uInt)n : INT_MAX;
        int answer;

        if (!r->z.avail_in && r->packed) {
            tf_status code = refill(r);

            if (code)
                return code;
        }
        r->z.next_out = to;
        r->z.avail_out = want;
        answer = inflate(&r->z, Z_NO_FLUSH);
        to += want - r->z.avail_out;
        n -= want - r->z.avail_out;
        if (answer == Z_MEM_ERROR)
            return tf1c_npy_no_memory(&r->place, n);
        if (answer == Z_DATA_ERROR || answer == Z_NEED_DICT || answer == Z_STREAM_ERROR)
            return tf1c_npy_fault(&r->place, tf_data_loss, "the compressed data are damaged (%s)",
                                  r->z.msg ? r->z.msg : "not a deflate stream");
        if (n && (answer == Z_STREAM_END || (!r->z.avail_in && !r->packed)))
            return tf1c_npy_fault(&r->place, tf_data_loss, "the compressed data end %zu bytes too early", n);
    }
    return tf_ok;
}

static tf_status read_bytes(tf1c_npy_reader *r, void *to, size_t n)
{
    tf_status code;

    if (n > r->left)
        return tf1c_npy_fault(&r->place, tf_data_loss, "truncated: %zu bytes expected, %" PRIu64 " are left", n, r->left);
    code = r->deflated ? inflate_bytes(r, to, n) : tf1c_npy_read(&r->place, r->file, to, n);
    if (code)
        return code;
    r->left -= n;
    r->crc = (uint32_t)crc32_z(r->crc, to, n);
    return tf_ok;
}

/* ---- .npy: the header is a Python dictionary -------------------------------------------------------------------- */

typedef struct {
    tf_dtype dtype;
    tf_dims shape;
    bool fortran_order, has_dtype, has_order;
} header;

static const struct {
    const char *descr;
    tf_dtype dtype;
} descrs[] = {
    { "<f4", tf_float32 }, { "<f8", tf_float64 }, { "<i4", tf_int32 }, { "<i8", tf_int64 }, { "|u1", tf_uint8 }, { "|b1", tf_bool },
};
enum { DESCRS = sizeof descrs / sizeof descrs[0] };

static void skip_space(const char **at) { *at += strspn(*at, " \t\r\n"); }

static bool take(const char **at, char c)
{
    skip_space(at);
    if (**at != c)
        return false;
    ++*at;
    return true;
}

/* A quoted string of at most n - 1 characters. */
static bool take_string(const char **at, char *text, size_t n)
{
    const char *end;
    char quote;

    skip_space(at);
    quote = **at;
    end = quote == '\'' || quote == '"' ? strchr(*at + 1, quote) : NULL;
    if (!end || (size_t)(end - *at) > n)
        return false;
    memcpy(text, *at + 1, (size_t)(end - *at) - 1);
    text[end - *at - 1] = '\0';
    *at = end + 1;
    return true;
}

static bool take_word(const char **at, const char *word)
{
    size_t n = strlen(word);

    skip_space(at);
    if (strncmp(*at, word, n) != 0)
        return false;
    *at += n;
    return true;
}

static bool take_dimension(const char **at, int64_t *d)
{
    const char *begin;

    skip_space(at);
    begin = *at;
    for (*d = 0; **at >= '0' && **at <= '9'; ++*at) {
        if (*d > (INT64_MAX - 9) / 10)
            return false;
        *d = 10 * *d + (**at - '0');
    }
    if (*at == begin)
        return false;
    *at += **at == 'L'; /* Python 2 wrote (3L, 4L) */
    return true;
}

static bool take_shape(const char **at, tf_dims *shape)
{
    int64_t d;

    *shape = SCALAR;
    if (!take(at, '('))
        return false;
    for (skip_space(at); **at != ')'; skip_space(at)) {
        if (!take_dimension(at, &d))
            return false;
        if (shape->rank < TF_MAX_RANK)
            shape->dims[shape->rank] = d;
        shape->rank++;
        if (!take(at, ',') && **at != ')')
            return false;
    }
    ++*at;
    return true;
}

/* { 'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } in any order, nothing else. */
static tf_status parse_header(const tf1c_npy_place *p, const char *text, header *h)
{
    const char *at = text;
    char key[16], descr[32];

    if (!take(&at, '{'))
        return tf1c_npy_fault(p, tf_data_loss, "the header is not a dictionary");
    while (!take(&at, '}')) {
        bool good = take_string(&at, key, sizeof key) && take(&at, ':');

        if (good && strcmp(key, "descr") == 0) {
            if (!take_string(&at, descr, sizeof descr))
                return tf1c_npy_fault(p, tf_unimplemented, "records are not supported, or the header is damaged at 'descr'");
            for (int i = 0; i < DESCRS; i++)
                if (strcmp(descr, descrs[i].descr) == 0)
                    h->dtype = descrs[i].dtype;
            if (!h->dtype)
                return tf1c_npy_fault(p, tf_unimplemented, "dtype '%s' is not one of <f4 <f8 <i4 <i8 |u1 |b1", descr);
        } else if (good && strcmp(key, "fortran_order") == 0) {
            h->fortran_order = take_word(&at, "True");
            good = h->has_order = h->fortran_order || take_word(&at, "False");
        } else if (good && strcmp(key, "shape") == 0) {
            good = take_shape(&at, &h->shape);
        } else {
            good = false;
        }
        if (!good || (!take(&at, ',') && *at != '}'))
            return tf1c_npy_fault(p, tf_data_loss, "the header is damaged at byte %d of its text", (int)(at - text));
    }
    skip_space(&at);
    if (*at || !h->dtype || !h->has_order || !h->shape.known)
        return tf1c_npy_fault(p, tf_data_loss, "the header lacks descr, fortran_order or shape, or has more than those");
    return tf_ok;
}

static tf_status check_header(const tf1c_npy_place *p, const header *h, uint64_t bytes)
{
    size_t size = tf_dtype_size(h->dtype);
    char text[TF_DIMS_TEXT];
    uint64_t count;

    if (h->shape.rank > TF_MAX_RANK)
        return tf1c_npy_fault(p, tf_unimplemented, "rank %d is above %d", h->shape.rank, TF_MAX_RANK);
    if (h->fortran_order && h->shape.rank > 1)
        return tf1c_npy_fault(p, tf_unimplemented, "the array is in Fortran order; save numpy.ascontiguousarray of it");
    count = (uint64_t)tf_dims_count(h->shape);
    if (bytes % size || bytes / size != count)
        return tf1c_npy_fault(p, tf_data_loss, "shape %s of %s does not fit its %" PRIu64 " bytes of data%s",
                              tf_dims_text(h->shape, text, sizeof text), tf_dtype_name(h->dtype), bytes,
                              bytes / size < count ? " (truncated?)" : "");
    return tf_ok;
}

/* Reads magic, version and dictionary; afterwards the reader stands at the data. */
static tf_status read_header(tf1c_npy_reader *r, header *h)
{
    uint8_t prefix[PREFIX_MAX] = { 0 };
    tf_status code = r->left < 10 ? tf1c_npy_fault(&r->place, tf_data_loss, "%" PRIu64 " bytes are no .npy file", r->left)
                                  : read_bytes(r, prefix, 10);
    size_t length;
    char *text;

    if (code)
        return code;
    if (memcmp(prefix, magic, 6) != 0)
        return tf1c_npy_fault(&r->place, tf_data_loss, "not a .npy file (its first bytes are not NumPy's)%s",
                              memcmp(prefix, "PK", 2) == 0 ? ": an archive's array is loaded as \"file.npz:key\"" : "");
    if (prefix[6] < 1 || prefix[6] > 3)
        return tf1c_npy_fault(&r->place, tf_unimplemented, "version %d.%d of .npy is unknown", prefix[6], prefix[7]);
    if (prefix[6] > 1 && (code = read_bytes(r, prefix + 10, 2)) != tf_ok)
        return code;
    length = prefix[8] | (size_t)prefix[9] << 8 | (size_t)prefix[10] << 16 | (size_t)prefix[11] << 24; /* 1.0: two bytes */
    if (length > HEADER_MAX || length > r->left)
        return tf1c_npy_fault(&r->place, tf_data_loss, "a header of %zu bytes where %" PRIu64 " are left", length, r->left);
    text = tf1c_alloc(length + 1);
    if (!text)
        return tf1c_npy_no_memory(&r->place, length + 1);
    code = read_bytes(r, text, length);
    text[length] = '\0';
    if (!code)
        code = parse_header(&r->place, text, h);
    tf1c_free(text);
    return code ? code : check_header(&r->place, h, r->left);
}

tf_ndarray tf1c_npy_read_array(tf1c_npy_reader *r)
{
    header h = { 0 };
    tf_ndarray a = { 0 };

    if (read_header(r, &h))
        return a;
    a = np_empty(h.shape, h.dtype);
    if (!a.data)
        return a;
    if (read_bytes(r, a.data, np_nbytes(a)))
        np_free(&a);
    else if (a.dtype == tf_bool) /* a C bool may hold nothing but 0 and 1 */
        for (int64_t i = 0; i < np_size(a); i++)
            ((uint8_t *)a.data)[i] = ((uint8_t *)a.data)[i] != 0;
    return a;
}

static tf_ndarray load_npy(const tf1c_npy_place *p)
{
    tf1c_npy_reader r = { .place = *p };
    tf_ndarray a;

    r.file = tf1c_npy_open(p, &r.left);
    if (!r.file)
        return (tf_ndarray){ 0 };
    a = tf1c_npy_read_array(&r);
    fclose(r.file);
    return a;
}

/* "file.npz:key", where a key may hold colons; NULL if `path` names no such thing. */
static const char *archive_colon(const char *path)
{
    const char *dot = strstr(path, ".npz:");

    return dot ? dot + 4 : NULL;
}

tf_ndarray np_load_(const char *path, tf_source here)
{
    tf1c_npy_place p = { .path = path ? path : "", .here = here };
    const char *colon = archive_colon(p.path);
    tf_ndarray a = { 0 };
    np_npz *z;
    char *file;

    if (!colon)
        return load_npy(&p);
    file = tf1c_strdup(path);
    if (!file) {
        tf1c_npy_no_memory(&p, strlen(path) + 1);
        return a;
    }
    file[colon - path] = '\0';
    z = np_npz_open_(file, here);
    if (z)
        a = np_npz_get_(z, colon + 1, here);
    np_npz_close(z);
    tf1c_free(file);
    return a;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

/* As NumPy does: np.save("x") writes x.npy. */
tf_status tf1c_npy_create(tf1c_npy_writer *w, const char *path, const char *ending, tf_source here)
{
    size_t n = strlen(path), m = strlen(ending);
    bool has = n >= m && strcmp(path + n - m, ending) == 0;
    tf_status code = tf_ok;

    *w = (tf1c_npy_writer){ .place = { .path = path, .here = here } };
    w->path = tf1c_alloc(n + m + 1);
    w->part = tf1c_alloc(n + m + sizeof ".part");
    if (!w->path || !w->part) {
        code = tf1c_npy_no_memory(&w->place, n + m + sizeof ".part");
    } else {
        sprintf(w->path, "%s%s", path, has ? "" : ending);
        sprintf(w->part, "%s.part", w->path);
        w->place.path = w->path;
        w->file = fopen(w->part, "wb");
        if (!w->file)
            code = tf1c_npy_fault(&w->place, errno == ENOENT ? tf_not_found : tf_os_error, "%s", strerror(errno));
    }
    if (code) {
        tf1c_free(w->path);
        tf1c_free(w->part);
    }
    return code;
}

void tf1c_npy_put(tf1c_npy_writer *w, const void *bytes, size_t n)
{
    if (!w->error && n && fwrite(bytes, 1, n, w->file) != n)
        w->error = errno;
    w->at += n;
}

tf_status tf1c_npy_finish(tf1c_npy_writer *w, tf_status code)
{
    if (fclose(w->file) != 0 && !w->error)
        w->error = errno;
    if (!code && !w->error && rename(w->part, w->path) != 0)
        w->error = errno;
    if (!code && w->error)
        code = tf1c_npy_fault(&w->place, tf_os_error, "%s", strerror(w->error));
    if (code)
        remove(w->part);
    tf1c_free(w->path);
    tf1c_free(w->part);
    return code;
}

static const char *descr_of(tf_dtype dtype)
{
    for (int i = 0; i < DESCRS; i++)
        if (descrs[i].dtype == dtype)
            return descrs[i].descr;
    return NULL;
}

/* Magic, version 1.0, and the dictionary padded so that the data begin at a multiple of 64. */
static void write_header(tf1c_npy_image *m)
{
    char shape[TF_DIMS_TEXT];
    int n = snprintf(m->header + 10, sizeof m->header - 10, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }",
                     descr_of(m->array.dtype), tf_dims_text(m->array.shape, shape, sizeof shape));
    size_t size = (10 + (size_t)n + 1 + HEADER_ALIGN - 1) / HEADER_ALIGN * HEADER_ALIGN;

    memcpy(m->header, magic, 6);
    m->header[6] = 1;
    m->header[7] = 0;
    m->header[8] = (char)((size - 10) & 0xFF);
    m->header[9] = (char)((size - 10) >> 8);
    memset(m->header + 10 + n, ' ', size - 10 - (size_t)n);
    m->header[size - 1] = '\n';
    m->header_size = size;
}

tf_status tf1c_npy_image_make(tf1c_npy_image *m, const tf1c_npy_place *p, tf_ndarray a)
{
    m->array = a;
    m->owned = (tf_ndarray){ 0 };
    if (!descr_of(a.dtype) || !tf_dims_fully_known(a.shape) || (!a.data && np_size(a)))
        return tf1c_npy_fault(p, tf_value_error, "the array to save has no data");
    if (a.scale != 0) {
        m->array = m->owned = np_astype(a, tf_float32);
        if (!m->owned.data)
            return tf_memory_error;
    }
    write_header(m);
    return tf_ok;
}

void tf1c_npy_image_free(tf1c_npy_image *m) { np_free(&m->owned); }

tf_status tf1c_npy_no_path(tf_source here) { return tf_fail(tf_not_found, here, NULL, "the file's path is NULL"); }

tf_status np_save_(const char *path, tf_ndarray a, tf_source here)
{
    tf1c_npy_place p = { .path = path ? path : "", .here = here };
    tf1c_npy_image m;
    tf1c_npy_writer w;
    tf_status code = path ? tf1c_npy_image_make(&m, &p, a) : tf1c_npy_no_path(here);

    if (code)
        return code;
    code = tf1c_npy_create(&w, p.path, ".npy", here);
    if (!code) {
        tf1c_npy_put(&w, m.header, m.header_size);
        tf1c_npy_put(&w, m.array.data, np_nbytes(m.array));
        code = tf1c_npy_finish(&w, tf_ok);
    }
    tf1c_npy_image_free(&m);
    return code;
}
