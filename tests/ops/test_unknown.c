/* What the graph does not know while it is built: values and gradients at unknown dimensions and unknown rank are those at the
 * known shape. `refused` lists what still has to know the rank. */
#include <stdio.h>
#include <string.h>

#include "fixture.h"

static tf_tensor plus(tf_tensor s, tf_tensor e, void *context) { return (void)context, tf_add(tf_mul(s, 0.5), e); }
static tf_tensor squared(tf_tensor e, void *context) { return (void)context, tf_square(e); }
static tf_tensor twice(void *x) { return tf_mul(*(tf_tensor *)x, 2.0); }
static tf_tensor cubed(void *x) { return tf_pow(*(tf_tensor *)x, 3.0); }
static tf_tensor either(tf_tensor x) { return tf_cond(tf_greater(tf_reduce_sum(x), 0.0), twice, cubed, .context = &x); }

/* x is [2, 2, 3]; matrices are x as [4, 3]. */
#define ROWS(row, matrix)                                                                                                          \
    row(concat, tf_concat(LIST(x, tf_square(x)), 1)) row(concat_last,                                                              \
                                                         tf_concat(LIST(x, x), -1)) row(stack, tf_stack(LIST(x, tf_square(x)), 1)) \
        row(gather, tf_gather(x, NP_INT(1, 0, 1))) row(gather_middle, tf_gather(x, NP_INT2D({ 1, 0 }, { 1, 1 }), .axis = 1))       \
            row(gather_last, tf_gather(x, 2, .axis = -1)) row(gather_nd, tf_gather_nd(x, NP_INT2D({ 1, 0 }, { 0, 1 }))) row(       \
                prod, tf_reduce_prod(x)) row(prod_one, tf_reduce_prod(x, 1)) row(prod_two, tf_reduce_prod(x, .axes = AXES(0, -1))) \
                row(prod_kept, tf_reduce_prod(x, -1, .keepdims = true)) row(sum, tf_reduce_sum(x, .axes = AXES(0, 2))) row(        \
                    mean, tf_reduce_mean(x, 1)) row(max, tf_reduce_max(x, .axes = AXES(1, 2)))                                     \
                    row(logsumexp, tf_reduce_logsumexp(x, -1)) row(cumsum, tf_cumsum(x, 1)) row(                                   \
                        cumprod, tf_cumprod(x, 1, .reverse = true)) row(tile, tf_tile(x, SHAPE(2, 1, 3)))                          \
                        row(transpose, tf_transpose(x, .perm = PERM(2, 0, 1))) row(turned, tf_transpose(x)) row(                   \
                            reshape, tf_reshape(x, SHAPE(3, -1))) row(expand_dims, tf_expand_dims(x, -2))                          \
                            row(slice, tf_slice(x, SHAPE(1, 0, 1), SHAPE(1, -1, 2))) row(getitem, tf_getitem(x, "0, ::-1")) row(   \
                                getitem_last, tf_getitem(x, "..., 1")) row(pad, tf_pad(x, NP_INT2D({ 1, 0 }, { 0, 0 }, { 0, 2 }))) \
                                row(reverse,                                                                                       \
                                    tf_reverse(x, AXES(1, 2))) row(squeeze, tf_squeeze(tf_expand_dims(x, 1), .axis = 1))           \
                                    row(where, tf_where(tf_greater(x, 0.4), x, tf_square(x))) row(                                 \
                                        broadcast, tf_mul(x, tf_reduce_sum(x, 0, .keepdims = true)))                               \
                                        row(clip, tf_clip_by_norm(x, 0.5, .axes = AXES(2))) row(softmax, tf_nn_softmax(x)) row(    \
                                            log_softmax, tf_nn_log_softmax(x)) row(l2_normalize,                                   \
                                                                                   tf_nn_l2_normalize(x, 1)) row(norm, tf_norm(x)) \
                                            row(l2_loss, tf_nn_l2_loss(x)) row(add_n, tf_add_n(LIST(x, x, x))) row(                \
                                                scan, tf_scan(plus, x)) row(scan_back, tf_scan(plus, x, .reverse = true))          \
                                                row(foldl, tf_foldl(plus, x)) row(map_fn, tf_map_fn(squared, x))                   \
                                                    row(cond, either(x)) row(boolean_mask, tf_boolean_mask(x, tf_greater(x, 0.4))) \
                                                        row(tensordot, tf_tensordot(x, weights, 1)) row(                           \
                                                            tensordot_axes,                                                        \
                                                            tf_tensordot(x, x, .axes_a = SHAPE(0, -1),                             \
                                                                         .axes_b =                                                 \
                                                                             SHAPE(0, 2))) row(tensordot_outer,                    \
                                                                                               tf_tensordot(x, NP_FLOAT(1, 2), 0)) \
                                                            row(identity, tf_identity(x)) row(tanh, tf_tanh(x)) matrix(            \
                                                                matmul,                                                            \
                                                                tf_matmul(x, weights)) matrix(dropout, tf_nn_dropout(x, 1.0))      \
                                                                matrix(bias_add, tf_nn_bias_add(x, NP_FLOAT(1, 2, 3)))             \
                                                                    matrix(top_k, tf_nn_top_k(x, 2).values) matrix(                \
                                                                        cross_entropy,                                             \
                                                                        tf_nn_softmax_cross_entropy_with_logits(                   \
                                                                                .labels = tf_nn_softmax(tf_ones_like(x)),          \
                                                                                .logits = x))                                      \
                                                                        matrix(                                                    \
                                                                            sparse_cross_entropy,                                  \
                                                                            tf_nn_sparse_softmax_cross_entropy_with_logits(        \
                                                                                    .labels = tf_constant(NP_INT(0, 1, 2, 0)),     \
                                                                                    .logits = x)) matrix(embedding,                \
                                                                                                         tf_nn_embedding_lookup(   \
                                                                                                             x, NP_INT(3, 1, 3)))  \
                                                                            matrix(segment_sum, tf_unsorted_segment_sum(           \
                                                                                                    x, NP_INT(1, 0, 1, 1), 2))     \
                                                                                matrix(scatter_nd,                                 \
                                                                                       tf_scatter_nd(                              \
                                                                                           NP_INT2D({ 4 }, { 2 }, { 4 }, { 0 }),   \
                                                                                           x, SHAPE(5, 3)))                        \
                                                                                    matrix(diag_part,                              \
                                                                                           tf_reduce_sum(tf_mul(x, x), 0))         \
                                                                                        matrix(moments,                            \
                                                                                               tf_nn_moments(x, AXES(0)).variance)

typedef tf_tensor make_fn(tf_tensor x, tf_tensor weights);
#define FN(name, expr) \
    static tf_tensor make_##name(tf_tensor x, tf_tensor weights) { return (void)weights, (expr); }
ROWS(FN, FN)
#define CUBE(name, expr) { #name, make_##name, 3 },
#define MATRIX(name, expr) { #name, make_##name, 2 },
static const struct {
    const char *name;
    make_fn *make;
    int rank;
} rows[] = { ROWS(CUBE, MATRIX) };

/* Each with its report, which is TF's. */
static const struct {
    const char *name, *message;
} refused[] = { { "boolean_mask", "Number of mask dimensions must be specified" } };

static const char *refusal(const char *name)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (strcmp(refused[i].name, name) == 0)
            return refused[i].message;
    return NULL;
}

static float numbers[12] = { 0.1f, -0.5f, 0.9f, 1.5f, -2, 0.7f, 0.3f, 0.45f, -1.2f, 2, 1.1f, -0.8f };

static void run_at(int row, tf_dims shape, tf_ndarray value, tf_ndarray *y, tf_ndarray *dx)
{
    tf_tensor x = tf_placeholder(tf_float32, shape), weights = tf_constant(NP_FLOAT2D({ 1, 2 }, { 3, -1 }, { 0.5f, 4 }));
    tf_tensor out = rows[row].make(x, weights), slope = tf_at(tf_gradients(tf_square(out), x), 0);
    if (refusal(rows[row].name) && !shape.known) {
        ck_assert_msg(strstr(caught()->message, refusal(rows[row].name)) && caught()->count, "%s: %s", rows[row].name,
                      caught()->message);
        catch_errors();
        return;
    }
    ck_assert_msg(caught()->count == 0, "%s: %s", rows[row].name, caught()->message);
    must(tf_run(sess, FETCH(out, y, slope, dx), FEED(x, value)));
}

static void assert_alike(int row, const char *what, tf_ndarray got, tf_ndarray want)
{
    const char *difference = got.data ? array_difference(got, want, 1e-6) : NULL;
    ck_assert_msg(!difference, "%s: %s: %s", rows[row].name, what, difference);
}

START_TEST(unknown_shapes_give_what_known_ones_do)
{
    const tf_dims known = rows[_i].rank == 3 ? SHAPE(2, 2, 3) : SHAPE(4, 3);
    const tf_dims unknown[] = { rows[_i].rank == 3 ? SHAPE(NONE, NONE, NONE) : SHAPE(NONE, NONE), { 0 } };
    const tf_ndarray value = np_array(numbers, tf_float32, known);
    tf_ndarray y = { 0 }, dx = { 0 };
    run_at(_i, known, value, &y, &dx);
    for (int i = 0; i < 2; i++) {
        tf_ndarray got_y = { 0 }, got_dx = { 0 };
        run_at(_i, unknown[i], value, &got_y, &got_dx);
        assert_alike(_i, i ? "the value at unknown rank" : "the value at unknown dimensions", got_y, y);
        assert_alike(_i, i ? "the gradient at unknown rank" : "the gradient at unknown dimensions", got_dx, dx);
        np_free(&got_y);
        np_free(&got_dx);
    }
    np_free(&y);
    np_free(&dx);
}
END_TEST

static tf_tensor eight(tf_tensor e, void *context) { return (void)context, tf_reshape(e, SHAPE(1, 1, 1, 1, 1, 1, 1, 1)); }
static tf_tensor seven(tf_tensor e, void *context) { return (void)context, tf_reshape(e, SHAPE(1, 1, 1, 1, 1, 1, 1)); }
static tf_tensor seven_twice(tf_tensor e, void *context) { return (void)context, tf_map_fn(seven, tf_stack(LIST(e, e))); }

START_TEST(a_loop_whose_results_have_too_many_axes_is_a_mistake)
{
    tf_map_fn(_i ? seven_twice : eight, tf_constant(NP_FLOAT(1, 2)));
    ck_assert_msg(caught()->code == tf_value_error && strstr(caught()->message, "Shape must be at most rank 8 but is rank 9"), "%s",
                  caught()->message);
    catch_errors();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("unknown");
    TCase *c = tcase_create("unknown");
    tcase_add_checked_fixture(c, open_session, close_session);
    tcase_add_loop_test(c, unknown_shapes_give_what_known_ones_do, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_loop_test(c, a_loop_whose_results_have_too_many_axes_is_a_mistake, 0, 2);
    suite_add_tcase(s, c);
    return run_suite(s);
}
