/* A GRU learns to add two numbers of a long sequence, those that a mark stands at: a program that no tutorial shows. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <tf1c.h>
#include <tf1c_kit.h>

enum { batch_size = 64, units = 64, display_step = 50 };

/* x [batch, length, 2]: numbers from 0 to 1, and a mark at one place of each half; y [batch, 1]: the two numbers' sum. */
static void draw_batch(tf_ndarray x, tf_ndarray y, int length)
{
    float *xs = x.data, *ys = y.data;
    for (int i = 0; i < batch_size; i++) {
        int64_t first = np_random_randint(length / 2), second = length / 2 + np_random_randint(length - length / 2);
        for (int t = 0; t < length; t++) {
            xs[(i * length + t) * 2] = (float)np_random_random();
            xs[(i * length + t) * 2 + 1] = t == first || t == second;
        }
        ys[i] = xs[(i * length + first) * 2] + xs[(i * length + second) * 2];
    }
}

int main(int argc, char **argv)
{
    int steps = 1500, length = 30, seed = 1;
    const char *save = "adding_gru.png";
    tf_training run = { 0 };
    tf_options(argc, argv, "A GRU learns to add two marked numbers of a sequence.", OPTION("steps", &steps, "training steps", AT_LEAST(1)),
               OPTION("length", &length, "of a sequence", AT_LEAST(2)), OPTION("seed", &seed, "of weights and numbers", AT_LEAST(0)),
               OPTION("save", &save, "PNG for the curve", TO_WRITE), TRAINING_OPTIONS(run));
    tf_on_error(tf_exit);
    tf_set_random_seed(seed);
    np_random_seed((uint32_t)seed);

    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, NONE, 2), .name = "x");
    tf_tensor y = tf_placeholder(tf_float32, SHAPE(NONE, 1), .name = "y");
    tf_rnn rnn = tf_nn_dynamic_rnn(tf_nn_rnn_cell_gru_cell(units), x, .dtype = tf_float32);
    tf_tensor guess = tf_layers_dense(tf_state_tensor(rnn.state), 1);
    tf_tensor loss = tf_reduce_mean(tf_squared_difference(guess, y));

    /* Adam on gradients of a bounded norm, at a rate that falls */
    tf_tensor global_step = tf_train_get_or_create_global_step();
    tf_tensor rate = tf_train_exponential_decay(0.01, global_step, 500, 0.5);
    tf_optimizer *adam = tf_train_adam_optimizer(.learning_rate = rate);
    tf_list variables = tf_trainable_variables();
    tf_list clipped = tf_clip_by_global_norm(tf_gradients(LIST(loss), variables), 1.0).list;
    tf_operation *train = tf_apply_gradients(adam, tf_zip(clipped, variables), .global_step = global_step);

    tf_session *sess = tf_session();
    tf_run(sess, tf_global_variables_initializer());
    tf_ndarray xs = np_zeros(SHAPE(batch_size, length, 2), tf_float32), ys = np_zeros(SHAPE(batch_size, 1), tf_float32), answers = { 0 };
    float value = NAN;
    printf("Sequences of %d numbers, two of them marked; guessing 1 each time has an error of 0.1667\n", length);
    tf_training_start(&run, sess, steps);
    for (int step = 1; tf_training_goes_on(&run, step); step++) {
        draw_batch(xs, ys, length);
        if (step <= run.done)
            continue;
        tf_run(sess, FETCH(train, NULL, loss, &value), FEED(x, xs, y, ys));
        if (step % display_step == 0)
            tf_training_note(&run, step, .loss = value);
        if (tf_progress_due(&run.bar, step))
            tf_progress_show(&run.bar, step, .loss = value);
    }
    tf_training_end(&run);

    draw_batch(xs, ys, length);
    tf_run(sess, FETCH(guess, &answers, loss, &value), FEED(x, xs, y, ys));
    for (int i = 0; i < 4; i++)
        printf("  %.3f guessed, %.3f is right\n", np_get(answers, i), np_get(ys, i));
    printf("Mean squared error on new sequences: %.5f\n", value);
    plt_yscale("log");
    plt_plot(run.loss, run.noted, .x = run.step, .label = "squared error");
    plt_xlabel("step");
    plt_legend();
    if (run.noted > 0 && plt_savefig(save) == tf_ok)
        printf("Error curve: %s\n", save);
    np_free(&xs);
    np_free(&ys);
    np_free(&answers);
    tf_close(sess);
    return 0;
}
