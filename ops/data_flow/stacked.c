/* Elements of a queue stacked along a new axis. TF1: core/kernels/fifo_queue.cc, padding_fifo_queue.cc. */
#include <string.h>

#include "ops/data_flow/queue_state.h"

tf_dims tf1c_rows_of(int64_t n, tf_dims d)
{
    memmove(d.dims + 1, d.dims, (size_t)d.rank * sizeof *d.dims);
    d.dims[0] = n;
    d.rank++;
    return d;
}

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
    tf1c_component elements = { 0 };
    char *at = tf1c_component_fit(&elements, dtype, tf1c_rows_of(n, d));
    if (at)
        memset(at, 0, (size_t)n * each);
    for (int64_t i = 0; at && i < n; i++)
        tf1c_put_in_corner(at + (size_t)i * each, d, &all[i].at[component].value);
    const bool good = at && tf1c_component_copy(to, &elements.value);
    np_free(&elements.own);
    return good;
}
