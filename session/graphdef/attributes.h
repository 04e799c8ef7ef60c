/* What TensorFlow calls the attributes of each op, and where they come from: the rows of attributes.def, read one by one. */
#ifndef TF1C_SESSION_GRAPHDEF_ATTRIBUTES_H
#define TF1C_SESSION_GRAPHDEF_ATTRIBUTES_H

#include "graph/node.h"

typedef enum {
    TF1C_A_TYPE,
    TF1C_A_BOOL,
    TF1C_A_INT,
    TF1C_A_FLOAT,
    TF1C_A_STRING,
    TF1C_A_SHAPE,
    TF1C_A_TENSOR,
    TF1C_A_INTS,
    TF1C_A_FLOATS,
    TF1C_A_TYPES
} tf1c_attribute_kind;

typedef enum {
    TF1C_FROM_NOTHING, /* always the default */
    TF1C_FROM_FIELD,      /* of the attribute's name, or of another */
    TF1C_FROM_T,
    TF1C_FROM_U,
    TF1C_FROM_INPUT,      /* the dtype of input `index` */
    TF1C_FROM_OUTPUT,     /* the dtype of output `index` */
    TF1C_FROM_INPUTS,     /* the dtypes of the inputs from `index` on */
    TF1C_FROM_IN_COUNT,
    TF1C_FROM_OUT_COUNT
} tf1c_attribute_source;

typedef struct {
    char name[64], fallback[40]; /* of a string without its quotes; has_fallback tells "" from none */
    bool has_fallback;
    tf1c_attribute_kind kind;
    tf1c_attribute_source source;
    int index;
    const tf_attr_def *field; /* of TF1C_FROM_FIELD */
} tf1c_attribute;

/* The row of an op; NULL: TensorFlow has no op of that name. */
const char *tf1c_attribute_row(const char *op);
/* Why an op that TensorFlow has has no row; NULL: it has one, or TensorFlow has it not. */
const char *tf1c_no_attributes(const char *op);
/* The next attribute of a row for a record of that op; false at the end. */
bool tf1c_next_attribute(const char **row, const tf_op_def *def, tf1c_attribute *a);

/* How many inputs or outputs of n stand for the variadic argument of a signature; 0 without one. */
int tf1c_variadic(const char *signature, int n);
int tf1c_argument_count(const char *signature, int variadic); /* the other way round: how many those are in all */
/* The argument of a signature that output i of n belongs to, and its place in it: "output", 2. False outside. */
bool tf1c_argument_of(const char *signature, int i, int n, char *name, size_t room, int *place);

tf_dtype tf1c_dtype_named(const char *name); /* "float32"; unset: none of the library's */

#endif
