/* Labels, predictions and weights of one rank. TF1: python/ops/confusion_matrix.py, metrics_impl.py, losses/losses_impl.py. */
#include "ops/math/squeezable.h"

#include "ops/array/shape.h"
#include "ops/control_flow/cond.h"
#include "ops/math/arithmetic.h"
#include "ops/math/compare.h"

static bool any_poisoned(tf_tensor a, tf_tensor b) { return tf_is_poisoned(a) || tf_is_poisoned(b); }

static bool ranks_known(tf_tensor a, tf_tensor b) { return tf_get_shape(a).known && tf_get_shape(b).known; }

static bool may_lose_axis(tf_tensor t)
{
    const tf_dims d = tf_get_shape(t);
    return !d.known || (d.rank > 0 && (d.dims[d.rank - 1] == 1 || d.dims[d.rank - 1] == NONE));
}

/* In the run: how many axes a has more than b. */
static tf_tensor axes_more(tf_tensor a, tf_tensor b) { return tf_sub(tf_rank(a), tf_rank(b)); }

static tf_tensor same(void *t) { return *(tf_tensor *)t; }
static tf_tensor squeezed(void *t) { return tf_squeeze(*(tf_tensor *)t, -1); }
static tf_tensor expanded(void *t) { return tf_expand_dims(*(tf_tensor *)t, -1); }

static tf_tensor changed_if(tf_tensor pred, tf_branch_fn *change, tf_tensor t) { return tf_cond(pred, change, same, &t); }

void tf1c_remove_squeezable_dimensions(tf_tensor *labels, tf_tensor *predictions, int more)
{
    if (any_poisoned(*labels, *predictions))
        return;
    TF_SCOPE(NULL, "remove_squeezable_dimensions");
    if (ranks_known(*labels, *predictions)) {
        const int has = tf_get_shape(*predictions).rank - tf_get_shape(*labels).rank;
        if (has == more + 1)
            *predictions = tf_squeeze(*predictions, -1);
        else if (has == more - 1)
            *labels = tf_squeeze(*labels, -1);
        return;
    }
    const tf_tensor has = axes_more(*predictions, *labels);
    if (may_lose_axis(*predictions))
        *predictions = changed_if(tf_equal(more + 1, has), squeezed, *predictions);
    if (may_lose_axis(*labels))
        *labels = changed_if(tf_equal(more - 1, has), squeezed, *labels);
}

tf_tensor tf1c_squeeze_weights(tf_tensor weights, tf_tensor beside)
{
    if (any_poisoned(weights, beside))
        return weights;
    if (ranks_known(weights, beside))
        return tf_get_shape(weights).rank == tf_get_shape(beside).rank + 1 ? tf_squeeze(weights, -1) : weights;
    const tf_tensor has = axes_more(weights, beside);
    return may_lose_axis(weights) ? changed_if(tf_equal(1, has), squeezed, weights) : weights;
}

/* ---- weights that fit, decided in the run -------------------------------------------------------------------------------------------- */

typedef struct {
    tf_tensor weights, more;
} fitting;

static tf_tensor as_given(void *fitted) { return ((fitting *)fitted)->weights; }
static tf_tensor with_axis(void *fitted)
{
    const fitting *f = fitted;
    return changed_if(tf_equal(f->more, -1), expanded, f->weights);
}
static tf_tensor without_axis(void *fitted)
{
    const tf_tensor weights = as_given(fitted);
    return may_lose_axis(weights) ? tf_squeeze(weights, -1) : weights;
}
static tf_tensor by_an_axis(void *fitted)
{
    const fitting *f = fitted;
    return tf_cond(tf_equal(f->more, 1), without_axis, with_axis, fitted);
}

tf_tensor tf1c_fit_weights(tf_tensor weights, tf_tensor beside)
{
    const tf_dims w = tf_get_shape(weights), b = tf_get_shape(beside);
    if (any_poisoned(weights, beside) || (w.known && w.rank == 0))
        return weights;
    if (w.known && b.known)
        return w.rank == b.rank + 1 ? tf_squeeze(weights, -1) : b.rank == w.rank + 1 ? tf_expand_dims(weights, -1) : weights;
    const tf_tensor rank = tf_rank(weights);
    fitting f = { weights, tf_sub(rank, tf_rank(beside)) };
    return tf_cond(tf_equal(rank, 0), as_given, by_an_axis, &f);
}
