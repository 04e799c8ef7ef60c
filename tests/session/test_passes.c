/* What each stage of the planner makes of a small graph, as text; what it must leave alone; and that no choice of passes changes
 * a number. The passes' names come from the library: a new one is replayed with and without it at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/matmul.h"
#include "session/plan/pipeline.h"
#include "session/tf1c.h"
#include "tests/goldens.h"
#include "tests/support.h"

/* ---- small graphs ---------------------------------------------------------------------------------------------------------- */

enum { MOST = 4 };
static struct {
    int n_fetches, n_arrays;
    tf_fetch fetches[MOST];
    tf_ndarray out[MOST], arrays[2 * MOST];
    tf_feeds feeds;
} graph;

/* A fed matrix of numbers between -1 and 1. */
static tf_tensor input(tf_dims dims)
{
    tf_tensor x = tf_placeholder(tf_float32, dims);
    tf_ndarray *a = &graph.arrays[graph.n_arrays++];
    *a = np_zeros(dims, tf_float32);
    for (int64_t i = 0; i < np_size(*a); i++)
        ((float *)a->data)[i] = (float)((i * 37 + graph.n_arrays * 11) % 41 - 20) / 20;
    tf_feed_set(&graph.feeds, x, *a);
    return x;
}

static void fetch(tf_tensor t)
{
    tf_ndarray *out = &graph.out[graph.n_fetches];
    graph.fetches[graph.n_fetches++] = tf_into_array(tf_fetch_tensor(t), out);
}

static tf_tensor v; /* a variable of the graph, where it has one */
static tf_tensor matrix(int64_t rows, int64_t columns) { return input(SHAPE(rows, columns)); }
static tf_tensor rows_product(tf_tensor a, tf_tensor b) { return tf_matmul(a, b, .transpose_a = true); }

/* sums */
static void sum_of_products(void)
{
    tf_tensor a = matrix(2, 3), b = matrix(2, 4), c = matrix(2, 3), d = matrix(2, 4);
    fetch(tf_add_n(LIST(rows_product(a, b), rows_product(c, d))));
}
static void sum_of_fetched_product(void)
{
    tf_tensor a = matrix(2, 3), b = matrix(2, 4), p = rows_product(a, b);
    fetch(tf_add_n(LIST(p, rows_product(a, b))));
    fetch(p);
}
static void sum_of_controlled_product(void)
{
    tf_tensor a = matrix(2, 3), b = matrix(2, 4), p = rows_product(a, b), q, first = tf_square(a);
    tf_with_control_dependencies(OPS(first)) {
        q = rows_product(a, b);
    }
    fetch(tf_add_n(LIST(p, q)));
}
static void sum_of_other_products(void)
{
    tf_tensor a = matrix(2, 3), b = matrix(3, 4);
    fetch(tf_add_n(LIST(tf_matmul(a, b), tf_matmul(a, b))));
}
static void sum_of_unlike_products(void)
{
    tf_tensor a = matrix(2, 3), b = matrix(2, 4), c = matrix(5, 3), d = matrix(5, 4);
    fetch(tf_add_n(LIST(rows_product(a, b), rows_product(c, d))));
}

static tf_tensor rnn_step(tf_tensor state, tf_tensor x, void *w) { return tf_tanh(tf_add(tf_matmul(x, *(tf_tensor *)w), state)); }
static void gradient_of_scan(void)
{
    tf_tensor x = input(SHAPE(3, 2, 4)), w = matrix(4, 5), y = tf_scan(rnn_step, x, tf_zeros(SHAPE(2, 5)), .context = &w);
    fetch(tf_at(tf_gradients(LIST(y), LIST(w)), 0));
}
static tf_tensor same_step(tf_tensor state, tf_tensor x, void *context)
{
    tf_tensor *cw = context;
    return tf_tanh(tf_add(tf_add(tf_matmul(cw[0], cw[1]), x), state));
}
static void gradient_of_captured(void)
{
    tf_tensor x = input(SHAPE(3, 2, 5)), c = matrix(2, 4), w = matrix(4, 5), cw[2] = { c, w },
              y = tf_scan(same_step, x, tf_zeros(SHAPE(2, 5)), .context = cw);
    fetch(tf_at(tf_gradients(LIST(y), LIST(cw[1])), 0));
}
static tf_tensor fewer(tf_list vars, void *context)
{
    return tf_less(tf_at(vars, 1), tf_reduce_sum(tf_square(((tf_tensor *)context)[0])));
}
static tf_list multiplied(tf_list vars, void *context)
{
    tf_tensor x = tf_matmul(tf_at(vars, 0), ((tf_tensor *)context)[1]);
    return LIST(x, tf_add(tf_at(vars, 1), 1));
}
static tf_tensor product_until(tf_tensor xw[2])
{
    xw[0] = matrix(2, 3);
    xw[1] = matrix(3, 3);
    return tf_at(tf_while_loop(fewer, multiplied, LIST(xw[0], tf_constant(0.0)), .context = xw), 0);
}
static void gradient_of_while(void)
{
    tf_tensor xw[2], y = product_until(xw);
    fetch(tf_at(tf_gradients(LIST(y), LIST(xw[1])), 0));
}

/* simplify */
static void nothing_changed(void)
{
    tf_tensor x = matrix(2, 3), same = tf_transpose(tf_reshape(tf_identity(x), SHAPE(2, 3)), SHAPE(0, 1));
    fetch(tf_square(tf_getitem(same, ":, :")));
}
static void computed_twice(void)
{
    tf_tensor x = matrix(2, 3), y = matrix(2, 3);
    fetch(tf_mul(tf_tanh(tf_add(x, y)), tf_sin(tf_add(x, y))));
}
static void not_quite_alike(void)
{
    tf_tensor x = matrix(3, 3), y = matrix(3, 3);
    fetch(tf_add(tf_matmul(x, y), tf_matmul(x, y, .transpose_b = true)));
    fetch(tf_sub(x, y));
    fetch(tf_sub(y, x));
}
static void alike_in_a_body(void)
{
    tf_tensor x = input(SHAPE(3, 2, 4)), w = matrix(4, 5);
    tf_tensor y = tf_scan(rnn_step, x, tf_zeros(SHAPE(2, 5)), .context = &w),
              z = tf_scan(rnn_step, tf_identity(x), tf_zeros(SHAPE(2, 5)), .context = &w);
    fetch(tf_add(y, z));
}
static void fetched_identity(void)
{
    tf_tensor x = tf_square(matrix(2, 3));
    fetch(tf_identity(x));
    fetch(x);
}
static void alike_under_control(void)
{
    tf_tensor x = matrix(2, 3), first = tf_square(x), y = tf_tanh(x), z, same;
    tf_with_control_dependencies(OPS(first)) {
        z = tf_tanh(x);
        same = tf_identity(y);
    }
    fetch(y);
    fetch(z);
    fetch(same);
}
static void random_twice(void)
{
    fetch(tf_random_uniform(SHAPE(3), .seed = 1));
    fetch(tf_random_uniform(SHAPE(3), .seed = 1));
}
static void assigned_twice(void)
{
    v = tf_variable(1.0);
    tf_tensor one = tf_assign_add(v, tf_constant(2.0)), two;
    tf_with_control_dependencies(OPS(one)) {
        two = tf_assign_add(v, tf_constant(2.0));
    }
    fetch(tf_add(two, 0.5));
}
static void read_before_and_after(void)
{
    v = tf_variable(1.0);
    tf_tensor before = tf_add(v, 1), assigned = tf_assign(v, tf_constant(5.0)), after;
    tf_with_control_dependencies(OPS(assigned)) {
        after = tf_add(v, 1);
    }
    fetch(before);
    fetch(after);
}

static void broadcast_for_one(void)
{
    tf_tensor x = input(SHAPE(3)), y = matrix(2, 3);
    tf_tensor spread = tf_broadcast_to(x, SHAPE(2, 3));
    fetch(tf_mul(spread, y));
    fetch(tf_square(spread));
}

/* hoist */
static tf_tensor layer_of_slice(tf_tensor x, void *w) { return tf_tanh(tf_matmul(x, *(tf_tensor *)w)); }
static void layer_mapped(void)
{
    tf_tensor x = input(SHAPE(3, 2, 4)), w = matrix(4, 5);
    fetch(tf_map_fn(layer_of_slice, x, .context = &w));
}
static tf_tensor turned_step(tf_tensor state, tf_tensor x, void *w)
{
    tf_tensor rows = tf_transpose(tf_square(x));
    return tf_tanh(tf_add(tf_matmul(rows, *(tf_tensor *)w), state));
}
static void product_of_views(void)
{
    tf_tensor x = input(SHAPE(3, 4, 2)), w = matrix(4, 5);
    fetch(tf_scan(turned_step, x, tf_zeros(SHAPE(2, 5)), .context = &w));
}
static tf_tensor scaled_step(tf_tensor state, tf_tensor x, void *w) { return tf_add(tf_mul(state, tf_square(*(tf_tensor *)w)), x); }
static void same_in_each_step(void)
{
    tf_tensor x = input(SHAPE(3, 4)), w = input(SHAPE(4));
    fetch(tf_scan(scaled_step, x, tf_zeros(SHAPE(4)), .context = &w));
}
static tf_list scaled(tf_list vars, void *context)
{
    tf_tensor x = tf_mul(tf_at(vars, 0), tf_tanh(((tf_tensor *)context)[1]));
    return LIST(x, tf_add(tf_at(vars, 1), 1));
}
static void same_in_each_unknown_step(void)
{
    tf_tensor xw[2] = { matrix(2, 3), matrix(2, 3) };
    fetch(tf_at(tf_while_loop(fewer, scaled, LIST(xw[0], tf_constant(0.0)), .context = xw), 0));
}
static tf_list row_at_step(tf_list vars, void *context)
{
    tf_tensor row = tf_gather(tf_transpose(((tf_tensor *)context)[1]), tf_cast(tf_at(vars, 1), tf_int32));
    return LIST(tf_add(tf_at(vars, 0), row), tf_add(tf_at(vars, 1), 1));
}
static void turned_for_all_steps(void)
{
    tf_tensor xw[2] = { matrix(2, 3), matrix(3, 4) };
    fetch(tf_at(tf_while_loop(fewer, row_at_step, LIST(xw[0], tf_constant(0.0)), .context = xw), 0));
}
static tf_list joined_and_row_at_step(tf_list vars, void *context)
{
    tf_tensor joined = tf_concat(LIST(((tf_tensor *)context)[1], ((tf_tensor *)context)[0]), 0);
    return LIST(tf_add(tf_at(vars, 0), tf_gather(joined, tf_cast(tf_at(vars, 1), tf_int32))), tf_add(tf_at(vars, 1), 1));
}
static void joined_for_all_steps(void)
{
    tf_tensor xw[2] = { matrix(2, 3), matrix(3, 3) };
    fetch(tf_at(tf_while_loop(fewer, joined_and_row_at_step, LIST(xw[0], tf_constant(0.0)), .context = xw), 0));
}
static tf_list looked_up(tf_list vars, void *context)
{
    tf_tensor row = tf_gather(((tf_tensor *)context)[1], tf_constant(NP_INT(2, 0)));
    return LIST(tf_add(tf_at(vars, 0), row), tf_add(tf_at(vars, 1), 1));
}
static void may_fail_in_an_unknown_step(void)
{
    tf_tensor xw[2] = { matrix(2, 3), matrix(3, 3) };
    fetch(tf_at(tf_while_loop(fewer, looked_up, LIST(xw[0], tf_constant(0.0)), .context = xw), 0));
}
static tf_list indexed(tf_list vars, void *context)
{
    const tf_tensor *c = context;
    tf_tensor row = tf_strided_slice(c[1], c[2], c[3], .shrink_axis_mask = 1);
    return LIST(tf_add(tf_at(vars, 0), tf_square(row)), tf_add(tf_at(vars, 1), 1));
}
static void may_be_out_of_bounds_in_an_unknown_step(void)
{
    tf_tensor ones = input(SHAPE(1)), i = tf_cast(tf_mul(ones, 0.0), tf_int32), j = tf_cast(tf_ceil(tf_square(ones)), tf_int32);
    tf_tensor c[] = { matrix(2, 3), matrix(3, 3), i, j };
    fetch(tf_at(tf_while_loop(fewer, indexed, LIST(c[0], tf_constant(0.0)), .context = c), 0));
}
static tf_tensor row_probabilities(tf_tensor x, void *context) { return (void)context, tf_nn_softmax(x); }
static void softmax_of_rows(void) { fetch(tf_map_fn(row_probabilities, input(SHAPE(3, 2, 4)))); }
static void softmax_of_vectors(void) { fetch(tf_map_fn(row_probabilities, matrix(3, 4))); }
static tf_tensor rows_mapped(tf_tensor x, void *w) { return tf_map_fn(layer_of_slice, x, .context = w); }
static void layer_mapped_twice(void)
{
    tf_tensor x = input(SHAPE(2, 3, 2, 4)), w = matrix(4, 5);
    fetch(tf_map_fn(rows_mapped, x, .context = &w));
}
static tf_tensor counting_layer(tf_tensor x, void *w)
{
    tf_tensor more = tf_assign_add(v, tf_constant(1.0)), y;
    tf_with_control_dependencies(OPS(more)) {
        y = tf_matmul(x, *(tf_tensor *)w);
    }
    return tf_add(tf_matmul(x, *(tf_tensor *)w), y);
}
static void variable_written_in_a_body(void)
{
    v = tf_variable(0.0);
    tf_tensor x = input(SHAPE(3, 2, 4)), w = matrix(4, 5);
    fetch(tf_map_fn(counting_layer, x, .context = &w));
}
static tf_tensor noise(tf_tensor x, void *w) { return tf_add(tf_mul(x, *(tf_tensor *)w), tf_random_uniform(SHAPE(4), .seed = 3)); }
static void random_in_each_step(void)
{
    tf_tensor x = matrix(3, 4), w = input(SHAPE(4));
    fetch(tf_map_fn(noise, x, .context = &w));
}
static tf_tensor late_layer(tf_tensor x, void *w)
{
    tf_tensor first = tf_square(x), y;
    tf_with_control_dependencies(OPS(first)) {
        y = tf_matmul(x, *(tf_tensor *)w);
    }
    return y;
}
static void controlled_in_a_body(void)
{
    tf_tensor x = input(SHAPE(3, 2, 4)), w = matrix(4, 5);
    fetch(tf_map_fn(late_layer, x, .context = &w));
}
static tf_tensor state_step(tf_tensor state, tf_tensor x, void *w) { return tf_tanh(tf_add(tf_matmul(state, *(tf_tensor *)w), x)); }
static void product_of_the_state(void)
{
    tf_tensor x = input(SHAPE(3, 2, 4)), w = matrix(4, 4);
    fetch(tf_scan(state_step, x, tf_zeros(SHAPE(2, 4)), .context = &w));
}
static tf_tensor scaled_by_variable(tf_tensor x, void *context) { return (void)context, tf_mul(x, tf_square(v)); }
static void mapped_after_assigned(void)
{
    v = tf_variable(2.0);
    tf_tensor x = matrix(3, 4), assigned = tf_assign(v, tf_constant(5.0)), y;
    tf_with_control_dependencies(OPS(assigned)) {
        y = tf_map_fn(scaled_by_variable, x);
    }
    fetch(y);
}
static void mapped_on_what_was_assigned(void)
{
    v = tf_variable(2.0);
    tf_tensor x = matrix(3, 4), assigned = tf_assign(v, tf_constant(5.0));
    fetch(tf_map_fn(scaled_by_variable, tf_mul(x, assigned)));
}

/* sums, out of loops */
static tf_tensor biased_step(tf_tensor state, tf_tensor x, void *b) { return tf_tanh(tf_add(tf_add(x, *(tf_tensor *)b), state)); }
static void product_read_twice(void)
{
    tf_tensor p = tf_matmul(matrix(2, 3), matrix(3, 4));
    fetch(tf_add(p, input(SHAPE(4))));
    fetch(p);
}
static void computed_bias(void) { fetch(tf_add(tf_matmul(matrix(2, 3), matrix(3, 4)), tf_square(input(SHAPE(4))))); }
static void sum_that_waits(void)
{
    tf_tensor p = tf_matmul(matrix(2, 3), matrix(3, 4)), bias = input(SHAPE(4)), y, first = tf_square(bias);
    tf_with_control_dependencies(OPS(first)) {
        y = tf_add(p, bias);
    }
    fetch(y);
    fetch(first);
}
static tf_tensor overwritten_weight(tf_tensor state, tf_tensor step, void *context)
{
    (void)context, (void)step;
    tf_tensor product;
    tf_with_control_dependencies(OPS(tf_assign_add(v, tf_ones(SHAPE(16, 16))))) {
        product = tf_matmul(state, tf_identity(v));
    }
    return product;
}
static void matrix_changed_by_the_loop(void)
{
    v = tf_variable(tf_ones(SHAPE(16, 16)));
    fetch(tf_foldl(overwritten_weight, matrix(4, 1), .initializer = matrix(4, 16)));
}
static void gradient_of_bias(void)
{
    tf_tensor x = input(SHAPE(3, 2, 4)), b = input(SHAPE(4)), y = tf_scan(biased_step, x, tf_zeros(SHAPE(2, 4)), .context = &b);
    fetch(tf_at(tf_gradients(LIST(y), LIST(b)), 0));
}
static tf_tensor joined_pairs(tf_tensor x, void *w) { return tf_tanh(tf_matmul(x, *(tf_tensor *)w)); }
static void gradient_of_pairs(void)
{
    tf_tensor x = input(SHAPE(3, 2, 1, 4)), w = input(SHAPE(2, 4, 5)), y = tf_map_fn(joined_pairs, x, .context = &w);
    fetch(tf_at(tf_gradients(LIST(y), LIST(w)), 0));
}
static void gradient_of_spread_pairs(void)
{
    tf_tensor x = input(SHAPE(3, 1, 1, 4)), w = input(SHAPE(2, 4, 5)), y = tf_map_fn(joined_pairs, x, .context = &w);
    fetch(tf_at(tf_gradients(LIST(y), LIST(w)), 0));
}

/* dots */
static tf_tensor scores(tf_tensor x, tf_tensor vector) { return tf_reduce_sum(tf_mul(vector, tf_tanh(x)), AXES(-1)); }
static void score(void) { fetch(scores(input(SHAPE(16, 16, 16)), input(SHAPE(16)))); }
static void gradient_of_score(void)
{
    tf_tensor vector = input(SHAPE(16)), y = scores(input(SHAPE(16, 16, 16)), vector);
    fetch(tf_at(tf_gradients(LIST(tf_square(y)), LIST(vector)), 0));
}
static tf_tensor score_step(tf_tensor x, void *vector) { return scores(x, *(tf_tensor *)vector); }
static void gradient_of_mapped_score(void)
{
    tf_tensor vector = input(SHAPE(16)), y = tf_map_fn(score_step, input(SHAPE(3, 16, 16, 16)), .context = &vector);
    fetch(tf_at(tf_gradients(LIST(tf_square(y)), LIST(vector)), 0));
}
static void small_score(void) { fetch(scores(input(SHAPE(4, 4, 16)), input(SHAPE(16)))); }
static void score_of_fetched(void)
{
    tf_tensor p = tf_mul(input(SHAPE(16, 16, 16)), input(SHAPE(16)));
    fetch(tf_reduce_sum(p, AXES(2)));
    fetch(p);
}
static void sum_over_other_axes(void)
{
    tf_tensor x = input(SHAPE(16, 16, 16)), vector = input(SHAPE(16));
    fetch(tf_reduce_sum(tf_mul(x, vector), AXES(0, 1)));
    fetch(tf_reduce_sum(tf_mul(x, tf_reshape(vector, SHAPE(16, 1))), AXES(2)));
}
static void sum_of_every_row(void) { fetch(tf_reduce_sum(tf_mul(input(SHAPE(16, 16, 16)), input(SHAPE(16, 16, 16))), AXES(2))); }

/* pack */
static void products_with_one_weight(void)
{
    tf_tensor x = matrix(4, 16), y = matrix(5, 16), w = matrix(16, 8);
    fetch(tf_matmul(x, w));
    fetch(tf_matmul(y, w));
}
static void wide_recurrence(void)
{
    tf_tensor x = input(SHAPE(3, 4, 16)), w = matrix(16, 16);
    fetch(tf_scan(state_step, x, tf_zeros(SHAPE(4, 16)), .context = &w));
}
static void one_product(void)
{
    tf_tensor x = matrix(4, 16), w = matrix(16, 8);
    fetch(tf_matmul(x, w));
}
static void tiny_products(void)
{
    tf_tensor x = matrix(4, 4), y = matrix(5, 4), w = matrix(4, 8);
    fetch(tf_matmul(x, w));
    fetch(tf_matmul(y, w));
}
static void weight_used_both_ways(void)
{
    tf_tensor x = matrix(4, 16), w = matrix(16, 16);
    fetch(tf_matmul(x, w));
    fetch(tf_matmul(x, w, .transpose_b = true));
}
static void weight_changed_between(void)
{
    tf_tensor x = matrix(4, 16), y;
    v = tf_variable(tf_zeros(SHAPE(16, 8)));
    tf_tensor before = tf_matmul(x, v), assigned = tf_assign(v, matrix(16, 8));
    tf_with_control_dependencies(OPS(assigned)) {
        y = tf_matmul(x, v);
    }
    fetch(before);
    fetch(y);
}
static tf_tensor by_slice(tf_tensor state, tf_tensor w, void *context) { return (void)context, tf_tanh(tf_matmul(state, w)); }
static void weight_of_each_step(void) { fetch(tf_scan(by_slice, input(SHAPE(3, 16, 16)), tf_ones(SHAPE(4, 16)))); }

/* build */
static void while_loop(void)
{
    tf_tensor xw[2];
    fetch(product_until(xw));
}
static tf_tensor squared(void *x) { return tf_square(*(tf_tensor *)x); }
static tf_tensor negated(void *x) { return tf_neg(*(tf_tensor *)x); }
static void branch(void)
{
    tf_tensor x = matrix(2, 2), sum = tf_reduce_sum(x);
    fetch(tf_cond(tf_less(sum, 0), squared, negated, .context = &x));
}
static void known_values(void)
{
    tf_tensor x = matrix(2, 3), c = tf_add(tf_constant(NP_FLOAT(1, 2, 3)), 1);
    fetch(tf_add(tf_add(tf_mul(x, 0.5), c), tf_mul(tf_ones_like(x), 3)));
}

/* blocks */
static tf_tensor product(void) /* [2,8] */
{
    tf_tensor a = matrix(2, 3), b = matrix(3, 8);
    return tf_matmul(a, b);
}
static void columns_of_product(void) { fetch(tf_getitem(product(), ":, 2:6")); }
static void part_of_turned_product(void)
{
    tf_tensor a = matrix(3, 6), b = matrix(4, 3);
    fetch(tf_getitem(tf_matmul(a, b, .transpose_a = true, .transpose_b = true), "1:4, 0:2"));
}
static void one_half_of_product(void) { fetch(tf_at(tf_split(product(), 2, 1), 1)); }
static void both_halves_of_product(void)
{
    tf_list halves = tf_split(product(), 2, 1);
    fetch(tf_at(halves, 0));
    fetch(tf_at(halves, 1));
}
static void product_and_its_columns(void)
{
    tf_tensor p = product();
    fetch(tf_getitem(p, ":, 2:6"));
    fetch(p);
}
static void every_other_column(void) { fetch(tf_getitem(product(), ":, ::2")); }
static void columns_of_controlled_product(void)
{
    tf_tensor a = matrix(2, 3), b = matrix(3, 8), p, first = tf_square(a);
    tf_with_control_dependencies(OPS(first)) {
        p = tf_matmul(a, b);
    }
    fetch(tf_getitem(p, ":, 2:6"));
}
static void gates(void)
{
    tf_tensor x = matrix(2, 6), b = input(SHAPE(6));
    tf_list zs = tf_split(tf_sigmoid(tf_add(x, b)), 2, 1);
    fetch(tf_mul(tf_at(zs, 0), tf_at(zs, 1)));
}
static void halves_of_rows(void)
{
    tf_list zs = tf_split(tf_sigmoid(matrix(4, 6)), 2, 0);
    fetch(tf_mul(tf_at(zs, 0), tf_at(zs, 1)));
}
static void gates_read_whole_too(void)
{
    tf_tensor z = tf_sigmoid(matrix(2, 6));
    tf_list zs = tf_split(z, 2, 1);
    fetch(tf_mul(tf_at(zs, 0), tf_at(zs, 1)));
    fetch(z);
}

/* layout, in branches */
static tf_tensor left, right; /* halves of rows */
static tf_tensor softmax_of_left(void *context) { return (void)context, tf_nn_softmax(left); }
static tf_tensor sum_of_left(void *context) { return (void)context, tf_add(tf_nn_softmax(left), right); }
static void halves_in_branches(void)
{
    tf_list halves = tf_split(matrix(2, 4), 2, 1);
    left = tf_at(halves, 0);
    right = tf_at(halves, 1);
    fetch(tf_cond(tf_less(tf_reduce_sum(left), 100.0), softmax_of_left, sum_of_left));
}

/* fuse */
static void chain(void)
{
    tf_tensor x = matrix(4, 3), w = matrix(4, 3), b = input(SHAPE(3));
    fetch(tf_tanh(tf_add(tf_mul(x, w), b)));
}
static void same_along_a_middle_axis(void)
{
    tf_tensor x = input(SHAPE(4, 3, 8)), y = input(SHAPE(4, 1, 8));
    fetch(tf_tanh(tf_add(x, y)));
}
static void same_along_every_other_axis(void)
{
    tf_tensor x = input(SHAPE(2, 3, 2, 3, 8)), y = input(SHAPE(2, 1, 2, 1, 8));
    fetch(tf_tanh(tf_add(x, y)));
}
static void chain_with_fetched_middle(void)
{
    tf_tensor m = tf_square(matrix(4, 3));
    fetch(tf_tanh(tf_add(m, 1)));
    fetch(m);
}
static void chain_of_integers(void)
{
    tf_tensor n = tf_cast(matrix(4, 3), tf_int32);
    fetch(tf_mul(tf_add(n, 1), n));
}
static void one_alone(void) { fetch(tf_tanh(matrix(4, 3))); }
static void unlike_shapes(void)
{
    fetch(tf_tanh(matrix(4, 3)));
    fetch(tf_tanh(matrix(3, 4)));
}
static void parts_of_one_whole(void)
{
    tf_tensor a = tf_tanh(matrix(2, 3)), b = tf_square(a), c = tf_exp(matrix(2, 3));
    fetch(tf_concat(LIST(a, b, c), 0));
}
static void reader_of_a_turned_result(void)
{
    tf_tensor t = tf_tanh(matrix(3, 3));
    fetch(tf_add(tf_transpose(t), t));
}

/* layout */
static void views(void) { fetch(tf_square(tf_getitem(tf_reshape(matrix(4, 6), SHAPE(8, 3)), "2:4"))); }
static void parts(void)
{
    tf_tensor x = tf_square(matrix(2, 3)), y = tf_tanh(matrix(1, 3));
    fetch(tf_concat(LIST(x, y), 0));
}
static void parts_that_are_fed(void)
{
    tf_tensor x = matrix(2, 3);
    fetch(tf_concat(LIST(x, x), 0));
}
static void part_read_twice(void)
{
    tf_tensor x = tf_square(matrix(2, 3)), c = tf_concat(LIST(x, x), 0);
    fetch(c);
}
static void turned_for_softmax(void) { fetch(tf_nn_softmax(tf_transpose(matrix(4, 6)))); }
static void turned_for_product(void)
{
    tf_tensor x = matrix(4, 6), y = matrix(4, 2);
    fetch(tf_matmul(tf_transpose(x), y));
}
static void variable_fetched(void)
{
    v = tf_variable(NP_FLOAT(1, 2));
    fetch(v);
}
static void stacked_straight(void)
{
    tf_tensor x = input(SHAPE(3, 2, 4)), w = matrix(4, 5);
    fetch(tf_scan(rnn_step, x, tf_zeros(SHAPE(2, 5)), .context = &w));
}

/* schedule */
static void swap(void)
{
    tf_tensor a = tf_variable(1.0), b = tf_variable(2.0);
    fetch(tf_assign(a, b));
    fetch(tf_assign(b, a));
}
static void read_before_assigned(void)
{
    v = tf_variable(1.0);
    tf_tensor assigned = tf_assign(v, tf_constant(5.0));
    fetch(assigned);
    fetch(tf_add(v, 1));
}
static void read_after_assigned(void)
{
    v = tf_variable(1.0);
    tf_tensor assigned = tf_assign(v, tf_constant(5.0)), after;
    tf_with_control_dependencies(OPS(assigned)) {
        after = tf_add(v, 1);
    }
    fetch(after);
}

/* place */
static void in_place(void) { fetch(tf_tanh(tf_square(tf_nn_softmax(matrix(4, 4))))); }
static void not_in_place(void)
{
    tf_tensor p = tf_nn_softmax(matrix(4, 4)), squares = tf_square(p);
    fetch(tf_add(squares, tf_tanh(p)));
}
static void one_after_the_other(void)
{
    tf_tensor x = matrix(4, 4);
    for (int i = 0; i < 4; i++)
        x = tf_matmul(x, x);
    fetch(x);
}

/* shard */
static void shards_of_their_own(void) { fetch(tf_tanh(tf_square(matrix(1024, 128)))); }
static void shards_of_others(void)
{
    tf_tensor x = tf_square(matrix(128, 128)), y = tf_tanh(matrix(128, 128));
    fetch(tf_matmul(x, y));
}
static void shards_one_row_on(void)
{
    tf_tensor last = tf_exp(matrix(1, 128));
    fetch(tf_mul(matrix(1024, 128), last)); /* for which all wait: what follows is among shards alone */
    fetch(tf_square(tf_getitem(tf_concat(LIST(tf_tanh(matrix(1024, 128)), last), 0), "1:")));
}
static void too_small_to_share(void) { fetch(tf_tanh(tf_square(matrix(64, 64)))); }

/* ---- stages as text -------------------------------------------------------------------------------------------------------------------- */

typedef void build_fn(void);

/* What stands under "== stage: " without the nodes' names and the legend; the caller's to free. */
static char *part_of(const char *text, const char *stage)
{
    char head[64];
    snprintf(head, sizeof head, "== %s: ", stage);
    const char *from = strstr(text, head), *to = from ? strstr(from, "\n\n== ") : NULL;
    ck_assert_msg(from, "no \"%s\" in\n%s", head, text);
    from += strlen(head);
    const char *stop = to ? to + 1 : from + strlen(from);
    char *part = calloc((size_t)(stop - from) + 1, 1), *end = part;
    for (const char *line = from, *next; line < stop; line = next) {
        next = strchr(line, '\n') + 1;
        const char *name = strstr(line, "  # ");
        size_t n = (size_t)((name && name < next ? name : next - 1) - line);
        if (*line == '(' || line + 1 == stop)
            continue; /* the legend; the last, empty line */
        memcpy(end, line, n);
        end[n] = '\n';
        end += n + 1;
    }
    return part;
}

static bool is_among(const char *names, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = names; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, name, n) == 0 && (at[n] == ',' || !at[n]))
            return true;
    return false;
}

/* All passes but `passes`, by commas both; NULL: all. */
static void all_but(const char *passes, char *off, size_t room)
{
    size_t n = 0;
    *off = 0;
    for (int i = 0; ir_pass_name(i); i++)
        if (!is_among(passes, ir_pass_name(i)))
            n += (size_t)snprintf(off + n, room - n, "%s%s", n ? "," : "", ir_pass_name(i));
}

static tf_session *session_without(const char *off, int threads)
{
    return tf_session(.config = tf_config_proto(.intra_op_parallelism_threads = threads, .passes_off = off));
}

static void make(build_fn *build)
{
    catch_errors();
    tf_reset_default_graph();
    memset(&graph, 0, sizeof graph);
    build();
}

static void unmake(void)
{
    tf_feeds_free(&graph.feeds);
    for (int i = 0; i < graph.n_arrays; i++)
        np_free(&graph.arrays[i]);
    for (int i = 0; i < graph.n_fetches; i++)
        np_free(&graph.out[i]);
    tf_reset_default_graph();
    ck_assert_msg(caught()->count == 0, "a report nobody asked for: %s", caught()->message);
}

static tf_fetches fetches(void) { return (tf_fetches){ .n = graph.n_fetches, .items = graph.fetches }; }

/* The part of `stage` with one pass alone (NULL: none). */
static char *stage_with(const char *pass, const char *stage, int threads)
{
    char off[256];
    all_but(pass, off, sizeof off);
    tf_session *s = session_without(off, threads);
    char *text = tf_session_explain(s, fetches(), graph.feeds);
    ck_assert_msg(text, "%s", caught()->message);
    char *part = part_of(text, stage);
    free(text);
    tf_close(s);
    return part;
}

static void values_with(const char *pass, tf_ndarray *values)
{
    char off[256];
    all_but(pass, off, sizeof off);
    tf_session *s = session_without(off, 2);
    ck_assert_int_eq(tf_run(s, tf_global_variables_initializer()), tf_ok);
    ck_assert_msg(tf_run(s, fetches(), graph.feeds) == tf_ok, "%s", caught()->message);
    for (int i = 0; i < graph.n_fetches; i++)
        values[i] = np_copy(graph.out[i]);
    tf_close(s);
}

static void check_values(const char *pass)
{
    tf_ndarray with[MOST], without[MOST];
    values_with(pass, with);
    values_with(NULL, without);
    for (int i = 0; i < graph.n_fetches; i++) {
        const char *difference = array_difference(with[i], without[i], 1e-5);
        ck_assert_msg(!difference, "result %d: %s", i, difference);
        np_free(&with[i]);
        np_free(&without[i]);
    }
}

typedef struct {
    const char *sentence, *pass, *stage; /* pass: one, or several by commas; NULL: none is on */
    build_fn *build;
    const char *text; /* of the stage; NULL: nothing to change */
    int threads;
} row;

static const row rows[] = {
#include "cases/passes.def"
};

/* How many floats a packed matrix of 16 rows has is the ISA level's: "[panel]" in the rows. So is by what products are computed,
 * which the rows leave out. */
static void name_panels(char *text)
{
    char size[32], *by = strstr(text, ", products by ");
    if (by)
        memmove(by, strchr(by, '\n'), strlen(strchr(by, '\n')) + 1);
    if (!tf1c_matmul_is_own(tf_float32)) /* nor is anything packed */
        return;
    snprintf(size, sizeof size, "[1,%lld]", (long long)tf1c_matmul_panel_size(tf_float32, 16));
    for (char *at; (at = strstr(text, size));) {
        memcpy(at, "[panel]", strlen("[panel]")); /* never longer than the size it stands for */
        memmove(at + strlen("[panel]"), at + strlen(size), strlen(at + strlen(size)) + 1);
    }
}

static bool is_of_own_products(const row *r)
{
    return r->pass && (strstr(r->pass, "pack") || strstr(r->pass, "dots") || (r->text && strstr(r->text, "(dots)")));
}

START_TEST(a_stage_makes_of_a_graph_what_its_row_says)
{
    const row *r = &rows[_i];
    if (!tf1c_matmul_is_own(tf_float32) && is_of_own_products(r)) {
        skipped("products are not our own at this ISA level");
        return;
    }
    make(r->build);
    char *got = stage_with(r->pass, r->stage, r->threads ? r->threads : 1);
    name_panels(got);
    if (r->text)
        ck_assert_msg(strcmp(got, r->text) == 0, "%s: %s\n%s\ninstead of\n%s", r->sentence, r->stage, got, r->text);
    else
        ck_assert_msg(strcmp(got, "nothing to change\n") == 0, "%s: %s\n%s", r->sentence, r->stage, got);
    free(got);
    check_values(r->pass);
    unmake();
}
END_TEST

/* ---- who does what -------------------------------------------------------------------------------------------------------- */

static tf_tensor add_tanh(tf_tensor state, tf_tensor x, void *unused) { return (void)unused, tf_add(tf_tanh(state), x); }
static void loop_beside_large_work(int64_t rows, int64_t columns)
{
    fetch(tf_tanh(tf_square(matrix(2048, 256))));
    fetch(tf_foldl(add_tanh, input(SHAPE(6, rows, columns)), .initializer = matrix(rows, columns)));
}
static void short_steps(void) { loop_beside_large_work(4, 4); } /* at the narrowest level too */
static void long_steps(void) { loop_beside_large_work(4096, 64); }

START_TEST(a_loop_is_one_threads_where_its_waits_cost_more_than_they_bring)
{
    for (int small = 0; small < 2; small++) {
        make(small ? short_steps : long_steps);
        char *got = stage_with(NULL, "instructions", 2);
        ck_assert_msg(strstr(got, "2 shards"), "%s", got);
        ck_assert_msg(!strstr(got, ", by one thread") == !small, "%s", got);
        free(got);
        check_values(NULL);
        unmake();
    }
}
END_TEST

START_TEST(what_is_dealt_out_is_reckoned_by_figures_that_are_stated)
{
    make(short_steps);
    tf_session *s = tf_session(.config = tf_config_proto(.intra_op_parallelism_threads = 2));
    char *text = tf_session_explain(s, ((tf_fetches){ .n = graph.n_fetches, .items = graph.fetches }), graph.feeds);
    ck_assert_ptr_nonnull(strstr(text, "(reckoned for "));
    ck_assert_ptr_nonnull(strstr(text, " by 2 threads)"));
    free(text);
    tf_close(s);
    unmake();
}
END_TEST

/* ---- memory ---------------------------------------------------------------------------------------------------------------------------- */

enum { UNROLLED = 8, WIDTH = 16 };

/* The gradient of an unrolled RNN: what each step saves dies on the way back, where the rows under the weight's gradient begin. */
static void gradient_of_unrolled(void)
{
    tf_tensor x = matrix(WIDTH, WIDTH), w = matrix(WIDTH, WIDTH), state = x;
    for (int t = 0; t < UNROLLED; t++)
        state = tf_mul(tf_tanh(tf_matmul(state, w)), x);
    fetch(tf_at(tf_gradients(LIST(state), LIST(w)), 0));
}

/* Rows of all states and rows of all gradients, which begin on what the steps saved, and a few more. */
START_TEST(rows_of_a_gradient_lie_on_what_dies_before_them)
{
    size_t arena = 0, scratch = 0, one = WIDTH * WIDTH * sizeof(float);
    make(gradient_of_unrolled);
    char *memory = stage_with("sums", "memory", 1);
    ck_assert_int_ge(sscanf(memory, "the arena has %zu bytes, %zu of them scratch", &arena, &scratch), 1);
    ck_assert_msg(arena - scratch < (2 * UNROLLED + 4) * one, "%zu bytes, %zu a value", arena - scratch, one);
    free(memory);
    check_values("sums");
    unmake();
}
END_TEST

START_TEST(a_pass_that_is_off_says_so)
{
    for (int i = 0; ir_pass_name(i); i++) {
        make(chain);
        char *got = stage_with(NULL, ir_pass_name(i), 1);
        ck_assert_str_eq(got, "off\n");
        free(got);
        unmake();
    }
}
END_TEST

/* ---- no choice of passes changes a number ----------------------------------------------------------------------------------------------- */

enum { SUBSETS = 20, STEPS = 2 };

static unsigned seed(void)
{
    const char *given = getenv("TF1C_TEST_SEED");
    return given ? (unsigned)strtoul(given, NULL, 10) : 1;
}

static void names_of(unsigned subset, char *off, size_t room)
{
    size_t n = 0;
    *off = 0;
    for (int i = 0; ir_pass_name(i); i++)
        if (subset >> i & 1)
            n += (size_t)snprintf(off + n, room - n, "%s%s", n ? "," : "", ir_pass_name(i));
}

static int count_passes(void)
{
    int n = 0;
    while (ir_pass_name(n))
        n++;
    return n;
}

static int add_subset(unsigned *subsets, int n, unsigned subset)
{
    for (int i = 0; i < n; i++)
        if (subsets[i] == subset)
            return n;
    subsets[n] = subset;
    return n + 1;
}

/* All off, each off alone, then random subsets; none twice, and never the empty one. */
static int choose(unsigned *subsets)
{
    int passes = count_passes(), n = 0;
    ck_assert_int_lt(passes, 31);
    unsigned all = (1u << passes) - 1, random = seed();
    n = add_subset(subsets, n, all);
    for (int i = 0; i < passes; i++)
        n = add_subset(subsets, n, 1u << i);
    unsigned most = (unsigned)(n + SUBSETS / slowness() + 1);
    while ((unsigned)n < (most < all ? most : all)) {
        random = random * 1664525 + 1013904223;
        if (random >> 8 & all)
            n = add_subset(subsets, n, random >> 8 & all);
    }
    return n;
}

START_TEST(training_is_tensorflows_without_any_passes)
{
    unsigned subsets[SUBSETS + 40];
    char off[256];
    if (slowness() > 20) {
        skipped("valgrind has no time for trainings; passes_random tries the passes there");
        return;
    }
    int n = choose(subsets);
    golden_run *g = golden_open(_i);
    for (int i = 0; i < n; i++) {
        names_of(subsets[i], off, sizeof off);
        golden_replay(g, off, 1 + i % 2, STEPS);
    }
    golden_close(g);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("passes");
    TCase *cases = tcase_create("rows"), *runs = tcase_create("training");
    printf("passes: seed %u (TF1C_TEST_SEED)\n", seed());
    tcase_add_loop_test(cases, a_stage_makes_of_a_graph_what_its_row_says, 0, sizeof rows / sizeof *rows);
    tcase_add_test(cases, rows_of_a_gradient_lie_on_what_dies_before_them);
    tcase_add_test(cases, a_pass_that_is_off_says_so);
    tcase_add_test(cases, a_loop_is_one_threads_where_its_waits_cost_more_than_they_bring);
    tcase_add_test(cases, what_is_dealt_out_is_reckoned_by_figures_that_are_stated);
    tcase_set_timeout(runs, 120);
    tcase_add_loop_test(runs, training_is_tensorflows_without_any_passes, 0, golden_count());
    suite_add_tcase(suite, cases);
    suite_add_tcase(suite, runs);
    return run_suite(suite);
}
