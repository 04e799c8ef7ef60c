"""What TensorFlow 1.15.5 makes of tf.distributions, as golden/distributions.npz: every value below, and how many operations it makes.

make_distributions.py   (of a Python with TensorFlow 1.15.5)"""
import os
import sys

import numpy as np
import tensorflow as tf

tfd = tf.distributions
X = np.array([-1.5, -.25, .5, 2.], np.float32)
K = np.array([0, 2, 1], np.int32)


def normal():
    return tfd.Normal(tf.constant([-1., 0., .5, 2.]), tf.constant([.5, 1., 2., .25]))


def other():
    return tfd.Normal(tf.constant([0., 0., 1., 1.]), tf.constant(1.5))


def uniform():
    return tfd.Uniform(tf.constant([-2., 0., 0., 1.]), 2.5)


def bernoulli():
    return tfd.Bernoulli(logits=tf.constant([-2., 0., .5, 3.]))


def chances():
    return tfd.Bernoulli(probs=tf.constant([.1, .5, .75, .9]), dtype=tf.float32)


def categorical():
    return tfd.Categorical(logits=tf.constant([[1., 0., -1.], [0., 0., 2.], [.5, .25, 0.]]))


def shares():
    return tfd.Categorical(probs=tf.constant([[.2, .3, .5], [.1, .1, .8], [.4, .4, .2]]))


def laplace():
    return tfd.Laplace(tf.constant([-1., 0., .5, 2.]), tf.constant([.5, 1., 2., .25]))


def exponential():
    return tfd.Exponential(tf.constant([.5, 1., 2., 4.]))


CASES = {}
for make in (normal, uniform, bernoulli, chances, categorical, shares, laplace, exponential):
    name = make.__name__
    at = K if make in (categorical, shares) else np.abs(X) if make is exponential else (X > 0).astype(np.float32) if make is chances else \
        (X > 0).astype(np.int32) if make is bernoulli else X
    for method in ('log_prob', 'prob', 'cdf'):
        if method == 'cdf' and make not in (normal, uniform, laplace, exponential):
            continue
        CASES[name + '.' + method] = (make, lambda d, method=method, at=at: getattr(d, method)(at))
    for method in ('entropy', 'mean', 'mode', 'stddev', 'variance'):
        if make in (categorical, shares) and method in ('mean', 'stddev', 'variance') or make is uniform and method == 'mode':
            continue
        CASES[name + '.' + method] = (make, lambda d, method=method: getattr(d, method)())
    CASES[name + '.sample'] = (make, lambda d: d.sample())
    CASES[name + '.sample_3'] = (make, lambda d: d.sample(3))
    CASES[name + '.sample_2_3'] = (make, lambda d: d.sample([2, 3], seed=5))
CASES['normal.kl_divergence'] = (normal, lambda d: tfd.kl_divergence(d, other()))
CASES['normal.cross_entropy'] = (normal, lambda d: d.cross_entropy(other()))
CASES['bernoulli.kl_divergence'] = (bernoulli, lambda d: d.kl_divergence(chances()))
CASES['categorical.kl_divergence'] = (categorical, lambda d: tfd.kl_divergence(d, shares()))
CASES['normal.gradient'] = (normal, lambda d: tf.gradients(d.log_prob(X), [d.loc, d.scale])[1])
CASES['normal.through_sample'] = (normal, lambda d: tf.gradients(tf.square(d.sample(2)), d.scale)[0])


def main():
    arrays = {}
    for key, (make, value) in CASES.items():
        tf.reset_default_graph()
        tf.set_random_seed(7)
        t = value(make())
        arrays[key + '.ops'] = np.array(tf.get_default_graph()._last_id, np.int32)
        with tf.Session() as sess:
            arrays[key] = sess.run(t)
        arrays[key + '.name'] = np.frombuffer(t.name.encode(), np.uint8)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'distributions.npz')
    np.savez(path, **arrays)
    for key in CASES:
        print(key, arrays[key].dtype, arrays[key].shape, arrays[key + '.name'].tobytes(), arrays[key + '.ops'])
    sys.stdout.flush()


main()
