/* tile_batch. TF1: contrib/seq2seq/python/ops/beam_search_decoder.py */
#include "ops/array/concat.h"
#include "ops/array/pad.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/math/arithmetic.h"
#include "ops/seq2seq/decoding.h"

static tf_tensor tile(tf_tensor given, int64_t multiplier, tf_source here)
{
    tf_tensor t = tf_convert(tf_operand_tensor(given), tf_dtype_unset, here, "t");
    tf_dims d = tf_get_shape(t), tiling = { .known = true, .rank = d.rank + 1 };
    if (tf_is_poisoned(t))
        return t;
    if (!d.known || d.rank < 1 || d.rank >= TF_MAX_RANK)
        return tf_mistake(tf_value_error, here, NULL, "t must have statically known rank");
    for (int i = 0; i <= d.rank; i++)
        tiling.dims[i] = i == 1 ? multiplier : 1;
    const tf_tensor shape = tf_shape(t);
    tf_tensor tiled = tf_tile(tf_expand_dims(t, 1), tiling);
    const tf_tensor rows = tf_mul(tf_getitem(shape, "0"), (int)multiplier);
    tiled = tf_reshape(tiled, tf_concat(LIST(tf_stack(LIST(rows)), tf_getitem(shape, "1:")), 0));
    d.dims[0] = d.dims[0] == NONE ? NONE : d.dims[0] * multiplier;
    if (!tf_is_poisoned(tiled))
        tf_set_shape_(tiled, d, (tf_source){ 0 });
    return tiled;
}

static tf_tensor check_multiplier(int64_t multiplier, tf_source here)
{
    if (multiplier >= 0 && multiplier <= INT32_MAX)
        return (tf_tensor){ 0 };
    return tf_mistake(tf_value_error, here, NULL, "Expected multiples[1] >= 0, but got %lld", (long long)multiplier);
}

tf_tensor tf_contrib_seq2seq_tile_batch_(tf_tensor t, struct tf_tile_batch_args a)
{
    TF_FROM(a.here);
    const tf_tensor mistake = check_multiplier(a.multiplier, a.here);
    TF_SCOPE(a.name, "tile_batch");
    return mistake.op ? mistake : tile(tf1c_given_tensor(t, "t", a.here), a.multiplier, a.here);
}

tf_state *tf_tile_batch_of_state_(tf_state *t, struct tf_tile_batch_args a)
{
    TF_FROM(a.here);
    const tf_tensor mistake = t ? check_multiplier(a.multiplier, a.here) : tf_mistake(tf_type_error, a.here, NULL, "t is None.");
    if (mistake.op)
        return tf1c_state_leaf(mistake);
    TF_SCOPE(a.name, "tile_batch");
    tf_list leaves = tf_state_flatten(t), tiled = { 0 };
    for (int i = 0; i < leaves.n; i++)
        tf_append(&tiled, tile(tf1c_given_tensor(leaves.items[i], "t", a.here), a.multiplier, a.here));
    return tiled.n == leaves.n && tiled.n ? tf1c_state_pack(t, tiled.items)
                                          : tf1c_state_leaf((tf_tensor){ .op = tf1c_poison(NULL) });
}
