#include "models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- batches: the same numbers every time ------------------------------------------------------------------------- */
static uint32_t draw(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

tf_ndarray reals(tf_dims shape)
{
    uint32_t state = 1;
    tf_ndarray a = np_empty(shape, tf_float32);
    for (int64_t i = 0; i < np_size(a); i++)
        ((float *)a.data)[i] = (float)draw(&state) / (1 << 24);
    return a;
}

tf_ndarray labels(int n, int classes)
{
    uint32_t state = 2;
    tf_ndarray a = np_zeros(SHAPE(n, classes), tf_float32);
    for (int i = 0; i < n; i++)
        ((float *)a.data)[i * classes + (int)(draw(&state) % (unsigned)classes)] = 1;
    return a;
}

tf_ndarray codes(int rows, int columns, int n, uint32_t state)
{
    tf_ndarray a = np_empty(SHAPE(rows, columns), tf_int32);
    for (int i = 0; i < rows * columns; i++)
        ((int32_t *)a.data)[i] = (int32_t)(draw(&state) % (unsigned)n);
    return a;
}

void feed_x(model *m, tf_tensor to, tf_ndarray x)
{
    m->x = x;
    tf_feed_set(&m->feeds, to, x);
}

void feed_y(model *m, tf_tensor to, tf_ndarray y)
{
    m->y = y;
    tf_feed_set(&m->feeds, to, y);
}

double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void train(model *m, tf_optimizer *optimizer)
{
    const double begin = seconds_now();

    m->step = tf_minimize(optimizer, m->value);
    m->gradients = seconds_now() - begin;
}

/* ---- the tutorial's LSTM ------------------------------------------------------------------------------------------ */
static void rnn_step(model *m, const sizes *s, bool dynamic)
{
    tf_tensor X = tf_placeholder(tf_float32, SHAPE(NONE, s->T, s->I)), Y = tf_placeholder(tf_float32, SHAPE(NONE, s->C));
    tf_tensor w = tf_variable(tf_random_normal(SHAPE(s->H, s->C))), b = tf_variable(tf_random_normal(SHAPE(s->C)));
    tf_cell *cell = tf_nn_rnn_cell_basic_lstm_cell(s->H, .forget_bias = 1.0);
    tf_tensor last = dynamic ? tf_state_h(tf_nn_dynamic_rnn(cell, X, .dtype = tf_float32).state)
                             : tf_at(tf_nn_static_rnn(cell, tf_unstack(X, s->T, 1), .dtype = tf_float32).outputs, -1);
    tf_tensor logits = tf_add(tf_matmul(last, w), b);
    m->value = tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits(.logits = logits, .labels = Y));
    train(m, tf_train_adam_optimizer(0.001));
    feed_x(m, X, reals(SHAPE(s->B, s->T, s->I)));
    feed_y(m, Y, labels(s->B, s->C));
}
static void lstm_static(model *m, const sizes *s) { rnn_step(m, s, false); }
static void lstm_dynamic(model *m, const sizes *s) { rnn_step(m, s, true); }

/* Both weights' gradients are one: rows of the inputs and of the hidden states side by side. */
int lstm_loop(product *p, const sizes *s)
{
    const int B = s->B, T = s->T, I = s->I, H = s->H;
    p[0] = (product){ "inputs, all steps", false, false, T * B, 4 * H, I, 1, false, true };
    p[1] = (product){ "recurrent, a step", false, false, B, 4 * H, H, T, true, true };
    p[2] = (product){ "recurrent, backward", false, true, B, H, 4 * H, T - 1, false, true };
    p[3] = (product){ "weight gradients", true, false, I + H, 4 * H, T * B, 1, false, false };
    return 4;
}

int dense_products(product *p, int rows, int in, int out, bool backward)
{
    p[0] = (product){ "layer", false, false, rows, out, in, 1, false, true };
    p[1] = (product){ "layer, weight gradient", true, false, in, out, rows, 1, false, false };
    p[2] = (product){ "layer, backward", false, true, rows, in, out, 1, false, true };
    return backward ? 3 : 2;
}

static int lstm_products(product *p, const sizes *s)
{
    int n = lstm_loop(p, s);
    return n + dense_products(p + n, s->B, s->H, s->C, true);
}

/* ---- the LSTM from scratch: scan and map_fn -------------------------------------------------------------------------- */
typedef struct {
    tf_tensor W, B, Wv, bv;
} scratch;

static tf_tensor forward(tf_tensor prev_state, tf_tensor x, void *context)
{
    const scratch *self = context;
    tf_list hc = tf_unstack(prev_state);
    tf_tensor h = tf_at(hc, 0), c = tf_at(hc, 1);
    tf_list zifo = tf_split(tf_add(tf_matmul(tf_concat(LIST(x, h), 1), self->W), self->B), 4, .axis = 1);
    tf_tensor next_c = tf_add(tf_mul(c, tf_sigmoid(tf_at(zifo, 2))), tf_mul(tf_tanh(tf_at(zifo, 0)), tf_sigmoid(tf_at(zifo, 1))));
    return tf_stack(LIST(tf_mul(next_c, tf_sigmoid(tf_at(zifo, 3))), next_c));
}

static tf_tensor output(tf_tensor state, void *context)
{
    const scratch *self = context;
    return tf_tanh(tf_add(tf_matmul(state, self->Wv), self->bv));
}

static void lstm_scan(model *m, const sizes *s)
{
    tf_tensor X = tf_placeholder(tf_float32, SHAPE(NONE, NONE, s->I)), Y = tf_placeholder(tf_float32, SHAPE(NONE, s->C));
    scratch self = { .W = tf_variable(tf_zeros(SHAPE(s->I + s->H, 4 * s->H))),
                     .B = tf_variable(tf_zeros(SHAPE(4 * s->H))),
                     .Wv = tf_variable(tf_truncated_normal(SHAPE(s->H, s->C), .stddev = 0.01)),
                     .bv = tf_variable(tf_truncated_normal(SHAPE(s->C), .stddev = 0.01)) };
    tf_tensor hidden = tf_matmul(tf_getitem(X, ":, 0, :"), tf_zeros(SHAPE(s->I, s->H)));
    tf_tensor states = tf_scan(forward, tf_transpose(tf_transpose(X, .perm = PERM(2, 0, 1))),
                               .initializer = tf_stack(LIST(hidden, hidden)), .context = &self);
    tf_tensor outputs = tf_map_fn(output, tf_getitem(states, ":, 0, :, :"), .context = &self);
    m->value = tf_neg(tf_reduce_sum(tf_mul(Y, tf_log(tf_nn_softmax(tf_getitem(outputs, "-1"))))));
    train(m, tf_train_adam_optimizer());
    feed_x(m, X, reals(SHAPE(s->B, s->T, s->I)));
    feed_y(m, Y, labels(s->B, s->C));
}

/* The outputs of all steps are asked for, the loss goes through the last one. */
static int scan_products(product *p, const sizes *s)
{
    int n = lstm_loop(p, s);
    p[n++] = (product){ "outputs, all steps", false, false, s->T * s->B, s->C, s->H, 1, false, true };
    p[n++] = (product){ "output, weight gradient", true, false, s->H, s->C, s->B, 1, false, false };
    p[n++] = (product){ "output, backward", false, true, s->B, s->H, s->C, 1, false, true };
    return n;
}

/* ---- char-RNN: I = C = the vocabulary ----------------------------------------------------------------------------------- */
static void char_rnn(model *m, const sizes *s)
{
    tf_tensor X = tf_placeholder(tf_int32, SHAPE(NONE, NONE)), Y = tf_placeholder(tf_int32, SHAPE(NONE, NONE));
    tf_tensor keep_prob = tf_placeholder(tf_float32, SCALAR);
    tf_cell *cell = tf_nn_rnn_cell_dropout_wrapper(tf_nn_rnn_cell_basic_lstm_cell(s->H), .output_keep_prob = TF_T(keep_prob));
    tf_rnn rnn = tf_nn_dynamic_rnn(cell, tf_one_hot(X, s->C), .dtype = tf_float32);
    tf_tensor w = tf_get_variable("w", SHAPE(s->H, s->C)),
              b = tf_get_variable("b", SHAPE(s->C), .initializer = tf_zeros_initializer());
    tf_tensor flat = tf_add(tf_matmul(tf_reshape(rnn.outputs, SHAPE(-1, s->H)), w), b);
    m->value = tf_reduce_mean(tf_nn_sparse_softmax_cross_entropy_with_logits(.logits = flat, .labels = tf_reshape(Y, SHAPE(-1))));
    train(m, tf_train_adam_optimizer(0.01));
    feed_x(m, X, codes(s->B, s->T, s->C, 3));
    feed_y(m, Y, codes(s->B, s->T, s->C, 4));
    tf_feed_set(&m->feeds, keep_prob, 0.5);
}

static int char_products(product *p, const sizes *s)
{
    int n = lstm_loop(p, s);
    return n + dense_products(p + n, s->T * s->B, s->H, s->C, true);
}

/* ---- MLP: I-H-H-C ------------------------------------------------------------------------------------------------------- */
static tf_tensor layer(tf_tensor x, int in, int out, const char *name)
{
    tf_tensor y = x;
    tf_with_variable_scope(name)
        y = tf_add(tf_matmul(x, tf_get_variable("kernel", SHAPE(in, out))),
                   tf_get_variable("bias", SHAPE(out), .initializer = tf_zeros_initializer()));
    return y;
}

static void mlp(model *m, const sizes *s)
{
    tf_tensor X = tf_placeholder(tf_float32, SHAPE(NONE, s->I)), Y = tf_placeholder(tf_float32, SHAPE(NONE, s->C));
    tf_tensor h = tf_nn_relu(layer(X, s->I, s->H, "one"));
    h = tf_nn_relu(layer(h, s->H, s->H, "two"));
    m->value = tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits(.logits = layer(h, s->H, s->C, "three"), .labels = Y));
    train(m, tf_train_adam_optimizer(0.001));
    feed_x(m, X, reals(SHAPE(s->B, s->I)));
    feed_y(m, Y, labels(s->B, s->C));
}

static int mlp_products(product *p, const sizes *s)
{
    int n = dense_products(p, s->B, s->I, s->H, false);
    n += dense_products(p + n, s->B, s->H, s->H, true);
    return n + dense_products(p + n, s->B, s->H, s->C, true);
}

/* ---- CNN: images of T x T, 5x5x32, pool, 3x3x64, pool, H units --------------------------------------------------------------- */
static void cnn(model *m, const sizes *s)
{
    tf_tensor X = tf_placeholder(tf_float32, SHAPE(NONE, s->T, s->T, 1)), Y = tf_placeholder(tf_float32, SHAPE(NONE, s->C));
    tf_tensor h = tf_layers_max_pooling2d(tf_layers_conv2d(X, 32, 5, .padding = "same", .activation = tf_nn_relu), 2, 2);
    h = tf_layers_max_pooling2d(tf_layers_conv2d(h, 64, 3, .padding = "same", .activation = tf_nn_relu), 2, 2);
    h = tf_layers_dense(tf_layers_flatten(h), s->H, .activation = tf_nn_relu);
    m->value = tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits(.logits = tf_layers_dense(h, s->C), .labels = Y));
    train(m, tf_train_adam_optimizer(0.001));
    feed_x(m, X, reals(SHAPE(s->B, s->T, s->T, 1)));
    feed_y(m, Y, labels(s->B, s->C));
}

/* Of a convolution [rows of a window, filters] over all outputs. */
int conv_products(product *p, int outputs, int window, int filters, int channels)
{
    p[0] = (product){ "convolution", false, false, outputs, filters, window, 1, false, true };
    p[1] = (product){ "filter gradient", true, false, window, filters, outputs, 1, false, false };
    p[2] = (product){ "convolution, backward", false, false, outputs, channels, window / channels * filters, 1, false, true };
    return 3;
}

static int cnn_products(product *p, const sizes *s)
{
    const int half = s->T / 2, quarter = s->T / 4;
    int n = conv_products(p, s->B * s->T * s->T, 25, 32, 1) - 1; /* nobody asks for the image's gradient */
    n += conv_products(p + n, s->B * half * half, 9 * 32, 64, 32);
    n += dense_products(p + n, s->B, quarter * quarter * 64, s->H, true);
    return n + dense_products(p + n, s->B, s->H, s->C, true);
}

/* ---- x + 1 ---------------------------------------------------------------------------------------------------------------- */
static void add(model *m, const sizes *s)
{
    (void)s;
    tf_tensor x = tf_placeholder(tf_float32, SCALAR);
    m->value = tf_add(x, 1.0);
    tf_feed_set(&m->feeds, x, 1.0);
}

const workload workloads[] = {
    { "static", "tutorial LSTM, static_rnn, Adam", { 128, 28, 28, 128, 10 }, lstm_static, lstm_products },
    { "dynamic", "tutorial LSTM, dynamic_rnn, Adam", { 128, 28, 28, 128, 10 }, lstm_dynamic, lstm_products },
    { "scan", "LSTM from scratch, scan and map_fn, Adam", { 100, 8, 8, 50, 10 }, lstm_scan, scan_products },
    { "char", "char-RNN, dropout, Adam", { 50, 50, 65, 512, 65 }, char_rnn, char_products },
    { "mlp", "MLP 784-256-256-10, Adam", { 128, 1, 784, 256, 10 }, mlp, mlp_products },
    { "cnn", "CNN 5x5x32, pool, 3x3x64, pool, 1024, Adam", { 128, 28, 1, 1024, 10 }, cnn, cnn_products },
    { "resnet",
      "residual block of three 3x3x64 convolutions and batch norms, 32x32x64, Momentum",
      { 32, 32, 64, 64, 0 },
      residual_block,
      residual_products },
    { "autoencoder", "autoencoder 784-64-32-64-784, RMSProp", { 256, 1, 784, 64, 32 }, autoencoder, autoencoder_products },
    { "gru", "GRU 2 x 256, of lengths, Adam", { 64, 50, 64, 256, 10 }, gru_lengths, gru_products },
    { "bidir", "bidirectional LSTM 2 x 128, Adam", { 64, 50, 64, 128, 10 }, bidirectional, bidirectional_products },
    { "embedding",
      "mean of 50 embeddings out of 50,000 x 128, sparse gradients, Adagrad",
      { 64, 50, 50000, 128, 2 },
      embedding,
      embedding_products },
    { "softmax", "256 units, softmax over 10,000 classes, Adam", { 128, 1, 256, 256, 10000 }, softmax_classes, softmax_products },
    { "while",
      "RNN of 28 units in a while_loop as long as the data says, gradient descent",
      { 128, 28, 28, 28, 10 },
      while_rnn,
      while_products },
    { "translator",
      "GRU 256 reads 30 words of 1,000, GRU 256 with Bahdanau attention writes 30, Adam",
      { 64, 30, 1000, 256, 0 },
      translator,
      translator_products },
    { "ctc", "ctc_loss of 30 labels over 200 frames of 40 classes, and its gradient", { 32, 200, 0, 30, 40 }, alignments, NULL },
    { "dcgan",
      "DCGAN of 28x28, 64 and 128 channels, the discriminator's step and the generator's, Adam",
      { 64, 28, 0, 64, 100 },
      adversaries,
      adversaries_products },
    { "pipeline",
      "tf.data: a batch of 128 out of TFRecords of 784 bytes, decoded and shuffled",
      { 128, 10000, 784, 0, 0 },
      pipeline,
      NULL },
    { "step",
      "one LSTM step of 512 units at batch 1, its state fed and fetched",
      { 1, 1, 512, 512, 0 },
      lstm_step,
      lstm_step_products },
    { "sentence",
      "char-RNN of 512 units says a sentence of 50 characters, batch 1",
      { 1, 50, 65, 512, 65 },
      sentence,
      sentence_products },
    { "add", "x + 1, one run", { 1, 1, 1, 1, 1 }, add, NULL },
};
const int n_workloads = sizeof workloads / sizeof workloads[0];

const workload *find_workload(const char *name)
{
    for (int i = 0; i < n_workloads; i++)
        if (strcmp(workloads[i].name, name) == 0)
            return &workloads[i];
    return NULL;
}

model make_model(const workload *w, const sizes *s)
{
    model m = { .graph = tf_graph_new() };
    tf_with_graph(m.graph) {
        tf_set_random_seed(1);
        w->build(&m, s ? s : &w->s);
    }
    return m;
}

void free_model(model *m)
{
    tf_graph_free(m->graph);
    tf_feeds_free(&m->feeds);
    np_free(&m->x);
    np_free(&m->y);
    np_free(&m->result);
    tf_state_free(&m->last);
    if (*m->file)
        remove(m->file);
}
