/* Every op there is, by families.def; and the records that the graph makes nodes of by itself. */
#include <string.h>

#include "ops/family.h"

#define FAMILY(room, file) tf1c_family_##file,
static const tf_op_def *const *const families[] = {
#include "ops/families.def"
    NULL,
};
#undef FAMILY

const tf_op_def *const *const *tf1c_op_families(void) { return families; }

const tf_op_def *tf1c_find_op(const char *name)
{
    for (const tf_op_def *const *const *family = families; *family; family++)
        for (const tf_op_def *const *op = *family; *op; op++)
            if (strcmp((*op)->name, name) == 0)
                return *op;
    return NULL;
}

const tf1c_basic_ops tf1c_basic = {
    .constant = &tf1c_const_op,
    .identity = &tf1c_identity_op,
    .zeros_like = &tf1c_zeros_like_op,
    .ones_like = &tf1c_ones_like_op,
    .add_n = &tf1c_add_n_op,
    .pack = tf1c_pack,
    .indexed_slices = &tf1c_indexed_slices_op,
    .of_slices = tf1c_of_slices,
    .concat_slices = tf1c_concat_slices,
};
