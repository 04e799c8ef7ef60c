/* Denormal numbers against TensorFlow 1.15.5 (tests/golden/denormals.npz): they count as zeros in every run, on every thread, and
 * the caller's thread has its own way again when the run ends. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "core/denormals.h"
#include "fixture.h"

static np_npz *npz;

static void setup(void)
{
    char path[512];
    open_session();
    npz = np_npz_open(data_path("golden/denormals.npz", path, sizeof path));
    ck_assert_msg(npz != NULL, "%s: %s", path, caught()->message);
}

static void teardown(void)
{
    np_npz_close(npz);
    close_session();
}

/* ---- functions, as make_denormals.py has them -------------------------------------------------------------------------------- */
typedef struct {
    tf_tensor x, y;
    tf_dtype wide;       /* the other of the two dtypes */
    double root, deep;   /* whose square, and whose e^-deep, are denormal */
    tf_ndarray known[2]; /* what is fed */
} inputs;

static tf_tensor deep_below(const inputs *in) { return tf_sub(in->y, in->deep); }
static tf_tensor tiny_roots(const inputs *in) { return tf_mul(in->root * .01, in->y); }

/* clang-format off */
#define FUNCTIONS(row) \
    row(mul, tf_mul(in->x, in->y)) \
    row(add, tf_add(in->x, in->x)) \
    row(sub, tf_sub(in->x, tf_mul(.9, in->x))) \
    row(div, tf_truediv(in->y, in->x)) \
    row(quotient, tf_truediv(in->x, 1e3)) \
    row(square, tf_square(tiny_roots(in))) \
    row(sqrt, tf_sqrt(tf_mul(16, tf_abs(in->x)))) \
    row(reciprocal, tf_reciprocal(in->x)) \
    row(exp, tf_exp(deep_below(in))) \
    row(sigmoid, tf_sigmoid(deep_below(in))) \
    row(softplus, tf_nn_softplus(deep_below(in))) \
    row(tanh, tf_tanh(tf_mul(1e6, in->x))) \
    row(relu, tf_nn_relu(in->x)) \
    row(maximum, tf_maximum(in->x, 0)) \
    row(equal, tf_equal(in->x, 0)) \
    row(greater, tf_greater(in->x, 0)) \
    row(sign, tf_sign(in->x)) \
    row(floor, tf_floor(in->x)) \
    row(identity, tf_identity(in->x)) \
    row(concat, tf_concat(LIST(in->x, in->y), 0)) \
    row(cast, tf_cast(in->x, in->wide)) \
    row(bool, tf_cast(in->x, tf_bool)) \
    row(sum, tf_reduce_sum(tf_mul(in->x, .1))) \
    row(mean, tf_reduce_mean(tf_getitem(in->x, "2:4"))) \
    row(product, tf_reduce_prod(tf_getitem(in->x, "2:5"))) \
    row(matmul, tf_matmul(tf_mul(tf_getitem(in->x, "None"), .1), tf_getitem(in->y, ":, None"))) \
    row(outer, tf_matmul(tf_getitem(in->y, ":, None"), tf_getitem(in->x, "None"))) \
    row(softmax, tf_nn_softmax(tf_stack(LIST(in->y, deep_below(in))))) \
    row(l2_loss, tf_nn_l2_loss(tiny_roots(in))) \
    row(folded, tf_mul(tf_constant(in->known[0]), tf_constant(in->known[1])))
/* clang-format on */

#define FUNCTION(name, e) \
    static tf_tensor make_##name(const inputs *in) { return e; }
FUNCTIONS(FUNCTION)
#define ROW(name, e) { #name, make_##name },
static const struct {
    const char *name;
    tf_tensor (*make)(const inputs *in);
} functions[] = { FUNCTIONS(ROW) };
enum { FUNCTION_COUNT = sizeof functions / sizeof *functions };

static tf_ndarray golden(bool wide, const char *what)
{
    char key[64];
    snprintf(key, sizeof key, "%s/%s", wide ? "float64" : "float32", what);
    tf_ndarray a = np_npz_get(npz, key);
    ck_assert_msg(a.shape.known, "denormals.npz holds no %s", key);
    return a;
}

/* Denormal numbers and zeros exactly, others to rounding. (A maximum by another instruction
 * than x86's, as where nothing is optimized, passes a denormal number on.) */
static bool is_same(double got, double want, bool wide)
{
#if !defined(__SSE2__) || defined(LIBRARY_UNOPTIMIZED)
    if (want == 0 && fabs(got) < (wide ? DBL_MIN : (double)FLT_MIN))
        return true;
#endif
    if (isnan(want) || isinf(want) || fabs(want) < (wide ? DBL_MIN : (double)FLT_MIN))
        return isnan(want) ? isnan(got) : got == want;
    return fabs(got - want) <= (wide ? 1e-14 : 2e-6) * fabs(want);
}

static void check_same(const char *what, tf_ndarray got, tf_ndarray want, bool wide)
{
    ck_assert_msg(got.dtype == want.dtype && tf_dims_equal(got.shape, want.shape), "%s: another dtype or shape", what);
    for (int64_t i = 0; i < np_size(want); i++)
        if (!is_same(np_get(got, i), np_get(want, i), wide))
            ck_abort_msg("%s[%d] is %.9g instead of %.9g", what, (int)i, np_get(got, i), np_get(want, i));
}

static inputs open_inputs(bool wide)
{
    const tf_dtype dtype = wide ? tf_float64 : tf_float32;
    return (inputs){ .x = tf_placeholder(dtype, SHAPE(8)),
                     .y = tf_placeholder(dtype, SHAPE(8)),
                     .wide = wide ? tf_float32 : tf_float64,
                     .root = wide ? 1e-154 : 1e-19,
                     .deep = wide ? 715 : 95,
                     .known = { golden(wide, "x"), golden(wide, "y") } };
}

static void close_inputs(inputs *in)
{
    np_free(&in->known[0]);
    np_free(&in->known[1]);
}

START_TEST(functions_are_tensorflows)
{
    const bool wide = _i / FUNCTION_COUNT;
    inputs in = open_inputs(wide);
    tf_ndarray got = { 0 }, want = golden(wide, functions[_i % FUNCTION_COUNT].name);
    must(tf_run(sess, FETCH(functions[_i % FUNCTION_COUNT].make(&in), &got), FEED(in.x, in.known[0], in.y, in.known[1])));
    check_same(functions[_i % FUNCTION_COUNT].name, got, want, wide);
    np_free(&got);
    np_free(&want);
    close_inputs(&in);
}
END_TEST

/* ---- optimizers' slots -------------------------------------------------------------------------------------------------------- */
static tf_optimizer *sgd(void) { return tf_train_gradient_descent_optimizer(.1); }
static tf_optimizer *momentum(void) { return tf_train_momentum_optimizer(.1, .9); }
static tf_optimizer *adam(void) { return tf_train_adam_optimizer(.1); }
static tf_optimizer *rmsprop(void) { return tf_train_rms_prop_optimizer(.1, .momentum = .5, .epsilon = 1e-30); }
static tf_optimizer *adagrad(void) { return tf_train_adagrad_optimizer(.1, .initial_accumulator_value = 1e-30); }
static tf_optimizer *adadelta(void) { return tf_train_adadelta_optimizer(.5, .epsilon = 1e-30); }
static const struct {
    const char *name;
    tf_optimizer *(*make)(void);
} rules[] = { { "sgd", sgd },         { "momentum", momentum }, { "adam", adam },
              { "rmsprop", rmsprop }, { "adagrad", adagrad },   { "adadelta", adadelta } };
enum { RULES = sizeof rules / sizeof *rules };

/* All variables one after the other are the row `want`. */
static void check_variables(const char *what, tf_ndarray want, bool wide)
{
    tf_list variables = tf_global_variables();
    int64_t at = 0;
    for (int i = 0; i < variables.n; i++) {
        tf_ndarray v = { 0 };
        must(tf_run(sess, FETCH(variables.items[i], &v)));
        for (int64_t j = 0; j < np_size(v); j++, at++)
            if (!is_same(np_get(v, j), np_get(want, at), wide))
                ck_abort_msg("%s, %s[%d]: %.9g instead of %.9g", what, tf_op_name(variables.items[i].op), (int)j, np_get(v, j),
                             np_get(want, at));
        np_free(&v);
    }
    ck_assert_int_eq(at, np_size(want));
}

START_TEST(optimizers_slots_are_tensorflows)
{
    const bool wide = _i / RULES;
    inputs in = open_inputs(wide);
    tf_ndarray want = golden(wide, rules[_i % RULES].name), x = np_astype(in.known[0], tf_float64);
    tf_tensor v = tf_variable(tf_zeros(SHAPE(8), wide ? tf_float64 : tf_float32));
    tf_grad_and_var pair = { .grad = tf_mul(tf_add(in.x, in.root), in.y), .var = v };
    tf_operation *train = tf_apply_gradients(rules[_i % RULES].make(), ((tf_grads_and_vars){ 1, &pair }));
    must(tf_run(sess, tf_global_variables_initializer()));
    for (int step = 0; step < 4; step++) {
        tf_ndarray fed = np_astype(x, in.known[0].dtype);
        must(tf_run(sess, train, FEED(in.x, fed, in.y, in.known[1])));
        check_variables(rules[_i % RULES].name, np_at(want, step), wide);
        for (int i = 0; i < 8; i++)
            ((double *)x.data)[i] *= .1;
        np_free(&fed);
    }
    np_free(&want);
    np_free(&x);
    close_inputs(&in);
}
END_TEST

/* ---- the caller's own arithmetic ----------------------------------------------------------------------------------------------- */
static bool flushes(void)
{
    volatile float tiny = 1e-38f, tenth; /* volatile: computed here, not where the compiler likes */
    tenth = tiny * .1f;
    return tenth == 0;
}

static bool can_flush(void)
{
    const uint64_t before = tf1c_denormals_flush();
    const bool can = flushes();
    tf1c_denormals_restore(before);
    return can;
}

START_TEST(the_caller_has_its_own_way_after_a_run)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), y = tf_mul(x, .1f);
    static float many[100000];
    for (int i = 0; i < 100000; i++)
        many[i] = 1e-38f;
    for (int own = 0; own < 1 + can_flush(); own++) { /* a caller that flushes goes on doing so */
        const uint64_t before = tf1c_denormals_flush();
        if (!own)
            tf1c_denormals_restore(before);
        tf_ndarray got = { 0 };
        must(tf_run(sess, FETCH(y, &got), FEED(x, np_array(many, tf_float32, SHAPE(100000))))); /* by all threads */
        ck_assert_int_eq(flushes(), own);
        tf1c_denormals_restore(before);
        for (int64_t i = 0; i < np_size(got) && can_flush(); i++)
            ck_assert_msg(np_get(got, i) == 0, "[%d] is %g", (int)i, np_get(got, i));
        np_free(&got);
    }
}
END_TEST

static jmp_buf out;
static void jump_out(const tf_error *e) { longjmp(out, (int)e->code); }

START_TEST(a_run_that_a_handler_jumps_out_of_leaves_nothing_set)
{
    tf_tensor i = tf_placeholder(tf_int32, SHAPE(NONE)), picked = tf_gather(tf_constant(NP_FLOAT(1, 2, 3)), i);
    tf_ndarray got = { 0 };
    must(tf_run(sess, FETCH(picked, &got), FEED(i, NP_INT(1))));
    tf_on_error(jump_out);
    if (!setjmp(out)) {
        tf_run(sess, FETCH(picked, &got), FEED(i, NP_INT(7))); /* met by the kernel */
        ck_abort_msg("the handler was not called");
    }
    ck_assert(!flushes());
    tf_on_error(NULL);
    np_free(&got);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("denormals");
    TCase *t = tcase_create("denormals");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, functions_are_tensorflows, 0, can_flush() ? 2 * FUNCTION_COUNT : 0);
    tcase_add_loop_test(t, optimizers_slots_are_tensorflows, 0, can_flush() ? 2 * RULES : 0);
    tcase_add_test(t, the_caller_has_its_own_way_after_a_run);
    tcase_add_test(t, a_run_that_a_handler_jumps_out_of_leaves_nothing_set);
    suite_add_tcase(s, t);
    return run_suite(s);
}
