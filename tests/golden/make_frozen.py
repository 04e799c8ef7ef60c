"""Loops and branches as TensorFlow 1.15.5 freezes them, into frozen/NAME.pb, and what they answer, frozen/NAME.npz: the inputs x (and n,
lengths), out, and dx, the gradient of out for x. Those that begin with functional_ hold While, If and calls of functions.
python make_frozen.py [--into FOLDER] [NAME …]"""
import os

import numpy as np
from tensorflow1 import folder_and_names, tf

HERE, NAMES = folder_and_names('frozen')


def placeholder(shape, static=None):
    return tf.placeholder(tf.float32, static or shape, name='x'), np.random.randn(*shape).astype(np.float32)


def save(name, build):
    if NAMES and name not in NAMES:
        return
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(1)
        np.random.seed(1)
        feeds, out = build()
        out = tf.identity(out, name='out')
        forward = graph.as_graph_def()  # a gradient adds to the While that it is of
        dx = tf.gradients(out, graph.get_tensor_by_name('x:0'))[0]
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            frozen = tf.graph_util.convert_variables_to_constants(session, forward, ['out'])
            value, dx = session.run([out, dx], feeds)
        with open(os.path.join(HERE, name + '.pb'), 'wb') as f:
            f.write(frozen.SerializeToString())
        np.savez(os.path.join(HERE, name + '.npz'), out=value, dx=dx, **{t.op.name: a for t, a in feeds.items()})


def dynamic_rnn(static, lengths=False, cell=tf.nn.rnn_cell.BasicLSTMCell):
    def build():
        x, values = placeholder((3, 5, 2), static)
        feeds, more = {x: values}, {}
        if lengths:
            n = tf.placeholder(tf.int32, [3], name='n')
            feeds[n] = np.array([2, 4, 1], np.int32)
            more['sequence_length'] = n
        outputs, _ = tf.nn.dynamic_rnn(cell(4), x, dtype=tf.float32, **more)
        return feeds, tf.reduce_sum(outputs * outputs, axis=2)
    return build


def of_rows(function):
    def build():
        x, values = placeholder((5, 3))
        return {x: values}, function(x)
    return build


def of_vector(function):
    def build():
        x, values = placeholder((3,))
        return {x: values}, function(x)
    return build


def step(state, x):
    return tf.sin(state * x + x)


def repeated(times, function, x):
    return tf.while_loop(lambda i, v: i < times, lambda i, v: (i + 1, function(i, v)), (0, x))[1]


def grown(x):
    return tf.while_loop(lambda i, v: tf.reduce_sum(v * v) < 40., lambda i, v: (i + 1, v * 1.5 + .1), (0, x))[1]


def nested(x):
    return repeated(4, lambda i, v: repeated(3, lambda j, u: tf.sin(u) * 1.2, v) + x, x)


def cond(x):
    return tf.cond(tf.reduce_sum(x) > 0, lambda: x * x, lambda: tf.sin(x) * 2.)


def two_conds(x):
    positive = tf.reduce_sum(x) > 0
    y = tf.cond(positive, lambda: x * x, lambda: tf.sin(x) * 2.)
    return tf.cond(positive, lambda: y * 3., lambda: y + x)


def cond_in_loop(x):
    return repeated(4, lambda i, v: tf.cond(i > 1, lambda: v * x, lambda: tf.sin(v)), x)


def called(x):
    @tf.function
    def halved(x, y):
        return tf.nn.relu(x) * .5 + y

    @tf.function
    def twice(x):
        return halved(halved(x, x), grown(x))
    return twice(x) + twice(tf.sin(x))


CASES = {
        'dynamic_lstm': dynamic_rnn(None), 'dynamic_lstm_unknown': dynamic_rnn((None, None, 2)),
        'dynamic_lstm_lengths': dynamic_rnn((None, None, 2), True), 'dynamic_lstm_lengths_static': dynamic_rnn(None, True),
        'dynamic_gru_lengths': dynamic_rnn((None, 5, 2), True, tf.nn.rnn_cell.GRUCell),
        'scan': of_rows(lambda x: tf.scan(step, x, tf.ones([3]))), 'scan_from_first': of_rows(lambda x: tf.scan(step, x)),
        'scan_reversed': of_rows(lambda x: tf.scan(step, x, tf.ones([3]), reverse=True)),
        'map': of_rows(lambda x: tf.map_fn(lambda row: row * row, x)), 'foldl': of_rows(lambda x: tf.foldl(step, x)),
        'while': of_vector(grown), 'nested': of_vector(nested), 'cond': of_vector(cond), 'two_conds': of_vector(two_conds),
        'cond_in_loop': of_vector(cond_in_loop)}
for name, build in CASES.items():
    save(name, build)
tf.enable_control_flow_v2()
for name, build in dict(CASES, called=of_vector(called)).items():
    save('functional_' + name, build)
