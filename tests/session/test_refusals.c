/* What the planner must leave alone, by the numbers: graphs that come out wrong when one of its refusals is dropped. Each is run with
 * all passes and with none, and held against the plain interpreter. What a pass leaves as it is without a number at stake is in
 * cases/passes.def. */
#include "fixture.h"

/* Pairs: what a session computes, and the same said without loops, which the interpreter computes. */
typedef struct {
    tf_tensor got, want;
} pair;

static tf_tensor x, square, sequence, vectors; /* fed: [6,3], [4,4], [3,4,4], [3,4] */
static tf_tensor weight, matrix;               /* constants: [4,4] */
static tf_tensor row(tf_tensor t, int i) { return tf_getitem(t, "%d", i); }
static tf_tensor of_steps(tf_tensor (*f)(tf_tensor), tf_tensor xs)
{
    return tf_stack(LIST(f(row(xs, 0)), f(row(xs, 1)), f(row(xs, 2))));
}
static pair itself(tf_tensor t) { return (pair){ t, t }; }

/* ---- fuse, place: what is read in another order than it is written ----------------------------------------------------------- */
static pair rows_reversed(void)
{
    tf_tensor y = tf_tanh(x);
    return itself(tf_add(y, tf_reverse(y, AXES(0))));
}
static pair columns_reversed(void)
{
    tf_tensor y = tf_tanh(x);
    return itself(tf_mul(tf_reverse(y, AXES(1)), y));
}
static pair turned(void)
{
    tf_tensor y = tf_exp(square);
    return itself(tf_sub(tf_transpose(y), y));
}
static pair halves_swapped(void)
{
    tf_tensor y = tf_sin(square);
    return itself(tf_add(y, tf_concat(LIST(tf_getitem(y, "2:4"), tf_getitem(y, "0:2")), 0)));
}
static pair read_after_parts(void)
{
    tf_tensor a = tf_tanh(x), b = tf_square(a), c = tf_exp(tf_reverse(x, AXES(0)));
    return itself(tf_add(tf_concat(LIST(a, b, c), 0), tf_reverse(tf_concat(LIST(a, b, c), 0), AXES(0))));
}

/* ---- simplify ------------------------------------------------------------------------------------------------------------------ */
static pair transpose_of_a_square(void) { return itself(tf_sub(tf_transpose(square), square)); }
static pair reverse_alone(void) { return itself(tf_mul(tf_reverse(x, AXES(0)), 2.0)); }

/* ---- affine -------------------------------------------------------------------------------------------------------------------- */
static pair bias_of_one(void) { return itself(tf_add(tf_matmul(square, weight), tf_constant(NP_FLOAT(7)))); }
static pair column_added(void) { return itself(tf_add(tf_matmul(square, weight), tf_getitem(matrix, ":, 1:2"))); }

/* ---- layout -------------------------------------------------------------------------------------------------------------------- */
static pair parts_of_kernels_without_strides(void)
{
    return itself(
        tf_concat(LIST(tf_nn_softmax(square), tf_cumsum(square, 1), tf_gather(square, tf_constant(NP_INT(2, 0, 1, 3)))), 1));
}
static pair every_other_column(void)
{
    tf_tensor thin = tf_getitem(tf_concat(LIST(square, matrix), 1), ":, ::2");
    return itself(tf_matmul(thin, weight));
}
static pair every_other_column_of_doubles(void)
{
    tf_tensor wide = tf_cast(tf_concat(LIST(square, matrix), 1), tf_float64);
    return itself(tf_matmul(tf_getitem(wide, ":, ::2"), tf_cast(weight, tf_float64)));
}
static pair rows_backwards(void) { return itself(tf_matmul(tf_reverse(square, AXES(0)), tf_reverse(weight, AXES(1)))); }

static tf_tensor doubled(tf_tensor e) { return tf_mul(tf_tanh(e), 2.0); }
static tf_tensor doubled_in_loop(tf_tensor e, void *unused) { return (void)unused, doubled(e); }
static pair loop_as_a_part(void)
{
    tf_tensor loop = tf_map_fn(doubled_in_loop, sequence);
    return (pair){ tf_concat(LIST(sequence, loop), 2), tf_concat(LIST(sequence, of_steps(doubled, sequence)), 2) };
}

static pair loop_as_rows_of_a_whole(void)
{
    tf_tensor loop = tf_map_fn(doubled_in_loop, sequence);
    return (pair){ tf_concat(LIST(sequence, loop), 0), tf_concat(LIST(sequence, of_steps(doubled, sequence)), 0) };
}

static tf_tensor tanh_of_square(void *unused) { return (void)unused, tf_tanh(square); }
static tf_tensor exp_of_square(void *unused) { return (void)unused, tf_exp(square); }
static pair branch_as_rows_of_a_whole(void)
{
    tf_tensor positive = tf_greater(tf_reduce_sum(matrix), -1000.0), branch = tf_cond(positive, tanh_of_square, exp_of_square);
    return (pair){ tf_concat(LIST(square, branch, square), 0), tf_concat(LIST(square, tf_tanh(square), square), 0) };
}

static tf_tensor goes_on(tf_list v, void *unused) { return (void)unused, tf_less(tf_at(v, 0), 3); }
static tf_list one_more(tf_list v, void *unused)
{
    (void)unused;
    return LIST(tf_add(tf_at(v, 0), 1), doubled(tf_at(v, 1)));
}
static pair last_state_as_rows_of_a_whole(void)
{
    tf_list last = tf_while_loop(goes_on, one_more, LIST(0, square));
    return (pair){ tf_concat(LIST(tf_at(last, 1), square), 0), tf_concat(LIST(doubled(doubled(doubled(square))), square), 0) };
}

/* ---- hoist --------------------------------------------------------------------------------------------------------------------- */
#define IN_LOOP(name, of, body)                                                                         \
    static tf_tensor name##_step(tf_tensor e) { return body; }                                          \
    static tf_tensor name##_in_loop(tf_tensor e, void *unused) { return (void)unused, name##_step(e); } \
    static pair name(void) { return (pair){ tf_map_fn(name##_in_loop, of), of_steps(name##_step, of) }; }
IN_LOOP(turned_product, sequence, tf_matmul(e, weight, .transpose_a = true))
IN_LOOP(product_of_two_of_the_step, sequence, tf_matmul(e, tf_exp(e)))
IN_LOOP(product_with_what_stays_on_the_left, sequence, tf_matmul(weight, e))
IN_LOOP(sum_with_what_stays, sequence, tf_matmul(tf_add_n(LIST(e, matrix)), weight))
IN_LOOP(parts_of_which_one_stays, sequence, tf_matmul(tf_concat(LIST(e, matrix), 1), tf_concat(LIST(weight, matrix), 0)))
IN_LOOP(vector_across_a_matrix, vectors, tf_matmul(tf_add(e, matrix), weight))
IN_LOOP(softmax_of_a_vector, vectors, tf_nn_softmax(tf_tanh(e)))
IN_LOOP(sum_over_a_step, sequence, tf_matmul(e, tf_mul(weight, tf_reduce_sum(e))))

static const struct {
    const char *name;
    pair (*build)(void);
} rows[] = {
#define ROW(name) { #name, name },
    ROW(rows_reversed) ROW(columns_reversed) ROW(turned) ROW(halves_swapped) ROW(read_after_parts) ROW(transpose_of_a_square)
        ROW(reverse_alone) ROW(bias_of_one) ROW(column_added) ROW(parts_of_kernels_without_strides) ROW(every_other_column)
            ROW(every_other_column_of_doubles) ROW(rows_backwards) ROW(loop_as_a_part) ROW(loop_as_rows_of_a_whole)
                ROW(branch_as_rows_of_a_whole) ROW(last_state_as_rows_of_a_whole) ROW(turned_product)
                    ROW(product_of_two_of_the_step) ROW(product_with_what_stays_on_the_left) ROW(sum_with_what_stays)
                        ROW(parts_of_which_one_stays) ROW(vector_across_a_matrix) ROW(softmax_of_a_vector) ROW(sum_over_a_step)
};

/* ---- running ------------------------------------------------------------------------------------------------------------------- */
static feed_list fed;

static tf_tensor feed(tf_dims dims)
{
    tf_ndarray a = np_zeros(dims, tf_float32);
    for (int64_t i = 0; i < np_size(a); i++)
        ((float *)a.data)[i] = (float)((i * 37 + fed.n * 11) % 41 - 20) / 20;
    fed.values[fed.n] = a;
    return fed.keys[fed.n++] = tf_placeholder(tf_float32, dims);
}

static tf_tensor number_matrix(float first)
{
    float numbers[16];
    for (int i = 0; i < 16; i++)
        numbers[i] = (float)((i * 7 + 3) % 16) / 8 - first;
    return tf_constant(np_array(numbers, tf_float32, SHAPE(4, 4)));
}

static void setup(void)
{
    open_session();
    fed.n = 0;
    x = feed(SHAPE(6, 3));
    square = feed(SHAPE(4, 4));
    sequence = feed(SHAPE(3, 4, 4));
    vectors = feed(SHAPE(3, 4));
    weight = number_matrix(1);
    matrix = number_matrix(.5f);
}

static void teardown(void)
{
    for (int i = 0; i < fed.n; i++)
        np_free(&fed.values[i]);
    close_session();
}

static void check_run_with(const char *passes_off, int threads, const char *name, tf_tensor t, tf_ndarray want)
{
    tf_session *s = tf_session(.config = { .intra_op_parallelism_threads = threads, .passes_off = passes_off });
    tf_feeds feeds = { 0 };
    tf_ndarray got = { 0 };
    for (int i = 0; i < fed.n; i++)
        tf_feed_set(&feeds, fed.keys[i], fed.values[i]);
    must(tf_run(s, FETCH(t, &got), feeds));
    const char *difference = array_difference(got, want, 1e-5);
    ck_assert_msg(!difference, "%s, passes off: \"%s\", %d threads: %s", name, passes_off, threads, difference);
    np_free(&got);
    tf_feeds_free(&feeds);
    tf_close(s);
}

START_TEST(what_must_stay_as_it_is_stays)
{
    pair p = rows[_i].build();
    tf_ndarray want;
    ck_assert_msg(caught()->count == 0, "%s: %s", rows[_i].name, caught()->message);
    must(reference_run(tf_get_default_graph(), &fed, 1, &p.want, &want));
    for (int threads = 1; threads <= 2; threads++) {
        check_run_with("", threads, rows[_i].name, p.got, want);
        check_run_with("all", threads, rows[_i].name, p.got, want);
        check_run_with("fuse", threads, rows[_i].name, p.got, want);
    }
    np_free(&want);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("refusals");
    TCase *cases = tcase_create("refusals");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, what_must_stay_as_it_is_stays, 0, sizeof rows / sizeof *rows);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
