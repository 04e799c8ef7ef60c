/* What several suites share: running a suite, catching reports, shapes as text, test data, and a plain interpreter of
 * graphs that sessions are compared with. */
#ifndef TF1C_TESTS_SUPPORT_H
#define TF1C_TESTS_SUPPORT_H

#include <check.h>

#include "graph/graph.h"
#include "graph/op.h"

/* Runs all of `suite` (CK_ENV decides how much is said) and gives main's exit status. */
int run_suite(Suite *suite);

/* Says why the running test checks nothing here; tests/run counts it as skipped. */
void skipped(const char *why);

/* How many times longer tests may take here than compiled plainly: 6 and 10 under sanitizers, 40 under valgrind (tests/run). */
int slowness(void);

/* Not so under valgrind, whose long double has the digits of a double, and whose products of zeros are of other signs now and then. */
bool computes_as_the_machine(void);

/* ---- reports: while caught, nothing is printed and the first report is kept -------------------------------------- */
typedef struct {
    int count;
    tf_status code; /* of the first */
    char message[1024], op[256];
    tf_source where;
} caught_error;
void catch_errors(void);                /* from here on, on this thread */
const caught_error *caught(void);       /* since catch_errors */

/* ---- shapes: "float32[2,?];int32[3];?" ------------------------------------------------------------------------------ */
enum { MOST_SHAPES = 16 };
typedef struct {
    int n;
    tf_dtype dtypes[MOST_SHAPES]; /* the default where none is named */
    tf_dims dims[MOST_SHAPES];
} shape_list;
bool parse_shapes(const char *text, tf_dtype default_dtype, shape_list *shapes);
/* "[2,?];[]" of n tensors, dtypes written where they are not `usual` (unset: never written). */
const char *shapes_text(int n, const tf_tensor *tensors, tf_dtype usual, char *text, size_t size);

/* ---- files under tests/: TF1C_TEST_DATA names another place for installed tests ---------------------------------------- */
const char *data_path(const char *relative, char *path, size_t n);

/* A fresh folder below TMPDIR or /tmp, in `path`; and without it and what it holds. */
void make_folder(char *path, size_t n);
void remove_folder(const char *path);

/* ---- running ---------------------------------------------------------------------------------------------------------- */
typedef struct {
    int n;
    tf_tensor keys[MOST_SHAPES];
    tf_ndarray values[MOST_SHAPES];
} feed_list;
/* out[i] = value of fetches[i], owning its memory, by visiting nodes in creation order: each kernel once whole and, where
 * it has several units, once in three pieces, whose bits must be the same. tf_unimplemented for what it cannot run. */
tf_status reference_run(tf_graph *g, const feed_list *feeds, int n, const tf_tensor *fetches, tf_ndarray *out);
/* The same by a session of its own. */
tf_status session_run(tf_graph *g, const feed_list *feeds, int n, const tf_tensor *fetches, tf_ndarray *out);

/* NULL if got is want: dtype, shape, bits for integers and bools, NaN and infinities where want has them, and
 * |got - want| <= tolerance · max(|want|, 0.3); else what differs, in a static buffer. */
const char *array_difference(tf_ndarray got, tf_ndarray want, double tolerance);

#endif
