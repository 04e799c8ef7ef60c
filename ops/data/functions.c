/* Stages that call the function of their dataset, in this thread. TF1: core/kernels/data/{map,filter,flat_map,interleave}_dataset_op.cc. */
#include <string.h>

#include "ops/data/stage.h"

/* ---- calling ------------------------------------------------------------------------------------------------------------------------------ */

bool tf1c_calling_open(tf1c_stage *s, tf1c_calling *c)
{
    const tf1c_aside before = tf1c_reports_aside();
    c->function = tf1c_lent.open(&s->of->function);
    c->args = tf1c_alloc(((size_t)s->of->function.n_args + 1) * sizeof *c->args);
    tf1c_reports_again(before);
    if (!c->function || !c->args)
        tf1c_stage_out_of_memory(s);
    return c->function && c->args;
}

void tf1c_calling_close(const tf1c_stage *s, tf1c_calling *c)
{
    (void)s;
    tf1c_lent.close(c->function);
    tf1c_free(c->args);
}

/* The element's components, and what the function sees of the tensors around it. Results are fetched into the new element. */
static void set_args(const tf1c_stage *s, tf_ndarray *args, const tf1c_element *in)
{
    for (int i = 0; i < in->n; i++)
        args[i] = in->at[i].value;
    for (int i = 0; i < s->of->n_captured; i++)
        args[in->n + i] = s->values[s->of->n_values - s->of->n_captured + i];
}

tf_status tf1c_call(const tf1c_stage *s, tf1c_calling *c, const tf1c_element *in, tf1c_element *out, tf1c_fault *fault)
{
    enum { FEW = 8 };
    tf_ndarray few[FEW], *results = few;
    if (out->n > FEW && !(results = tf1c_alloc((size_t)out->n * sizeof *results))) {
        tf1c_fault_set(fault, tf_memory_error, "no memory left for an element of the dataset");
        return tf_memory_error;
    }
    set_args(s, c->args, in);
    for (int i = 0; i < out->n; i++)
        results[i] = out->at[i].own;
    const tf_status status = tf1c_lent.call(c->function, c->args, results, fault);
    for (int i = 0; i < out->n; i++)
        out->at[i].own = out->at[i].value = results[i];
    if (results != few)
        tf1c_free(results);
    return status;
}

/* ---- map, filter ---------------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf1c_calling calling;
    tf1c_element in, out; /* out: of filter the one truth value */
} mapping;

static int components(const tf1c_dataset *d) { return d->public_.output_types.n; }

static bool map_open(tf1c_stage *s)
{
    mapping *m = s->mine;
    if (!tf1c_element_open(&m->in, components(s->of->inputs[0])) || !tf1c_element_open(&m->out, s->of->function.n_results)) {
        tf1c_stage_out_of_memory(s);
        return false;
    }
    return tf1c_calling_open(s, &m->calling);
}

static void map_close(tf1c_stage *s)
{
    mapping *m = s->mine;
    tf1c_calling_close(s, &m->calling);
    tf1c_element_close(&m->in);
    tf1c_element_close(&m->out);
}

/* A function that is out of range ends the pass, as in TF. */
static tf1c_next outcome(tf_status status) { return !status ? TF1C_ELEMENT : status == tf_out_of_range ? TF1C_END : TF1C_FAULT; }

static tf1c_next map_next(tf1c_stage *s, tf1c_element *e)
{
    mapping *m = s->mine;
    const tf1c_next next = tf1c_stage_from(s, 0, &m->in);
    return next != TF1C_ELEMENT ? next : outcome(tf1c_call(s, &m->calling, &m->in, e, &s->fault));
}
const tf1c_stage_kind tf1c_map_stage = {
    .name = "MapDataset", .size = sizeof(mapping), .open = map_open, .next = map_next, .close = map_close
};

static tf1c_next filter_next(tf1c_stage *s, tf1c_element *e)
{
    mapping *m = s->mine;
    for (;;) {
        tf1c_next next = tf1c_stage_from(s, 0, e);
        if (next == TF1C_ELEMENT)
            next = outcome(tf1c_call(s, &m->calling, e, &m->out, &s->fault));
        if (next != TF1C_ELEMENT || *(const bool *)m->out.at[0].value.data)
            return next;
    }
}
const tf1c_stage_kind tf1c_filter_stage = {
    .name = "FilterDataset", .size = sizeof(mapping), .open = map_open, .next = filter_next, .close = map_close
};

/* ---- flat_map, interleave: datasets opened with what the function gives -------------------------------------------------------------------------- */

typedef struct {
    tf1c_stage *stage;   /* NULL: none is open in this place of the cycle */
    tf1c_element values; /* what it was opened with */
    tf_ndarray *arrays;  /* the same, as stages want them */
} place;
typedef struct {
    tf1c_calling calling;
    tf1c_element in;
    place *cycle;
    int64_t length, block;
    int64_t at, taken; /* whose turn it is, how many elements of its block are out */
    int64_t open;      /* stages */
    bool ended;        /* the input has no more */
} flattening;

static bool place_open(place *p, int n)
{
    p->arrays = tf1c_alloc(((size_t)n + 1) * sizeof *p->arrays);
    return p->arrays && tf1c_element_open(&p->values, n);
}

static bool flat_open(tf1c_stage *s)
{
    flattening *f = s->mine;
    const bool many = s->kind == &tf1c_interleave_stage;
    f->length = many ? s->of->numbers[0] : 1;
    f->block = many ? s->of->numbers[1] : INT64_MAX;
    if (f->length < 1 || f->block < 1) {
        tf1c_stage_fault(s, tf_invalid_argument, "%s must be greater than zero.", f->length < 1 ? "cycle_length" : "block_length");
        return false;
    }
    f->cycle = tf1c_alloc_zero((size_t)f->length * sizeof *f->cycle);
    bool good = f->cycle && tf1c_element_open(&f->in, components(s->of->inputs[0]));
    for (int64_t i = 0; good && i < f->length; i++)
        good = place_open(&f->cycle[i], s->of->function.n_results);
    if (!good)
        tf1c_stage_out_of_memory(s);
    return good && tf1c_calling_open(s, &f->calling);
}

static void flat_restart(tf1c_stage *s)
{
    flattening *f = s->mine;
    for (int64_t i = 0; i < f->length; i++) {
        tf1c_stage_close(f->cycle[i].stage);
        f->cycle[i].stage = NULL;
    }
    f->at = f->taken = f->open = 0;
    f->ended = false;
}

static void flat_close(tf1c_stage *s)
{
    flattening *f = s->mine;
    if (f->cycle)
        flat_restart(s);
    for (int64_t i = 0; f->cycle && i < f->length; i++) {
        tf1c_element_close(&f->cycle[i].values);
        tf1c_free(f->cycle[i].arrays);
    }
    tf1c_calling_close(s, &f->calling);
    tf1c_element_close(&f->in);
    tf1c_free(f->cycle);
}

/* The dataset of the input's next element. */
static tf1c_next open_place(tf1c_stage *s, place *p)
{
    flattening *f = s->mine;
    tf1c_next next = tf1c_stage_from(s, 0, &f->in);
    if (next == TF1C_ELEMENT)
        next = outcome(tf1c_call(s, &f->calling, &f->in, &p->values, &s->fault));
    if (next != TF1C_ELEMENT)
        return next;
    for (int i = 0; i < p->values.n; i++)
        p->arrays[i] = p->values.at[i].value;
    p->stage = tf1c_stage_open(s->of->inner, p->arrays, false, &s->fault);
    f->open += p->stage != NULL;
    return p->stage ? TF1C_ELEMENT : TF1C_FAULT;
}

static void turn(flattening *f)
{
    f->taken = 0;
    f->at = (f->at + 1) % f->length;
}

/* What is borrowed of the open dataset's values is copied: they are others when the next one is open. */
static tf1c_next own(tf1c_stage *s, tf1c_element *e)
{
    for (int i = 0; i < e->n; i++) {
        const tf_ndarray borrowed = e->at[i].value;
        if (borrowed.data != e->at[i].own.data && !tf1c_component_copy(&e->at[i], &borrowed))
            return tf1c_stage_out_of_memory(s);
    }
    return TF1C_ELEMENT;
}

static tf1c_next from_place(tf1c_stage *s, place *p, tf1c_element *e)
{
    flattening *f = s->mine;
    const tf1c_next next = tf1c_stage_next(p->stage, e);
    if (next == TF1C_FAULT)
        s->fault = p->stage->fault;
    if (next == TF1C_END) {
        tf1c_stage_close(p->stage);
        p->stage = NULL;
        f->open--;
        turn(f);
    } else if (++f->taken == f->block) {
        turn(f);
    }
    return next == TF1C_ELEMENT ? own(s, e) : next;
}

static tf1c_next flat_next(tf1c_stage *s, tf1c_element *e)
{
    flattening *f = s->mine;
    while (!f->ended || f->open) {
        place *p = &f->cycle[f->at];
        if (p->stage) {
            const tf1c_next next = from_place(s, p, e);
            if (next != TF1C_END)
                return next;
        } else if (!f->ended) {
            const tf1c_next next = open_place(s, p);
            f->ended = next == TF1C_END;
            if (next == TF1C_FAULT)
                return next;
        } else {
            turn(f);
        }
    }
    return TF1C_END;
}
const tf1c_stage_kind tf1c_flat_map_stage = { .name = "FlatMapDataset",
                                              .size = sizeof(flattening),
                                              .open = flat_open,
                                              .next = flat_next,
                                              .restart = flat_restart,
                                              .close = flat_close };
const tf1c_stage_kind tf1c_interleave_stage = { .name = "InterleaveDataset",
                                                .size = sizeof(flattening),
                                                .open = flat_open,
                                                .next = flat_next,
                                                .restart = flat_restart,
                                                .close = flat_close };
