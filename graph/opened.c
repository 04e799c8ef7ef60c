/* What is open on each thread: scopes, control dependencies, devices, graphs and bodies, the innermost first. What is open keeps its
 * graph, so that a graph may be reset or freed meanwhile. Closing one closes what was opened inside it and left by a jump; and a
 * handler that jumped out of a failing call is found out by the next call: what was open where it came from is closed then. */
#include <pthread.h>

#include "core/report.h"
#include "graph/node.h"

typedef struct opened {
    struct opened *outer;
    struct tf_with_ with;
    const char *frame; /* of the function that opened it */
} opened;

static _Thread_local opened *innermost;
static _Thread_local long last_id;
static _Thread_local const char *next_frame;
static pthread_key_t at_thread_exit;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void close_innermost(void)
{
    opened *o = innermost;
    innermost = o->outer;
    o->with.close(&o->with);
    if (o->with.graph)
        tf1c_graph_let_go(o->with.graph);
    tf1c_free(o);
}

static void close_all(void *any)
{
    (void)any;
    while (innermost)
        close_innermost();
}
static void make_key(void) { pthread_key_create(&at_thread_exit, close_all); }
__attribute__((destructor)) static void close_all_of_main(void) { close_all(NULL); }

void tf_with_in_(const void *frame) { next_frame = frame; }

struct tf_with_ tf1c_opened(struct tf_with_ with)
{
    opened *o = tf1c_alloc(sizeof *o);
    const char *frame = next_frame ? next_frame : __builtin_frame_address(0);
    next_frame = NULL;
    if (!o) /* it closes in turn all the same */
        return with;
    pthread_once(&once, make_key);
    pthread_setspecific(at_thread_exit, o);
    with.id = ++last_id;
    *o = (opened){ innermost, with, frame };
    if (with.graph)
        tf1c_graph_hold(with.graph);
    innermost = o;
    return with;
}

static bool is_open(long id)
{
    for (const opened *o = innermost; o; o = o->outer)
        if (o->with.id == id)
            return true;
    return false;
}

void tf_with_close_(struct tf_with_ *w)
{
    if (!w || !w->open)
        return;
    w->open = 0;
    if (!w->id) {
        if (w->close)
            w->close(w);
        return;
    }
    if (!is_open(w->id)) {
        tf_fail(
            tf_runtime_error, tf1c_source((tf_source){ 0 }), NULL,
            "A tf_with_… block ends that was closed when a handler jumped out of a call: let handlers jump to outside of the blocks.");
        return;
    }
    while (innermost->with.id != w->id)
        close_innermost();
    close_innermost();
}

bool tf1c_is_inside(void (*close)(struct tf_with_ *w), const tf_graph *g)
{
    for (const opened *o = innermost; o; o = o->outer)
        if (o->with.close == close && o->with.graph == g)
            return true;
    return false;
}

void tf1c_called_from(const void *frame)
{
    if (innermost)
        innermost->frame = frame;
}

/* The stack grows downwards: what the landing function, or one that it called, has opened lies below its caller's frame. */
void tf1c_close_jumped(void)
{
    const char *landed = tf1c_handler_jumped();
    if (!landed)
        return;
    while (innermost && innermost->frame < landed)
        close_innermost();
    if (!innermost)
        tf1c_at_top_level();
}
