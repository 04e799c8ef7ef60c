"""What TensorFlow 1.15.5 answers for the models of tests/ops/test_rnn.c, into rnn.npz.

Usage: python make_rnn.py, with TensorFlow 1.15.5 and NumPy 1.18 (Python 3.7).

Per case: x (and length) fed; var/NAME the weights loaded, init/NAME what their initializers gave with graph seed 7; out0, …
outputs and then the final state's tensors; grad/NAME and dx = tf.gradients of all of them; nodes: one line per node made,
"id Type name input:0 …"."""
import os
import warnings

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
R = tf.nn.rnn_cell
B, T, D = 3, 4, 3
lengths = np.array([0, 4, 2], np.int32)


def unstack(x):
    return tf.unstack(x, T, 1)


def static(make, **args):
    def build(x, n):
        cell = make()
        return tf.nn.static_rnn(cell, unstack(x), dtype=x.dtype, **args)
    return build


def static_lengths(make):
    def build(x, n):
        cell = make()
        return tf.nn.static_rnn(cell, unstack(x), dtype=x.dtype, sequence_length=n)
    return build


def dynamic(make, **args):
    def build(x, n):
        return tf.nn.dynamic_rnn(make(), x, dtype=x.dtype, **args)
    return build


def dynamic_lengths(make):
    def build(x, n):
        return tf.nn.dynamic_rnn(make(), x, dtype=x.dtype, sequence_length=n)
    return build


def static_both(with_lengths):
    def build(x, n):
        fw = R.BasicRNNCell(4)
        bw = R.GRUCell(2)
        outs, a, b = tf.nn.static_bidirectional_rnn(fw, bw, unstack(x), dtype=x.dtype, sequence_length=n if with_lengths else None)
        return outs, [a, b]
    return build


def dynamic_both(with_lengths, time_major=False):
    def build(x, n):
        fw = R.BasicLSTMCell(4)
        bw = R.GRUCell(2)
        return tf.nn.bidirectional_dynamic_rnn(fw, bw, x, dtype=x.dtype, sequence_length=n if with_lengths else None, time_major=time_major)
    return build


def stacked_both(x, n):
    fw, bw = [R.BasicLSTMCell(4), R.GRUCell(3)], [R.GRUCell(2), R.BasicLSTMCell(5)]
    outputs, a, b = tf.contrib.rnn.stack_bidirectional_dynamic_rnn(fw, bw, x, dtype=x.dtype, sequence_length=n)
    return outputs, [a, b]


def with_state(x, n):
    cell = R.LSTMCell(2)
    c = tf.constant(np.linspace(-1, 1, 2 * B, dtype=np.float32).reshape(B, 2))
    return tf.nn.static_rnn(cell, unstack(x), initial_state=R.LSTMStateTuple(c, c * .5))


class MyCell(R.RNNCell):
    state_size = 4
    output_size = 4

    def call(self, x, state):
        w = tf.get_variable('w', [D, 4])
        u = tf.get_variable('u', [4, 4])
        h = tf.tanh(tf.matmul(x, w) + tf.matmul(state, u))
        return h, h


def after(x, n):  # seeds are counted over the loop
    outputs, state = tf.nn.dynamic_rnn(R.BasicLSTMCell(4), x, dtype=tf.float32, sequence_length=n)
    logits = tf.contrib.layers.fully_connected(outputs, num_outputs=5, activation_fn=None)
    return [tf.layers.dense(logits, 2, activation=tf.nn.relu)], state


def tutorial(x, n):
    x = tf.placeholder('float', [None, 28, 28])
    xs = tf.unstack(x, 28, 1)
    cell = tf.contrib.rnn.BasicLSTMCell(128, forget_bias=1.0)
    outputs, _ = tf.contrib.rnn.static_rnn(cell, xs, dtype=tf.float32)
    weights = tf.Variable(tf.random_normal([128, 10]))
    biases = tf.Variable(tf.random_normal([10]))
    logits = tf.matmul(outputs[-1], weights) + biases
    tf.nn.softmax(logits)
    return [], []


def dropout(cell=R.BasicLSTMCell, **args):
    return lambda: R.DropoutWrapper(cell(4), **args)


def layers(x, n):
    y = tf.layers.dense(x, 5, activation=tf.nn.relu)
    y = tf.layers.dense(y, 4, use_bias=False, name='named')
    y = tf.contrib.layers.fully_connected(y, 3)
    y = tf.layers.flatten(y)
    y = tf.layers.dropout(y, rate=.25, training=True, seed=5)
    y = tf.layers.dense(tf.layers.dropout(y), 2)
    return [tf.contrib.layers.flatten(y)], []


cases = {
    'basic_rnn': static(lambda: R.BasicRNNCell(4)),
    'basic_rnn_relu': static(lambda: R.BasicRNNCell(4, activation=tf.nn.relu)),
    'basic_lstm': static(lambda: R.BasicLSTMCell(4)),
    'basic_lstm_forget': static(lambda: R.BasicLSTMCell(4, forget_bias=.25, activation=tf.nn.softsign)),
    'basic_lstm_one_state': static(lambda: R.BasicLSTMCell(4, state_is_tuple=False)),
    'lstm': static(lambda: R.LSTMCell(4)),
    'lstm_peepholes': static(lambda: R.LSTMCell(4, use_peepholes=True, initializer=tf.random_normal_initializer(seed=4))),
    'lstm_projection': static(lambda: R.LSTMCell(4, use_peepholes=True, num_proj=2, cell_clip=.5, proj_clip=.3)),
    'lstm_one_state': static(lambda: R.LSTMCell(4, num_proj=2, state_is_tuple=False)),
    'gru': static(lambda: R.GRUCell(4)),
    'gru_named': static(lambda: R.GRUCell(4, name='mine', bias_initializer=tf.zeros_initializer())),
    'multi': static(lambda: R.MultiRNNCell([R.BasicLSTMCell(4), R.GRUCell(2)])),
    'multi_one_state': static(lambda: R.MultiRNNCell([R.BasicLSTMCell(4, state_is_tuple=False), R.GRUCell(2)], state_is_tuple=False)),
    'dropout': static(dropout(input_keep_prob=.5, output_keep_prob=.75, state_keep_prob=.6, seed=3)),
    'dropout_graph_seed': static(dropout(cell=R.GRUCell, output_keep_prob=.75)),
    'dropout_variational': static(dropout(input_keep_prob=.5, output_keep_prob=.75, state_keep_prob=.6, seed=3,
                                          variational_recurrent=True, input_size=D, dtype=tf.float32)),
    'residual': static(lambda: R.ResidualWrapper(R.GRUCell(D))),
    'residual_fn': static(lambda: R.ResidualWrapper(R.GRUCell(4), residual_fn=lambda i, o: o * tf.reduce_mean(i))),
    'user_cell': static(MyCell),
    'with_state': with_state,
    'scope': static(lambda: R.BasicRNNCell(4), scope='here'),
    'static_lengths': static_lengths(lambda: R.BasicLSTMCell(4)),
    'static_both': static_both(False),
    'static_both_lengths': static_both(True),
    'dynamic': dynamic(lambda: R.BasicLSTMCell(4)),
    'dynamic_time_major': dynamic(lambda: R.LSTMCell(4), time_major=True),
    'dynamic_lengths': dynamic_lengths(lambda: R.BasicLSTMCell(4)),
    'dynamic_multi': dynamic_lengths(lambda: R.MultiRNNCell([R.GRUCell(4), R.BasicRNNCell(2)])),
    # one iteration after the other: with more in flight TensorFlow draws in the order in which they happen to come
    'dynamic_dropout': dynamic(dropout(input_keep_prob=.5, output_keep_prob=.75, state_keep_prob=.6, seed=3), parallel_iterations=1),
    'dynamic_user_cell': dynamic(MyCell),
    'dynamic_both': dynamic_both(False),
    'dynamic_both_lengths': dynamic_both(True),
    'stacked_both': stacked_both,
    'dynamic_double': dynamic_lengths(lambda: R.GRUCell(4)),
    'after': after,
    'layers': layers,
    'tutorial': tutorial,
}


def answer(name, build):
    written = {}
    random = np.random.RandomState(len(name))
    dtype = np.float64 if 'double' in name else np.float32
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(7)
        x = tf.placeholder(dtype, [None, T, D], name='x')
        n = tf.placeholder(tf.int32, [None], name='length')
        outs, state = build(x, n)
        ys = tf.nest.flatten(outs) + tf.nest.flatten(state)
        nodes = ['%d %s %s' % (o._id, o.type, o.name) + ''.join(' ' + i.name for i in o.inputs)
                 for o in graph.get_operations()]
        written['nodes'] = np.frombuffer('\n'.join(nodes).encode(), np.uint8)
        if ys:
            variables = tf.trainable_variables()
            gradients = tf.gradients(ys, variables + [x])
            written['x'] = random.uniform(-1, 1, [B, T, D]).astype(dtype)
            written['length'] = lengths
            config = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
            with tf.Session(config=config) as session:
                session.run(tf.global_variables_initializer())
                for v in variables:
                    written['init/' + v.op.name] = session.run(v)
                    weight = random.uniform(-1, 1, v.shape.as_list()).astype(dtype)
                    written['var/' + v.op.name] = weight
                    v.load(weight, session)
                values, gradients = session.run([ys, gradients], {x: written['x'], n: written['length']})
            written.update({'out%d' % i: a for i, a in enumerate(values)})
            written.update({'grad/' + v.op.name: g for v, g in zip(variables, gradients)})
            written['dx'] = gradients[-1]
    return {'%s/%s' % (name, key): np.ascontiguousarray(a).reshape(np.shape(a)) for key, a in written.items()}


def main():
    arrays = {}
    for name, build in cases.items():
        arrays.update(answer(name, build))
    np.savez_compressed(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'rnn.npz'), **arrays)
    print('rnn.npz: %d arrays' % len(arrays))


main()
