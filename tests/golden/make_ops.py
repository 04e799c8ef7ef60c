"""What TensorFlow 1.15.5 answers for the cases of ops_FAMILY.py, into ops_FAMILY.npz; called by tests/run --goldens.

Usage: python make_ops.py FAMILY [OP | OP.TAG …], with TensorFlow 1.15.5 and NumPy 1.18 (Python 3.7). With ops or cases named, only
theirs are asked; all other arrays keep their bytes.

ops_FAMILY.py holds cases = {'Op.tag': (function of tensors, [input arrays], options)}. A function returns a tensor or a
list. Written per case: in0, in1, …; out0, …; dx0, … = tf.gradients of the float outputs for the float inputs, left out
where that is None; nodes: one line per node made, "Type name input:0 …". Options: 'grad': False leaves gradients out
(written as nograd), 'nodes': False the nodes."""
import importlib
import io
import os
import sys
import warnings
import zipfile

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


def npy(array):
    held = io.BytesIO()
    np.lib.format.write_array(held, array, allow_pickle=False)
    return held.getvalue()


def merge(path, asked, all_cases, arrays):
    """Puts `arrays`, the answers of the cases `asked`, into the archive. What they no longer have goes, and what belongs to no case
    any more; everything else is written as it was, in its place. How many arrays are new, changed or gone."""
    members, changes = {}, 0
    if os.path.exists(path):
        with zipfile.ZipFile(path) as old:
            members = {info.filename: (info, old.read(info)) for info in old.infolist()}
    for name in list(members):
        case = name.split('/')[0]
        if case in asked and name[:-len('.npy')] not in arrays or case not in all_cases:
            del members[name]
            changes += 1
    for key, array in arrays.items():
        name, data = key + '.npy', npy(array)
        if name in members and members[name][1] == data:
            continue
        changes += 1
        info = zipfile.ZipInfo(name)
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
        members[name] = (members[name][0] if name in members else info, data)
    if changes:
        with zipfile.ZipFile(path + '.new', 'w', zipfile.ZIP_DEFLATED) as new:
            for info, data in members.values():
                new.writestr(info, data)
        os.replace(path + '.new', path)
    return changes


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, here)
    family, wanted = sys.argv[1], sys.argv[2:]
    if not os.path.exists(os.path.join(here, 'ops_%s.py' % family)):
        sys.exit('No family %s: there is no tests/golden/ops_%s.py' % (family, family))
    cases = importlib.import_module('ops_' + family).cases
    asked = [name for name in cases if not wanted or name in wanted or name.split('.')[0] in wanted]
    unknown = [op for op in wanted if op not in asked and op not in [name.split('.')[0] for name in asked]]
    if unknown:
        sys.exit('tests/golden/ops_%s.py has no case of %s' % (family, ', '.join(unknown)))
    arrays = {}
    for name in asked:
        case = cases[name]
        try:
            arrays.update(answer(name, case[0], [np.asarray(a) for a in case[1]], case[2] if len(case) > 2 else {}))
        except Exception as fault:
            sys.exit('%s: %s: %s' % (name, type(fault).__name__, fault))
    changes = merge(os.path.join(here, 'ops_%s.npz' % family), asked, cases, arrays)
    print('ops_%s.npz: %d cases asked, %d arrays changed' % (family, len(asked), changes))


main()
