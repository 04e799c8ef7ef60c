/* The stages of a plan, in order: what tf_session_explain tells of, and what passes_off may name. */
#ifndef TF1C_SESSION_PLAN_PIPELINE_H
#define TF1C_SESSION_PLAN_PIPELINE_H

#include "session/plan/compile.h"

typedef struct ir_stage {
    const char *name;
    const char *does;   /* in a sentence without a subject: what tf_session_explain says */
    bool optional;      /* passes_off may name it: a run computes the same without it */
    bool on_each_block; /* called for every block, those within first; else for the run's, whose bodies it sees to */
    const char *section; /* under which tf_session_explain shows what it made, at the end; NULL: it shows the graph after it */
    bool (*rewrite)(ir_ctx *c, ir_block *b);
    tf1c_outcome (*compile)(tf1c_compilation *c, const tf_operation **at); /* instead: it needs to know the plan */
} ir_stage;

/* Who is shown the graph after each stage. */
struct tf1c_viewer {
    bool (*show)(tf1c_compilation *c, const ir_stage *stage, bool off); /* false after a report */
};

/* Stage i, in running order; NULL after the last. */
const ir_stage *ir_stage_at(int i);
const char *ir_section_does(const char *section); /* the sentence of the stage that it shows */
const char *ir_pass_name(int i); /* of those that passes_off may name, each once, in running order; NULL after the last */

/* All of them. TF1C_CUT: *at is the operation of the plan's graph whose shapes, or shapes inside of it, only a run can tell. */
tf1c_outcome tf1c_compile(tf1c_compilation *c, const tf_operation **at);

#endif
