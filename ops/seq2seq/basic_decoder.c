/* BasicDecoder: a cell and what it reads. TF1: contrib/seq2seq/python/ops/basic_decoder.py */
#include "ops/seq2seq/decoding.h"

#include "ops/array/shape.h"

typedef struct {
    struct tf_basic_decoder_args a;
} basic;

static tf_tensor batch_size(tf_decoder *self)
{
    const basic *k = self->context;
    return tf1c_sound(k->a.helper->batch_size, k->a.here);
}

static tf1c_decoder_step basic_initialize(tf_decoder *self, tf_source here)
{
    const basic *k = self->context;
    tf_helper *helper = k->a.helper;
    (void)here;
    tf_helper_next first = { 0 };
    {
        TF1C_BY_USER;
        first = helper->initialize(helper);
    }
    if (tf_is_none(helper->batch_size) && !tf_is_none(first.finished))
        helper->batch_size = tf_size(first.finished);
    return (tf1c_decoder_step){ .finished = first.finished, .inputs = first.inputs, .state = k->a.initial_state };
}

static tf_tensor sample(tf_helper *helper, tf_tensor time, tf_tensor outputs, tf_state *state)
{
    TF1C_BY_USER;
    return helper->sample(helper, time, outputs, state);
}
static tf_helper_next next_inputs(tf_helper *helper, tf_tensor time, tf_tensor outputs, tf_state *state, tf_tensor ids)
{
    TF1C_BY_USER;
    return helper->next_inputs(helper, time, outputs, state, ids);
}

static tf1c_decoder_step basic_step(tf_decoder *self, tf_tensor time, tf_tensor inputs, tf_state *state, tf_source here)
{
    const basic *k = self->context;
    TF_SCOPE(NULL, "BasicDecoderStep");
    tf_cell_output out = tf_call_(k->a.cell, tf_operand_tensor(inputs), state, here);
    if (k->a.output_layer && !tf_is_poisoned(out.output))
        out.output = tf1c_layer_apply(k->a.output_layer, out.output, here);
    if (tf_is_poisoned(out.output))
        return (tf1c_decoder_step){ { out.output, out.output }, out.output, out.output, state };
    const tf_tensor ids = sample(k->a.helper, time, out.output, out.state);
    const tf_helper_next next = next_inputs(k->a.helper, time, out.output, out.state, ids);
    return (tf1c_decoder_step){ { out.output, ids }, next.finished, next.inputs, next.state };
}

static tf_decoded basic_results(tf_decoder *self, const tf_tensor *outputs)
{
    (void)self;
    return (tf_decoded){ .outputs = { .rnn_output = outputs[0], .sample_id = outputs[1] } };
}

tf_tensor tf1c_check_cell_state(const tf_cell *cell, const tf_state *state, tf_source here)
{
    char size[128];
    if (!state)
        return tf_mistake(tf_type_error, here, NULL, "initial_state is None.");
    const tf_list leaves = tf_state_flatten(state);
    for (int i = 0; i < leaves.n; i++)
        if (tf_is_none(leaves.items[i]))
            return tf_mistake(tf_type_error, here, NULL, "initial_state holds None.");
        else if (tf_is_poisoned(tf1c_sound(leaves.items[i], here)))
            return (tf_tensor){ .op = tf_tensor_op(tf1c_sound(leaves.items[i], here)) };
    if (leaves.n && tf1c_state_fits(state, &cell->state_size))
        return (tf_tensor){ 0 };
    return tf_mistake(
        tf_value_error, here, NULL,
        "The two structures don't have the same nested structure: cell '%s' has state_size %s and initial_state %d tensors.",
        cell->name, tf1c_state_size_text(&cell->state_size, size, sizeof size), leaves.n);
}

tf_decoder *tf_contrib_seq2seq_basic_decoder_(struct tf_basic_decoder_args a)
{
    TF_FROM(a.here);
    if (!tf1c_is_cell(a.cell, "cell", a.here) || !tf1c_is_helper(a.helper, a.here))
        return tf1c_decoder_mistake((tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) });
    const tf_tensor mistake = tf1c_check_cell_state(a.cell, a.initial_state, a.here);
    basic *k = tf1c_current_graph() ? tf1c_graph_alloc(tf1c_current_graph(), sizeof *k) : NULL;
    if (mistake.op || !k)
        return tf1c_decoder_mistake(mistake.op ? mistake : (tf_tensor){ .op = tf1c_poison(NULL) });
    k->a = a;
    const tf_dims words = a.output_layer ? SHAPE(tf1c_layer_units(a.output_layer)) : a.cell->output_size;
    return tf1c_decoder_new(
        (tf_decoder){ .initialize = basic_initialize,
                      .step = basic_step,
                      .results = basic_results,
                      .batch_size = batch_size,
                      .n_outputs = 2,
                      .output_sizes = { words, a.helper->sample_ids_shape },
                      .output_dtypes = { tf1c_state_dtype(a.initial_state, tf_dtype_unset), a.helper->sample_ids_dtype },
                      .context = k });
}
