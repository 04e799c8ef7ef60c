"""What TensorFlow 1.15.5's cells of tf.contrib.rnn give, into cells.npz: the names and shapes of their variables, outputs of dynamic_rnn
(of a fused cell, its own) and gradients to its inputs, every variable of n numbers being sin(0.7·0), …, sin(0.7·(n - 1)). Usage: python make_cells.py, with
TensorFlow 1.15.5 and NumPy 1.18 (Python 3.7)."""
import os
import warnings

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
R = tf.contrib.rnn
cells = {
    'nas': lambda: R.NASCell(3),
    'nas_proj': lambda: R.NASCell(3, num_proj=2, use_bias=True),
    'ugrnn': lambda: R.UGRNNCell(3, forget_bias=0.5),
    'layer_norm': lambda: R.LayerNormBasicLSTMCell(3, norm_gain=1.5, norm_shift=.1),
    'no_layer_norm': lambda: R.LayerNormBasicLSTMCell(3, layer_norm=False),
    'block': lambda: R.LSTMBlockCell(3, use_peephole=True, cell_clip=0.5),
    'input': lambda: R.InputProjectionWrapper(R.GRUCell(3), 2, tf.tanh),
    'output': lambda: R.OutputProjectionWrapper(R.BasicLSTMCell(3), 2),
}
fused = {
    'fused': (lambda: R.LSTMBlockFusedCell(3, use_peephole=True, cell_clip=0.5), None),
    'fused_lengths': (lambda: R.LSTMBlockFusedCell(3), [3, 0, 2]),
}
x = np.sin(np.arange(2 * 4 * 3, dtype=np.float32)).reshape(2, 4, 3)
written = {'x': x, 'steps': np.sin(np.arange(4 * 3 * 3, dtype=np.float32)).reshape(4, 3, 3)}


def ask(name, run, x):
    with tf.Graph().as_default(), tf.Session() as session:
        fed = tf.placeholder(tf.float32, x.shape)
        outputs, state = run(fed)
        dx = tf.gradients(tf.square(outputs), fed)[0]
        for v in tf.global_variables():
            n = int(np.prod(v.shape.as_list()))
            v.load(np.sin(.7 * np.arange(n)).astype(np.float32).reshape(v.shape.as_list()))
        written[name + '/outputs'], written[name + '/dx'] = session.run([outputs, dx], {fed: x})
        if name in fused:
            written[name + '/c'], written[name + '/h'] = session.run(state, {fed: x})
        names = sorted('%s %s' % (v.op.name, v.shape.as_list()) for v in tf.trainable_variables())
        written[name + '/variables'] = np.frombuffer('\n'.join(names).encode(), np.uint8)


for name, make in cells.items():
    ask(name, lambda x: tf.nn.dynamic_rnn(make(), x, dtype=tf.float32), x)
for name, (make, lengths) in fused.items():
    ask(name, lambda x: make()(x, dtype=tf.float32, sequence_length=lengths), written['steps'])
np.savez_compressed(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'cells.npz'), **written)
