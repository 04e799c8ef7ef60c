#include "exchange/models.h"

#include <string.h>

static tf_tensor classify(tf_tensor h, tf_tensor y)
{
    return tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits_v2(.logits = tf_layers_dense(h, 2), .labels = y));
}

static tf_tensor static_lstm(tf_tensor x, tf_tensor y)
{
    tf_rnn_list rnn = tf_nn_static_rnn(tf_nn_rnn_cell_basic_lstm_cell(5), tf_unstack(x, 3, 1), .dtype = tf_float32);
    return classify(tf_at(rnn.outputs, -1), y);
}

static tf_tensor char_rnn(tf_tensor x, tf_tensor y)
{
    tf_tensor table = tf_get_variable("embedding", SHAPE(5, 4));
    tf_cell *cell = tf_nn_rnn_cell_dropout_wrapper(tf_nn_rnn_cell_basic_lstm_cell(4), .output_keep_prob = .8, .seed = 5);
    tf_cell *cells = tf_nn_rnn_cell_multi_rnn_cell(CELLS(cell));
    tf_list outputs = tf_nn_static_rnn(cells, tf_unstack(tf_nn_embedding_lookup(table, x), 3, 1), .dtype = tf_float32).outputs;
    tf_tensor logits = tf_layers_dense(tf_reshape(tf_stack(outputs, 1), SHAPE(-1, 4)), 5);
    return tf_reduce_mean(tf_nn_sparse_softmax_cross_entropy_with_logits(.logits = logits, .labels = tf_reshape(y, SHAPE(-1))));
}

static tf_tensor cnn(tf_tensor x, tf_tensor y)
{
    tf_tensor h = tf_layers_conv2d(x, 3, 3, .activation = tf_nn_relu, .padding = "same");
    h = tf_layers_max_pooling2d(tf_layers_batch_normalization(h, .training = TF_T(true)), 2, 2);
    return classify(tf_layers_flatten(h), y);
}

static tf_tensor word2vec(tf_tensor x, tf_tensor y)
{
    return classify(tf_nn_embedding_lookup(tf_get_variable("table", SHAPE(7, 4)), x), y);
}

static tf_tensor dynamic_lstm(tf_tensor x, tf_tensor y)
{
    tf_tensor all = tf_nn_dynamic_rnn(tf_nn_rnn_cell_basic_lstm_cell(5), x, .dtype = tf_float32).outputs;
    return classify(tf_getitem(all, ":, -1"), y);
}

static tf_tensor gru_lengths(tf_tensor x, tf_tensor y)
{
    tf_rnn rnn = tf_nn_dynamic_rnn(tf_nn_rnn_cell_gru_cell(5), x, .sequence_length = NP_INT(2, 5, 1, 3), .dtype = tf_float32);
    return classify(tf_state_tensor(rnn.state), y);
}

static tf_tensor turned(tf_tensor v) { return tf_tanh(tf_add(tf_matmul(v, tf_get_variable("w", SHAPE(3, 3))), .1)); }

static tf_tensor is_large(tf_list v, void *none) { return (void)none, tf_greater(tf_reduce_sum(tf_at(v, 1)), .5); }
static tf_list shrink(tf_list v, void *none)
{
    (void)none;
    return LIST(tf_add(tf_at(v, 0), 1), tf_mul(.8, turned(tf_at(v, 1))));
}
static tf_tensor long_enough(tf_tensor x, tf_tensor y)
{
    return classify(tf_at(tf_while_loop(is_large, shrink, LIST(tf_constant(0), tf_add(1., tf_getitem(x, ":, 0")))), 1), y);
}

typedef struct {
    int times;
    tf_tensor (*step)(tf_tensor i, tf_tensor v, tf_tensor x);
    tf_tensor x;
} repetition;
static tf_tensor go_on(tf_list v, void *r) { return tf_less(tf_at(v, 0), ((repetition *)r)->times); }
static tf_list once_more(tf_list v, void *context)
{
    const repetition *r = context;
    return LIST(tf_add(tf_at(v, 0), 1), r->step(tf_at(v, 0), tf_at(v, 1), r->x));
}
static tf_tensor repeated(repetition r, tf_tensor start)
{
    return tf_at(tf_while_loop(go_on, once_more, LIST(tf_constant(0), start), .context = &r), 1);
}

static tf_tensor turn_inside(tf_tensor j, tf_tensor u, tf_tensor x) { return (void)j, (void)x, turned(u); }
static tf_tensor turn_twice(tf_tensor i, tf_tensor v, tf_tensor x)
{
    (void)i;
    return tf_add(repeated((repetition){ .times = 2, .step = turn_inside }, v), tf_getitem(x, ":, 0"));
}
static tf_tensor nested(tf_tensor x, tf_tensor y)
{
    return classify(repeated((repetition){ 3, turn_twice, x }, tf_getitem(x, ":, 1")), y);
}

static tf_tensor turn_it(void *v) { return turned(*(tf_tensor *)v); }
static tf_tensor its_sine(void *v) { return tf_sin(*(tf_tensor *)v); }
static tf_tensor turn_later(tf_tensor i, tf_tensor v, tf_tensor x)
{
    (void)x;
    return tf_cond(tf_greater(i, 1), turn_it, its_sine, .context = &v);
}
static tf_tensor cond_in_loop(tf_tensor x, tf_tensor y)
{
    return classify(repeated((repetition){ .times = 4, .step = turn_later }, tf_getitem(x, ":, 0")), y);
}

static tf_optimizer *adam(void) { return tf_train_adam_optimizer(.01); }
static tf_optimizer *rms_prop(void) { return tf_train_rmsprop_optimizer(.01); }
static tf_optimizer *momentum(void) { return tf_train_momentum_optimizer(.05, .9); }
static tf_optimizer *descent(void) { return tf_train_gradient_descent_optimizer(.1); }

static const struct {
    const char *name;
    tf_tensor (*build)(tf_tensor x, tf_tensor y);
    tf_optimizer *(*optimizer)(void);
    int x[4];    /* its shape; of words 0 */
    int classes; /* how many rows of y; of words 0 */
} models[EXCHANGED_MODELS] = {
    { "static_lstm", static_lstm, adam, { 4, 3, 3 }, 4 },
    { "char_rnn", char_rnn, adam, { 0 }, 0 },
    { "cnn", cnn, rms_prop, { 3, 6, 6, 2 }, 3 },
    { "word2vec", word2vec, momentum, { 0 }, 6 },
    { "dynamic_lstm", dynamic_lstm, descent, { 4, 5, 3 }, 4 },
    { "gru_lengths", gru_lengths, descent, { 4, 5, 3 }, 4 },
    { "long_enough", long_enough, descent, { 4, 5, 3 }, 4 },
    { "nested", nested, descent, { 4, 5, 3 }, 4 },
    { "cond_in_loop", cond_in_loop, descent, { 4, 5, 3 }, 4 },
};

const char *exchanged_name(int i) { return models[i].name; }

static tf_ndarray numbers(const int *shape)
{
    tf_dims dims = { .known = true };
    while (dims.rank < 4 && shape[dims.rank]) {
        dims.dims[dims.rank] = shape[dims.rank];
        dims.rank++;
    }
    tf_ndarray a = np_empty(dims, tf_float32);
    for (int64_t i = 0; i < np_size(a); i++)
        ((float *)a.data)[i] = (float)((double)(i * 7 % 11) / 11. - .4);
    return a;
}

/* One of two, in turns. */
static tf_ndarray classes(int n)
{
    tf_ndarray a = np_empty(SHAPE(n, 2), tf_float32);
    for (int i = 0; i < 2 * n; i++)
        ((float *)a.data)[i] = (float)(i / 2 % 2 == i % 2);
    return a;
}

static tf_ndarray words(const int32_t *values, tf_dims shape)
{
    tf_ndarray a = np_empty(shape, tf_int32);
    memcpy(a.data, values, np_nbytes(a));
    return a;
}

tf_ndarray exchanged_x(int i)
{
    if (models[i].x[0])
        return numbers(models[i].x);
    return models[i].build == char_rnn ? words((int32_t[]){ 1, 3, 0, 2, 2, 4 }, SHAPE(2, 3))
                                       : words((int32_t[]){ 2, 5, 2, 3, 0, 2 }, SHAPE(6));
}

tf_ndarray exchanged_y(int i)
{
    return models[i].classes ? classes(models[i].classes) : words((int32_t[]){ 3, 0, 1, 2, 4, 2 }, SHAPE(2, 3));
}

static tf_tensor placeholder_for(tf_ndarray a, const char *name)
{
    tf_tensor t = tf_placeholder(a.dtype, a.shape, .name = name);
    np_free(&a);
    return t;
}

/* A char-RNN's gradients are clipped. */
static tf_operation *clipped_step(tf_optimizer *optimizer, tf_tensor loss)
{
    tf_list variables = tf_trainable_variables(), clipped = tf_clip_by_global_norm(tf_gradients(loss, variables), 1.).list;
    return tf_apply_gradients(optimizer, tf_zip(clipped, variables), .name = "step");
}

exchanged_model exchanged_build(int i)
{
    tf_set_random_seed(1);
    exchanged_model m = { .x = placeholder_for(exchanged_x(i), "x"), .y = placeholder_for(exchanged_y(i), "y") };
    m.loss = models[i].build(m.x, m.y);
    tf_identity(m.loss, .name = "loss");
    tf_optimizer *optimizer = models[i].optimizer();
    m.step = models[i].build == char_rnn ? clipped_step(optimizer, m.loss) : tf_minimize(optimizer, m.loss, .name = "step");
    return m;
}
