/* Events, one record each, in a file of their own. TF1: core/util/events_writer.cc, python/summary/writer/writer.py. */
#include "session/summary/file_writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/map.h"
#include "core/proto/event.pb-c.h"
#include "core/protobuf.h"
#include "core/record.h"
#include "core/report.h"
#include "core/safe_file.h"
#include "graph/node.h"
#include "session/graphdef/export.h"
#include "session/summary/run_metadata_proto.h"

#undef tf_close

struct tf_summary_writer {
    char *logdir, *path;
    FILE *file;
    double flush_seconds, flushed;
    pthread_mutex_t tags_lock;
    tf1c_map tags; /* of run metadata; to themselves */
    tf1c_arena tag_names;
};

static tf_status no_memory(tf_source here) { return tf_fail(tf_memory_error, here, NULL, "no memory left for an event"); }

/* ---- events --------------------------------------------------------------------------------------------------------------------- */

static tf_status write_event(tf_summary_writer *w, Tf1c__Event *e, int64_t step, tf_source here)
{
    e->wall_time = tf1c_now();
    e->step = step;
    size_t n;
    uint8_t *packed = tf1c_pb_packed(&e->base, &n);
    if (!packed)
        return no_memory(here);
    flockfile(w->file);
    errno = 0;
    const bool written = tf1c_record_write(w->file, packed, n);
    funlockfile(w->file);
    tf1c_free(packed);
    if (!written)
        return tf1c_file_error(errno ? errno : EIO, w->path, here);
    return e->wall_time - w->flushed >= w->flush_seconds ? tf_flush_(w, here) : tf_ok;
}

tf_status tf_flush_(tf_summary_writer *w, tf_source here)
{
    if (!w)
        return tf_ok;
    w->flushed = tf1c_now();
    errno = 0;
    return fflush(w->file) == 0 ? tf_ok : tf1c_file_error(errno ? errno : EIO, w->path, here);
}

static tf_status write_version(tf_summary_writer *w, tf_source here)
{
    Tf1c__Event e = TF1C__EVENT__INIT;
    e.what_case = TF1C__EVENT__WHAT_FILE_VERSION;
    e.file_version = (char *)"brain.Event:2";
    return write_event(w, &e, 0, here);
}

tf_status tf_add_graph_(tf_summary_writer *w, const tf_graph *graph, tf_source here)
{
    TF1C_HOLD_REPORTS;
    if (!w)
        return tf_ok;
    if (!graph)
        return tf_fail(tf_value_error, here, NULL, "tf_add_graph wants a graph, got NULL");
    tf1c_buffer b = { 0 };
    Tf1c__Event e = TF1C__EVENT__INIT;
    tf_status status = tf1c_graph_def(graph, TF1C_DRAWING, &b, here);
    e.what_case = TF1C__EVENT__WHAT_GRAPH_DEF;
    e.graph_def = (ProtobufCBinaryData){ b.n, (uint8_t *)b.data };
    if (!status)
        status = write_event(w, &e, 0, here);
    if (!status)
        status = tf_flush_(w, here);
    tf1c_buffer_free(&b);
    return status;
}

tf_status tf_add_summary_(tf_summary_writer *w, tf_ndarray summary, int64_t step, tf_source here)
{
    TF1C_HOLD_REPORTS;
    char shape[TF_DIMS_TEXT];
    if (!w)
        return tf_ok;
    if (summary.dtype != tf_string || np_size(summary) != 1 || !summary.data)
        return tf_fail(tf_type_error, here, NULL, "tf_add_summary wants a fetched summary, a string scalar, got %s of shape %s",
                       tf_dtype_name(summary.dtype), tf_dims_text(summary.shape, shape, sizeof shape));
    const tf_bytes packed = np_string(summary, 0);
    Tf1c__Event e = TF1C__EVENT__INIT;
    e.what_case = TF1C__EVENT__WHAT_SUMMARY;
    e.summary = tf1c__summary__unpack(&tf1c_pb, packed.size, (const uint8_t *)packed.data);
    if (!e.summary && tf1c_pb_refused)
        return no_memory(here);
    if (!e.summary)
        return tf_fail(tf_value_error, here, NULL, "the string given to tf_add_summary is no Summary");
    const tf_status status = write_event(w, &e, step, here);
    tf1c__summary__free_unpacked(e.summary, &tf1c_pb);
    return status;
}

tf_status tf_add_scalar_(tf_summary_writer *w, const char *tag, double value, int64_t step, tf_source here)
{
    TF1C_HOLD_REPORTS;
    if (!w)
        return tf_ok;
    Tf1c__Summary__Value v = TF1C__SUMMARY__VALUE__INIT, *values = &v;
    Tf1c__Summary summary = TF1C__SUMMARY__INIT;
    Tf1c__Event e = TF1C__EVENT__INIT;
    v.tag = (char *)(tag ? tag : "");
    v.value_case = TF1C__SUMMARY__VALUE__VALUE_SIMPLE_VALUE;
    v.simple_value = (float)value;
    summary.n_value = 1;
    summary.value = &values;
    e.what_case = TF1C__EVENT__WHAT_SUMMARY;
    e.summary = &summary;
    return write_event(w, &e, step, here);
}

tf_status tf_add_session_log_(tf_summary_writer *w, tf_session_log_status status, int64_t step, struct tf_session_log_args a)
{
    if (!w)
        return tf_ok;
    Tf1c__SessionLog log = TF1C__SESSION_LOG__INIT;
    Tf1c__Event e = TF1C__EVENT__INIT;
    log.status = (Tf1c__SessionLog__SessionStatus)status;
    if (a.checkpoint_path)
        log.checkpoint_path = (char *)a.checkpoint_path;
    e.what_case = TF1C__EVENT__WHAT_SESSION_LOG;
    e.session_log = &log;
    return write_event(w, &e, step, a.here);
}

/* Each tag once. */
static tf_status take_tag(tf_summary_writer *w, const char *tag, tf_source here)
{
    tf_status status = tf_ok;
    pthread_mutex_lock(&w->tags_lock);
    if (tf1c_map_get(&w->tags, tag)) {
        status = tf_fail(tf_value_error, here, NULL, "The provided tag was already used for this event type");
    } else {
        char *kept = tf1c_arena_strdup(&w->tag_names, tag);
        if (!kept || !tf1c_map_set(&w->tags, kept, kept))
            status = no_memory(here);
    }
    pthread_mutex_unlock(&w->tags_lock);
    return status;
}

tf_status tf_add_run_metadata_(tf_summary_writer *w, const tf_run_metadata *m, const char *tag, struct tf_add_run_metadata_args a)
{
    TF1C_HOLD_REPORTS;
    if (!w)
        return tf_ok;
    if (!m || !tag)
        return tf_fail(tf_type_error, a.here, NULL, "tf_add_run_metadata wants run metadata and a tag, got NULL");
    tf_status status = take_tag(w, tag, a.here);
    if (status)
        return status;
    tf1c_buffer b = { 0 };
    Tf1c__TaggedRunMetadata tagged = TF1C__TAGGED_RUN_METADATA__INIT;
    Tf1c__Event e = TF1C__EVENT__INIT;
    if (!tf1c_pack_run_metadata(m, &b))
        status = no_memory(a.here);
    tagged.tag = (char *)tag;
    tagged.run_metadata = (ProtobufCBinaryData){ b.n, (uint8_t *)b.data };
    e.what_case = TF1C__EVENT__WHAT_TAGGED_RUN_METADATA;
    e.tagged_run_metadata = &tagged;
    if (!status)
        status = write_event(w, &e, a.global_step, a.here);
    tf1c_buffer_free(&b);
    return status;
}

/* ---- writers -------------------------------------------------------------------------------------------------------------------- */

/* The folder and those above it. */
static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    mkdir(path, 0777);
}

static tf_status open_file(tf_summary_writer *w, const struct tf_file_writer_args *a)
{
    char host[64] = "localhost";
    static _Atomic int number; /* two writers of one second do not share a file */
    const int n = number++;
    tf1c_buffer b = { 0 };
    gethostname(host, sizeof host - 1);
    make_folders(w->logdir);
    tf1c_buffer_printf(&b, "%s/events.out.tfevents.%010lld.%s", w->logdir, (long long)time(NULL), host);
    if (n)
        tf1c_buffer_printf(&b, ".%d", n);
    tf1c_buffer_printf(&b, "%s", a->filename_suffix ? a->filename_suffix : "");
    w->path = b.data;
    if (b.failed)
        return no_memory(a->here);
    w->file = fopen(w->path, "wbe");
    return w->file ? tf_ok : tf1c_file_error(errno, w->path, a->here);
}

static void release(tf_summary_writer *w)
{
    TF1C_HOLD_REPORTS;
    if (!w)
        return;
    errno = 0;
    if (w->file && fclose(w->file) != 0)
        tf1c_file_error(errno ? errno : EIO, w->path, (tf_source){ 0 });
    tf1c_map_free(&w->tags);
    tf1c_arena_free(&w->tag_names);
    pthread_mutex_destroy(&w->tags_lock);
    tf1c_free(w->logdir);
    tf1c_free(w->path);
    tf1c_free(w);
}

tf_summary_writer *tf_summary_file_writer_(const char *logdir, struct tf_file_writer_args a)
{
    TF1C_HOLD_REPORTS;
    if (!logdir || !*logdir) {
        tf_fail(tf_value_error, a.here, NULL, "tf_summary_file_writer wants a folder, got %s", logdir ? "''" : "NULL");
        return NULL;
    }
    tf_summary_writer *w = tf1c_alloc_zero(sizeof *w);
    tf_status status = w && (w->logdir = tf1c_strdup(logdir)) ? tf_ok : no_memory(a.here);
    if (!status) {
        w->tags_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
        w->flush_seconds = a.flush_secs;
        w->flushed = tf1c_now();
        status = open_file(w, &a);
    }
    if (!status)
        status = write_version(w, a.here);
    if (!status)
        status = tf_flush_(w, a.here);
    if (!status && a.graph)
        status = tf_add_graph_(w, a.graph, a.here);
    if (!status)
        return w;
    release(w);
    return NULL;
}

const char *tf_get_logdir(const tf_summary_writer *w) { return w ? w->logdir : ""; }

/* ---- writers that a graph's hooks share ------------------------------------------------------------------------------------------- */

typedef struct shared_writer {
    struct shared_writer *next;
    const tf_graph *graph;
    tf_summary_writer *writer;
} shared_writer;
static shared_writer *shared;
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;

/* Closed by the user, it is not closed again with its graph. */
static void forget_shared(const tf_summary_writer *w)
{
    pthread_mutex_lock(&shared_lock);
    for (shared_writer *at = shared; at; at = at->next)
        if (at->writer == w)
            at->writer = NULL;
    pthread_mutex_unlock(&shared_lock);
}

void tf_summary_writer_close_(tf_summary_writer *w)
{
    forget_shared(w);
    release(w);
}

static void close_shared(void *p)
{
    pthread_mutex_lock(&shared_lock);
    for (shared_writer **at = &shared; *at; at = &(*at)->next)
        if (*at == p) {
            *at = (*at)->next;
            break;
        }
    pthread_mutex_unlock(&shared_lock);
    release(((shared_writer *)p)->writer);
    tf1c_free(p);
}

static tf_summary_writer *open_shared(tf_graph *g, const char *logdir, tf_source here)
{
    shared_writer *w = tf1c_alloc_zero(sizeof *w);
    if (!w) {
        no_memory(here);
        return NULL;
    }
    *w = (shared_writer){ .next = shared,
                          .graph = g,
                          .writer =
                              tf_summary_file_writer_(logdir, (struct tf_file_writer_args){ .here = here, .flush_secs = 120 }) };
    if (!w->writer) {
        tf1c_free(w);
        return NULL;
    }
    shared = w;
    return w->writer;
}

tf_summary_writer *tf_summary_file_writer_cache_get_(const char *logdir, tf_source here)
{
    tf_graph *g = tf1c_current_graph();
    tf_summary_writer *found = NULL;
    pthread_mutex_lock(&shared_lock);
    for (const shared_writer *w = logdir && g ? shared : NULL; w && !found; w = w->next)
        if (w->graph == g && w->writer && strcmp(w->writer->logdir, logdir) == 0)
            found = w->writer;
    const bool made = !found && g;
    if (made)
        found = open_shared(g, logdir, here);
    shared_writer *first = shared;
    pthread_mutex_unlock(&shared_lock);
    if (made && found && !tf1c_graph_attach(g, close_shared, first))
        return NULL;
    return found;
}
