/* Second derivatives, by a loop. TF1: python/ops/gradients_impl.py hessians. */
#include "ops/control_flow/hessians.h"

#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/loops.h"
#include "ops/data_flow/tensor_array.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/compare.h"

typedef struct {
    tf_tensor gradient, x, n;
    tf_source here;
} differentiated;

static tf_tensor none_value(tf_source here) { return tf_mistake(tf_value_error, here, NULL, "None values not supported."); }

static tf_tensor is_within(tf_list vars, void *context) { return tf_less(tf_at(vars, 0), ((const differentiated *)context)->n); }

static tf_list differentiate_element(tf_list vars, void *context)
{
    const differentiated *d = context;
    const tf_tensor j = tf_at(vars, 0), next = tf_add(j, 1);
    const tf_tensor row = tf_at(tf_gradients(tf_getitem_tensor(d->gradient, j), d->x), 0);
    const tf_tensor value = tf_is_none(row) ? none_value(d->here) : row;
    return LIST(next, tf_tensor_array_write(tf_at(vars, 1), j, value));
}

static tf_tensor hessian(tf_tensor gradient, tf_tensor x, tf_source here)
{
    if (tf_is_none(gradient) || tf_is_poisoned(gradient))
        return tf_is_none(gradient) ? none_value(here) : gradient;
    differentiated d = { .x = x, .here = here };
    d.gradient = tf_reshape(gradient, SHAPE(-1));
    d.n = tf_size(x);
    const tf_tensor begin = tf_constant(0, tf_int32);
    const tf_tensor rows = tf_tensor_array(tf_get_dtype(x), d.n);
    const tf_list vars = tf_while_loop(is_within, differentiate_element, .loop_vars = LIST(begin, rows), .context = &d);
    const tf_tensor shape = tf_shape(x);
    const tf_tensor stacked = tf_tensor_array_stack(tf_at(vars, 1));
    return tf_reshape(stacked, tf_concat(LIST(shape, shape), 0));
}

tf_list tf_hessians_(tf_list ys, tf_list xs, struct tf_hessians_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    xs = tf1c_sound_list(xs, here);
    const tf_list gradients = tf_gradients(ys, xs);
    tf_list all = { 0 };
    for (int i = 0; i < xs.n; i++)
        tf_append(&all, hessian(gradients.items[i], xs.items[i], here));
    return all;
}
