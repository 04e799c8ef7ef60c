/* Strings, files and Examples in a graph, against what TensorFlow 1.15.5 printed; files and messages outside of one. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tf1c.h"

/* An Example that TF made: i = [1, -2], s = ["ab", ""], f = [1.5]. */
static const char example[] =
    "\n4\n\x14\n\x01i\x12\x0f\x1a\r\n\x0b\x01\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\n\r\n\x01s\x12\x08\n\x06\n\x02"
    "ab\n\x00\n\r\n\x01"
    "f\x12\x08\x12\x06\n\x04\x00\x00\xc0?";
static tf_tensor bytes(const char *data, size_t n)
{
    tf_bytes s = { data, n };
    return tf_constant(np_array(&s, tf_string, SCALAR));
}
static tf_tensor made_by_tf(void) { return bytes(example, sizeof example - 1); }
static tf_tensor two_of_them(void) { return tf_stack(LIST(made_by_tf(), made_by_tf())); }
static tf_tensor and_garbage(void) { return tf_stack(LIST(made_by_tf(), tf_constant("garbage"))); }
static tf_tensor one_feature(tf_feature_spec spec, const char *key)
{
    return tf_at(tf_parse_single_example(made_by_tf(), TF_FEATURES({ key, spec })), 0);
}
static tf_tensor of_both(tf_feature_spec spec, const char *key)
{
    return tf_at(tf_parse_example(two_of_them(), TF_FEATURES({ key, spec })), 0);
}
static tf_tensor column(int i, const char *line, tf_list defaults) { return tf_at(tf_decode_csv(NP_STRING(line), defaults), i); }
static tf_tensor none_of(tf_dtype dtype) { return tf_zeros(SHAPE(0), .dtype = dtype); }

#define S(...) tf_constant(NP_STRING(__VA_ARGS__))
#define F(...) tf_constant(NP_FLOAT(__VA_ARGS__))
#define FIXED(...) tf_fixed_len_feature(__VA_ARGS__)
#define NO_STRINGS ((tf_bytes[1]){ { 0 } })
#define SQUARE tf_reshape(S("a", "b", "c", "d"), SHAPE(2, 2))
#define CUBE tf_reshape(S("a", "b", "c", "d", "e", "f", "g", "h"), SHAPE(2, 2, 2))
#define WORDS tf_sparse_tensor(NP_INT2D({ 0, 0 }, { 0, 1 }, { 1, 0 }), S("a", "b", "c"), SHAPE(2, 2))
/* TEXT(expr, what np_text prints of it, or the report) */
#define TEXTS                                                                                                                                 \
    TEXT(tf_as_string(F(1.5, 2, NAN, INFINITY, 1e10, 1e-7)),                                                                                  \
         "[b'1.500000' b'2.000000' b'nan' b'inf' b'10000000000.000000' b'0.000000']")                                                         \
    TEXT(tf_as_string(F(1.5, 2), .precision = 2), "[b'1.50' b'2.00']")                                                                        \
    TEXT(tf_as_string(F(1.5, 2), .scientific = true), "[b'1.500000e+00' b'2.000000e+00']")                                                    \
    TEXT(tf_as_string(F(1.5, 2), .shortest = true), "[b'1.5' b'2']")                                                                          \
    TEXT(tf_as_string(F(1.5, 2), .width = 8, .precision = 1, .fill = "0"), "[b'000001.5' b'000002.0']")                                       \
    TEXT(tf_as_string(tf_constant(NP_INT(1, -2)), .width = 5, .fill = "-"), "[b'1    ' b'-2   ']")                                            \
    TEXT(tf_as_string(tf_equal(1, 1)), "b'true'")                                                                                             \
    TEXT(tf_string_to_number(S("1.5", " 2 ", "-3e2", "nan", "inf", "1e400", "0x10")),                                                         \
         "[   1.5    2.  -300.     nan    inf    inf   16. ]")                                                                                \
    TEXT(tf_string_to_number(S("12", "-7"), .out_type = tf_int32), "[12 -7]")                                                                 \
    TEXT(tf_as_string(tf_equal(1, 1), .width = 8, .fill = "-"), "b'true'")                                                                    \
    TEXT(tf_as_string(tf_constant(1), .precision = 2), "ValueError: precision not supported for datatype int32")                              \
    TEXT(tf_as_string(tf_equal(1, 1), .precision = 1, .shortest = true),                                                                      \
         "ValueError: scientific and shortest format not supported for datatype bool")                                                        \
    TEXT(tf_string_to_number(S("-infinity")),                                                                                                 \
         "InvalidArgumentError: StringToNumberOp could not correctly convert string: -infinity")                                              \
    TEXT(tf_string_to_number(S("nan(1)")), "InvalidArgumentError: StringToNumberOp could not correctly convert string: nan(1)")               \
    TEXT(tf_string_to_number(S("0x1p3")), "InvalidArgumentError: StringToNumberOp could not correctly convert string: 0x1p3")                 \
    TEXT(tf_string_to_number(S("+1.5", "-inf", "+NaN", "1E5")), "[1.5e+00    -inf     nan 1.0e+05]")                                          \
    TEXT(tf_string_to_number(S("+3"), .out_type = tf_int64),                                                                                  \
         "InvalidArgumentError: StringToNumberOp could not correctly convert string: +3")                                                     \
    TEXT(tf_string_to_number(S("1.5x")), "InvalidArgumentError: StringToNumberOp could not correctly convert string: 1.5x")                   \
    TEXT(tf_string_to_number(S("")), "InvalidArgumentError: StringToNumberOp could not correctly convert string: ")                           \
    TEXT(tf_string_to_number(S("99999999999"), .out_type = tf_int32),                                                                         \
         "InvalidArgumentError: StringToNumberOp could not correctly convert string: 99999999999")                                            \
    TEXT(tf_string_join(LIST(S("a", "b"), tf_constant("c")), .separator = "-"), "[b'a-c' b'b-c']")                                            \
    TEXT(tf_strings_strip(S(" a \n", "b", "")), "[b'a' b'b' b'']")                                                                            \
    TEXT(tf_strings_lower(S("AbC")), "[b'abc']")                                                                                              \
    TEXT(tf_strings_upper(S("AbC")), "[b'ABC']")                                                                                              \
    TEXT(tf_strings_length(S("abc", "", "é")), "[3 0 2]")                                                                                     \
    TEXT(tf_substr(S("hello", "world"), 1, 3), "[b'ell' b'orl']")                                                                             \
    TEXT(tf_substr(S("hello", "world"), 1, -1), "[b'ello' b'orld']")                                                                          \
    TEXT(tf_substr(S("hello", "world"), NP_INT(1, -2), NP_INT(3, 2)), "[b'ell' b'ld']")                                                       \
    TEXT(tf_sparse_concat(0, SPARSES(WORDS, WORDS)).values, "[b'a' b'b' b'c' b'a' b'b' b'c']")                                                \
    TEXT(tf_sparse_concat(1, SPARSES(WORDS, WORDS)).values, "[b'a' b'b' b'a' b'b' b'c' b'c']")                                                \
    TEXT(tf_sparse_slice(tf_sparse_transpose(WORDS), SHAPE(0, 0), SHAPE(1, 2)).values, "[b'a' b'c']")                                         \
    TEXT(tf_reduce_join(SQUARE), "b'abcd'")                                                                                                   \
    TEXT(tf_reduce_join(SQUARE, 0), "[b'ac' b'bd']")                                                                                          \
    TEXT(tf_reduce_join(SQUARE, -1, .separator = "."), "[b'a.b' b'c.d']")                                                                     \
    TEXT(tf_reduce_join(SQUARE, AXES(0, 1)), "b'acbd'")                                                                                       \
    TEXT(tf_reduce_join(SQUARE, AXES(1, 0)), "b'abcd'")                                                                                       \
    TEXT(tf_reduce_join(CUBE, AXES(2, 0), .separator = "-"), "[b'a-b-e-f' b'c-d-g-h']")                                                       \
    TEXT(tf_reshape(tf_reduce_join(SQUARE, 0, true), SHAPE(2)), "[b'ac' b'bd']")                                                              \
    TEXT(tf_reduce_join(tf_constant("q")), "b'q'")                                                                                            \
    TEXT(tf_reduce_join(tf_constant(np_array(NO_STRINGS, tf_string, SHAPE(0, 2))), 0, .separator = ","), "[b'' b'']")                         \
    TEXT(tf_reduce_join(SQUARE, AXES(0, -2)), "InvalidArgumentError: Duplicate reduction dimension -2")                                       \
    TEXT(tf_reduce_join(SQUARE, tf_placeholder_with_default(2, SCALAR)),                                                                      \
         "OutOfRangeError: Invalid reduction dimension 2 for input with 2 dimension(s)")                                                      \
    TEXT(tf_substr(tf_constant("hello"), 2, 100), "b'llo'")                                                                                   \
    TEXT(tf_substr(S("hello"), 6, 1), "InvalidArgumentError: pos 6 out of range for string b'hello' at index 0")                              \
    TEXT(tf_string_split(S("a b", "", "c  d e")).values, "[b'a' b'b' b'c' b'd' b'e']")                                                        \
    TEXT(tf_string_split(S("a b", "", "c  d e")).indices, "[[0 0] [0 1] [2 0] [2 1] [2 2]]")                                                  \
    TEXT(tf_string_split(S("a b", "", "c  d e")).dense_shape, "[3 3]")                                                                        \
    TEXT(tf_string_split(S("a,b;c"), .delimiter = ",;").values, "[b'a' b'b' b'c']")                                                           \
    TEXT(tf_string_split(S("a,b,,c"), .delimiter = ",", .skip_empty = false).values, "[b'a' b'b' b'' b'c']")                                  \
    TEXT(tf_string_split(S("", "a,", ""), .delimiter = ",", .skip_empty = false).values, "[b'a' b'']")                                        \
    TEXT(tf_string_split(S("abc"), .delimiter = "").values, "[b'a' b'b' b'c']")                                                               \
    TEXT(tf_decode_raw(S("\x01\x02\x03\x04", "\x05\x06\x07\x08"), tf_uint8), "[[1 2 3 4] [5 6 7 8]]")                                         \
    TEXT(tf_decode_raw(tf_constant("\x01\x02\x03\x04"), tf_int32), "[67305985]")                                                              \
    TEXT(tf_decode_raw(tf_constant("\x01\x02\x03\x04"), tf_int32, .little_endian = false), "[16909060]")                                      \
    TEXT(tf_decode_raw(S("\x01\x02\x03\x04", "\x05"), tf_uint8),                                                                              \
         "InvalidArgumentError: DecodeRaw requires input strings to all be the same size, but element 1 has size 4 != 1")                     \
    TEXT(tf_decode_raw(tf_constant("\x01\x02\x03"), tf_int32),                                                                                \
         "InvalidArgumentError: Input to DecodeRaw has length 3 that is not a multiple of 4, the size of int32")                              \
    TEXT(column(1, "4,5,\"x,\"\"y\"\"\"", LIST(tf_constant(0), tf_constant(0.0), tf_constant(""))), "[5.]")                                   \
    TEXT(column(2, "4,5,\"x,\"\"y\"\"\"", LIST(tf_constant(0), tf_constant(0.0), tf_constant(""))), "[b'x,\"y\"']")                           \
    TEXT(column(1, "1,,", LIST(tf_constant(0), tf_constant(7.0), tf_constant("d"))), "[7.]")                                                  \
    TEXT(column(2, "1,,", LIST(tf_constant(0), tf_constant(7.0), tf_constant("d"))), "[b'd']")                                                \
    TEXT(column(0, ",", LIST(none_of(tf_int32), tf_constant(7.0))),                                                                           \
         "InvalidArgumentError: Field 0 is required but missing in record 0!")                                                                \
    TEXT(column(0, "1,2", LIST(tf_constant(0), tf_constant(0.0), tf_constant(""))),                                                           \
         "InvalidArgumentError: Expect 3 fields but have 2 in record 0")                                                                      \
    TEXT(column(0, "x,2", LIST(tf_constant(0), tf_constant(0.0))),                                                                            \
         "InvalidArgumentError: Field 0 in record 0 is not a valid int32: x")                                                                 \
    TEXT(column(0, "1,\"a\"b", LIST(tf_constant(0), tf_constant(""))),                                                                        \
         "InvalidArgumentError: Quote inside a string has to be escaped by another quote")                                                    \
    TEXT(column(0, "1,a\"b", LIST(tf_constant(0), tf_constant(""))),                                                                          \
         "InvalidArgumentError: Unquoted fields cannot have quotes/CRLFs inside")                                                             \
    TEXT(column(0, "1,\"a", LIST(tf_constant(0), tf_constant(""))),                                                                           \
         "InvalidArgumentError: Quoted field has to end with quote followed by delim or end")                                                 \
    TEXT(tf_at(tf_decode_csv(S("1,NA"), LIST(tf_constant(0), tf_constant(3.0)), .na_value = "NA"), 1), "[3.]")                                \
    TEXT(tf_at(tf_decode_csv(S("1\t2"), LIST(tf_constant(0), tf_constant(0.0)), .field_delim = "\t"), 1), "[2.]")                             \
    TEXT(tf_at(tf_decode_csv(S("1;2"), LIST(0, 0.5), ";"), 1), "[2.]")                                                                        \
    TEXT(tf_at(tf_decode_csv(S("1,"), .record_defaults = LIST(0, 0.5)), 1), "[0.5]")                                                          \
    TEXT(tf_read_file("/nonexistent"), "NotFoundError: /nonexistent; No such file or directory")                                              \
    TEXT(tf_read_file("/tmp"), "FailedPreconditionError: /tmp; Is a directory")                                                               \
    TEXT(tf_matching_files("/no such folder/*"), "[]")                                                                                        \
    TEXT(one_feature(FIXED(SHAPE(2), tf_int64), "i"), "[ 1 -2]")                                                                              \
    TEXT(one_feature(FIXED(SHAPE(1), tf_float32), "f"), "[1.5]")                                                                              \
    TEXT(one_feature(FIXED(SHAPE(2), tf_string), "s"), "[b'ab' b'']")                                                                         \
    TEXT(one_feature(tf_var_len_feature(tf_string), "s"), "[b'ab' b'']")                                                                      \
    TEXT(one_feature(tf_var_len_feature(tf_int64), "none"), "[]")                                                                             \
    TEXT(one_feature(FIXED(SHAPE(2), tf_float32, .default_value = TF_T(F(1, 2))), "z"), "[1. 2.]")                                            \
    TEXT(one_feature(FIXED(SCALAR, tf_int64, .default_value = 7), "z"), "7")                                                                  \
    TEXT(one_feature(FIXED(SCALAR, tf_int64), "i"), "InvalidArgumentError: Key: i.  Can't parse serialized Example.")                         \
    TEXT(one_feature(FIXED(SCALAR, tf_float32), "i"),                                                                                         \
         "InvalidArgumentError: Key: i.  Data types don't match. Data type: int64 but expected type: float")                                  \
    TEXT(one_feature(FIXED(SCALAR, tf_float32), "z"),                                                                                         \
         "InvalidArgumentError: Feature: z (data type: float) is required but could not be found.")                                           \
    TEXT(of_both(FIXED(SHAPE(2), tf_int64), "i"), "[[ 1 -2] [ 1 -2]]")                                                                        \
    TEXT(                                                                                                                                     \
        of_both(FIXED(SCALAR, tf_int64), "i"),                                                                                                \
        "InvalidArgumentError: Name: <unknown>, Key: i, Index: 0.  Number of int64 values != expected.  Values size: 2 but output shape: []") \
    TEXT(of_both(FIXED(SCALAR, tf_int64), "z"),                                                                                               \
         "InvalidArgumentError: Name: <unknown>, Feature: z (data type: int64) is required but could not be found.")                          \
    TEXT(tf_at(tf_parse_example(and_garbage(), TF_FEATURES({ "i", FIXED(SHAPE(2), tf_int64) })), 0),                                          \
         "InvalidArgumentError: Could not parse example input, value: 'garbage'")

#define TEXT(expr, want) want,
static const char *const wanted[] = { TEXTS };
#undef TEXT
enum { ROWS = sizeof wanted / sizeof *wanted };

static tf_tensor make(int row)
{
    int at = 0;
#define TEXT(expr, want) \
    if (at++ == row)     \
        return expr;
    TEXTS
#undef TEXT
    return (tf_tensor){ 0 };
}

/* As the goldens have it: runs of white space are one. */
static void squeeze(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++)
        if (*from != '\n' || to == text || to[-1] != ' ')
            *to++ = *from == '\n' ? ' ' : *from;
    *to = '\0';
}

START_TEST(it_is_what_tensorflow_makes_of_it)
{
    char text[1200];
    tf_ndarray a = { 0 };
    const tf_status status = tf_run(sess, FETCH(make(_i), &a));
    if (status)
        snprintf(text, sizeof text, "%s: %s", tf_status_name(caught()->code), caught()->message);
    else
        np_text(a, text, sizeof text);
    for (char *space; !status && (space = strstr(text, "\n "));) /* rows of a matrix */
        memmove(space, space + 1, strlen(space));
    squeeze(text);
    ck_assert_str_eq(text, wanted[_i]);
    catch_errors();
    np_free(&a);
}
END_TEST

/* ---- files ---------------------------------------------------------------------------------------------------------------- */

static void open_folder(void)
{
    open_session();
    make_folder(folder, sizeof folder);
}
static void close_folder(void)
{
    must(tf_gfile_delete_recursively(folder));
    ck_assert(!tf_gfile_exists(folder));
    close_session();
}

START_TEST(files_are_written_read_listed_and_removed)
{
    char text[256];
    tf_bytes line;
    must(tf_gfile_make_dirs(in_folder("a/b/c")));
    must(tf_gfile_make_dirs(in_folder("a/b/c")));
    tf_gfile *f = tf_gfile_gfile(in_folder("a/x.txt"), "w");
    must(tf_write(f, "one\n"));
    must(tf_write(f, (tf_bytes){ "t\0o", 3 }));
    must(tf_close(f));
    f = tf_gfile_fast_gfile(in_folder("a/x.txt"), "rb");
    ck_assert(tf_readline(f, &line) && line.size == 4 && strcmp(line.data, "one\n") == 0);
    ck_assert(tf_readline(f, &line) && line.size == 3 && memcmp(line.data, "t\0o", 3) == 0);
    ck_assert(!tf_readline(f, &line));
    ck_assert_int_eq(tf_write(f, "x"), tf_os_error);
    must_have_reported(tf_os_error, "File isn't open for writing");
    must(tf_close(f));
    f = tf_gfile_gfile(in_folder("a/x.txt"), "r");
    ck_assert_uint_eq(tf_read(f).size, 7);
    must(tf_close(f));
    must(tf_gfile_copy(in_folder("a/x.txt"), in_folder("a/y.txt"), false));
    ck_assert_int_eq(tf_gfile_copy(in_folder("a/x.txt"), in_folder("a/y.txt"), false), tf_already_exists);
    must_have_reported(tf_already_exists, "file already exists");
    must(tf_gfile_rename(in_folder("a/y.txt"), in_folder("a/z.txt"), false));
    tf_ndarray names = tf_gfile_list_directory(in_folder("a"));
    ck_assert_str_eq(np_text(names, text, sizeof text), "[b'b' b'x.txt' b'z.txt']");
    np_free(&names);
    names = tf_gfile_glob(in_folder("a/?.txt"));
    ck_assert_int_eq(np_size(names), 2);
    np_free(&names);
    must(tf_gfile_remove(in_folder("a/z.txt")));
    ck_assert(tf_gfile_is_directory(in_folder("a")) && !tf_gfile_exists(in_folder("a/z.txt")));
}
END_TEST

START_TEST(what_files_cannot_do_is_reported)
{
    ck_assert_uint_eq(tf_read(NULL).size, 0);
    ck_assert_ptr_null(tf_gfile_gfile("x", "q"));
    must_have_reported(tf_invalid_argument, "mode is not 'r' or 'w' or 'a' or 'r+' or 'w+' or 'a+'");
    tf_gfile *f = tf_gfile_gfile("/nonexistent", "r");
    ck_assert_uint_eq(tf_read(f).size, 0);
    must_have_reported(tf_not_found, "/nonexistent; No such file or directory");
    must(tf_close(f));
    tf_gfile_list_directory("/nonexistent");
    must_have_reported(tf_not_found, "Could not find directory /nonexistent");
    tf_gfile_remove("/nonexistent");
    must_have_reported(tf_not_found, "/nonexistent; No such file or directory");
    tf_gfile_mk_dir(folder);
    must_have_reported(tf_already_exists, folder);
    tf_gfile_delete_recursively("/");
    must_have_reported(tf_invalid_argument, "'/' is not deleted");
    ck_assert_ptr_null(tf_python_io_tf_record_writer("/nonexistent/a"));
    must_have_reported(tf_not_found, "/nonexistent/a; No such file or directory");
}
END_TEST

START_TEST(a_graph_writes_files_and_finds_them)
{
    char text[512];
    tf_ndarray a = { 0 };
    must(tf_run(sess, tf_write_file(tf_constant(in_folder("new/x.bin")), bytes("a\0b", 3))));
    must(tf_run(sess, FETCH(tf_read_file(tf_constant(in_folder("new/x.bin"))), &a)));
    ck_assert_str_eq(np_text(a, text, sizeof text), "b'a\\x00b'");
    must(tf_run(sess, FETCH(tf_matching_files(tf_constant(in_folder("new/*"))), &a)));
    ck_assert_int_eq(np_size(a), 1);
    ck_assert_str_eq(np_string(a, 0).data, in_folder("new/x.bin"));
    np_free(&a);
}
END_TEST

static tf_list parse(tf_list e, void *context)
{
    (void)context;
    tf_list f = tf_parse_single_example(tf_at(e, 0), TF_FEATURES({ "image", tf_fixed_len_feature(SCALAR, tf_string) },
                                                                 { "label", tf_fixed_len_feature(SCALAR, tf_int64) },
                                                                 { "scale", tf_fixed_len_feature(SHAPE(2), tf_float32) }));
    tf_tensor image = tf_decode_raw(tf_at(f, 0), tf_uint8);
    tf_set_shape(image, SHAPE(3));
    return LIST(image, tf_at(f, 1), tf_at(f, 2));
}

START_TEST(examples_are_written_to_records_and_read_by_a_pipeline)
{
    tf_record_writer *w = tf_python_io_tf_record_writer(in_folder("x.tfrecord"));
    for (int i = 0; i < 5; i++) {
        const uint8_t pixels[3] = { (uint8_t)i, 7, 255 };
        const tf_bytes image = { (const char *)pixels, sizeof pixels };
        tf_ndarray s = tf_serialize_to_string(
            tf_train_example(tf_train_features({ "image", tf_train_feature(.bytes_list = tf_train_bytes_list(image)) },
                                               { "label", tf_train_feature(.int64_list = tf_train_int64_list(-i)) },
                                               { "scale", tf_train_feature(.float_list = tf_train_float_list(0.5f, (float)i)) })));
        must(tf_write(w, s));
        np_free(&s);
    }
    must(tf_close(w));
    tf_data_dataset *d = tf_batch(tf_map(tf_data_tf_record_dataset(in_folder("x.tfrecord")), parse, .num_parallel_calls = 2), 2);
    tf_list next = tf_get_next(tf_make_one_shot_iterator(tf_skip(d, 1)));
    tf_tensor sum = tf_reduce_sum(tf_cast(tf_at(next, 0), tf_float32), .axis = 1);
    tf_ndarray a = { 0 }, b = { 0 }, c = { 0 };
    must(tf_run(sess, FETCH(sum, &a, tf_at(next, 1), &b, tf_at(next, 2), &c)));
    assert_near("pixels", a, NUMBERS(264, 265));
    assert_near("labels", b, NUMBERS(-2, -3));
    assert_near("scales", c, NUMBERS(0.5, 2, 0.5, 3));
    np_free(&a);
    np_free(&b);
    np_free(&c);
}
END_TEST

START_TEST(an_example_is_the_bytes_that_tensorflow_writes)
{
    tf_ndarray s = tf_serialize_to_string(
        tf_train_example(tf_train_features({ "i", tf_train_feature(.int64_list = tf_train_int64_list(1, -2)) },
                                           { "s", tf_train_feature(.bytes_list = tf_train_value_list_of(NP_STRING("ab", ""))) },
                                           { "f", tf_train_feature(.float_list = tf_train_float_list(1.5f)) })));
    const tf_bytes got = np_string(s, 0);
    ck_assert_uint_eq(got.size, sizeof example - 1);
    ck_assert_mem_eq(got.data, example, got.size);
    np_free(&s);
    tf_train_value_list_of(NP_INT(1));
    must_have_reported(tf_type_error, "A feature holds int64, float32 or strings, not int32.");
}
END_TEST

/* ---- messages ------------------------------------------------------------------------------------------------------------------ */

static char logged[256];
static void keep_message(tf_logging_level level, const char *message)
{
    snprintf(logged, sizeof logged, "%d %s", (int)level, message);
}

START_TEST(messages_below_the_verbosity_are_dropped)
{
    tf_logging_handler *before = tf_on_logging(keep_message);
    ck_assert_int_eq(tf_logging_get_verbosity(), tf_logging_WARN);
    tf_logging_info("step %d", 1);
    ck_assert_str_eq(logged, "");
    tf_logging_set_verbosity(tf_logging_INFO);
    tf_logging_info("step %d", 2);
    ck_assert_str_eq(logged, "20 step 2");
    tf_logging_fatal("over");
    ck_assert_str_eq(logged, "50 over");
    tf_logging_set_verbosity(tf_logging_WARN);
    ck_assert(tf_on_logging(before) == keep_message);
    ck_assert_str_eq(tf_compat_as_str((tf_bytes){ "ab", 2 }), "ab");
    ck_assert_uint_eq(tf_compat_as_bytes("abc").size, 3);
}
END_TEST

/* What TensorFlow 1.15.5 gives for the first bytes of one text, of 2^62 + 1 buckets; the key is 3, -5. */
static const struct {
    size_t length;
    int64_t plain, fast, strong;
} hashes[] = {
    { 0, INT64_C(105434511174508089), INT64_C(1936946117179621453), INT64_C(2658644055549027776) },
    { 1, INT64_C(2996632905371535868), INT64_C(3694432073954588129), INT64_C(1203088395841585327) },
    { 3, INT64_C(265508743387212835), INT64_C(3268219959478574187), INT64_C(313657699431429216) },
    { 4, INT64_C(964452677009002539), INT64_C(4287492572700357265), INT64_C(3326347561006933702) },
    { 7, INT64_C(2368238023962107373), INT64_C(3253435701257059079), INT64_C(2167651840038257021) },
    { 8, INT64_C(1712661147333076156), INT64_C(1420088497208371230), INT64_C(1863050602891075227) },
    { 16, INT64_C(793274514798911835), INT64_C(3789395809548765531), INT64_C(242739549555207972) },
    { 17, INT64_C(4026760760461538), INT64_C(2237273621417572890), INT64_C(3572089309285344787) },
    { 24, INT64_C(3670086557118735654), INT64_C(1780949481671955817), INT64_C(3481700385974125491) },
    { 32, INT64_C(2115439880017867411), INT64_C(2632365699383718650), INT64_C(3307899761371790765) },
    { 33, INT64_C(198756780295144307), INT64_C(2384508068147159606), INT64_C(955017421989830167) },
    { 50, INT64_C(1210317576758947032), INT64_C(1221596207249048452), INT64_C(1882472990529898018) },
    { 64, INT64_C(138967795052391551), INT64_C(1983637660758556726), INT64_C(3100317391271709956) },
    { 65, INT64_C(932452249374707097), INT64_C(1680299617484878843), INT64_C(1686958539519063132) },
    { 127, INT64_C(3621373900282161157), INT64_C(1714763694727495405), INT64_C(589158693353556804) },
    { 128, INT64_C(343260810359240515), INT64_C(4415337778887973670), INT64_C(4196664347079170310) },
    { 129, INT64_C(1580732435701899698), INT64_C(2632445597594625575), INT64_C(4148798881738132887) },
    { 200, INT64_C(1816788012342504588), INT64_C(2772363942637055279), INT64_C(582682158115738569) },
};

START_TEST(strings_fall_into_tensorflows_buckets)
{
    const int64_t n = (INT64_C(1) << 62) + 1;
    char text[200];
    for (int i = 0; i < (int)sizeof text; i++)
        text[i] = (char)('a' + (i * 7 + i / 26) % 26);
    tf_bytes s = { text, hashes[_i].length };
    const tf_tensor x = tf_placeholder(tf_string, SCALAR);
    int64_t plain, fast, strong;
    must(tf_run(sess,
                FETCH(tf_string_to_hash_bucket(x, n), &plain, tf_string_to_hash_bucket_fast(x, n), &fast,
                      tf_string_to_hash_bucket_strong(x, n, SHAPE(3, -5)), &strong),
                FEED(x, np_array(&s, tf_string, SCALAR))));
    ck_assert_int_eq(plain, hashes[_i].plain);
    ck_assert_int_eq(fast, hashes[_i].fast);
    ck_assert_int_eq(strong, hashes[_i].strong);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *tc = tcase_create("values"), *files = tcase_create("files");
    tcase_add_checked_fixture(tc, open_session, close_session);
    tcase_add_loop_test(tc, strings_fall_into_tensorflows_buckets, 0, (int)(sizeof hashes / sizeof *hashes));
    tcase_add_loop_test(tc, it_is_what_tensorflow_makes_of_it, 0, ROWS);
    tcase_add_test(tc, an_example_is_the_bytes_that_tensorflow_writes);
    tcase_add_test(tc, messages_below_the_verbosity_are_dropped);
    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(files, open_folder, close_folder);
    tcase_add_test(files, files_are_written_read_listed_and_removed);
    tcase_add_test(files, what_files_cannot_do_is_reported);
    tcase_add_test(files, a_graph_writes_files_and_finds_them);
    tcase_add_test(files, examples_are_written_to_records_and_read_by_a_pipeline);
    suite_add_tcase(suite, files);
    return run_suite(suite);
}
