#include "core/thread.h"

#include <signal.h>

bool tf1c_thread_start(pthread_t *thread, void *(*run)(void *), void *arg)
{
    enum { STACK = 1 << 20 };
    sigset_t all, before;
    pthread_attr_t sized;
    int failed;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&sized);
    pthread_attr_setstacksize(&sized, STACK);
    failed = pthread_create(thread, &sized, run, arg);
    pthread_attr_destroy(&sized);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0;
}
