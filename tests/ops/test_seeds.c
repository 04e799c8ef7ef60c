/* What is drawn, with the graph's seed alone, once a model has its gradients and its optimizers: an op draws by the number of those
 * made before it, and TF makes some of its own there. Numbers: tests/golden/make_seeds.py, which has the same models. */
#include "fixture.h"
#include "graph/node.h"

static tf_tensor x_(tf_dims shape) { return tf_placeholder(tf_float32, shape); }
#define x(...) x_(SHAPE(__VA_ARGS__))

static tf_tensor mlp_of(int64_t batch)
{
    tf_tensor a = x(batch, 4), h = tf_layers_dense(a, 5, .activation = tf_nn_relu), y = x(batch, 3), z = tf_layers_dense(h, 3);
    return tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits_v2(.labels = y, .logits = z));
}
static tf_tensor mlp(void) { return mlp_of(NONE); }

static tf_tensor by_hand(void)
{
    tf_tensor a = x(NONE, 4), y = x(NONE, 1), w = tf_variable(tf_zeros(SHAPE(4, 1))), b = tf_variable(tf_zeros(SHAPE(1)));
    return tf_reduce_mean(tf_square(tf_sub(tf_operator_add(tf_matmul(a, w), b), y)));
}

#define OPTIMIZED(name, optimizer, loss) \
    static void name(void) { tf_minimize(optimizer, loss); }
static void hand_gradients(void) { tf_gradients(LIST(by_hand()), tf_trainable_variables()); }
OPTIMIZED(hand_sgd, tf_train_gradient_descent_optimizer(.1), by_hand())
OPTIMIZED(mlp_sgd, tf_train_gradient_descent_optimizer(.1), mlp())
OPTIMIZED(mlp_known_sgd, tf_train_gradient_descent_optimizer(.1), mlp_of(8))
static void zeros_of_lists(void)
{
    const tf_list sizes = tf_unstack(tf_shape(x(NONE, NONE)));
    const tf_tensor b = tf_at(sizes, 0), c = tf_at(sizes, 1);
    tf_zeros(LIST(b)), tf_ones(LIST(b), tf_int32);
    tf_zeros(LIST(b, 1)), tf_ones(LIST(b, 1), tf_int32);
    tf_zeros(LIST(1, b)), tf_ones(LIST(1, b), tf_int32);
    tf_zeros(LIST(2, 3, b)), tf_ones(LIST(2, 3, b), tf_int32);
    tf_zeros(LIST(b, c)), tf_ones(LIST(b, c), tf_int32);
    tf_zeros(LIST(b, 2, 3)), tf_ones(LIST(b, 2, 3), tf_int32);
    tf_zeros(LIST(3, b, c, 2)), tf_ones(LIST(3, b, c, 2), tf_int32);
    tf_zeros(SHAPE(2, 3)), tf_ones(SHAPE(2, 3), tf_int32);
}
static void normalized_as_told(void)
{
    tf_tensor told = tf_placeholder(tf_bool), h = tf_layers_dense(x(NONE, 4), 5);
    tf_layers_batch_normalization(h, .training = told);
    tf_layers_batch_normalization(x(NONE, 8, 5), .training = told, .axis = 1, .scale = false);
}
static void images_normalized_as_told(void)
{
    tf_tensor told = tf_placeholder(tf_bool), h = tf_layers_conv2d(x(NONE, 8, 8, 1), 4, 3);
    tf_layers_batch_normalization(h, .training = told);
    h = tf_layers_conv2d(x(NONE, 8, 8, 1), 4, 3);
    tf_layers_batch_normalization(h, .training = told, .fused = false);
}
static void images_normalized_by_parts(void)
{
    tf_tensor h = tf_layers_conv2d(x(NONE, 8, 8, 1), 4, 3);
    h = tf_layers_batch_normalization(h, .training = TF_T(true), .fused = false);
    tf_minimize(tf_train_adam_optimizer(.1), tf_reduce_sum(tf_nn_relu(h)));
}
OPTIMIZED(mlp_adam, tf_train_adam_optimizer(.1), mlp())
static void mlp_adam_step(void)
{
    tf_tensor loss = mlp();
    tf_minimize(tf_train_adam_optimizer(.1), loss, .global_step = tf_train_get_or_create_global_step());
}
OPTIMIZED(mlp_momentum, tf_train_momentum_optimizer(.1, .9), mlp())
OPTIMIZED(mlp_nesterov, tf_train_momentum_optimizer(.1, .9, .use_nesterov = true), mlp())
OPTIMIZED(mlp_rmsprop, tf_train_rmsprop_optimizer(.1), mlp())
OPTIMIZED(mlp_rmsprop_centered, tf_train_rmsprop_optimizer(.1, .centered = true), mlp())
OPTIMIZED(mlp_adagrad, tf_train_adagrad_optimizer(.1), mlp())
OPTIMIZED(mlp_adadelta, tf_train_adadelta_optimizer(.1), mlp())
OPTIMIZED(mlp_ftrl, tf_train_ftrl_optimizer(.1), mlp())
static void mlp_decay(void)
{
    tf_tensor step = tf_variable(0, .trainable = false), rate = tf_train_exponential_decay(.1, step, 100, .9), loss = mlp();
    tf_minimize(tf_train_gradient_descent_optimizer(rate), loss, .global_step = step);
}
static void two_steps(void)
{
    tf_tensor loss = mlp();
    tf_minimize(tf_train_adam_optimizer(.1), loss);
    tf_minimize(tf_train_adam_optimizer(.1), loss);
}
static void clipped(void)
{
    tf_tensor loss = mlp();
    tf_optimizer *o = tf_train_adam_optimizer(.1);
    const tf_grads_and_variables both = tf_unzip(tf_compute_gradients(o, loss));
    tf_apply_gradients(o, tf_zip(tf_clip_by_global_norm(both.grads, 5.0).list, both.variables));
}
static void clipped_hand(void)
{
    tf_tensor loss = mlp();
    tf_optimizer *o = tf_train_adam_optimizer(.1);
    tf_list v = tf_trainable_variables();
    tf_apply_gradients(o, tf_zip(tf_clip_by_global_norm(tf_gradients(LIST(loss), v), 5.0).list, v));
}
static void clipped_each(void)
{
    tf_tensor loss = mlp();
    tf_optimizer *o = tf_train_gradient_descent_optimizer(.1);
    tf_grads_and_vars pairs = tf_compute_gradients(o, loss);
    for (int i = 0; i < pairs.n; i++)
        pairs.items[i].grad = tf_clip_by_value(pairs.items[i].grad, -1.0, 1.0);
    tf_apply_gradients(o, pairs);
}
static void clipped_norms(void)
{
    tf_tensor loss = mlp();
    tf_optimizer *o = tf_train_gradient_descent_optimizer(.1);
    tf_grads_and_vars pairs = tf_compute_gradients(o, loss);
    for (int i = 0; i < pairs.n; i++)
        pairs.items[i].grad = tf_clip_by_norm(pairs.items[i].grad, 1.0);
    tf_apply_gradients(o, pairs);
}
static void dropped(void)
{
    tf_tensor h = tf_layers_dense(x(NONE, 4), 5, .activation = tf_tanh);
    h = tf_layers_dropout(h, .4, .training = TF_T(true));
    h = tf_layers_dense(tf_nn_dropout(h, .keep_prob = .5), 1);
    tf_minimize(tf_train_adam_optimizer(.1), tf_reduce_mean(tf_square(tf_sub(h, x(NONE, 1)))));
}
static void normalized(void)
{
    tf_tensor h = tf_layers_batch_normalization(tf_layers_dense(x(NONE, 4), 5), .training = TF_T(true));
    tf_minimize(tf_train_adam_optimizer(.1), tf_reduce_sum(tf_nn_relu(h)));
}
static void regularized(void)
{
    tf_tensor h =
        tf_layers_dense(x(NONE, 4), 5, .activation = tf_sigmoid, .kernel_regularizer = tf_contrib_layers_l2_regularizer(.01));
    tf_tensor error = tf_losses_mean_squared_error(x(NONE, 5), h);
    tf_minimize(tf_train_gradient_descent_optimizer(.1), tf_operator_add(error, tf_losses_get_regularization_loss()));
}
static void l2(void)
{
    tf_tensor loss = mlp();
    tf_list v = tf_trainable_variables(), norms = { 0 };
    for (int i = 0; i < v.n; i++)
        tf_append(&norms, tf_nn_l2_loss(v.items[i]));
    tf_minimize(tf_train_gradient_descent_optimizer(.1), tf_operator_add(loss, tf_mul(.01, tf_add_n(norms))));
}
static void cnn(void)
{
    tf_tensor h = tf_layers_conv2d(x(NONE, 8, 8, 1), 4, 3, .padding = "same", .activation = tf_nn_relu);
    h = tf_layers_max_pooling2d(h, 2, 2);
    h = tf_layers_batch_normalization(tf_layers_conv2d(h, 4, 3), .training = TF_T(true));
    h = tf_layers_dense(tf_layers_flatten(h), 3);
    tf_tensor labels = tf_placeholder(tf_int32, SHAPE(NONE));
    tf_minimize(tf_train_adam_optimizer(.1), tf_losses_sparse_softmax_cross_entropy(labels, h));
}
static void cnn_by_hand(void)
{
    tf_tensor image = tf_reshape(x(NONE, 64), SHAPE(-1, 8, 8, 1));
    tf_tensor w = tf_variable(tf_truncated_normal(SHAPE(3, 3, 1, 4), .stddev = .1)),
              b = tf_variable(tf_constant(.1, .shape = SHAPE(4)));
    tf_tensor h = tf_nn_relu(tf_operator_add(tf_nn_conv2d(image, w, .strides = SHAPE(1, 1, 1, 1), .padding = "SAME"), b));
    h = tf_nn_max_pool(h, .ksize = SHAPE(1, 2, 2, 1), .strides = SHAPE(1, 2, 2, 1), .padding = "SAME");
    w = tf_variable(tf_truncated_normal(SHAPE(64, 3), .stddev = .1)), b = tf_variable(tf_constant(.1, .shape = SHAPE(3)));
    h = tf_operator_add(tf_matmul(tf_nn_dropout(tf_reshape(h, SHAPE(-1, 64)), .5), w), b);
    tf_tensor labels = x(NONE, 3);
    tf_minimize(tf_train_adam_optimizer(.1),
                tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits(.labels = labels, .logits = h)));
}
static void cross_entropy_by_hand(void)
{
    tf_tensor w = tf_variable(tf_zeros(SHAPE(4, 3))), b = tf_variable(tf_zeros(SHAPE(3)));
    tf_tensor y = tf_nn_softmax(tf_operator_add(tf_matmul(x(NONE, 4), w), b)), labels = x(NONE, 3);
    tf_tensor loss = tf_reduce_mean(tf_neg(tf_reduce_sum(tf_mul(labels, tf_log(y)), .axes = AXES(1))));
    tf_minimize(tf_train_gradient_descent_optimizer(.5), loss);
}
static tf_tensor leaky(tf_tensor t) { return tf_nn_leaky_relu(t); }
static void deconv(void)
{
    tf_tensor h = tf_reshape(tf_layers_dense(x(NONE, 3), 16, .activation = leaky), SHAPE(-1, 2, 2, 4));
    h = tf_layers_conv2d_transpose(h, 1, 3, 2, .padding = "same", .activation = tf_tanh);
    tf_minimize(tf_train_adam_optimizer(.1), tf_reduce_mean(tf_abs(h)));
}

static tf_tensor embedded(void)
{
    tf_tensor words = tf_placeholder(tf_int32, SHAPE(NONE, 5)), table = tf_get_variable("table", SHAPE(7, 4));
    tf_tensor h = tf_layers_dense(tf_reduce_mean(tf_nn_embedding_lookup(table, words), 1), 3);
    tf_tensor labels = tf_placeholder(tf_int32, SHAPE(NONE));
    return tf_reduce_mean(tf_nn_sparse_softmax_cross_entropy_with_logits(.labels = labels, .logits = h));
}
OPTIMIZED(embedded_sgd, tf_train_gradient_descent_optimizer(.1), embedded())
OPTIMIZED(embedded_adam, tf_train_adam_optimizer(.1), embedded())
OPTIMIZED(embedded_momentum, tf_train_momentum_optimizer(.1, .9), embedded())
OPTIMIZED(embedded_rmsprop, tf_train_rmsprop_optimizer(.1), embedded())
OPTIMIZED(embedded_rmsprop_centered, tf_train_rmsprop_optimizer(.1, .centered = true), embedded())
OPTIMIZED(embedded_adagrad, tf_train_adagrad_optimizer(.1), embedded())
OPTIMIZED(embedded_adadelta, tf_train_adadelta_optimizer(.1), embedded())
OPTIMIZED(embedded_ftrl, tf_train_ftrl_optimizer(.1), embedded())
static void nce(void)
{
    tf_tensor table = tf_get_variable("table", SHAPE(9, 4)), w = tf_get_variable("w", SHAPE(9, 4)),
              b = tf_get_variable("b", SHAPE(9));
    tf_tensor e = tf_nn_embedding_lookup(table, tf_placeholder(tf_int32, SHAPE(6))), z = tf_placeholder(tf_int64, SHAPE(6, 1));
    tf_minimize(tf_train_gradient_descent_optimizer(.1), tf_reduce_mean(tf_nn_nce_loss(w, b, z, e, 3, 9)));
}

static tf_tensor unrolled(tf_cell *cell)
{
    tf_rnn_list list = tf_nn_static_rnn(cell, tf_unstack(x(NONE, 3, 4), 3, 1), .dtype = tf_float32);
    return tf_reduce_mean(tf_square(tf_layers_dense(tf_at(list.outputs, -1), 1)));
}
OPTIMIZED(static_lstm, tf_train_adam_optimizer(.1), unrolled(tf_nn_rnn_cell_basic_lstm_cell(5)))
OPTIMIZED(static_gru, tf_train_adam_optimizer(.1), unrolled(tf_nn_rnn_cell_gru_cell(5)))
OPTIMIZED(static_rnn, tf_train_adam_optimizer(.1), unrolled(tf_nn_rnn_cell_basic_rnn_cell(5)))
OPTIMIZED(static_lstm_full, tf_train_adam_optimizer(.1),
          unrolled(tf_nn_rnn_cell_lstm_cell(5, .use_peepholes = true, .num_proj = 2)))
static void static_layers(void)
{
    tf_cell *cell = tf_nn_rnn_cell_dropout_wrapper(tf_nn_rnn_cell_basic_lstm_cell(5), .output_keep_prob = .5);
    tf_minimize(tf_train_adam_optimizer(.1), unrolled(tf_nn_rnn_cell_multi_rnn_cell(CELLS(cell))));
}
static void step_by_step(void)
{
    tf_cell *cell = tf_nn_rnn_cell_basic_lstm_cell(5);
    tf_state *state = tf_zero_state(cell, 2, tf_float32);
    tf_tensor inputs = x(2, 3, 4);
    tf_list outputs = { 0 };
    tf_with_variable_scope("rnn")
        for (int t = 0; t < 3; t++) {
            const tf_cell_output next = tf_call(cell, tf_getitem(inputs, ":,%d,:", t), state);
            tf_append(&outputs, next.output);
            state = next.state;
        }
    tf_tensor output = tf_reshape(tf_concat(outputs, 1), SHAPE(-1, 5)), w = tf_get_variable("w", SHAPE(5, 3));
    tf_tensor loss = tf_reduce_sum(tf_operator_add(tf_matmul(output, w), tf_get_variable("b", SHAPE(3))));
    tf_list v = tf_trainable_variables(), grads = tf_clip_by_global_norm(tf_gradients(LIST(loss), v), 5).list;
    tf_apply_gradients(tf_train_gradient_descent_optimizer(.1), tf_zip(grads, v),
                       .global_step = tf_train_get_or_create_global_step());
}

static tf_tensor dynamic_over(tf_cell *cell, tf_operand lengths)
{
    const tf_rnn rnn = tf_nn_dynamic_rnn(cell, x(NONE, 3, 4), lengths, .dtype = tf_float32);
    return tf_reduce_mean(tf_square(tf_layers_dense(tf_getitem(rnn.outputs, ":, -1"), 1)));
}
static tf_tensor dynamic(tf_cell *cell) { return dynamic_over(cell, (tf_operand){ 0 }); }
OPTIMIZED(dynamic_lstm, tf_train_adam_optimizer(.1), dynamic(tf_nn_rnn_cell_basic_lstm_cell(5)))
OPTIMIZED(dynamic_gru, tf_train_adam_optimizer(.1),
          dynamic_over(tf_nn_rnn_cell_gru_cell(5), TF_T(tf_placeholder(tf_int32, SHAPE(NONE)))))
OPTIMIZED(dynamic_rnn, tf_train_gradient_descent_optimizer(.1), dynamic(tf_nn_rnn_cell_basic_rnn_cell(5)))
static void dynamic_layers(void)
{
    tf_cell *cell = tf_nn_rnn_cell_dropout_wrapper(tf_nn_rnn_cell_basic_lstm_cell(5), .output_keep_prob = .5);
    tf_tensor loss = dynamic(tf_nn_rnn_cell_multi_rnn_cell(CELLS(cell, tf_nn_rnn_cell_gru_cell(4))));
    tf_list v = tf_trainable_variables(), grads = tf_clip_by_global_norm(tf_gradients(LIST(loss), v), 5.0).list;
    tf_apply_gradients(tf_train_adam_optimizer(.1), tf_zip(grads, v));
}
static void dynamic_words(void)
{
    tf_tensor words = tf_placeholder(tf_int32, SHAPE(NONE, 6)), table = tf_get_variable("table", SHAPE(7, 4));
    const tf_birnn rnn = tf_nn_bidirectional_dynamic_rnn(tf_nn_rnn_cell_gru_cell(5), tf_nn_rnn_cell_gru_cell(5),
                                                         tf_nn_embedding_lookup(table, words), .dtype = tf_float32);
    tf_tensor y = tf_layers_dense(tf_concat(LIST(rnn.output_fw, rnn.output_bw), 2), 1);
    tf_minimize(tf_train_adam_optimizer(.1), tf_reduce_mean(tf_square(y)));
}
static void attended(void)
{
    tf_tensor lengths = tf_placeholder(tf_int32, SHAPE(2)), memory = x(2, 4, 5);
    tf_attention_mechanism *mechanism = tf_contrib_seq2seq_bahdanau_attention(5, memory, tf_placeholder(tf_int32, SHAPE(2)));
    tf_cell *cell = tf_contrib_seq2seq_attention_wrapper(tf_nn_rnn_cell_gru_cell(5), mechanism, .attention_layer_size = 5);
    tf_helper *helper = tf_contrib_seq2seq_training_helper(x(2, 6, 3), lengths);
    tf_decoder *decoder = tf_contrib_seq2seq_basic_decoder(cell, helper, tf_zero_state(cell, 2, tf_float32));
    tf_tensor y = tf_contrib_seq2seq_dynamic_decode(decoder).outputs.rnn_output;
    tf_minimize(tf_train_adam_optimizer(.1), tf_reduce_mean(tf_square(y)));
}
static tf_tensor step_of_scan(tf_tensor h, tf_tensor e, void *context)
{
    const tf_tensor *w = context;
    return tf_tanh(tf_operator_add(tf_operator_add(tf_matmul(h, w[0]), w[1]), e));
}
static void scanned(void)
{
    tf_tensor w[] = { tf_get_variable("w", SHAPE(4, 4)), tf_get_variable("b", SHAPE(4)) }, elements = x(5, NONE, 4);
    tf_tensor states = tf_scan(step_of_scan, elements, .initializer = x(NONE, 4), .context = w);
    tf_minimize(tf_train_adam_optimizer(.1), tf_reduce_mean(tf_square(states)));
}

static tf_tensor sigmoid_loss(tf_tensor logits, bool ones)
{
    tf_tensor labels = ones ? tf_ones_like(logits) : tf_zeros_like(logits);
    return tf_reduce_mean(tf_nn_sigmoid_cross_entropy_with_logits(.logits = logits, .labels = labels));
}
static tf_tensor generator(tf_tensor z, int out)
{
    tf_tensor y = { 0 };
    tf_with_variable_scope("generator")
        y = tf_layers_dense(tf_layers_dense(z, 6, .activation = leaky), out, .activation = tf_tanh);
    return y;
}
static tf_tensor discriminator(tf_tensor images, tf_reuse reuse)
{
    tf_tensor y = { 0 };
    tf_with_variable_scope("discriminator", .reuse = reuse)
        y = tf_layers_dense(tf_layers_dense(images, 6, .activation = leaky), 1);
    return y;
}
static void gan(void)
{
    tf_tensor real = x(NONE, 4), z = x(NONE, 2), fake = generator(z, 4);
    tf_tensor on_real = discriminator(real, tf_reuse_false), on_fake = discriminator(fake, tf_reuse_true);
    tf_tensor d_real = sigmoid_loss(on_real, true), d_fake = sigmoid_loss(on_fake, false), d_loss = tf_operator_add(d_real, d_fake);
    tf_tensor g_loss = sigmoid_loss(on_fake, true);
    tf_list all = tf_trainable_variables(), d_vars = { 0 }, g_vars = { 0 };
    for (int i = 0; i < all.n; i++)
        tf_append(tf_op_name(tf_tensor_op(all.items[i]))[0] == 'd' ? &d_vars : &g_vars, all.items[i]);
    tf_minimize(tf_train_adam_optimizer(.1), d_loss, .var_list = d_vars);
    tf_minimize(tf_train_adam_optimizer(.1), g_loss, .var_list = g_vars);
}
static void vae(void)
{
    tf_tensor h = tf_layers_dense(x(NONE, 4), 6, tf_nn_relu), mean = tf_layers_dense(h, 2), log_var = tf_layers_dense(h, 2);
    tf_tensor spread = tf_exp(tf_truediv(log_var, 2));
    tf_tensor z = tf_operator_add(mean, tf_mul(spread, tf_random_normal(tf_shape(mean))));
    tf_tensor out = tf_layers_dense(z, 4), images = x(NONE, 4);
    tf_tensor error = tf_reduce_sum(tf_nn_sigmoid_cross_entropy_with_logits(.logits = out, .labels = images), 1);
    tf_tensor inner = tf_sub(tf_sub(tf_operator_add(1, log_var), tf_square(mean)), tf_exp(log_var));
    tf_tensor kl = tf_mul(-.5, tf_reduce_sum(inner, 1));
    tf_minimize(tf_train_adam_optimizer(.1), tf_reduce_mean(tf_operator_add(error, kl)));
}
static void averaged(void)
{
    tf_operation *step = tf_minimize(tf_train_gradient_descent_optimizer(.1), mlp());
    tf_with_control_dependencies(OPS(step))
        tf_apply(tf_train_exponential_moving_average(.9), tf_trainable_variables());
}
static void evaluated(void)
{
    tf_tensor logits = tf_layers_dense(x(NONE, 4), 3), y = x(NONE, 3);
    tf_minimize(tf_train_adam_optimizer(.1),
                tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits_v2(.labels = y, .logits = logits)));
    tf_reduce_mean(tf_cast(tf_equal(tf_argmax(logits, 1), tf_argmax(y, 1)), tf_float32));
    tf_global_variables_initializer();
}

#define MODEL(name, made, a, b) { #name, name, made, { a, b } },
static const struct {
    const char *name;
    void (*make)(void);
    int made;
    double draw[2];
} models[] = {
    /* clang-format off */
    MODEL(hand_gradients, 54, 0.999480486, 0.159273028)
    MODEL(hand_sgd, 67, 0.519064307, 0.736366272)
    MODEL(mlp_sgd, 127, 0.0159139633, 0.636405349)
    MODEL(mlp_known_sgd, 118, 0.410612345, 0.884690404)
    MODEL(normalized_as_told, 164, 0.312863111, 0.807826042)
    MODEL(images_normalized_as_told, 161, 0.620274901, 0.243112326)
    MODEL(images_normalized_by_parts, 254, 0.452035785, 0.965716839)
    MODEL(zeros_of_lists, 123, 0.627465248, 0.360696912)
    MODEL(mlp_adam, 174, 0.774713159, 0.0139271021)
    MODEL(mlp_adam_step, 180, 0.715305209, 0.527172923)
    MODEL(mlp_momentum, 144, 0.326468587, 0.564646125)
    MODEL(mlp_nesterov, 144, 0.326468587, 0.564646125)
    MODEL(mlp_rmsprop, 162, 0.798172593, 0.202921629)
    MODEL(mlp_rmsprop_centered, 178, 0.601611972, 0.156042695)
    MODEL(mlp_adagrad, 143, 0.730727315, 0.750544071)
    MODEL(mlp_adadelta, 161, 0.620274901, 0.243112326)
    MODEL(mlp_ftrl, 163, 0.425640106, 0.987790704)
    MODEL(mlp_decay, 140, 0.829503298, 0.656189799)
    MODEL(two_steps, 280, 0.215121627, 0.109212518)
    MODEL(clipped, 203, 0.132633567, 0.292259216)
    MODEL(clipped_hand, 188, 0.250429869, 0.195215583)
    MODEL(clipped_each, 143, 0.730727315, 0.750544071)
    MODEL(clipped_norms, 195, 0.486268997, 0.850296617)
    MODEL(dropped, 223, 0.175798059, 0.579251766)
    MODEL(normalized, 252, 0.177338123, 0.0437892675)
    MODEL(regularized, 133, 0.537842393, 0.897426367)
    MODEL(l2, 156, 0.0892080069, 0.0845640898)
    MODEL(cnn, 301, 0.683261633, 0.528112054)
    MODEL(cnn_by_hand, 234, 0.272553086, 0.301965594)
    MODEL(cross_entropy_by_hand, 93, 0.553731561, 0.166854024)
    MODEL(deconv, 159, 0.311046004, 0.592783809)
    MODEL(embedded_sgd, 115, 0.87139833, 0.584637403)
    MODEL(embedded_adam, 185, 0.911375999, 0.851693869)
    MODEL(embedded_momentum, 134, 0.862899303, 0.417007446)
    MODEL(embedded_rmsprop, 148, 0.550301313, 0.882932425)
    MODEL(embedded_rmsprop_centered, 160, 0.881507874, 0.813023806)
    MODEL(embedded_adagrad, 133, 0.537842393, 0.897426367)
    MODEL(embedded_adadelta, 147, 0.555629969, 0.700291991)
    MODEL(embedded_ftrl, 149, 0.102811813, 0.214501381)
    MODEL(nce, 353, 0.226738334, 0.592283964)
    MODEL(static_lstm, 434, 0.381582499, 0.390706301)
    MODEL(static_gru, 515, 0.108212113, 0.398819447)
    MODEL(static_rnn, 200, 0.908215046, 0.817308187)
    MODEL(static_lstm_full, 749, 0.0845705271, 0.922825217)
    MODEL(static_layers, 509, 0.992212772, 0.940583229)
    MODEL(step_by_step, 273, 0.280798197, 0.613587856)
    MODEL(dynamic_lstm, 545, 0.932564139, 0.549753666)
    MODEL(dynamic_gru, 636, 0.51429677, 0.406764269)
    MODEL(dynamic_rnn, 307, 0.387859464, 0.904123187)
    MODEL(dynamic_layers, 960, 0.476949215, 0.731307864)
    MODEL(dynamic_words, 1255, 0.49770236, 0.918176532)
    MODEL(attended, 954, 0.79490304, 0.737549305)
    MODEL(scanned, 277, 0.688760638, 0.539456367)
    MODEL(gan, 515, 0.108212113, 0.398819447)
    MODEL(vae, 430, 0.41085732, 0.0884190798)
    MODEL(averaged, 245, 0.0593442917, 0.977932453)
    MODEL(evaluated, 138, 0.871247411, 0.190338373)
    /* clang-format on */
};

START_TEST(what_is_drawn_after_a_model_is_tensorflows)
{
    tf_set_random_seed(3);
    models[_i].make();
    const int made = tf_get_default_graph()->universe->last_id;
    ck_assert_msg(made == models[_i].made, "%s counts for %d operations, not %d", models[_i].name, made, models[_i].made);
    check_run(tf_random_uniform(SHAPE(2)), (tf_feeds){ 0 }, 2, models[_i].draw);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("seeds");
    TCase *c = tcase_create("seeds");
    tcase_add_checked_fixture(c, open_session, close_session);
    tcase_add_loop_test(c, what_is_drawn_after_a_model_is_tensorflows, 0, (int)(sizeof models / sizeof *models));
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
