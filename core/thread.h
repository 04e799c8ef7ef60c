/* Threads of the library's own. */
#ifndef TF1C_CORE_THREAD_H
#define TF1C_CORE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* With a stack of 1 MiB, whatever the process's limit: kernels and functions of users run on it too, thread-local storage lies in it.
 * The process's signals stay with its own threads. */
bool tf1c_thread_start(pthread_t *thread, void *(*run)(void *), void *arg); /* false: the system has none to give */

#endif
