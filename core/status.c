/* Reports: made on the failing call's stack, kept as the thread's last error. No memory is asked for on the way. */
#include "core/report.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unwind.h>

enum { MESSAGE_SIZE = 2048, OP_SIZE = 256, FILE_SIZE = 256 };
enum { REPORT_SIZE = MESSAGE_SIZE + OP_SIZE + 2 * FILE_SIZE + 160 };

/* An error together with the strings it points to. */
typedef struct {
    tf_error error;
    char message[MESSAGE_SIZE], op[OP_SIZE], file[FILE_SIZE], run_file[FILE_SIZE];
} report;

_Thread_local tf_source tf1c_blamed;

static _Thread_local tf_error_handler *thread_handler; /* NULL: tf_report */
static _Thread_local report last;
static _Thread_local int holds; /* open tf1c_hold_reports */
static _Thread_local bool held; /* `last` has not been handed over yet */

const char *tf_status_name(tf_status code)
{
    switch (code) {
#define NAME_CASE(number, id, text) \
    case id: return text;
        TF_STATUS_LIST(NAME_CASE)
#undef NAME_CASE
    }
    return "UnknownError";
}

/* Ends a text that did not fit with "...", not inside a UTF-8 sequence. */
static void mark_cut(char *text, size_t size)
{
    size_t end = size - 4;

    while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80)
        end--;
    memcpy(text + end, "...", 4);
}

static void copy_text(char *to, size_t size, const char *from)
{
    if ((size_t)snprintf(to, size, "%s", from) >= size)
        mark_cut(to, size);
}

/* A path that does not fit keeps its end, which holds the file's name. */
static void copy_path(char *to, size_t size, const char *from)
{
    size_t length = strlen(from);

    if (length < size)
        memcpy(to, from, length + 1);
    else
        snprintf(to, size, "...%s", from + length - (size - 4));
}

/* Points the error at the report's own strings; NULL stays NULL. */
static void tie_strings(report *r)
{
    r->error.message = r->message;
    r->error.op = r->error.op ? r->op : NULL;
    r->error.where.file = r->error.where.file ? r->file : NULL;
    r->error.run.file = r->error.run.file ? r->run_file : NULL;
}

/* ---- handlers that jump ---------------------------------------------------------------------------------------- */

/* The calls that are under way, as addresses of frames and places of code, the outermost last. */
enum { MOST_FRAMES = 48 };
#ifdef __thumb__
enum { THUMB = 1 }; /* in the address of a function, not of its code */
#else
enum { THUMB = 0 };
#endif
#ifdef __ARM_EABI_UNWINDER__ /* _Unwind_GetCFA holds there while an exception unwinds, not in a backtrace */
#define FRAME(c) _Unwind_GetGR(c, 13)
#else
#define FRAME(c) _Unwind_GetCFA(c)
#endif
typedef struct {
    const void *frame[MOST_FRAMES], *place[MOST_FRAMES];
    int n;
    bool in_handler;
} call_chain;

static _Thread_local call_chain failing; /* of the call whose handler has not returned */
static _Thread_local bool handling;
static _Thread_local const void *landed; /* after a jump, until it is asked for */

static void hand_over(const tf_error *error);

static _Unwind_Reason_Code note_frame(struct _Unwind_Context *c, void *arg)
{
    call_chain *chain = arg;
    if (_Unwind_GetRegionStart(c) == ((uintptr_t)hand_over & ~(uintptr_t)THUMB))
        chain->in_handler = true;
    if (chain->n == MOST_FRAMES) { /* the inner ones go */
        memmove(chain->frame, chain->frame + 1, (MOST_FRAMES - 1) * sizeof *chain->frame);
        memmove(chain->place, chain->place + 1, (MOST_FRAMES - 1) * sizeof *chain->place);
        chain->n--;
    }
    chain->frame[chain->n] = (const void *)FRAME(c);
    chain->place[chain->n++] = (const void *)_Unwind_GetIP(c);
    return _URC_NO_REASON;
}

static void note_calls(call_chain *chain)
{
    chain->n = 0;
    chain->in_handler = false;
    _Unwind_Backtrace(note_frame, chain);
}

/* Ready handlers return, or end the process. */
static bool may_jump(tf_error_handler *handler)
{
    return handler && handler != tf_report && handler != tf_silent && handler != tf_exit;
}

__attribute__((noinline)) static void hand_over(const tf_error *error)
{
    if (!may_jump(thread_handler)) {
        (thread_handler ? thread_handler : tf_report)(error);
        return;
    }
    const bool outer = handling;
    if (!outer)
        note_calls(&failing);
    handling = true;
    thread_handler(error);
    handling = outer;
}

/* From the outside in, calls that are the same as then have not been left; the first that differs is where it landed. Every call
 * of this file looks, as the function that was jumped into may make one such and return. */
static void notice_jump(void)
{
    call_chain now;
    if (!handling)
        return;
    note_calls(&now);
    if (now.in_handler || !now.n)
        return;
    handling = false;
    tf1c_blamed = (tf_source){ 0 };
    int same = 0;
    while (same < now.n && same < failing.n && now.frame[now.n - 1 - same] == failing.frame[failing.n - 1 - same] &&
           now.place[now.n - 1 - same] == failing.place[failing.n - 1 - same])
        same++;
    const void *here = same ? now.frame[now.n - same] : (const void *)UINTPTR_MAX;
    if (!landed || (uintptr_t)here > (uintptr_t)landed) /* of two the one further out */
        landed = here;
}

const void *tf1c_handler_jumped(void)
{
    notice_jump();
    const void *frame = landed;
    landed = NULL;
    return frame;
}

tf_error_handler *tf_on_error(tf_error_handler *handler)
{
    notice_jump();
    tf_error_handler *before = thread_handler ? thread_handler : tf_report;

    thread_handler = handler;
    return before;
}

/* The report is complete before `last` changes: the arguments may be strings of the last error itself. The handler
 * gets the copy on this stack, so that a call failing inside it cannot change what it reads. */
tf_status tf_fail(tf_status code, tf_source where, const char *op, const char *format, ...)
{
    report r;
    va_list args;
    int length;

    if (code == tf_ok)
        return tf_ok;
    notice_jump();
    if (!where.file)
        where = tf1c_blamed;
    r.error = (tf_error){ .code = code, .class_name = tf_status_name(code), .op = op, .where = where };
    va_start(args, format);
    length = vsnprintf(r.message, sizeof r.message, format ? format : "(null)", args);
    va_end(args);
    if (length < 0)
        copy_text(r.message, sizeof r.message, format ? format : "");
    else if ((size_t)length >= sizeof r.message)
        mark_cut(r.message, sizeof r.message);
    copy_text(r.op, sizeof r.op, op ? op : "");
    copy_path(r.file, sizeof r.file, where.file ? where.file : "");
    tie_strings(&r);
    if (held)
        return code; /* the first cause counts */
    last = r;
    tie_strings(&last);
    held = holds > 0;
    if (!held)
        hand_over(&r.error);
    return code;
}

void tf1c_hold_reports(void) { holds++; }

/* The line of what has none, and the run's line of what has another; a run within a run is the one that failed. */
static void say_where(tf_source here)
{
    if (!last.error.where.file) {
        last.error.where = here;
        copy_path(last.file, sizeof last.file, here.file);
    } else if (!last.error.run.file && (last.error.where.line != here.line || strcmp(last.error.where.file, here.file) != 0)) {
        last.error.run = here;
        copy_path(last.run_file, sizeof last.run_file, here.file);
    }
    tie_strings(&last);
}

void tf1c_release_reports(tf_source here)
{
    report r;

    holds--;
    if (held && here.file)
        say_where(here);
    if (holds > 0 || !held)
        return;
    held = false;
    r = last;
    tie_strings(&r);
    hand_over(&r.error);
}

bool tf1c_held(void)
{
    tf1c_hold_reports();
    return true;
}

void tf1c_release_held(bool *held)
{
    (void)held;
    tf1c_release_reports((tf_source){ 0 });
}

tf1c_aside tf1c_reports_aside(void)
{
    const tf1c_aside before = { holds, held };
    holds = 1;
    held = false;
    return before;
}

void tf1c_reports_again(tf1c_aside before)
{
    holds = before.holds;
    held = before.held;
}

bool tf1c_reports_are_silent(void) { return thread_handler == tf_silent; }

const tf_error *tf_last_error(void)
{
    notice_jump();
    if (last.error.code == tf_ok)
        tf_clear_error();
    return &last.error;
}

void tf_clear_error(void)
{
    last.error = (tf_error){ .code = tf_ok, .class_name = tf_status_name(tf_ok), .message = last.message };
    last.message[0] = '\0';
}

/* ---- whose line it is ---------------------------------------------------------------------------------------- */

tf_from tf_from_open(tf_source here)
{
    tf_from f = { tf1c_blamed, true };
    if (!tf1c_blamed.file)
        tf1c_blamed = here;
    return f;
}

tf_from tf1c_by_user(void)
{
    tf_from f = { tf1c_blamed, true };
    tf1c_blamed = (tf_source){ 0 };
    return f;
}

void tf_from_close(tf_from *f)
{
    if (!f)
        return;
    if (f->set)
        tf1c_blamed = f->saved;
    f->set = false;
}

/* ---- the ready handlers ------------------------------------------------------------------------------------- */

/* One write, so that reports of several threads do not mix. */
void tf_report(const tf_error *error)
{
    char text[REPORT_SIZE], op[OP_SIZE + 8] = "", place[FILE_SIZE + 32] = "", run[FILE_SIZE + 40] = "";
    if (!error)
        return;
    const char *gap = error->op || error->where.file ? "\n  " : "";

    if (error->op)
        snprintf(op, sizeof op, "op '%s'", error->op);
    if (error->where.file)
        snprintf(place, sizeof place, "%s(%s:%d)", error->op ? " " : "", error->where.file, error->where.line);
    if (error->run.file)
        snprintf(run, sizeof run, ", in the run at %s:%d", error->run.file, error->run.line);
    snprintf(text, sizeof text, "%s: %s%s%s%s%s\n", error->class_name, error->message, gap, op, place, run);
    fputs(text, stderr);
}

void tf_exit(const tf_error *error)
{
    tf_report(error);
    exit(1);
}

void tf_silent(const tf_error *error) { (void)error; }
