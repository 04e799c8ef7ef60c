#include "core/logging.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int verbosity = tf_logging_WARN;
static _Atomic(tf_logging_handler *) taken_by;

void tf_logging_set_verbosity(tf_logging_level level) { verbosity = (int)level; }
tf_logging_level tf_logging_get_verbosity(void) { return (tf_logging_level)verbosity; }

static const char *name_of(tf_logging_level level)
{
    return level >= tf_logging_FATAL   ? "FATAL"
           : level >= tf_logging_ERROR ? "ERROR"
           : level >= tf_logging_WARN  ? "WARNING"
           : level >= tf_logging_INFO  ? "INFO"
                                       : "DEBUG";
}

/* One write, so that messages of several threads do not mix. */
static void write_to_stderr(tf_logging_level level, const char *message)
{
    char line[2200];
    snprintf(line, sizeof line, "%s:tensorflow:%s\n", name_of(level), message);
    fputs(line, stderr);
}

void tf_logging_log(tf_logging_level level, const char *format, ...)
{
    char message[2048];
    va_list args;
    if ((int)level < verbosity || !format)
        return;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    tf_logging_handler *handler = taken_by;
    (handler ? handler : write_to_stderr)(level, message);
}

tf_logging_handler *tf_on_logging(tf_logging_handler *handler)
{
    tf_logging_handler *before = atomic_exchange(&taken_by, handler);
    return before ? before : write_to_stderr;
}
