/* A layer, an RNN or LSTM cell by dynamic_rnn, and a layer read digits: the tutorial "RNN classifier". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tf1c.h>
#include <tf1c_kit.h>

/* hyperparameters */
static double lr = 0.001;
enum { batch_size = 128 };

static int n_inputs;                                /* MNIST data input (img shape: 28*28) */
static int n_steps;                                 /* time steps */
static int n_hidden_units = 128;                    /* neurons in hidden layer */
static int n_classes;                               /* MNIST classes (0-9 digits) */
static bool lstm;

struct params { tf_tensor in, out; };

static tf_tensor RNN(tf_tensor X, struct params weights, struct params biases)
{
    /* hidden layer for input to cell */
    /* transpose the inputs shape from X ==> (128 batch * 28 steps, 28 inputs) */
    X = tf_reshape(X, SHAPE(-1, n_inputs));
    /* into hidden: X_in = (128 batch * 28 steps, 128 hidden) */
    tf_tensor X_in = tf_add(tf_matmul(X, weights.in), biases.in);
    /* X_in ==> (128 batch, 28 steps, 128 hidden) */
    X_in = tf_reshape(X_in, SHAPE(-1, n_steps, n_hidden_units));
    /* basic RNN cell, or basic LSTM cell: its state is two parts (c_state, h_state) */
    tf_cell *cell = lstm ? tf_nn_rnn_cell_basic_lstm_cell(n_hidden_units, .forget_bias = 1.0)
                         : tf_nn_rnn_cell_basic_rnn_cell(n_hidden_units);
    tf_state *init_state = tf_zero_state(cell, batch_size, tf_float32);
    tf_rnn rnn = tf_nn_dynamic_rnn(cell, X_in, .initial_state = init_state, .time_major = false);
    /* hidden layer for output as the final results */
    return tf_add(tf_matmul(tf_state_h(rnn.state), weights.out), biases.out);
}

/* Of all test images, in batches of batch_size; the last one goes back, and what was seen before is not counted again. */
static double test_accuracy(tf_session *sess, tf_tensor correct_pred, tf_tensor x, tf_tensor y, tf_dataset *test)
{
    int64_t right = 0, n = test->num_examples;
    tf_ndarray correct = { 0 };
    for (int64_t i = 0; i < n; i += batch_size) {
        int64_t begin = i + batch_size <= n ? i : n - batch_size;
        tf_ndarray images = np_reshape(np_slice(test->images, begin, begin + batch_size), SHAPE(batch_size, n_steps, n_inputs));
        tf_run(sess, FETCH(correct_pred, &correct), FEED(x, images, y, np_slice(test->labels, begin, begin + batch_size)));
        for (int64_t j = i - begin; j < batch_size; j++)
            right += np_get(correct, j) != 0;
    }
    np_free(&correct);
    return (double)right / (double)n;
}

int main(int argc, char **argv)
{
    const char *data = NULL, *cell = "lstm", *save = "rnn_dynamic.png";
    int steps = 780, seed = 1, display_step = 20;
    tf_training run = { 0 };
    tf_options(argc, argv, "A dynamic RNN learns to read digits, row by row.",
               OPTION("data", &data, "folder with images in MNIST's idx.gz layout, instead of the digits of 8 x 8 pixels"),
               OPTION("cell", &cell, "lstm or basic_rnn", ONE_OF("lstm", "basic_rnn")),
               OPTION("steps", &steps, "training steps of 128 images", AT_LEAST(1)), OPTION("learning-rate", &lr, "of Adam", AT_LEAST(0)),
               OPTION("seed", &seed, "of weights and batches", AT_LEAST(0)), OPTION("save", &save, "PNG for the curve", TO_WRITE),
               TRAINING_OPTIONS(run));
    lstm = strcmp(cell, "lstm") == 0;
    tf_on_error(tf_exit);                           /* as an uncaught Python exception would: report and exit(1) */
    /* set random seed for comparing the two result calculations */
    tf_set_random_seed(seed);
    /* this is data */
    tf_datasets *mnist = data ? tf_mnist_read_data_sets(data, .one_hot = true, .reshape = false, .seed = seed)
                              : tf_digits_read_data_sets(.seed = seed);
    n_steps = (int)mnist->train->images.shape.dims[1];
    n_inputs = (int)mnist->train->images.shape.dims[2];
    n_classes = (int)mnist->train->labels.shape.dims[1];
    if (mnist->train->num_examples < batch_size || mnist->test->num_examples < batch_size) {
        fprintf(stderr, "%s: error: fewer than %d images\n", argv[0], batch_size);
        return 1;
    }
    printf("%lld training and %lld test images of %d x %d; %d steps of %d images, cell %s\n", (long long)mnist->train->num_examples,
           (long long)mnist->test->num_examples, n_steps, n_inputs, steps, batch_size, cell);

    /* tf Graph input */
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, n_steps, n_inputs));
    tf_tensor y = tf_placeholder(tf_float32, SHAPE(NONE, n_classes));

    /* Define weights: (28, 128), (128, 10) */
    struct params weights = { .in = tf_variable(tf_random_normal(SHAPE(n_inputs, n_hidden_units))),
                              .out = tf_variable(tf_random_normal(SHAPE(n_hidden_units, n_classes))) };
    /* (128, ), (10, ) */
    struct params biases = { .in = tf_variable(tf_constant(0.1, .shape = SHAPE(n_hidden_units))),
                             .out = tf_variable(tf_constant(0.1, .shape = SHAPE(n_classes))) };

    tf_tensor pred = RNN(x, weights, biases);
    tf_tensor cost = tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits(.logits = pred, .labels = y));
    tf_operation *train_op = tf_minimize(tf_train_adam_optimizer(lr), cost);

    tf_tensor correct_pred = tf_equal(tf_argmax(pred, 1), tf_argmax(y, 1));
    tf_tensor accuracy = tf_reduce_mean(tf_cast(correct_pred, tf_float32));

    tf_session *sess = tf_session();
    tf_run(sess, tf_global_variables_initializer());
    tf_training_start(&run, sess, steps);
    for (int step = 0; tf_training_goes_on(&run, step + 1); step++) {
        tf_batch batch = tf_next_batch(mnist->train, batch_size);
        if (step < run.done)
            continue;
        tf_ndarray batch_xs = np_reshape(batch.images, SHAPE(batch_size, n_steps, n_inputs));
        tf_run(sess, train_op, FEED(x, batch_xs, y, batch.labels));
        if (step % display_step == 0) {
            float acc, loss;
            tf_run(sess, FETCH(accuracy, &acc, cost, &loss), FEED(x, batch_xs, y, batch.labels));
            tf_progress_print(&run.bar, "%g", acc);
            tf_training_note(&run, step, .loss = loss, .accuracy = acc);
        }
    }
    tf_training_end(&run);

    double acc = test_accuracy(sess, correct_pred, x, y, mnist->test);
    printf("Testing Accuracy: %.4g\n", acc);
    plt_plot(run.accuracy, run.noted, .x = run.step, .label = "training accuracy");
    plt_ylim(0.0, 1.0);
    plt_xlabel("step");
    plt_legend();
    if (plt_savefig(save) == tf_ok)
        printf("Accuracy curve: %s\n", save);
    tf_close(sess);
    return 0;
}
