/* Words become vectors that lie near each other where the words stand in like places: the tutorial "Vector Representations of Words". */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tf1c.h>
#include <tf1c_kit.h>

enum { MOST_WORDS = 2000, LONGEST = 24, SHOWN = 60, NEAREST = 4 };

/* Step 1: the data: the sentences of a small grammar, or a file's words, as ids; 0 is UNK. */
static char words[MOST_WORDS][LONGEST] = { "UNK" };
static int vocabulary_size = 1, *data, data_size;

static void read_word(const char *word)
{
    int id = 1;
    while (id < vocabulary_size && strcmp(words[id], word) != 0)
        id++;
    if (id == vocabulary_size && vocabulary_size < MOST_WORDS)
        snprintf(words[vocabulary_size++], LONGEST, "%s", word);
    if (data_size % 4096 == 0 && !(data = realloc(data, ((size_t)data_size + 4096) * sizeof *data)))
        exit(1);
    data[data_size++] = id < vocabulary_size ? id : 0;
}

static void make_sentences(int n)
{
    static const char *const kinds[5][8] = { { "cat", "dog", "horse", "cow", "mouse", "goat", "fox", "hare" },
                                             { "bread", "cheese", "apples", "corn", "grass", "fish", "soup", "nuts" },
                                             { "paris", "rome", "oslo", "cairo", "lima", "delhi", "tokyo", "york" },
                                             { "red", "blue", "green", "white", "black", "brown", "grey", "yellow" },
                                             { "two", "three", "four", "five", "six", "seven", "eight", "nine" } };
    static const char *const sentences[2][8] = { { "the", "3", "0", "eats", "1", "in", "2" },
                                                 { "4", "people", "from", "2", "gave", "1", "to", "0" } }; /* a digit: one of a kind */
    for (int i = 0; i < n; i++)
        for (const char *const *word = sentences[i % 2]; word < sentences[i % 2] + 8 && *word; word++)
            read_word(isdigit((unsigned char)**word) ? kinds[**word - '0'][np_random_randint(8)] : *word);
}

static void read_file(const char *path)
{
    const tf_text text = tf_text_read(path);
    char word[LONGEST] = "";
    for (int64_t i = 0, n = 0; i < text.length; i++) {
        if (isalpha((unsigned char)text.chars[i]) && n < LONGEST - 1)
            word[n++] = (char)tolower((unsigned char)text.chars[i]);
        else if (n)
            word[n] = '\0', n = 0, read_word(word);
    }
}

/* Step 2: a training batch of the skip-gram model: a word, and one of those within the window. */
static void generate_batch(int batch_size, int skip_window, int *batch, int *labels)
{
    for (int i = 0; i < batch_size; i++) {
        const int at = skip_window + (int)np_random_randint(data_size - 2 * skip_window), away = 1 + (int)np_random_randint(skip_window);
        batch[i] = data[at];
        labels[i] = data[np_random_randint(2) ? at + away : at - away];
    }
}

/* Step 5: the map: the two directions in which the vectors differ most. */
static tf_tensor multiplied(tf_tensor v, tf_tensor i, void *m) { return (void)i, tf_nn_l2_normalize(tf_matmul(*(tf_tensor *)m, v), 0); }
static tf_tensor leading(tf_tensor covariance, int size) /* its eigenvector, by power iteration */
{
    return tf_foldl(multiplied, tf_range(200), .initializer = tf_random_normal(SHAPE(size, 1)), .context = &covariance);
}

static tf_tensor principal_components(tf_tensor x, int size)
{
    tf_tensor centered = tf_sub(x, tf_reduce_mean(x, 0)), covariance = tf_matmul(centered, centered, .transpose_a = true);
    tf_tensor first = leading(covariance, size), across = tf_matmul(first, first, .transpose_b = true);
    tf_tensor second = leading(tf_sub(covariance, tf_matmul(covariance, across)), size);
    return tf_matmul(centered, tf_concat(LIST(first, second), 1));
}

static void plot_with_labels(tf_ndarray places, int n, const char *path)
{
    plt_figure(.width = 9, .height = 7);
    for (int i = 1; i < n; i++) {
        const double x = np_get(places, 2 * i), y = np_get(places, 2 * i + 1);
        plt_scatter(&x, &y, 1, .color = "C0", .s = 16);
        plt_annotate(words[i], x, y);
    }
    if (plt_savefig(path) == tf_ok)
        printf("A map of the words: %s\n", path);
}

int main(int argc, char **argv)
{
    const char *path = NULL, *save = "word2vec.png";
    int steps = 8000, batch_size = 128, embedding_size = 32, skip_window = 2, num_sampled = 16, seed = 1;
    tf_training run = { 0 };
    tf_options(argc, argv, "Words become vectors that lie near each other where the words stand in like places.",
               OPTION("data", &path, "text to learn, instead of the sentences of a small grammar"),
               OPTION("steps", &steps, "training steps", AT_LEAST(1)), OPTION("batch-size", &batch_size, "pairs a step", AT_LEAST(1)),
               OPTION("embedding-size", &embedding_size, "numbers a word", AT_LEAST(2)),
               OPTION("skip-window", &skip_window, "how far a pair's words may be apart", AT_LEAST(1)),
               OPTION("seed", &seed, "of weights, samples and pairs", AT_LEAST(0)), OPTION("save", &save, "PNG for the map", TO_WRITE),
               TRAINING_OPTIONS(run));
    tf_on_error(tf_exit), tf_set_random_seed(seed), np_random_seed(seed);
    path ? read_file(path) : make_sentences(2000);
    printf("%d words, of which %d are different\n", data_size, vocabulary_size - 1);
    if (data_size <= 2 * skip_window)
        return fprintf(stderr, "That is too short for a window of %d words on each side.\n", skip_window), 1;
    /* Step 4: Build and train a skip-gram model. */
    tf_tensor train_inputs = tf_placeholder(tf_int32, SHAPE(batch_size)), train_labels = tf_placeholder(tf_int32, SHAPE(batch_size, 1));
    tf_tensor embeddings = tf_variable(tf_random_uniform(SHAPE(vocabulary_size, embedding_size), -1.0, 1.0));
    tf_tensor embed = tf_nn_embedding_lookup(embeddings, train_inputs);
    tf_tensor nce_weights = tf_variable(tf_truncated_normal(SHAPE(vocabulary_size, embedding_size), .stddev = 1.0 / sqrt(embedding_size)));
    tf_tensor nce_biases = tf_variable(tf_zeros(SHAPE(vocabulary_size)));
    tf_tensor loss = tf_reduce_mean(tf_nn_nce_loss(.weights = nce_weights, .biases = nce_biases, .labels = train_labels,
                                                   .inputs = embed, .num_sampled = num_sampled, .num_classes = vocabulary_size));
    tf_operation *optimizer = tf_minimize(tf_train_gradient_descent_optimizer(1.0), loss);
    /* Compute the cosine similarity between all words. */
    tf_tensor normalized = tf_nn_l2_normalize(embeddings, 1), similarity = tf_matmul(normalized, normalized, .transpose_b = true);
    tf_tensor nearest = tf_nn_top_k(similarity, NEAREST + 1).indices, places = principal_components(normalized, embedding_size);
    tf_session *session = tf_session();
    tf_run(session, tf_global_variables_initializer());
    tf_ndarray batch = np_zeros(SHAPE(batch_size), tf_int32), labels = np_zeros(SHAPE(batch_size, 1), tf_int32);
    double sum_loss = 0, seen = 0;
    tf_training_start(&run, session, steps);
    for (int step = 1; tf_training_goes_on(&run, step); step++) {
        float loss_val;
        generate_batch(batch_size, skip_window, batch.data, labels.data);
        if (step <= run.done)
            continue;
        tf_run(session, FETCH(optimizer, NULL, loss, &loss_val), FEED(train_inputs, batch, train_labels, labels));
        sum_loss += loss_val, seen++;
        if (step % 1000 == 0)
            tf_progress_print(&run.bar, "Average loss at step  %d :  %.4f", step, sum_loss / seen), sum_loss = seen = 0;
        tf_training_note(&run, step, .loss = loss_val);
    }
    tf_training_end(&run);
    tf_ndarray near_ids = { 0 }, map = { 0 };
    tf_run(session, FETCH(nearest, &near_ids, places, &map));
    for (int i = 1; i < vocabulary_size && i <= SHOWN; i += 4) {
        printf("Nearest to %s:", words[i]);
        for (int k = 1; k <= NEAREST; k++)
            printf(" %s", words[(int)np_get(near_ids, i * (NEAREST + 1) + k)]);
        printf("\n");
    }
    plot_with_labels(map, vocabulary_size < SHOWN ? vocabulary_size : SHOWN, save);
    np_free(&near_ids), np_free(&map), np_free(&batch), np_free(&labels), free(data);
    tf_close(session);
    return 0;
}
