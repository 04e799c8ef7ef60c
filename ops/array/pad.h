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
struct tf_broadcast_args {
    tf_source here;
    const char *text; /* of the arguments: whether a number in it is written as 2 or 2.0 */
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand shape;
    TF_ARG_(3) const char *name;
};
#define tf_broadcast_to(...)                                                                                  \
    TF_KWARGS_(tf_broadcast_to_((struct tf_broadcast_args){ .text = #__VA_ARGS__, .input = TF_UNSET_, .shape = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_broadcast_to_(struct tf_broadcast_args args);

/* `input` side by side, multiples[i] times along axis i.                                               TF1: tf.tile
 *   grad    dy, summed over the copies; rank at most 4 */
struct tf_tile_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand multiples;
    TF_ARG_(3) const char *name;
};
#define tf_tile(...)                                                                                 \
    TF_KWARGS_(tf_tile_((struct tf_tile_args){ .input = TF_UNSET_, .multiples = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_tile_(struct tf_tile_args args);

/* `tensor` with paddings[i, 0] elements before and paddings[i, 1] after it along axis i.                TF1: tf.pad
 *   paddings         NP_INT2D({ 1, 1 }, { 0, 2 }), or an integer tensor [rank, 2]
 *   mode             "CONSTANT": they are constant_values, 0 if unset;  "REFLECT", "SYMMETRIC": the elements on the other side of the end,
 *                    which itself comes once, [1 2 3] -> [3 2 1 2 3], or twice, [2 1 1 2 3]
 *   grad             dy without the padding, or added up for each element, for tensor alone
 *   errors           ValueError "Unknown padding mode: EDGE";  at run InvalidArgumentError "paddings must be less than the dimension size:
 *                    3, 0 not less than 3" */
struct tf_pad_args {
    tf_source here;
    TF_ARG_(1) tf_operand tensor;
    TF_ARG_(2) tf_operand paddings;
    TF_ARG_(3) const char *mode;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) tf_operand constant_values;
};
#define tf_pad(...)                                                                                                    \
    TF_KWARGS_(tf_pad_((struct tf_pad_args){ .tensor = TF_UNSET_, .paddings = TF_UNSET_, .constant_values = TF_UNSET_, \
        TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_pad_(struct tf_pad_args args);

/* The order of elements reversed along `axis`, an integer vector: tf_reverse(x, AXES(0)).               TF1: tf.reverse */
struct tf_reverse_args {
    tf_source here;
    TF_ARG_(1) tf_operand tensor;
    TF_ARG_(2) tf_operand axis;
    TF_ARG_(3) const char *name;
};
#define tf_reverse(...)                                                                                \
    TF_KWARGS_(tf_reverse_((struct tf_reverse_args){ .tensor = TF_UNSET_, .axis = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
#define tf_reverse_v2(...) tf_reverse(__VA_ARGS__)
TF1C_API tf_tensor tf_reverse_(struct tf_reverse_args args);

#ifdef __cplusplus
}
#endif
#endif
