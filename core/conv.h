/* float32 convolutions, forward and backward, as products of matrices that lie nowhere: the left operand's elements are those
 * of the images themselves, found through a table of offsets, so that nothing is copied but the filters, once a call, and an
 * image's border of zeros. An element of a result is one chain of fused multiply-adds, so images, rows and filters may be
 * dealt out in any way without changing a bit. */
#ifndef TF1C_CORE_CONV_H
#define TF1C_CORE_CONV_H

#include <stddef.h>
#include <stdint.h>

/* y [batch, out…, filters] of x [batch, in…, channels] and w [window…, channels, filters]; the three axes are depth, rows and
 * columns, of 1 where there are fewer. Window element k of output o lies at o·stride + k·dilation - before. */
enum { TF1C_CONV_AXES = 3 };
typedef struct {
    int64_t batch, channels, filters;
    int64_t in[TF1C_CONV_AXES], window[TF1C_CONV_AXES], out[TF1C_CONV_AXES];
    int64_t stride[TF1C_CONV_AXES], dilation[TF1C_CONV_AXES], before[TF1C_CONV_AXES];
} tf1c_conv;

/* Images [begin, end) of y = x * w + bias, of `filters` numbers or NULL. `scratch` is of the size that is asked for. */
size_t tf1c_conv_scratch(const tf1c_conv *c);
void tf1c_conv_forward(const tf1c_conv *c, const float *x, const float *w, const float *bias, float *y, int64_t begin, int64_t end,
                       void *scratch);
/* Images [begin, end) of dx. */
size_t tf1c_conv_input_scratch(const tf1c_conv *c);
void tf1c_conv_input(const tf1c_conv *c, const float *dy, const float *w, float *dx, int64_t begin, int64_t end, void *scratch);
/* Rows [begin, end) of dw as a matrix [window…·channels, filters]. */
size_t tf1c_conv_filter_scratch(const tf1c_conv *c);
void tf1c_conv_filter(const tf1c_conv *c, const float *x, const float *dy, float *dw, int64_t begin, int64_t end, void *scratch);

#endif
