/* What .npy and .npz share: reading and writing one array's bytes, with messages that name file, key and fault. */
#ifndef TF1C_CORE_NPY_H
#define TF1C_CORE_NPY_H

#include <stdio.h>
#include <zlib.h>

#include "ndarray.h"
#include "safe_file.h"

/* Who is read or written, for messages: "file.npz:key: what is wrong". */
typedef struct {
    const char *path, *key; /* key: NULL for a whole file */
    tf_source here;
} tf1c_npy_place;

tf_status tf1c_npy_fault(const tf1c_npy_place *p, tf_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
tf_status tf1c_npy_no_memory(const tf1c_npy_place *p, uint64_t bytes);

/* ---- reading: failures are reported ---- */
FILE *tf1c_npy_open(const tf1c_npy_place *p, uint64_t *size);
tf_status tf1c_npy_read(const tf1c_npy_place *p, FILE *f, void *to, size_t n);

/* The bytes of one .npy, read in order: a file's own or an archive entry's. */
typedef struct {
    tf1c_npy_place place;
    FILE *file;
    uint64_t left; /* bytes of the .npy not yet read */
    uint32_t crc;  /* of those read */
    bool deflated;
    uint64_t packed; /* deflated: bytes of the entry not yet taken from the file */
    z_stream z;
    uint8_t in[16 << 10];
} tf1c_npy_reader;

/* The whole array, which must fill the reader's bytes exactly; without data on failure. */
tf_ndarray tf1c_npy_read_array(tf1c_npy_reader *r);

/* ---- writing: there whole or not at all; not flushed to the disk, which NumPy does not either ---- */
typedef struct {
    tf1c_npy_place place; /* path: as given, plus the ending if it was missing */
    char *path;
    tf1c_safe_file file;
} tf1c_npy_writer;

tf_status tf1c_npy_no_path(tf_source here);
tf_status tf1c_npy_create(tf1c_npy_writer *w, const char *path, const char *ending, tf_source here);
void tf1c_npy_put(tf1c_npy_writer *w, const void *bytes, size_t n);
/* `code`: what came before; the file stays only if all went well. */
tf_status tf1c_npy_finish(tf1c_npy_writer *w, tf_status code);

/* An array as it goes to a file: contents that act as float32 are converted first, into `owned`. */
enum { TF1C_NPY_HEADER = 384 };
typedef struct {
    tf_ndarray array, owned;
    char header[TF1C_NPY_HEADER];
    size_t header_size;
} tf1c_npy_image;
tf_status tf1c_npy_image_make(tf1c_npy_image *m, const tf1c_npy_place *p, tf_ndarray a);
void tf1c_npy_image_free(tf1c_npy_image *m);

#endif
