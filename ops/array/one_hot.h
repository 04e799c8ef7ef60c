/* One-hot vectors. */
#ifndef TF1C_OPS_ARRAY_ONE_HOT_H
#define TF1C_OPS_ARRAY_ONE_HOT_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* on_value at each index along a new axis of length depth, off_value elsewhere and for an index outside.    TF1: tf.one_hot
 *   on_value, off_value  1 and 0 if unset; as they are written, 5 int32, 5.0 float32, true a bool, as in Python; a number that is no
 *                        literal is of .dtype, or else of the other value's dtype
 *   axis    of the result, -1: the last
 *   dtype   unset: that of the values, else float32;   grad  none
 *   errors  TypeError: values and dtype that differ, a bare number that may be an int or a float;  ValueError: depth < 0 */
struct tf_one_hot_args {
    tf_source here;
    const char *text; /* of the arguments: whether a number in it is written as 2 or 2.0 */
    TF_ARG_(1) tf_operand indices;
    TF_ARG_(2) tf_operand depth;
    TF_ARG_(3) tf_operand on_value;
    TF_ARG_(4) tf_operand off_value;
    TF_ARG_(5) int axis;
    TF_ARG_(6) tf_dtype dtype;
    TF_ARG_(7) const char *name;
};
#define tf_one_hot(...)                                                                                               \
    TF_KWARGS_(tf_one_hot_((struct tf_one_hot_args){ .text = #__VA_ARGS__, .indices = TF_UNSET_, .depth = TF_UNSET_, .on_value = TF_UNSET_, \
        .off_value = TF_UNSET_, .axis = -1, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_one_hot_(struct tf_one_hot_args args);

#ifdef __cplusplus
}
#endif
#endif
