#include "core/bundle_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/crc32c.h"
#include "core/ordered_code.h"
#include "core/protobuf.h"
#include "core/strings.h"

enum { MOST_INDEX = 1 << 30, MOST_SHARDS = 99999 };

_Thread_local bool tf1c_pb_refused;
const char tf1c_no_memory_left[] = "no memory left";

/* ---- writing ------------------------------------------------------------------------------------------------------------------ */

tf_status tf1c_bundle_no_memory(tf_source here) { return tf_fail(tf_memory_error, here, NULL, "no memory left for a checkpoint"); }

/* A name beside the prefix; the caller's to free. */
char *tf1c_bundle_file_name(const char *prefix, const char *ending)
{
    const size_t room = strlen(prefix) + strlen(ending) + 1;
    char *name = tf1c_alloc(room);
    if (name)
        snprintf(name, room, "%s%s", prefix, ending);
    return name;
}

static void add_message(tf1c_bundle_writer *w, const char *key, const ProtobufCMessage *m)
{
    size_t n;
    uint8_t *packed = tf1c_pb_packed(m, &n);
    if (!packed) {
        w->status = tf1c_bundle_no_memory(w->here);
        return;
    }
    tf1c_table_add(&w->index, (tf_bytes){ key, strlen(key) }, (tf_bytes){ (char *)packed, n });
    tf1c_free(packed);
}

/* Over a checkpoint of the same name the data go to a file of another name, as the first of two shards, until the index is
 * replaced in one go: the old one is whole until then. */
static const char *const endings[] = { ".data-00000-of-00001", ".data-00000-of-00002" };

static int shards_of(const tf1c_table_entry *first)
{
    Tf1c__BundleHeaderProto *h = tf1c__bundle_header_proto__unpack(&tf1c_pb, first->value.size, (const uint8_t *)first->value.data);
    const int shards = h ? h->num_shards : 0;
    if (h)
        tf1c__bundle_header_proto__free_unpacked(h, &tf1c_pb);
    return shards;
}

/* The number of shards to write as: not that of a checkpoint which is there already; 0 where that cannot be told, as it would be
 * overwritten. */
static int free_shards(const char *prefix, tf_source here)
{
    size_t n = 0;
    tf1c_table t;
    int there = 0;
    char *index = tf1c_bundle_file_name(prefix, ".index"), *data = NULL;
    const bool is_there = index && access(index, F_OK) == 0;
    if (is_there)
        data = tf1c_read_file(index, MOST_INDEX, &n, here);
    bool known = index && (data || !is_there);
    const char *fault = data ? tf1c_table_read(&t, data, n) : NULL;
    if (data && !fault) {
        there = t.n ? shards_of(&t.entries[0]) : 0;
        known = there || !t.n || !tf1c_pb_refused;
        tf1c_table_free(&t);
    } else if (fault) {
        known = strcmp(fault, tf1c_no_memory_left) != 0;
    }
    tf1c_free(data);
    tf1c_free(index);
    return !known ? 0 : there == 1 ? 2 : 1;
}

static void remove_data(const char *prefix, const char *ending)
{
    char *data = tf1c_bundle_file_name(prefix, ending);
    if (data)
        unlink(data);
    tf1c_free(data);
}

tf_status tf1c_bundle_create(tf1c_bundle_writer *w, const char *prefix, int threads, tf_source here)
{
    *w = (tf1c_bundle_writer){
        .prefix = tf1c_strdup(prefix), .here = here, .threads = threads, .data.fd = -1, .shards = free_shards(prefix, here)
    };
    char *data = w->shards ? tf1c_bundle_file_name(prefix, endings[w->shards - 1]) : NULL;
    w->status = w->prefix && data ? tf1c_safe_open(&w->data, data, here) : tf1c_bundle_no_memory(here);
    tf1c_free(data);
    if (!w->status) {
        Tf1c__VersionDef version = TF1C__VERSION_DEF__INIT;
        Tf1c__BundleHeaderProto header = TF1C__BUNDLE_HEADER_PROTO__INIT;
        version.producer = 1;
        header.num_shards = w->shards;
        header.version = &version;
        add_message(w, "", &header.base);
    }
    return w->status;
}

tf_status tf1c_bundle_add(tf1c_bundle_writer *w, const char *name, const tf_ndarray *array)
{
    if (w->status)
        return w->status;
    Tf1c__TensorShapeProto__Dim dims[TF_MAX_RANK], *of[TF_MAX_RANK];
    Tf1c__TensorShapeProto shape = TF1C__TENSOR_SHAPE_PROTO__INIT;
    Tf1c__BundleEntryProto entry = TF1C__BUNDLE_ENTRY_PROTO__INIT;
    for (int i = 0; i < array->shape.rank; i++) {
        dims[i] = (Tf1c__TensorShapeProto__Dim)TF1C__TENSOR_SHAPE_PROTO__DIM__INIT;
        dims[i].size = array->shape.dims[i];
        of[i] = &dims[i];
    }
    shape.n_dim = (size_t)array->shape.rank;
    shape.dim = of;
    entry.dtype = (Tf1c__DataType)array->dtype;
    entry.shape = &shape;
    entry.offset = (int64_t)w->data.at;
    entry.size = (int64_t)np_nbytes(*array);
    entry.crc32c = tf1c_crc32c_mask(tf1c_bundle_write_data(w, array->data, np_nbytes(*array)));
    add_message(w, name, &entry.base);
    return w->status;
}

/* The data first: a checkpoint is there as soon as its index is. */
tf_status tf1c_bundle_finish(tf1c_bundle_writer *w, tf_status before)
{
    tf_status status = before ? before : w->status;
    if (!status && !tf1c_table_finish(&w->index))
        status = tf1c_bundle_no_memory(w->here);
    if (status)
        tf1c_safe_abandon(&w->data);
    else
        status = tf1c_safe_commit(&w->data);
    char *index = status ? NULL : tf1c_bundle_file_name(w->prefix, ".index");
    if (!status)
        status = index ? tf1c_safe_write_file(index, w->index.out.data, w->index.out.n, w->here) : tf1c_bundle_no_memory(w->here);
    if (!status)
        remove_data(w->prefix, endings[2 - w->shards]);
    else if (w->prefix && w->shards) /* data without an index are nobody's */
        remove_data(w->prefix, endings[w->shards - 1]);
    tf1c_free(index);
    tf1c_table_writer_free(&w->index);
    tf1c_free(w->prefix);
    w->prefix = NULL;
    return w->status = status;
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------ */

bool tf1c_bundle_dims(const Tf1c__TensorShapeProto *shape, tf_dims *dims)
{
    *dims = SCALAR;
    if (!shape)
        return true;
    if (shape->unknown_rank || shape->n_dim > TF_MAX_RANK)
        return false;
    dims->rank = (int)shape->n_dim;
    for (int i = 0; i < dims->rank; i++)
        if ((dims->dims[i] = shape->dim[i]->size) < 0)
            return false;
    return tf_dims_count(*dims) < INT64_MAX / 16;
}

bool tf1c_bundle_extent(const Tf1c__TensorSliceProto *slice, tf_dims dims, tf1c_extent *x)
{
    if (slice->n_extent != (size_t)dims.rank)
        return false;
    for (int axis = 0; axis < dims.rank; axis++) {
        const Tf1c__TensorSliceProto__Extent *from = slice->extent[axis];
        const bool all = from->has_length_case != TF1C__TENSOR_SLICE_PROTO__EXTENT__HAS_LENGTH_LENGTH;
        x->start[axis] = all ? 0 : from->start;
        x->length[axis] = all ? -1 : from->length;
        if (!all && (from->start < 0 || from->length < 0 || from->length > dims.dims[axis] - from->start))
            return false;
    }
    return true;
}

static bool read_slices(tf1c_bundle *b, const Tf1c__BundleEntryProto *from, tf1c_stored *e)
{
    e->n_slices = (int)from->n_slices;
    e->slices = e->n_slices ? tf1c_arena_alloc(&b->memory, from->n_slices * sizeof *e->slices) : NULL;
    for (size_t i = 0; e->slices && i < from->n_slices; i++)
        if (!tf1c_bundle_extent(from->slices[i], e->dims, &e->slices[i]))
            return false;
    return !e->n_slices || e->slices;
}

/* NULL, or what is wrong with it. */
static const char *read_entry(tf1c_bundle *b, const tf1c_table_entry *from, tf1c_stored *e)
{
    Tf1c__BundleEntryProto *p = tf1c__bundle_entry_proto__unpack(&tf1c_pb, from->value.size, (const uint8_t *)from->value.data);
    if (!p)
        return tf1c_pb_refused ? tf1c_no_memory_left : "an entry that is no BundleEntryProto";
    *e = (tf1c_stored){
        .name = from->key.data, .type = (int)p->dtype, .shard = p->shard_id, .offset = p->offset, .size = p->size, .crc = p->crc32c
    };
    const bool good = tf1c_bundle_dims(p->shape, &e->dims) && read_slices(b, p, e) && e->offset >= 0 && e->size >= 0 &&
                      e->shard >= 0 && e->shard < b->shards;
    tf1c__bundle_entry_proto__free_unpacked(p, &tf1c_pb);
    if (e->n_slices && !e->slices)
        return tf1c_no_memory_left;
    return good ? NULL : "an entry with a shape, place or part that cannot be";
}

static const char *read_header(tf1c_bundle *b)
{
    const tf1c_table_entry *first = b->table.n && !b->table.entries[0].key.size ? &b->table.entries[0] : NULL;
    if (!first)
        return "no header";
    Tf1c__BundleHeaderProto *h = tf1c__bundle_header_proto__unpack(&tf1c_pb, first->value.size, (const uint8_t *)first->value.data);
    if (!h)
        return tf1c_pb_refused ? tf1c_no_memory_left : "no header";
    b->shards = h->num_shards;
    const bool little = h->endianness == TF1C__BUNDLE_HEADER_PROTO__ENDIANNESS__LITTLE;
    tf1c__bundle_header_proto__free_unpacked(h, &tf1c_pb);
    return !little ? "big-endian data" : b->shards < 1 || b->shards > MOST_SHARDS ? "a number of shards that cannot be" : NULL;
}

/* Entries under names; those of parts, whose keys begin with a 0, are found when they are read. */
static const char *read_entries(tf1c_bundle *b)
{
    const char *fault = read_header(b);
    b->entries = tf1c_arena_alloc(&b->memory, (size_t)(b->table.n + 1) * sizeof *b->entries);
    if (!b->entries)
        return tf1c_no_memory_left;
    for (int i = 1; i < b->table.n && !fault; i++)
        if (b->table.entries[i].key.data[0] && !(fault = read_entry(b, &b->table.entries[i], &b->entries[b->n])))
            b->n++;
    return fault;
}

static tf_status open_index(tf1c_bundle *b, const char *path, tf_source here)
{
    size_t n = 0;
    b->index = tf1c_read_file(path, MOST_INDEX, &n, here);
    if (!b->index)
        return tf_last_error()->code;
    const char *fault = tf1c_table_read(&b->table, b->index, n);
    if (!fault)
        fault = read_entries(b);
    if (!fault)
        return tf_ok;
    if (strcmp(fault, tf1c_no_memory_left) == 0)
        return tf1c_bundle_no_memory(here);
    return tf_fail(
        tf_data_loss, here, NULL,
        "Unable to read file (%s). Perhaps the file is corrupt or was produced by a newer version of TensorFlow with format "
        "changes: %s",
        path, fault);
}

static bool has_index(const char *prefix)
{
    char index[4096]; /* no path is longer */
    const int n = snprintf(index, sizeof index, "%s.index", prefix);
    return n > 0 && n < (int)sizeof index && access(index, R_OK) == 0;
}

bool tf1c_bundle_exists(const char *prefix) { return has_index(prefix) || tf1c_bundle_v1_exists(prefix); }

tf1c_bundle *tf1c_bundle_open(const char *prefix, int threads, tf_source here)
{
    tf1c_bundle *b = tf1c_alloc_zero(sizeof *b);
    char *index = tf1c_bundle_file_name(prefix, ".index");
    tf_status status = tf_ok;
    if (b) {
        b->fd = b->open_shard = -1;
        b->threads = threads;
    }
    if (!b || !index || !(b->prefix = tf1c_strdup(prefix)))
        status = tf1c_bundle_no_memory(here);
    else if (access(index, F_OK) == 0)
        status = open_index(b, index, here);
    else if (tf1c_bundle_v1_exists(prefix))
        status = tf1c_bundle_v1_open(b, prefix, here);
    else
        status = tf_fail(tf_not_found, here, NULL,
                         "Unsuccessful TensorSliceReader constructor: Failed to find any matching files for %s", prefix);
    tf1c_free(index);
    if (!status)
        return b;
    tf1c_bundle_close(b);
    return NULL;
}

void tf1c_bundle_close(tf1c_bundle *b)
{
    if (!b)
        return;
    if (b->fd >= 0)
        close(b->fd);
    tf1c_bundle_v1_close(b);
    tf1c_table_free(&b->table);
    tf1c_arena_free(&b->memory);
    tf1c_free(b->index);
    tf1c_free(b->prefix);
    tf1c_free(b);
}

int tf1c_bundle_count(const tf1c_bundle *b) { return b->n; }

tf1c_bundle_entry tf1c_bundle_at(const tf1c_bundle *b, int i)
{
    const tf1c_stored *e = &b->entries[i];
    return (tf1c_bundle_entry){ e->name, e->type, e->dims };
}

int tf1c_bundle_find(const tf1c_bundle *b, const char *name)
{
    int low = 0, high = b->n;
    while (low < high) {
        const int middle = low + (high - low) / 2, order = strcmp(b->entries[middle].name, name);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

/* ---- an entry's bytes, which for a partitioned array are those of its parts ---------------------------------------------------------- */

/* A part's rows, which lie below each other in `from`, to their places in the whole. */
void tf1c_place_part(const tf1c_stored *e, const tf1c_extent *x, tf_dims dims, const char *from, char *to, size_t size)
{
    const int rank = e->dims.rank;
    const int64_t *length = dims.dims;
    int64_t index[TF_MAX_RANK] = { 0 };
    const int64_t run = rank ? length[rank - 1] : 1;
    for (bool more = run > 0; more;) {
        int64_t at = 0;
        for (int i = 0; i < rank; i++)
            at = at * e->dims.dims[i] + x->start[i] + index[i];
        memcpy(to + (size_t)at * size, from, (size_t)run * size);
        from += (size_t)run * size;
        int axis = rank - 2;
        while (axis >= 0 && ++index[axis] == length[axis])
            index[axis--] = 0;
        more = axis >= 0;
    }
}

tf_dims tf1c_part_dims(const tf1c_stored *whole, const tf1c_extent *x)
{
    tf_dims dims = whole->dims;
    for (int i = 0; i < dims.rank; i++)
        dims.dims[i] = x->length[i] < 0 ? whole->dims.dims[i] : x->length[i];
    return dims;
}

static tf_status read_part(tf1c_bundle *b, const tf1c_stored *whole, const tf1c_extent *x, char *to, tf_source here)
{
    tf1c_buffer key = { 0 };
    const tf_dims dims = tf1c_part_dims(whole, x);
    tf1c_slice_key(&key, whole->name, dims.rank, x->start, x->length);
    const tf1c_table_entry *found = key.failed ? NULL : tf1c_table_find(&b->table, (tf_bytes){ key.data, key.n });
    tf1c_buffer_free(&key);
    tf1c_stored part;
    const char *fault = found ? read_entry(b, found, &part) : "a part that is not there";
    if (fault || part.type != whole->type || part.n_slices)
        return tf_fail(tf_data_loss, here, NULL, "%s: the partitioned variable %s has %s", b->prefix, whole->name,
                       fault ? fault : "a part of another dtype");
    part.name = whole->name;
    tf_ndarray a = np_empty(dims, tf1c_bundle_read_as(whole->type));
    if (!a.data)
        return tf_memory_error;
    const tf_status status = tf1c_bundle_read_plain(b, &part, np_size(a), a.data, here);
    if (!status && np_size(a) && to)
        tf1c_place_part(whole, x, dims, a.data, to, tf_dtype_size(a.dtype));
    np_free(&a);
    return status;
}

tf_status tf1c_bundle_read(tf1c_bundle *b, int i, void *to, tf_source here)
{
    const tf1c_stored *e = &b->entries[i];
    if (!tf1c_bundle_dtype(b, i))
        return tf_fail(tf_unimplemented, here, NULL, "%s: %s is of dtype %s, which is not read", b->prefix, e->name,
                       tf1c_bundle_dtype_name(b, i));
    if (b->n_files)
        return tf1c_bundle_v1_read(b, i, to, here);
    if (!e->n_slices)
        return tf1c_bundle_read_plain(b, e, tf_dims_count(e->dims), to, here);
    tf_status status = tf_ok;
    for (int k = 0; k < e->n_slices && !status; k++)
        status = read_part(b, e, &e->slices[k], to, here);
    return status;
}
