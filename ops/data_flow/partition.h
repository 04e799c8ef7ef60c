/* Rows dealt out into parts by number, and put together again. */
#ifndef TF1C_OPS_DATA_FLOW_PARTITION_H
#define TF1C_OPS_DATA_FLOW_PARTITION_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* num_partitions tensors, the i-th of the data whose partition is i, in their order.                TF1: tf.dynamic_partition
 *   shapes  [i0, …, d…], [i0, …] int32 -> [?, d…] each
 *   dtypes  any;   grad  dy put back by tf_dynamic_stitch
 *   errors  ValueError "Attr 'num_partitions' of 'DynamicPartition' Op passed 0 less than minimum 1.";  at run
 *           InvalidArgumentError "partitions[2] = 2 is not in [0, 2)"
 *   source  core/kernels/dynamic_partition_op.cc, python/ops/data_flow_grad.py _DynamicPartitionGrads */
struct tf_dynamic_partition_args {
    tf_source here;
    TF_ARG_(1) tf_operand data;
    TF_ARG_(2) tf_operand partitions;
    TF_ARG_(3) int64_t num_partitions;
    TF_ARG_(4) const char *name;
};
#define tf_dynamic_partition(...)                                                                            \
    TF_KWARGS_(tf_dynamic_partition_((struct tf_dynamic_partition_args){ .data = TF_UNSET_, .partitions = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_list tf_dynamic_partition_(struct tf_dynamic_partition_args args);

/* out[indices[m][i]] = data[m][i], the later of equals; 0 where nothing comes.                        TF1: tf.dynamic_stitch
 *   shapes  LIST of [i0, …] int32, LIST of as many [i0, …, d…] -> [largest index + 1, d…]
 *   dtypes  any;   grad  ddata[m] = dy[indices[m]]
 *   errors  ValueError "List argument 'data' to 'dynamic_stitch' Op with length 1 must match length 2 of argument 'indices'.";  at
 *           run InvalidArgumentError "indices[1] is out of range"
 *   source  core/kernels/dynamic_stitch_op.cc, python/ops/data_flow_grad.py _DynamicStitchGrads */
struct tf_dynamic_stitch_args {
    tf_source here;
    TF_ARG_(1) tf_list indices;
    TF_ARG_(2) tf_list data;
    TF_ARG_(3) const char *name;
};
#define tf_dynamic_stitch(...) TF_KWARGS_(tf_dynamic_stitch_((struct tf_dynamic_stitch_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_dynamic_stitch_(struct tf_dynamic_stitch_args args);

#ifdef __cplusplus
}
#endif
#endif
