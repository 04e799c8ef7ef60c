/* BeamSearchDecoder. TF1: contrib/seq2seq/python/ops/beam_search_decoder.py */
#include "ops/seq2seq/beam_search_decoder.h"

#include <float.h>
#include <math.h>

#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/fill.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/one_hot.h"
#include "ops/array/pad.h"
#include "ops/array/sequence.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/counts.h"
#include "ops/data_flow/tensor_array_loop.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"
#include "ops/nn/activation.h"
#include "ops/nn/top_k.h"
#include "ops/seq2seq/beams.h"

typedef struct {
    struct tf_beam_search_args a;
    tf_tensor table, end_token, batch_size, start_inputs, finished;
    tf_state *initial; /* the cell's, [batch, beams, …] */
    int beams;
} beam_search;

/* What is carried: (cell_state, log_probs, finished, lengths[, accumulated_attention_probs]). */
enum { CELL_STATE, LOG_PROBS, FINISHED, LENGTHS, COVERED };

static tf_tensor part(const tf_state *s, int i) { return s->items[i]->tensor; }

static tf_state *state_of(tf_state *cell_state, tf_tensor log_probs, tf_tensor finished, tf_tensor lengths, tf_tensor covered)
{
    tf_state *parts[] = { cell_state, tf1c_state_leaf(log_probs), tf1c_state_leaf(finished), tf1c_state_leaf(lengths),
                          covered.op ? tf1c_state_leaf(covered) : NULL };
    return tf1c_state_of(covered.op ? 5 : 4, parts, false);
}

/* ---- [batch · beams, …] and [batch, beams, …] --------------------------------------------------------------------------- */

static tf_tensor with_shape(tf_tensor t, tf_dims shape)
{
    if (!tf_is_poisoned(t))
        tf_set_shape_(t, shape, (tf_source){ 0 });
    return t;
}

static tf_dims merged_dims(tf_dims d, int beams)
{
    tf_dims m = { .known = d.known, .rank = d.rank - 1, .dims = { d.dims[0] == NONE ? NONE : d.dims[0] * beams } };
    for (int i = 1; i < m.rank; i++)
        m.dims[i] = d.dims[i + 1];
    return m;
}

static tf_tensor merge(const beam_search *k, tf_tensor t)
{
    const tf_dims d = tf_get_shape(t);
    const tf_tensor shape = tf_shape(t), rows = tf_mul(k->batch_size, k->beams);
    return with_shape(tf_reshape(t, tf_concat(LIST(tf_stack(LIST(rows)), tf_getitem(shape, "2:")), 0)), merged_dims(d, k->beams));
}

static tf_tensor split(const beam_search *k, tf_tensor t)
{
    const tf_dims d = tf_get_shape(t);
    tf_dims s = { .known = d.known, .rank = d.rank + 1, .dims = { d.dims[0] > 0 ? d.dims[0] / k->beams : NONE, k->beams } };
    for (int i = 2; i < s.rank; i++)
        s.dims[i] = d.dims[i - 1];
    const tf_tensor shape = tf_shape(t), front = tf_stack(LIST(k->batch_size, k->beams));
    return with_shape(tf_reshape(t, tf_concat(LIST(front, tf_getitem(shape, "1:")), 0)), s);
}

/* What is done with each tensor of a state that has as many axes; TensorArrays and scalars stay. */
typedef tf_tensor on_leaf(const beam_search *k, tf_tensor t, tf_tensor more);
static tf_state *each_leaf(const beam_search *k, tf_state *state, int axes, on_leaf *fn, tf_tensor more)
{
    const tf_list leaves = tf_state_flatten(state);
    tf_list out = { 0 };
    for (int i = 0; i < leaves.n; i++) {
        const tf_tensor t = leaves.items[i];
        const bool stays = tf_is_poisoned(t) || tf1c_is_tensor_array(t) || tf_get_shape(t).rank < axes;
        tf_append(&out, stays ? t : fn(k, t, more));
    }
    return out.n == leaves.n ? tf1c_state_pack(state, out.items) : tf1c_state_leaf((tf_tensor){ .op = tf1c_poison(NULL) });
}
static tf_tensor merge_leaf(const beam_search *k, tf_tensor t, tf_tensor none) { return (void)none, merge(k, t); }
static tf_tensor split_leaf(const beam_search *k, tf_tensor t, tf_tensor none) { return (void)none, split(k, t); }

/* Of every row of x [batch, n, …] those that indices [batch, beams] name. TF1: _tensor_gather_helper */
static tf_tensor pick(const beam_search *k, tf_tensor x, tf_tensor indices)
{
    TF_SCOPE(NULL, "tensor_gather_helper");
    tf_dims d = tf_get_shape(x);
    const tf_tensor shape = tf_shape(x), n = tf_getitem(shape, "1");
    const tf_tensor rows = tf_expand_dims(tf_mul(tf_range(k->batch_size), n), 1);
    const tf_tensor flat =
        d.rank == 2 ? tf_reshape(x, SHAPE(-1)) : tf_reshape(x, tf_concat(LIST(tf_stack(LIST(-1)), tf_getitem(shape, "2:")), 0));
    d.dims[1] = k->beams;
    return with_shape(tf_gather(flat, tf_add(indices, rows)), d);
}
static tf_tensor pick_leaf(const beam_search *k, tf_tensor t, tf_tensor indices) { return pick(k, t, indices); }

/* ---- a step ------------------------------------------------------------------------------------------------------------------ */

/* One of NumPy's of that dtype, of which TF makes a constant twice. */
static tf_tensor number(double x, tf_dtype dtype)
{
    tf1c_count_more(1);
    return tf_convert(dtype == tf_int64 ? tf_operand_integer((int64_t)x) : tf_operand_real(x), dtype, (tf_source){ 0 }, NULL);
}

/* Beams that are done give all of their probability to the end. */
static tf_tensor mask_probs(const beam_search *k, tf_tensor probs, tf_tensor finished)
{
    const tf_tensor words = tf_getitem(tf_shape(probs), "2");
    const tf_dtype dtype = tf_get_dtype(probs);
    const tf_tensor row =
        tf_one_hot(k->end_token, words, number(0, dtype), number(dtype == tf_float64 ? -DBL_MAX : -FLT_MAX, dtype), .dtype = dtype);
    const tf_tensor one = tf_stack(LIST(1)), shape = tf_shape(finished);
    const tf_tensor rows = tf_tile(tf_reshape(row, SHAPE(1, 1, -1)), tf_concat(LIST(shape, one), 0));
    const tf_tensor mask = tf_tile(tf_expand_dims(finished, 2), LIST(1, 1, words));
    return tf_where(mask, rows, probs);
}

/* How long each way to go on would be. */
static tf_tensor next_lengths(const beam_search *k, tf_tensor lengths, tf_tensor going, tf_tensor words)
{
    const tf_tensor ends = tf_fill(LIST(k->batch_size, k->beams), k->end_token);
    tf_tensor more = tf_one_hot(ends, words, number(0, tf_int64), number(1, tf_int64), .dtype = tf_int64);
    more = tf_mul(more, tf_expand_dims(tf_cast(going, tf_int64), 2));
    return tf_add(more, tf_expand_dims(lengths, 2));
}

static tf_tensor scored(const beam_search *k, tf_tensor log_probs, tf_tensor lengths, tf_tensor finished, tf_tensor covered)
{
    const double weight = k->a.length_penalty_weight;
    tf_tensor scores = log_probs;
    if (weight != 0) {
        const tf_tensor longer = tf_add(5.0, tf_cast(lengths, tf_float32));
        tf_tensor penalty = tf_truediv(tf_pow(longer, weight), (float)powf(6.0f, (float)weight));
        scores = tf_truediv(log_probs, tf_cast(penalty, tf_get_dtype(log_probs)));
    }
    if (!covered.op)
        return scores;
    covered = tf_where(tf_equal(covered, 0.0), tf_ones_like(covered), covered);
    tf_tensor penalty = tf_reduce_sum(tf_log(tf_minimum(covered, 1.0)), AXES(2));
    penalty = tf_mul(penalty, tf_cast(finished, tf_get_dtype(penalty)));
    return tf_add(scores, tf_expand_dims(tf_mul(penalty, k->a.coverage_penalty_weight), 2));
}

/* What the cell looks at [batch, beams, time], or none where no penalty asks. */
static tf_tensor attention_probs(const beam_search *k, const tf_state *cell_state)
{
    return k->a.coverage_penalty_weight == 0 ? (tf_tensor){ 0 } : tf_state_alignments_(cell_state, k->a.here);
}

static tf1c_decoder_step choose(const beam_search *k, tf_tensor logits, tf_state *cell_state, tf_state *state)
{
    const tf_tensor was_finished = part(state, FINISHED), going = tf_logical_not(was_finished);
    const tf_tensor step_probs = mask_probs(k, tf_nn_log_softmax(logits), was_finished);
    const tf_tensor total = tf_add(tf_expand_dims(part(state, LOG_PROBS), 2), step_probs);
    const tf_tensor words = tf_getitem(tf_shape(logits), "-1");
    const tf_tensor longer = next_lengths(k, part(state, LENGTHS), going, words);
    tf_tensor covered = attention_probs(k, cell_state);
    if (covered.op)
        covered = tf_add(part(state, COVERED), tf_mul(covered, tf_expand_dims(tf_cast(going, tf_get_dtype(covered)), 2)));
    const tf_tensor scores = scored(k, total, longer, was_finished, covered);
    const tf_tensor rows = tf_stack(LIST(k->batch_size, -1));
    const tf_top_k best = tf_nn_top_k(tf_reshape(scores, rows), k->beams);
    const tf_tensor probs = pick(k, tf_reshape(total, rows), best.indices);
    const tf_tensor ids = tf_mod(best.indices, words, .name = "next_beam_word_ids");
    const tf_tensor parents = tf_floordiv(best.indices, words, .name = "next_beam_parent_ids");
    const tf_tensor done = pick(k, was_finished, parents);
    const tf_tensor finished = tf_logical_or(done, tf_equal(ids, k->end_token), .name = "next_beam_finished");
    const tf_tensor lengths = tf_add(pick(k, part(state, LENGTHS), parents), tf_cast(tf_logical_not(done), tf_int64));
    tf_state *next = state_of(each_leaf(k, cell_state, 3, pick_leaf, parents), probs, finished, lengths,
                              covered.op ? pick(k, covered, parents) : covered);
    return (tf1c_decoder_step){ .outputs = { best.values, ids, parents }, .finished = finished, .state = next };
}

static tf_tensor embed(const beam_search *k, tf_tensor ids)
{
    if (k->a.embedding_fn) {
        TF1C_BY_USER;
        return k->a.embedding_fn(ids);
    }
    return tf_nn_embedding_lookup(k->table, ids);
}

static tf1c_decoder_step beam_step(tf_decoder *self, tf_tensor time, tf_tensor inputs, tf_state *state, tf_source here)
{
    const beam_search *k = self->context;
    (void)time;
    TF_SCOPE(NULL, "BeamSearchDecoderStep");
    inputs = merge(k, inputs);
    tf_state *cell_state = each_leaf(k, state->items[CELL_STATE], 2, merge_leaf, (tf_tensor){ 0 });
    const tf_cell_output out = tf_call_(k->a.cell, operand_of(inputs), cell_state, here);
    tf_tensor logits = tf_is_poisoned(out.output) ? out.output : split(k, out.output);
    cell_state = each_leaf(k, out.state, 1, split_leaf, (tf_tensor){ 0 });
    if (k->a.output_layer && !tf_is_poisoned(logits))
        logits = tf1c_layer_apply(k->a.output_layer, logits, here);
    if (tf_is_poisoned(logits))
        return (tf1c_decoder_step){ { logits, logits, logits }, logits, logits, state };
    tf1c_decoder_step s = choose(k, logits, cell_state, state);
    s.inputs = embed(k, s.outputs[1]); /* where all are done nobody reads it */
    return s;
}

/* ---- its beginning and end ------------------------------------------------------------------------------------------------------ */

static tf_tensor batch_size(tf_decoder *self) { return ((const beam_search *)self->context)->batch_size; }

static tf1c_decoder_step beam_initialize(tf_decoder *self, tf_source here)
{
    const beam_search *k = self->context;
    const tf_dtype dtype = tf1c_state_dtype(k->initial, tf_dtype_unset);
    enum { MADE = 17 }; /* likewise */
    const int before = tf1c_count_now();
    (void)here;
    const tf_tensor firsts = tf_zeros(LIST(k->batch_size), .dtype = tf_int32);
    const tf_tensor log_probs = tf_one_hot(firsts, k->beams, number(0, dtype), number(-INFINITY, dtype), .dtype = dtype);
    const tf_tensor lengths = tf_zeros(LIST(k->batch_size, k->beams), .dtype = tf_int64);
    tf_state *state = state_of(k->initial, log_probs, k->finished, with_shape(lengths, tf_get_shape(k->finished)),
                               attention_probs(k, k->initial));
    tf1c_count_as(before + MADE);
    return (tf1c_decoder_step){ .finished = k->finished, .inputs = k->start_inputs, .state = state };
}

/* A history [steps, batch · beams, time] in the order of the answers. TF1: gather_tree_from_array */
static tf_tensor sorted_history(const beam_search *k, tf_tensor ta, tf_tensor parents, tf_tensor lengths)
{
    const tf_tensor all = tf_tensor_array_stack(ta), shape = tf_shape(all), steps = tf_getitem(shape, "0");
    const tf_tensor none = tf_zeros_like(parents), own = tf_add(none, tf_range(k->beams));
    const tf_tensor longest = tf_cast(tf_reduce_max(lengths, 1), tf_int32);
    tf_tensor beams = tf1c_gather_tree(own, parents, longest, tf_constant(k->beams + 1));
    const tf_tensor in_bound = tf_transpose(tf_sequence_mask(lengths, steps), PERM(2, 0, 1));
    beams = tf_where(in_bound, beams, own);
    const tf_tensor time = tf_reshape(tf_range(steps), SHAPE(-1, 1, 1)),
                    batch = tf_reshape(tf_range(k->batch_size), SHAPE(1, -1, 1));
    const tf_tensor place = tf_add(tf_mul(tf_add(tf_mul(time, k->batch_size), batch), k->beams), beams);
    const tf_tensor rest = tf_getitem(shape, "2:");
    const tf_tensor rows = tf_reshape(all, tf_concat(LIST(tf_stack(LIST(-1)), rest), 0));
    return tf_reshape(tf_gather(rows, tf_reshape(place, SHAPE(-1))), shape);
}

static void beam_finalize(tf_decoder *self, tf_decoded *decoded, tf_tensor *outputs)
{
    const beam_search *k = self->context;
    tf_state *state = decoded->state;
    const tf_tensor lengths = part(state, LENGTHS), longest = tf_cast(tf_reduce_max(lengths, 1), tf_int32);
    const tf_list leaves = tf_state_flatten(state->items[CELL_STATE]);
    tf_list sorted = { 0 };
    for (int i = 0; i < leaves.n && k->a.reorder_tensor_arrays; i++)
        tf_append(&sorted, tf1c_is_tensor_array(leaves.items[i]) ? sorted_history(k, leaves.items[i], outputs[2], lengths)
                                                                 : leaves.items[i]);
    if (sorted.n && sorted.n == leaves.n)
        ((tf_state **)state->items)[CELL_STATE] = tf1c_state_pack(state->items[CELL_STATE], sorted.items);
    outputs[3] = tf1c_gather_tree(outputs[1], outputs[2], longest, k->end_token);
}

static tf_decoded beam_results(tf_decoder *self, const tf_tensor *outputs)
{
    (void)self;
    return (tf_decoded){ .outputs = { .predicted_ids = outputs[3],
                                      .beam_search_decoder_output = { outputs[0], outputs[1], outputs[2] } } };
}

/* ---- making it --------------------------------------------------------------------------------------------------------------------- */

static tf_tensor check_arguments(const beam_search *k, tf_operand table)
{
    const struct tf_beam_search_args *a = &k->a;
    if (!table.kind && !a->embedding_fn)
        return tf_mistake(tf_type_error, a->here, NULL, "BeamSearchDecoder: embedding is None.");
    if (a->beam_width < 1 || a->beam_width > INT16_MAX)
        return tf_mistake(tf_value_error, a->here, NULL, "beam_width must be positive and at most %d, got %lld", INT16_MAX,
                          (long long)a->beam_width);
    return tf1c_check_cell_state(a->cell, a->initial_state, a->here);
}

static tf_tensor take(beam_search *k)
{
    const struct tf_beam_search_args *a = &k->a;
    const tf_operand table = tf1c_given(a->embedding);
    tf_tensor mistake = check_arguments(k, table);
    if (mistake.op)
        return mistake;
    k->beams = (int)a->beam_width;
    k->table = a->embedding_fn                   ? (tf_tensor){ 0 }
               : table.kind == TF_OPERAND_TENSOR ? tf1c_sound(table.as.tensor, a->here)
                                                 : tf_convert(table, tf_dtype_unset, a->here, "embedding");
    const tf_tensor start = tf_convert(tf1c_given(a->start_tokens), tf_int32, a->here, "start_tokens");
    k->end_token = tf_convert(tf1c_given(a->end_token), tf_int32, a->here, "end_token");
    mistake = k->table.op && tf_is_poisoned(k->table) ? k->table : tf1c_check_tokens(start, k->end_token, a->here);
    if (mistake.op)
        return mistake;
    k->batch_size = tf1c_size_of_given(a->start_tokens, start);
    k->initial = each_leaf(k, a->initial_state, 1, split_leaf, (tf_tensor){ 0 });
    k->start_inputs = embed(k, tf_tile(tf_expand_dims(start, 1), SHAPE(1, k->beams)));
    enum { FINISHED_BY = 11 }; /* operations of TF's zeros, whose size is computed, and one_hot */
    const int before = tf1c_count_now();
    const tf_tensor firsts = tf_zeros(LIST(k->batch_size), .dtype = tf_int32);
    k->finished = tf_equal(tf_one_hot(firsts, k->beams, .dtype = tf_int32), 0);
    tf1c_count_as(before + FINISHED_BY);
    if (a->coverage_penalty_weight != 0 && tf_is_poisoned(tf_state_alignments_(k->initial, a->here)))
        return tf_mistake(tf_value_error, a->here, NULL, "coverage_penalty_weight must be 0.0 if no cell is attentional.");
    return (tf_tensor){ 0 };
}

tf_decoder *tf_contrib_seq2seq_beam_search_decoder_(struct tf_beam_search_args a)
{
    TF_FROM(a.here);
    if (!tf1c_is_cell(a.cell, "cell", a.here))
        return tf1c_decoder_mistake((tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) });
    beam_search *k = tf1c_current_graph() ? tf1c_graph_alloc(tf1c_current_graph(), sizeof *k) : NULL;
    if (!k)
        return tf1c_decoder_mistake((tf_tensor){ .op = tf1c_poison(NULL) });
    *k = (beam_search){ .a = a };
    const tf_tensor mistake = take(k);
    if (mistake.op)
        return tf1c_decoder_mistake(mistake);
    const tf_dims each = SHAPE(k->beams);
    return tf1c_decoder_new(
        (tf_decoder){ .initialize = beam_initialize,
                      .step = beam_step,
                      .finalize = beam_finalize,
                      .results = beam_results,
                      .batch_size = batch_size,
                      .tracks_own_finished = true,
                      .n_outputs = 3,
                      .output_sizes = { each, each, each },
                      .output_dtypes = { tf1c_state_dtype(a.initial_state, tf_dtype_unset), tf_int32, tf_int32 },
                      .context = k });
}
