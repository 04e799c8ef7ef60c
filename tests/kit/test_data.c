/* The kit's random numbers, data sets and splits, against NumPy 1.18.5, TensorFlow 1.15.5 and scikit-learn 1.0.2. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <tf1c_kit.h>

#include "core/alloc.h"
#include "examples/kit/kit.h"
#include "tests/support.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

/* ---- random numbers: np.random.seed(seed), then shuffle(arange(12)), and the draws in this order ---------------- */
static const struct {
    uint32_t seed;
    int64_t shuffled[12], below_1000[4];
    double reals[2];
    int64_t below_2_40, below_1, below_7;
} random_cases[] = {
    { 0,
      { 6, 11, 4, 10, 2, 8, 1, 7, 9, 3, 0, 5 },
      { 600, 396, 314, 705 },
      { 0.7917250380826646, 0.5288949197529045 },
      379644119889,
      0,
      5 },
    { 42,
      { 10, 9, 0, 8, 5, 2, 1, 11, 4, 7, 3, 6 },
      { 871, 663, 130, 661 },
      { 0.056411579027100256, 0.7219987722668247 },
      675221855013,
      0,
      1 },
    { 4294967295u,
      { 11, 8, 5, 9, 1, 10, 6, 0, 4, 7, 2, 3 },
      { 779, 202, 539, 141 },
      { 0.5537363115925001, 0.9845555560357949 },
      63468191141,
      0,
      1 },
};

START_TEST(the_global_generator_draws_what_numpys_draws)
{
    int64_t a[12];
    np_random_seed(random_cases[_i].seed);
    for (int i = 0; i < 12; i++)
        a[i] = i;
    np_random_shuffle(a, 12);
    ck_assert_mem_eq(a, random_cases[_i].shuffled, sizeof a);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(np_random_randint(1000), random_cases[_i].below_1000[i]);
    for (int i = 0; i < 2; i++)
        ck_assert(np_random_random() == random_cases[_i].reals[i]);
    ck_assert_int_eq(np_random_randint((int64_t)1 << 40), random_cases[_i].below_2_40);
    ck_assert_int_eq(np_random_randint(1), random_cases[_i].below_1);
    ck_assert_int_eq(np_random_randint(7), random_cases[_i].below_7);
}
END_TEST

/* np.random.seed(seed), then three of randn(), normal(3, .5), uniform(-1, 3), randn() */
static const struct {
    uint32_t seed;
    double normals[3], scaled, uniform, last;
} normal_cases[] = {
    { 0,
      { 1.764052345967664, 0.4001572083672233, 0.9787379841057392 },
      4.120446599600729,
      0.6946191973556188,
      -0.8427240538292873 },
    { 42,
      { 0.4967141530112327, -0.13826430117118466, 0.6476885381006925 },
      3.761514928204013,
      -0.3759254382302539,
      0.2790412922001377 },
    { 4294967295u,
      { 0.6484086742306527, 0.6693235306338161, -1.0805437227474493 },
      3.1422505223993156,
      2.637500291191082,
      0.31595808265170017 },
};
static void assert_near(double got, double want)
{
    ck_assert_msg(fabs(got - want) <= 1e-15 * fabs(want), "%.17g, not %.17g", got, want);
}

START_TEST(the_global_generator_draws_numpys_normal_numbers)
{
    np_random_seed(normal_cases[_i].seed);
    for (int i = 0; i < 3; i++)
        assert_near(np_random_randn(), normal_cases[_i].normals[i]);
    assert_near(np_random_normal(3, .5), normal_cases[_i].scaled);
    ck_assert(np_random_uniform(-1, 3) == normal_cases[_i].uniform);
    assert_near(np_random_randn(), normal_cases[_i].last);
    np_random_seed(normal_cases[_i].seed); /* the second of the last pair is forgotten */
    assert_near(np_random_randn(), normal_cases[_i].normals[0]);
}
END_TEST

START_TEST(a_long_shuffle_uses_several_blocks_of_the_generator)
{
    int64_t a[1000], sum = 0;
    np_random_seed(5);
    for (int i = 0; i < 1000; i++)
        a[i] = i;
    np_random_shuffle(a, 1000);
    for (int i = 0; i < 1000; i++)
        sum += i * a[i];
    ck_assert_int_eq(sum, 243748383);
}
END_TEST

/* ---- train_test_split ------------------------------------------------------------------------------------------- */
static const struct {
    int n;
    double test_size, train_size;
    int64_t random_state;
    bool ordered;
    int trains, tests;
    int64_t train[10], test[10];
    const char *error;
} split_cases[] = {
    { 10, NAN, NAN, 42, false, 7, 3, { 0, 7, 2, 9, 4, 3, 6 }, { 8, 1, 5 }, NULL },
    { 10, .2, NAN, 42, false, 8, 2, { 5, 0, 7, 2, 9, 4, 3, 6 }, { 8, 1 }, NULL },
    { 10, 3, NAN, 1, false, 7, 3, { 4, 0, 3, 1, 7, 8, 5 }, { 2, 9, 6 }, NULL },
    { 10, NAN, .5, 0, false, 5, 5, { 6, 7, 3, 0, 5 }, { 2, 8, 4, 9, 1 }, NULL },
    { 10, 2, 4, 9, false, 4, 2, { 7, 2, 1, 9 }, { 8, 4 }, NULL },
    { 10, .33, NAN, -1, true, 6, 4, { 0, 1, 2, 3, 4, 5 }, { 6, 7, 8, 9 }, NULL },
    { 7, .5, .31, 3, false, 2, 4, { 1, 0 }, { 4, 6, 5, 3 }, NULL },
    { 1,
      .5,
      NAN,
      0,
      false,
      0,
      0,
      { 0 },
      { 0 },
      "With n_samples=1, test_size=0.5 and train_size=None, the resulting train set will be empty." },
    { 10,
      0,
      NAN,
      0,
      false,
      0,
      0,
      { 0 },
      { 0 },
      "test_size=0 should be either positive and smaller than the number of samples 10 or a float in the (0, 1) range" },
    { 10, 10, NAN, 0, false, 0, 0, { 0 }, { 0 }, "test_size=10 should be either positive and smaller" },
    { 10, 2.5, NAN, 0, false, 0, 0, { 0 }, { 0 }, "test_size=2.5 should be either positive" },
    { 10, NAN, -1, 0, false, 0, 0, { 0 }, { 0 }, "train_size=-1 should be either positive" },
    { 10, .6, .6, 0, false, 0, 0, { 0 }, { 0 }, "The sum of test_size and train_size = 1.2, should be in the (0, 1) range." },
    { 10,
      6,
      6,
      0,
      false,
      0,
      0,
      { 0 },
      { 0 },
      "The sum of train_size and test_size = 12, should be smaller than the number of samples 10." },
    { 10, .7, .05, 0, false, 0, 0, { 0 }, { 0 }, "test_size=0.7 and train_size=0.05, the resulting train set will be empty." },
    { 10, NAN, NAN, 4294967296, false, 0, 0, { 0 }, { 0 }, "Seed must be between 0 and 2**32 - 1" },
};

START_TEST(a_split_has_the_rows_of_scikit_learns)
{
    int64_t rows[10][2];
    for (int i = 0; i < 10; i++)
        rows[i][0] = 10 * i, rows[i][1] = 10 * i + 1;
    tf_ndarray x = np_array(rows, tf_int64, SHAPE(split_cases[_i].n, 2)), y = np_arange(split_cases[_i].n, tf_int64);
    catch_errors();
    tf_train_test s = tf_train_test_split(x, y, .test_size = split_cases[_i].test_size, .train_size = split_cases[_i].train_size,
                                          .random_state = split_cases[_i].random_state, .shuffle = !split_cases[_i].ordered);
    np_free(&y);
    if (split_cases[_i].error) {
        ck_assert_ptr_nonnull(strstr(caught()->message, split_cases[_i].error));
        ck_assert_int_eq(caught()->code, tf_value_error);
        ck_assert_int_eq(caught()->count, 1);
        ck_assert_ptr_null(s.x_train.data);
        return;
    }
    ck_assert_int_eq(caught()->count, 0);
    ck_assert_int_eq(s.y_train.shape.dims[0], split_cases[_i].trains);
    ck_assert_int_eq(s.y_test.shape.dims[0], split_cases[_i].tests);
    ck_assert_mem_eq(s.y_train.data, split_cases[_i].train, (size_t)split_cases[_i].trains * 8);
    ck_assert_mem_eq(s.y_test.data, split_cases[_i].test, (size_t)split_cases[_i].tests * 8);
    for (int i = 0; i < split_cases[_i].trains; i++)
        ck_assert(np_get(s.x_train, 2 * i + 1) == 10.0 * (double)split_cases[_i].train[i] + 1);
}
END_TEST

START_TEST(arrays_of_different_length_are_not_split)
{
    tf_ndarray x = np_zeros(SHAPE(3, 2), tf_float32), y = np_zeros(SHAPE(4), tf_float32);
    catch_errors();
    tf_train_test_split(x, y);
    ck_assert_str_eq(caught()->message, "Found input variables with inconsistent numbers of samples: [3, 4]");
    catch_errors();
    tf_train_test_split(np_reshape(np_slice(y, 0, 1), SCALAR), y);
    ck_assert_int_eq(caught()->code, tf_type_error);
    np_free(&x);
    np_free(&y);
}
END_TEST

/* ---- next_batch: ten examples whose label is their number, DataSet(…, seed=7) ----------------------------------- */
static const struct {
    bool shuffle;
    int n, epochs;
    int labels[10];
} batch_cases[] = {
    { true, 4, 0, { 8, 5, 0, 2 } },
    { true, 4, 0, { 1, 9, 7, 3 } },
    { true, 4, 1, { 6, 4, 5, 2 } },
    { true, 4, 1, { 0, 9, 4, 8 } },
    { true, 10, 2, { 1, 7, 3, 6, 0, 4, 2, 6, 1, 3 } },
    { true, 3, 2, { 7, 5, 8 } },
    { true, 7, 3, { 9, 9, 3, 0, 6, 5, 1 } },
    { false, 4, 0, { 0, 1, 2, 3 } },
    { false, 4, 0, { 4, 5, 6, 7 } },
    { false, 4, 1, { 8, 9, 0, 1 } },
    { false, 4, 1, { 2, 3, 4, 5 } },
    { false, 10, 2, { 6, 7, 8, 9, 0, 1, 2, 3, 4, 5 } },
    { false, 3, 2, { 6, 7, 8 } },
    { false, 7, 3, { 9, 0, 1, 2, 3, 4, 5 } },
};

START_TEST(batches_follow_tensorflows_shuffling_over_epochs)
{
    uint8_t pixels[40], labels[10];
    tf_dataset *d = NULL;
    for (int i = 0; i < 40; i++)
        pixels[i] = (uint8_t)i;
    for (int i = 0; i < 10; i++)
        labels[i] = (uint8_t)i;
    tf_ndarray images = np_array(pixels, tf_uint8, SHAPE(10, 4));
    images.scale = (float)(1.0 / 255.0);
    for (int i = 0; i < COUNT(batch_cases); i++) {
        if (i == 0 || batch_cases[i].shuffle != batch_cases[i - 1].shuffle)
            d = tf_dataset_of(images, np_array(labels, tf_uint8, SHAPE(10)), .seed = 7);
        tf_batch b = tf_next_batch(d, batch_cases[i].n, .shuffle = batch_cases[i].shuffle);
        ck_assert_int_eq(b.images.shape.dims[0], batch_cases[i].n);
        ck_assert_int_eq(b.images.dtype, tf_float32);
        for (int k = 0; k < batch_cases[i].n; k++) {
            int label = batch_cases[i].labels[k];
            ck_assert_int_eq(((uint8_t *)b.labels.data)[k], label);
            for (int j = 0; j < 4; j++)
                ck_assert(((float *)b.images.data)[4 * k + j] == (float)(4 * label + j) * (float)(1.0 / 255.0));
        }
        ck_assert_int_eq(d->epochs_completed, batch_cases[i].epochs);
    }
    catch_errors();
    ck_assert_ptr_null(tf_next_batch(d, 11).images.data);
    ck_assert_str_eq(caught()->message, "batch size 11 is outside [1, 10], the data set's number of examples");
    catch_errors();
    ck_assert_ptr_null(tf_next_batch(d, 0).images.data);
    ck_assert_int_eq(caught()->code, tf_value_error);
    ck_assert_int_eq(np_get(tf_next_batch(d, 1).labels, 0), d->epochs_completed == 3 ? 6 : 0); /* lives on */
}
END_TEST

START_TEST(a_data_set_needs_as_many_labels_as_images)
{
    float x[6] = { 0 };
    catch_errors();
    tf_dataset *d = tf_dataset_of(np_array(x, tf_float32, SHAPE(3, 2)), np_array(x, tf_float32, SHAPE(2)));
    ck_assert_str_eq(caught()->message, "images.shape: (3, 2) labels.shape: (2,)");
    ck_assert_int_eq(d->num_examples, 0);
    ck_assert_ptr_null(tf_next_batch(d, 1).images.data);
    ck_assert_int_eq(caught()->count, 1);
}
END_TEST

/* ---- MNIST's files ---------------------------------------------------------------------------------------------- */
static char folder[256];

static void open_folder(void) { make_folder(folder, sizeof folder); }
static void close_folder(void) { remove_folder(folder); }

static const char *in_folder(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* The bytes, gzipped where the name ends so; at most `keep` bytes of what results. */
static void write_bytes(const char *name, const void *bytes, size_t n, long keep)
{
    gzFile f = gzopen(in_folder(name), strstr(name, ".gz") ? "wb" : "wbT");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(gzwrite(f, bytes, (unsigned)n), (int)n);
    ck_assert_int_eq(gzclose(f), Z_OK);
    if (keep >= 0)
        ck_assert_int_eq(truncate(in_folder(name), keep), 0);
}

static void put32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24), p[1] = (uint8_t)(v >> 16), p[2] = (uint8_t)(v >> 8), p[3] = (uint8_t)v;
}

static void write_images(const char *name, uint32_t n, size_t bytes)
{
    uint8_t file[512] = { 0 };
    put32(file, 2051), put32(file + 4, n), put32(file + 8, 2), put32(file + 12, 3);
    for (size_t i = 16; i < sizeof file; i++)
        file[i] = (uint8_t)(i * 37);
    write_bytes(name, file, bytes, -1);
}

static void write_labels(const char *name, uint32_t n, size_t bytes, uint8_t last)
{
    uint8_t file[512] = { 0 };
    put32(file, 2049), put32(file + 4, n);
    for (size_t i = 8; i < sizeof file; i++)
        file[i] = (uint8_t)((i - 8) % 10);
    file[bytes - 1] = last;
    write_bytes(name, file, bytes, -1);
}

/* 20 training and 5 test examples of 2 × 3 pixels; half of the files packed. */
static void write_mnist(void)
{
    write_images("train-images-idx3-ubyte.gz", 20, 16 + 20 * 6);
    write_labels("train-labels-idx1-ubyte", 20, 8 + 20, 9);
    write_images("t10k-images-idx3-ubyte", 5, 16 + 5 * 6);
    write_labels("t10k-labels-idx1-ubyte.gz", 5, 8 + 5, 4);
}

START_TEST(mnists_files_are_read_packed_or_not)
{
    write_mnist();
    tf_datasets *mnist = tf_mnist_read_data_sets(folder, .one_hot = true, .validation_size = 4, .seed = 1);
    ck_assert_int_eq(mnist->train->num_examples, 16);
    ck_assert_int_eq(mnist->validation->num_examples, 4);
    ck_assert_int_eq(mnist->test->num_examples, 5);
    ck_assert(tf_dims_equal(mnist->train->images.shape, SHAPE(16, 6)));
    ck_assert(tf_dims_equal(mnist->test->labels.shape, SHAPE(5, 10)));
    /* Example 4 of the file is the first that is not validation. */
    ck_assert_int_eq(mnist->train->images.dtype, tf_uint8);
    ck_assert(np_get(mnist->train->images, 0) == (float)(uint8_t)((16 + 4 * 6) * 37) * (float)(1.0 / 255.0));
    ck_assert_int_eq(np_argmax_last(np_slice(mnist->train->labels, 0, 1)), 4);
    tf_batch b = tf_next_batch(mnist->train, 16);
    ck_assert(tf_dims_equal(b.images.shape, SHAPE(16, 6)) && b.images.dtype == tf_float32);
    ck_assert(np_mean(b.labels) == 0.1 || fabs(np_mean(b.labels) - 0.1) < 1e-7);

    tf_datasets *raw = tf_mnist_read_data_sets(folder, .reshape = false, .dtype = tf_uint8, .validation_size = 0);
    ck_assert(tf_dims_equal(raw->train->images.shape, SHAPE(20, 2, 3, 1)));
    ck_assert(tf_dims_equal(raw->train->labels.shape, SHAPE(20)));
    b = tf_next_batch(raw->test, 5, .shuffle = false);
    ck_assert(b.images.dtype == tf_uint8 && tf_dims_equal(b.images.shape, SHAPE(5, 2, 3, 1)));
    ck_assert_mem_eq(b.images.data, raw->test->images.data, 30);
}
END_TEST

enum fault {
    MISSING,
    EMPTY,
    SHORT_HEADER,
    SHORT_IMAGES,
    SHORT_LABELS,
    LONG_IMAGES,
    LABELS_AS_IMAGES,
    NOT_GZIP_END,
    DAMAGED,
    FOLDER,
    FEWER_LABELS,
    LABEL_17,
    HUGE_COUNT
};
static const struct {
    enum fault fault;
    tf_status code;
    const char *file, *message;
} file_cases[] = {
    { MISSING, tf_not_found, "train-labels-idx1-ubyte", "No such file or directory (nor without .gz)" },
    { EMPTY, tf_data_loss, "t10k-images-idx3-ubyte", "truncated: 0 bytes, without a header" },
    { SHORT_HEADER, tf_data_loss, "t10k-images-idx3-ubyte", "truncated: 10 bytes of a header of 16" },
    { SHORT_IMAGES, tf_data_loss, "train-images-idx3-ubyte.gz", "truncated: 20 images of 2 x 3 announced, 119 bytes follow" },
    { SHORT_LABELS, tf_data_loss, "train-labels-idx1-ubyte", "truncated: 20 labels of 1 x 1 announced, 19 bytes follow" },
    { LONG_IMAGES, tf_data_loss, "t10k-images-idx3-ubyte", "bytes behind its end: 5 images of 2 x 3 announced, 31 bytes follow" },
    { LABELS_AS_IMAGES, tf_value_error, "t10k-images-idx3-ubyte", "Invalid magic number 2049 in MNIST image file: " },
    { NOT_GZIP_END, tf_data_loss, "train-images-idx3-ubyte.gz", "truncated gzip data" },
    { DAMAGED, tf_data_loss, "train-images-idx3-ubyte.gz", "gzip data" },
    { FOLDER, tf_os_error, "train-labels-idx1-ubyte", "Is a directory" },
    { FEWER_LABELS, tf_value_error, "train-labels-idx1-ubyte", "holds 20 images, but " },
    { LABEL_17, tf_value_error, "t10k-labels-idx1-ubyte.gz", "label 17 of example 4 is outside [0, 10)" },
    { HUGE_COUNT, tf_data_loss, "t10k-images-idx3-ubyte", "truncated: 4294967295 images of 2 x 3 announced" },
};

static void spoil(enum fault fault)
{
    uint8_t byte = 0x55;
    FILE *f;
    switch (fault) {
    case MISSING: remove(in_folder("train-labels-idx1-ubyte")); break;
    case EMPTY: write_bytes("t10k-images-idx3-ubyte", "", 0, -1); break;
    case SHORT_HEADER: write_images("t10k-images-idx3-ubyte", 5, 10); break;
    case SHORT_IMAGES: write_images("train-images-idx3-ubyte.gz", 20, 16 + 119); break;
    case SHORT_LABELS: write_labels("train-labels-idx1-ubyte", 20, 8 + 19, 1); break;
    case LONG_IMAGES: write_images("t10k-images-idx3-ubyte", 5, 16 + 31); break;
    case LABELS_AS_IMAGES: write_labels("t10k-images-idx3-ubyte", 5, 8 + 5, 1); break;
    case NOT_GZIP_END: ck_assert_int_eq(truncate(in_folder("train-images-idx3-ubyte.gz"), 60), 0); break;
    case DAMAGED:
        f = fopen(in_folder("train-images-idx3-ubyte.gz"), "r+b");
        ck_assert(f && fseek(f, 40, SEEK_SET) == 0 && fwrite(&byte, 1, 1, f) == 1 && fclose(f) == 0);
        break;
    case FOLDER:
        remove(in_folder("train-labels-idx1-ubyte"));
        ck_assert_int_eq(mkdir(in_folder("train-labels-idx1-ubyte"), 0700), 0);
        break;
    case FEWER_LABELS: write_labels("train-labels-idx1-ubyte", 19, 8 + 19, 1); break;
    case LABEL_17: write_labels("t10k-labels-idx1-ubyte.gz", 5, 8 + 5, 17); break;
    case HUGE_COUNT: write_images("t10k-images-idx3-ubyte", 4294967295u, 16 + 30); break;
    }
}

START_TEST(a_faulty_file_is_an_error_that_names_it_and_the_fault)
{
    write_mnist();
    spoil(file_cases[_i].fault);
    catch_errors();
    tf_datasets *mnist = tf_mnist_read_data_sets(folder, .one_hot = true, .validation_size = 0);
    ck_assert_int_eq(caught()->count, 1);
    ck_assert_msg(strstr(caught()->message, file_cases[_i].message), "%s", caught()->message);
    ck_assert_msg(strstr(caught()->message, in_folder(file_cases[_i].file)), "%s", caught()->message);
    ck_assert_int_eq(caught()->code, file_cases[_i].code);
    ck_assert_str_eq(tf_last_error()->where.file, __FILE__);
    ck_assert_int_eq(mnist->train->num_examples + mnist->validation->num_examples + mnist->test->num_examples, 0);
    ck_assert_ptr_null(tf_next_batch(mnist->train, 3).images.data);
    ck_assert_int_eq(caught()->count, 1);
}
END_TEST

static const struct {
    int64_t validation_size, seed;
    tf_dtype dtype;
    tf_status code;
    const char *message;
} argument_cases[] = {
    { 21, -1, tf_float32, tf_value_error, "Validation size should be between 0 and 20. Received: 21." },
    { -1, -1, tf_float32, tf_value_error, "Validation size should be between 0 and 20. Received: -1." },
    { 0, -1, tf_int32, tf_type_error, "Invalid image dtype int32, expected uint8 or float32" },
    { 0, 4294967296, tf_float32, tf_value_error, "Seed must be between 0 and 2**32 - 1, but is 4294967296" },
};

START_TEST(a_wrong_argument_is_an_error_in_tensorflows_words)
{
    write_mnist();
    catch_errors();
    tf_mnist_read_data_sets(folder, .validation_size = argument_cases[_i].validation_size, .dtype = argument_cases[_i].dtype,
                            .seed = argument_cases[_i].seed);
    ck_assert_int_eq(caught()->code, argument_cases[_i].code);
    ck_assert_str_eq(caught()->message, argument_cases[_i].message);
}
END_TEST

/* ---- digits ----------------------------------------------------------------------------------------------------- */
START_TEST(the_digits_are_scikit_learns)
{
    static const double first[8] = { 0, 0, 5, 13, 9, 1, 0, 0 };
    double sum = 0, targets = 0;
    tf_digits d = tf_datasets_load_digits();
    ck_assert(tf_dims_equal(d.images.shape, SHAPE(1797, 8, 8)) && d.images.dtype == tf_float32);
    ck_assert(tf_dims_equal(d.data.shape, SHAPE(1797, 64)) && d.data.data == d.images.data);
    ck_assert(tf_dims_equal(d.target.shape, SHAPE(1797)) && d.target.dtype == tf_int64);
    for (int i = 0; i < 8; i++)
        ck_assert(np_get(d.images, i) == first[i]);
    for (int64_t i = 0; i < np_size(d.data); i++)
        sum += np_get(d.data, i);
    for (int64_t i = 0; i < 1797; i++)
        targets += np_get(d.target, i);
    ck_assert(sum == 561718 && targets == 8070);
}
END_TEST

START_TEST(the_digits_are_data_sets_too)
{
    tf_digits d = tf_datasets_load_digits();
    tf_train_test split = tf_train_test_split(d.images, d.target, .test_size = 0.2, .random_state = 42);
    tf_datasets *sets = tf_digits_read_data_sets(.seed = 1);
    ck_assert_int_eq(sets->train->num_examples, 1437);
    ck_assert(tf_dims_equal(sets->test->images.shape, SHAPE(360, 8, 8, 1)) &&
              tf_dims_equal(sets->test->labels.shape, SHAPE(360, 10)));
    for (int64_t i = 0; i < np_size(split.x_test); i++)
        ck_assert(np_get(sets->test->images, i) == np_get(split.x_test, i) / 16);
    for (int64_t i = 0; i < 360; i++)
        ck_assert(np_get(sets->test->labels, i * 10 + (int64_t)np_get(split.y_test, i)) == 1);
    ck_assert(tf_dims_equal(tf_next_batch(sets->train, 5).images.shape, SHAPE(5, 8, 8, 1)));
}
END_TEST

static const struct {
    const char *text; /* NULL: the digits themselves, cut */
    const char *message;
} digits_cases[] = {
    { "", "digits.csv.gz: truncated: 0 digits of 1797" },
    { "1,2,3\n", "digits.csv.gz: line 1 is not 64 pixels (0 to 16) and a digit" },
    { "-1,0,0,0,0,0,0,0,0,0\n", "digits.csv.gz: line 1 is not" },
    { NULL, "digits.csv.gz: damaged or truncated gzip data" },
};

START_TEST(faulty_digits_are_an_error_that_names_the_file)
{
    setenv("TF1C_DATA", folder, 1);
    if (digits_cases[_i].text) {
        write_bytes("digits.csv.gz", digits_cases[_i].text, strlen(digits_cases[_i].text), -1);
    } else {
        char bytes[1000];
        FILE *f = fopen(DATA_DIR "/digits.csv.gz", "rb"), *to = fopen(in_folder("digits.csv.gz"), "wb");
        ck_assert(f && to && fread(bytes, 1, sizeof bytes, f) == sizeof bytes &&
                  fwrite(bytes, 1, sizeof bytes, to) == sizeof bytes);
        fclose(f);
        fclose(to);
    }
    catch_errors();
    tf_digits d = tf_datasets_load_digits();
    ck_assert_ptr_null(d.images.data);
    ck_assert_int_eq(caught()->code, tf_data_loss);
    ck_assert_msg(strstr(caught()->message, digits_cases[_i].message), "%s", caught()->message);
    ck_assert_ptr_nonnull(strstr(caught()->message, folder));
}
END_TEST

START_TEST(a_shipped_file_that_is_nowhere_is_an_error)
{
    catch_errors();
    ck_assert_str_eq(tf_data_path("no-such-file"), "");
    ck_assert_int_eq(caught()->code, tf_not_found);
    ck_assert_ptr_nonnull(strstr(caught()->message, "no-such-file; No such file or directory"));
    ck_assert_str_eq(tf_data_path("text.txt"), DATA_DIR "/text.txt");
}
END_TEST

/* ---- memory: every allocation fails once ------------------------------------------------------------------------ */
static int countdown;
static bool fail_in_turn(size_t size)
{
    (void)size;
    return countdown-- != 0;
}

static void use_everything(void)
{
    tf_datasets *mnist = tf_mnist_read_data_sets(folder, .one_hot = true, .validation_size = 2, .seed = 3);
    tf_next_batch(mnist->train, 4);
    tf_next_batch(tf_digits_read_data_sets()->train, 2);
    tf_digits d = tf_datasets_load_digits();
    if (d.data.data)
        tf_train_test_split(d.data, d.target, .random_state = 1);
    float x[4] = { 0 };
    tf_next_batch(tf_dataset_of(np_array(x, tf_float32, SHAPE(2, 2)), np_array(x, tf_float32, SHAPE(2))), 2);
}

START_TEST(each_allocation_that_fails_gives_a_memory_error_and_no_more)
{
    write_mnist();
    int i = 0;
    for (bool done = false; !done; i++) {
        catch_errors();
        countdown = i;
        tf1c_kit_alloc_hook = tf1c_alloc_hook = fail_in_turn;
        use_everything();
        tf1c_kit_alloc_hook = tf1c_alloc_hook = NULL;
        tf_kit_release();
        done = countdown >= 0; /* none was left to fail */
        if (!done)
            ck_assert_msg(caught()->count >= 1 && caught()->code == tf_memory_error, "allocation %d: %s", i, caught()->message);
    }
    ck_assert_int_gt(i, 15);
    ck_assert_int_eq(caught()->count, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kit_data");
    TCase *plain = tcase_create("arrays"), *files = tcase_create("files");
    tcase_add_loop_test(plain, the_global_generator_draws_numpys_normal_numbers, 0, COUNT(normal_cases));
    tcase_add_loop_test(plain, the_global_generator_draws_what_numpys_draws, 0, COUNT(random_cases));
    tcase_add_test(plain, a_long_shuffle_uses_several_blocks_of_the_generator);
    tcase_add_loop_test(plain, a_split_has_the_rows_of_scikit_learns, 0, COUNT(split_cases));
    tcase_add_test(plain, arrays_of_different_length_are_not_split);
    tcase_add_test(plain, batches_follow_tensorflows_shuffling_over_epochs);
    tcase_add_test(plain, a_data_set_needs_as_many_labels_as_images);
    tcase_add_test(plain, the_digits_are_scikit_learns);
    tcase_add_test(plain, the_digits_are_data_sets_too);
    tcase_add_checked_fixture(files, open_folder, close_folder);
    tcase_add_test(files, mnists_files_are_read_packed_or_not);
    tcase_add_loop_test(files, a_faulty_file_is_an_error_that_names_it_and_the_fault, 0, COUNT(file_cases));
    tcase_add_loop_test(files, a_wrong_argument_is_an_error_in_tensorflows_words, 0, COUNT(argument_cases));
    tcase_add_loop_test(files, faulty_digits_are_an_error_that_names_the_file, 0, COUNT(digits_cases));
    tcase_add_test(files, a_shipped_file_that_is_nowhere_is_an_error);
    tcase_set_timeout(files, 60);
    tcase_add_test(files, each_allocation_that_fails_gives_a_memory_error_and_no_more);
    suite_add_tcase(suite, plain);
    suite_add_tcase(suite, files);
    return run_suite(suite);
}
