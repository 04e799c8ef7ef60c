/* Gradients by name. TF1: python/framework/registry.py */
#include <pthread.h>
#include <string.h>

#include "graph/node.h"

typedef struct registered {
    struct registered *next;
    tf_gradient_fn *gradient;
    tf_source here;
    char name[];
} registered;

static registered *all; /* for the whole program; never freed */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static registered *find(const char *name)
{
    registered *r = all;
    while (r && strcmp(r->name, name) != 0)
        r = r->next;
    return r;
}

tf_gradient_fn *tf1c_registered_gradient(const char *name)
{
    pthread_mutex_lock(&lock);
    const registered *r = find(name);
    pthread_mutex_unlock(&lock);
    return r ? r->gradient : NULL;
}

/* The one before, if there is one; NULL: it has been added, or there is no memory. */
static const registered *add(const char *name, tf_gradient_fn *gradient, tf_source here, bool *added)
{
    const size_t size = strlen(name) + 1;
    pthread_mutex_lock(&lock);
    const registered *before = find(name);
    registered *r = before ? NULL : tf1c_alloc(sizeof *r + size);
    *added = r != NULL;
    if (r) {
        r->next = all;
        r->gradient = gradient;
        r->here = here;
        memcpy(r->name, name, size);
        all = r;
    }
    pthread_mutex_unlock(&lock);
    return before;
}

tf_status tf_register_gradient_(const char *name, tf_gradient_fn *gradient, tf_source here)
{
    bool added;
    if (!name || !gradient)
        return tf_fail(tf_type_error, here, NULL, "A gradient is registered with a name and a function; the %s is NULL.",
                       name ? "function" : "name");
    if (tf1c_find_op(name))
        return tf_fail(tf_key_error, here, NULL, "Registering two gradient with name '%s'! (An op of that name has its own.)",
                       name);
    const registered *before = add(name, gradient, here, &added);
    if (before)
        return tf_fail(tf_key_error, here, NULL, "Registering two gradient with name '%s'! (Previous registration was in %s:%d)",
                       name, before->here.file ? before->here.file : "?", before->here.line);
    return added ? tf_ok : tf_fail(tf_memory_error, here, NULL, "no memory left for a gradient's name");
}
