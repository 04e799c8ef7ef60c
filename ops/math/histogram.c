/* Counting values. TF1: core/kernels/bincount_op.cc, histogram_op.cc; python/ops/math_ops.py, histogram_ops.py. */
#include "ops/math/histogram.h"

#include "ops/array/array.h"
#include "ops/array/constant.h"
#include "ops/array/shape.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/reduce.h"
#include "ops/math/segment.h"

/* ---- Bincount ---------------------------------------------------------------------------------------------------------------------- */
static void bincount_shape(tf_shape_ctx *c)
{
    int64_t size = NONE;
    if (!tf_with_rank(c, 1, 0))
        return;
    if (tf_in_int(c, 1, &size) && size < 0)
        tf_shape_error(c, "size (%lld) must be non-negative", (long long)size);
    else if (tf_shape_at_run(c) && tf_dims_count(*tf_in_dims(c, 2)) &&
             tf_dims_count(*tf_in_dims(c, 0)) != tf_dims_count(*tf_in_dims(c, 2)))
        tf_shape_error(c, "weights and arr must have as many elements");
    else
        tf_set_out(c, 0, SHAPE(size));
}

static void bincount_kernel(tf_kernel_ctx *k)
{
    const tf_view *arr = &k->in[0], *weights = &k->in[2], *out = &k->out[0];
    const bool weighted = tf_view_count(weights) > 0;
    clear_bytes(out->data, (size_t)out->dims[0] * tf_dtype_size(out->dtype));
    for (int64_t i = 0, n = tf_view_count(arr); i < n; i++) {
        const int64_t at = int_at(arr, i);
        if (at < 0) {
            tf_kernel_error(k, tf_invalid_argument, "Input arr must be non-negative!");
            return;
        }
        if (at < out->dims[0])
            FOR_DTYPE(out->dtype, { ((T *)out->data)[at] += weighted ? ((const T *)weights->data)[i] : (T)1; })
    }
}

static const tf_op_def bincount_op = {
    .name = "Bincount",
    .in = "arr:int32, size:int32, weights:T",
    .out = "bins:T",
    .T = TF_FLOATING | TF_INDEX,
    .shape = bincount_shape,
    .kernel = bincount_kernel,
    .gradient = tf1c_undefined_gradient,
};

/* A length as an int32 tensor; of kind none there is none. */
static tf_tensor length_of(tf_operand length, const char *name, tf_source here)
{
    return length.kind ? tf_convert(length, tf_int32, here, name) : (tf_tensor){ 0 };
}

static tf_tensor bins_of(tf_tensor arr, const struct tf_bincount_args *a)
{
    const tf_tensor none_empty = tf_greater(tf_reduce_prod(tf_shape(arr)), 0);
    const tf_tensor some = tf_cast(none_empty, tf_int32);
    tf_tensor size = tf_mul(some, tf_raw_ops_add_v2(tf_reduce_max(arr), 1, .name = "add"));
    const tf_tensor least = length_of(tf1c_given(a->minlength), "minlength", a->here);
    if (!tf_is_none(least))
        size = tf_maximum(least, size);
    const tf_tensor most = length_of(tf1c_given(a->maxlength), "maxlength", a->here);
    return tf_is_none(most) ? size : tf_minimum(most, size);
}

tf_tensor tf_bincount_(struct tf_bincount_args a)
{
    const tf_operand weights = tf1c_keyword(a.weights, true);
    const tf_dtypes allowed = TF_FLOATING | TF_INDEX;
    const tf_dtype dtype = a.dtype ? a.dtype : tf_int32;
    char nothing = 0;
    TF_FROM(a.here);
    TF_SCOPE(NULL, "bincount");
    const tf_tensor arr = tf_convert(tf1c_given(a.arr), tf_int32, a.here, "arr");
    if (tf_is_poisoned(arr))
        return arr;
    const tf_tensor size = bins_of(arr, &a);
    if (weights.kind)
        return tf_unsorted_segment_sum(tf_convert(weights, tf_dtype_unset, a.here, "weights"), arr, size);
    if (!(allowed & TF_DTYPE_BIT(dtype)))
        return tf_mistake(tf_type_error, a.here, NULL, "bincount's dtype has to be int32, int64, float32 or float64");
    const tf_ndarray none = np_array(&nothing, dtype, SHAPE(0));
    const tf_operand in[] = { operand_of(arr), operand_of(size), operand_of(tf_constant(none)) };
    return array_op(&bincount_op, (struct tf_name_args){ .here = a.here }, NULL, NULL, 3, in);
}

/* ---- HistogramFixedWidth ------------------------------------------------------------------------------------------------------------- */
static void histogram_shape(tf_shape_ctx *c)
{
    const tf_dims range = *tf_in_dims(c, 1);
    const bool at_run = tf_shape_at_run(c);
    int64_t bins = NONE;
    if (at_run && (range.rank != 1 || tf_in_dims(c, 2)->rank != 0)) {
        tf_shape_error(c, range.rank != 1 ? "value_range should be a vector." : "nbins should be a scalar.");
        return;
    }
    if (!tf_with_rank(c, 1, 1) || !tf_with_rank(c, 2, 0))
        return;
    if (range.known && range.dims[0] != NONE && range.dims[0] != 2)
        tf_shape_error(c, at_run ? "value_range should be a vector of 2 elements." : "Dimension must be 2 but is %lld",
                       (long long)range.dims[0]);
    else if (tf_in_int(c, 2, &bins) && bins <= 0)
        tf_shape_error(c, at_run ? "nbins should be a positive number, but got '%lld'" : "Requires nbins > 0: %lld",
                       (long long)bins);
    else
        tf_set_out(c, 0, SHAPE(bins));
}

static double number_at(const tf_view *v, int64_t i)
{
    return TF_FLOATING & TF_DTYPE_BIT(v->dtype) ? real_at(v, i) : (double)int_at(v, i);
}

/* A difference rounded as the dtype has it. */
static double apart(tf_dtype dtype, double a, double b) { return dtype == tf_float32 ? (double)((float)a - (float)b) : a - b; }

static void histogram_kernel(tf_kernel_ctx *k)
{
    const tf_view *values = &k->in[0], *out = &k->out[0];
    const double least = number_at(&k->in[1], 0), most = number_at(&k->in[1], 1), bins = (double)out->dims[0];
    const double step = apart(k->T, most, least) / bins;
    clear_bytes(out->data, (size_t)out->dims[0] * tf_dtype_size(out->dtype));
    if (!(least < most)) {
        tf_kernel_error(k, tf_invalid_argument, "value_range should satisfy value_range[0] < value_range[1], but got '[%g, %g]'",
                        least, most);
        return;
    }
    for (int64_t i = 0, n = tf_view_count(values); i < n; i++) {
        const double x = apart(k->T, number_at(values, i), least) / step;
        const int64_t bin = !(x > 0) ? 0 : x < bins - 1 ? (int64_t)x : out->dims[0] - 1;
        set_int(out, bin, int_at(out, bin) + 1);
    }
}

static const tf_op_def histogram_op = {
    .name = "HistogramFixedWidth",
    .in = "values:T, value_range:T, nbins:int32",
    .out = "out:U",
    .T = TF_FLOATING | TF_INDEX,
    .U = TF_INDEX,
    .shape = histogram_shape,
    .kernel = histogram_kernel,
    .gradient = tf1c_undefined_gradient,
};

tf_tensor tf_histogram_fixed_width_(struct tf_histogram_args a)
{
    const tf_operand bins = tf1c_given(a.nbins);
    const tf_operand in[] = { tf1c_keyword(a.values, true), tf1c_keyword(a.value_range, true),
                              bins.kind ? bins : tf_operand_integer(100) };
    tf_operation *op = tf_op_new(
        &histogram_op,
        (struct tf_op_args){
            .here = a.here, .name = a.name, .default_name = "histogram_fixed_width", .n_inputs = 3, .inputs = in, .U = a.dtype });
    return (tf_tensor){ .op = op };
}

/* clang-format off */
tf1c_op_family tf1c_family_histogram = {
    &bincount_op,
    &histogram_op,
    NULL,
};
