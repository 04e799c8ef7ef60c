/* Loops, branches and functions of GraphDefs: TensorFlow's, and those that the library writes itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/alloc.h"
#include "exchange/bodies.h"
#include "session/graph_text.h"
#include "tests/fixture.h"
#include "tf1c.h"

/* ---- what TensorFlow froze: golden/make_frozen.py -------------------------------------------------------------------------------- */

static const char *const frozen[] = { "dynamic_lstm",
                                      "dynamic_lstm_unknown",
                                      "dynamic_lstm_lengths",
                                      "dynamic_lstm_lengths_static",
                                      "dynamic_gru_lengths",
                                      "scan",
                                      "scan_from_first",
                                      "scan_reversed",
                                      "map",
                                      "foldl",
                                      "while",
                                      "nested",
                                      "cond",
                                      "two_conds",
                                      "cond_in_loop",
                                      "functional_dynamic_lstm",
                                      "functional_dynamic_lstm_unknown",
                                      "functional_dynamic_lstm_lengths",
                                      "functional_dynamic_lstm_lengths_static",
                                      "functional_dynamic_gru_lengths",
                                      "functional_scan",
                                      "functional_scan_from_first",
                                      "functional_scan_reversed",
                                      "functional_map",
                                      "functional_foldl",
                                      "functional_while",
                                      "functional_nested",
                                      "functional_cond",
                                      "functional_two_conds",
                                      "functional_cond_in_loop",
                                      "functional_called" };

static const char *frozen_path(int i, const char *ending)
{
    static char path[512];
    char relative[128];
    snprintf(relative, sizeof relative, "golden/frozen/%s%s", frozen[i], ending);
    return data_path(relative, path, sizeof path);
}

static void is_close(np_npz *npz, const char *key, tf_ndarray got)
{
    tf_ndarray want = np_npz_get(npz, key);
    const char *difference = array_difference(got, want, 2e-6);
    ck_assert_msg(!difference, "%s: %s", key, difference);
    np_free(&want);
}

START_TEST(loops_and_branches_of_tensorflow_run_and_are_differentiated)
{
    np_npz *npz = np_npz_open(frozen_path(_i, ".npz"));
    const tf_tensor out =
        tf_at(tf_import_graph_def(frozen_path(_i, ".pb"), .return_elements = (const char *[]){ "out:0", NULL }), 0);
    const tf_tensor x = tf_get_tensor_by_name(tf_get_default_graph(), "import/x:0");
    const tf_tensor dx = tf_at(tf_gradients(LIST(out), LIST(x)), 0);
    tf_ndarray values = np_npz_get(npz, "x"), lengths = { 0 }, y = { 0 }, slope = { 0 };
    tf_feed feeds[2] = { tf_feed_tensor(x, tf_operand_array(values)) };
    int n = 1;
    if (np_npz_has(npz, "n")) {
        lengths = np_npz_get(npz, "n");
        feeds[n++] = tf_feed_tensor(tf_get_tensor_by_name(tf_get_default_graph(), "import/n:0"), tf_operand_array(lengths));
    }
    must(tf_run_fetches(sess, FETCH(out, &y, dx, &slope), (tf_feeds){ .n = n, .items = feeds }, TF_SOURCE));
    is_close(npz, "out", y);
    is_close(npz, "dx", slope);
    np_free(&values);
    np_free(&lengths);
    np_free(&y);
    np_free(&slope);
    np_npz_close(npz);
}
END_TEST

/* ---- what the library wrote itself --------------------------------------------------------------------------------------------- */

static tf_tensor scanned(tf_tensor x) { return tf_scan(body_bent, x, tf_getitem(x, "0")); }
static tf_tensor scanned_back(tf_tensor x) { return tf_scan(body_bent, x, tf_getitem(x, "0"), .reverse = true); }
static tf_tensor scanned_from_first(tf_tensor x) { return tf_scan(body_bent, x); }
static tf_tensor folded(tf_tensor x) { return tf_foldr(body_bent, x, tf_getitem(x, "0")); }
static tf_tensor mapped(tf_tensor x)
{
    tf_tensor w = tf_getitem(x, "1");
    return tf_map_fn(body_square_plus, x, .context = &w);
}
static tf_tensor nested(tf_tensor x)
{
    tf_tensor w = tf_getitem(x, "1");
    return tf_foldl(body_inner, x, tf_getitem(x, "0"), .context = &w);
}
static tf_tensor chosen_in_loop(tf_tensor x)
{
    tf_tensor w = tf_getitem(x, "1");
    return tf_foldl(body_choose, x, tf_getitem(x, "0"), .context = &w);
}
static tf_tensor chosen(tf_tensor x)
{
    tf_tensor both[] = { tf_getitem(x, "0"), tf_getitem(x, "1") };
    return tf_cond(tf_greater(tf_reduce_sum(x), 0.0), body_product_of_two, body_sine_of_first, .context = both);
}
static tf_tensor grown(tf_tensor x)
{
    return tf_at(tf_while_loop(body_below, body_grow, LIST(tf_constant(0), tf_square(x)), .context = &x), 1);
}
static tf_tensor recurrent(tf_tensor x)
{
    return tf_nn_dynamic_rnn(tf_nn_rnn_cell_basic_lstm_cell(4), tf_expand_dims(x, 0), .dtype = tf_float32).outputs;
}
static tf_tensor with_lengths(tf_tensor x)
{
    tf_tensor all = tf_stack(LIST(x, tf_mul(x, 0.5)));
    return tf_nn_dynamic_rnn(tf_nn_rnn_cell_gru_cell(4), all, .sequence_length = NP_INT(2, 4), .dtype = tf_float32).outputs;
}

static const struct {
    const char *name;
    tf_tensor (*build)(tf_tensor x);
    bool known; /* x's shape */
} own[] = { { "scan", scanned, true },
            { "scan, unknown", scanned, false },
            { "scan back", scanned_back, false },
            { "from first", scanned_from_first, true },
            { "foldr", folded, true },
            { "map", mapped, false },
            { "nested", nested, true },
            { "cond in loop", chosen_in_loop, true },
            { "cond", chosen, true },
            { "while", grown, true },
            { "dynamic_rnn", recurrent, true },
            { "lengths", with_lengths, true } };

enum { ROWS = 4, COLUMNS = 3 };

/* y and dx of graph g, made of the x's 12 numbers. */
static void values_of(tf_graph *g, const char *prefix, tf_ndarray *y, tf_ndarray *dx)
{
    char names[3][64];
    static const char *const plain[] = { "x:0", "y:0", "dx:0" };
    float x[ROWS * COLUMNS];
    for (int i = 0; i < ROWS * COLUMNS; i++)
        x[i] = 0.1f * (float)(i % 7) - 0.2f;
    for (int i = 0; i < 3; i++)
        snprintf(names[i], sizeof names[i], "%s%s", prefix, plain[i]);
    tf_with_graph(g) {
        tf_session *other = tf_session();
        must(tf_run(other, tf_get_operation_by_name(g, "init")));
        must(tf_run(other, FETCH(tf_get_tensor_by_name(g, names[1]), y, tf_get_tensor_by_name(g, names[2]), dx),
                    FEED(tf_get_tensor_by_name(g, names[0]), np_array(x, tf_float32, SHAPE(ROWS, COLUMNS)))));
        tf_close(other);
    }
}

START_TEST(own_loops_and_branches_run_once_more)
{
    tf_set_random_seed(1);
    tf_graph *g = tf_get_default_graph(), *again = tf_graph();
    tf_tensor x = tf_placeholder(tf_float32, own[_i].known ? SHAPE(ROWS, COLUMNS) : SHAPE(NONE, COLUMNS), .name = "x");
    tf_tensor y = tf_identity(own[_i].build(x), .name = "y");
    tf_identity(tf_at(tf_gradients(LIST(y), LIST(x)), 0), .name = "dx");
    tf_global_variables_initializer();
    tf_graph_def *def = tf_graph_as_graph_def(g);
    tf_with_graph(again) {
        tf_import_graph_def(def, .name = "");
    }
    tf_ndarray values[4] = { { 0 } };
    values_of(g, "", &values[0], &values[1]);
    values_of(again, "", &values[2], &values[3]);
    for (int i = 0; i < 2; i++) {
        const char *difference = array_difference(values[2 + i], values[i], 1e-6);
        ck_assert_msg(!difference, "%s, %d: %s", own[_i].name, i, difference);
    }
    for (int i = 0; i < 4; i++)
        np_free(&values[i]);
    tf_graph_def_free(def);
    tf_graph_free(again);
}
END_TEST

/* ---- functions that are none ------------------------------------------------------------------------------------------------------- */

#define CALLS(name, f) "{ name: '" name "' op: 'PartitionedCall' attr { key: 'f' value { func { name: '" f "' } } } }"
#define CALL(name, f) "node " CALLS(name, f)
#define LIBRARY(name, inside) "library { function { signature { name: '" name "' } " inside " } }"
START_TEST(functions_that_cannot_be_called_are_named)
{
    static const graph_mistake mistakes[] = {
        { CALL("a", "f"), tf_not_found, "Function 'f' is not defined., node a" },
        { "node { name: 'a' op: 'PartitionedCall' }", tf_invalid_argument,
          "NodeDef missing attr 'f' from Op<name=PartitionedCall>" },
        { CALL("a", "f") LIBRARY("f", "node_def " CALLS("b", "f")), tf_unimplemented, "functions nest deeper than" },
        { CALL("a", "f") LIBRARY("f", "node_def { name: 'b' op: 'Foo' } node_def { name: 'c' op: 'Bar' }"), tf_not_found,
          "Op type not registered: 'Foo' (node a/b), 'Bar' (node a/c)" },
        { CALL("a", "f") LIBRARY("f", "node_def { name: 'b' op: 'Neg' input: 'x' }"), tf_value_error,
          "Function 'f': Unknown input 'x', node a/b" },
        { CALL("a", "f") LIBRARY("f", "node_def { name: 'b' op: 'NoOp' } node_def { name: 'b' op: 'NoOp' }"), tf_value_error,
          "Function 'f' has two nodes 'b'" },
        { "node { name: 'c' op: 'NoOp' } node { name: 'a' op: 'f' input: 'c' }" LIBRARY("f", ""), tf_invalid_argument,
          "Function 'f' takes 0 arguments and gives 0 results: not 1 and 0, node a" },
    };
    must_be_mistakes(sizeof mistakes / sizeof *mistakes, mistakes);
}
END_TEST

/* TensorFlow's graph.pbtxt of a model that is saved: none of it is needed here. */
START_TEST(what_savers_add_is_left_out)
{
    import_text(
        "node { name: 'w' op: 'VariableV2' attr { key: 'dtype' value { type: DT_FLOAT } } attr { key: 'shape' value { shape {} } } }"
        "node { name: 'save/Const' op: 'Const' }"
        "node { name: 'save/SaveV2' op: 'SaveV2' input: 'save/Const' input: 'w' }"
        "node { name: 'save/control_dependency' op: 'Identity' input: 'save/Const' input: '^save/SaveV2' }"
        "node { name: 'save/RestoreV2' op: 'RestoreV2' input: 'save/Const' }"
        "node { name: 'save/Assign' op: 'Assign' input: 'w' input: 'save/RestoreV2' }"
        "node { name: 'save/restore_all' op: 'NoOp' input: '^save/Assign' }");
    ck_assert_int_eq(tf_graph_operation_count(tf_get_default_graph()), 2);
    ck_assert_str_eq(tf_op_name(tf_graph_operation(tf_get_default_graph(), 1)), "import/w/read");
}
END_TEST

/* ---- variables that are resources, and other ops of TensorFlow 2 ---------------------------------------------------------------------- */

#define ATTR(key, value) "attr { key: '" key "' value { " value " } } "
#define NODE(name, op, rest) "node { name: '" name "' op: '" op "' " rest "} "
#define IN(name) "input: '" name "' "
#define INTS(name, values, dims) \
    NODE(name, "Const",          \
         ATTR("dtype", "type: DT_INT32") ATTR("value", "tensor { dtype: DT_INT32 tensor_shape { " dims " } " values " }"))
#define FLOATS(name, values, dims) \
    NODE(name, "Const",            \
         ATTR("dtype", "type: DT_FLOAT") ATTR("value", "tensor { dtype: DT_FLOAT tensor_shape { " dims " } " values " }"))
#define DIM(n) "dim { size: " n " } "
#define VARIABLE             \
    NODE("w", "VarHandleOp", \
         ATTR("dtype", "type: DT_FLOAT") ATTR("shape", "shape { " DIM("3") DIM("2") "}") ATTR("shared_name", "s: 'w'"))
#define READ(name, rest) NODE(name, "ReadVariableOp", IN("w") rest ATTR("dtype", "type: DT_FLOAT"))

/* w = [[1, 2], …], which each run adds ones to, but for the row that it sets. */
static const char resources[] = VARIABLE FLOATS("start", "float_val: [1, 2, 3, 4, 5, 6]", DIM("3") DIM("2"))
    FLOATS("ones", "float_val: 1", DIM("3") DIM("2")) FLOATS("row", "float_val: [7, 8]", DIM("1") DIM("2"))
        INTS("two", "int_val: 2", DIM("1")) INTS("rows", "int_val: [2, 0]", DIM("2")) NODE("w/Assign", "AssignVariableOp",
                                                                                           IN("w") IN("start"))
            READ("w/Read/ReadVariableOp", "") NODE("added", "AssignAddVariableOp", IN("w") IN("ones"))
                NODE("set", "ResourceScatterUpdate", IN("w") IN("two") IN("row") IN("^added")) READ("late", IN("^set"))
                    READ("early", "") NODE("gathered", "ResourceGather",
                                           IN("w") IN("rows") ATTR("dtype", "type: DT_FLOAT") ATTR("Tindices", "type: DT_INT32"))
                        NODE("gathered_late", "ResourceGather",
                             IN("w") IN("rows") IN("^set") ATTR("dtype", "type: DT_FLOAT") ATTR("Tindices", "type: DT_INT32"))
                            NODE("shape", "VariableShape", IN("w") ATTR("out_type", "type: DT_INT64"))
                                NODE("is", "VarIsInitializedOp", IN("w"));

static tf_tensor imported(const char *name)
{
    char text[128];
    snprintf(text, sizeof text, "import/%s:0", name);
    return tf_get_tensor_by_name(tf_get_default_graph(), text);
}

static float element(tf_ndarray a, int i) { return ((const float *)a.data)[i]; }

START_TEST(what_waits_for_an_assignment_reads_what_that_left)
{
    enum { LATE, EARLY, GATHERED, GATHERED_LATE, SHAPE_OF, ALL };
    tf_ndarray a[ALL] = { { 0 } };
    bool before = true, after = false;
    import_text(resources);
    ck_assert_str_eq(tf_op_type(imported("w").op), "VariableV2");
    must(tf_run(sess, FETCH(imported("is"), &before)));
    must(tf_run(sess, OPS(tf_get_operation_by_name(tf_get_default_graph(), "import/w/Assign"))));
    must(
        tf_run(sess, FETCH(imported("late"), &a[LATE], imported("early"), &a[EARLY], imported("gathered"), &a[GATHERED],
                           imported("gathered_late"), &a[GATHERED_LATE], imported("shape"), &a[SHAPE_OF], imported("is"), &after)));
    for (int i = 0; i < 6; i++) {
        ck_assert_float_eq(element(a[EARLY], i), (float)(i + 1));
        ck_assert_float_eq(element(a[LATE], i), (float)(i < 4 ? i + 2 : i + 3));
    }
    for (int i = 0; i < 4; i++) {
        ck_assert_float_eq(element(a[GATHERED], i), element(a[EARLY], (i + 4) % 6));
        ck_assert_float_eq(element(a[GATHERED_LATE], i), element(a[LATE], (i + 4) % 6));
    }
    ck_assert(((const int64_t *)a[SHAPE_OF].data)[0] == 3 && ((const int64_t *)a[SHAPE_OF].data)[1] == 2 && !before && after);
    for (int i = 0; i < ALL; i++)
        np_free(&a[i]);
}
END_TEST

/* Of several operations here. */
static const char several[] =
    NODE("x", "Placeholder", ATTR("dtype", "type: DT_FLOAT") ATTR("shape", "shape { " DIM("2") DIM("2") "}"))
        NODE("e", "Einsum", IN("x") IN("x") ATTR("equation", "s: 'ij,jk->ik'")) INTS("k", "int_val: 0", "")
            FLOATS("none", "float_val: 0", "") NODE("d", "MatrixDiagPartV3", IN("e") IN("k") IN("none"))
                INTS("seed", "int_val: [2, 3]", DIM("2")) NODE("key", "StatelessRandomGetKeyCounter",
                                                               IN("seed")) INTS("size", "int_val: [2]", DIM("1"))
                    NODE("r", "StatelessRandomUniformV2", IN("size") IN("key") IN("key:1") IN("k") ATTR("dtype", "type: DT_FLOAT"))
                        NODE("sum", "AddV2", IN("d") IN("r"));

#define HALF NODE("x", "Placeholder", ATTR("dtype", "type: DT_FLOAT") ATTR("shape", "shape { " DIM("2") DIM("2") "}"))
#define DIAGONAL(k) \
    HALF INTS("k", "int_val: " k, "") FLOATS("none", "", "") NODE("d", "MatrixDiagPartV3", IN("x") IN("k") IN("none"))

START_TEST(what_is_not_done_of_it_is_said)
{
    static const graph_mistake mistakes[] = {
        { VARIABLE FLOATS("g", "float_val: 1", "")
              NODE("u", "ResourceApplyAddSign", IN("w") IN("w") IN("g") IN("g") IN("g") IN("g") IN("g")),
          tf_not_found, "Op type not registered: 'ResourceApplyAddSign' (node u)" },
        { VARIABLE NODE("g", "ResourceGather", IN("w")), tf_invalid_argument,
          "NodeDef expected inputs 'params:T, indices:U, axis:?' do not match 2 inputs" },
        { VARIABLE NODE("u", "ResourceApplyKerasMomentum", IN("w") IN("w")), tf_not_found,
          "Op type not registered: 'ResourceApplyKerasMomentum' (node u)" },
        { HALF NODE("e", "Einsum", IN("x")), tf_unimplemented, "an Einsum of 1 operands, or without equation, node e" },
        { DIAGONAL("1"), tf_unimplemented, "op 'MatrixDiagPartV3' whose input 1 is not 0, node d" },
        { INTS("s", "int_val: [2, 3]", DIM("2")) NODE("r", "StatelessRandomUniformV2", IN("s") IN("s") IN("s") IN("s")),
          tf_unimplemented, "op 'StatelessRandomUniformV2' whose key comes of no seed, node r" },
        { HALF NODE("o", "OptionalFromValue", IN("x")) NODE("i", "Identity", IN("o")), tf_value_error,
          "output 0 is read where there are 0, node o" },
    };
    must_be_mistakes(sizeof mistakes / sizeof *mistakes, mistakes);
}
END_TEST

/* ---- memory that runs out ----------------------------------------------------------------------------------------------------------- */

static long asked, fails_at; /* allocations so far; the one to fail, counted from 1 */
static bool ration(size_t size) { return (void)size, ++asked != fails_at; }

static const char *const scarce[] = { "functional_scan_from_first", "functional_cond_in_loop", "functional_called", "scan_reversed",
                                      "cond_in_loop" };

/* Whether all was read; else the first report, which is of memory. */
static bool read_with_one_less(const tf_graph_def *def, const char *element, long at)
{
    tf_graph *g = tf_graph_new();
    struct tf_with_ in = tf_graph_open_(g);
    asked = 0;
    fails_at = at;
    catch_errors();
    tf1c_alloc_hook = ration;
    const tf_tensor out = tf_at(tf_import_graph_def(def, .return_elements = (const char *[]){ element, NULL }), 0);
    tf1c_alloc_hook = NULL;
    const bool whole = !tf_is_poisoned(out) && !caught()->count;
    ck_assert_msg(whole || caught()->code == tf_memory_error, "allocation %ld: first says %s", at, caught()->message);
    tf_with_close_(&in);
    tf_graph_free(g);
    return whole;
}

static void each_allocation_may_fail(const char *path, const char *element)
{
    tf_graph_def *def = tf_graph_def_read(path);
    ck_assert_ptr_nonnull(def);
    ck_assert(read_with_one_less(def, element, 0));
    for (long i = 1, n = asked; i <= n; i += slowness())
        read_with_one_less(def, element, i);
    catch_errors();
    tf_graph_def_free(def);
}

START_TEST(each_allocation_of_an_import_may_fail)
{
    char path[512], relative[128];
    snprintf(relative, sizeof relative, "golden/frozen/%s.pb", scarce[_i]);
    each_allocation_may_fail(data_path(relative, path, sizeof path), "out:0");
}
END_TEST

START_TEST(each_allocation_of_what_is_raised_may_fail)
{
    static const struct {
        const char *graph, *element;
    } raised[] = { { resources, "gathered_late:0" }, { several, "sum:0" } };
    const char *path = in_folder("raised.pbtxt");
    FILE *f = fopen(path, "w");
    ck_assert(f && fputs(raised[_i].graph, f) >= 0 && fclose(f) == 0);
    each_allocation_may_fail(path, raised[_i].element);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("importing");
    TCase *t = tcase_create("flow");
    tcase_add_checked_fixture(t, open_session_and_folder, close_session_and_folder);
    tcase_add_loop_test(t, loops_and_branches_of_tensorflow_run_and_are_differentiated, 0, (int)(sizeof frozen / sizeof *frozen));
    tcase_add_loop_test(t, own_loops_and_branches_run_once_more, 0, (int)(sizeof own / sizeof *own));
    tcase_add_test(t, functions_that_cannot_be_called_are_named);
    tcase_add_test(t, what_savers_add_is_left_out);
    tcase_add_loop_test(t, each_allocation_of_an_import_may_fail, 0, (int)(sizeof scarce / sizeof *scarce));
    tcase_add_loop_test(t, each_allocation_of_what_is_raised_may_fail, 0, 2);
    tcase_add_test(t, what_waits_for_an_assignment_reads_what_that_left);
    tcase_add_test(t, what_is_not_done_of_it_is_said);
    suite_add_tcase(s, t);
    return run_suite(s);
}
