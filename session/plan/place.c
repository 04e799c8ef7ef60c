/* Live ranges: from when to when every root is in use; an elementwise result lies on an operand that dies there. offsets.c makes
 * of them where each lies in the arena. */
#include <string.h>

#include "session/plan/place.h"

ir_value *ir_root_of(ir_value *v)
{
    v = v->root;
    while (v->alias)
        v = v->alias;
    return v;
}

/* ---- live ranges ----------------------------------------------------------------------------------------------------------- */

/* A body reads values of the blocks around it, whose lives are theirs. */
static bool is_ours(const ir_block *b, const ir_value *root) { return root->node && root->node->block == b->id; }

static void live(const ir_block *b, ir_value *v, int position)
{
    ir_value *root = ir_root_of(v);
    if (!is_ours(b, root))
        return;
    root->first = position < root->first ? position : root->first;
    root->last = position > root->last ? position : root->last;
}

static void find_live_ranges(ir_block *b)
{
    for (int i = 0; i < b->n; i++)
        for (int o = 0; o < b->nodes[i]->n_out; o++) {
            ir_value *root = b->nodes[i]->out[o].root;
            if (!is_ours(b, root))
                continue;
            root->first = b->n;
            root->last = -1;
        }
    for (int i = 0; i < b->n; i++) {
        ir_node *n = b->nodes[i];
        for (int o = 0; o < n->n_out; o++)
            if (!n->silent || n->out[o].place != IR_VIEW)
                live(b, &n->out[o], i);
        for (int j = 0; j < n->n_in; j++)
            if (!(n->def && n->def->traits & TF_SHAPE_ONLY) && !(n->silent && n->def && n->def->traits & TF_VIEW))
                live(b, n->in[j], i);
    }
    for (int i = 0; i < b->n_results; i++)
        live(b, b->results[i], b->n);
}

/* ---- on top of each other ---------------------------------------------------------------------------------------------------- */

static bool same_layout(const tf_view *a, const tf_view *b)
{
    return a->rank == b->rank && tf_dtype_size(a->dtype) == tf_dtype_size(b->dtype) &&
           memcmp(a->dims, b->dims, (size_t)a->rank * sizeof *a->dims) == 0 && tf_view_contiguous(a) && tf_view_contiguous(b);
}

static bool may_lie_on(const ir_block *b, const ir_node *n, int j, int position)
{
    ir_value *in = n->in[j], *root = ir_root_of(in);
    if (!is_ours(b, root) || root->place != IR_OWN || in->root != in || root->last != position || root->first == position ||
        !same_layout(&in->view, &n->out[0].view))
        return false;
    for (int i = 0; i < n->n_in; i++)
        if (i != j && n->in[i] != in && ir_root_of(n->in[i]) == root)
            return false; /* another view of the same memory is read too */
    return true;
}

static void share_memory(ir_block *b)
{
    for (int i = 0; i < b->n; i++) {
        ir_node *n = b->nodes[i];
        unsigned traits = n->def ? n->def->traits : 0;
        if (!(traits & TF_INPLACE) || n->silent || n->n_out != 1 || n->out[0].place != IR_OWN || n->out[0].root->first != i)
            continue;
        int most = traits & (TF_ELEMENTWISE | TF_SUM) ? n->n_in : 1;
        for (int j = 0; j < most; j++)
            if (may_lie_on(b, n, j, i)) {
                ir_value *onto = ir_root_of(n->in[j]), *out = &n->out[0];
                out->alias = onto;
                onto->last = out->last > onto->last ? out->last : onto->last;
                onto->pinned |= out->pinned;
                break;
            }
    }
}

/* ---- blocks and their bodies -------------------------------------------------------------------------------------------------- */

static bool place_block(ir_ctx *c, ir_block *b);

/* A body's memory is the last output of its node; the state's buffers come after what the body computes. */
static bool place_bodies(ir_ctx *c, ir_node *n)
{
    int64_t size = 0;
    ir_block *inner[2];
    for (int i = 0, bodies = ir_bodies(n, inner); i < bodies; i++) {
        if (!place_block(c, inner[i]))
            return false;
        size = (int64_t)inner[i]->arena_size > size ? (int64_t)inner[i]->arena_size : size;
    }
    for (int i = 0; n->loop && i < n->loop->n_carried; i++) {
        n->loop->carried[i].buffers = size;
        size += n->loop->carried[i].follows < 0 ? 2 * n->loop->carried[i].bytes : 0;
    }
    tf_view_set(&n->out[n->region].view, NULL, tf_uint8, SHAPE(size));
    return true;
}

static bool place_block(ir_ctx *c, ir_block *b)
{
    for (int i = 0; i < b->n; i++)
        if ((b->nodes[i]->loop || b->nodes[i]->branch) && !place_bodies(c, b->nodes[i]))
            return false;
    find_live_ranges(b);
    share_memory(b);
    return ir_give_offsets(c, b);
}

/* Offsets in bodies, so far from their regions' beginnings, are made the run's. */
static void shift(ir_block *b, int64_t base)
{
    ir_block *inner[2];
    for (int i = 0; i < b->n; i++) {
        ir_node *n = b->nodes[i];
        for (int o = 0; o < n->n_out; o++)
            n->out[o].at += base;
        for (int k = ir_bodies(n, inner); k-- > 0;)
            shift(inner[k], n->out[n->region].at);
    }
}

bool ir_place_memory(ir_ctx *c, ir_block *b)
{
    if (!place_block(c, b))
        return false;
    shift(b, 0);
    return true;
}

ir_operand ir_operand_of(const ir_value *v)
{
    ir_operand o = { .view = v->view };
    if (v->known && v->place != IR_SLOT) {
        o.slot = IR_SLOT_ABSOLUTE;
        o.at = (int64_t)(intptr_t)v->known;
        return o;
    }
    const ir_value *root = ir_root_of((ir_value *)v);
    int64_t offset = v->place == IR_VIEW ? v->offset : 0;
    switch (root->place) {
    case IR_ABSOLUTE:
        o.slot = IR_SLOT_ABSOLUTE;
        o.at = (int64_t)(intptr_t)root->absolute + offset;
        break;
    case IR_SLOT:
        o.slot = root->slot;
        o.at = offset;
        break;
    default:
        o.slot = IR_SLOT_ARENA;
        o.at = root->at + offset;
        break;
    }
    return o;
}
