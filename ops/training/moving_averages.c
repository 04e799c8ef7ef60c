/* TF1: python/training/moving_averages.py, slot_creator.py. */
#include "ops/training/moving_averages.h"

#include <string.h>

#include "ops/array/constant.h"
#include "ops/control_flow/counts.h"
#include "ops/control_flow/group.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/state/initializers.h"
#include "ops/state/variables.h"

struct tf_moving_average {
    const char *name;
    double decay;
    tf_operand num_updates;
    bool zero_debias;
    struct {
        tf_tensor var, average;
    } * pairs;
    int n_pairs, cap_pairs;
};
static tf_moving_average no_average = { .name = "ExponentialMovingAverage" };

static void release(void *average) { tf1c_free(((tf_moving_average *)average)->pairs); }

tf_moving_average *tf_train_exponential_moving_average_(struct tf_moving_average_args a)
{
    TF_FROM(a.here);
    tf_graph *g = tf1c_current_graph();
    if (a.decay == TF_UNSET_NUMBER_) {
        tf_fail(tf_type_error, tf1c_source(a.here), NULL, "__init__() missing 1 required positional argument: 'decay'");
        return &no_average;
    }
    tf_moving_average *m = g ? tf1c_graph_alloc(g, sizeof *m) : NULL;
    if (!m)
        return &no_average;
    *m = (tf_moving_average){ .name = a.name ? tf1c_graph_strdup(g, a.name) : no_average.name,
                              .decay = a.decay,
                              .num_updates = tf1c_keyword(a.num_updates, true),
                              .zero_debias = a.zero_debias };
    return m->name && tf1c_graph_attach(g, release, m) ? m : &no_average;
}

/* ---- the averages ----------------------------------------------------------------------------------------------------------------- */

tf_tensor tf_average(tf_moving_average *m, tf_tensor var)
{
    for (int i = 0; m && i < m->n_pairs; i++)
        if (tf_same_tensor(m->pairs[i].var, var))
            return m->pairs[i].average;
    return (tf_tensor){ 0 };
}

/* Of a variable its initial value; of another tensor zeros. */
static tf_tensor begin(tf_tensor var, const char *name, tf_source here)
{
    struct tf_get_variable_args a = { .here = here, .name = "", .dtype = tf_get_dtype(var) };
    if (var.op->initializer && tf_op_input_count(var.op->initializer) == 2) {
        a.initial = tf_operand_tensor(tf_op_input(var.op->initializer, 1));
    } else {
        a.shape = tf_get_shape(var);
        a.initializer = tf_zeros_initializer();
    }
    tf_tensor average = { 0 };
    if (a.initial.kind != TF_OPERAND_NONE) /* TF begins with the variable's value if it has one by then: two branches */
        tf1c_count_more(21);
    tf_with_variable_scope(NULL, .default_name = name)
        average = tf_get_variable_(a);
    return average;
}

static bool follow(tf_moving_average *m, tf_tensor var, tf_source here)
{
    if (!tf_is_none(tf_average(m, var)))
        return true;
    if (!(TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(var)))) {
        tf_mistake(tf_type_error, here, NULL, "The variables must be half, float, or double: %s:%d", tf_op_name(var.op), var.index);
        return false;
    }
    const char *name = tf1c_graph_printf(var.op->graph, "%s/%s", var.op->name, m->name);
    const tf_tensor average = name ? begin(var, name, here) : (tf_tensor){ .op = tf1c_record_mistake(var.op->graph) };
    if (tf_is_poisoned(average))
        return false;
    if (var.op->read)
        tf_add_to_collection(TF_MOVING_AVERAGE_VARIABLES, var);
    const struct {
        tf_tensor var, average;
    } pair = { var, average };
    if (m != &no_average && tf1c_append_ptr(&m->pairs, &m->n_pairs, &m->cap_pairs, &pair, sizeof pair))
        return true;
    tf_fail(tf_memory_error, here, NULL, "no memory left for the moving averages");
    return false;
}

/* ---- moving them ---------------------------------------------------------------------------------------------------------------------- */

/* The decay of this step. */
static tf_tensor decay_of(const tf_moving_average *m, tf_source here)
{
    const tf_tensor decay = tf_convert(tf_operand_real(m->decay), tf_float32, here, "decay");
    if (!m->num_updates.kind)
        return decay;
    const tf_tensor n = tf_cast(m->num_updates, tf_float32, "num_updates");
    const tf_tensor above = tf_raw_ops_add_v2(1.0, n, .name = "add");
    const tf_tensor below = tf_raw_ops_add_v2(10.0, n, .name = "add");
    return tf_minimum(decay, tf_truediv(above, below));
}

/* A variable that begins at zero, below the average's name. */
static tf_tensor beside(tf_tensor average, const char *name, tf_dims shape)
{
    tf_tensor v = { 0 };
    tf_with_variable_scope(average.op->name)
        v = tf_get_variable(name, .shape = shape, .dtype = tf_get_dtype(average), .initializer = tf_zeros_initializer(),
                            .trainable = false);
    return v;
}

/* Of one that began at zero, and is so too small: biased/(1 - decay^steps). TF1: _zero_debias */
static tf_operation *move_debiased(tf_tensor average, tf_tensor value, tf_tensor rate, const char *scope)
{
    const tf_tensor biased = beside(average, "biased", tf_get_shape(average)), steps = beside(average, "local_step", SCALAR);
    const tf_tensor far = tf_subtract(biased, value, .name = "sub");
    const tf_tensor moved = tf_assign_sub(biased, tf_multiply(far, rate, .name = "mul"));
    const tf_tensor step = tf_assign_add(steps, 1.0);
    const tf_tensor decay = tf_subtract(1.0, rate, .name = "sub");
    const tf_tensor grown = tf_subtract(1.0, tf_pow(decay, step, .name = "Pow"), .name = "sub");
    return tf_tensor_op(tf_assign(average, tf_truediv(moved, grown), .name = scope));
}

static tf_operation *move(tf_tensor average, tf_tensor var, tf_tensor decay, bool zero_debias)
{
    TF_SCOPE(NULL, "AssignMovingAvg");
    const char *scope = tf_scope_name();
    const tf_tensor rate = tf1c_cast(tf_subtract(1.0, decay, .name = "sub"), tf_get_dtype(average), (tf_source){ 0 });
    if (zero_debias)
        return move_debiased(average, var, rate, scope);
    const tf_tensor far = tf_subtract(average, var, .name = "sub");
    return tf_tensor_op(tf_assign_sub(average, tf_multiply(far, rate, .name = "mul"), .name = scope));
}

static tf_operation *move_all(tf_moving_average *m, tf_list vars, tf_operation **ops, tf_source here)
{
    TF_SCOPE(NULL, m->name);
    const char *scope = tf_scope_name();
    const tf_tensor decay = decay_of(m, here);
    for (int i = 0; i < vars.n; i++)
        ops[i] = move(tf_average(m, vars.items[i]), vars.items[i], decay, m->zero_debias && !vars.items[i].op->read);
    return tf_group_((tf_ops){ vars.n, ops }, (struct tf_name_args){ here, scope });
}

tf_operation *tf_apply_(tf_moving_average *m, struct tf_apply_args a)
{
    TF1C_HOLD_REPORTS;
    TF_FROM(a.here);
    tf_graph *g = tf1c_current_graph();
    if (!m || m == &no_average || !g)
        return tf1c_poison(g);
    const tf_list vars = tf1c_list_or(a.var_list, tf_trainable_variables, a.here);
    for (int i = 0; i < vars.n; i++) {
        if (tf_is_none(vars.items[i]) || tf_is_poisoned(vars.items[i]))
            return tf_is_none(vars.items[i]) ? tf_mistake(tf_value_error, a.here, NULL, "None values not supported.").op
                                             : vars.items[i].op;
        if (!follow(m, vars.items[i], a.here))
            return tf1c_record_mistake(g);
    }
    tf_operation **ops = tf1c_alloc((size_t)(vars.n + 1) * sizeof *ops);
    if (!ops)
        return tf_mistake(tf_memory_error, a.here, NULL, "no memory left for the graph").op;
    tf_operation *all = move_all(m, vars, ops, a.here);
    tf1c_free(ops);
    return all;
}

/* ---- names --------------------------------------------------------------------------------------------------------------------------------- */

const char *tf_average_name(tf_moving_average *m, tf_tensor var)
{
    if (!m || tf_is_none(var) || tf_is_poisoned(var))
        return "";
    const tf_tensor average = tf_average(m, var);
    const char *name = tf_is_none(average) ? tf1c_graph_printf(var.op->graph, "%s/%s", var.op->name, m->name) : average.op->name;
    return name ? name : "";
}

static bool holds(tf_list list, tf_tensor t)
{
    for (int i = 0; i < list.n; i++)
        if (tf_same_tensor(list.items[i], t))
            return true;
    return false;
}

tf_restored tf_variables_to_restore(tf_moving_average *m)
{
    tf_restored r = { 0 };
    tf_graph *g = tf1c_current_graph();
    const tf_list all = tf_global_variables(), trained = tf_trainable_variables(),
                  followed = tf_get_collection(TF_MOVING_AVERAGE_VARIABLES);
    const char **names = m && g ? tf1c_graph_alloc(g, (size_t)(all.n + 1) * sizeof *names) : NULL;
    tf_tensor *vars = names ? tf1c_graph_alloc(g, (size_t)(all.n + 1) * sizeof *vars) : NULL;
    for (int i = 0; vars && i < all.n; i++) {
        const tf_tensor v = all.items[i];
        bool is_average = false;
        for (int j = 0; j < m->n_pairs; j++)
            is_average |= tf_same_tensor(m->pairs[j].average, v);
        if (is_average)
            continue;
        names[r.var_list.n] = holds(trained, v) || holds(followed, v) ? tf_average_name(m, v) : v.op->name;
        vars[r.var_list.n++] = v;
    }
    r.var_list.items = vars;
    r.names = names;
    return r;
}
