/* float64 convolutions by plain loops, for who wants the digits: on images, and on rows of dw, as core/conv.h's. */
#ifndef TF1C_OPS_NN_CONV_LOOPS_H
#define TF1C_OPS_NN_CONV_LOOPS_H

#include "core/conv.h"

void tf1c_conv_loops_forward(const tf1c_conv *c, const double *x, const double *w, double *y, int64_t begin, int64_t end);
void tf1c_conv_loops_input(const tf1c_conv *c, const double *dy, const double *w, double *dx, int64_t begin, int64_t end);
void tf1c_conv_loops_filter(const tf1c_conv *c, const double *x, const double *dy, double *dw, int64_t begin, int64_t end);

#endif
