/* What a loop's variables are and how many steps it takes, told by its nodes alone; and what a functional loop or branch is made of. */
#include <stdlib.h>
#include <string.h>

#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "session/graphdef/looping.h"

static tf1c_in_node *source(const tf1c_importing *m, tf1c_edge e) { return tf1c_source_of(m, e); }
static bool is_add(const tf1c_in_node *n) { return tf1c_is_op(n, "Add") || tf1c_is_op(n, "AddV2"); }
static bool same_edge(tf1c_edge a, tf1c_edge b) { return a.node == b.node && a.output == b.output; }

tf1c_variable *tf1c_variable_of(const tf1c_importing *m, const tf1c_looping *l, tf1c_edge e)
{
    const tf1c_in_node *s = source(m, tf1c_origin(m, e));
    for (int i = 0; i < l->n; i++)
        if (l->vars[i].merge == s)
            return &l->vars[i];
    return NULL;
}

bool tf1c_int_of(tf_ndarray a, int64_t *value)
{
    if (np_size(a) != 1 || !a.data || (a.dtype != tf_int32 && a.dtype != tf_int64))
        return false;
    *value = a.dtype == tf_int32 ? *(const int32_t *)a.data : *(const int64_t *)a.data;
    return true;
}

static bool constant_array(tf1c_importing *m, tf1c_edge e, tf_ndarray *a)
{
    const tf1c_in_node *s = source(m, tf1c_origin(m, e));
    const Tf1c__AttrValue *v = tf1c_is_op(s, "Const") ? tf1c_attr_of(s->def, "value") : NULL;
    if (s && s->out && s->out[0].op && tf_constant_value(s->out[0], a))
        return true;
    return v && v->value_case == TF1C__ATTR_VALUE__VALUE_TENSOR && tf1c_array_of(m, s->def, v->tensor, a);
}

bool tf1c_constant_int(tf1c_importing *m, tf1c_edge e, int64_t *value)
{
    tf_ndarray a;
    return constant_array(m, e, &a) && tf1c_int_of(a, value);
}

/* ---- variables ------------------------------------------------------------------------------------------------------------------ */

static bool take_variable(tf1c_importing *m, tf1c_in_node *merge, tf1c_variable *v)
{
    *v = (tf1c_variable){ .merge = merge, .start = { -2, 0 }, .next = { -2, 0 }, .wanted = true };
    for (int i = 0; i < merge->n_in; i++) {
        const tf1c_in_node *s = source(m, merge->in[i]);
        if (s && s->kind == TF1C_ENTER)
            v->start = s->in[0];
        else if (s && s->kind == TF1C_NEXT_ITERATION)
            v->next = s->in[0];
    }
    if (v->start.node == -2 || v->next.node == -2 || merge->n_in != 2)
        return tf1c_import_fail(m, tf_invalid_argument, merge->def->name, "a loop's Merge without Enter and NextIteration");
    const tf1c_in_node *next = source(m, tf1c_origin(m, v->next));
    if (next && (next->kind == TF1C_TA_WRITE || next->kind == TF1C_LIST_SET || next->kind == TF1C_LIST_PUSH)) {
        v->write = next;
        v->kind = TF1C_WRITTEN;
        v->item = next->in[next->kind == TF1C_LIST_PUSH ? 1 : 2];
    }
    return true;
}

/* variable + 1, variable - 1 */
static void find_step(tf1c_importing *m, const tf1c_looping *l, tf1c_variable *v)
{
    const tf1c_in_node *next = source(m, tf1c_origin(m, v->next));
    int64_t by;
    if (!(is_add(next) || tf1c_is_op(next, "Sub")) || next->n_in != 2)
        return;
    for (int i = 0; i < 2; i++)
        if (tf1c_variable_of(m, l, next->in[i]) == v && tf1c_constant_int(m, next->in[1 - i], &by) && (by == 1 || by == -1) &&
            (i == 0 || is_add(next)))
            v->step = is_add(next) ? (int)by : -(int)by;
    v->starts_known = tf1c_constant_int(m, v->start, &v->from);
}

bool tf1c_take_variables(tf1c_importing *m, tf1c_looping *l)
{
    const tf1c_group *g = &m->regions->groups[l->group];
    l->vars = tf1c_import_alloc(m, (size_t)g->n_members * sizeof *l->vars);
    for (int i = 0; i < g->n_members && l->vars && !m->status; i++)
        if (m->nodes[g->members[i]].kind == TF1C_MERGE && take_variable(m, &m->nodes[g->members[i]], &l->vars[l->n]))
            l->n++;
    for (int i = 0; i < l->n && !m->status; i++)
        find_step(m, l, &l->vars[i]);
    return l->vars && !m->status;
}

/* ---- how many steps ---------------------------------------------------------------------------------------------------------------- */

static tf_tensor int_tensor(int64_t value, tf1c_importing *m)
{
    return tf_convert(tf_operand_integer(value), tf_int32, m->here, NULL);
}

bool tf1c_same_number(tf_tensor a, tf_tensor b)
{
    tf_ndarray x, y;
    int64_t i, j;
    if (tf_same_tensor(a, b))
        return true;
    return tf_constant_value(a, &x) && tf_constant_value(b, &y) && tf1c_int_of(x, &i) && tf1c_int_of(y, &j) && i == j;
}

/* The edge by which a loop's invariant comes in, *value if it is a constant of the body; node -2: it is made inside. */
static tf1c_edge outer_edge(tf1c_importing *m, const tf1c_looping *l, tf1c_edge e, int64_t *value)
{
    const int region = m->regions->groups[l->group].region[0];
    for (const tf1c_in_node *s = source(m, e); s; s = source(m, e)) {
        if (s->kind == TF1C_ENTER)
            return s->in[0];
        if (!tf1c_lies_in(m, e.node, region))
            return e;
        if (!tf1c_is_op(s, "Identity") && s->kind != TF1C_PASS)
            break;
        e = s->in[s->kind == TF1C_PASS ? e.output : 0];
    }
    return (tf1c_edge){ tf1c_constant_int(m, e, value) && *value == (int32_t)*value ? -1 : -2, 0 };
}

/* What a loop's invariant is outside of it; none if it is made inside. */
static tf_tensor outside(tf1c_importing *m, const tf1c_looping *l, tf1c_edge inner)
{
    int64_t value = 0;
    const tf1c_edge e = outer_edge(m, l, inner, &value);
    if (e.node < 0)
        return e.node == -1 ? int_tensor(value, m) : (tf_tensor){ .op = NULL };
    const tf_tensor t = tf1c_edge_tensor(m, e);
    return tf_is_none(t) || tf_get_dtype(t) == tf_int32 ? t : tf1c_cast(t, tf_int32, m->here);
}

/* Whether a part of the condition is counter < bound, or counter >= 0 counted down. */
static tf1c_variable *counter_of(tf1c_importing *m, const tf1c_looping *l, const tf1c_in_node *leaf)
{
    int64_t zero;
    tf1c_variable *v = leaf->n_in == 2 ? tf1c_variable_of(m, l, leaf->in[0]) : NULL;
    if (v && v->step == 1 && v->starts_known && tf1c_is_op(leaf, "Less"))
        return v;
    const bool down = v && v->step == -1 && tf1c_is_op(leaf, "GreaterEqual");
    return down && tf1c_constant_int(m, leaf->in[1], &zero) && zero == 0 ? v : NULL;
}

/* Steps until that fails; none if it is another condition. */
static tf_tensor steps_of(tf1c_importing *m, const tf1c_looping *l, const tf1c_in_node *leaf)
{
    const tf1c_variable *v = counter_of(m, l, leaf);
    if (v && v->step == 1) {
        const tf_tensor bound = outside(m, l, leaf->in[1]);
        return tf_is_none(bound) || v->from == 0 ? bound : tf_sub(bound, int_tensor(v->from, m));
    }
    if (!v)
        return (tf_tensor){ .op = NULL };
    const tf_tensor start = tf1c_edge_tensor(m, v->start);
    return tf_is_none(start) ? start : tf_add(tf1c_cast(start, tf_int32, m->here), int_tensor(1, m));
}

enum { MOST_LEAVES = 8 };

/* The parts of a condition that all have to hold; 0: they are too many, or none. */
static int find_leaves(const tf1c_importing *m, tf1c_edge condition, const tf1c_in_node **leaves)
{
    tf1c_edge pending[MOST_LEAVES] = { condition };
    int n = 1, found = 0;
    for (int steps = 0; n; steps++) {
        const tf1c_edge e = pending[--n];
        const tf1c_in_node *s = source(m, e);
        const bool passes = s && s->kind == TF1C_PASS && e.output < s->n_in;
        if (!s || steps > 64 || !(s->kind == TF1C_PLAIN || s->kind == TF1C_LOOP_COND || passes) || !s->n_in)
            return 0;
        if (passes)
            pending[n++] = s->in[e.output];
        else if (s->kind != TF1C_LOOP_COND && !tf1c_is_op(s, "LogicalAnd") && !tf1c_is_op(s, "Identity"))
            leaves[found++] = s;
        else if (n + found + s->n_in > MOST_LEAVES)
            return 0;
        else
            for (int i = 0; i < s->n_in; i++)
                pending[n++] = s->in[i];
    }
    return found;
}

bool tf1c_find_trip(tf1c_importing *m, tf1c_looping *l, tf1c_edge condition)
{
    const tf1c_in_node *leaves[MOST_LEAVES];
    const int n = find_leaves(m, condition, leaves);
    for (int i = 0; i < n; i++) {
        const tf_tensor steps = steps_of(m, l, leaves[i]);
        if (!tf_is_none(steps) && tf_is_poisoned(steps))
            m->status = m->status ? m->status : tf_memory_error;
        if (tf_is_poisoned(steps))
            return false;
        if (tf_is_none(l->trip) || tf1c_same_number(l->trip, steps))
            l->trip = steps;
        else
            l->trip = tf_minimum(l->trip, steps);
    }
    return n && !tf_is_none(l->trip);
}

/* ---- which way indices go --------------------------------------------------------------------------------------------------------- */

/* bound - 1 - counter: from the last element to the first. */
static bool counts_back(tf1c_importing *m, const tf1c_looping *l, tf1c_edge index)
{
    const tf1c_in_node *at = source(m, tf1c_origin(m, index));
    const tf1c_variable *v = tf1c_is_op(at, "Sub") && at->n_in == 2 ? tf1c_variable_of(m, l, at->in[1]) : NULL;
    const tf1c_in_node *last = v && v->step == 1 && v->starts_known && v->from == 0 ? source(m, tf1c_origin(m, at->in[0])) : NULL;
    int64_t one;
    return tf1c_is_op(last, "Sub") && last->n_in == 2 && l->bound.node >= 0 &&
           same_edge(tf1c_origin(m, last->in[0]), tf1c_origin(m, l->bound)) && tf1c_constant_int(m, last->in[1], &one) && one == 1;
}

int tf1c_direction_of(tf1c_importing *m, const tf1c_looping *l, tf1c_edge index, int64_t *from)
{
    const tf1c_variable *v = l ? tf1c_variable_of(m, l, index) : NULL;
    *from = 0;
    if (v && v->step && (v->step < 0 || v->starts_known)) {
        *from = v->step > 0 ? v->from : 0;
        return v->step;
    }
    return l && l->n && counts_back(m, l, index) ? -1 : 0;
}

/* The loop that a node lies in. */
static tf1c_looping *loop_around(const tf1c_importing *m, const tf1c_in_node *n)
{
    for (int r = n->region; r;) {
        const tf1c_group *g = &m->regions->groups[m->regions->regions[r].group];
        if (g->is_loop)
            return g->plan;
        r = g->parent;
    }
    return NULL;
}

bool tf1c_follows_counter(tf1c_importing *m, tf1c_in_node *n)
{
    const tf1c_looping *l = loop_around(m, n);
    const tf1c_in_node *list = source(m, tf1c_origin(m, n->in[0]));
    int64_t from;
    return l && l->counts && list && (list->kind == TF1C_LIST_FROM || list->kind == TF1C_EXIT) &&
           tf1c_direction_of(m, l, n->in[1], &from);
}

/* ---- what a functional loop or branch is made of ----------------------------------------------------------------------------------- */

typedef struct {
    tf1c_importing *m;
    int group;
    tf1c_looping *l; /* of a loop */
    int *stack, n, capacity;
} reaching;

static bool keep_int(tf1c_importing *m, int **all, int *n, int *capacity, int i)
{
    return tf1c_append_ptr(all, n, capacity, &i, sizeof i) ||
           tf1c_import_fail(m, tf_memory_error, NULL, "no memory left for a graph's nodes");
}

static void reach(reaching *r, tf1c_edge e)
{
    if (e.node >= 0 && r->m->nodes[e.node].seen != 1 + r->group) {
        r->m->nodes[e.node].seen = 1 + r->group;
        keep_int(r->m, &r->stack, &r->n, &r->capacity, e.node);
    }
}

/* A variable's value is read in a step: it is carried. */
static void carry(reaching *r, tf1c_variable *v)
{
    v->wanted = v->carried = true;
    if (v->kind != TF1C_WRITTEN)
        v->kind = TF1C_STATE;
    reach(r, v->start);
    if (v->kind == TF1C_STATE)
        reach(r, v->next);
}

static void reach_inputs(reaching *r, tf1c_in_node *n)
{
    tf1c_importing *m = r->m;
    for (int i = 0; i < n->n_in; i++)
        if (!(n->kind == TF1C_PASS && !n->used[i]) && !(i == 1 && n->kind == TF1C_LIST_GET && tf1c_follows_counter(m, n)))
            reach(r, n->in[i]);
    for (int i = 0; i < n->n_controls; i++)
        reach(r, (tf1c_edge){ n->controls[i], 0 });
    const tf1c_group *g = n->group >= 0 ? &m->regions->groups[n->group] : NULL;
    if (g && g->call) /* one within this one */
        reach(r, g->is_loop ? (tf1c_edge){ g->condition - 1, 0 } : g->pred);
}

static void reach_all(reaching *r)
{
    tf1c_importing *m = r->m;
    tf1c_group *g = &m->regions->groups[r->group];
    while (r->n && !m->status) {
        const int node = r->stack[--r->n];
        tf1c_in_node *n = &m->nodes[node];
        const bool inside = tf1c_lies_in(m, node, g->region[0]) || (!g->is_loop && tf1c_lies_in(m, node, g->region[1]));
        tf1c_variable *v = NULL;
        for (int i = 0; inside && n->kind == TF1C_MERGE && r->l && i < r->l->n; i++)
            v = r->l->vars[i].merge == n ? &r->l->vars[i] : v;
        if (!inside)
            keep_int(m, &g->needs, &g->n_needs, &g->cap_needs, node);
        else if (v)
            carry(r, v);
        else
            reach_inputs(r, n);
        if (inside && r->l && n->region == g->region[0] && !v)
            keep_int(m, &r->l->made_of, &r->l->n_made_of, &r->l->cap_made_of, node);
    }
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a < *(const int *)b ? -1 : *(const int *)a > *(const int *)b;
}

/* zeros, and next = variable + something that is read nowhere else. */
static bool is_sum(tf1c_importing *m, const tf1c_looping *l, tf1c_variable *v)
{
    const tf1c_in_node *next = source(m, tf1c_origin(m, v->next));
    tf_ndarray zeros;
    if (v->merge->readers != 1 || !is_add(next) || next->n_in != 2 || !constant_array(m, v->start, &zeros) || !zeros.data ||
        !(TF_FLOATING & TF_DTYPE_BIT(zeros.dtype)))
        return false;
    for (size_t i = 0; i < np_nbytes(zeros); i++)
        if (((const char *)zeros.data)[i])
            return false;
    for (int i = 0; i < 2; i++)
        if (tf1c_variable_of(m, l, next->in[i]) == v) {
            v->item = next->in[1 - i];
            return true;
        }
    return false;
}

/* What is read of a variable once the loop is done, and what that takes in each step. */
static void want(reaching *r, tf1c_variable *v)
{
    v->wanted = true;
    if (v->kind != TF1C_WRITTEN)
        v->kind = v->step == 1 && v->starts_known && v->from == 0 ? TF1C_COUNTED : is_sum(r->m, r->l, v) ? TF1C_ADDED : TF1C_STATE;
    if (v->kind != TF1C_COUNTED)
        reach(r, v->start);
    if (v->kind == TF1C_STATE)
        carry(r, v);
    else if (v->kind != TF1C_COUNTED)
        reach(r, v->item);
}

/* Where the condition counts, by how much; else all that it is made of. */
static void reach_condition(reaching *r, tf1c_edge condition)
{
    const tf1c_in_node *leaves[MOST_LEAVES];
    const int n = find_leaves(r->m, condition, leaves);
    int64_t value;
    r->l->counts = n > 0;
    for (int i = 0; i < n; i++) {
        const tf1c_variable *v = counter_of(r->m, r->l, leaves[i]);
        r->l->counts &= v && (v->step < 0 || outer_edge(r->m, r->l, leaves[i]->in[1], &value).node > -2);
    }
    for (int i = 0; i < n && r->l->counts; i++) {
        const tf1c_variable *v = counter_of(r->m, r->l, leaves[i]);
        const tf1c_edge bound = v->step < 0 ? v->start : outer_edge(r->m, r->l, leaves[i]->in[1], &value);
        reach(r, bound);
        r->l->bound = n == 1 && v->step > 0 && v->from == 0 ? bound : (tf1c_edge){ -2, 0 };
    }
    if (!r->l->counts)
        reach(r, condition);
}

static bool is_exit_used(const tf1c_importing *m, const tf1c_variable *v)
{
    const tf1c_in_node *exit = &m->nodes[v->merge->exit];
    return exit->used && exit->used[0];
}

static void plan_loop(reaching *r)
{
    tf1c_importing *m = r->m;
    tf1c_group *g = &m->regions->groups[r->group];
    tf1c_looping *l = tf1c_import_alloc(m, sizeof *l);
    if (!l)
        return;
    *l = (tf1c_looping){ .group = r->group, .bound = { -2, 0 } };
    r->l = g->plan = l;
    if (!tf1c_take_variables(m, l))
        return;
    for (int i = 0; i < l->n; i++)
        l->vars[i].wanted = false;
    reach_condition(r, m->nodes[g->condition - 1].in[0]);
    for (int i = 0; i < l->n && !m->status; i++)
        if (is_exit_used(m, &l->vars[i]) && !l->vars[i].carried)
            want(r, &l->vars[i]);
    reach_all(r);
    if (l->n_made_of)
        qsort(l->made_of, (size_t)l->n_made_of, sizeof *l->made_of, by_number);
}

static void plan_branch(reaching *r)
{
    tf1c_importing *m = r->m;
    const tf1c_group *g = &m->regions->groups[r->group];
    reach(r, g->pred);
    for (int i = 0; i < g->n_members; i++)
        for (int which = 0; which < 2; which++)
            if (m->nodes[g->members[i]].readers)
                reach(r, m->nodes[g->members[i]].in[which]);
    reach_all(r);
}

bool tf1c_plan_group(tf1c_importing *m, int group)
{
    tf1c_group *g = &m->regions->groups[group];
    reaching r = { .m = m, .group = group };
    if (g->planned)
        return !m->status;
    g->planned = true;
    const tf1c_in_node *call = &m->nodes[g->call - 1];
    for (int i = 0; i < call->n_controls; i++)
        keep_int(m, &g->needs, &g->n_needs, &g->cap_needs, call->controls[i]);
    (g->is_loop ? plan_loop : plan_branch)(&r);
    tf1c_free(r.stack);
    return !m->status;
}
