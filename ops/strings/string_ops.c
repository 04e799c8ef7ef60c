/* Strings of bytes. TF1: core/ops/string_ops.cc, core/kernels/string_*_op.cc, as_string_op.cc, substr_op.cc. */
#include "ops/strings/string_ops.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/strings.h"
#include "ops/array/array.h"
#include "ops/control_flow/counts.h"
#include "ops/strings/number.h"

static const tf_shard_rule each_element = { .out = TF_WHOLE, .in = { TF_WHOLE, TF_WHOLE, TF_WHOLE, TF_WHOLE } };
static int64_t elements(const tf_kernel_ctx *k) { return tf_view_count(&k->out[0]); }

static const tf_bytes *strings_in(const tf_kernel_ctx *k, int i) { return k->in[i].data; }

/* ---- StringJoin --------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *separator;
} join_attrs;
static const tf_attr_def join_fields[] = { TF_ATTR(join_attrs, separator, TF_ATTR_STRING), { 0 } };

/* Scalars aside, all of one shape. */
static void join_shape(tf_shape_ctx *c)
{
    tf_dims out = SCALAR;
    bool unknown = false;
    for (int i = 0; i < tf_shape_inputs(c); i++) {
        const tf_dims d = *tf_in_dims(c, i);
        unknown |= !d.known;
        if (!d.known || !d.rank)
            continue;
        if (out.rank == 0)
            out = d;
        else if (!tf1c_merge_in(c, out, d, &out, ""))
            return;
    }
    tf_set_out(c, 0, unknown && !out.rank ? (tf_dims){ 0 } : out);
}

static void join_kernel(tf_kernel_ctx *k)
{
    const char *separator = ((const join_attrs *)k->attrs)->separator;
    const size_t between = strlen(separator);
    for (int64_t i = k->begin; i < k->end; i++) {
        size_t n = 0;
        for (int j = 0; j < k->n_in; j++)
            n += strings_in(k, j)[k->in[j].rank ? i : 0].size + (j ? between : 0);
        char *all = tf_kernel_string(k, n + 1), *to = all;
        TF_DATA(k, out, 0, tf_bytes)[i] = (tf_bytes){ all, all ? n : 0 };
        for (int j = 0; all && j < k->n_in; j++) {
            const tf_bytes s = strings_in(k, j)[k->in[j].rank ? i : 0];
            if (j && between)
                memcpy(to, separator, between);
            to += j ? between : 0;
            if (s.size)
                memcpy(to, s.data, s.size);
            to += s.size;
        }
        if (all)
            *to = '\0';
    }
}

static const tf_op_def string_join_op = {
    .name = "StringJoin",
    .in = "inputs:string*",
    .out = "output:string",
    .attrs = join_fields,
    .attrs_size = sizeof(join_attrs),
    .shape = join_shape,
    .kernel = join_kernel,
    .units = elements,
    .shard = &each_element,
    .gradient = tf_no_gradient,
};

tf_tensor tf_string_join_(tf_list inputs, struct tf_string_join_args a)
{
    TF_FROM(a.here);
    inputs = tf1c_sound_list(inputs, a.here);
    const join_attrs attrs = { a.separator ? a.separator : "" };
    if (!inputs.n)
        return tf_mistake(tf_value_error, a.here, NULL,
                          "List argument 'inputs' to 'StringJoin' Op with length 0 shorter than minimum length 1.");
    return tf1c_op_of_list(&string_join_op, (struct tf_op_args){ .here = a.here, .name = a.name, .attrs = &attrs }, inputs);
}

/* ---- StringToNumber -------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_dtype dtype;
} dtype_attrs;
static const tf_attr_def dtype_fields[] = { TF_ATTR(dtype_attrs, dtype, TF_ATTR_DTYPE), { 0 } };

static void typed_shape(tf_shape_ctx *c)
{
    tf_set_out(c, 0, *tf_in_dims(c, 0));
    tf_set_out_dtype(c, 0, ((const dtype_attrs *)tf_shape_attrs(c))->dtype);
}

/* strtod knows more: "infinity", "nan(1)", hexadecimal digits with a power of 2. */
static bool is_spelt_plainly(const char *text, const char *end)
{
    const char *at = text + (*text == '+' || *text == '-');
    if (isalpha((unsigned char)*at))
        return end - at == 3;
    while (at < end && *at != 'p' && *at != 'P')
        at++;
    return at == end;
}

bool tf1c_text_to_number(const char *text, tf_dtype dtype, void *to)
{
    char *end;
    errno = 0;
    while (isspace((unsigned char)*text))
        text++;
    const bool floating = TF_FLOATING & TF_DTYPE_BIT(dtype);
    if (!*text || (*text == '+' && !floating))
        return false;
    if (dtype == tf_float32)
        *(float *)to = strtof(text, &end);
    else if (dtype == tf_float64)
        *(double *)to = strtod(text, &end);
    else {
        const long long x = strtoll(text, &end, 10);
        if (errno || (dtype == tf_int32 && x != (int32_t)x))
            return false;
        if (dtype == tf_int32)
            *(int32_t *)to = (int32_t)x;
        else
            *(int64_t *)to = x;
    }
    if (floating && !is_spelt_plainly(text, end))
        return false;
    while (isspace((unsigned char)*end))
        end++;
    return !*end;
}

static void to_number_kernel(tf_kernel_ctx *k)
{
    char *out = k->out[0].data;
    const tf_dtype dtype = k->out[0].dtype;
    for (int64_t i = k->begin; i < k->end; i++) {
        const tf_bytes s = strings_in(k, 0)[i];
        char few[64], *text = s.size < sizeof few ? few : tf_kernel_string(k, s.size + 1);
        if (!text)
            return;
        if (s.size)
            memcpy(text, s.data, s.size);
        text[s.size] = '\0';
        if (strlen(text) != s.size || !tf1c_text_to_number(text, dtype, out + (size_t)i * tf_dtype_size(dtype))) {
            tf_kernel_error(k, tf_invalid_argument, "StringToNumberOp could not correctly convert string: %s", text);
            return;
        }
    }
}

static const tf_op_def string_to_number_op = {
    .name = "StringToNumber",
    .in = "string_tensor:string",
    .out = "output:?",
    .attrs = dtype_fields,
    .attrs_size = sizeof(dtype_attrs),
    .shape = typed_shape,
    .kernel = to_number_kernel,
    .units = elements,
    .shard = &each_element,
    .gradient = tf_no_gradient,
};

tf_tensor tf_string_to_number_(tf_operand x, struct tf_string_to_number_args a)
{
    const dtype_attrs attrs = { a.out_type ? a.out_type : tf_float32 };
    if (!((TF_FLOATING | TF_INDEX) & TF_DTYPE_BIT(attrs.dtype)))
        return tf_mistake(
            tf_type_error, a.here, NULL,
            "Value passed to parameter 'out_type' has DataType %s not in list of allowed values: float32, float64, int32, int64",
            tf_dtype_name(attrs.dtype));
    return (tf_tensor){ .op = tf_op_new(
                            &string_to_number_op,
                            (struct tf_op_args){ .here = a.here, .name = a.name, .attrs = &attrs, .n_inputs = 1, .inputs = &x }) };
}

/* ---- AsString ------------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    const char *format; /* of printf, for the input's dtype: a double, an int64_t or a string */
    tf_dtype dtype;
} as_string_attrs;
static const tf_attr_def as_string_fields[] = { TF_ATTR(as_string_attrs, format, TF_ATTR_STRING), { 0 } };

/* The formats are made below, and hold one conversion of the value's kind. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static int write_element(const tf_view *v, int64_t i, const char *format, char *text, size_t n)
{
    switch (v->dtype) {
    case tf_float32: return snprintf(text, n, format, (double)((const float *)v->data)[i]);
    case tf_float64: return snprintf(text, n, format, ((const double *)v->data)[i]);
    case tf_int32: return snprintf(text, n, format, (long long)((const int32_t *)v->data)[i]);
    case tf_int64: return snprintf(text, n, format, (long long)((const int64_t *)v->data)[i]);
    default: return snprintf(text, n, format, ((const bool *)v->data)[i] ? "true" : "false");
    }
}
#pragma GCC diagnostic pop

static void as_string_kernel(tf_kernel_ctx *k)
{
    const char *format = ((const as_string_attrs *)k->attrs)->format;
    for (int64_t i = k->begin; i < k->end; i++) {
        const int n = write_element(&k->in[0], i, format, NULL, 0);
        char *text = n < 0 ? NULL : tf_kernel_string(k, (size_t)n + 1);
        if (text)
            write_element(&k->in[0], i, format, text, (size_t)n + 1);
        TF_DATA(k, out, 0, tf_bytes)[i] = (tf_bytes){ text, text ? (size_t)n : 0 };
    }
}

static const tf_op_def as_string_op = {
    .name = "AsString",
    .in = "input:T",
    .out = "output:string",
    .T = TF_FLOATING | TF_INDEX | TF_DTYPE_BIT(tf_bool),
    .attrs = as_string_fields,
    .attrs_size = sizeof(as_string_attrs),
    .shape = tf_unchanged_shape,
    .kernel = as_string_kernel,
    .units = elements,
    .shard = &each_element,
    .gradient = tf_no_gradient,
};

static bool write_format(char *format, size_t room, tf_dtype dtype, const struct tf_as_string_args *a)
{
    char width[24] = "", precision[24] = "";
    if (dtype == tf_bool)
        return snprintf(format, room, "%%s") < (int)room;
    if (a->width > -1)
        snprintf(width, sizeof width, "%d", (int)a->width);
    if (a->precision > -1)
        snprintf(precision, sizeof precision, ".%d", (int)a->precision);
    return snprintf(format, room, "%%%s%s%s%s", a->fill ? a->fill : "", width, precision,
                    !(TF_FLOATING & TF_DTYPE_BIT(dtype)) ? "lld"
                    : a->scientific                      ? "e"
                    : a->shortest                        ? "g"
                                                         : "f") < (int)room;
}

tf_tensor tf_as_string_(tf_operand x, struct tf_as_string_args a)
{
    char format[80];
    TF_FROM(a.here);
    const tf_tensor t = tf_convert(x, tf_dtype_unset, a.here, NULL);
    if (tf_is_poisoned(t))
        return t;
    if (a.fill && *a.fill && (a.fill[1] || !strchr(" 0+-", *a.fill)))
        return tf_mistake(tf_value_error, a.here, NULL, "Fill string must be \"\", \" \", \"0\", \"+\" or \"-\", got \"%s\"",
                          a.fill);
    if (a.width > 1 << 16 || a.precision > 1 << 16 || (a.scientific && a.shortest))
        return tf_mistake(tf_value_error, a.here, NULL,
                          "Cannot select both scientific and shortest notation, nor more than %d digits", 1 << 16);
    const tf_dtype dtype = tf_get_dtype(t);
    const bool noted = a.scientific || a.shortest;
    if (!(TF_FLOATING & TF_DTYPE_BIT(dtype)) && (noted || a.precision > -1))
        return tf_mistake(tf_value_error, a.here, NULL, "%s not supported for datatype %s",
                          noted ? "scientific and shortest format" : "precision", tf_dtype_kernel_name(dtype));
    write_format(format, sizeof format, dtype, &a);
    const as_string_attrs attrs = { .format = format };
    const tf_operand in = tf_operand_tensor(t);
    return (tf_tensor){ .op = tf_op_new(
                            &as_string_op,
                            (struct tf_op_args){ .here = a.here, .name = a.name, .attrs = &attrs, .n_inputs = 1, .inputs = &in }) };
}

/* ---- StringStrip, StringLower, StringUpper, StringLength ------------------------------------------------------------------------------------ */

static void strip_kernel(tf_kernel_ctx *k)
{
    for (int64_t i = k->begin; i < k->end; i++) {
        tf_bytes s = strings_in(k, 0)[i];
        while (s.size && isspace((unsigned char)*s.data)) {
            s.data++;
            s.size--;
        }
        while (s.size && isspace((unsigned char)s.data[s.size - 1]))
            s.size--;
        give_bytes(k, i, s.data, s.size);
    }
}

static void map_bytes(tf_kernel_ctx *k, int (*of)(int))
{
    for (int64_t i = k->begin; i < k->end; i++) {
        const tf_bytes s = strings_in(k, 0)[i];
        give_bytes(k, i, s.data, s.size);
        char *to = (char *)TF_DATA(k, out, 0, tf_bytes)[i].data;
        for (size_t j = 0; to && j < s.size; j++)
            to[j] = (char)of((unsigned char)to[j]);
    }
}
static int lower(int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }
static int upper(int c) { return c >= 'a' && c <= 'z' ? c - 32 : c; }
static void lower_kernel(tf_kernel_ctx *k) { map_bytes(k, lower); }
static void upper_kernel(tf_kernel_ctx *k) { map_bytes(k, upper); }

static void length_kernel(tf_kernel_ctx *k)
{
    for (int64_t i = k->begin; i < k->end; i++)
        TF_DATA(k, out, 0, int32_t)[i] = (int32_t)strings_in(k, 0)[i].size;
}

#define STRING_OP(id, type, out_type, function) \
    static const tf_op_def id = {               \
        .name = type,                           \
        .in = "input:string",                   \
        .out = "output:" out_type,              \
        .shape = tf_unchanged_shape,            \
        .kernel = function,                     \
        .units = elements,                      \
        .shard = &each_element,                 \
        .gradient = tf_no_gradient,             \
    }
STRING_OP(string_strip_op, "StringStrip", "string", strip_kernel);
STRING_OP(string_lower_op, "StringLower", "string", lower_kernel);
STRING_OP(string_upper_op, "StringUpper", "string", upper_kernel);
STRING_OP(string_length_op, "StringLength", "int32", length_kernel);
UNARY_BUILDER(tf_string_strip_, string_strip_op, NULL)
UNARY_BUILDER(tf_string_lower_, string_lower_op, NULL)
UNARY_BUILDER(tf_string_upper_, string_upper_op, NULL)
UNARY_BUILDER(tf_string_length_, string_length_op, NULL)

/* ---- Substr -------------------------------------------------------------------------------------------------------------------------------------- */

static void substr_shape(tf_shape_ctx *c)
{
    const tf_dims x = *tf_in_dims(c, 0), pos = *tf_in_dims(c, 1), len = *tf_in_dims(c, 2);
    tf_dims both;
    if (!tf1c_merge_in(c, pos, len, &both, ""))
        return;
    if (!both.known || !x.known)
        return;
    if (both.rank && !tf1c_merge_in(c, x, both, &both, ""))
        return;
    tf_set_out(c, 0, both.rank ? both : x);
}

static int64_t whole_at(const tf_view *v, int64_t i) { return int_at(v, v->rank ? i : 0); }

static void substr_kernel(tf_kernel_ctx *k)
{
    for (int64_t i = k->begin; i < k->end; i++) {
        const tf_bytes s = strings_in(k, 0)[i];
        const int64_t size = (int64_t)s.size, pos = whole_at(&k->in[1], i), len = whole_at(&k->in[2], i);
        const int64_t from = pos < 0 ? pos + size : pos;
        if (pos > size || from < 0) {
            tf_kernel_error(k, tf_invalid_argument, "pos %lld out of range for string b'%.*s' at index %lld", (long long)pos,
                            (int)(size < 100 ? size : 100), s.data ? s.data : "", (long long)i);
            return;
        }
        const int64_t n = len >= 0 && len < size - from ? len : size - from; /* less than 0: the rest */
        give_bytes(k, i, s.data ? s.data + from : "", (size_t)n);
    }
}

static const tf_op_def substr_op = {
    .name = "Substr",
    .in = "input:string, pos:T, len:T",
    .out = "output:string",
    .T = TF_INDEX,
    .shape = substr_shape,
    .kernel = substr_kernel,
    .units = elements,
    .shard = &each_element,
    .gradient = tf_no_gradient,
};

tf_tensor tf_substr_(tf_operand x, tf_operand pos, tf_operand len, struct tf_name_args a)
{
    const tf_operand in[3] = { x, pos, len };
    return (tf_tensor){ .op = tf_op_new(&substr_op,
                                        (struct tf_op_args){ .here = a.here, .name = a.name, .n_inputs = 3, .inputs = in }) };
}

/* ---- StringSplit ------------------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    const char *delimiter;
    bool skip_empty;
} split_attrs;
static const tf_attr_def split_fields[] = { TF_ATTR(split_attrs, delimiter, TF_ATTR_STRING),
                                            TF_ATTR(split_attrs, skip_empty, TF_ATTR_BOOL),
                                            { 0 } };

static void split_shape(tf_shape_ctx *c)
{
    if (!tf_with_rank(c, 0, 1))
        return;
    tf_set_out(c, 0, SHAPE(NONE, 2));
    tf_set_out(c, 1, SHAPE(NONE));
    tf_set_out(c, 2, SHAPE(2));
}

/* The piece that begins at *at; false: there is none, as in an empty string. *at is behind its delimiter then, beyond the end after
 * the last. */
static bool next_piece(tf_bytes s, const split_attrs *a, size_t *at, tf_bytes *piece)
{
    while (s.size && *at <= s.size) {
        size_t end = *at;
        if (!*a->delimiter) {
            if (*at == s.size)
                return false;
            *piece = (tf_bytes){ s.data + *at, 1 };
            ++*at;
            return true;
        }
        while (end < s.size && !memchr(a->delimiter, s.data[end], strlen(a->delimiter)))
            end++;
        *piece = (tf_bytes){ s.data ? s.data + *at : "", end - *at };
        *at = end + 1;
        if (piece->size || !a->skip_empty)
            return true;
    }
    return false;
}

static void split_data_shape(tf_kernel_ctx *k, tf_dims *out)
{
    int64_t n = 0;
    tf_bytes piece;
    for (int64_t i = 0; i < tf_view_count(&k->in[0]); i++)
        for (size_t at = 0; next_piece(strings_in(k, 0)[i], k->attrs, &at, &piece);)
            n++;
    out[0] = SHAPE(n, 2);
    out[1] = SHAPE(n);
    out[2] = SHAPE(2);
}

static void split_kernel(tf_kernel_ctx *k)
{
    int64_t n = 0, longest = 0, *indices = k->out[0].data, *shape = k->out[2].data;
    const int64_t rows = tf_view_count(&k->in[0]);
    tf_bytes piece, *values = k->out[1].data;
    for (int64_t i = 0; i < rows; i++) {
        int64_t column = 0;
        for (size_t at = 0; next_piece(strings_in(k, 0)[i], k->attrs, &at, &piece); n++) {
            char *copy = tf_kernel_string(k, piece.size + 1);
            if (copy)
                memcpy(copy, piece.data, piece.size);
            if (copy)
                copy[piece.size] = '\0';
            values[n] = (tf_bytes){ copy, copy ? piece.size : 0 };
            indices[2 * n] = i;
            indices[2 * n + 1] = column++;
        }
        longest = column > longest ? column : longest;
    }
    shape[0] = rows;
    shape[1] = longest;
}

static const tf_op_def string_split_op = {
    .name = "StringSplit",
    .in = "input:string",
    .out = "indices:int64, values:string, shape:int64",
    .attrs = split_fields,
    .attrs_size = sizeof(split_attrs),
    .shape = split_shape,
    .data_shape = split_data_shape,
    .kernel = split_kernel,
    .gradient = tf_no_gradient,
};

tf_split_strings tf_string_split_(tf_operand source, struct tf_string_split_args a)
{
    tf1c_count_more(1); /* the delimiter */
    const split_attrs attrs = { a.delimiter ? a.delimiter : "", a.skip_empty };
    tf_operation *op = tf_op_new(
        &string_split_op, (struct tf_op_args){ .here = a.here, .name = a.name, .attrs = &attrs, .n_inputs = 1, .inputs = &source });
    return (tf_split_strings){ tf_op_output(op, 0), tf_op_output(op, 1), tf_op_output(op, 2) };
}

/* clang-format off */
tf1c_op_family tf1c_family_string_ops = {
    &string_join_op,
    &string_to_number_op,
    &as_string_op,
    &string_strip_op,
    &string_lower_op,
    &string_upper_op,
    &string_length_op,
    &substr_op,
    &string_split_op,
    NULL,
};
