/* What tf.keras' optimizers update variables by where the library has no op of it, as assignments.
 * TF1: core/kernels/training_ops.cc, python/keras/optimizer_v2/ */
#include <string.h>

#include "ops/array/gather.h"
#include "ops/math/arithmetic.h"
#include "ops/math/unary.h"
#include "ops/state/variables.h"
#include "session/graphdef/several.h"

enum { MOST_INPUTS = 11 };

/* Its inputs, the first of which are variables. */
typedef struct {
    tf1c_importing *m;
    tf1c_in_node *n;
    tf_tensor in[MOST_INPUTS];
} update;

static bool take(update *u, tf1c_importing *m, tf1c_in_node *n)
{
    *u = (update){ .m = m, .n = n };
    for (int i = 0; i < n->n_in && i < MOST_INPUTS; i++)
        if (tf_is_none(u->in[i] = tf1c_edge_tensor(m, n->in[i])))
            return false;
    return true;
}

static bool flag(const update *u, const char *name, bool otherwise)
{
    const Tf1c__AttrValue *v = tf1c_attr_of(u->n->def, name);
    return v && v->value_case == TF1C__ATTR_VALUE__VALUE_B ? v->b : otherwise;
}

/* An assignment waits for what the update waits for. */
static tf_tensor waiting(const update *u, tf_tensor assignment)
{
    if (!tf_is_none(assignment) && !tf_is_poisoned(assignment))
        tf1c_wait_for_controls(u->m, u->n, assignment.op);
    return assignment;
}

static tf_tensor set(const update *u, int i, tf_tensor value) { return waiting(u, tf_assign(u->in[i], value)); }
static tf_tensor lessen(const update *u, int i, tf_tensor by) { return waiting(u, tf_assign_sub(u->in[i], by)); }

/* Rows of a slot and of the variable; the second is what runs both. */
static tf_tensor set_rows(const update *u, tf_tensor indices, tf_tensor slot, tf_tensor change)
{
    tf_tensor last = { .op = NULL };
    const tf_tensor kept = waiting(u, tf_scatter_update(u->in[1], indices, slot));
    tf_with_control_dependencies(OPS(kept))
        last = waiting(u, tf_scatter_add(u->in[0], indices, change));
    return last;
}

static bool done(const update *u, tf_tensor last) { return tf1c_several_give(u->m, u->n, 0, last); }

/* accum = momentum·accum - lr·grad; var += accum, or by Nesterov's rule momentum·accum - lr·grad.
 * var, accum, lr, grad, momentum */
static bool keras_momentum(tf1c_importing *m, tf1c_in_node *n)
{
    update u;
    if (!take(&u, m, n))
        return false;
    const tf_tensor step = tf_mul(u.in[2], u.in[3]), accum = set(&u, 1, tf_sub(tf_mul(u.in[1], u.in[4]), step));
    return done(
        &u, waiting(&u, tf_assign_add(u.in[0], flag(&u, "use_nesterov", false) ? tf_sub(tf_mul(accum, u.in[4]), step) : accum)));
}

/* var, accum, lr, grad, indices, momentum */
static bool sparse_keras_momentum(tf1c_importing *m, tf1c_in_node *n)
{
    update u;
    if (!take(&u, m, n))
        return false;
    const tf_tensor step = tf_mul(u.in[2], u.in[3]), rows = tf_sub(tf_mul(tf_gather(u.in[1], u.in[4]), u.in[5]), step);
    return done(&u, set_rows(&u, u.in[4], rows, flag(&u, "use_nesterov", false) ? tf_sub(tf_mul(rows, u.in[5]), step) : rows));
}

static tf_tensor adagrad_step(const update *u, tf_tensor accum)
{
    return tf_truediv(tf_mul(u->in[4], u->in[2]), tf_add(tf_sqrt(accum), u->in[3]));
}

/* accum += grad²; var -= lr·grad / (√accum + epsilon).  var, accum, lr, epsilon, grad */
static bool adagrad(tf1c_importing *m, tf1c_in_node *n)
{
    update u;
    if (!take(&u, m, n))
        return false;
    const bool grows = flag(&u, "update_slots", true);
    const tf_tensor accum = grows ? waiting(&u, tf_assign_add(u.in[1], tf_square(u.in[4]))) : u.in[1];
    return done(&u, lessen(&u, 0, adagrad_step(&u, accum)));
}

/* var, accum, lr, epsilon, grad, indices */
static bool sparse_adagrad(tf1c_importing *m, tf1c_in_node *n)
{
    update u;
    if (!take(&u, m, n))
        return false;
    const bool grows = flag(&u, "update_slots", true);
    const tf_tensor before = tf_gather(u.in[1], u.in[5]), rows = grows ? tf_add(before, tf_square(u.in[4])) : before;
    return done(&u, set_rows(&u, u.in[5], rows, tf_neg(adagrad_step(&u, rows))));
}

/* slot += (value - slot)·(1 - beta) */
static tf_tensor approach(const update *u, int slot, tf_tensor value, tf_tensor beta)
{
    return waiting(u, tf_assign_add(u->in[slot], tf_mul(tf_sub(value, u->in[slot]), tf_sub(1., beta))));
}

/* Adam whose second moment is the largest so far.  var, m, v, vhat, beta1_power, beta2_power, lr, beta1, beta2, epsilon, grad */
static bool adam_with_amsgrad(tf1c_importing *m, tf1c_in_node *n)
{
    update u;
    if (!take(&u, m, n))
        return false;
    const tf_tensor rate = tf_truediv(tf_mul(u.in[6], tf_sqrt(tf_sub(1., u.in[5]))), tf_sub(1., u.in[4]));
    const tf_tensor first = approach(&u, 1, u.in[10], u.in[7]), second = approach(&u, 2, tf_square(u.in[10]), u.in[8]);
    const tf_tensor largest = set(&u, 3, tf_maximum(u.in[3], second));
    return done(&u, lessen(&u, 0, tf_truediv(tf_mul(first, rate), tf_add(tf_sqrt(largest), u.in[9]))));
}

/* v = max(beta2·v, |grad|); var -= lr / (1 - beta1_power) · m / (v + epsilon).
 * var, m, v, beta1_power, lr, beta1, beta2, epsilon, grad */
static bool ada_max(tf1c_importing *m, tf1c_in_node *n)
{
    update u;
    if (!take(&u, m, n))
        return false;
    const tf_tensor first = approach(&u, 1, u.in[8], u.in[5]);
    const tf_tensor norm = set(&u, 2, tf_maximum(tf_mul(u.in[6], u.in[2]), tf_abs(u.in[8])));
    const tf_tensor rate = tf_truediv(u.in[4], tf_sub(1., u.in[3]));
    return done(&u, lessen(&u, 0, tf_mul(rate, tf_truediv(first, tf_add(norm, u.in[7])))));
}

const tf1c_several *tf1c_update_of(const char *op, int n_in)
{
    static const tf1c_several updates[] = {
        { "ResourceApplyKerasMomentum", 5, 1, keras_momentum },
        { "ResourceSparseApplyKerasMomentum", 6, 1, sparse_keras_momentum },
        { "ResourceApplyAdagradV2", 5, 1, adagrad },
        { "ResourceSparseApplyAdagradV2", 6, 1, sparse_adagrad },
        { "ResourceApplyAdaMax", 9, 1, ada_max },
        { "ResourceApplyAdamWithAmsgrad", 11, 1, adam_with_amsgrad },
    };
    for (size_t i = 0; i < sizeof updates / sizeof *updates; i++)
        if (strcmp(op, updates[i].op) == 0)
            return n_in == updates[i].inputs ? &updates[i] : NULL;
    return NULL;
}
