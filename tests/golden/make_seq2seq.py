"""What TensorFlow 1.15.5's tf.contrib.seq2seq gives, into seq2seq.npz: of each case the names and shapes of its variables and what they
begin with under the graph's seed 3; then, every variable of n numbers being 1.5·sin(0.7·i²), its tensors and the gradients of
its loss to all variables and to x. Usage: python make_seq2seq.py [CASE…], with TensorFlow 1.15.5 and NumPy 1.18 (Python 3.7)."""
import os
import sys
import warnings
from collections import OrderedDict

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf
from asking import ask

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
S, C = tf.contrib.seq2seq, tf.nn.rnn_cell
BATCH, TIME, DEPTH, WORDS = 3, 4, 3, 5
x_value = np.sin(np.arange(BATCH * TIME * DEPTH)).astype(np.float32).reshape(BATCH, TIME, DEPTH)
lengths_value = np.array([4, 2, 3], np.int32)
targets_value = np.array([[1, 4, 2, 0], [3, 3, 0, 0], [2, 1, 4, 0]], np.int32)


class Fed:
    def __init__(self):
        self.x = tf.placeholder(tf.float32, [None, None, DEPTH])
        self.lengths = tf.placeholder(tf.int32, [None])
        self.targets = tf.placeholder(tf.int32, [None, None])
        self.weights = tf.sequence_mask(self.lengths, TIME, tf.float32)


def state_of(state):
    return {'state%d' % i: t for i, t in enumerate(tf.contrib.framework.nest.flatten(state))}


def decoded_of(decoded):
    outputs, state, lengths = decoded
    return OrderedDict([('logits', outputs.rnn_output), ('ids', outputs.sample_id), ('lengths', lengths)] + sorted(state_of(state).items()))


def training(cell, f, **more):
    helper = S.TrainingHelper(f.x, f.lengths)
    decoder = S.BasicDecoder(cell, helper, cell.zero_state(tf.size(f.lengths), tf.float32), tf.layers.Dense(WORDS, use_bias=False))
    return S.dynamic_decode(decoder, **more)


def train(f):
    out = decoded_of(training(C.GRUCell(4), f))
    out['loss'] = S.sequence_loss(out['logits'], f.targets, f.weights)
    return out


def train_imputed(f):
    out = decoded_of(training(C.LSTMCell(4), f, impute_finished=True, output_time_major=True))
    out['loss'] = tf.reduce_sum(tf.square(out['logits'])) + tf.reduce_sum(out['state0'])
    return out


def train_limited(f):
    out = decoded_of(training(C.BasicRNNCell(4), f, impute_finished=True, maximum_iterations=3))
    out['loss'] = tf.reduce_sum(tf.square(out['logits']))
    return out


def answering(helper_of, f, **more):
    table = tf.get_variable('table', [WORDS, DEPTH])
    cell = C.BasicRNNCell(4)
    helper = helper_of(table, tf.range(BATCH), 3)
    decoder = S.BasicDecoder(cell, helper, cell.zero_state(BATCH, tf.float32), tf.layers.Dense(WORDS))
    return decoded_of(S.dynamic_decode(decoder, **more))


def greedy(f):
    out = answering(S.GreedyEmbeddingHelper, f, maximum_iterations=2 * tf.reduce_max(f.lengths))
    out['loss'] = tf.reduce_sum(tf.square(out['logits']))
    return out


def greedy_finished(f):
    table = tf.get_variable('table', [WORDS, DEPTH])
    helper = S.GreedyEmbeddingHelper(lambda ids: tf.nn.embedding_lookup(table, ids), tf.range(BATCH), 0)
    decoder = S.BasicDecoder(C.GRUCell(WORDS), helper, tf.reduce_sum(f.x, 1)[:, :1] * tf.ones([1, WORDS]))
    return decoded_of(S.dynamic_decode(decoder, impute_finished=True, maximum_iterations=9))


def sampled(f):
    return answering(lambda *a: S.SampleEmbeddingHelper(*a, softmax_temperature=.5, seed=7), f, maximum_iterations=8)


def sampled_by_graph_seed(f):
    return answering(S.SampleEmbeddingHelper, f, maximum_iterations=8)


def custom(f):
    """Reads its own output, for as many steps as a row's length."""
    helper = S.CustomHelper(
        lambda: (tf.equal(f.lengths, 0), f.x[:, 0]), lambda time, outputs, state: tf.cast(tf.argmin(outputs, 1), tf.int32),
        lambda time, outputs, state, sample_ids: (time + 1 >= f.lengths, outputs, state))
    cell = C.MultiRNNCell([C.BasicRNNCell(DEPTH), C.GRUCell(DEPTH)])
    decoder = S.BasicDecoder(cell, helper, cell.zero_state(BATCH, tf.float32))
    out = decoded_of(S.dynamic_decode(decoder, impute_finished=True, scope='own'))
    out['loss'] = tf.reduce_sum(out['logits']) + tf.reduce_sum(out['state1'])
    return out


def losses(f):
    logits = tf.get_variable('logits', [BATCH, TIME, WORDS])
    w = f.weights * tf.range(1, 5, dtype=tf.float32)
    each = dict(average_across_timesteps=False, average_across_batch=False)
    hinge = lambda labels, logits: tf.reduce_sum(tf.square(logits - tf.one_hot(labels, WORDS)), 1)
    out = OrderedDict([
        ('all', S.sequence_loss(logits, f.targets, w)),
        ('time', S.sequence_loss(logits, f.targets, w, average_across_batch=False)),
        ('batch', S.sequence_loss(logits, f.targets, w, average_across_timesteps=False)),
        ('none', S.sequence_loss(logits, f.targets, w, **each)),
        ('sum', S.sequence_loss(logits, f.targets, w, sum_over_timesteps=True, sum_over_batch=True, **each)),
        ('sum_time', S.sequence_loss(logits, f.targets, w, sum_over_timesteps=True, **each)),
        ('own', S.sequence_loss(logits, f.targets, w, softmax_loss_function=hinge))])
    out['loss'] = out['sum']
    return out


def tiled(f):
    state = S.tile_batch((f.x[:, 0], f.targets), 2)
    return OrderedDict([('x', state[0]), ('targets', state[1]), ('one', S.tile_batch(f.lengths, 3)), ('loss', tf.reduce_sum(tf.square(state[0])))])


def flat(state):
    """An AttentionWrapperState's tensors; of its history what is stacked."""
    parts = [('cell%d' % i, t) for i, t in enumerate(tf.contrib.framework.nest.flatten(state.cell_state))]
    parts += [(n, getattr(state, n)) for n in ['attention', 'time', 'alignments', 'attention_state']]
    if state.alignment_history != ():
        parts.append(('history', state.alignment_history.stack()))
    return parts


def attentive(mechanism_of, f, cell=None, memory=None, lengths=None, **more):
    memory = f.x * 2. if memory is None else memory
    mechanism = mechanism_of(4, memory, memory_sequence_length=f.lengths if lengths is None else lengths)
    return S.AttentionWrapper(cell or C.GRUCell(4), mechanism, **more)


def attending(cell, f, initial_state=None, **more):
    helper = S.TrainingHelper(f.x, f.lengths)
    state = cell.zero_state(tf.size(f.lengths), tf.float32) if initial_state is None else initial_state
    outputs, state, lengths = S.dynamic_decode(S.BasicDecoder(cell, helper, state, tf.layers.Dense(WORDS)), **more)
    out = OrderedDict([('logits', outputs.rnn_output), ('ids', outputs.sample_id), ('lengths', lengths)] + flat(state))
    out['loss'] = S.sequence_loss(outputs.rnn_output, f.targets, f.weights)
    return out


def luong(f):
    return attending(attentive(S.LuongAttention, f, attention_layer_size=6, alignment_history=True), f)


def luong_scaled(f):
    mechanism = lambda *a, **k: S.LuongAttention(*a, scale=True, **k)
    return attending(attentive(mechanism, f, C.BasicLSTMCell(4), output_attention=False), f, impute_finished=True)


def bahdanau(f):
    return attending(attentive(S.BahdanauAttention, f, attention_layer_size=3), f, maximum_iterations=9)


def bahdanau_normalized(f):
    """From a state that was cloned, without lengths of the memory."""
    mechanism = S.BahdanauAttention(4, f.x, normalize=True)
    cell = S.AttentionWrapper(C.LSTMCell(4), mechanism, attention_layer_size=6, alignment_history=True)
    first = C.LSTMStateTuple(f.x[:, 0, :1] * tf.ones([1, 4]), f.x[:, 1, :1] * tf.ones([1, 4]))
    return attending(cell, f, cell.zero_state(BATCH, tf.float32).clone(cell_state=first), impute_finished=True)


def attention_of_known_shape(f):
    """Known batch and time, an own input function, a hard maximum, an initial state, a name."""
    memory = tf.reshape(f.x, [BATCH, TIME, DEPTH])
    mechanism = S.LuongAttention(4, memory, probability_fn=S.hardmax, name='Looks')
    cell = S.AttentionWrapper(C.GRUCell(4), mechanism, cell_input_fn=lambda inputs, attention: inputs + attention,
                              initial_cell_state=f.x[:, 0, :1] * tf.ones([1, 4]), name='attends')
    return attending(cell, f, cell.zero_state(BATCH, tf.float32))


def attention_along_a_sequence(f):
    cell = attentive(S.LuongAttention, f, attention_layer_size=5, alignment_history=True)
    outputs, state = tf.nn.dynamic_rnn(cell, f.x, f.lengths, dtype=tf.float32)
    return OrderedDict([('outputs', outputs)] + flat(state) + [('loss', tf.reduce_sum(tf.square(outputs)))])


def greedy_attention(f):
    table = tf.get_variable('table', [WORDS, DEPTH])
    cell = attentive(S.BahdanauAttention, f, attention_layer_size=4, alignment_history=True)
    helper = S.GreedyEmbeddingHelper(table, tf.fill([tf.size(f.lengths)], 2), 0)
    decoder = S.BasicDecoder(cell, helper, cell.zero_state(tf.size(f.lengths), tf.float32), tf.layers.Dense(WORDS, use_bias=False))
    outputs, state, lengths = S.dynamic_decode(decoder, maximum_iterations=6)
    return OrderedDict([('logits', outputs.rnn_output), ('ids', outputs.sample_id), ('lengths', lengths)] + flat(state))


def arrays(f):
    """Written one by one in any order, scattered, unstacked."""
    ta = tf.TensorArray(tf.float32, 3, clear_after_read=False).write(2, f.x[0]).write(0, f.x[1] * 2.).write(1, f.x[2])
    other = tf.TensorArray(tf.float32, 3, clear_after_read=False).unstack(f.x)
    some = tf.TensorArray(tf.float32, 3).scatter([2, 0, 1], f.x)
    stacked = ta.stack()
    return OrderedDict([('stacked', stacked), ('one', ta.read(1)), ('size', ta.size()), ('rows', ta.gather([2, 2, 0])), ('all', other.concat()),
                        ('third', other.read(tf.constant(1) + 1)), ('scattered', some.stack()), ('loss', tf.reduce_sum(tf.square(stacked)))])


def arrays_in_loops(f):
    """By the step's number; backwards; two at once, with elements written before; read and written."""
    xs = tf.transpose(f.x, [1, 0, 2])
    n = tf.shape(xs)[0]
    inputs = tf.TensorArray(tf.float32, n).unstack(xs)

    def body(i, h, ta, back, pairs):
        h = tf.tanh(h + inputs.read(i))
        pairs = pairs.write(2 * i + 1, h * 2.).write(2 * i + 2, h * 3.)
        return i + 1, h, ta.write(i, h), back.write(n - 1 - i, h), pairs

    begin = [tf.constant(0), xs[0], tf.TensorArray(tf.float32, n), tf.TensorArray(tf.float32, n),
             tf.TensorArray(tf.float32, 1, dynamic_size=True).write(0, xs[1])]
    _, h, ta, back, pairs = tf.while_loop(lambda i, *_: i < n, body, begin)
    sums = tf.TensorArray(tf.float32, TIME + 1, clear_after_read=False, element_shape=[DEPTH]).write(0, tf.constant([1., 2., 3.]))
    add = lambda i, a: (i + 1, a.write(i + 1, a.read(i) * f.x[0, i]))
    _, sums = tf.while_loop(lambda i, a: i < TIME, add, [tf.constant(0), sums])
    out = OrderedDict([('h', h), ('ta', ta.stack()), ('back', back.stack()), ('pairs', pairs.stack()), ('sums', sums.stack())])
    out['loss'] = sum(tf.reduce_sum(tf.square(t)) for t in out.values())
    return out


def raw(f):
    cell = C.LSTMCell(4)
    zero = tf.zeros_like(f.x[:, 0])
    xs = tf.TensorArray(tf.float32, tf.shape(f.x)[1], clear_after_read=False).unstack(tf.transpose(f.x, [1, 0, 2]))

    def loop_fn(time, output, state, loop_state):
        state = cell.zero_state(tf.size(f.lengths), tf.float32) if output is None else state
        finished = time >= f.lengths
        done = tf.reduce_all(finished)
        next_input = tf.cond(done, lambda: zero, lambda: xs.read(time))
        return finished, next_input, state, output, (tf.constant(0) if loop_state is None else loop_state + 2)

    ta, state, loop_state = tf.nn.raw_rnn(cell, loop_fn)
    out = OrderedDict([('outputs', ta.stack()), ('loop_state', loop_state)] + sorted(state_of(state).items()))
    out['loss'] = tf.reduce_sum(tf.square(out['outputs'])) + tf.reduce_sum(state.c)
    return out


def beams_of(decoded):
    outputs, state, lengths = decoded
    steps = outputs.beam_search_decoder_output
    return OrderedDict([('ids', outputs.predicted_ids), ('scores', steps.scores), ('words', steps.predicted_ids), ('parents', steps.parent_ids),
                        ('log_probs', state.log_probs), ('finished', state.finished), ('lengths', state.lengths), ('steps', lengths)])


def beam(f):
    table = tf.get_variable('table', [WORDS, DEPTH])
    start = S.tile_batch(f.x[:, 0, :1] * tf.ones([1, 4]), 3)
    decoder = S.BeamSearchDecoder(C.GRUCell(4), table, tf.range(BATCH), 3, start, 3, tf.layers.Dense(WORDS), length_penalty_weight=.6)
    return beams_of(S.dynamic_decode(decoder, maximum_iterations=7))


def beam_with_attention(f):
    table = tf.get_variable('table', [WORDS, DEPTH])
    memory, lengths = S.tile_batch(f.x, 2), S.tile_batch(f.lengths, 2)
    cell = attentive(S.BahdanauAttention, f, C.LSTMCell(4), memory, lengths, attention_layer_size=5, alignment_history=True)
    zero = cell.zero_state(tf.size(f.lengths) * 2, tf.float32)
    decoder = S.BeamSearchDecoder(cell, lambda ids: tf.nn.embedding_lookup(table, ids), tf.fill([tf.size(f.lengths)], 1), 3, zero, 2,
                                  tf.layers.Dense(WORDS), coverage_penalty_weight=.4)
    decoded = S.dynamic_decode(decoder, output_time_major=True, maximum_iterations=6)
    out = beams_of(decoded)
    out['history'] = decoded[1].cell_state.alignment_history
    out['covered'] = decoded[1].accumulated_attention_probs
    return out


def tree(f):
    ids = tf.constant([[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [9, 1, 2]], [[3, 4, 5], [6, 7, 8]], [[1, 1, 9], [2, 2, 2]]])
    parents = tf.constant([[[0, 0, 0], [0, 0, 0]], [[0, 1, 1], [2, 0, 1]], [[2, 1, 0], [1, 2, 0]], [[0, 1, 2], [2, 2, 0]]])
    return OrderedDict([('ids', S.gather_tree(ids, parents, f.lengths[:2], 9))])


CASES = [beam, beam_with_attention, tree, arrays, arrays_in_loops, raw, luong, luong_scaled, bahdanau, bahdanau_normalized, attention_of_known_shape, attention_along_a_sequence, greedy_attention,
         train, train_imputed, train_limited, greedy, greedy_finished, sampled, sampled_by_graph_seed, custom, losses, tiled]


def translator(written):
    """The model of the NMT tutorial in small, time major, which learns to say numbers backwards: losses of 30 steps from the variables that
    the graph's seed gives, and what it answers afterwards."""
    SOS, EOS, SIZE, UNITS, BATCH, LONGEST = 1, 2, 12, 16, 8, 6
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.set_random_seed(4)
        encoder_inputs = tf.placeholder(tf.int32, [None, None])
        decoder_inputs = tf.placeholder(tf.int32, [None, None])
        decoder_outputs = tf.placeholder(tf.int32, [None, None])
        source_lengths = tf.placeholder(tf.int32, [None])
        target_lengths = tf.placeholder(tf.int32, [None])
        batch_size = tf.size(source_lengths)
        embedding_encoder = tf.get_variable('embedding_encoder', [SIZE, 8])
        embedding_decoder = tf.get_variable('embedding_decoder', [SIZE, 8])
        encoder_emb_inp = tf.nn.embedding_lookup(embedding_encoder, encoder_inputs)
        encoder_cell = tf.nn.rnn_cell.BasicLSTMCell(UNITS)
        encoder_outputs, encoder_state = tf.nn.dynamic_rnn(encoder_cell, encoder_emb_inp, sequence_length=source_lengths, time_major=True,
                                                           dtype=tf.float32)
        attention_states = tf.transpose(encoder_outputs, [1, 0, 2])
        attention_mechanism = tf.contrib.seq2seq.LuongAttention(UNITS, attention_states, memory_sequence_length=source_lengths, scale=True)
        decoder_cell = tf.nn.rnn_cell.BasicLSTMCell(UNITS)
        decoder_cell = tf.contrib.seq2seq.AttentionWrapper(decoder_cell, attention_mechanism, attention_layer_size=UNITS)
        initial_state = decoder_cell.zero_state(batch_size, tf.float32).clone(cell_state=encoder_state)
        projection_layer = tf.layers.Dense(SIZE, use_bias=False)
        decoder_emb_inp = tf.nn.embedding_lookup(embedding_decoder, decoder_inputs)
        helper = tf.contrib.seq2seq.TrainingHelper(decoder_emb_inp, target_lengths, time_major=True)
        decoder = tf.contrib.seq2seq.BasicDecoder(decoder_cell, helper, initial_state, output_layer=projection_layer)
        outputs, _, _ = tf.contrib.seq2seq.dynamic_decode(decoder, output_time_major=True, swap_memory=True)
        logits = outputs.rnn_output
        crossent = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=decoder_outputs, logits=logits)
        target_weights = tf.transpose(tf.sequence_mask(target_lengths, tf.shape(decoder_outputs)[0], dtype=logits.dtype))
        train_loss = tf.reduce_sum(crossent * target_weights) / tf.cast(batch_size, tf.float32)
        params = tf.trainable_variables()
        clipped_gradients, _ = tf.clip_by_global_norm(tf.gradients(train_loss, params), 5.)
        update_step = tf.train.AdamOptimizer(0.01).apply_gradients(zip(clipped_gradients, params))
        greedy = tf.contrib.seq2seq.GreedyEmbeddingHelper(embedding_decoder, tf.fill([batch_size], SOS), EOS)
        inference = tf.contrib.seq2seq.BasicDecoder(decoder_cell, greedy, initial_state, output_layer=projection_layer)
        answers, _, _ = tf.contrib.seq2seq.dynamic_decode(inference, maximum_iterations=2 * tf.reduce_max(source_lengths))

        def batch(step):
            source, target_in, target_out = (np.zeros([n, BATCH], np.int32) for n in (LONGEST, LONGEST + 1, LONGEST + 1))
            lengths = np.array([2 + (3 * step + 5 * b) % (LONGEST - 1) if b else LONGEST for b in range(BATCH)], np.int32)
            for b, n in enumerate(lengths):
                words = [3 + (7 * step + 5 * b + t * (b + 2)) % (SIZE - 3) for t in range(n)]
                source[:n, b] = words
                target_in[:n + 1, b], target_out[:n + 1, b] = [SOS] + words[::-1], words[::-1] + [EOS]
            return {encoder_inputs: source, decoder_inputs: target_in, decoder_outputs: target_out, source_lengths: lengths,
                    target_lengths: lengths + 1}

        sess.run(tf.global_variables_initializer())
        losses = [sess.run([train_loss, update_step], batch(step))[0] for step in range(30)]
        written['translator/losses'] = np.array(losses, np.float32)
        written['translator/answers'] = sess.run(answers.sample_id, batch(30))


if __name__ == '__main__':
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'seq2seq.npz')
    written = dict(np.load(path)) if len(sys.argv) > 1 and os.path.exists(path) else {}
    for case in CASES:
        if len(sys.argv) < 2 or case.__name__ in sys.argv[1:]:
            for key in [k for k in written if k.startswith(case.__name__ + '/')]:
                del written[key]
            ask(case, Fed, lambda f: {f.x: x_value, f.lengths: lengths_value, f.targets: targets_value}, written)
    if len(sys.argv) < 2 or 'translator' in sys.argv[1:]:
        translator(written)
    np.savez_compressed(path, **written)
