/* LeNet by tf.layers says which digit an image shows: the tutorial "A Guide to TF Layers: Building a Convolutional Neural Network". */
#include <stdio.h>
#include <stdlib.h>
#include <tf1c.h>
#include <tf1c_kit.h>

#include "cnn_model.h"

/* Accuracy on all test images, a thousand at a time. */
static double test_accuracy(tf_session *sess, tf_tensor accuracy, tf_tensor X, tf_tensor Y, tf_dataset *test)
{
    double right = 0;
    for (int64_t i = 0; i < test->num_examples; i += 1000) {
        tf_ndarray images = np_slice(test->images, i, i + 1000), labels = np_slice(test->labels, i, i + 1000);
        float acc;
        tf_run(sess, FETCH(accuracy, &acc), FEED(X, images, Y, labels));
        right += acc * (double)labels.shape.dims[0];
    }
    return right / (double)test->num_examples;
}

/* The curves that a training leaves behind. */
static void plot(const tf_training *run, const char *path)
{
    plt_figure(.width = 8, .height = 3.6);
    plt_subplot(1, 2, 1);
    plt_plot(run->loss, run->noted, .x = run->step, .label = "minibatch loss");
    plt_xlabel("step");
    plt_legend();
    plt_subplot(1, 2, 2);
    plt_plot(run->accuracy, run->noted, .x = run->step, .label = "minibatch accuracy");
    plt_xlabel("step");
    plt_ylim(0.0, 1.0);
    plt_legend();
    if (plt_savefig(path) == tf_ok)
        printf("Loss and accuracy curves: %s\n", path);
}

int main(int argc, char **argv)
{
    const char *data = NULL, *save = "cnn_mnist.png";
    int steps = 0, batch_size = 0, seed = 1;
    double learning_rate = 0.001;
    tf_training run = { 0 };
    tf_options(argc, argv, "A convolutional network learns to read digits.",
               OPTION("data", &data, "folder with images in MNIST's idx.gz layout, instead of the digits of 8 x 8 pixels"),
               OPTION("steps", &steps, "training steps; 0: 1000, with --data three times through the images", AT_LEAST(0)),
               OPTION("batch-size", &batch_size, "images a step; 0: 100, with --data 50", AT_LEAST(0)),
               OPTION("learning-rate", &learning_rate, "of Adam", AT_LEAST(0)),
               OPTION("seed", &seed, "of weights, dropout and batches", AT_LEAST(0)),
               OPTION("save", &save, "PNG for the curves", TO_WRITE), TRAINING_OPTIONS(run));

    tf_on_error(tf_exit); /* as an uncaught Python exception would: report and exit(1) */
    tf_set_random_seed(seed);
    /* Load training and eval data */
    tf_datasets *mnist = data ? tf_mnist_read_data_sets(data, .one_hot = true, .reshape = false, .seed = seed)
                              : tf_digits_read_data_sets(.seed = seed);
    const int width = (int)mnist->train->images.shape.dims[1];        /* of an image, a row of pixels */
    const int num_classes = (int)mnist->train->labels.shape.dims[1]; /* digits 0-9 */
    if (batch_size == 0)
        batch_size = data ? 50 : 100;
    if (steps == 0)
        steps = data ? (int)(3 * mnist->train->num_examples / batch_size) : 1000;
    printf("%lld training and %lld test images of %d x %d from %s; %d steps of %d images\n", (long long)mnist->train->num_examples,
           (long long)mnist->test->num_examples, width, width, data ? data : "the digits", steps, batch_size);

    tf_tensor X = tf_placeholder(tf_float32, SHAPE(NONE, width, width, 1));
    tf_tensor Y = tf_placeholder(tf_float32, SHAPE(NONE, num_classes));
    tf_tensor training = tf_placeholder_with_default((bool)false, SCALAR);
    tf_tensor logits = cnn_model(X, training, num_classes);
    /* Calculate Loss (for both TRAIN and EVAL modes) */
    tf_tensor loss = tf_losses_softmax_cross_entropy(Y, logits);
    /* Configure the Training Op (for TRAIN mode) */
    tf_operation *train_op = tf_minimize(tf_train_adam_optimizer(learning_rate), loss);
    /* Add evaluation metrics (for EVAL mode) */
    tf_tensor accuracy = tf_reduce_mean(tf_cast(tf_equal(tf_argmax(logits, 1), tf_argmax(Y, 1)), tf_float32));

    tf_session *sess = tf_session();
    tf_run(sess, tf_global_variables_initializer());
    tf_training_start(&run, sess, steps);
    for (int step = 1; tf_training_goes_on(&run, step); step++) {
        tf_batch batch = tf_next_batch(mnist->train, batch_size);
        if (step <= run.done)
            continue;
        tf_feeds feed = FEED(X, batch.images, Y, batch.labels, training, (bool)true);
        if (step % 10 && step > 1) {
            tf_run(sess, train_op, feed);
            continue;
        }
        float l, acc;
        tf_run(sess, FETCH(train_op, NULL, loss, &l, accuracy, &acc), feed);
        if (step % 100 == 0 || step == 1)
            tf_progress_print(&run.bar, "Step %d, loss %.4f, accuracy of the batch %.3f", step, l, acc);
        tf_training_note(&run, step, .loss = l, .accuracy = acc);
    }
    tf_training_end(&run);
    printf("Testing Accuracy: %.4f\n", test_accuracy(sess, accuracy, X, Y, mnist->test));
    plot(&run, save);
    tf_close(sess);
    return 0;
}
