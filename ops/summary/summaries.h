/* What the summaries' kernels and builders share; not for users. */
#ifndef TF1C_OPS_SUMMARY_SUMMARIES_H
#define TF1C_OPS_SUMMARY_SUMMARIES_H

#include "core/proto/event.pb-c.h"
#include "ops/family.h"
#include "ops/summary/summary.h"

/* A Summary of n values as the kernel's result. */
void tf1c_give_summary(tf_kernel_ctx *k, size_t n, Tf1c__Summary__Value **values);
/* The string at input i, and what follows it, as a C string of the run's; NULL without memory. */
char *tf1c_tag_in(tf_kernel_ctx *k, int i);

/* A node of a tag's constant, x and one operand more, or none; collected. */
typedef struct {
    const tf_op_def *def;
    const char *tag_name; /* of the constant */
    tf_operand x;
    const tf_operand *more;
    const void *attrs;
    const char *name, *collections, *family; /* the user's */
    tf_source here;
} tf1c_summary_parts;
tf_tensor tf1c_summary_node(tf1c_summary_parts p);

#endif
