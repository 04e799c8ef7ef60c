#include "tests/given.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void give(given *g, tf_tensor t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ck_assert(g->n < MOST_GIVEN);
    vsnprintf(g->names[g->n], sizeof g->names[0], format, args);
    g->tensors[g->n++] = t;
    va_end(args);
}

void give_state(given *g, tf_state *state)
{
    const tf_list leaves = tf_state_flatten(state);
    for (int i = 0; i < leaves.n; i++)
        give(g, leaves.items[i], "state%d", i);
}

static double wave(int64_t j) { return 1.5 * sin(0.7 * (double)(j * j)); }

void check_array(np_npz *npz, const char *case_name, const char *what, tf_ndarray got, double tolerance)
{
    char key[320];
    snprintf(key, sizeof key, "%s/%s", case_name, what);
    if (!np_npz_has(npz, key)) { /* TensorFlow says None where the way goes through an argmax; a loop's zeros say the same */
        ck_assert_msg(what[0] == 'd' && what[1] == '/', "%s is not in the archive", key);
        for (int64_t i = 0; i < np_size(got); i++)
            ck_assert_msg(np_get(got, i) == 0, "%s is not zero", key);
        return;
    }
    tf_ndarray want = np_npz_get(npz, key);
    const char *difference = array_difference(got, want, tolerance);
    ck_assert_msg(!difference, "%s: %s", key, difference);
    np_free(&want);
}

static void check_variables(np_npz *npz, const char *name)
{
    char key[320], text[4096];
    snprintf(key, sizeof key, "%s/variables", name);
    tf_ndarray want = np_npz_get(npz, key);
    trainable_text(text, sizeof text);
    ck_assert_msg((size_t)np_size(want) == strlen(text) && memcmp(want.data, text, strlen(text)) == 0,
                  "%s: variables are\n%s\nand not\n%.*s", name, text, (int)np_size(want), (char *)want.data);
    np_free(&want);
    must(tf_run(sess, tf_global_variables_initializer()));
    const tf_list all = tf_global_variables();
    for (int i = 0; i < all.n; i++) {
        tf_ndarray got = { 0 };
        must(tf_run(sess, FETCH(all.items[i], &got)));
        snprintf(key, sizeof key, "initial/%s", tf_op_name(all.items[i].op));
        check_array(npz, name, key, got, 1e-6);
        np_free(&got);
    }
}

static void give_gradients(given *g, tf_tensor loss, tf_tensor x)
{
    tf_list all = { 0 };
    for (int i = 0; i < tf_trainable_variables().n; i++)
        tf_append(&all, tf_at(tf_trainable_variables(), i));
    tf_append(&all, x);
    give(g, loss, "loss");
    const tf_list d = tf_gradients(loss, all);
    for (int i = 0; i < all.n; i++)
        if (!tf_is_none(tf_at(d, i)))
            give(g, tf_convert_to_tensor(tf_at(d, i)), "d/%s", i == all.n - 1 ? "x" : tf_op_name(all.items[i].op));
}

void check_case(const given_case *c, const char *archive, tf_tensor x, tf_feeds feeds)
{
    char path[512];
    static given g;
    np_npz *npz = np_npz_open(data_path(archive, path, sizeof path));
    g.n = 0;
    const tf_tensor loss = c->make(&g);
    if (!tf_is_none(loss))
        give_gradients(&g, loss, x);
    check_variables(npz, c->name);
    set_variables(wave);
    tf_ndarray got[MOST_GIVEN] = { { 0 } };
    tf_fetches fetches = { 0 };
    for (int i = 0; i < g.n; i++)
        tf_fetch_add(&fetches, g.tensors[i], &got[i]);
    must(tf_run(sess, fetches, feeds));
    for (int i = 0; i < g.n; i++) {
        check_array(npz, c->name, g.names[i], got[i], strncmp(g.names[i], "d/", 2) == 0 ? 4e-4 : 4e-5); /* gradients are of tens */
        np_free(&got[i]);
    }
    tf_fetches_free(&fetches);
    np_npz_close(npz);
}
