#include "kit.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

/* ---- memory ----------------------------------------------------------------------------------------------------- */
bool (*tf1c_kit_alloc_hook)(size_t size);

void *tf1c_kit_alloc(size_t size) { return tf1c_kit_realloc(NULL, size); }

void *tf1c_kit_realloc(void *p, size_t size)
{
    if (tf1c_kit_alloc_hook && !tf1c_kit_alloc_hook(size))
        return NULL;
    return realloc(p, size ? size : 1);
}

void tf1c_kit_free(void *p) { free(p); }

tf_status tf1c_kit_no_memory(tf_source here, size_t size)
{
    return tf_fail(tf_memory_error, here, NULL, "Unable to allocate %zu bytes", size);
}

/* ---- objects: a list of all that the kit holds ------------------------------------------------------------------ */
typedef struct object {
    struct object *next, **link; /* the pointer that leads here */
    void (*release)(void *object);
    max_align_t body[];
} object;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static object *objects;
static bool at_exit_set;

static void hold(void) { pthread_mutex_lock(&lock); }
static void let_go(void) { pthread_mutex_unlock(&lock); }
__attribute__((constructor)) static void guard_forks(void) { pthread_atfork(hold, let_go, let_go); }

void *tf1c_kit_object(size_t size, void (*release)(void *object), tf_source here)
{
    object *o = tf1c_kit_alloc(sizeof *o + size);
    if (!o) {
        tf1c_kit_no_memory(here, sizeof *o + size);
        return NULL;
    }
    memset(o, 0, sizeof *o + size);
    o->release = release;
    pthread_mutex_lock(&lock);
    if (!at_exit_set)
        at_exit_set = atexit(tf_kit_release) == 0;
    o->next = objects;
    o->link = &objects;
    if (objects)
        objects->link = &o->next;
    objects = o;
    pthread_mutex_unlock(&lock);
    return o->body;
}

void tf1c_kit_drop(void *body)
{
    if (!body)
        return;
    object *o = (object *)((char *)body - offsetof(object, body));
    pthread_mutex_lock(&lock);
    *o->link = o->next;
    if (o->next)
        o->next->link = o->link;
    pthread_mutex_unlock(&lock);
    o->release(body);
    tf1c_kit_free(o);
}

void tf_kit_release(void)
{
    while (objects)
        tf1c_kit_drop(objects->body);
}

/* ---- files ------------------------------------------------------------------------------------------------------ */
/* No file of data unpacks to more; one that would is made to fill the memory. A device says no size. */
enum { MOST_OF_LITTLE = 64 << 20, MOST_UNPACKED = 64 };

/* zlib reads plain files as they are, so one reader serves both kinds. */
static tf_status read_all(gzFile f, const char *path, size_t limit, char **bytes, size_t *n, tf_source here)
{
    size_t room = 1 << 16, size = 0;
    char *data = NULL;
    for (;;) {
        if (!data || size + 1 == room) {
            size_t wanted = data ? room * 2 : room;
            char *grown = tf1c_kit_realloc(data, wanted);
            if (!grown) {
                tf1c_kit_free(data);
                return tf1c_kit_no_memory(here, wanted);
            }
            data = grown;
            room = wanted;
        }
        size_t chunk = room - 1 - size < 1 << 30 ? room - 1 - size : 1 << 30;
        int got = gzread(f, data + size, (unsigned)chunk);
        if (got <= 0) {
            int fault = Z_OK;
            const char *words = gzerror(f, &fault);
            if (got == 0 && fault == Z_OK)
                break;
            tf1c_kit_free(data);
            if (fault == Z_ERRNO)
                return tf_fail(tf_os_error, here, NULL, "%s: cannot be read: %s", path, strerror(errno));
            return tf_fail(tf_data_loss, here, NULL, "%s: damaged or truncated gzip data (%s)", path, words);
        }
        size += (size_t)got;
        if (size > limit) {
            tf1c_kit_free(data);
            return tf_fail(tf_resource_exhausted, here, NULL, "%s: holds more than %zu bytes", path, limit);
        }
    }
    data[size] = '\0';
    *bytes = data;
    *n = size;
    return tf_ok;
}

tf_status tf1c_kit_read_file(const char *path, size_t limit, char **bytes, size_t *n, tf_source here)
{
    struct stat what;
    *bytes = NULL;
    *n = 0;
    if (!path)
        return tf_fail(tf_type_error, here, NULL, "The path is NULL.");
    if (stat(path, &what) != 0)
        return tf_fail(errno == ENOENT || errno == ENOTDIR ? tf_not_found : tf_os_error, here, NULL, "%s; %s", path,
                       strerror(errno));
    if (S_ISDIR(what.st_mode))
        return tf_fail(tf_os_error, here, NULL, "%s; %s", path, strerror(EISDIR));
    if (!S_ISREG(what.st_mode) && !S_ISCHR(what.st_mode)) /* opening a FIFO would wait for its writer */
        return tf_fail(tf_os_error, here, NULL, "%s; %s", path, strerror(ESPIPE));
    const size_t most = MOST_OF_LITTLE + MOST_UNPACKED * (size_t)what.st_size;
    limit = limit < most ? limit : most;
    gzFile f = gzopen(path, "rb");
    if (!f)
        return tf_fail(tf_os_error, here, NULL, "%s; %s", path, strerror(errno ? errno : ENOMEM));
    tf_status status = read_all(f, path, limit, bytes, n, here);
    /* A gzip file cut within its last block ends without fault, and says so only now. */
    if (gzclose_r(f) != Z_OK && status == tf_ok) {
        tf1c_kit_free(*bytes);
        *bytes = NULL;
        *n = 0;
        status = tf_fail(tf_data_loss, here, NULL, "%s: truncated gzip data", path);
    }
    return status;
}
