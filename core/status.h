/* Errors: what a call returns, what a report holds, and who is told.
 *
 * Every call that can fail returns a status (0 is success) or something safe to go on with, and makes one report.
 * A report goes to the calling thread's handler and stays as its last error. The default handler writes the report
 * to stderr and returns: the library never ends the process on its own account. */
#ifndef TF1C_CORE_STATUS_H
#define TF1C_CORE_STATUS_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) && !defined(TF1C_API)
#define TF1C_API __attribute__((visibility("default")))
#elif !defined(TF1C_API)
#define TF1C_API
#endif

/* Error classes: code, and the name of TensorFlow's or Python's class. Codes 1 to 16 are TensorFlow's own
 * (core/lib/core/error_codes.proto); Python's exceptions follow. */
#define TF_STATUS_LIST(X)                                 \
    X(0, tf_ok, "OK")                                     \
    X(1, tf_cancelled, "CancelledError")                  \
    X(2, tf_unknown, "UnknownError")                      \
    X(3, tf_invalid_argument, "InvalidArgumentError")     \
    X(5, tf_not_found, "NotFoundError")                   \
    X(6, tf_already_exists, "AlreadyExistsError")         \
    X(8, tf_resource_exhausted, "ResourceExhaustedError") \
    X(9, tf_failed_precondition, "FailedPreconditionError") \
    X(11, tf_out_of_range, "OutOfRangeError")             \
    X(12, tf_unimplemented, "UnimplementedError")         \
    X(13, tf_internal, "InternalError")                   \
    X(15, tf_data_loss, "DataLossError")                  \
    X(32, tf_value_error, "ValueError")                   \
    X(33, tf_type_error, "TypeError")                     \
    X(34, tf_runtime_error, "RuntimeError")               \
    X(35, tf_lookup_error, "LookupError")                 \
    X(36, tf_key_error, "KeyError")                       \
    X(37, tf_memory_error, "MemoryError")                 \
    X(38, tf_os_error, "OSError")

typedef enum tf_status {
#define TF_STATUS_ENUM_(code, id, text) id = code,
    TF_STATUS_LIST(TF_STATUS_ENUM_)
#undef TF_STATUS_ENUM_
} tf_status;

/* The user's line. Macros fill it in; a zero source means the library's own doing. */
typedef struct tf_source {
    const char *file;
    int line;
} tf_source;

#define TF_SOURCE ((tf_source){ __FILE__, __LINE__ })

typedef struct tf_error {
    tf_status code;
    const char *class_name; /* "ValueError" */
    const char *message;    /* TensorFlow's wording, without class and place */
    const char *op;         /* the operation's name, or NULL */
    tf_source where;        /* the user's line; file is NULL where none is known */
    tf_source run;          /* of what a run met at an operation made at `where`: the run's line; else file is NULL */
} tf_error;

/* A handler gets the report while the failing call is still on the stack; the strings live until it returns. A call that
 * fails inside the handler reports to the thread's handler again. */
typedef void tf_error_handler(const tf_error *error);

/* Sets the calling thread's handler and returns the one before; NULL restores the default. */
TF1C_API tf_error_handler *tf_on_error(tf_error_handler *handler);

/* Three ready handlers: write the report to stderr (the default); the same, then exit(1), as an uncaught Python
 * exception would; say nothing (for callers that read tf_last_error). */
TF1C_API void tf_report(const tf_error *error);
TF1C_API void tf_exit(const tf_error *error);
TF1C_API void tf_silent(const tf_error *error);

/* The calling thread's last report (code tf_ok and an empty message if there was none); valid until the next one. */
TF1C_API const tf_error *tf_last_error(void);
TF1C_API void tf_clear_error(void);

/* "ValueError" for tf_value_error; "UnknownError" for a number outside the list. */
TF1C_API const char *tf_status_name(tf_status code);

/* Makes a report for the calling thread and returns `code`; `op` may be NULL. Texts are copied (a message of more than
 * 2047 bytes is cut) and may be those of the last error; no memory is asked for. For ops and kits written by users. */
TF1C_API tf_status tf_fail(tf_status code, tf_source where, const char *op, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* While open, nodes made by library code carry the user's line that called it (the outermost wins). */
typedef struct tf_from {
    tf_source saved;
    bool set;
} tf_from;
TF1C_API tf_from tf_from_open(tf_source here);
TF1C_API void tf_from_close(tf_from *f);
#define TF_FROM(here) tf_from tf_from_scope_ __attribute__((cleanup(tf_from_close), unused)) = tf_from_open(here)
/* The same around one call that takes no line itself. */
#define TF_AT_(...)              \
    __extension__({              \
        TF_FROM(TF_SOURCE);      \
        __VA_ARGS__;             \
    })

#ifdef __cplusplus
}
#endif
#endif
