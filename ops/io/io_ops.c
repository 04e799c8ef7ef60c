/* Files read and written in a graph. TF1: core/kernels/whole_file_read_ops.cc, matching_files_op.cc. */
#include "ops/io/io_ops.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/safe_file.h"
#include "ops/array/array.h"
#include "ops/family.h"

static char *text_in(tf_kernel_ctx *k, int i, int64_t element)
{
    const tf_bytes s = TF_DATA(k, in, i, const tf_bytes)[element];
    char *text = tf_kernel_string(k, s.size + 1);
    if (text && s.size)
        memcpy(text, s.data, s.size);
    if (text)
        text[s.size] = '\0';
    return text;
}

static void file_error(tf_kernel_ctx *k, const char *path, int error)
{
    tf_kernel_error(k,
                    error == ENOENT || error == ENOTDIR ? tf_not_found
                    : error == EISDIR                   ? tf_failed_precondition
                                                        : tf_os_error,
                    "%s; %s", path, tf1c_errno_text(error));
}

static bool with_scalars(tf_shape_ctx *c)
{
    for (int i = 0; i < tf_shape_inputs(c); i++)
        if (!tf_with_rank(c, i, 0))
            return false;
    return true;
}

/* ---- ReadFile -------------------------------------------------------------------------------------------------------------------------- */

static void read_shape(tf_shape_ctx *c)
{
    if (with_scalars(c))
        tf_set_out(c, 0, SCALAR);
}

/* Read in pieces, so that what cannot tell its size (a pipe, /proc) is read too. */
static void read_kernel(tf_kernel_ctx *k)
{
    const char *path = text_in(k, 0, 0);
    FILE *f = path ? tf1c_open_at_once(path, "rb") : NULL;
    struct stat s;
    if (!path)
        return;
    if (!f) {
        file_error(k, path, errno);
        return;
    }
    size_t room = fstat(fileno(f), &s) == 0 && s.st_size > 0 ? (size_t)s.st_size + 1 : 4096, n = 0;
    char *data = tf_kernel_string(k, room + 1);
    for (size_t got; data && (got = fread(data + n, 1, room - n, f)) > 0;) {
        n += got;
        if (n < room)
            continue;
        char *more = tf_kernel_string(k, 2 * room + 1);
        if (more)
            memcpy(more, data, n);
        data = more;
        room *= 2;
    }
    if (data && ferror(f))
        file_error(k, path, errno);
    fclose(f);
    if (data)
        data[n] = '\0';
    *TF_DATA(k, out, 0, tf_bytes) = (tf_bytes){ data, data ? n : 0 };
}

static const tf_op_def read_file_op = {
    .name = "ReadFile",
    .in = "filename:string",
    .out = "contents:string",
    .traits = TF_STATEFUL, /* it may be another file the next time */
    .shape = read_shape,
    .kernel = read_kernel,
    .gradient = tf_no_gradient,
};
UNARY_BUILDER(tf_read_file_, read_file_op, NULL)

/* ---- WriteFile ------------------------------------------------------------------------------------------------------------------------- */

static void write_shape(tf_shape_ctx *c) { with_scalars(c); }

static void make_folders(char *path)
{
    for (char *slash = path; (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
}

static void write_kernel(tf_kernel_ctx *k)
{
    char *path = text_in(k, 0, 0);
    const tf_bytes contents = *TF_DATA(k, in, 1, const tf_bytes);
    if (!path)
        return;
    if (*path)
        make_folders(path);
    FILE *f = tf1c_open_at_once(path, "wb");
    const bool written = f && (!contents.size || fwrite(contents.data, 1, contents.size, f) == contents.size);
    int error = errno;
    if (f && fclose(f) != 0 && written) {
        error = errno;
        file_error(k, path, error);
    } else if (!written) {
        file_error(k, path, error);
    }
}

static const tf_op_def write_file_op = {
    .name = "WriteFile",
    .in = "filename:string, contents:string",
    .out = "",
    .traits = TF_SIDE_EFFECT,
    .shape = write_shape,
    .kernel = write_kernel,
    .gradient = tf_no_gradient,
};

tf_operation *tf_write_file_(tf_operand filename, tf_operand contents, struct tf_name_args a)
{
    const tf_operand in[2] = { filename, contents };
    return tf_op_new(&write_file_op, (struct tf_op_args){ .here = a.here, .name = a.name, .n_inputs = 2, .inputs = in });
}

/* ---- MatchingFiles: looked for when the shape is asked, and again for the names ---------------------------------------------------------- */

static void matching_shape(tf_shape_ctx *c) { tf_set_out(c, 0, SHAPE(NONE)); }

static bool find(tf_kernel_ctx *k, glob_t *g)
{
    *g = (glob_t){ 0 };
    bool good = true;
    for (int64_t i = 0; good && i < tf_view_count(&k->in[0]); i++) {
        const tf_bytes s = TF_DATA(k, in, 0, const tf_bytes)[i];
        char *pattern = tf1c_alloc(s.size + 1);
        if (pattern) {
            if (s.size)
                memcpy(pattern, s.data, s.size);
            pattern[s.size] = '\0';
        }
        good = pattern && glob(pattern, i ? GLOB_APPEND : 0, NULL, g) != GLOB_NOSPACE;
        tf1c_free(pattern);
    }
    if (!good)
        tf_kernel_error(k, tf_memory_error, "no memory left for the names of files");
    return good;
}

static void matching_data_shape(tf_kernel_ctx *k, tf_dims *out)
{
    glob_t g;
    *out = SHAPE(0);
    if (find(k, &g))
        *out = SHAPE((int64_t)g.gl_pathc);
    globfree(&g);
}

/* Of files that have gone since, the name is empty. */
static void matching_kernel(tf_kernel_ctx *k)
{
    glob_t g;
    const bool found = find(k, &g);
    for (int64_t i = 0; i < k->out[0].dims[0]; i++) {
        const char *name = found && i < (int64_t)g.gl_pathc ? g.gl_pathv[i] : "";
        give_bytes(k, i, name, strlen(name));
    }
    globfree(&g);
}

static const tf_op_def matching_files_op = {
    .name = "MatchingFiles",
    .in = "pattern:string",
    .out = "filenames:string",
    .traits = TF_STATEFUL,
    .shape = matching_shape,
    .data_shape = matching_data_shape,
    .kernel = matching_kernel,
    .gradient = tf_no_gradient,
};
UNARY_BUILDER(tf_matching_files_, matching_files_op, NULL)

/* clang-format off */
tf1c_op_family tf1c_family_io_ops = {
    &read_file_op,
    &write_file_op,
    &matching_files_op,
    NULL,
};
