/* SavedModels: a graph, its variables and what it is asked by. TF1: python/saved_model/{simple_save,builder_impl,loader_impl}.py */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/protobuf.h"
#include "core/safe_file.h"
#include "ops/state/variables.h"
#include "session/graphdef/node_def.h"
#include "session/saver/meta_graph.h"

enum { SCHEMA_VERSION = 1, META_GRAPHS = 2, META_INFO = 1, SIGNATURE = 5, TAGS = 4, INPUTS = 1, OUTPUTS = 2, METHOD = 3 };
static const char serving[] = "serving_default", predict[] = "tensorflow/serving/predict";

static tf_status no_memory(tf_source here) { return tf_fail(tf_memory_error, here, NULL, "no memory left for a SavedModel"); }

/* ---- saving ------------------------------------------------------------------------------------------------------------------------ */

/* TensorInfoEntry: key = 1, value = 2, a TensorInfo of name = 1, dtype = 2, shape = 3. */
static void put_tensor(tf1c_buffer *to, int number, const char *key, tf_tensor t)
{
    Tf1c__TensorShapeProto shape = TF1C__TENSOR_SHAPE_PROTO__INIT;
    Tf1c__TensorShapeProto__Dim dims[TF_MAX_RANK], *pointers[TF_MAX_RANK];
    Tf1c__TensorInfo info = TF1C__TENSOR_INFO__INIT;
    Tf1c__SignatureDef__TensorInfoEntry entry = TF1C__SIGNATURE_DEF__TENSOR_INFO_ENTRY__INIT;
    tf1c_buffer name = { 0 };
    const tf_dims d = tf_get_shape(t);
    for (int i = 0; d.known && i < d.rank; i++) {
        tf1c__tensor_shape_proto__dim__init(&dims[i]);
        dims[i].size = d.dims[i];
        pointers[i] = &dims[i];
    }
    shape.unknown_rank = !d.known;
    shape.n_dim = d.known ? (size_t)d.rank : 0;
    shape.dim = pointers;
    tf1c_buffer_printf(&name, "%s:%d", t.op->name, t.index);
    to->failed |= name.failed;
    info.name = name.failed ? "" : name.data;
    info.dtype = (Tf1c__DataType)tf_get_dtype(t);
    info.tensor_shape = &shape;
    entry.key = (char *)key;
    entry.value = &info;
    tf1c_put_message(to, number, &entry.base);
    tf1c_buffer_free(&name);
}

static void put_signature(tf1c_buffer *to, const struct tf_simple_save_args *a)
{
    tf1c_buffer signature = { 0 }, entry = { 0 };
    for (const tf_input_map *m = a->inputs; m && m->name; m++)
        put_tensor(&signature, INPUTS, m->name, m->tensor);
    for (const tf_input_map *m = a->outputs; m && m->name; m++)
        put_tensor(&signature, OUTPUTS, m->name, m->tensor);
    tf1c_put_bytes(&signature, METHOD, predict, strlen(predict));
    tf1c_put_bytes(&entry, 1, serving, strlen(serving));
    tf1c_put_bytes(&entry, 2, signature.data ? signature.data : "", signature.n);
    to->failed |= signature.failed || entry.failed;
    if (!to->failed)
        tf1c_put_bytes(to, SIGNATURE, entry.data, entry.n);
    tf1c_buffer_free(&signature);
    tf1c_buffer_free(&entry);
}

/* MetaInfoDef's tags; a message that comes twice is merged. */
static void put_tag(tf1c_buffer *to, const char *tag)
{
    tf1c_buffer info = { 0 };
    tf1c_put_bytes(&info, TAGS, tag, strlen(tag));
    to->failed |= info.failed;
    if (!info.failed)
        tf1c_put_bytes(to, META_INFO, info.data, info.n);
    tf1c_buffer_free(&info);
}

static tf_status write_model(tf_saver *saver, const tf_graph *g, const char *path, const struct tf_simple_save_args *a)
{
    tf1c_buffer meta = { 0 }, model = { 0 };
    tf_status status = tf1c_meta_graph_def(saver, g, TF1C_NODES, &meta, a->here);
    put_tag(&meta, "serve");
    put_signature(&meta, a);
    tf1c_buffer_varint(&model, SCHEMA_VERSION << 3);
    tf1c_buffer_varint(&model, 1);
    tf1c_put_bytes(&model, META_GRAPHS, meta.data ? meta.data : "", meta.n);
    if (!status && (meta.failed || model.failed))
        status = no_memory(a->here);
    if (!status)
        status = tf1c_safe_write_file(path, model.data, model.n, a->here);
    tf1c_buffer_free(&meta);
    tf1c_buffer_free(&model);
    return status;
}

static bool are_sound(const tf_graph *g, const tf_input_map *m, tf_source here)
{
    for (; m && m->name; m++) {
        if (tf_is_poisoned(tf1c_sound(m->tensor, here)))
            return false;
        if (tf_is_none(m->tensor) || m->tensor.op->graph != g)
            return tf_fail(tf_value_error, here, NULL, "'%s' is no tensor of the session's graph", m->name), false;
    }
    return true;
}

/* DIRECTORY/PART. NULL after a report. */
static const char *below(const char *directory, const char *part, char *path, size_t n, tf_source here)
{
    if (snprintf(path, n, "%s/%s", directory, part) < (int)n)
        return path;
    tf_fail(tf_value_error, here, NULL, "a path of more than %zu bytes", n - 1);
    return NULL;
}

enum { LONGEST = 4096 };

static tf_status save_model(tf_session *s, const char *directory, const struct tf_simple_save_args *a)
{
    char variables[LONGEST], path[LONGEST];
    const tf_graph *g = tf_session_graph(s);
    if (!are_sound(g, a->inputs, a->here) || !are_sound(g, a->outputs, a->here))
        return tf_value_error;
    if (!below(directory, "variables", variables, sizeof variables, a->here) ||
        !below(variables, "variables", path, sizeof path, a->here))
        return tf_value_error;
    if (mkdir(directory, 0777))
        return tf_fail(tf_value_error, a->here, NULL,
                       "Export directory already exists. Please specify a different export directory: %s", directory);
    tf_saver *saver = NULL;
    if (tf_global_variables().n) {
        mkdir(variables, 0777); /* what is wrong with it, writing says */
        saver = tf_train_saver_((struct tf_saver_args){ TF_SAVER_DEFAULTS_, .here = a->here });
        if (!saver || !tf_save_(saver, s, path, (struct tf_save_args){ .here = a->here, .global_step = TF_UNSET_ }))
            return tf_last_error()->code;
    }
    below(directory, "saved_model.pb", path, sizeof path, a->here);
    return write_model(saver, g, path, a);
}

tf_status tf_saved_model_simple_save_(tf_session *s, const char *directory, struct tf_simple_save_args a)
{
    if (!s || !directory || !*directory)
        return tf_fail(tf_value_error, a.here, NULL, "simple_save wants a session and a directory");
    struct tf_with_ in = tf_graph_open_((tf_graph *)tf_session_graph(s));
    const tf_status status = save_model(s, directory, &a);
    tf_with_close_(&in);
    return status;
}

/* ---- loading --------------------------------------------------------------------------------------------------------------------------- */

struct tf_saved_model {
    tf_graph *graph;
    Tf1c__SavedModel *def;
    const Tf1c__MetaGraphDef *meta;
};

static void model_free(void *p)
{
    tf_saved_model *model = p;
    if (model->def)
        tf1c__saved_model__free_unpacked(model->def, &tf1c_pb);
    tf1c_free(model);
}

static bool has_tags(const Tf1c__MetaGraphDef *m, const char *const *tags)
{
    size_t n = 0;
    for (; tags[n]; n++) {
        bool there = false;
        for (size_t i = 0; m->meta_info_def && i < m->meta_info_def->n_tags; i++)
            there |= strcmp(m->meta_info_def->tags[i], tags[n]) == 0;
        if (!there)
            return false;
    }
    return m->meta_info_def && m->meta_info_def->n_tags == n;
}

static tf_status read_model(tf_saved_model *model, const char *directory, const char *const *tags, tf_source here)
{
    char path[LONGEST];
    size_t n;
    if (!below(directory, "saved_model.pb", path, sizeof path, here))
        return tf_value_error;
    struct stat about;
    if (stat(path, &about))
        return tf_fail(tf_os_error, here, NULL, "SavedModel file does not exist at: %s/{saved_model.pbtxt|saved_model.pb}",
                       directory);
    char *bytes = tf1c_read_file(path, INT32_MAX, &n, here);
    if (!bytes)
        return tf_last_error()->code;
    model->def = tf1c__saved_model__unpack(&tf1c_pb, n, (const uint8_t *)bytes);
    tf1c_free(bytes);
    if (!model->def)
        return tf_fail(tf_data_loss, here, NULL, "Error parsing message: %s holds no SavedModel", path);
    for (size_t i = 0; i < model->def->n_meta_graphs && !model->meta; i++)
        if (has_tags(model->def->meta_graphs[i], tags) && model->def->meta_graphs[i]->graph_def)
            model->meta = model->def->meta_graphs[i];
    return model->meta ? tf_ok
                       : tf_fail(tf_runtime_error, here, NULL,
                                 "MetaGraphDef associated with tags '%s' could not be found in SavedModel.", *tags ? *tags : "");
}

static tf_status load_model(tf_saved_model *model, tf_session *s, const char *directory, tf_source here)
{
    const struct tf_import_meta_graph_args none = { .here = here };
    char variables[LONGEST], path[LONGEST];
    tf_saver *saver = NULL;
    tf_status status = tf1c_add_meta_graph(model->graph, (Tf1c__MetaGraphDef *)model->meta, &none, &saver);
    if (status || !saver)
        return status;
    if (!below(directory, "variables", variables, sizeof variables, here) ||
        !below(variables, "variables", path, sizeof path, here))
        return tf_value_error;
    return tf_restore_(saver, s, path, here);
}

tf_saved_model *tf_saved_model_loader_load_(tf_session *s, const char *directory, struct tf_load_model_args a)
{
    static const char *const serve[] = { "serve", NULL };
    TF_FROM(a.here);
    if (!s || !directory) {
        tf_fail(tf_value_error, a.here, NULL, "loader_load wants a session and a directory");
        return NULL;
    }
    tf_saved_model *model = tf1c_alloc_zero(sizeof *model);
    if (!model) {
        no_memory(a.here);
        return NULL;
    }
    model->graph = tf1c_root((tf_graph *)tf_session_graph(s));
    if (read_model(model, directory, a.tags ? a.tags : serve, a.here) || load_model(model, s, directory, a.here)) {
        model_free(model);
        return NULL;
    }
    return tf1c_graph_attach(model->graph, model_free, model) ? model : NULL;
}

static const Tf1c__SignatureDef *signature_of(const tf_saved_model *model, const char *name)
{
    for (size_t i = 0; i < model->meta->n_signature_def; i++)
        if (strcmp(model->meta->signature_def[i]->key, name) == 0)
            return model->meta->signature_def[i]->value;
    return NULL;
}

tf_tensor tf_saved_model_tensor_(const tf_saved_model *model, const char *name, bool input, struct tf_signature_args a)
{
    const char *key = a.signature ? a.signature : serving;
    if (!model || !name)
        return tf_mistake(tf_value_error, a.here, NULL, "a SavedModel and a name are wanted");
    const Tf1c__SignatureDef *s = signature_of(model, key);
    const size_t n = !s ? 0 : input ? s->n_inputs : s->n_outputs;
    for (size_t i = 0; i < n; i++) {
        const Tf1c__SignatureDef__TensorInfoEntry *e = input ? s->inputs[i] : s->outputs[i];
        const tf_tensor t =
            e->value && strcmp(e->key, name) == 0 ? tf1c_tensor_named(model->graph, "", e->value->name) : (tf_tensor){ .op = NULL };
        if (!tf_is_none(t))
            return t;
    }
    return tf_mistake(tf_key_error, a.here, NULL, "'%s'", s ? name : key);
}
