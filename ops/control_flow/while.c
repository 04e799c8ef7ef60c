/* while_loop, and the loop below it that others are built on, whose steps may be stacked. TF1: python/ops/control_flow_ops.py */
#include "ops/array/constant.h"
#include "ops/array/slice.h"
#include "ops/control_flow/counts.h"
#include "ops/control_flow/looping.h"
#include "ops/data_flow/tensor_array_loop.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/compare.h"

/* A condition in the body: a bool scalar. */
static tf_tensor condition_in(tf1c_looping *l, tf_tensor t)
{
    t = tf1c_loop_result(l, t);
    if (tf_is_poisoned(t))
        return t;
    tf_dims d = tf_get_shape(t);
    char shape[TF_DIMS_TEXT];
    if (tf_get_dtype(t) != tf_bool)
        tf1c_spoil(l, tf_mistake(tf_type_error, l->here, NULL,
                                 "Input 'input' of 'LoopCond' Op has type %s that does not match expected type of bool.",
                                 tf_dtype_name(tf_get_dtype(t))));
    else if (d.known && d.rank)
        tf1c_spoil(l, tf_mistake(tf_value_error, l->here, NULL,
                                 "Shape must be rank 0 but is rank %d for '%s/LoopCond' (op: 'LoopCond') with input shapes: %s.",
                                 d.rank, l->scope, tf_dims_kernel_text(d, shape, sizeof shape)));
    return t;
}

typedef struct {
    tf1c_looping l;
    const tf1c_while *w;
    tf_list args, next;
    int *ports, *outputs; /* of each variable; outputs of what is stacked after them */
    tf1c_tensor_array_written *arrays;
} building;

/* A TensorArray is no port of the loop. */
static bool add_args(building *k)
{
    const tf1c_while *w = k->w;
    tf_graph *g = tf1c_current_graph();
    const size_t n = (size_t)(w->vars.n + w->stacked + 1);
    k->ports = tf1c_graph_alloc(g, n * sizeof *k->ports);
    k->outputs = tf1c_graph_alloc(g, n * sizeof *k->outputs);
    k->arrays = tf1c_graph_alloc(g, n * sizeof *k->arrays);
    if (!k->ports || !k->outputs || !k->arrays)
        return false;
    for (int i = 0; i < w->vars.n; i++) {
        const tf_tensor var = w->vars.items[i];
        const tf_dims shape = w->shape_invariants ? w->shape_invariants[i] : tf_get_shape(var);
        k->ports[i] = k->l.b->n_in;
        tf_append(&k->args,
                  tf1c_is_tensor_array(var) ? tf1c_tensor_array_arg(k->l.b, var) : tf1c_body_arg(k->l.b, TF1C_CARRIED, var, shape));
    }
    return true;
}

static bool counts_steps(tf_tensor index, void *context)
{
    const building *k = context;
    for (int i = 0; i < k->args.n; i++)
        if (tf_same_tensor(index, k->args.items[i]))
            return tf1c_is_counter(k->w->vars.items[i], index, k->next.items[i]);
    return false;
}

static void take_result(building *k, int i)
{
    tf1c_looping *l = &k->l;
    const bool carried = i < k->w->vars.n;
    if (carried && tf1c_is_tensor_array(k->args.items[i])) {
        if (!tf1c_tensor_array_results(l->b, k->args.items[i], k->next.items[i], counts_steps, k, &k->arrays[i], l->here))
            l->poison = tf1c_record_mistake(l->b->parent);
        return;
    }
    if (carried)
        tf1c_check_invariant(l, k->w->vars.items[i], k->args.items[i], k->next.items[i]);
    else if (!tf1c_fits_stacked(tf_get_shape(k->next.items[i]), l->scope))
        l->poison = tf1c_record_mistake(l->b->parent);
    k->outputs[i] = l->b->n_out;
    if (!l->poison && !tf1c_body_result(l->b, carried ? TF1C_FINAL : TF1C_STACKED, carried ? k->ports[i] : -1, k->next.items[i]))
        l->poison = tf1c_record_mistake(l->b->parent);
}

/* The variables' next values and what is stacked of the step, as results of the body. */
static void take_results(building *k, tf_list next)
{
    tf1c_looping *l = &k->l;
    if (next.n != k->w->vars.n + k->w->stacked)
        tf1c_spoil(
            l, tf_mistake(tf_value_error, l->here, NULL,
                          "The two structures don't have the same nested structure: body takes %d loop variables and returned %d.",
                          k->w->vars.n, next.n - k->w->stacked));
    for (int i = 0; i < next.n && !l->poison; i++)
        tf_append(&k->next, tf1c_is_tensor_array(next.items[i]) ? next.items[i] : tf1c_loop_result(l, next.items[i]));
    for (int i = 0; i < k->next.n && !l->poison; i++)
        if (tf_is_poisoned(k->next.items[i])) /* there was no memory for the list */
            l->poison = tf1c_record_mistake(l->b->parent);
    for (int i = 0; i < next.n && !l->poison; i++)
        take_result(k, i);
}

/* With a limit a counter goes along as one more, hidden variable. `begin` operations were made before. */
static void build_while(building *k, tf_tensor zero, int begin)
{
    const tf1c_while *w = k->w;
    tf1c_looping *l = &k->l;
    const int limited = zero.op ? 1 : 0, pairs = 2 * (w->vars.n + w->stacked + limited); /* per variable, here and there */
    const int limits = limited + (w->limit.kind == TF_OPERAND_INTEGER);                  /* constants */
    if (!add_args(k)) {
        l->poison = tf1c_record_mistake(l->b->parent);
        return;
    }
    const int port = l->b->n_in;
    tf_tensor counter = { 0 };
    if (zero.op)
        counter = tf1c_body_arg(l->b, TF1C_CARRIED, zero, (tf_dims){ .known = true });
    tf1c_count_as(begin + limits + pairs + 2 * limited); /* limit and count; Enter and Merge; Less and the limit's Enter */
    tf_tensor go_on = condition_in(l, w->cond(k->args, w->context));
    begin = tf1c_count_now() + limited + 1 + pairs + 2 * limited; /* LogicalAnd; LoopCond; Switch and Identity; the next count */
    if (zero.op && !l->poison)
        go_on = tf1c_loop_result(l, tf_logical_and(tf_less_(operand_of(counter), w->limit, (struct tf_name_args){ 0 }), go_on));
    tf1c_count_as(begin);
    if (!l->poison)
        take_results(k, tf1c_sound_list(w->body(k->args, w->context), l->here));
    begin = tf1c_count_now() + pairs; /* NextIteration and Exit */
    if (zero.op && !l->poison && !tf1c_body_result(l->b, TF1C_FINAL, port, tf1c_loop_result(l, tf_add(counter, 1))))
        l->poison = tf1c_record_mistake(l->b->parent);
    tf1c_count_as(begin);
    l->b->has_condition = true;
    l->b->ends = w->ends;
    l->b->condition = go_on;
}

enum { STACKED = 5 }; /* operations of TF's TensorArray.stack */

static tf_tensor result_of(const building *k, tf_operation *op, int i, tf_tensor steps)
{
    const bool carried = i < k->w->vars.n;
    if (tf1c_is_mistake(op))
        return (tf_tensor){ .op = op };
    if (carried && tf1c_is_tensor_array(k->args.items[i]))
        return tf1c_tensor_array_after(&k->arrays[i], op, steps, k->l.here);
    const tf_tensor t = { .op = op, .index = k->outputs[i] };
    return carried || !steps.op ? t : tf1c_of_arrays(tf_getitem_tensors(t, LIST(steps), ":{}"));
}

/* What the node gives, without the hidden counter, and of what is stacked the steps that were taken. */
static tf_list results_of(const building *k, tf_operation *op)
{
    tf_list out = { 0 };
    const int count = tf1c_count_now();
    bool stacked = k->w->stacked;
    for (int i = 0; i < k->args.n; i++)
        stacked |= tf1c_is_tensor_array(k->args.items[i]);
    const tf_tensor steps = stacked && !tf1c_is_mistake(op) ? tf1c_loop_count(op) : (tf_tensor){ 0 };
    for (int i = 0; i < k->w->vars.n + k->w->stacked; i++)
        tf_append(&out, result_of(k, op, i, steps));
    tf1c_count_as(count + STACKED * k->w->stacked);
    return out;
}

tf_list tf1c_while_loop(const tf1c_while *w)
{
    building k = { .w = w };
    const int begin = tf1c_count_now();
    tf_tensor zero = w->limit.kind ? tf_constant(0) : (tf_tensor){ 0 };
    if (!tf1c_open_loop(&k.l, w->name, "while", w->here))
        return tf_mistake_list(w->vars.n + w->stacked, (tf_tensor){ .op = k.l.poison });
    build_while(&k, zero, begin);
    return results_of(&k, tf1c_close_counted(&k.l, tf1c_count_now()));
}

/* ---- tf.while_loop: the user's functions --------------------------------------------------------------------------------------- */

typedef struct {
    tf_while_cond *cond;
    tf_while_body *body;
    void *context;
} users;

static tf_tensor call_cond(tf_list vars, void *context)
{
    TF1C_BY_USER;
    const users *u = context;
    return u->cond(vars, u->context);
}

static tf_list call_body(tf_list vars, void *context)
{
    TF1C_BY_USER;
    const users *u = context;
    return u->body(vars, u->context);
}

tf_list tf_while_loop_(tf_while_cond *cond, tf_while_body *body, struct tf_while_args a)
{
    tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf_tensor mistake;
    const tf_list loop_vars = tf1c_sound_list(tf1c_given_list(a.loop_vars, here), here);
    if (!tf1c_callable(cond, "cond", here, &mistake) || !tf1c_callable(body, "body", here, &mistake))
        return tf_mistake_list(loop_vars.n, mistake);
    for (int i = 0; i < loop_vars.n; i++)
        if (tf_is_poisoned(loop_vars.items[i]))
            return tf_mistake_list(loop_vars.n, (tf_tensor){ .op = tf_tensor_op(loop_vars.items[i]) });
    if (!loop_vars.n)
        return tf_mistake_list(1, tf_mistake(tf_value_error, here, NULL, "No loop variables provided"));
    users u = { cond, body, a.context };
    const int64_t most = a.maximum_iterations < INT32_MAX ? a.maximum_iterations : INT32_MAX;
    return tf1c_while_loop(&(tf1c_while){ .here = here,
                                          .cond = call_cond,
                                          .body = call_body,
                                          .vars = tf1c_values_of(loop_vars, here, "loop_var"),
                                          .shape_invariants = a.shape_invariants,
                                          .ends = !a.back_prop,
                                          .limit = most >= 0 ? tf_operand_integer(most) : (tf_operand){ 0 },
                                          .context = &u,
                                          .name = a.name });
}
