#include "session/plan/cost.h"

#include <string.h>

#include "core/vecmath.h"
#include "session/passes/pass.h"
#include "session/plan/code.h"

/* How many steps a loop takes that only a run knows. */
enum { USUAL_STEPS = 16 };

static const ir_costs costs[] = {
    { "avx512", 0.0125, 0.04, 0.2, 100, 500, 8000 },
    { "avx2", 0.025, 0.04, 0.3, 100, 500, 8000 },
    { "baseline", 0.12, 0.04, 1.2, 100, 500, 8000 },
};

const ir_costs *ir_costs_here(void)
{
    enum { LEVELS = sizeof costs / sizeof *costs };
    const char *isa = tf1c_vec()->isa;

    for (int i = 0; i < LEVELS; i++)
        if (strcmp(costs[i].isa, isa) == 0)
            return &costs[i];
    return &costs[LEVELS - 1];
}

/* ---- one instruction ------------------------------------------------------------------------------------------------------------ */

/* Of a table only the rows are read that indices name: those that only a run knows, of an op whose shards are not a table's. */
static bool reads_rows(const ir_node *n)
{
    return n->def && !n->def->shard && n->n_in > 1 && !n->in[1]->known && n->in[1]->view.dtype != n->in[0]->view.dtype &&
           TF_INDEX & TF_DTYPE_BIT(n->in[1]->view.dtype);
}

static int64_t most_elements(const ir_node *n)
{
    int64_t most = 0;

    for (int i = reads_rows(n); i < n->n_in; i++)
        if (tf_view_count(&n->in[i]->view) > most)
            most = tf_view_count(&n->in[i]->view);
    for (int i = 0; i < n->n_out; i++)
        if (tf_view_count(&n->out[i].view) > most)
            most = tf_view_count(&n->out[i].view);
    return most;
}

static int64_t inner_dimension(const ir_node *n)
{
    const tf_view *a = &n->in[0]->view;
    const tf_product p = n->def->product ? n->def->product(n->attrs) : (tf_product){ 0 };

    return a->rank >= 2 ? a->dims[p.transpose_a ? a->rank - 2 : a->rank - 1] : 1;
}

/* Of few rows a product takes as long as its right operand takes to be read, once it is more than a core's caches keep. */
static double product_cost(const ir_node *n)
{
    enum { LARGE = 1 << 20 };
    const ir_costs *c = ir_costs_here();
    const double arithmetic = c->multiply_add * (double)(tf_view_count(&n->out[0].view) * inner_dimension(n));
    const double bytes = n->n_in > 1 ? (double)tf_view_count(&n->in[1]->view) * (double)tf_dtype_size(n->in[1]->view.dtype) : 0;
    const double reading = bytes > LARGE ? c->byte * bytes : 0;

    return c->instruction + (arithmetic > reading ? arithmetic : reading);
}

static int steps_of(const ir_node *n)
{
    ir_fused_step s;
    int steps = 0;

    while (ir_fused_step_at(n, steps, &s))
        steps++;
    return steps ? steps : 1;
}

/* What wants scratch memory and is no product (a convolution, a sort) does much with each element. */
double ir_cost_of(const ir_node *n)
{
    enum { MUCH = 16 };
    const ir_costs *c = ir_costs_here();

    if (n->def && n->def->traits & TF_PRODUCT && n->n_in && n->n_out)
        return product_cost(n);
    const bool heavy = n->def && n->def->scratch && !(n->def->traits & TF_ELEMENTWISE);

    return c->instruction + c->element * (double)(most_elements(n) * steps_of(n) * (heavy ? MUCH : 1));
}

/* ---- lists ------------------------------------------------------------------------------------------------------------------------- */

static void add(ir_estimate *sum, ir_estimate e, double times)
{
    sum->alone += times * e.alone;
    sum->team += times * e.team;
}

static ir_estimate of_loop(const ir_loop *l, int threads)
{
    const bool counted = l->steps != NONE || l->trip >= 0;
    const double steps = l->steps != NONE ? (double)l->steps : USUAL_STEPS;
    ir_estimate e = { 0 };

    add(&e, ir_estimate_of(l->code, l->n_code, threads), steps);
    add(&e, ir_estimate_of(l->condition_code, l->n_condition_code, threads), steps);
    if (!counted)
        e.team += 2 * steps * ir_costs_here()->wait;
    return e;
}

static ir_estimate of_branch(const ir_branch *b, int threads)
{
    ir_estimate e = { 0 };

    for (int w = 0; w < 2; w++)
        add(&e, ir_estimate_of(b->code[w], b->n_code[w], threads), 0.5);
    e.team += b->waits ? ir_costs_here()->wait : 0;
    return e;
}

static ir_estimate of_instruction(const ir_instruction *i, int threads)
{
    if (i->node->loop || i->node->branch) {
        ir_estimate e = i->node->loop ? of_loop(i->node->loop, threads) : of_branch(i->node->branch, threads);
        if (i->alone)
            e.team = e.alone;
        return e;
    }
    const double cost = ir_cost_of(i->node);

    return (ir_estimate){ cost, i->parallel ? cost / threads : cost };
}

ir_estimate ir_estimate_of(const ir_instruction *code, int n, int threads)
{
    ir_estimate sum = { 0 };

    for (int i = 0; i < n; i++) {
        add(&sum, of_instruction(&code[i], threads), 1);
        sum.team += code[i].barrier ? ir_costs_here()->wait : 0;
    }
    return sum;
}

bool ir_pays(ir_estimate e) { return e.team < 0.8 * e.alone; }
