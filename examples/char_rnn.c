/* An LSTM learns to write text, character by character, and shows a sample after each epoch: the tutorial "char-RNN". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tf1c.h>
#include <tf1c_kit.h>

int main(int argc, char **argv)
{
    const char *path = NULL, *save = "char_rnn.png";
    int batch_size = 0, seq_length = 50, num_epochs = 20, units = 0, samples = 500, seed = 1, steps = 0;
    tf_training run = { 0 };
    double learning_rate = 0.01;
    tf_options(argc, argv, "An LSTM learns to write like a text.", OPTION("data", &path, "a text, instead of a short tale of our own"),
               OPTION("epochs", &num_epochs, "passes over the text", AT_LEAST(1)),
               OPTION("steps", &steps, "batches of an epoch; 0: all", AT_LEAST(0)),
               OPTION("units", &units, "of the LSTM; 0: 512, and 128 for our tale", AT_LEAST(0)),
               OPTION("batch-size", &batch_size, "rows of a batch; 0: 50, and 10 for our tale", AT_LEAST(0)),
               OPTION("seq-length", &seq_length, "characters of a row", AT_LEAST(1)),
               OPTION("samples", &samples, "characters to write after each epoch", AT_LEAST(0)),
               OPTION("learning-rate", &learning_rate, "of Adam", AT_LEAST(0)),
               OPTION("seed", &seed, "of weights, dropout and samples", AT_LEAST(0)),
               OPTION("save", &save, "PNG for the curve", TO_WRITE), TRAINING_OPTIONS(run));
    if (batch_size == 0)
        batch_size = path ? 50 : 10;
    if (units == 0)
        units = path ? 512 : 128;
    tf_on_error(tf_exit);                           /* as an uncaught Python exception would: report and exit(1) */
    tf_set_random_seed(seed);
    np_random_seed((uint32_t)seed);

    /* Read the text and its vocabulary */
    tf_text data = tf_text_read(path ? path : tf_data_path("text.txt"));
    int vocab_size = data.vocab_size;
    int64_t num_batches = tf_text_batches_of(&data, batch_size, seq_length).num_batches;
    num_batches = steps && steps < num_batches ? steps : num_batches;
    printf("%lld characters, %d different ones; %d epochs of %lld batches of %d x %d, %d units\n", (long long)data.length, vocab_size,
           num_epochs, (long long)num_batches, batch_size, seq_length, units);

    /* Model architecture */
    tf_tensor inputs = tf_placeholder(tf_int32, SHAPE(NONE, NONE), .name = "inputs");
    tf_tensor targets = tf_placeholder(tf_int32, SHAPE(NONE, NONE), .name = "targets");
    tf_tensor keep_prob = tf_placeholder(tf_float32, SCALAR, .name = "keep_prob");

    tf_cell *lstm_cell = tf_contrib_rnn_basic_lstm_cell(.num_units = units);
    tf_cell *dropout_cell = tf_contrib_rnn_dropout_wrapper(lstm_cell, .output_keep_prob = keep_prob);
    tf_rnn rnn = tf_nn_dynamic_rnn(dropout_cell, tf_one_hot(inputs, vocab_size), .dtype = tf_float32);
    tf_tensor logits = tf_contrib_layers_fully_connected(rnn.outputs, .num_outputs = vocab_size, .activation_fn = NULL);
    tf_tensor predictions = tf_nn_softmax(logits);

    /* Loss and optimizer */
    tf_tensor loss = tf_reduce_mean(tf_nn_sparse_softmax_cross_entropy_with_logits(.logits = logits, .labels = targets));
    tf_operation *optimizer = tf_minimize(tf_train_adam_optimizer(learning_rate), loss);

    tf_session *sess = tf_interactive_session();
    tf_run(sess, tf_global_variables_initializer());
    tf_state_value last_state = { 0 };              /* what a fetch allocates, the next one reuses */
    tf_ndarray prediction = { 0 };
    char *text = malloc((size_t)seq_length + (size_t)samples);
    if (!text)
        return 1;
    int64_t done = 1;
    tf_training_start(&run, sess, num_epochs * num_batches);
    for (int epoch = 0; tf_training_goes_on(&run, done); epoch++) {
        double epoch_loss = 0;
        int64_t step = 0, trained = 0;
        tf_text_batches batches = tf_text_batches_of(&data, batch_size, seq_length);
        for (tf_text_batch b; step < num_batches && tf_training_goes_on(&run, done) && tf_text_next(&batches, &b); step++, done++) {
            if (done <= run.done)
                continue;
            /* Train, and keep the last state */
            tf_run(sess, FETCH(rnn.state, &last_state, optimizer, NULL), FEED(inputs, b.x, targets, b.y, keep_prob, 0.5));
            /* The loss without dropout */
            float batch_loss = tf_eval_float(loss, FEED(inputs, b.x, targets, b.y, keep_prob, 1.0));
            epoch_loss += batch_loss;
            trained++;
            if (tf_progress_due(&run.bar, done))
                tf_progress_show(&run.bar, done, .loss = batch_loss);
        }
        if (!trained)
            continue;
        tf_training_note(&run, done - 1, .loss = epoch_loss / (double)trained);
        tf_progress_print(&run.bar, "Epoch %2d loss %3.4f, a character %.4f", epoch + 1, epoch_loss, epoch_loss / (double)trained);

        /* A random excerpt to start from, and what the model thinks comes next */
        int start = tf_text_sample(&data, text, seq_length), n = start;
        while (n < start + samples) {
            tf_ndarray x_input = tf_text_encode(&data, text + n - start, start);
            tf_run(sess, FETCH(predictions, &prediction), FEED(inputs, x_input, keep_prob, 1.0));
            text[n++] = tf_text_char(&data, np_argmax_last(prediction));
        }
        if (samples > 0)
            tf_progress_print(&run.bar, "%.*s|%.*s\n", start, text, n - start, text + start);
    }
    tf_training_end(&run);

    plt_plot(run.loss, run.noted, .x = run.step, .label = "loss of a character", .marker = "o");
    plt_xlabel("step");
    plt_legend();
    if (plt_savefig(save) == tf_ok)
        printf("Loss curve: %s\n", save);
    free(text);
    np_free(&prediction);
    tf_state_free(&last_state);
    tf_close(sess);
    return 0;
}
