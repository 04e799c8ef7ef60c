/* Sequence to sequence by lists. TF1: contrib/legacy_seq2seq/python/ops/seq2seq.py */
#include "ops/seq2seq/legacy_seq2seq.h"

#include "ops/array/concat.h"
#include "ops/array/fill.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/cond.h"
#include "ops/family.h"
#include "ops/math/add_n.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"
#include "ops/nn/activation.h"
#include "ops/nn/conv.h"
#include "ops/nn/nn.h"
#include "ops/rnn/rnn_step.h"
#include "ops/state/variables.h"

static tf_rnn_list spoiled(const tf_cell *cell, int n, tf_tensor mistake)
{
    return (tf_rnn_list){ tf_mistake_list(n, mistake),
                          cell ? tf1c_state_for(&cell->state_size, mistake) : tf1c_state_leaf(mistake) };
}
static tf_tensor recorded(void) { return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }; }

/* None if there is a cell, and a list that is not empty. */
static tf_tensor check(const tf_cell *cell, tf_list *inputs, const char *what, tf_source here)
{
    if (!tf1c_is_cell(cell, "cell", here))
        return recorded();
    *inputs = tf1c_given_list(*inputs, here);
    if (inputs->n < 1 || !inputs->items)
        return tf_mistake(tf_value_error, here, NULL, "%s must not be empty", what);
    for (int i = 0; i < inputs->n; i++)
        if (tf_is_poisoned(inputs->items[i]))
            return inputs->items[i];
    return (tf_tensor){ 0 };
}
static tf_tensor check_both(const tf_cell *cell, tf_list *encoder, tf_list *decoder, tf_source here)
{
    const tf_tensor mistake = check(cell, encoder, "encoder_inputs", here);
    return mistake.op ? mistake : check(cell, decoder, "decoder_inputs", here);
}
static tf_tensor check_state(const tf_state *state, tf_source here)
{
    return state ? (tf_tensor){ 0 } : tf_mistake(tf_type_error, here, NULL, "initial_state is None.");
}

/* The open variable scope once more, as TF opens its object: its name scope, and its variables again from here to the end. */
typedef struct {
    struct tf_with_ names, variables;
} again;
static again open_again(bool reuse, tf_source here)
{
    again a = { .names = tf1c_scope_again(tf_get_variable_scope().name) };
    a.variables = tf_variable_scope_open_((struct tf_variable_scope_args){
        .here = here, .name_or_scope = { .name = "" }, .reuse = reuse, .auxiliary_name_scope = true });
    return a;
}
static void close_again(again *a)
{
    tf_with_close_(&a->variables);
    tf_with_close_(&a->names);
}

/* ---- what a decoder reads ---------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_list inputs;
    tf_tensor table; /* of which the inputs are rows, looked up as they are read; none: they are read as they are */
    tf_loop_function *fn;
    void *context;
    bool own; /* fn is the library's */
    tf_source here;
} reading;

static tf_tensor input_at(const reading *r, int i)
{
    const tf_tensor x = r->inputs.items[i];
    return r->table.op ? tf_nn_embedding_lookup(r->table, x) : tf_convert(operand_of(x), tf_dtype_unset, r->here, "inputs");
}

static tf_tensor by_loop_function(const reading *r, tf_tensor prev, int i)
{
    tf_tensor next = { 0 };
    tf_with_variable_scope("loop_function", .reuse = true) {
        if (r->own) {
            next = r->fn(prev, i, r->context);
        } else {
            TF1C_BY_USER;
            next = r->fn(prev, i, r->context);
        }
    }
    return tf_convert(operand_of(next), tf_dtype_unset, r->here, "inputs");
}

/* What step i reads; prev is what the step before gave. */
static tf_tensor next_input(const reading *r, tf_tensor prev, int i)
{
    const bool own = r->fn && i > 0 && !tf_is_poisoned(prev);
    const tf_tensor x = own && !r->table.op ? prev : input_at(r, i); /* TF looks it up all the same */
    return own ? by_loop_function(r, prev, i) : x;
}

static tf_rnn_list decode(const reading *r, tf_state *state, tf_cell *cell, tf_variable_scope scope)
{
    tf_rnn_list out = { .state = state };
    tf_with_variable_scope(scope) {
        for (int i = 0; i < r->inputs.n; i++) {
            const tf_tensor x = next_input(r, i ? tf_at(out.outputs, -1) : (tf_tensor){ 0 }, i);
            if (i > 0)
                tf_reuse_variables(tf_get_variable_scope());
            const tf_cell_output step = tf_call_(cell, operand_of(x), out.state, r->here);
            tf_append(&out.outputs, step.output);
            out.state = step.state;
        }
    }
    return out.outputs.n == r->inputs.n ? out : spoiled(cell, r->inputs.n, recorded());
}

tf_rnn_list tf_contrib_legacy_seq2seq_rnn_decoder_(struct tf_rnn_decoder_args a)
{
    TF_FROM(a.here);
    tf_tensor mistake = check(a.cell, &a.decoder_inputs, "decoder_inputs", a.here);
    if (!mistake.op)
        mistake = check_state(a.initial_state, a.here);
    if (mistake.op)
        return spoiled(a.cell, a.decoder_inputs.n, mistake);
    const reading r = { .inputs = a.decoder_inputs, .fn = a.loop_function, .context = a.context, .here = a.here };
    return decode(&r, a.initial_state, a.cell, tf1c_scope_or(a.scope, "rnn_decoder"));
}

/* ---- the cell alone ------------------------------------------------------------------------------------------------------------ */

static tf_rnn_list encode(tf_cell *cell, tf_list inputs, tf_dtype dtype, tf_variable_scope scope, tf_source here)
{
    return tf_nn_static_rnn_((struct tf_static_rnn_args){
        .here = here, .cell = cell, .inputs = inputs, .dtype = dtype ? dtype : tf_float32, .scope = scope });
}

tf_rnn_list tf_contrib_legacy_seq2seq_basic_rnn_seq2seq_(struct tf_basic_seq2seq_args a)
{
    TF_FROM(a.here);
    const tf_tensor mistake = check_both(a.cell, &a.encoder_inputs, &a.decoder_inputs, a.here);
    tf_rnn_list out = spoiled(NULL, 0, mistake);
    if (mistake.op)
        return spoiled(a.cell, a.decoder_inputs.n, mistake);
    tf_with_variable_scope(tf1c_scope_or(a.scope, "basic_rnn_seq2seq")) {
        tf_state *read = encode(tf_cell_copy_(a.cell, a.here), a.encoder_inputs, a.dtype, TF1C_SCOPE_NAMED(NULL), a.here).state;
        const reading r = { .inputs = a.decoder_inputs, .here = a.here };
        out = decode(&r, read, a.cell, TF1C_SCOPE_NAMED("rnn_decoder"));
    }
    return out;
}

static tf_rnn_list tied(tf_cell *cell, tf_list encoder_inputs, tf_dtype dtype, tf_variable_scope scope, const reading *r)
{
    tf_rnn_list out = spoiled(NULL, 0, (tf_tensor){ 0 });
    scope = tf1c_scope_or(scope, "tied_rnn_seq2seq");
    tf_with_variable_scope("combined_tied_rnn_seq2seq") {
        tf_state *read = encode(cell, encoder_inputs, dtype, scope, r->here).state;
        tf_reuse_variables(tf_get_variable_scope());
        out = decode(r, read, cell, scope);
    }
    return out;
}

tf_rnn_list tf_contrib_legacy_seq2seq_tied_rnn_seq2seq_(struct tf_tied_seq2seq_args a)
{
    TF_FROM(a.here);
    const tf_tensor mistake = check_both(a.cell, &a.encoder_inputs, &a.decoder_inputs, a.here);
    if (mistake.op)
        return spoiled(a.cell, a.decoder_inputs.n, mistake);
    const reading r = { .inputs = a.decoder_inputs, .fn = a.loop_function, .context = a.context, .here = a.here };
    return tied(a.cell, a.encoder_inputs, a.dtype, a.scope, &r);
}

/* ---- words ------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    tf_tensor table;
    tf_output_projection projection;
    bool updates;
} embedder;

/* The likeliest word of what was given, as a row of the table. */
static tf_tensor embed_likeliest(tf_tensor prev, int i, void *context)
{
    const embedder *e = context;
    (void)i;
    if (e->projection.weights.op)
        prev = tf_nn_xw_plus_b(prev, e->projection.weights, e->projection.biases);
    const tf_tensor row = tf_nn_embedding_lookup(e->table, tf_argmax(prev, 1));
    return e->updates ? row : tf_stop_gradient(row);
}

/* None if the projection makes so many words; its parts are tensors then. */
static tf_tensor check_projection(tf_output_projection *p, bool weights, int64_t words, tf_dtype dtype, tf_source here)
{
    tf_dims merged;
    if (!p->weights.op && !p->biases.op)
        return (tf_tensor){ 0 };
    if (weights)
        p->weights = tf_convert(operand_of(p->weights), dtype, here, "proj_weights");
    p->biases = tf_convert(operand_of(p->biases), dtype, here, "proj_biases");
    const struct {
        tf_tensor t;
        tf_dims fits;
    } parts[] = { { p->weights, SHAPE(NONE, words) }, { p->biases, SHAPE(words) } };
    for (int i = weights ? 0 : 1; i < 2; i++) {
        char got[TF_DIMS_TEXT], wanted[TF_DIMS_TEXT];
        if (tf_is_poisoned(parts[i].t))
            return parts[i].t;
        if (!tf_merge_dims(tf_get_shape(parts[i].t), parts[i].fits, &merged))
            return tf_mistake(tf_value_error, here, NULL, "Shapes %s and %s are incompatible",
                              tf_dims_text(tf_get_shape(parts[i].t), got, sizeof got),
                              tf_dims_text(parts[i].fits, wanted, sizeof wanted));
    }
    return (tf_tensor){ 0 };
}

tf_rnn_list tf_contrib_legacy_seq2seq_embedding_rnn_decoder_(struct tf_embedding_decoder_args a)
{
    TF_FROM(a.here);
    tf_tensor mistake = check(a.cell, &a.decoder_inputs, "decoder_inputs", a.here);
    if (!mistake.op)
        mistake = check_state(a.initial_state, a.here);
    tf_rnn_list out = { 0 };
    embedder e = { .updates = a.update_embedding_for_previous };
    if (!mistake.op)
        tf_with_variable_scope(tf1c_scope_or(a.scope, "embedding_rnn_decoder")) {
            mistake = check_projection(&a.output_projection, true, a.num_symbols, tf_float32, a.here);
            if (mistake.op)
                break;
            e.projection = a.output_projection;
            e.table = tf_get_variable("embedding", SHAPE(a.num_symbols, a.embedding_size));
            const reading r = { .inputs = a.decoder_inputs,
                                .table = e.table,
                                .fn = a.feed_previous ? embed_likeliest : NULL,
                                .context = &e,
                                .own = true,
                                .here = a.here };
            out = decode(&r, a.initial_state, a.cell, TF1C_SCOPE_NAMED("rnn_decoder"));
        }
    return out.state ? out : spoiled(a.cell, a.decoder_inputs.n, mistake.op ? mistake : recorded());
}

/* ---- a decoder that is told by the run whether it reads its own words: TF makes both, and takes one --------------------------------- */

typedef struct maker maker;
struct maker {
    tf_rnn_list (*make)(const maker *m, bool feed_previous, bool updates);
    bool updates; /* the words that a branch reads have gradients too */
    const void *args;
    tf_cell *cell;
    tf_state *state;
    tf_tensor attended;
    int64_t output_size;
    tf_source here;
};

static tf_list made(const maker *m, bool feed_previous)
{
    TF_FROM(m->here);
    again scope = open_again(!feed_previous, m->here);
    const tf_rnn_list rnn = m->make(m, feed_previous, m->updates);
    close_again(&scope);
    const tf_list state = tf_state_flatten(rnn.state);
    tf_list all = { 0 };
    for (int i = 0; i < rnn.outputs.n; i++)
        tf_append(&all, rnn.outputs.items[i]);
    for (int i = 0; i < state.n; i++)
        tf_append(&all, state.items[i]);
    return all;
}
static tf_list made_for_itself(void *context) { return made(context, true); }
static tf_list made_as_given(void *context) { return made(context, false); }

static tf_rnn_list decode_as_told(maker *m, tf_operand feed_previous, int steps)
{
    const tf_operand told = tf1c_given(feed_previous);
    if (told.kind != TF_OPERAND_TENSOR)
        return m->make(m, told.kind == TF_OPERAND_BOOL ? told.as.boolean : told.kind == TF_OPERAND_INTEGER && told.as.integer,
                       true);
    const tf_list all = tf_cond_list_((struct tf_cond_list_args){
        .here = m->here, .pred = told, .true_fn = made_for_itself, .false_fn = made_as_given, .context = m });
    if (all.n != steps + tf1c_state_leaves(m->state) || tf_is_poisoned(all.items[0]))
        return spoiled(m->cell, steps, all.n ? (tf_tensor){ .op = tf_tensor_op(all.items[0]) } : recorded());
    return (tf_rnn_list){ { .n = steps, .items = all.items }, tf1c_state_pack(m->state, all.items + steps) };
}

static tf_cell *embedding_encoder(tf_cell *cell, int64_t classes, int64_t size, tf_source here)
{
    return tf_contrib_rnn_embedding_wrapper_(
        cell, (struct tf_embedding_wrapper_args){ .here = here, .embedding_classes = classes, .embedding_size = size });
}

static tf_cell *with_projection(tf_cell *cell, int64_t words, tf_source here)
{
    return tf_contrib_rnn_output_projection_wrapper_(cell,
                                                     (struct tf_output_projection_args){ .here = here, .output_size = words });
}

static tf_rnn_list make_embedding_decoder(const maker *m, bool feed_previous, bool updates)
{
    const struct tf_embedding_attention_seq2seq_args *a = m->args;
    return tf_contrib_legacy_seq2seq_embedding_rnn_decoder_(
        (struct tf_embedding_decoder_args){ .here = a->here,
                                            .decoder_inputs = a->decoder_inputs,
                                            .initial_state = m->state,
                                            .cell = m->cell,
                                            .num_symbols = a->num_decoder_symbols,
                                            .embedding_size = a->embedding_size,
                                            .output_projection = a->output_projection,
                                            .feed_previous = feed_previous,
                                            .update_embedding_for_previous = updates });
}

/* ---- attention ------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    int heads;
    int64_t size, known_length;
    tf_tensor length, hidden; /* the states as an image [batch, length, 1, size] */
    tf_list features, v;      /* a head each */
    tf_dtype dtype;
} attending;

/* x as [-1, length, …]: the sizes a constant where the length is known, else packed. */
static tf_tensor with_length(const attending *k, tf_tensor x, int64_t third, int64_t fourth)
{
    if (k->known_length != NONE)
        return tf_reshape(x, SHAPE(-1, k->known_length, third, fourth));
    return tf_reshape(x, LIST(-1, k->length, (int)third, (int)fourth));
}

static void take_features(attending *k, tf_tensor states)
{
    k->known_length = tf_get_shape(states).dims[1];
    if (k->known_length == NONE)
        k->length = tf_getitem(tf_shape(states), "1");
    k->hidden = with_length(k, states, 1, k->size);
    tf_graph *g = tf1c_current_graph();
    for (int i = 0; i < k->heads; i++) {
        const char *w = tf1c_graph_printf(g, "AttnW_%d", i), *v = tf1c_graph_printf(g, "AttnV_%d", i);
        const tf_tensor kernel = tf_get_variable(w, SHAPE(1, 1, k->size, k->size), .dtype = k->dtype);
        tf_append(&k->features, tf_nn_conv2d(k->hidden, kernel, SHAPE(1, 1, 1, 1), "SAME"));
        tf_append(&k->v, tf_get_variable(v, SHAPE(k->size), .dtype = k->dtype));
    }
}

/* What one head sees of the states, by the query [batch, …]. */
static tf_tensor look(const attending *k, tf_tensor query, int head)
{
    tf_tensor y = tf_reshape(tf1c_linear(1, &query, k->size, (tf_initializer){ 0 }), SHAPE(-1, 1, 1, k->size));
    y = tf_cast(y, k->dtype);
    const tf_tensor fits = tf_tanh(tf_operator_add(tf_at(k->features, head), y));
    const tf_tensor scores = tf_reduce_sum(tf_mul(tf_at(k->v, head), fits), AXES(2, 3));
    const tf_tensor weights = tf_cast(tf_nn_softmax(tf_cast(scores, tf_float32)), k->dtype);
    const tf_tensor seen = tf_reduce_sum(tf_mul(with_length(k, weights, 1, 1), k->hidden), AXES(1, 2));
    return tf_reshape(seen, SHAPE(-1, k->size));
}

static tf_list attention(const attending *k, const tf_state *state)
{
    const tf_tensor query = state->n ? tf_concat(tf_state_flatten(state), 1) : state->tensor;
    tf_list seen = { 0 };
    for (int i = 0; i < k->heads; i++)
        tf_with_variable_scope(tf1c_graph_printf(tf1c_current_graph(), "Attention_%d", i))
            tf_append(&seen, look(k, query, i));
    return seen;
}

static tf_list blank_attention(const attending *k, tf_tensor batch)
{
    const tf_tensor shape = tf_stack(LIST(batch, (int)k->size));
    tf_list seen = { 0 };
    for (int i = 0; i < k->heads; i++)
        tf_append(&seen, tf_zeros(shape, .dtype = k->dtype));
    for (int i = 0; i < seen.n; i++)
        if (!tf_is_poisoned(seen.items[i]))
            tf_set_shape_(seen.items[i], SHAPE(NONE, k->size), (tf_source){ 0 });
    return seen;
}

/* x and what is seen, side by side, through a product and a bias of the open scope. */
static tf_tensor joined(const attending *k, tf_tensor x, tf_list seen, int64_t size)
{
    tf_list all = { 0 };
    tf_append(&all, tf_cast(x, k->dtype));
    for (int i = 0; i < seen.n; i++)
        tf_append(&all, tf_cast(seen.items[i], k->dtype));
    return all.n ? tf1c_linear(all.n, all.items, size, (tf_initializer){ 0 }) : recorded();
}

/* As it is: a branch would take hold of it here already, which TF does where it is read, and seeds are counted over that. */
static tf_tensor attended(tf_operand states, tf_source here)
{
    const tf_operand o = tf1c_given(states);
    return o.kind == TF_OPERAND_TENSOR ? tf1c_sound(o.as.tensor, here) : tf_convert(o, tf_dtype_unset, here, "attention_states");
}

static tf_tensor check_attention(const struct tf_attention_decoder_args *a, tf_tensor states)
{
    char text[TF_DIMS_TEXT];
    const tf_dims d = tf_get_shape(states);
    if (a->num_heads < 1)
        return tf_mistake(tf_value_error, a->here, NULL, "With less than 1 heads, use a non-attention decoder.");
    if (tf_is_poisoned(states))
        return states;
    if (!d.known || d.rank != 3 || d.dims[2] == NONE)
        return tf_mistake(tf_value_error, a->here, NULL, "Shape[2] of attention_states must be known: %s",
                          tf_dims_text(d, text, sizeof text));
    return check_state(a->initial_state, a->here);
}

/* One step: its output; the state and what is seen go on. */
static tf_tensor attend(const attending *k, const struct tf_attention_decoder_args *a, tf_tensor x, bool first, tf_state **state,
                        tf_list *seen)
{
    char text[TF_DIMS_TEXT];
    const tf_dims d = tf_get_shape(x);
    if (tf_is_poisoned(x))
        return x;
    if (!d.known || d.rank != 2 || d.dims[1] == NONE)
        return tf_mistake(tf_value_error, a->here, NULL, "Could not infer input size from input: %s, of shape %s", tf_op_name(x.op),
                          tf_dims_text(d, text, sizeof text));
    const tf_cell_output out = tf_call_(a->cell, operand_of(joined(k, x, *seen, d.dims[1])), *state, a->here);
    *state = out.state;
    again scope = { 0 };
    const bool looked = first && a->initial_state_attention;
    if (looked)
        scope = open_again(true, a->here);
    *seen = attention(k, out.state);
    if (looked)
        close_again(&scope);
    tf_tensor y = { 0 };
    tf_with_variable_scope("AttnOutputProjection")
        y = joined(k, out.output, *seen, a->output_size);
    return y;
}

static tf_rnn_list attention_decoder(const struct tf_attention_decoder_args *a, tf_tensor states, const reading *r)
{
    attending k = { .heads = a->num_heads, .size = tf_get_shape(states).dims[2], .dtype = a->dtype ? a->dtype : tf_float32 };
    tf_rnn_list out = { .state = a->initial_state };
    tf_with_variable_scope(tf1c_scope_or(a->scope, "attention_decoder")) {
        const tf_tensor batch = tf_getitem(tf_shape(r->inputs.items[0]), "0");
        take_features(&k, states);
        tf_list seen = blank_attention(&k, batch);
        if (a->initial_state_attention)
            seen = attention(&k, a->initial_state);
        for (int i = 0; i < r->inputs.n; i++) {
            if (i > 0)
                tf_reuse_variables(tf_get_variable_scope());
            const tf_tensor x = next_input(r, i ? tf_at(out.outputs, -1) : (tf_tensor){ 0 }, i);
            tf_append(&out.outputs, attend(&k, a, x, i == 0, &out.state, &seen));
        }
    }
    return out.outputs.n == r->inputs.n ? out : spoiled(a->cell, r->inputs.n, recorded());
}

tf_rnn_list tf_contrib_legacy_seq2seq_attention_decoder_(struct tf_attention_decoder_args a)
{
    TF_FROM(a.here);
    a.decoder_inputs = tf1c_given_list(a.decoder_inputs, a.here);
    tf_tensor mistake = !a.decoder_inputs.n
                            ? tf_mistake(tf_value_error, a.here, NULL, "Must provide at least 1 input to attention decoder.")
                            : check(a.cell, &a.decoder_inputs, "decoder_inputs", a.here);
    const tf_tensor states = mistake.op ? mistake : attended(a.attention_states, a.here);
    if (!mistake.op)
        mistake = check_attention(&a, states);
    if (mistake.op)
        return spoiled(a.cell, a.decoder_inputs.n, mistake);
    a.output_size = a.output_size ? a.output_size : a.cell->output_size.dims[0];
    const reading r = { .inputs = a.decoder_inputs, .fn = a.loop_function, .context = a.context, .here = a.here };
    return attention_decoder(&a, states, &r);
}

/* ---- attention to words --------------------------------------------------------------------------------------------------------------- */

tf_rnn_list tf_contrib_legacy_seq2seq_embedding_attention_decoder_(struct tf_embedding_attention_decoder_args a)
{
    TF_FROM(a.here);
    struct tf_attention_decoder_args of = { .here = a.here,
                                            .initial_state = a.initial_state,
                                            .cell = a.cell,
                                            .output_size = a.output_size,
                                            .num_heads = a.num_heads,
                                            .dtype = a.dtype,
                                            .initial_state_attention = a.initial_state_attention };
    tf_tensor mistake = check(a.cell, &a.decoder_inputs, "decoder_inputs", a.here);
    const tf_tensor states = mistake.op ? mistake : attended(a.attention_states, a.here);
    if (!mistake.op)
        mistake = check_attention(&of, states);
    if (!mistake.op)
        mistake = check_projection(&a.output_projection, false, a.num_symbols, a.dtype ? a.dtype : tf_float32, a.here);
    if (mistake.op)
        return spoiled(a.cell, a.decoder_inputs.n, mistake);
    of.output_size = a.output_size ? a.output_size : a.cell->output_size.dims[0];
    embedder e = { .projection = a.output_projection, .updates = a.update_embedding_for_previous };
    reading r = { .fn = a.feed_previous ? embed_likeliest : NULL, .context = &e, .own = true, .here = a.here };
    tf_rnn_list out = { 0 };
    tf_with_variable_scope(tf1c_scope_or(a.scope, "embedding_attention_decoder")) {
        e.table = tf_get_variable("embedding", SHAPE(a.num_symbols, a.embedding_size));
        for (int i = 0; i < a.decoder_inputs.n; i++)
            tf_append(&r.inputs, tf_nn_embedding_lookup(e.table, a.decoder_inputs.items[i]));
        if (r.inputs.n == a.decoder_inputs.n)
            out = attention_decoder(&of, states, &r);
    }
    return out.state ? out : spoiled(a.cell, a.decoder_inputs.n, recorded());
}

static tf_rnn_list make_attention_decoder(const maker *m, bool feed_previous, bool updates)
{
    const struct tf_embedding_attention_seq2seq_args *a = m->args;
    return tf_contrib_legacy_seq2seq_embedding_attention_decoder_(
        (struct tf_embedding_attention_decoder_args){ .here = a->here,
                                                      .decoder_inputs = a->decoder_inputs,
                                                      .initial_state = m->state,
                                                      .attention_states = operand_of(m->attended),
                                                      .cell = m->cell,
                                                      .num_symbols = a->num_decoder_symbols,
                                                      .embedding_size = a->embedding_size,
                                                      .num_heads = a->num_heads,
                                                      .output_size = m->output_size,
                                                      .output_projection = a->output_projection,
                                                      .feed_previous = feed_previous,
                                                      .update_embedding_for_previous = updates,
                                                      .dtype = a->dtype,
                                                      .initial_state_attention = a->initial_state_attention });
}

/* The encoder's outputs side by side [batch, length, size]. */
static tf_tensor states_of(tf_list outputs, int64_t size)
{
    tf_list states = { 0 };
    for (int i = 0; i < outputs.n; i++)
        tf_append(&states, tf_reshape(outputs.items[i], SHAPE(-1, 1, size)));
    return tf_concat(states, 1);
}

static tf_rnn_list embedding_seq2seq(struct tf_embedding_attention_seq2seq_args a, bool attends)
{
    const tf_tensor mistake = check_both(a.cell, &a.encoder_inputs, &a.decoder_inputs, a.here);
    if (mistake.op)
        return spoiled(a.cell, a.decoder_inputs.n, mistake);
    maker m = { .make = attends ? make_attention_decoder : make_embedding_decoder, .args = &a, .cell = a.cell, .here = a.here };
    tf_rnn_list out = { 0 };
    tf_with_variable_scope(tf1c_scope_or(a.scope, attends ? "embedding_attention_seq2seq" : "embedding_rnn_seq2seq")) {
        tf_cell *encoder = embedding_encoder(tf_cell_copy_(a.cell, a.here), a.num_encoder_symbols, a.embedding_size, a.here);
        const tf_rnn_list read = encode(encoder, a.encoder_inputs, a.dtype, TF1C_SCOPE_NAMED(NULL), a.here);
        m.state = read.state;
        if (attends)
            m.attended = states_of(read.outputs, a.cell->output_size.dims[0]);
        if (!a.output_projection.weights.op) {
            m.cell = with_projection(a.cell, a.num_decoder_symbols, a.here);
            m.output_size = a.num_decoder_symbols;
        }
        out = decode_as_told(&m, a.feed_previous, a.decoder_inputs.n);
    }
    return out.state ? out : spoiled(a.cell, a.decoder_inputs.n, recorded());
}

tf_rnn_list tf_contrib_legacy_seq2seq_embedding_attention_seq2seq_(struct tf_embedding_attention_seq2seq_args a)
{
    TF_FROM(a.here);
    return embedding_seq2seq(a, true);
}

tf_rnn_list tf_contrib_legacy_seq2seq_embedding_rnn_seq2seq_(struct tf_embedding_seq2seq_args a)
{
    TF_FROM(a.here);
    return embedding_seq2seq((struct tf_embedding_attention_seq2seq_args){ .here = a.here,
                                                                           .encoder_inputs = a.encoder_inputs,
                                                                           .decoder_inputs = a.decoder_inputs,
                                                                           .cell = a.cell,
                                                                           .num_encoder_symbols = a.num_encoder_symbols,
                                                                           .num_decoder_symbols = a.num_decoder_symbols,
                                                                           .embedding_size = a.embedding_size,
                                                                           .output_projection = a.output_projection,
                                                                           .feed_previous = a.feed_previous,
                                                                           .dtype = a.dtype,
                                                                           .scope = a.scope },
                             false);
}

/* ---- one table and one cell for both --------------------------------------------------------------------------------------------------- */

typedef struct {
    const struct tf_embedding_tied_seq2seq_args *a;
    tf_tensor table;
    tf_list encoder_inputs, decoder_inputs; /* rows of it */
} tied_words;

static tf_list rows_of(tf_tensor table, tf_list words)
{
    tf_list rows = { 0 };
    for (int i = 0; i < words.n; i++)
        tf_append(&rows, tf_nn_embedding_lookup(table, words.items[i]));
    return rows;
}

static tf_rnn_list make_tied(const maker *m, bool feed_previous, bool updates)
{
    const tied_words *w = m->args;
    embedder e = { .table = w->table, .projection = w->a->output_projection, .updates = updates };
    const reading r = {
        .inputs = w->decoder_inputs, .fn = feed_previous ? embed_likeliest : NULL, .context = &e, .own = true, .here = m->here
    };
    return tied(m->cell, w->encoder_inputs, w->a->dtype, TF1C_SCOPE_NAMED(NULL), &r);
}

/* TF makes zeros like the state where a tensor tells: seeds are counted over them. */
static void zeros_like_the_state(tf_cell *cell, tf_tensor words, tf_dtype dtype, tf_source here)
{
    const tf_dims d = tf_get_shape(words);
    const bool known = d.known && d.rank > 0 && d.dims[0] != NONE;
    const tf_operand batch = known ? tf_operand_integer(d.dims[0]) : operand_of(tf_getitem(tf_shape(words), "0"));
    tf_zero_state_(cell, batch, dtype, here);
}

tf_rnn_list tf_contrib_legacy_seq2seq_embedding_tied_rnn_seq2seq_(struct tf_embedding_tied_seq2seq_args a)
{
    TF_FROM(a.here);
    tf_tensor mistake = check_both(a.cell, &a.encoder_inputs, &a.decoder_inputs, a.here);
    if (mistake.op)
        return spoiled(a.cell, a.decoder_inputs.n, mistake);
    a.dtype = a.dtype ? a.dtype : tf_float32;
    tied_words w = { .a = &a };
    maker m = { .make = make_tied, .args = &w, .cell = a.cell, .here = a.here };
    tf_rnn_list out = { 0 };
    tf_with_variable_scope(tf1c_scope_or(a.scope, "embedding_tied_rnn_seq2seq")) {
        mistake = check_projection(&a.output_projection, true, a.num_symbols, a.dtype, a.here);
        if (mistake.op)
            break;
        w.table = tf_get_variable("embedding", SHAPE(a.num_symbols, a.embedding_size), .dtype = a.dtype);
        w.encoder_inputs = rows_of(w.table, a.encoder_inputs);
        w.decoder_inputs = rows_of(w.table, a.decoder_inputs);
        if (!a.output_projection.weights.op)
            m.cell = with_projection(a.cell, a.num_decoder_symbols ? a.num_decoder_symbols : a.num_symbols, a.here);
        m.state = m.cell ? tf1c_state_for(&m.cell->state_size, w.table) : NULL;
        if (m.state && w.encoder_inputs.n == a.encoder_inputs.n && w.decoder_inputs.n == a.decoder_inputs.n)
            out = decode_as_told(&m, a.feed_previous, a.decoder_inputs.n);
        if (out.state && tf1c_given(a.feed_previous).kind == TF_OPERAND_TENSOR && !tf_is_poisoned(tf_at(out.outputs, 0)))
            zeros_like_the_state(m.cell, a.encoder_inputs.items[0], a.dtype, a.here);
    }
    return out.state ? out : spoiled(a.cell, a.decoder_inputs.n, mistake.op ? mistake : recorded());
}

/* ---- several decoders ------------------------------------------------------------------------------------------------------------------- */

static tf_tensor check_decoders(const struct tf_one2many_seq2seq_args *a)
{
    if (a->decoders.n < 0 || (a->decoders.n && !a->decoders.items))
        return tf_mistake(tf_value_error, a->here, NULL, "one2many_rnn_seq2seq wants decoders, got none.");
    for (int i = 0; i < a->decoders.n; i++)
        if (!a->decoders.items[i].name)
            return tf_mistake(tf_value_error, a->here, NULL, "Decoder %d has no name.", i);
    return (tf_tensor){ 0 };
}

/* One of them, in a scope of its own; `state` is the encoder's. */
static tf_rnn_list one_of_many(const struct tf_one2many_seq2seq_args *a, const tf_many_decoder *d, tf_state *state)
{
    tf_list inputs = d->decoder_inputs;
    const tf_tensor mistake = check(d->cell, &inputs, "decoder_inputs", a->here);
    if (mistake.op)
        return spoiled(d->cell, inputs.n, mistake);
    const struct tf_embedding_attention_seq2seq_args of = { .here = a->here,
                                                            .decoder_inputs = inputs,
                                                            .num_decoder_symbols = d->num_decoder_symbols,
                                                            .embedding_size = a->embedding_size };
    maker m = { .make = make_embedding_decoder, .updates = true, .args = &of, .state = state, .here = a->here };
    tf_rnn_list out = { 0 };
    const char *scope = tf1c_graph_printf(tf1c_current_graph(), "one2many_decoder_%s", d->name);
    if (scope)
        tf_with_variable_scope(scope) {
            m.cell = with_projection(d->cell, d->num_decoder_symbols, a->here);
            out = decode_as_told(&m, a->feed_previous, inputs.n);
        }
    return out.state ? out : spoiled(d->cell, inputs.n, recorded());
}

tf_rnn_lists tf_contrib_legacy_seq2seq_one2many_rnn_seq2seq_(struct tf_one2many_seq2seq_args a)
{
    TF_FROM(a.here);
    tf_tensor mistake = check(a.enc_cell, &a.encoder_inputs, "encoder_inputs", a.here);
    if (!mistake.op)
        mistake = check_decoders(&a);
    tf_graph *g = tf1c_current_graph();
    tf_rnn_list *made = mistake.op || !g ? NULL : tf1c_graph_alloc(g, (size_t)a.decoders.n * sizeof *made);
    if (!made)
        return (tf_rnn_lists){ 0 };
    tf_with_variable_scope(tf1c_scope_or(a.scope, "one2many_rnn_seq2seq")) {
        tf_cell *encoder = embedding_encoder(a.enc_cell, a.num_encoder_symbols, a.embedding_size, a.here);
        tf_state *read = encode(encoder, a.encoder_inputs, a.dtype, TF1C_SCOPE_NAMED(NULL), a.here).state;
        for (int i = 0; i < a.decoders.n; i++)
            made[i] = one_of_many(&a, &a.decoders.items[i], read);
    }
    return (tf_rnn_lists){ .n = a.decoders.n, .items = made };
}
