/* Operations as nodes of a GraphDef: names, inputs and attributes in TensorFlow's form. TF1: core/framework/node_def.proto */
#include "session/graphdef/export.h"

#include <stdio.h>
#include <string.h>

#include "core/proto/graph.pb-c.h"
#include "core/protobuf.h"
#include "graph/node.h"

/* What one node's message points to. */
typedef struct {
    tf1c_arena memory;
    Tf1c__NodeDef node;
    bool failed;
} building;

static void *take(building *b, size_t size)
{
    void *p = tf1c_arena_alloc(&b->memory, size + 1);
    b->failed |= !p;
    return p;
}

static Tf1c__AttrValue *attr(building *b, const char *key)
{
    Tf1c__NodeDef__AttrEntry *entry = take(b, sizeof *entry);
    Tf1c__AttrValue *value = take(b, sizeof *value);
    Tf1c__NodeDef__AttrEntry **all = take(b, (b->node.n_attr + 1) * sizeof *all);
    if (b->failed)
        return NULL;
    tf1c__node_def__attr_entry__init(entry);
    tf1c__attr_value__init(value);
    entry->key = (char *)key;
    entry->value = value;
    if (b->node.n_attr)
        memcpy(all, b->node.attr, b->node.n_attr * sizeof *all);
    all[b->node.n_attr++] = entry;
    b->node.attr = all;
    return value;
}

static Tf1c__TensorShapeProto *shape_of(building *b, tf_dims d)
{
    Tf1c__TensorShapeProto *shape = take(b, sizeof *shape);
    Tf1c__TensorShapeProto__Dim *dims = take(b, TF_MAX_RANK * sizeof *dims);
    if (b->failed)
        return NULL;
    tf1c__tensor_shape_proto__init(shape);
    shape->unknown_rank = !d.known;
    shape->n_dim = d.known ? (size_t)d.rank : 0;
    shape->dim = take(b, TF_MAX_RANK * sizeof *shape->dim);
    for (size_t i = 0; i < shape->n_dim && shape->dim; i++) {
        tf1c__tensor_shape_proto__dim__init(&dims[i]);
        dims[i].size = d.dims[i];
        shape->dim[i] = &dims[i];
    }
    return shape;
}

static Tf1c__TensorProto *tensor_of(building *b, const tf_ndarray *a)
{
    Tf1c__TensorProto *t = take(b, sizeof *t);
    if (b->failed)
        return NULL;
    tf1c__tensor_proto__init(t);
    t->dtype = (Tf1c__DataType)a->dtype;
    t->tensor_shape = shape_of(b, a->shape);
    if (a->dtype != tf_string) {
        t->tensor_content = (ProtobufCBinaryData){ np_nbytes(*a), a->data };
        return t;
    }
    t->n_string_val = (size_t)np_size(*a);
    t->string_val = take(b, t->n_string_val * sizeof *t->string_val);
    for (size_t i = 0; i < t->n_string_val && t->string_val; i++) {
        const tf_bytes s = np_string(*a, (int64_t)i);
        t->string_val[i] = (ProtobufCBinaryData){ s.size, (uint8_t *)s.data };
    }
    return t;
}

static void set_type(building *b, const char *key, tf_dtype dtype)
{
    Tf1c__AttrValue *v = attr(b, key);
    if (v) {
        v->value_case = TF1C__ATTR_VALUE__VALUE_TYPE;
        v->type = (Tf1c__DataType)dtype;
    }
}

/* A field of the op's attributes. */
static void set_field(building *b, const tf_attr_def *a, const void *attrs)
{
    const void *field = (const char *)attrs + a->offset;
    Tf1c__AttrValue *v = attr(b, a->name);
    if (!v)
        return;
    switch (a->kind) {
    case TF_ATTR_BOOL:
        v->value_case = TF1C__ATTR_VALUE__VALUE_B;
        v->b = *(const bool *)field;
        break;
    case TF_ATTR_INT:
        v->value_case = TF1C__ATTR_VALUE__VALUE_I;
        v->i = *(const int64_t *)field;
        break;
    case TF_ATTR_FLOAT:
        v->value_case = TF1C__ATTR_VALUE__VALUE_F;
        v->f = (float)*(const double *)field;
        break;
    case TF_ATTR_DTYPE:
        v->value_case = TF1C__ATTR_VALUE__VALUE_TYPE;
        v->type = (Tf1c__DataType) * (const tf_dtype *)field;
        break;
    case TF_ATTR_DIMS:
        v->value_case = TF1C__ATTR_VALUE__VALUE_SHAPE;
        v->shape = shape_of(b, *(const tf_dims *)field);
        break;
    case TF_ATTR_STRING: {
        const char *s = *(const char *const *)field;
        v->value_case = TF1C__ATTR_VALUE__VALUE_S;
        v->s = (ProtobufCBinaryData){ s ? strlen(s) : 0, (uint8_t *)s };
        break;
    }
    case TF_ATTR_ARRAY:
        v->value_case = TF1C__ATTR_VALUE__VALUE_TENSOR;
        v->tensor = tensor_of(b, field);
        break;
    default: b->node.n_attr--; break; /* what only this library knows */
    }
}

static void set_output_shapes(building *b, const tf_operation *op)
{
    Tf1c__AttrValue *v = attr(b, "_output_shapes");
    Tf1c__AttrValue__ListValue *list = take(b, sizeof *list);
    if (!v || b->failed)
        return;
    tf1c__attr_value__list_value__init(list);
    v->value_case = TF1C__ATTR_VALUE__VALUE_LIST;
    v->list = list;
    list->shape = take(b, (size_t)op->n_outputs * sizeof *list->shape);
    for (int i = 0; i < op->n_outputs && list->shape; i++)
        list->shape[list->n_shape++] = shape_of(b, op->outputs[i].shape);
}

/* "name", "name:1"; "^name" of a control input. */
static char *input_text(building *b, const char *before, const tf_operation *op, int index)
{
    const size_t room = strlen(op->name) + 16;
    char *text = take(b, room);
    if (text)
        snprintf(text, room, index > 0 ? "%s%s:%d" : "%s%s", before, op->name, index);
    return text;
}

static void set_inputs(building *b, const tf_operation *op)
{
    b->node.input = take(b, (size_t)(op->n_inputs + op->n_controls) * sizeof *b->node.input);
    for (int i = 0; i < op->n_inputs && b->node.input; i++)
        b->node.input[b->node.n_input++] = input_text(b, "", op->inputs[i].op, op->inputs[i].index);
    for (int i = 0; i < op->n_controls && b->node.input; i++)
        b->node.input[b->node.n_input++] = input_text(b, "^", op->controls[i], 0);
}

static void add_node(tf1c_buffer *to, building *b, const tf_operation *op)
{
    tf1c__node_def__init(&b->node);
    b->node.name = (char *)op->name;
    b->node.op = (char *)op->def->name;
    b->node.device = (char *)(op->device ? op->device : "");
    set_inputs(b, op);
    if (op->T)
        set_type(b, "T", op->T);
    for (const tf_attr_def *a = op->def->attrs; a && a->kind != TF_ATTR_END; a++)
        set_field(b, a, op->attrs);
    set_output_shapes(b, op);
    to->failed |= b->failed;
    if (to->failed)
        return;
    const size_t n = tf1c__node_def__get_packed_size(&b->node);
    uint8_t *packed = take(b, n);
    to->failed |= !packed;
    if (!packed)
        return;
    tf1c__node_def__pack(&b->node, packed);
    tf1c_buffer_byte(to, 1 << 3 | 2); /* GraphDef.node */
    tf1c_buffer_varint(to, n);
    tf1c_buffer_put(to, packed, n);
}

bool tf1c_graph_def(const tf_graph *g, tf1c_buffer *to)
{
    static const char versions[] = "\42\3\10\206\1"; /* GraphDef.versions { producer: 134 }, TensorFlow 1.15's */
    for (int i = 0; i < tf_graph_operation_count(g) && !to->failed; i++) {
        building b = { .failed = false };
        const tf_operation *op = tf_graph_operation(g, i);
        if (!tf1c_is_mistake(op))
            add_node(to, &b, op);
        tf1c_arena_free(&b.memory);
    }
    tf1c_buffer_put(to, versions, sizeof versions - 1);
    return !to->failed;
}
