"""How many operations TensorFlow 1.15.5 has made once a model has its gradients and its optimizers, and what is drawn then with the
graph's seed alone: the numbers of tests/ops/test_seeds.c, which has the same models by the same names.

Usage: python make_seeds.py [--ops] [MODEL …], with TensorFlow 1.15.5 (Python 3.7)."""
import os
import sys
import warnings

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import tensorflow as tf

tf.logging.set_verbosity(tf.logging.ERROR)
layers, nn, train = tf.layers, tf.nn, tf.train
MODELS = {}


def model(f):
    MODELS[f.__name__] = f
    return f


def x(*shape):
    return tf.placeholder(tf.float32, shape)


def mlp(batch=None):
    h = layers.dense(x(batch, 4), 5, activation=nn.relu)
    return tf.reduce_mean(nn.softmax_cross_entropy_with_logits_v2(labels=x(batch, 3), logits=layers.dense(h, 3)))


def by_hand():
    a, y = x(None, 4), x(None, 1)
    w, b = tf.Variable(tf.zeros([4, 1])), tf.Variable(tf.zeros([1]))
    return tf.reduce_mean(tf.square(tf.matmul(a, w) + b - y))


@model
def hand_gradients(): tf.gradients(by_hand(), tf.trainable_variables())
@model
def hand_sgd(): train.GradientDescentOptimizer(.1).minimize(by_hand())
@model
def mlp_sgd(): train.GradientDescentOptimizer(.1).minimize(mlp())
@model
def zeros_of_lists():
    b, c = tf.unstack(tf.shape(x(None, None)))
    for shape in [b], [b, 1], [1, b], [2, 3, b], [b, c], [b, 2, 3], [3, b, c, 2], [2, 3]:
        tf.zeros(shape), tf.ones(shape, tf.int32)
@model
def normalized_as_told():
    told = tf.placeholder(tf.bool)
    layers.batch_normalization(layers.dense(x(None, 4), 5), training=told)
    layers.batch_normalization(x(None, 8, 5), training=told, axis=1, scale=False)
@model
def images_normalized_as_told():
    told = tf.placeholder(tf.bool)
    layers.batch_normalization(layers.conv2d(x(None, 8, 8, 1), 4, 3), training=told)
    layers.batch_normalization(layers.conv2d(x(None, 8, 8, 1), 4, 3), training=told, fused=False)
@model
def images_normalized_by_parts():
    h = layers.batch_normalization(layers.conv2d(x(None, 8, 8, 1), 4, 3), training=True, fused=False)
    train.AdamOptimizer(.1).minimize(tf.reduce_sum(nn.relu(h)))
@model
def mlp_known_sgd(): train.GradientDescentOptimizer(.1).minimize(mlp(8))
@model
def mlp_adam(): train.AdamOptimizer(.1).minimize(mlp())
@model
def mlp_adam_step(): train.AdamOptimizer(.1).minimize(mlp(), global_step=train.get_or_create_global_step())
@model
def mlp_momentum(): train.MomentumOptimizer(.1, .9).minimize(mlp())
@model
def mlp_nesterov(): train.MomentumOptimizer(.1, .9, use_nesterov=True).minimize(mlp())
@model
def mlp_rmsprop(): train.RMSPropOptimizer(.1).minimize(mlp())
@model
def mlp_rmsprop_centered(): train.RMSPropOptimizer(.1, centered=True).minimize(mlp())
@model
def mlp_adagrad(): train.AdagradOptimizer(.1).minimize(mlp())
@model
def mlp_adadelta(): train.AdadeltaOptimizer(.1).minimize(mlp())
@model
def mlp_ftrl(): train.FtrlOptimizer(.1).minimize(mlp())
@model
def mlp_decay():
    step = tf.Variable(0, trainable=False)
    rate = train.exponential_decay(.1, step, 100, .9)
    train.GradientDescentOptimizer(rate).minimize(mlp(), global_step=step)
@model
def two_steps():
    loss = mlp()
    train.AdamOptimizer(.1).minimize(loss)
    train.AdamOptimizer(.1).minimize(loss)
@model
def clipped():
    loss, o = mlp(), train.AdamOptimizer(.1)
    grads, variables = zip(*o.compute_gradients(loss))
    grads, _ = tf.clip_by_global_norm(grads, 5.)
    o.apply_gradients(zip(grads, variables))
@model
def clipped_hand():
    loss, o = mlp(), train.AdamOptimizer(.1)
    v = tf.trainable_variables()
    grads, _ = tf.clip_by_global_norm(tf.gradients(loss, v), 5.)
    o.apply_gradients(zip(grads, v))
@model
def clipped_each():
    loss, o = mlp(), train.GradientDescentOptimizer(.1)
    o.apply_gradients([(tf.clip_by_value(g, -1., 1.), v) for g, v in o.compute_gradients(loss)])
@model
def clipped_norms():
    loss, o = mlp(), train.GradientDescentOptimizer(.1)
    o.apply_gradients([(tf.clip_by_norm(g, 1.), v) for g, v in o.compute_gradients(loss)])
@model
def dropped():
    h = layers.dropout(layers.dense(x(None, 4), 5, activation=nn.tanh), .4, training=True)
    h = nn.dropout(h, keep_prob=.5)
    train.AdamOptimizer(.1).minimize(tf.reduce_mean(tf.square(layers.dense(h, 1) - x(None, 1))))
@model
def normalized():
    h = layers.batch_normalization(layers.dense(x(None, 4), 5), training=True)
    train.AdamOptimizer(.1).minimize(tf.reduce_sum(nn.relu(h)))
@model
def regularized():
    r = tf.contrib.layers.l2_regularizer(.01)
    h = layers.dense(x(None, 4), 5, activation=nn.sigmoid, kernel_regularizer=r)
    loss = tf.losses.mean_squared_error(x(None, 5), h) + tf.losses.get_regularization_loss()
    train.GradientDescentOptimizer(.1).minimize(loss)
@model
def l2():
    loss = mlp()
    loss += .01 * tf.add_n([nn.l2_loss(v) for v in tf.trainable_variables()])
    train.GradientDescentOptimizer(.1).minimize(loss)
@model
def cnn():
    h = layers.conv2d(x(None, 8, 8, 1), 4, 3, padding='same', activation=nn.relu)
    h = layers.max_pooling2d(h, 2, 2)
    h = layers.batch_normalization(layers.conv2d(h, 4, 3), training=True)
    h = layers.dense(layers.flatten(h), 3)
    loss = tf.losses.sparse_softmax_cross_entropy(tf.placeholder(tf.int32, [None]), h)
    train.AdamOptimizer(.1).minimize(loss)
@model
def cnn_by_hand():
    image = tf.reshape(x(None, 64), [-1, 8, 8, 1])
    w, b = tf.Variable(tf.truncated_normal([3, 3, 1, 4], stddev=.1)), tf.Variable(tf.constant(.1, shape=[4]))
    h = nn.relu(nn.conv2d(image, w, strides=[1, 1, 1, 1], padding='SAME') + b)
    h = nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='SAME')
    w, b = tf.Variable(tf.truncated_normal([64, 3], stddev=.1)), tf.Variable(tf.constant(.1, shape=[3]))
    h = tf.matmul(nn.dropout(tf.reshape(h, [-1, 64]), .5), w) + b
    loss = tf.reduce_mean(nn.softmax_cross_entropy_with_logits(labels=x(None, 3), logits=h))
    train.AdamOptimizer(.1).minimize(loss)
@model
def cross_entropy_by_hand():
    w, b = tf.Variable(tf.zeros([4, 3])), tf.Variable(tf.zeros([3]))
    y = nn.softmax(tf.matmul(x(None, 4), w) + b)
    loss = tf.reduce_mean(-tf.reduce_sum(x(None, 3) * tf.log(y), reduction_indices=[1]))
    train.GradientDescentOptimizer(.5).minimize(loss)
@model
def deconv():
    h = layers.dense(x(None, 3), 2 * 2 * 4, activation=nn.leaky_relu)
    h = layers.conv2d_transpose(tf.reshape(h, [-1, 2, 2, 4]), 1, 3, 2, padding='same', activation=nn.tanh)
    train.AdamOptimizer(.1).minimize(tf.reduce_mean(tf.abs(h)))


def embedded():
    words = tf.placeholder(tf.int32, [None, 5])
    e = nn.embedding_lookup(tf.get_variable('table', [7, 4]), words)
    h = layers.dense(tf.reduce_mean(e, 1), 3)
    return tf.reduce_mean(nn.sparse_softmax_cross_entropy_with_logits(labels=tf.placeholder(tf.int32, [None]), logits=h))


@model
def embedded_sgd(): train.GradientDescentOptimizer(.1).minimize(embedded())
@model
def embedded_adam(): train.AdamOptimizer(.1).minimize(embedded())
@model
def embedded_momentum(): train.MomentumOptimizer(.1, .9).minimize(embedded())
@model
def embedded_rmsprop(): train.RMSPropOptimizer(.1).minimize(embedded())
@model
def embedded_rmsprop_centered(): train.RMSPropOptimizer(.1, centered=True).minimize(embedded())
@model
def embedded_adagrad(): train.AdagradOptimizer(.1).minimize(embedded())
@model
def embedded_adadelta(): train.AdadeltaOptimizer(.1).minimize(embedded())
@model
def embedded_ftrl(): train.FtrlOptimizer(.1).minimize(embedded())
@model
def nce():
    table, w, b = tf.get_variable('table', [9, 4]), tf.get_variable('w', [9, 4]), tf.get_variable('b', [9])
    e = nn.embedding_lookup(table, tf.placeholder(tf.int32, [6]))
    loss = tf.reduce_mean(nn.nce_loss(w, b, tf.placeholder(tf.int64, [6, 1]), e, 3, 9))
    train.GradientDescentOptimizer(.1).minimize(loss)


def unrolled(cell):
    outputs, _ = nn.static_rnn(cell, tf.unstack(x(None, 3, 4), 3, 1), dtype=tf.float32)
    return tf.reduce_mean(tf.square(layers.dense(outputs[-1], 1)))


@model
def static_lstm(): train.AdamOptimizer(.1).minimize(unrolled(nn.rnn_cell.BasicLSTMCell(5)))
@model
def static_gru(): train.AdamOptimizer(.1).minimize(unrolled(nn.rnn_cell.GRUCell(5)))
@model
def static_rnn(): train.AdamOptimizer(.1).minimize(unrolled(nn.rnn_cell.BasicRNNCell(5)))
@model
def static_lstm_full(): train.AdamOptimizer(.1).minimize(unrolled(nn.rnn_cell.LSTMCell(5, use_peepholes=True, num_proj=2)))
@model
def static_layers():
    cell = nn.rnn_cell.MultiRNNCell([nn.rnn_cell.DropoutWrapper(nn.rnn_cell.BasicLSTMCell(5), output_keep_prob=.5)] * 1)
    train.AdamOptimizer(.1).minimize(unrolled(cell))
@model
def step_by_step():
    cell = nn.rnn_cell.BasicLSTMCell(5)
    state, inputs = cell.zero_state(2, tf.float32), x(2, 3, 4)
    outputs = []
    with tf.variable_scope('rnn'):
        for t in range(3):
            if t > 0:
                tf.get_variable_scope().reuse_variables()
            output, state = cell(inputs[:, t, :], state)
            outputs.append(output)
    output = tf.reshape(tf.concat(outputs, 1), [-1, 5])
    loss = tf.reduce_sum(tf.matmul(output, tf.get_variable('w', [5, 3])) + tf.get_variable('b', [3]))
    v = tf.trainable_variables()
    grads, _ = tf.clip_by_global_norm(tf.gradients(loss, v), 5)
    train.GradientDescentOptimizer(.1).apply_gradients(zip(grads, v), global_step=train.get_or_create_global_step())


def dynamic(cell, lengths=None):
    outputs, _ = nn.dynamic_rnn(cell, x(None, 3, 4), lengths, dtype=tf.float32)
    return tf.reduce_mean(tf.square(layers.dense(outputs[:, -1], 1)))


@model
def dynamic_lstm(): train.AdamOptimizer(.1).minimize(dynamic(nn.rnn_cell.BasicLSTMCell(5)))
@model
def dynamic_gru(): train.AdamOptimizer(.1).minimize(dynamic(nn.rnn_cell.GRUCell(5), tf.placeholder(tf.int32, [None])))
@model
def dynamic_rnn(): train.GradientDescentOptimizer(.1).minimize(dynamic(nn.rnn_cell.BasicRNNCell(5)))
@model
def dynamic_layers():
    cell = nn.rnn_cell.DropoutWrapper(nn.rnn_cell.BasicLSTMCell(5), output_keep_prob=.5)
    loss, v = dynamic(nn.rnn_cell.MultiRNNCell([cell, nn.rnn_cell.GRUCell(4)])), tf.trainable_variables()
    grads, _ = tf.clip_by_global_norm(tf.gradients(loss, v), 5.)
    train.AdamOptimizer(.1).apply_gradients(zip(grads, v))
@model
def dynamic_words():
    words, table = tf.placeholder(tf.int32, [None, 6]), tf.get_variable('table', [7, 4])
    cells = nn.rnn_cell.GRUCell(5), nn.rnn_cell.GRUCell(5)
    outputs, _ = nn.bidirectional_dynamic_rnn(*cells, inputs=nn.embedding_lookup(table, words), dtype=tf.float32)
    train.AdamOptimizer(.1).minimize(tf.reduce_mean(tf.square(layers.dense(tf.concat(outputs, 2), 1))))
@model
def attended():
    seq2seq, lengths = tf.contrib.seq2seq, tf.placeholder(tf.int32, [2])
    mechanism = seq2seq.BahdanauAttention(5, x(2, 4, 5), tf.placeholder(tf.int32, [2]))
    cell = seq2seq.AttentionWrapper(nn.rnn_cell.GRUCell(5), mechanism, attention_layer_size=5)
    decoder = seq2seq.BasicDecoder(cell, seq2seq.TrainingHelper(x(2, 6, 3), lengths), cell.zero_state(2, tf.float32))
    outputs, _, _ = seq2seq.dynamic_decode(decoder)
    train.AdamOptimizer(.1).minimize(tf.reduce_mean(tf.square(outputs.rnn_output)))
@model
def scanned():
    w, b = tf.get_variable('w', [4, 4]), tf.get_variable('b', [4])
    step = lambda h, e: tf.tanh(tf.matmul(h, w) + b + e)
    states = tf.scan(step, x(5, None, 4), initializer=x(None, 4))
    train.AdamOptimizer(.1).minimize(tf.reduce_mean(tf.square(states)))


def sigmoid_loss(logits, ones):
    labels = tf.ones_like(logits) if ones else tf.zeros_like(logits)
    return tf.reduce_mean(nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=labels))


def generator(z, out):
    with tf.variable_scope('generator'):
        return layers.dense(layers.dense(z, 6, activation=nn.leaky_relu), out, activation=nn.tanh)


def discriminator(images, reuse=None):
    with tf.variable_scope('discriminator', reuse=reuse):
        return layers.dense(layers.dense(images, 6, activation=nn.leaky_relu), 1)


@model
def gan():
    real, z = x(None, 4), x(None, 2)
    fake = generator(z, 4)
    on_real, on_fake = discriminator(real), discriminator(fake, True)
    d_loss = sigmoid_loss(on_real, True) + sigmoid_loss(on_fake, False)
    g_loss = sigmoid_loss(on_fake, True)
    d_vars = [v for v in tf.trainable_variables() if v.name.startswith('discriminator')]
    g_vars = [v for v in tf.trainable_variables() if v.name.startswith('generator')]
    train.AdamOptimizer(.1).minimize(d_loss, var_list=d_vars)
    train.AdamOptimizer(.1).minimize(g_loss, var_list=g_vars)


@model
def vae():
    h = layers.dense(x(None, 4), 6, nn.relu)
    mean, log_var = layers.dense(h, 2), layers.dense(h, 2)
    z = mean + tf.exp(log_var / 2) * tf.random_normal(tf.shape(mean))
    out = layers.dense(z, 4)
    error = tf.reduce_sum(nn.sigmoid_cross_entropy_with_logits(logits=out, labels=x(None, 4)), 1)
    kl = -.5 * tf.reduce_sum(1 + log_var - tf.square(mean) - tf.exp(log_var), 1)
    train.AdamOptimizer(.1).minimize(tf.reduce_mean(error + kl))


@model
def averaged():
    loss = mlp()
    step = train.GradientDescentOptimizer(.1).minimize(loss)
    with tf.control_dependencies([step]):
        train.ExponentialMovingAverage(.9).apply(tf.trainable_variables())


@model
def evaluated():
    logits = layers.dense(x(None, 4), 3)
    y = x(None, 3)
    train.AdamOptimizer(.1).minimize(tf.reduce_mean(nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=logits)))
    tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1)), tf.float32))
    tf.global_variables_initializer()


def main():
    names = [a for a in sys.argv[1:] if a != '--ops'] or list(MODELS)
    for name in names:
        graph = tf.Graph()
        with graph.as_default():
            tf.set_random_seed(3)
            MODELS[name]()
            made, draw = graph._last_id, tf.random_uniform([2])
            with tf.Session() as session:
                a, b = session.run(draw)
        print('    MODEL(%s, %d, %.9g, %.9g)' % (name, made, a, b))
        if '--ops' in sys.argv:
            for op in graph.get_operations():
                print(op._id, op.type, op.name)


main()
