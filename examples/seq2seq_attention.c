/* A decoder that attends to what an encoder read learns to write dates as numbers, "9 march 1998" as "1998-03-09", letter by letter.
 * TF1: what tf.contrib.seq2seq is for: TrainingHelper while it learns, GreedyEmbeddingHelper when it is asked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tf1c.h>
#include <tf1c_kit.h>

enum { batch_size = 64, longest = 20, answer_length = 11 };
enum { pad, go, end }; /* the first three symbols */
static const char symbols[] = "_<>0123456789-abcdefghijklmnopqrstuvwxyz .,";
enum { n_symbols = sizeof symbols - 1 };
static const char *months[] = { "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december" };

typedef struct {
    int32_t source[batch_size][longest], lengths[batch_size], written[batch_size][answer_length], answer[batch_size][answer_length];
} dates;

static int symbol(char c) { return strchr(symbols, c) && c ? (int)(strchr(symbols, c) - symbols) : pad; }

/* Row i of a batch: a date as people write it, and as the decoder reads and has to write it. */
static void set_date(dates *d, int i, const char *text, const char *numbers)
{
    d->lengths[i] = (int32_t)(strlen(text) < longest ? strlen(text) : longest);
    for (int t = 0; t < longest; t++)
        d->source[i][t] = t < d->lengths[i] ? symbol(text[t]) : pad;
    for (int t = 0; t < answer_length; t++) {
        d->written[i][t] = t ? symbol(numbers[t - 1]) : go;
        d->answer[i][t] = t < answer_length - 1 ? symbol(numbers[t]) : end;
    }
}

static void draw_batch(dates *d)
{
    for (int i = 0; i < batch_size; i++) {
        char text[64], numbers[40];
        int day = 1 + (int)np_random_randint(28), month = (int)np_random_randint(12), year = 1900 + (int)np_random_randint(150);
        switch (np_random_randint(3)) {
        case 0: snprintf(text, sizeof text, "%d %s %d", day, months[month], year); break;
        case 1: snprintf(text, sizeof text, "%s %d, %d", months[month], day, year); break;
        default: snprintf(text, sizeof text, "%d.%d.%d", day, month + 1, year);
        }
        snprintf(numbers, sizeof numbers, "%04d-%02d-%02d", year, month + 1, day);
        set_date(d, i, text, numbers);
    }
}

/* The alignments [steps, 1, letters] of one date, its letters below and the answer's beside it. */
static void draw_attention(tf_ndarray history, const char *text, const char *numbers, const char *save)
{
    const int rows = (int)strlen(numbers), columns = (int)strlen(text);
    char letters[longest + answer_length][2];
    const char *names[longest + answer_length];
    tf_ndarray map = np_zeros(SHAPE(rows, columns), tf_float32);
    for (int i = 0; i < rows * columns; i++)
        ((float *)map.data)[i] = (float)np_get(history, i / columns * history.shape.dims[2] + i % columns);
    for (int i = 0; i < rows + columns; i++) {
        snprintf(letters[i], sizeof letters[i], "%c", i < columns ? text[i] : numbers[i - columns]);
        names[i] = letters[i];
    }
    plt_title("what each letter of the answer looks at");
    plt_imshow(map, .cmap = "Blues");
    plt_xticks(columns, names);
    plt_yticks(rows, names + columns);
    if (plt_savefig(save) == tf_ok)
        printf("Attention: %s\n", save);
    np_free(&map);
}

int main(int argc, char **argv)
{
    int steps = 400, units = 64, seed = 1;
    const char *save = "seq2seq_attention.png", *date = "9 march 1998";
    tf_training run = { 0 };
    tf_options(argc, argv, "A decoder with attention learns to write dates as numbers.", OPTION("steps", &steps, "training steps", AT_LEAST(1)),
               OPTION("units", &units, "of encoder and decoder", AT_LEAST(1)), OPTION("seed", &seed, "of weights and dates", AT_LEAST(0)),
               OPTION("date", &date, "to be answered at the end, in small letters"), OPTION("save", &save, "PNG for the attention", TO_WRITE),
               TRAINING_OPTIONS(run));
    tf_on_error(tf_exit);
    tf_set_random_seed(seed);
    np_random_seed((uint32_t)seed);

    tf_tensor source = tf_placeholder(tf_int32, SHAPE(NONE, NONE)), lengths = tf_placeholder(tf_int32, SHAPE(NONE));
    tf_tensor written = tf_placeholder(tf_int32, SHAPE(NONE, answer_length)), answer = tf_placeholder(tf_int32, SHAPE(NONE, answer_length));
    tf_tensor batch = tf_size(lengths), embedding = tf_get_variable("embedding", SHAPE(n_symbols, 32));

    /* The encoder reads the date; the decoder starts from its last state and looks at all of its outputs */
    tf_rnn encoder = tf_nn_dynamic_rnn(tf_nn_rnn_cell_gru_cell(units), tf_nn_embedding_lookup(embedding, source), lengths, .dtype = tf_float32);
    tf_attention_mechanism *attention = tf_contrib_seq2seq_bahdanau_attention(units, encoder.outputs, .memory_sequence_length = lengths);
    tf_cell *cell = tf_contrib_seq2seq_attention_wrapper(tf_nn_rnn_cell_gru_cell(units), attention, .attention_layer_size = units, .alignment_history = true);
    tf_state *start = tf_clone(tf_zero_state(cell, batch, tf_float32), .cell_state = encoder.state);
    tf_layer *letters = tf_layers_Dense(n_symbols, .name = "letters");

    /* It learns from the right letters … */
    tf_helper *helper = tf_contrib_seq2seq_training_helper(tf_nn_embedding_lookup(embedding, written), tf_fill(LIST(batch), answer_length));
    tf_decoded taught = tf_contrib_seq2seq_dynamic_decode(tf_contrib_seq2seq_basic_decoder(cell, helper, start, letters));
    tf_tensor loss = tf_contrib_seq2seq_sequence_loss(taught.outputs.rnn_output, answer, tf_ones_like(answer, .dtype = tf_float32));
    tf_operation *train = tf_minimize(tf_train_adam_optimizer(0.005), loss);

    /* … and answers by its own */
    helper = tf_contrib_seq2seq_greedy_embedding_helper(embedding, tf_fill(LIST(batch), go), end);
    tf_decoded own = tf_contrib_seq2seq_dynamic_decode(tf_contrib_seq2seq_basic_decoder(cell, helper, start, letters), .maximum_iterations = answer_length + 4);
    tf_tensor history = tf_tensor_array_stack(tf_state_alignment_history(own.state));

    static dates d;
    tf_ndarray sources = np_array(d.source, tf_int32, SHAPE(batch_size, longest)), counts = np_array(d.lengths, tf_int32, SHAPE(batch_size));
    tf_ndarray ins = np_array(d.written, tf_int32, SHAPE(batch_size, answer_length)), outs = np_array(d.answer, tf_int32, SHAPE(batch_size, answer_length));
    tf_session *sess = tf_session();
    tf_run(sess, tf_global_variables_initializer());
    tf_training_start(&run, sess, steps);
    for (int step = 1; tf_training_goes_on(&run, step); step++) {
        float value;
        draw_batch(&d);
        if (step <= run.done)
            continue;
        tf_run(sess, FETCH(train, NULL, loss, &value), FEED(source, sources, lengths, counts, written, ins, answer, outs));
        tf_training_note(&run, step, .loss = value);
        if (tf_progress_due(&run.bar, step))
            tf_progress_show(&run.bar, step, .loss = value);
    }
    tf_training_end(&run);

    char text[longest + 1], numbers[answer_length + 4] = "";
    snprintf(text, sizeof text, "%s", date);
    set_date(&d, 0, text, "----------");
    tf_ndarray ids = { 0 }, alignments = { 0 };
    sources = np_array(d.source, tf_int32, SHAPE(1, d.lengths[0])), counts = np_array(d.lengths, tf_int32, SHAPE(1));
    tf_run(sess, FETCH(own.outputs.sample_id, &ids, history, &alignments), FEED(source, sources, lengths, counts));
    for (int i = 0; i < np_size(ids) && i < answer_length + 3 && np_get(ids, i) != end; i++)
        numbers[i] = symbols[(int)np_get(ids, i)];
    printf("'%s' is %s\n", text, numbers);
    if (numbers[0])
        draw_attention(alignments, text, numbers, save);
    np_free(&ids);
    np_free(&alignments);
    tf_close(sess);
    return 0;
}
