"""Cases of square matrices."""
import numpy as np
import tensorflow as tf

rng = np.random.RandomState(6)
f = lambda *s: rng.uniform(-1, 1, s).astype(np.float32)
near_one = lambda *s: (np.eye(s[-1]) + rng.uniform(-.3, .3, s)).astype(np.float32)
positive = lambda *s: (lambda a: np.matmul(a, np.swapaxes(a, -1, -2)) + np.eye(s[-1], dtype=np.float32))(f(*s))
symmetric = lambda *s: (lambda a: a + np.swapaxes(a, -1, -2))(f(*s))
no_nodes = {'nodes': False}


def eigen(x):
    e, v = tf.self_adjoint_eig(x)
    return [e, tf.square(v)]


def squares(function):
    """Where signs are free."""
    return lambda x: [y if i == 0 else tf.square(y) for i, y in enumerate(function(x))]


cases = {
    'Qr.tall': (tf.qr, [f(2, 4, 3)]),
    'Qr.square': (lambda x: tf.linalg.qr(x, True, 'q'), [f(3, 3)]),
    'Qr.wide': (tf.qr, [f(2, 4)], {'grad': False}),
    'Qr.full': (lambda x: tf.qr(x, full_matrices=True), [f(4, 2)], {'grad': False}),
    'Svd.values': (lambda x: tf.svd(x, compute_uv=False), [f(2, 3, 4)]),
    'Svd.tall': (squares(tf.svd), [f(2, 4, 3)], no_nodes),
    'Svd.wide': (squares(tf.linalg.svd), [f(3, 4)], no_nodes),
    'Svd.full': (squares(lambda x: tf.svd(x, full_matrices=True)), [f(3, 4)], no_nodes),
    'LogMatrixDeterminant.batch': (lambda x: list(tf.linalg.slogdet(x)), [f(2, 3, 3)]),
    'LogMatrixDeterminant.singular': (lambda x: list(tf.linalg.slogdet(x)), [np.ones((2, 2), np.float32)], {'grad': False}),
    'MatrixTriangularSolve.cholesky_solve': (tf.cholesky_solve, [positive(2, 3, 3), f(2, 3, 2)]),
    'Mul.logdet': (tf.linalg.logdet, [positive(2, 3, 3)], no_nodes),
    'MatrixTriangularSolve.least_squares': (tf.matrix_solve_ls, [f(4, 2), f(4, 3)], no_nodes),
    'MatMul.least_squares_wide': (lambda a, b: tf.linalg.lstsq(a, b, 0.5, name='ls'), [f(2, 4), f(2, 3)], no_nodes),
    'Transpose.norm_2': (lambda x: tf.norm(x, 2, [0, 2]), [f(2, 3, 4)], no_nodes),
    'MatrixDeterminant.batch': (tf.matrix_determinant, [f(2, 4, 4)]),
    'MatrixDeterminant.pivots': (lambda x: tf.linalg.det(x, 'd'), [np.array([[0, 2, 1], [3, 0, 0], [1, 1, 5]], np.float32)]),
    'MatrixInverse.batch': (tf.matrix_inverse, [near_one(2, 3, 3)]),
    'MatrixInverse.adjoint': (lambda x: tf.linalg.inv(x, adjoint=True), [near_one(3, 3)], {'grad': False}),
    'MatrixSolve.batch': (tf.matrix_solve, [near_one(2, 3, 3), f(2, 3, 2)]),
    'MatrixTriangularSolve.lower': (tf.matrix_triangular_solve, [near_one(2, 3, 3), f(2, 3, 2)]),
    'MatrixTriangularSolve.upper_adjoint': (lambda a, b: tf.matrix_triangular_solve(a, b, lower=False, adjoint=True), [near_one(3, 3), f(3, 2)]),
    'Cholesky.batch': (tf.cholesky, [positive(2, 3, 3)]),
    'SelfAdjointEigV2.values': (tf.self_adjoint_eigvals, [symmetric(2, 4, 4)], no_nodes),
    'SelfAdjointEigV2.vectors': (eigen, [symmetric(4, 4)]),
    'MatrixBandPart.lower': (lambda x: tf.matrix_band_part(x, -1, 0), [f(2, 3, 4)]),
    'MatrixBandPart.band': (lambda x: tf.matrix_band_part(x, 1, 2, 'band'), [f(5, 5)]),
    'MatrixBandPart.wide': (lambda x: tf.matrix_band_part(x, 2, 0), [np.arange(10).reshape(5, 2)]),
    'Transpose.matrix': (tf.matrix_transpose, [f(2, 3, 4)], no_nodes),
    'Sum.trace': (tf.trace, [f(2, 3, 4)], no_nodes),
}
