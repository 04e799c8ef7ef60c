/* Memory that lives as long as its session. */
#include "session/resource.h"

#include <string.h>

void *tf1c_resource_memory(tf1c_resources *all, const tf_operation *op, size_t size, tf1c_resource **resource)
{
    tf1c_resource *r = tf1c_map_get(&all->by_name, op->name);
    if (!r) {
        r = tf1c_alloc_zero(sizeof *r);
        void *data = tf1c_alloc_buffer(size ? size : 1);
        if (!r || !data || !tf1c_map_set(&all->by_name, op->name, r)) {
            tf1c_free(r);
            tf1c_free(data);
            tf_fail(tf_memory_error, op->here, op->name, "no memory left for the value of '%s' (%zu bytes)", op->name, size);
            return NULL;
        }
        memset(data, 0, size);
        *r = (tf1c_resource){ all->first, op, data, size, op->def->release, false };
        all->first = r;
    }
    if (resource)
        *resource = r;
    return r->data;
}

void *tf1c_variable_memory(tf1c_resources *all, const tf_operation *op, tf1c_resource **resource)
{
    const tf1c_output *out = &op->outputs[0];
    return tf1c_resource_memory(all, op, (size_t)tf_dims_count(out->shape) * tf_dtype_size(out->dtype), resource);
}

void tf1c_resources_free(tf1c_resources *all)
{
    for (tf1c_resource *r = all->first; r; r = r->next) /* their threads may look at other resources until they end */
        if (r->release)
            r->release(r->data);
    for (tf1c_resource *r = all->first, *next; r; r = next) {
        next = r->next;
        tf1c_free(r->data);
        tf1c_free(r);
    }
    tf1c_map_free(&all->by_name);
    all->first = NULL;
}
