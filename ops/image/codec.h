/* Images as files, for other ops' kernels; not for users. */
#ifndef TF1C_OPS_IMAGE_CODEC_H
#define TF1C_OPS_IMAGE_CODEC_H

#include "graph/op.h"

/* Pixels of 1 to 4 channels as a PNG file's bytes, the run's; none after the kernel's error. */
tf_bytes tf1c_png_of(tf_kernel_ctx *k, const uint8_t *pixels, int64_t height, int64_t width, int64_t channels);

#endif
