/* Cells made of cells: MultiRNNCell, DropoutWrapper, ResidualWrapper, DeviceWrapper. TF1: python/ops/rnn_cell_impl.py,
 * rnn_cell_wrapper_impl.py */
#include <math.h>
#include <string.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/slice.h"
#include "ops/math/arithmetic.h"
#include "ops/math/unary.h"
#include "ops/rnn/cell.h"
#include "ops/rnn/contrib_cells.h"

static void *context_new(size_t size)
{
    tf_graph *g = tf1c_current_graph();
    return g ? tf1c_graph_alloc(g, size) : NULL;
}
static tf_cell *no_memory(void) { return tf1c_cell_mistake((tf_tensor){ .op = tf1c_poison(NULL) }); }
static tf_tensor recorded(void) { return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }; }

/* ---- MultiRNNCell ---------------------------------------------------------------------------------------------------------- */
typedef struct {
    int n;
    bool tuple;
    tf_cell **cells;
} multi;

static tf_state *multi_part(const multi *k, tf_state *state, int i, int64_t *at)
{
    if (k->tuple)
        return state->items[i];
    int64_t units = k->cells[i]->state_size.shape.dims[0];
    tf_tensor part = tf_slice(state->tensor, SHAPE(0, *at), SHAPE(-1, units));
    *at += units;
    return tf1c_state_leaf(part);
}

static tf_cell_output multi_call(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    const multi *k = self->context;
    int64_t at = 0;
    tf_list flat = { 0 };
    tf_state *next = tf1c_state_of(k->n, NULL, false);
    for (int i = 0; i < k->n; i++) {
        const char *scope = tf1c_graph_printf(tf1c_current_graph(), "cell_%d", i);
        tf_with_variable_scope(scope) {
            tf_cell_output out = tf_call_(k->cells[i], tf_operand_tensor(x), multi_part(k, state, i, &at), here);
            x = out.output;
            if (next->n == k->n)
                ((tf_state **)next->items)[i] = out.state;
            tf_append(&flat, tf_state_tensor_(k->tuple ? tf1c_state_leaf(x) : out.state, here));
        }
    }
    if (!k->tuple)
        next = tf1c_state_leaf(tf_concat(flat, 1));
    return (tf_cell_output){ x, next };
}

static tf_state *multi_zero_state(tf_cell *self, tf_operand batch, tf_dtype dtype, tf_source here)
{
    const multi *k = self->context;
    if (!k->tuple) { /* TF opens the scope twice */
        TF_SCOPE(NULL, "MultiRNNCellZeroState");
        return tf1c_state_leaf(tf1c_zeros_of_batch(batch, self->state_size.shape, dtype));
    }
    tf_state *s = tf1c_state_of(k->n, NULL, false);
    for (int i = 0; i < s->n; i++)
        ((tf_state **)s->items)[i] = tf_zero_state_(k->cells[i], batch, dtype, here);
    return s;
}

static void *copied_multi(const tf_cell *cell)
{
    const multi *k = cell->context;
    multi *copy = context_new(sizeof *copy);
    tf_cell **cells = copy ? context_new((size_t)k->n * sizeof *cells) : NULL;
    if (!cells)
        return NULL;
    for (int i = 0; i < k->n; i++)
        cells[i] = tf_cell_copy_(k->cells[i], (tf_source){ 0 });
    *copy = *k;
    copy->cells = cells;
    return copy;
}

static bool check_cells(tf_cells cells, bool tuple, tf_source here)
{
    char size[128];
    if (cells.n < 1 || !cells.items)
        return tf_fail(tf_value_error, tf1c_source(here), NULL, "Must specify at least one cell for MultiRNNCell."), false;
    for (int i = 0; i < cells.n; i++)
        if (!tf1c_is_cell(cells.items[i], "cells", here))
            return false;
    for (int i = 0; i < cells.n; i++)
        if (!tuple && cells.items[i]->state_size.n)
            return tf_fail(tf_value_error, tf1c_source(here), NULL,
                           "Some cells return tuples of states, but the flag state_is_tuple is not set.  State sizes are: [%s]",
                           tf1c_state_size_text(&cells.items[i]->state_size, size, sizeof size)),
                   false;
    return true;
}

tf_cell *tf_nn_rnn_cell_multi_rnn_cell_(tf_cells cells, struct tf_multi_rnn_cell_args a)
{
    TF_FROM(a.here);
    if (!check_cells(cells, a.state_is_tuple, a.here))
        return tf1c_cell_mistake(recorded());
    multi *k = context_new(sizeof *k);
    tf_state_size *sizes = context_new((size_t)cells.n * sizeof *sizes);
    if (!k || !sizes || !(k->cells = context_new((size_t)cells.n * sizeof *k->cells)))
        return no_memory();
    int64_t sum = 0;
    for (int i = 0; i < cells.n; i++) {
        k->cells[i] = cells.items[i];
        sizes[i] = cells.items[i]->state_size;
        sum += sizes[i].shape.dims[0];
    }
    k->n = cells.n;
    k->tuple = a.state_is_tuple;
    tf_cell *cell = tf_cell_new_(
        (tf_cell){ .class_name = "MultiRNNCell",
                   .name = "multi_rnn_cell",
                   .context = k,
                   .call = multi_call,
                   .zero_state = multi_zero_state,
                   .state_size = k->tuple ? (tf_state_size){ .n = k->n, .items = sizes } : (tf_state_size){ .shape = SHAPE(sum) },
                   .output_size = cells.items[k->n - 1]->output_size },
        a.here);
    return tf1c_copied_by(copied_multi, cell);
}

/* ---- wrappers: the cell's sizes, its zero state under the wrapper's name --------------------------------------------------------- */

static tf_state *wrapped_zero_state(tf_cell *self, tf_operand batch, tf_dtype dtype, tf_source here)
{
    return tf_zero_state_(*(tf_cell **)self->context, batch, dtype, here);
}

/* `context` begins with the wrapped cell. */
static tf_cell *wrapper(const char *class_name, tf_cell *cell, void *context, tf_cell_call *call,
                        void *(*copied_context)(const tf_cell *cell), tf_source here)
{
    tf_cell *made = tf_cell_new_((tf_cell){ .class_name = class_name,
                                            .kind = TF_CELL_WRAPPER,
                                            .context = context,
                                            .call = call,
                                            .zero_state = wrapped_zero_state,
                                            .state_size = cell->state_size,
                                            .output_size = cell->output_size },
                                 here);
    return tf1c_copied_by(copied_context, made);
}

/* ---- ResidualWrapper ------------------------------------------------------------------------------------------------------------------ */
typedef struct {
    tf_cell *cell;
    tf_tensor (*fn)(tf_tensor inputs, tf_tensor outputs);
} residual;

static tf_tensor add_input(tf_tensor x, tf_tensor y, tf_source here)
{
    tf_dims merged;
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    if (tf_is_poisoned(y))
        return y;
    if (!tf_merge_dims(tf_get_shape(x), tf_get_shape(y), &merged))
        return tf_mistake(tf_value_error, here, NULL, "Shapes %s and %s are incompatible",
                          tf_dims_text(tf_get_shape(x), a, sizeof a), tf_dims_text(tf_get_shape(y), b, sizeof b));
    return tf_raw_ops_add_v2(x, y, .name = "add");
}

static void *copied_residual(const tf_cell *cell) { return tf1c_copy_wrapped(cell->context, sizeof(residual)); }

static tf_cell_output residual_call(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    const residual *k = self->context;
    tf_cell_output out = tf_call_(k->cell, tf_operand_tensor(x), state, here);
    out.output = k->fn ? k->fn(x, out.output) : add_input(x, out.output, here);
    return out;
}

tf_cell *tf_nn_rnn_cell_residual_wrapper_(tf_cell *cell, struct tf_residual_wrapper_args a)
{
    TF_FROM(a.here);
    if (!tf1c_is_cell(cell, "cell", a.here))
        return tf1c_cell_mistake(recorded());
    residual *k = context_new(sizeof *k);
    if (!k)
        return no_memory();
    *k = (residual){ cell, a.residual_fn };
    return wrapper("ResidualWrapper", cell, k, residual_call, copied_residual, a.here);
}

/* ---- DeviceWrapper ------------------------------------------------------------------------------------------------------------------------ */
typedef struct {
    tf_cell *cell;
    const char *device;
} on_device;

static void *copied_device(const tf_cell *cell) { return tf1c_copy_wrapped(cell->context, sizeof(on_device)); }

static tf_cell_output device_call(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    const on_device *k = self->context;
    tf_cell_output out = { 0 };
    tf_with_device(k->device)
        out = tf_call_(k->cell, tf_operand_tensor(x), state, here);
    return out;
}

tf_cell *tf_nn_rnn_cell_device_wrapper_(tf_cell *cell, const char *device, tf_source here)
{
    TF_FROM(here);
    if (!tf1c_is_cell(cell, "cell", here))
        return tf1c_cell_mistake(recorded());
    on_device *k = context_new(sizeof *k);
    if (!k || !(k->device = tf1c_graph_strdup(tf1c_current_graph(), device ? device : "")))
        return no_memory();
    k->cell = cell;
    return wrapper("DeviceWrapper", cell, k, device_call, copied_device, here);
}

/* ---- DropoutWrapper ------------------------------------------------------------------------------------------------------------------------- */
typedef struct {
    tf_tensor tensor; /* or, if none: */
    double number;
} keep_prob;
typedef struct {
    tf_cell *cell;
    keep_prob input, state, output;
    int64_t seed;
    bool variational;
    tf_tensor input_noise, output_noise;
    tf_list state_noise;
} dropping;

static bool drops(const keep_prob *p) { return p->tensor.op || p->number < 1; }

/* A keep probability: constants are checked and kept as float32 numbers, as TF does. */
static tf_tensor take_prob(tf_operand given, const char *name, keep_prob *p, tf_source here)
{
    tf_ndarray value;
    given = tf1c_keyword(given, true);
    tf_tensor t = tf_convert(given.kind ? given : tf_operand_real(1.0), tf_dtype_unset, here, "Const");
    if (tf_is_poisoned(t))
        return t;
    *p = (keep_prob){ .tensor = t };
    if (!tf_constant_value(t, &value))
        return (tf_tensor){ 0 };
    *p = (keep_prob){ .number = np_get(value, 0) };
    if (p->number < 0 || p->number > 1)
        return tf_mistake(tf_value_error, here, NULL, "Parameter %s must be between 0 and 1: %.0f", name, trunc(p->number) + 0.);
    return (tf_tensor){ 0 };
}

/* Uniform numbers [1, …size], drawn once a run: one mask for all steps. */
static tf_tensor batch_noise(const dropping *k, tf_dims size, const char *salt, int index, tf_dtype dtype)
{
    tf_tensor shape = TF1C_CONCAT(tf_operand_dims(SHAPE(1)), tf_operand_dims(size));
    return tf_random_uniform(shape, .seed = tf1c_salted_seed(k->seed, salt, index), .dtype = dtype);
}

static void state_noise(dropping *k, const tf_state_size *size, int *index, tf_dtype dtype)
{
    if (!size->n)
        tf_append(&k->state_noise, batch_noise(k, size->shape, "state", (*index)++, dtype));
    for (int i = 0; i < size->n; i++)
        state_noise(k, &size->items[i], index, dtype);
}

static tf_tensor draw_noise(dropping *k, const struct tf_dropout_wrapper_args *a)
{
    int index = 0;
    if (!a->dtype)
        return tf_mistake(tf_value_error, a->here, NULL, "When variational_recurrent=True, dtype must be provided");
    if (drops(&k->input) && !a->input_size)
        return tf_mistake(tf_value_error, a->here, NULL,
                          "When variational_recurrent=True and input_keep_prob < 1.0 or is unknown, input_size must be provided");
    if (drops(&k->input))
        k->input_noise = batch_noise(k, SHAPE(a->input_size), "input", 0, a->dtype);
    state_noise(k, &k->cell->state_size, &index, a->dtype);
    k->output_noise = batch_noise(k, k->cell->output_size, "output", 0, a->dtype);
    return (tf_tensor){ 0 };
}

static tf_operand prob_operand(const keep_prob *p)
{
    return p->tensor.op ? tf_operand_tensor(p->tensor) : tf_operand_real(p->number);
}

/* x / keep_prob · ⌊keep_prob + noise⌋ */
static tf_tensor drop_by_noise(tf_tensor x, tf_tensor noise, const keep_prob *p)
{
    tf_tensor mask = tf_floor(tf_raw_ops_add_v2(prob_operand(p), noise, .name = "add"));
    tf_tensor y = tf_mul(tf_truediv(x, prob_operand(p), .name = "div"), mask);
    if (!tf_is_poisoned(y) && !tf_is_poisoned(x))
        tf_set_shape_(y, tf_get_shape(x), (tf_source){ 0 });
    return y;
}

static tf_tensor drop(const dropping *k, tf_tensor x, tf_tensor noise, const keep_prob *p, const char *salt, int index)
{
    if (k->variational)
        return drop_by_noise(x, noise, p);
    tf_operand rate = p->tensor.op ? tf_operand_tensor(tf_sub(1.0, p->tensor)) : tf_operand_real(1.0 - p->number);
    return tf_nn_dropout(x, .rate = rate, .seed = tf1c_salted_seed(k->seed, salt, index));
}

/* Every tensor of the state but the c of an LSTM's; they are numbered all the same. */
static tf_state *drop_state(const dropping *k, tf_state *s, bool keep, int *index)
{
    if (!s->n) {
        int i = (*index)++;
        return keep ? s
                    : tf1c_state_leaf(drop(k, s->tensor,
                                           k->variational && i < k->state_noise.n ? k->state_noise.items[i] : (tf_tensor){ 0 },
                                           &k->state, "state", i));
    }
    tf_state *next = tf1c_state_of(s->n, s->items, s->lstm);
    for (int i = 0; i < next->n; i++)
        ((tf_state **)next->items)[i] = drop_state(k, s->items[i], s->lstm && i == 0, index);
    return next;
}

static void *copied_dropout(const tf_cell *cell) { return tf1c_copy_wrapped(cell->context, sizeof(dropping)); }

static tf_cell_output dropout_call(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    const dropping *k = self->context;
    int index = 0;
    if (drops(&k->input))
        x = drop(k, x, k->input_noise, &k->input, "input", 0);
    tf_cell_output out = tf_call_(k->cell, tf_operand_tensor(x), state, here);
    if (tf_is_poisoned(out.output))
        return out;
    if (drops(&k->state))
        out.state = drop_state(k, out.state, false, &index);
    if (drops(&k->output))
        out.output = drop(k, out.output, k->output_noise, &k->output, "output", 0);
    return out;
}

static tf_cell *nn_rnn_cell_dropout_wrapper_of(tf_cell *cell, struct tf_dropout_wrapper_args a)
{
    TF_FROM(a.here);
    if (!tf1c_is_cell(cell, "cell", a.here))
        return tf1c_cell_mistake(recorded());
    dropping *k = context_new(sizeof *k);
    if (!k)
        return no_memory();
    *k = (dropping){ .cell = cell, .seed = a.seed, .variational = a.variational_recurrent };
    tf_tensor mistake;
    {
        TF_SCOPE(NULL, "DropoutWrapperInit");
        mistake = take_prob(a.input_keep_prob, "input_keep_prob", &k->input, a.here);
        if (!mistake.op)
            mistake = take_prob(a.state_keep_prob, "state_keep_prob", &k->state, a.here);
        if (!mistake.op)
            mistake = take_prob(a.output_keep_prob, "output_keep_prob", &k->output, a.here);
    }
    if (!mistake.op && k->variational)
        mistake = draw_noise(k, &a);
    return mistake.op ? tf1c_cell_mistake(mistake) : wrapper("DropoutWrapper", cell, k, dropout_call, copied_dropout, a.here);
}

tf_cell *tf_nn_rnn_cell_dropout_wrapper_(struct tf_dropout_wrapper_args a) { return nn_rnn_cell_dropout_wrapper_of(a.cell, a); }
