/* How a run is carried out, as text: the instruction list with shapes, places, threads and waits, and the peak of memory. */
#include <stdio.h>
#include <stdlib.h>

#include "session/plan.h"

static void print_operand(FILE *f, const ir_operand *o)
{
    char dims[TF_DIMS_TEXT];
    tf_dims d = ir_dims(&o->view);
    fprintf(f, "%s%s", tf_dtype_name(o->view.dtype), tf_dims_kernel_text(d, dims, sizeof dims));
    if (o->slot == IR_SLOT_ARENA)
        fprintf(f, "@%lld", (long long)o->at);
    else if (o->slot == IR_SLOT_ABSOLUTE)
        fprintf(f, "@fixed");
    else
        fprintf(f, "@slot%d%+lld", o->slot, (long long)o->at);
    if (!tf_view_contiguous(&o->view)) {
        fprintf(f, " strides");
        for (int i = 0; i < o->view.rank; i++)
            fprintf(f, "%c%lld", i ? ',' : ' ', (long long)o->view.strides[i]);
    }
}

static void print_code(FILE *f, const ir_instruction *code, int n, int shards, int depth)
{
    for (const ir_instruction *i = code; i < code + n; i++) {
        const ir_node *node = i->node;
        fprintf(f, "%*s%s%4d %-24s %-40s", 4 * depth, "", i->barrier ? "| " : "  ", (int)(i - code), node->def ? node->def->name : "copy", node->name);
        if (i->parallel)
            fprintf(f, " %lld units in %d shards", (long long)i->units, shards);
        for (int j = 0; j < node->n_in; j++) {
            fprintf(f, j ? ", " : " (");
            print_operand(f, &i->in[j]);
        }
        fprintf(f, "%s", node->n_in ? ")" : "");
        for (int j = 0; j < node->n_out - (node->loop || node->branch); j++)
            if (node->out[j].view.dtype) {
                fprintf(f, j ? ", " : " -> ");
                print_operand(f, &i->out[j]);
            }
        fprintf(f, "\n");
        if (node->loop) {
            if (node->loop->steps == NONE)
                fprintf(f, "%*s  steps as the run tells%s:\n", 4 * depth, "", node->loop->reverse ? ", from the last" : "");
            else
                fprintf(f, "%*s  %lld steps%s:\n", 4 * depth, "", (long long)node->loop->steps, node->loop->reverse ? ", from the last" : "");
            if (node->loop->n_condition_code)
                print_code(f, node->loop->condition_code, node->loop->n_condition_code, shards, depth + 1);
            print_code(f, node->loop->code, node->loop->n_code, shards, depth + 1);
        }
        for (int w = 0; node->branch && w < 2; w++) {
            fprintf(f, "%*s  %s:\n", 4 * depth, "", w ? "if true" : "if false");
            print_code(f, node->branch->code[w], node->branch->n_code[w], shards, depth + 1);
        }
    }
}

char *tf1c_explain_binding(const tf_session *s, const tf1c_plan *p, const tf1c_binding *b)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f)
        return NULL;
    fprintf(f, "plan: %d operations of %d are needed for %d fetches, %d targets, %d feeds\n", p->n_ops, s->graph->n_ops, p->n_fetches, p->n_targets, p->n_feeds);
    fprintf(f, "bound: %d instructions, %d shards, arena %zu bytes%s\n", b->n_code, b->n_shards, b->arena_size, b->assigns ? ", assigns variables" : "");
    fprintf(f, "('|' waits for all threads; @N is a place in the arena)\n");
    print_code(f, b->code, b->n_code, b->n_shards, 0);
    if (fclose(f) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
