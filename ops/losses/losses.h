/* Losses that collect themselves: TF1's tf.losses. */
#ifndef TF1C_OPS_LOSSES_LOSSES_H
#define TF1C_OPS_LOSSES_LOSSES_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How the weighted losses of all elements become one number. TF1: tf.losses.Reduction */
#define tf_losses_reduction_NONE "none"
#define tf_losses_reduction_SUM "weighted_sum"
#define tf_losses_reduction_MEAN "weighted_mean" /* their sum / the sum of the weights */
#define tf_losses_reduction_SUM_OVER_BATCH_SIZE "weighted_sum_over_batch_size"
#define tf_losses_reduction_SUM_BY_NONZERO_WEIGHTS "weighted_sum_by_nonzero_weights" /* the default */
#define tf_losses_reduction_SUM_OVER_NONZERO_WEIGHTS tf_losses_reduction_SUM_BY_NONZERO_WEIGHTS

/* Losses of labels and predictions (or logits), weighted, reduced to a scalar and added to a collection.
 *   mean_squared_error, absolute_difference, huber_loss, log_loss   (labels, predictions) of one shape
 *   softmax_cross_entropy                                           (onehot_labels, logits [n, classes]); no gradient to the labels
 *   sparse_softmax_cross_entropy                                    (labels [n] or [n, 1], logits [n, classes])
 *   hinge_loss                                                      (labels of 0 and 1, logits) of one shape: max(0, 1 - (2z - 1)·x)
 *   cosine_distance                                                 (labels, predictions), of length 1 along `axis`: 1 - Σ z·p
 *   mean_pairwise_squared_error                                     (labels, predictions) of one shape, [batch, …]: the mean over pairs of
 *                                                                   elements i, j of ((pᵢ - pⱼ) - (zᵢ - zⱼ))², summed over the batch
 *   sigmoid_cross_entropy                                           (multi_class_labels, logits) of one shape
 *   weights          a number or a tensor that broadcasts to the losses, of rank 0 or theirs; unset: 1
 *   loss_collection  unset: TF_LOSSES; "": none;   scope  the name scope
 *   errors           ValueError "labels must not be None.", "Shapes (2, 4) and (2, 3) are incompatible",
 *                    "You must specify 'axis'.",
 *                    "weights can not be broadcast to values. …", "Invalid Reduction Key mean."
 *   source           python/ops/losses/losses_impl.py
 * TF1: tf.losses.mean_squared_error … */
struct tf_loss_args {
    tf_source here;
    TF_ARG_(1) tf_tensor labels;
    TF_ARG_(2) tf_tensor predictions;
    TF_ARG_(3) tf_operand weights;
    TF_ARG_(4) const char *scope;
    TF_ARG_(5) const char *loss_collection;
    TF_ARG_(6) const char *reduction;
};
struct tf_pairwise_loss_args {
    tf_source here;
    TF_ARG_(1) tf_tensor labels;
    TF_ARG_(2) tf_tensor predictions;
    TF_ARG_(3) tf_operand weights;
    TF_ARG_(4) const char *scope;
    TF_ARG_(5) const char *loss_collection;
};
struct tf_huber_loss_args {
    tf_source here;
    TF_ARG_(1) tf_tensor labels;
    TF_ARG_(2) tf_tensor predictions;
    TF_ARG_(3) tf_operand weights;
    TF_ARG_(4) double delta;
    TF_ARG_(5) const char *scope;
    TF_ARG_(6) const char *loss_collection;
    TF_ARG_(7) const char *reduction;
};
struct tf_log_loss_args {
    tf_source here;
    TF_ARG_(1) tf_tensor labels;
    TF_ARG_(2) tf_tensor predictions;
    TF_ARG_(3) tf_operand weights;
    TF_ARG_(4) double epsilon;
    TF_ARG_(5) const char *scope;
    TF_ARG_(6) const char *loss_collection;
    TF_ARG_(7) const char *reduction;
};
struct tf_hinge_loss_args {
    tf_source here;
    TF_ARG_(1) tf_tensor labels;
    TF_ARG_(2) tf_tensor logits;
    TF_ARG_(3) tf_operand weights;
    TF_ARG_(4) const char *scope;
    TF_ARG_(5) const char *loss_collection;
    TF_ARG_(6) const char *reduction;
};
struct tf_cosine_distance_args {
    tf_source here;
    TF_ARG_(1) tf_tensor labels;
    TF_ARG_(2) tf_tensor predictions;
    TF_ARG_(3) int axis;
    TF_ARG_(4) tf_operand weights;
    TF_ARG_(5) const char *scope;
    TF_ARG_(6) const char *loss_collection;
    TF_ARG_(7) const char *reduction;
    TF_ARG_(8) int dim; /* the old name of axis */
};
struct tf_softmax_loss_args {
    tf_source here;
    TF_ARG_(1) tf_tensor onehot_labels;
    TF_ARG_(2) tf_tensor logits;
    TF_ARG_(3) tf_operand weights;
    TF_ARG_(4) double label_smoothing;
    TF_ARG_(5) const char *scope;
    TF_ARG_(6) const char *loss_collection;
    TF_ARG_(7) const char *reduction;
};
struct tf_sparse_softmax_loss_args {
    tf_source here;
    TF_ARG_(1) tf_tensor labels;
    TF_ARG_(2) tf_tensor logits;
    TF_ARG_(3) tf_operand weights;
    TF_ARG_(4) const char *scope;
    TF_ARG_(5) const char *loss_collection;
    TF_ARG_(6) const char *reduction;
};
struct tf_sigmoid_loss_args {
    tf_source here;
    TF_ARG_(1) tf_tensor multi_class_labels;
    TF_ARG_(2) tf_tensor logits;
    TF_ARG_(3) tf_operand weights;
    TF_ARG_(4) double label_smoothing;
    TF_ARG_(5) const char *scope;
    TF_ARG_(6) const char *loss_collection;
    TF_ARG_(7) const char *reduction;
};
#define tf_losses_mean_squared_error(...) \
    TF_KWARGS_(tf_losses_mean_squared_error_((struct tf_loss_args){ .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_losses_absolute_difference(...) \
    TF_KWARGS_(tf_losses_absolute_difference_((struct tf_loss_args){ .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_losses_huber_loss(...) \
    TF_KWARGS_(tf_losses_huber_loss_((struct tf_huber_loss_args){ .weights = TF_UNSET_, .delta = 1, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_losses_log_loss(...) \
    TF_KWARGS_(tf_losses_log_loss_((struct tf_log_loss_args){ .weights = TF_UNSET_, .epsilon = 1e-7, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_losses_hinge_loss(...) \
    TF_KWARGS_(tf_losses_hinge_loss_((struct tf_hinge_loss_args){ .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_losses_cosine_distance(...) \
    TF_KWARGS_(tf_losses_cosine_distance_((struct tf_cosine_distance_args){ \
        .weights = TF_UNSET_, .axis = TF_NO_AXIS, .dim = TF_NO_AXIS, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_losses_mean_pairwise_squared_error(...) \
    TF_KWARGS_(tf_losses_mean_pairwise_squared_error_((struct tf_pairwise_loss_args){ \
        .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_losses_softmax_cross_entropy(...) \
    TF_KWARGS_(tf_losses_softmax_cross_entropy_((struct tf_softmax_loss_args){ .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_losses_sparse_softmax_cross_entropy(...) \
    TF_KWARGS_(tf_losses_sparse_softmax_cross_entropy_((struct tf_sparse_softmax_loss_args){ \
        .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_losses_sigmoid_cross_entropy(...) \
    TF_KWARGS_(tf_losses_sigmoid_cross_entropy_((struct tf_sigmoid_loss_args){ .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_losses_mean_squared_error_(struct tf_loss_args args);
TF1C_API tf_tensor tf_losses_absolute_difference_(struct tf_loss_args args);
TF1C_API tf_tensor tf_losses_huber_loss_(struct tf_huber_loss_args args);
TF1C_API tf_tensor tf_losses_log_loss_(struct tf_log_loss_args args);
TF1C_API tf_tensor tf_losses_hinge_loss_(struct tf_hinge_loss_args args);
TF1C_API tf_tensor tf_losses_cosine_distance_(struct tf_cosine_distance_args args);
TF1C_API tf_tensor tf_losses_mean_pairwise_squared_error_(struct tf_pairwise_loss_args args);
TF1C_API tf_tensor tf_losses_softmax_cross_entropy_(struct tf_softmax_loss_args args);
TF1C_API tf_tensor tf_losses_sparse_softmax_cross_entropy_(struct tf_sparse_softmax_loss_args args);
TF1C_API tf_tensor tf_losses_sigmoid_cross_entropy_(struct tf_sigmoid_loss_args args);

/* Losses [..] times weights, reduced and collected: what the calls above end in.     TF1: tf.losses.compute_weighted_loss */
struct tf_weighted_loss_args {
    tf_source here;
    TF_ARG_(1) tf_operand weights;
    TF_ARG_(2) const char *scope;
    TF_ARG_(3) const char *loss_collection;
    TF_ARG_(4) const char *reduction;
};
#define tf_losses_compute_weighted_loss(losses, ...) \
    TF_KWARGS_(TF_IN_ORDER1_(tf_losses_compute_weighted_loss_, losses, (struct tf_weighted_loss_args){ \
        .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_losses_compute_weighted_loss_(tf_tensor losses, struct tf_weighted_loss_args args);

/* The collected losses; their sum, with regularization losses unless switched off.
 *   scope            of those alone whose names begin with what it matches, as in tf_get_collection
 *   loss_collection  unset: TF_LOSSES; "": none
 * TF1: tf.losses.add_loss, get_losses, get_regularization_losses, get_regularization_loss, get_total_loss */
struct tf_add_loss_args {
    tf_source here;
    TF_ARG_(1) tf_tensor loss;
    TF_ARG_(2) const char *loss_collection;
};
struct tf_get_losses_args {
    tf_source here;
    TF_ARG_(1) const char *scope;
    TF_ARG_(2) const char *loss_collection;
};
struct tf_regularization_loss_args {
    tf_source here;
    TF_ARG_(1) const char *scope;
    TF_ARG_(2) const char *name;
};
struct tf_total_loss_args {
    tf_source here;
    TF_ARG_(1) bool add_regularization_losses;
    TF_ARG_(2) const char *name;
    TF_ARG_(3) const char *scope;
};
#define tf_losses_add_loss(...) TF_KWARGS_(tf_losses_add_loss_((struct tf_add_loss_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_losses_get_losses(...) TF_KWARGS_(tf_losses_get_losses_((struct tf_get_losses_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_losses_get_regularization_losses(...) tf_get_collection(TF_REGULARIZATION_LOSSES, __VA_ARGS__)
#define tf_losses_get_regularization_loss(...) \
    TF_KWARGS_(tf_losses_get_regularization_loss_((struct tf_regularization_loss_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_losses_get_total_loss(...) \
    TF_KWARGS_(tf_losses_get_total_loss_((struct tf_total_loss_args){ \
        .add_regularization_losses = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_status tf_losses_add_loss_(struct tf_add_loss_args args);
TF1C_API tf_list tf_losses_get_losses_(struct tf_get_losses_args args);
TF1C_API tf_tensor tf_losses_get_regularization_loss_(struct tf_regularization_loss_args args);
TF1C_API tf_tensor tf_losses_get_total_loss_(struct tf_total_loss_args args);

#ifdef __cplusplus
}
#endif
#endif
