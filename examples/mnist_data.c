/* The network of cnn_mnist learns from files: digits are written as TFRecords; tf.data reads, parses, shuffles, batches them. */
#include <stdio.h>
#include <stdlib.h>
#include <tf1c.h>
#include <tf1c_kit.h>

#include "cnn_model.h"

enum { NUM_CLASSES = 10, ROWS = 4, COLUMNS = 8, SHOWN = ROWS * COLUMNS };

/* An Example a record: the pixels as bytes, and which digit it is. */
static void convert_to(const tf_dataset *data_set, const char *filename)
{
    const int64_t pixels = data_set->images.shape.dims[1] * data_set->images.shape.dims[2];
    unsigned char *image_raw = malloc((size_t)pixels);
    tf_ndarray labels = np_argmax(data_set->labels, 1);
    tf_record_writer *writer = tf_python_io_tf_record_writer(filename);
    for (int64_t index = 0; image_raw && index < data_set->num_examples; index++) {
        for (int64_t p = 0; p < pixels; p++)
            image_raw[p] = (unsigned char)(np_get(data_set->images, index * pixels + p) * 255 + 0.5);
        tf_ndarray example = tf_serialize_to_string(tf_train_example(tf_train_features(
            { "label", tf_train_feature(.int64_list = tf_train_int64_list((int64_t)np_get(labels, index))) },
            { "image_raw", tf_train_feature(.bytes_list = tf_train_bytes_list({ (char *)image_raw, (size_t)pixels })) })));
        tf_write(writer, example);
        np_free(&example);
    }
    tf_close(writer);
    np_free(&labels);
    free(image_raw);
}

/* A record as an image [width, width, 1] from 0 to 1 and its label. */
static tf_list parse(tf_list element, void *context)
{
    const int width = *(const int *)context;
    tf_list features =
        tf_parse_single_example(tf_at(element, 0), TF_FEATURES({ "label", tf_fixed_len_feature(SCALAR, tf_int64) },
                                                               { "image_raw", tf_fixed_len_feature(SCALAR, tf_string) }));
    tf_tensor image = tf_decode_raw(tf_at(features, 1), tf_uint8);
    image = tf_reshape(tf_mul(tf_cast(image, tf_float32), 1.0 / 255), SHAPE(width, width, 1));
    return LIST(image, tf_at(features, 0));
}

/* All test batches, until the iterator is at its end. */
static double test_accuracy(tf_session *sess, tf_operation *initializer, tf_tensor correct)
{
    double right = 0, seen = 0;
    tf_ndarray is_right = { 0 };
    tf_run(sess, initializer);
    tf_error_handler *before = tf_on_error(tf_silent); /* the end is no mistake */
    for (; tf_run(sess, FETCH(correct, &is_right)) == tf_ok; np_free(&is_right))
        for (int64_t i = 0; i < is_right.shape.dims[0]; i++, seen++)
            right += np_get(is_right, i);
    tf_on_error(before);
    if (tf_last_error()->code != tf_out_of_range)
        printf("The test ended early: %s\n", tf_last_error()->message);
    return right / seen;
}

/* Test images as the network gets them, and what it says they are. */
static void plot_predictions(tf_session *sess, tf_operation *initializer, tf_tensor images, tf_tensor predictions)
{
    tf_ndarray mosaic = { 0 }, digits = { 0 };
    const int32_t width = (int32_t)tf_get_shape(images).dims[1], gap = width / 8, text = width * 3 / 4;
    const int32_t height = gap + width + gap, breadth = text + width; /* of a cell */
    tf_tensor cells = tf_pad(tf_slice(images, SHAPE(0, 0, 0, 0), SHAPE(SHOWN, -1, -1, -1)),
                             NP_INT2D({ 0, 0 }, { gap, gap }, { text, 0 }, { 0, 0 }));
    tf_tensor rows = tf_transpose(tf_reshape(cells, SHAPE(ROWS, COLUMNS, height, breadth)), .perm = PERM(0, 2, 1, 3));
    tf_run(sess, initializer);
    tf_run(sess, FETCH(tf_reshape(rows, SHAPE(ROWS * height, COLUMNS * breadth)), &mosaic, predictions, &digits));
    plt_imshow(mosaic, .cmap = "gray_r");
    for (int i = 0; i < SHOWN; i++) {
        const char digit[2] = { (char)('0' + (int)np_get(digits, i)) };
        plt_annotate(digit, (i % COLUMNS + 0.1) * breadth, (i / COLUMNS + 0.6) * height);
    }
    plt_axis("off");
    np_free(&mosaic), np_free(&digits);
}

int main(int argc, char **argv)
{
    const char *data = NULL, *records = ".", *save = "mnist_data.png";
    int steps = 0, batch_size = 100, seed = 1;
    double learning_rate = 0.001;
    tf_training run = { 0 };
    tf_options(argc, argv, "A convolutional network learns to read digits from TFRecords.",
               OPTION("data", &data, "folder with images in MNIST's idx.gz layout, instead of the digits of 8 x 8 pixels"),
               OPTION("records", &records, "folder to write train.tfrecords and test.tfrecords in"),
               OPTION("steps", &steps, "training steps; 0: 1000, with --data three times through the images", AT_LEAST(0)),
               OPTION("batch-size", &batch_size, "images a step", AT_LEAST(1)),
               OPTION("learning-rate", &learning_rate, "of Adam", AT_LEAST(0)),
               OPTION("seed", &seed, "of weights, dropout and batches", AT_LEAST(0)),
               OPTION("save", &save, "PNG for the curve and some of the test", TO_WRITE), TRAINING_OPTIONS(run));
    tf_on_error(tf_exit), tf_set_random_seed(seed);
    tf_datasets *mnist = data ? tf_mnist_read_data_sets(data, .one_hot = true, .reshape = false) : tf_digits_read_data_sets();
    int width = (int)mnist->train->images.shape.dims[1];
    steps = steps ? steps : data ? (int)(3 * mnist->train->num_examples / batch_size) : 1000;
    char train_file[4096], test_file[4096];
    snprintf(train_file, sizeof train_file, "%s/train.tfrecords", records);
    snprintf(test_file, sizeof test_file, "%s/test.tfrecords", records);
    tf_gfile_make_dirs(records);
    convert_to(mnist->train, train_file);
    convert_to(mnist->test, test_file);
    printf("%lld training and %lld test images of %d x %d written to %s; %d steps of %d images\n",
           (long long)mnist->train->num_examples, (long long)mnist->test->num_examples, width, width, records, steps, batch_size);

    /* The batches of a training that goes on: as many as it has had are skipped. */
    tf_tensor done = tf_placeholder(tf_int64, SCALAR);
    tf_data_dataset *train = tf_map(tf_data_tf_record_dataset(train_file), parse, .num_parallel_calls = 2, .context = &width);
    train = tf_prefetch(tf_skip(tf_batch(tf_repeat(tf_shuffle(train, 2000)), batch_size), done), 1);
    tf_data_dataset *test = tf_data_tf_record_dataset(test_file);
    test = tf_batch(tf_map(test, parse, .num_parallel_calls = 2, .context = &width), 100);
    /* One iterator, which goes through either */
    tf_data_iterator *iterator = tf_data_iterator_from_structure(train->output_types, .output_shapes = train->output_shapes);
    tf_operation *train_init = tf_make_initializer(iterator, train), *test_init = tf_make_initializer(iterator, test);
    tf_list next = tf_get_next(iterator);
    tf_tensor images = tf_at(next, 0), labels = tf_at(next, 1);

    tf_tensor training = tf_placeholder_with_default((bool)false, SCALAR), logits = cnn_model(images, training, NUM_CLASSES);
    tf_tensor loss = tf_losses_sparse_softmax_cross_entropy(labels, logits);
    tf_operation *train_op = tf_minimize(tf_train_adam_optimizer(learning_rate), loss);
    tf_tensor predictions = tf_argmax(logits, 1), correct = tf_cast(tf_equal(predictions, labels), tf_float32);
    tf_tensor accuracy = tf_reduce_mean(correct);

    tf_session *sess = tf_session();
    tf_run(sess, tf_global_variables_initializer());
    tf_training_start(&run, sess, steps);
    tf_run(sess, train_init, FEED(done, run.done));
    for (int step = (int)run.done + 1; tf_training_goes_on(&run, step); step++) {
        float l, acc;
        tf_run(sess, FETCH(train_op, NULL, loss, &l, accuracy, &acc), FEED(training, (bool)true));
        if (step % 100 == 0 || step == 1)
            tf_progress_print(&run.bar, "Step %d, loss %.4f, accuracy of the batch %.3f", step, l, acc);
        tf_training_note(&run, step, .loss = l, .accuracy = acc);
    }
    tf_training_end(&run);
    printf("Testing Accuracy: %.4f\n", test_accuracy(sess, test_init, correct));

    plt_figure(.width = 9, .height = 3.6);
    plt_subplot(1, 2, 1);
    plt_plot(run.loss, run.noted, .x = run.step, .label = "minibatch loss");
    plt_xlabel("step"), plt_legend();
    plt_subplot(1, 2, 2);
    plot_predictions(sess, test_init, images, predictions);
    if (plt_savefig(save) == tf_ok)
        printf("The loss, and what is read in test images: %s\n", save);
    tf_close(sess);
    return 0;
}
