/* Memory: who shares it, and where in the run's arena each value lies. */
#ifndef TF1C_SESSION_PLAN_PLACE_H
#define TF1C_SESSION_PLAN_PLACE_H

#include "session/plan/code.h"

bool ir_place_memory(ir_ctx *c, ir_block *b); /* live ranges, and by them offsets; of bodies, within their regions */
ir_value *ir_root_of(ir_value *v);     /* whose memory v lies in, after all */
ir_operand ir_operand_of(const ir_value *v); /* where v lies, once all is placed */

/* offsets.c */
bool ir_give_offsets(ir_ctx *c, ir_block *b); /* of roots whose live ranges are known */

#endif
