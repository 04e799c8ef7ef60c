/* How alike images are. TF1: python/ops/image_ops_impl.py psnr, ssim. */
#include <math.h>
#include <string.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/identity.h"
#include "ops/array/pad.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/family.h"
#include "ops/image/image.h"
#include "ops/logging/logging_ops.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"
#include "ops/nn/depthwise.h"
#include "ops/nn/nn.h"

/* Whether lengths, counted from the last axis on, may stand for images of one size and what broadcasts before them. */
static bool are_compatible(tf_tensor a, tf_tensor b, tf_source here)
{
    const tf_dims x = tf_get_shape(a), y = tf_get_shape(b);
    char left[TF_DIMS_TEXT], right[TF_DIMS_TEXT];
    for (int i = 0; i < 2; i++)
        if ((i ? y : x).known && (i ? y : x).rank < 3) {
            tf_fail(tf_value_error, here, NULL, "Shape %s must have rank at least 3", tf_dims_text(i ? y : x, left, sizeof left));
            return false;
        }
    for (int i = 1; x.known && y.known && i <= x.rank && i <= y.rank; i++) {
        const int64_t m = x.dims[x.rank - i], n = y.dims[y.rank - i];
        if (tf_merge_dim(m, n, &(int64_t){ 0 }) || (i > 3 && (m == 1 || n == 1)))
            continue;
        tf_dims_text(x, left, sizeof left);
        tf_dims_text(y, right, sizeof right);
        if (i > 3)
            tf_fail(tf_value_error, here, NULL, "Two images are not compatible: %s and %s", left, right);
        else
            tf_fail(tf_value_error, here, NULL, "Shapes %s and %s are incompatible", left, right);
        return false;
    }
    return true;
}

/* The same of what a run is given: two operations. */
typedef struct {
    tf_operation *ops[2];
} checks;

static checks check_shapes(tf_tensor a, tf_tensor b)
{
    const tf_tensor x = tf_shape(a), y = tf_shape(b);
    checks all;
    all.ops[0] = tf_assert(tf_greater_equal(tf_size(x), 3), LIST(x, y), 10);
    const tf_tensor size = tf_getitem(x, "-3:"), other = tf_getitem(y, "-3:");
    all.ops[1] = tf_assert(tf_reduce_all(tf_equal(size, other)), LIST(x, y), 10);
    return all;
}

static tf_tensor as_float(tf_tensor x) { return tf_image_convert_image_dtype(x, tf_float32); }

tf_tensor tf_image_psnr_(struct tf_psnr_args args)
{
    const tf_operand left = tf1c_given(args.a), right = tf1c_given(args.b), most = tf1c_given(args.max_val);
    TF_FROM(args.here);
    args.here = tf1c_source(args.here);
    TF_SCOPE(args.name, "PSNR");
    tf_tensor a = tf_convert(left, tf_dtype_unset, args.here, "a"), b = tf_convert(right, tf_dtype_unset, args.here, "b");
    if (tf_is_poisoned(a) || tf_is_poisoned(b))
        return tf_is_poisoned(a) ? a : b;
    if (!are_compatible(a, b, args.here))
        return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) };
    const tf_tensor max_val = as_float(tf_cast(most, tf_get_dtype(a)));
    a = as_float(a);
    b = as_float(b);
    const tf_tensor error = tf_reduce_mean(tf_squared_difference(a, b), AXES(-3, -2, -1));
    const tf_tensor peak = tf_operator_mul(20., tf_log(max_val)), in_tens = tf_operator_truediv(peak, tf_log(tf_constant(10.)));
    const tf_tensor noise = tf_operator_mul(10 / log(10), tf_log(error));
    tf_tensor y = tf_subtract(in_tens, noise, .name = "psnr");
    const checks c = check_shapes(a, b);
    tf_with_control_dependencies(OPS(c.ops[0], c.ops[1]))
        y = tf_identity(y);
    return y;
}

/* A normal distribution over size · size places, of sum 1: [size, size, 1, 1]. TF1: _fspecial_gauss */
static tf_tensor gauss(int64_t size, double sigma)
{
    const tf_tensor all = tf_cast(tf_range(size), tf_float32);
    const tf_tensor places = tf_sub(all, (double)(size - 1) / 2);
    const tf_tensor square = tf_square(places), scaled = tf_mul(square, (double)(-0.5f / ((float)sigma * (float)sigma)));
    const tf_tensor both = tf_add(tf_reshape(scaled, SHAPE(1, -1)), tf_reshape(scaled, SHAPE(-1, 1)));
    return tf_reshape(tf_nn_softmax(tf_reshape(both, SHAPE(1, -1))), SHAPE(size, size, 1, 1));
}

/* Each channel's mean about each place, weighted by the kernel. */
static tf_tensor local_mean(tf_tensor x, tf_tensor kernel)
{
    const tf_tensor shape = tf_shape(x);
    const tf_tensor flat = tf_reshape(x, TF1C_CONCAT(tf_operand_dims(SHAPE(-1)), operand_of(tf_getitem(shape, "-3:"))));
    const tf_tensor y = tf_nn_depthwise_conv2d(flat, kernel, SHAPE(1, 1, 1, 1), "VALID");
    const tf_tensor outer = tf_getitem(shape, ":-3"), inner = tf_getitem(tf_shape(y), "1:");
    return tf_reshape(y, tf_concat(LIST(outer, inner), 0));
}

/* luminance · contrast and structure, of each channel. */
static tf_tensor similarity(tf_tensor x, tf_tensor y, tf_tensor kernel, tf_tensor max_val, double k1, double k2)
{
    const tf_tensor c1 = tf_square(tf_mul(k1, max_val)), c2 = tf_square(tf_mul(k2, max_val));
    const tf_tensor mean0 = local_mean(x, kernel), mean1 = local_mean(y, kernel);
    const tf_tensor num0 = tf_mul(tf_mul(mean0, mean1), 2.), den0 = tf_add(tf_square(mean0), tf_square(mean1));
    const tf_tensor luminance = tf_truediv(tf_add(num0, c1), tf_add(den0, c1));
    const tf_tensor num1 = tf_mul(local_mean(tf_mul(x, y), kernel), 2.);
    const tf_tensor den1 = local_mean(tf_add(tf_square(x), tf_square(y)), kernel);
    const tf_tensor above = tf_add(tf_sub(num1, num0), c2), below = tf_add(tf_sub(den1, den0), c2);
    return tf_mul(luminance, tf_truediv(above, below));
}

/* As large as the filter at least. */
static tf_operation *check_size(tf_tensor shape, tf_tensor size)
{
    return tf_assert(tf_reduce_all(tf_greater_equal(tf_getitem(shape, "-3:-1"), size)), LIST(shape, size), 8);
}

tf_tensor tf_image_ssim_(struct tf_ssim_args args)
{
    const tf_operand left = tf1c_given(args.img1), right = tf1c_given(args.img2), most = tf1c_given(args.max_val);
    TF_FROM(args.here);
    args.here = tf1c_source(args.here);
    tf_tensor x = tf_convert(left, tf_dtype_unset, args.here, "img1"), y = tf_convert(right, tf_dtype_unset, args.here, "img2");
    if (tf_is_poisoned(x) || tf_is_poisoned(y))
        return tf_is_poisoned(x) ? x : y;
    if (!are_compatible(x, y, args.here))
        return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) };
    const checks c = check_shapes(x, y);
    tf_with_control_dependencies(OPS(c.ops[0], c.ops[1]))
        x = tf_identity(x);
    const tf_tensor max_val = as_float(tf_cast(most, tf_get_dtype(x)));
    x = as_float(x);
    y = as_float(y);
    const tf_tensor size = tf_constant(args.filter_size, tf_int32), shape = tf_shape(x);
    tf_operation *fits = check_size(shape, size), *fits_too = check_size(tf_shape(y), size);
    tf_with_control_dependencies(OPS(fits, fits_too))
        x = tf_identity(x);
    const tf_tensor channels = tf_getitem(shape, "-1");
    const tf_tensor kernel = tf_tile(gauss(args.filter_size, args.filter_sigma), LIST(1, 1, channels, 1));
    const tf_tensor each = tf_reduce_mean(similarity(x, y, kernel, max_val, args.k1, args.k2), AXES(-3, -2));
    return tf_reduce_mean(each, AXES(-1));
}
