/* An LSTM written by hand with scan, map_fn, unstack, concat and split learns digits of 8 x 8: the tutorial "RNNs from scratch". */
#include <stdio.h>
#include <stdlib.h>
#include <tf1c.h>
#include <tf1c_kit.h>

/* class LSTM(object) */
typedef struct {
    tf_tensor inputs, W, B, Wv, bv, init_hidden, input_fn;
} lstm_model;

/* def __init__(self, input_size, hidden_size, output_size) */
static lstm_model lstm_new(int input_size, int hidden_size, int output_size)
{
    lstm_model self;
    /* Input layer */
    self.inputs = tf_placeholder(tf_float32, SHAPE(NONE, NONE, input_size), .name = "inputs");
    self.W = tf_variable(tf_zeros(SHAPE(input_size + hidden_size, hidden_size * 4)));
    self.B = tf_variable(tf_zeros(SHAPE(hidden_size * 4)));
    /* Output layer */
    self.Wv = tf_variable(tf_truncated_normal(SHAPE(hidden_size, output_size), .mean = 0, .stddev = 0.01));
    self.bv = tf_variable(tf_truncated_normal(SHAPE(output_size), .mean = 0, .stddev = 0.01));
    /* The initial hidden state: zeros, one row per input sequence */
    self.init_hidden = tf_matmul(tf_getitem(self.inputs, ":, 0, :"), tf_zeros(SHAPE(input_size, hidden_size)));
    self.init_hidden = tf_stack(LIST(self.init_hidden, self.init_hidden));
    /* [batch, steps, inputs] to [steps, batch, inputs] */
    self.input_fn = tf_transpose(tf_transpose(self.inputs, .perm = PERM(2, 0, 1)));
    return self;
}

/* One step */
static tf_tensor forward(tf_tensor prev_state, tf_tensor x, void *model)
{
    lstm_model *self = model;
    /* Restore h, c */
    tf_list hc = tf_unstack(prev_state);
    tf_tensor h = tf_at(hc, 0), c = tf_at(hc, 1);
    /* The weighted sums of the four networks at once */
    tf_tensor inputs = tf_concat(LIST(x, h), 1);
    inputs = tf_add(tf_matmul(inputs, self->W), self->B);
    tf_list zifo = tf_split(inputs, 4, .axis = 1);
    /* Input gate, forget gate, output gate */
    tf_tensor input_gate = tf_sigmoid(tf_at(zifo, 1));
    tf_tensor forget_gate = tf_sigmoid(tf_at(zifo, 2));
    tf_tensor output_gate = tf_sigmoid(tf_at(zifo, 3));
    /* Update the memory cell */
    tf_tensor next_c = tf_add(tf_mul(c, forget_gate), tf_mul(tf_nn_tanh(tf_at(zifo, 0)), input_gate));
    /* Compute the hidden output */
    tf_tensor next_h = tf_mul(next_c, output_gate);
    return tf_stack(LIST(next_h, next_c));
}

/* The output of one state */
static tf_tensor calc_output(tf_tensor state, void *model)
{
    lstm_model *self = model;
    return tf_nn_tanh(tf_add(tf_matmul(state, self->Wv), self->bv));
}

/* All states, then all outputs */
static tf_tensor calc_outputs(lstm_model *self)
{
    tf_tensor all_states = tf_scan(forward, self->input_fn, .initializer = self->init_hidden, .context = self, .name = "states");
    return tf_map_fn(calc_output, tf_getitem(all_states, ":, 0, :, :"), .context = self);
}

int main(int argc, char **argv)
{
    int epochs = 100, seed = 5;
    const char *save = "lstm_from_scratch.png";
    tf_training run = { 0 };
    tf_options(argc, argv, "An LSTM written by hand learns to read digits.",
               OPTION("epochs", &epochs, "passes over the training images", AT_LEAST(1)), OPTION("seed", &seed, "of the weights", AT_LEAST(0)),
               OPTION("save", &save, "PNG for the curves", TO_WRITE), TRAINING_OPTIONS(run));
    tf_on_error(tf_exit);                           /* as an uncaught Python exception would: report and exit(1) */
    tf_set_random_seed(seed);

    /* The digits, 80 % to train, 20 % to validate */
    tf_digits digits = tf_datasets_load_digits();
    tf_ndarray Y = np_eye_rows(digits.target, 10);
    tf_train_test split = tf_train_test_split(digits.images, Y, .test_size = 0.2, .random_state = 42);
    printf("An LSTM of scan and map_fn: %d epochs of 14 batches of 100 digits, %lld to validate\n", epochs,
           (long long)split.x_test.shape.dims[0]);

    /* The model */
    enum { hidden_size = 50, input_size = 8, output_size = 10 };
    tf_tensor y = tf_placeholder(tf_float32, SHAPE(NONE, output_size), .name = "inputs");
    lstm_model lstm = lstm_new(input_size, hidden_size, output_size);
    tf_tensor outputs = calc_outputs(&lstm);
    tf_tensor last_output = tf_getitem(outputs, "-1");
    tf_tensor output = tf_nn_softmax(last_output);
    tf_tensor loss = tf_neg(tf_reduce_sum(tf_mul(y, tf_log(output))));

    /* Train with Adam */
    tf_operation *train_step = tf_minimize(tf_train_adam_optimizer(), loss);
    tf_tensor correct_predictions = tf_equal(tf_argmax(y, 1), tf_argmax(output, 1));
    tf_tensor acc = tf_reduce_mean(tf_cast(correct_predictions, tf_float32));

    tf_session *sess = tf_interactive_session();
    tf_run(sess, tf_global_variables_initializer());

    float *log_acc = calloc((size_t)epochs, sizeof *log_acc), log_loss, log_val_acc = NAN;
    if (!log_acc)
        return 1;
    tf_training_start(&run, sess, epochs);
    for (int epoch = (int)run.done; tf_training_goes_on(&run, epoch + 1); epoch++) {
        tf_ndarray X, T;
        for (int i = 0; i < 14; i++) {
            X = np_slice(split.x_train, 100 * i, 100 * (i + 1));
            T = np_slice(split.y_train, 100 * i, 100 * (i + 1));
            tf_run(sess, train_step, FEED(lstm.inputs, X, y, T));
        }
        tf_run(sess, FETCH(loss, &log_loss), FEED(lstm.inputs, X, y, T));
        tf_run(sess, FETCH(acc, &log_acc[run.noted]),
               FEED(lstm.inputs, np_slice(split.x_train, 0, 500), y, np_slice(split.y_train, 0, 500)));
        tf_run(sess, FETCH(acc, &log_val_acc), FEED(lstm.inputs, split.x_test, y, split.y_test));
        tf_training_note(&run, epoch + 1, .loss = log_loss, .accuracy = log_val_acc);
        if (!run.bar.terminal && tf_progress_due(&run.bar, epoch + 1))
            tf_progress_show(&run.bar, epoch + 1, .loss = log_loss, .accuracy = log_val_acc);
    }
    tf_training_end(&run);

    tf_run(sess, FETCH(acc, &log_val_acc), FEED(lstm.inputs, split.x_test, y, split.y_test));
    printf("Validation Accuracy: %.4g\n", log_val_acc);

    /* Plot accuracy */
    plt_ylim(0.0, 1.0);
    plt_plot(log_acc, run.noted, .x = run.step, .label = "acc");
    plt_plot(run.accuracy, run.noted, .x = run.step, .label = "val_acc");
    plt_xlabel("epoch");
    plt_legend();
    if (plt_savefig(save) == tf_ok)
        printf("Accuracy curves: %s\n", save);
    free(log_acc);
    np_free(&Y);
    tf_close(sess);
    return 0;
}
