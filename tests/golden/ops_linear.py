"""Cases of the linear family."""
import numpy as np
import tensorflow as tf

rng = np.random.RandomState(11)


def r(*shape):
    return np.round(rng.uniform(-2, 2, shape), 3).astype(np.float32)


cases = {}
for ta in (False, True):
    for tb in (False, True):
        tag = '%s%s' % ('t' if ta else 'n', 't' if tb else 'n')
        a, b = r(*((4, 3) if ta else (3, 4))), r(*((5, 4) if tb else (4, 5)))
        cases['MatMul.' + tag] = (lambda x, y, p=ta, q=tb: tf.matmul(x, y, p, q), [a, b])
        cases['BatchMatMulV2.' + tag] = (lambda x, y, p=ta, q=tb: tf.matmul(x, y, transpose_a=p, transpose_b=q),
                                         [np.stack([a, -a]), np.stack([b, 2 * b])])
        cases['BatchMatMulV2.shared_' + tag] = (lambda x, y, p=ta, q=tb: tf.matmul(x, y, transpose_a=p, adjoint_b=q),
                                                [np.stack([a, -a]), b])
cases['MatMul.row'] = (tf.matmul, [r(1, 6), r(6, 3)])
cases['MatMul.column'] = (tf.matmul, [r(6, 3), r(3, 1)])
cases['MatMul.outer'] = (tf.matmul, [r(4, 1), r(1, 3)])
cases['MatMul.larger'] = (tf.matmul, [r(17, 33), r(33, 9)])
cases['MatMul.float64'] = (tf.matmul, [r(3, 2).astype(np.float64), r(2, 3).astype(np.float64)])
cases['MatMul.int32'] = (tf.matmul, [np.array([[1, 2], [3, -4]], np.int32), np.array([[5], [6]], np.int32)])
cases['MatMul.int64'] = (tf.matmul, [np.array([[1 << 33, 2]], np.int64), np.array([[5], [6]], np.int64)])
cases['MatMul.no_inner'] = (tf.matmul, [np.zeros((2, 0), np.float32), np.zeros((0, 3), np.float32)])
cases['MatMul.no_rows'] = (tf.matmul, [np.zeros((0, 2), np.float32), r(2, 3)])
cases['MatMul.infinite'] = (tf.matmul, [np.array([[np.inf, 0], [np.nan, 1]], np.float32), r(2, 2)])
cases['BatchMatMulV2.broadcast'] = (tf.matmul, [r(2, 1, 3, 4), r(5, 4, 2)])
cases['BatchMatMulV2.broadcast_back'] = (tf.matmul, [r(3, 4), r(2, 4, 2)])
cases['BatchMatMulV2.ones'] = (tf.matmul, [r(1, 1, 3), r(4, 3, 1)])
cases['BatchMatMulV2.empty'] = (tf.matmul, [np.zeros((0, 2, 3), np.float32), np.zeros((0, 3, 2), np.float32)])
cases['BatchMatMulV2.int32'] = (tf.matmul, [np.arange(12, dtype=np.int32).reshape(2, 2, 3), np.arange(12, dtype=np.int32).reshape(2, 3, 2)])
cases['BatchMatMulV2.float64'] = (tf.matmul, [r(2, 2, 3).astype(np.float64), r(2, 3, 2).astype(np.float64)])
cases['MatMul.matvec'] = (tf.linalg.matvec, [r(3, 4), r(4)])
cases['BatchMatMulV2.matvec'] = (tf.linalg.matvec, [r(2, 3, 4), r(2, 4)])
cases['MatMul.tensordot1'] = (lambda x, y: tf.tensordot(x, y, 1), [r(2, 3, 4), r(4, 5)])
cases['MatMul.tensordot2'] = (lambda x, y: tf.tensordot(x, y, 2), [r(2, 3, 4), r(3, 4, 5)])
cases['MatMul.tensordot_axes'] = (lambda x, y: tf.tensordot(x, y, [[2, 0], [1, 0]]), [r(2, 3, 4), r(2, 4, 3)])
matrices = r(2, 3, 4)
for tag, function in [
        ('Sqrt.norm', tf.norm), ('Sqrt.norm_named', lambda x: tf.norm(x, 2, 1, True, 'n')), ('Sqrt.norm_axis', lambda x: tf.norm(x, axis=-1)),
        ('Sqrt.norm_matrices', lambda x: tf.norm(x, 'fro', [1, -1])), ('Sum.norm_1', lambda x: tf.norm(x, 1)),
        ('Sum.norm_1_axis', lambda x: tf.norm(x, 1, 1)), ('Max.norm_inf', lambda x: tf.norm(x, np.inf)),
        ('Max.norm_inf_axis', lambda x: tf.norm(x, np.inf, 0, keep_dims=True)), ('Max.norm_1_matrices', lambda x: tf.norm(x, 1, [-2, -1])),
        ('Max.norm_inf_matrices', lambda x: tf.norm(x, np.inf, [-2, -1])), ('Pow.norm_3', lambda x: tf.norm(x, 3)),
        ('Pow.norm_2_5', lambda x: tf.norm(x, 2.5, 1))]:
    cases[tag] = (function, [matrices])
cases['Sum.norm_int32'] = (lambda x: tf.linalg.norm(x, 1), [np.array([-3, 4], np.int32)])
