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
 *   k       unset: 1
 *   shapes  [.., n] -> values, indices [.., k];   grad  dvalues at their places
 *   errors  ValueError "input must have last dimension >= k = 4 but is 3" */
typedef struct tf_top_k {
    tf_tensor values, indices;
} tf_top_k;
struct tf_top_k_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand k;
    TF_ARG_(3) bool sorted; /* accepted; they always are */
    TF_ARG_(4) const char *name;
};
#define tf_nn_top_k(...)                                                                                          \
    TF_KWARGS_(tf_nn_top_k_((struct tf_top_k_args){ .input = TF_UNSET_, .k = TF_UNSET_, .sorted = true, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
#define tf_math_top_k(...) tf_nn_top_k(__VA_ARGS__)
TF1C_API tf_top_k tf_nn_top_k_(struct tf_top_k_args args);

/* Whether predictions[i, targets[i]] is among the k largest of its row; false where a value of the row is not finite.
 * TF1: tf.nn.in_top_k   shapes  [b, n], [b] -> bool [b];   grad  none */
struct tf_in_top_k_args {
    tf_source here;
    TF_ARG_(1) tf_operand predictions;
    TF_ARG_(2) tf_operand targets;
    TF_ARG_(3) tf_operand k;
    TF_ARG_(4) const char *name;
};
#define tf_nn_in_top_k(...)                                                                                               \
    TF_KWARGS_(tf_nn_in_top_k_((struct tf_in_top_k_args){ .predictions = TF_UNSET_, .targets = TF_UNSET_, .k = TF_UNSET_, \
        TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_math_in_top_k(...) tf_nn_in_top_k(__VA_ARGS__)
TF1C_API tf_tensor tf_nn_in_top_k_(struct tf_in_top_k_args args);

#ifdef __cplusplus
}
#endif
#endif
