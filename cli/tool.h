/* What the commands of tf1c share. */
#ifndef TF1C_TOOL_H
#define TF1C_TOOL_H

#include <tf1c.h>

/* Exit codes: done; it could not be done, and why is on stderr; the command line is not understood. */
enum { DONE = 0, FAILED = 1, MISUSED = 2 };

typedef struct {
    const char *name;
    int (*run)(int argc, char **argv); /* what follows the name; gives the exit code */
    const char *about, *help;
} command;
extern const command show_command, run_command, convert_command, events_command;

/* ---- arguments: what was given for an option, or without one, in order ---- */
enum { MOST_GIVEN = 64 };
typedef struct {
    int n;
    const char *values[MOST_GIVEN];
} given;
typedef struct {
    const char *name; /* "--feed"; NULL ends the table */
    given *values;    /* NULL: it takes none */
    bool *on;
} option;
/* At most `most` values without an option go to `files`. DONE, or MISUSED after a line on stderr. */
int take_arguments(const command *c, int argc, char **argv, const option *options, given *files, int most);
const char *last_of(const given *g, const char *otherwise);

/* ---- messages ---- */
int failed(const char *format, ...) __attribute__((format(printf, 1, 2)));                    /* gives FAILED */
int misused(const command *c, const char *format, ...) __attribute__((format(printf, 2, 3))); /* gives MISUSED */
const char *grouped(int64_t n, char *text); /* "1,234,567"; text: at least 32 bytes */

/* ---- files ---- */
typedef enum { GRAPH_FILE, CHECKPOINT, NPY, NPZ, EVENTS } file_kind;
file_kind kind_of(const char *path);
bool ends_in(const char *s, const char *end);
/* A checkpoint's prefix, which may be given as one of its files or as a folder: then it is the latest there. */
const char *checkpoint_prefix(const char *path);

/* ---- graphs: imported without a scope of their own ---- */
tf_graph_def *read_graph(const char *path); /* a saved model's folder, too */
/* A saver of all variables of the default graph; NULL after a report, or where there are none. */
tf_saver *saver_of_all(void);
tf_tensor tensor_named(const char *name);   /* "x" or "x:0"; poisoned after a report */
const char *signature(tf_tensor t, char *text, size_t n); /* "float32[?,28]" */

#endif
