/* Loops and branches that no plan can hold, because shapes in them change from step to step or from branch to branch: each step,
 * and the branch taken, is a run of the body's own plan. */
#include <string.h>

#include "graph/loop.h"
#include "session/parts/parts.h"
#include "session/plan/lower.h"

/* ---- branches ---------------------------------------------------------------------------------------------------------- */

tf_status tf1c_run_branch(const tf1c_run *r, const tf1c_split *split, const tf_ndarray *in, tf_ndarray *out, tf1c_part_arena *k)
{
    const tf1c_branch_attrs *a = split->at->attrs;
    const tf_operation *op = split->at;
    tf_status status = tf1c_check_pred(op, in[0].shape);
    if (status)
        return status;
    const int which = *(const bool *)in[0].data;
    const tf1c_body_plan *taken = &split->body_plans[which];
    tf_ndarray *results = tf1c_part_alloc(k, (size_t)taken->plan->n_fetches * sizeof *results);
    if (!results)
        return tf_memory_error;
    status = tf1c_run_part(r, taken->plan, in + (which ? 1 + a->bodies[0]->n_in : 1), results, k);
    for (int o = 0; !status && o < op->n_outputs; o++)
        if (taken->fetch_of[o] >= 0)
            out[o] = results[taken->fetch_of[o]];
    return status;
}

/* ---- loops ---------------------------------------------------------------------------------------------------------------- */

typedef struct {
    const tf1c_run *r;
    const tf1c_split *split;
    const tf1c_body *b;
    const tf1c_body_plan *plan;
    const tf_ndarray *in;
    tf_ndarray *out, *feeds, *results;
    tf_ndarray **stacks;         /* per output port: its element of each step */
    int64_t steps, capacity;     /* known beforehand, else NONE; elements that stacks have room for */
    tf1c_part_arena *k;          /* what outlives the loop */
    tf1c_part_arena now, before; /* this step's, and the one's before, whose results this one is fed */
} looping;

static bool wanted(const looping *l, int o) { return l->split->wanted && o < l->split->at->n_outputs && l->split->wanted[o]; }

static tf_status count_steps(looping *l)
{
    l->steps = l->b->trip >= 0 ? *(const int32_t *)l->in[l->b->trip].data : NONE;
    if (l->b->trip >= 0)
        return tf_ok;
    for (int i = 0; i < l->b->n_in; i++) {
        if (l->b->in[i].kind != TF1C_SLICED)
            continue;
        tf_status status = tf1c_check_length(l->split->at, l->in[i].shape, &l->steps);
        if (status)
            return status;
    }
    if (l->steps == NONE && !l->b->has_condition)
        l->steps = 0;
    return tf_ok;
}

static tf_ndarray element(const tf_ndarray *a, int64_t t)
{
    if (tf1c_is_ragged(a))
        return ((const tf_ndarray *)a->data)[t];
    tf_dims d = a->shape;
    memmove(d.dims, d.dims + 1, (size_t)(d.rank - 1) * sizeof *d.dims);
    d.rank--;
    return np_array((char *)a->data + (size_t)(t * tf_dims_count(d)) * tf_dtype_size(a->dtype), a->dtype, d);
}

static void point_at_step(looping *l, int64_t t)
{
    int64_t at = l->b->reverse ? l->steps - 1 - t : t;
    for (int i = 0; i < l->b->n_in; i++)
        if (l->b->in[i].kind == TF1C_SLICED)
            l->feeds[i] = element(&l->in[i], at);
}

static tf_status goes_on(looping *l, int64_t t, bool *on)
{
    tf_ndarray go = { 0 };
    *on = l->steps == NONE || t < l->steps;
    if (!*on || !l->plan->condition)
        return tf_ok;
    tf_status status = tf1c_run_part(l->r, l->plan->condition, l->feeds, &go, &l->now);
    if (!status)
        status = tf1c_check_pred(l->split->at, go.shape);
    *on = !status && *(const bool *)go.data;
    return status;
}

static tf_status copied(tf1c_part_arena *k, tf_ndarray *to, const tf_ndarray *from)
{
    return tf1c_part_copy(k, to, from) ? tf_ok : tf_memory_error;
}

static tf_status add_up(looping *l, tf_ndarray *sum, const tf_ndarray *x, int64_t t)
{
    if (!t)
        return copied(l->k, sum, x);
    if (!tf_dims_equal(sum->shape, x->shape))
        return tf_fail(tf_unimplemented, l->split->at->here, l->split->at->name,
                       "A gradient has another shape at each step of the loop: it cannot be summed.");
    for (int64_t i = 0; i < np_size(*x); i++)
        if (x->dtype == tf_float64)
            ((double *)sum->data)[i] += ((const double *)x->data)[i];
        else
            ((float *)sum->data)[i] += ((const float *)x->data)[i];
    return tf_ok;
}

/* Room for one more element on every stack. */
static tf_status make_room(looping *l, int64_t t)
{
    if (t < l->capacity)
        return tf_ok;
    l->capacity = l->capacity ? 2 * l->capacity : l->steps > 0 ? l->steps : 8;
    for (int o = 0; o < l->b->n_out; o++) {
        if (l->b->out[o].kind != TF1C_STACKED || !wanted(l, o))
            continue;
        tf_ndarray *more = tf1c_part_alloc(l->k, (size_t)l->capacity * sizeof *more);
        if (!more)
            return tf_memory_error;
        if (t)
            memcpy(more, l->stacks[o], (size_t)t * sizeof *more);
        l->stacks[o] = more;
    }
    return tf_ok;
}

/* The element of step t, kept; one that is no array with those before it is refused as a TensorArray does. */
static tf_status push(looping *l, int o, int64_t t, const tf_ndarray *x)
{
    const tf_operation *op = l->split->at;
    tf_ndarray *each = l->stacks[o];
    char got[TF_DIMS_TEXT], want[TF_DIMS_TEXT];
    if (t && !l->b->out[o].saved && !l->b->forward && !tf_dims_equal(each[0].shape, x->shape))
        return tf_fail(
            tf_invalid_argument, op->here, op->name,
            "Could not write to TensorArray index %lld because the value shape is %s which is incompatible with the TensorArray's inferred element shape: %s",
            (long long)(l->b->reverse ? l->steps - 1 - t : t), tf_dims_kernel_text(x->shape, got, sizeof got),
            tf_dims_kernel_text(each[0].shape, want, sizeof want));
    return copied(l->k, &each[t], x);
}

static tf_status take_results(looping *l, int64_t t)
{
    tf_status status = make_room(l, t);
    for (int o = 0; !status && o < l->b->n_out; o++) {
        const tf1c_out_port *port = &l->b->out[o];
        const int fetch = l->plan->fetch_of[o];
        if (fetch < 0)
            continue;
        if (port->kind == TF1C_FINAL)
            l->feeds[port->carried] = l->results[fetch];
        else if (port->kind == TF1C_STACKED)
            status = push(l, o, t, &l->results[fetch]);
        else
            status = add_up(l, &l->out[o], &l->results[fetch], t);
    }
    return status;
}

/* The elements as one array, in the order of what was sliced; as they are where their shapes differ. */
static tf_status stack(looping *l, int o, int64_t steps)
{
    tf_ndarray *each = l->stacks[o], *out = &l->out[o];
    bool alike = true;
    for (int64_t t = 0; l->b->reverse && t < steps / 2; t++) {
        tf_ndarray first = each[t];
        each[t] = each[steps - 1 - t];
        each[steps - 1 - t] = first;
    }
    for (int64_t t = 1; t < steps; t++)
        alike &= tf_dims_equal(each[t].shape, each[0].shape);
    if (!alike) {
        *out = np_array(each, tf_dtype_unset, SHAPE(steps));
        return tf_ok;
    }
    tf_dims all = tf1c_stacked_dims(steps, each[0].shape);
    if (!all.known)
        return tf_fail(tf_invalid_argument, l->split->at->here, l->split->at->name, "Shape must be at most rank %d but is rank %d",
                       TF_MAX_RANK, each[0].shape.rank + 1);
    if (!tf1c_part_array(l->k, out, each[0].dtype, all))
        return tf_memory_error;
    for (int64_t t = 0; t < steps; t++)
        if (np_nbytes(each[t]))
            memcpy((char *)out->data + (size_t)t * np_nbytes(each[t]), each[t].data, np_nbytes(each[t]));
    return tf_ok;
}

/* No step was taken: what is stacked has no elements, what is summed is zero, in the shapes that the graph tells. */
static tf_status nothing(looping *l, int o)
{
    const tf1c_out_port *port = &l->b->out[o];
    tf_dims d = tf_get_shape(port->result);
    if (port->kind == TF1C_STACKED)
        return tf_ok; /* which is what it was set to */
    for (int i = 0; i < d.rank && d.known; i++)
        d.dims[i] = d.dims[i] < 0 ? 0 : d.dims[i];
    d.known = true;
    if (!tf1c_part_array(l->k, &l->out[o], tf_get_dtype(port->result), d))
        return tf_memory_error;
    if (np_size(l->out[o]))
        memset(l->out[o].data, 0, np_nbytes(l->out[o]));
    return tf_ok;
}

static tf_status finish(looping *l, int64_t steps)
{
    tf_status status = tf_ok;
    for (int o = 0; !status && o < l->split->at->n_outputs; o++) {
        if (!wanted(l, o))
            continue;
        switch (l->b->out[o].kind) {
        case TF1C_FINAL: status = copied(l->k, &l->out[o], &l->feeds[l->b->out[o].carried]); break;
        case TF1C_STACKED: status = steps ? stack(l, o, steps) : nothing(l, o); break;
        case TF1C_SUMMED: status = steps ? tf_ok : nothing(l, o); break;
        case TF1C_COUNT:
            if (tf1c_part_array(l->k, &l->out[o], tf_int32, (tf_dims){ .known = true }))
                *(int32_t *)l->out[o].data = (int32_t)steps;
            else
                status = tf_memory_error;
        }
    }
    return status;
}

static tf_status run_steps(looping *l)
{
    tf_status status = tf_ok;
    int64_t t = 0;
    for (;; t++) {
        bool on;
        if (l->steps == NONE || t < l->steps)
            point_at_step(l, t);
        if ((status = goes_on(l, t, &on)) || !on || (status = tf1c_run_part(l->r, l->plan->plan, l->feeds, l->results, &l->now)) ||
            (status = take_results(l, t)))
            break;
        tf1c_part_release(l->r->s, &l->before);
        l->before = l->now;
        l->now = (tf1c_part_arena){ 0 };
    }
    return status ? status : finish(l, t);
}

tf_status tf1c_run_loop(const tf1c_run *r, const tf1c_split *split, const tf_ndarray *in, tf_ndarray *out, tf1c_part_arena *k)
{
    const tf1c_body *b = ((const tf1c_loop_attrs *)split->at->attrs)->body;
    looping l = { .r = r, .split = split, .b = b, .plan = &split->body_plans[0], .in = in, .out = out, .k = k };
    l.feeds = tf1c_part_alloc(k, (size_t)b->n_in * sizeof *l.feeds);
    l.results = tf1c_part_alloc(k, (size_t)l.plan->plan->n_fetches * sizeof *l.results);
    l.stacks = tf1c_part_alloc(k, (size_t)b->n_out * sizeof *l.stacks);
    if (!l.feeds || !l.results || !l.stacks)
        return tf_memory_error;
    for (int i = 0; i < b->n_in; i++)
        l.feeds[i] = in[i];
    tf_status status = count_steps(&l);
    if (!status)
        status = run_steps(&l);
    tf1c_part_release(r->s, &l.now);
    tf1c_part_release(r->s, &l.before);
    return status;
}
