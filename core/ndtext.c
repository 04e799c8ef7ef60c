/* np_text: arrays laid out as NumPy's array2string does, eight digits, 75 columns, "..." beyond 1000 elements. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ndarray.h"

enum { PRECISION = 8, LINE_WIDTH = 75, THRESHOLD = 1000, EDGE = 3, NUMBER_TEXT = 48 };

static bool is_real(tf_ndarray a) { return a.scale != 0 || a.dtype == tf_float32 || a.dtype == tf_float64; }
static bool is_single(tf_ndarray a) { return a.scale != 0 || a.dtype == tf_float32; }

/* Elements from one entry of `axis` to the next. */
static int64_t stride_of(tf_dims d, int axis)
{
    int64_t n = 1;

    for (int i = axis + 1; i < d.rank; i++)
        n *= d.dims[i];
    return n;
}

/* Decimal digits of a finite number: 0.ddd × 10^(exponent + 1), without trailing zeros. */
typedef struct {
    bool negative;
    int count, exponent;
    char digits[24];
} decimal;

/* Rounded to precision + 1 digits; reads past whatever the locale takes for a decimal point. */
static decimal to_decimal(double v, int precision, double *read_back)
{
    char text[64];
    decimal d = { .negative = signbit(v) };
    const char *p = text;

    snprintf(text, sizeof text, "%.*e", precision < 0 ? 0 : precision, fabs(v));
    if (read_back)
        *read_back = strtod(text, NULL);
    for (; *p && *p != 'e'; p++)
        if (*p >= '0' && *p <= '9' && d.count < (int)sizeof d.digits)
            d.digits[d.count++] = *p;
    d.exponent = *p ? (int)strtol(p + 1, NULL, 10) : 0;
    while (d.count > 1 && d.digits[d.count - 1] == '0')
        d.count--;
    return d;
}

/* The fewest digits that read back as the same number. */
static decimal shortest(double v, bool single)
{
    decimal d = { 0 };
    double back;

    for (int precision = 0; precision < 17; precision++) {
        d = to_decimal(v, precision, &back);
        if (single ? (float)back == (float)fabs(v) : back == fabs(v))
            break;
    }
    return d;
}

/* "-12.5", "3." */
static void positional(decimal d, char *text)
{
    char *p = text;

    if (d.negative)
        *p++ = '-';
    if (d.exponent < 0)
        *p++ = '0';
    for (int i = 0; i <= d.exponent; i++)
        *p++ = i < d.count ? d.digits[i] : '0';
    *p++ = '.';
    for (int i = d.exponent + 1; i < d.count; i++)
        *p++ = i < 0 ? '0' : d.digits[i];
    *p = '\0';
}

/* "1.5e-05": fraction and exponent of at least the given numbers of digits. */
static void scientific(decimal d, int fraction, int exponent_digits, char *text)
{
    char *p = text;

    if (d.negative)
        *p++ = '-';
    *p++ = d.digits[0];
    *p++ = '.';
    for (int i = 1; i < d.count || i <= fraction; i++)
        *p++ = i < d.count ? d.digits[i] : '0';
    sprintf(p, "e%c%0*d", d.exponent < 0 ? '-' : '+', exponent_digits, abs(d.exponent));
}

typedef struct {
    tf_ndarray a;
    bool summary;             /* show three elements at each end of an axis */
    bool exponents;           /* scientific notation */
    bool measured;            /* the widths below are known */
    double largest, smallest; /* of the finite, nonzero magnitudes */
    int left, right;          /* columns before and after the point; integers: left is all */
    int fraction, exponent_digits, inf_width;
    char *text; /* the output: room bytes, `at` written */
    size_t room, at;
    int column, spaces;
} printer;

static bool skips(const printer *p, int axis) { return p->summary && p->a.shape.dims[axis] > 2 * EDGE; }

typedef void visitor(printer *p, int64_t at);

/* Visits the elements that are shown. */
static void visit(printer *p, int axis, int64_t at, visitor *each)
{
    int64_t n, stride;

    if (axis == p->a.shape.rank) {
        each(p, at);
        return;
    }
    n = p->a.shape.dims[axis];
    stride = stride_of(p->a.shape, axis);
    for (int64_t i = 0; i < n; i++) {
        if (i == EDGE && skips(p, axis))
            i = n - EDGE;
        visit(p, axis + 1, at + i * stride, each);
    }
}

static void measure_range(printer *p, int64_t at)
{
    double v = fabs(np_get(p->a, at));

    if (!isfinite(v)) {
        int width = isnan(v) || np_get(p->a, at) > 0 ? 3 : 4;

        p->inf_width = width > p->inf_width ? width : p->inf_width;
    } else if (v != 0) {
        p->largest = v > p->largest ? v : p->largest;
        p->smallest = v < p->smallest ? v : p->smallest;
    }
}

/* A number with at most eight digits after the point, fewer if that says it all; with exponents, once measured, as
 * many as the longest has. */
static void real_text(const printer *p, double v, char *text)
{
    decimal d = shortest(v, is_single(p->a));

    if (p->exponents) {
        if (p->measured || d.count > PRECISION + 1)
            d = to_decimal(v, p->measured ? p->fraction : PRECISION, NULL);
        scientific(d, p->fraction, p->exponent_digits, text);
    } else {
        if (d.count - 1 - d.exponent > PRECISION)
            d = to_decimal(v, d.exponent + PRECISION, NULL);
        positional(d, text);
    }
}

/* b'text', as Python shows bytes; what is long ends with an ellipsis. */
static void string_text(tf_bytes s, char *text)
{
    const bool single = s.size && memchr(s.data, '\'', s.size), twice = s.size && memchr(s.data, '"', s.size);
    const char quote = single && !twice ? '"' : '\'';
    char *to = text;
    *to++ = 'b';
    *to++ = quote;
    for (size_t i = 0; i < s.size; i++) {
        const unsigned char c = (unsigned char)s.data[i];
        if (to - text > NUMBER_TEXT - 10) {
            to = stpcpy(to, "...");
            break;
        }
        if (c == '\n' || c == '\t' || c == '\r') {
            *to++ = '\\';
            *to++ = c == '\n' ? 'n' : c == '\t' ? 't' : 'r';
        } else if (c < ' ' || c > '~') {
            to += sprintf(to, "\\x%02x", c);
        } else {
            if (c == quote || c == '\\')
                *to++ = '\\';
            *to++ = (char)c;
        }
    }
    *to++ = quote;
    *to = '\0';
}

static void whole_text(const printer *p, int64_t at, char *text)
{
    if (p->a.dtype == tf_string)
        string_text(np_string(p->a, at), text);
    else if (p->a.dtype == tf_bool)
        strcpy(text, ((const uint8_t *)p->a.data)[at] ? "True" : "False");
    else if (p->a.dtype == tf_int64) /* more digits than a double has */
        snprintf(text, NUMBER_TEXT, "%" PRId64, ((const int64_t *)p->a.data)[at]);
    else
        snprintf(text, NUMBER_TEXT, "%.0f", np_get(p->a, at));
}

static int larger(int a, size_t b) { return a > (int)b ? a : (int)b; }

static void measure_width(printer *p, int64_t at)
{
    char text[NUMBER_TEXT];
    double v;
    size_t point;

    if (!is_real(p->a)) {
        whole_text(p, at, text);
        p->left = larger(p->left, p->a.dtype == tf_bool ? 5 : strlen(text));
        return;
    }
    v = np_get(p->a, at);
    if (!isfinite(v))
        return;
    real_text(p, v, text);
    point = strcspn(text, ".");
    p->left = larger(p->left, point);
    if (p->exponents) {
        size_t e = strcspn(text, "e");

        p->fraction = larger(p->fraction, e - point - 1);
        p->exponent_digits = larger(p->exponent_digits, strlen(text) - e - 2);
    } else {
        p->right = larger(p->right, strlen(text) - point - 1);
    }
}

static void measure(printer *p)
{
    p->smallest = INFINITY;
    p->exponent_digits = 2;
    if (is_real(p->a)) {
        visit(p, 0, 0, measure_range);
        p->exponents = p->largest > 0 && (p->largest >= 1e8 || p->smallest < 1e-4 || p->largest / p->smallest > 1000);
    }
    visit(p, 0, 0, measure_width);
    if (p->exponents)
        p->right = p->fraction + p->exponent_digits + 2;
    if (is_real(p->a))
        p->left = larger(p->left, p->inf_width > p->right + 1 ? (size_t)(p->inf_width - p->right - 1) : 0);
    p->measured = true;
}

static void put_char(printer *p, char c)
{
    if (p->at + 1 < p->room)
        p->text[p->at++] = c;
}

/* Spaces wait for what follows: those at a line's end are dropped. */
static void put(printer *p, const char *text)
{
    for (; *text; text++, p->column++) {
        if (*text == ' ') {
            p->spaces++;
            continue;
        }
        for (; p->spaces; p->spaces--)
            if (*text != '\n')
                put_char(p, ' ');
        put_char(p, *text);
    }
}

static void put_line(printer *p, int lines, int indent)
{
    while (lines-- > 0)
        put(p, "\n");
    for (p->column = 0; p->column < indent;)
        put(p, " ");
}

/* One element, padded to the common width. */
static void element_text(const printer *p, int64_t at, char *word)
{
    char text[NUMBER_TEXT];
    double v = np_get(p->a, at);
    int before, width;

    if (!is_real(p->a)) {
        whole_text(p, at, text);
        snprintf(word, 2 * NUMBER_TEXT, "%*s", p->a.dtype == tf_string ? 0 : p->left, text);
        return;
    }
    width = p->left + 1 + p->right;
    if (!isfinite(v)) {
        snprintf(word, 2 * NUMBER_TEXT, "%*s", width, isnan(v) ? "nan" : v < 0 ? "-inf" : "inf");
        return;
    }
    real_text(p, v, text);
    before = p->left - (int)strcspn(text, ".");
    snprintf(word, 2 * NUMBER_TEXT, "%*s%-*s", before, "", width - before, text);
}

/* A word of a line of the last axis, on a new line if it does not fit. */
static void put_word(printer *p, const char *word, int indent, int width)
{
    if (p->column > indent) {
        if (p->column + 1 + (int)strlen(word) > width)
            put_line(p, 1, indent);
        else
            put(p, " ");
    }
    put(p, word);
}

static void put_axis(printer *p, int axis, int64_t at)
{
    int after = p->a.shape.rank - axis - 1, indent = axis + 1;
    int64_t n = p->a.shape.dims[axis], stride = stride_of(p->a.shape, axis);
    char word[2 * NUMBER_TEXT];

    put(p, "[");
    for (int64_t i = 0; i < n; i++) {
        bool dots = i == EDGE && skips(p, axis);

        if (dots)
            i = n - EDGE - 1;
        if (after) {
            if (i)
                put_line(p, after, indent);
            if (dots)
                put(p, "...");
            else
                put_axis(p, axis + 1, at + i * stride);
        } else {
            if (dots)
                strcpy(word, "...");
            else
                element_text(p, at + i, word);
            put_word(p, word, indent, LINE_WIDTH - axis - 1);
        }
    }
    put(p, "]");
}

/* A scalar prints like Python's number: all digits, "1.0", "1e-05". */
static void put_scalar(printer *p)
{
    char text[NUMBER_TEXT];
    double v = np_get(p->a, 0), size = fabs(v);

    if (!is_real(p->a)) {
        whole_text(p, 0, text);
    } else if (!isfinite(v)) {
        strcpy(text, isnan(v) ? "nan" : v < 0 ? "-inf" : "inf");
    } else {
        decimal d = shortest(v, is_single(p->a));

        if (v == 0 || (size >= 1e-4 && size < 1e16)) {
            positional(d, text);
            strcat(text, text[strlen(text) - 1] == '.' ? "0" : "");
        } else {
            char *point;

            scientific(d, 0, 2, text);
            point = strchr(text, '.');
            if (d.count == 1)
                memmove(point, point + 1, strlen(point));
        }
    }
    put(p, text);
}

const char *np_text(tf_ndarray a, char *text, size_t n)
{
    if (!text)
        return "";
    printer p = { .a = a, .summary = np_size(a) > THRESHOLD, .text = text, .room = n };

    const size_t size = tf_dtype_size(a.dtype);

    if (!size || !tf_dims_fully_known(a.shape) || (!a.data && np_size(a)) || np_size(a) > PTRDIFF_MAX / (int64_t)size) {
        put(&p, "<no data>");
    } else if (np_size(a) == 0) {
        put(&p, "[]");
    } else if (a.shape.rank == 0) {
        put_scalar(&p);
    } else {
        measure(&p);
        put_axis(&p, 0, 0);
    }
    if (n)
        text[p.at] = '\0';
    return text;
}
