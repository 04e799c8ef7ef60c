/* Windows over axes. TF1: core/framework/common_shape_fns.cc GetWindowedOutputSizeVerboseV2, GetWindowedOutputSizeFromDimsV2. */
#include "ops/nn/window.h"

#include <stdio.h>
#include <string.h>

bool tf1c_channels_second(const char *data_format) { return strncmp(data_format, "NC", 2) == 0; }
int tf1c_spatial_axis(const char *data_format, int i) { return 1 + i + tf1c_channels_second(data_format); }
int tf1c_channel_axis(const char *data_format, int rank) { return tf1c_channels_second(data_format) ? 1 : rank - 1; }

int tf1c_count_dilated(tf_dims in, int n, const char *data_format, bool same)
{
    enum { KNOWN = 10, UNKNOWN = 35, AXIS = 19 }; /* of lengths that the run knows a Shape, slices, sums and remainders, an axis */
    bool known = in.known;
    for (int i = 0; known && i < n; i++)
        known = in.dims[tf1c_spatial_axis(data_format, i)] != NONE;
    return (known ? KNOWN : UNKNOWN + AXIS * n) + same; /* the filter's shape, by which it is padded */
}

/* ---- arguments --------------------------------------------------------------------------------------------------------------- */

bool tf1c_window_sequence(tf_dims given, int n, const char *data_format, const char *what, tf_source here, tf_dims *sequence)
{
    if (!tf1c_given_sizes(&given, what, here))
        return false;
    if (!given.known)
        given = SHAPE(tf1c_plain(given) ? tf1c_plain(given) : 1);
    *sequence = given;
    if (given.rank == n + 2)
        return true;
    if (given.rank != 1 && given.rank != n) {
        tf_mistake(tf_value_error, here, NULL, "%s should be of length 1, %d or %d but was %d", what, n, n + 2, given.rank);
        return false;
    }
    *sequence = (tf_dims){ .known = true, .rank = n + 2 };
    for (int i = 0; i < n + 2; i++)
        sequence->dims[i] = 1;
    for (int i = 0; i < n; i++)
        sequence->dims[tf1c_spatial_axis(data_format, i)] = given.dims[given.rank == 1 ? 0 : i];
    return true;
}

bool tf1c_check_attr(const char *op, const char *attr, const char *value, const char *const *allowed, tf_source here)
{
    char list[128] = "";
    int used = 0;
    for (int i = 0; allowed[i]; i++) {
        if (value && strcmp(value, allowed[i]) == 0)
            return true;
        used += snprintf(list + used, sizeof list - (size_t)used, "%s\"%s\"", i ? ", " : "", allowed[i]);
    }
    if (!value)
        tf_mistake(tf_type_error, here, NULL, "Expected string for argument '%s' not None.", attr);
    else
        tf_mistake(tf_value_error, here, NULL, "Attr '%s' of '%s' Op passed string '%s' not in: %s.", attr, op, value, list);
    return false;
}

bool tf1c_check_padding(const char *op, const char *padding, tf_source here)
{
    static const char *const paddings[] = { "SAME", "VALID", NULL };
    return tf1c_check_attr(op, "padding", padding, paddings, here);
}

bool tf1c_check_format(const char *op, const char *format, int n, tf_source here)
{
    static const char *const formats[][3] = { { "NHWC", "NCHW", NULL }, { "NDHWC", "NCDHW", NULL } };
    return tf1c_check_attr(op, "data_format", format, formats[n == 3], here);
}

/* ---- sizes --------------------------------------------------------------------------------------------------------------------- */

static int64_t reach(const tf1c_window *w) { return (w->window - 1) * w->dilation + 1; }

static bool window_outputs_at_run(tf_shape_ctx *c, const tf1c_window *w, int64_t *outputs)
{
    *outputs = (w->in + w->before + w->after - reach(w) + w->stride) / w->stride;
    if (*outputs >= 0)
        return true;
    tf_shape_error(c, "Computed output size would be negative: %lld [input_size: %lld, effective_filter_size: %lld, stride: %lld]",
                   (long long)*outputs, (long long)w->in, (long long)reach(w), (long long)w->stride);
    return false;
}

bool tf1c_window_outputs(tf_shape_ctx *c, const char *padding, const tf1c_window *w, int64_t *outputs)
{
    *outputs = NONE;
    if (w->stride <= 0)
        tf_shape_error(c, "Stride must be > 0, but got %lld", (long long)w->stride);
    else if (w->dilation < 1)
        tf_shape_error(c, "Dilation rate must be >= 1, but got %lld", (long long)w->dilation);
    if (w->stride <= 0 || w->dilation < 1)
        return false;
    if (w->in == NONE)
        return true;
    if (strcmp(padding, "SAME") == 0) {
        *outputs = (w->in + w->stride - 1) / w->stride;
        return true;
    }
    if (w->window == NONE)
        return true;
    if (tf_shape_at_run(c))
        return window_outputs_at_run(c, w, outputs);
    const int64_t in = w->in + w->before + w->after;
    if (in < reach(w)) {
        tf_shape_error(c, "Negative dimension size caused by subtracting %lld from %lld", (long long)reach(w), (long long)in);
        return false;
    }
    *outputs = (in - reach(w)) / w->stride + 1;
    return true;
}

int64_t tf1c_window_before(const char *padding, const tf1c_window *w, int64_t outputs)
{
    const int64_t padded = (outputs - 1) * w->stride + reach(w);
    return strcmp(padding, "SAME") == 0 && padded > w->in ? (padded - w->in) / 2 : w->before;
}
