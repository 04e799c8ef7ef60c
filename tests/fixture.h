/* A session on a fresh default graph for each test, and runs in it checked against numbers. */
#ifndef TF1C_TESTS_FIXTURE_H
#define TF1C_TESTS_FIXTURE_H

#include "support.h"
#include "tf1c.h"

extern tf_session *sess;

/* Of tcase_add_checked_fixture: reports are caught, and one that the test did not expect fails it. */
void open_session(void);
void close_session(void);

/* The same with a folder that is gone afterwards; and the path of a file in it, good for four calls. */
extern char folder[128];
void open_session_and_folder(void);
void close_session_and_folder(void);
const char *in_folder(const char *name);

/* A macro's whole text would be in Check's own message. */
void must(tf_status status);

/* The first report is of that class and holds that text; it is forgotten then. */
void must_have_reported(tf_status code, const char *part);

/* What running t gives: n numbers, each within 1e-6 · max(1, |want|). */
void check_run(tf_tensor t, tf_feeds feeds, int n, const double *want);
void assert_near(const char *what, tf_ndarray got, int n, const double *want);
#define NUMBERS(...) (int)(sizeof((double[]){ __VA_ARGS__ }) / sizeof(double)), (double[]){ __VA_ARGS__ }

/* "rnn/nas_cell/kernel [3, 24]", a line each, of the trainable variables, sorted. */
void trainable_text(char *text, size_t size);
/* Element j of each variable becomes number(j). */
void set_variables(double (*number)(int64_t j));

#endif
