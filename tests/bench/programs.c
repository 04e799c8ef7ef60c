/* What whole programs ask for: a translator with attention, a loss over alignments, two networks against each other, a pipeline of
 * records. */
#include "models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- a decoder with Bahdanau attention: I words, T of them read and written ------------------------------------------------- */
void translator(model *m, const sizes *s)
{
    tf_tensor X = tf_placeholder(tf_int32, SHAPE(s->B, s->T)), Y = tf_placeholder(tf_int32, SHAPE(s->B, s->T));
    tf_tensor table = tf_get_variable("table", SHAPE(s->I, s->H)), all = tf_fill(LIST(s->B), s->T);
    tf_rnn encoder = tf_nn_dynamic_rnn(tf_nn_rnn_cell_gru_cell(s->H), tf_nn_embedding_lookup(table, X), .dtype = tf_float32);
    tf_attention_mechanism *attention = tf_contrib_seq2seq_bahdanau_attention(s->H, encoder.outputs);
    tf_cell *cell = tf_contrib_seq2seq_attention_wrapper(tf_nn_rnn_cell_gru_cell(s->H), attention, .attention_layer_size = s->H);
    tf_state *start = tf_clone(tf_zero_state(cell, s->B, tf_float32), .cell_state = encoder.state);
    tf_helper *helper = tf_contrib_seq2seq_training_helper(tf_nn_embedding_lookup(table, Y), all);
    tf_decoded decoded =
        tf_contrib_seq2seq_dynamic_decode(tf_contrib_seq2seq_basic_decoder(cell, helper, start, tf_layers_Dense(s->I)));
    m->value = tf_contrib_seq2seq_sequence_loss(decoded.outputs.rnn_output, Y, tf_ones(SHAPE(s->B, s->T)));
    train(m, tf_train_adam_optimizer(0.001));
    feed_x(m, X, codes(s->B, s->T, s->I, 3));
    feed_y(m, Y, codes(s->B, s->T, s->I, 4));
}

static int gru_loop(product *p, const sizes *s, int in)
{
    p[0] = (product){ "inputs and state, a step", false, false, s->B, 3 * s->H, in, s->T, false, true };
    p[1] = (product){ "backward, a step", false, true, s->B, in, 3 * s->H, s->T, false, true };
    p[2] = (product){ "weight gradients", true, false, in, 3 * s->H, s->T * s->B, 1, false, false };
    return 3;
}

/* Of the attention: the query's, and what joins the context to the output; keys once. */
int translator_products(product *p, const sizes *s)
{
    int n = gru_loop(p, s, 2 * s->H);
    n += gru_loop(p + n, s, 3 * s->H);
    n += dense_products(p + n, s->T * s->B, 4 * s->H, s->H, true); /* query H x H, layer 2 H x H, keys H x H */
    return n + dense_products(p + n, s->T * s->B, s->H, s->I, true);
}

/* ---- ctc_loss and its gradient: T frames of C classes, H labels -------------------------------------------------------------- */
static tf_status run_fetched(tf_session *session, model *m) { return tf_run(session, FETCH(m->fetched, &m->result), m->feeds); }

void alignments(model *m, const sizes *s)
{
    tf_tensor X = tf_placeholder(tf_float32, SHAPE(s->T, s->B, s->C)), Y = tf_placeholder(tf_int32, SHAPE(s->B, s->H));
    tf_tensor places = tf_where(tf_ones_like(Y, .dtype = tf_bool));
    tf_sparse_tensor spelt = tf_sparse_tensor(places, tf_reshape(Y, SHAPE(-1)), SHAPE(s->B, s->H));
    tf_tensor loss = tf_reduce_mean(tf_nn_ctc_loss(spelt, X, tf_fill(LIST(s->B), s->T)));
    m->fetched = tf_at(tf_gradients(LIST(loss), LIST(X)), 0);
    m->run = run_fetched;
    feed_x(m, X, reals(SHAPE(s->T, s->B, s->C)));
    feed_y(m, Y, codes(s->B, s->H, s->C - 1, 4));
}

/* ---- DCGAN: images of T x T out of C numbers, H and 2 H channels --------------------------------------------------------------- */
static tf_tensor drawn(tf_tensor z, const sizes *s)
{
    const int quarter = s->T / 4;
    tf_tensor h = z;
    tf_with_variable_scope("generator") {
        h = tf_reshape(tf_layers_dense(z, quarter * quarter * 2 * s->H), SHAPE(-1, quarter, quarter, 2 * s->H));
        h = tf_nn_relu(tf_layers_batch_normalization(h, .training = true));
        h = tf_layers_conv2d_transpose(h, s->H, 5, 2, .padding = "same");
        h = tf_nn_relu(tf_layers_batch_normalization(h, .training = true));
        h = tf_layers_conv2d_transpose(h, 1, 5, 2, .padding = "same", .activation = tf_tanh);
    }
    return h;
}

static tf_tensor judged(tf_tensor image, const sizes *s, bool reuse)
{
    tf_tensor h = image;
    tf_with_variable_scope("discriminator", .reuse = reuse) {
        h = tf_nn_leaky_relu(tf_layers_conv2d(h, s->H, 5, 2, .padding = "same"));
        h = tf_layers_conv2d(h, 2 * s->H, 5, 2, .padding = "same");
        h = tf_nn_leaky_relu(tf_layers_batch_normalization(h, .training = true));
        h = tf_layers_dense(tf_layers_flatten(h), 1);
    }
    return h;
}

static tf_tensor told_apart(tf_tensor logits, float label)
{
    tf_tensor all = tf_mul(tf_ones_like(logits), label);
    return tf_reduce_mean(tf_nn_sigmoid_cross_entropy_with_logits(.logits = logits, .labels = all));
}

/* The discriminator's step, then the generator's. */
static tf_status run_both(tf_session *session, model *m)
{
    const tf_status status = tf_run(session, m->step, m->feeds);
    return status ? status : tf_run(session, m->second, m->feeds);
}

void adversaries(model *m, const sizes *s)
{
    tf_tensor Z = tf_placeholder(tf_float32, SHAPE(NONE, s->C)), X = tf_placeholder(tf_float32, SHAPE(NONE, s->T, s->T, 1));
    tf_tensor fake = drawn(Z, s), of_real = judged(X, s, false), of_fake = judged(fake, s, true);
    tf_tensor discriminators = tf_add(told_apart(of_real, 1), told_apart(of_fake, 0)), generators = told_apart(of_fake, 1);
    m->step = tf_minimize(tf_train_adam_optimizer(0.0002, .beta1 = 0.5), discriminators,
                          .var_list = tf_trainable_variables("discriminator"));
    m->second =
        tf_minimize(tf_train_adam_optimizer(0.0002, .beta1 = 0.5), generators, .var_list = tf_trainable_variables("generator"));
    m->run = run_both;
    feed_x(m, X, reals(SHAPE(s->B, s->T, s->T, 1)));
    feed_y(m, Z, reals(SHAPE(s->B, s->C)));
}

/* By the discriminator's step forward and back over both batches, by the generator's forward and back once. */
int adversaries_products(product *p, const sizes *s)
{
    const int quarter = s->T / 4, half = s->T / 2, H = s->H;
    int n = dense_products(p, s->B, s->C, quarter * quarter * 2 * H, true);
    n += conv_products(p + n, 4 * s->B * half * half, 25, H, 1); /* twice drawn, thrice judged: four of one size */
    n += conv_products(p + n, 4 * s->B * quarter * quarter, 25 * H, 2 * H, H);
    return n;
}

/* ---- batches of B images of I bytes out of a file of T records: decoded, shuffled ------------------------------------------------ */
static tf_list decode(tf_list record, void *context)
{
    (void)context;
    return LIST(tf_div(tf_cast(tf_decode_raw(tf_at(record, 0), tf_uint8), tf_float32), 255.0));
}

static void write_records(const char *path, const sizes *s)
{
    char *image = calloc(1, (size_t)s->I);
    tf_record_writer *w = tf_python_io_tf_record_writer(path);
    for (int i = 0; image && i < s->T; i++) {
        image[i % s->I] = (char)i;
        tf_write(w, ((tf_bytes){ image, (size_t)s->I }));
    }
    tf_close(w);
    free(image);
}

void pipeline(model *m, const sizes *s)
{
    const int file = mkstemp(strcpy(m->file, "/tmp/tf1c_bench_XXXXXX"));
    if (file < 0)
        return;
    close(file);
    write_records(m->file, s);
    tf_data_dataset *d = tf_map(tf_data_tf_record_dataset(m->file), decode, .num_parallel_calls = 2);
    d = tf_prefetch(tf_batch(tf_shuffle(tf_repeat(d), 1000), s->B), 1);
    m->fetched = tf_at(tf_get_next(tf_make_one_shot_iterator(d)), 0);
    m->run = run_fetched;
}
