/* Clipping by value and by norm. TF1: python/ops/clip_ops.py */
#include <math.h>
#include <stdio.h>

#include "ops/array/constant.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/clip.h"
#include "ops/math/compare.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"
#include "ops/nn/nn.h"

/* Of IndexedSlices the values are clipped, and no others. */
static tf_operand values_of(tf_operand t)
{
    return t.kind == TF_OPERAND_TENSOR && t.as.tensor.op ? operand_of(tf_slices(t.as.tensor).values) : t;
}
static tf_tensor in_rows_of(tf_operand t, tf_tensor clipped)
{
    return t.kind == TF_OPERAND_TENSOR && t.as.tensor.op ? tf1c_with_values(t.as.tensor, clipped) : clipped;
}

static tf_tensor clip_by_value_of(tf_operand t, tf_operand least, tf_operand most, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "clip_by_value");
    tf_tensor values = tf_convert(values_of(t), tf_dtype_unset, a.here, "t");
    tf_tensor below = tf_minimum(values, most);
    if (tf_is_poisoned(below))
        return below;
    tf_dims merged, own = tf_get_shape(values), got = tf_get_shape(below);
    if (!tf_merge_dims(own, got, &merged))
        return tf_mistake(tf_value_error, a.here, NULL, "Shapes %s and %s are not compatible",
                          tf_dims_text(own, (char[TF_DIMS_TEXT]){ 0 }, TF_DIMS_TEXT),
                          tf_dims_text(got, (char[TF_DIMS_TEXT]){ 0 }, TF_DIMS_TEXT));
    tf_tensor clipped = tf_maximum(below, least, .name = tf_scope_name());
    if (tf_is_poisoned(clipped))
        return clipped;
    got = tf_get_shape(clipped);
    if (!tf_merge_dims(own, got, &merged))
        return tf_mistake(tf_value_error, a.here, NULL, "Shapes %s and %s are not compatible",
                          tf_dims_text(own, (char[TF_DIMS_TEXT]){ 0 }, TF_DIMS_TEXT),
                          tf_dims_text(got, (char[TF_DIMS_TEXT]){ 0 }, TF_DIMS_TEXT));
    return in_rows_of(t, clipped);
}

tf_tensor tf_clip_by_value_(struct tf_clip_by_value_args a)
{
    return clip_by_value_of(tf1c_given(a.t), tf1c_given(a.clip_value_min), tf1c_given(a.clip_value_max),
                            (struct tf_name_args){ a.here, a.name });
}

/* √ is kept from 0, where its gradient is infinite. */
static tf_tensor clip_by_norm_of(tf_operand t, tf_operand clip_norm, struct tf_clip_by_norm_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "clip_by_norm");
    tf_tensor values = tf_convert(values_of(t), tf_dtype_unset, a.here, "t");
    if (tf_is_poisoned(values))
        return values;
    tf_tensor sum = tf_reduce_sum(tf_mul(values, values), a.axis, .keepdims = true, .axes = a.axes);
    tf_tensor positive = tf_greater(sum, 0);
    tf_tensor safe = tf_where(positive, sum, tf_ones_like(sum));
    tf_tensor norm = tf_where(positive, tf_sqrt(safe), sum);
    tf_tensor scaled = tf_mul(values, clip_norm);
    tf_tensor most = tf_maximum(norm, clip_norm);
    return in_rows_of(t, tf_identity(tf_truediv(scaled, most), .name = tf_scope_name()));
}

tf_tensor tf_clip_by_norm_(struct tf_clip_by_norm_args a)
{
    return clip_by_norm_of(tf1c_keyword(a.t, true), tf1c_keyword(a.clip_norm, true), a);
}

tf_tensor tf_clip_by_average_norm_(tf_operand t, tf_operand clip_norm, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "clip_by_average_norm");
    const char *scope = tf_scope_name();
    const tf_tensor x = tf_convert(t, tf_dtype_unset, a.here, "t");
    if (tf_is_poisoned(x))
        return x;
    const tf_tensor n = tf_cast(tf_size(x), tf_float32);
    const tf_tensor squares = tf_mul(x, x), axes = tf_range(tf_rank(x));
    const tf_tensor inverse = tf_rsqrt(tf_reduce_sum(squares, axes));
    const tf_tensor scaled = tf_mul(x, clip_norm), of_average = tf_mul(inverse, n);
    const tf_tensor of_clip = tf_truediv(tf_constant(1.0), clip_norm), least = tf_minimum(of_average, of_clip);
    return tf_identity(tf_mul(scaled, least), .name = scope);
}

static tf_tensor global_norm_of(tf_list t_list, struct tf_name_args a)
{
    TF_FROM(a.here);
    t_list = tf1c_sound_list(t_list, a.here);
    TF_SCOPE(a.name, "global_norm");
    tf_list halves = { 0 };
    tf_dtype dtype = tf_float32;
    for (int i = 0; i < t_list.n; i++)
        if (!tf_is_none(t_list.items[i])) {
            tf_append(&halves, tf_nn_l2_loss(tf_slices(t_list.items[i]).values));
            dtype = tf_get_dtype(t_list.items[i]);
        }
    const tf_ndarray nothing = np_array(&(float){ 0 }, tf_float32, SHAPE(0));
    const tf_tensor all = halves.n ? tf1c_pack(halves, a.here, "stack") : tf_constant(nothing, .name = "stack");
    const tf_tensor half = tf_reduce_sum(all);
    return tf_sqrt(tf_mul(half, tf_constant(2.0, dtype)), .name = "global_norm");
}

tf_tensor tf_global_norm_(struct tf_global_norm_args a)
{
    return global_norm_of(tf1c_given_list(a.t_list, a.here), (struct tf_name_args){ a.here, a.name });
}

/* clip_norm · min(1 / norm, 1 / clip_norm), NaN where the norm is not finite. */
static tf_tensor global_scale(tf_tensor norm, tf_operand clip_norm)
{
    const tf_dtype dtype = tf_is_poisoned(norm) ? tf_float32 : tf_get_dtype(norm);
    tf_tensor by_norm = tf_truediv(1.0, norm);
    tf_tensor by_clip = tf_truediv(tf_constant(1.0, dtype), clip_norm);
    tf_tensor scale = tf_mul(clip_norm, tf_minimum(by_norm, by_clip));
    tf_tensor finite = tf_is_finite(norm);
    return tf_where(finite, scale, tf_constant(NAN, dtype));
}

static tf_clipped clip_by_global_norm_of(tf_list t_list, tf_operand clip_norm, struct tf_clip_by_global_norm_args a)
{
    TF_FROM(a.here);
    t_list = tf1c_sound_list(t_list, a.here);
    const tf_operand use_norm = tf1c_keyword(a.use_norm, true);
    tf_clipped clipped = { .norm = use_norm.kind ? tf_convert(use_norm, tf_dtype_unset, a.here, "use_norm")
                                                 : tf_global_norm(t_list, a.name) };
    if (tf_is_poisoned(clipped.norm)) {
        clipped.list = tf_mistake_list(t_list.n, clipped.norm);
        return clipped;
    }
    TF_SCOPE(a.name, "clip_by_global_norm");
    tf_tensor scale = global_scale(clipped.norm, clip_norm);
    for (int i = 0; i < t_list.n; i++) {
        char name[512];
        if (tf_is_none(t_list.items[i])) {
            tf_append(&clipped.list, t_list.items[i]);
            continue;
        }
        tf_tensor value = tf_mul(tf_slices(t_list.items[i]).values, scale);
        snprintf(name, sizeof name, "%s_%d", tf_scope_name(), i);
        tf_append(&clipped.list, tf1c_with_values(t_list.items[i], tf_identity(value, .name = name)));
    }
    return clipped;
}

tf_clipped tf_clip_by_global_norm_(struct tf_clip_by_global_norm_args a)
{
    return clip_by_global_norm_of(tf1c_given_list(a.t_list, a.here), tf1c_keyword(a.clip_norm, true), a);
}
