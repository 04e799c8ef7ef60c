/* Rows of a tensor that is zero elsewhere: what a gradient through tf_gather is. */
#ifndef TF1C_OPS_ARRAY_INDEXED_SLICES_H
#define TF1C_OPS_ARRAY_INDEXED_SLICES_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* values [n, …] at rows `indices` [n] of a tensor of `dense_shape`; an index may come more than once.       TF1: tf.IndexedSlices
 *   A tensor as any other to what reads it or fetches it: rows of one index are added up, as tf.convert_to_tensor does. Stays
 *   sparse in tf_gradients, tf_global_norm, tf_clip_by_value, tf_clip_by_norm, tf_clip_by_global_norm, tf_neg, tf_scalar_mul,
 *   tf_zip, tf_apply_gradients. tf_slices gives its parts.
 *   shapes  [n, d1, …], [n], [r] -> dense_shape;   dtypes  any number; indices int32 or int64
 *   grad    dvalues = the rows of dy at `indices`
 *   errors  at run InvalidArgumentError "segment_ids[1] = 2 is out of range [0, 2)"
 *   source  python/framework/indexed_slices.py IndexedSlices, _indexed_slices_to_tensor */
struct tf_indexed_slices_args {
    tf_source here;
    TF_ARG_(1) tf_operand values;
    TF_ARG_(2) tf_operand indices;
    TF_ARG_(3) tf_operand dense_shape;
    TF_ARG_(4) const char *name;
};
#define tf_indexed_slices(...)                                                                                \
    TF_KWARGS_(tf_indexed_slices_((struct tf_indexed_slices_args){ .values = TF_UNSET_, .indices = TF_UNSET_, \
        .dense_shape = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_indexed_slices_(struct tf_indexed_slices_args args);

#ifdef __cplusplus
}
#endif
#endif
