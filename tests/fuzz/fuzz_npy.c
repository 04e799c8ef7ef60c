/* np_load, and np_npz_open with every array in it. */
#include "tests/fuzz/fuzz.h"

static void read_npy(const char *path)
{
    char text[256];
    tf_ndarray a = np_load(path);
    if (a.data)
        np_text(a, text, sizeof text);
    np_free(&a);
}

static void read_npz(const char *path)
{
    np_npz *z = np_npz_open(path);
    for (int i = 0; z && i < np_npz_count(z) && i < 16; i++) {
        tf_ndarray a = np_npz_get(z, np_npz_key(z, i));
        np_free(&a);
    }
    np_npz_close(z);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tf_on_error(tf_silent);
    read_npy(fuzz_file(".npy", data, size));
    read_npz(fuzz_file(".npz", data, size));
    return 0;
}
