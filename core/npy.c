/* NumPy's .npy: a text header, then the bytes. Nothing a file says is believed before it is checked against the
 * file's own size. */
#include "core/npy.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <sys/types.h>

#include "core/alloc.h"
#include "core/report.h"
#include "core/safe_file.h"

enum { PREFIX_MAX = 12, HEADER_MAX = 1 << 24, HEADER_ALIGN = 64 };

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
    FILE *f = tf1c_open_regular(p->path);
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

/* The items that files hold: what they are written as, bytes in the processor's order as NumPy does, and the dtype that holds them all. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define NATIVE ">"
#else
#define NATIVE "<"
#endif
typedef struct {
    char kind; /* NumPy's letter */
    uint8_t size;
    tf_dtype dtype;
    const char *written; /* NULL: read alone, and converted */
} item;

static const item items[] = {
    { 'f', 4, tf_float32, NATIVE "f4" }, { 'f', 8, tf_float64, NATIVE "f8" }, { 'i', 4, tf_int32, NATIVE "i4" },
    { 'i', 8, tf_int64, NATIVE "i8" },   { 'u', 1, tf_uint8, "|u1" },         { 'b', 1, tf_bool, "|b1" },
    { 'f', 2, tf_float32, NULL },        { 'i', 1, tf_int32, NULL },          { 'i', 2, tf_int32, NULL },
    { 'u', 2, tf_int32, NULL },          { 'u', 4, tf_int64, NULL },
};
enum { ITEMS = sizeof items / sizeof items[0] };

typedef struct {
    const item *item;
    tf_dims shape;
    bool swapped, fortran_order, has_order;
} header;

/* "<f4", ">i2", "=f8", "|u1", "f4": a byte order, a kind, a size. */
static bool parse_descr(const char *descr, header *h)
{
    const char order = strchr("<>=|", *descr) ? *descr++ : '=';

    for (int i = 0; i < ITEMS; i++)
        if (descr[0] == items[i].kind && descr[1] == '0' + items[i].size && !descr[2])
            h->item = &items[i];
    h->swapped = (order == '<' || order == '>') && order != *NATIVE;
    return h->item && (order != '|' || h->item->size == 1);
}

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
            if (!parse_descr(descr, h))
                return tf1c_npy_fault(p, tf_unimplemented, "dtype '%s' is not one of f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 b1", descr);
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
    if (*at || !h->item || !h->has_order || !h->shape.known)
        return tf1c_npy_fault(p, tf_data_loss, "the header lacks descr, fortran_order or shape, or has more than those");
    return tf_ok;
}

static const char *item_name(const item *i)
{
    static const char *const narrow[] = { ['f'] = "float16", ['i'] = "integers", ['u'] = "unsigned integers" };

    return i->written ? tf_dtype_name(i->dtype) : narrow[(unsigned char)i->kind];
}

static tf_status check_header(const tf1c_npy_place *p, const header *h, uint64_t bytes)
{
    size_t size = h->item->size;
    char text[TF_DIMS_TEXT];
    uint64_t count;

    if (h->shape.rank > TF_MAX_RANK)
        return tf1c_npy_fault(p, tf_unimplemented, "rank %d is above %d", h->shape.rank, TF_MAX_RANK);
    count = (uint64_t)tf_dims_count(h->shape);
    if (p->key ? bytes % size || bytes / size != count : bytes / size < count) /* in a file more arrays may follow */
        return tf1c_npy_fault(p, tf_data_loss, "shape %s of %s does not fit its %" PRIu64 " bytes of data%s",
                              tf_dims_text(h->shape, text, sizeof text), item_name(h->item), bytes,
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

/* ---- items to elements --------------------------------------------------------------------------------------------- */

static float half(uint16_t bits)
{
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const float sign = bits >> 15 ? -1 : 1;

    if (exponent == 31)
        return fraction ? NAN : sign * INFINITY;
    return sign * ldexpf((float)(exponent ? 1024 + fraction : fraction), (exponent ? exponent : 1) - 25);
}

static void swap_bytes(uint8_t *at, size_t n, size_t size)
{
    for (uint8_t *end = at + n * size; at < end; at += size)
        for (size_t i = 0; i < size / 2; i++) {
            const uint8_t byte = at[i];

            at[i] = at[size - 1 - i];
            at[size - 1 - i] = byte;
        }
}

#define EACH(to_type, from_type, value)                   \
    for (size_t i = 0; i < n; i++) {                      \
        const from_type x = ((const from_type *)from)[i]; \
        ((to_type *)to)[i] = (to_type)(value);            \
    }                                                     \
    break

/* n items in this machine's byte order, aligned, as elements of the dtype that holds them. */
static void elements_of(const item *kind, size_t n, const void *from, void *to)
{
    switch (kind->kind << 4 | kind->size) {
    case 'b' << 4 | 1: EACH(uint8_t, uint8_t, x != 0); /* a C bool may hold nothing but 0 and 1 */
    case 'f' << 4 | 2: EACH(float, uint16_t, half(x));
    case 'i' << 4 | 1: EACH(int32_t, int8_t, x);
    case 'i' << 4 | 2: EACH(int32_t, int16_t, x);
    case 'u' << 4 | 2: EACH(int32_t, uint16_t, x);
    case 'u' << 4 | 4: EACH(int64_t, uint32_t, x);
    default: memcpy(to, from, n * kind->size); break;
    }
}
#undef EACH

/* The place in row-major order of the element that comes after `index` in column-major order; advances index. */
static size_t next_place(tf_dims shape, int64_t *index)
{
    size_t at = 0;

    for (int i = 0; i < shape.rank; i++)
        at = at * (size_t)shape.dims[i] + (size_t)index[i];
    for (int i = 0; i < shape.rank && ++index[i] == shape.dims[i]; i++)
        index[i] = 0;
    return at;
}

/* Block by block, each item to its place. */
static tf_status read_items(tf1c_npy_reader *r, const header *h, tf_ndarray a)
{
    enum { BLOCK = 1024 };
    _Alignas(8) uint8_t in[8 * BLOCK], out[8 * BLOCK];
    const size_t size = tf_dtype_size(a.dtype);
    const bool columns = h->fortran_order && h->shape.rank > 1;
    int64_t index[TF_MAX_RANK] = { 0 };
    tf_status code = tf_ok;

    for (size_t at = 0, n, all = (size_t)np_size(a); !code && at < all; at += n) {
        n = all - at < BLOCK ? all - at : BLOCK;
        code = read_bytes(r, in, n * h->item->size);
        if (h->swapped)
            swap_bytes(in, n, h->item->size);
        elements_of(h->item, n, in, columns ? out : (uint8_t *)a.data + at * size);
        for (size_t i = 0; columns && i < n; i++)
            memcpy((char *)a.data + next_place(h->shape, index) * size, out + i * size, size);
    }
    return code;
}

tf_ndarray tf1c_npy_read_array(tf1c_npy_reader *r)
{
    header h = { 0 };
    tf_ndarray a = { 0 };

    if (read_header(r, &h))
        return a;
    a = np_empty(h.shape, h.item->dtype);
    if (a.data && read_items(r, &h, a))
        np_free(&a);
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
    TF1C_HOLD_REPORTS;
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
    const size_t n = strlen(path), m = strlen(ending);
    const bool has = n >= m && strcmp(path + n - m, ending) == 0;

    *w = (tf1c_npy_writer){ .place = { .path = path, .here = here }, .path = tf1c_alloc(n + m + 1) };
    if (!w->path)
        return tf1c_npy_no_memory(&w->place, n + m + 1);
    sprintf(w->path, "%s%s", path, has ? "" : ending);
    w->place.path = w->path;
    const tf_status code = tf1c_safe_open(&w->file, w->path, here);
    w->file.unflushed = true;
    if (code)
        tf1c_free(w->path);
    return code;
}

void tf1c_npy_put(tf1c_npy_writer *w, const void *bytes, size_t n) { tf1c_safe_write(&w->file, bytes, n); }

tf_status tf1c_npy_finish(tf1c_npy_writer *w, tf_status code)
{
    if (code)
        tf1c_safe_abandon(&w->file);
    else
        code = tf1c_safe_commit(&w->file);
    tf1c_free(w->path);
    return code;
}

static const char *descr_of(tf_dtype dtype)
{
    for (int i = 0; i < ITEMS; i++)
        if (items[i].dtype == dtype && items[i].written)
            return items[i].written;
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
    TF1C_HOLD_REPORTS;
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
