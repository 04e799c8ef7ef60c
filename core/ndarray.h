/* Dtypes, shapes and arrays: what is fed, fetched and written as a constant. */
#ifndef TF1C_CORE_NDARRAY_H
#define TF1C_CORE_NDARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#if defined(__GNUC__) && !defined(__clang__)
/* A shape, a list and an array begin with a struct each (see below); gcc then says of `{ 0 }` inside another initializer that braces
 * are missing. What follows is compiled without these two warnings. */
#pragma GCC diagnostic ignored "-Wmissing-braces"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- dtypes: numbered as TensorFlow's DataType (core/framework/types.proto) --------------------------------- */
typedef enum tf_dtype {
    tf_dtype_unset = 0, /* "not given": inferred, or TF1's default */
    tf_float32 = 1,
    tf_float64 = 2,
    tf_int32 = 3,
    tf_uint8 = 4,
    tf_string = 7,
    tf_int64 = 9,
    tf_bool = 10,
    TF_DTYPES = 11
} tf_dtype;

TF1C_API size_t tf_dtype_size(tf_dtype dtype);      /* bytes an element; 0 if unset */
TF1C_API const char *tf_dtype_name(tf_dtype dtype); /* "float32"; "<unset>" */
/* As TensorFlow's kernels print it: "float", "double", and otherwise the name. */
TF1C_API const char *tf_dtype_kernel_name(tf_dtype dtype);

/* A set of dtypes as bits, and the common ones. */
typedef unsigned tf_dtypes;
#define TF_DTYPE_BIT(dtype) ((unsigned)(dtype) < TF_DTYPES ? 1u << (dtype) : 0u)
#define TF_FLOATING (TF_DTYPE_BIT(tf_float32) | TF_DTYPE_BIT(tf_float64))
#define TF_INDEX (TF_DTYPE_BIT(tf_int32) | TF_DTYPE_BIT(tf_int64))
#define TF_INTEGERS (TF_INDEX | TF_DTYPE_BIT(tf_uint8))
#define TF_NUMERIC (TF_FLOATING | TF_INTEGERS)
#define TF_ANY_DTYPE (TF_NUMERIC | TF_DTYPE_BIT(tf_bool))
#define TF_EVERY_DTYPE (TF_ANY_DTYPE | TF_DTYPE_BIT(tf_string)) /* of ops that move elements without looking at them */

/* ---- what an argument may be: a number, a tensor, a list of them, a shape, an array ------------------------------
 * Where an argument is the initializer of a struct's member, C takes a value of the member's own type, or else tries the
 * member's first member, down to a scalar. So each of these types begins with the simpler one before it: a tf_dims, for
 * example, may be given AXES(0, 1), a list, a tensor or the number 1. Tensors belong to graph/graph.h, which says more. */
/* The last of them, in words, for it is what compilers show where nothing fits; every int64_t and double is exact in it. */
typedef long double tf_number_tensor_list_shape_or_array;

/* Output `index` of `op`. */
typedef struct tf_operation tf_operation;
typedef struct tf_tensor {
    tf_number_tensor_list_shape_or_array number; /* a number in a tensor's place: op is NULL */
    tf_operation *op;
    int index;
} tf_tensor;

/* A Python list of tensors; owned by the graph. */
typedef struct tf_list {
    tf_tensor alone; /* a tensor in a list's place: items is NULL */
    int n;
    int capacity; /* of items, if tf_append made them; else 0 */
    const tf_tensor *items;
} tf_list;

/* What a call that does not fit is answered with, in words, where a macro chooses by type. */
#if defined(__has_attribute)
#if __has_attribute(error)
#define TF_SAYS_(words) __attribute__((error(words)))
#endif
#endif
#ifndef TF_SAYS_
#define TF_SAYS_(words)
#endif
#if !defined(__clang__) /* which passes over the words of a function that _Generic has chosen, but says that nothing could be */
#define TF_ELSE_(fn) , default: fn
#else
#define TF_ELSE_(fn)
#endif

/* ---- shapes: up to rank 8; a zero tf_dims is of unknown rank ------------------------------------------------- */
enum { TF_MAX_RANK = 8, NONE = -1, TF_RANK_BOUND_ = 2 * TF_MAX_RANK + 1 };

typedef struct tf_dims {
    union {
        tf_list given;             /* what stood in a shape's place, which is no shape yet: known is false */
        int64_t dims[TF_MAX_RANK]; /* NONE: this dimension is unknown */
    };
    bool known; /* false: the rank is unknown, and nothing else counts */
    int rank;
} tf_dims;

/* SHAPE(NONE, 28, 28); SCALAR is (); more than eight dimensions do not compile: the array type of 17 - 2n elements
 * would be negative. */
#define TF_COUNT_INT64_(...) \
    ((TF_RANK_BOUND_ - (int)sizeof(char[TF_RANK_BOUND_ - 2 * (int)(sizeof((int64_t[]){ TF_DIMS_(__VA_ARGS__) }) / 8)])) / 2)
#ifndef __cplusplus
extern int64_t tf_not_a_dimension_(void) TF_SAYS_("a SHAPE is of numbers; with tensors write LIST(n, 3)");
extern int64_t tf_not_a_whole_number_(void) TF_SAYS_("a SHAPE, and AXES, are of whole numbers; write (int64_t)(x / 2)");
#define TF_DIM_(x)                                                                                                     \
    _Generic((x), tf_tensor: tf_not_a_dimension_(), float: tf_not_a_whole_number_(), double: tf_not_a_whole_number_(), \
             default: (x))
#else
#define TF_DIM_(x) (x)
#endif
/* One, or none: TF_COMMA_ before it takes what is in parentheses, and behind it finds those that follow where there is nothing. */
#define TF_COMMA_(...) ,
#define TF_HAS_COMMA_(...) TF_HAS_COMMA_PICK_(__VA_ARGS__, 1, 0, )
#define TF_HAS_COMMA_PICK_(_1, _2, has, ...) has
#define TF_DIMS_ONE_(...) TF_DIMS_ONE_IF_(TF_HAS_COMMA_(TF_COMMA_ __VA_ARGS__), TF_HAS_COMMA_(TF_COMMA_ __VA_ARGS__()))(__VA_ARGS__)
#define TF_DIMS_ONE_IF_(in_parentheses, none) TF_DIMS_ONE_IF_EXPANDED_(in_parentheses, none)
#define TF_DIMS_ONE_IF_EXPANDED_(in_parentheses, none) TF_DIMS_ONE_##in_parentheses##none##_
#define TF_DIMS_ONE_00_(a) TF_DIM_(a)
#define TF_DIMS_ONE_11_(a) TF_DIM_(a)
#define TF_DIMS_ONE_10_(a) TF_DIM_(a)
#define TF_DIMS_ONE_01_(...)
#define TF_DIMS_1_(a) TF_DIM_(a)
#define TF_DIMS_2_(a, ...) TF_DIM_(a), TF_DIMS_1_(__VA_ARGS__)
#define TF_DIMS_3_(a, ...) TF_DIM_(a), TF_DIMS_2_(__VA_ARGS__)
#define TF_DIMS_4_(a, ...) TF_DIM_(a), TF_DIMS_3_(__VA_ARGS__)
#define TF_DIMS_5_(a, ...) TF_DIM_(a), TF_DIMS_4_(__VA_ARGS__)
#define TF_DIMS_6_(a, ...) TF_DIM_(a), TF_DIMS_5_(__VA_ARGS__)
#define TF_DIMS_7_(a, ...) TF_DIM_(a), TF_DIMS_6_(__VA_ARGS__)
#define TF_DIMS_8_(a, ...) TF_DIM_(a), TF_DIMS_7_(__VA_ARGS__)
#define TF_DIMS_MORE_(...) __VA_ARGS__ /* than eight: as they are */
#define TF_DIMS_PICK_(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, N, ...) N
#define TF_DIMS_(...)                                                                                                         \
    TF_DIMS_PICK_(__VA_ARGS__, TF_DIMS_MORE_, TF_DIMS_MORE_, TF_DIMS_MORE_, TF_DIMS_MORE_, TF_DIMS_8_, TF_DIMS_7_, TF_DIMS_6_, \
                  TF_DIMS_5_, TF_DIMS_4_, TF_DIMS_3_, TF_DIMS_2_, TF_DIMS_ONE_, )(__VA_ARGS__)
#define SHAPE(...) ((tf_dims){ .known = true, .rank = TF_COUNT_INT64_(__VA_ARGS__), .dims = { TF_DIMS_(__VA_ARGS__) } })
#define SCALAR ((tf_dims){ .known = true })
#define PERM(...) SHAPE(__VA_ARGS__)
#define AXES(...) SHAPE(__VA_ARGS__)

TF1C_API bool tf_dims_equal(tf_dims a, tf_dims b);
TF1C_API bool tf_dims_fully_known(tf_dims d);
TF1C_API int64_t tf_dims_count(tf_dims d); /* number of elements; -1 if not fully known; INT64_MAX if more */
/* "(?, 784)", "()", "(3,)", "<unknown>" as Python prints a shape; "[?,784]", "[]", "<unknown>" as kernels do.
 * Both write at most n bytes, terminated, and return `text`. */
TF1C_API const char *tf_dims_text(tf_dims d, char *text, size_t n);
TF1C_API const char *tf_dims_kernel_text(tf_dims d, char *text, size_t n);
enum { TF_DIMS_TEXT = 192 }; /* enough for any shape */

/* ---- arrays -------------------------------------------------------------------------------------------------
 * Row-major and contiguous. `memory` is set if the array owns its bytes (np_free releases them); without, it is a
 * borrowed view, valid while its base is, and there is nothing to free. `scale`, if not 0, says the elements are
 * data × scale and act as float32: images stay bytes until they are read (feeding, np_get and np_astype apply it). */
typedef struct tf_ndarray {
    tf_dims shape;
    tf_dtype dtype;
    void *data;
    void *memory;
    float scale;
    bool literal; /* made by NP_FLOAT and its like: gone at the end of its block */
} tf_ndarray;

/* Borrowed array over the caller's memory: np_array(buffer, tf_float32, SHAPE(2, 3)). */
TF1C_API tf_ndarray np_array(void *data, tf_dtype dtype, tf_dims shape);
/* Literals: NP_FLOAT(1, 2, 3), NP_INT(…), and matrices NP_FLOAT2D({1, 2}, {3, 4}), NP_INT2D(…); borrowed from the
 * enclosing block. float32 and int32, as tf.constant makes of them: int64 where int32 does not hold one of the integers. A
 * matrix has up to 64 elements and 64 columns, and rows of one length. Error: a fraction in NP_INT. */
#define NP_FLOAT(...)                                                                \
    np_floats_((float[NP_COUNT_(double, __VA_ARGS__)]){ 0 }, (double[]){ __VA_ARGS__ }, \
               SHAPE((int64_t)NP_COUNT_(double, __VA_ARGS__)))
#define NP_INT(...)                                                                                                          \
    np_ints_((int32_t[NP_COUNT_(long double, __VA_ARGS__)]){ 0 }, (int64_t[NP_COUNT_(long double, __VA_ARGS__)]){ 0 },        \
             (long double[]){ __VA_ARGS__ }, SHAPE((int64_t)NP_COUNT_(long double, __VA_ARGS__)), TF_SOURCE)
#define NP_FLOAT2D(...)                                                                                                       \
    np_floats_((float[NP_ROWS_(double, __VA_ARGS__)][NP_COLUMNS_(double, __VA_ARGS__)]){ { 0 } },                             \
               (double[][NP_COLUMNS_(double, __VA_ARGS__)]){ __VA_ARGS__ },                                                   \
               SHAPE((int64_t)NP_ROWS_(double, __VA_ARGS__), (int64_t)NP_COLUMNS_(double, __VA_ARGS__)))
#define NP_INT2D(...)                                                                                                         \
    np_ints_((int32_t[NP_ROWS_(long double, __VA_ARGS__)][NP_COLUMNS_(long double, __VA_ARGS__)]){ { 0 } },                   \
             (int64_t[NP_ROWS_(long double, __VA_ARGS__)][NP_COLUMNS_(long double, __VA_ARGS__)]){ { 0 } },                   \
             (long double[][NP_COLUMNS_(long double, __VA_ARGS__)]){ __VA_ARGS__ },                                           \
             SHAPE((int64_t)NP_ROWS_(long double, __VA_ARGS__), (int64_t)NP_COLUMNS_(long double, __VA_ARGS__)), TF_SOURCE)

TF1C_API tf_ndarray np_literal_(void *data, tf_dtype dtype, tf_dims shape);
/* Rounds `from` into `into` here, so that 0.1 is no conversion that -Wconversion warns of. */
TF1C_API tf_ndarray np_floats_(void *into, const void *from, tf_dims shape);
/* `from` in `narrow` where int32 holds it all, else in `wide`; what is no integer is an error. Whole as long double, which holds
 * every int64 on most processors. */
TF1C_API tf_ndarray np_ints_(void *narrow, void *wide, const void *from, tf_dims shape, tf_source here);
#define NP_COUNT_(type, ...) (sizeof((type[]){ __VA_ARGS__ }) / sizeof(type))
/* Rows: the braces, counted by initializing rows of 64. Columns: all elements by rows; a remainder does not compile. */
#define NP_ROWS_(type, ...) (sizeof((type[][64]){ __VA_ARGS__ }) / (64 * sizeof(type)))
#define NP_COLUMNS_(type, ...) \
    (TF_COUNT_(__VA_ARGS__) /  \
     sizeof(char[TF_COUNT_(__VA_ARGS__) % NP_ROWS_(type, __VA_ARGS__) == 0 ? (int)NP_ROWS_(type, __VA_ARGS__) : -1]))
/* The number of arguments, 1 to 64. */
#define TF_COUNT_(...)                                                                                                 \
    TF_COUNT_PICK_(__VA_ARGS__, 64, 63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44,    \
                   43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, \
                   18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define TF_COUNT_PICK_(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19, _20, _21, \
                       _22, _23, _24, _25, _26, _27, _28, _29, _30, _31, _32, _33, _34, _35, _36, _37, _38, _39, _40,  \
                       _41, _42, _43, _44, _45, _46, _47, _48, _49, _50, _51, _52, _53, _54, _55, _56, _57, _58, _59,  \
                       _60, _61, _62, _63, _64, n, ...)                                                                \
    n

/* Strings: an element of a tf_string array is `size` bytes at `data`, any bytes; text of the library's own ends with a 0 besides.
 * NP_STRING("a", "b") borrows the C strings; copies and what is fetched own their bytes. np_string is the element at a flat
 * index, "" outside. */
typedef struct tf_bytes {
    const char *data;
    size_t size;
} tf_bytes;
#define NP_STRING(...)                                                                                            \
    np_strings_((tf_bytes[NP_COUNT_(const char *, __VA_ARGS__)]){ { 0 } }, (const char *const[]){ __VA_ARGS__ }, \
                (int64_t)NP_COUNT_(const char *, __VA_ARGS__))
TF1C_API tf_ndarray np_strings_(tf_bytes *into, const char *const *from, int64_t n);
TF1C_API tf_bytes np_string(tf_ndarray a, int64_t flat);

/* New arrays that own their memory. On failure the report is made and an array without data returned; what is made of
 * such an array is without data too, and quiet. Errors: MemoryError; ValueError: a shape not fully known, an axis that
 * is not there; TypeError: no dtype; LookupError: an index out of bounds. Messages are NumPy's. */
TF1C_API tf_ndarray np_empty(tf_dims shape, tf_dtype dtype);
TF1C_API tf_ndarray np_zeros(tf_dims shape, tf_dtype dtype);
TF1C_API tf_ndarray np_copy(tf_ndarray a);
TF1C_API tf_ndarray np_eye(int64_t n, tf_dtype dtype);
/* np.eye(n)[index]: one float32 row [.., n] per entry of an integer array. */
TF1C_API tf_ndarray np_eye_rows(tf_ndarray index, int64_t n);
TF1C_API tf_ndarray np_arange(int64_t n, tf_dtype dtype);
TF1C_API tf_ndarray np_astype(tf_ndarray a, tf_dtype dtype); /* floats out of range: as NumPy on x86-64 */
TF1C_API tf_ndarray np_argmax(tf_ndarray a, int axis); /* int64, without the axis; the first of equals, NaN above all */
TF1C_API void np_free(tf_ndarray *a);                  /* NULL, borrowed and empty arrays are fine */

/* Borrowed views of `a`. np_reshape takes one NONE (-1); np_slice is a[begin:end] on axis 0, bounds as Python's. */
TF1C_API tf_ndarray np_reshape_(tf_ndarray a, tf_dims shape, tf_source here);
TF1C_API tf_ndarray np_slice_(tf_ndarray a, int64_t begin, int64_t end, tf_source here);
TF1C_API tf_ndarray np_at_(tf_ndarray a, int64_t i,
                           tf_source here); /* a[i], one rank less; negative counts from the end */
#define np_reshape(a, ...) np_reshape_(a, __VA_ARGS__, TF_SOURCE)
#define np_slice(a, begin, end) np_slice_(a, begin, end, TF_SOURCE)
#define np_at(a, i) np_at_(a, i, TF_SOURCE)

TF1C_API int64_t np_size(tf_ndarray a); /* number of elements, 0 if it has no shape */
TF1C_API size_t np_nbytes(tf_ndarray a);
TF1C_API double np_get(tf_ndarray a, int64_t flat); /* element at a flat index, scaled; NaN outside */
TF1C_API int64_t np_get_int(tf_ndarray a, int64_t flat); /* the same as an integer, every bit of an int64; 0 outside */
TF1C_API int64_t np_argmax_last(tf_ndarray a);      /* argmax of the last row of the last axis */
TF1C_API double np_mean(tf_ndarray a);
/* Writes a as NumPy prints it (str) into text: at most n bytes, terminated; "<no data>" without any. Returns text. */
TF1C_API const char *np_text(tf_ndarray a, char *text, size_t n);

#if !defined(__cplusplus) && !defined(TF1C_BUILDING) /* as calls of the user's, whose reports name their line */
#define np_empty(...) TF_AT_(np_empty(__VA_ARGS__))
#define np_zeros(...) TF_AT_(np_zeros(__VA_ARGS__))
#define np_copy(...) TF_AT_(np_copy(__VA_ARGS__))
#define np_eye(...) TF_AT_(np_eye(__VA_ARGS__))
#define np_eye_rows(...) TF_AT_(np_eye_rows(__VA_ARGS__))
#define np_arange(...) TF_AT_(np_arange(__VA_ARGS__))
#define np_astype(...) TF_AT_(np_astype(__VA_ARGS__))
#define np_argmax(...) TF_AT_(np_argmax(__VA_ARGS__))
#define np_argmax_last(...) TF_AT_(np_argmax_last(__VA_ARGS__))
#endif

/* ---- files: NumPy's .npy and .npz (zlib) ---------------------------------------------------------------------
 * np_load reads a .npy, or one array of a .npz named "file.npz:key". A missing, truncated or foreign file is an
 * error (NotFoundError, OSError, DataLossError) naming the file and the fault; what NumPy may write and this does not
 * read is an UnimplementedError (uint64, complex, records, strings). Either byte order and either order of elements is read;
 * float16 becomes float32, int8, int16 and uint16 int32, uint32 int64; of several arrays in one file the first. np_save and
 * np_savez (stored, not deflated) add a missing .npy or .npz, write a ".part" beside the file and rename it at the end;
 * a scaled array is saved as the float32 it acts as. */
TF1C_API tf_ndarray np_load_(const char *path, tf_source here);
TF1C_API tf_status np_save_(const char *path, tf_ndarray a, tf_source here);
#define np_load(path) np_load_(path, TF_SOURCE)
#define np_save(path, a) np_save_(path, a, TF_SOURCE)

/* An open archive, for one thread at a time. NULL where opening failed; all calls take that, quietly. An unknown key is
 * a KeyError; np_npz_key answers NULL outside of [0, count). */
typedef struct np_npz np_npz;
TF1C_API np_npz *np_npz_open_(const char *path, tf_source here);
TF1C_API int np_npz_count(const np_npz *z);
TF1C_API const char *np_npz_key(const np_npz *z, int i);
TF1C_API bool np_npz_has(const np_npz *z, const char *key);
TF1C_API tf_ndarray np_npz_get_(np_npz *z, const char *key, tf_source here); /* owns its memory */
TF1C_API void np_npz_close(np_npz *z);
#define np_npz_open(path) np_npz_open_(path, TF_SOURCE)
#define np_npz_get(z, key) np_npz_get_(z, key, TF_SOURCE)
TF1C_API tf_status np_savez_(const char *path, int n, const char *const *keys, const tf_ndarray *arrays,
                             tf_source here);
#define np_savez(path, n, keys, arrays) np_savez_(path, n, keys, arrays, TF_SOURCE)

#ifdef __cplusplus
}
#endif
#endif
