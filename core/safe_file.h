/* A file that is there whole or not at all: written beside its place, flushed to the disk, renamed. What was there before stays
 * until then, whatever ends the process. A symbolic link stays, what it leads to is replaced; a device or a pipe is written as it is. */
#ifndef TF1C_CORE_SAFE_FILE_H
#define TF1C_CORE_SAFE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>

#include "core/status.h"

typedef struct {
    char *path, *beside; /* where it will be; where it is written, NULL: there */
    int fd;
    int error;      /* the first errno; what follows is skipped */
    uint64_t at;    /* bytes written */
    bool unflushed; /* set it where a file may be lost with the machine, if never with the process */
    tf_source here;
} tf1c_safe_file;

/* Reports failures: NotFoundError where a directory is missing, OSError for the rest, with the path. */
tf_status tf1c_safe_open(tf1c_safe_file *f, const char *path, tf_source here);
void tf1c_safe_write(tf1c_safe_file *f, const void *data, size_t n);
tf_status tf1c_safe_commit(tf1c_safe_file *f); /* released either way */
void tf1c_safe_abandon(tf1c_safe_file *f);
/* Where a file of that name is, symbolic links followed; the caller's to tf1c_free, NULL: no memory. */
char *tf1c_real_place(const char *path);
/* All of a file that is written at once. */
tf_status tf1c_safe_write_file(const char *path, const void *data, size_t n, tf_source here);

/* A regular file to read from; NULL with errno: EISDIR of a directory, ESPIPE of what else there is no end of. Never waits, as opening
 * a FIFO would. */
FILE *tf1c_open_regular(const char *path);
/* What fopen opens, for binary reading or writing, but at once: a FIFO that nobody is at the other end of is ENXIO, and what is read
 * without an end, as /dev/zero is, ESPIPE. */
FILE *tf1c_open_at_once(const char *path, const char *mode);
/* A regular file of at most `most` bytes, its end a 0 that does not count; the caller's to tf1c_free, NULL after a report. */
char *tf1c_read_file(const char *path, size_t most, size_t *n, tf_source here);
/* In the system's words; ESPIPE in those of tf1c_open_regular. */
const char *tf1c_errno_text(int error);
/* An errno as TensorFlow's class of error has it, with the path: "…; No such file or directory". */
tf_status tf1c_file_error(int error, const char *path, tf_source here);

#endif
