/* Data sets of images: MNIST's idx files (yann.lecun.com/exdb/mnist) and batches drawn from a data set. */
#include <string.h>
#include <unistd.h>

#include "kit.h"

/* What one data set keeps beside its public part. TensorFlow permutes the images themselves; here `order` is permuted,
 * so that views of them stay as they are. */
struct tf_dataset_state {
    tf_ndarray images, labels; /* [n, …]; borrowed from `owner`, or owned in a data set of the user's */
    int64_t n;
    int64_t *order, *permutation; /* [n], the halves of `indices` */
    int64_t *indices;
    int64_t index_in_epoch;
    char *image_rows, *label_rows; /* the batch that was given out last */
    int64_t room;                  /* examples that fit */
};

static size_t row_bytes(tf_ndarray a)
{
    int64_t n = a.shape.dims[0];
    return n ? np_nbytes(a) / (size_t)n : 0;
}

/* Elements of one example. */
static int64_t row_size(tf_ndarray a)
{
    int64_t size = 1;
    for (int i = 1; i < a.shape.rank; i++)
        size *= a.shape.dims[i];
    return size;
}

static bool is_scaled(tf_ndarray a) { return a.scale != 0; }

static void free_state(struct tf_dataset_state *s)
{
    tf1c_kit_free(s->indices);
    tf1c_kit_free(s->image_rows);
    tf1c_kit_free(s->label_rows);
    np_free(&s->images);
    np_free(&s->labels);
}

static tf_status init_dataset(tf_dataset *d, struct tf_dataset_state *s, tf_ndarray images, tf_ndarray labels, int64_t seed,
                              tf_source here)
{
    int64_t n = images.shape.dims[0];
    size_t bytes = 2 * (size_t)n * sizeof *s->indices;
    s->images = images;
    s->labels = labels;
    s->n = n;
    s->indices = tf1c_kit_alloc(bytes);
    if (!s->indices)
        return tf1c_kit_no_memory(here, bytes);
    s->order = s->indices;
    s->permutation = s->indices + n;
    for (int64_t i = 0; i < n; i++)
        s->order[i] = i;
    if (seed >= 0)
        np_random_seed((uint32_t)seed);
    *d = (tf_dataset){ .images = images, .labels = labels, .num_examples = n, .state = s };
    d->images.memory = d->labels.memory = NULL;
    return tf_ok;
}

static tf_status check_seed(int64_t seed, tf_source here)
{
    if (seed > UINT32_MAX)
        return tf_fail(tf_value_error, here, NULL, "Seed must be between 0 and 2**32 - 1, but is %lld", (long long)seed);
    return tf_ok;
}

/* ---- batches ---------------------------------------------------------------------------------------------------- */
static void shuffle(struct tf_dataset_state *s)
{
    int64_t *p = s->permutation;
    for (int64_t i = 0; i < s->n; i++)
        p[i] = i;
    np_random_shuffle(p, s->n);
    for (int64_t i = 0; i < s->n; i++)
        p[i] = s->order[p[i]];
    s->permutation = s->order;
    s->order = p;
}

static tf_status make_room(struct tf_dataset_state *s, int64_t n, tf_source here)
{
    if (n <= s->room)
        return tf_ok;
    size_t images = (size_t)n * (is_scaled(s->images) ? (size_t)row_size(s->images) * sizeof(float) : row_bytes(s->images));
    size_t labels = (size_t)n * row_bytes(s->labels);
    void *grown = tf1c_kit_realloc(s->image_rows, images);
    if (!grown)
        return tf1c_kit_no_memory(here, images);
    s->image_rows = grown;
    grown = tf1c_kit_realloc(s->label_rows, labels);
    if (!grown)
        return tf1c_kit_no_memory(here, labels);
    s->label_rows = grown;
    s->room = n;
    return tf_ok;
}

/* Examples order[begin, begin + n) become rows [at, at + n) of the batch. */
static void gather(struct tf_dataset_state *s, int64_t begin, int64_t n, int64_t at)
{
    size_t image = row_bytes(s->images), label = row_bytes(s->labels);
    int64_t size = row_size(s->images);
    float scale = s->images.scale;
    for (int64_t i = 0; i < n; i++) {
        int64_t row = s->order[begin + i];
        const char *from = (const char *)s->images.data + (size_t)row * image;
        if (is_scaled(s->images)) {
            float *to = (float *)s->image_rows + (at + i) * size;
            for (int64_t j = 0; j < size; j++)
                to[j] = (float)((const uint8_t *)from)[j] * scale;
        } else {
            memcpy(s->image_rows + (size_t)(at + i) * image, from, image);
        }
        memcpy(s->label_rows + (size_t)(at + i) * label, (const char *)s->labels.data + (size_t)row * label, label);
    }
}

static tf_ndarray batch_view(tf_ndarray of, void *rows, int64_t n)
{
    tf_dims shape = of.shape;
    shape.dims[0] = n;
    return np_array(rows, is_scaled(of) ? tf_float32 : of.dtype, shape);
}

tf_batch tf_next_batch_(tf_dataset *d, int64_t n, struct tf_next_batch_args args)
{
    tf_batch none = { 0 };
    struct tf_dataset_state *s = d ? d->state : NULL;
    if (!s)
        return none; /* what failed to be read was reported then */
    if (n < 1 || n > s->n) {
        tf_fail(tf_value_error, args.here, NULL, "batch size %lld is outside [1, %lld], the data set's number of examples",
                (long long)n, (long long)s->n);
        return none;
    }
    if (make_room(s, n, args.here) != tf_ok)
        return none;
    if (d->epochs_completed == 0 && s->index_in_epoch == 0 && args.shuffle)
        shuffle(s);
    int64_t rest = s->n - s->index_in_epoch;
    if (n > rest) { /* the rest of this epoch, then the front of the next */
        gather(s, s->index_in_epoch, rest, 0);
        d->epochs_completed++;
        if (args.shuffle)
            shuffle(s);
        gather(s, 0, n - rest, rest);
        s->index_in_epoch = n - rest;
    } else {
        gather(s, s->index_in_epoch, n, 0);
        s->index_in_epoch += n;
    }
    return (tf_batch){ batch_view(s->images, s->image_rows, n), batch_view(s->labels, s->label_rows, n) };
}

/* ---- idx files: a big-endian magic number and dimensions, then bytes -------------------------------------------- */
enum { IMAGES_MAGIC = 2051, LABELS_MAGIC = 2049, CLASSES = 10 };

typedef struct {
    char path[4096];
    char *bytes; /* the whole file, unpacked */
    uint64_t n, rows, columns;
    uint8_t *data; /* [n, rows, columns] or [n], within bytes */
} idx;

static uint32_t big_endian(const char *p)
{
    const uint8_t *b = (const uint8_t *)p;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* dir/name.gz, or dir/name where that is not there. */
static tf_status find(const char *dir, const char *name, idx *f, tf_source here)
{
    if (!dir)
        return tf_fail(tf_type_error, here, NULL, "The folder's name is NULL.");
    for (int packed = 1; packed >= 0; packed--) {
        int n = snprintf(f->path, sizeof f->path, "%s/%s%s", dir, name, packed ? ".gz" : "");
        if (n < 0 || (size_t)n >= sizeof f->path)
            return tf_fail(tf_value_error, here, NULL, "%s: the folder's name is too long", name);
        if (access(f->path, R_OK) == 0)
            return tf_ok;
    }
    return tf_fail(tf_not_found, here, NULL, "%s/%s.gz; No such file or directory (nor without .gz)", dir, name);
}

static tf_status parse(idx *f, size_t size, uint32_t magic, tf_source here)
{
    size_t header = magic == IMAGES_MAGIC ? 16 : 8;
    const char *kind = magic == IMAGES_MAGIC ? "image" : "label";
    if (size < 4)
        return tf_fail(tf_data_loss, here, NULL, "%s: truncated: %zu bytes, without a header", f->path, size);
    if (big_endian(f->bytes) != magic)
        return tf_fail(tf_value_error, here, NULL, "Invalid magic number %u in MNIST %s file: %s (expected %u)",
                       big_endian(f->bytes), kind, f->path, magic);
    if (size < header)
        return tf_fail(tf_data_loss, here, NULL, "%s: truncated: %zu bytes of a header of %zu", f->path, size, header);
    f->n = big_endian(f->bytes + 4);
    f->rows = f->columns = 1;
    if (magic == IMAGES_MAGIC) {
        f->rows = big_endian(f->bytes + 8);
        f->columns = big_endian(f->bytes + 12);
    }
    uint64_t wanted;
    if (__builtin_mul_overflow(f->n * f->rows, f->columns, &wanted) || wanted != (uint64_t)(size - header))
        return tf_fail(tf_data_loss, here, NULL, "%s: %s: %llu %ss of %llu x %llu announced, %zu bytes follow", f->path,
                       wanted > size - header ? "truncated" : "bytes behind its end", (unsigned long long)f->n, kind,
                       (unsigned long long)f->rows, (unsigned long long)f->columns, size - header);
    f->data = (uint8_t *)f->bytes + header;
    return tf_ok;
}

static tf_status read_idx(const char *dir, const char *name, uint32_t magic, idx *f, tf_source here)
{
    size_t size;
    tf_status status = find(dir, name, f, here);
    if (status == tf_ok)
        status = tf1c_kit_read_file(f->path, (size_t)1 << 34, &f->bytes, &size, here);
    return status == tf_ok ? parse(f, size, magic, here) : status;
}

/* ---- the three sets --------------------------------------------------------------------------------------------- */
enum { TRAIN, VALIDATION, TEST, SETS };
enum { TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS, FILES };

typedef struct {
    tf_datasets sets;
    tf_dataset set[SETS];
    struct tf_dataset_state state[SETS];
    char *bytes[FILES];        /* what the images lie in, and plain labels */
    tf_ndarray one_hot[FILES]; /* owned */
} mnist;

static void free_mnist(void *object)
{
    mnist *m = object;
    for (int i = 0; i < SETS; i++)
        free_state(&m->state[i]);
    for (int i = 0; i < FILES; i++) {
        tf1c_kit_free(m->bytes[i]);
        np_free(&m->one_hot[i]);
    }
}

/* labels [n] -> float32 [n, 10] */
static tf_status to_one_hot(const idx *f, tf_ndarray *rows, tf_source here)
{
    *rows = np_zeros(SHAPE((int64_t)f->n, CLASSES), tf_float32);
    if (!rows->data)
        return tf_memory_error;
    for (uint64_t i = 0; i < f->n; i++) {
        if (f->data[i] >= CLASSES)
            return tf_fail(tf_value_error, here, NULL, "%s: label %d of example %llu is outside [0, %d)", f->path, f->data[i],
                           (unsigned long long)i, CLASSES);
        ((float *)rows->data)[i * CLASSES + f->data[i]] = 1;
    }
    return tf_ok;
}

static tf_ndarray images_of(const idx *f, const struct tf_read_data_sets_args *args)
{
    int64_t n = (int64_t)f->n, rows = (int64_t)f->rows, columns = (int64_t)f->columns;
    tf_ndarray a = np_array(f->data, tf_uint8, args->reshape ? SHAPE(n, rows * columns) : SHAPE(n, rows, columns, 1));
    if (args->dtype == tf_float32)
        a.scale = (float)(1.0 / 255.0);
    return a;
}

/* Reads images and labels, files[0] and files[1], whose arrays then belong to m. */
static tf_status read_pair(mnist *m, const char *dir, int which, idx files[2], tf_ndarray *images, tf_ndarray *labels,
                           const struct tf_read_data_sets_args *args)
{
    static const char *const names[FILES] = { "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                                              "t10k-labels-idx1-ubyte" };
    for (int i = 0; i < 2; i++) {
        tf_status status = read_idx(dir, names[which + i], i ? LABELS_MAGIC : IMAGES_MAGIC, &files[i], args->here);
        m->bytes[which + i] = files[i].bytes;
        if (status != tf_ok)
            return status;
    }
    if (files[0].n != files[1].n)
        return tf_fail(tf_value_error, args->here, NULL, "%s holds %llu images, but %s %llu labels", files[0].path,
                       (unsigned long long)files[0].n, files[1].path, (unsigned long long)files[1].n);
    *images = images_of(&files[0], args);
    *labels = np_array(files[1].data, tf_uint8, SHAPE((int64_t)files[1].n));
    if (args->one_hot) {
        tf_status status = to_one_hot(&files[1], &m->one_hot[which], args->here);
        if (status != tf_ok)
            return status;
        *labels = m->one_hot[which];
    }
    labels->memory = NULL; /* the states only borrow */
    return tf_ok;
}

static tf_status read_mnist(mnist *m, const char *dir, const struct tf_read_data_sets_args *args, idx files[2])
{
    tf_ndarray images, labels, test_images, test_labels;
    if (args->dtype != tf_float32 && args->dtype != tf_uint8)
        return tf_fail(tf_type_error, args->here, NULL, "Invalid image dtype %s, expected uint8 or float32",
                       tf_dtype_name(args->dtype));
    tf_status status = check_seed(args->seed, args->here);
    if (status == tf_ok)
        status = read_pair(m, dir, TRAIN_IMAGES, files, &images, &labels, args);
    if (status != tf_ok)
        return status;
    int64_t n = images.shape.dims[0], v = args->validation_size;
    if (v < 0 || v > n)
        return tf_fail(tf_value_error, args->here, NULL, "Validation size should be between 0 and %lld. Received: %lld.",
                       (long long)n, (long long)v);
    memset(files, 0, 2 * sizeof *files);
    status = read_pair(m, dir, TEST_IMAGES, files, &test_images, &test_labels, args);
    const struct {
        int set;
        tf_ndarray images, labels;
        int64_t begin, end;
    } parts[SETS] = { { TRAIN, images, labels, v, n },
                      { VALIDATION, images, labels, 0, v },
                      { TEST, test_images, test_labels, 0, INT64_MAX } };
    for (int i = 0; i < SETS && status == tf_ok; i++) {
        int set = parts[i].set;
        status = init_dataset(&m->set[set], &m->state[set], np_slice_(parts[i].images, parts[i].begin, parts[i].end, args->here),
                              np_slice_(parts[i].labels, parts[i].begin, parts[i].end, args->here), args->seed, args->here);
    }
    return status;
}

static tf_dataset *empty_dataset(void)
{
    static _Thread_local tf_dataset empty;
    empty = (tf_dataset){ 0 };
    return &empty;
}

tf_datasets *tf_mnist_read_data_sets_(const char *dir, struct tf_read_data_sets_args args)
{
    static _Thread_local tf_datasets empty;
    mnist *m = tf1c_kit_object(sizeof *m, free_mnist, args.here);
    idx *files = m ? tf1c_kit_alloc(2 * sizeof *files) : NULL;
    tf_status status = tf_memory_error;
    if (files) {
        memset(files, 0, 2 * sizeof *files);
        status = read_mnist(m, dir, &args, files);
    } else if (m) {
        tf1c_kit_no_memory(args.here, 2 * sizeof *files);
    }
    tf1c_kit_free(files);
    if (status != tf_ok) {
        tf1c_kit_drop(m);
        empty.train = empty.validation = empty.test = empty_dataset();
        return &empty;
    }
    m->sets = (tf_datasets){ &m->set[TRAIN], &m->set[VALIDATION], &m->set[TEST] };
    return &m->sets;
}

/* ---- a data set of the user's ----------------------------------------------------------------------------------- */
typedef struct {
    tf_dataset set;
    struct tf_dataset_state state;
} own_dataset;

static void free_own(void *object) { free_state(&((own_dataset *)object)->state); }

static tf_status init_own(own_dataset *o, tf_ndarray images, tf_ndarray labels, const struct tf_dataset_args *args)
{
    if (!images.shape.known || !labels.shape.known)
        return tf_value_error; /* what failed to be made was reported then */
    if (images.shape.rank < 1 || labels.shape.rank < 1 || images.shape.dims[0] != labels.shape.dims[0]) {
        char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
        return tf_fail(tf_value_error, args->here, NULL, "images.shape: %s labels.shape: %s",
                       tf_dims_text(images.shape, a, sizeof a), tf_dims_text(labels.shape, b, sizeof b));
    }
    tf_status status = check_seed(args->seed, args->here);
    if (status != tf_ok)
        return status;
    /* Scaled elements are turned into what they stand for, except bytes of images, whose batches are converted. */
    bool bytes = images.dtype == tf_uint8;
    tf_ndarray x = is_scaled(images) && !bytes ? np_astype(images, tf_float32) : np_copy(images);
    tf_ndarray y = is_scaled(labels) ? np_astype(labels, tf_float32) : np_copy(labels);
    o->state.images = x;
    o->state.labels = y;
    if (!x.data || !y.data)
        return tf_memory_error;
    return init_dataset(&o->set, &o->state, x, y, args->seed, args->here);
}

tf_dataset *tf_dataset_of_(tf_ndarray images, tf_ndarray labels, struct tf_dataset_args args)
{
    own_dataset *o = tf1c_kit_object(sizeof *o, free_own, args.here);
    if (o && init_own(o, images, labels, &args) == tf_ok)
        return &o->set;
    tf1c_kit_drop(o);
    return empty_dataset();
}
