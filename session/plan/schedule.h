/* The running order. */
#ifndef TF1C_SESSION_PLAN_SCHEDULE_H
#define TF1C_SESSION_PLAN_SCHEDULE_H

#include "session/plan/ir.h"

/* Of one block, those within it scheduled: reads of variables before their updates. */
bool ir_schedule(ir_ctx *c, ir_block *b);

#endif
