/* Between the mechanisms and the wrapper; not for users. */
#ifndef TF1C_OPS_SEQ2SEQ_ATTENTION_H
#define TF1C_OPS_SEQ2SEQ_ATTENTION_H

#include "ops/seq2seq/attention_wrapper.h"
#include "ops/seq2seq/decoding.h"

struct tf_attention_mechanism {
    const char *scope; /* "luong_attention" */
    tf_tensor (*score)(tf_attention_mechanism *m, tf_tensor query, tf_source here);
    int64_t num_units;
    bool scaled; /* or normalized */
    tf_layer *query_layer;
    tf_tensor values, keys; /* [batch, time, depth], [batch, time, num_units] */
    tf_tensor mask;         /* bool [batch, time]: what may be looked at; none: all */
    tf_operand batch_size, alignments_size; /* numbers, or scalar tensors */
    tf_activation *probability_fn;
    double score_mask_value;
    tf_tensor mistake; /* of one that could not be made */
};
tf_tensor tf1c_alignments(tf_attention_mechanism *m, tf_tensor query, tf_source here);
/* TF's check_ops.assert_equal(batch_size, …) makes so many nodes. */
void tf1c_skip_batch_check(const tf_attention_mechanism *m, tf_operand batch_size);
int64_t tf1c_static_size(tf_operand size); /* NONE: only a run tells */

#endif
