/* Threads that fill queues, and how they end. TF1: tf.train.Coordinator, tf.train.start_queue_runners; python/training/coordinator.py */
#ifndef TF1C_SESSION_INPUT_COORDINATOR_H
#define TF1C_SESSION_INPUT_COORDINATOR_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../session.h"

#ifdef __cplusplus
extern "C" {
#endif

/* tf_coordinator *coord = tf_train_coordinator();
 * tf_threads threads = tf_train_start_queue_runners(.sess = sess, .coord = coord);
 * while (!tf_should_stop(coord)) { if (tf_run(sess, train_op)) break; }
 * tf_request_stop(coord);  tf_join(coord, threads);  // which releases it
 * NULL when memory is out; all calls take that. */
typedef struct tf_coordinator tf_coordinator;
TF1C_API tf_coordinator *tf_train_coordinator(void);
TF1C_API bool tf_should_stop(tf_coordinator *coord);
/* The queues of its runners are closed; those that wait for room give up. */
TF1C_API void tf_request_stop(tf_coordinator *coord);
/* Waits for a request or until the time is over: whether it was requested. TF1: Coordinator.wait_for_stop */
TF1C_API bool tf_wait_for_stop(tf_coordinator *coord, double seconds);

/* The threads of every queue runner of the session's graph, started. A session is closed after its coordinator was joined.
 *   sess   unset: the default session;  coord  needed: it owns the threads
 *   errors ValueError: no session or coordinator;  ResourceExhaustedError: a thread cannot be started */
typedef struct tf_threads {
    int n;
    tf_coordinator *coord;
} tf_threads;
struct tf_start_args {
    tf_source here;
    tf_session *sess;
    tf_coordinator *coord;
};
#define tf_train_start_queue_runners(...) tf_start_queue_runners_((struct tf_start_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_threads tf_start_queue_runners_(struct tf_start_args args);

/* Waits for the threads, once a stop was requested or all have ended, and releases the coordinator. Gives, and reports, the first
 * error that a thread met, the end of what it reads and a stop aside. */
#define tf_join(coord, threads) tf_join_(coord, threads, TF_SOURCE)
TF1C_API tf_status tf_join_(tf_coordinator *coord, tf_threads threads, tf_source here);

#ifdef __cplusplus
}
#endif
#endif
