/* A graph as text: one line a node, and Graphviz's language. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/safe_file.h"
#include "graph/node.h"

const char *tf_tensor_text(tf_tensor t, char *text, size_t n)
{
    char shape[TF_DIMS_TEXT];
    if (!text)
        return "";
    const tf_dims dims = tf_get_shape(t);
    if (tf_is_poisoned(t) || !tf1c_has_output(t))
        snprintf(text, n, "Tensor(<mistake>)");
    else
        snprintf(text, n, "Tensor(\"%s:%d\"%s%s, dtype=%s)", t.op->name, t.index, dims.known ? ", shape=" : "",
                 dims.known ? tf_dims_text(dims, shape, sizeof shape) : "", tf_dtype_name(tf_get_dtype(t)));
    return text;
}

const char *tf_tensor_name(tf_tensor t, char *text, size_t n)
{
    if (!text || !n)
        return "";
    text[0] = '\0';
    if (!tf_is_poisoned(t) && tf1c_has_output(t))
        snprintf(text, n, "%s:%d", t.op->name, t.index);
    return text;
}

/* The text belongs to the caller, who frees it with free(): so it is made by open_memstream. */
typedef void write_fn(FILE *f, const tf_graph *g, int depth);

static char *written(const tf_graph *g, write_fn *write)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = g ? open_memstream(&text, &n) : NULL;
    if (!f)
        return NULL;
    write(f, g, 0);
    if (fclose(f) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static void write_tensor(FILE *f, tf_tensor t)
{
    fprintf(f, "%s", t.op->name);
    if (t.index)
        fprintf(f, ":%d", t.index);
}

void tf1c_write_attr(FILE *f, const tf_attr_def *a, const void *attrs)
{
    const void *field = (const char *)attrs + a->offset;
    char dims[TF_DIMS_TEXT], array[256];
    switch (a->kind) {
    case TF_ATTR_BOOL: fprintf(f, " %s=%s", a->name, *(const bool *)field ? "true" : "false"); break;
    case TF_ATTR_INT: fprintf(f, " %s=%lld", a->name, (long long)*(const int64_t *)field); break;
    case TF_ATTR_FLOAT: fprintf(f, " %s=%g", a->name, *(const double *)field); break;
    case TF_ATTR_DTYPE: fprintf(f, " %s=%s", a->name, tf_dtype_name(*(const tf_dtype *)field)); break;
    case TF_ATTR_DIMS: fprintf(f, " %s=%s", a->name, tf_dims_kernel_text(*(const tf_dims *)field, dims, sizeof dims)); break;
    case TF_ATTR_STRING: fprintf(f, " %s=\"%s\"", a->name, *(const char *const *)field ? *(const char *const *)field : ""); break;
    case TF_ATTR_ARRAY:
        if (np_size(*(const tf_ndarray *)field) <= 8)
            fprintf(f, " %s=%s", a->name, np_text(*(const tf_ndarray *)field, array, sizeof array));
        break;
    default: break;
    }
}

static void write_text(FILE *f, const tf_graph *g, int depth);

void tf1c_write_operation(FILE *f, const tf_operation *op, int depth)
{
    fprintf(f, "%*s%s = %s(", 4 * depth, "", op->name, op->def->name);
    for (int j = 0; j < op->n_inputs; j++) {
        fprintf(f, j ? ", " : "");
        write_tensor(f, op->inputs[j]);
    }
    for (int j = 0; j < op->n_controls; j++)
        fprintf(f, "%s^%s", j || op->n_inputs ? ", " : "", op->controls[j]->name);
    fprintf(f, ")");
    for (const tf_attr_def *a = op->def->attrs; a && a->kind && op->attrs; a++)
        tf1c_write_attr(f, a, op->attrs);
    for (int j = 0; j < op->n_outputs; j++) {
        char dims[TF_DIMS_TEXT];
        fprintf(f, "%s %s%s", j ? "," : " ->", tf_dtype_name(op->outputs[j].dtype),
                tf_dims_text(op->outputs[j].shape, dims, sizeof dims));
    }
    fprintf(f, "\n");
    for (int i = 0; i < tf_op_body_count(op); i++)
        write_text(f, tf_op_body(op, i), depth + 1);
}

static void write_text(FILE *f, const tf_graph *g, int depth)
{
    for (int i = 0; i < g->n_ops; i++)
        tf1c_write_operation(f, g->ops[i], depth);
}

char *tf_graph_text(const tf_graph *g) { return written(g, write_text); }

static void write_dot_nodes(FILE *f, const tf_graph *g, int depth)
{
    for (int i = 0; i < g->n_ops; i++) {
        const tf_operation *op = g->ops[i];
        char dims[TF_DIMS_TEXT] = "";
        if (op->n_outputs)
            tf_dims_text(op->outputs[0].shape, dims, sizeof dims);
        fprintf(f, "%*s\"%s\" [label=\"%s\\n%s %s\"];\n", 2 * depth + 2, "", op->name, op->name, op->def->name, dims);
        for (int j = 0; j < op->n_inputs; j++)
            fprintf(f, "%*s\"%s\" -> \"%s\";\n", 2 * depth + 2, "", op->inputs[j].op->name, op->name);
        for (int j = 0; j < op->n_controls; j++)
            fprintf(f, "%*s\"%s\" -> \"%s\" [style=dashed];\n", 2 * depth + 2, "", op->controls[j]->name, op->name);
        for (const tf_attr_def *a = op->def->attrs; a && a->kind && op->attrs; a++) {
            const tf_graph *body = a->kind == TF_ATTR_BODY ? *(tf_graph *const *)((const char *)op->attrs + a->offset) : NULL;
            if (!body)
                continue;
            fprintf(f, "%*ssubgraph \"cluster_%s_%s\" {\n%*slabel=\"%s (%s)\";\n", 2 * depth + 2, "", op->name, a->name,
                    2 * depth + 4, "", op->name, a->name);
            write_dot_nodes(f, body, depth + 1);
            fprintf(f, "%*s}\n", 2 * depth + 2, "");
        }
    }
}

static void write_dot(FILE *f, const tf_graph *g, int depth)
{
    fprintf(f, "digraph tf1c {\n  node [shape=box, fontname=\"sans-serif\", fontsize=10];\n");
    write_dot_nodes(f, g, depth);
    fprintf(f, "}\n");
}

char *tf_graph_dot(const tf_graph *g) { return written(g, write_dot); }

tf_status tf_graph_write_dot(const tf_graph *g, const char *path)
{
    FILE *f = g && path ? tf1c_open_at_once(path, "wb") : NULL;
    if (!f)
        return tf_fail(tf_os_error, (tf_source){ 0 }, NULL, "%s: cannot be written", path ? path : "NULL");
    write_dot(f, g, 0);
    bool good = !ferror(f);
    if (fclose(f) != 0 || !good)
        return tf_fail(tf_os_error, (tf_source){ 0 }, NULL, "%s: writing failed", path);
    return tf_ok;
}
