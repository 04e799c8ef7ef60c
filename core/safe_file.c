#include "core/safe_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/alloc.h"

static tf_status no_memory(tf_source here) { return tf_fail(tf_memory_error, here, NULL, "no memory left for a file"); }

const char *tf1c_errno_text(int error) { return error == ESPIPE ? "Not a regular file" : strerror(error); }

tf_status tf1c_file_error(int error, const char *path, tf_source here)
{
    const tf_status code = error == ENOENT || error == ENOTDIR  ? tf_not_found
                           : error == ENOSPC || error == EDQUOT ? tf_resource_exhausted
                                                                : tf_os_error;
    return tf_fail(code, here, NULL, "%s; %s", path, tf1c_errno_text(error));
}

/* ---- writing ---------------------------------------------------------------------------------------------------------------- */

static void release(tf1c_safe_file *f)
{
    tf1c_free(f->path);
    tf1c_free(f->beside);
    f->path = f->beside = NULL;
    f->fd = -1;
}

/* A device, a pipe, links in a circle: a file with its name would not be it. */
static bool is_no_file(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 ? !S_ISREG(s.st_mode) : lstat(path, &s) == 0;
}

/* A FIFO that nobody is at the other end of is an error, or empty, not a wait. */
static int open_now(const char *path, int flags) { return open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666); }
static void wait_from_now_on(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK); }

/* What there is no place beside is written as it is. */
static int open_in_place(const char *path)
{
    const int fd = open_now(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (fd >= 0)
        wait_from_now_on(fd);
    return fd;
}

static int open_beside(const tf1c_safe_file *f, size_t room)
{
    snprintf(f->beside, room, "%s.part-%ld", f->path, (long)getpid());
    return open(f->beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

/* Not by realpath, for which it would have to be there. */
char *tf1c_real_place(const char *path)
{
    enum { MOST_LINKS = 40 };
    char at[PATH_MAX], to[PATH_MAX];
    if (strlen(path) >= sizeof at)
        return tf1c_strdup(path);
    strcpy(at, path);
    for (int links = 0; links < MOST_LINKS; links++) {
        const ssize_t n = readlink(at, to, sizeof to - 1);
        const char *slash = strrchr(at, '/');
        const size_t kept = n > 0 && *to != '/' && slash ? (size_t)(slash + 1 - at) : 0;
        if (n <= 0 || kept + (size_t)n >= sizeof at)
            break;
        memcpy(at + kept, to, (size_t)n);
        at[kept + (size_t)n] = '\0';
    }
    return tf1c_strdup(at);
}

tf_status tf1c_safe_open(tf1c_safe_file *f, const char *path, tf_source here)
{
    *f = (tf1c_safe_file){ .path = tf1c_real_place(path), .fd = -1, .here = here };
    const bool in_place = f->path && is_no_file(f->path);
    const size_t room = f->path ? strlen(f->path) + 32 : 0;
    f->beside = room && !in_place ? tf1c_alloc(room) : NULL;
    if (!f->path || (!f->beside && !in_place)) {
        release(f);
        return no_memory(here);
    }
    f->fd = in_place ? open_in_place(f->path) : open_beside(f, room);
    if (f->fd >= 0)
        return tf_ok;
    const tf_status code = tf1c_file_error(errno, path, here);
    release(f);
    return code;
}

void tf1c_safe_write(tf1c_safe_file *f, const void *data, size_t n)
{
    const char *p = data;
    while (n && !f->error && f->fd >= 0) {
        const ssize_t done = write(f->fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            f->error = done ? errno : ENOSPC;
            return;
        }
        p += done;
        n -= (size_t)done;
        f->at += (uint64_t)done;
    }
}

void tf1c_safe_abandon(tf1c_safe_file *f)
{
    if (f->fd >= 0) {
        close(f->fd);
        if (f->beside)
            unlink(f->beside);
    }
    release(f);
}

/* The new name itself has to reach the disk. */
static void flush_directory(const char *path)
{
    char *directory = tf1c_strdup(path), *slash = directory ? strrchr(directory, '/') : NULL;
    if (slash)
        slash[slash == directory] = '\0';
    const int fd = directory ? open(slash ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    tf1c_free(directory);
}

tf_status tf1c_safe_commit(tf1c_safe_file *f)
{
    if (f->fd < 0)
        return f->error ? tf1c_file_error(f->error, f->path ? f->path : "", f->here) : tf_ok;
    if (!f->error && !f->unflushed && fsync(f->fd) != 0 && errno != EINVAL && errno != EROFS)
        f->error = errno;
    if (close(f->fd) != 0 && !f->error)
        f->error = errno;
    if (!f->error && f->beside && rename(f->beside, f->path) != 0)
        f->error = errno;
    tf_status code = tf_ok;
    if (f->error) {
        code = tf1c_file_error(f->error, f->path, f->here);
        if (f->beside)
            unlink(f->beside);
    } else if (f->beside && !f->unflushed) {
        flush_directory(f->path);
    }
    release(f);
    return code;
}

tf_status tf1c_safe_write_file(const char *path, const void *data, size_t n, tf_source here)
{
    tf1c_safe_file f;
    const tf_status code = tf1c_safe_open(&f, path, here);
    if (code)
        return code;
    tf1c_safe_write(&f, data, n);
    return tf1c_safe_commit(&f);
}

/* ---- reading ---------------------------------------------------------------------------------------------------------------- */

static char *read_all(int fd, size_t n)
{
    char *data = tf1c_alloc(n + 1);
    size_t have = 0;
    while (data && have < n) {
        const ssize_t got = read(fd, data + have, n - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        have += (size_t)got;
    }
    if (data && have < n) {
        tf1c_free(data);
        errno = errno ? errno : EIO;
        return NULL;
    }
    if (data)
        data[n] = '\0';
    return data;
}

static mode_t kind_of(int fd)
{
    struct stat s;
    return fstat(fd, &s) == 0 ? s.st_mode : 0;
}

/* As a stream; or not at all, with errno: `error`. */
static FILE *stream_of(int fd, const char *mode, int error)
{
    FILE *f = error ? NULL : fdopen(fd, mode);
    if (f)
        return f;
    error = error ? error : errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return NULL;
}

/* Of what cannot be read to its end; 0. */
static int error_of_kind(mode_t kind, bool pipes_too)
{
    return S_ISREG(kind) || (pipes_too && S_ISFIFO(kind)) ? 0 : S_ISDIR(kind) ? EISDIR : ESPIPE;
}

FILE *tf1c_open_regular(const char *path)
{
    const int fd = open_now(path, O_RDONLY);
    return stream_of(fd, "rb", fd < 0 ? errno : error_of_kind(kind_of(fd), false));
}

/* Whether somebody writes to it, or has: its first byte, put back, or that it is not there yet. */
static bool is_written_to(FILE *pipe)
{
    const int c = getc(pipe);
    const bool waits = c == EOF && ferror(pipe) && errno == EAGAIN;
    clearerr(pipe);
    return waits || (c != EOF && ungetc(c, pipe) == c);
}

/* Of a mode of fopen's. */
static int flags_of(const char *mode)
{
    const int how = *mode == 'r' ? 0 : *mode == 'w' ? O_CREAT | O_TRUNC : O_CREAT | O_APPEND;
    return how | (strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY);
}

FILE *tf1c_open_at_once(const char *path, const char *mode)
{
    const bool reads = *mode == 'r', both = strchr(mode, '+') != NULL;
    const int fd = open_now(path, flags_of(mode));
    const mode_t kind = fd < 0 ? 0 : kind_of(fd);
    FILE *f = stream_of(fd, mode, fd < 0 ? errno : reads ? error_of_kind(kind, true) : 0);
    if (f && reads && !both && S_ISFIFO(kind) && !is_written_to(f)) {
        fclose(f);
        errno = ENXIO;
        return NULL;
    }
    if (f)
        wait_from_now_on(fd);
    return f;
}

char *tf1c_read_file(const char *path, size_t most, size_t *n, tf_source here)
{
    const int fd = open_now(path, O_RDONLY);
    struct stat s;
    char *data = NULL;
    if (fd < 0 || fstat(fd, &s) != 0) {
        tf1c_file_error(errno, path, here);
    } else if (!S_ISREG(s.st_mode)) {
        tf_fail(tf_failed_precondition, here, NULL, "%s is not a regular file", path);
    } else if ((uint64_t)s.st_size > most) {
        tf_fail(tf_resource_exhausted, here, NULL, "%s has %lld bytes, more than the %zu that such a file may have", path,
                (long long)s.st_size, most);
    } else {
        errno = 0;
        data = read_all(fd, *n = (size_t)s.st_size);
        if (!data && errno)
            tf1c_file_error(errno, path, here);
        else if (!data)
            no_memory(here);
    }
    if (fd >= 0)
        close(fd);
    return data;
}
