#include "session/saver/checkpoint_state.h"

#include <string.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/bundle.h"
#include "core/escape.h"
#include "core/report.h"

enum { MOST_NOTE = 16 << 20 };

static tf_status no_memory(tf_source here)
{
    return tf_fail(tf_memory_error, here, NULL, "no memory left for a checkpoint's state");
}

/* DIRECTORY/NAME; the caller's to free, NULL after a report. */
static char *path_in(const char *directory, const char *name, tf_source here)
{
    tf1c_buffer b = { 0 };
    const size_t n = strlen(directory);
    tf1c_buffer_printf(&b, "%s%s%s", directory, n && directory[n - 1] != '/' ? "/" : "", name);
    if (b.failed) {
        no_memory(here);
        tf1c_buffer_free(&b);
    }
    return b.data;
}

char *tf1c_directory_of(const char *path, tf_source here)
{
    char *directory = tf1c_strdup(path), *slash = directory ? strrchr(directory, '/') : NULL;
    if (!directory)
        no_memory(here);
    else if (slash)
        slash[slash == directory] = '\0';
    else
        *directory = '\0';
    return directory;
}

/* ---- writing ---------------------------------------------------------------------------------------------------------------- */

static void put_text(tf1c_buffer *b, const char *field, const char *s)
{
    tf1c_buffer_printf(b, "%s: \"", field);
    tf1c_buffer_escaped(b, s, strlen(s));
    tf1c_buffer_put(b, "\"\n", 2);
}

/* A path as the note has it. */
static const char *noted(const char *directory, const char *path)
{
    const size_t n = strlen(directory);
    if (*directory == '/' || strncmp(path, directory, n) != 0)
        return path;
    return n && path[n] == '/' ? path + n + 1 : path;
}

tf_status tf1c_write_checkpoint_state(const char *directory, const char *file, int n, char *const *paths, tf_source here)
{
    tf1c_buffer b = { 0 };
    put_text(&b, "model_checkpoint_path", noted(directory, paths[n - 1]));
    for (int i = 0; i < n; i++)
        put_text(&b, "all_model_checkpoint_paths", noted(directory, paths[i]));
    char *path = b.failed ? NULL : path_in(directory, file, here);
    tf_status status = b.failed ? no_memory(here) : path ? tf_ok : tf_memory_error;
    if (!status)
        status = tf1c_safe_write_file(path, b.data, b.n, here);
    tf1c_free(path);
    tf1c_buffer_free(&b);
    return status;
}

/* ---- reading ---------------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_checkpoint_state state;
    tf1c_arena memory;
    int capacity;
    const char **paths;
    bool refused; /* there was no memory */
} note;

static char *room_for(note *c, size_t n)
{
    char *room = tf1c_arena_alloc(&c->memory, n);
    c->refused |= !room;
    return room;
}

/* A quoted text from *at on, its escapes undone; NULL where there is none. */
static char *quoted(note *c, const char **at)
{
    const char *p = *at + strspn(*at, " \t:"), *end = p + strlen(p), quote = *p;
    char *text = quote == '"' || quote == '\'' ? room_for(c, (size_t)(end - p)) : NULL, *to = text;
    if (!text)
        return NULL;
    for (p++; *p && *p != quote && *p != '\n';)
        if (*p == '\\' && p[1])
            p++, *to++ = (char)tf1c_unescape(&p, end);
        else
            *to++ = *p++;
    *at = p;
    return text;
}

/* Relative paths are the directory's. */
static const char *in_directory(note *c, const char *directory, const char *path)
{
    if (*path == '/' || !*directory)
        return path;
    const size_t room = strlen(directory) + strlen(path) + 2;
    char *whole = room_for(c, room);
    if (whole) {
        strcpy(whole, directory);
        strcat(whole, directory[strlen(directory) - 1] == '/' ? "" : "/");
        strcat(whole, path);
    }
    return whole;
}

static bool add_path(note *c, const char *path)
{
    if (c->state.n == c->capacity) {
        const int capacity = 2 * c->capacity + 8;
        const char **paths = tf1c_realloc(c->paths, (size_t)capacity * sizeof *paths);
        c->refused |= !paths;
        if (!paths)
            return false;
        c->paths = paths;
        c->capacity = capacity;
    }
    c->paths[c->state.n++] = path;
    return path;
}

static bool parse(note *c, const char *directory, const char *text)
{
    static const char latest[] = "model_checkpoint_path", all[] = "all_model_checkpoint_paths";
    bool good = true;
    for (const char *p = text; *p && good; p += strcspn(p, "\n"), p += *p == '\n') {
        const char *at = p + strspn(p, " \t");
        const size_t n = strcspn(at, " \t:\n");
        const bool is_latest = n == sizeof latest - 1 && strncmp(at, latest, n) == 0;
        if (!is_latest && (n != sizeof all - 1 || strncmp(at, all, n) != 0))
            continue;
        at += n;
        const char *path = quoted(c, &at);
        path = path ? in_directory(c, directory, path) : NULL;
        if (is_latest)
            good = (c->state.model_checkpoint_path = path);
        else
            good = add_path(c, path);
    }
    return good;
}

void tf_checkpoint_state_free(tf_checkpoint_state *state)
{
    note *c = (note *)state;
    if (!c)
        return;
    tf1c_arena_free(&c->memory);
    tf1c_free(c->paths);
    tf1c_free(c);
}

tf_checkpoint_state *tf_train_get_checkpoint_state_(const char *directory, struct tf_checkpoint_state_args a)
{
    TF1C_HOLD_REPORTS;
    size_t n = 0;
    if (!directory) {
        tf_fail(tf_value_error, a.here, NULL, "tf_train_get_checkpoint_state wants a directory, got NULL");
        return NULL;
    }
    char *path = path_in(directory, a.latest_filename ? a.latest_filename : "checkpoint", a.here);
    if (!path || access(path, F_OK) != 0) {
        tf1c_free(path);
        return NULL;
    }
    char *text = tf1c_read_file(path, MOST_NOTE, &n, a.here);
    note *c = text ? tf1c_alloc_zero(sizeof *c) : NULL;
    if (text && !c)
        no_memory(a.here);
    if (c && !parse(c, directory, text)) {
        if (c->refused)
            no_memory(a.here);
        else
            tf_fail(tf_data_loss, a.here, NULL, "%s is no CheckpointState", path);
        tf_checkpoint_state_free(&c->state);
        c = NULL;
    }
    if (c)
        c->state.all_model_checkpoint_paths = c->paths;
    tf1c_free(text);
    tf1c_free(path);
    return c ? &c->state : NULL;
}

/* The latest whose files are there: one that was being written when the process ended is passed over. */
const char *tf_train_latest_checkpoint_(const char *directory, struct tf_checkpoint_state_args a)
{
    TF1C_HOLD_REPORTS;
    static _Thread_local char latest[4096];
    tf_checkpoint_state *state = tf_train_get_checkpoint_state_(directory, a);
    const char *path = state ? state->model_checkpoint_path : NULL;
    if (path && !tf1c_bundle_exists(path)) {
        path = NULL;
        for (int i = state->n; i-- > 0 && !path;)
            if (tf1c_bundle_exists(state->all_model_checkpoint_paths[i]))
                path = state->all_model_checkpoint_paths[i];
    }
    if (path && strlen(path) >= sizeof latest)
        path = NULL;
    if (path)
        strcpy(latest, path);
    tf_checkpoint_state_free(state);
    return path ? latest : NULL;
}

bool tf_train_checkpoint_exists(const char *path) { return path && tf1c_bundle_exists(path); }
