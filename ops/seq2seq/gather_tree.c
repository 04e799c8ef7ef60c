/* gather_tree, of other ops: a loop from the last step to the first. TF1: contrib/seq2seq/kernels/beam_search_ops.cc */
#include "ops/array/fill.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/loops.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"
#include "ops/seq2seq/beams.h"

typedef struct {
    tf_tensor lengths, ends, offsets; /* [batch]; [batch, beams]; where each row begins, [batch, 1] */
} backwards;

static tf_tensor of_parents(const backwards *k, tf_tensor x, tf_tensor parents)
{
    return tf_gather(tf_reshape(x, SHAPE(-1)), tf_add(parents, k->offsets));
}

/* state: the beam to follow, and its word; xs: a step's words and parents, and its number. */
static tf_list one_back(tf_list state, tf_list xs, void *context)
{
    const backwards *k = context;
    const tf_tensor parents = tf_at(state, 0), said = tf_less(tf_at(xs, 2), k->lengths);
    const tf_tensor words = of_parents(k, tf_at(xs, 0), parents), next = of_parents(k, tf_at(xs, 1), parents);
    return LIST(tf_where(said, next, parents), tf_where(said, words, k->ends));
}

tf_tensor tf1c_gather_tree(tf_tensor words, tf_tensor parents, tf_tensor lengths, tf_tensor end)
{
    const tf_tensor shape = tf_shape(words), steps = tf_getitem(shape, "0"), batch = tf_getitem(shape, "1"),
                    beams = tf_getitem(shape, "2");
    const tf_tensor zeros = tf_zeros(LIST(batch, beams), .dtype = tf_int32);
    const tf_tensor first = tf_add(zeros, tf_range(beams));
    backwards k = { lengths, tf_add(zeros, end), tf_expand_dims(tf_mul(tf_range(batch), beams), 1) };
    const tf_list followed =
        tf_scan(one_back, LIST(words, parents, tf_range(steps)), .initializer = LIST(first, zeros), .reverse = true, .context = &k);
    const tf_tensor said = tf_at(followed, 1), ended = tf_cast(tf_equal(said, end), tf_int32);
    const tf_tensor before = tf_cumsum(ended, 0, .exclusive = true);
    return tf_where(tf_greater(before, 0), tf_add(tf_zeros_like(said), end), said);
}

tf_tensor tf_contrib_seq2seq_gather_tree_(struct tf_gather_tree_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "GatherTree");
    const tf_tensor words = tf_convert(tf1c_given(a.step_ids), tf_int32, a.here, "step_ids");
    const tf_tensor parents = tf_convert(tf1c_given(a.parent_ids), tf_int32, a.here, "parent_ids");
    const tf_tensor lengths = tf_convert(tf1c_given(a.max_sequence_lengths), tf_int32, a.here, "max_sequence_lengths");
    const tf_tensor end = tf_convert(tf1c_given(a.end_token), tf_int32, a.here, "end_token");
    const struct {
        tf_tensor t;
        int rank;
    } all[] = { { words, 3 }, { parents, 3 }, { lengths, 1 }, { end, 0 } };
    for (int i = 0; i < 4; i++) {
        const tf_dims d = tf_get_shape(all[i].t);
        if (tf_is_poisoned(all[i].t))
            return all[i].t;
        if (d.known && d.rank != all[i].rank)
            return tf_mistake(tf_value_error, a.here, NULL, "Shape must be rank %d but is rank %d", all[i].rank, d.rank);
    }
    return tf1c_gather_tree(words, parents, lengths, end);
}
