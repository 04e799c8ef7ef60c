/* Cases of an archive that golden/asking.py wrote: tensors by the names that they have in it. */
#ifndef TF1C_TESTS_GIVEN_H
#define TF1C_TESTS_GIVEN_H

#include "tests/fixture.h"
#include "tf1c.h"

enum { MOST_GIVEN = 40 };
typedef struct {
    int n;
    char names[MOST_GIVEN][200];
    tf_tensor tensors[MOST_GIVEN];
} given;
typedef struct {
    const char *name;
    tf_tensor (*make)(given *g); /* its loss, or none */
} given_case;
/* One that has its function's name. */
#define GIVEN_CASE(name) \
    {                    \
#name, name      \
    }

void give(given *g, tf_tensor t, const char *format, ...) __attribute__((format(printf, 3, 4)));
void give_state(given *g, tf_state *state); /* its tensors: state0, … */
void check_array(np_npz *npz, const char *case_name, const char *what, tf_ndarray got, double tolerance);
/* The case's tensors, the gradients of its loss to all variables and to x, its variables and what they begin with. */
void check_case(const given_case *c, const char *archive, tf_tensor x, tf_feeds feeds);

#endif
