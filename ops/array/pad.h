/* Larger tensors of the same elements, and reversed ones. */
#ifndef TF1C_OPS_ARRAY_PAD_H
#define TF1C_OPS_ARRAY_PAD_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `input` repeated along axes of length 1, as arithmetic would do.                                     TF1: tf.broadcast_to
 *   grad    dy, summed over the repeated axes */
#define tf_broadcast_to(input, shape, ...) TF_IN_ORDER2_(tf_broadcast_to_, TF_T(input), TF_T(shape), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_broadcast_to_(tf_operand input, tf_operand shape, struct tf_name_args args);

/* `input` side by side, multiples[i] times along axis i.                                               TF1: tf.tile
 *   grad    dy, summed over the copies; rank at most 4 */
#define tf_tile(input, multiples, ...) TF_IN_ORDER2_(tf_tile_, TF_T(input), TF_T(multiples), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_tile_(tf_operand input, tf_operand multiples, struct tf_name_args args);

/* `tensor` with paddings[i, 0] elements before and paddings[i, 1] after it along axis i.                TF1: tf.pad
 *   paddings         NP_INT2D({ 1, 1 }, { 0, 2 }), or an integer tensor [rank, 2]
 *   constant_values  what they are, 0 if unset;   mode  only "CONSTANT"
 *   grad             dy without the padding, for tensor alone */
struct tf_pad_args {
    tf_source here;
    const char *mode, *name;
    tf_operand constant_values;
};
#define tf_pad(tensor, paddings, ...) \
    TF_KWARGS_(TF_IN_ORDER2_(tf_pad_, TF_T(tensor), TF_T(paddings), (struct tf_pad_args){ \
        .constant_values = TF_UNSET_, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_pad_(tf_operand tensor, tf_operand paddings, struct tf_pad_args args);

/* The order of elements reversed along `axis`, an integer vector: tf_reverse(x, AXES(0)).               TF1: tf.reverse */
#define tf_reverse(tensor, axis, ...) TF_IN_ORDER2_(tf_reverse_, TF_T(tensor), TF_T(axis), TF_NAMED_(__VA_ARGS__))
#define tf_reverse_v2(tensor, axis, ...) tf_reverse(tensor, axis, __VA_ARGS__)
TF1C_API tf_tensor tf_reverse_(tf_operand tensor, tf_operand axis, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
