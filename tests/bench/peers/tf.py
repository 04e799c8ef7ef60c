"""One training step of a workload on TensorFlow 1.15, or 2.x through compat.v1. Usage: tf.py WORKLOAD THREADS
Prints best and median milliseconds; of unrollT, T steps unrolled, those of making gradients and of the first run."""
import atexit
import os
import sys
import tempfile
import time
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
begin = [0.]  # of making gradients
random = np.random.RandomState(0)


def reals(*shape):
    return random.rand(*shape).astype('float32')


def one_hot(n, classes):
    return np.eye(classes, dtype='float32')[random.randint(0, classes, n)]


def cross_entropy(logits, labels):
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=labels))


def lstm(dynamic, batch=128, steps=28):
    inputs, units, classes = 28, 128, 10
    x, y = tf.placeholder(tf.float32, [None, steps, inputs]), tf.placeholder(tf.float32, [None, classes])
    weights, biases = tf.Variable(tf.random_normal([units, classes])), tf.Variable(tf.random_normal([classes]))
    cell = cells.BasicLSTMCell(units, forget_bias=1.0)
    if dynamic:
        last = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)[1].h
    else:
        last = tf.nn.static_rnn(cell, tf.unstack(x, steps, 1), dtype=tf.float32)[0][-1]
    loss = cross_entropy(tf.matmul(last, weights) + biases, y)
    begin[0] = time.perf_counter()
    train = tf.train.AdamOptimizer(.001).minimize(loss)
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


def draw(n, *shape):
    return random.randint(0, n, shape).astype('int32')


def gru():
    x, y, n = tf.placeholder(tf.float32, [None, 50, 64]), tf.placeholder(tf.float32, [None, 10]), tf.placeholder(tf.int32, [None])
    stack = cells.MultiRNNCell([cells.GRUCell(256), cells.GRUCell(256)])
    last = tf.nn.dynamic_rnn(stack, x, sequence_length=n, dtype=tf.float32)[1][1]
    train = tf.train.AdamOptimizer(.001).minimize(cross_entropy(tf.layers.dense(last, 10), y))
    return train, {x: reals(64, 50, 64), y: one_hot(64, 10), n: 26 + draw(25, 64)}


def bidirectional():
    x, y = tf.placeholder(tf.float32, [None, 50, 64]), tf.placeholder(tf.float32, [None, 10])
    both = tf.nn.bidirectional_dynamic_rnn(cells.BasicLSTMCell(128), cells.BasicLSTMCell(128), x, dtype=tf.float32)[0]
    logits = tf.layers.dense(tf.reduce_mean(tf.concat(both, 2), 1), 10)
    return tf.train.AdamOptimizer(.001).minimize(cross_entropy(logits, y)), {x: reals(64, 50, 64), y: one_hot(64, 10)}


def embedding():
    x, y = tf.placeholder(tf.int32, [None, 50]), tf.placeholder(tf.float32, [None, 2])
    mean = tf.reduce_mean(tf.nn.embedding_lookup(tf.get_variable('table', [50000, 128]), x), 1)
    return tf.train.AdagradOptimizer(.1).minimize(cross_entropy(tf.layers.dense(mean, 2), y)), {x: draw(50000, 64, 50), y: one_hot(64, 2)}


def softmax():
    x, y = tf.placeholder(tf.float32, [None, 256]), tf.placeholder(tf.int32, [None])
    logits = tf.layers.dense(tf.layers.dense(x, 256, tf.nn.relu), 10000)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=y))
    return tf.train.AdamOptimizer(.001).minimize(loss), {x: reals(128, 256), y: draw(10000, 128)}


def autoencoder():
    x = tf.placeholder(tf.float32, [None, 784])
    h = x
    for units in [64, 32, 64, 784]:
        h = tf.layers.dense(h, units, tf.sigmoid)
    return tf.train.RMSPropOptimizer(.01).minimize(tf.reduce_mean(tf.pow(x - h, 2))), {x: reals(256, 784)}


def resnet():
    x = h = tf.placeholder(tf.float32, [None, 32, 32, 64])
    for i in range(3):
        h = tf.layers.batch_normalization(tf.layers.conv2d(h, 64, 3, padding='same', use_bias=False), training=True)
        h = tf.nn.relu(h + x if i == 2 else h)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train = tf.train.MomentumOptimizer(.001, .9).minimize(tf.reduce_mean(tf.square(h)))
    return train, {x: reals(32, 32, 32, 64)}


def while_rnn():
    x, y, n = tf.placeholder(tf.float32, [28, None, 28]), tf.placeholder(tf.float32, [None, 10]), tf.placeholder(tf.int32, [None])
    u, w, longest = tf.get_variable('u', [28, 28]), tf.get_variable('w', [28, 28]), tf.reduce_max(n)
    body = lambda t, h: (t + 1, tf.tanh(tf.matmul(tf.gather(x, t), u) + tf.matmul(h, w)))
    last = tf.while_loop(lambda t, h: t < longest, body, (tf.constant(0), tf.zeros([128, 28])))[1]
    train = tf.train.GradientDescentOptimizer(.1).minimize(cross_entropy(tf.layers.dense(last, 10), y))
    lengths = 15 + draw(14, 128)
    lengths[0] = 28
    return train, {x: reals(28, 128, 28), y: one_hot(128, 10), n: lengths}


def step():
    x, c, h = (tf.placeholder(tf.float32, [1, 512]) for _ in range(3))
    out, (c1, h1) = cells.BasicLSTMCell(512)(x, cells.LSTMStateTuple(c, h))
    return [out, c1, h1], {x: reals(1, 512), c: reals(1, 512), h: reals(1, 512)}


def sentence():
    x = tf.placeholder(tf.int32, [1, None])
    outputs, _ = tf.nn.dynamic_rnn(cells.BasicLSTMCell(512), tf.one_hot(x, 65), dtype=tf.float32)
    return tf.nn.softmax(tf.layers.dense(outputs, 65)), {x: draw(65, 1, 50)}


def translator():
    batch, steps, words, units = 64, 30, 1000, 256
    seq2seq = tf.contrib.seq2seq  # 2.x has none
    x, y = tf.placeholder(tf.int32, [batch, steps]), tf.placeholder(tf.int32, [batch, steps])
    table = tf.get_variable('table', [words, units])
    outputs, last = tf.nn.dynamic_rnn(cells.GRUCell(units), tf.nn.embedding_lookup(table, x), dtype=tf.float32)
    cell = seq2seq.AttentionWrapper(cells.GRUCell(units), seq2seq.BahdanauAttention(units, outputs), attention_layer_size=units)
    start = cell.zero_state(batch, tf.float32).clone(cell_state=last)
    helper = seq2seq.TrainingHelper(tf.nn.embedding_lookup(table, y), tf.fill([batch], steps))
    decoded = seq2seq.dynamic_decode(seq2seq.BasicDecoder(cell, helper, start, tf.layers.Dense(words)))[0]
    loss = seq2seq.sequence_loss(decoded.rnn_output, y, tf.ones([batch, steps]))
    return tf.train.AdamOptimizer(.001).minimize(loss), {x: draw(words, batch, steps), y: draw(words, batch, steps)}


def ctc():
    batch, steps, labels, classes = 32, 200, 30, 40
    x, y = tf.placeholder(tf.float32, [steps, batch, classes]), tf.placeholder(tf.int32, [batch, labels])
    spelt = tf.SparseTensor(tf.where(tf.ones_like(y, tf.bool)), tf.reshape(y, [-1]), [batch, labels])
    loss = tf.reduce_mean(tf.nn.ctc_loss(spelt, x, tf.fill([batch], steps)))
    return tf.gradients(loss, x)[0], {x: reals(steps, batch, classes), y: draw(classes - 1, batch, labels)}


def dcgan():
    z, x = tf.placeholder(tf.float32, [None, 100]), tf.placeholder(tf.float32, [None, 28, 28, 1])
    norm = lambda h: tf.layers.batch_normalization(h, training=True)
    with tf.variable_scope('generator'):
        h = tf.nn.relu(norm(tf.reshape(tf.layers.dense(z, 6272), [-1, 7, 7, 128])))
        h = tf.nn.relu(norm(tf.layers.conv2d_transpose(h, 64, 5, 2, padding='same')))
        fake = tf.layers.conv2d_transpose(h, 1, 5, 2, padding='same', activation=tf.tanh)

    def judged(image, reuse):
        with tf.variable_scope('discriminator', reuse=reuse):
            h = tf.nn.leaky_relu(tf.layers.conv2d(image, 64, 5, 2, padding='same'))
            h = tf.nn.leaky_relu(norm(tf.layers.conv2d(h, 128, 5, 2, padding='same')))
            return tf.layers.dense(tf.layers.flatten(h), 1)

    def told_apart(logits, label):
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=tf.ones_like(logits) * label))
    real, forged = judged(x, False), judged(fake, True)
    trains = [tf.train.AdamOptimizer(2e-4, .5).minimize(loss, var_list=tf.trainable_variables(scope)) for loss, scope in
              [(told_apart(real, 1.) + told_apart(forged, 0.), 'discriminator'), (told_apart(forged, 1.), 'generator')]]
    return trains, {z: reals(64, 100), x: reals(64, 28, 28, 1)}


def pipeline():
    path = tempfile.NamedTemporaryFile(delete=False).name
    with tf.python_io.TFRecordWriter(path) as writer:
        for i in range(10000):
            writer.write(bytes([i % 256]) * 784)
    atexit.register(os.remove, path)
    decoded = tf.data.TFRecordDataset(path).map(lambda r: tf.cast(tf.decode_raw(r, tf.uint8), tf.float32) / 255., 2)
    return tf.data.make_one_shot_iterator(decoded.repeat().shuffle(1000).batch(128).prefetch(1)).get_next(), {}


models = {'static': lambda: lstm(False), 'dynamic': lambda: lstm(True), 'scan': scan, 'char': char, 'mlp': mlp, 'cnn': cnn, 'add': add,
          'gru': gru, 'bidir': bidirectional, 'embedding': embedding, 'softmax': softmax, 'autoencoder': autoencoder,
          'resnet': resnet, 'while': while_rnn, 'step': step, 'sentence': sentence, 'translator': translator, 'ctc': ctc,
          'dcgan': dcgan, 'pipeline': pipeline}
name, threads = sys.argv[1], int(sys.argv[2])
once = name.startswith('unroll')
step, feed = lstm(False, 16, int(name[6:])) if once else models[name]()
session = tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=threads, inter_op_parallelism_threads=threads))
made = time.perf_counter() - begin[0]
session.run(tf.global_variables_initializer())
if once:
    start = time.perf_counter()
    session.run(step, feed)
    print('%.3f %.3f' % (((made + time.perf_counter() - start) * 1e3,) * 2))
else:
    steps = step if name == 'dcgan' else [step]  # one run after the other
    time_step(lambda: [session.run(s, feed) for s in steps])
