"""Cases of candidate samplers and of SparseToDense: streams of given seeds, the first run of a session."""
import numpy as np
import tensorflow as tf

rng = np.random.RandomState(4)
i32 = lambda *v: np.array(v, np.int32)
i64 = lambda *v: np.array(v, np.int64)
f = lambda *s: rng.uniform(-1, 1, s).astype(np.float32)
y = i64([1, 5], [0, 31], [2, 2])
small = i64([1, 5], [0, 3], [2, 2])
log, uniform = tf.nn.log_uniform_candidate_sampler, tf.nn.uniform_candidate_sampler
learned, fixed = tf.nn.learned_unigram_candidate_sampler, tf.nn.fixed_unigram_candidate_sampler
model = lambda num_true: [f(10, 3), f(10), rng.randint(0, 10, (4, num_true)).astype(np.int64), f(4, 3)]


def nce_by_graph_seed(w, b, y, x):
    tf.set_random_seed(4)
    return tf.nn.nce_loss(w, b, y, x, 5, 10)


def nce_of_two(w, b, y, x):
    drawn = log(y, 2, 5, True, 10, seed=7)
    return tf.nn.nce_loss(w, b, y, x, 5, 10, num_true=2, remove_accidental_hits=True, sampled_values=drawn, name='loss')


cases = {
    'LogUniformCandidateSampler.unique': (lambda y: log(y, 2, 12, True, 40, seed=3), [y]),
    'LogUniformCandidateSampler.repeated': (lambda y: log(y, 2, 12, False, 40, seed=3, name='s'), [y]),
    'LogUniformCandidateSampler.all': (lambda y: log(y, 2, 40, True, 40, seed=4), [y]),
    'UniformCandidateSampler.unique': (lambda y: uniform(y, 2, 12, True, 40, seed=3), [y]),
    'UniformCandidateSampler.power_of_two': (lambda y: uniform(y, 2, 12, False, 64, seed=3), [y]),
    'LearnedUnigramCandidateSampler.unique': (lambda y: learned(y, 2, 12, True, 40, seed=3), [y]),
    'LearnedUnigramCandidateSampler.repeated': (lambda y: learned(y, 2, 12, False, 37, seed=5), [y]),
    'FixedUnigramCandidateSampler.unigrams': (lambda y: fixed(y, 2, 12, False, 6, distortion=.75, unigrams=[5., 1., 3., .5, 7., 2.], seed=3), [small]),
    'FixedUnigramCandidateSampler.reserved': (lambda y: fixed(y, 2, 3, True, 6, num_reserved_ids=1, unigrams=[1., 3., .5, 7., 2.], seed=3), [small]),
    'FixedUnigramCandidateSampler.shard': (lambda y: fixed(y, 2, 5, False, 3, num_shards=2, shard=1, unigrams=[5., 1., 3., .5, 7., 2.], seed=3), [i64([1, 2], [0, 1])]),
    'AllCandidateSampler.plain': (lambda y: tf.nn.all_candidate_sampler(y, 2, 5, True, seed=1), [small]),
    'ComputeAccidentalHits.plain': (lambda y, s: tf.nn.compute_accidental_hits(y, s, 2), [y, i64(5, 1, 2, 5, 7)]),
    'ComputeAccidentalHits.none': (lambda y, s: tf.nn.compute_accidental_hits(y, s, 2), [y, i64(4, 9)]),
    'LogUniformCandidateSampler.nce': (nce_by_graph_seed, model(1)),
    'LogUniformCandidateSampler.nce_two': (nce_of_two, model(2)),
    'LogUniformCandidateSampler.softmax': (lambda w, b, y, x: tf.nn.sampled_softmax_loss(w, b, y, x, 5, 10, seed=7), model(1)),
    'UniformCandidateSampler.softmax': (lambda w, b, y, x: tf.nn.sampled_softmax_loss(w, b, y, x, 5, 10, num_true=2, sampled_values=uniform(y, 2, 5, True, 10, seed=9)), model(2)),
    'SparseToDense.matrix': (lambda i, v: tf.sparse_to_dense(i, [2, 3], v), [i32([0, 2], [1, 0]), f(2)]),
    'SparseToDense.vector': (lambda i, v: tf.sparse_to_dense(i, [5], v, -1, name='d'), [i32(1, 3), i32(5, 6)]),
    'SparseToDense.scalar': (lambda i: tf.sparse_to_dense(i, [4], 1.5, .5), [i32(2)[0]]),
    'SparseToDense.one_value': (lambda i, v: tf.sparse_to_dense(i, np.array([5], np.int64), v, validate_indices=False), [i64(3, 1, 3), np.float32(2)], {'grad': False}),
}
