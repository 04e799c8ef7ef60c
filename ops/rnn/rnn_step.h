/* What static_rnn and dynamic_rnn share; not for users. */
#ifndef TF1C_OPS_RNN_RNN_STEP_H
#define TF1C_OPS_RNN_RNN_STEP_H

#include "ops/rnn/cell.h"

struct tf_with_ tf1c_rnn_scope(tf_variable_scope given, const char *name, bool again, tf_source here);
tf_tensor tf1c_zero_output(const tf_cell *cell, tf_operand batch, tf_dtype dtype);
tf_dtype tf1c_state_dtype(const tf_state *s, tf_dtype given); /* TF's _infer_state_dtype */
tf_tensor tf1c_swap_batch_time(tf_tensor x); /* [batch, time, …] <-> [time, batch, …] */
/* Rows of [batch, …] where `past` [batch] is true keep what was there before; scalars do not. */
tf_tensor tf1c_copy_rows(tf_tensor past, tf_tensor before, tf_tensor after);
tf_state *tf1c_copy_state(tf_tensor past, tf_state *before, tf_state *after);
/* A step's results where rows in which `past` [batch] is true have zero_output and their old state. */
tf_cell_output tf1c_copy_through(tf_cell_output step, tf_state *old, tf_tensor past, tf_tensor zero_output);

/* Nodes that TF makes here and we do not: their name is taken, and seeds are counted over them. */
static inline void tf1c_skip(const char *name, int n)
{
    tf_graph *g = tf1c_current_graph();
    tf1c_unique_name(g, name);
    g->universe->last_id += n;
}

#endif
