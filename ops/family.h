/* What the op families share: short ways to say a record, a builder, an elementwise op. */
#ifndef TF1C_OPS_FAMILY_H
#define TF1C_OPS_FAMILY_H

#include "graph/kernel.h"
#include "graph/node.h"

/* Every family file ends with its records in reading order, one a line (which clang-format would not leave them);
 * ops/families.def lists the families. */
typedef const tf_op_def *const tf1c_op_family[];
#define FAMILY(room, file) extern tf1c_op_family tf1c_family_##file;
#include "ops/families.def"
#undef FAMILY

/* Strips by a formula in x (and y), one per dtype: STRIP1(sqrt_f32, float, float, sqrtf(x)). */
#define STRIP1(id, type_out, type_in, formula)                                                        \
    static void id(int64_t n, void *out, const void *const *in, const void *attrs)                    \
    {                                                                                                 \
        type_out *restrict_out = out;                                                                 \
        const type_in *a = in[0];                                                                     \
        (void)attrs;                                                                                  \
        for (int64_t i = 0; i < n; i++) {                                                             \
            const type_in x = a[i];                                                                   \
            restrict_out[i] = (type_out)(formula);                                                    \
        }                                                                                             \
    }
#define STRIP2(id, type_out, type_in, formula)                                                        \
    static void id(int64_t n, void *out, const void *const *in, const void *attrs)                    \
    {                                                                                                 \
        type_out *restrict_out = out;                                                                 \
        const type_in *a = in[0], *b = in[1];                                                         \
        (void)attrs;                                                                                  \
        for (int64_t i = 0; i < n; i++) {                                                             \
            const type_in x = a[i], y = b[i];                                                         \
            restrict_out[i] = (type_out)(formula);                                                    \
        }                                                                                             \
    }

/* Traits of every elementwise op, and a builder with one or two operands: what `tf_NAME_` is for most. */
#define TF_ELEMENTWISE_TRAITS (TF_ELEMENTWISE | TF_STRIDED_IN | TF_STRIDED_OUT | TF_INPLACE)
#define UNARY_BUILDER(fn, record, default_name) \
    tf_tensor fn(tf_operand x, struct tf_name_args args) { return tf_op_unary(&(record), x, args, default_name); }
#define BINARY_BUILDER(fn, record, default_name) \
    tf_tensor fn(tf_operand x, tf_operand y, struct tf_name_args args) { return tf_op_binary(&(record), x, y, args, default_name); }

/* A tensor as the operand of another builder. */
static inline tf_operand operand_of(tf_tensor t) { return tf_operand_tensor(t); }

/* What graph code makes nodes with (ops/registry.c fills tf1c_basic with them). */
extern const tf_op_def tf1c_const_op, tf1c_identity_op, tf1c_zeros_like_op, tf1c_ones_like_op, tf1c_add_n_op, tf1c_indexed_slices_op;
tf_tensor tf1c_cast(tf_tensor x, tf_dtype dtype, tf_source here);                     /* cast.c */
tf_tensor tf1c_cast_node(tf_tensor x, tf_dtype dtype, const char *name);              /* cast.c: a node even to its own dtype */
tf_tensor tf1c_pack(tf_list values, tf_source here, const char *name);                /* concat.c: one tensor of scalars or tensors */
tf_list tf1c_outputs(tf_operation *op, int n);                                        /* concat.c: a node's first n; n times its mistake */
tf_tensor tf1c_op_of_list(const tf_op_def *def, struct tf_op_args args, tf_list inputs); /* concat.c: a node of the list's tensors */
tf_tensor tf1c_with_penalty(tf_regularizer r, tf_tensor weights);                     /* regularizers.c: r's loss is collected */
/* indexed_slices.c: slices as a tensor, known to be of `shape`; several one after the other; what t stands for, as nodes of its own */
tf_tensor tf1c_of_slices(tf_indexed_slices slices, tf_dims shape);
tf_tensor tf1c_concat_slices(tf_list all);
tf_tensor tf1c_dense(tf_tensor t);
tf_tensor tf1c_with_values(tf_tensor like, tf_tensor values); /* values in like's rows, if it is sparse */

#endif
