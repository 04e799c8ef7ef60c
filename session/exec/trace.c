/* Workers note events on their own stacks; here they become text, under one lock, and go to the file. */
#include "session/exec/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/forks.h"
#include "core/team.h"
#include "session/exec/step_stats.h"
#include "session/passes/pass.h"

enum { PATH_SIZE = 4096, TEXT_SIZE = 1 << 16, NAME_SIZE = 512, EVENT_SIZE = 10240 };

/* The file ends with the closing brackets after every write; the next one begins over them. */
static const char head[] = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", tail[] = "\n]}\n";

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    char path[PATH_SIZE];
    int file;                                /* -1: not to be written (any more) */
    int error;                               /* why; 0: nothing is wrong */
    bool told;                               /* of the error */
    atomic_int owner;                        /* the process; 0: nobody yet */
    off_t at;                                /* where the next events go */
    int64_t began;                           /* ns */
    int sessions, runs, callers, generation; /* generation: of files */
    char text[TEXT_SIZE];
    size_t n;
} trace = { .file = -1 };

/* The calling thread's lane in the file of that generation. */
static _Thread_local int my_lane, my_generation;

int64_t tf1c_trace_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool tf1c_trace_mine(void) { return trace.owner == getpid(); }

/* ---- text; the lock is held ------------------------------------------------------------------------------------------------ */

static bool write_whole(const char *text, size_t n, off_t at)
{
    while (n) {
        ssize_t written = pwrite(trace.file, text, n, at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text += written;
        n -= (size_t)written;
        at += written;
    }
    return true;
}

static void fail(int error)
{
    trace.error = error ? error : EIO;
    if (trace.file >= 0)
        close(trace.file);
    trace.file = -1;
}

static void write_out(void)
{
    if (trace.file < 0)
        trace.n = 0;
    if (!trace.n)
        return;
    memcpy(trace.text + trace.n, tail, sizeof tail - 1);
    if (!write_whole(trace.text, trace.n + sizeof tail - 1, trace.at))
        fail(errno);
    trace.at += (off_t)trace.n;
    trace.n = 0;
}

static void put(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void put(const char *format, ...)
{
    size_t room = TEXT_SIZE - sizeof tail - trace.n;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(trace.text + trace.n, room, format, args);
    va_end(args);
    trace.n += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

/* Begins an event, with room for all of it. */
static void begin_event(void)
{
    if (trace.n + EVENT_SIZE > TEXT_SIZE)
        write_out();
    if (trace.at || trace.n)
        put(",\n");
    else
        put("%s", head);
}

/* A JSON string; a long one is cut, so that an event has its room. */
static void put_string(const char *s)
{
    put("\"");
    for (int i = 0; s[i] && i < NAME_SIZE; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c < ' ' || c >= 0x7f)
            put("\\u%04x", c);
        else
            put(c == '"' || c == '\\' ? "\\%c" : "%c", c);
    }
    put("\"");
}

/* The calling thread's lane, named in the file when it first appears: the team's threads by their numbers, the first to call
 * tf_run 0, further ones above them all. */
static int lane_of(int worker)
{
    if (my_generation == trace.generation)
        return my_lane;
    my_generation = trace.generation;
    my_lane = worker ? worker : trace.callers ? TF1C_TEAM_MAX + trace.callers : 0;
    trace.callers += !worker;
    begin_event();
    put("{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":%d,\"tid\":%d,\"args\":{\"name\":\"%s %d\"}}", (int)trace.owner, my_lane,
        worker ? "worker" : "caller", worker ? worker : trace.callers);
    return my_lane;
}

static void put_span(const char *name, const char *category, int lane, int64_t begin, int64_t end)
{
    begin_event();
    put("{\"name\":");
    put_string(name);
    put(",\"cat\":\"%s\",\"ph\":\"X\",\"pid\":%d,\"tid\":%d,\"ts\":%lld.%03d,\"dur\":%lld.%03d", category, (int)trace.owner, lane,
        (long long)((begin - trace.began) / 1000), (int)((begin - trace.began) % 1000), (long long)((end - begin) / 1000),
        (int)((end - begin) % 1000));
}

/* What a fused node is made of. */
static void put_ops(const ir_node *n)
{
    ir_fused_step s;
    for (int i = 0; i < 32 && ir_fused_step_at(n, i, &s); i++)
        put("%s%.64s", i ? " " : ",\"ops\":\"", s.op);
    put("%s", ir_fused_step_at(n, 0, &s) ? "\"" : "");
}

static void put_event(const tf1c_trace_event *e, int lane)
{
    const ir_node *n = e->node;
    put_span(!n ? "wait" : n->def ? n->def->name : "copy", n ? "op" : "wait", lane, e->begin, e->end);
    put(",\"args\":{");
    if (n) {
        put("\"node\":");
        put_string(n->name);
        put_ops(n);
    }
    for (int i = 0; i < e->depth && i < TRACE_DEPTH; i++)
        put("%s%d", i ? "," : n ? ",\"step\":[" : "\"step\":[", e->step[i]);
    put("%s}}", e->depth ? "]" : "");
}

/* ---- events ------------------------------------------------------------------------------------------------------------------------ */

static void write_lane(const tf1c_trace_lane *l)
{
    pthread_mutex_lock(&lock);
    int lane = lane_of(l->worker);
    for (int i = 0; i < l->n; i++)
        put_event(&l->events[i], lane);
    write_out();
    pthread_mutex_unlock(&lock);
}

void tf1c_trace_flush(tf1c_trace_lane *l)
{
    if (l->written)
        write_lane(l);
    if (l->timing)
        tf1c_step_timing_add(l->timing, l);
    l->n = 0;
}

void tf1c_trace_add(tf1c_trace_lane *l, const ir_node *node, int64_t begin)
{
    tf1c_trace_event *e = &l->events[l->n++];
    *e = (tf1c_trace_event){ begin, tf1c_trace_now(), node, l->worker, l->depth, { 0 } };
    for (int i = 0; i < l->depth && i < TRACE_DEPTH; i++)
        e->step[i] = (int32_t)l->step[i];
    if (l->n == TRACE_EVENTS)
        tf1c_trace_flush(l);
}

void tf1c_trace_run(int session, int64_t begin)
{
    int64_t now = tf1c_trace_now();
    pthread_mutex_lock(&lock);
    put_span("run", "run", lane_of(0), begin, now);
    put(",\"args\":{\"run\":%d,\"session\":%d}}", ++trace.runs, session);
    write_out();
    pthread_mutex_unlock(&lock);
}

/* ---- the file ------------------------------------------------------------------------------------------------------------------------ */

static void open_file(const char *path)
{
    if (trace.file >= 0)
        close(trace.file);
    trace.file = -1;
    trace.error = 0;
    trace.told = false;
    trace.at = 0;
    trace.n = 0;
    trace.callers = trace.sessions = trace.runs = 0;
    trace.generation++;
    trace.began = tf1c_trace_now();
    snprintf(trace.path, sizeof trace.path, "%s", path);
    trace.file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (trace.file < 0) {
        fail(errno);
        return;
    }
    begin_event();
    put("{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":%d,\"tid\":0,\"args\":{\"name\":\"tf1c\"}}", (int)trace.owner);
    write_out();
}

/* The error that nobody was told of yet. */
static int untold(void)
{
    int error = trace.told ? 0 : trace.error;
    trace.told |= error != 0;
    return error;
}

static void report(int error, tf_source here)
{
    if (error)
        tf_fail(tf_os_error, here, NULL, "TF1C_TRACE cannot be written (%s): %s", strerror(error), trace.path);
}

int tf1c_trace_open(tf_source here)
{
    const char *path = getenv("TF1C_TRACE");
    int nobody = 0;
    if (!path || !*path || !(atomic_compare_exchange_strong(&trace.owner, &nobody, getpid()) || tf1c_trace_mine()))
        return 0;
    tf1c_lock_over_forks(&lock);
    pthread_mutex_lock(&lock);
    if (strncmp(path, trace.path, PATH_SIZE - 1) != 0)
        open_file(path);
    int session = trace.file >= 0 ? ++trace.sessions : 0, error = untold();
    pthread_mutex_unlock(&lock);
    report(error, here);
    return session;
}

void tf1c_trace_close(void)
{
    if (!tf1c_trace_mine())
        return;
    pthread_mutex_lock(&lock);
    int error = untold();
    pthread_mutex_unlock(&lock);
    report(error, (tf_source){ 0 });
}
