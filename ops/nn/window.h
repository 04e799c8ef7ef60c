/* What convolutions and pools share: windows that move over the axes between batch and channels. Not for users. */
#ifndef TF1C_OPS_NN_WINDOW_H
#define TF1C_OPS_NN_WINDOW_H

#include "core/conv.h"
#include "ops/family.h"

/* Whether "NCHW", "NCDHW", "NCW": channels second. */
bool tf1c_channels_second(const char *data_format);
/* The axis of spatial dimension i, and of the channels, of `rank`. */
int tf1c_spatial_axis(const char *data_format, int i);
int tf1c_channel_axis(const char *data_format, int rank);

/* What TF makes of a dilated convolution over n axes, beside itself and the rate: space in batch and back, and the sizes this takes. */
int tf1c_count_dilated(tf_dims in, int n, const char *data_format, bool same);

/* `given` as one number an axis of rank n + 2: a number, one or n of them are the middle axes'; unset is 1. False after a
 * ValueError "strides should be of length 1, 2 or 4 but was 3". TF1: python/ops/nn_ops.py _get_sequence */
bool tf1c_window_sequence(tf_dims given, int n, const char *data_format, const char *what, tf_source here, tf_dims *sequence);
/* False after a ValueError "Attr 'padding' of 'Conv2D' Op passed string 'x' not in: "SAME", "VALID"." */
bool tf1c_check_attr(const char *op, const char *attr, const char *value, const char *const *allowed, tf_source here);
bool tf1c_check_padding(const char *op, const char *padding, tf_source here);       /* of those two */
bool tf1c_check_format(const char *op, const char *format, int n, tf_source here); /* the two of n spatial dimensions */

/* One axis: how many outputs there are, NONE if that is not known; false after a report in TF's words. */
typedef struct {
    int64_t in, window, stride, dilation;
    int64_t before, after; /* explicit padding */
} tf1c_window;
bool tf1c_window_outputs(tf_shape_ctx *c, const char *padding, const tf1c_window *w, int64_t *outputs);
/* What SAME puts before the first element; 0 for VALID. */
int64_t tf1c_window_before(const char *padding, const tf1c_window *w, int64_t outputs);

#endif
