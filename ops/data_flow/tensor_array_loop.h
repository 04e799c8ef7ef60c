/* TensorArrays as variables of loops; not for users. */
#ifndef TF1C_OPS_DATA_FLOW_TENSOR_ARRAY_LOOP_H
#define TF1C_OPS_DATA_FLOW_TENSOR_ARRAY_LOOP_H

#include "graph/loop.h"
#include "ops/data_flow/tensor_array.h"

bool tf1c_is_tensor_array(tf_tensor t);

/* What stands in a body for `outer`. It is no port: what each step writes is stacked; it is carried only once the body reads it. */
tf_tensor tf1c_tensor_array_arg(tf1c_body *b, tf_tensor outer);

/* What a loop's step has written to it, as results of the body. */
typedef struct {
    tf_tensor outer;
    int n, first;      /* writes; their outputs of the loop: values and, unless each is at its step's number, indices by turns */
    bool by_step;
    int carried;       /* the output that holds all of it; -1: none */
} tf1c_tensor_array_written;
/* Whether a loop's variable counts its steps: it begins as 0, and grows by 1. */
bool tf1c_is_counter(tf_tensor begin, tf_tensor before, tf_tensor after);
/* `counts` tells whether an index is 0, 1, … in the steps. False after a report. */
bool tf1c_tensor_array_results(tf1c_body *b, tf_tensor arg, tf_tensor result, bool (*counts)(tf_tensor index, void *context),
                               void *context, tf1c_tensor_array_written *w, tf_source here);
/* The array after the loop; `steps`: how many it took, none where all outputs are as long. */
tf_tensor tf1c_tensor_array_after(const tf1c_tensor_array_written *w, tf_operation *loop, tf_tensor steps, tf_source here);

#endif
