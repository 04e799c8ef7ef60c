/* Bytes as numbers, lines as columns, Examples. TF1: core/kernels/decode_raw_op.cc, decode_csv_op.cc, example_parsing_ops.cc. */
#include "ops/parsing/parsing_ops.h"

#include <string.h>

#include "core/bytes.h"
#include "core/strings.h"
#include "ops/control_flow/counts.h"
#include "ops/family.h"
#include "ops/parsing/example.h"
#include "ops/strings/number.h"

static const tf_bytes *strings_in(const tf_kernel_ctx *k) { return k->in[0].data; }

/* ---- DecodeRaw -------------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_dtype dtype;
    bool little_endian;
} raw_attrs;
static const tf_attr_def raw_fields[] = { TF_ATTR(raw_attrs, dtype, TF_ATTR_DTYPE),
                                          TF_ATTR(raw_attrs, little_endian, TF_ATTR_BOOL),
                                          { 0 } };

static void raw_shape(tf_shape_ctx *c)
{
    tf_dims d = *tf_in_dims(c, 0);
    tf_set_out_dtype(c, 0, ((const raw_attrs *)tf_shape_attrs(c))->dtype);
    if (!d.known || d.rank >= TF_MAX_RANK)
        return;
    d.dims[d.rank++] = NONE;
    tf_set_out(c, 0, d);
}

static void raw_data_shape(tf_kernel_ctx *k, tf_dims *out)
{
    const size_t size = tf_dtype_size(((const raw_attrs *)k->attrs)->dtype);
    const int64_t n = tf_view_count(&k->in[0]);
    const size_t first = n ? strings_in(k)[0].size : 0;
    for (int64_t i = 1; i < n; i++)
        if (strings_in(k)[i].size != first) {
            tf_kernel_error(k, tf_invalid_argument,
                            "DecodeRaw requires input strings to all be the same size, but element %lld has size %zu != %zu",
                            (long long)i, first, strings_in(k)[i].size);
            return;
        }
    if (first % size)
        tf_kernel_error(k, tf_invalid_argument, "Input to DecodeRaw has length %zu that is not a multiple of %zu, the size of %s",
                        first, size, tf_dtype_kernel_name(((const raw_attrs *)k->attrs)->dtype));
    out[0] = (tf_dims){ .known = true, .rank = k->in[0].rank };
    memcpy(out[0].dims, k->in[0].dims, sizeof out[0].dims);
    out[0].dims[out[0].rank++] = (int64_t)(first / size);
}

static void raw_kernel(tf_kernel_ctx *k)
{
    char *to = k->out[0].data;
    const size_t size = tf_dtype_size(k->out[0].dtype);
    for (int64_t i = 0; i < tf_view_count(&k->in[0]); i++) {
        const tf_bytes s = strings_in(k)[i];
        if (s.size)
            memcpy(to, s.data, s.size);
        for (size_t at = 0; !((const raw_attrs *)k->attrs)->little_endian && at < s.size; at += size)
            for (size_t j = 0; j < size; j++)
                to[at + j] = s.data[at + size - 1 - j];
        to += s.size;
    }
}

static const tf_op_def decode_raw_op = {
    .name = "DecodeRaw",
    .in = "bytes:string",
    .out = "output:?",
    .attrs = raw_fields,
    .attrs_size = sizeof(raw_attrs),
    .shape = raw_shape,
    .data_shape = raw_data_shape,
    .kernel = raw_kernel,
    .gradient = tf_no_gradient,
};

tf_tensor tf_decode_raw_(tf_operand bytes, tf_dtype out_type, struct tf_decode_raw_args a)
{
    const raw_attrs attrs = { out_type, a.little_endian };
    if (!(TF_ANY_DTYPE & TF_DTYPE_BIT(out_type)))
        return tf_mistake(tf_type_error, a.here, NULL,
                          "Value passed to parameter 'out_type' has DataType %s not in list of allowed values",
                          tf_dtype_name(out_type));
    return (tf_tensor){ .op = tf_op_new(&decode_raw_op,
                                        (struct tf_op_args){
                                            .here = a.here, .name = a.name, .attrs = &attrs, .n_inputs = 1, .inputs = &bytes }) };
}

/* ---- DecodeCSV --------------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *delim, *na;
    bool quotes;
} csv_attrs;
static const tf_attr_def csv_fields[] = { TF_ATTR(csv_attrs, delim, TF_ATTR_STRING),
                                          TF_ATTR(csv_attrs, na, TF_ATTR_STRING),
                                          TF_ATTR(csv_attrs, quotes, TF_ATTR_BOOL),
                                          { 0 } };

static void csv_shape(tf_shape_ctx *c)
{
    for (int i = 0; i < tf_shape_outputs(c); i++) {
        const tf_dims d = *tf_in_dims(c, 1 + i);
        if (d.known && (d.rank > 1 || (d.rank == 1 && d.dims[0] != NONE && d.dims[0] > 1))) {
            tf_shape_error(c, "Shape of a default must be a length-0 or length-1 vector, or a scalar.");
            return;
        }
        tf_set_out(c, i, *tf_in_dims(c, 0));
        tf_set_out_dtype(c, i, tf_in_dtype(c, 1 + i));
    }
}

/* The field at *at into `to`, which has room for the record; *at is behind its delimiter then, past the end after the last. */
static const char *read_field(tf_bytes s, const csv_attrs *a, size_t *at, char *to, size_t *n)
{
    size_t i = *at;
    *n = 0;
    if (a->quotes && i < s.size && s.data[i] == '"') {
        for (i++; i < s.size; i++) {
            if (s.data[i] == '"' && (i + 1 >= s.size || s.data[i + 1] != '"'))
                break;
            i += s.data[i] == '"';
            to[(*n)++] = s.data[i];
        }
        if (i >= s.size)
            return "Quoted field has to end with quote followed by delim or end";
        i++;
        if (i < s.size && s.data[i] != *a->delim)
            return "Quote inside a string has to be escaped by another quote";
    } else {
        for (; i < s.size && s.data[i] != *a->delim; i++) {
            if (a->quotes && strchr("\"\n\r", s.data[i]) && s.data[i])
                return "Unquoted fields cannot have quotes/CRLFs inside";
            to[(*n)++] = s.data[i];
        }
    }
    *at = i + 1;
    return NULL;
}

static bool use_default(tf_kernel_ctx *k, int column, int64_t record)
{
    const tf_view *given = &k->in[1 + column];
    const size_t size = tf_dtype_size(given->dtype);
    if (tf_view_count(given) == 0)
        tf_kernel_error(k, tf_invalid_argument, "Field %d is required but missing in record %lld!", column, (long long)record);
    else
        memcpy((char *)k->out[column].data + (size_t)record * size, given->data, size);
    return tf_view_count(given) > 0;
}

static bool set_field(tf_kernel_ctx *k, int column, int64_t record, char *text, size_t n)
{
    const csv_attrs *a = k->attrs;
    const tf_dtype dtype = k->out[column].dtype;
    text[n] = '\0';
    if (!n || (*a->na && strcmp(text, a->na) == 0))
        return use_default(k, column, record);
    if (dtype == tf_string) {
        char *copy = tf_kernel_string(k, n + 1);
        if (copy)
            memcpy(copy, text, n + 1);
        TF_DATA(k, out, column, tf_bytes)[record] = (tf_bytes){ copy, copy ? n : 0 };
        return copy;
    }
    if (tf1c_text_to_number(text, dtype, (char *)k->out[column].data + (size_t)record * tf_dtype_size(dtype)))
        return true;
    tf_kernel_error(k, tf_invalid_argument, "Field %d in record %lld is not a valid %s: %s", column, (long long)record,
                    tf_dtype_kernel_name(dtype), text);
    return false;
}

static void csv_kernel(tf_kernel_ctx *k)
{
    for (int64_t i = 0; i < tf_view_count(&k->in[0]); i++) {
        const tf_bytes s = strings_in(k)[i];
        char *text = tf_kernel_string(k, s.size + 1);
        int columns = 0;
        for (size_t at = 0, n; text && at <= s.size; columns++) {
            const char *fault = read_field(s, k->attrs, &at, text, &n);
            if (fault)
                tf_kernel_error(k, tf_invalid_argument, "%s", fault);
            if (fault || (columns < k->n_out && !set_field(k, columns, i, text, n)))
                return;
        }
        if (columns != k->n_out)
            tf_kernel_error(k, tf_invalid_argument, "Expect %d fields but have %d in record %lld", k->n_out, columns, (long long)i);
        if (k->status)
            return;
    }
}

static const tf_op_def decode_csv_op = {
    .name = "DecodeCSV",
    .in = "records:string, record_defaults:?*",
    .out = "output:?*",
    .attrs = csv_fields,
    .attrs_size = sizeof(csv_attrs),
    .shape = csv_shape,
    .kernel = csv_kernel,
    .gradient = tf_no_gradient,
};

tf_list tf_decode_csv_(tf_operand records, struct tf_decode_csv_args a)
{
    TF1C_HOLD_REPORTS;
    const csv_attrs attrs = { a.field_delim ? a.field_delim : ",", a.na_value ? a.na_value : "", a.use_quote_delim };
    TF_FROM(a.here);
    const tf_list defaults = tf1c_sound_list(tf1c_given_list(a.record_defaults, a.here), a.here);
    if (strlen(attrs.delim) != 1 || !defaults.n)
        return tf_mistake_list(
            1, tf_mistake(tf_value_error, a.here, NULL,
                          defaults.n
                              ? "field_delim should be only 1 char"
                              : "List argument 'record_defaults' to 'decode_csv' Op with length 0 shorter than minimum length 1."));
    tf_operand *in = tf1c_alloc((size_t)(defaults.n + 1) * sizeof *in);
    if (!in)
        return tf_mistake_list(defaults.n, tf_mistake(tf_memory_error, a.here, NULL, "no memory left for the graph"));
    in[0] = records;
    for (int i = 0; i < defaults.n; i++) {
        in[1 + i] = tf_operand_tensor(defaults.items[i]);
        if (!tf_is_poisoned(defaults.items[i]) &&
            !((TF_FLOATING | TF_INDEX | TF_DTYPE_BIT(tf_string)) & TF_DTYPE_BIT(tf_get_dtype(defaults.items[i]))))
            in[1 + i] = tf_operand_tensor(tf_mistake(
                tf_type_error, a.here, NULL,
                "Value passed to parameter 'OUT_TYPE' has DataType %s not in list of allowed values: float32, float64, int32, int64, string",
                tf_dtype_name(tf_get_dtype(defaults.items[i]))));
    }
    tf_operation *op = tf_op_new(
        &decode_csv_op,
        (struct tf_op_args){
            .here = a.here, .name = a.name, .attrs = &attrs, .n_inputs = defaults.n + 1, .inputs = in, .n_outputs = defaults.n });
    tf1c_free(in);
    return tf1c_outputs(op, defaults.n);
}

/* ---- ParseExample: features of known shape -------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *key;
    tf_dims shape;
    tf_dtype dtype;
    int default_input; /* -1: required */
} fixed_feature;
typedef struct {
    const fixed_feature *features;
    bool single; /* of one example, not of a vector of them */
} parse_attrs;
static const tf_attr_def parse_fields[] = { TF_ATTR(parse_attrs, features, TF_ATTR_POINTER),
                                            TF_ATTR(parse_attrs, single, TF_ATTR_BOOL),
                                            { 0 } };

static tf_dims behind(int64_t n, tf_dims d)
{
    memmove(d.dims + 1, d.dims, (size_t)d.rank * sizeof *d.dims);
    d.dims[0] = n;
    d.rank++;
    return d;
}

static void parse_shape(tf_shape_ctx *c)
{
    const parse_attrs *a = tf_shape_attrs(c);
    const tf_dims d = *tf_in_dims(c, 0);
    if (!tf_with_rank(c, 0, a->single ? 0 : 1))
        return;
    for (int i = 0; i < tf_shape_outputs(c); i++) {
        tf_set_out(c, i, a->single ? a->features[i].shape : behind(d.known ? d.dims[0] : NONE, a->features[i].shape));
        tf_set_out_dtype(c, i, a->features[i].dtype);
    }
}

/* "Name: <unknown>, Key: i, Index: 0. " of a batch, "Key: i. " of one. */
static const char *at_key(const parse_attrs *a, const char *key, int64_t i, char *text, size_t n)
{
    if (a->single)
        snprintf(text, n, "Key: %s. ", key);
    else
        snprintf(text, n, "Name: <unknown>, Key: %s, Index: %lld. ", key, (long long)i);
    return text;
}

static bool wrong_dtype(tf_kernel_ctx *k, const fixed_feature *f, const tf1c_found_feature *found, int64_t i)
{
    char where[256];
    if (found->dtype == f->dtype)
        return false;
    tf_kernel_error(k, tf_invalid_argument, "%s Data types don't match. Data type: %s but expected type: %s",
                    at_key(k->attrs, f->key, i, where, sizeof where), tf_dtype_kernel_name(found->dtype),
                    tf_dtype_kernel_name(f->dtype));
    return true;
}

static void wrong_number(tf_kernel_ctx *k, const fixed_feature *f, int64_t n, int64_t i)
{
    const parse_attrs *a = k->attrs;
    char where[256], shape[TF_DIMS_TEXT];
    at_key(a, f->key, i, where, sizeof where);
    if (a->single)
        tf_kernel_error(k, tf_invalid_argument, "%s Can't parse serialized Example.", where);
    else
        tf_kernel_error(k, tf_invalid_argument, "%s Number of %s values != expected.  Values size: %lld but output shape: %s",
                        where, tf_dtype_kernel_name(f->dtype), (long long)n, tf_dims_kernel_text(f->shape, shape, sizeof shape));
}

static bool take_default(tf_kernel_ctx *k, const fixed_feature *f, void *to, int64_t n)
{
    const tf_view *given = f->default_input < 0 ? NULL : &k->in[f->default_input];
    const size_t size = tf_dtype_size(f->dtype);
    if (!given)
        tf_kernel_error(k, tf_invalid_argument, "%sFeature: %s (data type: %s) is required but could not be found.",
                        ((const parse_attrs *)k->attrs)->single ? "" : "Name: <unknown>, ", f->key, tf_dtype_kernel_name(f->dtype));
    else if (n)
        memcpy(to, given->data, (size_t)n * size);
    return given;
}

/* Feature f of example i. */
static bool parse_feature(tf_kernel_ctx *k, int o, int64_t i)
{
    const fixed_feature *f = &((const parse_attrs *)k->attrs)->features[o];
    const tf_bytes example = strings_in(k)[i];
    const int64_t want = tf_dims_count(f->shape);
    char *to = (char *)k->out[o].data + (size_t)(i * want) * tf_dtype_size(f->dtype);
    tf1c_found_feature found;
    if (!tf1c_find_feature(example, f->key, &found)) {
        tf_kernel_error(k, tf_invalid_argument, "Could not parse example input, value: '%.*s'",
                        (int)(example.size < 200 ? example.size : 200), example.data);
        return false;
    }
    if (!found.dtype)
        return take_default(k, f, to, want);
    if (wrong_dtype(k, f, &found, i))
        return false;
    const int64_t n = tf1c_feature_values(&found, to, want);
    if (n != want)
        wrong_number(k, f, n, i);
    return n == want;
}

static void parse_kernel(tf_kernel_ctx *k)
{
    for (int64_t i = 0; i < tf_view_count(&k->in[0]); i++)
        for (int o = 0; o < k->n_out; o++)
            if (!parse_feature(k, o, i))
                return;
}

static const tf_op_def parse_example_op = {
    .name = "ParseExample",
    .in = "serialized:string, defaults:?*",
    .out = "dense_values:?*",
    .attrs = parse_fields,
    .attrs_size = sizeof(parse_attrs),
    .shape = parse_shape,
    .kernel = parse_kernel,
    .gradient = tf_no_gradient,
};

/* ---- ParseVarLenFeature: one of any number of values ------------------------------------------------------------------------------------------- */

typedef struct {
    const char *key;
    tf_dtype dtype;
    bool single;
} var_attrs;
static const tf_attr_def var_fields[] = { TF_ATTR(var_attrs, key, TF_ATTR_STRING),
                                          TF_ATTR(var_attrs, dtype, TF_ATTR_DTYPE),
                                          TF_ATTR(var_attrs, single, TF_ATTR_BOOL),
                                          { 0 } };

static void var_shape(tf_shape_ctx *c)
{
    const var_attrs *a = tf_shape_attrs(c);
    const tf_dims d = *tf_in_dims(c, 0);
    tf_set_out_dtype(c, 0, a->dtype);
    if (tf_with_rank(c, 0, a->single ? 0 : 1))
        tf_set_out(c, 0, a->single ? SHAPE(NONE) : SHAPE(d.known ? d.dims[0] : NONE, NONE));
}

/* Its number of values, which are there at most `most`; -1 after an error. */
static int64_t var_values(tf_kernel_ctx *k, int64_t i, void *to, int64_t most)
{
    const var_attrs *a = k->attrs;
    const tf_bytes example = strings_in(k)[i];
    tf1c_found_feature found;
    if (!tf1c_find_feature(example, a->key, &found))
        tf_kernel_error(k, tf_invalid_argument, "Could not parse example input, value: '%.*s'",
                        (int)(example.size < 200 ? example.size : 200), example.data);
    else if (!found.dtype)
        return 0;
    else if (found.dtype != a->dtype)
        tf_kernel_error(k, tf_invalid_argument, "Key: %s.  Data types don't match. Data type: %s but expected type: %s", a->key,
                        tf_dtype_kernel_name(found.dtype), tf_dtype_kernel_name(a->dtype));
    else
        return tf1c_feature_values(&found, to, most);
    return -1;
}

static void var_data_shape(tf_kernel_ctx *k, tf_dims *out)
{
    int64_t longest = 0;
    for (int64_t i = 0; i < tf_view_count(&k->in[0]) && !k->status; i++) {
        const int64_t n = var_values(k, i, NULL, 0);
        longest = n > longest ? n : longest;
    }
    *out = ((const var_attrs *)k->attrs)->single ? SHAPE(longest) : SHAPE(k->in[0].dims[0], longest);
}

static void var_kernel(tf_kernel_ctx *k)
{
    const int64_t rows = tf_view_count(&k->in[0]), columns = rows ? tf_view_count(&k->out[0]) / rows : 0;
    const size_t size = tf_dtype_size(k->out[0].dtype);
    memset(k->out[0].data, 0, (size_t)(rows * columns) * size);
    for (int64_t i = 0; i < rows && !k->status; i++)
        var_values(k, i, (char *)k->out[0].data + (size_t)(i * columns) * size, columns);
}

static const tf_op_def var_len_op = {
    .name = "ParseVarLenFeature",
    .in = "serialized:string",
    .out = "values:?",
    .attrs = var_fields,
    .attrs_size = sizeof(var_attrs),
    .shape = var_shape,
    .data_shape = var_data_shape,
    .kernel = var_kernel,
    .gradient = tf_no_gradient,
};

/* ---- builders ---------------------------------------------------------------------------------------------------------------------------------------- */

static bool sound_feature(const tf_feature_entry *f, tf_tensor *mistake, tf_source here)
{
    const tf_dims s = f->spec.shape;
    if (!f->key)
        *mistake = tf_mistake(tf_value_error, here, NULL, "A feature has no key.");
    else if (f->spec.dtype != tf_int64 && f->spec.dtype != tf_float32 && f->spec.dtype != tf_string)
        *mistake = tf_mistake(
            tf_type_error, here, NULL,
            "Value passed to parameter 'dense_defaults' has DataType %s not in list of allowed values: float32, int64, string",
            tf_dtype_name(f->spec.dtype));
    else if (f->spec.fixed &&
             (!s.known || s.rank < 0 || s.rank >= TF_MAX_RANK || tf_dims_count(s) < 0 || tf_dims_count(s) > INT32_MAX))
        *mistake = tf_mistake(tf_value_error, here, NULL,
                              "First dimension of shape for feature %s unknown. Consider using FixedLenSequenceFeature.", f->key);
    else
        return true;
    return false;
}

/* A default of the feature's whole shape. */
static tf_tensor default_of(const tf_feature_entry *f, tf_operand given, tf_source here)
{
    const tf_tensor t = tf_convert(given, f->spec.dtype, here, NULL);
    const tf_dims s = tf_get_shape(t);
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    if (tf_is_poisoned(t) || (s.known && tf_dims_equal(s, f->spec.shape)))
        return t;
    return tf_mistake(tf_value_error, here, NULL, "The default value of feature %s has shape %s, the feature %s.", f->key,
                      tf_dims_text(s, a, sizeof a), tf_dims_text(f->spec.shape, b, sizeof b));
}

typedef struct {
    fixed_feature *features; /* in the graph's memory */
    tf_operand *in;          /* serialized, defaults */
    int n, n_in;
} fixed_features;

static void add_fixed(fixed_features *all, const tf_feature_entry *f, tf_source here)
{
    const tf_operand given = tf1c_keyword(f->spec.default_value, f->spec.dtype == tf_float32);
    fixed_feature *to = &all->features[all->n++];
    *to = (fixed_feature){ tf1c_graph_strdup(tf1c_current_graph(), f->key), f->spec.shape, f->spec.dtype, -1 };
    if (given.kind) {
        to->default_input = all->n_in;
        all->in[all->n_in++] = tf_operand_tensor(default_of(f, given, here));
    }
}

static tf_tensor var_len(tf_tensor serialized, const tf_feature_entry *f, bool single, tf_source here)
{
    const var_attrs attrs = { f->key, f->spec.dtype, single };
    const tf_operand in = tf_operand_tensor(serialized);
    return (tf_tensor){ .op = tf_op_new(&var_len_op,
                                        (struct tf_op_args){ .here = here, .attrs = &attrs, .n_inputs = 1, .inputs = &in }) };
}

/* TF makes of each feature a default, a number with a shape or none, and of a batch a constant for each key and for its names. */
static int count_parsed(tf_feature_specs specs, bool single)
{
    enum { PARSED = 1, NAMES = 1, KEY = 1, NO_DEFAULT = 1, SHAPED = 3 };
    int n = PARSED + (single ? 0 : NAMES + KEY * specs.n);
    for (int i = 0; i < specs.n; i++) {
        const tf_operand otherwise = tf1c_keyword(specs.items[i].spec.default_value, false);
        n += !specs.items[i].spec.fixed || otherwise.kind == TF_OPERAND_TENSOR ? 0 : otherwise.kind ? SHAPED : NO_DEFAULT;
    }
    return n;
}

static tf_list parse_with(tf_tensor serialized, tf_feature_specs specs, bool single, fixed_features *fixed, tf_source here)
{
    const int made = tf1c_count_now() + count_parsed(specs, single);
    tf_operation *op = NULL;
    tf_list out = { 0 };
    fixed->in[fixed->n_in++] = tf_operand_tensor(serialized);
    for (int i = 0; i < specs.n; i++)
        if (specs.items[i].spec.fixed)
            add_fixed(fixed, &specs.items[i], here);
    const parse_attrs attrs = { fixed->features, single };
    if (fixed->n)
        op = tf_op_new(&parse_example_op, (struct tf_op_args){ .here = here,
                                                               .default_name = single ? "ParseSingleExample" : "ParseExample",
                                                               .attrs = &attrs,
                                                               .n_inputs = fixed->n_in,
                                                               .inputs = fixed->in,
                                                               .n_outputs = fixed->n });
    for (int i = 0, o = 0; i < specs.n; i++) {
        const tf_tensor t = specs.items[i].spec.fixed ? tf_op_output(op, o++) : var_len(serialized, &specs.items[i], single, here);
        tf_append(&out, t);
    }
    tf1c_count_as(made);
    return out;
}

static tf_list parse(tf_operand serialized, tf_feature_specs specs, bool single, const char *name, tf_source here)
{
    TF1C_HOLD_REPORTS;
    tf_tensor mistake;
    TF_FROM(here);
    if (specs.n < 1 || !specs.items)
        return tf_mistake_list(1, tf_mistake(tf_value_error, here, NULL, "Missing features."));
    for (int i = 0; i < specs.n; i++)
        if (!sound_feature(&specs.items[i], &mistake, here))
            return tf_mistake_list(specs.n, mistake);
    TF_SCOPE(name, single ? "ParseSingleExample" : "ParseExample");
    const tf_tensor s = tf_convert(tf1c_sound_operand(serialized, here), tf_string, here, "serialized");
    fixed_features fixed = { .features = tf1c_graph_alloc(tf1c_current_graph(), (size_t)specs.n * sizeof *fixed.features),
                             .in = tf1c_alloc(((size_t)specs.n + 1) * sizeof *fixed.in) };
    tf_list out = fixed.features && fixed.in
                      ? parse_with(s, specs, single, &fixed, here)
                      : tf_mistake_list(specs.n, tf_mistake(tf_memory_error, here, NULL, "no memory left for the graph"));
    tf1c_free(fixed.in);
    return out;
}

tf_list tf_parse_single_example_(tf_operand serialized, tf_feature_specs features, struct tf_name_args a)
{
    return parse(serialized, features, true, a.name, a.here);
}
tf_list tf_parse_example_(tf_operand serialized, tf_feature_specs features, struct tf_name_args a)
{
    return parse(serialized, features, false, a.name, a.here);
}

/* ---- Examples made ----------------------------------------------------------------------------------------------------------------------------------- */

tf_train_value_list tf_train_value_list_of(tf_ndarray a)
{
    if ((a.dtype == tf_int64 || a.dtype == tf_float32 || a.dtype == tf_string) && a.scale == 0)
        return (tf_train_value_list){ a.dtype, a.data ? np_size(a) : 0, a.data };
    tf_fail(tf_type_error, tf1c_source((tf_source){ 0 }), NULL, "A feature holds int64, float32 or strings, not %s.",
            tf_dtype_name(a.dtype));
    return (tf_train_value_list){ 0 };
}

tf_bytes tf_tobytes(tf_ndarray a) { return (tf_bytes){ a.data, a.data && a.dtype != tf_string ? np_nbytes(a) : 0 }; }

static void put_length(tf1c_buffer *b, int number, tf_bytes data)
{
    tf1c_buffer_varint(b, (uint64_t)number << 3 | 2);
    tf1c_buffer_varint(b, data.size);
    tf1c_buffer_put(b, data.data ? data.data : "", data.size);
}

static tf_bytes bytes_of(const tf1c_buffer *b) { return (tf_bytes){ b->data, b->n }; }

static void put_values(tf1c_buffer *list, const tf_train_value_list *v)
{
    tf1c_buffer packed = { 0 };
    for (int64_t i = 0; i < v->n && v->values; i++) {
        uint32_t bits;
        if (v->dtype == tf_string)
            put_length(list, 1, ((const tf_bytes *)v->values)[i]);
        else if (v->dtype == tf_int64)
            tf1c_buffer_varint(&packed, (uint64_t)((const int64_t *)v->values)[i]);
        else {
            memcpy(&bits, (const float *)v->values + i, sizeof bits);
            tf1c_buffer_fixed32(&packed, bits);
        }
    }
    if (v->dtype != tf_string && packed.n)
        put_length(list, 1, bytes_of(&packed));
    list->failed |= packed.failed;
    tf1c_buffer_free(&packed);
}

static void put_feature(tf1c_buffer *feature, const tf_train_feature *f)
{
    const tf_train_value_list *kinds[] = { &f->bytes_list, &f->float_list, &f->int64_list };
    static const tf_dtype dtypes[] = { tf_string, tf_float32, tf_int64 };
    for (int i = 0; i < 3; i++)
        if (kinds[i]->dtype == dtypes[i]) {
            tf1c_buffer list = { 0 };
            put_values(&list, kinds[i]);
            put_length(feature, i + 1, bytes_of(&list));
            feature->failed |= list.failed;
            tf1c_buffer_free(&list);
        }
}

static void put_entry(tf1c_buffer *features, const tf_train_entry *e)
{
    tf1c_buffer feature = { 0 }, entry = { 0 };
    put_feature(&feature, &e->feature);
    put_length(&entry, 1, (tf_bytes){ e->key, e->key ? strlen(e->key) : 0 });
    put_length(&entry, 2, bytes_of(&feature));
    put_length(features, 1, bytes_of(&entry));
    features->failed |= feature.failed || entry.failed;
    tf1c_buffer_free(&feature);
    tf1c_buffer_free(&entry);
}

tf_ndarray tf_serialize_example_(tf_train_features example, tf_source here)
{
    tf1c_buffer features = { 0 }, all = { 0 };
    for (int i = 0; i < example.n && example.items; i++)
        put_entry(&features, &example.items[i]);
    put_length(&all, 1, bytes_of(&features));
    tf_bytes bytes = bytes_of(&all);
    tf_ndarray scalar = { 0 };
    if (features.failed || all.failed)
        tf_fail(tf_memory_error, here, NULL, "no memory left for an Example");
    else
        scalar = np_copy(np_array(&bytes, tf_string, SCALAR));
    tf1c_buffer_free(&features);
    tf1c_buffer_free(&all);
    return scalar;
}

/* clang-format off */
tf1c_op_family tf1c_family_parsing_ops = {
    &decode_raw_op,
    &decode_csv_op,
    &parse_example_op,
    &var_len_op,
    NULL,
};
