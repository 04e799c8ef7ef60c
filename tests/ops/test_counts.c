/* How many operations TensorFlow 1.15.5 makes of a loop, a branch, a gradient or a usual call (tests/golden/make_counts.py printed the
 * numbers): with the graph's seed alone an op draws by their number before it. */
#include "fixture.h"
#include "graph/node.h"

static tf_tensor x, xs, k, z, w, p, s, m; /* [?, 3], [4, 3], [3], [3], a variable, a bool, a number, [4, 2, 3] */

static void setup(void)
{
    open_session();
    x = tf_placeholder(tf_float32, SHAPE(NONE, 3)), xs = tf_placeholder(tf_float32, SHAPE(4, 3));
    k = tf_constant(NP_FLOAT(1, 2, 3)), z = tf_zeros(SHAPE(3)), w = tf_variable(NP_FLOAT(1, 2, 3));
    p = tf_placeholder(tf_bool, SCALAR), s = tf_placeholder(tf_float32, SCALAR), m = tf_placeholder(tf_float32, SHAPE(4, 2, 3));
}

#define SCAN(name, expr) \
    static tf_tensor name(tf_tensor a, tf_tensor e, void *c) { return (void)a, (void)e, (void)c, (expr); }
#define MAP(name, expr) \
    static tf_tensor name(tf_tensor e, void *c) { return (void)e, (void)c, (expr); }
#define BRANCH(name, expr) \
    static tf_tensor name(void *c) { return (void)c, (expr); }
SCAN(plus, tf_raw_ops_add_v2(a, e))
SCAN(plus_k, tf_raw_ops_add_v2(a, k))
SCAN(plus_k_twice, tf_raw_ops_add_v2(tf_raw_ops_add_v2(a, k), k))
SCAN(plus_w, tf_raw_ops_add_v2(a, w))
SCAN(plus_w_twice, tf_raw_ops_add_v2(tf_raw_ops_add_v2(a, w), w))
SCAN(plus_one, tf_raw_ops_add_v2(a, 1.0))
SCAN(element, e)
SCAN(captured, z)
MAP(twice, tf_raw_ops_add_v2(e, e))
MAP(with_k, tf_raw_ops_add_v2(e, k))
MAP(with_s, tf_raw_ops_add_v2(e, s))
MAP(itself, e)
MAP(one, tf_constant(1.0))
MAP(scanned, tf_scan(plus, e, .initializer = tf_constant(0.0)))
MAP(mapped, tf_map_fn(with_s, e))
BRANCH(s_plus_s, tf_raw_ops_add_v2(s, s))
BRANCH(s_times_s, tf_mul(s, s))
BRANCH(just_s, s)
BRANCH(constant, tf_constant(1.0))
BRANCH(s_plus_1, tf_raw_ops_add_v2(s, 1.0))
BRANCH(w_plus_w, tf_raw_ops_add_v2(w, w))
BRANCH(w_times_2, tf_mul(w, 2.0))
BRANCH(just_w, w)
BRANCH(just_k, k)
BRANCH(w_set_to_k, tf_assign(w, k))
BRANCH(w_plus_k_assigned, tf_assign(w, tf_raw_ops_add_v2(w, k)))
BRANCH(w_assigned_twice, tf_raw_ops_add_v2(tf_assign_sub(w, k), tf_assign_add(w, w)))
MAP(w_plus_element_assigned, tf_assign(w, tf_raw_ops_add_v2(w, e)))
static tf_list w_twice_and_w(void *c) { return (void)c, LIST(tf_raw_ops_add_v2(w, w), w); }
static tf_list k_and_k(void *c) { return (void)c, LIST(k, k); }
static tf_list peeked_and_read(void *c)
{
    const tf_tensor has = tf_is_variable_initialized(w);
    return (void)c, LIST(has, tf_raw_ops_add_v2(w, k));
}
static tf_list read_and_peeked_twice(void *c)
{
    const tf_tensor sum = tf_raw_ops_add_v2(w, k), has = tf_is_variable_initialized(w);
    return (void)c, LIST(tf_is_variable_initialized(w), sum, has);
}
static tf_list p_and_k(void *c) { return (void)c, LIST(p, k); }
static tf_list p_k_and_p(void *c) { return (void)c, LIST(p, k, p); }
static tf_tensor w_times_it(void *e) { return tf_mul(*(tf_tensor *)e, w); }
static tf_tensor k_plus_it(void *e) { return tf_raw_ops_add_v2(*(tf_tensor *)e, k); }
BRANCH(branch_within, tf_cond(TF_T(p), s_plus_1, just_s))
static tf_tensor just_e(void *e) { return *(tf_tensor *)e; }
static tf_tensor zeros_like_it(void *e) { return tf_zeros_like(*(tf_tensor *)e); }
static tf_tensor dense_of_it(void *e) { return tf_layers_dense(*(tf_tensor *)e, 3); } /* which draws before it reads */
static tf_tensor rank_of_it(void *e)
{
    const tf_tensor t = *(tf_tensor *)e, ones = tf_ones_like(t);
    return tf_operator_mul(ones, tf_cast(tf_rank(t), tf_float32));
}
static tf_tensor below_length(tf_list l, void *e) { return tf_less(tf_at(l, 0), tf_getitem(tf_shape(*(tf_tensor *)e), 0)); }
static tf_list counted_up(tf_list l, void *e) { return (void)e, LIST(tf_operator_add(tf_at(l, 0), 1)); }
static tf_tensor plus_size(tf_tensor e, void *t) { return tf_operator_add(e, tf_cast(tf_size(*(tf_tensor *)t), tf_float32)); }
static tf_tensor by_first(tf_tensor e, void *t) { return tf_operator_mul(e, tf_getitem(*(tf_tensor *)t, 0)); }
static tf_tensor times_first(tf_tensor a, tf_tensor e, void *t)
{
    const tf_tensor product = tf_operator_mul(a, e);
    return tf_operator_mul(product, tf_getitem(*(tf_tensor *)t, 0));
}
MAP(branching, tf_cond(TF_T(p), k_plus_it, just_e, .context = &e))
static tf_list two_states(tf_list a, tf_list e, void *c)
{
    return (void)c, LIST(tf_raw_ops_add_v2(tf_at(a, 0), tf_at(e, 0)), tf_at(a, 1));
}
static tf_list one_state(tf_list a, tf_list e, void *c) { return (void)c, LIST(tf_raw_ops_add_v2(tf_at(a, 0), tf_at(e, 0))); }
static tf_list sum_of_two(tf_list e, void *c) { return (void)c, LIST(tf_raw_ops_add_v2(tf_at(e, 0), tf_at(e, 1))); }
static tf_list two_of_two(tf_list e, void *c) { return (void)c, LIST(tf_raw_ops_add_v2(tf_at(e, 0), tf_at(e, 1)), tf_at(e, 0)); }
static tf_tensor less_itself(tf_list l, void *c) { return (void)c, tf_less(tf_at(l, 0), tf_at(l, 0)); }
static tf_tensor less_s(tf_list l, void *c) { return (void)c, tf_less(tf_at(l, 0), s); }
static tf_tensor less_3(tf_list l, void *c) { return (void)c, tf_less(tf_at(l, 0), 3.0); }
static tf_list doubled(tf_list l, void *c)
{
    (void)c;
    tf_tensor first = tf_raw_ops_add_v2(tf_at(l, 0), tf_at(l, 0));
    return l.n == 1 ? LIST(first) : LIST(first, tf_at(l, 1));
}
static tf_list plus_s(tf_list l, void *c) { return (void)c, LIST(tf_raw_ops_add_v2(tf_at(l, 0), s)); }
static tf_list plus_1(tf_list l, void *c) { return (void)c, LIST(tf_raw_ops_add_v2(tf_at(l, 0), 1.0)); }

/* Bodies to go back through. */
SCAN(times, tf_mul(a, e))
SCAN(times_plus_w, tf_raw_ops_add_v2(tf_mul(a, e), w))
SCAN(square, tf_mul(e, e))
SCAN(times_w_or_plus, tf_cond(tf_greater(tf_reduce_sum(a), 1.0), w_times_it, k_plus_it, .context = &a))
MAP(squared, tf_mul(e, e))
MAP(times_w, tf_mul(e, w))
MAP(mean_times_w, tf_reduce_mean(tf_mul(e, w)))
MAP(rows_of_m, tf_gather(m, e))
MAP(row_times_w, tf_map_fn(times_w, e))
MAP(row_squared, tf_map_fn(squared, e))
MAP(row_scanned, tf_scan(times, e))
MAP(row_folded, tf_foldl(times_plus_w, e, .initializer = z))
MAP(times_w_or_plus_k, tf_cond(TF_T(p), w_times_it, k_plus_it, .context = &e))
BRANCH(w_squared, tf_mul(w, w))
BRANCH(w_less, tf_neg(w))
BRANCH(w_mapped, tf_map_fn(twice, w))
static tf_list two_squared(tf_list e, void *c) { return (void)c, LIST(tf_mul(tf_at(e, 0), tf_at(e, 0)), tf_neg(tf_at(e, 0))); }
static tf_tensor below_5(tf_list l, void *c) { return (void)c, tf_less(tf_reduce_sum(tf_at(l, 0)), 5.0); }
static tf_list all_squared(tf_list l, void *c) { return (void)c, LIST(tf_mul(tf_at(l, 0), tf_at(l, 0))); }
static tf_list all_times_w(tf_list l, void *c) { return (void)c, LIST(tf_mul(tf_at(l, 0), w)); }
static tf_list first_by_second(tf_list l, void *c) { return (void)c, LIST(tf_mul(tf_at(l, 0), tf_at(l, 1)), tf_at(l, 1)); }
static tf_list first_by_2(tf_list l, void *c) { return (void)c, LIST(tf_mul(tf_at(l, 0), 2.0), tf_at(l, 1)); }
static tf_list second_by_first(tf_list l, void *c)
{
    return (void)c, LIST(tf_add(tf_at(l, 0), 1.0), tf_mul(tf_at(l, 1), tf_at(l, 0)));
}
static tf_list loop_within(tf_list l, void *c)
{
    return (void)c, tf_while_loop(below_5, all_times_w, LIST(tf_mul(tf_at(l, 0), 2.0)));
}
static tf_list gated(tf_tensor y, tf_list v) /* as an optimizer asks */
{
    return tf_unzip(tf_compute_gradients(tf_train_gradient_descent_optimizer(.1), y, .var_list = v)).grads;
}

/* What a call takes: placeholders of a dtype, a scalar, one of unknown shape, a variable. */
#define F(...) tf_placeholder(tf_float32, SHAPE(__VA_ARGS__))
#define I(...) tf_placeholder(tf_int32, SHAPE(__VA_ARGS__))
#define L(...) tf_placeholder(tf_int64, SHAPE(__VA_ARGS__))
#define B(...) tf_placeholder(tf_bool, SHAPE(__VA_ARGS__))
#define U(...) tf_placeholder(tf_uint8, SHAPE(__VA_ARGS__))
#define D(...) tf_placeholder(tf_float64, SHAPE(__VA_ARGS__))
#define S(...) tf_placeholder(tf_string, SHAPE(__VA_ARGS__))
#define F0 tf_placeholder(tf_float32, SCALAR)
#define I0 tf_placeholder(tf_int32, SCALAR)
#define L0 tf_placeholder(tf_int64, SCALAR)
#define B0 tf_placeholder(tf_bool, SCALAR)
#define S0 tf_placeholder(tf_string, SCALAR)
#define FU() tf_placeholder(tf_float32)
static tf_tensor v(tf_dims shape)
{
    char name[16];
    snprintf(name, sizeof name, "v%d", tf_get_default_graph()->universe->last_id);
    return tf_get_variable(name, shape);
}
#define V(...) v(SHAPE(__VA_ARGS__))
#define FIRST(of, y)        \
    __extension__({         \
        tf_tensor t = of;   \
        tf_gradients(y, t); \
    })
#define SECOND(of, y)                        \
    __extension__({                          \
        const tf_tensor t = of;              \
        tf_gradients(tf_gradients(y, t), t); \
    })

typedef struct {
    int made, draws; /* so many operations; this one is the last that draws, 0: none does */
    const char *text;
} row;

/* Row `wanted` alone is made. */
static row make(int wanted)
{
    int i = 0;
    row wants = { 0 };
#define CALL(made, draws, expr) \
    if (i++ == wanted)          \
        (void)(expr), wants = (row){ made, draws, #expr };
#define COUNT(made, expr) CALL(made, 0, expr)
#include "cases/counts.def"
#undef COUNT
#undef CALL
    return wants;
}
enum {
#define CALL(made, draws, expr) +1
#define COUNT(made, expr) +1
    N_COUNTS = 0
#include "cases/counts.def"
#undef COUNT
#undef CALL
};

static bool has_seeds(const tf_op_def *def)
{
    const tf_attr_def *a = def->attrs;
    while (a && a->name && strcmp(a->name, "seed2"))
        a++;
    return a && a->name;
}
static int last_draw_of(const tf_graph *g)
{
    int last = 0;
    for (int i = 0; i < g->n_ops; i++)
        if (has_seeds(g->ops[i]->def) && g->ops[i]->id > last)
            last = g->ops[i]->id;
    return last;
}
static int last_draw(void)
{
    const tf1c_universe *u = tf_get_default_graph()->universe;
    int last = last_draw_of(u->root);
    for (int i = 0; i < u->n_bodies; i++) {
        const int within = last_draw_of(u->bodies[i]);
        last = within > last ? within : last;
    }
    return last;
}

START_TEST(as_many_operations_count_as_tensorflow_makes)
{
    const int *made = &tf_get_default_graph()->universe->last_id, before = *made;
    const row want = make(_i);
    const int draws = last_draw() ? last_draw() - before : 0;
    ck_assert_msg(*made - before == want.made, "%s makes %d, not %d", want.text, *made - before, want.made);
    ck_assert_msg(draws == want.draws, "%s draws by the %dth, not the %dth", want.text, draws, want.draws);
}
END_TEST

/* ---- draws with the graph's seed alone, in a body and after it ---------------------------------------------------------------- */
static tf_tensor two; /* zeros, [2, 2], of unknown length */
static tf_tensor noise(void) { return tf_random_uniform(SHAPE(2)); }
MAP(noisy, tf_add(e, noise()))
SCAN(noisy_element, tf_add(e, noise()))
BRANCH(just_noise, noise())
static tf_tensor below_2(tf_list l, void *c) { return (void)c, tf_less(tf_at(l, 0), 2); }
static tf_list more_noise(tf_list l, void *c) { return (void)c, LIST(tf_add(tf_at(l, 0), 1), tf_add(tf_at(l, 1), noise())); }
static tf_tensor by_map(void) { return tf_map_fn(noisy, two); }
static tf_tensor by_scan(void) { return tf_scan(noisy_element, two, .initializer = tf_zeros(SHAPE(2))); }
static tf_tensor by_foldr(void) { return tf_foldr(noisy_element, two); }
static tf_tensor by_while(void) { return tf_at(tf_while_loop(below_2, more_noise, LIST(tf_constant(0), tf_zeros(SHAPE(2)))), 1); }
static tf_tensor by_cond(void) { return tf_cond(tf_greater(tf_reduce_sum(two), 1.0), just_noise, just_noise); }

static const struct {
    tf_tensor (*make)(void);
    int n;
    double inside[4], after[2];
} draws[] = {
    { by_map,
      4,
      { 0.7636919021606445, 0.5109070539474487, 0.09210968017578125, 0.29788434505462646 },
      { 0.6878921985626221, 0.0857701301574707 } },
    { by_scan,
      4,
      { 0.19628596305847168, 0.26917481422424316, 0.04996752738952637, 0.3049837350845337 },
      { 0.5498398542404175, 0.9970740079879761 } },
    { by_foldr, 2, { 0.7806879281997681, 0.49601995944976807 }, { 0.9158717393875122, 0.6890190839767456 } },
    { by_while, 2, { 1.2456103563308716, 0.9783331155776978 }, { 0.6029646396636963, 0.7405128479003906 } },
    { by_cond, 2, { 0.5410323143005371, 0.756047248840332 }, { 0.32831716537475586, 0.5520620346069336 } },
};

START_TEST(draws_in_a_body_and_after_it_are_tensorflows)
{
    float zeros[4] = { 0 };
    tf_with_graph(tf_graph_new()) {
        tf_set_random_seed(3);
        two = tf_placeholder_with_default(np_array(zeros, tf_float32, SHAPE(2, 2)), SHAPE(NONE, 2));
        tf_tensor inside = draws[_i].make(), after = noise();
        tf_ndarray a = { 0 }, b = { 0 };
        tf_graph *graph = tf_get_default_graph();
        tf_session *own = tf_session(.graph = graph);
        must(tf_run(own, FETCH(inside, &a, after, &b)));
        assert_near("inside", a, draws[_i].n, draws[_i].inside);
        assert_near("after", b, 2, draws[_i].after);
        np_free(&a), np_free(&b);
        tf_close(own);
        tf_graph_free(graph);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("counts");
    TCase *c = tcase_create("counts");
    tcase_add_checked_fixture(c, setup, close_session);
    tcase_add_loop_test(c, as_many_operations_count_as_tensorflow_makes, 0, N_COUNTS);
    tcase_add_loop_test(c, draws_in_a_body_and_after_it_are_tensorflows, 0, (int)(sizeof draws / sizeof *draws));
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
