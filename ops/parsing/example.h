/* Examples as bytes: features found by key, values read and written. TF1: core/example/{example,feature}.proto */
#ifndef TF1C_OPS_PARSING_EXAMPLE_H
#define TF1C_OPS_PARSING_EXAMPLE_H

#include "core/bytes.h"
#include "core/ndarray.h"

/* A feature's values: those of one kind, behind each other. dtype unset: there is none. */
typedef struct {
    tf_dtype dtype;
    tf_bytes list; /* the list's message */
} tf1c_found_feature;
bool tf1c_find_feature(tf_bytes example, const char *key, tf1c_found_feature *found); /* false: it is no Example */
/* How many values; unless `to` is NULL, `most` of them there at most, strings borrowed of the example. -1: it is none. */
int64_t tf1c_feature_values(const tf1c_found_feature *f, void *to, int64_t most);

#endif
