/* What a porter writes who thinks in Python. Most of it means in C what it means there; the rest is one error of the compiler that
 * built this, in words that say what to write. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "tests/support.h"

static char folder[256], output[16384];

static void setup(void) { make_folder(folder, sizeof folder); }
static void teardown(void) { remove_folder(folder); }

/* Statements after x = a constant [2, 3], op its operation, s a session, and what they say: NULL, where `got` is `want`; else what the
 * compiler's errors say, by gcc and by clang, which has `more` to say now and then; or what the program is told when it runs. */
typedef struct {
    const char *name, *code, *gcc, *clang;
    int more;
    const char *told;
} slip;
#define MEANS(name, ...)                        \
    {                                           \
        name, #__VA_ARGS__, NULL, NULL, 0, NULL \
    }
#define IS_TOLD(name, told, ...)                \
    {                                           \
        name, #__VA_ARGS__, NULL, NULL, 0, told \
    }
#define SAYS(name, gcc, clang, more, ...)          \
    {                                              \
        name, #__VA_ARGS__, gcc, clang, more, NULL \
    }
static const slip slips[] = {
    MEANS("list_int", tf_tensor z = tf_zeros(LIST(tf_getitem(tf_shape(x), "0"), 48)); same(tf_shape(z), NP_INT(2, 48));),
    MEANS("list_int_first", tf_tensor z = tf_zeros(LIST(5, tf_getitem(tf_shape(x), "0"))); same(tf_shape(z), NP_INT(5, 2));),
    MEANS("list_zero", tf_tensor z = tf_stack(LIST(tf_getitem(tf_shape(x), "0"), 0)); same(z, NP_INT(2, 0));),
    MEANS("scan_initializer_list", tf_list z = tf_scan(lf, LIST(x, x), .initializer = tf_zeros(SHAPE(3)));
          same(tf_at(z, 0), NP_FLOAT2D({ 0, 0, 0 }, { 0, 0, 0 }));),
    IS_TOLD("scan_fn_kind", "with lists it is a function of lists", tf_scan(sf, LIST(x, x), .initializer = LIST(x));),
    MEANS("scan_single_elems_two_states", tf_list z = tf_scan(lf, x, .initializer = LIST(tf_constant(1.0), tf_constant(2.0)));
          same(tf_at(z, 1), NP_FLOAT(2, 2));),
    MEANS("reduce_axes_positional", tf_tensor z = tf_reduce_mean(x, AXES(0, 1)); same(z, np_reshape(NP_FLOAT(3.5), SCALAR));),
    MEANS("reduce_axis_array", tf_tensor z = tf_reduce_mean(x, .axis = AXES(0, 1)); same(z, np_reshape(NP_FLOAT(3.5), SCALAR));),
    MEANS("adam_tensor_positional", tf_optimizer *z = tf_train_adam_optimizer(tf_constant(.1)); (void)z;),
    MEANS("adam_tensor_keyword", tf_optimizer *z = tf_train_adam_optimizer(.learning_rate = tf_constant(.1)); (void)z;),
    MEANS("seq_len", tf_rnn z = tf_nn_dynamic_rnn(tf_nn_rnn_cell_gru_cell(4), tf_expand_dims(x, 0),
                                                  .sequence_length = tf_constant(NP_INT(1)), .dtype = tf_float32);
          (void)z;),
    SAYS("fetch_value", "FETCH takes pairs of a tensor and where it goes", "not compatible with any generic association type", 0,
         float l = 0;
         tf_run(s, FETCH(x, l));),
    SAYS("fetch_odd", "FETCH takes pairs of a tensor and where it goes", "FETCH takes pairs of a tensor and where it goes", 0,
         float l = 0;
         tf_run(s, FETCH(x, &l, op));),
    MEANS("fetch_list", tf_ndarray a[2] = { 0 }; tf_run(s, FETCH_LIST(LIST(x, x), a)); same(x, a[1]); np_free(&a[0]);
          np_free(&a[1]);),
    SAYS("run_without_session", "tf_run takes a session, what to run", "tf_run takes a session, what to run", 0, tf_run(op);),
    SAYS("eval_without_array", "tf_eval takes a tensor and a tf_ndarray", "tf_eval takes a tensor and a tf_ndarray", 0,
         tf_eval(x);),
    IS_TOLD("fetch_of_an_operation", "has no value to fetch: FETCH(op, NULL), or OPS(op)", float l = 0;
            tf_run(s, FETCH(tf_group(OPS(op)), &l));),
    MEANS(
        "scopes_without_with", tf_tensor w = { 0 }; tf_variable_scope("a", .reuse = tf_AUTO_REUSE) {
            tf_name_scope("n") { w = tf_get_variable("w", SHAPE(2)); }
        } tf_device("/cpu:0") {
            tf_control_dependencies(OPS(op)) { tf_zeros(SHAPE(2)); }
        } const char *name = tf_op_name(tf_tensor_op(w));
        if (name[0] != 'a' || name[2] != 'w') puts(name);),
    MEANS("item", same(tf_getitem(x, 1), NP_FLOAT(4, 5, 6)); same(tf_getitem(x, -2), NP_FLOAT(1, 2, 3)); size_t last = 1;
          same(tf_getitem(x, last), NP_FLOAT(4, 5, 6));),
    MEANS("item_of_tensor", same(tf_getitem(x, tf_constant(1)), NP_FLOAT(4, 5, 6));),
    SAYS("item_of_fraction", "incompatible type for argument 3", "to parameter of incompatible type 'const char *'", 0,
         tf_tensor z = tf_getitem(x, 1.5);
         (void)z;),
    SAYS("feed_raw", "a C array is NP_FLOAT(1, 2) or np_array(a, tf_float32, SHAPE(2))",
         "not compatible with any generic association", 1, float b[6] = { 0 };
         tf_run(s, op, FEED(x, b));),
    SAYS("feed_dict_two", "incompatible types when initializing", "with an expression of incompatible type 'tf_tensor'", 1,
         tf_run(s, op, x, 1.0);),
    SAYS("fetch_by_name", "FETCH takes a tensor, an operation", "not compatible with any generic association type", 0, float l = 0;
         tf_run(s, FETCH("loss:0", &l));),
    SAYS("feed_by_name", "FEED takes a tensor or a cell's state", "not compatible with any generic association type", 0,
         tf_run(s, op, FEED("x", 2));),
    SAYS("shape_of_tensor", "with tensors write LIST(n, 3)", "with tensors write LIST(n, 3)", 0,
         tf_tensor z = tf_zeros(SHAPE(tf_getitem(tf_shape(x), "0"), 3));
         (void)z;),
    SAYS("list_forgotten", "makes pointer from integer without a cast", "incompatible integer to pointer", 0,
         tf_tensor z = tf_concat(x, x, 1);
         (void)z;),
    SAYS("name_of_a_character", "makes pointer from integer without a cast", "incompatible integer to pointer", 0,
         tf_tensor z = tf_get_variable('w', SHAPE(2));
         (void)z;),
    SAYS("activation_by_name", "from incompatible pointer type", "incompatible pointer types", 0,
         tf_tensor z = tf_layers_dense(x, 3, .activation = "relu");
         (void)z;),
    IS_TOLD("list_forgotten_unseen", "was a LIST forgotten?", tf_add(x, x, (const char *)1);),
    IS_TOLD("scope_of_a_number", "was a LIST forgotten?", tf_with_name_scope((const char *)1)(void) x;),
    IS_TOLD("variable_of_a_number", "was a LIST forgotten?", tf_get_variable((const char *)119, SHAPE(2));),
    IS_TOLD("fraction_into_int", "holds 2.75, which an int32_t cannot", int32_t i = 0; tf_run(s, FETCH(tf_constant(2.75), &i));),
    IS_TOLD("fraction_into_bool", "holds 0.5, which a bool cannot", bool b = false; tf_run(s, FETCH(tf_constant(0.5), &b));),
    SAYS("fraction_in_shape", "a SHAPE, and AXES, are of whole numbers", "a SHAPE, and AXES, are of whole numbers", 0,
         double half = 1.5;
         tf_tensor z = tf_zeros(SHAPE(half, 2)); (void)z;),
    SAYS("fraction_alone_in_shape", "a SHAPE, and AXES, are of whole numbers", "a SHAPE, and AXES, are of whole numbers", 0,
         tf_tensor z = tf_zeros(SHAPE(3 * .5f));
         (void)z;),
    SAYS("tensor_alone_in_shape", "a SHAPE is of numbers; with tensors write LIST(n, 3)",
         "a SHAPE is of numbers; with tensors write LIST(n, 3)", 0, tf_tensor z = tf_zeros(SHAPE(tf_constant(3)));
         (void)z;),
    IS_TOLD("fraction_in_np_int", "Expected int64, got 1.5 of type 'float' instead; NP_FLOAT holds fractions", NP_INT(1, 1.5);),
    MEANS("shapes_of_any_whole_number", same(tf_zeros(SHAPE((int)2)), NP_FLOAT(0, 0));
          same(tf_zeros(SHAPE(1 << 1)), NP_FLOAT(0, 0)); same(tf_zeros(SHAPE((2), 'a' - 96)), NP_FLOAT2D({ 0 }, { 0 }));),
    MEANS("whole_into_int", int32_t i = 0; bool b = false; tf_run(s, FETCH(tf_constant(3.0), &i, tf_constant(1.0), &b));
          same(tf_constant(i), np_reshape(NP_INT(b ? 3 : 0), SCALAR));),
    MEANS("range_keywords", same(tf_range(.start = 1, .limit = 4), NP_INT(1, 2, 3));
          same(tf_range(.limit = 4, .start = 1), NP_INT(1, 2, 3)); is(tf_range(3, .dtype = tf_float32), tf_float32);
          is(tf_range(3.0), tf_float32); is(tf_range(0, 3, .delta = 1.), tf_float32); is(tf_range(0, 3), tf_int32);),
    MEANS("linspace_variables", const float a = 0, b = 1; same(tf_linspace(a, b, 3), NP_FLOAT(0, 0.5, 1));),
    MEANS("linspace_keywords", same(tf_linspace(.start = 0., .stop = 1., .num = 3), NP_FLOAT(0, 0.5, 1));),
    MEANS("gradients_keywords",
          same(tf_at(tf_gradients(.xs = x, .ys = tf_nn_l2_loss(.t = x)), 0), NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }));),
    MEANS("contrib_keywords",
          tf_tensor z = tf_contrib_layers_flatten(
              tf_contrib_layers_conv2d(.inputs = tf_zeros(SHAPE(1, 4, 4, 1)), .kernel_size = 3, .num_outputs = 2));
          same(tf_shape(z), NP_INT(1, 32));),
    MEANS("while_keywords", tf_list z = tf_while_loop(.body = wb, .cond = wc, .loop_vars = LIST(0, x));
          same(tf_at(z, 0), np_reshape(NP_INT(3), SCALAR));),
    MEANS("assign_keywords", tf_tensor v = tf_variable(1.0); tf_run(s, tf_variables_initializer(.var_list = v));
          same(tf_assign(.ref = v, .value = 2.0), np_reshape(NP_FLOAT(2), SCALAR));),
    MEANS("scope_keywords",
          tf_with_name_scope(.name = NULL, .default_name = "deep", .values = LIST(x)) same(x, NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }));
          tf_with_variable_scope(.name_or_scope = "kw", .reuse = tf_AUTO_REUSE) tf_get_variable("w", SHAPE(1));),
    MEANS("config", tf_config c = tf_config_proto(.allow_soft_placement = true, .log_device_placement = false,
                                                  .gpu_options = tf_gpu_options(.allow_growth = true));
          c.gpu_options.allow_growth = true; tf_close(tf_session(.config = c)); tf_close(tf_session(.config = tf_config_proto()));),
    MEANS("zero_fraction", same(tf_nn_zero_fraction(NP_FLOAT(0, 1, 0, 2)), np_reshape(NP_FLOAT(0.5), SCALAR));),
    MEANS("global_step", tf_tensor z = tf_train_get_or_create_global_step(); tf_run(s, tf_global_variables_initializer());
          tf_run(s, tf_assign_add(z, 7));
          same(tf_constant((int)tf_train_global_step(s, .global_step_tensor = z)), np_reshape(NP_INT(7), SCALAR));),
    MEANS("collections", tf_get_variable("kept", SHAPE(1), .collections = "mine");
          same(tf_constant(tf_get_collection("mine").n), np_reshape(NP_INT(1), SCALAR));),
    MEANS("group_name", tf_operation *z = tf_group(op, LIST(x, x), "both"); tf_run(s, z);),
    MEANS("concat_axis", tf_tensor z = tf_concat(LIST(x, x), .axis = 1); same(tf_shape(z), NP_INT(2, 6));),
    MEANS("expand_axis", tf_tensor z = tf_expand_dims(x, .axis = 1); same(tf_shape(z), NP_INT(2, 1, 3));),
    MEANS("one_hot_depth", tf_tensor z = tf_one_hot(NP_INT(1), .depth = 2); same(z, NP_FLOAT2D({ 0, 1 }));),
    MEANS("dense_units", tf_tensor z = tf_layers_dense(.inputs = x, .units = 10); same(tf_shape(z), NP_INT(2, 10));),
    MEANS("split_kw", tf_list z = tf_split(x, .num_or_size_splits = 3, .axis = 1); same(tf_at(z, 2), NP_FLOAT2D({ 3 }, { 6 }));),
    SAYS("unstack_list_index", "subscripted value is neither array nor pointer", "subscripted value is not an array", 0,
         tf_tensor z = tf_unstack(x)[0];
         (void)z;),
    SAYS("operator", "invalid operands to binary +", "invalid operands to binary expression", 0, tf_tensor z = x + x; (void)z;),
    SAYS("shape_python", "too_many_or_braces_for_SHAPE_or_LIST", "too_many_or_braces_for_SHAPE_or_LIST", 0,
         tf_tensor z = tf_placeholder(tf_float32, { NONE, 3 });
         (void)z;),
    SAYS("too_many", "too_many_or_braces_for_SHAPE_or_LIST", "too_many_or_braces_for_SHAPE_or_LIST", 0,
         tf_tensor z = tf_concat(LIST(x, x), 0, "c", 1);
         (void)z;),
    SAYS("unknown_keyword", "has no member named", "does not refer to any field", 0, tf_tensor z = tf_reduce_sum(x, .axes_ = 1);
         (void)z;),
    MEANS("while_const", tf_list z = tf_while_loop(wc, wb, LIST(0, x)); same(tf_at(z, 0), np_reshape(NP_INT(3), SCALAR));),
    IS_TOLD("loss_positional", "with named arguments (labels=..., logits=..., ...)",
            tf_tensor z = tf_nn_softmax_cross_entropy_with_logits(x, x);
            (void)z;),
    SAYS("minimize_method", "is a pointer; did you mean to use", "is a pointer; did you mean to use", 1,
         tf_operation *z = tf_train_adam_optimizer(.1).minimize(x);
         (void)z;),
    MEANS("run_list", tf_run(s, LIST(x, x));),
    MEANS("get_variable_init_tensor", tf_tensor z = tf_get_variable("w", .initializer = tf_zeros(SHAPE(2)));
          tf_run(s, tf_global_variables_initializer()); same(z, NP_FLOAT(0, 0));),
    MEANS("get_variable_init_paren", tf_tensor z = tf_get_variable("w", SHAPE(2), .initializer = tf_ones_initializer);
          tf_run(s, tf_global_variables_initializer()); same(z, NP_FLOAT(1, 1));),
    MEANS("activation_lambda", tf_tensor z = tf_layers_dense(x, 3, .activation = tf_sin); (void)z;),
    SAYS("ndarray_c_array", "a C array is NP_FLOAT(1, 2) or np_array(a, tf_float32, SHAPE(2))",
         "not compatible with any generic association", 1, float a[2] = { 1, 2 };
         tf_tensor z = tf_constant(a); (void)z;),
    MEANS("trainable_scope", tf_list z = tf_trainable_variables("actor"); (void)z;),
    MEANS("get_collection_scope", tf_list z = tf_get_collection(TF_TRAINABLE_VARIABLES, .scope = "actor"); (void)z;),
    MEANS("name_scope_values", tf_with_variable_scope("a", .reuse = tf_auto_reuse) tf_get_variable("w", SHAPE(1));),
    MEANS("collection_key", tf_list z = tf_get_collection(tf_graph_keys_TRAINABLE_VARIABLES); (void)z;),
    MEANS("tf_graph", tf_graph *z = tf_graph(); tf_graph_free(z);),
    MEANS("batch_norm", tf_tensor z = tf_layers_batch_normalization(x, .training = true); (void)z;),
    IS_TOLD("saver", "No variables to save", tf_train_saver();),
    IS_TOLD("assign_method", "requires that input 'ref' be a mutable tensor", tf_tensor z = tf_assign(x, x); (void)z;),
    SAYS("clip_pairs", "subscripted value is neither array nor pointer", "subscripted value is not an array", 0,
         tf_grads_and_vars gv = tf_compute_gradients(tf_train_adam_optimizer(.1), x);
         gv[0].grad = x;),
    SAYS("add_n_list", "using type ‘tf_tensor’", "incompatible type 'tf_tensor'", 0, tf_tensor z = tf_add_n(x, x); (void)z;),
    IS_TOLD("transpose_list", "Shape must be rank 1 but is rank 0", tf_tensor z = tf_transpose(x, 1, 0); (void)z;),
    MEANS("transpose_perm_pos", tf_tensor z = tf_transpose(x, PERM(1, 0)); same(tf_shape(z), NP_INT(3, 2));),
    MEANS("tile", tf_tensor z = tf_tile(x, SHAPE(2, 1)); same(tf_shape(z), NP_INT(4, 3));),
    SAYS("float_dtype", "enum tf_dtype", "tf_dtype", 0, tf_tensor z = tf_placeholder("float", SHAPE(3)); (void)z;),
    SAYS("shape_dims", "has no member named ‘shape’", "no member named 'shape'", 0, int z = x.shape[0]; (void)z;),
    SAYS("string_for_axis", "using type ‘char *’", "tf_number_tensor_list_shape_or_array", 0, tf_tensor z = tf_reduce_sum(x, "0");
         (void)z;),
    MEANS("rate_tensor", tf_tensor z = tf_nn_dropout(x, .rate = tf_constant(0.0)); same(z, NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }));),
};

static const char before[] =
    "#include <stdio.h>\n"
    "#include <tf1c.h>\n"
    "static tf_session *s;\n"
    "static tf_tensor sf(tf_tensor h, tf_tensor x, void *c) { return (void)c, tf_add(h, x); }\n"
    "static tf_list lf(tf_list h, tf_list x, void *c) { return (void)c, (void)x, h; }\n"
    "static tf_tensor wc(tf_list v, void *c) { return (void)c, tf_less(tf_at(v, 0), 3); }\n"
    "static tf_list wb(tf_list v, void *c) { return (void)c, LIST(tf_add(tf_at(v, 0), 1), tf_at(v, 1)); }\n"
    "static void same(tf_tensor t, tf_ndarray want)\n"
    "{\n"
    "    tf_ndarray got = { 0 };\n"
    "    char a[512], b[512];\n"
    "    tf_run(s, FETCH(t, &got));\n"
    "    if (tf_dims_equal(got.shape, want.shape))\n"
    "        for (int64_t i = 0; i < np_size(want); i++)\n"
    "            if (np_get(got, i) != np_get(want, i))\n"
    "                printf(\"%s is not %s\\n\", np_text(got, a, sizeof a), np_text(want, b, sizeof b));\n"
    "    if (!tf_dims_equal(got.shape, want.shape))\n"
    "        printf(\"%s is not %s\\n\", np_text(got, a, sizeof a), np_text(want, b, sizeof b));\n"
    "    np_free(&got);\n"
    "}\n"
    "static void is(tf_tensor t, tf_dtype dtype)\n"
    "{\n"
    "    if (tf_get_dtype(t) != dtype)\n"
    "        printf(\"%s is not %s\\n\", tf_dtype_name(tf_get_dtype(t)), tf_dtype_name(dtype));\n"
    "}\n";

/* One program of a function for each slip that a compiler takes, run by its number. */
static void write_program(const slip *only)
{
    char path[512];
    snprintf(path, sizeof path, "%s/program.c", folder);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(before, f);
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
        if (only ? &slips[i] == only : !slips[i].gcc)
            fprintf(f, "static void f%zu(tf_tensor x, tf_operation *op)\n{\n    (void)x, (void)op;\n    %s\n}\n", i, slips[i].code);
    fputs(
        "int main(int n, char **which)\n{\n    (void)sf, (void)lf, (void)wc, (void)wb, (void)same, (void)is, (void)which, (void)n;\n"
        "    tf_tensor x = tf_constant(NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }));\n    s = tf_session();\n",
        f);
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
        if (only ? &slips[i] == only : !slips[i].gcc)
            fprintf(f, "    if (n == %zu)\n        f%zu(x, tf_tensor_op(x));\n", i + 1, i);
    fputs("    tf_close(s);\n    return 0;\n}\n", f);
    fclose(f);
}

/* The program's exit status; what it and the compiler say is in output. */
static int compile(const char *options)
{
    return run_command(output, sizeof output, README_CC " -std=gnu11 %s '%s/program.c' -o '%s/program' " README_LINK " -lm 2>&1",
                       options, folder, folder);
}

START_TEST(what_compiles_means_what_python_means)
{
    char many[256] = "";
    write_program(NULL);
    ck_assert_msg(compile("-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror") == 0, "%s", output);
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++, strcat(many, " -")) {
        if (slips[i].gcc)
            continue;
        const int status = run_command(output, sizeof output, "'%s/program'%s 2>&1", folder, many);
        ck_assert_msg(status == 0, "%s: %s", slips[i].name, output);
        if (slips[i].told)
            ck_assert_msg(strstr(output, slips[i].told) != NULL, "%s: %s", slips[i].name, output);
        else
            ck_assert_msg(*output == '\0', "%s: %s", slips[i].name, output);
    }
}
END_TEST

static int messages(const char *text)
{
    int n = 0;
    for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        const char *end = strchr(line, '\n'), *error = strstr(line, "error: "), *warning = strstr(line, "warning: ");
        n += (error && (!end || error < end)) || (warning && (!end || warning < end));
    }
    return n;
}

START_TEST(what_does_not_compile_is_one_error_in_words)
{
    const slip *s = &slips[_i];
    if (!s->gcc)
        return;
    write_program(s);
    int status = compile("-w");
    if (status == 0) /* a warning made an error, which -w silences */
        status = compile("");
#if defined(__clang__)
    const char *words = s->clang;
    const int most = 1 + s->more;
    if (strcmp(s->name, "float_dtype") == 0)
        return; /* a warning of this compiler's, silenced with the others; the run says the rest */
#else
    const char *words = s->gcc;
    const int most = 1 + (strcmp(s->name, "feed_dict_two") == 0); /* one for either of the pair */
#endif
    ck_assert_msg(status != 0, "%s compiles", s->name);
    ck_assert_msg(strstr(output, words) != NULL, "%s: no '%s' in\n%s", s->name, words, output);
    ck_assert_msg(messages(output) >= 1 && messages(output) <= most, "%s: %d messages\n%s", s->name, messages(output), output);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("slips");
    TCase *tc = tcase_create("slips");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, what_compiles_means_what_python_means);
    tcase_add_loop_test(tc, what_does_not_compile_is_one_error_in_words, 0, (int)(sizeof slips / sizeof *slips));
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
