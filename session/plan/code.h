/* Instructions: what a worker does, one after the other, and with which memory. */
#ifndef TF1C_SESSION_PLAN_CODE_H
#define TF1C_SESSION_PLAN_CODE_H

#include "session/plan/ir.h"

enum { IR_MAX_SHARDS = 64, IR_FEW_OPERANDS = 32 }; /* few: their views are on the stack, which may be small */

typedef struct {
    int slot;
    int64_t at;
    tf_view view;
} ir_operand;

struct ir_instruction {
    const ir_node *node;
    ir_operand *in, *out;
    int64_t units;
    bool parallel;   /* dealt out in shards; else worker 0 does it alone */
    bool barrier;    /* wait for all workers before it */
    bool alone;      /* a loop or a branch: worker 0 does all of it, and nobody waits within */
    bool scratch;    /* its kernel wants some */
};

#endif
