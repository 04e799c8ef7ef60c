#include "core/forks.h"

#include <stdbool.h>

enum { MOST_LOCKS = 16 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t *locks[MOST_LOCKS];
static int n_locks;

static void before(void)
{
    pthread_mutex_lock(&lock);
    for (int i = 0; i < n_locks; i++)
        pthread_mutex_lock(locks[i]);
}

static void after(void)
{
    for (int i = 0; i < n_locks; i++)
        pthread_mutex_unlock(locks[i]);
    pthread_mutex_unlock(&lock);
}

/* Made anew: other threads that waited for them are not in this process. */
static void in_child(void)
{
    after();
    for (int i = 0; i < n_locks; i++)
        pthread_mutex_init(locks[i], NULL);
    pthread_mutex_init(&lock, NULL);
}

static void guard(void) { pthread_atfork(before, after, in_child); }

void tf1c_guard_forks(void) { pthread_once(&once, guard); }

void tf1c_lock_over_forks(pthread_mutex_t *one)
{
    tf1c_guard_forks();
    pthread_mutex_lock(&lock);
    bool known = n_locks == MOST_LOCKS;
    for (int i = 0; i < n_locks; i++)
        known |= locks[i] == one;
    if (!known)
        locks[n_locks++] = one;
    pthread_mutex_unlock(&lock);
}
