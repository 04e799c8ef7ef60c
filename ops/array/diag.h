/* Diagonals, and the matrices that have them. */
#ifndef TF1C_OPS_ARRAY_DIAG_H
#define TF1C_OPS_ARRAY_DIAG_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Ones on the diagonal of a num_rows × num_columns matrix (square if unset), once per entry of batch_shape.   TF1: tf.eye */
struct tf_eye_args {
    tf_source here;
    TF_ARG_(1) tf_operand num_rows;
    TF_ARG_(2) int64_t num_columns;
    TF_ARG_(3) tf_dims batch_shape;
    TF_ARG_(4) tf_dtype dtype;
    TF_ARG_(5) const char *name;
};
#define tf_eye(...) \
    TF_KWARGS_(tf_eye_((struct tf_eye_args){ .num_rows = TF_UNSET_, .num_columns = NONE, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_eye_(struct tf_eye_args args);

/* tf_diag [d0, …] -> [d0, …, d0, …] with x on the diagonal and zeros elsewhere; tf_diag_part takes it out again.
 * tf_matrix_diag [.., n] -> [.., n, n], tf_matrix_diag_part [.., m, n] -> [.., min(m, n)] and tf_matrix_set_diag, which
 * replaces it, are the same on the last axes, for all others alike.
 * TF1: tf.diag, tf.diag_part, tf.matrix_diag, tf.matrix_diag_part, tf.matrix_set_diag (and those of tf.linalg) */
#define tf_diag(...) TF_NAMED1_(tf_diag_, tf_operand, TF_DATA_, diagonal, #__VA_ARGS__, .diagonal = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
#define tf_diag_part(...) TF_NAMED1_(tf_diag_part_, tf_operand, TF_DATA_, input, #__VA_ARGS__, .input = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
#define tf_matrix_diag(...) TF_NAMED1_(tf_matrix_diag_, tf_operand, TF_DATA_, diagonal, #__VA_ARGS__, .diagonal = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_matrix_diag_part(...) TF_NAMED1_(tf_matrix_diag_part_, tf_operand, TF_DATA_, input, #__VA_ARGS__, .input = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
struct tf_matrix_set_diag_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand diagonal;
    TF_ARG_(3) const char *name;
};
#define tf_matrix_set_diag(...)                                                                                           \
    TF_KWARGS_(tf_matrix_set_diag_((struct tf_matrix_set_diag_args){ .input = TF_UNSET_, .diagonal = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
#define tf_linalg_tensor_diag(...) tf_diag(__VA_ARGS__)
#define tf_linalg_tensor_diag_part(...) tf_diag_part(__VA_ARGS__)
#define tf_linalg_diag(...) tf_matrix_diag(__VA_ARGS__)
#define tf_linalg_diag_part(...) tf_matrix_diag_part(__VA_ARGS__)
#define tf_linalg_set_diag(...) tf_matrix_set_diag(__VA_ARGS__)
#define tf_linalg_eye(...) tf_eye(__VA_ARGS__)
TF1C_API tf_tensor tf_diag_(tf_operand diagonal, struct tf_name_args args);
TF1C_API tf_tensor tf_diag_part_(tf_operand input, struct tf_name_args args);
TF1C_API tf_tensor tf_matrix_diag_(tf_operand diagonal, struct tf_name_args args);
TF1C_API tf_tensor tf_matrix_diag_part_(tf_operand input, struct tf_name_args args);
TF1C_API tf_tensor tf_matrix_set_diag_(struct tf_matrix_set_diag_args args);

#ifdef __cplusplus
}
#endif
#endif
