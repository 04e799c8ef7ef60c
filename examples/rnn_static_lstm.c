/* An LSTM reads an image row by row and says which digit it is: the tutorial "Recurrent Neural Network". */
#include <stdio.h>
#include <string.h>
#include <tf1c.h>
#include <tf1c_kit.h>

/* Training parameters; the tutorial: GradientDescent, 10,000 steps */
static double learning_rate = 0;                    /* 0.001; with adam, 0.003 for the small digits */
static int training_steps = 0, batch_size = 128, display_step = 200;

/* Network parameters */
static int num_input;                               /* data input: one row of an image */
static int timesteps;                               /* timesteps: the rows */
static int num_hidden = 128;                        /* hidden layer num of features */
static int num_classes;                             /* total classes (0-9 digits) */

struct params { tf_tensor out; };

static tf_tensor RNN(tf_tensor x, struct params weights, struct params biases)
{
    /* Unstack to get a list of 'timesteps' tensors of shape (batch_size, num_input) */
    tf_list xs = tf_unstack(x, timesteps, 1);
    /* Define a lstm cell with tensorflow */
    tf_cell *lstm_cell = tf_contrib_rnn_basic_lstm_cell(num_hidden, .forget_bias = 1.0);
    /* Get lstm cell output */
    tf_rnn_list rnn = tf_contrib_rnn_static_rnn(lstm_cell, xs, .dtype = tf_float32);
    /* Linear activation, using rnn inner loop last output */
    return tf_add(tf_matmul(tf_at(rnn.outputs, -1), weights.out), biases.out);
}

/* Accuracy on all test images, a thousand at a time. */
static double test_accuracy(tf_session *sess, tf_tensor accuracy, tf_tensor X, tf_tensor Y, tf_dataset *test)
{
    double right = 0;
    for (int64_t i = 0; i < test->num_examples; i += 1000) {
        tf_ndarray test_data = np_reshape(np_slice(test->images, i, i + 1000), SHAPE(-1, timesteps, num_input));
        tf_ndarray test_label = np_slice(test->labels, i, i + 1000);
        float acc;
        tf_run(sess, FETCH(accuracy, &acc), FEED(X, test_data, Y, test_label));
        right += acc * (double)test_label.shape.dims[0];
    }
    return right / (double)test->num_examples;
}

static void plot(const tf_training *run, const char *path)
{
    plt_figure(.width = 8, .height = 3.6);
    plt_subplot(1, 2, 1);
    plt_plot(run->loss, run->noted, .x = run->step, .label = "minibatch loss");
    plt_xlabel("step");
    plt_legend();
    plt_subplot(1, 2, 2);
    plt_plot(run->accuracy, run->noted, .x = run->step, .label = "training accuracy");
    plt_xlabel("step");
    plt_ylim(0.0, 1.0);
    plt_legend();
    if (plt_savefig(path) == tf_ok)
        printf("Loss and accuracy curves: %s\n", path);
}

int main(int argc, char **argv)
{
    const char *data = NULL, *optimizer_name = "adam", *save = "rnn_static_lstm.png";
    int seed = 1;
    tf_training run = { 0 };
    tf_options(argc, argv, "An LSTM learns to read digits, row by row.",
               OPTION("data", &data, "folder with images in MNIST's idx.gz layout, instead of the digits of 8 x 8 pixels"),
               OPTION("optimizer", &optimizer_name, "adam, or sgd as in the tutorial", ONE_OF("adam", "sgd")),
               OPTION("learning-rate", &learning_rate, "of the optimizer; 0: 0.001, but 0.003 for the digits with adam", AT_LEAST(0)),
               OPTION("steps", &training_steps, "training steps; 0: 700 with adam, 10000 with sgd", AT_LEAST(0)),
               OPTION("seed", &seed, "of weights and batches", AT_LEAST(0)), OPTION("save", &save, "PNG for the curves", TO_WRITE),
               TRAINING_OPTIONS(run));
    bool sgd = strcmp(optimizer_name, "sgd") == 0;
    if (training_steps == 0)
        training_steps = sgd ? 10000 : 700;
    if (learning_rate == 0)
        learning_rate = data || sgd ? 0.001 : 0.003;
    if (training_steps < 2000)
        display_step = 20;

    tf_on_error(tf_exit);                           /* as an uncaught Python exception would: report and exit(1) */
    tf_set_random_seed(seed);
    /* Import MNIST data */
    tf_datasets *mnist = data ? tf_mnist_read_data_sets(data, .one_hot = true, .reshape = false, .seed = seed)
                              : tf_digits_read_data_sets(.seed = seed);
    timesteps = (int)mnist->train->images.shape.dims[1];
    num_input = (int)mnist->train->images.shape.dims[2];
    num_classes = (int)mnist->train->labels.shape.dims[1];
    printf("%lld training and %lld test images of %d x %d from %s; %d steps of %d images with %s, learning rate %g\n",
           (long long)mnist->train->num_examples, (long long)mnist->test->num_examples, timesteps, num_input,
           data ? data : "the digits", training_steps, batch_size, sgd ? "GradientDescent" : "Adam", learning_rate);

    /* tf Graph input */
    tf_tensor X = tf_placeholder(tf_float32, SHAPE(NONE, timesteps, num_input));
    tf_tensor Y = tf_placeholder(tf_float32, SHAPE(NONE, num_classes));

    /* Define weights */
    struct params weights = { .out = tf_variable(tf_random_normal(SHAPE(num_hidden, num_classes))) };
    struct params biases = { .out = tf_variable(tf_random_normal(SHAPE(num_classes))) };

    tf_tensor logits = RNN(X, weights, biases);
    tf_tensor prediction = tf_nn_softmax(logits);

    /* Define loss and optimizer */
    tf_tensor loss_op = tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits(.logits = logits, .labels = Y));
    tf_optimizer *optimizer = sgd ? tf_train_gradient_descent_optimizer(learning_rate) : tf_train_adam_optimizer(learning_rate);
    tf_operation *train_op = tf_minimize(optimizer, loss_op);

    /* Evaluate model (with test logits, for dropout to be disabled) */
    tf_tensor correct_pred = tf_equal(tf_argmax(prediction, 1), tf_argmax(Y, 1));
    tf_tensor accuracy = tf_reduce_mean(tf_cast(correct_pred, tf_float32));

    /* Initialize the variables (i.e. assign their default value) */
    tf_operation *init = tf_global_variables_initializer();

    /* Start training */
    tf_session *sess = tf_session();
    /* Run the initializer */
    tf_run(sess, init);
    tf_training_start(&run, sess, training_steps);
    for (int step = 1; tf_training_goes_on(&run, step); step++) {
        tf_batch batch = tf_next_batch(mnist->train, batch_size);
        if (step <= run.done)
            continue;
        /* Reshape data to get 28 seq of 28 elements */
        tf_ndarray batch_x = np_reshape(batch.images, SHAPE(batch_size, timesteps, num_input));
        /* Run optimization op (backprop) */
        tf_run(sess, train_op, FEED(X, batch_x, Y, batch.labels));
        if (step % display_step == 0 || step == 1) {
            /* Calculate batch loss and accuracy */
            float loss, acc;
            tf_run(sess, FETCH(loss_op, &loss, accuracy, &acc), FEED(X, batch_x, Y, batch.labels));
            tf_progress_print(&run.bar, "Step %d, Minibatch Loss= %.4f, Training Accuracy= %.3f", step, loss, acc);
            tf_training_note(&run, step, .loss = loss, .accuracy = acc);
        }
    }
    tf_training_end(&run);
    printf("Optimization Finished!\n");

    /* Calculate accuracy for the test images, all of them */
    double acc = test_accuracy(sess, accuracy, X, Y, mnist->test);
    printf("Testing Accuracy: %.4g\n", acc);
    plot(&run, save);

    tf_close(sess);
    return 0;
}
