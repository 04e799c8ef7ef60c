/* Graphs as such: names, look-up, collections, being finalized, and what they look like as text and as a drawing. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"

static void begin(void)
{
    catch_errors();
    tf_reset_default_graph();
}

static void end(void)
{
    tf_reset_default_graph();
    ck_assert_msg(caught()->count == 0, "a report nobody asked for: %s", caught()->message);
}

static void expect_report(tf_status code, const char *message)
{
    ck_assert_msg(caught()->code == code && strcmp(caught()->message, message) == 0, "%s: %s", tf_status_name(caught()->code),
                  caught()->message);
    catch_errors();
}

static tf_tensor named(const char *name) { return tf_constant(1.0, .name = name); }
static const char *name_of(tf_tensor t) { return tf_op_name(tf_tensor_op(t)); }

/* ---- arrays as literals ----------------------------------------------------------------------------------------------------- */
#define EIGHT(x) x, x, x, x, x, x, x, x
#define SIXTY_FOUR(x) EIGHT(x), EIGHT(x), EIGHT(x), EIGHT(x), EIGHT(x), EIGHT(x), EIGHT(x), EIGHT(x)
#define MANY(x) \
    SIXTY_FOUR(x), SIXTY_FOUR(x), SIXTY_FOUR(x), SIXTY_FOUR(x), SIXTY_FOUR(x), SIXTY_FOUR(x), SIXTY_FOUR(x), SIXTY_FOUR(x)
enum { SO_MANY = 512 };
static double value_of(tf_tensor t, int64_t i)
{
    tf_ndarray value = { 0 };
    tf_session *sess = tf_session();
    ck_assert_int_eq(tf_run(sess, FETCH(t, &value)), tf_ok);
    const double element = np_get(value, i);
    np_free(&value);
    tf_close(sess);
    return element;
}

START_TEST(a_call_keeps_all_of_its_literals)
{
    const tf_tensor t =
        tf_concat(LIST(NP_FLOAT(MANY(1)), NP_FLOAT(MANY(2)), NP_FLOAT(MANY(3)), NP_FLOAT(MANY(4)), NP_FLOAT(MANY(5)),
                       NP_FLOAT(MANY(6)), NP_FLOAT(MANY(7)), NP_FLOAT(MANY(8)), NP_FLOAT(MANY(9))),
                  0);
    for (int i = 0; i < 9; i++)
        ck_assert_double_eq(value_of(t, i * SO_MANY), i + 1);
}
END_TEST

START_TEST(a_list_in_braces_is_a_list)
{
    const tf_list one = { .alone = tf_constant(NP_FLOAT(4, 5)) };
    ck_assert_double_eq(value_of(tf_stack(one), 1), 5);
    ck_assert_double_eq(value_of(tf_add_n(one), 0), 4);
}
END_TEST

/* ---- names ----------------------------------------------------------------------------------------------------------------- */
START_TEST(a_taken_name_gets_the_next_number)
{
    ck_assert_str_eq(name_of(named("x")), "x");
    ck_assert_str_eq(name_of(named("x")), "x_1");
    ck_assert_str_eq(name_of(named("x_1")), "x_1_1");
    ck_assert_str_eq(name_of(named("x")), "x_2");
    ck_assert_str_eq(name_of(named("X")), "X_3"); /* names differ by more than case */
    ck_assert_str_eq(name_of(tf_constant(1.0)), "Const");
    ck_assert_str_eq(name_of(tf_constant(1.0)), "Const_1");
}
END_TEST

START_TEST(a_scope_begins_the_names_inside_and_a_second_one_gets_a_number)
{
    tf_with_name_scope("a") {
        ck_assert_str_eq(name_of(named("x")), "a/x");
        tf_with_name_scope("b")
            ck_assert_str_eq(name_of(named("x")), "a/b/x");
    }
    tf_with_name_scope("a")
        ck_assert_str_eq(name_of(named("x")), "a_1/x");
    tf_with_name_scope("a/")
        ck_assert_str_eq(name_of(named("x")), "a/x_1"); /* entered again */
    ck_assert_str_eq(name_of(named("a")), "a_2");
    tf_with_name_scope("c")
        tf_with_name_scope(NULL)
            ck_assert_str_eq(name_of(named("top")), "top");
}
END_TEST

static const char *const bad_names[] = { "a b", "_x", "x:0", "/x", "ä", "-" };

START_TEST(names_are_tensorflows)
{
    char message[96];
    named(bad_names[_i]);
    snprintf(message, sizeof message, "'%s' is not a valid node name", bad_names[_i]);
    expect_report(tf_value_error, message);
}
END_TEST

/* ---- look-up --------------------------------------------------------------------------------------------------------------- */
START_TEST(operations_and_tensors_are_found_by_name)
{
    tf_tensor x = named("x");
    tf_list parts = tf_split(tf_zeros(SHAPE(4)), 2, .name = "halves");
    tf_graph *g = tf_get_default_graph();
    ck_assert(tf_get_operation_by_name(g, "x") == tf_tensor_op(x));
    ck_assert(tf_same_tensor(tf_get_tensor_by_name(g, "x:0"), x));
    ck_assert(tf_same_tensor(tf_get_tensor_by_name(g, "halves:1"), tf_at(parts, 1)));
    ck_assert(tf_op_graph(tf_tensor_op(x)) == g);
    for (int i = 0; i < tf_graph_operation_count(g); i++)
        ck_assert(tf_get_operation_by_name(g, tf_op_name(tf_graph_operation(g, i))) == tf_graph_operation(g, i));
}
END_TEST

static const struct {
    bool tensor;
    const char *name;
    tf_status code;
    const char *message;
} lookup_rows[] = {
    { false, "y", tf_key_error, "\"The name 'y' refers to an Operation not in the graph.\"" },
    { false, "x:0", tf_value_error, "Name 'x:0' appears to refer to a Tensor, not a Operation." },
    { true, "x", tf_value_error,
      "The name 'x' refers to an Operation, not a Tensor. Tensor names must be of the form \"<op_name>:<output_index>\"." },
    { true, "x:1", tf_key_error,
      "\"The name 'x:1' refers to a Tensor which does not exist. The operation, 'x', exists but only has 1 outputs.\"" },
    { true, "y:0", tf_key_error,
      "\"The name 'y:0' refers to a Tensor which does not exist. The operation, 'y', does not exist in the graph.\"" },
};

START_TEST(what_is_not_there_is_said_in_tensorflows_words)
{
    tf_graph *g = tf_get_default_graph();
    named("x");
    if (lookup_rows[_i].tensor)
        ck_assert(tf_is_poisoned(tf_get_tensor_by_name(g, lookup_rows[_i].name)));
    else
        tf_get_operation_by_name(g, lookup_rows[_i].name);
    expect_report(lookup_rows[_i].code, lookup_rows[_i].message);
}
END_TEST

/* ---- collections ------------------------------------------------------------------------------------------------------------- */
START_TEST(a_collection_keeps_what_was_added_in_order_and_twice)
{
    tf_tensor a = named("a"), b = named("b");
    ck_assert_int_eq(tf_get_collection("mine").n, 0);
    tf_add_to_collection("mine", a);
    tf_add_to_collection("mine", b);
    tf_add_to_collection("mine", a);
    tf_add_to_collection("other", b);
    tf_list mine = tf_get_collection("mine");
    ck_assert_int_eq(mine.n, 3);
    ck_assert(tf_same_tensor(mine.items[0], a) && tf_same_tensor(mine.items[1], b) && tf_same_tensor(mine.items[2], a));
    ck_assert_int_eq(tf_get_collection("other").n, 1);
    tf_graph *other = tf_graph_new();
    tf_with_graph(other)
        ck_assert_int_eq(tf_get_collection("mine").n, 0);
    tf_graph_free(other);
}
END_TEST

START_TEST(variables_are_in_the_collections_that_training_asks_for)
{
    tf_tensor w = tf_variable(1.0, .name = "w"), fixed = tf_variable(2.0, .name = "fixed", .trainable = false);
    tf_list all = tf_get_collection(TF_GLOBAL_VARIABLES), trained = tf_get_collection(TF_TRAINABLE_VARIABLES);
    ck_assert(all.n == 2 && tf_same_tensor(all.items[0], w) && tf_same_tensor(all.items[1], fixed));
    ck_assert(trained.n == 1 && tf_same_tensor(trained.items[0], w));
}
END_TEST

START_TEST(names_may_be_several)
{
    tf_tensor w = tf_variable(1.0, false, TF_NAMES("a", TF_GLOBAL_VARIABLES)), none = tf_variable(1.0, false, "");
    tf_tensor v = tf_get_variable("v", SHAPE(), .collections = TF_NAMES("a", "b"), .trainable = false);
    tf_add_to_collections(TF_NAMES("c", "a"), none);
    ck_assert_int_eq(tf_get_collection("a").n, 3);
    ck_assert(tf_same_tensor(tf_at(tf_get_collection("b"), 0), v));
    ck_assert(tf_same_tensor(tf_at(tf_get_collection("c"), 0), none));
    ck_assert_int_eq(tf_global_variables().n, 1);
    ck_assert(tf_same_tensor(tf_at(tf_global_variables(), 0), w));
    char long_name[600];
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    TF_NAMES("a", long_name);
    must_have_reported(tf_value_error, "more than 511 characters");
}
END_TEST

/* Which of these variables TensorFlow 1.15.5 finds for a scope: Python's re.match on their names. */
static const char *const variable_names[] = { "hidden1/kernel", "hidden2/kernel", "hidden3/kernel", "outputs/bias", "hidden10/w" };
enum { VARIABLES = sizeof variable_names / sizeof *variable_names };
static const struct {
    const char *scope, *found;
} scope_rows[] = {
    { "hidden1", "04" },
    { "hidden[12]", "014" },
    { "hidden[3]|outputs", "23" },
    { "hidden\\d/", "012" },
    { "hidden\\d+/w", "4" },
    { "hidden1/kernel:0", "0" },
    { "hidden1$", "" },
    { "hidden1/kernel:0$", "0" },
    { "kernel", "" },
    { ".*kernel", "012" },
    { ".*ker.*?l", "012" },
    { "(?:hidden2|outputs)/b", "3" },
    { "", "01234" },
    { "hidden.*kernel:|^outputs", "0123" },
};

static void make_variables(void)
{
    for (int i = 0; i < VARIABLES; i++)
        tf_get_variable(variable_names[i], SHAPE(1));
}

static void check_found(const char *what, tf_list found, const char *want)
{
    char got[VARIABLES + 1] = "";
    for (int i = 0; i < found.n; i++)
        for (int v = 0; v < VARIABLES; v++)
            if (strcmp(tf_op_name(found.items[i].op), variable_names[v]) == 0)
                got[i] = (char)('0' + v);
    ck_assert_msg(strcmp(got, want) == 0, "%s: \"%s\" and not \"%s\"", what, got, want);
}

START_TEST(a_scope_chooses_variables_as_a_regular_expression)
{
    make_variables();
    check_found(scope_rows[_i].scope, tf_trainable_variables(scope_rows[_i].scope), scope_rows[_i].found);
    check_found(scope_rows[_i].scope, tf_get_collection(TF_GLOBAL_VARIABLES, .scope = scope_rows[_i].scope), scope_rows[_i].found);
}
END_TEST

START_TEST(a_scope_that_cannot_be_read_is_an_error)
{
    make_variables();
    ck_assert_int_eq(tf_trainable_variables("a(b").n, 0);
    ck_assert(caught()->code == tf_value_error && strstr(caught()->message, "The scope 'a(b' is no regular expression: "));
    catch_errors();
}
END_TEST

START_TEST(the_framework_finds_variables_by_name)
{
    make_variables();
    check_found("scope", tf_contrib_framework_get_variables("hidden1"), "04");
    check_found("suffix", tf_contrib_framework_get_trainable_variables(.suffix = "kernel"), "012");
    check_found("local", tf_contrib_framework_get_local_variables(), "");
    check_found("name", tf_contrib_framework_get_variables_by_name("kernel"), "012");
    check_found("name in a scope", tf_contrib_framework_get_variables_by_name("bias", "outputs"), "3");
    check_found("by suffix", tf_contrib_framework_get_variables_by_suffix("nel"), "012");
    static const char *const some[] = { "hidden", NULL }, *const without[] = { "hidden1", NULL },
                             *const not_first[] = { "hidden1/", NULL };
    check_found("to restore", tf_contrib_framework_get_variables_to_restore(.exclude = not_first), "1234");
    check_found("to restore", tf_contrib_framework_get_variables_to_restore(some, without), "12");
    ck_assert_str_eq(tf_op_name(tf_contrib_framework_get_unique_variable("outputs/bias").op), "outputs/bias");
    tf_contrib_framework_get_unique_variable("nope");
    expect_report(tf_value_error, "Couldn't find variable nope");
    tf_contrib_framework_get_unique_variable("hidden1");
    expect_report(tf_value_error, "Variable hidden1 does not uniquely identify a variable");
}
END_TEST

/* ---- finalized ----------------------------------------------------------------------------------------------------------------- */
START_TEST(a_finalized_graph_takes_no_more_and_still_runs)
{
    tf_tensor x = named("x"), y = tf_add(x, 1.0);
    tf_graph *g = tf_get_default_graph();
    ck_assert(!tf_graph_is_finalized(g));
    tf_graph_finalize(g);
    ck_assert(tf_graph_is_finalized(g));
    const int n = tf_graph_operation_count(g);
    ck_assert(tf_is_poisoned(tf_add(x, y)));
    expect_report(tf_runtime_error, "Graph is finalized and cannot be modified.");
    ck_assert_int_eq(tf_graph_operation_count(g), n);
    float value = 0;
    tf_session *s = tf_session();
    must(tf_run(s, FETCH(y, &value)));
    tf_close(s);
    ck_assert(value == 2);
}
END_TEST

/* ---- as text -------------------------------------------------------------------------------------------------------------------- */
START_TEST(a_tensor_is_shown_as_python_shows_it)
{
    char text[128];
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 3), .name = "x");
    ck_assert_str_eq(tf_tensor_text(x, text, sizeof text), "Tensor(\"x:0\", shape=(?, 3), dtype=float32)");
    ck_assert_str_eq(tf_tensor_text(tf_placeholder(tf_int32), text, sizeof text), "Tensor(\"Placeholder:0\", dtype=int32)");
    ck_assert_str_eq(tf_tensor_text(tf_constant(1), text, sizeof text), "Tensor(\"Const:0\", shape=(), dtype=int32)");
    ck_assert_str_eq(tf_tensor_text(x, text, 8), "Tensor("); /* as much as fits */
    ck_assert_str_eq(tf_tensor_name(x, text, sizeof text), "x:0");
    ck_assert_str_eq(tf_tensor_name((tf_tensor){ .op = x.op, .index = 1 }, text, sizeof text), "");
    ck_assert_str_eq(tf_tensor_name((tf_tensor){ 0 }, text, sizeof text), "");
}
END_TEST

static void check_text(char *text, const char *want)
{
    ck_assert_ptr_nonnull(text);
    ck_assert_str_eq(text, want);
    free(text);
}

static tf_tensor two_matrices(void)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 2), .name = "x"), y,
              z = tf_matmul(x, tf_placeholder(tf_float32, SHAPE(2, 1), .name = "w"));
    tf_with_control_dependencies(OPS(z))
        y = tf_identity(x, .name = "y");
    return y;
}

START_TEST(a_graphs_text_has_a_line_for_each_operation)
{
    two_matrices();
    check_text(tf_graph_text(tf_get_default_graph()), "x = Placeholder() dtype=float32 shape=[?,2] -> float32(?, 2)\n"
                                                      "w = Placeholder() dtype=float32 shape=[2,1] -> float32(2, 1)\n"
                                                      "MatMul = MatMul(x, w) transpose_a=false transpose_b=false -> float32(?, 1)\n"
                                                      "y = Identity(x, ^MatMul) -> float32(?, 2)\n");
}
END_TEST

static const char drawing[] = "digraph tf1c {\n"
                              "  node [shape=box, fontname=\"sans-serif\", fontsize=10];\n"
                              "  \"x\" [label=\"x\\nPlaceholder (?, 2)\"];\n"
                              "  \"w\" [label=\"w\\nPlaceholder (2, 1)\"];\n"
                              "  \"MatMul\" [label=\"MatMul\\nMatMul (?, 1)\"];\n"
                              "  \"x\" -> \"MatMul\";\n"
                              "  \"w\" -> \"MatMul\";\n"
                              "  \"y\" [label=\"y\\nIdentity (?, 2)\"];\n"
                              "  \"x\" -> \"y\";\n"
                              "  \"MatMul\" -> \"y\" [style=dashed];\n"
                              "}\n";

START_TEST(a_graphs_drawing_has_an_arrow_for_each_input)
{
    two_matrices();
    check_text(tf_graph_dot(tf_get_default_graph()), drawing);
}
END_TEST

START_TEST(a_drawing_is_written_to_a_file_whole)
{
    char path[] = "/tmp/tf1c-graph-XXXXXX", text[1024];
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    two_matrices();
    must(tf_graph_write_dot(tf_get_default_graph(), path));
    const ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    unlink(path);
    ck_assert_int_eq(n, sizeof drawing - 1);
    text[n] = 0;
    ck_assert_str_eq(text, drawing);
}
END_TEST

START_TEST(a_drawing_that_cannot_be_written_is_an_error)
{
    two_matrices();
    ck_assert(tf_graph_write_dot(tf_get_default_graph(), "/nowhere/at/all.dot") == tf_os_error);
    ck_assert(strstr(caught()->message, "/nowhere/at/all.dot") != NULL);
    catch_errors();
}
END_TEST

static tf_tensor doubled(tf_tensor x, void *unused) { return (void)unused, tf_mul(x, 2.0); }

START_TEST(bodies_stand_inside_their_operations)
{
    tf_map_fn(doubled, tf_placeholder(tf_float32, SHAPE(3), .name = "xs"));
    char *text = tf_graph_text(tf_get_default_graph()), *dot = tf_graph_dot(tf_get_default_graph());
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(dot);
    ck_assert_msg(strstr(text, "\n    ") && strstr(text, "= Mul("), "no body in\n%s", text);
    ck_assert_msg(strstr(dot, "subgraph \"cluster_") && strstr(dot, "\\nMul "), "no body in\n%s", dot);
    int open = 0;
    for (const char *c = dot; *c; c++)
        open += (*c == '{') - (*c == '}');
    ck_assert_int_eq(open, 0);
    free(text);
    free(dot);
}
END_TEST

/* ---- threads: an op whose shape takes its time is made by one, while another comes along ------------------------------------------------ */

static sem_t begun, go_on;
static void slow_shape(tf_shape_ctx *c)
{
    sem_post(&begun);
    sem_wait(&go_on);
    tf_unchanged_shape(c);
}
static const tf_op_def slow_op = {
    .name = "Slow", .in = "x:T", .out = "y:T", .T = TF_DTYPE_BIT(tf_float32), .shape = slow_shape, .gradient = tf_no_gradient
};

static tf_graph *shared;
static void *build_slowly(void *x)
{
    const tf_tensor in = *(tf_tensor *)x;
    tf_with_graph(shared)
        tf_op_unary(&slow_op, tf_operand_tensor(in), (struct tf_name_args){ TF_SOURCE, NULL }, NULL);
    return NULL;
}

START_TEST(two_threads_that_build_one_graph_at_once_are_told)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(2));
    shared = tf_get_default_graph();
    tf_session *s = tf_session();
    const int before = tf_graph_operation_count(shared);
    pthread_t other;
    sem_init(&begun, 0, 0);
    sem_init(&go_on, 0, 0);
    ck_assert_int_eq(pthread_create(&other, NULL, build_slowly, &x), 0);
    sem_wait(&begun);
    tf_tensor y = tf_exp(x), z = tf_exp(y);
    must_have_reported(tf_runtime_error, "Two threads build one graph at the same time");
    ck_assert_int_ne(tf_run(s, z), tf_ok);
    must_have_reported(tf_runtime_error, "Two threads build one graph at the same time");
    sem_post(&go_on);
    pthread_join(other, NULL);
    y = tf_exp(x);
    ck_assert_int_eq(tf_graph_operation_count(shared), before + 2);
    must(tf_run(s, y, FEED(x, NP_FLOAT(0, 0))));
    tf_close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("graph");
    TCase *cases = tcase_create("graph");
    tcase_add_checked_fixture(cases, begin, end);
    tcase_add_test(cases, a_call_keeps_all_of_its_literals);
    tcase_add_test(cases, a_list_in_braces_is_a_list);
    tcase_add_test(cases, a_taken_name_gets_the_next_number);
    tcase_add_test(cases, a_scope_begins_the_names_inside_and_a_second_one_gets_a_number);
    tcase_add_loop_test(cases, names_are_tensorflows, 0, sizeof bad_names / sizeof *bad_names);
    tcase_add_test(cases, operations_and_tensors_are_found_by_name);
    tcase_add_loop_test(cases, what_is_not_there_is_said_in_tensorflows_words, 0, sizeof lookup_rows / sizeof *lookup_rows);
    tcase_add_test(cases, a_collection_keeps_what_was_added_in_order_and_twice);
    tcase_add_loop_test(cases, a_scope_chooses_variables_as_a_regular_expression, 0, (int)(sizeof scope_rows / sizeof *scope_rows));
    tcase_add_test(cases, a_scope_that_cannot_be_read_is_an_error);
    tcase_add_test(cases, the_framework_finds_variables_by_name);
    tcase_add_test(cases, variables_are_in_the_collections_that_training_asks_for);
    tcase_add_test(cases, names_may_be_several);
    tcase_add_test(cases, a_finalized_graph_takes_no_more_and_still_runs);
    tcase_add_test(cases, a_tensor_is_shown_as_python_shows_it);
    tcase_add_test(cases, a_graphs_text_has_a_line_for_each_operation);
    tcase_add_test(cases, a_graphs_drawing_has_an_arrow_for_each_input);
    tcase_add_test(cases, a_drawing_is_written_to_a_file_whole);
    tcase_add_test(cases, a_drawing_that_cannot_be_written_is_an_error);
    tcase_add_test(cases, bodies_stand_inside_their_operations);
    tcase_add_test(cases, two_threads_that_build_one_graph_at_once_are_told);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
