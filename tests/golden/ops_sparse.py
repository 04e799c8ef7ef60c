"""IndexedSlices: where gradients through gather stay sparse, and what is made of them."""
import numpy as np
import tensorflow as tf

table = np.array([[1, 2], [-3, 4], [.5, -6], [7, .25]], np.float32)
numbers = np.array([1, 2], np.int32)
hidden = {'nodes': False}


def of(x, y):
    return tf.gradients(y, x)[0]


def squares(x, *places):
    return tf.reduce_sum(tf.square(tf.gather(x, list(places))))


def slices(x):
    return of(x, squares(x, 0, 0, 3))


def parts(g):
    return [tf.convert_to_tensor(g), g.values, tf.cast(g.indices, tf.float32)]


def summed(g):  # whatever the order of the rows
    assert isinstance(g, tf.IndexedSlices)
    return [tf.convert_to_tensor(g), tf.global_norm([g]), tf.cast(tf.shape(g.indices)[0], tf.float32)]


def step(s, x, i):
    return s + tf.reduce_sum(tf.square(tf.gather(x, i)))


def scan(f, n):
    return tf.scan(f, n, initializer=0.)[-1]


yes, no = lambda: tf.placeholder_with_default(True, []), lambda: tf.placeholder_with_default(False, [])
first, other = lambda x: squares(x, 1, 1), lambda x: squares(x, 2)
functions = {
    'parts': lambda x: parts(slices(x)),
    'made': lambda x: parts(tf.IndexedSlices(x, tf.constant([3, 0, 3, 1], tf.int64), tf.constant([5, 2]))),
    'read': lambda x: tf.sin(slices(x)),
    'converted': lambda x: tf.clip_by_norm(tf.convert_to_tensor(slices(x)), 2.),
    'clip_by_norm': lambda x: parts(tf.clip_by_norm(slices(x), 2.)),
    'clip_by_norm_rows': lambda x: parts(tf.clip_by_norm(slices(x), 2., axes=[1])),
    'clip_by_value': lambda x: parts(tf.clip_by_value(slices(x), -1., 3.)),
    'global_norm': lambda x: tf.global_norm([slices(x), None, x]),
    'clip_by_global_norm': lambda x: (lambda l, n: parts(l[0]) + [l[1], n])(*tf.clip_by_global_norm([slices(x), x], 3.)),
    'scalar_mul': lambda x: parts(tf.scalar_mul(3., slices(x))),
    'minus': lambda x: parts(-slices(x)),
    'negative': lambda x: tf.negative(slices(x)),
    'multiply': lambda x: tf.multiply(slices(x), 3.),
    'add_n': lambda x: tf.add_n([slices(x), x]),
    'add_n_one': lambda x: tf.clip_by_norm(tf.add_n([slices(x)]), 2.),
    'two': lambda x: summed(of(x, squares(x, 0, 1) + squares(x, 1))),
    'two_index_dtypes': lambda x: summed(of(x, squares(x, 0, 1) + tf.reduce_sum(tf.gather(x, tf.constant([2], tf.int64))))),
    'and_dense': lambda x: tf.clip_by_norm(of(x, squares(x, 0, 0) + tf.reduce_sum(x * x)), 2.),
    'identity': lambda x: parts(of(x, squares(tf.identity(x), 1))),
    'of_add_n': lambda x: summed(of(x, squares(tf.add_n([x, x]), 1))),
    'of_minus': lambda x: parts(of(x, squares(-x, 1, 1))),
    'of_sum': lambda x: tf.clip_by_norm(of(x, squares(x + x, 1)), 2.),
    'of_product': lambda x: tf.clip_by_norm(of(x, squares(x * 2., 1, 1)), 2.),
    'of_reshape': lambda x: tf.clip_by_norm(of(x, squares(tf.reshape(x, [2, 4]), 1, 1)), 2.),
    'of_gather': lambda x: parts(of(x, squares(tf.gather(x, [1, 2]), 0, 0))),
    'of_gather_nd': lambda x: parts(of(x, tf.reduce_sum(tf.gather_nd(x, [[1], [1]])))),
    'of_lookup': lambda x: parts(of(x, tf.reduce_sum(tf.square(tf.nn.embedding_lookup(x, [[1, 2], [0, 1]]))))),
    'cond': lambda x: parts(of(x, tf.cond(yes(), lambda: first(x), lambda: 0.))),
    'cond_other': lambda x: parts(of(x, tf.cond(no(), lambda: first(x), lambda: 0.))),
    'cond_both': lambda x: parts(of(x, tf.cond(yes(), lambda: first(x), lambda: other(x)))),
    'cond_and_dense': lambda x: tf.clip_by_norm(of(x, tf.cond(yes(), lambda: first(x), lambda: tf.reduce_sum(x))), 2.),
}
looping = {
    'scan': lambda x, n: summed(of(x, scan(lambda s, i: step(s, x, [i, i]), n))),
    'scan_scalar': lambda x, n: summed(of(x, scan(lambda s, i: step(s, x, i), n))),
    'scan_two': lambda x, n: summed(of(x, scan(lambda s, i: step(step(s, x, i), x, [0]), n))),
    'map_fn': lambda x, n: summed(of(x, tf.map_fn(lambda i: tf.gather(x, i), n, dtype=tf.float32))),
    'while': lambda x, n: summed(of(x, tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, step(s, x, i)), [n[0], 0.])[1])),
    'cond_of_scan': lambda x, n: summed(of(x, tf.cond(yes(), lambda: scan(lambda s, i: step(s, x, i), n), lambda: 0.))),
}
# TF has no second derivative through a loop's sparse sum, nor through what a branch makes of one.
no_more = {'nodes': False, 'grad': False}
branching = ('cond', 'cond_other', 'cond_both', 'cond_and_dense')
cases = {'IndexedSlices.' + k: (f, [table], no_more if k in branching else hidden) for k, f in functions.items()}
cases.update({'IndexedSlices.' + k: (f, [table, numbers], no_more) for k, f in looping.items()})
