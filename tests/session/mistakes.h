/* Suites of mistakes: each row makes one, and every row is made under the default handler, tf_silent and a handler of the
 * user's. */
#ifndef TF1C_TESTS_MISTAKES_H
#define TF1C_TESTS_MISTAKES_H

#include "fixture.h"

typedef struct {
    const char *name;
    tf_tensor (*make)(void); /* a poisoned tensor of a mistake while building, none of one in a run or a call */
    tf_status code;
    const char *message; /* one that ends in … is compared up to there */
} row;
#define ROW(fn, code, message) { #fn, fn, code, message }

/* What a row finds, fresh for each, beside the session. */
extern tf_graph *graph;
extern tf_tensor x, y, z; /* placeholders of unknown shape, of (?, 3), and an int32 of unknown shape */
extern float number;      /* what refused runs fetch into */
extern tf_ndarray array;
extern const tf_tensor none;
tf_tensor of_another_graph(void);

/* What it leaves: the line to be blamed, 0 if there is none, and whether a run into `array` was refused. */
extern const char *file;
extern int line;
extern bool ran;
#define AT(...) (file = __FILE__, line = __LINE__, __VA_ARGS__)

/* Runs that fail fetch `t` twice, and must leave NaN. */
#define RUN(t, ...) AT(ran = true, tf_run(sess, FETCH(t, &array), FEED(__VA_ARGS__)))
#define TEST_ROW(name) static tf_tensor name(void)

void begin(void);
void end(void);
void assert_all_else_runs(void); /* what is right goes on: in the same session, beside the mistake */

/* Runs a suite of rows, and after them a case of its own, unless that is NULL; main's exit status. */
int run_mistakes(const char *name, const row *rows, int n, TCase *more);

#endif
