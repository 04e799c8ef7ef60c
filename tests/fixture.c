#include "fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

tf_session *sess;

void open_session(void)
{
    catch_errors();
    tf_reset_default_graph();
    sess = tf_session();
}

void close_session(void)
{
    tf_close(sess);
    tf_reset_default_graph();
    ck_assert_msg(caught()->count == 0, "a report nobody asked for: %s", caught()->message);
}

char folder[128];

void open_session_and_folder(void)
{
    make_folder(folder, sizeof folder);
    open_session();
}

void close_session_and_folder(void)
{
    close_session();
    remove_folder(folder);
}

const char *in_folder(const char *name)
{
    static char paths[4][256];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", folder, name);
    return paths[turn];
}

void must(tf_status status)
{
    ck_assert_msg(status == tf_ok, "%s: %s (%s)", tf_status_name(status), caught()->message, caught()->op);
}

void must_have_reported(tf_status code, const char *part)
{
    ck_assert_msg(caught()->code == code && strstr(caught()->message, part), "%s: %s", tf_status_name(caught()->code),
                  caught()->message);
    catch_errors();
}

void assert_near(const char *what, tf_ndarray got, int n, const double *want)
{
    ck_assert_msg(np_size(got) == n, "%s has %lld elements instead of %d", what, (long long)np_size(got), n);
    for (int i = 0; i < n; i++)
        ck_assert_msg(fabs(np_get(got, i) - want[i]) <= 1e-6 * fmax(1, fabs(want[i])), "%s[%d] is %.9g instead of %.9g", what, i,
                      np_get(got, i), want[i]);
}

void check_run(tf_tensor t, tf_feeds feeds, int n, const double *want)
{
    tf_ndarray a = { 0 };
    must(tf_run(sess, FETCH(t, &a), feeds));
    assert_near(tf_op_name(t.op), a, n, want);
    np_free(&a);
}

/* ---- variables ------------------------------------------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

void trainable_text(char *text, size_t size)
{
    enum { MOST = 40 };
    static char lines[MOST][160];
    char *sorted[MOST];
    const tf_list all = tf_trainable_variables();
    ck_assert_int_le(all.n, MOST);
    for (int i = 0; i < all.n; i++) {
        const tf_dims d = tf_get_shape(all.items[i]);
        int n = snprintf(lines[i], sizeof lines[i], "%s [", tf_op_name(all.items[i].op));
        for (int j = 0; j < d.rank; j++)
            n += snprintf(lines[i] + n, sizeof lines[i] - (size_t)n, "%s%lld", j ? ", " : "", (long long)d.dims[j]);
        snprintf(lines[i] + n, sizeof lines[i] - (size_t)n, "]");
        sorted[i] = lines[i];
    }
    qsort(sorted, (size_t)all.n, sizeof *sorted, by_text);
    *text = 0;
    for (int i = 0; i < all.n; i++)
        snprintf(text + strlen(text), size - strlen(text), "%s%s", i ? "\n" : "", sorted[i]);
}

void set_variables(double (*number)(int64_t j))
{
    const tf_list all = tf_global_variables();
    for (int i = 0; i < all.n; i++) {
        tf_ndarray value = np_zeros(tf_get_shape(all.items[i]), tf_float32);
        for (int64_t j = 0; j < np_size(value); j++)
            ((float *)value.data)[j] = (float)number(j);
        must(tf_load(all.items[i], value, sess));
        np_free(&value);
    }
}
