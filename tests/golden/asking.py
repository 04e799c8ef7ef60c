"""What the scripts that put whole models to TensorFlow 1.15.5 share: a case is a function that takes placeholders and gives tensors by name."""
import numpy as np
import tensorflow as tf


def ask(case, fed, values, written):
    """Of the case, in a graph of seed 3, the names and shapes of its variables and what they begin with; then, every variable of n
    numbers being 1.5·sin(0.7·i²), its tensors and the gradients of its 'loss' to all variables and to fed.x."""
    name = case.__name__
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(3)
        f = fed()
        tensors = case(f)
        variables = tf.global_variables()
        if 'loss' in tensors:
            for x, dx in zip(tf.trainable_variables() + [f.x], tf.gradients(tensors['loss'], tf.trainable_variables() + [f.x])):
                if dx is not None:
                    tensors['d/' + ('x' if x is f.x else x.op.name)] = tf.convert_to_tensor(dx)
        session.run(tf.global_variables_initializer())
        for v in variables:
            written['%s/initial/%s' % (name, v.op.name)] = session.run(v)
        for v in variables:
            n = int(np.prod(v.shape.as_list()))
            v.load((1.5 * np.sin(.7 * np.arange(n)**2)).astype(np.float32).reshape(v.shape.as_list()))
        for key, value in session.run(tensors, values(f)).items():
            written['%s/%s' % (name, key)] = value
        names = sorted('%s %s' % (v.op.name, v.shape.as_list()) for v in tf.trainable_variables())
        written[name + '/variables'] = np.frombuffer('\n'.join(names).encode(), np.uint8)
