/* AttentionWrapper and its state. TF1: contrib/seq2seq/python/ops/attention_wrapper.py */
#include "ops/seq2seq/attention_wrapper.h"

#include "ops/array/concat.h"
#include "ops/array/fill.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/counts.h"
#include "ops/data_flow/tensor_array_loop.h"
#include "ops/math/arithmetic.h"
#include "ops/math/matmul.h"
#include "ops/seq2seq/attention.h"

/* ---- its state: (cell_state, attention, time, alignments[, alignment_history], attention_state) ------------------------------- */

enum { CELL_STATE, ATTENTION, TIME, ALIGNMENTS, HISTORY };

static bool is_wrapper_state(const tf_state *s) { return s && (s->n == 5 || s->n == 6) && s->items && !s->lstm; }
static int attention_state_of(const tf_state *s) { return s->n - 1; }

static tf_state *part_of(const tf_state *s, int i, const char *name, tf_source here)
{
    if (is_wrapper_state(s) && i >= 0 && s->items[i])
        return s->items[i];
    if (s && !s->n && s->tensor.op && tf_is_poisoned(s->tensor))
        return tf1c_state_leaf(s->tensor);
    return tf1c_state_leaf(
        tf_mistake(tf_type_error, here, NULL, "'%s' object has no attribute '%s'", s ? "tuple" : "NoneType", name));
}

tf_state *tf_state_cell_state_(const tf_state *s, tf_source here)
{
    if (s && s->n == 4 && s->items && s->items[0]) /* a beam search's */
        return s->items[0];
    return part_of(s, CELL_STATE, "cell_state", here);
}
tf_tensor tf_state_attention_(const tf_state *s, tf_source here)
{
    return tf_state_tensor_(part_of(s, ATTENTION, "attention", here), here);
}
tf_tensor tf_state_time_(const tf_state *s, tf_source here) { return tf_state_tensor_(part_of(s, TIME, "time", here), here); }
tf_tensor tf_state_alignments_(const tf_state *s, tf_source here)
{
    return tf_state_tensor_(part_of(s, ALIGNMENTS, "alignments", here), here);
}
tf_tensor tf_state_alignment_history_(const tf_state *s, tf_source here)
{
    const bool without = is_wrapper_state(s) && s->n == 5;
    return tf_state_tensor_(part_of(s, without ? -1 : HISTORY, "alignment_history", here), here);
}
tf_tensor tf_state_attention_state_(const tf_state *s, tf_source here)
{
    return tf_state_tensor_(part_of(s, is_wrapper_state(s) ? attention_state_of(s) : -1, "attention_state", here), here);
}

/* `next` as a part that has old's shape. TF asserts it, by so many nodes, where only a run can tell.
 * TF1: contrib/framework/python/framework/tensor_util.py with_same_shape */
static tf_tensor with_same_shape(tf_tensor old, tf_tensor next, tf_source here)
{
    enum { KNOWN = 20, UNKNOWN = 16 };
    char expected[TF_DIMS_TEXT], got[TF_DIMS_TEXT];
    tf_dims merged;
    next = tf1c_sound(next, here);
    if (tf_is_poisoned(old) || tf_is_none(next) || tf_is_poisoned(next) || tf1c_is_tensor_array(old))
        return tf_is_poisoned(old) ? old : next;
    const tf_dims was = tf_get_shape(old), is = tf_get_shape(next);
    if (was.known && is.known && !tf_merge_dims(was, is, &merged))
        return tf_mistake(tf_value_error, here, NULL, "Invalid shape for tensor %s:%d, expected %s, got %s.", next.op->name,
                          next.index, tf_dims_text(was, expected, sizeof expected), tf_dims_text(is, got, sizeof got));
    if (tf_dims_fully_known(was) && tf_dims_fully_known(is))
        return next;
    const int before = tf1c_count_now();
    const tf_tensor same = tf_identity(next);
    if (tf_dims_fully_known(was))
        tf_set_shape_(same, was, here);
    tf1c_count_as(before + (tf_dims_fully_known(was) ? KNOWN : UNKNOWN));
    return same;
}

tf_state *tf_clone_(tf_state *s, struct tf_clone_args a)
{
    TF_FROM(a.here);
    if (!is_wrapper_state(s))
        return part_of(NULL, 0, "clone", a.here);
    tf_state *parts[6];
    for (int i = 0; i < s->n; i++)
        parts[i] = s->items[i] ? s->items[i] : tf1c_state_leaf((tf_tensor){ .op = tf1c_poison(NULL) });
    const struct {
        int part;
        tf_tensor tensor;
    } given[] = {
        { ATTENTION, a.attention }, { TIME, a.time }, { ALIGNMENTS, a.alignments }, { attention_state_of(s), a.attention_state }
    };
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        if (!tf_is_none(given[i].tensor))
            parts[given[i].part] = tf1c_state_leaf(given[i].tensor);
    if (a.cell_state)
        parts[CELL_STATE] = a.cell_state;
    tf_list was = tf_state_flatten(s), is = tf_state_flatten(tf1c_state_of(s->n, parts, false)), out = { 0 };
    if (was.n != is.n)
        return tf1c_state_leaf(tf_mistake(
            tf_value_error, a.here, NULL,
            "The two structures don't have the same nested structure: a state of %d tensors became one of %d.", was.n, is.n));
    for (int i = 0; i < is.n; i++)
        tf_append(&out, with_same_shape(was.items[i], is.items[i], a.here));
    return out.n == is.n ? tf1c_state_pack(s, out.items) : tf1c_state_leaf((tf_tensor){ .op = tf1c_poison(NULL) });
}

/* ---- the cell ------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    struct tf_attention_wrapper_args a;
    tf_attention_mechanism *mechanism;
    tf_layer *layer; /* or NULL */
    int64_t attention_size;
    tf_state *initial; /* or NULL */
} wrapper;

static tf_state *state_of(const wrapper *k, tf_state *cell_state, tf_tensor attention, tf_tensor time, tf_tensor alignments,
                          tf_tensor history, tf_tensor attention_state)
{
    tf_state *parts[6] = { cell_state, tf1c_state_leaf(attention), tf1c_state_leaf(time), tf1c_state_leaf(alignments) };
    int n = HISTORY;
    if (k->a.alignment_history)
        parts[n++] = tf1c_state_leaf(history);
    parts[n++] = tf1c_state_leaf(attention_state);
    return tf1c_state_of(n, parts, false);
}

static tf_tensor side_by_side(tf_tensor inputs, tf_tensor attention) { return tf_concat(LIST(inputs, attention), -1); }

/* The attention, and by what alignments. */
static tf_tensor attend(const wrapper *k, tf_tensor output, tf_tensor *alignments, tf_source here)
{
    *alignments = tf1c_alignments(k->mechanism, output, here);
    if (tf_is_poisoned(*alignments))
        return *alignments;
    const tf_tensor expanded = tf_expand_dims(*alignments, 1);
    const tf_tensor context = tf_squeeze(tf_matmul(expanded, k->mechanism->values), AXES(1));
    return k->layer ? tf1c_layer_apply(k->layer, tf_concat(LIST(output, context), 1), here) : context;
}

/* TF asserts that the batch is the memory's. */
static tf_tensor check_batch(const wrapper *k, tf_operand batch_size, const char *doing, const char *what, tf_source here)
{
    const int64_t mine = tf1c_static_size(k->mechanism->batch_size), given = tf1c_static_size(batch_size);
    tf1c_skip_batch_check(k->mechanism, batch_size);
    if (mine == NONE || given == NONE || mine == given)
        return (tf_tensor){ 0 };
    return tf_mistake(
        tf_invalid_argument, here, NULL,
        "When %s AttentionWrapper: Non-matching batch sizes between the memory (encoder output) and the %s: %lld and %lld.  "
        "Are you using the BeamSearchDecoder?  You may need to tile your memory input via the "
        "tf.contrib.seq2seq.tile_batch function with argument multiple=beam_width.",
        doing, what, (long long)mine, (long long)given);
}

static tf_tensor batch_checked(const wrapper *k, tf_tensor output, tf_source here)
{
    const tf_dims d = tf_get_shape(output);
    const bool known = d.known && d.rank && d.dims[0] > 0;
    tf_tensor mistake;
    if (known) {
        mistake = check_batch(k, tf_operand_integer(d.dims[0]), "applying", "query (decoder output)", here);
    } else {
        tf1c_count_more(5); /* its shape's first */
        mistake = check_batch(k, tf_operand_tensor((tf_tensor){ 0 }), "applying", "query (decoder output)", here);
    }
    return mistake.op ? mistake : tf_identity(output, .name = "checked_cell_output");
}

static tf_cell_output wrapper_call(tf_cell *self, tf_tensor inputs, tf_state *state, tf_source here)
{
    const wrapper *k = self->context;
    const tf_tensor before = tf_state_attention_(state, here), time = tf_state_time_(state, here);
    tf_tensor cell_inputs;
    {
        TF1C_BY_USER;
        cell_inputs = k->a.cell_input_fn(inputs, before);
    }
    const tf_cell_output out = tf_call_(k->a.cell, tf_operand_tensor(cell_inputs), tf_state_cell_state_(state, here), here);
    const tf_tensor output = tf_is_poisoned(out.output) ? out.output : batch_checked(k, out.output, here);
    if (tf_is_poisoned(output))
        return tf1c_cell_poison(self, output);
    tf_tensor alignments, attention = attend(k, output, &alignments, here), history = { 0 };
    if (tf_is_poisoned(attention))
        return tf1c_cell_poison(self, attention);
    if (k->a.alignment_history)
        history = tf_tensor_array_write_(tf_state_alignment_history_(state, here), operand_of(time), operand_of(alignments), here);
    attention = tf_identity(attention, .name = "concat");
    tf1c_count_more(1); /* TF joins it with those of other mechanisms, along an axis */
    tf_state *next = state_of(k, out.state, attention, tf_operator_add(time, 1), alignments, history, alignments);
    return (tf_cell_output){ k->a.output_attention ? attention : output, next };
}

/* ---- its zero state ----------------------------------------------------------------------------------------------------------------- */

static tf_tensor as_vector(tf_operand size)
{
    if (size.kind == TF_OPERAND_TENSOR)
        return tf_expand_dims(size.as.tensor, 0);
    return tf_convert(tf_operand_dims(SHAPE(size.as.integer)), tf_int32, (tf_source){ 0 }, "Const");
}

/* Zeros [batch, time]: TF asks for the static shape by the same way. */
static tf_tensor zero_alignments(const wrapper *k, tf_operand batch, tf_dtype dtype)
{
    const tf_operand time = k->mechanism->alignments_size;
    if (time.kind == TF_OPERAND_INTEGER)
        return tf1c_zeros_of_batch(batch, SHAPE(time.as.integer), dtype);
    const tf_tensor rows = as_vector(batch), columns = as_vector(time);
    const tf_tensor zeros = tf_zeros(tf_concat(LIST(rows, columns), 0), .dtype = dtype);
    as_vector(batch);
    as_vector(time);
    if (!tf_is_poisoned(zeros))
        tf_set_shape_(zeros, tf1c_static_batch(batch, SHAPE(NONE)), (tf_source){ 0 });
    return zeros;
}

static tf_state *checked_state(tf_state *state, const char *name)
{
    tf_list leaves = tf_state_flatten(state), checked = { 0 };
    for (int i = 0; i < leaves.n; i++)
        tf_append(&checked, tf_identity(leaves.items[i], .name = name));
    return checked.n == leaves.n && checked.n ? tf1c_state_pack(state, checked.items) : state;
}

static tf_state *wrapper_zero_state(tf_cell *self, tf_operand batch, tf_dtype dtype, tf_source here)
{
    const wrapper *k = self->context;
    tf_state *cell_state = k->initial ? k->initial : tf_zero_state_(k->a.cell, batch, dtype, here);
    const tf_tensor mistake = check_batch(k, batch, "calling zero_state of", "requested batch size", here);
    if (mistake.op)
        return tf1c_state_for(&self->state_size, mistake);
    cell_state = checked_state(cell_state, "checked_cell_state");
    const tf_tensor alignments = zero_alignments(k, batch, dtype);
    const tf_tensor time = tf_zeros(SCALAR, tf_int32);
    const tf_tensor attention = tf1c_zeros_of_batch(batch, SHAPE(k->attention_size), dtype);
    const tf_tensor attention_state = zero_alignments(k, batch, dtype);
    tf_tensor history = { 0 };
    if (k->a.alignment_history)
        history = tf_tensor_array(dtype, 0, .dynamic_size = true, .element_shape = tf_get_shape(alignments));
    return state_of(k, cell_state, attention, time, alignments, history, attention_state);
}

/* ---- making it -------------------------------------------------------------------------------------------------------------------------- */

static tf_tensor take_initial(wrapper *k, tf_state *given, tf_source here)
{
    if (!given)
        return (tf_tensor){ 0 };
    if (!tf1c_state_fits(given, &k->a.cell->state_size))
        return tf_mistake(tf_value_error, here, NULL,
                          "The two structures don't have the same nested structure: initial_cell_state is not the cell's.");
    TF_SCOPE(k->a.name, "AttentionWrapperInit");
    const tf_list leaves = tf_state_flatten(given);
    for (int i = 0; i < leaves.n; i++)
        if (tf_is_none(leaves.items[i]) || tf_is_poisoned(tf1c_sound(leaves.items[i], here)))
            return tf_convert(tf_operand_tensor(leaves.items[i]), tf_dtype_unset, here, "initial_cell_state");
    const tf_dims d = tf_get_shape(leaves.items[leaves.n - 1]);
    const bool known = d.known && d.rank && d.dims[0] > 0;
    if (!known)
        tf1c_count_more(5);
    const tf_tensor mistake = check_batch(k, known ? tf_operand_integer(d.dims[0]) : tf_operand_tensor((tf_tensor){ 0 }),
                                          "constructing", "initial_cell_state", here);
    k->initial = checked_state(given, "check_initial_cell_state");
    return mistake;
}

static tf_tensor check_arguments(const struct tf_attention_wrapper_args *a)
{
    if (!a->attention_mechanism)
        return tf_mistake(tf_type_error, a->here, NULL,
                          "attention_mechanism must be an AttentionMechanism or list of multiple AttentionMechanism instances, saw "
                          "type: NoneType");
    if (a->attention_mechanism->mistake.op)
        return a->attention_mechanism->mistake;
    if (a->attention_layer && a->attention_layer_size > 0)
        return tf_mistake(tf_value_error, a->here, NULL, "Only one of attention_layer_size and attention_layer should be set");
    return (tf_tensor){ 0 };
}

/* The structure of state_of's. */
static tf_state_size size_of(const wrapper *k)
{
    tf_graph *g = tf1c_current_graph();
    tf_state_size *parts = g ? tf1c_graph_alloc(g, 6 * sizeof *parts) : NULL;
    const tf_state_size alignments = { .shape = SHAPE(tf1c_static_size(k->mechanism->alignments_size)) };
    if (!parts)
        return (tf_state_size){ .lstm = true }; /* which tf_cell_new refuses */
    int n = HISTORY;
    parts[CELL_STATE] = k->a.cell->state_size;
    parts[ATTENTION] = (tf_state_size){ .shape = SHAPE(k->attention_size) };
    parts[TIME] = (tf_state_size){ .shape = SCALAR };
    parts[ALIGNMENTS] = alignments;
    if (k->a.alignment_history)
        parts[n++] = alignments;
    parts[n++] = alignments;
    return (tf_state_size){ .n = n, .items = parts };
}

tf_cell *tf_contrib_seq2seq_attention_wrapper_(struct tf_attention_wrapper_args a)
{
    TF_FROM(a.here);
    if (!tf1c_is_cell(a.cell, "cell", a.here))
        return tf1c_cell_mistake((tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) });
    tf_tensor mistake = check_arguments(&a);
    wrapper *k = tf1c_current_graph() ? tf1c_graph_alloc(tf1c_current_graph(), sizeof *k) : NULL;
    if (mistake.op || !k)
        return tf1c_cell_mistake(mistake.op ? mistake : (tf_tensor){ .op = tf1c_poison(NULL) });
    *k = (wrapper){ .a = a, .mechanism = a.attention_mechanism, .layer = a.attention_layer };
    if (!a.cell_input_fn)
        k->a.cell_input_fn = side_by_side;
    if (a.attention_layer_size > 0)
        k->layer = tf_layers_Dense_((struct tf_dense_layer_args){
            .here = a.here, .units = a.attention_layer_size, .trainable = true, .name = "attention_layer" });
    const tf_dims values = tf_get_shape(k->mechanism->values);
    k->attention_size = k->layer ? tf1c_layer_units(k->layer) : values.dims[values.rank - 1];
    mistake = take_initial(k, a.initial_cell_state, a.here);
    if (mistake.op)
        return tf1c_cell_mistake(mistake);
    return tf_cell_new_((tf_cell){ .class_name = "AttentionWrapper",
                                   .name = a.name ? a.name : "attention_wrapper",
                                   .context = k,
                                   .call = wrapper_call,
                                   .zero_state = wrapper_zero_state,
                                   .state_size = size_of(k),
                                   .output_size = a.output_attention ? SHAPE(k->attention_size) : a.cell->output_size },
                        a.here);
}
