/* scikit-learn's train_test_split, row for row. */
#include <math.h>
#include <string.h>

#include "kit.h"

/* A size as the user gave it: a fraction, a count of rows, or not at all (NAN). */
static bool is_given(double size) { return !isnan(size); }
static bool is_fraction(double size) { return size < 1; }
static bool is_valid(double size, int64_t n) { return is_fraction(size) ? size > 0 : size < (double)n && size == floor(size); }

/* As Python prints it. */
static const char *size_text(double size, char *text, size_t n)
{
    snprintf(text, n, isnan(size) ? "None" : "%g", size);
    return text;
}

static tf_status bad_size(const char *name, double size, int64_t n, tf_source here)
{
    return tf_fail(tf_value_error, here, NULL,
                   "%s=%g should be either positive and smaller than the number of samples %lld or a float in the (0, 1) range",
                   name, size, (long long)n);
}

/* How many of n rows go to train and to test. */
static tf_status count_rows(int64_t n, const struct tf_train_test_args *a, int64_t *train, int64_t *test)
{
    double test_size = a->test_size, train_size = a->train_size;
    if (!is_given(test_size) && !is_given(train_size))
        test_size = 0.25;
    if (is_given(test_size) && !is_valid(test_size, n))
        return bad_size("test_size", test_size, n, a->here);
    if (is_given(train_size) && !is_valid(train_size, n))
        return bad_size("train_size", train_size, n, a->here);
    if (is_given(test_size) && is_given(train_size) && is_fraction(test_size) && is_fraction(train_size) &&
        train_size + test_size > 1)
        return tf_fail(tf_value_error, a->here, NULL,
                       "The sum of test_size and train_size = %g, should be in the (0, 1) range. Reduce test_size "
                       "and/or train_size.",
                       train_size + test_size);
    *test = (int64_t)(is_fraction(test_size) ? ceil(test_size * (double)n) : is_given(test_size) ? test_size : 0);
    *train = (int64_t)(is_fraction(train_size) ? floor(train_size * (double)n) : is_given(train_size) ? train_size : 0);
    if (!is_given(train_size))
        *train = n - *test;
    else if (!is_given(test_size))
        *test = n - *train;
    if (*train + *test > n)
        return tf_fail(tf_value_error, a->here, NULL,
                       "The sum of train_size and test_size = %lld, should be smaller than the number of samples %lld. "
                       "Reduce test_size and/or train_size.",
                       (long long)(*train + *test), (long long)n);
    if (*train > 0)
        return tf_ok;
    char one[32], other[32];
    return tf_fail(tf_value_error, a->here, NULL,
                   "With n_samples=%lld, test_size=%s and train_size=%s, the resulting train set will be empty. "
                   "Adjust any of the aforementioned parameters.",
                   (long long)n, size_text(test_size, one, sizeof one), size_text(train_size, other, sizeof other));
}

/* Rows order[0, n) of a, in memory of the kit's. */
static tf_ndarray take(tf_ndarray a, const int64_t *order, int64_t n, tf_source here)
{
    size_t row = np_nbytes(a) / (size_t)a.shape.dims[0];
    tf_ndarray part = a;
    part.memory = NULL;
    part.shape.dims[0] = n;
    part.data = tf1c_kit_alloc(row * (size_t)n);
    if (!part.data) {
        tf1c_kit_no_memory(here, row * (size_t)n);
        return (tf_ndarray){ 0 };
    }
    for (int64_t i = 0; i < n; i++)
        memcpy((char *)part.data + (size_t)i * row, (const char *)a.data + (size_t)order[i] * row, row);
    return part;
}

static void draw_order(int64_t *order, int64_t n, const struct tf_train_test_args *a)
{
    for (int64_t i = 0; i < n; i++)
        order[i] = i;
    if (!a->shuffle)
        return;
    if (a->random_state < 0) {
        np_random_shuffle(order, n);
        return;
    }
    tf1c_mt19937 mt;
    tf1c_mt_seed(&mt, (uint32_t)a->random_state);
    tf1c_mt_shuffle(&mt, order, n);
}

static void free_split(void *object)
{
    tf_train_test *s = object;
    tf1c_kit_free(s->x_train.data);
    tf1c_kit_free(s->x_test.data);
    tf1c_kit_free(s->y_train.data);
    tf1c_kit_free(s->y_test.data);
}

static tf_status check(tf_ndarray x, tf_ndarray y, const struct tf_train_test_args *a)
{
    if (!x.data || !y.data || !tf_dims_fully_known(x.shape) || !tf_dims_fully_known(y.shape) || x.shape.rank < 1 ||
        y.shape.rank < 1)
        return tf_fail(tf_type_error, a->here, NULL, "train_test_split needs arrays of rank 1 or more");
    if (x.shape.dims[0] != y.shape.dims[0])
        return tf_fail(tf_value_error, a->here, NULL, "Found input variables with inconsistent numbers of samples: [%lld, %lld]",
                       (long long)x.shape.dims[0], (long long)y.shape.dims[0]);
    if (a->random_state > UINT32_MAX)
        return tf_fail(tf_value_error, a->here, NULL, "Seed must be between 0 and 2**32 - 1, but is %lld",
                       (long long)a->random_state);
    return tf_ok;
}

tf_train_test tf_train_test_split_(tf_ndarray x, tf_ndarray y, struct tf_train_test_args args)
{
    tf_train_test none = { 0 };
    int64_t train = 0, test = 0;
    if (check(x, y, &args) != tf_ok)
        return none;
    int64_t n = x.shape.dims[0];
    if (count_rows(n, &args, &train, &test) != tf_ok)
        return none;
    int64_t *order = tf1c_kit_alloc((size_t)n * sizeof *order);
    if (!order) {
        tf1c_kit_no_memory(args.here, (size_t)n * sizeof *order);
        return none;
    }
    draw_order(order, n, &args);
    /* Shuffled, the test rows come first; in order, they come last. */
    const int64_t *to_train = order + (args.shuffle ? test : 0), *to_test = order + (args.shuffle ? 0 : train);
    tf_train_test *s = tf1c_kit_object(sizeof *s, free_split, args.here);
    bool complete = s && (s->x_train = take(x, to_train, train, args.here)).data &&
                    (s->x_test = take(x, to_test, test, args.here)).data &&
                    (s->y_train = take(y, to_train, train, args.here)).data && (s->y_test = take(y, to_test, test, args.here)).data;
    tf1c_kit_free(order);
    if (complete)
        return *s;
    tf1c_kit_drop(s);
    return none;
}
