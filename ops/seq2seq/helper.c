/* Helpers: what a decoder reads. TF1: contrib/seq2seq/python/ops/helper.py */
#include "ops/seq2seq/helper.h"

#include "ops/array/constant.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/pad.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/cond.h"
#include "ops/control_flow/counts.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/reduce.h"
#include "ops/random/random.h"
#include "ops/seq2seq/decoding.h"

/* ---- helpers as objects ---------------------------------------------------------------------------------------------- */

static tf_helper_next spoiled(tf_tensor mistake) { return (tf_helper_next){ mistake, mistake, tf1c_state_leaf(mistake) }; }

static tf_helper_next no_start(tf_helper *self) { return spoiled(self->batch_size); }
static tf_tensor no_sample(tf_helper *self, tf_tensor time, tf_tensor outputs, tf_state *state)
{
    (void)time, (void)outputs, (void)state;
    return self->batch_size;
}
static tf_helper_next no_next(tf_helper *self, tf_tensor time, tf_tensor outputs, tf_state *state, tf_tensor sample_ids)
{
    (void)time, (void)outputs, (void)state, (void)sample_ids;
    return spoiled(self->batch_size);
}

static tf_helper *helper_new(tf_helper given)
{
    static tf_helper no_memory = { .class_name = "Helper", .initialize = no_start, .sample = no_sample, .next_inputs = no_next };
    tf_graph *g = tf1c_current_graph();
    tf_helper *h = g ? tf1c_graph_alloc(g, sizeof *h) : NULL;
    if (!h) {
        no_memory.batch_size = (tf_tensor){ .op = tf1c_poison(NULL) };
        return &no_memory;
    }
    *h = given;
    h->sample_ids_shape = given.sample_ids_shape.known ? given.sample_ids_shape : SCALAR;
    h->sample_ids_dtype = given.sample_ids_dtype ? given.sample_ids_dtype : tf_int32;
    return h;
}

/* One whose functions give `mistake`. */
static tf_helper *helper_mistake(tf_tensor mistake)
{
    return helper_new((tf_helper){
        .class_name = "Helper", .initialize = no_start, .sample = no_sample, .next_inputs = no_next, .batch_size = mistake });
}

bool tf1c_is_helper(const tf_helper *h, tf_source here)
{
    if (!h)
        tf_fail(tf_type_error, tf1c_source(here), NULL, "helper must be a Helper, received: <class 'NoneType'>");
    else if (!h->initialize || !h->sample || !h->next_inputs)
        tf_fail(tf_type_error, tf1c_source(here), NULL,
                "helper must be a Helper, received: one without the functions initialize, sample and next_inputs");
    return h && h->initialize && h->sample && h->next_inputs;
}

static void *context_new(size_t size)
{
    tf_graph *g = tf1c_current_graph();
    return g ? tf1c_graph_alloc(g, size) : NULL;
}
static tf_helper *no_memory(void) { return helper_mistake((tf_tensor){ .op = tf1c_poison(NULL) }); }

/* What TF's cond chooses by: where all are finished nobody reads what comes next, so here it is made without a branch. */
static tf_tensor all_finished(tf_tensor finished) { return tf_reduce_all(finished); }

/* ---- TrainingHelper ------------------------------------------------------------------------------------------------------ */

typedef struct {
    tf_tensor inputs, length, zero_inputs; /* inputs [time, batch, depth] */
} training;

static tf_tensor zeros_of(void *context) { return ((const training *)context)->zero_inputs; }
static tf_tensor first_of(void *context) { return tf_gather(((const training *)context)->inputs, 0); }

static tf_helper_next training_initialize(tf_helper *self)
{
    training *k = self->context;
    TF_SCOPE(NULL, "TrainingHelperInitialize");
    const tf_tensor finished = tf_equal(0, k->length), all = all_finished(finished);
    enum { COND = 10 };
    const int before = tf1c_count_now();
    const tf_tensor inputs = tf_cond(operand_of(all), zeros_of, first_of, k);
    tf1c_count_as(before + COND);
    return (tf_helper_next){ finished, inputs, NULL };
}

static tf_tensor training_sample(tf_helper *self, tf_tensor time, tf_tensor outputs, tf_state *state)
{
    (void)self, (void)time, (void)state;
    TF_SCOPE(NULL, "TrainingHelperSample");
    return tf_cast(tf_argmax(outputs, -1), tf_int32);
}

/* Where all are finished there may be no row to read: the first then, which nobody does. */
static tf_helper_next training_next(tf_helper *self, tf_tensor time, tf_tensor outputs, tf_state *state, tf_tensor sample_ids)
{
    const training *k = self->context;
    (void)outputs, (void)sample_ids;
    TF_SCOPE(NULL, "TrainingHelperNextInputs");
    const tf_tensor next_time = tf_operator_add(time, 1), finished = tf_greater_equal(next_time, k->length);
    const tf_tensor all = all_finished(finished);
    enum { COND = 13 };
    const int before = tf1c_count_now();
    const tf_tensor inputs = tf_gather(k->inputs, tf_where(all, 0, next_time));
    tf1c_count_as(before + COND);
    return (tf_helper_next){ finished, inputs, state };
}

/* TF reads its inputs out of a TensorArray. */
static void skip_unstack(void)
{
    tf1c_skip("Shape", 1);
    tf1c_skip("strided_slice", 4);
    tf1c_skip("TensorArray", 1);
    tf1c_skip("TensorArrayUnstack", 9);
}

tf_helper *tf_contrib_seq2seq_training_helper_(struct tf_training_helper_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "TrainingHelper");
    char text[TF_DIMS_TEXT];
    training *k = context_new(sizeof *k);
    if (!k)
        return no_memory();
    k->inputs = tf_convert(tf1c_given(a.inputs), tf_dtype_unset, a.here, "inputs");
    if (tf_is_poisoned(k->inputs))
        return helper_mistake(k->inputs);
    if (!a.time_major)
        k->inputs = tf1c_swap_batch_time(k->inputs);
    const tf_dims d = tf_get_shape(k->inputs);
    if (d.known && d.rank < 2)
        return helper_mistake(tf_mistake(tf_value_error, a.here, NULL, "Shape must be at least rank 2 but is rank %d", d.rank));
    skip_unstack();
    k->length = tf_convert(tf1c_given(a.sequence_length), tf_dtype_unset, a.here, "sequence_length");
    const tf_dims length = tf_get_shape(k->length);
    if (tf_is_poisoned(k->length))
        return helper_mistake(k->length);
    if (!length.known || length.rank != 1)
        return helper_mistake(tf_mistake(tf_value_error, a.here, NULL,
                                         "Expected sequence_length to be a vector, but received shape: %s",
                                         tf_dims_text(length, text, sizeof text)));
    k->zero_inputs = tf_zeros_like(tf_getitem(k->inputs, "0, :"));
    return helper_new((tf_helper){ .class_name = "TrainingHelper",
                                   .initialize = training_initialize,
                                   .sample = training_sample,
                                   .next_inputs = training_next,
                                   .batch_size = tf1c_size_of_given(a.sequence_length, k->length),
                                   .context = k });
}

/* ---- GreedyEmbeddingHelper, SampleEmbeddingHelper --------------------------------------------------------------------------- */

typedef struct {
    struct tf_greedy_helper_args a;
    tf_tensor table, start_tokens, end_token, start_inputs;
} embedding;

static tf_tensor embed(const embedding *k, tf_tensor ids)
{
    if (k->a.embedding_fn) {
        TF1C_BY_USER;
        return k->a.embedding_fn(ids);
    }
    return tf_nn_embedding_lookup(k->table, ids);
}

static tf_helper_next embedding_initialize(tf_helper *self)
{
    const embedding *k = self->context;
    const tf_tensor finished = tf_tile(tf_operand_array(np_array((bool[]){ false }, tf_bool, SHAPE(1))), LIST(self->batch_size));
    return (tf_helper_next){ finished, k->start_inputs, NULL };
}

static tf_tensor greedy_sample(tf_helper *self, tf_tensor time, tf_tensor outputs, tf_state *state)
{
    (void)self, (void)time, (void)state;
    return tf_argmax(outputs, -1, .output_type = tf_int32);
}

static tf_helper_next embedding_next(tf_helper *self, tf_tensor time, tf_tensor outputs, tf_state *state, tf_tensor sample_ids)
{
    const embedding *k = self->context;
    (void)time, (void)outputs;
    enum { COND = 9 }; /* beside what the function makes: four of its predicate, the first inputs entering, Switches, Merge */
    const tf_tensor finished = tf_equal(sample_ids, k->end_token);
    all_finished(finished);
    const tf_tensor inputs = embed(k, sample_ids);
    tf1c_count_more(COND);
    return (tf_helper_next){ finished, inputs, state };
}

static tf_tensor sampling_sample(tf_helper *self, tf_tensor time, tf_tensor outputs, tf_state *state)
{
    const embedding *k = self->context;
    (void)time, (void)state;
    const tf_operand temperature = tf1c_keyword(k->a.softmax_temperature, true);
    const tf_tensor logits = temperature.kind ? tf_truediv_(operand_of(outputs), temperature, (struct tf_name_args){ 0 }) : outputs;
    enum { BEFORE = 24, DRAWN = 39 }; /* operations of TF's categorical_sample */
    const int before = tf1c_count_now();
    const tf_tensor one = tf_constant(1);
    tf1c_count_as(before + BEFORE);
    tf_tensor drawn = tf_multinomial(logits, one, .seed = k->a.seed, .output_dtype = tf_int32);
    drawn = tf_reshape(drawn, SHAPE(-1));
    tf1c_count_as(before + DRAWN);
    return drawn;
}

tf_tensor tf1c_size_of_given(tf_operand given, tf_tensor t)
{
    tf1c_count_more(tf1c_given(given).kind != TF_OPERAND_TENSOR);
    return tf_size(t);
}

tf_tensor tf1c_check_tokens(tf_tensor start, tf_tensor end, tf_source here)
{
    const tf_dims s = tf_get_shape(start), e = tf_get_shape(end);
    if (tf_is_poisoned(start) || tf_is_poisoned(end))
        return tf_is_poisoned(start) ? start : end;
    if (!s.known || s.rank != 1)
        return tf_mistake(tf_value_error, here, NULL, "start_tokens must be a vector");
    if (!e.known || e.rank)
        return tf_mistake(tf_value_error, here, NULL, "end_token must be a scalar");
    return (tf_tensor){ 0 };
}

static tf_helper *embedding_helper(const char *class_name, struct tf_greedy_helper_args a, tf_helper_sample *sample)
{
    TF_FROM(a.here);
    embedding *k = context_new(sizeof *k);
    if (!k)
        return no_memory();
    k->a = a;
    const tf_operand table = tf1c_given(a.embedding);
    if (!table.kind && !a.embedding_fn)
        return helper_mistake(tf_mistake(tf_type_error, a.here, NULL, "%s: embedding is None.", class_name));
    k->table = a.embedding_fn                    ? (tf_tensor){ 0 }
               : table.kind == TF_OPERAND_TENSOR ? tf1c_sound(table.as.tensor, a.here)
                                                 : tf_convert(table, tf_dtype_unset, a.here, "embedding");
    k->start_tokens = tf_convert(tf1c_given(a.start_tokens), tf_int32, a.here, "start_tokens");
    k->end_token = tf_convert(tf1c_given(a.end_token), tf_int32, a.here, "end_token");
    const tf_tensor mistake =
        k->table.op && tf_is_poisoned(k->table) ? k->table : tf1c_check_tokens(k->start_tokens, k->end_token, a.here);
    if (mistake.op)
        return helper_mistake(mistake);
    const tf_tensor batch_size = tf1c_size_of_given(a.start_tokens, k->start_tokens);
    k->start_inputs = embed(k, k->start_tokens);
    return helper_new((tf_helper){ .class_name = class_name,
                                   .initialize = embedding_initialize,
                                   .sample = sample,
                                   .next_inputs = embedding_next,
                                   .batch_size = batch_size,
                                   .context = k });
}

tf_helper *tf_contrib_seq2seq_greedy_embedding_helper_(struct tf_greedy_helper_args a)
{
    return embedding_helper("GreedyEmbeddingHelper", a, greedy_sample);
}
tf_helper *tf_contrib_seq2seq_sample_embedding_helper_(struct tf_greedy_helper_args a)
{
    return embedding_helper("SampleEmbeddingHelper", a, sampling_sample);
}

/* ---- CustomHelper ------------------------------------------------------------------------------------------------------------- */

tf_helper *tf_contrib_seq2seq_custom_helper_(struct tf_custom_helper_args a)
{
    TF_FROM(a.here);
    tf_tensor mistake;
    if (!tf1c_given_shape(&a.sample_ids_shape, a.here, &mistake))
        return helper_mistake(mistake);
    const tf_helper h = { .class_name = "CustomHelper",
                          .initialize = a.initialize_fn,
                          .sample = a.sample_fn,
                          .next_inputs = a.next_inputs_fn,
                          .sample_ids_shape = a.sample_ids_shape,
                          .sample_ids_dtype = a.sample_ids_dtype,
                          .context = a.context };
    if (!tf1c_is_helper(&h, a.here))
        return helper_mistake((tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) });
    return helper_new(h);
}
