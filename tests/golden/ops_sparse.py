"""IndexedSlices: where gradients through gather stay sparse, and what is made of them; and ops on sparse tensors, each given as its
indices, values and shape."""
import numpy as np
import tensorflow as tf

table = np.array([[1, 2], [-3, 4], [.5, -6], [7, .25]], np.float32)
numbers = np.array([1, 2], np.int32)
hidden = {'nodes': False}


def of(x, y):
    return tf.gradients(y, x)[0]


def squares(x, *places):
    return tf.reduce_sum(tf.square(tf.gather(x, list(places))))


def slices(x):
    return of(x, squares(x, 0, 0, 3))


def parts(g):
    return [tf.convert_to_tensor(g), g.values, tf.cast(g.indices, tf.float32)]


def summed(g):  # whatever the order of the rows
    assert isinstance(g, tf.IndexedSlices)
    return [tf.convert_to_tensor(g), tf.global_norm([g]), tf.cast(tf.shape(g.indices)[0], tf.float32)]


def step(s, x, i):
    return s + tf.reduce_sum(tf.square(tf.gather(x, i)))


def scan(f, n):
    return tf.scan(f, n, initializer=0.)[-1]


yes, no = lambda: tf.placeholder_with_default(True, []), lambda: tf.placeholder_with_default(False, [])
first, other = lambda x: squares(x, 1, 1), lambda x: squares(x, 2)
functions = {
    'parts': lambda x: parts(slices(x)),
    'made': lambda x: parts(tf.IndexedSlices(x, tf.constant([3, 0, 3, 1], tf.int64), tf.constant([5, 2]))),
    'read': lambda x: tf.sin(slices(x)),
    'converted': lambda x: tf.clip_by_norm(tf.convert_to_tensor(slices(x)), 2.),
    'clip_by_norm': lambda x: parts(tf.clip_by_norm(slices(x), 2.)),
    'clip_by_norm_rows': lambda x: parts(tf.clip_by_norm(slices(x), 2., axes=[1])),
    'clip_by_value': lambda x: parts(tf.clip_by_value(slices(x), -1., 3.)),
    'global_norm': lambda x: tf.global_norm([slices(x), None, x]),
    'clip_by_global_norm': lambda x: (lambda l, n: parts(l[0]) + [l[1], n])(*tf.clip_by_global_norm([slices(x), x], 3.)),
    'scalar_mul': lambda x: parts(tf.scalar_mul(3., slices(x))),
    'minus': lambda x: parts(-slices(x)),
    'negative': lambda x: tf.negative(slices(x)),
    'multiply': lambda x: tf.multiply(slices(x), 3.),
    'add_n': lambda x: tf.add_n([slices(x), x]),
    'add_n_one': lambda x: tf.clip_by_norm(tf.add_n([slices(x)]), 2.),
    'two': lambda x: summed(of(x, squares(x, 0, 1) + squares(x, 1))),
    'two_index_dtypes': lambda x: summed(of(x, squares(x, 0, 1) + tf.reduce_sum(tf.gather(x, tf.constant([2], tf.int64))))),
    'and_dense': lambda x: tf.clip_by_norm(of(x, squares(x, 0, 0) + tf.reduce_sum(x * x)), 2.),
    'identity': lambda x: parts(of(x, squares(tf.identity(x), 1))),
    'of_add_n': lambda x: summed(of(x, squares(tf.add_n([x, x]), 1))),
    'of_minus': lambda x: parts(of(x, squares(-x, 1, 1))),
    'of_sum': lambda x: tf.clip_by_norm(of(x, squares(x + x, 1)), 2.),
    'of_product': lambda x: tf.clip_by_norm(of(x, squares(x * 2., 1, 1)), 2.),
    'of_reshape': lambda x: tf.clip_by_norm(of(x, squares(tf.reshape(x, [2, 4]), 1, 1)), 2.),
    'of_gather': lambda x: parts(of(x, squares(tf.gather(x, [1, 2]), 0, 0))),
    'of_gather_nd': lambda x: parts(of(x, tf.reduce_sum(tf.gather_nd(x, [[1], [1]])))),
    'of_lookup': lambda x: parts(of(x, tf.reduce_sum(tf.square(tf.nn.embedding_lookup(x, [[1, 2], [0, 1]]))))),
    'cond': lambda x: parts(of(x, tf.cond(yes(), lambda: first(x), lambda: 0.))),
    'cond_other': lambda x: parts(of(x, tf.cond(no(), lambda: first(x), lambda: 0.))),
    'cond_both': lambda x: parts(of(x, tf.cond(yes(), lambda: first(x), lambda: other(x)))),
    'cond_and_dense': lambda x: tf.clip_by_norm(of(x, tf.cond(yes(), lambda: first(x), lambda: tf.reduce_sum(x))), 2.),
}
looping = {
    'scan': lambda x, n: summed(of(x, scan(lambda s, i: step(s, x, [i, i]), n))),
    'scan_scalar': lambda x, n: summed(of(x, scan(lambda s, i: step(s, x, i), n))),
    'scan_two': lambda x, n: summed(of(x, scan(lambda s, i: step(step(s, x, i), x, [0]), n))),
    'map_fn': lambda x, n: summed(of(x, tf.map_fn(lambda i: tf.gather(x, i), n, dtype=tf.float32))),
    'while': lambda x, n: summed(of(x, tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, step(s, x, i)), [n[0], 0.])[1])),
    'cond_of_scan': lambda x, n: summed(of(x, tf.cond(yes(), lambda: scan(lambda s, i: step(s, x, i), n), lambda: 0.))),
}
# TF has no second derivative through a loop's sparse sum, nor through what a branch makes of one.
no_more = {'nodes': False, 'grad': False}
branching = ('cond', 'cond_other', 'cond_both', 'cond_and_dense')
cases = {'IndexedSlices.' + k: (f, [table], no_more if k in branching else hidden) for k, f in functions.items()}
cases.update({'IndexedSlices.' + k: (f, [table, numbers], no_more) for k, f in looping.items()})

i64 = lambda *v: np.array(v, np.int64)
f32 = lambda *v: np.array(v, np.float32)
A = [i64([0, 1], [1, 0], [1, 2]), f32(1, -2, 3), i64(2, 3)]
B = [i64([0, 1], [1, 1]), f32(-1, 5), i64(2, 3)]
mixed = [i64([1, 2], [0, 1], [1, 0], [0, 1]), f32(1, 2, 3, 4), i64(2, 3)]
places = np.random.RandomState(4).permutation(600)[:200]
many = [np.stack([places // 30, places % 30], 1).astype(np.int64), np.arange(200, dtype=np.float32), i64(20, 30)]
cube = [i64([1, 0, 2], [0, 1, 0], [1, 1, 1], [0, 0, 3]), i64(1, 2, 3, 4), i64(2, 2, 4)]
wide = [i64([0, 1], [2, 3]), f32(7, 8), i64(3, 4)]
double = lambda sp: [sp[0], sp[1].astype(np.float64), sp[2]]
whole = lambda sp, dtype=np.int32: [sp[0], sp[1].astype(dtype), sp[2]]
b = np.array([[1, 2, 3, 4], [.5, -1, 0, 2], [3, 1, -2, 1]], np.float32)
flags = np.array([True, False, True])


def three(sp):
    return [sp.indices, sp.values, sp.dense_shape]


def one(function, **options):  # of a sparse tensor and others
    return lambda i, v, s, *more: function(of_given(i, v, s), *more, **options)


def of_given(i, v, s):
    sp = tf.SparseTensor.__new__(tf.SparseTensor)  # as handles are put together: no name scope
    sp._indices, sp._values, sp._dense_shape = i, v, s
    return sp


def two(function):
    return lambda i, v, s, j, w, t: function(of_given(i, v, s), of_given(j, w, t))


def stairs(v):
    return tf.SparseTensor(A[0], v, [2, 3])


def corner(v):
    return tf.SparseTensor(B[0], v, [2, 3])


matmul, add, concat = tf.sparse_tensor_dense_matmul, tf.sparse_add, tf.sparse_concat
no_grad = {'grad': False}
cases.update({
    'SparseTensorDenseMatMul.plain': (one(matmul), A + [b]),
    'SparseTensorDenseMatMul.adjoint_a': (one(matmul, adjoint_a=True), A + [b[:2]]),
    'SparseTensorDenseMatMul.adjoint_b': (one(matmul, adjoint_b=True, name='m'), double(A) + [b.T[:2].astype(np.float64)]),
    'SparseTensorDenseMatMul.int32': (one(matmul), whole(A) + [(2 * b).astype(np.int32)]),
    'SparseTensorDenseMatMul.repeated': (one(matmul), mixed + [b]),
    'SparseTensorDenseMatMul.nothing': (one(matmul), [np.zeros((0, 2), np.int64), f32(), i64(2, 3), b]),
    'SparseReorder.plain': (one(lambda sp: three(tf.sparse_reorder(sp))), A),
    'SparseReorder.named': (one(lambda sp: three(tf.sparse_reorder(sp, name='r'))), [mixed[0][:3], mixed[1][:3], mixed[2]]),
    'SparseReorder.many': (one(lambda sp: three(tf.sparse_reorder(sp))), many),
    'SparseReorder.cube': (one(lambda sp: three(tf.sparse_reorder(sp))), cube),
    'SparseReorder.transpose': (one(lambda sp: three(tf.sparse_transpose(sp))), A, hidden),  # its rank is a Size node, here a constant
    'SparseReorder.transpose_axes': (one(lambda sp: three(tf.sparse_transpose(sp, [2, 0, 1], name='t'))), cube),
    'SparseConcat.columns': (two(lambda x, y: three(concat(1, [x, y]))), A + B, no_grad),
    'SparseConcat.rows': (two(lambda x, y: three(concat(-2, [x, y, x], name='c'))), A + B, no_grad),
    'SparseConcat.expanded': (two(lambda x, y: three(concat(0, [x, y], expand_nonconcat_dim=True))), A + wide, {'grad': False, 'nodes': False}),
    'SparseConcat.expanded_last': (two(lambda x, y: three(concat(-1, [x, y], expand_nonconcat_dim=True))), A + wide, {'grad': False, 'nodes': False}),
    'SparseConcat.constants': (lambda v, w: three(concat(1, [stairs(v), corner(w)])), [A[1], B[1]], no_grad),
    'SparseSlice.plain': (one(lambda sp: three(tf.sparse_slice(sp, [0, 1], [2, 5]))), A),
    'SparseSlice.before': (one(lambda sp: three(tf.sparse_slice(sp, [-1, 1], [2, 1], name='s'))), A),
    'SparseSliceGrad.plain': (one(lambda sp: tf.gradients(tf.sparse_slice(sp, [0, 1], [2, 5]).values, sp.values)), A, no_more),
    'SparseAdd.plain': (two(lambda x, y: three(add(x, y))), A + B),
    'SparseAdd.thresh': (two(lambda x, y: three(add(x, y, thresh=2.5))), double(A) + double(B)),
    'SparseAdd.int32': (two(lambda x, y: three(add(x, y, 1))), whole(A) + whole(B)),
    'SparseAdd.constants': (lambda v, w: three(add(stairs(v), corner(w))), [A[1], B[1]]),
    'SparseAddGrad.plain': (two(lambda x, y: tf.gradients(tf.square(add(x, y, 2.5).values), [x.values, y.values])), A + B, no_more),
    'SparseTensorDenseAdd.plain': (one(add), A + [b[:2, :3]]),
    'SparseTensorDenseAdd.int64': (one(lambda sp, x: add(x, sp)), whole(A, np.int64) + [i64([1, 2, 3], [4, 5, 6])]),
    'SparseReduceSum.all': (one(tf.sparse_reduce_sum), A),
    'SparseReduceSum.all_of_constant': (lambda v: tf.sparse_reduce_sum(stairs(v)), [A[1]]),
    'SparseReduceSum.columns': (one(lambda sp: tf.sparse_reduce_sum(sp, 0)), A),
    'SparseReduceSum.rows_kept': (one(lambda sp: tf.sparse_reduce_sum(sp, [-1], keepdims=True)), mixed),
    'SparseReduceSum.none': (one(lambda sp: tf.sparse_reduce_sum(sp, [0, 2])), whole(cube)),
    'Where.retain': (one(lambda sp, keep: three(tf.sparse_retain(sp, keep))), A + [flags]),
    'Maximum.reset_shape': (one(lambda sp: three(tf.sparse_reset_shape(sp))), A),
    'Identity.reset_shape': (one(lambda sp: three(tf.sparse_reset_shape(sp, [4, 5]))), A, hidden),
    'Identity.reset_shape_of_constant': (lambda v: three(tf.sparse_reset_shape(stairs(v), [4, 5])), [A[1]], hidden),
})
