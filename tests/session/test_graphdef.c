/* Graphs as TensorFlow's GraphDefs: every op under its name with its attributes; text; freezing. That TensorFlow imports, runs and
 * differentiates them, tests/exchange/exchange.py asks TensorFlow itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/all_headers.h"
#include "core/pbtext.h"
#include "core/proto/graph.pb-c.h"
#include "core/protobuf.h"
#include "core/safe_file.h"
#include "graph/node.h"
#include "session/graph_text.h"
#include "session/graphdef/attributes.h"
#include "session/graphdef/defs.h"
#include "tests/fixture.h"
#include "tf1c.h"

static Tf1c__GraphDef *unpacked(const tf_graph_def *def)
{
    ck_assert_ptr_nonnull(def);
    Tf1c__GraphDef *g = tf1c_unpack_def(def->data, def->size, TF_SOURCE);
    ck_assert_ptr_nonnull(g);
    return g;
}

static const Tf1c__NodeDef *node_called(const Tf1c__GraphDef *g, const char *name)
{
    for (size_t i = 0; i < g->n_node; i++)
        if (strcmp(g->node[i]->name, name) == 0)
            return g->node[i];
    return NULL;
}

static const Tf1c__AttrValue *attr_called(const Tf1c__NodeDef *n, const char *key)
{
    for (size_t i = 0; n && i < n->n_attr; i++)
        if (strcmp(n->attr[i]->key, key) == 0)
            return n->attr[i]->value;
    return NULL;
}

/* ---- attributes: op_defs.txt is what TensorFlow says --------------------------------------------------------------------------- */

/* "name | inputs -> outputs | attributes" of an op; NULL: TensorFlow has none of that name. */
static char *definition_of(char *all, const char *op)
{
    const size_t n = strlen(op);
    for (char *line = all; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (strncmp(line, op, n) == 0 && (line[n] == ' ' || line[n] == '\n'))
            return line;
    return NULL;
}

/* The row without its sources, and what is the library's alone. */
static void without_sources(const char *row, char *to)
{
    for (; *row; row++)
        if (*row == '<')
            row += strcspn(row, " ") - 1;
        else if (strncmp(row, " _", 2) == 0)
            row += 1 + strcspn(row + 1, " ") - 1;
        else
            *to++ = *row;
    *to = '\0';
}

/* In the bodies of loops and branches, which are exported as functions, outputs are called by these names. */
static void has_tensorflows_outputs(const tf_op_def *op, const char *definition)
{
    const char *theirs = strstr(definition, " -> ");
    for (const char *mine = op->out; theirs && mine && *mine;) {
        theirs += strspn(theirs, " ->,");
        const size_t n = strcspn(mine, ":");
        ck_assert_msg(strncmp(mine, theirs, n) == 0 && theirs[n] == ':', "%s: %s and %s", op->name, mine, theirs);
        theirs += strcspn(theirs, ",|");
        mine += strcspn(mine, ",");
        mine += strspn(mine, ", ");
    }
}

static void has_tensorflows_attributes(const tf_op_def *op, char *definitions)
{
    char line[2048] = "", mine[1024];
    const char *row = tf1c_attribute_row(op->name), *found = definition_of(definitions, op->name);
    ck_assert_msg(found, "%s is not in op_defs.txt: run make_op_defs.py", op->name);
    snprintf(line, sizeof line, "%.*s", (int)strcspn(found, "\n"), found);
    const char *first = strchr(line, '|'), *last = strrchr(line, '|');
    ck_assert_msg(!first == !row || tf1c_no_attributes(op->name), "%s: %s", op->name,
                  row ? "a row, and no op of TensorFlow's" : "no row in attributes.def");
    if (!row)
        return;
    has_tensorflows_outputs(op, line);
    without_sources(row, mine);
    ck_assert_str_eq(mine, last[1] ? last + 2 : "");
    for (tf1c_attribute a; tf1c_next_attribute(&row, op, &a);)
        ck_assert_msg(a.source != TF1C_FROM_NOTHING || a.has_fallback, "%s: nothing says what %s is", op->name, a.name);
}

START_TEST(every_op_has_tensorflows_attributes)
{
    char path[512];
    size_t n;
    char *definitions = tf1c_read_file(data_path("golden/op_defs.txt", path, sizeof path), 1 << 20, &n, TF_SOURCE);
    ck_assert_ptr_nonnull(definitions);
    for (const tf_op_def *const *const *family = tf1c_op_families(); *family; family++)
        for (const tf_op_def *const *op = *family; *op; op++)
            has_tensorflows_attributes(*op, definitions);
    tf1c_free(definitions);
}
END_TEST

/* ---- nodes ----------------------------------------------------------------------------------------------------------------------- */

static tf_tensor small_model(tf_tensor *x)
{
    *x = tf_placeholder(tf_float32, SHAPE(NONE, 2), .name = "x");
    tf_tensor w = tf_get_variable("w", SHAPE(2, 3), .initializer = tf_constant_initializer(0.5));
    return tf_identity(tf_concat(LIST(tf_matmul(*x, w), *x), 1), .name = "y");
}

START_TEST(nodes_have_inputs_counts_and_types)
{
    tf_tensor x;
    small_model(&x);
    tf_graph_def *def = tf_graph_as_graph_def(tf_get_default_graph());
    Tf1c__GraphDef *g = unpacked(def);
    const Tf1c__NodeDef *concat = node_called(g, "concat"), *axis = node_called(g, "concat/axis");
    ck_assert_int_eq(attr_called(concat, "N")->i, 2);
    ck_assert_int_eq(attr_called(concat, "Tidx")->type, TF1C__DATA_TYPE__DT_INT32);
    ck_assert_str_eq(concat->input[1], "x");
    ck_assert_int_eq(attr_called(axis, "dtype")->type, TF1C__DATA_TYPE__DT_INT32);
    ck_assert_ptr_null(attr_called(axis, "_output_shapes"));
    tf1c_free_def(g);
    tf_graph_def_free(def);
    def = tf_graph_as_graph_def(tf_get_default_graph(), .add_shapes = true);
    g = unpacked(def);
    ck_assert_int_eq(attr_called(node_called(g, "concat"), "_output_shapes")->list->shape[0]->dim[1]->size, 5);
    tf1c_free_def(g);
    tf_graph_def_free(def);
}
END_TEST

static tf_tensor decayed(tf_tensor s, tf_tensor x, void *context) { return (void)context, tf_add(tf_mul(s, 0.5), x); }

START_TEST(loops_are_functional_whiles_with_lists)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 2)), y = tf_scan(decayed, x, tf_constant(NP_FLOAT(1, 2)));
    tf_gradients(LIST(y), LIST(x));
    tf_graph_def *def = tf_graph_as_graph_def(tf_get_default_graph());
    Tf1c__GraphDef *g = unpacked(def);
    const Tf1c__NodeDef *loop = node_called(g, "scan/while/Loop");
    ck_assert_str_eq(loop->op, "While");
    ck_assert_str_eq(attr_called(loop, "body")->func->name, "scan_while_Loop_body");
    ck_assert_uint_eq(g->library->n_function, 4); /* forward and backward, a condition and a body each */
    ck_assert_uint_eq(attr_called(loop, "T")->list->n_type, loop->n_input);
    tf1c_free_def(g);
    tf_graph_def_free(def);
}
END_TEST

static tf_tensor counted(tf_tensor x, void *context) { return tf_add(x, tf_assign_add(*(tf_tensor *)context, 1)); }

START_TEST(a_body_that_assigns_is_refused_by_name)
{
    tf_tensor v = tf_variable(0.0, .name = "v");
    tf_map_fn(counted, tf_constant(NP_FLOAT(1, 2)), .context = &v);
    ck_assert_ptr_null(tf_graph_as_graph_def(tf_get_default_graph()));
    must_have_reported(tf_unimplemented, "assigns to a variable inside of 'map/while/Loop'");
    tf_summary_writer *writer = tf_summary_file_writer(folder, tf_get_default_graph()); /* a drawing shows it */
    ck_assert_ptr_nonnull(writer);
    tf_close(writer);
}
END_TEST

START_TEST(updates_wait_for_who_reads_in_the_same_step)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(1, 2)), w = tf_get_variable("w", SHAPE(2, 2)),
              v = tf_get_variable("v", SHAPE(2, 1));
    tf_tensor other = tf_matmul(tf_placeholder(tf_float32, SHAPE(1, 2)), v, .name = "other"); /* in no step: not waited for */
    tf_operation *train =
        tf_minimize(tf_train_gradient_descent_optimizer(0.1), tf_reduce_sum(tf_matmul(tf_matmul(x, w), v, .name = "read")));
    tf_graph_def *def = tf_graph_as_graph_def(tf_get_default_graph());
    Tf1c__GraphDef *g = unpacked(def);
    const Tf1c__NodeDef *update = node_called(g, "GradientDescent/update_v/ApplyGradientDescent");
    int reads = 0, backward = 0;
    for (size_t i = 0; i < update->n_input; i++) {
        reads += strcmp(update->input[i], "^read") == 0;
        backward += strncmp(update->input[i], "^gradients/read_grad", strlen("^gradients/read_grad")) == 0;
        ck_assert_str_ne(update->input[i], "^other");
    }
    ck_assert_int_eq(reads, 1);
    ck_assert_int_eq(backward, 1);
    ck_assert(!tf_is_poisoned(other) && train);
    tf1c_free_def(g);
    tf_graph_def_free(def);
}
END_TEST

/* ---- files -------------------------------------------------------------------------------------------------------------------- */

START_TEST(text_reads_back_as_the_same_bytes)
{
    tf_tensor x;
    small_model(&x);
    tf_constant(NP_FLOAT(0.1f, -1e30f, 3), .name = "c\\d");
    tf_graph_def *binary = tf_graph_as_graph_def(tf_get_default_graph());
    ck_assert_str_eq(tf_train_write_graph(binary, folder, "g.pbtxt"), in_folder("g.pbtxt"));
    tf_graph_def *text = tf_graph_def_read(in_folder("g.pbtxt"));
    ck_assert_ptr_nonnull(text);
    ck_assert_mem_eq(text->data, binary->data, binary->size);
    ck_assert_str_eq(tf_train_write_graph(tf_get_default_graph(), folder, "g.pb", .as_text = false), in_folder("g.pb"));
    tf_graph_def_free(text);
    text = tf_graph_def_read(in_folder("g.pb"));
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(text->size, binary->size);
    tf_graph_def_free(text);
    tf_graph_def_free(binary);
}
END_TEST

START_TEST(text_says_the_line_that_is_wrong)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        { "node {\n name: \"a\"\n op: 3\n}", "line 3 of the text of a GraphDef: a string is missing" },
        { "node {\n name: \"a\n}", "line 2 of the text of a GraphDef: a string does not end" },
        { "node {\n name: \"a\"\n", "line 3 of the text of a GraphDef: a message does not end" },
        { "node: 5", "line 1 of the text of a GraphDef: a message is missing" },
        { "}", "line 1 of the text of a GraphDef: a name or a number is missing" },
        { "versions { producer: 99999999999999999999 }", "a whole number cannot be read" },
        { "node { attr { key: 'T' value { type: DT_NONE } } }", "a value of an enum is not known" },
        { "a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{", "messages nest too deep" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        tf1c_buffer to = { 0 };
        ck_assert_int_eq(tf1c_pbtext_parse(rows[i].text, strlen(rows[i].text), &tf1c__graph_def__descriptor, &to, TF_SOURCE),
                         tf_value_error);
        must_have_reported(tf_value_error, rows[i].message);
        tf1c_buffer_free(&to);
    }
}
END_TEST

START_TEST(text_may_hold_what_is_not_known)
{
    static const char text[] =
        "# by hand\nnode < name: 'a' 'b', op: \"NoOp\"; experimental { more [1, 2] x: { y: 'z' } } >"
        "node { name: \"\\x41\\101\\n\" attr { key: \"k\" value { list { i: [1, -2, 0x10] f: 1.5f b: true } } } }";
    tf1c_buffer to = { 0 };
    must(tf1c_pbtext_parse(text, strlen(text), &tf1c__graph_def__descriptor, &to, TF_SOURCE));
    Tf1c__GraphDef *g = tf1c_unpack_def(to.data, to.n, TF_SOURCE);
    ck_assert_ptr_nonnull(g);
    ck_assert_str_eq(g->node[0]->name, "ab");
    ck_assert_str_eq(g->node[1]->name, "AA\n");
    const Tf1c__AttrValue__ListValue *list = attr_called(g->node[1], "k")->list;
    ck_assert_uint_eq(list->n_i, 3);
    ck_assert_int_eq(list->i[1], -2);
    ck_assert_int_eq(list->i[2], 16);
    ck_assert(list->f[0] == 1.5f && list->b[0]);
    tf1c_free_def(g);
    tf1c_buffer_free(&to);
}
END_TEST

START_TEST(files_that_hold_no_graph_are_refused)
{
    ck_assert_ptr_null(tf_graph_def_read(in_folder("none.pb")));
    must_have_reported(tf_not_found, "none.pb");
    must(tf1c_safe_write_file(in_folder("m.meta"), "\12\0", 2, TF_SOURCE));
    ck_assert_ptr_null(tf_graph_def_read(in_folder("m.meta")));
    must_have_reported(tf_data_loss, "m.meta holds no graph");
    must(tf1c_safe_write_file(in_folder("g.pb"), "\12\377", 2, TF_SOURCE));
    tf_graph_def *def = tf_graph_def_read(in_folder("g.pb"));
    ck_assert_ptr_null(tf_train_write_graph(def, folder, "g.pbtxt"));
    must_have_reported(tf_data_loss, "no GraphDef");
    tf_graph_def_free(def);
    ck_assert_ptr_null(tf_train_write_graph(tf_get_default_graph(), in_folder("no/where"), "g"));
    must_have_reported(tf_not_found, "no/where/g");
}
END_TEST

/* ---- freezing --------------------------------------------------------------------------------------------------------------------- */

START_TEST(freezing_puts_values_in_place_of_variables)
{
    tf_tensor x, y = small_model(&x);
    tf_gradients(LIST(y), LIST(x));
    must(tf_run(sess, tf_global_variables_initializer()));
    tf_graph_def *def = tf_graph_as_graph_def(tf_get_default_graph());
    tf_graph_def *frozen = tf_graph_util_convert_variables_to_constants(sess, def, ((const char *[]){ "y", NULL }));
    Tf1c__GraphDef *g = unpacked(frozen);
    ck_assert_uint_eq(g->n_node, 7); /* x, w, w/read, MatMul, concat/axis, concat, y */
    const Tf1c__NodeDef *w = node_called(g, "w");
    ck_assert_str_eq(w->op, "Const");
    ck_assert_uint_eq(attr_called(w, "value")->tensor->tensor_content.len, 24);
    tf1c_free_def(g);
    tf_graph_def *small = tf_graph_util_remove_training_nodes(frozen, .protected_nodes = (const char *[]){ "y", NULL });
    g = unpacked(small);
    ck_assert_uint_eq(g->n_node, 6);
    ck_assert_str_eq(node_called(g, "MatMul")->input[1], "w");
    tf1c_free_def(g);
    ck_assert_ptr_null(tf_graph_util_convert_variables_to_constants(sess, def, ((const char *[]){ "z", NULL })));
    must_have_reported(tf_value_error, "z is not in graph");
    tf_graph_def_free(small);
    tf_graph_def_free(frozen);
    tf_graph_def_free(def);
}
END_TEST

/* ---- reading ----------------------------------------------------------------------------------------------------------------------- */

/* The graph's text once it has been written and read back into a graph of its own. */
static char *text_again(const tf_graph *g, tf_graph *into)
{
    tf_graph_def *def = tf_graph_as_graph_def(g);
    tf_with_graph(into) {
        tf_import_graph_def(def, .name = "");
    }
    tf_graph_def_free(def);
    return tf_graph_text(into);
}

/* An IdentityN of one result, by which a gradient is one's own, has TensorFlow's outputs in a file: what was read once reads back. */
static bool is_without_outputs(const tf_graph *g)
{
    for (int i = 0; i < tf_graph_operation_count(g); i++) {
        const tf_operation *op = tf_graph_operation(g, i);
        if (strcmp(tf_op_type(op), "IdentityN") == 0 && op->n_outputs < op->n_inputs)
            return true;
    }
    return false;
}

static void reads_back_the_same(const tf_graph *g)
{
    if (is_without_outputs(g)) {
        tf_graph *whole = tf_graph();
        free(text_again(g, whole));
        ck_assert_int_eq(tf_graph_operation_count(whole), tf_graph_operation_count(g));
        ck_assert(!is_without_outputs(whole));
        reads_back_the_same(whole);
        tf_graph_free(whole);
        return;
    }
    tf_graph *again = tf_graph();
    char *want = tf_graph_text(g), *got = text_again(g, again), *a = got, *b = want;
    while (*a && *b && strcspn(a, "\n") == strcspn(b, "\n") && strncmp(a, b, strcspn(a, "\n")) == 0) {
        a += strcspn(a, "\n") + 1;
        b += strcspn(b, "\n") + 1;
    }
    ck_assert_msg(!*a && !*b, "%.*s\nand not\n%.*s", (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
    free(want);
    free(got);
    tf_graph_free(again);
}

#define BUILDER(kind, op, tag, expr)                     \
    static void kind##_##op##_##tag(const tf_tensor *in) \
    {                                                    \
        (void)in;                                        \
        (void)(expr);                                    \
    }
#define SHAPES(op, tag, expr, inputs, outputs, message) BUILDER(shape, op, tag, expr)
#define RUN_ERROR(op, tag, expr, built, fed, code, message)
#define GRAD(op, tag, expr, inputs, lo, hi, tolerance) BUILDER(grad, op, tag, expr)
#define NO_ROW(kind, op, why)
#define GOLDEN(op, tag, expr, tolerance) BUILDER(golden, op, tag, expr)
#include "cases/all.def"
#undef SHAPES
#undef GRAD
#undef GOLDEN
#define SHAPES(op, tag, expr, inputs, outputs, message) { NULL, inputs, message, tf_float32, #op "." #tag, shape_##op##_##tag },
#define GRAD(op, tag, expr, inputs, lo, hi, tolerance) { NULL, inputs, NULL, tf_float64, #op "." #tag, grad_##op##_##tag },
#define GOLDEN(op, tag, expr, tolerance) { FAMILY, NULL, NULL, tf_float32, #op "." #tag, golden_##op##_##tag },
static const struct {
    const char *family, *inputs, *mistake; /* family: of an archive that has the inputs; else they are shapes */
    tf_dtype dtype;
    const char *name;
    void (*build)(const tf_tensor *in);
} rows[] = {
#include "cases/all.def"
};

static void row_of_shapes(int r, tf_tensor *in)
{
    shape_list shapes;
    ck_assert(parse_shapes(rows[r].inputs, rows[r].dtype, &shapes));
    for (int i = 0; i < shapes.n; i++)
        in[i] = tf_placeholder(shapes.dtypes[i], shapes.dims[i]);
}

/* Placeholders of the row's inputs, as the archive has them. */
static int row_inputs(int r, tf_tensor *in)
{
    char path[512], relative[64], key[128];
    int n = 0;
    snprintf(relative, sizeof relative, "golden/ops_%s.npz", rows[r].family);
    np_npz *npz = np_npz_open(data_path(relative, path, sizeof path));
    ck_assert_ptr_nonnull(npz);
    for (; snprintf(key, sizeof key, "%s/in%d", rows[r].name, n), np_npz_has(npz, key); n++) {
        tf_ndarray value = np_npz_get(npz, key);
        in[n] = tf_placeholder(value.dtype, value.shape);
        np_free(&value);
    }
    np_npz_close(npz);
    return n;
}

/* Ops that are several of TensorFlow's, or in no file, each for a reason that attributes.def gives. */
static bool is_written_out(const char *op)
{
    static const char *const several[] = { "IndexedSlices", "CheckSeqLen", "DecodeImage", "ParseVarLenFeature" };
    bool found = tf1c_no_attributes(op);
    for (size_t i = 0; i < sizeof several / sizeof *several; i++)
        found |= strcmp(op, several[i]) == 0;
    return found;
}

/* A shape that a builder sets, as Python does, is in no GraphDef. */
static bool has_shape_set(const char *row)
{
    static const char *const set[] = { "SoftmaxCrossEntropyWithLogits.no_classes", "Conv2DBackpropInput.layer",
                                       "Slice.central_rows" };
    bool found = strstr(row, ".unknown_rank"); /* all is reduced: to a scalar */
    for (size_t i = 0; i < sizeof set / sizeof *set; i++)
        found |= strcmp(row, set[i]) == 0;
    return found;
}

static bool holds_what_is_written_out(const tf_graph *g)
{
    for (int i = 0; i < tf_graph_operation_count(g); i++)
        if (is_written_out(tf_op_type(tf_graph_operation(g, i))))
            return true;
    return false;
}

START_TEST(every_op_reads_back_the_same)
{
    if (rows[_i].mistake)
        return;
    tf_tensor in[MOST_SHAPES];
    tf_graph *g = tf_graph();
    tf_with_graph(g) {
        if (rows[_i].family)
            row_inputs(_i, in);
        else
            row_of_shapes(_i, in);
        rows[_i].build(in);
        if (!holds_what_is_written_out(g) && !has_shape_set(rows[_i].name))
            reads_back_the_same(g);
    }
    tf_graph_free(g);
}
END_TEST

static void no_gradient_but_dy(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_mul(dy, 3.0)); }

/* The registered gradient by its name, whoever differentiates the graph that was read. */
START_TEST(a_gradient_of_another_name_comes_along)
{
    tf_tensor y = { 0 };
    tf_register_gradient("Thrice", no_gradient_but_dy);
    tf_with_gradient_override_map("Square", "Thrice")
    {
        y = tf_square(tf_placeholder(tf_float32, SCALAR, .name = "x"), .name = "y");
    }
    reads_back_the_same(y.op->graph);
    tf_graph *again = tf_graph();
    free(text_again(y.op->graph, again));
    tf_with_graph(again) {
        float slope;
        tf_session *other = tf_session();
        tf_tensor x = tf_get_tensor_by_name(again, "x:0");
        tf_tensor dx = tf_at(tf_gradients(LIST(tf_get_tensor_by_name(again, "y:0")), LIST(x)), 0);
        must(tf_run(other, FETCH(dx, &slope), FEED(x, 5.0)));
        ck_assert(slope == 3);
        tf_close(other);
    }
    tf_graph_free(again);
}
END_TEST

START_TEST(a_training_graph_reads_back_the_same)
{
    tf_set_random_seed(1);
    tf_tensor x, y = small_model(&x);
    tf_tensor loss = tf_reduce_mean(tf_square(tf_layers_dense(y, 2)));
    tf_minimize(tf_train_adam_optimizer(0.1), loss);
    tf_global_variables_initializer();
    tf_graph *again = tf_graph();
    char *text = text_again(tf_get_default_graph(), again);
    ck_assert_int_eq(tf_graph_operation_count(again), tf_graph_operation_count(tf_get_default_graph()));
    tf_with_graph(again) {
        tf_session *other = tf_session();
        tf_tensor l = tf_get_tensor_by_name(again, "Mean:0"), in = tf_get_tensor_by_name(again, "x:0");
        float first, last;
        must(tf_run(other, tf_get_operation_by_name(again, "init")));
        for (int i = 0; i < 60; i++)
            must(tf_run(other, FETCH(l, i ? &last : &first, tf_get_operation_by_name(again, "Adam"), NULL),
                        FEED(in, NP_FLOAT2D({ 1, 2 }))));
        ck_assert_msg(last < first / 2, "the loss was %g, then %g", (double)first, (double)last);
        tf_close(other);
    }
    free(text);
    tf_graph_free(again);
}
END_TEST

/* ---- what is no graph ----------------------------------------------------------------------------------------------------------- */

#define SAMPLER(type, attrs)                                                                                          \
    "node { name: 'c' op: 'Placeholder' attr { key: 'dtype' value { type: DT_INT64 } } } node { name: 's' op: '" type \
    "CandidateSampler' input: 'c' " attrs " }"
#define ONCE_EACH "attr { key: 'unique' value { b: true } }"
#define INT(name, value) "attr { key: '" name "' value { i: " value " } }"
#define CONSTANT(name, attrs) "node { name: '" name "' op: 'Const' " attrs " }"
START_TEST(mistakes_are_named_before_anything_is_built)
{
    static const graph_mistake mistakes[] = {
        { "node { name: 'a' op: 'Foo' } node { name: 'b/c' op: 'Bar' input: 'a' }", tf_not_found,
          "Op type not registered: 'Foo' (node a), 'Bar' (node b/c)" },
        { "node { name: 'a' op: 'NoOp' } node { name: 'a' op: 'NoOp' }", tf_value_error, "Node 'a' is not unique" },
        { "node { name: 'a' op: 'Neg' input: 'b' }", tf_value_error, "Node 'a': Unknown input node 'b'" },
        { "node { name: '-a' op: 'NoOp' }", tf_value_error, "'-a' is not a valid node name" },
        { "node { name: 'a' op: 'Neg' input: 'a' }", tf_invalid_argument, "contains a cycle" },
        { "node { name: 'a' op: 'Neg' }", tf_invalid_argument, "do not match 0 inputs" },
        { "node { name: 'a' op: 'Placeholder' }", tf_invalid_argument, "NodeDef missing attr 'dtype'" },
        { CONSTANT("a", "attr { key: 'dtype' value { type: DT_FLOAT } } attr { key: 'value' value { i: 3 } }"), tf_invalid_argument,
          "attribute 'value' of op 'Const' is of the wrong kind, node a" },
        { CONSTANT("a", "attr { key: 'value' value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 99999999999 } } } } }"),
          tf_resource_exhausted, "take more than" },
        { CONSTANT("a", "attr { key: 'value' value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: -5 } } } } }"),
          tf_invalid_argument, "must be >= -1" },
        { CONSTANT("a", "attr { key: 'value' value { tensor { dtype: DT_FLOAT tensor_content: 'abc' } } }"), tf_invalid_argument,
          "3 bytes for a tensor of 4" },
        { "node { name: 'e' op: 'Exit' input: 'n' } node { name: 'n' op: 'NoOp' }", tf_invalid_argument, "Exit" },
        { "node { name: 'm' op: 'Merge' input: 'n' input: 'n' } node { name: 'n' op: 'NoOp' }", tf_unimplemented,
          "no cond and no loop" },
        { SAMPLER("LogUniform", INT("num_true", "1") INT("num_sampled", "5") INT("range_max", "0") ONCE_EACH), tf_value_error,
          "range_max must be positive, got 0" },
        { SAMPLER("LearnedUnigram", INT("num_true", "1") INT("num_sampled", "5") INT("range_max", "9999999999") ONCE_EACH),
          tf_value_error, "a sampler's range must be less than" },
        { SAMPLER("Uniform", INT("num_true", "1") INT("num_sampled", "-5") INT("range_max", "5") ONCE_EACH), tf_value_error,
          "num_true and num_sampled must be positive" },
        { SAMPLER("FixedUnigram",
                  INT("num_true", "1") INT("num_sampled", "5") INT("range_max", "5") ONCE_EACH INT("unigrams", "3")),
          tf_invalid_argument, "attribute 'unigrams' of op 'FixedUnigramCandidateSampler' is of the wrong kind" },
        { SAMPLER("FixedUnigram", INT("num_true", "1") INT("num_sampled", "5") INT("range_max", "5") ONCE_EACH),
          tf_invalid_argument, "Must provide either vocab_file or unigrams." },
    };
    must_be_mistakes(sizeof mistakes / sizeof *mistakes, mistakes);
}
END_TEST

START_TEST(inputs_are_mapped_and_names_scoped)
{
    tf_tensor x;
    small_model(&x);
    tf_graph_def *def = tf_graph_as_graph_def(tf_get_default_graph());
    tf_tensor two = tf_constant(NP_FLOAT2D({ 1, 2 }));
    tf_list y = tf_import_graph_def(def, .input_map = (tf_input_map[]){ { "x", two }, { 0 } },
                                    .return_elements = (const char *[]){ "y:0", "w/read:0", NULL });
    ck_assert_str_eq(tf_op_name(tf_at(y, 0).op), "import/y");
    must(tf_run(sess, tf_initializer_of((tf_tensor){ .op = tf_get_operation_by_name(tf_get_default_graph(), "import/w") })));
    check_run(tf_at(y, 0), (tf_feeds){ 0 }, NUMBERS(1.5, 1.5, 1.5, 1, 2));
    y = tf_import_graph_def(def, .return_elements = (const char *[]){ "y:0", NULL });
    ck_assert_str_eq(tf_op_name(tf_at(y, 0).op), "import_1/y");
    tf_import_graph_def(def, .name = "");
    must_have_reported(tf_value_error, "Node name 'x' already exists in the Graph");
    tf_import_graph_def(def, .input_map = (tf_input_map[]){ { "z", two }, { 0 } });
    must_have_reported(tf_value_error, "Attempted to map inputs that were not found in graph_def: [z]");
    tf_graph_def_free(def);
}
END_TEST

START_TEST(a_part_is_what_its_nodes_are_made_of)
{
    tf_tensor x;
    small_model(&x);
    tf_identity(x, .name = "beside");
    tf_graph_def *def = tf_graph_as_graph_def(tf_get_default_graph());
    tf_graph_def *part = tf_graph_util_extract_sub_graph(def, ((const char *[]){ "w/read", NULL }));
    tf_node_defs *nodes = tf_graph_def_nodes(part);
    ck_assert_ptr_nonnull(nodes);
    ck_assert_int_eq(nodes->n, 2);
    ck_assert_str_eq(nodes->node[0].name, "w");
    ck_assert_str_eq(nodes->node[0].op, "VariableV2");
    ck_assert_str_eq(nodes->node[1].op, "Identity");
    ck_assert_int_eq(nodes->node[1].n_input, 1);
    ck_assert_str_eq(nodes->node[1].input[0], "w");
    tf_graph_def_nodes_free(nodes);
    tf_graph_def_free(part);
    ck_assert_ptr_null(tf_graph_util_extract_sub_graph(def, ((const char *[]){ "nobody", NULL })));
    must_have_reported(tf_value_error, "nobody is not in graph");
    ck_assert_ptr_null(tf_graph_util_extract_sub_graph(def, NULL));
    must_have_reported(tf_type_error, "dest_nodes must be a list.");
    tf_graph_def_free(def);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("graphdef");
    TCase *t = tcase_create("out");
    tcase_add_checked_fixture(t, open_session_and_folder, close_session_and_folder);
    tcase_add_test(t, every_op_has_tensorflows_attributes);
    tcase_add_test(t, nodes_have_inputs_counts_and_types);
    tcase_add_test(t, loops_are_functional_whiles_with_lists);
    tcase_add_test(t, a_body_that_assigns_is_refused_by_name);
    tcase_add_test(t, updates_wait_for_who_reads_in_the_same_step);
    tcase_add_test(t, text_reads_back_as_the_same_bytes);
    tcase_add_test(t, text_says_the_line_that_is_wrong);
    tcase_add_test(t, text_may_hold_what_is_not_known);
    tcase_add_test(t, files_that_hold_no_graph_are_refused);
    tcase_add_test(t, freezing_puts_values_in_place_of_variables);
    tcase_add_loop_test(t, every_op_reads_back_the_same, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(t, a_gradient_of_another_name_comes_along);
    tcase_add_test(t, a_training_graph_reads_back_the_same);
    tcase_add_test(t, mistakes_are_named_before_anything_is_built);
    tcase_add_test(t, inputs_are_mapped_and_names_scoped);
    tcase_add_test(t, a_part_is_what_its_nodes_are_made_of);
    suite_add_tcase(s, t);
    return run_suite(s);
}
