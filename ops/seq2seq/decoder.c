/* dynamic_decode: the steps of a decoder as one loop. TF1: contrib/seq2seq/python/ops/decoder.py dynamic_decode */
#include "ops/seq2seq/decoder.h"

#include "ops/array/constant.h"
#include "ops/array/fill.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/control_flow/counts.h"
#include "ops/control_flow/looping.h"
#include "ops/math/arithmetic.h"
#include "ops/math/compare.h"
#include "ops/math/reduce.h"
#include "ops/seq2seq/decoding.h"

/* ---- decoders as objects ----------------------------------------------------------------------------------------------- */

tf_decoder *tf1c_decoder_mistake(tf_tensor mistake) { return tf1c_decoder_new((tf_decoder){ .mistake = mistake }); }

tf_decoder *tf1c_decoder_new(tf_decoder d)
{
    static tf_decoder no_memory;
    tf_graph *g = tf1c_current_graph();
    tf_decoder *made = g ? tf1c_graph_alloc(g, sizeof *made) : NULL;
    if (!made) {
        no_memory.mistake = (tf_tensor){ .op = tf1c_poison(NULL) };
        return &no_memory;
    }
    *made = d;
    return made;
}

/* ---- the loop ------------------------------------------------------------------------------------------------------------ */

/* The loop's variables: time, the state's tensors, inputs, finished, sequence_lengths. */
typedef struct {
    tf_decoder *decoder;
    tf_source here;
    bool impute;
    tf1c_decoder_step start;
    tf_tensor lengths, zeros[TF1C_MOST_OUTPUTS];
    int leaves; /* of the state */
} decoding;

static tf_list variables_of(tf_tensor time, const tf1c_decoder_step *s, tf_tensor finished, tf_tensor lengths)
{
    tf_list vars = LIST(time), leaves = tf_state_flatten(s->state);
    for (int i = 0; i < leaves.n; i++)
        tf_append(&vars, leaves.items[i]);
    tf_append(&vars, s->inputs);
    tf_append(&vars, finished);
    tf_append(&vars, lengths);
    return vars;
}

static tf_tensor goes_on(tf_list vars, void *context)
{
    (void)context;
    return tf_logical_not(tf_reduce_all(tf_at(vars, -2)));
}

/* TF: nest.assert_same_structure */
static tf_tensor check_step(const decoding *d, const tf1c_decoder_step *s)
{
    if (tf_is_none(s->inputs) || tf_is_none(s->finished) || !s->state)
        return tf_mistake(tf_type_error, d->here, NULL, "The decoder's step returned None as %s.",
                          tf_is_none(s->inputs)     ? "inputs"
                          : tf_is_none(s->finished) ? "finished"
                                                    : "state");
    for (int i = 0; i < d->decoder->n_outputs; i++)
        if (tf_is_none(s->outputs[i]))
            return tf_mistake(tf_type_error, d->here, NULL, "The decoder's step returned None as output %d.", i);
    const int leaves = tf1c_state_leaves(s->state);
    if (leaves != d->leaves)
        return tf_mistake(tf_value_error, d->here, NULL,
                          "The two structures don't have the same nested structure: a state of %d tensors became one of %d.",
                          d->leaves, leaves);
    return (tf_tensor){ 0 };
}

static tf_list one_step(tf_list vars, void *context)
{
    enum { WRITTEN = 2 }; /* operations of TF's TensorArray.write */
    decoding *d = context;
    tf_decoder *decoder = d->decoder;
    const tf_tensor time = tf_at(vars, 0), finished = tf_at(vars, -2), lengths = tf_at(vars, -1);
    tf_state *state = tf1c_state_pack(d->start.state, vars.items + 1);
    tf1c_decoder_step s = decoder->step(decoder, time, tf_at(vars, -3), state, d->here);
    const tf_tensor mistake = check_step(d, &s);
    if (mistake.op)
        return tf_mistake_list(vars.n + decoder->n_outputs, mistake);
    const tf_tensor next_finished = decoder->tracks_own_finished ? s.finished : tf_logical_or(s.finished, finished);
    const tf_tensor going = tf_logical_not(finished), shape = tf_shape(lengths);
    const tf_tensor next_lengths = tf_where(going, tf_fill(shape, tf_operator_add(time, 1)), lengths);
    for (int i = 0; d->impute && i < decoder->n_outputs; i++)
        s.outputs[i] = tf1c_copy_rows(finished, d->zeros[i], s.outputs[i]);
    if (d->impute)
        s.state = tf1c_copy_state(finished, state, s.state);
    tf1c_count_more(WRITTEN * decoder->n_outputs);
    tf_list next = variables_of(tf_operator_add(time, 1), &s, next_finished, next_lengths);
    for (int i = 0; i < decoder->n_outputs; i++)
        tf_append(&next, s.outputs[i]);
    return next;
}

/* ---- before it and after it ------------------------------------------------------------------------------------------------ */

static tf_decoded spoiled(tf_tensor mistake)
{
    const tf_tensor poison = { .op = tf_tensor_op(mistake) };
    return (tf_decoded){ { poison, poison, poison, { poison, poison, poison } }, tf1c_state_leaf(poison), poison };
}

static tf_tensor take_limit(tf_operand given, tf_source here, tf_tensor *mistake)
{
    *mistake = (tf_tensor){ 0 };
    given = tf1c_given(given);
    if (!given.kind)
        return (tf_tensor){ 0 };
    tf_tensor limit = tf_convert(given, tf_int32, here, "maximum_iterations");
    const tf_dims d = tf_get_shape(limit);
    if (tf_is_poisoned(limit))
        *mistake = limit;
    else if (!d.known || d.rank)
        *mistake = tf_mistake(tf_value_error, here, NULL, "maximum_iterations must be a scalar");
    return limit;
}

/* What the loop starts from. None, or the mistake. */
static tf_tensor start(decoding *d, tf_tensor limit)
{
    tf_decoder *decoder = d->decoder;
    d->start = decoder->initialize(decoder, d->here);
    const tf_tensor all[] = { d->start.finished, d->start.inputs };
    for (int i = 0; i < 2; i++)
        if (tf_is_none(all[i]))
            return tf_mistake(tf_type_error, d->here, NULL, "The decoder's initialize returned None.");
        else if (tf_is_poisoned(all[i]))
            return all[i];
    const tf_operand batch = operand_of(decoder->batch_size(decoder));
    for (int i = 0; i < decoder->n_outputs; i++)
        d->zeros[i] = tf1c_zeros_of_batch(batch, decoder->output_sizes[i], decoder->output_dtypes[i]);
    if (limit.op)
        d->start.finished = tf_logical_or(d->start.finished, tf_less_equal(limit, 0));
    d->lengths = tf_zeros_like(d->start.finished, .dtype = tf_int32);
    d->leaves = tf1c_state_leaves(d->start.state);
    return (tf_tensor){ 0 };
}

static tf_decoded decode(decoding *d, tf_tensor limit, bool time_major)
{
    tf_decoder *decoder = d->decoder;
    const tf_tensor time = tf_constant(0);
    for (int i = 0; i < decoder->n_outputs; i++)
        tf1c_skip("TensorArray", 2);
    tf_list out = tf1c_while_loop(&(tf1c_while){ .here = d->here,
                                                 .cond = goes_on,
                                                 .body = one_step,
                                                 .vars = variables_of(time, &d->start, d->start.finished, d->lengths),
                                                 .stacked = decoder->n_outputs,
                                                 .limit = limit.op ? operand_of(limit) : (tf_operand){ 0 },
                                                 .context = d });
    const int n = out.n - decoder->n_outputs;
    if (n < 1 || tf_is_poisoned(tf_at(out, 0)))
        return spoiled(tf_at(out, 0));
    tf_tensor outputs[TF1C_MOST_OUTPUTS] = { { 0 } };
    for (int i = 0; i < decoder->n_outputs; i++)
        outputs[i] = tf_at(out, n + i);
    tf_decoded last = { .state = tf1c_state_pack(d->start.state, out.items + 1), .sequence_lengths = tf_at(out, n - 1) };
    if (decoder->finalize)
        decoder->finalize(decoder, &last, outputs);
    for (int i = 0; i < TF1C_MOST_OUTPUTS && outputs[i].op && !time_major; i++)
        outputs[i] = tf1c_swap_batch_time(outputs[i]);
    tf_decoded decoded = decoder->results(decoder, outputs);
    decoded.state = last.state;
    decoded.sequence_lengths = last.sequence_lengths;
    return decoded;
}

tf_decoded tf_contrib_seq2seq_dynamic_decode_(struct tf_dynamic_decode_args a)
{
    TF_FROM(a.here);
    decoding d = { .decoder = a.decoder, .here = a.here, .impute = a.impute_finished };
    if (!a.decoder)
        return spoiled(tf_mistake(tf_type_error, a.here, NULL, "Expected decoder to be type Decoder, but saw: <class 'NoneType'>"));
    if (a.decoder->mistake.op)
        return spoiled(a.decoder->mistake);
    struct tf_with_ scope = tf_variable_scope_open_((struct tf_variable_scope_args){
        .here = a.here, .name_or_scope = a.scope, .default_name = "decoder", .auxiliary_name_scope = true });
    tf_tensor mistake, limit = take_limit(a.maximum_iterations, a.here, &mistake);
    if (!mistake.op)
        mistake = start(&d, limit);
    tf_decoded decoded = mistake.op ? spoiled(mistake) : decode(&d, limit, a.output_time_major);
    tf_with_close_(&scope);
    return decoded;
}
