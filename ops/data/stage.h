/* How a session runs through a dataset: a stage for each dataset, which draws elements from the stages of its inputs.
 *
 * A dataset (dataset.c) says what an element is and which tensors a pass needs; opened with their values it is a tree of stages.
 * Elements are moved by exchanging their memory, so that at known shapes nothing is allocated. A stage is drawn from by one thread
 * at a time; stages with threads of their own hand elements over under a lock. */
#ifndef TF1C_OPS_DATA_STAGE_H
#define TF1C_OPS_DATA_STAGE_H

#include "graph/exchange.h"
#include "ops/data/dataset.h"

/* ---- elements -------------------------------------------------------------------------------------------------------------- */

/* A value lies in memory of its own, or is borrowed from what lives as long as the stages. */
typedef struct {
    tf_ndarray value, own;
} tf1c_component;
typedef struct {
    int n;
    tf1c_component *at;
} tf1c_element;
bool tf1c_element_open(tf1c_element *e, int n); /* false after a report */
void tf1c_element_close(tf1c_element *e);
void tf1c_element_swap(tf1c_element *a, tf1c_element *b); /* of as many components: their values and memory */
void *tf1c_component_fit(tf1c_component *c, tf_dtype dtype, tf_dims dims); /* memory for the value; NULL after a report */
bool tf1c_component_copy(tf1c_component *c, const tf_ndarray *from);      /* strings with their bytes */
tf_dims tf1c_rows_of(int64_t n, tf_dims d);                                 /* d with n before it; batch.c */
void tf1c_put_in_corner(char *to, tf_dims d, const tf_ndarray *x);         /* of an array of shape d; batch.c */
bool tf1c_component_string(tf1c_component *c, tf_bytes s);                 /* a scalar */

/* ---- stages ---------------------------------------------------------------------------------------------------------------- */

typedef struct tf1c_stage tf1c_stage;
typedef struct tf1c_dataset_ tf1c_dataset;
typedef enum { TF1C_ELEMENT, TF1C_END, TF1C_FAULT } tf1c_next; /* a fault: s->fault; the next element may be good again */

typedef struct {
    const char *name; /* TF's type of op */
    size_t size;      /* of what a stage of it keeps, zeroed at first */
    bool (*open)(tf1c_stage *s);                   /* false: s->fault */
    tf1c_next (*next)(tf1c_stage *s, tf1c_element *e); /* at the end again and again TF1C_END */
    void (*restart)(tf1c_stage *s);                /* a new pass; its inputs are restarted after it */
    void (*close)(tf1c_stage *s);                  /* before its inputs; also if it could not be opened */
} tf1c_stage_kind;

struct tf1c_stage {
    const tf1c_stage_kind *kind;
    const tf1c_dataset *of;
    tf1c_stage **inputs;
    const tf_ndarray *values; /* of the dataset's own tensors */
    tf1c_fault fault;
    void *mine;
};

struct tf1c_dataset_ {
    tf_data_dataset public_;
    const tf1c_stage_kind *kind;
    tf_graph *graph;
    tf_source here;
    int n_inputs;
    const tf1c_dataset **inputs;
    int n_values; /* tensors that a pass needs: its own, without those of its inputs */
    tf_tensor *values;
    /* map, filter, flat_map, interleave: a function of the element's components and of the last n_captured values */
    tf1c_function_def function;
    int n_captured;
    const tf1c_dataset *inner; /* of flat_map and interleave: opened with the function's results */
    /* what the kinds read */
    bool flag; /* batch: drop_remainder; shuffle: reshuffle each iteration; lines: keep carriage returns within */
    int64_t seed, seed2;     /* shuffle */
    int64_t numbers[3];      /* map: threads; interleave: cycle and block length; records: bytes of one, header and footer */
    const char *text;        /* files: compression */
    const tf_dims *padded;   /* padded_batch */
    tf_generator *generator;
    void *context;
    bool poisoned; /* by a mistake that has been reported */
    tf_operation *mistake;
};

/* A tree of stages for a dataset and the values of all its tensors, its own before those of its inputs, which outlive it.
 * `fused`: as TF's graph optimizer leaves it. NULL: *fault, or a report where memory was out. */
tf1c_stage *tf1c_stage_open(const tf1c_dataset *d, const tf_ndarray *values, bool fused, tf1c_fault *fault);
void tf1c_stage_close(tf1c_stage *s); /* NULL is fine */
tf1c_next tf1c_stage_next(tf1c_stage *s, tf1c_element *e);
void tf1c_stage_restart(tf1c_stage *s);
tf1c_next tf1c_stage_fault(tf1c_stage *s, tf_status code, const char *format, ...) __attribute__((format(printf, 3, 4)));
tf1c_next tf1c_stage_out_of_memory(tf1c_stage *s);
tf1c_next tf1c_stage_from(tf1c_stage *s, int input, tf1c_element *e); /* the next element of an input, its fault passed on */
int64_t tf1c_stage_number(const tf1c_stage *s, int value);            /* an int64 scalar among the values */
bool tf1c_sound_structure(tf_types types, tf_shapes shapes); /* shapes may be unset */
int tf1c_dataset_values(const tf1c_dataset *d);                       /* how many in all */
void tf1c_dataset_tensors(const tf1c_dataset *d, tf_tensor *tensors); /* they themselves, as seen from the current graph */

extern const tf1c_stage_kind tf1c_tensor_stage, tf1c_tensor_slice_stage, tf1c_range_stage, tf1c_generator_stage; /* sources.c */
extern const tf1c_stage_kind tf1c_text_line_stage, tf1c_record_stage, tf1c_fixed_length_stage;                  /* files.c */
extern const tf1c_stage_kind tf1c_zip_stage, tf1c_concatenate_stage, tf1c_repeat_stage, tf1c_take_stage, tf1c_skip_stage,
    tf1c_shard_stage, tf1c_cache_stage;                                          /* passes.c */
extern const tf1c_stage_kind tf1c_shuffle_stage, tf1c_shuffle_and_repeat_stage;  /* shuffle.c */
extern const tf1c_stage_kind tf1c_batch_stage, tf1c_padded_batch_stage;         /* batch.c */
extern const tf1c_stage_kind tf1c_map_stage, tf1c_filter_stage, tf1c_flat_map_stage, tf1c_interleave_stage; /* functions.c */
extern const tf1c_stage_kind tf1c_prefetch_stage, tf1c_parallel_map_stage;      /* threads.c */

/* functions.c: the dataset's function on an element's components; false: s->fault. `results`: n_results arrays, from { 0 } on. */
typedef struct {
    tf1c_function *function;
    tf_ndarray *args;
} tf1c_calling;
bool tf1c_calling_open(tf1c_stage *s, tf1c_calling *c);
tf_status tf1c_call(const tf1c_stage *s, tf1c_calling *c, const tf1c_element *in, tf1c_element *out, tf1c_fault *fault);
void tf1c_calling_close(const tf1c_stage *s, tf1c_calling *c);

#endif
