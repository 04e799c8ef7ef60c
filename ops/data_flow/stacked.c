/* Elements of a queue stacked along a new axis. TF1: core/kernels/fifo_queue.cc, padding_fifo_queue.cc. */
#include <string.h>

#include "ops/data_flow/queue_state.h"

/* What each is padded to: the longest along every dimension. */
static tf_dims around(const tf1c_element *all, int component, int64_t n)
{
    tf_dims d = all[0].at[component].value.shape;
    for (int64_t i = 1; i < n; i++)
        for (int j = 0; j < d.rank; j++)
            if (d.dims[j] < all[i].at[component].value.shape.dims[j])
                d.dims[j] = all[i].at[component].value.shape.dims[j];
    return d;
}

bool tf1c_stack_elements(tf1c_component *to, const tf1c_element *all, int component, int64_t n)
{
    const tf_dims d = around(all, component, n);
    const tf_dtype dtype = all[0].at[component].value.dtype;
    const size_t each = (size_t)tf_dims_count(d) * tf_dtype_size(dtype);
    const bool strings = dtype == tf_string;
    tf1c_component elements = { 0 }; /* of strings, whose bytes are copied at the end */
    char *at = tf1c_component_fit(strings ? &elements : to, dtype, tf1c_rows_of(n, d));
    if (at)
        memset(at, 0, (size_t)n * each);
    for (int64_t i = 0; at && i < n; i++)
        tf1c_put_in_corner(at + (size_t)i * each, d, &all[i].at[component].value);
    const bool good = at && (!strings || tf1c_component_copy(to, &elements.value));
    np_free(&elements.own);
    return good;
}
