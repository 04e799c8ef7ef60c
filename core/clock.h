/* The time of day. */
#ifndef TF1C_CORE_CLOCK_H
#define TF1C_CORE_CLOCK_H

#include <time.h>

/* Seconds since 1970. */
static inline double tf1c_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
