/* The list of a plan's stages: an explanation says what it says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/plan/pipeline.h"
#include "session/tf1c.h"
#include "tests/support.h"

static tf_tensor step(tf_tensor h, tf_tensor x, void *w) { return tf_tanh(tf_add(tf_matmul(x, *(tf_tensor *)w), h)); }

/* Of a small model with a loop; the caller frees it. */
static char *explanation(void)
{
    static float zeros[3 * 2 * 4];
    unsetenv("TF1C_PASSES_OFF");
    tf_reset_default_graph();
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(3, 2, 4), .name = "x"), w = tf_variable(tf_ones(SHAPE(4, 5)), .name = "w");
    tf_tensor h = tf_scan(step, x, .initializer = tf_zeros(SHAPE(2, 5)), .context = &w);
    tf_session *s = tf_session();
    char *text = tf_session_explain(s, FETCH(h, NULL), FEED(x, np_array(zeros, tf_float32, SHAPE(3, 2, 4))));
    tf_close(s);
    ck_assert_ptr_nonnull(text);
    return text;
}

START_TEST(an_explanation_tells_every_stage_in_order)
{
    char *text = explanation(), line[1024];
    const char *at = text;
    for (int i = 0; ir_stage_at(i); i++) {
        const ir_stage *stage = ir_stage_at(i);
        snprintf(line, sizeof line, "\n== %s: ", stage->section ? stage->section : stage->name);
        const char *head = strstr(stage->section ? text : at, line);
        ck_assert_msg(head != NULL, "no %s in\n%s", line, at);
        snprintf(line, sizeof line, "\n(%s)\n", stage->does);
        const char *says = strstr(head, line), *next = strstr(head + 1, "\n\n== ");
        ck_assert_msg(says && (!next || says < next), "%s does not say %s", stage->name, line);
        at = stage->section ? at : says;
    }
    free(text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("stages");
    TCase *c = tcase_create("stages");
    tcase_add_test(c, an_explanation_tells_every_stage_in_order);
    suite_add_tcase(s, c);
    return run_suite(s);
}
