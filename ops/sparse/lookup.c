/* Embeddings of rows of ids. TF1: python/ops/embedding_ops.py embedding_lookup_sparse. */
#include <string.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/fill.h"
#include "ops/array/gather.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/array/where.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/segment.h"
#include "ops/math/unary.h"
#include "ops/sparse/sparse.h"

typedef enum { SUM, MEAN, SQRT_N, COMBINERS } combiner;
static combiner combiner_of(const char *name)
{
    static const char *const names[COMBINERS] = { "sum", "mean", "sqrtn" };
    int i = name ? 0 : MEAN;
    while (name && i < COMBINERS && strcmp(name, names[i]) != 0)
        i++;
    return (combiner)i;
}

/* weights [n] as [n, 1, …], to go along with the rows. */
static tf_tensor columns_of(tf_tensor weights, tf_tensor rows)
{
    const tf_tensor ones = tf_fill(tf_expand_dims(tf_sub(tf_rank(rows), 1), 0), 1);
    const tf_tensor shape = tf_concat(LIST(tf_shape(weights), ones), 0);
    const tf_tensor y = tf_reshape(weights, shape);
    tf_dims known = tf_get_shape(weights);
    for (int i = tf_get_shape(rows).known ? 1 : TF_MAX_RANK; known.known && i < tf_get_shape(rows).rank; i++)
        known.dims[known.rank++] = 1;
    if (tf_get_shape(rows).known && !tf_is_poisoned(y))
        tf_set_shape(y, known);
    return y;
}

static tf_tensor weighted(tf_tensor rows, tf_tensor weights, tf_tensor segments, combiner how, const char *scope)
{
    const tf_tensor w = columns_of(weights, rows), products = tf_mul(rows, w);
    if (how == SUM)
        return tf_segment_sum(products, segments, .name = scope);
    const tf_tensor sum = tf_segment_sum(products, segments);
    if (how == MEAN)
        return tf_div(sum, tf_segment_sum(w, segments), .name = scope);
    return tf_div(sum, tf_sqrt(tf_segment_sum(tf_pow(w, 2), segments)), .name = scope);
}

static tf_tensor combined(tf_tensor rows, tf_tensor places, tf_tensor segments, combiner how, const char *scope)
{
    return how == SUM    ? tf_sparse_segment_sum(rows, places, segments, .name = scope)
           : how == MEAN ? tf_sparse_segment_mean(rows, places, segments, .name = scope)
                         : tf_sparse_segment_sqrt_n(rows, places, segments, .name = scope);
}

tf_tensor tf_nn_embedding_lookup_sparse_(struct tf_embedding_lookup_sparse_args a)
{
    const combiner how = combiner_of(a.combiner);
    const tf_operand params = tf1c_given(a.params);
    TF_FROM(a.here);
    if (how == COMBINERS)
        return tf_mistake(tf_value_error, a.here, NULL, "combiner must be one of 'mean', 'sqrtn' or 'sum'");
    TF_SCOPE(a.name, "embedding_lookup_sparse");
    const char *scope = tf_scope_name();
    const tf_tensor segments = tf_cast(tf_getitem(a.sp_ids.indices, ":, 0"), tf_int32);
    const tf_unique ids = tf_unique(a.sp_ids.values);
    const tf_tensor table = tf_nn_embedding_lookup(params, ids.y, a.partition_strategy, .max_norm = a.max_norm);
    if (tf_is_poisoned(table) || tf_is_poisoned(segments))
        return tf_is_poisoned(table) ? table : segments;
    if (tf_is_none(a.sp_weights.values))
        return combined(table, ids.idx, segments, how, scope);
    tf_tensor w = a.sp_weights.values;
    if (!tf_is_poisoned(w) && tf_get_dtype(w) != tf_get_dtype(table))
        w = tf_cast(w, tf_get_dtype(table));
    return weighted(tf_gather(table, ids.idx), w, segments, how, scope);
}
