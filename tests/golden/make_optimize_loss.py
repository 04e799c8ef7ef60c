"""What TensorFlow 1.15.5 makes of tf.contrib.layers.optimize_loss, into optimize_loss.npz: for each case its nodes' names, but
the gradients', its losses and its variables after three steps. Usage: python make_optimize_loss.py (Python 3.7)."""
import os
import warnings

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
L = tf.contrib.layers


def net(sparse=False):
    w = tf.get_variable('w', [4, 2], initializer=tf.constant_initializer(0.5))
    table = tf.get_variable('table', initializer=np.arange(1, 11, dtype=np.float32).reshape(5, 2))
    unused = tf.get_variable('unused', [2], initializer=tf.zeros_initializer())
    x = tf.constant([[1., 2, 3, 4], [4, 3, 2, 1]])
    second = tf.matmul(tf.constant([[0., 1, 0, 0, 0], [0, 0, 0, 1, 0]]), table) if not sparse else tf.nn.embedding_lookup(table, [1, 3])
    y = tf.matmul(x, w) + second
    return w, table, tf.reduce_mean(tf.square(y))


def plain():
    w, table, loss = net()
    tf.train.get_or_create_global_step()
    moved = tf.get_variable('moved', [], initializer=tf.zeros_initializer(), trainable=False)
    tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, tf.assign_add(moved, 2.0))
    return L.optimize_loss(loss, None, 0.01, 'SGD')


def decayed():
    w, table, loss = net()
    step = tf.train.get_or_create_global_step()
    return L.optimize_loss(loss, step, 0.01, 'Adam', clip_gradients=1.5, name='train',
                           learning_rate_decay_fn=lambda lr, s: tf.train.exponential_decay(lr, s, 2, 0.5),
                           summaries=['learning_rate', 'loss', 'gradients', 'gradient_norm'])


def multiplied():
    w, table, loss = net()
    step = tf.train.get_or_create_global_step()
    return L.optimize_loss(loss, step, tf.constant(0.01, name='rate'), 'Momentum', gradient_noise_scale=0.1,
                           gradient_multipliers={w: 0.5}, variables=[w], increment_global_step=False, summaries=[])


def sparse():
    w, table, loss = net(True)
    return L.optimize_loss(loss, None, 0.1, 'Adagrad', gradient_multipliers={table: 2.0, w: 0.5}, variables=[table, w],
                           summaries=['gradients'])


def noisy():
    w, table, loss = net(True)
    return L.optimize_loss(loss, None, 0.1, 'RMSProp', 0.1, variables=[table, w])


def by_object():
    w, table, loss = net()
    return L.optimize_loss(loss, None, None, tf.train.FtrlOptimizer(0.1), clip_gradients=2.0)


def by_function():
    w, table, loss = net()
    step = tf.train.get_or_create_global_step()
    return L.optimize_loss(loss, step, 0.1, lambda rate: tf.train.MomentumOptimizer(rate, 0.5),
                           clip_gradients=lambda pairs: [(g * 0.5, v) for g, v in pairs if v.op.name == 'w'])


arrays = {}
for case in plain, decayed, multiplied, sparse, noisy, by_object, by_function:
    with tf.Graph().as_default():
        tf.set_random_seed(5)
        train = case()
        nodes = ['%s %s' % (o.type, o.name) for o in tf.get_default_graph().get_operations() if '/gradients/' not in o.name]
        config = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        with tf.Session(config=config) as session:
            session.run(tf.global_variables_initializer())
            losses = [session.run(train) for _ in range(3)]
            values = [session.run(v).ravel().astype(np.float64) for v in tf.global_variables()]
    name = case.__name__
    arrays[name + '_nodes'] = np.frombuffer('\n'.join(nodes).encode(), np.uint8)
    arrays[name + '_losses'] = np.array(losses, np.float32)
    arrays[name + '_values'] = np.concatenate(values)
folder = os.path.dirname(os.path.abspath(__file__))
np.savez_compressed(os.path.join(folder, 'optimize_loss.npz'), **arrays)
