/* Variables that are resources, which TensorFlow 2 and tf.keras make, raised to the library's: the nodes of their handles, reads and updates
 * become those of variables before anything is made of them. A read that waits for an assignment sees what that left, as it did.
 * TF1: core/ops/resource_variable_ops.cc, core/ops/training_ops.cc, python/ops/resource_variable_ops.py */
#include <stdio.h>
#include <string.h>

#include "session/graphdef/attributes.h"
#include "session/graphdef/importing.h"

typedef struct {
    tf1c_importing *m;
    Tf1c__NodeDef **to;
    int n;
    bool inside; /* of a function: inputs are "name:argument:0" */
} raising;

/* What an op of resources is with variables in their place; NULL: it is none. */
static const char *own_op(const char *op)
{
    static const char *const ops[][2] = {
        { "VarHandleOp", "VariableV2" },        { "ReadVariableOp", "Identity" },
        { "AssignVariableOp", "Assign" },       { "AssignAddVariableOp", "AssignAdd" },
        { "AssignSubVariableOp", "AssignSub" }, { "VarIsInitializedOp", "IsVariableInitialized" },
        { "VariableShape", "Shape" },           { "ResourceGather", "GatherV2" },
    };
    static const char resource[] = "Resource"; /* ApplyAdam, SparseApplyMomentum, ScatterAdd, GatherNd, … */
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (strcmp(op, ops[i][0]) == 0)
            return ops[i][1];
    const bool of_resource = strncmp(op, resource, sizeof resource - 1) == 0;
    const char *rest = of_resource ? op + sizeof resource - 1 : NULL;
    return rest && tf1c_attribute_row(rest) ? rest : NULL;
}

static char *text(raising *r, const char *node, const char *end)
{
    const size_t room = strlen(node) + strlen(end) + 1;
    char *s = tf1c_import_alloc(r->m, room);
    if (s)
        snprintf(s, room, "%s%s", node, end);
    return s;
}

/* A node without inputs beside one, named after it. */
static Tf1c__NodeDef *add(raising *r, const Tf1c__NodeDef *of, const char *op, const char *end)
{
    Tf1c__NodeDef *n = tf1c_import_alloc(r->m, sizeof *n);
    if (!n)
        return NULL;
    *n = (Tf1c__NodeDef)TF1C__NODE_DEF__INIT;
    n->name = text(r, of->name, end);
    n->op = (char *)op;
    n->device = of->device;
    r->to[r->n++] = n;
    return n->name ? n : NULL;
}

/* The axis 0 of a GatherV2: a Const. */
static bool set_zero(raising *r, Tf1c__NodeDef *n)
{
    struct constant {
        Tf1c__TensorProto tensor;
        Tf1c__TensorShapeProto scalar;
        Tf1c__AttrValue value;
        Tf1c__NodeDef__AttrEntry entry, *entries[1];
    } *c = tf1c_import_alloc(r->m, sizeof *c);
    if (!c)
        return false;
    *c = (struct constant){ .tensor = TF1C__TENSOR_PROTO__INIT,
                            .scalar = TF1C__TENSOR_SHAPE_PROTO__INIT,
                            .value = TF1C__ATTR_VALUE__INIT,
                            .entry = TF1C__NODE_DEF__ATTR_ENTRY__INIT };
    c->tensor.dtype = TF1C__DATA_TYPE__DT_INT32;
    c->tensor.tensor_shape = &c->scalar;
    c->value.value_case = TF1C__ATTR_VALUE__VALUE_TENSOR;
    c->value.tensor = &c->tensor;
    c->entry.key = (char *)"value";
    c->entry.value = &c->value;
    c->entries[0] = &c->entry;
    n->attr = c->entries;
    n->n_attr = 1;
    return true;
}

/* ResourceGather(variable, indices) -> GatherV2(variable, indices, 0) */
static bool raise_gather(raising *r, Tf1c__NodeDef *n)
{
    if (!n->n_input)
        return true;
    Tf1c__NodeDef *axis = add(r, n, "Const", "/axis");
    char **input = tf1c_import_alloc(r->m, (n->n_input + 1) * sizeof *input);
    if (!axis || !input || !set_zero(r, axis))
        return false;
    size_t n_data = 0;
    while (n_data < n->n_input && *n->input[n_data] != '^')
        n_data++;
    memcpy(input, n->input, n_data * sizeof *input);
    input[n_data] = text(r, axis->name, r->inside ? ":output:0" : "");
    memcpy(input + n_data + 1, n->input + n_data, (n->n_input - n_data) * sizeof *input);
    n->input = input;
    n->n_input++;
    return input[n_data];
}

/* A copy, for the definition is the caller's. */
static bool raise_node(raising *r, Tf1c__NodeDef *of)
{
    const char *own = own_op(of->op);
    Tf1c__NodeDef *n = own ? tf1c_import_alloc(r->m, sizeof *n) : of;
    if (!n)
        return false;
    if (own) {
        *n = *of;
        n->op = (char *)own;
        if (strcmp(of->op, "ResourceGather") == 0 && !raise_gather(r, n))
            return false;
    }
    r->to[r->n++] = n;
    return true;
}

static bool raise_all(raising *r, Tf1c__NodeDef *const *from, size_t n)
{
    enum { PARTS = 2 }; /* of a gather */
    bool some = false;
    for (size_t i = 0; i < n; i++)
        some |= own_op(from[i]->op) != NULL;
    r->n = (int)n;
    r->to = (Tf1c__NodeDef **)from;
    if (!some)
        return true;
    r->n = 0;
    r->to = tf1c_import_alloc(r->m, PARTS * n * sizeof(Tf1c__NodeDef *));
    bool good = r->to;
    for (size_t i = 0; i < n && good; i++)
        good = raise_node(r, from[i]);
    return good;
}

bool tf1c_raise_resources(tf1c_importing *m, const Tf1c__NodeDef ***defs, int *n)
{
    raising r = { .m = m };
    const bool good = raise_all(&r, (Tf1c__NodeDef *const *)*defs, (size_t)*n);
    *defs = (const Tf1c__NodeDef **)r.to;
    *n = r.n;
    return good;
}

const Tf1c__FunctionDef *tf1c_raise_in_function(tf1c_importing *m, const Tf1c__FunctionDef *of)
{
    raising r = { .m = m, .inside = true };
    Tf1c__FunctionDef *f = tf1c_import_alloc(m, sizeof *f);
    if (!f || !raise_all(&r, of->node_def, of->n_node_def))
        return NULL;
    *f = *of;
    f->node_def = r.to;
    f->n_node_def = (size_t)r.n;
    return f;
}
