/* The losses of lists, and models for sentences of several lengths. TF1: contrib/legacy_seq2seq/python/ops/seq2seq.py */
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/family.h"
#include "ops/math/add_n.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/reduce.h"
#include "ops/nn/nn.h"
#include "ops/rnn/cell.h"
#include "ops/seq2seq/legacy_seq2seq.h"

static tf_tensor step_loss(const struct tf_legacy_loss_by_example_args *a, int i)
{
    const tf_tensor logits = a->logits.items[i], target = a->targets.items[i];
    tf_tensor loss = { 0 };
    if (a->softmax_loss_function) {
        TF1C_BY_USER;
        loss = a->softmax_loss_function(target, logits);
    } else {
        loss = tf_nn_sparse_softmax_cross_entropy_with_logits(.labels = tf_reshape(target, SHAPE(-1)), .logits = logits);
    }
    return tf_mul(loss, a->weights.items[i]);
}

/* None if there are as many of each, and some. */
static tf_tensor check(tf_list *logits, tf_list *targets, tf_list *weights, tf_source here)
{
    *logits = tf1c_given_list(*logits, here);
    *targets = tf1c_given_list(*targets, here);
    *weights = tf1c_given_list(*weights, here);
    if (targets->n != logits->n || weights->n != logits->n)
        return tf_mistake(tf_value_error, here, NULL, "Lengths of logits, weights, and targets must be the same %d, %d, %d.",
                          logits->n, weights->n, targets->n);
    if (logits->n < 1 || !logits->items || !targets->items || !weights->items)
        return tf_mistake(tf_value_error, here, NULL,
                          "inputs must be a list of at least one Tensor/IndexedSlices with the same dtype and shape");
    return (tf_tensor){ 0 };
}

tf_tensor tf_contrib_legacy_seq2seq_sequence_loss_by_example_(struct tf_legacy_loss_by_example_args a)
{
    TF_FROM(a.here);
    const tf_tensor mistake = check(&a.logits, &a.targets, &a.weights, a.here);
    if (mistake.op)
        return mistake;
    TF_SCOPE(a.name, "sequence_loss_by_example");
    tf_list losses = { 0 };
    for (int i = 0; i < a.logits.n; i++)
        tf_append(&losses, step_loss(&a, i));
    const tf_tensor sum = tf_add_n(losses);
    if (!a.average_across_timesteps)
        return sum;
    const tf_tensor size = tf_add_n(a.weights);
    return tf_truediv(sum, tf_operator_add(size, 1e-12)); /* no weight at all is no division by 0 */
}

tf_tensor tf_contrib_legacy_seq2seq_sequence_loss_(struct tf_legacy_loss_args a)
{
    TF_FROM(a.here);
    const tf_tensor mistake = check(&a.logits, &a.targets, &a.weights, a.here);
    if (mistake.op)
        return mistake;
    TF_SCOPE(a.name, "sequence_loss");
    const tf_tensor cost = tf_reduce_sum(tf_contrib_legacy_seq2seq_sequence_loss_by_example_(
        (struct tf_legacy_loss_by_example_args){ .here = a.here,
                                                 .logits = a.logits,
                                                 .targets = a.targets,
                                                 .weights = a.weights,
                                                 .average_across_timesteps = a.average_across_timesteps,
                                                 .softmax_loss_function = a.softmax_loss_function }));
    if (!a.average_across_batch || tf_is_poisoned(cost))
        return cost;
    const tf_tensor batch = tf_getitem(tf_shape(a.targets.items[0]), "0");
    return tf_truediv(cost, tf_cast(batch, tf_get_dtype(cost)));
}

/* ---- buckets -------------------------------------------------------------------------------------------------------------------- */

static bool is_long(tf_list *list, int least, const char *name, tf_tensor *mistake, tf_source here)
{
    *list = tf1c_given_list(*list, here);
    if (list->n < least)
        *mistake = tf_mistake(tf_value_error, here, NULL, "Length of %s (%d) must be at least that of last bucket (%d).", name,
                              list->n, least);
    return list->n >= least;
}

static tf_tensor check_buckets(struct tf_model_with_buckets_args *a)
{
    tf_tensor mistake = { 0 };
    if (!a->seq2seq)
        return tf_mistake(tf_type_error, a->here, NULL, "seq2seq must be callable.");
    if (a->buckets.n < 1 || !a->buckets.items)
        return tf_mistake(tf_value_error, a->here, NULL, "There are no buckets.");
    tf_bucket most = a->buckets.items[a->buckets.n - 1];
    for (int i = 0; i < a->buckets.n; i++) {
        const tf_bucket b = a->buckets.items[i];
        if (b.source < 1 || b.target < 1 || b.source > most.source || b.target > most.target)
            return tf_mistake(tf_value_error, a->here, NULL,
                              "Bucket %d is (%d, %d): both must be from 1 to the last bucket's (%d, %d).", i, b.source, b.target,
                              most.source, most.target);
    }
    if (is_long(&a->encoder_inputs, most.source, "encoder_inputs", &mistake, a->here) &&
        is_long(&a->targets, most.target, "targets", &mistake, a->here) &&
        is_long(&a->weights, most.target, "weights", &mistake, a->here))
        is_long(&a->decoder_inputs, most.target, "decoder_inputs", &mistake, a->here);
    return mistake;
}

static tf_list first(tf_list list, int n) { return (tf_list){ .n = n, .items = list.items }; }

static tf_list bucket_outputs(const struct tf_model_with_buckets_args *a, tf_bucket b)
{
    TF1C_BY_USER;
    return a->seq2seq(first(a->encoder_inputs, b.source), first(a->decoder_inputs, b.target), a->context).outputs;
}

static tf_tensor bucket_loss(const struct tf_model_with_buckets_args *a, tf_bucket b, tf_list outputs)
{
    const tf_list targets = first(a->targets, b.target), weights = first(a->weights, b.target);
    if (!a->per_example_loss)
        return tf_contrib_legacy_seq2seq_sequence_loss(outputs, targets, weights,
                                                       .softmax_loss_function = a->softmax_loss_function);
    return tf_contrib_legacy_seq2seq_sequence_loss_by_example(outputs, targets, weights,
                                                              .softmax_loss_function = a->softmax_loss_function);
}

tf_bucket_models tf_contrib_legacy_seq2seq_model_with_buckets_(struct tf_model_with_buckets_args a)
{
    TF_FROM(a.here);
    tf_graph *g = tf1c_current_graph();
    const tf_tensor mistake = check_buckets(&a);
    tf_list *outputs = mistake.op || !g ? NULL : tf1c_graph_alloc(g, (size_t)a.buckets.n * sizeof *outputs);
    tf_bucket_models models = { 0 };
    if (!outputs)
        return (tf_bucket_models){ .losses =
                                       tf_mistake_list(a.buckets.n, mistake.op ? mistake : (tf_tensor){ .op = tf1c_poison(g) }) };
    TF_SCOPE(a.name, "model_with_buckets");
    for (int i = 0; i < a.buckets.n; i++) {
        struct tf_with_ names = tf1c_scope_again(tf_get_variable_scope().name);
        tf_with_variable_scope("", .reuse = i > 0) {
            outputs[i] = bucket_outputs(&a, a.buckets.items[i]);
            tf_append(&models.losses, bucket_loss(&a, a.buckets.items[i], outputs[i]));
        }
        tf_with_close_(&names);
    }
    models.outputs = outputs;
    models.n = a.buckets.n;
    return models;
}
