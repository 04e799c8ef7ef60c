/* tf1c convert: one kind of file into another. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* ---- variables ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    int n;
    const char **keys;
    tf_ndarray *arrays;
} named_arrays;

static void free_arrays(named_arrays *a)
{
    for (int i = 0; a->arrays && i < a->n; i++)
        np_free(&a->arrays[i]);
    free(a->arrays);
    free(a->keys);
}

static bool make_room(named_arrays *a, int n)
{
    a->arrays = calloc((size_t)n + 1, sizeof *a->arrays);
    a->keys = calloc((size_t)n + 1, sizeof *a->keys);
    return a->arrays && a->keys;
}

/* States of random ops, which tf_save adds for itself, are no variables of the model. */
static bool is_variable(const char *name) { return strncmp(name, "_state/", 7) != 0; }

static int checkpoint_to_npz(const char *from, const char *to)
{
    named_arrays a = { 0 };
    tf_checkpoint_reader *reader = tf_train_new_checkpoint_reader(checkpoint_prefix(from));
    int code = reader && make_room(&a, tf_checkpoint_count(reader)) ? DONE : FAILED;
    for (int i = 0; i < tf_checkpoint_count(reader) && !code; i++) {
        const char *name = tf_checkpoint_variable_at(reader, i).name;
        if (!is_variable(name))
            continue;
        a.keys[a.n] = name;
        a.arrays[a.n] = tf_checkpoint_get_tensor(reader, name);
        code = a.arrays[a.n++].data ? DONE : FAILED;
    }
    if (!code)
        code = np_savez(to, a.n, a.keys, a.arrays) ? FAILED : DONE;
    if (!code)
        printf("%s: %d variables\n", to, a.n);
    free_arrays(&a);
    tf_checkpoint_reader_free(reader);
    return code;
}

/* A variable for each array, whose name in the file is the array's key. */
static int save_arrays(const named_arrays *a, const char *to)
{
    tf_list variables = { 0 };
    for (int i = 0; i < a->n; i++)
        tf_append(&variables, tf_variable(tf_zeros(a->arrays[i].shape, a->arrays[i].dtype)));
    tf_saver *saver = tf_train_saver(variables, .names = a->keys);
    tf_session *sess = tf_session();
    int code = saver ? DONE : FAILED;
    for (int i = 0; i < a->n && !code; i++)
        code = tf_load(tf_at(variables, i), a->arrays[i], sess) ? FAILED : DONE;
    if (!code)
        code = tf_save(saver, sess, to) ? DONE : FAILED;
    tf_close(sess);
    return code;
}

static int npz_to_checkpoint(const char *from, const char *to)
{
    named_arrays a = { 0 };
    np_npz *z = np_npz_open(from);
    int code = z && make_room(&a, np_npz_count(z)) ? DONE : FAILED;
    for (; !code && a.n < np_npz_count(z); a.n++) {
        a.keys[a.n] = np_npz_key(z, a.n);
        a.arrays[a.n] = np_npz_get(z, a.keys[a.n]);
        code = a.arrays[a.n].data ? DONE : FAILED;
    }
    if (!code && !a.n)
        code = failed("%s holds no arrays", from);
    if (!code)
        code = save_arrays(&a, to);
    if (!code)
        printf("%s: %d variables\n", to, a.n);
    free_arrays(&a);
    np_npz_close(z);
    return code;
}

/* ---- graphs --------------------------------------------------------------------------------------------------------------------- */

static int write_def(const tf_graph_def *def, const char *to)
{
    const bool text = ends_in(to, ".pbtxt");
    return def && tf_train_write_graph(def, "", to, .as_text = text) ? DONE : FAILED;
}

static int graph_to_graph(const char *from, const char *to)
{
    tf_graph_def *def = read_graph(from);
    const int code = write_def(def, to);
    tf_graph_def_free(def);
    return code;
}

/* The part that the outputs need, with the checkpoint's values as constants. */
static tf_graph_def *frozen(const tf_graph_def *part, const char *checkpoint, const char *const *outputs)
{
    tf_graph_def *result = NULL;
    tf_clear_error();
    tf_import_graph_def(part, .name = "");
    if (tf_last_error()->code)
        return NULL;
    tf_session *sess = tf_session();
    tf_saver *saver = saver_of_all();
    if (saver ? !tf_restore(saver, sess, checkpoint_prefix(checkpoint)) : !tf_last_error()->code)
        result = tf_graph_util_convert_variables_to_constants(sess, part, outputs);
    tf_close(sess);
    return result;
}

static int freeze(const char *from, const char *checkpoint, const given *outputs, const char *to)
{
    const char *names[MOST_GIVEN + 1] = { NULL };
    for (int i = 0; i < outputs->n; i++)
        names[i] = outputs->values[i];
    tf_graph_def *def = read_graph(from), *part = def ? tf_graph_util_extract_sub_graph(def, names) : NULL;
    tf_graph_def *result = part ? frozen(part, checkpoint, names) : NULL;
    tf_node_defs *nodes = result ? tf_graph_def_nodes(result) : NULL;
    const int code = nodes ? write_def(result, to) : FAILED;
    if (!code)
        printf("%s: %d nodes, no checkpoint needed\n", to, nodes->n);
    tf_graph_def_nodes_free(nodes);
    tf_graph_def_free(result);
    tf_graph_def_free(part);
    tf_graph_def_free(def);
    return code;
}

/* ---- which ------------------------------------------------------------------------------------------------------------------------- */

static bool is_graph_name(const char *path) { return ends_in(path, ".pb") || ends_in(path, ".pbtxt"); }

static int convert(int argc, char **argv)
{
    given files = { 0 }, checkpoint = { 0 }, outputs = { 0 };
    const option options[] = { { "--checkpoint", &checkpoint, NULL }, { "--output", &outputs, NULL }, { 0 } };
    const int code = take_arguments(&convert_command, argc, argv, options, &files, 2);
    if (code)
        return code;
    if (files.n < 2)
        return misused(&convert_command, "two files are wanted: what there is, and what is to be");
    const char *from = files.values[0], *to = files.values[1];
    const file_kind kind = kind_of(from);
    if (checkpoint.n && !outputs.n)
        return misused(&convert_command, "to freeze a graph its results have to be named: --output NAME");
    if (outputs.n && !checkpoint.n)
        return misused(&convert_command, "to freeze a graph its variables are wanted: --checkpoint PREFIX");
    if (checkpoint.n && kind == GRAPH_FILE && is_graph_name(to))
        return freeze(from, checkpoint.values[0], &outputs, to);
    if (kind == CHECKPOINT && ends_in(to, ".npz"))
        return checkpoint_to_npz(from, to);
    if (kind == NPZ && !is_graph_name(to) && !ends_in(to, ".npy"))
        return npz_to_checkpoint(from, to);
    if (kind == GRAPH_FILE && is_graph_name(to) && !checkpoint.n)
        return graph_to_graph(from, to);
    return misused(&convert_command, "nothing is known that makes %s of %s", to, from);
}

const command convert_command = {
    "convert", convert, "checkpoint to .npz and back, .pb to .pbtxt and back, a graph frozen",
    "Usage: tf1c convert CHECKPOINT FILE.npz\n"
    "       tf1c convert FILE.npz CHECKPOINT\n"
    "       tf1c convert GRAPH FILE.pb       (binary; or FILE.pbtxt, text)\n"
    "       tf1c convert GRAPH FILE.pb --checkpoint PREFIX --output NAME…\n\n"
    "The last freezes a graph: what the named results need, with the checkpoint's values as constants.\n"
    "GRAPH is a .pb, .pbtxt, .meta or saved model; a checkpoint is given as its prefix, one of its files, or the\n"
    "folder of several, whose latest it is.\n"
};
