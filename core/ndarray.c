/* Arrays: making them, converting, views, and the np_ helpers. */
#include "core/ndarray.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/cast.h"
#include "core/strings.h"

static const tf_source library = { 0 }; /* for calls that carry no source */

/* An array that a failed call answered, or a shape with no memory behind it, or none that there can be: what is made from it stays
 * quiet. */
static bool has_data(tf_ndarray a)
{
    const size_t size = tf_dtype_size(a.dtype);
    return size && tf_dims_fully_known(a.shape) && (a.data || tf_dims_count(a.shape) == 0) &&
           tf_dims_count(a.shape) <= PTRDIFF_MAX / (int64_t)size;
}

/* The same of what can be counted with: strings cannot. */
static bool has_numbers(tf_ndarray a) { return a.dtype != tf_string && has_data(a); }

static bool is_floating(tf_dtype dtype) { return dtype == tf_float32 || dtype == tf_float64; }

/* What the elements act as. */
static bool is_real(tf_ndarray a) { return a.scale != 0 || is_floating(a.dtype); }
static tf_dtype acting_dtype(tf_ndarray a) { return a.scale != 0 ? tf_float32 : a.dtype; }

static void *element(tf_ndarray a, int64_t at) { return (char *)a.data + (size_t)at * tf_dtype_size(a.dtype); }

/* Of dims[begin..end): safe for any dimensions, since an empty array may have huge ones. */
static int64_t product(tf_dims d, int begin, int end)
{
    tf_dims part = { .known = true, .rank = end - begin };

    memcpy(part.dims, d.dims + begin, (size_t)part.rank * sizeof d.dims[0]);
    return tf_dims_count(part);
}

/* ---- making and releasing ------------------------------------------------------------------------------------- */

tf_ndarray np_array(void *data, tf_dtype dtype, tf_dims shape)
{
    return (tf_ndarray){ .dtype = dtype, .shape = shape, .data = data };
}

tf_ndarray np_literal_(void *data, tf_dtype dtype, tf_dims shape)
{
    tf_ndarray a = np_array(data, dtype, shape);
    a.literal = true;
    return a;
}

tf_ndarray np_floats_(void *into, const void *from, tf_dims shape)
{
    const double *x = from;
    float *y = into;
    for (int64_t i = 0; x && y && i < tf_dims_count(shape); i++)
        y[i] = (float)x[i];
    return np_literal_(into, tf_float32, shape);
}

static bool is_int64(long double x) { return x >= -0x1p63L && x < 0x1p63L && x == (long double)(int64_t)x; }

tf_ndarray np_ints_(void *narrow, void *wide, const void *from, tf_dims shape, tf_source here)
{
    const int64_t n = tf_dims_count(shape);
    const long double *x = from;
    int32_t *as_int32 = narrow;
    int64_t *as_int64 = wide;
    bool fits = true;

    if (!x || !as_int32 || !as_int64)
        return (tf_ndarray){ 0 };
    for (int64_t i = 0; i < n; i++) {
        if (!is_int64(x[i])) {
            tf_fail(tf_type_error, here, NULL, "Expected int64, got %.15Lg of type 'float' instead; NP_FLOAT holds fractions",
                    x[i]);
            return (tf_ndarray){ 0 };
        }
        as_int64[i] = (int64_t)x[i];
        fits &= as_int64[i] == (int32_t)as_int64[i];
    }
    for (int64_t i = 0; i < n && fits; i++)
        as_int32[i] = (int32_t)as_int64[i];
    return np_literal_(fits ? narrow : wide, fits ? tf_int32 : tf_int64, shape);
}

/* "72.8 TiB" */
static const char *bytes_text(double bytes, char *text, size_t n)
{
    static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    int unit = 0;

    for (; bytes >= 1024 && unit < 6; unit++)
        bytes /= 1024;
    snprintf(text, n, unit && bytes < 100 ? "%.3g %s" : "%.0f %s", bytes, units[unit]);
    return text;
}

static tf_ndarray no_memory(tf_dims shape, tf_dtype dtype)
{
    char dims[TF_DIMS_TEXT], bytes[32];
    double size = (double)tf_dtype_size(dtype);

    for (int i = 0; i < shape.rank; i++)
        size *= (double)shape.dims[i];
    tf_fail(tf_memory_error, library, NULL, "Unable to allocate %s for an array with shape %s and data type %s",
            bytes_text(size, bytes, sizeof bytes), tf_dims_text(shape, dims, sizeof dims), tf_dtype_name(dtype));
    return (tf_ndarray){ 0 };
}

tf_ndarray np_empty(tf_dims shape, tf_dtype dtype)
{
    tf_ndarray a = np_array(NULL, dtype, shape);
    size_t size = tf_dtype_size(dtype);
    char text[TF_DIMS_TEXT];

    if (!size) {
        tf_fail(tf_type_error, library, NULL, "data type %d of a new array is not understood", (int)dtype);
        return (tf_ndarray){ 0 };
    }
    if (!tf_dims_fully_known(shape)) {
        tf_fail(tf_value_error, library, NULL, "a new array needs a fully known shape, got %s",
                tf_dims_text(shape, text, sizeof text));
        return (tf_ndarray){ 0 };
    }
    if ((uint64_t)tf_dims_count(shape) > PTRDIFF_MAX / size)
        return no_memory(shape, dtype);
    a.data = a.memory = tf1c_alloc_buffer(np_nbytes(a));
    if (a.data && dtype == tf_string && np_size(a))
        memset(a.data, 0, np_nbytes(a)); /* empty strings, not wild pointers */
    return a.data ? a : no_memory(shape, dtype);
}

tf_ndarray np_zeros(tf_dims shape, tf_dtype dtype)
{
    tf_ndarray a = np_empty(shape, dtype);

    if (a.data)
        memset(a.data, 0, np_nbytes(a));
    return a;
}

static tf_ndarray copy_strings(tf_ndarray a)
{
    const size_t room = tf1c_strings_room(np_size(a), a.data);
    tf_ndarray copy = np_array(NULL, tf_string, a.shape);

    copy.data = copy.memory = room < SIZE_MAX ? tf1c_alloc_buffer(room ? room : 1) : NULL;
    if (!copy.data)
        return no_memory(a.shape, tf_string);
    tf1c_strings_copy(np_size(a), a.data, copy.data);
    return copy;
}

tf_ndarray np_copy(tf_ndarray a)
{
    tf_ndarray copy;

    if (!has_data(a))
        return (tf_ndarray){ 0 };
    if (a.dtype == tf_string)
        return copy_strings(a);
    copy = np_empty(a.shape, a.dtype);
    if (copy.data && np_size(a))
        memcpy(copy.data, a.data, np_nbytes(a));
    copy.scale = copy.data ? a.scale : 0;
    return copy;
}

void np_free(tf_ndarray *a)
{
    if (!a || !a->memory)
        return;
    tf1c_free(a->memory);
    *a = (tf_ndarray){ 0 };
}

int64_t np_size(tf_ndarray a)
{
    int64_t n = tf_dims_count(a.shape);

    return n > 0 ? n : 0;
}

size_t np_nbytes(tf_ndarray a)
{
    size_t n = (size_t)np_size(a), size = tf_dtype_size(a.dtype);

    return size && n > SIZE_MAX / size ? SIZE_MAX : n * size;
}

/* ---- elements, a block at a time as double or int64 --------------------------------------------------------------
 * Integers never pass through double on their way to integers or float32, so that each value is rounded once. */
enum { BLOCK = 256 };

#define READ(type, value)                    \
    for (const type *x = p; i < n; i++, x++) \
        out[i] = (value);                    \
    break

static void read_reals(tf_ndarray a, int64_t at, int64_t n, double *out)
{
    const void *p = element(a, at);
    float s = a.scale;
    int64_t i = 0;

    switch (a.dtype) {
    case tf_float32: READ(float, s != 0 ? *x * s : *x);
    case tf_float64: READ(double, s != 0 ? (float)*x * s : *x);
    case tf_int32: READ(int32_t, s != 0 ? (double)((float)*x * s) : (double)*x); /* not by float, which has 24 bits */
    case tf_int64: READ(int64_t, s != 0 ? (double)((float)*x * s) : (double)*x);
    case tf_bool: READ(uint8_t, *x != 0);
    default: READ(uint8_t, s != 0 ? (float)*x * s : *x);
    }
}

static void read_wholes(tf_ndarray a, int64_t at, int64_t n, int64_t *out)
{
    const void *p = element(a, at);
    int64_t i = 0;

    switch (a.dtype) {
    case tf_int32: READ(int32_t, *x);
    case tf_int64: READ(int64_t, *x);
    case tf_bool: READ(uint8_t, *x != 0);
    default: READ(uint8_t, *x);
    }
}
#undef READ

/* Out of range and NaN give the smallest number, as the processors TensorFlow runs on do. */
static int64_t to_int64(double v) { return v >= -0x1p63 && v < 0x1p63 ? (int64_t)v : INT64_MIN; }
static int32_t to_int32(double v) { return v > -0x1p31 - 1 && v < 0x1p31 ? (int32_t)v : INT32_MIN; }

#define WRITE(type, value)             \
    for (type *y = p; i < n; i++, y++) \
        *y = (type)(value);            \
    break

static void write_reals(tf_ndarray a, int64_t at, int64_t n, const double *in)
{
    void *p = element(a, at);
    int64_t i = 0;

    switch (a.dtype) {
    case tf_float32: WRITE(float, in[i]);
    case tf_float64: WRITE(double, in[i]);
    case tf_int32: WRITE(int32_t, to_int32(in[i]));
    case tf_int64: WRITE(int64_t, to_int64(in[i]));
    case tf_bool: WRITE(uint8_t, in[i] != 0);
    default: WRITE(uint8_t, to_int32(in[i]));
    }
}

static void write_wholes(tf_ndarray a, int64_t at, int64_t n, const int64_t *in)
{
    void *p = element(a, at);
    int64_t i = 0;

    switch (a.dtype) {
    case tf_float32: WRITE(float, in[i]);
    case tf_float64: WRITE(double, in[i]);
    case tf_int32: WRITE(int32_t, in[i]);
    case tf_int64: WRITE(int64_t, in[i]);
    case tf_bool: WRITE(uint8_t, in[i] != 0);
    default: WRITE(uint8_t, in[i]);
    }
}
#undef WRITE

bool tf1c_has_other_bools(tf_ndarray a)
{
    const uint8_t *x = a.data;
    uint8_t seen = 0;
    for (int64_t i = 0, n = a.dtype == tf_bool && x ? np_size(a) : 0; i < n; i++)
        seen |= x[i];
    return seen > 1;
}

void tf1c_make_bools(tf_ndarray *a)
{
    uint8_t *x = a->data;
    for (int64_t i = 0, n = a->dtype == tf_bool && x ? np_size(*a) : 0; i < n; i++)
        x[i] = x[i] != 0;
}

void tf1c_cast_into(tf_ndarray *to, const tf_ndarray *from)
{
    double reals[BLOCK];
    int64_t wholes[BLOCK], n = np_size(*from);

    if (from->dtype == to->dtype && from->scale == 0) {
        if (n)
            memcpy(to->data, from->data, np_nbytes(*from));
        tf1c_make_bools(to);
        return;
    }
    for (int64_t at = 0, m; at < n; at += m) {
        m = n - at < BLOCK ? n - at : BLOCK;
        if (is_real(*from)) {
            read_reals(*from, at, m, reals);
            write_reals(*to, at, m, reals);
        } else {
            read_wholes(*from, at, m, wholes);
            write_wholes(*to, at, m, wholes);
        }
    }
}

tf_ndarray np_astype(tf_ndarray a, tf_dtype dtype)
{
    tf_ndarray b;

    if (!has_data(a))
        return (tf_ndarray){ 0 };
    if (acting_dtype(a) == dtype && a.scale == 0)
        return np_copy(a);
    if (a.dtype == tf_string || dtype == tf_string) {
        tf_fail(tf_type_error, library, NULL, "np_astype: cannot convert an array of %s to %s", tf_dtype_name(acting_dtype(a)),
                tf_dtype_name(dtype));
        return (tf_ndarray){ 0 };
    }
    b = np_empty(a.shape, dtype);
    if (b.data)
        tf1c_cast_into(&b, &a);
    return b;
}

int64_t tf1c_whole(const tf_ndarray *a, int64_t i)
{
    int64_t whole;
    double real;

    if (!is_real(*a)) {
        read_wholes(*a, i, 1, &whole);
        return whole;
    }
    read_reals(*a, i, 1, &real);
    return to_int64(real);
}

double np_get(tf_ndarray a, int64_t flat)
{
    double v = NAN;

    if (has_numbers(a) && flat >= 0 && flat < np_size(a))
        read_reals(a, flat, 1, &v);
    return v;
}

int64_t np_get_int(tf_ndarray a, int64_t flat)
{
    return has_numbers(a) && flat >= 0 && flat < np_size(a) ? tf1c_whole(&a, flat) : 0;
}

double np_mean(tf_ndarray a)
{
    double block[BLOCK], sum = 0;
    int64_t n = np_size(a);

    if (!has_numbers(a) || n == 0)
        return NAN;
    for (int64_t at = 0, m; at < n; at += m) {
        m = n - at < BLOCK ? n - at : BLOCK;
        read_reals(a, at, m, block);
        for (int64_t i = 0; i < m; i++)
            sum += block[i];
    }
    return sum / (double)n;
}

/* ---- ready contents --------------------------------------------------------------------------------------------- */

static bool length_is_good(const char *call, int64_t n)
{
    if (n < 0)
        tf_fail(tf_value_error, library, NULL, "%s: negative dimensions are not allowed, got %" PRId64, call, n);
    return n >= 0;
}

tf_ndarray np_eye(int64_t n, tf_dtype dtype)
{
    tf_ndarray a = length_is_good("np_eye", n) ? np_zeros(SHAPE(n, n), dtype) : (tf_ndarray){ 0 };
    const int64_t one = 1;

    for (int64_t i = 0; a.data && i < n; i++)
        write_wholes(a, i * (n + 1), 1, &one);
    return a;
}

tf_ndarray np_eye_rows(tf_ndarray index, int64_t n)
{
    tf_ndarray a;
    tf_dims shape = index.shape;
    int64_t i;

    if (!has_data(index) || !length_is_good("np_eye_rows", n))
        return (tf_ndarray){ 0 };
    if (is_real(index) || index.dtype == tf_bool || index.dtype == tf_string || shape.rank == TF_MAX_RANK) {
        tf_fail(tf_type_error, library, NULL, "np_eye_rows: indices are integers of rank below %d, got %s of rank %d", TF_MAX_RANK,
                tf_dtype_name(acting_dtype(index)), shape.rank);
        return (tf_ndarray){ 0 };
    }
    shape.dims[shape.rank++] = n;
    a = np_zeros(shape, tf_float32);
    for (int64_t row = 0; a.data && row < np_size(index); row++) {
        read_wholes(index, row, 1, &i);
        if (i < -n || i >= n) {
            tf_fail(tf_lookup_error, library, NULL, "np_eye_rows: index %" PRId64 " is out of bounds for axis 0 with size %" PRId64,
                    i, n);
            np_free(&a);
        } else {
            ((float *)a.data)[row * n + (i < 0 ? i + n : i)] = 1;
        }
    }
    return a;
}

tf_ndarray np_arange(int64_t n, tf_dtype dtype)
{
    tf_ndarray a = np_empty(SHAPE(n > 0 ? n : 0), dtype);

    for (int64_t i = 0; a.data && i < n; i++)
        write_wholes(a, i, 1, &i);
    return a;
}

/* ---- argmax: the first of equals, NaN above all, as NumPy has it ------------------------------------------------- */

static int64_t argmax_line(tf_ndarray a, int64_t at, int64_t n, int64_t stride)
{
    int64_t best = 0;

    if (is_real(a)) {
        double top, v;

        read_reals(a, at, 1, &top);
        for (int64_t i = 1; i < n && !isnan(top); i++) {
            read_reals(a, at + i * stride, 1, &v);
            if (!(v <= top)) {
                top = v;
                best = i;
            }
        }
    } else {
        int64_t top, v;

        read_wholes(a, at, 1, &top);
        for (int64_t i = 1; i < n; i++) {
            read_wholes(a, at + i * stride, 1, &v);
            if (v > top) {
                top = v;
                best = i;
            }
        }
    }
    return best;
}

static bool argmax_is_possible(tf_ndarray a, int axis, int rank, int64_t n)
{
    if (axis < -rank || axis >= rank)
        tf_fail(tf_value_error, library, NULL, "np_argmax: axis %d is out of bounds for array of dimension %d", axis, rank);
    else if (n == 0)
        tf_fail(tf_value_error, library, NULL, "attempt to get argmax of an empty sequence");
    else
        return has_numbers(a);
    return false;
}

tf_ndarray np_argmax(tf_ndarray a, int axis)
{
    tf_dims shape = a.shape.rank ? a.shape : SHAPE(1); /* a scalar counts as one element */
    int rank = shape.rank, at = axis < 0 ? axis + rank : axis;
    int64_t n, inner, outer;
    tf_ndarray index;

    if (!has_numbers(a))
        return (tf_ndarray){ 0 };
    n = at >= 0 && at < rank ? shape.dims[at] : 1;
    if (!argmax_is_possible(a, axis, rank, n))
        return (tf_ndarray){ 0 };
    outer = product(shape, 0, at);
    inner = product(shape, at + 1, rank);
    shape.rank--;
    for (int i = at; i < shape.rank; i++)
        shape.dims[i] = shape.dims[i + 1];
    index = np_empty(shape, tf_int64);
    for (int64_t i = 0; index.data && i < outer * inner; i++)
        ((int64_t *)index.data)[i] = argmax_line(a, i / inner * n * inner + i % inner, n, inner);
    return index;
}

int64_t np_argmax_last(tf_ndarray a)
{
    if (!has_numbers(a))
        return 0;
    int64_t size = np_size(a), n = a.shape.rank ? a.shape.dims[a.shape.rank - 1] : 1;

    if (size == 0) {
        tf_fail(tf_value_error, library, NULL, "attempt to get argmax of an empty sequence");
        return 0;
    }
    return argmax_line(a, size - n, n, 1);
}

/* ---- views ------------------------------------------------------------------------------------------------------ */

/* "(4,newaxis)": the form NumPy's message has. */
static const char *target_text(tf_dims d, char *text, size_t n)
{
    size_t at = (size_t)snprintf(text, n, "(");

    for (int i = 0; i < d.rank && at < n; i++) {
        const char *after = i + 1 < d.rank || d.rank == 1 ? "," : "";

        if (d.dims[i] < 0)
            at += (size_t)snprintf(text + at, n - at, "newaxis%s", after);
        else
            at += (size_t)snprintf(text + at, n - at, "%" PRId64 "%s", d.dims[i], after);
    }
    if (at < n)
        snprintf(text + at, n - at, ")");
    return text;
}

tf_ndarray np_reshape_(tf_ndarray a, tf_dims shape, tf_source here)
{
    tf_dims target = shape;
    int unknown = -1, unknowns = 0;
    char text[TF_DIMS_TEXT];

    if (!has_data(a))
        return (tf_ndarray){ 0 };
    if (!shape.known || shape.rank < 0 || shape.rank > TF_MAX_RANK) {
        tf_fail(tf_value_error, here, NULL, "np_reshape: the new shape is of unknown rank");
        return (tf_ndarray){ 0 };
    }
    for (int i = 0; i < shape.rank; i++)
        if (shape.dims[i] < 0) {
            unknown = i;
            unknowns++;
        }
    if (unknowns > 1) {
        tf_fail(tf_value_error, here, NULL, "can only specify one unknown dimension");
        return (tf_ndarray){ 0 };
    }
    if (unknown >= 0) {
        int64_t rest;

        target.dims[unknown] = 1;
        rest = tf_dims_count(target);
        target.dims[unknown] = rest ? np_size(a) / rest : 0;
        if (!rest) /* 0 · anything: no answer */
            target.known = false;
    }
    if (tf_dims_count(target) != np_size(a)) {
        tf_fail(tf_value_error, here, NULL, "cannot reshape array of size %" PRId64 " into shape %s", np_size(a),
                target_text(shape, text, sizeof text));
        return (tf_ndarray){ 0 };
    }
    a.shape = target;
    a.memory = NULL;
    return a;
}

static bool has_axis(tf_ndarray a, tf_source here)
{
    if (has_data(a) && a.shape.rank == 0)
        tf_fail(tf_lookup_error, here, NULL, "too many indices for array: a scalar has no axis 0");
    return has_data(a) && a.shape.rank > 0;
}

/* The rows from `begin` on, as a view; no pointer arithmetic on an array without bytes. */
static void skip_rows(tf_ndarray *a, int64_t begin)
{
    if (a->data && np_size(*a))
        a->data = element(*a, begin * product(a->shape, 1, a->shape.rank));
    a->memory = NULL;
}

static int64_t clamp_bound(int64_t i, int64_t n)
{
    if (i < 0)
        i = i < -n ? 0 : i + n;
    return i > n ? n : i;
}

tf_ndarray np_slice_(tf_ndarray a, int64_t begin, int64_t end, tf_source here)
{
    if (!has_axis(a, here))
        return (tf_ndarray){ 0 };
    begin = clamp_bound(begin, a.shape.dims[0]);
    end = clamp_bound(end, a.shape.dims[0]);
    skip_rows(&a, begin);
    a.shape.dims[0] = end > begin ? end - begin : 0;
    return a;
}

tf_ndarray np_at_(tf_ndarray a, int64_t i, tf_source here)
{
    int64_t n;

    if (!has_axis(a, here))
        return (tf_ndarray){ 0 };
    n = a.shape.dims[0];
    if (i < -n || i >= n) {
        tf_fail(tf_lookup_error, here, NULL, "index %" PRId64 " is out of bounds for axis 0 with size %" PRId64, i, n);
        return (tf_ndarray){ 0 };
    }
    skip_rows(&a, i < 0 ? i + n : i);
    a.shape.rank--;
    memmove(a.shape.dims, a.shape.dims + 1, (size_t)a.shape.rank * sizeof a.shape.dims[0]);
    return a;
}
