/* tf1c run: a graph's answer to what is fed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tool.h"

typedef struct {
    given files, feeds, fetches, checkpoint, out, repeat;
} arguments;

static double milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

/* ---- feeding -------------------------------------------------------------------------------------------------------------------- */

/* "x=file.npy", "x=file.npz:key", "x=0.5", "s=text" where the tensor is of strings. */
static int feed(const char *text, tf_feeds *feeds, tf_ndarray *loaded)
{
    char name[1024], *end;
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || (size_t)(equals - text) >= sizeof name)
        return misused(&run_command, "--feed wants NAME=VALUE, got '%s'", text);
    snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    const char *value = equals + 1;
    const tf_tensor t = tensor_named(name);
    if (tf_is_poisoned(t))
        return FAILED;
    if (tf_get_dtype(t) == tf_string)
        return tf_feed_set(feeds, t, value) ? FAILED : DONE;
    const double number = strtod(value, &end);
    if (end != value && !*end)
        return tf_feed_set(feeds, t, number) ? FAILED : DONE;
    *loaded = np_load(value);
    return loaded->data && !tf_feed_set(feeds, t, *loaded) ? DONE : FAILED;
}

/* ---- the graph ------------------------------------------------------------------------------------------------------------------ */

/* The nodes that are fetched and fed, without output numbers, up to a NULL. */
static void list_names(const arguments *a, char (*names)[1024], const char **list)
{
    const given *all[] = { &a->fetches, &a->feeds };
    int n = 0;
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < all[k]->n; i++, n++) {
            const char *name = all[k]->values[i];
            snprintf(names[n], sizeof *names, "%.*s", (int)strcspn(name, ":="), name);
            list[n] = names[n];
        }
    list[n] = NULL;
}

/* What is fetched and fed, and what that is made of. */
static int import(const arguments *a)
{
    static char names[2 * MOST_GIVEN][1024];
    const char *list[2 * MOST_GIVEN + 1];
    list_names(a, names, list);
    tf_graph_def *def = read_graph(a->files.values[0]);
    tf_graph_def *part = def ? tf_graph_util_extract_sub_graph(def, list) : NULL;
    tf_clear_error();
    if (part)
        tf_import_graph_def(part, .name = "");
    const int code = part && !tf_last_error()->code ? DONE : FAILED;
    tf_graph_def_free(part);
    tf_graph_def_free(def);
    return code;
}

static int restore(tf_session *sess, const char *path)
{
    tf_saver *saver = path ? saver_of_all() : NULL;
    return !saver || !tf_restore(saver, sess, checkpoint_prefix(path)) ? DONE : FAILED;
}

/* ---- results -------------------------------------------------------------------------------------------------------------------- */

static int write_results(const arguments *a, const tf_ndarray *values)
{
    const char *path = last_of(&a->out, "");
    if (!ends_in(path, ".npz") && a->fetches.n == 1)
        return np_save(path, values[0]) ? FAILED : DONE;
    if (!ends_in(path, ".npz"))
        return failed("%d arrays go into an .npz, not into %s", a->fetches.n, path);
    return np_savez(path, a->fetches.n, a->fetches.values, values) ? FAILED : DONE;
}

static void print_results(const arguments *a, const tf_ndarray *values)
{
    char text[1 << 14], dims[TF_DIMS_TEXT];
    for (int i = 0; i < a->fetches.n; i++)
        printf("%s %s%s\n%s\n", a->fetches.values[i], tf_dtype_name(values[i].dtype),
               tf_dims_kernel_text(values[i].shape, dims, sizeof dims), np_text(values[i], text, sizeof text));
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The first run compiles: it stands alone. */
static int run_often(tf_session *sess, tf_fetches fetches, tf_feeds feeds, int times)
{
    double *took = calloc((size_t)times, sizeof *took);
    tf_status status = took ? tf_ok : tf_memory_error;
    for (int i = 0; i < times && !status; i++) {
        const double began = milliseconds();
        status = tf_run(sess, fetches, feeds);
        took[i] = milliseconds() - began;
    }
    if (!status && times > 1) {
        const double first = took[0];
        qsort(took + 1, (size_t)times - 1, sizeof *took, ascending);
        printf("first run %.3f ms; %d more: least %.3f ms, median %.3f ms\n", first, times - 1, took[1], took[1 + (times - 1) / 2]);
    }
    free(took);
    if (status == tf_failed_precondition)
        return failed("the graph's variables have no values: give their checkpoint, --checkpoint PREFIX");
    return status ? FAILED : DONE;
}

static int run_graph(const arguments *a, tf_session *sess, int times)
{
    tf_ndarray loaded[MOST_GIVEN] = { 0 }, values[MOST_GIVEN] = { 0 };
    tf_feeds feeds = { 0 };
    tf_fetches fetches = { 0 };
    int code = restore(sess, last_of(&a->checkpoint, NULL));
    for (int i = 0; i < a->feeds.n && !code; i++)
        code = feed(a->feeds.values[i], &feeds, &loaded[i]);
    for (int i = 0; i < a->fetches.n && !code; i++)
        code = tf_fetch_add(&fetches, tensor_named(a->fetches.values[i]), &values[i]) ? FAILED : DONE;
    if (!code)
        code = run_often(sess, fetches, feeds, times);
    if (!code && a->out.n)
        code = write_results(a, values);
    else if (!code && times == 1)
        print_results(a, values);
    for (int i = 0; i < MOST_GIVEN; i++) {
        np_free(&loaded[i]);
        np_free(&values[i]);
    }
    tf_feeds_free(&feeds);
    tf_fetches_free(&fetches);
    return code;
}

static int run(int argc, char **argv)
{
    arguments a = { 0 };
    const option options[] = {
        { "--feed", &a.feeds, NULL }, { "--fetch", &a.fetches, NULL }, { "--checkpoint", &a.checkpoint, NULL },
        { "--out", &a.out, NULL },    { "--repeat", &a.repeat, NULL }, { 0 }
    };
    int code = take_arguments(&run_command, argc, argv, options, &a.files, 1);
    const int times = atoi(last_of(&a.repeat, "1"));
    if (code)
        return code;
    if (!a.files.n || !a.fetches.n)
        return misused(&run_command, a.files.n ? "what is to be computed? --fetch NAME" : "there is no graph to run");
    if (times < 1)
        return misused(&run_command, "--repeat wants a number from 1 on, got '%s'", last_of(&a.repeat, ""));
    if ((code = import(&a)))
        return code;
    tf_session *sess = tf_session();
    code = run_graph(&a, sess, times);
    tf_close(sess);
    return code;
}

const command run_command = {
    "run", run, "a graph on arrays",
    "Usage: tf1c run GRAPH --fetch NAME… [--feed NAME=VALUE]… [--checkpoint PREFIX] [--out FILE] [--repeat N]\n\n"
    "Computes tensors of a graph (.pb, .pbtxt, .meta, a saved model) and prints them.\n\n"
    "  --fetch NAME         what to compute: y, or y:1; tf1c show GRAPH names what there is\n"
    "  --feed NAME=VALUE    a file.npy, a file.npz:key or a number; text where the tensor is of strings\n"
    "  --checkpoint PREFIX  where the graph's variables are; a frozen graph has none\n"
    "  --out FILE           a .npy, or an .npz of all that is fetched, instead of text\n"
    "  --repeat N           runs it N times and says how long they take\n"
};
