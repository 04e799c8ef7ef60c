/* TensorFlow's older checkpoints, of SaverDef.V1: tables whose first entry lists arrays and their parts, the others hold the parts'
 * elements as TensorProtos. Source: core/util/tensor_slice_reader.cc, core/util/saved_tensor_slice_util.cc */
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/bundle_private.h"
#include "core/ordered_code.h"
#include "core/protobuf.h"

enum { MOST_FILE = 1 << 30 };

/* ---- files ------------------------------------------------------------------------------------------------------------------------- */

static bool is_file(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISREG(s.st_mode);
}

/* The files that a checkpoint's name stands for: itself, or those of a pattern as "model-?????-of-00002". */
static int matching(const char *path, glob_t *files)
{
    memset(files, 0, sizeof *files);
    return glob(path, 0, NULL, files) == 0 ? (int)files->gl_pathc : 0;
}

bool tf1c_bundle_v1_exists(const char *path)
{
    glob_t files;
    if (is_file(path))
        return true;
    if (!strpbrk(path, "*?["))
        return false;
    bool found = false;
    for (int i = matching(path, &files); i-- > 0;)
        found |= is_file(files.gl_pathv[i]);
    globfree(&files);
    return found;
}

/* ---- what is there ----------------------------------------------------------------------------------------------------------------- */

static Tf1c__SavedTensorSlices *unpacked(const tf1c_table_entry *e)
{
    return tf1c__saved_tensor_slices__unpack(&tf1c_pb, e->value.size, (const uint8_t *)e->value.data);
}

static const char *add_slices(tf1c_bundle *b, const Tf1c__SavedSliceMeta *from, tf1c_stored *e)
{
    tf1c_extent *all = tf1c_arena_alloc(&b->memory, ((size_t)e->n_slices + from->n_slice) * sizeof *all);
    if (!all)
        return tf1c_no_memory_left;
    if (e->n_slices)
        memcpy(all, e->slices, (size_t)e->n_slices * sizeof *all);
    e->slices = all;
    for (size_t i = 0; i < from->n_slice; i++)
        if (!tf1c_bundle_extent(from->slice[i], e->dims, &all[e->n_slices++]))
            return "a part that lies outside its tensor";
    return NULL;
}

/* One array of one file: a new one, or more parts of one that another file began. */
static const char *add_array(tf1c_bundle *b, const Tf1c__SavedSliceMeta *from, int before)
{
    tf1c_stored new = { .type = (int)from->type };
    if (!tf1c_bundle_dims(from->shape, &new.dims))
        return "a tensor whose shape cannot be";
    int i = before ? (int)(intptr_t)tf1c_map_get(&b->numbers, from->name) - 1 : -1;
    if (i < 0) {
        new.name = tf1c_arena_strdup(&b->memory, from->name);
        if (!new.name || !tf1c_map_set(&b->numbers, new.name, (void *)(intptr_t)(b->n + 1)))
            return tf1c_no_memory_left;
        b->entries[i = b->n++] = new;
    } else if (b->entries[i].type != new.type || !tf_dims_equal(b->entries[i].dims, new.dims)) {
        return "a tensor that differs from file to file";
    }
    return add_slices(b, from, &b->entries[i]);
}

static const char *add_arrays(tf1c_bundle *b, const Tf1c__SavedTensorSlices *m)
{
    const int before = b->n;
    const size_t n = m->meta->n_tensor;
    tf1c_stored *entries = tf1c_arena_alloc(&b->memory, ((size_t)b->n + n + 1) * sizeof *entries);
    const char *fault = entries ? NULL : tf1c_no_memory_left;
    if (entries && b->n)
        memcpy(entries, b->entries, (size_t)b->n * sizeof *entries);
    if (entries)
        b->entries = entries;
    for (size_t i = 0; i < n && !fault; i++)
        fault = add_array(b, m->meta->tensor[i], before);
    return fault;
}

static const char *read_meta(tf1c_bundle *b, const tf1c_bundle_file *f)
{
    if (!f->table.n || f->table.entries[0].key.size)
        return "no list of tensors";
    Tf1c__SavedTensorSlices *m = unpacked(&f->table.entries[0]);
    const char *fault = !m ? (tf1c_pb_refused ? tf1c_no_memory_left : "no list of tensors") : NULL;
    if (m && m->meta)
        fault = add_arrays(b, m);
    if (m)
        tf1c__saved_tensor_slices__free_unpacked(m, &tf1c_pb);
    return fault;
}

static tf_status open_file(tf1c_bundle *b, const char *path, tf_source here)
{
    tf1c_bundle_file *f = &b->files[b->n_files];
    size_t n = 0;
    f->bytes = tf1c_read_file(path, MOST_FILE, &n, here);
    if (!f->bytes)
        return tf_last_error()->code;
    b->n_files++;
    const char *fault = tf1c_table_read(&f->table, f->bytes, n);
    if (!fault)
        fault = read_meta(b, f);
    if (fault && strcmp(fault, tf1c_no_memory_left) == 0)
        return tf1c_bundle_no_memory(here);
    if (fault)
        return tf_fail(
            tf_data_loss, here, NULL,
            "Unable to open table file %s: Data loss: %s: perhaps your file is in a different file format and you need to "
            "use a different restore operator?",
            path, fault);
    return tf_ok;
}

static int by_name(const void *a, const void *b) { return strcmp(((const tf1c_stored *)a)->name, ((const tf1c_stored *)b)->name); }

/* The same name twice would hide one of the two. */
static tf_status sort(tf1c_bundle *b, tf_source here)
{
    if (b->n)
        qsort(b->entries, (size_t)b->n, sizeof *b->entries, by_name);
    for (int i = 1; i < b->n; i++)
        if (strcmp(b->entries[i - 1].name, b->entries[i].name) == 0)
            return tf_fail(tf_data_loss, here, NULL, "%s: the tensor %s is listed twice", b->prefix, b->entries[i].name);
    return tf_ok;
}

tf_status tf1c_bundle_v1_open(tf1c_bundle *b, const char *path, tf_source here)
{
    glob_t found = { 0 };
    const bool alone = is_file(path);
    const int n = alone ? 1 : matching(path, &found);
    b->files = tf1c_alloc_zero(((size_t)n + 1) * sizeof *b->files);
    tf_status status = b->files ? tf_ok : tf1c_bundle_no_memory(here);
    for (int i = 0; i < n && !status; i++)
        status = open_file(b, alone ? path : found.gl_pathv[i], here);
    if (!alone)
        globfree(&found);
    tf1c_map_free(&b->numbers);
    return status ? status : sort(b, here);
}

void tf1c_bundle_v1_close(tf1c_bundle *b)
{
    for (int i = 0; b->files && i <= b->n_files; i++) {
        tf1c_table_free(&b->files[i].table);
        tf1c_free(b->files[i].bytes);
    }
    tf1c_free(b->files);
}

/* ---- elements ---------------------------------------------------------------------------------------------------------------------- */

#define COPY(field, to_type, value)                \
    do {                                           \
        if (t->n_##field != (size_t)n)             \
            return false;                          \
        for (int64_t i = 0; to && i < n; i++)      \
            ((to_type *)to)[i] = (to_type)(value); \
        return true;                               \
    } while (0)

/* A part's elements as the bundle gives them; to NULL: are they there? */
static bool elements(const Tf1c__TensorProto *t, int type, int64_t n, void *to)
{
    switch (type) {
    case TF1C__DATA_TYPE__DT_FLOAT: COPY(float_val, float, t->float_val[i]);
    case TF1C__DATA_TYPE__DT_DOUBLE: COPY(double_val, double, t->double_val[i]);
    case TF1C__DATA_TYPE__DT_INT64: COPY(int64_val, int64_t, t->int64_val[i]);
    case TF1C__DATA_TYPE__DT_BOOL: COPY(bool_val, bool, t->bool_val[i] != 0);
    case TF1C__DATA_TYPE__DT_UINT8: COPY(int_val, uint8_t, t->int_val[i]);
    case TF1C__DATA_TYPE__DT_INT8:
    case TF1C__DATA_TYPE__DT_INT16:
    case TF1C__DATA_TYPE__DT_UINT16:
    case TF1C__DATA_TYPE__DT_INT32: COPY(int_val, int32_t, t->int_val[i]);
    case TF1C__DATA_TYPE__DT_HALF: COPY(half_val, float, tf1c_half_to_float((uint16_t)t->half_val[i]));
    case TF1C__DATA_TYPE__DT_BFLOAT16: COPY(half_val, float, tf1c_bfloat_to_float((uint16_t)t->half_val[i]));
    case TF1C__DATA_TYPE__DT_UINT32: COPY(uint32_val, int64_t, t->uint32_val[i]);
    default: return false;
    }
}

static const tf1c_table_entry *find_part(const tf1c_bundle *b, const tf1c_stored *e, const tf1c_extent *x)
{
    tf1c_buffer key = { 0 };
    const tf1c_table_entry *found = NULL;
    tf1c_slice_key(&key, e->name, e->dims.rank, x->start, x->length);
    for (int f = 0; f < b->n_files && !found && !key.failed; f++)
        found = tf1c_table_find(&b->files[f].table, (tf_bytes){ key.data, key.n });
    tf1c_buffer_free(&key);
    return found;
}

static tf_status damaged(const tf1c_bundle *b, const tf1c_stored *e, const char *what, tf_source here)
{
    return tf_fail(tf_data_loss, here, NULL, "%s: the tensor %s has %s", b->prefix, e->name, what);
}

static tf_status place(tf1c_bundle *b, const tf1c_stored *e, const tf1c_extent *x, const Tf1c__SavedTensorSlices *m, tf_dtype as,
                       char *to, tf_source here)
{
    const tf_dims dims = tf1c_part_dims(e, x);
    const int64_t n = tf_dims_count(dims);
    const Tf1c__TensorProto *t = m->data ? m->data->data : NULL;
    if (!t || !elements(t, e->type, n, NULL))
        return damaged(b, e, "a part of another size than its shape says", here);
    if (!to || !n)
        return tf_ok;
    if (n == tf_dims_count(e->dims)) /* all of it */
        return elements(t, e->type, n, to), tf_ok;
    tf_ndarray a = np_empty(dims, as);
    if (!a.data)
        return tf_memory_error;
    elements(t, e->type, n, a.data);
    tf1c_place_part(e, x, dims, a.data, to, tf_dtype_size(as));
    np_free(&a);
    return tf_ok;
}

static tf_status read_part(tf1c_bundle *b, const tf1c_stored *e, const tf1c_extent *x, tf_dtype as, char *to, tf_source here)
{
    const tf1c_table_entry *found = find_part(b, e, x);
    if (!found)
        return damaged(b, e, "a part that is not there", here);
    Tf1c__SavedTensorSlices *m = unpacked(found);
    if (!m)
        return tf1c_pb_refused ? tf1c_bundle_no_memory(here) : damaged(b, e, "a part that is no SavedSlice", here);
    const tf_status status = place(b, e, x, m, as, to, here);
    tf1c__saved_tensor_slices__free_unpacked(m, &tf1c_pb);
    return status;
}

/* Parts that do not overlap and have all elements between them. */
static bool covers(const tf1c_stored *e)
{
    int64_t covered = 0;
    const int64_t all = tf_dims_count(e->dims);
    for (int i = 0; i < e->n_slices && covered <= all; i++)
        covered += tf_dims_count(tf1c_part_dims(e, &e->slices[i]));
    return covered == all;
}

tf_status tf1c_bundle_v1_read(tf1c_bundle *b, int i, void *to, tf_source here)
{
    const tf1c_stored *e = &b->entries[i];
    const tf_dtype as = tf1c_bundle_dtype(b, i);
    tf_status status = covers(e) ? tf_ok : damaged(b, e, "parts that are not the whole of it", here);
    for (int k = 0; to && e->n_slices > 1 && k < e->n_slices && !status; k++) /* before what they say is believed */
        status = read_part(b, e, &e->slices[k], as, NULL, here);
    if (!status && to && e->n_slices > 1)
        memset(to, 0, (size_t)tf_dims_count(e->dims) * tf_dtype_size(as)); /* should parts overlap */
    for (int k = 0; k < e->n_slices && !status; k++)
        status = read_part(b, e, &e->slices[k], as, to, here);
    return status;
}
