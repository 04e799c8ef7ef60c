/* Functions of the program's: as ops, and as gradients of others. */
#include "core/alloc.h"
#include "ops/family.h"
#include "tests/fixture.h"
#include "tf1c.h"

/* ---- tf_py_func ------------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    int calls;
    tf_status raises;
} counting;

/* x², and how often it was called. */
static tf_status square(const tf_ndarray *in, tf_ndarray *out, void *context)
{
    counting *c = context;
    out[0] = np_copy(in[0]);
    if (!out[0].data)
        return tf_memory_error;
    for (int64_t i = 0; i < np_size(out[0]); i++)
        ((float *)out[0].data)[i] *= ((float *)out[0].data)[i];
    if (c)
        c->calls++;
    return c && c->raises ? tf_fail(c->raises, TF_SOURCE, NULL, "bad thing %d", 3) : tf_ok;
}

/* Those that are positive, and their number; an input goes on as it is. */
static tf_status positive(const tf_ndarray *in, tf_ndarray *out, void *context)
{
    int64_t n = 0;
    (void)context;
    out[0] = np_zeros(SHAPE(np_size(in[0])), tf_float32);
    out[1] = np_zeros(SCALAR, tf_int64);
    if ((np_size(in[0]) && !out[0].data) || !out[1].data)
        return tf_memory_error;
    for (int64_t i = 0; i < np_size(in[0]); i++)
        if (np_get(in[0], i) > 0)
            ((float *)out[0].data)[n++] = (float)np_get(in[0], i);
    out[0].shape = SHAPE(n);
    *(int64_t *)out[1].data = n;
    out[2] = in[1];
    return tf_ok;
}

START_TEST(a_function_is_called_once_a_run)
{
    counting c = { 0, tf_ok };
    const tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), y = tf_py_func(square, LIST(x), tf_float32, .context = &c);
    ck_assert_str_eq(tf_op_name(y.op), "PyFunc");
    ck_assert(!tf_get_shape(y).known);
    check_run(tf_add(y, 1), FEED(x, NP_FLOAT(1, 2, -3)), NUMBERS(2, 5, 10));
    check_run(tf_add(tf_add(y, y), 1), FEED(x, NP_FLOAT(2)), NUMBERS(9));
    check_run(x, FEED(x, NP_FLOAT(2)), NUMBERS(2));
    ck_assert_int_eq(c.calls, 2);
    const tf_tensor of_constant = tf_py_func(square, LIST(tf_constant(3.0)), tf_float32, false, "named", .context = &c);
    ck_assert_str_eq(tf_op_type(of_constant.op), "PyFuncStateless");
    ck_assert_str_eq(tf_op_name(of_constant.op), "named");
    for (int i = 0; i < 3; i++)
        check_run(of_constant, (tf_feeds){ 0 }, NUMBERS(9));
    ck_assert_int_eq(c.calls, 5);
    ck_assert(tf_is_none(tf_at(tf_gradients(tf_multiply(y, 2.0), LIST(x)), 0)));
}
END_TEST

START_TEST(results_have_any_shapes_and_dtypes)
{
    const tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), s = tf_constant("text");
    const tf_list all = tf_py_func(positive, LIST(x, s), TF_TYPES(tf_float32, tf_int64, tf_string), .name = "f");
    ck_assert_int_eq(all.n, 3);
    ck_assert_int_eq(tf_get_dtype(tf_at(all, 1)), tf_int64);
    check_run(tf_mul(tf_at(all, 0), 2), FEED(x, NP_FLOAT(1, -2, 3)), NUMBERS(2, 6));
    check_run(tf_at(all, 0), FEED(x, NP_FLOAT(-1)), 0, NULL);
    check_run(tf_at(all, 1), FEED(x, NP_FLOAT(1, -2, 3)), NUMBERS(2));
    char text[64];
    tf_ndarray a = { 0 };
    must(tf_run(sess, FETCH(tf_at(all, 2), &a), FEED(x, NP_FLOAT(1))));
    ck_assert_str_eq(np_text(a, text, sizeof text), "b'text'");
    np_free(&a);
}
END_TEST

static tf_tensor step(tf_tensor state, tf_tensor x, void *context)
{
    const tf_tensor y = tf_py_func(square, LIST(x), tf_float32, .context = context);
    tf_set_shape(y, SCALAR);
    return tf_add(tf_mul(state, x), tf_stop_gradient(y));
}

START_TEST(a_loop_calls_it_at_each_step)
{
    counting c = { 0, tf_ok };
    const tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), w = tf_constant(2.0);
    const tf_tensor ys = tf_scan(step, tf_mul(x, w), tf_constant(1.0), .context = &c);
    check_run(ys, FEED(x, NP_FLOAT(1, 2)), NUMBERS(2 + 4, 6 * 4 + 16));
    ck_assert_int_eq(c.calls, 2);
    check_run(tf_at(tf_gradients(ys, LIST(w)), 0), FEED(x, NP_FLOAT(1, 2)), NUMBERS(1 + 4 + 6 * 2));
}
END_TEST

static tf_status nothing(const tf_ndarray *in, tf_ndarray *out, void *context)
{
    (void)in;
    (void)out;
    (void)context;
    return tf_ok;
}

static const struct {
    tf_status raises, code;
    const char *message;
} errors[] = {
    { tf_value_error, tf_invalid_argument, "ValueError: bad thing 3" },
    { tf_type_error, tf_invalid_argument, "TypeError: bad thing 3" },
    { tf_out_of_range, tf_out_of_range, "StopIteration: bad thing 3" },
    { tf_memory_error, tf_resource_exhausted, "MemoryError: bad thing 3" },
    { tf_unimplemented, tf_unimplemented, "NotImplementedError: bad thing 3" },
    { tf_key_error, tf_unknown, "KeyError: bad thing 3" },
};

START_TEST(what_it_fails_with_is_the_runs_error)
{
    counting c = { 0, errors[_i].raises };
    const tf_tensor y = tf_py_func(square, LIST(tf_constant(3.0)), tf_float32, .context = &c);
    ck_assert_int_eq(tf_run(sess, FETCH(y, NULL)), errors[_i].code);
    must_have_reported(errors[_i].code, errors[_i].message);
}
END_TEST

START_TEST(results_must_be_what_was_said)
{
    const tf_list x = LIST(tf_constant(3.0));
    tf_run(sess, FETCH(tf_py_func(square, x, tf_float64), NULL));
    must_have_reported(tf_invalid_argument, "0-th value returned by PyFunc is float, but expects double");
    tf_run(sess, FETCH(tf_at(tf_py_func(square, x, TF_TYPES(tf_float32, tf_float32)), 1), NULL));
    must_have_reported(tf_invalid_argument, "PyFunc_1 returns 1 values, but expects to see 2 values.");
    tf_run(sess, FETCH(tf_py_func(nothing, (tf_list){ 0 }, tf_float32), NULL));
    must_have_reported(tf_invalid_argument, "PyFunc_2 returns 0 values, but expects to see 1 values.");
    const tf_tensor set = tf_py_func(square, x, tf_float32);
    tf_set_shape(set, SHAPE(2));
    tf_run(sess, FETCH(set, NULL));
    must_have_reported(tf_invalid_argument, "Output 0 has the shape [], but was set to [2]");
    tf_py_func(NULL, x, tf_float32);
    must_have_reported(tf_value_error, "Expected func to be callable");
    tf_py_func(square, x, ((tf_types){ 0 }));
    must_have_reported(tf_value_error, "Tout has 0 dtypes");
    tf_py_func(square, x, tf_dtype_unset);
    must_have_reported(tf_type_error, "Expected DataType for argument 'Tout' not");
}
END_TEST

/* ---- tf_custom_gradient: the values of tf.custom_gradient in TensorFlow 1.15.5 ------------------------------------------------------------ */

static tf_list log1pexp_grad(tf_list dy, tf_list saved, void *context)
{
    (void)context;
    return LIST(tf_mul(tf_at(dy, 0), tf_sub(1, tf_truediv(1, tf_add(1, tf_at(saved, 0))))));
}
static tf_custom log1pexp(tf_list x, void *context)
{
    (void)context;
    tf_tensor e = tf_exp(tf_at(x, 0));
    return (tf_custom){ LIST(tf_log(tf_add(1, e))), log1pexp_grad, LIST(e) };
}

START_TEST(a_function_brings_its_gradient)
{
    const tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), y = tf_at(tf_custom_gradient(log1pexp, LIST(x)), 0);
    ck_assert_str_eq(tf_op_name(y.op), "IdentityN");
    check_run(y, FEED(x, NP_FLOAT(0, 1)), NUMBERS(0.6931471805599453, 1.3132616875182228));
    const tf_tensor dx = tf_at(tf_gradients(y, LIST(x)), 0);
    check_run(dx, FEED(x, NP_FLOAT(0, 100)), NUMBERS(0.5, 1));
    check_run(tf_at(tf_gradients(dx, LIST(x)), 0), FEED(x, NP_FLOAT(0)), NUMBERS(0.25));
}
END_TEST

/* y, z = a·b, a + b, with gradients that tell what came: the first 10·dy, none for the second. */
static tf_list odd_grad(tf_list dy, tf_list saved, void *context)
{
    (void)saved;
    (void)context;
    return LIST(tf_add(tf_mul(10, tf_at(dy, 0)), tf_at(dy, 1)), (tf_tensor){ 0 });
}
static tf_custom odd(tf_list x, void *context)
{
    (void)context;
    const tf_tensor a = tf_at(x, 0), b = tf_at(x, 1);
    return (tf_custom){ .y = LIST(tf_mul(a, b), tf_add(a, b)), .grad = odd_grad };
}
static tf_list short_grad(tf_list dy, tf_list saved, void *context)
{
    (void)saved;
    (void)context;
    return LIST(tf_at(dy, 0));
}
static tf_custom wrong(tf_list x, void *context)
{
    return (tf_custom){ .y = LIST(tf_at(x, 0)), .grad = context ? short_grad : NULL };
}

START_TEST(it_may_have_several_results_and_arguments)
{
    const tf_tensor a = tf_variable(3.0), b = tf_constant(2.0);
    const tf_list yz = tf_custom_gradient(odd, LIST(a, b));
    must(tf_run(sess, tf_global_variables_initializer()));
    ck_assert_int_eq(yz.n, 2);
    check_run(tf_at(yz, 1), (tf_feeds){ 0 }, NUMBERS(5));
    check_run(tf_at(tf_gradients(tf_at(yz, 0), LIST(a)), 0), (tf_feeds){ 0 }, NUMBERS(10));
    check_run(tf_at(tf_gradients(yz, LIST(a)), 0), (tf_feeds){ 0 }, NUMBERS(11));
    ck_assert(tf_is_none(tf_at(tf_gradients(tf_at(yz, 0), LIST(b)), 0)));
    tf_gradients(tf_at(tf_custom_gradient(wrong, LIST(a, b), .context = &sess), 0), LIST(a));
    must_have_reported(tf_value_error, "Num gradients 2 generated for op IdentityN_1 do not match num inputs 3");
    tf_custom_gradient(wrong, LIST(a, b));
    must_have_reported(tf_value_error, "returned no gradient function");
}
END_TEST

static tf_tensor custom_step(tf_tensor state, tf_tensor x, void *context)
{
    (void)context;
    return tf_mul(state, tf_at(tf_custom_gradient(log1pexp, LIST(x)), 0));
}

START_TEST(a_loop_keeps_what_its_gradient_reads)
{
    const tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE));
    const tf_tensor y = tf_getitem(tf_scan(custom_step, x, tf_constant(1.0)), "-1");
    check_run(y, FEED(x, NP_FLOAT(0, 1)), NUMBERS(0.6931471805599453 * 1.3132616875182228));
    check_run(tf_at(tf_gradients(y, LIST(x)), 0), FEED(x, NP_FLOAT(0, 1)),
              NUMBERS(0.5 * 1.3132616875182228, 0.6931471805599453 * 0.7310585786300049));
}
END_TEST

/* ---- gradients by name -------------------------------------------------------------------------------------------------------------------- */

static void five_times(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_mul(tf_mul(dy, 5.0), g->in[0])); }

static tf_tensor squares(tf_tensor x, void *context)
{
    (void)context;
    return tf_square(x);
}

START_TEST(a_block_gives_ops_another_gradient)
{
    tf_tensor y = { 0 }, inside = { 0 }, unknown = { 0 };
    const tf_tensor x = tf_placeholder(tf_float32, SHAPE(2));
    must(tf_register_gradient("CustomSquare", five_times));
    tf_register_gradient("CustomSquare", five_times);
    must_have_reported(tf_key_error, "Registering two gradient with name 'CustomSquare'! (Previous registration was in ");
    tf_register_gradient("Square", five_times);
    must_have_reported(tf_key_error, "Registering two gradient with name 'Square'!");
    tf_with_gradient_override_map("Square", "CustomSquare", "Exp", "NoSuchGradient")
    {
        y = tf_square(x);
        inside = tf_map_fn(squares, x);
        unknown = tf_exp(x);
    }
    check_run(tf_at(tf_gradients(y, LIST(x)), 0), FEED(x, NP_FLOAT(1, 2)), NUMBERS(5, 10));
    check_run(tf_at(tf_gradients(inside, LIST(x)), 0), FEED(x, NP_FLOAT(1, 2)), NUMBERS(5, 10));
    check_run(tf_at(tf_gradients(tf_square(x), LIST(x)), 0), FEED(x, NP_FLOAT(1, 2)), NUMBERS(2, 4));
    tf_gradients(unknown, LIST(x));
    must_have_reported(tf_lookup_error, "No gradient defined for operation 'Exp' (op type: Exp)");
    tf_with_gradient_override_map("Square") tf_square(x);
    must_have_reported(tf_type_error, "op_type_map must be a dictionary mapping strings to strings");
}
END_TEST

/* ---- tf_hessians -------------------------------------------------------------------------------------------------------------------------- */

START_TEST(hessians_are_matrices_of_second_derivatives)
{
    const tf_tensor x = tf_placeholder(tf_float32, SHAPE(2)), m = tf_placeholder(tf_float32, SHAPE(NONE, 2));
    const tf_tensor y = tf_mul(tf_square(tf_getitem(x, "0")), tf_getitem(x, "1"));
    const tf_tensor h = tf_at(tf_hessians(y, LIST(x)), 0);
    check_run(h, FEED(x, NP_FLOAT(3, 5)), NUMBERS(10, 6, 6, 0));
    const tf_tensor of_m = tf_at(tf_hessians(tf_reduce_sum(tf_pow(m, 3.0)), m), 0);
    ck_assert_int_eq(tf_get_shape(of_m).rank, 4);
    check_run(of_m, FEED(m, NP_FLOAT2D({ 1, 2 })), NUMBERS(6, 0, 0, 12));
    tf_hessians(y, LIST(m));
    must_have_reported(tf_value_error, "None values not supported.");
}
END_TEST

/* ---- without memory ------------------------------------------------------------------------------------------------------------------------ */

static int left;
static bool fails_once(size_t size)
{
    (void)size;
    return left-- != 0;
}

/* All of these in one graph, and a run of it; whichever allocation fails, there is a report and no more. */
static void build_and_run(void)
{
    tf_graph *g = tf_graph_new();
    catch_errors();
    if (!g)
        return;
    tf_with_graph(g) {
        const tf_tensor x = tf_placeholder(tf_float32, SHAPE(2));
        const tf_list many = tf_py_func(positive, LIST(x, tf_constant("s")), TF_TYPES(tf_float32, tf_int64, tf_string));
        tf_tensor y = { 0 };
        tf_with_gradient_override_map("Square", "OfAllocations") y = tf_square(tf_at(tf_custom_gradient(odd, LIST(x, x)), 0));
        const tf_tensor dx = tf_at(tf_gradients(y, LIST(x)), 0), h = tf_at(tf_hessians(tf_reduce_sum(tf_pow(x, 3.0)), LIST(x)), 0);
        tf_session *session = tf_session(.graph = g);
        tf_run(session, FETCH(tf_at(many, 0), NULL, tf_at(many, 2), NULL, dx, NULL, h, NULL), FEED(x, NP_FLOAT(1, 2)));
        tf_close(session);
    }
    tf_graph_free(g);
}

START_TEST(every_allocation_may_fail)
{
    int n = 0;
    must(tf_register_gradient("OfAllocations", five_times));
    for (;; n++) {
        left = n;
        tf1c_alloc_hook = fails_once;
        build_and_run();
        tf1c_alloc_hook = NULL;
        if (left >= 0)
            break;
    }
    ck_assert_msg(n > 20, "only %d allocations", n);
    build_and_run();
    ck_assert_msg(caught()->count == 0, "%s", caught()->message);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("script");
    TCase *functions = tcase_create("functions"), *gradients = tcase_create("gradients");
    tcase_add_checked_fixture(functions, open_session, close_session);
    tcase_add_test(functions, a_function_is_called_once_a_run);
    tcase_add_test(functions, results_have_any_shapes_and_dtypes);
    tcase_add_test(functions, a_loop_calls_it_at_each_step);
    tcase_add_loop_test(functions, what_it_fails_with_is_the_runs_error, 0, (int)(sizeof errors / sizeof *errors));
    tcase_add_test(functions, results_must_be_what_was_said);
    suite_add_tcase(s, functions);
    tcase_add_checked_fixture(gradients, open_session, close_session);
    tcase_add_test(gradients, a_function_brings_its_gradient);
    tcase_add_test(gradients, it_may_have_several_results_and_arguments);
    tcase_add_test(gradients, a_loop_keeps_what_its_gradient_reads);
    tcase_add_test(gradients, a_block_gives_ops_another_gradient);
    tcase_add_test(gradients, hessians_are_matrices_of_second_derivatives);
    tcase_add_test(gradients, every_allocation_may_fail);
    suite_add_tcase(s, gradients);
    return run_suite(s);
}
