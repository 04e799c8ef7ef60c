"""What TensorFlow 1.15.5 or 2.15 makes of the graphs that write_cases wrote: exchange.py FOLDER [NAME …].

Every graph is imported and run with its inputs; the answers must be this library's. Models are trained some steps. Loops, branches and
random graphs (tests/differential) are differentiated once more by TensorFlow itself: its gradients must be those that the graph holds;
of random graphs what is known of shapes must be the same. Models that were trained, saved and frozen here (FOLDER/saved) go on in
TensorFlow from their checkpoints: as golden/make_meta.py builds them, and as their .meta has them."""
import glob
import os
import sys

import numpy as np
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'golden'))
from tensorflow1 import IS_2, tf
from tensorflow.python.ops import cond_v2, while_v2  # register the gradients of If and While
import make_meta

LOOPS = {'scan', 'scan_unknown', 'scan_weights', 'foldr', 'map', 'nested', 'cond_in_loop', 'cond', 'while'}
# Written otherwise than TensorFlow's own functions make it: what is counted for a gradient is what those make.
OTHERWISE = {'IdentityN', 'IndexedSlices', 'SelfAdjointEigV2'}
OTHERWISE_TOO = '.four_times'
# What TensorFlow fails with: a branch that is imported and differentiated once more; slices where a tensor is wanted; dilations, whose
# gradients it has for GPUs alone.
REFUSALS = ('cond_graph takes', "'IndexedSlices' object has no attribute 'shape'", 'do not yet support dilation rates larger than 1')
if IS_2:  # differentiating a loop, it may write two functions of one name
    REFUSALS += ('Attempting to add a duplicate function with name',)
# Computed in float there, whatever the dtype.
SINGLE = {'CTCLoss', 'CTCBeamSearchDecoder'}
# Rows that no segment reaches: in their gradients TensorFlow leaves what was in the memory.
UNWRITTEN = {'SparseSegmentMean.none', 'SparseSegmentSqrtN.none'}
# Two values within rounding of each other below a max: the gradient goes to the one or the other.
NEAR_TIES = {'random_1934'}
# What TensorFlow 2 computes otherwise than 1.15.5, whose answers are this library's, and in which rows.
ANEW = {
    'the sign of NaN': 'Abs.edges Sign.edges',
    'NaN in maxima and minima': 'Max.nan64 Max.odd Min.nan64 Min.odd Maximum.extremes32 Maximum.extremes64 Minimum.extremes32 '
                                'Minimum.extremes64 MaxPool.odd MaxPool3D.odd',
    'a softmax that overflows': 'Softmax.odd',
    'digamma at its poles': 'Digamma.ends Digamma.none_flows',
    'real numbers are divided and cut': 'TruncateDiv.both TruncateDiv.broadcast TruncateDiv.broadcast_back TruncateDiv.edges '
                                        'TruncateDiv.float64',
    'windows that overlap': 'MaxPool3D.overlapping MaxPool3DGrad.inside',
    'of no images, and refused, or the end of the process': 'Conv2D.no_images Conv2DBackpropInput.no_images Conv2D.no_filters '
                                                            'MaxPool.empty',
    'all classes as candidates are refused': 'AllCandidateSampler.plain',
    'of equal scores the first box comes first, and a negative number of boxes is refused': 'NonMaxSuppressionV3.all '
        'NonMaxSuppressionV3.equal NonMaxSuppressionV3.many',
} if IS_2 else {}
# Small graphs: what TensorFlow would make of them takes longer than running them.
PLAIN = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
PLAIN.graph_options.rewrite_options.disable_meta_optimizer = True
RANDOM = {'RandomShuffle', 'Multinomial'}  # their streams need not agree


def differ(name, got, want, mixed=False):
    if got.dtype != want.dtype or got.shape != want.shape:
        return '%s is %s%s and not %s%s' % (name, got.dtype, got.shape, want.dtype, want.shape)
    if got.dtype.kind != 'f':
        return None if np.array_equal(got, want) else '%s differs' % name
    tolerance = 1e-5 if got.dtype == np.float32 or mixed else 1e-9
    finite = np.abs(want[np.isfinite(want)])
    close = np.isclose(got, want, rtol=tolerance, atol=tolerance * max(1, finite.max() if finite.size else 1), equal_nan=True)
    return None if close.all() else '%s: %s and not %s' % (name, got[~close][:4], want[~close][:4])


def miscounted(name, graph, wanted, xs, made):
    """An op draws by the number of those made before it: the gradients must count for as many as TensorFlow makes."""
    made_of = {k: graph.get_operation_by_name(k).inputs[0] for k in wanted if k.startswith('out')}
    ys = [t for k, t in sorted(made_of.items(), key=lambda p: int(p[0][3:])) if t.dtype.is_floating]
    if IS_2 or not made or name.split('.')[0] in OTHERWISE or name.endswith(OTHERWISE_TOO):
        return None
    before = graph._last_id
    tf.gradients(ys, xs)
    count = graph._last_id - before
    ops = [op.type for op in graph.get_operations()[-count:]]
    return None if count == made else 'gradients count for %d operations and not %d: %s' % (made, count, ' '.join(ops))


def random_graph(name):
    return name.startswith('random_')


def has_loop(graph):
    return any(op.type in ('While', 'If') for op in graph.get_operations())


def misshapen(graph, wanted, shapes):
    """Of what is known there nothing may be unknown or otherwise here; more may be known, where TensorFlow's Python sets shapes."""
    for k in wanted:
        if k.startswith('dx') or has_loop(graph):
            continue  # a gradient's shape is set by Python, a loop's lost in the lists that it is exported by
        there, here = graph.get_tensor_by_name(k + ':0').shape, shapes.get(k)
        if there.ndims is None:
            continue
        there = [-1 if d is None else d for d in there.as_list()]
        if here is None or len(here) != len(there) or any(t not in (-1, h) for t, h in zip(there, here)):
            return '%s is known as %s here, as %s there' % (k, here, there)
    return None


def gradients(name, graph, wanted):
    """Those that the graph holds, by their names, made by TensorFlow itself: of loops, branches and random graphs."""
    if name not in LOOPS and not random_graph(name):
        return {}
    dxs = [k for k in wanted if k.startswith('dx')]
    ys = [graph.get_tensor_by_name(k + ':0') for k in (wanted if random_graph(name) else ['out0']) if k.startswith('out')]
    made = tf.gradients([y for y in ys if y.dtype.is_floating], [graph.get_tensor_by_name('in%s:0' % k[2:]) for k in dxs])
    return {k: None if dx is None else tf.convert_to_tensor(dx) for k, dx in zip(dxs, made)}


def train(feeds, losses):
    with tf.Session(config=PLAIN) as session:
        session.run('init')
        return differ('losses', np.array([session.run(['loss:0', 'step'], feeds)[0] for _ in losses]), losses)


def check(folder, name):
    held = dict(np.load(os.path.join(folder, name + '.npz')))
    graph_def = tf.GraphDef()
    with open(os.path.join(folder, name + '.pb'), 'rb') as f:
        graph_def.ParseFromString(f.read())
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name='')
        feeds = {graph.get_tensor_by_name(k + ':0'): v for k, v in held.items() if k.startswith('in')}
        if 'losses' in held:
            return train(feeds, held['losses'])
        counted = held.pop('made')
        shapes = {k[6:]: held.pop(k) for k in list(held) if k.startswith('shape_')}
        wanted = sorted(k for k in held if not k.startswith('in'))
        fetched = {k: graph.get_tensor_by_name(k + ':0') for k in wanted}
        for k, dx in gradients(name, graph, wanted).items():
            if dx is None:
                return 'TensorFlow has no gradient %s' % k
            fetched[k + ' by TensorFlow'] = dx
        with tf.Session(config=PLAIN) as session:
            if any(n.op == 'VariableV2' for n in graph_def.node):
                session.run('init')
            for k, got in session.run(fetched, feeds).items():
                fault = differ(k, np.asarray(got), held[k.split()[0]], random_graph(name) or name.split('.')[0] in SINGLE)
                if fault:
                    return fault
        if random_graph(name):
            return misshapen(graph, wanted, shapes)
        if name in LOOPS:
            return None
        return miscounted(name, graph, wanted, [t for t in feeds if t.dtype.is_floating], counted)


def fed(graph, feeds):
    return {graph.get_tensor_by_name(t.op.name + ':0'): a for t, a in feeds.items()}


def compare(name, got, want, tolerance=1e-5):
    worst = np.abs(np.array(got) - want).max()
    return None if worst <= tolerance else '%s: losses are off by %g' % (name, worst)


def go_on(folder, name):
    """A model built by TensorFlow, restored; its random streams have been used for as many steps as here."""
    want = np.load(os.path.join(folder, name + '.npz'))['losses']
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        feeds, loss, optimizer = make_meta.MODELS[name]()
        tf.identity(loss, name='loss')
        step = optimizer.minimize(loss, name='step')
        saver = tf.train.Saver()
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            for _ in range(make_meta.BEFORE):
                session.run(step, feeds)
            saver.restore(session, os.path.join(folder, name))
            return feeds, compare(name, [session.run([loss, step], feeds)[0] for _ in want], want)


def go_on_from_meta(folder, name, feeds):
    want = np.load(os.path.join(folder, name + '.npz'))['losses']
    with tf.Graph().as_default() as graph:
        saver = tf.train.import_meta_graph(os.path.join(folder, name + '.meta'))
        step, feeds = tf.get_collection('train_op')[0], fed(graph, feeds)
        if len(tf.trainable_variables()) < 1 or not tf.global_variables():
            return name + ': the .meta names no variables'
        with tf.Session() as session:
            session.run('init')
            for _ in range(make_meta.BEFORE):
                session.run(step, feeds)
            saver.restore(session, os.path.join(folder, name))
            return compare(name + '.meta', [session.run(['loss:0', step], feeds)[0] for _ in want], want)


def thaw(folder, name, feeds):
    want = np.load(os.path.join(folder, name + '.npz'))['losses'][:1]
    graph_def = tf.GraphDef()
    with open(os.path.join(folder, name + '.frozen.pb'), 'rb') as f:
        graph_def.ParseFromString(f.read())
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name='')
        with tf.Session() as session:
            return compare(name + '.frozen', [session.run('loss:0', fed(graph, feeds))], want, 1e-6)


def serve(folder, name, feeds):
    want = np.load(os.path.join(folder, name + '.npz'))['losses'][:1]
    with tf.Graph().as_default(), tf.Session() as session:
        signature = tf.saved_model.loader.load(session, ['serve'], os.path.join(folder, name + '.model')).signature_def['serving_default']
        feeds = {signature.inputs[t.op.name].name: a for t, a in feeds.items()}
        return compare(name + '.model', [session.run(signature.outputs['loss'].name, feeds)], want, 1e-6)


def check_saved(folder, name):
    feeds, fault = go_on(folder, name)
    fault = fault or go_on_from_meta(folder, name, feeds)
    if fault or name == 'char_rnn':  # whose first loss is of numbers drawn before
        return fault
    return thaw(folder, name, feeds) or serve(folder, name, feeds)


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    names = names or sorted(os.path.basename(p)[:-3] for p in glob.glob(os.path.join(folder, '*.pb')))
    anew = ' '.join(ANEW.values()).split()
    names = [n for n in names if n not in anew]
    saved = sorted(os.path.basename(p)[:-6] for p in glob.glob(os.path.join(folder, 'saved', '*.index')))
    failed = refused = 0
    saved = [] if sys.argv[2:] else saved
    for name, asked, where in [(n, check, folder) for n in names] + [(n, check_saved, os.path.join(folder, 'saved')) for n in saved]:
        try:
            fault = asked(where, name)
        except Exception as e:
            if any(text in str(e) for text in REFUSALS):
                refused += 1
                continue
            fault = '%s: %s' % (type(e).__name__, str(e).split('\n')[0][:300])
        excused = name.split('.')[0] in RANDOM or fault and (name in UNWRITTEN and fault.startswith('dx0: ') or
                                                              name in NEAR_TIES and fault.startswith('dx'))
        if fault and not excused:
            failed += 1
            print('%s: %s' % (name, fault))
    print('%d graphs, %d models, %d failed, %d that TensorFlow refuses' %
          (len(names), len(saved), failed, refused))
    sys.exit(failed != 0)


main()
