/* Whole training runs against TensorFlow 1.15.5's: from its initial values and batches, every step's loss and accuracy, and the
 * variables at the end. */
#include <check.h>

#include "tests/goldens.h"
#include "tests/support.h"

START_TEST(a_training_run_is_tensorflows)
{
    golden_run *g = golden_open(_i);
    golden_replay(g, NULL, 1 + _i % 2, INT64_MAX);
    golden_close(g);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("training");
    TCase *cases = tcase_create("trajectories");
    tcase_set_timeout(cases, 240);
    tcase_add_loop_test(cases, a_training_run_is_tensorflows, 0, golden_count());
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
