"""What TensorFlow 1.15.5's tf.contrib.crf gives, into crf.npz: the cases as asking.py says, some Viterbi paths, and a tagger's training.
Each case ends with a random number, whose seed tells how many operations were made. Usage: python make_crf.py, with TensorFlow 1.15.5 and
NumPy 1.18 (Python 3.7)."""
import os
import warnings
from collections import OrderedDict

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf
from asking import ask

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
crf = tf.contrib.crf
BATCH, TIME, TAGS = 4, 5, 3
x_value = (2 * np.sin(np.arange(BATCH * TIME * TAGS))).astype(np.float32).reshape(BATCH, TIME, TAGS)
lengths_value = np.array([5, 0, 3, 1], np.int32)
tags_value = np.arange(BATCH * TIME).reshape(BATCH, TIME) ** 2 % TAGS
bitmap_value = np.arange(BATCH * TIME * TAGS).reshape(BATCH, TIME, TAGS) ** 2 % 7 < 4


class Fed:
    def __init__(self, time=None, batch=None, index=tf.int32):
        self.x = tf.placeholder(tf.float32, [batch, time, TAGS])
        self.tags = tf.placeholder(index, [batch, time])
        self.lengths = tf.placeholder(index, [batch])
        self.bitmap = tf.placeholder(tf.bool, [batch, time, TAGS])
        self.steps = 1 if time == 1 else TIME


def values(f):
    return {f.x: x_value[:, :f.steps], f.tags: tags_value[:, :f.steps], f.lengths: np.minimum(lengths_value, f.steps),
            f.bitmap: bitmap_value[:, :f.steps]}


def drawn(out):
    out['drawn'] = tf.random_uniform([])
    return out


def likelihood(f):
    out, transitions = crf.crf_log_likelihood(f.x, f.tags, f.lengths)
    return drawn(OrderedDict([('likelihood', out), ('transitions', transitions), ('loss', tf.reduce_mean(-out))]))


def likelihood_known(f):
    return likelihood(f)


def likelihood_single(f):
    return likelihood(f)


def likelihood_turned_out_single(f):
    f.steps = 1
    return likelihood(f)


def scores(f):
    transitions = tf.get_variable('table', [TAGS, TAGS])
    parts = [('score', crf.crf_sequence_score(f.x, f.tags, f.lengths, transitions)),
             ('unary', crf.crf_unary_score(f.tags, f.lengths, f.x)),
             ('binary', crf.crf_binary_score(f.tags, f.lengths, transitions)),
             ('norm', crf.crf_log_norm(f.x, f.lengths, transitions))]
    out = OrderedDict(parts)
    out['loss'] = tf.add_n([tf.reduce_sum((i + 1) * t) for i, (_, t) in enumerate(parts)])
    return drawn(out)


def multitag(f):
    transitions = tf.get_variable('table', [TAGS, TAGS])
    score = crf.crf_multitag_sequence_score(f.x, f.bitmap, f.lengths, transitions)
    return drawn(OrderedDict([('score', score), ('loss', tf.reduce_sum(score[:1]))]))


def multitag_single(f):
    return multitag(f)


def decode(f):
    transitions = tf.get_variable('table', [TAGS, TAGS])
    tags, best = crf.crf_decode(f.x, transitions, f.lengths)
    return drawn(OrderedDict([('tags', tags), ('best', best), ('loss', tf.reduce_sum(best))]))


def decode_known(f):
    return decode(f)


def decode_single(f):
    return decode(f)


def cell(f):
    """The forward cell along a sequence by itself."""
    transitions = tf.get_variable('table', [TAGS, TAGS])
    outputs, state = tf.nn.dynamic_rnn(crf.CrfForwardRnnCell(transitions), f.x, f.lengths, dtype=tf.float32)
    return drawn(OrderedDict([('outputs', outputs), ('state', state), ('loss', tf.reduce_sum(tf.square(outputs)))]))


CASES = [(likelihood, {}), (likelihood_known, dict(time=TIME, batch=BATCH, index=tf.int64)), (likelihood_single, dict(time=1)),
         (likelihood_turned_out_single, {}), (scores, {}), (multitag, {}), (multitag_single, dict(time=1)), (decode, {}),
         (decode_known, dict(time=TIME, batch=BATCH)), (decode_single, dict(time=1)), (cell, {})]


def paths(written):
    for name, dtype in ('float32', np.float32), ('float64', np.float64):
        score, transitions = x_value[0].astype(dtype), np.cos(np.arange(TAGS * TAGS)).reshape(TAGS, TAGS).astype(dtype)
        path, best = crf.viterbi_decode(score, transitions)
        written['viterbi/%s' % name], written['viterbi/%s/score' % name] = np.array(path, np.int32), np.float64(best)


def tagger(written):
    """A bidirectional tagger as in the tutorials on named entities, which learns made-up tags: losses of 30 steps from the variables that
    the graph's seed gives, and what it decodes afterwards."""
    WORDS, SIZE, UNITS, ROWS, LONGEST, KINDS = 11, 6, 8, 6, 7, 4
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.set_random_seed(5)
        words = tf.placeholder(tf.int32, [None, None])
        labels = tf.placeholder(tf.int32, [None, None])
        lengths = tf.placeholder(tf.int32, [None])
        embeddings = tf.nn.embedding_lookup(tf.get_variable('embeddings', [WORDS, SIZE]), words)
        with tf.variable_scope('bi-lstm'):
            (fw, bw), _ = tf.nn.bidirectional_dynamic_rnn(tf.nn.rnn_cell.LSTMCell(UNITS), tf.nn.rnn_cell.LSTMCell(UNITS), embeddings,
                                                          sequence_length=lengths, dtype=tf.float32)
        logits = tf.layers.dense(tf.concat([fw, bw], axis=-1), KINDS)
        log_likelihood, transition_params = crf.crf_log_likelihood(logits, labels, lengths)
        loss = tf.reduce_mean(-log_likelihood)
        train_op = tf.train.AdamOptimizer(0.02).minimize(loss)
        tags, _ = crf.crf_decode(logits, transition_params, lengths)

        def batch(step):
            w, y = np.zeros([ROWS, LONGEST], np.int32), np.zeros([ROWS, LONGEST], np.int32)
            n = np.array([LONGEST if b == 0 else 1 + (3 * step + 2 * b) % LONGEST for b in range(ROWS)], np.int32)
            for b in range(ROWS):
                for t in range(n[b]):
                    w[b, t] = (5 * step + 3 * b + t * (b + 1)) % WORDS
                    y[b, t] = (w[b, t] + (w[b, t - 1] if t else 0)) % KINDS
            return {words: w, labels: y, lengths: n}

        sess.run(tf.global_variables_initializer())
        written['tagger/losses'] = np.array([sess.run([loss, train_op], batch(step))[0] for step in range(30)], np.float32)
        written['tagger/tags'] = sess.run(tags, batch(30))


if __name__ == '__main__':
    written = {}
    for case, shapes in CASES:
        ask(case, lambda: Fed(**shapes), values, written)
    paths(written)
    tagger(written)
    np.savez_compressed(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'crf.npz'), **written)
