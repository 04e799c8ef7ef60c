/* Arguments, messages, kinds of files. */
#include "tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- messages ---------------------------------------------------------------------------------------------------------------- */

static void say(const char *format, va_list args)
{
    fflush(stdout);
    fputs("tf1c: ", stderr);
    vfprintf(stderr, format, args);
}

int failed(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(format, args);
    va_end(args);
    fputc('\n', stderr);
    return FAILED;
}

int misused(const command *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(format, args);
    va_end(args);
    fprintf(stderr, " (tf1c %s --help says what it takes)\n", c->name);
    return MISUSED;
}

const char *grouped(int64_t n, char *text)
{
    char digits[24];
    const int length = snprintf(digits, sizeof digits, "%lld", (long long)n);
    char *to = text;
    for (int i = 0; i < length; i++) {
        *to++ = digits[i];
        if (digits[i] != '-' && i + 1 < length && (length - i - 1) % 3 == 0)
            *to++ = ',';
    }
    *to = '\0';
    return text;
}

/* ---- arguments --------------------------------------------------------------------------------------------------------------- */

/* The option that an argument is, "--feed" or "--feed=x": its place in the table, or -1; *value: what stands behind the "=". */
static int find_option(const option *options, const char *argument, const char **value)
{
    const size_t n = strcspn(argument, "=");
    *value = argument[n] ? argument + n + 1 : NULL;
    for (int i = 0; options[i].name; i++)
        if (strlen(options[i].name) == n && strncmp(options[i].name, argument, n) == 0)
            return i;
    return -1;
}

static int take(const command *c, given *to, int most, const char *value, const char *of)
{
    if (to->n >= most)
        return misused(c, "%s is one %s too many", value, of);
    to->values[to->n++] = value;
    return DONE;
}

int take_arguments(const command *c, int argc, char **argv, const option *options, given *files, int most)
{
    int code = DONE;
    for (int i = 0; i < argc && !code; i++) {
        const char *value;
        if (strncmp(argv[i], "--", 2) != 0) {
            code = take(c, files, most, argv[i], "file");
            continue;
        }
        const int at = find_option(options, argv[i], &value);
        if (at < 0)
            return misused(c, "there is no option %s", argv[i]);
        const option *o = &options[at];
        if (!o->values && value)
            return misused(c, "option %s takes no value", o->name);
        if (!o->values)
            *o->on = true;
        else if (!value && i + 1 == argc)
            code = misused(c, "option %s needs a value", o->name);
        else
            code = take(c, o->values, MOST_GIVEN, value ? value : argv[++i], o->name);
    }
    return code;
}

const char *last_of(const given *g, const char *otherwise) { return g->n ? g->values[g->n - 1] : otherwise; }

/* ---- files -------------------------------------------------------------------------------------------------------------------- */

bool ends_in(const char *s, const char *end)
{
    const size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* Of a file of a checkpoint its prefix, in a buffer; others as they are. */
static const char *without_ending(const char *path)
{
    static char prefix[4096];
    const char *data = strstr(path, ".data-");
    const size_t n = ends_in(path, ".index") ? strlen(path) - 6 : data ? (size_t)(data - path) : 0;
    if (!n || n >= sizeof prefix)
        return path;
    memcpy(prefix, path, n);
    prefix[n] = '\0';
    return prefix;
}

const char *checkpoint_prefix(const char *path)
{
    const char *latest = tf_gfile_is_directory(path) ? tf_train_latest_checkpoint(path) : NULL;
    return latest ? latest : without_ending(path);
}

static bool holds_model(const char *folder)
{
    char path[4096];
    return snprintf(path, sizeof path, "%s/saved_model.pb", folder) < (int)sizeof path && tf_gfile_exists(path);
}

/* A checkpoint of TensorFlow's older format is one table, whatever its name. */
static bool is_table(const char *path)
{
    static const unsigned char magic[] = { 0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb };
    unsigned char end[sizeof magic] = { 0 };
    FILE *f = fopen(path, "rb");
    const bool is =
        f && fseek(f, -(long)sizeof end, SEEK_END) == 0 && fread(end, sizeof end, 1, f) == 1 && memcmp(end, magic, sizeof end) == 0;
    if (f)
        fclose(f);
    return is;
}

file_kind kind_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (ends_in(path, ".npy"))
        return NPY;
    if (ends_in(path, ".npz") || strstr(name, ".npz:"))
        return NPZ;
    if (strstr(name, "tfevents"))
        return EVENTS;
    if (tf_gfile_is_directory(path))
        return holds_model(path) ? GRAPH_FILE : CHECKPOINT;
    if (without_ending(path) != path)
        return CHECKPOINT;
    const bool checkpoint = tf_gfile_exists(path) ? is_table(path) : tf_train_checkpoint_exists(path);
    return checkpoint ? CHECKPOINT : GRAPH_FILE;
}

/* ---- graphs ------------------------------------------------------------------------------------------------------------------- */

tf_graph_def *read_graph(const char *path)
{
    char model[4096];
    if (tf_gfile_is_directory(path) && holds_model(path)) {
        snprintf(model, sizeof model, "%s/saved_model.pb", path);
        path = model;
    }
    return tf_graph_def_read(path);
}

tf_saver *saver_of_all(void)
{
    const tf_graph *g = tf_get_default_graph();
    tf_list variables = { 0 };
    for (int i = 0; i < tf_graph_operation_count(g); i++)
        if (strcmp(tf_op_type(tf_graph_operation(g, i)), "VariableV2") == 0)
            tf_append(&variables, tf_op_output(tf_graph_operation(g, i), 0));
    return variables.n ? tf_train_saver(variables) : NULL;
}

tf_tensor tensor_named(const char *name)
{
    char with_output[1024];
    snprintf(with_output, sizeof with_output, "%s%s", name, strchr(name, ':') ? "" : ":0");
    return tf_get_tensor_by_name(tf_get_default_graph(), with_output);
}

const char *signature(tf_tensor t, char *text, size_t n)
{
    char dims[TF_DIMS_TEXT];
    snprintf(text, n, "%s%s", tf_dtype_name(tf_get_dtype(t)), tf_dims_kernel_text(tf_get_shape(t), dims, sizeof dims));
    return text;
}
