"""What TensorFlow 1.15.5's tf.contrib.legacy_seq2seq gives, into legacy_seq2seq.npz: the cases as asking.py says, and a translator's
training. Each case ends with a random number, whose seed tells how many operations were made. Usage: python make_legacy_seq2seq.py, with
TensorFlow 1.15.5 and NumPy 1.18 (Python 3.7)."""
import os
import warnings
from collections import OrderedDict

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf
from asking import ask

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
S, C = tf.contrib.legacy_seq2seq, tf.nn.rnn_cell
BATCH, TIME, DEPTH, WORDS = 3, 4, 3, 5
x_value = np.sin(np.arange(BATCH * TIME * DEPTH)).astype(np.float32).reshape(BATCH, TIME, DEPTH)
words_value = np.array([[1, 4, 2, 0], [3, 3, 0, 0], [2, 1, 4, 0]], np.int32)


class Fed:
    def __init__(self):
        self.x = tf.placeholder(tf.float32, [None, TIME, DEPTH])
        self.words = tf.placeholder(tf.int32, [None, TIME])
        self.told = tf.placeholder(tf.bool, [])
        self.xs, self.ids = tf.unstack(self.x, TIME, 1), tf.unstack(self.words, TIME, 1)


def values(told):
    return lambda f: {f.x: x_value, f.words: words_value, f.told: told}


def given(outputs, state):
    out = OrderedDict(('output%d' % i, t) for i, t in enumerate(outputs))
    out.update(('state%d' % i, t) for i, t in enumerate(tf.contrib.framework.nest.flatten(state)))
    out['loss'] = tf.add_n([tf.reduce_sum(tf.square(t)) for t in out.values()])
    out['drawn'] = tf.random_uniform([])
    return out


def halved(prev, i):
    return prev[:, :DEPTH] * .5


def decoder(f):
    cell = C.MultiRNNCell([C.LSTMCell(4), C.GRUCell(3)])
    return given(*S.rnn_decoder(f.xs, cell.zero_state(BATCH, tf.float32), cell, scope='own'))


def decoder_of_itself(f):
    cell = C.GRUCell(4)
    return given(*S.rnn_decoder(f.xs, cell.zero_state(BATCH, tf.float32), cell, loop_function=halved))


def basic(f):
    return given(*S.basic_rnn_seq2seq(f.xs[:3], f.xs[1:], C.BasicLSTMCell(4)))


def tied(f):
    return given(*S.tied_rnn_seq2seq(f.xs[:3], f.xs[1:], C.GRUCell(4)))


def tied_of_itself(f):
    return given(*S.tied_rnn_seq2seq(f.xs[:3], f.xs[1:], C.BasicRNNCell(4), loop_function=halved, scope='own'))


def attention(f):
    cell = C.GRUCell(4)
    return given(*S.attention_decoder(f.xs, cell.zero_state(BATCH, tf.float32), f.x * 2, cell, output_size=5, num_heads=2))


def attention_at_first(f):
    cell = C.BasicLSTMCell(4)
    return given(*S.attention_decoder(f.xs, cell.zero_state(tf.shape(f.x)[0], tf.float32), f.x * 2, cell, loop_function=halved,
                                      initial_state_attention=True))


def embedding(f):
    return given(*S.embedding_rnn_seq2seq(f.ids[:3], f.ids, C.MultiRNNCell([C.GRUCell(4), C.LSTMCell(3)]), 6, WORDS, 3))


def embedding_of_itself(f):
    projection = tf.get_variable('w', [4, WORDS]), tf.get_variable('b', [WORDS])
    return given(*S.embedding_rnn_seq2seq(f.ids[:3], f.ids, C.GRUCell(4), 6, WORDS, 3, output_projection=projection, feed_previous=True))


def embedding_told(f):
    return given(*S.embedding_rnn_seq2seq(f.ids[:3], f.ids, C.LSTMCell(4), 6, WORDS, 3, feed_previous=f.told))


def embedding_told_not_to(f):
    return embedding_told(f)


def embedding_tied(f):
    return given(*S.embedding_tied_rnn_seq2seq(f.ids[:3], f.ids, C.BasicLSTMCell(4), 6, 3, num_decoder_symbols=WORDS))


def embedding_tied_of_itself(f):
    projection = tf.get_variable('w', [4, 6]), tf.get_variable('b', [6])
    return given(*S.embedding_tied_rnn_seq2seq(f.ids[:3], f.ids, C.GRUCell(4), 6, 3, output_projection=projection, feed_previous=True))


def embedding_tied_told(f):
    return given(*S.embedding_tied_rnn_seq2seq(f.ids[:3], f.ids, C.BasicLSTMCell(4), 6, 3, feed_previous=f.told))


def many(f, feed_previous):
    words, cells = OrderedDict(a=f.ids, b=f.ids[1:]), dict(a=C.GRUCell(4), b=C.GRUCell(4))
    outputs, states = S.one2many_rnn_seq2seq(f.ids[:3], words, C.GRUCell(4), cells, 6, dict(a=WORDS, b=6), 3, feed_previous=feed_previous)
    return given(outputs['a'] + outputs['b'], [states['a'], states['b']])


def one2many(f):
    return many(f, False)


def one2many_told(f):
    return many(f, f.told)


def embedding_decoder(f):
    cell = C.GRUCell(WORDS)
    return given(*S.embedding_rnn_decoder(f.ids, cell.zero_state(BATCH, tf.float32), cell, WORDS, 3, feed_previous=True,
                                          update_embedding_for_previous=False))


def embedding_attention(f):
    cell = C.BasicLSTMCell(4)
    return given(*S.embedding_attention_seq2seq(f.ids[:3], f.ids, cell, 6, WORDS, 3))


def embedding_attention_of_itself(f):
    projection = tf.get_variable('w', [4, WORDS]), tf.get_variable('b', [WORDS])
    return given(*S.embedding_attention_seq2seq(f.ids[:3], f.ids, C.GRUCell(4), 6, WORDS, 3, num_heads=2, output_projection=projection,
                                                feed_previous=True, initial_state_attention=True))


def embedding_attention_told(f):
    return given(*S.embedding_attention_seq2seq(f.ids[:3], f.ids, C.GRUCell(4), 6, WORDS, 3, feed_previous=f.told))


def losses(f):
    logits = tf.unstack(tf.get_variable('logits', [TIME, BATCH, WORDS]))
    weights = [tf.cast(t > 0, tf.float32) * (i + 1) for i, t in enumerate(f.ids)]
    squares = lambda labels, logits: tf.reduce_sum(tf.square(logits - tf.one_hot(labels, WORDS)), 1)
    out = OrderedDict([
        ('all', S.sequence_loss(logits, f.ids, weights)),
        ('sum', S.sequence_loss(logits, f.ids, weights, average_across_timesteps=False, average_across_batch=False)),
        ('own', S.sequence_loss(logits, f.ids, weights, softmax_loss_function=squares)),
        ('rows', S.sequence_loss_by_example(logits, f.ids, weights)),
        ('sums', S.sequence_loss_by_example(logits, f.ids, weights, average_across_timesteps=False)),
    ])
    out['loss'] = tf.add_n([tf.reduce_sum(t) for t in out.values()])
    out['drawn'] = tf.random_uniform([])
    return out


def buckets(f):
    model = lambda a, b: S.embedding_attention_seq2seq(a, b, C.GRUCell(4), 6, WORDS, 3)
    weights = [tf.cast(t > 0, tf.float32) for t in f.ids]
    outputs, costs = S.model_with_buckets(f.ids, f.ids, f.ids, weights, [(2, 3), (4, 4)], model)
    out = OrderedDict(('output%d_%d' % (j, i), t) for j, each in enumerate(outputs) for i, t in enumerate(each))
    out.update(('cost%d' % j, t) for j, t in enumerate(costs))
    out['loss'] = costs[0] + costs[1] * 2
    out['drawn'] = tf.random_uniform([])
    return out


CASES = [(decoder, 0), (decoder_of_itself, 0), (basic, 0), (tied, 0), (tied_of_itself, 0), (attention, 0), (attention_at_first, 0),
         (embedding, 0), (embedding_of_itself, 0), (embedding_told, 1), (embedding_told_not_to, 0), (embedding_tied, 0),
         (embedding_tied_of_itself, 0), (embedding_tied_told, 1), (one2many, 0), (one2many_told, 1), (embedding_decoder, 0),
         (embedding_attention, 0), (embedding_attention_of_itself, 0), (embedding_attention_told, 1), (losses, 0), (buckets, 0)]


def translator(written):
    """The model of the older tutorial in small, which learns to say numbers backwards in two buckets: losses of 30 steps from the variables
    that the graph's seed gives."""
    GO, EOS, SIZE, UNITS, ROWS, BUCKETS = 1, 2, 12, 16, 8, [(3, 4), (5, 6)]
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.set_random_seed(4)
        encoder_inputs = [tf.placeholder(tf.int32, [None], name='encoder%d' % i) for i in range(5)]
        decoder_inputs = [tf.placeholder(tf.int32, [None], name='decoder%d' % i) for i in range(7)]
        target_weights = [tf.placeholder(tf.float32, [None], name='weight%d' % i) for i in range(6)]
        targets = [decoder_inputs[i + 1] for i in range(6)]

        def model(a, b):  # a cell that has been called cannot be copied
            cell = C.MultiRNNCell([C.GRUCell(UNITS), C.GRUCell(UNITS)])
            return S.embedding_attention_seq2seq(a, b, cell, num_encoder_symbols=SIZE, num_decoder_symbols=SIZE, embedding_size=8)

        outputs, losses = S.model_with_buckets(encoder_inputs, decoder_inputs[:6], targets, target_weights, BUCKETS, model)
        params = tf.trainable_variables()
        updates = []
        for loss in losses:
            clipped, _ = tf.clip_by_global_norm(tf.gradients(loss, params), 5.)
            updates.append(tf.train.AdamOptimizer(0.01).apply_gradients(zip(clipped, params)))

        def batch(step):
            n = BUCKETS[step % 2][0]
            feeds = {}
            said = [[3 + (7 * step + 5 * b + t * (b + 2)) % (SIZE - 3) for b in range(ROWS)] for t in range(n)]
            written = [[GO] * ROWS] + said[::-1] + [[EOS] * ROWS]
            for t in range(n):
                feeds[encoder_inputs[t]] = said[t]
            for t in range(n + 2):
                feeds[decoder_inputs[t]] = written[t]
            for t in range(n + 1):
                feeds[target_weights[t]] = [1.] * ROWS
            return feeds

        sess.run(tf.global_variables_initializer())
        written['translator/losses'] = np.array([sess.run([losses[i % 2], updates[i % 2]], batch(i))[0] for i in range(30)], np.float32)


if __name__ == '__main__':
    written = {}
    for case, told in CASES:
        ask(case, Fed, values(bool(told)), written)
    translator(written)
    np.savez_compressed(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'legacy_seq2seq.npz'), **written)
