/* Locks of the whole process over fork(): not for users. */
#ifndef TF1C_CORE_FORKS_H
#define TF1C_CORE_FORKS_H

#include <pthread.h>

/* Whoever forks holds `lock` meanwhile, so that the child finds it free and what it guards whole. A lock may be given twice; it is
 * held for moments only, and never while another such lock is taken. */
void tf1c_lock_over_forks(pthread_mutex_t *lock);

/* From here on. Who has handlers of their own that wait for other threads calls it first: theirs then run before these locks are
 * taken, which those threads may need. */
void tf1c_guard_forks(void);

#endif
