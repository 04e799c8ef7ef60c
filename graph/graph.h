/* Graphs, tensors, names and scopes, collections, gradients.
 *
 * A graph owns everything built in it: nodes, lists, cells, optimizers; tf_graph_free releases it all. A tf_tensor is
 * a handle passed by value. A mistake is reported at the line that makes it; the builder then returns a poisoned
 * tensor, safe to build on, and what is built on it stays quiet. */
#ifndef TF1C_GRAPH_GRAPH_H
#define TF1C_GRAPH_GRAPH_H
#if defined(__GNUC__)
#pragma GCC system_header /* the macros below hide their own -Woverride-init; see TF_KWARGS_ */
#endif

#include <limits.h>

#include "../core/ndarray.h"
#include "../core/status.h"
#include "places.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tf_graph tf_graph;
/* tf_operation, tf_tensor (output `index` of `op`) and tf_list (n, items) are declared in core/ndarray.h: a shape or an array may
 * stand where they do. */

/* ---- operands: a tensor, a number, an array, a shape or a list of scalars, as in Python ----------------------- */
typedef enum tf_operand_kind {
    TF_OPERAND_NONE = 0, /* not given */
    TF_OPERAND_TENSOR,
    TF_OPERAND_INTEGER,
    TF_OPERAND_REAL,
    TF_OPERAND_BOOL,
    TF_OPERAND_ARRAY,
    TF_OPERAND_DIMS, /* an int32 vector */
    TF_OPERAND_LIST, /* packed into one tensor, as tf.stack does */
    TF_OPERAND_STATE /* arrays, one per tensor of a cell's state: fed, see session.h */
} tf_operand_kind;

/* What was given for an argument. Of kind none it is as it was written: a number (TF_UNSET_NUMBER_: nothing), a tensor, a list,
 * a shape or an array, each the first member of the next. */
typedef struct tf_operand {
    union {
        tf_ndarray array; /* first, see core/ndarray.h */
        tf_tensor tensor;
        int64_t integer;
        double real;
        bool boolean;
        tf_dims dims;
        tf_list list;
        struct {
            int n;
            const tf_ndarray *arrays;
        } state;
    } as;
    tf_operand_kind kind;
} tf_operand;
/* What stands under an argument until it is given: a number alone leaves the index, which tells it from a none handle. */
#define TF_UNSET_NUMBER_ (-0x1.6e6f746e756dp+1000)
#define TF_UNSET_ { .as.array.shape.given.alone = { .number = TF_UNSET_NUMBER_, .index = -1 } }

TF1C_API tf_operand tf_operand_tensor(tf_tensor t);
TF1C_API tf_operand tf_operand_same(tf_operand o);
TF1C_API tf_operand tf_operand_array(tf_ndarray a);
TF1C_API tf_operand tf_operand_integer(int64_t i);
TF1C_API tf_operand tf_operand_real(double x);
TF1C_API tf_operand tf_operand_bool(bool b);
TF1C_API tf_operand tf_operand_string(const char *s); /* a scalar of the C string's bytes, which it borrows */
TF1C_API tf_operand tf_operand_dims(tf_dims d);
TF1C_API tf_operand tf_operand_list(tf_list l);

#ifndef __cplusplus
extern tf_operand tf_not_an_operand_()
    TF_SAYS_("a number, a tensor, an array, a shape or a LIST was expected; a C array is NP_FLOAT(1, 2) or np_array(a, tf_float32, SHAPE(2))");
#endif

/* The macro layer is C: it needs _Generic. The argument is bound once. */
#define TF_T(x)                                                                                                   \
    __extension__({                                                                                               \
        __auto_type tf_x_ = (x);                                                                                  \
        _Generic(tf_x_, tf_tensor: tf_operand_tensor, tf_operand: tf_operand_same, tf_ndarray: tf_operand_array,  \
            tf_dims: tf_operand_dims, tf_list: tf_operand_list, float: tf_operand_real, double: tf_operand_real,  \
            bool: tf_operand_bool, const char *: tf_operand_string, char *: tf_operand_string, char: tf_operand_integer, signed char: tf_operand_integer,                     \
            unsigned char: tf_operand_integer, short: tf_operand_integer, unsigned short: tf_operand_integer,     \
            int: tf_operand_integer, unsigned: tf_operand_integer, long: tf_operand_integer,                      \
            unsigned long: tf_operand_integer, long long: tf_operand_integer,                                     \
            unsigned long long: tf_operand_integer TF_ELSE_(tf_not_an_operand_))(tf_x_);                            \
    })

/* Python's calling convention: the arguments are the initializer of a struct, positional first, then `.keyword = value`,
 * over defaults written before .here. The warnings about that overriding, and about a number that fills an operand without
 * braces, are off inside the call alone, and a number for a name or a name for a function is an error; the last literal makes gcc
 * forget the braces before an initializer around the call. */
#define TF_KWARGS_QUIET_                                                                 \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Woverride-init\"") \
    _Pragma("GCC diagnostic ignored \"-Wmissing-braces\"")                               \
    _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"")                 \
    _Pragma("GCC diagnostic error \"-Wint-conversion\"") _Pragma("GCC diagnostic error \"-Wincompatible-pointer-types\"")
/* No variable holds the result: after a mistake in the arguments it would be another one that it is not declared. */
#if defined(__clang__)
#define TF_KWARGS_(...) TF_KWARGS_QUIET_(__VA_ARGS__) _Pragma("GCC diagnostic pop")
#else
#define TF_KWARGS_(...)                                                        \
    __extension__({                                                            \
        TF_KWARGS_QUIET_                                                       \
        __builtin_choose_expr(1, __VA_ARGS__, (void)sizeof(char[]){ 0 });      \
        _Pragma("GCC diagnostic pop")                                          \
    })
#endif
/* Python makes arguments from left to right, and names and seeds follow that order; C leaves it open, gcc goes from right to left.
 * fn(a, …, the rest), with a, … made in order; clang does so by itself, and says less after a mistake. */
#if defined(__clang__)
#define TF_IN_ORDER1_(fn, ...) TF_KWARGS_(fn(__VA_ARGS__))
#define TF_IN_ORDER2_(fn, ...) TF_KWARGS_(fn(__VA_ARGS__))
#define TF_IN_ORDER3_(fn, ...) TF_KWARGS_(fn(__VA_ARGS__))
#define TF_IN_ORDER4_(fn, ...) TF_KWARGS_(fn(__VA_ARGS__))
#else
#define TF_IN_ORDER1_(fn, a, ...) __extension__({ __auto_type tf_a_ = a; fn(tf_a_, __VA_ARGS__); })
#define TF_IN_ORDER2_(fn, a, b, ...) __extension__({ __auto_type tf_a_ = a; __auto_type tf_b_ = b; fn(tf_a_, tf_b_, __VA_ARGS__); })
#define TF_IN_ORDER3_(fn, a, b, c, ...) \
    __extension__({ __auto_type tf_a_ = a; __auto_type tf_b_ = b; __auto_type tf_c_ = c; fn(tf_a_, tf_b_, tf_c_, __VA_ARGS__); })
#define TF_IN_ORDER4_(fn, a, b, c, d, ...) \
    __extension__({ __auto_type tf_a_ = a; __auto_type tf_b_ = b; __auto_type tf_c_ = c; __auto_type tf_d_ = d; \
                    fn(tf_a_, tf_b_, tf_c_, tf_d_, __VA_ARGS__); })
#endif

#define TF_HERE_ .here = { __FILE__, __LINE__ }

struct tf_name_args {
    tf_source here;
    const char *name;
};
#define TF_NAMED_(...) ((struct tf_name_args){ TF_HERE_, __VA_ARGS__ })

/* Functions of which the first arguments are parameters, and the rest a struct, which has members for the first too: they are read here,
 * as what they may be. TF_DATA_: an operand whose dtype counts, so that the call's text says whether 2 or 2.0 was written; TF_REAL_: the
 * same, floating unless a literal says otherwise; TF_GIVEN_: any other operand; TF_LISTED_: a list, or one tensor; TF_SAME_: what is as it is.
 * TF_FIRST2_(fn, struct args, kind, member, kind, member, text, the struct's initializer …): fn(member, member, args);
 * TF_NAMED2_(fn, type, kind, member, type, kind, member, text, …): no more than a name comes after them. */
#define TF_DATA_(member, place, text) tf_operand_given_(tf_args_.member, text, place, "." #member, tf_args_.here)
#define TF_REAL_(member, place, text) tf_operand_given_(tf_args_.member, text, -(place), "." #member, tf_args_.here)
#define TF_GIVEN_(member, place, text) tf_operand_given_(tf_args_.member, NULL, 0, NULL, tf_args_.here)
#define TF_LISTED_(member, place, text) tf_list_given_(tf_args_.member, tf_args_.here)
#define TF_SAME_(member, place, text) tf_args_.member
#define TF_FIRST1_(fn, args, A, a, text, ...)                                                       \
    __extension__({                                                                                 \
        TF_KWARGS_QUIET_ const args tf_args_ = { __VA_ARGS__ };                                     \
        _Pragma("GCC diagnostic pop") fn(A(a, 1, text), tf_args_);                                  \
    })
#define TF_FIRST2_(fn, args, A, a, B, b, text, ...)                                                 \
    __extension__({                                                                                 \
        TF_KWARGS_QUIET_ const args tf_args_ = { __VA_ARGS__ };                                     \
        _Pragma("GCC diagnostic pop") fn(A(a, 1, text), B(b, 2, text), tf_args_);                   \
    })
#define TF_FIRST3_(fn, args, A, a, B, b, C, c, text, ...)                                           \
    __extension__({                                                                                 \
        TF_KWARGS_QUIET_ const args tf_args_ = { __VA_ARGS__ };                                     \
        _Pragma("GCC diagnostic pop") fn(A(a, 1, text), B(b, 2, text), C(c, 3, text), tf_args_);    \
    })
#define TF_NAMED1_(fn, a_type, A, a, text, ...)                                                                 \
    __extension__({                                                                                             \
        TF_KWARGS_QUIET_ const struct {                                                                         \
            tf_source here; TF_ARG_(1) a_type a; TF_ARG_(2) const char *name;                                   \
        } tf_args_ = { __VA_ARGS__ };                                                                           \
        _Pragma("GCC diagnostic pop")                                                                           \
        fn(A(a, 1, text), (struct tf_name_args){ tf_args_.here, tf_args_.name });                               \
    })
#define TF_NAMED2_(fn, a_type, A, a, b_type, B, b, text, ...)                                                   \
    __extension__({                                                                                             \
        TF_KWARGS_QUIET_ const struct {                                                                         \
            tf_source here; TF_ARG_(1) a_type a; TF_ARG_(2) b_type b; TF_ARG_(3) const char *name;              \
        } tf_args_ = { __VA_ARGS__ };                                                                           \
        _Pragma("GCC diagnostic pop")                                                                           \
        fn(A(a, 1, text), B(b, 2, text), (struct tf_name_args){ tf_args_.here, tf_args_.name });                \
    })
#define TF_NAMED3_(fn, a_type, A, a, b_type, B, b, c_type, C, c, text, ...)                                     \
    __extension__({                                                                                             \
        TF_KWARGS_QUIET_ const struct {                                                                         \
            tf_source here; TF_ARG_(1) a_type a; TF_ARG_(2) b_type b; TF_ARG_(3) c_type c; TF_ARG_(4) const char *name;\
        } tf_args_ = { __VA_ARGS__ };                                                                           \
        _Pragma("GCC diagnostic pop")                                                                           \
        fn(A(a, 1, text), B(b, 2, text), C(c, 3, text), (struct tf_name_args){ tf_args_.here, tf_args_.name }); \
    })
/* A list, or one tensor; an operand as it was written, by place or by keyword (".value") in a call of this text: a whole number that
 * is no literal there is a mistake; it is real if the place is negative, an integer if it is 0. */
TF1C_API tf_list tf_list_given_(tf_list given, tf_source here);
TF1C_API tf_operand tf_operand_given_(tf_operand given, const char *text, int place, const char *keyword, tf_source here);

enum { TF_NO_AXIS = INT_MIN }; /* an unset axis */

/* ---- lists ---------------------------------------------------------------------------------------------------- */
/* LIST(a, b, c): up to 32 tensors and plain numbers, LIST(tf_getitem(shape, "0"), 48), copied into the graph of the first tensor. A
 * number is a constant: a whole one of the first tensor's dtype if that is an integer's, else int32; another of the first
 * tensor's if that is floating, else float32. tf_at is Python's list[i], negative too; outside the list
 * it is an error and a poisoned tensor. */
#define LIST(...) tf_list_of_(TF_COUNT_(__VA_ARGS__), (tf_operand[]){ TF_MAP_(TF_T, __VA_ARGS__) }, TF_SOURCE)
#define tf_at(list, i) tf_at_(list, i, TF_SOURCE)
#define tf_append(list, tensor) tf_append_(list, tensor, TF_SOURCE)
/* A list, or a tensor, a number or an array as the list of it alone. */
#define TF_LIST_(x) tf_list_of_any_(TF_T(x), TF_SOURCE)
TF1C_API tf_list tf_list_of_any_(tf_operand x, tf_source here);
TF1C_API tf_list tf_list_of_(int n, const tf_operand *items, tf_source here);
TF1C_API tf_list tf_list_new_(int n, const tf_tensor *items, tf_source here);
TF1C_API tf_tensor tf_at_(tf_list list, int i, tf_source here);
TF1C_API void tf_append_(tf_list *list, tf_tensor tensor, tf_source here); /* amortized constant; list may be { 0 } */

/* A list of operations: OPS(train_op, tensor, …), up to 32, each an operation or a tensor (its operation). */
typedef struct tf_ops {
    int n;
    tf_operation *const *items;
} tf_ops;
TF1C_API tf_operation *tf_op_same(tf_operation *op);
TF1C_API tf_operation *tf_tensor_op(tf_tensor t); /* the operation that makes t; never NULL */
#define TF_OP(x) _Generic((x), tf_tensor: tf_tensor_op, tf_operation *: tf_op_same)(x)
#define TF_MAP_N_( \
    _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19, _20, _21, _22, _23, _24, _25, \
    _26, _27, _28, _29, _30, _31, _32, N, ...) N
#define TF_MAP_1_(f, a) f(a)
#define TF_MAP_2_(f, a, ...) f(a), TF_MAP_1_(f, __VA_ARGS__)
#define TF_MAP_3_(f, a, ...) f(a), TF_MAP_2_(f, __VA_ARGS__)
#define TF_MAP_4_(f, a, ...) f(a), TF_MAP_3_(f, __VA_ARGS__)
#define TF_MAP_5_(f, a, ...) f(a), TF_MAP_4_(f, __VA_ARGS__)
#define TF_MAP_6_(f, a, ...) f(a), TF_MAP_5_(f, __VA_ARGS__)
#define TF_MAP_7_(f, a, ...) f(a), TF_MAP_6_(f, __VA_ARGS__)
#define TF_MAP_8_(f, a, ...) f(a), TF_MAP_7_(f, __VA_ARGS__)
#define TF_MAP_9_(f, a, ...) f(a), TF_MAP_8_(f, __VA_ARGS__)
#define TF_MAP_10_(f, a, ...) f(a), TF_MAP_9_(f, __VA_ARGS__)
#define TF_MAP_11_(f, a, ...) f(a), TF_MAP_10_(f, __VA_ARGS__)
#define TF_MAP_12_(f, a, ...) f(a), TF_MAP_11_(f, __VA_ARGS__)
#define TF_MAP_13_(f, a, ...) f(a), TF_MAP_12_(f, __VA_ARGS__)
#define TF_MAP_14_(f, a, ...) f(a), TF_MAP_13_(f, __VA_ARGS__)
#define TF_MAP_15_(f, a, ...) f(a), TF_MAP_14_(f, __VA_ARGS__)
#define TF_MAP_16_(f, a, ...) f(a), TF_MAP_15_(f, __VA_ARGS__)
#define TF_MAP_17_(f, a, ...) f(a), TF_MAP_16_(f, __VA_ARGS__)
#define TF_MAP_18_(f, a, ...) f(a), TF_MAP_17_(f, __VA_ARGS__)
#define TF_MAP_19_(f, a, ...) f(a), TF_MAP_18_(f, __VA_ARGS__)
#define TF_MAP_20_(f, a, ...) f(a), TF_MAP_19_(f, __VA_ARGS__)
#define TF_MAP_21_(f, a, ...) f(a), TF_MAP_20_(f, __VA_ARGS__)
#define TF_MAP_22_(f, a, ...) f(a), TF_MAP_21_(f, __VA_ARGS__)
#define TF_MAP_23_(f, a, ...) f(a), TF_MAP_22_(f, __VA_ARGS__)
#define TF_MAP_24_(f, a, ...) f(a), TF_MAP_23_(f, __VA_ARGS__)
#define TF_MAP_25_(f, a, ...) f(a), TF_MAP_24_(f, __VA_ARGS__)
#define TF_MAP_26_(f, a, ...) f(a), TF_MAP_25_(f, __VA_ARGS__)
#define TF_MAP_27_(f, a, ...) f(a), TF_MAP_26_(f, __VA_ARGS__)
#define TF_MAP_28_(f, a, ...) f(a), TF_MAP_27_(f, __VA_ARGS__)
#define TF_MAP_29_(f, a, ...) f(a), TF_MAP_28_(f, __VA_ARGS__)
#define TF_MAP_30_(f, a, ...) f(a), TF_MAP_29_(f, __VA_ARGS__)
#define TF_MAP_31_(f, a, ...) f(a), TF_MAP_30_(f, __VA_ARGS__)
#define TF_MAP_32_(f, a, ...) f(a), TF_MAP_31_(f, __VA_ARGS__)
#define TF_MAP_(f, ...) \
    TF_MAP_N_(__VA_ARGS__, TF_MAP_32_, TF_MAP_31_, TF_MAP_30_, TF_MAP_29_, TF_MAP_28_, TF_MAP_27_, TF_MAP_26_, \
    TF_MAP_25_, TF_MAP_24_, TF_MAP_23_, TF_MAP_22_, TF_MAP_21_, TF_MAP_20_, TF_MAP_19_, TF_MAP_18_, TF_MAP_17_, \
    TF_MAP_16_, TF_MAP_15_, TF_MAP_14_, TF_MAP_13_, TF_MAP_12_, TF_MAP_11_, TF_MAP_10_, TF_MAP_9_, TF_MAP_8_, \
    TF_MAP_7_, TF_MAP_6_, TF_MAP_5_, TF_MAP_4_, TF_MAP_3_, TF_MAP_2_, TF_MAP_1_, ) \
    (f, __VA_ARGS__)
#define OPS(...)                                                                                                 \
    ((tf_ops){ (int)(sizeof((tf_operation *[]){ TF_MAP_(TF_OP, __VA_ARGS__) }) / sizeof(tf_operation *)),        \
               (tf_operation *[]){ TF_MAP_(TF_OP, __VA_ARGS__) } })

/* ---- graphs ----------------------------------------------------------------------------------------------------
 * Each thread has a stack of default graphs; at its bottom one made on first use and released at thread exit or by
 * tf_reset_default_graph. TF1: tf.Graph, tf.get_default_graph, tf.reset_default_graph. */
TF1C_API tf_graph *tf_graph_new(void);        /* NULL only when memory is out */
#ifndef __cplusplus
#define tf_graph() tf_graph_new() /* the type and its constructor share the Python name */
#endif
TF1C_API void tf_graph_free(tf_graph *graph); /* NULL is fine; a session open on it keeps it until closed */
TF1C_API tf_graph *tf_get_default_graph(void);
TF1C_API void tf_reset_default_graph(void);
TF1C_API void tf_graph_finalize(tf_graph *graph); /* further ops: RuntimeError "Graph is finalized and cannot be modified." */
TF1C_API bool tf_graph_is_finalized(const tf_graph *graph);
TF1C_API void tf_set_random_seed(int64_t seed);   /* the default graph's; TF1: tf.set_random_seed */
#define tf_random_set_random_seed(seed) tf_set_random_seed(seed)

TF1C_API int tf_graph_operation_count(const tf_graph *graph);
TF1C_API tf_operation *tf_graph_operation(const tf_graph *graph, int i); /* in creation order */
/* TF1: Graph.get_operation_by_name, get_tensor_by_name ("add:0"); KeyError or ValueError, NULL or a poisoned tensor. */
#define tf_get_operation_by_name(graph, name) tf_get_operation_by_name_(graph, name, TF_SOURCE)
#define tf_get_tensor_by_name(graph, name) tf_get_tensor_by_name_(graph, name, TF_SOURCE)
TF1C_API tf_operation *tf_get_operation_by_name_(tf_graph *graph, const char *name, tf_source here);
TF1C_API tf_tensor tf_get_tensor_by_name_(tf_graph *graph, const char *name, tf_source here);

/* What a node is. Strings belong to the graph. */
TF1C_API const char *tf_op_name(const tf_operation *op); /* "rnn/basic_lstm_cell/kernel" */
TF1C_API const char *tf_op_type(const tf_operation *op); /* "MatMul" */
TF1C_API tf_source tf_op_source(const tf_operation *op);
TF1C_API const char *tf_op_device(const tf_operation *op); /* "" if none was asked for */
TF1C_API int tf_op_input_count(const tf_operation *op);
TF1C_API tf_tensor tf_op_input(const tf_operation *op, int i);
TF1C_API int tf_op_output_count(const tf_operation *op);
TF1C_API tf_tensor tf_op_output(const tf_operation *op, int i);
TF1C_API int tf_op_control_input_count(const tf_operation *op);
TF1C_API tf_operation *tf_op_control_input(const tf_operation *op, int i);
TF1C_API tf_graph *tf_op_graph(const tf_operation *op);
TF1C_API int tf_op_body_count(const tf_operation *op); /* of a loop 1, of a branch 2 (false, true); of others 0 */
TF1C_API tf_graph *tf_op_body(const tf_operation *op, int i); /* NULL outside */
TF1C_API tf_dims tf_get_shape(tf_tensor t); /* as far as known while the graph is built */
TF1C_API tf_dtype tf_get_dtype(tf_tensor t);
TF1C_API bool tf_is_poisoned(tf_tensor t);
TF1C_API bool tf_same_tensor(tf_tensor a, tf_tensor b);
TF1C_API bool tf_is_none(tf_tensor t); /* a zero handle: Python's None, as tf_gradients gives for no path */
/* Refines the static shape: TF1: Tensor.set_shape. ValueError if they disagree. */
#define tf_set_shape(t, ...) tf_set_shape_(t, __VA_ARGS__, TF_SOURCE)
TF1C_API void tf_set_shape_(tf_tensor t, tf_dims shape, tf_source here);

/* Printing. tf_tensor_text writes `Tensor("add:0", shape=(?, 3), dtype=float32)`, tf_tensor_name "add:0", what Python's x.name is (of a
 * mistake, or no tensor: ""), into n bytes at text, which they return; tf_graph_text one line a node (name, type,
 * inputs -> dtype shape); tf_graph_dot Graphviz's language, bodies of loops as clusters. The latter two return text that the
 * caller frees with free(), or NULL without memory; tf_graph_write_dot writes DOT to a file. */
TF1C_API const char *tf_tensor_text(tf_tensor t, char *text, size_t n);
TF1C_API const char *tf_tensor_name(tf_tensor t, char *text, size_t n);
TF1C_API char *tf_graph_text(const tf_graph *graph);
TF1C_API char *tf_graph_dot(const tf_graph *graph);
TF1C_API tf_status tf_graph_write_dot(const tf_graph *graph, const char *path);
#if !defined(__cplusplus) && !defined(TF1C_BUILDING) /* as calls of the user's, whose reports name their line */
#define tf_graph_write_dot(...) TF_AT_(tf_graph_write_dot(__VA_ARGS__))
#define tf_reset_default_graph() TF_AT_(tf_reset_default_graph())
#endif

/* ---- scopes: blocks that close themselves, on return, break and goto too ---------------------------------------
 *   tf_with_name_scope("layer1") { h = tf_matmul(x, w); }
 *   tf_with_variable_scope("layer1", .reuse = tf_AUTO_REUSE) { w = tf_get_variable("w", SHAPE(3, 4)); }
 *   tf_with_control_dependencies(OPS(update)) { y = tf_identity(x); }
 *   tf_with_graph(g) { … }   tf_with_device("/cpu:0") { … }
 *   tf_with_gradient_override_map("Square", "CustomSquare") { y = tf_square(x); }
 * What waits may be anything made in the block, constants too, in a body as elsewhere. A body's step waits for operations made
 * in it; those made outside run once, before the loop or branch, if something that its results need waits for them.
 * A name scope's rules are TF1's: uniquified on re-entry ("layer1_1"); "layer1/" re-enters exactly. */
struct tf_with_ {
    int open;
    void (*close)(struct tf_with_ *w);
    tf_graph *graph;
    const void *saved[6];
    int saved_int;
    long id; /* among what is open on this thread */
};
TF1C_API void tf_with_close_(struct tf_with_ *w);
TF1C_API void tf_with_in_(const void *frame); /* what the calling thread opens next is of the function with this frame */
#define TF_WITH_(opened)                                                                                             \
    for (struct tf_with_ tf_with_scope_ __attribute__((cleanup(tf_with_close_))) = (tf_with_in_(__builtin_frame_address(0)), opened); \
         tf_with_scope_.open == 1; \
         tf_with_scope_.open = 2)
/* As tf.name_scope(name, default_name, values): without a name the default one. */
struct tf_name_scope_args {
    tf_source here;
    TF_ARG_(1) const char *name;
    TF_ARG_(2) const char *default_name;
    TF_ARG_(3) tf_list values; /* accepted */
};
#define tf_with_name_scope(...)                                                                                             \
    TF_WITH_(TF_KWARGS_(tf_name_scope_named_open_((struct tf_name_scope_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) })))
TF1C_API struct tf_with_ tf_name_scope_named_open_(struct tf_name_scope_args args);
/* OPS(…), or a list of tensors, such as a collection. */
#define tf_with_control_dependencies(ops)                                                                                   \
    TF_WITH_(_Generic((ops), tf_list: tf_control_dependencies_list_open_, tf_ops: tf_control_dependencies_open_)(ops, TF_SOURCE))
#define tf_with_graph(graph) TF_WITH_(tf_graph_open_(graph))
#define tf_with_device(device) TF_WITH_(tf_device_open_(device, TF_SOURCE))
/* The same, for whoever leaves out Python's `with`. */
#define tf_name_scope(...) tf_with_name_scope(__VA_ARGS__)
#define tf_control_dependencies(ops) tf_with_control_dependencies(ops)
#define tf_device(device) tf_with_device(device)
/* Pairs of an op's type and the name of a registered gradient (op.h), which has the type's nodes made in the block, in bodies too. In files
 * it is the node's attribute _gradient_op_type.                                     TF1: Graph.gradient_override_map
 *   errors  LookupError "No gradient defined for operation 'Square' (op type: Square)", of tf_gradients: none is registered by that name */
#define tf_with_gradient_override_map(...)                                                                              \
    TF_WITH_(tf_gradient_override_map_open_((int)(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *)), \
                                            (const char *const[]){ __VA_ARGS__ }, TF_SOURCE))
TF1C_API struct tf_with_ tf_gradient_override_map_open_(int n, const char *const *names, tf_source here);
TF1C_API struct tf_with_ tf_name_scope_open_(const char *name, tf_source here);
TF1C_API struct tf_with_ tf_control_dependencies_open_(tf_ops ops, tf_source here); /* n == 0 clears them for the block */
TF1C_API struct tf_with_ tf_control_dependencies_list_open_(tf_list tensors, tf_source here); /* n == 0 adds nothing */
TF1C_API struct tf_with_ tf_graph_open_(tf_graph *graph);
TF1C_API struct tf_with_ tf_device_open_(const char *device, tf_source here);

/* ---- variable scopes: TF1: tf.variable_scope, tf.get_variable ---------------------------------------------------- */
/* .reuse = true and = tf_AUTO_REUSE; false is None, as in TF1: as the scope outside. */
typedef enum tf_reuse { tf_reuse_false = false, tf_reuse_true = true, tf_AUTO_REUSE, tf_auto_reuse = tf_AUTO_REUSE } tf_reuse;
typedef tf_tensor tf_initializer_fn(const void *params, tf_dims shape, tf_dtype dtype, tf_source here);
/* An initializer by value: its function and its parameters; or a tensor, an array or a number. A zero one is "not given". */
typedef struct tf_initializer {
    tf_operand value; /* what was given in an initializer's place, see tf_operand; fn is NULL then */
    tf_initializer_fn *fn;
    double params[4]; /* what fn reads: (mean, stddev, seed, has seed), (minval, maxval, seed, …), (value) … */
} tf_initializer;
/* A regularizer by value: what it adds to the losses for a weight, a none handle for nothing. A zero one is "not given". */
typedef struct tf_regularizer tf_regularizer;
struct tf_regularizer {
    tf_tensor (*fn)(const tf_regularizer *self, tf_tensor weights);
    double scales[2]; /* what fn reads: l1, l2 */
    const char *scope;
};
/* What a variable becomes after an optimizer's update, of what it is then: .constraint = unit_norm.       TF1: constraint=
 *   errors  RuntimeError "Cannot use a constraint function on a sparse variable.", of an optimizer given IndexedSlices for it */
typedef tf_tensor tf_constraint(tf_tensor weights);
/* What stands between tf_get_variable and the variable, in a scope and those below it: it is given the call's arguments, with the whole
 * name, "layer1/w", and gives what the call gets; tf_call_getter(getter, args) is what it would get without. A scope's own calls that of
 * the scope around it so.                                                           TF1: custom_getter=
 *   static tf_tensor halved(const tf_getter *getter, struct tf_get_variable_args args, void *context)
 *   {
 *       return tf_mul(tf_call_getter(getter, args), 0.5);
 *   }   …   tf_with_variable_scope("layer1", .custom_getter = halved) */
typedef struct tf_getter tf_getter;
struct tf_get_variable_args;
typedef tf_tensor tf_custom_getter(const tf_getter *getter, struct tf_get_variable_args args, void *context);
/* A variable scope, as tf.get_variable_scope() or "with … as scope" gives it. Where one is asked for, a name may stand. */
typedef struct tf_variable_scope {
    const char *name; /* first, see above: "a/b", "" at the root; belongs to the graph */
    tf_reuse reuse;
    tf_graph *graph; /* NULL: a name was given, or nothing */
    tf_initializer initializer;
    tf_regularizer regularizer;
    tf_dtype dtype;
    tf_constraint *constraint;
    const tf_getter *getter;
    const char *original_name_scope; /* "a/b_1/": tf_with_name_scope(scope.original_name_scope) goes on there */
} tf_variable_scope;
/* By name below the open one; given a scope, in that very scope, wherever it is opened, with its reuse, initializer, regularizer and dtype
 * unless others are given. Nodes then get a new name scope that is called as its last part.                    TF1: tf.variable_scope
 *   dtype                 of variables that are given none, nor a value; unset: as the scope outside, float32 at the root
 *   auxiliary_name_scope  false: nodes stay in the open name scope
 *   errors                TypeError "If default_name is None then name_or_scope is required"; ValueError "reuse=True cannot be used without
 *                         a name_or_scope", "'a b' is not a valid scope name" */
struct tf_variable_scope_args {
    tf_source here;
    TF_ARG_(1) tf_variable_scope name_or_scope; /* NULL with .default_name: uniquified from it, as tf.variable_scope(None, default_name) */
    TF_ARG_(2) const char *default_name;
    TF_ARG_(3) tf_list values; /* accepted */
    TF_ARG_(4) tf_initializer initializer;
    TF_ARG_(5) tf_regularizer regularizer; /* of the variables made in it that have none of their own */
    TF_ARG_(6) tf_reuse reuse;
    TF_ARG_(7) tf_dtype dtype;
    TF_ARG_(8) bool auxiliary_name_scope;
    tf_constraint *constraint; /* likewise */
    tf_custom_getter *custom_getter;
    void *context; /* the getter's */
};
#define tf_with_variable_scope(...)                                                       \
    TF_WITH_(TF_KWARGS_(tf_variable_scope_open_((struct tf_variable_scope_args){          \
        .auxiliary_name_scope = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) })))
TF1C_API struct tf_with_ tf_variable_scope_open_(struct tf_variable_scope_args args);
#define tf_variable_scope(...) tf_with_variable_scope(__VA_ARGS__)
/* The open variable scope; what from here to its end is otherwise: .reuse = true, the initializer or the regularizer of variables that have
 * none. TF1: tf.get_variable_scope, VariableScope.reuse_variables, set_initializer, set_regularizer
 *   errors  ValueError: scope is not the open one */
#define tf_reuse_variables(scope) tf_reuse_variables_(scope, TF_SOURCE)
#define tf_set_initializer(scope, initializer) tf_set_initializer_(scope, initializer, TF_SOURCE)
#define tf_set_regularizer(scope, regularizer) tf_set_regularizer_(scope, regularizer, TF_SOURCE)
TF1C_API tf_variable_scope tf_get_variable_scope(void);
TF1C_API tf_status tf_reuse_variables_(tf_variable_scope scope, tf_source here);
TF1C_API tf_status tf_set_initializer_(tf_variable_scope scope, tf_initializer initializer, tf_source here);
TF1C_API tf_status tf_set_regularizer_(tf_variable_scope scope, tf_regularizer regularizer, tf_source here);

/* ---- collections: TF1: tf.add_to_collection, tf.get_collection ---------------------------------------------------- */
#define TF_GLOBAL_VARIABLES "variables"
#define TF_LOCAL_VARIABLES "local_variables"
#define TF_TRAINABLE_VARIABLES "trainable_variables"
#define TF_LOSSES "losses"
#define TF_REGULARIZATION_LOSSES "regularization_losses"
#define TF_UPDATE_OPS "update_ops"
#define TF_SUMMARIES "summaries"
#define TF_GLOBAL_STEP "global_step"
#define TF_TRAIN_OP "train_op"
#define TF_MODEL_VARIABLES "model_variables" /* those that layers of tf.contrib.layers make */
/* The same by the rule: tf.GraphKeys.UPDATE_OPS is tf_graph_keys_update_ops, or tf_graph_keys_UPDATE_OPS. */
#define tf_graph_keys_global_variables TF_GLOBAL_VARIABLES
#define tf_graph_keys_local_variables TF_LOCAL_VARIABLES
#define tf_graph_keys_trainable_variables TF_TRAINABLE_VARIABLES
#define tf_graph_keys_losses TF_LOSSES
#define tf_graph_keys_regularization_losses TF_REGULARIZATION_LOSSES
#define tf_graph_keys_update_ops TF_UPDATE_OPS
#define tf_graph_keys_summaries TF_SUMMARIES
#define tf_graph_keys_global_step TF_GLOBAL_STEP
#define tf_graph_keys_train_op TF_TRAIN_OP
#define tf_graph_keys_model_variables TF_MODEL_VARIABLES
#define tf_graph_keys_GLOBAL_VARIABLES TF_GLOBAL_VARIABLES
#define tf_graph_keys_LOCAL_VARIABLES TF_LOCAL_VARIABLES
#define tf_graph_keys_TRAINABLE_VARIABLES TF_TRAINABLE_VARIABLES
#define tf_graph_keys_LOSSES TF_LOSSES
#define tf_graph_keys_REGULARIZATION_LOSSES TF_REGULARIZATION_LOSSES
#define tf_graph_keys_UPDATE_OPS TF_UPDATE_OPS
#define tf_graph_keys_SUMMARIES TF_SUMMARIES
#define tf_graph_keys_GLOBAL_STEP TF_GLOBAL_STEP
#define tf_graph_keys_TRAIN_OP TF_TRAIN_OP
#define tf_graph_keys_MODEL_VARIABLES TF_MODEL_VARIABLES
/* Several names where one may stand, in a call's .collections too, until the end of the block:
 * tf_variable(0, .collections = TF_NAMES("mine", TF_GLOBAL_VARIABLES)). TF1: a list of names */
#define TF_NAMES(...) tf_names_((char[TF_NAMES_SIZE_]){ 0 }, (const char *const[]){ __VA_ARGS__, NULL }, TF_SOURCE)
enum { TF_NAMES_SIZE_ = 512 };
TF1C_API const char *tf_names_(char *all, const char *const *names, tf_source here);
/* An item is a tensor, or an operation without outputs, tf_add_to_collection(TF_TRAIN_OP, train_op), which OPS, FETCH, tf_run and
 * tf_with_control_dependencies take back: tf_run(sess, tf_at(tf_get_collection(TF_TRAIN_OP), 0)). One with outputs is its first. */
TF1C_API tf_status tf_add_to_collection(const char *name, tf_tensor value); /* name: or TF_NAMES */
TF1C_API tf_tensor tf_item_of_tensor_(tf_tensor t);
TF1C_API tf_tensor tf_item_of_op_(tf_operation *op);
#ifndef __cplusplus
#define TF_ITEM_(x) _Generic((x), tf_tensor: tf_item_of_tensor_, tf_operation *: tf_item_of_op_)(x)
#ifndef TF1C_BUILDING
#define tf_add_to_collection(name, ...) TF_AT_(tf_add_to_collection(name, TF_ITEM_((__VA_ARGS__))))
#define tf_add_to_collections(names, ...) tf_add_to_collection(names, __VA_ARGS__)
#endif
#endif
TF1C_API tf_list tf_get_collection(const char *name); /* in the order added, duplicates kept; valid as long as the graph */
/* Those alone whose names, as "w:0", begin with what `scope` matches, a regular expression as in Python: tf_get_collection(key, "actor"),
 * or .scope = "hidden[34]|outputs"; NULL: all.   errors  ValueError: it cannot be read */
struct tf_scope_args {
    tf_source here;
    const char *scope;
};
TF1C_API tf_list tf_get_collection_(const char *name, struct tf_scope_args args);
#ifndef __cplusplus
#define tf_get_collection(name, ...) tf_get_collection_(name, (struct tf_scope_args){ TF_HERE_, __VA_ARGS__ })
#endif

/* ---- gradients --------------------------------------------------------------------------------------------------- */
/* d(sum of ys)/dx for each x, as new nodes of the graph.                                    TF1: tf.gradients
 *   ys, xs          lists, or one tensor each: tf_gradients(loss, LIST(w, b))
 *   grad_ys         what flows in at each y; unset or a none handle: ones
 *   stop_gradients  treated as constants
 *   unconnected_gradients  tf_unconnected_gradients_ZERO, "zero": zeros where no path leads
 *   colocate_gradients_with_ops, gate_gradients, aggregation_method  accepted
 *   returns         one tensor per x, of x's shape and dtype; a none handle (tf_is_none) where no path leads. Through
 *                   tf_gather it is IndexedSlices, see tf_indexed_slices; tf_convert_to_tensor makes it dense.
 *                   Inside a body xs may lie outside of it, as loop invariants do; not the start of a state or a sequence.
 *   errors          ValueError "Unknown value for unconnected_gradients: 'ones'"
 *                   LookupError: an op on the path has no gradient;  ValueError: the way to x leads through a state's start
 *                   or a sequence of the loop that the call is in;  a poisoned tensor for each x then
 *   source          python/ops/gradients_util.py _GradientsHelper */
struct tf_gradients_args {
    tf_source here;
    TF_ARG_(1) tf_list ys;
    TF_ARG_(2) tf_list xs;
    TF_ARG_(3) tf_list grad_ys;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) bool colocate_gradients_with_ops;
    TF_ARG_(6) bool gate_gradients;
    TF_ARG_(7) int aggregation_method;
    TF_ARG_(8) tf_list stop_gradients;
    TF_ARG_(9) const char *unconnected_gradients;
};
#define tf_unconnected_gradients_NONE "none"
#define tf_unconnected_gradients_ZERO "zero"
#define tf_gradients(...) TF_FIRST2_(tf_gradients_, struct tf_gradients_args, TF_LISTED_, ys, TF_LISTED_, xs, #__VA_ARGS__, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_list tf_gradients_(tf_list ys, tf_list xs, struct tf_gradients_args args);

/* A gradient that may be sparse in its parts: rows `values` [n, …] at `indices` [n] of a tensor of shape `dense_shape`; a dense
 * tensor is its own values, without indices.                          TF1: x.values, x.indices, x.dense_shape of tf.IndexedSlices */
typedef struct tf_indexed_slices {
    tf_tensor values;
    tf_tensor indices;
    tf_tensor dense_shape;
} tf_indexed_slices;
TF1C_API tf_indexed_slices tf_slices(tf_tensor t);

#ifdef __cplusplus
}
#endif
#endif
