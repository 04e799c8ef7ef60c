/* A program's messages, with levels: TF1's tf.logging. The library itself logs nothing. */
#ifndef TF1C_CORE_LOGGING_H
#define TF1C_CORE_LOGGING_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Messages below the verbosity are dropped; at first it is tf_logging_WARN, as in TF. */
typedef enum tf_logging_level {
    tf_logging_DEBUG = 10,
    tf_logging_INFO = 20,
    tf_logging_WARN = 30,
    tf_logging_ERROR = 40,
    tf_logging_FATAL = 50
} tf_logging_level;
TF1C_API void tf_logging_set_verbosity(tf_logging_level level);
TF1C_API tf_logging_level tf_logging_get_verbosity(void);

/* tf_logging_info("step %d", step): "INFO:tensorflow:step 7", to stderr unless a handler of the program's takes it. None of them ends
 * the program. */
#define tf_logging_debug(...) tf_logging_log(tf_logging_DEBUG, __VA_ARGS__)
#define tf_logging_info(...) tf_logging_log(tf_logging_INFO, __VA_ARGS__)
#define tf_logging_warn(...) tf_logging_log(tf_logging_WARN, __VA_ARGS__)
#define tf_logging_warning(...) tf_logging_log(tf_logging_WARN, __VA_ARGS__)
#define tf_logging_error(...) tf_logging_log(tf_logging_ERROR, __VA_ARGS__)
#define tf_logging_fatal(...) tf_logging_log(tf_logging_FATAL, __VA_ARGS__)
TF1C_API void tf_logging_log(tf_logging_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* For all threads; gives the one before. NULL restores the default, which writes to stderr. The message lives until it returns. */
typedef void tf_logging_handler(tf_logging_level level, const char *message);
TF1C_API tf_logging_handler *tf_on_logging(tf_logging_handler *handler);

#ifdef __cplusplus
}
#endif
#endif
