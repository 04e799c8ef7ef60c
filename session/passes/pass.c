/* What the passes share: who reads what, replacing values, ports of loops; and the order in which they run. */
#include <string.h>

#include "session/plan/plan.h"

/* ---- uses --------------------------------------------------------------------------------------------------------------- */

static void each_block(const ir_node *n, ir_block **blocks)
{
    blocks[0] = n->loop ? &n->loop->body : n->branch ? &n->branch->bodies[0] : NULL;
    blocks[1] = n->loop ? &n->loop->condition : n->branch ? &n->branch->bodies[1] : NULL;
}

static void reset_uses(ir_block *b)
{
    for (int i = 0; i < b->n; i++) {
        for (int o = 0; o < b->nodes[i]->n_out; o++)
            b->nodes[i]->out[o].uses = 0;
        for (int j = 0; j < b->nodes[i]->n_in; j++)
            b->nodes[i]->in[j]->uses = 0;
    }
}

static void add_uses(ir_block *b)
{
    ir_block *inner[2];
    for (int i = 0; i < b->n; i++) {
        for (int j = 0; j < b->nodes[i]->n_in; j++)
            b->nodes[i]->in[j]->uses++;
        each_block(b->nodes[i], inner);
        for (int k = 0; k < 2 && inner[k]; k++)
            add_uses(inner[k]);
    }
    for (int i = 0; i < b->n_results; i++)
        if (b->results[i])
            b->results[i]->uses++;
}

void ir_count_uses(ir_block *b)
{
    reset_uses(b);
    add_uses(b);
}

static void follow(ir_value **at)
{
    while (*at && (*at)->replaced)
        *at = (*at)->replaced;
}

static void follow_ports(ir_loop *l)
{
    for (int i = 0; i < l->n_carried; i++)
        follow(&l->carried[i].next);
    for (int i = 0; i < l->n_stacked; i++)
        follow(&l->stacked[i].result);
    for (int i = 0; i < l->n_summed; i++)
        follow(&l->summed[i].result);
}

/* One sweep for all replacements of a pass. In a body a captured value is read as it is, so it goes inside too. */
void ir_apply_replacements(ir_block *b)
{
    ir_block *inner[2];
    for (int i = 0; i < b->n; i++) {
        for (int j = 0; j < b->nodes[i]->n_in; j++)
            follow(&b->nodes[i]->in[j]);
        each_block(b->nodes[i], inner);
        for (int k = 0; k < 2 && inner[k]; k++)
            ir_apply_replacements(inner[k]);
    }
    for (int i = 0; i < b->n_results; i++)
        follow(&b->results[i]);
    if (b->owner)
        follow_ports(b->owner);
}

/* ---- ports of loops ---------------------------------------------------------------------------------------------------- */

bool ir_is_captured(const ir_loop *l, const ir_value *v)
{
    if (v->known)
        return true;
    for (int i = 0; i < l->n_sliced; i++)
        if (l->sliced[i].arg == v)
            return false;
    for (int i = 0; i < l->n_carried; i++)
        if (l->carried[i].arg == v)
            return false;
    return !v->node || v->node->block != l->body.id;
}

void ir_list_results(ir_ctx *c, ir_loop *l)
{
    ir_block *b = &l->body;
    b->results = ir_alloc(c, (size_t)(l->n_carried + l->n_stacked + l->n_summed) * sizeof *b->results);
    b->n_results = 0;
    if (!b->results)
        return;
    for (int i = 0; i < l->n_carried; i++)
        b->results[b->n_results++] = l->carried[i].next;
    for (int i = 0; i < l->n_stacked; i++)
        b->results[b->n_results++] = l->stacked[i].result;
    for (int i = 0; i < l->n_summed; i++)
        b->results[b->n_results++] = l->summed[i].result;
}

/* ---- order -------------------------------------------------------------------------------------------------------------- */

static bool assigns(const ir_node *n)
{
    return (n->def && n->def->traits & TF_WRITES_REF) || (n->loop && n->loop->n_written) || (n->branch && n->branch->n_written);
}

static void need_all(ir_value **in, int n_in, ir_node **after, int n_after)
{
    for (int j = 0; j < n_in; j++)
        if (in[j]->node)
            in[j]->node->needed = true;
    for (int j = 0; j < n_after; j++)
        after[j]->needed = true;
}

bool ir_after_assignments_of(ir_ctx *c, ir_block *b, int first, const ir_node *n)
{
    int count = 0;
    for (int i = 0; i < b->n; i++) {
        count += assigns(b->nodes[i]);
        b->nodes[i]->needed = false;
    }
    if (!count || first == b->n)
        return true;
    ir_node **after = ir_alloc(c, (size_t)count * sizeof *after);
    if (!after)
        return false;
    count = 0;
    need_all(n->in, n->n_in, n->after, n->n_after);
    for (int i = first; i-- > 0;) {
        ir_node *before = b->nodes[i];
        if (!before->needed)
            continue;
        need_all(before->in, before->n_in, before->after, before->n_after);
        if (assigns(before))
            after[count++] = before;
    }
    for (int i = first; i < b->n && count; i++) {
        b->nodes[i]->after = after;
        b->nodes[i]->n_after = count;
    }
    return true;
}

/* ---- the sequence --------------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    bool (*run)(ir_ctx *c, ir_block *b);
} passes[] = {
    { "simplify", ir_pass_simplify }, { "hoist", ir_pass_hoist },       { "sums", ir_pass_sums }, { "affine", ir_pass_affine },
    { "blocks", ir_pass_blocks },     { "simplify", ir_pass_simplify }, /* what those made alike: the rows under two sums, the parts of one weight */
    { "ports", ir_pass_ports },
};

enum { PASSES = sizeof passes / sizeof *passes };

/* What runs after scheduling. */
static const char *const late[] = { "pack", "fuse", NULL };

const char *ir_pass_name(int i)
{
    for (int p = 0; p < PASSES; p++) {
        bool again = false;
        for (int q = 0; q < p; q++)
            again |= strcmp(passes[q].name, passes[p].name) == 0;
        if (!again && i-- == 0)
            return passes[p].name;
    }
    return i < (int)(sizeof late / sizeof *late) ? late[i] : NULL;
}

bool ir_pass_is_off(const char *off, const char *name)
{
    if (!off)
        return false;
    if (strcmp(off, "all") == 0)
        return true;
    size_t n = strlen(name);
    for (const char *at = strstr(off, name); at; at = strstr(at + 1, name))
        if ((at == off || at[-1] == ',') && (at[n] == ',' || !at[n]))
            return true;
    return false;
}

static bool run_on_bodies(ir_ctx *c, ir_block *b, bool (*run)(ir_ctx *c, ir_block *b))
{
    ir_block *inner[2];
    for (int i = 0; i < b->n; i++) {
        each_block(b->nodes[i], inner);
        for (int k = 0; k < 2 && inner[k]; k++)
            if (!run_on_bodies(c, inner[k], run))
                return false;
    }
    return run(c, b);
}

bool ir_run_passes(ir_ctx *c, ir_block *b)
{
    for (int i = 0; i < PASSES; i++)
        if ((!ir_pass_is_off(c->session->passes_off, passes[i].name) && !run_on_bodies(c, b, passes[i].run)) ||
            !ir_stage_done(c, passes[i].name))
            return false;
    return !c->failed;
}
