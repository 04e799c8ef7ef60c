"""What TensorFlow 1.15.5's optimizers do in four steps, and learning rates that decay: optimizers.npz.

Usage: python make_optimizers.py, with TensorFlow 1.15.5 and NumPy 1.18 (Python 3.7). Keys 'RULE/DTYPE/FORM' [4, elements]: all variables one after the
other after each step, FORM dense or sparse; 'RULE/nodes': a line per node that apply_gradients adds; 'grads' [4,4,3], 'rows' [4,5,3] and 'indices' [4,5]
are what was fed; 'decay/NAME' [6] at the steps 'decay/steps'."""
import os
import warnings

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf

train, opt = tf.train, tf.contrib.opt
rules = {
    'sgd': lambda: train.GradientDescentOptimizer(.1),
    'momentum': lambda: train.MomentumOptimizer(.1, .9),
    'nesterov': lambda: train.MomentumOptimizer(.1, .9, use_nesterov=True),
    'adam': lambda: train.AdamOptimizer(.1),
    'adam_beta': lambda: train.AdamOptimizer(.01, .5, .9, 1e-4, name='A'),
    'rmsprop': lambda: train.RMSPropOptimizer(.1),
    'rmsprop_momentum': lambda: train.RMSPropOptimizer(.1, .8, .5, 1e-3),
    'rmsprop_centered': lambda: train.RMSPropOptimizer(.1, centered=True),
    'adagrad': lambda: train.AdagradOptimizer(.1),
    'adadelta': lambda: train.AdadeltaOptimizer(.5),
    'ftrl': lambda: train.FtrlOptimizer(.1),
    'ftrl_l1_l2': lambda: train.FtrlOptimizer(.1, l1_regularization_strength=.05, l2_regularization_strength=.1),
    'proximal': lambda: train.ProximalGradientDescentOptimizer(.1),
    'proximal_l1_l2': lambda: train.ProximalGradientDescentOptimizer(.1, .3, .2, name='P'),
    'proximal_adagrad': lambda: train.ProximalAdagradOptimizer(.1),
    'proximal_adagrad_l1_l2': lambda: train.ProximalAdagradOptimizer(.1, .2, .3, .2),
    'adagrad_da': lambda: train.AdagradDAOptimizer(.1, train.get_global_step()),
    'adagrad_da_l1_l2': lambda: train.AdagradDAOptimizer(.1, train.get_global_step(), .2, .2, .3),
    'nadam': lambda: opt.NadamOptimizer(.1),
    'lazy_adam': lambda: opt.LazyAdamOptimizer(.1, .8),
    'adam_w': lambda: opt.AdamWOptimizer(.05, .1),
    'momentum_w': lambda: opt.MomentumWOptimizer(.05, .1, .9),
    'nesterov_w': lambda: opt.MomentumWOptimizer(tf.constant(.05), .1, .9, use_nesterov=True),
}
float32_alone = ['proximal', 'nesterov_w']  # whose numbers are not cast
random = np.random.RandomState(3)
written = {
    'start': np.linspace(-1, 1, 12).reshape(4, 3),
    'grads': random.randn(4, 4, 3),
    'rows': random.randn(4, 5, 3),
    'indices': np.array([[0, 2, 0, 0, 3], [1, 1, 1, 1, 1], [3, 2, 1, 0, 3], [2, 2, 0, 3, 0]], np.int32),
}


def run(name, make, dtype, sparse):
    with tf.Graph().as_default() as graph:
        w = tf.Variable(written['start'].astype(dtype), name='W')
        step = train.create_global_step()
        g = tf.placeholder(dtype, [5, 3] if sparse else [4, 3], name='g')
        indices = tf.placeholder(tf.int32, [5], name='indices')
        made = len(graph.get_operations())
        optimizer = make()
        op = optimizer.apply_gradients([(tf.IndexedSlices(g, indices, [4, 3]) if sparse else g, w)], global_step=step)
        if not sparse and dtype == np.float32:
            lines = ['%s %s' % (o.type, o.name) + ''.join(' ' + i.name for i in o.inputs) for o in graph.get_operations()[made:]]
            written[name + '/nodes'] = np.frombuffer('\n'.join(lines).encode(), np.uint8)
        variables = [v for v in tf.global_variables() if v is not step]
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            steps = []
            for i in range(4):
                session.run(op, {g: written['rows' if sparse else 'grads'][i], indices: written['indices'][i]})
                steps.append(np.concatenate([np.ravel(v) for v in session.run(variables)]))
            written['%s/%s/%s' % (name, np.dtype(dtype), 'sparse' if sparse else 'dense')] = np.array(steps, np.float64)


for name, make in rules.items():
    for dtype in (np.float32, np.float64)[:1 if any(name.startswith(n) for n in float32_alone) else 2]:
        for sparse in (False, True):
            run(name, make, dtype, sparse)

decays = {
    'exponential': lambda s: train.exponential_decay(.1, s, 100, .96),
    'staircase': lambda s: train.exponential_decay(.1, s, 100, .96, staircase=True),
    'natural_exp': lambda s: train.natural_exp_decay(.1, s, 100, .5),
    'inverse_time': lambda s: train.inverse_time_decay(.1, s, 100, .5, staircase=True),
    'polynomial': lambda s: train.polynomial_decay(.1, s, 100, power=2.),
    'polynomial_cycle': lambda s: train.polynomial_decay(.1, s, 100, .01, cycle=True),
    'cosine': lambda s: train.cosine_decay(.1, s, 100, .2),
    'restarts': lambda s: train.cosine_decay_restarts(.1, s, 40, 1.5, .8, .1),
    'restarts_alike': lambda s: train.cosine_decay_restarts(.1, s, 40, t_mul=1.),
    'linear_cosine': lambda s: train.linear_cosine_decay(.1, s, 100, 2., .1, .01),
    'noisy': lambda s: (tf.set_random_seed(5), train.noisy_linear_cosine_decay(.1, s, 100))[1],
    'piecewise': lambda s: train.piecewise_constant(s, [100, 150], [1., .5, .1]),
}
steps = np.array([0, 1, 50, 100, 150, 251])
written['decay/steps'] = steps
for name, decay in decays.items():
    with tf.Graph().as_default():
        s = tf.placeholder(tf.int64, [])
        y = decay(s)
        with tf.Session() as session:
            written['decay/' + name] = np.array([session.run(y, {s: i}) for i in steps])
np.savez_compressed(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'optimizers.npz'), **written)
print(len(written))
