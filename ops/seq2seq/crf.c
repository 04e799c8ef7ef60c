/* Conditional random fields. TF1: contrib/crf/python/ops/crf.py */
#include "ops/seq2seq/crf.h"

#include <math.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/fill.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/sequence.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/cond.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"
#include "ops/rnn/cell.h"
#include "ops/state/variables.h"

typedef struct {
    tf_source here;
    tf_tensor inputs, tags, lengths, transitions; /* as far as a function has them */
    tf_tensor first;                              /* inputs[:, 0], of the norm */
} crf;

static tf_tensor given(tf_operand o, const char *name, tf_source here)
{
    return tf_convert(tf1c_given(o), tf_dtype_unset, here, name);
}

/* The size of an axis where it is known, else NONE. */
static int64_t known_size(tf_tensor t, int axis)
{
    const tf_dims d = tf_get_shape(t);
    return d.known && axis < d.rank ? d.dims[axis] : NONE;
}

/* TF's smart_cond of one step or more: where the graph tells which, only that one is made. */
static tf_list by_steps(crf *k, tf_branch_list_fn *single, tf_branch_list_fn *several)
{
    const int64_t steps = known_size(k->inputs, 1);
    if (steps > 0) {
        tf_equal(steps, 1);
        return steps == 1 ? single(k) : several(k);
    }
    const tf_tensor one = tf_equal(tf_getitem(tf_shape(k->inputs), "1"), 1);
    return tf_cond_list_((struct tf_cond_list_args){
        .here = k->here, .pred = operand_of(one), .true_fn = single, .false_fn = several, .context = k });
}

/* 0 for rows without a step. */
static tf_tensor but_empty_rows(const crf *k, tf_tensor scores)
{
    const tf_tensor empty = tf_less_equal(k->lengths, 0);
    return tf_where(empty, tf_zeros_like(scores), scores);
}

static tf_tensor first_step(const crf *k) { return tf_squeeze(tf_slice(k->inputs, SHAPE(0, 0, 0), SHAPE(-1, 1, -1)), AXES(1)); }
static tf_tensor later_steps(const crf *k) { return tf_slice(k->inputs, SHAPE(0, 1, 0), SHAPE(-1, -1, -1)); }

static tf_tensor lengths_less_one(const crf *k)
{
    const tf_tensor zero = tf_convert(tf_operand_integer(0), tf_get_dtype(k->lengths), k->here, "Const");
    return tf_maximum(zero, tf_sub(k->lengths, 1));
}

/* ---- cells ------------------------------------------------------------------------------------------------------------- */

/* What each pair of tags scores [batch, tags, tags], from the state [batch, tags] on. */
static tf_tensor pair_scores(const tf_cell *self, const tf_state *state, tf_source here)
{
    const tf_tensor *transitions = self->context;
    return tf_operator_add(tf_expand_dims(tf_state_tensor_(state, here), 2), *transitions);
}

static tf_cell_output forward_step(tf_cell *self, tf_tensor inputs, tf_state *state, tf_source here)
{
    TF_FROM(here);
    const tf_tensor scores = pair_scores(self, state, here);
    const tf_tensor alphas = tf_operator_add(inputs, tf_reduce_logsumexp(scores, AXES(1)));
    return (tf_cell_output){ alphas, tf1c_state_leaf(alphas) };
}

static tf_cell_output decode_forward_step(tf_cell *self, tf_tensor inputs, tf_state *state, tf_source here)
{
    TF_FROM(here);
    const tf_tensor scores = pair_scores(self, state, here);
    const tf_tensor best = tf_operator_add(inputs, tf_reduce_max(scores, AXES(1)));
    return (tf_cell_output){ tf_cast(tf_argmax(scores, 1), tf_int32), tf1c_state_leaf(best) };
}

static tf_cell_output decode_backward_step(tf_cell *self, tf_tensor inputs, tf_state *state, tf_source here)
{
    (void)self;
    TF_FROM(here);
    const tf_tensor tags = tf_squeeze(tf_state_tensor_(state, here), AXES(1));
    const tf_tensor rows = tf_range(tf_getitem(tf_shape(inputs), "0"));
    const tf_tensor before = tf_expand_dims(tf_gather_nd(inputs, tf_stack(LIST(rows, tags), 1)), -1);
    return (tf_cell_output){ before, tf1c_state_leaf(before) };
}

/* As TF's, which have a __call__ of their own: no scope is opened. */
static tf_cell *cell_of(const char *name, int64_t size, tf_cell_call *call, void *context, tf_source here)
{
    return tf_cell_new_((tf_cell){ .class_name = name,
                                   .state_size = { .shape = SHAPE(size) },
                                   .output_size = SHAPE(size),
                                   .call = call,
                                   .context = context,
                                   .kind = TF_CELL_WRAPPER },
                        here);
}

static tf_cell *cell_of_transitions(const char *name, tf_operand transition_params, tf_cell_call *call, tf_source here)
{
    TF_FROM(here);
    const tf_tensor transitions = given(transition_params, "transition_params", here);
    tf_graph *g = tf1c_current_graph();
    tf_tensor *context = g ? tf1c_graph_alloc(g, sizeof *context) : NULL;
    if (!context)
        return tf1c_cell_mistake((tf_tensor){ .op = tf1c_poison(g) });
    *context = tf_expand_dims(transitions, 0);
    const int64_t tags = known_size(transitions, 0);
    if (tf_is_poisoned(*context))
        return tf1c_cell_mistake(*context);
    if (tags == NONE)
        return tf1c_cell_mistake(
            tf_mistake(tf_value_error, here, NULL, "transition_params.shape[0], the number of tags, is not known."));
    return cell_of(name, tags, call, context, here);
}

tf_cell *tf_contrib_crf_crf_forward_rnn_cell_(tf_operand transition_params, tf_source here)
{
    return cell_of_transitions("CrfForwardRnnCell", transition_params, forward_step, here);
}
tf_cell *tf_contrib_crf_crf_decode_forward_rnn_cell_(tf_operand transition_params, tf_source here)
{
    return cell_of_transitions("CrfDecodeForwardRnnCell", transition_params, decode_forward_step, here);
}
tf_cell *tf_contrib_crf_crf_decode_backward_rnn_cell_(int64_t num_tags, tf_source here)
{
    (void)num_tags;
    return cell_of("CrfDecodeBackwardRnnCell", 1, decode_backward_step, NULL, here);
}

static tf_rnn run_cell(const crf *k, tf_cell *cell, tf_tensor inputs, tf_tensor lengths, tf_tensor initial, tf_dtype dtype)
{
    return tf_nn_dynamic_rnn_((struct tf_dynamic_rnn_args){ .here = k->here,
                                                            .cell = cell,
                                                            .inputs = operand_of(inputs),
                                                            .sequence_length = operand_of(lengths),
                                                            .initial_state = tf1c_state_leaf(initial),
                                                            .dtype = dtype });
}

/* ---- scores -------------------------------------------------------------------------------------------------------------- */

static tf_tensor mask(const crf *k)
{
    const tf_tensor steps = tf_getitem(tf_shape(k->tags), "1");
    return tf_sequence_mask(k->lengths, steps, tf_float32);
}

static tf_tensor unary_score(const crf *k)
{
    const tf_tensor batch = tf_getitem(tf_shape(k->inputs), "0"), steps = tf_getitem(tf_shape(k->inputs), "1");
    const tf_tensor tags = tf_getitem(tf_shape(k->inputs), "2"), flat = tf_reshape(k->inputs, SHAPE(-1));
    tf_tensor offsets = tf_expand_dims(tf_mul(tf_mul(tf_range(batch), steps), tags), 1);
    offsets = tf_operator_add(offsets, tf_expand_dims(tf_mul(tf_range(steps), tags), 0));
    if (tf_get_dtype(k->tags) == tf_int64)
        offsets = tf_cast(offsets, tf_int64);
    const tf_tensor at = tf_reshape(tf_operator_add(offsets, k->tags), SHAPE(-1));
    const tf_tensor scores = tf_reshape(tf_gather(flat, at), LIST(batch, steps)), counts = mask(k);
    return tf_reduce_sum(tf_mul(scores, counts), 1);
}

static tf_tensor binary_score(const crf *k)
{
    const int64_t tags = known_size(k->transitions, 0);
    const tf_tensor pairs = tf_sub(tf_getitem(tf_shape(k->tags), "1"), 1);
    if (tags == NONE && !tf_is_poisoned(k->transitions))
        return tf_mistake(tf_value_error, k->here, NULL, "Cannot convert an unknown Dimension to a Tensor: ?");
    const tf_tensor from = tf_slice(k->tags, SHAPE(0, 0), LIST(-1, pairs)), to = tf_slice(k->tags, SHAPE(0, 1), LIST(-1, pairs));
    const tf_tensor at = tf_operator_add(tf_mul(from, tags), to), flat = tf_reshape(k->transitions, SHAPE(-1));
    const tf_tensor scores = tf_gather(flat, at), counts = tf_slice(mask(k), SHAPE(0, 1), SHAPE(-1, -1));
    return tf_reduce_sum(tf_mul(scores, counts), 1);
}

static tf_list single_score(void *context)
{
    const crf *k = context;
    TF_FROM(k->here);
    const tf_dtype index = tf_get_dtype(k->tags);
    const tf_tensor batch = tf_getitem(tf_shape(k->inputs, .out_type = index), "0");
    const tf_tensor rows = tf_reshape(tf_range(0, batch, 1, .dtype = index), SHAPE(-1, 1)), inputs = tf_squeeze(k->inputs, AXES(1));
    return LIST(but_empty_rows(k, tf_gather_nd(inputs, tf_concat(LIST(rows, k->tags), 1))));
}

static tf_list several_score(void *context)
{
    const crf *k = context;
    TF_FROM(k->here);
    const tf_tensor unary = unary_score(k), binary = binary_score(k);
    return LIST(tf_operator_add(unary, binary));
}

static tf_tensor sequence_score(crf *k) { return tf_at(by_steps(k, single_score, several_score), 0); }

/* ---- norms ----------------------------------------------------------------------------------------------------------------- */

static tf_list single_norm(void *context)
{
    const crf *k = context;
    TF_FROM(k->here);
    return LIST(but_empty_rows(k, tf_reduce_logsumexp(k->first, AXES(1))));
}

static tf_list several_norm(void *context)
{
    const crf *k = context;
    TF_FROM(k->here);
    const tf_tensor rest = later_steps(k);
    tf_cell *cell = tf_contrib_crf_crf_forward_rnn_cell(k->transitions);
    const tf_rnn rnn = run_cell(k, cell, rest, lengths_less_one(k), k->first, tf_float32);
    return LIST(but_empty_rows(k, tf_reduce_logsumexp(tf_state_tensor(rnn.state), AXES(1))));
}

static tf_tensor log_norm(crf *k)
{
    k->first = first_step(k);
    return tf_at(by_steps(k, single_norm, several_norm), 0);
}

/* Where the bitmap, which stands in the tags' place, does not allow it a tag scores -inf. */
static tf_tensor allowed(const crf *k)
{
    const tf_tensor nothing = tf_fill(tf_shape(k->inputs), -INFINITY);
    return tf_where(k->tags, k->inputs, nothing);
}

static tf_list single_multitag(void *context)
{
    const crf *k = context;
    TF_FROM(k->here);
    return LIST(tf_reduce_logsumexp(allowed(k), AXES(1, 2)));
}

static tf_list several_multitag(void *context)
{
    crf k = *(const crf *)context;
    TF_FROM(k.here);
    k.inputs = allowed(&k);
    return LIST(log_norm(&k));
}

/* ---- decoding ---------------------------------------------------------------------------------------------------------------- */

static tf_list single_decode(void *context)
{
    const crf *k = context;
    TF_FROM(k->here);
    const tf_tensor inputs = tf_squeeze(k->inputs, AXES(1)), tags = tf_expand_dims(tf_argmax(inputs, 1), 1);
    const tf_tensor best = tf_reduce_max(inputs, 1);
    return LIST(tf_cast(tags, tf_int32), best);
}

static tf_list several_decode(void *context)
{
    const crf *k = context;
    TF_FROM(k->here);
    tf_cell *forward = tf_contrib_crf_crf_decode_forward_rnn_cell(k->transitions);
    const tf_tensor first = first_step(k), rest = later_steps(k), lengths = lengths_less_one(k);
    const tf_rnn ahead = run_cell(k, forward, rest, lengths, first, tf_int32);
    const tf_tensor pointers = tf_reverse_sequence(ahead.outputs, lengths, 1), scores = tf_state_tensor(ahead.state);
    tf_cell *backward = tf_contrib_crf_crf_decode_backward_rnn_cell(known_size(k->inputs, 2));
    const tf_tensor last = tf_expand_dims(tf_cast(tf_argmax(scores, 1), tf_int32), -1);
    const tf_rnn back = run_cell(k, backward, pointers, lengths, last, tf_int32);
    const tf_tensor tags = tf_concat(LIST(last, tf_squeeze(back.outputs, AXES(2))), 1);
    const tf_tensor ordered = tf_reverse_sequence(tags, k->lengths, 1);
    return LIST(ordered, tf_reduce_max(scores, 1));
}

/* ---- the functions ------------------------------------------------------------------------------------------------------------- */

tf_tensor tf_contrib_crf_crf_sequence_score_(struct tf_crf_args a)
{
    TF_FROM(a.here);
    crf k = { .here = a.here, .inputs = given(a.inputs, "inputs", a.here), .tags = given(a.tag_indices, "tag_indices", a.here) };
    k.lengths = given(a.sequence_lengths, "sequence_lengths", a.here);
    k.transitions = given(a.transition_params, "transition_params", a.here);
    return sequence_score(&k);
}

tf_tensor tf_contrib_crf_crf_unary_score_(struct tf_crf_unary_args a)
{
    TF_FROM(a.here);
    crf k = { .here = a.here, .tags = given(a.tag_indices, "tag_indices", a.here) };
    k.lengths = given(a.sequence_lengths, "sequence_lengths", a.here);
    k.inputs = given(a.inputs, "inputs", a.here);
    return unary_score(&k);
}

tf_tensor tf_contrib_crf_crf_binary_score_(struct tf_crf_binary_args a)
{
    TF_FROM(a.here);
    crf k = { .here = a.here, .tags = given(a.tag_indices, "tag_indices", a.here) };
    k.lengths = given(a.sequence_lengths, "sequence_lengths", a.here);
    k.transitions = given(a.transition_params, "transition_params", a.here);
    return binary_score(&k);
}

tf_tensor tf_contrib_crf_crf_log_norm_(struct tf_crf_norm_args a)
{
    TF_FROM(a.here);
    crf k = { .here = a.here, .inputs = given(a.inputs, "inputs", a.here) };
    k.lengths = given(a.sequence_lengths, "sequence_lengths", a.here);
    k.transitions = given(a.transition_params, "transition_params", a.here);
    return log_norm(&k);
}

tf_tensor tf_contrib_crf_crf_multitag_sequence_score_(struct tf_crf_multitag_args a)
{
    TF_FROM(a.here);
    crf k = { .here = a.here, .inputs = given(a.inputs, "inputs", a.here), .tags = given(a.tag_bitmap, "tag_bitmap", a.here) };
    k.lengths = given(a.sequence_lengths, "sequence_lengths", a.here);
    k.transitions = given(a.transition_params, "transition_params", a.here);
    return tf_at(by_steps(&k, single_multitag, several_multitag), 0);
}

/* TF looks for the third of their sizes: IndexError. */
static tf_tensor of_rank_3(tf_tensor inputs, tf_source here)
{
    char text[TF_DIMS_TEXT];
    const tf_dims d = tf_get_shape(inputs);
    if (tf_is_poisoned(inputs) || !d.known || d.rank == 3)
        return inputs;
    return tf_mistake(tf_value_error, here, NULL, "Shape %s must have rank 3", tf_dims_text(d, text, sizeof text));
}

tf_crf_likelihood tf_contrib_crf_crf_log_likelihood_(struct tf_crf_args a)
{
    TF_FROM(a.here);
    crf k = { .here = a.here,
              .inputs = of_rank_3(given(a.inputs, "inputs", a.here), a.here),
              .tags = given(a.tag_indices, "tag_indices", a.here) };
    k.lengths = given(a.sequence_lengths, "sequence_lengths", a.here);
    const int64_t tags = known_size(k.inputs, 2);
    k.transitions = tf1c_given(a.transition_params).kind ? given(a.transition_params, "transition_params", a.here)
                    : tf_is_poisoned(k.inputs)           ? k.inputs
                                                         : tf_get_variable("transitions", SHAPE(tags, tags));
    const tf_tensor score = sequence_score(&k), norm = log_norm(&k);
    return (tf_crf_likelihood){ tf_sub(score, norm), k.transitions };
}

tf_crf_decoded tf_contrib_crf_crf_decode_(struct tf_crf_decode_args a)
{
    TF_FROM(a.here);
    crf k = { .here = a.here, .inputs = given(a.potentials, "potentials", a.here) };
    k.transitions = given(a.transition_params, "transition_params", a.here);
    k.lengths = given(a.sequence_length, "sequence_length", a.here);
    const tf_list both = by_steps(&k, single_decode, several_decode);
    return (tf_crf_decoded){ tf_at(both, 0), tf_at(both, 1) };
}

/* ---- outside of graphs ----------------------------------------------------------------------------------------------------------- */

static bool fit(tf_ndarray score, tf_ndarray transitions, tf_source here)
{
    const tf_dims *s = &score.shape, *t = &transitions.shape;
    char first[TF_DIMS_TEXT], second[TF_DIMS_TEXT];
    if (!score.data || !transitions.data || !(TF_FLOATING & TF_DTYPE_BIT(score.dtype)) ||
        !(TF_FLOATING & TF_DTYPE_BIT(transitions.dtype)))
        tf_fail(tf_type_error, here, NULL, "score and transition_params must be arrays of a floating dtype.");
    else if (s->rank != 2 || t->rank != 2 || s->dims[1] != t->dims[0] || s->dims[1] != t->dims[1])
        tf_fail(tf_value_error, here, NULL, "operands could not be broadcast together: score %s, transition_params %s",
                tf_dims_text(*s, first, sizeof first), tf_dims_text(*t, second, sizeof second));
    else if (s->dims[0] < 1 || s->dims[1] < 1)
        tf_fail(tf_value_error, here, NULL, "attempt to get argmax of an empty sequence");
    else
        return true;
    return false;
}

static double rounded(double x, tf_dtype dtype) { return dtype == tf_float32 ? (float)x : x; }

/* The tag by which j is reached best, and what that scores. NumPy's argmax: the first of equals, NaN above all. */
static int32_t best_before(const double *before, tf_ndarray transitions, int64_t j, tf_dtype dtype, double *best)
{
    const int64_t tags = transitions.shape.dims[0];
    int64_t from = 0;
    for (int64_t i = 0; i < tags; i++) {
        const double x = rounded(before[i] + np_get(transitions, i * tags + j), dtype);
        if (i == 0 || x > *best || (isnan(x) && !isnan(*best))) {
            from = i;
            *best = x;
        }
    }
    return (int32_t)from;
}

static int64_t best_of(const double *row, int64_t n)
{
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++)
        if (row[i] > row[best] || (isnan(row[i]) && !isnan(row[best])))
            best = i;
    return best;
}

tf_viterbi tf_contrib_crf_viterbi_decode_(tf_ndarray score, tf_ndarray transitions, tf_source here)
{
    tf_viterbi out = { { 0 }, NAN };
    if (!fit(score, transitions, here))
        return out;
    const int64_t steps = score.shape.dims[0], tags = score.shape.dims[1];
    const tf_dtype both = transitions.dtype == tf_float64 ? tf_float64 : score.dtype;
    tf_ndarray trellis = np_zeros(SHAPE(2, tags), tf_float64), pointers = np_zeros(SHAPE(steps, tags), tf_int32);
    tf_ndarray path = np_zeros(SHAPE(steps), tf_int32);
    if (trellis.data && pointers.data && path.data) {
        double *row = trellis.data, *before = row + tags;
        int32_t *from = pointers.data, *tag = path.data;
        for (int64_t t = 0; t < steps; t++) {
            double *const swapped = row;
            row = before;
            before = swapped;
            for (int64_t j = 0; j < tags; j++) {
                double best = 0;
                if (t)
                    from[t * tags + j] = best_before(before, transitions, j, both, &best);
                row[j] = rounded(rounded(np_get(score, t * tags + j) + best, both), score.dtype);
            }
        }
        tag[steps - 1] = (int32_t)best_of(row, tags);
        out.viterbi_score = row[tag[steps - 1]];
        for (int64_t t = steps - 1; t > 0; t--)
            tag[t - 1] = from[t * tags + tag[t]];
        out.viterbi = path;
        path = (tf_ndarray){ 0 };
    }
    np_free(&trellis);
    np_free(&pointers);
    np_free(&path);
    return out;
}
