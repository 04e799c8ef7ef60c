/* Running a record on memory; for those who run ops, and for kernels made of others. */
#ifndef TF1C_GRAPH_KERNEL_H
#define TF1C_GRAPH_KERNEL_H

#include "core/strings.h"
#include "graph/op.h"

typedef struct {
    char message[512];
    tf1c_string_heap *strings; /* NULL: kernels may not make any */
    bool (*room)(tf_kernel_ctx *k, int output, tf_dims dims); /* tf_kernel_room's; NULL: there is none */
    void *arg;                                                /* its own */
} tf1c_kernel_report;          /* what k->private_ points to, if the runner wants the text */
tf_status tf1c_run_kernel(tf_kernel_ctx *k); /* units [begin, end) of the record, whatever its kind; inputs as its traits ask */
tf_status tf1c_run_kernel_alone(tf_kernel_ctx *k); /* outside a run: with denormals as in one, and scratch of its own */
int64_t tf1c_kernel_units(const tf_kernel_ctx *k);
void tf1c_broadcast_view(tf_view *v, const tf_view *to); /* strides 0 along broadcast axes, rank of `to` */

/* What a strip found wrong (integers divided by zero), as an InvalidArgumentError's text: set by strips, taken by whoever
 * runs them. */
extern _Thread_local const char *tf1c_strip_fault;

#endif
