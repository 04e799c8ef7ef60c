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

typedef tf_tensor make_fn(tf_tensor x, tf_tensor weights);
#define CUBE(name, expr) \
    static tf_tensor make_##name(tf_tensor x, tf_tensor weights) { return (void)weights, (expr); }
#define MATRIX(name, expr) CUBE(name, expr)
#include "cases/unknown.def"
#undef CUBE
#undef MATRIX
static const struct {
    const char *name;
    make_fn *make;
    int rank;
} rows[] = {
#define CUBE(name, expr) { #name, make_##name, 3 },
#define MATRIX(name, expr) { #name, make_##name, 2 },
#include "cases/unknown.def"
};

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
