/* One node of a GraphDef as an operation: its record, its attributes, its values. TF1: core/framework/node_def_util.cc */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/strings.h"
#include "ops/array/shape.h"
#include "ops/nn/fixed_sampler.h"
#include "session/graphdef/attributes.h"
#include "session/graphdef/importing.h"

/* ---- records ------------------------------------------------------------------------------------------------------------------ */

/* Other names of ops that the library has, each before its own: older versions. */
static const char *other_name(const char *op)
{
    static const char names[] =
        "Variable VariableV2 BatchMatMul BatchMatMulV2 Snapshot Identity RefIdentity Identity FusedBatchNorm FusedBatchNormV3 "
        "FusedBatchNormV2 FusedBatchNormV3 Div RealDiv ";
    static _Thread_local char own[64];
    const size_t n = strlen(op);
    for (const char *s = names; *s && n;) {
        const size_t other = strcspn(s, " "), mine = strcspn(s + other + 1, " ");
        if (other == n && strncmp(s, op, n) == 0) {
            snprintf(own, sizeof own, "%.*s", (int)mine, s + other + 1);
            return own;
        }
        s += other + 1 + mine + 1;
    }
    return op;
}

static bool is_channels_first(const Tf1c__NodeDef *n)
{
    const Tf1c__AttrValue *v = tf1c_attr_of(n, "data_format");
    return v && v->value_case == TF1C__ATTR_VALUE__VALUE_S && v->s.len >= 2 && memcmp(v->s.data, "NC", 2) == 0;
}

/* The record after `def` in its family: of two that share a name the second. */
static const tf_op_def *second_record(const tf_op_def *def)
{
    for (const tf_op_def *const *const *family = tf1c_op_families(); *family; family++)
        for (const tf_op_def *const *op = *family; *op; op++)
            if (*op != def && strcmp((*op)->name, def->name) == 0)
                return *op;
    return def;
}

const tf_op_def *tf1c_record_for(const Tf1c__NodeDef *n)
{
    const char *name = other_name(n->op);
    const tf_op_def *def = tf1c_attribute_row(name) ? tf1c_find_op(name) : NULL;
    return def && strcmp(name, "BiasAdd") == 0 && is_channels_first(n) ? second_record(def) : def;
}

/* Of two Selects that which chooses rows, where the condition may be a vector. */
static const tf_op_def *record_for_inputs(const tf_op_def *def, int n, const tf_operand *in)
{
    if (strcmp(def->name, "Select") != 0 || n != 3)
        return def;
    const tf_dims condition = tf_get_shape(in[0].as.tensor), x = tf_get_shape(in[1].as.tensor);
    return (!condition.known || condition.rank == 1) && (!x.known || x.rank > 1) ? second_record(def) : def;
}

/* ---- values --------------------------------------------------------------------------------------------------------------------- */

static bool dims_of(tf1c_importing *m, const Tf1c__NodeDef *n, const Tf1c__TensorShapeProto *s, tf_dims *dims)
{
    *dims = (tf_dims){ .known = false };
    if (!s || s->unknown_rank)
        return true;
    if (s->n_dim > TF_MAX_RANK)
        return tf1c_import_fail(m, tf_unimplemented, n->name, "a shape of rank %zu: at most %d is possible", s->n_dim, TF_MAX_RANK);
    dims->known = true;
    dims->rank = (int)s->n_dim;
    for (size_t i = 0; i < s->n_dim; i++) {
        dims->dims[i] = s->dim[i]->size;
        if (s->dim[i]->size < NONE)
            return tf1c_import_fail(m, tf_invalid_argument, n->name, "Shape dimension %lld must be >= -1",
                                    (long long)s->dim[i]->size);
    }
    return true;
}

/* Repeated values, the last of which stands for all that are missing. */
static bool fill(tf1c_importing *m, const Tf1c__NodeDef *n, const Tf1c__TensorProto *t, tf_ndarray *a)
{
    const int64_t count = np_size(*a);
    const size_t given = a->dtype == tf_float32   ? t->n_float_val
                         : a->dtype == tf_float64 ? t->n_double_val
                         : a->dtype == tf_int64   ? t->n_int64_val
                         : a->dtype == tf_bool    ? t->n_bool_val
                         : a->dtype == tf_string  ? t->n_string_val
                                                  : t->n_int_val;
    if ((int64_t)given > count)
        return tf1c_import_fail(m, tf_invalid_argument, n->name, "%zu values for a tensor of %lld elements", given,
                                (long long)count);
    for (int64_t i = 0; i < count; i++) {
        const size_t j = (size_t)i < given ? (size_t)i : given - 1;
        switch (a->dtype) {
        case tf_float32: ((float *)a->data)[i] = given ? t->float_val[j] : 0; break;
        case tf_float64: ((double *)a->data)[i] = given ? t->double_val[j] : 0; break;
        case tf_int32: ((int32_t *)a->data)[i] = given ? t->int_val[j] : 0; break;
        case tf_uint8: ((uint8_t *)a->data)[i] = given ? (uint8_t)t->int_val[j] : 0; break;
        case tf_int64: ((int64_t *)a->data)[i] = given ? t->int64_val[j] : 0; break;
        case tf_bool: ((bool *)a->data)[i] = given ? t->bool_val[j] : false; break;
        default:
            ((tf_bytes *)a->data)[i] =
                given ? (tf_bytes){ (const char *)t->string_val[j].data, t->string_val[j].len } : (tf_bytes){ "", 0 };
        }
    }
    return true;
}

enum { MOST_EXPANDED = 1 << 30 }; /* a few bytes may ask for any amount of memory */

bool tf1c_array_of(tf1c_importing *m, const Tf1c__NodeDef *n, const Tf1c__TensorProto *t, tf_ndarray *a)
{
    tf_dims dims = SCALAR;
    const tf_dtype dtype = (unsigned)t->dtype < TF_DTYPES ? (tf_dtype)t->dtype : tf_dtype_unset;
    if (!tf_dtype_size(dtype))
        return tf1c_import_fail(m, tf_unimplemented, n->name, "a tensor of DataType %d", (int)t->dtype);
    if (t->tensor_shape && !dims_of(m, n, t->tensor_shape, &dims))
        return false;
    const int64_t count = tf_dims_count(dims);
    if (count < 0 || count > INT64_MAX / 16)
        return tf1c_import_fail(m, tf_invalid_argument, n->name, "a tensor whose shape is not known, or is too large");
    const size_t size = (size_t)count * tf_dtype_size(dtype);
    if (t->tensor_content.len) {
        if (dtype == tf_string || t->tensor_content.len != size)
            return tf1c_import_fail(m, tf_invalid_argument, n->name, "%zu bytes for a tensor of %zu", t->tensor_content.len, size);
        *a = np_array(t->tensor_content.data, dtype, dims);
        for (size_t i = 0; dtype == tf_bool && i < size; i++) /* any byte but 0 and 1 is no bool in C */
            t->tensor_content.data[i] = t->tensor_content.data[i] != 0;
        return true;
    }
    if (size > MOST_EXPANDED - m->expanded)
        return tf1c_import_fail(m, tf_resource_exhausted, n->name, "constants that are filled take more than %d bytes",
                                MOST_EXPANDED);
    m->expanded += size;
    void *data = tf1c_import_alloc(m, size);
    *a = np_array(data, dtype, dims);
    return data && fill(m, n, t, a);
}

/* ---- attributes ----------------------------------------------------------------------------------------------------------------- */

static bool wrong_kind(tf1c_importing *m, const Tf1c__NodeDef *n, const tf1c_attribute *a)
{
    return tf1c_import_fail(m, tf_invalid_argument, n->name, "attribute '%s' of op '%s' is of the wrong kind", a->name, n->op);
}

static bool type_of(tf1c_importing *m, const Tf1c__NodeDef *n, const tf1c_attribute *a, const Tf1c__AttrValue *v, tf_dtype *dtype)
{
    *dtype = v ? tf_dtype_unset : tf1c_dtype_named(a->fallback);
    if (!v)
        return true;
    if (v->value_case != TF1C__ATTR_VALUE__VALUE_TYPE)
        return wrong_kind(m, n, a);
    *dtype = (unsigned)v->type < TF_DTYPES ? (tf_dtype)v->type : tf_dtype_unset;
    if (tf_dtype_size(*dtype))
        return true;
    return tf1c_import_fail(m, tf_unimplemented, n->name, "DataType %d in attribute '%s' of op '%s'", (int)v->type, a->name, n->op);
}

static bool ints_of(tf1c_importing *m, const Tf1c__NodeDef *n, const tf1c_attribute *a, const Tf1c__AttrValue *v, tf_dims *dims)
{
    *dims = (tf_dims){ .known = true };
    if (!v) {
        for (const char *s = a->fallback + 1; *s && *s != ']' && dims->rank < TF_MAX_RANK; s += strcspn(s, ",]"), s += *s == ',')
            dims->dims[dims->rank++] = atoll(s);
        dims->known = dims->rank || strcmp(a->name, "squeeze_dims") != 0;
        return true;
    }
    if (v->value_case != TF1C__ATTR_VALUE__VALUE_LIST)
        return wrong_kind(m, n, a);
    if (v->list->n_i > TF_MAX_RANK)
        return tf1c_import_fail(m, tf_unimplemented, n->name, "%zu numbers in attribute '%s'", v->list->n_i, a->name);
    dims->rank = (int)v->list->n_i;
    dims->known = dims->rank || strcmp(a->name, "squeeze_dims") != 0; /* without any: all that can be */
    for (int i = 0; i < dims->rank; i++)
        dims->dims[i] = v->list->i[i];
    return true;
}

static bool string_of(tf1c_importing *m, const Tf1c__NodeDef *n, const tf1c_attribute *a, const Tf1c__AttrValue *v, const char **s)
{
    if (v && v->value_case != TF1C__ATTR_VALUE__VALUE_S)
        return wrong_kind(m, n, a);
    const size_t length = v ? v->s.len : strlen(a->fallback);
    char *copy = tf1c_import_alloc(m, length + 1);
    if (copy && length)
        memcpy(copy, v ? (const char *)v->s.data : a->fallback, length);
    *s = copy;
    return copy;
}

/* The record's field from the attribute, or from its default. */
static bool set_field(tf1c_importing *m, const Tf1c__NodeDef *n, const tf1c_attribute *a, const Tf1c__AttrValue *v, void *attrs)
{
    void *field = (char *)attrs + a->field->offset;
    const Tf1c__AttrValue__ValueCase kind = v ? v->value_case : TF1C__ATTR_VALUE__VALUE__NOT_SET;
    if (!v && !a->has_fallback)
        return tf1c_import_fail(m, tf_invalid_argument, n->name, "NodeDef missing attr '%s' from Op<name=%s>", a->name, n->op);
    switch (a->field->kind) {
    case TF_ATTR_BOOL:
        *(bool *)field = v ? v->b : strcmp(a->fallback, "true") == 0;
        return !v || kind == TF1C__ATTR_VALUE__VALUE_B || wrong_kind(m, n, a);
    case TF_ATTR_INT:
        *(int64_t *)field = v ? v->i : atoll(a->fallback);
        return !v || kind == TF1C__ATTR_VALUE__VALUE_I || wrong_kind(m, n, a);
    case TF_ATTR_FLOAT:
        *(double *)field = v ? (double)v->f : (double)(float)atof(a->fallback);
        return !v || kind == TF1C__ATTR_VALUE__VALUE_F || wrong_kind(m, n, a);
    case TF_ATTR_DTYPE: return type_of(m, n, a, v, field);
    case TF_ATTR_STRING: return string_of(m, n, a, v, field);
    case TF_ATTR_ARRAY: /* without: empty, which is the op's own default */
        return !v || (kind == TF1C__ATTR_VALUE__VALUE_TENSOR ? tf1c_array_of(m, n, v->tensor, field) : wrong_kind(m, n, a));
    default:
        if (a->kind == TF1C_A_INTS)
            return ints_of(m, n, a, v, field);
        if (v && kind != TF1C__ATTR_VALUE__VALUE_SHAPE)
            return wrong_kind(m, n, a);
        return dims_of(m, n, v ? v->shape : NULL, field);
    }
}

/* What the library does in one way alone has to be that way; what it does not look at may be any. */
static bool check_fixed(tf1c_importing *m, const Tf1c__NodeDef *n, const tf1c_attribute *a, const Tf1c__AttrValue *v)
{
    static const char *const ignored[] = { "use_locking", "validate_shape", "sorted", "incompatible_shape_error" };
    bool same = true;
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        if (strcmp(a->name, ignored[i]) == 0)
            return true;
    if (v && a->kind == TF1C_A_BOOL)
        same = v->value_case == TF1C__ATTR_VALUE__VALUE_B && v->b == (strcmp(a->fallback, "true") == 0);
    if (v && a->kind == TF1C_A_INT)
        same = v->value_case == TF1C__ATTR_VALUE__VALUE_I && v->i == atoll(a->fallback);
    return same || tf1c_import_fail(m, tf_unimplemented, n->name, "op '%s' with another %s than %s", n->op, a->name, a->fallback);
}

static bool count_of(tf1c_importing *m, const Tf1c__NodeDef *n, const tf1c_attribute *a, const Tf1c__AttrValue *v, int *count)
{
    enum { MOST = 1 << 20 };
    if (!v || v->value_case != TF1C__ATTR_VALUE__VALUE_I || v->i < 0 || v->i > MOST)
        return tf1c_import_fail(m, tf_invalid_argument, n->name, "attribute '%s' of op '%s' is no count", a->name, n->op);
    *count = (int)v->i;
    return true;
}

static bool take_attribute(tf1c_importing *m, const tf1c_in_node *n, const tf1c_attribute *a, struct tf_op_args *args, void *attrs)
{
    const Tf1c__AttrValue *v = tf1c_attr_of(n->def, a->name);
    int count = 0;
    switch (a->source) {
    case TF1C_FROM_FIELD: return set_field(m, n->def, a, v, attrs);
    case TF1C_FROM_T: return type_of(m, n->def, a, v, &args->T);
    case TF1C_FROM_U: return type_of(m, n->def, a, v, &args->U);
    case TF1C_FROM_OUT_COUNT:
        if (!count_of(m, n->def, a, v, &count))
            return false;
        args->n_outputs = tf1c_argument_count(n->record->out, count);
        return true;
    case TF1C_FROM_IN_COUNT:
        if (!count_of(m, n->def, a, v, &count))
            return false;
        return count == tf1c_variadic(n->record->in, n->n_in) ||
               tf1c_import_fail(m, tf_invalid_argument, n->def->name, "%d inputs where attribute '%s' says %d",
                                tf1c_variadic(n->record->in, n->n_in), a->name, count);
    case TF1C_FROM_NOTHING: return check_fixed(m, n->def, a, v);
    default: return true; /* told by inputs and outputs */
    }
}

/* ---- nodes ------------------------------------------------------------------------------------------------------------------------ */

/* What a node stands for in the graph: one operation, or several of a call. */
static void wait_for(tf1c_importing *m, const tf1c_in_node *n, tf_operation *op, int depth, int room)
{
    const bool passes = n->kind == TF1C_PASS;
    for (int i = 0; i < (passes ? n->n_out : 1) && n->out; i++) {
        tf_operation *waited = n->out[i].op;
        bool known = !waited || waited == op || tf1c_is_mistake(waited) || waited->graph != op->graph;
        for (int j = 0; passes && j < op->n_controls && !known; j++)
            known = op->controls[j] == waited;
        if (!known && op->n_controls < room)
            op->controls[op->n_controls++] = waited;
    }
    for (int i = 0; passes && depth && i < n->n_controls; i++)
        wait_for(m, &m->nodes[n->controls[i]], op, depth - 1, room);
}

static int count_waits(const tf1c_importing *m, const tf1c_in_node *n, int depth)
{
    enum { MOST = 1 << 16 };
    int count = n->kind == TF1C_PASS ? n->n_out : 1;
    for (int i = 0; n->kind == TF1C_PASS && depth && i < n->n_controls && count < MOST; i++)
        count += count_waits(m, &m->nodes[n->controls[i]], depth - 1);
    return count;
}

void tf1c_wait_for_controls(tf1c_importing *m, const tf1c_in_node *n, tf_operation *op)
{
    enum { DEEPEST = 4 };
    int room = op->n_controls;
    if (!n->n_controls || tf1c_is_mistake(op))
        return;
    for (int i = 0; i < n->n_controls; i++)
        room += count_waits(m, &m->nodes[n->controls[i]], DEEPEST);
    tf_operation **all = tf1c_graph_alloc(op->graph, (size_t)room * sizeof *all);
    if (!all) {
        m->status = tf_memory_error;
        return;
    }
    if (op->n_controls)
        memcpy(all, op->controls, (size_t)op->n_controls * sizeof *all);
    op->controls = all;
    for (int i = 0; i < n->n_controls; i++)
        wait_for(m, &m->nodes[n->controls[i]], op, DEEPEST, room);
}

static int count_arguments(const char *signature)
{
    int n = 0;
    for (; *signature; signature++)
        n += *signature == ':';
    return n;
}

static bool check_inputs(tf1c_importing *m, const tf1c_in_node *n)
{
    const int want = count_arguments(n->record->in);
    const bool many = strchr(n->record->in, '*');
    if (many ? n->n_in >= want - 1 : n->n_in == want)
        return true;
    return tf1c_import_fail(m, tf_invalid_argument, n->def->name,
                            "NodeDef expected inputs '%s' do not match %d inputs specified; Op '%s'", n->record->in, n->n_in,
                            n->def->op);
}

static tf_operation *read_of(tf1c_importing *m, tf_tensor variable, const char *exact_name)
{
    tf_operation *op =
        exact_name ? tf1c_node(variable.op->graph, tf1c_basic.identity, exact_name, m->here, NULL, 1, &variable, 1) : NULL;
    if (!op)
        return NULL;
    op->outputs[0] = variable.op->outputs[0];
    op->T = op->outputs[0].dtype;
    return op;
}

static tf1c_in_node *reader_called(tf1c_importing *m, const Tf1c__NodeDef *variable, const char *end)
{
    char name[512];
    snprintf(name, sizeof name, "%s%s", variable->name, end);
    const int at = (int)(intptr_t)tf1c_map_get(&m->by_name, name) - 1;
    tf1c_in_node *read = at >= 0 ? &m->nodes[at] : NULL;
    const bool reads = read && read->record && strcmp(read->record->name, "Identity") == 0 && read->n_in == 1 &&
                       !read->n_controls && read->in[0].node >= 0 && m->nodes[read->in[0].node].def == variable;
    return reads ? read : NULL;
}

/* The Identity that the graph has for reading the variable, the second of one that was a resource; NULL: none. */
static tf1c_in_node *reader_of(tf1c_importing *m, const Tf1c__NodeDef *variable)
{
    tf1c_in_node *read = reader_called(m, variable, "/read");
    return read ? read : reader_called(m, variable, "/Read/ReadVariableOp");
}

/* A variable is read by the Identity of its name, once that is made, or else by one of our own. */
static bool make_variable(tf1c_importing *m, const tf1c_in_node *n, tf_operation *op)
{
    if (!op->outputs[0].shape.known || !tf_dims_fully_known(op->outputs[0].shape))
        return tf1c_import_fail(m, tf_unimplemented, n->def->name, "a variable whose shape is not fully known");
    op->read = op;
    if (reader_of(m, n->def))
        return true;
    const char *name = tf1c_graph_printf(op->graph, "%s/read", op->name);
    op->read = read_of(m, (tf_tensor){ .op = op }, name ? tf1c_unique_name(op->graph, name) : NULL);
    return op->read;
}

/* The reader of a variable that an edge comes from, if it is not made yet. */
static tf1c_in_node *reader_missing(tf1c_importing *m, tf1c_edge e)
{
    while (e.node >= 0 && m->nodes[e.node].kind == TF1C_PASS && e.output < m->nodes[e.node].n_in)
        e = m->nodes[e.node].in[e.output];
    const tf1c_in_node *variable = e.node >= 0 ? &m->nodes[e.node] : NULL;
    if (!variable || variable->kind != TF1C_PLAIN || !variable->out || variable->out[0].op->read != variable->out[0].op)
        return NULL;
    return reader_of(m, variable->def);
}

bool tf1c_read_if_variable(tf1c_importing *m, tf1c_edge e)
{
    const tf1c_in_node *read = reader_missing(m, e);
    return !read || tf1c_make_node(m, (int)(read - m->nodes));
}

/* The same of what a node reads, and does not write. */
static bool make_reader(tf1c_importing *m, const tf1c_in_node *n, int i)
{
    char name[64];
    int place;
    const tf1c_in_node *read = reader_missing(m, n->in[i]);
    const bool named = tf1c_argument_of(n->record->in, i, n->n_in, name, sizeof name, &place);
    const char *argument = named ? strstr(n->record->in, name) : NULL;
    if (!read || read == n || (argument && memchr(argument, '&', strcspn(argument, ","))))
        return true;
    return tf1c_make_node(m, (int)(read - m->nodes));
}

static bool is_variable(tf_tensor t) { return t.op->read && t.op->def->traits & TF_VARIABLE; }

/* The gradient that it was given in the place of its type's. */
static const char *gradient_named(const tf1c_in_node *n, const tf_operation *op)
{
    const Tf1c__AttrValue *v = tf1c_attr_of(n->def, "_gradient_op_type");
    return v && v->value_case == TF1C__ATTR_VALUE__VALUE_S
               ? tf1c_graph_printf(op->graph, "%.*s", (int)v->s.len, (const char *)v->s.data)
               : op->gradient;
}

static bool keep(tf1c_importing *m, tf1c_in_node *n, tf_operation *op)
{
    if (!op || tf1c_is_mistake(op)) {
        m->status = m->status ? m->status : tf_last_error()->code ? tf_last_error()->code : tf_memory_error;
        return false;
    }
    n->n_out = op->n_outputs;
    n->out = tf1c_import_alloc(m, (size_t)(op->n_outputs + 1) * sizeof *n->out);
    for (int i = 0; n->out && i <= op->n_outputs; i++)
        n->out[i] = (tf_tensor){ .op = op, .index = i };
    if (*n->def->device)
        op->device = tf1c_graph_strdup(op->graph, n->def->device);
    op->gradient = gradient_named(n, op);
    tf1c_wait_for_controls(m, n, op);
    if (op->def->traits & TF_VARIABLE)
        return make_variable(m, n, op);
    const tf_operation *ref = op->n_inputs && op->def->traits & TF_OVERWRITES ? op->inputs[0].op : NULL;
    if (ref && ref->read && !ref->initializer)
        ((tf_operation *)ref)->initializer = op;
    return n->out && op->device && !m->status;
}

/* What the record has and TensorFlow's op has not. */
static void set_untold(const tf_op_def *def, void *attrs)
{
    for (const tf_attr_def *f = def->attrs; f && f->kind != TF_ATTR_END; f++)
        if (strcmp(f->name, "use_cudnn_on_gpu") == 0)
            *(bool *)((char *)attrs + f->offset) = true;
        else if (strcmp(f->name, "explicit_paddings") == 0)
            ((tf_dims *)((char *)attrs + f->offset))->known = true;
        else if (f->kind == TF_ATTR_STRING)
            *(const char **)((char *)attrs + f->offset) = strcmp(f->name, "data_format") == 0 ? "NHWC" : "";
}

/* A field of a struct, from the attribute of its name. */
static bool int_field(tf1c_importing *m, const Tf1c__NodeDef *n, const char *name, int64_t otherwise, int64_t *value)
{
    const Tf1c__AttrValue *v = tf1c_attr_of(n, name);
    *value = v ? v->i : otherwise;
    return !v || v->value_case == TF1C__ATTR_VALUE__VALUE_I ||
           tf1c_import_fail(m, tf_invalid_argument, n->name, "attribute '%s' of op '%s' is of the wrong kind", name, n->op);
}

/* Its tables are made of what its attributes say. */
static bool fixed_sampler_args(tf1c_importing *m, const Tf1c__NodeDef *n, struct tf_fixed_sampler_args *a, int64_t *seed2)
{
    const Tf1c__AttrValue *unique = tf1c_attr_of(n, "unique"), *distortion = tf1c_attr_of(n, "distortion"),
                          *unigrams = tf1c_attr_of(n, "unigrams"), *file = tf1c_attr_of(n, "vocab_file");
    const bool list = unigrams && unigrams->value_case == TF1C__ATTR_VALUE__VALUE_LIST;
    if (file && file->value_case == TF1C__ATTR_VALUE__VALUE_S && file->s.len) /* nor is any file that a graph names */
        return tf1c_import_fail(m, tf_unimplemented, n->name, "the vocab_file of op '%s' is not read", n->op);
    if ((unigrams && !list) || (distortion && distortion->value_case != TF1C__ATTR_VALUE__VALUE_F))
        return tf1c_import_fail(m, tf_invalid_argument, n->name, "attribute '%s' of op '%s' is of the wrong kind",
                                unigrams && !list ? "unigrams" : "distortion", n->op);
    a->unique = unique && unique->b;
    a->distortion = distortion ? (double)distortion->f : 1;
    a->unigrams = np_array(list ? unigrams->list->f : NULL, tf_float32, SHAPE(list ? (int64_t)unigrams->list->n_f : 0));
    return int_field(m, n, "num_true", 0, &a->num_true) && int_field(m, n, "num_sampled", 0, &a->num_sampled) &&
           int_field(m, n, "range_max", 0, &a->range_max) && int_field(m, n, "num_reserved_ids", 0, &a->num_reserved_ids) &&
           int_field(m, n, "num_shards", 1, &a->num_shards) && int_field(m, n, "shard", 0, &a->shard) &&
           int_field(m, n, "seed", 0, &a->seed) && int_field(m, n, "seed2", 0, seed2);
}

static bool make_fixed_sampler(tf1c_importing *m, tf1c_in_node *n)
{
    struct tf_fixed_sampler_args a = { .here = m->here };
    int64_t seed2;
    if (!check_inputs(m, n) || !fixed_sampler_args(m, n->def, &a, &seed2))
        return false;
    const tf_tensor classes = make_reader(m, n, 0) ? tf1c_edge_tensor(m, n->in[0]) : (tf_tensor){ .op = NULL };
    const char *name = tf_is_none(classes) ? NULL : tf1c_import_name(m, n->def->name);
    a.name = name ? tf1c_graph_printf(tf1c_current_graph(), "%s/", name) : NULL;
    return a.name && keep(m, n, tf1c_fixed_sampler(tf_operand_tensor(classes), a, seed2).sampled_candidates.op);
}

/* ---- batch norms of images whose channels come first: TensorFlow 2's, and tf.keras' LayerNormalization -------------------------- */

static bool is_batch_norm(const tf1c_in_node *n)
{
    return (strcmp(n->record->name, "FusedBatchNormV3") == 0 || strcmp(n->record->name, "FusedBatchNormGradV3") == 0) &&
           is_channels_first(n->def);
}

/* Images with their channels last: its first input, and the second of a gradient. */
static void put_channels_last(const tf_op_def *def, tf_operand *in, void *attrs)
{
    for (const tf_attr_def *f = def->attrs; f->kind != TF_ATTR_END; f++)
        if (strcmp(f->name, "data_format") == 0)
            *(const char **)((char *)attrs + f->offset) = "NHWC";
    for (int i = 0; i < (strcmp(def->name, "FusedBatchNormV3") == 0 ? 1 : 2); i++)
        in[i] = tf_operand_tensor(tf_transpose(in[i], PERM(0, 2, 3, 1)));
}

/* The node has the name of what gives its image back. */
static bool make_batch_norm(tf1c_importing *m, tf1c_in_node *n, struct tf_op_args args, tf_operand *in, void *attrs)
{
    const char *exact = args.name;
    put_channels_last(n->record, in, attrs);
    args.name = tf1c_graph_printf(tf1c_current_graph(), "%s%s", exact, n->record->name);
    if (!args.name || !keep(m, n, tf_op_new(n->record, args)))
        return false;
    n->out[0] = tf_transpose(n->out[0], PERM(0, 3, 1, 2), .name = exact);
    if (tf_is_poisoned(n->out[0]))
        m->status = m->status ? m->status : tf_memory_error;
    return !m->status;
}

bool tf1c_make_plain(tf1c_importing *m, tf1c_in_node *n)
{
    if (strcmp(n->record->name, "FixedUnigramCandidateSampler") == 0)
        return make_fixed_sampler(m, n);
    const char *row = tf1c_attribute_row(n->record->name), *name;
    tf_operand *in = tf1c_import_alloc(m, (size_t)n->n_in * sizeof *in);
    void *attrs = tf1c_import_alloc(m, n->record->attrs_size);
    struct tf_op_args args = { .here = m->here, .n_inputs = n->n_in, .inputs = in };
    if (!in || !attrs || !check_inputs(m, n))
        return false;
    set_untold(n->record, attrs);
    for (tf1c_attribute a; tf1c_next_attribute(&row, n->record, &a);)
        if (!take_attribute(m, n, &a, &args, attrs))
            return false;
    for (int i = 0; i < n->n_in; i++) {
        const tf_tensor t = make_reader(m, n, i) ? tf1c_edge_tensor(m, n->in[i]) : (tf_tensor){ .op = NULL };
        if (tf_is_none(t))
            return false;
        in[i] = tf_operand_tensor(t);
    }
    if (!(name = tf1c_import_name(m, n->def->name)))
        return false;
    if (strcmp(n->record->name, "Identity") == 0 && is_variable(in[0].as.tensor)) {
        tf_operation *variable = in[0].as.tensor.op, *read = read_of(m, in[0].as.tensor, name);
        if (read && variable->read == variable && n->in[0].node >= 0 && n == reader_of(m, m->nodes[n->in[0].node].def))
            variable->read = read;
        return keep(m, n, read);
    }
    if (strcmp(n->record->name, "IdentityN") == 0)
        args.n_outputs = n->n_in;
    args.attrs = n->record->attrs_size ? attrs : NULL;
    args.name = tf1c_graph_printf(tf1c_current_graph(), "%s/", name);
    if (args.name && is_batch_norm(n))
        return make_batch_norm(m, n, args, in, attrs);
    return args.name && keep(m, n, tf_op_new(record_for_inputs(n->record, n->n_in, in), args));
}
