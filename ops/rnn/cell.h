/* What the files of the RNN library share; not for users. */
#ifndef TF1C_OPS_RNN_CELL_H
#define TF1C_OPS_RNN_CELL_H

#include "graph/node.h"
#include "ops/rnn/rnn.h"

/* ---- states: state_tree.c ------------------------------------------------------------------------------------ */
tf_state *tf1c_state_leaf(tf_tensor t);                           /* never NULL: poisoned where there is no memory */
tf_state *tf1c_state_of(int n, tf_state *const *items, bool lstm); /* items are copied; NULL: all poisoned */
int tf1c_state_leaves(const tf_state *s);                         /* how many tensors */
tf_state *tf1c_state_pack(const tf_state *like, const tf_tensor *leaves);
tf_state *tf1c_state_for(const tf_state_size *size, tf_tensor every); /* the structure of `size`, one tensor everywhere */
bool tf1c_state_fits(const tf_state *s, const tf_state_size *size);   /* the same structure */
tf_state_size tf1c_lstm_size(int64_t c, int64_t h);
const char *tf1c_state_size_text(const tf_state_size *size, char *text, size_t n); /* "LSTMStateTuple(c=3, h=3)" */

/* ---- scopes: cell.c ------------------------------------------------------------------------------------------------------- */
/* A layer's own scopes: found on its first call, entered exactly on every later one. */
typedef struct tf1c_cell_scope {
    const char *variables, *names; /* "rnn/gru_cell" of variables and of nodes */
    const char *outer;             /* of an RNNCell: the variable scope it was first called in */
    tf_reuse reuse;
    tf_initializer initializer;
    tf_regularizer regularizer;
    bool of_model; /* see tf1c_variable_scope */
    bool set, built;
    void *(*copied_context)(const tf_cell *cell); /* what a copy of the cell wants to know: the cells in it are copies too; NULL: the same */
} tf1c_cell_scope;
tf_cell *tf1c_copied_by(void *(*copied_context)(const tf_cell *cell), tf_cell *cell); /* the cell, which is copied so */
void *tf1c_copy_wrapped(const void *context, size_t size); /* of a context that begins with a cell; NULL without memory */
typedef struct {
    tf_graph *graph;
    tf1c_variable_scope saved;
    const char *names;
    int subscopes; /* that were open or known of */
} tf1c_entered;
/* On first use takes the scope by name, or the one given, or a default name that is free; false after a report. */
bool tf1c_layer_scope(tf1c_cell_scope *s, tf_variable_scope scope, const char *default_name, tf_source here);
#define TF1C_SCOPE_NAMED(x) ((tf_variable_scope){ .name = (x) })
/* What was given as `scope`, else the scope of that name. */
tf_variable_scope tf1c_scope_or(tf_variable_scope scope, const char *name);
tf1c_entered tf1c_layer_enter(const tf1c_cell_scope *s, tf_reuse reuse);
tf1c_entered tf1c_contrib_enter(tf1c_cell_scope *s, tf_reuse reuse); /* of a layer of tf.contrib.layers */
void tf1c_layer_leave(tf1c_entered *e);
/* A name scope for the open variable scope's last part, as tf.variable_scope(tf.get_variable_scope()) opens it. */
struct tf_with_ tf1c_scope_again(const char *variable_scope);

/* TF's _concat of a batch size (a number or a scalar tensor) and a shape, for tf_zeros. */
tf_tensor tf1c_batch_shape(tf_operand batch, tf_dims rest);
tf_tensor tf1c_zeros_of_batch(tf_operand batch, tf_dims rest, tf_dtype dtype);
tf_dims tf1c_static_batch(tf_operand batch, tf_dims rest);
const char *tf1c_dims_list(tf_dims d, const char *brackets, char *text, size_t n); /* "[2, None, 3]" */

tf_cell *tf1c_cell_mistake(tf_tensor mistake); /* a cell whose calls give `mistake`; never NULL */
tf_cell_output tf1c_cell_poison(const tf_cell *cell, tf_tensor mistake); /* what a cell gives that cannot make its step */
bool tf1c_is_cell(const tf_cell *cell, const char *argument, tf_source here); /* false after a report */

/* args side by side·kernel + bias, both of the open scope; at least one. TF1: contrib/rnn/python/ops/core_rnn_cell.py _Linear */
tf_tensor tf1c_linear(int n, const tf_tensor *args, int64_t size, tf_initializer initializer);
int64_t tf1c_salted_seed(int64_t seed, const char *salt, int index); /* md5.c: DropoutWrapper._gen_seed */

#endif
