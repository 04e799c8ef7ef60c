/* A cell in a loop whose every step is one's own. */
#ifndef TF1C_OPS_RNN_RAW_RNN_H
#define TF1C_OPS_RNN_RAW_RNN_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../data_flow/tensor_array.h"
#include "rnn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What loop_fn answers: which rows are done (bool [batch]), the next input [batch, depth], the state that goes on, what is emitted of
 * this step, and what it wants to carry along itself (NULL: as it was). */
typedef struct tf_raw_next {
    tf_tensor elements_finished, next_input;
    tf_state *next_cell_state;
    tf_tensor emit_output;
    tf_state *next_loop_state;
} tf_raw_next;
/* At first, time 0, there is neither output nor state: a none handle and NULL; the state answered is the initial one, and emit_output
 * tells the shape of a row of what will be, none that it is the cell's output. Then it is called once, while the body is built. */
typedef tf_raw_next tf_raw_rnn_fn(tf_tensor time, tf_tensor cell_output, tf_state *cell_state, tf_state *loop_state, void *context);

/* Steps until every row is done. TF1: emit_ta, state, loop_state = tf.nn.raw_rnn(cell, loop_fn)
 *   emit_ta     a TensorArray [steps], tf_tensor_array_stack; rows that are done emit zeros and keep their state
 *   loop_state  NULL if loop_fn never gave one
 *   errors      TypeError "loop_fn must be a callable"; ValueError: structures that change
 *   source      python/ops/rnn.py raw_rnn */
typedef struct tf_raw_rnn {
    tf_tensor emit_ta;
    tf_state *state, *loop_state;
} tf_raw_rnn;
struct tf_raw_rnn_args {
    tf_source here;
    TF_ARG_(1) tf_cell *cell;
    TF_ARG_(2) tf_raw_rnn_fn *loop_fn;
    TF_ARG_(3) int parallel_iterations; /* accepted, as swap_memory */
    TF_ARG_(4) bool swap_memory;
    TF_ARG_(5) tf_variable_scope scope; /* unset: "rnn" */
    void *context;
};
#define tf_nn_raw_rnn(...) TF_KWARGS_(tf_nn_raw_rnn_((struct tf_raw_rnn_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_raw_rnn tf_nn_raw_rnn_(struct tf_raw_rnn_args args);

#ifdef __cplusplus
}
#endif
#endif
