/* Attention mechanisms. TF1: contrib/seq2seq/python/ops/attention_wrapper.py LuongAttention, BahdanauAttention */
#include <math.h>

#include "ops/array/concat.h"
#include "ops/array/fill.h"
#include "ops/array/identity.h"
#include "ops/array/one_hot.h"
#include "ops/array/sequence.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/counts.h"
#include "ops/logging/logging_ops.h"
#include "ops/math/arithmetic.h"
#include "ops/math/compare.h"
#include "ops/math/matmul.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"
#include "ops/seq2seq/attention.h"
#include "ops/state/initializers.h"
#include "ops/state/variables.h"

/* ---- scores ------------------------------------------------------------------------------------------------------------- */

static tf_tensor luong_score(tf_attention_mechanism *m, tf_tensor query, tf_source here)
{
    const tf_dims q = tf_get_shape(query), k = tf_get_shape(m->keys);
    char query_text[256], keys_text[256];
    const tf_tensor scale =
        !m->scaled ? (tf_tensor){ 0 }
                   : tf_get_variable("attention_g", SCALAR, .dtype = tf_get_dtype(query), .initializer = tf_ones_initializer());
    if (!q.known || q.dims[q.rank - 1] != k.dims[k.rank - 1])
        return tf_mistake(
            tf_value_error, here, NULL,
            "Incompatible or unknown inner dimensions between query and keys.  Query (%s) has units: %lld.  Keys (%s) "
            "have units: %lld.  Perhaps you need to set num_units to the keys' dimension (%lld)?",
            tf_tensor_text(query, query_text, sizeof query_text), q.known ? (long long)q.dims[q.rank - 1] : -1LL,
            tf_tensor_text(m->keys, keys_text, sizeof keys_text), (long long)k.dims[k.rank - 1], (long long)k.dims[k.rank - 1]);
    query = tf_expand_dims(query, 1);
    const tf_tensor score = tf_squeeze(tf_matmul(query, m->keys, .transpose_b = true), AXES(1));
    return scale.op ? tf_mul(scale, score) : score;
}

static tf_tensor bahdanau_score(tf_attention_mechanism *m, tf_tensor query, tf_source here)
{
    const tf_dtype dtype = tf_get_dtype(query);
    tf_tensor processed = tf1c_layer_apply(m->query_layer, query, here);
    if (tf_is_poisoned(processed))
        return processed;
    const tf_tensor v = tf_get_variable("attention_v", SHAPE(m->num_units), .dtype = dtype);
    if (!m->scaled) {
        processed = tf_expand_dims(processed, 1);
        return tf_reduce_sum(tf_mul(v, tf_tanh(tf_operator_add(m->keys, processed))), AXES(2));
    }
    const tf_tensor g = tf_get_variable("attention_g", SCALAR, .dtype = dtype,
                                        .initializer = tf_constant_initializer(sqrt(1.0 / (double)m->num_units)));
    const tf_tensor b = tf_get_variable("attention_b", SHAPE(m->num_units), .dtype = dtype, .initializer = tf_zeros_initializer());
    processed = tf_expand_dims(processed, 1);
    const tf_tensor gv = tf_mul(g, v), normed_v = tf_mul(gv, tf_rsqrt(tf_reduce_sum(tf_square(v))));
    return tf_reduce_sum(tf_mul(normed_v, tf_tanh(tf_operator_add(tf_operator_add(m->keys, processed), b))), AXES(2));
}

/* What is past its length scores score_mask_value. TF makes the mask anew at every step, after an assertion. */
static tf_tensor masked(const tf_attention_mechanism *m, tf_tensor score)
{
    enum { MASKED = 29 };
    if (!m->mask.op)
        return score;
    const int before = tf1c_count_now();
    m->mask.op->of_each_step = true;
    score = tf_where(m->mask, score, tf_mul(m->score_mask_value, tf_ones_like(score)));
    tf1c_count_as(before + MASKED + (tf1c_current_graph()->parent ? 1 : 0));
    return score;
}

tf_tensor tf1c_alignments(tf_attention_mechanism *m, tf_tensor query, tf_source here)
{
    tf_tensor score = { 0 };
    tf_with_variable_scope(NULL, .default_name = m->scope)
        score = m->score(m, query, here);
    if (tf_is_poisoned(score))
        return score;
    score = masked(m, score);
    TF1C_BY_USER;
    return m->probability_fn(score);
}

tf_tensor tf_contrib_seq2seq_hardmax(tf_tensor logits)
{
    TF_SCOPE(NULL, "Hardmax");
    logits = tf_convert(tf_operand_tensor(logits), tf_dtype_unset, (tf_source){ 0 }, "logits");
    const tf_dims d = tf_get_shape(logits);
    if (tf_is_poisoned(logits))
        return logits;
    if (d.known && d.rank && d.dims[d.rank - 1] != NONE)
        return tf_one_hot(tf_argmax(logits, -1), (int)d.dims[d.rank - 1], .dtype = tf_get_dtype(logits));
    const tf_tensor depth = tf_getitem(tf_shape(logits), "-1");
    return tf_one_hot(tf_argmax(logits, -1), depth, .dtype = tf_get_dtype(logits));
}

/* ---- making them ---------------------------------------------------------------------------------------------------------- */

int64_t tf1c_static_size(tf_operand size)
{
    if (size.kind != TF_OPERAND_TENSOR || !size.as.tensor.op)
        return size.kind == TF_OPERAND_INTEGER ? size.as.integer : NONE;
    return tf1c_static_batch(size, SCALAR).dims[0];
}

void tf1c_skip_batch_check(const tf_attention_mechanism *m, tf_operand batch_size)
{
    const bool mine = m->batch_size.kind == TF_OPERAND_INTEGER, given = batch_size.kind == TF_OPERAND_INTEGER;
    tf1c_skip("assert_equal", 1);
    if (!mine || !given)
        tf1c_count_more(11 + mine + given + (!mine && tf1c_current_graph()->parent ? 1 : 0));
}

/* Memory with zeros past the lengths. TF1: _prepare_memory */
static tf_tensor prepared(tf_tensor memory, tf_tensor length)
{
    const tf_tensor time = tf_getitem(tf_shape(memory), "1");
    tf_tensor mask = tf_sequence_mask(length, time, tf_get_dtype(memory));
    const int before = tf1c_count_now();
    const tf_tensor ones = tf_ones(SHAPE(tf_get_shape(memory).rank - 2), tf_int32);
    tf1c_count_as(before + 3); /* TF gives the shape as a scalar */
    const tf_tensor shape = tf_shape(mask);
    mask = tf_reshape(mask, tf_concat(LIST(shape, ones), 0));
    return tf_mul(memory, mask);
}

/* None, or what is wrong. */
static tf_tensor check_memory(tf_tensor memory, int64_t num_units, tf_source here)
{
    const tf_dims d = tf_get_shape(memory);
    char text[TF_DIMS_TEXT];
    if (tf_is_poisoned(memory))
        return memory;
    bool defined = d.known && d.rank >= 3;
    for (int i = 2; i < d.rank; i++)
        defined &= d.dims[i] != NONE;
    if (!defined)
        return tf_mistake(tf_value_error, here, NULL, "Expected memory %s:%d to have fully defined inner dims, but saw shape: %s",
                          memory.op->name, memory.index, tf_dims_text(d, text, sizeof text));
    if (num_units < 1)
        return tf_mistake(tf_value_error, here, NULL, "num_units must be positive, got %lld", (long long)num_units);
    return (tf_tensor){ 0 };
}

static tf_operand size_of(tf_tensor keys, int axis)
{
    const int64_t known = tf_get_shape(keys).dims[axis];
    return known > 0 ? tf_operand_integer(known) : tf_operand_tensor(tf_getitem(tf_shape(keys), "%d", axis));
}

static tf_attention_mechanism *mechanism_mistake(tf_tensor mistake)
{
    static tf_attention_mechanism no_memory;
    tf_graph *g = tf1c_current_graph();
    tf_attention_mechanism *m = g ? tf1c_graph_alloc(g, sizeof *m) : NULL;
    m = m ? m : &no_memory;
    *m = (tf_attention_mechanism){ .mistake = mistake };
    return m;
}

static tf_tensor set_memory(tf_attention_mechanism *m, const struct tf_attention_args *a, const char *name)
{
    TF_SCOPE(a->name, name);
    const tf_operand length = tf1c_given(a->memory_sequence_length);
    const tf_tensor memory = tf_convert(tf1c_given(a->memory), tf_dtype_unset, a->here, "memory");
    const tf_tensor mistake = check_memory(memory, a->num_units, a->here);
    if (mistake.op)
        return mistake;
    m->values = memory;
    if (length.kind) {
        const tf_tensor n = tf_convert(length, tf_dtype_unset, a->here, "memory_sequence_length");
        if (tf_is_poisoned(n))
            return n;
        m->values = prepared(memory, n);
        const int before = tf1c_count_now();
        TF_SCOPE(NULL, "mask");
        tf_operation *positive =
            tf_assert_positive(n, .message = "All values in memory_sequence_length must be greater than zero.");
        tf_with_control_dependencies(OPS(positive))
            m->mask = tf_sequence_mask(n, tf_getitem(tf_shape(memory), "1"));
        tf1c_count_as(before);
    }
    tf_layer *layer = tf_layers_Dense_(
        (struct tf_dense_layer_args){ .here = a->here, .units = a->num_units, .trainable = true, .name = "memory_layer" });
    m->keys = tf_is_poisoned(m->values) ? m->values : tf1c_layer_apply(layer, m->values, a->here);
    if (tf_is_poisoned(m->keys))
        return m->keys;
    m->batch_size = size_of(m->keys, 0);
    m->alignments_size = size_of(m->keys, 1);
    return (tf_tensor){ 0 };
}

static tf_attention_mechanism *mechanism(struct tf_attention_args a, const char *name, const char *scope,
                                         tf_tensor (*score)(tf_attention_mechanism *, tf_tensor, tf_source), bool has_query_layer)
{
    TF_FROM(a.here);
    tf_graph *g = tf1c_current_graph();
    tf_attention_mechanism *m = g ? tf1c_graph_alloc(g, sizeof *m) : NULL;
    if (!m)
        return mechanism_mistake((tf_tensor){ .op = tf1c_poison(NULL) });
    *m = (tf_attention_mechanism){ .scope = scope,
                                   .score = score,
                                   .num_units = a.num_units,
                                   .scaled = a.scale,
                                   .probability_fn = a.probability_fn ? a.probability_fn : (tf_nn_softmax),
                                   .score_mask_value = isnan(a.score_mask_value) ? -INFINITY : a.score_mask_value };
    const tf_tensor mistake = set_memory(m, &a, name);
    if (mistake.op)
        return mechanism_mistake(mistake);
    if (has_query_layer)
        m->query_layer = tf_layers_Dense_(
            (struct tf_dense_layer_args){ .here = a.here, .units = a.num_units, .trainable = true, .name = "query_layer" });
    return m;
}

tf_attention_mechanism *tf_contrib_seq2seq_luong_attention_(struct tf_attention_args a)
{
    return mechanism(a, "LuongAttention", "luong_attention", luong_score, false);
}

tf_attention_mechanism *tf_contrib_seq2seq_bahdanau_attention_(struct tf_bahdanau_args a)
{
    const struct tf_attention_args same = { .here = a.here,
                                            .num_units = a.num_units,
                                            .memory = a.memory,
                                            .memory_sequence_length = a.memory_sequence_length,
                                            .scale = a.normalize,
                                            .probability_fn = a.probability_fn,
                                            .score_mask_value = a.score_mask_value,
                                            .dtype = a.dtype,
                                            .name = a.name };
    return mechanism(same, "BahdanauAttention", "bahdanau_attention", bahdanau_score, true);
}
