/* Saving and restoring the variables of a session. TF1: python/training/saver.py, checkpoint_management.py. */
#include "session/saver/saver.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/bundle.h"
#include "core/clock.h"
#include "core/report.h"
#include "ops/control_flow/counts.h"
#include "ops/state/variables.h"
#include "session/run.h"
#include "session/saver/checkpoint_state.h"
#include "session/saver/meta_graph.h"

static tf_status no_memory(tf_source here) { return tf_fail(tf_memory_error, here, NULL, "no memory left for a saver"); }

/* ---- making ------------------------------------------------------------------------------------------------------------------ */

static void saver_free(void *p)
{
    tf_saver *saver = p;
    for (int i = 0; i < saver->n_checkpoints; i++)
        tf1c_free(saver->checkpoints[i].path);
    tf1c_free(saver->checkpoints);
    tf1c_free(saver->variables);
    tf1c_free(saver->last);
    tf1c_free(saver);
}

static int by_name(const void *a, const void *b) { return strcmp(((const tf1c_saved *)a)->name, ((const tf1c_saved *)b)->name); }

/* The variable behind `t`, which may be its value; NULL after a report. */
static const tf_operation *variable_of(tf_tensor t, tf_source here)
{
    char text[256];
    if (!tf_is_none(t) && !tf_is_poisoned(t) && t.op->read)
        return t.op;
    tf_fail(tf_type_error, here, NULL,
            "names_to_saveables must be a dict mapping string names to Tensors/Variables. Not a variable: %s",
            tf_is_none(t) ? "None" : tf_tensor_text(t, text, sizeof text));
    return NULL;
}

static tf_status take_variables(tf_saver *saver, tf_list list, const struct tf_saver_args *a)
{
    for (int i = 0; i < list.n; i++) {
        const tf_operation *op = variable_of(list.items[i], a->here);
        if (!op)
            return tf_type_error;
        const char *name = a->names ? tf1c_graph_strdup(saver->graph, a->names[i] ? a->names[i] : "") : op->name;
        if (!name)
            return tf_memory_error;
        saver->variables[saver->n++] = (tf1c_saved){ name, op };
    }
    qsort(saver->variables, (size_t)saver->n, sizeof *saver->variables, by_name);
    for (int i = 1; i < saver->n; i++)
        if (by_name(&saver->variables[i - 1], &saver->variables[i]) == 0)
            return tf_fail(tf_value_error, a->here, NULL, "At least two variables have the same name: %s",
                           saver->variables[i].name);
    return tf_ok;
}

tf_saver *tf_train_saver_(struct tf_saver_args a)
{
    TF1C_HOLD_REPORTS;
    const tf_list list = tf1c_list_or(a.var_list, tf_global_variables, a.here);
    if (!list.n) {
        tf_fail(tf_value_error, a.here, NULL, "No variables to save");
        return NULL;
    }
    tf_saver *saver = tf1c_alloc_zero(sizeof *saver);
    if (!saver || !(saver->variables = tf1c_alloc((size_t)list.n * sizeof *saver->variables))) {
        tf1c_free(saver);
        no_memory(a.here);
        return NULL;
    }
    saver->graph = tf1c_current_graph();
    saver->max_to_keep = a.max_to_keep;
    saver->keep_every_seconds = 3600 * a.keep_checkpoint_every_n_hours;
    saver->next_to_keep = tf1c_now() + saver->keep_every_seconds;
    if (take_variables(saver, list, &a)) {
        saver_free(saver);
        return NULL;
    }
    enum { FILE_NAME = 3, SAVE = 4, RESTORE = 3, RESTORE_ALL = 1 }; /* what TF makes, besides an Assign for each variable */
    tf1c_count_more(FILE_NAME + SAVE + RESTORE + list.n + RESTORE_ALL);
    return tf1c_graph_attach(saver->graph, saver_free, saver) ? saver : NULL;
}

/* ---- what a session holds ----------------------------------------------------------------------------------------------------- */

/* Resources of ops that go on from run to run stand beside the variables, as bytes under names that no variable can have. */
static const char resource_prefix[] = "_state/";

/* A variable's or another resource's value as an array in its memory; NULL data after a report. s->order held. */
static tf_ndarray value_in(tf_session *s, const tf_operation *op, tf1c_resource **resource)
{
    const tf1c_output *out = &op->outputs[0];
    const bool variable = op->read;
    const size_t size = op->def->resource_size;
    pthread_mutex_lock(&s->lock);
    void *data =
        variable ? tf1c_variable_memory(&s->resources, op, resource) : tf1c_resource_memory(&s->resources, op, size, resource);
    pthread_mutex_unlock(&s->lock);
    return variable ? np_array(data, out->dtype, out->shape) : np_array(data, tf_uint8, SHAPE((int64_t)size));
}

/* ---- saving -------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    tf_ndarray value;
    char *owned; /* the name, where it was made for this */
} item;

static int items_by_name(const void *a, const void *b) { return strcmp(((const item *)a)->name, ((const item *)b)->name); }

static tf_status take_variable(tf_session *s, const tf1c_saved *v, item *to)
{
    tf1c_resource *r = NULL;
    *to = (item){ .name = v->name, .value = value_in(s, v->variable, &r) };
    if (!to->value.data)
        return tf_memory_error;
    return r->initialized ? tf_ok
                          : tf_fail(tf_failed_precondition, v->variable->here, v->variable->name,
                                    "Attempting to use uninitialized value %s", v->variable->name);
}

/* What random ops that have run go on from; a resource that owns more than its bytes is not saved. */
static bool is_plain(const tf1c_resource *r) { return !r->op->read && r->op->def->resource_size && !r->op->def->release; }

static tf_status take_resource(const tf1c_resource *r, item *to, tf_source here)
{
    tf1c_buffer name = { 0 };
    tf1c_buffer_printf(&name, "%s%s", resource_prefix, r->op->name);
    if (name.failed) {
        tf1c_buffer_free(&name);
        return no_memory(here);
    }
    *to = (item){ name.data, np_array(r->data, tf_uint8, SHAPE((int64_t)r->size)), name.data };
    return tf_ok;
}

/* All of them, counted and taken under one lock: runs beside this one make new ones. */
static tf_status take_resources(tf_session *s, item **items, int *n, tf_source here)
{
    int plain = 0;
    tf_status status = tf_ok;
    pthread_mutex_lock(&s->lock);
    for (const tf1c_resource *r = s->resources.first; r; r = r->next)
        plain += is_plain(r);
    item *more = tf1c_realloc(*items, (size_t)(*n + plain) * sizeof *more);
    if (more)
        *items = more;
    else
        status = no_memory(here);
    for (const tf1c_resource *r = s->resources.first; r && !status; r = r->next)
        if (is_plain(r) && !(status = take_resource(r, &(*items)[*n], here)))
            ++*n;
    pthread_mutex_unlock(&s->lock);
    return status;
}

/* s->order held: nobody assigns meanwhile. */
static tf_status write_values(tf_saver *saver, tf_session *s, const char *prefix, tf_source here)
{
    item *items = tf1c_alloc((size_t)saver->n * sizeof *items);
    int n = 0;
    tf_status status = items ? tf_ok : no_memory(here);
    while (n < saver->n && !status) {
        status = take_variable(s, &saver->variables[n], &items[n]);
        n++;
    }
    if (!status)
        status = take_resources(s, &items, &n, here);
    if (!status) {
        tf1c_bundle_writer w;
        tf1c_bundle_create(&w, prefix, s->planner.threads, here);
        qsort(items, (size_t)n, sizeof *items, items_by_name);
        for (int i = 0; i < n; i++)
            tf1c_bundle_add(&w, items[i].name, &items[i].value);
        status = tf1c_bundle_finish(&w, tf_ok);
    }
    for (int i = 0; i < n; i++)
        tf1c_free(items[i].owned);
    tf1c_free(items);
    return status;
}

static void remove_files(const char *prefix)
{
    static const char *const endings[] = { ".index", ".data-00000-of-00001", ".data-00000-of-00002", ".meta" };
    char path[4096];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (snprintf(path, sizeof path, "%s%s", prefix, endings[i]) < (int)sizeof path)
            unlink(path);
}

/* The newest at the end, none twice. */
static tf_status note_checkpoint(tf_saver *saver, const char *path, tf_source here)
{
    int at = 0;
    while (at < saver->n_checkpoints && strcmp(saver->checkpoints[at].path, path) != 0)
        at++;
    if (at < saver->n_checkpoints) {
        tf1c_kept_checkpoint again = saver->checkpoints[at];
        memmove(&saver->checkpoints[at], &saver->checkpoints[at + 1], (size_t)(saver->n_checkpoints - at - 1) * sizeof again);
        again.when = time(NULL);
        saver->checkpoints[saver->n_checkpoints - 1] = again;
        return tf_ok;
    }
    char *copy = tf1c_strdup(path);
    if (!copy || !tf1c_append_ptr(&saver->checkpoints, &saver->n_checkpoints, &saver->capacity,
                                  &(tf1c_kept_checkpoint){ copy, time(NULL) }, sizeof *saver->checkpoints)) {
        tf1c_free(copy);
        return no_memory(here);
    }
    return tf_ok;
}

/* Beyond max_to_keep the oldest goes, but for one in so many hours. Files that the note no longer names are deleted last. */
static void delete_old(tf_saver *saver, tf1c_kept_checkpoint gone)
{
    if ((double)gone.when > saver->next_to_keep)
        saver->next_to_keep += saver->keep_every_seconds;
    else
        remove_files(gone.path);
    tf1c_free(gone.path);
}

static tf_status write_note(tf_saver *saver, const char *path, const char *file, tf_source here)
{
    tf1c_kept_checkpoint gone = { 0 };
    tf_status status = note_checkpoint(saver, path, here);
    if (status)
        return status;
    if (saver->max_to_keep > 0 && saver->n_checkpoints > saver->max_to_keep) {
        gone = saver->checkpoints[0];
        memmove(saver->checkpoints, saver->checkpoints + 1, (size_t)--saver->n_checkpoints * sizeof gone);
    }
    char **paths = tf1c_alloc((size_t)saver->n_checkpoints * sizeof *paths), *directory = tf1c_directory_of(path, here);
    for (int i = 0; paths && i < saver->n_checkpoints; i++)
        paths[i] = saver->checkpoints[i].path;
    status = paths && directory ? tf1c_write_checkpoint_state(directory, file, saver->n_checkpoints, paths, here) : no_memory(here);
    tf1c_free(paths);
    tf1c_free(directory);
    if (gone.path && !status)
        delete_old(saver, gone);
    else
        tf1c_free(gone.path);
    return status;
}

/* TensorFlow makes the last directory of a path that is not there. */
static void make_directory(const char *path, tf_source here)
{
    char *directory = tf1c_directory_of(path, here);
    if (directory && *directory)
        mkdir(directory, 0777);
    tf1c_free(directory);
}

/* PATH or PATH-STEP, the caller's to free. */
static char *path_of_step(tf_session *s, const char *path, const struct tf_save_args *a)
{
    tf1c_buffer b = { 0 };
    const tf_operand step = tf1c_keyword(a->global_step, false);
    int64_t n = 0;
    tf_status status = tf_ok;
    if (step.kind == TF_OPERAND_TENSOR)
        status = tf1c_run_integer(s, step.as.tensor, &n, a->here);
    else if (step.kind == TF_OPERAND_INTEGER)
        n = step.as.integer;
    else if (step.kind != TF_OPERAND_NONE)
        status = tf_fail(tf_type_error, a->here, NULL, "global_step must be an integer or a tensor");
    if (status)
        return NULL;
    tf1c_buffer_printf(&b, "%s", path);
    if (step.kind != TF_OPERAND_NONE)
        tf1c_buffer_printf(&b, "-%lld", (long long)n);
    if (!b.failed)
        return b.data;
    tf1c_buffer_free(&b);
    no_memory(a->here);
    return NULL;
}

static tf_status refuse(const tf_saver *saver, const tf_session *s, const char *call, tf_source here)
{
    if (!saver)
        return tf_fail(tf_runtime_error, here, NULL, "%s: the saver is NULL: it could not be made", call);
    if (saver->graph != s->graph)
        return tf_fail(tf_value_error, here, NULL, "%s: the saver is of another graph than the session's", call);
    return tf_ok;
}

/* PATH.meta; what TensorFlow has not stands in it as it is. */
static tf_status write_graph(const tf_saver *saver, const char *path, tf_source here)
{
    tf1c_buffer name = { 0 };
    tf1c_buffer_printf(&name, "%s.meta", path);
    const tf_status status =
        name.failed ? no_memory(here) : tf1c_write_meta_graph(saver, saver->graph, name.data, TF1C_DRAWING, false, here);
    tf1c_buffer_free(&name);
    return status;
}

static tf_status save(tf_saver *saver, tf_session *s, const char *path, const struct tf_save_args *a, char **saved_as)
{
    const char *file = a->latest_filename ? a->latest_filename : "checkpoint";
    tf_status status = refuse(saver, s, "tf_save", a->here);
    if (status)
        return status;
    if (!path || !*path)
        return tf_fail(tf_value_error, a->here, NULL, "no path specified");
    if (strchr(file, '/'))
        return tf_fail(tf_value_error, a->here, NULL, "'latest_filename' must not contain path components");
    if (!(*saved_as = path_of_step(s, path, a)))
        return tf_last_error()->code;
    make_directory(*saved_as, a->here);
    if (a->write_meta_graph) /* first: it is the same at every step, while values that are there are lost to those that replace them */
        status = write_graph(saver, *saved_as, a->here);
    if (status)
        return status;
    pthread_rwlock_rdlock(&s->order);
    status = write_values(saver, s, *saved_as, a->here);
    pthread_rwlock_unlock(&s->order);
    return status || !a->write_state ? status : write_note(saver, *saved_as, file, a->here);
}

const char *tf_save_(tf_saver *saver, tf_session *s, const char *path, struct tf_save_args a)
{
    char *saved_as = NULL;
    tf1c_hold_reports();
    tf_status status = tf1c_enter(s, a.here);
    if (!status) {
        status = save(saver, s, path, &a, &saved_as);
        tf1c_leave(s);
    }
    if (status)
        tf1c_free(saved_as);
    tf1c_release_reports(a.here);
    if (status)
        return NULL;
    tf1c_free(saver->last);
    return saver->last = saved_as;
}

/* ---- restoring ------------------------------------------------------------------------------------------------------------------ */

static tf_status check_variable(tf1c_bundle *b, const tf1c_saved *v, tf_source here)
{
    const tf1c_output *out = &v->variable->outputs[0];
    const int i = tf1c_bundle_find(b, v->name);
    char have[TF_DIMS_TEXT], want[TF_DIMS_TEXT];
    if (i < 0)
        return tf_fail(tf_not_found, here, v->variable->name, "Key %s not found in checkpoint", v->name);
    const tf1c_bundle_entry e = tf1c_bundle_at(b, i);
    if (strcmp(tf1c_bundle_dtype_name(b, i), tf_dtype_name(out->dtype)) != 0)
        return tf_fail(
            tf_invalid_argument, here, v->variable->name, "tensor_name = %s; expected dtype %s does not equal original dtype %s",
            v->name, tf_dtype_kernel_name(out->dtype),
            tf1c_bundle_dtype(b, i) && e.type == (int)tf1c_bundle_dtype(b, i) ? tf_dtype_kernel_name(tf1c_bundle_dtype(b, i))
                                                                              : tf1c_bundle_dtype_name(b, i));
    if (!tf_dims_equal(e.dims, out->shape))
        return tf_fail(tf_invalid_argument, here, v->variable->name,
                       "Assign requires shapes of both tensors to match. lhs shape= %s rhs shape= %s",
                       tf_dims_kernel_text(out->shape, want, sizeof want), tf_dims_kernel_text(e.dims, have, sizeof have));
    return tf1c_bundle_read(b, i, NULL, here);
}

/* The op whose resource entry i is, if it is one that fits; else NULL. */
static const tf_operation *op_of_resource(const tf1c_bundle *b, int i, const tf_graph *g)
{
    const tf1c_bundle_entry e = tf1c_bundle_at(b, i);
    const size_t n = sizeof resource_prefix - 1;
    const tf_operation *op = strncmp(e.name, resource_prefix, n) == 0 ? tf1c_map_get(&g->universe->by_name, e.name + n) : NULL;
    return op && !op->read && op->def->resource_size && !op->def->release && tf1c_bundle_dtype(b, i) == tf_uint8 &&
                   e.dims.rank == 1 && (size_t)e.dims.dims[0] == op->def->resource_size
               ? op
               : NULL;
}

static tf_status read_value(tf_session *s, tf1c_bundle *b, int i, const tf_operation *op, tf_source here)
{
    tf1c_resource *r = NULL;
    const tf_ndarray value = value_in(s, op, &r);
    if (!value.data)
        return tf_memory_error;
    const tf_status status = tf1c_bundle_read(b, i, value.data, here);
    r->initialized |= !status;
    return status;
}

static tf_status read_all(const tf_saver *saver, tf_session *s, tf1c_bundle *b, tf_source here)
{
    tf_status status = tf_ok;
    for (int i = 0; i < saver->n && !status; i++)
        status = read_value(s, b, tf1c_bundle_find(b, saver->variables[i].name), saver->variables[i].variable, here);
    for (int i = 0; i < tf1c_bundle_count(b) && !status; i++) {
        const tf_operation *op = op_of_resource(b, i, s->graph);
        if (op)
            status = read_value(s, b, i, op, here);
    }
    return status;
}

/* As TF says it, which looks into the folder for the checkpoint's files. */
static tf_status no_checkpoint(const char *path, tf_source here)
{
    struct stat is;
    char *folder = tf1c_directory_of(path, here);
    if (!folder)
        return tf_memory_error;
    const int error = !*folder ? 0 : stat(folder, &is) != 0 ? errno : S_ISDIR(is.st_mode) ? 0 : ENOTDIR;
    const tf_status status = error
                                 ? tf1c_file_error(error, folder, here)
                                 : tf_fail(tf_value_error, here, NULL, "The passed save_path is not a valid checkpoint: %s", path);
    tf1c_free(folder);
    return status;
}

static tf_status restore(tf_saver *saver, tf_session *s, const char *path, tf_source here)
{
    tf_status status = refuse(saver, s, "tf_restore", here);
    if (status)
        return status;
    if (!path)
        return tf_fail(tf_value_error, here, NULL, "Can't load save_path when it is None.");
    if (!tf1c_bundle_exists(path))
        return no_checkpoint(path, here);
    tf1c_bundle *b = tf1c_bundle_open(path, s->planner.threads, here);
    if (!b)
        return tf_last_error()->code;
    for (int i = 0; i < saver->n && !status; i++)
        status = check_variable(b, &saver->variables[i], here);
    if (!status) {
        pthread_rwlock_wrlock(&s->order);
        status = read_all(saver, s, b, here);
        pthread_rwlock_unlock(&s->order);
    }
    tf1c_bundle_close(b);
    return status;
}

tf_status tf_restore_(tf_saver *saver, tf_session *s, const char *path, tf_source here)
{
    tf1c_hold_reports();
    tf_status status = tf1c_enter(s, here);
    if (!status) {
        status = restore(saver, s, path, here);
        tf1c_leave(s);
    }
    tf1c_release_reports(here);
    return status;
}
