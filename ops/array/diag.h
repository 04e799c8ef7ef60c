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
    int64_t num_columns;
    tf_dims batch_shape;
    tf_dtype dtype;
    const char *name;
};
#define tf_eye(num_rows, ...) \
    TF_KWARGS_(tf_eye_(TF_T(num_rows), (struct tf_eye_args){ .num_columns = NONE, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_eye_(tf_operand num_rows, struct tf_eye_args args);

/* tf_diag [d0, …] -> [d0, …, d0, …] with x on the diagonal and zeros elsewhere; tf_diag_part takes it out again.
 * tf_matrix_diag [.., n] -> [.., n, n], tf_matrix_diag_part [.., m, n] -> [.., min(m, n)] and tf_matrix_set_diag, which
 * replaces it, are the same on the last axes, for all others alike.
 * TF1: tf.diag, tf.diag_part, tf.matrix_diag, tf.matrix_diag_part, tf.matrix_set_diag (and those of tf.linalg) */
#define tf_diag(diagonal, ...) tf_diag_(TF_T(diagonal), TF_NAMED_(__VA_ARGS__))
#define tf_diag_part(input, ...) tf_diag_part_(TF_T(input), TF_NAMED_(__VA_ARGS__))
#define tf_matrix_diag(diagonal, ...) tf_matrix_diag_(TF_T(diagonal), TF_NAMED_(__VA_ARGS__))
#define tf_matrix_diag_part(input, ...) tf_matrix_diag_part_(TF_T(input), TF_NAMED_(__VA_ARGS__))
#define tf_matrix_set_diag(input, diagonal, ...) \
    TF_IN_ORDER2_(tf_matrix_set_diag_, TF_T(input), TF_T(diagonal), TF_NAMED_(__VA_ARGS__))
#define tf_linalg_tensor_diag(diagonal, ...) tf_diag(diagonal, __VA_ARGS__)
#define tf_linalg_tensor_diag_part(input, ...) tf_diag_part(input, __VA_ARGS__)
#define tf_linalg_diag(diagonal, ...) tf_matrix_diag(diagonal, __VA_ARGS__)
#define tf_linalg_diag_part(input, ...) tf_matrix_diag_part(input, __VA_ARGS__)
#define tf_linalg_set_diag(input, diagonal, ...) tf_matrix_set_diag(input, diagonal, __VA_ARGS__)
#define tf_linalg_eye(num_rows, ...) tf_eye(num_rows, __VA_ARGS__)
TF1C_API tf_tensor tf_diag_(tf_operand diagonal, struct tf_name_args args);
TF1C_API tf_tensor tf_diag_part_(tf_operand input, struct tf_name_args args);
TF1C_API tf_tensor tf_matrix_diag_(tf_operand diagonal, struct tf_name_args args);
TF1C_API tf_tensor tf_matrix_diag_part_(tf_operand input, struct tf_name_args args);
TF1C_API tf_tensor tf_matrix_set_diag_(tf_operand input, tf_operand diagonal, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
