/* The kit: what tutorials take from the neighbours of NumPy and matplotlib. Data sets, text batches, plots, a
 * progress bar, options of a program.
 *
 * Everything read or made here (data sets, splits, texts, figures) belongs to the kit: nothing need be freed. It is
 * released at exit, or all at once by tf_kit_release. Errors are tf1c's: a report to the calling thread's handler,
 * and an empty object that is safe to go on with. One object is used by one thread at a time; the random numbers that
 * stand for NumPy's global ones are shared by all threads, under a lock. */
#ifndef TF1C_KIT_H
#define TF1C_KIT_H
#if defined(__GNUC__)
#pragma GCC system_header /* the macros below hide their own -Woverride-init, as in tf1c.h */
#endif

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include <tf1c.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Releases everything that the kit holds; what it has returned is no longer valid. At exit it happens by itself. */
TF1C_API void tf_kit_release(void);

/* ---- random numbers: NumPy's legacy global generator (MT19937), draw for draw ----------------------------------- */
TF1C_API void np_random_seed(uint32_t seed);        /* np.random.seed; without it, the system seeds it on first use */
TF1C_API int64_t np_random_randint(int64_t n);      /* np.random.randint(n): in [0, n); 0 if n < 1 */
TF1C_API void np_random_shuffle(int64_t *x, int64_t n); /* np.random.shuffle */
TF1C_API double np_random_random(void);             /* np.random.random_sample(), np.random.rand(): in [0, 1) */
TF1C_API double np_random_uniform(double low, double high);
TF1C_API double np_random_randn(void);              /* np.random.randn(): of mean 0 and standard deviation 1 */
TF1C_API double np_random_normal(double loc, double scale);

/* A file that ships with the project ("digits.csv.gz", "text.txt"), looked for in $TF1C_DATA, then where the project
 * stands, then where it is installed. NotFoundError, and "", if it is in none of them. The text is the kit's. */
#define tf_data_path(name) tf_data_path_(name, TF_SOURCE)
TF1C_API const char *tf_data_path_(const char *name, tf_source here);

/* `filename` in `dir`, where a TF1 program would download it from `url`: here it must be there already, NotFoundError otherwise, which
 * names the url. The text is the kit's.                     TF1: tf.contrib.learn.python.learn.datasets.base.maybe_download */
#define tf_maybe_download(filename, dir, url) tf_maybe_download_(filename, dir, url, TF_SOURCE)
#define tf_contrib_learn_python_learn_datasets_base_maybe_download(filename, dir, url) tf_maybe_download(filename, dir, url)
TF1C_API const char *tf_maybe_download_(const char *filename, const char *dir, const char *url, tf_source here);

/* ---- data sets of images ------------------------------------------------------------------------------------------
 * TF1: tensorflow.examples.tutorials.mnist. `images` [n, rows·columns] (or [n, rows, columns, 1] with .reshape = false)
 * stay the file's bytes, in the file's order, and act as float32 in [0, 1] (their .scale is 1/255), or as uint8 with
 * .dtype = tf_uint8. `labels` are float32 [n, 10] with .one_hot, else uint8 [n]. */
typedef struct tf_dataset {
    tf_ndarray images, labels;
    int64_t num_examples;
    int64_t epochs_completed;
    struct tf_dataset_state *state; /* the kit's own: order of this epoch, place in it, batch buffers */
} tf_dataset;

typedef struct tf_datasets {
    tf_dataset *train, *validation, *test;
} tf_datasets;

/* Reads train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each with
 * or without .gz, from `dir`.                                                   TF1: mnist.input_data.read_data_sets
 *   one_hot          labels as rows of 0 and 1
 *   dtype            tf_float32 or tf_uint8
 *   reshape          images as vectors
 *   validation_size  taken from the front of the training images
 *   seed             given to np_random_seed, as TF does; unset (negative): the generator goes on as it stands
 *   errors           NotFoundError: no such file;  DataLossError: truncated, damaged, trailing bytes;  ValueError: not an
 *                    idx file of its kind, images and labels of different number, a validation split larger than the
 *                    training images;  TypeError: dtype. Each names the file. Then all three sets are empty.
 *   returns          never NULL, nor is train, validation or test */
struct tf_read_data_sets_args {
    tf_source here;
    bool one_hot;
    tf_dtype dtype;
    bool reshape;
    int64_t validation_size;
    int64_t seed;
};
#define tf_mnist_read_data_sets(dir, ...)                                                                           \
    TF_KWARGS_(tf_mnist_read_data_sets_(dir, (struct tf_read_data_sets_args){ .dtype = tf_float32, .reshape = true, \
                                             .validation_size = 5000, .seed = -1, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_datasets *tf_mnist_read_data_sets_(const char *dir, struct tf_read_data_sets_args args);

/* A data set of the caller's own: images and labels are copied. `seed` as above. Never NULL. */
struct tf_dataset_args {
    tf_source here;
    int64_t seed;
};
#define tf_dataset_of(images, labels, ...) \
    TF_KWARGS_(tf_dataset_of_(images, labels, (struct tf_dataset_args){ .seed = -1, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_dataset *tf_dataset_of_(tf_ndarray images, tf_ndarray labels, struct tf_dataset_args args);

/* The next n examples, shuffled anew at the start of each epoch; a batch may span two epochs.  TF1: DataSet.next_batch
 * The arrays are the data set's own, valid until its next batch: images [n, …] float32 (or uint8), labels [n, …].
 *   errors  ValueError: n is not in [1, num_examples];  the batch is empty then. An empty data set (its reading failed,
 *           and was reported) gives an empty batch without another word. */
typedef struct tf_batch {
    tf_ndarray images, labels;
} tf_batch;
struct tf_next_batch_args {
    tf_source here;
    bool shuffle;
};
#define tf_next_batch(dataset, n, ...) \
    TF_KWARGS_(tf_next_batch_(dataset, n, (struct tf_next_batch_args){ .shuffle = true, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_batch tf_next_batch_(tf_dataset *dataset, int64_t n, struct tf_next_batch_args args);

/* ---- scikit-learn's part ------------------------------------------------------------------------------------------
 * 1,797 handwritten digits of 8 × 8 pixels, 0 to 16 (UCI Optical Recognition of Handwritten Digits).
 *   images [1797, 8, 8] and data [1797, 64]  float32 with the same elements;  target [1797]  int64
 *   errors  NotFoundError, DataLossError: digits.csv.gz (see tf_data_path), naming it; empty arrays then
 *   sklearn.datasets.load_digits */
typedef struct tf_digits {
    tf_ndarray images, data, target;
} tf_digits;
#define tf_datasets_load_digits() tf_datasets_load_digits_(TF_SOURCE)
TF1C_API tf_digits tf_datasets_load_digits_(tf_source here);

/* The same digits in the form of tf_mnist_read_data_sets: images [n, 8, 8, 1] float32 from 0 to 1, labels [n, 10] float32
 * of 0 and 1; 1,437 to train, 360 to test and to validate (tf_train_test_split, .test_size = 0.2, .random_state = 42).
 *   seed  as in tf_mnist_read_data_sets;   errors  as tf_datasets_load_digits; the sets are empty then */
struct tf_digits_args {
    tf_source here;
    int64_t seed;
};
#define tf_digits_read_data_sets(...) \
    TF_KWARGS_(tf_digits_read_data_sets_((struct tf_digits_args){ .seed = -1, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_datasets *tf_digits_read_data_sets_(struct tf_digits_args args);

/* Splits x and y along axis 0 as sklearn.model_selection.train_test_split does, the same rows for the same random_state.
 *   test_size, train_size  below 1 a fraction, from 1 on a number of rows; unset: the complement, or a quarter to test
 *   random_state           unset (negative): NumPy's global generator
 *   shuffle                false: the first rows to train, the next to test
 *   errors                 ValueError: sizes that do not fit, x and y of different length; all four arrays are empty then */
typedef struct tf_train_test {
    tf_ndarray x_train, x_test, y_train, y_test;
} tf_train_test;
struct tf_train_test_args {
    tf_source here;
    double test_size, train_size;
    int64_t random_state;
    bool shuffle;
};
#define tf_train_test_split(x, y, ...)                                                                               \
    TF_KWARGS_(tf_train_test_split_(x, y, (struct tf_train_test_args){ .test_size = NAN, .train_size = NAN,          \
                                                .random_state = -1, .shuffle = true, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_train_test tf_train_test_split_(tf_ndarray x, tf_ndarray y, struct tf_train_test_args args);

/* ---- text, character by character -----------------------------------------------------------------------------------
 * A text as numbers: the vocabulary is its set of bytes, sorted. */
typedef struct tf_text {
    int vocab_size;
    const char *vocab;     /* [vocab_size], ascending */
    const char *chars;     /* [length], the text itself */
    const int32_t *codes;  /* [length], each byte's place in vocab */
    int64_t length;
    struct tf_text_state *state;
} tf_text;
#define tf_text_read(path) tf_text_read_(path, TF_SOURCE)
#define tf_text_of(chars, length) tf_text_of_(chars, length, TF_SOURCE) /* from memory; copied */
TF1C_API tf_text tf_text_read_(const char *path, tf_source here); /* NotFoundError, ValueError: empty; then length 0 */
TF1C_API tf_text tf_text_of_(const char *chars, int64_t length, tf_source here);

/* Batches x, y [batch_size, seq_length], int32: the text, cut to whole batches, runs on along each row from batch to
 * batch; y is x moved by one character (the last is followed by the first).
 *   errors  ValueError: sizes below 1, or a text shorter than one batch; there are no batches then */
typedef struct tf_text_batches {
    const tf_text *text;
    int batch_size, seq_length;
    int64_t num_batches, next;
} tf_text_batches;
typedef struct tf_text_batch {
    tf_ndarray x, y; /* valid until the next tf_text_next on this text */
} tf_text_batch;
#define tf_text_batches_of(text, batch_size, seq_length) tf_text_batches_of_(text, batch_size, seq_length, TF_SOURCE)
TF1C_API tf_text_batches tf_text_batches_of_(const tf_text *text, int batch_size, int seq_length, tf_source here);
TF1C_API bool tf_text_next(tf_text_batches *batches, tf_text_batch *batch); /* false: no more */

/* n characters as [1, n] int32, valid until the next call with this text; KeyError for one outside the vocabulary,
 * and an empty array. tf_text_char is the way back; LookupError and '?' outside. */
#define tf_text_encode(text, chars, n) tf_text_encode_(text, chars, n, TF_SOURCE)
#define tf_text_char(text, code) tf_text_char_(text, code, TF_SOURCE)
TF1C_API tf_ndarray tf_text_encode_(const tf_text *text, const char *chars, int n, tf_source here);
TF1C_API char tf_text_char_(const tf_text *text, int64_t code, tf_source here);
/* Copies n characters from a random place into `out` (not terminated); returns how many, the text's length at most. */
TF1C_API int tf_text_sample(const tf_text *text, char *out, int n);

/* ---- pictures, as matplotlib.pyplot -------------------------------------------------------------------------------
 * Calls draw on the current axes of the one figure, which is kept until plt_clf or plt_figure; as in pyplot, they are for
 * one thread. plt_savefig writes a PNG by way of gnuplot, a program that must be in PATH. */
struct plt_plot_args {
    tf_source here;
    const char *label; /* for plt_legend */
    const void *x;     /* n numbers of y's type; unset: 0, 1, 2, … */
    const char *color; /* "red", "C1", "#1f77b4", "k"; unset: the next of matplotlib's ten */
    double linewidth;  /* in points */
    const char *linestyle; /* "-", "--", ":", "-." */
    const char *marker;    /* "o", "s", "x", "+", ".", "^"; unset: none */
};
/* n numbers, float or double; NaN and ±inf leave a gap. */
#define plt_plot(y, n, ...)                                                                                              \
    TF_KWARGS_(_Generic((y), float *: plt_plot_float_, const float *: plt_plot_float_, double *: plt_plot_double_,       \
                        const double *: plt_plot_double_)(y, n, (struct plt_plot_args){ .linewidth = 1.5, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_status plt_plot_float_(const float *y, int64_t n, struct plt_plot_args args);
TF1C_API tf_status plt_plot_double_(const double *y, int64_t n, struct plt_plot_args args);

/* n points: x and y numbers of one type, float or double. */
struct plt_scatter_args {
    tf_source here;
    const char *label;
    const char *color;  /* as plt_plot's */
    const char *marker; /* as plt_plot's; unset: "o" */
    double s;           /* the marker's area in square points */
};
#define plt_scatter(x, y, n, ...)                                                                                               \
    TF_KWARGS_(_Generic((y), float *: plt_scatter_float_, const float *: plt_scatter_float_, double *: plt_scatter_double_,     \
                        const double *: plt_scatter_double_)(x, y, n, (struct plt_scatter_args){ .s = 36, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_status plt_scatter_float_(const float *x, const float *y, int64_t n, struct plt_scatter_args args);
TF1C_API tf_status plt_scatter_double_(const double *x, const double *y, int64_t n, struct plt_scatter_args args);

/* n bars from 0 to each height, at 0, 1, 2, … unless x says where.  ValueError: a width that is not positive */
struct plt_bar_args {
    tf_source here;
    const char *label, *color;
    const void *x; /* n numbers of height's type: the middles */
    double width;  /* 0.8 */
};
#define plt_bar(height, n, ...)                                                                                             \
    TF_KWARGS_(_Generic((height), float *: plt_bar_float_, const float *: plt_bar_float_, double *: plt_bar_double_,        \
                        const double *: plt_bar_double_)(height, n, (struct plt_bar_args){ .width = 0.8, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_status plt_bar_float_(const float *height, int64_t n, struct plt_bar_args args);
TF1C_API tf_status plt_bar_double_(const double *height, int64_t n, struct plt_bar_args args);

/* How many of n numbers fall into each of some bins of one width, the last of which is closed; from the least to the greatest
 * number unless low < high say otherwise. NaN, and what lies outside, is not counted.  ValueError: bins below 1 or above 100000,
 * no number to find the range by */
struct plt_hist_args {
    tf_source here;
    const char *label, *color;
    int bins;         /* 10 */
    double low, high; /* both unset: of the numbers */
    bool density;     /* so that the bars' area is 1 */
};
#define plt_hist(values, n, ...)                                                                                          \
    TF_KWARGS_(_Generic((values), float *: plt_hist_float_, const float *: plt_hist_float_, double *: plt_hist_double_,   \
                        const double *: plt_hist_double_)(values, n, (struct plt_hist_args){ .bins = 10, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_status plt_hist_float_(const float *values, int64_t n, struct plt_hist_args args);
TF1C_API tf_status plt_hist_double_(const double *values, int64_t n, struct plt_hist_args args);

/* An array [rows, columns] or [rows, columns, 1] in the colours of a map, or [rows, columns, 3] of red, green and blue (uint8
 * from 0 to 255, other dtypes from 0 to 1), the first row on top, pixels square. It takes the place of an image before it.
 *   errors  TypeError "Invalid shape (2,) for image data"; ValueError: an unknown colour map */
struct plt_imshow_args {
    tf_source here;
    const char *cmap; /* "viridis", "gray", "gray_r" (also "binary", "Greys"), "Blues", "Reds", "hot", "coolwarm" */
    double vmin, vmax; /* what the map's ends stand for; both unset: the least and the greatest value */
};
#define plt_imshow(array, ...) \
    TF_KWARGS_(plt_imshow_(array, (struct plt_imshow_args){ .cmap = "viridis", TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_status plt_imshow_(tf_ndarray array, struct plt_imshow_args args);

/* Text whose left end is at x, y of the axes. */
#define plt_annotate(text, x, y) plt_annotate_(text, x, y, TF_SOURCE)
TF1C_API tf_status plt_annotate_(const char *text, double x, double y, tf_source here);
/* n names instead of numbers, at 0, 1, …, n - 1. */
#define plt_xticks(n, names) plt_ticks_('x', n, names, TF_SOURCE)
#define plt_yticks(n, names) plt_ticks_('y', n, names, TF_SOURCE)
TF1C_API tf_status plt_ticks_(char which, int n, const char *const *names, tf_source here);
/* "off": no frame and no ticks; "on". */
#define plt_axis(option) plt_axis_(option, TF_SOURCE)
TF1C_API tf_status plt_axis_(const char *option, tf_source here);

#define plt_legend() plt_legend_(TF_SOURCE) /* in the corner that the lines leave free */
TF1C_API void plt_legend_(tf_source here);
#define plt_xlabel(text) plt_text_('x', text, TF_SOURCE)
#define plt_ylabel(text) plt_text_('y', text, TF_SOURCE)
#define plt_title(text) plt_text_('t', text, TF_SOURCE)
TF1C_API tf_status plt_text_(char which, const char *text, tf_source here);
#define plt_xlim(low, high) plt_limits_('x', low, high, TF_SOURCE)
#define plt_ylim(low, high) plt_limits_('y', low, high, TF_SOURCE)
TF1C_API tf_status plt_limits_(char which, double low, double high, tf_source here); /* ValueError: not two different, finite numbers */
#define plt_grid(on) plt_grid_(on, TF_SOURCE)
#define plt_yscale(scale) plt_yscale_(scale, TF_SOURCE) /* "linear" or "log" */
TF1C_API void plt_grid_(bool on, tf_source here);
TF1C_API tf_status plt_yscale_(const char *scale, tf_source here);

/* Makes axes i (from 1, row by row) of a grid current; plt_axes is its other name. ValueError as matplotlib's. */
#define plt_subplot(rows, columns, i) plt_subplot_(rows, columns, i, TF_SOURCE)
#define plt_axes(rows, columns, i) plt_subplot_(rows, columns, i, TF_SOURCE)
TF1C_API tf_status plt_subplot_(int rows, int columns, int i, tf_source here);

/* A new, empty figure of width × height inches (6.4 × 4.8 as matplotlib's). */
struct plt_figure_args {
    tf_source here;
    double width, height;
    double dpi;
};
#define plt_figure(...) \
    TF_KWARGS_(plt_figure_((struct plt_figure_args){ .width = 6.4, .height = 4.8, .dpi = 200, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_status plt_figure_(struct plt_figure_args args);
TF1C_API void plt_clf(void);

/* Writes the figure to `path`, a PNG.  OSError: the file cannot be written, gnuplot is missing or failed (with its words) */
#define plt_savefig(path) plt_savefig_(path, TF_SOURCE)
TF1C_API tf_status plt_savefig_(const char *path, tf_source here);

/* ---- a training's progress -------------------------------------------------------------------------------------------
 * On a terminal one line that is written over: bar, steps, rate, time left, loss, accuracy; otherwise plain lines, one a
 * tenth of the way (and at least every ten seconds). It writes to stdout.
 *   tf_progress bar = tf_progress_start(steps);
 *   for (int step = 1; step <= steps; step++) {
 *       if (tf_progress_due(&bar, step))     // a display is due: worth fetching loss and accuracy
 *           tf_progress_show(&bar, step, .loss = loss, .accuracy = acc);
 *   }
 *   tf_progress_end(&bar);
 * Due are the first and the last step and, on a terminal, ten a second. */
typedef struct tf_progress {
    int64_t total, shown, from; /* steps; the one last shown; the last that an earlier program took, 0 */
    double started, shown_at; /* seconds on a monotonic clock */
    double loss, accuracy; /* the last that were given, else NAN */
    bool terminal;
    int width; /* of the line that stands on the terminal */
} tf_progress;
struct tf_progress_args {
    double loss, accuracy;
};
TF1C_API tf_progress tf_progress_start(int64_t total);
TF1C_API bool tf_progress_due(const tf_progress *progress, int64_t step);
#define tf_progress_show(progress, step, ...) \
    tf_progress_show_(progress, step, TF_KWARGS_((struct tf_progress_args){ .loss = NAN, .accuracy = NAN, __VA_ARGS__ }))
TF1C_API void tf_progress_show_(tf_progress *progress, int64_t step, struct tf_progress_args args);
/* A line of its own, as by printf, above the one that is written over. */
TF1C_API void tf_progress_print(tf_progress *progress, const char *format, ...) __attribute__((format(printf, 2, 3)));
TF1C_API void tf_progress_end(tf_progress *progress); /* leaves the last line standing */

/* ---- a training that can be left and gone on with ----------------------------------------------------------------------
 *   tf_training run = { 0 };
 *   tf_options(argc, argv, "…", TRAINING_OPTIONS(run), …);   // --checkpoint FOLDER, --logdir FOLDER
 *   …  tf_run(sess, tf_global_variables_initializer());
 *   tf_training_start(&run, sess, steps);                    // restores the latest checkpoint of the folder, if there is one
 *   for (int step = 1; tf_training_goes_on(&run, step); step++) {
 *       tf_batch batch = tf_next_batch(train, 128);          // drawn again for steps that are done, so that what follows is the same
 *       if (step <= run.done)
 *           continue;
 *       tf_run(sess, train_op, FEED(…));
 *       if (step % 20 == 0)
 *           tf_training_note(&run, step, .loss = loss, .accuracy = acc);   // for the progress line, TensorBoard, and the curves
 *   }
 *   tf_training_end(&run);                                   // saves
 * Ctrl-C (and SIGTERM) ends the loop after the step; a second one ends the program. A checkpoint is saved then, at the end, and every
 * minute. With it the training goes on as if it had never stopped, bit for bit.
 *   errors  tf_restore's and tf_summary_file_writer's */
typedef struct tf_training {
    const char *checkpoint, *logdir; /* NULL: none */
    int64_t done, steps;             /* by an earlier program; in all */
    tf_progress bar;
    int noted;
    float *step, *loss, *accuracy; /* [noted]: the curves; the kit's */
    int64_t room, reached, saved;  /* what follows is the kit's own */
    double saved_at;
    tf_session *session;
    tf_saver *saver;
    tf_summary_writer *writer;
    const void *handlers;
    tf_source here;
} tf_training;
#define TRAINING_OPTIONS(training)                                                                                    \
    OPTION("checkpoint", &(training).checkpoint, "folder to save what is learnt in, and to go on from"),              \
        OPTION("logdir", &(training).logdir, "folder of event files for TensorBoard")
#define tf_training_start(training, session, steps) tf_training_start_(training, session, steps, TF_SOURCE)
#define tf_training_note(training, step, ...) \
    tf_training_note_(training, step, TF_KWARGS_((struct tf_progress_args){ .loss = NAN, .accuracy = NAN, __VA_ARGS__ }))
TF1C_API tf_status tf_training_start_(tf_training *training, tf_session *session, int64_t steps, tf_source here);
TF1C_API bool tf_training_goes_on(tf_training *training, int64_t step);
TF1C_API void tf_training_note_(tf_training *training, int64_t step, struct tf_progress_args args);
TF1C_API void tf_training_end(tf_training *training); /* a second time: nothing */

/* ---- a program's options --------------------------------------------------------------------------------------------
 *   int steps = 700; const char *save = "loss.png"; bool quiet = false;
 *   tf_options(argc, argv, "Trains a small LSTM.", OPTION("steps", &steps, "training steps"),
 *              OPTION("save", &save, "PNG to write"), OPTION("quiet", &quiet, "no progress"));
 * Variables hold the defaults, and --help shows them: int, long, double, const char *, and bool (a switch; --no-quiet
 * takes it back). "--steps 5" and "--steps=5" are the same. What follows the help is checked at once, before hours of
 * training: AT_LEAST(1), BETWEEN(2, 60), ONE_OF("rnn", "lstm"), and TO_WRITE for a file that must be writable, the default
 * too. As Python's argparse, it ends the program: --help with 0, a mistake with a line on stderr and 2. */
typedef struct tf_option {
    const char *name;
    char kind;   /* i int, l long, d double, s text, b bool */
    void *value;
    const char *help;
    bool bounded, to_write;
    double min, max;
    const char *const *choices; /* up to a NULL */
} tf_option;
#define OPTION(option_name, variable, text, ...)                                                                   \
    { .name = (option_name), .value = (variable), .help = (text),                                                  \
      .kind = _Generic((variable), int *: 'i', long *: 'l', double *: 'd', const char **: 's', char **: 's', bool *: 'b'), \
      __VA_ARGS__ }
#define AT_LEAST(least) BETWEEN(least, INFINITY)
#define BETWEEN(least, most) .bounded = true, .min = (least), .max = (most)
#define ONE_OF(...) .choices = (const char *const[]){ __VA_ARGS__, NULL }
#define TO_WRITE .to_write = true
#define tf_options(argc, argv, about, ...) \
    tf_options_(argc, argv, about, (int)(sizeof((tf_option[]){ __VA_ARGS__ }) / sizeof(tf_option)), (tf_option[]){ __VA_ARGS__ })
/* return tf_app_run(main_of_the_program, argc, argv): what TF1's tf.app.run does, which main returns.       TF1: tf.app.run */
typedef int tf_main(int argc, char **argv);
TF1C_API int tf_app_run(tf_main *main, int argc, char **argv);
TF1C_API void tf_options_(int argc, char **argv, const char *about, int n, const tf_option *options);

#ifdef __cplusplus
}
#endif
#endif
