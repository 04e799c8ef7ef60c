/* Datasets as descriptions: what each makes of its inputs' components, and which tensors a pass needs. Each counts, for the seeds of
 * what is made after it, as the operations that TF makes. TF1: python/data/ops/dataset_ops.py, readers.py. */
#include "ops/data/dataset.h"

#include <stdio.h>
#include <string.h>

#include "core/team.h"
#include "ops/array/shape.h"
#include "ops/control_flow/counts.h"
#include "ops/data/stage.h"
#include "ops/family.h"

/* ---- making them -------------------------------------------------------------------------------------------------------------------------- */

static void count_one(void) { tf1c_count_more(1); }

/* What a mistake leaves: a dataset that knows it, so that what is made of it stays quiet and a run says it again. */
static tf_data_dataset *refused(const tf_data_dataset *input)
{
    static tf1c_dataset without_memory = { .public_ = { .private_ = &without_memory }, .poisoned = true };
    if (input && input->private_ && input->private_->poisoned)
        return &input->private_->public_;
    tf_graph *g = tf1c_current_graph();
    tf1c_dataset *d = g ? tf1c_graph_alloc(g, sizeof *d) : NULL;
    if (!d)
        return &without_memory.public_;
    *d = (tf1c_dataset){ .public_ = { .private_ = d }, .graph = g, .poisoned = true, .mistake = tf1c_record_mistake(g) };
    return &d->public_;
}

/* With room for n components and values. After a mistake, the poison. */
static tf1c_dataset *dataset_new(const tf1c_stage_kind *kind, tf_source here, int n, int n_inputs, int n_values)
{
    tf_graph *g = tf1c_current_graph();
    tf1c_dataset *d = g ? tf1c_graph_alloc(g, sizeof *d) : NULL;
    tf_dtype *types = d ? tf1c_graph_alloc(g, ((size_t)n + 1) * sizeof *types) : NULL;
    tf_dims *shapes = types ? tf1c_graph_alloc(g, ((size_t)n + 1) * sizeof *shapes) : NULL;
    const tf1c_dataset **inputs = shapes ? tf1c_graph_alloc(g, ((size_t)n_inputs + 1) * sizeof *inputs) : NULL;
    tf_tensor *values = inputs ? tf1c_graph_alloc(g, ((size_t)n_values + 1) * sizeof *values) : NULL;
    if (!values)
        return NULL;
    *d = (tf1c_dataset){ .public_ = { { n, types }, { n, shapes }, d },
                         .kind = kind,
                         .graph = g,
                         .here = here,
                         .n_inputs = n_inputs,
                         .inputs = inputs,
                         .n_values = n_values,
                         .values = values };
    return d;
}

static void set_component(tf1c_dataset *d, int i, tf_dtype dtype, tf_dims shape)
{
    ((tf_dtype *)d->public_.output_types.items)[i] = dtype;
    ((tf_dims *)d->public_.output_shapes.items)[i] = shape;
}

static tf_dtype type_of(const tf1c_dataset *d, int i) { return d->public_.output_types.items[i]; }
static tf_dims shape_of(const tf1c_dataset *d, int i) { return d->public_.output_shapes.items[i]; }

/* The dataset behind a handle; that of a mistake, not reported again; one that is NULL is reported. */
static const tf1c_dataset *sound(const tf_data_dataset *d, tf_source here)
{
    if (d && d->private_)
        return d->private_;
    tf_fail(tf_type_error, here, NULL, "`dataset` must be a Dataset, not None");
    return refused(NULL)->private_;
}

/* One like its input, with values of its own. NULL: quiet, or after a report. */
static tf1c_dataset *dataset_on(const tf_data_dataset *input, const tf1c_stage_kind *kind, int n_values, tf_source here)
{
    const tf1c_dataset *in = sound(input, here);
    tf1c_dataset *d = in->poisoned ? NULL : dataset_new(kind, here, in->public_.output_types.n, 1, n_values);
    for (int i = 0; d && i < in->public_.output_types.n; i++)
        set_component(d, i, type_of(in, i), shape_of(in, i));
    if (d)
        d->inputs[0] = in;
    return d;
}

/* A tensor that is a mistake makes the dataset one; `input`: what it is made of, or NULL. */
static tf_data_dataset *finished(tf1c_dataset *d, const tf_data_dataset *input)
{
    if (!d)
        return refused(input);
    for (int i = 0; i < d->n_values; i++)
        if (tf_is_poisoned(d->values[i])) {
            d->poisoned = true;
            d->mistake = tf_tensor_op(d->values[i]);
        }
    count_one();
    return &d->public_;
}

/* Value i: a tensor of one dtype, a constant of that name if it is a number. */
static void set_value(tf1c_dataset *d, int i, tf_operand x, tf_dtype dtype, const char *name)
{
    d->values[i] = tf1c_dense(tf_convert(x, dtype, d->here, name));
}

/* A scalar count or size. */
static void set_number(tf1c_dataset *d, int i, tf_operand x, const char *name)
{
    set_value(d, i, x, tf_int64, name);
    const tf_dims shape = tf_get_shape(d->values[i]);
    char text[TF_DIMS_TEXT];
    if (!tf_is_poisoned(d->values[i]) && shape.known && shape.rank)
        d->values[i] = tf_mistake(tf_value_error, d->here, NULL,
                                  "Shape must be rank 0 but is rank %d for '%s' (op: '%s') with input shapes: %s.", shape.rank,
                                  d->kind->name, d->kind->name, tf_dims_kernel_text(shape, text, sizeof text));
}

/* ---- sources ------------------------------------------------------------------------------------------------------------------------------- */

static tf1c_dataset *of_tensors(const tf1c_stage_kind *kind, int n, const tf_operand *tensors, tf_source here)
{
    if (n < 1 || !tensors) {
        tf_mistake(tf_value_error, here, NULL, "A dataset wants one tensor at least.");
        return NULL;
    }
    tf1c_dataset *d = dataset_new(kind, here, n, 0, n);
    if (!d)
        return NULL;
    TF_SCOPE(NULL, "normalize_element");
    for (int i = 0; i < n; i++) {
        char name[32];
        snprintf(name, sizeof name, "component_%d", i);
        set_value(d, i, tf1c_sound_operand(tensors[i], here), tf_dtype_unset, name);
        set_component(d, i, tf_get_dtype(d->values[i]), tf_get_shape(d->values[i]));
    }
    return d;
}

tf_data_dataset *tf_from_tensors_(int n, const tf_operand *tensors, tf_source here)
{
    here = tf1c_source(here);
    TF_FROM(here);
    return finished(of_tensors(&tf1c_tensor_stage, n, tensors, here), NULL);
}

/* One row's shape; false after a report. */
static bool row_shape(const tf1c_dataset *d, int i, tf_dims *row)
{
    char text[512];
    *row = shape_of(d, i);
    if (row->known && row->rank == 0) {
        tf_mistake(tf_value_error, d->here, NULL, "Value %s has insufficient rank for batching.",
                   tf_tensor_text(d->values[i], text, sizeof text));
        return false;
    }
    if (row->known) {
        row->rank--;
        memmove(row->dims, row->dims + 1, (size_t)row->rank * sizeof *row->dims);
    }
    return true;
}

static bool same_length(const tf1c_dataset *d, int i, int64_t *length)
{
    const tf_dims s = shape_of(d, i);
    int64_t merged;
    if (!s.known || tf_merge_dim(*length, s.dims[0], &merged)) {
        *length = s.known ? merged : *length;
        return true;
    }
    tf_mistake(tf_value_error, d->here, NULL, "Dimensions %lld and %lld are not compatible", (long long)*length,
               (long long)s.dims[0]);
    return false;
}

tf_data_dataset *tf_from_tensor_slices_(int n, const tf_operand *tensors, tf_source here)
{
    here = tf1c_source(here);
    TF_FROM(here);
    tf1c_dataset *d = of_tensors(&tf1c_tensor_slice_stage, n, tensors, here);
    tf_dims row;
    int64_t length = NONE;
    for (int i = 0; d && i < n; i++)
        if (tf_is_poisoned(d->values[i]) || (shape_of(d, i).known && !row_shape(d, i, &row)) || !same_length(d, i, &length))
            return refused(NULL);
    for (int i = 0; d && i < n; i++)
        if (row_shape(d, i, &row))
            set_component(d, i, type_of(d, i), row);
    return finished(d, NULL);
}

tf_data_dataset *tf_data_range_(int n, const tf_operand *numbers, tf_source here)
{
    here = tf1c_source(here);
    TF_FROM(here);
    if (n < 1 || n > 3 || !numbers)
        return tf_mistake(tf_value_error, here, NULL, "Invalid `args` to RangeDataset: %d numbers", n), refused(NULL);
    tf1c_dataset *d = dataset_new(&tf1c_range_stage, here, 1, 0, 3);
    if (!d)
        return refused(NULL);
    set_component(d, 0, tf_int64, SCALAR);
    set_number(d, 0, n > 1 ? numbers[0] : tf_operand_integer(0), "start");
    set_number(d, 1, n > 1 ? numbers[1] : numbers[0], "stop");
    set_number(d, 2, n > 2 ? numbers[2] : tf_operand_integer(1), "step");
    return finished(d, NULL);
}

static bool sound_types(tf_types types, tf_shapes shapes, tf_source here)
{
    const bool good = tf1c_sound_structure(types, shapes);
    if (!good)
        tf_fail(tf_type_error, here, NULL, "A dataset's components were given %d types and %d shapes, or one that is none.",
                types.n, shapes.n);
    return good;
}

tf_data_dataset *tf_from_generator_(tf_generator *generator, tf_types types, struct tf_generator_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    if (!generator)
        return tf_mistake(tf_type_error, here, NULL, "`generator` must be callable."), refused(NULL);
    tf1c_dataset *d = sound_types(types, a.output_shapes, here) ? dataset_new(&tf1c_generator_stage, here, types.n, 0, 0) : NULL;
    if (!d)
        return refused(NULL);
    for (int i = 0; i < types.n; i++)
        set_component(d, i, types.items[i], a.output_shapes.items ? a.output_shapes.items[i] : (tf_dims){ 0 });
    d->generator = generator;
    d->context = a.context;
    count_one(); /* a constant, a dataset of it, and a flat_map */
    count_one();
    return finished(d, NULL);
}

static tf1c_dataset *of_files(const tf1c_stage_kind *kind, tf_operand filenames, const char *compression, tf_source here)
{
    tf1c_dataset *d = dataset_new(kind, here, 1, 0, 1);
    if (!d)
        return NULL;
    set_component(d, 0, tf_string, SCALAR);
    set_value(d, 0, tf1c_sound_operand(filenames, here), tf_string, NULL);
    if (!tf_is_poisoned(d->values[0]))
        d->values[0] = tf_reshape(d->values[0], SHAPE(-1), .name = "flat_filenames");
    if (compression && *compression && strcmp(compression, "GZIP") != 0 && strcmp(compression, "ZLIB") != 0)
        d->values[0] = tf_mistake(tf_value_error, here, NULL, "Unsupported compression_type: %s.", compression);
    d->text = compression ? tf1c_graph_strdup(d->graph, compression) : "";
    count_one(); /* a dataset of the names */
    return d;
}

tf_data_dataset *tf_text_line_dataset_(tf_operand filenames, struct tf_files_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    return finished(of_files(&tf1c_text_line_stage, filenames, a.compression_type, here), NULL);
}

tf_data_dataset *tf_record_dataset_(tf_operand filenames, struct tf_files_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    return finished(of_files(&tf1c_record_stage, filenames, a.compression_type, here), NULL);
}

tf_data_dataset *tf_fixed_length_record_dataset_(tf_operand filenames, int64_t record_bytes, struct tf_files_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    const int64_t most = INT64_MAX / 4;
    if (record_bytes < 1 || record_bytes > most || a.header_bytes < 0 || a.header_bytes > most || a.footer_bytes < 0 ||
        a.footer_bytes > most)
        return tf_mistake(tf_value_error, here, NULL, "`record_bytes` must be > 0, `header_bytes` and `footer_bytes` >= 0"),
               refused(NULL);
    tf1c_dataset *d = of_files(&tf1c_fixed_length_stage, filenames, a.compression_type, here);
    if (d) {
        d->numbers[0] = record_bytes;
        d->numbers[1] = a.header_bytes;
        d->numbers[2] = a.footer_bytes;
    }
    return finished(d, NULL);
}

/* ---- zip, concatenate ------------------------------------------------------------------------------------------------------------------------ */

tf_data_dataset *tf_data_zip_(int n, tf_data_dataset *const *datasets, tf_source here)
{
    here = tf1c_source(here);
    TF_FROM(here);
    int components = 0;
    if (n < 1 || !datasets)
        return tf_mistake(tf_value_error, here, NULL, "zip wants one dataset at least."), refused(NULL);
    for (int i = 0; i < n; i++) {
        const tf1c_dataset *in = sound(datasets[i], here);
        if (in->poisoned)
            return refused(datasets[i]);
        components += in->public_.output_types.n;
    }
    tf1c_dataset *d = dataset_new(&tf1c_zip_stage, here, components, n, 0);
    for (int i = 0, at = 0; d && i < n; i++) {
        d->inputs[i] = datasets[i]->private_;
        for (int j = 0; j < d->inputs[i]->public_.output_types.n; j++)
            set_component(d, at++, type_of(d->inputs[i], j), shape_of(d->inputs[i], j));
    }
    return finished(d, NULL);
}

/* What both shapes are: a dimension that differs is unknown. */
static tf_dims most_specific(tf_dims a, tf_dims b)
{
    if (!a.known || !b.known || a.rank != b.rank)
        return (tf_dims){ 0 };
    for (int i = 0; i < a.rank; i++)
        if (a.dims[i] != b.dims[i])
            a.dims[i] = NONE;
    return a;
}

static void types_text(tf_types types, char *text, size_t n)
{
    size_t at = 0;
    for (int i = 0; i < types.n && at < n; i++)
        at += (size_t)snprintf(text + at, n - at, "%s<dtype: '%s'>", i ? ", " : "", tf_dtype_name(types.items[i]));
}

tf_data_dataset *tf_dataset_concatenate_(tf_data_dataset *dataset, tf_data_dataset *other, tf_source here)
{
    here = tf1c_source(here);
    TF_FROM(here);
    const tf1c_dataset *a = sound(dataset, here), *b = a->poisoned ? a : sound(other, here);
    if (a->poisoned || b->poisoned)
        return refused(dataset);
    const int n = a->public_.output_types.n;
    bool same = n == b->public_.output_types.n;
    for (int i = 0; same && i < n; i++)
        same = type_of(a, i) == type_of(b, i);
    if (!same) {
        char one[256], two[256];
        types_text(a->public_.output_types, one, sizeof one);
        types_text(b->public_.output_types, two, sizeof two);
        return tf_mistake(tf_type_error, here, NULL, "Two datasets to concatenate have different types %s and %s", one, two),
               refused(dataset);
    }
    tf1c_dataset *d = dataset_new(&tf1c_concatenate_stage, here, n, 2, 0);
    if (!d)
        return refused(dataset);
    d->inputs[0] = a;
    d->inputs[1] = b;
    for (int i = 0; i < n; i++)
        set_component(d, i, type_of(a, i), most_specific(shape_of(a, i), shape_of(b, i)));
    return finished(d, dataset);
}

/* ---- one number: repeat, take, skip, prefetch; two: shard; none: cache ------------------------------------------------------------------------- */

static tf_data_dataset *counted(tf_data_dataset *dataset, const tf1c_stage_kind *kind, tf_operand count, const char *name,
                                tf_source here)
{
    here = tf1c_source(here);
    TF_FROM(here);
    tf1c_dataset *d = dataset_on(dataset, kind, 1, here);
    if (d)
        set_number(d, 0, tf1c_sound_operand(count, here), name);
    return finished(d, dataset);
}

tf_data_dataset *tf_dataset_repeat_(tf_data_dataset *dataset, struct tf_count_args a)
{
    const tf_operand count = tf1c_keyword(a.count, false);
    return counted(dataset, &tf1c_repeat_stage, count.kind ? count : tf_operand_integer(-1), "count", a.here);
}
tf_data_dataset *tf_dataset_take_(tf_data_dataset *dataset, tf_operand count, tf_source here)
{
    return counted(dataset, &tf1c_take_stage, count, "count", here);
}
tf_data_dataset *tf_dataset_skip_(tf_data_dataset *dataset, tf_operand count, tf_source here)
{
    return counted(dataset, &tf1c_skip_stage, count, "count", here);
}
tf_data_dataset *tf_dataset_prefetch_(tf_data_dataset *dataset, tf_operand buffer_size, tf_source here)
{
    return counted(dataset, &tf1c_prefetch_stage, buffer_size, "buffer_size", here);
}

tf_data_dataset *tf_dataset_shard_(tf_data_dataset *dataset, tf_operand num_shards, tf_operand index, tf_source here)
{
    here = tf1c_source(here);
    TF_FROM(here);
    tf1c_dataset *d = dataset_on(dataset, &tf1c_shard_stage, 2, here);
    if (d) {
        set_number(d, 0, tf1c_sound_operand(num_shards, here), "num_shards");
        set_number(d, 1, tf1c_sound_operand(index, here), "index");
    }
    return finished(d, dataset);
}

tf_data_dataset *tf_dataset_cache_(tf_data_dataset *dataset, tf_source here)
{
    here = tf1c_source(here);
    TF_FROM(here);
    tf1c_dataset *d = dataset_on(dataset, &tf1c_cache_stage, 0, here);
    if (d)
        count_one(); /* the name of a file */
    return finished(d, dataset);
}

/* ---- shuffle ----------------------------------------------------------------------------------------------------------------------------------- */

/* As tf.data has it: two seeds of 0 would be none. TF1: python/data/util/random_seed.py get_seed */
static void set_seeds(tf1c_dataset *d, int64_t seed)
{
    int64_t seeds[2] = { 0 };
    const bool given = seed != INT64_MIN;
    tf1c_graph_seeds(d->graph, given, seed, seeds);
    d->seed = seeds[0];
    d->seed2 = seeds[1];
    if (!d->seed && !d->seed2 && (given || d->graph->universe->has_seed))
        d->seed2 = INT32_MAX;
}

tf_data_dataset *tf_dataset_shuffle_(tf_data_dataset *dataset, tf_operand buffer_size, struct tf_dataset_shuffle_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf1c_dataset *d = dataset_on(dataset, &tf1c_shuffle_stage, 1, here);
    if (!d)
        return refused(dataset);
    set_number(d, 0, tf1c_sound_operand(buffer_size, here), "buffer_size");
    d->flag = a.reshuffle_each_iteration;
    set_seeds(d, a.seed);
    tf1c_count_more(d->seed || d->seed2 ? 9 : 2); /* the seeds; of two that may be 0, what sees to it that they are not */
    return finished(d, dataset);
}

/* ---- batches ------------------------------------------------------------------------------------------------------------------------------------- */

/* A batch's shape: as long as the graph tells. */
static tf_dims batched(const tf1c_dataset *d, tf_dims each)
{
    tf_ndarray size;
    const bool known = d->flag && tf_constant_value(d->values[0], &size);
    if (!each.known || each.rank >= TF_MAX_RANK)
        return (tf_dims){ 0 };
    memmove(each.dims + 1, each.dims, (size_t)each.rank * sizeof *each.dims);
    each.dims[0] = known && *(const int64_t *)size.data > 0 ? *(const int64_t *)size.data : NONE;
    each.rank++;
    return each;
}

static bool fits_batch(const tf1c_dataset *d)
{
    for (int i = 0; i < d->public_.output_shapes.n; i++)
        if (shape_of(d, i).known && shape_of(d, i).rank >= TF_MAX_RANK)
            return tf_mistake(tf_value_error, d->here, NULL, "Shape must be at most rank %d but is rank %d", TF_MAX_RANK,
                              TF_MAX_RANK + 1),
                   false;
    return true;
}

tf_data_dataset *tf_dataset_batch_(tf_data_dataset *dataset, tf_operand batch_size, struct tf_batch_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf1c_dataset *d = dataset_on(dataset, &tf1c_batch_stage, 1, here);
    if (!d || !fits_batch(d))
        return refused(dataset);
    set_number(d, 0, tf1c_sound_operand(batch_size, here), "batch_size");
    d->flag = a.drop_remainder;
    for (int i = 0; !tf_is_poisoned(d->values[0]) && i < d->public_.output_types.n; i++)
        set_component(d, i, type_of(d, i), batched(d, shape_of(d, i)));
    count_one(); /* drop_remainder */
    return finished(d, dataset);
}

/* Component i padded: its shape's every known dimension must fit. */
static bool set_padded(tf1c_dataset *d, int i, tf_dims want)
{
    const tf_dims have = shape_of(d, i);
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    bool fits = want.known && (!have.known || have.rank == want.rank);
    for (int j = 0; fits && have.known && j < want.rank; j++)
        fits = want.dims[j] == NONE || (want.dims[j] >= 0 && (have.dims[j] == NONE || have.dims[j] <= want.dims[j]));
    if (!fits)
        return tf_mistake(tf_value_error, d->here, NULL,
                          "The padded shape %s is not compatible with the corresponding input component shape %s.",
                          tf_dims_text(want, a, sizeof a), tf_dims_text(have, b, sizeof b)),
               false;
    set_component(d, i, type_of(d, i), batched(d, want));
    return true;
}

/* How many there are; a bare number stands for one, of the component's dtype. */
static int padding_values(struct tf_padded_batch_args *a, tf_operand *number)
{
    const tf_tensor alone = a->padding_values.alone;
    if (!a->padding_values.n && !alone.op) {
        *number = tf1c_given((tf_operand){ .as.tensor = alone });
        return number->kind != TF_OPERAND_NONE;
    }
    a->padding_values = tf1c_sound_list(a->padding_values, a->here);
    return a->padding_values.n;
}

static bool set_padding(tf1c_dataset *d, int i, tf_list given, const tf_operand *number)
{
    static const char *const empty = "";
    const tf_dtype dtype = type_of(d, i);
    const tf_operand none = dtype == tf_string ? tf_operand_string(empty) : tf_operand_integer(0);
    const tf_operand *alone = number->kind ? number : &none;
    set_value(d, 1 + i, given.n ? tf_operand_tensor(given.items[i]) : *alone, dtype, "padding_value");
    if (tf_is_poisoned(d->values[1 + i]))
        return false;
    const tf_dims s = tf_get_shape(d->values[1 + i]);
    if (s.known && s.rank)
        return tf_mistake(tf_value_error, d->here, NULL, "Padding value should be a scalar, but is not."), false;
    count_one(); /* the padded shape */
    return true;
}

tf_data_dataset *tf_dataset_padded_batch_(tf_data_dataset *dataset, tf_operand batch_size, tf_shapes padded,
                                          struct tf_padded_batch_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    const int n = sound(dataset, here)->public_.output_types.n;
    tf1c_dataset *d = dataset_on(dataset, &tf1c_padded_batch_stage, 1 + n, here);
    if (!d)
        return refused(dataset);
    tf_operand number = TF_UNSET_;
    const int values = padding_values(&a, &number);
    if (!tf1c_sound_structure(d->public_.output_types, padded) || !padded.items || (values && values != n))
        return tf_mistake(tf_value_error, here, NULL,
                          "An element of %d components was given %d padded shapes and %d padding values.", n, padded.n, values),
               refused(dataset);
    if (!fits_batch(d))
        return refused(dataset);
    d->flag = a.drop_remainder;
    set_number(d, 0, tf1c_sound_operand(batch_size, here), "batch_size");
    tf_dims *shapes = tf1c_graph_alloc(d->graph, (size_t)n * sizeof *shapes);
    for (int i = 0; i < n; i++) {
        if (!shapes || tf_is_poisoned(d->values[0]) || !set_padded(d, i, padded.items[i]) ||
            !set_padding(d, i, a.padding_values, &number))
            return refused(dataset);
        shapes[i] = padded.items[i];
    }
    d->padded = shapes;
    count_one(); /* drop_remainder */
    return finished(d, dataset);
}

/* ---- functions ------------------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    tf1c_body *body;
    tf_list params;
    int begin; /* operations made before: those of the function count in it, from its arguments on */
} defining;

static bool define(defining *f, const tf1c_dataset *in, const char *scope, tf_source here)
{
    *f = (defining){ .begin = tf1c_count_now() };
    f->body = tf1c_body_open(scope, here);
    if (!f->body)
        return false;
    tf1c_count_as(0); /* its parameters are the first */
    for (int i = 0; i < in->public_.output_types.n; i++)
        tf_append(&f->params, tf1c_body_parameter(f->body, type_of(in, i), shape_of(in, i)));
    return true;
}

/* The function's results, seen from its body. */
static bool defined(defining *f, tf_list results, tf1c_function_def *def)
{
    tf_tensor *own = tf1c_graph_alloc(f->body->graph, ((size_t)results.n + 1) * sizeof *own);
    bool good = own;
    for (int i = 0; good && i < results.n; i++) {
        own[i] = tf_is_poisoned(results.items[i]) ? results.items[i]
                                                  : tf1c_dense(tf1c_import(f->body->graph, results.items[i], (tf_source){ 0 }));
        good = !tf_is_poisoned(own[i]) && !tf_is_none(own[i]);
    }
    def->graph = f->body->graph;
    def->n_results = results.n;
    def->results = own;
    return good;
}

/* Closes the body: its parameters, then what it captures, are the function's arguments; captures are values of d. */
static tf1c_dataset *close_function(defining *f, const tf1c_dataset *in, const tf1c_stage_kind *kind, const tf1c_function_def *def,
                                    int n, tf_source here)
{
    const tf1c_body *b = f->body;
    tf1c_body_close(f->body);
    tf1c_count_as(f->begin);
    tf1c_dataset *d = dataset_new(kind, here, n, 1, b->n_in);
    tf_tensor *args = d ? tf1c_graph_alloc(d->graph, (size_t)(f->params.n + b->n_in + 1) * sizeof *args) : NULL;
    if (!args)
        return NULL;
    for (int i = 0; i < f->params.n; i++)
        args[i] = f->params.items[i];
    for (int i = 0; i < b->n_in; i++) {
        args[f->params.n + i] = b->in[i].arg;
        d->values[i] = b->in[i].outer;
    }
    d->inputs[0] = in;
    d->n_captured = b->n_in;
    d->function = *def;
    d->function.args = args;
    d->function.n_args = f->params.n + b->n_in;
    return d;
}

static tf_data_dataset *abandon(defining *f)
{
    tf1c_body_close(f->body);
    tf1c_count_as(f->begin);
    return refused(NULL);
}

static bool is_callable(bool given, const char *name, tf_source here)
{
    if (!given)
        tf_mistake(tf_type_error, here, NULL, "%s must be callable.", name);
    return given;
}

static tf_list call_map(tf_data_fn *fn, tf_list element, void *context)
{
    TF1C_BY_USER;
    return fn(element, context);
}

tf_data_dataset *tf_dataset_map_(tf_data_dataset *dataset, tf_data_fn *fn, struct tf_data_function_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    const tf1c_dataset *in = sound(dataset, here);
    tf1c_function_def def = { 0 };
    defining f;
    if (in->poisoned || !is_callable(fn, "map_func", here) || !define(&f, in, "map", here))
        return refused(dataset);
    const tf_list results = tf1c_sound_list(call_map(fn, f.params, a.context), here);
    if (!defined(&f, results, &def))
        return abandon(&f);
    tf1c_dataset *d = close_function(&f, in, &tf1c_map_stage, &def, results.n, here);
    for (int i = 0; d && i < results.n; i++)
        set_component(d, i, tf_get_dtype(def.results[i]), tf_get_shape(def.results[i]));
    if (d && a.num_parallel_calls) {
        d->numbers[0] = a.num_parallel_calls > 0 ? a.num_parallel_calls : tf1c_team_cores();
        count_one();
    }
    return finished(d, dataset);
}

static tf_tensor call_predicate(tf_data_predicate *fn, tf_list element, void *context)
{
    TF1C_BY_USER;
    return fn(element, context);
}

static bool is_predicate(tf_tensor t, tf_source here)
{
    char shape[TF_DIMS_TEXT];
    const tf_dims s = tf_get_shape(t);
    if (tf_is_poisoned(t))
        return false;
    if (tf_get_dtype(t) == tf_bool && (!s.known || !s.rank))
        return true;
    tf_mistake(
        tf_value_error, here, NULL,
        "`predicate` return type must be convertible to a scalar boolean tensor. Was TensorSpec(shape=%s, dtype=tf.%s, name=None).",
        tf_dims_text(s, shape, sizeof shape), tf_dtype_name(tf_get_dtype(t)));
    return false;
}

tf_data_dataset *tf_dataset_filter_(tf_data_dataset *dataset, tf_data_predicate *predicate, struct tf_data_predicate_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    const tf1c_dataset *in = sound(dataset, here);
    tf1c_function_def def = { 0 };
    defining f;
    if (in->poisoned || !is_callable(predicate, "predicate", here) || !define(&f, in, "filter", here))
        return refused(dataset);
    const tf_tensor keep = tf1c_sound(call_predicate(predicate, f.params, a.context), here);
    if (!is_predicate(keep, here) || !defined(&f, tf_list_new_(1, &keep, here), &def))
        return abandon(&f);
    tf1c_dataset *d = close_function(&f, in, &tf1c_filter_stage, &def, in->public_.output_types.n, here);
    for (int i = 0; d && i < in->public_.output_types.n; i++)
        set_component(d, i, type_of(in, i), shape_of(in, i));
    return finished(d, dataset);
}

static tf_data_dataset *call_flat(tf_data_dataset_fn *fn, tf_list element, void *context)
{
    TF1C_BY_USER;
    return fn(element, context);
}

static const tf1c_dataset *flat_result(const tf_data_dataset *made, tf_source here)
{
    if (made && made->private_)
        return made->private_->poisoned ? NULL : made->private_;
    tf_fail(tf_type_error, here, NULL, "`map_func` must return a `Dataset` object. Got <class 'NoneType'>");
    return NULL;
}

/* The function's results are the tensors that its dataset is opened with. */
static tf1c_dataset *flat(tf_data_dataset *dataset, tf_data_dataset_fn *fn, const tf1c_stage_kind *kind, void *context,
                          tf_source here)
{
    const tf1c_dataset *in = sound(dataset, here);
    tf1c_function_def def = { 0 };
    defining f;
    if (in->poisoned || !is_callable(fn, "map_func", here) || !define(&f, in, "flat_map", here))
        return NULL;
    const tf1c_dataset *inner = flat_result(call_flat(fn, f.params, context), here);
    const int n = inner ? tf1c_dataset_values(inner) : 0;
    tf_tensor *values = inner ? tf1c_graph_alloc(f.body->graph, ((size_t)n + 1) * sizeof *values) : NULL;
    if (!values)
        return abandon(&f), NULL;
    tf1c_dataset_tensors(inner, values);
    if (!defined(&f, tf_list_new_(n, values, here), &def))
        return abandon(&f), NULL;
    const int components = inner->public_.output_types.n;
    tf1c_dataset *d = close_function(&f, in, kind, &def, components, here);
    for (int i = 0; d && i < components; i++)
        set_component(d, i, type_of(inner, i), shape_of(inner, i));
    if (d)
        d->inner = inner;
    return d;
}

tf_data_dataset *tf_dataset_flat_map_(tf_data_dataset *dataset, tf_data_dataset_fn *fn, struct tf_data_dataset_fn_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    return finished(flat(dataset, fn, &tf1c_flat_map_stage, a.context, here), dataset);
}

tf_data_dataset *tf_dataset_interleave_(tf_data_dataset *dataset, tf_data_dataset_fn *fn, struct tf_data_dataset_fn_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf1c_dataset *d = flat(dataset, fn, &tf1c_interleave_stage, a.context, here);
    if (d) {
        d->numbers[0] = a.cycle_length;
        d->numbers[1] = a.block_length;
        count_one();
        count_one();
    }
    return finished(d, dataset);
}
