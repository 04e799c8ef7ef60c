/* Stages that read files. */
#ifndef TF1C_OPS_DATA_FILES_H
#define TF1C_OPS_DATA_FILES_H

#include "ops/data/stage.h"

/* Of a stage that reads files: where in its file what comes next begins. */
uint64_t tf1c_files_offset(const tf1c_stage *s);

#endif
