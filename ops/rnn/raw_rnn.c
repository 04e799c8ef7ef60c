/* raw_rnn: a loop whose steps the caller makes. TF1: python/ops/rnn.py raw_rnn */
#include "ops/rnn/raw_rnn.h"

#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/fill.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/counts.h"
#include "ops/control_flow/looping.h"
#include "ops/math/arithmetic.h"
#include "ops/math/compare.h"
#include "ops/math/reduce.h"
#include "ops/rnn/rnn_step.h"

/* The loop's variables: time, finished, the input, what is emitted, the state's tensors, the loop state's. */
enum { TIME, FINISHED, INPUT, EMITTED, STATE };

typedef struct {
    struct tf_raw_rnn_args a;
    tf_raw_next first;
    tf_tensor zero_emit;
    int leaves; /* of the state */
} raw;

static tf_raw_next call_user(const raw *r, tf_tensor time, tf_tensor output, tf_state *state, tf_state *loop_state)
{
    TF1C_BY_USER;
    return r->a.loop_fn(time, output, state, loop_state, r->a.context);
}

static tf_tensor goes_on(tf_list vars, void *context)
{
    (void)context;
    return tf_logical_not(tf_reduce_all(tf_at(vars, FINISHED)));
}

static tf_list variables_of(tf_tensor time, tf_tensor finished, tf_tensor input, tf_tensor emitted, const tf_state *state,
                            const tf_state *loop_state)
{
    tf_list vars = LIST(time, finished, input, emitted);
    const tf_state *states[] = { state, loop_state };
    for (int s = 0; s < 2; s++) {
        const tf_list leaves = states[s] ? tf_state_flatten(states[s]) : (tf_list){ 0 };
        for (int i = 0; i < leaves.n; i++)
            tf_append(&vars, leaves.items[i]);
    }
    return vars;
}

static tf_tensor check_next(const raw *r, const tf_raw_next *next)
{
    const char *missing = tf_is_none(next->elements_finished) ? "elements_finished"
                          : tf_is_none(next->next_input)      ? "next_input"
                          : !next->next_cell_state            ? "next_cell_state"
                                                              : NULL;
    if (missing)
        return tf_mistake(tf_type_error, r->a.here, NULL, "loop_fn returned None as %s.", missing);
    if (tf1c_state_leaves(next->next_cell_state) != r->leaves ||
        (next->next_loop_state &&
         (!r->first.next_loop_state || tf1c_state_leaves(next->next_loop_state) != tf1c_state_leaves(r->first.next_loop_state))))
        return tf_mistake(tf_value_error, r->a.here, NULL,
                          "The two structures don't have the same nested structure: loop_fn answered another state than at first.");
    return (tf_tensor){ 0 };
}

static tf_list one_step(tf_list vars, void *context)
{
    const raw *r = context;
    const tf_tensor time = tf_at(vars, TIME), finished = tf_at(vars, FINISHED);
    tf_state *state = tf1c_state_pack(r->first.next_cell_state, vars.items + STATE);
    tf_state *loop_state =
        r->first.next_loop_state ? tf1c_state_pack(r->first.next_loop_state, vars.items + STATE + r->leaves) : NULL;
    const tf_cell_output out = tf_call_(r->a.cell, tf_operand_tensor(tf_at(vars, INPUT)), state, r->a.here);
    const tf_tensor next_time = tf_operator_add(time, 1);
    tf_raw_next next = call_user(r, next_time, out.output, out.state, loop_state);
    const tf_tensor mistake = check_next(r, &next);
    if (mistake.op)
        return tf_mistake_list(vars.n, mistake);
    const tf_tensor given = tf_is_none(next.emit_output) ? out.output : next.emit_output;
    const tf_tensor emit = tf1c_copy_rows(finished, r->zero_emit, given);
    next.next_cell_state = tf1c_copy_state(finished, state, next.next_cell_state);
    const tf_tensor emitted = tf_tensor_array_write(tf_at(vars, EMITTED), time, emit);
    const tf_tensor done = tf_logical_or(finished, next.elements_finished);
    return variables_of(next_time, done, next.next_input, emitted, next.next_cell_state,
                        next.next_loop_state ? next.next_loop_state : loop_state);
}

/* Zeros [batch, …] of what is emitted. */
static tf_tensor zero_emit(const raw *r)
{
    const tf_dims input = tf_get_shape(r->first.next_input);
    const bool known = input.known && input.rank && input.dims[0] > 0;
    const tf_operand batch =
        known ? tf_operand_integer(input.dims[0]) : tf_operand_tensor(tf_getitem(tf_shape(r->first.next_input), "0"));
    const tf_tensor emit = r->first.emit_output;
    if (tf_is_none(emit))
        return tf1c_zero_output(r->a.cell, batch, tf1c_state_dtype(r->first.next_cell_state, tf_dtype_unset));
    const tf_dims row = tf_get_shape(emit);
    if (tf_dims_fully_known(row)) {
        const tf_tensor zeros = tf_zeros(tf1c_batch_shape(batch, row), .dtype = tf_get_dtype(emit));
        if (!tf_is_poisoned(zeros))
            tf_set_shape_(zeros, tf1c_static_batch(batch, row), (tf_source){ 0 });
        return zeros;
    }
    const tf_tensor rows = tf1c_batch_shape(batch, (tf_dims){ .known = true });
    return tf_zeros(tf_concat(LIST(rows, tf_shape(emit)), 0), .dtype = tf_get_dtype(emit));
}

static tf_raw_rnn spoiled(const tf_cell *cell, tf_tensor mistake)
{
    const tf_tensor poison = { .op = tf_tensor_op(mistake) };
    return (tf_raw_rnn){ poison, cell ? tf1c_state_for(&cell->state_size, poison) : tf1c_state_leaf(poison), NULL };
}

static tf_tensor begin(raw *r, tf_tensor time)
{
    r->first = call_user(r, time, (tf_tensor){ 0 }, NULL, NULL);
    const tf_state *state = r->first.next_cell_state;
    r->leaves = state ? tf1c_state_leaves(state) : 0;
    const tf_tensor mistake = check_next(r, &r->first);
    if (mistake.op)
        return mistake;
    r->first.next_input = tf1c_sound(r->first.next_input, r->a.here);
    r->first.emit_output = tf1c_sound(r->first.emit_output, r->a.here);
    const tf_list leaves = tf_state_flatten(state);
    for (int i = 0; i < leaves.n; i++)
        if (tf_is_none(leaves.items[i]))
            return tf_mistake(tf_type_error, r->a.here, NULL, "loop_fn returned None in next_cell_state.");
    if (!tf1c_state_fits(state, &r->a.cell->state_size))
        return tf_mistake(tf_value_error, r->a.here, NULL,
                          "The two structures don't have the same nested structure: next_cell_state is not the cell's.");
    return tf_is_poisoned(r->first.next_input) ? r->first.next_input : (tf_tensor){ 0 };
}

static tf_raw_rnn run(raw *r)
{
    const tf_tensor time = tf_constant(0), mistake = begin(r, time);
    if (mistake.op)
        return spoiled(r->a.cell, mistake);
    if (!r->first.next_loop_state) /* TF carries a number instead, which is one variable more */
        tf1c_skip("Const", 1);
    const tf_dtype dtype = tf_is_none(r->first.emit_output) ? tf1c_state_dtype(r->first.next_cell_state, tf_dtype_unset)
                                                            : tf_get_dtype(r->first.emit_output);
    const tf_tensor emitted = tf_tensor_array(dtype, 0, .dynamic_size = true);
    r->zero_emit = zero_emit(r);
    const tf_list vars = variables_of(time, r->first.elements_finished, r->first.next_input, emitted, r->first.next_cell_state,
                                      r->first.next_loop_state);
    const tf_list out =
        tf1c_while_loop(&(tf1c_while){ .here = r->a.here, .cond = goes_on, .body = one_step, .vars = vars, .context = r });
    if (out.n != vars.n || tf_is_poisoned(tf_at(out, TIME)))
        return spoiled(r->a.cell, tf_at(out, TIME));
    return (tf_raw_rnn){ tf_at(out, EMITTED), tf1c_state_pack(r->first.next_cell_state, out.items + STATE),
                         r->first.next_loop_state ? tf1c_state_pack(r->first.next_loop_state, out.items + STATE + r->leaves)
                                                  : NULL };
}

tf_raw_rnn tf_nn_raw_rnn_(struct tf_raw_rnn_args a)
{
    TF_FROM(a.here);
    raw r = { .a = a };
    if (!tf1c_is_cell(a.cell, "cell", a.here))
        return spoiled(NULL, (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) });
    if (!a.loop_fn)
        return spoiled(a.cell, tf_mistake(tf_type_error, a.here, NULL, "loop_fn must be a callable"));
    struct tf_with_ scope = tf1c_rnn_scope(a.scope, "rnn", false, a.here);
    const tf_raw_rnn out = run(&r);
    tf_with_close_(&scope);
    return out;
}
