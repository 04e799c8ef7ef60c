/* Sessions: running parts of a graph, feeding and fetching. */
#ifndef TF1C_SESSION_SESSION_H
#define TF1C_SESSION_SESSION_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../graph/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A session owns the values of variables and the compiled plans. Runs of one session may go side by side from several
 * threads; those that assign variables take turns with all others. A run either succeeds or reports, returns the error's
 * code, and leaves 0 or NaN in what it was to fetch.                               TF1: tf.Session */
typedef struct tf_session tf_session;

typedef struct tf_gpu_options { /* accepted: there is one device, and it is none */
    double per_process_gpu_memory_fraction;
    bool allow_growth;
    const char *visible_device_list;
} tf_gpu_options;
/* How a session computes. TF1: tf.ConfigProto. Unset (0) means: the environment's TF1C_THREADS, else every core.
 * TF1C_PASSES_OFF stands for an unset passes_off. TF1C_TRACE=FILE writes what every thread does in every run of the process to
 * FILE, for chrome://tracing and Perfetto; one that cannot be written is an OSError, once, and runs go on. */
typedef struct tf_config {
    char none; /* what tf_config_proto() sets, so that it sets something */
    int intra_op_parallelism_threads; /* at most 64 */
    int inter_op_parallelism_threads; /* accepted; ops run in one order */
    /* Of a loop of known length, keep for its gradient only every so-many-th state, and compute what is between anew: an extra forward
     * pass buys memory. TF_CHECKPOINT_ROOT: about every √steps-th. Unset (0): only where swap_memory says so and much would be saved.
     * A loop whose body draws random numbers, assigns or holds loops is as without. */
    int64_t checkpoint_steps;
    const char *passes_off;           /* plan passes to leave out, by the names in tf_session_explain, separated by commas; "all" */
    bool allow_soft_placement;        /* this and those below are accepted */
    bool log_device_placement;
    tf_gpu_options gpu_options; /* config.gpu_options.allow_growth = true; */
} tf_config;
enum { TF_CHECKPOINT_ROOT = -1 };
/* TF1's spelling: tf_config_proto(.intra_op_parallelism_threads = 1), tf_gpu_options(.allow_growth = true). */
#define tf_config_proto(...) ((tf_config){ .none = 0, __VA_ARGS__ })
#define tf_gpu_options(...) ((tf_gpu_options){ .visible_device_list = NULL, __VA_ARGS__ })

struct tf_session_args {
    tf_source here;
    const char *target;    /* accepted, must be "" */
    tf_graph *graph;       /* unset: the default graph */
    tf_config config;
};
/* The type and its constructor share the Python name: a function-like macro expands only before '('. Returns NULL only
 * when memory is out; every call takes a NULL session as an error, not a crash. */
#define tf_session(...) TF_KWARGS_(tf_session_new((struct tf_session_args){ TF_HERE_, __VA_ARGS__ }))
/* The same, and the thread's default session until it is closed. TF1: tf.InteractiveSession */
#define tf_interactive_session(...) TF_KWARGS_(tf_interactive_session_new((struct tf_session_args){ TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_session *tf_session_new(struct tf_session_args args);
TF1C_API tf_session *tf_interactive_session_new(struct tf_session_args args);
/* Closes the session; NULL is fine, and so is closing from within one of its kernels or while other threads run it: what is under
 * way ends with CancelledError, and the last of it releases what the session owned. A closed handle may still be passed to every
 * call (after some hundreds more have been closed it may come to stand for a new session): RuntimeError "Attempted to use a
 * closed Session." A child that was forked while another thread ran the session has it closed in the same way, unless that run
 * ended within a tenth of a second. */
TF1C_API void tf_close(tf_session *session);
TF1C_API tf_session *tf_get_default_session(void);
TF1C_API tf_graph *tf_session_graph(const tf_session *session);

/* ---- feeding -------------------------------------------------------------------------------------------------------
 * FEED(x, batch, keep_prob, 0.5): up to sixteen pairs; a value is an array or a number, cast to the tensor's dtype. Any
 * tensor may be fed. A dictionary built at run time is a tf_feeds too:
 *   tf_feeds feeds = { 0 };  tf_feed_set(&feeds, x, batch);  tf_run(sess, op, feeds);  tf_feeds_free(&feeds);  */
typedef struct tf_state tf_state; /* ops/rnn/rnn.h */
typedef struct tf_feed {
    tf_tensor tensor;
    tf_operand value;
    const tf_state *state; /* fed instead of a tensor */
} tf_feed;
typedef struct tf_feeds {
    int n;
    const tf_feed *items;
    int capacity; /* of items, if tf_feed_set made them; negative: FEED did */
} tf_feeds;
/* The value of a cell's state: arrays in the order of tf_state_flatten (c before h). FETCH(rnn.state, &last_state) gives one:
 * { 0 } gets memory, the next fetch reuses it, tf_state_free releases it. FEED(init_state, last_state) feeds one. */
typedef struct tf_state_value {
    int n;
    tf_ndarray *arrays;
} tf_state_value;
TF1C_API void tf_state_free(tf_state_value *value); /* NULL and { 0 } are fine */
TF1C_API tf_operand tf_operand_state(tf_state_value value);
TF1C_API tf_feed tf_feed_tensor(tf_tensor tensor, tf_operand value);
TF1C_API tf_feed tf_feed_state(const tf_state *state, tf_operand value);
TF1C_API tf_operand tf_fed_array_(tf_ndarray a);
/* TF_T, and states, without a block around it: a literal lives as long as the FEED. */
#define TF_FED_(x)                                                                                                \
    _Generic((x), tf_state_value: tf_operand_state, tf_tensor: tf_operand_tensor, tf_operand: tf_operand_same,    \
        tf_ndarray: tf_fed_array_, tf_dims: tf_operand_dims, tf_list: tf_operand_list, float: tf_operand_real,    \
        double: tf_operand_real, bool: tf_operand_bool, const char *: tf_operand_string, char *: tf_operand_string, char: tf_operand_integer, signed char: tf_operand_integer, \
        unsigned char: tf_operand_integer, short: tf_operand_integer, unsigned short: tf_operand_integer,         \
        int: tf_operand_integer, unsigned: tf_operand_integer, long: tf_operand_integer,                          \
        unsigned long: tf_operand_integer, long long: tf_operand_integer,                                         \
        unsigned long long: tf_operand_integer TF_ELSE_(tf_not_an_operand_))(x)
/* No block around it: np_array((float[]){ 1, 2 }, …) lives as long as where it stands. */
TF1C_API tf_status tf_feed_set_(tf_feeds *feeds, tf_tensor tensor, tf_operand value);
TF1C_API tf_status tf_feed_set_at_(tf_feeds *feeds, tf_tensor tensor, tf_operand value, tf_source here);
TF1C_API tf_status tf_feed_set_state_(tf_feeds *feeds, const tf_state *state, tf_operand value, tf_source here);
#define tf_feed_set(feeds, key, value) \
    _Generic((key), tf_tensor: tf_feed_set_at_, tf_state *: tf_feed_set_state_)(feeds, key, TF_FED_(value), TF_SOURCE)
TF1C_API void tf_feeds_free(tf_feeds *feeds);

/* ---- fetching ------------------------------------------------------------------------------------------------------
 * FETCH(loss, &loss_value, train_op, NULL): a float, double, int32_t, int64_t or bool takes a tensor of one element; a tf_ndarray any:
 * { 0 } gets memory of its own (np_free), one that has it or borrows it is reused if the shape is the same. A list goes into a C
 * array of as many, tf_ndarray values[4] = { 0 }; tf_run(sess, FETCH_LIST(tf_trainable_variables(), values)), or into a tf_state_value,
 * which takes what there is: FETCH(tf_trainable_variables(), &all).
 * Built while the program runs: tf_fetches f = { 0 }; tf_fetch_add(&f, loss, &value); tf_run(sess, f, feeds); tf_fetches_free(&f). */
typedef enum tf_into {
    TF_INTO_NOTHING,
    TF_INTO_FLOAT,
    TF_INTO_DOUBLE,
    TF_INTO_INT32,
    TF_INTO_INT64,
    TF_INTO_BOOL,
    TF_INTO_ARRAY,
    TF_INTO_STATE
} tf_into;
typedef struct tf_fetch {
    tf_tensor tensor;
    tf_operation *op;
    const tf_state *state; /* fetched instead of a tensor */
    tf_list list;          /* likewise, into `arrays` arrays or a tf_state_value */
    bool is_list;
    int arrays;
    tf_into into;
    void *out;
} tf_fetch;
typedef struct tf_fetches {
    int n;
    const tf_fetch *items;
    int capacity; /* of items, if tf_fetch_add made them */
} tf_fetches;
TF1C_API tf_fetch tf_fetch_tensor(tf_tensor t);
TF1C_API tf_fetch tf_fetch_op(tf_operation *op);
TF1C_API tf_fetch tf_fetch_state(const tf_state *state);
TF1C_API tf_fetch tf_fetch_list(tf_list list);
TF1C_API tf_fetch tf_into_state(tf_fetch f, tf_state_value *out);
TF1C_API tf_fetch tf_into_float(tf_fetch f, float *out);
TF1C_API tf_fetch tf_into_double(tf_fetch f, double *out);
TF1C_API tf_fetch tf_into_int32(tf_fetch f, int32_t *out);
TF1C_API tf_fetch tf_into_int64(tf_fetch f, int64_t *out);
TF1C_API tf_fetch tf_into_bool(tf_fetch f, bool *out);
TF1C_API tf_fetch tf_into_array(tf_fetch f, tf_ndarray *out);
TF1C_API tf_fetch tf_into_arrays(tf_fetch f, tf_ndarray *arrays, int n);
TF1C_API tf_fetch tf_into_nothing(tf_fetch f, void *out);
#define TF_FETCHED_(x)                                                                                                     \
    _Generic((x), tf_tensor: tf_fetch_tensor, tf_operation *: tf_fetch_op, tf_state *: tf_fetch_state, tf_list: tf_fetch_list \
        TF_ELSE_(tf_fetch_what_))(x)
#define TF_FEED1_(k, v) _Generic((k), tf_tensor: tf_feed_tensor, tf_state *: tf_feed_state TF_ELSE_(tf_feed_what_))((k), TF_FED_(v))
#ifndef __cplusplus
extern tf_fetch tf_fetch_what_()
    TF_SAYS_("FETCH takes a tensor, an operation, a cell's state or a LIST; by name: tf_get_tensor_by_name(tf_get_default_graph(), \"loss:0\")");
extern tf_feed tf_feed_what_()
    TF_SAYS_("FEED takes a tensor or a cell's state, and its value; by name: tf_get_tensor_by_name(tf_get_default_graph(), \"x:0\")");
extern tf_status tf_run_what_()
    TF_SAYS_("tf_run takes a session, what to run, and what is fed in FEED: tf_run(sess, FETCH(loss, &value), FEED(x, array))");
extern tf_status tf_eval_nowhere_()
    TF_SAYS_("tf_eval takes a tensor and a tf_ndarray for its value: tf_eval(t, &array); a number: float x = tf_eval_float(t)");
extern tf_fetch tf_into_what_()
    TF_SAYS_("FETCH takes pairs of a tensor and where it goes: a pointer to a float, double, int32_t, int64_t, bool or tf_ndarray, or NULL");
extern tf_feed tf_feed_without_value_(void) TF_SAYS_("FEED takes pairs: a placeholder and its value");
#define TF_ODD_TF_FETCH1_ tf_into_what_()
#define TF_ODD_TF_FEED1_ tf_feed_without_value_()
#endif
#define TF_FETCH1_(k, v)                                                                                          \
    _Generic((v), float *: tf_into_float, double *: tf_into_double, int32_t *: tf_into_int32, int64_t *: tf_into_int64, \
        bool *: tf_into_bool, tf_ndarray *: tf_into_array, tf_state_value *: tf_into_state,                       \
        void *: tf_into_nothing TF_ELSE_(tf_into_what_))(TF_FETCHED_(k), (v))
#define TF_PAIRS_N_(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, \
                    _19, _20, _21, _22, _23, _24, _25, _26, _27, _28, _29, _30, _31, _32, N, ...) N
#define TF_PAIRS_2_(f, k, v) f(k, v)
#define TF_PAIRS_4_(f, k, v, ...) f(k, v), TF_PAIRS_2_(f, __VA_ARGS__)
#define TF_PAIRS_6_(f, k, v, ...) f(k, v), TF_PAIRS_4_(f, __VA_ARGS__)
#define TF_PAIRS_8_(f, k, v, ...) f(k, v), TF_PAIRS_6_(f, __VA_ARGS__)
#define TF_PAIRS_10_(f, k, v, ...) f(k, v), TF_PAIRS_8_(f, __VA_ARGS__)
#define TF_PAIRS_12_(f, k, v, ...) f(k, v), TF_PAIRS_10_(f, __VA_ARGS__)
#define TF_PAIRS_14_(f, k, v, ...) f(k, v), TF_PAIRS_12_(f, __VA_ARGS__)
#define TF_PAIRS_16_(f, k, v, ...) f(k, v), TF_PAIRS_14_(f, __VA_ARGS__)
#define TF_PAIRS_18_(f, k, v, ...) f(k, v), TF_PAIRS_16_(f, __VA_ARGS__)
#define TF_PAIRS_20_(f, k, v, ...) f(k, v), TF_PAIRS_18_(f, __VA_ARGS__)
#define TF_PAIRS_22_(f, k, v, ...) f(k, v), TF_PAIRS_20_(f, __VA_ARGS__)
#define TF_PAIRS_24_(f, k, v, ...) f(k, v), TF_PAIRS_22_(f, __VA_ARGS__)
#define TF_PAIRS_26_(f, k, v, ...) f(k, v), TF_PAIRS_24_(f, __VA_ARGS__)
#define TF_PAIRS_28_(f, k, v, ...) f(k, v), TF_PAIRS_26_(f, __VA_ARGS__)
#define TF_PAIRS_30_(f, k, v, ...) f(k, v), TF_PAIRS_28_(f, __VA_ARGS__)
#define TF_PAIRS_32_(f, k, v, ...) f(k, v), TF_PAIRS_30_(f, __VA_ARGS__)
#define TF_ODD_(f, ...) TF_ODD_##f
#define TF_PAIRS_(f, ...)                                                                                              \
    TF_PAIRS_N_(__VA_ARGS__, TF_PAIRS_32_, TF_ODD_, TF_PAIRS_30_, TF_ODD_, TF_PAIRS_28_, TF_ODD_, TF_PAIRS_26_,        \
                TF_ODD_, TF_PAIRS_24_, TF_ODD_, TF_PAIRS_22_, TF_ODD_, TF_PAIRS_20_, TF_ODD_, TF_PAIRS_18_, TF_ODD_,   \
                TF_PAIRS_16_, TF_ODD_, TF_PAIRS_14_, TF_ODD_, TF_PAIRS_12_, TF_ODD_, TF_PAIRS_10_, TF_ODD_,            \
                TF_PAIRS_8_, TF_ODD_, TF_PAIRS_6_, TF_ODD_, TF_PAIRS_4_, TF_ODD_, TF_PAIRS_2_, TF_ODD_, )(f, __VA_ARGS__)
#define FETCH_LIST(list, arrays) \
    ((tf_fetches){ .n = 1,        \
                   .items = (tf_fetch[]){ tf_into_arrays(tf_fetch_list(list), arrays, (int)(sizeof(arrays) / sizeof *(arrays))) } })
#define tf_fetch_add(fetches, key, into) TF_AT_(tf_fetch_add_(fetches, TF_FETCH1_(key, into)))
TF1C_API tf_status tf_fetch_add_(tf_fetches *fetches, tf_fetch fetch); /* fetches: { 0 } or made so; a FETCH(…) is copied */
TF1C_API void tf_fetches_free(tf_fetches *fetches);                    /* NULL is fine */
/* Half the arguments: each pair is expanded once, not a second time to be counted. */
#define TF_HALF_(...)                                                                                                            \
    TF_PAIRS_N_(__VA_ARGS__, 16, 0, 15, 0, 14, 0, 13, 0, 12, 0, 11, 0, 10, 0, 9, 0, 8, 0, 7, 0, 6, 0, 5, 0, 4, 0, 3, 0, 2, 0, 1, \
                0, )
#define FEED(...) tf_feeds_keep_(TF_HALF_(__VA_ARGS__), (tf_feed[]){ TF_PAIRS_(TF_FEED1_, __VA_ARGS__) })
/* The library keeps copies of a thread's last FEEDs, so that a function may return one, as a Python helper returns its feed_dict:
 * it is good until 32 more have been made there, and within its own block for good. For longer, tf_feed_set copies into memory of the
 * feeds' own. FETCH and OPS live until their block ends; arrays and variables that are fed or fetched into are the caller's. */
TF1C_API tf_feeds tf_feeds_keep_(int n, const tf_feed *items);
#define FETCH(...) ((tf_fetches){ .n = TF_HALF_(__VA_ARGS__), .items = (tf_fetch[]){ TF_PAIRS_(TF_FETCH1_, __VA_ARGS__) } })

/* ---- running --------------------------------------------------------------------------------------------------------
 * tf_run(session, what) and tf_run(session, what, feeds): `what` is FETCH(…), an operation, OPS(…), a tensor or a LIST of them, whose
 * values are dropped. TF1: Session.run
 *   A shape that depends on data (tf_where, a state that grows, a range up to a computed number) cuts a run in parts, each planned once
 *   what it needs is there; such a run has the session for itself.
 *   errors  RuntimeError (closed, empty graph), ValueError (shape of a feed), InvalidArgumentError (an unfed
 *           placeholder, shapes that clash once fed), FailedPreconditionError (uninitialized value); a mistake made while
 *           building, if what is fetched depends on it */
#define TF_RUN_PICK_(_1, _2, _3, N, ...) N
#define TF_RUNS_PICK_(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, N, ...) N
#define TF_RUN_MORE_(...) tf_run_what_()
#define TF_RUN2_(s, what) TF_RUN3_(s, what, ((tf_feeds){ 0 }))
#define TF_RUN_OF_(what)                                                                                                   \
    _Generic((what), tf_fetches: tf_run_fetches, tf_operation *: tf_run_op, tf_ops: tf_run_ops, tf_tensor: tf_run_tensor, \
        tf_list: tf_run_list TF_ELSE_(tf_run_what_))
#if defined(__clang__) /* which has less to say after a mistake in `what` */
#define TF_RUN3_(s, what, feeds) __extension__({ __auto_type tf_what_ = (what); TF_RUN_OF_(tf_what_)(s, tf_what_, feeds, TF_SOURCE); })
#else
#define TF_RUN3_(s, what, feeds) TF_RUN_OF_(what)(s, what, feeds, TF_SOURCE)
#endif
#define tf_run(...)                                                                                                  \
    TF_RUNS_PICK_(__VA_ARGS__, TF_RUN_MORE_, TF_RUN_MORE_, TF_RUN_MORE_, TF_RUN_MORE_, TF_RUN_MORE_, TF_RUN_ASKED_, \
                  TF_RUN_ASKED_, TF_RUN3_, TF_RUN2_, TF_RUN_MORE_, )(__VA_ARGS__)
TF1C_API tf_status tf_run_fetches(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here);
TF1C_API tf_status tf_run_op(tf_session *s, tf_operation *op, tf_feeds feeds, tf_source here);
TF1C_API tf_status tf_run_ops(tf_session *s, tf_ops ops, tf_feeds feeds, tf_source here);
TF1C_API tf_status tf_run_tensor(tf_session *s, tf_tensor t, tf_feeds feeds, tf_source here);
TF1C_API tf_status tf_run_list(tf_session *s, tf_list tensors, tf_feeds feeds, tf_source here);

/* tf_run(sess, what, feeds, .options = …, .run_metadata = …), or without feeds: the run's times, operation by operation.
 * TF1: tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), tf.RunMetadata; run_metadata.h */
typedef struct tf_run_metadata tf_run_metadata;
typedef enum tf_trace_level {
    TF_RUN_OPTIONS_NO_TRACE,
    TF_RUN_OPTIONS_SOFTWARE_TRACE, /* this and those below trace alike */
    TF_RUN_OPTIONS_HARDWARE_TRACE,
    TF_RUN_OPTIONS_FULL_TRACE
} tf_trace_level;
typedef struct tf_run_options {
    tf_trace_level trace_level;
} tf_run_options;
#define tf_run_options(...) ((tf_run_options){ __VA_ARGS__ })
struct tf_run_args {
    tf_source here;
    tf_feeds feeds;
    tf_run_options options;
    tf_run_metadata *run_metadata; /* filled by the run, if the options say so */
};
typedef enum tf_asked_kind { TF_ASKED_FETCHES, TF_ASKED_OP, TF_ASKED_OPS, TF_ASKED_TENSOR, TF_ASKED_LIST } tf_asked_kind;
typedef struct tf_asked {
    tf_asked_kind kind;
    tf_fetches fetches;
    tf_operation *op;
    tf_ops ops;
    tf_tensor tensor;
    tf_list list;
} tf_asked;
TF1C_API tf_asked tf_asked_fetches_(tf_fetches what);
TF1C_API tf_asked tf_asked_op_(tf_operation *op);
TF1C_API tf_asked tf_asked_ops_(tf_ops ops);
TF1C_API tf_asked tf_asked_tensor_(tf_tensor tensor);
TF1C_API tf_asked tf_asked_list_(tf_list list);
TF1C_API tf_status tf_run_asked_(tf_session *s, tf_asked what, struct tf_run_args args);
#define TF_RUN_ASKED_(s, what, ...)                                                                                            \
    TF_KWARGS_(tf_run_asked_(s,                                                                                                \
                             _Generic((what), tf_fetches: tf_asked_fetches_, tf_operation *: tf_asked_op_, tf_ops: tf_asked_ops_, \
                                 tf_tensor: tf_asked_tensor_, tf_list: tf_asked_list_)(what),                                  \
                             (struct tf_run_args){ TF_HERE_, __VA_ARGS__ }))

/* A tensor's value by the default session; NaN or 0 after a report. TF1: Tensor.eval
 *   float x = tf_eval_float(loss);  tf_eval_float(loss, FEED(…));  tf_eval(logits, &array, FEED(…)) */
#define TF_EVAL_PICK_(_1, _2, N, ...) N
#define TF_EVAL1_(fn, t) fn(t, (tf_feeds){ 0 }, TF_SOURCE)
#define TF_EVAL2_(fn, t, feeds) fn(t, feeds, TF_SOURCE)
#define TF_EVALS_(fn, ...) TF_EVAL_PICK_(__VA_ARGS__, TF_EVAL2_, TF_EVAL1_, )(fn, __VA_ARGS__)
#define tf_eval_float(...) TF_EVALS_(tf_eval_float_, __VA_ARGS__)
#define tf_eval_double(...) TF_EVALS_(tf_eval_double_, __VA_ARGS__)
#define tf_eval_int(...) TF_EVALS_(tf_eval_int_, __VA_ARGS__)
#define tf_eval_bool(...) TF_EVALS_(tf_eval_bool_, __VA_ARGS__)
#define tf_eval(...) TF_RUN_PICK_(__VA_ARGS__, TF_EVAL_FEEDS_, TF_EVAL_ALONE_, TF_EVAL_NOWHERE_, )(__VA_ARGS__)
#define TF_EVAL_NOWHERE_(t) tf_eval_nowhere_()
#define TF_EVAL_ALONE_(t, array) tf_eval_(t, array, (tf_feeds){ 0 }, TF_SOURCE)
#define TF_EVAL_FEEDS_(t, array, feeds) tf_eval_(t, array, feeds, TF_SOURCE)
TF1C_API float tf_eval_float_(tf_tensor t, tf_feeds feeds, tf_source here);
TF1C_API double tf_eval_double_(tf_tensor t, tf_feeds feeds, tf_source here);
TF1C_API int64_t tf_eval_int_(tf_tensor t, tf_feeds feeds, tf_source here);
TF1C_API bool tf_eval_bool_(tf_tensor t, tf_feeds feeds, tf_source here);
TF1C_API tf_status tf_eval_(tf_tensor t, tf_ndarray *array, tf_feeds feeds, tf_source here);

/* The step counter's value in a session; 0 after a report.                         TF1: tf.train.global_step */
#define tf_train_global_step(...)                                                                                              \
    TF_FIRST2_(tf_train_global_step_of_, struct tf_global_step_args, TF_SAME_, sess, TF_SAME_, global_step_tensor, #__VA_ARGS__, \
               TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_train_global_step_of_(sess, tensor, args) tf_train_global_step_(sess, tensor, args.here)
struct tf_global_step_args {
    tf_source here;
    TF_ARG_(1) tf_session *sess;
    TF_ARG_(2) tf_tensor global_step_tensor;
};
TF1C_API int64_t tf_train_global_step_(tf_session *sess, tf_tensor global_step_tensor, tf_source here);

/* Sets a variable's value without an op in the graph. TF1: Variable.load
 *   errors  ValueError: another shape than the variable's;  TypeError: not a variable */
#define tf_load(variable, value, session) tf_load_(variable, TF_T(value), session, TF_SOURCE)
TF1C_API tf_status tf_load_(tf_tensor variable, tf_operand value, tf_session *session, tf_source here);

/* tf_with_session(sess) { … }: the default session within the block. */
#define tf_with_session(session) TF_WITH_(tf_session_open_(session))
TF1C_API struct tf_with_ tf_session_open_(tf_session *session);

/* How a run is compiled and carried out, as text, without running it:
 *   == prune         the graph's operations that are needed
 *   == build         the plan's own graph for the fed shapes, one line a node: %3:float32[4,8] = MatMul(%1, %2)  # dense/MatMul
 *   == simplify, …   after each further stage (session/README.md lists them) what it does, what it changed, and the graph then;
 *                    "off", or "nothing to change"
 *   == instructions  shapes, places in memory, shards, and where threads wait
 *   == memory        what is alive where most is
 *   == parts         where the run is cut since a shape depends on data; then the same of the part before it; of parts behind it, if
 *                    there was such a run, instructions and memory as the last one had them
 * The text is the caller's to free(); NULL after a report, as tf_run would make it. */
TF1C_API char *tf_session_explain_(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here);
#define tf_session_explain(session, fetches, feeds) tf_session_explain_(session, fetches, feeds, TF_SOURCE)

#ifdef __cplusplus
}
#endif
#endif
