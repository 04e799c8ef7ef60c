/* Handlers that jump out of failing calls, and graphs that are reset or freed while scopes are open on them. */
#include <setjmp.h>
#include <string.h>

#include "support.h"
#include "tf1c.h"

static jmp_buf out;
static int jumps;
static void jump(const tf_error *e)
{
    (void)e;
    jumps++;
    longjmp(out, 1);
}

static tf_tensor bad(void) { return tf_add(NP_FLOAT(1, 2, 3), NP_FLOAT(1, 2)); }
static tf_tensor bad_step(tf_tensor state, tf_tensor x, void *none)
{
    (void)none;
    tf_with_name_scope("inside")
        return tf_mul(tf_add(state, x), bad());
    return state;
}
static tf_tensor bad_map(tf_tensor x, void *none)
{
    (void)none;
    tf_with_control_dependencies(OPS(tf_neg(x)))
        return bad();
    return x;
}
static tf_tensor bad_branch(void *none)
{
    (void)none;
    return bad();
}
static tf_tensor below(tf_list vars, void *none)
{
    (void)none;
    return tf_less(tf_at(vars, 0), 3.0);
}
static tf_list bad_body(tf_list vars, void *none)
{
    (void)vars;
    (void)none;
    tf_with_variable_scope("v")
        return LIST(bad());
    return vars;
}
static tf_cell_output bad_call(tf_cell *self, tf_tensor inputs, tf_state *state, tf_source here)
{
    (void)self;
    (void)here;
    return (tf_cell_output){ tf_mul(inputs, bad()), state };
}

static void scans(tf_tensor x) { tf_scan(bad_step, x); }
static void folds(tf_tensor x) { tf_foldl(bad_step, x); }
static void maps(tf_tensor x) { tf_map_fn(bad_map, x); }
static void branches(tf_tensor x) { tf_cond(tf_less(tf_reduce_sum(x), 1.0), bad_branch, bad_branch); }
static void loops(tf_tensor x) { tf_while_loop(below, bad_body, LIST(tf_reduce_sum(x))); }
static void cells(tf_tensor x)
{
    tf_cell *cell = tf_cell_new(.call = bad_call, .output_size = SHAPE(3), .state_size = { .shape = SHAPE(3) });
    tf_nn_dynamic_rnn(cell, tf_expand_dims(x, 0), .dtype = tf_float32);
}
static void nested(tf_tensor x)
{
    tf_with_name_scope("deep")
        scans(x);
}
static void fails(tf_tensor x)
{
    (void)x;
    bad();
}
static void (*const ways[])(tf_tensor) = { scans, folds, maps, branches, loops, cells, nested, fails };

static void check_usable(const char *name)
{
    float f = 0;
    tf_tensor y = tf_add(1.0, 2.0, .name = "after");
    ck_assert_str_eq(tf_op_name(tf_tensor_op(y)), name);
    tf_session *s = tf_session();
    ck_assert_int_eq(tf_run(s, FETCH(y, &f)), tf_ok);
    ck_assert_float_eq(f, 3);
    tf_close(s);
}

START_TEST(the_builder_is_usable_after_a_handler_jumped_out)
{
    tf_tensor x = tf_constant(NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }));
    tf_on_error(jump);
    if (!setjmp(out))
        ways[_i](x);
    tf_on_error(NULL);
    ck_assert_int_eq(jumps, 1);
    check_usable("after");
    ck_assert_str_eq(tf_get_variable_scope().name, "");
    tf_clear_error();
    tf_reset_default_graph();
    ck_assert_int_eq(tf_last_error()->code, tf_ok);
}
END_TEST

/* ---- calls that hold memory of their own while they find the mistake: it is given back before the handler is called, which
 * LeakSanitizer and valgrind see ----------------------------------------------------------------------------------------------- */

static const char no_name[] = "no name!";

static void concats(tf_tensor x) { tf_concat(LIST(x, tf_constant(NP_FLOAT(1))), 0); }
static void stacks(tf_tensor x) { tf_stack(LIST(x, tf_constant(NP_FLOAT(1)))); }
static void sums(tf_tensor x) { tf_add_n(LIST(x, tf_constant(NP_FLOAT(1, 2)))); }
static void prints(tf_tensor x) { tf_print(x, LIST(x, x), .name = no_name); }
static void asserts(tf_tensor x) { tf_assert(x, LIST(x)); }
static void groups(tf_tensor x) { tf_group(x, no_name); }
static void initializers(tf_tensor x)
{
    (void)x;
    tf_variables_initializer(LIST(tf_get_variable("v", SHAPE(2))), .name = no_name);
}
static void waits(tf_tensor x)
{
    tf_operation *ops[] = { x.op, NULL };
    tf_with_control_dependencies(((tf_ops){ 2, ops }))
        tf_neg(x);
}
static void samples(tf_tensor x)
{
    tf_nn_fixed_unigram_candidate_sampler(tf_cast(x, tf_int64), 3, 20, false, 5, .unigrams = NP_FLOAT(5, 1));
}
static void enqueues(tf_tensor x)
{
    tf_queue *q = tf_fifo_queue(3, TF_TYPES(tf_float32), .shapes = TF_SHAPES(SHAPE(9)));
    tf_enqueue(q, x);
}
static void decodes(tf_tensor x)
{
    (void)x;
    tf_decode_csv(NP_STRING("1,2"), LIST(tf_constant(0), tf_constant(1)), .name = no_name);
}
static void parses(tf_tensor x) { tf_parse_single_example(x, TF_FEATURES({ "x", tf_fixed_len_feature(SCALAR, tf_float32) })); }
static tf_grads_and_vars pairs(tf_optimizer *o, tf_tensor x)
{
    return tf_compute_gradients(o, tf_reduce_sum(tf_mul(x, tf_get_variable("v", SHAPE(2, 3)))));
}
static void applies(tf_tensor x)
{
    tf_optimizer *o = tf_train_gradient_descent_optimizer(.1);
    tf_apply_gradients(o, pairs(o, x), .name = no_name);
}
static void differentiates(tf_tensor x) { tf_gradients(LIST(x, tf_exp(x)), LIST(x), .grad_ys = LIST(x, tf_constant(1))); }
static void (*const holding[])(tf_tensor) = { concats, stacks,  sums,     prints,  asserts, groups,  initializers,
                                              waits,   samples, enqueues, decodes, parses,  applies, differentiates };

/* What goes with files and sessions. */
static void loads(tf_tensor x)
{
    (void)x;
    np_load(data_path("golden/op_defs.txt", (char[600]){ 0 }, 600));
}
static void opens(tf_tensor x)
{
    (void)x;
    np_npz_open(data_path("golden/op_defs.txt", (char[600]){ 0 }, 600));
}
static void archives(tf_tensor x)
{
    (void)x;
    tf_ndarray a = NP_FLOAT(1, 2);
    np_savez("/no/such/place.npz", 1, (const char *[]){ "a" }, &a);
}
static void saves(tf_tensor x)
{
    (void)x;
    tf_get_variable("v", SHAPE(2));
    tf_session *s = tf_session();
    tf_saver *saver = tf_train_saver();
    tf_run(s, tf_global_variables_initializer());
    tf_error_handler *before = tf_on_error(tf_silent);
    tf_save(saver, s, "/no/such/place"); /* a handler that returns: the session has to be closed */
    tf_close(s);
    tf_on_error(before);
    tf_save(saver, NULL, "/no/such/place");
}
static void restores(tf_tensor x)
{
    (void)x;
    tf_train_new_checkpoint_reader("/no/such/place");
}
static void saves_two_of_a_name(tf_tensor x)
{
    (void)x;
    tf_train_saver(LIST(tf_get_variable("v", SHAPE(2)), tf_get_variable("w", SHAPE(2))), .names = (const char *[]){ "v", "v" });
}
static void imports(tf_tensor x)
{
    (void)x;
    tf_import_graph_def(data_path("golden/frozen/cond.pb", (char[600]){ 0 }, 600), .name = no_name);
}
static void imports_text(tf_tensor x)
{
    (void)x;
    tf_import_graph_def(data_path("golden/op_defs.txt", (char[600]){ 0 }, 600));
}
static void freezes(tf_tensor x)
{
    (void)x;
    static tf_graph_def node = { 11, "\n\t\n\1a\22\4NoOp" };
    static tf_session *s;
    s = s ? s : tf_session();
    tf_graph_util_convert_variables_to_constants(s, &node, ((const char *[]){ "z", NULL }));
}
static void writes(tf_tensor x)
{
    (void)x;
    tf_train_write_graph(tf_get_default_graph(), "/no/such/place", "g.pb", .as_text = false);
}
static void summarizes(tf_tensor x)
{
    (void)x;
    tf_summary_file_writer("/dev/null/events");
}
static void copies(tf_tensor x)
{
    (void)x;
    tf_gfile_copy("/dev/null", "/no/such/place", true);
}
static void (*const filing[])(tf_tensor) = {
    loads, opens, archives, saves, restores, saves_two_of_a_name, imports, imports_text, freezes, writes, summarizes, copies,
};

static void check_jump(void (*way)(tf_tensor))
{
    tf_tensor x = tf_constant(NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }));
    tf_on_error(jump);
    if (!setjmp(out))
        way(x);
    tf_on_error(NULL);
    ck_assert_int_eq(jumps, 1);
    check_usable("after");
    tf_clear_error();
    tf_reset_default_graph();
}

START_TEST(what_a_call_holds_is_given_back_before_the_handler_is_called)
{
    check_jump(holding[_i]);
}
END_TEST

START_TEST(files_are_closed_before_the_handler_is_called)
{
    check_jump(filing[_i]);
}
END_TEST

static bool attempt(void (*way)(tf_tensor), tf_tensor x)
{
    if (setjmp(out)) {
        tf_on_error(NULL);
        return false;
    }
    tf_on_error(jump);
    way(x);
    return true;
}

/* What the caller of the function that was jumped into has opened stays open. */
START_TEST(blocks_further_out_than_the_jump_stay_open)
{
    tf_tensor x = tf_constant(NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }));
    tf_with_name_scope("outer") {
        ck_assert(!attempt(ways[_i], x));
        check_usable("outer/after");
    }
    tf_reset_default_graph();
}
END_TEST

START_TEST(blocks_between_setjmp_and_the_mistake_are_closed)
{
    tf_tensor x = tf_constant(NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }));
    tf_on_error(jump);
    if (!setjmp(out))
        tf_with_name_scope("a")
            tf_with_variable_scope("b")
                tf_with_control_dependencies(OPS(x))
                    ways[_i](x);
    tf_on_error(NULL);
    check_usable("after");
    ck_assert_int_eq(tf_op_control_input_count(tf_get_operation_by_name(tf_get_default_graph(), "after")), 0);
    tf_reset_default_graph();
}
END_TEST

static tf_error_handler *inner;
static void builds(const tf_error *e)
{
    (void)e;
    inner = tf_on_error(tf_silent);
    tf_constant(1.0, .name = "by_the_handler");
    tf_on_error(builds);
}

START_TEST(a_handler_that_builds_and_returns_closes_nothing)
{
    tf_on_error(builds);
    tf_with_name_scope("open") {
        bad();
        ck_assert_str_eq(tf_op_name(tf_tensor_op(tf_constant(1.0, .name = "still"))), "open/still");
    }
    tf_on_error(tf_silent);
    ck_assert_ptr_nonnull(tf_get_operation_by_name(tf_get_default_graph(), "open/by_the_handler"));
    tf_reset_default_graph();
}
END_TEST

/* TF: of the four only a variable scope refuses. */
START_TEST(a_graph_may_be_reset_while_scopes_are_open)
{
    tf_on_error(tf_silent);
    tf_with_name_scope("a") {
        tf_constant(1.0);
        tf_reset_default_graph();
        ck_assert_str_eq(tf_op_name(tf_tensor_op(tf_constant(2.0, .name = "c"))), "c");
    }
    ck_assert_str_eq(tf_op_name(tf_tensor_op(tf_constant(2.0, .name = "d"))), "d");
    tf_with_control_dependencies(OPS(tf_constant(1.0))) {
        tf_reset_default_graph();
        ck_assert_int_eq(tf_op_control_input_count(tf_tensor_op(tf_constant(2.0))), 0);
    }
    tf_with_device("/cpu:0") {
        tf_reset_default_graph();
        ck_assert_str_eq(tf_op_device(tf_tensor_op(tf_constant(2.0))), "");
    }
    ck_assert_int_eq(tf_last_error()->code, tf_ok);
    tf_with_variable_scope("v") {
        tf_reset_default_graph();
        ck_assert_int_eq(tf_last_error()->code, tf_runtime_error);
    }
    tf_graph *g = tf_graph_new();
    tf_with_graph(g) {
        tf_with_name_scope("in") {
            tf_graph_free(g);
            tf_constant(1.0);
        }
    }
    tf_reset_default_graph();
}
END_TEST

int main(void)
{
    const int n = sizeof ways / sizeof *ways;
    Suite *s = suite_create("jumps");
    TCase *t = tcase_create("handlers that jump");
    tcase_add_loop_test(t, the_builder_is_usable_after_a_handler_jumped_out, 0, n);
    tcase_add_loop_test(t, blocks_further_out_than_the_jump_stay_open, 0, n);
    tcase_add_loop_test(t, blocks_between_setjmp_and_the_mistake_are_closed, 0, n);
    tcase_add_loop_test(t, what_a_call_holds_is_given_back_before_the_handler_is_called, 0, sizeof holding / sizeof *holding);
    tcase_add_loop_test(t, files_are_closed_before_the_handler_is_called, 0, sizeof filing / sizeof *filing);
    tcase_add_test(t, a_handler_that_builds_and_returns_closes_nothing);
    suite_add_tcase(s, t);
    t = tcase_create("graphs with open scopes");
    tcase_add_test(t, a_graph_may_be_reset_while_scopes_are_open);
    suite_add_tcase(s, t);
    return run_suite(s);
}
