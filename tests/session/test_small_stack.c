/* A calling thread needs at most 64 KiB of stack, beside what the process's libraries keep there for each thread: graphs are built,
 * run, trained and explained on it, deep ones too. */
#include <link.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "support.h"
#include "tf1c.h"

enum { STACK = 64 << 10 };

#define EXPECT(condition)              \
    do {                               \
        if (!(condition))              \
            return (void *)#condition; \
    } while (0)

static int add_thread_local(struct dl_phdr_info *info, size_t size, void *sum)
{
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_TLS)
            *(size_t *)sum += info->dlpi_phdr[i].p_memsz + 64;
    return 0;
}

static void on_small_stack(void *(*fn)(void *))
{
    size_t outside = 8192; /* the thread's own record, and the guard page */
    void *complaint;
    pthread_attr_t small;
    pthread_t thread;
    dl_iterate_phdr(add_thread_local, &outside);
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, (STACK + outside + 4095) / 4096 * 4096);
    ck_assert_int_eq(pthread_create(&thread, &small, fn, NULL), 0);
    pthread_join(thread, &complaint);
    pthread_attr_destroy(&small);
    ck_assert_msg(!complaint, "%s", (const char *)complaint);
}

static void *train(tf_rnn rnn, tf_tensor x)
{
    tf_tensor logits = tf_layers_dense(tf_reduce_mean(rnn.outputs, 1), 3);
    tf_tensor loss = tf_reduce_mean(
        tf_nn_softmax_cross_entropy_with_logits_v2(.labels = tf_constant(NP_FLOAT2D({ 1, 0, 0 }, { 0, 0, 1 })), .logits = logits));
    tf_operation *step = tf_minimize(tf_train_adam_optimizer(0.01), loss);
    EXPECT(!tf_is_poisoned(loss) && step);
    tf_session *s = tf_session(.config = tf_config_proto(.intra_op_parallelism_threads = 2));
    tf_ndarray in = np_zeros(SHAPE(2, 5, 8), tf_float32);
    float first = 0, last = 0;
    EXPECT(tf_run(s, tf_global_variables_initializer()) == tf_ok);
    EXPECT(tf_run(s, FETCH(loss, &first), FEED(x, in)) == tf_ok);
    for (int i = 0; i < 5; i++)
        EXPECT(tf_run(s, FETCH(step, NULL, loss, &last), FEED(x, in)) == tf_ok);
    EXPECT(isfinite(first) && last < first);
    char *text = tf_session_explain(s, FETCH(loss, NULL, step, NULL), FEED(x, in));
    EXPECT(text);
    free(text);
    tf_close(s);
    np_free(&in);
    return NULL;
}

static void *lstm(void *none)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, NONE, 8));
    (void)none;
    return train(tf_nn_dynamic_rnn(tf_nn_rnn_cell_basic_lstm_cell(16), x, .dtype = tf_float32), x);
}

static tf_tensor step(tf_tensor state, tf_tensor x, void *context)
{
    (void)context;
    return tf_tanh(tf_add(state, x));
}
static void *scan(void *none)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(2, 5, 8));
    (void)none;
    tf_tensor states = tf_scan(step, tf_transpose(x, .perm = PERM(1, 0, 2)), tf_zeros(SHAPE(2, 8)));
    return train((tf_rnn){ .outputs = tf_transpose(states, .perm = PERM(1, 0, 2)) }, x);
}

enum { DEEP = 3000 };
static void *deep_constants(void *none)
{
    tf_tensor n = tf_constant(0);
    (void)none;
    for (int i = 0; i < DEEP; i++)
        n = tf_add(n, 1);
    tf_tensor y = tf_fill(tf_expand_dims(n, 0), 1.0);
    EXPECT(tf_get_shape(y).dims[0] == DEEP);
    tf_session *s = tf_session();
    float sum = 0;
    EXPECT(tf_run(s, FETCH(tf_reduce_sum(y), &sum)) == tf_ok && sum == DEEP);
    tf_close(s);
    return NULL;
}

static void *deep_values(void *none)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(4)), y = x;
    (void)none;
    for (int i = 0; i < DEEP; i++)
        y = i % 2 ? tf_add(y, 0.001) : tf_reshape(y, i % 4 ? SHAPE(2, 2) : SHAPE(4));
    tf_tensor g = tf_at(tf_gradients(tf_reduce_sum(y), x), 0);
    tf_session *s = tf_session();
    tf_ndarray out = { 0 };
    EXPECT(tf_run(s, FETCH(g, &out), FEED(x, NP_FLOAT(1, 2, 3, 4))) == tf_ok && np_get(out, 3) == 1);
    np_free(&out);
    tf_close(s);
    return NULL;
}

static void *deep_shapes(void *none)
{
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 2)), shape = tf_shape(x);
    (void)none;
    for (int i = 0; i < DEEP / 10; i++)
        shape = tf_concat(LIST(tf_slice(shape, NP_INT(0), NP_INT(1)), tf_slice(shape, NP_INT(1), NP_INT(1))), 0);
    tf_session *s = tf_session();
    float sum = 0;
    EXPECT(tf_run(s, FETCH(tf_reduce_sum(tf_zeros(shape)), &sum), FEED(x, np_array((float[4]){ 0 }, tf_float32, SHAPE(2, 2)))) ==
           tf_ok);
    tf_close(s);
    return NULL;
}

static void *fails(void *none)
{
    (void)none;
    tf_on_error(tf_silent);
    tf_tensor y = tf_matmul(tf_zeros(SHAPE(2, 3)), tf_zeros(SHAPE(2, 3)));
    EXPECT(tf_is_poisoned(y) && tf_last_error()->code == tf_value_error);
    return NULL;
}

static void *(*const uses[])(void *) = { lstm, scan, deep_constants, deep_values, deep_shapes, fails };

START_TEST(it_works_on_a_stack_of_64_kib)
{
    if (slowness() > 1) {
        skipped("sanitizers and valgrind make frames larger");
        return;
    }
    on_small_stack(uses[_i]);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("small stack");
    TCase *t = tcase_create("a calling thread's stack");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, it_works_on_a_stack_of_64_kib, 0, sizeof uses / sizeof *uses);
    suite_add_tcase(s, t);
    return run_suite(s);
}
