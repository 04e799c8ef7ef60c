/* Files and folders: TF1's tf.gfile. Paths are the system's own.
 *
 * Every call reports what it cannot do, in TF's classes and words: NotFoundError "/nonexistent; No such file or directory". */
#ifndef TF1C_CORE_GFILE_H
#define TF1C_CORE_GFILE_H

#include "ndarray.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An open file, for one thread at a time; mode "r", "w", "a", "rb", … Opened where it is first used, as in TF. NULL when memory is
 * out; all calls take that, quietly.                                                         TF1: tf.gfile.GFile, FastGFile, Open
 *   tf_gfile *f = tf_gfile_gfile("labels.txt", "r");
 *   tf_bytes line; while (tf_readline(f, &line)) …
 *   tf_close(f);
 *   errors  InvalidArgumentError: another mode;  OSError: a file opened for the other thing */
typedef struct tf_gfile tf_gfile;
#define tf_gfile_gfile(path, mode) tf_gfile_new(path, mode, TF_SOURCE)
#define tf_gfile_fast_gfile(path, mode) tf_gfile_new(path, mode, TF_SOURCE)
#define tf_gfile_open(path, mode) tf_gfile_new(path, mode, TF_SOURCE)
TF1C_API tf_gfile *tf_gfile_new(const char *path, const char *mode, tf_source here);
/* All that is left; a line with its "\n", false at the end: the file's own until its next call. */
#define tf_read(file) tf_gfile_read_(file, TF_SOURCE)
#define tf_readline(file, line) tf_gfile_readline_(file, line, TF_SOURCE)
TF1C_API tf_bytes tf_gfile_read_(tf_gfile *file, tf_source here);
TF1C_API bool tf_gfile_readline_(tf_gfile *file, tf_bytes *line, tf_source here);
TF1C_API tf_status tf_gfile_write_(tf_gfile *file, tf_bytes data, tf_source here);
TF1C_API tf_status tf_gfile_close_(tf_gfile *file);

TF1C_API bool tf_gfile_exists(const char *path);
TF1C_API bool tf_gfile_is_directory(const char *path);
#define tf_gfile_mk_dir(path) tf_gfile_mk_dir_(path, TF_SOURCE)
#define tf_gfile_make_dirs(path) tf_gfile_make_dirs_(path, TF_SOURCE) /* those above it too; one that is there is fine */
#define tf_gfile_remove(path) tf_gfile_remove_(path, TF_SOURCE)
#define tf_gfile_delete_recursively(path) tf_gfile_delete_recursively_(path, TF_SOURCE)
#define tf_gfile_rename(from, to, overwrite) tf_gfile_rename_(from, to, overwrite, TF_SOURCE)
#define tf_gfile_copy(from, to, overwrite) tf_gfile_copy_(from, to, overwrite, TF_SOURCE)
TF1C_API tf_status tf_gfile_mk_dir_(const char *path, tf_source here);
TF1C_API tf_status tf_gfile_make_dirs_(const char *path, tf_source here);
TF1C_API tf_status tf_gfile_remove_(const char *path, tf_source here);
TF1C_API tf_status tf_gfile_delete_recursively_(const char *path, tf_source here);
TF1C_API tf_status tf_gfile_rename_(const char *from, const char *to, bool overwrite, tf_source here);
TF1C_API tf_status tf_gfile_copy_(const char *from, const char *to, bool overwrite, tf_source here);
/* Names as an array of strings [n], sorted, which the caller frees: what a pattern (*, ?, [a-z]) fits; what is in a folder. */
#define tf_gfile_glob(pattern) tf_gfile_glob_(pattern, TF_SOURCE)
#define tf_gfile_list_directory(path) tf_gfile_list_directory_(path, TF_SOURCE)
TF1C_API tf_ndarray tf_gfile_glob_(const char *pattern, tf_source here);
TF1C_API tf_ndarray tf_gfile_list_directory_(const char *path, tf_source here);

/* A file of records, each with its length and checksums.                                    TF1: tf.python_io.TFRecordWriter
 *   tf_record_writer *w = tf_python_io_tf_record_writer("digits.tfrecord");
 *   tf_write(w, serialized);  tf_close(w);
 * NULL after a report; all calls take that, quietly. */
typedef struct tf_record_writer tf_record_writer;
#define tf_python_io_tf_record_writer(path) tf_record_writer_new(path, TF_SOURCE)
TF1C_API tf_record_writer *tf_record_writer_new(const char *path, tf_source here);
TF1C_API tf_status tf_record_writer_write_(tf_record_writer *writer, tf_bytes record, tf_source here);
TF1C_API tf_status tf_record_writer_close_(tf_record_writer *writer);

/* Text or bytes as such: TF1's tf.compat.as_bytes, as_str, as_text (a C string: the bytes up to their first 0). */
TF1C_API tf_bytes tf_bytes_of_text(const char *text); /* NULL: none */
TF1C_API tf_bytes tf_bytes_same(tf_bytes bytes);
TF1C_API tf_bytes tf_bytes_of_array(tf_ndarray scalar); /* of a string array's first element */
TF1C_API const char *tf_text_of_bytes(tf_bytes bytes);
#ifndef __cplusplus
#define tf_compat_as_bytes(...)                                                                                             \
    _Generic((__VA_ARGS__), const char *: tf_bytes_of_text, char *: tf_bytes_of_text, tf_bytes: tf_bytes_same, tf_ndarray: tf_bytes_of_array)( \
        __VA_ARGS__)
#define tf_compat_as_str(...) tf_text_of_bytes(tf_compat_as_bytes(__VA_ARGS__))
#define tf_compat_as_text(...) tf_compat_as_str(__VA_ARGS__)
#define tf_compat_as_str_any(...) tf_compat_as_str(__VA_ARGS__)
/* Text, bytes or a string array's first element. */
#define tf_write(file, ...)                                                                                                 \
    _Generic((file), tf_record_writer *: tf_record_writer_write_, tf_gfile *: tf_gfile_write_)(                            \
        file, tf_compat_as_bytes(__VA_ARGS__), TF_SOURCE)
#endif

#ifdef __cplusplus
}
#endif
#endif
