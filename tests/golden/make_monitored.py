"""What TensorFlow 1.15.5 logs in a MonitoredTrainingSession, and which events it writes, into monitored.txt: two trainings in one folder,
the second of which goes on from the first; times and paths are masked. python make_monitored.py"""
import glob
import os
import re
import shutil
import tempfile

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import logging
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
lines = []


class Keep(logging.Handler):
    def emit(self, record):
        lines.append('%s:%s' % (record.levelname, record.getMessage()))


def train(folder, last_step):
    tf.reset_default_graph()
    w = tf.get_variable('w', [], initializer=tf.constant_initializer(8.0))
    step = tf.train.get_or_create_global_step()
    loss = tf.square(w, name='loss')
    half = tf.multiply(loss, 0.5, name='half')
    tf.summary.scalar('loss', loss)
    with tf.control_dependencies([loss, half]):  # or else loss may be that after the step
        train_op = tf.train.GradientDescentOptimizer(0.25).minimize(loss, global_step=step)
    hooks = [tf.train.StopAtStepHook(last_step=last_step),
             tf.train.LoggingTensorHook({'loss': loss, 'a': half}, every_n_iter=2, at_end=True)]
    with tf.train.MonitoredTrainingSession(checkpoint_dir=folder, hooks=hooks, save_checkpoint_steps=3, save_summaries_steps=2,
                                           log_step_count_steps=2) as sess:
        while not sess.should_stop():
            sess.run(train_op)
    for writer in tf.summary.FileWriterCache._cache.values():
        writer.close()
    tf.summary.FileWriterCache.clear()


def events(folder):
    for path in sorted(glob.glob(folder + '/events*')):
        for e in tf.train.summary_iterator(path):
            kind = e.WhichOneof('what')
            if kind == 'session_log':
                yield 'session_log %d step %d' % (e.session_log.status, e.step)
            elif kind == 'summary':
                for v in e.summary.value:
                    yield 'summary %s step %d %s' % (v.tag, e.step, '*' if v.tag.endswith('/sec') else '%g' % v.simple_value)


folder = tempfile.mkdtemp()
logger = logging.getLogger('tensorflow')
logger.setLevel(logging.INFO)
for h in list(logger.handlers):
    logger.removeHandler(h)
logger.addHandler(Keep())
train(folder, 5)
train(folder, 7)
with open(os.path.join(HERE, 'monitored.txt'), 'w') as f:
    for line in lines:
        if 'deprecat' in line.lower() or 'Instructions for updating' in line or line.startswith('WARNING'):
            continue
        line = line.replace(folder, 'FOLDER')
        line = re.sub(r'\([0-9.]+ sec\)', '(* sec)', line)
        line = re.sub(r'global_step/sec: .*', 'global_step/sec: *', line)
        f.write(line + '\n')
    for e in events(folder):
        f.write(e + '\n')
    f.write('files %s\n' % ' '.join(sorted(os.path.basename(p) for p in glob.glob(folder + '/*') if 'event' not in p
                                            and '.data-' not in p)))
shutil.rmtree(folder)
