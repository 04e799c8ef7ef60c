"""What TensorFlow 1.15.5 makes of the graphs that write_cases wrote: exchange.py FOLDER [NAME …].

Every graph is imported and run with its inputs; the answers must be this library's. Models are trained some steps. Loops and branches
are differentiated once more by TensorFlow itself: its gradients must be those that the graph holds."""
import glob
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import warnings
warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf
from tensorflow.python.ops import cond_v2, while_v2  # register the gradients of If and While

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
LOOPS = {'scan', 'scan_unknown', 'scan_weights', 'foldr', 'map', 'nested', 'cond_in_loop', 'cond', 'while'}
# Written otherwise than TensorFlow's own functions make it: what is counted for a gradient is what those make.
OTHERWISE = {'IdentityN', 'IndexedSlices', 'SelfAdjointEigV2'}
OTHERWISE_TOO = '.four_times'
RANDOM = {'RandomShuffle', 'Multinomial'}  # their streams need not agree


def differ(name, got, want):
    if got.dtype != want.dtype or got.shape != want.shape:
        return '%s is %s%s and not %s%s' % (name, got.dtype, got.shape, want.dtype, want.shape)
    if got.dtype.kind != 'f':
        return None if np.array_equal(got, want) else '%s differs' % name
    tolerance = 1e-5 if got.dtype == np.float32 else 1e-9
    finite = np.abs(want[np.isfinite(want)])
    close = np.isclose(got, want, rtol=tolerance, atol=tolerance * max(1, finite.max() if finite.size else 1), equal_nan=True)
    return None if close.all() else '%s: %s and not %s' % (name, got[~close][:4], want[~close][:4])


def miscounted(name, graph, wanted, xs, made):
    """An op draws by the number of those made before it: the gradients must count for as many as TensorFlow makes."""
    made_of = {k: graph.get_operation_by_name(k).inputs[0] for k in wanted if k.startswith('out')}
    ys = [t for k, t in sorted(made_of.items(), key=lambda p: int(p[0][3:])) if t.dtype.is_floating]
    if not made or name.split('.')[0] in OTHERWISE or name.endswith(OTHERWISE_TOO):
        return None
    before = graph._last_id
    tf.gradients(ys, xs)
    count = graph._last_id - before
    ops = [op.type for op in graph.get_operations()[-count:]]
    return None if count == made else 'gradients count for %d operations and not %d: %s' % (made, count, ' '.join(ops))


def check(folder, name):
    held = dict(np.load(os.path.join(folder, name + '.npz')))
    graph_def = tf.GraphDef()
    with open(os.path.join(folder, name + '.pb'), 'rb') as f:
        graph_def.ParseFromString(f.read())
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name='')
        feeds = {graph.get_tensor_by_name(k + ':0'): v for k, v in held.items() if k.startswith('in')}
        with tf.Session() as session:
            if 'losses' in held:
                session.run('init')
                got = np.array([session.run(['loss:0', 'step'], feeds)[0] for _ in held['losses']])
                return differ('losses', got, held['losses'])
            made = held.pop('made')
            wanted = sorted(k for k in held if not k.startswith('in'))
            tensors = [graph.get_tensor_by_name(k + ':0') for k in wanted]
            if any(n.op == 'VariableV2' for n in graph_def.node):
                session.run('init')
            for k, got in zip(wanted, session.run(tensors, feeds)):
                fault = differ(k, np.asarray(got), held[k])
                if fault:
                    return fault
            if name not in LOOPS:
                return miscounted(name, graph, wanted, [t for t in feeds if t.dtype.is_floating], made)
            dxs = [k for k in wanted if k.startswith('dx')]
            xs = [graph.get_tensor_by_name('in%s:0' % k[2:]) for k in dxs]
            made = tf.gradients(graph.get_tensor_by_name('out0:0'), xs)
        with tf.Session() as session:  # the nodes that were differentiated have changed: another session
            for k, got in zip(dxs, session.run(made, feeds)):
                fault = differ(k + ' by TensorFlow', np.asarray(got), held[k])
                if fault:
                    return fault
    return None


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    names = names or sorted(os.path.basename(p)[:-3] for p in glob.glob(os.path.join(folder, '*.pb')))
    failed = 0
    for name in names:
        try:
            fault = check(folder, name)
        except Exception as e:
            fault = '%s: %s' % (type(e).__name__, str(e).split('\n')[0][:300])
        if fault and name.split('.')[0] not in RANDOM:
            failed += 1
            print('%s: %s' % (name, fault))
    print('%d graphs, %d failed' % (len(names), failed))
    sys.exit(failed != 0)


main()
