/* Numbers in even steps. */
#ifndef TF1C_OPS_MATH_RANGE_H
#define TF1C_OPS_MATH_RANGE_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* start, start + delta, … below limit (above it if delta < 0).                                        TF1: tf.range
 *   tf_range(limit), tf_range(start, limit), tf_range(start, limit, delta), each a number or a scalar tensor. A C variable that holds
 *   a whole number counts as an integer; .dtype = tf_float32 says otherwise
 *   dtype   unset: the widest of the three (int32 < int64 < float32 < float64);   grad  none
 *   errors  ValueError, InvalidArgumentError at run: "Requires delta != 0", "Requires start <= limit when delta > 0: 5/0" */
struct tf_range_args {
    tf_source here;
    TF_ARG_(1) tf_operand start;
    TF_ARG_(2) tf_operand limit;
    TF_ARG_(3) tf_operand delta;
    TF_ARG_(4) tf_dtype dtype;
    TF_ARG_(5) const char *name;
    const char *text; /* of the call, which says whether 2 or 2.0 was written */
};
#define tf_range(...)                                                                                                       \
    TF_KWARGS_(tf_range_((struct tf_range_args){ .text = #__VA_ARGS__, .start = TF_UNSET_, .limit = TF_UNSET_,              \
        .delta = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_range_(struct tf_range_args args);

/* num values from start to stop, evenly spaced, both included; floating.                              TF1: tf.linspace, tf.lin_space
 *   errors  ValueError "Requires num > 0: 0" */
#define tf_linspace(...) TF_NAMED3_(tf_linspace_, tf_operand, TF_REAL_, start, tf_operand, TF_REAL_, stop, tf_operand, \
    TF_GIVEN_, num, #__VA_ARGS__, .start = TF_UNSET_, .stop = TF_UNSET_, .num = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_lin_space(...) tf_linspace(__VA_ARGS__)
TF1C_API tf_tensor tf_linspace_(tf_operand start, tf_operand stop, tf_operand num, struct tf_name_args args);

/* Grids of the coordinates of vectors: of x [m] and y [n] two of shape [n, m], the first with x along each row, the second with y along
 * each column. At most eight.                                                                         TF1: tf.meshgrid
 *   indexing  "xy" (unset) or "ij": [m, n], the first vector along the first axis
 *   dtypes    numbers, as the first;   grad  the sum over what was repeated
 *   errors    ValueError "indexing parameter must be either 'xy' or 'ij'"
 *   source    python/ops/array_ops.py meshgrid */
struct tf_meshgrid_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_operand y;
    TF_ARG_(3) tf_operand z;
    TF_ARG_(4) tf_operand x_3;
    TF_ARG_(5) tf_operand x_4;
    TF_ARG_(6) tf_operand x_5;
    TF_ARG_(7) tf_operand x_6;
    TF_ARG_(8) tf_operand x_7;
    const char *indexing;
    const char *name;
};
#define tf_meshgrid(...)                                                                                                    \
    TF_KWARGS_(tf_meshgrid_((struct tf_meshgrid_args){ .x = TF_UNSET_, .y = TF_UNSET_, .z = TF_UNSET_, .x_3 = TF_UNSET_,    \
        .x_4 = TF_UNSET_, .x_5 = TF_UNSET_, .x_6 = TF_UNSET_, .x_7 = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_list tf_meshgrid_(struct tf_meshgrid_args args);

#ifdef __cplusplus
}
#endif
#endif
