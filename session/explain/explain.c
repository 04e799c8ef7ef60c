/* tf_session_explain: a binding made anew, with its graph shown after every stage; thrown away afterwards. */
#include "session/explain/explain.h"
#include "session/plan/split.h"

#include <stdlib.h>
#include <string.h>

/* ---- how many nodes of each op ------------------------------------------------------------------------------------------------ */

typedef struct {
    const char *op;
    int before, after;
} tally;

typedef struct {
    tf1c_viewer viewer;
    FILE *f;
    char *text; /* of the graph after the stage before; NULL at first */
    tally *tallies;
    int n_tallies, capacity, nodes_before, nodes, idle; /* idle: those that need no code */
} explanation;

static bool count_node(explanation *s, const char *op)
{
    int i = 0;
    while (i < s->n_tallies && strcmp(s->tallies[i].op, op) != 0)
        i++;
    if (i == s->n_tallies && !tf1c_append_ptr(&s->tallies, &s->n_tallies, &s->capacity, &(tally){ .op = op }, sizeof(tally)))
        return false;
    s->tallies[i].after++;
    s->nodes++;
    return true;
}

static bool count_nodes(explanation *s, const ir_block *b)
{
    bool good = true;
    for (int i = 0; i < b->n && good; i++) {
        const ir_node *n = b->nodes[i];
        good = count_node(s, n->def ? n->def->name : "copy");
        s->idle += n->silent;
        ir_block *inner[2];
        for (int k = ir_bodies(n, inner); good && k-- > 0;)
            good = count_nodes(s, inner[k]);
    }
    return good;
}

static bool count(explanation *s, const ir_block *b)
{
    for (int i = 0; i < s->n_tallies; i++) {
        s->tallies[i].before = s->tallies[i].after;
        s->tallies[i].after = 0;
    }
    s->nodes_before = s->nodes;
    s->nodes = s->idle = 0;
    return count_nodes(s, b);
}

/* "52 nodes, were 80: MatMul 28 -> 1, (rows) 0 -> 2" */
static void write_counts(const explanation *s)
{
    int changes = 0;
    fprintf(s->f, "%d node%s", s->nodes, s->nodes == 1 ? "" : "s");
    if (!s->text)
        return;
    if (s->nodes != s->nodes_before)
        fprintf(s->f, ", were %d", s->nodes_before);
    for (int i = 0; i < s->n_tallies; i++)
        if (s->tallies[i].before != s->tallies[i].after)
            fprintf(s->f, "%s%s %d -> %d", changes++ ? ", " : ": ", s->tallies[i].op, s->tallies[i].before, s->tallies[i].after);
}

/* ---- stages -------------------------------------------------------------------------------------------------------------------- */

static bool no_memory(void)
{
    tf_fail(tf_memory_error, (tf_source){ 0 }, NULL, "no memory left to explain a plan");
    return false;
}

/* The graph now, the caller's to free; NULL without memory. */
static char *graph_text(const tf1c_plan *p, ir_block *b)
{
    char *text = NULL;
    size_t size = 0;
    ir_writer w = { .f = open_memstream(&text, &size), .plan = p };
    if (!w.f)
        return NULL;
    ir_write_graph(&w, b);
    if (fclose(w.f) == 0)
        return text;
    free(text);
    return NULL;
}

static bool show_stage(tf1c_compilation *c, const ir_stage *stage, bool off)
{
    explanation *s = (explanation *)c->viewer;
    ir_block *b = &c->binding->block;
    char *text = graph_text(c->plan, b);
    if (!text || !count(s, b)) {
        free(text);
        return no_memory();
    }
    bool changed = !s->text || strcmp(s->text, text) != 0;
    fprintf(s->f, "\n== %s: ", stage->name);
    if (off || !changed)
        fprintf(s->f, off ? "off\n(%s)\n" : "nothing to change\n(%s)\n", stage->does);
    else {
        write_counts(s);
        fprintf(s->f, s->idle ? "; no code for %d\n" : "\n", s->idle);
        fprintf(s->f, "(%s)\n", stage->does);
        fputs(text, s->f);
    }
    free(s->text);
    s->text = text;
    return true;
}

static void write_pruned(FILE *f, const tf1c_plan *p)
{
    fprintf(f, "== prune: %d of %d operations are needed (fetches: %d, targets: %d, feeds: %d)\n", p->n_ops, p->graph->n_ops,
            p->n_fetches, p->n_targets, p->n_feeds);
    for (int i = 0; i < p->n_ops; i++)
        tf1c_write_operation(f, p->ops[i], 0);
}

static bool explain_part(explanation *e, tf1c_planner *s, tf1c_plan *p, const tf_ndarray *feeds);

/* Of a part that has been run: as it was bound last. */
static bool write_part_run(const explanation *e, const tf1c_plan *p)
{
    const tf1c_binding *last = p->bindings;
    for (const tf1c_binding *b = p->bindings; b; b = b->next)
        if (b->used > last->used)
            last = b;
    if (p->split)
        return write_part_run(e, p->split->before) && write_part_run(e, p->split->after);
    if (!last)
        return true;
    char *numbers = graph_text(p, (ir_block *)&last->block); /* its values are numbered by being written */
    free(numbers);
    if (!numbers)
        return no_memory();
    fprintf(e->f, "\n== parts: the next one, as it was run last\n");
    ir_write_code(e->f, p, last);
    return ir_write_memory(e->f, p, last) || no_memory();
}

/* Only a run knows the shapes behind the cut: before one, the part before the cut is all that can be told. */
static bool explain_split(explanation *e, tf1c_planner *s, const tf1c_plan *p, const tf_ndarray *feeds)
{
    fprintf(e->f, "\n== parts: the run is cut in parts at '%s' (%s), for shapes behind it depend on its values; before it:\n",
            p->split->at->name, p->split->at->def->name);
    return explain_part(e, s, p->split->before, feeds) && write_part_run(e, p->split->after);
}

static bool explain_part(explanation *e, tf1c_planner *s, tf1c_plan *p, const tf_ndarray *feeds)
{
    write_pruned(e->f, p);
    if (p->split)
        return explain_split(e, s, p, feeds);
    tf1c_binding *b;
    tf1c_outcome outcome = tf1c_binding_new(s, p, feeds, &e->viewer, &b);
    if (outcome)
        return outcome == TF1C_CUT && explain_split(e, s, p, feeds);
    ir_write_code(e->f, p, b);
    bool good = ir_write_memory(e->f, p, b);
    tf1c_binding_free(b);
    return good || no_memory();
}

char *tf1c_explain(tf1c_planner *s, tf1c_plan *p, const tf_ndarray *feeds)
{
    char *text = NULL;
    size_t size = 0;
    explanation e = { .viewer = { show_stage }, .f = open_memstream(&text, &size) };
    if (!e.f) {
        no_memory();
        return NULL;
    }
    bool good = explain_part(&e, s, p, feeds);
    if (fclose(e.f) != 0 && good)
        good = no_memory();
    free(e.text);
    tf1c_free(e.tallies);
    if (good)
        return text;
    free(text);
    return NULL;
}
