/* Files and folders as TF1's tf.gfile has them. TF1: python/lib/io/file_io.py, tf_record.py. */
#include "core/gfile.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/alloc.h"
#include "core/record.h"
#include "core/report.h"
#include "core/safe_file.h"

static tf_status no_memory(tf_source here) { return tf_fail(tf_memory_error, here, NULL, "no memory left for a file"); }
static const char *sound(const char *path) { return path ? path : ""; }

/* ---- text and bytes ------------------------------------------------------------------------------------------------------------ */

tf_bytes tf_bytes_of_text(const char *text) { return (tf_bytes){ text ? text : "", text ? strlen(text) : 0 }; }
tf_bytes tf_bytes_same(tf_bytes bytes) { return bytes; }
tf_bytes tf_bytes_of_array(tf_ndarray scalar) { return np_string(scalar, 0); }
const char *tf_text_of_bytes(tf_bytes bytes) { return bytes.data ? bytes.data : ""; }

/* ---- open files ------------------------------------------------------------------------------------------------------------------ */

struct tf_gfile {
    FILE *f;
    char *path, mode[4];
    char *text; /* what was read last */
    size_t room;
};

static bool is_mode(const char *mode)
{
    static const char *const modes[] = {
        "r", "w", "a", "r+", "w+", "a+", "rb", "wb", "ab", "rb+", "wb+", "ab+", "r+b", "w+b", "a+b"
    };
    for (size_t i = 0; mode && i < sizeof modes / sizeof *modes; i++)
        if (strcmp(mode, modes[i]) == 0)
            return true;
    return false;
}

tf_gfile *tf_gfile_new(const char *path, const char *mode, tf_source here)
{
    TF1C_HOLD_REPORTS;
    if (!is_mode(mode)) {
        tf_fail(tf_invalid_argument, here, NULL, "mode is not 'r' or 'w' or 'a' or 'r+' or 'w+' or 'a+'");
        return NULL;
    }
    tf_gfile *f = tf1c_alloc_zero(sizeof *f);
    if (!f || !(f->path = tf1c_strdup(sound(path)))) {
        tf1c_free(f);
        no_memory(here);
        return NULL;
    }
    snprintf(f->mode, sizeof f->mode, "%s", mode);
    return f;
}

static tf_status open_for(tf_gfile *f, bool writing, tf_source here)
{
    if (writing ? *f->mode == 'r' && !strchr(f->mode, '+') : *f->mode != 'r' && !strchr(f->mode, '+'))
        return tf_fail(tf_os_error, here, NULL, "File isn't open for %s", writing ? "writing" : "reading");
    if (f->f || (f->f = tf1c_open_at_once(f->path, f->mode)))
        return tf_ok;
    if (!writing && errno == EISDIR)
        return tf_fail(tf_failed_precondition, here, NULL, "%s; Is a directory", f->path);
    return tf1c_file_error(errno, f->path, here);
}

static bool make_room(tf_gfile *f, size_t n)
{
    if (n <= f->room)
        return true;
    char *text = tf1c_realloc(f->text, n);
    if (!text)
        return false;
    f->text = text;
    f->room = n;
    return true;
}

tf_bytes tf_gfile_read_(tf_gfile *f, tf_source here)
{
    const tf_bytes none = { "", 0 };
    size_t n = 0;
    if (!f || open_for(f, false, here))
        return none;
    for (size_t got = 1; got; n += got) {
        if (!make_room(f, n < 4096 ? 8192 : 2 * n)) {
            no_memory(here);
            return none;
        }
        got = fread(f->text + n, 1, f->room - n - 1, f->f);
    }
    f->text[n] = '\0';
    if (ferror(f->f)) {
        tf1c_file_error(errno, f->path, here);
        return none;
    }
    return (tf_bytes){ f->text, n };
}

bool tf_gfile_readline_(tf_gfile *f, tf_bytes *line, tf_source here)
{
    size_t n = 0;
    if (line)
        *line = (tf_bytes){ "", 0 };
    if (!f || !line || open_for(f, false, here))
        return false;
    for (int c = 0; c != '\n' && (c = getc(f->f)) != EOF;) {
        if (n + 2 > f->room && !make_room(f, f->room ? 2 * f->room : 256)) {
            no_memory(here);
            return false;
        }
        f->text[n++] = (char)c;
    }
    if (!n)
        return false;
    f->text[n] = '\0';
    *line = (tf_bytes){ f->text, n };
    return true;
}

tf_status tf_gfile_write_(tf_gfile *f, tf_bytes data, tf_source here)
{
    if (!f)
        return tf_invalid_argument;
    const tf_status status = open_for(f, true, here);
    if (!status && data.size && (!data.data || fwrite(data.data, 1, data.size, f->f) != data.size))
        return tf1c_file_error(data.data ? errno : EINVAL, f->path, here);
    return status;
}

tf_status tf_gfile_close_(tf_gfile *f)
{
    TF1C_HOLD_REPORTS;
    if (!f)
        return tf_ok;
    const bool lost = f->f && fclose(f->f) != 0;
    const tf_status status = lost ? tf1c_file_error(errno, f->path, (tf_source){ 0 }) : tf_ok;
    tf1c_free(f->path);
    tf1c_free(f->text);
    tf1c_free(f);
    return status;
}

/* ---- folders ---------------------------------------------------------------------------------------------------------------------- */

bool tf_gfile_exists(const char *path) { return access(sound(path), F_OK) == 0; }

bool tf_gfile_is_directory(const char *path)
{
    struct stat s;
    return stat(sound(path), &s) == 0 && S_ISDIR(s.st_mode);
}

static tf_status said(int result, const char *path, tf_source here)
{
    if (!result)
        return tf_ok;
    if (errno == EEXIST)
        return tf_fail(tf_already_exists, here, NULL, "%s; %s", path, strerror(errno));
    return tf1c_file_error(errno, path, here);
}

tf_status tf_gfile_mk_dir_(const char *path, tf_source here) { return said(mkdir(sound(path), 0777), sound(path), here); }

tf_status tf_gfile_make_dirs_(const char *path, tf_source here)
{
    TF1C_HOLD_REPORTS;
    char *part = tf1c_strdup(sound(path));
    if (!part)
        return no_memory(here);
    tf_status status = tf_ok;
    for (char *slash = part; !status && slash;) {
        slash = strchr(slash + (*slash != '\0'), '/');
        if (slash)
            *slash = '\0';
        if (*part && mkdir(part, 0777) != 0 && errno != EEXIST)
            status = said(-1, part, here);
        if (slash)
            *slash = '/';
    }
    tf1c_free(part);
    if (!status && !tf_gfile_is_directory(path))
        return tf_fail(tf_failed_precondition, here, NULL, "%s; Not a directory", sound(path));
    return status;
}

tf_status tf_gfile_remove_(const char *path, tf_source here) { return said(unlink(sound(path)), sound(path), here); }

/* Links are removed, never followed. */
static int remove_below(const char *path)
{
    struct stat s;
    if (lstat(path, &s) != 0)
        return -1;
    if (!S_ISDIR(s.st_mode))
        return unlink(path);
    DIR *d = opendir(path);
    if (!d)
        return -1;
    int result = 0;
    for (const struct dirent *e; !result && (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        const size_t n = strlen(path) + strlen(e->d_name) + 2;
        char *inside = tf1c_alloc(n);
        if (!inside) {
            errno = ENOMEM;
            result = -1;
            break;
        }
        snprintf(inside, n, "%s/%s", path, e->d_name);
        result = remove_below(inside);
        tf1c_free(inside);
    }
    closedir(d);
    return result ? result : rmdir(path);
}

tf_status tf_gfile_delete_recursively_(const char *path, tf_source here)
{
    TF1C_HOLD_REPORTS;
    if (strspn(sound(path), "/.") == strlen(sound(path))) /* "", "/", "..": whoever asks that did not mean it */
        return tf_fail(tf_invalid_argument, here, NULL, "'%s' is not deleted", sound(path));
    return said(remove_below(sound(path)), sound(path), here);
}

static tf_status check_free(const char *path, bool overwrite, tf_source here)
{
    return !overwrite && tf_gfile_exists(path) ? tf_fail(tf_already_exists, here, NULL, "file already exists") : tf_ok;
}

tf_status tf_gfile_rename_(const char *from, const char *to, bool overwrite, tf_source here)
{
    const tf_status status = check_free(to, overwrite, here);
    return status ? status : said(rename(sound(from), sound(to)), sound(from), here);
}

tf_status tf_gfile_copy_(const char *from, const char *to, bool overwrite, tf_source here)
{
    TF1C_HOLD_REPORTS;
    size_t n;
    tf_status status = check_free(to, overwrite, here);
    char *data = status ? NULL : tf1c_read_file(sound(from), SIZE_MAX / 2, &n, here);
    if (!status && !data)
        return tf_last_error()->code;
    if (!status)
        status = tf1c_safe_write_file(sound(to), data, n, here);
    tf1c_free(data);
    return status;
}

/* ---- names -------------------------------------------------------------------------------------------------------------------------- */

static tf_ndarray names_of(char *const *names, int64_t n, tf_source here)
{
    tf_bytes *all = tf1c_alloc(((size_t)n + 1) * sizeof *all);
    if (!all) {
        no_memory(here);
        return (tf_ndarray){ 0 };
    }
    for (int64_t i = 0; i < n; i++)
        all[i] = tf_bytes_of_text(names[i]);
    const tf_ndarray copy = np_copy(np_array(all, tf_string, SHAPE(n)));
    tf1c_free(all);
    return copy;
}

tf_ndarray tf_gfile_glob_(const char *pattern, tf_source here)
{
    TF1C_HOLD_REPORTS;
    glob_t g = { 0 };
    const int result = glob(sound(pattern), 0, NULL, &g);
    if (result == GLOB_NOSPACE)
        no_memory(here);
    const tf_ndarray names =
        result == GLOB_NOSPACE ? (tf_ndarray){ 0 } : names_of(g.gl_pathv, result ? 0 : (int64_t)g.gl_pathc, here);
    globfree(&g);
    return names;
}

static int is_entry(const struct dirent *e) { return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0; }

tf_ndarray tf_gfile_list_directory_(const char *path, tf_source here)
{
    TF1C_HOLD_REPORTS;
    struct dirent **entries;
    const int n = scandir(sound(path), &entries, is_entry, alphasort);
    if (n < 0) {
        tf_fail(tf_not_found, here, NULL, "Could not find directory %s", sound(path));
        return (tf_ndarray){ 0 };
    }
    char **names = tf1c_alloc(((size_t)n + 1) * sizeof *names);
    for (int i = 0; names && i < n; i++)
        names[i] = entries[i]->d_name;
    tf_ndarray all = { 0 };
    if (names)
        all = names_of(names, n, here);
    else
        no_memory(here);
    tf1c_free(names);
    for (int i = 0; i < n; i++)
        free(entries[i]);
    free(entries);
    return all;
}

/* ---- records -------------------------------------------------------------------------------------------------------------------------- */

struct tf_record_writer {
    FILE *f;
    char *path;
};

tf_record_writer *tf_record_writer_new(const char *path, tf_source here)
{
    TF1C_HOLD_REPORTS;
    tf_record_writer *w = tf1c_alloc_zero(sizeof *w);
    if (!w || !(w->path = tf1c_strdup(sound(path)))) {
        tf1c_free(w);
        no_memory(here);
        return NULL;
    }
    if (!(w->f = tf1c_open_at_once(w->path, "wb"))) {
        tf1c_file_error(errno, w->path, here);
        tf_record_writer_close_(w);
        return NULL;
    }
    return w;
}

tf_status tf_record_writer_write_(tf_record_writer *w, tf_bytes record, tf_source here)
{
    if (!w || (record.size && !record.data))
        return tf_invalid_argument;
    return tf1c_record_write(w->f, record.data, record.size) ? tf_ok : tf1c_file_error(errno, w->path, here);
}

tf_status tf_record_writer_close_(tf_record_writer *w)
{
    TF1C_HOLD_REPORTS;
    if (!w)
        return tf_ok;
    const tf_status status = w->f && fclose(w->f) != 0 ? tf1c_file_error(errno, w->path, (tf_source){ 0 }) : tf_ok;
    tf1c_free(w->path);
    tf1c_free(w);
    return status;
}
