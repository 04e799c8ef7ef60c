/* What a user does wrong: TensorFlow's class and wording, the user's line, and a process that lives on. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mistakes.h"

/* ---- feeding and fetching ------------------------------------------------------------------------------------------------ */

TEST_ROW(feed_of_another_shape)
{
    tf_ndarray wide = np_zeros(SHAPE(10, 4), tf_float32);
    RUN(tf_add(y, 1), y, wide);
    np_free(&wide);
    return none;
}
TEST_ROW(feed_of_a_number) { return RUN(tf_add(y, 1), y, 3), none; }
TEST_ROW(feed_that_nobody_reads) { return RUN(tf_constant(1.0), y, NP_FLOAT(1, 2)), none; }
TEST_ROW(feed_of_an_integer_too_large) { return RUN(tf_cast(z, tf_float32), z, 3000000000), none; }
TEST_ROW(feed_of_an_inexact_integer) { return RUN(tf_add(x, 1), x, 16777217), none; }
TEST_ROW(feed_of_an_integer_to_a_bool)
{
    tf_tensor b = tf_placeholder(tf_bool, SCALAR);
    return RUN(tf_cast(b, tf_float32), b, 3), none;
}
TEST_ROW(feed_of_a_tensor) { return RUN(tf_add(x, 1), x, tf_constant(1.0)), none; }
TEST_ROW(feed_of_an_array_without_data) { return RUN(tf_add(x, 1), x, (tf_ndarray){ 0 }), none; }
TEST_ROW(feed_of_none) { return RUN(tf_add(x, 1), none, 1), none; }
TEST_ROW(feed_to_a_tensor_of_another_graph)
{
    tf_tensor far = of_another_graph();
    return RUN(tf_constant(1.0), far, NP_FLOAT2D({ 1, 2 })), none;
}
TEST_ROW(fetch_from_another_graph)
{
    tf_tensor far = of_another_graph();
    return RUN(far, x, 1), none;
}
TEST_ROW(operation_of_another_graph)
{
    tf_operation *far = tf_tensor_op(of_another_graph());
    return AT(tf_run(sess, far)), none;
}
TEST_ROW(fetch_of_none) { return RUN(none, x, 1), none; }
TEST_ROW(run_of_none) { return AT(tf_run(sess, (tf_operation *)NULL)), none; }
TEST_ROW(fetch_of_several_elements_into_a_number) { return AT(tf_run(sess, FETCH(tf_constant(NP_FLOAT(1, 2)), &number))), none; }
TEST_ROW(fetch_into_borrowed_memory_of_another_shape)
{
    static float mine[3];
    tf_ndarray three = np_array(mine, tf_float32, SHAPE(3));
    return AT(tf_run(sess, FETCH(tf_constant(NP_FLOAT(1, 2)), &three))), none;
}
TEST_ROW(sparse_shape_that_does_not_hold_the_old_one)
{
    tf_tensor sizes = tf_placeholder(tf_int64, SHAPE(2), .name = "sizes");
    const tf_sparse_tensor sp = tf_sparse_tensor(NP_INT2D({ 0, 1 }), NP_FLOAT(1), sizes);
    return RUN(tf_sparse_reset_shape(sp, SHAPE(1, 5)).dense_shape, sizes, NP_INT(2, 3)), none;
}
TEST_ROW(unfed)
{
    tf_tensor p = AT(tf_placeholder(tf_float32, SHAPE(NONE, 784), .name = "p")), sum = tf_add(p, 1);
    return ran = true, tf_run(sess, FETCH(sum, &array)), none;
}
TEST_ROW(unfed_without_shape)
{
    tf_tensor p = AT(tf_placeholder(tf_int32, .name = "p")), sum = tf_add(p, 1);
    return ran = true, tf_run(sess, FETCH(sum, &array)), none;
}
TEST_ROW(unfed_scalar)
{
    tf_tensor p = AT(tf_placeholder(tf_int64, SCALAR, .name = "p"));
    return ran = true, tf_run(sess, FETCH(p, &array)), none;
}

/* ---- variables ---------------------------------------------------------------------------------------------------------------- */

static tf_tensor relu_of(tf_tensor w) { return tf_nn_relu(w); }

TEST_ROW(uninitialized_variable)
{
    tf_tensor w = AT(tf_variable(1.0, .name = "w")), sum = tf_add(w, 1);
    return ran = true, tf_run(sess, FETCH(sum, &array, sum, &number)), none;
}
TEST_ROW(uninitialized_fetch)
{
    tf_tensor w = AT(tf_variable(1.0, .name = "w"));
    return ran = true, tf_run(sess, FETCH(w, &array)), none;
}
TEST_ROW(uninitialized_update)
{
    tf_tensor w = AT(tf_variable(1.0, .name = "w")), more = tf_assign_add(w, 1);
    return ran = true, tf_run(sess, FETCH(more, &array)), none;
}
TEST_ROW(variable_twice)
{
    tf_get_variable("v", SHAPE(1));
    return AT(tf_get_variable("v", SHAPE(1)));
}
TEST_ROW(variable_missing)
{
    tf_with_variable_scope("s", .reuse = tf_reuse_true) {
        return AT(tf_get_variable("v", SHAPE(1)));
    }
    return none;
}
TEST_ROW(variable_of_another_shape)
{
    tf_get_variable("v", SHAPE(1));
    tf_with_variable_scope("", .reuse = tf_reuse_true) {
        return AT(tf_get_variable("v", SHAPE(2)));
    }
    return none;
}
TEST_ROW(variable_of_another_dtype)
{
    tf_get_variable("v", SHAPE(1));
    tf_with_variable_scope("", .reuse = tf_reuse_true) {
        return AT(tf_get_variable("v", SHAPE(1), tf_float64));
    }
    return none;
}
TEST_ROW(sparse_gradient_of_a_constrained_variable)
{
    tf_tensor w = tf_variable(NP_FLOAT(1, 2), .constraint = relu_of);
    tf_operation *train = AT(tf_minimize(tf_train_gradient_descent_optimizer(.1), tf_reduce_sum(tf_gather(w, NP_INT(0)))));
    return tf_op_output(train, 0);
}

/* ---- names ------------------------------------------------------------------------------------------------------------------- */

TEST_ROW(exact_name_twice)
{
    tf_identity(x, .name = "out/");
    return AT(tf_square(x, .name = "out/"));
}
TEST_ROW(exact_name_of_a_constant_twice)
{
    tf_constant(1, .name = "out/");
    return AT(tf_constant(1, .name = "out/"));
}
TEST_ROW(name_that_an_exact_one_took)
{
    tf_identity(x, .name = "out/");
    return AT(tf_identity(x, .name = "out"));
}
TEST_ROW(exact_name_that_another_took)
{
    tf_identity(x, .name = "out");
    return AT(tf_identity(x, .name = "out/"));
}
TEST_ROW(exact_name_of_nothing) { return AT(tf_identity(x, .name = "/")); }
TEST_ROW(exact_name_with_a_space) { return AT(tf_identity(x, .name = "a b/")); }
TEST_ROW(operation_as_a_tensor)
{
    tf_add_to_collection("ops", tf_no_op(.name = "n"));
    return AT(tf_add(tf_at(tf_get_collection("ops"), 0), 1));
}
TEST_ROW(operations_as_tensors)
{
    tf_add_to_collection("ops", tf_no_op(.name = "n"));
    return AT(tf_add_n(tf_get_collection("ops")));
}

TEST_ROW(variable_of_unknown_shape) { return AT(tf_variable(y)); }
TEST_ROW(assignment_of_another_shape)
{
    tf_tensor v = tf_variable(NP_FLOAT(1, 2));
    return AT(tf_assign(v, NP_FLOAT(1, 2, 3)));
}
TEST_ROW(assignment_of_another_shape_in_a_run)
{
    tf_tensor v = tf_variable(NP_FLOAT(1, 2)), set = AT(tf_assign(v, x));
    return ran = true, tf_run(sess, FETCH(set, &array), FEED(x, NP_FLOAT(1, 2, 3))), none;
}
TEST_ROW(addition_of_another_shape_in_a_run)
{
    tf_tensor v = tf_variable(NP_FLOAT(1, 2)), set = AT(tf_assign_add(v, x));
    tf_run(sess, tf_initializer_of(v));
    return ran = true, tf_run(sess, FETCH(set, &array), FEED(x, NP_FLOAT(1, 2, 3))), none;
}
TEST_ROW(assignment_of_another_dtype)
{
    tf_tensor v = tf_variable(NP_FLOAT(1, 2));
    return AT(tf_assign(v, z));
}
TEST_ROW(assignment_to_a_constant) { return AT(tf_assign(tf_constant(1.0), 2.0)); }
TEST_ROW(assignment_to_what_is_fed)
{
    tf_tensor w = tf_variable(1.0, .name = "w"), set = AT(tf_assign(w, 3));
    float mine = 5;
    ran = true;
    tf_run(sess, FETCH(set, &array), FEED(w, np_array(&mine, tf_float32, SCALAR)));
    ck_assert_float_eq(mine, 5);
    return none;
}
TEST_ROW(load_of_another_shape)
{
    tf_tensor v = tf_variable(NP_FLOAT(1, 2), .name = "v");
    return AT(tf_load(v, NP_FLOAT(1, 2, 3), sess)), none;
}
TEST_ROW(load_into_a_constant) { return AT(tf_load(tf_constant(1.0, .name = "c"), 2.0, sess)), none; }

/* ---- sessions, graphs, names -------------------------------------------------------------------------------------------------- */

TEST_ROW(closed_session)
{
    tf_session *s = tf_session();
    tf_close(s);
    tf_close(s);
    return AT(tf_run(s, FETCH(tf_constant(1.0), &array, x, &number))), none;
}
TEST_ROW(null_session) { return AT(tf_run((tf_session *)NULL, FETCH(tf_constant(1.0), &array))), none; }
TEST_ROW(empty_graph)
{
    tf_graph *g = tf_graph_new();
    tf_session *s = tf_session(.graph = g);
    AT(tf_run(s, OPS(tf_no_op())));
    tf_close(s);
    tf_graph_free(g);
    return none;
}
TEST_ROW(evaluation_without_a_session) { return number = AT(tf_eval_float(tf_constant(1.0))), none; }
TEST_ROW(finalized_graph)
{
    tf_graph *g = tf_graph_new();
    tf_tensor t = none;
    tf_graph_finalize(g);
    tf_with_graph(g) {
        t = AT(tf_constant(1));
    }
    ck_assert(tf_is_poisoned(t));
    tf_graph_free(g);
    return none;
}
TEST_ROW(operation_by_an_unknown_name) { return AT(tf_get_operation_by_name(graph, "nope")), none; }
TEST_ROW(operation_by_a_tensors_name) { return AT(tf_get_operation_by_name(graph, "x:0")), none; }
TEST_ROW(tensor_by_an_unknown_name) { return AT(tf_get_tensor_by_name(graph, "nope:0")); }
TEST_ROW(tensor_by_an_operations_name) { return AT(tf_get_tensor_by_name(graph, "x")); }
TEST_ROW(tensor_by_no_name) { return AT(tf_get_tensor_by_name(graph, "nope")); }
TEST_ROW(tensor_by_an_output_too_many) { return AT(tf_get_tensor_by_name(graph, "x:1")); }
TEST_ROW(tensor_by_no_number) { return AT(tf_get_tensor_by_name(graph, "x:y")); }
TEST_ROW(tensors_of_two_graphs)
{
    tf_tensor far = of_another_graph();
    return AT(tf_add(far, y));
}
TEST_ROW(invalid_node_name) { return AT(tf_constant(1, .name = "a b")); }
TEST_ROW(invalid_scope_name)
{
    tf_with_name_scope(AT("a b")) {
        tf_constant(1);
    }
    return none;
}
TEST_ROW(shape_set_to_another)
{
    AT(tf_set_shape(y, SHAPE(2, 4)));
    return none;
}
TEST_ROW(reset_inside_a_graph)
{
    tf_with_graph(graph) {
        tf_reset_default_graph();
    }
    line = 0;
    return none;
}
TEST_ROW(list_index_out_of_range) { return AT(tf_at(LIST(x, y), 2)); }

/* ---- operations ---------------------------------------------------------------------------------------------------------------- */

TEST_ROW(matmul_of_incompatible_shapes) { return AT(tf_matmul(y, tf_placeholder(tf_float32, SHAPE(4, 5)))); }
TEST_ROW(matmul_of_a_vector)
{
    return AT(tf_matmul(tf_placeholder(tf_float32, SHAPE(3)), tf_placeholder(tf_float32, SHAPE(4, 5))));
}
TEST_ROW(matmul_of_two_dtypes) { return AT(tf_matmul(y, tf_placeholder(tf_float64, SHAPE(3, 3)))); }
TEST_ROW(matmul_in_a_run)
{
    tf_tensor b = tf_placeholder(tf_float32), p = AT(tf_matmul(x, b));
    return ran = true,
           tf_run(sess, FETCH(p, &array), FEED(x, NP_FLOAT2D({ 1, 2, 3 }, { 1, 2, 3 }), b, NP_FLOAT2D({ 1 }, { 2 }, { 3 }, { 4 }))),
           none;
}
TEST_ROW(add_of_incompatible_shapes)
{
    return AT(tf_raw_ops_add_v2(tf_placeholder(tf_float32, SHAPE(2, 3)), tf_placeholder(tf_float32, SHAPE(4)), .name = "add"));
}
TEST_ROW(add_in_a_run)
{
    tf_tensor b = tf_placeholder(tf_float32), p = AT(tf_add(x, b));
    return ran = true, tf_run(sess, FETCH(p, &array), FEED(x, NP_FLOAT2D({ 1, 2, 3 }, { 1, 2, 3 }), b, NP_FLOAT(1, 2, 3, 4))), none;
}
TEST_ROW(add_of_two_dtypes) { return AT(tf_raw_ops_add_v2(y, z)); }
TEST_ROW(add_of_none) { return AT(tf_add(y, none)); }
TEST_ROW(product_of_bools) { return AT(tf_mul(tf_placeholder(tf_bool, SHAPE(2)), tf_placeholder(tf_bool, SHAPE(2)))); }
TEST_ROW(sigmoid_of_integers) { return AT(tf_sigmoid(z)); }
TEST_ROW(unstack_of_unknown_length) { return AT(tf_at(tf_unstack(y), 0)); }
TEST_ROW(unstack_of_unknown_rank) { return AT(tf_at(tf_unstack(x), 0)); }
TEST_ROW(unstack_of_another_length) { return AT(tf_at(tf_unstack(tf_placeholder(tf_float32, SHAPE(4, 3)), 3), 0)); }
TEST_ROW(unstack_of_an_axis_that_is_not_there)
{
    return AT(tf_at(tf_unstack(tf_placeholder(tf_float32, SHAPE(4, 3)), .axis = 2), 0));
}
TEST_ROW(unstack_in_a_run)
{
    tf_list parts = AT(tf_unstack(x, 3));
    return ran = true, tf_run(sess, FETCH(tf_at(parts, 0), &array), FEED(x, NP_FLOAT2D({ 1, 2 }, { 1, 2 }, { 1, 2 }, { 1, 2 }))),
           none;
}
TEST_ROW(uneven_split_in_a_run)
{
    tf_list parts = AT(tf_split(x, 3));
    return ran = true, tf_run(sess, FETCH(tf_at(parts, 0), &array), FEED(x, NP_FLOAT2D({ 1, 2 }, { 1, 2 }, { 1, 2 }, { 1, 2 }))),
           none;
}
TEST_ROW(concat_in_a_run)
{
    tf_tensor b = tf_placeholder(tf_float32), p = AT(tf_concat(LIST(x, b), 0));
    return ran = true,
           tf_run(sess, FETCH(p, &array), FEED(x, NP_FLOAT2D({ 1, 2, 3 }, { 1, 2, 3 }), b, NP_FLOAT2D({ 1, 2 }, { 3, 4 }))), none;
}
TEST_ROW(reshape_to_another_size) { return AT(tf_reshape(tf_placeholder(tf_float32, SHAPE(2, 3)), SHAPE(4))); }
TEST_ROW(reshape_in_a_run)
{
    tf_tensor p = AT(tf_reshape(x, SHAPE(-1, 4)));
    return ran = true, tf_run(sess, FETCH(p, &array), FEED(x, NP_FLOAT2D({ 1, 2, 3 }, { 1, 2, 3 }))), none;
}
TEST_ROW(gather_out_of_range)
{
    tf_tensor p = AT(tf_gather(tf_constant(NP_FLOAT(1, 2, 3)), z));
    return ran = true, tf_run(sess, FETCH(p, &array), FEED(z, NP_INT(5))), none;
}
TEST_ROW(slice_out_of_range)
{
    tf_tensor v = tf_placeholder(tf_float32, SHAPE(NONE)), p = AT(tf_getitem(v, "2"));
    return ran = true, tf_run(sess, FETCH(p, &array, p, &number), FEED(v, NP_FLOAT(1, 2))), none;
}
TEST_ROW(division_of_integers_by_zero)
{
    tf_tensor p = AT(tf_floordiv(tf_constant(4), z));
    return ran = true, tf_run(sess, FETCH(p, &array), FEED(z, 0)), none;
}
TEST_ROW(label_out_of_range)
{
    tf_tensor l = tf_placeholder(tf_int32, SHAPE(NONE)),
              p = AT(tf_nn_sparse_softmax_cross_entropy_with_logits(.labels = l, .logits = tf_constant(NP_FLOAT2D({ 0, 0, 0 }))));
    return ran = true, tf_run(sess, FETCH(p, &array), FEED(l, NP_INT(3))), none;
}
TEST_ROW(labels_of_another_batch)
{
    tf_tensor l = tf_placeholder(tf_float32, SHAPE(NONE, 3)),
              p = AT(tf_nn_softmax_cross_entropy_with_logits_v2(.labels = l, .logits = y));
    return ran = true,
           tf_run(sess, FETCH(p, &array),
                  FEED(l, NP_FLOAT2D({ 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }), y, NP_FLOAT2D({ 1, 2, 3 }, { 1, 2, 3 }))),
           none;
}
TEST_ROW(reduction_over_an_axis_that_is_not_there) { return AT(tf_reduce_sum(tf_placeholder(tf_float32, SHAPE(2, 3)), 5)); }
TEST_ROW(sum_of_no_tensors) { return AT(tf_add_n(((tf_list){ 0 }))); }
TEST_ROW(constant_of_a_real_as_integer) { return AT(tf_constant(1.5, tf_int32)); }
TEST_ROW(constant_with_too_many_elements) { return AT(tf_constant(NP_INT(1, 2, 3), .shape = SHAPE(2))); }
TEST_ROW(more_memory_than_there_is)
{
    tf_tensor n = tf_placeholder(tf_int32, SHAPE(2)), huge = AT(tf_zeros(n, tf_float32)), sum = tf_reduce_sum(tf_tanh(huge));
    return ran = true, tf_run(sess, FETCH(sum, &array), FEED(n, NP_INT(1000000, 2000000))), none;
}
TEST_ROW(more_elements_than_can_be_counted)
{
    tf_tensor n = tf_placeholder(tf_int32, SHAPE(4)), huge = AT(tf_zeros(n, tf_float32)), sum = tf_reduce_sum(tf_tanh(huge));
    return ran = true, tf_run(sess, FETCH(sum, &array), FEED(n, NP_INT(1 << 30, 1 << 30, 1 << 30, 1 << 30))), none;
}

/* ---- gradients and optimizers -------------------------------------------------------------------------------------------------- */

TEST_ROW(grad_ys_of_another_number) { return AT(tf_at(tf_gradients(LIST(tf_add(y, 1)), LIST(y), LIST(y, y)), 0)); }
TEST_ROW(second_derivative_that_is_not_there)
{
    tf_tensor loss =
        AT(tf_nn_sparse_softmax_cross_entropy_with_logits(.labels = tf_constant(NP_INT(0)),
                                                          .logits = tf_placeholder(tf_float32, SHAPE(1, 3), .name = "m")));
    tf_tensor m = tf_get_tensor_by_name(graph, "m:0"), first = tf_at(tf_gradients(LIST(loss), LIST(m)), 0);
    return AT(tf_at(tf_gradients(LIST(first), LIST(m)), 0));
}
TEST_ROW(no_variables) { return AT(tf_minimize(tf_train_gradient_descent_optimizer(0.1), tf_reduce_sum(y))), none; }
TEST_ROW(group_of_none) { return AT(tf_group(x, none)), none; }
TEST_ROW(gradients_of_none) { return AT(tf_at(tf_gradients(LIST(none), LIST(y)), 0)); }
TEST_ROW(no_optimizer) { return AT(tf_minimize(NULL, tf_reduce_sum(y))), none; }
TEST_ROW(no_optimizer_to_apply) { return AT(tf_apply_gradients(NULL, tf_zip(LIST(y), LIST(y)))), none; }
TEST_ROW(no_gradients)
{
    tf_variable(1.0, .name = "v");
    tf_tensor p = tf_placeholder(tf_float32, SCALAR), loss = tf_mul(p, p, .name = "mul");
    return AT(tf_minimize(tf_train_gradient_descent_optimizer(0.1), loss)), none;
}

/* ---- the rows -------------------------------------------------------------------------------------------------------------------------- */

#define EXISTS \
    "already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope? Originally defined at: …"
#define TENSOR_NAMES "Tensor names must be of the form \"<op_name>:<output_index>\"."
static const row rows[] = {
    ROW(feed_of_another_shape, tf_value_error, "Cannot feed value of shape (10, 4) for Tensor 'y:0', which has shape '(?, 3)'"),
    ROW(feed_of_a_number, tf_value_error, "Cannot feed value of shape () for Tensor 'y:0', which has shape '(?, 3)'"),
    ROW(feed_that_nobody_reads, tf_value_error, "Cannot feed value of shape (2,) for Tensor 'y:0', which has shape '(?, 3)'"),
    ROW(feed_of_an_integer_too_large, tf_type_error,
        "Type of feed value 3000000000 with type int is not compatible with Tensor type int32. Try explicitly setting the type of the feed tensor to a larger type (e.g. int64)."),
    ROW(feed_of_an_inexact_integer, tf_type_error,
        "Type of feed value 16777217 with type int is not compatible with Tensor type float32. …"),
    ROW(feed_of_an_integer_to_a_bool, tf_type_error,
        "Type of feed value 3 with type int is not compatible with Tensor type bool. …"),
    ROW(feed_of_a_tensor, tf_type_error, "The value of a feed cannot be a tf.Tensor object. …"),
    ROW(feed_of_an_array_without_data, tf_value_error, "The array fed for Tensor 'x:0' holds no data (was it fetched or loaded?)"),
    ROW(feed_of_none, tf_type_error, "Cannot interpret feed_dict key as Tensor: Can not convert a NoneType into a Tensor."),
    ROW(feed_to_a_tensor_of_another_graph, tf_type_error,
        "Cannot interpret feed_dict key as Tensor: Tensor Tensor(\"far:0\", shape=(?, 2), dtype=float32) is not an element of this graph."),
    ROW(fetch_from_another_graph, tf_value_error,
        "Fetch argument <tf.Tensor 'far:0' shape=(?, 2) dtype=float32> cannot be interpreted as a Tensor. (Tensor Tensor(\"far:0\", shape=(?, 2), dtype=float32) is not an element of this graph.)"),
    ROW(operation_of_another_graph, tf_value_error,
        "Fetch argument <tf.Operation 'far' type=Placeholder> cannot be interpreted as a Tensor. (Operation name: \"far\"\nop: \"Placeholder\"\n is not an element of this graph.)"),
    ROW(fetch_of_none, tf_type_error, "Fetch argument None has invalid type <class 'NoneType'>"),
    ROW(run_of_none, tf_type_error, "Fetch argument None has invalid type <class 'NoneType'>"),
    ROW(fetch_of_several_elements_into_a_number, tf_value_error,
        "'Const:0' of shape (2,) was fetched into a single number; a tf_ndarray takes any shape"),
    ROW(fetch_into_borrowed_memory_of_another_shape, tf_value_error,
        "'Const:0' (float32 (2,)) was fetched into borrowed memory of float32 (3,); start from { 0 } to have it allocated"),
    ROW(unfed, tf_invalid_argument, "You must feed a value for placeholder tensor 'p' with dtype float and shape [?,784]"),
    ROW(unfed_without_shape, tf_invalid_argument, "You must feed a value for placeholder tensor 'p' with dtype int32"),
    ROW(unfed_scalar, tf_invalid_argument, "You must feed a value for placeholder tensor 'p' with dtype int64"),

    ROW(uninitialized_variable, tf_failed_precondition, "Attempting to use uninitialized value w"),
    ROW(uninitialized_fetch, tf_failed_precondition, "Attempting to use uninitialized value w"),
    ROW(uninitialized_update, tf_failed_precondition, "Attempting to use uninitialized value w"),
    ROW(variable_twice, tf_value_error, "Variable v " EXISTS),
    ROW(variable_missing, tf_value_error,
        "Variable s/v does not exist, or was not created with tf.get_variable(). Did you mean to set reuse=tf.AUTO_REUSE in VarScope?"),
    ROW(variable_of_another_shape, tf_value_error, "Trying to share variable v, but specified shape (2,) and found shape (1,)."),
    ROW(variable_of_another_dtype, tf_value_error,
        "Trying to share variable v, but specified dtype float64 and found dtype float32_ref."),
    ROW(sparse_gradient_of_a_constrained_variable, tf_runtime_error, "Cannot use a constraint function on a sparse variable."),
    ROW(exact_name_twice, tf_value_error, "Duplicate node name in graph: 'out'"),
    ROW(exact_name_of_a_constant_twice, tf_value_error, "Duplicate node name in graph: 'out'"),
    ROW(name_that_an_exact_one_took, tf_value_error, "Duplicate node name in graph: 'out'"),
    ROW(exact_name_that_another_took, tf_value_error, "Duplicate node name in graph: 'out'"),
    ROW(exact_name_of_nothing, tf_value_error, "'/' is not a valid scope name"),
    ROW(exact_name_with_a_space, tf_value_error, "'a b/' is not a valid scope name"),
    ROW(operation_as_a_tensor, tf_type_error, "Can't convert Operation 'n' to Tensor (target dtype=None, name='x', as_ref=False)"),
    ROW(operations_as_tensors, tf_type_error, "Can't convert Operation 'n' to Tensor (target dtype=None, name=None, as_ref=False)"),
    ROW(variable_of_unknown_shape, tf_value_error,
        "initial_value must have a shape specified: Tensor(\"y:0\", shape=(?, 3), dtype=float32)"),
    ROW(assignment_of_another_shape, tf_value_error,
        "Dimension 0 in both shapes must be equal, but are 2 and 3. Shapes are [2] and [3]. for 'Assign' (op: 'Assign') with input shapes: [2], [3]."),
    ROW(assignment_of_another_shape_in_a_run, tf_invalid_argument,
        "Assign requires shapes of both tensors to match. lhs shape= [2] rhs shape= [3]"),
    ROW(addition_of_another_shape_in_a_run, tf_invalid_argument, "Parameters and update must be the same size"),
    ROW(assignment_of_another_dtype, tf_type_error,
        "Input 'value' of 'Assign' Op has type int32 that does not match type float32 of argument 'ref'."),
    ROW(assignment_to_a_constant, tf_type_error, "'Assign' Op requires that input 'ref' be a mutable tensor (e.g.: a tf.Variable)"),
    ROW(assignment_to_what_is_fed, tf_invalid_argument,
        "Input 0 of node Assign was passed float from _arg_w_0_0:0 incompatible with expected float_ref."),
    ROW(load_of_another_shape, tf_value_error,
        "Cannot feed value of shape (3,) for Tensor 'v/initial_value:0', which has shape '(2,)'"),
    ROW(load_into_a_constant, tf_type_error, "tf_load wants a variable of the session's graph, got 'c:0'"),

    ROW(closed_session, tf_runtime_error, "Attempted to use a closed Session."),
    ROW(null_session, tf_runtime_error, "The session is NULL: it could not be made, or was never made."),
    ROW(empty_graph, tf_runtime_error, "The Session graph is empty.  Add operations to the graph before calling run()."),
    ROW(evaluation_without_a_session, tf_value_error, "Cannot evaluate tensor using `eval()`: No default session is registered. …"),
    ROW(finalized_graph, tf_runtime_error, "Graph is finalized and cannot be modified."),
    ROW(operation_by_an_unknown_name, tf_key_error, "\"The name 'nope' refers to an Operation not in the graph.\""),
    ROW(operation_by_a_tensors_name, tf_value_error, "Name 'x:0' appears to refer to a Tensor, not a Operation."),
    ROW(tensor_by_an_unknown_name, tf_key_error,
        "\"The name 'nope:0' refers to a Tensor which does not exist. The operation, 'nope', does not exist in the graph.\""),
    ROW(tensor_by_an_operations_name, tf_value_error, "The name 'x' refers to an Operation, not a Tensor. " TENSOR_NAMES),
    ROW(tensor_by_no_name, tf_value_error, "The name 'nope' looks like an (invalid) Operation name, not a Tensor. " TENSOR_NAMES),
    ROW(tensor_by_an_output_too_many, tf_key_error,
        "\"The name 'x:1' refers to a Tensor which does not exist. The operation, 'x', exists but only has 1 outputs.\""),
    ROW(tensor_by_no_number, tf_value_error, "The name 'x:y' looks a like a Tensor name, but is not a valid one. " TENSOR_NAMES),
    ROW(tensors_of_two_graphs, tf_value_error,
        "Tensor(\"y:0\", shape=(?, 3), dtype=float32) must be from the same graph as Tensor(\"far:0\", shape=(?, 2), dtype=float32)."),
    ROW(invalid_node_name, tf_value_error, "'a b' is not a valid node name"),
    ROW(invalid_scope_name, tf_value_error, "'a b' is not a valid scope name"),
    ROW(shape_set_to_another, tf_value_error,
        "Dimension 1 in both shapes must be equal, but are 3 and 4. Shapes are [?,3] and [2,4]."),
    ROW(reset_inside_a_graph, tf_runtime_error,
        "Do not use tf.reset_default_graph() to clear nested graphs. If you need a cleared graph, exit the nesting and create a new graph."),
    ROW(list_index_out_of_range, tf_value_error, "list index out of range: 2 in a list of 2"),

    ROW(matmul_of_incompatible_shapes, tf_value_error,
        "Dimensions must be equal, but are 3 and 4 for 'MatMul' (op: 'MatMul') with input shapes: [?,3], [4,5]."),
    ROW(matmul_of_a_vector, tf_value_error,
        "Shape must be rank 2 but is rank 1 for 'MatMul' (op: 'MatMul') with input shapes: [3], [4,5]."),
    ROW(matmul_of_two_dtypes, tf_type_error,
        "Input 'b' of 'MatMul' Op has type float64 that does not match type float32 of argument 'a'."),
    ROW(matmul_in_a_run, tf_invalid_argument, "In[0] mismatch In[1] shape: 3 vs. 4: [2,3] [4,1] 0 0"),
    ROW(add_of_incompatible_shapes, tf_value_error,
        "Dimensions must be equal, but are 3 and 4 for 'add' (op: 'AddV2') with input shapes: [2,3], [4]."),
    ROW(add_in_a_run, tf_invalid_argument, "Incompatible shapes: [2,3] vs. [4]"),
    ROW(add_of_two_dtypes, tf_type_error,
        "Input 'y' of 'AddV2' Op has type int32 that does not match type float32 of argument 'x'."),
    ROW(add_of_none, tf_value_error, "None values not supported."),
    ROW(product_of_bools, tf_type_error, "Value passed to parameter 'x' has DataType bool not in list of allowed values: …"),
    ROW(sigmoid_of_integers, tf_type_error, "Value passed to parameter 'x' has DataType int32 not in list of allowed values: …"),
    ROW(unstack_of_unknown_length, tf_value_error, "Cannot infer num from shape (?, 3)"),
    ROW(unstack_of_unknown_rank, tf_value_error, "Cannot infer num from shape <unknown>"),
    ROW(unstack_of_another_length, tf_value_error,
        "Dimension must be 3 but is 4 for 'unstack' (op: 'Unpack') with input shapes: [4,3]."),
    ROW(unstack_of_an_axis_that_is_not_there, tf_value_error, "axis = 2 not in [-2, 2)"),
    ROW(unstack_in_a_run, tf_invalid_argument, "Input shape axis 0 must equal 3, got shape [4,2]"),
    ROW(uneven_split_in_a_run, tf_invalid_argument,
        "Number of ways to split should evenly divide the split dimension, but got split_dim 0 (size = 4) and num_split 3"),
    ROW(concat_in_a_run, tf_invalid_argument,
        "ConcatOp : Dimensions of inputs should match: shape[0] = [2,3] vs. shape[1] = [2,2]"),
    ROW(reshape_to_another_size, tf_value_error,
        "Cannot reshape a tensor with 6 elements to shape [4] (4 elements) for 'Reshape' (op: 'Reshape') with input shapes: [2,3], [1] and with input tensors computed as partial shapes: input[1] = [4]."),
    ROW(reshape_in_a_run, tf_invalid_argument,
        "Input to reshape is a tensor with 6 values, but the requested shape requires a multiple of 4"),
    ROW(gather_out_of_range, tf_invalid_argument, "indices[0] = 5 is not in [0, 3)"),
    ROW(slice_out_of_range, tf_invalid_argument, "slice index 2 of dimension 0 out of bounds."),
    ROW(division_of_integers_by_zero, tf_invalid_argument, "Integer division by zero"),
    ROW(label_out_of_range, tf_invalid_argument,
        "Received a label value of 3 which is outside the valid range of [0, 3).  Label values: 3"),
    ROW(labels_of_another_batch, tf_invalid_argument,
        "logits and labels must be broadcastable: logits_size=[2,3] labels_size=[3,3]"),
    ROW(reduction_over_an_axis_that_is_not_there, tf_value_error,
        "Invalid reduction dimension 5 for input with 2 dimensions. for 'Sum' (op: 'Sum') with input shapes: [2,3], [] and with computed input tensors: input[1] = <5>."),
    ROW(sum_of_no_tensors, tf_value_error,
        "inputs must be a list of at least one Tensor/IndexedSlices with the same dtype and shape"),
    ROW(constant_of_a_real_as_integer, tf_type_error, "Expected int32, got 1.5 of type 'float' instead."),
    ROW(constant_with_too_many_elements, tf_value_error, "Too many elements provided. Needed at most 2, but received 3"),
    ROW(more_memory_than_there_is, tf_resource_exhausted,
        "OOM when allocating tensor with shape[1000000,2000000] and type float by allocator cpu"),
    ROW(more_elements_than_can_be_counted, tf_invalid_argument,
        "Shape [1073741824,1073741824,1073741824,1073741824] would have more than 2**63 - 1 elements"),

    ROW(grad_ys_of_another_number, tf_value_error, "Passed 2 grad_ys for 1 ys"),
    ROW(second_derivative_that_is_not_there, tf_lookup_error,
        "Gradient explicitly disabled. Reason: Currently there is no way to take the second derivative of sparse_softmax_cross_entropy_with_logits due to the fused implementation's interaction with tf.gradients()"),
    ROW(no_variables, tf_value_error, "No variables to optimize."),
    ROW(sparse_shape_that_does_not_hold_the_old_one, tf_invalid_argument,
        "assertion failed: [Condition x <= y did not hold element-wise:] [x (Identity_2:0) = ] [2 3] [y (control_dependency:0) = ] [1 5]"),
    ROW(group_of_none, tf_type_error, "Expected tf.group() expected Tensor arguments not 'None' with type '<class 'NoneType'>'"),
    ROW(gradients_of_none, tf_value_error, "None values not supported."),
    ROW(no_optimizer, tf_type_error, "'NoneType' object has no attribute 'minimize'"),
    ROW(no_optimizer_to_apply, tf_type_error, "'NoneType' object has no attribute 'apply_gradients'"),
    ROW(no_gradients, tf_value_error,
        "No gradients provided for any variable, check your graph for ops that do not support gradients, between variables [\"<tf.Variable 'v:0' shape=() dtype=float32_ref>\"] and loss Tensor(\"mul:0\", shape=(), dtype=float32)."),

};

/* ---- handlers ------------------------------------------------------------------------------------------------------------------------------ */

static int said;
static void count_reports(const tf_error *e)
{
    (void)e;
    said++;
}

START_TEST(the_first_run_after_an_unreported_mistake_says_so_once)
{
    float f = 0;
    tf_on_error(tf_silent);
    tf_tensor bad = tf_matmul(y, tf_placeholder(tf_float32, SHAPE(4, 5))), fine = tf_constant(2.0);
    ck_assert_int_eq(tf_run(sess, FETCH(fine, &f)), tf_ok); /* still nobody listens */
    tf_on_error(count_reports);
    said = 0;
    ck_assert_int_eq(tf_run(sess, FETCH(fine, &f)), tf_ok);
    ck_assert(said == 1 && f == 2);
    ck_assert_int_eq(tf_last_error()->code, tf_value_error);
    ck_assert_int_eq(tf_run(sess, FETCH(fine, &f)), tf_ok);
    ck_assert_int_eq(said, 1);
    ck_assert_int_eq(tf_run(sess, bad), tf_value_error);
    ck_assert_int_eq(said, 2);
}
END_TEST

START_TEST(a_run_refused_for_an_unreported_mistake_says_it_once)
{
    tf_on_error(tf_silent);
    tf_tensor bad = tf_matmul(y, tf_placeholder(tf_float32, SHAPE(4, 5)));
    tf_on_error(count_reports);
    said = 0;
    ck_assert_int_eq(tf_run(sess, bad), tf_value_error);
    ck_assert_int_eq(said, 1);
    ck_assert_int_eq(tf_run(sess, x, FEED(x, 1)), tf_ok);
    ck_assert_int_eq(said, 1);
}
END_TEST

static void run_again(const tf_error *e)
{
    (void)e;
    said++;
    tf_on_error(tf_silent);
    ck_assert_int_eq(tf_run(sess, FETCH(tf_constant(4.0), &number)), tf_ok);
}

START_TEST(a_handler_may_run_the_session)
{
    said = 0;
    tf_on_error(run_again);
    ck_assert_int_eq(tf_run(sess, FETCH(y, &array), FEED(y, 1)), tf_value_error);
    ck_assert(said == 1 && number == 4);
    tf_on_error(run_again);
    ck_assert_int_eq(tf_run(sess, FETCH(tf_gather(tf_constant(NP_FLOAT(1, 2)), z), &array), FEED(z, 7)), tf_invalid_argument);
    ck_assert(said == 2);
}
END_TEST

START_TEST(what_a_run_meets_at_an_operation_is_said_with_the_runs_line)
{
    tf_on_error(tf_silent);
    tf_tensor v = AT(tf_variable(1.0));
    int run = __LINE__ + 1;
    tf_run(sess, FETCH(v, &number));
    ck_assert_int_eq(tf_last_error()->where.line, line);
    ck_assert_int_eq(tf_last_error()->run.line, run);
    ck_assert_str_eq(tf_last_error()->run.file, __FILE__);
    tf_run(sess, FETCH(x, &number), FEED(x, NP_FLOAT(1, 2))); /* the mistake is the run's own */
    ck_assert_int_eq(tf_last_error()->where.line, run + 4);
    ck_assert_ptr_null(tf_last_error()->run.file);
}
END_TEST

static jmp_buf out;
static void jump_out(const tf_error *e) { longjmp(out, (int)e->code); }

START_TEST(a_handler_may_jump_out_of_a_run)
{
    tf_tensor v = tf_variable(1.0), bad = tf_assign(v, tf_reshape(tf_gather(tf_constant(NP_FLOAT(1, 2)), z), SCALAR));
    tf_on_error(jump_out);
    if (!setjmp(out)) {
        tf_run(sess, FETCH(bad, &array), FEED(z, 7));
        ck_abort();
    }
    assert_all_else_runs();
}
END_TEST

int main(void)
{
    TCase *handlers = tcase_create("handlers");
    tcase_add_checked_fixture(handlers, begin, end);
    tcase_add_test(handlers, the_first_run_after_an_unreported_mistake_says_so_once);
    tcase_add_test(handlers, a_run_refused_for_an_unreported_mistake_says_it_once);
    tcase_add_test(handlers, what_a_run_meets_at_an_operation_is_said_with_the_runs_line);
    tcase_add_test(handlers, a_handler_may_run_the_session);
    tcase_add_test(handlers, a_handler_may_jump_out_of_a_run);
    return run_mistakes("mistakes", rows, sizeof rows / sizeof *rows, handlers);
}
