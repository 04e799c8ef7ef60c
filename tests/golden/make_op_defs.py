"""TensorFlow 1.15.5's definitions of the ops that the library has, in op_defs.txt: make_op_defs.py OP … writes those of the ops
that it names, and leaves the others.

A line an op: name | inputs -> outputs | attributes, each name:kind=default; a name alone is of an op that TensorFlow has not."""
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import tensorflow as tf
from tensorflow.python.framework import dtypes, op_def_registry


def default(value):
    kind = value.WhichOneof('value')
    if kind == 'list':
        items = [str(x) for x in list(value.list.i) + list(value.list.f)]
        return '[' + ','.join(items) + ']'
    if kind == 'b':
        return 'true' if value.b else 'false'
    if kind == 'type':
        return dtypes.as_dtype(value.type).name
    if kind == 'tensor':
        return str(tf.make_ndarray(value.tensor).tolist()).replace(' ', '')
    if kind == 's':
        return "'" + value.s.decode() + "'"
    if kind == 'shape':
        return 'unknown' if value.shape.unknown_rank else str([d.size for d in value.shape.dim])
    return str(getattr(value, kind))


def argument(a):
    kind = a.type_attr or a.type_list_attr or dtypes.as_dtype(a.type).name
    return a.name + ':' + (a.number_attr + '*' if a.number_attr else '') + kind + ('&' if a.is_ref else '')


def line(name, op):
    if not op:
        return name
    attributes = [a.name + ':' + a.type + ('=' + default(a.default_value) if a.HasField('default_value') else '') for a in op.attr]
    return '%s | %s -> %s | %s' % (name, ', '.join(map(argument, op.input_arg)), ', '.join(map(argument, op.output_arg)),
                                   ' '.join(attributes))


path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'op_defs.txt')
ops = op_def_registry.get_registered_ops()
with open(path) as f:
    lines = {text.split(' |')[0].strip(): text.rstrip() for text in f}
lines.update((name, line(name, ops.get(name)).rstrip()) for name in sys.argv[1:])
with open(path, 'w') as f:
    f.writelines(lines[name] + '\n' for name in sorted(lines))
