/* An LSTM in both directions learns to write down digits that are spoken one after the other, from frames of sound of which nobody says
 * where one digit ends and the next begins. TF1: what tf.nn.ctc_loss and tf.nn.ctc_beam_search_decoder are for; the speech is made up. */
#include <math.h>
#include <stdio.h>
#include <tf1c.h>
#include <tf1c_kit.h>

enum { batch_size = 32, channels = 12, most_digits = 6, most_frames = 96, classes = 11, display_step = 25, tests = 10 };
/* A digit is two sounds, a sound a peak in the spectrum: which digit it was, the order tells. */
static const int sounds[10][2] = { { 0, 1 }, { 1, 0 }, { 0, 2 }, { 2, 0 }, { 1, 3 }, { 3, 1 }, { 2, 3 }, { 3, 2 }, { 0, 3 }, { 3, 0 } };

typedef struct {
    float frames[most_frames][batch_size][channels];
    int32_t lengths[batch_size], digits[batch_size * most_digits];
    int64_t places[batch_size * most_digits][2], shape[2]; /* of the digits: row and place in it */
    int n;
} speech;

static void say(speech *s, int row, int sound, int duration, double pitch)
{
    for (int i = 0; i < duration; i++, s->lengths[row]++)
        for (int c = 0; c < channels && sound >= 0; c++)
            s->frames[s->lengths[row]][row][c] += (float)(1.2 * exp(-pow(c - 1.5 - 3 * sound - pitch, 2)));
}

/* Three to six digits a row, spoken faster or slower, higher or lower, with or without a pause, in much noise. */
static void record(speech *s)
{
    s->n = 0, s->shape[0] = batch_size, s->shape[1] = most_digits;
    for (int i = 0; i < most_frames * batch_size * channels; i++)
        (&s->frames[0][0][0])[i] = (float)np_random_normal(0, 0.25);
    for (int row = 0; row < batch_size; row++) {
        const int n = 3 + (int)np_random_randint(most_digits - 2);
        const double pitch = np_random_uniform(-0.6, 0.6);
        s->lengths[row] = 0;
        for (int i = 0; i < n; i++) {
            const int digit = (int)np_random_randint(10);
            say(s, row, -1, (int)np_random_randint(4), pitch);
            for (int k = 0; k < 2; k++)
                say(s, row, sounds[digit][k], 2 + (int)np_random_randint(4), pitch);
            s->places[s->n][0] = row, s->places[s->n][1] = i, s->digits[s->n++] = digit;
        }
        say(s, row, -1, 2, pitch);
    }
}

/* The digits of row 0, and what the network makes of each frame. */
static void draw(const speech *s, tf_ndarray probabilities, const char *heard, const tf_training *run, const char *save)
{
    const int frames = s->lengths[0];
    const char *names[classes] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "-" };
    char title[200];
    tf_ndarray sound = np_zeros(SHAPE(channels, frames), tf_float32), classified = np_zeros(SHAPE(classes, frames), tf_float32);
    for (int t = 0; t < frames; t++) {
        for (int c = 0; c < channels; c++)
            ((float *)sound.data)[(channels - 1 - c) * frames + t] = s->frames[t][0][c];
        for (int c = 0; c < classes; c++)
            ((float *)classified.data)[c * frames + t] = (float)np_get(probabilities, t * batch_size * classes + c);
    }
    plt_figure(.width = 9, .height = 9);
    plt_subplot(3, 1, 1);
    plt_imshow(sound, .cmap = "Blues");
    plt_title("what is heard: channels of sound, frame by frame");
    plt_subplot(3, 1, 2);
    plt_imshow(classified, .cmap = "Blues"), plt_yticks(classes, names);
    snprintf(title, sizeof title, "what it takes the frames for; together: %s", heard);
    plt_title(title);
    plt_subplot(3, 1, 3);
    if (run->noted > 0)
        plt_plot(run->loss, run->noted, .x = run->step);
    plt_xlabel("step"), plt_ylabel("CTC loss");
    if (plt_savefig(save) == tf_ok)
        printf("Sound, what it is taken for, and the loss: %s\n", save);
    np_free(&sound), np_free(&classified);
}

/* Row 0 of sparse digits [n] at places [n, 2]. */
static void text_of(tf_ndarray places, tf_ndarray digits, char *text, size_t size)
{
    size_t at = 0;
    text[0] = '\0';
    for (int64_t i = 0; i < np_size(digits) && np_get(places, 2 * i) == 0 && at + 3 < size; i++)
        at += (size_t)snprintf(text + at, size - at, "%s%d", at ? " " : "", (int)np_get(digits, i));
}

int main(int argc, char **argv)
{
    int steps = 1000, units = 32, seed = 1;
    const char *save = "speech_ctc.png";
    tf_training run = { 0 };
    tf_options(argc, argv, "An LSTM learns to write down spoken digits.", OPTION("steps", &steps, "training steps", AT_LEAST(1)),
               OPTION("units", &units, "of the LSTM in each direction", AT_LEAST(1)), OPTION("seed", &seed, "of weights and speech", AT_LEAST(0)),
               OPTION("save", &save, "PNG for a sentence and the loss", TO_WRITE), TRAINING_OPTIONS(run));
    tf_on_error(tf_exit);
    tf_set_random_seed(seed), np_random_seed((uint32_t)seed);

    /* Time first, as ctc_loss wants it; the last class is the blank between labels */
    tf_tensor inputs = tf_placeholder(tf_float32, SHAPE(NONE, NONE, channels)), seq_len = tf_placeholder(tf_int32, SHAPE(NONE));
    tf_sparse_tensor targets = tf_sparse_placeholder(tf_int32);
    tf_birnn rnn = tf_nn_bidirectional_dynamic_rnn(tf_nn_rnn_cell_lstm_cell(units), tf_nn_rnn_cell_lstm_cell(units), inputs,
                                                   .sequence_length = seq_len, .dtype = tf_float32, .time_major = true);
    tf_tensor logits = tf_layers_dense(tf_concat(LIST(rnn.output_fw, rnn.output_bw), 2), classes), probabilities = tf_nn_softmax(logits);
    tf_tensor loss = tf_reduce_mean(tf_nn_ctc_loss(targets, logits, seq_len));
    tf_operation *train = tf_minimize(tf_train_adam_optimizer(0.01), loss);

    /* The likeliest digits, and how many of those that were said are wrong, missing or too many */
    tf_ctc_beams beams = tf_nn_ctc_beam_search_decoder(logits, seq_len, .beam_width = 20, .merge_repeated = false);
    tf_sparse_tensor decoded = tf_sparse_at(beams.decoded, 0);
    decoded.values = tf_cast(decoded.values, tf_int32);
    tf_tensor ler = tf_reduce_mean(tf_edit_distance(decoded, targets));

    static speech s;
    const tf_ndarray frames = np_array(s.frames, tf_float32, SHAPE(most_frames, batch_size, channels));
    const tf_ndarray lengths = np_array(s.lengths, tf_int32, SHAPE(batch_size)), shape = np_array(s.shape, tf_int64, SHAPE(2));
    tf_ndarray places = { 0 }, digits = { 0 }, classified = { 0 };
    float value = NAN, rate = NAN, mean = 0;
    char said[32], heard[128] = "";
    tf_session *sess = tf_session();
    tf_run(sess, tf_global_variables_initializer());
    tf_training_start(&run, sess, steps);
    for (int step = 1; tf_training_goes_on(&run, step); step++) {
        record(&s);
        if (step <= run.done)
            continue;
        tf_run(sess, FETCH(train, NULL, loss, &value),
               FEED(inputs, frames, seq_len, lengths, targets.indices, np_array(s.places, tf_int64, SHAPE(s.n, 2)),
                    targets.values, np_array(s.digits, tf_int32, SHAPE(s.n)), targets.dense_shape, shape));
        if (step % display_step == 0)
            tf_training_note(&run, step, .loss = value);
        if (tf_progress_due(&run.bar, step))
            tf_progress_show(&run.bar, step, .loss = value);
    }
    tf_training_end(&run);

    for (int i = 0; i < tests; i++) {
        record(&s);
        const tf_ndarray at = np_array(s.places, tf_int64, SHAPE(s.n, 2)), right = np_array(s.digits, tf_int32, SHAPE(s.n));
        tf_run(sess, FETCH(ler, &rate, decoded.indices, &places, decoded.values, &digits, probabilities, &classified),
               FEED(inputs, frames, seq_len, lengths, targets.indices, at, targets.values, right, targets.dense_shape, shape));
        text_of(at, right, said, sizeof said);
        text_of(places, digits, heard, sizeof heard);
        printf("  said %-12s heard %s\n", said, heard);
        mean += rate / tests;
    }
    printf("Label error rate on %d new sentences: %.1f %%\n", tests * batch_size, 100 * mean);
    draw(&s, classified, heard, &run, save);
    np_free(&places), np_free(&digits), np_free(&classified);
    tf_close(sess);
}
