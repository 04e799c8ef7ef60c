/* The one list of a plan's stages, and walking it. */
#include "session/plan/pipeline.h"

#include <string.h>

#include "session/passes/pass.h"
#include "session/plan/layout.h"
#include "session/plan/lower.h"
#include "session/plan/place.h"
#include "session/plan/schedule.h"

static tf1c_outcome emit(tf1c_compilation *c, const tf_operation **at)
{
    (void)at;
    return ir_emit(c) && ir_list_snapshot(c) ? TF1C_DONE : TF1C_FAILED;
}

/* clang-format off */
enum { ALWAYS = false, OPTIONAL = true, WHOLE = false, EACH_BLOCK = true };
static const ir_stage stages[] = {
    { "build",
      "the operations that are needed become nodes with concrete shapes; what is known already is computed",
      ALWAYS, WHOLE, NULL, NULL, ir_build },
    { "simplify",
      "identities, reshapes to the same shape and broadcasts that an elementwise op does by itself go; what is computed twice alike is computed once",
      OPTIONAL, EACH_BLOCK, NULL, ir_pass_simplify, NULL },
    { "dots",
      "a sum of what was multiplied by one vector for all rows, or by one number a row, is a product of matrices",
      OPTIONAL, EACH_BLOCK, NULL, ir_pass_dots, NULL },
    { "recompute",
      "what a long loop would save for its gradient is computed anew there, if it is elementwise of what is saved",
      OPTIONAL, EACH_BLOCK, NULL, ir_pass_recompute, NULL },
    { "checkpoints",
      "where asked for, a loop keeps a state now and then for its gradient, which computes the steps between anew",
      OPTIONAL, EACH_BLOCK, NULL, ir_pass_checkpoints, NULL },
    { "spans",
      "a long loop goes by spans of steps, so that what is done for many steps at once finds its operands in the cache",
      OPTIONAL, EACH_BLOCK, NULL, ir_pass_spans, NULL },
    { "hoist",
      "what a loop's body makes of slices and captured values alone is done before the loop, for all steps at once",
      OPTIONAL, EACH_BLOCK, NULL, ir_pass_hoist, NULL },
    { "sums",
      "a sum of products over steps, a weight gradient, is one product; a summed result leaves its loop",
      OPTIONAL, EACH_BLOCK, NULL, ir_pass_sums, NULL },
    { "affine",
      "a product to which a vector is added starts from the vector",
      OPTIONAL, EACH_BLOCK, NULL, ir_pass_affine, NULL },
    { "narrow",
      "what is read in parts is computed in parts: of a product only the columns that are wanted",
      OPTIONAL, EACH_BLOCK, NULL, ir_pass_narrow, NULL },
    { "simplify",
      "once more, for what those made alike: the rows under two sums, the parts of one weight",
      OPTIONAL, EACH_BLOCK, NULL, ir_pass_simplify, NULL },
    { "ports",
      "what a loop's body or gradient has no use for is not passed into it, nor saved by it",
      OPTIONAL, EACH_BLOCK, NULL, ir_pass_ports, NULL },
    { "layout",
      "a slice, a reshape, a part of a concat lies inside the other value's memory, and needs no code",
      ALWAYS, WHOLE, NULL, ir_layout, NULL },
    { "schedule",
      "the running order: as created, but that a variable is read before it is assigned",
      ALWAYS, EACH_BLOCK, NULL, ir_schedule, NULL },
    { "pack",
      "a matrix that several products read is laid out for the kernels once",
      OPTIONAL, WHOLE, NULL, ir_pass_pack, NULL },
    { "fuse",
      "elementwise neighbours become one walk over tiles that stay in the cache",
      OPTIONAL, WHOLE, NULL, ir_pass_fuse, NULL },
    { "place",
      "every value gets its place in the run's arena: what is dead makes room",
      ALWAYS, WHOLE, "memory", ir_place_memory, NULL },
    { "shard",
      "nodes become instructions, dealt out to threads; they wait only where one reads what another wrote",
      ALWAYS, WHOLE, "instructions", NULL, emit },
};
/* clang-format on */

enum { STAGES = sizeof stages / sizeof *stages };

const ir_stage *ir_stage_at(int i) { return i < STAGES ? &stages[i] : NULL; }

const char *ir_section_does(const char *section)
{
    for (int i = 0; i < STAGES; i++)
        if (stages[i].section && strcmp(stages[i].section, section) == 0)
            return stages[i].does;
    return "";
}

static bool is_named_before(int stage)
{
    for (int i = 0; i < stage; i++)
        if (strcmp(stages[i].name, stages[stage].name) == 0)
            return true;
    return false;
}

const char *ir_pass_name(int i)
{
    for (int s = 0; s < STAGES; s++)
        if (stages[s].optional && !is_named_before(s) && i-- == 0)
            return stages[s].name;
    return NULL;
}

static bool is_off(const char *off, const char *name)
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

static bool rewrite(const ir_stage *stage, ir_ctx *c, ir_block *b)
{
    return stage->on_each_block ? ir_each_block(c, b, stage->rewrite) : stage->rewrite(c, b);
}

tf1c_outcome tf1c_compile(tf1c_compilation *c, const tf_operation **at)
{
    for (const ir_stage *stage = stages; stage < stages + STAGES; stage++) {
        tf1c_outcome outcome = TF1C_DONE;
        bool off = stage->optional && is_off(c->planner->passes_off, stage->name);
        if (stage->compile)
            outcome = stage->compile(c, at);
        else if (!off && !rewrite(stage, &c->ir, &c->binding->block))
            outcome = TF1C_FAILED;
        if (!outcome && c->viewer && !stage->section && !c->viewer->show(c, stage, off))
            outcome = TF1C_FAILED;
        if (outcome)
            return outcome;
    }
    c->binding->n_slots = c->ir.n_slots;
    return TF1C_DONE;
}
