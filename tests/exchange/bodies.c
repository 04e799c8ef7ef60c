#include "exchange/bodies.h"

tf_tensor body_bent(tf_tensor s, tf_tensor x, void *context) { return (void)context, tf_sin(tf_add(tf_mul(s, x), x)); }
tf_tensor body_inner(tf_tensor s, tf_tensor x, void *context)
{
    return tf_mul(tf_sin(s), tf_foldl(body_bent, x, tf_reduce_sum(*(tf_tensor *)context)));
}
tf_tensor body_product_of_two(void *context) { return tf_mul(((tf_tensor *)context)[0], ((tf_tensor *)context)[1]); }
tf_tensor body_sine_of_first(void *context) { return tf_sin(((tf_tensor *)context)[0]); }
tf_tensor body_choose(tf_tensor s, tf_tensor x, void *context)
{
    tf_tensor both[] = { s, tf_add(x, *(tf_tensor *)context) };
    return tf_cond(tf_greater(tf_reduce_sum(x), 0.0), body_product_of_two, body_sine_of_first, .context = both);
}
tf_tensor body_square_plus(tf_tensor x, void *context) { return tf_add(tf_square(x), tf_mul(x, *(tf_tensor *)context)); }
tf_tensor body_below(tf_list v, void *context) { return (void)context, tf_less(tf_reduce_sum(tf_at(v, 1)), 40.0); }
tf_list body_grow(tf_list v, void *context)
{
    tf_tensor next = tf_add(tf_mul(tf_at(v, 1), 1.5), tf_sin(*(tf_tensor *)context));
    return LIST(tf_add(tf_at(v, 0), 1), next);
}
