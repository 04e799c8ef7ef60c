/* tf1c show: what is in a file. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* ---- arrays and checkpoints: a line each ------------------------------------------------------------------------------------ */

static void print_values(tf_ndarray a)
{
    char text[4096];
    printf("%s\n", np_text(a, text, sizeof text));
}

static int64_t print_line(const char *name, const char *dtype, tf_dims shape)
{
    char dims[TF_DIMS_TEXT];
    printf("  %-48s %s%s\n", name, dtype, tf_dims_kernel_text(shape, dims, sizeof dims));
    return tf_dims_count(shape);
}

static int show_array(const char *path)
{
    tf_ndarray a = np_load(path);
    if (!a.data)
        return FAILED;
    print_line(path, tf_dtype_name(a.dtype), a.shape);
    print_values(a);
    np_free(&a);
    return DONE;
}

static int show_npz(const char *path)
{
    char count[32];
    int64_t elements = 0;
    np_npz *z = np_npz_open(path);
    if (!z)
        return FAILED;
    int code = DONE;
    for (int i = 0; i < np_npz_count(z) && !code; i++) {
        tf_ndarray a = np_npz_get(z, np_npz_key(z, i));
        code = a.data ? DONE : FAILED;
        if (!code)
            elements += print_line(np_npz_key(z, i), tf_dtype_name(a.dtype), a.shape);
        np_free(&a);
    }
    if (!code)
        printf("%s: %d arrays, %s elements\n", path, np_npz_count(z), grouped(elements, count));
    np_npz_close(z);
    return code;
}

static int show_variable(tf_checkpoint_reader *reader, const char *name)
{
    tf_ndarray a = tf_checkpoint_get_tensor(reader, name);
    if (!a.data)
        return FAILED;
    print_line(name, tf_dtype_name(a.dtype), a.shape);
    print_values(a);
    np_free(&a);
    return DONE;
}

static int show_checkpoint(const char *path, const given *names)
{
    char count[32];
    int64_t elements = 0;
    tf_checkpoint_reader *reader = tf_train_new_checkpoint_reader(checkpoint_prefix(path));
    int code = reader ? DONE : FAILED;
    for (int i = 0; i < names->n && !code; i++)
        code = show_variable(reader, names->values[i]);
    for (int i = 0; i < tf_checkpoint_count(reader) && !names->n; i++) {
        const tf_checkpoint_variable v = tf_checkpoint_variable_at(reader, i);
        elements += print_line(v.name, v.dtype, v.shape);
    }
    if (!code && !names->n)
        printf("%s: a checkpoint of %d variables, %s elements\n", checkpoint_prefix(path), tf_checkpoint_count(reader),
               grouped(elements, count));
    tf_checkpoint_reader_free(reader);
    return code;
}

/* ---- what a graph has to compute ---------------------------------------------------------------------------------------------- */

typedef struct {
    int64_t parameters, constants;
    int variables, weights; /* how many hold those */
    double flop, flop_a_step;
    int loops;
} totals;

/* Elements, with 1 for what is open. */
static double elements(tf_tensor t)
{
    const tf_dims d = tf_get_shape(t);
    double n = 1;
    for (int i = 0; d.known && i < d.rank; i++)
        n *= d.dims[i] > 0 ? (double)d.dims[i] : 1;
    return n;
}

/* [b, m, k]·[b, k, n], either of them transposed: k² is what both have over what the product has. */
static double product_flop(const tf_operation *op)
{
    const tf_dims out = tf_get_shape(tf_op_output(op, 0));
    double all = elements(tf_op_output(op, 0)), batch = all;
    for (int i = out.rank - 2; out.known && i >= 0 && i < out.rank; i++)
        batch /= out.dims[i] > 0 ? (double)out.dims[i] : 1;
    const double a = elements(tf_op_input(op, 0)), b = elements(tf_op_input(op, 1));
    return all > 0 ? 2 * all * sqrt(a * b / (all * (batch > 1 ? batch : 1))) : 0;
}

/* Each place of `over` takes all of the filter, but for its channels that come out. */
static double conv_flop(tf_tensor over, tf_tensor filter)
{
    const tf_dims f = tf_get_shape(filter);
    const double out = f.known && f.rank > 0 && f.dims[f.rank - 1] > 0 ? (double)f.dims[f.rank - 1] : 1;
    return 2 * elements(over) * elements(filter) / out;
}

/* Floating-point operations of the products, a multiplication and an addition each. */
static double flop_of(const tf_operation *op)
{
    const char *type = tf_op_type(op);
    if (strcmp(type, "MatMul") == 0 || strncmp(type, "BatchMatMul", 11) == 0)
        return product_flop(op);
    if (strcmp(type, "Conv2D") == 0 || strcmp(type, "Conv3D") == 0)
        return conv_flop(tf_op_output(op, 0), tf_op_input(op, 1));
    if (strcmp(type, "Conv2DBackpropInput") == 0 || strcmp(type, "Conv3DBackpropInputV2") == 0)
        return conv_flop(tf_op_input(op, 2), tf_op_input(op, 1));
    if (strcmp(type, "Conv2DBackpropFilter") == 0 || strcmp(type, "Conv3DBackpropFilterV2") == 0)
        return conv_flop(tf_op_input(op, 2), tf_op_output(op, 0));
    if (strcmp(type, "DepthwiseConv2dNative") == 0) {
        const tf_dims f = tf_get_shape(tf_op_input(op, 1));
        return f.known && f.rank == 4 ? 2 * elements(tf_op_output(op, 0)) * (double)(f.dims[0] * f.dims[1]) : 0;
    }
    return 0;
}

static void add_up(const tf_graph *g, totals *to, double *flop)
{
    for (int i = 0; i < tf_graph_operation_count(g); i++) {
        const tf_operation *op = tf_graph_operation(g, i);
        const tf_tensor out = tf_op_output(op, 0);
        *flop += flop_of(op);
        if (strcmp(tf_op_type(op), "VariableV2") == 0) {
            to->parameters += (int64_t)elements(out);
            to->variables++;
        } else if (strcmp(tf_op_type(op), "Const") == 0 && tf_get_shape(out).rank > 0 && tf_get_dtype(out) <= tf_float64) {
            to->constants += (int64_t)elements(out);
            to->weights++;
        }
        to->loops += strcmp(tf_op_type(op), "Loop") == 0;
        for (int j = 0; j < tf_op_body_count(op); j++)
            add_up(tf_op_body(op, j), to, &to->flop_a_step);
    }
}

static void print_totals(const totals *t)
{
    char count[32];
    if (t->variables)
        printf("parameters: %s in %d variables\n", grouped(t->parameters, count), t->variables);
    if (t->weights)
        printf("constants: %s numbers in %d arrays\n", grouped(t->constants, count), t->weights);
    printf("products: %s FLOP a run", grouped((int64_t)t->flop, count));
    if (t->flop_a_step > 0)
        printf(", and %s in each step of its loops", grouped((int64_t)t->flop_a_step, count));
    printf(" (an open size counts as 1)\n");
}

/* ---- graphs ------------------------------------------------------------------------------------------------------------------------ */

/* What a Saver adds to a graph: no part of the model, and done by tf_train_saver here. */
static bool is_savers(const char *op)
{
    static const char *const ops[] = { "SaveV2", "RestoreV2", "ShardedFilename", "MergeV2Checkpoints", "Save", "Restore" };
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (strcmp(op, ops[i]) == 0)
            return true;
    return false;
}

static int place_of(const tf_node_defs *nodes, const char *input)
{
    input += *input == '^';
    const size_t n = strcspn(input, ":");
    for (int i = 0; i < nodes->n; i++)
        if (strncmp(nodes->node[i].name, input, n) == 0 && !nodes->node[i].name[n])
            return i;
    return -1;
}

/* The names of the nodes that need nothing of a Saver's, up to a NULL; the caller's to free. NULL where all are such nodes. */
static const char **model_names(const tf_node_defs *nodes)
{
    bool *out = calloc((size_t)nodes->n + 1, sizeof *out), more = true;
    const char **names = calloc((size_t)nodes->n + 1, sizeof *names);
    int n = 0;
    while (out && names && more) {
        more = false;
        for (int i = 0; i < nodes->n; i++) {
            bool gone = is_savers(nodes->node[i].op);
            for (int j = 0; j < nodes->node[i].n_input && !gone; j++) {
                const int at = place_of(nodes, nodes->node[i].input[j]);
                gone = at >= 0 && out[at];
            }
            more |= gone && !out[i];
            out[i] = gone;
        }
    }
    for (int i = 0; i < nodes->n && out && names; i++)
        if (!out[i])
            names[n++] = nodes->node[i].name;
    free(out);
    if (n && n < nodes->n)
        return names;
    free(names);
    return NULL;
}

/* The graph as the library has it; shapes are known then. What it does not know is said, and the nodes are listed all the same. */
static bool import(const tf_graph_def *def, const tf_node_defs *nodes)
{
    const char **names = model_names(nodes);
    tf_graph_def *part = names ? tf_graph_util_extract_sub_graph(def, names) : NULL;
    free(names);
    tf_error_handler *before = tf_on_error(tf_silent);
    tf_clear_error();
    tf_import_graph_def(part ? part : def, .name = "");
    const tf_error *e = tf_last_error();
    if (e->code)
        printf("Shapes are not known, for this library cannot run the graph: %s\n\n", e->message);
    tf_graph_def_free(part);
    tf_on_error(before);
    return !e->code;
}

static tf_operation *operation_named(const char *name)
{
    const tf_graph *g = tf_get_default_graph();
    for (int i = 0; i < tf_graph_operation_count(g); i++)
        if (strcmp(tf_op_name(tf_graph_operation(g, i)), name) == 0)
            return tf_graph_operation(g, i);
    return NULL;
}

static void print_node(const tf_node_def *n, bool with_shapes)
{
    char text[256];
    const tf_operation *op = with_shapes ? operation_named(n->name) : NULL;
    printf("  %-40s %-18s", n->name, n->op);
    for (int i = 0; op && strcmp(tf_op_type(op), n->op) == 0 && i < tf_op_output_count(op); i++)
        printf(" %s", signature(tf_op_output(op, i), text, sizeof text));
    for (int i = 0; i < n->n_input; i++)
        printf("%s%s", i ? ", " : "  <- ", n->input[i]);
    printf("\n");
}

static bool is_read(const tf_node_defs *nodes, int at)
{
    const size_t n = strlen(nodes->node[at].name);
    for (int i = 0; i < nodes->n; i++)
        for (int j = 0; j < nodes->node[i].n_input; j++) {
            const char *input = nodes->node[i].input[j] + (*nodes->node[i].input[j] == '^');
            if (strncmp(input, nodes->node[at].name, n) == 0 && (!input[n] || input[n] == ':'))
                return true;
        }
    return false;
}

/* "takes: x float32[?,28]" for --feed; "gives: softmax" for --fetch. */
static void print_ends(const tf_node_defs *nodes, bool with_shapes)
{
    char text[256];
    for (int i = 0; i < nodes->n; i++) {
        const tf_node_def *n = &nodes->node[i];
        const bool fed = strncmp(n->op, "Placeholder", 11) == 0;
        if (!fed && (is_read(nodes, i) || strcmp(n->op, "NoOp") == 0 || is_savers(n->op) || strcmp(n->op, "Const") == 0))
            continue;
        const tf_operation *op = with_shapes ? operation_named(n->name) : NULL;
        printf("%s %s %s\n", fed ? "takes:" : "gives:", n->name,
               op && tf_op_output_count(op) ? signature(tf_op_output(op, 0), text, sizeof text) : "");
    }
}

static int show_graph(const char *path, bool brief)
{
    tf_graph_def *def = read_graph(path);
    tf_node_defs *nodes = def ? tf_graph_def_nodes(def) : NULL;
    if (nodes) {
        totals t = { 0 };
        const bool known = import(def, nodes);
        for (int i = 0; i < nodes->n && !brief; i++)
            print_node(&nodes->node[i], known);
        printf("%s: a graph of %d nodes\n", path, nodes->n);
        print_ends(nodes, known);
        add_up(tf_get_default_graph(), &t, &t.flop);
        if (known)
            print_totals(&t);
    }
    const int code = nodes ? DONE : FAILED;
    tf_graph_def_free(def);
    tf_graph_def_nodes_free(nodes);
    return code;
}

static int show(int argc, char **argv)
{
    given files = { 0 }, names = { 0 };
    bool brief = false;
    const option options[] = { { "--brief", NULL, &brief }, { "--name", &names, NULL }, { 0 } };
    const int code = take_arguments(&show_command, argc, argv, options, &files, 1);
    if (code || !files.n)
        return code ? code : misused(&show_command, "there is no file to show");
    const char *path = files.values[0];
    switch (kind_of(path)) {
    case NPY: return show_array(path);
    case NPZ: return strstr(path, ".npz:") ? show_array(path) : show_npz(path);
    case CHECKPOINT: return show_checkpoint(path, &names);
    case EVENTS: return failed("%s is an event file: tf1c events shows those", path);
    default: return show_graph(path, brief);
    }
}

const command show_command = {
    "show", show, "what is in a graph, a checkpoint or a file of arrays",
    "Usage: tf1c show FILE [--brief] [--name VARIABLE]…\n\n"
    "FILE is a graph (.pb, .pbtxt, .meta, a saved model or its folder): its nodes with shapes and inputs, what it\n"
    "takes and gives, its parameters and the floating-point operations of its products;\n"
    "a checkpoint (its prefix, one of its files, or the folder of several: the latest): its variables;\n"
    "or arrays (.npz, .npy, FILE.npz:KEY).\n\n"
    "  --brief          of a graph the sums alone\n"
    "  --name VARIABLE  of a checkpoint that variable's values\n"
};
