/* The largest entries of a row. */
#ifndef TF1C_OPS_NN_TOP_K_H
#define TF1C_OPS_NN_TOP_K_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The k largest entries of each row, largest first, the one of lower index before its equals.        TF1: tf.nn.top_k
 *   shapes  [.., n] -> values, indices [.., k];   grad  dvalues at their places
 *   errors  ValueError "input must have last dimension >= k = 4 but is 3" */
typedef struct tf_top_k {
    tf_tensor values, indices;
} tf_top_k;
struct tf_top_k_args {
    tf_source here;
    bool sorted; /* accepted; they always are */
    const char *name;
};
#define tf_nn_top_k(input, k, ...) \
    TF_KWARGS_(TF_IN_ORDER2_(tf_nn_top_k_, TF_T(input), TF_T(k), (struct tf_top_k_args){ .sorted = true, TF_HERE_, __VA_ARGS__ }))
#define tf_math_top_k(input, k, ...) tf_nn_top_k(input, k, __VA_ARGS__)
TF1C_API tf_top_k tf_nn_top_k_(tf_operand input, tf_operand k, struct tf_top_k_args args);

/* Whether predictions[i, targets[i]] is among the k largest of its row; false where a value of the row is not finite.
 * TF1: tf.nn.in_top_k   shapes  [b, n], [b] -> bool [b];   grad  none */
#define tf_nn_in_top_k(predictions, targets, k, ...) \
    TF_IN_ORDER3_(tf_nn_in_top_k_, TF_T(predictions), TF_T(targets), TF_T(k), TF_NAMED_(__VA_ARGS__))
#define tf_math_in_top_k(predictions, targets, k, ...) tf_nn_in_top_k(predictions, targets, k, __VA_ARGS__)
TF1C_API tf_tensor tf_nn_in_top_k_(tf_operand predictions, tf_operand targets, tf_operand k, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
