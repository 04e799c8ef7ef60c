/* What the families that shape, join and index tensors share; not for users. */
#ifndef TF1C_OPS_ARRAY_ARRAY_H
#define TF1C_OPS_ARRAY_ARRAY_H

#include <string.h>

#include "ops/family.h"

/* Element i of an int32, int64 or uint8 operand: contiguous, or a vector of any stride. */
static inline int64_t int_at(const tf_view *v, int64_t i)
{
    i *= v->rank == 1 ? v->strides[0] : 1;
    return v->dtype == tf_int32   ? ((const int32_t *)v->data)[i]
           : v->dtype == tf_int64 ? ((const int64_t *)v->data)[i]
                                  : ((const uint8_t *)v->data)[i];
}

static inline int64_t int_of(const tf_ndarray *a, int64_t i)
{
    return a->dtype == tf_int32   ? ((const int32_t *)a->data)[i]
           : a->dtype == tf_int64 ? ((const int64_t *)a->data)[i]
                                  : ((const uint8_t *)a->data)[i];
}

/* Element i of a contiguous float32 or float64 operand. */
static inline double real_at(const tf_view *v, int64_t i)
{
    return v->dtype == tf_float32 ? (double)((const float *)v->data)[i] : ((const double *)v->data)[i];
}

static inline void set_real(const tf_view *v, int64_t i, double x)
{
    if (v->dtype == tf_float32)
        ((float *)v->data)[i] = (float)x;
    else
        ((double *)v->data)[i] = x;
}

/* Of an int32 or int64 one. */
static inline void set_int(const tf_view *v, int64_t i, int64_t x)
{
    if (v->dtype == tf_int64)
        ((int64_t *)v->data)[i] = x;
    else
        ((int32_t *)v->data)[i] = (int32_t)x;
}

/* memset and memcpy, for empty tensors too, which have no memory. */
static inline void clear_bytes(void *to, size_t n)
{
    if (n)
        memset(to, 0, n);
}

static inline void copy_bytes(void *to, const void *from, size_t n)
{
    if (n)
        memcpy(to, from, n);
}

/* dims[from] · … · dims[to - 1] */
static inline int64_t product(const int64_t *dims, int from, int to)
{
    int64_t n = 1;
    for (int i = from; i < to; i++)
        n = tf1c_times(n, dims[i]);
    return n;
}

/* Bytes of a row of v, behind its first `axes` axes. */
static inline size_t row_bytes(const tf_view *v, int axes)
{
    return (size_t)product(v->dims, axes, v->rank) * tf_dtype_size(v->dtype);
}

static inline tf_dims dims_of_view(const tf_view *v)
{
    tf_dims d = { .known = true, .rank = v->rank };
    memcpy(d.dims, v->dims, sizeof d.dims);
    return d;
}

static inline tf_dims unknown_of_rank(int rank)
{
    tf_dims d = { .known = true, .rank = rank };
    for (int i = 0; i < rank && i < TF_MAX_RANK; i++)
        d.dims[i] = NONE;
    return d;
}

/* gather.c: a's dims with b's from axis `from` on after them; false after a report if a shape does not hold so many. */
bool tf1c_append_dims(tf_shape_ctx *c, tf_dims *a, tf_dims b, int from);
/* Whether a shape begins with another, as far as both are known; else the axis (-1: it is too short) in *at, unless that is NULL.
 * tf1c_has_prefix says so, in TF's words while building. */
bool tf1c_begins_with(tf_dims whole, tf_dims prefix, int *at);
bool tf1c_has_prefix(tf_shape_ctx *c, tf_dims whole, tf_dims prefix);
/* segment.c: rows added up by index, for UnsortedSegmentSum and its like. */
void tf1c_segment_sum_kernel(tf_kernel_ctx *k);
int64_t tf1c_segment_units(const tf_kernel_ctx *k);
extern const tf_shard_rule tf1c_by_segment;

/* shape.c: a permutation of x's axes with those of a vector (which may be negative) first, as they are, then the others. */
tf_tensor tf1c_axes_first(tf_tensor x, tf_tensor axes);

/* A node of n operands: its output 0. */
static inline tf_tensor array_op(const tf_op_def *def, struct tf_name_args a, const char *default_name,
                                 const void *attrs, int n, const tf_operand *in)
{
    return (tf_tensor){ .op = tf_op_new(def, (struct tf_op_args){ .here = a.here,
                                                            .name = a.name,
                                                            .default_name = default_name,
                                                            .attrs = attrs,
                                                            .n_inputs = n,
                                                            .inputs = in }) };
}

/* n bytes as element i of the kernel's first result, in memory of the run's with a 0 behind. */
static inline void give_bytes(tf_kernel_ctx *k, int64_t i, const void *data, size_t n)
{
    char *copy = tf_kernel_string(k, n + 1);
    if (copy && n)
        memcpy(copy, data, n);
    if (copy)
        copy[n] = '\0';
    TF_DATA(k, out, 0, tf_bytes)[i] = (tf_bytes){ copy, copy ? n : 0 };
}

/* The rank of an operand that is a tensor or an array, -1 where it is not known. */
static inline int operand_rank(const tf_operand *x)
{
    if (x->kind == TF_OPERAND_TENSOR)
        return tf_get_shape(x->as.tensor).known ? tf_get_shape(x->as.tensor).rank : -1;
    return x->kind == TF_OPERAND_ARRAY                                ? x->as.array.shape.rank
           : x->kind == TF_OPERAND_DIMS || x->kind == TF_OPERAND_LIST ? 1
                                                                      : 0;
}

/* The rank that an axis needs, less one: of axis 2, and of axis -3, 2. */
static inline int64_t before_axis(int64_t axis) { return axis < 0 ? ~axis : axis; }

/* concat.c: tensors, numbers and lists of scalars one after the other along axis 0, at most 7, or along another axis. */
tf_tensor tf1c_concat_operands(int n, const tf_operand *values, int64_t axis, const char *name);
#define TF1C_CONCAT(...)                                                       \
    tf1c_concat_operands((int)(sizeof((tf_operand[]){ __VA_ARGS__ }) / sizeof(tf_operand)), (tf_operand[]){ __VA_ARGS__ }, 0, NULL)

/* concat.c: a vector of n scalars of dtype, of known numbers where values[i] is none; a constant where all are. TF's stack([n, 1, -1]). */
tf_tensor tf1c_stack_sizes(int n, const tf_tensor *values, const int64_t *known, tf_dtype dtype);
/* tf_dynamic_stitch as ParallelDynamicStitch. */
tf_tensor tf1c_parallel_stitch(tf_list indices, tf_list data, const char *name); /* partition.c */
/* A Range node of three operands of one dtype. */
tf_tensor tf1c_range(tf_operand start, tf_operand limit, tf_operand delta, struct tf_name_args args,
                     const char *default_name); /* range.c */
/* dy of each output, zeros where none flows. */
tf_list tf1c_all_dys(tf_grad_ctx *g); /* concat.c */
/* What passes its gradient on to input 0. */
void tf1c_identity_gradient(tf_grad_ctx *g, tf_tensor dy); /* identity.c */
/* The view rule of what gives back its input 0 as it lies. */
bool tf1c_whole_view(tf_kernel_ctx *k, int output, int64_t *offset); /* identity.c */
/* Element i's place in v: "[1,2]", "" in a scalar. */
const char *tf1c_place_text(const tf_view *v, int64_t i, char *text, size_t n); /* gather.c */
/* One elementwise statement per dtype; T names the type. */
#define FOR_DTYPE(dtype, statement) \
    switch (dtype) {                \
    case tf_float32: {              \
        typedef float T;            \
        statement                   \
    } break;                        \
    case tf_float64: {              \
        typedef double T;           \
        statement                   \
    } break;                        \
    case tf_int32: {                \
        typedef int32_t T;          \
        statement                   \
    } break;                        \
    case tf_int64: {                \
        typedef int64_t T;          \
        statement                   \
    } break;                        \
    default: {                      \
        typedef uint8_t T;          \
        statement                   \
    } break;                        \
    }

#endif
