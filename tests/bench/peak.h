/* What the machine can do at most. Each takes a fraction of a second to measure. */
#ifndef TF1C_BENCH_PEAK_H
#define TF1C_BENCH_PEAK_H

#include <stddef.h>

const char *peak_level(size_t i);             /* the ISA levels from 0 on; NULL after the last */
double peak_of(const char *isa, int threads); /* multiply-adds in registers, 1e9 operations a second; 0: not on this machine */
double read_rate(const char *isa, size_t bytes); /* by one thread, 1e9 bytes a second, the best of many walks over so much memory */

#endif
