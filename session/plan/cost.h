/* What instructions take, as far as shapes tell: the plan deals out to threads only what pays for their waiting. */
#ifndef TF1C_SESSION_PLAN_COST_H
#define TF1C_SESSION_PLAN_COST_H

#include "session/plan/ir.h"

/* Nanoseconds, measured once for each ISA level on one machine and the same on all: whether something is dealt out may decide the bits
 * of a sum, and must not depend on what else a machine does. */
typedef struct {
    const char *isa;
    double multiply_add; /* of a product, one thread */
    double byte;         /* of a right operand beyond LARGE, which every few rows of a product read from memory anew */
    double element;      /* of an elementwise step, functions and sums on average */
    double instruction;  /* whatever it does */
    double wait;         /* for another thread that is awake */
    double wake;         /* a run's other threads, asleep */
} ir_costs;
const ir_costs *ir_costs_here(void); /* of the level in use */

double ir_cost_of(const ir_node *n); /* by one thread, all of it; of no loop or branch */

/* Of a list of instructions: alone, and by a team. */
typedef struct {
    double alone, team;
} ir_estimate;
ir_estimate ir_estimate_of(const ir_instruction *code, int n, int threads);
bool ir_pays(ir_estimate e); /* by a margin: what else runs on a machine makes waiting dearer, never cheaper */

#endif
