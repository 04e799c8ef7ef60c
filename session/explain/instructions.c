/* The end of an explanation: the instruction list, and what is in memory where most is. */
#include "session/explain/explain.h"

#include <stdlib.h>

#include "core/vecmath.h"
#include "session/plan/cost.h"

enum { INDENT = 4, MOST_LISTED = 24 };

/* ---- instructions ---------------------------------------------------------------------------------------------------------------- */

static void write_list(ir_writer *w, const ir_instruction *code, int n, int shards, int depth)
{
    for (const ir_instruction *i = code; i < code + n; i++) {
        const ir_node *node = i->node;
        fprintf(w->f, "%*s%4d %c ", INDENT * depth, "", (int)(i - code), i->barrier ? '|' : ' ');
        ir_write_node(w, node, 0);
        if (i->parallel)
            fprintf(w->f, ", %lld units in %d shards", (long long)i->units, shards);
        if (i->alone)
            fprintf(w->f, ", by one thread");
        fprintf(w->f, *node->name ? "  # %s\n" : "\n", node->name);
        if (node->loop) {
            ir_write_loop_ports(w, node, depth + 2);
            if (node->loop->n_condition_code) {
                fprintf(w->f, "%*swhile\n", INDENT * (depth + 2), "");
                write_list(w, node->loop->condition_code, node->loop->n_condition_code, shards, depth + 2);
                fprintf(w->f, "%*sdo\n", INDENT * (depth + 2), "");
            }
            write_list(w, node->loop->code, node->loop->n_code, shards, depth + 2);
        }
        for (int which = 1; node->branch && which >= 0; which--) {
            fprintf(w->f, "%*sif %s\n", INDENT * (depth + 2), "", which ? "true" : "false");
            write_list(w, node->branch->code[which], node->branch->n_code[which], shards, depth + 2);
        }
    }
}

/* What the plan goes by where it deals out, or does not. */
static void write_costs(FILE *f, const tf1c_binding *b)
{
    const ir_costs *c = ir_costs_here();
    const ir_estimate e = ir_estimate_of(b->code, b->n_code, b->n_shards);
    fprintf(
        f,
        "(reckoned for %s, ns: %g a multiply-add, %g a byte of weights that no cache keeps, %g an element of a step, %g an instruction, "
        "%g a wait, %g to wake others; the run %.1f us alone",
        c->isa, c->multiply_add, c->byte, c->element, c->instruction, c->wait, c->wake, e.alone * 1e-3);
    if (b->n_shards > 1)
        fprintf(f, ", %.1f by %d threads", (e.team + c->wake) * 1e-3, b->n_shards);
    fprintf(f, ")\n");
}

void ir_write_code(FILE *f, const tf1c_plan *p, const tf1c_binding *b)
{
    ir_writer w = { .f = f, .plan = p, .places = true };
    fprintf(f, "\n== instructions: %d, %d shard%s%s", b->n_code, b->n_shards, b->n_shards > 1 ? "s" : "",
            b->assigns ? ", variables are assigned" : "");
    if (b->own_products)
        fprintf(f, ", products by kernels for %s", tf1c_vec()->isa);
    fprintf(f, "%s\n", b->blas ? ", products by BLAS" : "");
    fprintf(f, "(%s)\n", ir_section_does("instructions"));
    write_costs(f, b);
    fprintf(
        f,
        "('|': all threads wait for each other first; @N: N bytes into the run's arena; @slotN: an address that the run fills in; "
        "@fixed: a variable or a constant)\n");
    write_list(&w, b->code, b->n_code, b->n_shards, 0);
}

/* ---- memory -------------------------------------------------------------------------------------------------------------------------- */

static int64_t bytes_of(const ir_value *v) { return (ir_bytes(v) + 63) / 64 * 64; }

static bool has_memory(const ir_value *v)
{
    return v->root == v && !v->alias && v->place == IR_OWN && !v->known && v->view.dtype && v->last >= v->first && bytes_of(v);
}

/* Calls fn for every value that the block itself keeps in the arena. */
typedef void tenant_fn(const ir_value *v, void *arg);
static void each_tenant(const ir_block *b, tenant_fn *fn, void *arg)
{
    for (int i = 0; i < b->n; i++)
        for (int o = 0; o < b->nodes[i]->n_out; o++)
            if (has_memory(&b->nodes[i]->out[o]))
                fn(&b->nodes[i]->out[o], arg);
}

/* growth[p]: by how much more is alive at position p than at the one before. */
static void note_life(const ir_value *v, void *growth)
{
    ((int64_t *)growth)[v->first] += bytes_of(v);
    ((int64_t *)growth)[v->last + 1] -= bytes_of(v);
}

typedef struct {
    int peak, n;
    int64_t bytes;
    const ir_value **alive;
} peak;

static void note_alive(const ir_value *v, void *arg)
{
    peak *p = arg;
    if (v->first <= p->peak && p->peak <= v->last)
        p->alive[p->n++] = v;
}

static int by_size(const void *a, const void *b)
{
    const ir_value *x = *(const ir_value *const *)a, *y = *(const ir_value *const *)b;
    if (bytes_of(x) != bytes_of(y))
        return bytes_of(x) > bytes_of(y) ? -1 : 1;
    return x->at != y->at ? (x->at < y->at ? -1 : 1) : 0;
}

/* The first position at which most is alive, and what that is, the largest first. */
static bool find_peak(const ir_block *b, peak *p)
{
    int most = 0;
    for (int i = 0; i < b->n; i++)
        most += b->nodes[i]->n_out;
    int64_t *growth = tf1c_alloc_zero(((size_t)b->n + 2) * sizeof *growth), bytes = 0;
    *p = (peak){ .alive = tf1c_alloc(((size_t)most + 1) * sizeof *p->alive) };
    bool good = growth && p->alive;
    if (good)
        each_tenant(b, note_life, growth);
    for (int i = 0; good && i < b->n; i++) {
        bytes += growth[i];
        if (bytes > p->bytes) {
            p->bytes = bytes;
            p->peak = i;
        }
    }
    if (good) {
        each_tenant(b, note_alive, p);
        qsort(p->alive, (size_t)p->n, sizeof *p->alive, by_size);
    }
    tf1c_free(growth);
    return good;
}

static int instruction_of(const ir_instruction *code, int n, const ir_node *node)
{
    int i = 0;
    while (i < n && code[i].node != node)
        i++;
    return i;
}

static bool write_peak(ir_writer *w, const ir_block *b, const ir_instruction *code, int n_code, int depth);

static bool write_tenant(ir_writer *w, const ir_value *v, int depth)
{
    const ir_node *n = v->node;
    bool inside = (n->loop || n->branch) && v->index == n->region, good = true;
    fprintf(w->f, "%*s%10lld  ", INDENT * depth, "", (long long)bytes_of(v));
    if (inside)
        fprintf(w->f, "within %s@%lld", n->def->name, (long long)v->at);
    else
        ir_write_value(w, v);
    fprintf(w->f, *n->name ? "  # %s\n" : "\n", n->name);
    if (inside && n->loop)
        good = write_peak(w, &n->loop->body, n->loop->code, n->loop->n_code, depth + 1);
    for (int which = 1; inside && n->branch && which >= 0; which--)
        good = good && write_peak(w, &n->branch->bodies[which], n->branch->code[which], n->branch->n_code[which], depth + 1);
    return good;
}

static bool write_peak(ir_writer *w, const ir_block *b, const ir_instruction *code, int n_code, int depth)
{
    peak p;
    bool good = find_peak(b, &p);
    if (good && p.bytes)
        fprintf(w->f, "%*smost at instruction %d, %lld bytes:\n", INDENT * depth, "",
                instruction_of(code, n_code, b->nodes[p.peak]), (long long)p.bytes);
    int64_t rest = 0;
    for (int i = 0; good && p.bytes && i < p.n; i++)
        if (i < MOST_LISTED)
            good = write_tenant(w, p.alive[i], depth);
        else
            rest += bytes_of(p.alive[i]);
    if (good && rest)
        fprintf(w->f, "%*s%10lld  in %d smaller ones\n", INDENT * depth, "", (long long)rest, p.n - MOST_LISTED);
    tf1c_free(p.alive);
    return good;
}

bool ir_write_memory(FILE *f, const tf1c_plan *p, const tf1c_binding *b)
{
    ir_writer w = { .f = f, .plan = p, .places = true };
    size_t scratch = b->arena_size - b->block.arena_size;
    fprintf(f, "\n== memory: the arena has %zu bytes", b->arena_size);
    fprintf(f, scratch ? ", %zu of them scratch for %d shard%s\n" : "\n", scratch, b->n_shards, b->n_shards > 1 ? "s" : "");
    fprintf(f, "(%s)\n", ir_section_does("memory"));
    return write_peak(&w, &b->block, b->code, b->n_code, 0);
}
