/* Little address space (ulimit -v): a program that trains does so, or says that there is no memory left, and ends. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"
#include "tf1c.h"

enum { TRAINED = 0, NO_MEMORY = 3, OTHER = 4, FIRST = 60, STEP = 10, LIMITS = 20, MEGABYTE = 1 << 20 };
static const char in_child[] = "TF1C_TEST_SCARCE";

static bool short_of_memory;
static void note(const tf_error *e) { short_of_memory |= e->code == tf_memory_error; }

static int train(void)
{
    enum { BATCH = 128, STEPS = 28, UNITS = 128 };
    tf_on_error(note);
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, STEPS, 28)), y = tf_placeholder(tf_float32, SHAPE(NONE, 10));
    tf_rnn_list rnn = tf_nn_static_rnn(tf_nn_rnn_cell_basic_lstm_cell(UNITS), tf_unstack(x, STEPS, 1), .dtype = tf_float32);
    tf_tensor logits = tf_layers_dense(tf_at(rnn.outputs, -1), 10);
    tf_tensor loss = tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits(.labels = y, .logits = logits));
    tf_operation *step = tf_minimize(tf_train_adam_optimizer(.01), loss);
    tf_ndarray xs = np_zeros(SHAPE(BATCH, STEPS, 28), tf_float32), ys = np_zeros(SHAPE(BATCH, 10), tf_float32);
    tf_session *s = tf_session(.config = tf_config_proto(.intra_op_parallelism_threads = 2));
    tf_status status = tf_run(s, tf_global_variables_initializer());
    for (int i = 0; i < 3 && !status; i++)
        status = tf_run(s, step, FEED(x, xs, y, ys));
    tf_close(s);
    np_free(&xs);
    np_free(&ys);
    return !status ? TRAINED : short_of_memory ? NO_MEMORY : OTHER;
}

static void become_child(rlim_t bytes)
{
    const struct rlimit limit = { bytes, bytes };
    setenv(in_child, "yes", 1);
    if (setrlimit(RLIMIT_AS, &limit) == 0)
        execl("/proc/self/exe", "test_scarce", (char *)NULL);
    _exit(OTHER);
}

START_TEST(with_little_memory_a_program_trains_or_says_so)
{
    const int megabytes = FIRST + STEP * _i;
    int status;
    if (slowness() > 1) {
        skipped("address space is not the program's own under these tools");
        return;
    }
    pid_t child = fork();
    if (child == 0)
        become_child((rlim_t)megabytes * MEGABYTE);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status), "%d MB: ended by signal %d", megabytes, WTERMSIG(status));
    ck_assert_msg(WEXITSTATUS(status) == TRAINED || WEXITSTATUS(status) == NO_MEMORY, "%d MB: exit status %d", megabytes,
                  WEXITSTATUS(status));
    if (_i == LIMITS - 1)
        ck_assert_int_eq(WEXITSTATUS(status), TRAINED);
}
END_TEST

int main(void)
{
    if (getenv(in_child))
        return train();
    Suite *suite = suite_create("scarce");
    TCase *c = tcase_create("limits");
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, with_little_memory_a_program_trains_or_says_so, 0, LIMITS);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
