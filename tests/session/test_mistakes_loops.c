/* The same in loops, branches and recurrent networks. */
#include "mistakes.h"

/* ---- loops, branches, recurrent networks --------------------------------------------------------------------------------------------- */

static tf_tensor twice_as_long(tf_tensor state, tf_tensor e, void *context)
{
    (void)e;
    (void)context;
    return tf_concat(LIST(state, state), 0);
}
static tf_tensor add_up(tf_tensor state, tf_tensor e, void *context)
{
    (void)context;
    return tf_add(state, e);
}
static tf_tensor only_once(tf_tensor state, tf_tensor e, void *context)
{
    (void)e;
    (void)context;
    return tf_add(state, 1);
}
static tf_tensor add_context(tf_tensor state, tf_tensor e, void *context)
{
    (void)e;
    return AT(tf_add(state, *(tf_tensor *)context));
}
static tf_tensor to_integer(tf_tensor e, void *context)
{
    (void)context;
    return tf_cast(e, tf_int32);
}
static tf_tensor no_tensor(tf_tensor e, void *context)
{
    (void)e;
    (void)context;
    return none;
}
static tf_tensor wrong_inside(tf_tensor state, tf_tensor e, void *context)
{
    (void)context;
    return AT(tf_matmul(state, e));
}
static tf_tensor three_elements(void) { return tf_placeholder(tf_float32, SHAPE(3)); }

TEST_ROW(captured_from_another_graph)
{
    tf_tensor far = of_another_graph();
    return tf_scan(add_context, three_elements(), tf_constant(0.0), &far);
}
TEST_ROW(scan_of_a_scalar) { return AT(tf_scan(add_up, tf_placeholder(tf_float32, SCALAR))); }
TEST_ROW(scan_whose_state_grows) { return AT(tf_scan(twice_as_long, three_elements(), tf_constant(NP_FLOAT(0)))); }
TEST_ROW(fold_whose_state_grows) { return AT(tf_foldl(twice_as_long, three_elements(), tf_constant(NP_FLOAT(0)))); }
TEST_ROW(placeholder_of_a_negative_dimension) { return AT(tf_placeholder(tf_float32, SHAPE(-5, 2))); }
TEST_ROW(scan_with_a_mistake_inside) { return tf_scan(wrong_inside, three_elements(), tf_constant(0.0)); }
TEST_ROW(scan_of_nothing_without_initializer)
{
    tf_tensor v = tf_placeholder(tf_float32, SHAPE(NONE)), s = AT(tf_scan(add_up, v));
    tf_ndarray empty = np_zeros(SHAPE(0), tf_float32);
    ran = true;
    tf_run(sess, FETCH(s, &array), FEED(v, empty));
    np_free(&empty);
    return none;
}
static tf_tensor kept;
static tf_tensor keep_inner(tf_tensor state, tf_tensor e, void *context)
{
    (void)context;
    kept = tf_mul(state, 2);
    return tf_add(state, e);
}
TEST_ROW(tensor_of_a_body_outside_of_it)
{
    tf_scan(keep_inner, three_elements(), tf_constant(0.0));
    return AT(tf_add(kept, 1));
}
TEST_ROW(fetch_of_a_tensor_of_a_body)
{
    tf_scan(keep_inner, three_elements(), tf_constant(0.0));
    return AT(ran = true, tf_run(sess, FETCH(kept, &array))), none;
}
TEST_ROW(gradient_of_a_tensor_of_a_body)
{
    tf_tensor e = three_elements();
    tf_scan(keep_inner, e, tf_constant(0.0));
    return AT(tf_at(tf_gradients(LIST(kept), LIST(e)), 0));
}
TEST_ROW(map_of_a_fed_scalar)
{
    tf_tensor m = AT(tf_map_fn(to_integer, x, .dtype = tf_int32));
    return ran = true, tf_run(sess, FETCH(m, &array), FEED(x, 3)), none;
}
static tf_tensor up_to(tf_tensor n, void *context) { return (void)context, tf_range(n); }
TEST_ROW(map_to_results_of_different_lengths)
{
    tf_tensor m = AT(tf_map_fn(up_to, z));
    return ran = true, tf_run(sess, FETCH(m, &array), FEED(z, NP_INT(2, 2, 3))), none;
}
static tf_tensor those_above(tf_tensor s, tf_tensor e, void *context)
{
    return (void)context, tf_boolean_mask(s, tf_greater(s, e));
}
TEST_ROW(scan_whose_state_shrinks)
{
    tf_tensor s =
        AT(tf_scan(those_above, tf_constant(NP_FLOAT(1, 2, 3)), tf_placeholder_with_default(NP_FLOAT(1, 2, 3), SHAPE(NONE))));
    return ran = true, tf_run(sess, FETCH(s, &array)), none;
}
TEST_ROW(scan_to_too_many_dimensions) { return AT(tf_scan(only_once, three_elements(), tf_zeros(SHAPE(1, 1, 1, 1, 1, 1, 1, 1)))); }
static tf_tensor product_with(tf_tensor e, void *context) { return AT(tf_matmul(e, *(tf_tensor *)context)); }
TEST_ROW(matmul_in_a_body_in_a_run)
{
    tf_tensor in = tf_placeholder(tf_float32, SHAPE(NONE, NONE, NONE)), w = tf_placeholder(tf_float32, SHAPE(NONE, NONE)),
              m = tf_map_fn(product_with, in, .context = &w);
    tf_ndarray three = np_zeros(SHAPE(2, 3, 4), tf_float32);
    ran = true;
    tf_run(sess, FETCH(m, &array), FEED(in, three, w, NP_FLOAT2D({ 1, 2 })));
    np_free(&three);
    return none;
}
TEST_ROW(map_to_another_dtype) { return AT(tf_map_fn(to_integer, three_elements())); }
TEST_ROW(map_to_none) { return AT(tf_map_fn(no_tensor, three_elements())); }
static tf_tensor is_small(tf_list vars, void *context)
{
    (void)context;
    return tf_less(tf_reduce_sum(tf_at(vars, 0)), 10.0);
}
static tf_tensor is_number(tf_list vars, void *context)
{
    (void)context;
    return tf_at(vars, 0);
}
static tf_tensor is_vector(tf_list vars, void *context)
{
    (void)vars;
    (void)context;
    return tf_greater(tf_constant(NP_FLOAT(1, 1)), 0.0);
}
static tf_list doubled(tf_list vars, void *context)
{
    (void)context;
    return LIST(tf_concat(LIST(tf_at(vars, 0), tf_at(vars, 0)), 0));
}
static tf_list one_more(tf_list vars, void *context)
{
    (void)context;
    return LIST(tf_at(vars, 0), tf_at(vars, 0));
}
static tf_list same_again(tf_list vars, void *context)
{
    (void)context;
    return vars;
}
TEST_ROW(while_whose_variable_grows) { return AT(tf_at(tf_while_loop(is_small, doubled, LIST(tf_ones(SHAPE(1)))), 0)); }
TEST_ROW(while_with_another_number_of_variables)
{
    return AT(tf_at(tf_while_loop(is_small, one_more, LIST(tf_ones(SHAPE(1)))), 0));
}
TEST_ROW(while_whose_condition_is_no_bool) { return AT(tf_at(tf_while_loop(is_number, same_again, LIST(tf_constant(1.0))), 0)); }
TEST_ROW(while_whose_condition_is_a_vector) { return AT(tf_at(tf_while_loop(is_vector, same_again, LIST(tf_constant(1.0))), 0)); }
TEST_ROW(while_without_variables) { return AT(tf_at(tf_while_loop(is_small, same_again, ((tf_list){ 0 })), 0)); }
static tf_tensor one(void *context)
{
    (void)context;
    return tf_constant(1);
}
static tf_tensor one_and_a_half(void *context)
{
    (void)context;
    return tf_constant(1.5);
}
TEST_ROW(cond_of_a_number) { return AT(tf_cond(tf_placeholder(tf_int32, SCALAR), one, one)); }
TEST_ROW(cond_of_a_vector) { return AT(tf_cond(tf_placeholder(tf_bool, SHAPE(2)), one, one)); }
TEST_ROW(cond_of_a_fed_vector)
{
    tf_tensor p = tf_placeholder(tf_bool), c = AT(tf_cond(p, one, one));
    return ran = true, tf_run(sess, FETCH(c, &array), FEED(p, NP_INT(1, 0))), none;
}
TEST_ROW(cond_of_two_dtypes) { return AT(tf_cond(tf_placeholder(tf_bool, SCALAR), one, one_and_a_half)); }

TEST_ROW(scan_without_a_body) { return AT(tf_scan(NULL, three_elements())); }
TEST_ROW(map_without_a_body) { return AT(tf_map_fn(NULL, three_elements())); }
TEST_ROW(while_without_a_condition) { return AT(tf_at(tf_while_loop(NULL, same_again, LIST(x)), 0)); }
TEST_ROW(while_without_a_body) { return AT(tf_at(tf_while_loop(is_small, NULL, LIST(x)), 0)); }
TEST_ROW(cond_without_a_branch) { return AT(tf_cond(tf_less(1, 2), one, NULL)); }
static tf_tensor sequence(void) { return tf_placeholder(tf_float32, SHAPE(2, 3, 4)); }
TEST_ROW(static_rnn_without_dtype)
{
    return AT(tf_at(tf_nn_static_rnn(tf_nn_rnn_cell_basic_lstm_cell(3), tf_unstack(sequence(), 3, 1)).outputs, 0));
}
TEST_ROW(static_rnn_without_inputs)
{
    return AT(tf_at(tf_nn_static_rnn(tf_nn_rnn_cell_basic_lstm_cell(3), (tf_list){ 0 }, .dtype = tf_float32).outputs, 0));
}
TEST_ROW(static_rnn_of_unknown_depth)
{
    tf_tensor step = tf_placeholder(tf_float32, SHAPE(2, NONE));
    return AT(tf_at(tf_nn_static_rnn(tf_nn_rnn_cell_basic_lstm_cell(3), LIST(step), .dtype = tf_float32).outputs, 0));
}
TEST_ROW(two_cells_in_one_scope)
{
    tf_list steps = tf_unstack(sequence(), 3, 1);
    tf_nn_static_rnn(tf_nn_rnn_cell_basic_lstm_cell(3), steps, .dtype = tf_float32);
    return AT(tf_at(tf_nn_static_rnn(tf_nn_rnn_cell_basic_lstm_cell(3), steps, .dtype = tf_float32).outputs, 0));
}
TEST_ROW(dynamic_rnn_without_dtype) { return AT(tf_nn_dynamic_rnn(tf_nn_rnn_cell_basic_lstm_cell(3), sequence()).outputs); }
TEST_ROW(dynamic_rnn_of_unknown_depth)
{
    tf_tensor in = tf_placeholder(tf_float32, SHAPE(2, 3, NONE));
    return AT(tf_nn_dynamic_rnn(tf_nn_rnn_cell_basic_lstm_cell(3), in, .dtype = tf_float32).outputs);
}
TEST_ROW(multi_cell_of_none)
{
    tf_cell *cell = AT(tf_nn_rnn_cell_multi_rnn_cell(((tf_cells){ 0 })));
    return tf_at(tf_nn_static_rnn(cell, tf_unstack(sequence(), 3, 1), .dtype = tf_float32).outputs, 0);
}

/* ---- the rows -------------------------------------------------------------------------------------------------------------------------- */

#define EXISTS \
    "already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope? Originally defined at: …"
static const row rows[] = {
    ROW(captured_from_another_graph, tf_value_error,
        "Tensor(\"far:0\", shape=(?, 2), dtype=float32) must be from the same graph as Tensor(\"scan/while/state:0\", shape=(), dtype=float32)."),
    ROW(placeholder_of_a_negative_dimension, tf_value_error, "Error converting shape to a TensorShape: Dimension -5 must be >= 0."),
    ROW(scan_without_a_body, tf_type_error, "fn must be callable."),
    ROW(map_without_a_body, tf_type_error, "fn must be callable."),
    ROW(while_without_a_condition, tf_type_error, "cond must be callable."),
    ROW(while_without_a_body, tf_type_error, "body must be callable."),
    ROW(cond_without_a_branch, tf_type_error, "false_fn must be callable."),
    ROW(scan_of_a_scalar, tf_value_error, "elems must be a 1+ dimensional Tensor, not a scalar"),
    ROW(scan_whose_state_grows, tf_value_error, "Inconsistent shapes: saw (2,) but expected (1,) "),
    ROW(fold_whose_state_grows, tf_value_error,
        "Input tensor 'Const:0' enters the loop with shape (1,), but has shape (2,) after one iteration. To allow the shape to vary across iterations, use the `shape_invariants` argument of tf.while_loop to specify a less-specific shape."),
    ROW(scan_with_a_mistake_inside, tf_value_error,
        "Shape must be rank 2 but is rank 0 for 'scan/while/MatMul' (op: 'MatMul') with input shapes: [], []."),
    ROW(scan_of_nothing_without_initializer, tf_invalid_argument, "…"),
    ROW(tensor_of_a_body_outside_of_it, tf_value_error,
        "Cannot use 'scan/while/mul' as input to 'Add' because 'scan/while/mul' is in a while loop. See info log for more details."),
    ROW(fetch_of_a_tensor_of_a_body, tf_value_error,
        "Operation 'scan/while/mul' has been marked as not fetchable. Typically this happens when it is defined in another function or code block. Use return values,explicit Python locals or TensorFlow collections to access it."),
    ROW(gradient_of_a_tensor_of_a_body, tf_value_error, "Cannot use 'scan/while/mul' …"),
    ROW(map_of_a_fed_scalar, tf_invalid_argument, "slice index 0 of dimension 0 out of bounds."),
    ROW(map_to_results_of_different_lengths, tf_invalid_argument,
        "Could not write to TensorArray index 2 because the value shape is [3] which is incompatible with the TensorArray's inferred element shape: [2]"),
    ROW(scan_whose_state_shrinks, tf_invalid_argument,
        "Could not write to TensorArray index 1 because the value shape is [1] which is incompatible with the TensorArray's inferred element shape: [2]"),
    ROW(scan_to_too_many_dimensions, tf_value_error, "Shape must be at most rank 8 but is rank 9"),
    ROW(matmul_in_a_body_in_a_run, tf_invalid_argument, "Matrix size-incompatible: In[0]: [3,4], In[1]: [1,2]"),
    ROW(map_to_another_dtype, tf_invalid_argument, "TensorArray dtype is float but Op is trying to write dtype int32."),
    ROW(map_to_none, tf_value_error, "The body of 'map/while' returned None where a tensor was expected."),
    ROW(while_whose_variable_grows, tf_value_error,
        "Input tensor 'ones:0' enters the loop with shape (1,), but has shape (2,) after one iteration. To allow the shape to vary across iterations, use the `shape_invariants` argument of tf.while_loop to specify a less-specific shape."),
    ROW(while_with_another_number_of_variables, tf_value_error, "The two structures don't have the same nested structure…"),
    ROW(while_whose_condition_is_no_bool, tf_type_error,
        "Input 'input' of 'LoopCond' Op has type float32 that does not match expected type of bool."),
    ROW(while_whose_condition_is_a_vector, tf_value_error,
        "Shape must be rank 0 but is rank 1 for 'while/LoopCond' (op: 'LoopCond') with input shapes: [2]."),
    ROW(while_without_variables, tf_value_error, "No loop variables provided"),
    ROW(cond_of_a_number, tf_type_error, "Input 'pred' of 'Switch' Op has type int32 that does not match expected type of bool."),
    ROW(cond_of_a_vector, tf_value_error,
        "Shape must be rank 0 but is rank 1 for 'cond/Switch' (op: 'Switch') with input shapes: [2], [2]."),
    ROW(cond_of_a_fed_vector, tf_invalid_argument, "The second input must be a scalar, but it has shape [2]"),
    ROW(cond_of_two_dtypes, tf_value_error, "Outputs of true_fn and false_fn must have the same type: int32, float32"),

    ROW(static_rnn_without_dtype, tf_value_error, "If no initial_state is provided, dtype must be specified"),
    ROW(static_rnn_without_inputs, tf_value_error, "inputs must not be empty"),
    ROW(static_rnn_of_unknown_depth, tf_value_error,
        "Input size (dimension 0 of inputs) must be accessible via shape inference, but saw value None."),
    ROW(two_cells_in_one_scope, tf_value_error, "Variable rnn/basic_lstm_cell/kernel " EXISTS),
    ROW(dynamic_rnn_without_dtype, tf_value_error, "If there is no initial_state, you must give a dtype."),
    ROW(dynamic_rnn_of_unknown_depth, tf_value_error,
        "Input size (depth of inputs) must be accessible via shape inference, but saw value None."),
    ROW(multi_cell_of_none, tf_value_error, "Must specify at least one cell for MultiRNNCell."),
};

int main(void) { return run_mistakes("mistakes_loops", rows, sizeof rows / sizeof *rows, NULL); }
