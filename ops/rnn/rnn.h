/* Recurrent networks: states, cells, and what runs a cell over a sequence. Names, shapes, formulas and defaults are TF1's.
 *
 *   tf_cell *cell = tf_nn_rnn_cell_basic_lstm_cell(128, .forget_bias = 1.0);
 *   tf_rnn_list rnn = tf_nn_static_rnn(cell, tf_unstack(x, 28, 1), .dtype = tf_float32);
 *   tf_tensor last = tf_at(rnn.outputs, -1), c = tf_state_c(rnn.state);
 *
 * Cells and states belong to the graph. tf_contrib_rnn_… and tf_nn_rnn_cell_… are the same. */
#ifndef TF1C_OPS_RNN_RNN_H
#define TF1C_OPS_RNN_RNN_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../nn/callable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- states: a tensor, or a tuple of states -------------------------------------------------------------------------- */
typedef struct tf_state tf_state;
struct tf_state {
    tf_tensor tensor;       /* if n is 0 */
    int n;                  /* of a tuple */
    bool lstm;              /* the tuple is (c, h): TF1's LSTMStateTuple */
    tf_state *const *items;
};
/* What goes into a state, all of it or nothing: never NULL. A tuple's parts are states.
 * TF1: a tensor or a tuple given as state;  tf.nn.rnn_cell.LSTMStateTuple */
#define tf_state_new(tensor) tf_state_new_(TF_T(tensor), TF_SOURCE)
#define tf_nn_rnn_cell_lstm_state_tuple(c, h) TF_IN_ORDER2_(tf_nn_rnn_cell_lstm_state_tuple_, TF_T(c), TF_T(h), TF_SOURCE)
#define tf_contrib_rnn_lstm_state_tuple(c, h) tf_nn_rnn_cell_lstm_state_tuple(c, h)
#define tf_state_tuple(...) \
    tf_state_tuple_((int)(sizeof((tf_state *[]){ __VA_ARGS__ }) / sizeof(tf_state *)), (tf_state *[]){ __VA_ARGS__ }, TF_SOURCE)
TF1C_API tf_state *tf_state_new_(tf_operand tensor, tf_source here);
TF1C_API tf_state *tf_nn_rnn_cell_lstm_state_tuple_(tf_operand c, tf_operand h, tf_source here);
TF1C_API tf_state *tf_state_tuple_(int n, tf_state *const *items, tf_source here);

/* What a state holds: state.c and state.h of an LSTM's (h of a state that is one tensor is that tensor), state[i] of a tuple,
 * the tensor itself. TypeError and a poisoned tensor where it has none. */
#define tf_state_c(state) tf_state_c_(state, TF_SOURCE)
#define tf_state_h(state) tf_state_h_(state, TF_SOURCE)
#define tf_state_at(state, i) tf_state_at_(state, i, TF_SOURCE)
#define tf_state_tensor(state) tf_state_tensor_(state, TF_SOURCE)
TF1C_API tf_tensor tf_state_c_(const tf_state *state, tf_source here);
TF1C_API tf_tensor tf_state_h_(const tf_state *state, tf_source here);
TF1C_API tf_state *tf_state_at_(const tf_state *state, int i, tf_source here);
TF1C_API tf_tensor tf_state_tensor_(const tf_state *state, tf_source here);
/* All its tensors in order, as tf.nest.flatten. */
TF1C_API tf_list tf_state_flatten(const tf_state *state);

/* ---- cells ------------------------------------------------------------------------------------------------------------ */
/* The shape of a state without the batch: SHAPE(units), or a tuple of such. */
typedef struct tf_state_size {
    tf_dims shape; /* if n is 0 */
    int n;
    bool lstm;
    const struct tf_state_size *items;
} tf_state_size;

typedef struct tf_cell tf_cell;
typedef struct tf_cell_output {
    tf_tensor output;
    tf_state *state;
} tf_cell_output;

/* A cell of one's own: a struct with its call function, as a Python class derived from RNNCell. `call` makes the nodes of one
 * step; tf_get_variable inside it makes the variables on first use, below `name`, and finds them again later.
 *   static tf_cell_output step(tf_cell *self, tf_tensor inputs, tf_state *state, tf_source here)
 *   {
 *       tf_tensor w = tf_get_variable("w", SHAPE(3, 4));
 *       tf_tensor h = tf_tanh(tf_add(tf_matmul(inputs, w), tf_state_tensor(state)));
 *       return (tf_cell_output){ h, tf_state_new(h) };
 *   }
 *   tf_cell *cell = tf_cell_new(.class_name = "MyCell", .state_size = { .shape = SHAPE(4) }, .output_size = SHAPE(4), .call = step); */
typedef tf_cell_output tf_cell_call(tf_cell *self, tf_tensor inputs, tf_state *state, tf_source here);
typedef void tf_cell_build(tf_cell *self, tf_dims inputs_shape, tf_source here);
typedef tf_state *tf_cell_zero_state(tf_cell *self, tf_operand batch_size, tf_dtype dtype, tf_source here);
typedef enum tf_cell_kind {
    TF_CELL_RNN = 0, /* opens its scope as TF1's RNNCell does */
    TF_CELL_LAYER,   /* as LayerRNNCell: `build` makes the variables */
    TF_CELL_WRAPPER  /* opens none: its nodes are its caller's */
} tf_cell_kind;
struct tf_cell {
    const char *class_name; /* "MyCell": names the zero state */
    const char *name;       /* "my_cell": names the variables; unset: from class_name */
    tf_state_size state_size;
    tf_dims output_size;
    tf_cell_call *call;
    tf_cell_build *build;           /* called once, before the first call; optional */
    tf_cell_zero_state *zero_state; /* unset: zeros of state_size */
    void *context;                  /* what the functions above want to know */
    tf_dtype dtype;                 /* of the variables; unset: the first input's */
    tf_reuse reuse;
    tf_cell_kind kind;
    struct tf1c_cell_scope *scope;
};
#define tf_cell_new(...) tf_cell_new_((tf_cell){ __VA_ARGS__ }, TF_SOURCE)
TF1C_API tf_cell *tf_cell_new_(tf_cell cell, tf_source here);

/* One step: cell(inputs, state). inputs [batch, depth].
 *   errors  ValueError "Input 0 of layer gru_cell is incompatible with the layer: expected ndim=2, found ndim=3. …",
 *           "Expected inputs.shape[-1] to be known, saw shape: (2, None)", "RNN cell only supports floating point inputs, …",
 *           "Variable rnn/gru_cell/gates/kernel already exists, disallowed. …" for a second cell in a scope */
#define tf_call(cell, inputs, state) TF_IN_ORDER3_(tf_call_, cell, TF_T(inputs), state, TF_SOURCE)
TF1C_API tf_cell_output tf_call_(tf_cell *cell, tf_operand inputs, tf_state *state, tf_source here);

/* cell.zero_state(batch_size, dtype): zeros [batch_size, units] for each tensor of the state; batch_size a number or a scalar
 * tensor. */
struct tf_zero_state_args {
    tf_source here;
    TF_ARG_(1) tf_cell *cell;
    TF_ARG_(2) tf_operand batch_size;
    TF_ARG_(3) tf_dtype dtype;
};
#define tf_zero_state(...)                                                                                          \
    TF_FIRST2_(tf_zero_state_of_, struct tf_zero_state_args, TF_SAME_, cell, TF_GIVEN_, batch_size, #__VA_ARGS__,   \
               .batch_size = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_zero_state_of_(cell, batch_size, args) tf_zero_state_(cell, batch_size, args.dtype, args.here)
TF1C_API tf_state *tf_zero_state_(tf_cell *cell, tf_operand batch_size, tf_dtype dtype, tf_source here);

/* h' = act([x, h]·kernel + bias).                                              TF1: tf.nn.rnn_cell.BasicRNNCell
 *   variables   basic_rnn_cell/kernel [in + units, units], bias [units] (zeros)
 *   activation  unset: tf_tanh
 *   source      python/ops/rnn_cell_impl.py, for all cells */
struct tf_basic_rnn_cell_args {
    tf_source here;
    int64_t num_units;
    tf_activation *activation;
    tf_reuse reuse;
    const char *name;
    tf_dtype dtype;
};
#define tf_nn_rnn_cell_basic_rnn_cell(...) tf_nn_rnn_cell_basic_rnn_cell_((struct tf_basic_rnn_cell_args){ TF_HERE_, __VA_ARGS__ })
#define tf_contrib_rnn_basic_rnn_cell(...) tf_nn_rnn_cell_basic_rnn_cell(__VA_ARGS__)
TF1C_API tf_cell *tf_nn_rnn_cell_basic_rnn_cell_(struct tf_basic_rnn_cell_args args);

/* [i, j, f, o] = [x, h]·kernel + bias;  c' = c·σ(f + forget_bias) + σ(i)·act(j);  h' = act(c')·σ(o).
 * TF1: tf.nn.rnn_cell.BasicLSTMCell
 *   variables       basic_lstm_cell/kernel [in + units, 4·units], bias [4·units] (zeros: forget_bias is added at run time)
 *   state_is_tuple  false: the state is one tensor [batch, 2·units], c then h */
struct tf_basic_lstm_cell_args {
    tf_source here;
    int64_t num_units;
    double forget_bias;
    bool state_is_tuple;
    tf_activation *activation;
    tf_reuse reuse;
    const char *name;
    tf_dtype dtype;
};
#define tf_nn_rnn_cell_basic_lstm_cell(...)                                          \
    TF_KWARGS_(tf_nn_rnn_cell_basic_lstm_cell_((struct tf_basic_lstm_cell_args){     \
        .forget_bias = 1.0, .state_is_tuple = true, TF_HERE_, __VA_ARGS__ }))
#define tf_contrib_rnn_basic_lstm_cell(...) tf_nn_rnn_cell_basic_lstm_cell(__VA_ARGS__)
TF1C_API tf_cell *tf_nn_rnn_cell_basic_lstm_cell_(struct tf_basic_lstm_cell_args args);

/* The same, with c in the gates (use_peepholes), c clipped to ±cell_clip, h projected to num_proj and clipped to ±proj_clip.
 * TF1: tf.nn.rnn_cell.LSTMCell
 *   variables    lstm_cell/kernel [in + h, 4·units], bias, w_f_diag, w_i_diag, w_o_diag [units], projection/kernel
 *                [units, num_proj]
 *   initializer  of all but the bias
 *   num_unit_shards, num_proj_shards  accepted: a variable is one piece */
struct tf_lstm_cell_args {
    tf_source here;
    int64_t num_units;
    bool use_peepholes;
    double cell_clip; /* NAN: none */
    tf_initializer initializer;
    int64_t num_proj; /* 0: none */
    double proj_clip;
    int num_unit_shards, num_proj_shards;
    double forget_bias;
    bool state_is_tuple;
    tf_activation *activation;
    tf_reuse reuse;
    const char *name;
    tf_dtype dtype;
};
#define tf_nn_rnn_cell_lstm_cell(...)                                                                      \
    TF_KWARGS_(tf_nn_rnn_cell_lstm_cell_((struct tf_lstm_cell_args){                                       \
        .cell_clip = NAN, .proj_clip = NAN, .forget_bias = 1.0, .state_is_tuple = true, TF_HERE_, __VA_ARGS__ }))
#define tf_contrib_rnn_lstm_cell(...) tf_nn_rnn_cell_lstm_cell(__VA_ARGS__)
TF1C_API tf_cell *tf_nn_rnn_cell_lstm_cell_(struct tf_lstm_cell_args args);

/* [r, u] = σ([x, h]·gates/kernel + gates/bias);  c = act([x, r·h]·candidate/kernel + candidate/bias);  h' = u·h + (1 - u)·c.
 * TF1: tf.nn.rnn_cell.GRUCell
 *   variables  gru_cell/gates/kernel [in + units, 2·units], gates/bias (ones), candidate/kernel [in + units, units],
 *              candidate/bias (zeros) */
struct tf_gru_cell_args {
    tf_source here;
    int64_t num_units;
    tf_activation *activation;
    tf_reuse reuse;
    tf_initializer kernel_initializer, bias_initializer;
    const char *name;
    tf_dtype dtype;
};
#define tf_nn_rnn_cell_gru_cell(...) tf_nn_rnn_cell_gru_cell_((struct tf_gru_cell_args){ TF_HERE_, __VA_ARGS__ })
#define tf_contrib_rnn_gru_cell(...) tf_nn_rnn_cell_gru_cell(__VA_ARGS__)
TF1C_API tf_cell *tf_nn_rnn_cell_gru_cell_(struct tf_gru_cell_args args);

/* Cells on top of each other, the output of one the input of the next: tf_nn_rnn_cell_multi_rnn_cell(CELLS(a, b)).
 * TF1: tf.nn.rnn_cell.MultiRNNCell
 *   state      the tuple of theirs; state_is_tuple false: their tensors side by side in one
 *   variables  multi_rnn_cell/cell_0/…
 *   errors     ValueError "Must specify at least one cell for MultiRNNCell.", "Some cells return tuples of states, but the flag
 *              state_is_tuple is not set. …" */
typedef struct tf_cells {
    int n;
    tf_cell *const *items;
} tf_cells;
#define CELLS(...) ((tf_cells){ (int)(sizeof((tf_cell *[]){ __VA_ARGS__ }) / sizeof(tf_cell *)), (tf_cell *[]){ __VA_ARGS__ } })
struct tf_multi_rnn_cell_args {
    tf_source here;
    TF_ARG_(1) tf_cells cells;
    TF_ARG_(2) bool state_is_tuple;
};
#define tf_nn_rnn_cell_multi_rnn_cell(...) TF_FIRST1_(tf_nn_rnn_cell_multi_rnn_cell_, struct tf_multi_rnn_cell_args, TF_SAME_, \
    cells, #__VA_ARGS__, .state_is_tuple = true, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_contrib_rnn_multi_rnn_cell(...) tf_nn_rnn_cell_multi_rnn_cell(__VA_ARGS__)
TF1C_API tf_cell *tf_nn_rnn_cell_multi_rnn_cell_(tf_cells cells, struct tf_multi_rnn_cell_args args);

/* Dropout on a cell's input, output and new state (an LSTM's h, never its c).        TF1: tf.nn.rnn_cell.DropoutWrapper
 *   input_keep_prob, …     numbers or scalar tensors: .output_keep_prob = 0.5, = keep_prob; unset: 1
 *   variational_recurrent  the same mask at every step; wants dtype, and input_size (a depth) if inputs are dropped
 *   seed                   each mask's own is derived from it by MD5, as TF does; drawn step by step, by TF in any order
 *                          unless its dynamic_rnn has parallel_iterations=1: to compare the two, set it there
 *   errors                 ValueError "Parameter input_keep_prob must be between 0 and 1: 1", "When variational_recurrent=True,
 *                          dtype must be provided", …
 *   source                 python/ops/rnn_cell_wrapper_impl.py */
struct tf_dropout_wrapper_args {
    tf_source here;
    TF_ARG_(1) tf_cell *cell;
    TF_ARG_(2) tf_operand input_keep_prob;
    TF_ARG_(3) tf_operand output_keep_prob;
    TF_ARG_(4) tf_operand state_keep_prob;
    TF_ARG_(5) bool variational_recurrent;
    TF_ARG_(6) int64_t input_size;
    TF_ARG_(7) tf_dtype dtype;
    TF_ARG_(8) int64_t seed;
};
#define tf_nn_rnn_cell_dropout_wrapper(...)                                                                    \
    TF_KWARGS_(tf_nn_rnn_cell_dropout_wrapper_((struct tf_dropout_wrapper_args){ .input_keep_prob = TF_UNSET_, \
        .output_keep_prob = TF_UNSET_, .state_keep_prob = TF_UNSET_, .seed = TF_NO_SEED, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_contrib_rnn_dropout_wrapper(...) tf_nn_rnn_cell_dropout_wrapper(__VA_ARGS__)
TF1C_API tf_cell *tf_nn_rnn_cell_dropout_wrapper_(struct tf_dropout_wrapper_args args);

/* The cell's output plus its input, or residual_fn(inputs, outputs).                 TF1: tf.nn.rnn_cell.ResidualWrapper
 *   errors  ValueError "Shapes (?, 3) and (?, 4) are incompatible" */
struct tf_residual_wrapper_args {
    tf_source here;
    TF_ARG_(1) tf_cell *cell;
    TF_ARG_(2) tf_tensor (*residual_fn)(tf_tensor inputs, tf_tensor outputs);
};
#define tf_nn_rnn_cell_residual_wrapper(...) TF_FIRST1_(tf_nn_rnn_cell_residual_wrapper_, struct tf_residual_wrapper_args, \
    TF_SAME_, cell, #__VA_ARGS__, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_contrib_rnn_residual_wrapper(...) tf_nn_rnn_cell_residual_wrapper(__VA_ARGS__)
TF1C_API tf_cell *tf_nn_rnn_cell_residual_wrapper_(tf_cell *cell, struct tf_residual_wrapper_args args);

/* The cell's nodes made for `device`.                                                TF1: tf.nn.rnn_cell.DeviceWrapper */
#define tf_nn_rnn_cell_device_wrapper(cell, device) tf_nn_rnn_cell_device_wrapper_(cell, device, TF_SOURCE)
#define tf_contrib_rnn_device_wrapper(cell, device) tf_nn_rnn_cell_device_wrapper(cell, device)
TF1C_API tf_cell *tf_nn_rnn_cell_device_wrapper_(tf_cell *cell, const char *device, tf_source here);

/* ---- a cell along a sequence -------------------------------------------------------------------------------------------- */
/* Arguments that all of these share: sequence_length [batch] (int32 or int64): past it, outputs are 0 and the state stays;
 * initial_state unset: zeros of dtype.
 *   errors  ValueError "If there is no initial_state, you must give a dtype.", "If no initial_state is provided, dtype must be
 *           specified", "inputs must not be empty", "sequence_length must be a vector of length batch_size", "Input size (depth of
 *           inputs) must be accessible via shape inference, but saw value None."; at run, where sequence_length is of another
 *           batch: InvalidArgumentError "assertion failed: [Expected shape for Tensor rnn/sequence_length:0 is ] …"
 *   source  python/ops/rnn.py */

/* Unrolled: one set of nodes a step. inputs: a list of [batch, depth].                 TF1: tf.nn.static_rnn */
typedef struct tf_rnn_list {
    tf_list outputs; /* [batch, units] a step */
    tf_state *state; /* the last one */
} tf_rnn_list;
struct tf_static_rnn_args {
    tf_source here;
    TF_ARG_(1) tf_cell *cell;
    TF_ARG_(2) tf_list inputs;
    TF_ARG_(3) tf_state *initial_state;
    TF_ARG_(4) tf_dtype dtype;
    TF_ARG_(5) tf_operand sequence_length;
    TF_ARG_(6) tf_variable_scope scope; /* unset: "rnn" */
};
#define tf_nn_static_rnn(...) TF_KWARGS_(tf_nn_static_rnn_((struct tf_static_rnn_args){ .sequence_length = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_contrib_rnn_static_rnn(...) tf_nn_static_rnn(__VA_ARGS__)
TF1C_API tf_rnn_list tf_nn_static_rnn_(struct tf_static_rnn_args args);

/* Two cells, one from each end; outputs side by side [batch, fw + bw].                 TF1: tf.nn.static_bidirectional_rnn */
typedef struct tf_birnn_list {
    tf_list outputs;
    tf_state *output_state_fw, *output_state_bw;
} tf_birnn_list;
struct tf_static_birnn_args {
    tf_source here;
    TF_ARG_(1) tf_cell *cell_fw;
    TF_ARG_(2) tf_cell *cell_bw;
    TF_ARG_(3) tf_list inputs;
    TF_ARG_(4) tf_state *initial_state_fw;
    TF_ARG_(5) tf_state *initial_state_bw;
    TF_ARG_(6) tf_dtype dtype;
    TF_ARG_(7) tf_operand sequence_length;
    TF_ARG_(8) tf_variable_scope scope; /* unset: "bidirectional_rnn" */
};
#define tf_nn_static_bidirectional_rnn(...) \
    TF_KWARGS_(tf_nn_static_bidirectional_rnn_((struct tf_static_birnn_args){ .sequence_length = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_contrib_rnn_static_bidirectional_rnn(cell_fw, cell_bw, inputs, ...) \
    tf_nn_static_bidirectional_rnn(cell_fw, cell_bw, inputs, __VA_ARGS__)
TF1C_API tf_birnn_list tf_nn_static_bidirectional_rnn_(struct tf_static_birnn_args args);

/* A loop: one body for any number of steps. inputs [batch, time, depth], time_major: [time, batch, depth].
 * TF1: tf.nn.dynamic_rnn
 *   swap_memory          a long sequence's gradient computes most steps anew instead of saving what it reads of them
 *   parallel_iterations  accepted, without effect */
typedef struct tf_rnn {
    tf_tensor outputs; /* [batch, time, units], or time first */
    tf_state *state;
} tf_rnn;
struct tf_dynamic_rnn_args {
    tf_source here;
    TF_ARG_(1) tf_cell *cell;
    TF_ARG_(2) tf_operand inputs;
    TF_ARG_(3) tf_operand sequence_length;
    TF_ARG_(4) tf_state *initial_state;
    TF_ARG_(5) tf_dtype dtype;
    TF_ARG_(6) int parallel_iterations;
    TF_ARG_(7) bool swap_memory;
    TF_ARG_(8) bool time_major;
    TF_ARG_(9) tf_variable_scope scope; /* unset: "rnn" */
};
#define tf_nn_dynamic_rnn(...) \
    TF_KWARGS_(tf_nn_dynamic_rnn_((struct tf_dynamic_rnn_args){ .sequence_length = TF_UNSET_, .inputs = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_rnn tf_nn_dynamic_rnn_(struct tf_dynamic_rnn_args args);

/* A fused cell, tf_contrib_rnn_lstm_block_fused_cell, over all steps of inputs [time, batch, depth]; any other cell too, as TF's
 * FusedRNNCellAdaptor has it. Rows beyond their length give zeros and keep their state. In Python: cell(inputs, …).
 *   errors  ValueError "Either initial_state or dtype needs to be specified" */
struct tf_call_fused_args {
    tf_source here;
    TF_ARG_(1) tf_cell *cell;
    TF_ARG_(2) tf_operand inputs;
    TF_ARG_(3) tf_state *initial_state;
    TF_ARG_(4) tf_dtype dtype;
    TF_ARG_(5) tf_operand sequence_length;
};
#define tf_call_fused(...) \
    TF_KWARGS_(tf_call_fused_((struct tf_call_fused_args){ .inputs = TF_UNSET_, .sequence_length = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_rnn tf_call_fused_(struct tf_call_fused_args args);

/* TF1: tf.nn.bidirectional_dynamic_rnn */
typedef struct tf_birnn {
    tf_tensor output_fw, output_bw;
    tf_state *output_state_fw, *output_state_bw;
} tf_birnn;
struct tf_bidirectional_rnn_args {
    tf_source here;
    TF_ARG_(1) tf_cell *cell_fw;
    TF_ARG_(2) tf_cell *cell_bw;
    TF_ARG_(3) tf_operand inputs;
    TF_ARG_(4) tf_operand sequence_length;
    TF_ARG_(5) tf_state *initial_state_fw;
    TF_ARG_(6) tf_state *initial_state_bw;
    TF_ARG_(7) tf_dtype dtype;
    TF_ARG_(8) int parallel_iterations;
    TF_ARG_(9) bool swap_memory;
    TF_ARG_(10) bool time_major;
    TF_ARG_(11) tf_variable_scope scope; /* unset: "bidirectional_rnn" */
};
#define tf_nn_bidirectional_dynamic_rnn(...)                                                                       \
    TF_KWARGS_(tf_nn_bidirectional_dynamic_rnn_((struct tf_bidirectional_rnn_args){ .sequence_length = TF_UNSET_, .inputs = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_birnn tf_nn_bidirectional_dynamic_rnn_(struct tf_bidirectional_rnn_args args);

/* Layers of two cells each; a layer reads both outputs of the one below.            TF1: tf.contrib.rnn.stack_bidirectional_dynamic_rnn
 *   initial_states_fw, initial_states_bw   tf_state_tuple(…), a part a layer; unset: zeros of dtype
 *   errors  ValueError "Must specify at least one fw cell for BidirectionalRNN.", "Forward and Backward cells must have the same depth.",
 *           "initial_states_fw must be a list of state tensors (one per layer)."
 *   source  contrib/rnn/python/ops/rnn.py */
typedef struct tf_stacked_birnn {
    tf_tensor outputs;                             /* [batch, time, fw + bw] of the last layer */
    tf_state *output_states_fw, *output_states_bw; /* tuples, a part a layer */
} tf_stacked_birnn;
struct tf_stacked_birnn_args {
    tf_source here;
    TF_ARG_(1) tf_cells cells_fw;
    TF_ARG_(2) tf_cells cells_bw;
    TF_ARG_(3) tf_operand inputs;
    TF_ARG_(4) tf_state *initial_states_fw;
    TF_ARG_(5) tf_state *initial_states_bw;
    TF_ARG_(6) tf_dtype dtype;
    TF_ARG_(7) tf_operand sequence_length;
    TF_ARG_(8) int parallel_iterations;
    TF_ARG_(9) bool time_major;
    TF_ARG_(10) tf_variable_scope scope; /* unset: "stack_bidirectional_rnn" */
    TF_ARG_(11) bool swap_memory;
};
#define tf_contrib_rnn_stack_bidirectional_dynamic_rnn(...)                                                                   \
    TF_KWARGS_(tf_contrib_rnn_stack_bidirectional_dynamic_rnn_((struct tf_stacked_birnn_args){ .sequence_length = TF_UNSET_, \
        .inputs = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_stacked_birnn tf_contrib_rnn_stack_bidirectional_dynamic_rnn_(struct tf_stacked_birnn_args args);

#ifdef __cplusplus
}
#endif
#endif
