/* TF1: contrib/rnn/python/ops/rnn_cell.py, core_rnn_cell.py, lstm_ops.py. */
#include "ops/rnn/contrib_cells.h"

#include <math.h>
#include <string.h>

#include "ops/array/concat.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/layers/contrib.h"
#include "ops/math/arithmetic.h"
#include "ops/math/clip.h"
#include "ops/math/matmul.h"
#include "ops/math/unary.h"
#include "ops/nn/activation.h"
#include "ops/rnn/rnn_step.h"
#include "ops/state/initializers.h"
#include "ops/state/variables.h"

/* Python's x + y. */
#define plus(x, y) tf_raw_ops_add_v2(x, y, .name = "add")

static tf_activation *or_tanh(tf_activation *activation) { return activation ? activation : (tf_tanh); }

/* A copy of a cell's arguments in the graph; NULL after a report, with *mistake for the cell. */
static void *context_of(const char *class_name, int64_t units, const void *args, size_t size, tf_source here, tf_cell **mistake)
{
    tf_graph *g = tf1c_current_graph();
    if (units < 1) {
        *mistake = tf1c_cell_mistake(
            tf_mistake(tf_value_error, here, NULL, "%s: num_units must be positive, got %lld", class_name, (long long)units));
        return NULL;
    }
    void *k = g ? tf1c_graph_alloc(g, size) : NULL;
    if (!k)
        *mistake = tf1c_cell_mistake((tf_tensor){ .op = tf1c_poison(g) });
    return k ? memcpy(k, args, size) : NULL;
}

static tf_cell_output lstm_output(tf_tensor c, tf_tensor h)
{
    tf_state *parts[2] = { tf1c_state_leaf(c) };
    parts[1] = tf1c_state_leaf(h);
    return (tf_cell_output){ h, tf1c_state_of(2, parts, true) };
}

static int64_t depth_of(tf_tensor x) { return tf_get_shape(x).dims[tf_get_shape(x).rank - 1]; }

static tf_tensor weight(const char *name, tf_dims shape, tf_dtype dtype, tf_initializer initializer)
{
    return tf_get_variable(name, shape, .dtype = dtype, .initializer = initializer);
}

tf_tensor tf1c_linear(int n, const tf_tensor *args, int64_t size, tf_initializer initializer)
{
    int64_t depth = 0;
    for (int i = 0; i < n; i++) {
        const tf_dims d = tf_get_shape(args[i]);
        char text[TF_DIMS_TEXT];
        if (tf_is_poisoned(args[i]))
            return args[i];
        if (!d.known || d.rank != 2)
            return tf_mistake(tf_value_error, (tf_source){ 0 }, NULL, "linear is expecting 2D arguments: %s",
                              tf_dims_text(d, text, sizeof text));
        if (d.dims[1] == NONE)
            return tf_mistake(tf_value_error, (tf_source){ 0 }, NULL,
                              "linear expects shape[1] to be provided for shape %s, but saw ?", tf_dims_text(d, text, sizeof text));
        depth += d.dims[1];
    }
    const tf_dtype dtype = tf_get_dtype(args[0]);
    const tf_tensor kernel = weight("kernel", SHAPE(depth, size), dtype, initializer);
    if (tf_is_poisoned(kernel))
        return kernel;
    const tf_tensor bias = weight("bias", SHAPE(size), dtype, tf_constant_initializer(0.0));
    if (tf_is_poisoned(bias))
        return bias;
    const tf_tensor x = n == 1 ? args[0] : tf_concat(tf_list_new_(n, args, (tf_source){ 0 }), 1);
    return tf_nn_bias_add(tf_matmul(x, kernel), bias);
}
static tf_tensor linear(tf_tensor x, int64_t size, tf_initializer initializer) { return tf1c_linear(1, &x, size, initializer); }

/* ---- NASCell ----------------------------------------------------------------------------------------------------------------------- */
enum { NAS_BASE = 8 };

static tf_tensor nas_products(const struct tf_nas_cell_args *a, tf_tensor h, int64_t h_units)
{
    const int64_t n = NAS_BASE * a->num_units;
    const tf_tensor kernel = weight("recurrent_kernel", SHAPE(h_units, n), tf_get_dtype(h), (tf_initializer){ 0 });
    return tf_is_poisoned(kernel) ? kernel : tf_matmul(h, kernel);
}

/* The layers above the products x and h, of eight parts each: c' in *next_c, h' before its projection. */
static tf_tensor nas_layers(tf_list x, tf_list h, tf_tensor c, tf_tensor *next_c)
{
    tf_tensor sum[NAS_BASE];
    for (int i = 0; i < NAS_BASE; i++)
        sum[i] = i == 3 ? tf_mul(tf_at(x, i), tf_at(h, i)) : plus(tf_at(x, i), tf_at(h, i));
    const tf_tensor a0 = tf_sigmoid(sum[0]), a1 = tf_nn_relu(sum[1]), a2 = tf_sigmoid(sum[2]), a3 = tf_nn_relu(sum[3]);
    const tf_tensor a4 = tf_tanh(sum[4]), a5 = tf_sigmoid(sum[5]), a6 = tf_tanh(sum[6]), a7 = tf_sigmoid(sum[7]);
    const tf_tensor b0 = tf_tanh(tf_mul(a0, a1)), b1 = tf_tanh(plus(a2, a3));
    const tf_tensor b2 = tf_tanh(tf_mul(a4, a5)), b3 = tf_sigmoid(plus(a6, a7));
    *next_c = tf_mul(tf_tanh(plus(b0, c)), b1);
    return tf_tanh(tf_mul(*next_c, tf_tanh(plus(b2, b3))));
}

static tf_cell_output nas_call(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    (void)here;
    const struct tf_nas_cell_args *a = self->context;
    const tf_tensor c = state->items[0]->tensor, h = state->items[1]->tensor;
    const int64_t n = NAS_BASE * a->num_units;
    tf_tensor next_c = { 0 }, of_h = nas_products(a, h, a->num_proj ? a->num_proj : a->num_units);
    const tf_tensor kernel = weight("kernel", SHAPE(depth_of(x), n), tf_get_dtype(x), (tf_initializer){ 0 });
    if (tf_is_poisoned(of_h) || tf_is_poisoned(kernel))
        return tf1c_cell_poison(self, tf_is_poisoned(of_h) ? of_h : kernel);
    const tf_tensor of_x = tf_matmul(x, kernel);
    if (a->use_bias)
        of_h = tf_nn_bias_add(of_h, weight("bias", SHAPE(n), tf_get_dtype(x), tf_zeros_initializer()));
    const tf_list h_parts = tf_split(of_h, NAS_BASE, .axis = 1), x_parts = tf_split(of_x, NAS_BASE, .axis = 1);
    tf_tensor next_h = nas_layers(x_parts, h_parts, c, &next_c);
    if (a->num_proj)
        next_h = tf_matmul(next_h,
                           weight("projection_weights", SHAPE(a->num_units, a->num_proj), tf_get_dtype(x), (tf_initializer){ 0 }));
    return lstm_output(next_c, next_h);
}

tf_cell *tf_contrib_rnn_nas_cell_(struct tf_nas_cell_args a)
{
    TF_FROM(a.here);
    tf_cell *mistake;
    void *k = context_of("NASCell", a.num_units, &a, sizeof a, a.here, &mistake);
    const int64_t h = a.num_proj > 0 ? a.num_proj : a.num_units;
    if (a.num_proj < 0)
        return tf1c_cell_mistake(
            tf_mistake(tf_value_error, a.here, NULL, "NASCell: num_proj must not be negative, got %lld", (long long)a.num_proj));
    return k ? tf_cell_new_((tf_cell){ .class_name = "NASCell",
                                       .name = a.name,
                                       .dtype = a.dtype,
                                       .reuse = a.reuse,
                                       .context = k,
                                       .state_size = tf1c_lstm_size(a.num_units, h),
                                       .output_size = SHAPE(h),
                                       .call = nas_call },
                            a.here)
             : mistake;
}

/* ---- UGRNNCell --------------------------------------------------------------------------------------------------------------------------- */

static tf_cell_output ugrnn_call(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    (void)here;
    const struct tf_ugrnn_cell_args *a = self->context;
    const tf_tensor h = state->tensor, both = linear(tf_concat(LIST(x, h), 1), 2 * a->num_units, a->initializer);
    if (tf_is_poisoned(both))
        return tf1c_cell_poison(self, both);
    const tf_list parts = tf_split(both, 2, .axis = 1);
    const tf_tensor c = or_tanh(a->activation)(tf_at(parts, 1));
    const tf_tensor g = tf_sigmoid(plus(tf_at(parts, 0), a->forget_bias));
    const tf_tensor kept = tf_mul(g, h), taken = tf_mul(tf_sub(1.0, g), c);
    const tf_tensor next = plus(kept, taken);
    return (tf_cell_output){ next, tf1c_state_leaf(next) };
}

tf_cell *tf_contrib_rnn_ugrnn_cell_(struct tf_ugrnn_cell_args a)
{
    TF_FROM(a.here);
    tf_cell *mistake;
    void *k = context_of("UGRNNCell", a.num_units, &a, sizeof a, a.here, &mistake);
    return k ? tf_cell_new_((tf_cell){ .class_name = "UGRNNCell",
                                       .reuse = a.reuse,
                                       .context = k,
                                       .state_size = { .shape = SHAPE(a.num_units) },
                                       .output_size = SHAPE(a.num_units),
                                       .call = ugrnn_call },
                            a.here)
             : mistake;
}

/* ---- LayerNormBasicLSTMCell ------------------------------------------------------------------------------------------------------------------ */

/* x normalized by the parameters of `scope`. */
static tf_tensor normalized(const struct tf_layer_norm_lstm_args *a, tf_tensor x, const char *scope)
{
    const tf_dims shape = SHAPE(depth_of(x));
    tf_tensor beta = x;
    tf_with_variable_scope(scope) {
        weight("gamma", shape, tf_get_dtype(x), tf_constant_initializer(a->norm_gain));
        beta = weight("beta", shape, tf_get_dtype(x), tf_constant_initializer(a->norm_shift));
    }
    return tf_is_poisoned(beta) ? beta : tf_contrib_layers_layer_norm(x, .reuse = tf_reuse_true, .scope = scope);
}

static tf_tensor gates_of(const struct tf_layer_norm_lstm_args *a, tf_tensor xh)
{
    const int64_t n = 4 * a->num_units;
    const tf_tensor kernel = weight("kernel", SHAPE(depth_of(xh), n), tf_get_dtype(xh), (tf_initializer){ 0 });
    const tf_tensor out = tf_is_poisoned(kernel) ? kernel : tf_matmul(xh, kernel);
    if (a->layer_norm || tf_is_poisoned(out))
        return out;
    return tf_nn_bias_add(out, weight("bias", SHAPE(n), tf_get_dtype(xh), (tf_initializer){ 0 }));
}

static tf_cell_output layer_norm_lstm_call(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    static const char *const scopes[] = { "input", "transform", "forget", "output" };
    const struct tf_layer_norm_lstm_args *a = self->context;
    const tf_tensor c = state->items[0]->tensor, h = state->items[1]->tensor;
    const tf_tensor all = gates_of(a, tf_concat(LIST(x, h), 1));
    tf_tensor gates[4];
    (void)here;
    if (tf_is_poisoned(all))
        return tf1c_cell_poison(self, all);
    const tf_list parts = tf_split(all, 4, .axis = 1);
    for (int i = 0; i < 4; i++)
        gates[i] = a->layer_norm ? normalized(a, tf_at(parts, i), scopes[i]) : tf_at(parts, i);
    tf_tensor g = or_tanh(a->activation)(gates[1]);
    const tf_operand keep = tf1c_keyword(a->dropout_keep_prob, true);
    if (keep.kind == TF_OPERAND_TENSOR || (keep.kind == TF_OPERAND_REAL && keep.as.real < 1))
        g = tf_nn_dropout(g, keep, .seed = a->dropout_prob_seed);
    const tf_tensor kept = tf_mul(c, tf_sigmoid(plus(gates[2], a->forget_bias)));
    const tf_tensor taken = tf_mul(tf_sigmoid(gates[0]), g);
    tf_tensor next_c = plus(kept, taken);
    if (a->layer_norm)
        next_c = normalized(a, next_c, "state");
    const tf_tensor shown = or_tanh(a->activation)(next_c);
    return lstm_output(next_c, tf_mul(shown, tf_sigmoid(gates[3])));
}

tf_cell *tf_contrib_rnn_layer_norm_basic_lstm_cell_(struct tf_layer_norm_lstm_args a)
{
    TF_FROM(a.here);
    tf_cell *mistake;
    void *k = context_of("LayerNormBasicLSTMCell", a.num_units, &a, sizeof a, a.here, &mistake);
    return k ? tf_cell_new_((tf_cell){ .class_name = "LayerNormBasicLSTMCell",
                                       .reuse = a.reuse,
                                       .context = k,
                                       .state_size = tf1c_lstm_size(a.num_units, a.num_units),
                                       .output_size = SHAPE(a.num_units),
                                       .call = layer_norm_lstm_call },
                            a.here)
             : mistake;
}

/* ---- LSTMBlockCell ----------------------------------------------------------------------------------------------------------------------------- */

/* σ(gate), or σ(gate + w·c) with a variable w. */
static tf_tensor peeping(const struct tf_lstm_block_cell_args *a, tf_tensor gate, tf_tensor w, tf_tensor c)
{
    return tf_sigmoid(a->use_peephole ? plus(gate, tf_mul(w, c)) : gate);
}

/* c within ±bound; the gradient passes as if it were not bounded, as that of TF's kernel does. */
static tf_tensor bounded(tf_tensor c, double bound)
{
    return bound > 0 ? plus(c, tf_stop_gradient(tf_sub(tf_clip_by_value(c, -bound, bound), c))) : c;
}

static tf_cell_output block_call(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    static const char *const names[] = { "w_i_diag", "w_f_diag", "w_o_diag" };
    const struct tf_lstm_block_cell_args *a = self->context;
    const tf_tensor c = state->items[0]->tensor, h = state->items[1]->tensor;
    const tf_tensor all = linear(tf_concat(LIST(x, h), 1), 4 * a->num_units, (tf_initializer){ 0 });
    tf_tensor w[3] = { { 0 } };
    (void)here;
    if (tf_is_poisoned(all))
        return tf1c_cell_poison(self, all);
    for (int i = 0; a->use_peephole && i < 3; i++)
        w[i] = weight(names[i], SHAPE(a->num_units), tf_get_dtype(x), (tf_initializer){ 0 });
    const tf_list parts = tf_split(all, 4, .axis = 1);
    const tf_tensor open = peeping(a, tf_at(parts, 0), w[0], c), candidate = tf_tanh(tf_at(parts, 1));
    const tf_tensor forget = peeping(a, plus(tf_at(parts, 2), a->forget_bias), w[1], c);
    const tf_tensor next_c = bounded(plus(tf_mul(open, candidate), tf_mul(forget, c)), a->cell_clip);
    const tf_tensor show = peeping(a, tf_at(parts, 3), w[2], next_c);
    return lstm_output(next_c, tf_mul(show, tf_tanh(next_c)));
}

static tf_cell *block_cell(const char *class_name, struct tf_lstm_block_cell_args a)
{
    TF_FROM(a.here);
    tf_cell *mistake;
    void *k = context_of(class_name, a.num_units, &a, sizeof a, a.here, &mistake);
    return k ? tf_cell_new_((tf_cell){ .class_name = class_name,
                                       .name = a.name,
                                       .dtype = a.dtype,
                                       .reuse = a.reuse,
                                       .context = k,
                                       .state_size = tf1c_lstm_size(a.num_units, a.num_units),
                                       .output_size = SHAPE(a.num_units),
                                       .call = block_call },
                            a.here)
             : mistake;
}

tf_cell *tf_contrib_rnn_lstm_block_cell_(struct tf_lstm_block_cell_args a) { return block_cell("LSTMBlockCell", a); }
tf_cell *tf_contrib_rnn_lstm_block_fused_cell_(struct tf_lstm_block_cell_args a) { return block_cell("LSTMBlockFusedCell", a); }

/* ---- projections --------------------------------------------------------------------------------------------------------------------------------- */
typedef struct {
    tf_cell *cell;
    int64_t size;
    tf_activation *activation;
} projection;

static tf_tensor projected(const projection *p, tf_tensor x)
{
    const tf_tensor y = linear(x, p->size, (tf_initializer){ 0 });
    return p->activation && !tf_is_poisoned(y) ? p->activation(y) : y;
}

static tf_state *projection_zero_state(tf_cell *self, tf_operand batch, tf_dtype dtype, tf_source here)
{
    const projection *p = self->context;
    TF_SCOPE(NULL, tf1c_graph_printf(tf1c_current_graph(), "%sZeroState", self->class_name));
    return tf_zero_state_(p->cell, batch, dtype, here);
}

static tf_cell_output input_call(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    const projection *p = self->context;
    const tf_tensor y = projected(p, x);
    return tf_is_poisoned(y) ? tf1c_cell_poison(self, y) : tf_call_(p->cell, tf_operand_tensor(y), state, here);
}

static tf_cell_output output_call(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    const projection *p = self->context;
    tf_cell_output out = tf_call_(p->cell, tf_operand_tensor(x), state, here);
    if (tf_is_poisoned(out.output))
        return tf1c_cell_poison(self, out.output);
    const tf_tensor y = projected(p, out.output);
    return tf_is_poisoned(y) ? tf1c_cell_poison(self, y) : (tf_cell_output){ y, out.state };
}

static void *copied_projection(const tf_cell *cell) { return tf1c_copy_wrapped(cell->context, sizeof(projection)); }

static tf_cell *projecting(const char *class_name, projection p, tf_cell_call *call, tf_dims output_size, tf_reuse reuse,
                           tf_source here)
{
    tf_graph *g = tf1c_current_graph();
    projection *k = g ? tf1c_graph_alloc(g, sizeof *k) : NULL;
    if (!k)
        return tf1c_cell_mistake((tf_tensor){ .op = tf1c_poison(g) });
    *k = p;
    return tf1c_copied_by(copied_projection, tf_cell_new_((tf_cell){ .class_name = class_name,
                                                                     .reuse = reuse,
                                                                     .context = k,
                                                                     .state_size = p.cell->state_size,
                                                                     .output_size = output_size,
                                                                     .zero_state = projection_zero_state,
                                                                     .call = call },
                                                          here));
}

static tf_cell *recorded_cell(void) { return tf1c_cell_mistake((tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }); }

tf_cell *tf_contrib_rnn_input_projection_wrapper_(tf_cell *cell, struct tf_projection_wrapper_args a)
{
    TF_FROM(a.here);
    if (!tf1c_is_cell(cell, "cell", a.here))
        return recorded_cell();
    if (a.num_proj < 1)
        return tf1c_cell_mistake(
            tf_mistake(tf_value_error, a.here, NULL, "Parameter num_proj must be > 0: %lld.", (long long)a.num_proj));
    return projecting("InputProjectionWrapper", (projection){ cell, a.num_proj, a.activation }, input_call, cell->output_size,
                      a.reuse, a.here);
}

tf_cell *tf_contrib_rnn_output_projection_wrapper_(tf_cell *cell, struct tf_output_projection_args a)
{
    TF_FROM(a.here);
    if (!tf1c_is_cell(cell, "cell", a.here))
        return recorded_cell();
    if (a.output_size < 1)
        return tf1c_cell_mistake(
            tf_mistake(tf_value_error, a.here, NULL, "Parameter output_size must be > 0: %lld.", (long long)a.output_size));
    return projecting("OutputProjectionWrapper", (projection){ cell, a.output_size, a.activation }, output_call,
                      SHAPE(a.output_size), a.reuse, a.here);
}

/* ---- EmbeddingWrapper ---------------------------------------------------------------------------------------------------------------------------- */
typedef struct {
    tf_cell *cell;
    int64_t classes, size;
    tf_initializer initializer;
} embedding;

static tf_state *embedding_zero_state(tf_cell *self, tf_operand batch, tf_dtype dtype, tf_source here)
{
    return tf_zero_state_(((const embedding *)self->context)->cell, batch, dtype, here);
}

static tf_initializer table_initializer(const embedding *k)
{
    const tf_initializer *open = &tf1c_current_graph()->universe->variable_scope.initializer;
    return tf1c_given_initializer(&k->initializer) ? k->initializer
           : tf1c_given_initializer(open)          ? *open
                                                   : tf_random_uniform_initializer(-sqrt(3), sqrt(3));
}

static tf_cell_output embedding_call(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    const embedding *k = self->context;
    tf_cell_output out = { 0 };
    tf_with_device("/cpu:0") {
        const tf_tensor table =
            weight("embedding", SHAPE(k->classes, k->size), tf1c_state_dtype(state, tf_dtype_unset), table_initializer(k));
        const tf_tensor rows = tf_is_poisoned(table) ? table : tf_nn_embedding_lookup(table, tf_reshape(x, SHAPE(-1)));
        out = tf_is_poisoned(rows) ? tf1c_cell_poison(self, rows) : tf_call_(k->cell, tf_operand_tensor(rows), state, here);
    }
    return out;
}

static void *copied_embedding(const tf_cell *cell) { return tf1c_copy_wrapped(cell->context, sizeof(embedding)); }

tf_cell *tf_contrib_rnn_embedding_wrapper_(tf_cell *cell, struct tf_embedding_wrapper_args a)
{
    TF_FROM(a.here);
    if (!tf1c_is_cell(cell, "cell", a.here))
        return recorded_cell();
    if (a.embedding_classes < 1 || a.embedding_size < 1)
        return tf1c_cell_mistake(tf_mistake(tf_value_error, a.here, NULL,
                                            "Both embedding_classes and embedding_size must be > 0: %lld, %lld.",
                                            (long long)a.embedding_classes, (long long)a.embedding_size));
    tf_graph *g = tf1c_current_graph();
    embedding *k = g ? tf1c_graph_alloc(g, sizeof *k) : NULL;
    if (!k)
        return tf1c_cell_mistake((tf_tensor){ .op = tf1c_poison(g) });
    *k = (embedding){ cell, a.embedding_classes, a.embedding_size, a.initializer };
    return tf1c_copied_by(copied_embedding, tf_cell_new_((tf_cell){ .class_name = "EmbeddingWrapper",
                                                                    .reuse = a.reuse,
                                                                    .context = k,
                                                                    .state_size = cell->state_size,
                                                                    .output_size = cell->output_size,
                                                                    .zero_state = embedding_zero_state,
                                                                    .call = embedding_call },
                                                         a.here));
}
