/* Calls, as Python has them: arguments are made from left to right; where a keyword takes a tensor or a number, a plain number
 * equals the same number in TF_T, 0 is a number, and what is not given keeps its default. */
#include <string.h>

#include "support.h"
#include "tf1c.h"

static tf_tensor x, y; /* [2, 3] and [2, 3], constants */
static tf_session *sess;

static void begin(void)
{
    catch_errors();
    tf_reset_default_graph();
    tf_set_random_seed(7);
    x = tf_constant(NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }));
    y = tf_constant(NP_FLOAT2D({ 0, 1, 0 }, { 1, 0, 1 }));
    sess = tf_session();
}

static void end(void)
{
    tf_close(sess);
    tf_reset_default_graph();
}

/* ---- a plain number, and the same in TF_T --------------------------------------------------------------------------------- */
static const float half = 0.5f;
static const int five = 5;
static tf_tensor ids(void) { return tf_constant(NP_INT(0, 2)); }
static tf_tensor cell_output(tf_cell *cell)
{
    return tf_nn_dynamic_rnn(cell, tf_expand_dims(x, 0), .dtype = tf_float32, .scope = "r").outputs;
}
#define CELL tf_nn_rnn_cell_basic_rnn_cell(2, .reuse = tf_AUTO_REUSE)

/* Makes both ways from the same seeds. */
#define BOTH_WAYS(ROW)                                                                                                          \
    ROW(tf_nn_dropout(x, .rate = .5, .seed = 3), tf_nn_dropout(x, .rate = TF_T(.5), .seed = 3))                                 \
    ROW(tf_nn_dropout(x, .rate = half, .seed = 3), tf_nn_dropout(x, .rate = TF_T(.5), .seed = 3))                               \
    ROW(tf_nn_dropout(x, .5, .seed = 3), tf_nn_dropout(x, TF_T(.5), .seed = 3))                                                 \
    ROW(tf_nn_dropout(x, .keep_prob = 1, .seed = 3), tf_nn_dropout(x, TF_T(1), .seed = 3))                                      \
    ROW(tf_nn_dropout(x, .rate = 0), x)                                                                                         \
    ROW(tf_layers_dropout(x, .25, .training = true, .seed = 3),                                                                 \
        tf_layers_dropout(x, TF_T(.25), .training = TF_T(true), .seed = 3))                                                     \
    ROW(tf_layers_dropout(x, .training = 1, .seed = 3), tf_layers_dropout(x, TF_T(.5), .training = TF_T(true), .seed = 3))      \
    ROW(tf_layers_dropout(x, .rate = .5, .training = false), x)                                                                 \
    ROW(tf_layers_dropout(x), x)                                                                                                \
    ROW(cell_output(tf_nn_rnn_cell_dropout_wrapper(CELL, .output_keep_prob = .5, .seed = 3)),                                   \
        cell_output(tf_nn_rnn_cell_dropout_wrapper(CELL, .output_keep_prob = TF_T(.5), .seed = 3)))                             \
    ROW(cell_output(tf_nn_rnn_cell_dropout_wrapper(CELL, .5, .seed = 3)),                                                       \
        cell_output(tf_nn_rnn_cell_dropout_wrapper(CELL, .input_keep_prob = TF_T(.5), .seed = 3)))                              \
    ROW(tf_losses_mean_squared_error(y, x, .weights = 2), tf_losses_mean_squared_error(y, x, .weights = TF_T(2.)))              \
    ROW(tf_losses_mean_squared_error(y, x, 3), tf_losses_mean_squared_error(y, x, .weights = TF_T(3.)))                         \
    ROW(tf_losses_mean_squared_error(y, x, .weights = 0), tf_constant(0.f))                                                     \
    ROW(tf_losses_mean_squared_error(y, x), tf_losses_mean_squared_error(y, x, .weights = TF_T(1.)))                            \
    ROW(tf_losses_huber_loss(y, x, .weights = 2, .delta = 2), tf_losses_huber_loss(y, x, .delta = 2, .weights = TF_T(2.)))      \
    ROW(tf_losses_sparse_softmax_cross_entropy(ids(), x, .weights = .5),                                                        \
        tf_losses_sparse_softmax_cross_entropy(ids(), x, .weights = TF_T(.5)))                                                  \
    ROW(tf_nn_weighted_cross_entropy_with_logits(y, x, 2), tf_nn_weighted_cross_entropy_with_logits(y, x, TF_T(2.)))            \
    ROW(tf_one_hot(ids(), 3, .on_value = 5, .off_value = -1), tf_one_hot(ids(), 3, .on_value = TF_T(5), .off_value = TF_T(-1))) \
    ROW(tf_one_hot(ids(), 3, 5., -1.), tf_one_hot(ids(), 3, .on_value = TF_T(5.), .off_value = TF_T(-1.)))                      \
    ROW(tf_one_hot(ids(), 3, .on_value = 0), tf_one_hot(ids(), 3, .on_value = TF_T(0)))                                         \
    ROW(tf_one_hot(ids(), 3, .on_value = 5, .dtype = tf_int32), tf_one_hot(ids(), 3, .on_value = TF_T(5)))                      \
    ROW(tf_one_hot(ids(), 3, .on_value = five, .dtype = tf_int64), tf_cast(tf_one_hot(ids(), 3, 5, 0), tf_int64))               \
    ROW(tf_one_hot(ids(), 3, .on_value = five, .off_value = 2.), tf_one_hot(ids(), 3, 5., 2.))                                  \
    ROW(tf_one_hot(ids(), 3, .on_value = TF_T(5), .off_value = 2),                                                              \
        tf_one_hot(ids(), 3, .on_value = TF_T(5), .off_value = TF_T(2)))                                                        \
    ROW(tf_one_hot(ids(), 3, .on_value = false, .off_value = true), tf_equal(tf_one_hot(ids(), 3), 0))                          \
    ROW(tf_sequence_mask(ids(), .maxlen = 4), tf_sequence_mask(ids(), .maxlen = TF_T(4)))                                       \
    ROW(tf_sequence_mask(ids(), .maxlen = 0), tf_sequence_mask(ids(), .maxlen = TF_T(0)))                                       \
    ROW(tf_pad(x, NP_INT2D({ 1, 0 }, { 0, 1 }), .constant_values = -.5),                                                        \
        tf_pad(x, NP_INT2D({ 1, 0 }, { 0, 1 }), .constant_values = TF_T(-.5)))                                                  \
    ROW(tf_pad(ids(), NP_INT2D({ 1, 0 }), .constant_values = 9), tf_pad(ids(), NP_INT2D({ 1, 0 }), .constant_values = TF_T(9))) \
    ROW(tf_at(tf_split(x, 3, .axis_tensor = 1), 2), tf_at(tf_split(x, 3, 1), 2))

typedef struct {
    const char *text;
    tf_tensor plain, boxed;
} both_ways;
#define COUNT(plain, boxed) +1
enum { WAYS = 0 BOTH_WAYS(COUNT) };

static both_ways row(int i)
{
    int n = 0;
#define BUILD(plain, boxed) \
    if (i == n++)           \
        return (both_ways){ #plain, plain, boxed };
    BOTH_WAYS(BUILD)
    return (both_ways){ 0 };
}

static void check_both(both_ways b)
{
    tf_ndarray plain = { 0 }, boxed = { 0 };
    ck_assert_msg(caught()->count == 0, "%s: %s", b.text, caught()->message);
    tf_run(sess, tf_global_variables_initializer());
    tf_run(sess, FETCH(b.plain, &plain, b.boxed, &boxed));
    ck_assert_msg(caught()->count == 0, "%s: %s", b.text, caught()->message);
    const char *difference = array_difference(plain, boxed, 0);
    ck_assert_msg(!difference, "%s: %s", b.text, difference);
    np_free(&plain);
    np_free(&boxed);
}

START_TEST(a_plain_number_equals_the_same_in_an_operand)
{
    check_both(row(_i));
}
END_TEST

/* ---- what Python takes by place and by name, and a tensor for a list of one ------------------------------------------------- */
static tf_tensor zeros_of(tf_state *state) { return tf_add(tf_state_tensor(state), 0); }
static tf_tensor initial(tf_initializer initializer) { return tf_initial_value(initializer, SHAPE(2)); }
static tf_tensor variable(void)
{
    tf_tensor w = { 0 };
    tf_with_variable_scope("v", .reuse = tf_AUTO_REUSE)
        w = tf_get_variable("w", SHAPE(2), .initializer = tf_constant_initializer(3));
    return w;
}
static tf_tensor variable_by_name(void)
{
    tf_tensor w = { 0 };
    tf_with_variable_scope("v", .reuse = true)
        w = tf_get_variable(.name = "w", .shape = SHAPE(2));
    return w;
}
static tf_tensor initialized(tf_initializer initializer)
{
    tf_tensor w = tf_get_variable("w", SHAPE(2), .initializer = initializer);
    tf_run(sess, tf_global_variables_initializer());
    return w;
}
static int in_scopes(void)
{
    tf_with_variable_scope("actor", .reuse = tf_auto_reuse)
        tf_get_variable("w", SHAPE(2));
    tf_get_variable("w", SHAPE(2));
    return 10 * tf_trainable_variables("actor").n + tf_get_collection(tf_graph_keys_TRAINABLE_VARIABLES, .scope = "actor").n;
}
static tf_list doubled(tf_list vars, void *context)
{
    (void)context;
    return LIST(tf_add(tf_at(vars, 0), 1), tf_mul(tf_at(vars, 1), 2));
}
static tf_tensor below_2(tf_list vars, void *context) { return (void)context, tf_less(tf_at(vars, 0), 2); }
static tf_tensor length(void) { return tf_getitem(tf_shape(x), "0"); }
static tf_tensor cube(void) { return tf_pow(x, 3); }

#define SPELLINGS(ROW)                                                                                          \
    ROW(zeros_of(tf_zero_state(CELL, 3, .dtype = tf_float32)), zeros_of(tf_zero_state(CELL, 3, tf_float32)))    \
    ROW(initial(tf_constant_initializer(.value = 2)), initial(tf_constant_initializer(2, tf_float32)))          \
    ROW(initial(tf_constant_initializer()), tf_zeros(SHAPE(2)))                                                 \
    ROW(variable(), variable_by_name())                                                                         \
    ROW(tf_at(tf_gradients(cube(), x), 0), tf_mul(3., tf_square(x)))                                            \
    ROW(tf_at(tf_gradients(LIST(cube(), x), x), 0), tf_add(tf_mul(3., tf_square(x)), 1))                        \
    ROW(tf_at(tf_gradients(cube(), LIST(y, x)), 1), tf_mul(3., tf_square(x)))                                   \
    ROW(tf_convert_to_tensor(3), tf_constant(3))                                                                \
    ROW(tf_convert_to_tensor(3, tf_float32), tf_constant(3.0))                                                  \
    ROW(tf_convert_to_tensor(NP_FLOAT(1, 2.5), .dtype = tf_float64), tf_constant(NP_FLOAT(1, 2.5), tf_float64)) \
    ROW(tf_convert_to_tensor(LIST(tf_constant(1.0), tf_constant(2.0))), tf_constant(NP_FLOAT(1, 2)))            \
    ROW(tf_convert_to_tensor(variable()), variable_by_name())                                                   \
    ROW(tf_zeros(LIST(length(), 48)), tf_zeros(SHAPE(2, 48)))                                                   \
    ROW(tf_reshape(x, LIST(3, length())), tf_reshape(x, SHAPE(3, 2)))                                           \
    ROW(tf_stack(LIST(length(), 0)), tf_constant(NP_INT(2, 0)))                                                 \
    ROW(tf_stack(LIST(1.5, tf_constant(2.5, tf_float64))), tf_constant(NP_FLOAT(1.5, 2.5), tf_float64))         \
    ROW(tf_at(tf_while_loop(below_2, doubled, LIST(0, x)), 1), tf_mul(x, 4))                                    \
    ROW(initialized(tf_ones_initializer), tf_ones(SHAPE(2)))                                                    \
    ROW(tf_constant(in_scopes()), tf_constant(11))                                                              \
    ROW(tf_div(tf_constant(NP_INT(7, -7)), 2), tf_constant(NP_INT(3, -4)))                                      \
    ROW(tf_div(7, 2), tf_constant(3))                                                                           \
    ROW(tf_div(x, 2), tf_truediv(x, 2.))                                                                        \
    ROW(tf_operator_pow(tf_operator_add(x, 1), 2), tf_square(tf_add(x, 1)))                                     \
    ROW(tf_layers_dense(x, 3, .activation = tf_sin, .kernel_initializer = tf_ones_initializer),                 \
        tf_sin(tf_matmul(x, tf_ones(SHAPE(3, 3)))))                                                             \
    ROW(tf_math_add_n(LIST(x, y)), tf_add_n(LIST(x, y)))                                                        \
    ROW((variable(), tf_at(tf_all_variables(), 0)), tf_at(tf_global_variables(), 0))

#define SPELL(first, second) \
    if (i == n++) {          \
        b.text = #first;     \
        b.plain = first;     \
        b.boxed = second;    \
    }
enum { N_SPELLINGS = 0 SPELLINGS(COUNT) };

/* The first spelling is made before the second. */
static both_ways spelling(int i)
{
    both_ways b = { 0 };
    int n = 0;
    SPELLINGS(SPELL)
    return b;
}

/* ---- shapes: Python's None, and a number where a tuple of one is meant -------------------------------------------------------- */
#define GIVEN_SHAPES(ROW)                                       \
    ROW(tf_placeholder(tf_float32, NONE), "?")                  \
    ROW(tf_placeholder(tf_float32, .shape = NONE), "?")         \
    ROW(tf_placeholder(tf_float32, 3), "[3]")                   \
    ROW(tf_placeholder(tf_float32, SHAPE(NONE)), "[?]")         \
    ROW(tf_placeholder(tf_float32, SCALAR), "[]")               \
    ROW(tf_placeholder_with_default(NP_FLOAT(1, 2), NONE), "?") \
    ROW(tf_placeholder_with_default(NP_FLOAT(1, 2), 2), "[2]")  \
    ROW(tf_constant(1.0, .shape = 3), "[3]")                    \
    ROW(tf_get_variable("w", 3), "[3]")                         \
    ROW(tf_placeholder_with_default(NP_FLOAT(1, 2), -2), NULL)  \
    ROW(tf_placeholder(tf_float32, .5), NULL)                   \
    ROW(tf_placeholder(tf_float32, x), NULL)                    \
    ROW(tf_get_variable("w", LIST(x)), NULL)
enum { N_GIVEN_SHAPES = 0 GIVEN_SHAPES(COUNT) };

START_TEST(a_number_for_a_shape_is_a_vectors_and_a_tensor_a_mistake)
{
    char text[256];
    int n = 0;
#define GIVEN_SHAPE(call, shape)                                                                                          \
    if (_i == n++) {                                                                                                      \
        tf_tensor t = call;                                                                                               \
        const char *want = shape;                                                                                         \
        ck_assert_int_eq(tf_is_poisoned(t), !want);                                                                       \
        if (want)                                                                                                         \
            ck_assert_str_eq(shapes_text(1, &t, tf_float32, text, sizeof text), want);                                    \
        else                                                                                                              \
            ck_assert_msg(strstr(caught()->message, "Expected a shape such as SHAPE("), #call ": %s", caught()->message); \
    }
    GIVEN_SHAPES(GIVEN_SHAPE)
}
END_TEST

START_TEST(another_spelling_means_the_same)
{
    check_both(spelling(_i));
}
END_TEST

START_TEST(a_tensor_converts_to_itself_unless_asked_for_another_dtype)
{
    ck_assert(tf_same_tensor(tf_convert_to_tensor(x), x));
    ck_assert(tf_same_tensor(tf_convert_to_tensor(x, .dtype = tf_float32, .name = "unused"), x));
    ck_assert_str_eq(tf_op_name(tf_tensor_op(tf_convert_to_tensor(3, .name = "n"))), "n");
    ck_assert_int_eq(caught()->count, 0);
    ck_assert(tf_is_poisoned(tf_convert_to_tensor(x, tf_int32)));
    ck_assert_msg(strstr(caught()->message, "Tensor conversion requested dtype int32 for Tensor with dtype float32"), "%s",
                  caught()->message);
}
END_TEST

/* ---- learning rates: every optimizer, by name a number, 0 too --------------------------------------------------------------- */
#define OPTIMIZERS(ROW)                                                     \
    ROW(tf_train_gradient_descent_optimizer(.learning_rate = rate))         \
    ROW(tf_train_momentum_optimizer(.learning_rate = rate, .momentum = .9)) \
    ROW(tf_train_adam_optimizer(.learning_rate = rate))                     \
    ROW(tf_train_rms_prop_optimizer(.decay = .8, .learning_rate = rate))    \
    ROW(tf_train_adagrad_optimizer(.learning_rate = rate, .name = "A"))     \
    ROW(tf_train_adadelta_optimizer(.learning_rate = rate))                 \
    ROW(tf_train_ftrl_optimizer(.learning_rate = rate))
#define COUNT_ONE(call) +1
enum { N_OPTIMIZERS = 0 OPTIMIZERS(COUNT_ONE) };

static tf_optimizer *optimizer(int i, double rate)
{
    int n = 0;
#define MAKE(call) \
    if (i == n++)  \
        return call;
    OPTIMIZERS(MAKE)
    return NULL;
}

START_TEST(a_learning_rate_by_name_is_a_number_and_0_stands_still)
{
    tf_tensor w = tf_variable(1.0), still = tf_variable(1.0);
    tf_operation *moves = tf_minimize(optimizer(_i, 0.125), tf_square(w), .var_list = LIST(w));
    tf_operation *rests = _i == N_OPTIMIZERS - 1 ? moves : tf_minimize(optimizer(_i, 0), tf_square(still), .var_list = LIST(still));
    float moved = 0, rested = 0; /* Ftrl divides by its rate */
    tf_run(sess, tf_global_variables_initializer());
    tf_run(sess, moves);
    tf_run(sess, rests);
    tf_run(sess, FETCH(w, &moved, still, &rested));
    ck_assert_msg(caught()->count == 0, "%s", caught()->message);
    ck_assert_msg(moved < 1, "%g", moved);
    ck_assert_msg(rested == 1, "%g", rested);
}
END_TEST

/* ---- what does not fit ------------------------------------------------------------------------------------------------------- */
#define MISTAKES(ROW)                                                                                                           \
    ROW(tf_nn_dropout(x), "You must provide a rate to dropout.")                                                                \
    ROW(tf_nn_dropout(x, .rate = 1.5), "rate must be a scalar tensor or a float in the range [0, 1), got 1.5")                  \
    ROW(tf_nn_dropout(x, .keep_prob = 0), "rate must be a scalar tensor or a float in the range [0, 1), got 1")                 \
    ROW(tf_nn_dropout(x, .keep_prob = 0, .rate = 0), "Cannot specify both 'keep_prob' and 'rate'")                              \
    ROW(tf_convert_to_tensor(3.5, .dtype = tf_int32), "Expected int32, got 3.5 of type 'float' instead.")                       \
    ROW(tf_convert_to_tensor(3, .name = "a b"), "'a b' is not a valid node name")                                               \
    ROW(tf_one_hot(ids(), 3, .on_value = .5, .dtype = tf_int32),                                                                \
        "dtype <dtype: 'float32'> of on_value does not match dtype parameter <dtype: 'int32'>")                                 \
    ROW(tf_one_hot(ids(), 3, .on_value = 1, .dtype = tf_bool),                                                                  \
        "dtype <dtype: 'int32'> of on_value does not match dtype parameter <dtype: 'bool'>")                                    \
    ROW(tf_one_hot(ids(), 3, five), "A bare 5 may be an int or a float here: write tf_constant(5) or tf_constant(5.0)")         \
    ROW(tf_pad(ids(), NP_INT2D({ 1, 0 }), .constant_values = .5), "Expected int32, got 0.5 of type 'float' instead.")           \
    ROW(tf_nn_dynamic_rnn(CELL, tf_expand_dims(x, 0), .sequence_length = 2, .dtype = tf_float32).outputs,                       \
        "sequence_length must be a vector of length batch_size, but saw shape: ()")                                             \
    ROW(tf_nn_bidirectional_dynamic_rnn(CELL, CELL, tf_expand_dims(x, 0), .sequence_length = 2, .dtype = tf_float32).output_fw, \
        "sequence_length must be a vector of length batch_size, but saw shape: ()")                                             \
    ROW(tf_at(tf_nn_static_rnn(CELL, LIST(x), .sequence_length = 2, .dtype = tf_float32).outputs, 0),                           \
        "sequence_length must be a vector of length batch_size")                                                                \
    ROW(tf_at(tf_nn_static_bidirectional_rnn(CELL, CELL, LIST(x), .sequence_length = 2, .dtype = tf_float32).outputs, 0),       \
        "sequence_length must be a vector of length batch_size")                                                                \
    ROW(tf_state_tensor(tf_zero_state(CELL, 2)), "zero_state() missing 1 required positional argument: 'dtype'")                \
    ROW(tf_state_tensor(tf_zero_state(CELL, 2.5, tf_float32)), "Ambiguous dimension: 2.5")                                      \
    ROW(tf_state_tensor(tf_zero_state(CELL, -1., tf_float32)), "Dimension -1 must be >= 0")                                     \
    ROW(tf_transpose(x, .perm_tensor = 1), "Shape must be rank 1 but is rank 0 for 'transpose' (op: 'Transpose')")              \
    ROW(tf_strided_slice(x, SHAPE(0), SHAPE(1), .strides = 1), "Shape must be rank 1 but is rank 0 for 'StridedSlice'")

#define COUNT_MISTAKE(call, message) +1
enum { N_MISTAKES = 0 MISTAKES(COUNT_MISTAKE) };

START_TEST(a_number_that_does_not_fit_is_refused)
{
    const char *want = NULL;
    int n = 0;
#define MISTAKE(call, message)           \
    if (_i == n++) {                     \
        want = message;                  \
        ck_assert(tf_is_poisoned(call)); \
    }
    MISTAKES(MISTAKE)
    ck_assert_msg(strstr(caught()->message, want), "%s\nand not\n%s", caught()->message, want);
}
END_TEST

/* ---- the order in which arguments are made ------------------------------------------------------------------------------------ */
static char order[16];
static tf_tensor made(char letter, tf_tensor t)
{
    size_t n = strlen(order);
    if (n + 1 < sizeof order)
        order[n] = letter;
    return t;
}
#define A made('a', x)
#define B made('b', y)
#define C made('c', x)
static tf_tensor sum(tf_tensor state, tf_tensor element, void *context) { return (void)context, tf_add(state, element); }
static tf_tensor rows(char letter) { return made(letter, tf_reduce_sum(x, 0)); }
static tf_tensor number(char letter) { return made(letter, tf_constant(2)); }

#define CALLS(ROW)                                                                                       \
    ROW(tf_add(A, B), "ab")                                                                              \
    ROW(tf_add(tf_multiply(A, B), tf_multiply(C, A)), "abca")                                            \
    ROW(tf_matmul(A, B, .transpose_b = true), "ab")                                                      \
    ROW(tf_nn_xw_plus_b(A, made('b', tf_transpose(y)), made('c', tf_ones(SHAPE(2)))), "abc")             \
    ROW(tf_where(made('a', tf_greater(x, y)), B, C), "abc")                                              \
    ROW(tf_clip_by_value(A, B, C), "abc")                                                                \
    ROW(tf_concat(LIST(A, B, C), number('d')), "abcd")                                                   \
    ROW(tf_stack(LIST(A, B, C)), "abc")                                                                  \
    ROW(tf_at(tf_split(A, 1, .axis_tensor = TF_T(number('b'))), 0), "ab")                                \
    ROW(tf_one_hot(made('a', ids()), number('b'), .on_value = TF_T(made('c', tf_constant(1.0)))), "abc") \
    ROW(tf_transpose(A, .perm_tensor = TF_T(made('b', tf_constant(NP_INT(1, 0))))), "ab")                \
    ROW(tf_nn_dropout(A, .rate = TF_T(made('b', tf_constant(.5)))), "ab")                                \
    ROW(tf_scan(sum, A, .initializer = rows('b')), "ab")                                                 \
    ROW(tf_nn_sigmoid_cross_entropy_with_logits(.labels = A, .logits = B), "ab")                         \
    ROW(tf_losses_mean_squared_error(A, B, .weights = TF_T(made('c', tf_constant(2.0)))), "abc")         \
    ROW(tf_at(tf_gradients(LIST(A), LIST(B, C), .grad_ys = LIST(made('d', y))), 0), "abcd")              \
    ROW(tf_train_exponential_decay(.1, number('a'), number('b'), made('c', tf_constant(.5))), "abc")

#define COUNT_CALL(call, want) +1
enum { N_CALLS = 0 CALLS(COUNT_CALL) };

START_TEST(arguments_are_made_from_left_to_right)
{
    const char *text = NULL, *want = NULL;
    int n = 0;
    memset(order, 0, sizeof order);
#define CALL(call, letters) \
    if (_i == n++) {        \
        text = #call;       \
        want = letters;     \
        (void)(call);       \
    }
    CALLS(CALL)
    ck_assert_msg(strcmp(order, want) == 0, "%s: %s and not %s", text, order, want);
}
END_TEST

/* ---- Python's operators ---------------------------------------------------------------------------------------------------------- */
#define OPERATORS(ROW)                          \
    ROW(tf_operator_add(x, y), "add")           \
    ROW(tf_operator_sub(x, y), "sub")           \
    ROW(tf_operator_mul(x, y), "mul")           \
    ROW(tf_operator_truediv(x, y), "truediv")   \
    ROW(tf_operator_floordiv(x, y), "floordiv") \
    ROW(tf_operator_mod(x, y), "mod") ROW(tf_mod(x, y), "FloorMod") ROW(tf_operator_pow(x, y), "pow") ROW(tf_div(x, y), "div")

START_TEST(an_operator_makes_the_name_that_it_makes_in_python)
{
#define OPERATOR(call, want) ck_assert_str_eq(tf_op_name(tf_tensor_op(call)), want);
    OPERATORS(OPERATOR)
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("keywords");
    TCase *tc = tcase_create("rows");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_loop_test(tc, a_plain_number_equals_the_same_in_an_operand, 0, WAYS);
    tcase_add_loop_test(tc, another_spelling_means_the_same, 0, N_SPELLINGS);
    tcase_add_loop_test(tc, a_number_for_a_shape_is_a_vectors_and_a_tensor_a_mistake, 0, N_GIVEN_SHAPES);
    tcase_add_test(tc, an_operator_makes_the_name_that_it_makes_in_python);
    tcase_add_test(tc, a_tensor_converts_to_itself_unless_asked_for_another_dtype);
    tcase_add_loop_test(tc, a_learning_rate_by_name_is_a_number_and_0_stands_still, 0, N_OPTIMIZERS);
    tcase_add_loop_test(tc, a_number_that_does_not_fit_is_refused, 0, N_MISTAKES);
    tcase_add_loop_test(tc, arguments_are_made_from_left_to_right, 0, N_CALLS);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
