/* Tables from keys to values. Their contents are known while the graph is built; what a session keeps of a table is whether it has been
 * initialized. TF1: python/ops/lookup_ops.py, core/kernels/lookup_table_op.cc, initializable_lookup_table.cc. */
#include "ops/lookup/lookup_ops.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "ops/array/array.h"
#include "ops/array/shape.h"
#include "ops/array/where.h"
#include "ops/control_flow/group.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/range.h"
#include "ops/strings/string_ops.h"

/* ---- contents: constants of the graph, and the keys' places by what they are ------------------------------------------------------ */
typedef struct {
    tf_ndarray keys, values;
    int64_t *places; /* of keys + 1, 0 where there is room */
    uint64_t mask;
    tf_status wrong; /* what the initializer's run says, of keys that contradict each other */
    char why[256];
} contents;

static tf_bytes key_bytes(tf_dtype dtype, const void *data, int64_t i)
{
    const size_t size = tf_dtype_size(dtype);
    if (dtype == tf_string)
        return ((const tf_bytes *)data)[i];
    return (tf_bytes){ (const char *)data + (size_t)i * size, size };
}

static bool same_bytes(tf_bytes a, tf_bytes b) { return a.size == b.size && (!a.size || memcmp(a.data, b.data, a.size) == 0); }

/* Where the key is kept, or would be. */
static int64_t *slot(const contents *c, tf_bytes key)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < key.size; i++)
        h = (h ^ (unsigned char)key.data[i]) * UINT64_C(0x100000001b3);
    uint64_t at = (h ^ h >> 32) & c->mask;
    while (c->places[at] && !same_bytes(key_bytes(c->keys.dtype, c->keys.data, c->places[at] - 1), key))
        at = (at + 1) & c->mask;
    return &c->places[at];
}

static const char *element_text(tf_ndarray a, int64_t i, char *text, size_t n)
{
    if (a.dtype == tf_string)
        snprintf(text, n, "%.*s", (int)(np_string(a, i).size < 64 ? np_string(a, i).size : 64), np_string(a, i).data);
    else
        snprintf(text, n, "%g", np_get(a, i));
    return text;
}

/* Of two keys that are the same, whose values must be. */
static void compare_values(contents *c, int64_t first, int64_t second)
{
    char key[80], a[80], b[80];
    if (c->wrong ||
        same_bytes(key_bytes(c->values.dtype, c->values.data, first), key_bytes(c->values.dtype, c->values.data, second)))
        return;
    c->wrong = tf_failed_precondition;
    snprintf(c->why, sizeof c->why, "HashTable has different value for same key. Key %s has %s and trying to add value %s",
             element_text(c->keys, first, key, sizeof key), element_text(c->values, first, a, sizeof a),
             element_text(c->values, second, b, sizeof b));
}

/* NULL after a report. */
static const contents *contents_of(tf_graph *g, tf_ndarray keys, tf_ndarray values)
{
    const int64_t n = np_size(keys);
    uint64_t room = 16;
    while (room < 2 * (uint64_t)n)
        room *= 2;
    contents *c = tf1c_graph_alloc(g, sizeof *c);
    int64_t *places = c ? tf1c_graph_alloc(g, (size_t)room * sizeof *places) : NULL;
    if (!places)
        return NULL;
    memset(places, 0, (size_t)room * sizeof *places);
    *c = (contents){ .keys = keys, .values = values, .places = places, .mask = room - 1 };
    for (int64_t i = 0; i < n; i++) {
        int64_t *at = slot(c, key_bytes(keys.dtype, keys.data, i));
        if (*at)
            compare_values(c, *at - 1, i);
        else
            *at = i + 1;
    }
    if (!n) {
        c->wrong = tf_invalid_argument;
        snprintf(c->why, sizeof c->why, "keys and values cannot be empty tensors.");
    }
    return c;
}

/* ---- ops: the handle is a truth value that a session keeps --------------------------------------------------------------------------- */
typedef struct {
    const contents *table;
} table_attrs;
static const tf_attr_def table_fields[] = { TF_ATTR(table_attrs, table, TF_ATTR_POINTER), { 0 } };
static const contents *table_of(const tf_kernel_ctx *k) { return ((const table_attrs *)k->attrs)->table; }
/* A dataset's threads ask while a run fills the table. */
static bool is_filled(const tf_kernel_ctx *k)
{
    return atomic_load_explicit((const _Atomic bool *)k->in[0].data, memory_order_acquire);
}

static const tf_op_def table_op = {
    .name = "HashTableV2",
    .in = "",
    .out = "table_handle:bool",
    .traits = TF_SOURCE_OP | TF_VARIABLE,
    .resource_size = sizeof(bool),
    .shape = tf_scalar_shape,
    .gradient = tf_no_gradient,
};

static void fill_shape(tf_shape_ctx *c)
{
    tf_dims merged;
    if (tf_with_rank(c, 1, 1))
        tf1c_merge_in(c, *tf_in_dims(c, 1), *tf_in_dims(c, 2), &merged, "");
}

static void fill_kernel(tf_kernel_ctx *k)
{
    if (table_of(k)->wrong)
        tf_kernel_error(k, table_of(k)->wrong, "%s", table_of(k)->why);
    else
        atomic_store_explicit((_Atomic bool *)k->in[0].data, true, memory_order_release);
}

static const tf_op_def fill_op = {
    .name = "LookupTableImportV2",
    .in = "table_handle:bool&, keys:T, values:U",
    .out = "",
    .T = TF_EVERY_DTYPE,
    .U = TF_EVERY_DTYPE,
    .attrs = table_fields,
    .attrs_size = sizeof(table_attrs),
    .traits = TF_WRITES_REF | TF_SIDE_EFFECT | TF_OVERWRITES,
    .shape = fill_shape,
    .kernel = fill_kernel,
    .gradient = tf_no_gradient,
};

static void find_shape(tf_shape_ctx *c) { tf_set_out(c, 0, *tf_in_dims(c, 1)); }

static void find_kernel(tf_kernel_ctx *k)
{
    const tf_view *keys = &k->in[1], *out = &k->out[0];
    const contents *c = table_of(k);
    const size_t size = tf_dtype_size(out->dtype);
    if (!is_filled(k)) {
        clear_bytes(out->data, row_bytes(out, 0));
        tf_kernel_error(k, tf_failed_precondition, "Table not initialized.");
        return;
    }
    for (int64_t i = 0, n = tf_view_count(keys); i < n; i++) {
        const int64_t at = *slot(c, key_bytes(keys->dtype, keys->data, i));
        memcpy((char *)out->data + (size_t)i * size,
               at ? (const char *)c->values.data + (size_t)(at - 1) * size : (const char *)k->in[2].data, size);
    }
}

static const tf_op_def find_op = {
    .name = "LookupTableFindV2",
    .in = "table_handle:bool&, keys:T, default_value:U",
    .out = "values:U",
    .T = TF_EVERY_DTYPE,
    .U = TF_EVERY_DTYPE,
    .attrs = table_fields,
    .attrs_size = sizeof(table_attrs),
    .traits = TF_PEEKS_REF | TF_FED_REF,
    .shape = find_shape,
    .kernel = find_kernel,
    .gradient = tf_no_gradient,
};

static void size_kernel(tf_kernel_ctx *k) { *(int64_t *)k->out[0].data = is_filled(k) ? np_size(table_of(k)->keys) : 0; }

static const tf_op_def size_op = {
    .name = "LookupTableSizeV2",
    .in = "table_handle:bool&",
    .out = "size:int64",
    .attrs = table_fields,
    .attrs_size = sizeof(table_attrs),
    .traits = TF_PEEKS_REF | TF_FED_REF,
    .shape = tf_scalar_shape,
    .kernel = size_kernel,
    .gradient = tf_no_gradient,
};

/* ---- tables -------------------------------------------------------------------------------------------------------------------------- */
struct tf_lookup_table {
    tf_tensor handle, default_value; /* the handle may be a mistake */
    const contents *contents;
    tf_dtype keys, looked_up; /* what it holds, and what it is asked for */
    int64_t oov_buckets;
};

static tf_lookup_table *table_new(tf_lookup_table table)
{
    tf_graph *g = tf1c_current_graph();
    tf_lookup_table *t = g ? tf1c_graph_alloc(g, sizeof *t) : NULL;
    return t ? memcpy(t, &table, sizeof table) : NULL;
}
static tf_lookup_table *no_table(tf_tensor mistake) { return table_new((tf_lookup_table){ .handle = mistake }); }

static tf_operation *fill_of(tf_tensor handle, const contents *c, tf_key_values given)
{
    TF_SCOPE(given.name, "key_value_init");
    const table_attrs attrs = { c };
    const tf_operand in[] = { operand_of(handle), operand_of(given.keys), operand_of(given.values) };
    return tf_op_new(&fill_op, (struct tf_op_args){ .attrs = &attrs, .n_inputs = 3, .inputs = in });
}

static bool may_be_keys(tf_dtype dtype) { return dtype == tf_string || dtype == tf_int32 || dtype == tf_int64; }

/* The default value, the table and what fills it, in TF's order. */
static tf_lookup_table *new_table(tf_key_values given, tf_operand default_value, const char *name, tf_source here)
{
    tf_graph *g = tf1c_current_graph();
    tf_ndarray keys, values;
    if (tf_is_poisoned(given.keys) || tf_is_poisoned(given.values))
        return no_table(tf_is_poisoned(given.keys) ? given.keys : given.values);
    const tf_tensor fallback = tf_convert(default_value, tf_get_dtype(given.values), here, NULL);
    if (tf_is_poisoned(fallback))
        return no_table(fallback);
    if (!may_be_keys(tf_get_dtype(given.keys)))
        return no_table(tf_mistake(tf_type_error, here, NULL, "Only integer and string keys are supported."));
    tf_operation *op = tf_op_new(&table_op, (struct tf_op_args){ .name = name, .default_name = "hash_table" });
    const tf_tensor handle = { .op = op };
    if (tf_is_poisoned(handle))
        return no_table(handle);
    op->read = op; /* it is no tensor's value, but what ops of tables refer to */
    if (!tf_constant_value(given.keys, &keys) || !tf_constant_value(given.values, &values))
        return no_table(tf_mistake(tf_unimplemented, here, op->name, "a table whose keys and values are no constants"));
    const bool fits = keys.shape.rank == 1 && values.shape.rank == 1 && np_size(keys) == np_size(values);
    const contents *c = fits ? contents_of(g, keys, values) : NULL;
    tf_operation *fill = fill_of(handle, c, given); /* which says what does not fit */
    if (tf_is_poisoned((tf_tensor){ .op = fill }) || !c)
        return no_table((tf_tensor){ .op = tf_is_poisoned((tf_tensor){ .op = fill }) ? fill : tf1c_poison(g) });
    tf_add_to_collection(TF_TABLE_INITIALIZERS, ((tf_tensor){ .op = fill }));
    return table_new((tf_lookup_table){ handle, fallback, c, keys.dtype, keys.dtype, 0 });
}

tf_key_values tf_contrib_lookup_key_value_tensor_initializer_(struct tf_key_values_args a)
{
    TF_FROM(a.here);
    const tf_operand keys = tf1c_given(a.keys), values = tf1c_given(a.values);
    const tf_tensor k = tf_convert(keys, a.key_dtype, a.here, "keys");
    return (tf_key_values){ k, tf_convert(values, a.value_dtype, a.here, "values"), a.name };
}

tf_lookup_table *tf_contrib_lookup_hash_table_(tf_key_values given, tf_operand default_value, struct tf_name_args a)
{
    TF_FROM(a.here);
    if (tf_is_none(given.keys) || tf_is_none(given.values))
        return no_table(tf_mistake(tf_value_error, a.here, NULL, "None values not supported."));
    return new_table(given, default_value, a.name, a.here);
}

/* [0, n), int64, for a vector of n. */
static tf_tensor numbers_of(tf_tensor vector)
{
    const tf_tensor n = tf_size(vector);
    return tf_cast(tf_range(n), tf_int64);
}

static tf_lookup_table *index_table(tf_operand mapping, const struct tf_index_table_args *a)
{
    const tf_dtype dtype = a->dtype ? a->dtype : tf_string;
    TF_SCOPE(a->name, "string_to_index");
    tf_tensor keys = tf_convert(mapping, tf_dtype_unset, a->here, NULL);
    if (tf_is_poisoned(keys))
        return no_table(keys);
    const tf_dtype got = tf_get_dtype(keys);
    if ((dtype == tf_string) != (got == tf_string))
        return no_table(tf_mistake(tf_value_error, a->here, NULL, "Expected %s, got %s.", dtype == tf_string ? "string" : "integer",
                                   dtype == tf_string ? "integer" : "string"));
    const tf_tensor values = numbers_of(keys);
    tf_lookup_table *t = NULL;
    TF_WITH_(tf_name_scope_open_("hash_table", a->here))
    {
        if (got == tf_int32)
            keys = tf_cast(keys, tf_int64);
        t = new_table((tf_key_values){ keys, values, "table_init" }, tf_operand_integer(a->default_value), NULL, a->here);
    }
    if (t) {
        t->looked_up = dtype == tf_string || a->num_oov_buckets ? dtype : tf_int64;
        t->oov_buckets = a->num_oov_buckets;
    }
    return t;
}

tf_lookup_table *tf_contrib_lookup_index_table_from_tensor_(struct tf_index_table_args a)
{
    TF_FROM(a.here);
    const tf_operand mapping = tf1c_given(a.mapping);
    if (!mapping.kind)
        return no_table(tf_mistake(tf_value_error, a.here, NULL, "mapping must be specified."));
    if (a.num_oov_buckets < 0)
        return no_table(tf_mistake(tf_value_error, a.here, NULL, "num_oov_buckets must be greater or equal than 0, got %lld.",
                                   (long long)a.num_oov_buckets));
    if (a.dtype && !may_be_keys(a.dtype))
        return no_table(tf_mistake(tf_type_error, a.here, NULL, "Only integer and string keys are supported."));
    return index_table(mapping, &a);
}

tf_lookup_table *tf_contrib_lookup_index_to_string_table_from_tensor_(struct tf_string_table_args a)
{
    TF_FROM(a.here);
    const tf_operand mapping = tf1c_given(a.mapping);
    if (!mapping.kind)
        return no_table(tf_mistake(tf_value_error, a.here, NULL, "mapping must be specified."));
    TF_SCOPE(a.name, "index_to_string");
    const tf_tensor values = tf_convert(mapping, tf_string, a.here, NULL);
    if (tf_is_poisoned(values))
        return no_table(values);
    const tf_tensor keys = numbers_of(values);
    return new_table((tf_key_values){ keys, values, "table_init" }, tf_operand_string(a.default_value ? a.default_value : "UNK"),
                     NULL, a.here);
}

/* ---- what is asked of them ------------------------------------------------------------------------------------------------------------- */

/* "hash_table_Lookup": its op's own name with that. */
static const char *scope_of(const tf_lookup_table *t, const char *what)
{
    return tf1c_graph_printf(t->handle.op->graph, "%s_%s", tf1c_last_part(t->handle.op->name), what);
}

static tf_tensor found(const tf_lookup_table *t, tf_tensor keys, const char *name)
{
    TF_SCOPE(name, scope_of(t, "Lookup"));
    const table_attrs attrs = { t->contents };
    return array_op(&find_op, (struct tf_name_args){ 0 }, NULL, &attrs, 3,
                    (tf_operand[]){ operand_of(t->handle), operand_of(keys), operand_of(t->default_value) });
}

static tf_tensor size_of_table(const tf_lookup_table *t, const char *name)
{
    TF_SCOPE(name, scope_of(t, "Size"));
    const table_attrs attrs = { t->contents };
    return array_op(&size_op, (struct tf_name_args){ 0 }, NULL, &attrs, 1, (tf_operand[]){ operand_of(t->handle) });
}

/* What the table finds, or the number of a bucket after its own. */
static tf_tensor found_or_bucket(const tf_lookup_table *t, tf_tensor keys, const char *name)
{
    TF_SCOPE(name, scope_of(t, "Lookup"));
    const tf_tensor text = tf_get_dtype(keys) == tf_string ? keys : tf_as_string(keys);
    const tf_tensor bucket = tf_string_to_hash_bucket_fast(text, t->oov_buckets, .name = "hash_bucket");
    const tf_tensor ids = found(t, keys, NULL), after = tf_add(bucket, size_of_table(t, NULL));
    return tf_where(tf_not_equal(ids, t->default_value), ids, after);
}

/* The mistake that asking the table is; else a none handle. */
static tf_tensor not_a_table(const tf_lookup_table *t, tf_source here)
{
    if (!t)
        return tf_mistake(tf_type_error, here, NULL, "A table was expected.");
    return tf_is_poisoned(t->handle) ? t->handle : (tf_tensor){ 0 };
}

tf_tensor tf_lookup_(tf_lookup_table *t, tf_operand given, struct tf_name_args a)
{
    TF_FROM(a.here);
    const tf_tensor mistake = not_a_table(t, a.here);
    if (mistake.op)
        return mistake;
    const bool number = given.kind == TF_OPERAND_INTEGER || given.kind == TF_OPERAND_DIMS;
    tf_tensor keys = tf_convert(given, number ? t->looked_up : tf_dtype_unset, a.here, NULL);
    if (tf_is_poisoned(keys))
        return keys;
    if (tf_get_dtype(keys) != t->looked_up)
        return tf_mistake(tf_type_error, a.here, NULL, "Signature mismatch. Keys must be dtype <dtype: '%s'>, got <dtype: '%s'>.",
                          tf_dtype_name(t->looked_up), tf_dtype_name(tf_get_dtype(keys)));
    if (t->keys == tf_int64 && t->looked_up == tf_int32)
        keys = tf_cast(keys, tf_int64);
    return t->oov_buckets ? found_or_bucket(t, keys, a.name) : found(t, keys, a.name);
}

tf_tensor tf_lookup_size_(tf_lookup_table *t, struct tf_name_args a)
{
    TF_FROM(a.here);
    const tf_tensor mistake = not_a_table(t, a.here);
    if (mistake.op)
        return mistake;
    if (!t->oov_buckets)
        return size_of_table(t, a.name);
    TF_SCOPE(a.name, scope_of(t, "Size"));
    return tf_raw_ops_add_v2(size_of_table(t, NULL), t->oov_buckets, .name = "add");
}

tf_operation *tf_tables_initializer_(struct tf_name_args a)
{
    TF1C_HOLD_REPORTS;
    TF_FROM(a.here);
    const tf_list fills = tf_get_collection(TF_TABLE_INITIALIZERS);
    tf_operation **ops = tf1c_alloc((size_t)(fills.n + 1) * sizeof *ops);
    if (!ops)
        return tf_mistake(tf_memory_error, a.here, NULL, "no memory left for the graph").op;
    for (int i = 0; i < fills.n; i++)
        ops[i] = fills.items[i].op;
    tf_operation *init = tf_group_((tf_ops){ fills.n, ops }, (struct tf_name_args){ a.here, a.name ? a.name : "init_all_tables" });
    tf1c_free(ops);
    return init;
}

/* clang-format off */
tf1c_op_family tf1c_family_lookup_ops = {
    &table_op,
    &fill_op,
    &find_op,
    &size_op,
    NULL,
};
