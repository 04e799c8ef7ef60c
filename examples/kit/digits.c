/* The digits that ship with the project, and where shipped files are found. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit.h"

/* ---- shipped files: $TF1C_DATA, then the folders that the build names ------------------------------------------- */
static void keep_nothing(void *object) { (void)object; }

/* The next folder of a list "a:b:c"; moves *list past it. */
static bool join(const char **list, const char *name, char *path, size_t n)
{
    size_t length = strcspn(*list, ":");
    int written = snprintf(path, n, "%.*s/%s", (int)length, *list, name);
    *list += length + ((*list)[length] == ':');
    return length > 0 && written > 0 && (size_t)written < n;
}

static bool find(const char *name, char *path, size_t n)
{
    const char *lists[] = { getenv("TF1C_DATA"), TF1C_DATA_DIRS };
    for (int i = 0; i < 2; i++)
        for (const char *list = lists[i]; list && *list;)
            if (join(&list, name, path, n) && access(path, R_OK) == 0)
                return true;
    return false;
}

const char *tf_data_path_(const char *name, tf_source here)
{
    char path[4096];
    if (!find(name, path, sizeof path)) {
        const char *asked = getenv("TF1C_DATA");
        tf_fail(tf_not_found, here, NULL, "%s; No such file or directory in %s%s%s", name, asked ? asked : "", asked ? ":" : "",
                TF1C_DATA_DIRS);
        return "";
    }
    char *kept = tf1c_kit_object(strlen(path) + 1, keep_nothing, here);
    return kept ? strcpy(kept, path) : "";
}

const char *tf_maybe_download_(const char *filename, const char *dir, const char *url, tf_source here)
{
    char path[4096];
    const int n = snprintf(path, sizeof path, "%s/%s", dir ? dir : ".", filename ? filename : "");
    if (n >= (int)sizeof path || !filename || access(path, R_OK) != 0) {
        tf_fail(tf_not_found, here, NULL, "%.2000s; No such file or directory: it is to be had from %s%s", path, url ? url : "",
                filename ? filename : "");
        return "";
    }
    char *kept = tf1c_kit_object(strlen(path) + 1, keep_nothing, here);
    return kept ? strcpy(kept, path) : "";
}

/* ---- digits.csv.gz: lines of 64 pixels and the digit ------------------------------------------------------------ */
enum { ROWS = 1797, PIXELS = 64, DEEPEST = 16 };

typedef struct {
    float pixels[ROWS * PIXELS];
    int64_t target[ROWS];
} digits;

/* One number, and the mark behind it. */
static bool number(char **at, char mark, long most, long *value)
{
    char *c = *at;
    long n = 0;
    for (; *c >= '0' && *c <= '9' && n <= most; c++)
        n = 10 * n + (*c - '0');
    if (c == *at || n > most || *c != mark)
        return false;
    *value = n;
    *at = c + 1;
    return true;
}

static bool row(char **at, float *pixels, int64_t *target)
{
    long value;
    for (int j = 0; j < PIXELS; j++) {
        if (!number(at, ',', DEEPEST, &value))
            return false;
        pixels[j] = (float)value;
    }
    if (!number(at, '\n', 9, &value))
        return false;
    *target = value;
    return true;
}

static tf_status parse(digits *d, const char *path, char *text, size_t size, tf_source here)
{
    char *at = text;
    for (int i = 0; i < ROWS; i++) {
        if (at == text + size)
            return tf_fail(tf_data_loss, here, NULL, "%s: truncated: %d digits of %d", path, i, ROWS);
        if (!row(&at, d->pixels + i * PIXELS, &d->target[i]))
            return tf_fail(tf_data_loss, here, NULL, "%s: line %d is not 64 pixels (0 to 16) and a digit", path, i + 1);
    }
    if (at != text + size)
        return tf_fail(tf_data_loss, here, NULL, "%s: more than %d digits", path, ROWS);
    return tf_ok;
}

tf_digits tf_datasets_load_digits_(tf_source here)
{
    tf_digits none = { 0 };
    const char *path = tf_data_path_("digits.csv.gz", here);
    char *text = NULL;
    size_t size;
    if (!*path || tf1c_kit_read_file(path, 1 << 24, &text, &size, here) != tf_ok)
        return none;
    digits *d = tf1c_kit_object(sizeof *d, keep_nothing, here);
    tf_status status = d ? parse(d, path, text, size, here) : tf_memory_error;
    tf1c_kit_free(text);
    if (status != tf_ok) {
        tf1c_kit_drop(d);
        return none;
    }
    return (tf_digits){ .images = np_array(d->pixels, tf_float32, SHAPE(ROWS, 8, 8)),
                        .data = np_array(d->pixels, tf_float32, SHAPE(ROWS, PIXELS)),
                        .target = np_array(d->target, tf_int64, SHAPE(ROWS)) };
}

/* ---- the digits as data sets ------------------------------------------------------------------------------------- */
static void free_labels(void *object) { np_free(object); }

tf_datasets *tf_digits_read_data_sets_(struct tf_digits_args args)
{
    static _Thread_local tf_datasets lost;
    tf_digits digits = tf_datasets_load_digits_(args.here);
    tf_ndarray *labels = tf1c_kit_object(sizeof *labels, free_labels, args.here);
    tf_datasets *sets = labels ? tf1c_kit_object(sizeof *sets, keep_nothing, args.here) : NULL;
    if (!sets)
        sets = &lost;
    tf_train_test split = { 0 };
    if (labels && digits.target.data) {
        *labels = np_eye_rows(digits.target, 10);
        tf_ndarray images = np_array(digits.images.data, tf_float32, SHAPE(ROWS, 8, 8, 1));
        images.scale = 1.0f / DEEPEST;
        if (labels->data)
            split = tf_train_test_split_(
                images, *labels,
                (struct tf_train_test_args){
                    .here = args.here, .test_size = 0.2, .train_size = NAN, .random_state = 42, .shuffle = true });
    }
    /* Of an empty split, data sets without examples. */
    struct tf_dataset_args own = { .here = args.here, .seed = args.seed };
    sets->train = tf_dataset_of_(split.x_train, split.y_train, own);
    own.seed = -1;
    sets->test = tf_dataset_of_(split.x_test, split.y_test, own);
    sets->validation = sets->test;
    return sets;
}
