"""One training step of a workload on TensorFlow 1.15, or 2.x through compat.v1. Usage: tf.py WORKLOAD THREADS
Prints best and median milliseconds."""
import os
import sys
import warnings

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf

from timing import time_step

if tf.__version__.startswith('2'):
    import tensorflow.compat.v1 as tf
    tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)
cells = tf.nn.rnn_cell
random = np.random.RandomState(0)


def reals(*shape):
    return random.rand(*shape).astype('float32')


def one_hot(n, classes):
    return np.eye(classes, dtype='float32')[random.randint(0, classes, n)]


def cross_entropy(logits, labels):
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=labels))


def lstm(dynamic):
    batch, steps, inputs, units, classes = 128, 28, 28, 128, 10
    x, y = tf.placeholder(tf.float32, [None, steps, inputs]), tf.placeholder(tf.float32, [None, classes])
    weights, biases = tf.Variable(tf.random_normal([units, classes])), tf.Variable(tf.random_normal([classes]))
    cell = cells.BasicLSTMCell(units, forget_bias=1.0)
    if dynamic:
        last = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)[1].h
    else:
        last = tf.nn.static_rnn(cell, tf.unstack(x, steps, 1), dtype=tf.float32)[0][-1]
    train = tf.train.AdamOptimizer(.001).minimize(cross_entropy(tf.matmul(last, weights) + biases, y))
    return train, {x: reals(batch, steps, inputs), y: one_hot(batch, classes)}


def scan():
    batch, steps, inputs, units, classes = 100, 8, 8, 50, 10
    x, y = tf.placeholder(tf.float32, [None, None, inputs]), tf.placeholder(tf.float32, [None, classes])
    weights, biases = tf.Variable(tf.zeros([inputs + units, 4 * units])), tf.Variable(tf.zeros([4 * units]))
    out_weights = tf.Variable(tf.truncated_normal([units, classes], stddev=.01))
    out_biases = tf.Variable(tf.truncated_normal([classes], stddev=.01))
    hidden = tf.matmul(x[:, 0, :], tf.zeros([inputs, units]))

    def forward(state, now):
        h, c = tf.unstack(state)
        z, i, f, o = tf.split(tf.matmul(tf.concat([now, h], 1), weights) + biases, 4, axis=1)
        c = c * tf.sigmoid(f) + tf.tanh(z) * tf.sigmoid(i)
        return tf.stack([c * tf.sigmoid(o), c])

    states = tf.scan(forward, tf.transpose(tf.transpose(x, perm=[2, 0, 1])), initializer=tf.stack([hidden, hidden]))
    outputs = tf.map_fn(lambda h: tf.tanh(tf.matmul(h, out_weights) + out_biases), states[:, 0, :, :])
    loss = -tf.reduce_sum(y * tf.log(tf.nn.softmax(outputs[-1])))
    return tf.train.AdamOptimizer().minimize(loss), {x: reals(batch, steps, inputs), y: one_hot(batch, classes)}


def char():
    batch, steps, letters, units = 50, 50, 65, 512
    x, y = tf.placeholder(tf.int32, [None, None]), tf.placeholder(tf.int32, [None, None])
    keep_prob = tf.placeholder(tf.float32, [])
    cell = cells.DropoutWrapper(cells.BasicLSTMCell(units), output_keep_prob=keep_prob)
    outputs, _ = tf.nn.dynamic_rnn(cell, tf.one_hot(x, letters), dtype=tf.float32)
    logits = tf.layers.dense(outputs, letters)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=y))
    draw = lambda: random.randint(0, letters, (batch, steps))
    return tf.train.AdamOptimizer(.01).minimize(loss), {x: draw(), y: draw(), keep_prob: .5}


def mlp():
    x, y = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.float32, [None, 10])
    hidden = tf.layers.dense(tf.layers.dense(x, 256, tf.nn.relu), 256, tf.nn.relu)
    train = tf.train.AdamOptimizer(.001).minimize(cross_entropy(tf.layers.dense(hidden, 10), y))
    return train, {x: reals(128, 784), y: one_hot(128, 10)}


def cnn():
    x, y = tf.placeholder(tf.float32, [None, 28, 28, 1]), tf.placeholder(tf.float32, [None, 10])
    hidden = tf.layers.max_pooling2d(tf.layers.conv2d(x, 32, 5, padding='same', activation=tf.nn.relu), 2, 2)
    hidden = tf.layers.max_pooling2d(tf.layers.conv2d(hidden, 64, 3, padding='same', activation=tf.nn.relu), 2, 2)
    hidden = tf.layers.dense(tf.layers.flatten(hidden), 1024, tf.nn.relu)
    train = tf.train.AdamOptimizer(.001).minimize(cross_entropy(tf.layers.dense(hidden, 10), y))
    return train, {x: reals(128, 28, 28, 1), y: one_hot(128, 10)}


def add():
    x = tf.placeholder(tf.float32, [])
    return x + 1., {x: np.float32(1)}


models = {'static': lambda: lstm(False), 'dynamic': lambda: lstm(True), 'scan': scan, 'char': char, 'mlp': mlp, 'cnn': cnn, 'add': add}
name, threads = sys.argv[1], int(sys.argv[2])
step, feed = models[name]()
session = tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=threads, inter_op_parallelism_threads=threads))
session.run(tf.global_variables_initializer())
time_step(lambda: session.run(step, feed))
