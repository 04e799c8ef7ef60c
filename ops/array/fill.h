/* Tensors made from a shape: filled, counted, diagonal. */
#ifndef TF1C_OPS_ARRAY_FILL_H
#define TF1C_OPS_ARRAY_FILL_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All zeros, all ones; a constant where the shape is given as numbers and small.                      TF1: tf.zeros, tf.ones
 *   shape   SHAPE(…), an integer vector, or a LIST of scalars
 *   dtype   float32 if unset;   grad  none */
struct tf_zeros_args {
    tf_source here;
    tf_dtype dtype;
    const char *name;
};
#define tf_zeros(shape, ...) tf_zeros_(TF_T(shape), (struct tf_zeros_args){ TF_HERE_, __VA_ARGS__ })
#define tf_ones(shape, ...) tf_ones_(TF_T(shape), (struct tf_zeros_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_tensor tf_zeros_(tf_operand shape, struct tf_zeros_args args);
TF1C_API tf_tensor tf_ones_(tf_operand shape, struct tf_zeros_args args);

/* `value`, a scalar, everywhere in a tensor of shape `dims`.                                          TF1: tf.fill
 *   dtypes  value's;   grad  dvalue = sum of dy
 *   errors  ValueError "Fill dimensions must be >= 0" */
#define tf_fill(dims, value, ...) TF_IN_ORDER2_(tf_fill_, TF_T(dims), TF_T(value), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_fill_(tf_operand dims, tf_operand value, struct tf_name_args args);

/* start, start + delta, … below limit (above it if delta < 0).                                        TF1: tf.range
 *   tf_range(limit), tf_range(start, limit), tf_range(start, limit, delta), each a number or a scalar tensor; keywords after
 *   all three: tf_range(0, n, 1, .dtype = tf_float32)
 *   dtype   unset: the widest of the three (int32 < int64 < float32 < float64);   grad  none
 *   errors  ValueError, InvalidArgumentError at run: "Requires delta != 0", "Requires start <= limit when delta > 0: 5/0" */
struct tf_range_args {
    tf_source here;
    tf_dtype dtype;
    const char *name;
};
#define TF_RANGE_PICK_(_1, _2, _3, _4, _5, _6, N, ...) N
#define TF_RANGE_1_(limit) TF_IN_ORDER3_(tf_range_, TF_T(0), TF_T(limit), TF_T(1), (struct tf_range_args){ TF_HERE_ })
#define TF_RANGE_2_(start, limit) TF_IN_ORDER3_(tf_range_, TF_T(start), TF_T(limit), TF_T(1), (struct tf_range_args){ TF_HERE_ })
#define TF_RANGE_3_(start, limit, delta) \
    TF_IN_ORDER3_(tf_range_, TF_T(start), TF_T(limit), TF_T(delta), (struct tf_range_args){ TF_HERE_ })
#define TF_RANGE_N_(start, limit, delta, ...) \
    TF_IN_ORDER3_(tf_range_, TF_T(start), TF_T(limit), TF_T(delta), (struct tf_range_args){ TF_HERE_, __VA_ARGS__ })
#define tf_range(...) \
    TF_RANGE_PICK_(__VA_ARGS__, TF_RANGE_N_, TF_RANGE_N_, TF_RANGE_N_, TF_RANGE_3_, TF_RANGE_2_, TF_RANGE_1_, )(__VA_ARGS__)
TF1C_API tf_tensor tf_range_(tf_operand start, tf_operand limit, tf_operand delta, struct tf_range_args args);

/* num values from start to stop, evenly spaced, both included; floating.                              TF1: tf.linspace, tf.lin_space
 *   errors  ValueError "Requires num > 0: 0" */
#define tf_linspace(start, stop, num, ...) TF_IN_ORDER3_(tf_linspace_, TF_T(start), TF_T(stop), TF_T(num), TF_NAMED_(__VA_ARGS__))
#define tf_lin_space(start, stop, num, ...) tf_linspace(start, stop, num, __VA_ARGS__)
TF1C_API tf_tensor tf_linspace_(tf_operand start, tf_operand stop, tf_operand num, struct tf_name_args args);

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
