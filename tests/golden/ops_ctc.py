"""Connectionist temporal classification, and edit distances."""
import numpy as np
import tensorflow as tf

random = np.random.RandomState(7)
logits = random.randn(7, 3, 5).astype(np.float32) * 2
length = np.array([7, 5, 6], np.int32)
at = np.array([[0, 0], [0, 1], [0, 2], [1, 0], [2, 0], [2, 1]], np.int64)
labels = np.array([1, 1, 3, 0, 2, 0], np.int32)
shape = np.array([3, 3], np.int64)
long = random.randn(120, 2, 30) * 4
long_at = np.array([[b, i] for b in range(2) for i in range(25)], np.int64)
long_labels = random.randint(0, 29, 50).astype(np.int32)
said_at = np.array([[0, 0], [0, 1], [1, 0], [2, 0], [2, 1], [2, 2]], np.int64)
said = np.array([1, 3, 4, 2, 0, 0], np.int64)


def loss(**kwargs):
    return lambda x, i, v, s, n: tf.nn.ctc_loss(tf.SparseTensor(i, v, s), x, n, **kwargs)


def decoded(**kwargs):
    def f(x, n):
        (d,), p = tf.nn.ctc_greedy_decoder(x, n, **kwargs)
        return [d.indices, d.values, d.dense_shape, p]
    return f


def beams(*args):
    def f(x, n):
        paths, p = tf.nn.ctc_beam_search_decoder(x, n, *args)
        return [part for d in paths for part in (d.indices, d.values, d.dense_shape)] + [p]
    return f


impossible = np.where(np.arange(5) % 2, -np.inf, logits).astype(np.float32)


def distance(**kwargs):
    return lambda i, v, s, j, w, t: tf.edit_distance(tf.SparseTensor(i, v, s), tf.SparseTensor(j, w, t), **kwargs)


of = [logits, at, labels, shape, length]
apart = [said_at, said, shape, at, labels.astype(np.int64), shape]
quiet = {'grad': False}
cases = {
    'CTCLoss.plain': (loss(), of),
    'CTCLoss.float64': (loss(), [logits.astype(np.float64)] + of[1:]),
    'CTCLoss.apart': (loss(ctc_merge_repeated=False), of),
    'CTCLoss.collapsed': (loss(preprocess_collapse_repeated=True), of),
    'CTCLoss.batch_major': (loss(time_major=False), [logits.transpose(1, 0, 2)] + of[1:]),
    'CTCLoss.short': (loss(ignore_longer_outputs_than_inputs=True), of[:4] + [np.array([2, 0, 6], np.int32)]),
    'CTCLoss.long': (loss(), [long, long_at, long_labels, np.array([2, 25], np.int64), np.array([120, 77], np.int32)]),
    'CTCGreedyDecoder.plain': (decoded(), [logits, length], quiet),
    'CTCGreedyDecoder.apart': (decoded(merge_repeated=False), [logits, length], quiet),
    'CTCGreedyDecoder.nothing': (decoded(), [logits * np.array([0, 0, 0, 0, 1]), np.array([7, 0, 2], np.int32)], quiet),
    'CTCBeamSearchDecoder.plain': (beams(), [logits, length], quiet),
    'CTCBeamSearchDecoder.paths': (beams(20, 5), [logits, length], quiet),
    'CTCBeamSearchDecoder.narrow': (beams(2, 2), [logits, length], quiet),
    'CTCBeamSearchDecoder.apart': (beams(10, 3, False), [logits, length], quiet),
    'CTCBeamSearchDecoder.float64': (beams(10, 3), [logits.astype(np.float64), length], quiet),
    'CTCBeamSearchDecoder.long': (beams(15, 4, False), [long.astype(np.float32), np.array([120, 77], np.int32)], quiet),
    'CTCBeamSearchDecoder.impossible': (beams(8, 2), [impossible, length], quiet),
    'CTCBeamSearchDecoder.empty': (beams(), [logits, np.array([0, 5, 0], np.int32)], quiet),
    'EditDistance.plain': (distance(), apart, quiet),
    'EditDistance.absolute': (distance(normalize=False), apart, quiet),
    'EditDistance.named': (distance(name='ler'), [at, labels, shape, at[:3], labels[:3], np.array([2, 3], np.int64)], quiet),
}
