"""Cases of the state family: what an assignment answers, without an initializer having run."""
import numpy as np
import tensorflow as tf

x = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
plain = {'grad': False, 'nodes': False}


def after_assign(update):
    def case(x, y):
        v = tf.Variable(np.zeros(x.shape.as_list(), x.dtype.as_numpy_dtype))
        with tf.control_dependencies([tf.assign(v, x)]):
            return update(v, y)
    return case


cases = {
    'VariableV2.assigned': (lambda x: 2 * tf.assign(tf.Variable(np.zeros((2, 3), np.float32)), x), [x], plain),
    'Assign.plain': (lambda x: tf.assign(tf.Variable(np.zeros((2, 3), np.float32)), x), [x], plain),
    'Assign.int64': (lambda x: tf.assign(tf.Variable(np.int64(3)), x), [np.int64(7)], plain),
    'AssignAdd.plain': (after_assign(tf.assign_add), [x, 2 * x], plain),
    'AssignAdd.int32': (after_assign(tf.assign_add), [np.array([1, 2], np.int32), np.array([3, -4], np.int32)], plain),
    'AssignSub.plain': (after_assign(tf.assign_sub), [x, 2 * x], plain),
    'AssignSub.int64': (after_assign(tf.assign_sub), [np.array([1, 2], np.int64), np.array([3, -4], np.int64)], plain),
}


def scaled(x):
    return x * tf.assign(tf.get_variable('w', [2], initializer=tf.zeros_initializer()), [2., 3.])


def templates(x):
    t, u = tf.make_template('scale', scaled), tf.make_template('scale', scaled)
    now = tf.make_template('scale', scaled, create_scope_now_=True)
    own = tf.make_template('ignored', scaled, unique_name_='own')
    with tf.variable_scope('outer'):
        made = [t(x)]
    with tf.name_scope('elsewhere'):
        made.append(t(x))
    return made + [u(x), now(x), now(x), own(x), own(x)]


def scale_both(a, b):
    scale = scaled(tf.ones([2]))
    return [a * scale, scale * b]


def counted(limit):
    def case(x):
        v = tf.Variable(np.zeros([], x.dtype.as_numpy_dtype))
        with tf.control_dependencies([tf.assign(v, x)]):
            before = v.count_up_to(limit)
        with tf.control_dependencies([before]):
            return [before, tf.assign_add(v, 0)]
    return case


cases.update({
    'Mul.templates': (templates, [x[:, :2]]),
    'Mul.template_list': (tf.make_template('t', scale_both), [x[:, :2], x[:, 1:]], plain),
    'CountUpTo.int32': (counted(3), [np.int32(2)], plain),
    'CountUpTo.int64': (counted(1 << 40), [np.int64((1 << 40) - 1)], plain),
})


def scattered(update):
    def case(x, i, y):
        v = tf.Variable(tf.zeros(x.shape, x.dtype))
        with tf.control_dependencies([tf.assign(v, x)]):
            return update(v, i, y)
    return case


rows = np.array([[1, 2], [3, 4], [5, 6], [7, 8]], np.float32)
for name, update in [('ScatterUpdate', tf.scatter_update), ('ScatterAdd', tf.scatter_add), ('ScatterSub', tf.scatter_sub)]:
    for tag, inputs in [
            ('rows', [rows, np.array([2, 0], np.int32), -rows[:2]]), ('twice', [rows, np.array([1, 3, 1]), 10 * rows[:3]]),
            ('row', [rows.astype(np.float64), np.int32(2), np.array([-1., 9])]),
            ('one_number', [rows, np.array([3, 1, 0], np.int32), np.float32(.5)]),
            ('matrix_of_indices', [rows.astype(np.int32), np.array([[3], [0]]), np.array([[[1, 2]], [[3, 4]]], np.int32)]),
            ('vector_int64', [np.array([1, 2, 3]), np.array([2, 2, 0]), np.array([10, 20, 30])]),
            ('nowhere', [rows, np.zeros(0, np.int32), np.zeros((0, 2), np.float32)])]:
        cases['%s.%s' % (name, tag)] = (scattered(update), inputs, {'grad': False})

for name, update in [('ScatterNdUpdate', tf.scatter_nd_update), ('ScatterNdAdd', tf.scatter_nd_add), ('ScatterNdSub', tf.scatter_nd_sub)]:
    for tag, inputs in [
            ('rows', [rows, np.array([[2], [0], [2]], np.int32), -rows[:3]]),
            ('elements', [rows.astype(np.float64), np.array([[[3, 1]], [[0, 0]]]), np.array([[-1.], [9]])]),
            ('int64', [np.array([1, 2, 3]), np.array([[2], [2], [0]]), np.array([10, 20, 30])]),
            ('nowhere', [rows, np.zeros((0, 1), np.int32), np.zeros((0, 2), np.float32)])]:
        cases['%s.%s' % (name, tag)] = (scattered(update), inputs, {'grad': False})
