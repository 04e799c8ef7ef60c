/* sequence_loss. TF1: contrib/seq2seq/python/ops/loss.py */
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/reduce.h"
#include "ops/nn/nn.h"
#include "ops/seq2seq/decoding.h"

static bool has_rank(tf_tensor t, int rank) { return tf_get_shape(t).known && tf_get_shape(t).rank == rank; }

/* None if all is as it should be. */
static tf_tensor check(const struct tf_sequence_loss_args *a)
{
    const tf_tensor all[] = { a->logits, a->targets, a->weights };
    for (int i = 0; i < 3; i++)
        if (tf_is_poisoned(all[i]))
            return all[i];
    const char *wrong = !has_rank(a->logits, 3)    ? "Logits must be a [batch_size x sequence_length x logits] tensor"
                        : !has_rank(a->targets, 2) ? "Targets must be a [batch_size x sequence_length] tensor"
                        : !has_rank(a->weights, 2) ? "Weights must be a [batch_size x sequence_length] tensor"
                        : a->average_across_timesteps && a->sum_over_timesteps
                            ? "average_across_timesteps and sum_over_timesteps cannot be set to True at same time."
                        : a->average_across_batch && a->sum_over_batch
                            ? "average_across_batch and sum_over_batch cannot be set to True at same time."
                            : NULL;
    return wrong ? tf_mistake(tf_value_error, a->here, NULL, "%s", wrong) : (tf_tensor){ 0 };
}

static tf_tensor each_loss(const struct tf_sequence_loss_args *a, tf_tensor labels, tf_tensor logits)
{
    if (!a->softmax_loss_function)
        return tf_nn_sparse_softmax_cross_entropy_with_logits(.labels = labels, .logits = logits);
    TF1C_BY_USER;
    return a->softmax_loss_function(labels, logits);
}

static tf_tensor averaged(const struct tf_sequence_loss_args *a, tf_tensor losses, tf_operand axis)
{
    losses = tf_reduce_sum(losses, axis);
    return tf_div_no_nan(losses, tf_reduce_sum(a->weights, axis));
}
static tf_tensor summed(const struct tf_sequence_loss_args *a, tf_tensor losses, tf_operand axis)
{
    losses = tf_reduce_sum(losses, axis);
    return tf_div_no_nan(losses, tf_cast(tf_count_nonzero(a->weights, axis), tf_get_dtype(losses)));
}

tf_tensor tf_contrib_seq2seq_sequence_loss_(struct tf_sequence_loss_args a)
{
    TF_FROM(a.here);
    a.logits = tf1c_given_tensor(a.logits, "logits", a.here);
    a.targets = tf1c_given_tensor(a.targets, "targets", a.here);
    a.weights = tf1c_given_tensor(a.weights, "weights", a.here);
    const tf_tensor mistake = check(&a);
    if (mistake.op)
        return mistake;
    TF_SCOPE(a.name, "sequence_loss");
    const tf_tensor words = tf_getitem(tf_shape(a.logits), "2");
    const tf_tensor flat = tf_reshape(a.logits, LIST(-1, words)), targets = tf_reshape(a.targets, SHAPE(-1));
    tf_tensor losses = each_loss(&a, targets, flat);
    losses = tf_mul(losses, tf_reshape(a.weights, SHAPE(-1)));
    const tf_operand none = { 0 };
    if (a.average_across_timesteps && a.average_across_batch)
        return averaged(&a, losses, none);
    if (a.sum_over_timesteps && a.sum_over_batch)
        return summed(&a, losses, none);
    losses = tf_reshape(losses, tf_getitem(tf_shape(a.logits), "0:2"));
    if (a.average_across_timesteps || a.average_across_batch)
        return averaged(&a, losses, tf_operand_dims(AXES(a.average_across_batch ? 0 : 1)));
    if (a.sum_over_timesteps || a.sum_over_batch)
        return summed(&a, losses, tf_operand_dims(AXES(a.sum_over_batch ? 0 : 1)));
    return losses;
}
