/* Dtypes and shapes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/ndarray.h"

static const struct {
    size_t size;
    const char *name, *kernel_name;
} dtypes[TF_DTYPES] = {
    [tf_float32] = { sizeof(float), "float32", "float" },   [tf_float64] = { sizeof(double), "float64", "double" },
    [tf_int32] = { sizeof(int32_t), "int32", "int32" },     [tf_uint8] = { sizeof(uint8_t), "uint8", "uint8" },
    [tf_string] = { sizeof(tf_bytes), "string", "string" }, [tf_int64] = { sizeof(int64_t), "int64", "int64" },
    [tf_bool] = { sizeof(bool), "bool", "bool" },
};

static bool is_dtype(tf_dtype dtype) { return (unsigned)dtype < TF_DTYPES && dtypes[dtype].size; }

size_t tf_dtype_size(tf_dtype dtype) { return is_dtype(dtype) ? dtypes[dtype].size : 0; }

const char *tf_dtype_name(tf_dtype dtype) { return is_dtype(dtype) ? dtypes[dtype].name : "<unset>"; }

const char *tf_dtype_kernel_name(tf_dtype dtype) { return is_dtype(dtype) ? dtypes[dtype].kernel_name : "<unset>"; }

/* A rank that no SHAPE can have (a tf_dims filled in by hand) counts as unknown. */
static bool rank_known(tf_dims d) { return d.known && d.rank >= 0 && d.rank <= TF_MAX_RANK; }

bool tf_dims_equal(tf_dims a, tf_dims b)
{
    if (!rank_known(a) || !rank_known(b))
        return rank_known(a) == rank_known(b);
    if (a.rank != b.rank)
        return false;
    for (int i = 0; i < a.rank; i++)
        if (a.dims[i] != b.dims[i] && (a.dims[i] >= 0 || b.dims[i] >= 0))
            return false;
    return true;
}

bool tf_dims_fully_known(tf_dims d)
{
    if (!rank_known(d))
        return false;
    for (int i = 0; i < d.rank; i++)
        if (d.dims[i] < 0)
            return false;
    return true;
}

int64_t tf_dims_count(tf_dims d)
{
    int64_t count = 1;
    bool empty = false;

    if (!tf_dims_fully_known(d))
        return -1;
    for (int i = 0; i < d.rank; i++) {
        empty = empty || d.dims[i] == 0;
        if (d.dims[i] > 0)
            count = count > INT64_MAX / d.dims[i] ? INT64_MAX : count * d.dims[i];
    }
    return empty ? 0 : count;
}

/* ---- text --------------------------------------------------------------------------------------------------- */

static const char *write_dims(tf_dims d, const char *open, const char *comma, const char *close, char *text, size_t n)
{
    char whole[TF_DIMS_TEXT] = "<unknown>";
    size_t at = 0;

    if (!text)
        return "";
    if (rank_known(d)) {
        at += (size_t)snprintf(whole, sizeof whole, "%s", open);
        for (int i = 0; i < d.rank; i++) {
            const char *before = i ? comma : "";

            if (d.dims[i] < 0)
                at += (size_t)snprintf(whole + at, sizeof whole - at, "%s?", before);
            else
                at += (size_t)snprintf(whole + at, sizeof whole - at, "%s%" PRId64, before, d.dims[i]);
        }
        snprintf(whole + at, sizeof whole - at, "%s", close);
    }
    if (n)
        snprintf(text, n, "%s", whole);
    return text;
}

const char *tf_dims_text(tf_dims d, char *text, size_t n) { return write_dims(d, "(", ", ", d.rank == 1 ? ",)" : ")", text, n); }

const char *tf_dims_kernel_text(tf_dims d, char *text, size_t n) { return write_dims(d, "[", ",", "]", text, n); }
