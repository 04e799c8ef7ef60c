"""What TensorFlow 1.15.5 answers for the cases of ops_FAMILY.py, into ops_FAMILY.npz.

Usage: python make_ops.py FAMILY [FAMILY …], with TensorFlow 1.15.5 and NumPy 1.18 (Python 3.7).

ops_FAMILY.py holds cases = {'Op.tag': (function of tensors, [input arrays], options)}. A function returns a tensor or a
list. Written per case: in0, in1, …; out0, …; dx0, … = tf.gradients of the float outputs for the float inputs, left out
where that is None; nodes: one line per node made, "Type name input:0 …". Options: 'grad': False leaves gradients out
(written as nograd), 'nodes': False the nodes."""
import importlib
import os
import sys
import warnings

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)


def answer(name, function, inputs, options):
    written = {}
    graph = tf.Graph()
    with graph.as_default():
        ins = [tf.placeholder(a.dtype, a.shape, name='in%d' % i) for i, a in enumerate(inputs)]
        outs = function(*ins)
        outs = list(outs) if isinstance(outs, (list, tuple)) else [outs]
        nodes = ['%s %s' % (o.type, o.name) + ''.join(' ' + i.name for i in o.inputs)
                 for o in graph.get_operations()[len(ins):]]
        floats = [i for i, x in enumerate(ins) if x.dtype.is_floating]
        ys = [y for y in outs if y.dtype.is_floating]
        dxs = {}
        if ys and floats:
            if options.get('grad', True):
                for i, dx in zip(floats, tf.gradients(ys, [ins[i] for i in floats])):
                    if dx is not None:
                        dxs['dx%d' % i] = tf.convert_to_tensor(dx)
            else:
                written['nograd'] = np.zeros((), np.uint8)
        config = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        with tf.Session(config=config) as session:
            feeds = dict(zip(ins, inputs))
            values, gradients = session.run([outs, dxs], feeds)
    written.update({'in%d' % i: a for i, a in enumerate(inputs)})
    written.update({'out%d' % i: a for i, a in enumerate(values)})
    written.update(gradients)
    if options.get('nodes', True):
        written['nodes'] = np.frombuffer('\n'.join(nodes).encode(), np.uint8)
    return {'%s/%s' % (name, key): np.ascontiguousarray(a).reshape(np.shape(a)) for key, a in written.items()}


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, here)
    for family in sys.argv[1:]:
        arrays = {}
        for name, case in importlib.import_module('ops_' + family).cases.items():
            try:
                arrays.update(answer(name, case[0], [np.asarray(a) for a in case[1]], case[2] if len(case) > 2 else {}))
            except Exception as fault:
                sys.exit('%s: %s: %s' % (name, type(fault).__name__, fault))
        np.savez_compressed(os.path.join(here, 'ops_%s.npz' % family), **arrays)
        print('ops_%s.npz: %d arrays' % (family, len(arrays)))


main()
