/* What calling a cell means: the scopes of its variables and nodes, its variables made once, its zero state.
 * TF1: python/layers/base.py Layer.__call__, python/ops/rnn_cell_impl.py RNNCell */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/cast.h"
#include "ops/array/concat.h"
#include "ops/array/fill.h"
#include "ops/array/shape.h"
#include "ops/rnn/cell.h"
#include "ops/rnn/contrib_cells.h"

/* ---- scopes --------------------------------------------------------------------------------------------------------------- */

struct tf_with_ tf1c_scope_again(const char *variable_scope)
{
    if (!*variable_scope)
        return (struct tf_with_){ .open = 1 };
    return tf_name_scope_open_(tf1c_last_part(variable_scope), (tf_source){ 0 });
}

tf_variable_scope tf1c_scope_or(tf_variable_scope scope, const char *name) { return scope.name ? scope : TF1C_SCOPE_NAMED(name); }

bool tf1c_layer_scope(tf1c_cell_scope *s, tf_variable_scope scope, const char *default_name, tf_source here)
{
    tf_graph *g = tf1c_current_graph();
    if (s->set)
        return true;
    if (!g)
        return false;
    struct tf_with_ w = tf_variable_scope_open_((struct tf_variable_scope_args){
        .here = here, .name_or_scope = scope, .default_name = default_name, .auxiliary_name_scope = true });
    if (w.close) {
        const tf1c_variable_scope *open = &g->universe->variable_scope;
        *s = (tf1c_cell_scope){ .variables = open->name,
                                .names = g->scope,
                                .outer = s->outer,
                                .reuse = open->reuse,
                                .initializer = open->initializer,
                                .regularizer = open->regularizer,
                                .of_model = open->of_model,
                                .set = true };
    }
    tf_with_close_(&w);
    return s->set;
}

tf1c_entered tf1c_layer_enter(const tf1c_cell_scope *s, tf_reuse reuse)
{
    tf_graph *g = tf1c_current_graph();
    tf1c_universe *u = g->universe;
    tf1c_count_scope(g, s->variables);
    tf1c_entered e = { g, u->variable_scope, g->scope, u->n_subscopes };
    u->variable_scope = (tf1c_variable_scope){ .name = s->variables,
                                               .reuse = reuse ? reuse : s->reuse,
                                               .initializer = s->initializer,
                                               .regularizer = s->regularizer,
                                               .dtype = e.saved.dtype,
                                               .original_name_scope = e.saved.original_name_scope,
                                               .of_model = s->of_model };
    g->scope = s->names;
    return e;
}

tf1c_entered tf1c_contrib_enter(tf1c_cell_scope *s, tf_reuse reuse)
{
    s->of_model = true;
    return tf1c_layer_enter(s, reuse);
}

/* Scopes that were opened inside are forgotten: the same default names come again at the next call. */
void tf1c_layer_leave(tf1c_entered *e)
{
    if (e->graph->universe->n_subscopes != e->subscopes)
        tf1c_forget_subscopes(e->graph, e->graph->universe->variable_scope.name);
    e->graph->universe->variable_scope = e->saved;
    e->graph->scope = e->names;
}

/* ---- cells as objects ------------------------------------------------------------------------------------------------------ */

tf_cell_output tf1c_cell_poison(const tf_cell *cell, tf_tensor mistake)
{
    return (tf_cell_output){ mistake, tf1c_state_for(&cell->state_size, mistake) };
}

static tf_cell_output no_step(tf_cell *self, tf_tensor inputs, tf_state *state, tf_source here)
{
    (void)inputs;
    (void)state;
    (void)here;
    return tf1c_cell_poison(self, self->context ? *(tf_tensor *)self->context : (tf_tensor){ .op = tf1c_poison(NULL) });
}
static tf_state *no_zero_state(tf_cell *self, tf_operand batch_size, tf_dtype dtype, tf_source here)
{
    (void)batch_size;
    (void)dtype;
    return no_step(self, (tf_tensor){ 0 }, NULL, here).state;
}

tf_cell *tf1c_cell_mistake(tf_tensor mistake)
{
    static tf_cell no_memory = { .class_name = "RNNCell",
                                 .name = "rnn_cell",
                                 .state_size = { .shape = { .known = true, .rank = 1 } },
                                 .output_size = { .known = true, .rank = 1 },
                                 .call = no_step,
                                 .zero_state = no_zero_state,
                                 .kind = TF_CELL_WRAPPER };
    tf_graph *g = tf1c_current_graph();
    tf_cell *cell = g ? tf1c_graph_alloc(g, sizeof *cell) : NULL;
    tf_tensor *context = cell ? tf1c_graph_alloc(g, sizeof *context) : NULL;
    if (!context)
        return &no_memory;
    *cell = no_memory;
    *context = mistake;
    cell->context = context;
    return cell;
}

/* "BasicRNNCell" -> "basic_rnn_cell". TF1: keras to_snake_case */
static const char *snake_case(tf_graph *g, const char *name)
{
    char *out = tf1c_graph_alloc(g, 2 * strlen(name) + 1), *o = out;
    for (const char *c = name; out && *c; c++) {
        bool upper = isupper((unsigned char)*c);
        if (upper && c > name && (islower((unsigned char)c[1]) || isdigit((unsigned char)c[1]) || islower((unsigned char)c[-1])))
            *o++ = '_';
        *o++ = (char)tolower((unsigned char)*c);
    }
    return out;
}

tf_cell *tf_cell_new_(tf_cell given, tf_source here)
{
    TF_FROM(here);
    tf_graph *g = tf1c_current_graph();
    tf_cell *cell = g ? tf1c_graph_alloc(g, sizeof *cell) : NULL;
    tf1c_cell_scope *scope = cell ? tf1c_graph_alloc(g, sizeof *scope) : NULL;
    if (!scope || (given.state_size.lstm && !given.state_size.n))
        return tf1c_cell_mistake((tf_tensor){ .op = tf1c_poison(g) });
    if (!given.call)
        return tf1c_cell_mistake(tf_mistake(tf_type_error, here, NULL, "The cell has no call function."));
    if (given.state_size.n < 0 || (given.state_size.n && !given.state_size.items))
        return tf1c_cell_mistake(
            tf_mistake(tf_value_error, here, NULL, "The cell's state_size of %d parts has no items.", given.state_size.n));
    if (!given.output_size.known || (!given.state_size.n && !given.state_size.shape.known))
        return tf1c_cell_mistake(tf_mistake(
            tf_type_error, here, NULL, "The cell has no '%s': .%s.", given.output_size.known ? "state_size" : "output_size",
            given.output_size.known ? "state_size = { .shape = SHAPE(units) }" : "output_size = SHAPE(units)"));
    *cell = given;
    cell->class_name = tf1c_graph_strdup(g, given.class_name ? given.class_name : "RNNCell");
    cell->name = given.name ? tf1c_graph_strdup(g, given.name) : cell->class_name ? snake_case(g, cell->class_name) : NULL;
    cell->scope = scope;
    if (!cell->name || !cell->class_name)
        return tf1c_cell_mistake((tf_tensor){ .op = tf1c_poison(g) });
    return cell;
}

tf_cell *tf1c_copied_by(void *(*copied_context)(const tf_cell *cell), tf_cell *cell)
{
    if (cell->scope)
        cell->scope->copied_context = copied_context;
    return cell;
}

void *tf1c_copy_wrapped(const void *context, size_t size)
{
    tf_graph *g = tf1c_current_graph();
    tf_cell **copy = g ? tf1c_graph_alloc(g, size) : NULL;
    if (copy) {
        memcpy(copy, context, size);
        *copy = tf_cell_copy_(*copy, (tf_source){ 0 });
    }
    return copy;
}

/* By tf_cell_new, or in place of one that could not be. */
static bool is_made(const tf_cell *cell) { return cell->call == no_step || (cell->call && cell->scope && cell->name); }

bool tf1c_is_cell(const tf_cell *cell, const char *argument, tf_source here)
{
    if (!cell)
        tf_fail(tf_type_error, tf1c_source(here), NULL, "The argument '%s' (None) is not an RNNCell: it is NULL.", argument);
    else if (!is_made(cell))
        tf_fail(tf_type_error, tf1c_source(here), NULL, "The argument '%s' is not an RNNCell: tf_cell_new has not made it.",
                argument);
    return cell && is_made(cell);
}

tf_cell *tf_cell_copy_(tf_cell *cell, tf_source here)
{
    TF_FROM(here);
    if (!tf1c_is_cell(cell, "cell", here))
        return tf1c_cell_mistake((tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) });
    if (!cell->scope)
        return cell;
    tf_graph *g = tf1c_current_graph();
    tf_cell *copy = g ? tf1c_graph_alloc(g, sizeof *copy) : NULL;
    tf1c_cell_scope *scope = copy ? tf1c_graph_alloc(g, sizeof *scope) : NULL;
    if (!scope)
        return tf1c_cell_mistake((tf_tensor){ .op = tf1c_poison(g) });
    *copy = *cell;
    *scope = *cell->scope;
    copy->scope = scope;
    if (scope->copied_context)
        copy->context = scope->copied_context(cell);
    return copy->context || !cell->context ? copy : tf1c_cell_mistake((tf_tensor){ .op = tf1c_poison(g) });
}

/* ---- calling ------------------------------------------------------------------------------------------------------------------ */

const char *tf1c_dims_list(tf_dims d, const char *brackets, char *text, size_t n)
{
    size_t at = (size_t)snprintf(text, n, "%c", brackets[0]);
    for (int i = 0; i < d.rank && i < TF_MAX_RANK && at < n; i++) {
        char dim[24] = "None";
        if (d.dims[i] != NONE)
            snprintf(dim, sizeof dim, "%lld", (long long)d.dims[i]);
        at += (size_t)snprintf(text + at, n - at, "%s%s", i ? ", " : "", dim);
    }
    if (at < n)
        snprintf(text + at, n - at, "%s%c", d.rank == 1 && brackets[0] == '(' ? "," : "", brackets[1]);
    return text;
}

/* What TF's LayerRNNCell demands of its input. None if it is right. */
static tf_tensor check_input(const tf_cell *cell, tf_tensor inputs, tf_source here)
{
    tf_dims d = tf_get_shape(inputs);
    char text[TF_DIMS_TEXT];
    if (!d.known)
        return tf_mistake(
            tf_value_error, here, NULL,
            "Input 0 of layer %s is incompatible with the layer: its rank is undefined, but the layer requires a defined rank.",
            cell->name);
    if (d.rank != 2)
        return tf_mistake(
            tf_value_error, here, NULL,
            "Input 0 of layer %s is incompatible with the layer: expected ndim=2, found ndim=%d. Full shape received: %s",
            cell->name, d.rank, tf1c_dims_list(d, "[]", text, sizeof text));
    if (!cell->scope->built && d.dims[1] == NONE)
        return tf_mistake(tf_value_error, here, NULL, "Expected inputs.shape[-1] to be known, saw shape: %s",
                          tf1c_dims_list(d, "()", text, sizeof text));
    tf_dtype dtype = tf_get_dtype(inputs);
    if (!(TF_FLOATING & TF_DTYPE_BIT(dtype)))
        return tf_mistake(tf_value_error, here, NULL, "RNN cell only supports floating point inputs, but saw dtype: <dtype: '%s'>",
                          tf_dtype_name(dtype));
    return (tf_tensor){ 0 };
}

static tf_tensor check_state(const tf_cell *cell, const tf_state *state, tf_source here)
{
    char size[128];
    if (!state)
        return tf_mistake(tf_type_error, here, NULL, "The state of cell '%s' is NULL.", cell->name);
    const bool one = state->n < 1 || !state->items;
    if (one && tf_is_none(state->tensor))
        return tf_mistake(tf_type_error, here, NULL, "The state of cell '%s' is None.", cell->name);
    if (one && tf_is_poisoned(tf1c_sound(state->tensor, here)))
        return tf1c_sound(state->tensor, here);
    if (tf1c_state_fits(state, &cell->state_size))
        return (tf_tensor){ 0 };
    if (one && cell->state_size.lstm)
        return tf_mistake(tf_type_error, here, NULL,
                          "Cell '%s' wants a state (c, h) (state_size %s), but received one tensor '%s:%d'.", cell->name,
                          tf1c_state_size_text(&cell->state_size, size, sizeof size), state->tensor.op->name, state->tensor.index);
    if (one) {
        char text[256];
        return tf_mistake(tf_value_error, here, NULL, "Expected state to be a tuple of length %d, but received: %s",
                          cell->state_size.n, tf_tensor_text(state->tensor, text, sizeof text));
    }
    return tf_mistake(
        tf_value_error, here, NULL,
        "The two structures don't have the same nested structure: cell '%s' has state_size %s and received a tuple of %d.",
        cell->name, tf1c_state_size_text(&cell->state_size, size, sizeof size), state->n);
}

static tf_cell_output call_in_scope(tf_cell *cell, tf_tensor inputs, tf_state *state, tf_source here)
{
    tf1c_cell_scope *s = cell->scope;
    const bool by_name = cell->reuse == tf_reuse_true || cell->reuse == tf_AUTO_REUSE;
    if (!tf1c_layer_scope(s, TF1C_SCOPE_NAMED(by_name ? cell->name : NULL), cell->name, here))
        return tf1c_cell_poison(cell, (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) });
    if (!cell->dtype)
        cell->dtype = tf_get_dtype(inputs);
    tf1c_entered e = tf1c_layer_enter(s, s->built ? tf_reuse_true : cell->reuse);
    if (!s->built && cell->build)
        cell->build(cell, tf_get_shape(inputs), here);
    s->built |= cell->build != NULL;
    tf_cell_output out = cell->call(cell, inputs, state, here);
    s->built = true;
    tf1c_layer_leave(&e);
    return out;
}

/* An RNNCell enters the variable scope of its first call again, under a name scope of its own, and forgets default names. */
static tf_cell_output call_rnn_cell(tf_cell *cell, tf_tensor inputs, tf_state *state, tf_source here)
{
    tf_graph *g = tf1c_current_graph();
    tf1c_universe *u = g->universe;
    tf1c_cell_scope *s = cell->scope;
    tf1c_variable_scope saved = u->variable_scope;
    if (!s->outer)
        s->outer = saved.name;
    u->variable_scope.name = s->outer;
    struct tf_with_ again = tf1c_scope_again(s->outer);
    const int opened = u->n_subscopes;
    tf_cell_output out = call_in_scope(cell, inputs, state, here);
    tf1c_uncount_scopes(g, opened);
    tf_with_close_(&again);
    u->variable_scope = saved;
    return out;
}

tf_cell_output tf_call_(tf_cell *cell, tf_operand given, tf_state *state, tf_source here)
{
    TF_FROM(here);
    if (!tf1c_is_cell(cell, "cell", here)) {
        tf_tensor mistake = { .op = tf1c_record_mistake(tf1c_current_graph()) };
        return (tf_cell_output){ mistake, tf1c_state_leaf(mistake) };
    }
    tf_tensor inputs = tf_convert(given, tf_dtype_unset, here, "inputs");
    if (tf_is_poisoned(inputs))
        return tf1c_cell_poison(cell, inputs);
    if (cell->kind == TF_CELL_WRAPPER)
        return cell->call(cell, inputs, state, here);
    tf_tensor mistake = cell->kind == TF_CELL_LAYER ? check_input(cell, inputs, here) : (tf_tensor){ 0 };
    if (!mistake.op)
        mistake = check_state(cell, state, here);
    if (mistake.op)
        return tf1c_cell_poison(cell, mistake);
    tf_cell_output out =
        cell->kind == TF_CELL_RNN ? call_rnn_cell(cell, inputs, state, here) : call_in_scope(cell, inputs, state, here);
    if (!out.state || tf_is_none(out.output))
        return tf1c_cell_poison(cell, tf_mistake(tf_type_error, here, NULL, "Cell '%s' returned None as %s.", cell->name,
                                                 out.state ? "output" : "state"));
    return out;
}

/* ---- zero states ------------------------------------------------------------------------------------------------------------------ */

static tf_tensor int_vector(const int64_t *values, int n)
{
    tf_dims d = { .known = true, .rank = n };
    memcpy(d.dims, values, (size_t)n * sizeof *values);
    return tf_convert(tf_operand_dims(d), tf_int32, (tf_source){ 0 }, "Const");
}

static tf_tensor batch_vector(tf_operand batch)
{
    return batch.kind == TF_OPERAND_TENSOR ? tf_expand_dims(batch.as.tensor, 0) : int_vector(&batch.as.integer, 1);
}

tf_tensor tf1c_batch_shape(tf_operand batch, tf_dims rest)
{
    tf_tensor parts[2] = { batch_vector(batch) };
    parts[1] = int_vector(rest.dims, rest.rank);
    return tf_concat(tf_list_new_(2, parts, (tf_source){ 0 }), 0);
}

tf_dims tf1c_static_batch(tf_operand batch, tf_dims rest)
{
    tf_ndarray value;
    tf_dims d = { .known = true, .rank = rest.rank + 1, .dims = { NONE } };
    if (batch.kind == TF_OPERAND_INTEGER)
        d.dims[0] = batch.as.integer;
    else if (batch.kind == TF_OPERAND_TENSOR && tf_constant_value(batch.as.tensor, &value))
        d.dims[0] = tf1c_whole(&value, 0);
    memcpy(d.dims + 1, rest.dims, (size_t)rest.rank * sizeof *rest.dims);
    return d;
}

/* TF asks for the static shape by the same way, which leaves two nodes that nothing reads; they count for seeds. */
tf_tensor tf1c_zeros_of_batch(tf_operand batch, tf_dims rest, tf_dtype dtype)
{
    tf_tensor shape = tf1c_batch_shape(batch, rest);
    tf_tensor zeros = tf_zeros(shape, .dtype = dtype);
    batch_vector(batch);
    int_vector(rest.dims, rest.rank);
    if (!tf_is_poisoned(zeros))
        tf_set_shape_(zeros, tf1c_static_batch(batch, rest), (tf_source){ 0 });
    return zeros;
}

static tf_state *zeros_of_size(const tf_state_size *size, tf_operand batch, tf_dtype dtype)
{
    if (!size->n)
        return tf1c_state_leaf(tf1c_zeros_of_batch(batch, size->shape, dtype));
    tf_state *s = tf1c_state_for(size, (tf_tensor){ 0 });
    for (int i = 0; i < s->n; i++)
        ((tf_state **)s->items)[i] = zeros_of_size(&size->items[i], batch, dtype);
    return s;
}

/* A batch size as a number or a scalar integer tensor. */
static tf_operand batch_operand(tf_operand batch, tf_source here, tf_tensor *mistake)
{
    *mistake = (tf_tensor){ 0 };
    if (batch.kind == TF_OPERAND_REAL && fabs(batch.as.real) < 0x1p53 && batch.as.real == floor(batch.as.real))
        batch = tf_operand_integer((int64_t)batch.as.real);
    if (batch.kind == TF_OPERAND_REAL) {
        *mistake = tf_mistake(tf_value_error, here, NULL, "Ambiguous dimension: %g", batch.as.real);
        return batch;
    }
    if (batch.kind == TF_OPERAND_INTEGER && batch.as.integer < 0)
        *mistake = tf_mistake(tf_value_error, here, NULL, "Dimension %lld must be >= 0", (long long)batch.as.integer);
    if (batch.kind == TF_OPERAND_INTEGER)
        return batch;
    tf_tensor t = tf_convert(batch, tf_dtype_unset, here, "batch_size");
    tf_dims d = tf_get_shape(t);
    if (tf_is_poisoned(t))
        *mistake = t;
    else if (!(TF_INDEX & TF_DTYPE_BIT(tf_get_dtype(t))) || (d.known && d.rank))
        *mistake = tf_mistake(tf_value_error, here, NULL, "prefix tensor must be either a scalar or vector, but saw tensor: %s",
                              tf_tensor_text(t, (char[256]){ 0 }, 256));
    return tf_operand_tensor(t);
}

tf_state *tf_zero_state_(tf_cell *cell, tf_operand batch_size, tf_dtype dtype, tf_source here)
{
    TF_FROM(here);
    tf_tensor mistake = { 0 };
    if (!tf1c_is_cell(cell, "cell", here))
        return tf1c_state_leaf((tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) });
    if (!dtype)
        return tf1c_state_for(&cell->state_size, tf_mistake(tf_type_error, here, NULL,
                                                            "zero_state() missing 1 required positional argument: 'dtype'"));
    tf_operand batch = batch_operand(batch_size, here, &mistake);
    if (mistake.op)
        return tf1c_state_for(&cell->state_size, mistake);
    tf_graph *g = tf1c_current_graph();
    const char *scope = g ? tf1c_graph_printf(g, "%sZeroState", cell->class_name) : NULL;
    TF_SCOPE(scope, "ZeroState");
    return cell->zero_state ? cell->zero_state(cell, batch, dtype, here) : zeros_of_size(&cell->state_size, batch, dtype);
}
