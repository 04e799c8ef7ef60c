/* From one dtype to another. */
#ifndef TF1C_OPS_MATH_CAST_H
#define TF1C_OPS_MATH_CAST_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* x as dtype; x itself if it has it already.                                       TF1: tf.cast, tf.to_float, …
 *   values  reals are cut towards zero; NaN and what does not fit become the smallest int32 or int64; integers keep their
 *           low bits; bool is x != 0
 *   grad    between floating dtypes: dy cast back; else none
 *   source  core/kernels/cast_op.cc, python/ops/math_grad.py _CastGrad */
struct tf_cast_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_dtype dtype;
    TF_ARG_(3) const char *name;
};
#define tf_cast(...) TF_KWARGS_(tf_cast_((struct tf_cast_args){ .x = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_dtypes_cast(...) tf_cast(__VA_ARGS__)
#define tf_to_float(x, ...) tf_to_(TF_T(x), tf_float32, TF_NAMED_(__VA_ARGS__))
#define tf_to_double(x, ...) tf_to_(TF_T(x), tf_float64, TF_NAMED_(__VA_ARGS__))
#define tf_to_int32(x, ...) tf_to_(TF_T(x), tf_int32, TF_NAMED_(__VA_ARGS__))
#define tf_to_int64(x, ...) tf_to_(TF_T(x), tf_int64, TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_cast_(struct tf_cast_args args);
TF1C_API tf_tensor tf_to_(tf_operand x, tf_dtype dtype, struct tf_name_args args);

/* x as dtype, what is out of its range as what is nearest in it.                   TF1: tf.saturate_cast
 *   dtypes  numbers;   grad  as tf_cast's, and none to what was out of range */
struct tf_saturate_cast_args {
    tf_source here;
    TF_ARG_(1) tf_operand value;
    TF_ARG_(2) tf_dtype dtype;
    TF_ARG_(3) const char *name;
};
#define tf_saturate_cast(...) \
    TF_KWARGS_(tf_saturate_cast_((struct tf_saturate_cast_args){ .value = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_dtypes_saturate_cast(...) tf_saturate_cast(__VA_ARGS__)
TF1C_API tf_tensor tf_saturate_cast_(struct tf_saturate_cast_args args);

/* The bytes of input as they are, as numbers of another dtype.                     TF1: tf.bitcast
 *   shapes  of a smaller dtype [.., d] -> [.., d, as many as fit];  of a greater one [.., as many as it takes] -> [..]
 *   dtypes  numbers;   grad  LookupError, as in TF
 *   errors  ValueError "Cannot bitcast due to shape. 3 does not match 2"; at run InvalidArgumentError "Cannot bitcast from 1 to 9", which
 *           are dtypes by their numbers
 *   source  core/ops/array_ops.cc "Bitcast", core/kernels/bitcast_op.cc */
struct tf_bitcast_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_dtype type;
    TF_ARG_(3) const char *name;
};
#define tf_bitcast(...) TF_KWARGS_(tf_bitcast_((struct tf_bitcast_args){ .input = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_bitcast_(struct tf_bitcast_args args);

#ifdef __cplusplus
}
#endif
#endif
