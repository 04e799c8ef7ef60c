/* Recurrent models: inference at batch 1, sequences of lengths, both ways, embeddings, loops as long as data says. */
#include "models.h"

#include <stdlib.h>

/* ---- one step, one sentence ----------------------------------------------------------------------------------------- */
static tf_status run_step(tf_session *session, model *m)
{
    return tf_run(session, FETCH(m->fetched, &m->result, m->state, &m->last), m->feeds);
}

/* What a run fetches into is what the next is fed. */
void lstm_step(model *m, const sizes *s)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(s->B, s->I));
    tf_state *before = tf_nn_rnn_cell_lstm_state_tuple(tf_placeholder(tf_float32, SHAPE(s->B, s->H)),
                                                       tf_placeholder(tf_float32, SHAPE(s->B, s->H)));
    tf_cell_output out = tf_call(tf_nn_rnn_cell_basic_lstm_cell(s->H), x, before);
    m->fetched = out.output;
    m->state = out.state;
    m->run = run_step;
    m->last = (tf_state_value){ 2, calloc(2, sizeof *m->last.arrays) };
    for (int i = 0; m->last.arrays && i < 2; i++)
        m->last.arrays[i] = np_zeros(SHAPE(s->B, s->H), tf_float32);
    feed_x(m, x, reals(SHAPE(s->B, s->I)));
    tf_feed_set(&m->feeds, before, m->last);
}

int lstm_step_products(product *p, const sizes *s)
{
    p[0] = (product){ "inputs and state", false, false, s->B, 4 * s->H, s->I + s->H, 1, false, true };
    return 1;
}

static tf_status run_sentence(tf_session *session, model *m) { return tf_run(session, FETCH(m->fetched, &m->result), m->feeds); }

void sentence(model *m, const sizes *s)
{
    tf_tensor x = tf_placeholder(tf_int32, SHAPE(s->B, NONE));
    tf_rnn rnn = tf_nn_dynamic_rnn(tf_nn_rnn_cell_basic_lstm_cell(s->H), tf_one_hot(x, s->C), .dtype = tf_float32);
    m->fetched = tf_nn_softmax(tf_layers_dense(rnn.outputs, s->C));
    m->run = run_sentence;
    feed_x(m, x, codes(s->B, s->T, s->C, 3));
}

/* Inputs are letters: of their product rows of the weight are enough, but the model says one_hot and a product. */
int sentence_products(product *p, const sizes *s)
{
    p[0] = (product){ "inputs, all steps", false, false, s->T * s->B, 4 * s->H, s->I, 1, false, true };
    p[1] = (product){ "recurrent, a step", false, false, s->B, 4 * s->H, s->H, s->T, true, true };
    p[2] = (product){ "letters", false, false, s->T * s->B, s->C, s->H, 1, false, true };
    return 3;
}

/* ---- sequences of lengths, and from both ends --------------------------------------------------------------------------- */
static void classify(model *m, const sizes *s, tf_tensor last, tf_optimizer *optimizer)
{
    tf_tensor Y = tf_placeholder(tf_float32, SHAPE(NONE, s->C));
    m->value = tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits(.logits = tf_layers_dense(last, s->C), .labels = Y));
    train(m, optimizer);
    feed_y(m, Y, labels(s->B, s->C));
}

/* Half as long as the longest, on average three quarters. */
static tf_ndarray lengths(const sizes *s)
{
    tf_ndarray a = codes(1, s->B, s->T / 2, 5);
    for (int i = 0; i < s->B; i++)
        ((int32_t *)a.data)[i] += s->T - s->T / 2 + 1;
    a.shape = SHAPE(s->B);
    return a;
}

void gru_lengths(model *m, const sizes *s)
{
    tf_tensor X = tf_placeholder(tf_float32, SHAPE(NONE, s->T, s->I)), n = tf_placeholder(tf_int32, SHAPE(NONE));
    tf_cell *stack = tf_nn_rnn_cell_multi_rnn_cell(CELLS(tf_nn_rnn_cell_gru_cell(s->H), tf_nn_rnn_cell_gru_cell(s->H)));
    tf_rnn rnn = tf_nn_dynamic_rnn(stack, X, .sequence_length = TF_T(n), .dtype = tf_float32);
    m->result = lengths(s);
    tf_feed_set(&m->feeds, n, m->result);
    feed_x(m, X, reals(SHAPE(s->B, s->T, s->I)));
    classify(m, s, tf_state_tensor(tf_state_at(rnn.state, 1)), tf_train_adam_optimizer(0.001));
}

static int gru_layer(product *p, const sizes *s, int in, bool first)
{
    const int B = s->B, T = s->T, H = s->H;
    p[0] = (product){ "inputs, all steps", false, false, T * B, 3 * H, in, 1, false, true };
    p[1] = (product){ "gates, a step", false, false, B, 2 * H, H, T, true, true };
    p[2] = (product){ "candidate, a step", false, false, B, H, H, T, true, true };
    p[3] = (product){ "gates, backward", false, true, B, H, 2 * H, T - 1, false, true };
    p[4] = (product){ "candidate, backward", false, true, B, H, H, T - 1, false, true };
    p[5] = (product){ "gates' gradient", true, false, in + H, 2 * H, T * B, 1, false, false };
    p[6] = (product){ "candidate's gradient", true, false, in + H, H, T * B, 1, false, false };
    p[7] = (product){ "inputs, backward", false, true, T * B, in, 3 * H, 1, false, true };
    return first ? 7 : 8;
}

int gru_products(product *p, const sizes *s)
{
    int n = gru_layer(p, s, s->I, true);
    return n + gru_layer(p + n, s, s->H, false);
}

void bidirectional(model *m, const sizes *s)
{
    tf_tensor X = tf_placeholder(tf_float32, SHAPE(NONE, s->T, s->I));
    tf_birnn rnn = tf_nn_bidirectional_dynamic_rnn(tf_nn_rnn_cell_basic_lstm_cell(s->H), tf_nn_rnn_cell_basic_lstm_cell(s->H), X,
                                                   .dtype = tf_float32);
    feed_x(m, X, reals(SHAPE(s->B, s->T, s->I)));
    classify(m, s, tf_reduce_mean(tf_concat(LIST(rnn.output_fw, rnn.output_bw), 2), 1), tf_train_adam_optimizer(0.001));
}

int bidirectional_products(product *p, const sizes *s)
{
    int n = lstm_loop(p, s);
    n += lstm_loop(p + n, s);
    return n + dense_products(p + n, s->B, 2 * s->H, s->C, true);
}

/* ---- embeddings: of I words ------------------------------------------------------------------------------------------------ */
void embedding(model *m, const sizes *s)
{
    tf_tensor X = tf_placeholder(tf_int32, SHAPE(NONE, s->T)), table = tf_get_variable("table", SHAPE(s->I, s->H));
    feed_x(m, X, codes(s->B, s->T, s->I, 3));
    classify(m, s, tf_reduce_mean(tf_nn_embedding_lookup(table, X), 1), tf_train_adagrad_optimizer(0.1));
}

int embedding_products(product *p, const sizes *s) { return dense_products(p, s->B, s->H, s->C, true); }

/* ---- h = tanh(x_t·u + h·w) while t < max(lengths) ------------------------------------------------------------------------------- */
typedef struct {
    tf_tensor x, u, w, longest;
} recurrence;

static tf_tensor is_within(tf_list vars, void *context)
{
    const recurrence *r = context;
    return tf_less(tf_at(vars, 0), r->longest);
}

static tf_list next_state(tf_list vars, void *context)
{
    const recurrence *r = context;
    tf_tensor t = tf_at(vars, 0), h = tf_at(vars, 1);
    return LIST(tf_add(t, 1), tf_tanh(tf_add(tf_matmul(tf_gather(r->x, t), r->u), tf_matmul(h, r->w))));
}

void while_rnn(model *m, const sizes *s)
{
    tf_tensor X = tf_placeholder(tf_float32, SHAPE(s->T, NONE, s->I)), n = tf_placeholder(tf_int32, SHAPE(NONE));
    recurrence r = { X, tf_get_variable("u", SHAPE(s->I, s->H)), tf_get_variable("w", SHAPE(s->H, s->H)), tf_reduce_max(n) };
    tf_list last = tf_while_loop(is_within, next_state, LIST(tf_constant(0), tf_zeros(SHAPE(s->B, s->H))), .context = &r);
    feed_x(m, X, reals(SHAPE(s->T, s->B, s->I)));
    classify(m, s, tf_at(last, 1), tf_train_gradient_descent_optimizer(0.1));
    m->result = lengths(s);
    ((int32_t *)m->result.data)[0] = s->T;
    tf_feed_set(&m->feeds, n, m->result);
}

int while_products(product *p, const sizes *s)
{
    const int B = s->B, T = s->T, I = s->I, H = s->H;
    p[0] = (product){ "inputs, a step", false, false, B, H, I, T, false, true };
    p[1] = (product){ "recurrent, a step", false, false, B, H, H, T, true, true };
    p[2] = (product){ "recurrent, backward", false, true, B, H, H, T - 1, false, true };
    p[3] = (product){ "inputs' weight gradient", true, false, I, H, B, T, true, false };
    p[4] = (product){ "recurrent weight gradient", true, false, H, H, B, T, true, false };
    return 5 + dense_products(p + 5, B, H, s->C, true);
}
