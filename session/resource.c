/* Memory that lives as long as its session: the values of variables, and what ops keep. */
#include "session/resource.h"

#include <string.h>

#include "session/session_private.h"

void *tf1c_session_memory(tf_session *s, const tf_operation *op, size_t size, tf1c_resource **resource)
{
    tf1c_resource *r = tf1c_map_get(&s->resource_of, op->name);
    if (!r) {
        r = tf1c_alloc_zero(sizeof *r);
        void *data = tf1c_alloc_buffer(size ? size : 1);
        if (!r || !data || !tf1c_map_set(&s->resource_of, op->name, r)) {
            tf1c_free(r);
            tf1c_free(data);
            tf_fail(tf_memory_error, op->here, op->name, "no memory left for the value of '%s' (%zu bytes)", op->name, size);
            return NULL;
        }
        memset(data, 0, size);
        *r = (tf1c_resource){ s->resources, op, data, size, op->def->release, false };
        s->resources = r;
    }
    if (resource)
        *resource = r;
    return r->data;
}
