/* Training runs as TensorFlow 1.15.5 did them (the archives in tests/golden, made by the scripts beside them), replayed. */
#ifndef TF1C_TESTS_GOLDENS_H
#define TF1C_TESTS_GOLDENS_H

#include <stdint.h>

int golden_count(void);
const char *golden_name(int i);

/* The archive, and its model as the default graph. */
typedef struct golden_run golden_run;
golden_run *golden_open(int i);
/* A session of its own, from TensorFlow's initial values and batches: every step's loss and accuracy (at most so many steps),
 * after the last the variables. */
void golden_replay(const golden_run *g, const char *passes_off, int threads, int64_t most_steps);
void golden_close(golden_run *g);

#endif
