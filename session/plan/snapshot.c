/* A loop of unknown length that outgrows its room makes a run start anew, as if it had not been: what it may have changed by
 * then is kept before it begins, and put back. Runs without such a loop keep nothing. */
#include <string.h>

#include "session/plan/compile.h"

static bool may_outgrow(const ir_instruction *code, int n)
{
    for (const ir_instruction *i = code; i < code + n; i++) {
        const ir_loop *l = i->node->loop;
        const ir_branch *b = i->node->branch;
        if (l && ((l->steps == NONE && l->n_stacked) || may_outgrow(l->code, l->n_code) ||
                  may_outgrow(l->condition_code, l->n_condition_code)))
            return true;
        if (b && (may_outgrow(b->code[0], b->n_code[0]) || may_outgrow(b->code[1], b->n_code[1])))
            return true;
    }
    return false;
}

static void keep(tf1c_compilation *c, void *data, size_t size)
{
    tf1c_binding *b = c->binding;
    for (const ir_snapshot *k = b->snapshot; k; k = k->next)
        if (k->data == data)
            return;
    ir_snapshot *k = ir_alloc(&c->ir, sizeof *k);
    if (!k)
        return;
    *k = (ir_snapshot){ b->snapshot, data, size };
    b->snapshot = k;
    b->snapshot_bytes += size;
}

static void keep_changed(tf1c_compilation *c, const ir_instruction *code, int n)
{
    for (const ir_instruction *i = code; i < code + n; i++) {
        const ir_node *node = i->node;
        if (node->def && node->resource && !node->def->release)
            keep(c, node->resource, node->def->resource_size);
        for (int j = tf1c_refs(node->def); j-- > 0;) {
            const ir_value *v = node->in[j]->root;
            keep(c, v->absolute, (size_t)ir_bytes(v));
        }
        if (node->loop) {
            keep_changed(c, node->loop->code, node->loop->n_code);
            keep_changed(c, node->loop->condition_code, node->loop->n_condition_code);
        }
        for (int w = 0; node->branch && w < 2; w++)
            keep_changed(c, node->branch->code[w], node->branch->n_code[w]);
    }
}

/* What comes after the last such loop never runs before a new start. */
bool ir_list_snapshot(tf1c_compilation *c)
{
    tf1c_binding *b = c->binding;
    int last = b->n_code;
    while (last && !may_outgrow(b->code + last - 1, 1))
        last--;
    keep_changed(c, b->code, last);
    b->assigns |= b->snapshot != NULL; /* no other run may see, or change, what is put back */
    return !c->ir.failed;
}

void tf1c_snapshot_take(const tf1c_binding *b, char *memory)
{
    for (const ir_snapshot *k = b->snapshot; k; memory += k->size, k = k->next)
        memcpy(memory, k->data, k->size);
}

void tf1c_snapshot_restore(const tf1c_binding *b, const char *memory)
{
    for (const ir_snapshot *k = b->snapshot; k; memory += k->size, k = k->next)
        memcpy(k->data, memory, k->size);
}
