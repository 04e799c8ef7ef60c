/* Losses on sampled classes, in TensorFlow's nodes and order. TF1: python/ops/nn_impl.py. */
#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/fill.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/matmul.h"
#include "ops/math/unary.h"
#include "ops/nn/candidate_sampling.h"
#include "ops/nn/nn.h"
#include "ops/sparse/sparse.h"

/* [a, b]; the number's node is named as TF names it. */
static tf_tensor pair(tf_tensor a, int b, const char *name)
{
    const tf_tensor second = tf_constant(b, .name = name);
    return tf_stack(LIST(a, second));
}

/* [n, m] -> [n] */
static tf_tensor sum_rows(tf_tensor x, const char *name)
{
    const tf_tensor size = pair(tf_getitem(tf_shape(x), "1"), 1, name);
    const tf_tensor ones = tf_ones(size, tf_get_dtype(x));
    return tf_reshape(tf_matmul(x, ones), SHAPE(-1));
}

/* What stands for all classes: the true ones' rows and the sampled ones', of weights or biases. */
typedef struct {
    tf_tensor of_true, of_sampled;
} table_rows;

typedef struct {
    tf_tensor logits, labels;
} sampled_logits;

static tf_tensor count_of(tf_tensor labels_flat) { return tf_getitem(tf_shape(labels_flat), "0"); }

static tf_tensor cast_like(tf_tensor x, tf_tensor like)
{
    return tf_get_dtype(x) == tf_get_dtype(like) ? x : tf_cast(x, tf_get_dtype(like));
}

static table_rows weight_rows(tf_tensor weights, tf_tensor ids, tf_tensor labels_flat, tf_tensor inputs)
{
    const tf_tensor all = cast_like(tf_nn_embedding_lookup(weights, ids), inputs);
    const tf_tensor size = pair(count_of(labels_flat), -1, "stack/1");
    const tf_tensor of_true = tf_slice(all, SHAPE(0, 0), size);
    const tf_tensor begin = pair(count_of(labels_flat), 0, "stack_1/1");
    return (table_rows){ of_true, tf_slice(all, begin, SHAPE(-1, -1)) };
}

static table_rows bias_rows(tf_tensor biases, tf_tensor ids, tf_tensor labels_flat, tf_tensor inputs)
{
    const tf_tensor all = cast_like(tf_nn_embedding_lookup(biases, ids), inputs);
    const tf_tensor of_true = tf_slice(all, SHAPE(0), tf_shape(labels_flat));
    return (table_rows){ of_true, tf_slice(all, tf_shape(labels_flat), SHAPE(-1)) };
}

/* inputs[i]·w for each of the rows that belong to input i: [batch, num_true]. */
static tf_tensor true_dots(tf_tensor inputs, tf_tensor true_w, int64_t num_true)
{
    const tf_tensor dim = tf_getitem(tf_shape(true_w), "1:2");
    const tf_tensor by_input = TF1C_CONCAT(TF_T(SHAPE(-1, num_true)), TF_T(dim));
    const tf_tensor wide = tf_expand_dims(inputs, 1);
    const tf_tensor products = tf_multiply(wide, tf_reshape(true_w, by_input), .name = "Mul");
    const tf_tensor rows = TF1C_CONCAT(TF_T(SHAPE(-1)), TF_T(dim));
    return tf_reshape(sum_rows(tf_reshape(products, rows), "stack_2/1"), SHAPE(-1, num_true));
}

/* The sampled classes' logits without those that are true ones by accident. */
static tf_tensor without_hits(tf_tensor logits, tf_tensor labels, tf_tensor sampled, const struct tf_sampled_loss_args *a)
{
    const tf_accidental_hits hits = tf_nn_compute_accidental_hits(labels, sampled, a->num_true);
    const tf_tensor rows = tf_reshape(hits.indices, SHAPE(-1, 1));
    const tf_tensor columns = tf_reshape(tf_cast(hits.ids, tf_int32), SHAPE(-1, 1));
    const tf_tensor places = tf_concat(LIST(rows, columns), 1, "sparse_indices");
    const tf_tensor batch = tf_getitem(tf_shape(labels), ":1");
    const tf_tensor width = tf_expand_dims(tf_operand_integer(a->num_sampled), 0);
    const tf_tensor shape = TF1C_CONCAT(TF_T(batch), TF_T(width));
    return tf_raw_ops_add_v2(
        logits, tf_sparse_to_dense(places, shape, cast_like(hits.weights, logits), 0.0, .validate_indices = false), .name = "add");
}

/* [true_logits, sampled_logits] and what a perfect model would say there. */
static sampled_logits beside(tf_tensor true_logits, tf_tensor sampled, int64_t num_true)
{
    const tf_tensor logits = tf_concat(LIST(true_logits, sampled), 1);
    const tf_tensor ones = tf_ones_like(true_logits);
    const tf_tensor share = tf_truediv(ones, (double)num_true);
    return (sampled_logits){ logits, tf_concat(LIST(share, tf_zeros_like(sampled)), 1) };
}

static sampled_logits sampled_in_scope(const struct tf_sampled_loss_args *a)
{
    tf_tensor labels = a->labels;
    if (tf_get_dtype(labels) != tf_int64)
        labels = tf_cast(labels, tf_int64);
    const tf_tensor flat = tf_reshape(labels, SHAPE(-1));
    tf_sampled given = a->sampled_values;
    if (tf_is_none(given.sampled_candidates))
        given = tf_nn_log_uniform_candidate_sampler(labels, a->num_true, a->num_sampled, true, a->num_classes, a->seed);
    tf_tensor sampled = tf_stop_gradient(given.sampled_candidates);
    const tf_tensor true_count = tf_stop_gradient(given.true_expected_count);
    const tf_tensor sampled_count = tf_stop_gradient(given.sampled_expected_count);
    if (tf_get_dtype(sampled) != tf_int64)
        sampled = tf_cast(sampled, tf_int64);
    const tf_tensor ids = tf_concat(LIST(flat, sampled), 0);
    const table_rows w = weight_rows(a->weights, ids, flat, a->inputs);
    tf_tensor logits = tf_matmul(a->inputs, w.of_sampled, .transpose_b = true);
    const table_rows b = bias_rows(a->biases, ids, flat, a->inputs);
    tf_tensor true_logits = true_dots(a->inputs, w.of_true, a->num_true);
    true_logits = tf_raw_ops_add_v2(true_logits, tf_reshape(b.of_true, SHAPE(-1, a->num_true)), .name = "add");
    logits = tf_raw_ops_add_v2(logits, b.of_sampled, .name = "add");
    if (a->remove_accidental_hits)
        logits = without_hits(logits, labels, sampled, a);
    true_logits = tf_subtract(true_logits, tf_log(true_count), .name = "sub");
    logits = tf_subtract(logits, tf_log(sampled_count), .name = "sub");
    return beside(true_logits, logits, a->num_true);
}

/* NULL, or which argument is missing. */
static const char *missing(const struct tf_sampled_loss_args *a)
{
    return tf_is_none(a->weights)  ? "weights"
           : tf_is_none(a->biases) ? "biases"
           : tf_is_none(a->labels) ? "labels"
           : tf_is_none(a->inputs) ? "inputs"
                                   : NULL;
}

static sampled_logits compute(const struct tf_sampled_loss_args *a, const char *default_name)
{
    const tf_tensor given[] = { a->weights, a->biases, a->labels, a->inputs };
    const char *absent = missing(a);
    if (absent) {
        const tf_tensor poison =
            tf_mistake(tf_type_error, a->here, NULL, "%s() missing 1 required positional argument: '%s'", default_name, absent);
        return (sampled_logits){ poison, poison };
    }
    for (int i = 0; i < 4; i++)
        if (tf_is_poisoned(given[i]))
            return (sampled_logits){ given[i], given[i] };
    TF_SCOPE(a->name, default_name);
    return sampled_in_scope(a);
}

tf_tensor tf_nn_nce_loss_(struct tf_sampled_loss_args a)
{
    TF_FROM(a.here);
    const sampled_logits s = compute(&a, "nce_loss");
    if (tf_is_poisoned(s.logits))
        return s.logits;
    return sum_rows(tf_nn_sigmoid_cross_entropy_with_logits(.labels = s.labels, .logits = s.logits, .name = "sampled_losses"),
                    "stack/1");
}

tf_tensor tf_nn_sampled_softmax_loss_(struct tf_sampled_loss_args a)
{
    TF_FROM(a.here);
    const sampled_logits s = compute(&a, "sampled_softmax_loss");
    if (tf_is_poisoned(s.logits))
        return s.logits;
    const tf_tensor labels = tf_stop_gradient(s.labels, .name = "labels_stop_gradient");
    return tf_nn_softmax_cross_entropy_with_logits_v2(.labels = labels, .logits = s.logits);
}
