/* Optimizers against TensorFlow 1.15.5 (tests/golden/optimizers.npz): the nodes they add, four steps with dense and with sparse
 * gradients in both dtypes, decaying learning rates; and what is said of mistakes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/alloc.h"
#include "ops/array/constant.h"
#include "ops/array/gather.h"
#include "ops/array/indexed_slices.h"
#include "ops/array/placeholder.h"
#include "ops/array/shape.h"
#include "ops/layers/layers.h"
#include "ops/losses/losses.h"
#include "ops/math/arithmetic.h"
#include "ops/math/clip.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"
#include "ops/nn/activation.h"
#include "ops/nn/nn.h"
#include "ops/state/initializers.h"
#include "ops/state/variables.h"
#include "ops/training/global_step.h"
#include "ops/training/learning_rate_decay.h"
#include "ops/training/optimizers.h"
#include "session/session.h"
#include "support.h"

static tf_optimizer *sgd(void) { return tf_train_gradient_descent_optimizer(.1); }
static tf_optimizer *momentum(void) { return tf_train_momentum_optimizer(.1, .9); }
static tf_optimizer *nesterov(void) { return tf_train_momentum_optimizer(.1, .9, .use_nesterov = true); }
static tf_optimizer *adam(void) { return tf_train_adam_optimizer(.1); }
static tf_optimizer *adam_beta(void) { return tf_train_adam_optimizer(.01, .5, .9, 1e-4, .name = "A"); }
static tf_optimizer *rmsprop(void) { return tf_train_rms_prop_optimizer(.1); }
static tf_optimizer *rmsprop_momentum(void) { return tf_train_rms_prop_optimizer(.1, .8, .5, 1e-3); }
static tf_optimizer *rmsprop_centered(void) { return tf_train_rms_prop_optimizer(.1, .centered = true); }
static tf_optimizer *adagrad(void) { return tf_train_adagrad_optimizer(.1); }
static tf_optimizer *adadelta(void) { return tf_train_adadelta_optimizer(.5); }
static tf_optimizer *ftrl(void) { return tf_train_ftrl_optimizer(.1); }
static tf_optimizer *ftrl_l1_l2(void)
{
    return tf_train_ftrl_optimizer(.1, .l1_regularization_strength = .05, .l2_regularization_strength = .1);
}
static tf_optimizer *proximal(void) { return tf_train_proximal_gradient_descent_optimizer(.1); }
static tf_optimizer *proximal_l1_l2(void) { return tf_train_proximal_gradient_descent_optimizer(.1, .3, .2, .name = "P"); }
static tf_optimizer *proximal_adagrad(void) { return tf_train_proximal_adagrad_optimizer(.1); }
static tf_optimizer *proximal_adagrad_l1_l2(void) { return tf_train_proximal_adagrad_optimizer(.1, .2, .3, .2); }
static tf_optimizer *adagrad_da(void) { return tf_train_adagrad_da_optimizer(.1, tf_train_get_global_step()); }
static tf_optimizer *adagrad_da_l1_l2(void) { return tf_train_adagrad_da_optimizer(.1, tf_train_get_global_step(), .2, .2, .3); }
static tf_optimizer *nadam(void) { return tf_contrib_opt_nadam_optimizer(.1); }
static tf_optimizer *lazy_adam(void) { return tf_contrib_opt_lazy_adam_optimizer(.1, .8); }
static tf_optimizer *adam_w(void) { return tf_contrib_opt_adam_w_optimizer(.05, .1); }
static tf_optimizer *momentum_w(void) { return tf_contrib_opt_momentum_w_optimizer(.05, .1, .9); }
static tf_optimizer *nesterov_w(void)
{
    return tf_contrib_opt_momentum_w_optimizer(tf_constant(.05), .1, .9, .use_nesterov = true);
}

static const struct {
    const char *name;
    tf_optimizer *(*make)(void);
    bool float32_alone; /* TensorFlow does not cast its numbers */
} rules[] = {
    { "sgd", sgd, false },
    { "momentum", momentum, false },
    { "nesterov", nesterov, false },
    { "adam", adam, false },
    { "adam_beta", adam_beta, false },
    { "rmsprop", rmsprop, false },
    { "rmsprop_momentum", rmsprop_momentum, false },
    { "rmsprop_centered", rmsprop_centered, false },
    { "adagrad", adagrad, false },
    { "adadelta", adadelta, false },
    { "ftrl", ftrl, false },
    { "ftrl_l1_l2", ftrl_l1_l2, false },
    { "proximal", proximal, true },
    { "proximal_l1_l2", proximal_l1_l2, true },
    { "proximal_adagrad", proximal_adagrad, true },
    { "proximal_adagrad_l1_l2", proximal_adagrad_l1_l2, true },
    { "adagrad_da", adagrad_da, false },
    { "adagrad_da_l1_l2", adagrad_da_l1_l2, false },
    { "nadam", nadam, false },
    { "lazy_adam", lazy_adam, false },
    { "adam_w", adam_w, false },
    { "momentum_w", momentum_w, false },
    { "nesterov_w", nesterov_w, true },
};
enum { RULES = sizeof rules / sizeof *rules };

static tf_graph *graph;
static struct tf_with_ block;
static np_npz *npz;

static void setup(void)
{
    char path[512];
    catch_errors();
    npz = np_npz_open(data_path("golden/optimizers.npz", path, sizeof path));
    ck_assert_msg(npz != NULL, "%s: %s", path, caught()->message);
    graph = tf_graph_new();
    block = tf_graph_open_(graph);
}

static void teardown(void)
{
    tf_with_close_(&block);
    tf_graph_free(graph);
    np_npz_close(npz);
}

static tf_ndarray golden(const char *key)
{
    tf_ndarray a = np_npz_get(npz, key);
    ck_assert_msg(a.shape.known, "optimizers.npz holds no %s", key);
    return a;
}

static void succeed(tf_status status) { ck_assert_msg(status == tf_ok, "%s: %s", tf_status_name(status), caught()->message); }

/* ---- four steps ------------------------------------------------------------------------------------------------------------ */
static void check_nodes(const char *name, int made)
{
    char key[64], got[1024];
    snprintf(key, sizeof key, "%s/nodes", name);
    tf_ndarray text = golden(key);
    char *want = calloc((size_t)np_size(text) + 2, 1), *line = want;
    memcpy(want, text.data, (size_t)np_size(text));
    for (int i = made; i < tf_graph_operation_count(graph) || *line; i++) {
        const tf_operation *op = i < tf_graph_operation_count(graph) ? tf_graph_operation(graph, i) : NULL;
        size_t used = op ? (size_t)snprintf(got, sizeof got, "%s %s", tf_op_type(op), tf_op_name(op)) : 0;
        got[used] = 0;
        for (int j = 0; op && j < tf_op_input_count(op); j++)
            used += (size_t)snprintf(got + used, sizeof got - used, " %s:%d", tf_op_name(tf_op_input(op, j).op),
                                     tf_op_input(op, j).index);
        char *end = strchr(line, '\n');
        if (end)
            *end = 0;
        ck_assert_msg(strcmp(line, got) == 0, "%s: node %d is\n  %s\nand not\n  %s", name, i, got, line);
        line = end ? end + 1 : line + strlen(line);
    }
    free(want);
    np_free(&text);
}

/* All variables but the step, one after the other, as float64. */
static tf_ndarray values(tf_session *session)
{
    static double all[128];
    int64_t n = 0;
    tf_list variables = tf_global_variables();
    for (int i = 0; i < variables.n; i++) {
        tf_ndarray v = { 0 };
        if (tf_get_dtype(variables.items[i]) == tf_int64)
            continue;
        succeed(tf_run(session, FETCH(variables.items[i], &v)));
        for (int64_t j = 0; j < np_size(v); j++)
            all[n++] = np_get(v, j);
        np_free(&v);
    }
    return np_array(all, tf_float64, SHAPE(n));
}

START_TEST(four_steps_are_tensorflows)
{
    const int rule = _i / 4;
    const bool wide = _i % 4 / 2, sparse = _i % 2;
    char key[64];
    const tf_dtype dtype = wide ? tf_float64 : tf_float32;
    if (wide && rules[rule].float32_alone)
        return;
    tf_ndarray start = golden("start"), grads = golden(sparse ? "rows" : "grads"), indices = golden("indices"),
               cast = np_astype(start, dtype);
    tf_tensor w = tf_variable(cast, .name = "W"), step = tf_train_create_global_step();
    tf_tensor g = tf_placeholder(dtype, sparse ? SHAPE(5, 3) : SHAPE(4, 3), .name = "g"),
              rows = tf_placeholder(tf_int32, SHAPE(5), .name = "indices");
    const int made = tf_graph_operation_count(graph);
    tf_grad_and_var pair = { sparse ? tf_indexed_slices(g, rows, tf_shape(w)) : g, w };
    tf_operation *train = tf_apply_gradients(rules[rule].make(), ((tf_grads_and_vars){ 1, &pair }), step);
    ck_assert_msg(caught()->count == 0, "%s", caught()->message);
    if (!sparse && !wide)
        check_nodes(rules[rule].name, made);
    tf_session *session = tf_session(.graph = graph);
    succeed(tf_run(session, tf_global_variables_initializer()));
    snprintf(key, sizeof key, "%s/%s/%s", rules[rule].name, wide ? "float64" : "float32", sparse ? "sparse" : "dense");
    tf_ndarray want = golden(key);
    for (int i = 0; i < 4; i++) {
        succeed(tf_run(session, train, FEED(g, np_at(grads, i), rows, np_at(indices, i))));
        const char *difference = array_difference(values(session), np_at(want, i), wide ? 1e-13 : 3e-6);
        ck_assert_msg(!difference, "%s, step %d: %s", key, i, difference);
    }
    int64_t steps = 0;
    succeed(tf_run(session, FETCH(step, &steps)));
    ck_assert_int_eq(steps, 4);
    tf_close(session);
    np_free(&want);
    np_free(&cast);
    np_free(&start);
    np_free(&grads);
    np_free(&indices);
}
END_TEST

/* ---- rates ------------------------------------------------------------------------------------------------------------------- */
static tf_tensor decay(int i, tf_tensor s)
{
    switch (i) {
    case 0: return tf_train_exponential_decay(.1, s, 100, .96);
    case 1: return tf_train_exponential_decay(.1, s, 100, .96, .staircase = true);
    case 2: return tf_train_natural_exp_decay(.1, s, 100, .5);
    case 3: return tf_train_inverse_time_decay(.1, s, 100, .5, true);
    case 4: return tf_train_polynomial_decay(.1, s, 100, .power = 2);
    case 5: return tf_train_polynomial_decay(.1, s, 100, .01, .cycle = true);
    case 6: return tf_train_cosine_decay(.1, s, 100, .2);
    case 7: return tf_train_cosine_decay_restarts(.1, s, 40, 1.5, .8, .1);
    case 8: return tf_train_cosine_decay_restarts(.1, s, 40, .t_mul = 1);
    case 9: return tf_train_linear_cosine_decay(.1, s, 100, 2, .1, .01);
    case 10: tf_set_random_seed(5); return tf_train_noisy_linear_cosine_decay(.1, s, 100);
    default: return tf_train_piecewise_constant(s, NP_INT(100, 150), NP_FLOAT(1, .5, .1));
    }
}

START_TEST(learning_rates_decay_as_tensorflows)
{
    static const char *const names[] = { "exponential",    "staircase",        "natural_exp", "inverse_time",
                                         "polynomial",     "polynomial_cycle", "cosine",      "restarts",
                                         "restarts_alike", "linear_cosine",    "noisy",       "piecewise" };
    char key[64];
    tf_tensor s = tf_placeholder(tf_int64, SCALAR), y = decay(_i, s);
    snprintf(key, sizeof key, "decay/%s", names[_i]);
    tf_ndarray steps = golden("decay/steps"), want = golden(key);
    tf_session *session = tf_session(.graph = graph);
    for (int i = 0; i < np_size(steps); i++) {
        float rate = 0;
        succeed(tf_run(session, FETCH(y, &rate), FEED(s, ((int64_t *)steps.data)[i])));
        ck_assert_msg(fabs(rate - np_get(want, i)) <= 1e-6 * np_get(want, i), "%s at %d: %.9g and not %.9g", key,
                      (int)np_get(steps, i), rate, np_get(want, i));
    }
    tf_close(session);
    np_free(&steps);
    np_free(&want);
}
END_TEST

START_TEST(a_rate_may_be_a_tensor_or_a_number_by_name)
{
    tf_tensor w = tf_variable(1.0), rate = tf_placeholder(tf_float32, SCALAR);
    tf_operation *by_tensor = tf_minimize(tf_train_gradient_descent_optimizer(.learning_rate = TF_T(rate)), w);
    tf_operation *by_number = tf_minimize(tf_train_gradient_descent_optimizer(.learning_rate = TF_T(0.25)), w);
    tf_session *session = tf_session(.graph = graph);
    float value = 0;
    succeed(tf_run(session, tf_global_variables_initializer()));
    succeed(tf_run(session, by_tensor, FEED(rate, 0.5)));
    succeed(tf_run(session, by_number));
    succeed(tf_run(session, FETCH(w, &value)));
    ck_assert_float_eq(value, 0.25f);
    tf_close(session);
}
END_TEST

/* ---- minimize ------------------------------------------------------------------------------------------------------------------ */
START_TEST(minimize_goes_down_a_loss_and_names_its_operation)
{
    tf_tensor w = tf_variable(NP_FLOAT(3, -2), .name = "w"), loss = tf_reduce_sum(tf_square(w));
    tf_optimizer *adam_ = tf_train_adam_optimizer(0.1);
    tf_operation *train = tf_minimize(adam_, loss);
    const char *names[4];
    ck_assert_msg(caught()->count == 0, "%s", caught()->message);
    ck_assert_str_eq(tf_op_name(train), "Adam");
    ck_assert_str_eq(tf_op_name(tf_tensor_op(tf_get_slot(adam_, w, "m"))), "w/Adam");
    ck_assert_str_eq(tf_op_name(tf_tensor_op(tf_get_slot(adam_, w, "v"))), "w/Adam_1");
    ck_assert(tf_is_none(tf_get_slot(adam_, w, "x")));
    ck_assert_int_eq(tf_get_slot_names(adam_, names, 4), 2);
    ck_assert_str_eq(names[1], "v");
    const tf_list variables = tf_optimizer_variables(adam_);
    const char *const in_order[] = { "beta1_power", "beta2_power", "w/Adam", "w/Adam_1" };
    ck_assert_int_eq(variables.n, 4);
    for (int i = 0; i < variables.n; i++)
        ck_assert_str_eq(tf_op_name(tf_tensor_op(tf_at(variables, i))), in_order[i]);
    ck_assert_int_eq(tf_trainable_variables().n, 1);
    tf_session *session = tf_session(.graph = graph);
    float before = 0, after = 0;
    succeed(tf_run(session, tf_global_variables_initializer()));
    succeed(tf_run(session, FETCH(loss, &before)));
    for (int i = 0; i < 100; i++)
        succeed(tf_run(session, train));
    succeed(tf_run(session, FETCH(loss, &after)));
    ck_assert_msg(after < 1e-3f * before, "the loss went from %g to %g", before, after);
    tf_close(session);
}
END_TEST

START_TEST(a_gradient_through_gather_stays_sparse_up_to_the_optimizer)
{
    tf_tensor w = tf_variable(NP_FLOAT2D({ 1, 1 }, { 1, 1 }, { 1, 1 }), .name = "w");
    tf_tensor loss = tf_reduce_sum(tf_gather(w, NP_INT(0, 2, 0)));
    tf_optimizer *o = tf_train_gradient_descent_optimizer(0.5);
    tf_grads_and_vars pairs = tf_compute_gradients(o, loss);
    ck_assert_msg(pairs.n == 1 && caught()->count == 0, "%s", caught()->message);
    ck_assert(!tf_is_none(tf_slices(pairs.items[0].grad).indices));
    tf_operation *train = tf_apply_gradients(o, pairs);
    tf_session *session = tf_session(.graph = graph);
    tf_ndarray value = { 0 };
    succeed(tf_run(session, tf_global_variables_initializer()));
    succeed(tf_run(session, train));
    succeed(tf_run(session, FETCH(w, &value)));
    ck_assert_double_eq(np_get(value, 0), 0);
    ck_assert_double_eq(np_get(value, 2), 1);
    ck_assert_double_eq(np_get(value, 4), 0.5);
    np_free(&value);
    tf_close(session);
}
END_TEST

/* The second step's rows are others: those of the first have an accumulator, but do not move. */
START_TEST(momentum_moves_the_rows_that_have_a_gradient_alone)
{
    tf_tensor w = tf_variable(NP_FLOAT2D({ 1, 1 }, { 1, 1 }, { 1, 1 }), .name = "w"), rows = tf_placeholder(tf_int32, SHAPE(NONE));
    tf_tensor loss = tf_reduce_sum(tf_gather(w, rows));
    tf_optimizer *o = tf_train_momentum_optimizer(0.1, 0.9);
    tf_grads_and_variables u = tf_unzip(tf_compute_gradients(o, loss));
    ck_assert(u.grads.n == 1 && u.variables.n == 1 && tf_same_tensor(tf_at(u.variables, 0), w));
    tf_list grads = _i ? u.grads : tf_gradients(loss, w);
    tf_operation *train = tf_apply_gradients(o, tf_zip(tf_clip_by_global_norm(grads, 100.0).list, u.variables));
    tf_session *session = tf_session(.graph = graph);
    tf_ndarray value = { 0 };
    succeed(tf_run(session, tf_global_variables_initializer()));
    succeed(tf_run(session, train, FEED(rows, NP_INT(0))));
    succeed(tf_run(session, train, FEED(rows, NP_INT(1, 1))));
    succeed(tf_run(session, FETCH(w, &value)));
    const double want[] = { 0.9, 0.9, 0.8, 0.8, 1, 1 };
    for (int i = 0; i < 6; i++)
        ck_assert_double_eq_tol(np_get(value, i), want[i], 1e-6);
    np_free(&value);
    tf_close(session);
}
END_TEST

/* The mistake is told by what wants gradients. */
START_TEST(what_has_no_gradients_has_a_norm_of_0)
{
    tf_tensor w = tf_variable(NP_FLOAT(3, -2)), other = tf_variable(NP_FLOAT(1));
    const tf_clipped clipped = tf_clip_by_global_norm(tf_gradients(other, w), 1.0);
    float norm = NAN;
    tf_session *session = tf_session(.graph = graph);
    succeed(tf_run(session, FETCH(clipped.norm, &norm)));
    ck_assert_float_eq(norm, 0);
    ck_assert(clipped.list.n == 1 && tf_is_none(tf_at(clipped.list, 0)));
    tf_on_error(tf_silent);
    tf_apply_gradients(tf_train_adam_optimizer(.1), tf_zip(clipped.list, LIST(w)));
    ck_assert_msg(strstr(tf_last_error()->message, "No gradients provided for any variable"), "%s", tf_last_error()->message);
    tf_clear_error();
    tf_close(session);
}
END_TEST

START_TEST(gradients_may_be_clipped_in_between)
{
    tf_tensor w = tf_variable(NP_FLOAT(3, -2)), loss = tf_reduce_sum(tf_square(w));
    tf_optimizer *o = tf_train_gradient_descent_optimizer(1);
    tf_grads_and_vars pairs = tf_compute_gradients(o, loss);
    for (int i = 0; i < pairs.n; i++)
        pairs.items[i].grad = tf_clip_by_value(pairs.items[i].grad, -1.0, 1.0);
    tf_operation *train = tf_apply_gradients(o, pairs);
    tf_list grads = tf_gradients(LIST(loss), tf_trainable_variables());
    tf_operation *zipped = tf_apply_gradients(o, tf_zip(grads, tf_trainable_variables()));
    tf_session *session = tf_session(.graph = graph);
    tf_ndarray value = { 0 };
    succeed(tf_run(session, tf_global_variables_initializer()));
    succeed(tf_run(session, train));
    succeed(tf_run(session, FETCH(w, &value)));
    ck_assert_double_eq(np_get(value, 0), 2);
    ck_assert_double_eq(np_get(value, 1), -1);
    succeed(tf_run(session, zipped));
    succeed(tf_run(session, FETCH(w, &value)));
    ck_assert_double_eq(np_get(value, 0), -2);
    np_free(&value);
    tf_close(session);
}
END_TEST

/* ---- constraints ------------------------------------------------------------------------------------------------------------------ */
static tf_tensor not_negative(tf_tensor v) { return tf_nn_relu(v); }
static tf_tensor at_most_1(tf_tensor v) { return tf_minimum(v, 1.0); }

/* As tf.train.AdamOptimizer does it with constraint=tf.nn.relu. */
START_TEST(a_constraint_is_applied_to_what_an_update_leaves)
{
    tf_tensor w = tf_variable(NP_FLOAT(3, -2), .name = "w", .constraint = not_negative);
    tf_operation *train = tf_apply_gradients(adam(), tf_zip(LIST(tf_constant(NP_FLOAT(1, 1))), LIST(w)),
                                             .global_step = tf_train_create_global_step());
    ck_assert_ptr_nonnull(tf_get_operation_by_name(graph, "Adam/update_w/Relu"));
    ck_assert_ptr_eq(tf_op_control_input(tf_get_operation_by_name(graph, "Adam/update_w/Relu"), 0),
                     tf_get_operation_by_name(graph, "Adam/update_w/ApplyAdam"));
    ck_assert_str_eq(tf_op_name(tf_op_control_input(tf_get_operation_by_name(graph, "Adam/update"), 0)), "Adam/update_w/Assign");
    tf_session *session = tf_session(.graph = graph);
    tf_ndarray value = { 0 };
    succeed(tf_run(session, tf_global_variables_initializer()));
    for (int i = 0; i < 3; i++)
        succeed(tf_run(session, train));
    succeed(tf_run(session, FETCH(w, &value)));
    ck_assert_double_eq_tol(np_get(value, 0), 2.7000012397766113, 1e-6);
    ck_assert_double_eq(np_get(value, 1), 0);
    np_free(&value);
    tf_close(session);
}
END_TEST

START_TEST(constraints_come_from_layers_and_scopes)
{
    tf_tensor x = tf_constant(NP_FLOAT2D({ 1, 2 })), w = { 0 }, own = { 0 };
    tf_with_variable_scope("s", .constraint = at_most_1) {
        w = tf_get_variable("w", SHAPE(2), .initial = NP_FLOAT(5, 5));
        own = tf_get_variable("own", SHAPE(2), .initial = NP_FLOAT(5, -5), .constraint = not_negative);
    }
    tf_tensor y = tf_layers_dense(x, 2, .kernel_initializer = tf_zeros_initializer(), .kernel_constraint = not_negative,
                                  .bias_initializer = tf_ones_initializer(), .bias_constraint = at_most_1);
    tf_tensor loss = tf_add(tf_reduce_sum(y), tf_reduce_sum(tf_add(w, own)));
    tf_operation *train = tf_minimize(sgd(), loss);
    tf_session *session = tf_session(.graph = graph);
    tf_ndarray values[4] = { { 0 } };
    succeed(tf_run(session, tf_global_variables_initializer()));
    succeed(tf_run(session, train));
    succeed(tf_run(session, FETCH_LIST(tf_trainable_variables(), values)));
    const double want[4][2] = { { 1, 1 }, { 4.9, 0 }, { 0, 0 }, { .9, .9 } };
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 2; j++)
            ck_assert_double_eq_tol(np_get(values[i], j), want[i][j], 1e-6);
        np_free(&values[i]);
    }
    tf_close(session);
}
END_TEST

/* ---- mistakes ------------------------------------------------------------------------------------------------------------------- */
static void nothing_to_optimize(void) { tf_minimize(sgd(), tf_constant(1.0)); }
static void no_such_scope(void)
{
    const tf_tensor v = tf_variable(1.0);
    tf_minimize(sgd(), v, .var_list = tf_trainable_variables("generatr"));
}
static void no_such_collection(void)
{
    const tf_tensor v = tf_variable(1.0);
    tf_minimize(sgd(), v, .var_list = tf_get_collection("generator"));
}
static void no_path(void)
{
    tf_variable(1.0);
    tf_variable(NP_FLOAT(1, 2), .name = "w");
    tf_minimize(sgd(), tf_constant(1.0));
}
static void no_gradients(void)
{
    tf_tensor v = tf_variable(1.0);
    tf_apply_gradients(sgd(), tf_zip(LIST((tf_tensor){ 0 }), LIST(v)));
}
static void no_pairs(void) { tf_apply_gradients(sgd(), ((tf_grads_and_vars){ 0 })); }
static void integer_loss(void)
{
    tf_tensor v = tf_variable(1);
    tf_minimize(sgd(), tf_add(v, 1, .name = "loss"));
}
static void other_shape(void)
{
    tf_tensor v = tf_variable(NP_FLOAT(1, 2));
    tf_apply_gradients(sgd(), tf_zip(LIST(tf_constant(NP_FLOAT(1))), LIST(v)));
}
static void vector_rate(void)
{
    tf_tensor v = tf_variable(NP_FLOAT(1, 2));
    tf_minimize(tf_train_gradient_descent_optimizer(.learning_rate = TF_T(NP_FLOAT(1, 2))), tf_reduce_sum(v));
}
static void no_rate(void) { tf_train_gradient_descent_optimizer(); }
static void minimized(tf_optimizer *o) { tf_minimize(o, tf_square(tf_variable(1.0))); }
static void ftrl_power(void) { minimized(tf_train_ftrl_optimizer(.1, .5)); }
static void ftrl_initial(void) { minimized(tf_train_ftrl_optimizer(.1, .initial_accumulator_value = -.25)); }
static void ftrl_l1(void) { minimized(tf_train_ftrl_optimizer(.1, .l1_regularization_strength = -1)); }
static void ftrl_l2(void) { minimized(tf_train_ftrl_optimizer(.1, .l2_regularization_strength = -1)); }
static void no_step(void) { tf_train_exponential_decay(.1, (tf_tensor){ 0 }, 100, .96); }
static void two_steps(void)
{
    tf_train_create_global_step();
    tf_train_create_global_step();
}
static void few_values(void) { tf_train_piecewise_constant(tf_placeholder(tf_int32, SCALAR), NP_INT(1, 2), NP_FLOAT(1, 2)); }

static const struct {
    void (*make)(void);
    tf_status code;
    const char *message;
} mistakes[] = {
    { nothing_to_optimize, tf_value_error, "No variables to optimize." },
    { no_such_scope, tf_value_error, "No variables to optimize." },
    { no_such_collection, tf_value_error, "No variables to optimize." },
    { no_path, tf_value_error,
      "No gradients provided for any variable, check your graph for ops that do not support gradients, between variables [\"<tf.Variable 'Variable:0' shape=() dtype=float32_ref>\", \"<tf.Variable 'w:0' shape=(2,) dtype=float32_ref>\"] and loss Tensor(\"Const:0\", shape=(), dtype=float32)." },
    { no_gradients, tf_value_error,
      "No gradients provided for any variable: [\"<tf.Variable 'Variable:0' shape=() dtype=float32_ref>\"]." },
    { no_pairs, tf_value_error, "No variables provided." },
    { integer_loss, tf_value_error,
      "Invalid type tf.int32 for loss:0, expected: [tf.float32, tf.float64, tf.float16, tf.bfloat16]." },
    { other_shape, tf_value_error,
      "Dimension 0 in both shapes must be equal, but are 2 and 1. Shapes are [2] and [1]. for 'GradientDescent/update_Variable/ApplyGradientDescent' (op: 'ApplyGradientDescent') with input shapes: [2], [], [1]." },
    { vector_rate, tf_value_error,
      "Shape must be rank 0 but is rank 1 for 'GradientDescent/update_Variable/ApplyGradientDescent' (op: 'ApplyGradientDescent') with input shapes: [2], [2], [2]." },
    { no_rate, tf_type_error, "GradientDescent: missing 1 required positional argument: 'learning_rate'" },
    { ftrl_power, tf_value_error, "learning_rate_power 0.500000 needs to be negative or zero" },
    { ftrl_initial, tf_value_error, "initial_accumulator_value -0.250000 needs to be positive or zero" },
    { ftrl_l1, tf_value_error, "l1_regularization_strength -1.000000 needs to be positive or zero" },
    { ftrl_l2, tf_value_error, "l2_regularization_strength -1.000000 needs to be positive or zero" },
    { no_step, tf_value_error, "global_step is required for exponential_decay." },
    { two_steps, tf_value_error, "\"global_step\" already exists." },
    { few_values, tf_value_error, "The length of boundaries should be 1 less than the length of values" },
};
enum { MISTAKES = sizeof mistakes / sizeof *mistakes };

START_TEST(mistakes_are_told_in_tensorflows_words)
{
    mistakes[_i].make();
    ck_assert_str_eq(caught()->message, mistakes[_i].message);
    ck_assert_int_eq(caught()->code, mistakes[_i].code);
    ck_assert_int_eq(caught()->count, 1);
}
END_TEST

/* ---- memory --------------------------------------------------------------------------------------------------------------------- */
static int left;
static bool fails_once(size_t size)
{
    (void)size;
    return left-- != 0;
}

/* A small model from its variables to a step: what this suite's files build. */
static void build_and_step(void)
{
    tf_graph *g = tf_graph_new();
    if (!g)
        return;
    tf_with_graph(g) {
        tf_tensor x = tf_constant(NP_FLOAT2D({ 1, 2 }, { 3, 4 })), labels = tf_constant(NP_INT(1, 0));
        tf_tensor w = tf_get_variable("w", SHAPE(2), .initializer = tf_random_normal_initializer());
        tf_tensor logits = tf_nn_dropout(tf_nn_bias_add(tf_nn_elu(x), w), TF_T(.5), .seed = 1);
        tf_tensor loss = tf_losses_sparse_softmax_cross_entropy(labels, logits);
        tf_losses_mean_squared_error(tf_nn_softmax(logits, 0), x);
        tf_tensor step = tf_train_get_or_create_global_step();
        tf_tensor rate = tf_train_exponential_decay(.1, step, 10, .5);
        tf_minimize(tf_train_adam_optimizer(.learning_rate = TF_T(rate)), tf_add(loss, tf_losses_get_total_loss()), step);
    }
    tf_graph_free(g);
}

START_TEST(every_allocation_may_fail)
{
    int n = 0;
    for (;; n++) {
        left = n;
        tf1c_alloc_hook = fails_once;
        build_and_step();
        tf1c_alloc_hook = NULL;
        if (left >= 0)
            break;
    }
    ck_assert_msg(n > 20, "only %d allocations", n);
    catch_errors();
    build_and_step();
    ck_assert_msg(caught()->count == 0, "%s", caught()->message);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("optimizers");
    TCase *t = tcase_create("steps");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, four_steps_are_tensorflows, 0, 4 * RULES);
    tcase_add_loop_test(t, learning_rates_decay_as_tensorflows, 0, 12);
    tcase_add_test(t, a_rate_may_be_a_tensor_or_a_number_by_name);
    tcase_add_test(t, minimize_goes_down_a_loss_and_names_its_operation);
    tcase_add_test(t, a_gradient_through_gather_stays_sparse_up_to_the_optimizer);
    tcase_add_loop_test(t, momentum_moves_the_rows_that_have_a_gradient_alone, 0, 2);
    tcase_add_test(t, what_has_no_gradients_has_a_norm_of_0);
    tcase_add_test(t, gradients_may_be_clipped_in_between);
    tcase_add_test(t, a_constraint_is_applied_to_what_an_update_leaves);
    tcase_add_test(t, constraints_come_from_layers_and_scopes);
    tcase_add_test(t, every_allocation_may_fail);
    tcase_add_loop_test(t, mistakes_are_told_in_tensorflows_words, 0, MISTAKES);
    suite_add_tcase(s, t);
    return run_suite(s);
}
